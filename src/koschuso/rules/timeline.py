"""What holds at the same time: a sweep over dated things, in time n log n whatever their history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from koschuso.model import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

__all__ = ["BEGINNING", "common", "concurrent", "german_day", "group"]

T = TypeVar("T")
K = TypeVar("K")

BEGINNING = date.min
"""Stands for a begin that is not known."""


def concurrent(items: Iterable[T], period_of: Callable[[T], Period]) -> Iterator[tuple[date, Collection[T]]]:
    """Go through time and tell, for every day on which something changes, what holds from then on.

    Days on which nothing holds are passed over.

    Args:
        items: The dated things.
        period_of: Gives the period of one.

    Yields:
        The day, `BEGINNING` where it is not known, and a live view of what holds: look at it before going on.

    >>> from koschuso.model import Period
    >>> spans = {"a": Period(until=date(2025, 8, 1)), "b": Period(since=date(2025, 2, 1))}
    >>> [(day.isoformat(), sorted(held)) for day, held in concurrent(spans, spans.__getitem__)]
    [('0001-01-01', ['a']), ('2025-02-01', ['a', 'b']), ('2025-08-01', ['b'])]
    """
    things = list(items)
    changes: dict[date, tuple[list[int], list[int]]] = {}
    for number, item in enumerate(things):
        period = period_of(item)
        changes.setdefault(period.since or BEGINNING, ([], []))[0].append(number)
        if period.until is not None:
            changes.setdefault(period.until, ([], []))[1].append(number)
    held: dict[int, T] = {}
    for day in sorted(changes):
        begun, ended = changes[day]
        for number in ended:
            held.pop(number, None)
        held.update((number, things[number]) for number in begun)
        if held:
            yield day, held.values()


def common(first: Period, second: Period) -> Period | None:
    """Give the days that two periods share, ``None`` where there are none.

    >>> str(common(Period.calendar_year(2025), Period.schuljahr("2024/25")))
    '01.01.2025 – 31.07.2025'
    """
    if not first.overlaps(second):
        return None
    begins = [period.since for period in (first, second) if period.since is not None]
    ends = [period.until for period in (first, second) if period.until is not None]
    return Period(since=max(begins, default=None), until=min(ends, default=None))


def german_day(day: date) -> str:
    """Write since when something holds: ``ab 01.08.2025``, or nothing where the begin is not known."""
    return "" if day == BEGINNING else f" ab {day:%d.%m.%Y}"


def group(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Put together what has the same key, in the order of the items."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
