"""The texts of a report as plain lines, for renderers of tables, which have no headings, lists or links of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.reporting.document import Paragraph, Points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.reporting.document import Item, Listing, Prose

__all__ = ["listed", "prose_lines"]

_INDENT = "    "


def listed(listing: Listing) -> Iterator[str]:
    """Yield the points of a list, each as a line with its mark.

    >>> from koschuso.reporting.document import Item, Listing
    >>> list(listed(Listing(items=(Item("Eins", items=(Item("Eins a"),)), Item("Zwei")), ordered=True)))
    ['1. Eins', '    – Eins a', '2. Zwei']
    """
    return _items(listing.items, "", ordered=listing.ordered)


def prose_lines(prose: Prose) -> Iterator[str]:
    """Yield the paragraphs and points of a text of the office, each as a line."""
    return _parts(prose.parts, "")


def _items(items: Sequence[Item], indent: str, *, ordered: bool = False) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        lead = f"{item.lead} " if item.lead else ""
        yield f"{indent}{_mark(number, ordered=ordered)} {lead}{item.text}"
        yield from _items(item.items, indent + _INDENT)


def _parts(parts: Sequence[Paragraph | Points], indent: str) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Paragraph):
            yield f"{indent}{part.text}"
            continue
        for number, item in enumerate(part.items, start=1):
            mark = f"{indent}{_mark(number, ordered=part.ordered)} "
            for line in _parts(item, indent + _INDENT):
                # The first line of a point stands behind its mark.
                yield mark + line.lstrip() if mark else line
                mark = ""


def _mark(number: int, *, ordered: bool) -> str:
    return f"{number}." if ordered else "–"
