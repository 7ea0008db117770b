"""When a recurring event takes place: its rules, single dates and exceptions worked out, within bounds.

    found = occurrences(event, exceptions, begin=datetime(2025, 10, 1), end=datetime(2026, 1, 1))
    for occurrence in found.items:
        occurrence.span, occurrence.event.title, occurrence.cancelled

The event holds its RRULE, RDATE, EXDATE and EXRULE lines as they were read (`Event.recurrence`); its exceptions are
events of their own with `Event.occurrence_of` and `Event.occurrence_at`. Series that the office plans itself are not
this: `koschuso.planning` makes one event of each of their dates.

What holds (RFC 5545, 3.3.10 and 3.8.5):

* the begin of the event is an occurrence, also where its rule does not hit it; COUNT counts what the rule gives;
* a series keeps its time on the clock when the clocks change; a time that does not exist that day is left out, and each
  occurrence lasts as long as the first one;
* EXDATE wins over everything, also over an exception; a DATE in it excludes the whole day;
* an exception takes the place of its occurrence also where the series has none there; with RANGE=THISANDFUTURE it moves
  all later ones by as much; of two for the same occurrence the one with the higher SEQUENCE counts;
* what cannot be read excludes and adds nothing and is a finding.

Work is bounded by `limits.MAX_OCCURRENCES`, `MAX_RECURRENCE_STEPS` and `MAX_RECURRENCE_DATES`: an answer may be
incomplete, never late.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from heapq import merge
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import attrs

from koschuso.errors import InvalidRecord
from koschuso.interchange.calendar_values import Moment, read_duration, read_moment
from koschuso.interchange.contentline import LineParser
from koschuso.interchange.limits import MAX_OCCURRENCES, MAX_RECURRENCE_DATES, MAX_RECURRENCE_STEPS
from koschuso.interchange.recurrence.check import TOO_MANY_DATES, UNREADABLE, check_rule
from koschuso.interchange.recurrence.clock import SeriesClock
from koschuso.interchange.recurrence.expand import Budget, expand
from koschuso.interchange.recurrence.rule import Rule, read_rule
from koschuso.model import BERLIN, Event, EventStatus, Finding, Severity, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.interchange.contentline import ContentLine

__all__ = ["Occurrence", "Occurrences", "occurrences"]

LIMITED: Final = "serie.begrenzt"
WITHOUT_TIME: Final = "serie.ohne_zeit"

_UTC: Final = "UTC"
_FIRST, _LAST = datetime(1900, 1, 1), datetime(2200, 12, 31)
_NOTHING, _HOUR = timedelta(), timedelta(hours=1)
_BUILDING: Final = 4  # steps that it takes to make an occurrence


@attrs.frozen(kw_only=True)
class Occurrence:
    """One occurrence of a series.

    Attributes:
        span: When it takes place.
        event: The event that says what takes place: the series itself, or the exception.
        at: Which occurrence of the series it is: its begin by the rules, on the clock of the series.
    """

    span: TimeSpan
    event: Event
    at: datetime

    @property
    def cancelled(self) -> bool:
        """Whether it is called off."""
        return self.event.status in {EventStatus.ABGESAGT, EventStatus.VERSCHOBEN}

    @property
    def is_exception(self) -> bool:
        """Whether something about it is other than the series says."""
        return bool(self.event.occurrence_at)


@attrs.frozen(kw_only=True)
class Occurrences:
    """What was worked out.

    Attributes:
        items: The occurrences in the order of their begin; cancelled ones are among them.
        findings: What could not be read or was too much.
        complete: Whether these are all within the window.
    """

    items: tuple[Occurrence, ...] = ()
    findings: tuple[Finding, ...] = ()
    complete: bool = True


def occurrences(
    event: Event,
    exceptions: Iterable[Event] = (),
    *,
    begin: date | None = None,
    end: date | None = None,
    limit: int = MAX_OCCURRENCES,
) -> Occurrences:
    """Work out when an event takes place.

    Args:
        event: A recurring event; another one takes place once.
        exceptions: The events with its id in `Event.occurrence_of`; others are passed over.
        begin: Begin of the window, as clocks in NRW show it; ``None`` for no bound.
        end: End of the window, no longer part of it.
        limit: Most occurrences to give; at most `limits.MAX_OCCURRENCES`.

    Examples:
        >>> circle = Event(id="qz", title="Qualitätszirkel", recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",
        ...     "EXDATE;TZID=Europe/Berlin:20251022T090000"), span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=2))
        >>> moved = Event(id="qz-2", title="Qualitätszirkel", occurrence_of="qz",
        ...     occurrence_at="RECURRENCE-ID;TZID=Europe/Berlin:20251029T090000",
        ...     span=TimeSpan.at(datetime(2025, 10, 30, 14), hours=2))
        >>> [str(occurrence.span) for occurrence in occurrences(circle, [moved]).items]
        ['15.10.2025, 09:00–11:00 Uhr', '30.10.2025, 14:00–16:00 Uhr']
    """
    if event.span is None:
        finding = Finding(
            rule=WITHOUT_TIME,
            message="Der Termin hat keine Zeit und findet an keinem Tag statt.",
            severity=Severity.INFO,
        )
        return Occurrences(findings=(finding,))
    own = [exception for exception in exceptions if exception.occurrence_of == event.id and exception.span is not None]
    return _Series(event, event.span, own).within(_moment(begin), _moment(end), max(min(limit, MAX_OCCURRENCES), 0))


class _Series:
    """The working out of one series."""

    def __init__(self, event: Event, span: TimeSpan, exceptions: Sequence[Event]) -> None:
        self.event = event
        self.span = span
        self.clock = SeriesClock(span, event.foreign)
        self.budget = Budget(MAX_RECURRENCE_STEPS)
        self.findings: list[Finding] = []
        self.complete = True
        self.rules: list[Rule] = []
        self.excluding: list[Rule] = []
        self.dates: dict[datetime, TimeSpan | None] = {}  # RDATE, with a span of its own for a period
        self.excluded: set[datetime] = set()
        self.excluded_days: set[date] = set()
        self.parser = LineParser()
        self.dates_left = MAX_RECURRENCE_DATES
        for line in event.recurrence:
            self._take(self.parser.line(line))
        self.single: dict[datetime, Event] = {}
        self.following: list[tuple[datetime, timedelta, Event]] = []
        for exception in sorted(exceptions, key=lambda found: found.sequence):
            self._take_exception(exception)
        self.following.sort(key=lambda found: found[0])

    def _take(self, line: ContentLine) -> None:
        if line.name in {"RRULE", "EXRULE"}:
            finding = check_rule(line.text, start=self.span.begin)
            if finding is not None:
                self.findings.append(finding)
            rule = read_rule(line.value)
            if isinstance(rule, Rule) and rule.calendar == "GREGORIAN":
                (self.rules if line.name == "RRULE" else self.excluding).append(rule)
        elif line.name in {"RDATE", "EXDATE"}:
            self._take_dates(line)
        else:
            self._unreadable(line)  # longer than a line may be, or damaged

    def _take_dates(self, line: ContentLine) -> None:
        if not line.value.strip():
            return
        values = line.value.split(",", self.dates_left)
        if len(values) > self.dates_left:
            del values[self.dates_left :]
            self._limited(
                TOO_MANY_DATES, f"Von den einzelnen Terminen der Serie werden {MAX_RECURRENCE_DATES} ausgewertet."
            )
        self.dates_left -= len(values)
        tzid = line.param("TZID")
        for value in values:
            start, _, length = value.partition("/")
            moment = read_moment(start)
            if moment is None:
                self._unreadable(line)
                continue
            wall = self.clock.wall(moment, tzid)
            if line.name == "RDATE":
                self.dates.setdefault(self._timed(moment, wall), self._period(wall, length, tzid) if length else None)
            elif moment.is_date and not self.clock.all_day:
                self.excluded_days.add(wall.date())
            else:
                self.excluded.add(wall)

    def _timed(self, moment: Moment, wall: datetime) -> datetime:
        """A day stands for the usual time of that day."""
        return datetime.combine(wall.date(), self.span.begin.time()) if moment.is_date else wall

    def _period(self, begin: datetime, length: str, tzid: str) -> TimeSpan | None:
        moment = read_moment(length)
        if moment is not None:
            end = self.clock.wall(moment, tzid)
        else:
            duration = read_duration(length)
            if duration is None:
                return None
            try:
                end = begin + duration[0] + duration[1]
            except OverflowError:
                return None
        return self._span(begin, end)

    def _take_exception(self, exception: Event) -> None:
        line = self.parser.line(exception.occurrence_at)
        moment = read_moment(line.value)
        if moment is None or exception.span is None:
            self._unreadable(line)
            return
        clock = self._clock_of(exception)
        at = self._timed(moment, clock.wall(moment, line.param("TZID")))
        self.single[at] = exception
        if line.param("RANGE").upper() == "THISANDFUTURE":
            begin = clock.wall(
                Moment(exception.span.begin, is_date=exception.span.all_day, is_utc=exception.span.zone == _UTC),
                exception.span.zone or "",
            )
            self.following = [found for found in self.following if found[0] != at]
            self.following.append((at, begin - at, exception))

    def _clock_of(self, exception: Event) -> SeriesClock:
        """The clock of the series for an exception, which may have kept zones of its own."""
        kept = exception.foreign
        return SeriesClock(self.span, kept) if kept and kept[0] == "BEGIN:VTIMEZONE" else self.clock

    # -- working out ---------------------------------------------------------------------------------------------------

    def within(self, begin: datetime | None, end: datetime | None, limit: int) -> Occurrences:
        items = [
            Occurrence(span=exception.span, event=exception, at=at)
            for at, exception in self.single.items()
            if exception.span is not None and not self._is_excluded(at) and _overlaps(exception.span, begin, end)
        ]
        excluding = self._excluding(begin, end)
        taken = 0
        for at, span in self._starts(begin, end):
            if at in self.single or self._is_excluded(at) or at in excluding:
                continue
            occurrence = self._occurrence(at, span)
            if occurrence is None or not _overlaps(occurrence.span, begin, end):
                continue
            if taken >= limit:
                self.complete = False
                if limit == MAX_OCCURRENCES:
                    self._limited(LIMITED, f"Mehr als {limit} Termine der Serie werden nicht auf einmal ausgewertet.")
                break
            items.append(occurrence)
            taken += 1
        if self.budget.left < 0:
            self._limited(LIMITED, "Die Serie ist so aufwendig, dass sie nur zum Teil ausgewertet wurde.")
        items.sort(key=lambda item: (item.span.local_begin, item.at))
        if len(items) > limit:
            self.complete = False
            del items[limit:]
        return Occurrences(items=tuple(items), findings=tuple(self.findings), complete=self.complete)

    def _starts(self, begin: datetime | None, end: datetime | None) -> Iterator[tuple[datetime, TimeSpan | None]]:
        """The begins by the rules and single dates, in order and each once."""
        not_before, last = self._bounds(begin, end)
        start = self.span.begin
        sources: list[Iterable[datetime]] = [[start] if not_before is None or start >= not_before else []]
        sources.append(sorted(self.dates))
        sources += [
            expand(
                rule, start, self.budget, not_before=not_before, last=self._last(rule, last), exists=self.clock.exists
            )
            for rule in self.rules
        ]
        before: datetime | None = None
        for at in merge(*sources):
            if at != before:
                yield at, self.dates.get(at)
            before = at

    def _excluding(self, begin: datetime | None, end: datetime | None) -> set[datetime]:
        """What EXRULE excludes within the window."""
        not_before, last = self._bounds(begin, end)
        found: set[datetime] = set()
        for rule in self.excluding:
            found.update(expand(rule, self.span.begin, self.budget, not_before=not_before, last=self._last(rule, last)))
        return found

    def _bounds(self, begin: datetime | None, end: datetime | None) -> tuple[datetime | None, datetime]:
        """The window on the clock of the series, wide enough for lengths, shifts and the hour that clocks change by."""
        shifts = [shift for _, shift, _ in self.following]
        spans = [self.span, *(found.span for _, _, found in self.following if found.span is not None)]
        longest = max(_NOTHING, *(span.end - span.begin for span in spans))
        last = _LAST
        if end is not None:
            last = min(_moved(self.clock.here(end), _HOUR - min(shifts, default=_NOTHING)), _LAST)
        if begin is None:
            return None, last
        return _moved(self.clock.here(begin), -_HOUR - longest - max(shifts, default=_NOTHING)), last

    def _last(self, rule: Rule, last: datetime) -> datetime:
        if rule.until is None:
            return last
        until = self.clock.wall(rule.until)
        if rule.until.is_date and not self.clock.all_day:
            until = datetime.combine(until.date(), time.max)  # the whole of that day
        return min(until, last)

    def _is_excluded(self, at: datetime) -> bool:
        return at in self.excluded or (bool(self.excluded_days) and at.date() in self.excluded_days)

    def _occurrence(self, at: datetime, own: TimeSpan | None) -> Occurrence | None:
        self.budget.left -= _BUILDING
        event, begin, like = self.event, at, self.span
        for since, shift, exception in reversed(self.following):
            if since <= at:
                event, begin, like = exception, at + shift, exception.span or self.span
                break
        span = (
            own if own is not None and event is self.event else self._span(begin, self.clock.lasting(begin, like), like)
        )
        return None if span is None else Occurrence(span=span, event=event, at=at)

    def _span(self, begin: datetime, end: datetime, like: TimeSpan | None = None) -> TimeSpan | None:
        end_zone = like.end_zone if like is not None else None
        try:
            return TimeSpan(begin=begin, end=end, zone=self.span.zone, all_day=self.span.all_day, end_zone=end_zone)
        except InvalidRecord:
            return None  # behind the years that koschuso knows, or an end before its begin

    # -- findings ------------------------------------------------------------------------------------------------------

    def _unreadable(self, line: ContentLine) -> None:
        if any(finding.rule == UNREADABLE and finding.field == line.name for finding in self.findings):
            return
        self.findings.append(
            Finding(
                rule=UNREADABLE,
                message=f"Eine Angabe in {line.name} ist kein Zeitpunkt und wird nicht ausgewertet.",
                kind=Event.KIND,
                id=self.event.id,
                field=line.name,
                value=line.value[:200],
            )
        )

    def _limited(self, rule: str, message: str) -> None:
        self.complete = False
        if all(finding.rule != rule for finding in self.findings):
            self.findings.append(Finding(rule=rule, message=message, kind=Event.KIND, id=self.event.id))


def _moment(bound: date | None) -> datetime | None:
    if bound is None or isinstance(bound, datetime):
        if bound is not None and bound.tzinfo is not None:
            return bound.astimezone(ZoneInfo(BERLIN)).replace(tzinfo=None)
        return bound
    return datetime.combine(bound, time())


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return min(max(moment + by, _FIRST), _LAST)
    except OverflowError:
        return _FIRST if by < _NOTHING else _LAST


def _overlaps(span: TimeSpan, begin: datetime | None, end: datetime | None) -> bool:
    """Whether a span lies in a window; a point in time at its begin does."""
    if end is not None and span.local_begin >= end:
        return False
    if begin is None:
        return True
    return span.local_end > begin or (span.begin == span.end and span.local_begin >= begin)
