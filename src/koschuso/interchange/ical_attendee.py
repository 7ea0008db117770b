"""ATTENDEE and `Participation`: one line of an event is one record.

An attendee of another program has no id; it gets one from the event and the calendar address, so that importing twice
changes nothing. The status of the standard (PARTSTAT) is coarser than the office's; ``X-KOSCHUSO-STATUS`` keeps the
difference. Attendees are never written for the public (domain.md DS-08).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from koschuso.errors import InvalidRecord
from koschuso.interchange.contentline import format_line
from koschuso.interchange.ical_scope import X
from koschuso.model import Participation, ParticipationStatus, is_email, is_key

if TYPE_CHECKING:
    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.ical_scope import CalendarScope

__all__ = ["PARTICIPATION_STATUS", "attendee_line", "read_attendee"]

PARTICIPATION_STATUS: Final = {
    ParticipationStatus.EINGELADEN: "NEEDS-ACTION",
    ParticipationStatus.VORLAEUFIG: "TENTATIVE",
    ParticipationStatus.ANGEMELDET: "ACCEPTED",
    ParticipationStatus.WARTELISTE: "NEEDS-ACTION",
    ParticipationStatus.NACHGERUECKT: "ACCEPTED",
    ParticipationStatus.ABGEMELDET: "DECLINED",
    ParticipationStatus.VERTRETEN: "DELEGATED",
    ParticipationStatus.TEILGENOMMEN: "ACCEPTED",
    ParticipationStatus.TEILWEISE: "ACCEPTED",
    ParticipationStatus.UNENTSCHULDIGT: "ACCEPTED",
}
"""PARTSTAT for each status, as in the catalogue ``teilnahmestatus``."""

_USUAL_STATUS: Final = {
    "TENTATIVE": ParticipationStatus.VORLAEUFIG,
    "ACCEPTED": ParticipationStatus.ANGEMELDET,
    "DECLINED": ParticipationStatus.ABGEMELDET,
    "DELEGATED": ParticipationStatus.VERTRETEN,
}
_ROLES: Final = {"moderation": "CHAIR", "gast": "NON-PARTICIPANT"}
_USUAL_ROLES: Final = {"CHAIR": "moderation", "NON-PARTICIPANT": "gast"}
_USUAL_ROLE: Final = "REQ-PARTICIPANT"
_MAILTO: Final = "mailto:"
_NO_ADDRESS: Final = "invalid:nomail"
_OWN: Final = frozenset(
    {
        "CN",
        "PARTSTAT",
        "ROLE",
        f"{X}STATUS",
        f"{X}ROLLE",
        f"{X}ID",
        f"{X}PERSON",
        f"{X}ORGANISATION",
        f"{X}NAME",
        f"{X}EMAIL",
        f"{X}RANG",
        f"{X}STUNDEN",
        f"{X}WORKSHOP",
        f"{X}VERTRETUNG",
        f"{X}ANGEMELDET-VON",
    }
)
_LONGEST_NUMBER: Final = 9


def read_attendee(line: ContentLine, event_id: str, scope: CalendarScope) -> Participation | None:
    """Make a participation of an ATTENDEE line; ``None`` if it names nobody.

    Args:
        line: The line.
        event_id: Id of the event.
        scope: Takes findings and learns how linked people are called.
    """
    try:
        participation = Participation(**_fields(line, event_id, scope))
    except InvalidRecord:
        scope.not_understood(line, "ein Name oder eine E-Mail-Adresse")
        return None
    if line.text != _canonical(participation, scope):
        object.__setattr__(participation, "foreign", (line.text,))  # made a moment ago, see `foreign.set_foreign`
    return participation


def attendee_line(participation: Participation, scope: CalendarScope) -> str:
    """Write a participation as an ATTENDEE line; the kept line if it still says the same."""
    kept = next((entry for entry in participation.foreign if ":" in entry[1:]), "")
    if not kept:
        return _canonical(participation, scope)
    line = scope.parser.line(kept)
    fields = _fields(line, participation.event_id, scope)
    told_id = fields.pop("id")
    plain, mark, number = participation.id.rpartition("~")
    same_id = told_id == participation.id or (mark and number.isdigit() and plain == told_id)
    if same_id and all(getattr(participation, field) == value for field, value in fields.items()):
        return kept
    others = {name: values for name, values in line.head.pairs if name.upper() not in _OWN}
    return _canonical(participation, scope, others)


def _fields(line: ContentLine, event_id: str, scope: CalendarScope) -> dict[str, Any]:
    param = line[0].param
    address = line[1].strip()
    email = address[len(_MAILTO) :].strip() if address.lower().startswith(_MAILTO) else address
    if not is_email(email):
        email = param("EMAIL") if is_email(param("EMAIL")) else ""
    name = param("CN").strip()
    person, organisation = param(f"{X}PERSON"), param(f"{X}ORGANISATION")
    status, hours = _status(line)
    fields: dict[str, Any] = {
        "event_id": event_id,
        "person_id": person,
        "organisation_id": organisation,
        "status": status,
        "role": _role(line),
        "rank": _rank(param(f"{X}RANG")) if status is ParticipationStatus.WARTELISTE else None,
        "hours": hours,
        "registered_by": param(f"{X}ANGEMELDET-VON"),
        "substitute_id": param(f"{X}VERTRETUNG") if status is ParticipationStatus.VERTRETEN else "",
        "workshop": param(f"{X}WORKSHOP"),
    }
    if person or organisation:
        # name and address are those of the linked record
        scope.learn_contact("person" if person else "organisation", person or organisation, name, email)
        fields["name"], fields["email"] = param(f"{X}NAME"), param(f"{X}EMAIL")
    else:
        fields["name"] = name or ("" if email or address == _NO_ADDRESS else address)
        fields["email"] = email
    fields["id"] = param(f"{X}ID") or _derived_id(event_id, email or address, name)
    return fields


def _derived_id(event_id: str, address: str, name: str) -> str:
    from hashlib import blake2b  # noqa: PLC0415 - importing koschuso stays cheap

    address = address.lower()
    told = name if not address or address == _NO_ADDRESS else address
    return f"{event_id}/{blake2b(told.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def _status(line: ContentLine) -> tuple[ParticipationStatus, Decimal | None]:
    standard = line.param("PARTSTAT", "NEEDS-ACTION").upper()
    status = _USUAL_STATUS.get(standard, ParticipationStatus.EINGELADEN)
    own = line.param(f"{X}STATUS")
    if own in set(ParticipationStatus):
        exact = ParticipationStatus(own)
        # whoever answers in another program changes PARTSTAT only
        if PARTICIPATION_STATUS[exact] == standard:
            status = exact
    hours: Decimal | None = None
    if status.attended:
        try:
            hours = Decimal(line.param(f"{X}STUNDEN")[:_LONGEST_NUMBER])
        except InvalidOperation:
            hours = None
        if hours is not None and not (hours.is_finite() and hours > 0):
            hours = None
        if hours is None and status is ParticipationStatus.TEILWEISE:
            status = ParticipationStatus.TEILGENOMMEN
    return status, hours


def _role(line: ContentLine) -> str:
    standard = line.param("ROLE", _USUAL_ROLE).upper()
    own = line.param(f"{X}ROLLE")
    if is_key(own) and _ROLES.get(own, _USUAL_ROLE) == standard:
        return own
    return _USUAL_ROLES.get(standard, "teilnehmend")


def _rank(text: str) -> int | None:
    return int(text) or None if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def _canonical(
    participation: Participation, scope: CalendarScope, others: dict[str, tuple[str, ...]] | None = None
) -> str:
    name, email = participation.name, participation.email
    params: dict[str, str | tuple[str, ...]] = {}
    linked = bool(participation.person_id or participation.organisation_id)
    if linked:
        kind = "person" if participation.person_id else "organisation"
        contact = scope.contact(kind, participation.person_id or participation.organisation_id)
        if contact is not None:
            name, email = name or contact[0], email or contact[1]
    if name:
        params["CN"] = name
    role = params["ROLE"] = _ROLES.get(participation.role, _USUAL_ROLE)
    standard = params["PARTSTAT"] = PARTICIPATION_STATUS[participation.status]
    params.update(others or {})
    usual = _USUAL_STATUS.get(standard, ParticipationStatus.EINGELADEN)
    own = {
        "STATUS": "" if participation.status is usual else participation.status.value,
        "ROLLE": "" if _USUAL_ROLES.get(role, "teilnehmend") == participation.role else participation.role,
        "PERSON": participation.person_id,
        "ORGANISATION": participation.organisation_id,
        "NAME": participation.name if linked else "",
        "EMAIL": participation.email if linked else "",
        "RANG": "" if participation.rank is None else str(participation.rank),
        "STUNDEN": "" if participation.hours is None else str(participation.hours),
        "WORKSHOP": participation.workshop,
        "VERTRETUNG": participation.substitute_id,
        "ANGEMELDET-VON": participation.registered_by,
    }
    params.update({X + key: value for key, value in own.items() if value})
    address = email or _NO_ADDRESS
    if participation.id != _derived_id(participation.event_id, address, name):
        params[f"{X}ID"] = participation.id
    return format_line("", "ATTENDEE", params, f"{_MAILTO}{email}" if email else _NO_ADDRESS)
