"""Looks at lines that koschuso keeps but does not use, and tells what other programs may stumble over.

Nothing is changed and nothing is expanded: an RRULE that cannot be read stays as it is, with a finding.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso.interchange.calendar_values import read_duration, read_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.interchange.component import Component
    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.ical_scope import CalendarScope

__all__ = ["check_component"]

_FREQUENCIES: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_NUMBERS: Final = re.compile(r"\s*[+-]?\d{1,5}\s*(?:,\s*[+-]?\d{1,5}\s*)*", re.ASCII).fullmatch
_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII).fullmatch
_DAYS: Final = re.compile(
    r"\s*(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)\s*(?:,\s*(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)\s*)*"
).fullmatch
_LEAP_MONTHS: Final = re.compile(r"\d{1,2}L?(?:,\d{1,2}L?)*", re.ASCII).fullmatch
_OFFSET: Final = re.compile(r"[+-](?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?").fullmatch
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*").fullmatch


def _is_moment(value: str) -> bool:
    return read_moment(value) is not None


_PARTS: Final[dict[str, Callable[[str], object]]] = {
    "FREQ": _FREQUENCIES.__contains__,
    "UNTIL": _is_moment,
    "COUNT": _COUNT,
    "INTERVAL": _COUNT,
    "BYSECOND": _NUMBERS,
    "BYMINUTE": _NUMBERS,
    "BYHOUR": _NUMBERS,
    "BYDAY": _DAYS,
    "BYMONTHDAY": _NUMBERS,
    "BYYEARDAY": _NUMBERS,
    "BYWEEKNO": _NUMBERS,
    "BYMONTH": _LEAP_MONTHS,
    "BYSETPOS": _NUMBERS,
    "WKST": _DAYS,
    "RSCALE": str.isascii,
    "SKIP": {"OMIT", "BACKWARD", "FORWARD"}.__contains__,
}


def _rule(line: ContentLine, _scope: CalendarScope) -> str:
    parts = [part.partition("=") for part in line.value.strip().upper().split(";") if part]
    names = {name.strip() for name, _, _ in parts}
    if "FREQ" not in names:
        return "eine Wiederholungsregel mit FREQ"
    for name, _, value in parts:
        check = _PARTS.get(name.strip())
        if check is None:
            if not name.strip().startswith("X-"):
                return "eine Wiederholungsregel nach RFC 5545"
        elif not check(value.strip()):
            return "eine Wiederholungsregel nach RFC 5545"
    if "COUNT" in names and "UNTIL" in names:
        return "COUNT oder UNTIL, nicht beides"
    return ""


def _moments(line: ContentLine, _scope: CalendarScope) -> str:
    if line.param("VALUE").upper() == "PERIOD":
        sound = all(
            _is_moment(start) and (_is_moment(end) or read_duration(end) is not None)
            for start, _, end in (part.partition("/") for part in line.value.split(","))
        )
        return "" if sound else "Zeiträume"
    return "" if all(_is_moment(part) for part in line.value.split(",")) else "Zeitpunkte wie 20251015T093000"


def _stamp(line: ContentLine, _scope: CalendarScope) -> str:
    moment = read_moment(line.value)
    return "" if moment is not None and not moment.is_date else "ein Zeitpunkt wie 20251015T093000Z"


def _trigger(line: ContentLine, _scope: CalendarScope) -> str:
    sound = read_duration(line.value) is not None or _is_moment(line.value)
    return "" if sound else "eine Dauer wie -PT15M oder ein Zeitpunkt"


def _offset(line: ContentLine, _scope: CalendarScope) -> str:
    return "" if _OFFSET(line.value.strip()) else "ein Abstand zu UTC wie +0100"


def _attachment(line: ContentLine, _scope: CalendarScope) -> str:
    if line.param("ENCODING").upper() not in {"BASE64", "B"}:
        return ""
    value = "".join(line.value.split())
    return "" if _BASE64(value) and not len(value) % 4 else "eine Datei in Base64"


def _attendee(line: ContentLine, _scope: CalendarScope) -> str:
    return "" if ":" in line.value else "eine Adresse wie mailto:name@beispiel.de"


def _time(line: ContentLine, _scope: CalendarScope) -> str:
    moment = read_moment(line.value)
    if moment is None or not moment.is_date:
        return ""  # told where it is read, or sound
    if line.param("VALUE").upper() != "DATE":
        return "bei einem Tag ohne Uhrzeit die Angabe VALUE=DATE"
    return "bei einem Tag ohne Uhrzeit keine Zeitzone" if line.param("TZID") else ""


def _fits(line: ContentLine, start_is_date: bool) -> str:
    """Whether a rule or an exception is of the same sort as the begin (RFC 5545, 3.3.10 and 3.8.5)."""
    if line[0].name == "RRULE":
        until = next((part[6:] for part in line.value.upper().split(";") if part.startswith("UNTIL=")), "")
        moment = read_moment(until)
        return "" if moment is None or moment.is_date == start_is_date else "UNTIL von der gleichen Art wie DTSTART"
    if line[0].name == "EXDATE":
        moments = map(read_moment, line.value.split(","))
        sound = all(moment is None or moment.is_date == start_is_date for moment in moments)
        return "" if sound else "Ausnahmen von der gleichen Art wie DTSTART"
    return ""


_CHECKS: Final[dict[str, Callable[[ContentLine, CalendarScope], str]]] = {
    "DTSTART": _time,
    "DTEND": _time,
    "DUE": _time,
    "RECURRENCE-ID": _time,
    "RRULE": _rule,
    "EXRULE": _rule,
    "EXDATE": _moments,
    "RDATE": _moments,
    "DTSTAMP": _stamp,
    "CREATED": _stamp,
    "LAST-MODIFIED": _stamp,
    "TRIGGER": _trigger,
    "TZOFFSETFROM": _offset,
    "TZOFFSETTO": _offset,
    "ATTACH": _attachment,
    "ATTENDEE": _attendee,
    "ORGANIZER": _attendee,
}


_DEPENDENT: Final = frozenset({"RRULE", "EXDATE"})


def check_component(component: Component, scope: CalendarScope, *, legacy: bool = False) -> None:
    """Add a finding for each line of a component, and of those inside, that does not hold what its name promises.

    Args:
        component: The component.
        scope: Takes the findings.
        legacy: Whether the file is in vCalendar 1.0, whose rules look otherwise.
    """
    find = _CHECKS.get
    start = component.first("DTSTART")
    moment = None if start is None else read_moment(start.value)
    start_is_date = None if moment is None else moment.is_date
    for part in component.walk() if component.children else (component,):
        for line in part.lines:
            check = find(line[0].name)
            if check is None or (legacy and line[0].name in {"RRULE", "EXRULE", "ATTENDEE"}):
                continue
            expected = check(line, scope)
            if not expected and start_is_date is not None and line[0].name in _DEPENDENT:
                expected = _fits(line, start_is_date)
            if expected:
                scope.not_understood(line, expected)
