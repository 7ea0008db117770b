"""Writing the journal anew: without contents that are gone, or as the beginning of a copy.

The new journal gets its name when it is complete and on the disk; until then the old one counts.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import msgspec

from koschuso.errors import Corrupt
from koschuso.store.chain import DIGEST_SIZE
from koschuso_files.disk import delete, opened, sync_folder, write_all
from koschuso_files.founding import found, journal_name
from koschuso_files.journal import PUT, Beginning, Commit, FaceLine, Head, encoded, head_of
from koschuso_files.layout import HIDDEN
from koschuso_files.standing import Standing, StandingFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from koschuso_files.faces import Face
    from koschuso_files.state import State

__all__ = ["copy_journal", "rewrite"]

_BLOCK: Final = 1 << 20


class _Output:
    """The new journal while it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._buffer = bytearray()
        self.check = blake2b(digest_size=DIGEST_SIZE)

    def line(self, data: bytes, body: bytes = b"") -> None:
        self.check.update(data)
        self._buffer += data
        self._buffer += b"\n"
        if body:
            self._buffer += body
            self._buffer += b"\n"
        if len(self._buffer) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        write_all(self._descriptor, self._buffer)
        self._buffer = bytearray()

    def finish(self) -> None:
        self.flush()
        os.fsync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


def rewrite(hidden: Path, state: State, faces: Iterable[Face]) -> int:
    """Write the journal anew without the contents that are gone.

    Returns:
        The number of the new journal.

    Raises:
        Corrupt: The old one cannot be read; it stays.
    """
    segment = state.segment
    generation = segment.generation + 1
    output = _Output(hidden / f".{journal_name(generation)}.tmp")
    try:
        beginning = Beginning(format=segment.beginning.format, store=segment.beginning.store, generation=generation)
        output.line(encoded(beginning))
        output.check = blake2b(digest_size=DIGEST_SIZE)
        for number in range(state.number):
            _copy(state, number, output)
        for face in faces:
            size = 0 if face.signature is None else face.signature.size
            line = FaceLine(face=face.path, kind=face.kind, id=face.id, digest=face.digest, size=size)
            output.line(encoded(line))
        output.line(encoded(Commit(commit=state.number, link=state.link, check=output.check.hexdigest())))
        output.finish()
    except BaseException:
        output.close()
        delete(output.path)
        raise
    output.close()
    output.path.replace(hidden / journal_name(generation))
    sync_folder(hidden)
    return generation


def _copy(state: State, number: int, output: _Output) -> None:
    offset = state.offsets[number]
    line = state.segment.line_at(offset)
    try:
        head = head_of(line)
    except msgspec.DecodeError:
        raise Corrupt("Das Journal ist beschädigt: Ein Eintrag ist nicht lesbar. Bitte prüfen lassen.") from None
    entry = state.entry(head.kind, head.id)
    if head.op == PUT and head.index is not None and entry is not None and head.n <= entry.cut:
        output.line(encoded(_wiped(head)))
    else:
        output.line(line, state.segment.read(offset + len(line) + 1, head.size) if head.size else b"")


def _wiped(head: Head) -> Head:
    return Head(
        n=head.n,
        at=head.at,
        op=head.op,
        kind=head.kind,
        id=head.id,
        link=head.link,
        before=head.before,
        digest=head.digest,
    )


def copy_journal(state: State, root: Path) -> None:
    """Begin another folder with the journal as it is in a state; its files outside are still to be written."""
    root.mkdir(mode=0o700)
    hidden = root / HIDDEN
    hidden.mkdir(mode=0o700)
    descriptor = opened(hidden / journal_name(state.segment.generation), os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        position = 0
        while position < state.length:
            piece = state.segment.read(position, min(_BLOCK, state.length - position))
            if not piece:
                raise Corrupt("Das Journal ist kürzer als das, was gespeichert war.")
            write_all(descriptor, piece)
            position += len(piece)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    standing = StandingFile(hidden)
    try:
        # Nothing of it may be cut off as unfinished, and none of its files is there yet.
        standing.write(Standing(state.segment.generation, state.length, 0), sync=True)
    finally:
        standing.close()
    found(hidden, "")
