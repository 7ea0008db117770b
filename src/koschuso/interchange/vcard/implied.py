"""A card that is imported alone: what it says about others that the office holds already is nothing new.

In a file of its own a card names relations (RELATED, MEMBER), an employer (ORG) and kinds of schools (CATEGORIES) whose
other ends are not in the file, so they are kept as lines. Where the office holds these ends and relations, it would write
the same lines itself: then they say nothing. A line that says anything else stays and is a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange.contentline import LineParser
from koschuso.interchange.foreign import entry_name
from koschuso.interchange.unfolding import unfold
from koschuso.interchange.vcard.derived import digest_of
from koschuso.interchange.vcard.relations import CARD_TYPES, TIE_NAMES, tie_of
from koschuso.interchange.vcard.settling import version_of
from koschuso.interchange.vcard.writer import write_cards
from koschuso.model import EMPTY, Relation

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.format import Held
    from koschuso.model import Record

__all__ = ["without_implied"]

_OF_OTHERS: Final = TIE_NAMES | {"ORG", "CATEGORIES"}


def without_implied(stored: Record, read: Record, held: Held) -> Record:
    """Give the record as read without the kept lines that the office would write for the stored one as well.

    Args:
        stored: The stored record.
        read: The record as the file has it.
        held: What the office holds.
    """
    if not isinstance(read, CARD_TYPES) or type(stored) is not type(read):
        return read
    parse = LineParser().line
    told = {
        entry: _meaning(parse(entry.removeprefix(":")))
        for entry in set(read.foreign).difference(stored.foreign)
        if ":" in entry and entry_name(entry) in _OF_OTHERS
    }
    if not told:
        return read
    own = set(map(_meaning, map(parse, _written(stored, held, version_of(read.foreign)))))
    implied = {entry for entry, meaning in told.items() if meaning is not None and meaning in own}
    if not implied:
        return read
    return attrs.evolve(read, foreign=tuple(entry for entry in read.foreign if entry not in implied))


def _written(stored: Record, held: Held, version: str) -> Iterator[str]:
    """The lines of the card that the office would write beside those of all others it has to do with."""
    relations: dict[str, Relation] = {}
    ends: dict[tuple[str, str], Record] = {}
    for field in ("source", "target"):
        for relation in held.where(Relation.KIND, f"{field}.id", stored.id):
            if isinstance(relation, Relation) and getattr(relation, field).kind == stored.KIND:
                relations[relation.id] = relation
                other = relation.target if field == "source" else relation.source
                end = held(other.kind, other.id)
                if isinstance(end, CARD_TYPES):
                    ends[other.kind, other.id] = end
    ends.pop((stored.KIND, stored.id), None)
    # without its own kept lines, which could stand in the way; what others have kept is not looked at
    card: Any = attrs.evolve(stored, foreign=(), extras=EMPTY)
    data = write_cards([card, *ends.values(), *relations.values()], None, version).data
    for _, text in unfold(data):
        yield text
        if text == "END:VCARD":
            return


def _meaning(line: ContentLine) -> Hashable | None:
    """What a line says, however it is spelt; ``None`` for other lines."""
    if line.name in TIE_NAMES:
        tie = tie_of(line, "" if line.name == "RELATED" else "mitglied_in")
        return None if tie is None else (line.name, tie)
    return digest_of(line) if line.name in {"ORG", "CATEGORIES"} else None
