"""The order and the limit of what a query finds: texts as people read them, numbers as numbers."""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from koschuso.model.folding import fold
from koschuso.query.values import is_number, span_of, values_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from koschuso.model import Record
    from koschuso.query.question import Query

__all__ = ["arranged"]

T = TypeVar("T")


def arranged(query: Query[Any], items: Iterable[T], record_of: Callable[[T], Record]) -> list[T]:
    """Sort and limit what meets a query: texts as people read them, without a value last, then by id.

    Args:
        query: The query.
        items: What meets it, in the order of ids.
        record_of: Gives the record of an item.
    """
    if not query.order_by:
        return list(items)[: query.limit]
    keyed: list[tuple[tuple[Any, ...], T]] = []
    absent: list[T] = []
    for item in items:
        values = values_at(record_of(item), query.order_by)
        if values:
            keyed.append((_sortable(values[0]), item))
        else:
            absent.append(item)
    if ":" in query.order_by:
        keyed = _by_number(keyed)
    # Sorting keeps the order of ids among equals, also when it is reversed.
    keyed.sort(key=itemgetter(0), reverse=query.descending)
    return [*(item for _, item in keyed), *absent][: query.limit]


def _by_number(keyed: list[tuple[tuple[Any, ...], T]]) -> list[tuple[tuple[Any, ...], T]]:
    """Order the values of a plugin's field as numbers where all are numbers; decimal ones are texts in JSON."""
    if not all(key[0] == 1 and is_number(key[-1]) for key, _ in keyed):
        return keyed
    return [((0, Decimal(key[-1])), item) for key, item in keyed]


def _sortable(value: Any) -> tuple[Any, ...]:
    """Make values of one field comparable with each other, whatever a plugin put there."""
    if isinstance(value, str):
        return (1, fold(value), str(value))
    if isinstance(value, int | float | Decimal):
        return (0, value)
    span = span_of(value)
    if span is not None:
        return (2, *span)
    return (3, str(value))
