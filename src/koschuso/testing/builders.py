"""Builders: a valid record of every kind that says only what a test cares about.

Each takes the fields of its record by name; what is left out is filled with something plain, and an id is counted up::

    >>> from koschuso.testing import builders
    >>> builders.person(family_name="Beispiel").family_name
    'Beispiel'
    >>> school = builders.school(name="Gesamtschule Muster")
    >>> builders.event(organiser_ids=(school.id,)).organiser_ids == (school.id,)
    True

Everything is invented. The same calls in the same order give other ids each time; give ``id=`` where a test names it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from koschuso.model import (
    RECORD_TYPES,
    Activity,
    Assignment,
    Committee,
    Concept,
    Consultation,
    Cooperation,
    Event,
    Funding,
    FuzzyDate,
    Goal,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    Person,
    Position,
    Record,
    Reference,
    Relation,
    SchoolProfile,
    Series,
    Survey,
    Task,
    TimeSpan,
    Workload,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "BUILDERS",
    "activity",
    "assignment",
    "committee",
    "concept",
    "consultation",
    "cooperation",
    "event",
    "funding",
    "goal",
    "milestone",
    "organisation",
    "participation",
    "person",
    "position",
    "record",
    "relation",
    "school",
    "series",
    "survey",
    "task",
]

R = TypeVar("R", bound=Record)

_numbers = count(1)


def _build(record_type: type[R], given: Mapping[str, Any], **plain: Any) -> R:
    fields = {"id": f"{record_type.KIND}-{next(_numbers)}", **plain, **given}
    return record_type(**fields)


def organisation(**fields: Any) -> Organisation:
    """Give an organisation; a Verein where nothing else is said."""
    return _build(Organisation, fields, type="verein", name="Verein Muster")


def school(**fields: Any) -> Organisation:
    """Give a school, a Gesamtschule where nothing else is said; ``school=`` takes its `SchoolProfile`."""
    profile = SchoolProfile(schulnummer="000001", schulform="gesamtschule")
    return _build(Organisation, fields, type="schule", name="Schule Muster", school=profile)


def person(**fields: Any) -> Person:
    """Give a person."""
    return _build(Person, fields, family_name="Muster")


def committee(**fields: Any) -> Committee:
    """Give a Gremium; an Arbeitskreis where nothing else is said."""
    return _build(Committee, fields, type="arbeitskreis", name="Arbeitskreis Muster")


def relation(**fields: Any) -> Relation:
    """Give a relation; a membership of a person in a Gremium where nothing else is said."""
    source, target = Reference("person", "person-a"), Reference("committee", "gremium-a")
    return _build(Relation, fields, type="mitglied_in", source=source, target=target)


def position(**fields: Any) -> Position:
    """Give a position; half a full-time one, filled where a holder is named."""
    occupancy = Occupancy.BESETZT if fields.get("holder_id") else Occupancy.UNBEKANNT
    workload = Workload(minutes=Decimal(1170), full_time_minutes=2340)
    return _build(Position, fields, name="Schulsozialarbeit", workload=workload, occupancy=occupancy)


def assignment(**fields: Any) -> Assignment:
    """Give an assignment of a position to a place."""
    return _build(Assignment, fields, position_id="position-a", place_id="schule-a")


def funding(**fields: Any) -> Funding:
    """Give a share of funding."""
    return _build(Funding, fields, position_id="position-a", funding_source="landesprogramm")


def series(**fields: Any) -> Series:
    """Give a series; a yearly one where nothing else is said."""
    return _build(Series, fields, title="Reihe Muster", rhythm="jaehrlich", begin_time=time(14, 0))


def event(**fields: Any) -> Event:
    """Give an event; on 12.03.2025 from 9 to 16 o'clock where nothing else is said."""
    begin, end = (datetime(2025, 3, 12, hour) for hour in (9, 16))  # noqa: DTZ001 - wall time, as the model keeps it
    return _build(
        Event, fields, title="Veranstaltung Muster", span=TimeSpan(begin=begin, end=end, zone="Europe/Berlin")
    )


def participation(**fields: Any) -> Participation:
    """Give a participation; of a person where neither name nor headcounts are given."""
    somebody = {} if {"name", "headcounts"} & fields.keys() else {"person_id": "person-a"}
    return _build(Participation, fields, event_id="termin-a", **somebody)


def task(**fields: Any) -> Task:
    """Give a task."""
    return _build(Task, fields, title="Aufgabe Muster")


def activity(**fields: Any) -> Activity:
    """Give an activity; an hour on 12.03.2025 where nothing else is said."""
    return _build(Activity, fields, day=date(2025, 3, 12), taetigkeit="beratung.fachkraefte", minutes=60)


def consultation(**fields: Any) -> Consultation:
    """Give a consultation; by telephone on 13.03.2025 where nothing else is said."""
    return _build(Consultation, fields, day=date(2025, 3, 13), target_group="lehrkraefte", form="telefon")


def concept(**fields: Any) -> Concept:
    """Give a concept."""
    return _build(Concept, fields, title="Konzept Muster")


def milestone(**fields: Any) -> Milestone:
    """Give a milestone; in August 2016 where nothing else is said."""
    return _build(Milestone, fields, when=FuzzyDate("08/2016"), title="Meilenstein Muster")


def goal(**fields: Any) -> Goal:
    """Give a goal."""
    return _build(Goal, fields, title="Ziel Muster")


def cooperation(**fields: Any) -> Cooperation:
    """Give a cooperation of two organisations."""
    return _build(Cooperation, fields, title="Kooperation Muster", partner_ids=("stelle-a", "buero-a"))


def survey(**fields: Any) -> Survey:
    """Give a survey without questions; of 14.03.2025 where nothing else is said."""
    return _build(Survey, fields, title="Befragung Muster", day=date(2025, 3, 14))


BUILDERS: Final[Mapping[str, Callable[..., Record]]] = MappingProxyType(
    {
        "organisation": organisation,
        "person": person,
        "committee": committee,
        "relation": relation,
        "position": position,
        "assignment": assignment,
        "funding": funding,
        "series": series,
        "event": event,
        "participation": participation,
        "task": task,
        "activity": activity,
        "consultation": consultation,
        "concept": concept,
        "milestone": milestone,
        "goal": goal,
        "cooperation": cooperation,
        "survey": survey,
    }
)
"""The builders by kind of record."""


def record(kind: str, **fields: Any) -> Record:
    """Give a record of a kind.

    Args:
        kind: One of `koschuso.model.RECORD_TYPES`.
        fields: Fields of the record.
    """
    return BUILDERS[RECORD_TYPES[kind].KIND](**fields)
