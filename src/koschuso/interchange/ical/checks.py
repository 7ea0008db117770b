"""Looks at lines that koschuso keeps but does not use, and tells what other programs may stumble over.

Nothing is changed and nothing is expanded: an RRULE that cannot be read stays as it is, with a finding.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso.interchange.calendar_values import read_duration, read_moment
from koschuso.interchange.contentline import ContentLine
from koschuso.interchange.ical.rules import MORE_CHECKS, MORE_LOOKS
from koschuso.interchange.recurrence.check import check_rule, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from koschuso.interchange.component import Component
    from koschuso.interchange.contentline import Head
    from koschuso.interchange.ical.scope import CalendarScope

__all__ = ["DEPENDENT", "check_component", "check_of"]

_OFFSET: Final = re.compile(r"[+-](?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?").fullmatch
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*").fullmatch


def _is_moment(value: str) -> bool:
    return read_moment(value) is not None


def _rule(line: ContentLine, _scope: CalendarScope) -> str:
    """Recurrence rules have findings of their own, see `_tell_rule`."""
    return "" if is_plain(line.value) else "eine Wiederholungsregel nach RFC 5545"


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
    **MORE_CHECKS,
}


DEPENDENT: Final = frozenset({"RRULE", "EXDATE"})
"""Properties that must be of the same sort (day or time) as the begin."""

_USUAL_STAMP: Final = re.compile(
    r"(?!0000)[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z?"
).fullmatch
_WITH_TIME: Final = re.compile(r"[0-9]{8}T").match
_WITH_COLON: Final = re.compile(r"[^:]*:").match
# Looks that tell at once that a value is sound.
_LOOKS: Final[dict[str, Callable[[str], object]]] = {
    "DTSTART": _WITH_TIME,
    "DTEND": _WITH_TIME,
    "DUE": _WITH_TIME,
    "RECURRENCE-ID": _WITH_TIME,
    "DTSTAMP": _USUAL_STAMP,
    "CREATED": _USUAL_STAMP,
    "LAST-MODIFIED": _USUAL_STAMP,
    "ATTENDEE": _WITH_COLON,
    "ORGANIZER": _WITH_COLON,
    **MORE_LOOKS,
}


def _is_unknown(_value: str) -> bool:
    return False


def check_of(head: Head) -> tuple[Callable[[str], object], Callable[[str, bool | None, CalendarScope], bool]] | None:
    """What `check_component` does for lines with this head; ``None`` where nothing can be wrong.

    Returns:
        A quick look that tells by a value alone that it is sound, and the whole check, which is given the value,
        whether the component begins with a day (``None`` if unknown), and the scope.
    """
    check = _CHECKS.get(head.name)
    if check is None or (check is _time and head.param("VALUE").upper() == "DATE" and not head.param("TZID")):
        return None
    dependent = head.name in DEPENDENT

    def whole(value: str, start_is_date: bool | None, scope: CalendarScope) -> bool:
        line = ContentLine(head, value)
        return not check(line, scope) and not (dependent and start_is_date is not None and _fits(line, start_is_date))

    return _LOOKS.get(head.name, _is_unknown), whole


def _tell_rule(line: ContentLine, start: datetime | None, scope: CalendarScope) -> bool:
    """Add the finding about a recurrence rule; tell whether there is one."""
    if is_plain(line.value):
        return False
    finding = check_rule(f"{line.name}:{line.value}", start=start, number=line.number or None)
    if finding is not None:
        scope.notes.add(finding)
    return finding is not None


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
            if check is _rule:
                if _tell_rule(line, moment.wall if moment is not None and part is component else None, scope):
                    continue
                expected = ""
            else:
                expected = check(line, scope)
            if not expected and start_is_date is not None and line[0].name in DEPENDENT:
                expected = _fits(line, start_is_date)
            if expected:
                scope.not_understood(line, expected)
