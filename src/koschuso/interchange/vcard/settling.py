"""Importing a card into what is stored already: what koschuso itself added when it wrote the card is nothing new.

A card that is written names things that follow from other records: the employer (ORG) although it is not in the file,
functions and kinds of schools by the labels of the office (TITLE, CATEGORIES). Somebody else needs these lines and keeps
them. The office that wrote them does not: `MARK` says by a short digest which lines they were, so they are recognised as
long as no other program changed them. And where the lines stand that koschuso writes itself is no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange.contentline import LineParser
from koschuso.interchange.foreign import entry_name
from koschuso.interchange.vcard.derived import MARK, digest_of
from koschuso.model import Committee, Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model import Record

__all__ = ["settle"]

_OWN: Final = "X-KOSCHUSO-FUNKTION"  # says the same as TITLE


def settle(stored: Record, read: Record) -> Record:
    """Give the record as read, but with the kept lines of the stored one when koschuso added all others itself.

    >>> stored = Person(id="p-1", family_name="Muster")
    >>> settle(stored, attrs.evolve(stored, foreign=("VERSION:3.0", "UID", "FN", "N"))).foreign
    ()
    >>> settle(stored, attrs.evolve(stored, foreign=("VERSION:3.0", "UID", "FN", "N", "X-A:1"))).foreign[-1]
    'X-A:1'
    """
    if (
        isinstance(read, Person | Organisation | Committee)
        and stored.foreign != read.foreign
        and _verbatim(stored.foreign) == _verbatim(_without_derived(read.foreign))
    ):
        return attrs.evolve(read, foreign=stored.foreign)
    return read


def _verbatim(entries: Sequence[str]) -> list[str]:
    """The entries that are more than a place."""
    return [entry for entry in entries if ":" in entry and entry_name(entry) not in {"VERSION", MARK}]


def _without_derived(entries: Sequence[str]) -> Sequence[str]:
    """Leave out the lines that the mark among them names and that are as koschuso wrote them."""
    parse = LineParser().line
    mark = next((parse(entry).value for entry in entries if entry.upper().startswith(f"{MARK}:")), "")
    if not mark:
        return entries
    told = set(mark.split())
    own = {entry for entry in entries if ":" in entry and digest_of(parse(entry)) in told}
    if any(entry_name(entry) == "TITLE" for entry in own):
        own.update(entry for entry in entries if entry_name(entry) == _OWN)
    return [entry for entry in entries if entry not in own]
