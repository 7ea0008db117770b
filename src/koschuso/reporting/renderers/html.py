"""HTML: one self-contained page that can be read, printed, mailed and put on the web.

No script, no font, no picture from elsewhere: everything is in the file, and its Content-Security-Policy allows nothing
but its own style sheet and its own script, which sorts tables and can be done without. Everything that comes from
records is escaped. Meant to meet WCAG 2.2 AA (BITV 2.0).
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from koschuso.reporting.document import (
    Chart,
    Column,
    ColumnType,
    Document,
    Figures,
    Listing,
    Points,
    Prose,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.german import cell_text, day_text, figure_text, moment_text
from koschuso.reporting.renderers import paper, plots
from koschuso.reporting.renderers.stated import (
    INTERNAL,
    INTERNAL_NOTE,
    NOTHING_MISSING,
    clean,
    count_text,
    link_target,
    protection_text,
)

if TYPE_CHECKING:
    from koschuso.reporting.document import Block, Cell

__all__ = ["render"]

_TEMPLATE = "document.html.jinja"
_STYLE = "document.css"
_INTERNAL_STYLE = "internal.css"
_SCRIPT = "document.js"
# Columns up to which a table need not be as wide as the page, from which on it is set smaller, from which on the page is
# broader, and from which on even words are broken so that the table fits onto the paper.
_NARROW_UP_TO = 3
_WIDE_FROM = 9
_BROAD_FROM = 11
_VERY_WIDE_FROM = 15
_SHORT_UP_TO = 12  # rows; such a table is kept on one page
# Words longer than a column; they may be broken anywhere.
_LONG_WORD = re.compile(r"[^\s\u00ad]{31,}")
_SORTING = {ColumnType.COUNT: "number", ColumnType.NUMBER: "number", ColumnType.DATE: "date"}


def render(document: Document, *, pictures: bool = True) -> bytes:
    """Render a document as a web page in UTF-8.

    Args:
        document: The document.
        pictures: Whether charts are drawn; without pictures, or without matplotlib, their tables are shown.
    """
    drawn = pictures and plots.is_available()
    style, script = _resource(_STYLE), _resource(_SCRIPT)
    if document.internal:
        style += _resource(_INTERNAL_STYLE)
    page: str = _template().render(
        document=document,
        style=Markup(style),  # noqa: S704 - our own style sheet, shipped with the package
        style_hash=_hash(style),
        script=Markup(script),  # noqa: S704 - as the style sheet
        script_hash=_hash(script),
        as_of=moment_text(document.as_of),
        created=None if document.created is None else day_text(document.created),
        signs=tuple(Sign),
        kind=_kind,
        text=figure_text,
        internal=INTERNAL,
        internal_note=INTERNAL_NOTE,
        nothing_missing=NOTHING_MISSING,
        protection=protection_text(document),
        count_of=count_text,
        link=link_target,
        is_points=lambda part: isinstance(part, Points),
        is_note=lambda block: block.style is TextStyle.NOTE,
        heads=_heads,
        label_of=_labels(document).__getitem__,
        cells=_cells,
        breakable=paper.breakable,
        sorting=lambda column: _SORTING.get(column.type, "text"),
        classes=_classes,
        broad=any(len(table.columns) >= _BROAD_FROM for table in document.tables()),
        turned=paper.turns_its_page,
        says_all=paper.says_all,
        # The drawing escapes what it is given; see plots.svg.
        picture=lambda chart: Markup(plots.svg(chart)) if drawn and chart.categories else None,  # noqa: S704 - see above
        wanted=pictures and not drawn,
    )
    return clean(page).encode("utf-8")


def _kind(block: Block) -> str:
    kinds = {Text: "text", Prose: "prose", Listing: "listing", Figures: "figures", Table: "table", Chart: "chart"}
    return kinds[type(block)]


def _heads(table: Table) -> tuple[tuple[tuple[str, int], ...], tuple[Column, ...]]:
    """Give the upper line of headings (group, number of columns), empty without groups, and the columns."""
    if not any(column.group for column in table.columns):
        return (), table.columns
    upper: list[tuple[str, int]] = []
    for column in table.columns:
        if upper and column.group and upper[-1][0] == column.group:
            upper[-1] = (column.group, upper[-1][1] + 1)
        else:
            upper.append((column.group, 1))
    return tuple(upper), table.columns


def _labels(document: Document) -> dict[str, str]:
    """Name what can be scrolled, by key: each name once, so that it can be told from the others by ear."""
    labels: dict[str, str] = {}
    taken: dict[str, int] = {}

    def name(key: str, label: str) -> None:
        taken[label] = taken.get(label, 0) + 1
        labels[key] = label if taken[label] == 1 else f"{label} ({taken[label]})"

    for block in document.blocks():
        if isinstance(block, Table):
            name(block.key, f"Tabelle: {block.title}")
        elif isinstance(block, Chart):
            name(block.key, f"Diagramm: {block.title}")
            values = block.table()
            name(values.key, f"Tabelle: {values.title}")
    return labels


def _classes(table: Table) -> str:
    width = len(table.columns)
    named = (
        ("table", True),
        ("narrow", width <= _NARROW_UP_TO),
        ("wide", width >= _WIDE_FROM),
        ("very-wide", width >= _VERY_WIDE_FROM),
        ("upright", paper.upright_heads(table)),
        ("short", len(table.rows) <= _SHORT_UP_TO),
    )
    return " ".join(name for name, holds in named if holds)


def _cells(table: Table, row: tuple[Cell, ...]) -> Markup:
    """Write the cells of a row; by hand, because tables are most of a report and this is what takes the time."""
    written: list[str] = []
    for column, value in zip(table.columns, row, strict=True):
        numeric = column.type.numeric
        if isinstance(value, Sign):
            kind = "sign num" if numeric else "sign"
        elif not numeric:
            kind = "code" if column.type is ColumnType.CODE else ""
        else:
            kind = "num zero" if value == 0 else "num"
        if isinstance(value, str) and _LONG_WORD.search(value):
            kind = f"{kind} long".lstrip()
        text = escape(cell_text(value, column))
        # An empty cell names nothing.
        names = column.header and text.strip()
        written.append(f'<th scope="row"{_class(kind)}>{text}</th>' if names else f"<td{_class(kind)}>{text}</td>")
    return Markup("".join(written))  # noqa: S704 - every text in it is escaped above


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")


@lru_cache(maxsize=4)
def _resource(name: str) -> str:
    return resources.files("koschuso.reporting.renderers").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Any:
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(_TEMPLATE)
