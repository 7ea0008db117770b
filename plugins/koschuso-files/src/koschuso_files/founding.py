"""The folder itself: how a new one begins, which journal is the newest, and what of an earlier one can go."""

from __future__ import annotations

import re
import secrets
import shutil
from typing import TYPE_CHECKING, Final

import msgspec

from koschuso.errors import Corrupt, NotSupported, Refused, Unavailable
from koschuso_files.disk import delete, put_whole, sync_folder
from koschuso_files.journal import FORMAT, Beginning, Segment, encoded
from koschuso_files.layout import HIDDEN, plainly_ours

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "discard_unfinished",
    "found",
    "has_generation",
    "is_founded",
    "journal_name",
    "newest_generation",
    "newest_segment",
    "prepare_folder",
    "remove_older",
    "require_ours",
]

VERSION: Final = "version"
_JOURNAL: Final = re.compile(r"journal-(\d{8})")


class _Version(msgspec.Struct, rename={"format": "koschuso-files"}):
    format: int


def prepare_folder(root: Path) -> None:
    """Make the office's folder, readable by the office alone; refuse one that holds something else."""
    if not root.parent.is_dir():
        raise Unavailable(f"Den Ordner, in dem {root.name} liegen soll, gibt es nicht. Bitte zuerst anlegen.")
    if root.exists() and not root.is_dir():
        raise Refused(f"{root.name} ist eine Datei, kein Ordner. Bitte einen Ordner angeben.")
    root.mkdir(mode=0o700, exist_ok=True)
    hidden = root / HIDDEN
    if not hidden.is_dir():
        if not plainly_ours(root):
            raise Refused(
                f"Der Ordner {root.name} enthält schon etwas anderes. Bitte einen neuen oder leeren Ordner angeben."
            )
        hidden.mkdir(mode=0o700, exist_ok=True)


def is_founded(hidden: Path) -> bool:
    """Tell whether there is a store already."""
    return (hidden / VERSION).exists()


def found(hidden: Path, store_id: str) -> None:
    """Begin a new store where there is none; the version is written last, so a crash leaves one that is not begun."""
    if is_founded(hidden):
        return
    generation = newest_generation(hidden)
    if not generation:
        line = encoded(Beginning(format=FORMAT, store=store_id or secrets.token_hex(8), generation=1))
        put_whole(hidden / journal_name(1), line + b"\n")
    # The names of the new folders as well: else everything in them is gone after a power cut.
    sync_folder(hidden.parent)
    sync_folder(hidden.parent.parent)
    put_whole(hidden / VERSION, encoded(_Version(format=FORMAT)) + b"\n")


def require_ours(hidden: Path) -> None:
    """Refuse the store of a newer version.

    Raises:
        NotSupported: It is newer.
        Corrupt: It does not say.
    """
    try:
        version = msgspec.json.decode((hidden / VERSION).read_bytes(), type=_Version)
    except (msgspec.DecodeError, FileNotFoundError):
        raise Corrupt(
            f"Im Ordner {hidden.parent.name} fehlt die Angabe der Version, oder sie ist beschädigt."
        ) from None
    if version.format != FORMAT:
        raise NotSupported(
            f"Der Ordner {hidden.parent.name} wurde von einer neueren Version geschrieben (Format {version.format}, "
            f"bekannt ist {FORMAT}). Bitte koschuso-files aktualisieren."
        )


def journal_name(generation: int) -> str:
    """Name a journal file."""
    return f"journal-{generation:08d}"


def newest_generation(hidden: Path) -> int:
    """Give the number of the newest journal; 0 for none."""
    return max(
        (int(match[1]) for path in hidden.iterdir() if (match := _JOURNAL.fullmatch(path.name)) is not None), default=0
    )


def has_generation(hidden: Path, generation: int) -> bool:
    """Tell whether there is a journal of this number."""
    return (hidden / journal_name(generation)).exists()


def newest_segment(hidden: Path) -> Segment:
    """Open the newest journal.

    Raises:
        Corrupt: There is none, or it is not what it says.
    """
    generation = newest_generation(hidden)
    if not generation:
        raise Corrupt(f"Im Ordner {hidden.parent.name} fehlt das Journal. Bitte eine Sicherung zurückholen.")
    segment = Segment(hidden / journal_name(generation), generation)
    if (segment.beginning.format, segment.beginning.generation) != (FORMAT, generation):
        raise Corrupt(f"Das Journal {segment.path.name} ist nicht das, was sein Name sagt.")
    return segment


def remove_older(hidden: Path, generation: int) -> None:
    """Remove what a newer journal has replaced, and what was never finished."""
    for path in hidden.iterdir():
        match = _JOURNAL.fullmatch(path.name)
        if (match is not None and int(match[1]) < generation) or path.name.endswith(".tmp"):
            delete(path)


def discard_unfinished(folder: Path) -> None:
    """Remove a copy that was never finished."""
    if folder.exists():
        shutil.rmtree(folder)
