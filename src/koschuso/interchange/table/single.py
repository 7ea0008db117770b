"""One value in one cell: how a number, a day, a key of a vocabulary … is written, and read again as people type it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from koschuso.errors import InvalidRecord
from koschuso.interchange.table.cells import (
    BadCell,
    Cell,
    read_day,
    read_decimal,
    read_integer,
    read_moment,
    read_time,
    read_yes_or_no,
)
from koschuso.interchange.table.composed import read_reference, write_reference
from koschuso.model import FuzzyDate, Reference
from koschuso.model.folding import fold

__all__ = ["Vocabulary", "reader_of", "writer_of"]

Vocabulary = Callable[[str], Any]
"""Gives the catalogue of a dotted path (``school.schulform``) or an extension field's name, ``None`` without one."""


def writer_of(cls: Any) -> Callable[[Any], Cell]:
    """Give what makes a cell of a value of this class."""
    if cls is bool:
        return lambda value: "ja" if value else "nein"
    if cls is Reference:
        return write_reference
    if cls is time:
        return lambda value: (
            value.isoformat("minutes") if not (value.second or value.microsecond) else value.isoformat()
        )
    if cls in {int, Decimal, date, datetime}:
        return lambda value: value
    return str


def reader_of(cls: Any, path: str) -> Callable[[str, Vocabulary], Any]:
    """Give what makes a value of this class of a cell's text; `BadCell` where it is none.

    Args:
        cls: Class of the value.
        path: Dotted field, by which a vocabulary is asked for.
    """
    if cls is str:
        return lambda text, vocabulary: _key_or_text(text, vocabulary(path))
    if isinstance(cls, type) and issubclass(cls, Enum):
        members = {fold(str(member)): member for member in cls}
        return lambda text, vocabulary: _member(text, members, vocabulary(path))
    if cls is FuzzyDate:
        return lambda text, _vocabulary: _fuzzy(text)
    simple: dict[Any, Callable[[str], Any]] = {
        int: read_integer,
        Decimal: read_decimal,
        bool: read_yes_or_no,
        date: read_day,
        datetime: read_moment,
        time: _time,
        Reference: read_reference,
    }
    reader = simple[cls]
    return lambda text, _vocabulary: reader(text)


def _key_or_text(text: str, catalogue: Any) -> str:
    """Give the key of a label, where the field has a catalogue that knows it."""
    if catalogue is None or text in catalogue:
        return text
    return str(catalogue.key_of(text) or text)


def _member(text: str, members: dict[str, Any], catalogue: Any) -> Any:
    found = members.get(fold(text))
    if found is None and catalogue is not None:
        found = members.get(fold(catalogue.key_of(text) or ""))
    if found is None:
        raise BadCell(0, "Diesen Wert gibt es hier nicht; möglich sind " + ", ".join(map(str, members.values())) + ".")
    return found


def _fuzzy(text: str) -> FuzzyDate:
    try:
        return FuzzyDate(text)
    except InvalidRecord:
        raise BadCell(0, "Diese Zeitangabe wird nicht verstanden; möglich sind 15.10.2025, 08/2016, 2019.") from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return read_time(text)
