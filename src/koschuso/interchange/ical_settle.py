"""Importing a calendar into what is stored already: what other programs say only coarsely, they do not change.

A program that does not know koschuso writes an event back without its ``X-KOSCHUSO-*`` lines. STATUS:CONFIRMED is then
all that is left of *durchgeführt*, LOCATION all that is left of house, room and address. As long as the standard line
is the one that the stored value would give, the stored value stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from koschuso.interchange.ical_event import EVENT_STATUS, USUAL_STATUS
from koschuso.interchange.ical_task import TASK_STATUS, USUAL_TASK_STATUS, day_of
from koschuso.model import Event, FuzzyDate, Location, Task

if TYPE_CHECKING:
    from koschuso.model import Record

__all__ = ["settle"]


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
    if isinstance(stored, Event) and isinstance(read, Event):
        if read.status in USUAL_STATUS.values() and EVENT_STATUS.get(stored.status) == EVENT_STATUS[read.status]:
            kept |= {"status": stored.status, "successor_id": stored.successor_id}
        if stored.location is not None and read.location == Location(name=str(stored.location)):
            kept["location"] = stored.location
    elif isinstance(stored, Task) and isinstance(read, Task):
        if read.status in USUAL_TASK_STATUS.values() and TASK_STATUS[stored.status] == TASK_STATUS[read.status]:
            kept["status"] = stored.status
        for field, last in (("begin", False), ("due", True)):
            words: FuzzyDate | None = getattr(stored, field)
            day = None if words is None else day_of(words, last=last)
            if day is not None and getattr(read, field) == FuzzyDate.of(day):
                kept[field] = words
    return attrs.evolve(read, **kept) if kept else read
