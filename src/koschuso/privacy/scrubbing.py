"""Finding what must not stand in a published text: phone numbers (DS-08) and mail addresses of people (DS-07)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["BLANK", "blank_addresses", "blank_phone_numbers"]

BLANK: Final = "[…]"
"""What stands in the place of something that was taken out."""

_LABELLED = re.compile(
    r"(?i)(?P<label>(?:\b(?:tel(?:efon)?(?:nummer)?|fon|phone|mobil(?:telefon|nummer)?|handy|fax|durchwahl|rufnummer|anruf)\b"
    r"|[☎📞📱☏✆])\.?\s*(?:-?nr\.?)?\s*[:.]?\s*)(?P<number>[+(]?\d[\d\s()/.\-–]*\d)"
)
# A number with a dialling code: +49…, 0049…, 0…, in whatever groups people write it.
_DIALLED = re.compile(r"(?<![\w.,:/+\-–])(?P<number>(?:\+\s?\d|\(?0)[\d\s()/.\-–]*\d)(?![\w:])")
# Dates, times and years begin with 0 and one digit: 01.10.2025, 09.30–16.00, 08/2016. No dialling code does.
_DATE_OR_TIME = re.compile(r"\(?0\d\s?[./\-–]")
_LEAST_DIGITS = 6
_MOST_DIGITS = 16
# Whole words between blanks and punctuation, so that the search is linear in the text whatever it holds.
_WORD = re.compile(r"[^\s<>,;:\"'()\[\]!?]+")


def blank_phone_numbers(text: str) -> str:
    """Take phone numbers out of a text; dates, times and years stay.

    What merely could be a phone number is taken out as well: a gap is the smaller harm.

    >>> blank_phone_numbers("Fachtag am 01.10.2025, 09.30–16.00 Uhr, Fragen an 02921 / 30-1234")
    'Fachtag am 01.10.2025, 09.30–16.00 Uhr, Fragen an […]'
    """
    labelled = _LABELLED.sub(lambda match: match["label"] + BLANK, text)
    return _DIALLED.sub(_blank_if_dialled, labelled)


def _blank_if_dialled(match: re.Match[str]) -> str:
    number = match["number"]
    digits = sum(character.isdigit() for character in number)
    if not digits >= _LEAST_DIGITS or (digits > _MOST_DIGITS and not number.startswith("+")):
        return number
    return number if _DATE_OR_TIME.match(number) else BLANK


def blank_addresses(text: str, addresses: Collection[str]) -> str:
    """Take certain mail addresses out of a text, whatever their case.

    >>> blank_addresses("an Anna.Muster@kreis.example, info@kreis.example", {"anna.muster@kreis.example"})
    'an […], info@kreis.example'
    """
    if "@" not in text:
        return text
    return _WORD.sub(lambda match: _blank_if_among(match[0], addresses), text)


def _blank_if_among(word: str, addresses: Collection[str]) -> str:
    bare = word.rstrip(".")
    return BLANK + word[len(bare) :] if "@" in bare and bare.casefold() in addresses else word
