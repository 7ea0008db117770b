"""The contract of a transaction: what a driver implements to read and to write documents.

Driver authors import `DriverTransaction` from `koschuso.store.driver`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from koschuso.errors import NotSupported
from koschuso.store.documents import ANY, Operation, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from koschuso.store.conditions import Condition, Index
    from koschuso.store.documents import Change, Document, Expected, Version, Write

__all__ = ["DriverTransaction"]

_KEPT_CONTENTS = 100


class DriverTransaction(ABC):
    """One consistent view of a store, and in a write transaction the only way to change it.

    It belongs to the thread that began it and ends with its ``with`` block; every use afterwards, also of an iterator
    that it gave, raises `WrongUse`. A `Conflict` or `Refused` changes nothing and leaves the transaction usable.
    """

    @abstractmethod
    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the record's own term
        """Return the document, or ``None``."""

    @abstractmethod
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
        """Create or replace a document.

        A put of the same body and index is a change like any other and gives a new revision (C4); whoever wants to
        skip it compares first.

        Args:
            kind: Kind of the record.
            id: Id of the record.
            body: JSON text in UTF-8 (`koschuso.store.storable.require_storable` says what is accepted).
            index: The values by which it can be found.
            expect: The revision that is to be replaced, `ABSENT` or `ANY`.
            at: Moment of the change, with time zone; by default now. Copies of a store hand on the original.

        Returns:
            The new revision.

        Raises:
            Conflict: When the stored revision is not the expected one.
            Refused: When the key, the index or the body cannot be stored.
        """

    @abstractmethod
    def put_many(self, writes: Iterable[Write]) -> list[str]:
        """Put many documents, all or none, holding a batch in memory rather than all of them.

        Returns:
            The new revisions, in the order of the writes.

        Raises:
            Conflict: As `put`; none of the writes has been done then.
            Refused: As `put`; none of the writes has been done then.
        """

    @abstractmethod
    def remove(self, kind: str, id: str, *, expect: Expected, at: datetime | None = None) -> str | None:  # noqa: A002 - the record's own term
        """Remove a document and the bodies of its earlier versions.

        Returns:
            The revision of the removal, or ``None`` when `ANY` was expected and there was nothing to remove.

        Raises:
            Conflict: When the stored revision is not the expected one.
            WrongUse: When `ABSENT` is expected.
        """

    def purge(self, kind: str, id: str, *, at: datetime | None = None) -> None:  # noqa: A002 - the record's own term
        """Remove a document and the contents of its steps, whatever its revision, and call it a purge in the feed.

        For copies of a store, which repeat the purges of the original; users call `StoreDriver.purge`, which also
        wipes the files. A key that was never stored is no error; one that is removed already gets another purge. A
        driver with `Capability.PURGE` overrides it.

        Args:
            kind: Kind of the record.
            id: Id of the record.
            at: Moment of the purge, with time zone; by default now.
        """
        self.remove(kind, id, expect=ANY, at=at)

    @abstractmethod
    def scan(self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None) -> Iterator[Document]:
        """Yield at least the documents that meet all conditions, in key order (Q1 … Q3).

        Args:
            kind: Kind of the records.
            conditions: Joined by *and*.
            after: Leave out ids up to and including this one.
        """

    def contents(
        self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None
    ) -> Iterator[tuple[str, str, bytes]]:
        """Yield id, revision and body of the documents that `scan` would yield, for readers without need of the index.

        A driver overrides it where this is faster than reading whole documents.
        """
        for document in self.scan(kind, conditions, after=after):
            yield document.id, document.revision, document.body

    @abstractmethod
    def counts(self) -> Mapping[str, int]:
        """Return how many documents there are of each kind; kinds without documents may be left out."""

    @abstractmethod
    def cursor(self) -> str:
        """Return the position in the feed after the last committed change that this transaction sees."""

    @abstractmethod
    def changed_at(self) -> datetime | None:
        """Return when the newest committed change that this transaction sees was made; ``None`` for an empty feed (F5)."""

    @abstractmethod
    def changes(self, since: str | None = None) -> Iterator[Change]:
        """Yield the committed changes after a position, in commit order, without own uncommitted ones (F1 … F4).

        Args:
            since: A cursor of this store, or ``None`` for the beginning.

        Raises:
            Refused: At once, when the cursor is not a position in this store's feed (F2).
        """

    def steps(self, since: str | None = None) -> Iterator[Step]:
        """Yield what `changes` yields, each with the content that it put, as far as it is kept.

        This one asks for the history of every document that it meets; a driver overrides it where it can read contents
        in the order of the feed.

        Args:
            since: As for `changes`.

        Raises:
            Refused: At once, as `changes`.
        """
        return self._with_contents(self.changes(since))

    def _with_contents(self, changes: Iterator[Change]) -> Iterator[Step]:
        kept: dict[tuple[str, str], dict[str, tuple[bytes | None, Index | None]]] = {}
        for change in changes:
            if change.operation is not Operation.PUT:
                yield Step(change, None, None)
                continue
            key = change.kind, change.id
            contents = kept.pop(key, None)
            if contents is None or change.revision not in contents:
                contents = self._contents_of(*key)
            body, index = contents.pop(change.revision, (None, None))
            # Later versions of the same document are kept for a while: those of a frequent one lie close together.
            if len(contents) > 0:
                kept[key] = contents
                while len(kept) > _KEPT_CONTENTS:
                    del kept[next(iter(kept))]
            yield Step(change, body, index)

    def _contents_of(self, kind: str, id: str) -> dict[str, tuple[bytes | None, Index | None]]:  # noqa: A002 - the record's own term
        """Give the contents of a document by the revisions that put them."""
        try:
            return {version.revision: (version.body, version.index) for version in self.history(kind, id)}
        except NotSupported:
            document = self.get(kind, id)
            return {} if document is None else {document.revision: (document.body, document.index)}

    @abstractmethod
    def history(self, kind: str, id: str) -> tuple[Version, ...]:  # noqa: A002 - the record's own term
        """Return the steps of a document, oldest first, the current one last; empty for an unknown key.

        Raises:
            NotSupported: Without `Capability.HISTORY`.
        """
