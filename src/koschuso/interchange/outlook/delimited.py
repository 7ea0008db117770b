r"""Tables as text: rows of fields between commas, semicolons or tabs, as spreadsheets and mail programs write them.

Reading never fails and takes linear time: UTF-8, with or without byte order mark, UTF-16 or windows-1252; any of the
three separators, found in the first line; quoted fields with line breaks inside; every kind of line end. A quotation
mark that nothing closes is taken as a character.

Writing guards against formulas (CWE-1236): a spreadsheet would run a cell that begins with ``=``, ``+``, ``-``, ``@``, a
tab or a line break; it gets an apostrophe in front, which reading takes off again. A telephone number keeps its plus: it
holds nothing but digits and signs, so there is nothing to run, and with an apostrophe nobody could dial it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from koschuso.interchange.textvalue import windows_1252

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Row", "decode_table", "first_row", "guarded", "read_rows", "unguarded", "write_rows"]

_SEPARATORS: Final = ",;\t"
_QUOTED: Final = {separator: re.compile(rf'"((?:[^"]|"")*+)"[ ]*(?=[{separator}\r\n]|\Z)') for separator in _SEPARATORS}
_NEVER_CLOSED: Final = re.compile(r'"(?:[^"]|"")*+\Z')
_PLAIN: Final = {separator: re.compile(rf"[^{separator}\r\n]*+") for separator in _SEPARATORS}
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_MOST_OPEN_QUOTES: Final = 8
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_PHONE: Final = re.compile(r"\+[0-9][0-9 ()/.\-]*")
_BOM: Final = "\ufeff"


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        line: Number of its first line in the file, from 1.
        fields: Its fields, without quotation marks.
    """

    line: int
    fields: tuple[str, ...]


def decode_table(data: bytes) -> tuple[str, bool]:
    """Decode a table; never fails.

    Returns:
        The text, and whether it was UTF-8 or UTF-16 without any doubt.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace").removeprefix(_BOM), True
    try:
        return data.decode("utf-8").removeprefix(_BOM), True
    except UnicodeDecodeError:
        return windows_1252(data).removeprefix(_BOM), False


def _separator(text: str) -> str:
    """Find what stands between the fields of the first line, outside quotation marks."""
    line = _LINE_END.split(text.lstrip("\r\n")[:65_536], maxsplit=1)[0]
    outside = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def first_row(data: bytes) -> tuple[str, ...]:
    r"""Give the fields of the first row, as far as they stand in the bytes given.

    >>> first_row(b'"Vorname";"Nachname"\r\nEva;Muster')
    ('Vorname', 'Nachname')
    """
    text = decode_table(data[:65_536])[0]
    rows = read_rows(text, most=1)
    return rows[0].fields if rows else ()


def read_rows(text: str, *, most: int | None = None) -> list[Row]:
    r"""Divide a text into rows and fields; blank rows are passed over.

    Args:
        text: The whole table.
        most: How many rows are wanted.

    >>> [row.fields for row in read_rows('a,"b, c"\r\n\r\n"er sagt ""ja"" dazu",d')]
    [('a', 'b, c'), ('er sagt "ja" dazu', 'd')]
    """
    separator = _separator(text)
    plain, quoted = _PLAIN[separator].match, _QUOTED[separator].match
    rows: list[Row] = []
    fields: list[str] = []
    position, line, started, open_quotes, end = 0, 1, 1, 0, len(text)
    while position <= end:
        match = None
        if text[position : position + 1] == '"' and open_quotes < _MOST_OPEN_QUOTES:
            match = quoted(text, position)
            # A mark that nothing closes costs a look at the whole rest: that may happen only so often.
            open_quotes += match is None and _NEVER_CLOSED.match(text, position) is not None
        if match is not None:
            fields.append(match[1].replace('""', '"'))
            line += len(_LINE_END.findall(match[1]))
        else:
            match = plain(text, position)
            fields.append("" if match is None else match[0])
        position = position if match is None else match.end()
        if text[position : position + 1] == separator:
            position += 1
            continue
        if any(fields):
            rows.append(Row(started, tuple(fields)))
            if most is not None and len(rows) >= most:
                return rows
        fields = []
        if position >= end:
            break
        ending = _LINE_END.match(text, position)
        position = position + 1 if ending is None else ending.end()
        line += 1
        started = line
    return rows


def guarded(text: str) -> str:
    """Make a cell that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("+49 2921 30-0"), guarded("Soest"), guarded("'=x")
    ("'=1+1", '+49 2921 30-0', 'Soest', "''=x")
    """
    return f"'{text}" if _FORMULA.match(text) and not _PHONE.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Take the apostrophe of `guarded` off again.

    >>> unguarded("'=1+1"), unguarded("'s Hertogenbosch")
    ('=1+1', "'s Hertogenbosch")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write_rows(rows: Iterable[Sequence[str]], separator: str = ",") -> str:
    r"""Write a table: every field in quotation marks and guarded, lines ending with CRLF.

    >>> write_rows([["Vorname", "Notiz"], ["Eva", "=1"]])
    '"Vorname","Notiz"\r\n"Eva","\'=1"\r\n'
    """
    return "".join(separator.join(map(_quoted, row)) + "\r\n" for row in rows)


def _quoted(text: str) -> str:
    return '"' + guarded(text).replace('"', '""') + '"'
