"""The SQLite driver: one file, many processes on one machine, durable at every commit.

Settings as measured: write-ahead log with ``synchronous=FULL``, ``BEGIN IMMEDIATE``, a writer lock file around every
write transaction and checkpoint. The standard library's SQLite is the only one that may touch the file, and the live
file is never opened in any other way: both would drop its locks. Copies go through SQLite's backup interface.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from koschuso.errors import Corrupt, Refused, Unavailable, UnsafeLocation, WrongUse
from koschuso.files import make_private, reason
from koschuso.store.chain import first_link
from koschuso.store.driver import Capability, StoreDriver, Verification
from koschuso.store.location import refuse_unsafe_location
from koschuso.store.locks import WriterLock
from koschuso.store.schema import STEPS, is_current, migrate, require_ours
from koschuso.store.sqlite_errors import translated
from koschuso.store.sqlite_libraries import refuse_second_library
from koschuso.store.sqlite_transaction import SqliteTransaction
from koschuso.store.sqlite_verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from koschuso.store.url import StoreUrl

__all__ = ["SqliteDriver", "open_sqlite"]

_PATIENCE = 15.0
_BUSY_SECONDS = 5.0
_IDLE_CONNECTIONS = 4
_SETTINGS = (
    "PRAGMA page_size = 8192",  # of a new file: half as many pages to fill, log and move in a bulk import
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -16000",
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_size_limit = 16777216",
)


def open_sqlite(url: StoreUrl) -> SqliteDriver:
    """Open the file that a URL names; it is created where it does not exist, its folder is not.

    Options: ``ort=geprueft`` skips the check for network shares and synchronised folders, ``bibliothek=geprueft`` that
    for a second SQLite library in the process, ``wartezeit=30`` sets the seconds to wait for another writer (default
    15).

    Raises:
        UnsafeLocation: On a network share or in a synchronised folder, or beside another SQLite library.
        Unavailable: When the folder is missing or not writable, or the file stays locked.
        Corrupt: When the file is no database.
        Refused: When it belongs to another program.
        NotSupported: When a newer koschuso wrote it.
        WrongUse: For unknown or impossible options.
    """
    url.require_options(("ort", "bibliothek", "wartezeit"))
    path = Path(url.path)
    if not _is_checked(url, "ort"):
        refuse_unsafe_location(path)
    return SqliteDriver(
        path, patience=_seconds(url.options.get("wartezeit")), library_checked=_is_checked(url, "bibliothek")
    )


class SqliteDriver(StoreDriver):
    """An open SQLite file; see `StoreDriver` and `open_sqlite`.

    Args:
        path: The database file.
        patience: Seconds to wait for another writer.
        library_checked: Whether another SQLite library in the process is known to leave the file alone.
        steps: Steps of the schema; other ones only in tests.
    """

    capabilities = frozenset(Capability)

    def __init__(
        self,
        path: Path,
        *,
        patience: float = _PATIENCE,
        library_checked: bool = False,
        steps: Sequence[Callable[[sqlite3.Connection], None]] = STEPS,
    ) -> None:
        # A later change of the working directory must not lead to another file.
        self._path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links
        self._name = self._path.name
        if not self._path.parent.is_dir():
            raise Unavailable(f"Den Ordner für {self._name} gibt es nicht. Bitte zuerst den Ordner anlegen.")
        if self._path.is_dir():
            raise Refused(f"{self._name} ist ein Ordner, keine Datei. Bitte den Namen der Datenbankdatei angeben.")
        self._library_checked = library_checked
        self._require_one_library()
        self._process = os.getpid()
        self._guard = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._open = 0
        self._closed = False
        self._lock = WriterLock(self._path, patience=patience)
        try:
            with translated(self._name):
                connection = self._prepared(steps)
                row = connection.execute("SELECT CAST(value AS TEXT) FROM meta WHERE name = 'store'").fetchone()
        except BaseException:
            self._lock.close()
            raise
        self._store_id: str = (row and row[0]) or ""
        self._beginning = first_link(self._store_id)
        self._idle.append(connection)

    def __repr__(self) -> str:
        return f"SqliteDriver({self._name!r})"

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[SqliteTransaction]:
        """See `StoreDriver.transaction`."""
        self._require_open()
        if write:
            self._require_one_library()
            with self._lock.held(), self._begun("BEGIN IMMEDIATE", write=True) as transaction:
                yield transaction
        else:
            with self._begun("BEGIN", write=False) as transaction:
                yield transaction

    @contextmanager
    def brief_transaction(self, *, write: bool) -> Iterator[SqliteTransaction]:
        """See `StoreDriver.brief_transaction`: what one statement reads is one state without any beginning."""
        if write:
            with self.transaction(write=True) as transaction:
                yield transaction
            return
        self._require_open()
        connection = self._borrow()
        try:
            transaction = self._transaction(connection, write=False)
            try:
                yield transaction
            finally:
                transaction.end()
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """See `StoreDriver.close`; the last connection moves the write-ahead log into the file."""
        with self._guard:
            if self._closed:
                return
            if self._open:
                raise WrongUse(f"{self._name} kann nicht geschlossen werden: eine Transaktion ist noch offen.")
            self._closed = True
            idle, self._idle = self._idle, []
        if self._process != os.getpid():
            return
        try:
            with self._lock.held():
                _close_all(idle)
        except Unavailable:
            # Somebody else is writing, so ours is not the last connection and closing it moves nothing.
            _close_all(idle)
        self._lock.close()

    def purge(self, keys: Iterable[tuple[str, str]]) -> None:
        """See `StoreDriver.purge`.

        The file is written anew, because pages keep pieces of cells that were moved; then the write-ahead log is
        emptied, for which no reader may still need the old state.
        """
        self._require_open()
        with self._lock.held():
            with self._begun("BEGIN IMMEDIATE", write=True) as transaction:
                for kind, id_ in keys:
                    transaction.purge(kind, id_)
            connection = self._borrow()
            try:
                with translated(self._name):
                    connection.execute("VACUUM")
                    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._give_back(connection)
        if busy:
            raise Unavailable(
                "Die Datensätze sind entfernt, aber ein lesender Vorgang hält den alten Stand noch fest. "
                "Bitte andere Fenster schließen und das endgültige Löschen wiederholen."
            )

    def verify(self) -> Verification:
        """See `StoreDriver.verify`."""
        self._require_open()
        connection = self._borrow()
        try:
            with translated(self._name):
                connection.execute("BEGIN")
                return verify(connection)
        finally:
            self._give_back(connection)

    def backup(self, target: Path) -> None:
        """See `StoreDriver.backup`.

        The copy gets its final name when it is complete, checked, and on the disk; a kill leaves at most a file that
        ends in ``.unfertig``.
        """
        self._require_open()
        if os.path.lexists(target):
            raise Refused(f"{target.name} gibt es schon. Bitte für die Sicherung einen anderen Namen wählen.")
        unfinished = target.with_name(f"{target.name}.unfertig")
        source = self._borrow()
        try:
            unfinished.unlink(missing_ok=True)
            make_private(unfinished)
            with translated(target.name), closing(sqlite3.connect(unfinished, isolation_level=None)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                _require_whole(copy, self._name)
            _sync(unfinished)
            unfinished.rename(target)
            _sync(target.parent)
        except BaseException as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise Unavailable(
                    f"Die Sicherung {target.name} konnte nicht fertig geschrieben werden ({reason(error)}). "
                    "Bitte die Sicherung wiederholen, wenn nötig an einem anderen Ort."
                ) from error
            raise
        finally:
            self._give_back(source)

    @contextmanager
    def _begun(self, begin: str, *, write: bool) -> Iterator[SqliteTransaction]:
        connection = self._borrow()
        try:
            with translated(self._name):
                connection.execute(begin)
                transaction = self._transaction(connection, write=write)
                transaction.look()
            try:
                yield transaction
                if write:
                    transaction.seal()
            finally:
                transaction.end()
            if transaction.failure is not None:
                raise transaction.failure
            with translated(self._name):
                connection.execute("COMMIT")
        finally:
            self._give_back(connection)

    def _transaction(self, connection: sqlite3.Connection, *, write: bool) -> SqliteTransaction:
        return SqliteTransaction(
            connection, write=write, store_id=self._store_id, beginning=self._beginning, name=self._name
        )

    def _borrow(self) -> sqlite3.Connection:
        with self._guard:
            if self._closed:
                raise WrongUse(f"{self._name} ist geschlossen. Bitte neu öffnen.")
            self._open += 1
            if self._idle:
                return self._idle.pop()
        try:
            with translated(self._name):
                return self._connected()
        except BaseException:
            with self._guard:
                self._open -= 1
            raise

    def _give_back(self, connection: sqlite3.Connection) -> None:
        """Take a connection back, without a transaction; one that cannot be cleaned is not used again."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            usable = True
        except sqlite3.Error:
            usable = False
        with self._guard:
            self._open -= 1
            if usable and len(self._idle) < _IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()

    def _prepared(self, steps: Sequence[Callable[[sqlite3.Connection], None]]) -> sqlite3.Connection:
        """Make the first connection; what changes the file happens under the writer lock."""
        with suppress(OSError):  # what is wrong with the place SQLite tells better
            make_private(self._path)
        connection = self._connected()
        try:
            require_ours(connection, self._name, steps)
            (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
            if journal != "wal" or not is_current(connection, steps):
                with self._lock.held():
                    _use_write_ahead_log(connection, self._name)
                    migrate(connection, steps)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
        except BaseException:
            connection.close()
            raise
        return connection

    def _require_one_library(self) -> None:
        if not self._library_checked:
            refuse_second_library(self._name)

    def _require_open(self) -> None:
        if self._closed:
            raise WrongUse(f"{self._name} ist geschlossen. Bitte neu öffnen.")
        if self._process != os.getpid():
            raise WrongUse(f"{self._name} wurde in einem anderen Prozess geöffnet. Bitte hier neu öffnen.")


def _use_write_ahead_log(connection: sqlite3.Connection, name: str) -> None:
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            (journal,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            # Here SQLite does not wait by itself for somebody who is just reading the empty file.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
            continue
        if journal != "wal":
            raise UnsafeLocation(
                f"Am Ort von {name} ist kein sicheres Schreiben möglich. "
                "Bitte einen Ordner auf einer eigenen Platte dieses Rechners wählen."
            )
        return


def _require_whole(copy: sqlite3.Connection, name: str) -> None:
    if [message for (message,) in copy.execute("PRAGMA integrity_check")] != ["ok"]:
        raise Corrupt(f"Die Sicherung von {name} ist nicht in Ordnung. Bitte zuerst die Datenbank prüfen.")


def _close_all(connections: list[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


def _is_checked(url: StoreUrl, name: str) -> bool:
    value = url.options.get(name, "")
    if value not in {"", "geprueft"}:
        raise WrongUse(f"Die Angabe »{name}« der Speicher-URL kennt nur den Wert »geprueft«.")
    return bool(value)


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


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk; Windows cannot sync folders and does not need to."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
