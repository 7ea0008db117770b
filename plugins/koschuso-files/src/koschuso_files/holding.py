"""What is held in memory, kept up with the journal: the newest state, the files outside, and who belongs to which event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.errors import Corrupt
from koschuso_files.faces import Face, Faces, Key
from koschuso_files.journal import Torn, transactions
from koschuso_files.state import Entry, State, entry_of

if TYPE_CHECKING:
    from koschuso_files.checkpoint import Checkpoint
    from koschuso_files.journal import Committed, Segment
    from koschuso_files.transaction import FilesTransaction

__all__ = ["Holding"]


class Holding:
    """See the module.

    Args:
        segment: The journal.
        faces: The files outside; filled here.
        found: What the index file gave.
    """

    def __init__(self, segment: Segment, faces: Faces, found: Checkpoint | None) -> None:
        self.faces = faces
        self.state = State(segment) if found is None else found.state
        self._attached: dict[str, set[Key]] = {}
        for face in () if found is None else found.faces:
            faces.set(face)
        for kind in ("event", "participation"):
            documents = self.state.kinds.get(kind)
            for id_, entry in () if documents is None else documents.entries.items():
                if entry.of and entry.index is not None:
                    self._attached.setdefault(entry.of, set()).add((kind, id_))

    def attached_to(self, event: str, transaction: FilesTransaction | None = None) -> list[Key]:
        """Give the keys of what the file of an event tells of too, in order."""
        found = self._attached.get(event, set())
        if transaction is None:
            return sorted(found)
        return sorted(
            key
            for key in found | transaction.owned.get(event, set())
            if (entry := transaction.entry(*key)) is not None and entry.of == event and entry.index is not None
        )

    def read_to(self, end: int) -> None:
        """Take in what was committed up to a position.

        Raises:
            Corrupt: It is not what was committed.
        """
        if not self._read(end, contents=False):
            raise Corrupt("Das Journal ist beschädigt. Bitte eine Sicherung zurückholen und die Dateien aufheben.")

    def read_on(self, end: int) -> bool:
        """Take in what is whole up to a position, and tell whether all of it is."""
        return self._read(end, contents=True)

    def take(self, transaction: FilesTransaction, length: int) -> None:
        """Take in what a transaction of this process committed."""
        appender = transaction.appender
        if appender is None:
            return
        self._attach(transaction.changed)
        self.state = self.state.with_changes(
            transaction.changed,
            appender.offsets,
            number=appender.number,
            link=appender.link,
            at=transaction.at,
            length=length,
            dead=transaction.dead,
        )

    def _read(self, end: int, *, contents: bool) -> bool:
        state = self.state
        try:
            for committed in transactions(
                state.segment, state.length, end, state.number, state.link, contents=contents
            ):
                self._take_committed(committed)
        except Torn:
            return False
        return True

    def _take_committed(self, committed: Committed) -> None:
        changed: dict[str, dict[str, Entry]] = {}
        dead = 0
        at = self.state.at
        for head, offset, size in committed.changes:
            own = changed.setdefault(head.kind, {})
            before = own.get(head.id) or self.state.entry(head.kind, head.id)
            entry = own[head.id] = entry_of(head, offset, size, before)
            if entry.index is None and before is not None:
                dead += before.size
            at = head.at
        self._attach(changed)
        number = self.state.number + len(committed.changes)
        offsets = [offset for _, offset, _ in committed.changes]
        self.state = self.state.with_changes(
            changed, offsets, number=number, link=committed.link, at=at, length=committed.end, dead=dead
        )
        for line, _ in committed.faces:
            face = Face(line.face, line.kind, line.id, line.digest, at=committed.end)
            self.faces.read(face, line.size)

    def _attach(self, changed: dict[str, dict[str, Entry]]) -> None:
        for kind in ("event", "participation"):
            for id_, entry in changed.get(kind, {}).items():
                before = self.state.entry(kind, id_)
                if before is not None and before.of:
                    self._attached.get(before.of, set()).discard((kind, id_))
                if entry.of and entry.index is not None:
                    self._attached.setdefault(entry.of, set()).add((kind, id_))
