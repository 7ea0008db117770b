"""What stands before the colon of a content line: group, name and parameters, in the spellings of all three formats.

Parameter values are decoded (RFC 6868), those of one name are gathered; the bare parameters of vCard 2.1
(``TEL;WORK;QUOTED-PRINTABLE``) are found under TYPE, ENCODING or VALUE, and ``Head.pairs`` keeps the original form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

__all__ = ["UNPARSED", "Head", "parse_head", "split_quoted"]

# The colon that ends the head: the first one outside quotes. Possessive, so it never tries a second way.
_QUOTED_HEAD: Final = re.compile(r'[^":]*+(?:"[^"]*+"[^":]*+)*+:')
_QUOTED_PIECES: Final = re.compile(r'(?:[^";]++|"[^"]*+")*+')
_QUOTED_VALUES: Final = re.compile(r'(?:[^",]++|"[^"]*+")*+')
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9-]+").fullmatch
_POSSIBLE_NAME: Final = re.compile(r'[^\s"=,;:]+').fullmatch
_SPREAD_NAME: Final = re.compile(r"[A-Z0-9]++(?:\s*+-\s*+[A-Z0-9]++)++").fullmatch  # REFRESH - INTERVAL
_CARET: Final = re.compile(r"\^[n'^]")
_CARET_MEANS: Final = {"^n": "\n", "^'": '"', "^^": "^"}
_BARE_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B", "Q"})
_BARE_VALUES: Final = frozenset({"INLINE", "URL", "CONTENT-ID", "CID"})
_NO_PARAMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


@attrs.frozen
class Head:
    """What stands before the colon of a line; one object for each spelling in a file.

    Attributes:
        text: Verbatim, without the colon.
        group: The group of a vCard property (``item1`` in ``item1.TEL``) as written, else empty.
        name: Name of the property in upper case; empty for a line that could not be understood.
        params: Values of the parameters by upper-case name, decoded, in order.
        pairs: The parameters one by one, names as written; the name is empty for a bare parameter of vCard 2.1.
        boundary: 1 for BEGIN, 2 for END, else 0.
        base64: Whether the value is base64 by its ENCODING.
    """

    text: str
    group: str = ""
    name: str = ""
    params: Mapping[str, tuple[str, ...]] = _NO_PARAMS
    pairs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    boundary: int = 0
    base64: bool = False

    def param(self, name: str, default: str = "") -> str:
        """First value of a parameter, by its upper-case name."""
        values = self.params.get(name)
        return values[0] if values else default


UNPARSED: Final = Head("")
"""The head of every line that could not be understood."""


def split_quoted(text: str) -> tuple[str, str] | None:
    """Part a line at its first colon outside quotes; ``None`` where there is none.

    >>> split_quoted('ATTENDEE;CN="a:b":mailto:eva@example.org')
    ('ATTENDEE;CN="a:b"', 'mailto:eva@example.org')
    """
    match = _QUOTED_HEAD.match(text)
    return (text[: match.end() - 1], text[match.end() :]) if match else None


def parse_head(text: str, *, balanced: bool) -> tuple[Head | None, bool]:
    """Parse what stands before the colon.

    Returns:
        The head, or None when there is no name; and whether everything was written as the standards say.
    """
    pieces = _outside_quotes(text, ";", _QUOTED_PIECES) if balanced else text.split(";")
    written = pieces[0].removeprefix("\ufeff")
    whole = written.strip()
    group, dot, name = whole.partition(".")
    if not (dot and name and _PLAIN_NAME(group)):
        group, name = "", whole
    if not _POSSIBLE_NAME(name):
        if not _SPREAD_NAME(name):
            return None, False
        name = "".join(name.split())
    usual = whole == written and _PLAIN_NAME(name) is not None
    gathered: dict[str, list[str]] = {}
    pairs: list[tuple[str, tuple[str, ...]]] = []
    for piece in pieces[1:]:
        key, equals, written_values = piece.partition("=")
        if not piece or piece.isspace():
            usual = False
            continue
        if equals and key.strip():
            key = key.strip()
            values = _param_values(written_values, balanced=balanced)
            found_under = key.upper()
        else:
            key, values = "", (piece.strip().removeprefix("="),)
            found_under = _meaning_of_bare(values[0].upper())
        pairs.append((key, values))
        gathered.setdefault(found_under, []).extend(values)
    params = {key: tuple(values) for key, values in gathered.items()}
    name = name.upper()
    encoding = params.get("ENCODING", ("",))[0].upper()
    head = Head(
        text=text,
        group=group,
        name=name,
        params=MappingProxyType(params) if params else _NO_PARAMS,
        pairs=tuple(pairs),
        boundary=0 if params or group else {"BEGIN": 1, "END": 2}.get(name, 0),
        base64=encoding in {"BASE64", "B"},
    )
    return head, usual


def _meaning_of_bare(value: str) -> str:
    if value in _BARE_ENCODINGS:
        return "ENCODING"
    return "VALUE" if value in _BARE_VALUES else "TYPE"


def _outside_quotes(text: str, separator: str, pattern: re.Pattern[str]) -> list[str]:
    """Divide at the separators that are not inside quotes; the quotes are balanced."""
    if '"' not in text:
        return text.split(separator)
    pieces: list[str] = []
    start = 0
    while True:
        match = pattern.match(text, start)
        end = match.end() if match else len(text)
        pieces.append(text[start:end])
        if end >= len(text):
            return pieces
        start = end + 1


def _param_values(written: str, *, balanced: bool) -> tuple[str, ...]:
    """Values of one parameter without quotes, decoded (RFC 6868)."""
    if not balanced:
        return (written.strip('" '),)
    if '"' in written:
        values = []
        for value in _outside_quotes(written, ",", _QUOTED_VALUES):
            stripped = value.strip()
            values.append(stripped[1:-1] if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' else value)
    else:
        values = written.split(",")
    if "^" in written:
        values = [_CARET.sub(lambda match: _CARET_MEANS[match[0]], value) for value in values]
    return tuple(values)
