"""The connections of a driver: a few kept for the next transaction, dead ones noticed and replaced.

A connection that died while it was idle is found out when a transaction begins; then nothing has been done yet, so
beginning again on another one is safe. Servers are tried in the order of the URL, for as long as the patience lasts:
a fail-over of some seconds is a wait and no error.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PipelineStatus, TransactionStatus

from koschuso.errors import Unavailable, WrongUse
from koschuso_postgres.errors import is_stale, translation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from koschuso_postgres.address import Address

__all__ = ["Connection", "Connections", "pipelined"]

Connection = psycopg.Connection[tuple[object, ...]]
T = TypeVar("T")

_KEPT = 4
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_SETTINGS = (
    "SELECT set_config('search_path', '', false), set_config('jit', 'off', false), "
    # Everything is found by a key. A plan made while the tables were empty must not read them from end to end later.
    "set_config('enable_seqscan', 'off', false), "
    "set_config('row_security', 'on', false), set_config('statement_timeout', %s, false), "
    "set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false), "
    # The server lets go of the locks of a client that is gone after a minute, not after two hours.
    "set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)


def pipelined(connection: Connection, statements: Iterable[tuple[bytes, Any]]) -> None:
    """Send statements with their parameters in one message, without asking for rows.

    Raises:
        psycopg.Error: The first one.
    """
    failure: psycopg.Error | None = None
    try:
        with connection.pipeline():
            # An exception that leaves the pipeline's block would make psycopg log the connection with its user.
            try:
                for statement, parameters in statements:
                    connection.execute(statement, parameters)
            except psycopg.Error as error:
                failure = error
    except psycopg.Error as error:
        failure = failure or error
    if failure is not None:
        raise failure


class Connections:
    """Hands out connections to one server or group of servers.

    Args:
        address: Where the servers are.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._guard = threading.Lock()
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._uses = 0
        self._closed = False
        self._known = False

    def begin(self, start: Callable[[Connection], T]) -> tuple[Connection, T]:
        """Lend a connection on which `start` has begun a transaction.

        Raises:
            Unavailable: When no server can be reached, or it is busy.
            WrongUse: When this is closed.
        """
        end = time.monotonic() + self._address.patience
        pause = _FIRST_PAUSE
        while True:
            connection, fresh = self._borrow(end)
            try:
                return connection, start(connection)
            except psycopg.Error as error:
                again = is_stale(connection, error)
                failure = translation(error, self._address.label)
            except BaseException:
                self.give_back(connection)
                raise
            self._discard(connection)
            if not again or time.monotonic() > end:
                raise failure
            # Whatever ended this one has ended its idle siblings too, or soon will.
            self._discard_idle()
            if fresh:
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep this from being closed, also while nothing is lent."""
        with self._guard:
            self._uses += 1
        try:
            yield
        finally:
            with self._guard:
                self._uses -= 1

    def give_back(self, connection: Connection) -> None:
        """Take a connection back; one that cannot be cleaned, or whose cleaning is interrupted, is not used again.

        One that was given back already is left alone.
        """
        if connection not in self._lent:
            return
        kept = False
        try:
            usable = _clean(connection)
            with self._guard:
                kept = usable and not self._closed and len(self._idle) < _KEPT
                if kept:
                    self._idle.append(connection)
        finally:
            with self._guard:
                self._lent.discard(connection)
                self._uses -= 1
            if not kept:
                connection.close()

    def close(self) -> bool:
        """Close everything; ``False``, and nothing done, when a connection is still lent."""
        with self._guard:
            if self._uses:
                return False
            self._closed = True
        self._discard_idle()
        return True

    def connect(self) -> Connection:
        """Make a connection that is not lent but the caller's own.

        Raises:
            Unavailable: When no server can be reached.
        """
        address = self._address
        servers = list(address.servers)
        parameters = dict(address.parameters)
        if parameters.pop("load_balance_hosts", "") == "random":
            random.shuffle(servers)
        hint, answers = "", False
        for host, port in servers:
            place = {name: value for name, value in (("host", host), ("port", port)) if value}
            connection = None
            try:
                connection = psycopg.connect(make_conninfo("", **parameters, **place), autocommit=True)
                connection.prepare_threshold = (
                    sys.maxsize
                )  # only what says so is prepared; other plans are made each time
                connection.execute(
                    _SETTINGS,
                    [
                        f"{round(seconds * 1000)}ms"
                        for seconds in (address.statement_limit, address.patience, address.idle_limit)
                    ],
                )
            except psycopg.Error as error:
                hint = hint or _hint(str(error))
                answers = answers or "FATAL" in str(error)
                if connection is not None:
                    connection.close()
                continue
            self._known = True
            return connection
        advice = (
            "Der Server antwortet, lässt aber niemanden hinein: Bitte Datenbank, Benutzer und Passwort prüfen; fährt er gerade "
            "hoch, hilft es zu warten."
            if answers
            else "Der Server antwortet nicht: Bitte prüfen, ob dieser Rechner im Netz ist, ob der Server läuft und ob Rechner "
            "und Port stimmen."
        )
        raise Unavailable(
            f"Keine Verbindung zu {address.label}. {hint or advice} Hilft das nicht, fragen Sie die Verwaltung der Datenbank; "
            "an den Daten hat sich nichts geändert."
        )

    def _borrow(self, end: float) -> tuple[Connection, bool]:
        with self._guard:
            if self._closed:
                raise WrongUse(f"{self._address.label} ist geschlossen. Bitte neu öffnen.")
            self._uses += 1
            if self._idle:
                connection = self._idle.pop()
                self._lent.add(connection)
                return connection, False
        pause = _FIRST_PAUSE
        try:
            while True:
                try:
                    connection = self.connect()
                except Unavailable:
                    # A wrong password stays wrong, but a server that was there may come back.
                    if not self._known or time.monotonic() + pause > end:
                        raise
                else:
                    with self._guard:
                        self._lent.add(connection)
                    return connection, True
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        except BaseException:
            with self._guard:
                self._uses -= 1
            raise

    def _discard(self, connection: Connection) -> None:
        with self._guard:
            self._lent.discard(connection)
            self._uses -= 1
        connection.close()

    def _discard_idle(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def _clean(connection: Connection) -> bool:
    """End the transaction that is still open; ``False`` for a connection that is of no more use."""
    if connection.closed or connection.pgconn.pipeline_status != PipelineStatus.OFF:
        return False
    if connection.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
        try:
            connection.execute(b"ROLLBACK")
        except psycopg.Error:
            return False
    return connection.info.transaction_status == TransactionStatus.IDLE


def _hint(text: str) -> str:
    """Say more where the library's own text tells; it is never shown, because it quotes names."""
    if any(word in text for word in ("SSL", "certificate", "root.crt", "TLS")):
        return (
            "Die verschlüsselte Verbindung kam nicht zustande: Das Zertifikat des Servers muss gültig sein; "
            "»sslrootcert=DATEI« nennt die eigene Stammzertifikats-Datei (README von koschuso-postgres, »TLS«)."
        )
    if "read-only" in text or "hot standby" in text or "in recovery" in text:
        return "Erreicht wurde nur ein Server, der nicht beschrieben werden kann."
    return ""
