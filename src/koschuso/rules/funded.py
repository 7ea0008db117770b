"""What the Richtlinie pays for: funded positions, the schools they are spread over, what an application has to name.

These are facts with dates; `koschuso.rules.foerderung` makes findings of them, and the report on them shows all of them.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model import ALWAYS, Assignment, Funding, Organisation, Period, Position
from koschuso.rules.timeline import common, concurrent, group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from koschuso.rules.rule import View

__all__ = [
    "COORDINATION",
    "GRANT",
    "GRANT_PILLAR",
    "FundedPosition",
    "FundedUnit",
    "Spread",
    "funded_positions",
    "funded_units",
    "missing_details",
    "per_post",
    "school_of",
    "schools_at_once",
    "years_of",
]

GRANT: Final = "landesfoerderung_richtlinie"
"""Key of the catalogue ``finanzierungsquelle``: the Richtlinie of 22.09.2021, revised in 2025."""

GRANT_PILLAR: Final = "landesfoerderung"
"""Key of the catalogue ``saeule`` of positions that the Richtlinie pays for."""

COORDINATION: Final = "koordination"
"""Key of the catalogue ``einsatztaetigkeit`` whose Einsätze are not bound to a school."""


@attrs.frozen(kw_only=True)
class FundedPosition:
    """A position that the Richtlinie pays for.

    Attributes:
        position: The position.
        assignments: Its Einsätze.
        payments: What the Richtlinie pays. Where only the Säule says so, one payment without an amount for as long as
            the position exists.
        recorded: Whether a Finanzierung is recorded, and not only the Säule.
    """

    position: Position
    assignments: tuple[Assignment, ...]
    payments: tuple[Funding, ...]
    recorded: bool


@attrs.frozen(kw_only=True)
class Spread:
    """What a unit is spread over from a day on.

    Attributes:
        day: The day, `koschuso.rules.timeline.BEGINNING` where the begin is not known.
        schools: Ids of the schools.
        vzae: Volume of the positions that are paid for on this day, exact; ``None`` where one of them is not known.
    """

    day: date
    schools: frozenset[str]
    vzae: Fraction | None


@attrs.frozen(kw_only=True)
class FundedUnit:
    """What F1 and F2 look at: a funded position, or all funded positions of one person.

    Attributes:
        positions: The positions, in the order of the records.
        dated: Einsätze and payments, each with the days on which the position exists as well.
    """

    positions: tuple[Position, ...]
    dated: tuple[tuple[Assignment | Funding, Period], ...]

    @property
    def combined(self) -> bool:
        """Whether it is several positions of one person."""
        return len(self.positions) > 1


def funded_positions(view: View, within: Period = ALWAYS) -> Iterator[FundedPosition]:
    """Give the positions that the Richtlinie pays for on a day of a period."""
    assignments = group(view.records(Assignment), lambda assignment: assignment.position_id)
    grants = group(
        (funding for funding in view.records(Funding) if funding.funding_source == GRANT),
        lambda funding: funding.position_id,
    )
    for position in view.records(Position):
        own = grants.get(position.id, [])
        if not own and position.saeule != GRANT_PILLAR:
            continue
        lifetime = common(position.period, within)
        payments = own or [
            Funding(id=position.id, position_id=position.id, funding_source=GRANT, period=position.period)
        ]
        paid = tuple(payment for payment in payments if lifetime is not None and payment.period.overlaps(lifetime))
        if paid:
            yield FundedPosition(
                position=position,
                assignments=tuple(assignments.get(position.id, ())),
                payments=paid,
                recorded=bool(own),
            )


def funded_units(positions: Iterable[FundedPosition]) -> Iterator[FundedUnit]:
    """Give each funded position by itself, and after all of them each person's positions together where they are several."""
    by_person: dict[str, list[FundedUnit]] = {}
    for funded in positions:
        position = funded.position
        items: tuple[Assignment | Funding, ...] = (*funded.assignments, *funded.payments)
        dated = [(item, period) for item in items if (period := common(item.period, position.period)) is not None]
        unit = FundedUnit(positions=(position,), dated=tuple(dated))
        if position.holder_id:
            by_person.setdefault(position.holder_id, []).append(unit)
        yield unit
    for units in by_person.values():
        if len(units) > 1:
            yield FundedUnit(
                positions=tuple(position for unit in units for position in unit.positions),
                dated=tuple(item for unit in units for item in unit.dated),
            )


def schools_at_once(view: View, unit: FundedUnit, within: Period = ALWAYS) -> Iterator[Spread]:
    """Go through the days of a period on which something changes and tell what a unit is spread over.

    Only while the Richtlinie pays; Einsätze for coordination and at places that are no school are passed over, and a
    Teilstandort is its school.
    """
    volumes = {
        position.id: None if position.workload is None else position.workload.vzae for position in unit.positions
    }
    lasting = [(item, clipped) for item, period in unit.dated if (clipped := common(period, within)) is not None]
    for day, held in concurrent(lasting, lambda pair: pair[1]):
        paid = {item.position_id for item, _ in held if isinstance(item, Funding)}
        known = [volume for id_ in paid if (volume := volumes[id_]) is not None]
        if paid:
            schools = (
                school_of(view, item.place_id)
                for item, _ in held
                if isinstance(item, Assignment) and item.duty != COORDINATION and item.position_id in paid
            )
            yield Spread(
                day=day,
                schools=frozenset(school.id for school in schools if school is not None),
                vzae=sum(known, Fraction(0)) if len(known) == len(paid) else None,
            )


def school_of(view: View, place_id: str) -> Organisation | None:
    """Give the school of a place, of a Teilstandort the school that it belongs to; ``None`` for other places."""
    place = view.get(Organisation, place_id)
    if place is not None and place.type == "teilstandort":
        return view.get(Organisation, place.parent_id) or place
    return place if place is not None and place.type == "schule" else None


def missing_details(view: View, assignment: Assignment) -> tuple[str, ...]:
    """Name what an application has to tell of a funded Einsatz and what is not known (F3)."""
    school = school_of(view, assignment.place_id)
    place = view.get(Organisation, assignment.place_id)
    profile = (place.school if place is not None else None) or (school.school if school is not None else None)
    known = {
        "Schulnummer": profile is not None,
        "Schulname": school is not None,
        "Beschäftigungsumfang": assignment.workload is not None and assignment.workload.minutes is not None,
    }
    return tuple(name for name, there in known.items() if not there)


def years_of(period: Period) -> Fraction | None:
    """Give the length of a period in years, exact for whole months; ``None`` for one that is open.

    >>> years_of(Period.schuljahr("2024/25"))
    Fraction(1, 1)
    """
    if period.since is None or period.until is None:
        return None
    months = (period.until.year - period.since.year) * 12 + period.until.month - period.since.month
    return (months + Fraction(period.until.day - period.since.day, 30)) / 12


def per_post(amount: Decimal | None, position: Position, period: Period) -> Fraction | None:
    """Give what an amount is for a full-time post and year (F7); ``None`` where amount, volume or period is not known."""
    vzae = None if position.workload is None else position.workload.vzae
    years = years_of(period)
    return None if amount is None or vzae is None or not years else Fraction(amount) / vzae / years
