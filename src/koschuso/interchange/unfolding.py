"""From bytes to logical lines: line ends, folds, character sets, control characters, soft breaks.

What is done, and which rules of `koschuso.interchange.notes` tell about it, stands in `contentline`. A file that is
clean UTF-8 takes the fast way (`marked_text`): a few passes over the bytes at the speed of C. Everything else goes
line by line (`_marked_carefully`), still in linear time.
"""

from __future__ import annotations

import re
from typing import Final

from koschuso.interchange import notes as rules
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import codec_name, decode_bytes, windows_1252

__all__ = ["CONTROLS", "FOLD_MARK", "marked_text", "plain_line_ends", "plain_text", "unfold"]

FOLD_MARK: Final = "\0"
"""Shows, while a file is read, where a physical line ended inside a logical one."""

CONTROLS: Final = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
"""What is removed wherever it stands: the C0 control characters other than tab and line ends."""

_DROPPED: Final = CONTROLS + b"\r"
_CONTROL_TEXT: Final = dict.fromkeys(CONTROLS)
_LONELY_CR: Final = re.compile(rb"\r(?:\r\n|(?!\n))")
_MARKER: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:BEGIN|END)[ \t]*:", re.IGNORECASE)
_CHARSET: Final = re.compile(rb";\s*CHARSET\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def unfold(data: bytes, notes: Notes | None = None, number: int = 1) -> list[tuple[int, str]]:
    r"""Logical lines of a whole file or a run of lines, each with the number of its first physical line.

    Blank lines are left out. A byte order mark is removed; for UTF-16 use `koschuso.interchange.component`.

    >>> unfold(b"A:1\r\n  2\r\n\r\nB:3\r\n")
    [(1, 'A:1 2'), (4, 'B:3')]
    """
    notes = Notes() if notes is None else notes
    lines: list[tuple[int, str]] = []
    joined: dict[int, list[str]] = {}
    for marked in marked_text(plain_line_ends(data.removeprefix(b"\xef\xbb\xbf")), number, notes).split("\n"):
        text = marked
        here = number
        number += 1
        if FOLD_MARK in text:
            number += text.count(FOLD_MARK)
            orphan = text.startswith(FOLD_MARK)
            text = text.replace(FOLD_MARK, "")
            if orphan and lines:
                joined.setdefault(len(lines) - 1, []).append(text)
                continue
            text = text.lstrip(" \t")
        if text and not text.isspace():
            lines.append((here, text))
    for index, pieces in joined.items():
        here, text = lines[index]
        lines[index] = here, "".join((text, *pieces))
    return lines


def plain_line_ends(data: bytes, pairs: int | None = None) -> bytes:
    r"""Turn a lonely CR and ``\r\r\n`` into LF; CRLF and LF stay as they are.

    Args:
        data: Bytes of a file, cut nowhere within a line end.
        pairs: How many CRLF there are, if that is known.
    """
    if data.count(b"\r") == (data.count(b"\r\n") if pairs is None else pairs):
        return data
    return _LONELY_CR.sub(b"\n", data)


def plain_text(data: bytes) -> str | None:
    r"""Decode lines in which nothing is unusual; logical lines are parted by a line feed, and where folds were is lost.

    ``None`` for lines that `marked_text` has to look at, and for blank lines.

    >>> plain_text(b"A:1\r\n  2\r\nB:3\r\n"), plain_text(b"A:\0\n")
    ('A:1 2\nB:3\n', None)
    """
    clean = data.translate(None, _DROPPED)
    if len(clean) + data.count(b"\r") != len(data) or b"\n\n" in clean:
        return None
    if b"=\n" in clean and b"QUOTED-PRINTABLE" in clean.upper():
        return None
    if b"\t" in clean:
        clean = clean.replace(b"\n\t", b"")
    try:
        return b"".join(clean.split(b"\n ")).decode()
    except UnicodeDecodeError:
        return None


def marked_text(data: bytes, number: int, notes: Notes) -> str:
    """Decode lines; logical lines are parted by a line feed, and each fold in them is shown by `FOLD_MARK`.

    So the physical line numbers stay known although the work is done at the speed of C. A text that starts with a mark
    continues the line before the blank line above it, if there is one.

    Args:
        data: Whole lines, with line ends as `plain_line_ends` leaves them.
        number: Physical line number of the first one.
        notes: Takes what was wrong.
    """
    if data.startswith((b" ", b"\t")):
        data = b"\n" + data  # nothing to continue: goes the way of a continuation after a blank line
        text = marked_text(data, number - 1, notes)
        return text.removeprefix("\n")
    # one pass takes the CR out of CRLF and shows whether there are control characters
    clean = data.translate(None, _DROPPED)
    has_controls = len(clean) + data.count(b"\r") != len(data)
    if not has_controls and not (b"=\n" in clean and b"QUOTED-PRINTABLE" in clean.upper()):
        try:
            if b"\t" in clean:
                clean = clean.replace(b"\n\t", b"\0")
            return b"\0".join(clean.split(b"\n ")).decode()  # one pass less than replace
        except UnicodeDecodeError:
            pass
    return _marked_carefully(data.replace(b"\r\n", b"\n").split(b"\n"), number, notes)


def _marked_carefully(physical: list[bytes], number: int, notes: Notes) -> str:
    """As `marked_text`, line by line: for soft breaks, control characters, and bytes that are not UTF-8."""
    logical: list[str] = []
    index = 0
    while index < len(physical):
        first = index
        parts = [physical[index]]
        index += 1
        head = parts[0].partition(b":")[0].upper()
        soft = b";QUOTED-PRINTABLE" in head or b"=QUOTED-PRINTABLE" in head
        while index < len(physical):
            following = physical[index]
            if soft and parts[-1].endswith(b"="):
                if _MARKER.match(following) or (not following and index == len(physical) - 1):
                    notes.note(rules.SOFT_BREAK_AT_END, line=number + first)
                    break
                parts[-1] = parts[-1][:-1]
                parts.append(following)
            elif following.startswith((b" ", b"\t")):
                parts.append(following[1:])
            else:
                break
            index += 1
        breaks = FOLD_MARK * (index - first - 1)
        text = _decoded(b"".join(parts), number + first, notes)
        if parts[0] and parts[0][0] in CONTROLS:
            text = text.lstrip(" \t")  # or the line would look as if it continued another, now that they are gone
        # an orphan's mark stands first, as on the fast way
        logical.append(breaks + text if not parts[0] else text + breaks)
    return "\n".join(logical)


def _decoded(line: bytes, number: int, notes: Notes) -> str:
    """Decode one logical line and remove its control characters."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = _decoded_otherwise(line, number, notes)
    if len(line.translate(None, CONTROLS)) != len(line):
        notes.note(rules.CONTROL_CHARACTER, line=number, value=text.encode("unicode_escape").decode("ascii"))
        text = text.translate(_CONTROL_TEXT)
    return text


def _decoded_otherwise(line: bytes, number: int, notes: Notes) -> str:
    declared = _CHARSET.search(line.partition(b":")[0])
    charset = declared[1].decode("ascii") if declared else ""
    if charset and codec_name(charset) not in {None, "utf-8", "utf-16", "utf-16-le", "utf-16-be"}:
        text, sound = decode_bytes(line, charset)
        if sound:
            notes.note(rules.CHARSET_CONVERTED, line=number)
            return text
    notes.note(rules.CHARSET_GUESSED, line=number)
    return windows_1252(line)
