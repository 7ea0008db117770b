"""The office's own work by the Tätigkeitsprofil: hours and events, under any version of the catalogue.

Working time is that of the team, never of single people. It is never added to the hours that events lasted.
Work is recorded under the keys of its day. A report can be asked for under another version; what cannot be represented
there stands as *nicht zugeordnet*, so that the sums of all versions are the same.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Final

from koschuso.errors import NotFound, WrongUse
from koschuso.model import NOT_ASSIGNED, sum_by_key
from koschuso.model.event import Event
from koschuso.model.task import Activity
from koschuso.reporting.document import Chart, Column, ColumnType, Missing, Section, Series, Table, Text, TextStyle
from koschuso.reporting.figures.event_facts import EventFacts, event_hours
from koschuso.reporting.figures.work_time import work_time
from koschuso.reporting.german import berlin_day, day_text
from koschuso.reporting.parameters import SPANS, Option
from koschuso.reporting.report import Report, make_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from koschuso.model import Catalogue
    from koschuso.model.catalogue_sums import KeySums
    from koschuso.reporting.document import Cell, Document
    from koschuso.reporting.figures.programme import Programme
    from koschuso.reporting.figures.work_time import WorkTime
    from koschuso.reporting.parameters import Parameters, ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["TAETIGKEITEN", "focus_blocks"]

_NAME: Final = "koschuso:taetigkeiten"
_PROFILE: Final = "taetigkeitsprofil"
_COLUMNS: Final = (
    Column(title="Einträge", type=ColumnType.NUMBER, digits=0),
    Column(title="Arbeitszeit", unit="Std.", type=ColumnType.NUMBER, digits=2),
    Column(title="Veranstaltungen", type=ColumnType.NUMBER, digits=0),
    Column(title="Veranstaltungsdauer", unit="Std.", type=ColumnType.NUMBER, digits=2),
)


class _Figures:
    """What is counted in a period, each with the key that it was recorded under.

    Args:
        time: The working time.
        programme: What took place.
    """

    def __init__(self, time: WorkTime, programme: Programme) -> None:
        self.time = time
        self.events = (*(tally.event for tally in programme.held), *programme.sittings)
        self._hours = [(event.taetigkeit, event_hours(event)) for event in self.events]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        return not self.time.by and not self.events

    @property
    def without_hours(self) -> int:
        """Events of which nobody knows how long they lasted."""
        return sum(hours is None for _, hours in self._hours)

    def worked(self) -> Iterator[tuple[str, Fraction]]:
        """Give the working time in hours."""
        return ((key, spent.hours) for key, spent in self.time.by_taetigkeit())

    def columns(self) -> tuple[Iterator[tuple[str, int | Fraction]], ...]:
        """Give the figures of each column of a table."""
        return (
            ((key, spent.entries) for key, spent in self.time.by_taetigkeit()),
            ((key, hours) for key, hours in self.worked()),
            ((key, 1) for key, _ in self._hours),
            ((key, hours) for key, hours in self._hours if hours is not None),
        )


def _build(view: View, parameters: Parameters) -> Document:
    catalogue = view.catalogue(_PROFILE)
    version = parameters.options.get("katalog", "")
    try:
        then = catalogue.as_of(version)
    except NotFound as error:
        raise WrongUse(error.message, parameter="katalog") from error
    time, today = parameters.time, berlin_day(view.as_of)
    before = time.previous()
    earlier = None if before is None else before.period
    facts = EventFacts(view, None, time.period, earlier, today)
    now_time, then_time = work_time(view, time.period, earlier)
    figures = _Figures(now_time, facts.now)
    past = None if facts.before is None or then_time is None else _Figures(then_time, facts.before)
    stated = Section(title="Fassung des Katalogs", blocks=(Text(paragraphs=_stated(catalogue, then, version)),))
    if figures.is_empty:
        sentence = f"Für diesen Zeitraum ({time.label}) sind weder Arbeitszeiten noch Veranstaltungen erfasst."
        sections: tuple[Section, ...] = (
            Section(title="Keine Tätigkeiten", blocks=(Text(paragraphs=(sentence,)),)),
            stated,
        )
    else:
        worked_before = past if past is not None and past.time.by else None
        top = _table(catalogue, then, figures, version, before=worked_before, label=before.short if before else "")
        compared = _compared(before, worked_before, time, today)
        sections = (
            stated,
            Section(title="Nach Aufgabenschwerpunkten", blocks=(_chart(top), top, *compared)),
            Section(title="Nach Tätigkeiten", blocks=(_table(catalogue, then, figures, version),)),
        )
    return make_document(
        _NAME,
        view,
        parameters,
        title="Tätigkeiten der Koordinierungsstelle",
        sections=sections,
        missing=(
            Missing(
                what="Einträge zur Arbeitszeit ohne Tätigkeit",
                count=sum(spent.entries for key, spent in now_time.by_taetigkeit() if not key),
            ),
            Missing(what="Veranstaltungen ohne Tätigkeit", count=sum(not one.taetigkeit for one in figures.events)),
            Missing(what="Veranstaltungen und Sitzungen ohne Angabe der Dauer", count=figures.without_hours),
            Missing(what="vergangene Veranstaltungen ohne Vermerk, ob sie stattfanden", count=facts.now.unfinished),
        ),
        notes=_NOTES,
    )


def focus_blocks(
    view: View, programme: Programme, times: tuple[WorkTime, WorkTime | None], before: ReportPeriod | None
) -> tuple[Chart | Table | Text, ...]:
    """Build the work by Aufgabenschwerpunkte as part of another report: a chart and its table.

    Args:
        view: What the report may see.
        programme: What took place in the period.
        times: The working time of the period and of the one before.
        before: The period before.
    """
    now, then = times
    if not now.by:
        return (Text(paragraphs=("Für diesen Zeitraum ist keine Arbeitszeit erfasst.",)),)
    catalogue = view.catalogue(_PROFILE)
    past = _Figures(then, programme) if then is not None and then.by else None  # of it only the time is told
    top = _table(
        catalogue,
        catalogue.as_of(""),
        _Figures(now, programme),
        "",
        before=past,
        label="" if before is None else before.short,
    )
    return (_chart(top), top)


def _compared(before: ReportPeriod | None, past: _Figures | None, time: ReportPeriod, today: date) -> tuple[Text, ...]:
    """Say what the comparison is worth."""
    if before is None:
        return ()
    if past is None:
        sentence = f"Zum Vergleich: Für den Zeitraum davor ({before.label}) ist keine Arbeitszeit erfasst."
    elif today < time.last:
        sentence = (
            f"Der Zeitraum reicht bis zum {day_text(time.last)}, die Daten bis zum {day_text(today)}: Die Veränderung "
            f"gegenüber dem Zeitraum davor ({before.label}) lässt sich noch nicht bewerten."
        )
    else:
        sentence = f"Verglichen ist mit dem Zeitraum davor: {before.label}."
    return (Text(paragraphs=(sentence,), style=TextStyle.NOTE),)


_NOTES: Final = (
    (
        "Gezählt ist die eigene Arbeit der Koordinierungsstelle: erfasste Arbeitszeiten und durchgeführte Veranstaltungen "
        "und Sitzungen. Über beratene oder teilnehmende Menschen sagt der Bericht nichts; deshalb ist nichts unterdrückt."
    ),
    (
        "Arbeitszeit sind Personenstunden des Teams, nie einzelner Mitarbeitender. Die Veranstaltungsdauer sagt, wie lange "
        "die Veranstaltungen und Sitzungen zusammen dauerten; sie wird nie mit der Arbeitszeit zusammengezählt. Minuten "
        "werden genau summiert und erst am Ende gerundet."
    ),
    (
        "Eigene Tätigkeiten eines Büros zählen bei den Aufgabenschwerpunkten unter dem gemeinsamen Schlüssel, dem sie "
        "zugeordnet sind."
    ),
)


def _stated(catalogue: Catalogue, then: Catalogue, version: str) -> tuple[str, ...]:
    """Say by which version is counted, and what that means."""
    sentence = f"Gezählt ist nach dem Katalog »{then.title}«, Fassung {then.version}"
    if version and version != then.version:
        sentence += f" (verlangt: {version})"
    if then.extensions:
        names = ", ".join(name.replace(" ", ", Fassung ") for name in then.extensions)
        sentence += f", mit eigenen Einträgen aus {names}"
    paragraphs = [f"{sentence}."]
    if version:
        paragraphs.append(
            "Was unter einem Schlüssel einer anderen Fassung erfasst ist, zählt unter dem, der in dieser Fassung dafür "
            f"steht; wo es keinen gibt, steht es als »{NOT_ASSIGNED}«. Die Summen sind in allen Fassungen gleich. "
            f"Bekannte Fassungen: {', '.join(catalogue.versions)}."
        )
    return tuple(paragraphs)


def _table(
    catalogue: Catalogue,
    then: Catalogue,
    figures: _Figures,
    version: str,
    *,
    before: _Figures | None = None,
    label: str | None = None,
) -> Table:
    """Build a table: of the Aufgabenschwerpunkte where there is a ``label`` of the period before, else of all keys."""
    top = label is not None
    sums = [sum_by_key(catalogue, column, version=version, shared=top, top=top) for column in figures.columns()]
    past = None if before is None else sum_by_key(catalogue, before.worked(), version=version, shared=top, top=top)
    used = {key for column in (*sums, *([past] if past else [])) for key in column.by_key}
    always = {entry.key for entry in then.children() if not entry.deprecated_since and not entry.origin} if top else ()

    def line(name: str, value: Callable[[KeySums], Fraction]) -> tuple[Cell, ...]:
        change = () if past is None else (value(past), value(sums[1]) - value(past))
        return (name, *map(value, sums), *change)

    entries = [entry for entry in then if entry.key in used or entry.key in always]
    rows = [line(entry.label, partial(_sum_of, key=entry.key)) for entry in entries]
    rows.append(line(NOT_ASSIGNED, lambda column: column.unassigned))
    return Table(
        key="schwerpunkte" if top else "taetigkeiten",
        title="Arbeit nach Aufgabenschwerpunkten" if top else "Arbeit nach Tätigkeiten",
        columns=(
            Column(title="Aufgabenschwerpunkt" if top else "Tätigkeit", header=True),
            *_COLUMNS,
            *(() if past is None else _change_columns(label or "")),
        ),
        rows=tuple(rows),
        totals=line("Summe", lambda column: column.total),
        notes=_unassigned_notes(column.unassigned_keys for column in sums),
    )


def _sum_of(column: KeySums, key: str) -> Fraction:
    return column.by_key.get(key, Fraction(0))


def _change_columns(label: str) -> tuple[Column, ...]:
    hours = ColumnType.NUMBER
    return (
        Column(title=f"Arbeitszeit {label}", unit="Std.", type=hours, digits=2),
        Column(title="Veränderung der Arbeitszeit", unit="Std.", type=hours, digits=2, change=True),
    )


def _chart(table: Table) -> Chart:
    """Draw the working time of the Aufgabenschwerpunkte; what is not assigned is drawn where there is something."""
    bars = [(str(row[0]), row[2]) for row in table.rows if row[0] != NOT_ASSIGNED or row[2]]
    most = max(bars, key=lambda bar: Fraction(bar[1]) if isinstance(bar[1], Fraction | int) else 0)
    return Chart(
        key="arbeitszeit",
        title="Arbeitszeit nach Aufgabenschwerpunkten",
        description=f"Ein Balken für jeden Aufgabenschwerpunkt; die meiste Zeit galt: {most[0]}.",
        category_title="Aufgabenschwerpunkt",
        categories=tuple(name for name, _ in bars),
        series=(Series(name="Arbeitszeit", values=tuple(hours for _, hours in bars)),),
        unit="Std.",
        digits=1,
    )


def _unassigned_notes(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Name the keys that could not be assigned, so that somebody can do something about it."""
    named = sorted({key for column in keys for key in column if key})
    if not named:
        return ()
    return (f"»{NOT_ASSIGNED.capitalize()}« sind Einträge mit den Schlüsseln: {', '.join(named)}.",)


TAETIGKEITEN: Final = Report(
    name=_NAME,
    title="Tätigkeiten nach dem Tätigkeitsprofil",
    description="Arbeitszeit und Veranstaltungen eines Zeitraums nach Aufgabenschwerpunkten, in jeder Fassung des Katalogs.",
    build=_build,
    kinds=SPANS,
    parameters=(Option(name="katalog", title="Fassung des Tätigkeitsprofils, nach der gezählt wird", example="2022"),),
    about=(Activity, Event),
)
"""The part of R2 of domain.md that is about the office's own work."""
