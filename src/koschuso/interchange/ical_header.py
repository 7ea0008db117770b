"""What a calendar file says around its records: calendar properties, zones, components that are no records.

``Reading.header`` holds it as verbatim lines, in the order of the file, with one kind of entry of its own: a line
``COMPONENTS 12`` (no colon, so it is no line of a calendar) stands where the next twelve components of records stood.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["OWN_PRODID", "HeaderWriter", "components_at", "is_own"]

OWN_PRODID: Final = "-//koschuso//koschuso//DE"
"""PRODID of the files that koschuso writes."""

_PLACE: Final = re.compile(r"COMPONENTS (\d{1,9})").fullmatch


def components_at(entry: str) -> int:
    """How many components of records stand in the place of this entry of a header; 0 for a verbatim line.

    >>> components_at("COMPONENTS 12"), components_at("VERSION:2.0")
    (12, 0)
    """
    match = _PLACE(entry)
    return int(match[1]) if match else 0


def is_own(prodid: str) -> bool:
    """Whether a file with this PRODID was written by koschuso."""
    return prodid.strip() == OWN_PRODID


class HeaderWriter:
    """Builds the header of a file while it is read."""

    __slots__ = ("_components", "_entries", "_open")

    def __init__(self) -> None:
        self._entries: list[str] = []
        self._components = 0
        self._open = 0  # the calendar that is open, 0 for none

    def enter(self, calendar: int) -> None:
        """Tell which calendar the next lines belong to; 0 for none."""
        if calendar == self._open:
            return
        self._flush()
        if self._open:
            self._entries.append("END:VCALENDAR")
        if calendar:
            self._entries.append("BEGIN:VCALENDAR")
        self._open = calendar

    def add(self, lines: Iterable[str]) -> None:
        """Keep lines verbatim."""
        self._flush()
        self._entries.extend(lines)

    def component(self) -> None:
        """Mark the place of a component that became a record."""
        self._components += 1

    def finish(self) -> tuple[str, ...]:
        """Give the whole header."""
        self.enter(0)
        self._flush()
        return tuple(self._entries)

    def _flush(self) -> None:
        if self._components:
            self._entries.append(f"COMPONENTS {self._components}")
            self._components = 0
