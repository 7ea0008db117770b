"""The Tätigkeitsbericht for the committee: nine chapters, numbers out of the records, words out of the office's texts (R2).

The order of chapters is a proposal of koschuso after public reports of municipalities; no rule prescribes it. Every figure
comes from the report that it belongs to, and all of them are protected together, as one document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import Refused
from koschuso.model.concept import Concept
from koschuso.model.event import Event
from koschuso.model.period import Period, schuljahr_of
from koschuso.model.survey import Survey
from koschuso.model.task import Activity, Consultation
from koschuso.reporting.document import Column, Document, Figures, Section, Slot, Table, Text
from koschuso.reporting.figures.concept_work import task_table
from koschuso.reporting.figures.concepts import concept_table
from koschuso.reporting.figures.key_ratio import KeyRatio
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.figures.staff_facts import STAFF_NOTES, positions_missing
from koschuso.reporting.figures.staffing import Staffing
from koschuso.reporting.figures.work import ConceptWork
from koschuso.reporting.figures.work_time import work_time
from koschuso.reporting.german import berlin_day, day_text
from koschuso.reporting.parameters import INTERNAL, PeriodKind, ReportPeriod
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.reports.bedarfe import survey_section, surveys_in
from koschuso.reporting.reports.beratungen import ConsultationChapters
from koschuso.reporting.reports.geschichte import office_frame
from koschuso.reporting.reports.gremien import NetworkChapters
from koschuso.reporting.reports.jahresplanung import Plan
from koschuso.reporting.reports.stellenuebersicht import short_overview
from koschuso.reporting.reports.taetigkeiten import focus_blocks
from koschuso.reporting.reports.veranstaltungen import EventChapters
from koschuso.reporting.reports.verwendungsnachweis import funded_overview

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.reporting.document import Block, Figure, Missing
    from koschuso.reporting.guarded import Total
    from koschuso.reporting.parameters import Parameters
    from koschuso.reporting.view import View

__all__ = ["SLOTS", "TAETIGKEITSBERICHT"]

_NAME: Final = "koschuso:taetigkeitsbericht"
_TITLE: Final = "Tätigkeitsbericht der Koordinierungsstelle Schulsozialarbeit"
_QUALIFYING: Final = frozenset(
    {"fachtag", "kick_off", "fortbildung", "einstiegsqualifizierung", "bildungskonferenz", "exkursion", "hospitation"}
)
_MOST_EVENTS: Final = 40
"""More single events than these are a matter for the Veranstaltungsstatistik; a committee reads sums."""

_COMPARISON: Final = "vergleich"
_COMPARED: Final = frozenset(
    {
        "Beratungskontakte",
        "Beratungszeit (Std.)",
        "Veranstaltungen",
        "Teilnahmen",
        "Teilnehmende",
        "Personenstunden",
        "Gremiensitzungen",
        "Kontakte innerhalb der Region",
        "Kontakte außerhalb der Region",
    }
)
"""What the summary sets beside the period before; the rest stands in the reports about single subjects."""

_FUNDERS: Final = frozenset({INTERNAL, "foerdergeber"})
"""Who is told whether the Koordinierungsschlüssel is reached: a matter between applicant and funder."""

_LISTED: Final = ("Datum", "Titel", "Art", "Teilnahmen", "Dauer")

SLOTS: Final = (
    Slot(
        key="zusammenfassung",
        title="Das Wichtigste in Kürze",
        hint="Drei bis fünf Sätze: Was hat das Jahr geprägt, was wurde erreicht, was braucht eine Entscheidung?",
    ),
    Slot(
        key="auftrag",
        title="Auftrag und Ausstattung",
        hint="Wozu es die Koordinierungsstelle gibt, auf welchen Beschlüssen sie beruht, was sich an der Ausstattung geändert hat.",
    ),
    Slot(
        key="stand",
        title="Stand der Schulsozialarbeit",
        hint="Was die Zahlen bedeuten: neue Stellen, lange Vakanzen, Schulen ohne Schulsozialarbeit.",
    ),
    Slot(
        key="beratung",
        title="Beratung und Unterstützung",
        hint="Womit sich Fachkräfte, Schulen und Träger meldeten; keine Fälle, keine Namen.",
    ),
    Slot(
        key="fachtagungen",
        title="Fachtagungen und Fortbildungen",
        hint="Ziele und Ergebnisse der wichtigsten Veranstaltungen, Rückmeldungen, Folgen.",
    ),
    Slot(
        key="vernetzung",
        title="Vernetzung",
        hint="Mit wem zusammengearbeitet wurde, innerhalb und außerhalb der Region, und was daraus entstand.",
    ),
    Slot(
        key="konzeptarbeit",
        title="Konzeptarbeit",
        hint="Woran gearbeitet wurde, was beschlossen ist, was als Nächstes ansteht.",
    ),
    Slot(
        key="foerderung",
        title="Förderung",
        hint="Stand von Antrag und Verwendungsnachweis, Änderungen der Richtlinie, offene Fragen.",
    ),
    Slot(
        key="bedarfe",
        title="Evaluation und Bedarfe",
        hint="Was die Befragungen ergeben haben und was daraus folgt.",
    ),
    Slot(
        key="ausblick",
        title="Ausblick",
        hint="Schwerpunkte des kommenden Jahres; was dafür gebraucht wird.",
    ),
)
"""The office's own words, one text for each chapter and one for the summary."""

_SLOT: Final = {slot.key: slot for slot in SLOTS}


def _build(view: View, parameters: Parameters) -> Document:
    time = parameters.time
    today = berlin_day(view.as_of)
    if time.first > today:
        raise Refused(
            f"Der Zeitraum {time.label} beginnt erst nach dem Stand der Daten ({day_text(today)}). "
            "Bitte wählen Sie einen früheren Zeitraum."
        )
    report = _Chapters(view, parameters)
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE,
        sections=tuple(report.sections()),
        missing=report.missing(),
        notes=report.notes(),
        totals=report.totals(),
        about_positions=True,
    )


class _Chapters:
    """The chapters of one Tätigkeitsbericht."""

    def __init__(self, view: View, parameters: Parameters) -> None:
        self._view = view
        self._parameters = parameters
        self._time = parameters.time
        self._today = berlin_day(view.as_of)
        self._day = min(self._time.last, self._today)
        self._schools = Schools(view, self._day)
        self._staffing = Staffing(view, Period.on(self._day), self._schools)
        during = Staffing(view, self._time.period, self._schools)
        self._events = EventChapters(view, parameters, schools=self._schools, during=during)
        self._consultations = ConsultationChapters(view, parameters, schools=self._schools)
        self._before = self._time.previous()
        self._times = work_time(view, self._time.period, None if self._before is None else self._before.period)
        self._network = NetworkChapters(view, parameters, facts=self._events.facts, times=self._times)
        self._work = ConceptWork(view, self._time.period)

    def sections(self) -> Iterator[Section]:
        """Give the summary and the nine chapters."""
        staff = tuple(map(_referring, short_overview(self._view, self._day, self._schools, self._staffing)))
        yield self._summary(staff)
        yield self._chapter(1, "Auftrag und Ausstattung", "auftrag", self._office())
        yield self._chapter(2, "Stand der Schulsozialarbeit", "stand", staff)
        yield self._chapter(3, "Beratung und Unterstützung", "beratung", self._consulting())
        yield self._chapter(4, "Fachtagungen und Fortbildungen", "fachtagungen", self._qualifying())
        yield self._chapter(5, "Vernetzung", "vernetzung", self._networking())
        yield self._chapter(6, "Konzeptarbeit", "konzeptarbeit", self._concepts())
        yield self._chapter(7, "Förderung", "foerderung", self._funding())
        yield self._chapter(8, "Evaluation und Bedarfe", "bedarfe", *self._surveys())
        yield self._chapter(9, "Ausblick und Jahresplanung", "ausblick", self._outlook())

    def _chapter(
        self, number: int, title: str, slot: str, blocks: Iterable[Block], sections: Iterable[Section] = ()
    ) -> Section:
        return Section(title=f"{number} {title}", blocks=(_SLOT[slot], *blocks), sections=tuple(sections))

    # -- summary -------------------------------------------------------------------------------------------------------

    def _summary(self, staff: Sequence[Block]) -> Section:
        events, consultations = self._events, self._consultations
        items = [
            *_picked(staff, "Schulsozialarbeit an Schulen", "Fachkräfte", "Schulen mit Schulsozialarbeit"),
            *_picked([consultations.tables.figures()], "Beratungskontakte"),
            *_picked([events.tables.figures(events.reach)], "Veranstaltungen", "Teilnahmen", "Reichweite"),
            *_picked(self._network.overview().blocks, "Gremiensitzungen"),
        ]
        return Section(
            title="Das Wichtigste in Kürze",
            blocks=(_SLOT["zusammenfassung"], Figures(items=tuple(items)), *self._comparison()),
        )

    def _comparison(self) -> Iterator[Block]:
        """Set the period beside the one before, for all chapters in one table."""
        before = self._before
        if before is None:
            return
        chapters = (self._consultations.overview(), self._events.overview(), self._network.overview())
        found = [
            block for one in chapters for block in one.blocks if isinstance(block, Table) and block.key == _COMPARISON
        ]
        rows = tuple(row for table in found for row in table.rows if row[0] in _COMPARED)
        if not rows:
            yield Text(paragraphs=(f"Zum Vergleich liegen aus dem Zeitraum davor ({before.label}) keine Zahlen vor.",))
            return
        yield attrs.evolve(
            found[0], title="Das Jahr im Vergleich mit dem Jahr davor", columns=self._short(found[0], before), rows=rows
        )

    def _short(self, table: Table, before: ReportPeriod) -> tuple[Column, ...]:
        """Head the two periods with their short names."""
        name, now, then, change = table.columns
        return (name, attrs.evolve(now, title=self._time.short), attrs.evolve(then, title=before.short), change)

    # -- chapters ------------------------------------------------------------------------------------------------------

    def _office(self) -> tuple[Block, ...]:
        """Say what the office is made of, and what its time went into."""
        work = focus_blocks(self._view, self._events.facts.now, self._times, self._before)
        return (*office_frame(self._view, self._day), *work)

    def _consulting(self) -> Iterator[Block]:
        chapters = self._consultations
        if chapters.is_empty:
            yield chapters.nothing()
            return
        yield from (chapters.tables.figures(), chapters.tables.heat(), chapters.tables.by_topic_and_group())

    def _qualifying(self) -> Iterator[Block]:
        chapters = self._events
        if chapters.is_empty:
            yield chapters.nothing()
            return
        tables = chapters.tables
        yield from (tables.figures(chapters.reach), tables.by_kind())
        yield self._listing()
        if chapters.facts.now.all.visits:
            yield tables.by_schulform()
        yield tables.reach(chapters.reach)

    def _listing(self) -> Block:
        """Shorten the list of events to what a committee asks for: Fachtage and Fortbildungen, who came, how long."""
        held, tables = self._events.facts.now.held, self._events.tables
        number = sum(tally.event.type in _QUALIFYING for tally in held)
        if number > _MOST_EVENTS:
            tables.listed_elsewhere()
            return Text(
                paragraphs=(
                    f"Die {number} Fachtage, Fortbildungen und Konferenzen stehen einzeln in der Veranstaltungsstatistik.",
                )
            )
        listing = tables.listing()
        rows = [row for tally, row in zip(held, listing.rows, strict=True) if tally.event.type in _QUALIFYING]
        kept = [index for index, column in enumerate(listing.columns) if column.title in _LISTED]
        return attrs.evolve(
            listing,
            title="Fachtage, Fortbildungen und Konferenzen",
            columns=tuple(listing.columns[index] for index in kept),
            rows=tuple(tuple(row[index] for index in kept) for row in rows),
            totals=None,
            notes=(),
            empty="Fachtage, Fortbildungen und Konferenzen fanden in diesem Zeitraum nicht statt.",
        )

    def _networking(self) -> Iterator[Block]:
        chapters = self._network
        if chapters.is_empty:
            yield chapters.nothing()
            return
        yield from _without_comparison(chapters.overview().blocks)
        yield from (chapters.committee_table(), chapters.contact_table(), chapters.external_table())

    def _concepts(self) -> Iterator[Block]:
        yield task_table(self._view, self._time)
        finished = self._work.finished
        if finished:
            yield concept_table(self._view, finished, title="Im Zeitraum fertiggestellte Konzepte")
        else:
            known = len(self._view.records(Concept))
            rest = f" Erfasst sind insgesamt {known}." if known else ""
            yield Text(paragraphs=(f"Im Zeitraum wurde kein Konzept fertiggestellt oder beschlossen.{rest}",))

    def _funding(self) -> Iterator[Block]:
        yield from funded_overview(self._view, self._time)
        if self._parameters.audience in _FUNDERS:
            yield KeyRatio(self._view, self._day).tables()[1]

    def _surveys(self) -> tuple[Sequence[Block], Sequence[Section]]:
        surveys = surveys_in(self._view, self._time.period)
        if not surveys:
            return (Text(paragraphs=("Für diesen Zeitraum ist keine Befragung ausgewertet.",)),), ()
        return (), [
            survey_section(self._view, survey, number, parameters=self._parameters, short=True)
            for number, survey in enumerate(surveys, 1)
        ]

    def _outlook(self) -> Sequence[Block]:
        return Plan(self._view, _next(self._time), self._parameters.audience).blocks()

    # -- what is not known, and how it was counted ---------------------------------------------------------------------

    def missing(self) -> tuple[Missing, ...]:
        """Count what is not known."""
        return (
            *positions_missing(self._staffing),
            *(() if self._consultations.is_empty else self._consultations.missing()),
            *self._events.missing(),
            *self._network.missing(),
        )

    def totals(self) -> Iterator[Total]:
        """Give what a reader could work out beyond the sums of the tables."""
        if not self._consultations.is_empty:
            yield from self._consultations.totals()
        if not self._events.is_empty:
            yield from self._events.totals()

    def notes(self) -> tuple[str, ...]:
        """Say how it was counted, each thing once."""
        own = (
            "Zahlen sind aus dem Datenbestand errechnet; die Texte der Kapitel hat die Koordinierungsstelle geschrieben. Stellen, "
            f"Schulen und Fachkräfte sind Angaben für den {day_text(self._day)}."
        )
        return tuple(
            dict.fromkeys(
                (own, *STAFF_NOTES, *self._consultations.notes(), *self._events.notes(), *self._network.notes())
            )
        )


def _without_comparison(blocks: Iterable[Block]) -> Iterator[Block]:
    """Leave out the comparison: it stands in the summary, for all chapters together."""
    return (block for block in blocks if isinstance(block, Figures))


def _picked(blocks: Iterable[Block], *labels: str) -> list[Figure]:
    """Give the figures of these labels, in this order."""
    found = {item.label: item for block in blocks if isinstance(block, Figures) for item in block.items}
    return [found[label] for label in labels if label in found]


def _referring(block: Block) -> Block:
    """Say where the lists stand that figures of the Stellenübersicht announce."""
    if not isinstance(block, Figures):
        return block
    items = tuple(
        attrs.evolve(item, note="aufgeführt in der Stellenübersicht") if item.note == "aufgeführt unten" else item
        for item in block.items
    )
    return attrs.evolve(block, items=items)


def _next(time: ReportPeriod) -> ReportPeriod:
    """Give the Kalenderjahr or Schuljahr after this one."""
    if time.kind is PeriodKind.SCHULJAHR:
        return ReportPeriod.schuljahr(schuljahr_of(time.period.until or time.last))
    return ReportPeriod.year(time.last.year + 1)


TAETIGKEITSBERICHT: Final = Report(
    name=_NAME,
    title=_TITLE,
    description=(
        "Der Jahresbericht für Schulausschuss und Jugendhilfeausschuss: neun Kapitel mit Zahlen aus dem Datenbestand und "
        "Texten der Koordinierungsstelle."
    ),
    build=_build,
    kinds=(PeriodKind.KALENDERJAHR, PeriodKind.SCHULJAHR),
    slots=SLOTS,
    about=(Activity, Consultation, Event, Survey),
)
"""R2 of domain.md."""
