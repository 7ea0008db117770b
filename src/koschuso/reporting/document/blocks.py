"""What a section is made of beside tables and charts: text, lists and summary figures."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.reporting.document.charts import Chart
from koschuso.reporting.document.prose import Prose
from koschuso.reporting.document.tables import Table
from koschuso.reporting.document.values import Cell, Sign, as_cell, as_text, as_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Block", "Figure", "Figures", "Item", "Listing", "Text", "TextStyle", "values_in"]


class TextStyle(StrEnum):
    """What a text is: part of the report or a remark about it."""

    BODY = "body"
    NOTE = "note"


@attrs.frozen(kw_only=True)
class Text:
    """Paragraphs of plain text."""

    paragraphs: tuple[str, ...] = attrs.field(converter=as_texts)
    style: TextStyle = TextStyle.BODY


@attrs.frozen
class Item:
    """An entry of a list, with entries below it."""

    text: str = attrs.field(converter=as_text)
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
    value: Cell = attrs.field(converter=as_cell)
    unit: str = ""
    digits: int = 2
    note: str = attrs.field(default="", converter=as_text)

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


def values_in(block: Block) -> Iterator[Any]:
    """Yield every value and text of a block about which a report may leave it open whether it is shown, in order."""
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
        yield from _texts_of(block.items)


def _texts_of(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        yield item.text
        yield from _texts_of(item.items)
