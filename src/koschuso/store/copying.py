"""Copying a whole store into another one, whatever drivers they have: every change, in order, with its time.

Nothing is decoded: a copy repeats the feed of the source, change by change, with the contents byte for byte. So it holds
everything that a store holds: kinds of newer plugins, reserved kinds, earlier versions, removals. Where a content is gone
on purpose, a placeholder is put that the following removal takes away again.

How far it is stands in the target, in a document of a reserved kind that changes in the same transaction as the batch; a
copy that was killed goes on from there, and until it is complete the target opens for nobody else. At the end both
stores are read anew and compared by number and digest.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import attrs
import msgspec

from koschuso.errors import Corrupt, Refused, WrongUse
from koschuso.store.conditions import Index
from koschuso.store.digest import COPY_KIND, digest_of
from koschuso.store.driver import ABSENT, ANY, Capability, Operation, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from koschuso.store.driver import Change, DriverTransaction, Step, StoreDriver

__all__ = ["CopyResult", "copy_store", "refuse_unfinished_copy"]

_NOTE = "stand"
_NOTHING = "nichts"  # id of a document that never is
_BATCH = 1000
_BATCH_BYTES = 8 * 1024 * 1024
_GONE = b"{}"  # stands for a content that was removed, until the removal follows
_PASSES = 20
_PROGRESS_EVERY = 500


@attrs.frozen(kw_only=True)
class CopyResult:
    """What became of a copy.

    Attributes:
        documents: How many documents the target holds now.
        counts: The same by kind.
        changes: How many changes its record of changes tells.
        copied: How many of the changes were copied by this call; the others were there from an earlier one.
        history: Whether earlier versions and the order of all changes came along and were compared; not so where one of
            the two drivers keeps no history.
        digest: Digest over all documents, equal in source and target.
        cursor: Position in the source's record of changes that the target stands for.
    """

    documents: int
    counts: dict[str, int]
    changes: int
    copied: int
    history: bool
    digest: str
    cursor: str


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    """How far a copy is.

    Attributes:
        cursor: Position in the source after the last copied change.
        changes: How many changes were copied.
        wipe: Whether contents were copied that the source has purged since and that the target has still to wipe.
        complete: Whether the copy was compared with its source.
    """

    cursor: str = ""
    changes: int = 0
    wipe: bool = False
    complete: bool = False


def copy_store(
    source: StoreDriver,
    target: StoreDriver,
    *,
    progress: Callable[[int, int], None] | None = None,
    switch: Callable[[], None] | None = None,
) -> CopyResult:
    """Copy everything from one store to another and compare both.

    The target must be empty, or hold an earlier copy of the same source: then only what came since is copied. What is
    written to the source meanwhile is caught up with; the result is the state of one moment. Killed at any time, it goes
    on where it was when it is called again.

    Args:
        source: Read only.
        target: Another store.
        progress: Is told now and then how many of how many steps are done.
        switch: Called after the comparison, while nobody can write to the source: the place to make the target the
            store in use without losing a change.

    Raises:
        Refused: The target holds something else, or the source is not the one that an earlier copy was made of.
        Corrupt: The source is damaged, as far as its driver can tell; or the target does not hold what was copied to it.
        Unavailable: One of the two cannot be read or written now; call again to go on.
        WrongUse: Both are the same store.
    """
    if source is target:
        raise WrongUse("Quelle und Ziel sind derselbe Speicher. Bitte als Ziel einen anderen, leeren Speicher nennen.")
    _require_whole(source)
    copy = _Copy(source, target, progress)
    for number in range(1, _PASSES + 1):
        with source.transaction(write=False) as reading:
            behind = copy.catch_up(reading)
            caught_up = behind < _BATCH or number == _PASSES
            if caught_up and switch is None:
                return copy.finish(reading)
        if caught_up:
            break
    # A write transaction that writes nothing: nobody can change the source until the switch is made.
    with source.transaction(write=True) as reading:
        copy.catch_up(reading)
        result = copy.finish(reading)
        if switch is not None:
            switch()
    return result


def refuse_unfinished_copy(driver: StoreDriver) -> None:
    """Refuse a store that a copy is still being made in: it holds placeholders and lacks what comes next.

    Raises:
        Refused: Saying how to finish the copy.
    """
    with driver.transaction(write=False) as reading:
        note = _note_of(reading)
    if note is not None and not note.complete:
        raise Refused(
            "In diesem Speicher steht eine Kopie, die noch nicht vollständig ist. Bitte »koschuso copy« mit denselben "
            "Angaben noch einmal aufrufen; es macht dort weiter, wo es aufgehört hat."
        )


class _Copy:
    """One call of `copy_store`."""

    def __init__(self, source: StoreDriver, target: StoreDriver, progress: Callable[[int, int], None] | None) -> None:
        self._source = source
        self._target = target
        self._tell = progress
        self._done = 0
        self._total = 0
        self._copied = 0
        self._last: datetime | None = None
        with target.transaction(write=False) as reading:
            note = _note_of(reading)
            if note is None:
                _require_empty(reading)
            else:
                _require_untouched(reading)
        self._note = note or _Note()
        self._from_before = self._note.changes

    def catch_up(self, reading: DriverTransaction) -> int:
        """Copy what the source holds beyond the position that the target has noted; give the number of changes."""
        since = self._note.cursor or None
        try:
            if self._tell is not None:
                self._total = self._done + 4 * sum(1 for _ in reading.changes(since)) + 1
            steps = self._steps(reading, since)
            first = next(steps, None)
        except Refused as error:
            raise Refused(
                "Die Quelle ist nicht mehr die, von der diese Kopie stammt, oder sie wurde aus einer älteren Sicherung "
                "zurückgespielt. Bitte das Ziel leeren und die Kopie neu beginnen."
            ) from error
        if first is None:
            return 0
        copied = 0
        for batch in _batches(chain((first,), steps)):
            self._copy(batch)
            copied += len(batch)
            for _ in batch:
                self._tick()
        self._copied += copied
        self._from_before = self._note.changes
        return copied

    def finish(self, reading: DriverTransaction) -> CopyResult:
        """Compare both stores as they stand and note that the copy is complete.

        Raises:
            Corrupt: They differ.
        """
        if self._note.wipe:
            # What the source purged meanwhile may lie in the target's files since an earlier pass. Purging an unknown key
            # completes what was begun, and wipes the files.
            self._target.purge([(COPY_KIND, _NOTHING)])
        purges = Capability.PURGE in self._target.capabilities
        history = Capability.HISTORY in (self._source.capabilities & self._target.capabilities)
        there = digest_of(reading, purges=purges, tick=self._tick)
        with self._target.transaction(write=False) as target:
            here = digest_of(target, purges=purges, tick=self._tick)
        for name, label in (
            ("counts", "die Zahl der Datensätze"),
            ("content", "der Inhalt der Datensätze"),
            *((("changes", "die Zahl der Änderungen"), ("history", "der Verlauf der Änderungen")) if history else ()),
        ):
            if getattr(here, name) != getattr(there, name):
                raise Corrupt(
                    f"Die Kopie ist nicht gleich der Quelle: {label} weicht ab. Die Quelle ist unverändert. Bitte das Ziel "
                    "löschen und neu kopieren; bleibt es dabei, die Quelle mit »koschuso verify« prüfen."
                )
        cursor = reading.cursor()
        finished = _Note(cursor=cursor, changes=self._note.changes, complete=True)
        if self._note.changes and finished != self._note:
            with self._target.transaction(write=True) as writing:
                self._write_note(writing, finished)
        self._note = finished
        if self._tell is not None:
            self._tell(self._total, self._total)
        return CopyResult(
            documents=here.documents,
            counts=here.counts,
            changes=here.changes,
            copied=self._copied,
            history=history,
            digest=here.content,
            cursor=cursor,
        )

    def _steps(self, reading: DriverTransaction, since: str | None) -> Iterator[Step]:
        """Give the steps to repeat: all but those of earlier copying, and earlier versions that the source has not kept."""
        if Capability.HISTORY in self._source.capabilities:
            return (step for step in reading.steps(since) if step.change.kind != COPY_KIND)
        return self._steps_without_history(reading, since)

    @staticmethod
    def _steps_without_history(reading: DriverTransaction, since: str | None) -> Iterator[Step]:
        gone_at: dict[tuple[str, str], int] = {}
        for number, change in enumerate(reading.changes(since)):
            if change.operation is not Operation.PUT:
                gone_at[change.kind, change.id] = number
        for number, step in enumerate(reading.steps(since)):
            change = step.change
            kept = step.body is not None or change.operation is not Operation.PUT
            if change.kind != COPY_KIND and (kept or number < gone_at.get((change.kind, change.id), -1)):
                yield step

    def _copy(self, batch: list[Step]) -> None:
        """Repeat some changes and note how far the copy is, in one transaction."""
        last = batch[-1].change
        purged = any(step.change.operation is Operation.PURGE for step in batch)
        note = _Note(
            cursor=last.cursor,
            changes=self._note.changes + len(batch),
            wipe=self._note.wipe
            or (purged and self._from_before > 0 and Capability.PURGE in self._target.capabilities),
        )
        with self._target.transaction(write=True) as writing:
            if (_note_of(writing) or _Note()) != self._note:
                raise Refused("Ein anderer Vorgang kopiert gerade in dieses Ziel. Bitte warten, bis er fertig ist.")
            self._repeat(writing, batch)
            self._last = last.at
            self._write_note(writing, note)
        self._note = note

    def _repeat(self, writing: DriverTransaction, batch: list[Step]) -> None:
        purges = Capability.PURGE in self._target.capabilities
        writes: list[Write] = []
        for change, body, index in batch:
            if change.operation is Operation.PUT:
                writes.append(Write(change.kind, change.id, body or _GONE, index or Index(), ANY, change.at))
                continue
            if writes:
                writing.put_many(writes)
                writes = []
            if change.operation is Operation.PURGE and purges:
                writing.purge(change.kind, change.id, at=change.at)
            else:
                writing.remove(change.kind, change.id, expect=ANY, at=change.at)
        if writes:
            writing.put_many(writes)

    def _write_note(self, writing: DriverTransaction, note: _Note) -> None:
        """Write the note under the time of the last change, so that the data do not look newer than they are."""
        there = writing.get(COPY_KIND, _NOTE)
        writing.put(
            COPY_KIND,
            _NOTE,
            msgspec.json.encode(note),
            Index(),
            expect=ABSENT if there is None else there.revision,
            at=self._last or writing.changed_at(),
        )

    def _tick(self) -> None:
        self._done += 1
        if self._tell is not None and self._done % _PROGRESS_EVERY == 0:
            self._total = max(self._total, self._done)
            self._tell(self._done, self._total)


def _batches(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Cut into batches of bounded number and size."""
    batch: list[Step] = []
    size = 0
    for step in steps:
        batch.append(step)
        size += len(step.body or b"")
        if len(batch) >= _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _require_whole(source: StoreDriver) -> None:
    """Refuse to copy damage: in the copy it would have a fingerprint of its own and look sound."""
    if Capability.VERIFY not in source.capabilities:
        return
    damages = source.verify().damages
    if damages:
        first = damages[0]
        where = f"{first.kind} {first.id}: " if first.id else ""
        raise Corrupt(
            f"Die Quelle ist beschädigt ({len(damages)} Stellen); es wurde nichts kopiert. Zuerst gefunden: {where}"
            f"{first.message} Bitte mit »koschuso verify« ansehen und eine Sicherung zurückspielen."
        )


def _note_of(reading: DriverTransaction) -> _Note | None:
    document = reading.get(COPY_KIND, _NOTE)
    if document is None:
        return None
    try:
        return msgspec.json.decode(document.body, type=_Note)
    except msgspec.DecodeError as error:
        raise Corrupt(
            "Die Angaben über eine Kopie in diesem Speicher sind nicht lesbar. Bitte neu kopieren."
        ) from error


def _require_empty(reading: DriverTransaction) -> None:
    if any(reading.counts().values()) or next(reading.changes(), None) is not None:
        raise Refused(
            "Das Ziel ist nicht leer. Bitte einen neuen, leeren Speicher als Ziel nennen; was im Ziel steht, ist unverändert."
        )


def _require_untouched(reading: DriverTransaction) -> None:
    """Require that nothing happened in a copy since: its newest change is the note."""
    newest: Change | None = None
    for newest in reading.changes():  # noqa: B007 - the last one is wanted
        pass
    document = reading.get(COPY_KIND, _NOTE)
    if newest is None or document is None or newest.revision != document.revision:
        raise Refused(
            "Im Ziel wurde seit der Kopie selbst gearbeitet. Bitte einen neuen, leeren Speicher als Ziel nennen; was im "
            "Ziel steht, ist unverändert."
        )
