"""The values of a record that a query looks at, and how long those last that are about time."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any

from koschuso.model import FuzzyDate, Period, Record, TimeSpan

__all__ = ["is_number", "span_of", "values_at"]

_EXTRAS = "extras."
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def values_at(record: Record, path: str) -> tuple[Any, ...]:
    """Give the values at a path; none where the field is empty.

    >>> from koschuso.model import Event, EventStatus
    >>> values_at(Event(id="e", title="Fachtag", status=EventStatus.IDEE, topics=("mobbing", "ki")), "topics")
    ('mobbing', 'ki')
    """
    if ":" in path:
        return _flat(record.extras.get(path.removeprefix(_EXTRAS)))
    if "." not in path:
        return _flat(getattr(record, path))
    values: tuple[Any, ...] = (record,)
    for name in path.split("."):
        get = attrgetter(name)
        values = tuple(item for value in values for item in _flat(get(value)))
    return values


def _flat(value: Any) -> tuple[Any, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, tuple):
        return tuple(item for item in value if not (item is None or item == ""))
    return (value,)


def span_of(value: Any) -> tuple[datetime, datetime] | None:
    """Give the first moment and the first that no longer belongs to it, on the clock on the wall."""
    if isinstance(value, TimeSpan):
        return value.begin, max(value.begin, value.end)
    if isinstance(value, datetime):
        return value, value
    if isinstance(value, date):
        return datetime.combine(value, time()), datetime.combine(value, time.max)
    if isinstance(value, Period):
        first = datetime.combine(value.since or date.min, time())
        return first, datetime.combine(value.until or date.max, time())
    if isinstance(value, FuzzyDate) and value.has_year:
        return datetime.combine(value.earliest(), time()), datetime.combine(value.latest(), time.max)
    return None


def is_number(text: str) -> bool:
    """Tell whether a text is a decimal number as JSON texts of plugins' fields hold it."""
    return _NUMBER.fullmatch(text) is not None
