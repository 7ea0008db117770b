"""Components of `icalendar` to records: by way of lines, which stay as they were where nobody changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import icalendar

from koschuso.interchange import ical
from koschuso.interchange.contentline import UNPARSED, LineParser, join
from koschuso.interchange.ical.bridge.kept import LAST, PLACE, UNREADABLE_LINE
from koschuso.interchange.textvalue import unescape_text
from koschuso.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.model import Reading

__all__ = ["from_icalendar"]


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
            found.append((LAST if kept is None else kept.place, (component, name, value)))
    found += [(vars(inner).get(PLACE, LAST), inner) for inner in component.subcomponents]
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
