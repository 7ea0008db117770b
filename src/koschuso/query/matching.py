"""What a query means: which records meet its conditions."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from koschuso.model import Period, Record, TimeSpan
from koschuso.model.folding import fold
from koschuso.query.conditions import (
    AnyOf,
    AtLeast,
    Before,
    Condition,
    Contains,
    Equals,
    Exists,
    HeldOn,
    Missing,
    Not,
    OneOf,
    Overlaps,
    StartsWith,
    Within,
    asked,
)
from koschuso.query.question import Query
from koschuso.query.values import is_number, span_of, values_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["matcher", "matches"]


def matches(question: Query[Any] | Condition, record: Record) -> bool:
    """Tell whether a record meets a condition, or all conditions of a query for its kind: the reference meaning."""
    if isinstance(question, Query):
        return isinstance(record, question.record_type) and all(
            matches(condition, record) for condition in question.where
        )
    if isinstance(question, AnyOf):
        return any(matches(condition, record) for condition in question.conditions)
    if isinstance(question, Not):
        return not matches(question.condition, record)
    values = values_at(record, question.field)
    if isinstance(question, Missing):
        return not values
    if ":" in question.field:
        return any(_fits(question, _as_asked(question, value)) for value in values)
    return any(_fits(question, value) for value in values)


def matcher(conditions: Iterable[Condition]) -> Callable[[Record], bool]:
    """Give a function that tells what `matches` tells of all conditions, prepared for many records of one kind.

    >>> from koschuso.model import Goal
    >>> is_first = matcher([Equals("rank", 1)])
    >>> is_first(Goal(id="z", title="Netzwerke stärken", rank=1))
    True
    """
    tests = [_prepared(condition) for condition in conditions]
    if len(tests) == 1:
        return tests[0]
    return lambda record: all(test(record) for test in tests)


def _prepared(condition: Condition) -> Callable[[Record], bool]:
    """Spare the way through all kinds of conditions for the most usual ones: plain texts and times in a plain field."""
    found: Callable[[Record], bool] | None = None
    if isinstance(condition, Equals | OneOf | Overlaps | HeldOn) and condition.field.isidentifier():
        if isinstance(condition, Equals):
            found = _is_text(condition, (condition.value,))
        elif isinstance(condition, OneOf):
            found = _is_text(condition, condition.values)
        else:
            found = _is_during(condition)
    return found or (lambda record: matches(condition, record))


def _is_text(condition: Equals | OneOf, wanted: tuple[Any, ...]) -> Callable[[Record], bool] | None:
    texts = frozenset(text for text in wanted if type(text) is str)
    if len(texts) < len(set(wanted)) or "" in texts:
        return None
    field = attrgetter(condition.field)

    def is_text(record: Record) -> bool:
        value = field(record)
        return value in texts if type(value) is str else matches(condition, record)

    return is_text


def _is_during(condition: Overlaps | HeldOn) -> Callable[[Record], bool]:
    field = attrgetter(condition.field)
    period = condition.period if isinstance(condition, Overlaps) else Period.on(condition.day)
    since, until = period.since or date.min, period.until
    opening, closing = _midnight(since), None if until is None else _midnight(until)

    def is_during(record: Record) -> bool:
        value = field(record)
        if type(value) is date:
            return since <= value and (until is None or value < until)
        if type(value) is TimeSpan:
            begin = value.begin
            return (closing is None or begin < closing) and (begin >= opening or value.end > opening)
        return matches(condition, record)

    return is_during


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _as_asked(condition: Any, value: Any) -> Any:
    """Give a value of a plugin's field, which is a JSON value, the type that is asked for.

    Days (``"2025-10-15"``) and decimal numbers (``"19.5"``) are texts in JSON; who asks with a `date` or a number means
    what they say.
    """
    if not isinstance(value, str) or isinstance(condition, StartsWith | Within | Contains | Exists):
        return value
    wanted_values = [wanted for _, wanted in asked(condition)]
    if isinstance(condition, Overlaps | HeldOn) or any(isinstance(wanted, date) for wanted in wanted_values):
        return _day(value)
    if any(isinstance(wanted, int | float | Decimal) and not isinstance(wanted, bool) for wanted in wanted_values):
        return Decimal(value) if is_number(value) else value
    return value


def _day(text: str) -> Any:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return day if day.isoformat() == text else text


def _fits(condition: Condition, value: Any) -> bool:  # noqa: PLR0911 - one line for each condition
    match condition:
        case Equals():
            return bool(value == condition.value)
        case OneOf():
            return value in condition.values
        case AtLeast():
            return _compare(value, condition.low, lambda one, other: one >= other)
        case Before():
            return _compare(value, condition.high, lambda one, other: one < other)
        case Overlaps():
            return _overlaps(value, condition.period)
        case HeldOn():
            return _overlaps(value, Period.on(condition.day))
        case StartsWith():
            return isinstance(value, str) and value.startswith(condition.text)
        case Within():
            return isinstance(value, str) and (value == condition.key or value.startswith(f"{condition.key}."))
        case Contains():
            return isinstance(value, str) and fold(condition.text) in fold(value)
        case _:
            return True


def _compare(value: Any, limit: Any, decide: Callable[[Any, Any], bool]) -> bool:
    if isinstance(value, datetime) and not isinstance(limit, datetime):
        limit = datetime.combine(limit, time()) if isinstance(limit, date) else limit
    try:
        return decide(value, limit)
    except TypeError:
        # Only values of plugins' fields can be of another type than the limit.
        return False


def _overlaps(value: Any, period: Period) -> bool:
    if isinstance(value, Period):
        return value.overlaps(period)
    span = span_of(value)
    if span is None:
        return False
    begin, end = span
    since = None if period.since is None else datetime.combine(period.since, time())
    until = None if period.until is None else datetime.combine(period.until, time())
    # A point in time has no length and yet belongs to the day that it falls on.
    return (until is None or begin < until) and (since is None or end > since or begin >= since)
