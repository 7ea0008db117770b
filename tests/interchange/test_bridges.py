"""The bridges to icalendar and vobject lose nothing, whatever a file holds, and leave no trace in the process."""

import copy
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import attrs
import icalendar
import pytest
import vobject
from effort import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from icalendar.timezone import tzp
from independent_lexer import content

from koschuso.errors import WrongUse
from koschuso.interchange import ical, vcard
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.ical import bridge as bridge_icalendar
from koschuso.model import Relation
from koschuso.testing.strategies import records

OPTIONS = WriteOptions(stamp=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))


def calendar(*lines, inside="VEVENT"):
    text = "\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Test//DE",
            f"BEGIN:{inside}",
            "UID:1",
            "DTSTAMP:20250101T000000Z",
            *lines,
            f"END:{inside}",
            "END:VCALENDAR",
            "",
        ]
    )
    return text.encode()


def event_of(*lines):
    (event,) = ical.to_icalendar(ical.read(calendar(*lines))).events
    return event


def zone_cache():
    return dict(vars(tzp)["_TZP__tz_cache"])


# -- icalendar: real files -----------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_every_sound_calendar_goes_through_icalendar_and_comes_back_equal(sound_calendars, part):
    before = zone_cache()
    for file in part(sound_calendars):
        reading = ical.read(file.data)
        there = ical.to_icalendar(reading.records, OPTIONS)
        assert ical.from_icalendar(there).records == reading.records, file.path
        assert zone_cache() == before, file.path


@pytest.mark.shared
def test_the_objects_of_a_sound_calendar_write_the_lines_that_we_write(sound_calendars, long_part):
    for file in long_part(sound_calendars):
        reading = ical.read(file.data)
        if b"QUOTED-PRINTABLE" in file.data.upper():
            continue
        written = b"".join(component.to_ical() for component in bridge_icalendar.to_components(reading, OPTIONS))
        assert wrapped(content(ical.write(reading, OPTIONS))) == within(content(written)), file.path


def wrapped(lines):
    """Lines that are no properties stand as X-KOSCHUSO-ZEILE, names without blanks."""
    found = Counter()
    for line, count in within(lines).items():
        value = line.value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        name = "".join(line.name.split())
        found[line._replace(name="X-KOSCHUSO-ZEILE", value=value) if name == "?" else line._replace(name=name)] += count
    return found


def within(lines):
    """Only what stands in components: other lines are tried in a test of their own."""
    loose = {line for line in lines if not line.path or (line.path, line.name) == ("VCALENDAR", "X-KOSCHUSO-ZEILE")}
    return Counter({line: count for line, count in lines.items() if line not in loose})


@pytest.mark.shared
@pytest.mark.slow
def test_every_other_calendar_comes_back_as_from_its_own_writing(calendar_files):
    for file in calendar_files:
        if file.expect != "ok":
            reading = ical.read(file.data)
            there = ical.to_icalendar(reading.records, OPTIONS)
            assert ical.from_icalendar(there).records == ical.read(ical.write(reading.records, OPTIONS)).records, (
                file.path
            )
            again = ical.from_icalendar(bridge_icalendar.to_components(reading, OPTIONS))
            assert again.records == ical.read(ical.write(reading, OPTIONS)).records, file.path


def flat(lines):
    """A calendar inside of a calendar is one behind it."""
    found = Counter()
    for line, count in lines.items():
        found[line._replace(path=re.sub(r"^(?:VCALENDAR/)+(?=VCALENDAR)", "", line.path))] += count
    return found


@pytest.mark.shared
def test_what_icalendar_read_keeps_what_icalendar_writes(sound_calendars, long_part):
    for file in long_part(sound_calendars):
        icalendar.use_zoneinfo()  # its cache would carry a zone from file to file
        try:
            given = icalendar.Calendar.from_ical(file.data)
            written = content(given.to_ical())
        except Exception:  # noqa: BLE001, S112 - what icalendar cannot read is its own affair
            continue
        reading = ical.from_icalendar(given)
        back = b"".join(component.to_ical() for component in bridge_icalendar.to_components(reading, OPTIONS))
        lost = flat(written) - flat(content(back))
        assert lost == Counter(), file.path
    icalendar.use_zoneinfo()


# -- icalendar: records that are made up ---------------------------------------------------------------------------------


KINDS = st.sampled_from(["event", "participation", "task", "activity", "milestone"])


@given(st.lists(KINDS.flatmap(records), max_size=4))
@settings(
    max_examples=examples(25), deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
def test_any_records_come_through_icalendar_as_through_a_file(given_records):
    written = ical.write(given_records, OPTIONS)
    there = ical.to_icalendar(given_records, OPTIONS)
    assert ical.from_icalendar(there).records == ical.read(written).records


@given(st.lists(st.sampled_from(["person", "organisation", "committee", "relation"]).flatmap(records), max_size=4))
@settings(
    max_examples=examples(25), deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
def test_any_records_come_through_vobject_as_through_a_file(given_records):
    for version in ("3.0", "4.0"):
        written = vcard.write(given_records, OPTIONS, version=version)
        there = vcard.to_vobject(given_records, OPTIONS, version=version)
        assert vcard.from_vobject(there).records == vcard.read(written).records


# -- icalendar: values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("DTSTART:20251015T090000Z", "DTSTART", datetime(2025, 10, 15, 9, tzinfo=UTC)),
        ("DTSTART:20251015T090000", "DTSTART", datetime(2025, 10, 15, 9)),
        ("DTSTART;VALUE=DATE:20251015", "DTSTART", date(2025, 10, 15)),
        ("DTSTART;VALUE=DATE;TZID=Europe/Berlin:20251015", "DTSTART", date(2025, 10, 15)),
        ("DTSTART;TZID=Europe/Berlin:20251015T090000", "DTSTART", datetime(2025, 10, 15, 7, tzinfo=UTC)),
        ("DTSTART;TZID=W. Europe Standard Time:20251015T090000", "DTSTART", datetime(2025, 10, 15, 7, tzinfo=UTC)),
        ("DTSTART;TZID=Europe/Berlin:20251015T090000Z", "DTSTART", datetime(2025, 10, 15, 9, tzinfo=UTC)),
        ("DURATION:PT60M", "DURATION", timedelta(hours=1)),
        ("X-A;VALUE=DATE:20251015", "X-A", date(2025, 10, 15)),
    ],
)
def test_times_are_typed_and_written_as_they_were(line, name, value):
    event = event_of(line)
    assert event[name].dt == value
    assert f"{line}\r\n".encode() in event.to_ical()


@pytest.mark.parametrize(
    ("line", "name", "kind"),
    [
        ("RRULE:FREQ=WEEKLY;WKST=MO;BYDAY=MO,WE;INTERVAL=2", "RRULE", icalendar.vRecur),
        ("EXDATE;TZID=Europe/Berlin:20251015T090000,20251022T090000", "EXDATE", icalendar.prop.vDDDLists),
        ("CATEGORIES:Fachtag,Kreis Soest\\, Nord", "CATEGORIES", icalendar.prop.vCategory),
        ("GEO:51.5710;8.1090", "GEO", icalendar.vGeo),
        ("PRIORITY:05", "PRIORITY", icalendar.vInt),
        ('ATTENDEE;CN="Muster, Eva":MAILTO:eva@kreis.example', "ATTENDEE", icalendar.vCalAddress),
        ("SUMMARY;LANGUAGE=de:a, b; c \\N d", "SUMMARY", icalendar.vText),
        ("ATTACH;VALUE=BINARY;ENCODING=BASE64:AAEC/w==", "ATTACH", icalendar.vBinary),
        ("RRULE:FREQ=ALLE", "RRULE", icalendar.prop.vInline),
        ("DURATION:-P", "DURATION", icalendar.prop.vInline),
        ("CREATED:00001231T000000Z", "CREATED", icalendar.prop.vInline),
        ("GEO:hier", "GEO", icalendar.prop.vInline),
        ("RDATE;VALUE=PERIOD:20251015T090000Z/PT1H,2025", "RDATE", icalendar.prop.vInline),
        ('x-lower;x-param="a:b":wie es war', "X-LOWER", icalendar.prop.vInline),
    ],
)  # fmt: skip
def test_what_the_library_understands_is_typed_and_the_rest_is_kept(line, name, kind):
    event = event_of("DTSTART:20251015T090000Z", line)
    assert isinstance(event[name], kind)
    assert line.partition(":")[2].encode() in event.to_ical()
    (back,) = ical.from_icalendar(event).records[:1]
    assert ical.read(calendar("DTSTART:20251015T090000Z", line)).records[0] == back


def test_a_zone_that_only_the_file_knows_is_resolved_for_this_file_alone():
    def file(offset):
        zone = ["BEGIN:VTIMEZONE", "TZID:Eigene", "BEGIN:STANDARD", "DTSTART:19700101T000000"]
        zone += [f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE"]
        return calendar("DTSTART;TZID=Eigene:20251015T090000").replace(
            b"BEGIN:VEVENT", "\n".join([*zone, "BEGIN:VEVENT"]).encode()
        )

    before = zone_cache()
    readings = [ical.read(file(offset)) for offset in ("+0517", "-0817", "+0517")]
    starts = [ical.to_icalendar(reading).events[0].start.utcoffset() for reading in readings]
    assert starts == [timedelta(hours=5, minutes=17), -timedelta(hours=8, minutes=17), timedelta(hours=5, minutes=17)]
    assert zone_cache() == before


def test_a_bad_zone_costs_nothing_but_itself():
    zone = b"BEGIN:VTIMEZONE\nTZID:Kaputt\nBEGIN:STANDARD\nDTSTART:irgendwann\nEND:STANDARD\nEND:VTIMEZONE\n"
    data = calendar("DTSTART;TZID=Kaputt:20251015T090000").replace(b"BEGIN:VEVENT", zone + b"BEGIN:VEVENT")
    reading = ical.read(data)
    there = ical.to_icalendar(reading)
    assert there.events[0]["DTSTART"].dt.replace(tzinfo=None) == datetime(2025, 10, 15, 9)
    assert ical.from_icalendar(there).records == reading.records


# -- icalendar: changes --------------------------------------------------------------------------------------------------

FOREIGN = (
    "DTSTART;TZID=Europe/Berlin:20251015T090000",
    "X-B:2",
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@kreis.example",
    "X-A:1",
    "ATTENDEE:mailto:b@kreis.example",
    "SUMMARY;LANGUAGE=de:alt",
    "kein Doppelpunkt",
    "BEGIN:VALARM",
    "ACTION:NONE",
    "TRIGGER;VALUE=DATE-TIME:19760401T005545Z",
    "END:VALARM",
    "X-LAST:ä",
)


def test_a_change_changes_its_own_line_and_no_other():
    reading = ical.read(calendar(*FOREIGN))
    there = ical.to_icalendar(reading)
    there.events[0]["SUMMARY"] = "neu"
    there.events[0].add("x-new", "dazu")
    del there.events[0]["X-A"]
    (before, after) = (content(ical.write(found)) for found in (reading, ical.from_icalendar(there)))
    assert sorted((line.name, line.value) for line in before - after) == [("SUMMARY", "alt"), ("X-A", "1")]
    assert sorted((line.name, line.value) for line in after - before) == [("SUMMARY", "neu"), ("X-NEW", "dazu")]


def test_a_changed_parameter_and_a_changed_time_are_taken():
    there = ical.to_icalendar(ical.read(calendar(*FOREIGN)))
    there.events[0]["ATTENDEE"][0].params["PARTSTAT"] = "DECLINED"
    there.events[0].start = datetime(2025, 10, 16, 9, tzinfo=UTC)
    event, first, _ = ical.from_icalendar(there).records
    assert event.span.begin_instant() == datetime(2025, 10, 16, 9, tzinfo=UTC)
    assert first.status.value == "abgemeldet"


def test_a_copy_says_the_same():
    reading = ical.read(calendar(*FOREIGN))
    there = ical.to_icalendar(reading)
    assert ical.from_icalendar(copy.deepcopy(there)).records == reading.records


def test_order_and_inner_components_come_back_where_they_stood():
    reading = ical.read(
        calendar("DTSTART:20251015T090000Z", *FOREIGN[1:]).replace(b"END:VCALENDAR", b"X-Z:1\nEND:VCALENDAR")
    )
    again = ical.from_icalendar(ical.to_icalendar(reading))
    assert again.records == reading.records
    assert again.header == reading.header


def test_a_line_that_is_no_property_survives_even_the_bytes_of_icalendar():
    reading = ical.read(calendar(*FOREIGN))
    there = icalendar.Calendar.from_ical(ical.to_icalendar(reading).to_ical())
    (event, *_) = ical.from_icalendar(there).records
    assert ":kein Doppelpunkt" in event.foreign


def test_lines_that_icalendar_dropped_are_told():
    given = icalendar.Calendar.from_ical(calendar("DTSTART:20251015T090000Z", "kein Doppelpunkt"))
    assert "ical.bruecke_verworfen" in {finding.rule for finding in ical.from_icalendar(given).findings}


class Unwritable:
    def to_ical(self):
        raise ValueError("nicht zu schreiben")


def test_a_property_that_icalendar_cannot_write_is_told_and_costs_nothing_else():
    event = icalendar.Event.new(uid="1", summary="Fachtag", start=date(2025, 10, 15))
    event["X-A"] = Unwritable()
    reading = ical.from_icalendar(event)
    assert reading.records[0].title == "Fachtag"
    assert "ical.bruecke_eigenschaft" in {finding.rule for finding in reading.findings}


def test_a_file_that_is_not_one_calendar_is_refused_as_one_and_given_in_parts():
    data = calendar("DTSTART:20251015T090000Z") + calendar("DTSTART:20251016T090000Z").replace(b"UID:1", b"UID:2")
    reading = ical.read(data)
    with pytest.raises(WrongUse, match="to_components"):
        ical.to_icalendar(reading)
    parts = bridge_icalendar.to_components(reading)
    assert len(parts) == 2
    again = ical.from_icalendar(parts)
    assert (again.records, again.header) == (reading.records, reading.header)
    assert len(ical.to_icalendar(reading.records).events) == 2


def test_text_outside_of_every_component_goes_along():
    reading = ical.read(calendar("DTSTART:20251015T090000Z") + b"Mit besten Wuenschen\n")
    (part,) = bridge_icalendar.to_components(reading)
    assert b"X-KOSCHUSO-ZEILE:Mit besten Wuenschen" in part.to_ical()
    assert ical.from_icalendar(part).records == reading.records


# -- vobject -------------------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_every_sound_card_goes_through_vobject_and_comes_back_equal(sound_cards, part):
    for file in part(sound_cards):
        reading = vcard.read(file.data)
        for version in ("3.0", "4.0"):
            written = vcard.write(reading.records, OPTIONS, version=version)
            there = vcard.to_vobject(reading, OPTIONS, version=version)
            assert vcard.from_vobject(there).records == vcard.read(written).records, file.path
            serialized = "".join(card.serialize() for card in there).encode()
            assert content(serialized) == content(written), file.path


@pytest.mark.shared
def test_cards_of_one_version_come_back_as_they_were_read(sound_cards):
    compared = 0
    for file in sound_cards:
        reading = vcard.read(file.data)
        versions = {card.foreign[0].partition(":")[2] for card in reading.records if not isinstance(card, Relation)}
        if versions <= {"3.0"} or versions == {"4.0"}:
            compared += 1
            version = "4.0" if versions == {"4.0"} else "3.0"
            assert vcard.from_vobject(vcard.to_vobject(reading, version=version)).records == reading.records, file.path
    assert compared > 150


CARD = """BEGIN:VCARD
VERSION:3.0
UID:p-1
N:Muster;Eva;Maria,Anna;Dr.;
FN:Dr. Eva Muster
item1.EMAIL;TYPE=INTERNET,WORK:eva@kreis.example
item1.X-ABLabel:_$!<Work>!$_
ADR;TYPE=WORK:;;Hoher Weg 1\\, Haus B;Soest;;59494;Deutschland
ORG:Kreis Soest\\; Nord;Jugendamt
CATEGORIES:a,b\\,c
NOTE:eins, zwei\\nund http\\://x
PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhAQABAAAAACw=
URL:https://kreis.example/?a=1,2
X-a/b:1
END:VCARD
"""


def test_values_are_whole_and_in_the_form_of_vobject():
    (card,) = vcard.to_vobject(vcard.read(CARD.encode()))
    assert card.n.value == vobject.vcard.Name("Muster", "Eva", ["Maria", "Anna"], "Dr.", "")
    assert card.adr.value.street == "Hoher Weg 1, Haus B"
    assert card.org.value == ["Kreis Soest; Nord", "Jugendamt"]
    assert card.categories.value == ["a", "b,c"]
    assert card.note.value == "eins, zwei\nund http://x"
    assert card.photo.value[:6] == b"GIF89a"
    assert card.url.value == "https://kreis.example/?a=1,2"
    assert card.email.group == "item1"
    assert card.email.params == {"TYPE": ["INTERNET", "WORK"]}


def test_a_change_of_a_card_changes_its_own_line_and_no_other():
    reading = vcard.read(CARD.encode())
    (card,) = vcard.to_vobject(reading)
    card.n.value.given = "Evi"
    card.add("title").value = "Leitung"
    del card.url
    before, after = content(CARD.encode()), content(vcard.write(vcard.from_vobject(card).records))
    assert sorted(line.name for line in before - after) == ["N", "URL"]
    assert sorted((line.name, line.value) for line in after - before) == [
        ("N", "Muster;Evi;Maria,Anna;Dr.;"),
        ("TITLE", "Leitung"),
    ]


def test_a_copy_of_a_card_says_the_same():
    reading = vcard.read(CARD.encode())
    (card,) = vcard.to_vobject(reading)
    assert vcard.from_vobject(copy.deepcopy(card)).records == reading.records
    twin = vobject.base.Component.duplicate(card)
    assert vcard.from_vobject(twin).records == reading.records


def test_what_vobject_itself_would_drop_or_cannot_write_is_taken():
    given = vobject.readOne(
        "BEGIN:VCARD\nVERSION:2.1\nUID:1\nN:Muster;Eva\nTEL;WORK;VOICE:1\n"
        "PHOTO;ENCODING=BASE64;GIF:R0lGODlhAQABAAAAACw=\nEND:VCARD\n"
    )
    (person,) = vcard.from_vobject(given).records
    assert person.phones == ("1",)
    assert any(entry.startswith("PHOTO") and "R0lGODlhAQABAAAAACw=" in entry for entry in person.foreign)


def test_a_line_that_vobject_cannot_write_is_told_and_costs_nothing_else():
    (card,) = vcard.to_vobject(vcard.read(CARD.encode()))
    card.add("x-new").value = "1"
    card.x_new.params["X-P"] = ['mit " Zeichen']
    reading = vcard.from_vobject(card)
    assert reading.records[0].family_name == "Muster"
    assert {finding.field for finding in reading.findings} >= {"X-NEW"}


def test_bridges_load_their_libraries_only_when_they_are_used():
    code = (
        "import sys, koschuso.interchange.ical, koschuso.interchange.vcard;"
        "print(sorted({'icalendar', 'vobject'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_record_that_was_changed_in_the_office_is_the_one_that_passes():
    event, *guests = ical.read(calendar(*FOREIGN)).records
    changed = ical.from_icalendar(ical.to_icalendar([attrs.evolve(event, title="neu"), *guests])).records
    assert changed[0].title == "neu"
    assert changed[1:] == tuple(guests)
