"""HTML: one self-contained page that can be read, printed, mailed and put on the web.

No script, no font, no picture from elsewhere: everything is in the file, and its Content-Security-Policy allows nothing
but its own style sheet. Everything that comes from records is escaped. Meant to meet WCAG 2.2 AA (BITV 2.0).
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from koschuso.reporting import plots
from koschuso.reporting.document import (
    Chart,
    Column,
    Document,
    Figures,
    Listing,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.german import cell_text, day_text, figure_text, moment_text, number_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.reporting.document import Block, Cell

__all__ = ["render"]

_TEMPLATE = "document.html.jinja"
_STYLE = "document.css"
# Columns from which on a table is set smaller, and from which on the page is printed in landscape.
_WIDE_FROM = 9
_LANDSCAPE_FROM = 11
# Where long German headings may be broken, also by browsers that bring no German hyphenation along.
_JOINTS = re.compile(r"(?<=[a-zäöüß]{4})(träger|nummer|stufe|programme|förderung|dienst|kräfte|arbeit)")
_SHORT_UP_TO = 20  # rows; such a table is kept on one page


def render(document: Document, *, pictures: bool = True) -> bytes:
    """Render a document as a web page in UTF-8.

    Args:
        document: The document.
        pictures: Whether charts are drawn; without pictures, or without matplotlib, their tables are shown.
    """
    drawn = pictures and plots.is_available()
    style = _resource(_STYLE)
    page: str = _template().render(
        document=document,
        style=Markup(style),  # noqa: S704 - our own style sheet, shipped with the package
        style_hash=_hash(style),
        as_of=moment_text(document.as_of),
        created=None if document.created is None else day_text(document.created),
        signs=tuple(Sign),
        kind=_kind,
        text=figure_text,
        number=lambda value: number_text(value, 0),
        is_note=lambda block: block.style is TextStyle.NOTE,
        heads=_heads,
        cells=_cells,
        breakable=lambda title: _JOINTS.sub("\N{SOFT HYPHEN}\\1", title),
        wide=lambda table: len(table.columns) >= _WIDE_FROM,
        short=lambda table: len(table.rows) <= _SHORT_UP_TO,
        # The whole page turns: single turned sheets would leave headings behind on empty ones.
        landscape=any(len(table.columns) >= _LANDSCAPE_FROM for table in document.tables()),
        # The drawing escapes what it is given; see plots.svg.
        picture=lambda chart: Markup(plots.svg(chart)) if drawn and chart.categories else None,  # noqa: S704 - see above
        wanted=pictures and not drawn,
    )
    return page.encode("utf-8")


def _kind(block: Block) -> str:
    kinds = {Text: "text", Listing: "listing", Figures: "figures", Table: "table", Chart: "chart"}
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


def _cells(table: Table, row: tuple[Cell, ...]) -> Iterator[tuple[bool, str, str]]:
    """Give for each cell whether it names its row, its classes, and its text."""
    for column, value in zip(table.columns, row, strict=True):
        if isinstance(value, Sign):
            kind = "sign num" if column.type.numeric else "sign"
        elif not column.type.numeric:
            kind = "code" if column.type == "code" else ""
        elif value == 0:
            kind = "num zero"
        else:
            kind = "num"
        yield column.header, kind, cell_text(value, column)


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")


@lru_cache(maxsize=4)
def _resource(name: str) -> str:
    return resources.files("koschuso.reporting").joinpath("templates", name).read_text(encoding="utf-8")


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
