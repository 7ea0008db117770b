"""What RFC 5546 says about its messages, as data: which properties each method demands and forbids, and when SEQUENCE rises.

The tables are those of sections 3.2.1 to 3.2.8 (VEVENT) and 3.4.1 to 3.4.8 (VTODO). Properties that are neither
demanded nor forbidden may stand; ``X-`` and IANA properties may stand in every method.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange.ical.event import EVENT_STATUS
from koschuso.interchange.ical.task import TASK_STATUS, day_of
from koschuso.model import Event, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EVENT_RULES", "ORGANISER_METHODS", "TASK_RULES", "Method", "Rules", "needs_new_sequence", "significant"]


class Method(StrEnum):
    """The methods of RFC 5546 that concern events and tasks; the values stand in METHOD."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    REPLY = "REPLY"
    ADD = "ADD"
    CANCEL = "CANCEL"
    REFRESH = "REFRESH"
    COUNTER = "COUNTER"
    DECLINECOUNTER = "DECLINECOUNTER"


ORGANISER_METHODS: Final = frozenset({Method.PUBLISH, Method.REQUEST, Method.ADD, Method.CANCEL, Method.DECLINECOUNTER})
"""The methods that only the organiser sends (RFC 5546, 1.4); the others come from attendees."""


@attrs.frozen(kw_only=True)
class Rules:
    """What one method asks of a component.

    Attributes:
        demanded: Properties that must stand there.
        forbidden: Properties and components inside of it that must not.
        one_attendee: Whether exactly one ATTENDEE stands there: whoever answers or asks.
        several: Whether a message may have more than one such component (all but PUBLISH: of one UID).
    """

    demanded: frozenset[str]
    forbidden: frozenset[str] = frozenset()
    one_attendee: bool = False
    several: bool = True


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALWAYS: Final = _names("UID DTSTAMP ORGANIZER")
_DESCRIBED: Final = _ALWAYS | _names("DTSTART SUMMARY")
_CONTENT: Final = _names(
    "ATTACH CATEGORIES CLASS CONTACT CREATED DESCRIPTION DTSTART DURATION EXDATE GEO LAST-MODIFIED LOCATION PRIORITY "
    "RDATE RELATED-TO REQUEST-STATUS RESOURCES RRULE SEQUENCE STATUS URL VALARM"
)
_ADDED: Final = _names("EXDATE RDATE RRULE RECURRENCE-ID REQUEST-STATUS")

EVENT_RULES: Final[Mapping[Method, Rules]] = {
    Method.PUBLISH: Rules(demanded=_DESCRIBED, forbidden=_names("ATTENDEE REQUEST-STATUS")),
    Method.REQUEST: Rules(demanded=_DESCRIBED | {"ATTENDEE"}, forbidden=_names("REQUEST-STATUS")),
    Method.REPLY: Rules(demanded=_ALWAYS | {"ATTENDEE"}, forbidden=_names("VALARM"), one_attendee=True),
    Method.ADD: Rules(demanded=_DESCRIBED | {"SEQUENCE"}, forbidden=_ADDED, several=False),
    Method.CANCEL: Rules(demanded=_ALWAYS | {"SEQUENCE"}, forbidden=_names("REQUEST-STATUS VALARM")),
    Method.REFRESH: Rules(
        demanded=_ALWAYS | {"ATTENDEE"},
        forbidden=_CONTENT | _names("DTEND SUMMARY TRANSP"),
        one_attendee=True,
        several=False,
    ),
    Method.COUNTER: Rules(demanded=_DESCRIBED | {"SEQUENCE"}, several=False),
    Method.DECLINECOUNTER: Rules(demanded=_ALWAYS | {"ATTENDEE", "SEQUENCE"}, forbidden=_names("VALARM")),
}
"""The rules of a VEVENT for each method (3.2)."""

_TASK: Final = _ALWAYS | _names("PRIORITY SUMMARY")

TASK_RULES: Final[Mapping[Method, Rules]] = {
    Method.PUBLISH: Rules(demanded=_TASK | {"DTSTART"}, forbidden=_names("ATTENDEE REQUEST-STATUS")),
    Method.REQUEST: Rules(demanded=_TASK | {"DTSTART", "ATTENDEE"}, forbidden=_names("REQUEST-STATUS")),
    Method.REPLY: Rules(demanded=_ALWAYS | {"ATTENDEE"}, forbidden=_names("VALARM"), one_attendee=True),
    Method.ADD: Rules(demanded=_TASK | {"SEQUENCE"}, forbidden=_ADDED, several=False),
    Method.CANCEL: Rules(demanded=_ALWAYS | {"SEQUENCE"}, forbidden=_names("REQUEST-STATUS VALARM")),
    Method.REFRESH: Rules(
        demanded=_names("ATTENDEE DTSTAMP UID"),
        forbidden=_CONTENT | _names("COMMENT COMPLETED DUE ORGANIZER PERCENT-COMPLETE"),
        one_attendee=True,
        several=False,
    ),
    Method.COUNTER: Rules(demanded=_TASK | {"ATTENDEE"}, several=False),
    Method.DECLINECOUNTER: Rules(
        demanded=_ALWAYS | {"ATTENDEE", "SEQUENCE"}, forbidden=_names("VALARM"), several=False
    ),
}
"""The rules of a VTODO for each method (3.4); an office sends PUBLISH, REQUEST and CANCEL."""


def needs_new_sequence(before: Event | Task, after: Event | Task) -> bool:
    """Tell whether a change is one that SEQUENCE must rise for (RFC 5546, 2.1.4).

    These are the changes that make an answer worthless: another time (DTSTART, DTEND, DURATION, DUE), another recurrence
    (RRULE, RDATE, EXDATE), another STATUS. A better description or another room is sent with the same SEQUENCE and a
    newer DTSTAMP.

    Args:
        before: The event or task as its attendees know it.
        after: The same one as it is now.

    >>> from datetime import datetime
    >>> from koschuso.model import EventStatus, TimeSpan
    >>> event = Event(id="e", title="Fachtag", span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3))
    >>> needs_new_sequence(event, attrs.evolve(event, title="Fachtag Ganztag"))
    False
    >>> needs_new_sequence(event, attrs.evolve(event, status=EventStatus.ABGESAGT))
    True
    """
    return significant(before) != significant(after)


def significant(record: Event | Task) -> tuple[object, ...]:
    """What a change of SEQUENCE depends on."""
    if isinstance(record, Event):
        return record.span, tuple(sorted(record.recurrence)), EVENT_STATUS.get(record.status, "")
    begin = None if record.begin is None else day_of(record.begin, last=False)
    due = None if record.due is None else day_of(record.due, last=True)
    return begin, due, TASK_STATUS[record.status]
