"""The files outside: what each is expected to be, and how what is to be written gets there.

A face is the file of one record. It is expected to be what the journal says; what differs was changed by somebody else.
Faces up to `Faces.settled` are known to be on the disk. Of later ones that another process wrote nobody knows whether
they arrived: a missing or torn one is written again rather than taken for a deletion or an edit (`tearing`).
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.store.chain import DIGEST_SIZE
from koschuso_files.disk import Signature, delete, fill, is_there, rename, signature_of
from koschuso_files.layout import COLLECTIONS, folder_of, stem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Face", "Faces", "Key", "Staged", "face_digest"]

Key = tuple[str, str]
"""Kind and id."""

TEMPORARY: Final = ".tmp"
_PAST: Final = 16


def face_digest(data: bytes) -> str:
    """Fingerprint the content of a file."""
    return blake2b(data, digest_size=DIGEST_SIZE).hexdigest()


@attrs.frozen
class Face:
    """A file outside.

    Attributes:
        path: Below the office's folder, with ``/``.
        kind: Kind of its record.
        id: Id of its record.
        digest: Fingerprint of what it is expected to be.
        signature: As it was last seen with that content; ``None`` when it was not looked at yet.
        at: Position in the journal from which on it is expected.
        past: What else it may still be, if the newest was never put in place.
        sizes: How long it may be in all versions that a power cut may have torn; 0 where that is not known.
        ours: Whether this process put it in place.
    """

    path: str
    kind: str
    id: str
    digest: str
    signature: Signature | None = None
    at: int = 0
    past: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    ours: bool = False

    @property
    def key(self) -> Key:
        """Kind and id of its record."""
        return self.kind, self.id

    @property
    def in_place(self) -> bool:
        """Whether it was seen as it is expected, or seen to be gone."""
        return self.signature is not None or (self.ours and not self.digest)

    @property
    def folder(self) -> str:
        """Its folder."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return self.path.rpartition("/")[2]

    @classmethod
    def of_row(cls, row: tuple[str, str, str, str, tuple[int, int, int] | None, int]) -> Face:
        """Read a row of the index file."""
        path, kind, id_, digest, signature, at = row
        return cls(path, kind, id_, digest, None if signature is None else Signature(*signature), at)


@attrs.frozen
class Staged:
    """A file that waits under a temporary name, or one that is to go.

    Attributes:
        face: What it will be.
        temporary: Where it waits; ``None`` for one that is to go, or that somebody else has put there already.
        signature: Of what waits.
    """

    face: Face
    temporary: str | None
    signature: Signature | None

    @property
    def accepted(self) -> bool:
        """Whether the file is there already, because somebody else made it."""
        return self.temporary is None and self.face.digest != ""


class Faces:
    """All files outside.

    Args:
        root: The office's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._base = f"{root}{os.sep}"
        self.settled = 0
        self.begun = 0
        self._by_key: dict[Key, Face] = {}
        self._by_folder: dict[str, dict[str, Face]] = {}
        self._taken: set[str] = set()
        self._gone: dict[str, Face] = {}
        self._number = 0

    def __iter__(self) -> Iterator[Face]:
        return iter(tuple(self._by_key.values()))

    def of(self, key: Key) -> Face | None:
        """Give the file of a record."""
        return self._by_key.get(key)

    def in_folder(self, folder: str) -> dict[str, Face]:
        """Give the files of a folder by name."""
        return self._by_folder.get(folder, {})

    def folders(self) -> list[str]:
        """Give the folders that there are to look into."""
        return sorted({*self._by_folder, *(collection.folder for collection in COLLECTIONS.values())})

    def set(self, face: Face) -> None:
        """Expect a file, or no longer (without a digest)."""
        self._gone.pop(face.path, None)
        old = self._by_key.pop(face.key, None)
        if old is not None:
            if (old.path, bool(face.digest)) != (face.path, True):
                past = (*old.past, old.digest)
                self._gone[old.path] = Face(old.path, *old.key, "", at=face.at, past=past, sizes=old.sizes)
            self._by_folder.get(old.folder, {}).pop(old.name, None)
            self._taken.discard(old.path.casefold())
        if face.digest:
            self._by_key[face.key] = face
            self._by_folder.setdefault(face.folder, {})[face.name] = face
            self._taken.add(face.path.casefold())

    def read(self, face: Face, size: int) -> None:
        """Take over what the journal says of a file that another process wrote."""
        if face.digest and face.at > self.settled:
            past, sizes = self._earlier(face)
            face = attrs.evolve(face, past=past[-_PAST:], sizes=(*sizes, size))
        self.set(face)

    def stage(self, key: Key, suffix: str, data: bytes) -> Staged:
        """Write what a file is to be under a temporary name."""
        path = self._path_for(key, suffix)
        self._taken.add(path.casefold())
        self._number += 1
        folder = path.rpartition("/")[0]
        temporary = f"{self._base}{folder}/.{os.getpid()}-{self._number}{TEMPORARY}"
        try:
            signature = fill(temporary, data)
        except FileNotFoundError:
            self.make_folder(key[0], suffix)
            signature = fill(temporary, data)
        except OSError:
            with suppress(OSError):
                delete(temporary)
            raise
        return Staged(Face(path, *key, face_digest(data)), temporary, signature)

    def make_folder(self, kind: str, suffix: str) -> None:
        """Make the folder of a kind, with its name and colour where it is a collection."""
        folder = self.root / folder_of(kind, suffix)
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if suffix != ".json":
            collection = COLLECTIONS[kind]
            for name, text in (("displayname", collection.title), ("color", collection.colour)):
                if not (folder / name).exists():
                    temporary = folder / f".{name}{TEMPORARY}"
                    fill(temporary, text.encode())
                    temporary.replace(folder / name)

    def foreign(self, face: Face) -> bytes | None:
        """Give what somebody else has made of a file since it was last looked at; ``None`` if nothing."""
        path = self.root / face.path
        try:
            if face.signature is not None and signature_of(path.stat()) == face.signature:
                return None
            data = path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            return None
        # What a crash left of an earlier version of ours was not made by anybody else.
        return None if face_digest(data) in (face.digest, *face.past) else data

    def place(self, staged: Staged, at: int) -> None:
        """Give a waiting file its name, or take away one that is to go."""
        face = staged.face
        if staged.temporary is not None:
            rename(staged.temporary, f"{self._base}{face.path}")
        old = self.of(face.key)
        self.set(attrs.evolve(face, signature=staged.signature, at=at, ours=True))
        if old is not None and self.gone(old.path) is not None:
            self.remove(old.path)

    def expect(self, staged: Staged, at: int) -> None:
        """Expect a file whose waiting version could not get its name; the next look writes it again."""
        past, sizes = self._earlier(staged.face)
        self.set(attrs.evolve(staged.face, signature=None, at=at, past=past, sizes=sizes))

    def is_in_doubt(self, face: Face) -> bool:
        """Tell whether a power cut may have come between the writing of a file and its arrival on the disk.

        Not once it was seen as it should be, and not where it was written since this process began to look.
        """
        return self.settled < face.at <= self.begun and not face.ours and face.signature is None

    def gone(self, path: str) -> Face | None:
        """Give what is to be gone from a path, and is not known to be."""
        face = self._gone.get(path)
        return None if face is None or face.ours else face

    def expected_gone(self) -> list[str]:
        """Give the paths from which something is to be gone, and is not known to be."""
        return [path for path, face in self._gone.items() if not face.ours]

    def are_gone(self, paths: Iterable[str]) -> None:
        """Note that there is nothing at these paths."""
        for path in paths:
            self._gone[path] = attrs.evolve(self._gone[path], ours=True)

    def remove(self, path: str) -> None:
        """Take away a file that is no longer expected."""
        delete(self.root / path)
        face = self._gone.get(path)
        if face is not None:
            self._gone[path] = attrs.evolve(face, ours=True)

    def clear(self, *, settled: int, begun: int) -> None:
        """Begin anew.

        Args:
            settled: Position in the journal up to which files are on the disk.
            begun: Length of the journal that was found.
        """
        self._by_key.clear()
        self._by_folder.clear()
        self._taken.clear()
        self._gone.clear()
        self.settled = settled
        self.begun = begun

    def unsettled(self) -> list[Face]:
        """Give the files of which it is not known whether they are on the disk."""
        return [face for face in (*self, *self._gone.values()) if face.at > self.settled]

    def settle(self, at: int) -> None:
        """Note that every file up to a position in the journal is on the disk."""
        for face in self:
            if (face.past or face.sizes) and face.at <= at:
                self.set(attrs.evolve(face, past=(), sizes=()))
        self._gone = {path: face for path, face in self._gone.items() if face.at > at}
        self.settled = max(self.settled, at)

    def seen(self, face: Face, signature: Signature) -> None:
        """Note that a file was looked at and is what it is expected to be."""
        self.set(attrs.evolve(face, signature=signature))

    def unstage(self, staged: Iterable[Staged]) -> None:
        """Take away what waits."""
        for one in staged:
            if one.temporary is not None:
                delete(one.temporary)
                old = self.of(one.face.key)
                if old is None or old.path != one.face.path:
                    self._taken.discard(one.face.path.casefold())

    def _earlier(self, face: Face) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Give what a file may be instead, as long as it is not known to be in place: fingerprints and lengths."""
        old = self.of(face.key)
        gone = self._gone.get(face.path)
        past: tuple[str, ...] = () if gone is None else gone.past
        sizes: tuple[int, ...] = () if gone is None else gone.sizes
        if old is not None and old.path == face.path:
            past, sizes = (*past, *old.past, old.digest), (*sizes, *old.sizes)
        return past, sizes

    def _path_for(self, key: Key, suffix: str) -> str:
        """Keep the name that a file has; find a free one for a new file."""
        kind, id_ = key
        old = self.of(key)
        folder = folder_of(kind, suffix)
        if old is not None and old.path.endswith(suffix):
            return old.path
        stem, number = stem_of(id_), 1
        path = f"{folder}/{stem}{suffix}"
        while path.casefold() in self._taken or is_there(f"{self._base}{path}"):
            number += 1
            path = f"{folder}/{stem}={number}{suffix}"
        return path
