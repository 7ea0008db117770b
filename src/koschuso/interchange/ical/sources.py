"""Recognises the components of a calendar that were read before, by their bytes and what their meaning depends on.

A component means the same as last time if its bytes are the same, and the zones of its calendar, and the properties of
the calendar that the reader looks at. Only the number of an id that stands in the file several times depends on more:
`Source.memo` holds it, and a component whose number would be another one now is read anew.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from koschuso.interchange.format import ReadOptions, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.model import Record

__all__ = ["Sources"]

_READER: Final = b"koschuso:ical 1"
"""To be changed when the same bytes become other records than before."""

_SIZE: Final = 16


class Sources:
    """The components of one file that became records.

    Attributes:
        made: Those that were read, since they were last taken away.
        recognised: Those that are known.

    Args:
        options: What is known, and what the meaning depends on beside the file.
        ids: How often each id was met so far; shared with the reader, who counts what he reads himself.
    """

    __slots__ = ("_around", "_context", "_digest", "_ids", "_known", "_met", "_zone", "made", "recognised")

    def __init__(self, options: ReadOptions, ids: dict[str, int]) -> None:
        self.made: list[Source] = []
        self.recognised: list[Source] = []
        self._known = options.known
        self._ids = ids
        self._zone = options.zone.encode()
        self._around = b""
        self._context = b""
        self._digest = b""  # of the component at hand
        self._met: dict[bytes, int] = {}  # how often the same bytes stood in the file

    def begin(self, zones: Iterable[bytes], method: str) -> None:
        """Begin a calendar with these VTIMEZONEs; the same event means something else with another METHOD."""
        self._around = _digest_of((method.encode("utf-8", "replace"), *zones))
        self.tell(is_own=False, is_legacy=False, own_stamp="")

    def tell(self, *, is_own: bool, is_legacy: bool, own_stamp: str) -> None:
        """Take up what the calendar says of itself; the stamp only counts if the calendar is koschuso's own."""
        stamp = own_stamp.encode("utf-8", "replace") if is_own else b""
        self._context = _digest_of((_READER, self._zone, self._around, bytes((is_own, is_legacy)), stamp))

    def recognise(self, raw: bytes) -> bool:
        """Pass over a component if it is known; otherwise it is the one that `add` is about."""
        digest = blake2b(raw, digest_size=_SIZE, key=self._context).digest()
        before = self._met.get(digest, 0)
        self._met[digest] = before + 1
        if before:  # the same bytes once more
            digest = blake2b(digest + str(before).encode(), digest_size=_SIZE, key=self._context).digest()
        self._digest = digest
        if self._known is None:
            return False
        source = self._known(digest)
        if source is None:
            return False
        first = source.records[0]
        key = first.removesuffix(f"~{source.memo}") if source.memo else first
        number = self._ids.get(key, 0) + 1
        if number != int(source.memo or 1):
            return False
        self._ids[key] = number
        self.recognised.append(source)
        return True

    def add(self, records: Sequence[Record], number: int) -> None:
        """Note what was made of the component that was not recognised, and the number of its id in the file."""
        keys = tuple([f"{record.KIND}/{record.id}" for record in records])
        self.made.append(Source(self._digest, keys, str(number) if number > 1 else ""))

    def taken(self) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
        """Take away what was made and what was recognised."""
        made, recognised = tuple(self.made), tuple(self.recognised)
        self.made, self.recognised = [], []
        return made, recognised


def _digest_of(parts: Iterable[bytes]) -> bytes:
    """A digest of several pieces that tells where each of them ends."""
    digest = blake2b(digest_size=_SIZE)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
