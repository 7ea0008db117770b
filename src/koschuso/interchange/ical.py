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
from typing import TYPE_CHECKING, Final

from koschuso.interchange import ical_read, ical_write
from koschuso.interchange.format import Format, ReadOptions, WriteOptions, Writing
from koschuso.interchange.ical_settle import settle
from koschuso.model import Reading, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["CARRIES", "FORMAT", "read", "recognise", "write", "writing"]

_BEGIN: Final = re.compile(
    rb"^[ \t]*BEGIN[ \t]*:[ \t]*(?:VCALENDAR|VEVENT|VTODO|VJOURNAL)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_SNIFFED: Final = 65_536

CARRIES: Final = {
    "event": (
        "title",
        "span",
        "description",
        "location",
        "online_url",
        "status",
        "successor_id",
        "sequence",
        "recurrence",
        "occurrence_of",
        "occurrence_at",
        "foreign",
    ),
    "participation": ("event_id", "name", "email", "status", "role", "rank", "hours", "substitute_id", "foreign"),
    "task": ("title", "status", "begin", "due", "completed_on", "percent", "description", "parent_id", "foreign"),
    "activity": ("day", "title", "minutes", "taetigkeit", "foreign"),
    "milestone": ("when", "title", "topics", "actors", "foreign"),
}
"""The fields that a later import may change in a stored record: those that every calendar program carries.

A new record also takes the facts of the ``X-KOSCHUSO-*`` lines. For a stored one they are no reason to change anything:
programs such as Outlook drop lines that they do not know, and what is missing would look as if it had been cleared.
"""


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
    return ical_read.read(data, options)


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
        return ical_write.writing(records.records, options, records.header)
    return ical_write.writing(records, options)


def recognise(data: bytes) -> bool:
    r"""Tell whether a file is a calendar.

    >>> recognise(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), recognise(b"BEGIN:VCARD\r\n")
    (True, False)
    """
    head = data[:_SNIFFED]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        head = head.replace(b"\0", b"")
    return _BEGIN.search(head.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n")) is not None


def _write(records: Sequence[Record], options: WriteOptions) -> Writing:
    return writing(records, options)


FORMAT: Final = Format(
    name="koschuso:ical",
    title="Kalender (iCalendar)",
    suffixes=(".ics", ".ical", ".ifb", ".vcs"),
    recognise=recognise,
    read=read,
    write=_write,
    kinds=ical_write.KINDS,
    carries=CARRIES,
    settle=settle,
)
"""The format as the registry offers it."""
