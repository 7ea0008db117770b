"""Konzeptarbeit in a report: what was worked on, how far it is, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.model.task import Task, TaskStatus
from koschuso.reporting.document import Column, Sign, Table
from koschuso.reporting.figures.plan_dates import PlanDates
from koschuso.reporting.german import day_text, sort_key
from koschuso.reporting.view import View, label

if TYPE_CHECKING:
    from datetime import date

    from koschuso.reporting.parameters import ReportPeriod

__all__ = ["concept_tasks", "task_table"]

_KONZEPT = "konzept"


def concept_tasks(view: View, time: ReportPeriod) -> tuple[Task, ...]:
    """Give the tasks of Konzeptarbeit that were worked on in a period, in the order of time.

    A task belongs to the period when the time from its begin to its end touches it; what is finished ends on that day.
    """
    found = [
        (*span, task)
        for task in view.records(Task)
        if task.status is not TaskStatus.VERWORFEN
        and task.taetigkeit.partition(".")[0] == _KONZEPT
        and (span := _span(task)) is not None
        and span[0] <= time.last
        and span[1] >= time.first
    ]
    found.sort(key=lambda entry: (entry[0], entry[1], sort_key(entry[2].title), entry[2].id))
    return tuple(task for _first, _last, task in found)


def _span(task: Task) -> tuple[date, date] | None:
    """Give when a task was worked on; ``None`` where nobody knows the year."""
    bounds = [when.period() for when in (task.begin, task.due) if when is not None and when.has_year]
    days = [day for period in bounds for day in (period.since, period.last) if day is not None]
    if task.completed_on is not None:
        # What is finished early is finished; what is finished late was worked on until then.
        first = min([*days, task.completed_on])
        return first, task.completed_on
    return (min(days), max(days)) if days else None


def task_table(view: View, time: ReportPeriod, *, key: str = "vorhaben") -> Table:
    """Build the table of Konzeptarbeit: Vorhaben, Zeitraum, Stand, Ergebnis."""
    dates = PlanDates(time)
    return Table(
        key=key,
        title="Vorhaben der Konzeptarbeit",
        columns=(
            Column(title="Vorhaben", header=True),
            Column(title="Bereich"),
            Column(title="Zeitraum"),
            Column(title="Stand"),
            Column(title="Ergebnis"),
        ),
        rows=tuple(
            (
                task.title,
                label(view, "taetigkeitsprofil", task.taetigkeit),
                dates.span(task.begin, task.due) or Sign.UNKNOWN,
                _state(view, task),
                task.result or Sign.NOT_APPLICABLE,
            )
            for task in concept_tasks(view, time)
        ),
        empty="Vorhaben der Konzeptarbeit sind für diesen Zeitraum nicht erfasst.",
    )


def _state(view: View, task: Task) -> str:
    words = label(view, "aufgabenstatus", task.status)
    if task.completed_on is not None:
        return f"{words} am {day_text(task.completed_on)}"
    return f"{words} ({task.percent} %)" if task.percent and task.status is TaskStatus.IN_ARBEIT else words
