"""Volumes and heads by Säule: the columns that most tables about positions share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.errors import NotFound
from koschuso.reporting.document import Cell, Chart, ChartKind, Column, ColumnType, Series, Sign, Table
from koschuso.reporting.figures.staffing import Share, heads, total
from koschuso.reporting.german import number_text
from koschuso.reporting.view import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.reporting.view import View

__all__ = ["Group", "Saeulen"]

Group = tuple[str, "Sequence[Share]"]
"""Name of a row and the shares in it."""

_Extra = tuple[Column, "Sequence[Cell]", Cell]
"""A further column, its values, and its value in the last row."""


# Non-breaking blanks keep the abbreviation together in a narrow heading.
_UNKNOWN = "Säule k.\N{NO-BREAK SPACE}A."


class Saeulen:
    """The Säulen that occur in some shares, in the order of the catalogue; unknown ones come last.

    Args:
        view: What the report may see.
        shares: The shares whose Säulen become columns.
    """

    def __init__(self, view: View, shares: Iterable[Share]) -> None:
        self._view = view
        used = {share.saeule for share in shares}
        try:
            known = [entry.key for entry in view.catalogue("saeule").entries]
        except NotFound:
            known = []
        self.keys: tuple[str, ...] = (
            *(key for key in known if key in used),
            *sorted(used.difference(known, {""})),
            *([""] if "" in used else []),
        )

    def label(self, key: str) -> str:
        """Give a short label: what the catalogue says in brackets belongs into its notes."""
        return label(self._view, "saeule", key).partition(" (")[0] if key else Sign.UNKNOWN.value

    def heading(self, key: str) -> str:
        """Give the label for a heading or a bar, where »k. A.« alone would not say what is not known."""
        return self.label(key) if key else _UNKNOWN

    def order(self, key: str) -> int:
        """Give the place of a Säule."""
        return self.keys.index(key) if key in self.keys else len(self.keys)

    def table(
        self, *, key: str, title: str, heading: str, groups: Sequence[Group], extra: Sequence[_Extra] = ()
    ) -> Table:
        """Build a table of VZÄ: a row for each group, a column for each Säule."""
        everything = [share for _, shares in groups for share in shares]
        number = ColumnType.NUMBER
        columns = (
            Column(title=heading, header=True),
            *(Column(title=self.heading(saeule), type=number) for saeule in self.keys),
            Column(title="VZÄ gesamt", type=number),
            Column(title="davon vakant", type=number),
            Column(title="Umfang k.\N{NO-BREAK SPACE}A.", unit="Anteile", type=ColumnType.COUNT),
            *(column for column, _, _ in extra),
        )
        rows = tuple(
            (name, *self._volumes(shares), *(values[index] for _, values, _ in extra))
            for index, (name, shares) in enumerate(groups)
        )
        return Table(
            key=key,
            title=title,
            columns=columns,
            rows=rows,
            totals=("Summe", *self._volumes(everything), *(value for _, _, value in extra)) if rows else None,
        )

    def _volumes(self, shares: Sequence[Share]) -> tuple[Cell, ...]:
        whole = total(shares)
        return (
            *(total(share for share in shares if share.saeule == saeule).cell for saeule in self.keys),
            whole.cell,
            total(share for share in shares if share.vacant).cell,
            whole.unknown,
        )

    def heads_table(self, *, key: str, title: str, heading: str, groups: Sequence[Group]) -> Table:
        """Build a table of people: a row for each group, a column for each Säule; each person once in each value."""
        everything = [share for _, shares in groups for share in shares]
        rows = tuple((name, *self._heads(shares)) for name, shares in groups)
        return Table(
            key=key,
            title=title,
            columns=(
                Column(title=heading, header=True),
                *(Column(title=self.heading(saeule), type=ColumnType.COUNT) for saeule in self.keys),
                Column(title="Fachkräfte gesamt", type=ColumnType.COUNT),
            ),
            rows=rows,
            totals=("Fachkräfte insgesamt", *self._heads(everything)) if rows else None,
            notes=(
                (
                    "Wer an Schulen mehrerer Schulformen oder in mehreren Säulen arbeitet, steht in jeder davon, zählt in "
                    "den Gesamtzahlen aber einmal."
                ),
            ),
        )

    def _heads(self, shares: Sequence[Share]) -> tuple[Cell, ...]:
        by_saeule = (heads(share for share in shares if share.saeule == saeule).count for saeule in self.keys)
        return (*by_saeule, heads(shares).count)

    def chart(self, *, key: str, title: str, heading: str, groups: Sequence[Group]) -> Chart:
        """Build a stacked bar chart of VZÄ: a bar for each group that has something, a part for each Säule."""
        shown = [(name, shares) for name, shares in groups if total(shares).parts]
        volumes = [(name, total(shares).known) for name, shares in shown]
        most = max(volumes, key=lambda volume: volume[1], default=None)
        description = (
            "Dazu liegen keine Angaben vor."
            if most is None
            else f"Balken für {len(shown)} Gruppen, aufgeteilt nach Säulen. Den größten Umfang hat {most[0]} "
            f"mit {number_text(most[1], 2)} VZÄ."
        )
        return Chart(
            key=key,
            title=title,
            description=description,
            kind=ChartKind.STACKED_BAR,
            category_title=heading,
            categories=tuple(name for name, _ in shown),
            series=tuple(
                Series(
                    name=self.heading(saeule),
                    values=tuple(total(s for s in shares if s.saeule == saeule).cell for _, shares in shown),
                )
                for saeule in self.keys
            ),
            unit="VZÄ",
        )
