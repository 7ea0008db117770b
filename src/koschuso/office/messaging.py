"""Messages of an office to others and from others: who gets what, and what the office remembers of it.

koschuso sends nothing; it hands out mails. What they say is what the audience *netzwerk* may see (DS-05 to DS-09), and
people are written to only as far as there is a basis for the purpose *veranstaltung*. By default each person gets a
mail of their own in which nobody else is named: RFC 5546 would have all attendees in an invitation, but participants
of a Fachtag are not to learn from each other's calendars who else comes (domain.md DS-08). ``show_attendees=True`` is for
circles that know each other.

So that SEQUENCE rises when it must (RFC 5546, 2.1.4), the event remembers what was handed out last, in a kept line
``X-KOSCHUSO-VERSENDET:<SEQUENCE>/<digest of time, recurrence and status>``. It also says that the office itself
invites to the event, and that no file from outside may change it by an invitation.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import NotFound, Refused, WrongUse
from koschuso.model import (
    Event,
    EventStatus,
    Finding,
    Organisation,
    Participation,
    ParticipationStatus,
    Person,
    Record,
    Reference,
    Severity,
    Visibility,
)
from koschuso.office.taking_in.holdings import StoredRecords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from koschuso.interchange.itip import CalendarUser
    from koschuso.office.core import OpenOffice

__all__ = ["MessageResult", "messages"]

_PURPOSE: Final = "veranstaltung"
_INVITED: Final = frozenset(
    {
        ParticipationStatus.EINGELADEN,
        ParticipationStatus.VORLAEUFIG,
        ParticipationStatus.ANGEMELDET,
        ParticipationStatus.WARTELISTE,
        ParticipationStatus.NACHGERUECKT,
    }
)
_CALLED_OFF: Final = frozenset({EventStatus.ABGESAGT, EventStatus.VERSCHOBEN})
_WITHOUT_BASIS: Final = (
    "{count} Personen werden nicht angeschrieben, weil es für den Zweck »Veranstaltungen« keine Rechtsgrundlage gibt "
    "(DS-05)."
)
_METHODS: Final = ("REQUEST", "CANCEL", "REPLY", "REFRESH")


@attrs.frozen(kw_only=True)
class MessageResult:
    """What is ready to be sent.

    Attributes:
        mails: The mails, one for each recipient or one for all.
        sequence: SEQUENCE that they have.
        omitted: Who is not written to, and why; counted, not named.
    """

    mails: tuple[EmailMessage, ...] = attrs.field(repr=False)
    sequence: int = 0
    omitted: tuple[Finding, ...] = ()


def messages(
    office: OpenOffice,
    event_id: str,
    *,
    method: str,
    people: Sequence[str],
    sender: str,
    answer: ParticipationStatus | None,
    comment: str,
    uninvite: bool,
    show_attendees: bool,
    draft: bool,
    stamp: datetime | None,
) -> MessageResult:
    """Make the mails of one event; see `koschuso.office.Office.messages`."""
    if method not in _METHODS:
        raise WrongUse(f"Eine Nachricht »{method}« macht das Büro nicht; möglich sind {', '.join(_METHODS)}.")
    moment = (stamp or datetime.now(UTC)).replace(microsecond=0)
    with office.store.transaction(reason=f"Nachricht {method}"):
        event = office.get(Event, event_id)
        work = _Messages(office, event, stamp=moment, sender=sender, comment=comment, draft=draft)
        if method in {"REPLY", "REFRESH"}:
            return work.from_attendee(method, people, answer)
        return work.from_organiser(method, people, uninvite=uninvite, show_attendees=show_attendees)


class _Messages:
    """The messages about one event."""

    def __init__(
        self, office: OpenOffice, event: Event, *, stamp: datetime, sender: str, comment: str, draft: bool
    ) -> None:
        self.office = office
        self.event = event
        self.stamp = stamp
        self.sender = sender
        self.comment = comment
        self.draft = draft
        self.held = StoredRecords(office.store)
        self.participations = self._participations()
        self.contacts = self._contacts()

    # -- what others are invited to ------------------------------------------------------------------------------------

    def from_organiser(
        self, method: str, people: Sequence[str], *, uninvite: bool, show_attendees: bool
    ) -> MessageResult:
        """REQUEST and CANCEL."""
        from koschuso.interchange import imip, itip  # noqa: PLC0415 - `import koschuso` stays cheap

        organiser = self._own_address()
        whole = method == "CANCEL" and not uninvite
        if uninvite and not people:
            raise WrongUse("Nennen Sie mit --wer, wer ausgeladen wird.")
        event = self._called_off() if whole else self.event
        if method == "REQUEST" and event.status in _CALLED_OFF:
            raise Refused(f"{event.LABEL} {event.id}: Der Termin ist abgesagt; möglich ist eine Absage (cancel).")
        shown, contacts = self._shown(event, method)
        to, omitted = self._recipients(people, contacts)
        sequence = self._sequence(event, method)
        mails = []
        for group in [to] if show_attendees else [[one] for one in to]:
            record = attrs.evolve(shown, sequence=sequence)
            if method == "REQUEST":
                data = itip.request(
                    record,
                    group,
                    organiser=organiser,
                    stamp=self.stamp,
                    comment=self.comment,
                    contacts=contacts,
                    labels=self.office.label,
                )
            else:
                data = itip.cancel(
                    record,
                    group,
                    organiser=organiser,
                    stamp=self.stamp,
                    sequence=sequence,
                    uninvite=uninvite,
                    comment=self.comment,
                    contacts=contacts,
                )
            mails.append(
                imip.message(data, sender=self.sender or organiser.email, sender_name=organiser.name, draft=self.draft)
            )
        self._remember(event, sequence)
        if uninvite:
            self._uninvited(to)
        return MessageResult(mails=tuple(mails), sequence=sequence, omitted=omitted)

    def _own_address(self) -> CalendarUser:
        """Who invites; an event that somebody else invites to is not ours to send."""
        from koschuso.interchange import itip  # noqa: PLC0415 - as above

        event = self.event
        theirs = None if self._sent() else itip.organiser_of(attrs.evolve(event, organiser_ids=()))
        own = itip.organiser_of(attrs.evolve(event, foreign=()), self.contacts)
        if own is None:
            office = self.held("organisation", self.office.settings.office_id)
            if isinstance(office, Organisation) and office.email:
                own = itip.CalendarUser(email=office.email, name=office.name)
        if own is None and self.sender:
            own = itip.CalendarUser(email=self.sender, name=self.office.settings.name)
        if theirs is not None and (own is None or theirs.email.lower() != own.email.lower()):
            raise Refused(
                f"{event.LABEL} {event.id}: Zu diesem Termin lädt eine andere Stelle ein; antworten Sie ihr mit reply."
            )
        if own is None:
            raise WrongUse(
                "Wer einlädt, hat keine Mailadresse: Nennen Sie einen Absender (--sender) oder tragen Sie die Adresse bei "
                "der veranstaltenden Organisation ein."
            )
        return own

    def _called_off(self) -> Event:
        return self.event if self.event.status in _CALLED_OFF else self.event.with_status(EventStatus.ABGESAGT)

    def _shown(self, event: Event, method: str) -> tuple[Event, Mapping[Any, Record]]:
        """The event and the people as the network may see them."""
        from koschuso.privacy import for_audience  # noqa: PLC0415 - as above

        if method == "CANCEL":
            # who was invited must be told, whoever may see the event by now
            event = attrs.evolve(event, visibility=Visibility.NETZWERK)
        elif event.visibility is Visibility.INTERN:
            raise Refused(
                f"{event.LABEL} {event.id}: Der Termin ist nur intern sichtbar; setzen Sie seine Sichtbarkeit auf "
                "»netzwerk«, bevor Sie dazu einladen."
            )
        filtered = for_audience(
            [event, *self.contacts.values()],
            "netzwerk",
            on=self.stamp.date(),
            fields=self.office.registry.fields.values(),
            purpose=_PURPOSE,
            labels=self.office.label,
        )
        contacts = {Reference(record.KIND, record.id): record for record in filtered.records}
        shown = contacts.pop(Reference(Event.KIND, event.id), None)
        if not isinstance(shown, Event):
            raise Refused(f"{event.LABEL} {event.id}: Der Termin ist für andere nicht sichtbar.")
        return shown, contacts

    def _recipients(
        self, people: Sequence[str], contacts: Mapping[Any, Record]
    ) -> tuple[list[Participation], tuple[Finding, ...]]:
        """Whom to write to, and who cannot be."""
        wanted = self._named(people) if people else [who for who in self.participations if who.status in _INVITED]
        to: list[Participation] = []
        without_basis = without_address = 0
        for participation in wanted:
            if participation.headcounts:
                continue
            person = participation.person_id
            if person and Reference(Person.KIND, person) not in contacts:
                without_basis += 1
            elif not self._addresses(participation, contacts):
                without_address += 1
            else:
                to.append(participation)
        omitted = tuple(
            Finding(rule=rule, message=text.format(count=count), severity=Severity.WARNING, value=str(count))
            for rule, text, count in (
                ("nachricht.ohne_rechtsgrundlage", _WITHOUT_BASIS, without_basis),
                ("nachricht.ohne_adresse", "{count} Teilnahmen haben keine Mailadresse.", without_address),
            )
            if count
        )
        if not to:
            why = " ".join(finding.message for finding in omitted) or "Es ist niemand eingeladen."
            raise Refused(f"{self.event.LABEL} {self.event.id}: Es gibt niemanden, an den die Mail gehen könnte. {why}")
        return to, omitted

    def _uninvited(self, people: Iterable[Participation]) -> None:
        allowed = [who for who in people if who.status in _INVITED]
        self.office.save(
            *(attrs.evolve(who, status=ParticipationStatus.ABGEMELDET, rank=None) for who in allowed),
            reason="Ausladung",
        )

    # -- what the office is invited to ---------------------------------------------------------------------------------

    def from_attendee(self, method: str, people: Sequence[str], answer: ParticipationStatus | None) -> MessageResult:
        """REPLY and REFRESH."""
        from koschuso.interchange import imip, itip  # noqa: PLC0415 - as above

        if len(people) != 1:
            raise WrongUse("Nennen Sie mit --wer die eine Person, für die geantwortet wird.")
        who = self._named(people)[0]
        organiser = itip.organiser_of(self.event, self.contacts)
        if method == "REPLY":
            if answer is not None and answer is not who.status:
                who = attrs.evolve(who, status=answer, rank=None, hours=None, substitute_id="")
                self.office.save(who, reason="Antwort auf eine Einladung")
            data = itip.reply(
                self.event,
                who,
                organiser=organiser,
                stamp=self.stamp,
                comment=self.comment,
                contacts=self.contacts,
            )
        else:
            data = itip.refresh(
                self.event,
                who,
                organiser=organiser,
                stamp=self.stamp,
                comment=self.comment,
                contacts=self.contacts,
            )
        sender = self.sender or self._addresses(who, self.contacts)[0]
        mail = imip.message(data, sender=sender, title=self.event.title, draft=self.draft)
        return MessageResult(mails=(mail,), sequence=self.event.sequence)

    # -- who is who ----------------------------------------------------------------------------------------------------

    def _participations(self) -> list[Participation]:
        found = self._of(self.event.id)
        return found or (self._of(self.event.occurrence_of) if self.event.occurrence_of else [])

    def _of(self, event_id: str) -> list[Participation]:
        found = self.held.where(Participation.KIND, "event_id", event_id)
        return [record for record in found if isinstance(record, Participation)]

    def _contacts(self) -> dict[Any, Record]:
        wanted = {("organisation", id_) for id_ in self.event.organiser_ids}
        wanted |= {("person", who.person_id) for who in self.participations if who.person_id}
        wanted |= {("organisation", who.organisation_id) for who in self.participations if who.organisation_id}
        found = {Reference(kind, id_): self.held(kind, id_) for kind, id_ in sorted(wanted)}
        return {reference: record for reference, record in found.items() if record is not None}

    def _addresses(self, participation: Participation, contacts: Mapping[Any, Record]) -> list[str]:
        from koschuso.interchange.contentline import parse_line  # noqa: PLC0415 - as above
        from koschuso.interchange.itip.people import address_of, attendee_lines  # noqa: PLC0415 - as above

        return [address_of(parse_line(line)) for line in attendee_lines([participation], contacts)]

    def _named(self, people: Sequence[str]) -> list[Participation]:
        """The participations with these ids or mail addresses.

        Raises:
            NotFound: One of them is not invited; the message does not repeat an address.
        """
        found: list[Participation] = []
        for number, name in enumerate(people, start=1):
            matching = [
                who
                for who in self.participations
                if who.id == name
                or name.lower() in {address.lower() for address in self._addresses(who, self.contacts)}
            ]
            if not matching:
                raise NotFound(
                    f"{self.event.LABEL} {self.event.id}: Die {number}. genannte Person steht nicht unter den Teilnahmen."
                )
            found.append(matching[0])
        return found

    # -- what was handed out last --------------------------------------------------------------------------------------

    def _sent(self) -> tuple[int, str] | None:
        """SEQUENCE and digest of the last message."""
        from koschuso.interchange.itip.producing import SENT  # noqa: PLC0415 - as above

        for entry in self.event.foreign:
            name, _, value = entry.partition(":")
            if name == SENT:
                sequence, _, digest = value.partition("/")
                return (int(sequence), digest) if sequence.isascii() and sequence.isdigit() else None
        return None

    def _sequence(self, event: Event, method: str) -> int:
        sent = self._sent()
        if method == "CANCEL":
            if sent is not None and event.status in _CALLED_OFF and sent[1] == _digest(event):
                return max(event.sequence, sent[0])  # the same cancellation once more
            return max(event.sequence, sent[0] if sent else 0) + 1
        if sent is None:
            return event.sequence
        return max(event.sequence, sent[0] if sent[1] == _digest(event) else sent[0] + 1)

    def _remember(self, event: Event, sequence: int) -> None:
        from koschuso.interchange.itip.producing import SENT  # noqa: PLC0415 - as above
        from koschuso.interchange.itip.stamp import with_line  # noqa: PLC0415 - as above

        event = with_line(attrs.evolve(event, sequence=sequence), SENT, f"{SENT}:{sequence}/{_digest(event)}")
        if event != self.event:
            self.office.save(event, reason="Nachricht")


def _digest(event: Event) -> str:
    from koschuso.interchange.itip.rules import significant  # noqa: PLC0415 - as above

    told = json.dumps([repr(part) for part in significant(event)], ensure_ascii=False)
    return blake2b(told.encode(), digest_size=8).hexdigest()
