"""Certificates of attendance: one page for each person who was there, with the hours that the person attended (R10)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import Refused
from koschuso.model.actor import Organisation
from koschuso.model.event import EventStatus
from koschuso.reporting.document import Document, Item, Listing, Missing, Section, Text
from koschuso.reporting.figures.guests import (
    EVENT_OPTION,
    NAMES_NOTE,
    GuestList,
    asked_for,
    days_words,
    event_days,
    event_of,
)
from koschuso.reporting.german import berlin_day, day_text, number_text
from koschuso.reporting.parameters import INTERNAL, Option, PeriodKind
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.view import label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from koschuso.model.event import Event
    from koschuso.model.participation import Participation
    from koschuso.reporting.figures.guests import Guest
    from koschuso.reporting.parameters import Parameters
    from koschuso.reporting.view import View

__all__ = ["TEILNAHMEBESCHEINIGUNG", "attended_hours"]

_NAME: Final = "koschuso:teilnahmebescheinigung"
_TITLE: Final = "Teilnahmebescheinigung"
_PERSON: Final = Option(
    name="person", title="Kennung einer einzelnen Person; sonst bekommen alle Anwesenden eine", example="person-17"
)
_HELD: Final = frozenset({EventStatus.DURCHGEFUEHRT, EventStatus.NACHBEREITET})
_PARTAKING: Final = frozenset({"teilnehmend", "gast", ""})
_LINE: Final = "_" * 28
_HOUR: Final = 3600


def attended_hours(event: Event, participation: Participation) -> Decimal | Fraction | None:
    """Give the hours that somebody attended: those noted, else those of the event, else its length within one day.

    Returns:
        The hours, exact; ``None`` where nobody noted them and the event lasts all day or several days.
    """
    if participation.hours is not None:
        return participation.hours
    if event.certificate_hours is not None:
        return event.certificate_hours
    first, last = event_days(event)
    if event.span is None or event.span.all_day or first != last:
        return None
    seconds = round(event.span.duration.total_seconds())
    return Fraction(seconds, _HOUR) if seconds else None


def _build(view: View, parameters: Parameters) -> Document:
    event = event_of(view, parameters, "eine Teilnahmebescheinigung")
    if event.status not in _HELD:
        over = event_days(event)[1] < berlin_day(view.as_of)
        raise Refused(
            f"Die Veranstaltung »{event.title}« ist {'noch nicht als durchgeführt vermerkt' if over else 'noch nicht vorbei'}; "
            "Bescheinigungen gibt es erst danach."
        )
    guests = GuestList(view, event)
    chosen, others = _chosen(guests, event, parameters.options.get(_PERSON.name, "").strip())
    unknown = sum(attended_hours(event, guest.participation) is None for guest in chosen)
    document = make_document(
        _NAME,
        view,
        asked_for(parameters, event),
        title=f"{_TITLE}: {event.title}" if len(chosen) == 1 else f"Teilnahmebescheinigungen: {event.title}",
        period=f"Veranstaltung am {days_words(event)}",
        suppression_note=NAMES_NOTE,
        sections=tuple(_certificate(view, event, guest) for guest in chosen),
        missing=(
            Missing(what="Bescheinigungen ohne Angabe der Stunden (bitte von Hand eintragen)", count=unknown),
            Missing(what="Teilnahmen ohne Namen, für die es keine Bescheinigung gibt", count=guests.heads + others),
        ),
        notes=_notes(event),
    )
    # Made inside, but to be handed out: each sheet to the person whose name is on it.
    return attrs.evolve(
        document,
        internal=False,
        audience_label="die Person, deren Name auf dem Blatt steht",
        suppression_note="Bescheinigungen enthalten keine Statistik; jede ist nur für die Person, auf deren Namen sie lautet.",
    )


def _chosen(guests: GuestList, event: Event, wanted: str) -> tuple[Sequence[Guest], int]:
    """Give those who get a certificate, and how many attended without a name."""
    attended = [guest for guest in guests.attended() if guest.participation.role in _PARTAKING]
    if not wanted:
        named = [guest for guest in attended if guest.name]
        if not named:
            raise Refused(
                f"Zur Veranstaltung »{event.title}« ist niemand mit Namen als anwesend vermerkt; es gibt keine "
                "Bescheinigungen."
            )
        return named, len(attended) - len(named)
    person = wanted.removeprefix("person/")
    found = [
        guest for guest in attended if guest.name and person in {guest.participation.person_id, guest.participation.id}
    ]
    if not found:
        known = guests.of_person(person)
        why = "ist dort nicht als anwesend vermerkt" if known else "steht dort auf keiner Liste"
        raise Refused(
            f"Für die Kennung »{wanted}« gibt es zur Veranstaltung »{event.title}« keine Bescheinigung: Sie {why}."
        )
    return found, 0


def _certificate(view: View, event: Event, guest: Guest) -> Section:
    hours = attended_hours(event, guest.participation)
    amount = f"{_LINE[:8]} Stunden" if hours is None else _hours_words(hours)
    facts = [
        Item(event.title, lead="Veranstaltung:"),
        Item(days_words(event), lead="Datum:"),
        Item(amount, lead="Umfang:"),
        *_contents(view, event, guest.participation),
        Item(_organisers(view, event), lead="Veranstalter:"),
        *([Item(place, lead="Veranstaltungsort:")] if (place := _place(event)) else []),
    ]
    who = f"{guest.name} ({guest.institution})" if guest.institution else guest.name
    return Section(
        title=f"{_TITLE} für {guest.name}",
        page=True,
        blocks=(
            Text(paragraphs=(f"{who} hat an der folgenden Veranstaltung teilgenommen:",)),
            Listing(items=tuple(facts)),
            Text(paragraphs=(f"Ort, Datum: {_LINE}", f"Unterschrift: {_LINE}")),
        ),
    )


def _hours_words(hours: Decimal | Fraction) -> str:
    exact = Fraction(hours)
    if exact.denominator == 1:
        return "1 Stunde" if exact == 1 else f"{exact.numerator} Stunden"
    text = number_text(exact, 2)
    return f"{text.removesuffix('0')} Stunden"


def _contents(view: View, event: Event, participation: Participation) -> list[Item]:
    contents = [label(view, "thema", topic) for topic in event.topics]
    workshop = next((one.title for one in event.workshops if one.key == participation.workshop), "")
    if workshop:
        contents.append(f"Workshop »{workshop}«")
    return [Item("; ".join(contents), lead="Inhalte:")] if contents else []


def _organisers(view: View, event: Event) -> str:
    organisers = _names(view, event.organiser_ids) or view.office.name
    partners = _names(view, event.partner_ids)
    return f"{organisers}, in Kooperation mit {partners}" if partners else organisers


def _names(view: View, ids: Sequence[str]) -> str:
    found = (view.get(Organisation, organisation_id) for organisation_id in ids)
    return ", ".join(organisation.name for organisation in found if organisation is not None)


def _place(event: Event) -> str:
    if event.location is not None and str(event.location):
        return str(event.location)
    return "online" if event.online_url or event.format == "online" else ""


def _notes(event: Event) -> tuple[str, ...]:
    notes = [
        "Eine Bescheinigung bekommt, wer als »teilgenommen« oder »teilweise« vermerkt ist; bei »teilweise« mit den eigenen Stunden."
    ]
    if event.certificate_hours is None:
        notes.append(
            "Für die Veranstaltung sind keine Stunden zur Bescheinigung erfasst; der Umfang ist, wo es geht, aus Beginn und "
            f"Ende am {day_text(event_days(event)[0])} errechnet, Pausen eingeschlossen."
        )
    return tuple(notes)


TEILNAHMEBESCHEINIGUNG: Final = Report(
    name=_NAME,
    title=_TITLE,
    description="Eine Seite für jede Person, die teilgenommen hat, mit ihren Stunden; nur intern.",
    build=_build,
    kinds=(PeriodKind.KALENDERJAHR,),
    parameters=(EVENT_OPTION, _PERSON),
    audiences=(INTERNAL,),
)
"""Certificates of attendance, part of R10 of domain.md."""
