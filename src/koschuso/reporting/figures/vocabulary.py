"""Rows by the keys of a catalogue: in its order, what it does not know behind, and what is not known at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.errors import NotFound
from koschuso.reporting.document import Sign
from koschuso.reporting.figures.origins import OUTSIDE, SEVERAL, UNKNOWN
from koschuso.reporting.german import sort_key
from koschuso.reporting.view import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.reporting.view import View

__all__ = ["in_order", "row_name"]

_LAST = (SEVERAL, OUTSIDE, UNKNOWN)


def in_order(view: View, catalogue: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Put keys into the order of a catalogue; own words follow by the alphabet, then »mehrere« and »keine Angabe«."""
    try:
        places = {entry.key: place for place, entry in enumerate(view.catalogue(catalogue).entries)}
    except NotFound:
        places = {}

    def place(key: str) -> tuple[int, int, tuple[str, str]]:
        if key in _LAST:
            return 2, _LAST.index(key), ("", "")
        return (0, places[key], ("", "")) if key in places else (1, 0, sort_key(key))

    return tuple(sorted(set(keys), key=place))


def row_name(view: View, catalogue: str, key: str, special: Mapping[str, str]) -> str:
    """Give the German name of a row.

    Args:
        view: What the report may see.
        catalogue: The catalogue of the key.
        key: The key.
        special: Names of keys that stand in no catalogue, such as `SEVERAL`.
    """
    return special.get(key) or (label(view, catalogue, key) if key else Sign.UNKNOWN.value)
