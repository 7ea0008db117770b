"""What an office did in a period: events, participation, consultations, committees and concepts, counted.

Teilnahmen (visits) and Teilnehmende (different people) are told apart; what was only counted by heads has no people.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from koschuso.model import Concept, Consultation, Event, EventStatus, Participation
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from datetime import date

    from koschuso.model.fuzzydate import FuzzyDate
    from koschuso.model.period import Period
    from koschuso.reporting.view import View

__all__ = ["Attendance", "Consultations", "OfficeWork"]

_HELD = frozenset({EventStatus.DURCHGEFUEHRT, EventStatus.NACHBEREITET})
_OFF = frozenset({EventStatus.ABGESAGT, EventStatus.VERSCHOBEN, EventStatus.VERWORFEN, EventStatus.IDEE})
_PARTAKING = frozenset({"teilnehmend", "gast"})
_SITTING = "gremiensitzung"
_FINISHED = frozenset({"beschlossen", "gueltig", "abgeloest"})


@attrs.frozen(kw_only=True)
class Attendance:
    """Who came to the events of a period.

    Attributes:
        visits: Teilnahmen: everybody who attended, at each event anew.
        people: Keys of the different people among them, as far as they are known.
        person_ids: Ids of those of them that are recorded.
        anonymous: Teilnahmen of which nobody knows who it was.
        absent: Registered, but not there.
    """

    visits: int
    people: frozenset[str]
    person_ids: frozenset[str]
    anonymous: int
    absent: int


@attrs.frozen(kw_only=True)
class Consultations:
    """The Beratungen of a period.

    Attributes:
        contacts: Number of contacts.
        minutes: Minutes of those whose length was noted.
        unknown_minutes: Contacts whose length was not noted.
    """

    contacts: int
    minutes: int
    unknown_minutes: int


class OfficeWork:
    """What an office did in a period.

    Args:
        view: What the report may see.
        period: The time; an event belongs to the day on which it begins.
        today: Day up to which the data were recorded: what lies behind it and is not closed is an open end.
    """

    def __init__(self, view: View, period: Period, today: date) -> None:
        self._view = view
        self._period = period
        self._today = today

    @cached_property
    def _in_period(self) -> tuple[Event, ...]:
        return tuple(
            event
            for event in self._view.records(Event)
            if event.span is not None and event.span.local_begin.date() in self._period
        )

    @cached_property
    def held(self) -> tuple[Event, ...]:
        """Events that took place, meetings of committees left out."""
        return tuple(event for event in self._in_period if event.status in _HELD and not _is_sitting(event))

    @cached_property
    def sittings(self) -> tuple[Event, ...]:
        """Meetings of committees that took place."""
        return tuple(event for event in self._in_period if event.status in _HELD and _is_sitting(event))

    @cached_property
    def committees(self) -> frozenset[str]:
        """Ids of the committees that met."""
        return frozenset(event.committee_id for event in self.sittings if event.committee_id)

    @property
    def called_off(self) -> int:
        """Events that were called off."""
        return sum(event.status is EventStatus.ABGESAGT for event in self._in_period)

    @property
    def unfinished(self) -> int:
        """Events whose day is over and of which nobody noted whether they took place; they are not counted as held."""
        return sum(
            event.status not in _HELD | _OFF and event.span is not None and event.span.local_begin.date() <= self._today
            for event in self._in_period
        )

    @property
    def repeating(self) -> int:
        """Events of a calendar that repeat by a rule; each is counted once, because only one record stands for them."""
        return sum(bool(event.recurrence) for event in (*self.held, *self.sittings))

    @cached_property
    def attendance(self) -> Attendance:
        """Who came to the events that took place."""
        events = {event.id for event in self.held}
        visits = anonymous = absent = 0
        people: set[str] = set()
        person_ids: set[str] = set()
        for participation in self._view.records(Participation):
            if participation.event_id not in events or participation.role not in _PARTAKING:
                continue
            if not participation.status.attended:
                absent += participation.status.registered
                continue
            who = _who(participation)
            # Somebody from an institution without a name is one visit, just as each of the counted heads is.
            number = sum(headcount.count for headcount in participation.headcounts) if participation.headcounts else 1
            visits += number
            if who:
                people.add(who)
            else:
                anonymous += number
            if participation.person_id:
                person_ids.add(participation.person_id)
        return Attendance(
            visits=visits,
            people=frozenset(people),
            person_ids=frozenset(person_ids),
            anonymous=anonymous,
            absent=absent,
        )

    @cached_property
    def consultations(self) -> Consultations:
        """The Beratungen."""
        contacts = minutes = unknown = 0
        for consultation in self._view.records(Consultation):
            if consultation.day in self._period:
                contacts += consultation.count
                if consultation.minutes is None:
                    unknown += consultation.count
                else:
                    minutes += consultation.minutes
        return Consultations(contacts=contacts, minutes=minutes, unknown_minutes=unknown)

    @cached_property
    def finished_concepts(self) -> tuple[Concept, ...]:
        """Concepts that were adopted in the period, or are in force and dated in it."""
        return tuple(concept for concept in self._view.records(Concept) if self._is_finished(concept))

    @cached_property
    def undated_concepts(self) -> int:
        """Finished concepts whose date is too vague to tell whether it lies in the period."""
        return sum(
            not self._is_finished(concept) and any(self._touches(when) for when in _dates(concept))
            for concept in self._view.records(Concept)
        )

    def _is_finished(self, concept: Concept) -> bool:
        return any(self._holds(when) for when in _dates(concept))

    def _holds(self, when: FuzzyDate) -> bool:
        return when.has_year and self._period.encloses(when.period())

    def _touches(self, when: FuzzyDate) -> bool:
        return not when.has_year or self._period.overlaps(when.period())


def _is_sitting(event: Event) -> bool:
    return event.type == _SITTING or bool(event.committee_id)


def _dates(concept: Concept) -> tuple[FuzzyDate, ...]:
    """Give when a concept was finished: its adoptions, else the date on it if it is in force."""
    if concept.status not in _FINISHED:
        return ()
    if concept.adoptions:
        return tuple(adoption.on for adoption in concept.adoptions)
    return () if concept.dated is None else (concept.dated,)


def _who(participation: Participation) -> str:
    """Give a key for the person, empty where nobody is named.

    A mailbox may be shared by a whole school: the name tells its people apart where it is known.
    """
    if participation.person_id:
        return f"person {participation.person_id}"
    if participation.name or participation.email:
        return f"name {fold(participation.name)} {participation.email.casefold()}"
    return ""
