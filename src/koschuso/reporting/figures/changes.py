"""The table that sets a period beside the one before it, the same in every report."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.reporting.document import Column, ColumnType, Sign, Table, Value
from koschuso.reporting.german import day_text
from koschuso.reporting.guarded import Count, Difference

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from koschuso.reporting.parameters import ReportPeriod

__all__ = ["Change", "changes_table"]


@attrs.frozen
class Change:
    """One figure now and then.

    Attributes:
        name: What is counted, with its unit.
        now: The figure of the period.
        then: The same of the period before.
    """

    name: str
    now: Value
    then: Value

    @property
    def value(self) -> Value:
        """How it changed; not applicable where one of the two is not known."""
        now, then = self.now, self.then
        if isinstance(now, Count) and isinstance(then, Count):
            return Difference(now, then)
        if isinstance(now, int | Fraction | Decimal) and isinstance(then, int | Fraction | Decimal):
            return (
                Fraction(now) - Fraction(then) if not (isinstance(now, int) and isinstance(then, int)) else now - then
            )
        return Sign.NOT_APPLICABLE


def changes_table(changes: Iterable[Change], time: ReportPeriod, before: ReportPeriod, today: date) -> Table:
    """Build the comparison with the period before.

    Args:
        changes: The figures.
        time: The period of the report.
        before: The period before it.
        today: Day up to which the data were recorded: a period that is not over yet is compared with care.
    """
    number = ColumnType.NUMBER
    notes = []
    if today < time.last:
        notes.append(
            f"Der Zeitraum ist noch nicht zu Ende: Er reicht bis zum {day_text(time.last)}, die Daten bis zum "
            f"{day_text(today)}. Die Veränderung lässt sich deshalb noch nicht bewerten."
        )
    return Table(
        key="vergleich",
        title=f"Vergleich mit dem Zeitraum davor: {before.label}",
        columns=(
            Column(title="Kennzahl", header=True),
            Column(title=time.label, type=number, digits=1),
            Column(title=before.label, type=number, digits=1),
            Column(title="Veränderung", type=number, digits=1, change=True),
        ),
        rows=tuple((change.name, change.now, change.then, change.value) for change in changes),
        notes=tuple(notes),
    )
