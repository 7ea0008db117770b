"""The public holidays of NRW, computed by rule.

The rules hold for 1995 to 2050: since 1995 the Buß- und Bettag is no public holiday, and the upper bound says that
nobody knows the law of a far future. Years outside are refused rather than guessed. No half holidays, no Rosenmontag.
"""

from __future__ import annotations

import functools
from datetime import date, timedelta

import attrs

from koschuso.errors import Refused

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Feiertag", "brauchtumstage", "feiertag_on", "feiertage"]

FIRST_YEAR = 1995
"""First year that the rules hold for."""

LAST_YEAR = 2050
"""Last year that the rules are trusted for."""

_REFORMATION_JUBILEE = 2017

# Days after Easter Sunday, and fixed days (month, day).
_MOVABLE = (
    (-2, "Karfreitag"),
    (1, "Ostermontag"),
    (39, "Christi Himmelfahrt"),
    (50, "Pfingstmontag"),
    (60, "Fronleichnam"),
)
_FIXED = (
    (1, 1, "Neujahrstag"),
    (5, 1, "Erster Mai"),
    (10, 3, "Tag der Deutschen Einheit"),
    (11, 1, "Allerheiligen"),
    (12, 25, "Erster Weihnachtstag"),
    (12, 26, "Zweiter Weihnachtstag"),
)
_CUSTOMARY = ((-52, "Weiberfastnacht"), (-48, "Rosenmontag"))


@attrs.frozen
class Feiertag:
    """A named day.

    Attributes:
        day: The day.
        name: German name.
    """

    day: date
    name: str


def _easter(year: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(
            f"Für {year} sind keine Feiertage bekannt; die Regeln für NRW gelten hier von {FIRST_YEAR} bis {LAST_YEAR}.",
            year=year,
        )
    from dateutil.easter import easter  # noqa: PLC0415 - only loaded on use

    return easter(year)


@functools.lru_cache(maxsize=128)
def feiertage(year: int) -> tuple[Feiertag, ...]:
    """Compute the public holidays of a year in order: 11, and 12 in 2017 (Reformationstag once for all Germany).

    Raises:
        Refused: The year is outside `FIRST_YEAR` … `LAST_YEAR`.

    >>> [f"{entry.day:%d.%m.} {entry.name}" for entry in feiertage(2026)][1:3]
    ['03.04. Karfreitag', '06.04. Ostermontag']
    """
    easter = _easter(year)
    found = [Feiertag(easter + timedelta(days=offset), name) for offset, name in _MOVABLE]
    found += [Feiertag(date(year, month, day), name) for month, day, name in _FIXED]
    if year == _REFORMATION_JUBILEE:
        found.append(Feiertag(date(year, 10, 31), "Reformationstag"))
    return tuple(sorted(found, key=lambda entry: entry.day))


@functools.lru_cache(maxsize=128)
def _names(year: int) -> dict[date, str]:
    names: dict[date, str] = {}
    for entry in feiertage(year):
        # In 2008 Ascension Day fell on the first of May: both names belong to the day.
        names[entry.day] = f"{names[entry.day]} / {entry.name}" if entry.day in names else entry.name
    return names


def feiertag_on(day: date) -> str | None:
    """Name the public holiday on a day; ``""`` when it is none, ``None`` when nothing is known about the year.

    >>> feiertag_on(date(2025, 6, 19)), feiertag_on(date(2025, 6, 20)), feiertag_on(date(1980, 6, 17))
    ('Fronleichnam', '', None)
    """
    return _names(day.year).get(day, "") if FIRST_YEAR <= day.year <= LAST_YEAR else None


@functools.lru_cache(maxsize=128)
def brauchtumstage(year: int) -> tuple[Feiertag, ...]:
    """Compute Weiberfastnacht and Rosenmontag: no public holidays, but hardly days for an appointment in the Rhineland.

    Raises:
        Refused: The year is outside `FIRST_YEAR` … `LAST_YEAR`.

    >>> [f"{entry.day:%d.%m.}" for entry in brauchtumstage(2026)]
    ['12.02.', '16.02.']
    """
    easter = _easter(year)
    return tuple(Feiertag(easter + timedelta(days=offset), name) for offset, name in _CUSTOMARY)
