"""Writes calendars: records become components, every zone gets its VTIMEZONE, what cannot travel is told.

The records come filtered for their audience; nothing is added to them. For everybody outside the office and its
network no ATTENDEE, no id of the office and no unmodelled line is written (domain.md DS-07 to DS-09).
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import LineParser, format_line, join
from koschuso.interchange.foreign import entry_name, split_blocks
from koschuso.interchange.format import WriteOptions, Writing
from koschuso.interchange.ical_aspects import text_of
from koschuso.interchange.ical_attendee import attendee_line
from koschuso.interchange.ical_books import Loss, ZoneBook
from koschuso.interchange.ical_event import NOT_EXPORTED, event_table
from koschuso.interchange.ical_header import OWN_PRODID, components_at
from koschuso.interchange.ical_scope import WITHOUT_UID, CalendarScope, X
from koschuso.interchange.ical_task import activity_table, milestone_table, task_table
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.timezone import Zones
from koschuso.interchange.zonenames import iana_name, is_iana
from koschuso.model import (
    BERLIN,
    Activity,
    Event,
    Milestone,
    Participation,
    Record,
    Reference,
    Task,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.interchange.foreign import AspectTable

__all__ = ["KINDS", "writing"]

KINDS: Final = ("event", "participation", "task", "activity", "milestone")
"""The kinds of records that a calendar can carry."""

_COMPONENTS: Final = {Event: "VEVENT", Task: "VTODO", Activity: "VJOURNAL", Milestone: "VJOURNAL"}
_WITHIN: Final = frozenset({"intern", "netzwerk", "vertraulich"})
"""The audiences that may see attendees and kept lines."""

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
    return _Writer(options, header).write(list(records))


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
        self.span_zones: tuple[str, str] = ("", "")
        self.record_blocks: dict[str, tuple[str, ...]] = {}
        self.stamp = f"{options.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
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
                )
        written = [
            lines
            for record in components
            if (lines := self._component(record, participations.pop(record.id, []))) is not None
        ]
        left = sum(map(len, participations.values()))
        if left:
            self.loss.note(
                "teilnahme_ohne_termin", "{count} Teilnahmen gehören zu keiner der ausgegebenen Veranstaltungen.", left
            )
        file = self._within_header(written) if self.header else self._own_file(written)
        return Writing(data=join(file), findings=tuple(self.loss.findings()))

    # -- the file ------------------------------------------------------------------------------------------------------

    def _own_file(self, components: list[list[str]]) -> Iterator[str]:
        yield "BEGIN:VCALENDAR"
        yield "VERSION:2.0"
        yield f"PRODID:{OWN_PRODID}"
        yield "CALSCALE:GREGORIAN"
        if self.public:
            yield "METHOD:PUBLISH"
        if self.options.title:
            yield f"NAME:{escape_text(self.options.title)}"
            yield f"X-WR-CALNAME:{escape_text(self.options.title)}"
        # tells the reader which DTSTAMP is nothing but the moment of writing
        yield f"LAST-MODIFIED:{self.stamp}"
        yield from self._vtimezones()
        for component in components:
            yield from component
        yield "END:VCALENDAR"

    def _within_header(self, components: list[list[str]]) -> Iterator[str]:
        """Put the components back into the file that they came from."""
        places = [index for index, entry in enumerate(self.header) if components_at(entry)]
        first, last = (places[0], places[-1]) if places else (-1, -1)
        following = iter(components)
        zones = list(self._vtimezones())
        for index, entry in enumerate(self.header):
            count = components_at(entry)
            if index == first:
                yield from zones
            if not count:
                if not places and entry == "END:VCALENDAR":
                    yield from zones
                    zones = []
                    for component in following:
                        yield from component
                yield entry
                continue
            for component in following:
                yield from component
                count -= 1
                if not count and index != last:
                    break

    def _vtimezones(self) -> Iterator[str]:
        for name in sorted(self.book.blocks):
            if name not in self.zones.blocks:
                yield from self.book.blocks[name]

    # -- one component -------------------------------------------------------------------------------------------------

    def _component(self, record: Record, participations: list[Participation]) -> list[str] | None:
        if isinstance(record, Event):
            if record.status in NOT_EXPORTED or record.span is None:
                self.loss.note(
                    "idee", "{count} Veranstaltungen sind noch Ideen oder verworfen und stehen nicht im Kalender."
                )
                return None
            self.span_zones = (record.span.zone or "", record.span.end_zone or record.span.zone or "")
        else:
            self.span_zones = ("", "")
        if record.extras:
            self.loss.note("zusatzfelder", "{count} Einträge haben Zusatzfelder, die eine Kalenderdatei nicht trägt.")
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
        name = _COMPONENTS[type(record)]
        lines = [f"BEGIN:{name}", *self.tables[type(record)].write(record, foreign, self.scope), f"END:{name}"]
        if not self.header:
            if record.id.startswith(WITHOUT_UID):
                lines.insert(1, f"UID:{record.id}")
            lines = [self._modern(line) if "QUOTED-PRINTABLE" in line else line for line in lines]
        return self._with_zones(lines)

    def _attendee_lines(self, participations: list[Participation]) -> list[str]:
        if self.public:
            if participations:
                self.loss.note(
                    "teilnahmen_oeffentlich",
                    "{count} Teilnahmen stehen nicht in einer Ausgabe für die Öffentlichkeit (DS-08).",
                    len(participations),
                )
            return []
        lines = []
        for participation in participations:
            if participation.headcounts:
                self.loss.note(
                    "kopfzahlen", "{count} Teilnahmen sind Kopfzahlen; eine Kalenderdatei kennt nur Personen."
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
        if any(entry.startswith(":") and ":" not in entry[1:] for entry in foreign):
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

    def _with_zones(self, lines: list[str]) -> list[str]:
        """See to it that each zone of the lines has its VTIMEZONE."""
        renamed: dict[str, str] = {}
        meanings: dict[str, str | tuple[str, ...]] | None = None
        used: list[int] = []
        for index, line in enumerate(lines):
            if "TZID=" not in line:
                continue
            tzid = self.parser.line(line).param("TZID")
            if not tzid:
                continue
            used.append(index)
            if tzid in renamed or tzid in self.book.declared:
                continue
            if is_iana(tzid):
                renamed[tzid] = self.book.name_for(tzid, tzid)
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
        for index in used:
            parsed = self.parser.line(lines[index])
            tzid = parsed.param("TZID")
            name = renamed.get(tzid, tzid)
            if name != tzid:
                params = {key: (name,) if key.upper() == "TZID" else values for key, values in parsed.head.pairs}
                lines[index] = format_line(parsed.group, parsed.name, params, parsed.value)
        return lines

    def _meanings(self, lines: list[str]) -> dict[str, str | tuple[str, ...]]:
        """What the record itself says about the zones of its begin and end."""
        found: dict[str, str | tuple[str, ...]] = {}
        for line in lines:
            name = line.partition(":")[0].partition(";")[0].upper()
            zone = self.span_zones[name == "DTEND"] if name in {"DTSTART", "DTEND"} else ""
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
