"""How koschuso compares what people type: without regard to case, umlauts, blanks and punctuation."""

from __future__ import annotations

import unicodedata

__all__ = ["fold"]

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """Reduce a text to its letters and digits, in lower case and without umlauts and accents.

    Gendered spellings fall together, whatever sign they use. Two texts that fold to the same are the same name to
    koschuso; a text without any letter or digit folds to the empty string, which is never a name.

    Args:
        text: What somebody typed or what a file holds.

    Returns:
        The text in the form in which names are compared; folding it again changes nothing.

    Examples:
        >>> fold("Förder-Schule ")
        'foerderschule'
        >>> fold("Koordinator:in") == fold("KoordinatorIn") == fold("KOORDINATOR*IN")
        True
    """
    composed = unicodedata.normalize("NFKC", text).casefold()
    # Case folding can leave decomposed letters behind (İ), and decomposing can bring capitals back: settle both.
    replaced = unicodedata.normalize("NFC", composed).translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", replaced).casefold()
    return "".join(character for character in plain if character.isalnum())
