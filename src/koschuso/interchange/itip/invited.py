"""Messages about what others invite the office to: REQUEST, PUBLISH, ADD, CANCEL (RFC 5546, 3.2.1 to 3.2.5)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import InvalidRecord
from koschuso.interchange.editions import message_edition
from koschuso.interchange.ical.attendee import read_attendee
from koschuso.interchange.itip.acting import Acting
from koschuso.interchange.itip.people import address_of, contact_scope
from koschuso.interchange.itip.producing import instance
from koschuso.interchange.itip.replying import answered, last_answer, may_answer
from koschuso.interchange.itip.stamp import stamped, with_date
from koschuso.interchange.zones.names import is_iana
from koschuso.model import Event, EventStatus, Participation, ParticipationStatus, Severity, Task, TaskStatus

if TYPE_CHECKING:
    from datetime import date, datetime

    from koschuso.interchange.itip.message import Item
    from koschuso.model import TimeSpan

__all__ = ["Invited"]

_HELD: Final = frozenset({EventStatus.DURCHGEFUEHRT, EventStatus.NACHBEREITET})
_CALLED_OFF: Final = frozenset({EventStatus.ABGESAGT, EventStatus.VERSCHOBEN})


class Invited(Acting):
    """What the messages of organisers do."""

    def _publish(self, item: Item) -> None:
        held = self._held(item)
        if held is not None and item.edition < message_edition(held):
            self._outdated(held.KIND, held.id)
            return
        self._take(item)

    def _request(self, item: Item) -> None:
        record = item.record
        if record is None:
            self._incomplete(item)
            return
        held = self._held(item)
        if held is None:
            self._take(item)
            return
        if self._is_own(held) or not self._same_organiser(item, held):
            return
        edition = message_edition(held)
        if item.edition < edition:
            self._outdated(held.KIND, held.id)
            return
        if item.edition == edition:
            self.held.put(held)
            return
        self.held.put(record if record.id == held.id else attrs.evolve(record, id=held.id))
        for participation in item.participations:
            self._invited(participation, held, renewed=item.sequence > edition[0])

    def _invited(self, read: Participation, event: Event | Task, *, renewed: bool) -> None:
        """Take over whom an invitation names; an answer that was given here stays as long as the event does."""
        scope = contact_scope({})
        line = next((entry for entry in read.foreign if ":" in entry[1:]), "")
        email = (address_of(scope.parser.line(line)) if line else "") or read.email
        held = self.held.participation(event.id, email, read.id) if email else None
        if held is None:
            self.held.put(attrs.evolve(read, event_id=event.id) if read.event_id != event.id else read)
            return
        open_answer = read.status is ParticipationStatus.EINGELADEN
        if not may_answer(held) or (open_answer and not renewed and _answered_here(held)):
            self.held.put(held)
        elif held.person_id or held.organisation_id or held.id != read.id:
            # whom the office knows itself, it does not learn to know anew from somebody else's file
            same = held.status is read.status
            self.held.put(
                held if same else attrs.evolve(held, status=read.status, rank=None, hours=None, substitute_id="")
            )
        else:
            self.held.put(attrs.evolve(read, workshop=held.workshop))

    def _add(self, item: Item) -> None:
        record = item.record
        series = self.held.get(Event, item.uid)
        if not isinstance(record, Event) or record.span is None:
            self._incomplete(item)
            return
        if series is None or series.span is None:
            self._unknown(item)
            return
        if self._is_own(series) or not self._same_organiser(item, series):
            return
        added = with_date(series, record.span)
        if added is series:
            self._known(series)
            return
        if item.edition <= message_edition(series):
            self._outdated(series.KIND, series.id)
            return
        if item.sequence > series.sequence + 1:
            self._note(
                "luecke",
                f"Zur Reihe {series.id} fehlt mindestens eine frühere Nachricht; bitten Sie die einladende Stelle um den "
                "aktuellen Stand.",
                series,
            )
        self.held.put(stamped(added, item.sequence, item.stamp))
        exception = instance(series, _moment(record.span))
        told = {
            field: getattr(record, field)
            for field in ("title", "span", "description", "location", "online_url", "status")
        }
        if any(getattr(exception, field) != value for field, value in told.items() if field != "status"):
            self.held.put(stamped(attrs.evolve(exception, **told), item.sequence, item.stamp))

    def _cancel(self, item: Item) -> None:
        held = self._held(item)
        if held is None:
            self._cancel_unknown(item)
            return
        if self._is_own(held) or not self._same_organiser(item, held):
            return
        if item.status != "CANCELLED" and item.attendees:
            self._uninvite(item, held)
            return
        # an instance that is no exception yet has no edition of its own
        new_instance = isinstance(held, Event) and item.at is not None and not held.occurrence_at
        edition = message_edition(held)
        if new_instance and item.sequence >= edition[0]:
            edition = edition[0] - 1, ""
        if item.edition == edition:
            self._known(held)
        elif item.edition < edition:
            self._outdated(held.KIND, held.id)
        elif isinstance(held, Task):
            self._drop(held, item)
        else:
            self._call_off(held, item, new_instance=new_instance)

    def _call_off(self, event: Event, item: Item, *, new_instance: bool) -> None:
        """Cancel an event with all its exceptions, or one instance of it."""
        if event.status in _HELD:
            self._note(
                "absage_zu_spaet",
                f"Die Veranstaltung {event.id} ist als durchgeführt vermerkt; die Absage ändert daran nichts.",
                event,
            )
            return
        meant = self._instance(event, item) if new_instance else event
        if meant is None:
            return
        events = [meant]
        if item.at is None:
            events += self.held.exceptions(event.id)
        for affected in events:
            self.held.put(self._called_off(affected, item))

    def _drop(self, task: Task, item: Item) -> None:
        if task.status not in {TaskStatus.ERLEDIGT, TaskStatus.VERWORFEN}:
            task = attrs.evolve(task, status=TaskStatus.VERWORFEN)
        self.held.put(stamped(task, item.sequence, item.stamp))

    def _called_off(self, event: Event, item: Item) -> Event:
        if event.status not in _CALLED_OFF and event.status not in _HELD:
            event = attrs.evolve(event, status=EventStatus.ABGESAGT)
        record = item.record
        if isinstance(record, Event) and record.span != event.span and record.occurrence_at == event.occurrence_at:
            # a deadline of registration may lie behind the new time; of a cancelled event only the status counts
            with suppress(InvalidRecord):
                event = attrs.evolve(event, span=record.span)
        return stamped(event, item.sequence, item.stamp)

    def _cancel_unknown(self, item: Item) -> None:
        """A cancellation of what is not held is noted as such, so that an older invitation does not bring it to life."""
        record = item.record
        if isinstance(record, Event) and item.status == "CANCELLED":
            self.held.put(attrs.evolve(record, status=EventStatus.ABGESAGT))
            self._note(
                "absage_unbekannt",
                f"Abgesagt wird die Veranstaltung {record.id}, die das Büro nicht kennt; sie wurde als abgesagt vermerkt.",
                record,
                Severity.INFO,
            )
            return
        self._unknown(item)

    def _uninvite(self, item: Item, held: Event | Task) -> None:
        found = 0
        for line in item.attendees:
            participation = self._participant(held.id, line)
            if participation is None:
                continue
            found += 1
            if item.edition > last_answer(participation) and may_answer(participation):
                contacts = self.held.linked(participation)
                self.held.put(answered(participation, ParticipationStatus.ABGEMELDET, item.edition, contacts))
        if not found:
            self._note(
                "ausladung_unbekannt",
                f"Ausgeladen wird von {held.id} jemand, der hier nicht eingetragen ist; es wurde nichts geändert.",
                held,
            )


def _moment(span: TimeSpan) -> datetime | date:
    """When a span begins, in a form that an instance of another zone is found by."""
    if span.all_day:
        return span.begin.date()
    return span.begin_instant() if span.zone is not None and is_iana(span.zone) else span.begin


def _answered_here(held: Participation) -> bool:
    """Whether the status is one that was decided here, not what the last invitation said."""
    if last_answer(held) != (-1, ""):
        return True
    line = next((entry for entry in held.foreign if ":" in entry[1:]), "")
    if not line:
        return held.status is not ParticipationStatus.EINGELADEN
    scope = contact_scope({})
    told = read_attendee(scope.parser.line(line), held.event_id, scope)
    return told is not None and told.status is not held.status
