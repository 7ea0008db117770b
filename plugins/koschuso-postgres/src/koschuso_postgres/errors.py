"""PostgreSQL's errors in the terms of what the caller can do.

The server's and the library's own texts quote user names, stored values and parts of statements, so they are never
handed on, neither in the message nor as the cause; the five-character code (SQLSTATE) says enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from koschuso.errors import Corrupt, KoschusoError, Refused, Unavailable

if TYPE_CHECKING:
    from psycopg import Connection

__all__ = ["is_damage", "is_lost", "is_stale", "translation"]

_SAFE = "Was vorher gespeichert war, ist unversehrt."
_LOCKED = (
    Unavailable,
    "Ein anderer Vorgang schreibt gerade in {label} und wird nicht fertig. Bitte gleich noch einmal versuchen.",
)
_SLOW = (
    Unavailable,
    (
        "{label} hat zu lange gebraucht und wurde angehalten. Bitte gleich noch einmal versuchen oder die Angabe "
        f"»zeitgrenze« der Speicher-URL erhöhen. {_SAFE}"
    ),
)
_FULL = (Unavailable, f"Auf dem Server von {{label}} ist kein Platz mehr. Bitte die Verwaltung verständigen. {_SAFE}")
_BUSY = (
    Unavailable,
    f"Der Server von {{label}} ist überlastet ({{code}}). Bitte gleich noch einmal versuchen. {_SAFE}",
)
_LOST = (Unavailable, f"Die Verbindung zu {{label}} ging verloren. Bitte den Vorgang wiederholen. {_SAFE}")
_FORBIDDEN = (
    Refused,
    (
        "Diese Rolle darf das in {label} nicht ({code}). Bitte die Verwaltung der Datenbank um die Rechte bitten "
        "(README von koschuso-postgres, »Rollen«)."
    ),
)
_DAMAGED = (
    Corrupt,
    "{label} ist beschädigt ({code}). Bitte die Verwaltung verständigen und eine Sicherung zurückspielen.",
)
_MISSING = (
    Corrupt,
    "In {label} fehlen Tabellen von koschuso ({code}). Bitte die Verwaltung verständigen und eine Sicherung zurückspielen.",
)
_OTHER = (
    Unavailable,
    f"{{label}} hat den Vorgang nicht angenommen (SQLSTATE {{code}}). Bitte die Verwaltung verständigen. {_SAFE}",
)

_SENTENCES: dict[str, tuple[type[KoschusoError], str]] = {
    "55P03": _LOCKED,  # lock_not_available
    "40P01": _LOCKED,  # deadlock_detected
    "57014": _SLOW,  # query_canceled
    "53100": _FULL,  # disk_full
    "42501": _FORBIDDEN,  # insufficient_privilege
    "28": _FORBIDDEN,
    "42P01": _MISSING,  # undefined_table
    "42703": _MISSING,  # undefined_column
    "3F000": _MISSING,  # invalid_schema_name
    "53": _BUSY,
    "08": _LOST,
    "25P03": _LOST,  # idle_in_transaction_session_timeout
    "25006": _LOST,  # read_only_sql_transaction: the server has become a standby
    "57": _LOST,
    "58": (
        Unavailable,
        "Der Server von {label} kann seine Dateien nicht lesen ({code}). Bitte die Verwaltung verständigen.",
    ),
    "22021": _DAMAGED,  # character_not_in_repertoire
    "XX": _DAMAGED,
}


def translation(error: psycopg.Error | UnicodeDecodeError, label: str) -> KoschusoError:
    """Translate an error of the database called `label`; raise the result ``from None``."""
    if isinstance(error, UnicodeDecodeError):
        return Corrupt(_DAMAGED[1].format(label=label, code="22021"))
    code = error.sqlstate or ""
    if not code and isinstance(error, psycopg.OperationalError):
        return Unavailable(_LOST[1].format(label=label))
    kind, sentence = _SENTENCES.get(code) or _SENTENCES.get(code[:2]) or _OTHER
    return kind(sentence.format(label=label, code=code or "ohne"), sqlstate=code)


def is_lost(connection: Connection[tuple[object, ...]], error: psycopg.Error) -> bool:
    """Tell whether the connection is gone, or leads to a server that cannot be written to any more."""
    return connection.closed or (error.sqlstate or "")[:2] == "08"


def is_stale(connection: Connection[tuple[object, ...]], error: psycopg.Error) -> bool:
    """Tell whether another connection may do at the beginning of a transaction what this one cannot."""
    return is_lost(connection, error) or error.sqlstate in {"25006", "57P01", "57P02", "57P03", "57P05"}


def is_damage(error: psycopg.Error) -> bool:
    """Tell whether the server cannot read what is stored."""
    return (error.sqlstate or "")[:2] in {"XX", "58"} or error.sqlstate == "22021"
