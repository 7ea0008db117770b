"""Measures by Förderziel: tasks, Veranstaltungen and activities of a period, for the Sachbericht (T3 of R8)."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from koschuso.model.event import Event
from koschuso.model.task import Activity, Task, TaskStatus
from koschuso.query import Overlaps
from koschuso.reporting.document import Cell, Column, ColumnType, Missing, Sign, Table
from koschuso.reporting.german import day_text
from koschuso.reporting.view import View, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.reporting.parameters import ReportPeriod

__all__ = ["Measures"]

_COUNT = ColumnType.COUNT
_NUMBER = ColumnType.NUMBER
_MINUTES = 60


class Measures:
    """What the office did for each Förderziel in a period.

    Args:
        view: What the report may see.
        time: The period.
    """

    def __init__(self, view: View, time: ReportPeriod) -> None:
        self._view = view
        self._time = time
        self._finished: defaultdict[str, list[Task]] = defaultdict(list)
        self._ongoing: defaultdict[str, list[Task]] = defaultdict(list)
        self._entries: Counter[str] = Counter()
        self._minutes: Counter[str] = Counter()
        self._events: defaultdict[str, set[str]] = defaultdict(set)
        self._undated = 0
        self._all_entries = self._all_minutes = self._without = 0
        for task in view.records(Task):
            self._take_task(task)
        for activity in view.stream(Activity, Overlaps("day", time.period)):
            self._take_activity(activity)

    def _take_task(self, task: Task) -> None:
        if task.status is TaskStatus.VERWORFEN or not task.foerderziele:
            return
        if task.status is TaskStatus.ERLEDIGT:
            if task.completed_on is None:
                self._undated += 1
            elif task.completed_on in self._time.period:
                for goal in dict.fromkeys(task.foerderziele):
                    self._finished[goal].append(task)
        elif self._touches(task):
            for goal in dict.fromkeys(task.foerderziele):
                self._ongoing[goal].append(task)

    def _touches(self, task: Task) -> bool:
        """Tell whether an unfinished task is meant for the period, as exactly as its plan is."""
        begin = task.begin.earliest() if task.begin is not None and task.begin.has_year else None
        end = task.due.latest() if task.due is not None and task.due.has_year else None
        if begin is None and end is None:
            return False
        return (begin is None or begin <= self._time.last) and (end is None or end >= self._time.first)

    def _take_activity(self, activity: Activity) -> None:
        goals = dict.fromkeys(activity.foerderziele)
        if not goals:
            self._without += 1
            return
        self._all_entries += 1
        self._all_minutes += activity.minutes
        for goal in goals:
            self._entries[goal] += 1
            self._minutes[goal] += activity.minutes
            if activity.subject is not None and activity.subject.kind == Event.KIND:
                self._events[goal].add(activity.subject.id)

    def _goals(self) -> list[str]:
        used = {*self._finished, *self._ongoing, *self._entries}
        known = [entry.key for entry in self._view.catalogue("foerderziel").entries]
        return [key for key in known if key in used] + sorted(used.difference(known))

    def tables(self) -> tuple[Table, ...]:
        """Build the numbers by Förderziel and the list of measures."""
        goals = self._goals()
        summary = Table(
            key="t3",
            title="Maßnahmen nach Förderziel",
            columns=(
                Column(title="Förderziel", header=True),
                Column(title="abgeschlossene Aufgaben", type=_COUNT),
                Column(title="laufende Aufgaben", type=_COUNT),
                Column(title="Veranstaltungen", type=_COUNT),
                Column(title="Tätigkeiten", unit="Einträge", type=_COUNT),
                Column(title="Personenstunden", unit="Std.", type=_NUMBER, digits=1),
            ),
            rows=tuple(
                (
                    label(self._view, "foerderziel", goal),
                    len(self._finished[goal]),
                    len(self._ongoing[goal]),
                    len(self._events[goal]),
                    self._entries[goal],
                    Fraction(self._minutes[goal], _MINUTES),
                )
                for goal in goals
            ),
            totals=("Insgesamt, jede Maßnahme einmal", *self._sums()) if goals else None,
            notes=(
                (
                    "Maßnahmen mit mehreren Förderzielen stehen bei jedem davon und zählen insgesamt einmal. Veranstaltungen sind "
                    "die, für die Tätigkeiten mit diesem Ziel erfasst sind. Stunden werden aus Minuten summiert und erst dann "
                    "gerundet."
                ),
                "Die fünf Ziele sind die der Richtlinie von 2021, wie eine Ratsvorlage sie wiedergibt.",
            ),
            empty="Im Zeitraum ist keine Maßnahme mit einem Förderziel erfasst.",
        )
        return (summary, self._listing(goals)) if goals else (summary,)

    def _sums(self) -> tuple[Cell, ...]:
        finished = {task.id for found in self._finished.values() for task in found}
        ongoing = {task.id for found in self._ongoing.values() for task in found}
        events = set().union(*self._events.values())
        return (
            len(finished),
            len(ongoing),
            len(events),
            self._all_entries,
            Fraction(self._all_minutes, _MINUTES),
        )

    def _listing(self, goals: Sequence[str]) -> Table:
        rows: list[tuple[Cell, ...]] = []
        for goal in goals:
            name = label(self._view, "foerderziel", goal)
            rows.extend(self._task_rows(name, self._finished[goal], "abgeschlossen"))
            rows.extend(self._task_rows(name, self._ongoing[goal], ""))
            rows.extend(self._event_rows(name, self._events[goal]))
        return Table(
            key="t3b",
            title="Die Maßnahmen im Einzelnen",
            columns=(
                Column(title="Förderziel"),
                Column(title="Maßnahme", header=True),
                Column(title="Art"),
                Column(title="Zeit"),
                Column(title="Stand"),
            ),
            rows=tuple(rows),
            empty="Erfasst sind nur Tätigkeiten, die zu keiner Aufgabe oder Veranstaltung gehören.",
        )

    def _task_rows(self, goal: str, tasks: Iterable[Task], state: str) -> Iterable[tuple[Cell, ...]]:
        for task in sorted(tasks, key=lambda task: (task.completed_on is None, task.completed_on, task.title, task.id)):
            when = " – ".join(date.text for date in (task.begin, task.due) if date is not None)
            done = "" if task.completed_on is None else f"am {day_text(task.completed_on)}"
            yield (
                goal,
                task.title,
                "Aufgabe",
                when or done,
                f"{state} {done}".strip() if state else label(self._view, "aufgabenstatus", task.status),
            )

    def _event_rows(self, goal: str, events: Iterable[str]) -> Iterable[tuple[Cell, ...]]:
        found = [event for id_ in events if (event := self._view.get(Event, id_)) is not None]
        dated = [(event.span.local_begin.date() if event.span is not None else None, event) for event in found]
        for day, event in sorted(dated, key=lambda pair: (pair[0] is None, pair[0], pair[1].title, pair[1].id)):
            yield (
                goal,
                event.title,
                "Veranstaltung",
                Sign.UNKNOWN if day is None else day_text(day),
                label(self._view, "veranstaltungsstatus", event.status),
            )

    def missing(self) -> tuple[Missing, ...]:
        """Count what could not be assigned."""
        return (
            Missing(
                what="erledigte Aufgaben mit Förderziel, deren Abschluss kein Datum hat (nicht gezählt)",
                count=self._undated,
            ),
            Missing(what="Tätigkeiten im Zeitraum ohne Förderziel (nicht gezählt)", count=self._without),
        )
