"""The file ``stand``: up to where the journal is committed, so that readers never see what is not on the disk yet.

One line of fixed length, written over in place after every commit. It is a hint: where it is torn, the journal decides.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import finalize

from koschuso_files.disk import opened, read_at

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NAME", "Standing", "StandingFile"]

NAME: Final = "stand"
_LENGTH: Final = 73


class Standing(NamedTuple):
    """What the file says.

    Attributes:
        generation: Number of the journal file.
        length: Bytes of it that are committed.
        settled: Files that stand before this position are on the disk as well.
    """

    generation: int
    length: int
    settled: int


class StandingFile:
    """The open file; it is made where there is none.

    Args:
        folder: Where it lies.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = opened(folder / NAME, os.O_RDWR | os.O_CREAT)
        self._close = finalize(self, os.close, self._descriptor)

    def read(self) -> Standing | None:
        """Read it; ``None`` where it is torn."""
        line = read_at(self._descriptor, 0, _LENGTH)
        text, _, check = line.rpartition(b" ")
        if len(line) != _LENGTH or check != _check(text) + b"\n":
            return None
        _, generation, length, settled = text.split(b" ")
        return Standing(int(generation), int(length), int(settled))

    def write(self, standing: Standing, *, sync: bool = False) -> None:
        """Write it over."""
        text = b"koschuso %08d %020d %020d" % standing
        line = text + b" " + _check(text) + b"\n"
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, line)
        if sync:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close it."""
        self._close()


def _check(text: bytes) -> bytes:
    return blake2b(text, digest_size=6).hexdigest().encode()
