"""What a report says, as data: sections of text, lists, figures, tables and charts, without any layout.

Renderers turn a `Document` into HTML, CSV, Markdown and whatever plugins add. Values stay exact in here: a sum of VZÄ is
a `Fraction` and is rounded once, when it is written (domain.md 2.5). Unknown is `Sign.UNKNOWN`, never 0.

Reports hand over numbers about people as `Count`, `Share`, `Mean`, `Difference` and `Sentence`
(`koschuso.reporting.guarded`), and places for the office's words as `Slot`. `make_document` decides what may be shown and
fills the places: a finished document holds plain values and `Prose`, and refuses everything else.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import attrs

from koschuso.errors import WrongUse
from koschuso.files import write_atomically
from koschuso.reporting.guarded import Count, Difference, Guarded, Mean, Sentence, Share
from koschuso.reporting.prose import Paragraph, Points, Prose, Slot, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike


__all__ = [
    "Block",
    "Cell",
    "Chart",
    "ChartKind",
    "Column",
    "ColumnType",
    "Document",
    "Figure",
    "Figures",
    "Item",
    "Listing",
    "Missing",
    "Paragraph",
    "Points",
    "Prose",
    "Section",
    "Series",
    "Sign",
    "Slot",
    "Span",
    "Table",
    "Text",
    "TextStyle",
    "Value",
]


_KEY = re.compile(r"[a-z][a-z0-9-]*")


def _check_key(key: str, title: str) -> None:
    """Refuse a key that could not be an anchor.

    Raises:
        WrongUse: It is none.
    """
    if not _KEY.fullmatch(key):
        raise WrongUse(
            f"Der Schlüssel »{key}« von »{title}« ist nicht möglich: Kleinbuchstaben, Ziffern und Bindestriche, am "
            "Anfang ein Buchstabe.",
            key=key,
        )


class Sign(Enum):
    """What stands in a table where no number can stand."""

    UNKNOWN = "k. A."
    SUPPRESSED = "•"
    NOT_APPLICABLE = "–"

    @property
    def meaning(self) -> str:
        """The German explanation for the legend."""
        return _MEANINGS[self]


_MEANINGS = {
    Sign.UNKNOWN: "keine Angabe: Der Wert ist nicht bekannt; er ist nicht 0.",
    Sign.SUPPRESSED: "Der Wert wird nicht veröffentlicht, damit nicht auf einzelne Personen geschlossen werden kann.",
    Sign.NOT_APPLICABLE: "Eine Angabe ist hier nicht möglich oder nicht sinnvoll.",
}

Cell = str | int | Decimal | Fraction | date | Sign
"""A value in a table: exact, unrounded and without unit."""

Value = Cell | Guarded
"""What a report may hand over for a cell: a plain value, or one of which it is still to be decided whether it is shown."""


# A report hands over more than a finished document holds; these converters make the wider type that of the constructor.
def _cell(value: Value) -> Cell:
    return cast("Cell", value)


def _cells(values: Iterable[Value]) -> tuple[Cell, ...]:
    return cast("tuple[Cell, ...]", tuple(values))


def _row_of_totals(values: Iterable[Value] | None) -> tuple[Cell, ...] | None:
    return None if values is None else _cells(values)


def _rows(rows: Iterable[Iterable[Value]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(map(_cells, rows))


def _number(number: int | Count) -> int:
    return cast("int", number)


def _text(text: str | Sentence) -> str:
    return cast("str", text)


def _texts(texts: Iterable[str | Sentence]) -> tuple[str, ...]:
    return cast("tuple[str, ...]", tuple(texts))


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
    """

    title: str
    type: ColumnType = ColumnType.TEXT
    unit: str = ""
    digits: int = 2
    header: bool = False
    group: str = ""
    total: bool = False

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
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(converter=_rows)
    totals: tuple[Cell, ...] | None = attrs.field(default=None, converter=_row_of_totals)
    notes: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    empty: str = "Dazu liegen keine Angaben vor."
    ranked_by: int | None = None

    def __attrs_post_init__(self) -> None:
        _check_key(self.key, self.title)
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
    values: tuple[Cell, ...] = attrs.field(converter=_cells)


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
    description: str = attrs.field(converter=_text)
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    kind: ChartKind = ChartKind.BAR
    category_title: str = ""
    unit: str = ""
    digits: int = 2
    ranked: bool = False

    def __attrs_post_init__(self) -> None:
        _check_key(self.key, self.title)
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


class TextStyle(StrEnum):
    """What a text is: part of the report or a remark about it."""

    BODY = "body"
    NOTE = "note"


@attrs.frozen(kw_only=True)
class Text:
    """Paragraphs of plain text."""

    paragraphs: tuple[str, ...] = attrs.field(converter=_texts)
    style: TextStyle = TextStyle.BODY


@attrs.frozen
class Item:
    """An entry of a list, with entries below it."""

    text: str = attrs.field(converter=_text)
    lead: str = attrs.field(default="", kw_only=True)
    """What stands in front and stands out: a date, a key word."""
    items: tuple[Item, ...] = attrs.field(default=(), kw_only=True)


@attrs.frozen(kw_only=True)
class Listing:
    """A list of points."""

    items: tuple[Item, ...]
    ordered: bool = False


@attrs.frozen(kw_only=True)
class Figure:
    """One summary figure.

    Attributes:
        label: What is counted.
        value: The value.
        unit: Unit behind the value.
        digits: Decimal places where the value is not a whole number.
        note: What belongs to it, in a few words.
    """

    label: str
    value: Cell = attrs.field(converter=_cell)
    unit: str = ""
    digits: int = 2
    note: str = attrs.field(default="", converter=_text)

    @property
    def shown_unit(self) -> str:
        """The unit where there is a number that it can belong to."""
        return "" if isinstance(self.value, Sign) else self.unit


@attrs.frozen(kw_only=True)
class Figures:
    """Summary figures that stand together (Kacheln).

    Attributes:
        items: The figures.
        cards: Whether they are cards to be cut out, such as name badges: all of one size (85 × 55 mm), two beside each
            other, the value large and the label below it.
    """

    items: tuple[Figure, ...]
    cards: bool = False


Block = Text | Prose | Listing | Figures | Table | Chart
"""What a section of a finished document is made of."""


def _blocks(blocks: Iterable[Block | Slot]) -> tuple[Block, ...]:
    return cast("tuple[Block, ...]", tuple(blocks))


@attrs.frozen(kw_only=True)
class Section:
    """A chapter: a heading, blocks and chapters below it.

    Attributes:
        title: Heading.
        blocks: What stands in it.
        sections: Chapters below it.
        page: Whether it begins on a new page where there are pages, such as the certificate of each person.
    """

    title: str
    blocks: tuple[Block, ...] = attrs.field(default=(), converter=_blocks)
    sections: tuple[Section, ...] = ()
    page: bool = False


@attrs.frozen(kw_only=True)
class Missing:
    """How often a value that belongs into the report is not known.

    Where that itself is a number about people's behaviour it is handed over as a `Count`.
    """

    what: str
    count: int = attrs.field(converter=_number)


def _those_missing(values: Iterable[Missing]) -> tuple[Missing, ...]:
    return tuple(value for value in values if value.count != 0)


class Renders(Protocol):
    """What turns a document into bytes; `koschuso.reporting.Renderer` is the implementation."""

    @property
    def suffix(self) -> str:
        """Suffix of the files with its dot, in lower case."""

    @property
    def render(self) -> Callable[[Document], bytes]:
        """Gives the same bytes for the same document."""


_UNDECIDED = (Count, Share, Mean, Difference, Sentence, Slot)


def _held_by(block: object) -> Iterator[Any]:
    """Yield everything in a block that a report may hand over undecided."""
    if isinstance(block, Table):
        for row in block.rows:
            yield from row
        yield from (*(block.totals or ()), *block.notes)
    elif isinstance(block, Figures):
        for figure in block.items:
            yield from (figure.value, figure.note)
    elif isinstance(block, Chart):
        yield block.description
        for series in block.series:
            yield from series.values
    elif isinstance(block, Text):
        yield from block.paragraphs
    elif isinstance(block, Listing):
        waiting = list(block.items)
        while waiting:
            item = waiting.pop()
            yield item.text
            waiting.extend(item.items)
    else:
        yield block


@attrs.frozen(kw_only=True)
class Document:
    """A finished report, ready to be rendered.

    Attributes:
        title: Title.
        report: Name of the report that built it, for example ``"koschuso:stellenuebersicht"``.
        office: Name of the coordination office.
        scope: What is covered, in a few words: the region, the Träger.
        period: Period or Stichtag in words.
        as_of: Moment up to which the data were recorded; passed in, never taken from the clock.
        created: Day on which the report was made, where the caller states it.
        audience: Key of the catalogue ``audience``.
        audience_label: The audience in words.
        internal: Whether the report is unsuppressed and only for the office itself; marked INTERN.
        sections: The chapters.
        missing: What is not known, and how often; entries with a count of 0 are left out.
        suppressed: How many values were suppressed.
        suppression_note: The rule that they were suppressed by, or why nothing was.
        notes: How the figures were counted, and where they come from.
        renderers: What `render` and `save` can write; a report that an office builds has all that are enabled.
    """

    title: str
    office: str
    period: str
    as_of: datetime
    report: str = ""
    scope: str = ""
    created: date | None = None
    audience: str = ""
    audience_label: str = ""
    internal: bool = False
    sections: tuple[Section, ...] = ()
    missing: tuple[Missing, ...] = attrs.field(default=(), converter=_those_missing)
    suppressed: int = 0
    suppression_note: str = ""
    notes: tuple[str, ...] = ()
    renderers: tuple[Renders, ...] = attrs.field(default=(), eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for block in self.blocks():
            if any(isinstance(value, _UNDECIDED) for value in _held_by(block)):
                raise WrongUse(
                    f"Der Bericht »{self.title}« enthält Angaben, über deren Schutz noch nicht entschieden ist. "
                    "Berichte bauen ihr Dokument mit make_document."
                )
        if any(isinstance(gap.count, _UNDECIDED) for gap in self.missing):
            raise WrongUse(f"Der Bericht »{self.title}« nennt ungeschützt, wie viele Angaben fehlen.")

    def blocks(self) -> Iterator[Block]:
        """Yield every block of every chapter, in the order of reading."""
        waiting: list[Section] = list(reversed(self.sections))
        while waiting:
            section = waiting.pop()
            yield from section.blocks
            waiting.extend(reversed(section.sections))

    def tables(self) -> tuple[Table, ...]:
        """Give the tables in the order of reading, without those behind charts."""
        return tuple(block for block in self.blocks() if isinstance(block, Table))

    def table(self, key: str) -> Table:
        """Give the table with a key.

        Raises:
            WrongUse: The document has no such table.
        """
        for table in self.tables():
            if table.key == key:
                return table
        keys = ", ".join(table.key for table in self.tables())
        raise WrongUse(f"Der Bericht »{self.title}« hat keine Tabelle »{key}«. Vorhanden sind: {keys}.")

    def render(self, suffix: str) -> bytes:
        """Render with the renderer for a suffix such as ``".html"``.

        Raises:
            WrongUse: There is no renderer for the suffix.
        """
        return self._rendered(suffix, ())

    def save(self, path: str | PathLike[str], *, renderers: Sequence[Renders] = ()) -> Path:
        """Render and write a file; the suffix decides how. The file is there whole or not at all.

        Args:
            path: Target, for example ``stellen.html``. A file that is there is replaced.
            renderers: Renderers beyond those of the document.

        Returns:
            The path that was written.

        Raises:
            WrongUse: There is no renderer for the suffix.
            Unavailable: The target cannot be written.
        """
        target = Path(path)
        write_atomically(target, self._rendered(target.suffix, renderers))
        return target

    def _rendered(self, suffix: str, more: Sequence[Renders]) -> bytes:
        known = (*self.renderers, *more)
        wanted = suffix.lower()
        for renderer in known:
            if renderer.suffix == wanted:
                return renderer.render(self)
        suffixes = ", ".join(dict.fromkeys(renderer.suffix for renderer in known)) or "keine"
        raise WrongUse(
            f"Für die Endung »{suffix}« gibt es keine Ausgabe. Möglich sind: {suffixes}.", suffix=suffix, known=suffixes
        )
