"""The Jahresplanung for the committee: Zeitraum | Inhalt, in dates as exact as plans are (R3 of domain.md).

Events, tasks and milestones of one year stand in one table, in the order of time, each with the date in its own words:
»März«, »22. März«, »Januar / Februar«. What is to be dealt with in a committee stands with its meeting.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model.event import Event, EventStatus, Visibility
from koschuso.model.foundation import Milestone
from koschuso.model.task import Task, TaskStatus
from koschuso.reporting.document import Column, Document, Item, Listing, Missing, Section, Slot, Table, Text, TextStyle
from koschuso.reporting.figures.concepts import body_name
from koschuso.reporting.figures.guests import event_days
from koschuso.reporting.figures.plan_dates import PlanDates
from koschuso.reporting.german import berlin_day, sort_key
from koschuso.reporting.parameters import INTERNAL, PeriodKind
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.view import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.model.fuzzydate import FuzzyDate
    from koschuso.reporting.document import Block
    from koschuso.reporting.parameters import Parameters, ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["JAHRESPLANUNG", "Plan"]

_NAME: Final = "koschuso:jahresplanung"
_TITLE: Final = "Jahresplanung"
_OFF: Final = frozenset({EventStatus.ABGESAGT, EventStatus.VERSCHOBEN, EventStatus.VERWORFEN, EventStatus.IDEE})
_PUBLIC: Final = "oeffentlich"
_SITTING: Final = "gremiensitzung"
_FIRST_MONTH_OF_SCHULJAHR: Final = 8


@attrs.frozen(kw_only=True)
class _Line:
    """One line of the plan, before it is written."""

    first: date
    last: date
    when: str
    what: str
    points: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[date, date, tuple[str, str]]:
        return self.first, self.last, sort_key(self.what)

    @property
    def words(self) -> str:
        return f"{self.what}: {'; '.join(self.points)}" if self.points else self.what


class Plan:
    """What is planned for a year, for one audience.

    Args:
        view: What the report sees.
        time: Kalenderjahr or Schuljahr.
        audience: Key of the audience: what of the calendar is internal stays inside.
    """

    def __init__(self, view: View, time: ReportPeriod, audience: str) -> None:
        self._view = view
        self._time = time
        self._audience = audience
        self._today = berlin_day(view.as_of)
        self._dates = PlanDates(time)
        self._tasks = sorted(
            (task for task in view.records(Task) if task.status is not TaskStatus.VERWORFEN), key=lambda task: task.id
        )
        in_time = [event for event in view.records(Event) if self._is_held_in_time(event)]
        self._events = [event for event in in_time if self._may_see(event)]
        self.hidden = len(in_time) - len(self._events)
        """Events that the audience may not see."""

    def table(self, key: str = "jahresplanung") -> Table:
        """Build the table of the plan."""
        lines = sorted((*self._of_events(), *self._of_tasks(), *self._of_milestones()), key=lambda line: line.order)
        return Table(
            key=key,
            title=f"{_TITLE} {self._time.label}",
            columns=(Column(title="Zeitraum", header=True), Column(title="Inhalt")),
            rows=tuple((line.when, line.words) for line in lines),
            empty="Für diesen Zeitraum ist noch nichts geplant.",
        )

    def blocks(self, key: str = "jahresplanung") -> tuple[Block, ...]:
        """Build the table and what belongs to it: what has no date yet, and what is not told to this audience."""
        return (self.table(key), *self._hidden_note(), *self._open())

    def _open(self) -> tuple[Block, ...]:
        """List what is planned and has no date."""
        ideas = [event.title for event in self._view.records(Event) if event.status is EventStatus.IDEE]
        ideas = ideas if self._audience == INTERNAL else []
        tasks = [
            task.title
            for task in self._tasks
            if task.begin is None
            and task.due is None
            and task.status is not TaskStatus.ERLEDIGT
            and not self._sits(task)
        ]
        words = sorted((*ideas, *tasks), key=sort_key)
        if not words or self._time.last < self._today:
            return ()
        return (
            Text(paragraphs=("Vorgesehen, aber noch ohne Termin:",)),
            Listing(items=tuple(Item(text) for text in words)),
        )

    def _hidden_note(self) -> tuple[Block, ...]:
        if not self.hidden:
            return ()
        return (Text(paragraphs=("Interne Termine sind in dieser Fassung nicht enthalten.",), style=TextStyle.NOTE),)

    @property
    def undated(self) -> int:
        """How many tasks name a month or a day without its year; they are taken to belong to the plan that is asked for."""
        return sum(
            when is not None and not when.has_year
            for task in self._tasks
            if self._bounds(task) is not None
            for when in (task.begin or task.due,)
        )

    def _is_held_in_time(self, event: Event) -> bool:
        if event.span is None or event.status in _OFF:
            return False
        first, last = event_days(event)
        return first <= self._time.last and last >= self._time.first

    def _may_see(self, event: Event) -> bool:
        if self._audience == INTERNAL or event.visibility is Visibility.OEFFENTLICH:
            return True
        if self._audience == _PUBLIC:
            return False
        # The days of a committee are no secret to those who sit in committees.
        return event.visibility is Visibility.NETZWERK or bool(event.committee_id)

    def _of_events(self) -> Iterator[_Line]:
        points = self._points()
        for event in self._events:
            first, last = event_days(event)
            yield _Line(
                first=first,
                last=last,
                when=self._dates.days(first, last),
                what=self._event_words(event),
                points=tuple(points.get(event.id, ())),
            )

    def _event_words(self, event: Event) -> str:
        title = event.title.casefold()
        if event.committee_id or event.type == _SITTING:
            return event.title if "sitzung" in title else f"{event.title} (Sitzung)"
        kinds = label(self._view, "veranstaltungsart", event.type).split(" / ") if event.type else []
        return (
            event.title if not kinds or any(one.casefold() in title for one in kinds) else f"{event.title} ({kinds[0]})"
        )

    def _points(self) -> dict[str, list[str]]:
        """Give what is on the agenda of each meeting: tasks that belong to it."""
        found: dict[str, list[str]] = {}
        for task in self._tasks:
            if self._sits(task) and task.subject is not None:
                found.setdefault(task.subject.id, []).append(task.title)
        return found

    def _sits(self, task: Task) -> bool:
        """Tell whether a task is a point on the agenda of a meeting and has no time of its own."""
        return (
            task.subject is not None
            and task.subject.kind == Event.KIND
            and task.begin is None
            and task.due is None
            and task.subject.id in {event.id for event in self._events}
        )

    def _of_tasks(self) -> Iterator[_Line]:
        for task in self._tasks:
            bounds = self._bounds(task)
            if bounds is None:
                continue
            first, last = bounds
            if first > self._time.last or last < self._time.first:
                continue
            body = body_name(self._view, task.subject)
            what = task.title if not body or body in task.title else f"{task.title} ({body})"
            begin, due = task.begin, task.due
            yield _Line(first=max(first, self._time.first), last=last, when=self._dates.span(begin, due), what=what)

    def _bounds(self, task: Task) -> tuple[date, date] | None:
        """Give the first and the last day that a task can mean; ``None`` where it has none, or belongs to no year."""
        named = [when for when in (task.begin, task.due) if when is not None]
        if not named:
            return None
        bounds = [found for when in named if (found := self._days_of(when, task)) is not None]
        if len(bounds) != len(named):
            return None
        return bounds[0][0], max(last for _, last in bounds)

    def _days_of(self, when: FuzzyDate, task: Task) -> tuple[date, date] | None:
        if when.has_year:
            return when.earliest(), when.latest()
        if task.completed_on is not None:
            return when.earliest(task.completed_on.year), when.latest(task.completed_on.year)
        if task.status is TaskStatus.ERLEDIGT or self._time.last < self._today:
            return None  # a plan that lies behind us does not get tasks of which nobody knows the year
        return self._in_plan(when)

    def _in_plan(self, when: FuzzyDate) -> tuple[date, date]:
        year = self._time.first.year
        if self._time.kind is PeriodKind.SCHULJAHR and when.earliest(year).month < _FIRST_MONTH_OF_SCHULJAHR:
            year += 1
        return when.earliest(year), when.latest(year)

    def _of_milestones(self) -> Iterator[_Line]:
        for milestone in self._view.records(Milestone):
            first, last = milestone.when.earliest(), milestone.when.latest()
            # A milestone that is only known by a longer span than the plan belongs to no line of it.
            if first >= self._time.first and last <= self._time.last:
                yield _Line(first=first, last=last, when=self._dates.fuzzy(milestone.when), what=milestone.title)


_INTRODUCTION: Final = Slot(
    key="jahresplanung",
    title="Vorbemerkung zur Jahresplanung",
    hint="Schwerpunkte des Jahres in zwei bis vier Sätzen, und was sich noch ändern kann.",
)


def _build(view: View, parameters: Parameters) -> Document:
    plan = Plan(view, parameters.time, parameters.audience)
    return make_document(
        _NAME,
        view,
        parameters,
        title=f"{_TITLE} der Koordinierungsstelle",
        sections=(
            Section(title="Vorbemerkung", blocks=(_INTRODUCTION,)),
            Section(title="Zeitplan", blocks=plan.blocks()),
        ),
        missing=(Missing(what="Aufgaben ohne Angabe des Jahres, hier diesem Plan zugerechnet", count=plan.undated),),
        notes=(_NOTE,),
    )


_NOTE: Final = (
    "Termine stehen so genau da, wie sie geplant sind, und in der Reihenfolge ihres Beginns. Abgesagte, verschobene und "
    "verworfene Veranstaltungen sind nicht enthalten."
)


JAHRESPLANUNG: Final = Report(
    name=_NAME,
    title=_TITLE,
    description="Was in einem Jahr geplant ist, als Tabelle Zeitraum | Inhalt, für Ausschuss und Lenkungskreis.",
    build=_build,
    kinds=(PeriodKind.KALENDERJAHR, PeriodKind.SCHULJAHR),
    slots=(_INTRODUCTION,),
    about=(Event, Task, Milestone),
)
"""R3 of domain.md."""
