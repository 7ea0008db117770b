"""Joining the official school names, which the register cuts into pieces of at most 40 characters.

The ministry's people broke the names by hand: mostly between words, sometimes within a word, with a hyphen or without.
A length of 40 does not tell a cut word (most pieces of that length end with a whole one), so the rule looks at the words:

* after a hyphen that closes an aside (``-Primarstufe-``, ``I u. II-``) or stands alone: a blank;
* after another hyphen, before a small letter: the word goes on, the hyphen falls (``Gesamt-`` + ``schule``), unless a
  small word follows that completes a list (``Mädchen-`` + ``u. Jungenklassen``): then hyphen and blank stay;
* after another hyphen, before a capital: the hyphen stays, without blank (``Bonn-`` + ``Bad Godesberg``);
* without a hyphen: a blank, unless the next piece begins with the small-lettered second half of a compound
  (``Privat`` + ``schule``) or, after a piece of full length, of a town's name (``Biele`` + ``feld``).

Runs of blanks become one.
"""

from __future__ import annotations

import itertools
import re

__all__ = ["join_name"]

_FULL_LENGTH = 40
_WORD = re.compile(r"[^\W\d_]+")
# An aside closes: one word between hyphens, a school level, or a hyphen on its own.
_ASIDE = re.compile(r"(?:^|\s)-\w\S*-$|-\s?(?:Sek|Prim)[^-]*(?:stufen?|st\.|Primar)-$|\bI{1,3}-$|(?:^|\s)-$")
_LIST_WORDS = frozenset(
    [
        "u",
        "und",
        "oder",
        "bzw",
        "sowie",
        "mit",
        "m",
        "im",
        "in",
        "i",
        "der",
        "die",
        "das",
        "des",
        "d",
        "dem",
        "den",
        "für",
        "f",
        "als",
        "an",
        "am",
        "auf",
        "von",
        "vom",
        "zu",
        "zur",
    ]
)
_COMPOUND_TAILS = re.compile(
    r"(?:\w+)?(?:schul(?:e|en|verbund|verein)|kolleg|gymnasium|standort|schwerpunkt|verbund|verein)$"
)
_TOWN_TAILS = frozenset(
    ["feld", "born", "berg", "burg", "dorf", "hausen", "heim", "hof", "horst", "rath", "scheid", "stadt", "kirchen"]
)


def join_name(*pieces: str) -> str:
    """Join the pieces of a name.

    >>> join_name("Schule Mülheim- Sekundar-", "schule - staatl. gen.", "Ersatzschule")
    'Schule Mülheim- Sekundarschule - staatl. gen. Ersatzschule'
    >>> join_name("Gymnasium Claudia Agrippina Privat", "schule als priv.Ersatzsch.")
    'Gymnasium Claudia Agrippina Privatschule als priv.Ersatzsch.'
    >>> join_name("Städt. Gem. Grundschule Stoffeler Straße", "- Primarstufe -", "")
    'Städt. Gem. Grundschule Stoffeler Straße - Primarstufe -'
    """
    parts = [piece.strip() for piece in pieces if piece.strip()]
    if not parts:
        return ""
    name = parts[0]
    for before, after in itertools.pairwise(parts):
        name = _join(name, before, after)
    return " ".join(name.split())


def _join(name: str, before: str, after: str) -> str:
    first = _WORD.match(after)
    word = first.group() if first else ""
    small = word[:1].islower()
    if before.endswith("-") and not _ASIDE.search(before):
        if small:
            return f"{name} {after}" if word in _LIST_WORDS else name[:-1] + after
        return name + after if word else f"{name} {after}"
    if small and before[-1].isalpha():
        cut_town = word in _TOWN_TAILS and len(before) == _FULL_LENGTH
        if cut_town or _COMPOUND_TAILS.match(word):
            return name + after
    return f"{name} {after}"
