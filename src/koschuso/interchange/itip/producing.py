"""Makes scheduling messages: what a calendar writer gives, cut to what RFC 5546 demands and allows for the method.

Each record is written as it would be in a file; then the properties of the method's table are added, the forbidden
ones and everything that only means something inside the office are taken out, and each zone that is left in use keeps
its VTIMEZONE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import attrs

from koschuso.errors import Refused, WrongUse
from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import format_line, join
from koschuso.interchange.foreign import split_blocks
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.ical import writer as ical_writer
from koschuso.interchange.ical.header import OWN_PRODID
from koschuso.interchange.ical.scope import X
from koschuso.interchange.ical.span import moment_line
from koschuso.interchange.ical.task import TASK_STATUS
from koschuso.interchange.itip.people import CalendarUser, attendee_lines
from koschuso.interchange.itip.rules import EVENT_RULES, TASK_RULES, Method, Rules
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.zones.names import is_iana
from koschuso.model import BERLIN, EMPTY, Event, Participation, Record, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.interchange.component import Component

__all__ = ["SENT", "Draft", "instance", "message"]

SENT: Final = f"{X}VERSENDET"
"""The kept line of an event whose messages come from here; see `koschuso.office.messaging`."""

_OFFICE_ONLY: Final = frozenset(
    X + name
    for name in (
        "BETEILIGT",
        "BEZUG",
        "ERGEBNIS",
        "GREMIUM",
        "ID",
        "KOSTENART",
        "MINUTEN",
        "NACHFOLGER",
        "PARTNER",
        "REFERENT",
        "REIHE",
        "SICHTBARKEIT",
        "VERANSTALTER",
        "VERSENDET",
        "ZUSTAENDIG",
    )
)
"""Lines whose ids or decisions mean nothing outside of the office."""

_FOR_TASKS: Final = frozenset({Method.PUBLISH, Method.REQUEST, Method.CANCEL})
"""What an office sends about tasks; it is not assigned any itself."""

_NAMED_ANEW: Final = frozenset({"", "ATTENDEE", "COMMENT", "DTSTAMP", "ORGANIZER", "SEQUENCE"})
_TIME: Final = frozenset({"DTSTART", "DTEND", "DUE", "DURATION"})
_ONLY: Final[Mapping[Method, frozenset[str]]] = {
    # An answer repeats as little as possible of what the other side wrote itself.
    Method.REPLY: _TIME | {"UID", "RECURRENCE-ID", "SUMMARY"},
    Method.CANCEL: _TIME | {"UID", "RECURRENCE-ID", "SUMMARY", "LOCATION", "RRULE", "RDATE", "EXDATE", "STATUS"},
    Method.REFRESH: frozenset({"UID", "RECURRENCE-ID"}),
    Method.DECLINECOUNTER: frozenset({"UID", "RECURRENCE-ID"}),
}


@attrs.frozen(kw_only=True)
class Draft:
    """What one message is to say.

    Attributes:
        method: Its method.
        records: The event with those of its exceptions that are meant, or tasks.
        organiser: Who holds it.
        stamp: DTSTAMP.
        attendees: Those to name; of an exception without any of its own those of the series. REPLY and REFRESH name
            the first only: who sends them; whoever comes instead follows.
        users: Those to name who are no participation (for tasks).
        sequence: SEQUENCE; that of each record when ``None``.
        comment: Words for the other side (COMMENT).
        whole: For CANCEL: whether the event itself is cancelled, not only the invitation of the attendees.
        uid: UID to write in the place of the record's own (ADD).
        contacts: Linked people and organisations, by `koschuso.model.Reference`.
        labels: As for `koschuso.interchange.format.WriteOptions`.
    """

    method: Method
    records: Sequence[Event | Task]
    organiser: CalendarUser
    stamp: datetime
    attendees: Sequence[Participation] = ()
    users: Sequence[CalendarUser] = ()
    sequence: int | None = None
    comment: str = ""
    whole: bool = True
    uid: str = ""
    contacts: Mapping[Any, Record] = EMPTY
    labels: Callable[[str, str], str] | None = None


def message(draft: Draft) -> bytes:
    """Write a message.

    Raises:
        WrongUse: The method is not for this kind of record, or the records are not one event with its exceptions.
        Refused: Something is missing that the method demands.
    """
    _check(draft)
    options = WriteOptions(stamp=draft.stamp, audience="netzwerk", labels=draft.labels, references=draft.contacts)
    data = ical_writer.writing(list(draft.records), options).data
    calendar = next(read_components(data, Notes()))
    written = [child for child in calendar.children if child.name in {"VEVENT", "VTODO"}]
    if len(written) != len(draft.records):
        raise Refused("Eine Idee ohne Termin oder ein verworfener Termin lässt sich nicht verschicken.")
    components = [_component(child, record, draft) for child, record in zip(written, draft.records, strict=True)]
    used = {tzid for _, lines in components for tzid in _zones_of(lines)}
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{OWN_PRODID}", "CALSCALE:GREGORIAN", f"METHOD:{draft.method}"]
    for child in calendar.children:
        if child.name == "VTIMEZONE" and any(line.value in used for line in child.all("TZID")):
            lines += child.texts()
    for name, inner in components:
        lines += [f"BEGIN:{name}", *inner, f"END:{name}"]
    return join([*lines, "END:VCALENDAR"])


def _check(draft: Draft) -> None:
    if not draft.records:
        raise WrongUse("Eine Nachricht braucht eine Veranstaltung oder Aufgabe.")
    for record in draft.records:
        if isinstance(record, Task) and draft.method not in _FOR_TASKS:
            raise WrongUse(f"Die Methode {draft.method} gibt es für eine {record.LABEL} nicht.")
        rules = _rules(record)[draft.method]
        if len(draft.records) > 1 and not rules.several:
            raise WrongUse(f"Eine Nachricht {draft.method} handelt von genau einer {record.LABEL}.")
        if isinstance(record, Event):
            cancelled = record.status in {"abgesagt", "verschoben"}
        else:
            cancelled = TASK_STATUS[record.status] == "CANCELLED"
        single = not (isinstance(record, Event) and record.occurrence_of)
        if cancelled and single and draft.method in {Method.REQUEST, Method.ADD}:
            what = "Der Termin" if isinstance(record, Event) else "Die Aufgabe"
            raise Refused(f"{record.LABEL} {record.id}: {what} ist abgesagt; verschicken Sie eine Absage (CANCEL).")
    uids = {_uid(record) for record in draft.records}
    if len(uids) > 1 and draft.method is not Method.PUBLISH:
        raise WrongUse("Eine Nachricht handelt von einer Veranstaltung mit ihren Ausnahmen, nicht von mehreren.")


def _rules(record: Event | Task) -> Mapping[Method, Rules]:
    return EVENT_RULES if isinstance(record, Event) else TASK_RULES


def _uid(record: Event | Task) -> str:
    return (isinstance(record, Event) and record.occurrence_of) or record.id


def _component(component: Component, record: Event | Task, draft: Draft) -> tuple[str, list[str]]:
    """Cut one component to its method; gives its name and lines."""
    rules = _rules(record)[draft.method]
    lines = [*_named_anew(record, draft, rules), *_kept(component, draft, rules)]
    if draft.method is Method.CANCEL and draft.whole:
        lines.append("STATUS:CANCELLED")
    names = {text.partition(":")[0].partition(";")[0].upper() for text in lines}
    for name, empty in (("SUMMARY", "SUMMARY:"), ("PRIORITY", "PRIORITY:0")):
        if name in rules.demanded - names:
            lines.append(empty)
            names.add(name)
    missing = sorted(rules.demanded - names)
    if missing:
        hint = _HINTS.get(missing[0], "")
        raise Refused(
            f"{record.LABEL} {record.id}: Für {draft.method} fehlt {', '.join(missing)}. {hint}".strip(),
            missing=tuple(missing),
        )
    # the identity of the component is what readers look for first
    lines.sort(key=lambda text: not text.startswith("UID:"))
    for child in component.children:
        if child.name not in rules.forbidden and draft.method not in _ONLY:
            lines += child.texts()
    return component.name, lines


def _kept(component: Component, draft: Draft, rules: Rules) -> Iterator[str]:
    """The lines of the record that the method allows and that concern others."""
    dropped = _NAMED_ANEW | _OFFICE_ONLY | rules.forbidden
    if draft.method is Method.CANCEL:
        dropped |= {"STATUS"}
    if draft.uid:
        dropped |= {"UID"}
    only = _ONLY.get(draft.method)
    for line in component.lines:
        if line.name not in dropped and (only is None or line.name in only):
            yield line.text


_HINTS: Final = {
    "ATTENDEE": "Nennen Sie mindestens eine Person mit E-Mail-Adresse.",
    "DTSTART": "Tragen Sie ein, wann sie beginnt.",
}


def _named_anew(record: Event | Task, draft: Draft, rules: Rules) -> Iterator[str]:
    if draft.uid:
        yield f"UID:{escape_text(draft.uid)}"
    yield f"DTSTAMP:{draft.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    sequence = draft.sequence
    if sequence is None:
        sequence = record.sequence if isinstance(record, Event) else _task_sequence(record)
    if "SEQUENCE" not in rules.forbidden:
        yield f"SEQUENCE:{sequence}"
    params = {"CN": draft.organiser.name} if draft.organiser.name else None
    yield format_line("", "ORGANIZER", params, f"mailto:{draft.organiser.email}")
    if "ATTENDEE" not in rules.forbidden:
        yield from _attendees(record, draft, rules)
    if draft.comment:
        yield f"COMMENT:{escape_text(draft.comment)}"


def _attendees(record: Event | Task, draft: Draft, rules: Rules) -> Iterator[str]:
    own = [who for who in draft.attendees if who.event_id == record.id]
    series = own or [who for who in draft.attendees if who.event_id == _uid(record)] or draft.attendees
    rsvp = draft.method in {Method.REQUEST, Method.ADD}
    lines = attendee_lines(series, draft.contacts, rsvp=rsvp)
    if rules.one_attendee:
        # the others are only whom the parameters of the first speak of
        yield from lines[: len(attendee_lines(series[:1], draft.contacts))]
        return
    yield from lines
    for user in draft.users:
        params = {"CN": user.name} if user.name else {}
        params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"}
        yield format_line("", "ATTENDEE", params | ({"RSVP": "TRUE"} if rsvp else {}), f"mailto:{user.email}")


def _task_sequence(task: Task) -> int:
    from koschuso.interchange.editions import message_edition  # noqa: PLC0415 - only tasks keep it in a line

    return message_edition(task)[0]


def _zones_of(lines: Sequence[str]) -> Iterator[str]:
    from koschuso.interchange.contentline import parse_line  # noqa: PLC0415 - few lines name a zone

    for text in lines:
        if "TZID=" in text:
            yield parse_line(text).param("TZID")


def instance(series: Event, at: datetime | date, *, this_and_future: bool = False) -> Event:
    """Give one occurrence of a recurring event as an exception of it, so far without any difference.

    Change it with ``attrs.evolve`` and send it, or cancel it alone.

    Args:
        series: The recurring event.
        at: When the occurrence begins by the rule: wall time in the zone of the series, an aware moment, or a day.
        this_and_future: Whether all later occurrences are meant as well (RANGE=THISANDFUTURE).

    >>> from koschuso.model import TimeSpan
    >>> series = Event(id="qz", title="Qualitätszirkel", recurrence=("RRULE:FREQ=MONTHLY;COUNT=6",),
    ...     span=TimeSpan.at(datetime(2025, 9, 3, 14), hours=2))
    >>> third = instance(series, datetime(2025, 11, 3, 14))
    >>> third.id, third.occurrence_at, str(third.span)
    ('qz#20251103T140000', 'RECURRENCE-ID;TZID=Europe/Berlin:20251103T140000', '03.11.2025, 14:00–16:00 Uhr')
    """
    span = series.span
    if span is None:
        raise Refused(f"{series.LABEL} {series.id}: Eine Veranstaltung ohne Termin hat keine einzelnen Termine.")
    if not isinstance(at, datetime):
        at = datetime.combine(at, span.begin.time())
    if at.tzinfo is not None:
        zone = span.zone if span.zone and is_iana(span.zone) else BERLIN
        at = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if span.all_day:
        at = datetime.combine(at.date(), time())
    text = moment_line("RECURRENCE-ID", at, span.zone, all_day=span.all_day)
    if this_and_future:
        text = text.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE", 1)
    zones, rest = split_blocks(series.foreign, "VTIMEZONE", leading=True)
    kept = [entry for entry in rest if entry[:9].upper() == "ORGANIZER" and ":" in entry]
    return attrs.evolve(
        series,
        id=f"{series.id}#{text.rpartition(':')[2]}",
        span=attrs.evolve(span, begin=at, end=at + (span.end - span.begin)),
        recurrence=(),
        registration_deadline=None,
        occurrence_of=series.id,
        occurrence_at=text,
        foreign=(*(line for block in zones for line in block), *kept),
    )
