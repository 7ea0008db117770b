r"""A calendar for subscribing: written anew at the same place, read by other people's programs every few hours.

What a subscriber needs, and what is therefore promised:

* the same UID for the same event, and its own VTIMEZONE for every zone;
* SEQUENCE rises by one whenever the content of an event has changed since the last feed, and only then; it is never
  below the SEQUENCE of the record itself;
* DTSTAMP and LAST-MODIFIED of an event change with its SEQUENCE only, so the same content gives the same bytes;
* METHOD:PUBLISH, a name (NAME, X-WR-CALNAME) and how often looking is worth while (REFRESH-INTERVAL of RFC 7986, 5.7,
  X-PUBLISHED-TTL for Outlook);
* no ATTENDEE, no REQUEST-STATUS (RFC 5546, 3.2.1 forbids them) and no reminders: those of the office would ring at
  everybody else's.

The memory is the feed itself: the file that is replaced. Without it (first feed, file lost) numbers begin anew with
those of the records. A feed is always the full picture: an event that is gone, or no longer meant for the audience, is
left out, and subscribers remove it; a cancelled one stays as STATUS:CANCELLED for as long as the office holds it.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange import ical
from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import join
from koschuso.interchange.format import WriteOptions, Writing
from koschuso.interchange.ical.header import is_own
from koschuso.interchange.limits import MAX_FILE_BYTES
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import escape_text
from koschuso.model import Finding, Record, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.interchange.component import Component

__all__ = ["KINDS", "REFRESH", "write"]

KINDS: Final = ("event",)
"""The kinds of records that stand in a feed."""

REFRESH: Final = "PT12H"
"""How often subscribers are asked to look: offices plan in days; the large services look every 12 to 24 hours anyway."""

_MOST_DIGITS: Final = 10  # SEQUENCE is a 32-bit integer (RFC 5545, 3.3.8)
_ENTRIES: Final = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_STAMPS: Final = frozenset({"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"})
_NOT_PUBLISHED: Final = frozenset({"ATTENDEE", "REQUEST-STATUS"})
_OWN_HEAD: Final = frozenset({"METHOD", "NAME", "X-WR-CALNAME", "LAST-MODIFIED", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"})


@attrs.frozen(kw_only=True)
class _Known:
    """What the last feed said about one event."""

    content: tuple[str, ...]
    sequence: int
    stamp: str
    modified: str


def write(records: Sequence[Record], options: WriteOptions, previous: bytes = b"") -> Writing:
    """Write a feed.

    Args:
        records: Events, filtered for the audience already; other kinds are left out.
        options: As for a calendar file.
        previous: The feed that this one replaces; empty for the first one.
    """
    writing = ical.writing([record for record in records if record.KIND in KINDS], attrs.evolve(options, target=""))
    findings = list(writing.findings)
    memory, modified = _remembered(previous, findings)
    feed = _Feed(memory, f"{options.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    calendar = next(read_components(writing.data, Notes()), None)
    entries = [] if calendar is None else [line for part in calendar.children for line in feed.component(part)]
    if feed.reminders:
        findings.append(
            Finding(
                rule="feed.erinnerung",
                message=f"{feed.reminders} Erinnerungen stehen nicht im Feed; sie würden bei allen klingeln, die ihn "
                "abonniert haben.",
                severity=Severity.INFO,
            )
        )
    # The feed as a whole is as old as its newest change: what would be the same but for that stays the same.
    data = join(("BEGIN:VCALENDAR", *_head(calendar, options, modified or feed.stamp), *entries, "END:VCALENDAR"))
    if data != previous:
        data = join(("BEGIN:VCALENDAR", *_head(calendar, options, feed.stamp), *entries, "END:VCALENDAR"))
    return Writing(data=data, findings=tuple(findings), missing=writing.missing)


def _head(calendar: Component | None, options: WriteOptions, modified: str) -> Iterator[str]:
    for line in () if calendar is None else calendar.lines:
        if line.name not in _OWN_HEAD:
            yield line.text
    yield "METHOD:PUBLISH"
    if options.title:
        yield f"NAME:{escape_text(options.title)}"
        yield f"X-WR-CALNAME:{escape_text(options.title)}"
    yield f"LAST-MODIFIED:{modified}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"
    yield f"X-PUBLISHED-TTL:{REFRESH}"


class _Feed:
    """The writing of one feed."""

    def __init__(self, memory: dict[tuple[str, ...], _Known], stamp: str) -> None:
        self.memory = memory
        self.stamp = stamp
        self.reminders = 0

    def component(self, component: Component) -> list[str]:
        """Give the lines of a component as they stand in the feed."""
        if component.name not in _ENTRIES:
            return list(component.texts())
        self.reminders += sum(part.name == "VALARM" for part in component.children)
        key, content = _key(component), _content(component)
        own = _sequence(component)
        known = self.memory.get(key)
        stated = component.first("LAST-MODIFIED")
        if known is None:
            sequence, stamp, modified = own, self.stamp, self.stamp if stated is None else stated.value
        elif known.content == content and own <= known.sequence:
            sequence, stamp, modified = known.sequence, known.stamp, known.modified
        else:
            sequence, stamp, modified = max(own, known.sequence + (known.content != content)), self.stamp, self.stamp
        first = content[0] if content and content[0].startswith("UID") else ""
        return [
            f"BEGIN:{component.name}",
            *([first] if first else []),
            f"DTSTAMP:{stamp}",
            f"LAST-MODIFIED:{modified}",
            f"SEQUENCE:{sequence}",
            *(content[1:] if first else content),
            f"END:{component.name}",
        ]


def _remembered(previous: bytes, findings: list[Finding]) -> tuple[dict[tuple[str, ...], _Known], str]:
    """Read the last feed: what it said about each event, and its own LAST-MODIFIED."""
    if not previous:
        return {}, ""
    memory: dict[tuple[str, ...], _Known] = {}
    modified, own = "", False
    for calendar in read_components(previous, Notes()) if len(previous) <= MAX_FILE_BYTES else ():
        producer = calendar.first("PRODID")
        own = own or (producer is not None and is_own(producer.value))
        stated = calendar.first("LAST-MODIFIED")
        modified = modified or ("" if stated is None else stated.value)
        for component in calendar.children:
            if component.name in _ENTRIES:
                memory[_key(component)] = _Known(
                    content=_content(component),
                    sequence=_sequence(component),
                    stamp=_first(component, "DTSTAMP"),
                    modified=_first(component, "LAST-MODIFIED") or _first(component, "DTSTAMP"),
                )
    if own:
        return memory, modified
    findings.append(
        Finding(
            rule="feed.ohne_vorgaenger",
            message="Die Datei, die der Feed ersetzt, war kein Kalender von koschuso; die Änderungsnummern (SEQUENCE) "
            "beginnen deshalb neu.",
            severity=Severity.WARNING,
        )
    )
    return {}, ""


def _key(component: Component) -> tuple[str, ...]:
    occurrence = component.first("RECURRENCE-ID")
    return (component.name, _first(component, "UID"), "" if occurrence is None else occurrence.text)


def _first(component: Component, name: str) -> str:
    line = component.first(name)
    return "" if line is None else line.value.strip()


def _sequence(component: Component) -> int:
    text = _first(component, "SEQUENCE")
    return int(text) if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else 0


def _content(component: Component) -> tuple[str, ...]:
    """Give what a component says, without what changes although it says the same."""
    lines = [line.text for line in component.lines if line.name not in _STAMPS and line.name not in _NOT_PUBLISHED]
    parts = [text for part in component.children if part.name != "VALARM" for text in part.texts()]
    return (*lines, *parts)
