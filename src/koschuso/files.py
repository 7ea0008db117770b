"""Writing files so that nobody ever sees half of one, and saying in German why one cannot be had."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

from koschuso.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["give_name", "reason", "synchronise_folder", "write_atomically"]

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


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file as a whole: under a temporary name first, synchronised, then renamed.

    A crash or a full disk leaves the old file or the new one, never a part.

    Raises:
        Unavailable: The file cannot be written; an existing one is as it was.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # Temporary files are private; what an office exports is meant to be read with its usual rights.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # noqa: PTH101 - the name is a string by now
        os.replace(temporary, path)  # noqa: PTH105
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
        if not path.parent.is_dir():
            raise Unavailable(
                f"{path} lässt sich nicht schreiben: Den Ordner {path.parent} gibt es nicht. Bitte legen Sie ihn an oder "
                "nennen Sie einen anderen."
            ) from error
        raise Unavailable(
            f"{path} lässt sich nicht schreiben: {reason(error)}. Was dort stand, ist unverändert."
        ) from error
    try:
        synchronise_folder(path.parent)
    except OSError as error:
        raise Unavailable(
            f"{path} ist geschrieben, aber der Datenträger meldet einen Fehler ({reason(error)}). Bitte prüfen Sie ihn "
            "und wiederholen Sie den Vorgang."
        ) from error


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
