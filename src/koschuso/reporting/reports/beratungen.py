"""The Beratungsstatistik (R5): whom the office advised in which form about what, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.model.task import Consultation
from koschuso.reporting.document import Missing, Section, Text
from koschuso.reporting.figures.consultation_facts import ConsultationFacts
from koschuso.reporting.figures.consultation_tables import ConsultationTables
from koschuso.reporting.figures.origins import UNKNOWN
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.german import berlin_day
from koschuso.reporting.guarded import Count
from koschuso.reporting.parameters import SPANS
from koschuso.reporting.report import Report, make_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.reporting.document import Block, Document
    from koschuso.reporting.guarded import Total
    from koschuso.reporting.parameters import Parameters
    from koschuso.reporting.view import View

__all__ = ["BERATUNGEN", "ConsultationChapters"]

_NAME: Final = "koschuso:beratungen"

_NOTES: Final = (
    (
        "Gezählt sind Beratungskontakte der Koordinierungsstelle, nicht beratene Personen: Über Personen und Fälle wird "
        "nichts erfasst. Ein Eintrag kann für mehrere Kontakte stehen. Schülerinnen, Schüler und Eltern sind keine Zielgruppe "
        "der Koordinierungsstelle."
    ),
    "Die Zeiten werden genau summiert und erst am Ende gerundet; Kontakte ohne vermerkte Dauer zählen bei der Zeit nicht mit.",
)


class ConsultationChapters:
    """The chapters about Beratungen, for this report and for those that have them among others.

    Args:
        view: What the report may see.
        parameters: What it was asked for.
        schools: The schools of the region.
        facts: The Beratungen, where they were read already.
    """

    def __init__(
        self,
        view: View,
        parameters: Parameters,
        *,
        schools: Schools | None = None,
        facts: ConsultationFacts | None = None,
    ) -> None:
        self._time = parameters.time
        self._before = parameters.time.previous()
        self._today = berlin_day(view.as_of)
        schools = schools or Schools(view, min(parameters.time.last, self._today))
        before = None if self._before is None else self._before.period
        self.facts = facts or ConsultationFacts(view, schools, parameters.time.period, before)
        self.tables = ConsultationTables(view, schools, self.facts)

    @property
    def is_empty(self) -> bool:
        """Whether there were no Beratungen."""
        return not self.facts.now.all.contacts

    def nothing(self) -> Text:
        """Say in one sentence that there were no Beratungen."""
        return Text(paragraphs=(f"Für diesen Zeitraum ({self._time.label}) ist keine Beratung erfasst.",))

    def overview(self) -> Section:
        """Give the summary figures, and the period before beside them."""
        blocks: list[Block] = [self.tables.figures()]
        if self._before is not None:
            nothing = f"Zum Vergleich: Für den Zeitraum davor ({self._before.label}) ist keine Beratung erfasst."
            comparison = self.tables.comparison(self._time, self._before, self._today)
            blocks.append(comparison or Text(paragraphs=(nothing,)))
        return Section(title="Überblick", blocks=tuple(blocks))

    def sections(self) -> Iterator[Section]:
        """Give all chapters."""
        if self.is_empty:
            yield Section(title="Keine Beratungen", blocks=(self.nothing(),))
            return
        tables = self.tables
        yield self.overview()
        yield Section(title="Zielgruppen und Formen", blocks=(tables.heat(), tables.by_group_and_form()))
        yield Section(title="Themen", blocks=(tables.by_topic_and_group(),))
        yield Section(title="Schulformen und Gemeinden", blocks=(tables.by_schulform(), tables.by_ags()))
        yield Section(title="Dauer", blocks=(tables.time_by_group(), tables.time_by_form()))
        referrals = tables.referrals()
        if referrals is not None:
            yield Section(title="Weitervermittlung", blocks=(referrals,))

    def totals(self) -> Iterator[Total]:
        """Give what a reader could work out beyond the sums of the tables."""
        return self.tables.totals()

    def missing(self) -> tuple[Missing, ...]:
        """Count what is not known."""
        now = self.facts.now

        def unknown(what: str, kind: str, number: int) -> Missing:
            return Missing(what=what, count=Count(number, key=("beratung", kind, UNKNOWN), within=("beratung",)))

        topics, forms, places = (
            found[UNKNOWN].contacts if UNKNOWN in found else 0 for found in (now.by_topic, now.by_schulform, now.by_ags)
        )
        return (
            Missing(what="Beratungskontakte ohne Angabe der Dauer", count=self.tables.untimed()),
            unknown("Beratungskontakte ohne Angabe eines Themas", "thema", topics),
            unknown("Beratungskontakte ohne Angabe der Schulform", "schulform", forms),
            unknown("Beratungskontakte ohne Angabe der Gemeinde", "gemeinde", places),
        )

    @staticmethod
    def notes() -> tuple[str, ...]:
        """Say how it was counted."""
        return _NOTES


def _build(view: View, parameters: Parameters) -> Document:
    chapters = ConsultationChapters(view, parameters)
    return make_document(
        _NAME,
        view,
        parameters,
        title="Beratungsstatistik",
        sections=chapters.sections(),
        missing=() if chapters.is_empty else chapters.missing(),
        notes=chapters.notes(),
        totals=() if chapters.is_empty else chapters.totals(),
    )


BERATUNGEN: Final = Report(
    name=_NAME,
    title="Beratungsstatistik",
    description="Beratungskontakte eines Zeitraums nach Zielgruppe, Form, Thema, Schulform und Gemeinde, mit ihrer Dauer.",
    build=_build,
    kinds=SPANS,
    about=(Consultation,),
)
"""R5 of domain.md."""
