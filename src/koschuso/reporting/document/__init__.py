"""What a report says, as data: sections of text, lists, figures, tables and charts, without any layout.

Renderers turn a `Document` into HTML, CSV, Markdown and whatever plugins add. Values stay exact in here: a sum of VZÄ is
a `Fraction` and is rounded once, when it is written (domain.md 2.5). Unknown is `Sign.UNKNOWN`, never 0.

Reports hand over numbers about people as `Count`, `Share`, `Mean`, `Difference` and `Sentence`
(`koschuso.reporting.guarded`), and places for the office's words as `Slot`. `make_document` decides what may be shown and
fills the places: a finished document holds plain values and `Prose`, and refuses everything else.
"""

from __future__ import annotations

from koschuso.reporting.document.blocks import Block, Figure, Figures, Item, Listing, Text, TextStyle
from koschuso.reporting.document.charts import Chart, ChartKind, Series
from koschuso.reporting.document.finished import Document, Missing, Section
from koschuso.reporting.document.prose import Paragraph, Points, Prose, Slot, Span
from koschuso.reporting.document.tables import Column, ColumnType, Table
from koschuso.reporting.document.values import Cell, Sign, Value

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
