"""Writing files so that nobody ever sees half of one, and saying in German why one cannot be had.

What an office keeps for itself (database, locks, settings, backups) is made for its owner alone, whatever the umask says:
mode 0600, folders 0700. What it writes for others follows the umask. A mode that somebody has given to a file or folder
that is there already stays. All this where the system knows such modes (POSIX).
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from koschuso.errors import Unavailable

__all__ = [
    "PRIVATE_FILE",
    "PRIVATE_FOLDER",
    "give_name",
    "make_private",
    "make_private_folder",
    "new_private",
    "reason",
    "synchronise_folder",
    "write_atomically",
]

PRIVATE_FILE: Final = 0o600
"""Mode of a file that only its owner may read."""

PRIVATE_FOLDER: Final = 0o700
"""Mode of a folder that only its owner may look into."""

_PUBLIC_FILE: Final = 0o666
_WRITABLE: Final = 0o222
_PERMISSIONS: Final = 0o777
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

_REASONS = {
    errno.ENOENT: "Datei oder Ordner gibt es nicht",
    errno.EEXIST: "dort liegt schon etwas anderes",
    errno.ENOTDIR: "ein Teil des Pfads ist kein Ordner",
    errno.EISDIR: "das ist ein Ordner",
    errno.EACCES: "die Berechtigung fehlt",
    errno.EPERM: "das System erlaubt es nicht",
    errno.EROFS: "der Datenträger ist schreibgeschützt",
    errno.ENOSPC: "der Datenträger ist voll",
    errno.EDQUOT: "Ihr Speicherplatz ist aufgebraucht",
    errno.EFBIG: "die Datei wäre zu groß",
    errno.ENAMETOOLONG: "der Name ist zu lang",
    errno.ETXTBSY: "ein anderes Programm hält sie geöffnet",
    errno.EBUSY: "ein anderes Programm hält sie geöffnet",
}


def reason(error: OSError) -> str:
    """Say in German why the system refused.

    >>> reason(FileNotFoundError(2, "No such file or directory"))
    'Datei oder Ordner gibt es nicht'
    """
    return _REASONS.get(error.errno or 0, f"Fehler {error.errno} des Systems")


def write_atomically(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file as a whole: under a temporary name first, synchronised, then renamed.

    A crash or a full disk leaves the old file or the new one, never a part. A file that is there keeps its mode, and a
    symbolic link goes on leading to it.

    Args:
        path: The file.
        data: Its content.
        private: Whether it is for its owner alone: others lose what they may do with one that is there.

    Raises:
        Unavailable: The file cannot be written; an existing one is as it was.
    """
    final = Path(os.path.realpath(path)) if path.is_symlink() else path
    temporary: Path | None = None
    try:
        before = _status(final)
        if before is not None and not before.st_mode & _WRITABLE:
            raise Unavailable(
                f"{path} ist schreibgeschützt und wurde nicht geändert. Bitte heben Sie den Schutz auf oder nennen Sie eine "
                "andere Datei."
            )
        temporary = final.with_name(f".{final.name}.{secrets.token_hex(4)}")
        with _opened_new(temporary, PRIVATE_FILE if private or before is not None else _PUBLIC_FILE) as file:
            if before is not None:
                _take_over(file.fileno(), before, PRIVATE_FOLDER if private else _PERMISSIONS)
            elif private:
                _set_mode(file.fileno(), PRIVATE_FILE)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(final)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        if not final.parent.is_dir():
            raise Unavailable(
                f"{path} lässt sich nicht schreiben: Den Ordner {final.parent} gibt es nicht. Bitte legen Sie ihn an oder "
                "nennen Sie einen anderen."
            ) from error
        raise Unavailable(
            f"{path} lässt sich nicht schreiben: {reason(error)}. Was dort stand, ist unverändert."
        ) from error
    try:
        synchronise_folder(final.parent)
    except OSError as error:
        raise Unavailable(
            f"{path} ist geschrieben, aber der Datenträger meldet einen Fehler ({reason(error)}). Bitte prüfen Sie ihn "
            "und wiederholen Sie den Vorgang."
        ) from error


def new_private(path: Path) -> BinaryIO:
    """Make a new file that only its owner may read, and open it for writing.

    Raises:
        FileExistsError: There is something of that name.
        OSError: The system refuses.
    """
    file = _opened_new(path, PRIVATE_FILE)
    _set_mode(file.fileno(), PRIVATE_FILE)
    return file


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read, unless there is one.

    One that is there is never opened, also not in a race: closing it again would drop the locks that SQLite holds on it.

    Raises:
        OSError: The system refuses.
    """
    final = Path(os.path.realpath(path))
    if os.name != "posix" or final.exists():
        return
    temporary = final.with_name(f".{final.name}.{secrets.token_hex(4)}")
    new_private(temporary).close()
    try:
        # Where there are no second names there are hardly modes either: then the one who opens the file makes it.
        with suppress(OSError):
            os.link(temporary, final)
    finally:
        temporary.unlink()


def make_private_folder(path: Path) -> None:
    """Make a new folder that only its owner may look into.

    Raises:
        FileExistsError: There is something of that name.
        OSError: The system refuses.
    """
    path.mkdir(mode=PRIVATE_FOLDER)
    if os.name == "posix":
        with suppress(OSError):  # a memory stick knows no modes
            path.chmod(PRIVATE_FOLDER)


def _opened_new(path: Path, mode: int) -> BinaryIO:
    return os.fdopen(os.open(path, _NEW, mode), "wb")


def _status(path: Path) -> os.stat_result | None:
    """Look at a file that is to be replaced; ``None`` where there is none, or something else of that name."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _take_over(descriptor: int, before: os.stat_result, allowed: int) -> None:
    """Give a new file the group and the mode of the one that it replaces, as far as we may."""
    if os.name != "posix":
        return
    with suppress(OSError):
        if os.fstat(descriptor).st_gid != before.st_gid:
            os.fchown(descriptor, -1, before.st_gid)
    _set_mode(descriptor, before.st_mode & allowed)


def _set_mode(descriptor: int, mode: int) -> None:
    """Set a mode whatever the umask says; memory sticks and some network folders know none."""
    if os.name == "posix":
        with suppress(OSError):
            os.fchmod(descriptor, mode)


def give_name(temporary: Path, final: Path) -> None:
    """Give a finished file its final name, which nobody else may have taken meanwhile.

    Raises:
        FileExistsError: There is something of that name; both are as they were.
        OSError: The system refuses; no file of the final name was made.
    """
    try:
        os.link(temporary, final)
    except FileExistsError:
        raise
    except OSError:
        # Many memory sticks and network folders know no second name for a file.
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, "exists", str(final)) from None
        os.rename(temporary, final)  # noqa: PTH104 - beside its sisters
    else:
        os.unlink(temporary)  # noqa: PTH108 - as above
    synchronise_folder(final.parent)


def synchronise_folder(folder: Path) -> None:
    """Make a new name in a folder durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            # Some network folders cannot do it at all; that is their way and no failure.
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(handle)
