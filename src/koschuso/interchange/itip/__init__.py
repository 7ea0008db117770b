"""Scheduling with others (iTIP, RFC 5546): messages made for an event, and messages applied to what the office holds.

    data = itip.request(event, participations, organiser=itip.CalendarUser(email="buero@kreis.example"), stamp=now)
    reading = itip.apply(ical.read(data), stored)

Nothing here sends anything. Each function gives the bytes of one calendar with METHOD; `koschuso.interchange.imip`
puts them into a mail, which a person sends. The records must have passed the data-protection filter: a message says
what the given records say, but for the lines that only mean something inside of the office.

A message lists the participations that it is given. To keep participants from seeing each other (domain.md DS-08),
make one message for each of them with only theirs; `Office.message` does.

What stands in SEQUENCE is ``Event.sequence``. It must rise when `needs_new_sequence` says so, and for every
cancellation and addition (RFC 5546, 2.1.4): `cancel` and `add` count one further than the event by themselves, and the
event must be stored with that number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import WrongUse
from koschuso.interchange.itip.applying import apply
from koschuso.interchange.itip.held import Holdings
from koschuso.interchange.itip.message import method_of
from koschuso.interchange.itip.people import CalendarUser, organiser_of
from koschuso.interchange.itip.producing import Draft, instance, message
from koschuso.interchange.itip.rules import EVENT_RULES, ORGANISER_METHODS, TASK_RULES, Method, needs_new_sequence
from koschuso.model import EMPTY, Event, Participation, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from koschuso.model import Record

__all__ = [
    "EVENT_RULES",
    "ORGANISER_METHODS",
    "TASK_RULES",
    "CalendarUser",
    "Draft",
    "Holdings",
    "Method",
    "add",
    "apply",
    "cancel",
    "counter",
    "decline_counter",
    "instance",
    "message",
    "method_of",
    "needs_new_sequence",
    "organiser_of",
    "publish",
    "refresh",
    "reply",
    "request",
]


def publish(
    events: Event | Task | Sequence[Event | Task],
    *,
    organiser: CalendarUser,
    stamp: datetime,
    contacts: Mapping[Any, Record] = EMPTY,
    labels: Callable[[str, str], str] | None = None,
) -> bytes:
    """Make events known that nobody has to answer (PUBLISH, 3.2.1); names no attendee.

    Args:
        events: The events or tasks.
        organiser: Who holds them.
        stamp: DTSTAMP, with time zone.
        contacts: Linked organisations, by `koschuso.model.Reference`.
        labels: As for `koschuso.interchange.format.WriteOptions`.

    Raises:
        Refused: One of them has no time.
    """
    return message(
        Draft(
            method=Method.PUBLISH,
            records=_several(events),
            organiser=organiser,
            stamp=stamp,
            contacts=contacts,
            labels=labels,
        )
    )


def request(
    events: Event | Task | Sequence[Event | Task],
    participations: Sequence[Participation] = (),
    *,
    organiser: CalendarUser,
    stamp: datetime,
    users: Sequence[CalendarUser] = (),
    comment: str = "",
    contacts: Mapping[Any, Record] = EMPTY,
    labels: Callable[[str, str], str] | None = None,
) -> bytes:
    """Invite to an event or assign a task (REQUEST, 3.2.2), also again after a change.

    Args:
        events: The event, followed by those of its exceptions that are meant; or exceptions alone.
        participations: Those to invite; an exception without any of its own takes those of the series.
        organiser: Who invites.
        stamp: DTSTAMP, with time zone.
        users: Those to assign a task to.
        comment: Words for those invited.
        contacts: Linked people and organisations, by `koschuso.model.Reference`.
        labels: As for `koschuso.interchange.format.WriteOptions`.

    Raises:
        Refused: The event has no time or is cancelled, or nobody has a mail address.

    >>> from datetime import UTC, datetime
    >>> from koschuso.model import EventStatus, TimeSpan
    >>> event = Event(id="fachtag@kreis.example", title="Fachtag", status=EventStatus.EINLADUNG,
    ...     span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3))
    >>> guest = Participation(id="p", event_id=event.id, name="Eva Muster", email="eva@schule.example")
    >>> data = request(event, [guest], organiser=CalendarUser(email="buero@kreis.example"),
    ...     stamp=datetime(2025, 9, 1, 8, tzinfo=UTC))
    >>> [line for line in data.decode().splitlines() if line.startswith(("METHOD", "ORGANIZER", "SEQUENCE"))]
    ['METHOD:REQUEST', 'SEQUENCE:0', 'ORGANIZER:mailto:buero@kreis.example']
    """
    return message(
        Draft(
            method=Method.REQUEST,
            records=_several(events),
            attendees=participations,
            users=users,
            organiser=organiser,
            stamp=stamp,
            comment=comment,
            contacts=contacts,
            labels=labels,
        )
    )


def reply(
    event: Event,
    participation: Participation,
    *,
    stamp: datetime,
    organiser: CalendarUser | None = None,
    comment: str = "",
    contacts: Mapping[Any, Record] = EMPTY,
    delegate: Participation | None = None,
) -> bytes:
    """Answer an invitation (REPLY, 3.2.3): the status of one participation as PARTSTAT.

    Args:
        event: The event, or one instance of it (see `instance`).
        participation: Whose answer it is, with the status to tell.
        stamp: DTSTAMP, with time zone.
        organiser: Who invited; by default as the event says.
        comment: Words for the organiser.
        contacts: Linked people and organisations.
        delegate: Who comes instead, for the status *vertreten*.
    """
    who = participation
    people = [who]
    if delegate is not None:
        who = attrs.evolve(participation, substitute_id=delegate.id)
        people = [who, delegate]
    draft = Draft(
        method=Method.REPLY,
        records=[event],
        attendees=people,
        organiser=_inviting(event, organiser, contacts),
        stamp=stamp,
        comment=comment,
        contacts=contacts,
    )
    return message(draft)


def add(
    occurrence: Event,
    participations: Sequence[Participation],
    *,
    to: Event,
    organiser: CalendarUser,
    stamp: datetime,
    contacts: Mapping[Any, Record] = EMPTY,
    labels: Callable[[str, str], str] | None = None,
) -> bytes:
    """Add one more date to a series (ADD, 3.2.4).

    Args:
        occurrence: What takes place on the added date.
        participations: Those invited to the series.
        to: The series; its SEQUENCE, plus one, is that of the message.
        organiser: Who invites.
        stamp: DTSTAMP, with time zone.
        contacts: Linked people and organisations.
        labels: As for `koschuso.interchange.format.WriteOptions`.
    """
    plain = attrs.evolve(occurrence, recurrence=(), occurrence_of="", occurrence_at="")
    return message(
        Draft(
            method=Method.ADD,
            records=[plain],
            attendees=participations,
            organiser=organiser,
            stamp=stamp,
            sequence=to.sequence + 1,
            uid=to.id,
            contacts=contacts,
            labels=labels,
        )
    )


def cancel(
    events: Event | Task | Sequence[Event | Task],
    participations: Sequence[Participation] = (),
    *,
    organiser: CalendarUser,
    stamp: datetime,
    uninvite: bool = False,
    sequence: int | None = None,
    users: Sequence[CalendarUser] = (),
    comment: str = "",
    contacts: Mapping[Any, Record] = EMPTY,
) -> bytes:
    """Cancel an event, or some of its instances, or the invitation of some attendees (CANCEL, 3.2.5).

    Args:
        events: The event; or the instances that are cancelled (see `instance`).
        participations: Whom to tell; with ``uninvite`` those who are no longer invited.
        organiser: Who invited.
        stamp: DTSTAMP, with time zone.
        uninvite: Only the named ones are no longer invited; the event takes place.
        sequence: SEQUENCE; one further than the event's when omitted.
        users: Whom to tell of a task.
        comment: The reason.
        contacts: Linked people and organisations.
    """
    records = _several(events)
    if sequence is None:
        sequence = 1 + max((record.sequence for record in records if isinstance(record, Event)), default=0)
    if uninvite and not participations:
        raise WrongUse("Wer ausgeladen wird, muss genannt sein.")
    return message(
        Draft(
            method=Method.CANCEL,
            records=records,
            attendees=participations,
            users=users,
            organiser=organiser,
            stamp=stamp,
            sequence=sequence,
            whole=not uninvite,
            comment=comment,
            contacts=contacts,
        )
    )


def counter(
    proposed: Event,
    participation: Participation,
    *,
    stamp: datetime,
    organiser: CalendarUser | None = None,
    comment: str = "",
    contacts: Mapping[Any, Record] = EMPTY,
) -> bytes:
    """Propose something else to the organiser (COUNTER, 3.2.7).

    Args:
        proposed: The event as it should be, with the SEQUENCE of the invitation.
        participation: Who proposes it.
        stamp: DTSTAMP, with time zone.
        organiser: Who invited; by default as the event says.
        comment: The reason.
        contacts: Linked people and organisations.
    """
    return message(
        Draft(
            method=Method.COUNTER,
            records=[proposed],
            attendees=[participation],
            organiser=_inviting(proposed, organiser, contacts),
            stamp=stamp,
            comment=comment,
            contacts=contacts,
        )
    )


def refresh(
    event: Event,
    participation: Participation,
    *,
    stamp: datetime,
    organiser: CalendarUser | None = None,
    comment: str = "",
    contacts: Mapping[Any, Record] = EMPTY,
) -> bytes:
    """Ask the organiser for the current state of an event (REFRESH, 3.2.6); see `reply` for the arguments."""
    return message(
        Draft(
            method=Method.REFRESH,
            records=[event],
            attendees=[participation],
            organiser=_inviting(event, organiser, contacts),
            stamp=stamp,
            comment=comment,
            contacts=contacts,
        )
    )


def decline_counter(
    event: Event,
    participations: Sequence[Participation],
    *,
    organiser: CalendarUser,
    stamp: datetime,
    comment: str = "",
    contacts: Mapping[Any, Record] = EMPTY,
) -> bytes:
    """Tell somebody that their proposal is not taken up (DECLINECOUNTER, 3.2.8).

    Args:
        event: The event as it stays, with the SEQUENCE that was answered.
        participations: Whose proposal it was.
        organiser: Who invited.
        stamp: DTSTAMP, with time zone.
        comment: The reason.
        contacts: Linked people and organisations.
    """
    return message(
        Draft(
            method=Method.DECLINECOUNTER,
            records=[event],
            attendees=participations,
            organiser=organiser,
            stamp=stamp,
            comment=comment,
            contacts=contacts,
        )
    )


def _inviting(event: Event, organiser: CalendarUser | None, contacts: Mapping[Any, Record]) -> CalendarUser:
    known = organiser or organiser_of(event, contacts)
    if known is None:
        raise WrongUse(
            f"{event.LABEL} {event.id}: Wer eingeladen hat, ist nicht bekannt; nennen Sie die einladende Stelle."
        )
    return known


def _several(events: Event | Task | Sequence[Event | Task]) -> Sequence[Event | Task]:
    return [events] if isinstance(events, Event | Task) else events
