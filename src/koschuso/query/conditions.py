"""Everything that a query can ask: the conditions, each about one field, and how they are joined."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import WrongUse
from koschuso.model import FuzzyDate, Period, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "AnyOf",
    "AtLeast",
    "Before",
    "Condition",
    "Contains",
    "Equals",
    "Exists",
    "HeldOn",
    "Missing",
    "Not",
    "OneOf",
    "Overlaps",
    "StartsWith",
    "Within",
    "asked",
]

_TEMPORAL = (Period, TimeSpan, FuzzyDate, date)


def _several(values: Any) -> tuple[Any, ...]:
    if isinstance(values, str):
        raise WrongUse('OneOf braucht mehrere Werte, zum Beispiel ("schule",), nicht einen einzelnen Text.')
    return tuple(values)


@attrs.frozen
class Equals:
    """A value is this one.

    >>> from koschuso.model import Committee
    >>> from koschuso.query import matches
    >>> matches(Equals("type", "arbeitskreis"), Committee(id="ak", type="arbeitskreis", name="AK"))
    True
    """

    field: str
    value: Any


@attrs.frozen
class OneOf:
    """A value is one of these; without any, nothing meets it."""

    field: str
    values: tuple[Any, ...] = attrs.field(converter=_several)


@attrs.frozen
class AtLeast:
    """A value is this one or greater: numbers, days, moments (a day means its midnight) or texts by code point."""

    field: str
    low: Any


@attrs.frozen
class Before:
    """A value is less than this one; together with `AtLeast` a half-open span."""

    field: str
    high: Any


@attrs.frozen
class Overlaps:
    """A span of time shares a moment with the period, by the clock on the wall.

    The field may be a `Period`, a `TimeSpan`, a day or a `FuzzyDate`; a fuzzy date without its year overlaps nothing.

    >>> from datetime import date
    >>> from koschuso.model import Assignment
    >>> from koschuso.query import matches
    >>> einsatz = Assignment(id="e", position_id="p", place_id="s", period=Period(since=date(2024, 8, 1)))
    >>> matches(Overlaps("period", Period.calendar_year(2023)), einsatz)
    False
    """

    field: str
    period: Period


@attrs.frozen
class HeldOn:
    """A span of time includes the day, as `Overlaps` with a period of one day."""

    field: str
    day: date


@attrs.frozen
class StartsWith:
    """A text begins with this one, for example an AGS with that of its Kreis."""

    field: str
    text: str


@attrs.frozen
class Within:
    """A vocabulary key is this one or stands below it by its name: ``beratung`` includes ``beratung.schulen``.

    What a municipality's own key means (``soest:sprechstunde``) only the catalogue knows: ask it for the keys and use
    `OneOf`.
    """

    field: str
    key: str


@attrs.frozen
class Contains:
    """A text holds this one, without regard to case, umlauts, blanks and punctuation."""

    field: str
    text: str


@attrs.frozen
class Exists:
    """There is a value."""

    field: str


@attrs.frozen
class Missing:
    """There is no value."""

    field: str


@attrs.frozen
class AnyOf:
    """At least one of the conditions holds; without any, nothing meets it."""

    conditions: tuple[Condition, ...] = attrs.field(converter=tuple)


@attrs.frozen
class Not:
    """The condition does not hold."""

    condition: Condition


Condition = (
    Equals
    | OneOf
    | AtLeast
    | Before
    | Overlaps
    | HeldOn
    | StartsWith
    | Within
    | Contains
    | Exists
    | Missing
    | AnyOf
    | Not
)
"""Everything that a query can ask; the set is closed, so that every store can answer."""


def asked(condition: Any) -> Iterator[tuple[Any, Any]]:
    """Give what a condition needs the field to be, with each value that it compares with."""
    match condition:
        case Equals():
            yield object, condition.value
        case OneOf():
            for value in condition.values:
                yield object, value
        case AtLeast():
            yield (str, int, Decimal, date, time), condition.low
            yield object, condition.low
        case Before():
            yield (str, int, Decimal, date, time), condition.high
            yield object, condition.high
        case Overlaps() | HeldOn():
            yield _TEMPORAL, None
        case StartsWith() | Within() | Contains():
            yield str, None
