"""Records to components of `icalendar`: each calendar of a file a tree, each line of it a property object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import icalendar
from icalendar.parser import Parameters

from koschuso.errors import WrongUse
from koschuso.interchange import ical
from koschuso.interchange.component import Component, read_components
from koschuso.interchange.contentline import parse_line
from koschuso.interchange.ical.aspects import text_of
from koschuso.interchange.ical.bridge.kept import LAST, PLACE, UNREADABLE_LINE, Kept, KeptParameters, KeptText
from koschuso.interchange.ical.bridge.values import Values
from koschuso.interchange.limits import UNLIMITED
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.format import WriteOptions
    from koschuso.model import Reading, Record

__all__ = ["to_components", "to_icalendar"]

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
    for tree in read_components(data, Notes(), UNLIMITED):
        if tree.name:
            tree.lines += loose
            loose = []
            found.append(_component_of(tree))
        else:
            # text outside of every component: it goes along as text
            loose += [parse_line(f"{UNREADABLE_LINE}:{escape_text(line.text)}") for line in tree.lines]
    if loose:
        holder = Component("VCALENDAR", loose)
        if not found:
            return [_component_of(holder)]
        for name, value in _component_of(holder).items():
            for line in value if isinstance(value, list) else [value]:
                line.params.kept = line.params.kept._replace(place=LAST)
                _add(found[-1], name, line)
    return found


def _component_of(tree: Component) -> icalendar.Component:
    values = Values(tree, lambda block: _built(block, values))
    return _built(tree, values)


def _built(tree: Component, values: Values) -> icalendar.Component:
    root = _new(tree.name)
    waiting = [(tree, root)]
    while waiting:
        source, target = waiting.pop()
        done = 0
        for index, child in enumerate(source.children):
            until = child.position if child.position >= 0 else len(source.lines)
            for number, line in enumerate(source.lines[done:until]):
                _add(target, *_property(line, values, done + number + index))
            done = max(done, until)
            inner = _new(child.name)
            vars(inner)[PLACE] = done + index
            target.add_component(inner)
            waiting.append((child, inner))
        for number, line in enumerate(source.lines[done:]):
            _add(target, *_property(line, values, done + number + len(source.children)))
    return root


def _property(line: ContentLine, values: Values, place: int) -> tuple[str, Any]:
    """Give the name and the property object of a line."""
    text = line.text
    if not line.parsed or line.name in {"BEGIN", "END"}:
        return _unreadable(text, place)
    head = line.head
    name = f"{head.group}.{head.name}" if head.group else head.name
    written = head.text.partition(";")[2]
    value = line.value
    parameters: dict[str, Any] = {
        key: given[0] if len(given) == 1 else list(given) for key, given in head.params.items()
    }
    if head.params and head.param("ENCODING").upper() == "QUOTED-PRINTABLE":
        value = escape_text(text_of(line))
        parameters = {key: found for key, found in parameters.items() if key not in {"ENCODING", "CHARSET"}}
        written = _plain(parameters)
        line = line._replace(value=value)
    typed, own = values.of(line)
    kept = Kept(name.upper(), text, place, parameters, written, value.encode("utf-8", "replace"), own)
    return name, _with(typed, kept)


def _new(name: str) -> icalendar.Component:
    made = _CLASSES.get(name, icalendar.Component)()
    if made.name != name:
        vars(made)["name"] = name  # so does the library for components that it does not know
    return made


def _add(component: icalendar.Component, name: str, value: Any) -> None:
    component.add(name, value, encode=False)


def _with(value: Any, kept: Kept) -> Any:
    made = KeptParameters()
    for key, found in kept.parameters.items():
        made[key] = found
    made.kept = kept
    value.params = made
    return value


def _unreadable(text: str, place: int) -> tuple[str, Any]:
    value = escape_text(text).encode("utf-8", "replace")
    typed = KeptText(text)
    return UNREADABLE_LINE, _with(typed, Kept(UNREADABLE_LINE, text, place, {}, "", value, typed.to_ical()))


def _plain(parameters: Mapping[str, Any]) -> str:
    made = Parameters()
    for key, found in parameters.items():
        made[key] = found
    return bytes(made.to_ical(sorted=False)).decode()
