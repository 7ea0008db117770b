"""Which properties of a VEVENT say which fields of an `Event`.

Standard properties say what every program understands; ``X-KOSCHUSO-*`` beside them carry the stable keys, and carry
the labels that stand in CATEGORIES, so that a file explains itself. An event of another program is taken to be what its
STATUS says: TENTATIVE is *geplant*, CONFIRMED or none is *einladung*, CANCELLED is *abgesagt*. Its visibility is
*intern* whatever its CLASS says: CLASS:PUBLIC is what programs write when nobody decided anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from koschuso.errors import InvalidRecord
from koschuso.interchange.foreign import Aspect, AspectTable
from koschuso.interchange.ical import aspects, facts
from koschuso.interchange.ical.aspects import CalendarAspect, text_of
from koschuso.interchange.ical.scope import WITHOUT_UID, CalendarScope, X
from koschuso.interchange.ical.span import span
from koschuso.interchange.textvalue import escape_text, pack_texts, unescape_text, unpack_texts
from koschuso.model import Address, EventStatus, Location, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine, Head
    from koschuso.interchange.foreign import Quick

__all__ = ["EVENT_STATUS", "NOT_EXPORTED", "RECURRENCE", "USUAL_STATUS", "event_table", "identity", "same_id"]

EVENT_STATUS: Final = {
    EventStatus.GEPLANT: "TENTATIVE",
    EventStatus.SAVE_THE_DATE: "TENTATIVE",
    EventStatus.EINLADUNG: "CONFIRMED",
    EventStatus.ANMELDUNG_GESCHLOSSEN: "CONFIRMED",
    EventStatus.DURCHGEFUEHRT: "CONFIRMED",
    EventStatus.NACHBEREITET: "CONFIRMED",
    EventStatus.VERSCHOBEN: "CANCELLED",
    EventStatus.ABGESAGT: "CANCELLED",
}
"""STATUS for each status, as in the catalogue ``veranstaltungsstatus``; ideas have none and are not exported."""

NOT_EXPORTED: Final = frozenset(set(EventStatus) - set(EVENT_STATUS))
"""Status of events that no calendar shows."""

RECURRENCE: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE")
"""The properties of ``Event.recurrence``."""

USUAL_STATUS: Final = {
    "TENTATIVE": EventStatus.GEPLANT,
    "CONFIRMED": EventStatus.EINLADUNG,
    "CANCELLED": EventStatus.ABGESAGT,
}
_SCHEMES: Final = ("http://", "https://")


# -- identity ----------------------------------------------------------------------------------------------------------


def _identity_read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
    uid = at = at_value = own = ""
    for line in lines:
        name = line[0].name
        if name == "UID":
            uid = unescape_text(line[1]).strip()
        elif name == "RECURRENCE-ID":
            at, at_value = line.text, line[1].strip()
        else:
            own = unescape_text(line[1]).strip()
    if not at or not uid:
        return {"id": own or uid, "occurrence_of": "", "occurrence_at": at}
    return {"id": own or f"{uid}#{at_value}", "occurrence_of": uid, "occurrence_at": at}


def _identity_write(record: Any, scope: CalendarScope) -> Sequence[str]:
    at = record.occurrence_at
    is_exception = bool(record.occurrence_of and at)
    uid = record.occurrence_of if is_exception else record.id
    lines = [] if uid.startswith(WITHOUT_UID) else [f"UID:{escape_text(uid)}"]
    if at:
        lines.append(at)
    if is_exception and record.id != f"{uid}#{at.rpartition(':')[2].strip()}" and not scope.public:
        lines.append(f"{X}ID:{escape_text(record.id)}")
    return lines


def _identity_quick(heads: Sequence[Head], places: Sequence[int]) -> Quick | None:
    alone = aspects.quick_uid(heads, places)
    if alone is None:
        return None

    def _quick(values: Sequence[str], fields: dict[str, Any], entries: list[str], scope: CalendarScope) -> bool:
        fields["occurrence_of"] = fields["occurrence_at"] = ""
        return alone(values, fields, entries, scope)

    return _quick


def _identity_same(_aspect: CalendarAspect, told: Mapping[str, Any], record: Any) -> bool:
    return (
        same_id(told["id"], record.id)
        and told["occurrence_of"] == record.occurrence_of
        and told["occurrence_at"] == record.occurrence_at
    )


def same_id(told: str, id_: str) -> bool:
    """Whether the UID of a component is that of a record.

    The second of two components with one UID has its number behind the id, not in the file; the id of a component
    without UID is not in the file either.
    """
    if told == id_:
        return True
    plain, mark, number = id_.rpartition("~")
    if mark and number.isdigit() and (plain == told or (not told and plain.startswith(WITHOUT_UID))):
        return True
    return not told and id_.startswith(WITHOUT_UID)


def identity() -> CalendarAspect:
    """Build the aspect of an event's id and of what it is an exception of."""
    return Aspect(
        fields=("id", "occurrence_of", "occurrence_at"),
        names=("UID", "RECURRENCE-ID", f"{X}ID"),
        read=_identity_read,
        write=_identity_write,
        same=_identity_same,
        quick=_identity_quick,
    )


# -- status ------------------------------------------------------------------------------------------------------------


def _status_read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
    usual = EventStatus.EINLADUNG
    standard = own = successor = ""
    for line in lines:
        name = line[0].name
        if name == "STATUS":
            standard = line[1].strip().upper()
            if standard in USUAL_STATUS:
                usual = USUAL_STATUS[standard]
            else:
                scope.not_understood(line, "TENTATIVE, CONFIRMED oder CANCELLED")
                standard = ""
        elif name == f"{X}NACHFOLGER":
            successor = unescape_text(line[1])
        else:
            own = line[1].strip()
    status = usual
    if own in EVENT_STATUS:
        exact = EventStatus(own)
        # whoever cancels the event in another program changes STATUS only
        if not standard or EVENT_STATUS[exact] == standard:
            status = exact
    return {"status": status, "successor_id": successor if status is EventStatus.VERSCHOBEN else ""}


def _status_write(record: Any, scope: CalendarScope) -> Sequence[str]:
    standard = EVENT_STATUS.get(record.status)
    if standard is None:
        return ()
    lines = [f"STATUS:{standard}", f"{X}STATUS:{record.status.value}"]
    if record.successor_id and not scope.public:
        lines.append(f"{X}NACHFOLGER:{escape_text(record.successor_id)}")
    return lines


def _status_stays(line: ContentLine, record: Any) -> bool:
    # an own line beside it would say it more exactly; alone, STATUS says the usual
    return (
        line[0].name == "STATUS"
        and USUAL_STATUS.get(line[1].strip().upper()) is record.status
        and not record.successor_id
    )


def _status() -> CalendarAspect:
    return Aspect(
        fields=("status", "successor_id"),
        names=("STATUS", f"{X}STATUS", f"{X}NACHFOLGER"),
        read=_status_read,
        write=_status_write,
        stays=_status_stays,
    )


# -- place -------------------------------------------------------------------------------------------------------------


def _place_read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
    plain = ""
    own: Location | None = None
    for line in lines:
        if line[0].name == "LOCATION":
            plain = text_of(line)
            continue
        own = _place_of(unpack_texts(line[1], ";"))
    if own is not None and str(own) == plain:
        return {"location": own}
    return {"location": Location(name=plain) if plain else None}


def _place_of(parts: list[str]) -> Location | None:
    name, room, street, postal_code, locality, extra, country = [*parts, *[""] * 7][:7]
    try:
        address = Address(street=street, postal_code=postal_code, locality=locality, extra=extra, country=country)
    except InvalidRecord:
        return None
    return Location(name=name, room=room, address=address if any(parts[2:]) else None)


def _place_write(record: Any, _scope: CalendarScope) -> Sequence[str]:
    place: Location | None = record.location
    if place is None or not str(place):
        return ()
    lines = [f"LOCATION:{escape_text(str(place))}"]
    if place.room or place.address is not None:
        address = place.address or Address()
        parts = (place.name, place.room, address.street, address.postal_code, address.locality)
        lines.append(f"{X}ORT:{pack_texts((*parts, address.extra, address.country), ';')}")
    return lines


def _place() -> CalendarAspect:
    return Aspect(
        fields=("location",),
        names=("LOCATION", f"{X}ORT"),
        read=_place_read,
        write=_place_write,
        quick=aspects.quick_text("LOCATION", "location", absent=None, make=lambda name: Location(name=name)),
    )


def _online_read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
    page = conference = ""
    for line in lines:
        address = unescape_text(line[1]).strip()
        if line[0].name == "URL":
            page = address
        elif not conference and address.lower().startswith(_SCHEMES):
            conference = address
    return {"online_url": conference or page}


def _online_write(record: Any, _scope: CalendarScope) -> Sequence[str]:
    address = record.online_url
    if not address:
        return ()
    if "\\" in address or not address.lower().startswith(_SCHEMES):
        return (f"URL:{escape_text(address) if chr(92) in address else address}",)
    return f"URL:{address}", f"CONFERENCE;VALUE=URI:{address}"


def _online_quick(heads: Sequence[Head], places: Sequence[int]) -> Quick | None:
    if [head.name for head in heads] != ["URL"]:
        return None
    place = places[0]
    bare = heads[0].text == "URL"

    def _quick(values: Sequence[str], fields: dict[str, Any], entries: list[str], _scope: CalendarScope) -> bool:
        value = values[place]
        if "\\" in value or not value or value != value.strip():
            return False
        fields["online_url"] = value
        if bare:
            entries[place] = "URL"
        return True

    return _quick


def _online() -> CalendarAspect:
    return Aspect(
        fields=("online_url",),
        names=("URL", "CONFERENCE"),
        read=_online_read,
        write=_online_write,
        several=frozenset({"CONFERENCE"}),
        quick=_online_quick,
    )


# -- recurrence --------------------------------------------------------------------------------------------------------


def _recurrence_read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
    return {"recurrence": tuple(line.text for line in lines)}


def _recurrence_write(record: Any, _scope: CalendarScope) -> Sequence[str]:
    lines: tuple[str, ...] = record.recurrence
    return lines


def _recurrence_quick(heads: Sequence[Head], places: Sequence[int]) -> Quick:
    stands = tuple((place, head.name) for place, head in zip(places, heads, strict=True))

    def _quick(_values: Sequence[str], fields: dict[str, Any], entries: list[str], _scope: CalendarScope) -> bool:
        fields["recurrence"] = tuple([entries[place] for place, _ in stands])
        for place, name in stands:
            entries[place] = name
        return True

    return _quick


def _recurrence() -> CalendarAspect:
    return Aspect(
        fields=("recurrence",),
        names=RECURRENCE,
        read=_recurrence_read,
        write=_recurrence_write,
        several=frozenset(RECURRENCE),
        quick=_recurrence_quick,
    )


def _visibility() -> CalendarAspect:
    def _read(line: ContentLine, _scope: CalendarScope) -> Visibility | None:
        value = line.value.strip()
        return Visibility(value) if value in set(Visibility) else None

    return aspects.simple(
        f"{X}SICHTBARKEIT",
        "visibility",
        _read,
        lambda value: str(value.value),
        absent=Visibility.INTERN,
        expected="intern, netzwerk oder oeffentlich",
        public=False,
    )


def event_table() -> AspectTable[CalendarScope]:
    """Build the table of everything that a VEVENT says about an `Event`."""
    return AspectTable(
        (
            identity(),
            aspects.stamp(),
            aspects.number("SEQUENCE", "sequence", absent=0),
            span(),
            aspects.text("SUMMARY", "title"),
            _status(),
            _place(),
            aspects.text("DESCRIPTION", "description"),
            facts.categories(),
            _online(),
            _recurrence(),
            aspects.keys("ZIELGRUPPE", "target_groups"),
            aspects.keys("SCHULFORM", "schulformen"),
            aspects.key("FORMAT", "format"),
            _visibility(),
            aspects.number(f"{X}PLAETZE", "capacity", least=1),
            aspects.day("ANMELDESCHLUSS", "registration_deadline"),
            aspects.flag("WARTELISTE", "waiting_list"),
            aspects.decimal("KOSTEN", "cost"),
            aspects.decimal("STUNDEN", "certificate_hours"),
            facts.workshops(),
            aspects.text(f"{X}REIHE", "series_id", public=False),
            aspects.text(f"{X}GREMIUM", "committee_id", public=False),
            aspects.ids("PARTNER", "partner_ids"),
            aspects.ids("REFERENT", "speaker_ids"),
            facts.organiser(),
            facts.attendees(),
        )
    )
