"""Reads calendars: each VEVENT, VTODO and VJOURNAL becomes records, everything else is kept and listed.

The codec finds the components of the file, then one component after the other becomes records by the tables of
`ical.event`, `ical.task` and `ical.attendee`: the quick way where nothing is unusual (`ical.shapes`), else line by line.
A component that cannot be a record (a VEVENT without a time) stays verbatim in the header of the reading and is listed as
left out. Nothing here raises for bad data; nothing is expanded. Files of any size are read by `ical.streaming`.
"""

from __future__ import annotations

from bisect import bisect_left
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.collector import collector_paused
from koschuso.errors import InvalidRecord
from koschuso.interchange.component import Component, Parser
from koschuso.interchange.contentline import UNPARSED, ContentLine
from koschuso.interchange.extra_lines import NO_FIELDS, ExtraLines, add_values
from koschuso.interchange.foreign import set_foreign
from koschuso.interchange.format import ReadOptions
from koschuso.interchange.ical.attendee import read_attendee
from koschuso.interchange.ical.checks import check_component
from koschuso.interchange.ical.header import HeaderWriter, Surroundings, is_own, surroundings
from koschuso.interchange.ical.records import NECESSARY, TABLES, modelled_names, record_type_of
from koschuso.interchange.ical.rules import check_calendar, check_structure
from koschuso.interchange.ical.scope import WITHOUT_UID, CalendarScope, X
from koschuso.interchange.ical.shapes import Shapes
from koschuso.interchange.ical.sources import Sources
from koschuso.interchange.ical.task import RECORD
from koschuso.interchange.notes import Notes
from koschuso.interchange.segment import read_segments
from koschuso.interchange.zones.definitions import Zones
from koschuso.model import Event, Finding, Participation, Reading, Record, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.interchange.foreign import AspectTable
    from koschuso.interchange.segment import Segment

__all__ = ["CalendarReader", "by_calendar", "read"]

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


def read(data: bytes, options: ReadOptions | None = None) -> Reading:
    """Read a calendar file; see `koschuso.interchange.ical.read`."""
    reader = CalendarReader(options or ReadOptions())
    with collector_paused():
        for calendar in by_calendar(read_segments(data, reader.notes)):
            for _ in reader.calendar(calendar):
                pass
    return Reading(
        records=tuple(reader.records),
        findings=tuple(reader.notes.findings),
        left_out=tuple(reader.left_out),
        header=reader.header.finish(),
    )


def by_calendar(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Gather the segments of each calendar, and of each fragment without one."""
    gathered: list[Segment] = []
    for segment in segments:
        if gathered and segment.root != gathered[0].root:
            yield gathered
            gathered = []
        gathered.append(segment)
    if gathered:
        yield gathered


class CalendarReader:
    """The reading of one file, calendar by calendar.

    Attributes:
        notes: Takes what is wrong.
        records: The records so far.
        left_out: What was deliberately not taken so far.
        header: What stands around the records.
        sources: The components that became records, or were recognised; ``None`` where nobody wants to know.
        around: What the calendar at hand says about all that it holds.
        properties: The lines of the calendar at hand so far.

    Args:
        options: What the bytes cannot tell.
        sources: Whether the components are wanted that records were made of.
        quick: Whether the quick way is taken; it gives the same in any case.
    """

    def __init__(self, options: ReadOptions, *, sources: bool = False, quick: bool = True) -> None:
        self.options = options
        self.notes = Notes()
        self.root = 0
        self.parser = Parser(self.notes)
        self.header = HeaderWriter()
        self.records: list[Record] = []
        self.left_out: list[Finding] = []
        self.ids: dict[str, int] = {}
        self.zones = Zones(self.notes, options.zone)
        self.scope = CalendarScope(self.notes, self._resolve, default_zone=options.zone)
        self.shapes = Shapes(self.parser, self.ids, self.zones, default_zone=options.zone) if quick else None
        self.sources = Sources(options, self.ids) if sources else None
        self.number = 1  # which one with its id the component at hand is
        self.around = Surroundings()
        self.properties: list[str] = []
        self.own_stamp = ""
        self.is_own = False
        self.is_legacy = False
        self.tables: dict[type[Record], AspectTable[CalendarScope]] = {}
        self.extras = ExtraLines(options.fields, modelled_names()) if options.fields else NO_FIELDS

    def calendar(self, segments: Sequence[Segment]) -> Iterator[int]:
        """Read a calendar (or a fragment) of which all segments are at hand: its zones first, wherever they stand.

        Yields:
            0 when the calendar was begun, and after each segment how many bytes it had.
        """
        declared = self.begin(segments[0], (segment for segment in segments if segment.name == _ZONE))
        yield 0
        zones = iter(declared)
        for segment in segments:
            self.take(segment, next(zones) if segment.name == _ZONE else None)
            yield len(segment.raw)

    def begin(self, first: Segment, zones: Iterable[Segment]) -> list[Component]:
        """Begin a calendar with its zones.

        Args:
            first: Its first segment.
            zones: All its VTIMEZONEs.

        Returns:
            The zones.
        """
        if first.name not in {_CALENDAR, ""}:
            self.notes.add(
                Finding(
                    rule="ical.ohne_kalender",
                    message=f"Ab Zeile {first.number} steht ein Eintrag außerhalb eines Kalenders (BEGIN:VCALENDAR "
                    "fehlt); er wurde trotzdem gelesen.",
                    severity=Severity.INFO,
                    field=first.name,
                    line=first.number,
                )
            )
        self.zones = Zones(self.notes, self.options.zone)
        self.is_own, self.is_legacy, self.own_stamp = False, False, ""
        self.root = 0  # of the calendar whose properties were looked at
        self.around = surroundings(first.raw) if first.name == _CALENDAR else Surroundings()
        self.properties = []
        declared: list[Component] = []
        written: list[bytes] = []
        for segment in zones:
            component = self.parser.component(segment)
            check_component(component, self.scope)
            check_structure(component, self.scope)
            self.zones.declare(component)
            declared.append(component)
            written.append(segment.raw)
        if self.shapes is not None:
            self.shapes.zones, self.shapes.own_stamp = self.zones, ""
        if self.sources is not None:
            self.sources.begin(written, self.around.method)
        return declared

    def take(self, segment: Segment, zone: Component | None = None) -> None:
        """Read one segment of the calendar that was begun; ``zone`` is its component if it is a VTIMEZONE."""
        name = segment.name
        inside = name == _CALENDAR or segment.parents
        if self.header.enter(segment.root if inside else 0):
            self.header.add(self.properties)  # none at its beginning; again in a further portion
        if name == _CALENDAR:
            self._properties(segment)
        elif name == _ZONE:
            if zone is not None:
                self.header.add(zone.texts())
        elif name:
            self._component(segment)
        else:
            self.header.add(line.text for line in self.parser.component(segment).lines)

    def _properties(self, segment: Segment) -> None:
        lines = self.parser.component(segment).lines
        if segment.root != self.root:
            self.root = segment.root
            check_calendar(lines, segment.number, self.scope)
        for line in lines:
            if line.name == "PRODID":
                self.is_own = is_own(line.value)
            elif line.name == "VERSION":
                self.is_legacy = line.value.strip() == "1.0"
            elif line.name == "LAST-MODIFIED":
                self.own_stamp = line.value.strip()
        if self.shapes is not None:
            self.shapes.own_stamp = self.own_stamp if self.is_own else ""
        if self.sources is not None:
            self.sources.tell(is_own=self.is_own, is_legacy=self.is_legacy, own_stamp=self.own_stamp)
        texts = [line.text for line in lines]
        self.properties += texts
        self.header.add(texts)

    def _component(self, segment: Segment) -> None:
        sources = self.sources
        if sources is not None and sources.recognise(segment.raw):
            return
        made: Sequence[Record] | None = None
        self.number = 1
        unusual = not segment.closed or self.is_legacy or (bool(self.extras) and self.extras.mentioned_in(segment.raw))
        if self.shapes is not None and not unusual:
            made = self.shapes.read(segment.raw)
        if made is None:
            made = self._line_by_line(segment)
        if made:
            self.header.component()
            self.records += made
            if sources is not None:
                sources.add(made, self.number)

    def _line_by_line(self, segment: Segment) -> Sequence[Record]:
        component = self.parser.component(segment)
        told = component.first(RECORD)
        record_type = record_type_of(component.name, None if told is None else told.value)
        if record_type is None:
            check_component(component, self.scope, legacy=self.is_legacy)
            check_structure(component, self.scope)
            self._keep(component, f"enthält {_NAMES.get(component.name, 'Angaben, die koschuso nicht führt')}")
            return ()
        self.scope.renew()
        table = self.tables.get(record_type) or self._new_table(record_type)
        if not self.is_legacy:
            check_structure(component, self.scope, lambda name: name in table and not table.may_repeat(name))
        uid = self._drop_derived(component)
        fields = table.read(component.lines, self.scope)
        if not fields["id"]:
            fields["id"] = uid or self._digest(component)
        if any(fields[name] is None for name in NECESSARY[record_type]):
            self._refuse(component, "nennt nicht, was ein solcher Eintrag braucht (etwa einen lesbaren Beginn)")
            return ()
        self._tell_repeated(component, table)
        check_component(component, self.scope, legacy=self.is_legacy)
        base = fields["id"]
        fields["id"] = self._unique(base, component, record_type)
        record = self._make(record_type, fields, component)
        if record is None:
            return ()
        attendees = self._attendees(component, record.id) if record_type is Event else []
        if self.extras:
            self._take_values(record, component)
        entries = table.keep(record, component, self.scope)
        if entries and entries[0] == "BEGIN:VTIMEZONE":
            entries = ("", *entries)  # a zone inside of the component itself is none of those that it needs
        set_foreign(record, (*self._own_zones(component, record), *entries))
        return (record, *attendees)

    def _new_table(self, record_type: type[Record]) -> AspectTable[CalendarScope]:
        table = self.tables[record_type] = TABLES[record_type]()
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
        _drop_lines(component, dropped)
        return uid

    def _take_values(self, record: Record, component: Component) -> None:
        """Take the values of plugins' fields out of the lines."""
        taken = self.extras.taken(record.KIND, component.lines, self.notes, "ical")
        if taken.places:
            _drop_lines(component, sorted(taken.places))
            add_values(record, taken.values)

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
        count = self.number = self.ids[key] = self.ids.get(key, 0) + 1
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
                self._set_apart(finding.field, component, self.tables[record_type])
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

    def _set_apart(self, field: str, component: Component, table: AspectTable[CalendarScope]) -> None:
        """Keep the lines that alone say a field, without interpreting them."""
        names = {name for aspect in table.aspects if aspect.fields == (field,) for name in aspect.names}
        component.lines = [
            ContentLine(UNPARSED, line.text, line.number) if line.name in names else line for line in component.lines
        ]

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
        span = getattr(record, "span", None)
        tzids = [
            (line[0].params["TZID"][0], line[2])
            for part in component.walk()
            for line in part.lines
            if line[0].params and "TZID" in line[0].params
        ]
        return self.zones.needed(tzids, () if span is None else (span.zone, span.end_zone))

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


def _drop_lines(component: Component, places: Sequence[int]) -> None:
    """Take lines out of a component; their places come in order."""
    if not places:
        return
    gone = frozenset(places)
    component.lines = [line for index, line in enumerate(component.lines) if index not in gone]
    for child in component.children:
        child.position -= bisect_left(places, child.position)
