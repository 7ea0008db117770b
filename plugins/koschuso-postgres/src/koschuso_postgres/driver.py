"""The PostgreSQL driver: many users at once, on as many machines as there are.

A write transaction first takes the lock of its office's head and keeps it to its end: writers of one office run one
after the other in the order of arrival, those of different offices do not wait for each other. Readers work on a
snapshot (REPEATABLE READ READ ONLY) and wait for nobody.
"""

from __future__ import annotations

import os
import re
import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import psycopg
from psycopg import Notify

from koschuso.errors import KoschusoError, Unavailable, WrongUse
from koschuso.store.driver import Capability, StoreDriver, Verification
from koschuso_postgres.beginning import OpenOffice
from koschuso_postgres.errors import is_lost, translation
from koschuso_postgres.statements import beginnings, statements_for
from koschuso_postgres.transaction import PostgresTransaction
from koschuso_postgres.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from koschuso_postgres.address import Address
    from koschuso_postgres.connections import Connection, Connections

__all__ = ["PostgresDriver"]

_LONGEST_SILENCE = 2.0  # seconds after which a follower looks by itself, in case its notification got lost
_WIPE_PATIENCE = 5.0
_WIPE_PAUSE = 0.25
_NUMBER = re.compile(r"\d+")


class PostgresDriver(StoreDriver):
    """An open office in PostgreSQL; see `StoreDriver` and `koschuso_postgres.open_postgres`.

    Args:
        address: What the URL says.
        connections: Ready to use.
        bulk: How many rows are written at once: ``copy`` or ``insert``.
    """

    capabilities = frozenset({Capability.HISTORY, Capability.PURGE, Capability.VERIFY, Capability.SHARED})

    def __init__(self, address: Address, connections: Connections, bulk: str) -> None:
        self._address = address
        self._connections = connections
        self._statements = statements_for(address.schema)
        reading, writing = beginnings(address.schema, address.office)
        self._office = OpenOffice(
            connections=connections,
            statements=self._statements,
            name=address.office,
            label=address.label,
            begin_reading=reading,
            begin_writing=writing,
            bulk=bulk,
            wake=f"{address.schema}:{address.office}:" if address.notify else None,
        )
        self._process = os.getpid()
        self._closed = False
        self._writers: set[int] = set()
        self._listener: Connection | None = None
        self._listening = threading.Lock()

    def __repr__(self) -> str:
        return f"PostgresDriver({self._address.label!r})"

    # -- transactions ------------------------------------------------------------------------------------------------

    def transaction(self, *, write: bool) -> AbstractContextManager[PostgresTransaction]:
        """See `StoreDriver.transaction`."""
        return self._transaction(write=write, brief=False)

    def brief_transaction(self, *, write: bool) -> AbstractContextManager[PostgresTransaction]:
        """See `StoreDriver.brief_transaction`: begins with its first call, in the same message."""
        return self._transaction(write=write, brief=True)

    @contextmanager
    def _transaction(self, *, write: bool, brief: bool) -> Iterator[PostgresTransaction]:
        self._require_open()
        with self._alone_in_thread() if write else nullcontext(), self._connections.in_use():
            transaction = PostgresTransaction(self._office, write=write)
            try:
                if not brief:
                    transaction.begin()
                try:
                    yield transaction
                finally:
                    transaction.end()
                if transaction.failure is not None:
                    raise transaction.failure
                if write:
                    self._commit(transaction)
            finally:
                transaction.release()

    def close(self) -> None:
        """See `StoreDriver.close`."""
        if self._process != os.getpid():
            return  # the connections belong to the parent
        if not self._connections.close():
            raise WrongUse(f"{self._address.label} kann nicht geschlossen werden: eine Transaktion ist noch offen.")
        self._closed = True
        if self._listener is not None:
            self._listener.close()  # wakes who waits with it

    def _commit(self, transaction: PostgresTransaction) -> None:
        """Commit; when the connection is lost meanwhile, find out whether it happened."""
        connection = transaction.connection
        if connection is None:
            return
        try:
            transaction.commit()
        except psycopg.Error as error:
            lost = is_lost(connection, error)
            failure = translation(error, self._address.label)
        else:
            return
        if lost and transaction.changed:
            self._settle(transaction.head)
        elif not lost or transaction.changed:
            raise failure from None

    def _settle(self, head: tuple[int, str]) -> None:
        """Return when the change `head` is committed, raise when it is not.

        The lock of the office tells that the lost transaction has ended, one way or the other; then its newest change
        is in the log, or will never be. The link's digits make it unmistakable.

        Raises:
            Unavailable: It was not committed, or nobody can tell yet.
        """
        asking = PostgresTransaction(self._office, write=True)
        try:
            asking.begin()
        except KoschusoError:
            asking.end()
        if asking.connection is None:
            raise Unavailable(
                f"Die Verbindung zu {self._address.label} ging beim Speichern verloren, und der Server antwortet nicht "
                "mehr: Es ist ungewiss, ob gespeichert wurde. Bitte später neu lesen und den Stand prüfen.",
                outcome="unknown",
            )
        try:
            committed = asking.has(head)
        finally:
            asking.end()
            asking.release()
        if not committed:
            raise Unavailable(
                f"Die Verbindung zu {self._address.label} ging beim Speichern verloren; es wurde nichts gespeichert. "
                "Bitte den Vorgang wiederholen.",
                outcome="rolled back",
            )

    # -- what it can beyond ------------------------------------------------------------------------------------------

    def purge(self, keys: Iterable[tuple[str, str]]) -> None:
        """See `StoreDriver.purge`.

        The tables are written anew, because deleted rows stay in their files; the server's own log and its archives
        keep what went through them until they are recycled (README.md, »Endgültig löschen«).
        """
        with self.transaction(write=True) as transaction:
            for kind, id_ in keys:
                transaction.purge(kind, id_)
        end = time.monotonic() + min(_WIPE_PATIENCE, self._address.patience)
        dead = self._wipe()
        # The server's own housekeeping (autovacuum) holds back dead rows for moments, as a short query of others does.
        while dead and time.monotonic() < end:
            time.sleep(_WIPE_PAUSE)
            dead = self._wipe()
        if dead is None or dead:
            raise Unavailable(
                "Die Datensätze sind entfernt, aber der Server konnte ihre Reste noch nicht aus seinen Dateien nehmen, "
                "weil ein lesender Vorgang den alten Stand festhält. Bitte andere Fenster, Auswertungen und Sicherungen "
                "beenden und das endgültige Löschen wiederholen.",
                remains=dead,
            )

    def _wipe(self) -> int | None:
        """Write the tables anew; return how many dead rows had to be kept, ``None`` when the server does not say."""
        kept: list[str] = []

        def note(message: psycopg.errors.Diagnostic) -> None:
            # »7 dead row versions cannot be removed yet.«: in every language the first number of the detail.
            found = _NUMBER.search(message.message_detail or "")
            if message.severity_nonlocalized == "INFO" and found:
                kept.append(found[0])

        connection, _ = self._connections.begin(_answering)
        connection.add_notice_handler(note)
        failure: KoschusoError | None = None
        try:
            with connection.transaction():
                connection.execute(b"SET LOCAL statement_timeout = 0")
                patience = min(_WIPE_PATIENCE, self._address.patience)
                connection.execute(self._statements["wipe"], {"patience": patience})
        except psycopg.errors.LockNotAvailable:
            return None
        except psycopg.Error as error:
            failure = translation(error, self._address.label)
        finally:
            connection.remove_notice_handler(note)
            self._connections.give_back(connection)
        if failure is not None:
            raise failure from None
        return sum(map(int, kept)) if len(kept) == 2 else None  # noqa: PLR2004 - one for each table

    def verify(self) -> Verification:
        """See `StoreDriver.verify`."""
        with self.transaction(write=False) as transaction:
            return verify(transaction)

    def wait_for_changes(self, since: str, *, timeout: float) -> bool:
        """See `StoreDriver.wait_for_changes`; the server wakes it (``LISTEN``).

        A notification may get lost, with its connection or in a connection pooler; therefore it also looks by itself
        every few seconds.
        """
        if not self._listening.acquire(blocking=False):
            # Another thread waits with the one connection for this; looking twice a second is the contract's own way.
            return super().wait_for_changes(since, timeout=timeout)
        end = time.monotonic() + timeout
        try:
            while True:
                listener = self._listen()
                if self._moved(since):
                    return True
                remaining = end - time.monotonic()
                if remaining <= 0:
                    return False
                self._sleep(listener, min(remaining, _LONGEST_SILENCE))
        finally:
            self._listening.release()

    def _moved(self, since: str) -> bool:
        with self.transaction(write=False) as transaction:
            if transaction.cursor() == since:
                return False
            transaction.changes(since)  # refuses what is no position in this feed
            return True

    def _listen(self) -> Connection | None:
        self._require_open()
        if self._listener is not None and not self._listener.closed:
            return self._listener
        try:
            self._listener = self._connections.connect()
            self._listener.execute(b"LISTEN koschuso")
        except (psycopg.Error, Unavailable):
            # Looking by itself still works, or says better what is wrong.
            self._listener = None
        return self._listener

    def _sleep(self, listener: Connection | None, seconds: float) -> None:
        """Sleep until this office is notified, at most for some seconds."""
        if listener is None:
            time.sleep(min(seconds, 0.5))
            return
        place = f"{self._address.schema}:{self._address.office}:"
        end = time.monotonic() + seconds
        try:
            while (remaining := end - time.monotonic()) > 0:
                notes: list[Notify] = list(listener.notifies(timeout=remaining, stop_after=1))
                if any(note.payload.startswith(place) for note in notes):
                    return
        except psycopg.Error:
            listener.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _alone_in_thread(self) -> Iterator[None]:
        thread = threading.get_ident()
        if thread in self._writers:
            raise WrongUse("Dieser Thread hat schon eine schreibende Transaktion. Bitte sie zuerst beenden.")
        self._writers.add(thread)
        try:
            yield
        finally:
            self._writers.discard(thread)

    def _require_open(self) -> None:
        if self._closed:
            raise WrongUse(f"{self._address.label} ist geschlossen. Bitte neu öffnen.")
        if self._process != os.getpid():
            raise WrongUse(f"{self._address.label} wurde in einem anderen Prozess geöffnet. Bitte hier neu öffnen.")


def _answering(connection: Connection) -> None:
    connection.execute(b"SELECT 1")
