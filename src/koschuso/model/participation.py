"""Participations: who was invited to, registered for or attended an event, or how many did, without names."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.finding import Problems
from koschuso.model.record import Record
from koschuso.model.task import refuse_transition
from koschuso.model.values import check_ags, check_email, check_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PARTICIPATION_TRANSITIONS", "Headcount", "Participation", "ParticipationStatus"]


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
        return self is ParticipationStatus.TEILGENOMMEN or self is ParticipationStatus.TEILWEISE

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
        if (
            self.rank is not None
            or self.hours is not None
            or self.substitute_id
            or self.status is ParticipationStatus.TEILWEISE
        ):
            self._check_status(problems)

    def _check_status(self, problems: Problems) -> None:
        """Note what does not go with the status."""
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
