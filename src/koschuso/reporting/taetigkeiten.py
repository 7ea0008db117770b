"""The office's own work by the Tätigkeitsprofil: hours and events, under any version of the catalogue.

Work is recorded under the keys of its day. A report can be asked for under another version; what cannot be represented
there stands as *nicht zugeordnet*, so that the sums of all versions are the same.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import NotFound, WrongUse
from koschuso.model import NOT_ASSIGNED, Activity, Event, sum_by_key
from koschuso.reporting.document import Column, ColumnType, Missing, Section, Table, Text
from koschuso.reporting.german import berlin_day
from koschuso.reporting.parameters import Option, PeriodKind
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.work import OfficeWork

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.model import Catalogue
    from koschuso.reporting.document import Cell, Document
    from koschuso.reporting.parameters import Parameters
    from koschuso.reporting.view import View

__all__ = ["TAETIGKEITEN"]

_NAME: Final = "koschuso:taetigkeiten"
_PROFILE: Final = "taetigkeitsprofil"
_MINUTES: Final = 60
_COLUMNS: Final = (
    Column(title="Einträge", type=ColumnType.NUMBER, digits=0),
    Column(title="Arbeitszeit", unit="Std.", type=ColumnType.NUMBER, digits=2),
    Column(title="Veranstaltungen", type=ColumnType.NUMBER, digits=0),
)


@attrs.frozen(kw_only=True)
class _Counts:
    """What is counted, each with the key that it was recorded under."""

    activities: tuple[Activity, ...]
    events: tuple[Event, ...]

    def columns(self) -> tuple[tuple[tuple[str, int | Fraction], ...], ...]:
        """Give the figures of each column of a table."""
        return (
            tuple((activity.taetigkeit, 1) for activity in self.activities),
            tuple((activity.taetigkeit, Fraction(activity.minutes, _MINUTES)) for activity in self.activities),
            tuple((event.taetigkeit, 1) for event in self.events),
        )


def _build(view: View, parameters: Parameters) -> Document:
    catalogue = view.catalogue(_PROFILE)
    version = parameters.options.get("katalog", "")
    try:
        then = catalogue.as_of(version)
    except NotFound as error:
        raise WrongUse(error.message, parameter="katalog") from error
    period = parameters.time.period
    work = OfficeWork(view, period, berlin_day(view.as_of))
    counts = _Counts(
        activities=tuple(activity for activity in view.records(Activity) if activity.day in period),
        events=(*work.held, *work.sittings),
    )
    sections = (
        Section(title="Fassung des Katalogs", blocks=(Text(paragraphs=_stated(catalogue, then, version)),)),
        Section(
            title="Nach Aufgabenschwerpunkten",
            blocks=(_table(catalogue, then, counts, version, top=True),),
        ),
        Section(
            title="Nach Tätigkeiten",
            blocks=(_table(catalogue, then, counts, version, top=False),),
        ),
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
                count=sum(not activity.taetigkeit for activity in counts.activities),
            ),
            Missing(what="Veranstaltungen ohne Tätigkeit", count=sum(not event.taetigkeit for event in counts.events)),
            Missing(what="vergangene Veranstaltungen ohne Vermerk, ob sie stattfanden", count=work.unfinished),
        ),
        notes=_NOTES,
    )


_NOTES: Final = (
    (
        "Gezählt ist die eigene Arbeit der Koordinierungsstelle: erfasste Arbeitszeiten und durchgeführte Veranstaltungen "
        "und Sitzungen. Über beratene oder teilnehmende Menschen sagt der Bericht nichts; deshalb ist nichts unterdrückt."
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


def _table(catalogue: Catalogue, then: Catalogue, counts: _Counts, version: str, *, top: bool) -> Table:
    sums = [sum_by_key(catalogue, figures, version=version, shared=top, top=top) for figures in counts.columns()]
    used = {key for column in sums for key in column.by_key}
    always = {entry.key for entry in then.children() if not entry.deprecated_since and not entry.origin} if top else ()
    rows: list[tuple[Cell, ...]] = [
        (entry.label, *(column.by_key.get(entry.key, Fraction(0)) for column in sums))
        for entry in then
        if entry.key in used or entry.key in always
    ]
    rows.append((NOT_ASSIGNED, *(column.unassigned for column in sums)))
    return Table(
        key="schwerpunkte" if top else "taetigkeiten",
        title="Arbeit nach Aufgabenschwerpunkten" if top else "Arbeit nach Tätigkeiten",
        columns=(Column(title="Aufgabenschwerpunkt" if top else "Tätigkeit", header=True), *_COLUMNS),
        rows=tuple(rows),
        totals=("Summe", *(column.total for column in sums)),
        notes=_unassigned_notes(column.unassigned_keys for column in sums),
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
    kinds=(
        PeriodKind.KALENDERJAHR,
        PeriodKind.SCHULJAHR,
        PeriodKind.SCHULHALBJAHR,
        PeriodKind.QUARTAL,
        PeriodKind.FOERDERZEITRAUM,
    ),
    parameters=(Option(name="katalog", title="Fassung des Tätigkeitsprofils, nach der gezählt wird", example="2022"),),
)
"""The part of R2 of domain.md that is about the office's own work."""
