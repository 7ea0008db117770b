r"""The journal: every change with its content, only ever appended to; what it says is what is stored.

Lines of JSON. After the first one that says whose journal it is, each change is a `Head` in one line, followed by its
body as it is and a line break; then come lines about files (`FaceLine`), and a line that commits it all::

    {"koschuso-files":1,"store":"…","generation":1}
    {"n":1,"at":1760000000000000,"op":"put","kind":"person","id":"p-1","link":"…","digest":"…","index":[…],"size":17}
    {"name": "Muster"}
    {"face":"kontakte/p-1.vcf","kind":"person","id":"p-1","digest":"…","size":230}
    {"commit":1,"link":"…","check":"…"}

Head: ``link`` chains it to the change before (`koschuso.store.chain`), ``digest`` covers body and index. Commit:
``check`` covers all lines of the transaction but the bodies. Whatever stands behind the last valid commit was never
acknowledged.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import finalize

import msgspec

from koschuso.errors import Corrupt
from koschuso.store.chain import DIGEST_SIZE, content_digest, next_link
from koschuso.store.conditions import Index
from koschuso_files.disk import opened, read_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "FORMAT",
    "PUT",
    "Beginning",
    "Commit",
    "Committed",
    "FaceLine",
    "Head",
    "Segment",
    "Torn",
    "commits_between",
    "encoded",
    "head_of",
    "transactions",
]

FORMAT: Final = 1
"""Version of the layout on disk."""

PUT: Final = "put"
_BLOCK: Final = 1 << 20
_HEADS: Final = 1 << 16
_USUAL_HEAD: Final = 512
_LONGEST_HEAD: Final = 1 << 16
_COMMIT_LINE: Final = b'\n{"commit":'


class Beginning(msgspec.Struct, rename={"format": "koschuso-files"}):
    """The first line."""

    format: int
    store: str
    generation: int


class Head(msgspec.Struct, omit_defaults=True):
    """What stands about a change before its body.

    Attributes:
        n: Number of the change, from 1.
        at: When, in microseconds since 1970.
        op: ``put``, ``remove`` or ``purge``.
        kind: Kind of the document.
        id: Id of the document.
        link: Link of the chain that ends here.
        before: Number of the change of the same document before this one; 0 for none.
        digest: Fingerprint of body and index.
        index: Index values; ``None`` where there is no content, or none any more.
        size: Bytes of the body.
        of: Id of the event whose file tells of this document too.
    """

    n: int
    at: int
    op: str
    kind: str
    id: str
    link: str
    before: int = 0
    digest: str = ""
    index: list[str | None] | None = None
    size: int = 0
    of: str = ""


class FaceLine(msgspec.Struct, omit_defaults=True):
    """What a file outside looks like since this transaction; without a digest there is none.

    Attributes:
        face: Its path.
        kind: Kind of its record.
        id: Id of its record.
        digest: Fingerprint of its content.
        size: How long it is; 0 in journals of earlier versions.
    """

    face: str
    kind: str
    id: str
    digest: str
    size: int = 0


class Commit(msgspec.Struct):
    """The end of a transaction."""

    commit: int
    link: str
    check: str


class Committed(NamedTuple):
    """A transaction as it stands in the journal.

    Attributes:
        changes: Each with its position and its length, body included.
        faces: Each with its position.
        end: Position after its commit.
        link: Link of its last change.
    """

    changes: list[tuple[Head, int, int]]
    faces: list[tuple[FaceLine, int]]
    end: int
    link: str


class Torn(Exception):
    """From here on nothing is a valid transaction."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


encoded = msgspec.json.Encoder().encode
_decode_head: Final = msgspec.json.Decoder(Head).decode
_decode_face: Final = msgspec.json.Decoder(FaceLine).decode
_decode_commit: Final = msgspec.json.Decoder(Commit).decode
_decode_beginning: Final = msgspec.json.Decoder(Beginning).decode


def head_of(line: bytes) -> Head:
    """Read a head.

    Raises:
        msgspec.DecodeError: It is none.
    """
    return _decode_head(line)


class Segment:
    """An open journal file; closed when the last reader lets go of it.

    Args:
        path: The file.
        generation: Its number.

    Raises:
        FileNotFoundError: A newer generation has taken its place.
    """

    def __init__(self, path: Path, generation: int) -> None:
        self.path = path
        self.generation = generation
        self.descriptor = opened(path, os.O_RDWR | os.O_APPEND)
        self._close = finalize(self, os.close, self.descriptor)
        line = self.line_at(0)
        try:
            self.beginning = _decode_beginning(line)
        except msgspec.DecodeError:
            raise Corrupt(f"Das Journal {path.name} beginnt nicht wie ein Journal von koschuso.") from None
        self.start = len(line) + 1

    def size(self) -> int:
        """Tell how long the file is."""
        return os.fstat(self.descriptor).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes."""
        return read_at(self.descriptor, offset, size)

    def line_at(self, offset: int) -> bytes:
        """Read the line that begins at a position, without its end."""
        for size in (_USUAL_HEAD, _LONGEST_HEAD):
            line, end, _ = self.read(offset, size).partition(b"\n")
            if end:
                return line
        return b""

    def head_at(self, offset: int) -> Head:
        """Read the head at a position.

        Raises:
            Corrupt: There is none.
        """
        try:
            return _decode_head(self.line_at(offset))
        except msgspec.DecodeError:
            raise _unreadable() from None

    def heads_at(self, offsets: Iterable[int]) -> Iterator[Head]:
        """Read the heads at many positions, in order, a block at a time.

        Raises:
            Corrupt: There is none at one of them.
        """
        block, begin = b"", 0
        for offset in offsets:
            end = block.find(b"\n", offset - begin)
            if end < 0:
                block, begin = self.read(offset, _HEADS), offset
                end = block.find(b"\n")
            if end < 0:
                yield self.head_at(offset)
                continue
            try:
                yield _decode_head(block[offset - begin : end])
            except msgspec.DecodeError:
                raise _unreadable() from None

    def content_at(self, offset: int, size: int) -> tuple[Head, bytes]:
        """Read a change with its body, and compare both with the fingerprint.

        Raises:
            Corrupt: It is not what was written.
        """
        line, _, body = self.read(offset, size).partition(b"\n")
        try:
            head = _decode_head(line)
        except msgspec.DecodeError:
            raise _unreadable() from None
        if head.index is None or not is_whole(head, body[:-1]):
            raise Corrupt(
                f"{head.kind[:80]} {head.id[:80]} ist nicht mehr, was gespeichert wurde. Bitte prüfen lassen."
            )
        return head, body[:-1]

    def close(self) -> None:
        """Close the file."""
        self._close()


def _unreadable() -> Corrupt:
    return Corrupt("Das Journal ist beschädigt: Ein Eintrag ist nicht lesbar. Bitte prüfen lassen.")


def is_whole(head: Head, body: bytes) -> bool:
    """Tell whether body and index are those that were written."""
    index: Any = head.index
    return len(body) == head.size and content_digest(body, index) == head.digest


def as_index(head: Head) -> Index:
    """Give the index values of a change."""
    return Index._make(head.index or ())


class _Reader:
    """Reads a part of a journal block by block."""

    def __init__(self, segment: Segment, start: int, end: int) -> None:
        self.segment = segment
        self.position = start
        self._end = end
        self._buffer = b""
        self._used = 0

    def line(self) -> bytes | None:
        """Read a line without its end; ``None`` where none is complete."""
        while True:
            found = self._buffer.find(b"\n", self._used)
            if found >= 0:
                line = self._buffer[self._used : found]
                self.position += len(line) + 1
                self._used = found + 1
                return line
            if len(self._buffer) - self._used > _LONGEST_HEAD or not self._more(_BLOCK):
                return None

    def bytes(self, size: int) -> bytes | None:
        """Read that many bytes; ``None`` where there are fewer."""
        if len(self._buffer) - self._used < size and not self._more(max(size, _BLOCK)):
            return None
        data = self._buffer[self._used : self._used + size]
        if len(data) < size:
            return None
        self._used += size
        self.position += size
        return data

    def _more(self, size: int) -> bool:
        offset = self.position + len(self._buffer) - self._used
        piece = self.segment.read(offset, min(size, self._end - offset))
        self._buffer = self._buffer[self._used :] + piece
        self._used = 0
        return bool(piece)


def transactions(
    segment: Segment, start: int, end: int, number: int, link: str, *, contents: bool
) -> Iterator[Committed]:
    """Read the transactions between two positions and check that each follows from the one before.

    Args:
        segment: The journal.
        start: Position after a commit.
        end: Where to stop.
        number: Number of the last change before `start`.
        link: Its link.
        contents: Whether bodies are compared with their fingerprints, too.

    Raises:
        Torn: What follows is no valid transaction.
    """
    reader = _Reader(segment, start, end)
    while reader.position < end:
        begin = reader.position
        committed = _transaction(reader, number, link, contents=contents)
        if committed is None:
            raise Torn(begin)
        if committed.changes:
            number = committed.changes[-1][0].n
        link = committed.link
        yield committed


def commits_between(segment: Segment, start: int, end: int) -> int:
    """Count the lines that look like commits: more than one is no torn end, because each waits for the one before."""
    found, rest = 0, b""
    while start < end:
        piece = segment.read(start, min(_BLOCK, end - start))
        if not piece:
            break
        found += (rest + piece).count(_COMMIT_LINE)
        rest = piece[1 - len(_COMMIT_LINE) :]
        start += len(piece)
    return found


def _transaction(reader: _Reader, number: int, link: str, *, contents: bool) -> Committed | None:
    changes: list[tuple[Head, int, int]] = []
    faces: list[tuple[FaceLine, int]] = []
    check = blake2b(digest_size=DIGEST_SIZE)
    while True:
        at = reader.position
        line = reader.line()
        if line is None:
            return None
        try:
            if line.startswith(b'{"n":'):
                head = _decode_head(line)
                number += 1
                link = follows(head, number, link)
                body = reader.bytes(head.size + 1) if head.size else b"\n"
                if not link or body is None or not body.endswith(b"\n"):
                    return None
                if contents and head.size and not is_whole(head, body[:-1]):
                    return None
                changes.append((head, at, reader.position - at))
            elif line.startswith(b'{"face":'):
                faces.append((_decode_face(line), at))
            else:
                commit = _decode_commit(line)
                if (commit.commit, commit.link, commit.check) != (number, link, check.hexdigest()):
                    return None
                return Committed(changes, faces, reader.position, link)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        check.update(line)


def follows(head: Head, number: int, link: str) -> str:
    """Give the link of a change if it is the one after `link`, and nothing if it is not."""
    if head.n != number:
        return ""
    expected = next_link((link, head.n, head.at, head.op, head.before or None, head.kind, head.id, head.digest))
    return expected if expected == head.link else ""
