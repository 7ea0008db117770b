"""Reads calendars: each VEVENT, VTODO and VJOURNAL becomes records, everything else is kept and listed.

Two steps: the codec finds the components of the file, then one component after the other becomes records by the tables
of `ical_event`, `ical_task` and `ical_attendee`. A component that cannot be a record (a VEVENT without a time) stays
verbatim in the header of the reading and is listed as left out. Nothing here raises for bad data; nothing is expanded.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import InvalidRecord
from koschuso.interchange.component import Component, Parser
from koschuso.interchange.contentline import UNPARSED, ContentLine
from koschuso.interchange.foreign import set_foreign
from koschuso.interchange.format import ReadOptions
from koschuso.interchange.ical_attendee import read_attendee
from koschuso.interchange.ical_checks import check_component
from koschuso.interchange.ical_event import event_table
from koschuso.interchange.ical_header import HeaderWriter, is_own
from koschuso.interchange.ical_scope import WITHOUT_UID, CalendarScope, X
from koschuso.interchange.ical_task import RECORD, activity_table, milestone_table, task_table
from koschuso.interchange.notes import Notes
from koschuso.interchange.segment import read_segments
from koschuso.interchange.timezone import Zones
from koschuso.interchange.zonenames import iana_name
from koschuso.model import Activity, Event, Finding, Milestone, Participation, Reading, Record, Severity, Task

if TYPE_CHECKING:
    from koschuso.interchange.foreign import AspectTable
    from koschuso.interchange.segment import Segment

__all__ = ["read"]

_CALENDAR: Final = "VCALENDAR"
_ZONE: Final = "VTIMEZONE"
_NAMES: Final = {
    "VFREEBUSY": "Frei/Belegt-Zeiten",
    "VAVAILABILITY": "Verfügbarkeiten",
    "VPOLL": "eine Abstimmung",
    "VJOURNAL": "einen Journaleintrag",
    "VCARD": "eine Visitenkarte",
    "VALARM": "eine Erinnerung ohne Termin",
}
_NECESSARY: Final[dict[type[Record], tuple[str, ...]]] = {
    Event: ("span",),
    Task: (),
    Activity: ("day", "minutes"),
    Milestone: ("when",),
}


def read(data: bytes, options: ReadOptions | None = None) -> Reading:
    """Read a calendar file; see `koschuso.interchange.ical.read`."""
    return _Reader(options or ReadOptions()).read(data)


class _Reader:
    """The reading of one file."""

    def __init__(self, options: ReadOptions) -> None:
        self.options = options
        self.notes = Notes()
        self.parser = Parser(self.notes)
        self.header = HeaderWriter()
        self.records: list[Record] = []
        self.left_out: list[Finding] = []
        self.ids: dict[str, int] = {}
        self.zones = Zones(self.notes, options.zone)
        self.scope = CalendarScope(self.notes, self._resolve, default_zone=options.zone)
        self.own_stamp = ""
        self.is_own = False
        self.is_legacy = False
        self.tables: dict[type[Record], AspectTable[CalendarScope]] = {}

    def read(self, data: bytes) -> Reading:
        segments: list[Segment] = []
        root = -1
        for segment in read_segments(data, self.notes):
            if segment.root != root:
                self._calendar(segments)
                segments = []
                root = segment.root
            segments.append(segment)
        self._calendar(segments)
        return Reading(
            records=tuple(self.records),
            findings=tuple(self.notes.findings),
            left_out=tuple(self.left_out),
            header=self.header.finish(),
        )

    def _calendar(self, segments: list[Segment]) -> None:
        """Read one calendar (or one fragment): its zones first, wherever they stand."""
        if not segments:
            return
        if segments[0].name not in {_CALENDAR, ""}:
            self.notes.add(
                Finding(
                    rule="ical.ohne_kalender",
                    message=f"Ab Zeile {segments[0].number} steht ein Eintrag außerhalb eines Kalenders (BEGIN:VCALENDAR "
                    "fehlt); er wurde trotzdem gelesen.",
                    severity=Severity.INFO,
                    field=segments[0].name,
                    line=segments[0].number,
                )
            )
        self.zones = Zones(self.notes, self.options.zone)
        self.is_own, self.is_legacy, self.own_stamp = False, False, ""
        declared: dict[int, Component] = {}
        for index, segment in enumerate(segments):
            if segment.name == _ZONE:
                declared[index] = self._parsed(segment)
                check_component(declared[index], self.scope)
                self.zones.declare(declared[index])
        for index, segment in enumerate(segments):
            inside = segment.name == _CALENDAR or segment.parents
            self.header.enter(segment.root if inside else 0)
            if segment.name == _CALENDAR:
                self._properties(segment)
            elif index in declared:
                self.header.add(declared[index].texts())
            elif segment.name:
                self._component(segment)
            else:
                self.header.add(line.text for line in self._parsed(segment).lines)

    def _parsed(self, segment: Segment) -> Component:
        before = len(self.notes.findings)
        component = self.parser.component(segment)
        if len(self.notes.findings) != before:
            # where a control character was taken away from its begin, a line may be left that would continue another
            for part in component.walk():
                part.lines = [_unindented(line) for line in part.lines]
        return component

    def _properties(self, segment: Segment) -> None:
        lines = self._parsed(segment).lines
        for line in lines:
            if line.name == "PRODID":
                self.is_own = is_own(line.value)
            elif line.name == "VERSION":
                self.is_legacy = line.value.strip() == "1.0"
            elif line.name == "LAST-MODIFIED":
                self.own_stamp = line.value.strip()
        self.header.add(line.text for line in lines)

    def _component(self, segment: Segment) -> None:
        component = self._parsed(segment)
        record_type = _record_type(component)
        if record_type is None:
            self._keep(component, f"enthält {_NAMES.get(component.name, 'Angaben, die koschuso nicht führt')}")
            return
        self.scope.renew()
        table = self.tables.get(record_type) or self._new_table(record_type)
        uid = self._drop_derived(component)
        fields = table.read(component.lines, self.scope)
        if not fields["id"]:
            fields["id"] = uid or self._digest(component)
        if any(fields[name] is None for name in _NECESSARY[record_type]):
            self._refuse(component, "nennt nicht, was ein solcher Eintrag braucht (etwa einen lesbaren Beginn)")
            return
        self._tell_repeated(component, table)
        check_component(component, self.scope, legacy=self.is_legacy)
        base = fields["id"]
        fields["id"] = self._unique(base, component, record_type)
        record = self._make(record_type, fields, component)
        if record is None:
            return
        attendees = self._attendees(component, record.id) if record_type is Event else []
        entries = table.keep(record, component, self.scope)
        if entries and entries[0] == "BEGIN:VTIMEZONE":
            entries = ("", *entries)  # a zone inside of the component itself is none of those that it needs
        set_foreign(record, (*self._own_zones(component, record), *entries))
        self.header.component()
        self.records.append(record)
        self.records.extend(attendees)

    def _new_table(self, record_type: type[Record]) -> AspectTable[CalendarScope]:
        build = {Event: event_table, Task: task_table, Activity: activity_table, Milestone: milestone_table}
        table = self.tables[record_type] = build[record_type]()
        return table

    def _drop_derived(self, component: Component) -> str:
        """Take out what koschuso added when it wrote the file, and an empty UID; give the UID if it was one of them."""
        uid = ""
        dropped = []
        for index, line in enumerate(component.lines):
            name = line[0].name
            if name == "UID":
                if line[1].startswith(WITHOUT_UID) or not line[1].strip():
                    uid = uid or line[1].strip()
                    dropped.append(index)
            elif name == "DTSTAMP":
                if self.is_own and line[1] == self.own_stamp:
                    dropped.append(index)
            elif name == "ORGANIZER" and f"{X}ID" in line[0].params:
                dropped.append(index)
        for index in reversed(dropped):
            del component.lines[index]
            for child in component.children:
                if child.position > index:
                    child.position -= 1
        return uid

    def _digest(self, component: Component) -> str:
        """An id for a component without UID that stays the same as long as its lines do."""
        lines = sorted(component.texts())
        self._note(
            "ical.ohne_uid",
            f"Der Eintrag ab Zeile {component.number} hat keine Kennung (UID); er bekommt eine aus seinem Inhalt. Wird "
            "er später geändert eingelesen, gilt er als neuer Eintrag.",
            component,
            Severity.INFO,
        )
        digest = blake2b("\n".join(lines).encode("utf-8", "replace"), digest_size=12).hexdigest()
        return f"{WITHOUT_UID}{digest}"

    def _unique(self, id_: str, component: Component, record_type: type[Record]) -> str:
        key = f"{record_type.KIND}/{id_}"
        count = self.ids[key] = self.ids.get(key, 0) + 1
        if count == 1:
            return id_
        self._note(
            "ical.uid_mehrfach",
            f"Die Kennung (UID) des Eintrags ab Zeile {component.number} kommt in der Datei schon einmal vor; beide "
            "Einträge bleiben erhalten.",
            component,
        )
        return f"{id_}~{count}"

    def _make(self, record_type: type[Record], fields: dict[str, Any], component: Component) -> Record | None:
        try:
            return record_type(**fields)
        except InvalidRecord as error:
            broken = error.findings
        # one impossible fact must not cost the whole entry: what may be missing is left out
        optional = {field.name: field.default for field in attrs.fields(record_type)}
        for finding in broken:
            if optional.get(finding.field, attrs.NOTHING) is not attrs.NOTHING and finding.field != "id":
                fields[finding.field] = optional[finding.field]
                self._note(
                    "ical.angabe_unmoeglich",
                    f"Im Eintrag ab Zeile {component.number} passt eine Angabe ({finding.field}) nicht zu den anderen "
                    f"und wurde nicht übernommen: {finding.message}",
                    component,
                )
        try:
            return record_type(**fields)
        except InvalidRecord:
            self._refuse(component, "hat Angaben, die einander widersprechen")
            return None

    def _attendees(self, component: Component, event_id: str) -> list[Participation]:
        found: list[Participation] = []
        seen: dict[str, int] = {}
        for index, line in enumerate(component.lines):
            if line[0].name != "ATTENDEE":
                continue
            participation = read_attendee(line, event_id, self.scope)
            if participation is None:
                component.lines[index] = ContentLine(UNPARSED, line.text, line.number)
                continue
            count = seen[participation.id] = seen.get(participation.id, 0) + 1
            if count > 1:
                participation = attrs.evolve(participation, id=f"{participation.id}~{count}", foreign=(line.text,))
            found.append(participation)
            self.scope.attendees.append(line.text)
        return found

    def _own_zones(self, component: Component, record: Record) -> list[str]:
        """The VTIMEZONEs that must stay with the record because nothing else can say what they mean."""
        if not self.zones.blocks:
            return []
        said: set[str] = set()
        kept: dict[str, tuple[str, ...]] = {}
        span = getattr(record, "span", None)
        if span is not None:
            said = {span.zone, span.end_zone}
        for part in component.walk():
            for line in part.lines:
                params = line[0].params
                if not params or "TZID" not in params:
                    continue
                tzid = params["TZID"][0]
                if tzid not in self.zones.blocks or tzid in kept:
                    continue
                zone = self.zones.resolve(tzid, line[2])
                spoken_for = zone.by_name or (zone.name in said and iana_name(tzid) is None)
                if not (zone.known and spoken_for):
                    kept[tzid] = self.zones.blocks[tzid]
        return [text for block in kept.values() for text in block]

    def _resolve(self, tzid: str, _name: str, number: int | None) -> str:
        return self.zones.resolve(tzid, number).name

    def _tell_repeated(self, component: Component, table: AspectTable[CalendarScope]) -> None:
        seen: set[str] = set()
        for line in component.lines:
            name = line[0].name
            if name in seen and name in table and not table.may_repeat(name):
                self.scope.note(
                    "mehrfach",
                    "{name} steht in Zeile {line} noch einmal, obwohl es nur einmal vorkommen darf; es gilt die erste "
                    "Angabe, die weitere bleibt unverändert erhalten.",
                    line,
                )
            seen.add(name)

    def _refuse(self, component: Component, why: str) -> None:
        """Say that a component could not be taken; its lines stay with the reading."""
        self.header.add(component.texts())
        self._note(
            "ical.nicht_uebernommen",
            f"Der Bestandteil ab Zeile {component.number} {why}; er wurde nicht übernommen.",
            component,
            Severity.ERROR,
        )

    def _keep(self, component: Component, why: str) -> None:
        """Keep a component verbatim that is no record."""
        self.header.add(component.texts())
        self.left_out.append(
            Finding(
                rule="ical.kein_datensatz",
                message=f"Der Bestandteil ab Zeile {component.number} {why}; er wurde nicht als Datensatz übernommen.",
                severity=Severity.INFO,
                field=component.name,
                line=component.number or None,
            )
        )

    def _note(
        self, rule: str, message: str, component: Component, severity: Severity = Severity.WARNING, value: str = ""
    ) -> None:
        self.notes.add(
            Finding(
                rule=rule,
                message=message,
                severity=severity,
                field=component.name,
                value=value,
                line=component.number or None,
            )
        )


def _record_type(component: Component) -> type[Record] | None:
    if component.name == "VEVENT":
        return Event
    if component.name == "VTODO":
        return Task
    if component.name == "VJOURNAL":
        line = component.first(RECORD)
        if line is not None:
            return {"activity": Activity, "milestone": Milestone}.get(line.value.strip())
    return None


def _unindented(line: ContentLine) -> ContentLine:
    if not line.text.startswith((" ", "\t")):
        return line
    return ContentLine(UNPARSED, line.text.lstrip(" \t"), line.number)
