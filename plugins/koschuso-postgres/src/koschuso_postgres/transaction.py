"""One transaction in PostgreSQL: rows in, rows out, and the chained change log beside them.

A write transaction holds the lock of its office's head from its first moment, so it is the only one that changes this
office: what it has read stays true, numbers have no gaps, and the order of numbers is the order of commits (F1, F3).
Puts are gathered and sent together, at the latest with the commit; whatever has to see them sends them before.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from koschuso.errors import WrongUse
from koschuso.store.chain import content_digest, next_link, revision_of
from koschuso.store.conditions import Index
from koschuso.store.driver import (
    ABSENT,
    ANY,
    Document,
    Expected,
    Operation,
    Write,
    require_expected,
)
from koschuso.store.storable import (
    microseconds,
    require_all_storable,
    require_key,
    require_storable,
)
from koschuso_postgres.connections import pipelined
from koschuso_postgres.messages import exchanged
from koschuso_postgres.reading import Reading, document_of
from koschuso_postgres.statements import COLUMN_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from koschuso_postgres.beginning import Begun, OpenOffice, Row
    from koschuso_postgres.messages import Message

__all__ = ["PostgresTransaction"]

_BATCH = 1000
_BATCH_BYTES = 8 * 1024 * 1024
_SOON_BYTES = 1024 * 1024  # what was put is sent when it is as much as this
_FEW = 16  # rows for which a COPY costs more than it saves
_KNOWN = 10_000  # states of documents that a transaction remembers at most
_NO_DIGEST = ""

_State = tuple[int | None, str | None]
_ABSENT_STATE: _State = (None, None)


class PostgresTransaction(Reading):
    """See `DriverTransaction`; the driver has begun it and ends it.

    Args:
        office: What it works on.
        write: Whether it may change anything; then the head of the office is locked from its begin.
    """

    def __init__(self, office: OpenOffice, *, write: bool) -> None:
        super().__init__(office, write=write)
        self._head = self._committed
        self._now = 0
        self._pending: dict[tuple[str, str], Row] = {}
        self._pending_bytes = 0
        self._known: dict[tuple[str, str], _State] = {}

    @property
    def head(self) -> tuple[int, str]:
        """Number and link of the newest change, own ones included."""
        return self._head

    @property
    def changed(self) -> bool:
        """Whether there is anything to commit."""
        return self._head != self._committed

    def commit(self) -> None:
        """Send what is left, move the head, wake followers and commit, all in one message.

        Raises:
            psycopg.Error: As it comes: whoever began the transaction finds out what became of it.
        """
        if len(self._pending) > _FEW:
            self._send_pending()
        if self._pending:
            # The last row that was gathered is the newest change.
            wake = None if self._shared.wake is None else f"{self._shared.wake}{self._head[0]}"
            exchanged(self._connection, [*self._few(wake), (b"COMMIT", ())])
            return
        statements: list[tuple[bytes, Any]] = []
        if self.changed:
            sequence, link = self._head
            values = {"office": self._office, "seq": sequence, "link": link}
            statements.append((self._statements["advance"], values))
            if self._shared.wake is not None:
                statements.append((self._statements["notify"], values))
        pipelined(self._connection, [*statements, (b"COMMIT", None)])

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.get`."""
        self._require_open()
        if not self._write:
            return super().get(kind, id)
        require_key(kind, id)
        if (kind, id) in self._pending:
            self._flush()
        row = self._row_of(kind, id)
        if row is None or row[0] is None:
            self._remember(kind, id, _ABSENT_STATE)
            return None
        document = document_of(kind, id, row)
        self._remember(kind, id, (row[0], None if document is None else document.revision))
        return document

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
        require_storable(kind, id, body, index)
        moment = self._now if at is None else microseconds(at)
        previous, actual = self._state(kind, id)
        require_expected(kind, id, expect, actual)
        row, revision = self._put_row(kind, id, body, index, moment, previous)
        if (kind, id) in self._pending:
            self._flush()  # what is replaced must be in the tables
        self._gather(row)
        self._remember(kind, id, (row[3], revision))
        return revision

    def put_many(self, writes: Iterable[Write]) -> list[str]:
        """See `DriverTransaction.put_many`."""
        self._require_writable()
        batches = _batches(writes)
        batch, following = next(batches, []), next(batches, [])
        if not following:
            # A refused batch has changed nothing, so a single one needs no savepoint.
            return self._put_batch(batch) if batch else []
        self._flush()
        revisions: list[str] = []
        before = self._head
        self._run(b"SAVEPOINT many")
        try:
            while batch:
                revisions += self._put_batch(batch)
                self._flush()
                batch, following = following, next(batches, [])
        except BaseException:
            if self._failure is None:
                self._run(b"ROLLBACK TO many")
                self._run(b"RELEASE many")
                self._head = before
                self._pending.clear()
                self._pending_bytes = 0
                self._known.clear()
            raise
        self._run(b"RELEASE many")
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
        previous, actual = self._state(kind, id)
        require_expected(kind, id, expect, actual)
        if previous is None or actual is None:
            return None
        return self._blank(kind, id, previous, Operation.REMOVE, moment)

    def purge(self, kind: str, id: str, *, at: datetime | None = None) -> None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.purge`; the driver wipes the files afterwards."""
        self._require_writable()
        require_key(kind, id)
        moment = self._now if at is None else microseconds(at)
        previous, _ = self._state(kind, id)
        if previous is not None:
            self._blank(kind, id, previous, Operation.PURGE, moment)

    def _row_of(self, kind: str, id: str) -> Row | None:  # noqa: A002 - the record's own term
        """Read a document as ``get`` does; a transaction that has not begun begins with it."""
        if self._lent is not None:
            rows = self._all("get", kind=kind, id=id)
            return rows[0] if rows else None
        with self._remembered():
            begun, row = self._shared.enter(self._take, kind, id)
        self._hold(begun)
        return row

    def _hold(self, begun: Begun) -> None:
        super()._hold(begun)
        self._head = self._committed
        self._now = microseconds(datetime.now(UTC))

    def _put_row(  # noqa: PLR0917 - the columns of a row, in their order
        self,
        kind: str,
        id: str,  # noqa: A002 - the record's own term
        body: bytes,
        index: Index,
        moment: int,
        previous: int | None,
    ) -> tuple[Row, str]:
        """Make the row of the next change and count it; the caller writes it."""
        sequence, link = self._head
        sequence += 1
        digest = content_digest(body, index)
        link = next_link((link, sequence, moment, "put", previous, kind, id, digest))
        self._head = sequence, link
        row = (self._office, kind, id, sequence, "put", moment, previous, digest, link, body, *index)
        return row, revision_of(sequence, link)

    def _put_batch(self, batch: list[Write]) -> list[str]:
        """Put documents of different keys: check everything first, so that a refused batch has changed nothing."""
        require_all_storable(batch)
        if self._pending:
            self._flush()
        states = self._states(batch)
        now = self._now
        moments = []
        for kind, id_, _, _, expect, at in batch:
            if expect is not ANY:
                require_expected(kind, id_, expect, states.get((kind, id_), _ABSENT_STATE)[1])
            moments.append(now if at is None else microseconds(at))
        revisions: list[str] = []
        rows = self._put_rows(batch, moments, states, revisions)
        if len(batch) <= _FEW:
            for row in rows:
                self._gather(row)
        else:
            # While the server takes one row, the next is made.
            replaced = [previous for previous, _ in states.values() if previous is not None]
            with self._guarded():
                self._send(rows, replaced)
        return revisions

    def _put_rows(
        self, batch: list[Write], moments: list[int], states: Mapping[tuple[str, str], _State], revisions: list[str]
    ) -> Iterator[Row]:
        """Make the rows of a batch, and note their revisions; as `_put_row`, for many."""
        office, (sequence, link) = self._office, self._head
        for (kind, id_, body, index, _, _), moment in zip(batch, moments, strict=True):
            previous = states.get((kind, id_), _ABSENT_STATE)[0] if states else None
            sequence += 1
            digest = content_digest(body, index)
            link = next_link((link, sequence, moment, "put", previous, kind, id_, digest))
            revisions.append(revision_of(sequence, link))
            self._head = sequence, link
            if self._known:
                self._known.pop((kind, id_), None)
            yield (office, kind, id_, sequence, "put", moment, previous, digest, link, body, *index)

    def _gather(self, row: Row) -> None:
        self._pending[row[1], row[2]] = row
        self._pending_bytes += len(row[9])
        if len(self._pending) >= _BATCH or self._pending_bytes >= _SOON_BYTES:
            self._flush()

    def _blank(self, kind: str, id: str, previous: int, operation: Operation, at: int) -> str:  # noqa: A002 - the record's own term
        """Put a line without content in the place of a document, and take the contents of all that was before."""
        self._flush()
        sequence, link = self._head
        sequence += 1
        link = next_link((link, sequence, at, operation.value, previous, kind, id, _NO_DIGEST))
        row = (self._office, kind, id, sequence, operation.value, at, previous, _NO_DIGEST, link, None, *Index())
        values = {"office": self._office, "seq": previous, "kind": kind, "id": id}
        statements = [(self._statements[name], values) for name in ("keep_blank", "drop", "blank")]
        with self._guarded():
            pipelined(self._connection, [*statements, (self._statements["insert"], row)])
        self._head = sequence, link
        self._remember(kind, id, (sequence, None))
        return revision_of(sequence, link)

    def _flush(self) -> None:
        """Send what was gathered."""
        if self._pending:
            with self._guarded():
                self._send_pending()

    def _send_pending(self) -> None:
        if len(self._pending) <= _FEW:
            exchanged(self._connection, self._few())
            return
        rows = list(self._pending.values())
        self._pending.clear()
        self._pending_bytes = 0
        self._send(rows, [row[6] for row in rows if row[6] is not None])

    def _few(self, wake: str | None = None) -> list[Message]:
        """Give the messages that write what was gathered, if that is a few rows; the last one moves the head too."""
        save, rows = self._statements["save"], list(self._pending.values())
        self._pending.clear()
        self._pending_bytes = 0
        return [(save, (*row, row is rows[-1], wake)) for row in rows]

    def _moving(self, replaced: list[int]) -> list[tuple[bytes, Any]]:
        """Give the statements that move to the past what is replaced."""
        if len(replaced) <= _FEW:
            one_by_one = [{"office": self._office, "seq": sequence} for sequence in replaced]
            return [(self._statements[name], values) for values in one_by_one for name in ("keep", "drop")]
        values = {"office": self._office, "seqs": replaced}
        return [(self._statements[name], values) for name in ("keep_many", "drop_many")]

    def _send(self, rows: Iterable[Row], replaced: list[int]) -> None:
        """Move what is replaced to the past, and write many rows as they come."""
        for statement, values in self._moving(replaced):
            self._connection.execute(statement, values)
        if self._shared.bulk == "copy":
            with self._connection.cursor() as cursor, cursor.copy(self._statements["copy"]) as copy:
                copy.set_types(COLUMN_TYPES)
                for row in rows:
                    copy.write_row(row)
        else:
            self._connection.execute(
                self._statements["insert_many"], [list(column) for column in zip(*rows, strict=True)]
            )

    def _state(self, kind: str, id: str) -> _State:  # noqa: A002 - the record's own term
        """Return number and revision of what is stored; no revision means that there is no document now."""
        known = self._known.get((kind, id))
        if known is None:
            if (kind, id) in self._pending:
                self._flush()
            known = self._states_of(kind, [id]).get((kind, id), _ABSENT_STATE)
            self._remember(kind, id, known)
        return known

    def _states(self, batch: list[Write]) -> dict[tuple[str, str], _State]:
        """Read the states of what is stored already."""
        states: dict[tuple[str, str], _State] = {}
        for kind in {write.kind for write in batch}:
            wanted = [write.id for write in batch if write.kind == kind]
            if len(wanted) > 1:
                # Ordered ids (UUIDv7) of new records lie behind all that are there: one look spares a thousand.
                ((last,),) = self._all("last_id", kind=kind)
                if last is None or min(wanted) > last:
                    continue
            states.update(self._states_of(kind, wanted))
        return states

    def _states_of(self, kind: str, ids: list[str]) -> dict[tuple[str, str], _State]:
        rows = self._all("state", kind=kind, id=ids[0]) if len(ids) == 1 else self._all("states", kind=kind, ids=ids)
        return {
            (kind, id_): (sequence, None if link is None else revision_of(sequence, link))
            for id_, sequence, link in rows
        }

    def _remember(self, kind: str, id: str, state: _State) -> None:  # noqa: A002 - the record's own term
        """Keep a state: nobody else can change it before this transaction has ended."""
        if self._write:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[kind, id] = state

    def _require_writable(self) -> None:
        self._require_usable()
        if not self._write:
            raise WrongUse("Diese Transaktion ist zum Lesen geöffnet. Bitte eine schreibende beginnen.")


def _batches(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Cut into batches of a size that fits into memory, in which no document comes twice."""
    remaining = iter(writes)
    batch: dict[tuple[str, str], Write] = {}
    size = 0
    while piece := list(islice(remaining, 100)):
        for write in piece:
            key = write[0], write[1]
            if key in batch or len(batch) >= _BATCH or size >= _BATCH_BYTES:
                yield list(batch.values())
                batch, size = {}, 0
            batch[key] = write
            size += len(write[2])
    if batch:
        yield list(batch.values())
