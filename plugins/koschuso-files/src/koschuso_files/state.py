"""What is held in memory: of every document where it stands in the journal and its index values, but no body.

A state is what one moment between commits looks like. As long as nobody reads it, the next commit changes it in place;
otherwise it makes a new one, and copies only the kinds that it changes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Final, NamedTuple

from koschuso.store.chain import first_link, revision_of
from koschuso_files.journal import PUT, as_index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.store.conditions import Index
    from koschuso_files.journal import Head, Segment

__all__ = ["Documents", "Entry", "State", "entry_of"]

_FEW: Final = 64


class Entry(NamedTuple):
    """What is known of a document, or of one that was removed.

    Attributes:
        number: Number of its newest change.
        offset: Where that change stands in the journal.
        size: How many bytes it is, head and body.
        revision: Its revision.
        index: The index values; ``None`` when it was removed.
        cut: Number of its last removal: contents of changes before it are gone (P1).
        of: Id of the event whose file tells of it too.
    """

    number: int
    offset: int
    size: int
    revision: str
    index: Index | None  # type: ignore[assignment]  # nobody asks for the position of a value
    cut: int
    of: str


class Documents:
    """The documents of one kind.

    Args:
        entries: By id, removed ones too.
        order: The ids of those that are there, in key order; ``None`` until somebody asks.
        count: How many are there.
    """

    __slots__ = ("_order", "count", "entries")

    def __init__(self, entries: dict[str, Entry] | None = None, order: list[str] | None = None, count: int = 0) -> None:
        self.entries: dict[str, Entry] = {} if entries is None else entries
        self._order = order
        self.count = count

    def copy(self) -> Documents:
        """Give one that can be changed apart from this one."""
        return Documents(dict(self.entries), None if self._order is None else list(self._order), self.count)

    def order(self) -> list[str]:
        """Give the ids of those that are there, in key order; not to be changed."""
        if self._order is None:
            self._order = sorted(id_ for id_, entry in self.entries.items() if entry.index is not None)
        return self._order

    def take(self, changed: dict[str, Entry]) -> None:
        """Take over changed entries."""
        few = len(changed) <= _FEW
        for id_, entry in changed.items():
            before = self.entries.get(id_)
            was, now = before is not None and before.index is not None, entry.index is not None
            self.entries[id_] = entry
            if was == now:
                continue
            self.count += now - was
            if self._order is not None and few:
                if now:
                    insort(self._order, id_)
                else:
                    del self._order[bisect_left(self._order, id_)]
        if not few:
            self._order = None


class State:
    """One moment of the store.

    Args:
        segment: The journal.
        kinds: The documents by kind.
        offsets: Where each change stands, by its number less one; beyond `number` it belongs to later states.
        number: Number of the last change.
        link: Its link.
        at: When it was made, in microseconds since 1970.
        length: Bytes of the journal.
        dead: About how many of them hold contents that are gone.
    """

    def __init__(
        self,
        segment: Segment,
        *,
        kinds: dict[str, Documents] | None = None,
        offsets: array[int] | None = None,
        number: int = 0,
        link: str = "",
        at: int = 0,
        length: int = 0,
        dead: int = 0,
    ) -> None:
        self.segment = segment
        self.kinds: dict[str, Documents] = {} if kinds is None else kinds
        self.offsets: array[int] = array("Q") if offsets is None else offsets
        self.number = number
        self.link = link or first_link(segment.beginning.store)
        self.at = at
        self.length = length or segment.start
        self.dead = dead
        self.readers = 0

    def entry(self, kind: str, id: str) -> Entry | None:  # noqa: A002 - the record's own term
        """Give what is known of a document, removed ones too."""
        documents = self.kinds.get(kind)
        return None if documents is None else documents.entries.get(id)

    def with_changes(
        self,
        changed: dict[str, dict[str, Entry]],
        offsets: Iterable[int],
        *,
        number: int,
        link: str,
        at: int,
        length: int,
        dead: int,
    ) -> State:
        """Give the state after a commit: this one itself when nobody reads it."""
        state = self
        if self.readers:
            state = State(self.segment, kinds=dict(self.kinds), offsets=self.offsets)
            for kind in changed:
                if kind in state.kinds:
                    state.kinds[kind] = state.kinds[kind].copy()
        for kind, entries in changed.items():
            state.kinds.setdefault(kind, Documents()).take(entries)
        # Whatever stands behind was never committed: writers come one after the other.
        del state.offsets[self.number :]
        state.offsets.extend(offsets)
        state.number, state.link, state.at, state.length = number, link, at, length
        state.dead = self.dead + dead
        return state


def entry_of(head: Head, offset: int, size: int, before: Entry | None) -> Entry:
    """Give what a change makes of what was known."""
    revision = revision_of(head.n, head.link)
    if head.op == PUT:
        index = None if head.index is None else as_index(head)
        return Entry(head.n, offset, size, revision, index, 0 if before is None else before.cut, head.of)
    return Entry(head.n, offset, size, revision, None, head.n, "")
