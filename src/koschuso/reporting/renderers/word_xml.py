"""The pieces of a Word document as text of WordprocessingML: runs, paragraphs, fields, links and tables.

Written as text and parsed once for each block, because building tables cell by cell takes a multiple of the time. Every
text is escaped here and nowhere else; every look comes from the styles of ``templates/word-styles.xml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from koschuso.reporting.german import cell_text, figure_text
from koschuso.reporting.renderers.paper import SOFT_HYPHEN, breakable, upright_heads
from koschuso.reporting.renderers.stated import clean, link_target

if TYPE_CHECKING:
    from koschuso.reporting.document import Cell, Column, Figure, Figures, Paragraph, Table

__all__ = [
    "NAMESPACES",
    "LinkTo",
    "bookmark",
    "cards",
    "contents_entry",
    "field",
    "paragraph",
    "run",
    "spans",
    "table",
    "tiles",
]

NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
"""Declarations for the element that goes into a document."""

LinkTo = Callable[[str], str]
"""Makes a relation to an address outside the document and gives its id."""

_BREAK: Final = {"\n": "<w:br/>", "\t": "<w:tab/>", SOFT_HYPHEN: "<w:softHyphen/>"}
_BREAKS: Final = re.compile(f"([\n\t{SOFT_HYPHEN}])")
_TILES_IN_ROW: Final = 5
_TILES_OF_FOUR: Final = (4, 7, 8)  # figures that are laid out by fours
_CARDS_IN_ROW: Final = 2
_CARD_WIDTH, _CARD_HEIGHT = 4819, 3118  # 85 × 55 mm, in twentieths of a point
_KEPT_TOGETHER: Final = 12  # rows; a longer table may go on on the next page
_KEPT_AT_ENDS: Final = 2  # rows that never stand alone on a page
_LETTER: Final = {"Tabelle": 100, "TabelleEng": 84, "TabelleSehrEng": 68}  # twentieths of a point, on average
_ROOM: Final = 3  # characters: the margins of a cell, and bold letters are wider
_LEAST, _LONGEST_HEAD, _LONGEST_WORD, _WIDEST = 4, 24, 15, 42  # characters of a column; longer words are hyphenated
_TINY_FROM: Final = 15  # columns; below, words are broken rather than set in the smallest letters
_AIR: Final = 1.3  # a table that needs less than the page is so much wider than it must be
_NARROWEST: Final = 0.5  # of the page
_HIGHEST_HEAD: Final = 22  # characters of an upright heading; a longer one has several lines
_LOWEST_HEAD, _HEAD_MARGINS = 700, 120  # twentieths of a point


def run(text: str, *, style: str = "") -> str:
    """Write a piece of text in one look; line breaks and tabs stay what they are."""
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    # Tabs, line breaks and places to break a word are elements; Word would show the characters as something else.
    pieces = _BREAKS.split(clean(text).replace("\r\n", "\n").replace("\r", "\n"))
    inner = "".join(
        _BREAK.get(piece) or f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in pieces if piece
    )
    return f"<w:r>{look}{inner}</w:r>"


def paragraph(
    inner: str, *, style: str, numbering: tuple[int, int] | None = None, keep: bool = False, page: bool = False
) -> str:
    """Write a paragraph.

    Args:
        inner: Its runs.
        style: Id of its style.
        numbering: Level (from 0) and number of the list that it belongs to.
        keep: Whether it stays on one page with the next one.
        page: Whether it begins on a new page.
    """
    level = f'<w:numPr><w:ilvl w:val="{numbering[0]}"/><w:numId w:val="{numbering[1]}"/></w:numPr>' if numbering else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{"<w:keepNext/>" if keep else ""}{"<w:pageBreakBefore/>" if page else ""}{level}</w:pPr>{inner}</w:p>'


def field(instruction: str, shown: str) -> str:
    """Write a field with the text that stands there until somebody updates it."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(shown)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def bookmark(number: int, name: str, inner: str) -> str:
    """Put a bookmark around runs."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{number}"/>'


def contents_entry(name: str, text: str) -> str:
    """Write a line of the table of contents: a link to a bookmark, and the page that it is on as a field."""
    page = field(f"PAGEREF {name} \\h", "")
    return f'<w:hyperlink w:anchor="{name}" w:history="1">{run(text)}{_TAB}{page}</w:hyperlink>'


_TAB: Final = "<w:r><w:tab/></w:r>"


def spans(text: Paragraph, link_to: LinkTo) -> str:
    """Write a paragraph of the office's own words."""
    written = []
    for span in text.spans:
        target = link_target(span.link)
        look = "Strong" if span.strong else "Emphasis" if span.emphasis else ""
        if target:
            written.append(f'<w:hyperlink r:id="{link_to(target)}">{run(span.text, style="Hyperlink")}</w:hyperlink>')
        elif span.strong and span.emphasis:
            written.append(run(span.text, style="Strong").replace("</w:rPr>", "<w:i/></w:rPr>", 1))
        else:
            written.append(run(span.text, style=look))
    return "".join(written)


# -- cards ---------------------------------------------------------------------------------------------------------------


def cards(figures: Figures) -> str:
    """Write cards to be cut out: two beside each other, 85 × 55 mm, with a dashed line around each."""
    line = "".join(
        f'<w:{side} w:val="dashed" w:sz="4" w:space="0" w:color="9AA5AE"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    items = figures.items
    rows = []
    for place in range(0, len(items), _CARDS_IN_ROW):
        pair = [*items[place : place + _CARDS_IN_ROW], None][:_CARDS_IN_ROW]
        inner = "".join(_card(item) for item in pair)
        rows.append(
            f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{_CARD_HEIGHT}" w:hRule="exact"/></w:trPr>{inner}</w:tr>'
        )
    return (
        f'<w:tbl {NAMESPACES}><w:tblPr><w:tblW w:w="{_CARDS_IN_ROW * _CARD_WIDTH}" w:type="dxa"/><w:tblBorders>{line}'
        '</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
        + f'<w:gridCol w:w="{_CARD_WIDTH}"/>' * _CARDS_IN_ROW
        + f"</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _card(figure: Figure | None) -> str:
    lines = (
        []
        if figure is None
        else [
            (figure.note, "Anmerkung", ""),
            (f"{figure_text(figure)} {figure.shown_unit}".rstrip(), "Stelle", '<w:sz w:val="36"/>'),
            (figure.label.strip(), "BodyText", ""),
        ]
    )
    centred = '<w:jc w:val="center"/>'
    written = "".join(
        paragraph(run(text), style=style)
        .replace("</w:pPr>", f"{centred}</w:pPr>", 1)
        .replace("<w:r>", f"<w:r><w:rPr>{look}</w:rPr>", 1)
        for text, style, look in lines
        if text
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_CARD_WIDTH}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"{written or paragraph('', style='BodyText')}</w:tc>"
    )


# -- figures -------------------------------------------------------------------------------------------------------------


def tiles(figures: Figures, *, width: int) -> str:
    """Write summary figures as tiles beside each other: value, name and what belongs to it, each in one cell.

    Args:
        figures: The figures.
        width: Width of the page between its margins, in twentieths of a point.
    """
    items = figures.items
    beside = 4 if len(items) in _TILES_OF_FOUR else 3 if len(items) in {6, 9} else min(len(items), _TILES_IN_ROW)
    one = width // beside
    rows = []
    for place in range(0, len(items), beside):
        line = [*items[place : place + beside], *[None] * beside][:beside]
        inner = "".join(_tile(item, one, keep=place + beside < len(items)) for item in line)
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{inner}</w:tr>")
    return (
        f'<w:tbl {NAMESPACES}><w:tblPr><w:tblStyle w:val="Kacheln"/><w:tblW w:w="{one * beside}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
        + f'<w:gridCol w:w="{one}"/>' * beside
        + f"</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _tile(figure: Figure | None, width: int, *, keep: bool) -> str:
    if figure is None:
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraph("", style="KachelName")}</w:tc>'
    unit = run(f" {figure.shown_unit}", style="Einheit") if figure.shown_unit else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{_TILE_LOOK}</w:tcPr>'
        f"{paragraph(run(figure_text(figure)) + unit, style='KachelWert', keep=keep)}"
        f"{paragraph(run(figure.label), style='KachelName', keep=keep)}"
        f"{paragraph(run(figure.note), style='KachelAnmerkung', keep=keep)}</w:tc>"
    )


# White lines to the sides and below keep the tiles apart.
_TILE_LOOK: Final = (
    '<w:tcBorders><w:top w:val="single" w:sz="18" w:space="0" w:color="14506E"/>'
    '<w:left w:val="single" w:sz="36" w:space="0" w:color="FFFFFF"/>'
    '<w:bottom w:val="single" w:sz="36" w:space="0" w:color="FFFFFF"/>'
    '<w:right w:val="single" w:sz="36" w:space="0" w:color="FFFFFF"/></w:tcBorders>'
    '<w:shd w:val="clear" w:color="auto" w:fill="F3F6F8"/>'
)


# -- tables --------------------------------------------------------------------------------------------------------------


def table(data: Table, *, width: int) -> str:
    """Write a table with its rows; the caption is a paragraph of its own.

    Args:
        data: The table.
        width: Width of the page between its margins, in twentieths of a point.
    """
    columns = data.columns
    together = len(data.rows) <= _KEPT_TOGETHER
    rows = [_texts(row, columns) for row in data.rows]
    totals = None if data.totals is None else _texts(data.totals, columns)
    upright = upright_heads(data)
    size, widths = _fitting(columns, [*rows, *([totals] if totals else [])], width, upright=upright)
    width = sum(widths)
    parts = [
        (
            f'<w:tbl {NAMESPACES}><w:tblPr><w:tblStyle w:val="Berichtstabelle"/><w:tblW w:w="{width}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/>'
            f'<w:tblLook w:val="{"0460" if totals else "0420"}" w:firstRow="1" w:lastRow="{int(totals is not None)}" '
            'w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f"<w:tblCaption w:val={quoteattr(clean(data.title))}/></w:tblPr><w:tblGrid>"
        ),
        *(f'<w:gridCol w:w="{one}"/>' for one in widths),
        "</w:tblGrid>",
        _group_row(columns, widths, size),
        _row([_heading(column) for column in columns], columns, widths, size, heading=True, keep=True, upright=upright),
    ]
    last = len(rows) - 1
    for number, row in enumerate(rows):
        near_an_end = number < _KEPT_AT_ENDS or number >= last - _KEPT_AT_ENDS
        keep = (together or near_an_end) and (number < last or totals is not None or bool(data.notes))
        parts.append(_row(row, columns, widths, size, keep=keep))
    if totals is not None:
        parts.append(_row(totals, columns, widths, size, bold=True, keep=bool(data.notes)))
    parts.append("</w:tbl>")
    return "".join(parts)


def _texts(row: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    return [cell_text(value, column) for value, column in zip(row, columns, strict=True)]


def _heading(column: Column) -> str:
    return f"{breakable(column.title)} ({column.unit})" if column.unit else breakable(column.title)


def _row(
    texts: Iterable[str],
    columns: Sequence[Column],
    widths: Sequence[int],
    size: str,
    *,
    heading: bool = False,
    keep: bool = False,
    bold: bool = False,
    upright: bool = False,
) -> str:
    texts = tuple(texts)
    look = "Strong" if heading or bold else ""
    kept = "<w:keepNext/>" if keep else ""
    bottom = '<w:vAlign w:val="bottom"/>' if heading else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{_TURNED if upright and column.type.numeric else ""}{bottom}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{size}{"Zahl" if column.type.numeric and not upright else "Text"}"/>{kept}</w:pPr>'
        f"{run(text, style=look)}</w:p></w:tc>"
        for text, column, width in zip(texts, columns, widths, strict=True)
    )
    height = _head_height(texts, columns, size) if upright else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if heading else ''}</w:trPr>{cells}</w:tr>"


_TURNED: Final = (
    '<w:tcMar><w:top w:w="80" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/></w:tcMar><w:textDirection w:val="btLr"/>'
)


def _head_height(texts: Sequence[str], columns: Sequence[Column], size: str) -> str:
    """Give a line of upright headings its height: Word does not find it by itself."""
    longest = max(
        (len(text.replace(SOFT_HYPHEN, "")) for text, one in zip(texts, columns, strict=True) if one.type.numeric),
        default=0,
    )
    height = max(_LOWEST_HEAD, min(longest, _HIGHEST_HEAD) * _LETTER[size] + _HEAD_MARGINS)
    return f'<w:trHeight w:val="{height}" w:hRule="exact"/>'


def _group_row(columns: Sequence[Column], widths: Sequence[int], size: str) -> str:
    """Write the upper line of headings, nothing where no columns belong together."""
    if not any(column.group for column in columns):
        return ""
    groups: list[tuple[str, int, int]] = []
    for column, width in zip(columns, widths, strict=True):
        if groups and column.group and groups[-1][0] == column.group:
            groups[-1] = (column.group, groups[-1][1] + 1, groups[-1][2] + width)
        else:
            groups.append((column.group, 1, width))
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:gridSpan w:val="{span}"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{size}Text"/><w:keepNext/><w:jc w:val="center"/></w:pPr>{run(group, style="Strong")}</w:p></w:tc>'
        for group, span, width in groups
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _fitting(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, *, upright: bool
) -> tuple[str, list[int]]:
    """Choose the largest letters that every column has room for, and the widths of the columns.

    Each column gets what its longest word needs, the rest goes by the length of the texts. A small table does not take
    the whole page: a number far from its name is read in the wrong line.
    """
    sizes = tuple(_LETTER) if len(columns) >= _TINY_FROM else ("Tabelle", "TabelleEng")
    size, (least, wanted) = sizes[-1], _needs(columns, rows, _LONGEST_HEAD, upright=upright)
    if sum(least) * _LETTER[size] > width:
        least, wanted = _needs(columns, rows, _LONGEST_WORD, upright=upright)
    size = next((one for one in sizes if sum(least) * _LETTER[one] <= width), size)
    letter = _LETTER[size]
    if sum(wanted) * letter <= width:
        shares = wanted
        width = min(width, max(int(sum(wanted) * letter * _AIR), int(width * _NARROWEST)))
    else:
        spare = max(width - sum(least) * letter, 0)
        more = [much - few for much, few in zip(wanted, least, strict=True)]
        shares = [few * letter + spare * extra // (sum(more) or 1) for few, extra in zip(least, more, strict=True)]
    units = sum(shares) or 1
    widths = [share * width // units for share in shares]
    widths[-1] += width - sum(widths)
    return size, widths


def _needs(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], longest_word: int, *, upright: bool
) -> tuple[list[int], list[int]]:
    """Tell how many characters each column must have and would like to have."""
    least, wanted = [], []
    for number, column in enumerate(columns):
        values = [row[number] for row in rows]
        turned = upright and column.type.numeric
        heading = "" if turned else _heading(column)
        head = max((len(piece) for word in heading.split() for piece in word.split(SOFT_HYPHEN)), default=0)
        word = max((len(piece) for text in values for piece in text.split()), default=0)
        least.append(max(_LEAST, min(head, _LONGEST_HEAD), min(word, longest_word)) + _ROOM)
        if turned:
            least[-1] += _lines(column) - 1
        longest = max(map(len, values), default=0) + _ROOM
        wanted.append(max(least[-1], min(max(longest, len(heading) // 2), _WIDEST)))
    return least, wanted


def _lines(column: Column) -> int:
    """Tell how many lines an upright heading has, which stand beside each other."""
    return -(-len(_heading(column).replace(SOFT_HYPHEN, "")) // _HIGHEST_HEAD)
