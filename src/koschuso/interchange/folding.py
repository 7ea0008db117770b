r"""Logical lines to the bytes of a file: folded at 75 octets, CRLF; the writing half of `koschuso.interchange.contentline`.

Most lines are short and plain, so `join` looks at each of them for a few nanoseconds only and encodes them together.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["fold", "fold_quoted_printable", "join", "one_line", "put_together"]

_OCTETS: Final = 75  # RFC 5545 section 3.1: without the line end
_NEXT: Final = _OCTETS - 1  # a further physical line begins with a blank
_SURELY_SHORT: Final = _OCTETS // 4  # no character has more than four octets
_CONTINUATION: Final = bytes(range(0x80, 0xC0))  # bytes of a UTF-8 sequence other than its first
_BACKSLASH: Final = ord("\\")
_EQUALS: Final = ord("=")
_FIRST_PIECE: Final = re.compile(rb"(?s).{1,75}(?![\x80-\xbf])").match
_NEXT_PIECES: Final = re.compile(rb"(?s).{1,74}(?![\x80-\xbf])").findall


def one_line(text: str) -> str:
    r"""Write line breaks as ``\n``, so that a value can never become a line of its own."""
    return text.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")


def fold(text: str, *, soft: bool = False) -> bytes:
    r"""Write one logical line: UTF-8, at most 75 octets in a physical line, CRLF.

    Neither a character nor a backslash escape is cut; a quoted-printable line never behind its ``=``, which would be
    read as a soft break. A line break in the text is written as ``\n``.

    Args:
        text: The line.
        soft: Whether a quoted-printable line is broken as `fold_quoted_printable` does it, as vCalendar 1.0 and
            vCard 2.1 want it; the later standards know no such breaks.

    >>> fold("SUMMARY:Fachtag")
    b'SUMMARY:Fachtag\r\n'
    """
    if "\n" in text or "\r" in text:
        text = one_line(text)
    return f"{_folded(text, soft=soft)}\r\n".encode("utf-8", "replace")


def _folded(text: str, *, soft: bool) -> str:
    """A logical line without line breaks, folded, without its end."""
    data = text.encode("utf-8", "replace")
    if len(data) <= _OCTETS:
        return text
    head = text.partition(":")[0].upper()
    if ";QUOTED-PRINTABLE" in head or "=QUOTED-PRINTABLE" in head:  # where `unfolding` looks for soft breaks
        return _soft_broken(data).decode() if soft else b"\r\n ".join(_quoted_pieces(data)).decode()
    first = _FIRST_PIECE(data)
    pieces = [] if first is None else [first[0], *_NEXT_PIECES(data, first.end())]
    if b"\\" in data:
        for piece in pieces:
            if piece[-1] == _BACKSLASH:
                pieces = _careful_pieces(data)
                break
    return b"\r\n ".join(pieces).decode()


def _careful_pieces(data: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    start = 0
    end = _OCTETS
    while end < len(data):
        while data[end] in _CONTINUATION:  # never cut a character
            end -= 1
        if data.endswith(b"\\", start, end):
            piece = data[start:end]
            if (len(piece) - len(piece.rstrip(b"\\"))) % 2:  # it would part the backslash from what it escapes
                end -= 1
        pieces.append(data[start:end])
        start = end
        end = start + _NEXT
    pieces.append(data[start:])
    return pieces


def _quoted_pieces(data: bytes) -> list[bytes]:
    """The pieces of a quoted-printable line; one is longer only where it has nothing but ``=``."""
    pieces: list[bytes] = []
    start = 0
    end = _OCTETS
    while end < len(data):
        backwards = range(end, start, -1)
        cut = next((at for at in backwards if b"=" not in data[at - 2 : at] and _may_part(data, start, at)), 0)
        cut = cut or next((at for at in backwards if _may_part(data, start, at)), 0)
        cut = cut or next((at for at in range(end, len(data)) if _may_part(data, start, at)), len(data))
        pieces.append(data[start:cut])
        start = cut
        end = start + _NEXT
    if start < len(data):
        pieces.append(data[start:])
    return pieces


def _may_part(data: bytes, start: int, at: int) -> bool:
    """Whether a piece of quoted-printable may end there."""
    if data[at] in _CONTINUATION or data[at - 1] == _EQUALS:
        return False
    if data[at - 1] != _BACKSLASH:
        return True
    piece = data[start:at]
    return (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 0


def fold_quoted_printable(text: str) -> bytes:
    r"""Write one logical line of vCard 2.1 whose value is quoted-printable, with soft breaks instead of folds.

    >>> fold_quoted_printable("NOTE;ENCODING=QUOTED-PRINTABLE:" + "=C3=BC" * 10)
    b'NOTE;ENCODING=QUOTED-PRINTABLE:=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC=\r\n=C3=BC=C3=BC=C3=BC\r\n'
    """
    return _soft_broken(one_line(text).encode("utf-8", "replace")) + b"\r\n"


def _soft_broken(data: bytes) -> bytes:
    pieces: list[bytes] = []
    # the head is never broken: readers look for QUOTED-PRINTABLE in the first physical line
    colon = data.find(b":")
    start, end = 0, max(_OCTETS, colon + 1)
    while end < len(data):
        cut = data.rfind(b"=", end - 2, end)
        if cut > max(colon, start):
            end = cut
        while data[end] in _CONTINUATION:
            end -= 1
        pieces.append(data[start:end])
        start, end = end, end + _OCTETS
    pieces.append(data[start:])
    return b"=\r\n".join(pieces)


def join(lines: Iterable[str], *, soft: bool = False) -> bytes:
    r"""Write logical lines; the same as folding each of them.

    Args:
        lines: The lines.
        soft: See `fold`.

    >>> join(["BEGIN:VCARD", "FN:Eva Muster", "END:VCARD"])
    b'BEGIN:VCARD\r\nFN:Eva Muster\r\nEND:VCARD\r\n'
    """
    texts = list(lines)
    if not texts:
        return b""
    together = "\n".join(texts)
    if together.count("\n") != len(texts) - 1 or "\r" in together:
        texts = [one_line(text) for text in texts]
    written = [
        text
        if (length := len(text)) <= _SURELY_SHORT
        or (length <= _OCTETS and (text.isascii() or len(text.encode("utf-8", "replace")) <= _OCTETS))
        else _folded(text, soft=soft)
        for text in texts
    ]
    written.append("")
    return "\r\n".join(written).encode("utf-8", "replace")


def put_together(parts: list[bytes]) -> bytes:
    """Give one piece of bytes; the list is used up on the way, so that a large file is in memory only once."""
    parts.reverse()
    whole = BytesIO()
    while parts:
        whole.write(parts.pop())
    return whole.getvalue()
