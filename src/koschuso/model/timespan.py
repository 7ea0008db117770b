"""When an event takes place: wall time and zone name, never a bare offset."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

from koschuso.errors import Refused
from koschuso.model.finding import Problems

__all__ = ["BERLIN", "UTC", "TimeSpan"]

BERLIN = "Europe/Berlin"
UTC = "UTC"

# Outside these years a date is a placeholder or a mistake of the sending program (reliability facts, 2.2).
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


@attrs.frozen(kw_only=True)
class TimeSpan:
    """A span of time, half-open: the end no longer belongs to it.

    All-day spans begin and end at midnight and have no zone; floating spans have a time but no zone (RFC 5545, 3.3.5).

    Attributes:
        begin: First moment, as the clock on the wall shows it (naive).
        end: Moment at which it is over, on the same clock; equal to ``begin`` for a point in time.
        zone: Name of the time zone (``Europe/Berlin``, ``UTC``), ``None`` for floating and all-day.
        all_day: Whether whole days are meant.
        end_zone: Zone of the end where it is another one than that of the begin.
    """

    begin: datetime
    end: datetime
    zone: str | None = BERLIN
    all_day: bool = False
    end_zone: str | None = None

    def __attrs_post_init__(self) -> None:
        if (
            not self.all_day
            and self.begin.tzinfo is None
            and self.end.tzinfo is None
            and self.begin.year >= _FIRST_YEAR
            and self.begin <= self.end
            and self.end.year <= _LAST_YEAR
        ):
            return  # by far the most frequent case
        problems = Problems("timespan")
        for field, moment in (("begin", self.begin), ("end", self.end)):
            if moment.tzinfo is not None:
                problems.add(
                    field=field,
                    value=moment,
                    rule="zeit.wanduhr",
                    message="Zeitpunkte werden als Uhrzeit vor Ort mit Zonennamen abgelegt, nicht mit Versatz.",
                )
            if not (_FIRST_YEAR <= moment.year <= _LAST_YEAR):
                problems.add(
                    field=field,
                    value=moment,
                    rule="zeit.jahr",
                    message=f"Das Jahr {moment.year} liegt nicht zwischen {_FIRST_YEAR} und {_LAST_YEAR}.",
                )
        problems.raise_if_any()
        if not (self.end >= self.begin or self.end_zone is not None):
            problems.add(
                field="end",
                value=self.end,
                rule="zeit.reihenfolge",
                message=f"Das Ende ({self.end:%d.%m.%Y %H:%M}) liegt vor dem Beginn ({self.begin:%d.%m.%Y %H:%M}).",
            )
        if self.all_day:
            midnight = time()
            if not (self.begin.time() == midnight and self.end.time() == midnight and self.end > self.begin):
                problems.add(
                    field="all_day",
                    value=self.begin,
                    rule="zeit.ganztaegig",
                    message="Ein ganztägiger Termin beginnt und endet um 0 Uhr und dauert mindestens einen Tag.",
                )
            if not (self.zone is None and self.end_zone is None):
                problems.add(
                    field="zone",
                    value=self.zone,
                    rule="zeit.ganztaegig_ohne_zone",
                    message="Ein ganztägiger Termin hat keine Zeitzone.",
                )
        problems.raise_if_any()

    @classmethod
    def days(cls, first: date, last: date | None = None) -> TimeSpan:
        """Build an all-day span from its first and last day, both included.

        >>> TimeSpan.days(date(2025, 10, 15)).end
        datetime.datetime(2025, 10, 16, 0, 0)
        """
        after = (last or first) + timedelta(days=1)
        return cls(begin=datetime.combine(first, time()), end=datetime.combine(after, time()), zone=None, all_day=True)

    @classmethod
    def at(cls, begin: datetime, *, hours: float = 0, minutes: float = 0, zone: str | None = BERLIN) -> TimeSpan:
        """Build a span from its begin and its length on the wall clock."""
        return cls(begin=begin, end=begin + timedelta(hours=hours, minutes=minutes), zone=zone)

    @property
    def duration(self) -> timedelta:
        """Elapsed time, which differs from the wall clock's where the clocks change in between."""
        if self.zone is None:
            return self.end - self.begin
        return self.end_instant() - self.begin_instant()

    def begin_instant(self) -> datetime:
        """Give the begin as an aware moment.

        Raises:
            Refused: The span has no zone or an unknown one.
        """
        return _instant(self.begin, self.zone)

    def end_instant(self) -> datetime:
        """Give the end as an aware moment.

        Raises:
            Refused: The span has no zone or an unknown one.
        """
        return _instant(self.end, self.end_zone or self.zone)

    @property
    def local_begin(self) -> datetime:
        """The begin as clocks in NRW show it; all-day, floating and unknown zones as they stand."""
        return _in_nrw(self.begin, self.zone)

    @property
    def local_end(self) -> datetime:
        """The end as clocks in NRW show it; see `local_begin`."""
        return _in_nrw(self.end, self.end_zone or self.zone)

    def __str__(self) -> str:
        if self.all_day:
            last = self.end - timedelta(days=1)
            return f"{self.begin:%d.%m.%Y}" if last == self.begin else f"{self.begin:%d.%m.%Y} – {last:%d.%m.%Y}"
        begin, end = self.local_begin, self.local_end
        if begin == end:
            return f"{begin:%d.%m.%Y, %H:%M} Uhr"
        if begin.date() == end.date():
            return f"{begin:%d.%m.%Y, %H:%M}–{end:%H:%M} Uhr"
        return f"{begin:%d.%m.%Y, %H:%M} Uhr – {end:%d.%m.%Y, %H:%M} Uhr"


def _in_nrw(moment: datetime, zone: str | None) -> datetime:
    if zone is None or zone == BERLIN:
        return moment
    try:
        return _instant(moment, zone).astimezone(ZoneInfo(BERLIN)).replace(tzinfo=None)
    except Refused:
        return moment


def _instant(moment: datetime, zone: str | None) -> datetime:
    if zone is None:
        raise Refused("Ein ganztägiger oder zonenloser Termin hat keinen festen Zeitpunkt; geben Sie eine Zone an.")
    try:
        # utcoffset() is taken at once: arithmetic on one ZoneInfo ignores a change of the clocks in between.
        aware = moment.replace(tzinfo=ZoneInfo(zone))
    except (KeyError, ValueError, OSError) as error:
        raise Refused(f"Die Zeitzone »{zone}« ist nicht bekannt; erwartet wird ein Name wie {BERLIN}.") from error
    return aware.astimezone(ZoneInfo(UTC))
