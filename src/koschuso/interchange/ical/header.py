"""What a calendar file says around its records: calendar properties, zones, components that are no records.

``Reading.header`` holds it as verbatim lines, in the order of the file, with one kind of entry of its own: a line
``COMPONENTS 12`` (no colon, so it is no line of a calendar) stands where the next twelve components of records stood.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from koschuso.interchange.calendar_values import read_moment

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["OWN_PRODID", "HeaderWriter", "Surroundings", "components_at", "is_own", "surroundings"]

OWN_PRODID: Final = "-//koschuso//koschuso//DE"
"""PRODID of the files that koschuso writes."""

_TOLD: Final = re.compile(
    rb"^(METHOD|PRODID|LAST-MODIFIED)[ \t]*(?:;[^:\r\n]*)?:([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
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


class Surroundings(NamedTuple):
    """What the lines of a calendar itself say about all that it holds.

    Attributes:
        method: METHOD in upper case, empty without one.
        written: When koschuso itself wrote the file; ``None`` for files of other programs.
    """

    method: str = ""
    written: datetime | None = None

    @property
    def is_message(self) -> bool:
        """Whether the calendar is a message about its entries (RFC 5546), so that they belong together."""
        return self.method not in {"", "PUBLISH"}


def surroundings(lines: bytes) -> Surroundings:
    r"""See from the lines of a calendar itself, not yet parsed, what they say.

    >>> surroundings(b"METHOD:request\r\n").method
    'REQUEST'
    """
    found = {match[1].upper(): match[2].decode("utf-8", "replace").strip() for match in _TOLD.finditer(lines)}
    written = read_moment(found.get(b"LAST-MODIFIED", "")) if is_own(found.get(b"PRODID", "")) else None
    return Surroundings(
        found.get(b"METHOD", "").upper(), written.wall.replace(tzinfo=UTC) if written and written.is_utc else None
    )


class HeaderWriter:
    """Builds the header of a file while it is read."""

    __slots__ = ("_components", "_entries", "_open")

    def __init__(self) -> None:
        self._entries: list[str] = []
        self._components = 0
        self._open = 0  # the calendar that is open, 0 for none

    def enter(self, calendar: int) -> bool:
        """Tell which calendar the next lines belong to, 0 for none; True if it begins with them."""
        if calendar == self._open:
            return False
        self._flush()
        if self._open:
            self._entries.append("END:VCALENDAR")
        if calendar:
            self._entries.append("BEGIN:VCALENDAR")
        self._open = calendar
        return bool(calendar)

    def add(self, lines: Iterable[str]) -> None:
        """Keep lines verbatim."""
        self._flush()
        self._entries.extend(lines)

    def component(self) -> None:
        """Mark the place of a component that became a record."""
        self._components += 1

    def finish(self) -> tuple[str, ...]:
        """Give the whole header, and begin a new one."""
        self.enter(0)
        self._flush()
        entries, self._entries = self._entries, []
        return tuple(entries)

    def _flush(self) -> None:
        if self._components:
            self._entries.append(f"COMPONENTS {self._components}")
            self._components = 0
