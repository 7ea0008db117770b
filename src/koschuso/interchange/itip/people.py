"""Who a scheduling message names: ORGANIZER and ATTENDEE as calendar programs of others may see them.

A line of the office's own calendar also says which record somebody is, which workshop was chosen, who registered whom.
None of this goes out: a message has only the parameters of the standard (RFC 5545, 3.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import WrongUse
from koschuso.interchange.contentline import LineParser, format_line
from koschuso.interchange.ical.attendee import attendee_line
from koschuso.interchange.ical.scope import CalendarScope
from koschuso.interchange.notes import Notes
from koschuso.model import BERLIN, EMPTY, Event, Participation, Reference, is_email

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.model import Record

__all__ = ["CalendarUser", "address_of", "attendee_lines", "calendar_user", "contact_scope", "organiser_of"]

_MAILTO: Final = "mailto:"
_STANDARD: Final = frozenset(
    {"CN", "CUTYPE", "DELEGATED-FROM", "DELEGATED-TO", "LANGUAGE", "MEMBER", "PARTSTAT", "ROLE", "RSVP", "SENT-BY"}
)


@attrs.frozen(kw_only=True)
class CalendarUser:
    """Somebody whom a calendar names by mail address (RFC 5545, 3.3.3).

    Attributes:
        email: The address, without ``mailto:``.
        name: How programs show them.

    Raises:
        WrongUse: The address is none, or holds characters that would break out of a line.
    """

    email: str = attrs.field(repr=False)
    name: str = attrs.field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        if not (is_email(self.email) and self.email.isprintable()):
            raise WrongUse("Eine Angabe ist keine E-Mail-Adresse; erwartet wird eine Form wie name@kreis.example.")


def calendar_user(line: ContentLine) -> CalendarUser | None:
    """Read the address and name of an ORGANIZER or ATTENDEE line, ``None`` if it has no mail address."""
    email = address_of(line)
    return CalendarUser(email=email, name=line.param("CN").strip()) if email else None


def address_of(line: ContentLine) -> str:
    """Give the mail address of a line as written, empty if there is none."""
    value = line.value.strip()
    email = value[len(_MAILTO) :].strip() if value.lower().startswith(_MAILTO) else value
    if not is_email(email):
        email = line.param("EMAIL").strip()
    return email if is_email(email) and email.isprintable() else ""


def organiser_of(event: Record, contacts: Mapping[Any, Record] = EMPTY) -> CalendarUser | None:
    """Tell who holds an event or task: as its kept ORGANIZER line says, else the first of its organisers.

    Args:
        event: The event or task.
        contacts: The organisations, by `Reference`.
    """
    for entry in event.foreign:
        if entry[:9].upper() == "ORGANIZER" and ":" in entry:
            user = calendar_user(LineParser().line(entry))
            if user is not None:
                return user
    for id_ in event.organiser_ids[:1] if isinstance(event, Event) else ():
        organisation: Any = contacts.get(Reference("organisation", id_))
        email = str(getattr(organisation, "email", "") or "")
        if is_email(email):
            return CalendarUser(email=email, name=str(getattr(organisation, "name", "")))
    return None


def contact_scope(contacts: Mapping[Any, Record]) -> CalendarScope:
    """Build a scope that knows how linked people and organisations are called."""

    def _contact(kind: str, id_: str) -> tuple[str, str] | None:
        record: Any = contacts.get(Reference(kind, id_))
        if record is None:
            return None
        name = getattr(record, "display_name", "") or getattr(record, "name", "") or ""
        return str(name), str(getattr(record, "email", "") or "")

    scope = CalendarScope(Notes(), lambda _tzid, _name, _number: BERLIN, default_zone=BERLIN)
    scope.contact_of = _contact
    return scope


def attendee_lines(
    participations: Iterable[Participation], contacts: Mapping[Any, Record], *, rsvp: bool = False
) -> list[str]:
    """Write the ATTENDEE lines of a message; who has no mail address is left out.

    Args:
        participations: The participations; a substitute among them is tied to whom they stand in for (DELEGATED-TO).
        contacts: The linked people and organisations, by `Reference`.
        rsvp: Whether an answer is asked for.
    """
    scope = contact_scope(contacts)
    people: dict[str, tuple[Participation, ContentLine, str]] = {}
    for participation in participations:
        if participation.headcounts:
            continue
        line = scope.parser.line(attendee_line(participation, scope))
        address = address_of(line)
        if address:
            people[participation.id] = participation, line, address
    delegates = {who.substitute_id: address for who, _, address in people.values() if who.substitute_id}
    written = []
    for participation, line, address in people.values():
        params: dict[str, Sequence[str]] = {key: values for key, values in line.params.items() if key in _STANDARD}
        params.pop("RSVP", None)
        if rsvp:
            params["RSVP"] = ("TRUE",)
        if participation.substitute_id in people:
            params["DELEGATED-TO"] = (f"{_MAILTO}{people[participation.substitute_id][2]}",)
        if participation.id in delegates:
            params["DELEGATED-FROM"] = (f"{_MAILTO}{delegates[participation.id]}",)
        written.append(format_line("", "ATTENDEE", params, f"{_MAILTO}{address}"))
    return written
