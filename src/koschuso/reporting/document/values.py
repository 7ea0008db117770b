"""What can stand in a cell or a figure: plain values, signs, and what is still to be decided about."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from koschuso.errors import WrongUse
from koschuso.reporting.guarded import Guarded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.reporting.guarded import Count, Sentence

__all__ = [
    "Cell",
    "Sign",
    "Value",
    "as_cell",
    "as_cells",
    "as_number",
    "as_rows",
    "as_text",
    "as_texts",
    "as_totals",
    "check_key",
]

_KEY = re.compile(r"[a-z][a-z0-9-]*")


class Sign(Enum):
    """What stands in a table where no number can stand."""

    UNKNOWN = "k. A."
    SUPPRESSED = "•"
    NOT_APPLICABLE = "–"

    @property
    def meaning(self) -> str:
        """The German explanation for the legend."""
        return _MEANINGS[self]


_MEANINGS = {
    Sign.UNKNOWN: "keine Angabe: Der Wert ist nicht bekannt; er ist nicht 0.",
    Sign.SUPPRESSED: "Der Wert wird nicht veröffentlicht, damit nicht auf einzelne Personen geschlossen werden kann.",
    Sign.NOT_APPLICABLE: "Eine Angabe ist hier nicht möglich oder nicht sinnvoll.",
}

Cell = str | int | Decimal | Fraction | date | Sign
"""A value in a table: exact, unrounded and without unit."""

Value = Cell | Guarded
"""What a report may hand over for a cell: a plain value, or one of which it is still to be decided whether it is shown."""


def check_key(key: str, title: str) -> None:
    """Refuse a key that could not be an anchor.

    Raises:
        WrongUse: It is none.
    """
    if not _KEY.fullmatch(key):
        raise WrongUse(
            f"Der Schlüssel »{key}« von »{title}« ist nicht möglich: Kleinbuchstaben, Ziffern und Bindestriche, am "
            "Anfang ein Buchstabe.",
            key=key,
        )


# A report hands over more than a finished document holds: what follows makes the wider type that of a constructor.


def as_cell(value: Value) -> Cell:
    """Take a value that is still to be decided about where a cell will stand."""
    return cast("Cell", value)


def as_cells(values: Iterable[Value]) -> tuple[Cell, ...]:
    """Take a row of values."""
    return cast("tuple[Cell, ...]", tuple(values))


def as_totals(values: Iterable[Value] | None) -> tuple[Cell, ...] | None:
    """Take the values of a last row, where there is one."""
    return None if values is None else as_cells(values)


def as_rows(rows: Iterable[Iterable[Value]]) -> tuple[tuple[Cell, ...], ...]:
    """Take the values of all rows."""
    return tuple(map(as_cells, rows))


def as_number(number: int | Count) -> int:
    """Take a count that is still to be decided about where a number will stand."""
    return cast("int", number)


def as_text(text: str | Sentence) -> str:
    """Take a sentence with numbers that are still to be decided about where a text will stand."""
    return cast("str", text)


def as_texts(texts: Iterable[str | Sentence]) -> tuple[str, ...]:
    """Take several such sentences."""
    return cast("tuple[str, ...]", tuple(texts))
