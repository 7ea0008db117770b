"""Dates, times and lengths as calendars write them (RFC 5545, 3.3.4 to 3.3.6), read tolerantly and written strictly.

All times are wall times: the zone stands beside them, never in them.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

__all__ = ["Moment", "read_date", "read_duration", "read_moment", "write_date", "write_moment"]

_EXTENDED: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d{1,6})?)?\s*([Zz])?", re.ASCII
).fullmatch
_DURATION: Final = re.compile(
    r"([+-])?P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?", re.ASCII
).fullmatch
_LEAP_SECOND: Final = 60


class Moment(NamedTuple):
    """A date or a wall time.

    Attributes:
        wall: The time; midnight for a date.
        is_date: Whether only a day is meant.
        is_utc: Whether the value itself says that it is in UTC.
    """

    wall: datetime
    is_date: bool = False
    is_utc: bool = False


def read_moment(text: str) -> Moment | None:
    """Read a DATE or DATE-TIME; its own form decides which it is, not a VALUE parameter.

    >>> read_moment("20251015"), read_moment("20251015T093000Z").is_utc, read_moment("morgen")
    (Moment(wall=datetime.datetime(2025, 10, 15, 0, 0), is_date=True, is_utc=False), True, None)
    """
    try:
        if text[8:9] == "T" and text[:8].isdigit() and text[9:15].isdigit():
            rest = text[15:]
            if not rest:
                return Moment(datetime.fromisoformat(text))
            if rest == "Z":
                return Moment(datetime.fromisoformat(text[:15]), is_utc=True)
        return _tolerant(text.strip())
    except ValueError:
        return _tolerant(text.strip())


def _tolerant(text: str) -> Moment | None:
    match = _EXTENDED(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, utc = match.groups()
    try:
        if hour is None:
            return Moment(datetime(int(year), int(month), int(day)), is_date=True)
        seconds = int(second or 0)
        wall = datetime(int(year), int(month), int(day), int(hour), int(minute), min(seconds, 59))
    except ValueError:
        return None
    return Moment(wall, is_utc=utc is not None) if seconds <= _LEAP_SECOND else None


def read_date(text: str) -> date | None:
    """Read a DATE; the day of a DATE-TIME as well.

    >>> read_date("20251015"), read_date("2025")
    (datetime.date(2025, 10, 15), None)
    """
    moment = read_moment(text)
    return moment.wall.date() if moment else None


def write_date(day: date) -> str:
    """Write a DATE."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def write_moment(wall: datetime) -> str:
    """Write a DATE-TIME without zone.

    >>> write_moment(datetime(2025, 10, 15, 9, 30))
    '20251015T093000'
    """
    return f"{wall.year:04d}{wall.month:02d}{wall.day:02d}T{wall.hour:02d}{wall.minute:02d}{wall.second:02d}"


def read_duration(text: str) -> tuple[timedelta, timedelta] | None:
    """Read a DURATION as its days, which follow the calendar, and its hours, which follow the clock.

    >>> read_duration("P1DT1H30M"), read_duration("P")
    ((datetime.timedelta(days=1), datetime.timedelta(seconds=5400)), None)
    """
    match = _DURATION(text.strip())
    if match is None or not any(match.groups()[1:]):
        return None
    sign = -1 if match[1] == "-" else 1
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    try:
        return (
            sign * timedelta(weeks=weeks, days=days),
            sign * timedelta(hours=hours, minutes=minutes, seconds=seconds),
        )
    except OverflowError:
        return None
