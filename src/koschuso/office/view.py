"""The read-only view of an office that reports and rules get: records by kind, catalogues, and how old the data are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from koschuso.errors import NotFound
from koschuso.model import DeclaredFields
from koschuso.query import Query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from koschuso.model import Catalogue, ExtraField, Finding, Record, ShownExtra
    from koschuso.query import Condition
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.report import OfficeInfo
    from koschuso.reporting.texts import TextFolder
    from koschuso.rules import Rule
    from koschuso.store import Store

__all__ = ["OfficeView"]

T = TypeVar("T", bound="Record")


class OfficeView:
    """One consistent look at the records of an office; each kind is read once, when it is first asked for."""

    def __init__(
        self,
        store: Store,
        catalogues: Mapping[str, Catalogue],
        office: OfficeInfo,
        as_of: datetime,
        rules: Sequence[Rule],
        *,
        declared: DeclaredFields | None = None,
        texts: TextFolder | None = None,
    ) -> None:
        self._store = store
        self._rules = rules
        self._catalogues = catalogues
        self._office = office
        self._as_of = as_of
        self._declared = declared or DeclaredFields()
        self._texts = texts
        self._records: dict[str, dict[str, Record]] = {}

    @property
    def office(self) -> OfficeInfo:
        """Who the office is."""
        return self._office

    @property
    def as_of(self) -> datetime:
        """When the data last changed."""
        return self._as_of

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules find in this view."""
        from koschuso.rules import check  # noqa: PLC0415 - only some reports ask for it

        return check(self, self._rules)

    def records(self, record_type: type[T]) -> Sequence[T]:
        """Give all records of a kind in the order of their ids."""
        return tuple(self._of(record_type).values())

    def get(self, record_type: type[T], id: str) -> T | None:  # noqa: A002 - the record's own term
        """Give one record, or ``None`` when there is none."""
        return self._of(record_type).get(id)

    def stream(self, record_type: type[T], *conditions: Condition) -> Iterator[T]:
        """Give the records that meet all conditions, in the order of their ids; nothing is kept."""
        for stored in self._store.query(Query(record_type, conditions)):
            yield stored.value

    def values(
        self, record_type: type[Record], fields: Sequence[str], *conditions: Condition
    ) -> Iterator[tuple[Any, ...]]:
        """Give some fields of the records that meet all conditions, in the order of their ids; nothing is kept."""
        return self._store.values(Query(record_type, conditions), *fields)

    def text(self, report: str, time: ReportPeriod, slot: str) -> str | None:
        """Give what the office wrote for a slot of a report, ``None`` where it wrote nothing."""
        return None if self._texts is None else self._texts.read(report, time, slot)

    def catalogue(self, name: str) -> Catalogue:
        """Give a catalogue with what the enabled plugins added to it."""
        try:
            return self._catalogues[name]
        except KeyError:
            raise NotFound(
                f"Einen Katalog »{name}« gibt es nicht; bekannt sind {', '.join(self._catalogues)}."
            ) from None

    def fields(self, kind: str, audience: str = "intern") -> tuple[ExtraField, ...]:
        """Give the fields that plugins add to a kind of record, as far as an audience may see their values."""
        return self._declared.of(kind, audience)

    def extras(self, record: Record, audience: str = "intern") -> tuple[ShownExtra, ...]:
        """Give a record's values of plugins' fields with labels, as far as an audience may see them."""
        return self._declared.shown(record, audience)

    def _of(self, record_type: type[T]) -> dict[str, T]:
        kind = record_type.KIND
        if kind not in self._records:
            self._records[kind] = {stored.value.id: stored.value for stored in self._store.query(Query(record_type))}
        return self._records[kind]  # type: ignore[return-value]
