"""Reads calendars of any size in portions and in bounded memory, and passes over what is known already.

The zones of a calendar may stand behind its events, so a calendar is held until its end where it is small. A large one is
read twice: a first pass only looks for zones, which takes a fifth of the time, the second one reads. A message (RFC 5546)
that is held stays in one portion, as its parts belong together; its header is that of the message.
"""

from __future__ import annotations

from io import SEEK_END
from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.collector import collector_paused
from koschuso.interchange.format import Portion, ReadOptions
from koschuso.interchange.ical.header import Surroundings
from koschuso.interchange.ical.reader import CalendarReader
from koschuso.interchange.notes import Notes
from koschuso.interchange.segment import read_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.interchange.segment import Segment

__all__ = ["HELD_BYTES", "PORTION_COMPONENTS", "portions"]

HELD_BYTES: Final = 8 * 1024 * 1024
"""A calendar with more bytes is read twice instead of being held in memory."""

PORTION_COMPONENTS: Final = 500
"""Components of one portion. The bytes of a portion are bounded as well (`PORTION_BYTES`)."""

PORTION_BYTES: Final = 4 * 1024 * 1024
"""A portion ends when its components have this many bytes."""

_ZONE: Final = "VTIMEZONE"


def portions(
    source: BinaryIO,
    options: ReadOptions | None = None,
    *,
    held: int = HELD_BYTES,
    components: int = PORTION_COMPONENTS,
) -> Iterator[Portion]:
    """Read a calendar file of any size; see `koschuso.interchange.ical.portions`.

    Args:
        source: A seekable stream; read from its beginning.
        options: What the bytes cannot tell, and which components are known.
        held: See `HELD_BYTES`.
        components: See `PORTION_COMPONENTS`.
    """
    size = source.seek(0, SEEK_END)
    reading = _Reading(options or ReadOptions(), components)
    zones = {} if size <= held else _zones_of_large(source, held)
    source.seek(0)
    steps = reading.steps(read_segments(source, reading.reader.notes), zones)
    more = True
    while more:
        with collector_paused():
            more = reading.go_on(steps)
            portion = reading.portion(min(reading.done, size) if more else size)
        yield portion


class _Reading:
    """The reading of one file, portion by portion."""

    def __init__(self, options: ReadOptions, components: int) -> None:
        self.reader = CalendarReader(options, sources=True)
        self.done = 0
        self._components = components
        self._around = Surroundings()  # of the calendars of the portion
        self._root = 0  # the large calendar at hand
        self._whole = False  # whether the calendar at hand is held

    def steps(self, segments: Iterator[Segment], zones: dict[int, list[Segment]]) -> Iterator[int]:
        """Read one segment after the other; as `CalendarReader.calendar` tells it."""
        waiting: list[Segment] = []
        for segment in segments:
            root = segment.root
            if waiting and root != waiting[0].root:
                self._whole = True
                yield from self.reader.calendar(waiting)
                waiting = []
            if root not in zones:
                waiting.append(segment)
                continue
            if root != self._root:
                self._root, self._whole = root, False
                self.reader.begin(segment, zones[root])
                yield 0
            self.reader.take(segment)
            yield len(segment.raw)
        if waiting:
            self._whole = True
            yield from self.reader.calendar(waiting)

    def go_on(self, steps: Iterator[int]) -> bool:
        """Read until a portion is full; False at the end of the file."""
        reader = self.reader
        self._around = reader.around
        count = filled = 0
        for size in steps:
            if not size:
                # what was read is no part of the message that begins, nor the other way round
                if count and reader.around != self._around:
                    return True
                self._around = reader.around
                continue
            count += 1
            filled += size
            self.done += size
            if self._whole and self._around.is_message:
                continue
            if count >= self._components or filled >= PORTION_BYTES:
                return True
        return False

    def portion(self, position: int) -> Portion:
        """Take away what was read."""
        reader, sources = self.reader, self.reader.sources
        made, recognised = ((), ()) if sources is None else sources.taken()
        portion = Portion(
            records=tuple(reader.records),
            findings=tuple(reader.notes.findings),
            left_out=tuple(reader.left_out),
            sources=made,
            recognised=recognised,
            position=position,
            header=reader.header.finish(),
            written=self._around.written,
        )
        reader.records.clear()
        reader.left_out.clear()
        reader.notes.findings.clear()
        return portion


def _zones_of_large(source: BinaryIO, held: int) -> dict[int, list[Segment]]:
    """The VTIMEZONEs of each calendar with more bytes than can be held, by the number of the calendar in the file."""
    found: dict[int, list[Segment]] = {}
    zones: list[Segment] = []
    root = size = 0
    source.seek(0)
    for segment in read_segments(source, Notes()):
        if segment.root != root:
            root, size, zones = segment.root, 0, []
        size += len(segment.raw)
        if segment.name == _ZONE:
            zones.append(segment)
        if size > held:
            found[root] = zones
    return found
