"""Appending a transaction to the journal: collected in memory a megabyte at a time, and taken back as long as uncommitted."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from koschuso.store.chain import DIGEST_SIZE
from koschuso_files.disk import write_all
from koschuso_files.journal import Commit, FaceLine, Head, Segment, encoded

if TYPE_CHECKING:
    from koschuso_files.state import State

__all__ = ["Appender", "Mark"]

_FLUSH: Final = 1 << 20


class Mark(NamedTuple):
    """A point in a transaction to which it can go back."""

    end: int
    number: int
    link: str
    check: Any
    offsets: int


class Appender:
    """The uncommitted end of the journal.

    Args:
        state: What is committed.
    """

    def __init__(self, state: State) -> None:
        self.segment: Segment = state.segment
        self.begin = state.length
        self.number = state.number
        self.link = state.link
        self.offsets: list[int] = []
        self._buffer = bytearray()
        self._flushed = state.length
        self._check = blake2b(digest_size=DIGEST_SIZE)

    @property
    def end(self) -> int:
        """Where the next line will stand."""
        return self._flushed + len(self._buffer)

    def change(self, head: Head, body: bytes) -> tuple[int, int]:
        """Append a change.

        Returns:
            Where it stands, and how many bytes it is.
        """
        line = encoded(head)
        offset = self.end
        self._check.update(line)
        buffer = self._buffer
        buffer += line
        buffer += b"\n"
        if body:
            buffer += body
            buffer += b"\n"
        self.offsets.append(offset)
        self.number, self.link = head.n, head.link
        size = self.end - offset
        if len(buffer) >= _FLUSH:
            self.flush()
        return offset, size

    def face(self, line: FaceLine) -> None:
        """Append what a file is expected to be."""
        data = encoded(line)
        self._check.update(data)
        self._buffer += data
        self._buffer += b"\n"
        if len(self._buffer) >= _FLUSH:
            self.flush()

    def commit(self) -> int:
        """Append the end of the transaction and bring everything to the disk.

        Returns:
            How long the journal is now.
        """
        self._buffer += encoded(Commit(commit=self.number, link=self.link, check=self._check.hexdigest()))
        self._buffer += b"\n"
        self.flush()
        os.fsync(self.segment.descriptor)
        return self._flushed

    def flush(self) -> None:
        """Write what is collected."""
        write_all(self.segment.descriptor, self._buffer)
        self._flushed += len(self._buffer)
        self._buffer = bytearray()  # a failed write may still hold the old one

    def read(self, offset: int, size: int) -> bytes:
        """Read something of this transaction."""
        if offset >= self._flushed:
            start = offset - self._flushed
            return bytes(self._buffer[start : start + size])
        return self.segment.read(offset, size)

    def mark(self) -> Mark:
        """Remember this point."""
        return Mark(self.end, self.number, self.link, self._check.copy(), len(self.offsets))

    def back(self, mark: Mark) -> None:
        """Go back to a point."""
        if mark.end >= self._flushed:
            self._buffer = self._buffer[: mark.end - self._flushed]
        else:
            self._buffer = bytearray()  # a failed write may still hold the old one
            os.ftruncate(self.segment.descriptor, mark.end)
            self._flushed = mark.end
        self.number, self.link, self._check = mark.number, mark.link, mark.check
        del self.offsets[mark.offsets :]

    def undo(self) -> None:
        """Take everything back."""
        self._buffer = bytearray()  # a failed write may still hold the old one
        if self.segment.size() > self.begin:
            os.ftruncate(self.segment.descriptor, self.begin)
        self._flushed = self.begin
