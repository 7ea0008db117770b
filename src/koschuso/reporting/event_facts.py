"""What took place in a period and who came: events and participations, counted in one pass over each kind.

Teilnahmen are visits, Teilnehmende are different people; person-hours are what all visitors together spent, hours of
events are what the programme lasted. None of them is ever mixed with another. An event of which nobody noted who came
has unknown Teilnahmen, not 0.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import Refused
from koschuso.model import Event, EventStatus, Participation, ParticipationStatus, Period, Person
from koschuso.model.folding import fold
from koschuso.query import Overlaps
from koschuso.reporting.amounts import time_of
from koschuso.reporting.document import Sign
from koschuso.reporting.guarded import Count
from koschuso.reporting.origins import SEVERAL, UNKNOWN, Origins
from koschuso.reporting.spans import covering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.reporting.schools import Schools
    from koschuso.reporting.view import View

__all__ = ["EventFacts", "EventTally", "Programme", "Visits", "event_hours", "is_sitting"]

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


@attrs.define(kw_only=True)
class Visits:
    """Teilnahmen of one sort, summed up while they pass by.

    Attributes:
        visits: Teilnahmen.
        anonymous: Those of which nobody knows who it was.
        people: Keys of the different people behind the others.
        hours: Person-hours of the visits whose length is known.
        untimed: Visits whose length is not known.
        schools: Teilnahmen by school, as far as the school is known.
        elsewhere: Teilnahmen of which nobody knows the school.
    """

    visits: int = 0
    anonymous: int = 0
    people: set[str] = attrs.field(factory=set)
    hours: Fraction = Fraction(0)
    untimed: int = 0
    schools: Counter[str] = attrs.field(factory=Counter)
    elsewhere: int = 0

    def add(self, number: int, who: str, school: str) -> None:
        """Add a visit of one person, or of several who are only counted."""
        self.visits += number
        if who:
            self.people.add(who)
        else:
            self.anonymous += number
        if school and school != SEVERAL:
            self.schools[school] += number
        else:
            self.elsewhere += number

    def merge(self, other: Visits) -> None:
        """Add the visits of another sort; people are counted once."""
        self.visits += other.visits
        self.anonymous += other.anonymous
        self.people |= other.people
        self.hours += other.hours
        self.untimed += other.untimed
        self.schools.update(other.schools)
        self.elsewhere += other.elsewhere

    @property
    def behind(self) -> int:
        """How many people are at most behind the visits."""
        return len(self.people) + self.anonymous

    def count(self, *key: str, by_school: bool = False) -> Count:
        """Give the Teilnahmen as a number about people.

        Args:
            key: Names the number in the report.
            by_school: Whether single schools are to be protected as well, where they are all known.
        """
        known = by_school and self.visits > 0 and not self.elsewhere
        return Count(
            self.visits,
            key=("teilnahmen", *key),
            people=self.behind,
            contributors=len(self.schools) if known else None,
            largest=max(self.schools.values()) if known else None,
        )

    def timed(self, *key: str) -> Count:
        """Give the Teilnahmen whose length is known."""
        if not self.untimed:
            return self.count(*key)
        return Count(
            self.visits - self.untimed,
            key=("teilnahmen mit dauer", *key),
            # Each visit without a length takes at most one person away.
            people=max(self.behind - self.untimed, int(self.visits > self.untimed)),
            within=("teilnahmen", *key),
        )

    def person_hours(self, *key: str) -> Count | Sign:
        """Give the person-hours; of visits whose length is not known nothing is in it."""
        if self.visits and self.visits == self.untimed:
            return Sign.UNKNOWN  # but of nobody it is 0
        return time_of(self.hours, self.timed(*key))


@attrs.define(kw_only=True)
class EventTally:
    """One event that took place, and what is known of who came.

    Attributes:
        event: The event.
        day: On which day it began, in NRW.
        hours: How long it lasted; ``None`` is not known.
        registered: Anmeldungen, also of those who then came or stayed away.
        waiting: Who was left on the waiting list.
        cancelled: Abmeldungen.
        absent: Registered, and did not appear.
        open: Registered, and nobody noted whether they came.
        arrived: Teilnahmen of people or institutions that are named: they count as Anmeldung as well.
        heads: Teilnahmen that were only counted.
        timed: Those who stayed for the whole event.
        own_hours: Hours of the others, who noted their own.
        listed: Whether it was noted at all who or how many came.
    """

    event: Event
    day: date
    hours: Fraction | None
    registered: int = 0
    waiting: int = 0
    cancelled: int = 0
    absent: int = 0
    open: int = 0
    arrived: int = 0
    heads: int = 0
    timed: int = 0
    own_hours: Fraction = Fraction(0)
    listed: bool = False

    @property
    def visits(self) -> int:
        """Teilnahmen."""
        return self.arrived + self.heads

    @property
    def person_hours(self) -> Fraction:
        """What all visitors together spent, as far as it is known."""
        return self.own_hours + (self.hours or 0) * self.timed

    @property
    def untimed(self) -> int:
        """Teilnahmen whose length is not known."""
        return self.timed if self.hours is None else 0


@attrs.define(kw_only=True)
class Programme:
    """Everything that took place in a period.

    Attributes:
        period: The period.
        held: Events that took place, in the order of their days; meetings of committees left out.
        sittings: Meetings of committees that took place, in the order of their days.
        called_off: Events that were called off.
        moved: Events that were moved to another day.
        unfinished: Events whose day is over and of which nobody noted whether they took place; they count nowhere.
        all: All Teilnahmen.
        by_kind: Teilnahmen by kind of event.
        by_topic: Teilnahmen by topic of the event; one visit counts under each.
        by_schulform: Teilnahmen by Schulform.
        by_ags: Teilnahmen by municipality.
        by_employer: Teilnahmen by Anstellungsträger.
        person_ids: Recorded people who came.
        contributed: Ids of the events to which somebody of the office contributed.
    """

    period: Period
    held: list[EventTally] = attrs.field(factory=list)
    sittings: list[Event] = attrs.field(factory=list)
    called_off: int = 0
    moved: int = 0
    unfinished: int = 0
    all: Visits = attrs.field(factory=Visits)
    by_kind: dict[str, Visits] = attrs.field(factory=dict)
    by_topic: dict[str, Visits] = attrs.field(factory=dict)
    by_schulform: dict[str, Visits] = attrs.field(factory=dict)
    by_ags: dict[str, Visits] = attrs.field(factory=dict)
    by_employer: dict[str, Visits] = attrs.field(factory=dict)
    person_ids: set[str] = attrs.field(factory=set)
    contributed: set[str] = attrs.field(factory=set)

    @property
    def listed(self) -> list[EventTally]:
        """Events of which it was noted who or how many came."""
        return [tally for tally in self.held if tally.listed]

    @property
    def is_unknown(self) -> bool:
        """Whether something took place, but nobody noted of any event who or how many came."""
        return bool(self.held) and not self.listed

    @property
    def hours(self) -> Fraction:
        """How long all events lasted together, as far as it is known: hours of events, never of people."""
        return sum((tally.hours for tally in self.held if tally.hours is not None), Fraction(0))

    @property
    def without_hours(self) -> int:
        """Events of which nobody knows how long they lasted."""
        return sum(tally.hours is None for tally in self.held)

    def total(self, what: str) -> int:
        """Sum ``registered``, ``waiting``, ``cancelled``, ``absent``, ``open``, ``arrived`` or ``heads`` over all events."""
        return sum(getattr(tally, what) for tally in self.held)

    def close(self) -> None:
        """Put everything in order and sum it up, after the last participation."""
        self.held.sort(key=lambda tally: (tally.day, _begin(tally.event), tally.event.id))
        self.sittings.sort(key=lambda event: (_begin(event), event.id))
        for tally in self.held:
            kind = _of(self.by_kind, tally.event.type)
            kind.hours += tally.person_hours
            kind.untimed += tally.untimed
        for visits in self.by_kind.values():
            self.all.merge(visits)

    @property
    def repeating(self) -> int:
        """Events of a calendar that repeat by a rule; each is counted once, because only one record stands for them."""
        events = (*(tally.event for tally in self.held), *self.sittings)
        return sum(bool(event.recurrence) for event in events)


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
            self._origins = Origins(view, schools)
            for participation in view.stream(Participation):
                self._take(participation, tallies, sittings)
        for programme in self._programmes:
            programme.close()

    def _take(
        self,
        participation: Participation,
        tallies: dict[str, tuple[Programme, EventTally]],
        sittings: dict[str, Programme],
    ) -> None:
        found = tallies.get(participation.event_id)
        if found is not None:
            self._take_guest(participation, *found)
        if participation.role in _CONTRIBUTING and participation.status not in _STAYED_AWAY:
            programme = found[0] if found else sittings.get(participation.event_id)
            if programme is not None and self._is_ours(participation):
                programme.contributed.add(participation.event_id)

    def _events(self, view: View) -> Iterator[Event]:
        # A day more on either side: conditions look at the clock of the event, the report at that of NRW.
        span = covering([programme.period for programme in self._programmes], margin=1)
        return view.stream(Event, Overlaps("span", span))

    def _is_ours(self, participation: Participation) -> bool:
        office = self._view.office.id
        return participation.person_id in self._coordinators or bool(office and participation.organisation_id == office)

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

    def _take_guest(self, participation: Participation, programme: Programme, tally: EventTally) -> None:
        if participation.role not in _PARTAKING:
            return
        status = participation.status
        heads = sum(headcount.count for headcount in participation.headcounts)
        # Somebody from an institution without a name is one visit, just as each of the counted heads is.
        number = heads if participation.headcounts else 1
        if status.attended:
            tally.listed = True
            # Heads that were counted at the door never registered.
            tally.registered += 0 if participation.headcounts else 1
            tally.arrived += 0 if participation.headcounts else 1
            tally.heads += heads
            self._came(participation, programme, tally)
            return
        tally.registered += number * status.registered
        tally.waiting += number * (status is ParticipationStatus.WARTELISTE)
        tally.cancelled += number * (status is ParticipationStatus.ABGEMELDET)
        if status is ParticipationStatus.UNENTSCHULDIGT:
            tally.listed = True
            tally.absent += number
        elif status.registered:
            tally.open += number

    def _came(self, participation: Participation, programme: Programme, tally: EventTally) -> None:
        who = _who(participation)
        if participation.person_id:
            programme.person_ids.add(participation.person_id)
        if not participation.headcounts:
            parts = [(1, self._origins.of(participation, tally.day))]
        else:
            parts = [(one.count, self._origins.of_headcount(one)) for one in participation.headcounts]
        event = tally.event
        for number, origin in parts:
            if participation.hours is None:
                tally.timed += number
            else:
                tally.own_hours += number * Fraction(participation.hours)
            _of(programme.by_kind, event.type).add(number, who, origin.school)
            for topic in dict.fromkeys(event.topics) or (UNKNOWN,):
                _of(programme.by_topic, topic).add(number, who, origin.school)
            _of(programme.by_schulform, origin.schulform).add(number, who, origin.school)
            _of(programme.by_ags, origin.ags).add(number, who, origin.school)
            _of(programme.by_employer, origin.employer).add(number, who, origin.school)


def _begin(event: Event) -> str:
    return "" if event.span is None else event.span.local_begin.isoformat()


def _of(found: dict[str, Visits], key: str) -> Visits:
    if key not in found:
        found[key] = Visits()
    return found[key]


def _who(participation: Participation) -> str:
    """Give a key for the person, empty where nobody is named.

    A mailbox may be shared by a whole school: the name tells its people apart where it is known.
    """
    if participation.person_id:
        return f"person {participation.person_id}"
    if participation.name or participation.email:
        return f"name {fold(participation.name)} {participation.email.casefold()}"
    return ""
