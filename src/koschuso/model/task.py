"""What the office does: tasks that are planned, activities that took time, consultations that are counted.

A consultation never says whom or what case it was about: it is a count with vocabulary keys (domain.md DS-03, DS-04).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.finding import Problems
from koschuso.model.fuzzydate import FuzzyDate
from koschuso.model.record import Record
from koschuso.model.values import Reference, check_ags, check_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TASK_TRANSITIONS", "Activity", "Consultation", "Task", "TaskStatus"]

_WHOLE = 100
_MINUTES_PER_DAY = 24 * 60


class TaskStatus(StrEnum):
    """Where a task stands."""

    GEPLANT = "geplant"
    IN_ARBEIT = "in_arbeit"
    WARTET = "wartet"
    ERLEDIGT = "erledigt"
    VERWORFEN = "verworfen"


TASK_TRANSITIONS: Mapping[TaskStatus, frozenset[TaskStatus]] = MappingProxyType(
    {
        TaskStatus.GEPLANT: frozenset(
            {TaskStatus.IN_ARBEIT, TaskStatus.WARTET, TaskStatus.ERLEDIGT, TaskStatus.VERWORFEN}
        ),
        TaskStatus.IN_ARBEIT: frozenset({TaskStatus.WARTET, TaskStatus.ERLEDIGT, TaskStatus.VERWORFEN}),
        TaskStatus.WARTET: frozenset({TaskStatus.IN_ARBEIT, TaskStatus.ERLEDIGT, TaskStatus.VERWORFEN}),
        # Work is taken up again; what was dropped is planned anew.
        TaskStatus.ERLEDIGT: frozenset({TaskStatus.IN_ARBEIT}),
        TaskStatus.VERWORFEN: frozenset({TaskStatus.GEPLANT}),
    }
)
"""Which status may follow which; our proposal, not a rule of the field."""


@attrs.frozen(kw_only=True)
class Task(Record):
    """An Aufgabe: something to be done, as exact in time as its plan.

    Attributes:
        title: What is to be done.
        taetigkeit: Key of the Tätigkeitsprofil.
        status: Where it stands.
        begin: When it begins; as fuzzy as the plan.
        due: When it is to be finished; as fuzzy as the plan.
        completed_on: Day on which it was finished.
        description: More words; never about a case or a person.
        responsible_ids: Persons or organisations in charge.
        involved: Others who take part: members of a working group, partners.
        subject: Event, committee or concept that it belongs to.
        parent_id: Larger task that this is a phase of.
        result: Reference to the resulting document.
        minutes: Time spent, in minutes.
        percent: How much is done, 0 to 100.
        cost_category: Key under which cost is proved.
        foerderziele: Keys of the catalogue ``foerderziel``.
    """

    KIND: ClassVar[str] = "task"
    LABEL: ClassVar[str] = "Aufgabe"

    title: str
    taetigkeit: str = ""
    status: TaskStatus = TaskStatus.GEPLANT
    begin: FuzzyDate | None = None
    due: FuzzyDate | None = None
    completed_on: date | None = None
    description: str = ""
    responsible_ids: tuple[str, ...] = ()
    involved: tuple[Reference, ...] = ()
    subject: Reference | None = None
    parent_id: str = ""
    result: str = ""
    minutes: int | None = None
    percent: int | None = None
    cost_category: str = ""
    foerderziele: tuple[str, ...] = ()

    def _check(self, problems: Problems) -> None:
        if not self.title:
            problems.add(field="title", value="", rule="aufgabe.titel", message="Eine Aufgabe braucht einen Titel.")
        check_keys(
            problems, taetigkeit=self.taetigkeit, cost_category=self.cost_category, foerderziele=self.foerderziele
        )
        if not (self.minutes is None or self.minutes >= 0):
            problems.add(
                field="minutes",
                value=self.minutes,
                rule="aufgabe.minuten",
                message="Ein Zeitaufwand ist nicht negativ.",
            )
        if not (self.percent is None or 0 <= self.percent <= _WHOLE):
            problems.add(
                field="percent",
                value=self.percent,
                rule="aufgabe.fortschritt",
                message=f"Ein Fortschritt von {self.percent} % ist nicht möglich; erlaubt sind 0 bis 100.",
            )
        if not (self.completed_on is None or self.status is TaskStatus.ERLEDIGT):
            problems.add(
                field="completed_on",
                value=self.completed_on,
                rule="aufgabe.erledigt",
                message=f"Ein Erledigungsdatum passt nicht zum Status »{self.status}«.",
            )
        if (
            self.begin is not None
            and self.due is not None
            and self.begin.has_year
            and self.due.has_year
            and self.begin.earliest() > self.due.latest()
        ):
            problems.add(
                field="due",
                value=self.due,
                rule="aufgabe.reihenfolge",
                message=f"Die Aufgabe ist fällig ({self.due}), bevor sie beginnt ({self.begin}).",
            )

    def with_status(self, status: TaskStatus) -> Task:
        """Make a copy with the next status.

        Raises:
            InvalidRecord: The status may not follow the present one.
        """
        if status not in TASK_TRANSITIONS[self.status]:
            refuse_transition(self.KIND, self.id, self.status, status)
        completed = self.completed_on if status is TaskStatus.ERLEDIGT else None
        return attrs.evolve(self, status=status, completed_on=completed)


@attrs.frozen(kw_only=True)
class Activity(Record):
    """A Tätigkeit that took time: person-minutes of one person, or of the team where nobody is named.

    Attributes:
        day: When.
        taetigkeit: Key of the Tätigkeitsprofil.
        minutes: Person-minutes, 1 to 24 hours.
        title: What, in a few words; never about a case.
        person_id: Who of the office; empty for the team, which is the default.
        subject: Event, committee, concept or task that the time was for.
        reach: Key of the catalogue ``reichweite``: within or outside the region.
        reached: How many people were reached, where it was counted.
        foerderziele: Keys of the catalogue ``foerderziel``.
    """

    KIND: ClassVar[str] = "activity"
    LABEL: ClassVar[str] = "Tätigkeit"

    day: date
    taetigkeit: str
    minutes: int
    title: str = ""
    person_id: str = ""
    subject: Reference | None = None
    reach: str = ""
    reached: int | None = None
    foerderziele: tuple[str, ...] = ()

    def _check(self, problems: Problems) -> None:
        check_keys(problems, taetigkeit=self.taetigkeit, reach=self.reach, foerderziele=self.foerderziele)
        if not self.taetigkeit:
            problems.add(
                field="taetigkeit",
                value="",
                rule="taetigkeit.schluessel",
                message="Eine Tätigkeit nennt ihre Stelle im Tätigkeitsprofil.",
            )
        if not (0 < self.minutes <= _MINUTES_PER_DAY):
            problems.add(
                field="minutes",
                value=self.minutes,
                rule="taetigkeit.minuten",
                message=f"{self.minutes} Minuten an einem Tag sind nicht möglich; erlaubt sind 1 bis 1440.",
            )
        if not (self.reached is None or self.reached >= 0):
            problems.add(
                field="reached",
                value=self.reached,
                rule="taetigkeit.erreichte",
                message="Eine Zahl von Erreichten ist nicht negativ.",
            )


@attrs.frozen(kw_only=True)
class Consultation(Record):
    """A Beratungskontakt as a count; there is no place for a person, a case or free text (DS-01, DS-03).

    Attributes:
        day: When.
        target_group: Key of the catalogue ``zielgruppe``: who was advised. Pupils and parents are none.
        form: Key of the catalogue ``beratungsform``.
        topics: Keys of the catalogue ``thema``, or free tags.
        minutes: Length, where it was noted.
        count: How many contacts of this sort the record stands for.
        taetigkeit: Key of the Tätigkeitsprofil.
        schulform: Key of the catalogue ``schulform``, where it matters.
        ags: Municipality, where it matters.
        occasion: Key of an occasion, where the office has a list of them.
        follow_up: Whether a further date was agreed.
        referred_to: Key of the catalogue ``organisationsart``: where the matter was passed on to.
        organisation_id: Organisation that was advised; only where the office switched that on (DS-03).
    """

    KIND: ClassVar[str] = "consultation"
    LABEL: ClassVar[str] = "Beratung"

    day: date
    target_group: str
    form: str
    topics: tuple[str, ...] = ()
    minutes: int | None = None
    count: int = 1
    taetigkeit: str = "beratung"
    schulform: str = ""
    ags: str = ""
    occasion: str = ""
    follow_up: bool = False
    referred_to: str = ""
    organisation_id: str = ""

    def _check(self, problems: Problems) -> None:
        check_keys(
            problems,
            target_group=self.target_group,
            form=self.form,
            taetigkeit=self.taetigkeit,
            schulform=self.schulform,
            occasion=self.occasion,
            referred_to=self.referred_to,
        )
        check_ags(problems, "ags", self.ags)
        if not (self.target_group and self.form):
            problems.add(
                field="target_group",
                value=self.target_group,
                rule="beratung.pflichtfelder",
                message="Eine Beratung nennt Zielgruppe und Form.",
            )
        if self.target_group in _NO_TARGET_GROUPS:
            problems.add(
                field="target_group",
                value=self.target_group,
                rule="beratung.zielgruppe",
                message="Schülerinnen, Schüler und Eltern sind keine Zielgruppe der Koordinierungsstelle (DS-01).",
            )
        if not (self.minutes is None or 0 < self.minutes <= _MINUTES_PER_DAY):
            problems.add(
                field="minutes",
                value=self.minutes,
                rule="beratung.minuten",
                message=f"Eine Beratung von {self.minutes} Minuten ist nicht möglich; erlaubt sind 1 bis 1440.",
            )
        if self.count <= 0:
            problems.add(
                field="count",
                value=self.count,
                rule="beratung.anzahl",
                message="Eine Beratung steht für mindestens einen Kontakt.",
            )


_NO_TARGET_GROUPS = frozenset(
    {"schueler", "schuelerinnen", "schueler_innen", "kinder", "jugendliche", "eltern", "erziehungsberechtigte"}
)


def refuse_transition(kind: str, id: str, status: str, wanted: str) -> None:  # noqa: A002 - the record's own term
    """Refuse a change of status.

    Raises:
        InvalidRecord: Always.
    """
    problems = Problems(kind, id)
    problems.add(
        field="status",
        value=wanted,
        rule="status.uebergang",
        message=f"Auf den Status »{status}« folgt nicht »{wanted}«.",
    )
    problems.raise_if_any()
