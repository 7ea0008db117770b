"""Writes XLSX: one sheet for each kind, typed cells, the same bytes for the same records.

The parts are written directly: a text is a text by its type, whatever it begins with, so no cell can become a formula;
no clock and no random number goes in; and a sheet of 50,000 rows takes seconds. Characters that XML cannot carry are
written in the way that the format itself has for them (ECMA-376-1, 22.9.2.19: ``_x0007_``), so nothing is lost.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import attrs

from koschuso.interchange.table.cells import Cell, german, protected

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MAX_CELL", "Sheet", "cut", "unescaped", "write_workbook"]

MAX_CELL: Final = 32_767
"""Characters of one cell; Excel takes no more."""

_FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
_EPOCH: Final = datetime(1899, 12, 30)
_FIRST_DAY: Final = date(1900, 3, 1)  # before it Excel counts a day that never was
_MOST_DIGITS: Final = 15
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DANGEROUS: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_HEADING, _TEXT, _QUOTED, _DAY, _MOMENT, _NUMBER = range(1, 7)
_ROWS_AT_ONCE: Final = 500

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@attrs.frozen(kw_only=True)
class Sheet:
    """One sheet.

    Attributes:
        title: Its name, at most 31 characters.
        headings: The first row.
        widths: Width of each column in characters.
        rows: The other rows.
    """

    title: str
    headings: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]]


def write_workbook(sheets: Sequence[Sheet], *, created: datetime, title: str = "") -> bytes:
    """Write a workbook.

    Args:
        sheets: At least one.
        created: The moment that the file names as that of its making, in UTC.
        title: Title of the whole.
    """
    buffer = io.BytesIO()
    numbers = range(1, len(sheets) + 1)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in (
            ("[Content_Types].xml", _content_types(numbers)),
            ("_rels/.rels", _root_relations()),
            ("docProps/core.xml", _core(created, title)),
            ("xl/workbook.xml", _workbook(sheets)),
            ("xl/_rels/workbook.xml.rels", _workbook_relations(numbers)),
            ("xl/styles.xml", _styles()),
        ):
            archive.writestr(_info(name), text)
        for number, sheet in zip(numbers, sheets, strict=True):
            with archive.open(_info(f"xl/worksheets/sheet{number}.xml"), "w") as file:
                for block in _sheet(sheet, first=number == 1):
                    file.write(block.encode())
    return buffer.getvalue()


def cut(text: str) -> str:
    """Give as much of a text as a cell takes."""
    return text[:MAX_CELL]


def unescaped(text: str) -> str:
    """Give the text that stands in a cell: ``_x0041_`` is one character.

    >>> unescaped("Bl_x0061_tt"), unescaped("_x005F_x0041_")
    ('Blatt', '_x0041_')
    """
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


# -- cells -----------------------------------------------------------------------------------------------------------------


def _sheet(sheet: Sheet, *, first: bool) -> Iterator[str]:
    letters = [_letters(number) for number in range(len(sheet.headings))]
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView {"tabSelected=" if first else ""}'
    yield ('"1" ' if first else "") + 'workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for number, width in enumerate(sheet.widths, start=1):
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    heads = "".join(
        f'<c r="{letter}1" {_inline(text, _HEADING)}' for letter, text in zip(letters, sheet.headings, strict=True)
    )
    yield f'<row r="1">{heads}</row>'
    block: list[str] = []
    number = 1
    for number, row in enumerate(sheet.rows, start=2):
        block.append(f'<row r="{number}">')
        block += [
            f'<c r="{letter}{number}" {_cell(cell)}'
            for letter, cell in zip(letters, row, strict=True)
            if cell not in (None, "")
        ]
        block.append("</row>")
        if number % _ROWS_AT_ONCE == 0:
            yield "".join(block)
            block = []
    yield "".join(block)
    yield f'</sheetData><autoFilter ref="A1:{letters[-1]}{number}"/></worksheet>'


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return _inline(cut(protected(cell)), _QUOTED if _DANGEROUS.match(cell) else _TEXT)
    if isinstance(cell, date):
        return _day(cell)
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    if len(text.strip("-0.").replace(".", "")) > _MOST_DIGITS:
        return _inline(german(cell), _TEXT)
    return f's="{_NUMBER}"><v>{text}</v></c>'


def _day(cell: date) -> str:
    """Write a day or moment as a number of days, as text where a spreadsheet cannot tell it exactly."""
    moment = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
    if moment.date() < _FIRST_DAY or moment.microsecond:
        return _inline(german(cell), _TEXT)
    passed = moment - _EPOCH
    if moment is cell:
        return f's="{_MOMENT}"><v>{passed.days + passed.seconds / 86_400!r}</v></c>'
    return f's="{_DAY}"><v>{passed.days}</v></c>'


def _inline(text: str, style: int) -> str:
    if "_x" in text or not text.isprintable():
        text = _ILLEGAL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return f's="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _letters(number: int) -> str:
    """Name a column, counted from 0.

    >>> _letters(0), _letters(25), _letters(26), _letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


# -- parts -----------------------------------------------------------------------------------------------------------------


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIRST_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = _UNIX
    info.external_attr = _REGULAR_FILE
    return info


def _content_types(numbers: range) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_SPREADSHEET}.worksheet+xml"/>'
        for number in numbers
    )
    return (
        f'{_XML}<Types xmlns="{_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SPREADSHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SPREADSHEET}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f"{sheets}</Types>"
    )


def _root_relations() -> str:
    return (
        f'{_XML}<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>"
    )


def _core(created: datetime, title: str) -> str:
    moment = f"{created:%Y-%m-%dT%H:%M:%SZ}"
    clean = escape(_ILLEGAL.sub("", title))
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{clean}</dc:title><dc:creator>koschuso</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>'
    )


def _workbook(sheets: Sequence[Sheet]) -> str:
    entries = "".join(
        f'<sheet name="{escape(sheet.title)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, start=1)
    )
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>'


def _workbook_relations(numbers: range) -> str:
    sheets = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    styles = f'<Relationship Id="rId{len(numbers) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return f'{_XML}<Relationships xmlns="{_RELATIONS}">{sheets}{styles}</Relationships>'


def _styles() -> str:
    """Describe the six styles of the cells, in the order of their numbers."""
    cells = (
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    )
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/>'
        '<numFmt numFmtId="165" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="7">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Standard" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
