"""The store as users see it: typed records, transactions, optimistic concurrency, queries, changes and history."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Self, TypeVar, final

from koschuso.codec import encode
from koschuso.collector import collector_paused
from koschuso.errors import NotFound, WrongUse
from koschuso.model import RECORD_TYPES, Record
from koschuso.store.bulk import bulk_writes, prepared
from koschuso.store.conditions import OneOf
from koschuso.store.copying import copy_store
from koschuso.store.driver import ANY, Expect, require_expected
from koschuso.store.finding import decoded, filtered, found_by, kind_of, stored
from koschuso.store.indexing import index_of
from koschuso.store.remembering import recall, remember
from koschuso.store.selecting import require_fields, selected
from koschuso.store.stored import Changed, Outcome, Past, Saved, Stored
from koschuso.store.telling import changes_told
from koschuso.store.working import Working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from koschuso.query import Query
    from koschuso.store.copying import CopyResult
    from koschuso.store.driver import Expected, StoreDriver, Verification, Write

__all__ = ["Store"]

R = TypeVar("R", bound=Record)
T = TypeVar("T")


@final
class Store(Working):
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
            document = transaction.get(kind_of(record_type), id)
        return None if document is None else stored(record_type, document)

    def find_all(self, record_type: type[R], ids: Iterable[str]) -> dict[str, Stored[R]]:
        """Give those of many records of one kind that there are, by id; in one look instead of one for each.

        Raises:
            Corrupt: What is stored cannot be read.
        """
        wanted = tuple(ids)
        kind = kind_of(record_type)
        if not wanted:
            return {}
        with self._reading() as transaction:
            rows = transaction.contents(kind, [OneOf("id", wanted)])
            return {id_: Stored(decoded(record_type, body, id_), revision) for id_, revision, body in rows}

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
            work.announce()
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
        kind = kind_of(record_type)
        with self._writing() as work:
            there = work.transaction.get(kind, id)
            if there is None and expect is ANY:
                return False
            if isinstance(expect, str):
                require_expected(kind, id, expect, None if there is None else there.revision)
            work.announce()
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
            return found_by(work.transaction, query)
        return self._found_alone(query)

    def fetch(self, query: Query[R]) -> list[Stored[R]]:
        """Give all records that meet a query at once, faster than one after the other.

        Raises:
            Corrupt: What is stored cannot be read.
        """
        with collector_paused(), self._reading() as transaction:
            return list(found_by(transaction, query))

    def values(self, query: Query[Any], *fields: str) -> Iterator[tuple[Any, ...]]:
        """Give only some fields of the records that meet a query, in a fraction of the time of whole records.

        For sums over tens of thousands of records. What is not asked for is not looked at, so what is damaged there is
        not noticed. Like `query` it needs the memory of a page, and may be abandoned.

        Args:
            query: Which records.
            fields: Names of fields of their class, such as ``"day"``.

        Returns:
            A tuple for each record, in the order of ``fields``.

        Raises:
            WrongUse: There is no such field, or none is named.
            Corrupt: What is stored in these fields cannot be read.

        >>> from datetime import date
        >>> from koschuso.model import Activity
        >>> from koschuso.query import Query
        >>> from koschuso.store import ANY, open_store
        >>> with open_store("memory:") as store:
        ...     done = store.put(Activity(id="a", day=date(2025, 8, 27), taetigkeit="beratung", minutes=30), expect=ANY)
        ...     list(store.values(Query(Activity), "taetigkeit", "minutes"))
        [('beratung', 30)]
        """
        require_fields(query, fields)
        work = self._work
        if work is not None:
            return selected(work.transaction, query, fields)
        return self._selected_alone(query, fields)

    def count(self, query: Query[Any]) -> int:
        """Count the records that meet a query."""
        with self._reading() as transaction:
            if query.where:
                found = sum(1 for _ in filtered(transaction, query))
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
        return self._changes_alone(since) if work is None else changes_told(work.transaction, since)

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
        kind = kind_of(record_type)
        with self._reading() as transaction:
            versions = transaction.history(kind, id)
        return tuple(
            Past(
                None if version.body is None else decoded(record_type, version.body, id),
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
        self._driver.purge([(kind_of(record_type), id_) for record_type, id_ in keys])

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

    def _found_alone(self, query: Query[R]) -> Iterator[Stored[R]]:
        with self._driver.brief_transaction(write=False) as transaction:
            yield from found_by(transaction, query)

    def _selected_alone(self, query: Query[Any], fields: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        with self._driver.transaction(write=False) as transaction:
            yield from selected(transaction, query, fields)

    def _changes_alone(self, since: str | None) -> Iterator[Changed]:
        with self._driver.transaction(write=False) as transaction:
            yield from changes_told(transaction, since)

    def _put_writes(self, writes: Iterable[Write], expect: Expect, tally: dict[Outcome, int]) -> None:
        with collector_paused(), self._writing() as work:
            differing = bulk_writes(work.transaction, writes, expect, tally)
            first = next(differing, None)
            if first is not None:
                work.announce()
                work.transaction.put_many(chain((first,), differing))
