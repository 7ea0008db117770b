"""The bridge to the library `icalendar`, for programs that live in its objects; loaded only when it is used.

A record is written as it always is, and each of its lines becomes one property object of `icalendar`: a date is a
`vDDDTypes`, a rule a `vRecur`, a text a `vText` … What that library cannot understand (or would understand wrongly: a
rule it reads as empty) is a `vInline` with the text as it stands. The object keeps its line in ``params.kept``; as long
as nobody changes value or parameters, ``to_ical()`` writes the same value and parameters, and the way back takes the
line itself. What somebody changed, added or deleted is taken as `icalendar` writes it.

What the objects of `icalendar` have no place for:

* a line that is none (no colon): it stands as ``X-KOSCHUSO-ZEILE``, and becomes itself again on the way back;
* the order of properties of different names, lower-case names: kept beside the object and restored on the way back;
* several calendars in one file: `to_components` gives one object for each;
* quoted-printable of vCalendar 1.0: written by ``to_ical()`` as the text of iCalendar.

Zones are resolved as the records were read, never by the zone cache that `icalendar` shares between all files of a
process: it is the same before and after.
"""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import attrs
import icalendar
from icalendar import prop
from icalendar.parser import Parameters
from icalendar.timezone.tzp import TZP

from koschuso.errors import WrongUse
from koschuso.interchange import ical
from koschuso.interchange.calendar_values import read_duration, read_moment
from koschuso.interchange.component import Component, read_components
from koschuso.interchange.contentline import UNPARSED, LineParser, join, parse_line
from koschuso.interchange.ical.aspects import text_of
from koschuso.interchange.limits import Limits
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import escape_text, split_text, unescape_text
from koschuso.interchange.timezone import Zones
from koschuso.model import BERLIN, Finding, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.format import WriteOptions
    from koschuso.model import Record

__all__ = ["UNREADABLE_LINE", "from_icalendar", "to_components", "to_icalendar"]

UNREADABLE_LINE: Final = "X-KOSCHUSO-ZEILE"
"""The property in which a line stands that is no property."""

_ALL: Final = Limits(line_length=1 << 60, properties=1 << 60, components=1 << 60, component_bytes=1 << 60)
_CLASSES: Final[Mapping[str, type[icalendar.Component]]] = {
    "VCALENDAR": icalendar.Calendar,
    "VEVENT": icalendar.Event,
    "VTODO": icalendar.Todo,
    "VJOURNAL": icalendar.Journal,
    "VFREEBUSY": icalendar.FreeBusy,
    "VTIMEZONE": icalendar.Timezone,
    "STANDARD": icalendar.TimezoneStandard,
    "DAYLIGHT": icalendar.TimezoneDaylight,
    "VALARM": icalendar.Alarm,
}
_PLACE: Final = "_koschuso_place"
_OFFSET: Final = re.compile(r"([+-]?)(\d{2}):?(\d{2}):?(\d{2})?").fullmatch
_LAST: Final = 1 << 60


class _Kept(NamedTuple):
    """What a property object says as long as nobody changes it.

    Attributes:
        name: Name of the property, as `icalendar` has it.
        line: The logical line that it was made of.
        place: How many lines and components stand before it.
        parameters: The parameters, as they are looked up.
        written_parameters: The parameters, as they are written.
        value: The value, as it is written.
        own: The value, as `icalendar` would write it.
    """

    name: str
    line: str
    place: int
    parameters: dict[str, Any]
    written_parameters: str
    value: bytes
    own: bytes


class KeptParameters(Parameters):
    """Parameters that are written as they were read as long as nobody changes them."""

    kept: _Kept | None = None

    def to_ical(self, sorted: bool = True) -> bytes:  # noqa: A002 - the name is the library's
        """Give the text between the name and the colon."""
        if self.kept is not None and dict(self) == self.kept.parameters:
            return self.kept.written_parameters.encode("utf-8", "replace")
        return bytes(super().to_ical(sorted=sorted))


class _Verbatim:
    """Writes a value as it was read as long as nobody changes it."""

    __slots__ = ()
    params: Any

    def to_ical(self) -> bytes:
        """Give the text after the colon."""
        own: bytes = super().to_ical()  # type: ignore[misc]
        kept = getattr(self.params, "kept", None)
        return kept.value if kept is not None and own == kept.own else own


class KeptText(_Verbatim, prop.vText):
    """A text whose escapes stay as they were."""


class KeptMoment(_Verbatim, prop.vDDDTypes):
    """A date, time, duration or period whose spelling stays as it was."""


class KeptMoments(_Verbatim, prop.vDDDLists):
    """Several dates, times or periods whose spelling stays as it was."""


class KeptRule(_Verbatim, prop.vRecur):
    """A recurrence rule whose order and spelling stay as they were."""


class KeptCategories(_Verbatim, prop.vCategory):
    """Categories whose escapes stay as they were."""


class KeptNumber(_Verbatim, prop.vInt):
    """A number whose spelling stays as it was."""


class KeptPlace(_Verbatim, prop.vGeo):  # type: ignore[misc]  # the library writes this one as text
    """A position whose digits stay as they were."""


class KeptOffset(_Verbatim, prop.vUTCOffset):  # type: ignore[misc]  # as above
    """An offset from UTC whose spelling stays as it was."""


class KeptBytes(_Verbatim, prop.vBinary):
    """Bytes whose base64 stays as it was."""


# -- records to components -----------------------------------------------------------------------------------------------


def to_icalendar(records: Iterable[Record] | Reading, options: WriteOptions | None = None) -> icalendar.Calendar:
    """Give the records as a calendar of `icalendar`; see `koschuso.interchange.ical.to_icalendar`."""
    found = to_components(records, options)
    if len(found) == 1 and isinstance(found[0], icalendar.Calendar):
        return found[0]
    raise WrongUse(
        f"Die eingelesene Datei ist nicht ein Kalender, sondern enthält {len(found)} Bestandteile nebeneinander. "
        "Bitte verwenden Sie to_components(reading), oder to_icalendar(reading.records) für einen neuen Kalender."
    )


def to_components(
    records: Iterable[Record] | Reading, options: WriteOptions | None = None
) -> list[icalendar.Component]:
    """Give each calendar (or fragment of one) of a file as a component of `icalendar`."""
    data = ical.write(records, options)
    found: list[icalendar.Component] = []
    loose: list[ContentLine] = []
    for tree in read_components(data, Notes(), _ALL):
        if tree.name:
            tree.lines += loose
            loose = []
            found.append(_Builder(tree).component)
        else:
            # text outside of every component: it goes along as text
            loose += [parse_line(f"{UNREADABLE_LINE}:{escape_text(line.text)}") for line in tree.lines]
    if loose:
        holder = Component("VCALENDAR", loose)
        if not found:
            return [_Builder(holder).component]
        for name, value in _Builder(holder).component.items():
            for line in value if isinstance(value, list) else [value]:
                line.params.kept = line.params.kept._replace(place=_LAST)
                _add(found[-1], name, line)
    return found


class _Builder:
    """Makes one tree of components."""

    def __init__(self, tree: Component) -> None:
        self.zones = Zones(Notes(), BERLIN)
        self.blocks: dict[str, Component] = {}
        for part in tree.walk():
            if part.name == "VTIMEZONE":
                self.zones.declare(part)
                line = part.first("TZID")
                if line is not None:
                    self.blocks.setdefault(line.value.strip(), part)
        self.tzinfos: dict[str, tzinfo | None] = {}
        self.component = self._built(tree)

    def _built(self, tree: Component) -> icalendar.Component:
        root = _new(tree.name)
        waiting = [(tree, root)]
        while waiting:
            source, target = waiting.pop()
            done = 0
            for index, child in enumerate(source.children):
                until = child.position if child.position >= 0 else len(source.lines)
                for number, line in enumerate(source.lines[done:until]):
                    _add(target, *self.property(line, done + number + index))
                done = max(done, until)
                inner = _new(child.name)
                vars(inner)[_PLACE] = done + index
                target.add_component(inner)
                waiting.append((child, inner))
            for number, line in enumerate(source.lines[done:]):
                _add(target, *self.property(line, done + number + len(source.children)))
        return root

    def property(self, line: ContentLine, place: int) -> tuple[str, Any]:
        """Give the name and the property object of a line."""
        text = line.text
        if not line.parsed or line.name in {"BEGIN", "END"}:
            return _unreadable(text, place)
        head = line.head
        name = f"{head.group}.{head.name}" if head.group else head.name
        written = head.text.partition(";")[2]
        value = line.value
        parameters: dict[str, Any] = {
            key: values[0] if len(values) == 1 else list(values) for key, values in head.params.items()
        }
        if head.params and head.param("ENCODING").upper() == "QUOTED-PRINTABLE":
            value = escape_text(text_of(line))
            parameters = {key: found for key, found in parameters.items() if key not in {"ENCODING", "CHARSET"}}
            written = _plain(parameters)
            line = line._replace(value=value)
        typed, own = self._typed(line)
        kept = _Kept(name.upper(), text, place, parameters, written, value.encode("utf-8", "replace"), own)
        return name, _with(typed, kept)

    def _typed(self, line: ContentLine) -> tuple[Any, bytes]:
        """Give the property object, and what it writes by itself."""
        make = _TYPES.get(line.head.param("VALUE").upper()) if line.head.params else None
        if make is None or line.name in {"RDATE", "EXDATE", "FREEBUSY"}:
            make = _PROPERTIES.get(line.name)
        if make is not None:
            try:
                typed = make(self, line)
                if typed is not None:
                    return typed, typed.to_ical()
            except (ValueError, TypeError, AttributeError, OverflowError):
                pass  # what the library cannot hold stays text
        return prop.vInline(line.value), line.value.encode("utf-8", "replace")

    # -- values

    def text(self, line: ContentLine) -> Any:
        return KeptText(unescape_text(line.value))

    def categories(self, line: ContentLine) -> Any:
        return KeptCategories(split_text(line.value))

    def uri(self, line: ContentLine) -> Any:
        return prop.vUri(line.value)

    def address(self, line: ContentLine) -> Any:
        return prop.vCalAddress(line.value)

    def number(self, line: ContentLine) -> Any:
        return KeptNumber(int(line.value))

    def position(self, line: ContentLine) -> Any:
        latitude, longitude = line.value.replace("\\;", ";").split(";")
        return KeptPlace((float(latitude), float(longitude)))

    def binary(self, line: ContentLine) -> Any:
        value = KeptBytes(base64.b64decode(line.value, validate=True))
        return value if value.to_ical() == line.value.encode() else None

    def offset(self, line: ContentLine) -> Any:
        match = _OFFSET(line.value.strip())
        if match is None:
            return None
        amount = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
        return KeptOffset(-amount if match[1] == "-" else amount)

    def rule(self, line: ContentLine) -> Any:
        rule = KeptRule(prop.vRecur.from_ical(line.value))
        same = rule and _parts(rule.to_ical().decode()) == _parts(line.value)
        return rule if same else None

    def moment(self, line: ContentLine) -> Any:
        return self._made(KeptMoment, self._moment(line.value, line) or self._duration(line.value))

    def moments(self, line: ContentLine) -> Any:
        found = [
            self._period(text, line) if "/" in text else self._moment(text, line) for text in line.value.split(",")
        ]
        return self._made(KeptMoments, found) if all(found) else None

    def busy(self, line: ContentLine) -> Any:
        found = [self._period(text, line) for text in line.value.split(",")]
        if not all(found):
            return None
        return self._made(KeptMoment, found[0]) if len(found) == 1 else self._made(KeptMoments, found)

    def _made(self, kind: Callable[[Any], Any], value: Any) -> Any:
        return None if value is None else kind(value)

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
        if tzid not in self.tzinfos:
            zone = self.zones.resolve(tzid)
            self.tzinfos[tzid] = ZoneInfo(zone.name) if zone.known else self._own_zone(tzid)
        return self.tzinfos[tzid]

    def _own_zone(self, tzid: str) -> tzinfo | None:
        """A zone that only this file knows; without one the time is a wall time, as for `icalendar`."""
        block = self.blocks.get(tzid.strip())
        if block is None:
            return None
        try:
            # a provider of its own: the one of the library remembers zones for the whole process
            return TZP("zoneinfo").create_timezone(self._built(block))
        except Exception:  # noqa: BLE001 - whatever a VTIMEZONE says, it costs its own zone and nothing else
            return None


_PROPERTIES: Final[Mapping[str, Callable[[_Builder, ContentLine], Any]]] = {
    **dict.fromkeys(
        (
            *(
                "ACTION",
                "CALSCALE",
                "CLASS",
                "COLOR",
                "COMMENT",
                "CONTACT",
                "DESCRIPTION",
                "LOCATION",
                "METHOD",
                "NAME",
            ),
            *("PRODID", "PROXIMITY", "REFID", "RELATED-TO", "REQUEST-STATUS", "RESOURCES", "STATUS", "SUMMARY"),
            *("TRANSP", "TZID", "TZNAME", "UID", "VERSION"),
        ),
        _Builder.text,
    ),
    **dict.fromkeys(
        (
            *("ACKNOWLEDGED", "COMPLETED", "CREATED", "DTEND", "DTSTAMP", "DTSTART", "DUE", "DURATION"),
            *("LAST-MODIFIED", "RECURRENCE-ID", "REFRESH-INTERVAL", "TRIGGER"),
        ),
        _Builder.moment,
    ),
    **dict.fromkeys(("ATTACH", "CONCEPT", "CONFERENCE", "LINK", "SOURCE", "TZURL", "URL"), _Builder.uri),
    **dict.fromkeys(("ATTENDEE", "ORGANIZER"), _Builder.address),
    **dict.fromkeys(("PERCENT-COMPLETE", "PRIORITY", "REPEAT", "SEQUENCE"), _Builder.number),
    **dict.fromkeys(("TZOFFSETFROM", "TZOFFSETTO"), _Builder.offset),
    **dict.fromkeys(("EXRULE", "RRULE"), _Builder.rule),
    **dict.fromkeys(("EXDATE", "RDATE"), _Builder.moments),
    "CATEGORIES": _Builder.categories,
    "FREEBUSY": _Builder.busy,
    "GEO": _Builder.position,
}
_TYPES: Final[Mapping[str, Callable[[_Builder, ContentLine], Any]]] = {
    "BINARY": _Builder.binary,
    "CAL-ADDRESS": _Builder.address,
    "DATE": _Builder.moment,
    "DATE-TIME": _Builder.moment,
    "DURATION": _Builder.moment,
    "INTEGER": _Builder.number,
    "PERIOD": _Builder.busy,
    "RECUR": _Builder.rule,
    "TEXT": _Builder.text,
    "URI": _Builder.uri,
    "UTC-OFFSET": _Builder.offset,
}


def _new(name: str) -> icalendar.Component:
    made = _CLASSES.get(name, icalendar.Component)()
    if made.name != name:
        vars(made)["name"] = name  # so does the library for components that it does not know
    return made


def _add(component: icalendar.Component, name: str, value: Any) -> None:
    component.add(name, value, encode=False)


def _with(value: Any, kept: _Kept) -> Any:
    made = KeptParameters()
    for key, found in kept.parameters.items():
        made[key] = found
    made.kept = kept
    value.params = made
    return value


def _unreadable(text: str, place: int) -> tuple[str, Any]:
    value = escape_text(text).encode("utf-8", "replace")
    typed = KeptText(text)
    return UNREADABLE_LINE, _with(typed, _Kept(UNREADABLE_LINE, text, place, {}, "", value, typed.to_ical()))


def _plain(parameters: Mapping[str, Any]) -> str:
    made = Parameters()
    for key, found in parameters.items():
        made[key] = found
    return bytes(made.to_ical(sorted=False)).decode()


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


# -- components to records -----------------------------------------------------------------------------------------------


def from_icalendar(components: icalendar.Component | Iterable[icalendar.Component]) -> Reading:
    """Read components of `icalendar`; see `koschuso.interchange.ical.from_icalendar`."""
    given = [components] if isinstance(components, icalendar.Component) else list(components)
    findings: list[Finding] = []
    lines = [line for component in given for line in _lines(component, findings)]
    reading = ical.read(join(lines))
    return attrs.evolve(reading, findings=(*findings, *reading.findings)) if findings else reading


def _lines(root: icalendar.Component, findings: list[Finding]) -> Iterator[str]:
    """The logical lines of a component and all inside it, in the order in which they were read."""
    parser = LineParser()
    waiting: list[Any] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
            continue
        if not isinstance(item, icalendar.Component):
            component, key, value = item
            line = _line(component, key, value, findings)
            if line is not None:
                yield _unwrapped(line, parser)
            continue
        findings += _lost(item)
        name = str(item.name or "X-OHNE-NAMEN")
        yield f"BEGIN:{name}"
        waiting.append(f"END:{name}")
        waiting += reversed(_content(item))


def _content(component: icalendar.Component) -> Sequence[Any]:
    """Properties and inner components, in the order in which they were read; new ones at the end."""
    found: list[tuple[int, Any]] = []
    for name, values in component.items():
        for value in values if isinstance(values, list) else [values]:
            kept = getattr(getattr(value, "params", None), "kept", None)
            found.append((_LAST if kept is None else kept.place, (component, name, value)))
    found += [(vars(inner).get(_PLACE, _LAST), inner) for inner in component.subcomponents]
    found.sort(key=lambda item: item[0])
    return [item for _, item in found]


def _line(component: icalendar.Component, name: str, value: Any, findings: list[Finding]) -> str | None:
    parameters: Any = getattr(value, "params", None)
    kept = getattr(parameters, "kept", None)
    try:
        if (
            kept is not None
            and kept.name == name
            and dict(parameters) == kept.parameters
            and value.to_ical() == kept.value
        ):
            return str(kept.line)
        return str(component.content_line(name, value, sorted=False))
    except Exception as error:  # noqa: BLE001 - an object of any kind may stand there
        findings.append(
            Finding(
                rule="ical.bruecke_eigenschaft",
                message=f"Die Eigenschaft {name} konnte nicht übernommen werden, weil icalendar sie nicht schreiben "
                f"kann ({type(error).__name__}). Bitte prüfen Sie ihren Wert.",
                field=str(name),
            )
        )
        return None


def _unwrapped(line: str, parser: LineParser) -> str:
    if not line.startswith(UNREADABLE_LINE):
        return line
    text = unescape_text(parser.line(line).value)
    return text if parser.line(text).head is UNPARSED else line


def _lost(component: icalendar.Component) -> Iterator[Finding]:
    """What `icalendar` left out when it read the component itself."""
    for name, _ in component.errors:
        if name is None:
            yield Finding(
                rule="ical.bruecke_verworfen",
                message="Eine Zeile fehlt, weil icalendar sie beim Lesen nicht verstanden und verworfen hat. Mit "
                "koschuso.interchange.ical.read bleibt sie erhalten.",
                field=str(component.name or ""),
            )
