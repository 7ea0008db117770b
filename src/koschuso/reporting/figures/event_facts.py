"""What took place in a period and who came: events and participations, counted in one pass over each kind.

Teilnahmen are visits, Teilnehmende are different people; person-hours are what all visitors together spent, hours of
events are what the programme lasted. None of them is ever mixed with another. An event of which nobody noted who came
has unknown Teilnahmen, not 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from koschuso.errors import Refused
from koschuso.model import Event, EventStatus, Headcount, Participation, ParticipationStatus, Period, Person
from koschuso.model.folding import fold
from koschuso.query import Overlaps
from koschuso.reporting.figures.origins import Origins
from koschuso.reporting.figures.programme import Attendance, EventTally, Programme
from koschuso.reporting.figures.spans import covering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.view import View

__all__ = ["EventFacts", "event_hours", "is_sitting"]

HELD: Final = frozenset({EventStatus.DURCHGEFUEHRT, EventStatus.NACHBEREITET})
_OFF: Final = frozenset({EventStatus.ABGESAGT, EventStatus.VERSCHOBEN, EventStatus.VERWORFEN, EventStatus.IDEE})
_PARTAKING: Final = frozenset({"teilnehmend", "gast"})
_CONTRIBUTING: Final = frozenset({"referent", "moderation"})
_STAYED_AWAY: Final = frozenset(
    {ParticipationStatus.ABGEMELDET, ParticipationStatus.VERTRETEN, ParticipationStatus.UNENTSCHULDIGT}
)
_SITTING: Final = "gremiensitzung"
_COORDINATION: Final = "koordination"
_SECONDS: Final = 3600


def is_sitting(event: Event) -> bool:
    """Tell whether an event is the meeting of a committee; these are no Veranstaltungen."""
    return event.type == _SITTING or bool(event.committee_id)


def event_hours(event: Event) -> Fraction | None:
    """Give how long an event lasted: the hours of its certificate, else those on the clock; ``None`` is not known.

    Whole days without hours for a certificate say nothing about hours.
    """
    if event.certificate_hours is not None:
        return Fraction(event.certificate_hours)
    if event.span is None or event.span.all_day:
        return None
    try:
        seconds = event.span.duration.total_seconds()
    except Refused:  # a zone that this machine does not know
        return None
    return Fraction(round(seconds), _SECONDS) if seconds > 0 else None


class Noted(NamedTuple):
    """What is noted of a participation, as far as it is counted."""

    status: ParticipationStatus
    person_id: str
    organisation_id: str
    name: str
    email: str
    hours: Decimal | None
    headcounts: tuple[Headcount, ...]


_FIELDS: Final = ("event_id", "role", *Noted._fields)


class EventFacts:
    """Events and participations of a period, and of the one before it where that is asked for.

    Args:
        view: What the report may see.
        schools: The schools of the region; without them participations are not read, for reports about events alone.
        period: The period; an event belongs to the day on which it begins, as clocks in NRW show it.
        before: The period to compare with.
        today: Day up to which the data were recorded: what lies behind it and is not closed is an open end.
    """

    def __init__(self, view: View, schools: Schools | None, period: Period, before: Period | None, today: date) -> None:
        self._view = view
        self._today = today
        self.now = Programme(period=period)
        self.before = None if before is None else Programme(period=before)
        self._programmes = [one for one in (self.now, self.before) if one is not None]
        tallies: dict[str, tuple[Programme, EventTally]] = {}
        sittings: dict[str, Programme] = {}
        for event in self._events(view):
            self._take_event(event, tallies, sittings)
        self._coordinators = frozenset(
            person.id
            for person in view.records(Person)
            if any(held.function == _COORDINATION for held in person.functions)
        )
        self._spoke()
        if schools is not None:
            self._read_participations(Origins(view, schools), tallies, sittings)
        for programme in self._programmes:
            programme.close()

    def _read_participations(
        self, origins: Origins, tallies: dict[str, tuple[Programme, EventTally]], sittings: dict[str, Programme]
    ) -> None:
        for programme in self._programmes:
            programme.origins = origins
        for event_id, role, *noted in self._view.values(Participation, _FIELDS):
            found = tallies.get(event_id)
            if found is not None and role in _PARTAKING:
                _take_guest(Noted(*noted), *found)
            elif role in _CONTRIBUTING:
                holding = found[0] if found else sittings.get(event_id)
                if holding is not None and self._contributed(Noted(*noted)):
                    holding.contributed.add(event_id)

    def _events(self, view: View) -> Iterator[Event]:
        # A day more on either side: conditions look at the clock of the event, the report at that of NRW.
        span = covering([programme.period for programme in self._programmes], margin=1)
        return view.stream(Event, Overlaps("span", span))

    def _contributed(self, noted: Noted) -> bool:
        """Tell whether somebody of the office was there."""
        if noted.status in _STAYED_AWAY:
            return False
        office = self._view.office.id
        return noted.person_id in self._coordinators or bool(office and noted.organisation_id == office)

    def _spoke(self) -> None:
        for programme in self._programmes:
            for event in (*(tally.event for tally in programme.held), *programme.sittings):
                if not self._coordinators.isdisjoint(event.speaker_ids):
                    programme.contributed.add(event.id)

    def _take_event(
        self, event: Event, tallies: dict[str, tuple[Programme, EventTally]], sittings: dict[str, Programme]
    ) -> None:
        if event.span is None:
            return
        day = event.span.local_begin.date()
        for programme in self._programmes:
            if day not in programme.period:
                continue
            if event.status in HELD:
                if is_sitting(event):
                    programme.sittings.append(event)
                    sittings[event.id] = programme
                else:
                    tally = EventTally(event=event, day=day, hours=event_hours(event))
                    programme.held.append(tally)
                    tallies[event.id] = programme, tally
            elif event.status is EventStatus.ABGESAGT:
                programme.called_off += 1
            elif event.status is EventStatus.VERSCHOBEN:
                programme.moved += 1
            elif event.status not in _OFF and day <= self._today:
                programme.unfinished += 1


def _take_guest(noted: Noted, programme: Programme, tally: EventTally) -> None:
    status, headcounts = noted.status, noted.headcounts
    if status.attended:
        tally.listed = True
        _came(noted, programme, tally)
        return
    # Somebody from an institution without a name is one visit, just as each of the counted heads is.
    number = sum(headcount.count for headcount in headcounts) if headcounts else 1
    tally.registered += number * status.registered
    tally.waiting += number * (status is ParticipationStatus.WARTELISTE)
    tally.cancelled += number * (status is ParticipationStatus.ABGEMELDET)
    if status is ParticipationStatus.UNENTSCHULDIGT:
        tally.listed = True
        tally.absent += number
    elif status.registered:
        tally.open += number


def _came(noted: Noted, programme: Programme, tally: EventTally) -> None:
    number, who = 1, _who(noted)
    if noted.headcounts:
        # Heads that were counted at the door never registered.
        number = sum(headcount.count for headcount in noted.headcounts)
        tally.heads += number
        programme.attendances += (Attendance(tally, one.count, who, one) for one in noted.headcounts)
    else:
        tally.registered += 1
        tally.arrived += 1
        programme.attendances.append(Attendance(tally, 1, who, (noted.person_id, noted.organisation_id)))
    if noted.person_id:
        programme.person_ids.add(noted.person_id)
    if noted.hours is None:
        tally.timed += number
    else:
        tally.own_hours += number * Fraction(noted.hours)


def _who(noted: Noted) -> str:
    """Give a key for the person, empty where nobody is named.

    A mailbox may be shared by a whole school: the name tells its people apart where it is known.
    """
    if noted.person_id:
        return f"person {noted.person_id}"
    if noted.name or noted.email:
        return f"name {fold(noted.name)} {noted.email.casefold()}"
    return ""
