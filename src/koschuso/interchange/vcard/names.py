"""The names of the properties of cards: those that some version knows, and those that may stand only once."""

from __future__ import annotations

from typing import Final

__all__ = ["KNOWN", "ONCE"]

KNOWN: Final = frozenset(
    {
        # vCard 2.1 and RFC 2426
        "ADR", "AGENT", "BDAY", "BEGIN", "CATEGORIES", "CLASS", "EMAIL", "END", "FN", "GEO", "KEY", "LABEL", "LOGO", "MAILER",
        "N", "NAME", "NICKNAME", "NOTE", "ORG", "PHOTO", "PRODID", "PROFILE", "REV", "ROLE", "SORT-STRING", "SOUND", "SOURCE",
        "TEL", "TITLE", "TZ", "UID", "URL", "VERSION",
        # RFC 6350 and what was registered later (RFC 6473, 6474, 6715, 8605, 9554, 9555)
        "ANNIVERSARY", "BIRTHPLACE", "CALADRURI", "CALURI", "CLIENTPIDMAP", "CONTACT-URI", "CREATED", "DEATHDATE", "DEATHPLACE",
        "EXPERTISE", "FBURL", "GENDER", "GRAMGENDER", "HOBBY", "IMPP", "INTEREST", "JSPROP", "KIND", "LANG", "LANGUAGE",
        "MEMBER", "ORG-DIRECTORY", "PRONOUNS", "RELATED", "SOCIALPROFILE", "XML",
        # RFC 2739, and what address books write without an X-
        "CAPURI", "CARD",
    }
)  # fmt: skip
"""Upper-case names that some version or registered extension knows; X- names are always allowed."""

ONCE: Final = frozenset({"ANNIVERSARY", "BDAY", "GENDER", "KIND", "N", "PRODID", "REV", "UID", "VERSION"})
"""Properties that a card has at most once (RFC 6350, 6; but for alternatives with the same ALTID)."""
