"""What all transactions of an open office share, and how one begins: eagerly, or together with its first question.

A message to the server and back is what costs. So a transaction for one call asks at once: to read, one statement of its
own is a consistent state without any beginning; to write, the beginning and the first question go in one message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from koschuso.errors import Unavailable
from koschuso_postgres.connections import Connections
from koschuso_postgres.errors import translation
from koschuso_postgres.messages import exchanged
from koschuso_postgres.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso_postgres.connections import Connection

__all__ = ["Begun", "Head", "OpenOffice", "Row"]

Head = tuple[str, int, str]
"""Identity of the store, number and link of the newest change."""

Row = tuple[Any, ...]

Begun = tuple["Connection", Head]
"""A connection in a transaction, lent until `OpenOffice.end`, and the newest change that the transaction sees."""

_BEGIN = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"


@attrs.frozen(kw_only=True)
class OpenOffice:
    """An office in its schema, reached through connections.

    Attributes:
        connections: Ready to use.
        statements: Those of the schema.
        name: Name of the office.
        label: The database, for messages.
        begin_reading: Begins a read transaction and reads the newest change.
        begin_writing: The same for a write transaction, which locks it.
        bulk: How many rows are written at once: ``copy``, or ``insert`` where row level security forbids that.
        wake: Begins the text that wakes followers of this office; ``None`` where nobody is woken.
    """

    connections: Connections
    statements: Statements
    name: str
    label: str
    begin_reading: bytes
    begin_writing: bytes
    bulk: str
    wake: str | None

    def begin(self, take: Callable[[Connection], None], *, write: bool) -> Begun:
        """Begin a transaction.

        Args:
            take: Is told of the connection before anything is done with it, so that nothing can get lost in between.
            write: Whether it may change anything.

        Raises:
            Unavailable: No server can be reached, or it is busy, or the office is gone.
            WrongUse: The connections are closed.
        """
        beginning = self.begin_writing if write else self.begin_reading

        def start(connection: Connection) -> Head:
            take(connection)
            found = connection.execute(beginning, prepare=False)
            while found.nextset():
                pass
            row = found.fetchone()
            return self._head(None if row is None else cast("Head", row))

        return self.connections.begin(start)

    def enter(self, take: Callable[[Connection], None], kind: str, id: str) -> tuple[Begun, Row]:  # noqa: A002 - the record's own term
        """Begin a write transaction and read one document, all in one message.

        Args:
            take: As for `begin`.
            kind: Kind of the document.
            id: Its id.

        Returns:
            What was begun, and the row as ``get`` reads it; without a number there is none.

        Raises:
            Unavailable: As `begin`.
            WrongUse: As `begin`.
        """
        messages = (_BEGIN, ()), (self.statements["enter"], (self.name, kind, id))

        def start(connection: Connection) -> tuple[Head, Row]:
            take(connection)
            ((store, newest, newest_link, sequence, link, operation, body, *index),) = exchanged(connection, messages)
            try:
                head = None if store is None else (store.decode(), int(newest or 0), _text(newest_link) or "")
                found = None if sequence is None else int(sequence)
                return self._head(head), (found, _text(link), operation, body, *map(_text, index))
            except UnicodeDecodeError as error:
                raise translation(error, self.label) from None

        connection, (head, row) = self.connections.begin(start)
        return (connection, head), row

    def ask(self, statement: bytes, values: dict[str, Any]) -> list[Row]:
        """Read with one statement, which is a transaction of its own; the server keeps its plan.

        So it must be a statement whose plan is good for tables of any size: one that follows a key.

        Raises:
            Unavailable: As `begin`.
            WrongUse: As `begin`.
        """
        values["office"] = self.name

        def start(connection: Connection) -> list[Row]:
            with connection.cursor(binary=True) as cursor:
                return cursor.execute(statement, values, prepare=True).fetchall()

        connection, rows = self.connections.begin(start)
        self.end(connection)
        return rows

    def end(self, connection: Connection) -> None:
        """Take back what was lent; what is not committed is rolled back."""
        self.connections.give_back(connection)

    def _head(self, head: Head | None) -> Head:
        if head is None:
            raise Unavailable(
                f"Das Büro der Speicher-URL gibt es in {self.label} nicht mehr. "
                "Bitte die Verwaltung der Datenbank verständigen."
            )
        return head


def _text(written: bytes | None) -> str | None:
    return None if written is None else written.decode()
