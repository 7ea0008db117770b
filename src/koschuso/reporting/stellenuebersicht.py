"""The Stellenübersicht (R1): which school has how much Schulsozialarbeit, from whom, on a Stichtag.

It answers for committees and Träger and shows volumes only: never a name, a pay grade or a term (domain.md DS-10, DS-14).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from koschuso.model.actor import Organisation
from koschuso.model.position import Occupancy
from koschuso.reporting.document import (
    Cell,
    Chart,
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Missing,
    Section,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.german import day_text, number_text, sort_key
from koschuso.reporting.parameters import Parameters, PeriodKind
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.saeulen import Saeulen
from koschuso.reporting.schools import Schools
from koschuso.reporting.staffing import Place, Share, Staffing, Work, heads, hours, total
from koschuso.reporting.suppression import Suppression
from koschuso.reporting.view import View, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["STAFF_NOTES", "STELLENUEBERSICHT", "employer_name", "positions_missing"]

_NAME = "koschuso:stellenuebersicht"
_TITLE = "Stellenübersicht Schulsozialarbeit"
_OCCUPANCY: Mapping[Occupancy, Cell] = {
    Occupancy.BESETZT: "besetzt",
    Occupancy.VAKANT: "vakant",
    Occupancy.UNBEKANNT: Sign.UNKNOWN,
}
_NUMBER = ColumnType.NUMBER
_COUNT = ColumnType.COUNT

STAFF_NOTES = (
    (
        "VZÄ (Vollzeitäquivalent) ist der Anteil an einer vollen Stelle beim jeweiligen Anstellungsträger. Summen werden "
        "aus den genauen Werten gebildet und erst am Ende kaufmännisch auf zwei Stellen gerundet."
    ),
    (
        "Eine Person zählt als eine Fachkraft, auch wenn sie an mehreren Schulen, in mehreren Gemeinden oder in mehreren "
        "Säulen arbeitet; Fachkräfte lassen sich deshalb nicht aus Teilsummen zusammenzählen."
    ),
    (
        "Multiprofessionelle Teams (MPT), sozialpädagogische Fachkräfte der Schuleingangsphase (SPF) und weitere "
        "Tätigkeiten sind keine Schulsozialarbeit im engeren Sinn; sie stehen getrennt. Stellen der Koordination zählen "
        "zu keiner Schule."
    ),
    "Berücksichtigt sind Schulen der Region, die am Stichtag in Betrieb sind.",
)
"""How positions and people are counted."""


def _build(view: View, parameters: Parameters) -> Document:
    day = parameters.time.last
    schools = Schools(view, day)
    staffing = Staffing(view, parameters.time.period, schools)
    tables = _Tables(view, schools, staffing)
    suppression = Suppression(threshold=parameters.threshold, internal=parameters.internal)
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE,
        sections=(
            Section(title="Auf einen Blick", blocks=(tables.figures(), tables.summary(day_text(day)))),
            Section(
                title="Verteilung",
                blocks=(
                    tables.by_schulform(),
                    tables.schulform_chart(),
                    tables.heads_by_schulform(),
                    tables.by_gemeinde(),
                    tables.gemeinde_chart(),
                    tables.by_employer(),
                ),
            ),
            Section(title="Die Schulen im Einzelnen", blocks=(tables.per_school(), tables.without())),
            Section(
                title="Was nicht zugeordnet ist",
                blocks=(
                    Text(
                        paragraphs=(
                            (
                                "Stellenanteile, die keiner Schule der Region zugeordnet sind, fehlen in den Tabellen nach "
                                "Schulform, Gemeinde, Träger und Schule. Hier stehen sie, damit die Summe aufgeht."
                            ),
                        ),
                        style=TextStyle.NOTE,
                    ),
                    tables.distribution(),
                    tables.other_work(),
                ),
            ),
        ),
        missing=(*positions_missing(staffing), *_schools_missing(schools)),
        notes=STAFF_NOTES,
        suppression_note=(
            suppression.note
            if parameters.internal
            else "In dieser Übersicht wird nichts unterdrückt: Stellenanteile sind Angaben über Ressourcen. "
            "Namen, Eingruppierung und Befristung enthält sie nicht."
        ),
    )


def positions_missing(staffing: Staffing) -> tuple[Missing, ...]:
    """Count what is not known of the positions for Schulsozialarbeit."""
    shares = staffing.of(Work.SCHULSOZIALARBEIT)
    positions = {share.position.id: share.position for share in shares}.values()
    people = heads(shares)
    return (
        Missing(what="Stellenanteile ohne Angabe des Umfangs", count=total(shares).unknown),
        Missing(what="Stellen ohne Angabe der Säule", count=sum(not position.saeule for position in positions)),
        Missing(
            what="Stellen ohne Angabe des Anstellungsträgers",
            count=sum(not position.employer_id for position in positions),
        ),
        Missing(what="Stellen ohne Angabe der Besetzung", count=people.unknown),
        Missing(what="besetzte Stellen ohne erfasste Person (zählen als je eine Fachkraft)", count=people.unnamed),
        Missing(what="Einsätze, deren Stelle nicht erfasst ist (nicht gezählt)", count=staffing.orphans),
        Missing(what="Stellen, deren Einsätze ihren Umfang übersteigen", count=staffing.overbooked),
    )


def _schools_missing(schools: Schools) -> tuple[Missing, ...]:
    return (
        Missing(
            what="Schulen ohne Angabe des Schulträgers",
            count=sum(schools.schultraeger(school) is Sign.UNKNOWN for school in schools.all),
        ),
        Missing(
            what="Schulen ohne Angabe der Schülerzahl",
            count=sum(school.school is not None and school.school.pupils is None for school in schools.all),
        ),
        Missing(
            what="Schulen ohne Angabe zum Sozialindex",
            count=sum(
                school.school is not None
                and school.school.sozialindexstufe is None
                and not school.school.sozialindex_edition
                for school in schools.all
            ),
        ),
    )


def employer_name(view: View, share: Share) -> str | Sign:
    """Give the name of the Anstellungsträger for tables."""
    employer = view.get(Organisation, share.position.employer_id) if share.position.employer_id else None
    return Sign.UNKNOWN if employer is None else employer.short_name or employer.name


class _Tables:
    """The tables of one Stellenübersicht."""

    def __init__(self, view: View, schools: Schools, staffing: Staffing) -> None:
        self._view = view
        self._schools = schools
        self._staffing = staffing
        self._all = staffing.of(Work.SCHULSOZIALARBEIT)
        self._at_schools = tuple(share for share in self._all if share.place is Place.SCHULE)
        self._saeulen = Saeulen(view, self._all)
        open_schools = {school.id for school in schools.all}
        self._served = {self._school_id(share) for share in self._at_schools} & open_schools
        self._staffed = {self._school_id(share) for share in self._at_schools if not share.vacant} & open_schools

    def _school_id(self, share: Share) -> str:
        return "" if share.organisation is None else self._schools.main(share.organisation).id

    # -- summary -----------------------------------------------------------------------------------------------------

    def figures(self) -> Figures:
        at_schools, elsewhere = total(self._at_schools), total(self._elsewhere())
        vacant = total(share for share in self._at_schools if share.vacant)
        return Figures(
            items=(
                Figure(label="Schulsozialarbeit an Schulen", value=at_schools.cell, unit="VZÄ", note=f"davon {number_text(vacant.known, 2)} unbesetzt"),
                Figure(label="Fachkräfte", value=heads(self._at_schools).count, note="Personen an Schulen der Region"),
                Figure(
                    label="Schulen mit Schulsozialarbeit",
                    value=len(self._served),
                    note=f"von {len(self._schools.all)} Schulen",
                ),
                Figure(label="keiner Schule zugeordnet", value=elsewhere.cell, unit="VZÄ", note="aufgeführt unten"),
                Figure(label="Schulen ohne Schulsozialarbeit", value=len(self._schools.all) - len(self._served), note="aufgeführt unten"),
            )
        )

    def summary(self, day: str) -> Text:
        counts = Counter(self._schulform_of(school) for school in self._schools.all if school.id in self._served)
        forms = ", ".join(f"{label_} {counts[key]}" for key, label_ in self._schulformen() if counts[key])
        volume = total(self._at_schools)
        unknown = (
            f" Nicht enthalten sind Stellenanteile, deren Umfang nicht bekannt ist; es sind {volume.unknown}."
            if volume.unknown
            else ""
        )
        only_vacant = len(self._served) - len(self._staffed)
        vacancy = f" An {only_vacant} Schule{'n' if only_vacant > 1 else ''} davon ist die Stelle zurzeit unbesetzt." if only_vacant else ""
        sentence = (
            f"Am {day} sind an {len(self._served)} von {len(self._schools.all)} Schulen der Region Stellenanteile für "
            f"Schulsozialarbeit im Umfang von {number_text(volume.known, 2)} VZÄ eingerichtet; dort arbeiten "
            f"{heads(self._at_schools).count} Fachkräfte.{unknown}{vacancy}"
        )
        return Text(
            paragraphs=(sentence, f"Schulen mit Schulsozialarbeit nach Schulform: {forms}.") if forms else (sentence,)
        )

    # -- T2 to T4: by group and Säule --------------------------------------------------------------------------------

    def by_schulform(self) -> Table:
        return self._saeulen.table(
            key="t2a",
            title="Stellenanteile nach Schulform und Säule (VZÄ)",
            heading="Schulform",
            groups=self._groups_by_schulform(),
        )

    def schulform_chart(self) -> Chart:
        return self._saeulen.chart(
            key="schulform",
            title="Stellenanteile nach Schulform und Säule",
            heading="Schulform",
            groups=self._groups_by_schulform(),
        )

    def heads_by_schulform(self) -> Table:
        return self._saeulen.heads_table(
            key="t2b",
            title="Fachkräfte nach Schulform und Säule (Personen)",
            heading="Schulform",
            groups=self._groups_by_schulform(),
        )

    def by_gemeinde(self) -> Table:
        with_ = Counter(school.ags for school in self._schools.all if school.id in self._served)
        schools = Counter(school.ags for school in self._schools.all)
        keys = self._schools.gemeinden
        return self._saeulen.table(
            key="t3",
            title="Stellenanteile nach Gemeinde und Säule (VZÄ)",
            heading="Gemeinde",
            groups=self._groups_by_gemeinde(),
            extra=(
                (
                    Column(title="Fachkräfte", type=_COUNT),
                    [heads(found).count for _, found in self._groups_by_gemeinde()],
                    heads(self._at_schools).count,
                ),
                (Column(title="Schulen", type=_COUNT), [schools[key] for key in keys], len(self._schools.all)),
                (Column(title="mit Schulsozialarbeit", type=_COUNT), [with_[key] for key in keys], len(self._served)),
            ),
        )

    def gemeinde_chart(self) -> Chart:
        return self._saeulen.chart(
            key="gemeinde",
            title="Stellenanteile nach Gemeinde und Säule",
            heading="Gemeinde",
            groups=self._groups_by_gemeinde(),
        )

    def by_employer(self) -> Table:
        groups: defaultdict[tuple[str, str], list[Share]] = defaultdict(list)
        for share in self._at_schools:
            name = employer_name(self._view, share)
            groups[name.value if isinstance(name, Sign) else name, share.position.employer_id].append(share)
        ordered = [(key[0], found) for key, found in sorted(groups.items(), key=lambda group: sort_key(group[0][0]))]
        return self._saeulen.table(
            key="t4",
            title="Stellenanteile nach Anstellungsträger (VZÄ)",
            heading="Anstellungsträger",
            groups=ordered,
            extra=(
                (
                    Column(title="Fachkräfte", type=_COUNT),
                    [heads(found).count for _, found in ordered],
                    heads(self._at_schools).count,
                ),
                (
                    Column(title="Schulen", type=_COUNT),
                    [len({self._school_id(share) for share in found}) for _, found in ordered],
                    len({self._school_id(share) for share in self._at_schools}),
                ),
            ),
        )

    def _groups_by_schulform(self) -> list[tuple[str, list[Share]]]:
        groups: defaultdict[str, list[Share]] = defaultdict(list)
        for share in self._at_schools:
            groups["" if share.organisation is None else self._schulform_of(share.organisation)].append(share)
        present = Counter(self._schulform_of(school) for school in self._schools.all)
        return [(name, groups[key]) for key, name in self._schulformen() if present[key] or key in groups]

    def _groups_by_gemeinde(self) -> list[tuple[str, list[Share]]]:
        groups: defaultdict[str, list[Share]] = defaultdict(list)
        for share in self._at_schools:
            if share.organisation is not None:
                groups[share.organisation.ags].append(share)
        keys = dict.fromkeys((*self._schools.gemeinden, *sorted(groups)))
        return [(self._schools.gemeinde_name(key) or Sign.UNKNOWN.value, groups[key]) for key in keys]

    def _schulformen(self) -> list[tuple[str, str]]:
        """Schulformen in the order of the catalogue, then those that it does not know."""
        used = {self._schulform_of(school) for school in self._schools.all}
        used |= {self._schulform_of(share.organisation) for share in self._at_schools if share.organisation}
        known = [entry.key for entry in self._view.catalogue("schulform").children()]
        keys = [key for key in known if key in used] + sorted(used.difference(known))
        return [(key, label(self._view, "schulform", key) or Sign.UNKNOWN.value) for key in keys]

    def _schulform_of(self, place: Organisation) -> str:
        profile = self._schools.profile(place)
        return "" if profile is None else self._view.catalogue("schulform").top(profile.schulform)

    # -- T1 and T5: school by school ---------------------------------------------------------------------------------

    def per_school(self) -> Table:
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
                Column(title="besetzt / vakant"),
                Column(title="Sozialindexstufe", type=_COUNT),
                Column(title="Schüler:innen", type=_COUNT),
            ),
            rows=tuple(row for _, row in rows),
            totals=("Summe", "", "", "", "", "", "", volume.cell, weekly.cell, "", nothing, nothing) if rows else None,
            notes=(
                "Mehrere Stellen derselben Säule und desselben Anstellungsträgers an einer Schule sind zusammengefasst.",
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

    def without(self) -> Table:
        other: defaultdict[str, list[Share]] = defaultdict(list)
        for share in self._staffing.of(Work.ANDERE, Place.SCHULE):
            other[self._school_id(share)].append(share)
        rows = tuple(
            (*self._school_cells(school), *self._index_cells(school), total(other[school.id]).cell)
            for school in self._schools.all
            if school.id not in self._served
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
            ),
            rows=rows,
            notes=(f"{len(rows)} von {len(self._schools.all)} Schulen der Region.",) if rows else (),
            empty="An allen Schulen der Region ist Schulsozialarbeit erfasst.",
        )

    # -- what is not at a school -------------------------------------------------------------------------------------

    def _elsewhere(self) -> list[Share]:
        return [share for share in self._all if share.place is not Place.SCHULE]

    def distribution(self) -> Table:
        rows = [
            _volume_row(place.label, [share for share in self._all if share.place is place])
            for place in Place
            if place is Place.SCHULE or any(share.place is place for share in self._all)
        ]
        return Table(
            key="t6",
            title="Verbleib aller Stellenanteile für Schulsozialarbeit",
            columns=(Column(title="Verbleib", header=True), *_VOLUME_COLUMNS),
            rows=tuple(rows),
            totals=_volume_row("Summe", self._all),
        )

    def other_work(self) -> Table:
        groups: defaultdict[str, list[Share]] = defaultdict(list)
        for share in self._staffing.shares:
            if share.work is not Work.SCHULSOZIALARBEIT:
                key = "koordination" if share.work is Work.KOORDINATION else share.duty or "sonstige"
                groups[key].append(share)
        rows = [(label(self._view, "einsatztaetigkeit", key), found) for key, found in groups.items()]
        return Table(
            key="t7",
            title="Koordination und weitere Fachkräfte (in keiner anderen Tabelle enthalten)",
            columns=(Column(title="Tätigkeit", header=True), *_VOLUME_COLUMNS),
            rows=tuple(_volume_row(name, found) for name, found in sorted(rows, key=lambda row: sort_key(row[0]))),
            empty="Weitere Stellenanteile sind am Stichtag nicht erfasst.",
        )


_VOLUME_COLUMNS = (
    Column(title="Stellen", type=_COUNT),
    Column(title="Fachkräfte", type=_COUNT),
    Column(title="VZÄ", type=_NUMBER),
    Column(title="Std./Woche", type=_NUMBER),
    Column(title="davon vakant", unit="VZÄ", type=_NUMBER),
    Column(title="Umfang k.\N{NO-BREAK SPACE}A.", unit="Anteile", type=_COUNT),
)


def _volume_row(name: str, shares: Iterable[Share]) -> tuple[Cell, ...]:
    found = list(shares)
    return (
        name,
        len({share.position.id for share in found}),
        heads(found).count,
        total(found).cell,
        hours(found).cell,
        total(share for share in found if share.vacant).cell,
        total(found).unknown,
    )


STELLENUEBERSICHT = Report(
    name=_NAME,
    title=_TITLE,
    description="Welche Schule hat wie viel Schulsozialarbeit, von wem und aus welcher Säule; ohne Namen.",
    build=_build,
    kinds=(PeriodKind.STICHTAG,),
)
"""R1 of domain.md, tables T1 to T5 with what is not assigned."""
