"""The list of the events of a period (R4, T1): for each what it was, who registered and how many came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.model import Visibility
from koschuso.reporting.document import Column, ColumnType, Sign, Table
from koschuso.reporting.figures.origins import UNKNOWN
from koschuso.reporting.guarded import Count, Total
from koschuso.reporting.parameters import INTERNAL
from koschuso.reporting.view import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.reporting.document import Value
    from koschuso.reporting.figures.programme import EventTally, Programme
    from koschuso.reporting.view import View

__all__ = ["EventList", "summed", "visits_of"]

_COUNT: Final = ColumnType.COUNT
_PUBLIC: Final = "oeffentlich"
_MOST_IN_FULL: Final = 400
"""Longer lists are without numbers about people where small ones are hidden: they would be full of signs, and deciding
about thousands of numbers that hang together takes its time."""

_REGISTRATIONS: Final = ("registered", "waiting", "cancelled")
_CAME: Final = ("visits", "absent")

_LIST_NOTE: Final = (
    "Teilnahmen sind Besuche. »k. A.« bei Teilnahmen heißt: Es ist nicht vermerkt, wer oder wie viele kamen; die "
    "Veranstaltung zählt in der Summe der Teilnahmen nicht mit. Eine Veranstaltung ohne Platzgrenze hat bei den Plätzen ein "
    f"»{Sign.NOT_APPLICABLE.value}«."
)
_LENGTH_NOTE: Final = (
    "Dauer ist die Zahl der Stunden, die die Teilnahmebescheinigung nennt, sonst die Zeit von Beginn bis Ende."
)


class EventList:
    """Builds the list.

    Args:
        view: What the report may see.
        programme: What took place and who came.
        audience: Key of the audience.
    """

    def __init__(self, view: View, programme: Programme, audience: str) -> None:
        self._view = view
        self._now = programme
        self._audience = audience

    def table(self) -> Table:
        """Build the list of the events that took place, by day."""
        now = self._now
        seats = [tally.event.capacity for tally in now.held]
        full = self._in_full
        notes = [_LIST_NOTE, _LENGTH_NOTE]
        if not full:
            notes = [
                _LENGTH_NOTE,
                (
                    f"Bei mehr als {_MOST_IN_FULL} Veranstaltungen stehen Anmeldungen und Teilnahmen nicht bei jeder einzelnen, sondern "
                    "im Überblick und nach Art; die interne Fassung führt sie einzeln auf."
                ),
            ]
        registrations = (
            Column(title="Anmeldungen", type=_COUNT),
            Column(title="Warteliste", type=_COUNT),
            Column(title="Abmeldungen", type=_COUNT),
        )
        came = (Column(title="Teilnahmen", type=_COUNT), Column(title="nicht erschienen", type=_COUNT))
        return Table(
            key="veranstaltungen",
            title="Durchgeführte Veranstaltungen",
            columns=(
                Column(title="Datum", type=ColumnType.DATE),
                Column(title="Titel", header=True),
                Column(title="Art"),
                Column(title="Zielgruppe"),
                Column(title="Ort / Format"),
                Column(title="Plätze", type=_COUNT),
                *(registrations if full else ()),
                *(came if full else ()),
                Column(title="Dauer", unit="Std.", type=ColumnType.NUMBER, digits=1),
            ),
            rows=tuple(self._event_row(tally) for tally in now.held),
            totals=(
                "Summe",
                f"{len(now.held)} Veranstaltungen",
                "",
                "",
                "",
                sum(seat for seat in seats if seat is not None) if any(seats) else Sign.NOT_APPLICABLE,
                *(tuple(summed(now, what) for what in _REGISTRATIONS) if full else ()),
                *((visits_of(now), Sign.UNKNOWN if now.is_unknown else summed(now, "absent")) if full else ()),
                now.length,
            ),
            notes=tuple(notes),
        )

    @property
    def _in_full(self) -> bool:
        return self._audience == INTERNAL or len(self._now.held) <= _MOST_IN_FULL

    def _event_row(self, tally: EventTally) -> tuple[Value, ...]:
        event, view, full = tally.event, self._view, self._in_full
        groups = ", ".join(label(view, "zielgruppe", group) for group in event.target_groups)
        return (
            tally.day,
            self._title(tally),
            label(view, "veranstaltungsart", event.type) or Sign.UNKNOWN,
            groups or Sign.UNKNOWN,
            self._where(tally) or Sign.UNKNOWN,
            Sign.NOT_APPLICABLE if event.capacity is None else event.capacity,
            *(tuple(_told(tally, what) for what in _REGISTRATIONS) if full else ()),
            *(tuple(_told(tally, what) if tally.listed else Sign.UNKNOWN for what in _CAME) if full else ()),
            Sign.UNKNOWN if tally.hours is None else tally.hours,
        )

    def _title(self, tally: EventTally) -> str:
        """Give the title; that of an internal event is nothing for the public."""
        if self._audience == _PUBLIC and tally.event.visibility is Visibility.INTERN:
            return "(interne Veranstaltung)"
        return tally.event.title

    def _where(self, tally: EventTally) -> str:
        location = tally.event.location
        place = "" if location is None else location.name or (location.address.locality if location.address else "")
        shown = "" if self._audience == _PUBLIC and tally.event.visibility is Visibility.INTERN else place
        return ", ".join(
            part for part in (shown, label(self._view, "veranstaltungsformat", tally.event.format)) if part
        )

    def totals(self) -> Iterator[Total]:
        """Give what a reader could work out from the list and the tables by kind and topic beside it."""
        if not self._in_full:
            return
        now = self._now
        of_kind: dict[str, list[Count]] = {}
        of_topic: dict[str, list[Count]] = {}
        for tally in now.held:
            visits = _told(tally, "visits")
            of_kind.setdefault(tally.event.type, []).append(visits)
            for topic in dict.fromkeys(tally.event.topics) or (UNKNOWN,):
                of_topic.setdefault(topic, []).append(visits)
            if tally.registered:
                became = (_told(tally, "arrived"), _told(tally, "absent"), _told(tally, "open"))
                yield Total(_told(tally, "registered"), became)
                yield Total(visits, (_told(tally, "arrived"), _told(tally, "heads")))
        for kind, counts in of_kind.items():
            yield Total(now.by_kind[kind].count("art", kind), tuple(counts))
        for topic, counts in of_topic.items():
            if topic in now.by_topic:
                yield Total(now.by_topic[topic].count("thema", topic), tuple(counts))


def visits_of(programme: Programme, *key: str) -> Count | Sign:
    """Give the Teilnahmen of a period; where nobody noted them of any event they are not known."""
    return Sign.UNKNOWN if programme.is_unknown else programme.all.count(*key)


def summed(programme: Programme, what: str, *key: str) -> Count:
    """Give a number over all events of a period, named as `Programme.total` names it."""
    return Count(programme.total(what), key=("veranstaltungen", what, *key))


def _told(tally: EventTally, what: str) -> Count:
    """Give a number about an event."""
    return Count(getattr(tally, what), key=("veranstaltung", tally.event.id, what))
