"""Rules that make other programs fail: told when a file is read, and never exported without a warning.

A single event that recurs every second makes calendar servers and libraries hang for minutes; koschuso keeps such a
line as it is and works it out within bounds (`koschuso.interchange.recurrence`), but whoever receives it may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange.contentline import LineParser
from koschuso.interchange.limits import MAX_COUNT, MAX_OCCURRENCES_PER_DAY, MAX_RECURRENCE_DATES
from koschuso.interchange.recurrence.expand import Budget, expand, may_match
from koschuso.interchange.recurrence.rule import Rule, read_rule
from koschuso.model import Event, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

__all__ = ["check_recurrence", "check_rule", "export_warnings", "is_plain"]

UNREADABLE: Final = "serie.regel_unlesbar"
EXCESSIVE: Final = "serie.regel_uebermaessig"
NEVER: Final = "serie.regel_trifft_nie"
CALENDAR: Final = "serie.regel_kalender"
TOO_MANY_DATES: Final = "serie.zu_viele_termine"

_TRIED_YEARS: Final = 41  # the weekdays of dates come again after 28 years, or 40 around 2100
_TRIED_STEPS: Final = 20_000
_DATES: Final = ("RDATE", "EXDATE")


def check_rule(line: str, *, start: datetime | None = None, number: int | None = None) -> Finding | None:
    """Look at an RRULE or EXRULE without expanding it.

    Args:
        line: The whole line, such as ``"RRULE:FREQ=DAILY"``, or only its value.
        start: DTSTART as wall time, for rules that depend on it.
        number: Line number in the file.

    Returns:
        A finding when the rule cannot be read, never occurs, or is such that other programs are known to stop
        answering; ``None`` for a sound one. The line is kept as it is in any case.

    >>> check_rule("RRULE:FREQ=WEEKLY;BYDAY=MO"), check_rule("RRULE:FREQ=SECONDLY").rule
    (None, 'serie.regel_uebermaessig')
    """
    name, value = _parted(line)
    rule = read_rule(value)
    if isinstance(rule, str):
        told = f"lässt sich nicht auswerten: {rule}. Sie bleibt unverändert erhalten"
        return _finding(UNREADABLE, told, name, value, number)
    if rule.calendar != "GREGORIAN":
        told = "folgt einem anderen als dem gregorianischen Kalender und wird nicht ausgewertet, bleibt aber erhalten"
        return attrs.evolve(_finding(CALENDAR, told, name, value, number), severity=Severity.INFO)
    if start is not None and not _occurs(rule, start):
        return _finding(NEVER, "trifft auf keinen Tag zu (etwa den 30. Februar)", name, value, number)
    why = _excess(rule, start)
    if why:
        told = (
            f"{why}. koschuso wertet sie nur in Grenzen aus; andere Kalenderprogramme und Server können daran "
            "hängen bleiben. Bitte geben Sie den Termin so nicht weiter"
        )
        return _finding(EXCESSIVE, told, name, value, number)
    return None


def is_plain(value: str) -> bool:
    """Whether a rule is sound at a glance, whatever the begin of its event is; `check_rule` looks at the others.

    >>> is_plain("FREQ=WEEKLY;BYDAY=MO"), is_plain("FREQ=HOURLY;UNTIL=20251231")
    (True, False)
    """
    rule = read_rule(value)
    if isinstance(rule, str) or rule.calendar != "GREGORIAN" or rule.is_subdaily:
        return False
    if rule.times_per_day > MAX_OCCURRENCES_PER_DAY or (rule.count is not None and rule.count > MAX_COUNT):
        return False
    parts = sum(map(bool, (rule.month_days, rule.year_days, rule.weeks, rule.days)))
    return not rule.months or rule.frequency != "YEARLY" if not parts else parts == 1 and not rule.month_days


def check_recurrence(lines: Sequence[str], *, start: datetime | None = None) -> tuple[Finding, ...]:
    """Look at all recurrence lines of an event; see `check_rule`."""
    found = []
    dates = 0
    for line in lines:
        name, value = _parted(line)
        if name in _DATES:
            dates += value.count(",") + 1
        else:
            finding = check_rule(line, start=start)
            if finding is not None:
                found.append(finding)
    if dates > MAX_RECURRENCE_DATES:
        told = f"Ein Termin nennt {dates} einzelne Wiederholungen und Ausnahmen; ausgewertet werden {MAX_RECURRENCE_DATES}."
        found.append(Finding(rule=TOO_MANY_DATES, message=told, field="RDATE"))
    return tuple(found)


def export_warnings(events: Iterable[Event]) -> tuple[Finding, ...]:
    """Warn of the events whose recurrence other programs are known to choke on, before they are given away.

    >>> from datetime import date
    >>> from koschuso.model import TimeSpan
    >>> event = Event(id="1", title="x", span=TimeSpan.days(date(2025, 1, 1)), recurrence=("RRULE:FREQ=SECONDLY",))
    >>> [(finding.rule, finding.id) for finding in export_warnings([event])]
    [('serie.regel_uebermaessig', '1')]
    """
    found = []
    for event in events:
        if not event.recurrence:
            continue
        start = event.span.begin if event.span is not None else None
        found += [
            attrs.evolve(finding, kind=Event.KIND, id=event.id)
            for finding in check_recurrence(event.recurrence, start=start)
        ]
    return tuple(found)


def _occurs(rule: Rule, start: datetime) -> bool:
    """Whether the rule gives any moment; rules that combine several sorts of days are tried for some decades."""
    if not may_match(rule, start):
        return False
    parts = (rule.months, rule.month_days, rule.year_days, rule.weeks, rule.days)
    if rule.is_subdaily or sum(map(bool, parts)) < 2 + bool(rule.months) or rule.until is not None:
        return True
    budget = Budget(_TRIED_STEPS)
    last = start.replace(year=min(start.year + _TRIED_YEARS, 9999), day=min(start.day, 28))
    return next(expand(rule, start, budget, last=last), None) is not None or budget.left < 0


def _excess(rule: Rule, start: datetime | None) -> str:
    if rule.count is not None:
        return f"verlangt mehr als {MAX_COUNT:,} Wiederholungen".replace(",", ".") if rule.count > MAX_COUNT else ""
    many = rule.times_per_day > MAX_OCCURRENCES_PER_DAY
    if rule.until is not None and start is not None:
        days = max((rule.until.wall - start).days, 0) + 1
        if days * rule.times_per_day <= MAX_COUNT:
            return ""
        return f"verlangt mehr als {MAX_COUNT:,} Wiederholungen".replace(",", ".") if rule.is_subdaily or many else ""
    if many:
        return f"wiederholt den Termin öfter als {MAX_OCCURRENCES_PER_DAY}-mal am Tag" + (
            "" if rule.until is not None else " und ohne Ende"
        )
    return "wiederholt den Termin stündlich ohne Ende" if rule.is_subdaily and rule.is_endless else ""


def _parted(line: str) -> tuple[str, str]:
    if ":" not in line:
        return "RRULE", line
    parsed = LineParser().line(line)
    return parsed.name, parsed.value


def _finding(rule: str, told: str, name: str, value: str, number: int | None) -> Finding:
    where = f" in Zeile {number}" if number else ""
    return Finding(
        rule=rule,
        message=f"Die Wiederholungsregel{where} {told}.",
        field=name,
        value=value,
        line=number,
    )
