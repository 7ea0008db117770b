"""Tells a mail by its head (RFC 5322, 2.2): so that a calendar inside of it is not taken for a calendar file."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["looks_like_mail"]

_SNIFFED: Final = 65_536
_FIELD: Final = re.compile(rb"([!-9;-~]{1,76})[ \t]*:").match
_FIELDS: Final = frozenset(
    {
        b"content-type",
        b"date",
        b"delivered-to",
        b"from",
        b"message-id",
        b"mime-version",
        b"received",
        b"return-path",
        b"sender",
        b"subject",
        b"to",
        b"x-unsent",
    }
)
_ENOUGH: Final = 2


def looks_like_mail(data: bytes) -> bool:
    r"""Tell whether a file begins with the fields of a mail.

    >>> looks_like_mail(b"From: a@kreis.example\nSubject: Einladung\n\nText")
    True
    >>> looks_like_mail(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    False
    """
    found: set[bytes] = set()
    lines = data[:_SNIFFED].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines()
    for number, line in enumerate(lines):
        if line[:1] in {b" ", b"\t"} or (number == 0 and line.startswith((b"From ", b">From "))):
            continue
        field = _FIELD(line)
        if field is None:
            break  # the blank line behind the head, or no head at all
        found.add(field[1].lower())
    return len(found & _FIELDS) >= _ENOUGH
