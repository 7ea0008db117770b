"""Who is on the list of one event: the event that is asked for, its guests by name, and where they come from.

What the lists at the door, the name badges and the certificates share. All of them are for the office alone.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import NotFound, Refused
from koschuso.model.actor import Organisation, Person
from koschuso.model.event import Event, EventStatus
from koschuso.model.folding import fold
from koschuso.model.participation import Participation, ParticipationStatus
from koschuso.model.position import Assignment, Position
from koschuso.model.relation import Relation
from koschuso.query import Equals
from koschuso.reporting.german import day_text, sort_key
from koschuso.reporting.parameters import Option, ReportPeriod
from koschuso.reporting.view import View, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from koschuso.reporting.parameters import Parameters

__all__ = [
    "EVENT_OPTION",
    "NAMES_NOTE",
    "Guest",
    "GuestList",
    "asked_for",
    "days_words",
    "event_days",
    "event_of",
]

EVENT_OPTION: Final = Option(
    name="veranstaltung",
    title="Kennung der Veranstaltung; »koschuso list event« zeigt die Kennungen",
    example="fachtag-2025",
    required=True,
)
"""The option by which every paper about one event is asked for."""

NAMES_NOTE: Final = (
    "Diese Unterlage nennt Menschen mit Namen und ist nur für die Koordinierungsstelle; bitte nicht weitergeben."
)
"""What stands in place of the rule for small numbers."""

_OFF: Final = {
    EventStatus.ABGESAGT: "wurde abgesagt",
    EventStatus.VERSCHOBEN: "wurde verschoben",
    EventStatus.VERWORFEN: "wurde verworfen",
}
_FREE: Final = frozenset({"", "teilnehmend"})


def event_of(view: View, parameters: Parameters, paper: str) -> Event:
    """Give the event that a paper is asked for.

    Args:
        view: What the report sees.
        parameters: With the option ``veranstaltung``.
        paper: The paper in German with its article, for messages: ``"eine Teilnehmerliste"``.

    Raises:
        NotFound: There is no event of this id.
        Refused: The event does not take place, or has no date.
    """
    event_id = parameters.options.get(EVENT_OPTION.name, "").strip()
    event = view.get(Event, event_id.removeprefix(f"{Event.KIND}/"))
    if event is None:
        raise NotFound(
            f"Eine Veranstaltung mit der Kennung »{event_id}« gibt es nicht; »koschuso list event« zeigt die Kennungen.",
            parameter=EVENT_OPTION.name,
        )
    if event.status in _OFF:
        instead = f" Nachfolgetermin ist »{event.successor_id}«." if event.successor_id else ""
        raise Refused(f"Die Veranstaltung »{event.title}« {_OFF[event.status]}; {paper} gibt es dafür nicht.{instead}")
    if event.span is None:
        raise Refused(f"Die Veranstaltung »{event.title}« hat noch keinen Termin; {paper} gibt es erst danach.")
    return event


def event_days(event: Event) -> tuple[date, date]:
    """Give the first and the last day of an event; what ends at midnight does not touch the next day.

    Raises:
        Refused: The event has no date.
    """
    if event.span is None:
        raise Refused(f"Die Veranstaltung »{event.title}« hat keinen Termin.")
    begin, end = event.span.local_begin, event.span.local_end
    at_midnight = end > begin and (end.hour, end.minute, end.second) == (0, 0, 0)
    last = end.date().fromordinal(end.date().toordinal() - 1) if at_midnight else end.date()
    return begin.date(), max(last, begin.date())


def asked_for(parameters: Parameters, event: Event) -> Parameters:
    """Give what was asked for with the year of the event as its time: the office's texts lie there."""
    return attrs.evolve(parameters, time=ReportPeriod.year(event_days(event)[0].year))


def days_words(event: Event) -> str:
    """Write the day or days of an event."""
    first, last = event_days(event)
    return day_text(first) if first == last else f"{day_text(first)} – {day_text(last)}"


@attrs.frozen(kw_only=True)
class Guest:
    """Somebody on the list of an event.

    Attributes:
        name: As it stands on a badge: title, given name, family name; empty where only the institution is known.
        listed: As it stands in a list: family name first.
        institution: School or other institution, empty where it is not known.
        role: What the person does there in words; empty for taking part.
        participation: The record behind it.
    """

    name: str
    listed: str
    institution: str
    role: str
    participation: Participation


class GuestList:
    """The people of one event, each once, in the order of their names.

    Args:
        view: What the report sees.
        event: The event.
    """

    def __init__(self, view: View, event: Event) -> None:
        self._view = view
        self._event = event
        self._day = event_days(event)[0]

    @cached_property
    def _participations(self) -> tuple[Participation, ...]:
        return tuple(self._view.stream(Participation, Equals("event_id", self._event.id)))

    @cached_property
    def heads(self) -> int:
        """How many came or come of whom nobody noted a name: they stand on no list."""
        return sum(
            headcount.count
            for one in self._participations
            if one.status.registered or one.status.attended
            for headcount in one.headcounts
        )

    def expected(self) -> tuple[Guest, ...]:
        """Give everybody for whom there is a seat: registered, moved up or provisionally registered, or who came."""
        return self._guests(
            lambda one: one.status.registered or one.status is ParticipationStatus.VORLAEUFIG,
        )

    def attended(self) -> tuple[Guest, ...]:
        """Give everybody who was there, wholly or in part."""
        return self._guests(lambda one: one.status.attended)

    def of_person(self, wanted: str) -> tuple[Participation, ...]:
        """Give the participations of a person, by the person's id or by that of the participation."""
        return tuple(one for one in self._participations if wanted in {one.person_id, one.id})

    def _guests(self, wanted: Callable[[Participation], bool]) -> tuple[Guest, ...]:
        found: dict[tuple[str, ...], Guest] = {}
        for one in self._participations:
            if not wanted(one) or one.headcounts:
                continue
            who = _who(one)
            before = found.get(who)
            # Registered twice is one seat and one certificate: the one with more hours counts, the whole event most.
            if before is None or _amount(one) > _amount(before.participation):
                found[who] = self._guest(one)
        return tuple(sorted(found.values(), key=lambda guest: (sort_key(guest.listed), guest.participation.id)))

    def _guest(self, one: Participation) -> Guest:
        person = self._view.get(Person, one.person_id) if one.person_id else None
        return Guest(
            name=one.name if person is None else person.name,
            listed=one.name if person is None else _listed(person),
            institution=self._institution(one),
            role="" if one.role in _FREE else label(self._view, "teilnahmerolle", one.role),
            participation=one,
        )

    def _institution(self, one: Participation) -> str:
        if one.organisation_id:
            organisation = self._view.get(Organisation, one.organisation_id)
            return "" if organisation is None else organisation.name
        return self._names(self._places.get(one.person_id, ())) if one.person_id else ""

    def _names(self, ids: Iterable[str]) -> str:
        organisations = (self._view.get(Organisation, organisation_id) for organisation_id in dict.fromkeys(ids))
        return ", ".join(organisation.name for organisation in organisations if organisation is not None)

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        """Where each person works on the day: by the places of their positions, else by relations."""
        found: dict[str, list[str]] = {}
        held: dict[str, str] = {}
        for position in self._view.records(Position):
            if position.holder_id and self._day in position.period:
                held[position.id] = position.holder_id
        for assignment in self._view.records(Assignment):
            if assignment.position_id in held and self._day in assignment.period:
                found.setdefault(held[assignment.position_id], []).append(assignment.place_id)
        for relation in self._view.records(Relation):
            person = relation.source.id if relation.source.kind == Person.KIND else ""
            if person and person not in held.values() and relation.type in _WORKS and self._day in relation.period:
                found.setdefault(person, []).append(relation.target.id)
        return found


_WORKS: Final = frozenset({"arbeitet_an", "angestellt_bei"})


def _who(one: Participation) -> tuple[str, ...]:
    if one.person_id:
        return ("person", one.person_id)
    if one.name or one.email:
        return ("name", fold(one.name), one.email.casefold())
    return ("participation", one.id)


def _amount(one: Participation) -> Decimal:
    return Decimal("Infinity") if one.hours is None and one.status.attended else one.hours or Decimal(0)


def _listed(person: Person) -> str:
    behind = " ".join(part for part in (person.title, person.given_name) if part)
    before = " ".join(part for part in (person.family_name, person.name_suffix) if part)
    return f"{before}, {behind}" if before and behind else before or behind
