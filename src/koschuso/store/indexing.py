"""How records fill the index values of a driver, and what of a query a driver can narrow.

One table says which field of which kind stands where; both directions follow it. Narrowing never under-delivers:
what cannot be said in the driver's terms is left to `koschuso.query.matches`, which filters everything again.

A driver that takes records in by itself, such as one whose files other programs edit, may use `index_of`.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.model import FuzzyDate, Period, Reference, TimeSpan
from koschuso.model.shape import shape_of
from koschuso.query import AtLeast, Before, Equals, HeldOn, OneOf, Overlaps, Query, StartsWith, Within
from koschuso.store import conditions as driver
from koschuso.store.conditions import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from koschuso.model import Record
    from koschuso.query import Condition

__all__ = ["LAYOUTS", "Layout", "index_of", "narrowed"]


@attrs.frozen(kw_only=True)
class Layout:
    """Which fields of a kind of record become index values; empty where there is none.

    Attributes:
        type: Field with a vocabulary key.
        subject: Field with the id of what the record belongs to, or with a reference to it.
        object: Field with the id of the other end, or with a reference to it.
        time: Field that says when: a `Period`, `TimeSpan`, day or `FuzzyDate`; it gives ``begin`` and ``end``.
        place: Field with an AGS.
    """

    type: str = ""
    subject: str = ""
    object: str = ""
    time: str = ""
    place: str = ""


LAYOUTS = {
    "organisation": Layout(type="type", subject="parent_id", place="ags"),
    "person": Layout(type="status"),
    "committee": Layout(type="type", subject="office_id"),
    "relation": Layout(type="type", subject="source", object="target", time="period"),
    "position": Layout(type="saeule", subject="employer_id", object="holder_id", time="period"),
    "assignment": Layout(type="duty", subject="position_id", object="place_id", time="period"),
    "funding": Layout(type="funding_source", subject="position_id", time="period"),
    "series": Layout(type="type", subject="committee_id", object="parent_id", time="period"),
    "event": Layout(type="type", subject="series_id", object="committee_id", time="span"),
    "participation": Layout(type="status", subject="event_id", object="person_id"),
    "task": Layout(type="taetigkeit", subject="subject", object="parent_id", time="due"),
    "activity": Layout(type="taetigkeit", subject="subject", object="person_id", time="day"),
    "consultation": Layout(type="target_group", subject="organisation_id", time="day", place="ags"),
    "concept": Layout(type="type", subject="predecessor_id", object="issued_by", time="valid"),
    "milestone": Layout(time="when"),
    "goal": Layout(subject="office_id"),
    "cooperation": Layout(time="period"),
    "survey": Layout(type="type", subject="event_id", time="day"),
}
"""The layout of every kind; changing one needs a step that puts the records of the kind again."""

_TEXTS = ("type", "subject", "object", "place")
_iso = lru_cache(maxsize=4096)(date.isoformat)  # the days of many records are few
_UNBOUNDED: tuple[None, None] = (None, None)


def index_of(record: Record) -> Index:
    """Give the index values of a record.

    >>> from koschuso.model import Activity
    >>> index_of(Activity(id="t", day=date(2025, 8, 27), taetigkeit="beratung", minutes=30)).begin
    '2025-08-27'
    """
    return _indexer(record.KIND)(record)


def narrowed(query: Query[Any]) -> tuple[driver.Condition, ...]:
    """Say as much of a query as possible in the driver's terms.

    >>> from koschuso.model import Organisation
    >>> narrowed(Query(Organisation, [StartsWith("ags", "05974"), Equals("name", "Schulamt")]))
    (Prefix(name='place', text='05974'),)
    """
    layout = LAYOUTS.get(query.kind, Layout())
    fields = _fields(layout)
    is_day = bool(layout.time) and shape_of(query.record_type)[layout.time].value_type is date
    return tuple(
        found for condition in query.where for found in _narrowed(condition, fields, layout.time, is_day=is_day)
    )


def _fields(layout: Layout) -> dict[str, str]:
    """Name the index of each field whose text it holds as it is."""
    fields = {"id": "id"}
    for name in _TEXTS:
        path = getattr(layout, name)
        if path:
            fields[path] = name
            fields[f"{path}.id"] = name
    return fields


def _narrowed(condition: Condition, fields: dict[str, str], time: str, *, is_day: bool) -> Iterator[driver.Condition]:
    match condition:
        case Overlaps(field=field, period=period) if field == time:
            yield from _during(period, is_day=is_day)
        case HeldOn(field=field, day=day) if field == time:
            yield from _during(Period.on(day), is_day=is_day)
        case AtLeast(field=field, low=date() as low) if field in _begins(time):
            yield driver.Range("begin", low.isoformat(), None)
        case Before(field=field, high=date() as high) if field in _begins(time):
            yield driver.Range("begin", None, high.isoformat())
        case Equals(field=field, value=value) if field in fields and _indexed(value):
            yield driver.OneOf(fields[field], (_text(value),))
        case OneOf(field=field, values=values) if field in fields and all(map(_indexed, values)):
            yield driver.OneOf(fields[field], tuple(map(_text, values)))
        case StartsWith(field=field, text=text) | Within(field=field, key=text) if field in fields and _indexed(text):
            # Keys below »beratung« begin with it, and so does »beratungsstelle«: filtered later.
            yield driver.Prefix(fields[field], text)
        case _:
            return


def _begins(time: str) -> tuple[str, ...]:
    return (time, f"{time}.begin", f"{time}.since") if time else ()


def _during(period: Period, *, is_day: bool) -> Iterator[driver.Condition]:
    since = None if period.since is None else period.since.isoformat()
    until = None if period.until is None else period.until.isoformat()
    if is_day:
        yield driver.Range("begin", since, until)
        return
    if until is not None:
        yield driver.Range("begin", None, until, missing=True)
    if since is not None:
        # What ended at that very midnight is a point in time there, or is filtered later.
        yield driver.Range("end", since, None, missing=True)


def _indexed(value: Any) -> bool:
    """Tell whether a value can stand in an index: what is not printable is left to the filter."""
    text = value.id if isinstance(value, Reference) else value
    return isinstance(text, str) and text != "" and text.isprintable()


def _text(value: Any) -> str:
    return value.id if isinstance(value, Reference) else str(value)


@lru_cache(maxsize=64)
def _indexer(kind: str) -> Callable[[Record], Index]:
    layout = LAYOUTS.get(kind, Layout())
    paths = (layout.type, layout.subject, layout.object, layout.time, layout.place)
    typed, has_subject, has_object, timed, placed = map(bool, paths)
    # attrgetter reads all at once; where a kind has no such field, it reads any other, which is not looked at.
    values = attrgetter(*(path or "id" for path in paths))

    def index(record: Record) -> Index:
        type_, subject, object_, time, place = values(record)
        begin, end = _bounds(time) if timed else _UNBOUNDED
        found = (
            (typed and type_) or None,
            (has_subject and (subject.id if type(subject) is Reference else subject)) or None,
            (has_object and (object_.id if type(object_) is Reference else object_)) or None,
            begin,
            end,
            (placed and place) or None,
        )
        return tuple.__new__(Index, found)  # half the time of calling the class

    return index


def _bounds(when: Any) -> tuple[str | None, str | None]:
    """Give the begin, and the first moment that no longer belongs to it, as ISO 8601 text."""
    if type(when) is date:
        return _iso(when), None
    if type(when) is Period:
        return (
            None if when.since is None else when.since.isoformat(),
            None if when.until is None else when.until.isoformat(),
        )
    if type(when) is TimeSpan:
        # With different zones at its ends a span may run backwards on the clock.
        return when.begin.isoformat(), max(when.begin, when.end).isoformat()
    if type(when) is FuzzyDate and when.has_year:
        latest = when.latest()
        return when.earliest().isoformat(), None if latest == date.max else (latest + timedelta(days=1)).isoformat()
    return _UNBOUNDED
