"""Records out of a transaction: what a driver over-delivers is filtered here, bodies become records."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

from koschuso.codec import decode
from koschuso.errors import WrongUse
from koschuso.model import RECORD_TYPES, Record
from koschuso.query import arranged, matcher
from koschuso.store.indexing import narrowed
from koschuso.store.stored import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.query import Query
    from koschuso.store.driver import Document, DriverTransaction

__all__ = ["decoded", "filtered", "found_by", "kind_of", "stored"]

R = TypeVar("R", bound=Record)


def kind_of(record_type: type[Record]) -> str:
    """Give the kind of a class of records.

    Raises:
        WrongUse: It is none of the known classes.
    """
    if RECORD_TYPES.get(getattr(record_type, "KIND", "")) is not record_type:
        raise WrongUse(f"{record_type!r} ist keine Datenart. Bekannt sind: {', '.join(RECORD_TYPES)}.")
    return record_type.KIND


def decoded(record_type: type[R], body: bytes, id: str) -> R:  # noqa: A002 - the record's own term
    """Make a record of what is stored.

    Raises:
        Corrupt: It cannot be read.
    """
    return cast("R", decode(record_type.KIND, body, id=id))


def stored(record_type: type[R], document: Document) -> Stored[R]:
    """Make a record with its revision of a document."""
    return Stored(decoded(record_type, document.body, document.id), document.revision)


def filtered(transaction: DriverTransaction, query: Query[R]) -> Iterator[Stored[R]]:
    """Give all records that meet the conditions of a query, in the order of their ids."""
    kind, meets = query.kind, matcher(query.where)
    for id_, revision, body in transaction.contents(kind, narrowed(query)):
        record: Any = decode(kind, body, id=id_)
        if meets(record):
            yield Stored(record, revision)


def found_by(transaction: DriverTransaction, query: Query[R]) -> Iterator[Stored[R]]:
    """Give what a query asks for: filtered, in its order, as many as it wants."""
    found = filtered(transaction, query)
    if query.order_by:
        yield from arranged(query, found, lambda stored: stored.value)
    else:
        yield from islice(found, query.limit)
