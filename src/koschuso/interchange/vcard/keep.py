"""How the lines of a card are kept in ``Record.foreign``: what vCard adds to `koschuso.interchange.foreign`.

Lines that say one thing together (N and FN) are kept verbatim all or none, so that a later edit knows what they said.
VERSION is always kept: it says how the other lines are to be read. Lines that koschuso adds to every card have their
place from the beginning, so that reading back what was written gives equal records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.interchange.contentline import LineParser
from koschuso.interchange.vcard.derived import MARK
from koschuso.interchange.vcard.organisation import COMMITTEE, ORGANISATION
from koschuso.interchange.vcard.person import PERSON
from koschuso.interchange.vcard.relations import TIE_NAMES
from koschuso.interchange.vcard.scope import NO_GROUPS
from koschuso.interchange.vcard.value import V30, text_of
from koschuso.model import Committee, Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.interchange.foreign import Aspect, AspectTable
    from koschuso.interchange.vcard.scope import Scope

__all__ = ["MODELLED", "TABLES", "UNREADABLE_LINE", "completed", "groups_of", "says_together"]

UNREADABLE_LINE: Final = "X-KOSCHUSO-ZEILE"
"""Under this name a line that nobody can read is written, so that the file stays readable for all."""

TABLES: Final[Mapping[str, AspectTable[Scope]]] = {
    Person.KIND: PERSON,
    Organisation.KIND: ORGANISATION,
    Committee.KIND: COMMITTEE,
}
"""How each kind of record is written on a card."""

MODELLED: Final = frozenset(
    [MARK, UNREADABLE_LINE, *(name for table in TABLES.values() for aspect in table.aspects for name in aspect.names)]
)
"""Every property that koschuso itself uses on some card."""


def says_together(aspect: Aspect[Scope]) -> bool:
    """Whether the properties of an aspect say one thing together, so that its lines are kept verbatim all or none."""
    return len(aspect.names) > 1 and TIE_NAMES.isdisjoint(aspect.names)


def completed(entries: list[str], first: Mapping[str, object], kind: str) -> tuple[str, ...]:
    """Name the place of lines that koschuso adds to a card, so that reading them back changes nothing."""
    missing = [] if "UID" in first else ["UID"]
    if kind == Person.KIND and "N" not in first and "FN" not in first:
        missing += ["N", "FN"]
    if missing:
        at = next((index for index, entry in enumerate(entries) if entry.startswith("BEGIN:")), len(entries))
        if at and entries[at - 1].upper().startswith("AGENT"):
            at -= 1  # a card inside belongs to the line before it
        entries[at:at] = missing
    if "VERSION" not in first:
        entries.insert(0, f"VERSION:{V30}")
    return tuple(entries)


def groups_of(entries: Iterable[str]) -> Mapping[str, str]:
    """Give the labels of groups (X-ABLABEL) among kept entries, in lower case."""
    groups: dict[str, str] = {}
    for entry in entries:
        if "X-ABLABEL" in entry[:80].upper():
            line = LineParser().line(entry.removeprefix(":"))
            if line.name == "X-ABLABEL" and line.group:
                groups[line.group.upper()] = text_of(line).casefold()
    return groups or NO_GROUPS
