r"""What stands in the components of a calendar or an address book: lines, and components inside.

Two steps, of which the first is many times cheaper than the second (see `koschuso.interchange.segment`):

    notes = Notes("kalender.ics")
    parser = Parser(notes)
    for segment in read_segments(stream_or_bytes, notes):
        if segment.digest in known:
            continue
        component = parser.component(segment)

`read_components` does both for a file that is small enough, and returns whole trees. Writing is
``contentline.join(component.texts())``. Nothing here recurses, and nothing raises for bad data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.interchange import notes as rules
from koschuso.interchange.contentline import UNPARSED, ContentLine, LineParser
from koschuso.interchange.limits import DEFAULT_LIMITS, Limits
from koschuso.interchange.segment import UNNAMED, Nesting, Segment, component_name, read_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.interchange.notes import Notes

__all__ = ["Component", "Parser", "read_components"]

_CALENDAR: Final = "VCALENDAR"
_PAIR: Final = 2  # BEGIN and END


class Component:
    """A component with its lines and the components inside.

    Attributes:
        name: Name in upper case.
        lines: Its own content lines in order, without BEGIN and END; lines that could not be understood included.
        children: The components inside, in order.
        number: Physical line number of its BEGIN, 0 when it was not read from a file.
        position: How many lines of its parent stand before it.
        closed: Whether its END was found.
    """

    __slots__ = ("children", "closed", "lines", "name", "number", "position")

    def __init__(
        self, name: str, lines: list[ContentLine] | None = None, *, number: int = 0, position: int = -1
    ) -> None:
        self.name = name
        self.lines: list[ContentLine] = [] if lines is None else lines
        self.children: list[Component] = []
        self.number = number
        self.position = position
        self.closed = True

    def __repr__(self) -> str:
        return f"Component({self.name!r}, number={self.number}, {len(self.lines)} lines, {len(self.children)} children)"

    def first(self, name: str) -> ContentLine | None:
        """The first line of that (upper-case) name."""
        for line in self.lines:
            if line[0].name == name:
                return line
        return None

    def all(self, name: str) -> list[ContentLine]:
        """Every line of that (upper-case) name."""
        return [line for line in self.lines if line[0].name == name]

    def walk(self) -> Iterator[Component]:
        """This component and all inside it, in the order of the file."""
        waiting = [self]
        while waiting:
            component = waiting.pop()
            yield component
            waiting.extend(reversed(component.children))

    def texts(self) -> Iterator[str]:
        """The logical lines for `contentline.join`: with BEGIN and END, children where they stood.

        A component without a name (text outside of everything) yields its lines alone.
        """
        waiting: list[tuple[Component, int, int]] = [(self, 0, 0)]
        if self.name:
            yield f"BEGIN:{self.name}"
        while waiting:
            component, done, child = waiting.pop()
            if child < len(component.children):
                inner = component.children[child]
                until = inner.position if inner.position >= 0 else len(component.lines)
                for line in component.lines[done:until]:
                    yield line.text
                waiting.append((component, max(done, until), child + 1))
                waiting.append((inner, 0, 0))
                yield f"BEGIN:{inner.name}"
            else:
                for line in component.lines[done:]:
                    yield line.text
                if component.name or component is not self:
                    yield f"END:{component.name}"


class Parser(LineParser):
    r"""Turns segments of one file into components.

    >>> parser = Parser()
    >>> segments = read_segments(b"BEGIN:VCARD\r\nFN:Eva Muster\r\nEND:VCARD\r\n", parser.notes)
    >>> card = parser.component(next(segments))
    >>> card.name, card.first("FN").value, parser.notes.findings
    ('VCARD', 'Eva Muster', [])
    """

    __slots__ = ()

    def component(self, segment: Segment) -> Component:
        """Parse one segment; never fails."""
        lines, boundaries = self.lines(segment.raw, segment.number)
        root = Component(segment.name, number=segment.number)
        root.closed = segment.closed
        if segment.name == UNNAMED:
            self.notes.note(rules.BAD_NAME, line=segment.number)
        if not boundaries:
            root.lines = lines
            return root
        start = 0
        if segment.name and lines[0].head.boundary == 1 and segment.name != _CALENDAR:
            start = 1
            last = len(lines) - 1
            if (
                segment.closed
                and len(boundaries) == _PAIR
                and boundaries[1] == last
                and lines[last].head.boundary == _PAIR
            ):
                root.lines = lines[1:last]  # nothing inside: by far the most frequent case
                return root
        self._nest(root, lines, boundaries, start)
        return root

    def _nest(self, root: Component, lines: list[ContentLine], boundaries: list[int], start: int) -> None:
        nesting = Nesting(self.limits.depth)
        names = nesting.names
        names.append(root.name)
        opened = [root]
        top = root
        for index in boundaries[start:]:
            line = lines[index]
            name = component_name(line[1])
            if nesting.too_deep:
                top.lines += map(_verbatim, lines[start:index])
            else:
                top.lines += lines[start:index]
            start = index + 1
            if line[0].boundary == 1:
                was_too_deep = nesting.too_deep
                if nesting.begin(name):
                    child = Component(name, number=line[2], position=len(top.lines))
                    if name == UNNAMED:
                        self.notes.note(rules.BAD_NAME, line=line[2], value=line.text)
                    top.children.append(child)
                    opened.append(child)
                    top = child
                    continue
                if not was_too_deep:
                    self.notes.note(rules.TOO_DEEP, line=line[2], name=name, limit=self.limits.depth)
                top.lines.append(ContentLine(UNPARSED, f"BEGIN:{name}", line[2]))
                continue
            depth = nesting.end(name)
            if depth is None:
                self.notes.note(rules.WRONG_END, line=line[2], name=name, value=line.text)
            elif depth < 0:
                top.lines.append(ContentLine(UNPARSED, f"END:{name}", line[2]))
            else:
                top.lines += _missing_ends(nesting)
                self._close(opened, depth + 1)
                del opened[max(depth, 1) :]
                top = opened[-1]
        top.lines += map(_verbatim, lines[start:]) if nesting.too_deep else lines[start:]
        nesting.clear()
        top.lines += _missing_ends(nesting)
        self._close(opened, 1)

    def _close(self, opened: list[Component], depth: int) -> None:
        """Mark what is still open below as not closed."""
        for component in opened[depth:]:
            component.closed = False
            self.notes.note(rules.NOT_CLOSED, line=component.number, name=component.name)


def _missing_ends(nesting: Nesting) -> list[ContentLine]:
    """The END lines that components too deep to be read lack, so that they are read alike when they are written."""
    missing, nesting.forgotten = nesting.forgotten, {}
    return [ContentLine(UNPARSED, f"END:{name}", 0) for name, count in missing.items() for _ in range(count)]


def _verbatim(line: ContentLine) -> ContentLine:
    """The same line, not interpreted."""
    return ContentLine(UNPARSED, line.text, line.number)


def read_components(source: bytes | BinaryIO, notes: Notes, limits: Limits = DEFAULT_LIMITS) -> Iterator[Component]:
    r"""Parse a file into whole trees: calendars with their components inside, cards, fragments.

    Text outside of everything comes as a component without a name.

    >>> from koschuso.interchange.notes import Notes
    >>> data = b"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n"
    >>> [[part.name for part in tree.walk()] for tree in read_components(data, Notes())]
    [['VCALENDAR', 'VEVENT']]
    """
    parser = Parser(notes, limits)
    calendar: Component | None = None
    root = 0
    for segment in read_segments(source, notes, limits):
        component = parser.component(segment)
        if calendar is not None and (segment.root != root or not (segment.parents or segment.name == _CALENDAR)):
            yield calendar
            calendar = None
        root = segment.root
        if calendar is None and segment.name == _CALENDAR:
            calendar = component
        elif calendar is None:
            yield component
        elif segment.name == _CALENDAR and not segment.parents:
            calendar.lines.extend(component.lines)
        else:
            component.position = len(calendar.lines)
            calendar.children.append(component)
    if calendar is not None:
        yield calendar
