"""The tables of the SQLite file and the steps from one version to the next.

``PRAGMA user_version`` is the number of steps that were done; each step is one transaction, so a kill leaves a whole
version. Steps are functions that call `execute`, never ``executescript``, which commits half-way.

Every change is one row, numbered without gaps by ``seq``. ``record`` holds the newest change of each document, a put
with its content or a removal without; what it replaces moves to ``past`` as it was. Both together are the chained log,
so writing a new document costs one row. ``previous`` is the change before of the same document, ``at`` counts
microseconds since 1970 in UTC. ``meta`` notes the store's identity and, since version 2, the newest change. Only those
index values have an SQL index that pick few rows out of many: each costs a bulk import a sixth.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from koschuso.errors import NotSupported, Refused

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

__all__ = ["APPLICATION_ID", "STEPS", "head_note", "is_current", "migrate", "require_ours"]

APPLICATION_ID = 0x4B4F5331
"""``KOS1`` in the file header: this database is koschuso's."""

_VERSION_1 = (
    """
    CREATE TABLE record (
        seq INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        operation TEXT NOT NULL,
        at INTEGER NOT NULL,
        previous INTEGER,
        digest TEXT NOT NULL,
        link TEXT NOT NULL,
        body TEXT,
        ix_type TEXT,
        ix_subject TEXT,
        ix_object TEXT,
        ix_begin TEXT,
        ix_end TEXT,
        ix_place TEXT,
        UNIQUE (kind, id)
    ) STRICT
    """,
    "CREATE INDEX record_subject ON record (ix_subject) WHERE ix_subject IS NOT NULL",
    "CREATE INDEX record_object ON record (ix_object) WHERE ix_object IS NOT NULL",
    """
    CREATE TABLE past (
        seq INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        operation TEXT NOT NULL,
        at INTEGER NOT NULL,
        previous INTEGER,
        digest TEXT NOT NULL,
        link TEXT NOT NULL,
        body TEXT,
        ix_type TEXT,
        ix_subject TEXT,
        ix_object TEXT,
        ix_begin TEXT,
        ix_end TEXT,
        ix_place TEXT
    ) STRICT
    """,
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
)


def _create(connection: sqlite3.Connection) -> None:
    for statement in _VERSION_1:
        connection.execute(statement)
    connection.execute("INSERT INTO meta (name, value) VALUES ('store', ?)", (secrets.token_hex(8),))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _note_head(connection: sqlite3.Connection) -> None:
    """Note the newest change beside the changes: the chain alone cannot tell that its end was cut off."""
    newest = connection.execute(
        "SELECT seq, link FROM (SELECT seq, link FROM record UNION ALL SELECT seq, link FROM past) ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    connection.execute("INSERT INTO meta (name, value) VALUES ('head', ?)", (head_note(*newest or (0, "")),))


def head_note(sequence: int, link: str) -> str:
    """Write number and link of the newest change as ``meta`` keeps them; every commit writes them anew."""
    return f"{sequence} {link}".rstrip()


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (_create, _note_head)
"""Step number *n* leads from version *n* to *n* + 1; only ever append."""


def require_ours(connection: sqlite3.Connection, name: str, steps: Sequence[object] = STEPS) -> None:
    """Refuse a database of another program or of a newer koschuso, before anything in it is touched.

    Raises:
        NotSupported: When a newer koschuso wrote it.
        Refused: When another program wrote it.
    """
    connection.execute("BEGIN")  # one state: another process may be creating the tables just now
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        version = _version(connection)
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
    if application != APPLICATION_ID and (application or version or tables):
        raise Refused(
            f"{name} ist eine Datenbank eines anderen Programms. Bitte einen anderen Dateinamen wählen; "
            "die Datei wurde nicht verändert."
        )
    if version > len(steps):
        raise NotSupported(
            f"{name} wurde von einer neueren Fassung von koschuso geschrieben (Stand {version}, bekannt bis "
            f"{len(steps)}). Bitte koschuso aktualisieren; die Datei wurde nicht verändert."
        )


def is_current(connection: sqlite3.Connection, steps: Sequence[object] = STEPS) -> bool:
    """Tell whether all steps are done."""
    return _version(connection) == len(steps)


def migrate(connection: sqlite3.Connection, steps: Sequence[Callable[[sqlite3.Connection], None]] = STEPS) -> None:
    """Do the missing steps, each in one transaction; the caller holds the writer lock."""
    for number in range(_version(connection), len(steps)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            steps[number](connection)
            connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
