"""What every act of applying a message needs: what the office holds of it, who it comes from, and what is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange.ical.attendee import read_attendee
from koschuso.interchange.itip.people import address_of, contact_scope
from koschuso.interchange.itip.producing import SENT, instance
from koschuso.interchange.itip.rules import ORGANISER_METHODS
from koschuso.interchange.recurrence import occurrences
from koschuso.model import Event, Finding, Participation, Severity, Task

if TYPE_CHECKING:
    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.itip.held import Held
    from koschuso.interchange.itip.message import Item
    from koschuso.model import Record, TimeSpan

__all__ = ["Acting"]

_DAY: Final = timedelta(days=1)


class Acting:
    """The application of one file; see `koschuso.interchange.itip.applying`."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.findings: list[Finding] = []

    def _take(self, item: Item) -> None:
        """Take over what was read as it is."""
        for record in (item.record, *item.participations):
            if record is not None:
                self.held.put(record)

    # -- finding what is meant -----------------------------------------------------------------------------------------

    def _held(self, item: Item) -> Event | Task | None:
        """What the office holds: the event itself, the exception that is meant, or the series of an instance."""
        if item.name == "VTODO":
            return self.held.get(Task, item.record.id if item.record is not None else item.uid)
        if item.at is None:
            return self.held.get(Event, item.uid)
        series = self.held.get(Event, item.uid)
        exception = self.held.exception(series, item.uid, item.at)
        if exception is None and item.record is not None:
            exception = self.held.get(Event, item.record.id)
        if exception is None and item.method in {"REQUEST", "PUBLISH"}:
            return None  # a new exception of a series
        # an idea without a time has no instances
        return exception or (series if series is not None and series.span is not None else None)

    def _instance(self, series: Event, item: Item) -> Event | None:
        """The instance of a series that a message is about; told about where the series has none then."""
        if item.at is None:
            return series
        found = instance(series, item.at, this_and_future=item.this_and_future)
        if found.span is not None and _takes_place(series, found.span):
            return found
        self._note(
            "instanz_unbekannt",
            f"Die Nachricht zu {series.id} meint einen Termin, den diese Reihe nicht hat; sie wurde nicht übernommen.",
            series,
            Severity.ERROR,
        )
        return None

    def _participant(self, event_id: str, line: ContentLine) -> Participation | None:
        """The participation of the person whom a line names."""
        email = address_of(line)
        scope = contact_scope({})
        derived = read_attendee(scope.parser.line(f"ATTENDEE:mailto:{email}"), event_id, scope) if email else None
        return None if derived is None else self.held.participation(event_id, email, derived.id)

    def _for_instance(self, of_series: Participation, event: Event, line: ContentLine) -> Participation:
        """The participation in one instance of somebody who is invited to the series."""
        held = self._participant(event.id, line)
        if held is not None:
            return held
        scope = contact_scope({})
        derived = read_attendee(scope.parser.line(f"ATTENDEE:mailto:{address_of(line)}"), event.id, scope)
        id_ = derived.id if derived is not None else f"{event.id}/{of_series.id}"
        return attrs.evolve(of_series, id=id_, event_id=event.id, foreign=(), rank=None)

    def _same_organiser(self, item: Item, held: Event | Task) -> bool:
        """Whether the message names the ORGANIZER whom the office knows; where it knows none, nothing can differ."""
        known = self.held.organiser(held)
        if known is None or known.email.lower() == item.organiser:
            return True
        if not item.organiser and item.method not in ORGANISER_METHODS:
            return True  # some programs leave it out of an answer; who answers must be invited anyway
        self._note(
            "anderer_veranstalter",
            f"Die Nachricht zu {held.id} nennt nicht die Stelle als Veranstalter (ORGANIZER), die hier eingetragen ist; sie "
            "wurde nicht übernommen. Fragen Sie dort nach, bevor Sie etwas ändern.",
            held,
            Severity.ERROR,
            value=item.organiser,
        )
        return False

    def _is_own(self, held: Event | Task) -> bool:
        """Whether the office itself invites to this event: then no message from outside changes it."""
        own = any(entry.startswith(SENT) for entry in held.foreign)
        if own:
            self._note(
                "eigene",
                f"Zu {held.id} lädt das Büro selbst ein; eine Einladung oder Absage aus einer Datei ändert daran nichts.",
                held,
                Severity.INFO,
            )
        return own

    def _who(self, item: Item, event: Event | Task) -> str:
        found = [participation for line in item.attendees if (participation := self._participant(event.id, line))]
        return f"Die Teilnahme {found[0].id}" if len(found) == 1 else "Jemand, der hier nicht eingetragen ist,"

    def _addresses(self, item: Item) -> str:
        return ", ".join(filter(None, map(address_of, item.attendees)))

    # -- what is told --------------------------------------------------------------------------------------------------

    def _outdated(self, kind: str, id_: str) -> None:
        self.findings.append(
            Finding(
                rule="itip.veraltet",
                message=f"Die Nachricht zu {id_} ist älter als das, was das Büro schon hat; sie ändert nichts.",
                kind=kind,
                id=id_,
            )
        )

    def _known(self, record: Record) -> None:
        self.held.put(record)
        self._note("bekannt", f"Die Nachricht zu {record.id} ist schon übernommen.", record, Severity.INFO)

    def _unknown(self, item: Item) -> None:
        self._note(
            "unbekannt",
            f"Die Nachricht ({item.method}) betrifft einen Termin, den das Büro nicht hat; sie wurde nicht übernommen.",
            None,
            Severity.ERROR,
            value=item.uid,
        )

    def _incomplete(self, item: Item) -> None:
        self._note(
            "unvollstaendig",
            f"Der Nachricht ({item.method}) fehlt, was ein Termin braucht (etwa ein lesbarer Beginn); sie wurde nicht "
            "übernommen.",
            None,
            Severity.ERROR,
            value=item.uid,
        )

    def _note(
        self,
        rule: str,
        message: str,
        record: Record | None,
        severity: Severity = Severity.WARNING,
        *,
        value: str = "",
    ) -> None:
        self.findings.append(
            Finding(
                rule=f"itip.{rule}",
                message=message,
                severity=severity,
                kind="" if record is None else record.KIND,
                id="" if record is None else record.id,
                value=value,
            )
        )

    def _unknown_method(self, item: Item) -> None:
        self._take(item)
        self._note(
            "methode_unbekannt",
            "Die Datei ist eine Nachricht einer Art (METHOD), die koschuso nicht kennt; sie wurde wie ein gewöhnlicher "
            "Kalender gelesen.",
            item.record,
        )


def _takes_place(series: Event, span: TimeSpan) -> bool:
    """Whether a series has an instance that begins then by its rule; also where that is too much to work out."""
    day = span.local_begin.date()
    found = occurrences(series, begin=day - _DAY, end=day + 2 * _DAY)
    return not found.complete or any(occurrence.at == span.begin for occurrence in found.items)
