"""What an office holds, as the application of a message sees it: the stored records, and what the message changed so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from koschuso.interchange.contentline import LineParser
from koschuso.interchange.itip.message import moment_of
from koschuso.interchange.itip.people import CalendarUser, address_of, organiser_of
from koschuso.interchange.zones.names import iana_name
from koschuso.model import Event, Organisation, Participation, Person, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    from koschuso.model import Record

__all__ = ["Held", "Holdings"]

T = TypeVar("T")


@runtime_checkable
class Holdings(Protocol):
    """What `koschuso.interchange.itip.apply` asks for: one record by its id, and records by the value of a field.

    A plain function that gives a record by kind and id will do for offices whose participations all came from
    calendars; to find those that the office made itself, the second question must be answered too.
    """

    def __call__(self, kind: str, id: str, /) -> Record | None:  # noqa: A002 - the record's own term
        """Give the stored record, ``None`` if there is none."""

    def where(self, kind: str, field: str, value: str, /) -> Iterable[Record]:
        """Give the stored records of a kind whose field has this value."""


class Held:
    """The records of the office together with those that were changed already.

    Attributes:
        changed: What the office is to hold afterwards, by kind and id, in the order in which it was found.
    """

    def __init__(self, stored: Callable[[str, str], Record | None]) -> None:
        self._stored = stored
        self._asked: dict[tuple[str, str, str], tuple[Record, ...]] = {}
        self._people: dict[str, dict[str, str]] = {}  # of an event: who takes part, by mail address
        self.changed: dict[tuple[str, str], Record] = {}

    def put(self, record: Record) -> None:
        """Note what a record is to be."""
        self.changed[record.KIND, record.id] = record
        if isinstance(record, Participation) and record.event_id in self._people:
            self._enter(record)

    def get(self, record_type: type[T], id_: str) -> T | None:
        """Give the present state of a record."""
        kind = str(getattr(record_type, "KIND", ""))
        found = self.changed.get((kind, id_)) or self._stored(kind, id_)
        return found if isinstance(found, record_type) else None

    def _where(self, record_type: type[T], field: str, value: str) -> list[T]:
        kind = str(getattr(record_type, "KIND", ""))
        found: dict[str, T] = {}
        if isinstance(self._stored, Holdings):
            asked = self._asked.get((kind, field, value))
            if asked is None:
                asked = self._asked[kind, field, value] = tuple(self._stored.where(kind, field, value))
            for record in asked:
                present = self.changed.get((kind, record.id), record)
                if isinstance(present, record_type):
                    found[record.id] = present
        for (of_kind, id_), record in self.changed.items():
            if of_kind == kind and isinstance(record, record_type) and getattr(record, field) == value:
                found[id_] = record
        return list(found.values())

    # -- events --------------------------------------------------------------------------------------------------------

    def exceptions(self, uid: str) -> list[Event]:
        """The exceptions of a series."""
        return self._where(Event, "occurrence_of", uid)

    def exception(self, series: Event | None, uid: str, at: datetime | date) -> Event | None:
        """The exception of a series for the instance that begins then by its rule."""
        zone = (series.span.zone if series is not None and series.span else "") or ""
        parser = LineParser()

        def _resolve(tzid: str) -> str:
            return iana_name(tzid) or zone

        for event in self.exceptions(uid):
            if moment_of(parser.line(event.occurrence_at), _resolve) == at:
                return event
        return None

    def organiser(self, event: Record) -> CalendarUser | None:
        """Who holds an event, as the office knows it."""
        return organiser_of(event, self.contacts(organisation=getattr(event, "organiser_ids", ())[:1]))

    # -- people --------------------------------------------------------------------------------------------------------

    def contacts(self, *, organisation: Iterable[str] = (), person: Iterable[str] = ()) -> Mapping[Any, Record]:
        """The named organisations and people that are held."""
        found: dict[Any, Record] = {}
        for id_ in organisation:
            body = self.get(Organisation, id_)
            if body is not None:
                found[Reference("organisation", id_)] = body
        for id_ in person:
            human = self.get(Person, id_)
            if human is not None:
                found[Reference("person", id_)] = human
        return found

    def linked(self, participation: Participation) -> Mapping[Any, Record]:
        """Who a participation points at."""
        return self.contacts(
            person=filter(None, (participation.person_id,)), organisation=filter(None, (participation.organisation_id,))
        )

    def participation(self, event_id: str, email: str, derived: str = "") -> Participation | None:
        """The participation of somebody in an event, by mail address.

        Args:
            event_id: The event.
            email: The address.
            derived: Id that a participation of this address has when it came from a calendar.
        """
        if event_id not in self._people:
            self._people[event_id] = {}
            for participation in self._where(Participation, "event_id", event_id):
                self._enter(participation)
        id_ = self._people[event_id].get(email.lower(), derived)
        return self.get(Participation, id_) if id_ else None

    def _enter(self, participation: Participation) -> None:
        people = self._people[participation.event_id]
        for address in self._addresses(participation):
            people.setdefault(address, participation.id)

    def _addresses(self, participation: Participation) -> set[str]:
        found = {participation.email}
        for entry in participation.foreign:
            if ":" in entry[1:]:
                found.add(address_of(LineParser().line(entry)))
        for record in self.linked(participation).values():
            # an organisation's mailbox answers for the person only where no person is named
            if isinstance(record, Person) or not participation.person_id:
                found.add(str(getattr(record, "email", "")))
        return {address.lower() for address in found if address}
