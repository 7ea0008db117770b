"""What RFC 5545 demands of calendars beyond single values: what must be there, what only once, what not together.

Nothing is changed and nothing left out because of these rules: they tell what other programs may stumble over. What is
merely missing is told once for a file (*info*); what contradicts itself is told each time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from koschuso.interchange.calendar_values import read_duration, read_moment
from koschuso.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from koschuso.interchange.component import Component
    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.ical.scope import CalendarScope

__all__ = ["MORE_CHECKS", "MORE_LOOKS", "check_calendar", "check_structure", "is_well_formed"]

_ONCE: Final = frozenset(
    {
        "CLASS", "COLOR", "COMPLETED", "CREATED", "DTEND", "DTSTAMP", "DTSTART", "DUE", "DURATION", "GEO", "LAST-MODIFIED",
        "ORGANIZER", "PERCENT-COMPLETE", "PRIORITY", "RECURRENCE-ID", "SEQUENCE", "STATUS", "SUMMARY", "TRANSP", "UID", "URL",
    }
)  # fmt: skip
_ONCE_IN: Final = {
    "VALARM": frozenset({"ACTION", "TRIGGER", "DURATION", "REPEAT"}),
    "VTIMEZONE": frozenset({"TZID", "LAST-MODIFIED", "TZURL"}),
    "STANDARD": frozenset({"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"}),
    "DAYLIGHT": frozenset({"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"}),
    "VEVENT": _ONCE,
    "VTODO": _ONCE,
    "VJOURNAL": _ONCE - {"DTEND", "DUE"},
    "VFREEBUSY": frozenset({"DTSTART", "DTEND", "DTSTAMP", "UID", "ORGANIZER", "URL"}),
}
_NEEDED: Final = {
    "VALARM": ("ACTION", "TRIGGER"),
    "STANDARD": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
    "DAYLIGHT": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
}
_ZONE_PARTS: Final = frozenset({"STANDARD", "DAYLIGHT"})
_CALENDAR_ONCE: Final = frozenset({"VERSION", "PRODID", "CALSCALE", "METHOD"})
_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII).fullmatch
_GEO: Final = re.compile(
    r"\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*\\?[;,]\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*", re.ASCII
).fullmatch
_STATUS_CODE: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,2}\s*;.*", re.ASCII | re.DOTALL).fullmatch
_MOST_LATITUDE, _MOST_LONGITUDE = 90, 180
_MOST_PRIORITY, _MOST_PERCENT = 9, 100


# -- values of properties that koschuso only keeps -----------------------------------------------------------------------


def _transparency(line: ContentLine, _scope: CalendarScope) -> str:
    return "" if line.value.strip().upper() in {"OPAQUE", "TRANSPARENT"} else "OPAQUE oder TRANSPARENT"


def _between(most: int) -> Callable[[ContentLine, CalendarScope], str]:
    def _check(line: ContentLine, _scope: CalendarScope) -> str:
        value = line.value.strip()
        return "" if _NUMBER(value) and int(value) <= most else f"eine Zahl von 0 bis {most}"

    return _check


def _place(line: ContentLine, _scope: CalendarScope) -> str:
    match = _GEO(line.value)
    sound = match and abs(float(match[1])) <= _MOST_LATITUDE and abs(float(match[2])) <= _MOST_LONGITUDE
    return "" if sound else "Breite und Länge wie 51.5711;8.1060"


def _periods(line: ContentLine, _scope: CalendarScope) -> str:
    for period in line.value.split(","):
        start, _, end = period.partition("/")
        if read_moment(start) is None or (read_moment(end) is None and read_duration(end) is None):
            return "Zeiträume wie 20251015T080000Z/PT1H"
    return ""


def _answer(line: ContentLine, _scope: CalendarScope) -> str:
    return "" if _STATUS_CODE(line.value) else "eine Statusmeldung wie 2.0;Erledigt"


def _moment(line: ContentLine, _scope: CalendarScope) -> str:
    return "" if read_moment(line.value) is not None else "ein Zeitpunkt wie 20251015T093000Z"


MORE_CHECKS: Final[dict[str, Callable[[ContentLine, CalendarScope], str]]] = {
    "TRANSP": _transparency,
    "PRIORITY": _between(_MOST_PRIORITY),
    "REPEAT": _between(999_999_999),
    "GEO": _place,
    "FREEBUSY": _periods,
    "REQUEST-STATUS": _answer,
    "ACKNOWLEDGED": _moment,
    "TZUNTIL": _moment,
}
"""For further properties what `koschuso.interchange.ical.checks` asks: what would be expected, empty if it is sound."""

MORE_LOOKS: Final[dict[str, Callable[[str], object]]] = {
    "TRANSP": frozenset({"OPAQUE", "TRANSPARENT"}).__contains__,
    "PRIORITY": frozenset("0123456789").__contains__,
}
"""Looks that tell by a value alone that it is sound."""


# -- what belongs together ---------------------------------------------------------------------------------------------


class _Problem(NamedTuple):
    """What is wrong with the properties of one component.

    Attributes:
        rule: Key of the rule.
        names: The properties.
        severity: How much it matters; what is merely missing is told once for a file.
    """

    rule: str
    names: tuple[str, ...]
    severity: Severity = Severity.WARNING


_SENTENCES: Final = {
    "ical.nicht_zusammen": "{first} und {second} stehen ab Zeile {line} nebeneinander, obwohl nur eines davon gelten kann; "
    "es gilt {first}, beide bleiben unverändert erhalten.",
    "ical.mehrfach": "{first} steht in Zeile {line} noch einmal, obwohl es nur einmal vorkommen darf; es gilt die erste "
    "Angabe, die weitere bleibt unverändert erhalten.",
    "ical.angabe_fehlt": "Dem Bestandteil {kind} ab Zeile {line} fehlt {first}; andere Programme können ihn verwerfen.",
    "ical.zone_leer": "Die Zeitzone ab Zeile {line} sagt nicht, wie spät es ist (STANDARD und DAYLIGHT fehlen).",
    "ical.ohne_stempel": "Der Eintrag ab Zeile {line} nennt nicht, wann er zuletzt geändert wurde (DTSTAMP). Gleiches bei "
    "anderen Einträgen der Datei wird nicht noch einmal genannt.",
    "ical.erinnerung_unvollstaendig": "Die Erinnerung ab Zeile {line} nennt nur eines von DURATION und REPEAT; sie gehören "
    "zusammen.",
}


def _problems(kind: str, names: Sequence[str], inside: Sequence[str]) -> Iterator[_Problem]:
    """What is wrong with a component of that kind, with properties of these names and such components inside."""
    there = frozenset(names)
    if kind in {"VEVENT", "VTODO"}:
        other = "DTEND" if kind == "VEVENT" else "DUE"
        if other in there and "DURATION" in there:
            yield _Problem("ical.nicht_zusammen", (other, "DURATION"))
        if "DTSTAMP" not in there:
            yield _Problem("ical.ohne_stempel", ("DTSTAMP",), Severity.INFO)
    elif kind == "VALARM" and ("REPEAT" in there) != ("DURATION" in there):
        yield _Problem("ical.erinnerung_unvollstaendig", ("DURATION", "REPEAT"), Severity.INFO)
    elif kind == "VTIMEZONE" and not _ZONE_PARTS.intersection(inside):
        yield _Problem("ical.zone_leer", ("STANDARD",))
    for name in _NEEDED.get(kind, ()):
        if name not in there:
            yield _Problem("ical.angabe_fehlt", (name,))
    once = _ONCE_IN.get(kind)
    if once and len(there) < len(names):
        yield from (
            _Problem("ical.mehrfach", (name,))
            for name in dict.fromkeys(names)
            if name in once and names.count(name) > 1
        )


def is_well_formed(parts: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> bool:
    """Whether nothing contradicts itself in components given by kind, names of their properties, and kinds inside."""
    return not any(
        problem.severity is not Severity.INFO
        for kind, names, inside in parts
        for problem in _problems(kind, names, inside)
    )


def check_structure(
    component: Component, scope: CalendarScope, told_already: Callable[[str], object] | None = None
) -> None:
    """Add findings about what a component and those inside lack, have twice, or must not have together.

    Args:
        component: The component.
        scope: Takes the findings.
        told_already: Tells whether a property that stands there twice has been told elsewhere.
    """
    for part in component.walk():
        if part.name in _ZONE_PARTS:
            _check_onset(part, scope)
        names = [line[0].name for line in part.lines]
        for problem in _problems(part.name, names, [child.name for child in part.children]):
            repeated = problem.rule == "ical.mehrfach"
            if repeated and part is component and told_already is not None and told_already(problem.names[0]):
                continue
            if problem.severity is Severity.INFO and scope.notes.has(problem.rule):
                continue
            number = part.number
            if repeated:
                number = [line[2] for line in part.lines if line[0].name == problem.names[0]][1]
            elif problem.rule == "ical.nicht_zusammen":
                number = next(line[2] for line in part.lines if line[0].name == problem.names[1])
            _note(scope, problem, part.name, number)


def _check_onset(part: Component, scope: CalendarScope) -> None:
    """The begin of a part of a zone is a time (RFC 5545, 3.6.5)."""
    start = part.first("DTSTART")
    moment = None if start is None else read_moment(start.value)
    if start is not None and moment is not None and moment.is_date:
        scope.not_understood(start, "ein Zeitpunkt mit Uhrzeit wie 19961027T030000")


def check_calendar(lines: Sequence[ContentLine], number: int, scope: CalendarScope) -> None:
    """Add findings about the properties of a calendar itself.

    Args:
        lines: Its first properties, those before its first component.
        number: Line number where they begin.
        scope: Takes the findings.
    """
    names = [line[0].name for line in lines]
    missing = [name for name in ("VERSION", "PRODID") if name not in names]
    if missing and not scope.notes.has("ical.kalender_unvollstaendig"):
        scope.notes.add(
            Finding(
                rule="ical.kalender_unvollstaendig",
                message=f"Dem Kalender ab Zeile {number} {'fehlt' if len(missing) == 1 else 'fehlen'} {' und '.join(missing)}; andere Programme können ihn ablehnen.",
                severity=Severity.INFO,
                field=missing[0],
                line=number,
            )
        )
    seen: set[str] = set()
    for line in lines:
        name, value = line[0].name, line[1].strip().upper()
        if name in seen and name in _CALENDAR_ONCE:
            _note(scope, _Problem("ical.mehrfach", (name,)), "VCALENDAR", line[2])
        seen.add(name)
        if name == "VERSION" and value not in {"2.0", "1.0"}:
            scope.not_understood(line, "2.0")
        elif name == "CALSCALE" and value != "GREGORIAN":
            scope.not_understood(line, "GREGORIAN; andere Kalender werden als gregorianisch gelesen")


def _note(scope: CalendarScope, problem: _Problem, kind: str, number: int) -> None:
    first, second = problem.names[0], problem.names[-1]
    scope.notes.add(
        Finding(
            rule=problem.rule,
            message=_SENTENCES[problem.rule].format(first=first, second=second, kind=kind, line=number),
            severity=problem.severity,
            field=first,
            line=number or None,
        )
    )
