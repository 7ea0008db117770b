"""Findings about the rows of a table: where something stands, as people see it, and never more than they can read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from koschuso.interchange.limits import MAX_FINDINGS_PER_RULE
from koschuso.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.interchange.table.columns import Column
    from koschuso.interchange.table.headings import Layout

__all__ = ["RowFindings"]


class RowFindings:
    """Makes the findings about one table.

    Args:
        layout: What the columns mean, and which headings they have in the file.
        sheet: Name of the sheet, empty for a file without sheets.
    """

    def __init__(self, layout: Layout, sheet: str) -> None:
        self._layout = layout
        self._sheet = sheet
        self._told: Counter[str] = Counter()

    def place(self, number: int) -> str:
        """Name a row."""
        return f"Blatt »{self._sheet}«, Zeile {number}" if self._sheet else f"Zeile {number}"

    def about_cell(
        self, number: int, column: Column, rule: str, message: str, severity: Severity = Severity.ERROR
    ) -> Finding:
        """Make a finding about a cell; the message goes on where the place ends."""
        place = self._layout.places.get(column.path)
        heading = column.heading if place is None else self._layout.headings[place]
        return self._made(
            number, rule, f"{self.place(number)}, Spalte »{heading}«: {message}", severity, field=column.path
        )

    def about_row(
        self,
        number: int,
        rule: str,
        message: str,
        severity: Severity = Severity.ERROR,
        *,
        id: str = "",  # noqa: A002 - the finding's own term
        field: str = "",
    ) -> Finding:
        """Make a finding about a row; the message goes on where the place ends."""
        return self._made(number, rule, f"{self.place(number)}: {message}", severity, id=id, field=field)

    def about_table(self, rule: str, message: str, severity: Severity) -> Finding:
        """Make a finding about the whole table."""
        return Finding(rule=rule, message=message, severity=severity, kind=self._layout.kind, source=self._sheet)

    def limited(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        """Tell so many findings of one rule as somebody can read; one more says that there were further ones."""
        for finding in findings:
            self._told[finding.rule] += 1
            if self._told[finding.rule] <= MAX_FINDINGS_PER_RULE:
                yield finding
            elif self._told[finding.rule] == MAX_FINDINGS_PER_RULE + 1:
                yield attrs.evolve(
                    finding,
                    message=f"{finding.message} Weitere Zeilen mit demselben Mangel werden nicht mehr einzeln genannt.",
                )

    def _made(
        self,
        number: int,
        rule: str,
        message: str,
        severity: Severity,
        *,
        id: str = "",  # noqa: A002 - as above
        field: str = "",
    ) -> Finding:
        return Finding(
            rule=rule,
            message=message,
            severity=severity,
            kind=self._layout.kind,
            id=id,
            field=field,
            line=number,
            source=self._sheet,
        )
