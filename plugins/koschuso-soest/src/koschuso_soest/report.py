"""A report in about twenty lines: how many hours went into which Kooperationsprojekt. Every renderer can write it."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from koschuso.plugin import Activity, ColumnType, Document, Report, Section, Table, TableColumn, make_document
from koschuso_soest.fields import PROJEKT

if TYPE_CHECKING:
    from koschuso.plugin import Parameters, View

__all__ = ["REPORTS"]

_NAME: Final = "soest:kooperationsprojekte"


def _build(view: View, parameters: Parameters) -> Document:
    done = [activity for activity in view.records(Activity) if activity.day in parameters.time.period]
    times: Counter[str] = Counter()
    minutes: Counter[str] = Counter()
    for activity in done:
        project = str(activity.extras.get(PROJEKT.name) or "ohne Kooperationsprojekt")
        times[project] += 1
        minutes[project] += activity.minutes
    table = Table(
        key="projekte",
        title="Zeit nach Kooperationsprojekt",
        columns=(
            TableColumn(title=PROJEKT.label, header=True),
            TableColumn(title="Tätigkeiten", type=ColumnType.COUNT),
            TableColumn(title="Zeit", type=ColumnType.NUMBER, unit="Std.", digits=1),
        ),
        rows=tuple((project, times[project], Fraction(minutes[project], 60)) for project in sorted(times)),
        totals=("zusammen", len(done), Fraction(minutes.total(), 60)) if done else None,
    )
    section = Section(title=table.title, blocks=(table,))
    return make_document(_NAME, view, parameters, title="Kooperationsprojekte", sections=(section,))


REPORTS: Final = (
    Report(
        name=_NAME,
        title="Kooperationsprojekte",
        description="Wie viel Zeit in welches gemeinsame Vorhaben ging; für den Lenkungskreis.",
        build=_build,
    ),
)
"""All of them."""
