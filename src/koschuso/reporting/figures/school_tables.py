"""School by school: who has how much Schulsozialarbeit, and which schools have none (T1 and T5 of R1)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from koschuso.model.position import Occupancy
from koschuso.reporting.document import Cell, Column, ColumnType, Sign, Table
from koschuso.reporting.figures.staff_facts import employer_name
from koschuso.reporting.figures.staffing import Place, Share, Staffing, Work, hours, total
from koschuso.reporting.german import sort_key
from koschuso.reporting.view import View, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from koschuso.model.actor import Organisation
    from koschuso.reporting.figures.extra_columns import ExtraColumns
    from koschuso.reporting.figures.saeulen import Saeulen
    from koschuso.reporting.figures.schools import Schools

__all__ = ["SchoolTables"]

_COUNT = ColumnType.COUNT
_NUMBER = ColumnType.NUMBER
_OCCUPANCY: Mapping[Occupancy, Cell] = {
    Occupancy.BESETZT: "besetzt",
    Occupancy.VAKANT: "vakant",
    Occupancy.UNBEKANNT: Sign.UNKNOWN,
}


class SchoolTables:
    """The tables that have a row for each school.

    Args:
        view: What the report may see.
        schools: The schools of the region.
        staffing: The shares of the Stichtag.
        saeulen: The Säulen in their order.
        extra: Columns for the fields that plugins add to schools.
    """

    def __init__(self, view: View, schools: Schools, staffing: Staffing, saeulen: Saeulen, extra: ExtraColumns) -> None:
        self._view = view
        self._schools = schools
        self._staffing = staffing
        self._saeulen = saeulen
        self._extra = extra
        self._at_schools = staffing.of(Work.SCHULSOZIALARBEIT, Place.SCHULE)

    def _school_id(self, share: Share) -> str:
        return "" if share.organisation is None else self._schools.main(share.organisation).id

    def per_school(self) -> Table:
        """Build T1: a row for each school, Anstellungsträger, Säule and occupancy."""
        groups: defaultdict[tuple[str, str, str, str, bool], list[Share]] = defaultdict(list)
        for share in self._at_schools:
            if share.organisation is not None:
                position = share.position
                key = (
                    share.organisation.id,
                    position.employer_id,
                    position.saeule,
                    position.occupancy,
                    share.vzae is None,
                )
                groups[key].append(share)
        rows = [(self._school_order(found[0]), self._school_row(found)) for _, found in sorted(groups.items())]
        rows.sort(key=lambda row: row[0])
        volume, weekly = total(self._at_schools), hours(self._at_schools)
        nothing = Sign.NOT_APPLICABLE
        return Table(
            key="t1",
            title="Schulsozialarbeit je Schule",
            columns=(
                Column(title="Schule", header=True),
                Column(title="Schulnummer", type=ColumnType.CODE),
                Column(title="Schulform"),
                Column(title="Gemeinde"),
                Column(title="Schulträger"),
                Column(title="Anstellungsträger"),
                Column(title="Säule"),
                Column(title="VZÄ", type=_NUMBER),
                Column(title="Std./Woche", type=_NUMBER),
                Column(title="Besetzung"),
                Column(title="Sozialindexstufe", type=_COUNT),
                Column(title="Schüler:innen", type=_COUNT),
                *self._extra.columns,
            ),
            rows=tuple(row for _, row in rows),
            totals=(
                ("Summe", *[""] * 6, volume.cell, weekly.cell, "", nothing, nothing, *self._extra.totals)
                if rows
                else None
            ),
            notes=(
                "Mehrere Stellen derselben Säule und desselben Anstellungsträgers an einer Schule sind zusammengefasst.",
                *self._extra.notes,
            ),
            empty="Am Stichtag ist an keiner Schule der Region Schulsozialarbeit erfasst.",
        )

    def _school_order(self, share: Share) -> tuple[object, ...]:
        place = share.organisation
        if place is None:
            return ()
        name = employer_name(self._view, share)
        return (
            *self._schools.order(place),
            self._saeulen.order(share.saeule),
            sort_key(str(name)),
            share.position.occupancy,
        )

    def _school_row(self, shares: Sequence[Share]) -> tuple[Cell, ...]:
        first = shares[0]
        place = first.organisation
        if place is None:
            return ()
        return (
            *self._school_cells(place),
            employer_name(self._view, first),
            self._saeulen.label(first.saeule),
            total(shares).cell,
            hours(shares).cell,
            _OCCUPANCY[first.position.occupancy],
            *self._index_cells(place),
            *self._extra.cells(place, self._schools.main(place)),
        )

    def _school_cells(self, place: Organisation) -> tuple[Cell, ...]:
        profile = self._schools.profile(place)
        return (
            self._schools.name(place),
            Sign.UNKNOWN if profile is None else profile.schulnummer,
            Sign.UNKNOWN if profile is None else label(self._view, "schulform", profile.schulform),
            self._schools.gemeinde(place),
            self._schools.schultraeger(place),
        )

    def _index_cells(self, place: Organisation) -> tuple[Cell, Cell]:
        profile = self._schools.profile(place)
        if profile is None:
            return Sign.UNKNOWN, Sign.UNKNOWN
        # An edition without a number means that the school has no index; without an edition nothing was imported.
        without: Cell = "ohne" if profile.sozialindex_edition else Sign.UNKNOWN
        return (
            without if profile.sozialindexstufe is None else profile.sozialindexstufe,
            Sign.UNKNOWN if profile.pupils is None else profile.pupils,
        )

    def without(self, served: AbstractSet[str]) -> Table:
        """Build T5: the open schools that have none; ``served`` are the ids of those that have."""
        other: defaultdict[str, list[Share]] = defaultdict(list)
        for share in self._staffing.of(Work.ANDERE, Place.SCHULE):
            other[self._school_id(share)].append(share)
        rows = tuple(
            (
                *self._school_cells(school),
                *self._index_cells(school),
                total(other[school.id]).cell,
                *self._extra.cells(school),
            )
            for school in self._schools.all
            if school.id not in served
        )
        return Table(
            key="t5",
            title="Schulen ohne Schulsozialarbeit",
            columns=(
                Column(title="Schule", header=True),
                Column(title="Schulnummer", type=ColumnType.CODE),
                Column(title="Schulform"),
                Column(title="Gemeinde"),
                Column(title="Schulträger"),
                Column(title="Sozialindexstufe", type=_COUNT),
                Column(title="Schüler:innen", type=_COUNT),
                Column(title="MPT, SPF, andere", unit="VZÄ", type=_NUMBER),
                *self._extra.columns,
            ),
            rows=rows,
            notes=(
                (f"{len(rows)} von {len(self._schools.all)} Schulen der Region.", *self._extra.notes) if rows else ()
            ),
            empty="An allen Schulen der Region ist Schulsozialarbeit erfasst.",
        )
