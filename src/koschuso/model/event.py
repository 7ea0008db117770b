"""Events: what takes place when and where, with its states and what may follow what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.record import Record
from koschuso.model.task import refuse_transition
from koschuso.model.timespan import TimeSpan
from koschuso.model.values import Address, check_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from koschuso.model.finding import Problems

__all__ = ["EVENT_TRANSITIONS", "Event", "EventStatus", "Location", "Visibility", "Workshop"]


class EventStatus(StrEnum):
    """Where an event stands between idea and follow-up (domain.md 2.8d; our proposal)."""

    IDEE = "idee"
    GEPLANT = "geplant"
    SAVE_THE_DATE = "save_the_date"
    EINLADUNG = "einladung"
    ANMELDUNG_GESCHLOSSEN = "anmeldung_geschlossen"
    DURCHGEFUEHRT = "durchgefuehrt"
    NACHBEREITET = "nachbereitet"
    VERSCHOBEN = "verschoben"
    ABGESAGT = "abgesagt"
    VERWORFEN = "verworfen"


def _event_transitions() -> Mapping[EventStatus, frozenset[EventStatus]]:
    status = EventStatus
    called_off = {status.VERSCHOBEN, status.ABGESAGT}
    return MappingProxyType(
        {
            status.IDEE: frozenset({status.GEPLANT, status.VERWORFEN}),
            status.GEPLANT: frozenset({status.SAVE_THE_DATE, status.EINLADUNG, status.ABGESAGT}),
            status.SAVE_THE_DATE: frozenset({status.EINLADUNG, *called_off}),
            status.EINLADUNG: frozenset({status.ANMELDUNG_GESCHLOSSEN, *called_off}),
            status.ANMELDUNG_GESCHLOSSEN: frozenset({status.DURCHGEFUEHRT, *called_off}),
            status.DURCHGEFUEHRT: frozenset({status.NACHBEREITET}),
            status.NACHBEREITET: frozenset(),
            status.VERSCHOBEN: frozenset({status.GEPLANT}),
            status.ABGESAGT: frozenset(),
            status.VERWORFEN: frozenset(),
        }
    )


EVENT_TRANSITIONS = _event_transitions()
"""Which status of an event may follow which (domain.md 2.8d)."""


class Visibility(StrEnum):
    """Who may see an event."""

    INTERN = "intern"
    NETZWERK = "netzwerk"
    OEFFENTLICH = "oeffentlich"


@attrs.frozen(kw_only=True)
class Location:
    """Where an event takes place.

    Attributes:
        name: Name of the house; an interchange file's whole LOCATION where it is not structured.
        room: Room.
        address: Postal address.
    """

    name: str = ""
    room: str = ""
    address: Address | None = None

    def __str__(self) -> str:
        return ", ".join(
            part for part in (self.name, self.room, *(self.address.lines() if self.address else ())) if part
        )


@attrs.frozen(kw_only=True)
class Workshop:
    """A part of an event that participants choose, with a capacity of its own.

    Attributes:
        key: Short key that participations name.
        title: Title.
        capacity: Seats; ``None`` is no limit.
    """

    key: str
    title: str
    capacity: int | None = None


@attrs.frozen(kw_only=True)
class Event(Record):
    """A Veranstaltung: a Fachtag, a Qualitätszirkel, a meeting of a committee.

    Attributes:
        title: Title.
        span: When; ``None`` for an idea without a date.
        type: Key of the catalogue ``veranstaltungsart``.
        taetigkeit: Key of the Tätigkeitsprofil.
        topics: Keys of the catalogue ``thema``, or free tags.
        description: More words; never a case or a phone number in what is published (DS-08).
        series_id: Series that it belongs to.
        committee_id: Committee that meets.
        location: Where.
        online_url: Where to join online.
        format: Key of the catalogue ``veranstaltungsformat``.
        organiser_ids: Organisations that hold it.
        partner_ids: Organisations that cooperate.
        speaker_ids: Persons who speak.
        target_groups: Keys of the catalogue ``zielgruppe``.
        schulformen: Keys of the catalogue ``schulform``; empty is schulformübergreifend.
        capacity: Seats; ``None`` is no limit, which never reads as full.
        registration_deadline: Last day of registration.
        waiting_list: Whether there is a waiting list.
        cost: Fee in Euro.
        workshops: Parts to choose from.
        certificate_hours: Hours that a certificate names.
        status: Where it stands.
        visibility: Who may see it.
        minutes_reference: Where the Protokoll lies.
        evaluation_reference: Where the evaluation lies.
        budget: Cost of the office in Euro.
        successor_id: Event that took its place after it was moved.
        sequence: SEQUENCE of RFC 5545, 3.8.7.4: rises with every change that participants must learn.
        recurrence: RRULE, RDATE and EXDATE lines of an imported recurring event, verbatim (RFC 5545, 3.8.5).
        occurrence_of: Id of the recurring event that this is an exception of.
        occurrence_at: RECURRENCE-ID line of the exception, verbatim (RFC 5545, 3.8.4.4).
    """

    KIND: ClassVar[str] = "event"
    LABEL: ClassVar[str] = "Veranstaltung"

    title: str
    span: TimeSpan | None = None
    type: str = ""
    taetigkeit: str = ""
    topics: tuple[str, ...] = ()
    description: str = ""
    series_id: str = ""
    committee_id: str = ""
    location: Location | None = None
    online_url: str = ""
    format: str = ""
    organiser_ids: tuple[str, ...] = ()
    partner_ids: tuple[str, ...] = ()
    speaker_ids: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    schulformen: tuple[str, ...] = ()
    capacity: int | None = None
    registration_deadline: date | None = None
    waiting_list: bool = False
    cost: Decimal | None = None
    workshops: tuple[Workshop, ...] = ()
    certificate_hours: Decimal | None = None
    status: EventStatus = EventStatus.GEPLANT
    visibility: Visibility = Visibility.INTERN
    minutes_reference: str = ""
    evaluation_reference: str = ""
    budget: Decimal | None = None
    successor_id: str = ""
    sequence: int = 0
    recurrence: tuple[str, ...] = ()
    occurrence_of: str = ""
    occurrence_at: str = ""

    def _check(self, problems: Problems) -> None:
        if self.type or self.taetigkeit or self.format or self.target_groups or self.schulformen:
            check_keys(
                problems,
                type=self.type,
                taetigkeit=self.taetigkeit,
                format=self.format,
                target_groups=self.target_groups,
                schulformen=self.schulformen,
            )
        if not (self.span is not None or self.status in _DATELESS):
            problems.add(
                field="span",
                value=self.status,
                rule="veranstaltung.termin",
                message=f"Eine Veranstaltung im Status »{self.status}« hat einen Termin; nur eine Idee kommt ohne aus.",
            )
        if not (self.capacity is None or self.capacity > 0):
            problems.add(
                field="capacity",
                value=self.capacity,
                rule="veranstaltung.plaetze",
                message="Eine Platzzahl ist größer als 0; ohne Grenze bleibt das Feld leer.",
            )
        if not (
            self.registration_deadline is None
            or self.span is None
            or self.registration_deadline <= self.span.begin.date()
        ):
            problems.add(
                field="registration_deadline",
                value=self.registration_deadline,
                rule="veranstaltung.anmeldeschluss",
                message="Der Anmeldeschluss liegt nach dem Beginn der Veranstaltung.",
            )
        if self.cost is not None or self.budget is not None or self.certificate_hours is not None:
            for field, amount in (
                ("cost", self.cost),
                ("budget", self.budget),
                ("certificate_hours", self.certificate_hours),
            ):
                if not (amount is None or (amount.is_finite() and amount >= 0)):
                    problems.add(
                        field=field,
                        value=amount,
                        rule="veranstaltung.nicht_negativ",
                        message=f"Eine Angabe in {field} ist nicht negativ.",
                    )
        if not (not self.successor_id or self.status is EventStatus.VERSCHOBEN):
            problems.add(
                field="successor_id",
                value=self.successor_id,
                rule="veranstaltung.nachfolgetermin",
                message=f"Einen Nachfolgetermin hat eine verschobene Veranstaltung, nicht eine im Status »{self.status}«.",
            )
        if self.sequence < 0:
            problems.add(
                field="sequence",
                value=self.sequence,
                rule="veranstaltung.sequence",
                message="Die Änderungsnummer (SEQUENCE) ist nicht negativ.",
            )

    def with_status(self, status: EventStatus) -> Event:
        """Make a copy with the next status.

        Raises:
            InvalidRecord: The status may not follow the present one.
        """
        if status not in EVENT_TRANSITIONS[self.status]:
            refuse_transition(self.KIND, self.id, self.status, status)
        return attrs.evolve(self, status=status, successor_id="")


_DATELESS = frozenset({EventStatus.IDEE, EventStatus.VERWORFEN})
