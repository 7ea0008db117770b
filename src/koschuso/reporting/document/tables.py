"""Tables: exact values in rows, and what is known of their columns."""

from __future__ import annotations

from enum import StrEnum

import attrs

from koschuso.errors import WrongUse
from koschuso.reporting.document.values import Cell, as_rows, as_texts, as_totals, check_key

__all__ = ["Column", "ColumnType", "Table"]


class ColumnType(StrEnum):
    """What a column holds; it decides alignment, digits and how other programs must treat it."""

    TEXT = "text"
    CODE = "code"
    """Digits that are not a number, such as a Schulnummer: never reformatted, leading zeros stay."""
    COUNT = "count"
    NUMBER = "number"
    DATE = "date"

    @property
    def numeric(self) -> bool:
        """Whether values stand right-aligned, one below the other."""
        return self in {ColumnType.COUNT, ColumnType.NUMBER}


@attrs.frozen(kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        title: Heading.
        type: What the column holds.
        unit: Unit of the numbers, for example ``"Std."``; shown in the heading.
        digits: Decimal places of a `ColumnType.NUMBER`.
        header: Whether the column names its row, so that screen readers announce it.
        group: Heading above several neighbouring columns, empty for none.
        total: Whether each value is the sum of the numbers of the same unit in the columns before it, up to the total
            column before, or counts the people of those columns once each. It gives parts away, so protection has to
            know; sums over rows are known from ``Table.totals``.
        change: Whether the numbers say by how much something changed: people read a growth with its sign, ``+63``.
    """

    title: str
    type: ColumnType = ColumnType.TEXT
    unit: str = ""
    digits: int = 2
    header: bool = False
    group: str = ""
    total: bool = False
    change: bool = False

    @property
    def heading(self) -> str:
        """Title and unit in one, for formats that have one line of headings."""
        title = f"{self.group}: {self.title}" if self.group else self.title
        return f"{title} ({self.unit})" if self.unit else title


@attrs.frozen(kw_only=True)
class Table:
    """A table.

    Attributes:
        key: Short key, unique in the document: anchor in HTML, name in JSON.
        title: Caption.
        columns: The columns.
        rows: The rows, each with one value for each column.
        totals: Last row. It holds its own exact sums, because sums of rounded values would be wrong.
        notes: What a reader has to know about this table.
        empty: The sentence that stands in place of a table without rows.
        ranked_by: Number of the column by whose values the rows are put in order, the largest first. A report never
            does that itself with numbers about people: the place of a row would tell what the sign in it hides.
            Protection does it by what is shown; rows with a sign come last, as the report gave them.

    Raises:
        WrongUse: A row has more or fewer values than there are columns, the key could not be an anchor, or there is no
            column to rank by.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(converter=as_rows)
    totals: tuple[Cell, ...] | None = attrs.field(default=None, converter=as_totals)
    notes: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    empty: str = "Dazu liegen keine Angaben vor."
    ranked_by: int | None = None

    def __attrs_post_init__(self) -> None:
        check_key(self.key, self.title)
        width = len(self.columns)
        for number, row in enumerate((*self.rows, *(() if self.totals is None else (self.totals,))), start=1):
            if len(row) != width:
                raise WrongUse(
                    f"Die Tabelle »{self.title}« hat in Zeile {number} {len(row)} Werte für {width} Spalten. "
                    "Bitte prüfen Sie den Bericht, der sie aufbaut.",
                    table=self.key,
                    row=number,
                )
        if self.ranked_by is not None and not 0 <= self.ranked_by < width:
            raise WrongUse(f"Die Tabelle »{self.title}« hat keine Spalte {self.ranked_by}.", table=self.key)
