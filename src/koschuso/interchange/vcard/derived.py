"""Marks the lines of a card that follow from records which are not in the file, and from the labels of an office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.interchange.contentline import parse_line
from koschuso.interchange.textvalue import escape_text, join_text, split_text
from koschuso.interchange.vcard.value import structured, text_of

if TYPE_CHECKING:
    from koschuso.interchange.contentline import ContentLine

__all__ = ["MARK", "digest_of", "mark_of"]

MARK: Final = "X-KOSCHUSO-ABGELEITET"
"""Property that names such lines, each as ``NAME-digest``, parted by blanks."""

_DIGEST_BYTES: Final = 5


def digest_of(line: ContentLine) -> str:
    """Give name and digest of a line, the same in every version and spelling; empty for other properties.

    >>> digest_of(parse_line("ORG:Schule am See;")) == digest_of(parse_line("item1.ORG;X-A=1:Schule  am See"))
    True
    """
    if line.name == "ORG":
        text = structured(line, lists=False)[0]
    elif line.name == "TITLE":
        text = text_of(line)
    elif line.name == "CATEGORIES":
        text = "\n".join(sorted(part.strip() for part in split_text(line.value)))
    else:
        return ""
    from hashlib import blake2b  # noqa: PLC0415 - only for the few cards that have such lines

    plain = " ".join(text.split(" ")) if line.name == "CATEGORIES" else " ".join(text.split())
    return f"{line.name}-{blake2b(plain.encode('utf-8', 'replace'), digest_size=_DIGEST_BYTES).hexdigest()}"


def mark_of(*, org: str = "", title: str = "", categories: tuple[str, ...] = ()) -> str:
    """Give the value of the mark for the lines that are given; empty without any."""
    lines = []
    if org:
        lines.append(f"ORG:{escape_text(org)}")
    if title:
        lines.append(f"TITLE:{escape_text(title)}")
    if categories:
        lines.append(f"CATEGORIES:{join_text(categories)}")
    return " ".join(digest_of(parse_line(line)) for line in lines)
