"""A feed: the same content gives the same bytes, and SEQUENCE rises only when an event has changed."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from koschuso.interchange import ical
from koschuso.interchange.component import read_components
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.ical import feed
from koschuso.interchange.notes import Notes
from koschuso.model import Event, EventStatus, Participation, Task, TimeSpan

STAMP = datetime(2025, 1, 1, 8, tzinfo=UTC)


def event(number=1, **more):
    span = TimeSpan.at(datetime(2025, 10, 15, 9), hours=2, zone="Europe/Berlin")
    return Event(**{"id": f"e-{number}", "title": "Fachtag", "span": span, "status": EventStatus.EINLADUNG, **more})


def options(hours=0, **more):
    return WriteOptions(stamp=STAMP + timedelta(hours=hours), title="Büro; Muster", audience="oeffentlich", **more)


def written(*records, previous=b"", hours=0):
    return feed.write(records, options(hours), previous).data


def facts(data):
    """SEQUENCE and DTSTAMP of each event by UID."""
    (calendar,) = read_components(data, Notes())
    return {
        part.first("UID").value: (int(part.first("SEQUENCE").value), part.first("DTSTAMP").value)
        for part in calendar.children
        if part.name == "VEVENT"
    }


def test_a_feed_says_what_subscribers_need():
    (calendar,) = read_components(written(event()), Notes())

    head = {line.text for line in calendar.lines}
    assert head >= {
        "METHOD:PUBLISH",
        "NAME:Büro\\; Muster",
        "X-WR-CALNAME:Büro\\; Muster",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
        "LAST-MODIFIED:20250101T080000Z",
        "VERSION:2.0",
    }
    assert len(head) == len(calendar.lines)
    assert [part.name for part in calendar.children] == ["VTIMEZONE", "VEVENT"]
    assert calendar.children[1].first("LAST-MODIFIED").value == "20250101T080000Z"


def test_the_same_content_gives_the_same_bytes_whenever_it_is_written():
    first = written(event(1), event(2))

    assert written(event(1), event(2), previous=first, hours=5) == first


def test_only_the_changed_event_gets_a_new_number_and_stamp():
    first = written(event(1), event(2))
    second = written(event(1, title="Fachtag, neu"), event(2), previous=first, hours=1)
    third = written(event(1, title="Fachtag, neu"), event(2), previous=second, hours=2)

    assert facts(second) == {"e-1": (1, "20250101T090000Z"), "e-2": (0, "20250101T080000Z")}
    assert b"LAST-MODIFIED:20250101T090000Z" in second
    assert third == second


def test_the_number_never_falls_below_that_of_the_record():
    first = written(event(sequence=4))
    changed = written(event(sequence=4, title="neu"), previous=first, hours=1)
    raised = written(event(sequence=9, title="neu"), previous=changed, hours=2)
    back = written(event(sequence=2, title="neu"), previous=raised, hours=3)

    assert [facts(data)["e-1"][0] for data in (first, changed, raised, back)] == [4, 5, 9, 9]


def test_an_event_that_is_gone_is_left_out_and_the_feed_is_newer():
    first = written(event(1), event(2))
    second = written(event(2), previous=first, hours=1)

    assert list(facts(second)) == ["e-2"]
    assert facts(second)["e-2"] == facts(first)["e-2"]
    assert b"LAST-MODIFIED:20250101T090000Z" in second


def test_a_cancelled_event_stays_as_cancelled():
    first = written(event())
    second = written(event(status=EventStatus.ABGESAGT), previous=first, hours=1)

    assert b"STATUS:CANCELLED" in second
    assert facts(second)["e-1"][0] == 1


def test_an_exception_is_counted_apart_from_its_series():
    series = event(1, recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",))
    moved = event(
        2,
        occurrence_of="e-1",
        occurrence_at="RECURRENCE-ID;TZID=Europe/Berlin:20251022T090000",
        span=TimeSpan.at(datetime(2025, 10, 22, 14), hours=2, zone="Europe/Berlin"),
    )
    first = written(series, moved)
    second = written(series, attrs.evolve(moved, title="Verlegt"), previous=first, hours=1)

    (calendar,) = read_components(second, Notes())
    numbers = {
        (part.first("RECURRENCE-ID") is not None): part.first("SEQUENCE").value
        for part in calendar.children
        if part.name == "VEVENT"
    }
    assert numbers == {False: "0", True: "1"}


def test_nobody_and_no_alarm_stands_in_a_feed():
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:x", "END:VALARM")
    guest = Participation(id="p", event_id="e-1", name="Eva Muster", email="muster@kreis.example")
    inside = WriteOptions(stamp=STAMP, audience="intern")

    writing = feed.write([event(foreign=alarm), guest, Task(id="t", title="x")], inside)

    assert b"ATTENDEE" not in writing.data
    assert b"VALARM" not in writing.data
    assert b"VTODO" not in writing.data
    assert "feed.erinnerung" in [finding.rule for finding in writing.findings]


@pytest.mark.parametrize("previous", [b"", b"\0\xff", b"BEGIN:VCALENDAR", b"<html>", b"BEGIN:VCARD\r\nEND:VCARD\r\n"])
def test_a_file_that_is_no_feed_is_no_memory_and_no_obstacle(previous):
    writing = feed.write([event()], options(), previous)

    assert facts(writing.data) == {"e-1": (0, "20250101T080000Z")}
    assert [finding.rule for finding in writing.findings] == ["feed.ohne_vorgaenger"] * bool(previous)


def test_another_producers_calendar_does_not_give_numbers():
    other = (
        written(event()).replace(b"-//koschuso//koschuso//DE", b"-//other//DE").replace(b"SEQUENCE:0", b"SEQUENCE:7")
    )

    assert facts(written(event(title="neu"), previous=other))["e-1"][0] == 0


def test_a_usual_export_can_be_the_memory():
    export = ical.write([event(sequence=3)], options())

    assert facts(written(event(sequence=3, title="neu"), previous=export, hours=1))["e-1"][0] == 4


@pytest.mark.parametrize("number", ["-1", "x", "99999999999999999999", ""])
def test_an_impossible_number_in_the_last_feed_counts_as_none(number):
    first = written(event()).replace(b"SEQUENCE:0", f"SEQUENCE:{number}".encode())

    assert facts(written(event(title="neu"), previous=first))["e-1"][0] == 1


def test_all_day_events_and_an_empty_feed():
    day = Event(id="d", title="Tag", span=TimeSpan.days(date(2025, 10, 15)), status=EventStatus.EINLADUNG)

    data = written(day)
    assert b"VTIMEZONE" not in data
    assert written(day, previous=data, hours=1) == data
    empty = written(previous=data, hours=1)
    assert facts(empty) == {}
    assert written(previous=empty, hours=9) == empty
    assert [record.id for record in ical.read(data).records] == ["d"]
