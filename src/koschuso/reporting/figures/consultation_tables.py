"""The tables about Beratungen: by Zielgruppe and form, by topic, by school, and how long they took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from koschuso.reporting.document import (
    Chart,
    ChartKind,
    Column,
    ColumnType,
    Figure,
    Figures,
    Series,
    Sign,
    Table,
)
from koschuso.reporting.figures.changes import Change, changes_table
from koschuso.reporting.figures.origins import OUTSIDE, UNKNOWN
from koschuso.reporting.figures.vocabulary import in_order, row_name
from koschuso.reporting.german import sort_key
from koschuso.reporting.guarded import Count, Total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from koschuso.reporting.document import Value
    from koschuso.reporting.figures.consultation_facts import ConsultationFacts, Contacts
    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["ConsultationTables"]

Key = TypeVar("Key")

_COUNT: Final = ColumnType.COUNT
_NUMBER: Final = ColumnType.NUMBER
_CONTACTS: Final = Column(title="Kontakte", type=_COUNT)
_TIME: Final = (
    Column(title="davon mit Dauer", type=_COUNT),
    Column(title="Beratungszeit", unit="Std.", type=_NUMBER, digits=1),
    Column(title="Ø je Kontakt", unit="Min.", type=_NUMBER, digits=0),
)

_TOPICS: Final = (
    "Ein Kontakt mit mehreren Themen zählt bei jedem davon; in der letzten Zeile zählt jeder Kontakt einmal. Die Zeilen "
    "ergeben deshalb zusammen mehr als die letzte."
)
_MINUTES: Final = (
    "Die Zeit und der Durchschnitt umfassen nur Kontakte, deren Dauer vermerkt ist. Steht ein Eintrag für mehrere Kontakte, "
    "ist seine Dauer die aller zusammen."
)


class ConsultationTables:
    """Builds the tables about the Beratungen of a period.

    Args:
        view: What the report may see.
        schools: The schools of the region.
        facts: The Beratungen.
    """

    def __init__(self, view: View, schools: Schools, facts: ConsultationFacts) -> None:
        self._view = view
        self._schools = schools
        self._now = facts.now
        self._before = facts.before
        self._groups = in_order(view, "zielgruppe", facts.now.by_group)
        self._crossed = False

    # -- at a glance ---------------------------------------------------------------------------------------------------

    def figures(self) -> Figures:
        """Build the summary figures."""
        everything = self._now.all
        return Figures(
            items=(
                Figure(label="Beratungskontakte", value=everything.count(), note="Kontakte, nicht Personen"),
                Figure(
                    label="Beratungszeit",
                    value=everything.hours(),
                    unit="Std.",
                    digits=1,
                    note="soweit die Dauer vermerkt ist" if everything.untimed else "",
                ),
                Figure(label="Durchschnitt je Kontakt", value=everything.mean_minutes(), unit="Min.", digits=0),
                Figure(label="mit Folgetermin", value=self._within_all(self._now.follow_ups, "folgetermin")),
                Figure(
                    label="weitervermittelt",
                    value=self._within_all(sum(one.contacts for one in self._now.referred.values()), "vermittelt"),
                ),
            )
        )

    @staticmethod
    def _within_all(number: int, *key: str) -> Count:
        return Count(number, key=("beratung", *key), within=("beratung",))

    def comparison(self, time: ReportPeriod, before: ReportPeriod, today: date) -> Table | None:
        """Build the comparison with the period before; ``None`` where nothing is recorded of it."""
        then = self._before
        if then is None or not then.all.contacts:
            return None
        changes = [
            Change("Beratungskontakte", self._now.all.count(), then.all.count("vorher")),
            Change("Beratungszeit (Std.)", self._now.all.hours(), then.all.hours("vorher")),
        ]
        changes += (
            Change(
                f"Kontakte: {self._group(group)}",
                _count_of(self._now.by_group, group, "zielgruppe", group),
                _count_of(then.by_group, group, "vorher", "zielgruppe", group),
            )
            for group in in_order(self._view, "zielgruppe", {*self._now.by_group, *then.by_group})
        )
        return changes_table(changes, time, before, today)

    # -- T1 ------------------------------------------------------------------------------------------------------------

    def by_group_and_form(self) -> Table:
        """Build the contacts by Zielgruppe and form."""
        forms = in_order(self._view, "beratungsform", self._now.by_form)
        return Table(
            key="zielgruppe-form",
            title="Kontakte nach Zielgruppe und Form",
            columns=(
                Column(title="Zielgruppe", header=True),
                *(Column(title=row_name(self._view, "beratungsform", form, {}), type=_COUNT) for form in forms),
                Column(title="gesamt", type=_COUNT, total=True),
            ),
            rows=tuple(
                (
                    self._group(group),
                    *(self._cell(group, form) for form in forms),
                    self._now.by_group[group].count("zielgruppe", group),
                )
                for group in self._groups
            ),
            totals=(
                "Summe",
                *(self._now.by_form[form].count("form", form) for form in forms),
                self._now.all.count(),
            ),
        )

    def _cell(self, group: str, form: str) -> Count:
        self._crossed = True
        return _count_of(self._now.by_group_and_form, (group, form), "zielgruppe", group, "form", form)

    def heat(self) -> Chart:
        """Build the grid of Zielgruppe and form."""
        forms = in_order(self._view, "beratungsform", self._now.by_form)
        return Chart(
            key="zielgruppe-form-bild",
            title="Kontakte nach Zielgruppe und Form",
            description="Eine Zeile für jede Zielgruppe, eine Spalte für jede Form; je dunkler, desto mehr Kontakte.",
            kind=ChartKind.HEAT_GRID,
            categories=tuple(row_name(self._view, "beratungsform", form, {}) for form in forms),
            category_title="Form",
            series=tuple(
                Series(name=self._group(group), values=tuple(self._cell(group, form) for form in forms))
                for group in self._groups
            ),
            digits=0,
        )

    # -- T2 ------------------------------------------------------------------------------------------------------------

    def by_topic_and_group(self) -> Table:
        """Build the contacts by topic and Zielgruppe; a contact with several topics counts under each."""
        topics = in_order(self._view, "thema", self._now.by_topic)
        found = self._now.by_topic_and_group
        notes = [_TOPICS] if self._now.several_topics else []
        return Table(
            key="thema-zielgruppe",
            title="Kontakte nach Thema und Zielgruppe",
            columns=(
                Column(title="Thema", header=True),
                *(Column(title=self._group(group), type=_COUNT) for group in self._groups),
                Column(title="gesamt", type=_COUNT, total=True),
            ),
            rows=tuple(
                (
                    row_name(self._view, "thema", topic, {UNKNOWN: "ohne Thema"}),
                    *(_count_of(found, (topic, group), "thema", topic, "zielgruppe", group) for group in self._groups),
                    self._now.by_topic[topic].count("thema", topic),
                )
                for topic in topics
            ),
            totals=(
                "Kontakte insgesamt (jeder einmal)" if notes else "Summe",
                *(self._now.by_group[group].count("zielgruppe", group) for group in self._groups),
                self._now.all.count(),
            ),
            notes=tuple(notes),
        )

    # -- T3 ------------------------------------------------------------------------------------------------------------

    def by_schulform(self) -> Table:
        """Build the contacts by Schulform."""
        keys = in_order(self._view, "schulform", self._now.by_schulform)
        names = {key: row_name(self._view, "schulform", key, {}) for key in keys}
        return self._place_table("schulform", "Schulform", self._now.by_schulform, names)

    def by_ags(self) -> Table:
        """Build the contacts by municipality."""
        special = {OUTSIDE: "außerhalb der Region", UNKNOWN: Sign.UNKNOWN.value}
        found = self._now.by_ags
        names = {ags: special.get(ags) or self._schools.gemeinde_name(ags) for ags in found}
        keys = sorted(
            found, key=lambda ags: ((OUTSIDE, UNKNOWN).index(ags) + 1 if ags in special else 0, sort_key(names[ags]))
        )
        return self._place_table("gemeinde", "Gemeinde", found, {key: names[key] for key in keys})

    def _place_table(self, key: str, heading: str, found: Mapping[str, Contacts], names: Mapping[str, str]) -> Table:
        return Table(
            key=f"nach-{key}",
            title=f"Kontakte nach {heading}",
            columns=(Column(title=heading, header=True), _CONTACTS, *_TIME),
            rows=tuple((name, *_with_time(found[one], (key, one), by_school=True)) for one, name in names.items()),
            totals=("Summe", *_with_time(self._now.all, ())),
            notes=(
                (
                    f"»{Sign.UNKNOWN.value}« sind Kontakte, bei denen dazu nichts vermerkt ist, zum Beispiel weil sie keine "
                    "einzelne Schule betrafen."
                ),
            ),
        )

    # -- T4 ------------------------------------------------------------------------------------------------------------

    def time_by_group(self) -> Table:
        """Build the time by Zielgruppe."""
        return self._time_table(
            "zielgruppe", "Zielgruppe", {group: self._group(group) for group in self._groups}, self._now.by_group
        )

    def time_by_form(self) -> Table:
        """Build the time by form."""
        forms = in_order(self._view, "beratungsform", self._now.by_form)
        names = {form: row_name(self._view, "beratungsform", form, {}) for form in forms}
        return self._time_table("form", "Form", names, self._now.by_form)

    def _time_table(self, key: str, heading: str, names: Mapping[str, str], found: Mapping[str, Contacts]) -> Table:
        return Table(
            key=f"dauer-{key}",
            title=f"Dauer der Beratungen nach {heading}",
            columns=(Column(title=heading, header=True), _CONTACTS, *_TIME),
            rows=tuple((name, *_with_time(found[one], (key, one))) for one, name in names.items()),
            totals=("Summe", *_with_time(self._now.all, ())),
            notes=(_MINUTES,),
        )

    def referrals(self) -> Table | None:
        """Build the referrals by kind of organisation; ``None`` where nothing was passed on."""
        found = self._now.referred
        if not found:
            return None
        return Table(
            key="weitervermittlung",
            title="Weitervermittlung",
            columns=(Column(title="Vermittelt an", header=True), _CONTACTS),
            rows=tuple(
                (row_name(self._view, "organisationsart", kind, {}), found[kind].count("vermittelt", kind))
                for kind in in_order(self._view, "organisationsart", found)
            ),
            totals=("Summe", self._within_all(sum(one.contacts for one in found.values()), "vermittelt")),
        )

    # -- what follows from what ----------------------------------------------------------------------------------------

    def totals(self) -> Iterator[Total]:
        """Give what a reader could work out beyond the sums of the tables: with and without a length are all."""
        everything, then = self._now.all, self._before
        if everything.untimed:
            yield Total(everything.count(), (everything.known(), self.untimed()))
        if then is not None and then.by_group:
            parts = (contacts.count("vorher", "zielgruppe", group) for group, contacts in then.by_group.items())
            yield Total(then.all.count("vorher"), tuple(parts))
        if self._crossed:
            # The grid has no sums of its own; a table about something else may hold them.
            forms = tuple(self._now.by_form)
            for group, contacts in self._now.by_group.items():
                yield Total(contacts.count("zielgruppe", group), tuple(self._cell(group, form) for form in forms))
            for form, contacts in self._now.by_form.items():
                cells = tuple(self._cell(group, form) for group in self._groups)
                yield Total(contacts.count("form", form), cells)
            yield Total(everything.count(), tuple(one.count("form", form) for form, one in self._now.by_form.items()))

    def untimed(self) -> Count:
        """Give the contacts whose length was not noted.

        That tells of the notes and of nobody; it is only hidden where those with a length followed from it.
        """
        everything = self._now.all
        return Count(
            everything.untimed, key=("beratung", "ohne dauer"), people=everything.contacts, within=("beratung",)
        )

    def _group(self, group: str) -> str:
        return row_name(self._view, "zielgruppe", group, {})


def _with_time(contacts: Contacts, key: tuple[str, ...], *, by_school: bool = False) -> tuple[Value, ...]:
    return (
        contacts.count(*key, by_school=by_school),
        contacts.known(*key),
        contacts.hours(*key),
        contacts.mean_minutes(*key),
    )


def _count_of(found: Mapping[Key, Contacts], one: Key, *key: str) -> Count:
    return found[one].count(*key) if one in found else Count(0, key=("beratung", *key))
