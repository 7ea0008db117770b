"""Fuzzy dates: "08/2016", "2019", "März", "Januar / Februar", as offices plan and remember."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import NoReturn

import attrs

from koschuso.model.finding import Problems
from koschuso.model.period import Period

__all__ = ["MONTHS", "FuzzyDate"]

MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_MONTH_BY_NAME = {
    **{name.lower(): number for number, name in enumerate(MONTHS, 1)},
    **{name[:3].lower(): number for number, name in enumerate(MONTHS, 1)},
    "maerz": 3,
    "mrz": 3,
    "jänner": 1,
    "sept": 9,
}

_YEAR = r"(?P<year>\d{4})"
_NAME = r"(?P<name>[A-Za-zäÄ]+)\.?"
# Tried in this order; each names the parts it finds.
_FORMS = tuple(
    re.compile(form)
    for form in (
        _YEAR + r"-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        _YEAR + r"-(?P<month>\d{1,2})",
        r"(?P<day>\d{1,2})\.\s*(?P<month>\d{1,2})\.\s*(?:" + _YEAR + r")?",
        r"(?P<month>\d{1,2})[/.]" + _YEAR,
        r"(?P<day>\d{1,2})\.\s*" + _NAME + r"(?:\s+" + _YEAR + r")?",
        r"(?P<quarter>[1-4])\.\s*Quartal(?:\s+" + _YEAR + r")?",
        r"(?P<half>[12])\.\s*Halbjahr(?:\s+" + _YEAR + r")?",
        r"Schuljahr\s+(?P<schuljahr>\d{4}/\d{2})",
        _NAME + r"(?:\s+" + _YEAR + r")?",
        _YEAR,
    )
)
_RANGE = re.compile(r"\s*(?:–|—|\bbis\b|\bund\b|(?<=\s)/|/(?=\s)|\s-\s)\s*")
_OPEN_YEAR = 2000  # a leap year: "29. Februar" without a year is a possible day


@attrs.frozen
class FuzzyDate:
    """A date as exact as somebody knew it, kept in the words in which it was given.

    Understood are days, months, years, quarters and half years, with or without the year, and spans of them.

    Attributes:
        text: The date as it was written.

    Raises:
        InvalidRecord: The text is not understood or names an impossible date.

    >>> FuzzyDate("08/2016").earliest(), FuzzyDate("08/2016").latest()
    (datetime.date(2016, 8, 1), datetime.date(2016, 8, 31))
    >>> FuzzyDate("Januar / Februar").latest(in_year=2022)
    datetime.date(2022, 2, 28)
    """

    text: str

    def __attrs_post_init__(self) -> None:
        first, last = self._bounds(_OPEN_YEAR)
        if first > last:
            _not_understood(self.text, "endet vor seinem Beginn")

    @classmethod
    def of(cls, day: date) -> FuzzyDate:
        """Build the fuzzy date of an exact day."""
        return cls(f"{day:%d.%m.%Y}")

    @property
    def has_year(self) -> bool:
        """Whether the text names its year itself."""
        return re.search(r"\d{4}", self.text) is not None

    @property
    def is_exact(self) -> bool:
        """Whether exactly one day of a named year is meant."""
        return self.has_year and self.earliest() == self.latest()

    def earliest(self, in_year: int | None = None) -> date:
        """Give the first day that can be meant.

        Args:
            in_year: Year of the plan that the date stands in, for dates without one.

        Raises:
            InvalidRecord: The text names no year and ``in_year`` is not given.
        """
        return self._bounds(self._year(in_year))[0]

    def latest(self, in_year: int | None = None) -> date:
        """Give the last day that can be meant; see `earliest`."""
        return self._bounds(self._year(in_year))[1]

    def period(self, in_year: int | None = None) -> Period:
        """Give the span that can be meant."""
        return Period.from_to(self.earliest(in_year), self.latest(in_year))

    def __str__(self) -> str:
        return self.text

    def _year(self, in_year: int | None) -> int:
        if in_year is None and not self.has_year:
            _not_understood(self.text, "nennt kein Jahr; geben Sie das Jahr der Planung an")
        return in_year or _OPEN_YEAR

    def _bounds(self, open_year: int) -> tuple[date, date]:
        parts = [part for part in _RANGE.split(self.text.strip()) if part]
        if not 1 <= len(parts) <= 2:  # noqa: PLR2004 - from and to
            _not_understood(self.text, "wird nicht verstanden")
        years = re.findall(r"\d{4}", parts[-1])
        # "November / Dezember 2021": the year stands once, at the end, and holds for both.
        year = int(years[0]) if years else open_year
        first, _ = _part(parts[0], year, self.text)
        _, last = _part(parts[-1], year, self.text)
        return first, last


def _not_understood(text: str, why: str) -> NoReturn:
    """Refuse a fuzzy date.

    Raises:
        InvalidRecord: Always.
    """
    problems = Problems("fuzzydate")
    problems.add(
        field="text",
        value=text,
        rule="datum.unscharf",
        message=f"Die Angabe »{text}« {why}. Möglich sind zum Beispiel 15.10.2025, 08/2016, 2019, März, Januar / Februar.",
    )
    problems.raise_if_any()
    raise AssertionError  # unreachable: the line above raises


def _part(text: str, year: int, whole: str) -> tuple[date, date]:
    """Find the first and last day of one side of the span."""
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is None:
            continue
        found = {name: value for name, value in match.groupdict().items() if value}
        try:
            bounds = _bounds_of(found, int(found.get("year", year)))
        except ValueError:
            break
        if bounds is not None:
            return bounds
    _not_understood(whole, "wird nicht verstanden")


def _bounds_of(found: dict[str, str], year: int) -> tuple[date, date] | None:
    if "schuljahr" in found:
        period = Period.schuljahr(found["schuljahr"])
        return _closed(period)
    if "quarter" in found:
        return _closed(Period.quarter(year, int(found["quarter"])))
    if "half" in found:
        half = int(found["half"])
        return (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))
    month = _month(found)
    if month is None:
        return None if "name" in found else (date(year, 1, 1), date(year, 12, 31))
    if "day" in found:
        day = date(year, month, int(found["day"]))
        return day, day
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _month(found: dict[str, str]) -> int | None:
    if "month" in found:
        return int(found["month"])
    return _MONTH_BY_NAME.get(found.get("name", "").lower())


def _closed(period: Period) -> tuple[date, date]:
    if period.since is None or period.last is None:
        raise ValueError("an open period has no bounds")
    return period.since, period.last
