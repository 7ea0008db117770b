"""A plain reader of content lines for the tests beside it, which must not judge koschuso with koschuso's own codec."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

_FOLD = re.compile(r"\r?\n[ \t]")
_PARAMETER = re.compile(r';([^=;:]+)=((?:"[^"]*"|[^";:])*)')
_HEAD = re.compile(r'((?:"[^"]*"|[^":])*):')
_ESCAPED = re.compile(r"\\(.)")


class Line(NamedTuple):
    """A content line; the order of its parameters and the letter case of its name have no meaning."""

    name: str
    parameters: frozenset[tuple[str, str]]
    value: str

    @property
    def text(self) -> str:
        """The value as one TEXT."""
        return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], self.value)


class Component(NamedTuple):
    """A component with its own lines; those inside it follow it, one deeper."""

    name: str
    depth: int
    lines: list[Line]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(line.name.lower() for line in self.lines))


def line_of(text: str) -> Line:
    head = _HEAD.match(text)
    assert head is not None, text
    name = head[1].partition(";")[0].rpartition(".")[2].upper()
    return Line(name, frozenset(_PARAMETER.findall(head[1])), text[head.end() :])


def components_of(data: bytes) -> list[Component]:
    """Every component of a file, in its order."""
    found: list[Component] = []
    open_: list[Component] = []
    for text in re.split(r"\r?\n", _FOLD.sub("", data.decode())):
        if not text:
            continue
        line = line_of(text)
        if line.name == "BEGIN":
            open_.append(Component(line.value.upper(), len(open_), []))
            found.append(open_[-1])
        elif line.name == "END":
            assert open_.pop().name == line.value.upper()
        else:
            open_[-1].lines.append(line)
    assert not open_
    return found


def contents(files: list[bytes]) -> Counter:
    """How often each event, task or card is there, by its content; zones belong to the file and not to the event."""
    found: Counter = Counter()
    for data in files:
        skipped = None
        whole: list[tuple] = []
        for component in components_of(data):
            if skipped is not None and component.depth > skipped:
                continue
            skipped = component.depth if component.name == "VTIMEZONE" else None
            if skipped is not None or component.name == "VCALENDAR":
                continue
            said = (component.name, frozenset(Counter(component.lines).items()))
            outermost = component.depth == 0 or component.name in {"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"}
            if outermost:
                whole.append((said, []))
            else:
                whole[-1][1].append(said)
        found += Counter((said, tuple(inside)) for said, inside in whole)
    return found
