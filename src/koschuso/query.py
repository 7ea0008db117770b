"""Questions to a store: a closed set of conditions over the fields of one kind of record.

`matches` is what a query means. A driver may narrow the search by its index values, but what comes out is always what
`matches` says.

A field is named by its dotted path (``school.schulform``, ``period``, ``functions.function``), a plugin's field by its
name (``soest:sozialraum``, also ``extras.soest:sozialraum``). Where a path leads through or to a list, each item is a value, and a condition holds when
at least one value meets it. An empty text, an empty list and ``None`` are no values, so only `Missing` holds for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar, cast

import attrs

from koschuso.errors import WrongUse
from koschuso.model import RECORD_TYPES, FuzzyDate, Period, Record, TimeSpan
from koschuso.model.folding import fold
from koschuso.model.shape import field_at

__all__ = [
    "AnyOf",
    "AtLeast",
    "Before",
    "Condition",
    "Contains",
    "Equals",
    "Exists",
    "HeldOn",
    "Missing",
    "Not",
    "OneOf",
    "Overlaps",
    "Query",
    "StartsWith",
    "Within",
    "arranged",
    "matcher",
    "matches",
    "values_at",
]

R = TypeVar("R", bound=Record)
T = TypeVar("T")

_TEMPORAL = (Period, TimeSpan, FuzzyDate, date)
_EXTRAS = "extras."
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _several(values: Any) -> tuple[Any, ...]:
    if isinstance(values, str):
        raise WrongUse('OneOf braucht mehrere Werte, zum Beispiel ("schule",), nicht einen einzelnen Text.')
    return tuple(values)


@attrs.frozen
class Equals:
    """A value is this one.

    >>> from koschuso.model import Committee
    >>> matches(Equals("type", "arbeitskreis"), Committee(id="ak", type="arbeitskreis", name="AK"))
    True
    """

    field: str
    value: Any


@attrs.frozen
class OneOf:
    """A value is one of these; without any, nothing meets it."""

    field: str
    values: tuple[Any, ...] = attrs.field(converter=_several)


@attrs.frozen
class AtLeast:
    """A value is this one or greater: numbers, days, moments (a day means its midnight) or texts by code point."""

    field: str
    low: Any


@attrs.frozen
class Before:
    """A value is less than this one; together with `AtLeast` a half-open span."""

    field: str
    high: Any


@attrs.frozen
class Overlaps:
    """A span of time shares a moment with the period, by the clock on the wall.

    The field may be a `Period`, a `TimeSpan`, a day or a `FuzzyDate`; a fuzzy date without its year overlaps nothing.

    >>> from datetime import date
    >>> from koschuso.model import Assignment
    >>> einsatz = Assignment(id="e", position_id="p", place_id="s", period=Period(since=date(2024, 8, 1)))
    >>> matches(Overlaps("period", Period.calendar_year(2023)), einsatz)
    False
    """

    field: str
    period: Period


@attrs.frozen
class HeldOn:
    """A span of time includes the day, as `Overlaps` with a period of one day."""

    field: str
    day: date


@attrs.frozen
class StartsWith:
    """A text begins with this one, for example an AGS with that of its Kreis."""

    field: str
    text: str


@attrs.frozen
class Within:
    """A vocabulary key is this one or stands below it by its name: ``beratung`` includes ``beratung.schulen``.

    What a municipality's own key means (``soest:sprechstunde``) only the catalogue knows: ask it for the keys and use
    `OneOf`.
    """

    field: str
    key: str


@attrs.frozen
class Contains:
    """A text holds this one, without regard to case, umlauts, blanks and punctuation."""

    field: str
    text: str


@attrs.frozen
class Exists:
    """There is a value."""

    field: str


@attrs.frozen
class Missing:
    """There is no value."""

    field: str


@attrs.frozen
class AnyOf:
    """At least one of the conditions holds; without any, nothing meets it."""

    conditions: tuple[Condition, ...] = attrs.field(converter=tuple)


@attrs.frozen
class Not:
    """The condition does not hold."""

    condition: Condition


Condition = (
    Equals
    | OneOf
    | AtLeast
    | Before
    | Overlaps
    | HeldOn
    | StartsWith
    | Within
    | Contains
    | Exists
    | Missing
    | AnyOf
    | Not
)
"""Everything that a query can ask; the set is closed, so that every store can answer."""


def _conditions(conditions: Any) -> tuple[Condition, ...]:
    return tuple(conditions) if isinstance(conditions, Iterable) else (conditions,)


@attrs.frozen
class Query(Generic[R]):
    """A question for records of one kind.

    Attributes:
        record: Class of the records, or the name of their kind.
        where: Conditions, joined by *and*.
        order_by: Path of the field to sort by; empty is the order of ids. Records without a value come last.
        descending: Whether the greatest comes first.
        limit: Most records to give.

    Raises:
        WrongUse: An unknown kind or field, or a value that cannot stand in the field.

    >>> from koschuso.model import Organisation
    >>> Query(Organisation, [Equals("school.schulform", "gesamtschule")], order_by="name").kind
    'organisation'
    """

    record: type[R] | str
    where: tuple[Condition, ...] = attrs.field(default=(), converter=_conditions)
    order_by: str = attrs.field(default="", kw_only=True)
    descending: bool = attrs.field(default=False, kw_only=True)
    limit: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        record_type = self.record_type
        for condition in self.where:
            _check(record_type, condition)
        if self.order_by:
            _leaf(record_type, self.order_by)
        elif self.descending:
            raise WrongUse("Eine absteigende Reihenfolge braucht ein Feld, nach dem sie geht (order_by).")
        if self.limit is not None and self.limit < 0:
            raise WrongUse(f"Eine Abfrage liefert höchstens 0 Datensätze oder mehr, nicht {self.limit}.")

    @property
    def record_type(self) -> type[R]:
        """Class of the records."""
        known = RECORD_TYPES.get(self.record if isinstance(self.record, str) else getattr(self.record, "KIND", ""))
        if known is None or (not isinstance(self.record, str) and known is not self.record):
            raise WrongUse(f"Die Datenart {self.record!r} gibt es nicht. Bekannt sind: {', '.join(RECORD_TYPES)}.")
        return cast("type[R]", known)

    @property
    def kind(self) -> str:
        """Name of the kind of record."""
        return self.record_type.KIND


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
    """Spare the way through all kinds of conditions for the most usual one: a plain text in a plain field."""
    if (
        isinstance(condition, Equals)
        and type(condition.value) is str
        and condition.value
        and condition.field.isidentifier()
    ):
        field, wanted = attrgetter(condition.field), condition.value

        def equals(record: Record) -> bool:
            value = field(record)
            return bool(value == wanted) if type(value) is str else matches(condition, record)

        return equals
    return lambda record: matches(condition, record)


def _as_asked(condition: Any, value: Any) -> Any:
    """Give a value of a plugin's field, which is a JSON value, the type that is asked for.

    Days (``"2025-10-15"``) and decimal numbers (``"19.5"``) are texts in JSON; who asks with a `date` or a number means
    what they say.
    """
    if not isinstance(value, str) or isinstance(condition, StartsWith | Within | Contains | Exists):
        return value
    asked = [wanted for _, wanted in _asked(condition)]
    if isinstance(condition, Overlaps | HeldOn) or any(isinstance(wanted, date) for wanted in asked):
        return _day(value)
    if any(isinstance(wanted, int | float | Decimal) and not isinstance(wanted, bool) for wanted in asked):
        return Decimal(value) if _NUMBER.fullmatch(value) else value
    return value


def _day(text: str) -> Any:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return day if day.isoformat() == text else text


def values_at(record: Record, path: str) -> tuple[Any, ...]:
    """Give the values at a path; none where the field is empty.

    >>> from koschuso.model import Event, EventStatus
    >>> values_at(Event(id="e", title="Fachtag", status=EventStatus.IDEE, topics=("mobbing", "ki")), "topics")
    ('mobbing', 'ki')
    """
    if ":" in path:
        return _flat(record.extras.get(path.removeprefix(_EXTRAS)))
    if "." not in path:
        return _flat(getattr(record, path))
    values: tuple[Any, ...] = (record,)
    for name in path.split("."):
        get = attrgetter(name)
        values = tuple(item for value in values for item in _flat(get(value)))
    return values


def arranged(query: Query[Any], items: Iterable[T], record_of: Callable[[T], Record]) -> list[T]:
    """Sort and limit what meets a query: texts as people read them, without a value last, then by id.

    Args:
        query: The query.
        items: What meets it, in the order of ids.
        record_of: Gives the record of an item.
    """
    if not query.order_by:
        return list(items)[: query.limit]
    keyed: list[tuple[tuple[Any, ...], T]] = []
    absent: list[T] = []
    for item in items:
        values = values_at(record_of(item), query.order_by)
        if values:
            keyed.append((_sortable(values[0]), item))
        else:
            absent.append(item)
    if ":" in query.order_by:
        keyed = _by_number(keyed)
    # Sorting keeps the order of ids among equals, also when it is reversed.
    keyed.sort(key=itemgetter(0), reverse=query.descending)
    return [*(item for _, item in keyed), *absent][: query.limit]


def _by_number(keyed: list[tuple[tuple[Any, ...], T]]) -> list[tuple[tuple[Any, ...], T]]:
    """Order the values of a plugin's field as numbers where all are numbers; decimal ones are texts in JSON."""
    if not all(key[0] == 1 and _NUMBER.fullmatch(key[-1]) for key, _ in keyed):
        return keyed
    return [((0, Decimal(key[-1])), item) for key, item in keyed]


def _flat(value: Any) -> tuple[Any, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, tuple):
        return tuple(item for item in value if not (item is None or item == ""))
    return (value,)


def _sortable(value: Any) -> tuple[Any, ...]:
    """Make values of one field comparable with each other, whatever a plugin put there."""
    if isinstance(value, str):
        return (1, fold(value), str(value))
    if isinstance(value, int | float | Decimal):
        return (0, value)
    span = _span(value)
    if span is not None:
        return (2, *span)
    return (3, str(value))


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
    span = _span(value)
    if span is None:
        return False
    begin, end = span
    since = None if period.since is None else datetime.combine(period.since, time())
    until = None if period.until is None else datetime.combine(period.until, time())
    # A point in time has no length and yet belongs to the day that it falls on.
    return (until is None or begin < until) and (since is None or end > since or begin >= since)


def _span(value: Any) -> tuple[datetime, datetime] | None:
    """Give the first moment and the first that no longer belongs to it, on the clock on the wall."""
    if isinstance(value, TimeSpan):
        return value.begin, max(value.begin, value.end)
    if isinstance(value, datetime):
        return value, value
    if isinstance(value, date):
        return datetime.combine(value, time()), datetime.combine(value, time.max)
    if isinstance(value, Period):
        first = datetime.combine(value.since or date.min, time())
        return first, datetime.combine(value.until or date.max, time())
    if isinstance(value, FuzzyDate) and value.has_year:
        return datetime.combine(value.earliest(), time()), datetime.combine(value.latest(), time.max)
    return None


def _check(record_type: type[Record], condition: Condition) -> None:
    """Refuse what makes no sense, so that a question with a mistake never reads as *nothing found*."""
    if isinstance(condition, AnyOf):
        for inner in condition.conditions:
            _check(record_type, inner)
        return
    if isinstance(condition, Not):
        _check(record_type, condition.condition)
        return
    if not isinstance(condition, Condition):
        raise WrongUse(f"{type(condition).__name__} ist keine Bedingung einer Abfrage.")
    leaf = _leaf(record_type, condition.field)
    if isinstance(condition, Contains) and not fold(condition.text):
        raise WrongUse("Contains braucht einen Text mit mindestens einem Buchstaben oder einer Ziffer.")
    for wanted, value in _asked(condition):
        if leaf is not None and not issubclass(leaf, wanted):
            raise WrongUse(
                f"{type(condition).__name__} passt nicht zum Feld »{condition.field}« von »{record_type.KIND}«."
            )
        if not (value is None or leaf is None or _comparable(leaf, value)) or (value is None and wanted is object):
            raise WrongUse(
                f"Ein Wert dieser Art kann im Feld »{condition.field}« von »{record_type.KIND}« nicht stehen; "
                "nach leeren Feldern fragt Missing."
            )


def _asked(condition: Any) -> Iterator[tuple[Any, Any]]:
    """Give what a condition needs the field to be, with each value that it compares with."""
    match condition:
        case Equals():
            yield object, condition.value
        case OneOf():
            for value in condition.values:
                yield object, value
        case AtLeast():
            yield (str, int, Decimal, date, time), condition.low
            yield object, condition.low
        case Before():
            yield (str, int, Decimal, date, time), condition.high
            yield object, condition.high
        case Overlaps() | HeldOn():
            yield _TEMPORAL, None
        case StartsWith() | Within() | Contains():
            yield str, None


@lru_cache(maxsize=1024)
def _leaf_of(record_type: Any, path: str) -> type[Any] | None:
    return field_at(record_type, path)[-1].value_type


def _leaf(record_type: type[Record], path: str) -> type[Any] | None:
    """Give the class of the values at a path, ``None`` for a plugin's field, which may hold anything."""
    if ":" in path:
        return None
    key: Any = record_type
    return _leaf_of(key, path)


def _comparable(leaf: type[Any], value: Any) -> bool:
    if issubclass(leaf, str):
        return isinstance(value, str)
    if issubclass(leaf, datetime):
        return isinstance(value, date) and getattr(value, "tzinfo", None) is None
    if issubclass(leaf, date):
        return isinstance(value, date) and not isinstance(value, datetime)
    if leaf is bool:
        return isinstance(value, bool)
    if issubclass(leaf, int | Decimal):
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return isinstance(value, leaf)
