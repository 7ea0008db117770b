"""Writes VTIMEZONE components: what Outlook needs to show a time in a zone at the right hour.

Germany's is written by hand in the form that every program knows; those of other zones are made from the IANA database
of this computer: the rule that holds from now on as an RRULE where there is one, the changes before as single dates.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from koschuso.interchange.calendar_values import write_moment
from koschuso.model import BERLIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["vtimezone"]

_BERLIN: Final = (
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19701025T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
)
_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2037
_STEP: Final = timedelta(days=9)  # no zone changed its clocks twice within so short a time since 1990
_LEAST_YEARS_OF_A_RULE: Final = 8
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class _Change(NamedTuple):
    """A change of the clocks: when (wall time before it), from and to which offset, and how it is then called."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=64)
def vtimezone(tzid: str, zone: str) -> tuple[str, ...]:
    """Give the lines of a VTIMEZONE.

    Args:
        tzid: The name that the times of the file use.
        zone: Name of the IANA zone that is meant.

    >>> vtimezone("Europe/Berlin", "Europe/Berlin")[:3]
    ('BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'BEGIN:DAYLIGHT')
    """
    body = _BERLIN if zone == BERLIN else tuple(_body(ZoneInfo(zone)))
    return ("BEGIN:VTIMEZONE", f"TZID:{tzid}", *body, "END:VTIMEZONE")


def _body(zone: ZoneInfo) -> Iterator[str]:
    changes = list(_changes(zone))
    start = datetime(_FIRST_YEAR, 1, 1)
    offset = start.replace(tzinfo=zone).utcoffset() or timedelta()
    yield from _part(_Change(start, offset, offset, start.replace(tzinfo=zone).tzname() or "", summer=False), ())
    ruled: set[_Change] = set()
    rules = []
    for summer in (True, False):
        tail = _tail([change for change in changes if change.summer is summer])
        if tail is not None:
            ruled.update(tail[0])
            rules.append((tail[0][0], tail[1]))
    kept = [change for change in changes if change not in ruled]
    for change in dict.fromkeys(item[1:] for item in kept):
        alike = [item for item in kept if item[1:] == change]
        yield from _part(alike[0], [f"RDATE:{write_moment(item.onset)}" for item in alike[1:]])
    for first, rule in rules:
        yield from _part(first, [rule])


def _part(change: _Change, more: Sequence[str]) -> Iterator[str]:
    name = "DAYLIGHT" if change.summer else "STANDARD"
    yield f"BEGIN:{name}"
    yield f"TZOFFSETFROM:{_offset(change.before)}"
    yield f"TZOFFSETTO:{_offset(change.after)}"
    if change.name:
        yield f"TZNAME:{change.name}"
    yield f"DTSTART:{write_moment(change.onset)}"
    yield from more
    yield f"END:{name}"


def _changes(zone: ZoneInfo) -> Iterator[_Change]:
    moment = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
    end = datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    before = moment.astimezone(zone)
    while moment < end:
        moment += _STEP
        after = moment.astimezone(zone)
        if after.utcoffset() == before.utcoffset():
            continue
        found = _first_after(zone, moment - _STEP, moment)
        old, new = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
        wall = (found + old).replace(tzinfo=None)
        yield _Change(wall, old, new, after.tzname() or "", bool(after.dst()))
        before = after


def _first_after(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the offset of ``high`` begins."""
    offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high


def _tail(changes: list[_Change]) -> tuple[list[_Change], str] | None:
    """The last changes that follow one yearly rule without end, and the rule."""
    if not changes or changes[-1].onset.year < _LAST_YEAR:
        return None
    last = changes[-1]
    for nth in _possible(last.onset):
        tail: list[_Change] = []
        for change in reversed(changes):
            year = last.onset.year - len(tail)
            alike = change[1:] == last[1:] and change.onset.time() == last.onset.time() and change.onset.year == year
            if not alike or change.onset.month != last.onset.month or nth not in _possible(change.onset):
                break
            tail.append(change)
        if len(tail) >= _LEAST_YEARS_OF_A_RULE:
            tail.reverse()
            day = f"{nth}{_WEEKDAYS[last.onset.weekday()]}"
            return tail, f"RRULE:FREQ=YEARLY;BYMONTH={last.onset.month};BYDAY={day}"
    return None


def _possible(onset: datetime) -> list[int]:
    """Which weekday of its month a day may be meant to be: counted from the end where it is the last one, and from the start."""
    is_last = (onset + timedelta(days=7)).month != onset.month
    nth = (onset.day - 1) // 7 + 1
    return [-1, nth] if is_last else [nth]


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    minutes, rest = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02d}{minutes % 60:02d}" + (f"{rest:02d}" if rest else "")
