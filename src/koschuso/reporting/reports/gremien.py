"""The statistics of committees and networking (R6): where the office sits, what it brought in, with whom it is in contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.model.event import Event
from koschuso.model.task import Activity
from koschuso.reporting.document import (
    Column,
    ColumnType,
    Figure,
    Figures,
    Missing,
    Section,
    Sign,
    Table,
    Text,
)
from koschuso.reporting.figures.changes import Change, changes_table
from koschuso.reporting.figures.event_facts import EventFacts
from koschuso.reporting.figures.network import AK_NRW, COMMITTEE, INSIDE, OUTSIDE, Network
from koschuso.reporting.figures.origins import SEVERAL, UNKNOWN
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.figures.vocabulary import in_order, row_name
from koschuso.reporting.figures.work_time import Spent, work_time
from koschuso.reporting.german import berlin_day, sort_key
from koschuso.reporting.parameters import SPANS
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.view import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from koschuso.reporting.document import Block, Cell, Document
    from koschuso.reporting.figures.network import CommitteeWork
    from koschuso.reporting.figures.work_time import WorkTime
    from koschuso.reporting.parameters import Parameters
    from koschuso.reporting.view import View

__all__ = ["GREMIEN", "NetworkChapters"]

_NAME: Final = "koschuso:gremien"
_COUNT: Final = ColumnType.COUNT
_HOURS: Final = Column(title="Arbeitszeit", unit="Std.", type=ColumnType.NUMBER, digits=1)

_ALWAYS_EXTERNAL: Final = (AK_NRW, "bezirksregierung", "qualis", "landesjugendamt")
_MORE_EXTERNAL: Final = ("ministerium", "lag", "hochschule")

_NOTES: Final = (
    (
        "Gezählt sind die Arbeit der Koordinierungsstelle in Gremien und ihre Kontakte; über einzelne Menschen sagt der "
        "Bericht nichts."
    ),
    (
        "Sitzungen zählen, wenn sie als durchgeführt vermerkt sind. Ein eigener Beitrag ist eine Sitzung, bei der jemand aus "
        "der Koordination als Vortrag oder Moderation vermerkt ist; mehrere Beiträge zu einer Sitzung zählen einmal."
    ),
    (
        "Ein Kontakt ist ein Eintrag der Arbeitszeit unter »Vernetzung«, ohne Informationsweitergabe und Öffentlichkeitsarbeit. "
        "Innerhalb oder außerhalb der Region: wie vermerkt, sonst nach der Tätigkeit, sonst nach dem Ort des Partners. "
        "Arbeitszeit ist Zeit der Koordinierungsstelle, nicht die Dauer der Sitzungen."
    ),
)


class NetworkChapters:
    """The chapters about committees and partners, for this report and for those that have them among others.

    Args:
        view: What the report may see.
        parameters: What it was asked for.
        facts: Events and participations, where they were read already.
        times: The working time of the period and of the one before, where it was read already.
    """

    def __init__(
        self,
        view: View,
        parameters: Parameters,
        *,
        facts: EventFacts | None = None,
        times: tuple[WorkTime, WorkTime | None] | None = None,
    ) -> None:
        self._view = view
        self._time = parameters.time
        self._before = parameters.time.previous()
        self._today = berlin_day(view.as_of)
        period = parameters.time.period
        before = None if self._before is None else self._before.period
        if facts is None:
            schools = Schools(view, min(parameters.time.last, self._today))
            facts = EventFacts(view, schools, period, before, self._today)
        now, then = times or work_time(view, period, before)
        self.facts = facts
        self.network = Network(view, facts.now, now)
        self._then = None if facts.before is None or then is None else Network(view, facts.before, then)

    @property
    def is_empty(self) -> bool:
        """Whether there was neither a sitting nor a contact, and the office sits in no committee."""
        return not (self.network.committees or self.network.contacts or self.network.by_taetigkeit)

    def nothing(self) -> Text:
        """Say in one sentence that there was nothing."""
        sentence = (
            f"Für diesen Zeitraum ({self._time.label}) sind keine Gremien, keine Sitzungen und keine Kontakte erfasst."
        )
        return Text(paragraphs=(sentence,))

    def overview(self) -> Section:
        """Give the summary figures, and the period before beside them."""
        network, then = self.network, self._then
        inside, outside, unknown = (_sum(network.contacts, reach) for reach in (INSIDE, OUTSIDE, UNKNOWN))
        contacts = Spent()
        for spent in network.contacts.values():
            contacts.add(spent)
        told = f"{inside.entries} innerhalb, {outside.entries} außerhalb der Region"
        figures = Figures(
            items=(
                Figure(
                    label="Gremiensitzungen",
                    value=_sittings(network),
                    note=f"in {sum(work.sittings > 0 for work in network.committees.values())} Gremien",
                ),
                Figure(label="Sitzungen mit eigenem Beitrag", value=_contributions(network)),
                Figure(
                    label="Kontakte",
                    value=contacts.entries,
                    note=f"{told}, {unknown.entries} ohne Angabe" if unknown.entries else told,
                ),
                Figure(label="Arbeitszeit für Kontakte", value=contacts.hours, unit="Std.", digits=1),
            )
        )
        blocks: list[Block] = [figures]
        if self._before is not None and then is not None:
            if _sittings(then) or then.contacts:
                blocks.append(
                    changes_table(
                        (
                            Change("Gremiensitzungen", _sittings(network), _sittings(then)),
                            Change("Sitzungen mit eigenem Beitrag", _contributions(network), _contributions(then)),
                            Change(
                                "Kontakte innerhalb der Region", inside.entries, _sum(then.contacts, INSIDE).entries
                            ),
                            Change(
                                "Kontakte außerhalb der Region", outside.entries, _sum(then.contacts, OUTSIDE).entries
                            ),
                        ),
                        self._time,
                        self._before,
                        self._today,
                    )
                )
            else:
                sentence = f"Zum Vergleich: Für den Zeitraum davor ({self._before.label}) ist dazu nichts erfasst."
                blocks.append(Text(paragraphs=(sentence,)))
        return Section(title="Überblick", blocks=tuple(blocks))

    def sections(self) -> Iterator[Section]:
        """Give all chapters."""
        if self.is_empty:
            yield Section(title="Keine Gremienarbeit", blocks=(self.nothing(),))
            return
        if not (_sittings(self.network) or self.network.by_taetigkeit):
            sentence = (
                f"Für diesen Zeitraum ({self._time.label}) sind keine Sitzungen und keine Kontakte erfasst; die "
                "Koordinierungsstelle gehört diesen Gremien an oder vermerkte Arbeitszeit für sie."
            )
            yield Section(title="Gremien", blocks=(Text(paragraphs=(sentence,)), self.committee_table()))
            return
        yield self.overview()
        yield Section(title="Gremien", blocks=(self.committee_table(),))
        yield Section(title="Kontakte", blocks=(self.contact_table(), self.task_table()))
        yield Section(title="Außerhalb der Region", blocks=(self.external_table(),))

    # -- T1 ------------------------------------------------------------------------------------------------------------

    def committee_table(self) -> Table:
        """Build the table of the committees."""
        found = sorted(self.network.committees.items(), key=lambda item: self._order(item[1]))
        then = {} if self._then is None else self._then.committees
        whole = Spent()
        for _, work in found:
            whole.add(work.spent)
        has_before = self._then is not None
        before_columns = (
            (Column(title=f"Sitzungen {self._before.short}", type=_COUNT),) if has_before and self._before else ()
        )
        return Table(
            key="gremien",
            title="Gremien, Rolle, Sitzungen und eigene Beiträge",
            columns=(
                Column(title="Gremium", header=True),
                Column(title="Art"),
                Column(title="Rolle"),
                Column(title="Sitzungen", type=_COUNT),
                *before_columns,
                Column(title="eigene Beiträge", type=_COUNT),
                _HOURS,
            ),
            rows=tuple(
                (
                    "Gremium nicht erfasst" if work.committee is None else work.committee.name,
                    self._kind(work),
                    self._roles(work),
                    work.sittings,
                    *((then[key].sittings if key in then else 0,) if has_before else ()),
                    work.contributions,
                    work.spent.hours,
                )
                for key, work in found
            ),
            totals=(
                "Summe",
                "",
                "",
                _sittings(self.network),
                *((sum(then[key].sittings for key, _ in found if key in then),) if has_before else ()),
                _contributions(self.network),
                whole.hours,
            ),
            notes=(
                (
                    f"Eine Rolle mit »{Sign.NOT_APPLICABLE.value}« heißt: Die Koordinierungsstelle gehört dem Gremium im Zeitraum "
                    "nicht an. Aufgeführt sind Gremien, die tagten, denen sie angehört oder für die sie Arbeitszeit vermerkte."
                ),
            ),
            empty="Für den Zeitraum sind keine Gremien erfasst.",
        )

    def _order(self, work: CommitteeWork) -> tuple[object, ...]:
        if work.committee is None:
            return (1, sort_key(""), "")
        return (0, sort_key(work.committee.name), work.committee.id)

    def _kind(self, work: CommitteeWork) -> Cell:
        return Sign.UNKNOWN if work.committee is None else label(self._view, "gremienart", work.committee.type)

    def _roles(self, work: CommitteeWork) -> Cell:
        if work.committee is None or not work.roles:
            return Sign.UNKNOWN if work.committee is None else Sign.NOT_APPLICABLE
        named = in_order(self._view, "mitgliedsrolle", work.roles - {UNKNOWN})
        return ", ".join(label(self._view, "mitgliedsrolle", role) for role in named) or Sign.UNKNOWN

    # -- T2 ------------------------------------------------------------------------------------------------------------

    def contact_table(self) -> Table:
        """Build the contacts by kind of the partner, within and outside the region."""
        special = {COMMITTEE: "Gremien", SEVERAL: "Partner verschiedener Art", UNKNOWN: "Partner nicht vermerkt"}
        found, shared = self.network.contacts, self.network.shared_events
        kinds = {kind for kind, _ in found} | set(shared)
        names = {kind: row_name(self._view, "organisationsart", kind, special) for kind in kinds}
        order = in_order(self._view, "organisationsart", kinds - {COMMITTEE, SEVERAL, UNKNOWN})
        keys = [
            *(key for key in (COMMITTEE,) if key in kinds),
            *order,
            *(key for key in (SEVERAL, UNKNOWN) if key in kinds),
        ]
        return Table(
            key="kontakte",
            title="Kontakte nach Art des Partners",
            columns=(
                Column(title="Partner", header=True),
                *_REACH_COLUMNS,
                Column(title="gemeinsame Termine", type=_COUNT),
            ),
            rows=tuple((names[kind], *self._by_reach(found, kind), shared.get(kind, 0)) for kind in keys),
            totals=("Summe", *self._by_reach(found), Sign.NOT_APPLICABLE) if keys else None,
            notes=(
                (
                    "Gemeinsame Termine sind durchgeführte Veranstaltungen und Sitzungen, bei denen eine Organisation dieser Art "
                    "als Veranstalter oder Kooperationspartner vermerkt ist; mit mehreren Partnern zählt ein Termin bei jedem, "
                    "deshalb gibt es keine Summe."
                ),
            ),
            empty="Für den Zeitraum sind keine Kontakte erfasst.",
        )

    def task_table(self) -> Table:
        """Build the time for Vernetzung by the keys of the Tätigkeitsprofil."""
        found = self.network.by_taetigkeit
        keys = in_order(self._view, "taetigkeitsprofil", (key for key, _ in found))
        return Table(
            key="vernetzung",
            title="Vernetzung nach Tätigkeiten",
            columns=(Column(title="Tätigkeit", header=True), *_REACH_COLUMNS),
            rows=tuple((label(self._view, "taetigkeitsprofil", key), *self._by_reach(found, key)) for key in keys),
            totals=("Summe", *self._by_reach(found)) if keys else None,
            notes=("Hier stehen auch Informationsweitergabe und Öffentlichkeitsarbeit, die keine Kontakte sind.",),
            empty="Für den Zeitraum ist keine Arbeitszeit für Vernetzung erfasst.",
        )

    @staticmethod
    def _by_reach(found: Mapping[tuple[str, str], Spent], kind: str | None = None) -> tuple[Cell, ...]:
        parts = {reach: _sum(found, reach, kind) for reach in (INSIDE, OUTSIDE)}
        whole = _sum(found, None, kind)
        known = parts[INSIDE].entries + parts[OUTSIDE].entries
        return (parts[INSIDE].entries, parts[OUTSIDE].entries, whole.entries - known, whole.entries, whole.hours)

    # -- T3 ------------------------------------------------------------------------------------------------------------

    def external_table(self) -> Table:
        """Build the table of the bodies beyond the region; those that every office deals with also where nothing was."""
        rows: list[tuple[Cell, ...]] = []
        for body in (*_ALWAYS_EXTERNAL, *_MORE_EXTERNAL):
            meetings, contacts = self.network.external(body)
            if body in _ALWAYS_EXTERNAL or meetings or contacts.entries:
                name = label(self._view, "gremienart" if body == AK_NRW else "organisationsart", body)
                rows.append((name, meetings, contacts.entries, contacts.hours))
        unnamed = self.network.unnamed_external
        if unnamed.entries:
            rows.append(("Stelle nicht vermerkt", 0, unnamed.entries, unnamed.hours))
        return Table(
            key="extern",
            title="Zusammenarbeit auf Landes- und Bezirksebene",
            columns=(
                Column(title="Stelle", header=True),
                Column(title="Sitzungen und Veranstaltungen", type=_COUNT),
                Column(title="Kontakte", type=_COUNT),
                _HOURS,
            ),
            rows=tuple(rows),
            notes=("Ein Termin oder Kontakt mit mehreren Stellen zählt bei jeder; deshalb gibt es keine Summe.",),
        )

    def missing(self) -> tuple[Missing, ...]:
        """Count what is not known."""
        network = self.network
        unknown_kind = sum(spent.entries for (kind, _), spent in network.contacts.items() if kind == UNKNOWN)
        nameless = network.committees.get("")
        return (
            Missing(what="Sitzungen ohne erfasstes Gremium", count=0 if nameless is None else nameless.sittings),
            Missing(
                what="Gremien ohne Angabe der Rolle",
                count=sum(UNKNOWN in work.roles and len(work.roles) == 1 for work in network.committees.values()),
            ),
            Missing(what="Kontakte ohne Angabe des Partners", count=unknown_kind),
            Missing(
                what="Kontakte ohne Angabe, ob innerhalb oder außerhalb der Region",
                count=_sum(network.contacts, UNKNOWN).entries,
            ),
        )

    @staticmethod
    def notes() -> tuple[str, ...]:
        """Say how it was counted."""
        return _NOTES


_REACH_COLUMNS: Final = (
    Column(title="innerhalb der Region", type=_COUNT),
    Column(title="außerhalb der Region", type=_COUNT),
    Column(title="ohne Angabe", type=_COUNT),
    Column(title="gesamt", type=_COUNT, total=True),
    _HOURS,
)


def _sum(found: Mapping[tuple[str, str], Spent], reach: str | None, kind: str | None = None) -> Spent:
    whole = Spent()
    for (one, where), spent in found.items():
        if (kind is None or one == kind) and (reach is None or where == reach):
            whole.add(spent)
    return whole


def _sittings(network: Network) -> int:
    return sum(work.sittings for work in network.committees.values())


def _contributions(network: Network) -> int:
    return sum(work.contributions for work in network.committees.values())


def _build(view: View, parameters: Parameters) -> Document:
    chapters = NetworkChapters(view, parameters)
    return make_document(
        _NAME,
        view,
        parameters,
        title="Gremien- und Netzwerkarbeit",
        sections=tuple(chapters.sections()),
        missing=chapters.missing(),
        notes=chapters.notes(),
    )


GREMIEN: Final = Report(
    name=_NAME,
    title="Gremien- und Netzwerkarbeit",
    description=(
        "Gremien eines Zeitraums mit Rolle, Sitzungen und eigenen Beiträgen, Kontakte nach Art des Partners innerhalb und "
        "außerhalb der Region, Zusammenarbeit auf Landes- und Bezirksebene."
    ),
    build=_build,
    kinds=SPANS,
    about=(Event, Activity),
)
"""R6 of domain.md."""
