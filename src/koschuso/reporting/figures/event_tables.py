"""The tables about events: the list, by kind, where visitors came from, reach, topics, and the year before beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.model import Organisation
from koschuso.reporting.document import Chart, Column, ColumnType, Figure, Figures, Series, Sign, Table
from koschuso.reporting.figures.changes import Change, changes_table
from koschuso.reporting.figures.event_list import EventList, summed, visits_of
from koschuso.reporting.figures.origins import OUTSIDE, SEVERAL, UNKNOWN
from koschuso.reporting.figures.schools import traeger_name
from koschuso.reporting.figures.vocabulary import in_order, row_name
from koschuso.reporting.german import sort_key
from koschuso.reporting.guarded import DEFAULT_THRESHOLD, Count, Mean, Sentence, Total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from koschuso.reporting.document import Value
    from koschuso.reporting.figures.event_facts import EventFacts
    from koschuso.reporting.figures.programme import EventTally, Programme, Visits
    from koschuso.reporting.figures.reach import Reach
    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.guarded import Share
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["EventTables"]

_COUNT: Final = ColumnType.COUNT
_NUMBER: Final = ColumnType.NUMBER
_VISITS: Final = Column(title="Teilnahmen", type=_COUNT)

_SEVERAL_TOPICS: Final = (
    "Eine Veranstaltung mit mehreren Themen zählt bei jedem davon; in der letzten Zeile zählt jede Veranstaltung und jede "
    "Teilnahme einmal. Die Zeilen ergeben deshalb zusammen mehr als die letzte."
)


class EventTables:
    """Builds the tables about the events of a period.

    Args:
        view: What the report may see.
        schools: The schools of the region.
        facts: What took place and who came.
        audience: Key of the audience.
        threshold: Numbers of people below it are hidden.
    """

    def __init__(
        self, view: View, schools: Schools, facts: EventFacts, audience: str, threshold: int = DEFAULT_THRESHOLD
    ) -> None:
        self._view = view
        self._schools = schools
        self._now = facts.now
        self._before = facts.before
        self._audience = audience
        self._threshold = threshold
        self._list: EventList | None = None
        self._registered = False

    # -- at a glance ---------------------------------------------------------------------------------------------------

    def people(self) -> Count | Sign:
        """Give the Teilnehmende: different people among those of whom it is known who they are."""
        return _people(self._now)

    def person_hours(self) -> Count | Sign:
        """Give the person-hours."""
        return _person_hours(self._now)

    def reached(self, reach: Reach) -> Share | Sign:
        """Give the reach; where nobody noted who came it is not known."""
        return Sign.UNKNOWN if self._now.is_unknown else reach.all.share

    def visits(self) -> Count | Sign:
        """Give the Teilnahmen; where nobody noted them of any event they are not known."""
        return visits_of(self._now)

    def anonymous(self) -> Count:
        """Give the Teilnahmen of which nobody knows who it was."""
        return Count(self._now.all.anonymous, key=("teilnahmen", "ohne namen"))

    def figures(self, reach: Reach) -> Figures:
        """Build the summary figures."""
        now = self._now
        return Figures(
            items=(
                Figure(label="Veranstaltungen", value=len(now.held), note=_became(now)),
                Figure(label="Teilnahmen", value=visits_of(now), note="Besuche, mehrfach gezählt"),
                Figure(
                    label="Teilnehmende",
                    value=self.people(),
                    note=Sentence(
                        "verschiedene Personen; {} Teilnahmen ohne Namen nicht enthalten", (self.anonymous(),)
                    )
                    if now.all.anonymous
                    else "verschiedene Personen",
                ),
                Figure(
                    label="Reichweite",
                    value=self.reached(reach),
                    unit="%",
                    digits=1,
                    note="der Fachkräfte nahmen mindestens einmal teil",
                ),
                Figure(
                    label="Personenstunden",
                    value=self.person_hours(),
                    unit="Std.",
                    digits=1,
                    note="Zeit aller Teilnahmen zusammen",
                ),
                Figure(
                    label="Veranstaltungsstunden",
                    value=now.length,
                    unit="Std.",
                    digits=1,
                    note="Dauer aller Veranstaltungen zusammen",
                ),
            )
        )

    def registrations(self) -> Table:
        """Build the table from registration to attendance, over all events."""
        self._registered = True
        return Table(
            key="anmeldungen",
            title="Von der Anmeldung zur Teilnahme",
            columns=(Column(title="Gezählt", header=True), Column(title="Anzahl", type=_COUNT)),
            rows=(
                ("Anmeldungen", summed(self._now, "registered")),
                ("Warteliste (nicht nachgerückt)", summed(self._now, "waiting")),
                ("Abmeldungen", summed(self._now, "cancelled")),
                ("nicht erschienen (No-show)", summed(self._now, "absent")),
                ("Teilnahmen mit Namen oder Einrichtung", summed(self._now, "arrived")),
                ("Teilnahmen, nur als Kopfzahl erfasst", summed(self._now, "heads")),
                ("Teilnahmen insgesamt", self._now.all.count()),
            ),
            notes=(
                (
                    "Zu den Anmeldungen zählen auch alle, die dann kamen oder ohne Absage fehlten. Wer nur als Kopfzahl erfasst "
                    "ist, zählt als Teilnahme, nicht als Anmeldung."
                ),
            ),
        )

    def comparison(self, time: ReportPeriod, before: ReportPeriod, today: date) -> Table | None:
        """Build the comparison with the period before; ``None`` where nothing is recorded of it."""
        if self._before is None or not self._before.held:
            return None
        return changes_table(self.changes(), time, before, today)

    def changes(self) -> tuple[Change, ...]:
        """Set the figures beside those of the period before."""
        now, then = self._now, self._before
        if then is None:
            return ()
        return (
            Change("Veranstaltungen", len(now.held), len(then.held)),
            Change("Teilnahmen", visits_of(now), visits_of(then, "vorher")),
            Change("Teilnehmende", self.people(), _people(then, "vorher")),
            Change("nicht erschienen", summed(now, "absent"), summed(then, "absent", "vorher")),
            Change("Personenstunden", self.person_hours(), _person_hours(then, "vorher")),
            Change("Veranstaltungsstunden", now.length, then.length),
        )

    # -- T1 ------------------------------------------------------------------------------------------------------------

    def listing(self) -> Table:
        """Build the list of the events that took place, by day."""
        self._list = EventList(self._view, self._now, self._audience, self._threshold)
        return self._list.table()

    def listed_elsewhere(self) -> None:
        """Note that the list stands in another report: readers know from there how long each event took."""
        self._list = EventList(self._view, self._now, self._audience, self._threshold, elsewhere=True)

    # -- T2, T5 --------------------------------------------------------------------------------------------------------

    def by_kind(self) -> Table:
        """Build the table by kind of event."""
        rows: list[tuple[Value, ...]] = []
        for kind in in_order(self._view, "veranstaltungsart", (tally.event.type for tally in self._now.held)):
            events = [tally for tally in self._now.held if tally.event.type == kind]
            name = row_name(self._view, "veranstaltungsart", kind, {})
            rows.append((name, *self._programme(events, self._now.by_kind[kind], "art", kind)))
        return Table(
            key="nach-art",
            title="Veranstaltungen nach Art",
            columns=(
                Column(title="Art", header=True),
                Column(title="Veranstaltungen", type=_COUNT),
                _VISITS,
                Column(title="Teilnahmen je Veranstaltung", type=_NUMBER, digits=1),
                Column(title="Personenstunden", unit="Std.", type=_NUMBER, digits=1),
                Column(title="Veranstaltungsstunden", unit="Std.", type=_NUMBER, digits=1),
            ),
            rows=tuple(rows),
            totals=("Summe", *self._programme(self._now.held, self._now.all)) if rows else None,
            notes=(
                (
                    "Der Durchschnitt zählt nur Veranstaltungen, bei denen vermerkt ist, wer oder wie viele kamen. Personenstunden "
                    "sind die Zeit aller Teilnahmen zusammen, Veranstaltungsstunden die Dauer der Veranstaltungen; beide werden "
                    "nie zusammengezählt."
                ),
            ),
        )

    @staticmethod
    def _programme(events: list[EventTally], visits: Visits, *key: str) -> tuple[Value, ...]:
        listed = sum(tally.listed for tally in events)
        known = [tally.hours for tally in events if tally.hours is not None]
        count = visits.count(*key)
        return (
            len(events),
            count if listed else Sign.UNKNOWN,
            Mean(count, listed) if listed else Sign.UNKNOWN,
            visits.person_hours(*key) if listed else Sign.UNKNOWN,
            sum(known, start=known[0] * 0) if known else Sign.UNKNOWN,
        )

    def chart(self) -> Chart:
        """Build the chart of the Teilnahmen by kind of event."""
        kinds = [kind for kind, visits in self._now.by_kind.items() if visits.visits]
        shown = in_order(self._view, "veranstaltungsart", kinds)
        return bar_chart(
            key="teilnahmen-nach-art",
            title="Teilnahmen nach Art der Veranstaltung",
            heading="Art",
            name="Teilnahmen",
            bars=[
                (row_name(self._view, "veranstaltungsart", kind, {}), self._now.by_kind[kind].count("art", kind))
                for kind in shown
            ],
        )

    def by_topic(self) -> Table:
        """Build the table by topic; an event with several topics counts under each."""
        held: dict[str, int] = {}
        for tally in self._now.held:
            for topic in dict.fromkeys(tally.event.topics) or (UNKNOWN,):
                held[topic] = held.get(topic, 0) + 1
        found = self._now.by_topic
        rows = tuple(
            (
                row_name(self._view, "thema", topic, {UNKNOWN: "ohne Thema"}),
                held[topic],
                found[topic].count("thema", topic) if topic in found else Sign.UNKNOWN,
            )
            for topic in in_order(self._view, "thema", held)
        )
        return Table(
            key="themen",
            title="Themen der Veranstaltungen",
            columns=(Column(title="Thema", header=True), Column(title="Veranstaltungen", type=_COUNT), _VISITS),
            rows=rows,
            totals=("insgesamt (jede einmal)", len(self._now.held), self._now.all.count()) if rows else None,
            notes=(_SEVERAL_TOPICS,) if any(len(set(tally.event.topics)) > 1 for tally in self._now.held) else (),
        )

    # -- T3 ------------------------------------------------------------------------------------------------------------

    def by_schulform(self) -> Table:
        """Build the Teilnahmen by Schulform."""
        return self._origin_table(
            "schulform",
            "Schulform",
            self._now.by_schulform,
            self._named("schulform", "mehrere Schulformen"),
            "schulform",
        )

    def by_ags(self) -> Table:
        """Build the Teilnahmen by municipality."""

        def name(ags: str) -> str:
            special = {SEVERAL: "mehrere Gemeinden", OUTSIDE: "außerhalb der Region", UNKNOWN: Sign.UNKNOWN.value}
            return special.get(ags) or self._schools.gemeinde_name(ags)

        return self._origin_table("gemeinde", "Gemeinde der Schule", self._now.by_ags, name)

    def by_employer(self) -> Table:
        """Build the Teilnahmen by Anstellungsträger."""

        def name(employer_id: str) -> str:
            if employer_id == SEVERAL:
                return "mehrere Anstellungsträger"
            employer = self._view.get(Organisation, employer_id) if employer_id else None
            return Sign.UNKNOWN.value if employer is None else traeger_name(employer)

        return self._origin_table("traeger", "Anstellungsträger", self._now.by_employer, name)

    def _named(self, catalogue: str, several: str) -> Callable[[str], str]:
        return lambda key: row_name(self._view, catalogue, key, {SEVERAL: several})

    def _origin_table(
        self, key: str, heading: str, found: Mapping[str, Visits], name: Callable[[str], str], catalogue: str = ""
    ) -> Table:
        keys = in_order(self._view, catalogue, found) if catalogue else _by_name(found, name)
        rows = tuple((name(one), found[one].count(key, one, by_school=key != "traeger")) for one in keys)
        return Table(
            key=f"nach-{key}",
            title=f"Teilnahmen nach {heading}",
            columns=(Column(title=heading, header=True), _VISITS),
            rows=rows,
            totals=("Summe", self._now.all.count()) if rows else None,
            notes=(
                (
                    "Jede Teilnahme steht in einer Zeile: mit der Einrichtung, die bei der Teilnahme steht, sonst mit dem Einsatz "
                    "der Person am Tag der Veranstaltung."
                ),
            ),
        )

    # -- T4 ------------------------------------------------------------------------------------------------------------

    def reach(self, reach: Reach) -> Table:
        """Build the reach by Schulform."""
        rows = tuple(
            (
                row_name(self._view, "schulform", schulform, {UNKNOWN: "ohne Schule der Region"}),
                (found := reach.by_schulform[schulform]).whole,
                found.part,
                found.share,
            )
            for schulform in in_order(self._view, "schulform", reach.by_schulform)
        )
        return Table(
            key="reichweite",
            title="Reichweite: erreichte Fachkräfte",
            columns=(
                Column(title="Schulform", header=True),
                Column(title="Fachkräfte im Zeitraum", type=_COUNT),
                Column(title="davon erreicht", type=_COUNT),
                Column(title="Reichweite", unit="%", type=_NUMBER, digits=1),
            ),
            rows=rows,
            totals=("Fachkräfte insgesamt (jede einmal)", reach.all.whole, reach.all.part, reach.all.share)
            if rows
            else None,
            notes=(
                (
                    "Erreicht ist, wer im Zeitraum mindestens einmal teilnahm. Gezählt sind alle Fachkräfte, die im Zeitraum tätig "
                    "waren, auch wer inzwischen ausgeschieden ist. Wer an mehreren Schulformen arbeitet, steht bei jeder, zählt "
                    "insgesamt aber einmal. Besetzte Stellen ohne erfasste Person zählen als nicht erreicht."
                ),
            ),
            empty="Fachkräfte sind für den Zeitraum nicht erfasst; eine Reichweite lässt sich nicht angeben.",
        )

    # -- what follows from what ----------------------------------------------------------------------------------------

    def totals(self) -> Iterator[Total]:
        """Give what a reader could work out beyond the sums of the tables that were built."""
        now = self._now
        yield Total(now.all.count(), (_named_visits(now), self.anonymous()))
        if self._registered:
            yield Total(now.all.count(), (summed(now, "arrived"), summed(now, "heads")))
            became = (summed(now, "arrived"), summed(now, "absent"), summed(now, "open"))
            yield Total(summed(now, "registered"), became)
            # Without a name are those who were only counted, and those of whom only the institution is known.
            institutions = Count(now.all.anonymous - now.total("heads"), key=("teilnahmen", "nur einrichtung"))
            yield Total(self.anonymous(), (summed(now, "heads"), institutions))
        if self._list is not None:
            yield from self._list.totals(registered=self._registered, people=self.people())


def bar_chart(*, key: str, title: str, heading: str, name: str, bars: list[tuple[str, Count]]) -> Chart:
    """Build a bar chart of numbers about people."""
    return Chart(
        key=key,
        title=title,
        description=f"Ein Balken für jede Zeile der Tabelle, {len(bars)} insgesamt.",
        category_title=heading,
        categories=tuple(bar for bar, _ in bars),
        series=(Series(name=name, values=tuple(count for _, count in bars)),),
        digits=0,
    )


def _became(now: Programme) -> str:
    parts = [(now.called_off, "abgesagt"), (now.moved, "verschoben")]
    return ", ".join(("durchgeführt", *(f"{number} {word}" for number, word in parts if number)))


def _person_hours(programme: Programme, *key: str) -> Count | Sign:
    return Sign.UNKNOWN if programme.is_unknown else programme.all.person_hours(*key)


def _people(programme: Programme, *key: str) -> Count | Sign:
    if programme.is_unknown or (programme.all.visits and not programme.all.people):
        return Sign.UNKNOWN  # of visitors without a name nobody knows how many different people they are
    within = ("teilnahmen mit namen", *key)
    return Count(len(programme.all.people), key=("teilnehmende", *key), within=within, distinct=True)


def _named_visits(programme: Programme, *key: str) -> Count:
    return Count(
        programme.all.visits - programme.all.anonymous,
        key=("teilnahmen mit namen", *key),
        people=len(programme.all.people),
    )


def _by_name(found: Mapping[str, Visits], name: Callable[[str], str]) -> list[str]:
    last = (SEVERAL, OUTSIDE, UNKNOWN)
    return sorted(found, key=lambda key: (last.index(key) + 1 if key in last else 0, sort_key(name(key)), key))
