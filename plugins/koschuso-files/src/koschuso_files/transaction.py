"""Transactions: what a writer changes on top of the state that it sees; reading is in `reading`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from koschuso.errors import WrongUse
from koschuso.store.chain import content_digest, next_link
from koschuso.store.driver import ABSENT, Expected, Operation, Write, require_expected
from koschuso.store.storable import microseconds, require_all_storable, require_key, require_storable
from koschuso_files.appending import Appender
from koschuso_files.journal import Head
from koschuso_files.reading import Reading
from koschuso_files.rendering import owner_of
from koschuso_files.state import Entry, entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.store.conditions import Index
    from koschuso_files.faces import Key, Staged
    from koschuso_files.state import State

__all__ = ["FilesTransaction"]

_BATCH: Final = 500


class FilesTransaction(Reading):
    """See `DriverTransaction`.

    Args:
        state: What it sees.
        name: The folder's name, for people.
        write: Whether it may change anything.
    """

    def __init__(self, state: State, name: str, *, write: bool) -> None:
        super().__init__(state, name, Appender(state) if write else None)
        self._now = microseconds(datetime.now(UTC))
        self.at = state.at
        self.dead = 0
        self.accepted: list[Staged] = []
        self.owned: dict[str, set[Key]] = {}
        self.redo: set[Key] = set()
        self.handled: dict[Key, str] = {}
        self.wipe: tuple[Key, ...] = ()
        self._undo: list[tuple[str, str, Entry | None]] | None = None

    @property
    def now(self) -> int:
        """When it began, in microseconds since 1970."""
        return self._now

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
        self._writable()
        require_storable(kind, id, body, index)
        return self._put(kind, id, body, index, expect=expect, at=at)

    def put_many(self, writes: Iterable[Write]) -> list[str]:
        """See `DriverTransaction.put_many`."""
        appender = self._writable()
        mark, undo, counted = appender.mark(), self._undo, (self.at, self.dead)
        self._undo = []
        revisions: list[str] = []
        following = iter(writes)
        try:
            while batch := list(islice(following, _BATCH)):
                self._writable()
                require_all_storable(batch)
                revisions += [self._put(w.kind, w.id, w.body, w.index, expect=w.expect, at=w.at) for w in batch]
        except BaseException:
            for kind, id_, entry in reversed(self._undo):
                self._restore(kind, id_, entry)
            self.at, self.dead = counted
            with self._watched():
                appender.back(mark)
            raise
        finally:
            self._undo = undo
        return revisions

    def remove(self, kind: str, id: str, *, expect: Expected, at: datetime | None = None) -> str | None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.remove`."""
        self._writable()
        require_key(kind, id)
        if expect is ABSENT:
            raise WrongUse(
                "Ein Datensatz, den es nicht gibt, kann nicht entfernt werden: expect=ABSENT passt hier nicht."
            )
        moment = self._moment(at)
        entry = self.entry(kind, id)
        require_expected(kind, id, expect, _revision(entry))
        if entry is None or entry.index is None:
            return None
        return self._append(kind, id, Operation.REMOVE, moment, entry)

    def purge(self, kind: str, id: str, *, at: datetime | None = None) -> None:  # noqa: A002 - the record's own term
        """See `DriverTransaction.purge`; what the journal still holds of the contents goes with the driver's purge."""
        self._writable()
        require_key(kind, id)
        entry = self.entry(kind, id)
        if entry is not None:
            self._append(kind, id, Operation.PURGE, self._moment(at), entry)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _put(self, kind: str, id_: str, body: bytes, index: Index, *, expect: Expected, at: datetime | None) -> str:
        moment = self._now if at is None else microseconds(at)
        entry = self.entry(kind, id_)
        require_expected(kind, id_, expect, _revision(entry))
        return self._append(kind, id_, Operation.PUT, moment, entry, body=body, index=index)

    def _append(
        self,
        kind: str,
        id_: str,
        operation: Operation,
        moment: int,
        before: Entry | None,
        *,
        body: bytes = b"",
        index: Index | None = None,
    ) -> str:
        appender = self._writable()
        number = appender.number + 1
        digest = "" if index is None else content_digest(body, index)
        earlier = None if before is None else before.number
        op = operation.value
        link = next_link((appender.link, number, moment, op, earlier, kind, id_, digest))
        head = Head(
            n=number,
            at=moment,
            op=op,
            kind=kind,
            id=id_,
            link=link,
            before=earlier or 0,
            digest=digest,
            index=None if index is None else list(index),
            size=len(body),
            of="" if index is None else owner_of(kind, id_, body, index.subject),
        )
        with self._watched():
            offset, size = appender.change(head, body)
        entry = entry_of(head, offset, size, before)
        if index is not None:
            entry = entry._replace(index=index)
        elif before is not None:
            self.dead += before.size
        if self._undo is not None:
            self._undo.append((kind, id_, self.changed.get(kind, {}).get(id_)))
        self.changed.setdefault(kind, {})[id_] = entry
        if entry.of:
            self.owned.setdefault(entry.of, set()).add((kind, id_))
        self.at = moment
        return entry.revision

    def _restore(self, kind: str, id_: str, entry: Entry | None) -> None:
        if entry is None:
            self.changed[kind].pop(id_, None)
        else:
            self.changed[kind][id_] = entry

    def _moment(self, at: datetime | None) -> int:
        return self._now if at is None else microseconds(at)

    def _writable(self) -> Appender:
        _ = self.state
        if self.appender is None:
            raise WrongUse("Diese Transaktion ist zum Lesen geöffnet. Bitte eine schreibende beginnen.")
        return self.appender


def _revision(entry: Entry | None) -> str | None:
    return None if entry is None or entry.index is None else entry.revision
