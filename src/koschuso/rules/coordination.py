"""The Schlüssel 1:30: how many Fachkräfte a coordination office stands for, by heads and by VZÄ (F4, F5, F6).

Counted are Fachkräfte whom the Richtlinie pays, purely municipal ones with the same tasks, and those in the Landesdienst
under the Runderlass of 23.01.2008; the catalogue ``finanzierungsquelle`` says so in ``counts_for_coordination``. The
sources do not tell whether heads or VZÄ are meant, nor whether fractions of a post count: both figures are given, exact
and unrounded, and the municipality decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import NotFound
from koschuso.model import Assignment, Funding, Occupancy, Organisation, Position
from koschuso.rules.funded import GRANT_PILLAR
from koschuso.rules.timeline import group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.model import Workload
    from koschuso.rules.rule import View

__all__ = ["FACHKRAEFTE_PER_COORDINATOR", "CoordinationRatio", "Staff", "coordination_ratio"]

FACHKRAEFTE_PER_COORDINATOR: Final = 30
"""One full-time coordinator is fundable for at least this many Fachkräfte (Förderportal NRW, Schuljahr 2025/2026)."""

_COUNTED_PILLARS: Final = frozenset({GRANT_PILLAR, "kommunale_jugendhilfe", "landesdienst"})
_SCHULSOZIALARBEIT: Final = "schulsozialarbeit"
_COORDINATION: Final = "koordination"
_SCHOOLS: Final = frozenset({"schule", "teilstandort"})


@attrs.frozen(kw_only=True)
class Staff:
    """How many people, and how much of full-time posts.

    Attributes:
        heads: People, each once; a filled position whose person is not recorded counts as one.
        vzae: Exact sum of what is known.
        unknown: Positions whose volume is not known; they are not in ``vzae``.
    """

    heads: int = 0
    vzae: Fraction = Fraction(0)
    unknown: int = 0


@attrs.frozen(kw_only=True)
class CoordinationRatio:
    """The figures behind the Schlüssel 1:30 on a Stichtag.

    Attributes:
        stichtag: The day.
        fachkraefte: Who counts; own hours of coordination are not in it.
        by_saeule: The same by Säule (key ``""`` where none is recorded); a person with two positions is in both.
        left_out: People with positions whose Finanzierung does not count or is not named in the sources (MPT, SPF …).
        others: The same people with their volume.
        coordinators: Who coordinates.
    """

    stichtag: date
    fachkraefte: Staff
    by_saeule: Mapping[str, Staff]
    left_out: int
    coordinators: Staff
    others: Staff = Staff()

    @property
    def posts_by_heads(self) -> Fraction:
        """Full-time coordinators that the heads stand for, exact: 98 people are 98/30 = 3.27."""
        return Fraction(self.fachkraefte.heads, FACHKRAEFTE_PER_COORDINATOR)

    @property
    def posts_by_vzae(self) -> Fraction:
        """Full-time coordinators that the VZÄ stand for, exact."""
        return self.fachkraefte.vzae / FACHKRAEFTE_PER_COORDINATOR

    @property
    def heads_per_post(self) -> Fraction | None:
        """Fachkräfte for each full-time coordinator; ``None`` where no volume of coordination is known."""
        return self.fachkraefte.heads / self.coordinators.vzae if self.coordinators.vzae else None


def coordination_ratio(view: View, stichtag: date) -> CoordinationRatio:
    """Compute the figures behind the Schlüssel 1:30.

    Vacant positions count neither as people nor as VZÄ. Of a position that is split, only the hours of Schulsozialarbeit
    count for the Fachkräfte and only those of coordination for the coordinators; a person who does both is one head on
    either side. What no Einsatz covers counts for what the position is for.

    Args:
        view: What there is.
        stichtag: The day.
    """
    ever = group(view.records(Assignment), lambda assignment: assignment.position_id)
    payments = group(
        (funding for funding in view.records(Funding) if stichtag in funding.period),
        lambda funding: funding.position_id,
    )
    counting = _Counting(view)
    counted: list[tuple[Position, Fraction | None]] = []
    coordinating: list[tuple[Position, Fraction | None]] = []
    left_out: list[tuple[Position, Fraction | None]] = []
    for position in view.records(Position):
        if stichtag not in position.period or not _filled(position):
            continue
        all_of_it = ever.get(position.id, [])
        current = [assignment for assignment in all_of_it if stichtag in assignment.period]
        parts = counting.parts(position, current, all_of_it)
        if _COORDINATION in parts:
            coordinating.append((position, parts[_COORDINATION]))
        if _SCHULSOZIALARBEIT in parts:
            side = counted if counting.counts(position, payments.get(position.id, ())) else left_out
            side.append((position, parts[_SCHULSOZIALARBEIT]))
    pillars = group(counted, lambda part: part[0].saeule)
    return CoordinationRatio(
        stichtag=stichtag,
        fachkraefte=_staff(counted),
        by_saeule={pillar: _staff(parts) for pillar, parts in sorted(pillars.items())},
        left_out=_staff(left_out).heads,
        others=_staff(left_out),
        coordinators=_staff(coordinating),
    )


class _Counting:
    """Tells whose positions count, and what part of them, by what the catalogues say."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._counts = _flags(view, "finanzierungsquelle", "counts_for_coordination")
        self._narrow = _flags(view, "einsatztaetigkeit", "schulsozialarbeit") | {_SCHULSOZIALARBEIT: True}

    def counts(self, position: Position, payments: Iterable[Funding]) -> bool:
        answers = {self._counts.get(payment.funding_source) for payment in payments}
        # One source that counts is enough; a shared position is still one Fachkraft with these tasks.
        if True in answers:
            return True
        return not answers and position.saeule in _COUNTED_PILLARS

    def parts(
        self, position: Position, assignments: Sequence[Assignment], ever: Sequence[Assignment]
    ) -> Mapping[str, Fraction | None]:
        """Tell how much of a position is Schulsozialarbeit and how much coordination, ``None`` where it is unknown."""
        if not assignments:
            return {self._meant(position, ever): _vzae(position.workload)}
        parts: dict[str, Fraction | None] = {}
        for assignment in assignments:
            # The one Einsatz of a position is the position, where its own volume was not entered.
            alone = len(assignments) == 1 and assignment.workload is None
            volume = _vzae(position.workload if alone else assignment.workload)
            duty = self._duty(position, assignment)
            before = parts.get(duty, Fraction(0))
            parts[duty] = None if volume is None or before is None else before + volume
        rest = _rest(position, assignments)
        if rest:
            meant = self._meant(position, ever)
            before = parts.get(meant, Fraction(0))
            parts[meant] = None if before is None else before + rest
        return parts

    def _meant(self, position: Position, ever: Sequence[Assignment]) -> str:
        """What a position is for where no Einsatz says it: what it was only ever used for, else Schulsozialarbeit."""
        if position.is_coordination:
            return _COORDINATION
        kinds = {self._duty(position, assignment) for assignment in ever}
        return kinds.pop() if len(kinds) == 1 else _SCHULSOZIALARBEIT

    def _duty(self, position: Position, assignment: Assignment) -> str:
        place = self._view.get(Organisation, assignment.place_id) if position.is_coordination else None
        if assignment.duty == _COORDINATION or (
            position.is_coordination and (place is None or place.type not in _SCHOOLS)
        ):
            return _COORDINATION
        return _SCHULSOZIALARBEIT if self._narrow.get(assignment.duty) else assignment.duty


def _flags(view: View, catalogue: str, attribute: str) -> dict[str, bool | None]:
    try:
        return {entry.key: entry.flag(attribute) for entry in view.catalogue(catalogue).entries}
    except (NotFound, KeyError):
        return {}


def _filled(position: Position) -> bool:
    return position.holder_id is not None or position.occupancy is Occupancy.BESETZT


def _vzae(workload: Workload | None) -> Fraction | None:
    return None if workload is None else workload.vzae


def _rest(position: Position, assignments: Sequence[Assignment]) -> Fraction | None:
    """Give what no Einsatz covers; it cannot be known while a volume is unknown."""
    whole = position.workload
    minutes = [
        None if one.workload is None or one.workload.minutes is None else one.workload.minutes for one in assignments
    ]
    if whole is None or whole.minutes is None or None in minutes:
        return None
    left = Fraction(whole.minutes) - sum((Fraction(part) for part in minutes if part is not None), Fraction(0))
    return left / whole.full_time_minutes if left > 0 else None


def _staff(parts: Iterable[tuple[Position, Fraction | None]]) -> Staff:
    people: set[str] = set()
    unnamed = unknown = 0
    vzae = Fraction(0)
    for position, volume in parts:
        if position.holder_id:
            people.add(position.holder_id)
        else:
            unnamed += 1
        if volume is None:
            unknown += 1
        else:
            vzae += volume
    return Staff(heads=len(people) + unnamed, vzae=vzae, unknown=unknown)
