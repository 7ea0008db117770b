"""CSV as a German Excel opens it: ``;``, UTF-8 with BOM, CRLF, decimal comma, and no cell that runs as a formula.

A document becomes one file: what it states about itself, then table after table, parted by an empty line. Summary
figures and the values of charts are written as tables.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from koschuso.reporting.document import Chart, Column, ColumnType, Figures, Sign, Table
from koschuso.reporting.german import cell_text, figure_text
from koschuso.reporting.renderers.stated import INTERNAL, INTERNAL_NOTE, count_text, encodable, facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.reporting.document import Cell, Document

__all__ = ["guarded", "render", "render_table"]

_BOM = "\ufeff"
# What spreadsheets take for the begin of a formula, also full-width and behind blanks.
_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@\uff0b\uff0d\uff1d\uff20]|[\t\r\n]")
_CODE = re.compile(r"[0-9A-Za-z./_-]+")
# Excel drops leading zeros, reads 1E5 as a number and knows 15 digits only.
_MISREAD = re.compile(r"0\d.*|\d+[eE]\d+|\d{16,}|\d+[-./]\d+.*")


def render(document: Document) -> bytes:
    """Render a document as CSV."""
    rows: list[list[str]] = [["Bericht", guarded(document.title)]]
    if document.internal:
        rows.append([INTERNAL, INTERNAL_NOTE])
    rows.extend([name, guarded(value)] for name, value in facts(document))
    for block in document.blocks():
        if isinstance(block, Table):
            rows.extend(([], *_lines(block)))
        elif isinstance(block, Chart):
            rows.extend(([], *_lines(block.table())))
        elif isinstance(block, Figures):
            rows.extend(([], ["Kennzahl", "Wert", "Einheit", "Anmerkung"]))
            rows.extend(
                [
                    guarded(item.label),
                    _value(figure_text(item), item.value),
                    guarded(item.shown_unit),
                    guarded(item.note),
                ]
                for item in block.items
            )
    rows.extend(([], ["Fehlende Angaben", "Anzahl"]))
    rows.extend([guarded(gap.what), count_text(gap, grouped=False)] for gap in document.missing)
    if not document.missing:
        rows.append(["keine", "0"])
    rows.append([])
    if document.suppressed:
        rows.append(["Unterdrückte Werte", str(document.suppressed)])
    notes = (document.suppression_note, *document.notes)
    rows.extend(["Hinweis", guarded(note)] for note in notes if note)
    rows.extend(["Zeichen", sign.value, sign.meaning] for sign in Sign)
    return _encode(rows)


def render_table(table: Table) -> bytes:
    """Render one table alone: a line of headings, the rows and the totals."""
    return _encode(list(_lines(table))[1:])


def guarded(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula: it gets an apostrophe in front.

    >>> guarded("=HYPERLINK(1)"), guarded("Grundschule")
    ("'=HYPERLINK(1)", 'Grundschule')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _lines(table: Table) -> Iterator[list[str]]:
    yield [guarded(table.title)]
    yield [guarded(column.heading) for column in table.columns]
    for row in table.rows:
        yield [_cell(value, column) for value, column in zip(row, table.columns, strict=True)]
    if not table.rows:
        yield [guarded(table.empty)]
    if table.totals is not None:
        yield [_cell(value, column) for value, column in zip(table.totals, table.columns, strict=True)]
    for note in table.notes:
        yield [guarded(note)]


def _cell(value: Cell, column: Column) -> str:
    text = cell_text(value, column, grouped=False)
    if column.type is ColumnType.CODE and isinstance(value, str):
        return _code(text)
    return _value(text, value)


def _value(text: str, value: Cell) -> str:
    """Guard what is text; a negative number is a number."""
    return guarded(text) if isinstance(value, str) else text


def _code(text: str) -> str:
    """Write a code so that it stays text: one that Excel would misread is given as a constant of type text.

    The form ``="05974"`` is what Excel and LibreOffice read as text; it is only used for letters, digits, dots, slashes and dashes.
    """
    return f'="{text}"' if _CODE.fullmatch(text) and _MISREAD.fullmatch(text) else guarded(text)


def _encode(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    return (_BOM + encodable(out.getvalue())).encode("utf-8")
