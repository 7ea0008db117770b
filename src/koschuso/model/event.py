"""Events, series and participations, with their states and what may follow what."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.finding import Problems
from koschuso.model.period import ALWAYS, Period
from koschuso.model.record import Record
from koschuso.model.task import refuse_transition
from koschuso.model.timespan import TimeSpan
from koschuso.model.values import Address, check_ags, check_email, check_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EVENT_TRANSITIONS",
    "PARTICIPATION_TRANSITIONS",
    "Event",
    "EventStatus",
    "Headcount",
    "Location",
    "Participation",
    "ParticipationStatus",
    "Series",
    "Visibility",
    "Workshop",
]

_MOST_WEEKS = 52
_WEEKDAYS = range(7)


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


class ParticipationStatus(StrEnum):
    """Where a participation stands (domain.md 2.8e)."""

    EINGELADEN = "eingeladen"
    VORLAEUFIG = "vorlaeufig"
    ANGEMELDET = "angemeldet"
    WARTELISTE = "warteliste"
    NACHGERUECKT = "nachgerueckt"
    ABGEMELDET = "abgemeldet"
    VERTRETEN = "vertreten"
    TEILGENOMMEN = "teilgenommen"
    TEILWEISE = "teilweise"
    UNENTSCHULDIGT = "unentschuldigt"

    @property
    def attended(self) -> bool:
        """Whether it counts as a Teilnahme."""
        return self in {ParticipationStatus.TEILGENOMMEN, ParticipationStatus.TEILWEISE}

    @property
    def registered(self) -> bool:
        """Whether it counts as an Anmeldung: also those who then came or stayed away."""
        return self.attended or self in {
            ParticipationStatus.ANGEMELDET,
            ParticipationStatus.NACHGERUECKT,
            ParticipationStatus.UNENTSCHULDIGT,
        }


def _participation_transitions() -> Mapping[ParticipationStatus, frozenset[ParticipationStatus]]:
    status = ParticipationStatus
    outcome = {status.TEILGENOMMEN, status.TEILWEISE, status.UNENTSCHULDIGT}
    seat = outcome | {status.ABGEMELDET, status.VERTRETEN}
    answer = {status.ANGEMELDET, status.WARTELISTE, status.ABGEMELDET, status.VERTRETEN}
    return MappingProxyType(
        {
            # Who was only invited may come all the same: attendance is what the list at the door says.
            status.EINGELADEN: frozenset(answer | outcome | {status.VORLAEUFIG}),
            status.VORLAEUFIG: frozenset(answer | outcome),
            status.ANGEMELDET: frozenset(seat | {status.WARTELISTE}),
            status.WARTELISTE: frozenset(
                {status.NACHGERUECKT, status.ABGEMELDET, status.TEILGENOMMEN, status.TEILWEISE}
            ),
            status.NACHGERUECKT: frozenset(seat),
            status.ABGEMELDET: frozenset({status.ANGEMELDET, status.WARTELISTE}),
            status.VERTRETEN: frozenset({status.ANGEMELDET}),
            # A list at the door is corrected afterwards.
            status.TEILGENOMMEN: frozenset({status.TEILWEISE, status.UNENTSCHULDIGT}),
            status.TEILWEISE: frozenset({status.TEILGENOMMEN, status.UNENTSCHULDIGT}),
            status.UNENTSCHULDIGT: frozenset({status.TEILGENOMMEN, status.TEILWEISE, status.ABGEMELDET}),
        }
    )


PARTICIPATION_TRANSITIONS = _participation_transitions()
"""Which status of a participation may follow which; our proposal, not a rule of the field."""


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


@attrs.frozen(kw_only=True)
class Headcount:
    """How many people of a group took part where nobody was listed by name, or no longer is (DS-16).

    Attributes:
        count: Number of people.
        target_group: Key of the catalogue ``zielgruppe``.
        schulform: Key of the catalogue ``schulform``.
        ags: Municipality.
    """

    count: int
    target_group: str = ""
    schulform: str = ""
    ags: str = ""

    def __attrs_post_init__(self) -> None:
        problems = Problems("headcount")
        if self.count < 0:
            problems.add(field="count", value=self.count, rule="kopfzahl", message="Eine Kopfzahl ist nicht negativ.")
        check_keys(problems, target_group=self.target_group, schulform=self.schulform)
        check_ags(problems, "ags", self.ags)
        problems.raise_if_any()


@attrs.frozen(kw_only=True)
class Participation(Record):
    """That somebody was invited to, registered for or attended an event; or how many did, without names.

    Attributes:
        event_id: The event.
        person_id: Who, where the person is recorded.
        organisation_id: For which institution.
        name: Who, where the person is not recorded (guests, attendees of an imported calendar).
        email: Address of somebody who is not recorded.
        status: Where it stands.
        role: Key of the catalogue ``teilnahmerolle``.
        rank: Place on the waiting list, from 1; only with status ``warteliste``.
        hours: Attended hours where they differ from the event's; required for ``teilweise``.
        registered_by: Person who registered somebody else.
        substitute_id: Participation of the substitute; only with status ``vertreten``.
        workshop: Key of the chosen workshop.
        headcounts: Counts instead of a person.
    """

    KIND: ClassVar[str] = "participation"
    LABEL: ClassVar[str] = "Teilnahme"

    event_id: str
    person_id: str = ""
    organisation_id: str = ""
    name: str = ""
    email: str = ""
    status: ParticipationStatus = ParticipationStatus.EINGELADEN
    role: str = "teilnehmend"
    rank: int | None = None
    hours: Decimal | None = None
    registered_by: str = ""
    substitute_id: str = ""
    workshop: str = ""
    headcounts: tuple[Headcount, ...] = ()

    def _check(self, problems: Problems) -> None:
        named = bool(self.person_id or self.name or self.email)
        if not self.event_id:
            problems.add(
                field="event_id", value="", rule="teilnahme.bezug", message="Eine Teilnahme nennt ihre Veranstaltung."
            )
        check_keys(problems, role=self.role)
        check_email(problems, "email", self.email)
        if not (named or self.organisation_id or self.headcounts):
            problems.add(
                field="person_id",
                value="",
                rule="teilnahme.wer",
                message="Eine Teilnahme nennt Person, Institution oder Kopfzahlen.",
            )
        if named and self.headcounts:
            problems.add(
                field="headcounts",
                value="",
                rule="teilnahme.kopfzahl",
                message="Kopfzahlen stehen anstelle von Personen, nicht neben ihnen.",
            )
        if not (self.rank is None or (self.rank > 0 and self.status is ParticipationStatus.WARTELISTE)):
            problems.add(
                field="rank",
                value=self.rank,
                rule="teilnahme.rang",
                message=f"Einen Platz auf der Warteliste gibt es ab 1 und nur dort, nicht im Status »{self.status}«.",
            )
        if not (self.hours is None or (self.hours.is_finite() and self.hours > 0 and self.status.attended)):
            problems.add(
                field="hours",
                value=self.hours,
                rule="teilnahme.stunden",
                message=f"Stunden größer als 0 hat, wer teilgenommen hat, nicht wer im Status »{self.status}« ist.",
            )
        if not (self.hours is not None or self.status is not ParticipationStatus.TEILWEISE):
            problems.add(
                field="hours",
                value="",
                rule="teilnahme.stunden_teilweise",
                message="Eine teilweise Teilnahme nennt ihre Stunden.",
            )
        if not (not self.substitute_id or self.status is ParticipationStatus.VERTRETEN):
            problems.add(
                field="substitute_id",
                value=self.substitute_id,
                rule="teilnahme.vertretung",
                message=f"Eine Vertretung gibt es nur im Status »vertreten«, nicht bei »{self.status}«.",
            )

    def with_status(self, status: ParticipationStatus, *, hours: Decimal | None = None) -> Participation:
        """Make a copy with the next status; what belongs only to the present one is dropped.

        Args:
            status: The next status.
            hours: Attended hours, required for ``teilweise``.

        Raises:
            InvalidRecord: The status may not follow the present one, or ``hours`` do not fit it.
        """
        if status not in PARTICIPATION_TRANSITIONS[self.status]:
            refuse_transition(self.KIND, self.id, self.status, status)
        return attrs.evolve(self, status=status, rank=None, substitute_id="", hours=hours)


@attrs.frozen(kw_only=True)
class Series(Record):
    """A Reihe: a rhythm and what it avoids; its dates are materialised as events by `koschuso.planning`.

    Attributes:
        title: Title.
        rhythm: Key of the catalogue ``rhythmus``.
        type: Key of the catalogue ``veranstaltungsart``.
        taetigkeit: Key of the Tätigkeitsprofil.
        weeks: Every how many weeks, 1 to 52, for ``alle_n_wochen``.
        weekday: 0 is Monday, for the weekly and monthly rhythms.
        nth: Which weekday of the month, 1 to 5, or -1 for the last, for ``monatlich_n_ter_wochentag``.
        dates: The days of ``termine_liste``.
        begin_time: Wall time at which each date begins.
        minutes: Length of each date.
        avoid: Keys of the catalogue ``meide``: Ferien, Feiertage …
        evasion: Key of the catalogue ``ausweichregel``.
        schulformen: For whom; part series have one each.
        parent_id: Series that this is a part series of.
        committee_id: Committee that meets.
        period: From when to when dates are made.
    """

    KIND: ClassVar[str] = "series"
    LABEL: ClassVar[str] = "Reihe"

    title: str
    rhythm: str
    type: str = ""
    taetigkeit: str = ""
    weeks: int | None = None
    weekday: int | None = None
    nth: int | None = None
    dates: tuple[date, ...] = ()
    begin_time: time | None = None
    minutes: int | None = None
    avoid: tuple[str, ...] = ()
    evasion: str = "manuell"
    schulformen: tuple[str, ...] = ()
    parent_id: str = ""
    committee_id: str = ""
    period: Period = ALWAYS

    def _check(self, problems: Problems) -> None:
        if not self.title:
            problems.add(field="title", value="", rule="reihe.titel", message="Eine Reihe braucht einen Titel.")
        check_keys(
            problems,
            rhythm=self.rhythm,
            type=self.type,
            taetigkeit=self.taetigkeit,
            avoid=self.avoid,
            evasion=self.evasion,
            schulformen=self.schulformen,
        )
        needs = {
            "alle_n_wochen": self.weeks is not None,
            "monatlich_n_ter_wochentag": self.weekday is not None and self.nth is not None,
            "termine_liste": bool(self.dates),
        }
        if not needs.get(self.rhythm, True):
            problems.add(
                field="rhythm",
                value=self.rhythm,
                rule="reihe.rhythmus",
                message=f"Dem Rhythmus »{self.rhythm}« fehlt eine Angabe (Wochen, Wochentag mit Zahl oder Termine).",
            )
        if not (self.weeks is None or (1 <= self.weeks <= _MOST_WEEKS and self.rhythm == "alle_n_wochen")):
            problems.add(
                field="weeks",
                value=self.weeks,
                rule="reihe.wochen",
                message="Ein Abstand in Wochen reicht von 1 bis 52 und gehört zum Rhythmus »alle_n_wochen«.",
            )
        if not (self.weekday is None or self.weekday in _WEEKDAYS):
            problems.add(
                field="weekday",
                value=self.weekday,
                rule="reihe.wochentag",
                message="Ein Wochentag reicht von 0 (Montag) bis 6 (Sonntag).",
            )
        if not (self.nth is None or self.nth in {1, 2, 3, 4, 5, -1}):
            problems.add(
                field="nth",
                value=self.nth,
                rule="reihe.n_ter",
                message="Die Zahl des Wochentags im Monat reicht von 1 bis 5; -1 ist der letzte.",
            )
        if not (self.minutes is None or self.minutes > 0):
            problems.add(
                field="minutes", value=self.minutes, rule="reihe.dauer", message="Eine Dauer ist größer als 0 Minuten."
            )

    def span_on(self, day: date) -> TimeSpan:
        """Give the span of the date on a day: all day where the series has no time."""
        if self.begin_time is None:
            return TimeSpan.days(day)
        return TimeSpan.at(datetime.combine(day, self.begin_time), minutes=self.minutes or 0)
