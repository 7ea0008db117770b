"""What an office remembers of the files that it read in, so that unchanged parts cost nothing the next time.

For each component of a file (an event, a card) its digest and the records that were made of it. A component whose
digest is known is not parsed again, unless one of its records was removed since. The memory lives in the store and
changes in the same transaction as the records. The store's own record of changes tells what happened to them since:
which are gone, and which the office has changed itself.

It is a memory of what the same koschuso read with the same settings; any other one parses anew.
"""

from __future__ import annotations

import uuid
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import NotSupported, Refused
from koschuso.interchange.format import Source
from koschuso.model import RECORD_TYPES, Record
from koschuso.store import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from koschuso.store import Store

__all__ = ["ImportMemory"]

_PART = 5000  # components in one remembered value
_LONG_WALK = 2000  # changes to look through; then the memory is written anew so that the next walk is short


@attrs.frozen(kw_only=True)
class _Kept:
    """What is written.

    Attributes:
        signature: What the reading depended on; of another one only ``edited`` is of use.
        token: Tells this state from every other.
        cursor: Position in the record of changes before the transaction that wrote it.
        parts: In how many parts the components are kept, each of bounded size.
        edited: Records that the office changed since they were read in, with the revision that this made first.
    """

    signature: str
    token: str
    cursor: str
    parts: int
    edited: dict[str, str]


class ImportMemory:
    """The memory of one format; used within one transaction or snapshot.

    Args:
        store: Where it is kept.
        format_name: Name of the format.
        signature: What reading depends on beside the file: version, zone, what to keep.
    """

    def __init__(self, store: Store, format_name: str, signature: str) -> None:
        self._store = store
        self._name = f"einlesen/{format_name}"
        self._reason = reason_of(format_name)
        self._signature = signature
        self._sources: dict[bytes, Source] = {}
        self._principal: dict[str, bytes] = {}  # the digest of each component by its first record
        self._edited: dict[str, str] = {}
        self._cursor = ""
        self._parts = 0
        self._dirty = False
        self._load()

    @property
    def known(self) -> Callable[[bytes], Source | None]:
        """Gives what became of a component, see `koschuso.interchange.format.ReadOptions`."""
        return self._sources.get

    def learn(self, sources: Iterable[Source]) -> None:
        """Take up what components became."""
        digests, principal = self._sources, self._principal
        for source in sources:
            first = source.records[0]
            before = principal.get(first)
            if before == source.digest:
                continue
            if before is not None:
                del digests[before]
            digests[source.digest] = source
            principal[first] = source.digest
            self._dirty = True

    def base_of(self, record: Record) -> Callable[[], Record | None] | None:
        """Give how to find the state in which a record was last read in; ``None`` if the office did not change it."""
        first_edit = self._edited.get(key_of(record))
        if first_edit is None:
            return None
        return lambda: self._before(record, first_edit)

    def was_edited(self, record: Record, revision: str) -> None:
        """Note that what is stored is no longer what the file alone would say."""
        self._edited[key_of(record)] = revision
        self._dirty = True

    def was_read(self, keys: Iterable[str]) -> None:
        """Note that records are now as a file has them."""
        if self._edited:
            for key in keys:
                if self._edited.pop(key, None) is not None:
                    self._dirty = True

    def save(self) -> Callable[[], None]:
        """Write it if it changed, in the transaction that is open; the result is to be called after its commit."""
        if not self._dirty:
            return lambda: None
        token = uuid.uuid4().hex
        sources = iter(self._sources.values())
        parts = 0
        while part := list(islice(sources, _PART)):
            self._store.remember(f"{self._name}/{parts}", part)
            parts += 1
        for number in range(parts, self._parts):
            self._store.remember(f"{self._name}/{number}", [])
        kept = _Kept(
            signature=self._signature, token=token, cursor=self._store.cursor(), parts=parts, edited=self._edited
        )
        self._store.remember(self._name, kept)
        return lambda: self._store.remember(f"{self._name}/danach", (token, self._store.cursor()))

    def _load(self) -> None:
        kept = self._store.recall(self._name, _Kept)
        if kept is None:
            return
        self._edited = dict(kept.edited)
        self._parts = kept.parts
        sources: list[Source] = []
        for number in range(kept.parts):
            sources += self._store.recall(f"{self._name}/{number}", list[Source]) or []
        if kept.signature == self._signature:
            self._sources = {source.digest: source for source in sources}
            self._principal = {source.records[0]: source.digest for source in sources}
        else:
            self._dirty = True
        after: tuple[str, str] | None = self._store.recall(f"{self._name}/danach", tuple[str, str])
        self._cursor = after[1] if after is not None and after[0] == kept.token else kept.cursor
        self._catch_up(sources)

    def _catch_up(self, sources: Sequence[Source]) -> None:
        """See from the record of changes what happened to the records since."""
        known: set[str] = set(self._edited)
        removed: set[str] = set()
        walked = 0
        try:
            for change in self._store.changes(self._cursor):
                if not walked:
                    known.update(chain.from_iterable(source.records for source in sources))
                walked += 1
                key = f"{change.kind}/{change.id}"
                if key not in known:
                    continue
                if change.operation is not Operation.PUT:
                    removed.add(key)
                    self._edited.pop(key, None)
                elif change.reason != self._reason:
                    self._edited.setdefault(key, change.revision)
        except Refused:  # a copy of the store, where positions and revisions are others: parse anew
            known.update(chain.from_iterable(source.records for source in sources))
            self._edited = self._edited_of(known)
            self._sources.clear()
            self._principal.clear()
            self._dirty = True
            return
        if removed:
            for source in [found for found in self._sources.values() if not removed.isdisjoint(found.records)]:
                del self._sources[source.digest]
                del self._principal[source.records[0]]
        if removed or walked > _LONG_WALK:
            self._dirty = True

    def _edited_of(self, keys: set[str]) -> dict[str, str]:
        """See from the whole record of changes which records the office has changed since they were read in."""
        edited: dict[str, str] = {}
        read_at: dict[str, datetime] = {}
        for change in self._store.changes():
            key = f"{change.kind}/{change.id}"
            if key not in keys:
                continue
            if change.operation is not Operation.PUT:
                edited.pop(key, None)
                read_at.pop(key, None)
            elif change.reason != self._reason:
                edited.setdefault(key, change.revision)
            elif read_at.get(key) == change.at:
                # An import puts what the file says and, where the office had changed something, the merged record.
                edited[key] = change.revision
            else:
                edited.pop(key, None)
                read_at[key] = change.at
        return edited

    def _before(self, record: Record, first_edit: str) -> Record | None:
        """The last state before a revision."""
        record_type: Any = RECORD_TYPES[record.KIND]
        try:
            steps = self._store.history(record_type, record.id)
        except NotSupported:
            return None
        state: Record | None = None
        for step in steps:
            if step.revision == first_edit:
                return state
            state = step.value
        return None


def key_of(record: Record) -> str:
    """Kind and id as one text."""
    return f"{record.KIND}/{record.id}"


def reason_of(format_name: str) -> str:
    """Say why an import changed something, for the record of changes."""
    return f"Einlesen {format_name}"
