"""What the store holds, as a reader of tables and the application of a scheduling message ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from koschuso.model import RECORD_TYPES, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from koschuso.store import Store

__all__ = ["StoredRecords"]


class StoredRecords:
    """What the store holds, as `koschuso.interchange.itip.apply` asks for it.

    Args:
        store: The store, within a transaction or snapshot.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, kind: str, id: str, /) -> Record | None:  # noqa: A002 - the record's own term
        """Give the stored record, ``None`` if there is none."""
        record_type: Any = RECORD_TYPES.get(kind)
        stored = None if record_type is None or not id else self._store.find(record_type, id)
        return None if stored is None else stored.value

    def where(self, kind: str, field: str, value: str, /) -> Iterator[Record]:
        """Give the stored records of a kind whose field has this value."""
        from koschuso.query import Equals, Query  # noqa: PLC0415 - only messages need it

        record_type: Any = RECORD_TYPES[kind]
        for stored in self._store.query(Query(record_type, where=(Equals(field, value),))):
            yield stored.value

    def every(self, kind: str, /) -> Iterator[Record]:
        """Give all stored records of a kind."""
        from koschuso.query import Query  # noqa: PLC0415 - only tables need it

        record_type: Any = RECORD_TYPES[kind]
        for stored in self._store.query(Query(record_type)):
            yield stored.value

    def some(self, kind: str, ids: Sequence[str], /) -> Mapping[str, Record]:
        """Give those of the records with these ids that are stored, by id."""
        record_type: Any = RECORD_TYPES[kind]
        return {id_: stored.value for id_, stored in self._store.find_all(record_type, ids).items()}
