"""ATTENDEE and `Participation`: one line of an event is one record.

An attendee of another program has no id; it gets one from the event and the calendar address, so that importing twice
changes nothing. The status of the standard (PARTSTAT) is coarser than the office's; ``X-KOSCHUSO-STATUS`` keeps the
difference. Attendees are never written for the public (domain.md DS-08).
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from koschuso.errors import InvalidRecord
from koschuso.interchange.contentline import ContentLine, format_line
from koschuso.interchange.ical.attendee_memo import AttendeeMemo
from koschuso.interchange.ical.scope import X
from koschuso.model import Participation, ParticipationStatus, is_email, is_key

if TYPE_CHECKING:
    from koschuso.interchange.contentline import LineParser
    from koschuso.interchange.ical.scope import CalendarScope

__all__ = ["PARTICIPATION_STATUS", "AttendeeReader", "attendee_line", "read_attendee"]

V = TypeVar("V")

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
_OWN_BEYOND: Final = frozenset({"CN", "EMAIL"})
_LONGEST_NUMBER: Final = 9
_MOST_REMEMBERED: Final = 4096
_WITH_NAME: Final = re.compile(r'([^"]*?);CN=(?:"([^"^]*)"|([^";:,^]*))((?:;[^":]*)?)').fullmatch


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


class AttendeeReader:
    """Reads the ATTENDEE lines of one file; what comes again (parameters, people) is understood once.

    Args:
        parser: Parses the heads.
    """

    __slots__ = ("_digests", "_heads", "_parser", "_rests")

    def __init__(self, parser: LineParser) -> None:
        self._parser = parser
        self._heads: dict[str, _Plain | None] = {}
        self._rests: dict[str, tuple[ParticipationStatus, str] | None] = {}  # what heads say beside CN
        self._digests: dict[str, str] = {}  # of mail addresses; empty for what is none

    def read(self, head: str, value: str, event_id: str) -> Participation | None:
        """Make a participation, exactly as `read_attendee` does it; ``None`` for a line that takes a closer look."""
        try:
            plain = self._heads[head]
        except KeyError:
            plain = _remembered(self._heads, head, self._understood(head))
        if plain is None or value[:7] != _MAILTO:
            return None
        email = value[7:]
        digest = self._digests.get(email)
        if digest is None:
            found = _digest(email.lower()) if is_email(email) else ""
            digest = _remembered(self._digests, email, found)
        if not digest:
            return None
        return Participation(
            id=f"{event_id}/{digest}",
            event_id=event_id,
            name=plain.name,
            email=email,
            status=plain.status,
            role=plain.role,
            foreign=() if plain.canonical else (f"{head}:{value}",),
        )

    def _understood(self, head: str) -> _Plain | None:
        if X in head:
            return None
        match = _WITH_NAME(head)
        if match is not None:
            before, quoted, unquoted, after = match.groups()
            name = unquoted if quoted is None else quoted
            rest = before + after
        else:
            parsed = self._parser.head(head)
            if parsed is None:
                return None
            name, rest = parsed.param("CN"), head
        try:
            told = self._rests[rest]
        except KeyError:
            told = _remembered(self._rests, rest, self._beside_name(rest, named=match is not None))
        if told is None:
            return None
        name = name.strip()
        status, role = told
        standard = {"PARTSTAT": PARTICIPATION_STATUS[status], "ROLE": _ROLES.get(role, _USUAL_ROLE)}
        canonical = head.endswith(standard["ROLE"]) and head == format_line(
            "", "ATTENDEE", {"CN": name, **standard} if name else standard, ""
        ).removesuffix(":")
        return _Plain(name, status, role, canonical)

    def _beside_name(self, rest: str, *, named: bool) -> tuple[ParticipationStatus, str] | None:
        head = self._parser.head(rest)
        if head is None or head.name != "ATTENDEE" or any(name.startswith(X) for name in head.params):
            return None  # also where the name of a parameter is written in lower case
        if named and "CN" in head.params:
            return None
        line = ContentLine(head, "")
        return _status(line)[0], _role(line)


class _Plain(NamedTuple):
    """What the head of a line without parameters of koschuso's own says."""

    name: str
    status: ParticipationStatus
    role: str
    canonical: bool


def _remembered(memory: dict[str, V], key: str, value: V) -> V:
    """Keep what was found out, a bounded number of things."""
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()
    memory[key] = value
    return value


def attendee_line(participation: Participation, scope: CalendarScope) -> str:
    """Write a participation as an ATTENDEE line; the kept line if it still says the same."""
    kept = next((entry for entry in participation.foreign if ":" in entry[1:]), "")
    if not kept:
        return _canonical(participation, scope)
    if scope.memo is None:
        scope.memo = AttendeeMemo(lambda head: _understood(scope.parser.line(head)))
    if scope.memo.says(kept, participation, _derived_id):
        return kept
    line = scope.parser.line(kept)
    fields = _fields(line, participation.event_id, scope)
    told_id = fields.pop("id")
    plain, mark, number = participation.id.rpartition("~")
    same_id = told_id == participation.id or (mark and number.isdigit() and plain == told_id)
    if same_id and all(getattr(participation, field) == value for field, value in fields.items()):
        return kept
    others = {name: values for name, values in line.head.pairs if name.upper() not in _OWN}
    return _canonical(participation, scope, others)


def _understood(line: ContentLine) -> tuple[ParticipationStatus, str] | None:
    """Status and role by parameters that say nothing else about a participation; ``None`` if they do."""
    if line.name != "ATTENDEE" or any(name in _OWN_BEYOND or name.startswith(X) for name in line.params):
        return None
    status, _ = _status(line)
    return None if status is ParticipationStatus.WARTELISTE else (status, _role(line))


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
    address = address.lower()
    return f"{event_id}/{_digest(name if not address or address == _NO_ADDRESS else address)}"


def _digest(told: str) -> str:
    from hashlib import blake2b  # noqa: PLC0415 - importing koschuso stays cheap

    return blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()


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
    # In the order in which servers give parameters back (vobject sorts them): the line is then still ours.
    params = dict(sorted(params.items()))
    return format_line("", "ATTENDEE", params, f"{_MAILTO}{email}" if email else _NO_ADDRESS)
