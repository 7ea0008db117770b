"""Who works where: the positions of an office cut into shares, and what can be counted of them.

A position is cut into its Einsätze on a day and the remainder that no Einsatz covers. Volumes are summed exactly, and
an unknown volume is counted, never taken as 0. A person is one head wherever and in however many positions he or she
works. MPT, SPF and other duties are no Schulsozialarbeit in the narrow sense and stay apart; coordination is no
Schulsozialarbeit at a school (domain.md 2.2, 2.5).
"""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import NotFound
from koschuso.model.actor import Organisation
from koschuso.model.position import Assignment, Occupancy, Position
from koschuso.reporting.document import Sign
from koschuso.reporting.figures.schools import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from koschuso.model.period import Period
    from koschuso.model.workload import Workload
    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.view import View

__all__ = ["Amount", "Heads", "Place", "Share", "Staffing", "Work", "heads", "hours", "total"]


class Work(StrEnum):
    """What a share is for."""

    SCHULSOZIALARBEIT = "schulsozialarbeit"
    KOORDINATION = "koordination"
    ANDERE = "andere"
    """MPT, SPF, Übergangsbegleitung, BuT-Beratung …"""


@attrs.frozen
class Amount:
    """A volume: the exact sum of what is known, and how many parts are unknown."""

    known: Fraction = Fraction(0)
    unknown: int = 0
    parts: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.known + other.known, self.unknown + other.unknown, self.parts + other.parts)

    @property
    def cell(self) -> Fraction | Sign:
        """The sum, or ``k. A.`` where nothing at all is known of what is there."""
        return Sign.UNKNOWN if self.unknown and self.unknown == self.parts else self.known

    @classmethod
    def of(cls, value: Fraction | None) -> Amount:
        """Build the amount of one part."""
        return cls(Fraction(0), 1, 1) if value is None else cls(value, 0, 1)


@attrs.frozen(kw_only=True)
class Share:
    """A part of a position: one Einsatz, or the remainder that no Einsatz covers.

    Attributes:
        position: The position.
        work: What it is for.
        duty: Key of the catalogue ``einsatztaetigkeit``, empty for a remainder.
        place: Where, as far as the region is concerned.
        organisation: Where exactly, if it is recorded.
        vzae: Exact volume; ``None`` is unknown.
        hours: Exact hours per week; ``None`` is unknown.
    """

    position: Position
    work: Work
    duty: str
    place: Place
    organisation: Organisation | None
    vzae: Fraction | None
    hours: Fraction | None

    @property
    def saeule(self) -> str:
        """Key of the catalogue ``saeule``, empty where it is not known."""
        return self.position.saeule

    @property
    def vacant(self) -> bool:
        """Whether nobody works in it."""
        return self.position.occupancy is Occupancy.VAKANT


@attrs.frozen(kw_only=True)
class Heads:
    """How many people work in some shares.

    Attributes:
        count: People. A filled position whose person is not recorded (any more) counts as one, so that removing a
            person's data changes no figure (domain.md DS-17).
        unnamed: How many of them stand for such a position.
        unknown: Positions of which nobody knows whether they are filled; they are not in ``count``.
    """

    count: int
    unnamed: int
    unknown: int


def total(shares: Iterable[Share]) -> Amount:
    """Sum the VZÄ of shares."""
    return sum((Amount.of(share.vzae) for share in shares), Amount())


def hours(shares: Iterable[Share]) -> Amount:
    """Sum the hours per week of shares."""
    return sum((Amount.of(share.hours) for share in shares), Amount())


def heads(shares: Iterable[Share]) -> Heads:
    """Count the people of shares, each once."""
    people: set[str] = set()
    unnamed: set[str] = set()
    unknown: set[str] = set()
    for share in shares:
        position = share.position
        if position.holder_id is not None:
            people.add(position.holder_id)
        elif position.occupancy is Occupancy.BESETZT:
            unnamed.add(position.id)
        elif position.occupancy is Occupancy.UNBEKANNT:
            unknown.add(position.id)
    return Heads(count=len(people) + len(unnamed), unnamed=len(unnamed), unknown=len(unknown))


class Staffing:
    """The shares of all positions that exist in a period; for a Stichtag the period of that one day.

    Args:
        view: What the report may see.
        period: The time. Remainders are only built for a single day: over a longer time Einsätze follow one another.
        schools: The schools of the region.
    """

    def __init__(self, view: View, period: Period, schools: Schools) -> None:
        self._view = view
        self._schools = schools
        self._duties = _duties(view)
        self._ever: defaultdict[str, set[Work]] = defaultdict(set)
        assignments: defaultdict[str, list[Assignment]] = defaultdict(list)
        for assignment in view.records(Assignment):
            self._ever[assignment.position_id].add(self._duties.get(assignment.duty, Work.ANDERE))
            if assignment.period.overlaps(period):
                assignments[assignment.position_id].append(assignment)
        known = {position.id for position in view.records(Position)}
        self.orphans = sum(len(found) for position_id, found in assignments.items() if position_id not in known)
        """Einsätze whose position is not recorded; they cannot be counted."""
        self.overbooked = 0
        """Positions whose Einsätze are more than the position itself."""
        one_day = period.since is not None and period.last == period.since
        found: list[Share] = []
        for position in view.records(Position):
            if position.period.overlaps(period):
                found.extend(self._cut(position, assignments.get(position.id, []), one_day=one_day))
        self.shares: tuple[Share, ...] = tuple(found)
        """All shares, in the order of positions."""

    def of(self, work: Work, *places: Place) -> tuple[Share, ...]:
        """Give the shares of a kind of work, at certain places or anywhere."""
        return tuple(share for share in self.shares if share.work is work and (not places or share.place in places))

    def _cut(self, position: Position, assignments: Sequence[Assignment], *, one_day: bool) -> list[Share]:
        shares = [self._share(position, assignment) for assignment in assignments]
        rest = self._rest(position, assignments) if one_day or not assignments else None
        if rest is not None:
            vzae, weekly = rest
            shares.append(
                Share(
                    position=position,
                    work=self._work_of_rest(position),
                    duty="",
                    place=Place.OHNE_EINSATZ,
                    organisation=None,
                    vzae=vzae,
                    hours=weekly,
                )
            )
        return shares

    def _share(self, position: Position, assignment: Assignment) -> Share:
        organisation = self._view.get(Organisation, assignment.place_id)
        place = self._schools.place_of(organisation)
        work = self._duties.get(assignment.duty, Work.ANDERE)
        if position.is_coordination and place in {Place.ANDERER_ORT, Place.ORT_UNBEKANNT}:
            work = Work.KOORDINATION
        workload = assignment.workload
        return Share(
            position=position,
            work=work,
            duty=assignment.duty,
            place=place,
            organisation=organisation,
            vzae=None if workload is None else workload.vzae,
            hours=None if workload is None else workload.hours,
        )

    def _rest(
        self, position: Position, assignments: Sequence[Assignment]
    ) -> tuple[Fraction | None, Fraction | None] | None:
        """Give what no Einsatz covers: ``None`` for nothing, unknown volumes as ``None`` inside."""
        whole = position.workload
        if not assignments:
            return (None, None) if whole is None else (whole.vzae, whole.hours)
        # What is left cannot be known while a part or the whole is unknown; the unknown part itself is counted already.
        parts = [_minutes(assignment.workload) for assignment in assignments]
        if whole is None or whole.minutes is None or None in parts:
            return None
        left = Fraction(whole.minutes) - sum((part for part in parts if part is not None), Fraction(0))
        if left < 0:
            self.overbooked += 1
        # Minutes and not VZÄ are compared: an Einsatz that was entered with another full-time basis leaves no rest.
        return (left / whole.full_time_minutes, left / 60) if left > 0 else None

    def _work_of_rest(self, position: Position) -> Work:
        """A position that was only ever used for one kind of work is meant for it; else it is Schulsozialarbeit."""
        if position.is_coordination:
            return Work.KOORDINATION
        kinds = self._ever[position.id]
        return next(iter(kinds)) if len(kinds) == 1 else Work.SCHULSOZIALARBEIT


def _minutes(workload: Workload | None) -> Fraction | None:
    return None if workload is None or workload.minutes is None else Fraction(workload.minutes)


def _duties(view: View) -> Mapping[str, Work]:
    """Tell for each duty what kind of work it is; the catalogue says which is Schulsozialarbeit."""
    kinds = {"schulsozialarbeit": Work.SCHULSOZIALARBEIT, "koordination": Work.KOORDINATION}
    try:
        entries = view.catalogue("einsatztaetigkeit").entries
    except NotFound:
        return kinds
    for entry in entries:
        if entry.key not in kinds:
            narrow = entry.flag("schulsozialarbeit")
            kinds[entry.key] = kinds.get(entry.maps_to, Work.ANDERE) if narrow is None else _narrow(narrow=narrow)
    return kinds


def _narrow(*, narrow: bool) -> Work:
    return Work.SCHULSOZIALARBEIT if narrow else Work.ANDERE
