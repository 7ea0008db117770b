"""The writer lock: one writer at a time among all threads and processes, and nobody starves.

Held around every write transaction and checkpoint. It removes the condition of SQLite's WAL-reset bug (3.7.0 to
3.51.2) among our own processes, and gives order: who waits holds the queue lock, so a bulk import that comes back for
its next batch stands behind an editor who already waits. Two lock files lie beside the database and stay there.

Drivers of plugins that keep files of their own may use both locks.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from koschuso.errors import Unavailable, WrongUse
from koschuso.files import PRIVATE_FILE, new_private, reason

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ThreadLock", "WriterLock"]

_SHORTEST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.005
_READ_AND_WRITE = 0o666


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class ThreadLock:
    """A fair lock between the threads of one process that refuses to be taken twice by one thread.

    Args:
        patience: Seconds to wait.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._queue = threading.Lock()
        self._writer = threading.Lock()
        self._owner: int | None = None

    @contextmanager
    def held(self) -> Iterator[float]:
        """Hold the lock; gives the moment (`time.monotonic`) at which patience ends.

        Raises:
            Unavailable: When it is not free in time.
            WrongUse: When this thread holds it already.
        """
        me = threading.get_ident()
        if self._owner == me:
            raise WrongUse(
                "In diesem Programmfaden ist schon eine schreibende Transaktion offen. Bitte diese benutzen."
            )
        end = time.monotonic() + self._patience
        if not self._queue.acquire(timeout=self._patience):
            raise _busy(self._patience)
        try:
            got = self._writer.acquire(timeout=max(0.0, end - time.monotonic()))
        finally:
            self._queue.release()
        if not got:
            raise _busy(self._patience)
        self._owner = me
        try:
            yield end
        finally:
            self._owner = None
            self._writer.release()


class WriterLock:
    """The lock file pair beside a database: ``<name>.lock`` and ``<name>.lock.q``.

    Args:
        database: Path of the database; only the names beside it are touched, never the file itself.
        patience: Seconds to wait for the lock.
        name: What messages call the store; the database's own name if empty.

    Raises:
        Unavailable: When the lock files cannot be made.
    """

    def __init__(self, database: Path, *, patience: float, name: str = "") -> None:
        self._name = name or database.name
        self._patience = patience
        self._threads = ThreadLock(patience)
        self._descriptors: list[int] = []
        try:
            for suffix in (".lock", ".lock.q"):
                self._descriptors.append(_opened(Path(f"{database}{suffix}"), database))
        except OSError as error:
            self.close()
            raise Unavailable(
                f"Bei {self._name} kann keine Sperrdatei angelegt werden ({reason(error)}). "
                "Bitte prüfen, ob der Ordner vorhanden und beschreibbar ist."
            ) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock, in the order of arrival among processes.

        Raises:
            Unavailable: When it is not free in time.
            WrongUse: When this thread holds it already.
        """
        with self._threads.held() as end:
            writer, queue = self._descriptors
            self._take(queue, end)
            try:
                self._take(writer, end)
            finally:
                _unlock(queue)
            try:
                yield
            finally:
                _unlock(writer)

    def close(self) -> None:
        """Close the lock files; they are never deleted, because another process may just be opening them."""
        while self._descriptors:
            os.close(self._descriptors.pop())

    def _take(self, descriptor: int, end: float) -> None:
        pause = _SHORTEST_PAUSE
        try:
            while not _try_lock(descriptor):
                if time.monotonic() >= end:
                    raise _busy(self._patience)
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        except OSError as error:
            raise Unavailable(
                f"{self._name} kann hier nicht gesperrt werden ({reason(error)}). "
                "Bitte einen Ordner auf einer eigenen Platte dieses Rechners wählen."
            ) from error


def _opened(path: Path, database: Path) -> int:
    """Open a lock file; a new one may be used by whoever may use the database."""
    if not path.exists():
        with suppress(FileExistsError), new_private(path) as file:
            if os.name == "posix" and database.exists():
                with suppress(OSError):
                    os.fchmod(file.fileno(), database.stat().st_mode & _READ_AND_WRITE | PRIVATE_FILE)
    return os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)


def _busy(patience: float) -> Unavailable:
    return Unavailable(
        f"Der Speicher wird seit mehr als {patience:g} Sekunden von einem anderen Vorgang beschrieben. "
        "Bitte gleich noch einmal versuchen."
    )
