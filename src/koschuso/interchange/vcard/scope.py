"""What reading and writing one card needs to know beside the card: version, labels, the other cards of the file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from koschuso.errors import Refused
from koschuso.interchange.vcard.relations import EMPTY_BOOK, Book
from koschuso.interchange.vcard.value import V30, types_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.notes import Notes
    from koschuso.model import Catalogue

__all__ = ["NO_GROUPS", "PRODUCT", "Scope", "key_for_label", "label_meaning", "shipped_label"]

PRODUCT: Final = "-//koschuso//koschuso//DE"
"""PRODID of the cards that koschuso writes."""

NO_GROUPS: Final[Mapping[str, str]] = {}

# Apple's own labels stand between _$!< and >!$_; people write the others themselves.
_PRIVATE_LABELS: Final = frozenset({"home", "privat", "zuhause", "zu hause", "private"})
_WORK_LABELS: Final = frozenset({"work", "arbeit", "geschäftlich", "dienstlich", "büro", "dienst"})


def label_meaning(label: str) -> str:
    """What the label of a group means: ``home``, ``work``, or nothing in particular.

    >>> label_meaning("_$!<Home>!$_"), label_meaning("Dienstlich"), label_meaning("Ferienhaus")
    ('home', 'work', '')
    """
    plain = label.casefold().removeprefix("_$!<").removesuffix(">!$_")
    return "home" if plain in _PRIVATE_LABELS else "work" if plain in _WORK_LABELS else ""


class Scope:
    """The surroundings of one card.

    Attributes:
        version: Version that is read or written.
        book: The cards of the file and their relations.
        label: Gives the label for a catalogue's name and a key.
        stamp: Moment of writing for REV, empty when there is none.
        groups: What X-ABLABEL says about the groups of the card (``item1``), in lower case.
        notes: Takes what is doubtful while a card is read; ``None`` at all other times.
    """

    __slots__ = ("book", "groups", "label", "notes", "stamp", "version")

    def __init__(
        self,
        version: str = V30,
        book: Book = EMPTY_BOOK,
        label: Callable[[str, str], str] | None = None,
        stamp: str = "",
        groups: Mapping[str, str] = NO_GROUPS,
    ) -> None:
        self.version = version
        self.book = book
        self.label = shipped_label if label is None else label
        self.stamp = stamp
        self.groups = groups
        self.notes: Notes | None = None

    def kinds(self, line: ContentLine) -> frozenset[str]:
        """TYPE of a line, with what the label of its group says: HOME or WORK."""
        head = line[0]
        types = types_of(head)
        if head.group and self.groups:
            meaning = label_meaning(self.groups.get(head.group.upper(), ""))
            if meaning:
                return types | {meaning.upper()}
        return types

    def is_private(self, line: ContentLine) -> bool:
        """Whether a line is marked as private and not as official too."""
        types = self.kinds(line)
        return ("HOME" in types or "DOM" in types) and "WORK" not in types


@lru_cache(maxsize=64)
def _catalogue(name: str) -> Catalogue:
    from koschuso.catalogues import load  # noqa: PLC0415 - only for cards that need labels

    return load(name)


@lru_cache(maxsize=4096)
def shipped_label(catalogue: str, key: str) -> str:
    """Give the label of a shipped catalogue; a key that it does not have is its own label.

    >>> shipped_label("personenfunktion", "schulleitung"), shipped_label("personenfunktion", "soest:lotse")
    ('Schulleitung', 'soest:lotse')
    """
    entry = _catalogue(catalogue).get(key)
    return key if entry is None else entry.label


@lru_cache(maxsize=4096)
def key_for_label(catalogue: str, text: str) -> str:
    """Find the key that a label, an alias or a key of a shipped catalogue means, else the empty string.

    >>> key_for_label("personenfunktion", "Schulleiter"), key_for_label("personenfunktion", "Hausmeister")
    ('schulleitung', '')
    """
    try:
        entry = _catalogue(catalogue).find(text)
    except Refused:
        return ""
    return "" if entry is None else entry.key
