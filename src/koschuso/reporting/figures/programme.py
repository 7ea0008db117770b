"""What took place in a period, summed up: events, their visitors, and the hours of both, which are never mixed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import attrs

from koschuso.model import Event, Headcount, Period
from koschuso.reporting.document import Sign
from koschuso.reporting.figures.amounts import time_of
from koschuso.reporting.figures.origins import SEVERAL, UNKNOWN, Origin, Origins
from koschuso.reporting.guarded import Count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Attendance", "EventTally", "Programme", "Visits"]


@attrs.define(kw_only=True)
class Visits:
    """Teilnahmen of one sort, summed up while they pass by.

    Attributes:
        visits: Teilnahmen.
        anonymous: Those of which nobody knows who it was.
        people: Keys of the different people behind the others.
        hours: Person-hours of the visits whose length is known.
        untimed: Visits whose length is not known.
        schools: Teilnahmen by school, as far as the school is known; only where they came from is told.
        elsewhere: Teilnahmen of which nobody knows the school; likewise.
    """

    visits: int = 0
    anonymous: int = 0
    people: set[str] = attrs.field(factory=set)
    hours: Fraction = Fraction(0)
    untimed: int = 0
    schools: Counter[str] = attrs.field(factory=Counter)
    elsewhere: int = 0

    def add(self, number: int, who: str) -> None:
        """Add a visit of one person, or of several who are only counted."""
        self.visits += number
        if who:
            self.people.add(who)
        else:
            self.anonymous += number

    def add_from(self, school: str, number: int, who: str) -> None:
        """Add a visit where single schools are to be protected as well."""
        self.add(number, who)
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
        known = by_school and self.visits > 0 and not self.elsewhere and bool(self.schools)
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


class Attendance(NamedTuple):
    """A Teilnahme as it was noted.

    Attributes:
        tally: The event.
        number: One person, or so many who were only counted.
        who: Key of the person, empty where nobody is named.
        source: What tells where they come from: ids of person and institution (empty ones are not known), or what was
            noted of the counted heads.
    """

    tally: EventTally
    number: int
    who: str
    source: tuple[str, str] | Headcount


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
        attendances: Every Teilnahme; what is told of them is summed up when it is asked for.
        origins: Looks up where people come from.
        person_ids: Recorded people who came.
        contributed: Ids of the events to which somebody of the office contributed.
    """

    period: Period
    held: list[EventTally] = attrs.field(factory=list)
    sittings: list[Event] = attrs.field(factory=list)
    called_off: int = 0
    moved: int = 0
    unfinished: int = 0
    attendances: list[Attendance] = attrs.field(factory=list)
    origins: Origins | None = None
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
    def length(self) -> Fraction | Sign:
        """The hours of all events as they are told: where not one is known, the sum is not 0 but not known."""
        return Sign.UNKNOWN if self.held and self.without_hours == len(self.held) else self.hours

    @property
    def without_hours(self) -> int:
        """Events of which nobody knows how long they lasted."""
        return sum(tally.hours is None for tally in self.held)

    def total(self, what: str) -> int:
        """Sum ``registered``, ``waiting``, ``cancelled``, ``absent``, ``open``, ``arrived`` or ``heads`` over all events."""
        return sum(getattr(tally, what) for tally in self.held)

    def close(self) -> None:
        """Put everything in order, after the last participation."""
        self.held.sort(key=lambda tally: (tally.day, _begin(tally.event), tally.event.id))
        self.sittings.sort(key=lambda event: (_begin(event), event.id))

    @cached_property
    def by_kind(self) -> Mapping[str, Visits]:
        """Teilnahmen by kind of event."""
        found: dict[str, Visits] = {}
        for tally, number, who, _ in self.attendances:
            _visits_in(found, tally.event.type).add(number, who)
        for tally in self.held:
            kind = _visits_in(found, tally.event.type)
            kind.hours += tally.person_hours
            kind.untimed += tally.untimed
        return found

    @cached_property
    def all(self) -> Visits:
        """All Teilnahmen."""
        found = Visits()
        for visits in self.by_kind.values():
            found.merge(visits)
        return found

    @cached_property
    def by_topic(self) -> Mapping[str, Visits]:
        """Teilnahmen by topic of the event; one visit counts under each."""
        found: dict[str, Visits] = {}
        for tally, number, who, _ in self.attendances:
            for topic in dict.fromkeys(tally.event.topics) or (UNKNOWN,):
                _visits_in(found, topic).add(number, who)
        return found

    @cached_property
    def by_schulform(self) -> Mapping[str, Visits]:
        """Teilnahmen by Schulform."""
        return self._by_origin(lambda origin: origin.schulform)

    @cached_property
    def by_ags(self) -> Mapping[str, Visits]:
        """Teilnahmen by municipality."""
        return self._by_origin(lambda origin: origin.ags)

    @cached_property
    def by_employer(self) -> Mapping[str, Visits]:
        """Teilnahmen by Anstellungsträger."""
        return self._by_origin(lambda origin: origin.employer)

    def _by_origin(self, key: Callable[[Origin], str]) -> Mapping[str, Visits]:
        found: dict[str, Visits] = {}
        if self.origins is None:
            return found
        for tally, number, who, source in self.attendances:
            if isinstance(source, tuple):
                origin = self.origins.of(*source, tally.day)
            else:
                origin = self.origins.of_headcount(source)
            _visits_in(found, key(origin)).add_from(origin.school, number, who)
        return found

    @property
    def repeating(self) -> int:
        """Events of a calendar that repeat by a rule; each is counted once, because only one record stands for them."""
        events = (*(tally.event for tally in self.held), *self.sittings)
        return sum(bool(event.recurrence) for event in events)


def _begin(event: Event) -> str:
    return "" if event.span is None else event.span.local_begin.isoformat()


def _visits_in(found: dict[str, Visits], key: str) -> Visits:
    visits = found.get(key)
    if visits is None:
        visits = found[key] = Visits()
    return visits
