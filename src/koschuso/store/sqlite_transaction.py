"""One transaction on the SQLite file: rows in, rows out, and the chained change log beside them."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from koschuso.errors import KoschusoError, Refused, WrongUse
from koschuso.store.chain import content_digest, next_link, revision_of
from koschuso.store.conditions import Index, OneOf, Range
from koschuso.store.driver import (
    ABSENT,
    Change,
    Document,
    DriverTransaction,
    Expected,
    Operation,
    Version,
    Write,
    require_expected,
)
from koschuso.store.sqlite_errors import translation
from koschuso.store.storable import instant_from_microseconds, microseconds, require_all_storable, require_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from koschuso.store.conditions import Condition

__all__ = ["SqliteTransaction"]

_BATCH = 500
_PAGE = 200

_COLUMNS = "id, revision, CAST(body AS BLOB), ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place"
_GET = f"SELECT {_COLUMNS} FROM record WHERE kind = ? AND id = ? AND body IS NOT NULL"  # noqa: S608 - a constant
_SCAN = f"SELECT {_COLUMNS} FROM record WHERE kind = ? AND body IS NOT NULL"  # noqa: S608 - a constant
_STATE = "SELECT id, number, seq, iif(body IS NULL, NULL, revision) FROM record WHERE kind = ? AND id = ?"
_STATES = (
    "SELECT id, number, seq, iif(body IS NULL, NULL, revision) FROM record "
    "WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
)
_LAST_ID = "SELECT max(id) FROM record WHERE kind = ?"
_KEEP_VERSION = (
    "INSERT INTO version (seq, body, ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place) "
    "SELECT seq, body, ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place FROM record "
    "WHERE number = ? AND body IS NOT NULL"
)
_INSERT = (
    "INSERT INTO record "
    "(number, kind, id, seq, revision, body, ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place) "
    "VALUES (?4, ?2, ?3, ?4, ?5, CAST(?6 AS TEXT), ?7, ?8, ?9, ?10, ?11, ?12)"
)
_REPLACE = (
    "UPDATE record SET seq = ?4, revision = ?5, body = CAST(?6 AS TEXT), ix_type = ?7, ix_subject = ?8, "
    "ix_object = ?9, ix_begin = ?10, ix_end = ?11, ix_place = ?12 WHERE number = ?1 AND kind = ?2 AND id = ?3"
)
_BLANK = (
    "UPDATE record SET seq = ?, revision = ?, body = NULL, ix_type = NULL, ix_subject = NULL, ix_object = NULL, "
    "ix_begin = NULL, ix_end = NULL, ix_place = NULL WHERE number = ?"
)
_LOG = "INSERT INTO change (seq, record, operation, at, previous, digest, link) VALUES (?, ?, ?, ?, ?, ?, ?)"
_FORGET = (
    "WITH RECURSIVE step (seq) AS (VALUES (?) UNION ALL SELECT change.previous FROM step JOIN change USING (seq) "
    "WHERE change.previous IS NOT NULL) DELETE FROM version WHERE seq IN (SELECT seq FROM step)"
)
_HISTORY = (
    "WITH RECURSIVE step (seq) AS (VALUES (?) UNION ALL SELECT change.previous FROM step JOIN change USING (seq) "
    "WHERE change.previous IS NOT NULL) "
    "SELECT change.seq, change.operation, change.at, change.link, CAST(body AS BLOB), "
    "ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place "
    "FROM step JOIN change USING (seq) LEFT JOIN version USING (seq) ORDER BY change.seq"
)
_FEED = (
    "SELECT change.seq, kind, id, operation, at, link FROM change JOIN record ON number = change.record "
    "WHERE change.seq > ? AND change.seq <= ? ORDER BY change.seq"
)
_CONDITION_COLUMNS = {
    "id": "id",
    "type": "ix_type",
    "subject": "ix_subject",
    "object": "ix_object",
    "begin": "ix_begin",
    "end": "ix_end",
    "place": "ix_place",
}
_NO_DIGEST = b""
_NEW = (None, None, None)


class SqliteTransaction(DriverTransaction):
    """See `DriverTransaction`; the driver has begun it and ends it.

    Args:
        connection: In a transaction, used by nobody else.
        write: Whether it may change anything.
        store_id: Identity of the store, part of every cursor.
        beginning: The link before the first change.
        name: Name of the file, for messages.
    """

    def __init__(
        self, connection: sqlite3.Connection, *, write: bool, store_id: str, beginning: bytes, name: str
    ) -> None:
        self._connection = connection
        self._write = write
        self._store_id = store_id
        self._beginning = beginning
        self._name = name
        self._cursors: set[sqlite3.Cursor] = set()
        self._ended = False
        self._failure: KoschusoError | None = None
        head = connection.execute("SELECT seq, link FROM change ORDER BY seq DESC LIMIT 1").fetchone()
        self._head: tuple[int, bytes] = head or (0, beginning)
        self._committed = self._head
        self._now = microseconds(datetime.now(UTC)) if write else 0

    @property
    def failure(self) -> KoschusoError | None:
        """The error after which the database itself may have given up the transaction."""
        return self._failure

    def end(self) -> None:
        """Release every open iterator, so that no old state stays alive."""
        self._ended = True
        while self._cursors:
            self._cursors.pop().close()

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.get`."""
        self._require_usable()
        require_key(kind, id)
        row = self._one(_GET, (kind, id))
        return None if row is None else Document(kind, row[0], row[1], row[2], Index._make(row[3:]))

    def put(
        self,
        kind: str,
        id: str,  # noqa: A002 - the record's own term
        body: bytes,
        index: Index,
        *,
        expect: Expected,
        at: datetime | None = None,
    ) -> str:
        """See `DriverTransaction.put`."""
        self._require_writable()
        return self._put_batch([Write(kind, id, body, index, expect, at)])[0]

    def put_many(self, writes: Iterable[Write]) -> list[str]:
        """See `DriverTransaction.put_many`."""
        self._require_writable()
        batches = _batches(writes)
        batch, following = next(batches, []), next(batches, [])
        if not following:
            # A refused batch has changed nothing, so a single one needs no savepoint.
            return self._put_batch(batch)
        revisions: list[str] = []
        before = self._head
        self._run("SAVEPOINT many")
        try:
            while batch:
                revisions += self._put_batch(batch)
                batch, following = following, next(batches, [])
        except BaseException:
            if self._failure is None:
                self._run("ROLLBACK TO many")
                self._run("RELEASE many")
                self._head = before
            raise
        self._run("RELEASE many")
        return revisions

    def remove(self, kind: str, id: str, *, expect: Expected, at: datetime | None = None) -> str | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.remove`."""
        self._require_writable()
        require_key(kind, id)
        if expect is ABSENT:
            raise WrongUse(
                "Ein Datensatz, den es nicht gibt, kann nicht entfernt werden: expect=ABSENT passt hier nicht."
            )
        moment = self._now if at is None else microseconds(at)
        state = self._one(_STATE, (kind, id))
        require_expected(kind, id, expect, None if state is None else state[3])
        if state is None or state[3] is None:
            return None
        return self._blank((kind, id), state, Operation.REMOVE, moment)

    def purge(self, kind: str, id: str) -> None:  # noqa: A002 - the record's own term
        """Remove a document and its versions, whatever its revision; the driver wipes the files afterwards."""
        self._require_writable()
        require_key(kind, id)
        state = self._one(_STATE, (kind, id))
        if state is not None:
            self._blank((kind, id), state, Operation.PURGE, self._now)

    def scan(self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None) -> Iterator[Document]:
        """See `DriverTransaction.scan`."""
        self._require_usable()
        require_key(kind, after or "-")
        parts, values = [_SCAN], [kind]
        for condition in conditions:
            part, more = _compiled(condition)
            parts.append(part)
            values += more
        if after is not None:
            parts.append("id > ?")
            values.append(after)
        return self._documents(kind, " AND ".join(parts) + " ORDER BY id", values)

    def counts(self) -> Mapping[str, int]:
        """See `DriverTransaction.counts`."""
        self._require_usable()
        sql = "SELECT kind, count(*) FROM record WHERE body IS NOT NULL GROUP BY kind"
        return dict(self._run(sql).fetchall())

    def cursor(self) -> str:
        """See `DriverTransaction.cursor`."""
        self._require_usable()
        return self._cursor_at(*self._committed)

    def changes(self, since: str | None = None) -> Iterator[Change]:
        """See `DriverTransaction.changes`."""
        self._require_usable()
        start = 0 if since is None else self._sequence_of(since)
        return self._feed(start)

    def history(self, kind: str, id: str) -> tuple[Version, ...]:  # noqa: A002 - the record's own term
        """See `DriverTransaction.history`."""
        self._require_usable()
        require_key(kind, id)
        state = self._one(_STATE, (kind, id))
        if state is None:
            return ()
        steps = [
            Version(
                revision_of(row[0], row[3]),
                Operation(row[1]),
                instant_from_microseconds(row[2]),
                row[4],
                None if row[4] is None else Index._make(row[5:]),
            )
            for row in self._run(_HISTORY, (state[2],)).fetchall()
        ]
        current = self.get(kind, id)
        if current is not None:
            steps[-1] = steps[-1]._replace(body=current.body, index=current.index)
        return tuple(steps)

    def _put_batch(self, batch: list[Write]) -> list[str]:
        """Put documents of different keys: check everything first, so that a refused batch has changed nothing."""
        require_all_storable(batch)
        states = self._states(batch)
        sequence, link = self._head
        now = self._now
        new: list[tuple[Any, ...]] = []
        changed: list[tuple[Any, ...]] = []
        log: list[tuple[Any, ...]] = []
        revisions: list[str] = []
        for kind, id_, body, index, expect, at in batch:
            number, previous, actual = states.get((kind, id_), _NEW)
            require_expected(kind, id_, expect, actual)
            moment = now if at is None else microseconds(at)
            sequence += 1
            digest = content_digest(body, index)
            link = next_link(link, (sequence, moment, "put", previous, kind, id_), digest)
            revision = revision_of(sequence, link)
            revisions.append(revision)
            if number is None:
                new.append((None, kind, id_, sequence, revision, body, *index))
                log.append((sequence, sequence, "put", moment, None, digest, link))
            else:
                changed.append((number, kind, id_, sequence, revision, body, *index))
                log.append((sequence, number, "put", moment, previous, digest, link))
        self._run_many(_KEEP_VERSION, [row[:1] for row in changed])
        self._run_many(_REPLACE, changed)
        self._run_many(_INSERT, new)
        self._run_many(_LOG, log)
        self._head = (sequence, link)
        return revisions

    def _states(self, batch: list[Write]) -> dict[tuple[str, str], tuple[int | None, int | None, str | None]]:
        """Read number, sequence and revision (``None`` for a removed document) of what is stored already."""
        ids: dict[str, list[str]] = {}
        for write in batch:
            ids.setdefault(write.kind, []).append(write.id)
        states: dict[tuple[str, str], tuple[int | None, int | None, str | None]] = {}
        for kind, wanted in ids.items():
            if len(wanted) == 1:
                rows = self._run(_STATE, (kind, wanted[0])).fetchall()
            else:
                # Ordered ids (UUIDv7) of new records lie behind all that are there: one look spares five hundred.
                (last,) = self._run(_LAST_ID, (kind,)).fetchone()
                if last is None or min(wanted) > last:
                    continue
                rows = self._run(_STATES, (kind, json.dumps(wanted))).fetchall()
            for id_, number, sequence, revision in rows:
                states[kind, id_] = (number, sequence, revision)
        return states

    def _blank(self, key: tuple[str, str], state: tuple[Any, ...], operation: Operation, at: int) -> str:
        kind, id_ = key
        _, number, previous, _ = state
        sequence, link = self._head
        sequence += 1
        link = next_link(link, (sequence, at, operation.value, previous, kind, id_), _NO_DIGEST)
        revision = revision_of(sequence, link)
        self._run(_FORGET, (previous,))
        self._run(_BLANK, (sequence, revision, number))
        self._run(_LOG, (sequence, number, operation.value, at, previous, _NO_DIGEST, link))
        self._head = (sequence, link)
        return revision

    def _documents(self, kind: str, sql: str, values: list[str]) -> Iterator[Document]:
        for id_, revision, body, *index in self._rows(sql, (kind, *values[1:])):
            yield Document(kind, id_, revision, body, Index._make(index))

    def _feed(self, start: int) -> Iterator[Change]:
        for sequence, kind, id_, operation, at, link in self._rows(_FEED, (start, self._committed[0])):
            yield Change(
                self._cursor_at(sequence, link),
                kind,
                id_,
                revision_of(sequence, link),
                Operation(operation),
                instant_from_microseconds(at),
            )

    def _cursor_at(self, sequence: int, link: bytes) -> str:
        return f"{self._store_id}.{revision_of(sequence, link)}"

    def _sequence_of(self, since: str) -> int:
        """Find the change that a cursor names; the link shows a cursor from before a restored backup."""
        store, _, position = since.partition(".")
        number = position.partition("-")[0]
        try:
            sequence = int(number, 16)
        except ValueError:
            sequence = -1
        if store == self._store_id and 0 <= sequence <= self._committed[0]:
            row = self._one("SELECT link FROM change WHERE seq = ?", (sequence,)) if sequence else (self._beginning,)
            if row is not None and since == self._cursor_at(sequence, row[0]):
                return sequence
        raise Refused(
            "Dieses Lesezeichen gehört nicht zu diesem Speicher oder ist veraltet. Bitte einmal alles neu abgleichen."
        )

    def _rows(self, sql: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Stream rows a page at a time; the statement ends with the iterator or the transaction."""
        self._require_usable()
        cursor = self._connection.cursor()
        self._cursors.add(cursor)
        try:
            try:
                cursor.execute(sql, values)
                page = cursor.fetchmany(_PAGE)
            except sqlite3.Error as error:
                raise self._failed(error) from error
            while page:
                for row in page:
                    yield row
                    if self._ended:
                        self._require_usable()
                try:
                    page = cursor.fetchmany(_PAGE)
                except sqlite3.Error as error:
                    raise self._failed(error) from error
        finally:
            self._cursors.discard(cursor)
            cursor.close()

    def _one(self, sql: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._run(sql, values).fetchone()
        return row

    def _run(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _run_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        try:
            self._connection.executemany(sql, rows)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> KoschusoError:
        failure = translation(error, self._name)
        if self._write:
            self._failure = failure
        return failure

    def _require_usable(self) -> None:
        if self._ended:
            raise WrongUse("Diese Transaktion ist beendet. Bitte eine neue beginnen.")
        if self._failure is not None:
            raise self._failure

    def _require_writable(self) -> None:
        self._require_usable()
        if not self._write:
            raise WrongUse("Diese Transaktion ist zum Lesen geöffnet. Bitte eine schreibende beginnen.")


def _batches(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Cut into batches in which no document comes twice: what is to be replaced must be in the tables."""
    batch: dict[tuple[str, str], Write] = {}
    for write in writes:
        key = (write.kind, write.id)
        if len(batch) == _BATCH or key in batch:
            yield list(batch.values())
            batch = {}
        batch[key] = write
    if batch:
        yield list(batch.values())


def _compiled(condition: Condition) -> tuple[str, list[str]]:
    """Turn a condition into SQL over one known column; the texts stay parameters."""
    column = _CONDITION_COLUMNS[condition.name]
    if isinstance(condition, OneOf):
        return column + " IN (SELECT value FROM json_each(?))", [json.dumps(condition.values)]
    if isinstance(condition, Range):
        low, high, missing = condition.low, condition.high, condition.missing
    else:
        low, high, missing = condition.text, condition.beyond, False
    limits = [(sign, limit) for sign, limit in ((">=", low), ("<", high)) if limit is not None]
    inner = " AND ".join([f"{column} {sign} ?" for sign, _ in limits] or [f"{column} IS NOT NULL"])
    return f"({column} IS NULL OR ({inner}))" if missing else inner, [limit for _, limit in limits]
