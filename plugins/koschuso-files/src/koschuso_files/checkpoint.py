"""The index file: what is held in memory, written down so that opening need not read the whole journal.

Never the truth: one that is missing, torn or not of this journal is passed over, and the journal is read instead.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from sys import byteorder
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from koschuso.store.chain import DIGEST_SIZE
from koschuso.store.conditions import Index
from koschuso_files.disk import put_whole
from koschuso_files.faces import Face
from koschuso_files.state import Documents, Entry, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from koschuso_files.journal import Segment

__all__ = ["NAME", "Checkpoint", "is_intact", "load", "save"]

NAME: Final = "index"
_Row = tuple[str, int, int, int, str, list[str | None] | None, int, str]
_FaceRow = tuple[str, str, str, str, tuple[int, int, int] | None, int]


class _Title(msgspec.Struct):
    """The first line."""

    format: int
    store: str
    generation: int
    length: int
    digest: str


class _Content(msgspec.Struct, array_like=True):
    number: int
    link: str
    at: int
    dead: int
    offsets: bytes
    kinds: dict[str, list[_Row]]
    faces: list[_FaceRow]


class Checkpoint(NamedTuple):
    """What an index file gave."""

    state: State
    faces: list[Face]


def save(folder: Path, state: State, faces: Iterable[Face]) -> None:
    """Write the index file of a state."""
    offsets = state.offsets[: state.number]
    if byteorder == "big":
        offsets.byteswap()
    content = msgspec.msgpack.encode(
        _Content(
            number=state.number,
            link=state.link,
            at=state.at,
            dead=state.dead,
            offsets=offsets.tobytes(),
            kinds={
                kind: [(id_, *entry) for id_, entry in documents.entries.items()]  # type: ignore[misc]  # a row is an entry behind its id
                for kind, documents in state.kinds.items()
            },
            faces=[(face.path, face.kind, face.id, face.digest, face.signature, face.at) for face in faces],
        )
    )
    title = _Title(
        format=1,
        store=state.segment.beginning.store,
        generation=state.segment.generation,
        length=state.length,
        digest=_digest(content),
    )
    put_whole(folder / NAME, msgspec.json.encode(title) + b"\n" + content)


def load(folder: Path, segment: Segment, size: int) -> Checkpoint | None:
    """Read the index file, if it is intact and of this journal.

    Args:
        folder: Where it lies.
        segment: The journal.
        size: How long the journal is.
    """
    try:
        data = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    line, _, content = data.partition(b"\n")
    try:
        title = msgspec.json.decode(line, type=_Title)
        ours = (title.format, title.store, title.generation) == (1, segment.beginning.store, segment.generation)
        if not ours or title.length > size or title.digest != _digest(content):
            return None
        found = msgspec.msgpack.decode(content, type=_Content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    offsets = array("Q")
    offsets.frombytes(found.offsets)
    if byteorder == "big":
        offsets.byteswap()
    same: dict[tuple[str | None, ...], Index] = {}  # many documents have the same index values
    kinds = {
        kind: Documents(
            entries := {row[0]: _entry(row, same) for row in rows},
            None,
            sum(entry.index is not None for entry in entries.values()),
        )
        for kind, rows in found.kinds.items()
    }
    state = State(
        segment,
        kinds=kinds,
        offsets=offsets,
        number=found.number,
        link=found.link,
        at=found.at,
        length=title.length,
        dead=found.dead,
    )
    return Checkpoint(state, [Face.of_row(row) for row in found.faces])


def is_intact(folder: Path) -> bool:
    """Tell whether the index file, if there is one, is what was written."""
    try:
        line, _, content = (folder / NAME).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return True
    try:
        return msgspec.json.decode(line, type=_Title).digest == _digest(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def _entry(row: _Row, same: dict[tuple[str | None, ...], Index]) -> Entry:
    _, number, offset, size, revision, values, cut, of = row
    index: Index | None = None
    if values is not None:
        key = tuple(values)
        index = same.get(key)
        if index is None:
            index = same[key] = Index._make(key)
    return Entry(number, offset, size, revision, index, cut, of)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=DIGEST_SIZE).hexdigest()
