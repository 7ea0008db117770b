"""The folder of an office's texts: which file belongs to which slot and period, and how the files of a new one begin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import Refused, Unavailable
from koschuso.files import reason
from koschuso.reporting.parameters import ReportPeriod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.reporting.document import Slot

__all__ = ["DRAFT", "FOLDER", "LARGEST", "PreparedTexts", "TextFolder", "text_name", "without_mark"]

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
        time: The period.
        folder: Where the files lie.
        copied: Keys of the slots that begin with last period's words.
        empty: Keys of the slots whose files are empty.
        kept: Keys of the slots whose files were there.
        unfinished: Keys of all slots that still have no words, or only a draft.
    """

    time: ReportPeriod
    folder: Path
    copied: tuple[str, ...]
    empty: tuple[str, ...]
    kept: tuple[str, ...]
    unfinished: tuple[str, ...]


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
            Refused: It is too large or not UTF-8.
        """
        return _read(self.place(report, time) / f"{slot}.md")

    def place(self, report: str, time: ReportPeriod) -> Path:
        """Give the folder of a report's texts for a period."""
        return self._folder / _own_folder(report) / time.slug

    def prepare(self, report: str, time: ReportPeriod, slots: Iterable[Slot]) -> PreparedTexts:
        """Lay out the files for a period; those that are there stay as they are.

        Args:
            report: Name of the report.
            time: The period. The period before it gives the drafts.
            slots: The slots of the report.

        Raises:
            Unavailable: The folder cannot be written.
            Refused: A text of the period before, or one that is there, is too large or not UTF-8.
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
                words = "" if last is None else without_mark(last)[0].strip()
                draft = f"{DRAFT}: Text vom vorigen Mal. Bitte prüfen und diese Zeile löschen.\n\n{words}\n"
                made = _make(folder / f"{slot.key}.md", draft if words else "")
                (kept if not made else copied if words else empty).append(slot.key)
            _make(folder / _GUIDE, _guide(time, wanted))
        except OSError as error:
            raise Unavailable(
                f"Der Ordner für die Texte {folder} kann nicht angelegt werden: {reason(error)}."
            ) from error
        return PreparedTexts(
            time=time,
            folder=folder,
            copied=tuple(copied),
            empty=tuple(empty),
            kept=tuple(kept),
            unfinished=tuple(slot.key for slot in wanted if _is_unfinished(self.read(report, time, slot.key))),
        )


def text_name(report: str, time: ReportPeriod, slot: str) -> str:
    """Name the file of a slot as the office finds it in its folder: ``texte/taetigkeitsbericht/2025/ausblick.md``."""
    return f"{FOLDER}/{_own_folder(report)}/{time.slug}/{slot}.md"


def _own_folder(report: str) -> str:
    plugin, _, name = report.partition(":")
    return name if plugin == "koschuso" else f"{plugin}.{name}"


def _is_unfinished(text: str | None) -> bool:
    words, draft = without_mark(text or "")
    return draft or not words.strip()


def _make(path: Path, text: str) -> bool:
    """Make a file that is not there, whole or not at all; tell whether it was made."""
    if os.path.lexists(path):
        return False
    try:
        file = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        return False
    try:
        with file:
            file.write(text)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
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
        raise Refused(f"Der Text {path} ist zu groß; möglich sind {LARGEST // 1000} Kilobyte.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"Der Text {path} ist in Zeile {line} nicht als UTF-8 gespeichert. Bitte speichern Sie ihn neu mit der "
            "Zeichenkodierung UTF-8."
        ) from error


def without_mark(text: str) -> tuple[str, bool]:
    """Give a text without the line that makes it a draft, and tell whether it is one; the other lines keep their numbers."""
    begun = text.lstrip()
    first, _, rest = begun.partition("\n")
    before = text.count("\n", 0, len(text) - len(begun)) + 1
    return ("\n" * before + rest, True) if first.lstrip("*# ").startswith(DRAFT) else (text, False)
