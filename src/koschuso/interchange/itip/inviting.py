"""Messages from those whom the office invited: REPLY, COUNTER, REFRESH; and DECLINECOUNTER (RFC 5546, 3.2.3, 3.2.6 to 3.2.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from koschuso.interchange.ical.attendee import read_attendee
from koschuso.interchange.itip.acting import Acting
from koschuso.interchange.itip.people import address_of, calendar_user, contact_scope
from koschuso.interchange.itip.replying import answered, last_answer, may_answer, status_after
from koschuso.model import Event, Participation, ParticipationStatus, Severity

if TYPE_CHECKING:
    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.itip.message import Item

__all__ = ["Inviting"]


class Inviting(Acting):
    """What the messages of attendees do."""

    def _reply(self, item: Item) -> None:
        event = self._held(item)
        if not isinstance(event, Event):
            self._unknown(item)
            return
        if not self._same_organiser(item, event):
            return
        if len(item.attendees) != 1:
            self._note(
                "antwort_von_wem",
                f"Eine Antwort zu {event.id} nennt {len(item.attendees)} Teilnehmende statt genau einer Person; sie wurde "
                "nicht übernommen.",
                event,
                Severity.ERROR,
            )
            return
        if item.sequence < event.sequence:
            self._outdated(event.KIND, event.id)
            return
        line = item.attendees[0]
        participation = self._who_answers(event, line)
        if participation is None:
            return
        last = last_answer(participation)
        if item.edition == last:
            self._known(participation)
        elif item.edition < last:
            self._outdated(participation.KIND, participation.id)
        else:
            if item.at is not None and not event.occurrence_at:
                meant = self._instance(event, item)
                if meant is None:
                    return
                event = meant
                participation = self._for_instance(participation, event, line)
                self.held.put(event)
            self._answer(participation, line, item, event)

    def _who_answers(self, event: Event, line: ContentLine) -> Participation | None:
        """The participation that an answer is about; told about where there is none."""
        participation = self._participant(event.id, line)
        if participation is None and event.occurrence_of:
            # who is invited to the series is invited to each instance
            of_series = self._participant(event.occurrence_of, line)
            participation = of_series and self._for_instance(of_series, event, line)
        return participation or self._delegate(event, line)

    def _answer(self, participation: Participation, line: ContentLine, item: Item, event: Event) -> None:
        partstat = line.param("PARTSTAT", "NEEDS-ACTION").upper()
        status = status_after(participation.status, partstat)
        if status is None:
            self._note(
                "antwort_unverstaendlich",
                f"Die Antwort zu {event.id} hat einen Stand (PARTSTAT), den es nicht gibt; sie wurde nicht übernommen.",
                participation,
                Severity.ERROR,
                value=partstat,
            )
            return
        if not may_answer(participation):
            self._note(
                "antwort_zu_spaet",
                f"Zur Teilnahme {participation.id} ist schon vermerkt, ob sie stattfand; die Antwort ändert daran nichts.",
                participation,
            )
            return
        if participation.status is ParticipationStatus.WARTELISTE and status is ParticipationStatus.WARTELISTE:
            self._note(
                "antwort_warteliste",
                f"Die Teilnahme {participation.id} steht auf der Warteliste und sagt zu; wer nachrückt, entscheiden Sie.",
                participation,
            )
        params: dict[str, str] = {}
        substitute = ""
        if status is ParticipationStatus.VERTRETEN:
            to = line.param("DELEGATED-TO")
            substitute = self._substitute(event, to, participation, line)
            if substitute:
                params["DELEGATED-TO"] = to
        after = answered(
            participation, status, item.edition, self.held.linked(participation), comment=item.comment, params=params
        )
        if substitute:
            after = attrs.evolve(after, substitute_id=substitute)
        self.held.put(after)
        if item.comment:
            self._note(
                "antwort_kommentar",
                f"Zur Teilnahme {participation.id} gehört ein Kommentar; er steht bei der Teilnahme.",
                participation,
                Severity.INFO,
                value=item.comment,
            )

    def _substitute(self, event: Event, address: str, instead_of: Participation, line: ContentLine) -> str:
        """Note whom somebody sends in their place, and give the id of that participation; empty if it is nobody."""
        scope = contact_scope({})
        delegate = scope.parser.line(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{address}")
        if not address_of(delegate) or address_of(delegate).lower() == address_of(line).lower():
            return ""
        held = self._participant(event.id, delegate)
        if held is None:
            held = read_attendee(delegate, event.id, scope)
            if held is None:
                return ""
            self.held.put(attrs.evolve(held, role=instead_of.role))
        return held.id

    def _delegate(self, event: Event, line: ContentLine) -> Participation | None:
        """Somebody who is not held: the substitute of an invited person, else a stranger, who is only told about."""
        scope = contact_scope({})
        sender = scope.parser.line(f"ATTENDEE:{line.param('DELEGATED-FROM')}")
        invited = self._participant(event.id, sender) if address_of(sender) else None
        if invited is not None and calendar_user(line) is not None:
            substitute = read_attendee(scope.parser.line(f"ATTENDEE:{line.value}"), event.id, scope)
            if substitute is not None:
                self._note(
                    "vertretung",
                    f"Zur Veranstaltung {event.id} antwortet eine Vertretung der Teilnahme {invited.id}; sie wurde eingetragen.",
                    invited,
                    Severity.INFO,
                )
                return attrs.evolve(substitute, name=line.param("CN").strip(), role=invited.role)
        self._note(
            "fremde_antwort",
            f"Zur Veranstaltung {event.id} antwortet jemand, der nicht eingeladen ist; es wurde nichts eingetragen. Soll "
            "die Person teilnehmen, tragen Sie sie ein.",
            event,
            value=address_of(line) or line.value,
        )
        return None

    def _refresh(self, item: Item) -> None:
        event = self._held(item)
        if event is None:
            self._unknown(item)
            return
        if self._same_organiser(item, event):
            who = self._who(item, event)
            self._note(
                "bitte_um_stand",
                f"{who} bittet um den aktuellen Stand von {event.id}; erzeugen Sie dafür eine neue Einladung.",
                event,
                value=self._addresses(item),
            )

    def _counter(self, item: Item) -> None:
        event = self._held(item)
        if event is None:
            self._unknown(item)
            return
        if not self._same_organiser(item, event):
            return
        record = item.record
        proposed = f"{record.span}" if isinstance(record, Event) and record.span is not None else "ein anderer Inhalt"
        comment = " Ein Kommentar liegt bei." if item.comment else ""
        self._note(
            "gegenvorschlag",
            f"{self._who(item, event)} schlägt zu {event.id} vor: {proposed}.{comment} Es wurde nichts geändert; bitte "
            "entscheiden Sie.",
            event,
            value=item.comment or self._addresses(item),
        )

    def _decline_counter(self, item: Item) -> None:
        event = self._held(item)
        if event is None:
            self._unknown(item)
        elif self._same_organiser(item, event):
            self._note(
                "gegenvorschlag_abgelehnt",
                f"Der Gegenvorschlag zu {event.id} wurde abgelehnt; es bleibt bei dem, was eingetragen ist.",
                event,
                Severity.INFO,
                value=item.comment,
            )
