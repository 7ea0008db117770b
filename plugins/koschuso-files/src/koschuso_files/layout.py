"""Which folder a kind of record lies in, and how its file is called.

A name is the id where the id is a harmless file name in small letters on every system; otherwise a readable beginning,
``=`` (which no plain name has) and a digest of the id. What others made keeps their name.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "COLLECTIONS",
    "CONFLICTS",
    "DATA",
    "HIDDEN",
    "NOTES",
    "TOP",
    "Collection",
    "folder_of",
    "is_item",
    "stem_of",
]

HIDDEN: Final = ".koschuso"
"""The folder with the journal."""

CONFLICTS: Final = "konflikte"
"""The folder with what was set aside."""

DATA: Final = "daten"
"""The folder with everything that is neither calendar nor contact."""

NOTES: Final = "meldungen.txt"
"""What has been noticed, for people."""


@attrs.frozen
class Collection:
    """A folder in the vdir layout: one item per file, beside them its name and colour.

    Attributes:
        folder: Name of the folder.
        suffix: Ending of its items.
        title: Its name for people.
        colour: Its colour.
    """

    folder: str
    suffix: str
    title: str
    colour: str


COLLECTIONS: Final = {
    "event": Collection("kalender", ".ics", "Veranstaltungen", "#1f6f8b"),
    "task": Collection("aufgaben", ".ics", "Aufgaben", "#b5651d"),
    "activity": Collection("taetigkeiten", ".ics", "Tätigkeiten", "#5b7f3a"),
    "milestone": Collection("meilensteine", ".ics", "Meilensteine", "#7a4f9a"),
    "person": Collection("kontakte", ".vcf", "Personen", "#1f6f8b"),
    "organisation": Collection("organisationen", ".vcf", "Organisationen", "#b5651d"),
    "committee": Collection("gremien", ".vcf", "Gremien", "#5b7f3a"),
}
"""The kinds that other programs can read, each in a collection of its own."""

TOP: Final = frozenset({HIDDEN, CONFLICTS, DATA, NOTES, *(found.folder for found in COLLECTIONS.values())})

_PLAIN: Final = re.compile(r"[a-z0-9_][a-z0-9_@+-]*(?:\.[a-z0-9_@+-]+)*")
_LONGEST: Final = 100
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_BEGINNING: Final = 24


def stem_of(id: str) -> str:  # noqa: A002 - the record's own term
    """Give the name of a record's file without its ending.

    >>> stem_of("p-1"), stem_of("3f2a@koschuso.example")
    ('p-1', '3f2a@koschuso.example')
    >>> stem_of("../Ämter"), stem_of("con"), stem_of("A") == stem_of("a")
    ('mter=5fad1d46bea4e4c9', 'con=1e4a2bb2c6c16fcb', False)
    """
    if len(id) <= _LONGEST and _PLAIN.fullmatch(id) and id.partition(".")[0] not in _RESERVED:
        return id
    slug = _OTHER.sub("-", id.casefold()[:_LONGEST]).strip("-")[:_BEGINNING]
    return f"{slug}={blake2b(id.encode(), digest_size=8).hexdigest()}"


def folder_of(kind: str, suffix: str) -> str:
    """Give the folder of a kind, below the office's: its collection, or its place among the data."""
    if suffix != ".json":
        return COLLECTIONS[kind].folder
    safe = kind if _PLAIN.fullmatch(kind) and kind.partition(".")[0] not in _RESERVED else f"{kind.rstrip('.')}="
    return f"{DATA}/{safe}"


def is_item(name: str, suffix: str) -> bool:
    """Tell whether a file in a collection is an item: not hidden, not temporary, with its ending."""
    return not name.startswith(".") and name.endswith(suffix) and len(name) > len(suffix)


def plainly_ours(folder: Path) -> bool:
    """Tell whether a folder holds nothing that does not belong to such a store."""
    return all(path.name in TOP or path.name.startswith(".") for path in folder.iterdir())
