"""Tells what a card is about: a person, an organisation or a committee.

1. KIND, or X-ADDRESSBOOKSERVER-KIND (Apple), says it: ``individual``, ``group``, and everything else is an organisation;
   so does X-ABShowAs:COMPANY, and Open-Xchange's list of addresses is a group;
2. a card with a given or family name in N is a person, unless FN and ORG are the same and N adds no given name;
3. without a name in N, a card whose FN is its ORG or a mail address is an organisation, and every other FN is the name
   of a person;
4. without FN a NICKNAME makes a person; ORG, a mail address, a number, in this order, name an organisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.interchange.vcard.value import structured, text_of
from koschuso.model import Committee, Organisation, Person, is_email

if TYPE_CHECKING:
    from collections.abc import Mapping

    from koschuso.interchange.contentline import ContentLine

__all__ = ["KIND_NAMES", "kind_and_nickname"]

KIND_NAMES: Final = frozenset(
    {"KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS", "X-OPEN-XCHANGE-CTYPE", "N", "FN", "ORG", "NICKNAME"}
)
"""The properties that decide what a card is about."""


def kind_and_nickname(first: Mapping[str, ContentLine]) -> tuple[str, str]:
    """Tell what a card is about, and by which nickname a person is called who has no other name.

    Args:
        first: The first line of each property, at least of those in `KIND_NAMES`.
    """

    def text(name: str) -> str:
        line = first.get(name)
        return "" if line is None else text_of(line)

    stated = (text("KIND") or text("X-ADDRESSBOOKSERVER-KIND")).lower()
    company = "COMPANY" in text("X-ABSHOWAS").upper()
    if stated == "group" or text("X-OPEN-XCHANGE-CTYPE").lower() == "dlist":
        return Committee.KIND, ""
    if (stated and stated != "individual") or company:
        return Organisation.KIND, ""
    shown = text("FN")
    organisation = structured(first["ORG"], lists=False)[0] if "ORG" in first else ""
    parts = structured(first["N"]) if "N" in first else []
    parts += [""] * (3 - len(parts))
    family, given, additional = parts[:3]
    same = bool(shown) and " ".join(shown.split()) == " ".join(organisation.split())
    if given or additional or family:
        alone = same and not given and not additional and family in {shown, ""}
        return (Organisation.KIND, "") if alone and stated != "individual" else (Person.KIND, "")
    if shown:
        mailbox = (same or is_email(shown)) and stated != "individual"
        return (Organisation.KIND, "") if mailbox else (Person.KIND, "")
    nickname = text("NICKNAME").partition(",")[0].strip()
    if nickname:
        return Person.KIND, nickname
    return (Person.KIND if stated == "individual" else Organisation.KIND), ""
