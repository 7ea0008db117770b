"""Find what the server does not notice: every content against its fingerprint, every change against its chain.

Rows are read in windows of numbers. What the server itself cannot read is narrowed down to the single row, so that one
damaged page does not hide the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from koschuso.store.chain import content_digest, first_link, next_link
from koschuso.store.conditions import Index
from koschuso.store.driver import Damage, Verification
from koschuso_postgres.errors import is_damage
from koschuso_postgres.statements import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from koschuso_postgres.beginning import Row
    from koschuso_postgres.reading import Reading

__all__ = ["verify"]


def verify(transaction: Reading) -> Verification:
    """Check an office in the state that a read transaction sees."""
    store, last, head = transaction.committed
    damages: list[Damage] = []
    documents = 0
    link: str | None = first_link(store)
    read = _Reader(transaction)
    removed = {(kind, id_): sequence for kind, id_, sequence in read.all_or_none("removed", damages)}
    expected = 1
    for sequence, row in read.rows(last):
        if row is None:
            damages.append(
                Damage(message=f"Den Eintrag {sequence} des Änderungsprotokolls kann der Server nicht mehr lesen.")
            )
            link, expected = None, sequence + 1
            continue
        if sequence != expected:
            damages.append(_damage(row, f"Vor dem Eintrag {sequence} des Änderungsprotokolls fehlen Einträge."))
            link = None
        damages += _check(row, link, removed)
        documents += not row[0] and not row[9]
        link, expected = row[8], sequence + 1
    if expected != last + 1:
        damages.append(Damage(message="Am Ende des Änderungsprotokolls fehlen Einträge."))
    elif link is not None and link != head:
        damages.append(Damage(message="Der Kopf des Änderungsprotokolls passt nicht zu seinem letzten Eintrag."))
    ((beyond,),) = read.all_or_none("beyond", damages, seq=last) or [(0,)]
    if beyond:
        damages.append(Damage(message="Hinter dem Ende des Änderungsprotokolls stehen fremde Einträge."))
    damages += [
        Damage(kind=kind, id=id_, message=f"Die frühere Fassung {sequence} gehört zu keiner späteren Änderung.")
        for kind, id_, sequence in read.all_or_none("stray", damages)
    ]
    return Verification(documents=documents, changes=last, head=head, damages=tuple(damages))


class _Reader:
    """Reads what can be read; every question is a savepoint, because an error ends the rest of a transaction."""

    def __init__(self, transaction: Reading) -> None:
        self._transaction = transaction

    def rows(self, last: int) -> Iterator[tuple[int, Row | None]]:
        """Yield number and row of every change; ``None`` for one that cannot be read."""
        for after in range(0, last, PAGE):
            yield from self._between(after, min(after + PAGE, last))

    def all_or_none(self, name: str, damages: list[Damage], **values: Any) -> list[Row]:
        """Ask; what cannot be answered is a damage."""
        rows = self._asked(name, **values)
        if rows is None:
            damages.append(Damage(message="Einen Teil der Tabellen kann der Server nicht mehr lesen."))
        return rows or []

    def _between(self, after: int, until: int) -> Iterator[tuple[int, Row | None]]:
        rows = self._asked("verify", after=after, until=until)
        if rows is not None:
            yield from ((row[1], self._whole(row)) for row in rows)
        elif until - after == 1:
            yield until, None
        else:
            middle = (after + until) // 2
            yield from self._between(after, middle)
            yield from self._between(middle, until)

    def _whole(self, row: Row) -> Row | None:
        """Fetch a body that was too large to come with its window."""
        if row[9] or row[10] is not None:
            return row
        found = self._asked("body", seq=row[1])
        return (*row[:10], found[0][0], *row[11:]) if found else None

    def _asked(self, name: str, **values: Any) -> list[Row] | None:
        try:
            return self._transaction.ask(name, values)
        except UnicodeDecodeError:
            return None
        except psycopg.Error as error:
            if not is_damage(error):
                raise self._transaction.failed(error) from None
            return None


def _check(row: Row, link: str | None, removed: Mapping[tuple[str, str], int]) -> Iterator[Damage]:
    """Check one change: its place in the chain, its content."""
    old, sequence, kind, id_, operation, at, previous, digest, own_link, blank, body, *index = row
    if link is not None and next_link((link, sequence, at, operation, previous, kind, id_, digest)) != own_link:
        yield _damage(row, f"Der Eintrag {sequence} des Änderungsprotokolls wurde verändert.")
    if not blank:
        whole = operation == "put" and content_digest(body, Index._make(index)) == digest
    else:
        # Contents before a removal are gone on purpose (P1).
        on_purpose = operation != "put" or (old and sequence < removed.get((kind, id_), 0))
        whole = bool(on_purpose) and all(value is None for value in index)
    if not whole:
        yield _damage(row, f"Der Inhalt zum Eintrag {sequence} ist nicht mehr der, der gespeichert wurde.")


def _damage(row: Row, message: str) -> Damage:
    return Damage(kind=row[2], id=row[3], message=message)
