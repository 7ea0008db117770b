"""Where keys and values stand in a TOML text, so that one of them can be changed and all the rest stays as it was written.

`tomllib` says what a text means, not where. This reads texts that `tomllib` has accepted; whoever changes one lets
`tomllib` read it again before it counts.
"""

from __future__ import annotations

import re
import tomllib
from typing import Final

import attrs

__all__ = ["BLANK", "Array", "Places", "find_places"]

BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
"""Blanks, line ends and comments; matches everywhere."""
_SPACE: Final = re.compile(r"[ \t]*")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_SCALAR: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{1,2})?'
    r"|'''.*?'''(?:'{1,2})?"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}#\r\n]*[^,\]}#\r\n \t]",
    re.DOTALL,
)

Path = tuple[str, ...]
Span = tuple[int, int]


@attrs.frozen
class Array:
    """A list in a text: where it stands, and each of its elements."""

    span: Span
    elements: tuple[Span, ...]


@attrs.frozen
class Places:
    """What stands where; positions count characters.

    Attributes:
        values: Place of each value by the whole path of its key; a table in braces is a value too.
        headers: End of each header in brackets.
        dotted: Paths of the values whose keys are written at the top with dots (``plugins.aktiv = …``).
        arrays: The values that are lists.
    """

    values: dict[Path, Span]
    headers: dict[Path, int]
    dotted: list[Path]
    arrays: dict[Path, Array]


def find_places(text: str) -> Places:
    """Find all keys and values of a text.

    Raises:
        ValueError: The text is written in a way that this does not understand.

    >>> text = '[plugins]  # unsere' + chr(10) + 'aktiv = ["a", "b"]'
    >>> places = find_places(text)
    >>> start, end = places.values["plugins", "aktiv"]
    >>> text[start:end], len(places.arrays["plugins", "aktiv"].elements)
    ('["a", "b"]', 2)
    """
    return _Reading(text).whole()


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found = Places({}, {}, [], {})

    def whole(self) -> Places:
        table: Path = ()
        self._skip(BLANK)
        while self._at < len(self._text):
            if self._takes("["):
                several = self._takes("[")
                table = self._key()
                self._require("]]" if several else "]")
                self._found.headers[table] = self._at
            else:
                key = self._key()
                self._require("=")
                self._skip(_SPACE)
                self._value((*table, *key))
                if not table and len(key) > 1:
                    self._found.dotted.append(key)
            self._skip(BLANK)
        return self._found

    def _value(self, path: Path | None) -> Span:
        start = self._at
        elements: list[Span] = []
        opening = self._text[start : start + 1]
        if opening == "[":
            self._at += 1
            while not self._ends("]"):
                elements.append(self._value(None))
                self._skip(BLANK)
                self._takes(",")
        elif opening == "{":
            self._at += 1
            while not self._ends("}"):
                inner = self._key()
                self._require("=")
                self._skip(_SPACE)
                self._value(None if path is None else (*path, *inner))
                self._skip(BLANK)
                self._takes(",")
        else:
            self._match(_SCALAR)
        if path is not None:
            self._found.values[path] = start, self._at
            if opening == "[":
                self._found.arrays[path] = Array((start, self._at), tuple(elements))
        return start, self._at

    def _key(self) -> Path:
        parts: list[str] = []
        while not parts or self._takes("."):
            self._skip(_SPACE)
            part = self._match(_NAME)
            parts.append(tomllib.loads(f"x = {part}")["x"] if part[0] in "\"'" else part)
            self._skip(_SPACE)
        return tuple(parts)

    def _ends(self, closing: str) -> bool:
        self._skip(BLANK)
        return self._takes(closing)

    def _takes(self, text: str) -> bool:
        found = self._text.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _require(self, text: str) -> None:
        if not self._takes(text):
            raise ValueError(f"»{text}« expected at {self._at}")

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._match(pattern)

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"not understood at {self._at}")
        self._at = found.end()
        return found[0]
