"""SQLite's errors in the terms of what the caller can do."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from koschuso.errors import Corrupt, KoschusoError, Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SQLITE_ERRORS", "cause_of", "translated", "translation"]

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What a call of sqlite3 raises: the second where damaged text stands in the message that it wanted to give."""

_PRIMARY = 0xFF  # the lower byte of an extended result code

_LOCKED = (
    Unavailable,
    (
        "{name} ist gesperrt: ein anderes Programm hat die Datei geöffnet. Bitte dieses Programm schließen oder gleich noch "
        "einmal versuchen."
    ),
)
_CLOSED = (
    Unavailable,
    (
        "{name} kann nicht zum Schreiben geöffnet werden. Bitte prüfen, ob der Ordner vorhanden ist und ob Sie dort "
        "schreiben dürfen."
    ),
)
# Whatever is not in the table means that tables, rows or text are not as they were written.
_DAMAGED = (Corrupt, "{name} ist beschädigt ({code}). Bitte eine Sicherung zurückspielen.")
_SENTENCES: dict[int | None, tuple[type[KoschusoError], str]] = {
    sqlite3.SQLITE_FULL: (
        Unavailable,
        (
            "Die Platte ist voll: {name} konnte nicht geschrieben werden. Bitte Platz schaffen und den Vorgang wiederholen; "
            "was vorher gespeichert war, ist unversehrt."
        ),
    ),
    sqlite3.SQLITE_IOERR: (
        Unavailable,
        (
            "{name} konnte nicht gelesen oder geschrieben werden ({code}). Bitte prüfen, ob auf der Platte Platz ist und ob "
            "sie in Ordnung ist; was vorher gespeichert war, ist unversehrt."
        ),
    ),
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_READONLY: _CLOSED,
    sqlite3.SQLITE_AUTH: _CLOSED,
    sqlite3.SQLITE_NOMEM: (
        Unavailable,
        "Der Arbeitsspeicher reicht für {name} nicht. Bitte andere Programme schließen.",
    ),
    sqlite3.SQLITE_TOOBIG: (Refused, "Ein Datensatz ist zu groß für {name}. Bitte den Inhalt kürzen."),
    sqlite3.SQLITE_NOTADB: (
        Corrupt,
        "{name} ist keine koschuso-Datenbank oder beschädigt. Bitte eine Sicherung zurückspielen.",
    ),
}


def translation(error: sqlite3.Error | UnicodeDecodeError, name: str) -> KoschusoError:
    """Translate an error of the database called `name`."""
    code = getattr(error, "sqlite_errorcode", None)
    kind, sentence = _SENTENCES.get(None if code is None else code & _PRIMARY, _DAMAGED)
    return kind(sentence.format(name=name, code=getattr(error, "sqlite_errorname", "unlesbarer Text")))


def cause_of(error: sqlite3.Error | UnicodeDecodeError) -> Exception | None:
    """Return the error as the cause to show, unless it quotes stored text, as those of Python itself do."""
    return error if hasattr(error, "sqlite_errorcode") else None


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Translate every SQLite error of a block."""
    try:
        yield
    except SQLITE_ERRORS as error:
        raise translation(error, name) from cause_of(error)
