"""The values of lines as property objects of `icalendar`: dates, rules, texts …, each as its property or VALUE says.

Zones are those of the file. What the library cannot hold, or would understand wrongly, stays text.
"""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from icalendar import prop
from icalendar.timezone.tzp import TZP

from koschuso.interchange.calendar_values import read_duration, read_moment
from koschuso.interchange.ical.bridge.kept import (
    KeptBytes,
    KeptCategories,
    KeptMoment,
    KeptMoments,
    KeptNumber,
    KeptOffset,
    KeptPlace,
    KeptRule,
    KeptText,
)
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import split_text, unescape_text
from koschuso.interchange.zones.definitions import Zones
from koschuso.model import BERLIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime, tzinfo

    import icalendar

    from koschuso.interchange.component import Component
    from koschuso.interchange.contentline import ContentLine

__all__ = ["Values"]

_OFFSET: Final = re.compile(r"([+-]?)(\d{2}):?(\d{2}):?(\d{2})?").fullmatch


class Values:
    """Makes the property objects of one tree of components.

    Args:
        tree: The tree, whose time zones count.
        build: Makes the component of a time zone that only this file knows.
    """

    def __init__(self, tree: Component, build: Callable[[Component], icalendar.Component]) -> None:
        self._build = build
        self._zones = Zones(Notes(), BERLIN)
        self._blocks: dict[str, Component] = {}
        for part in tree.walk():
            if part.name == "VTIMEZONE":
                self._zones.declare(part)
                line = part.first("TZID")
                if line is not None:
                    self._blocks.setdefault(line.value.strip(), part)
        self._tzinfos: dict[str, tzinfo | None] = {}

    def of(self, line: ContentLine) -> tuple[Any, bytes]:
        """Give the property object, and what it writes by itself."""
        kind = line.head.param("VALUE").upper() if line.head.params else ""
        if kind not in _NAMED or line.name in {"RDATE", "EXDATE", "FREEBUSY"}:
            kind = _KIND_OF.get(line.name, "")
        try:
            typed = self._made(kind, line)
            if typed is not None:
                return typed, typed.to_ical()
        except (ValueError, TypeError, AttributeError, OverflowError):
            pass  # what the library cannot hold stays text
        return prop.vInline(line.value), line.value.encode("utf-8", "replace")

    def _made(self, kind: str, line: ContentLine) -> Any:
        """Give the object of a kind of value, ``None`` where the library would understand it wrongly."""
        plain = _PLAIN.get(kind)
        if plain is not None:
            return plain(line.value)
        match kind:
            case "DATE" | "DATE-TIME" | "DURATION":
                return self._time(line)
            case "PERIOD":
                return self._periods(line)
            case "TIMES":
                return self._times(line)
        return None

    def _time(self, line: ContentLine) -> KeptMoment | None:
        moment = self._moment(line.value, line) or self._duration(line.value)
        return None if moment is None else KeptMoment(moment)

    def _times(self, line: ContentLine) -> KeptMoments | None:
        found = [
            self._period(text, line) if "/" in text else self._moment(text, line) for text in line.value.split(",")
        ]
        return KeptMoments(found) if all(found) else None

    def _periods(self, line: ContentLine) -> KeptMoment | KeptMoments | None:
        found = [period for text in line.value.split(",") if (period := self._period(text, line)) is not None]
        if len(found) <= line.value.count(","):
            return None  # one of them is none
        return KeptMoment(found[0]) if len(found) == 1 else KeptMoments(found)

    def _period(self, text: str, line: ContentLine) -> tuple[Any, Any] | None:
        begin, _, end = text.partition("/")
        first, last = self._moment(begin, line), self._moment(end, line) or self._duration(end)
        return None if first is None or last is None else (first, last)

    def _duration(self, text: str) -> timedelta | None:
        found = read_duration(text.strip())
        return None if found is None else found[0] + found[1]

    def _moment(self, text: str, line: ContentLine) -> date | datetime | None:
        """A date by its own form; the Z of a time counts more than a TZID."""
        moment = read_moment(text)
        if moment is None:
            return None
        if moment.is_date:
            return moment.wall.date()
        if moment.is_utc:
            return moment.wall.replace(tzinfo=ZoneInfo("UTC"))
        tzid = line.head.param("TZID") if line.head.params else ""
        return moment.wall.replace(tzinfo=self._tzinfo(tzid)) if tzid else moment.wall

    def _tzinfo(self, tzid: str) -> tzinfo | None:
        if tzid not in self._tzinfos:
            zone = self._zones.resolve(tzid)
            self._tzinfos[tzid] = ZoneInfo(zone.name) if zone.known else self._own_zone(tzid)
        return self._tzinfos[tzid]

    def _own_zone(self, tzid: str) -> tzinfo | None:
        """A zone that only this file knows; without one the time is a wall time, as for `icalendar`."""
        block = self._blocks.get(tzid.strip())
        if block is None:
            return None
        try:
            # a provider of its own: the one of the library remembers zones for the whole process
            return TZP("zoneinfo").create_timezone(self._build(block))
        except Exception:  # noqa: BLE001 - whatever a VTIMEZONE says, it costs its own zone and nothing else
            return None


def _position(text: str) -> KeptPlace:
    latitude, longitude = text.replace("\\;", ";").split(";")
    return KeptPlace((float(latitude), float(longitude)))


def _binary(text: str) -> KeptBytes | None:
    value = KeptBytes(base64.b64decode(text, validate=True))
    return value if value.to_ical() == text.encode() else None


def _offset(text: str) -> KeptOffset | None:
    match = _OFFSET(text.strip())
    if match is None:
        return None
    amount = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return KeptOffset(-amount if match[1] == "-" else amount)


def _rule(text: str) -> KeptRule | None:
    rule = KeptRule(prop.vRecur.from_ical(text))
    same = rule and _parts(rule.to_ical().decode()) == _parts(text)
    return rule if same else None


def _parts(rule: str) -> set[tuple[str, frozenset[str]]]:
    """What a rule says, whatever its order and spelling."""
    found = set()
    for part in rule.upper().strip(" ;").split(";"):
        key, _, values = part.partition("=")
        found.add((key.strip(), frozenset(_figure(value.strip()) for value in values.split(","))))
    return found


def _figure(text: str) -> str:
    match = re.fullmatch(r"\+?(-?)0*(\d.*)", text)
    return f"{match[1]}{match[2]}" if match else text


_PLAIN: Final[Mapping[str, Callable[[str], Any]]] = {
    "BINARY": _binary,
    "CAL-ADDRESS": prop.vCalAddress,
    "CATEGORIES": lambda text: KeptCategories(split_text(text)),
    "INTEGER": lambda text: KeptNumber(int(text)),
    "POSITION": _position,
    "RECUR": _rule,
    "TEXT": lambda text: KeptText(unescape_text(text)),
    "URI": prop.vUri,
    "UTC-OFFSET": _offset,
}
"""Kinds of values that need nothing but their own text."""

_NAMED: Final = frozenset(_PLAIN) - {"CATEGORIES", "POSITION"} | {"DATE", "DATE-TIME", "DURATION", "PERIOD"}
"""Kinds of values that a line can name itself with VALUE."""

_KIND_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("ACTION", "CALSCALE", "CLASS", "COLOR", "COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "METHOD"),
            *("NAME", "PRODID", "PROXIMITY", "REFID", "RELATED-TO", "REQUEST-STATUS", "RESOURCES", "STATUS"),
            *("SUMMARY", "TRANSP", "TZID", "TZNAME", "UID", "VERSION"),
        ),
        "TEXT",
    ),
    **dict.fromkeys(
        (
            *("ACKNOWLEDGED", "COMPLETED", "CREATED", "DTEND", "DTSTAMP", "DTSTART", "DUE", "DURATION"),
            *("LAST-MODIFIED", "RECURRENCE-ID", "REFRESH-INTERVAL", "TRIGGER"),
        ),
        "DATE-TIME",
    ),
    **dict.fromkeys(("ATTACH", "CONCEPT", "CONFERENCE", "LINK", "SOURCE", "TZURL", "URL"), "URI"),
    **dict.fromkeys(("ATTENDEE", "ORGANIZER"), "CAL-ADDRESS"),
    **dict.fromkeys(("PERCENT-COMPLETE", "PRIORITY", "REPEAT", "SEQUENCE"), "INTEGER"),
    **dict.fromkeys(("TZOFFSETFROM", "TZOFFSETTO"), "UTC-OFFSET"),
    **dict.fromkeys(("EXRULE", "RRULE"), "RECUR"),
    **dict.fromkeys(("EXDATE", "RDATE"), "TIMES"),
    "CATEGORIES": "CATEGORIES",
    "FREEBUSY": "PERIOD",
    "GEO": "POSITION",
}
"""The kind of value that a property has where it does not name one."""
