"""The Stellenübersicht (R1): which school has how much Schulsozialarbeit, from whom, on a Stichtag.

It answers for committees and Träger and shows volumes only: never a name, a pay grade or a term (domain.md DS-10, DS-14).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from koschuso.model.actor import Organisation
from koschuso.reporting.document import (
    Chart,
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Section,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.figures.extra_columns import FIELDS_OPTION, ExtraColumns
from koschuso.reporting.figures.ratios import Ratios
from koschuso.reporting.figures.saeulen import Saeulen
from koschuso.reporting.figures.school_tables import SchoolTables
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.figures.staff_facts import (
    STAFF_NOTES,
    VOLUME_COLUMNS,
    employer_name,
    positions_missing,
    schools_missing,
    volume_row,
)
from koschuso.reporting.figures.staffing import Place, Share, Staffing, Work, heads, total
from koschuso.reporting.figures.stichtage import (
    STICHTAGE_OPTION,
    DayCount,
    TimeSeries,
    refuse_before_records,
    stichtage,
)
from koschuso.reporting.german import day_text, number_text, sort_key
from koschuso.reporting.parameters import Parameters, PeriodKind
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.view import View, label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from koschuso.reporting.document import Block

__all__ = ["STELLENUEBERSICHT", "short_overview"]

_NAME = "koschuso:stellenuebersicht"
_TITLE = "Stellenübersicht Schulsozialarbeit"
_NUMBER = ColumnType.NUMBER
_COUNT = ColumnType.COUNT


def _build(view: View, parameters: Parameters) -> Document:
    day = parameters.time.last
    refuse_before_records(view, day)
    days = stichtage(parameters.options.get(STICHTAGE_OPTION.name, STICHTAGE_OPTION.default), day)
    schools = Schools(view, day)
    staffing = Staffing(view, parameters.time.period, schools)
    extra = ExtraColumns(view, Organisation.KIND, parameters.options.get(FIELDS_OPTION.name, ""), parameters.audience)
    series = TimeSeries(view, days)
    tables = _Tables(view, schools, staffing)
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE,
        sections=(
            Section(
                title="Auf einen Blick", blocks=(tables.figures(series.before(day)), tables.summary(day_text(day)))
            ),
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
            Section(title="Stellenanteile im Verhältnis", blocks=tables.ratio_blocks()),
            *tables.development(series, days),
            Section(title="Die Schulen im Einzelnen", blocks=tables.schools(extra)),
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
        about_positions=True,
        missing=(*positions_missing(staffing), *schools_missing(schools), *tables.ratios.missing()),
        notes=STAFF_NOTES,
        suppression_note=(
            "In dieser Übersicht wird nichts unterdrückt: Stellenanteile sind Angaben über Ressourcen. "
            "Namen, Eingruppierung und Befristung enthält sie nicht."
        ),
    )


def short_overview(
    view: View, day: date, schools: Schools, staffing: Staffing, before: DayCount | None = None
) -> tuple[Block, ...]:
    """Build the Stellenübersicht as a chapter of another report: figures, by Schulform and by municipality.

    Args:
        view: What the report may see.
        day: The Stichtag.
        schools: The schools of the region on this day.
        staffing: The positions of this day.
        before: The same of an earlier day, to compare with.
    """
    tables = _Tables(view, schools, staffing)
    return (
        tables.figures(before),
        tables.summary(day_text(day)),
        tables.by_schulform(),
        tables.schulform_chart(),
        tables.by_gemeinde(),
    )


class _Tables:
    """The tables of one Stellenübersicht."""

    def __init__(self, view: View, schools: Schools, staffing: Staffing) -> None:
        self._view = view
        self._schools = schools
        self._staffing = staffing
        self._all = staffing.of(Work.SCHULSOZIALARBEIT)
        self._at_schools = tuple(share for share in self._all if share.place is Place.SCHULE)
        self._saeulen = Saeulen(view, self._all)
        self.ratios = Ratios(schools, self._at_schools)
        open_schools = {school.id for school in schools.all}
        self._served = {self._school_id(share) for share in self._at_schools} & open_schools
        self._staffed = {self._school_id(share) for share in self._at_schools if not share.vacant} & open_schools

    def _school_id(self, share: Share) -> str:
        return "" if share.organisation is None else self._schools.main(share.organisation).id

    # -- summary -----------------------------------------------------------------------------------------------------

    def figures(self, before: DayCount | None) -> Figures:
        at_schools, elsewhere = total(self._at_schools), total(self._elsewhere())
        vacant = total(share for share in self._at_schools if share.vacant)
        return Figures(
            items=(
                Figure(
                    label="Schulsozialarbeit an Schulen",
                    value=at_schools.cell,
                    unit="VZÄ",
                    note=_with_before(
                        f"davon {number_text(vacant.known, 2)} unbesetzt",
                        before,
                        "" if before is None else number_text(before.volume.known, 2),
                    ),
                ),
                Figure(
                    label="Fachkräfte",
                    value=heads(self._at_schools).count,
                    note=_with_before(
                        "Personen an Schulen der Region", before, "" if before is None else str(before.people)
                    ),
                ),
                Figure(
                    label="Schulen mit Schulsozialarbeit",
                    value=len(self._served),
                    note=_with_before(
                        f"von {len(self._schools.all)} Schulen", before, "" if before is None else str(before.served)
                    ),
                ),
                Figure(label="keiner Schule zugeordnet", value=elsewhere.cell, unit="VZÄ", note="aufgeführt unten"),
                Figure(
                    label="Schulen ohne Schulsozialarbeit",
                    value=len(self._schools.all) - len(self._served),
                    note="aufgeführt unten",
                ),
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
        vacancy = (
            f" An {only_vacant} Schule{'n' if only_vacant > 1 else ''} davon ist die Stelle zurzeit unbesetzt."
            if only_vacant
            else ""
        )
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

    # -- T6 and T7: ratios and development ---------------------------------------------------------------------------

    def ratio_blocks(self) -> tuple[Table | Chart, ...]:
        groups: defaultdict[str, list[Organisation]] = defaultdict(list)
        for school in self._schools.all:
            groups[self._schulform_of(school)].append(school)
        forms = {name: groups[key] for key, name in self._schulformen() if key in groups}
        chart = self.ratios.level_chart()
        return (
            self.ratios.by_schulform(forms),
            self.ratios.by_level(),
            *(() if chart is None else (chart,)),
        )

    def development(self, series: TimeSeries, days: Sequence[date]) -> tuple[Section, ...]:
        if len(days) == 1:
            return ()
        saeulen = Saeulen(self._view, series.shares)
        return (Section(title="Entwicklung", blocks=(series.table(saeulen), series.chart(saeulen))),)

    # -- T1 and T5: school by school ---------------------------------------------------------------------------------

    def schools(self, extra: ExtraColumns) -> tuple[Table, Table]:
        single = SchoolTables(self._view, self._schools, self._staffing, self._saeulen, extra)
        return single.per_school(), single.without(self._served)

    # -- what is not at a school -------------------------------------------------------------------------------------

    def _elsewhere(self) -> list[Share]:
        return [share for share in self._all if share.place is not Place.SCHULE]

    def distribution(self) -> Table:
        rows = [
            volume_row(place.label, [share for share in self._all if share.place is place])
            for place in Place
            if place is Place.SCHULE or any(share.place is place for share in self._all)
        ]
        return Table(
            key="verbleib",
            title="Verbleib aller Stellenanteile für Schulsozialarbeit",
            columns=(Column(title="Verbleib", header=True), *VOLUME_COLUMNS),
            rows=tuple(rows),
            totals=volume_row("Summe", self._all),
        )

    def other_work(self) -> Table:
        groups: defaultdict[str, list[Share]] = defaultdict(list)
        for share in self._staffing.shares:
            if share.work is not Work.SCHULSOZIALARBEIT:
                key = "koordination" if share.work is Work.KOORDINATION else share.duty or "sonstige"
                groups[key].append(share)
        rows = [(label(self._view, "einsatztaetigkeit", key), found) for key, found in groups.items()]
        return Table(
            key="weitere",
            title="Koordination und weitere Fachkräfte (in keiner anderen Tabelle enthalten)",
            columns=(Column(title="Tätigkeit", header=True), *VOLUME_COLUMNS),
            rows=tuple(volume_row(name, found) for name, found in sorted(rows, key=lambda row: sort_key(row[0]))),
            empty="Weitere Stellenanteile sind am Stichtag nicht erfasst.",
        )


def _with_before(note: str, before: DayCount | None, value: str) -> str:
    return note if before is None else f"{note}; am {day_text(before.day)}: {value}"


STELLENUEBERSICHT = Report(
    name=_NAME,
    title=_TITLE,
    description="Welche Schule hat wie viel Schulsozialarbeit, von wem und aus welcher Säule; ohne Namen.",
    build=_build,
    kinds=(PeriodKind.STICHTAG,),
    parameters=(STICHTAGE_OPTION, FIELDS_OPTION),
)
"""R1 of domain.md, tables T1 to T7 with what is not assigned."""
