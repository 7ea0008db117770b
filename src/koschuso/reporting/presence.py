"""Whether anything is recorded of the time that a report is about: without that it would say 0 where nobody knows."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from koschuso.errors import Refused, WrongUse
from koschuso.model.event import Event
from koschuso.model.foundation import Milestone
from koschuso.model.fuzzydate import FuzzyDate
from koschuso.model.period import Period
from koschuso.model.position import Funding, Position
from koschuso.model.survey import Survey
from koschuso.model.task import Activity, Consultation, Task, TaskStatus
from koschuso.query import Overlaps
from koschuso.reporting.german import berlin_day, day_text
from koschuso.reporting.view import office_begin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from koschuso.model.record import Record
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["require_dated", "require_presence"]

_KINDS: Final[Mapping[type[Record], tuple[str, str]]] = {
    Activity: ("day", "Tätigkeiten"),
    Consultation: ("day", "Beratungen"),
    Event: ("span", "Veranstaltungen"),
    Survey: ("day", "Befragungen"),
    Task: ("due", "Aufgaben"),
    Position: ("period", "Stellen"),
    Funding: ("period", "Finanzierungen"),
    Milestone: ("when", "Meilensteine"),
}
"""The field that says when a record was, and what people call many of them."""

_DONE: Final = frozenset({TaskStatus.ERLEDIGT, TaskStatus.VERWORFEN})


def require_dated(name: str, about: tuple[type[Record], ...]) -> None:
    """Refuse kinds of records that no time can be told of.

    Raises:
        WrongUse: There is one among them.
    """
    for kind in about:
        if kind not in _KINDS:
            known = ", ".join(one.__name__ for one in _KINDS)
            raise WrongUse(f"Der Bericht »{name}« nennt bei »about« {kind.__name__}; möglich sind: {known}.")


def require_presence(view: View, time: ReportPeriod, about: tuple[type[Record], ...]) -> None:
    """Refuse a time of which nothing is recorded.

    A position or funding whose begin nobody entered counts only from the begin of the office on. What is planned without
    a date belongs to every time that is not over.

    Args:
        view: What the report sees.
        time: The period.
        about: Kinds of records of which one at least has to lie in it; none asks for nothing.

    Raises:
        Refused: There is none; the message says of what time there are some.
    """
    if not about or any(_is_there(view, time, kind) for kind in about):
        return
    *others, last = (_KINDS[kind][1] for kind in about)
    words = f"{', '.join(others)} oder {last}" if others else last
    raise Refused(
        f"Zum Zeitraum {time.label} sind keine {words} erfasst{_instead(view, time, about)}.", period=time.slug
    )


def _is_there(view: View, time: ReportPeriod, kind: type[Record]) -> bool:
    if kind is Task:
        return any(_is_planned(task, time, berlin_day(view.as_of)) for task in view.records(Task))
    field, _ = _KINDS[kind]
    begin = office_begin(view)
    began = begin is None or begin.earliest() <= time.last
    for record in view.stream(kind, Overlaps(field, time.period)):
        when = getattr(record, field)
        if began or not isinstance(when, Period) or when.since is not None:
            return True
    return False


def _is_planned(task: Task, time: ReportPeriod, today: date) -> bool:
    begin = task.begin.earliest() if task.begin is not None and task.begin.has_year else None
    end = task.due.latest() if task.due is not None and task.due.has_year else None
    if begin is None and end is None:
        return task.status not in _DONE and time.last >= today
    return (begin or end or date.min) <= time.last and (end or date.max) >= time.first


def _instead(view: View, time: ReportPeriod, about: tuple[type[Record], ...]) -> str:
    """Say of what time there is something."""
    days = sorted(day for kind in about for day in _days(view, kind))
    if not days:
        return ", auch sonst keine; bitte erfassen oder importieren Sie sie zuerst"
    if days[0] > time.last:
        return f"; die erste Angabe ist vom {day_text(days[0])}"
    if days[-1] < time.first:
        return f"; die letzte Angabe ist vom {day_text(days[-1])}"
    return "; davor und danach gibt es Angaben"


def _days(view: View, kind: type[Record]) -> Iterator[date]:
    """Give the first and the last day of every dated record."""
    field, _ = _KINDS[kind]
    for record in view.stream(kind):
        yield from _ends(getattr(record, field))


def _ends(when: Any) -> Iterator[date]:
    if isinstance(when, FuzzyDate):
        if when.has_year:
            yield from (when.earliest(), when.latest())
    elif isinstance(when, Period):
        yield from (day for day in (when.since, when.last) if day is not None)
    elif isinstance(when, date):
        yield when
    elif when is not None:
        yield from (
            moment.date() if isinstance(moment, datetime) else moment for moment in (when.begin, when.end) if moment
        )
