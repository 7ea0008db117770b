"""CSV files as spreadsheets write them: read row by row in bounded memory, written for a German Excel.

Reading takes UTF-8 with or without byte order mark, UTF-16 and windows-1252; semicolons, commas or tabs; the line
``sep=;`` at the top; line breaks inside quotation marks. A quotation mark that nothing closes does not swallow the rest of
the file: it is taken as a character.

Written are semicolons, CRLF and UTF-8 with a byte order mark: what a German Excel opens by a double click.
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.interchange.table.cells import german, guarded, unguarded
from koschuso.interchange.textvalue import windows_1252

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.interchange.table.cells import Cell

__all__ = ["DelimitedFile", "header_of", "write_rows"]

MAX_LINE: Final = 1024 * 1024
"""Characters of one line of the file. A longer one is divided there, and its row told."""

_BLOCK: Final = 1024 * 1024
_BEGINNING: Final = 65_536
_SEPARATORS: Final = ";,\t"
_MOST_OPEN: Final = 8
_SPECIAL: Final = frozenset('";,\t\r\n')
_MOST_HEAD_LINES: Final = 100


class DelimitedFile:
    """A CSV file.

    Args:
        stream: The file, at its beginning; seekable.

    Attributes:
        sure: Whether the file was UTF-8 or UTF-16 without any doubt.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.sure = True
        self._encoding, self._errors = self._recognised()
        beginning = stream.read(_BEGINNING)
        stream.seek(0)
        self._separator = _separator(_decoded(beginning))

    def _recognised(self) -> tuple[str, str]:
        """Look through the whole file for what is no UTF-8."""
        first = self._stream.read(_BLOCK)
        if first[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            self._stream.seek(0)
            return "utf-16", "replace"
        decoder = codecs.getincrementaldecoder("utf-8")()
        block = first
        try:
            while block:
                decoder.decode(block)
                block = self._stream.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            self.sure = False
        self._stream.seek(0)
        return "utf-8-sig", "surrogateescape"

    def rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Give the rows that are not blank: the number of their first line, and their cells as they stand."""
        text = io.TextIOWrapper(self._stream, encoding=self._encoding, errors=self._errors, newline="")
        try:
            yield from _rows(self._lines(text), self._separator)
        finally:
            text.detach()

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        first = True
        while line := text.readline(MAX_LINE):
            if not self.sure:
                line = windows_1252(line.encode("utf-8", "surrogateescape"))
            if first and line.lower().startswith("sep="):
                yield "\n"
            else:
                yield line
            first = False


def header_of(data: bytes) -> tuple[str, ...]:
    r"""Give the headings of a file, as far as they stand in the bytes given.

    >>> header_of(b"sep=;\r\nVorname;Nachname\r\nEva;Muster")
    ('Vorname', 'Nachname')
    """
    text = _decoded(data[:_BEGINNING])
    if "\0" in text:
        return ()
    lines = io.StringIO(text, newline="")
    kept = (line for number, line in enumerate(lines) if number < _MOST_HEAD_LINES)
    rows = _rows((line for line in kept if not line.lower().startswith("sep=")), _separator(text))
    return next((tuple(unguarded(cell) for cell in cells) for _number, cells in rows), ())


def _decoded(data: bytes) -> str:
    if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return data.decode("utf-16", "replace").removeprefix("\ufeff")
    return windows_1252(data).removeprefix("\ufeff")


def _separator(text: str) -> str:
    """Find what stands between the cells of the first line, outside quotation marks."""
    for line in text[:_BEGINNING].splitlines():
        if line.lower().startswith("sep=") and line[4:5] in set(_SEPARATORS):
            return line[4:5]
        if line.strip():
            outside = "".join(line.split('"')[::2])
            return max(_SEPARATORS, key=outside.count)
    return ";"


class _Lines:
    """Lines that can be given back, and those of the present row."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []
        self.number = 0
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.number += 1
        self.row.append(line)
        return line

    def give_back(self) -> str:
        """Give all lines of the present row back but the first, which is returned."""
        first, *others = self.row
        self._back.extend(reversed(others))
        self.number -= len(others)
        self.row = []
        return first


def _rows(lines: Iterator[str], separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    source = _Lines(lines)
    open_quotes = 0
    while True:
        source.row = []
        started = source.number + 1
        try:
            if open_quotes < _MOST_OPEN:
                cells = next(csv.reader(source, delimiter=separator), None)
            else:
                line = next(source, None)
                cells = None if line is None else _alone(line, separator)
        except csv.Error:
            cells = None if not source.row else []
            open_quotes += 1
            if source.row:
                cells = _alone(source.give_back(), separator)
        else:
            # What an unclosed mark swallowed up to the end of the file has an odd number of marks.
            if len(source.row) > 1 and sum(line.count('"') for line in source.row) % 2:
                open_quotes += 1
                cells = _alone(source.give_back(), separator)
        if cells is None:
            return
        if any(cells):
            yield started, tuple(cells)


def _alone(line: str, separator: str) -> list[str]:
    """Divide one line by itself; quotation marks that do not pair are characters."""
    bare = line.rstrip("\r\n")
    if bare.count('"') % 2:
        return bare.split(separator)
    try:
        return next(csv.reader([bare], delimiter=separator), [])
    except csv.Error:
        return bare.split(separator)


def write_rows(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    r"""Write rows: texts guarded against formulas, numbers and days as in a German Excel.

    >>> "".join(write_rows([["Name", "Notiz"], ["a;b", "=1"]]))
    'Name;Notiz\r\n"a;b";\'=1\r\n'
    """
    for row in rows:
        yield ";".join([_written(cell) for cell in row]) + "\r\n"


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    text = guarded(cell) if isinstance(cell, str) else german(cell)
    return text if _SPECIAL.isdisjoint(text) else '"' + text.replace('"', '""') + '"'
