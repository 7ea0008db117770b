"""What a transaction reads: documents in key order, the feed, history.

Everything is asked in pages that are complete when they come: nothing stays open on the server, an abandoned iterator
costs nothing, and no more than a page is in memory. A body that is too large for its page is fetched when its turn comes.

A transaction for one call need not have begun: what one statement answers wholly is that statement's own transaction.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg

from koschuso.errors import KoschusoError, Refused, Unavailable, WrongUse
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
    from koschuso_postgres.beginning import Begun, Head, OpenOffice, Row
    from koschuso_postgres.connections import Connection
    from koschuso_postgres.statements import Selection

__all__ = ["Reading", "document_of"]

_FEED_PAGE = 2000  # rows without bodies
_OPERATIONS = {operation.value: operation for operation in Operation}


class Reading(DriverTransaction):
    """The reading half of a transaction.

    Args:
        office: What it reads from.
        write: Whether it is the reading half of one that may change something.
    """

    def __init__(self, office: OpenOffice, *, write: bool) -> None:
        self._office = office.name
        self._statements = office.statements
        self._label = office.label
        self._shared = office
        self._write = write
        self._lent: Connection | None = None
        self._store_id = ""
        self._committed = (0, "")
        self._ended = False
        self._failure: KoschusoError | None = None

    def begin(self) -> None:
        """Begin, if nothing has begun yet.

        Raises:
            Unavailable: As `OpenOffice.begin`.
            WrongUse: As `OpenOffice.begin`.
        """
        if self._lent is None:
            with self._remembered():
                self._hold(self._shared.begin(self._take, write=self._write))

    def release(self) -> None:
        """Give back what was lent."""
        if self._lent is not None:
            self._shared.end(self._lent)
            self._lent = None

    @property
    def connection(self) -> Connection | None:
        """The connection in a transaction; ``None`` while nothing has begun."""
        return self._lent

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

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.get`."""
        self._require_open()
        require_key(kind, id)
        rows = self._first(self._statements["get"], {"kind": kind, "id": id})
        return document_of(kind, id, rows[0]) if rows else None

    def scan(self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None) -> Iterator[Document]:
        """See `DriverTransaction.scan`."""
        self._require_open()
        require_key(kind, after or "-")
        return self._scanned(kind, self._statements.selection(kind, conditions, after, whole=True))

    def contents(
        self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None
    ) -> Iterator[tuple[str, str, bytes]]:
        """See `DriverTransaction.contents`."""
        self._require_open()
        require_key(kind, after or "-")
        return self._scanned_contents(kind, self._statements.selection(kind, conditions, after, whole=False))

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

    def _scanned(self, kind: str, selection: Selection) -> Iterator[Document]:
        for row in self._selected(selection):
            id_, sequence, link, body, *index = row
            if body is None:  # too large to come with its page
                document = self.get(kind, id_)
                if document is not None:
                    yield document
            else:
                yield Document(kind, id_, revision_of(sequence, link), body, Index._make(index))
            if self._ended:
                self._require_open()

    def _scanned_contents(self, kind: str, selection: Selection) -> Iterator[tuple[str, str, bytes]]:
        for id_, sequence, link, body in self._selected(selection):
            if body is None:
                document = self.get(kind, id_)
                if document is not None:
                    yield id_, document.revision, document.body
            else:
                yield id_, revision_of(sequence, link), body
            if self._ended:
                self._require_open()

    def _selected(self, selection: Selection) -> Iterator[Row]:
        """Ask anew for each page: nothing stays open, and no more than a page is in memory here or there."""
        self._require_open()
        self._flush()
        parameters = dict(selection.parameters)
        if selection.by_id:
            yield from self._by_id(selection, parameters)
            return
        if selection.lookup is not None:
            page = self._only(selection.lookup, {**parameters, "wanted": selection.wanted}, PAGE + 1)
            if page is not None:
                yield from page
                return
            # What so many documents have is no help; they are met on the way through the kind.
            self._require_usable()
        while True:
            found = self._only(selection.walk, parameters, PAGE) if self._lent is None else None
            if found is not None:
                yield from found
                return
            self._require_usable()
            self._flush()
            page = self._rows(selection.walk, parameters)
            yield from page
            if len(page) < PAGE:
                return
            parameters["after"] = page[-1][0]

    def _by_id(self, selection: Selection, parameters: dict[str, Any]) -> Iterator[Row]:
        ids = [id_ for id_ in selection.wanted if id_ > parameters["after"]]
        if len(ids) > PAGE:
            self._require_usable()
        for first in range(0, len(ids), PAGE):
            self._require_open()
            self._flush()
            values = {**parameters, "wanted": ids[first : first + PAGE]}
            yield from self._only(selection.lookup or b"", values, PAGE + 1) or ()

    def _only(self, statement: bytes, parameters: dict[str, Any], limit: int) -> list[Row] | None:
        """Answer with the rows of one statement; ``None`` when there may be more than these.

        Before the transaction has begun, the rows count only if they are all that has to be asked.
        """
        unbegun = self._lent is None
        rows = self._first(statement, parameters)
        if len(rows) >= limit:
            return None
        if unbegun and any(row[3] is None for row in rows):
            # Those that are too large to come along are asked for one by one, in the same state.
            self._require_usable()
            rows = self._rows(statement, parameters)
        return rows

    def _windows(self, name: str, start: int, size: int) -> Iterator[Row]:
        """Read changes in windows of numbers, which have no gaps."""
        for after in range(start, self._committed[0], size):
            self._require_usable()
            yield from self._all(name, after=after, until=min(after + size, self._committed[0]))

    def _feed(self, start: int) -> Iterator[Change]:
        store, last, moment = self._store_id, None, None
        for sequence, kind, id_, operation, at, link in self._windows("feed", start, _FEED_PAGE):
            # All changes of a transaction were made at the same moment.
            if at != last or moment is None:
                last, moment = at, instant_from_microseconds(at)
            revision = revision_of(sequence, link)
            yield Change(f"{store}.{revision}", kind, id_, revision, _OPERATIONS[operation], moment)
            if self._ended:
                self._require_usable()

    def _feed_with_contents(self, start: int) -> Iterator[Step]:
        # A later change of this very transaction may have moved a row, never its number.
        self._flush()
        for *change, blank, body, a, b, c, d, e, f in self._windows("steps", start, PAGE):
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

    def _first(self, statement: bytes, parameters: dict[str, Any]) -> list[Row]:
        """Ask one statement, which may be the only one of its transaction."""
        if self._lent is not None or self._write:
            self._require_usable()
            return self._rows(statement, parameters)
        with self._remembered():
            rows = self._shared.ask(statement, parameters)
        if not rows:
            self._require_usable()  # an office that is gone is told and not taken for an empty one
        return rows

    def _rows(self, statement: bytes, parameters: dict[str, Any]) -> list[Row]:
        parameters["office"] = self._office
        with self._guarded(), self._connection.cursor(binary=True) as cursor:
            return cursor.execute(statement, parameters).fetchall()

    @property
    def _connection(self) -> Connection:
        if self._lent is None:
            self.begin()
        return cast("Connection", self._lent)

    def _take(self, connection: Connection) -> None:
        self._lent = connection

    def _hold(self, begun: Begun) -> None:
        self._lent, head = begun
        self._store_id, *newest = head
        self._committed = cast("tuple[int, str]", tuple(newest))

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        """What kept the transaction from beginning has ended it."""
        try:
            yield
        except KoschusoError as error:
            self._lent = None
            if isinstance(error, Unavailable):
                self._failure = error
            raise

    def _run(self, statement: bytes, parameters: Sequence[Any] = ()) -> None:
        with self._guarded():
            self._connection.execute(statement, parameters)

    def _guarded(self) -> _Guard:
        return _Guard(self)

    def failed(self, error: psycopg.Error | UnicodeDecodeError) -> KoschusoError:
        """Note that the server has given up the transaction, and say why."""
        self._failure = translation(error, self._label)
        return self._failure

    def _require_open(self) -> None:
        if self._ended:
            raise WrongUse("Diese Transaktion ist beendet. Bitte eine neue beginnen.")
        if self._failure is not None:
            raise self._failure

    def _require_usable(self) -> None:
        """Refuse what has ended, and begin what has not begun."""
        self._require_open()
        if self._lent is None:
            self.begin()


def document_of(kind: str, id_: str, row: Row) -> Document | None:
    """Make a document of a row of ``get``, unless it is that of a removal."""
    sequence, link, _, body, *index = row
    return None if body is None else Document(kind, id_, revision_of(sequence, link), body, Index._make(index))


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
