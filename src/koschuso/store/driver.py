"""The contract of storage: what a driver implements and what it is handed.

A driver keeps JSON documents with index values. It knows no record classes, no codec and no rules; `Store` sits on
top. The clauses (T1 … X1) are normative in ``docs/contract/store.md``. Two classes are to be implemented,
`StoreDriver` and `DriverTransaction`; `StoreBackend` is the record that announces them.

Stability: provisional until 1.0; afterwards every addition has a default.
"""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn, Self

import attrs

from koschuso.errors import Conflict, NotSupported, WrongUse
from koschuso.store.url import StoreUrl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from koschuso.store.conditions import Condition, Index

__all__ = [
    "ABSENT",
    "ANY",
    "Capability",
    "Change",
    "Damage",
    "Document",
    "DriverTransaction",
    "Expect",
    "Expected",
    "Operation",
    "Step",
    "StoreBackend",
    "StoreDriver",
    "Verification",
    "Version",
    "Write",
    "conflict",
    "require_expected",
]


_KEPT_CONTENTS = 100
_LOOK_SECONDS = 0.5


class Expect(Enum):
    """What a caller may expect instead of a revision."""

    ABSENT = "ABSENT"
    ANY = "ANY"

    def __repr__(self) -> str:
        return self.name


ABSENT: Literal[Expect.ABSENT] = Expect.ABSENT
"""There is no such document yet."""

ANY: Literal[Expect.ANY] = Expect.ANY
"""Whatever is stored now may be replaced or removed."""

Expected = str | Expect
"""A revision, `ABSENT` or `ANY`; there is deliberately no default."""


class Operation(StrEnum):
    """What a change did."""

    PUT = "put"
    REMOVE = "remove"
    PURGE = "purge"


class Capability(StrEnum):
    """What a driver may offer beyond the contract; using an undeclared one raises `NotSupported` (X1)."""

    HISTORY = "history"
    """`DriverTransaction.history`: earlier versions with their bodies."""
    PURGE = "purge"
    """`StoreDriver.purge`: no trace of a content is left in the driver's files."""
    VERIFY = "verify"
    """`StoreDriver.verify`: finds stored content that is not what was written."""
    BACKUP = "backup"
    """`StoreDriver.backup`: a consistent copy while others write."""
    SHARED = "shared"
    """Several processes may have the same URL open; without it `open` is for one process."""


class Document(NamedTuple):
    """A stored document.

    Attributes:
        kind: Kind of the record, for example ``"event"``.
        id: Id of the record, unique within its kind.
        revision: Opaque text that changes with every put (C4).
        body: JSON text in UTF-8, byte for byte as it was put (T1).
        index: The values by which it can be found.
    """

    kind: str
    id: str
    revision: str
    body: bytes
    index: Index  # type: ignore[assignment]  # nobody asks for the position of a value

    def __repr__(self) -> str:
        """Show the key only: bodies hold personal data."""
        return f"Document({self.kind!r}, {self.id!r}, revision={self.revision!r}, {len(self.body)} bytes)"


class Write(NamedTuple):
    """One put of `DriverTransaction.put_many`; the attributes are those of `DriverTransaction.put`."""

    kind: str
    id: str
    body: bytes
    index: Index  # type: ignore[assignment]  # nobody asks for the position of a value
    expect: Expected
    at: datetime | None = None

    def __repr__(self) -> str:
        """Show the key only: bodies hold personal data."""
        return f"Write({self.kind!r}, {self.id!r}, expect={self.expect!r}, {len(self.body)} bytes)"


class Change(NamedTuple):
    """One committed change as the feed tells it: key and revision, no body (F4).

    Attributes:
        cursor: Opaque position right after this change, to continue from.
        kind: Kind of the record.
        id: Id of the record.
        revision: Revision that the change made.
        operation: What was done.
        at: When, in UTC; for people, never for ordering.
    """

    cursor: str
    kind: str
    id: str
    revision: str
    operation: Operation
    at: datetime


class Step(NamedTuple):
    """One committed change with its content, for copies of a whole store.

    Attributes:
        change: The change as the feed tells it.
        body: The content that it put; ``None`` for removals and where the content is no longer kept.
        index: The index values that it put; ``None`` where `body` is ``None``.
    """

    change: Change
    body: bytes | None
    index: Index | None  # type: ignore[assignment]  # nobody asks for the position of a value

    def __repr__(self) -> str:
        """Show no content: bodies hold personal data."""
        return f"Step({self.change!r}, {'no content' if self.body is None else f'{len(self.body)} bytes'})"


class Version(NamedTuple):
    """One step in the life of a document.

    Attributes:
        revision: Revision that the step made.
        operation: What was done.
        at: When, in UTC.
        body: The content at that time; ``None`` for removals and for everything before a removal or purge (P1).
        index: The index values at that time; ``None`` where `body` is ``None``.
    """

    revision: str
    operation: Operation
    at: datetime
    body: bytes | None
    index: Index | None  # type: ignore[assignment]  # as above

    def __repr__(self) -> str:
        """Show no content: bodies hold personal data."""
        return f"Version({self.revision!r}, {self.operation.value!r}, at={self.at.isoformat()!r})"


@attrs.frozen(kw_only=True)
class Damage:
    """Something stored that is not what was written.

    Attributes:
        kind: Kind of the document, empty where the store as a whole is meant.
        id: Id of the document, empty where the store as a whole is meant.
        message: One German sentence: what was found.
    """

    kind: str = ""
    id: str = ""
    message: str


@attrs.frozen(kw_only=True)
class Verification:
    """The outcome of `StoreDriver.verify`.

    Attributes:
        documents: How many documents were read and compared.
        changes: How many changes were read and compared.
        head: Fingerprint of the newest change; printed elsewhere it shows later tampering.
        damages: Everything that is wrong; empty means whole.
    """

    documents: int
    changes: int
    head: str
    damages: tuple[Damage, ...]


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


class StoreDriver(ABC):
    """An open store. Its methods may be called from several threads at once.

    Attributes:
        capabilities: What it offers beyond the contract; the same set that its backend declares.
    """

    capabilities: frozenset[Capability]

    @abstractmethod
    def transaction(self, *, write: bool) -> AbstractContextManager[DriverTransaction]:
        """Begin a transaction: committed when the block ends, rolled back when it raises (T2 … T4).

        Args:
            write: Whether it may change anything; write transactions run one after the other.

        Raises:
            Unavailable: When the store is busy for longer than it should be, or the disk is full.
            WrongUse: When the driver is closed, or the thread already has a write transaction.
        """

    @abstractmethod
    def close(self) -> None:
        """Release everything; calling it again does nothing.

        Raises:
            WrongUse: When a transaction is still open.
        """

    def wait_for_changes(self, since: str, *, timeout: float) -> bool:
        """Wait until something is committed behind a position of the feed: for programs that follow a store.

        This one looks twice a second; a driver that is told of commits overrides it. It may say so without need, so
        whoever follows reads `DriverTransaction.changes` and waits on.

        Args:
            since: A cursor of this store.
            timeout: Most seconds to wait; 0 looks once.

        Returns:
            Whether there is something to read; ``False`` when the time is over.

        Raises:
            Refused: When the cursor is not a position in this store's feed (F2).
            WrongUse: When the driver is closed.
        """
        end = time.monotonic() + timeout
        while True:
            with self.transaction(write=False) as transaction:
                if transaction.cursor() != since:
                    transaction.changes(since)  # refuses what is no position in this feed
                    return True
            remaining = end - time.monotonic()
            if remaining <= 0:
                return False
            time.sleep(min(remaining, _LOOK_SECONDS))

    def purge(self, keys: Iterable[tuple[str, str]]) -> None:
        """Remove documents and wipe every trace of their contents from the driver's files (P2).

        Keys and revisions stay in the feed so that followers can do the same. Unknown keys are no error: repeating
        an interrupted purge finishes it.

        Args:
            keys: Pairs of kind and id.

        Raises:
            NotSupported: Without `Capability.PURGE`.
            Unavailable: When open readers keep old contents alive; the documents are removed already, repeat it.
        """
        self._lacks(Capability.PURGE, keys)

    def verify(self) -> Verification:
        """Compare everything stored with the fingerprints written beside it.

        Raises:
            NotSupported: Without `Capability.VERIFY`.
        """
        self._lacks(Capability.VERIFY)

    def backup(self, target: Path) -> None:
        """Write a consistent copy, under its final name only when it is complete and verified.

        Raises:
            NotSupported: Without `Capability.BACKUP`.
            Refused: When the target exists.
        """
        self._lacks(Capability.BACKUP, target)

    def _lacks(self, capability: Capability, *_unused: object) -> NoReturn:
        raise NotSupported(
            f"Dieser Speicher ({type(self).__name__}) kann »{capability.value}« nicht. "
            "Bitte einen Speicher wählen, der das anbietet."
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}:[a-z][a-z0-9_-]{0,63}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,31}")


def _frozen(capabilities: Iterable[Capability]) -> frozenset[Capability]:
    return frozenset(capabilities)


def _tupled(schemes: Iterable[str]) -> tuple[str, ...]:
    return tuple(schemes)


def _named(_instance: object, _attribute: object, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise WrongUse(f"Der Name »{name}« eines Speichers muss die Form »plugin:name« haben.")


def _schemes(_instance: object, _attribute: object, schemes: tuple[str, ...]) -> None:
    if not schemes or not all(_SCHEME.fullmatch(scheme) for scheme in schemes):
        raise WrongUse(
            "Ein Speicher braucht mindestens ein URL-Schema aus Kleinbuchstaben, mit zwei Zeichen oder mehr."
        )


@attrs.frozen(kw_only=True)
class StoreBackend:
    """What a plugin returns to offer a storage.

    Attributes:
        name: ``"<plugin>:<name>"``.
        schemes: URL schemes that it opens, lower case.
        open: Opens a store; raises `koschuso.errors.Unavailable`, `UnsafeLocation`, `Corrupt` or `WrongUse`.
        capabilities: What its drivers offer beyond the contract.
        sibling: Gives the URL (whole, with its secrets) of another store of the same make beside this one, named by
            a token ``[a-z0-9]+`` and empty until it is opened: for tests, copies and restores.
        discard: Deletes the store that a URL names with everything that belongs to it, after it was closed; a store
            that is not there is no error. Tests clean up with it what they made by `sibling`.
        content: Gives all bytes that the store of a URL keeps on disk, in pieces, while it is open: so that the
            conformance kit can look for what a purge must not leave (P2); raises `koschuso.errors.NotSupported` where
            that is not permitted. Not needed where the URL names a path.
    """

    name: str = attrs.field(validator=_named)
    schemes: tuple[str, ...] = attrs.field(converter=_tupled, validator=_schemes)
    open: Callable[[StoreUrl], StoreDriver]
    capabilities: frozenset[Capability] = attrs.field(default=frozenset(), converter=_frozen)
    sibling: Callable[[StoreUrl, str], str] | None = None
    discard: Callable[[StoreUrl], None] | None = None
    content: Callable[[StoreUrl], Iterable[bytes]] | None = None


def conflict(kind: str, id: str, expect: Expected, actual: str | None) -> Conflict:  # noqa: A002 - the record's own term
    """Build the error for a document that is not what the caller expected."""
    expected = expect.value if isinstance(expect, Expect) else expect
    if expect is ABSENT:
        message = f"{kind} {id} gibt es schon (Revision {actual}). Bitte den vorhandenen Datensatz lesen und ändern."
    elif actual is None:
        message = f"{kind} {id} gibt es nicht mehr (erwartet: Revision {expected}). Bitte neu lesen und entscheiden."
    else:
        message = (
            f"{kind} {id} wurde inzwischen geändert (erwartet: Revision {expected}, gespeichert: {actual}). "
            "Bitte neu lesen und die Änderung wiederholen."
        )
    return Conflict(message, kind=kind, id=id, expected=expected, actual=actual)


def require_expected(kind: str, id: str, expect: Expected, actual: str | None) -> None:  # noqa: A002 - the record's own term
    """Compare the expectation with the stored revision (C1, C2); `actual` is ``None`` for an absent document.

    Raises:
        Conflict: When they differ.
        WrongUse: When the expectation is neither text nor `ABSENT` nor `ANY`.
    """
    if expect is ANY:
        return
    if expect is ABSENT:
        if actual is None:
            return
    elif not isinstance(expect, str):
        raise WrongUse("expect muss eine Revision, ABSENT oder ANY sein.")
    elif expect == actual:
        return
    raise conflict(kind, id, expect, actual)
