"""How tables fit onto paper: landscape, upright headings, and where long German headings may be broken.

Word documents and printed pages decide alike, so that the same report has the same shape.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso.reporting.document import ChartKind, Table

if TYPE_CHECKING:
    from koschuso.reporting.document import Chart, Section

__all__ = ["SOFT_HYPHEN", "breakable", "is_wide", "says_all", "turns_its_page", "upright_heads"]

SOFT_HYPHEN: Final = "\N{SOFT HYPHEN}"

_TEXT_ROOM: Final = 2  # a column of text takes the room of so many columns of numbers
_TURNED_FROM: Final = 18  # columns of numbers that an upright sheet of A4 has no room for
_UPRIGHT_FROM: Final = 9  # columns of numbers whose headings beside each other would be wider than the sheet
_UPRIGHT_FROM_IN_LANDSCAPE: Final = 7  # wide tables have columns of words as well, which need the room

# Where long German headings may be broken, also by programs that bring no German hyphenation along.
_JOINTS: Final = re.compile(
    r"(?<=[a-zäöüß]{4})"
    r"(träger|nummer|stufe|programm|förderung|dienst|kräfte|arbeit|schwerpunkt|dauer|stunden|monate|stelle|planung|stadt)"
)


def breakable(title: str) -> str:
    """Put soft hyphens where a long heading may be broken.

    >>> breakable("Anstellungsträger").split(SOFT_HYPHEN)
    ['Anstellungs', 'träger']
    """
    return _JOINTS.sub(f"{SOFT_HYPHEN}\\1", title)


def is_wide(table: Table) -> bool:
    """Tell whether a table needs a sheet in landscape."""
    return sum(1 if column.type.numeric else _TEXT_ROOM for column in table.columns) >= _TURNED_FROM


def turns_its_page(section: Section) -> bool:
    """Tell whether a chapter holds a table that needs landscape: the chapter turns as a whole, heading and all."""
    return any(isinstance(block, Table) and block.rows and is_wide(block) for block in section.blocks) or any(
        map(turns_its_page, section.sections)
    )


def upright_heads(table: Table) -> bool:
    """Tell whether the headings above a table's numbers stand upright on paper, so that it needs no turned sheet."""
    numbers = sum(column.type.numeric for column in table.columns)
    return numbers >= (_UPRIGHT_FROM_IN_LANDSCAPE if is_wide(table) else _UPRIGHT_FROM)


def says_all(chart: Chart) -> bool:
    """Tell whether the picture of a chart has every value written in it, so that paper needs no table behind it."""
    return chart.kind is ChartKind.HEAT_GRID or (chart.kind is not ChartKind.STACKED_BAR and len(chart.series) == 1)
