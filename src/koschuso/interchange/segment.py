r"""Where the components of a file begin and end, found without looking into them.

Each event, task, zone or card is one `Segment` with its verbatim bytes, so a component that did not change since the
last import is recognised by ``segment.digest`` and never parsed. Finding the segments costs a fifth of parsing them,
and it streams: memory is bounded by the largest component, not by the file.

What the segments are: a component directly inside a VCALENDAR (``segment.parents == ("VCALENDAR",)``), or a component
at the top that is no VCALENDAR: a card, or a fragment without a calendar (``parents == ()``). The properties of a
VCALENDAR itself come as a segment named ``VCALENDAR``, always before its first component (even when empty) and once
more for each run of properties that stands between or behind the components; ``segment.root`` tells the calendars of
one file apart. Text outside everything comes as a segment without a name, with a finding.

Damage ends in findings (`koschuso.interchange.notes`), never in an exception, and what is sound is delivered: a
component that is not closed ends before the next one of its level, an END that fits nothing is passed over. BEGIN and
END may be lower-case, folded, and have blanks around.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.interchange import notes as rules
from koschuso.interchange.blocks import read_blocks
from koschuso.interchange.limits import DEFAULT_LIMITS, Limits
from koschuso.interchange.textvalue import windows_1252
from koschuso.interchange.unfolding import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.interchange.notes import Notes

__all__ = ["UNNAMED", "Nesting", "Segment", "component_name", "read_blocks", "read_segments"]

UNNAMED: Final = "X-UNNAMED"
"""What a component is called whose BEGIN names nothing."""

_BREAK: Final = rb"(?:\r?\n[ \t])*+"
_MARK: Final = re.compile(
    # a line end, perhaps a byte order mark, BEGIN or END perhaps folded, blanks, the colon, the name perhaps folded
    rb"\n(?:\xef\xbb\xbf)?+(?:([Bb]_[Ee]_[Gg]_[Ii]_[Nn])|[Ee]_[Nn]_[Dd])(?:\r?\n[ \t]|[ \t])*+:"
    rb"((?:[^\r\n]++|\r?\n[ \t])*+)".replace(b"_", _BREAK)
)
_AGENT: Final = re.compile(rb"(?:[A-Za-z0-9-]+\.)?AGENT[^:\r\n]*:\s*", re.IGNORECASE)
_CALENDAR: Final = "VCALENDAR"
_CARD: Final = "VCARD"
_ADDRESS_BOOK: Final = "VADDRESSBOOK"  # of vdirsyncer and Evolution, around all cards of a file
_IN_CALENDAR: Final = (_CALENDAR,)
_AROUND: Final = frozenset({_CALENDAR, _ADDRESS_BOOK})
# These never stand inside one of `_NEVER_AROUND`: their BEGIN shows that the one before was not closed. They do stand
# inside others, for example in VPOLL and in components of producers' own.
_TOP_LEVEL: Final = frozenset({_CALENDAR, _CARD, "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
_NEVER_AROUND: Final = _TOP_LEVEL | {"VTIMEZONE", "VALARM", "STANDARD", "DAYLIGHT"}
_LONGEST_QUOTE: Final = 1000  # characters of text outside of everything that a finding quotes


class Segment:
    r"""One piece of a file, not yet parsed.

    Attributes:
        name: Name of the component in upper case; ``VCALENDAR`` for properties of a calendar itself, empty for text
            outside of everything.
        parents: Names of the components around it, outermost first.
        root: Which of the outermost components of the file it belongs to, counted from 1.
        number: Physical line number of its first line.
        raw: Its bytes: from the BEGIN line to the END line for a component, the property lines alone for VCALENDAR.
            Verbatim, except that a lonely CR and ``\r\r\n`` are LF, and UTF-16 is UTF-8.
        closed: Whether its END was found.
    """

    __slots__ = ("closed", "name", "number", "parents", "raw", "root")

    def __init__(self, name: str, raw: bytes, parents: tuple[str, ...], root: int, number: int) -> None:
        self.name = name
        self.raw = raw
        self.parents = parents
        self.root = root
        self.number = number
        self.closed = True

    def __repr__(self) -> str:
        return f"Segment({self.name!r}, number={self.number}, {len(self.raw)} bytes)"

    @property
    def digest(self) -> bytes:
        """16 bytes that stay the same from import to import as long as `raw` does, and change when it does.

        Note that the meaning of an event may also depend on the VTIMEZONEs and the properties of its calendar.
        """
        from hashlib import blake2b  # noqa: PLC0415 - importing koschuso stays cheap

        return blake2b(self.raw, digest_size=16).digest()


class Nesting:
    """Which components are open; takes a fixed amount of time for each step, however deep the nesting."""

    __slots__ = ("_depth", "_hidden", "forgotten", "names", "too_deep")

    def __init__(self, depth: int) -> None:
        self.names: list[str] = []
        self.forgotten: dict[str, int] = {}  # how many of which name lay too deep and were not closed
        self.too_deep = 0  # how many components are open that lie deeper than the limit
        self._depth = max(depth, 2)
        self._hidden: dict[str, int] = {}

    def begin(self, name: str) -> bool:
        """Open a component; False when it lies too deep."""
        if self.too_deep or len(self.names) >= self._depth:
            self._hidden[name] = self._hidden.get(name, 0) + 1
            self.too_deep += 1
            return False
        self.names.append(name)
        return True

    def end(self, name: str) -> int | None:
        """Close a component; how many were opened before it, -1 for one that lies too deep, None if it is not open."""
        if self.too_deep and self._hidden.get(name, 0):
            self._hidden[name] -= 1
            self.too_deep -= 1
            return -1
        for index in range(len(self.names) - 1, -1, -1):
            if self.names[index] == name:
                del self.names[index:]
                self._forget_hidden()
                return index
        return None

    def clear(self) -> None:
        """Close everything."""
        self.names.clear()
        self._forget_hidden()

    def _forget_hidden(self) -> None:
        if self.too_deep:
            self.forgotten = self._hidden
            self._hidden = {}
            self.too_deep = 0


class _Segmenter:
    """The state of `read_segments`: a buffer that always starts with the line end before the oldest line needed."""

    def __init__(self, notes: Notes, limits: Limits) -> None:
        self.notes = notes
        self.limits = limits
        self.buffer = b""
        self.found = False  # any BEGIN at all
        self.stopped = False
        self._number = 0  # physical line number of the line that follows the line end at _counted
        self._counted = -1
        self._names: dict[bytes, str] = {}
        self._root = 0
        self._calendar = 0  # line number of the open VCALENDAR, 0 when there is none
        self._around: list[int] = []  # line numbers of the calendars in which another one began before their END
        self._address_book = 0  # line number of the open VADDRESSBOOK, 0 when there is none
        self._header_due = False
        self._nesting = Nesting(limits.depth)  # open components, none outside
        self._unit = ""  # name of the outermost of them
        self._start = 0  # index of the line end before the segment that is being read
        self._start_number = 1
        self._skipping = False
        self._components = 0

    def feed(self, block: bytes) -> Iterator[Segment]:
        """Take a block that ends with a whole logical line."""
        self._line_at(self._start - 1)
        kept = self.buffer[self._start :]
        self._counted -= self._start
        self._start = 0
        self.buffer = kept + block if kept else b"\n" + block
        buffer = self.buffer
        known = self._names.get
        nesting = self._nesting
        opened = nesting.names
        largest = self.limits.component_bytes
        for mark in _MARK.finditer(buffer, len(kept) - 1 if kept else 0):
            begins, written = mark.groups()
            name = known(written) or self._name(written)
            if begins:
                if opened and (name not in _TOP_LEVEL or self._unit not in _NEVER_AROUND):
                    nesting.begin(name)
                    continue
                at = mark.start()
                if opened or at != self._start or self._header_due or name in _AROUND:
                    yield from self._begin(name, at)
                else:
                    self._open(name, at)
                if self.stopped:
                    return
            elif opened and opened[-1] == name and not nesting.too_deep:
                opened.pop()
                if opened:
                    continue
                after = buffer.index(b"\n", mark.end())
                start, self._start = self._start, after
                if self._skipping or after - start > largest:
                    self._too_large(name, after - start, self._start_number)
                    continue
                parents = _IN_CALENDAR if self._calendar else ()
                raw = buffer[start + 1 : after + 1]
                yield Segment(name, raw, parents, self._root, self._start_number)
            else:
                yield from self._end(name, mark)
        if len(self.buffer) - self._start > self.limits.component_bytes:
            self._skip()

    def finish(self) -> Iterator[Segment]:
        """The end of the file."""
        end = len(self.buffer) - 1
        if self._nesting.names:
            yield from self._leave(end)
        else:
            yield from self._own_lines(end)
        self._close_calendar()
        self._close_address_book()
        if not self.found:
            self.notes.note(rules.NOTHING_FOUND)

    def _begin(self, name: str, at: int) -> Iterator[Segment]:
        if self._nesting.names:
            if name == _CARD and self._is_agent(at):
                self._nesting.begin(name)
                return
            yield from self._leave(at)
        else:
            yield from self._own_lines(at)
        if name == _CALENDAR:
            around = self._calendar
            self._close_calendar()
            if around and len(self._around) < self.limits.depth:
                self._around.append(around)
            self.found = True
            self._root += 1
            self._calendar = self._line_at(at)
            self._header_due = True
            self._start = self.buffer.index(b"\n", at + 1)
            self._pass_folds()
            return
        if name == _ADDRESS_BOOK:
            self._close_calendar()
            self._close_address_book()
            self.found = True
            self._address_book = self._line_at(at)
            self.notes.note(rules.ADDRESS_BOOK, line=self._address_book, name=name)
            self._start = self.buffer.index(b"\n", at + 1)
            self._pass_folds()
            return
        self._open(name, at)

    def _pass_folds(self) -> None:
        """Pass over the rest of a BEGIN whose name is folded."""
        while self.buffer[self._start + 1 : self._start + 2] in {b" ", b"\t"}:
            self._start = self.buffer.index(b"\n", self._start + 1)

    def _open(self, name: str, at: int) -> None:
        """A component begins at the top or directly in a calendar."""
        self.found = True
        if name == _CARD or not self._calendar:
            self._close_calendar()
            self._root += 1
        self._components += 1
        if self._components > self.limits.components:
            self.notes.note(rules.TOO_MANY_COMPONENTS, line=self._line_at(at), limit=self.limits.components)
            self.stopped = True
            return
        self._start = at
        self._start_number = self._line_at(at)
        self._unit = name
        self._nesting.begin(name)

    def _end(self, name: str, mark: re.Match[bytes]) -> Iterator[Segment]:
        after = self.buffer.index(b"\n", mark.end())
        if self._nesting.names:
            closes = self._nesting.end(name)
            if closes == 0:
                yield from self._deliver(after, closed=True)
            elif closes is None and name == _CALENDAR and self._calendar:
                yield from self._leave(mark.start())
                self._start = after
                self._calendar = 0
            elif closes is None and name == _ADDRESS_BOOK and self._address_book:
                yield from self._leave(mark.start())
                self._start = after
                self._address_book = 0
            return
        yield from self._own_lines(mark.start())
        if name == _CALENDAR and self._calendar:
            self._calendar = 0
        elif name == _ADDRESS_BOOK and self._address_book:
            self._address_book = 0
        elif name == _CALENDAR and self._around:
            # it was no calendar without its end, but one with a calendar inside
            number = self._around.pop()
            self.notes.retract(rules.NOT_CLOSED, number)
            self.notes.note(rules.NESTED_CALENDAR, line=number, name=name)
        else:
            self.notes.note(rules.STRAY_END, line=self._line_at(mark.start()), name=name, value=f"END:{name}")
        self._start = after

    def _leave(self, until: int) -> Iterator[Segment]:
        """Deliver the open component although it was not closed."""
        self._nesting.clear()
        self.notes.note(rules.NOT_CLOSED, line=self._start_number, name=self._unit)
        yield from self._deliver(until, closed=False)

    def _deliver(self, until: int, *, closed: bool) -> Iterator[Segment]:
        start, self._start = self._start, until
        if not self._too_large(self._unit, until - start, self._start_number):
            segment = Segment(
                self._unit,
                self.buffer[start + 1 : until + 1],
                _IN_CALENDAR if self._calendar else (),
                self._root,
                self._start_number,
            )
            segment.closed = closed
            yield segment

    def _own_lines(self, until: int) -> Iterator[Segment]:
        """Deliver the lines between components."""
        start, self._start = self._start, until
        if start == until and not self._header_due:
            self._skipping = False
            return
        raw = self.buffer[start + 1 : until + 1]
        blank = not raw or raw.isspace() or (self._address_book and not self._calendar)
        if blank and not self._header_due:
            self._skipping = False
            return
        number = self._line_at(start)
        name = _CALENDAR if self._calendar else ""
        self._header_due = False
        if self._too_large(name, len(raw), number):
            return
        if not name:
            # the finding names the first line that is not blank
            ahead = raw[: len(raw) - len(raw.lstrip())].count(b"\n")
            quote = windows_1252(raw.strip()[:_LONGEST_QUOTE])
            self.notes.note(rules.OUTSIDE, line=number + ahead, value=quote)
        yield Segment(name, raw, (), self._root, number)

    def _too_large(self, name: str, size: int, number: int) -> bool:
        """Whether a segment is left out for its size; the finding is made once."""
        if self._skipping:
            self._skipping = False
            return True
        if size <= self.limits.component_bytes:
            return False
        self.notes.note(rules.TOO_LARGE, line=number, name=name, limit=self.limits.component_bytes)
        return True

    def _skip(self) -> None:
        """Let go of what is too large to be kept until its end."""
        end = len(self.buffer) - 1
        if not self._skipping:
            if self._nesting.names:
                name, number = self._unit, self._start_number
            else:
                name, number = _CALENDAR if self._calendar else "", self._line_at(self._start)
            self.notes.note(rules.TOO_LARGE, line=number, name=name, limit=self.limits.component_bytes)
            self._skipping = True
        self._line_at(end)
        self._start = end

    def _close_calendar(self) -> None:
        if self._calendar:
            self.notes.note(rules.NOT_CLOSED, line=self._calendar, name=_CALENDAR)
            self._calendar = 0

    def _close_address_book(self) -> None:
        if self._address_book:
            self.notes.note(rules.NOT_CLOSED, line=self._address_book, name=_ADDRESS_BOOK)
            self._address_book = 0

    def _is_agent(self, at: int) -> bool:
        """Whether the card that begins here is the value of AGENT in another card (vCard 2.1)."""
        return _AGENT.match(self.buffer, self.buffer.rfind(b"\n", 0, at) + 1, at) is not None

    def _line_at(self, line_end: int) -> int:
        """Physical number of the line behind this line end; asked for in the order of the file."""
        self._number += self.buffer.count(b"\n", self._counted + 1, line_end + 1)
        self._counted = max(self._counted, line_end)
        return self._number

    def _name(self, written: bytes) -> str:
        plain = written.replace(b"\r\n", b"\n").replace(b"\n ", b"").replace(b"\n\t", b"")
        name = component_name(plain.translate(None, CONTROLS).decode("utf-8", "replace"))
        if len(self._names) < 1000:  # noqa: PLR2004 - a bound for hostile files, not a figure of the format
            self._names[written] = name
        return name


def component_name(written: str) -> str:
    """The name behind BEGIN or END, for look-up: upper-case, and never empty."""
    return written.strip().upper() or UNNAMED


def read_segments(
    source: bytes | BinaryIO,
    notes: Notes,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Segment]:
    r"""Find the components of a file without parsing them.

    Args:
        source: The bytes, or a stream of bytes that is read block by block.
        notes: Takes what was wrong.
        limits: The bounds that hold.

    Yields:
        The segments in the order of the file; see the module's docstring for what they are.

    >>> from koschuso.interchange.notes import Notes
    >>> notes = Notes()
    >>> data = b"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n"
    >>> [(segment.name, segment.number, segment.raw) for segment in read_segments(data, notes)]
    [('VCALENDAR', 2, b'VERSION:2.0\n'), ('VEVENT', 3, b'BEGIN:VEVENT\nUID:1\nEND:VEVENT\n')]
    """
    segmenter = _Segmenter(notes, limits)
    for block in read_blocks(source, notes, limits):
        yield from segmenter.feed(block)
        if segmenter.stopped:
            return
    if not segmenter.buffer:
        segmenter.buffer = b"\n"
    yield from segmenter.finish()
