"""What kind of day a day is for the schools of NRW, where "no data" is never "free".

Weekends and Feiertage follow rules; Schulferien are known for a while only. A working day outside that while is
`DayKind.UNBEKANNT`, and `is_free` answers ``None``.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import WrongUse
from koschuso.nrw.feiertage import FIRST_YEAR, LAST_YEAR, brauchtumstage, feiertag_on
from koschuso.nrw.ferien import entry_on, known_period

if TYPE_CHECKING:
    from collections.abc import Collection

    from koschuso.model.period import Period

__all__ = ["Day", "DayKind", "SchoolDays", "day_kind", "describe", "is_free", "school_days"]

_SATURDAY = 5


class DayKind(StrEnum):
    """What a day is, the strongest reason first: a Feiertag within the Ferien is a Feiertag."""

    FEIERTAG = "feiertag"
    FERIEN = "ferien"
    UNTERRICHTSFREI = "unterrichtsfrei"
    BEWEGLICHER_FERIENTAG = "beweglicher_ferientag"
    WOCHENENDE = "wochenende"
    SCHULTAG = "schultag"
    UNBEKANNT = "unbekannt"


_FREE = frozenset(
    {
        DayKind.FEIERTAG,
        DayKind.FERIEN,
        DayKind.UNTERRICHTSFREI,
        DayKind.BEWEGLICHER_FERIENTAG,
        DayKind.WOCHENENDE,
    }
)


@attrs.frozen(kw_only=True)
class Day:
    """A day and why it is what it is.

    Attributes:
        day: The day.
        kind: The strongest of what applies.
        reasons: Everything that makes the day free, in German, strongest first; for an unknown day what is not known.
        hints: What is worth knowing although it does not make the day free: Weiberfastnacht, Rosenmontag.
    """

    day: date
    kind: DayKind
    reasons: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool | None:
        """Whether there are no lessons: yes, no, or ``None`` when it is not known."""
        return None if self.kind is DayKind.UNBEKANNT else self.kind in _FREE


def describe(day: date, *, movable: Collection[date] = ()) -> Day:
    """Say what kind of day a day is, with all reasons.

    Args:
        day: The day.
        movable: The bewegliche Ferientage of the school that is asked about; they are in no official list.

    >>> describe(date(2026, 4, 6)).reasons
    ('Ostermontag', 'Osterferien')
    >>> describe(date(2031, 3, 5)).reasons
    ('Für den 05.03.2031 sind noch keine Schulferien bekannt.',)
    """
    found: list[tuple[DayKind, str]] = []
    feiertag = feiertag_on(day)
    if feiertag:
        found.append((DayKind.FEIERTAG, feiertag))
    entry = entry_on(day)
    if entry is not None:
        found.append((DayKind.FERIEN if entry.official else DayKind.UNTERRICHTSFREI, entry.name))
    if day in movable:
        found.append((DayKind.BEWEGLICHER_FERIENTAG, "Beweglicher Ferientag"))
    if day.weekday() >= _SATURDAY:
        found.append((DayKind.WOCHENENDE, "Wochenende"))
    if not found:
        known = known_period()
        if feiertag is None:
            found.append((DayKind.UNBEKANNT, f"Für {day.year} sind keine Feiertage bekannt."))
        elif day not in known:
            still = "noch keine" if known.until is not None and day >= known.until else "keine"
            found.append((DayKind.UNBEKANNT, f"Für den {day:%d.%m.%Y} sind {still} Schulferien bekannt."))
    hints = _hints(day)
    if not found:
        return Day(day=day, kind=DayKind.SCHULTAG, hints=hints)
    return Day(day=day, kind=found[0][0], reasons=tuple(reason for _, reason in found), hints=hints)


def _hints(day: date) -> tuple[str, ...]:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return ()
    return tuple(f"{entry.name} (kein Feiertag)" for entry in brauchtumstage(day.year) if entry.day == day)


def day_kind(day: date, *, movable: Collection[date] = ()) -> DayKind:
    """Say what kind of day a day is; see `describe`.

    >>> day_kind(date(2025, 10, 22)).value, day_kind(date(2025, 9, 10)).value, day_kind(date(2031, 3, 5)).value
    ('ferien', 'schultag', 'unbekannt')
    """
    return describe(day, movable=movable).kind


def is_free(day: date, *, movable: Collection[date] = ()) -> bool | None:
    """Tell whether there are no lessons on a day; ``None`` when it is not known, which is never the same as free.

    >>> is_free(date(2025, 10, 22)), is_free(date(2025, 9, 10)), is_free(date(2031, 3, 5))
    (True, False, None)
    """
    return describe(day, movable=movable).is_free


@attrs.frozen(kw_only=True)
class SchoolDays:
    """The school days of a period.

    Attributes:
        days: Days with lessons, in order.
        unknown: Days about which nothing is known; as long as there are any, ``len(days)`` is only a lower bound.
    """

    days: tuple[date, ...]
    unknown: tuple[date, ...] = ()

    @property
    def count(self) -> int | None:
        """Number of school days, or ``None`` when it is not known."""
        return None if self.unknown else len(self.days)


def school_days(period: Period, *, movable: Collection[date] = ()) -> SchoolDays:
    """Collect the days with lessons in a period: Monday to Friday outside Ferien and Feiertage.

    Args:
        period: Half-open and bounded at both sides.
        movable: The bewegliche Ferientage of the school that is asked about.

    Raises:
        WrongUse: The period is open.

    >>> from koschuso.model.period import Period
    >>> school_days(Period.schuljahr("2025/26")).count, school_days(Period.schuljahr("2030/31")).count
    (195, None)
    """
    if period.since is None or period.until is None:
        raise WrongUse("Schultage lassen sich nur in einem Zeitraum mit Anfang und Ende zählen.")
    days: list[date] = []
    unknown: list[date] = []
    for offset in range((period.until - period.since).days):
        day = period.since + timedelta(days=offset)
        kind = day_kind(day, movable=movable)
        if kind is DayKind.SCHULTAG:
            days.append(day)
        elif kind is DayKind.UNBEKANNT:
            unknown.append(day)
    return SchoolDays(days=tuple(days), unknown=tuple(unknown))
