"""Opening a file that somebody brings: refused where it is no file, empty or larger than koschuso reads."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from koschuso.errors import NotFound, Refused, Unavailable
from koschuso.files import reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["incoming"]


@contextmanager
def incoming(file: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file to read it, and give its size in bytes.

    Raises:
        NotFound: It does not exist.
        Refused: It is no ordinary file, empty or too large.
        Unavailable: It cannot be read, at the beginning or later on.
    """
    from koschuso.interchange.limits import MAX_FILE_BYTES  # noqa: PLC0415 - `import koschuso` stays cheap

    try:
        if not stat.S_ISREG(file.stat().st_mode) and not file.is_dir():
            raise Refused(f"{file} ist keine gewöhnliche Datei, sondern etwa ein Gerät oder eine Pipe.")
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            if not size:
                raise Refused(f"Die Datei {file} ist leer.")
            if size > MAX_FILE_BYTES:
                raise Refused(
                    f"Die Datei {file} ist größer als {MAX_FILE_BYTES // 1024**2} MB; bitte teilen Sie sie auf."
                )
            yield stream, size
    except FileNotFoundError as error:
        raise NotFound(f"Die Datei {file} gibt es nicht; prüfen Sie Ordner und Schreibweise.") from error
    except OSError as error:
        raise Unavailable(f"Die Datei {file} lässt sich nicht lesen: {reason(error)}.") from error
