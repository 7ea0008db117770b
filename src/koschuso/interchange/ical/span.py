"""When an event takes place: DTSTART, DTEND and DURATION, and the `TimeSpan` that they say together.

All forms that occur are read: all-day, floating, in UTC, in a zone, with another zone at the end; a DATE with a TZID is
a day, ``TZID=…:…Z`` is UTC (the Z wins), an end before the begin becomes the begin. Each such mending is a finding.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from koschuso.errors import InvalidRecord
from koschuso.interchange.calendar_values import Moment, read_duration, read_moment, write_date, write_moment
from koschuso.interchange.contentline import format_line
from koschuso.interchange.foreign import Aspect
from koschuso.interchange.zones.names import is_iana
from koschuso.model import TimeSpan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine, Head
    from koschuso.interchange.foreign import Quick
    from koschuso.interchange.ical.aspects import CalendarAspect
    from koschuso.interchange.ical.scope import CalendarScope

__all__ = ["moment_line", "read_zoned", "span"]

_DAY: Final = timedelta(days=1)
_WIDEST: Final = timedelta(hours=26)
_UTC: Final = "UTC"
_EPOCH: Final = datetime(1970, 1, 1)
_LENGTH_OF_DAY: Final = 8
_DATE: Final = re.compile(r"[0-9]{8}").fullmatch
_TIME: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z?").fullmatch
_from_iso: Final = datetime.fromisoformat
_EXPECTED: Final = "ein Zeitpunkt wie 20251015T093000"


def read_zoned(line: ContentLine, scope: CalendarScope) -> tuple[Moment, str | None] | None:
    """Read a date or time and the name of its zone; a finding and ``None`` when it is not understood."""
    moment = read_moment(line[1])
    if moment is None:
        scope.not_understood(line, _EXPECTED)
        return None
    if moment.is_date:
        return moment, None
    params = line[0].params
    tzid = line[0].param("TZID") if params else ""
    if moment.is_utc:
        if tzid:
            scope.note(
                "zone_und_utc",
                "{name} in Zeile {line} nennt eine Zeitzone und zugleich UTC (Z am Ende); es gilt UTC.",
                line,
            )
        return moment, _UTC
    return moment, scope.resolve(tzid, line[0].name, line[2]) if tzid else None


def moment_line(name: str, wall: datetime, zone: str | None, *, all_day: bool = False) -> str:
    """Write a date or time."""
    if all_day:
        return f"{name};VALUE=DATE:{write_date(wall)}"
    if zone is None:
        return f"{name}:{write_moment(wall)}"
    if zone == _UTC:
        return f"{name}:{write_moment(wall)}Z"
    if zone.isascii() and zone.replace("/", "").replace("_", "").isalnum():
        return f"{name};TZID={zone}:{write_moment(wall)}"
    return format_line("", name, {"TZID": zone}, write_moment(wall))


def _zone_head(zone: str | None) -> str:
    """What `moment_line` writes between the name and the colon for a time in a zone."""
    if not zone or zone == _UTC:
        return ""
    return moment_line("", _EPOCH, zone).rpartition(":")[0]


def _read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
    start: ContentLine | None = None
    end: ContentLine | None = None
    length: ContentLine | None = None
    for line in lines:
        name = line[0].name
        if name == "DTSTART":
            start = line
        elif name == "DTEND":
            end = line
        else:
            length = line
    told = read_zoned(start, scope) if start is not None else None
    if start is None or told is None:
        return {"span": None}
    try:
        if told[0].is_date:
            return {"span": _days(told[0].wall, end, length, scope)}
        return {"span": _times(told, end, length, scope)}
    except (InvalidRecord, OverflowError):
        scope.not_understood(start, "ein Zeitraum zwischen den Jahren 1900 und 2200")
        return {"span": None}


def _days(begin: datetime, end: ContentLine | None, length: ContentLine | None, scope: CalendarScope) -> TimeSpan:
    until = begin + _DAY
    if end is not None:
        told = read_zoned(end, scope)
        if told is not None:
            wall = told[0].wall
            until = datetime.combine(wall.date(), time())
            if until != wall:
                until += _DAY
                _mixed(end, scope)
            # many programs give the same day for begin and end of one day
            until = max(until, begin + _DAY)
    elif length is not None:
        duration = read_duration(length.value)
        if duration is None:
            scope.not_understood(length, "eine Dauer wie PT1H30M")
        else:
            days = -(-(duration[0] + duration[1]) // _DAY)
            until = begin + max(days, 1) * _DAY
    return TimeSpan(begin=begin, end=until, zone=None, all_day=True)


def _times(
    start: tuple[Moment, str | None], end: ContentLine | None, length: ContentLine | None, scope: CalendarScope
) -> TimeSpan:
    begin, zone = start[0].wall, start[1]
    until, end_zone = begin, None
    if end is not None:
        told = read_zoned(end, scope)
        if told is not None:
            until = told[0].wall
            end_zone = told[1] if told[1] != zone else None
            if told[0].is_date:
                _mixed(end, scope)
    elif length is not None:
        duration = read_duration(length.value)
        if duration is None:
            scope.not_understood(length, "eine Dauer wie PT1H30M")
        else:
            until = _later(begin, zone, *duration)
    if until < begin if end_zone is None else _is_before(until, end_zone, begin, zone):
        line = end if end is not None else length
        if line is not None:
            scope.note(
                "ende_vor_beginn",
                "Der Termin endet in Zeile {line} vor seinem Beginn; angenommen wird, dass er keine Dauer hat. "
                "Bitte prüfen Sie den Termin.",
                line,
            )
        until, end_zone = begin, None
    return TimeSpan(begin=begin, end=until, zone=zone, end_zone=end_zone)


def _is_before(until: datetime, end_zone: str, begin: datetime, zone: str | None) -> bool:
    """Whether an end in another zone than the begin is certainly before it."""
    if zone is None or not is_iana(zone) or not is_iana(end_zone):
        return begin - until > _WIDEST  # wall times of two places never differ by more
    ended = until.replace(tzinfo=ZoneInfo(end_zone)).astimezone(UTC)
    return ended < begin.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _later(begin: datetime, zone: str | None, days: timedelta, hours: timedelta) -> datetime:
    """The end on the wall clock: days follow the calendar, hours are elapsed time (RFC 5545, 3.3.6)."""
    until = begin + days
    if zone is None or zone == _UTC or not is_iana(zone):
        return until + hours
    elapsed = until.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) + hours
    return elapsed.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _mixed(line: ContentLine, scope: CalendarScope) -> None:
    scope.note(
        "tag_und_uhrzeit",
        "Beginn und Ende des Termins in Zeile {line} sind nicht von gleicher Art (Tag und Uhrzeit); "
        "es gilt die Art des Beginns.",
        line,
    )


def _write(record: Any, _scope: CalendarScope) -> Sequence[str]:
    value: TimeSpan | None = record.span
    if value is None:
        return ()
    start = moment_line("DTSTART", value.begin, value.zone, all_day=value.all_day)
    if value.end == value.begin and value.end_zone is None:
        return (start,)
    return start, moment_line("DTEND", value.end, value.end_zone or value.zone, all_day=value.all_day)


def _quick_span(heads: Sequence[Head], places: Sequence[int]) -> Quick | None:
    """The quick way: begin, and end if there is one, of the same sort and in the same zone."""
    by_name = {head.name: (head, place) for head, place in zip(heads, places, strict=True)}
    if "DTSTART" not in by_name or "DURATION" in by_name:
        return None
    first, start = by_name["DTSTART"]
    last, end = by_name.get("DTEND", (first, start))
    tzid = first.param("TZID")
    if last.param("TZID") != tzid:
        return None
    days = first.text == "DTSTART;VALUE=DATE" and (end == start or last.text == "DTEND;VALUE=DATE")
    written = {head.text.removeprefix(head.name) for head in (first, last)}
    told = written.pop() if len(written) == 1 else None  # what stands between the names and the colons
    expected = {None: "", _UTC: "", tzid: _zone_head(tzid)}

    def _quick(values: Sequence[str], fields: dict[str, Any], entries: list[str], scope: CalendarScope) -> bool:
        value, until = values[start], values[end]
        try:
            if days and _DATE(value) and _DATE(until):
                begin, after = _from_iso(value), _from_iso(until)
                if start == end:
                    after += _DAY
                zone = None
                canonical = True
            elif _TIME(value) and _TIME(until) and value[15:] == until[15:] and not (value[15:] and tzid):
                begin, after = _from_iso(value[:15]), _from_iso(until[:15])
                zone = _UTC if value[15:] else scope.resolve(tzid, "DTSTART", None) if tzid else None
                canonical = told == (expected[zone] if zone in expected else _zone_head(zone))
            else:
                return False
            # an end before the begin, or an empty day, is refused here and mended by the reader
            fields["span"] = TimeSpan(begin=begin, end=after, zone=zone, all_day=len(value) == _LENGTH_OF_DAY)
        except (ValueError, OverflowError, InvalidRecord):
            return False
        if canonical:
            entries[start] = "DTSTART"
            if end != start and after != begin:
                entries[end] = "DTEND"
        return True

    return _quick


def span() -> CalendarAspect:
    """Build the aspect of an event's time."""
    return Aspect(fields=("span",), names=("DTSTART", "DTEND", "DURATION"), read=_read, write=_write, quick=_quick_span)
