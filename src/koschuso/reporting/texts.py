"""The words that an office writes for its reports: Markdown files in its folder, one for each slot and period.

    texte/taetigkeitsbericht/2025/ausblick.md

The files belong to the office. `TextFolder.prepare` lays them out for a new period, with last period's words as drafts;
it never changes or replaces a file that is there. A draft is not published: its first line says that it is one, and as
long as that line stands only the office itself sees the text.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import Unavailable, WrongUse
from koschuso.files import reason
from koschuso.reporting.document import Section, Slot, Text, TextStyle
from koschuso.reporting.wording import read_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.reporting.document import Block
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["DRAFT", "FOLDER", "LARGEST", "PreparedTexts", "TextFolder", "fill_slots"]

FOLDER: Final = "texte"
"""Name of the folder, beside the office's settings."""

DRAFT: Final = "ENTWURF"
"""How the first line of a draft begins; whoever has read the text deletes the line."""

LARGEST: Final = 200_000
"""Bytes that a text may have, some 60 printed pages."""

_GUIDE: Final = "LIESMICH.txt"


@attrs.frozen(kw_only=True)
class PreparedTexts:
    """What was laid out for a period.

    Attributes:
        folder: Where the files lie.
        copied: Keys of the slots that begin with last period's words.
        empty: Keys of the slots whose files are empty.
        kept: Keys of the slots whose files were there.
    """

    folder: Path
    copied: tuple[str, ...]
    empty: tuple[str, ...]
    kept: tuple[str, ...]


class TextFolder:
    """The folder ``texte`` of an office.

    Args:
        folder: The folder; it need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, report: str, time: ReportPeriod, slot: str) -> str | None:
        """Read a text; ``None`` where there is none.

        Args:
            report: Name of the report, for example ``"koschuso:taetigkeitsbericht"``.
            time: The period.
            slot: Key of the slot.

        Raises:
            Unavailable: The file cannot be read.
            WrongUse: It is too large or not UTF-8.
        """
        return _read(self.place(report, time) / f"{slot}.md")

    def place(self, report: str, time: ReportPeriod) -> Path:
        """Give the folder of a report's texts for a period."""
        plugin, _, name = report.partition(":")
        return self._folder / (name if plugin == "koschuso" else f"{plugin}.{name}") / time.slug

    def prepare(self, report: str, time: ReportPeriod, slots: Iterable[Slot]) -> PreparedTexts:
        """Lay out the files for a period; those that are there stay as they are.

        Args:
            report: Name of the report.
            time: The period. The period before it gives the drafts.
            slots: The slots of the report.

        Raises:
            Unavailable: The folder cannot be written.
            WrongUse: A text of the period before cannot be read.
        """
        wanted = tuple(slots)
        folder, before = self.place(report, time), time.previous()
        drafts = {slot.key: self.read(report, before, slot.key) if before else None for slot in wanted}
        copied: list[str] = []
        empty: list[str] = []
        kept: list[str] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for slot in wanted:
                last = drafts[slot.key]
                words = "" if last is None else _without_mark(last)[0].strip()
                draft = f"{DRAFT}: Text vom vorigen Mal. Bitte prüfen und diese Zeile löschen.\n\n{words}\n"
                made = _make(folder / f"{slot.key}.md", draft if words else "")
                (kept if not made else copied if words else empty).append(slot.key)
            _make(folder / _GUIDE, _guide(time, wanted))
        except OSError as error:
            raise Unavailable(
                f"Der Ordner für die Texte {folder} kann nicht angelegt werden: {reason(error)}."
            ) from error
        return PreparedTexts(folder=folder, copied=tuple(copied), empty=tuple(empty), kept=tuple(kept))


def _make(path: Path, text: str) -> bool:
    """Make a file that is not there; tell whether it was made."""
    if os.path.lexists(path):
        return False
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return True


def _guide(time: ReportPeriod, slots: Iterable[Slot]) -> str:
    lines = [
        f"Texte für: {time.label}",
        "",
        "Je Abschnitt des Berichts liegt hier eine Datei. Schreiben Sie darin in gewöhnlichen Absätzen; möglich sind auch",
        "Listen (- …), *Hervorhebung*, **Fettdruck** und [Verweise](https://…). Leere Dateien fehlen im Bericht.",
        f"Beginnt eine Datei mit »{DRAFT}«, steht ihr Text nur in der internen Fassung, bis Sie diese Zeile löschen.",
        "",
    ]
    for slot in slots:
        lines += [f"{slot.key}.md: {slot.title}", *([f"  {slot.hint}"] if slot.hint else [])]
    return "\n".join(lines) + "\n"


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(f"Der Text {path} kann nicht gelesen werden: {reason(error)}.") from error
    if len(data) > LARGEST:
        raise WrongUse(f"Der Text {path} ist zu groß; möglich sind {LARGEST // 1000} Kilobyte.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WrongUse(
            f"Der Text {path} ist in Zeile {line} nicht als UTF-8 gespeichert. Bitte speichern Sie ihn neu mit der "
            "Zeichenkodierung UTF-8."
        ) from error


def _without_mark(text: str) -> tuple[str, bool]:
    """Give a text without the line that makes it a draft, and tell whether it is one."""
    first, _, rest = text.lstrip().partition("\n")
    return (rest, True) if first.lstrip("*# ").startswith(DRAFT) else (text, False)


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
        words, draft = _without_mark(self._view.text(self._report, self._time, block.key) or "")
        try:
            prose = read_markdown(words, key=block.key)
        except WrongUse as error:
            raise WrongUse(
                f"Der Text »{block.title}« ({block.key}.md) lässt sich nicht verwenden. {error.message}", slot=block.key
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
        WrongUse: A text cannot be used; the message says which and why.
        Unavailable: A file cannot be read.
    """
    filling = _Filling(view, report, time, internal=internal)
    return tuple(map(filling.section, sections)), tuple(filling.missing)
