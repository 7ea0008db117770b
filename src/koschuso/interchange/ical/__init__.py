r"""Calendars (RFC 5545): events, tasks, activities and milestones in and out, without loss.

    reading = ical.read(data)
    data = ical.write(reading.records)

`read` never raises for bad data. What koschuso does not model stays in ``Record.foreign`` and is written back at its
place (see `koschuso.interchange.foreign`); calendar properties, zones and components that are no records stand in
``Reading.header``. ``write(reading)`` puts the records back into their own file, ``write(reading.records)`` makes a new
one; both give every line of an unchanged record as it was read.

Recurrences are never expanded here: their rules are kept verbatim in ``Event.recurrence``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.interchange.editions import calendar_edition
from koschuso.interchange.format import Format, Portion, ReadOptions, WriteOptions, Writing
from koschuso.interchange.ical import reader, streaming, writer
from koschuso.interchange.ical.settling import CARRIES, settle
from koschuso.interchange.mailhead import looks_like_mail
from koschuso.model import Reading, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import icalendar

__all__ = ["CARRIES", "FORMAT", "from_icalendar", "portions", "read", "recognise", "to_icalendar", "write", "writing"]

_BEGIN: Final = re.compile(
    rb"^[ \t]*BEGIN[ \t]*:[ \t]*(?:VCALENDAR|VEVENT|VTODO|VJOURNAL)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_SNIFFED: Final = 65_536


def read(data: bytes, options: ReadOptions | None = None) -> Reading:
    r"""Read a calendar file, whatever is wrong with it.

    Args:
        data: The whole file.
        options: What the bytes cannot tell: the zone of times whose own zone is unknown.

    Returns:
        The records in the order of the file (an event is followed by its participations), findings with line numbers,
        and what is no record.

    >>> reading = read(b"BEGIN:VEVENT\nUID:1\nDTSTART:20251015T090000Z\nSUMMARY:Fachtag\nEND:VEVENT\n")
    >>> reading.records[0].title, str(reading.records[0].span), reading.records[0].status.value
    ('Fachtag', '15.10.2025, 11:00 Uhr', 'einladung')
    """
    return reader.read(data, options)


def portions(source: BinaryIO, options: ReadOptions | None = None) -> Iterator[Portion]:
    r"""Read a calendar file of any size, portion by portion, in bounded memory; otherwise as `read`.

    Components that ``options.known`` knows are not parsed; they come as `Portion.recognised`. What stands around the
    records (`Reading.header`) is not kept.

    Args:
        source: A seekable stream of bytes; read from its beginning.
        options: What the bytes cannot tell, and which components are known.

    Yields:
        Portions of some hundred components, at least one.

    >>> import io
    >>> data = b"BEGIN:VEVENT\nUID:1\nDTSTART:20251015T090000Z\nSUMMARY:Fachtag\nEND:VEVENT\n"
    >>> portion, = portions(io.BytesIO(data))
    >>> portion.records[0].title, portion.sources[0].records, portion.position == len(data)
    ('Fachtag', ('event/1',), True)
    """
    return streaming.portions(source, options)


def write(records: Iterable[Record] | Reading, options: WriteOptions | None = None) -> bytes:
    """Write a calendar file.

    Args:
        records: The records, filtered for the audience already; or a whole reading, to get its file back.
        options: Without them: for the office itself, and the time of writing is now.
    """
    return writing(records, options).data


def writing(records: Iterable[Record] | Reading, options: WriteOptions | None = None) -> Writing:
    """Write a calendar file and tell what it cannot carry; see `write`."""
    if options is None:
        options = WriteOptions(stamp=datetime.now(UTC))
    if isinstance(records, Reading):
        return writer.writing(records.records, options, records.header)
    return writer.writing(records, options)


def to_icalendar(records: Iterable[Record] | Reading, options: WriteOptions | None = None) -> icalendar.Calendar:
    """Give records as a calendar of the library `icalendar`, without its losses.

    Values are typed (``event.start`` is a datetime, RRULE a `vRecur`); ``to_ical()`` writes the content lines that
    `write` writes. How, and what its objects have no place for, says `koschuso.interchange.ical.bridge`.

    Args:
        records: The records, filtered for the audience already; or a whole reading, to get its calendar back.
        options: As for `write`.

    Raises:
        WrongUse: The file of the reading is not one calendar; `ical.bridge.to_components` gives its parts.

    >>> from koschuso.model import Event, EventStatus, TimeSpan
    >>> fachtag = Event(id="1", title="Fachtag", status=EventStatus.GEPLANT, span=TimeSpan.at(datetime(2025, 10, 15, 9)))
    >>> to_icalendar([fachtag]).events[0].start.isoformat()
    '2025-10-15T09:00:00+02:00'
    """
    from koschuso.interchange.ical import bridge  # noqa: PLC0415 - icalendar takes a tenth of a second to import

    return bridge.to_icalendar(records, options)


def from_icalendar(components: icalendar.Component | Iterable[icalendar.Component]) -> Reading:
    """Read a calendar, or any components, of the library `icalendar`.

    What `to_icalendar` made comes back exactly, in content and order; what was changed since, as changed. In a component
    that `icalendar` read itself, lines that it could not read are missing; that is a finding.

    >>> import icalendar
    >>> event = icalendar.Event.new(uid="1", summary="Fachtag", start=datetime(2025, 10, 15, 9, tzinfo=UTC))
    >>> str(from_icalendar(event).records[0].span)
    '15.10.2025, 11:00 Uhr'
    """
    from koschuso.interchange.ical import bridge  # noqa: PLC0415 - as above

    return bridge.from_icalendar(components)


def recognise(data: bytes) -> bool:
    r"""Tell whether a file is a calendar.

    >>> recognise(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), recognise(b"BEGIN:VCARD\r\n")
    (True, False)
    """
    head = data[:_SNIFFED]
    if head.startswith(b"PK\x03\x04"):
        return False  # a ZIP can hold calendars, unpacked and in plain sight
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        head = head.replace(b"\0", b"")
    head = head.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n")
    return _BEGIN.search(head) is not None and not looks_like_mail(data)


def _write(records: Sequence[Record], options: WriteOptions) -> Writing:
    return writing(records, options)


def _apply(reading: Reading, stored: Callable[[str, str], Record | None]) -> Reading:
    from koschuso.interchange.itip.applying import apply  # noqa: PLC0415 - few files are messages, and it builds on this module

    return apply(reading, stored)


FORMAT: Final = Format(
    name="koschuso:ical",
    title="Kalender (iCalendar)",
    suffixes=(".ics", ".ical", ".ifb", ".vcs"),
    recognise=recognise,
    read=read,
    portions=portions,
    write=_write,
    kinds=writer.KINDS,
    carries=CARRIES,
    settle=settle,
    edition=calendar_edition,
    apply=_apply,
)
"""The format as the registry offers it."""
