"""Markdown: a report as text that can be read as it is, kept under version control and put into other papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from koschuso.reporting.document import (
    Chart,
    Column,
    Document,
    Figures,
    Listing,
    Paragraph,
    Points,
    Prose,
    Section,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.german import cell_text, figure_text
from koschuso.reporting.renderers.stated import (
    INTERNAL,
    INTERNAL_NOTE,
    NOTHING_MISSING,
    clean,
    count_text,
    facts,
    link_target,
    protection_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.reporting.document import Block, Cell, Item

__all__ = ["render"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")
_BLOCK_START = re.compile(r"(\d+)([.)])(?=\s|$)|([#+\-=])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_DEEPEST = 6


def render(document: Document) -> bytes:
    """Render a document as Markdown (CommonMark with tables) in UTF-8."""
    lines = [f"# {_inline(document.title)}", ""]
    if document.internal:
        lines += [f"> **{INTERNAL}** {INTERNAL_NOTE}", ""]
    lines += [f"- {name}: {_inline(value)}" for name, value in facts(document)]
    for section in document.sections:
        lines += ["", *_section(section, 2)]
    lines += ["", *_closing(document)]
    return clean("\n".join(lines).rstrip("\n") + "\n").encode("utf-8")


def _closing(document: Document) -> Iterator[str]:
    yield from ("## Hinweise", "", "### Fehlende Angaben", "")
    yield from (f"- {count_text(gap)} {_inline(gap.what)}" for gap in document.missing)
    if not document.missing:
        yield NOTHING_MISSING
    yield from ("", "### Schutz kleiner Zahlen", "", _paragraph(protection_text(document)))
    if document.notes:
        yield from ("", "### Zur Zählweise", "")
        yield from (f"- {_paragraph(note)}" for note in document.notes)
    yield from ("", "### Zeichen", "")
    yield from (f"- `{sign.value}` {_inline(sign.meaning)}" for sign in Sign)


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * min(level, _DEEPEST)} {_inline(section.title)}"
    for block in section.blocks:
        yield ""
        yield from _block(block)
    for part in section.sections:
        yield ""
        yield from _section(part, level + 1)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        for number, paragraph in enumerate(block.paragraphs):
            if number:
                yield ""
            yield (
                f"*{_inline(paragraph)}*"
                if block.style is TextStyle.NOTE and paragraph.strip()
                else _paragraph(paragraph)
            )
    elif isinstance(block, Prose):
        yield from _prose(block.parts, "")
    elif isinstance(block, Listing):
        yield from _items(block.items, "", ordered=block.ordered)
    elif isinstance(block, Figures):
        for figure in block.items:
            unit = f" {_inline(figure.shown_unit)}" if figure.shown_unit else ""
            note = f" ({_inline(figure.note)})" if figure.note else ""
            yield f"- {_inline(figure.label)}: **{_inline(figure_text(figure))}{unit}**{note}"
    elif isinstance(block, Table):
        yield from _table(block)
    else:
        yield from _chart(block)


def _items(items: Sequence[Item], indent: str, *, ordered: bool = False) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        mark = f"{number}." if ordered else "-"
        lead = f"**{_inline(item.lead)}** " if item.lead else ""
        yield f"{indent}{mark} {lead}{_inline(item.text) if lead else _paragraph(item.text)}"
        yield from _items(item.items, indent + " " * (len(mark) + 1))


def _prose(parts: Sequence[Paragraph | Points], indent: str) -> Iterator[str]:
    """Write the words of the office; an empty line parts what does not belong together."""
    for place, part in enumerate(parts):
        if place:
            yield ""
        if isinstance(part, Paragraph):
            yield indent + _spans(part)
            continue
        for number, item in enumerate(part.items, start=1):
            mark = f"{number}. " if part.ordered else "- "
            lines = _prose(item, indent + " " * len(mark))
            yield f"{indent}{mark}{next(lines, '').lstrip(' ')}"
            yield from lines


def _spans(paragraph: Paragraph) -> str:
    written = []
    for span in paragraph.spans:
        # Marks of emphasis hold only where no blank stands beside them on the inside.
        text = _escaped(span.text)
        core = text.strip(" ")
        mark = "***" if span.strong and span.emphasis else "**" if span.strong else "*" if span.emphasis else ""
        shown = f"{mark}{core}{mark}" if core else ""
        if core and (target := link_target(span.link)):
            shown = f"[{shown}](<{target}>)"
        written.append(text.replace(core, shown, 1) if core else text)
    return _begun("".join(written))


def _chart(chart: Chart) -> Iterator[str]:
    yield f"**{_inline(chart.title)}** {_inline(chart.description)}".rstrip()
    if chart.categories:
        yield ""
        yield from _table(chart.table())


def _table(table: Table) -> Iterator[str]:
    yield f"**{_inline(table.title)}**"
    yield ""
    if not table.rows:
        yield _paragraph(table.empty)
        return
    yield _row(column.heading for column in table.columns)
    yield _row_of("---:" if column.type.numeric else "---" for column in table.columns)
    for row in table.rows:
        yield _row(_cells(table.columns, row))
    if table.totals is not None:
        yield _row_of(f"**{_inline(cell)}**" if cell else "" for cell in _cells(table.columns, table.totals))
    for note in table.notes:
        yield ""
        yield f"*{_inline(note)}*"


def _cells(columns: Sequence[Column], row: Sequence[Cell]) -> Iterator[str]:
    return (cell_text(value, column) for value, column in zip(row, columns, strict=True))


def _row(cells: Iterator[str]) -> str:
    return _row_of(_inline(cell) for cell in cells)


def _row_of(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _paragraph(text: str) -> str:
    """Escape a text that begins a line: what would begin a list or a heading stays what it is."""
    return _begun(_inline(text))


def _begun(line: str) -> str:
    return _BLOCK_START.sub(_held, line, count=1) if _BLOCK_START.match(line.lstrip()) else line


def _held(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"


def _inline(text: str) -> str:
    """Escape what Markdown and HTML would read as more than text, and keep it on one line."""
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return _ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\1", text))
