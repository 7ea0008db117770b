"""Find what SQLite's own check misses: every content against its fingerprint, every change against its chain."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from koschuso.store.chain import content_digest, next_link
from koschuso.store.conditions import Index
from koschuso.store.driver import Damage, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["verify"]

# Text is read as bytes: a flipped bit can make it undecodable.
_ROWS = (
    "SELECT 0 AS old, seq, CAST(kind AS BLOB), CAST(id AS BLOB), CAST(operation AS BLOB), at, previous, "
    "CAST(digest AS BLOB), CAST(link AS BLOB), "
    "CAST(body AS BLOB), CAST(ix_type AS BLOB), CAST(ix_subject AS BLOB), CAST(ix_object AS BLOB), "
    "CAST(ix_begin AS BLOB), CAST(ix_end AS BLOB), CAST(ix_place AS BLOB) FROM record "
    "UNION ALL "
    "SELECT 1 AS old, seq, CAST(kind AS BLOB), CAST(id AS BLOB), CAST(operation AS BLOB), at, previous, "
    "CAST(digest AS BLOB), CAST(link AS BLOB), "
    "CAST(body AS BLOB), CAST(ix_type AS BLOB), CAST(ix_subject AS BLOB), CAST(ix_object AS BLOB), "
    "CAST(ix_begin AS BLOB), CAST(ix_end AS BLOB), CAST(ix_place AS BLOB) FROM past ORDER BY seq"
)
# Contents before a removal are gone on purpose (P1); the number of the last removal of each document tells which.
_REMOVED = (
    "SELECT CAST(kind AS BLOB), CAST(id AS BLOB), max(seq) FROM "
    "(SELECT kind, id, seq FROM record WHERE operation <> 'put' "
    "UNION ALL SELECT kind, id, seq FROM past WHERE operation <> 'put') GROUP BY kind, id"
)
# Whatever is past was replaced by a change that names it.
_STRAY = (
    "SELECT CAST(kind AS BLOB), CAST(id AS BLOB), seq FROM past WHERE seq NOT IN "
    "(SELECT previous FROM record WHERE previous IS NOT NULL UNION ALL "
    "SELECT previous FROM past WHERE previous IS NOT NULL)"
)


def verify(connection: sqlite3.Connection, beginning: str) -> Verification:
    """Check the whole file in the state that the connection's transaction sees.

    Args:
        connection: In a read transaction.
        beginning: The link before the first change.
    """
    damages: list[Damage] = []
    documents = changes = 0
    head = beginning
    try:
        damages += [
            Damage(message=f"Die Datei ist beschädigt: {message}")
            for (message,) in connection.execute("PRAGMA integrity_check(20)")
            if message != "ok"
        ]
        removed = {(kind, id_): last for kind, id_, last in connection.execute(_REMOVED)}
        for row in connection.execute(_ROWS):
            damages += _check(row, head, changes + 1, removed)
            changes, head = row[1], _text(row[8])
            documents += not row[0] and row[9] is not None
        damages += [
            _damage(kind, id_, f"Die frühere Fassung {sequence} gehört zu keiner späteren Änderung.")
            for kind, id_, sequence in connection.execute(_STRAY)
        ]
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "unlesbarer Text")
        damages.append(Damage(message=f"Die Datei ist nicht mehr ganz lesbar ({name})."))
    return Verification(documents=documents, changes=changes, head=head, damages=tuple(damages))


def _check(
    row: tuple[Any, ...], link: str, expected: int, removed: Mapping[tuple[bytes, bytes], int]
) -> Iterator[Damage]:
    """Check one change: its number, its place in the chain, its content."""
    old, sequence, kind, id_, operation, at, previous, digest, own_link, body, *index = row
    change = (link, sequence, at, _text(operation), previous, _text(kind), _text(id_), _text(digest))
    if sequence != expected:
        yield _damage(kind, id_, f"Vor dem Eintrag {sequence} des Änderungsprotokolls fehlen Einträge.")
    elif next_link(change) != _text(own_link):
        yield _damage(kind, id_, f"Der Eintrag {sequence} des Änderungsprotokolls wurde verändert.")
    if body is not None:
        whole = operation == b"put" and content_digest(body, _index(index)) == _text(digest)
    else:
        gone_on_purpose = operation != b"put" or (old and sequence < removed.get((kind, id_), 0))
        whole = gone_on_purpose and not any(index)
    if not whole:
        yield _damage(kind, id_, f"Der Inhalt zum Eintrag {sequence} ist nicht mehr der, der gespeichert wurde.")


def _index(values: Iterable[bytes | None]) -> Index:
    return Index._make(None if value is None else _text(value) for value in values)


def _damage(kind: bytes, id_: bytes, message: str) -> Damage:
    return Damage(kind=_text(kind), id=_text(id_), message=message)


def _text(value: bytes) -> str:
    return value.decode(errors="replace")
