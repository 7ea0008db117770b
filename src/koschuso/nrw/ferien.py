"""Schulferien of NRW from Christmas 2011 to summer 2030, as the Ferienordnung (BASS 12-65) gives them.

First and last day are inclusive, as in the Ferienordnung, which also counts Saturdays at the edges. The days that are
movable (bewegliche Ferientage) are decided by each school and are in no list; see `koschuso.nrw.calendar`.
"""

from __future__ import annotations

import functools
from datetime import date, timedelta

import attrs

from koschuso.model.period import Period, schuljahr_of
from koschuso.nrw.package_data import rows

__all__ = ["Ferien", "entry_on", "ferien", "ferien_in", "known_period", "movable_days_in"]

# How many movable days a school sets in a Schuljahr (Ferienordnung, as several offices quote it; ministry's own page).
_MOVABLE_DAYS = {
    "2016/17": 3,
    "2017/18": 4,
    "2018/19": 4,
    "2019/20": 4,
    "2020/21": 4,
    "2021/22": 3,
    "2022/23": 3,
    "2023/24": 4,
    "2024/25": 4,
    "2025/26": 3,
    "2026/27": 3,
    "2027/28": 3,
    "2028/29": 4,
    "2029/30": 4,
}


@attrs.frozen(kw_only=True)
class Ferien:
    """One span of holidays.

    Attributes:
        name: ``Herbstferien``, ``Weihnachtsferien``, ``Osterferien``, ``Pfingstferien`` or ``Sommerferien``.
        first: First day, inclusive.
        last: Last day, inclusive.
        schuljahr: The Schuljahr by the Ferienordnung, where **the summer holidays open** the year: those of 2026 belong
            to 2026/27.
        official: False for days without lessons that are not of the Ferienordnung (21 and 22 December 2020).
    """

    name: str
    first: date
    last: date
    schuljahr: str
    official: bool = True

    @property
    def schuljahr_by_first_day(self) -> str:
        """The Schuljahr by § 7 SchulG (1 August to 31 July), in which the summer holidays end the year.

        >>> summer = [span for span in ferien() if span.name == "Sommerferien" and span.first.year == 2026][0]
        >>> summer.schuljahr, summer.schuljahr_by_first_day
        ('2026/27', '2025/26')
        """
        return schuljahr_of(self.first)

    @property
    def period(self) -> Period:
        """The span as a half-open period."""
        return Period.from_to(self.first, self.last)

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.last - self.first).days + 1


@functools.cache
def _all() -> tuple[Ferien, ...]:
    return tuple(
        Ferien(
            name=row["name"],
            first=date.fromisoformat(row["first_day"]),
            last=date.fromisoformat(row["last_day"]),
            schuljahr=row["schuljahr"],
            official=row["kind"] == "ferien",
        )
        for row in rows("schulferien.csv")
    )


def ferien(schuljahr: str = "") -> tuple[Ferien, ...]:
    """Return the holidays of the Ferienordnung in order of time, all or those of one Schuljahr.

    Args:
        schuljahr: For example ``"2025/26"``, as the Ferienordnung counts (the summer holidays open the year).

    >>> [span.name for span in ferien("2027/28")]
    ['Sommerferien', 'Herbstferien', 'Weihnachtsferien', 'Osterferien']
    """
    return tuple(span for span in _all() if span.official and schuljahr in {"", span.schuljahr})


def ferien_in(period: Period) -> tuple[Ferien, ...]:
    """Return the holidays that share a day with a period.

    >>> [f"{span.name} {span.first.year}" for span in ferien_in(Period.schuljahr("2025/26"))][::5]
    ['Sommerferien 2025', 'Sommerferien 2026']
    """
    return tuple(span for span in _all() if span.official and span.period.overlaps(period))


@functools.cache
def known_period() -> Period:
    """Return the span about which the data say anything; outside nothing is known, and unknown is not free.

    >>> str(known_period())
    '23.12.2011 – 06.08.2030'
    """
    return Period.from_to(_all()[0].first, _all()[-1].last)


@functools.cache
def _by_day() -> dict[date, Ferien]:
    return {span.first + timedelta(days=offset): span for span in _all() for offset in range(span.days)}


def entry_on(day: date) -> Ferien | None:
    """Return the holidays on a day, or ``None``; ask `known_period` whether ``None`` means anything.

    >>> entry_on(date(2025, 10, 22)).name
    'Herbstferien'
    """
    return _by_day().get(day)


def movable_days_in(schuljahr: str) -> int | None:
    """Return how many bewegliche Ferientage a school sets in a Schuljahr, or ``None`` where it is not known.

    >>> movable_days_in("2025/26"), movable_days_in("2012/13")
    (3, None)
    """
    return _MOVABLE_DAYS.get(schuljahr)
