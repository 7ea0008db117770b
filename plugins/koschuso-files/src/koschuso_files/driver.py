"""The driver: one folder, many processes on one machine, one writer at a time, readers that never wait.

A commit is one append to the journal and one fsync. The files outside wait under temporary names until then, and are
renamed afterwards; a crash in between leaves them to the next one who comes.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from koschuso.errors import Corrupt, KoschusoError, Refused, Unavailable, WrongUse
from koschuso.store.driver import Capability, StoreDriver, Verification
from koschuso.store.location import refuse_unsafe_location
from koschuso.store.locks import WriterLock
from koschuso_files import founding, rewriting
from koschuso_files.disk import sync_folder, sync_many, translated
from koschuso_files.faces import Faces, face_digest
from koschuso_files.journal import FaceLine
from koschuso_files.keeping import Keeper
from koschuso_files.layout import HIDDEN
from koschuso_files.outside import Outside
from koschuso_files.staging import stage
from koschuso_files.taking import Edit
from koschuso_files.tearing import may_be_torn
from koschuso_files.transaction import FilesTransaction
from koschuso_files.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.model import Finding
    from koschuso.store.url import StoreUrl
    from koschuso_files.faces import Staged
    from koschuso_files.holding import Holding

__all__ = ["FilesDriver", "open_files"]

_PATIENCE: Final = 15.0
_LOCK: Final = "schreiben"
_CHECKPOINT_BYTES: Final = 1 << 18
_DEAD_BYTES: Final = 4 << 20
_SETTLE_SECONDS: Final = 30.0
_log = logging.getLogger("koschuso_files")


def open_files(url: StoreUrl) -> FilesDriver:
    """Open the folder that a URL names; it is made where it does not exist, the one above it is not.

    Options: ``ort=geprueft`` skips the check for network shares and synchronised folders, ``wartezeit=30`` sets the
    seconds to wait for another writer (default 15), ``loeschungen=annehmen`` takes over that other programs deleted
    many files, ``loeschungen=zuruecknehmen`` writes them again.

    Raises:
        UnsafeLocation: On a network share or in a synchronised folder.
        Unavailable: When the folder is not writable, or somebody else writes for too long.
        Corrupt: When the journal is damaged.
        Refused: When the folder holds something else.
        NotSupported: When a newer version wrote it.
        WrongUse: For unknown or impossible options.
    """
    url.require_options(("ort", "wartezeit", "loeschungen"))
    place = url.options.get("ort", "")
    if place not in {"", "geprueft"}:
        raise WrongUse("Die Angabe »ort« der Speicher-URL kennt nur den Wert »geprueft«.")
    deletions = url.options.get("loeschungen", "")
    if deletions not in {"", "annehmen", "zuruecknehmen"}:
        raise WrongUse("Die Angabe »loeschungen« der Speicher-URL kennt nur »annehmen« und »zuruecknehmen«.")
    path = Path(url.path)
    if not place:
        refuse_unsafe_location(path, folder=True)
    return FilesDriver(path, patience=_seconds(url.options.get("wartezeit")), deletions=deletions)


class FilesDriver(StoreDriver):
    """An open folder; see `StoreDriver` and `open_files`.

    Args:
        root: The folder.
        patience: Seconds to wait for another writer.
        deletions: What becomes of many files that other programs deleted: ``annehmen``, ``zuruecknehmen``, or nothing
            until somebody decides.
        store_id: Identity of a new store; made up where it is empty.
    """

    capabilities = frozenset(Capability)

    def __init__(self, root: Path, *, patience: float = _PATIENCE, deletions: str = "", store_id: str = "") -> None:
        # A later change of the working directory must not lead to another folder.
        self._root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow symbolic links
        self._name = self._root.name
        self._hidden = self._root / HIDDEN
        self._process = os.getpid()
        self._guard = threading.RLock()
        self._open = 0
        self._closed = False
        self._faces = Faces(self._root)
        self._keeper = Keeper(self._root, self._faces, self._guard)
        self._outside = Outside(self, self._root, deletions)
        with translated(self._name):
            founding.prepare_folder(self._root)
        self._lock = WriterLock(self._hidden / _LOCK, patience=patience, name=self._root.name)
        self._quick_lock = WriterLock(self._hidden / _LOCK, patience=0.0, name=self._root.name)
        try:
            with translated(self._name):
                self._begin(store_id)
        except BaseException:
            self._release()
            raise

    def __repr__(self) -> str:
        return f"FilesDriver({self._name!r})"

    # -- the contract ------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[FilesTransaction]:
        """See `StoreDriver.transaction`."""
        self._require_open()
        if write:
            with self._used(), self._lock.held():
                with translated(self._name):
                    self._keeper.catch_up()
                    self._outside.look_if_due()
                with self.alone() as transaction:
                    yield transaction
        else:
            with self._used():
                self._look_quickly()
                with self._reading() as transaction:
                    yield transaction

    def close(self) -> None:
        """See `StoreDriver.close`; brings the files outside to the disk and writes the index."""
        with self._guard:
            if self._closed:
                return
            if self._open:
                raise WrongUse(f"{self._name} kann nicht geschlossen werden: eine Transaktion ist noch offen.")
            self._closed = True
        if self._process == os.getpid():
            # Whatever fails here is made up for at the next opening.
            with suppress(OSError, KoschusoError), self._quick_lock.held():
                self._keeper.catch_up()
                self._keeper.settle()
                if self._keeper.holding.state.length - self._keeper.saved > _CHECKPOINT_BYTES:
                    self._keeper.save()
        self._release()

    def purge(self, keys: Iterable[tuple[str, str]]) -> None:
        """See `StoreDriver.purge`; the journal is written anew without the contents."""
        wanted = list(keys)
        with self.transaction(write=True) as transaction:
            for kind, id_ in wanted:
                transaction.purge(kind, id_)
            transaction.wipe = tuple(wanted)

    def verify(self) -> Verification:
        """See `StoreDriver.verify`."""
        self._require_open()
        with self._used(), self._reading() as transaction, translated(self._name):
            return verify(self._root, transaction.state)

    def backup(self, target: Path) -> None:
        """See `StoreDriver.backup`: a folder that is a store of its own, with the files outside written anew."""
        self._require_open()
        if os.path.lexists(target):
            raise Refused(f"{target.name} gibt es schon. Bitte für die Sicherung einen anderen Namen wählen.")
        unfinished = target.with_name(f"{target.name}.unfertig")
        try:
            with self._used(), self._reading() as transaction, translated(target.name):
                founding.discard_unfinished(unfinished)
                rewriting.copy_journal(transaction.state, unfinished)
            with FilesDriver(unfinished) as copy:
                _require_whole(copy.verify())
            with translated(target.name):
                paths = sorted(unfinished.rglob("*"))
                sync_many(path for path in paths if path.is_file())
                for folder in (unfinished, *(path for path in paths if path.is_dir())):
                    sync_folder(folder)
                unfinished.rename(target)
                sync_folder(target.parent)
        except BaseException:
            with suppress(OSError):
                founding.discard_unfinished(unfinished)
            raise

    # -- what other programs did -------------------------------------------------------------------------------------

    def take_in(self) -> tuple[Finding, ...]:
        """Look now at what other programs changed outside, and take it in.

        Returns:
            What was noticed.

        Raises:
            Unavailable: Somebody else writes for too long.
        """
        self._require_open()
        with self._used(), self._lock.held(), translated(self._name):
            self._keeper.catch_up()
            before = len(self._outside.findings)
            self._outside.look()
            return tuple(self._outside.findings[before:])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed outside since this store was opened; it stands in ``meldungen.txt`` as well."""
        return tuple(self._outside.findings)

    # -- for the modules beside this one -----------------------------------------------------------------------------

    @property
    def holding(self) -> Holding:
        """What is held in memory."""
        return self._keeper.holding

    @contextmanager
    def alone(self) -> Iterator[FilesTransaction]:
        """Begin a write transaction under the writer lock that is held already."""
        transaction = FilesTransaction(self._keeper.holding.state, self._name, write=True)
        try:
            try:
                yield transaction
                transaction.require_intact()
            except BaseException:
                if transaction.appender is not None:
                    # What stays is cut off by the next writer.
                    with suppress(OSError):
                        transaction.appender.undo()
                raise
            with translated(self._name):
                edits, edited = self._commit(transaction)
        finally:
            transaction.end()
        for edit in edits:
            # It is committed already; what cannot be taken in now is still there at the next look.
            with suppress(OSError, KoschusoError):
                self._outside.take(edit)
        if edited:
            with translated(self._name):
                self._after(transaction)

    def _commit(self, transaction: FilesTransaction) -> tuple[list[Edit], bool]:
        appender = transaction.appender
        if appender is None or not (
            transaction.changed or transaction.accepted or transaction.redo or transaction.wipe
        ):
            return [], False
        base = self._keeper.holding.state.number
        staged: list[Staged] = []
        try:
            stage(transaction, self._keeper.holding, staged)
            staged += transaction.accepted
            for one in staged:
                face = one.face
                size = 0 if one.signature is None else one.signature.size
                appender.face(FaceLine(face=face.path, kind=face.kind, id=face.id, digest=face.digest, size=size))
            length = appender.commit() if appender.end > appender.begin else appender.begin
        except BaseException:
            with suppress(OSError):
                self._faces.unstage(staged)
            with suppress(OSError):
                appender.undo()
            raise
        with self._guard:
            self._keeper.holding.take(transaction, length)
        # From here on it is committed: what fails is made up for later.
        with suppress(OSError):
            self._keeper.publish()
        return self._place(transaction, staged, length, base), True

    def _place(self, transaction: FilesTransaction, staged: list[Staged], length: int, base: int) -> list[Edit]:
        """Give the files their names; what somebody else changed meanwhile is not lost but merged."""
        edits: list[Edit] = []
        for one in staged:
            face = one.face
            old = self._faces.of(face.key)
            try:
                data = None if old is None or one.accepted else self._faces.foreign(old)
                before = base if old is None or old.ours else min(base, self._outside.settled_number(old))
                if old is not None and data is not None and transaction.handled.get(face.key) != face_digest(data):
                    doubtful = self._faces.is_in_doubt(old) and may_be_torn(old, data)
                    if face.digest:
                        # Theirs stays until it is merged: a crash must not lose it.
                        self._faces.unstage([one])
                        self._faces.expect(one, length)
                        edits.append(Edit(face, data, before, doubtful=doubtful))
                        continue
                    if not transaction.wipe:
                        self._outside.keep(old, data)
                self._faces.place(one, length)
            except OSError as error:
                _log.warning("Die Datei %s wird später geschrieben (%s).", face.path, error.errno)
                if self._faces.of(face.key) is old:
                    self._faces.expect(one, length)
        return edits

    def _after(self, transaction: FilesTransaction) -> None:
        """Do what is due after a commit."""
        if transaction.wipe:
            self._outside.forget(transaction.wipe)
            self._rewrite()
        elif self._keeper.holding.state.length - self._keeper.saved > max(self._keeper.saved, _DEAD_BYTES):
            with suppress(OSError):
                self._keeper.save()
        if time.monotonic() - self._keeper.settled_at > _SETTLE_SECONDS:
            with suppress(OSError):
                self._keeper.settle()

    # -- opening -----------------------------------------------------------------------------------------------------

    def _begin(self, store_id: str) -> None:
        lock = self._quick_lock if founding.is_founded(self._hidden) else self._lock
        try:
            with lock.held():
                founding.found(self._hidden, store_id)
                self._keeper.stand()
                self._keeper.load()
                self._keeper.recover()
                self._outside.clean()
                self._outside.look()
                self._keeper.settle()
                if self._keeper.holding.state.dead > max(_DEAD_BYTES, self._keeper.holding.state.length // 2):
                    with suppress(Unavailable):
                        self._rewrite()
                elif self._keeper.holding.state.length - self._keeper.saved > _CHECKPOINT_BYTES:
                    self._keeper.save()
        except Unavailable:
            # Somebody else is writing: reading what is committed need not wait.
            self._keeper.stand()
            if lock is self._lock or not self._keeper.is_told:
                raise
            self._keeper.load()
            self._keeper.refresh()

    def _look_quickly(self) -> None:
        """Take in what other programs changed, if nobody is writing just now."""
        if not self._outside.is_due():
            return
        with suppress(Unavailable, WrongUse), self._quick_lock.held(), translated(self._name):
            self._keeper.catch_up()
            self._outside.look_if_due()

    def _rewrite(self) -> None:
        """Write the journal anew without the contents that are gone."""
        self._outside.look()
        self._keeper.rewrite()

    # -- inside ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[FilesTransaction]:
        with self._guard, translated(self._name):
            self._keeper.refresh()
            state = self._keeper.holding.state
            state.readers += 1
        transaction = FilesTransaction(state, self._name, write=False)
        try:
            yield transaction
            transaction.require_intact()
        finally:
            transaction.end()
            with self._guard:
                state.readers -= 1

    @contextmanager
    def _used(self) -> Iterator[None]:
        with self._guard:
            self._require_open()
            self._open += 1
        try:
            yield
        finally:
            with self._guard:
                self._open -= 1

    def _require_open(self) -> None:
        if self._closed:
            raise WrongUse(f"{self._name} ist geschlossen. Bitte neu öffnen.")
        if self._process != os.getpid():
            raise WrongUse(f"{self._name} wurde in einem anderen Prozess geöffnet. Bitte hier neu öffnen.")

    def _release(self) -> None:
        self._keeper.close()
        self._lock.close()
        self._quick_lock.close()


def _require_whole(verification: Verification) -> None:
    if verification.damages:
        raise Corrupt(f"Die Sicherung ist nicht in Ordnung: {verification.damages[0].message}")


def _seconds(text: str | None) -> float:
    if text is None:
        return _PATIENCE
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:  # noqa: PLR2004 - an hour
        raise WrongUse("Die Angabe »wartezeit« der Speicher-URL braucht Sekunden von 0 bis 3600.")
    return seconds
