"""The 23 traps of calendars in the wild, each with a made-up file; those of address books are in test_vcard_traps.py."""

import time
from datetime import UTC, date, datetime

import icalendar
import pytest
from independent_lexer import content
from peers import fresh_zones

from koschuso.interchange import ical
from koschuso.interchange.format import WriteOptions
from koschuso.model import Event, Participation, Severity, Task

OPTIONS = WriteOptions(stamp=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))


def component(*lines, name="VEVENT", uid="1"):
    return [f"BEGIN:{name}", f"UID:{uid}", "DTSTAMP:20250101T000000Z", *lines, f"END:{name}"]


def zone(tzid, before="+0100", after="+0100", *extra):
    inner = [
        "BEGIN:STANDARD",
        "DTSTART:16010101T000000",
        f"TZOFFSETFROM:{before}",
        f"TZOFFSETTO:{after}",
        "END:STANDARD",
    ]
    return ["BEGIN:VTIMEZONE", f"TZID:{tzid}", *extra, *inner, "END:VTIMEZONE"]


def calendar(*lines, end="\r\n"):
    return end.join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//DE", *lines, "END:VCALENDAR", ""]).encode()


def events(data):
    return [record for record in ical.read(data).records if isinstance(record, Event)]


def event(*lines):
    (found,) = events(calendar(*component(*lines)))
    return found


def rules(data):
    return {finding.rule for finding in ical.read(data).findings}


def assert_kept(*lines, name="VEVENT", within=()):
    """Every line of a component comes back, in the file and from the records alone."""
    reading = ical.read(calendar(*within, *component(*lines, name=name)))
    for given in (reading, reading.records):
        written = {(line.name, line.params, line.value) for line in content(ical.write(given, OPTIONS))}
        expected = {(line.name, line.params, line.value) for line in content(calendar(*component(*lines, name=name)))}
        assert {line for line in expected if line[0] not in {"BEGIN", "VERSION", "PRODID"}} <= written
    return reading


# -- security and correctness first --------------------------------------------------------------------------------------


def test_01_one_line_is_never_opened_as_a_file(tmp_path):
    secret = tmp_path / "geheim.ics"
    secret.write_bytes(calendar(*component("DTSTART:20250101T000000Z", "SUMMARY:geheim")))
    reading = ical.read(str(secret).encode())
    assert reading.records == ()
    assert reading.findings


def test_02_a_zone_of_one_file_never_reaches_another():
    name = "Customized Time Zone"
    there = calendar(*zone(name, "+0500", "+0500"), *component(f"DTSTART;TZID={name}:20250101T120000"))
    other = calendar(*zone(name, "-0800", "-0800"), *component(f"DTSTART;TZID={name}:20250101T120000"))
    for first, second in ((there, other), (other, there)):
        ical.read(first)
        (found,) = events(second)
        assert found.span.begin_instant().hour == (20 if second is other else 7)
    begin = icalendar.Calendar.from_ical
    with fresh_zones():
        begin(there)
        assert ical.to_icalendar(ical.read(other)).events[0].start.utcoffset().total_seconds() == -8 * 3600


def test_02_a_windows_name_means_what_the_file_says():
    data = calendar(*zone("W. Europe Standard Time", "-0800", "-0800"), *component(
        "DTSTART;TZID=W. Europe Standard Time:20250101T120000"))  # fmt: skip
    assert events(data)[0].span.begin_instant() == datetime(2025, 1, 1, 20, tzinfo=UTC)


def test_03_a_date_with_a_zone_stays_a_date():
    reading = assert_kept("DTSTART;VALUE=DATE;TZID=Europe/Berlin:20240101")
    assert reading.records[0].span.all_day
    assert reading.records[0].span.begin.date() == date(2024, 1, 1)


def test_04_the_z_of_a_time_counts_more_than_its_zone():
    line = "DTSTART;TZID=Europe/Berlin:20240701T100000Z"
    reading = assert_kept(line)
    assert reading.records[0].span.begin_instant() == datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert reading.findings


@pytest.mark.parametrize("rule", ["FREQ=ALLE", "D1 #5", "MD1 1 2 3 #0", "", "FREQ=WEEKLY;FREQ=DAILY;X"])
def test_05_a_rule_that_cannot_be_read_is_kept(rule):
    reading = assert_kept("DTSTART:20240701T100000Z", f"RRULE:{rule}")
    assert reading.records[0].recurrence == (f"RRULE:{rule}",)


@pytest.mark.parametrize(
    ("encoded", "told"),
    [
        ("Schülerrat – „Nord“ €".encode("cp1252"), True),
        ("Schülerrat – „Nord“ €".encode(), False),
    ],
)
def test_06_text_that_is_no_utf8_is_windows_1252_and_told(encoded, told):
    data = calendar(*component("DTSTART:20240701T100000Z", "SUMMARY:?")).replace(b"SUMMARY:?", b"SUMMARY:" + encoded)
    assert events(data)[0].title == "Schülerrat – „Nord“ €"
    assert bool(ical.read(data).findings) is told
    utf16 = calendar(*component("DTSTART:20240701T100000Z", "SUMMARY:Ä")).decode().encode("utf-16")
    assert events(utf16)[0].title == "Ä"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"BEGIN:VCALENDAR\nVERSION:2.0\n",
        calendar(*component("DTSTART:20240701T100000Z")[:-1]),
        calendar(*component("DTSTART:20240701T100000Z"))[:-30],
        calendar(*component("DTSTART:20240701T100000Z")[:-1], "END:VTODO"),
    ],
)
def test_07_what_is_empty_cut_off_or_wrongly_closed_is_told(data):
    assert any(
        finding.severity is Severity.ERROR or not ical.read(data).records for finding in ical.read(data).findings
    )


def test_07_a_file_with_cr_alone_is_read():
    assert len(events(calendar(*component("DTSTART:20240701T100000Z"), end="\r"))) == 1


@pytest.mark.parametrize(
    "bad",
    [
        zone("Europe/Berlin", "+0100", "+0100", "LOCATION:x", "TZUNTIL:1", "TZID:zwei"),
        [
            "BEGIN:VTIMEZONE",
            "BEGIN:STANDARD",
            "DTSTART:x",
            "RDATE;VALUE=DATE:20240101",
            "END:STANDARD",
            "END:VTIMEZONE",
        ],
        component("PRIORITY:", "DUE:20131009T170000T", name="VTODO", uid="t"),
        component("DTSTART;VALUE=DATE:2024", name="VJOURNAL", uid="j"),
        ["X-OHNE-SINN;=:", "METHOD;X:", "CALSCALE:?"],
    ],
)
def test_08_one_bad_component_costs_no_other(bad):
    good = component("DTSTART:20240701T100000Z", "BEGIN:VALARM", "TRIGGER:abc", "END:VALARM", "DTEND:irgendwann")
    for order in ((*bad, *good), (*good, *bad)):
        (found,) = events(calendar(*order))
        assert found.span.begin_instant() == datetime(2024, 7, 1, 10, tzinfo=UTC)
        written = ical.write(ical.read(calendar(*order)), OPTIONS).decode()
        assert "TRIGGER:abc" in written
        assert "DTEND:irgendwann" in written


def test_09_of_a_property_that_stands_twice_the_first_counts_and_both_stay():
    reading = assert_kept("DTSTART:20240701T100000Z", "DTSTART:20240702T100000Z", "SUMMARY:eins", "SUMMARY:zwei")
    assert reading.records[0].span.begin.day == 1
    assert reading.records[0].title == "eins"
    assert "ical.mehrfach" in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize("tzid", ['"(UTC+01:00) Amsterdam, Berlin, Bern"', "Mitteleuropäische Zeit"])
def test_10_german_names_of_zones_without_a_description_are_understood(tzid):
    assert event(f"DTSTART;TZID={tzid}:20240701T100000").span.begin_instant() == datetime(2024, 7, 1, 8, tzinfo=UTC)


def test_10_an_unknown_zone_is_not_floating_but_told():
    data = calendar(*component("DTSTART;TZID=Phantasien:20240701T100000"))
    assert events(data)[0].span.zone == "Europe/Berlin"
    assert "ical.zone_unbekannt" in rules(data)


def test_11_a_text_is_not_cut_at_a_comma():
    found = event("DTSTART:20240701T100000Z", "SUMMARY:a, b; c", "DESCRIPTION:x,y\\, z", "URL:https://x.example/?a=1,2")
    assert (found.title, found.description) == ("a, b; c", "x,y, z")


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:FREQ=SECONDLY"],
        ["RRULE:FREQ=YEARLY;COUNT=1000000000"],
        [f"RDATE:{','.join(['20240701T100000Z'] * 20_000)}"],
        [f"RRULE:FREQ=YEARLY;BYYEARDAY={','.join(map(str, range(1, 366)))};BYHOUR=1,2,3;BYMINUTE=1,2,3;BYSECOND=1,2,3"],
    ],
)
def test_12_a_recurrence_bomb_is_read_and_kept_without_being_expanded(lines):
    started = time.process_time()
    assert_kept("DTSTART:20240701T100000Z", *lines)
    assert time.process_time() - started < 10  # far below what expanding takes, far above a busy machine's need


# -- habits of producers -------------------------------------------------------------------------------------------------


def test_13_outlook():
    reading = assert_kept(
        'DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rom":20240701T100000',
        "X-ALT-DESC;FMTTYPE=text/html:<html><b>Hallo\\, alle</b></html>",
        'ATTENDEE;CN="Muster, Eva";RSVP=TRUE:MAILTO:eva@kreis.example',
        "BEGIN:VALARM",
        "TRIGGER:-P",
        "ACTION:DISPLAY",
        "END:VALARM",
    )
    (guest,) = [record for record in reading.records if isinstance(record, Participation)]
    assert (guest.name, guest.email) == ("Muster, Eva", "eva@kreis.example")


def test_14_google():
    data = calendar(
        "X-WR-TIMEZONE:Europe/Berlin",
        *component("DTSTART:20240701T100000Z", "CREATED:00001231T000000Z", 'DESCRIPTION:<a href="http\\://x">x</a>'),
    )
    (found,) = events(data)
    assert found.description == '<a href="http://x">x</a>'
    assert b"CREATED:00001231T000000Z" in ical.write([found], OPTIONS)


def test_15_apple():
    assert_kept(
        "DTSTART:20240701T100000Z",
        'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Weg 1\\n59494 Soest";X-TITLE=Haus:geo:51.5,8.1',
        "BEGIN:VALARM",
        "ACTION:NONE",
        "TRIGGER;VALUE=DATE-TIME:19760401T005545Z",
        "END:VALARM",
    )


def test_16_nextcloud():
    reading = assert_kept(
        "DTSTART;VALUE=DATE;TZID=Europe/Berlin:20240101",
        "SUMMARY:kaputt \ufffd von woanders",
        "BEGIN:VALARM",
        "ACTION;X-NC-GROUP-ID=0:DISPLAY",
        "TRIGGER:-PT15M",
        "END:VALARM",
    )
    assert reading.records[0].title == "kaputt \ufffd von woanders"


def test_17_open_xchange_groupwise_and_zimbra():
    assert_kept(
        'DTSTART;TZID="(GMT+0100) Amsterdam, Berlin":20240701T100000',
        "RELATED-TO;RELTYPE=X-CALENDARSERVER-RECURRENCE-SET:abc",
        'DESCRIPTION;ALTREP="CID:<TEXT.htm>":Text',
        "X-GWSHOW-AS:BUSY",
        "GEO:51.5\\;8.1",
    )


@pytest.mark.parametrize(
    "tzid", ["/mozilla.org/20050126_1/Europe/Berlin", "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin"]
)
def test_18_thunderbird_and_kde_name_zones_with_a_path(tzid):
    reading = assert_kept(f"DTSTART;TZID={tzid}:20240701T100000", "X-MOZ-LASTACK:20240601T000000Z")
    assert reading.records[0].span.begin_instant() == datetime(2024, 7, 1, 8, tzinfo=UTC)


def test_18_wordpress_writes_a_day_as_stamp_and_forgets_the_end():
    data = b"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20250710\nDTSTART:20250711\nEND:VEVENT\n"
    (found,) = events(data)
    assert "DTSTAMP:20250710" in found.foreign
    assert ical.read(data).findings


def test_19_recurrence_of_every_kind_is_kept():
    reading = assert_kept(
        "DTSTART;TZID=Europe/Berlin:20240701T100000",
        "RRULE:FREQ=WEEKLY;UNTIL=20241001",
        "EXDATE;TZID=Europe/Berlin:20240708T100000,20240715T100000",
        "RDATE;VALUE=PERIOD:20240709T080000Z/PT1H,20240710T080000Z/20240710T090000Z",
    )
    assert len(reading.records[0].recurrence) == 3
    alone = assert_kept("RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20240708", "DTSTART:20240709T100000Z")
    assert alone.records[0].occurrence_at == "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20240708"


def test_20_unusual_spelling_is_read():
    data = (
        b"\xef\xbb\xbfbegin:vcalendar\nversion:2.0\n\n\nbegin:vevent\nuid:1\ndtstart : 20240701T100000Z\n"
        b"summary:eins\n\tzwei\nlocation:hier\nund dort\nend:vevent\n\nend:vcalendar\n"
        b"BEGIN:VCALENDAR\rBEGIN:VEVENT\rUID:2\rDTSTART:20240701\rEND:VEVENT\rEND:VCALENDAR\r"
    )
    reading = ical.read(data)
    assert [record.id for record in reading.records] == ["1", "2"]
    assert reading.records[0].title == "einszwei"
    assert ":und dort" in reading.records[0].foreign
    assert any(finding.line == 11 for finding in reading.findings)


# -- writing -------------------------------------------------------------------------------------------------------------


def test_21_parameters_are_encoded_and_lines_folded_without_cutting_anything():
    found = event("DTSTART:20240701T100000Z", "SUMMARY:" + "Übergänge\\, " * 30)
    guest = Participation(id="p", event_id="1", name='Eva "Evi" Muster; Soest: Nord', email="eva@kreis.example")
    data = ical.write([found, guest], OPTIONS)
    assert "CN=\"Eva ^'Evi^' Muster; Soest: Nord\"" in data.decode().replace("\r\n ", "")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert not line.endswith(b"\\")
    back = ical.read(data).records
    assert back[0].title == found.title
    assert back[1].name == guest.name


def test_22_categories_and_facts_of_koschuso_stand_beside_what_every_program_reads():
    found = event("DTSTART:20240701T100000Z", "SUMMARY:Fachtag", "STATUS:CANCELLED")
    data = ical.write([found], OPTIONS)
    assert b"STATUS:CANCELLED" in data
    assert data.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")


def test_23_what_nobody_changed_is_written_as_it_was():
    lines = ('X-B;x-p="a,b":2', "DTSTART;TZID=Europe/Berlin:20240701T100000", "x-a:1", "SUMMARY;LANGUAGE=de:Fachtag")
    (record,) = events(calendar(*component(*lines)))
    written = ical.write([record], OPTIONS).decode()
    places = [written.index(line) for line in lines]
    assert places == sorted(places)


def test_a_task_is_read_like_an_event():
    (task,) = ical.read(calendar(*component("SUMMARY:x", "DUE;VALUE=DATE:20240701", name="VTODO"))).records
    assert isinstance(task, Task)
