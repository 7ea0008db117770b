"""Importing a calendar into what is stored already: what other programs say only coarsely, they do not change.

A program that does not know koschuso writes an event back without its ``X-KOSCHUSO-*`` lines. STATUS:CONFIRMED is then
all that is left of *durchgeführt*, LOCATION all that is left of house, room and address. As long as the standard line
is the one that the stored value would give, the stored value stays. Where the lines stand that koschuso writes itself is
no difference, and neither is that a text in the quoted-printable of vCalendar 1.0 comes back as iCalendar writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange.ical.event import EVENT_STATUS, USUAL_STATUS
from koschuso.interchange.ical.task import TASK_STATUS, USUAL_TASK_STATUS, day_of
from koschuso.model import Event, FuzzyDate, Location, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model import Record

__all__ = ["CARRIES", "settle"]

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


def settle(stored: Record, read: Record) -> Record:
    """Give the record as read, with the stored values that its standard lines do not contradict.

    >>> from koschuso.model import EventStatus, TimeSpan
    >>> from datetime import date
    >>> span = TimeSpan.days(date(2025, 10, 15))
    >>> held = Event(id="e", title="Fachtag", span=span, status=EventStatus.DURCHGEFUEHRT)
    >>> settle(held, Event(id="e", title="Fachtag 2025", span=span, status=EventStatus.EINLADUNG)).status.value
    'durchgefuehrt'
    """
    kept: dict[str, Any] = {}
    if stored.foreign != read.foreign and _kept_lines(read.foreign) in (
        _kept_lines(stored.foreign),
        _modern_lines(stored),
    ):
        kept["foreign"] = stored.foreign
    if isinstance(stored, Event) and isinstance(read, Event):
        if read.status in USUAL_STATUS.values() and EVENT_STATUS.get(stored.status) == EVENT_STATUS[read.status]:
            kept |= {"status": stored.status, "successor_id": stored.successor_id}
        if stored.location is not None and read.location == Location(name=str(stored.location)):
            kept["location"] = stored.location
        if sorted(read.recurrence) == sorted(stored.recurrence):
            kept["recurrence"] = stored.recurrence  # the order of its lines says nothing
    elif isinstance(stored, Task) and isinstance(read, Task):
        if read.status in USUAL_TASK_STATUS.values() and TASK_STATUS[stored.status] == TASK_STATUS[read.status]:
            kept["status"] = stored.status
        for field, last in (("begin", False), ("due", True)):
            words: FuzzyDate | None = getattr(stored, field)
            day = None if words is None else day_of(words, last=last)
            if day is not None and getattr(read, field) == FuzzyDate.of(day):
                kept[field] = words
    settled = attrs.evolve(read, **kept) if kept else read
    return stored if _differs_in_stamp(stored, settled) else settled


def _kept_lines(entries: Sequence[str]) -> list[str]:
    """The entries that are more than a place."""
    return [entry for entry in entries if ":" in entry or not entry]


def _modern_lines(stored: Record) -> list[str] | None:
    """What is kept of a record of vCalendar 1.0 once it was written as iCalendar and read again."""
    if not any("QUOTED-PRINTABLE" in entry for entry in stored.foreign):
        return None
    from koschuso.interchange import ical  # noqa: PLC0415 - hardly any file is that old

    records = ical.read(ical.write([stored])).records
    return _kept_lines(records[0].foreign) if records else None


def _differs_in_stamp(stored: Record, read: Record) -> bool:
    """Whether the file was merely written anew: DTSTAMP is then the moment of writing and says nothing else."""
    if stored.foreign == read.foreign or any(stored.extras.get(name) != value for name, value in read.extras.items()):
        return False
    if _without_stamp(stored.foreign) != _without_stamp(read.foreign):
        return False
    return all(
        getattr(stored, field) == getattr(read, field) for field in CARRIES.get(stored.KIND, ()) if field != "foreign"
    )


def _without_stamp(entries: tuple[str, ...]) -> list[str]:
    return [entry for entry in _kept_lines(entries) if not entry.startswith(("DTSTAMP:", "DTSTAMP;"))]
