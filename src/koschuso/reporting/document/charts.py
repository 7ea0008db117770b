"""Charts as data: each has a table of its values and a description for people who do not see it."""

from __future__ import annotations

from enum import StrEnum

import attrs

from koschuso.errors import WrongUse
from koschuso.reporting.document.tables import Column, ColumnType, Table
from koschuso.reporting.document.values import Cell, as_cells, as_text, check_key

__all__ = ["Chart", "ChartKind", "Series"]


class ChartKind(StrEnum):
    """How a chart is drawn."""

    BAR = "bar"
    STACKED_BAR = "stacked_bar"
    LINE = "line"
    HEAT_GRID = "heat_grid"
    """A row of cells for each series, a column for each category, coloured by value and with the value in them."""


@attrs.frozen(kw_only=True)
class Series:
    """A series of a chart: one value for each category; a `Sign` is drawn as a gap."""

    name: str
    values: tuple[Cell, ...] = attrs.field(converter=as_cells)


@attrs.frozen(kw_only=True)
class Chart:
    """A chart as data, never as a picture.

    Attributes:
        key: Short key, unique in the document.
        title: What is shown.
        description: What can be seen in it, in one or two sentences, for people who do not see it.
        kind: How it is drawn.
        categories: What the bars, points or columns stand for.
        category_title: Heading of the categories in the table behind the chart.
        series: The series; several for stacked bars, lines and heat grids.
        unit: Unit of the values.
        digits: Decimal places.
        ranked: Whether the categories are put in order of the first series, the largest first; as `Table.ranked_by`.

    Raises:
        WrongUse: A series has more or fewer values than there are categories, or the key could not be an anchor.
    """

    key: str
    title: str
    description: str = attrs.field(converter=as_text)
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    kind: ChartKind = ChartKind.BAR
    category_title: str = ""
    unit: str = ""
    digits: int = 2
    ranked: bool = False

    def __attrs_post_init__(self) -> None:
        check_key(self.key, self.title)
        for series in self.series:
            if len(series.values) != len(self.categories):
                raise WrongUse(
                    f"Im Diagramm »{self.title}« hat die Reihe »{series.name}« {len(series.values)} Werte für "
                    f"{len(self.categories)} Kategorien. Bitte prüfen Sie den Bericht, der es aufbaut.",
                    chart=self.key,
                )

    def table(self) -> Table:
        """Build the table behind the chart: the same values, readable without eyes and without a picture."""
        number = ColumnType.COUNT if self.digits == 0 else ColumnType.NUMBER
        return Table(
            key=f"{self.key}-daten",
            title=f"Daten zum Diagramm: {self.title}",
            columns=(
                Column(title=self.category_title or "Kategorie", header=True),
                *(
                    Column(title=series.name or self.title, type=number, unit=self.unit, digits=self.digits)
                    for series in self.series
                ),
            ),
            rows=tuple(
                (category, *(series.values[index] for series in self.series))
                for index, category in enumerate(self.categories)
            ),
        )
