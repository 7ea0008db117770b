"""What a transaction reads: documents in key order, the feed, history.

Everything is asked in pages that are complete when they come: nothing stays open on the server, an abandoned iterator
costs nothing, and no more than a page is in memory. A body that is too large for its page is fetched when its turn comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from koschuso.errors import KoschusoError, Refused, WrongUse
from koschuso.store.chain import first_link, revision_of
from koschuso.store.conditions import Index
from koschuso.store.driver import Change, Document, DriverTransaction, Operation, Step, Version
from koschuso.store.storable import instant_from_microseconds, require_key
from koschuso_postgres.errors import translation
from koschuso_postgres.statements import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from koschuso.store.conditions import Condition
    from koschuso_postgres.connections import Connection
    from koschuso_postgres.statements import Statements

__all__ = ["Head", "Reading", "Row"]

Head = tuple[str, int, str]
"""Identity of the store, number and link of the newest change."""

Row = tuple[Any, ...]


class Reading(DriverTransaction):
    """The reading half of a transaction.

    Args:
        connection: In a transaction, used by nobody else.
        statements: Those of the schema.
        office: Name of the office.
        head: The newest committed change.
        label: The database, for messages.
    """

    def __init__(self, connection: Connection, statements: Statements, office: str, head: Head, *, label: str) -> None:
        self._connection = connection
        self._statements = statements
        self._office = office
        self._store_id = head[0]
        self._committed = head[1:]
        self._label = label
        self._ended = False
        self._failure: KoschusoError | None = None

    @property
    def failure(self) -> KoschusoError | None:
        """The error after which the server has given up the transaction."""
        return self._failure

    @property
    def committed(self) -> Head:
        """The newest committed change that this transaction sees."""
        return self._store_id, *self._committed

    def end(self) -> None:
        """Refuse every further use."""
        self._ended = True

    def has(self, change: tuple[int, str]) -> bool:
        """Tell whether a change with this number and link is in the log."""
        return self._all("link", seq=change[0]) == [(change[1],)]

    def ask(self, name: str, values: dict[str, Any]) -> list[Row]:
        """Read something that may be damaged: its failure leaves the transaction usable.

        Raises:
            psycopg.Error: As it comes.
            UnicodeDecodeError: A text is not UTF-8 any more.
        """
        values["office"] = self._office
        with self._connection.transaction(), self._connection.cursor(binary=True) as cursor:
            return cursor.execute(self._statements[name], values).fetchall()

    def scan(self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None) -> Iterator[Document]:
        """See `DriverTransaction.scan`."""
        self._require_usable()
        require_key(kind, after or "-")
        statement, parameters = self._statements.page(kind, conditions, after, whole=True)
        return self._scanned(kind, statement, parameters)

    def contents(
        self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None
    ) -> Iterator[tuple[str, str, bytes]]:
        """See `DriverTransaction.contents`."""
        self._require_usable()
        require_key(kind, after or "-")
        statement, parameters = self._statements.page(kind, conditions, after, whole=False)
        return self._scanned_contents(kind, statement, parameters)

    def counts(self) -> Mapping[str, int]:
        """See `DriverTransaction.counts`."""
        self._require_usable()
        self._flush()
        return dict(self._all("counts"))

    def cursor(self) -> str:
        """See `DriverTransaction.cursor`."""
        self._require_usable()
        return self._cursor_at(*self._committed)

    def changed_at(self) -> datetime | None:
        """See `DriverTransaction.changed_at`."""
        self._require_usable()
        rows = self._all("time", seq=self._committed[0])
        return instant_from_microseconds(rows[0][0]) if rows else None

    def changes(self, since: str | None = None) -> Iterator[Change]:
        """See `DriverTransaction.changes`."""
        self._require_usable()
        return self._feed(self._position(since))

    def steps(self, since: str | None = None) -> Iterator[Step]:
        """See `DriverTransaction.steps`."""
        self._require_usable()
        return self._feed_with_contents(self._position(since))

    def history(self, kind: str, id: str) -> tuple[Version, ...]:  # noqa: A002 - the record's own term
        """See `DriverTransaction.history`."""
        self._require_usable()
        require_key(kind, id)
        self._flush()
        rows = [*self._all("versions", kind=kind, id=id), *self._all("newest", kind=kind, id=id)]
        return tuple(
            Version(
                revision_of(sequence, link),
                Operation(operation),
                instant_from_microseconds(at),
                body,
                None if body is None else Index._make(index),
            )
            for sequence, operation, at, link, body, *index in rows
        )

    def _scanned(self, kind: str, statement: bytes, parameters: dict[str, Any]) -> Iterator[Document]:
        for row in self._paged(statement, parameters):
            id_, sequence, link, body, *index = row
            if body is None:  # too large to come with its page
                document = self.get(kind, id_)
                if document is not None:
                    yield document
            else:
                yield Document(kind, id_, revision_of(sequence, link), body, Index._make(index))
            if self._ended:
                self._require_usable()

    def _scanned_contents(
        self, kind: str, statement: bytes, parameters: dict[str, Any]
    ) -> Iterator[tuple[str, str, bytes]]:
        for id_, sequence, link, body in self._paged(statement, parameters):
            if body is None:
                document = self.get(kind, id_)
                if document is not None:
                    yield id_, document.revision, document.body
            else:
                yield id_, revision_of(sequence, link), body
            if self._ended:
                self._require_usable()

    def _paged(self, statement: bytes, parameters: dict[str, Any]) -> Iterator[Row]:
        """Ask anew for each page: nothing stays open, and no more than a page is in memory here or there."""
        while True:
            self._require_usable()
            self._flush()
            page = self._rows(statement, parameters)
            yield from page
            if len(page) < PAGE:
                return
            parameters["after"] = page[-1][0]

    def _windows(self, name: str, start: int) -> Iterator[Row]:
        """Read changes in windows of numbers, which have no gaps."""
        for after in range(start, self._committed[0], PAGE):
            self._require_usable()
            yield from self._all(name, after=after, until=min(after + PAGE, self._committed[0]))

    def _feed(self, start: int) -> Iterator[Change]:
        self._require_usable()
        for row in self._windows("feed", start):
            yield self._change(*row)
            if self._ended:
                self._require_usable()

    def _feed_with_contents(self, start: int) -> Iterator[Step]:
        self._require_usable()
        # A later change of this very transaction may have moved a row, never its number.
        self._flush()
        for *change, blank, body, a, b, c, d, e, f in self._windows("steps", start):
            content = body
            if not blank and content is None:  # too large to come with its window
                content = next((row[0] for row in self._all("body", seq=change[0])), None)
            yield Step(self._change(*change), content, None if content is None else Index(a, b, c, d, e, f))
            if self._ended:
                self._require_usable()

    def _change(self, sequence: int, kind: str, id_: str, operation: str, at: int, link: str) -> Change:  # noqa: PLR0917 - the columns of a row, in their order
        revision = revision_of(sequence, link)
        cursor = f"{self._store_id}.{revision}"
        return Change(cursor, kind, id_, revision, Operation(operation), instant_from_microseconds(at))

    def _cursor_at(self, sequence: int, link: str) -> str:
        return f"{self._store_id}.{revision_of(sequence, link)}"

    def _position(self, since: str | None) -> int:
        """Find the change that a cursor names; the link shows a cursor from before a restored backup."""
        if since is None:
            return 0
        store, _, position = since.partition(".")
        try:
            sequence = int(position.partition("-")[0], 16)
        except ValueError:
            sequence = -1
        if store == self._store_id and 0 <= sequence <= self._committed[0]:
            rows = self._all("link", seq=sequence) if sequence else [(first_link(store),)]
            if rows and since == self._cursor_at(sequence, rows[0][0]):
                return sequence
        raise Refused(
            "Dieses Lesezeichen gehört nicht zu diesem Speicher oder ist veraltet. Bitte einmal alles neu abgleichen."
        )

    def _flush(self) -> None:
        """Bring to the tables what was written and not sent yet; whoever reads from them calls it before."""

    def _all(self, name: str, **parameters: Any) -> list[Row]:
        return self._rows(self._statements[name], parameters)

    def _rows(self, statement: bytes, parameters: dict[str, Any]) -> list[Row]:
        parameters["office"] = self._office
        with self._guarded(), self._connection.cursor(binary=True) as cursor:
            return cursor.execute(statement, parameters).fetchall()

    def _run(self, statement: bytes, parameters: Sequence[Any] = ()) -> None:
        with self._guarded():
            self._connection.execute(statement, parameters)

    def _guarded(self) -> _Guard:
        return _Guard(self)

    def failed(self, error: psycopg.Error | UnicodeDecodeError) -> KoschusoError:
        """Note that the server has given up the transaction, and say why."""
        self._failure = translation(error, self._label)
        return self._failure

    def _require_usable(self) -> None:
        if self._ended:
            raise WrongUse("Diese Transaktion ist beendet. Bitte eine neue beginnen.")
        if self._failure is not None:
            raise self._failure


class _Guard:
    """Translates the server's errors; a class, because it stands around every statement."""

    __slots__ = ("_transaction",)

    def __init__(self, transaction: Reading) -> None:
        self._transaction = transaction

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, (psycopg.Error, UnicodeDecodeError)):
            # The error itself quotes names and stored values.
            raise self._transaction.failed(error) from None
