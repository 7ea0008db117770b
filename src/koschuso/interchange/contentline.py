r"""The line format that iCalendar (RFC 5545 section 3.1) and vCard (RFC 6350 section 3.2) share; lossless, and fast.

Reading goes through one `LineParser` for each file; `koschuso.interchange.component` builds on it and is what readers
of whole files use. Writing is `format_line` (one line as text) and `join` (lines to folded bytes).

What a line becomes: a `ContentLine` of its `Head` (`koschuso.interchange.heads`, parsed once for each spelling and
shared) and its value, verbatim. ``line.name`` is upper-cased for lookup, ``line.text`` is the whole logical line as
it was read. A line that cannot be understood has the name ``""`` and its text as the value; it is never dropped.

How bytes become text:

* Lines end with CRLF, LF or CR; ``\r\r\n`` counts as one end. A blank or tab at the start of a line continues the line
  before it. Unfolding happens on bytes, so a fold inside a UTF-8 sequence does no harm.
* What is valid UTF-8 is UTF-8. Otherwise a line is read in the CHARSET that it declares (vCard 2.1), else as
  windows-1252 in which valid UTF-8 sequences are kept; the five undefined bytes become C1 characters. So no consumer
  needs the raw bytes: 8-bit text is decoded here, quoted-printable by `textvalue.decode_quoted_printable`.
* C0 control characters other than the tab are removed; the finding holds the original.
* Quoted-printable soft breaks (vCard 2.1, vCalendar 1.0) are joined, and unindented base64 lines too.

Every step takes time linear in its input. The rules of the findings are in `koschuso.interchange.notes`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from koschuso.interchange import notes as rules
from koschuso.interchange.folding import fold, fold_quoted_printable, join, one_line
from koschuso.interchange.heads import UNPARSED, Head, parse_head, split_quoted
from koschuso.interchange.limits import DEFAULT_LIMITS, Limits
from koschuso.interchange.notes import Notes, ReadingRule
from koschuso.interchange.unfolding import FOLD_MARK, marked_text, plain_line_ends, unfold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "UNPARSED",
    "ContentLine",
    "Head",
    "LineParser",
    "fold",
    "fold_quoted_printable",
    "format_line",
    "join",
    "parse_line",
    "plain_line_ends",
    "split_quoted",
    "unfold",
]

_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}\s*").fullmatch
_NEEDS_QUOTES: Final = re.compile(r"[:;,]|^\s|\s$").search
_MAX_CACHED_HEADS: Final = 4096
_MAX_CACHED_LENGTH: Final = 512


class ContentLine(NamedTuple):
    """One logical line.

    Attributes:
        head: Group, name and parameters.
        value: Everything after the colon, verbatim (still escaped); the whole line when it could not be understood.
        number: Number of its first physical line in the file, from 1; 0 when it was not read from a file.
    """

    head: Head
    value: str
    number: int = 0

    @property
    def name(self) -> str:
        """Name of the property in upper case; empty when the line could not be understood."""
        return self.head.name

    @property
    def group(self) -> str:
        """Group of a vCard property as written, else empty."""
        return self.head.group

    @property
    def params(self) -> Mapping[str, tuple[str, ...]]:
        """Values of the parameters by upper-case name."""
        return self.head.params

    @property
    def parsed(self) -> bool:
        """Whether the line could be understood."""
        return self.head is not UNPARSED

    @property
    def text(self) -> str:
        """The logical line as it was read: what `fold` and `join` take."""
        return self.value if self.head is UNPARSED else f"{self.head.text}:{self.value}"

    def param(self, name: str, default: str = "") -> str:
        """First value of a parameter, by its upper-case name."""
        return self.head.param(name, default)


class LineParser:
    r"""Parses the lines of one file; keeps the heads that it has seen, so a repeated one costs a look-up.

    Attributes:
        notes: Collects what was wrong.
        limits: The bounds that hold.

    >>> parser = LineParser()
    >>> lines, boundaries = parser.lines(b"item1.TEL;TYPE=work,voice:+49\r\n  2921\r\n")
    >>> [(line.group, line.name, line.params["TYPE"], line.value) for line in lines]
    [('item1', 'TEL', ('work', 'voice'), '+49 2921')]
    """

    __slots__ = ("_heads", "_joined", "limits", "notes")

    def __init__(self, notes: Notes | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        self.notes = Notes() if notes is None else notes
        self.limits = limits
        self._heads: dict[str, Head] = {}
        self._joined: list[tuple[int, list[str]]] = []

    def lines(self, data: bytes, number: int = 1) -> tuple[list[ContentLine], list[int]]:
        """Parse bytes that start and end at line boundaries, with line ends as `plain_line_ends` leaves them.

        Args:
            data: One component or any other run of whole lines.
            number: Physical line number of the first one.

        Returns:
            The lines without blank ones, and the indexes of those that are BEGIN or END.
        """
        texts = marked_text(data, number, self.notes).split("\n")
        if len(texts) > self.limits.properties:
            self._shorten(texts, number)
        longest = self.limits.line_length
        watch = len(data) > longest
        find = self._heads.get
        new = tuple.__new__
        lines: list[ContentLine] = []
        boundaries: list[int] = []
        append = lines.append
        for marked in texts:
            text = marked
            here = number
            number += 1
            if FOLD_MARK in text:
                number += text.count(FOLD_MARK)
                orphan = text[0] == FOLD_MARK
                text = text.replace(FOLD_MARK, "")
                if orphan and not (text := self._rejoined(text, here, lines)):
                    continue
            name, colon, value = text.partition(":")
            head = find(name)
            if head is None or not colon or (watch and len(text) > longest):
                line = self._unusual(text, here, lines)
                if line is None:
                    continue
                head = line[0]
            else:
                line = new(ContentLine, (head, value, here))
            if head.boundary:
                boundaries.append(len(lines))
            append(line)
        if self._joined:
            self._attach_joined(lines)
        return lines, boundaries

    def head(self, text: str) -> Head | None:
        """Give the head for what stands before the colon; ``None`` for one that is unusual and was not read before.

        Never makes a finding: `line` has to see what this gives nothing for.
        """
        head = self._heads.get(text)
        if head is not None or len(text) > _MAX_CACHED_LENGTH:
            return head
        head, usual = parse_head(text, balanced=True)
        if head is None or not usual:
            return None
        self._keep_head(head)
        return head

    def line(self, text: str, number: int = 0) -> ContentLine:
        """Parse one logical line; never fails."""
        name, colon, value = text.partition(":")
        head = self._heads.get(name)
        if head is not None and colon and len(text) <= self.limits.line_length:
            return ContentLine(head, value, number)
        if len(text) > self.limits.line_length:
            self.notes.note(rules.LINE_TOO_LONG, line=number, limit=self.limits.line_length)
            return ContentLine(UNPARSED, text, number)
        if not colon:
            self.notes.note(rules.NO_COLON, line=number, value=text)
            return ContentLine(UNPARSED, text, number)
        balanced = True
        if '"' in name:
            parted = split_quoted(text)
            if parted:
                name, value = parted
            else:
                balanced = False
                self.notes.note(rules.BAD_QUOTES, line=number, value=text)
        head = self._heads.get(name) or self._new_head(name, number, balanced=balanced)
        if head is None:
            self.notes.note(rules.BAD_NAME, line=number, value=text)
            return ContentLine(UNPARSED, text, number)
        return ContentLine(head, value, number)

    def _new_head(self, text: str, number: int, *, balanced: bool) -> Head | None:
        head, usual = parse_head(text, balanced=balanced)
        if head is None:
            return None
        if not usual:
            self.notes.note(rules.UNUSUAL_NAME, line=number, value=text)
        # A head with a colon in its quotes is never looked up by what stands before the first colon, as that part has
        # an odd number of quotes; so caching it is safe.
        if balanced and len(text) <= _MAX_CACHED_LENGTH:
            self._keep_head(head)
        return head

    def _keep_head(self, head: Head) -> None:
        if len(self._heads) >= _MAX_CACHED_HEADS:
            self._heads.clear()
        self._heads[head.text] = head

    def _unusual(self, text: str, number: int, before: list[ContentLine]) -> ContentLine | None:
        """Parse a line whose head is new or that has none; None when it is blank or belongs to the line before."""
        if not text or text.isspace():
            return None
        if before and before[-1].head.base64 and ":" not in text and _BASE64(text):
            self._join_to_last(text.strip(), before, rules.BASE64_UNINDENTED)
            return None
        return self.line(text, number)

    def _rejoined(self, text: str, number: int, before: list[ContentLine]) -> str:
        """Join a continuation to the line before the blank lines; what is left when there is none."""
        if before:
            if text:
                self._join_to_last(text, before, rules.BLANK_BEFORE_FOLD)
            return ""
        text = text.lstrip(" \t")
        if text:
            self.notes.note(rules.ORPHAN_FOLD, line=number, value=text)
        return text

    def _join_to_last(self, text: str, before: list[ContentLine], rule: ReadingRule) -> None:
        """Keep a piece for the last line; they are put together once, so the time stays linear."""
        index = len(before) - 1
        if not self._joined or self._joined[-1][0] != index:
            self._joined.append((index, []))
            self.notes.note(rule, line=before[-1].number, name=before[-1].head.name)
        self._joined[-1][1].append(text)

    def _attach_joined(self, lines: list[ContentLine]) -> None:
        for index, pieces in self._joined:
            line = lines[index]
            if not line.parsed:
                self.notes.retract(rules.NO_COLON, line.number)
            lines[index] = self.line("".join((line.text, *pieces)), line.number)
        self._joined = []

    def _shorten(self, texts: list[str], number: int) -> None:
        limit = self.limits.properties
        self.notes.note(rules.TOO_MANY_PROPERTIES, line=number, name=texts[0].partition(":")[2].strip(), limit=limit)
        del texts[limit:]


def parse_line(text: str, number: int = 0) -> ContentLine:
    """Parse one logical line by itself; a reader of files uses a `LineParser`.

    >>> line = parse_line('ATTENDEE;CN="Muster, Eva";ROLE=CHAIR:mailto:eva@example.org')
    >>> line.name, line.param("CN"), line.value
    ('ATTENDEE', 'Muster, Eva', 'mailto:eva@example.org')
    """
    return LineParser().line(text, number)


def format_line(
    group: str,
    name: str,
    params: Mapping[str, str | Sequence[str]] | None,
    value: str,
) -> str:
    r"""Write one logical line, not yet folded.

    Args:
        group: Group of a vCard property, or empty.
        name: Name of the property.
        params: Values by name, not encoded; they are quoted and encoded (RFC 6868) where it is needed. A sequence is
            written as one parameter with several values, an empty one not at all.
        value: The value, escaped already (`textvalue.escape_text`). A line break in it is written as ``\n``, so a
            value can never become a line of its own.

    >>> print(format_line("", "ATTENDEE", {"CN": 'Eva "Evi" Muster', "ROLE": "CHAIR"}, "mailto:eva@example.org"))
    ATTENDEE;CN=Eva ^'Evi^' Muster;ROLE=CHAIR:mailto:eva@example.org
    >>> print(format_line("item1", "TEL", {"TYPE": ["work", "voice"], "X-A": "a;b"}, "1"))
    item1.TEL;TYPE=work,voice;X-A="a;b":1
    """
    if "\n" in value or "\r" in value:
        value = one_line(value)
    if group:
        name = f"{group}.{name}"
    if not params:
        return f"{name}:{value}"
    written = [name]
    for key, values in params.items():
        if isinstance(values, str):
            written.append(f"{key}={_param_text(values)}")
        elif values:
            written.append(f"{key}={','.join(map(_param_text, values))}")
    return f"{';'.join(written)}:{value}"


def _param_text(value: str) -> str:
    if "^" in value:
        value = value.replace("^", "^^")
    if '"' in value:
        value = value.replace('"', "^'")
    if "\n" in value or "\r" in value:
        value = value.replace("\r\n", "^n").replace("\r", "^n").replace("\n", "^n")
    return f'"{value}"' if _NEEDS_QUOTES(value) else value
