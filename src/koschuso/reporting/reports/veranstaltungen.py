"""The Veranstaltungsstatistik (R4): what took place in a period, who came, and how many of the Fachkräfte were reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.model.event import Event
from koschuso.reporting.document import Missing, Section, Text
from koschuso.reporting.figures.event_facts import EventFacts
from koschuso.reporting.figures.event_tables import EventTables
from koschuso.reporting.figures.reach import Reach
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.figures.staffing import Staffing
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

__all__ = ["VERANSTALTUNGEN", "EventChapters"]

_NAME: Final = "koschuso:veranstaltungen"

_NOTES: Final = (
    (
        "Teilnahmen sind Besuche: Wer dreimal kommt, zählt dreimal. Teilnehmende sind verschiedene Personen; wer nur als "
        "Kopfzahl oder ohne Namen erfasst ist, kann darin nicht enthalten sein. Wer eine Vertretung schickte, zählt nicht, "
        "die Vertretung zählt. Mitwirkende (Vortrag, Moderation, Organisation) sind keine Teilnehmenden."
    ),
    (
        "Gezählt sind Veranstaltungen, die als durchgeführt vermerkt sind und im Zeitraum beginnen. Sitzungen von Gremien "
        "sind keine Veranstaltungen; sie stehen in der Statistik der Gremienarbeit."
    ),
    (
        "Wer im Zeitraum ausgeschieden ist, zählt mit: mit seinen Teilnahmen und als Fachkraft, die im Zeitraum tätig war. "
        "Wer an mehreren Schulen arbeitet, ist eine Person. Stunden werden genau summiert und erst am Ende gerundet."
    ),
)


class EventChapters:
    """The chapters about events, for this report and for those that have them among others.

    Args:
        view: What the report may see.
        parameters: What it was asked for.
        schools: The schools of the region.
        during: The positions of the period.
        facts: Events and participations, where they were read already.
    """

    def __init__(
        self,
        view: View,
        parameters: Parameters,
        *,
        schools: Schools | None = None,
        during: Staffing | None = None,
        facts: EventFacts | None = None,
    ) -> None:
        self._time = parameters.time
        self._before = parameters.time.previous()
        self._today = berlin_day(view.as_of)
        period = parameters.time.period
        schools = schools or Schools(view, min(parameters.time.last, self._today))
        during = during or Staffing(view, period, schools)
        before = None if self._before is None else self._before.period
        self.facts = facts or EventFacts(view, schools, period, before, self._today)
        self.reach = Reach(during, schools, self.facts.now.person_ids)
        self.tables = EventTables(view, schools, self.facts, parameters.audience, parameters.threshold)

    @property
    def is_empty(self) -> bool:
        """Whether nothing took place."""
        return not self.facts.now.held

    def nothing(self) -> Text:
        """Say in one sentence that nothing took place, and what became of what was planned."""
        now = self.facts.now
        became = [
            (now.called_off, "abgesagt"),
            (now.moved, "verschoben"),
            (now.unfinished, "ohne Vermerk, ob sie stattfanden"),
        ]
        rest = ", ".join(f"{number} {word}" for number, word in became if number)
        return Text(
            paragraphs=(
                f"Für diesen Zeitraum ({self._time.label}) ist keine durchgeführte Veranstaltung erfasst"
                + (f"; Veranstaltungen in anderem Stand: {rest}." if rest else "."),
            )
        )

    def overview(self) -> Section:
        """Give the summary figures, and the period before beside them."""
        blocks: list[Block] = [self.tables.figures(self.reach), self.tables.registrations()]
        if self._before is not None:
            comparison = self.tables.comparison(self._time, self._before, self._today)
            blocks.append(
                comparison
                or Text(
                    paragraphs=(
                        f"Zum Vergleich: Für den Zeitraum davor ({self._before.label}) ist keine durchgeführte Veranstaltung erfasst.",
                    )
                )
            )
        return Section(title="Überblick", blocks=tuple(blocks))

    def sections(self) -> Iterator[Section]:
        """Give all chapters."""
        if self.is_empty:
            yield Section(title="Keine Veranstaltungen", blocks=(self.nothing(),))
            return
        tables = self.tables
        yield self.overview()
        yield Section(title="Die Veranstaltungen", blocks=(tables.listing(),))
        chart = (tables.chart(),) if self.facts.now.listed else ()
        yield Section(title="Nach Art", blocks=(*chart, tables.by_kind()))
        if self.facts.now.all.visits:
            yield Section(
                title="Woher die Teilnehmenden kamen",
                blocks=(tables.by_schulform(), tables.by_employer(), tables.by_ags()),
            )
        yield Section(title="Reichweite", blocks=(tables.reach(self.reach),))
        yield Section(title="Themen", blocks=(tables.by_topic(),))

    def totals(self) -> Iterator[Total]:
        """Give what a reader could work out beyond the sums of the tables."""
        return self.tables.totals()

    def missing(self) -> tuple[Missing, ...]:
        """Count what is not known."""
        now = self.facts.now
        return (
            Missing(what="vergangene Veranstaltungen ohne Vermerk, ob sie stattfanden", count=now.unfinished),
            Missing(
                what="durchgeführte Veranstaltungen ohne Angabe, wer oder wie viele kamen",
                count=len(now.held) - len(now.listed),
            ),
            Missing(
                what="Anmeldungen ohne Vermerk, ob die Person kam",
                count=Count(now.total("open"), key=("veranstaltungen", "open")),
            ),
            Missing(what="Veranstaltungen ohne Angabe der Dauer (ohne Personenstunden)", count=now.without_hours),
            Missing(what="Veranstaltungen ohne Angabe der Art", count=sum(not tally.event.type for tally in now.held)),
            Missing(
                what="Veranstaltungen ohne Angabe der Themen", count=sum(not tally.event.topics for tally in now.held)
            ),
            Missing(what="Serientermine aus Kalendern, die nur einmal zählen", count=now.repeating),
        )

    @staticmethod
    def notes() -> tuple[str, ...]:
        """Say how it was counted."""
        return _NOTES


def _build(view: View, parameters: Parameters) -> Document:
    chapters = EventChapters(view, parameters)
    return make_document(
        _NAME,
        view,
        parameters,
        title="Veranstaltungsstatistik",
        sections=chapters.sections(),
        missing=chapters.missing(),
        notes=chapters.notes(),
        totals=() if chapters.is_empty else chapters.totals(),
    )


VERANSTALTUNGEN: Final = Report(
    name=_NAME,
    title="Veranstaltungsstatistik",
    description=(
        "Veranstaltungen eines Zeitraums: Anmeldungen, Teilnahmen (Besuche) und Teilnehmende (verschiedene Personen), nach "
        "Art, Schulform, Anstellungsträger, Gemeinde und Thema, mit Reichweite und Personenstunden."
    ),
    build=_build,
    kinds=SPANS,
    about=(Event,),
)
"""R4 of domain.md."""
