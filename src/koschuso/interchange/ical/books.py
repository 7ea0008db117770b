"""What a writer of calendars keeps account of: what cannot be written, and which zone goes by which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.interchange.zones.vtimezone import vtimezone
from koschuso.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Loss", "ZoneBook"]


class Loss:
    """Counts what cannot be written, for one finding of each sort."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self.missing = 0

    def note(self, rule: str, sentence: str, count: int = 1, *, missing: bool = False) -> None:
        """Count something, perhaps records that are not written at all; the sentence has a place for the number."""
        if missing:
            self.missing += count
        self._counts[rule, sentence] = self._counts.get((rule, sentence), 0) + count

    def findings(self) -> Iterator[Finding]:
        """Give one finding for each sort of loss."""
        for (rule, sentence), count in self._counts.items():
            yield Finding(rule=f"ical.{rule}", message=sentence.format(count=count), severity=Severity.INFO)


class ZoneBook:
    """The zones of the file that is written: each name stands for one meaning, and each has its VTIMEZONE."""

    def __init__(self, declared: Iterable[str]) -> None:
        self.declared = frozenset(declared)
        self.blocks: dict[str, tuple[str, ...]] = {}
        self._meanings: dict[str, str | tuple[str, ...]] = {}
        self._generated: dict[str, tuple[str, ...]] = {}

    def name_for(self, tzid: str, meaning: str | tuple[str, ...]) -> str:
        """Give the name under which a zone may be used, with a number behind it if its own is taken.

        Args:
            tzid: The name that the lines use.
            meaning: Name of an IANA zone, or the lines of a VTIMEZONE.
        """
        name, number = tzid, 1
        while self._meanings.setdefault(name, meaning) != meaning:
            number += 1
            name = f"{tzid} {number}"
        if name not in self.blocks:
            self.blocks[name] = self._block(tzid, name, meaning)
        return name

    def _block(self, tzid: str, name: str, meaning: str | tuple[str, ...]) -> tuple[str, ...]:
        if isinstance(meaning, str):
            lines = self._generated.get(meaning)
            if lines is None:
                lines = self._generated[meaning] = vtimezone(meaning, meaning)
            return tuple(f"TZID:{name}" if line == f"TZID:{meaning}" else line for line in lines)
        return tuple(f"TZID:{name}" if line == f"TZID:{tzid}" else line for line in meaning)
