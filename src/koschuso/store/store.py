"""The store as users see it: typed records, transactions, optimistic concurrency, queries, changes and history."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast, final

from koschuso.codec import decode, encode
from koschuso.collector import collector_paused
from koschuso.errors import NotFound, WrongUse
from koschuso.model import RECORD_TYPES, Record
from koschuso.query import Query, arranged, matcher
from koschuso.store.backends import CORE_BACKENDS, open_driver
from koschuso.store.bulk import bulk_writes, prepared
from koschuso.store.conditions import OneOf
from koschuso.store.copying import copy_store, refuse_unfinished_copy
from koschuso.store.digest import COPY_KIND
from koschuso.store.driver import ANY, Expect, require_expected
from koschuso.store.indexing import index_of, narrowed
from koschuso.store.reasons import REASON_KIND, Reasons, reason_at
from koschuso.store.remembering import MEMORY_KIND, recall, remember
from koschuso.store.stored import Changed, Outcome, Past, Saved, Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from koschuso.store.copying import CopyResult
    from koschuso.store.driver import (
        Document,
        DriverTransaction,
        Expected,
        StoreBackend,
        StoreDriver,
        Verification,
        Write,
    )

__all__ = ["Store", "open_store"]

R = TypeVar("R", bound=Record)
T = TypeVar("T")
_NO_RECORDS = frozenset({REASON_KIND, MEMORY_KIND, COPY_KIND})


class _Work:
    """The transaction that a thread is in."""

    __slots__ = ("broken", "changed", "reasons", "transaction")

    def __init__(self, transaction: DriverTransaction, reasons: Reasons | None) -> None:
        self.transaction = transaction
        self.reasons = reasons
        self.broken = False
        self.changed = False


@final
class Store:
    """Keeps the records of an office.

    Every call is a transaction of its own, unless the thread is in one that `transaction` or `snapshot` began: then it
    is part of that one. A store may be used by several threads at once.

    Args:
        driver: Keeps the documents; `open_store` finds it by URL.

    >>> from koschuso.model import Goal
    >>> from koschuso.store import ABSENT, open_store
    >>> with open_store("memory:") as store:
    ...     first = store.put(Goal(id="z-1", title="Netzwerke"), expect=ABSENT)
    ...     second = store.put(Goal(id="z-1", title="Netzwerke stärken"), expect=first.revision)
    ...     store.get(Goal, "z-1").value.title
    'Netzwerke stärken'
    """

    def __init__(self, driver: StoreDriver) -> None:
        self._driver = driver
        self._local = threading.local()

    def __repr__(self) -> str:
        return f"<Store auf {type(self._driver).__name__}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the driver; calling it again does nothing.

        Raises:
            WrongUse: A transaction or an unfinished query is still open.
        """
        self._driver.close()

    # -- transactions ------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, *, reason: str = "") -> Iterator[Self]:
        """Do several things as one: committed when the block ends, rolled back when it raises.

        Within a transaction it joins that one. When a joined block raises, the whole can only be rolled back, even if
        the exception is caught in between.

        Args:
            reason: Why, for the record of changes; a few words without personal data. The outermost one counts.

        Raises:
            WrongUse: Within `snapshot`, which only reads; or at the end, when a joined block has failed.
            Unavailable: The store is busy, or the disk is full; nothing was changed.
        """
        work = self._work
        if work is not None:
            self._require_writing(work)
            try:
                yield self
            except BaseException:
                work.broken = True
                raise
            return
        with self._driver.transaction(write=True) as transaction:
            reasons = Reasons(transaction, reason)
            self._local.work = work = _Work(transaction, reasons)
            try:
                yield self
                if work.broken:
                    raise WrongUse(
                        "Ein Teil dieser Transaktion ist fehlgeschlagen; es wurde nichts gespeichert. "
                        "Bitte den Fehler weiterreichen statt ihn aufzufangen."
                    )
                reasons.close()
            finally:
                self._local.work = None

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """Read several things from one consistent state, whatever others write meanwhile.

        Within a transaction or another snapshot it reads from that one.
        """
        if self._work is not None:
            yield self
            return
        with self._driver.transaction(write=False) as transaction:
            self._local.work = _Work(transaction, None)
            try:
                yield self
            finally:
                self._local.work = None

    # -- single records ----------------------------------------------------------------------------------------------

    def get(self, record_type: type[R], id: str) -> Stored[R]:  # noqa: A002 - the record's own term
        """Give a record.

        Raises:
            NotFound: There is none with this id.
            Corrupt: What is stored cannot be read.
        """
        found = self.find(record_type, id)
        if found is None:
            raise NotFound(f"{record_type.LABEL} mit der Kennung »{id}« gibt es nicht.", kind=record_type.KIND, id=id)
        return found

    def find(self, record_type: type[R], id: str) -> Stored[R] | None:  # noqa: A002 - the record's own term
        """Give a record, or ``None``.

        Raises:
            Corrupt: What is stored cannot be read.
        """
        with self._reading() as transaction:
            document = transaction.get(_kind(record_type), id)
        return None if document is None else _stored(record_type, document)

    def find_all(self, record_type: type[R], ids: Iterable[str]) -> dict[str, Stored[R]]:
        """Give those of many records of one kind that there are, by id; in one look instead of one for each.

        Raises:
            Corrupt: What is stored cannot be read.
        """
        wanted = tuple(ids)
        kind = _kind(record_type)
        if not wanted:
            return {}
        with self._reading() as transaction:
            rows = transaction.contents(kind, [OneOf("id", wanted)])
            return {id_: Stored(_decoded(record_type, body, id_), revision) for id_, revision, body in rows}

    def put(self, record: R, *, expect: Expected) -> Stored[R]:
        """Create or replace a record; one that is equal to what is stored keeps its revision.

        Args:
            record: The record.
            expect: The revision that is to be replaced, `ABSENT` or `ANY`. There is no default: whoever replaces
                without looking says so.

        Raises:
            Conflict: Something else is stored than expected.
            InvalidRecord: A value cannot be stored; the findings name the fields.
        """
        body, index, kind = encode(record), index_of(record), record.KIND
        with self._writing() as work:
            there = work.transaction.get(kind, record.id)
            if there is not None and there.body == body and there.index == index:
                require_expected(kind, record.id, expect, there.revision)
                return Stored(record, there.revision, Outcome.UNCHANGED)
            require_expected(kind, record.id, expect, None if there is None else there.revision)
            _announce(work)
            revision = work.transaction.put(kind, record.id, body, index, expect=expect)
        return Stored(record, revision, Outcome.CREATED if there is None else Outcome.UPDATED)

    def put_all(self, records: Iterable[Record], *, expect: Expect = ANY, batch: int | None = None) -> Saved:
        """Create or replace many records of any kinds, without holding all of them in memory.

        Records that are equal to what is stored keep their revision, so importing twice changes nothing.

        Args:
            records: The records; an iterator may raise, then nothing is stored.
            expect: `ANY`, or `ABSENT` to refuse replacing.
            batch: ``None`` stores all or none. A number commits after so many records, so that others get their turn
                in between: an editor waits for a batch (500 records: some 10 ms) instead of for all. Each batch is
                whole; what raises keeps the batches before it, and putting all again goes on from there. Records are
                prepared before others have to wait.

        Raises:
            Conflict: Something else is stored than expected; nothing of this batch was changed.
            InvalidRecord: A value cannot be stored; nothing of this batch was changed.
            WrongUse: A batch of less than one record, or batches within a transaction, which is one whole.
        """
        tally = {Outcome.CREATED: 0, Outcome.UPDATED: 0, Outcome.UNCHANGED: 0}
        if batch is None:
            self._put_writes(prepared(records, expect), expect, tally)
        else:
            self._require_alone()
            if batch < 1:
                raise WrongUse("batch muss mindestens 1 sein: so viele Datensätze werden zusammen gespeichert.")
            writes = prepared(records, expect)
            while portion := list(islice(writes, batch)):
                self._put_writes(portion, expect, tally)
        return Saved(created=tally[Outcome.CREATED], updated=tally[Outcome.UPDATED], unchanged=tally[Outcome.UNCHANGED])

    def remove(self, record_type: type[Record], id: str, *, expect: Expected) -> bool:  # noqa: A002 - the record's own term
        """Remove a record; its earlier contents go with it.

        Args:
            record_type: Class of the record.
            id: Id of the record.
            expect: The revision that is to be removed, or `ANY`.

        Returns:
            Whether there was something to remove.

        Raises:
            Conflict: Something else is stored than expected.
        """
        kind = _kind(record_type)
        with self._writing() as work:
            there = work.transaction.get(kind, id)
            if there is None and expect is ANY:
                return False
            if isinstance(expect, str):
                require_expected(kind, id, expect, None if there is None else there.revision)
            _announce(work)
            return work.transaction.remove(kind, id, expect=expect) is not None

    # -- queries -----------------------------------------------------------------------------------------------------

    def query(self, query: Query[R]) -> Iterator[Stored[R]]:
        """Give the records that meet a query, one after the other from one consistent state.

        Without ``order_by`` it needs the memory of a page; the iterator may be abandoned (close it, or drop it).

        Raises:
            Corrupt: What is stored cannot be read.
        """
        work = self._work
        if work is not None:
            return _found(work.transaction, query)
        return self._found_alone(query)

    def fetch(self, query: Query[R]) -> list[Stored[R]]:
        """Give all records that meet a query at once, faster than one after the other.

        Raises:
            Corrupt: What is stored cannot be read.
        """
        with collector_paused(), self._reading() as transaction:
            return list(_found(transaction, query))

    def count(self, query: Query[Any]) -> int:
        """Count the records that meet a query."""
        with self._reading() as transaction:
            if query.where:
                found = sum(1 for _ in _filtered(transaction, query))
            else:
                found = sum(1 for _ in transaction.scan(query.kind))
        return found if query.limit is None else min(found, query.limit)

    def counts(self) -> Mapping[str, int]:
        """Tell how many records there are of each kind, without those of which there are none."""
        with self._reading() as transaction:
            counted = transaction.counts()
        return {kind: counted[kind] for kind in RECORD_TYPES if counted.get(kind)}

    # -- changes -----------------------------------------------------------------------------------------------------

    def cursor(self) -> str:
        """Give the position in the record of changes after the last committed one."""
        with self._reading() as transaction:
            return transaction.cursor()

    def last_changed_at(self) -> datetime | None:
        """Tell when the last committed change was made, in UTC; ``None`` for a store without any."""
        with self._reading() as transaction:
            return transaction.changed_at()

    def changes(self, since: str | None = None) -> Iterator[Changed]:
        """Give the committed changes after a position, in the order of their commits.

        Args:
            since: A cursor of this store, ``None`` for the beginning.

        Raises:
            Refused: The cursor is not of this store, or is outdated.
        """
        work = self._work
        return self._changes_alone(since) if work is None else _changes(work.transaction, since)

    def wait_for_changes(self, since: str, *, timeout: float) -> bool:
        """Wait until something is committed after a position in the record of changes.

        For programs that follow a store: read `changes`, remember the last cursor (`cursor` before the first), wait,
        read on. It may say so without need, for instance when only koschuso's own notes have changed.

        Args:
            since: A cursor of this store.
            timeout: Most seconds to wait; 0 looks once.

        Returns:
            Whether there is something to read; ``False`` when the time is over.

        Raises:
            Refused: The cursor is not of this store, or is outdated.
            WrongUse: Within a transaction, which would go on seeing the state of its beginning.
        """
        if self._work is not None:
            raise WrongUse("In einer Transaktion lässt sich nicht auf Änderungen warten. Bitte sie vorher beenden.")
        return self._driver.wait_for_changes(since, timeout=timeout)

    def history(self, record_type: type[R], id: str) -> tuple[Past[R], ...]:  # noqa: A002 - the record's own term
        """Give the steps of a record, the oldest first; none for an unknown id.

        Raises:
            NotSupported: The driver keeps no history.
            Corrupt: What is stored cannot be read.
        """
        kind = _kind(record_type)
        with self._reading() as transaction:
            versions = transaction.history(kind, id)
        return tuple(
            Past(
                None if version.body is None else _decoded(record_type, version.body, id),
                version.revision,
                version.operation,
                version.at,
            )
            for version in versions
        )

    # -- what programs want to know again ------------------------------------------------------------------------------

    def remember(self, name: str, value: Any) -> None:
        """Keep a value that is no record: what a program wants to know the next time, in the same transaction.

        Earlier values leave no content behind. It stands in no query, count or record of changes.

        Args:
            name: Of the program's choice, unique within the store; printable.
            value: Anything that JSON can say.
        """
        with self._writing() as work:
            # Remembering is no change of the data: "last changed" stays what it was.
            at = None if work.changed else work.transaction.changed_at()
            remember(work.transaction, name, value, at=at)

    def recall(self, name: str, value_type: type[T]) -> T | None:
        """Give a value that was remembered; ``None`` if there is none, or if it is not of this type.

        Args:
            name: As it was remembered.
            value_type: What the JSON is read as, such as ``dict[str, str]``.
        """
        with self._reading() as transaction:
            return recall(transaction, name, value_type)

    # -- the store as a whole ----------------------------------------------------------------------------------------

    def purge(self, keys: Iterable[tuple[type[Record], str]]) -> None:
        """Remove records and wipe every trace of their contents; for data that must be erased (DSGVO).

        Raises:
            NotSupported: The driver cannot do it.
            Unavailable: Open readers keep old contents alive; repeat it.
            WrongUse: Within a transaction.
        """
        self._require_alone()
        self._driver.purge([(_kind(record_type), id_) for record_type, id_ in keys])

    def verify(self) -> Verification:
        """Compare everything stored with the fingerprints written beside it.

        Raises:
            NotSupported: The driver cannot do it.
            WrongUse: Within a transaction.
        """
        self._require_alone()
        return self._driver.verify()

    @property
    def driver(self) -> StoreDriver:
        """The driver, for what works on documents rather than records: copies, backups, tests of drivers."""
        return self._driver

    def copy_to(self, target: Store, *, progress: Callable[[int, int], None] | None = None) -> CopyResult:
        """Copy everything into another store and compare both; see `koschuso.store.copying.copy_store`.

        Args:
            target: An empty store, or an earlier copy of this one, which is then brought up to date.
            progress: Is told now and then how many of how many steps are done.

        Raises:
            Refused: The target holds something else.
            Corrupt: The target does not hold what was copied to it.
            WrongUse: Within a transaction, or both are the same store.
        """
        self._require_alone()
        return copy_store(self._driver, target.driver, progress=progress)

    def backup(self, target: Path) -> None:
        """Write a consistent copy in the driver's own form, under its final name only when it is complete and verified.

        A backup of a whole office, which works with every driver and can be restored, is `Office.backup`.

        Raises:
            NotSupported: The driver cannot do it.
            Refused: The target exists.
            WrongUse: Within a transaction.
        """
        self._require_alone()
        self._driver.backup(target)

    # -- inside ------------------------------------------------------------------------------------------------------

    @property
    def _work(self) -> _Work | None:
        work: _Work | None = getattr(self._local, "work", None)
        return work

    @contextmanager
    def _reading(self) -> Iterator[DriverTransaction]:
        work = self._work
        if work is not None:
            yield work.transaction
        else:
            with self._driver.transaction(write=False) as transaction:
                yield transaction

    @contextmanager
    def _writing(self) -> Iterator[_Work]:
        work = self._work
        if work is not None:
            # What a driver refuses has changed nothing: a caught conflict leaves the transaction usable.
            self._require_writing(work)
            yield work
        else:
            with self._driver.transaction(write=True) as transaction:
                yield _Work(transaction, Reasons(transaction, ""))

    def _found_alone(self, query: Query[R]) -> Iterator[Stored[R]]:
        with self._driver.transaction(write=False) as transaction:
            yield from _found(transaction, query)

    def _changes_alone(self, since: str | None) -> Iterator[Changed]:
        with self._driver.transaction(write=False) as transaction:
            yield from _changes(transaction, since)

    def _put_writes(self, writes: Iterable[Write], expect: Expect, tally: dict[Outcome, int]) -> None:
        with collector_paused(), self._writing() as work:
            differing = bulk_writes(work.transaction, writes, expect, tally)
            first = next(differing, None)
            if first is not None:
                _announce(work)
                work.transaction.put_many(chain((first,), differing))

    def _require_writing(self, work: _Work) -> None:
        if work.reasons is None:
            raise WrongUse("In einem snapshot() wird nur gelesen. Bitte zum Schreiben transaction() verwenden.")
        if work.broken:
            raise WrongUse("Diese Transaktion ist fehlgeschlagen und kann nur noch zurückgerollt werden.")

    def _require_alone(self) -> None:
        if self._work is not None:
            raise WrongUse("Das geht nicht innerhalb einer Transaktion. Bitte die Transaktion vorher beenden.")


def open_store(url: str | Path, *, backends: Iterable[StoreBackend] | None = None) -> Store:
    """Open the store that a URL or the path of a database file names; it is made if there is none.

    Args:
        url: ``memory:``, ``sqlite:///path`` or what else a backend opens; or the path of a SQLite file.
        backends: The backends to choose from; by default those of koschuso itself.

    Raises:
        WrongUse: Unknown scheme; the message names the known ones.
        Unavailable: The place cannot be used now.
        UnsafeLocation: The place would damage the data.
        Refused: A copy into this store is not complete yet.
    """
    driver = open_driver(url, CORE_BACKENDS if backends is None else backends)
    try:
        refuse_unfinished_copy(driver)
    except BaseException:
        driver.close()
        raise
    return Store(driver)


def _kind(record_type: type[Record]) -> str:
    if RECORD_TYPES.get(getattr(record_type, "KIND", "")) is not record_type:
        raise WrongUse(f"{record_type!r} ist keine Datenart. Bekannt sind: {', '.join(RECORD_TYPES)}.")
    return record_type.KIND


def _decoded(record_type: type[R], body: bytes, id: str) -> R:  # noqa: A002 - the record's own term
    return cast("R", decode(record_type.KIND, body, id=id))


def _stored(record_type: type[R], document: Document) -> Stored[R]:
    return Stored(_decoded(record_type, document.body, document.id), document.revision)


def _filtered(transaction: DriverTransaction, query: Query[R]) -> Iterator[Stored[R]]:
    kind, meets = query.kind, matcher(query.where)
    for id_, revision, body in transaction.contents(kind, narrowed(query)):
        record: Any = decode(kind, body, id=id_)
        if meets(record):
            yield Stored(record, revision)


def _found(transaction: DriverTransaction, query: Query[R]) -> Iterator[Stored[R]]:
    found = _filtered(transaction, query)
    if query.order_by:
        yield from arranged(query, found, lambda stored: stored.value)
    else:
        yield from islice(found, query.limit)


def _changes(transaction: DriverTransaction, since: str | None) -> Iterator[Changed]:
    reason = ""
    for change in transaction.changes(since):
        if change.kind not in _NO_RECORDS:
            cursor, kind, id_, revision, operation, at = change
            yield Changed(
                cursor=cursor, kind=kind, id=id_, revision=revision, operation=operation, at=at, reason=reason
            )
        elif change.kind == REASON_KIND:
            reason = reason_at(transaction, change)


def _announce(work: _Work) -> None:
    work.changed = True
    if work.reasons is not None:
        work.reasons.open()
