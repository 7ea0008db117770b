"""Some fields of the records that meet a query, read without making whole records."""

from __future__ import annotations

from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from koschuso.codec.lean import lean_decoder
from koschuso.errors import WrongUse
from koschuso.model.shape import shape_of
from koschuso.query import AnyOf, Not, arranged, matcher
from koschuso.store.indexing import narrowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.query import Condition, Query
    from koschuso.store.driver import DriverTransaction

__all__ = ["require_fields", "selected"]


def require_fields(query: Query[Any], fields: tuple[str, ...]) -> None:
    """Refuse names that are no fields of the records.

    Raises:
        WrongUse: There is no such field, or none is named.
    """
    known = shape_of(query.record_type)
    unknown = [name for name in fields if name not in known]
    if unknown or not fields:
        named = f"Das Feld »{unknown[0]}« gibt es bei »{query.kind}« nicht." if unknown else "Kein Feld ist genannt."
        raise WrongUse(f"{named} Bekannt sind: {', '.join(known)}.")


def selected(transaction: DriverTransaction, query: Query[Any], fields: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Give the values of some fields, record by record.

    Args:
        transaction: Where to read.
        query: Which records, and in which order.
        fields: Names of fields of their class.

    Raises:
        Corrupt: What is stored cannot be read.
    """
    looked_at = (*fields, *_fields_of(query.where), *((query.order_by,) if query.order_by else ()))
    read = lean_decoder(query.kind, tuple(dict.fromkeys(map(_first_step, looked_at))))
    # Of a single name attrgetter would give the bare value.
    values = attrgetter(*fields) if len(fields) > 1 else lambda found: (getattr(found, fields[0]),)
    rows = (read(body, id_) for id_, _, body in transaction.contents(query.kind, narrowed(query)))
    found: Iterator[Any] = filter(matcher(query.where), rows) if query.where else rows
    if query.order_by:
        found = iter(arranged(query, found, lambda one: one))
    yield from map(values, islice(found, query.limit))


def _fields_of(conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        if isinstance(condition, AnyOf):
            yield from _fields_of(condition.conditions)
        elif isinstance(condition, Not):
            yield from _fields_of((condition.condition,))
        else:
            yield condition.field


def _first_step(path: str) -> str:
    """Give the field of the record at which a path begins; a plugin's field stands in ``extras``."""
    return "extras" if ":" in path else path.partition(".")[0]
