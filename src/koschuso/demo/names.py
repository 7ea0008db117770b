"""Names that nobody has: spices, birds and instruments as family names, so that the people are recognisably invented.

Words that are common surnames in Germany (Vogel, Fink, Pfeffer, Pfeiffer …) are left out on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FAMILY_NAMES", "GIVEN_NAMES", "invented_names", "mailbox"]

GIVEN_NAMES = (
    ("Anna", "Frau"), ("Jonas", "Herr"), ("Mina", "Frau"), ("Emre", "Herr"), ("Lotte", "Frau"), ("Jakob", "Herr"),
    ("Aylin", "Frau"), ("Ole", "Herr"), ("Greta", "Frau"), ("Milan", "Herr"), ("Ronja", "Frau"), ("Käthe", "Frau"),
    ("Tarek", "Herr"), ("Ida", "Frau"), ("Bennet", "Herr"), ("Svea", "Frau"), ("Kim", ""), ("Paula", "Frau"),
    ("Jürgen", "Herr"), ("Nele", "Frau"), ("Luca", ""), ("Marla", "Frau"), ("Henri", "Herr"), ("Zoë", "Frau"),
    ("Fenja", "Frau"), ("Till", "Herr"), ("Yara", "Frau"), ("Björn", "Herr"), ("Malin", "Frau"),
)  # fmt: skip
"""Given names with the salutation that goes with them, empty where none is stated."""

FAMILY_NAMES = (
    "Zimtstern", "Eisvogel", "Querflöte", "Kardamom", "Zaunkönig", "Klarinette", "Kurkuma", "Wiedehopf", "Fagottine",
    "Sternanis", "Rotkehlchen", "Posaunella", "Wacholderbeere", "Bachstelze", "Bratschel", "Muskatnuss", "Blaumeise",
    "Kontrabass", "Vanilleblüte", "Mauersegler", "Mandoline", "Safranfaden", "Haubentaucher", "Ukulele", "Koriandra",
    "Flussregenpfeifer", "Xylophon", "Lorbeerblatt", "Weißwangengans", "Tamburin", "Majoranella", "Kolibri",
    "Akkordeon", "Kreuzkümmel", "Papageitaucher", "Glockenspiel", "Bockshornklee", "Austernfischer", "Waldhornist",
    "Oregano", "Steinkäuzchen", "Cembalo", "Schwarzkümmel", "Silbermöwe", "Blockflötel", "Liebstöckel", "Turmfalkin",
    "Triangella", "Piment-Eisvogel", "Neuntöter", "von Harfenklang",
)  # fmt: skip
"""Family names: spices, birds and instruments."""

_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ë": "e", " ": "-"})


def invented_names() -> Iterator[tuple[str, str, str]]:
    """Give name after name, each pair once: salutation, given name, family name.

    >>> names = invented_names()
    >>> next(names), next(names)
    (('Frau', 'Anna', 'Zimtstern'), ('Herr', 'Jonas', 'Eisvogel'))
    """
    # 29 and 51 share no factor, so both lists can be walked in step without a repetition for 1,479 names.
    for number in range(len(GIVEN_NAMES) * len(FAMILY_NAMES)):
        given, salutation = GIVEN_NAMES[number % len(GIVEN_NAMES)]
        yield salutation, given, FAMILY_NAMES[number % len(FAMILY_NAMES)]


def mailbox(given_name: str, family_name: str, domain: str) -> str:
    """Build an official mailbox from a name.

    >>> mailbox("Jürgen", "von Harfenklang", "kreis-soest.example")
    'juergen.von-harfenklang@kreis-soest.example'
    """
    return f"{given_name.lower().translate(_ASCII)}.{family_name.lower().translate(_ASCII)}@{domain}"
