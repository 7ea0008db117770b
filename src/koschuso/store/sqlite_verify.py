"""Find what SQLite's own check misses: every content against its fingerprint, every change against its chain.

Beyond that: the tables are those that koschuso makes, the newest change is the one that the last commit noted, and
nothing stands where it does not belong. So a flipped bit in any value, and any row that is gone, added or swapped, shows.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from koschuso.store.chain import content_digest, first_link, next_link
from koschuso.store.conditions import Index
from koschuso.store.driver import Damage, Verification
from koschuso.store.schema import STEPS, head_note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["verify"]

# Text is read as bytes: a flipped bit can make it undecodable.
_COLUMNS = (
    "seq, CAST(kind AS BLOB), CAST(id AS BLOB), CAST(operation AS BLOB), at, previous, CAST(digest AS BLOB), "
    "CAST(link AS BLOB), CAST(body AS BLOB), CAST(ix_type AS BLOB), CAST(ix_subject AS BLOB), CAST(ix_object AS BLOB), "
    "CAST(ix_begin AS BLOB), CAST(ix_end AS BLOB), CAST(ix_place AS BLOB)"
)
_ROWS = f"SELECT 0 AS old, {_COLUMNS} FROM record UNION ALL SELECT 1 AS old, {_COLUMNS} FROM past ORDER BY seq"  # noqa: S608 - known columns
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
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
_META = "SELECT CAST(name AS BLOB), CAST(value AS BLOB) FROM meta"


def verify(connection: sqlite3.Connection) -> Verification:
    """Check the whole file in the state that the connection's transaction sees.

    Args:
        connection: In a read transaction.
    """
    damages: list[Damage] = []
    documents = changes = 0
    head = ""
    try:
        damages += [
            Damage(message=f"Die Datei ist beschädigt: {message}")
            for (message,) in connection.execute("PRAGMA integrity_check(20)")
            if message != "ok"
        ]
        damages += _check_schema(connection)
        notes = {_shown(name): _shown(value) for name, value in connection.execute(_META)}
        head = first_link(notes.get("store", ""))
        removed = {(kind, id_): last for kind, id_, last in connection.execute(_REMOVED)}
        for row in connection.execute(_ROWS):
            damages += _check(row, head, changes + 1, removed)
            changes, head = row[1], _shown(row[8])
            documents += not row[0] and row[9] is not None
        damages += _check_notes(notes, changes, head)
        damages += [
            _damage(kind, id_, f"Die frühere Fassung {sequence} gehört zu keiner späteren Änderung.")
            for kind, id_, sequence in connection.execute(_STRAY)
        ]
    except (sqlite3.Error, UnicodeDecodeError, TypeError) as error:
        name = getattr(error, "sqlite_errorname", "unlesbare Werte")
        damages.append(Damage(message=f"Die Datei ist nicht mehr ganz lesbar ({name})."))
    return Verification(documents=documents, changes=changes, head=head, damages=tuple(damages))


def _check_schema(connection: sqlite3.Connection) -> Iterator[Damage]:
    """Compare the tables with those that koschuso makes; a trigger would change what is written."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for step in STEPS:
            step(fresh)
        expected = set(map(_schema_row, fresh.execute(_SCHEMA)))
    found = set(map(_schema_row, connection.execute(_SCHEMA)))
    for _, name, *_ in sorted(expected - found):
        yield Damage(message=f"Die Beschreibung der Tabelle {name} wurde verändert.")
    if any(row[0] == "trigger" for row in found):
        yield Damage(message="In der Datei steht ein Programm (Trigger), das nicht von koschuso ist.")


def _schema_row(row: tuple[Any, ...]) -> tuple[str, ...]:
    # Line ends and indentation are those of the version that made the file; they mean nothing.
    return tuple(" ".join(str(value).split()) for value in row)


def _check_notes(notes: Mapping[str, str], changes: int, head: str) -> Iterator[Damage]:
    """Compare what the last commit noted with the log: the chain alone cannot tell that its end is gone."""
    if notes.keys() != {"store", "head"}:
        yield Damage(message="Die Angaben der Datei über sich selbst wurden verändert.")
    elif notes["head"] != (head_note(changes, head) if changes else head_note(0, "")):
        yield Damage(
            message=f"Das Änderungsprotokoll endet beim Eintrag {changes}, aber die letzte Speicherung war eine andere: "
            "Am Ende fehlen Einträge, oder es kamen fremde dazu."
        )


def _check(
    row: tuple[Any, ...], link: str, expected: int, removed: Mapping[tuple[bytes, bytes], int]
) -> Iterator[Damage]:
    """Check one change: its number, its place in the chain, its content."""
    old, sequence, kind, id_, operation, at, previous, digest, own_link, body, *index = row
    if sequence != expected:
        yield _damage(kind, id_, f"Vor dem Eintrag {sequence} des Änderungsprotokolls fehlen Einträge.")
    else:
        try:
            change = (
                link, sequence, at, operation.decode(), previous, kind.decode(), id_.decode(), digest.decode(),
            )  # fmt: skip
            sound = next_link(change).encode() == own_link
        except (UnicodeDecodeError, AttributeError):  # no text any more, or nothing where something must be
            sound = False
        if not sound:
            yield _damage(kind, id_, f"Der Eintrag {sequence} des Änderungsprotokolls wurde verändert.")
    if body is not None:
        try:
            values = Index._make(None if value is None else value.decode() for value in index)
            whole = operation == b"put" and content_digest(body, values).encode() == digest
        except UnicodeDecodeError:
            whole = False
    else:
        gone_on_purpose = operation != b"put" or (old and sequence < removed.get((kind, id_), 0))
        whole = gone_on_purpose and not any(value is not None for value in index)
    if not whole:
        yield _damage(kind, id_, f"Der Inhalt zum Eintrag {sequence} ist nicht mehr der, der gespeichert wurde.")


def _damage(kind: bytes | None, id_: bytes | None, message: str) -> Damage:
    return Damage(kind=_shown(kind), id=_shown(id_), message=message)


def _shown(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
