"""Notes in a record how new it is: SEQUENCE, and the DTSTAMP of the message that changed it last.

DTSTAMP is no field of a record. It stands among its kept lines, as that of an imported event does; so it travels
through every export and import, and the next message is compared with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

import attrs

from koschuso.interchange.foreign import entry_name
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.ical import reader as ical_reader
from koschuso.interchange.ical import writer as ical_writer
from koschuso.interchange.ical.span import moment_line
from koschuso.interchange.zones.names import is_iana
from koschuso.model import Event, Task

if TYPE_CHECKING:
    from koschuso.model import TimeSpan

__all__ = ["stamped", "with_date", "with_line"]

Scheduled = TypeVar("Scheduled", Event, Task)

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def stamped(record: Scheduled, sequence: int, stamp: str) -> Scheduled:
    """Note which message a record was changed by.

    Args:
        record: The event or task.
        sequence: SEQUENCE of the message.
        stamp: DTSTAMP of the message as `koschuso.interchange.editions.stamp_of` gives it; empty if it has none.
    """
    if isinstance(record, Event):
        record = attrs.evolve(record, sequence=sequence)
    elif sequence:
        record = with_line(record, "SEQUENCE", f"SEQUENCE:{sequence}")
    if not stamp:
        return record
    if any(entry.upper().startswith("LAST-MODIFIED") for entry in record.foreign):
        record = with_line(record, "LAST-MODIFIED", f"LAST-MODIFIED:{stamp}Z")
    return with_line(record, "DTSTAMP", f"DTSTAMP:{stamp}Z")


def with_line(record: Scheduled, name: str, line: str) -> Scheduled:
    """Put a kept line into a record, in the place of the one of the same name.

    The kept lines are then those that a reader would give the record, so that writing and reading changes nothing.
    """
    entries = list(record.foreign)
    depth = 0
    place = -1
    for index, entry in enumerate(entries):
        if entry.startswith("BEGIN:"):
            depth += 1
        elif entry.startswith("END:"):
            depth -= 1
        elif depth == 0 and not entry.startswith(":") and entry_name(entry) == name:
            place = index
            break
    if place >= 0:
        entries[place] = line
        return attrs.evolve(record, foreign=tuple(entries))
    begin = next((index for index, entry in enumerate(entries) if entry and not _of_zone(entries, index)), len(entries))
    entries[begin:begin] = ["UID", line] if "UID" not in entries else [line]
    changed = attrs.evolve(record, foreign=tuple(entries))
    data = ical_writer.writing([changed], WriteOptions(stamp=_NEVER)).data
    read = [found for found in ical_reader.read(data).records if found.id == record.id and type(found) is type(record)]
    return attrs.evolve(changed, foreign=read[0].foreign) if len(read) == 1 else changed


def _of_zone(entries: list[str], index: int) -> bool:
    """Whether an entry belongs to the zones that lead the kept lines."""
    depth = 0
    for entry in entries[: index + 1]:
        if depth == 0 and entry != "BEGIN:VTIMEZONE":
            return False
        depth += entry.startswith("BEGIN:") - entry.startswith("END:")
    return True


def with_date(series: Event, span: TimeSpan) -> Event:
    """Add one date to a recurring event (RDATE); the same event if it has that date already."""
    own = series.span
    if own is None:
        return series
    begin = span.begin
    if span.zone != own.zone and span.zone and own.zone and is_iana(span.zone) and is_iana(own.zone):
        begin = begin.replace(tzinfo=ZoneInfo(span.zone)).astimezone(ZoneInfo(own.zone)).replace(tzinfo=None)
    line = moment_line("RDATE", begin, own.zone, all_day=own.all_day)
    if begin == own.begin or line in series.recurrence:
        return series
    return attrs.evolve(series, recurrence=(*series.recurrence, line))
