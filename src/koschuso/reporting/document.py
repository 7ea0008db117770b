"""What a report says, as data: sections of text, lists, figures, tables and charts, without any layout.

Renderers turn a `Document` into HTML, CSV, Markdown and whatever plugins add. Values stay exact in here: a sum of VZÄ is
a `Fraction` and is rounded once, when it is written (domain.md 2.5). Unknown is `Sign.UNKNOWN`, never 0.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import attrs

from koschuso.errors import WrongUse
from koschuso.files import write_atomically

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
    "Section",
    "Series",
    "Sign",
    "Table",
    "Text",
    "TextStyle",
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
    """

    title: str
    type: ColumnType = ColumnType.TEXT
    unit: str = ""
    digits: int = 2
    header: bool = False
    group: str = ""

    @property
    def heading(self) -> str:
        """Title and unit in one, for formats that have one line of headings."""
        title = f"{self.group}: {self.title}" if self.group else self.title
        return f"{title} ({self.unit})" if self.unit else title


@attrs.frozen(kw_only=True)
class Table:
    """A table.

    Attributes:
        key: Short key, unique in the document: anchor in HTML, sheet name in XLSX.
        title: Caption.
        columns: The columns.
        rows: The rows, each with one value for each column.
        totals: Last row. It holds its own exact sums, because sums of rounded values would be wrong.
        notes: What a reader has to know about this table.
        empty: The sentence that stands in place of a table without rows.

    Raises:
        WrongUse: A row has more or fewer values than there are columns, or the key could not be an anchor.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...] | None = None
    notes: tuple[str, ...] = ()
    empty: str = "Dazu liegen keine Angaben vor."

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


class ChartKind(StrEnum):
    """How a chart is drawn."""

    BAR = "bar"
    STACKED_BAR = "stacked_bar"
    LINE = "line"


@attrs.frozen(kw_only=True)
class Series:
    """A series of a chart: one value for each category; a `Sign` is drawn as a gap."""

    name: str
    values: tuple[Cell, ...]


@attrs.frozen(kw_only=True)
class Chart:
    """A chart as data, never as a picture.

    Attributes:
        key: Short key, unique in the document.
        title: What is shown.
        description: What can be seen in it, in one or two sentences, for people who do not see it.
        kind: How it is drawn.
        categories: What the bars or points stand for.
        category_title: Heading of the categories in the table behind the chart.
        series: The series; several for stacked bars and lines.
        unit: Unit of the values.
        digits: Decimal places.

    Raises:
        WrongUse: A series has more or fewer values than there are categories, or the key could not be an anchor.
    """

    key: str
    title: str
    description: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    kind: ChartKind = ChartKind.BAR
    category_title: str = ""
    unit: str = ""
    digits: int = 2

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

    paragraphs: tuple[str, ...]
    style: TextStyle = TextStyle.BODY


@attrs.frozen
class Item:
    """An entry of a list, with entries below it."""

    text: str
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
    value: Cell
    unit: str = ""
    digits: int = 2
    note: str = ""

    @property
    def shown_unit(self) -> str:
        """The unit where there is a number that it can belong to."""
        return "" if isinstance(self.value, Sign) else self.unit


@attrs.frozen(kw_only=True)
class Figures:
    """Summary figures that stand together (Kacheln)."""

    items: tuple[Figure, ...]


Block = Text | Listing | Figures | Table | Chart
"""What a section is made of."""


@attrs.frozen(kw_only=True)
class Section:
    """A chapter: a heading, blocks and chapters below it."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@attrs.frozen(kw_only=True)
class Missing:
    """How often a value that belongs into the report is not known."""

    what: str
    count: int


def _those_missing(values: Iterable[Missing]) -> tuple[Missing, ...]:
    return tuple(value for value in values if value.count > 0)


class Renders(Protocol):
    """What turns a document into bytes; `koschuso.reporting.Renderer` is the implementation."""

    @property
    def suffix(self) -> str:
        """Suffix of the files with its dot, in lower case."""

    @property
    def render(self) -> Callable[[Document], bytes]:
        """Gives the same bytes for the same document."""


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
