"""The Kennzahlenblatt (R11): one page for the Lenkungskreis about a period."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import Refused
from koschuso.model.event import Event
from koschuso.model.finding import Severity
from koschuso.model.period import Period
from koschuso.model.position import Funding, Position
from koschuso.model.task import Activity, Consultation
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
    Series,
    Sign,
    Table,
    Text,
)
from koschuso.reporting.figures.changes import Change, changes_table
from koschuso.reporting.figures.concepts import concept_table
from koschuso.reporting.figures.saeulen import Saeulen
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.figures.staff_facts import STAFF_NOTES, positions_missing
from koschuso.reporting.figures.staffing import Place, Share, Staffing, Work, heads, total
from koschuso.reporting.figures.work import ConceptWork
from koschuso.reporting.german import berlin_day, day_text, number_text
from koschuso.reporting.guarded import Sentence
from koschuso.reporting.parameters import SPANS, Parameters
from koschuso.reporting.presence import require_presence
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.reports.beratungen import ConsultationChapters
from koschuso.reporting.reports.veranstaltungen import EventChapters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from koschuso.reporting.guarded import Total
    from koschuso.reporting.view import View

__all__ = ["KENNZAHLEN", "KEY_RATIO", "Koordinierungsschluessel", "koordinierungsschluessel"]

_NAME = "koschuso:kennzahlen"
_TITLE = "Kennzahlen der Koordinierungsstelle Schulsozialarbeit"

KEY_RATIO = 30
"""Fachkräfte for each full-time position of coordination, from which on it is fundable (Förderrichtlinie; rule F4)."""

# Rule F5: who counts for the 30. Sonstige and unknown Säulen are not named there, so they are shown beside.
_COUNTED = frozenset({"kommunale_jugendhilfe", "landesdienst", "landesfoerderung"})
# Landesdienst of other Erlasse: no Schulsozialarbeit, whatever the Einsatz is called.
_OTHER_SOURCES = frozenset({"landesdienst_mpt_integration", "landesdienst_mpt_gl", "landesdienst_spf"})


@attrs.frozen(kw_only=True)
class Koordinierungsschluessel:
    """The figures behind the Schlüssel 1:30 (rules F4 to F6); figures only, no verdict about funding.

    Attributes:
        people: Fachkräfte that count, each once, without those of vacant positions.
        vzae: Their VZÄ, exact; coordination hours of the same people are not in it.
        unknown: Shares of them whose volume is not known.
        coordination: VZÄ of coordination, exact.
        coordination_unknown: Shares of coordination whose volume is not known.
        others: Filled shares of Schulsozialarbeit that do not count, because of their Säule or source.
    """

    people: int
    vzae: Fraction
    unknown: int
    coordination: Fraction
    coordination_unknown: int
    others: int

    def ratio(self, counted: int | Fraction) -> Fraction | None:
        """Fachkräfte for each full-time position of coordination, exact; ``None`` without coordination."""
        return Fraction(counted) / self.coordination if self.coordination else None

    @staticmethod
    def equivalent(counted: int | Fraction) -> Fraction:
        """VZÄ of coordination that the Schlüssel gives, exact; how to round is for the municipality to decide."""
        return Fraction(counted) / KEY_RATIO


def koordinierungsschluessel(view: View, staffing: Staffing, day: date) -> Koordinierungsschluessel:
    """Work out the Schlüssel for a day."""
    sources: dict[str, set[str]] = {}
    for funding in view.records(Funding):
        if day in funding.period:
            sources.setdefault(funding.position_id, set()).add(funding.funding_source)
    filled = [share for share in staffing.of(Work.SCHULSOZIALARBEIT) if not share.vacant]
    counted = [share for share in filled if _counts(share, sources.get(share.position.id, set()))]
    coordination = total(staffing.of(Work.KOORDINATION))
    return Koordinierungsschluessel(
        people=heads(counted).count,
        vzae=total(counted).known,
        unknown=total(counted).unknown,
        coordination=coordination.known,
        coordination_unknown=coordination.unknown,
        others=len(filled) - len(counted),
    )


def _counts(share: Share, sources: set[str]) -> bool:
    return share.saeule in _COUNTED and not (sources and sources <= _OTHER_SOURCES)


_ABOUT = (Position, Activity, Consultation, Event)
"""Of what something has to be recorded in the period."""


def _build(view: View, parameters: Parameters) -> Document:
    time = parameters.time
    # A new office gets its sheet all the same: it says that nothing is recorded yet.
    if any(True for kind in _ABOUT for _ in view.stream(kind)):
        require_presence(view, time, _ABOUT)
    today = berlin_day(view.as_of)
    if time.first > today:
        raise Refused(
            f"Der Zeitraum {time.label} beginnt erst nach dem Stand der Daten ({day_text(today)}). "
            "Bitte wählen Sie einen früheren Zeitraum."
        )
    day = min(time.last, today)
    page = _Page(view, parameters, day, today)
    sections = (
        Section(title="Stellen und Fachkräfte", blocks=(page.staff_figures(), page.chart(), page.key_table())),
        Section(title="Arbeit im Zeitraum", blocks=page.work()),
    )
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE,
        sections=sections,
        about_positions=True,
        missing=page.missing(),
        notes=page.notes(),
        totals=page.totals(),
    )


class _Page:
    """The parts of one Kennzahlenblatt."""

    def __init__(self, view: View, parameters: Parameters, day: date, today: date) -> None:
        self._view = view
        self._day = day
        self._schools = Schools(view, day)
        self._staffing = Staffing(view, Period.on(day), self._schools)
        self._during = Staffing(view, parameters.time.period, self._schools)
        self._time = parameters.time
        self._today = today
        self._events = EventChapters(view, parameters, schools=self._schools, during=self._during)
        self._consultations = ConsultationChapters(view, parameters, schools=self._schools)
        self._work = ConceptWork(view, parameters.time.period)
        self._key = koordinierungsschluessel(view, self._staffing, day)
        self._all = self._staffing.of(Work.SCHULSOZIALARBEIT)

    def staff_figures(self) -> Figures:
        at_schools = [share for share in self._all if share.place is Place.SCHULE]
        ids = {self._schools.main(share.organisation).id for share in at_schools if share.organisation}
        served = sum(school.id in ids for school in self._schools.all)
        whole = total(self._all)
        vacant = total(share for share in self._all if share.vacant)
        during = heads(self._during.of(Work.SCHULSOZIALARBEIT)).count
        return Figures(
            items=(
                Figure(
                    label="Schulsozialarbeit",
                    value=whole.cell,
                    unit="VZÄ",
                    note=f"davon {number_text(vacant.known, 2)} unbesetzt",
                ),
                Figure(label="Fachkräfte", value=heads(self._all).count, note=f"im Zeitraum insgesamt {during}"),
                Figure(
                    label="Schulen mit Schulsozialarbeit", value=served, note=f"von {len(self._schools.all)} Schulen"
                ),
                Figure(label="Schulen ohne Schulsozialarbeit", value=len(self._schools.all) - served),
                Figure(
                    label="Koordination",
                    value=total(self._staffing.of(Work.KOORDINATION)).cell,
                    unit="VZÄ",
                    note=_counted_words(heads(self._staffing.of(Work.KOORDINATION)).count, "{} Person", "{} Personen"),
                ),
            )
        )

    def chart(self) -> Chart:
        saeulen = Saeulen(self._view, self._all)
        volumes = [total(share for share in self._all if share.saeule == key) for key in saeulen.keys]
        most = max(volumes, key=lambda volume: volume.known, default=None)
        description = (
            "Dazu liegen keine Angaben vor."
            if most is None
            else f"Den größten Umfang hat {saeulen.heading(saeulen.keys[volumes.index(most)])} mit "
            f"{number_text(most.known, 2)} VZÄ."
        )
        return Chart(
            key="saeulen",
            title=f"Schulsozialarbeit nach Säulen am {day_text(self._day)}",
            description=description,
            category_title="Säule",
            categories=tuple(saeulen.heading(key) for key in saeulen.keys),
            series=(Series(name="Stellenanteile", values=tuple(volume.cell for volume in volumes)),),
            unit="VZÄ",
        )

    def key_table(self) -> Table:
        key = self._key
        rows = (self._key_row("nach Personen", key.people), self._key_row("nach VZÄ", key.vzae))
        notes = [
            (
                "Gezählt sind besetzte Stellenanteile für Schulsozialarbeit der kommunalen Jugendhilfe, des Landesdienstes "
                "und der Landesförderung; MPT, SPF und Stunden für Koordination zählen nicht mit. Ob »Fachkräfte« Personen "
                "oder VZÄ meint, ist in den öffentlichen Fassungen nicht erläutert: Deshalb stehen beide hier. Die Zahlen sind "
                "keine förderrechtliche Bewertung."
            ),
        ]
        if key.others:
            notes.append(
                f"Besetzte Stellenanteile, die wegen ihrer Säule oder Finanzierung nicht mitzählen: {key.others}."
            )
        return Table(
            key="schluessel",
            title=f"Koordinierungsschlüssel (1 Vollzeitstelle Koordination auf mindestens {KEY_RATIO} Fachkräfte)",
            columns=(
                Column(title="Zählweise", header=True),
                Column(title="Fachkräfte", type=ColumnType.NUMBER),
                Column(title="Koordination", unit="VZÄ", type=ColumnType.NUMBER),
                Column(title="Fachkräfte je VZÄ Koordination", type=ColumnType.NUMBER),
                Column(title=f"Fachkräfte ÷ {KEY_RATIO}", unit="VZÄ", type=ColumnType.NUMBER),
            ),
            rows=rows,
            notes=tuple(notes),
        )

    def _key_row(self, name: str, counted: int | Fraction) -> tuple[Cell, ...]:
        key = self._key
        ratio = key.ratio(counted)
        coordination: Cell = Sign.UNKNOWN if key.coordination_unknown and not key.coordination else key.coordination
        return (
            name,
            counted,
            coordination,
            (Sign.UNKNOWN if key.coordination_unknown else Sign.NOT_APPLICABLE) if ratio is None else ratio,
            key.equivalent(counted),
        )

    def work(self) -> tuple[Figures | Table | Text, ...]:
        comparison = self._comparison()
        compared = () if comparison is None else (comparison,)
        return (self._work_figures(), *compared, *self._concepts(), *self._findings())

    def totals(self) -> Iterator[Total]:
        """What follows from the figures: visits with a name are those that are not without."""
        yield from self._events.totals()
        yield from self._consultations.totals()

    def _work_figures(self) -> Figures:
        now, reach = self._events.facts.now, self._events.reach
        anonymous = Sentence(
            "{} Teilnahmen ohne Namen nicht enthalten",
            (self._events.tables.anonymous(),),
            hidden="Teilnahmen ohne Namen nicht enthalten",
        )
        contacts = self._consultations.facts.now.all
        committees = {sitting.committee_id for sitting in now.sittings if sitting.committee_id}
        return Figures(
            items=(
                Figure(
                    label="Veranstaltungen",
                    value=len(now.held),
                    note="durchgeführt" + (f", {now.called_off} abgesagt" if now.called_off else ""),
                ),
                Figure(
                    label="Teilnahmen",
                    value=self._events.tables.visits(),
                    note="Besuche, mehrfach gezählt",
                ),
                Figure(
                    label="Teilnehmende",
                    value=self._events.tables.people(),
                    note=anonymous if now.all.anonymous else "verschiedene Personen",
                ),
                Figure(
                    label="Reichweite",
                    value=self._events.tables.reached(reach),
                    unit="%",
                    digits=1,
                    note="der Fachkräfte nahmen teil",
                ),
                Figure(label="Personenstunden", value=self._events.tables.person_hours(), unit="Std.", digits=1),
                Figure(label="Beratungskontakte", value=contacts.count()),
                Figure(label="Beratungszeit", value=contacts.hours(), unit="Std.", digits=1),
                Figure(
                    label="Gremiensitzungen",
                    value=len(now.sittings),
                    note=_counted_words(len(committees), "in {} Gremium", "in {} Gremien"),
                ),
                Figure(label="Konzepte fertiggestellt", value=len(self._work.finished)),
            )
        )

    def _comparison(self) -> Table | Text | None:
        """Set the work of the period beside that of the period before."""
        before = self._time.previous()
        events, consultations = self._events.facts, self._consultations.facts
        if before is None or events.before is None or consultations.before is None:
            return None
        then, contacts = events.before, consultations.before.all
        if not (then.held or then.sittings or contacts.contacts):
            sentence = f"Zum Vergleich: Für den Zeitraum davor ({before.label}) ist keine Arbeit erfasst."
            return Text(paragraphs=(sentence,))
        finished = ConceptWork(self._view, before.period).finished
        return changes_table(
            (
                *self._events.tables.changes(),
                Change("Beratungskontakte", consultations.now.all.count(), contacts.count("vorher")),
                Change("Beratungszeit (Std.)", consultations.now.all.hours(), contacts.hours("vorher")),
                Change("Gremiensitzungen", len(events.now.sittings), len(then.sittings)),
                Change("Konzepte fertiggestellt", len(self._work.finished), len(finished)),
            ),
            self._time,
            before,
            self._today,
        )

    def _concepts(self) -> tuple[Table, ...]:
        finished = self._work.finished
        return (concept_table(self._view, finished, title="Fertiggestellte Konzepte"),) if finished else ()

    def _findings(self) -> tuple[Text, ...]:
        findings = self._view.findings
        if findings is None:
            return ()
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        warnings = sum(finding.severity is Severity.WARNING for finding in findings)
        if not errors + warnings:
            return (Text(paragraphs=("Die Prüfung der Daten hat keine offenen Befunde.",)),)
        sentence = (
            f"Offene Befunde der Datenprüfung: {errors + warnings}, davon {errors} Fehler und {warnings} Warnungen."
        )
        return (Text(paragraphs=(sentence,)),)

    def missing(self) -> tuple[Missing, ...]:
        return (
            *positions_missing(self._staffing),
            Missing(
                what="Stellenanteile der Koordination ohne Angabe des Umfangs", count=self._key.coordination_unknown
            ),
            *self._events.missing(),
            Missing(what="Beratungskontakte ohne Angabe der Dauer", count=self._consultations.tables.untimed()),
            Missing(what="Konzepte, deren Datum für den Zeitraum zu ungenau ist", count=self._work.undated),
        )

    def notes(self) -> tuple[str, ...]:
        return (
            (
                f"Stellen, Schulen und der Koordinierungsschlüssel sind Angaben für den {day_text(self._day)}; "
                "»im Zeitraum insgesamt« zählt auch, wer vorher ausgeschieden ist."
            ),
            *STAFF_NOTES,
            (
                "Teilnahmen sind Besuche: Wer dreimal kommt, zählt dreimal. Teilnehmende sind verschiedene Personen. Die "
                "Reichweite ist der Anteil der im Zeitraum tätigen Fachkräfte, die mindestens einmal teilnahmen; besetzte Stellen "
                "ohne erfasste Person zählen als nicht erreicht. Personenstunden sind die Zeit aller Teilnahmen zusammen, soweit "
                "die Dauer der Veranstaltungen bekannt ist."
            ),
            "Veranstaltungen zählen, wenn sie als durchgeführt vermerkt sind; Sitzungen von Gremien zählen getrennt.",
        )


def _counted_words(count: int, one: str, many: str) -> str:
    return (one if count == 1 else many).format(count)


KENNZAHLEN = Report(
    name=_NAME,
    title=_TITLE,
    description="Die wichtigsten Zahlen eines Zeitraums auf einer Seite, für den Lenkungskreis.",
    build=_build,
    kinds=SPANS,
)
"""R11 of domain.md."""
