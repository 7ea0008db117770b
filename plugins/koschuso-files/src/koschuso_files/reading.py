"""Reading from one state: documents, the feed, history; and from what a write transaction has added to it."""

from __future__ import annotations

from bisect import bisect_right
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from koschuso.errors import Corrupt, KoschusoError, Refused, Unavailable, WrongUse
from koschuso.store.chain import first_link, revision_of
from koschuso.store.conditions import INDEX_NAMES, Condition, Index, OneOf
from koschuso.store.driver import Change, Document, DriverTransaction, Operation, Step, Version
from koschuso.store.storable import instant_from_microseconds, require_key
from koschuso_files.disk import translated
from koschuso_files.journal import Head, as_index, head_of, is_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from koschuso_files.appending import Appender
    from koschuso_files.state import Entry, State

__all__ = ["Reading"]

_POSITIONS: Final = {name: position for position, name in enumerate(INDEX_NAMES)}


class Reading(DriverTransaction):
    """The half of a transaction that reads.

    Args:
        state: What it sees.
        name: The folder's name, for people.
        appender: Where a write transaction adds; ``None`` for one that only reads.
    """

    def __init__(self, state: State, name: str, appender: Appender | None) -> None:
        self._state: State | None = state
        self._name = name
        self.appender = appender
        self.changed: dict[str, dict[str, Entry]] = {}
        self.failure: KoschusoError | None = None

    @property
    def state(self) -> State:
        """What it sees.

        Raises:
            WrongUse: It has ended.
        """
        state = self._state
        if state is None:
            raise WrongUse("Diese Transaktion ist beendet. Bitte eine neue beginnen.")
        if self.failure is not None:
            raise self.failure
        return state

    def require_intact(self) -> None:
        """Raise what made it unusable."""
        if self.failure is not None:
            raise self.failure

    def end(self) -> None:
        """Make every further use an error, and let go of the state."""
        self._state = None

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.get`."""
        _ = self.state
        require_key(kind, id)
        entry = self.entry(kind, id)
        if entry is None or entry.index is None:
            return None
        return self._document(kind, id, entry)

    def scan(self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None) -> Iterator[Document]:
        """See `DriverTransaction.scan`."""
        _ = self.state
        require_key(kind, after or "-")
        return self._documents(kind, tuple(conditions), after)

    def contents(
        self, kind: str, conditions: Iterable[Condition] = (), *, after: str | None = None
    ) -> Iterator[tuple[str, str, bytes]]:
        """See `DriverTransaction.contents`."""
        _ = self.state
        require_key(kind, after or "-")
        return self._contents(kind, tuple(conditions), after)

    def counts(self) -> Mapping[str, int]:
        """See `DriverTransaction.counts`."""
        counted = {kind: documents.count for kind, documents in self.state.kinds.items()}
        for kind, entries in self.changed.items():
            documents = self.state.kinds.get(kind)
            for id_, entry in entries.items():
                before = None if documents is None else documents.entries.get(id_)
                was = before is not None and before.index is not None
                counted[kind] = counted.get(kind, 0) + (entry.index is not None) - was
        return {kind: count for kind, count in counted.items() if count}

    def cursor(self) -> str:
        """See `DriverTransaction.cursor`."""
        state = self.state
        return self._cursor(revision_of(state.number, state.link))

    def changed_at(self) -> datetime | None:
        """See `DriverTransaction.changed_at`."""
        state = self.state
        return instant_from_microseconds(state.at) if state.number else None

    def changes(self, since: str | None = None) -> Iterator[Change]:
        """See `DriverTransaction.changes`."""
        return self._changes(0 if since is None else self._number_of(since))

    def steps(self, since: str | None = None) -> Iterator[Step]:
        """See `DriverTransaction.steps`; the journal has the contents in the order of the feed."""
        return self._steps(0 if since is None else self._number_of(since))

    def history(self, kind: str, id: str) -> tuple[Version, ...]:  # noqa: A002 - the record's own term
        """See `DriverTransaction.history`."""
        _ = self.state
        require_key(kind, id)
        entry = self.entry(kind, id)
        versions: list[Version] = []
        number = 0 if entry is None else entry.number
        while entry is not None and number:
            head, body = self._read_change(number, entry.cut)
            operation, at = Operation(head.op), instant_from_microseconds(head.at)
            index = None if body is None else as_index(head)
            versions.append(Version(revision_of(head.n, head.link), operation, at, body, index))
            number = head.before
        return tuple(reversed(versions))

    # -- inside ------------------------------------------------------------------------------------------------------

    def entry(self, kind: str, id: str) -> Entry | None:  # noqa: A002 - the record's own term
        """Give what is known of a document, removed ones too."""
        own = self.changed.get(kind)
        if own is not None:
            entry = own.get(id)
            if entry is not None:
                return entry
        return self.state.entry(kind, id)

    def body(self, kind: str, id: str) -> bytes | None:  # noqa: A002 - the record's own term
        """Give the body of a document; ``None`` if it is not there."""
        entry = self.entry(kind, id)
        return None if entry is None or entry.index is None else self._content(entry)[1]

    def body_at(self, kind: str, id: str, number: int) -> bytes | None:  # noqa: A002 - the record's own term
        """Give the body of a document as it was after a change, if it is kept."""
        entry = self.entry(kind, id)
        at = 0 if entry is None else entry.number
        while entry is not None and at:
            head, body = self._read_change(at, entry.cut)
            if at <= number:
                return body
            at = head.before
        return None

    def _watched(self) -> _Watch:
        return _Watch(self)

    def _ids(self, kind: str, conditions: tuple[Condition, ...], after: str | None) -> Iterable[str]:
        """Give the ids that come into question, in key order."""
        named = [set(c.values) for c in conditions if isinstance(c, OneOf) and c.name == "id"]
        if named:
            return sorted(id_ for id_ in set.intersection(*named) if after is None or id_ > after)
        documents = self.state.kinds.get(kind)
        order: list[str] = [] if documents is None else documents.order()
        if after is not None:
            start = bisect_right(order, after)
            committed: Iterable[str] = islice(order, start, None) if start else order
        else:
            committed = order
        own = self.changed.get(kind)
        if not own:
            return committed
        entries = {} if documents is None else documents.entries
        new = sorted(
            id_
            for id_ in own
            if (after is None or id_ > after) and ((there := entries.get(id_)) is None or there.index is None)
        )
        return merge(committed, new)

    def _found(self, kind: str, conditions: tuple[Condition, ...], after: str | None) -> Iterator[tuple[str, Entry]]:
        tests = [(_POSITIONS.get(condition.name, -1), condition.accepts) for condition in conditions]
        for id_ in self._ids(kind, conditions, after):
            entry = self.entry(kind, id_)
            index = None if entry is None else entry.index
            if (
                entry is not None
                and index is not None
                and all(accepts(id_ if position < 0 else index[position]) for position, accepts in tests)
            ):
                yield id_, entry

    def _documents(self, kind: str, conditions: tuple[Condition, ...], after: str | None) -> Iterator[Document]:
        for id_, entry in self._found(kind, conditions, after):
            yield self._document(kind, id_, entry)
            _ = self.state

    def _contents(
        self, kind: str, conditions: tuple[Condition, ...], after: str | None
    ) -> Iterator[tuple[str, str, bytes]]:
        for id_, entry in self._found(kind, conditions, after):
            yield id_, entry.revision, self._content(entry)[1]
            _ = self.state

    def _document(self, kind: str, id_: str, entry: Entry) -> Document:
        body = self._content(entry)[1]
        return Document(kind, id_, entry.revision, body, entry.index or Index())

    def _content(self, entry: Entry) -> tuple[Head, bytes]:
        state = self.state
        with self._watched():
            if entry.offset < state.length or self.appender is None:
                head, body = state.segment.content_at(entry.offset, entry.size)
            else:
                line, _, rest = self.appender.read(entry.offset, entry.size).partition(b"\n")
                head, body = head_of(line), rest[:-1]
            if revision_of(head.n, head.link) != entry.revision:
                raise Corrupt("Das Journal ist beschädigt: An einer Stelle steht ein anderer Eintrag. Bitte prüfen.")
        return head, body

    def _read_change(self, number: int, cut: int) -> tuple[Head, bytes | None]:
        """Read a change, with its body unless that is gone."""
        state = self.state
        with self._watched():
            if number > state.number and self.appender is not None:
                offset = self.appender.offsets[number - state.number - 1]
                line = self.appender.read(offset, 1 << 16).partition(b"\n")[0]
                head = head_of(line)
                if number <= cut or not head.size:
                    return head, None
                return head, self.appender.read(offset + len(line) + 1, head.size)
            offset = state.offsets[number - 1]
            line = state.segment.line_at(offset)
            try:
                head = head_of(line)
            except msgspec.DecodeError:
                raise Corrupt("Das Journal ist beschädigt: Ein Eintrag ist nicht lesbar. Bitte prüfen.") from None
            if number <= cut or head.index is None:
                return head, None
            body = state.segment.read(offset + len(line) + 1, head.size)
            if not is_whole(head, body):
                raise Corrupt(f"{head.kind[:80]} {head.id[:80]} ist nicht mehr, was gespeichert wurde. Bitte prüfen.")
            return head, body

    def _changes(self, start: int) -> Iterator[Change]:
        state = self.state
        heads = state.segment.heads_at(state.offsets[start : state.number])
        while True:
            _ = self.state
            with self._watched():
                head = next(heads, None)
            if head is None:
                return
            yield self._change(head)

    def _steps(self, start: int) -> Iterator[Step]:
        end = self.state.number
        for position in range(start, end):
            state = self.state
            with self._watched():
                head = state.segment.head_at(state.offsets[position])
                entry = state.entry(head.kind, head.id)
                head, body = self._read_change(position + 1, 0 if entry is None else entry.cut)
            yield Step(self._change(head), body, None if body is None else as_index(head))

    def _change(self, head: Head) -> Change:
        revision = revision_of(head.n, head.link)
        at = instant_from_microseconds(head.at)
        return Change(self._cursor(revision), head.kind, head.id, revision, Operation(head.op), at)

    def _cursor(self, revision: str) -> str:
        return f"{self.state.segment.beginning.store}.{revision}"

    def _number_of(self, since: str) -> int:
        state = self.state
        store, _, revision = since.partition(".")
        try:
            number = int(revision.partition("-")[0], 16)
        except ValueError:
            number = -1
        if store == state.segment.beginning.store and 0 <= number <= state.number:
            if number:
                with self._watched():
                    link = state.segment.head_at(state.offsets[number - 1]).link
            else:
                link = first_link(store)
            if revision == revision_of(number, link):
                return number
        raise Refused(
            "Dieses Lesezeichen gehört nicht zu diesem Speicher oder ist veraltet. Bitte einmal alles neu abgleichen."
        )


class _Watch:
    """Turns errors of the system into `Unavailable`, and lets a transaction that met one only be left."""

    __slots__ = ("_transaction",)

    def __init__(self, transaction: Reading) -> None:
        self._transaction = transaction

    def __enter__(self) -> None:
        return

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        transaction = self._transaction
        if isinstance(error, Corrupt | Unavailable):
            transaction.failure = error
        elif isinstance(error, OSError):
            try:
                with translated(transaction._name):  # noqa: SLF001 - its own helper
                    raise error
            except Unavailable as unavailable:
                transaction.failure = unavailable
                raise
