"""XLSX: the tables of a report as sheets to calculate with: typed cells, codes as text, one sheet for each table.

A text is a text by its type and is marked as such, whatever it begins with, so no cell can become a formula. Numbers are
unrounded and shown rounded. The moments that the file names are those of the data. Needs openpyxl of the extra
``berichte``.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from koschuso.reporting.document import Chart, Column, ColumnType, Figures, Listing, Prose, Sign, Table, Text
from koschuso.reporting.german import cell_text
from koschuso.reporting.renderers.packing import repacked
from koschuso.reporting.renderers.stated import INTERNAL, INTERNAL_NOTE, clean, closing_notes, facts
from koschuso.reporting.renderers.words import listed, prose_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.reporting.document import Cell, Document, Section

__all__ = ["render", "sheet_name"]

_ACCENT, _SOFT, _WARN, _TINT = "FF14506E", "FF51606E", "FF7A1F12", "FFF3F6F8"
_RULE: Final = Side(style="thin", color=_ACCENT)
_FONT: Final = "Calibri"
_BOLD: Final = Font(name=_FONT, size=11, bold=True)
_SMALL: Final = Font(name=_FONT, size=11, color=_SOFT)
_NOTE: Final = Font(name=_FONT, size=10, color=_SOFT)
_TITLE: Final = Font(name=_FONT, size=16, bold=True, color=_ACCENT)
_CAPTION: Final = Font(name=_FONT, size=12, bold=True, color=_ACCENT)
_LINK: Final = Font(name=_FONT, size=11, color=_ACCENT, underline="single")
_MARK: Final = Font(name=_FONT, size=11, bold=True, color="FFFFFFFF")
_TOP: Final = Alignment(vertical="top", wrap_text=True)
_ONE_LINE: Final = Alignment(vertical="top")
_RIGHT: Final = Alignment(vertical="top", horizontal="right")
_HEAD: Final = Alignment(vertical="bottom", wrap_text=True)
_HEAD_RIGHT: Final = Alignment(vertical="bottom", horizontal="right", wrap_text=True)
_MOST_DIGITS: Final = 15  # Excel keeps no more
_LONGEST_CELL: Final = 32_767
_LONGEST_NAME: Final = 31
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED: Final = frozenset({"history", "verlauf"})
_FIRST_DAY: Final = date(1900, 3, 1)  # before it Excel counts a day that never was
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_WIDEST, _NARROWEST = 48, 9  # characters of a column
_NAMES_WIDTH, _TEXTS_WIDTH = 30, 92
_LINE: Final = 15.0  # points
_OVERVIEW: Final = "Übersicht"


def render(document: Document) -> bytes:
    """Render a document as XLSX."""
    book = Workbook()
    recorded = document.as_of
    moment = (recorded.astimezone(UTC).replace(tzinfo=None) if recorded.tzinfo else recorded).replace(microsecond=0)
    properties = book.properties
    properties.title, properties.subject = clean(document.title)[:255], clean(document.period)[:255]
    properties.creator = properties.lastModifiedBy = clean(document.office)[:255]
    properties.language = "de-DE"
    properties.created = moment
    overview = book.active
    if overview is None:
        raise AssertionError("a new workbook has a sheet")
    overview.title = _OVERVIEW
    taken = {_OVERVIEW.casefold()}
    sheets: list[tuple[str, Table]] = []
    for table in _tables(document):
        name = sheet_name(table, taken)
        taken.add(name.casefold())
        sheets.append((name, table))
        _fill(book.create_sheet(name), table, document)
    _fill_overview(overview, document, sheets)
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    # openpyxl puts the time of saving there, whatever it was given.
    with ZipFile(io.BytesIO(data)) as archive:
        core = archive.read("docProps/core.xml")
    stamped = _MODIFIED.sub(rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode() + rb"\g<2>", core)
    return repacked(data, replaced={"docProps/core.xml": stamped})


def sheet_name(table: Table, taken: set[str]) -> str:
    """Name the sheet of a table: its title, as much of it as fits; each name once.

    Args:
        table: The table.
        taken: Names that are taken, folded to lower case.
    """
    title = " ".join(_NOT_IN_NAMES.sub(" ", clean(table.title)).split()).strip("' ")
    wanted = title.replace("Daten zum Diagramm ", "Diagramm ", 1) or table.key
    if len(wanted) > _LONGEST_NAME:
        cut = wanted[: _LONGEST_NAME - 1]
        wanted = f"{cut.rpartition(' ')[0] or cut}…"
    name, number = wanted, 1
    while name.casefold() in taken or name.casefold() in _RESERVED:
        number += 1
        name = f"{wanted[: _LONGEST_NAME - len(str(number)) - 3].rstrip('… ')} ({number})"
    return name


def _tables(document: Document) -> Iterator[Table]:
    """Yield what gets a sheet: tables, the values behind charts, and the summary figures of a chapter as one table."""
    for number, block in enumerate(document.blocks(), start=1):
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Chart):
            if block.categories:
                yield block.table()
        elif isinstance(block, Figures) and block.items:
            yield Table(
                key=f"kennzahlen-{number}",
                title="Kennzahlen",
                columns=(
                    Column(title="Kennzahl", header=True),
                    Column(title="Wert", type=ColumnType.NUMBER, digits=max(item.digits for item in block.items)),
                    Column(title="Einheit"),
                    Column(title="Anmerkung"),
                ),
                rows=tuple((item.label, item.value, item.shown_unit, item.note) for item in block.items),
            )


# -- the first sheet -----------------------------------------------------------------------------------------------------


def _fill_overview(sheet: Any, document: Document, sheets: Sequence[tuple[str, Table]]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _NAMES_WIDTH, _TEXTS_WIDTH
    sheet.sheet_view.showGridLines = False
    rows = _Rows(sheet)
    if document.internal:
        rows.put(INTERNAL, INTERNAL_NOTE, font=_MARK, fill=_WARN)
    rows.put(document.title, font=_TITLE, wrap=False)
    rows.skip()
    for name, value in facts(document):
        rows.put(name, value)
    if sheets:
        rows.heading("Tabellen in dieser Datei")
        for name, table in sheets:
            row = rows.put(name, table.title)
            cell = sheet.cell(row=row, column=1)
            quoted = name.replace("'", "''")
            cell.hyperlink = f"#'{quoted}'!A1"
            cell.font = _LINK
    for section in document.sections:
        lines = tuple(_words(section, 0))
        if lines:
            rows.heading("")
            for left, right in lines:
                rows.put(left, right, font=_BOLD if left and not right else None, wrap=bool(right))
    rows.heading("Hinweise")
    for name, note in closing_notes(document):
        rows.put(name, note)
    rows.heading("Zeichen")
    for sign in Sign:
        rows.put(sign.value, sign.meaning)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "portrait", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


class _Rows:
    """Writes a sheet of two columns from the top down."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._row = 0

    def skip(self) -> None:
        self._row += 1

    def heading(self, text: str) -> None:
        self.skip()
        if text:
            self.put(text, font=_CAPTION, wrap=False)

    def put(self, left: str, right: str = "", *, font: Font | None = None, fill: str = "", wrap: bool = True) -> int:
        self._row += 1
        for column, text in ((1, left), (2, right)):
            if text:
                cell = _put_text(self._sheet, self._row, column, text)
                cell.alignment = _TOP if wrap else _ONE_LINE
                if font is not None:
                    cell.font = font
                elif column == 1:
                    cell.font = _SMALL
            if fill:
                self._sheet.cell(row=self._row, column=column).fill = PatternFill("solid", fgColor=fill)
        if wrap:
            lines = max(_lines(left, _NAMES_WIDTH), _lines(right, _TEXTS_WIDTH))
            if lines > 1:
                self._sheet.row_dimensions[self._row].height = lines * _LINE
        elif font is _TITLE:
            self._sheet.row_dimensions[self._row].height = 2 * _LINE
        return self._row


def _lines(text: str, width: int) -> int:
    """Estimate how many lines a text takes: programs that open the file do not all work that out."""
    return sum(-(-max(len(line), 1) // width) for line in text.split("\n"))


def _words(section: Section, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the texts of a chapter, which have no sheet of their own; nothing for a chapter of tables only."""
    lines: list[tuple[str, str]] = []
    for block in section.blocks:
        if isinstance(block, Text):
            lines += [("", text) for text in block.paragraphs if text.strip()]
        elif isinstance(block, Listing):
            lines += [("", line) for line in listed(block)]
        elif isinstance(block, Prose):
            lines += [("", line) for line in prose_lines(block)]
        elif isinstance(block, Chart):
            lines += [("", f"{block.title}: {block.description}".rstrip(": "))]
    for part in section.sections:
        lines += _words(part, depth + 1)
    if lines or section.title:
        yield (section.title, "")
    yield from lines


# -- the other sheets ----------------------------------------------------------------------------------------------------


def _fill(sheet: Any, table: Table, document: Document) -> None:
    """Write a table: its title, the headings, which stay in sight, the rows, the totals and the notes."""
    columns = table.columns
    title = _put_text(sheet, 1, 1, table.title)
    title.font = _CAPTION
    about = " · ".join(
        text for text in (INTERNAL if document.internal else "", document.office, document.period) if text
    )
    if about:
        _put_text(sheet, 2, 1, about).font = _SMALL
    widths = tuple(_widths(table))
    sheet.row_dimensions[3].height = _LINE * max(
        _lines(column.heading, int(width)) for column, width in zip(columns, widths, strict=True)
    )
    for number, column in enumerate(columns, start=1):
        cell = _put_text(sheet, 3, number, column.heading)
        cell.font, cell.border = _BOLD, Border(bottom=_RULE)
        cell.fill = PatternFill("solid", fgColor=_TINT)
        cell.alignment = _HEAD_RIGHT if column.type.numeric else _HEAD
    row = 3  # headings
    for row, values in enumerate(table.rows, start=4):
        for number, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
            _put(sheet, row, number, value, column)
    if not table.rows:
        row += 1
        _put_text(sheet, row, 1, table.empty)
    else:
        sheet.auto_filter.ref = f"A3:{get_column_letter(len(columns))}{row}"
    if table.totals is not None:
        row += 1
        for number, (column, value) in enumerate(zip(columns, table.totals, strict=True), start=1):
            cell = _put(sheet, row, number, value, column)
            cell.font, cell.border = _BOLD, Border(top=_RULE)
    row += 1
    for note in table.notes:
        row += 1
        _put_text(sheet, row, 1, note).font = _NOTE
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    names = next((number for number, column in enumerate(columns, start=1) if not column.header), 1)
    sheet.freeze_panes = f"{get_column_letter(min(names, 3))}4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put(sheet: Any, row: int, number: int, value: Cell, column: Column) -> Any:
    if isinstance(value, int | Decimal | Fraction):
        return _put_number(sheet, row, number, value, column)
    if isinstance(value, date) and value >= _FIRST_DAY:
        cell = sheet.cell(row=row, column=number)
        cell.value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
        cell.number_format = "dd.mm.yyyy"
        cell.alignment = _TOP
        return cell
    cell = _put_text(sheet, row, number, cell_text(value, column))
    cell.alignment = _RIGHT if column.type.numeric else _TOP
    return cell


def _put_number(sheet: Any, row: int, number: int, value: int | Decimal | Fraction, column: Column) -> Any:
    digits = column.digits if column.type is ColumnType.NUMBER and not isinstance(value, int) else 0
    exact = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(value)
    if not exact.is_finite() or len(str(abs(int(exact)))) + digits > _MOST_DIGITS:
        cell = _put_text(sheet, row, number, cell_text(value, column))
        cell.alignment = _RIGHT
        return cell
    cell = sheet.cell(row=row, column=number)
    cell.value = value if isinstance(value, int) else float(exact)
    shown = "#,##0" + ("." + "0" * digits if digits else "")
    cell.number_format = f"+{shown};-{shown};{shown}" if column.change else shown
    cell.alignment = _RIGHT
    return cell


def _put_text(sheet: Any, row: int, column: int, text: str) -> Any:
    """Write a text that no program takes for a formula, a number or an error."""
    cell = sheet.cell(row=row, column=column)
    cell.value = clean(text)[:_LONGEST_CELL]
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def _widths(table: Table) -> Iterator[int]:
    shown = (*table.rows, *(() if table.totals is None else (table.totals,)))
    for number, column in enumerate(table.columns):
        word = max((len(piece) + 2 for piece in column.heading.split()), default=0)
        longest = max((len(cell_text(row[number], column)) for row in shown), default=0)
        yield max(_NARROWEST, min(max(word, longest) + 3, _WIDEST))
