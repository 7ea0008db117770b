"""Questions to a store: a closed set of conditions over the fields of one kind of record.

`matches` is what a query means. A driver may narrow the search by its index values, but what comes out is always what
`matches` says.

A field is named by its dotted path (``school.schulform``, ``period``, ``functions.function``), a plugin's field by its
name (``soest:sozialraum``, also ``extras.soest:sozialraum``). Where a path leads through or to a list, each item is a
value, and a condition holds when at least one value meets it. An empty text, an empty list and ``None`` are no values,
so only `Missing` holds for them.
"""

from __future__ import annotations

from koschuso.query.conditions import (
    AnyOf,
    AtLeast,
    Before,
    Condition,
    Contains,
    Equals,
    Exists,
    HeldOn,
    Missing,
    Not,
    OneOf,
    Overlaps,
    StartsWith,
    Within,
)
from koschuso.query.matching import matcher, matches
from koschuso.query.ordering import arranged
from koschuso.query.question import Query
from koschuso.query.values import values_at

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
    "Query",
    "StartsWith",
    "Within",
    "arranged",
    "matcher",
    "matches",
    "values_at",
]
