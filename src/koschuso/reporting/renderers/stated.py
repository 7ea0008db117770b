"""What every rendering states beside its chapters: the facts at the top, the notes at the end, and clean characters.

Each renderer gives these a form of its own; their words stand here once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso.reporting.document import Sign
from koschuso.reporting.german import day_text, moment_text, number_text

if TYPE_CHECKING:
    from koschuso.reporting.document import Document, Missing

__all__ = [
    "INTERNAL",
    "INTERNAL_NOTE",
    "NOTHING_MISSING",
    "clean",
    "closing_notes",
    "count_text",
    "encodable",
    "facts",
    "link_target",
    "protection_text",
]

INTERNAL: Final = "INTERN"
"""The mark of a document in which nothing is suppressed."""

INTERNAL_NOTE: Final = "Ohne Unterdrückung kleiner Zahlen. Nicht zur Weitergabe bestimmt."
"""What the mark means."""

NOTHING_MISSING: Final = "Es fehlen keine Angaben."
"""What stands where nothing is missing."""

_NO_NUMBERS: Final = "Der Bericht enthält keine Zahlen über das Verhalten von Menschen; es wird nichts unterdrückt."
# Characters that neither XML 1.0 nor HTML can carry, and halves of surrogate pairs, which UTF-8 cannot.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s\"'<>]+", re.IGNORECASE)


def facts(document: Document) -> tuple[tuple[str, str], ...]:
    """Give what a document states about itself beside its title, each with its name; what is not known is left out."""
    named = (
        ("Stelle", document.office),
        ("Gebiet", document.scope),
        ("Zeitraum", document.period),
        ("Datenstand", moment_text(document.as_of)),
        ("Erstellt am", "" if document.created is None else day_text(document.created)),
        ("Bestimmt für", document.audience_label),
    )
    return tuple((name, value) for name, value in named if value)


def count_text(gap: Missing, *, grouped: bool = True) -> str:
    """Write how often something is missing; the number itself may be suppressed."""
    count: int | Sign = gap.count
    return count.value if isinstance(count, Sign) else number_text(count, 0, grouped=grouped)


def protection_text(document: Document) -> str:
    """Say by which rule values were suppressed and how many were."""
    count = f" Unterdrückte Werte: {number_text(document.suppressed, 0)}." if document.suppressed else ""
    return f"{document.suppression_note or _NO_NUMBERS}{count}"


def closing_notes(document: Document) -> tuple[tuple[str, str], ...]:
    """Give the notes at the end as lines, each with the name of what it belongs to."""
    return (
        *(("Fehlende Angaben", f"{count_text(gap)} {gap.what}") for gap in document.missing),
        *(() if document.missing else (("Fehlende Angaben", NOTHING_MISSING),)),
        ("Schutz kleiner Zahlen", protection_text(document)),
        *(("Zur Zählweise", note) for note in document.notes),
    )


def clean(text: str) -> str:
    r"""Put the sign for an unreadable character where one stands that files of text cannot carry.

    >>> clean("Glocke\x07"), clean("Zeile 1\nZeile 2")
    ('Glocke�', 'Zeile 1\nZeile 2')
    """
    return text if text.isascii() and text.isprintable() else _ILLEGAL.sub("\ufffd", text)


def encodable(text: str) -> str:
    """Put the sign for an unreadable character where one stands that UTF-8 cannot carry: half of a surrogate pair."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def link_target(link: str) -> str:
    """Give the address that a link may lead to; anything but the web and mail is no link.

    >>> link_target("https://www.schulministerium.nrw"), link_target("javascript:alert(1)")
    ('https://www.schulministerium.nrw', '')
    """
    return link if _LINK.fullmatch(link) else ""
