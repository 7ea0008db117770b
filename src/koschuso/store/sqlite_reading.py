"""Reading from the SQLite file in one transaction: documents, their past, and the change log."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from koschuso.errors import Corrupt, KoschusoError, Refused, WrongUse
from koschuso.store.chain import revision_of
from koschuso.store.conditions import Index
from koschuso.store.driver import Change, Document, DriverTransaction, Operation, Step, Version
from koschuso.store.sqlite_errors import SQLITE_ERRORS, cause_of, translation
from koschuso.store.sqlite_statements import (
    CONTENT,
    FEED,
    FEED_WITH_CONTENTS,
    GET,
    HEAD,
    LINK,
    NEWEST,
    STEPS,
    WHOLE,
    lookups,
    selection,
)
from koschuso.store.storable import instant_from_microseconds, microseconds, require_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from koschuso.store.conditions import Condition

__all__ = ["SqliteReading"]

_PAGE = 200
_CONTENT_PAGE = 16  # bodies of any size, for readers that walk through everything

_OPERATIONS = {operation.value: operation for operation in Operation}


class SqliteReading(DriverTransaction):
    """What `SqliteTransaction` reads; the driver has begun it and ends it.

    One that only reads need not have begun: a single statement reads one state by itself, and what needs more of them
    begins first.

    Args:
        connection: Used by nobody else; in a transaction, of which `look` is told, or not yet.
        write: Whether it may change anything.
        store_id: Identity of the store, part of every cursor.
        beginning: The link before the first change.
        name: Name of the file, for messages.
    """

    def __init__(
        self, connection: sqlite3.Connection, *, write: bool, store_id: str, beginning: str, name: str
    ) -> None:
        self._connection = connection
        self._write = write
        self._store_id = store_id
        self._beginning = beginning
        self._name = name
        self._cursors: set[sqlite3.Cursor] = set()
        self._ended = False
        self._failure: KoschusoError | None = None
        self._looked = False
        self._head = (0, beginning)
        self._committed = self._head
        self._now = microseconds(datetime.now(UTC)) if write else 0

    @property
    def failure(self) -> KoschusoError | None:
        """The error after which the database itself may have given up the transaction."""
        return self._failure

    def look(self) -> None:
        """See which change is the newest, first of all in the transaction that has begun."""
        head = self._connection.execute(HEAD).fetchone()
        self._head = self._committed = head or self._head
        self._looked = True

    def end(self) -> None:
        """Release every open iterator, so that no old state stays alive."""
        self._ended = True
        while self._cursors:
            self._cursors.pop().close()

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.get`."""
        self._require_usable()
        require_key(kind, id)
        for document in self._documents(kind, self._all(GET, (kind, id))):
            return document
        return None

    def scan(self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None) -> Iterator[Document]:
        """See `DriverTransaction.scan`."""
        self._require_usable()
        require_key(kind, after or "-")
        sql, values = self._selection(WHOLE, kind, conditions, after)
        if self._write:
            return self._pages(kind, f"{sql} LIMIT {_PAGE}", values)
        return self._documents(kind, self._rows(sql, values))

    def contents(
        self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None
    ) -> Iterator[tuple[str, str, bytes]]:
        """See `DriverTransaction.contents`."""
        if self._write:
            return super().contents(kind, conditions, after=after)
        self._require_usable()
        require_key(kind, after or "-")
        sql, values = self._selection(CONTENT, kind, conditions, after)
        return ((id_, revision_of(sequence, link), body) for id_, sequence, link, body in self._rows(sql, values))

    def counts(self) -> Mapping[str, int]:
        """See `DriverTransaction.counts`."""
        self._require_usable()
        sql = "SELECT kind, count(*) FROM record WHERE body IS NOT NULL GROUP BY kind"
        return dict(self._all(sql))

    def cursor(self) -> str:
        """See `DriverTransaction.cursor`."""
        self._require_begun()
        return self._cursor_at(*self._committed)

    def changed_at(self) -> datetime | None:
        """See `DriverTransaction.changed_at`."""
        self._require_begun()
        newest = next(self._feed(max(self._committed[0] - 1, 0)), None)
        return None if newest is None else newest.at

    def changes(self, since: str | None = None) -> Iterator[Change]:
        """See `DriverTransaction.changes`."""
        self._require_begun()
        start = 0 if since is None else self._sequence_of(since)
        return self._feed(start)

    def steps(self, since: str | None = None) -> Iterator[Step]:
        """See `DriverTransaction.steps`."""
        self._require_begun()
        start = 0 if since is None else self._sequence_of(since)
        return self._feed_with_contents(start)

    def history(self, kind: str, id: str) -> tuple[Version, ...]:  # noqa: A002 - the record's own term
        """See `DriverTransaction.history`."""
        self._require_begun()
        require_key(kind, id)
        newest = self._one(NEWEST, (kind, id))
        if newest is None:
            return ()
        rows = self._all(STEPS, newest[4:]) if newest[4] else []
        steps = [_version(row, row[4], row[5:]) for row in rows]
        current = self.get(kind, id)
        steps.insert(0, _version(newest, current and current.body, current and current.index))
        return tuple(reversed(steps))

    def _selection(
        self, what: str, kind: str, conditions: Iterable[Condition], after: str | None
    ) -> tuple[str, list[str]]:
        conditions = tuple(conditions)
        few = any(self._all(sql, values)[0][0] for sql, values in lookups(conditions))
        return selection(what, kind, conditions, after, looked_up=few)

    def _pages(self, kind: str, sql: str, values: list[str]) -> Iterator[Document]:
        """Ask anew for each page: a running statement would meet again what is written meanwhile."""
        while True:
            self._require_usable()
            page = list(self._documents(kind, self._all(sql, values)))
            if not page:
                return
            for document in page:
                yield document
                self._require_usable()
            values = [kind, page[-1].id, *values[2:]]

    def _documents(self, kind: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[Document]:
        for id_, sequence, link, body, *index in rows:
            yield Document(kind, id_, revision_of(sequence, link), body, Index._make(index))

    def _feed(self, start: int) -> Iterator[Change]:
        store, last, moment = self._store_id, None, None
        with closing(self._row_pages(FEED, (start, self._committed[0]))) as pages:
            for page in pages:
                for sequence, kind, id_, operation, at, link in page:
                    # All changes of a transaction were made at the same moment.
                    if at != last or moment is None:
                        last, moment = at, _moment(at)
                    revision = revision_of(sequence, link)
                    yield Change(f"{store}.{revision}", kind, id_, revision, _operation(operation), moment)
                    if self._ended:
                        self._require_usable()

    def _feed_with_contents(self, start: int) -> Iterator[Step]:
        for row in self._rows(FEED_WITH_CONTENTS, (start, self._committed[0]), _CONTENT_PAGE):
            body, index = row[6], row[7:]
            yield Step(self._change(row), body, None if body is None else Index._make(index))

    def _change(self, row: Sequence[Any]) -> Change:
        sequence, kind, id_, operation, at, link = row[:6]
        revision = revision_of(sequence, link)
        cursor = f"{self._store_id}.{revision}"
        return Change(cursor, kind, id_, revision, _operation(operation), _moment(at))

    def _cursor_at(self, sequence: int, link: str) -> str:
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
            row = self._one(LINK, (sequence,)) if sequence else (self._beginning,)
            if row is not None and since == self._cursor_at(sequence, row[0]):
                return sequence
        raise Refused(
            "Dieses Lesezeichen gehört nicht zu diesem Speicher oder ist veraltet. Bitte einmal alles neu abgleichen."
        )

    def _rows(self, sql: str, values: Sequence[Any], size: int = _PAGE) -> Iterator[tuple[Any, ...]]:
        """Stream rows; the statement ends with the iterator or the transaction."""
        with closing(self._row_pages(sql, values, size)) as pages:
            for page in pages:
                for row in page:
                    yield row
                    if self._ended:
                        self._require_usable()

    def _row_pages(
        self, sql: str, values: Sequence[Any], size: int = _PAGE
    ) -> Generator[list[tuple[Any, ...]], None, None]:
        """Stream rows a page at a time."""
        self._require_usable()
        cursor = self._connection.cursor()
        self._cursors.add(cursor)
        try:
            try:
                cursor.execute(sql, values)
                page = cursor.fetchmany(size)
            except SQLITE_ERRORS as error:
                raise self._failed(error) from cause_of(error)
            while page:
                yield page
                try:
                    page = cursor.fetchmany(size)
                except SQLITE_ERRORS as error:
                    raise self._failed(error) from cause_of(error)
        finally:
            # The end of the transaction has closed it already, and perhaps its connection since.
            if cursor in self._cursors:
                self._cursors.discard(cursor)
                cursor.close()

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except SQLITE_ERRORS as error:
            raise self._failed(error) from cause_of(error)

    def _one(self, sql: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        rows = self._all(sql, values)
        return rows[0] if rows else None

    def _failed(self, error: sqlite3.Error | UnicodeDecodeError) -> KoschusoError:
        failure = translation(error, self._name)
        if self._write:
            self._failure = failure
        return failure

    def _require_usable(self) -> None:
        if self._ended:
            raise WrongUse("Diese Transaktion ist beendet. Bitte eine neue beginnen.")
        if self._failure is not None:
            raise self._failure

    def _require_begun(self) -> None:
        """Begin what needs more than one statement, if that has not happened yet."""
        self._require_usable()
        if not self._looked:
            try:
                self._connection.execute("BEGIN")
                self.look()
            except SQLITE_ERRORS as error:
                raise self._failed(error) from cause_of(error)


def _version(row: tuple[Any, ...], body: bytes | None, index: Iterable[str | None] | None) -> Version:
    sequence, operation, at, link = row[:4]
    values = None if body is None or index is None else Index._make(index)
    return Version(revision_of(sequence, link), _operation(operation), _moment(at), body, values)


def _operation(name: str) -> Operation:
    found = _OPERATIONS.get(name)
    if found is None:
        raise _damaged()
    return found


def _moment(at: int) -> datetime:
    try:
        return instant_from_microseconds(at)
    except OverflowError:
        raise _damaged() from None


def _damaged() -> Corrupt:
    return Corrupt(
        "Das Änderungsprotokoll ist beschädigt. Bitte mit »koschuso verify« prüfen und eine Sicherung zurückspielen."
    )
