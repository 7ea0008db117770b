"""Periods: when something holds, and the spans that reports are about."""

from __future__ import annotations

import re
from datetime import date, timedelta

import attrs

from koschuso.model.finding import Problems

__all__ = ["ALWAYS", "Period", "schuljahr_of"]

_SCHULJAHR = re.compile(r"(\d{4})\s*/\s*(\d{2}|\d{4})")
_FIRST_MONTH_OF_SCHULJAHR = 8  # § 7 SchulG NRW: the Schuljahr begins on 1 August


def schuljahr_of(day: date) -> str:
    """Name the Schuljahr that a day falls into (1 August to 31 July, § 7 SchulG NRW).

    >>> schuljahr_of(date(2025, 7, 31)), schuljahr_of(date(2025, 8, 1))
    ('2024/25', '2025/26')
    """
    first = day.year if day.month >= _FIRST_MONTH_OF_SCHULJAHR else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


@attrs.frozen(kw_only=True)
class Period:
    """A span of days, open at either side where nothing is known.

    Attributes:
        since: First day that belongs to the span; ``None`` means that the begin is not known.
        until: First day that no longer belongs to it (half-open); ``None`` means that no end is known.
    """

    since: date | None = None
    until: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until <= self.since:
            problems = Problems("period")
            problems.add(
                field="until",
                value=self.until,
                rule="zeitraum.reihenfolge",
                message=f"Der Zeitraum endet ({_german(self.until)}) nicht nach seinem Beginn ({_german(self.since)}).",
            )
            problems.raise_if_any()

    @classmethod
    def from_to(cls, first: date | None, last: date | None) -> Period:
        """Build a span from its first and its last day, both included, as German offices write it.

        >>> Period.from_to(date(2024, 8, 1), date(2025, 7, 31)).until
        datetime.date(2025, 8, 1)
        """
        return cls(since=first, until=None if last is None else last + timedelta(days=1))

    @classmethod
    def calendar_year(cls, year: int) -> Period:
        """Build the span of a Kalenderjahr."""
        return cls(since=date(year, 1, 1), until=date(year + 1, 1, 1))

    @classmethod
    def schuljahr(cls, name: str) -> Period:
        """Build the span of a Schuljahr from its name.

        Raises:
            InvalidRecord: The name is not of the form ``2024/25``.

        >>> Period.schuljahr("2024/25").since
        datetime.date(2024, 8, 1)
        """
        match = _SCHULJAHR.fullmatch(name.strip())
        first = int(match[1]) if match else 0
        problems = Problems("period")
        if not (match is not None and int(match[2]) % 100 == (first + 1) % 100):
            problems.add(
                field="schuljahr",
                value=name,
                rule="zeitraum.schuljahr",
                message=f"»{name}« ist kein Schuljahr; erwartet wird die Form 2024/25.",
            )
        problems.raise_if_any()
        return cls(since=date(first, 8, 1), until=date(first + 1, 8, 1))

    @classmethod
    def schulhalbjahr(cls, name: str, half: int) -> Period:
        """Build the first (August to January) or second (February to July) half of a Schuljahr."""
        year = cls.schuljahr(name)
        if year.since is None or half not in {1, 2}:
            raise ValueError("half is 1 or 2")
        turn = date(year.since.year + 1, 2, 1)
        return cls(since=year.since, until=turn) if half == 1 else cls(since=turn, until=year.until)

    @classmethod
    def quarter(cls, year: int, number: int) -> Period:
        """Build a quarter of a calendar year, counted from 1."""
        month = 3 * number - 2
        return cls(since=date(year, month, 1), until=date(year + month // 10, (month + 3 - 1) % 12 + 1, 1))

    @classmethod
    def on(cls, day: date) -> Period:
        """Build the span of one day, a Stichtag."""
        return cls(since=day, until=day + timedelta(days=1))

    @property
    def last(self) -> date | None:
        """The last day that belongs to the span."""
        return None if self.until is None else self.until - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two spans share a day."""
        return (self.since is None or other.until is None or self.since < other.until) and (
            other.since is None or self.until is None or other.since < self.until
        )

    def encloses(self, other: Period) -> bool:
        """Tell whether the other span lies wholly within this one."""
        begins = self.since is None or (other.since is not None and self.since <= other.since)
        return begins and (self.until is None or (other.until is not None and other.until <= self.until))

    def __str__(self) -> str:
        if self.since is None and self.until is None:
            return "unbegrenzt"
        if self.since is None:
            return f"bis {_german(self.last)}"
        if self.until is None:
            return f"seit {_german(self.since)}"
        return f"{_german(self.since)} – {_german(self.last)}"


ALWAYS = Period()


def _german(day: date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"
