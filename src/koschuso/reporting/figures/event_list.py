"""The list of the events of a period (R4, T1): for each what it was, who registered and how many came."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from koschuso.model import Visibility
from koschuso.reporting.document import Column, ColumnType, Sign, Table
from koschuso.reporting.figures.origins import UNKNOWN
from koschuso.reporting.figures.satisfaction import Satisfaction
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
_SATISFACTION: Final = Column(title="Zufriedenheit", type=ColumnType.NUMBER, digits=1)
_PUBLIC: Final = "oeffentlich"
_MOST_IN_FULL: Final = 100
"""Longer lists are without numbers about people where small ones are hidden: they would be full of signs, and deciding
about hundreds of numbers that hang together, also by the lengths of events, takes its time (2 s for a hundred events,
minutes for four hundred)."""

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
        threshold: Numbers of people below it are hidden.
        elsewhere: The list itself stands in another report; here readers know from it how long each event took.
    """

    def __init__(
        self, view: View, programme: Programme, audience: str, threshold: int, *, elsewhere: bool = False
    ) -> None:
        self._view = view
        self._now = programme
        self._audience = audience
        self._elsewhere = elsewhere
        self._satisfaction = Satisfaction(
            view, (tally.event.id for tally in programme.held), internal=audience == INTERNAL, threshold=threshold
        )

    def table(self) -> Table:
        """Build the list of the events that took place, by day."""
        now, satisfaction = self._now, self._satisfaction
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
                *(() if satisfaction.is_empty else (_SATISFACTION,)),
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
                *(() if satisfaction.is_empty else (Sign.NOT_APPLICABLE,)),
            ),
            notes=(*notes, *satisfaction.notes()),
        )

    @property
    def _in_full(self) -> bool:
        return not self._elsewhere and (self._audience == INTERNAL or len(self._now.held) <= _MOST_IN_FULL)

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
            *(() if self._satisfaction.is_empty else (self._satisfaction.of(event.id),)),
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

    def totals(self, *, registered: bool, people: Count | Sign) -> Iterator[Total]:
        """Give what a reader could work out from the list and the tables by kind and topic beside it.

        Args:
            registered: Whether the report tells what became of all registrations as well.
            people: The Teilnehmende of all events.
        """
        yield from self._lengths()
        if not self._in_full:
            return
        now = self._now
        of_kind: dict[str, list[Count]] = {}
        of_topic: dict[str, list[Count]] = {}
        # Where nobody noted who came it is known that such an event adds nothing.
        for tally in now.listed:
            visits = _told(tally, "visits")
            of_kind.setdefault(tally.event.type, []).append(visits)
            for topic in dict.fromkeys(tally.event.topics) or (UNKNOWN,):
                of_topic.setdefault(topic, []).append(visits)
        for kind, counts in of_kind.items():
            yield Total(now.by_kind[kind].count("art", kind), tuple(counts))
        for topic, counts in of_topic.items():
            if topic in now.by_topic:
                yield Total(now.by_topic[topic].count("thema", topic), tuple(counts))
        if isinstance(people, Count) and now.all.anonymous == now.total("heads"):
            yield from self._different(people)
        if registered:
            yield from self._registrations()

    def _different(self, people: Count) -> Iterator[Total]:
        """Give how many different people came, where all who were not only counted are named.

        Nobody is twice at one event, unless noted twice by mistake.
        """
        arrived = tuple(_told(tally, "arrived") for tally in self._now.listed if tally.registered)
        if arrived and people.value >= max(count.value for count in arrived):
            yield Total(people, arrived)

    def _registrations(self) -> Iterator[Total]:
        """Give what became of the registrations for each event; summed up, it is what became of all."""
        of_all: dict[str, list[Count]] = {"arrived": [], "heads": [], "open": []}
        for tally in self._now.held:
            if not tally.listed:
                of_all["open"].append(_told(tally, "registered"))
                continue
            heads = _told(tally, "heads")
            if tally.registered:
                arrived, left = _told(tally, "arrived"), _told(tally, "open")
                yield Total(_told(tally, "registered"), (arrived, _told(tally, "absent"), left))
                yield Total(_told(tally, "visits"), (arrived, heads))
                of_all["arrived"].append(arrived)
                of_all["open"].append(left)
            else:
                heads = _told(tally, "visits")  # without registrations everybody was only counted
            of_all["heads"].append(heads)
        for what, counts in of_all.items():
            yield Total(summed(self._now, what), tuple(counts))

    def _lengths(self) -> Iterator[Total]:
        """Give how person-hours follow from visits: the list tells how long each event took."""
        for kind, visits in self._now.by_kind.items():
            hours = visits.person_hours("art", kind)
            timed = [tally for tally in self._now.listed if tally.event.type == kind and tally.hours is not None]
            if isinstance(hours, Sign) or not timed:
                continue
            if self._in_full:
                found = [(tally.hours or 0, _told(tally, "visits")) for tally in timed]
            else:
                # Of a long list nobody sees single events: those of one length are one number.
                by_length: dict[Fraction, list[EventTally]] = {}
                for tally in timed:
                    by_length.setdefault(tally.hours or Fraction(0), []).append(tally)
                found = [(length, _together(kind, length, those)) for length, those in sorted(by_length.items())]
            yield Total(hours, tuple(count for _, count in found), tuple(length for length, _ in found))


def visits_of(programme: Programme, *key: str) -> Count | Sign:
    """Give the Teilnahmen of a period; where nobody noted them of any event they are not known."""
    return Sign.UNKNOWN if programme.is_unknown else programme.all.count(*key)


def summed(programme: Programme, what: str, *key: str) -> Count:
    """Give a number over all events of a period, named as `Programme.total` names it."""
    return Count(programme.total(what), key=("veranstaltungen", what, *key))


def _told(tally: EventTally, what: str) -> Count:
    """Give a number about an event."""
    return Count(getattr(tally, what), key=("veranstaltung", tally.event.id, what))


def _together(kind: str, length: Fraction, tallies: list[EventTally]) -> Count:
    """Give the Teilnahmen of the events of a kind that took equally long."""
    return Count(sum(tally.visits for tally in tallies), key=("teilnahmen", "art", kind, "dauer", str(length)))
