"""Where unfinished work lies: under names that nobody takes for the real thing, and cleared away when it was killed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["clear_leftovers", "unfinished_name", "working_folder"]

_WORK = ".koschuso-sicherung-"
_OURS = re.compile(r"\.koschuso-sicherung-[0-9a-f]{16}|\..+\.[0-9a-f]{8}\.unfertig")
_LEFT_BEHIND = 24 * 3600.0  # seconds after which a working folder belongs to nobody any more


def unfinished_name(final: Path) -> Path:
    """Give the name under which a file or folder is made, beside its final one."""
    return final.with_name(f".{final.name}.{secrets.token_hex(4)}.unfertig")


@contextmanager
def working_folder(beside: Path | None) -> Iterator[Path]:
    """Give a folder of our own for the time of the work: in the office's folder, which is known to suit a database.

    What a killed process left there is removed by the next one, a day later.
    """
    place = Path(gettempdir())
    if beside is not None and os.access(beside, os.W_OK):
        place = beside
    clear_leftovers(place)
    folder = place / f"{_WORK}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(place: Path) -> None:
    """Remove what killed processes of ours have left in a folder, once it is old enough to belong to nobody."""
    with suppress(OSError):
        for old in [path for path in place.iterdir() if _OURS.fullmatch(path.name)]:
            if time.time() - old.lstat().st_mtime < _LEFT_BEHIND or old.is_symlink():
                continue
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)
            else:
                old.unlink()
