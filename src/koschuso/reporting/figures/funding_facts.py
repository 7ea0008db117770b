"""Funded positions over a period, cut into what one place had of them: the facts behind R7 and R8.

A piece is a funded position at one place (or at none) for as long as it existed, was paid for and the Einsatz lasted.
What no Einsatz covers is a piece of its own, so that nothing that is paid for is out of sight.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.model.actor import Organisation
from koschuso.model.period import Period
from koschuso.model.position import Assignment, Funding, Occupancy, Position
from koschuso.reporting.figures.months import merged, months
from koschuso.rules.funded import FundedPosition, funded_positions
from koschuso.rules.timeline import common, concurrent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.reporting.view import View

__all__ = ["NONE_FUNDED", "Funded", "FundedPiece", "filled", "gaps_in_plan", "granted", "pieces_of"]

NONE_FUNDED = "Im Zeitraum ist keine Stelle erfasst, die nach der Richtlinie gefördert wird."
"""Stands in place of every table about funded positions that would be empty."""


@attrs.frozen(kw_only=True)
class FundedPiece:
    """A funded position at one place for one span of days.

    Attributes:
        number: Number of the position in the report, counted from 1: a name would say more than the reader may know.
        position: The position.
        place: School, Teilstandort or other place; ``None`` for what no Einsatz covers.
        place_known: Whether the place of the Einsatz is recorded.
        duty: Key of the catalogue ``einsatztaetigkeit``, empty for what no Einsatz covers.
        vzae: Exact volume; ``None`` is unknown.
        hours: Exact hours per week; ``None`` is unknown.
        period: The days, closed at either side.
        rest: Whether it is what no Einsatz covers.
    """

    number: int
    position: Position
    place: Organisation | None
    place_known: bool
    duty: str
    vzae: Fraction | None
    hours: Fraction | None
    period: Period
    rest: bool = False

    @property
    def months(self) -> Fraction:
        """How many months the piece lasted, exact."""
        return months(self.period)

    @property
    def vzae_months(self) -> Fraction | None:
        """Volume times months, exact; ``None`` where the volume is not known."""
        return None if self.vzae is None else self.vzae * self.months


class Funded:
    """The positions that the Richtlinie paid for on a day of a period.

    Args:
        view: What the report may see.
        period: The period, closed at either side.
    """

    def __init__(self, view: View, period: Period) -> None:
        self.period = period
        self.positions: tuple[FundedPosition, ...] = tuple(
            sorted(funded_positions(view, period), key=lambda funded: _order(view, funded))
        )
        """The positions, by place and id: their order is that of their numbers in the report."""
        self.numbers = {funded.position.id: number for number, funded in enumerate(self.positions, start=1)}
        """Number of each position in the report."""
        self.pieces: tuple[FundedPiece, ...] = tuple(
            piece
            for funded in self.positions
            for piece in pieces_of(view, funded, period, self.numbers[funded.position.id])
        )
        """What each place had of them, by position and begin."""

    def spans(self, funded: FundedPosition) -> tuple[Period, ...]:
        """Give the days on which a position existed and was paid for."""
        return _spans(funded, self.period)


def pieces_of(view: View, funded: FundedPosition, period: Period, number: int) -> list[FundedPiece]:
    """Cut a funded position into what each place had of it in a period."""
    found: list[FundedPiece] = []
    for span in _spans(funded, period):
        current = [
            (assignment, days)
            for assignment in funded.assignments
            if (days := common(assignment.period, span)) is not None
        ]
        for assignment, days in current:
            place = view.get(Organisation, assignment.place_id)
            workload = assignment.workload
            found.append(
                FundedPiece(
                    number=number,
                    position=funded.position,
                    place=place,
                    place_known=place is not None,
                    duty=assignment.duty,
                    vzae=None if workload is None else workload.vzae,
                    hours=None if workload is None else workload.hours,
                    period=days,
                )
            )
        found.extend(
            FundedPiece(
                number=number,
                position=funded.position,
                place=None,
                place_known=True,
                duty="",
                vzae=vzae,
                hours=hours,
                period=days,
                rest=True,
            )
            for vzae, hours, days in _rests(funded.position, current, span)
        )
    return sorted(
        found, key=lambda piece: (piece.rest, piece.period.since, "" if piece.place is None else piece.place.id)
    )


def _spans(funded: FundedPosition, period: Period) -> tuple[Period, ...]:
    lifetime = common(funded.position.period, period)
    if lifetime is None:
        return ()
    return merged(days for payment in funded.payments if (days := common(payment.period, lifetime)) is not None)


def _rests(
    position: Position, current: Sequence[tuple[Assignment, Period]], span: Period
) -> list[tuple[Fraction | None, Fraction | None, Period]]:
    """Give what no Einsatz covers, with the days: nothing while a volume is unknown, because it cannot be known then."""
    marks: list[tuple[Assignment | None, Period]] = [(None, span), *current]
    days = [day for day, _ in concurrent(marks, lambda mark: mark[1])]
    rests: list[tuple[Fraction | None, Fraction | None, Period]] = []
    for number, day in enumerate(days):
        until = days[number + 1] if number + 1 < len(days) else span.until
        held = [assignment for assignment, lasting in current if day in lasting]
        rest = _rest(position, held)
        if rest is None:
            continue
        if rests and rests[-1][2].until == day and rests[-1][:2] == rest:
            rests[-1] = (*rest, Period(since=rests[-1][2].since, until=until))
        else:
            rests.append((*rest, Period(since=day, until=until)))
    return rests


def _rest(position: Position, held: Sequence[Assignment]) -> tuple[Fraction | None, Fraction | None] | None:
    whole = position.workload
    if not held:
        return (None, None) if whole is None else (whole.vzae, whole.hours)
    parts = [None if one.workload is None or one.workload.minutes is None else one.workload.minutes for one in held]
    if whole is None or whole.minutes is None or None in parts:
        return None
    left = Fraction(whole.minutes) - sum((Fraction(part) for part in parts if part is not None), Fraction(0))
    return (left / whole.full_time_minutes, left / 60) if left > 0 else None


def _order(view: View, funded: FundedPosition) -> tuple[str, str, str]:
    places = [view.get(Organisation, assignment.place_id) for assignment in funded.assignments]
    known = sorted((place.ags, place.short_name or place.name) for place in places if place is not None)
    return (*(known[0] if known else ("~", "")), funded.position.id)


def gaps_in_plan(funded: Iterable[FundedPosition]) -> int:
    """Count the gaps between positions with one number of the Stellenplan: time in which perhaps nobody worked."""
    by_number: defaultdict[str, list[Period]] = defaultdict(list)
    for one in funded:
        if one.position.plan_number:
            by_number[one.position.plan_number].append(one.position.period)
    gaps = 0
    for periods in by_number.values():
        last = None
        for period in sorted(periods, key=lambda period: (period.since is not None, period.since)):
            gaps += last is not None and period.since is not None and period.since > last
            if period.until is None:
                break
            last = period.until if last is None else max(last, period.until)
    return gaps


def granted(payment: Funding, period: Period) -> Fraction | None:
    """Give the part of a grant that falls on a period, by months; ``None`` where the amount or its period is not known."""
    if payment.amount is None:
        return None
    if payment.period.since is None or payment.period.until is None:
        return None
    shared = common(payment.period, period)
    whole = months(payment.period)
    return Fraction(0) if shared is None else Fraction(payment.amount) * months(shared) / whole


def filled(position: Position) -> bool | None:
    """Tell whether somebody worked in a position; ``None`` where it is not known."""
    return None if position.occupancy is Occupancy.UNBEKANNT else position.occupancy is Occupancy.BESETZT
