"""Find what SQLite's own check misses: every content against its fingerprint, every change against its chain."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from koschuso.store.chain import content_digest, next_link, revision_of
from koschuso.store.conditions import Index
from koschuso.store.driver import Damage, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["verify"]

# Text is read as bytes: a flipped bit can make it undecodable.
_CHANGES = (
    "SELECT change.seq, CAST(kind AS BLOB), CAST(id AS BLOB), CAST(operation AS BLOB), at, previous, digest, link "
    "FROM change LEFT JOIN record ON number = change.record ORDER BY change.seq"
)
_CONTENTS = (
    "SELECT CAST(kind AS BLOB), CAST(id AS BLOB), CAST(revision AS BLOB), change.seq, digest, link, "
    "CAST(operation AS BLOB), CAST(body AS BLOB), CAST(ix_type AS BLOB), CAST(ix_subject AS BLOB), "
    "CAST(ix_object AS BLOB), CAST(ix_begin AS BLOB), CAST(ix_end AS BLOB), CAST(ix_place AS BLOB) "
    "FROM record LEFT JOIN change ON change.seq = record.seq AND change.record = number"
)
_VERSIONS = (
    "SELECT CAST(kind AS BLOB), CAST(id AS BLOB), version.seq, digest, CAST(version.body AS BLOB), "
    "CAST(version.ix_type AS BLOB), CAST(version.ix_subject AS BLOB), CAST(version.ix_object AS BLOB), "
    "CAST(version.ix_begin AS BLOB), CAST(version.ix_end AS BLOB), CAST(version.ix_place AS BLOB) "
    "FROM version LEFT JOIN change USING (seq) LEFT JOIN record ON number = change.record"
)
# The newest change of every document is the one that no other change names as its predecessor.
_LOST = (
    "SELECT change.seq, CAST(kind AS BLOB), CAST(id AS BLOB) FROM change LEFT JOIN record ON number = change.record "
    "WHERE change.seq IN (SELECT seq FROM change EXCEPT SELECT previous FROM change EXCEPT SELECT seq FROM record)"
)
_LOST_VERSIONS = (
    "WITH gone AS (SELECT record, max(seq) AS seq FROM change WHERE operation <> 'put' GROUP BY record) "
    "SELECT older.seq, CAST(kind AS BLOB), CAST(id AS BLOB) FROM change AS newer "
    "JOIN change AS older ON older.seq = newer.previous LEFT JOIN version ON version.seq = older.seq "
    "LEFT JOIN gone ON gone.record = older.record LEFT JOIN record ON number = older.record "
    "WHERE older.operation = 'put' AND version.seq IS NULL AND coalesce(gone.seq, 0) < older.seq"
)


def verify(connection: sqlite3.Connection, beginning: bytes) -> Verification:
    """Check the whole file in the state that the connection's transaction sees.

    Args:
        connection: In a read transaction.
        beginning: The link before the first change.
    """
    damages: list[Damage] = []
    documents = changes = 0
    head = beginning
    try:
        for (message,) in connection.execute("PRAGMA integrity_check(20)"):
            if message != "ok":
                damages.append(Damage(message=f"Die Datei ist beschädigt: {message}"))
        damages.extend(_check_chain(connection, beginning))
        changes, head = _head(connection, beginning)
        (documents,) = connection.execute("SELECT count(*) FROM record WHERE body IS NOT NULL").fetchone()
        damages.extend(_check_records(connection))
        damages.extend(_check_versions(connection))
    except sqlite3.Error as error:
        damages.append(Damage(message=f"Die Datei ist nicht mehr ganz lesbar: {error}"))
    return Verification(documents=documents, changes=changes, head=head.hex(), damages=tuple(damages))


def _head(connection: sqlite3.Connection, beginning: bytes) -> tuple[int, bytes]:
    (count,) = connection.execute("SELECT count(*) FROM change").fetchone()
    row = connection.execute("SELECT link FROM change ORDER BY seq DESC LIMIT 1").fetchone()
    return count, beginning if row is None else row[0]


def _check_chain(connection: sqlite3.Connection, beginning: bytes) -> Iterator[Damage]:
    link, expected = beginning, 0
    for sequence, kind, id_, operation, at, previous, digest, stored in connection.execute(_CHANGES):
        expected += 1
        if sequence != expected:
            yield _damage(kind, id_, f"Im Änderungsprotokoll fehlen Einträge vor Nummer {sequence}.")
            expected = sequence
        link = next_link(link, (sequence, at, _text(operation), previous, _text(kind), _text(id_)), digest)
        if link != stored:
            yield _damage(kind, id_, f"Der Eintrag {sequence} des Änderungsprotokolls wurde verändert.")
            link = stored


def _check_records(connection: sqlite3.Connection) -> Iterator[Damage]:
    for kind, id_, revision, sequence, digest, link, operation, body, *index in connection.execute(_CONTENTS):
        if sequence is None:
            yield _damage(kind, id_, "Der Datensatz hat keinen Eintrag im Änderungsprotokoll.")
            continue
        if operation == b"put":
            same = body is not None and content_digest(body, _index(index)) == digest
        else:
            same = body is None and not any(index)
        if not same or revision != revision_of(sequence, link).encode():
            yield _damage(kind, id_, "Der Inhalt ist nicht mehr der, der gespeichert wurde.")
    for sequence, kind, id_ in connection.execute(_LOST):
        yield _damage(kind, id_, f"Der Datensatz zum Eintrag {sequence} des Änderungsprotokolls fehlt.")


def _check_versions(connection: sqlite3.Connection) -> Iterator[Damage]:
    for kind, id_, sequence, digest, body, *index in connection.execute(_VERSIONS):
        if digest is None or content_digest(body, _index(index)) != digest:
            yield _damage(kind, id_, f"Die frühere Fassung {sequence} ist nicht mehr die, die gespeichert wurde.")
    for sequence, kind, id_ in connection.execute(_LOST_VERSIONS):
        yield _damage(kind, id_, f"Die frühere Fassung {sequence} fehlt.")


def _index(values: Iterable[bytes | None]) -> Index:
    return Index._make(None if value is None else _text(value) for value in values)


def _damage(kind: bytes | None, id_: bytes | None, message: str) -> Damage:
    return Damage(kind=_text(kind), id=_text(id_), message=message)


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode(errors="replace")
