"""How dates stand in a plan: in their own words, as exact as they are, without the year that goes without saying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.model.fuzzydate import MONTHS
from koschuso.reporting.parameters import PeriodKind

if TYPE_CHECKING:
    from datetime import date

    from koschuso.model.fuzzydate import FuzzyDate
    from koschuso.reporting.parameters import ReportPeriod

__all__ = ["PlanDates"]


class PlanDates:
    """Writes dates for a plan.

    Args:
        time: The Kalenderjahr, whose own year goes without saying, or another period, where each date names its year.

    >>> from koschuso.model import FuzzyDate
    >>> from koschuso.reporting.parameters import ReportPeriod
    >>> dates = PlanDates(ReportPeriod.year(2026))
    >>> dates.fuzzy(FuzzyDate("22.03.2026")), dates.span(FuzzyDate("Januar / Februar 2026"), FuzzyDate("03/2027"))
    ('22. März', 'Januar / Februar – März 2027')
    >>> PlanDates(ReportPeriod.schuljahr("2025/26")).span(FuzzyDate("01/2026"), FuzzyDate("15.03.2026"))
    'Januar – 15. März 2026'
    """

    def __init__(self, time: ReportPeriod) -> None:
        self._time = time

    def span(self, begin: FuzzyDate | None, due: FuzzyDate | None) -> str:
        """Write when a task is done; a single date that is no exact day says roughly when, and not from or until when."""
        only = due if begin is None else begin
        if begin is not None and due is not None:
            return _joined(self.fuzzy(begin), self.fuzzy(due))
        if only is None:
            return ""
        words = self.fuzzy(only)
        if not only.is_exact:
            return words
        return f"bis {words}" if begin is None else f"ab {words}"

    def fuzzy(self, when: FuzzyDate) -> str:
        """Write a fuzzy date in its own words, an exact day with the name of its month; the plan's own year goes without saying."""
        if when.is_exact:
            return self._day(when.earliest())
        year = str(self._time.first.year)
        if self._time.kind is PeriodKind.KALENDERJAHR and when.text.endswith(f" {year}"):
            return when.text.removesuffix(f" {year}")
        first, last = (when.earliest(), when.latest()) if when.has_year else (None, None)
        if first is not None and last is not None and (first.year, first.month) == (last.year, last.month):
            return self._month(first)
        return when.text

    def days(self, first: date, last: date) -> str:
        """Write exact days."""
        return _joined(self._day(first), self._day(last))

    def _day(self, day: date) -> str:
        return f"{day.day}. {self._month(day)}"

    def _month(self, day: date) -> str:
        name = MONTHS[day.month - 1]
        own = self._time.kind is PeriodKind.KALENDERJAHR and day.year == self._time.first.year
        return name if own else f"{name} {day.year}"


def _joined(first: str, last: str) -> str:
    """Join two dates; the year that both end with stands once."""
    if first == last:
        return first
    year = last[-5:]
    if year[0] == " " and year[1:].isdigit() and first.endswith(year):
        first = first.removesuffix(year)
    return first if first == last else f"{first} – {last}"
