"""Putting the office's words into a report: prose where they are written, hints for the office where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from koschuso.errors import Refused, WrongUse
from koschuso.reporting.document import Section, Slot, Text, TextStyle
from koschuso.reporting.texts.folder import text_name, without_mark
from koschuso.reporting.texts.markdown import read_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.reporting.document import Block
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["fill_slots"]


class _Filling:
    """Puts the office's words where the slots are."""

    def __init__(self, view: View, report: str, time: ReportPeriod, *, internal: bool) -> None:
        self._view = view
        self._report = report
        self._time = time
        self._internal = internal
        self.missing: list[str] = []

    def section(self, section: Section) -> Section:
        blocks = [filled for block in section.blocks for filled in self._block(block)]
        return attrs.evolve(section, blocks=tuple(blocks), sections=tuple(map(self.section, section.sections)))

    def _block(self, block: Block | Slot) -> Iterator[Block]:
        if not isinstance(block, Slot):
            yield block
            return
        words, draft = without_mark(self._view.text(self._report, self._time, block.key) or "")
        try:
            prose = read_markdown(words, key=block.key)
        except WrongUse as error:
            file = text_name(self._report, self._time, block.key)
            raise Refused(
                f"Der Text »{block.title}« ({file}) lässt sich nicht verwenden. {error.message}",
                slot=block.key,
                file=file,
                **error.details,
            ) from error
        if not prose.parts or draft:
            self.missing.append(block.title)
        if not prose.parts and self._internal:
            hint = f"Hier fehlt Ihr Text »{block.title}« ({block.key}.md). {block.hint}".strip()
            yield Text(paragraphs=(hint,), style=TextStyle.NOTE)
        elif draft and self._internal:
            yield Text(paragraphs=(f"Entwurf: Der Text »{block.title}« ist noch nicht geprüft.",), style=TextStyle.NOTE)
        if prose.parts and (self._internal or not draft):
            yield prose


def fill_slots(
    sections: Iterable[Section], view: View, report: str, time: ReportPeriod, *, internal: bool
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """Put the office's words where the slots are.

    What is not written, or only a draft, is left out; the office itself sees a hint in its place.

    Args:
        sections: The chapters.
        view: What gives the texts.
        report: Name of the report.
        time: The period.
        internal: Whether the report is for the office itself.

    Returns:
        The chapters, and the titles of the texts that are missing.

    Raises:
        Refused: A text cannot be used; the message says which file, where in it and why.
        Unavailable: A file cannot be read.
    """
    filling = _Filling(view, report, time, internal=internal)
    return tuple(map(filling.section, sections)), tuple(filling.missing)
