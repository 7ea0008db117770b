"""Months of a period, for what a grant is counted in: Besetzungsmonate and VZÄ-Monate.

How a month counts that is only partly covered is nowhere laid down in what is public of the Richtlinie. The rule here is
ours and is told in every report that uses it: such a month counts with the part of its days.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from koschuso.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MONTHS_NOTE", "merged", "months"]

MONTHS_NOTE = (
    "Ein voller Kalendermonat zählt als 1; ein angebrochener zählt mit dem Anteil seiner Tage (15 von 30 Tagen = 0,50). Summen "
    "werden aus den genauen Werten gebildet. Das ist eine Rechenregel von koschuso und keine Vorgabe der Richtlinie; Beginn und "
    "Ende stehen daneben, falls Ihre Bewilligungsbehörde anders zählt."
)
"""How months are counted, for the reader."""

_DECEMBER = 12


def months(period: Period) -> Fraction:
    """Count the months of a closed period, exact; a month that is partly in it counts with the part of its days.

    Raises:
        ValueError: The period is open.

    >>> months(Period.from_to(date(2025, 4, 16), date(2025, 6, 30)))
    Fraction(5, 2)
    """
    if period.since is None or period.last is None:
        raise ValueError("only a closed period has a number of months")
    return sum((Fraction(days, of) for days, of in _parts(period.since, period.last)), Fraction(0))


def _parts(first: date, last: date) -> Iterator[tuple[int, int]]:
    """Yield for each month how many of its days are covered, and how many it has."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        length = monthrange(year, month)[1]
        begin = first.day if (year, month) == (first.year, first.month) else 1
        end = last.day if (year, month) == (last.year, last.month) else length
        yield end - begin + 1, length
        year, month = (year + 1, 1) if month == _DECEMBER else (year, month + 1)


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Give the days of closed periods once: what overlaps or follows without a gap becomes one.

    >>> [str(span) for span in merged([Period.quarter(2025, 2), Period.quarter(2025, 1), Period.on(date(2025, 2, 3))])]
    ['01.01.2025 – 30.06.2025']
    """
    spans = sorted(
        (period.since, period.last) for period in periods if period.since is not None and period.last is not None
    )
    joined: list[tuple[date, date]] = []
    for first, last in spans:
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(Period.from_to(first, last) for first, last in joined)
