"""The clock of a series: brings the times that its lines name in other zones onto it, and knows when it is changed."""

from __future__ import annotations

from datetime import datetime, time, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from koschuso.interchange.zones.kept import kept_zones
from koschuso.interchange.zones.names import iana_name, is_iana
from koschuso.model import BERLIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.interchange.calendar_values import Moment
    from koschuso.model import TimeSpan

__all__ = ["SeriesClock"]

_UTC: Final = "UTC"


class SeriesClock:
    """Brings dates and times of a series' lines onto the clock of the series.

    Attributes:
        zone: Zone of the series, ``None`` for floating and all-day.
        all_day: Whether the series is of whole days.
    """

    def __init__(self, span: TimeSpan, kept: Sequence[str] = ()) -> None:
        """Set the clock.

        Args:
            span: Time of the first occurrence.
            kept: The kept lines of the event (`Event.foreign`): they say what zones of its file's own mean.
        """
        self.all_day = span.all_day
        self.zone = span.zone
        self.info = ZoneInfo(span.zone) if span.zone is not None and is_iana(span.zone) else None
        self._own = kept_zones(kept)
        # times of floating and all-day series in another zone are meant for the clock on the office's wall
        self._target = self.info or (ZoneInfo(BERLIN) if span.zone is None else self._own.get(span.zone))

    def wall(self, moment: Moment, tzid: str = "") -> datetime:
        """The time of a value on the clock of the series."""
        if moment.is_date:
            return moment.wall
        zone = _UTC if moment.is_utc else tzid
        if not zone or zone == self.zone:
            return self._day(moment.wall)
        source = self._zone(zone)
        if source is None or self._target is None or source is self._target:
            return self._day(moment.wall)
        try:
            return self._day(moment.wall.replace(tzinfo=source).astimezone(self._target).replace(tzinfo=None, fold=0))
        except OverflowError:
            return self._day(moment.wall)

    def _zone(self, name: str) -> tzinfo | None:
        """What a TZID means: what the file says of it where that was kept, else what its name says."""
        own = self._own.get(name.strip())
        if own is not None:
            return own
        known = name if is_iana(name) else iana_name(name)
        return None if known is None else ZoneInfo(known)

    def here(self, nrw: datetime) -> datetime:
        """What the clock of the series shows when those in NRW show that time."""
        if self.info is None or self.zone == BERLIN:
            return nrw
        try:
            return nrw.replace(tzinfo=ZoneInfo(BERLIN)).astimezone(self.info).replace(tzinfo=None, fold=0)
        except OverflowError:
            return nrw

    def _day(self, wall: datetime) -> datetime:
        return datetime.combine(wall.date(), time()) if self.all_day else wall

    def exists(self, wall: datetime) -> bool:
        """Whether a time exists that day; false in the hour that is left out when the clocks are put forward."""
        if self.info is None:
            return True
        before = self.info.utcoffset(wall.replace(fold=0))
        after = self.info.utcoffset(wall.replace(fold=1))
        return before is None or after is None or before >= after

    def lasting(self, begin: datetime, span: TimeSpan) -> datetime:
        """The end of an occurrence that lasts as long as another one (RFC 5545, 3.8.5.3: the same exact duration)."""
        if self.info is None or span.end_zone is not None:
            return begin + (span.end - span.begin)
        there = ZoneInfo(_UTC)
        end = begin.replace(tzinfo=self.info).astimezone(there) + span.duration
        return max(end.astimezone(self.info).replace(tzinfo=None, fold=0), begin)
