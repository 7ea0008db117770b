"""The office's own working time, counted in one pass: person-minutes by Tätigkeit, and what they were for.

These are minutes that the team worked. They are never mixed with the hours that an event lasted, nor with those that its
visitors spent. Nothing is kept by person: reports tell of the team, and nobody is ranked.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model import Activity, Period, Reference
from koschuso.query import Overlaps
from koschuso.reporting.figures.spans import covering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.reporting.view import View

__all__ = ["Spent", "WorkTime", "work_time"]

_MINUTES: Final = 60
_FIELDS: Final = ("day", "minutes", "taetigkeit", "reach", "subject")


@attrs.define
class Spent:
    """Entries of one sort and their time.

    Attributes:
        entries: Number of entries.
        minutes: Person-minutes, exact.
    """

    entries: int = 0
    minutes: int = 0

    @property
    def hours(self) -> Fraction:
        """Person-hours, exact."""
        return Fraction(self.minutes, _MINUTES)

    def add(self, other: Spent) -> None:
        """Add what was spent elsewhere."""
        self.entries += other.entries
        self.minutes += other.minutes


@attrs.define
class WorkTime:
    """The working time of a period, by what is told apart in reports.

    Attributes:
        period: The period.
        by: Time by Tätigkeit, reach and subject of the entries.
    """

    period: Period
    by: dict[tuple[str, str, Reference | None], Spent] = attrs.field(factory=dict)

    @property
    def all(self) -> Spent:
        """Everything."""
        found = Spent()
        for spent in self.by.values():
            found.add(spent)
        return found

    def by_taetigkeit(self) -> Iterator[tuple[str, Spent]]:
        """Give key and time, each key once."""
        found: dict[str, Spent] = {}
        for (taetigkeit, _, _), spent in self.by.items():
            found.setdefault(taetigkeit, Spent()).add(spent)
        return iter(found.items())


def work_time(view: View, period: Period, before: Period | None = None) -> tuple[WorkTime, WorkTime | None]:
    """Sum the working time of a period, and of the one before it where that is asked for."""
    now = WorkTime(period)
    then = None if before is None else WorkTime(before)
    times = [one for one in (now, then) if one is not None]
    asked = Overlaps("day", covering([time.period for time in times]))
    for day, minutes, taetigkeit, reach, subject in view.values(Activity, _FIELDS, asked):
        for time in times:
            if day in time.period:
                key = (taetigkeit, reach, subject)
                spent = time.by.get(key)
                if spent is None:
                    spent = time.by[key] = Spent()
                spent.entries += 1
                spent.minutes += minutes
    return now, then
