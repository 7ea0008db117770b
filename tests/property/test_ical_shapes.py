"""The quick way of reading calendars gives what the way line by line gives, whatever stands in them."""

import csv
import re
from datetime import UTC, datetime

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.interchange import ical
from koschuso.interchange.format import ReadOptions, WriteOptions
from koschuso.interchange.ical.reader import CalendarReader, by_calendar
from koschuso.interchange.segment import read_segments

COMPONENT = re.compile(rb"^BEGIN:(VEVENT|VTODO|VJOURNAL)\r?\n.*?^END:\1\r?\n", re.DOTALL | re.MULTILINE)
UID = re.compile(rb"^(UID[^:\n]*:)", re.MULTILINE)
TIMES = 3

values = st.sampled_from(
    [
        "", " ", "1", "0", "-1", "x", "a,b", r"a\,b", r"a\;b\n", "ä ö", "mailto:eva@x.example", "mailto:eva", "MAILTO:eva@x.example",
        "20250101", "20250101T093000", "20250101T093000Z", "20250101T103000", "20250101T103000Z", "20250102", "20250230T000000",
        "00010101T000000Z", "22500101T000000", "PT1H", "P1D", "-PT15M", "PT-2H", "FREQ=DAILY", "FREQ=DAILY;UNTIL=20250201",
        "CONFIRMED", "CANCELLED", "TENTATIVE", "NEEDS-ACTION", "einladung", "verschoben", "durchgefuehrt", "OPAQUE", "https://x.example/a",
    ]
)  # fmt: skip
heads = st.sampled_from(
    [
        "DTSTART", "DTSTART;TZID=Europe/Berlin", "DTSTART;TZID=Hausuhr", "DTSTART;TZID=Nirgends", "DTSTART;VALUE=DATE",
        'DTSTART;TZID="Europe/Berlin"', "DTEND", "DTEND;TZID=Europe/Berlin", "DTEND;TZID=Hausuhr", "DTEND;VALUE=DATE", "DURATION",
        "DTSTAMP", "CREATED", "SUMMARY", "SUMMARY;LANGUAGE=de", "summary", "DESCRIPTION", "LOCATION", "STATUS", "SEQUENCE", "URL",
        "CATEGORIES", "RRULE", "EXDATE", "EXDATE;TZID=Hausuhr", "RECURRENCE-ID", "RECURRENCE-ID;TZID=Europe/Berlin", "TRANSP",
        "ORGANIZER", "ORGANIZER;CN=Amt", "ORGANIZER;X-KOSCHUSO-ID=o", "ATTENDEE", "ATTENDEE;CN=Eva", 'ATTENDEE;CN="Muster, Eva"',
        'ATTENDEE;CN="a:b";PARTSTAT=ACCEPTED', "ATTENDEE;CN=Eva;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED", "ATTENDEE;CN=E;EMAIL=e@x.example",
        "ATTENDEE;CN=Eva;X-KOSCHUSO-PERSON=p;X-KOSCHUSO-STATUS=teilgenommen", "ATTENDEE;TZID=Hausuhr;CN=Eva", "X-ANDERES", "X-A;B=1",
        "X-KOSCHUSO-STATUS", "X-KOSCHUSO-ART", "X-KOSCHUSO-THEMA;X-LABEL=a", "X-KOSCHUSO-VERANSTALTER", "X-KOSCHUSO-ORT",
        "X-KOSCHUSO-DATENSATZ", "X-KOSCHUSO-MINUTEN", "X-KOSCHUSO-TAETIGKEIT", "X-KOSCHUSO-ID", "DUE", "PERCENT-COMPLETE", "COMPLETED",
        " X-EINGERUECKT", "GEO", "ATTACH;ENCODING=BASE64", "X-BÜRO",
    ]
)  # fmt: skip
lines = st.builds("{}:{}".format, heads, values)
alarms = st.lists(
    st.builds("{}:{}".format, st.sampled_from(["TRIGGER", "ACTION", "ATTENDEE;CN=A"]), values), max_size=3
).map(lambda found: "\n".join(("BEGIN:VALARM", *found, "END:VALARM")))
bodies = st.lists(lines | lines | lines | alarms | st.sampled_from(["kaputt", "", "END:VALARM"]), max_size=9)
kinds = st.sampled_from(["VEVENT", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"])
own = st.sampled_from(["-//Beispiel//DE", "-//koschuso//koschuso//DE\nLAST-MODIFIED:20250101T093000Z"])
ZONE = "BEGIN:VTIMEZONE\nTZID:Hausuhr\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0117\nTZOFFSETTO:+0117\nEND:STANDARD\nEND:VTIMEZONE\n"


def read(data, *, quick):
    reader = CalendarReader(ReadOptions(), quick=quick)
    for calendar in by_calendar(read_segments(data, reader.notes)):
        for _ in reader.calendar(calendar):
            pass
    return reader.records, reader.notes.findings, reader.left_out, reader.header.finish()


def assert_alike(data):
    """A shape is only looked at closely when it comes again, so every component stands there several times."""
    repeated = COMPONENT.sub(lambda match: b"".join(UID.sub(rb"\g<1>%d-" % n, match[0], 1) for n in range(TIMES)), data)
    assert read(repeated, quick=True) == read(repeated, quick=False)


@st.composite
def calendars(draw):
    parts = [f"BEGIN:VCALENDAR\nVERSION:{draw(st.sampled_from(['2.0', '2.0', '1.0']))}\nPRODID:{draw(own)}\n", ZONE]
    for number in range(draw(st.integers(1, 3))):
        kind = draw(kinds)
        start = draw(st.sampled_from(["DTSTART:20250101T093000\n", "DTSTART;VALUE=DATE:20250101\n", ""]))
        body = "\n".join(draw(bodies))
        parts.append(f"BEGIN:{kind}\nUID:{number}\n{start}{body}\nEND:{kind}\n")
    parts.append("END:VCALENDAR\n")
    return "".join(parts).encode()


@given(calendars())
@settings(max_examples=examples(250), deadline=None)
def test_both_ways_read_the_same(data):
    assert_alike(data)


@given(heads, values, values)
@settings(max_examples=examples(200), deadline=None)
def test_both_ways_read_each_line_alike(head, first, second):
    events = (
        f"BEGIN:VEVENT\nUID:{number}\nDTSTART;TZID=Europe/Berlin:20250101T093000\n{head}:{value}\nEND:VEVENT\n"
        for number, value in enumerate((first, first, second, second, first))
    )
    data = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{ZONE}{''.join(events)}END:VCALENDAR\n".encode()
    assert read(data, quick=True) == read(data, quick=False)


def test_the_quick_way_is_taken_where_nothing_is_unusual(monkeypatch):
    event = (
        "BEGIN:VEVENT\nUID:{0}\nDTSTAMP:20250901T080000Z\nDTSTART;TZID=Europe/Berlin:20251015T09{0}000\nSUMMARY:Fachtag {0}\n"
        "LOCATION:Aula {0}\nRRULE:FREQ=WEEKLY;COUNT={0}2\nATTENDEE;CN=Gast {0};RSVP=TRUE:mailto:gast{0}@schule.example\n"
        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT{0}5M\nEND:VALARM\nEND:VEVENT\n"
    )
    found = []
    line_by_line = CalendarReader._line_by_line
    monkeypatch.setattr(
        CalendarReader, "_line_by_line", lambda self, segment: found.append(segment) or line_by_line(self, segment)
    )
    reading = ical.read(
        ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n" + "".join(map(event.format, range(6))) + "END:VCALENDAR\n").encode()
    )
    assert len(reading.records) == 12
    assert len(found) == 1, "the first one shows the shape"
    found.clear()
    stamp = datetime(2025, 10, 1, 8, tzinfo=UTC)
    again = ical.read(ical.write(reading.records, WriteOptions(stamp=stamp)))
    assert again.records == reading.records
    assert len(found) == 1


@pytest.mark.shared
@pytest.mark.parametrize("one_in", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_both_ways_read_the_corpus_alike(shared, one_in):
    root = shared / "corpus"
    with (root / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        paths = [row["path"] for row in csv.DictReader(file) if row["kind"] == "ics" and int(row["size"]) < 20_000]
    for path in paths[::one_in]:
        assert_alike((root / path).read_bytes())
