"""One transaction on the SQLite file: what `SqliteReading` reads, and rows in, with the chained change log beside them."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from koschuso.errors import WrongUse
from koschuso.store.chain import content_digest, next_link, revision_of
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Expected, Operation, Write, require_expected
from koschuso.store.schema import head_note
from koschuso.store.sqlite_errors import SQLITE_ERRORS, cause_of
from koschuso.store.sqlite_reading import SqliteReading
from koschuso.store.sqlite_statements import (
    BLANK,
    COLUMNS,
    KEEP,
    LAST_ID,
    REPLACE,
    SEAL,
    STATE,
    STATES,
    STEPS,
    insertions,
)
from koschuso.store.storable import microseconds, require_all_storable, require_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

__all__ = ["SqliteTransaction"]

_BATCH = 500

_NO_DIGEST = ""
_PREVIOUS = COLUMNS.index("previous")
_UNKNOWN: tuple[None, None] = (None, None)


class SqliteTransaction(SqliteReading):
    """See `DriverTransaction` and `SqliteReading`."""

    def seal(self) -> None:
        """Note the newest change before the commit, so that a log whose end was cut off later shows it."""
        if self._head != self._committed and self._failure is None:
            self._run(SEAL, (head_note(*self._head),))

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
            return self._put_batch(batch) if batch else []
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
        state = self._one(STATE, (kind, id))
        actual = None if state is None or state[2] is None else revision_of(state[1], state[2])
        require_expected(kind, id, expect, actual)
        if state is None or actual is None:
            return None
        return self._blank(kind, id, state[1], Operation.REMOVE, moment)

    def purge(self, kind: str, id: str, *, at: datetime | None = None) -> None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.purge`; the driver wipes the files afterwards."""
        self._require_writable()
        require_key(kind, id)
        state = self._one(STATE, (kind, id))
        if state is not None:
            self._blank(kind, id, state[1], Operation.PURGE, self._now if at is None else microseconds(at))

    def _put_batch(self, batch: list[Write]) -> list[str]:
        """Put documents of different keys: check everything first, so that a refused batch has changed nothing."""
        require_all_storable(batch)
        states = self._states(batch)
        sequence, link = self._head
        now = self._now
        numbers = range(sequence + 1, sequence + 1 + len(batch))
        moments, replaced, digests, links = [], [], [], []
        for sequence, (kind, id_, body, index, expect, at) in zip(numbers, batch, strict=True):
            previous, actual = states.get((kind, id_), _UNKNOWN) if states else _UNKNOWN
            if expect is not ANY and (actual is not None or expect is not ABSENT):
                require_expected(kind, id_, expect, actual)
            moment = now if at is None else microseconds(at)
            digest = content_digest(body, index)
            link = next_link((link, sequence, moment, "put", previous, kind, id_, digest))
            moments.append(moment)
            replaced.append(previous)
            digests.append(digest)
            links.append(link)
        kinds, ids, bodies, indices, *_ = zip(*batch, strict=True)
        operations = [Operation.PUT.value] * len(batch)
        self._insert_or_replace(
            [kinds, ids, numbers, operations, moments, replaced, digests, links, bodies, *zip(*indices, strict=True)]
        )
        self._head = (numbers[-1], link)
        return list(map(revision_of, numbers, links))

    def _insert_or_replace(self, columns: list[Sequence[Any]]) -> None:
        """Write a batch, given as its columns: what is replaced moves to the past first, the rest is new."""
        if any(columns[_PREVIOUS]):
            rows = list(zip(*columns, strict=True))
            changed = [row for row in rows if row[_PREVIOUS]]
            self._run_many(KEEP, [(row[_PREVIOUS],) for row in changed])
            self._run_many(REPLACE, changed)
            columns = list(zip(*(row for row in rows if not row[_PREVIOUS]), strict=True))
        if columns:
            for statement, parameters in insertions(columns):
                self._run_many(statement, parameters)

    def _states(self, batch: list[Write]) -> dict[tuple[str, str], tuple[int, str | None]]:
        """Read sequence number and revision (``None`` for a removed document) of what is stored already."""
        states: dict[tuple[str, str], tuple[int, str | None]] = {}
        for kind in {write.kind for write in batch}:
            wanted = [write.id for write in batch if write.kind == kind]
            if len(wanted) == 1:
                rows = self._all(STATE, (kind, wanted[0]))
            else:
                # Ordered ids (UUIDv7) of new records lie behind all that are there: one look spares five hundred.
                ((last,),) = self._all(LAST_ID, (kind,))
                if last is None or min(wanted) > last:
                    continue
                rows = self._all(STATES, (kind, json.dumps(wanted)))
            for id_, sequence, link in rows:
                states[kind, id_] = (sequence, None if link is None else revision_of(sequence, link))
        return states

    def _blank(self, kind: str, id: str, previous: int, operation: Operation, at: int) -> str:  # noqa: A002 - the record's own term
        sequence, link = self._head
        sequence += 1
        link = next_link((link, sequence, at, operation.value, previous, kind, id, _NO_DIGEST))
        self._run(KEEP, (previous,))
        for step, *_ in self._all(STEPS, (previous,)):
            self._run(BLANK, (step,))
        self._run(REPLACE, (kind, id, sequence, operation.value, at, previous, _NO_DIGEST, link, None, *Index()))
        self._head = (sequence, link)
        return revision_of(sequence, link)

    def _run(self, sql: str, values: tuple[Any, ...] = ()) -> None:
        try:
            self._connection.execute(sql, values)
        except SQLITE_ERRORS as error:
            raise self._failed(error) from cause_of(error)

    def _run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        try:
            self._connection.executemany(sql, rows)
        except SQLITE_ERRORS as error:
            raise self._failed(error) from cause_of(error)

    def _require_writable(self) -> None:
        self._require_usable()
        if not self._write:
            raise WrongUse("Diese Transaktion ist zum Lesen geöffnet. Bitte eine schreibende beginnen.")


def _batches(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Cut into batches in which no document comes twice: what is to be replaced must be in the tables."""
    remaining = iter(writes)
    while batch := list(islice(remaining, _BATCH)):
        if len({write.id for write in batch}) == len(batch):
            yield batch
            continue
        distinct: dict[tuple[str, str], Write] = {}
        for write in batch:
            if write[:2] in distinct:
                yield list(distinct.values())
                distinct = {}
            distinct[write[:2]] = write
        yield list(distinct.values())
