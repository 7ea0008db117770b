"""Importing a card into what is stored already: what koschuso itself added when it wrote the card is nothing new.

A card that is written names things that follow from other records: the employer (ORG) although it is not in the file,
functions and kinds of schools by the labels of the office (TITLE, CATEGORIES). Somebody else needs these lines and keeps
them. The office that wrote them does not: `MARK` says by a short digest which lines they were, so they are recognised as
long as no other program changed them. And where the lines stand that koschuso writes itself is no difference, nor is
another version in which the same lines are spelt otherwise: a card of 2.1 that comes back from its export as 3.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange.contentline import LineParser
from koschuso.interchange.foreign import entry_name
from koschuso.interchange.vcard.derived import MARK, digest_of
from koschuso.interchange.vcard.organisation import COMMITTEE_TYPE, ORGANISATION_TYPE
from koschuso.interchange.vcard.reader import read_cards
from koschuso.interchange.vcard.value import V30, VERSIONS
from koschuso.interchange.vcard.writer import write_cards
from koschuso.model import Committee, Organisation, Person, PersonStatus, Relation
from koschuso.model.period import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.model import FunctionHeld, Record

__all__ = ["settle", "version_of"]

_OWN: Final = "X-KOSCHUSO-FUNKTION"  # says the same as TITLE

# Fields that no card of another program mentions, with what is read where they are not mentioned.
_ONLY_OURS: Final[Mapping[type, Mapping[str, Any]]] = {
    Person: {"salutation": "", "functions": (), "active_since": None, "status": PersonStatus.AKTIV},
    Organisation: {
        "type": ORGANISATION_TYPE,
        "school": None,
        **dict.fromkeys(("short_name", "rechtsform", "ags", "parent_id", "traegernummer"), ""),
    },
    Committee: {"type": COMMITTEE_TYPE, "office_id": "", "rhythm": "", "public": None},
    Relation: {"role": "", "scope": "", "period": ALWAYS},
}


def settle(stored: Record, read: Record) -> Record:
    """Give the record as read, with what the card does not deny: lines that koschuso added itself, and its own facts.

    >>> stored = Person(id="p-1", family_name="Muster")
    >>> settle(stored, attrs.evolve(stored, foreign=("VERSION:3.0", "UID", "FN", "N"))).foreign
    ()
    >>> settle(stored, attrs.evolve(stored, foreign=("VERSION:3.0", "UID", "FN", "N", "X-A:1"))).foreign[-1]
    'X-A:1'
    >>> settle(attrs.evolve(stored, salutation="Frau"), stored).salutation
    'Frau'
    """
    read = _with_our_facts(stored, read)
    if not isinstance(read, Person | Organisation | Committee) or stored.foreign == read.foreign:
        return read
    said = _verbatim(_without_derived(read.foreign))
    if said == _verbatim(stored.foreign) or said == _respelt(stored, version_of(read.foreign)):
        return attrs.evolve(read, foreign=stored.foreign)
    return read


def _respelt(stored: Record, version: str) -> list[str] | None:
    """What is kept of a stored card once it was written in another version and read again; ``None`` for its own one."""
    if not stored.foreign or version_of(stored.foreign) == version:
        return None
    records = read_cards(write_cards([stored], None, version).data).records
    return _verbatim(records[0].foreign) if len(records) == 1 else None


def version_of(entries: Sequence[str]) -> str:
    """Give the version that kept entries say; 3.0 where they say none."""
    version = next((entry.partition(":")[2] for entry in entries if entry_name(entry) == "VERSION"), "").strip()
    return version if version in VERSIONS else V30


def _with_our_facts(stored: Record, read: Record) -> Record:
    """Keep the stored facts that a card can only mention in koschuso's own lines, and does not."""
    if type(stored) is not type(read):
        return read
    kept = {
        name: getattr(stored, name)
        for name, unsaid in _ONLY_OURS.get(type(read), {}).items()
        if getattr(read, name) == unsaid != getattr(stored, name)
    }
    if isinstance(stored, Person) and isinstance(read, Person) and read.functions:
        kept["functions"] = _functions(stored.functions, read.functions)
    if "school" in kept and kept.get("type", getattr(read, "type", "")) != getattr(stored, "type", ""):
        del kept["school"]  # it is said to be no school any more
    return attrs.evolve(read, **kept) if kept else read


def _functions(stored: Sequence[FunctionHeld], read: Sequence[FunctionHeld]) -> tuple[FunctionHeld, ...]:
    """Give functions their stored days where the card names them without any, and keep those of former times."""
    if any(held.period != ALWAYS for held in read):
        return tuple(read)
    named = {held.function for held in read}
    known = [held for held in stored if held.function in named or held.period.until is not None]
    held_before = {held.function for held in known}
    return (*known, *(held for held in read if held.function not in held_before))


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
