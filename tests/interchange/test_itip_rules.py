"""The tables of RFC 5546, typed from its text, against the rules that messages are made by and against the messages.

Each entry says what the table of its section marks as 1 or 1+ (must), and as 0 (must not); everything else may stand.
"""

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

import attrs
import pytest

from koschuso.errors import Refused, WrongUse
from koschuso.interchange import ical, imip, itip
from koschuso.model import Event, EventStatus, FuzzyDate, Participation, ParticipationStatus, Task, TaskStatus, TimeSpan


class Table(NamedTuple):
    """What stands in the table of a section."""

    section: str
    components: str
    must: str
    must_not: str
    attendee: str


EVENTS = {
    "PUBLISH": Table("3.2.1", "1+", "DTSTAMP DTSTART ORGANIZER SUMMARY UID", "ATTENDEE REQUEST-STATUS", "0"),
    "REQUEST": Table("3.2.2", "1+", "ATTENDEE DTSTAMP DTSTART ORGANIZER SUMMARY UID", "REQUEST-STATUS", "1+"),
    "REPLY": Table("3.2.3", "1+", "ATTENDEE DTSTAMP ORGANIZER UID", "VALARM", "1"),
    "ADD": Table(
        "3.2.4",
        "1",
        "DTSTAMP DTSTART ORGANIZER SEQUENCE SUMMARY UID",
        "EXDATE RECURRENCE-ID REQUEST-STATUS RDATE RRULE",
        "0+",
    ),
    "CANCEL": Table("3.2.5", "1+", "DTSTAMP ORGANIZER SEQUENCE UID", "REQUEST-STATUS VALARM", "0+"),
    "REFRESH": Table(
        "3.2.6",
        "1",
        "ATTENDEE DTSTAMP ORGANIZER UID",
        "ATTACH CATEGORIES CLASS CONTACT CREATED DESCRIPTION DTEND DTSTART DURATION EXDATE GEO LAST-MODIFIED LOCATION "
        "PRIORITY RDATE RELATED-TO REQUEST-STATUS RESOURCES RRULE SEQUENCE STATUS SUMMARY TRANSP URL VALARM",
        "1",
    ),
    "COUNTER": Table("3.2.7", "1", "DTSTAMP DTSTART ORGANIZER SEQUENCE SUMMARY UID", "", "0+"),
    "DECLINECOUNTER": Table("3.2.8", "1+", "ATTENDEE DTSTAMP ORGANIZER SEQUENCE UID", "VALARM", "1+"),
}
TASKS = {
    "PUBLISH": Table("3.4.1", "1+", "DTSTAMP DTSTART ORGANIZER PRIORITY SUMMARY UID", "ATTENDEE REQUEST-STATUS", "0"),
    "REQUEST": Table("3.4.2", "1+", "ATTENDEE DTSTAMP DTSTART ORGANIZER PRIORITY SUMMARY UID", "REQUEST-STATUS", "1+"),
    "REPLY": Table("3.4.3", "1+", "ATTENDEE DTSTAMP ORGANIZER UID", "VALARM", "1"),
    "ADD": Table(
        "3.4.4",
        "1",
        "DTSTAMP ORGANIZER PRIORITY SEQUENCE SUMMARY UID",
        "EXDATE RECURRENCE-ID REQUEST-STATUS RDATE RRULE",
        "0+",
    ),
    "CANCEL": Table("3.4.5", "1+", "UID DTSTAMP ORGANIZER SEQUENCE", "REQUEST-STATUS VALARM", "0+"),
    "REFRESH": Table(
        "3.4.6",
        "1",
        "ATTENDEE DTSTAMP UID",
        "ATTACH CATEGORIES CLASS COMMENT COMPLETED CONTACT CREATED DESCRIPTION DTSTART DUE DURATION EXDATE GEO "
        "LAST-MODIFIED LOCATION ORGANIZER PERCENT-COMPLETE PRIORITY RDATE RELATED-TO REQUEST-STATUS RESOURCES RRULE "
        "SEQUENCE STATUS URL VALARM",
        "1",
    ),
    "COUNTER": Table("3.4.7", "1", "ATTENDEE DTSTAMP ORGANIZER PRIORITY SUMMARY UID", "", "1+"),
    "DECLINECOUNTER": Table("3.4.8", "1", "ATTENDEE DTSTAMP ORGANIZER SEQUENCE UID", "VALARM", "1+"),
}
MOST_ONCE = frozenset(
    [
        "CLASS",
        "CREATED",
        "DESCRIPTION",
        "DTEND",
        "DTSTAMP",
        "DTSTART",
        "DUE",
        "DURATION",
        "GEO",
        "LAST-MODIFIED",
        "LOCATION",
        "ORGANIZER",
        "PRIORITY",
        "RECURRENCE-ID",
        "RRULE",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "TRANSP",
        "UID",
        "URL",
    ]
)
"""Marked as 1 or as 0 or 1 wherever they may stand at all."""

OFFICE = itip.CalendarUser(email="buero@kreis.example", name="Koordinierungsstelle")
STAMP = datetime(2025, 9, 1, 8, tzinfo=UTC)
COMMON = {"organiser": OFFICE, "stamp": STAMP}
FULL = Event(
    id="fachtag@kreis.example",
    title="",
    description="Zeile",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3),
    status=EventStatus.EINLADUNG,
    sequence=2,
    recurrence=("RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Berlin:20251022T090000"),
    foreign=(
        "CLASS:PUBLIC",
        "CATEGORIES:Fachtag",
        "PRIORITY:5",
        "GEO:51.5;8.1",
        "URL:https://kreis.example/",
        "REQUEST-STATUS:2.0;Success",
        "CREATED:20250801T080000Z",
        "X-ANDERE:bleibt",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Bald",
        "TRIGGER:-PT1H",
        "END:VALARM",
    ),
)
TASK = Task(
    id="bericht@kreis.example",
    title="Bericht",
    status=TaskStatus.GEPLANT,
    begin=FuzzyDate.of(date(2025, 9, 1)),
    due=FuzzyDate.of(date(2025, 9, 30)),
    foreign=("REQUEST-STATUS:2.0;Success", "BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT1H", "END:VALARM"),
)
EVA = Participation(id="p-eva", event_id=FULL.id, name="Eva Muster", email="eva@schule.example")
ALI = Participation(id="p-ali", event_id=FULL.id, name="Ali Beispiel", email="ali@traeger.example")


def of(kind, rules, table):
    return [pytest.param(method, rules, told, id=f"{kind}-{method}-{told.section}") for method, told in table.items()]


@pytest.mark.parametrize(
    ("method", "rules", "told"),
    [*of("VEVENT", itip.EVENT_RULES, EVENTS), *of("VTODO", itip.TASK_RULES, TASKS)],
)
def test_each_method_demands_and_forbids_what_its_table_says(method, rules, told):
    ours = rules[itip.Method(method)]

    assert ours.demanded == set(told.must.split())
    assert ours.forbidden == set(told.must_not.split())
    assert ours.several == (told.components == "1+")
    assert ours.one_attendee == (told.attendee == "1")
    assert ("ATTENDEE" in ours.demanded) == told.attendee.startswith("1")


def test_the_organiser_sends_what_the_tables_say_that_only_the_organiser_sends():
    """RFC 5546, 1.4: PUBLISH, REQUEST, ADD, CANCEL, DECLINECOUNTER."""
    assert {"PUBLISH", "REQUEST", "ADD", "CANCEL", "DECLINECOUNTER"} == itip.ORGANISER_METHODS
    assert set(itip.EVENT_RULES) == set(itip.TASK_RULES) == set(itip.Method)


def messages():
    """A message of each method about an event that has as much as it can have."""
    plain = attrs.evolve(FULL, recurrence=())
    answered = attrs.evolve(EVA, status=ParticipationStatus.VERTRETEN)
    yield "VEVENT", "PUBLISH", itip.publish(FULL, **COMMON)
    yield "VEVENT", "REQUEST", itip.request(FULL, [EVA, ALI], **COMMON)
    yield "VEVENT", "REPLY", itip.reply(FULL, answered, delegate=ALI, **COMMON)
    yield "VEVENT", "ADD", itip.add(plain, [EVA], to=FULL, **COMMON)
    yield "VEVENT", "ADD", itip.add(plain, [], to=FULL, **COMMON)
    yield "VEVENT", "CANCEL", itip.cancel(FULL, [EVA, ALI], **COMMON)
    yield "VEVENT", "REFRESH", itip.refresh(FULL, EVA, comment="Bitte", **COMMON)
    yield "VEVENT", "COUNTER", itip.counter(FULL, EVA, **COMMON)
    yield "VEVENT", "DECLINECOUNTER", itip.decline_counter(FULL, [EVA], **COMMON)
    yield "VTODO", "PUBLISH", itip.publish(TASK, **COMMON)
    yield "VTODO", "REQUEST", itip.request(TASK, users=[OFFICE], **COMMON)
    yield "VTODO", "CANCEL", itip.cancel(TASK, users=[OFFICE], **COMMON)


def blocks(data):
    """Each component as its name and the names of its own properties and of the components in it."""
    found, open_ = [], []
    for line in re.sub(r"\r\n[ \t]", "", data.decode()).split("\r\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            if open_:
                open_[-1][1].append(value)
            open_.append((value, []))
            found.append(open_[-1])
        elif name == "END":
            open_.pop()
        elif line:
            open_[-1][1].append(name.partition(";")[0])
    return found


@pytest.mark.parametrize(
    ("component", "method", "data"), [pytest.param(*one, id="-".join(one[:2])) for one in messages()]
)
def test_a_message_of_an_event_with_everything_keeps_to_the_table(component, method, data):
    told = (EVENTS if component == "VEVENT" else TASKS)[method]
    (calendar, outer), *inner = blocks(data)
    (found,) = [names for name, names in inner if name == component]

    assert calendar == "VCALENDAR"
    # 3.1.1: CALSCALE at most once, PRODID, VERSION and METHOD once; beside the component only zones (VTIMEZONE)
    assert sorted(set(outer) - {"VTIMEZONE"}) == sorted({"CALSCALE", "METHOD", "PRODID", "VERSION", component})
    assert len(outer) == len(set(outer))
    assert set(told.must.split()) <= set(found)
    assert not set(told.must_not.split()) & set(found)
    assert [name for name in MOST_ONCE if found.count(name) > 1] == []
    assert not {"DTEND", "DURATION"} <= set(found)
    assert not {"DUE", "DURATION"} <= set(found)
    if told.attendee == "1":
        assert found.count("ATTENDEE") == 1
    # 3.1.2: VTIMEZONE MUST be present if any date/time refers to one
    assert ("VTIMEZONE" in outer) == (b"TZID=Europe/Berlin" in data)


def value(data, name):
    return re.search(rf"^{name}(?:;[^:]*)?:(.*)$", data.decode().replace("\r\n", "\n"), re.MULTILINE)[1]


@pytest.mark.parametrize(
    ("component", "method", "data"), [pytest.param(*one, id="-".join(one[:2])) for one in messages()]
)
def test_sequence_rises_with_an_addition_and_a_cancellation_and_stays_in_answers(component, method, data):
    """RFC 5546, 2.1.4."""
    held = 2 if component == "VEVENT" else 0
    if method == "REFRESH":
        assert b"SEQUENCE" not in data
    else:
        assert value(data, "SEQUENCE") == str(held + (method in {"ADD", "CANCEL"}))


def test_an_answer_without_an_address_of_its_own_does_not_take_that_of_the_substitute():
    nobody = attrs.evolve(EVA, email="", status=ParticipationStatus.VERTRETEN)

    with pytest.raises(Refused, match="ATTENDEE"):
        itip.reply(FULL, nobody, delegate=ALI, **COMMON)


@pytest.mark.parametrize("method", ["ADD", "REFRESH", "COUNTER"])
def test_some_methods_are_about_one_component_only(method):
    draft = itip.Draft(method=itip.Method(method), records=[FULL, FULL], attendees=[EVA], **COMMON)

    with pytest.raises(WrongUse, match="genau einer Veranstaltung"):
        itip.message(draft)


def test_an_addition_needs_no_attendee_but_a_declined_proposal_does():
    (_, found) = blocks(itip.add(attrs.evolve(FULL, recurrence=()), [], to=FULL, **COMMON))[-1]
    assert "ATTENDEE" not in found
    with pytest.raises(Refused, match="ATTENDEE"):
        itip.decline_counter(FULL, [], **COMMON)


def test_a_declined_proposal_goes_to_whoever_made_it_and_is_understood_there():
    data = itip.decline_counter(FULL, [EVA], **COMMON)

    assert imip.recipients_of(data) == ("eva@schule.example",)
    reading = ical.FORMAT.apply(ical.read(data), lambda kind, id_: FULL if (kind, id_) == ("event", FULL.id) else None)
    assert "itip.gegenvorschlag_abgelehnt" in {finding.rule for finding in reading.findings}


def test_a_cancelled_task_is_not_assigned():
    """3.4.2: STATUS MAY be one of COMPLETED, NEEDS-ACTION and IN-PROCESS."""
    with pytest.raises(Refused, match="Die Aufgabe ist abgesagt"):
        itip.request(attrs.evolve(TASK, status=TaskStatus.VERWORFEN), users=[OFFICE], **COMMON)
