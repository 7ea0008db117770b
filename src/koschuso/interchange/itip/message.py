"""Takes a scheduling message apart: which method, about which event and instance, from whom, how new.

Answers often have no DTSTART, so a reader of calendars makes no event of them; their lines stand in ``Reading.header``.
Here every component of the file counts, with the record where there is one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import attrs

from koschuso.interchange.calendar_values import read_moment
from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import ContentLine
from koschuso.interchange.editions import stamp_of
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.ical import writer as ical_writer
from koschuso.interchange.ical.scope import WITHOUT_UID
from koschuso.interchange.itip.people import address_of
from koschuso.interchange.itip.rules import Method
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import unescape_text
from koschuso.interchange.zones.definitions import Zones
from koschuso.interchange.zones.names import iana_name, is_iana
from koschuso.model import BERLIN, Event, Participation, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from koschuso.interchange.component import Component
    from koschuso.model import Reading, Record

__all__ = ["Item", "items", "method_of", "methods_of", "moment_of"]

_MOST_DIGITS: Final = 9
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen(kw_only=True, eq=False)
class Item:
    """One event or task that a message is about.

    Attributes:
        method: What the message wants; empty for a calendar that is none.
        name: Name of the component.
        uid: UID.
        at: When the instance begins by the rule, in UTC or as a day or floating time; ``None`` for the whole event.
        this_and_future: Whether all later instances are meant as well.
        sequence: SEQUENCE, 0 if absent.
        stamp: DTSTAMP so that later ones compare as greater; empty if absent.
        organiser: Mail address of the ORGANIZER in lower case, empty if absent.
        attendees: The ATTENDEE lines.
        status: STATUS in upper case.
        comment: The COMMENTs.
        record: The event or task that the reader made of it.
        participations: Those of the event.
    """

    method: str
    name: str
    uid: str = attrs.field(repr=False)
    at: datetime | date | None = None
    this_and_future: bool = False
    sequence: int = 0
    stamp: str = ""
    organiser: str = attrs.field(default="", repr=False)
    attendees: tuple[ContentLine, ...] = attrs.field(default=(), repr=False)
    status: str = ""
    comment: str = attrs.field(default="", repr=False)
    record: Event | Task | None = None
    participations: tuple[Participation, ...] = attrs.field(default=(), repr=False)

    @property
    def edition(self) -> tuple[int, str]:
        """What decides which of two messages is newer (RFC 5546, 2.1.5)."""
        return self.sequence, self.stamp


def methods_of(reading: Reading) -> tuple[str, ...]:
    r"""Give the METHOD of each calendar of a file, empty for one that is no message.

    >>> from koschuso.interchange import ical
    >>> methods_of(ical.read(b"BEGIN:VCALENDAR\nMETHOD:reply\nEND:VCALENDAR\n"))
    ('REPLY',)
    """
    found: list[str] = []
    depth = 0
    for entry in reading.header:
        if entry.startswith("BEGIN:"):
            depth += 1
            if entry == "BEGIN:VCALENDAR" and depth == 1:
                found.append("")
        elif entry.startswith("END:"):
            depth -= 1
        elif depth == 1 and found and entry[:6].upper() == "METHOD" and entry[6:7] in {":", ";"}:
            found[-1] = found[-1] or entry.rpartition(":")[2].strip().upper()
    return tuple(found)


def method_of(reading: Reading) -> str:
    """Give the METHOD of a file whose calendars agree about it, else empty."""
    methods = set(methods_of(reading))
    return methods.pop() if len(methods) == 1 else ""


def items(reading: Reading) -> Iterator[Item]:
    """Give what the calendars of a file are about, in its order; records that are neither event nor task are no items."""
    stamp = WriteOptions(stamp=_NEVER)
    data = ical_writer.writing(reading.records, stamp, reading.header).data
    records = _Records(reading.records)
    for calendar in read_components(data, Notes()):
        if calendar.name == "VCALENDAR":
            yield from _items_of(calendar, records)


def moment_of(line: ContentLine, resolve: Callable[[str], str]) -> datetime | date | None:
    """Read a moment so that it compares with the same one in another zone: UTC, or a day, or a floating time."""
    moment = read_moment(line.value)
    if moment is None:
        return None
    if moment.is_date:
        return moment.wall.date()
    if moment.is_utc:
        return moment.wall.replace(tzinfo=UTC)
    tzid = line.param("TZID")
    zone = resolve(tzid) if tzid else ""
    if not is_iana(zone):
        return moment.wall
    try:
        return moment.wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return moment.wall


class _Records:
    """The records of a reading, found by the components that they were made of."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._counts: dict[str, int] = {}
        self._main: dict[str, Event | Task] = {}
        self._within: dict[str, list[Participation]] = {}
        self._nameless: dict[str, list[Event | Task]] = {"event": [], "task": []}
        for record in records:
            if isinstance(record, Event | Task):
                if record.id.startswith(WITHOUT_UID):
                    self._nameless[record.KIND].append(record)
                self._main[f"{record.KIND}/{record.id}"] = record
            elif isinstance(record, Participation):
                self._within.setdefault(record.event_id, []).append(record)

    def take(self, component: Component, uid: str) -> tuple[Event | Task | None, tuple[Participation, ...]]:
        """Give the record of a component and its participations; each once."""
        kind = "event" if component.name == "VEVENT" else "task"
        if component.first("DTSTART") is None and kind == "event":
            return None, ()
        if not uid:
            nameless = self._nameless[kind]
            return self._with_people(nameless.pop(0)) if nameless else (None, ())
        own = component.first("X-KOSCHUSO-ID")
        at = component.first("RECURRENCE-ID")
        id_ = unescape_text(own.value).strip() if own is not None else f"{uid}#{at.value.strip()}" if at else uid
        key = f"{kind}/{id_}"
        count = self._counts.get(key, 0) + 1
        record = self._main.get(key if count == 1 else f"{key}~{count}")
        if record is None:
            return None, ()
        self._counts[key] = count
        return self._with_people(record)

    def _with_people(self, record: Event | Task) -> tuple[Event | Task, tuple[Participation, ...]]:
        return record, tuple(self._within.get(record.id, ()))


def _items_of(calendar: Component, records: _Records) -> Iterator[Item]:
    said = calendar.first("METHOD")
    method = said.value.strip().upper() if said is not None else ""
    zones = Zones(Notes(), BERLIN)
    for child in calendar.children:
        if child.name == "VTIMEZONE":
            zones.declare(child)

    def _resolve(tzid: str) -> str:
        return zones.resolve(tzid).name if tzid in zones.blocks else iana_name(tzid) or tzid

    for child in calendar.children:
        if child.name in {"VEVENT", "VTODO"}:
            yield _item(child, method, records, _resolve)


def _item(component: Component, method: str, records: _Records, resolve: Callable[[str], str]) -> Item:
    uid = _text(component, "UID").strip()
    at = component.first("RECURRENCE-ID")
    sequence = _text(component, "SEQUENCE").strip()
    organiser = component.first("ORGANIZER")
    record, participations = records.take(component, uid)
    return Item(
        method=method if method in set(Method) else method and "?",
        name=component.name,
        uid=uid,
        at=None if at is None else moment_of(at, resolve),
        this_and_future=at is not None and at.param("RANGE").upper() == "THISANDFUTURE",
        sequence=int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) <= _MOST_DIGITS else 0,
        stamp=stamp_of(_text(component, "DTSTAMP")),
        organiser="" if organiser is None else address_of(organiser).lower(),
        attendees=tuple(component.all("ATTENDEE")),
        status=_text(component, "STATUS").strip().upper(),
        comment="\n".join(unescape_text(line.value) for line in component.all("COMMENT")),
        record=record,
        participations=participations,
    )


def _text(component: Component, name: str) -> str:
    line = component.first(name)
    return "" if line is None else unescape_text(line.value)
