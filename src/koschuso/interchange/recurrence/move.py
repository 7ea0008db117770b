"""Moves a recurring event to another time, so that its exceptions still are exceptions of the same occurrences.

RECURRENCE-ID and EXDATE name an occurrence by the time at which the rule puts it (RFC 5545, 3.8.4.4 and 3.8.5.1). When
the series moves from Wednesday 9:00 to Thursday 10:00, all of them must move as well: otherwise a date that was called
off comes back, and an exception stands beside the date that it replaced.

    moved = move_series(event, exceptions, by=timedelta(days=1, hours=1))
    moved.event, moved.exceptions, moved.findings
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import attrs

from koschuso.errors import Refused, WrongUse
from koschuso.interchange.calendar_values import read_moment, write_date, write_moment
from koschuso.interchange.contentline import LineParser, format_line
from koschuso.interchange.recurrence.clock import SeriesClock
from koschuso.interchange.recurrence.rule import WEEKDAYS, Rule, read_rule
from koschuso.interchange.zones.names import is_iana
from koschuso.model import Event, Finding, Severity, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.interchange.contentline import ContentLine

__all__ = ["MovedSeries", "move_series"]

RULE_STAYS: Final = "serie.regel_passt_nicht"

_UTC: Final = "UTC"
_WEEK: Final = 7


@attrs.frozen(kw_only=True)
class MovedSeries:
    """A series after its move.

    Attributes:
        event: The recurring event.
        exceptions: Its exceptions, in the order in which they were given; they name the moved occurrences. Those that
            took place when the series said so move with it, those that had a time of their own keep it.
        findings: Parts of the rule that somebody has to look at.
    """

    event: Event
    exceptions: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()


def move_series(
    event: Event, exceptions: Iterable[Event] = (), *, by: timedelta | None = None, to: TimeSpan | None = None
) -> MovedSeries:
    """Move a recurring event with everything that names its occurrences.

    Args:
        event: The recurring event.
        exceptions: Its exceptions.
        by: How far on the clock; negative moves it forward.
        to: Or the new time of its first occurrence, perhaps of another length or in another zone.

    Raises:
        WrongUse: Neither or both of ``by`` and ``to`` are given.
        Refused: The event has no time, or would become all-day or stop being so.

    Examples:
        >>> from datetime import datetime, timedelta
        >>> from koschuso.interchange.recurrence import occurrences
        >>> circle = Event(id="qz", title="QZ", span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=2),
        ...     recurrence=("RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=3", "EXDATE;TZID=Europe/Berlin:20251022T090000"))
        >>> moved = move_series(circle, by=timedelta(days=1, hours=1)).event
        >>> moved.recurrence
        ('RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3', 'EXDATE;TZID=Europe/Berlin:20251023T100000')
        >>> [str(occurrence.span) for occurrence in occurrences(moved).items]
        ['16.10.2025, 10:00–12:00 Uhr', '30.10.2025, 10:00–12:00 Uhr']
    """
    if (by is None) == (to is None):
        raise WrongUse("Geben Sie an, um wie viel die Serie verschoben wird (by) oder wohin (to), nicht beides.")
    old = event.span
    if old is None:
        raise Refused("Der Termin hat keine Zeit und lässt sich nicht verschieben.")
    new = (
        to
        if to is not None
        else attrs.evolve(old, begin=old.begin + (by or timedelta()), end=old.end + (by or timedelta()))
    )
    if new.all_day != old.all_day:
        raise Refused(
            "Eine Serie mit Uhrzeiten kann nicht ganztägig werden und umgekehrt; legen Sie dafür eine neue an."
        )
    move = _Move(event, old, new)
    recurrence = tuple(move.line(text) for text in event.recurrence)
    moved = tuple(move.exception(exception) for exception in exceptions)
    return MovedSeries(
        event=attrs.evolve(event, span=new, recurrence=recurrence), exceptions=moved, findings=tuple(move.findings)
    )


class _Move:
    """The moving of one series."""

    def __init__(self, event: Event, old: TimeSpan, new: TimeSpan) -> None:
        self.event = event
        self.old, self.new = old, new
        self.clock = SeriesClock(old, event.foreign)
        self.by = new.begin - old.begin
        self.days = (new.begin.date() - old.begin.date()).days
        self.parser = LineParser()
        self.findings: list[Finding] = []

    def line(self, text: str) -> str:
        """A line of `Event.recurrence` or a RECURRENCE-ID for the moved series; what cannot be read stays."""
        line = self.parser.line(text)
        if line.name in {"RRULE", "EXRULE"}:
            return self._rule(line)
        if line.name not in {"RDATE", "EXDATE", "RECURRENCE-ID"}:
            return text
        tzid = line.param("TZID")
        found = [self._value(value, tzid) for value in line.value.split(",")]
        if None in found:
            return text
        values = [value for value in found if value is not None]
        params = {key: values_ for key, values_ in line.head.pairs if key.upper() != "TZID"}
        if self.new.zone not in {None, _UTC} and any("T" in value and not value.endswith("Z") for value in values):
            params["TZID"] = (self.new.zone or "",)
        return format_line(line.head.group, line.name, params, ",".join(values))

    def exception(self, exception: Event) -> Event:
        """An exception of the moved series."""
        at = self.line(exception.occurrence_at)
        span = exception.span
        line = self.parser.line(exception.occurrence_at)
        moment = read_moment(line.value)
        if span is not None and moment is not None and span.zone == self.old.zone:
            before = self.clock.wall(moment, line.param("TZID"))
            if span.begin == before and span.end == self.clock.lasting(before, self.old):
                begin = span.begin + self.by
                span = attrs.evolve(self.new, begin=begin, end=SeriesClock(self.new).lasting(begin, self.new))
        return attrs.evolve(exception, occurrence_at=at, span=span)

    def _value(self, value: str, tzid: str) -> str | None:
        start, slash, end = value.strip().partition("/")
        moved = self._moment(start, tzid)
        if not slash or moved is None:
            return moved
        until = end if end.lstrip("+-").upper().startswith("P") else self._moment(end, tzid)
        return None if until is None else f"{moved}/{until}"

    def _moment(self, value: str, tzid: str) -> str | None:
        moment = read_moment(value)
        if moment is None:
            return None
        try:
            if moment.is_date:
                return write_date(moment.wall + timedelta(days=self.days))
            wall = self.clock.wall(moment, tzid) + self.by
        except OverflowError:
            return None
        if not moment.is_utc and self.new.zone != _UTC:
            return write_moment(wall)
        zone = self.new.zone
        if zone is not None and zone != _UTC and is_iana(zone):
            wall = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
        return f"{write_moment(wall)}Z"

    # -- rules ---------------------------------------------------------------------------------------------------------

    def _rule(self, line: ContentLine) -> str:
        rule = read_rule(line.value)
        if isinstance(rule, str):
            self._tell(line)
            return line.text
        parts = []
        for part in line.value.split(";"):
            name, _, value = part.partition("=")
            parts.append(f"{name}={self._part(name.strip().upper(), value, rule)}")
        if not self._fits(rule):
            self._tell(line)
        return f"{line.head.text}:{';'.join(parts)}"

    def _part(self, name: str, value: str, rule: Rule) -> str:
        if name == "UNTIL":
            return self._moment(value, "") or value
        if name == "BYDAY" and rule.frequency == "WEEKLY" and self.days:
            return ",".join(WEEKDAYS[(day + self.days) % _WEEK] for _, day in rule.days)
        if name == "WKST" and self.days:
            return WEEKDAYS[(rule.week_start + self.days) % _WEEK]
        times = {
            "BYHOUR": (rule.hours, self.old.begin.hour, self.new.begin.hour),
            "BYMINUTE": (rule.minutes, self.old.begin.minute, self.new.begin.minute),
        }
        if name in times:
            listed, before, now = times[name]
            return str(now) if listed == (before,) else value
        if name == "BYMONTHDAY" and self._follows(rule, value):
            return str(self.new.begin.day)
        return value

    def _follows(self, rule: Rule, value: str) -> bool:
        """Whether the day of the month is that of the begin, and stays in the same month."""
        same_month = (self.old.begin.year, self.old.begin.month) == (self.new.begin.year, self.new.begin.month)
        return same_month and value.strip() == str(self.old.begin.day) and len(rule.month_days) == 1

    def _fits(self, rule: Rule) -> bool:
        """Whether the rule gives the moved occurrences once its parts are put right."""
        if len(rule.hours) > 1 or len(rule.minutes) > 1:
            return not self.by % timedelta(days=1)
        if not self.days or rule.frequency in {"DAILY", "WEEKLY"}:
            return not (rule.months and self.days)
        if rule.year_days or rule.weeks or rule.days or rule.positions:
            return False
        if rule.months and self.old.begin.month != self.new.begin.month:
            return False
        same_month = (self.old.begin.year, self.old.begin.month) == (self.new.begin.year, self.new.begin.month)
        return same_month and rule.month_days in {(), (self.old.begin.day,)}

    def _tell(self, line: ContentLine) -> None:
        self.findings.append(
            Finding(
                rule=RULE_STAYS,
                message="Die Wiederholungsregel hängt von bestimmten Tagen oder Uhrzeiten ab und lässt sich nicht einfach "
                "verschieben. Bitte prüfen Sie, ob die folgenden Termine stimmen.",
                severity=Severity.WARNING,
                kind=Event.KIND,
                id=self.event.id,
                field=line.name,
                value=line.value[:200],
            )
        )
