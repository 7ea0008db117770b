"""How new a record says it is: what decides between two files that tell different things about it.

Kept lines are looked at only at the outermost level: a zone that a record needs, or a reminder inside, has dates of its
own.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from koschuso.interchange.calendar_values import read_moment, write_moment
from koschuso.model import Event, Participation

if TYPE_CHECKING:
    from koschuso.model import Record

__all__ = ["calendar_edition", "card_edition", "message_edition", "stamp_of"]

_LONGEST_NUMBER: Final = 9
_OFFSET: Final = re.compile(r"^(.*\d)([+-])(\d\d):?(\d\d)?$", re.ASCII).match
_EXTENDED_STAMP: Final = re.compile(r"[^0-9]")
_ANSWERED: Final = re.compile(r"X-KOSCHUSO-ANTWORT=(\d{1,9})/([0-9T]*)", re.ASCII).search
_DAY: Final = 8
_SECOND: Final = 14


def calendar_edition(record: Record) -> tuple[int, str] | None:
    """Give SEQUENCE and the moment of the last change (LAST-MODIFIED, else DTSTAMP) of a calendar's record.

    Editions compare: the greater one is newer. ``None`` if the record says neither. A participation is as new as its
    last answer (see `koschuso.interchange.itip.replying`).

    >>> from koschuso.model import Task
    >>> calendar_edition(Task(id="t", title="Plan", foreign=("SEQUENCE:2", "DTSTAMP:20250901T080000Z")))
    (2, '20250901T080000')
    >>> calendar_edition(Task(id="t", title="Plan")) is None
    True
    """
    if isinstance(record, Participation):
        answers = [match for entry in record.foreign if (match := _ANSWERED(entry)) is not None]
        return (int(answers[0][1]), answers[0][2]) if answers else None
    sequence, stamp, modified = _told(record)
    changed = modified or stamp
    return (sequence, changed) if sequence or changed else None


def message_edition(record: Record) -> tuple[int, str]:
    """Give SEQUENCE and DTSTAMP: what decides between two iTIP messages (RFC 5546, 2.1.5)."""
    sequence, stamp, _ = _told(record)
    return sequence, stamp


def card_edition(record: Record) -> str | None:
    """Give the moment of the last change (REV) of a card's record, ``None`` if it does not say.

    >>> from koschuso.model import Person
    >>> card_edition(Person(id="p", family_name="Muster", foreign=("REV:2025-09-01T10:00:00+02:00",)))
    '20250901T080000'
    """
    for name, value in _lines(record):
        if name == "REV":
            return _card_stamp(value)
    return None


def stamp_of(text: str) -> str:
    """Write a moment so that later ones compare as greater; empty where it is not understood.

    >>> stamp_of("20250901T080000Z"), stamp_of("20250710"), stamp_of("gestern")
    ('20250901T080000', '20250710T000000', '')
    """
    moment = read_moment(text)
    return write_moment(moment.wall) if moment else ""


def _told(record: Record) -> tuple[int, str, str]:
    sequence = record.sequence if isinstance(record, Event) else 0
    stamp = modified = ""
    for name, value in _lines(record):
        if name == "DTSTAMP":
            stamp = stamp or stamp_of(value)
        elif name == "LAST-MODIFIED":
            modified = modified or stamp_of(value)
        elif name == "SEQUENCE" and not isinstance(record, Event):
            text = value.strip()
            if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
                sequence = sequence or int(text)
    return sequence, stamp, modified


def _lines(record: Record) -> list[tuple[str, str]]:
    """Name and value of the kept lines that may tell an edition."""
    found: list[tuple[str, str]] = []
    depth = 0
    for entry in record.foreign:
        if entry.startswith("BEGIN:"):
            depth += 1
        elif entry.startswith("END:"):
            depth -= 1
        elif depth == 0 and entry[:3].upper() in _BEGINNINGS:
            head, colon, value = entry.partition(":")
            if colon:
                found.append((head.partition(";")[0].rpartition(".")[2].upper(), value))
    return found


_BEGINNINGS: Final = frozenset({"DTS", "LAS", "SEQ", "REV"})


def _card_stamp(text: str) -> str | None:
    shift = timedelta()
    offset = _OFFSET(text.strip()) if "T" in text.upper() else None
    if offset is not None:
        text = offset[1]
        shift = timedelta(hours=int(offset[3]), minutes=int(offset[4] or 0))
        shift = -shift if offset[2] == "+" else shift
    digits = _EXTENDED_STAMP.sub("", text.partition(".")[0])
    if len(digits) < _DAY:
        return None
    try:
        moment = datetime.strptime(digits[:_SECOND].ljust(_SECOND, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - UTC without its mark
        return write_moment(moment + shift)
    except (ValueError, OverflowError):
        return None
