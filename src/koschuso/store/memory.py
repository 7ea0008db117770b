"""The memory driver: the whole contract without a file, for tests, examples and embedding.

A commit publishes a new state and never changes an old one, so readers keep theirs without a lock. Only the kinds that
a transaction writes are copied, each once.
"""

from __future__ import annotations

import secrets
import threading
from bisect import bisect_right
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from koschuso.errors import Refused, WrongUse
from koschuso.store.chain import content_digest
from koschuso.store.conditions import Condition, Index, OneOf, meets
from koschuso.store.driver import (
    ABSENT,
    Capability,
    Change,
    Damage,
    Document,
    DriverTransaction,
    Expected,
    Operation,
    StoreDriver,
    Verification,
    Version,
    Write,
    require_expected,
)
from koschuso.store.locks import ThreadLock
from koschuso.store.storable import instant_from_microseconds, microseconds, require_key, require_storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["MemoryDriver"]

_PATIENCE = 15.0
_LOOKED_UP = frozenset({"subject", "object"})
_ALL = frozenset({Capability.HISTORY, Capability.PURGE, Capability.VERIFY})


class _Entry(NamedTuple):
    """A document or, without one, what is left of it; with all its steps."""

    document: Document | None
    steps: tuple[Version, ...]
    digest: str


class _Entries(dict[str, _Entry]):
    """What there is of a kind; its order and what stands under an index value are noted until something changes."""

    __slots__ = ("_found", "_order")

    def __init__(self, entries: Mapping[str, _Entry]) -> None:
        super().__init__(entries)
        self._order: list[str] | None = None
        self._found: dict[str, dict[str, list[str]]] = {}

    def __setitem__(self, id_: str, entry: _Entry) -> None:
        super().__setitem__(id_, entry)
        self._order, self._found = None, {}

    def __delitem__(self, id_: str) -> None:
        super().__delitem__(id_)
        self._order, self._found = None, {}

    def order(self) -> list[str]:
        """Give the ids in order."""
        order = self._order
        if order is None:
            order = self._order = sorted(self)
        return order

    def having(self, condition: OneOf) -> list[str]:
        """Give the ids of documents that meet a condition, in order."""
        found = self._found.get(condition.name)
        if found is None:
            found = {}
            for id_ in self.order():
                document = self[id_].document
                value = None if document is None else getattr(document.index, condition.name)
                if value is not None:
                    found.setdefault(value, []).append(id_)
            self._found[condition.name] = found
        ids = [found.get(value, []) for value in set(condition.values)]
        return ids[0] if len(ids) == 1 else sorted(chain.from_iterable(ids))


_NOTHING: dict[str, _Entry] = _Entries({})


class _State(NamedTuple):
    """What a reader sees; its entries are never changed, its log only grows beyond `length`."""

    kinds: dict[str, dict[str, _Entry]]
    log: list[Change]
    length: int


class MemoryDriver(StoreDriver):
    """A store that lives as long as this object.

    Args:
        patience: Seconds to wait for another writer.
        capabilities: What to offer; a smaller set serves tests of code that must do without.
    """

    def __init__(self, *, patience: float = _PATIENCE, capabilities: frozenset[Capability] = _ALL) -> None:
        self.capabilities = capabilities
        self._state = _State({}, [], 0)
        self._lock = ThreadLock(patience)
        self._store_id = secrets.token_hex(8)
        self._numbers = iter(range(1, 2**63))
        self._guard = threading.Lock()
        self._open = 0
        self._closed = False

    def __repr__(self) -> str:
        return "MemoryDriver()"

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[MemoryTransaction]:
        """See `StoreDriver.transaction`."""
        if not write:
            with self._using(MemoryTransaction(self._state, self._store_id, self._lacking)) as transaction:
                yield transaction
            return
        with self._lock.held():
            transaction = MemoryTransaction(self._state, self._store_id, self._lacking, self._next_revision)
            with self._using(transaction):
                yield transaction
                self._state = transaction.result()

    def close(self) -> None:
        """See `StoreDriver.close`; the contents are gone afterwards."""
        with self._guard:
            if self._open:
                raise WrongUse("Der Speicher kann nicht geschlossen werden: eine Transaktion ist noch offen.")
            self._closed = True
            self._state = _State({}, [], 0)

    def purge(self, keys: Iterable[tuple[str, str]]) -> None:
        """See `StoreDriver.purge`."""
        self._lacking(Capability.PURGE)
        with self.transaction(write=True) as transaction:
            for kind, id_ in keys:
                transaction.purge(kind, id_)

    def verify(self) -> Verification:
        """See `StoreDriver.verify`."""
        self._lacking(Capability.VERIFY)
        self._require_open()
        state = self._state
        entries = [entry for kind in state.kinds.values() for entry in kind.values() if entry.document is not None]
        damages = tuple(
            Damage(kind=document.kind, id=document.id, message="Der Inhalt ist nicht mehr der, der gespeichert wurde.")
            for document, _, digest in entries
            if document is not None and content_digest(document.body, document.index) != digest
        )
        head = state.log[state.length - 1].revision if state.length else ""
        return Verification(documents=len(entries), changes=state.length, head=head, damages=damages)

    @contextmanager
    def _using(self, transaction: MemoryTransaction) -> Iterator[MemoryTransaction]:
        with self._guard:
            self._require_open()
            self._open += 1
        try:
            yield transaction
        finally:
            transaction.end()
            with self._guard:
                self._open -= 1

    def _next_revision(self) -> str:
        # Numbers of rolled-back puts are not used again.
        return f"{next(self._numbers):x}-{self._store_id[:6]}"

    def _lacking(self, capability: Capability) -> None:
        if capability not in self.capabilities:
            self._lacks(capability)

    def _require_open(self) -> None:
        if self._closed:
            raise WrongUse("Der Speicher ist geschlossen. Bitte neu öffnen.")


class MemoryTransaction(DriverTransaction):
    """See `DriverTransaction`.

    Args:
        state: What it sees.
        store_id: Identity of the store, part of every cursor.
        lacking: Raises for a capability that the driver does not offer.
        next_revision: Makes revisions; without it the transaction only reads.
    """

    def __init__(
        self,
        state: _State,
        store_id: str,
        lacking: Callable[[Capability], None],
        next_revision: Callable[[], str] | None = None,
    ) -> None:
        self._state = state
        self._kinds = dict(state.kinds)
        self._own: set[str] = set()
        self._added: list[Change] = []
        self._store_id = store_id
        self._lacking = lacking
        self._next_revision = next_revision
        self._now = datetime.now(UTC)
        self._ended = False
        self._undo: list[tuple[dict[str, _Entry], str, _Entry | None]] | None = None

    def end(self) -> None:
        """Make every further use an error."""
        self._ended = True

    def result(self) -> _State:
        """Return the state that a commit publishes."""
        state = self._state
        # A state beyond `length` was never published, because write transactions run one after the other.
        state.log.extend(self._added)
        return _State(self._kinds, state.log, state.length + len(self._added))

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.get`."""
        self._require_usable()
        require_key(kind, id)
        entry = self._kinds.get(kind, _NOTHING).get(id)
        return None if entry is None else entry.document

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
        moment = self._moment(at)
        entry = self._kinds.get(kind, _NOTHING).get(id)
        require_expected(kind, id, expect, _revision(entry))
        revision = self._change(kind, id, Operation.PUT, moment)
        steps = entry.steps if entry is not None else ()
        document = Document(kind, id, revision, body, index)
        step = Version(revision, Operation.PUT, moment, body, index)
        self._set(kind, id, _Entry(document, (*steps, step), content_digest(body, index)))
        return revision

    def put_many(self, writes: Iterable[Write]) -> list[str]:
        """See `DriverTransaction.put_many`."""
        self._require_writable()
        length = len(self._added)
        undo: list[tuple[dict[str, _Entry], str, _Entry | None]] = []
        self._undo = undo
        try:
            return [self.put(w.kind, w.id, w.body, w.index, expect=w.expect, at=w.at) for w in writes]
        except BaseException:
            for entries, id_, entry in reversed(undo):
                if entry is None:
                    del entries[id_]
                else:
                    entries[id_] = entry
            del self._added[length:]
            raise
        finally:
            self._undo = None

    def remove(self, kind: str, id: str, *, expect: Expected, at: datetime | None = None) -> str | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.remove`."""
        self._require_writable()
        require_key(kind, id)
        if expect is ABSENT:
            raise WrongUse(
                "Ein Datensatz, den es nicht gibt, kann nicht entfernt werden: expect=ABSENT passt hier nicht."
            )
        moment = self._moment(at)
        entry = self._kinds.get(kind, _NOTHING).get(id)
        require_expected(kind, id, expect, _revision(entry))
        if entry is None or entry.document is None:
            return None
        return self._blank(kind, id, entry, Operation.REMOVE, moment)

    def purge(self, kind: str, id: str, *, at: datetime | None = None) -> None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.purge`."""
        self._require_writable()
        require_key(kind, id)
        entry = self._kinds.get(kind, _NOTHING).get(id)
        if entry is not None:
            self._blank(kind, id, entry, Operation.PURGE, self._moment(at))

    def scan(self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None) -> Iterator[Document]:
        """See `DriverTransaction.scan`."""
        self._require_usable()
        require_key(kind, after or "-")
        return self._documents(kind, tuple(conditions), after)

    def counts(self) -> Mapping[str, int]:
        """See `DriverTransaction.counts`."""
        self._require_usable()
        counted = {
            kind: sum(entry.document is not None for entry in entries.values()) for kind, entries in self._kinds.items()
        }
        return {kind: count for kind, count in counted.items() if count}

    def cursor(self) -> str:
        """See `DriverTransaction.cursor`."""
        self._require_usable()
        return self._cursor_at(self._state.length)

    def changed_at(self) -> datetime | None:
        """See `DriverTransaction.changed_at`."""
        self._require_usable()
        newest = next(self._feed(max(self._state.length - 1, 0)), None)
        return None if newest is None else newest.at

    def changes(self, since: str | None = None) -> Iterator[Change]:
        """See `DriverTransaction.changes`."""
        self._require_usable()
        return self._feed(0 if since is None else self._position_of(since))

    def history(self, kind: str, id: str) -> tuple[Version, ...]:  # noqa: A002 - the record's own term
        """See `DriverTransaction.history`."""
        self._lacking(Capability.HISTORY)
        self._require_usable()
        require_key(kind, id)
        entry = self._kinds.get(kind, _NOTHING).get(id)
        return () if entry is None else entry.steps

    def _documents(self, kind: str, conditions: tuple[Condition, ...], after: str | None) -> Iterator[Document]:
        entries = self._kinds.get(kind, _NOTHING)
        ids = self._candidates(kind, entries, conditions)
        start = 0 if after is None else bisect_right(ids, after)
        for id_ in islice(ids, start, None):
            self._require_usable()
            # A refused `put_many` takes entries away again.
            document = entries[id_].document if id_ in entries else None
            if document is not None and meets(id_, document.index, conditions):
                yield document

    def _candidates(self, kind: str, entries: dict[str, _Entry], conditions: tuple[Condition, ...]) -> list[str]:
        """Give the ids of all documents that may meet the conditions, in order."""
        for condition in conditions:
            if isinstance(condition, OneOf):
                if condition.name == "id":
                    return sorted(set(condition.values))
                # What this transaction changes may meet the condition a moment later.
                if condition.name in _LOOKED_UP and kind not in self._own and isinstance(entries, _Entries):
                    return entries.having(condition)
        return entries.order() if isinstance(entries, _Entries) else sorted(entries)

    def _feed(self, start: int) -> Iterator[Change]:
        for position in range(start, self._state.length):
            self._require_usable()
            yield self._state.log[position]

    def _change(self, kind: str, id: str, operation: Operation, at: datetime) -> str:  # noqa: A002 - the record's own term
        if self._next_revision is None:
            raise _read_only()
        revision = self._next_revision()
        cursor = self._cursor_at(self._state.length + len(self._added) + 1)
        self._added.append(Change(cursor, kind, id, revision, operation, at))
        return revision

    def _blank(self, kind: str, id: str, entry: _Entry, operation: Operation, at: datetime) -> str:  # noqa: A002 - the record's own term
        revision = self._change(kind, id, operation, at)
        steps = tuple(step._replace(body=None, index=None) for step in entry.steps)
        self._set(kind, id, _Entry(None, (*steps, Version(revision, operation, at, None, None)), ""))
        return revision

    def _set(self, kind: str, id: str, entry: _Entry) -> None:  # noqa: A002 - the record's own term
        if kind not in self._own:
            self._kinds[kind] = _Entries(self._kinds.get(kind, _NOTHING))
            self._own.add(kind)
        entries = self._kinds[kind]
        if self._undo is not None:
            self._undo.append((entries, id, entries.get(id)))
        entries[id] = entry

    def _cursor_at(self, position: int) -> str:
        return f"{self._store_id}.{position:x}"

    def _position_of(self, since: str) -> int:
        store, _, number = since.partition(".")
        try:
            position = int(number, 16)
        except ValueError:
            position = -1
        if store != self._store_id or not 0 <= position <= self._state.length or since != self._cursor_at(position):
            raise Refused(
                "Dieses Lesezeichen gehört nicht zu diesem Speicher oder ist veraltet. "
                "Bitte einmal alles neu abgleichen."
            )
        return position

    def _moment(self, at: datetime | None) -> datetime:
        return self._now if at is None else instant_from_microseconds(microseconds(at))

    def _require_usable(self) -> None:
        if self._ended:
            raise WrongUse("Diese Transaktion ist beendet. Bitte eine neue beginnen.")

    def _require_writable(self) -> None:
        self._require_usable()
        if self._next_revision is None:
            raise _read_only()


def _revision(entry: _Entry | None) -> str | None:
    return None if entry is None or entry.document is None else entry.document.revision


def _read_only() -> WrongUse:
    return WrongUse("Diese Transaktion ist zum Lesen geöffnet. Bitte eine schreibende beginnen.")
