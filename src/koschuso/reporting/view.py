"""What a report may see: records, catalogues and the office, read only."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import attrs

from koschuso import catalogues as shipped
from koschuso.errors import NotFound
from koschuso.model.actor import Organisation
from koschuso.model.declared import DeclaredFields
from koschuso.model.record import Record
from koschuso.query import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from koschuso.model.catalogue import Catalogue
    from koschuso.model.declared import ShownExtra
    from koschuso.model.extras import ExtraField
    from koschuso.model.finding import Finding
    from koschuso.model.fuzzydate import FuzzyDate
    from koschuso.query import Condition
    from koschuso.reporting.parameters import ReportPeriod

__all__ = ["OfficeInfo", "RecordsView", "View", "label", "office_begin", "region_name"]

_FULL_AGS = 8
_REGIONS = frozenset({"kreis", "kreisfreie_stadt", "staedteregion", "gemeinde"})

AnyRecord = TypeVar("AnyRecord", bound=Record)


@attrs.frozen(kw_only=True)
class OfficeInfo:
    """Which office a report is about.

    Attributes:
        name: Name, for example ``"Koordinierungsstelle Schulsozialarbeit Kreis Soest"``.
        ags: Key of the region: schools whose key begins with it belong to the office. Empty takes all schools.
        region: Name of the region, for example ``"Kreis Soest"``.
        id: Id of the office's `Organisation`, empty where it is not recorded.
    """

    name: str
    ags: str = ""
    region: str = ""
    id: str = ""

    @property
    def prefix(self) -> str:
        """What the keys of all places of the region begin with: a Kreis may be given with or without its zeros.

        >>> OfficeInfo(name="Kreis", ags="05974000").prefix, OfficeInfo(name="Stadt", ags="05974040").prefix
        ('05974', '05974040')
        """
        return self.ags[:-3] if len(self.ags) == _FULL_AGS and self.ags.endswith("000") else self.ags


class View(Protocol):
    """The read-only window through which a report sees an office."""

    @property
    def office(self) -> OfficeInfo:
        """Which office it is."""

    @property
    def as_of(self) -> datetime:
        """Moment up to which the data were recorded."""

    @property
    def findings(self) -> Sequence[Finding] | None:
        """Open findings of the rules, ``None`` where they were not asked for."""

    def records(self, record_type: type[AnyRecord], /) -> Sequence[AnyRecord]:
        """Give all records of a kind in the order of their ids."""

    def get(self, record_type: type[AnyRecord], id: str, /) -> AnyRecord | None:  # noqa: A002 - the record's own term
        """Give one record, ``None`` where there is none."""

    def catalogue(self, name: str, /) -> Catalogue:
        """Give a catalogue.

        Raises:
            NotFound: There is no catalogue of this name.
        """

    def stream(self, record_type: type[AnyRecord], /, *conditions: Condition) -> Iterator[AnyRecord]:
        """Give the records of a kind that meet all conditions, one by one, in the order of their ids.

        A store looks only at what the conditions leave over (``Overlaps("day", period)``) and the view keeps nothing:
        for kinds of which there are tens of thousands, such as activities and participations.
        """

    def values(
        self, record_type: type[Record], fields: Sequence[str], /, *conditions: Condition
    ) -> Iterator[tuple[Any, ...]]:
        """Give some fields of the records of a kind that meet all conditions, one by one, in the order of their ids.

        A fifth of the time of `stream`, because whole records are never made: for what only sums up.

        Args:
            record_type: Class of the records.
            fields: Names of its fields.
            conditions: What the records have to meet.

        Returns:
            A tuple for each record, in the order of ``fields``.
        """

    def text(self, report: str, time: ReportPeriod, slot: str, /) -> str | None:
        """Give what the office wrote for a slot of a report, as Markdown; ``None`` where it wrote nothing.

        Raises:
            Refused: The file is too large or not UTF-8.
            Unavailable: The file cannot be read.
        """

    def fields(self, kind: str, audience: str = "intern", /) -> Sequence[ExtraField]:
        """Give the fields that plugins add to a kind of record, as far as an audience may see their values."""

    def extras(self, record: Record, audience: str = "intern", /) -> Sequence[ShownExtra]:
        """Give a record's values of plugins' fields with label and German text, as far as an audience may see them."""


class RecordsView:
    """A view of records in memory.

    Args:
        records: The records, in any order.
        office: Which office they are of.
        as_of: Moment up to which they were recorded.
        catalogues: Catalogues by name; those that are missing here are taken from the shipped ones.
        findings: Open findings, where the rules were run.
        fields: The fields that plugins add to records.
        texts: What the office wrote, by report, period (`ReportPeriod.slug`) and slot.
    """

    def __init__(
        self,
        records: Iterable[Record],
        *,
        office: OfficeInfo,
        as_of: datetime,
        catalogues: Mapping[str, Catalogue] | None = None,
        findings: Sequence[Finding] | None = None,
        fields: Iterable[ExtraField] = (),
        texts: Mapping[tuple[str, str, str], str] | None = None,
    ) -> None:
        self._office = office
        self._as_of = as_of
        self._findings = findings
        self._catalogues = dict(catalogues or {})
        self._given = tuple(records)
        self._texts = dict(texts or {})
        self._declared = DeclaredFields(fields, self._catalogues)

    @property
    def office(self) -> OfficeInfo:
        """Which office it is."""
        return self._office

    @property
    def as_of(self) -> datetime:
        """Moment up to which the data were recorded."""
        return self._as_of

    @property
    def findings(self) -> Sequence[Finding] | None:
        """Open findings of the rules, ``None`` where they were not asked for."""
        return self._findings

    @cached_property
    def _by_type(self) -> Mapping[type[Record], Mapping[str, Record]]:
        found: dict[type[Record], dict[str, Record]] = {}
        # Ordered by id: what a report sums and lists must not hang on the order in which a store answers.
        for record in sorted(self._given, key=lambda record: record.id):
            found.setdefault(type(record), {})[record.id] = record
        return found

    def records(self, record_type: type[AnyRecord], /) -> Sequence[AnyRecord]:
        """Give all records of a kind in the order of their ids."""
        return cast("tuple[AnyRecord, ...]", tuple(self._by_type.get(record_type, {}).values()))

    def get(self, record_type: type[AnyRecord], id: str, /) -> AnyRecord | None:  # noqa: A002 - the record's own term
        """Give one record, ``None`` where there is none."""
        return cast("AnyRecord | None", self._by_type.get(record_type, {}).get(id))

    def stream(self, record_type: type[AnyRecord], /, *conditions: Condition) -> Iterator[AnyRecord]:
        """Give the records of a kind that meet all conditions, in the order of their ids."""
        for record in self.records(record_type):
            if all(matches(condition, record) for condition in conditions):
                yield record

    def values(
        self, record_type: type[Record], fields: Sequence[str], /, *conditions: Condition
    ) -> Iterator[tuple[Any, ...]]:
        """Give some fields of the records of a kind that meet all conditions, in the order of their ids."""
        for record in self.stream(record_type, *conditions):
            yield tuple(getattr(record, name) for name in fields)

    def text(self, report: str, time: ReportPeriod, slot: str, /) -> str | None:
        """Give what the office wrote for a slot of a report; ``None`` where it wrote nothing."""
        return self._texts.get((report, time.slug, slot))

    def catalogue(self, name: str, /) -> Catalogue:
        """Give a catalogue: the one handed over, or the shipped one.

        Raises:
            NotFound: There is no catalogue of this name.
        """
        if name not in self._catalogues:
            self._catalogues[name] = shipped.load(name)
        return self._catalogues[name]

    def fields(self, kind: str, audience: str = "intern", /) -> Sequence[ExtraField]:
        """Give the fields that plugins add to a kind of record, as far as an audience may see their values."""
        for field in (declared := self._declared.of(kind, audience)):
            self._load(field)
        return declared

    def extras(self, record: Record, audience: str = "intern", /) -> Sequence[ShownExtra]:
        """Give a record's values of plugins' fields with label and German text, as far as an audience may see them."""
        self.fields(record.KIND, audience)
        return self._declared.shown(record, audience)

    def _load(self, field: ExtraField) -> None:
        if field.catalogue and field.catalogue in shipped.names():
            self.catalogue(field.catalogue)


def region_name(view: View) -> str:
    """Give the name of the office's region: as it was stated, else that of the recorded Kreis, city or municipality."""
    info = view.office
    if info.region or not info.ags:
        return info.region
    for organisation in view.records(Organisation):
        if organisation.type in _REGIONS and OfficeInfo(name="", ags=organisation.ags).prefix == info.prefix:
            return organisation.name
    return ""


def office_begin(view: View) -> FuzzyDate | None:
    """Give when the office began its work, as far as a year of it is recorded."""
    office = view.get(Organisation, view.office.id) if view.office.id else None
    begin = None if office is None or office.coordination is None else office.coordination.started
    return begin if begin is not None and begin.has_year else None


def label(view: View, catalogue: str, key: str) -> str:
    """Give the German label of a key; a key or catalogue that is missing never stops a report."""
    try:
        return view.catalogue(catalogue).label(key)
    except NotFound:
        return key
