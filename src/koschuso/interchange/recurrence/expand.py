"""Which moments a recurrence rule gives (RFC 5545, 3.3.10), worked out lazily and within a measured amount of work.

Rules are expanded here and not by ``dateutil.rrule``, because a loop inside a library cannot be stopped: a rule that
never matches (30 February) keeps it busy for seconds, one that starts in 1601 by the minute for hours. Every step here
is paid for from a `Budget`; when that is used up, the expansion ends and says so. Tests compare what comes out with
dateutil. It differs where the RFC does:

* a wall time that does not exist because the clocks are put forward is left out (3.3.10);
* BYDAY=1MO,TU is the first Monday and every Tuesday; dateutil gives none (3.3.10);
* the first week of FREQ=WEEKLY with BYSETPOS is a whole week as every other one (3.3.10).

All times are wall times of the series: nothing here knows a zone.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from koschuso.interchange.recurrence.rule import Rule

__all__ = ["Budget", "expand", "may_match"]

_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_MONTHS: Final = 12
_LAST_YEAR: Final = 9999
_LEAP: Final = 3  # steps that it takes to go on by the clock
_STEPS: Final = {"SECONDLY": timedelta(seconds=1), "MINUTELY": timedelta(minutes=1), "HOURLY": timedelta(hours=1)}


class Budget:
    """How many steps may still be taken.

    Attributes:
        left: Steps that are left; negative when they were not enough.
    """

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> bool:
        """Take steps; False when there are none left."""
        self.left -= steps
        return self.left >= 0


def expand(
    rule: Rule,
    start: datetime,
    budget: Budget,
    *,
    not_before: datetime | None = None,
    last: datetime | None = None,
    exists: Callable[[datetime], bool] | None = None,
) -> Iterator[datetime]:
    """Give the moments of a rule in order, as far as the budget lasts.

    Args:
        rule: A sound rule of the Gregorian calendar.
        start: DTSTART as wall time.
        budget: Pays for the work; negative afterwards when it was not enough.
        not_before: Earlier moments are not wanted; rules without COUNT start there instead of at their begin.
        last: Later moments are not wanted.
        exists: Tells whether a wall time exists; what does not is neither given nor counted.

    >>> from koschuso.interchange.recurrence.rule import read_rule
    >>> rule = read_rule("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2")
    >>> [found.isoformat() for found in expand(rule, datetime(2025, 1, 31, 9), Budget(1000))]
    ['2025-01-31T09:00:00', '2025-02-28T09:00:00']
    """
    if not may_match(rule, start):
        return
    given = 0
    wanted = max(start, not_before) if rule.count is None and not_before is not None else start
    skip_to = not_before if rule.count is None and not_before is not None and not_before > start else None
    for moments in _Expansion(rule, start, budget).periods(skip_to, last):
        for moment in moments:
            if not budget.spend():
                return
            if moment < wanted or (exists is not None and not exists(moment)):
                continue
            if last is not None and moment > last:
                return
            if rule.count is not None:
                given += 1
                if given > rule.count:
                    return
            if not_before is None or moment >= not_before:
                yield moment


def may_match(rule: Rule, start: datetime) -> bool:
    """Whether there is a day at all on which the rule occurs; decided without expanding it.

    >>> from koschuso.interchange.recurrence.rule import read_rule
    >>> may_match(read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), datetime(2025, 1, 1))
    False
    """
    months = rule.months or (range(1, 13) if rule.frequency != "YEARLY" or rule.month_days else (start.month,))
    days = rule.month_days
    if not days and rule.frequency in {"YEARLY", "MONTHLY"} and not (rule.days or rule.year_days or rule.weeks):
        days = (start.day,)
    if rule.skip != "OMIT" and rule.frequency in {"YEARLY", "MONTHLY"}:
        return True
    return not days or any(
        day <= monthrange(2024, month)[1] and -day <= monthrange(2024, month)[1] for month in months for day in days
    )


class _Expansion:
    """The work on one rule."""

    def __init__(self, rule: Rule, start: datetime, budget: Budget) -> None:
        self.rule = rule
        self.start = start
        self.budget = budget
        frequency = rule.frequency
        self.months = frozenset(rule.months)
        self.month_days = rule.month_days
        self.weekdays = frozenset(day for number, day in rule.days if not number)
        self.numbered = tuple((number, day) for number, day in rule.days if number)
        if not (rule.weeks or rule.year_days or rule.month_days or rule.days):
            if frequency == "YEARLY":
                self.months = self.months or frozenset({start.month})
                self.month_days = (start.day,)
            elif frequency == "MONTHLY":
                self.month_days = (start.day,)
            elif frequency == "WEEKLY":
                self.weekdays = frozenset({start.weekday()})
        self.year_days = frozenset(rule.year_days)
        self.allowed_days: set[date] | None = None  # by BYWEEKNO or numbered BYDAY, of the period at hand
        self.hours = rule.hours or (start.hour,)
        self.minutes = rule.minutes or (start.minute,)
        self.seconds = rule.seconds or (start.second,)

    def periods(self, skip_to: datetime | None, last: datetime | None) -> Iterator[Iterator[datetime]]:
        """The moments of one period after the other."""
        if self.rule.is_subdaily:
            yield from self._by_clock(skip_to, last)
            return
        end = (last or datetime(_LAST_YEAR, 12, 31)).date()
        for first, found in self._by_days(skip_to):
            if first > end or not self.budget.spend():
                return
            days = found
            if skip_to is not None and not self.rule.positions:
                days = [day for day in found if day >= skip_to.date()]
            if days:
                yield self._at_times(days)

    # -- days ----------------------------------------------------------------------------------------------------------

    def _by_days(self, skip_to: datetime | None) -> Iterator[tuple[date, list[date]]]:
        """First day and matching days of each period."""
        rule, start = self.rule, self.start.date()
        target = skip_to.date() if skip_to is not None else start
        try:
            if rule.frequency == "YEARLY":
                skipped = max(target.year - start.year - 1, 0) // rule.interval
                for year in range(start.year + skipped * rule.interval, _LAST_YEAR + 1, rule.interval):
                    yield date(year, 1, 1), self._of_year(year)
            elif rule.frequency == "MONTHLY":
                month = start.year * _MONTHS + start.month - 1
                month += max(target.year * _MONTHS + target.month - 2 - month, 0) // rule.interval * rule.interval
                while month // _MONTHS <= _LAST_YEAR:
                    year, index = divmod(month, _MONTHS)
                    yield date(year, index + 1, 1), self._of_month(year, index + 1)
                    month += rule.interval
            elif rule.frequency == "WEEKLY":
                first = start - timedelta(days=(start.weekday() - rule.week_start) % _WEEK)
                step = rule.interval * _WEEK
                first += timedelta(days=max((target - first).days - _WEEK, 0) // step * step)
                while True:
                    yield first, self._fitting(first + timedelta(days=day) for day in range(_WEEK))
                    first += timedelta(days=step)
            else:
                day = start + timedelta(days=max((target - start).days, 0) // rule.interval * rule.interval)
                while True:
                    yield day, self._fitting((day,))
                    day += timedelta(days=rule.interval)
        except (OverflowError, ValueError):
            return  # behind the last day of the calendar

    def _of_year(self, year: int) -> list[date]:
        if self.rule.weeks:
            return self._fitting(self._of_weeks(year))
        if self.year_days:
            if self.numbered:
                ranges = [(month, monthrange(year, month)[1]) for month in self.months]
                self.allowed_days = (
                    set().union(
                        *(
                            self._numbered_in(date(year, month, 1), date(year, month, length))
                            for month, length in ranges
                        )
                    )
                    if ranges
                    else self._numbered_in(date(year, 1, 1), date(year, 12, 31))
                )
            length = 366 if monthrange(year, 2)[1] == 29 else 365  # noqa: PLR2004 - leap years
            first = date(year, 1, 1).toordinal()
            numbers = sorted({day if day > 0 else length + 1 + day for day in self.year_days if abs(day) <= length})
            return self._fitting(date.fromordinal(first + number - 1) for number in numbers)
        if self.numbered and not self.months:
            new_year, end = date(year, 1, 1), date(year, 12, 31)
            self.allowed_days = self._numbered_in(new_year, end)
            if not self.month_days:
                return self._fitting(sorted(self.allowed_days | self._plain_weekdays(new_year, end)))
        else:
            self.allowed_days = None
        return [
            day for month in sorted(self.months) or range(1, 13) for day in self._of_month(year, month, inside=True)
        ]

    def _of_month(self, year: int, month: int, *, inside: bool = False) -> list[date]:
        if self.months and month not in self.months:
            return []
        length = monthrange(year, month)[1]
        if self.numbered and not (inside and not self.months):
            self.allowed_days = self._numbered_in(date(year, month, 1), date(year, month, length))
        if not self.month_days:
            return self._fitting(date(year, month, day) for day in range(1, length + 1))
        found = {self._of_number(year, month, day, length) for day in self.month_days}
        return self._fitting(sorted(day for day in found if day is not None))

    def _of_number(self, year: int, month: int, day: int, length: int) -> date | None:
        number = day if day > 0 else length + 1 + day
        if 1 <= number <= length:
            return date(year, month, number)
        if day < 0 or self.rule.skip == "OMIT":
            return None
        last = date(year, month, length)
        return last if self.rule.skip == "BACKWARD" else last + _DAY

    def _of_weeks(self, year: int) -> list[date]:
        first = self._first_week(year)
        count = (self._first_week(year + 1) - first).days // _WEEK if year < _LAST_YEAR else 52
        days: set[date] = set()
        # days of the first and last week may lie in the years around; those that lie in this one count (as in dateutil)
        for week in self.rule.weeks:
            number = week if week > 0 else count + 1 + week
            if 1 <= number <= count:
                days.update(first + timedelta(days=(number - 1) * _WEEK + day) for day in range(_WEEK))
        if 1 in self.rule.weeks and year < _LAST_YEAR:
            days.update(self._first_week(year + 1) + timedelta(days=day) for day in range(_WEEK))
        before = (first - self._first_week(year - 1)).days // _WEEK if year > 1 else 52
        if {before, -before, -1}.intersection(self.rule.weeks):
            days.update(first - timedelta(days=_WEEK - day) for day in range(_WEEK))
        return sorted(day for day in days if day.year == year)

    def _first_week(self, year: int) -> date:
        """First day of the first week, that is the first one with at least four days in the year."""
        first = date(year, 1, 1)
        behind = (first.weekday() - self.rule.week_start) % _WEEK
        return first + timedelta(days=_WEEK - behind if behind > 3 else -behind)  # noqa: PLR2004 - four days

    def _numbered_in(self, first: date, last: date) -> set[date]:
        days: set[date] = set()
        for number, weekday in self.numbered:
            if number > 0:
                day = first.toordinal() + (weekday - first.weekday()) % _WEEK + (number - 1) * _WEEK
            else:
                day = last.toordinal() - (last.weekday() - weekday) % _WEEK + (number + 1) * _WEEK
            if first.toordinal() <= day <= last.toordinal():
                days.add(date.fromordinal(day))
        return days

    def _plain_weekdays(self, first: date, last: date) -> set[date]:
        if not self.weekdays:
            return set()
        days = (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))
        return {day for day in days if day.weekday() in self.weekdays}

    def _fitting(self, days: Iterable[date]) -> list[date]:
        """Those of the days that no part of the rule excludes."""
        found = []
        for day in days:
            self.budget.left -= 1
            if self._fits(day):
                found.append(day)
        return found

    def _fits(self, day: date) -> bool:
        if self.months and day.month not in self.months and self.rule.skip == "OMIT":
            return False
        if self.weekdays or self.numbered:
            by_number = self.allowed_days is not None and day in self.allowed_days
            if not by_number and day.weekday() not in self.weekdays:
                return False
        if self.month_days and self.rule.skip == "OMIT":
            length = monthrange(day.year, day.month)[1]
            if day.day not in self.month_days and day.day - length - 1 not in self.month_days:
                return False
        if self.year_days:
            number = day.timetuple().tm_yday
            length = 366 if monthrange(day.year, 2)[1] == 29 else 365  # noqa: PLR2004 - leap years
            if number not in self.year_days and number - length - 1 not in self.year_days:
                return False
        return True

    # -- times ---------------------------------------------------------------------------------------------------------

    def _at_times(self, days: Sequence[date]) -> Iterator[datetime]:
        """The moments of the days of one period, those that BYSETPOS takes."""
        hours, minutes, seconds = self.hours, self.minutes, self.seconds
        if not self.rule.positions:
            return (
                datetime.combine(day, time(hour, minute, second))
                for day in days
                for hour, minute, second in product(hours, minutes, seconds)
            )
        per_day = len(hours) * len(minutes) * len(seconds)
        taken = []
        for index in self._positions(len(days) * per_day):
            day, rest = divmod(index, per_day)
            hour, rest = divmod(rest, len(minutes) * len(seconds))
            minute, second = divmod(rest, len(seconds))
            taken.append(datetime.combine(days[day], time(hours[hour], minutes[minute], seconds[second])))
        return iter(taken)

    def _positions(self, size: int) -> list[int]:
        """Which of so many members BYSETPOS takes, without making them."""
        found = {position - 1 if position > 0 else size + position for position in self.rule.positions}
        return sorted(index for index in found if 0 <= index < size)

    def _by_clock(self, skip_to: datetime | None, last: datetime | None) -> Iterator[Iterator[datetime]]:
        """Periods of hours, minutes or seconds; what cannot match is leapt over."""
        rule = self.rule
        unit = _STEPS[rule.frequency]
        step = unit * rule.interval
        moment = self.start
        if skip_to is not None:
            moment += max((skip_to - moment - unit) // step, 0) * step
        end = last or datetime(_LAST_YEAR, 12, 31)
        try:
            while moment - unit <= end and self.budget.spend(_LEAP):
                beyond = self._excluded_until(moment)
                if beyond is not None:
                    moment += max(-((moment - beyond) // step), 1) * step
                    continue
                yield self._in_period(moment)
                moment += step
        except OverflowError:
            return  # behind the last day of the calendar

    def _excluded_until(self, moment: datetime) -> datetime | None:
        """Up to when the rule excludes everything from that moment on; ``None`` when it does not exclude it."""
        rule = self.rule
        day = datetime.combine(moment.date(), time())
        if self.months and moment.month not in self.months:
            return datetime(moment.year + moment.month // _MONTHS, moment.month % _MONTHS + 1, 1)
        if not self._fits(moment.date()):
            return day + _DAY
        if rule.hours and moment.hour not in rule.hours:
            later = next((hour for hour in rule.hours if hour > moment.hour), None)
            return day + (_DAY if later is None else timedelta(hours=later))
        if rule.frequency == "HOURLY":
            return None
        return self._excluded_within_hour(moment)

    def _excluded_within_hour(self, moment: datetime) -> datetime | None:
        rule = self.rule
        if rule.minutes and moment.minute not in rule.minutes:
            later = next((minute for minute in rule.minutes if minute > moment.minute), 60)
            return moment.replace(minute=0, second=0) + timedelta(minutes=later)
        if rule.frequency == "SECONDLY" and rule.seconds and moment.second not in rule.seconds:
            return moment + timedelta(seconds=1)
        return None

    def _in_period(self, moment: datetime) -> Iterator[datetime]:
        frequency = self.rule.frequency
        if frequency == "SECONDLY":
            members = [moment]
        elif frequency == "MINUTELY":
            members = [moment.replace(second=second) for second in self.seconds]
        else:
            members = [
                moment.replace(minute=minute, second=second) for minute, second in product(self.minutes, self.seconds)
            ]
        if self.rule.positions:
            members = [members[index] for index in self._positions(len(members))]
        return iter(members)
