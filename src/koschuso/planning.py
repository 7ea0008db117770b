"""Series around Ferien and Feiertage: which dates a rhythm gives, which collide, and where they move.

Proposals only: nothing is moved without somebody who stores the events. What is not known (Ferien after the last
published order) is told as a doubt, never taken as free.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import WrongUse
from koschuso.model import Event, Series
from koschuso.nrw.calendar import DayKind, day_kind
from koschuso.nrw.feiertage import feiertag_on
from koschuso.nrw.ferien import entry_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["PlannedDate", "Verdict", "as_events", "collisions", "plan"]

_WEEK = timedelta(weeks=1)
_MOST_MOVES = 4
_QUARTER_MONTHS = 3
_FRIDAY, _SATURDAY = 4, 5


class Verdict(StrEnum):
    """What became of a date of a series."""

    PLANNED = "wie geplant"
    MOVED = "verlegt"
    SKIPPED = "entfällt"
    OPEN = "zu entscheiden"


@attrs.frozen(kw_only=True)
class PlannedDate:
    """One date of a series.

    Attributes:
        rhythm_day: Day that the rhythm gives.
        day: Day on which it is to take place; ``None`` where it is skipped or somebody has to decide.
        verdict: What became of it.
        reasons: Why the rhythm's day is to be avoided, in German.
        doubtful: Whether it is not known if the day is free, because no Ferien are published for it.
    """

    rhythm_day: date
    day: date | None
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    doubtful: bool = False


def plan(series: Series, *, movable: Collection[date] = ()) -> tuple[PlannedDate, ...]:
    """Work out the dates of a series within its period.

    Args:
        series: Its period must have a begin and an end, unless it is a list of dates.
        movable: The bewegliche Ferientage of the schools in question; they are in no official list.

    Raises:
        WrongUse: The period of the series is open.

    >>> from koschuso.model import Period
    >>> circle = Series(id="qz", title="QZ Grundschule", rhythm="alle_n_wochen", weeks=6, weekday=2,
    ...                 avoid=("ferien", "feiertag"), evasion="naechste_woche",
    ...                 period=Period.from_to(date(2025, 9, 10), date(2025, 12, 31)))
    >>> [(planned.rhythm_day.isoformat(), planned.day.isoformat(), planned.verdict.value) for planned in plan(circle)]
    [('2025-09-10', '2025-09-10', 'wie geplant'), ('2025-10-22', '2025-10-29', 'verlegt'), ('2025-12-03', '2025-12-03', 'wie geplant')]
    """
    return tuple(_decide(series, day, movable) for day in _rhythm(series))


def collisions(day: date, avoid: Collection[str], *, movable: Collection[date] = ()) -> tuple[str, ...]:
    """Say in German why a day is to be avoided; empty where nothing that is known speaks against it.

    Args:
        day: The day.
        avoid: Keys of the catalogue ``meide``.
        movable: The bewegliche Ferientage of the schools in question.

    >>> collisions(date(2026, 5, 15), ["brueckentag"])
    ('Brückentag',)
    """
    found = []
    entry = entry_on(day)
    if "feiertag" in avoid and (feiertag := feiertag_on(day)):
        found.append(feiertag)
    if "ferien" in avoid and entry is not None:
        found.append(entry.name)
    if "bewegliche_ferientage" in avoid and day in movable:
        found.append("Beweglicher Ferientag")
    if "wochenende" in avoid and day.weekday() >= _SATURDAY:
        found.append("Wochenende")
    if "brueckentag" in avoid and _is_bridge(day):
        found.append("Brückentag")
    return tuple(found)


def as_events(series: Series, planned: Collection[PlannedDate]) -> tuple[Event, ...]:
    """Make the events of the dates that take place; their ids follow the rhythm, so planning twice gives the same.

    An event keeps the id of the day that the rhythm gives also when it is moved: the calendar of a participant then
    moves it instead of showing it twice.
    """
    return tuple(
        Event(
            id=f"{series.id}-{one.rhythm_day:%Y%m%d}",
            title=series.title,
            span=series.span_on(one.day),
            type=series.type,
            taetigkeit=series.taetigkeit,
            series_id=series.id,
            committee_id=series.committee_id,
            schulformen=series.schulformen,
        )
        for one in planned
        if one.day is not None
    )


def _decide(series: Series, day: date, movable: Collection[date]) -> PlannedDate:
    reasons = collisions(day, series.avoid, movable=movable)
    doubtful = "ferien" in series.avoid and not reasons and day_kind(day, movable=movable) is DayKind.UNBEKANNT
    if not reasons:
        return PlannedDate(rhythm_day=day, day=day, verdict=Verdict.PLANNED, doubtful=doubtful)
    if series.evasion == "ueberspringen":
        return PlannedDate(rhythm_day=day, day=None, verdict=Verdict.SKIPPED, reasons=reasons)
    step = {"naechste_woche": _WEEK, "vorherige_woche": -_WEEK}.get(series.evasion)
    moved = day
    for _ in range(_MOST_MOVES if step is not None else 0):
        moved += step or _WEEK
        if not collisions(moved, series.avoid, movable=movable):
            return PlannedDate(rhythm_day=day, day=moved, verdict=Verdict.MOVED, reasons=reasons)
    return PlannedDate(rhythm_day=day, day=None, verdict=Verdict.OPEN, reasons=reasons)


def _rhythm(series: Series) -> Iterator[date]:
    if series.rhythm == "termine_liste":
        yield from sorted(day for day in series.dates if day in series.period)
        return
    first, until = series.period.since, series.period.until
    if first is None or until is None:
        raise WrongUse(f"Die Reihe {series.id} hat keinen Zeitraum mit Anfang und Ende; geben Sie beide an.")
    if series.rhythm == "alle_n_wochen":
        day = first if series.weekday is None else first + timedelta(days=(series.weekday - first.weekday()) % 7)
        while day < until:
            yield day
            day += _WEEK * (series.weeks or 1)
        return
    months = _QUARTER_MONTHS if series.rhythm == "quartal" else 1
    yield from _monthly(series, first, until, months)


def _monthly(series: Series, first: date, until: date, months: int) -> Iterator[date]:
    year, month = first.year, first.month
    while date(year, month, 1) < until:
        day = _nth(year, month, series.weekday, series.nth) or (
            # A rhythm without a weekday keeps the day of the month of its first date.
            date(year, month, min(first.day, calendar.monthrange(year, month)[1])) if series.weekday is None else None
        )
        if day is not None and first <= day < until:
            yield day
        year, month = year + (month + months - 1) // 12, (month + months - 1) % 12 + 1


def _nth(year: int, month: int, weekday: int | None, nth: int | None) -> date | None:
    """Find the n-th weekday of a month; ``None`` where the month has no fifth one."""
    if weekday is None:
        return None
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    number = nth or 1
    if number > len(days):
        return None
    return date(year, month, days[number - 1 if number > 0 else number])


def _is_bridge(day: date) -> bool:
    """Whether only this working day lies between a Feiertag and the weekend."""
    if feiertag_on(day) or day.weekday() not in {0, _FRIDAY}:
        return False
    neighbour = day + timedelta(days=1 if day.weekday() == 0 else -1)
    return bool(feiertag_on(neighbour))
