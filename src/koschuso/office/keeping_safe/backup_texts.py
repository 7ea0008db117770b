"""The office's words for its reports on their way into a backup: copied first, so that what is written does not change.

Everything below the folder ``texte`` comes along, also through symbolic links, because a report reads through them too.
What cannot come along is told; it does not stop the backup of the rest.
"""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING

from koschuso.files import new_private, reason
from koschuso.office.keeping_safe.backup_file import TEXTS, is_text_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["gather_texts"]


def gather_texts(folder: Path, work: Path) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Copy the texts of an office.

    Args:
        folder: The office's folder.
        work: Where the copies go; an existing folder.

    Returns:
        The copies by their name in the backup, and one German sentence for each file that could not come along.

    Raises:
        OSError: A copy cannot be written.
    """
    copies: dict[str, Path] = {}
    left_out: list[str] = []
    for name, found in _below(folder / TEXTS, TEXTS, ()):
        if isinstance(found, OSError):
            left_out.append(f"{_printable(name)} ist nicht in der Sicherung: {reason(found)}.")
        elif not is_text_name(name):
            left_out.append(
                f"{_printable(name)} ist nicht in der Sicherung: Der Name enthält Zeichen, mit denen andere Rechner nicht "
                "umgehen können. Bitte benennen Sie die Datei um."
            )
        else:
            copy = work / f"text-{len(copies)}"
            try:
                source = found.open("rb")
            except FileNotFoundError:
                continue  # an editor's own file, gone by now
            except OSError as error:
                left_out.append(f"{_printable(name)} ist nicht in der Sicherung: {reason(error)}.")
                continue
            with source, new_private(copy) as target:
                shutil.copyfileobj(source, target)
            copies[name] = copy
    return copies, tuple(left_out)


def _below(folder: Path, name: str, above: tuple[str, ...]) -> Iterator[tuple[str, Path | OSError]]:
    """Give name and path of every file below a folder; instead of the path the error where one cannot be reached."""
    here = os.path.realpath(folder)
    if here in above:
        return  # a link back to a folder above: what is there comes along already
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        if above or os.path.lexists(folder):
            yield name, error
        return
    for path in entries:
        inner = f"{name}/{path.name}"
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if os.path.lexists(path):
                yield inner, error
            continue
        if stat.S_ISDIR(mode):
            yield from _below(path, inner, (*above, here))
        elif stat.S_ISREG(mode):
            yield inner, path


def _printable(name: str) -> str:
    return os.fsencode(name).decode(errors="replace")
