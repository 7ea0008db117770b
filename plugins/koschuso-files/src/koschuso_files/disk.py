"""Reading and writing on the disk: complete or not at all, private to the office, and errors in German."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from koschuso.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "Signature",
    "delete",
    "fill",
    "is_there",
    "opened",
    "put_whole",
    "read_at",
    "rename",
    "signature_of",
    "sync_file",
    "sync_folder",
    "sync_many",
    "translated",
    "write_all",
]

_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_REASONS: Final = {
    errno.ENOENT: "Datei oder Ordner gibt es nicht",
    errno.EACCES: "die Berechtigung fehlt",
    errno.EPERM: "das System erlaubt es nicht",
    errno.EROFS: "der Datenträger ist schreibgeschützt",
    errno.ENOSPC: "der Datenträger ist voll",
    errno.EDQUOT: "Ihr Speicherplatz ist aufgebraucht",
    errno.EFBIG: "die Datei wäre zu groß",
    errno.EMFILE: "es sind zu viele Dateien offen",
    errno.EIO: "der Datenträger meldet einen Fehler",
}
_FEW: Final = 16
_MANY: Final = 5000
_positioned: Any = getattr(os, "pread", None)
_seeking = threading.Lock()  # Windows has no pread: there reading moves the position that all threads share


class Signature(NamedTuple):
    """What tells without reading that a file is the same: moment of its last change, size and number."""

    changed: int
    size: int
    number: int


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn errors of the system into `Unavailable`.

    Args:
        name: The folder's name, for people.
    """
    try:
        yield
    except OSError as error:
        why = _REASONS.get(error.errno or 0, f"Fehler {error.errno} des Systems")
        raise Unavailable(
            f"Der Ordner {name} lässt sich gerade nicht lesen oder beschreiben: {why}. "
            "Was schon gespeichert war, ist sicher. Bitte die Ursache beheben und es noch einmal versuchen."
        ) from error


def opened(path: Path | str, flags: int) -> int:
    """Open a file, readable and writable by the office alone."""
    return os.open(path, flags | _BINARY, 0o600)


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Write everything, also where the system takes it in pieces."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def read_at(descriptor: int, offset: int, size: int) -> bytes:
    """Read up to `size` bytes at a position; fewer only at the end of the file."""
    pieces: list[bytes] = []
    while size > 0:
        if _positioned is not None:
            piece: bytes = _positioned(descriptor, size, offset)
        else:
            with _seeking:
                os.lseek(descriptor, offset, os.SEEK_SET)
                piece = os.read(descriptor, size)
        if not piece:
            break
        if len(piece) == size and not pieces:
            return piece
        pieces.append(piece)
        offset += len(piece)
        size -= len(piece)
    return b"".join(pieces)


def signature_of(status: os.stat_result) -> Signature:
    """Take down what tells a file from a changed one."""
    return Signature(status.st_mtime_ns, status.st_size, status.st_ino)


def fill(path: Path | str, data: bytes) -> Signature:
    """Write a new file under a temporary name; it still has to be renamed, and is not synchronised."""
    descriptor = opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        write_all(descriptor, data)
        return signature_of(os.fstat(descriptor))
    finally:
        os.close(descriptor)


def put_whole(path: Path, data: bytes) -> None:
    """Replace a small file of our own: temporary name, synchronise, rename, synchronise the folder."""
    temporary = path.with_name(f".{path.name}.tmp")
    fill(temporary, data)
    sync_file(temporary)
    temporary.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Bring a file to the disk."""
    descriptor = os.open(path, os.O_RDWR | _BINARY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk; Windows cannot and does not need to."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_many(paths: Iterable[Path]) -> None:
    """Bring many files and their folders to the disk: together, because the system then waits once for all of them."""
    chosen = list(paths)
    if len(chosen) > _MANY and hasattr(os, "sync"):
        os.sync()
        return
    if len(chosen) > _FEW:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only for many files

        with ThreadPoolExecutor(_FEW) as pool:
            list(pool.map(_sync_if_there, chosen))
    else:
        for path in chosen:
            _sync_if_there(path)
    for folder in {path.parent for path in chosen}:
        with suppress(FileNotFoundError):
            sync_folder(folder)


def _sync_if_there(path: Path) -> None:
    with suppress(FileNotFoundError):
        sync_file(path)


def delete(path: Path | str) -> None:
    """Delete a file; that it is gone already is fine."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - as `rename`


def rename(path: str, target: str) -> None:
    """Rename a file over another one."""
    # With a hundred thousand files, making Path objects would take a third of the time.
    os.replace(path, target)  # noqa: PTH105 - as above


def is_there(path: str) -> bool:
    """Tell whether there is something at a path."""
    return os.path.lexists(path)
