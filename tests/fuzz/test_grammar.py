"""Files made from a grammar that allows more than the RFCs: never an exception, and what is written is read back."""

from effort import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.checks import check

from koschuso.interchange import ical, vcard

names = st.sampled_from(
    ["UID", "SUMMARY", "DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID", "STATUS", "CATEGORIES",
     "ATTENDEE", "ORGANIZER", "DESCRIPTION", "LOCATION", "TRIGGER", "ATTACH", "GEO", "SEQUENCE", "DTSTAMP", "X-A", "x-b", "X-Ä",
     "X-KOSCHUSO-STATUS", "X-KOSCHUSO-ID", "X-KOSCHUSO-PLAETZE", "TZID", "TZOFFSETTO", "VERSION", "PRODID", "METHOD", "FN", "N",
     "ORG", "TEL", "EMAIL", "ADR", "NOTE", "PHOTO", "KIND", "MEMBER", "RELATED", "BDAY", "REV", "item1.TEL", "item1.X-ABLabel",
     "AGENT", "NICKNAME", "", " ", "A B", "BEGIN", "END"]
)  # fmt: skip
components = st.sampled_from(
    [
        "VEVENT",
        "VTODO",
        "VJOURNAL",
        "VALARM",
        "VTIMEZONE",
        "STANDARD",
        "DAYLIGHT",
        "VFREEBUSY",
        "VCARD",
        "VCALENDAR",
        "X-NEU",
        "vevent",
    ]
)
pieces = st.sampled_from(
    ["\\n", "\\N", "\\,", "\\;", "\\\\", "\\", ",", ";", ":", '"', "^n", "^'", "^^", "^", "=", "=3D", "=C3=BC", "=\n", "ü", "€", "😀", "a", " ",
     "20250101", "20251026T023000", "20250101T090000Z", "PT1H", "-P1D", "P", "mailto:a@b.example", "urn:uuid:1", "data:;base64,QQ==",
     "FREQ=", "SECONDLY", "WEEKLY", "BYDAY=MO", "COUNT=1000000000", "INTERVAL=0", "UNTIL=", "99999999999999999999", "-1", "1.5",
     "1.0", "2.0", "2.1", "3.0", "4.0", "group", "org", "CANCELLED", "abgesagt", "\x00", "\x0b", "\x85", "\u2028", "\ufeff", "\uffff"]
)  # fmt: skip
values = st.lists(pieces, max_size=6).map("".join)
plain_values = st.text(st.characters(exclude_characters='":;,\n\r', exclude_categories=("Cs",)), max_size=8)
parameters = st.lists(
    st.tuples(
        st.sampled_from(
            ["TZID", "VALUE", "TYPE", "CN", "ENCODING", "CHARSET", "RANGE", "PREF", "X-P", "type", "ALTID", "LANGUAGE", "", "Ä"]
        ),
        st.one_of(
            plain_values,
            values.map(lambda value: '"' + value.replace('"', "").replace("\n", "") + '"'),
            st.sampled_from(
                ["DATE", "DATE-TIME", "PERIOD", "uri", "BASE64", "b", "QUOTED-PRINTABLE", "UTF-7", "Windows-1252", "Europe/Berlin",
                 "../../x", "W. Europe Standard Time", "THISANDFUTURE", "work,home", '"a,b"', '"']
            ),
        ),
    ),
    max_size=3,
).map(lambda found: "".join(f";{key}={value}" for key, value in found))  # fmt: skip
lines = st.builds(lambda name, parameter, value: f"{name}{parameter}:{value}", names, parameters, values)
sound_start = st.sampled_from(
    [
        "DTSTART:20250101T090000Z",
        "DTSTART;VALUE=DATE:20250101",
        "DTSTART;TZID=Europe/Berlin:20250101T090000",
        "VERSION:2.1",
        "VERSION:4.0",
    ]
)


def component(inner):
    return st.builds(
        lambda name, first, body, closed: [
            f"BEGIN:{name}",
            first,
            *(line for part in body for line in part),
            *([f"END:{name}"] * closed),
        ],
        components,
        sound_start,
        st.lists(inner, max_size=6),
        st.sampled_from([True, True, True, True, False]),
    )


trees = st.recursive(lines.map(lambda line: [line]), component, max_leaves=25)


@st.composite
def files(draw):
    text = "\n".join(line for part in draw(st.lists(trees, min_size=1, max_size=5)) for line in part) + "\n"
    data = text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "cp1252", "utf-16", "utf-8-sig"])), "replace")
    if draw(st.booleans()):  # folded at any byte, also within a character
        width = draw(st.integers(1, 75))
        fold = draw(st.sampled_from([b"\n ", b"\n\t", b"\r\n "]))
        data = b"\n".join(
            fold.join(line[at : at + width] for at in range(0, len(line), width)) for line in data.split(b"\n")
        )
    return data.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\n", b"\r"])))


@given(files())
@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_is_read_and_what_was_written_is_read_back(data):
    failure = check(data, patience=8)
    assert failure is None, f"{failure.what}\n{failure.detail}"


@given(st.binary(max_size=300))
@settings(max_examples=examples(100))
def test_any_bytes_give_a_reading_with_findings_or_records(data):
    for module in (ical, vcard):
        reading = module.read(data)
        assert reading.findings or reading.left_out or reading.records or reading.header
