"""What koschuso notes in a column of its own, so that a contact list which comes back from Outlook is recognised."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from koschuso.model import Organisation, Person, is_key

__all__ = ["OWN", "WORK", "Mark"]

OWN: Final = "koschuso:"
"""How the entries of our own begin."""

WORK: Final = ("angestellt_bei", "arbeitet_an", "abgeordnet_zu")
"""The relations that the column "Firma" can stand for, the strongest first."""

_TIE_PARTS: Final = 3


class Mark(NamedTuple):
    """What koschuso notes in the column of its own: kind and id, and which relation "Firma" stands for.

    Attributes:
        kind: Kind of the record.
        id: Its id.
        tie: Type and id of the relation, and id of the organisation; empty without one.
    """

    kind: str = ""
    id: str = ""
    tie: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Mark:
        """Read the column; what is not ours says nothing."""
        first, _, second = text.removeprefix(OWN).partition(" ")
        kind, _, record_id = first.partition("/")
        if not (text.startswith(OWN) and record_id and kind in {Person.KIND, Organisation.KIND}):
            return cls()
        parts = tuple(map(unquote, second.split("/")))
        return cls(kind, unquote(record_id), parts if len(parts) == _TIE_PARTS and is_key(parts[0]) else ())

    def __str__(self) -> str:
        tie = "/".join(quote(part, safe="") for part in self.tie)
        return f"{OWN}{self.kind}/{quote(self.id, safe='')} {tie}".rstrip()
