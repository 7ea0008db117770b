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
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, Self

import attrs

from koschuso.errors import NotSupported, WrongUse
from koschuso.store.documents import (
    ABSENT,
    ANY,
    Change,
    Document,
    Expect,
    Expected,
    Operation,
    Step,
    Version,
    Write,
    conflict,
    require_expected,
)
from koschuso.store.transactions import DriverTransaction
from koschuso.store.url import StoreUrl

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

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


_LOOK_SECONDS = 0.5


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

    def brief_transaction(self, *, write: bool) -> AbstractContextManager[DriverTransaction]:
        """Begin a transaction for a caller that makes one call in it, or reads one document and then puts or removes it.

        Its state may be that of the first call instead of that of the beginning, and where nothing is written a second
        call may see a later one. A driver whose transactions cost messages overrides it.

        Args:
            write: As for `transaction`.

        Raises:
            Unavailable: As `transaction`; also by the first call.
            WrongUse: As `transaction`; also by the first call.
        """
        return self.transaction(write=write)

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
