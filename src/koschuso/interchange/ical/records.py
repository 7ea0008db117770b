"""Which component of a calendar becomes which kind of record, and by which table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from koschuso.interchange.ical.event import event_table
from koschuso.interchange.ical.task import activity_table, milestone_table, task_table
from koschuso.model import Activity, Event, Milestone, Record, Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.interchange.foreign import AspectTable
    from koschuso.interchange.ical.scope import CalendarScope

__all__ = ["NECESSARY", "TABLES", "modelled_names", "record_type_of"]

TABLES: Final[dict[type[Record], Callable[[], AspectTable[CalendarScope]]]] = {
    Event: event_table,
    Task: task_table,
    Activity: activity_table,
    Milestone: milestone_table,
}
"""Builds the table of each kind of record."""

NECESSARY: Final[dict[type[Record], tuple[str, ...]]] = {
    Event: ("span",),
    Task: (),
    Activity: ("day", "minutes"),
    Milestone: ("when",),
}
"""Fields without which a component cannot be a record."""


@cache
def modelled_names() -> frozenset[str]:
    """Give every property that some kind of record has an aspect for."""
    return frozenset(name for build in TABLES.values() for aspect in build().aspects for name in aspect.names)


def record_type_of(name: str, told: str | None) -> type[Record] | None:
    """Tell what a component becomes.

    Args:
        name: Its name, upper case.
        told: Value of its `koschuso.interchange.ical.task.RECORD`, ``None`` without one.
    """
    if name == "VEVENT":
        return Event
    if name == "VTODO":
        return Task
    if name == "VJOURNAL" and told is not None:
        return {"activity": Activity, "milestone": Milestone}.get(told.strip())
    return None
