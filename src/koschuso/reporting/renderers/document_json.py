"""JSON: a whole report as data for other programs, with exact numbers; docs/reference/document-json.md describes it.

Nothing is rounded away: a number that has no finite decimal form is given as a fraction, with its rounded value beside
it as people see it.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from koschuso.reporting.document import (
    Chart,
    Column,
    ColumnType,
    Figures,
    Listing,
    Paragraph,
    Points,
    Prose,
    Sign,
    Table,
    Text,
)
from koschuso.reporting.german import cell_text
from koschuso.reporting.renderers.stated import INTERNAL, encodable

if TYPE_CHECKING:
    from koschuso.reporting.document import Block, Cell, Document, Item, Section

__all__ = ["FORMAT", "VERSION", "render", "to_json"]

FORMAT: Final = "koschuso-document"
"""What the member ``format`` says."""

VERSION: Final = 1
"""Version of the form; it rises when a member changes its meaning or goes away, not when one is added."""


def render(document: Document) -> bytes:
    """Render a document as JSON in UTF-8."""
    text = json.dumps(to_json(document), ensure_ascii=False, indent=2, allow_nan=False)
    return (encodable(text) + "\n").encode("utf-8")


def to_json(document: Document) -> dict[str, Any]:
    """Give a document as JSON values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": document.title,
        "report": document.report,
        "office": document.office,
        "scope": document.scope,
        "period": document.period,
        "as_of": document.as_of.isoformat(),
        "created": None if document.created is None else document.created.isoformat(),
        "audience": document.audience,
        "audience_label": document.audience_label,
        "internal": document.internal,
        "mark": INTERNAL if document.internal else "",
        "sections": [_section(section) for section in document.sections],
        "missing": [{"what": gap.what, "count": _value(gap.count, _COUNT)} for gap in document.missing],
        "suppressed": document.suppressed,
        "suppression_note": document.suppression_note,
        "notes": list(document.notes),
        "signs": {sign.name.lower(): {"sign": sign.value, "meaning": sign.meaning} for sign in Sign},
    }


_COUNT: Final = Column(title="", type=ColumnType.COUNT)


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "blocks": [_block(block) for block in section.blocks],
        "sections": [_section(part) for part in section.sections],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"type": "text", "style": block.style.value, "paragraphs": list(block.paragraphs)}
    if isinstance(block, Prose):
        return {"type": "prose", "key": block.key, "parts": [_part(part) for part in block.parts]}
    if isinstance(block, Listing):
        return {"type": "list", "ordered": block.ordered, "items": [_item(item) for item in block.items]}
    if isinstance(block, Figures):
        return {
            "type": "figures",
            "items": [
                {
                    "label": figure.label,
                    "value": _value(figure.value, Column(title="", type=ColumnType.NUMBER, digits=figure.digits)),
                    "unit": figure.shown_unit,
                    "note": figure.note,
                }
                for figure in block.items
            ],
        }
    return _table(block) if isinstance(block, Table) else _chart(block)


def _table(table: Table) -> dict[str, Any]:
    return {
        "type": "table",
        "key": table.key,
        "title": table.title,
        "columns": [
            {
                "title": column.title,
                "type": column.type.value,
                "unit": column.unit,
                "digits": column.digits,
                "header": column.header,
                "group": column.group,
                "total": column.total,
                "change": column.change,
            }
            for column in table.columns
        ],
        "rows": [_row(row, table.columns) for row in table.rows],
        "totals": None if table.totals is None else _row(table.totals, table.columns),
        "notes": list(table.notes),
        "empty": table.empty,
    }


def _row(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> list[Any]:
    return [_value(value, column) for value, column in zip(row, columns, strict=True)]


def _chart(chart: Chart) -> dict[str, Any]:
    column = Column(title="", type=ColumnType.COUNT if chart.digits == 0 else ColumnType.NUMBER, digits=chart.digits)
    return {
        "type": "chart",
        "kind": chart.kind.value,
        "key": chart.key,
        "title": chart.title,
        "description": chart.description,
        "category_title": chart.category_title,
        "categories": list(chart.categories),
        "series": [
            {"name": series.name, "values": [_value(value, column) for value in series.values]}
            for series in chart.series
        ],
        "unit": chart.unit,
        "digits": chart.digits,
    }


def _item(item: Item) -> dict[str, Any]:
    return {"lead": item.lead, "text": item.text, "items": [_item(inner) for inner in item.items]}


def _part(part: Paragraph | Points) -> dict[str, Any]:
    if isinstance(part, Paragraph):
        return {
            "type": "paragraph",
            "spans": [
                {"text": span.text, "strong": span.strong, "emphasis": span.emphasis, "link": span.link}
                for span in part.spans
            ],
        }
    return {
        "type": "list",
        "ordered": part.ordered,
        "items": [[_part(inner) for inner in item] for item in part.items],
    }


def _value(value: Cell, column: Column) -> Any:
    """Give a value: what JSON knows as itself, everything else as an object that names its kind."""
    if isinstance(value, Sign):
        return {"sign": value.name.lower(), "shown": value.value}
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, date):
        return {"date": value.isoformat()}
    shown = cell_text(value, column, grouped=False).replace(",", ".")
    if isinstance(value, Fraction):
        return {"fraction": f"{value.numerator}/{value.denominator}", "shown": shown}
    return {"decimal": f"{Decimal(value):f}", "shown": shown}
