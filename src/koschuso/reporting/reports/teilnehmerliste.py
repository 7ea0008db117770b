"""The list at the door and the name badges of an event: for the office alone, and short-lived (domain.md R10, DS-16, DS-19)."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING, Final

from koschuso.errors import Refused
from koschuso.reporting.document import (
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Item,
    Listing,
    Missing,
    Section,
    Slot,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.figures.guests import (
    EVENT_OPTION,
    NAMES_NOTE,
    GuestList,
    asked_for,
    days_words,
    event_days,
    event_of,
)
from koschuso.reporting.german import day_text
from koschuso.reporting.options import Option, OptionType
from koschuso.reporting.parameters import INTERNAL, PeriodKind
from koschuso.reporting.report import Report, make_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model.event import Event
    from koschuso.reporting.document import Block, Cell
    from koschuso.reporting.figures.guests import Guest
    from koschuso.reporting.parameters import Parameters
    from koschuso.reporting.view import View

__all__ = ["NAMENSSCHILDER", "TEILNEHMERLISTE", "event_listing", "shown_until"]

_LIST: Final = "koschuso:teilnehmerliste"
_BADGES: Final = "koschuso:namensschilder"

_EMPTY_LINES: Final = Option(
    name="leerzeilen",
    title="Leere Zeilen für Gäste ohne Anmeldung",
    example="10",
    default="5",
    type=OptionType.NUMBER,
    least=0,
    most=100,
)
_LINE: Final = "_" * 20
"""Room to write on: it keeps its column as wide as a signature."""

_OWN_COLUMNS: Final = 4
"""Number, name, institution and signature stand in every list."""

_KEPT: Final = Option(
    name="aufbewahrung",
    title="Monate, die die Liste höchstens aufbewahrt wird",
    example="6",
    default="12",
    type=OptionType.NUMBER,
    least=1,
    most=120,
)

_NOTICE: Final = Slot(
    key="datenschutzhinweis",
    title="Informationen zum Datenschutz nach Art. 13 DSGVO",
    hint="Verantwortliche Stelle, Zweck, Rechtsgrundlage, wer die Daten erhält, wie lange sie bleiben, welche Rechte "
    "bestehen, und wie die Datenschutzbeauftragten zu erreichen sind.",
)


def shown_until(day: date, months: int) -> date:
    """Give the last day on which a list of a day may still be there.

    >>> shown_until(date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def event_listing(event: Event) -> Listing:
    """Build the few facts of an event that stand above a list."""
    facts = [Item(event.title, lead="Veranstaltung:"), Item(str(event.span), lead="Termin:")]
    if event.location is not None and str(event.location):
        facts.append(Item(str(event.location), lead="Ort:"))
    elif event.online_url:
        facts.append(Item("online", lead="Ort:"))
    return Listing(items=tuple(facts))


def _build_list(view: View, parameters: Parameters) -> Document:
    event = event_of(view, parameters, "eine Teilnehmerliste")
    lines = parameters.number(_EMPTY_LINES)
    months = parameters.number(_KEPT)
    guests = GuestList(view, event)
    expected = guests.expected()
    if not expected and not lines:
        raise Refused(f"Zur Veranstaltung »{event.title}« ist niemand mit Namen angemeldet; die Liste bliebe leer.")
    last = event_days(event)[1]
    return make_document(
        _LIST,
        view,
        asked_for(parameters, event),
        title=f"Teilnehmerliste: {event.title}",
        period=f"Veranstaltung am {days_words(event)}",
        suppression_note=NAMES_NOTE,
        sections=(
            Section(title="Veranstaltung", blocks=(event_listing(event),)),
            Section(title="Anwesenheit", blocks=(_table(event, expected, lines), *_by_heads(guests.heads))),
            Section(
                title="Datenschutz",
                blocks=(
                    Text(paragraphs=(_life(shown_until(last, months), months),)),
                    _NOTICE,
                ),
            ),
        ),
        missing=(_unknown_institutions(expected),),
    )


def _table(event: Event, expected: Sequence[Guest], lines: int) -> Table:
    workshops = {workshop.key: workshop.title for workshop in event.workshops}
    roles = any(guest.role for guest in expected)
    rows: list[tuple[Cell, ...]] = []
    for number, guest in enumerate(expected, 1):
        row: list[Cell] = [number, guest.listed or "(ohne Namen)", guest.institution]
        if workshops:
            row.append(workshops.get(guest.participation.workshop, guest.participation.workshop))
        if roles:
            row.append(guest.role)
        rows.append((*row, _LINE))
    columns = (
        Column(title="Nr.", type=ColumnType.COUNT),
        Column(title="Name", header=True),
        Column(title="Schule / Institution"),
        *([Column(title="Workshop")] if workshops else []),
        *([Column(title="Rolle")] if roles else []),
        Column(title="Unterschrift"),
    )
    between = [""] * (len(columns) - _OWN_COLUMNS)
    numbers = range(len(expected) + 1, len(expected) + lines + 1)
    rows.extend((number, _LINE, _LINE, *between, _LINE) for number in numbers)
    return Table(key="anwesenheit", title="Anwesenheitsliste", columns=columns, rows=tuple(rows))


def _life(until: date, months: int) -> str:
    span = "einen Monat" if months == 1 else f"{months} Monate"
    return (
        "Diese Liste nennt Menschen mit Namen und ist nur für die Koordinierungsstelle und die Veranstaltung selbst "
        "bestimmt. Bitte vernichten Sie Ausdruck und Datei, sobald die Teilnahmen erfasst sind, spätestens am "
        f"{day_text(until)} ({span} nach der Veranstaltung). Länger bleibt nur, was als Beleg für Bescheinigungen oder "
        "Fördermittel gebraucht wird."
    )


def _by_heads(heads: int) -> tuple[Block, ...]:
    if not heads:
        return ()
    return (
        Text(
            paragraphs=(f"Ohne Namen sind nur Kopfzahlen erfasst ({heads}); sie stehen nicht in der Liste.",),
            style=TextStyle.NOTE,
        ),
    )


def _unknown_institutions(guests: Sequence[Guest]) -> Missing:
    return Missing(
        what="Teilnehmende ohne Angabe der Schule oder Institution",
        count=sum(not guest.institution for guest in guests),
    )


def _build_badges(view: View, parameters: Parameters) -> Document:
    event = event_of(view, parameters, "Namensschilder")
    guests = GuestList(view, event)
    named = [guest for guest in guests.expected() if guest.name or guest.institution]
    if not named:
        raise Refused(
            f"Zur Veranstaltung »{event.title}« ist niemand mit Namen angemeldet; es gibt keine Namensschilder."
        )
    return make_document(
        _BADGES,
        view,
        asked_for(parameters, event),
        title=f"Namensschilder: {event.title}",
        period=f"Veranstaltung am {days_words(event)}",
        suppression_note=NAMES_NOTE,
        sections=(
            Section(
                title="Zum Ausschneiden",
                page=True,
                blocks=(Figures(cards=True, items=tuple(_badge(event, guest) for guest in named)),),
            ),
        ),
        missing=(_unknown_institutions(named),),
        notes=("Die Namensschilder sind nur für die Veranstaltung bestimmt; bitte vernichten Sie übrige danach.",),
    )


def _badge(event: Event, guest: Guest) -> Figure:
    """A badge: the name large, the institution below it, the role and the event in small letters."""
    small = " · ".join(part for part in (guest.role, event.title) if part)
    if not guest.name:
        return Figure(value=guest.institution, label=" ", note=small)
    return Figure(value=guest.name, label=guest.institution or " ", note=small)


TEILNEHMERLISTE: Final = Report(
    name=_LIST,
    title="Teilnehmerliste",
    description="Liste für die Tür mit Name, Schule oder Institution und Platz für die Unterschrift; nur intern.",
    build=_build_list,
    kinds=(PeriodKind.KALENDERJAHR,),
    parameters=(EVENT_OPTION, _EMPTY_LINES, _KEPT),
    audiences=(INTERNAL,),
    slots=(_NOTICE,),
)
"""The list at the door, part of R10 of domain.md."""

NAMENSSCHILDER: Final = Report(
    name=_BADGES,
    title="Namensschilder",
    description="Namensschilder zum Ausdrucken, mehrere auf einer Seite; nur intern.",
    build=_build_badges,
    kinds=(PeriodKind.KALENDERJAHR,),
    parameters=(EVENT_OPTION,),
    audiences=(INTERNAL,),
)
"""Name badges, part of R10 of domain.md."""
