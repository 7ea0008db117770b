"""The read-only view of an office that reports and rules get: records by kind, catalogues, and how old the data are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from koschuso.model import Catalogue, Record
    from koschuso.reporting.report import OfficeInfo
    from koschuso.store import Store

__all__ = ["OfficeView"]

T = TypeVar("T", bound="Record")


class OfficeView:
    """One consistent look at the records of an office; each kind is read once, when it is first asked for."""

    def __init__(self, store: Store, catalogues: Mapping[str, Catalogue], office: OfficeInfo, as_of: datetime) -> None:
        self._store = store
        self._catalogues = catalogues
        self._office = office
        self._as_of = as_of
        self._records: dict[str, dict[str, Record]] = {}

    @property
    def office(self) -> OfficeInfo:
        """Who the office is."""
        return self._office

    @property
    def as_of(self) -> datetime:
        """When the data last changed."""
        return self._as_of

    def records(self, record_type: type[T]) -> Sequence[T]:
        """Give all records of a kind in the order of their ids."""
        return tuple(self._of(record_type).values())

    def get(self, record_type: type[T], id: str) -> T | None:  # noqa: A002 - the record's own term
        """Give one record, or ``None`` when there is none."""
        return self._of(record_type).get(id)

    def catalogue(self, name: str) -> Catalogue:
        """Give a catalogue with what the enabled plugins added to it."""
        return self._catalogues[name]

    def _of(self, record_type: type[T]) -> dict[str, T]:
        kind = record_type.KIND
        if kind not in self._records:
            from koschuso.query import Query  # noqa: PLC0415 - a view is often opened and not used

            self._records[kind] = {stored.value.id: stored.value for stored in self._store.query(Query(record_type))}
        return self._records[kind]  # type: ignore[return-value]
