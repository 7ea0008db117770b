"""Writes calendars: records become components, every zone gets its VTIMEZONE, what cannot travel is told.

The records come filtered for their audience; nothing is added to them. For everybody outside the office and its
network no ATTENDEE, no id of the office and no unmodelled line is written (domain.md DS-07 to DS-09).
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.collector import collector_paused
from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import LineParser, format_line, join
from koschuso.interchange.extra_lines import NO_FIELDS, ExtraLines
from koschuso.interchange.folding import put_together
from koschuso.interchange.foreign import entry_name, split_blocks
from koschuso.interchange.format import WriteOptions, Writing
from koschuso.interchange.ical.aspects import text_of
from koschuso.interchange.ical.attendee import attendee_line
from koschuso.interchange.ical.books import Loss, ZoneBook
from koschuso.interchange.ical.event import NOT_EXPORTED, event_table
from koschuso.interchange.ical.header import OWN_PRODID, components_at
from koschuso.interchange.ical.records import modelled_names
from koschuso.interchange.ical.scope import WITHOUT_UID, CalendarScope, X
from koschuso.interchange.ical.task import activity_table, milestone_table, task_table
from koschuso.interchange.notes import Notes
from koschuso.interchange.recurrence.check import export_warnings
from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.zones.definitions import Zones
from koschuso.interchange.zones.names import iana_name, is_iana
from koschuso.model import (
    BERLIN,
    Activity,
    Event,
    Milestone,
    Participation,
    Record,
    Reference,
    Task,
    field_label,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from koschuso.interchange.foreign import AspectTable

__all__ = ["KINDS", "writing"]

KINDS: Final = ("event", "participation", "task", "activity", "milestone")
"""The kinds of records that a calendar can carry."""

_COMPONENTS: Final = {Event: "VEVENT", Task: "VTODO", Activity: "VJOURNAL", Milestone: "VJOURNAL"}
_NO_LOSS: Final = frozenset({"foreign", "extras"})  # written back, and told of its own
_WITHIN: Final = frozenset({"intern", "netzwerk", "vertraulich"})
"""The audiences that may see attendees and kept lines."""

_MOST_HEADS: Final = 1024

_PUBLIC: Final = frozenset(
    {
        "UID",
        "DTSTAMP",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "DUE",
        "DURATION",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "GEO",
        "STATUS",
        "CATEGORIES",
        "URL",
        "CONFERENCE",
        "RRULE",
        "RDATE",
        "EXDATE",
        "EXRULE",
        "RECURRENCE-ID",
        "TRANSP",
        "COLOR",
        "IMAGE",
        "CREATED",
        "LAST-MODIFIED",
        "COMPLETED",
        "PERCENT-COMPLETE",
    }
)
"""The kept lines that may be written for everybody: facts of the standard, no people."""


def writing(records: Iterable[Record], options: WriteOptions, header: Sequence[str] = ()) -> Writing:
    """Write a calendar file; see `koschuso.interchange.ical.writing`."""
    with collector_paused():
        return _Writer(options, header).write(list(records))


def _not_said(record_type: type[Record], table: AspectTable[CalendarScope]) -> tuple[tuple[str, Any], ...]:
    """The fields that no property says, with what they are when nothing is recorded."""
    said = {*table.fields, *_NO_LOSS}
    return tuple((field.name, field.default) for field in attrs.fields(record_type) if field.name not in said)


class _Writer:
    """The writing of one file."""

    def __init__(self, options: WriteOptions, header: Sequence[str]) -> None:
        self.options = options
        self.header = tuple(header)
        self.public = options.audience not in _WITHIN
        self.loss = Loss()
        self.parser = LineParser()
        self.tables: dict[type[Record], AspectTable[CalendarScope]] = {
            Event: event_table(),
            Task: task_table(),
            Activity: activity_table(),
            Milestone: milestone_table(),
        }
        self.lost = {record_type: _not_said(record_type, table) for record_type, table in self.tables.items()}
        self.span_zones: tuple[str, str] = ("", "")
        self.record_blocks: dict[str, tuple[str, ...]] = {}
        self.settled: set[str] = set()  # heads of lines whose zone is declared under the name that they use
        self.soft = "VERSION:1.0" in self.header  # the only version with quoted-printable and its soft breaks
        self.stamp = f"{options.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self.extras = ExtraLines(options.fields, modelled_names()) if options.fields else NO_FIELDS
        self.zones = _declared(self.header)
        self.book = ZoneBook(self.zones.blocks)
        self.scope = CalendarScope(Notes(), self._resolve, default_zone=BERLIN)
        self.scope.public = self.public
        self.scope.label_of = options.labels
        self.scope.contact_of = self._contact
        self.scope.stamp = "" if self.header else self.stamp

    def write(self, records: list[Record]) -> Writing:
        participations: dict[str, list[Participation]] = {}
        components: list[Record] = []
        for record in records:
            if isinstance(record, Participation):
                participations.setdefault(record.event_id, []).append(record)
            elif type(record) in _COMPONENTS:
                components.append(record)
            else:
                self.loss.note(
                    "art_ohne_kalender",
                    f"{{count}} Einträge der Art »{record.LABEL}« kann eine Kalenderdatei nicht tragen.",
                    missing=True,
                )
        written = [
            data
            for record in components
            if (data := self._component(record, participations.pop(record.id, ()))) is not None
        ]
        left = sum(map(len, participations.values()))
        if left:
            self.loss.note(
                "teilnahme_ohne_termin",
                "{count} Teilnahmen gehören zu keiner der ausgegebenen Veranstaltungen.",
                left,
                missing=True,
            )
        file = self._within_header(written) if self.header else self._own_file(written)
        hazards = export_warnings(record for record in components if isinstance(record, Event))
        return Writing(data=put_together(file), findings=(*self.loss.findings(), *hazards), missing=self.loss.missing)

    # -- the file ------------------------------------------------------------------------------------------------------

    def _own_file(self, components: list[bytes]) -> list[bytes]:
        head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{OWN_PRODID}", "CALSCALE:GREGORIAN"]
        if self.public:
            head.append("METHOD:PUBLISH")
        if self.options.title:
            head.append(f"NAME:{escape_text(self.options.title)}")
            head.append(f"X-WR-CALNAME:{escape_text(self.options.title)}")
        # tells the reader which DTSTAMP is nothing but the moment of writing
        head.append(f"LAST-MODIFIED:{self.stamp}")
        head += self._vtimezones()
        components.insert(0, join(head))
        components.append(join(["END:VCALENDAR"]))
        return components

    def _within_header(self, components: list[bytes]) -> list[bytes]:
        """Put the components back into the file that they came from."""
        places = [index for index, entry in enumerate(self.header) if components_at(entry)]
        first, last = (places[0], places[-1]) if places else (-1, -1)
        file: list[bytes] = []
        lines: list[str] = []  # what stands between components
        done = 0
        zones = list(self._vtimezones())
        for index, entry in enumerate(self.header):
            count = components_at(entry)
            if index == first:
                lines += zones
            until = done
            if count:
                until = len(components) if index == last else min(done + count, len(components))
            elif not places and entry == "END:VCALENDAR":
                lines += zones
                zones = []
                until = len(components)
            if until > done:
                file.append(join(lines, soft=self.soft))
                lines = []
                file += components[done:until]
                done = until
            if not count:
                lines.append(entry)
        file.append(join(lines, soft=self.soft))
        return file

    def _vtimezones(self) -> Iterator[str]:
        for name in sorted(self.book.blocks):
            if name.strip() not in self.zones.blocks:  # as they are declared: without blanks around
                yield from self.book.blocks[name]

    # -- one component -------------------------------------------------------------------------------------------------

    def _component(self, record: Record, participations: Sequence[Participation]) -> bytes | None:
        if isinstance(record, Event):
            if record.status in NOT_EXPORTED or record.span is None:
                self.loss.note(
                    "idee",
                    "Nicht im Kalender, weil noch Idee oder verworfen: Veranstaltungen ({count}).",
                    missing=True,
                )
                return None
            self.span_zones = (record.span.zone or "", record.span.end_zone or record.span.zone or "")
        else:
            self.span_zones = ("", "")
        self._tell_lost(record)
        self.scope.renew()
        self.scope.attendees = self._attendee_lines(participations)
        foreign: Sequence[str] = record.foreign
        self.record_blocks = {}
        if foreign:
            blocks, foreign = split_blocks(foreign, "VTIMEZONE", leading=True)
            self.record_blocks = {_tzid_of(block): block for block in blocks}
            if self.public:
                foreign = self._publishable(foreign)
            self._warn(foreign)
            if self.extras and record.extras:
                foreign = self.extras.without_stale(record, foreign)
        name = _COMPONENTS[type(record)]
        lines = self.tables[type(record)].write(record, foreign, self.scope)
        if self.extras and record.extras:
            lines = self.extras.woven(record, lines)
        if not self.header:
            if record.id.startswith(WITHOUT_UID):
                lines.insert(0, f"UID:{record.id}")
            if foreign and "QUOTED-PRINTABLE" in "\n".join(lines):
                lines = [self._modern(line) if "QUOTED-PRINTABLE" in line else line for line in lines]
        self._declare_zones(lines)
        return join([f"BEGIN:{name}", *lines, f"END:{name}"], soft=self.soft)

    def _tell_lost(self, record: Record) -> None:
        """Count the facts of a record that no line says."""
        for name, default in self.lost[type(record)]:
            if getattr(record, name) != default:
                self.loss.note(
                    "feld",
                    f"Das Feld »{field_label(record.KIND, name)}« ({record.LABEL}) kann eine Kalenderdatei nicht aufnehmen; "
                    "es steht in {count} Einträgen.",
                )
        if record.extras and self.extras.loses(record):
            self.loss.note(
                "zusatzfelder",
                "{count} Einträge haben Zusatzfelder, die nicht in der Kalenderdatei stehen, weil kein eingeschaltetes "
                "Plugin sie erklärt oder ihr Wert nicht zur Erklärung passt.",
            )

    def _attendee_lines(self, participations: Sequence[Participation]) -> list[str]:
        if self.public:
            if participations:
                self.loss.note(
                    "teilnahmen_oeffentlich",
                    "{count} Teilnahmen stehen nicht in einer Ausgabe für die Öffentlichkeit (DS-08).",
                    len(participations),
                    missing=True,
                )
            return []
        lines = []
        for participation in participations:
            if participation.headcounts:
                self.loss.note(
                    "kopfzahlen",
                    "Nicht im Kalender, weil er nur Personen kennt: Teilnahmen als Kopfzahlen ({count}).",
                    missing=True,
                )
            else:
                lines.append(attendee_line(participation, self.scope))
        return lines

    def _publishable(self, foreign: Sequence[str]) -> list[str]:
        """Only those kept lines that say nothing about people or the office."""
        kept: list[str] = []
        depth = 0
        for entry in foreign:
            name = entry_name(entry)
            if name == "BEGIN":
                depth += 1
            elif name == "END":
                depth -= 1
            elif depth == 0 and not entry.startswith(":") and (name in _PUBLIC or name.startswith(X)):
                kept.append(entry)
                continue
        if len(kept) != len(foreign):
            self.loss.note(
                "zeilen_oeffentlich",
                "Aus {count} Einträgen wurden Angaben fremder Programme nicht veröffentlicht.",
            )
        # an X-KOSCHUSO line is written anew, so that only what is public of it remains
        return [entry.partition(":")[0].partition(";")[0] if entry.startswith(X) else entry for entry in kept]

    def _warn(self, foreign: Sequence[str]) -> None:
        if "\n:" in "\n".join(("", *foreign)) and any(entry[:1] == ":" and ":" not in entry[1:] for entry in foreign):
            self.loss.note(
                "zeile_ungueltig",
                "{count} Einträge enthalten Zeilen, die in keinem Kalender stehen dürfen; sie wurden so wieder "
                "ausgegeben, wie sie gelesen wurden. Manche Programme lehnen die Datei deshalb ab.",
            )

    def _modern(self, line: str) -> str:
        """Write a line of vCalendar 1.0 as iCalendar."""
        parsed = self.parser.line(line)
        if parsed.param("ENCODING").upper() != "QUOTED-PRINTABLE":
            return line
        params = {key: values for key, values in parsed.head.pairs if key.upper() not in {"ENCODING", "CHARSET", ""}}
        return format_line("", parsed.name, params, escape_text(text_of(parsed)))

    # -- zones ---------------------------------------------------------------------------------------------------------

    def _resolve(self, tzid: str, name: str, _number: int | None) -> str:
        """What a TZID means in a line that is written back."""
        if tzid in self.zones.blocks:
            return self.zones.resolve(tzid).name
        if is_iana(tzid):
            return tzid
        block = self.record_blocks.get(tzid)
        if block is not None:
            return _declared(block).resolve(tzid).name
        own = self.span_zones[1] if name == "DTEND" else self.span_zones[0]
        return iana_name(tzid) or own or BERLIN

    def _declare_zones(self, lines: list[str]) -> None:
        """See to it that each zone of the lines has its VTIMEZONE; changes the names of zones where they are taken."""
        settled = self.settled
        unsettled = [
            index for index, line in enumerate(lines) if "TZID=" in line and line[: line.find(":")] not in settled
        ]
        if not unsettled:
            return
        renamed: dict[str, str] = {}
        meanings: dict[str, str | tuple[str, ...]] | None = None
        used: list[int] = []
        for index in unsettled:
            line = lines[index]
            tzid = self.parser.line(line).param("TZID")
            if not tzid:
                continue
            used.append(index)
            if tzid in renamed or tzid in self.book.declared:
                continue
            if is_iana(tzid):
                name = renamed[tzid] = self.book.name_for(tzid, tzid)
                head = line[: line.find(":")]
                if name == tzid and '"' not in head and len(settled) < _MOST_HEADS:
                    settled.add(head)  # and from now on nobody else can take the name
                continue
            if meanings is None:
                meanings = self._meanings(lines)
            meaning = meanings.get(tzid) or self.record_blocks.get(tzid) or iana_name(tzid)
            if meaning is None:
                renamed[tzid] = tzid
                self.loss.note(
                    "zone_ohne_beschreibung",
                    "{count} Einträge nennen eine unbekannte Zeitzone, die niemand beschreibt; andere Programme können "
                    "die Uhrzeit anders verstehen.",
                )
                continue
            renamed[tzid] = self.book.name_for(tzid, meaning)
        self._rename_zones(lines, used, renamed)

    def _rename_zones(self, lines: list[str], used: Iterable[int], renamed: Mapping[str, str]) -> None:
        for index in used:
            parsed = self.parser.line(lines[index])
            tzid = parsed.param("TZID")
            name = renamed.get(tzid, tzid)
            if name != tzid:
                params = {key: (name,) if key.upper() == "TZID" else values for key, values in parsed.head.pairs}
                lines[index] = format_line(parsed.group, parsed.name, params, parsed.value)

    def _meanings(self, lines: list[str]) -> dict[str, str | tuple[str, ...]]:
        """What the record itself says about the zones of its begin and end."""
        found: dict[str, str | tuple[str, ...]] = {}
        told: set[str] = set()
        for line in lines:
            name = line.partition(":")[0].partition(";")[0].upper()
            if name in told:
                continue  # a further begin is kept, but says nothing
            zone = self.span_zones[name == "DTEND"] if name in {"DTSTART", "DTEND"} else ""
            if zone:
                told.add(name)
            if zone and is_iana(zone):
                tzid = self.parser.line(line).param("TZID")
                if tzid and tzid not in self.record_blocks:
                    found.setdefault(tzid, zone)
        return found

    def _contact(self, kind: str, id_: str) -> tuple[str, str] | None:
        record: Any = self.options.references.get(Reference(kind, id_)) or self.options.references.get((kind, id_))
        if record is None:
            return None
        name = getattr(record, "display_name", "") or getattr(record, "name", "") or str(record.id)
        return str(name), str(getattr(record, "email", ""))


def _tzid_of(block: Sequence[str]) -> str:
    return next((line.partition(":")[2].strip() for line in block if line.upper().startswith("TZID")), "")


def _declared(header: Sequence[str]) -> Zones:
    """The zones that a header brings with it."""
    zones = Zones(Notes(), BERLIN)
    blocks, _ = split_blocks(header, "VTIMEZONE")
    for block in blocks:
        for component in read_components(join(block), Notes()):
            zones.declare(component)
    return zones
