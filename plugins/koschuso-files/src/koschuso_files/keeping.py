"""Memory, journal and the files beside it, kept at one: loading, recovering after a crash, catching up, settling, saving.

Everything that writes here happens under the writer lock, which the driver holds.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import Corrupt, Unavailable
from koschuso_files import checkpoint, founding, rewriting
from koschuso_files.disk import delete, sync_folder, sync_many
from koschuso_files.holding import Holding
from koschuso_files.journal import commits_between
from koschuso_files.layout import DATA, HIDDEN
from koschuso_files.standing import Standing, StandingFile

if TYPE_CHECKING:
    from pathlib import Path
    from threading import RLock

    from koschuso_files.faces import Faces

__all__ = ["Keeper"]


class Keeper:
    """See the module; nothing is loaded at first.

    Args:
        root: The office's folder.
        faces: The files outside; filled here.
        guard: Held by the driver's threads while they look at what is in memory.

    Attributes:
        holding: What is held in memory.
        saved: Length of the journal of which the index file tells; 0 for none.
        settled_at: When the files outside were last brought to the disk, by the clock that only runs.
    """

    holding: Holding

    def __init__(self, root: Path, faces: Faces, guard: RLock) -> None:
        self.faces = faces
        self.saved = 0
        self.settled_at = time.monotonic()
        self._root = root
        self._hidden = root / HIDDEN
        self._guard = guard
        self._standing: StandingFile | None = None

    @property
    def is_told(self) -> bool:
        """Whether the file that tells how far the journal is committed can be read."""
        return self._stood() is not None

    def stand(self) -> None:
        """Open the file that tells how far the journal is committed."""
        if self._standing is not None:
            self._standing.close()
        self._standing = StandingFile(self._hidden)

    def close(self) -> None:
        """Close what is open."""
        if hasattr(self, "holding"):
            self.holding.state.segment.close()
        if self._standing is not None:
            self._standing.close()

    def load(self) -> None:
        """Read the newest journal as far as the index file tells of it."""
        founding.require_ours(self._hidden)
        segment = founding.newest_segment(self._hidden)
        found = checkpoint.load(self._hidden, segment, segment.size())
        standing = self._stood()
        same = standing is not None and standing.generation == segment.generation
        settled = standing.settled if standing is not None and same else 0
        # The index file is only written when all that it tells of is on the disk.
        indexed = 0 if found is None else found.state.length
        self.faces.clear(settled=max(settled, indexed), begun=segment.size())
        self.holding = Holding(segment, self.faces, found)
        self.saved = self.holding.state.length if found is not None else 0

    def recover(self) -> None:
        """Take in what was committed and never told, and cut off what was never committed."""
        holding, standing = self.holding, self._stood()
        segment = holding.state.segment
        size = segment.size()
        known = 0 if standing is None or standing.generation != segment.generation else standing.length
        if size < max(known, holding.state.length):
            raise Corrupt("Das Journal ist kürzer als das, was gespeichert war. Bitte eine Sicherung zurückholen.")
        if known > holding.state.length:
            holding.read_to(known)
        if size > holding.state.length and not holding.read_on(size):
            if commits_between(segment, holding.state.length, size) > 1:
                raise Corrupt("Das Journal ist in der Mitte beschädigt. Bitte eine Sicherung zurückholen.")
            os.ftruncate(segment.descriptor, holding.state.length)
            os.fsync(segment.descriptor)
        founding.remove_older(self._hidden, segment.generation)
        if not self.saved:
            # One that is torn, or of an older journal, may tell of what is gone.
            delete(self._hidden / checkpoint.NAME)
        self.publish()

    def catch_up(self) -> None:
        """Bring a writer, who holds the lock, to the newest state."""
        with self._guard:
            self.refresh()
            standing, state = self._stood(), self.holding.state
            segment = state.segment
            # A crash may have come after a new journal got its name and before anybody was told.
            replaced = founding.has_generation(self._hidden, segment.generation + 1)
            if replaced:
                self.load()
            told = standing is not None and standing[:2] == (segment.generation, state.length)
            if replaced or not told or segment.size() != state.length:
                self.recover()

    def refresh(self) -> None:
        """Take in what other processes committed."""
        with self._guard:
            standing = self._stood()
            if standing is None:
                return
            if standing.generation > self.holding.state.segment.generation:
                try:
                    self.load()
                except FileNotFoundError:
                    return
                standing = self._stood() or standing
            if standing.generation == self.holding.state.segment.generation:
                self.faces.settled = max(self.faces.settled, standing.settled)
                if standing.length > self.holding.state.length:
                    self.holding.read_to(standing.length)

    def publish(self) -> None:
        """Tell how far the journal is committed."""
        state = self.holding.state
        if self._standing is not None:
            self._standing.write(Standing(state.segment.generation, state.length, self.faces.settled))

    def settle(self) -> None:
        """Bring the files outside to the disk and note it, so that a missing one is a deletion from then on."""
        self.settled_at = time.monotonic()
        state = self.holding.state
        waiting = self.faces.unsettled()
        sync_many([self._root / face.path for face in waiting if face.in_place])
        if waiting:
            # Some of the folders may be new, whichever process made them.
            for folder in (self._root, self._root / DATA):
                with suppress(FileNotFoundError):
                    sync_folder(folder)
        # A file that never got its name, or was not looked at yet, stays open.
        pending = [face.at for face in waiting if not face.in_place]
        settled = min(pending) - 1 if pending else state.length
        if settled > self.faces.settled:
            self.faces.settle(settled)
            if self._standing is not None:
                self._standing.write(Standing(state.segment.generation, state.length, settled), sync=True)

    def save(self) -> None:
        """Write the index file, which makes the next opening fast."""
        self.settle()
        if self.faces.unsettled():
            return  # the index file would not tell what these files were before
        checkpoint.save(self._hidden, self.holding.state, self.faces)
        self.saved = self.holding.state.length

    def rewrite(self) -> None:
        """Write the journal anew without the contents that are gone; nothing outside may be unseen.

        Raises:
            Unavailable: Some files could not be written yet.
        """
        self.settle()
        if self.faces.unsettled():
            # The new journal does not tell any more what these files were before.
            raise Unavailable(
                "Einige Dateien ließen sich noch nicht schreiben. Die Datensätze sind entfernt; bitte das endgültige "
                "Löschen wiederholen."
            )
        before = {face.key: face for face in self.faces}
        generation = rewriting.rewrite(self._hidden, self.holding.state, self.faces)
        with self._guard:
            self.load()
            self.holding.read_on(self.holding.state.segment.size())
            for face in self.faces:
                self.faces.set(attrs.evolve(before[face.key], at=face.at))
            self.faces.settled = self.holding.state.length
            # Told before any reader of this process looks: else it would take the new journal for a foreign one.
            self.publish()
        self.save()
        founding.remove_older(self._hidden, generation)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _stood(self) -> Standing | None:
        return None if self._standing is None else self._standing.read()
