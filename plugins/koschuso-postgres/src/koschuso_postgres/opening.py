"""Open an office: reach the server, bring the tables up to date, find or make the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import psycopg
from psycopg import sql

from koschuso.errors import NotSupported, Refused
from koschuso_postgres.address import address_of
from koschuso_postgres.connections import Connection, Connections
from koschuso_postgres.driver import PostgresDriver
from koschuso_postgres.schema import prepare, require_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from koschuso.store.url import StoreUrl
    from koschuso_postgres.address import Address

T = TypeVar("T")

__all__ = ["content", "discard", "open_driver"]


def open_driver(url: StoreUrl) -> PostgresDriver:
    """See `koschuso_postgres.open_postgres`."""
    address = address_of(url)
    if not psycopg.Pipeline.is_supported():
        raise NotSupported(
            "Die PostgreSQL-Bibliothek libpq dieses Rechners ist zu alt. Bitte Fassung 14 oder neuer installieren oder "
            "»pip install 'koschuso-postgres[binary]'« ausführen."
        )
    connections = Connections(address)
    try:
        connection, bulk = connections.begin(lambda connection: _prepared(connection, address))
    except BaseException:
        connections.close()
        raise
    connections.give_back(connection)
    return PostgresDriver(address, connections, bulk)


def discard(url: StoreUrl) -> None:
    """Delete an office with everything that belongs to it; one that is not there is no error.

    Raises:
        Refused: This role may not do it.
        Unavailable: The server cannot be reached.
    """
    address = address_of(url)

    def delete(connection: Connection) -> None:
        if connection.execute("SELECT to_regclass(%s)", (f"{address.schema}.office",)).fetchone() == (None,):
            return
        with connection.transaction():
            for table in ("record", "past", "office"):
                statement = sql.SQL("DELETE FROM {} WHERE office = %s").format(sql.Identifier(address.schema, table))
                connection.execute(statement, (address.office,))

    _once(address, delete)


def content(url: StoreUrl) -> Iterator[bytes]:
    """Give the bytes of all files that keep the tables and indexes of a URL's schema.

    For tests with a server of their own: it needs a role that may read the server's files.

    Raises:
        NotSupported: This role may not read the server's files.
        Unavailable: The server cannot be reached.
    """
    address = address_of(url)
    try:
        return iter(_once(address, lambda connection: _files(connection, address.schema)))
    except Refused:
        raise NotSupported(
            f"Diese Rolle darf die Dateien des Servers von {address.label} nicht lesen. Bitte dafür die Rolle der "
            "Verwaltung (Superuser) verwenden."
        ) from None


def _files(connection: Connection, schema: str) -> list[bytes]:
    connection.execute("CHECKPOINT")
    rows = connection.execute(
        "WITH own AS (SELECT c.oid, c.reltoastrelid FROM pg_class AS c "
        "WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)), "
        "tables AS (SELECT oid FROM own UNION SELECT reltoastrelid FROM own), "
        "files AS (SELECT oid FROM tables UNION SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM tables)) "
        "SELECT pg_read_binary_file(pg_relation_filepath(oid), 0, least(pg_relation_size(oid), 1000000000), true) FROM files "
        "WHERE pg_relation_filepath(oid) IS NOT NULL",
        (schema,),
        binary=True,
    )
    return [bytes(row[0]) for row in rows if isinstance(row[0], bytes)]


def _once(address: Address, use: Callable[[Connection], T]) -> T:
    connections = Connections(address)
    try:
        connection, result = connections.begin(use)
    except BaseException:
        connections.close()
        raise
    connections.give_back(connection)
    connections.close()
    return result


def _prepared(connection: Connection, address: Address) -> str:
    prepare(connection, address.schema, address.label, create=address.create)
    require_office(connection, address.schema, address.office, address.label, create=address.create)
    row = connection.execute("SELECT row_security_active(%s::regclass)", (f'"{address.schema}".record',)).fetchone()
    return "insert" if row == (True,) else "copy"
