"""Notice a second copy of SQLite in the process: closing the file there drops the locks that ours holds.

POSIX locks belong to the process, not to the library: when another copy of SQLite opens the live file and closes it
again, every lock of this process on the file is gone, and the next writer damages it (sqlite.org, "How To Corrupt An
SQLite Database File", 2.2.1). Only loaded modules are looked at, nothing is imported. DuckDB is not among them: it
brings a SQLite only when it is told to attach a file, which must be a copy.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from koschuso.errors import UnsafeLocation

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["OTHER_LIBRARIES", "refuse_second_library"]

OTHER_LIBRARIES: Final = (
    "adbc_driver_sqlite",
    "apsw",
    "libsql",
    "libsql_experimental",
    "pysqlcipher3",
    "pysqlite3",
    "sqlcipher3",
)
"""Modules that bring a SQLite of their own."""


def refuse_second_library(name: str, loaded: Collection[str] | None = None) -> None:
    """Refuse a database while another SQLite is in the process.

    Args:
        name: Of the database, for the message.
        loaded: Names of the loaded modules; by default those of this process.

    Raises:
        UnsafeLocation: Naming the other library and what to do.
    """
    modules = sys.modules if loaded is None else loaded
    for library in OTHER_LIBRARIES:
        if library in modules:
            raise UnsafeLocation(
                f"In diesem Programm ist mit »{library}« eine zweite SQLite-Bibliothek geladen; das kann {name} "
                "beschädigen. Bitte die andere Bibliothek in einem eigenen Prozess verwenden und dort nur mit einer "
                "Sicherung arbeiten. Wer geprüft hat, dass sie diese Datei nie öffnet, ergänzt in der URL "
                "»?bibliothek=geprueft«."
            )
