r"""Values of vCard properties in the three versions: text, structured values, TYPE and preference, ids as URIs.

What differs: vCard 2.1 has quoted-printable, character sets for single properties, bare parameters and no lists inside
structured values; 3.0 has ``TYPE=pref`` where 4.0 has ``PREF=1``; an id is text in 3.0 and a URI in 4.0. Everything is
read in the way of all three, because producers mix them.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from koschuso.interchange.textvalue import (
    decode_quoted_printable,
    escape_text,
    split_escaped,
    split_structured,
    unescape_text,
)

if TYPE_CHECKING:
    from koschuso.interchange.contentline import ContentLine, Head

__all__ = [
    "NO_PREFERENCE",
    "V21",
    "V30",
    "V40",
    "VERSIONS",
    "card_id",
    "day_of",
    "day_text",
    "id_line",
    "id_uri",
    "is_quoted_printable",
    "phone_of",
    "preference",
    "structured",
    "text_of",
    "types_of",
]

V21: Final = "2.1"
V30: Final = "3.0"
V40: Final = "4.0"
VERSIONS: Final = (V21, V30, V40)

NO_PREFERENCE: Final = 101
"""Rank of a property without a preference; the stated ones go from 1 to 100 (RFC 6350 section 5.3)."""

_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}").fullmatch
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+").fullmatch
_NO_TYPES: Final[frozenset[str]] = frozenset()
_URN_UUID: Final = "urn:uuid:"
_OWN_URN: Final = "urn:x-koschuso:"
_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?").fullmatch


def is_quoted_printable(head: Head) -> bool:
    """Whether the value is quoted-printable (vCard 2.1)."""
    encoding = head.params.get("ENCODING")
    return encoding is not None and "QUOTED-PRINTABLE" in map(str.upper, encoding)


def text_of(line: ContentLine) -> str:
    r"""Read a single text, without blanks around it.

    >>> from koschuso.interchange.contentline import parse_line
    >>> text_of(parse_line("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg"))
    'Jörg'
    >>> text_of(parse_line(r"NOTE:Eltern\, Lehrkräfte"))
    'Eltern, Lehrkräfte'
    """
    head, value = line[0], line[1]
    if head.params and is_quoted_printable(head):
        value = decode_quoted_printable(value, head.param("CHARSET"))[0]
    return unescape_text(value).strip()


def structured(line: ContentLine, joiner: str = " ", *, lists: bool = True) -> list[str]:
    r"""Read a structured value such as N, ADR and ORG.

    Args:
        line: The line.
        joiner: What stands between the texts of one part.
        lists: Whether a part may be a list; not so in ORG, and nowhere in vCard 2.1.

    >>> from koschuso.interchange.contentline import parse_line
    >>> structured(parse_line("N:Muster;Eva,Maria;;Dr.;"))
    ['Muster', 'Eva Maria', '', 'Dr.', '']
    >>> structured(parse_line("N;ENCODING=QUOTED-PRINTABLE:M=3Bu;J=C3=B6rg"))
    ['M;u', 'Jörg']
    """
    head, value = line[0], line[1]
    if head.params and is_quoted_printable(head):
        charset = head.param("CHARSET")
        # divided first: =3B is a semicolon inside a part
        parts = [decode_quoted_printable(part, charset)[0] for part in split_escaped(value, ";")]
        return [unescape_text(part).strip() for part in parts]
    if not lists:
        return [unescape_text(part).strip() for part in split_escaped(value, ";")]
    if "\\" not in value and "," not in value:
        return [part.strip() for part in value.split(";")]
    return [joiner.join(filter(None, map(str.strip, texts))) for texts in split_structured(value)]


def types_of(head: Head) -> frozenset[str]:
    """Give the values of TYPE in upper case; bare ones of vCard 2.1 and quoted lists included."""
    values = head.params.get("TYPE") if head.params else None
    return _types(values) if values else _NO_TYPES


@lru_cache(maxsize=1024)
def _types(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(part.strip().upper() for value in values for part in value.split(",")) - {""}


def preference(head: Head) -> int:
    """Give the rank of a property: 1 is the most preferred, `NO_PREFERENCE` is none."""
    if not head.params:
        return NO_PREFERENCE
    stated = head.params.get("PREF")
    if stated is not None:
        digits = stated[0].strip()
        return min(max(int(digits), 1), 100) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 1  # noqa: PLR2004 - 100 is the least preferred
    return 1 if "PREF" in types_of(head) else NO_PREFERENCE


def phone_of(line: ContentLine) -> str:
    """Read a telephone number; of a ``tel:`` URI (RFC 3966) the number and its extension.

    >>> from koschuso.interchange.contentline import parse_line
    >>> phone_of(parse_line("TEL;VALUE=uri:tel:+49-2921-30;ext=12"))
    '+49-2921-30 Durchwahl 12'
    """
    text = text_of(line)
    if text[:4].lower() != "tel:":
        return text
    number, *parameters = unquote(text[4:]).split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "ext" and value:
            return f"{number.strip()} Durchwahl {value.strip()}"
    return number.strip()


def card_id(line: ContentLine) -> str:
    """Read the id out of UID, MEMBER, RELATED: the same in every version, so without the ``urn:uuid:`` of 4.0.

    >>> from koschuso.interchange.contentline import parse_line
    >>> card_id(parse_line("UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"))
    '4fbe8971-0bc3-424c-9c26-36c3e1eff6b1'
    """
    text = text_of(line)
    if line[0].params and line[0].param("VALUE").lower() == "text":
        return text
    lower = text[: len(_OWN_URN)].lower()
    if lower.startswith(_URN_UUID):
        return text[len(_URN_UUID) :].strip()
    if lower == _OWN_URN:
        return unquote(text[len(_OWN_URN) :])
    return text


def id_uri(record_id: str) -> str:
    """Write an id as the URI that vCard 4.0 wants (RFC 6350 section 6.7.6)."""
    if _UUID(record_id):
        return f"{_URN_UUID}{record_id}"
    if _URI(record_id) and not record_id.lower().startswith("urn:"):
        return record_id
    return f"{_OWN_URN}{quote(record_id, safe='-._~@')}"


def id_line(record_id: str, version: str) -> str:
    """Write the UID of a card.

    >>> id_line("schule-184494", "3.0"), id_line("schule-184494", "4.0")
    ('UID:schule-184494', 'UID:urn:x-koschuso:schule-184494')
    """
    if version == V40:
        return f"UID:{escape_text(id_uri(record_id))}"
    # without VALUE=text the reader would take the beginning of such an id for that of a URI
    head = "UID;VALUE=text" if record_id[:4].lower() == "urn:" else "UID"
    return f"{head}:{escape_text(record_id)}"


def day_of(text: str) -> date | None:
    """Read a day in the basic or extended form of ISO 8601; ``None`` for what is none."""
    match = _DAY(text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def day_text(day: date) -> str:
    """Write a day in the basic form, as vCard does."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"
