"""The zones that a record carries with it, as clocks: for times in a zone that only its file described."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import join
from koschuso.interchange.foreign import split_blocks
from koschuso.interchange.notes import Notes
from koschuso.interchange.zones.definitions import Observance, Zones, observances
from koschuso.model import BERLIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["kept_zones"]

_ALL_YEARS: Final = range(1970, 2101)


def kept_zones(foreign: Sequence[str]) -> Mapping[str, tzinfo]:
    """Give the zones that a record has kept because nothing else says what they mean, by TZID.

    Args:
        foreign: The kept lines of the record, see `koschuso.interchange.foreign`: the zones stand first.

    Examples:
        >>> from datetime import UTC
        >>> zone = kept_zones(("BEGIN:VTIMEZONE", "TZID:Insel", "BEGIN:STANDARD", "DTSTART:19110601T000000",
        ...     "TZOFFSETFROM:+034152", "TZOFFSETTO:+0400", "END:STANDARD", "END:VTIMEZONE"))["Insel"]
        >>> datetime(2025, 10, 15, 11, tzinfo=zone).astimezone(UTC).hour
        7
    """
    if not foreign or foreign[0] != "BEGIN:VTIMEZONE":
        return {}
    zones = Zones(Notes(), BERLIN)
    found: dict[str, tzinfo] = {}
    for block in split_blocks(foreign, "VTIMEZONE", leading=True)[0]:
        for component in read_components(join(block), Notes()):
            zones.declare(component)
            line = component.first("TZID")
            if line is not None:
                tzid = line.value.strip()
                zone = zones.resolve(tzid)
                found.setdefault(tzid, ZoneInfo(zone.name) if zone.known else _OwnZone(observances(component)))
    return found


class _OwnZone(tzinfo):
    """A zone that is like no official one, as its observances say."""

    def __init__(self, declared: Iterable[Observance]) -> None:
        declared = list(declared)
        found: dict[datetime, timedelta] = {}
        for observance in declared:
            try:
                found[observance.start - observance.before] = observance.after
                for year in _ALL_YEARS:
                    for onset in observance.onsets(year):
                        found[onset] = observance.after
            except (ValueError, OverflowError, StopIteration, RuntimeError):
                continue  # as far as it can be understood
        onsets = sorted(found)
        earliest = min(declared, key=lambda observance: observance.start, default=None)
        self._onsets = onsets
        self._offsets = [earliest.before if earliest is not None else timedelta(), *(found[onset] for onset in onsets)]
        # what clocks there show at each onset; of an hour that comes twice the first one is meant (RFC 5545, 3.3.5)
        self._walls = [onset + before for onset, before in zip(onsets, self._offsets, strict=False)]

    def utcoffset(self, when: datetime | None, /) -> timedelta:
        """The offset when clocks there show that time."""
        return self._offsets[bisect_right(self._walls, when.replace(tzinfo=None)) if when is not None else -1]

    def dst(self, _when: datetime | None, /) -> timedelta | None:
        """Not told by a VTIMEZONE."""
        return None

    def tzname(self, _when: datetime | None, /) -> str | None:
        """Of no interest here."""
        return None

    def fromutc(self, when: datetime, /) -> datetime:
        """What clocks there show at a moment in UTC."""
        return when + self._offsets[bisect_right(self._onsets, when.replace(tzinfo=None))]
