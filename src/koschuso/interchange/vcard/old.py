r"""Spells lines as vCard 2.1 does, for old Outlook and old phones; its rules are those of the Versit specification of 1996.

What it does otherwise than 3.0: types stand bare (``TEL;WORK;VOICE``); a text is not escaped, so a line break or a
character outside ASCII needs quoted-printable, with its character set; a structured value has no lists and escapes only
its semicolons; pictures are ``ENCODING=BASE64`` with a blank line behind them. A folded line keeps the blank that it
begins with, so nothing but base64 is folded: long texts are quoted-printable, whose line breaks every reader joins alike.

A backslash is doubled, although the specification does not say so: readers that take ``\n`` for a line break would
otherwise find one in ``C:\neu``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso.interchange.contentline import format_line
from koschuso.interchange.folding import fold, fold_quoted_printable
from koschuso.interchange.textvalue import (
    encode_quoted_printable,
    split_escaped,
    split_structured,
    unescape_text,
)
from koschuso.interchange.vcard.value import is_quoted_printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine, Head, LineParser

__all__ = ["OLD_NAMES", "join_old", "kept_line", "old_line", "respelled"]

OLD_NAMES: Final = frozenset(
    [
        "VERSION",
        "N",
        "FN",
        "PHOTO",
        "BDAY",
        "ADR",
        "LABEL",
        "TEL",
        "EMAIL",
        "MAILER",
        "TZ",
        "GEO",
        "TITLE",
        "ROLE",
        "LOGO",
        "AGENT",
        "ORG",
        "NOTE",
        "REV",
        "SOUND",
        "URL",
        "UID",
        "KEY",
    ]
)
"""The properties that vCard 2.1 has, beside those that begin with X-."""

_BARE: Final = frozenset(
    [
        "DOM",
        "INTL",
        "POSTAL",
        "PARCEL",
        "HOME",
        "WORK",
        "PREF",
        "VOICE",
        "FAX",
        "MSG",
        "CELL",
        "PAGER",
        "BBS",
        "MODEM",
        "CAR",
        "ISDN",
        "VIDEO",
        "AOL",
        "APPLELINK",
        "ATTMAIL",
        "CIS",
        "EWORLD",
        "INTERNET",
        "IBMMAIL",
        "MCIMAIL",
        "POWERSHARE",
        "PRODIGY",
        "TLX",
        "X400",
    ]
)
_MEDIA: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
# Their values are not texts, or lists, or written and read by koschuso alone with the escapes of 3.0.
_AS_IT_IS: Final = frozenset(
    [
        "URL",
        "GEO",
        "TZ",
        "BDAY",
        "REV",
        "SOURCE",
        "FBURL",
        "CALURI",
        "CALADRURI",
        "UID",
        "CATEGORIES",
        "NICKNAME",
        "RELATED",
        "MEMBER",
        "KIND",
        "PRODID",
        "VERSION",
        "PHOTO",
        "LOGO",
        "SOUND",
        "KEY",
        "AGENT",
    ]
)
_JOINERS: Final = {"N": " ", "ADR": ", "}
_WIDTH: Final = 75
_DATA: Final = re.compile(r"data:[\w.+-]+/([\w.+-]+)(?:;[\w.+-]+=[^;,]*)*;base64\\?,", re.IGNORECASE).match


def old_line(line: ContentLine) -> str:
    r"""Give a line of 3.0 in the spelling of 2.1.

    >>> from koschuso.interchange.contentline import parse_line
    >>> print(old_line(parse_line("TEL;TYPE=WORK,VOICE:02921 30")))
    TEL;WORK;VOICE:02921 30
    >>> print(old_line(parse_line(r"NOTE:Eltern\, Lehrkräfte\nalle")))
    NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Eltern, Lehrkr=C3=A4fte=0D=0Aalle
    """
    if not line.parsed:
        return line.text
    head = line.head
    params = {key.upper(): list(values) for key, values in head.params.items()}
    value = line.value
    if head.name in _MEDIA:
        value = _old_media(params, value, base64=head.base64)
    elif head.name == "ORG":
        value = ";".join(map(_part, map(unescape_text, split_escaped(value, ";"))))
    elif head.name in _JOINERS:
        joiner = _JOINERS[head.name]
        value = ";".join(_part(joiner.join(filter(None, texts))) for texts in split_structured(value))
    elif head.name not in _AS_IT_IS and not head.name.startswith("X-"):
        value = unescape_text(value).replace("\\", "\\\\")
    if _first(params, "VALUE") == "URI":
        params["VALUE"] = ["URL"] if head.name in _MEDIA else []
    types: list[str] = []
    if head.name not in _MEDIA:
        given = [part.strip() for text in params.pop("TYPE", []) for part in text.split(",")]
        types = [part.upper() for part in given if part.upper() in _BARE]
        params["TYPE"] = [part for part in given if part and part.upper() not in _BARE]
    return _written(head, types, params, value)


def _written(head: Head, types: Iterable[str], params: Mapping[str, Sequence[str]], value: str) -> str:
    """One line, quoted-printable where it has to be."""
    name = head.text.partition(";")[0].strip()
    _, dot, plain = name.partition(".")
    bare = ";".join((plain if dot and head.group else name, *types))
    texts = {key: values for key, values in params.items() if values}
    base64 = _first(texts, "ENCODING") == "BASE64"
    is_text = head.name not in _AS_IT_IS and not head.name.startswith("X-")
    # some readers take every line that ends in "=" for one that goes on
    unsafe = is_text and (len(value) > _WIDTH or value.endswith("="))
    if not base64 and (not value.isascii() or "\n" in value or "\r" in value or unsafe):
        if not value.isascii():
            texts["CHARSET"] = ["UTF-8"]
        texts["ENCODING"] = ["QUOTED-PRINTABLE"]
        value = encode_quoted_printable(value)
    return format_line(head.group if dot else "", bare, texts, value)


def _part(text: str) -> str:
    """One part of a structured value."""
    return text.replace("\\", "\\\\").replace(";", "\\;")


def _old_media(params: dict[str, list[str]], value: str, *, base64: bool) -> str:
    data = _DATA(value)
    if data is not None:
        params["VALUE"] = []
        params["TYPE"] = [data[1].upper()]
        value = value[data.end() :]
    if data is not None or base64:
        params["ENCODING"] = ["BASE64"]
        if _first(params, "VALUE") == "BINARY":
            params["VALUE"] = []
    return value


def _first(params: Mapping[str, Sequence[str]], name: str) -> str:
    """First value of a parameter, in upper case."""
    values = params.get(name)
    return values[0].upper() if values else ""


def kept_line(text: str, parser: LineParser) -> str:
    """Give a kept line of 2.1 as it was, but for 8-bit text: that is written in UTF-8, and says so.

    Args:
        text: The line.
        parser: Parses it.
    """
    if text.isascii():
        return text
    line = parser.line(text)
    if not line.parsed or line.value.isascii() or line.head.base64:
        return text
    head = line.head
    written = head.text.partition(";")[0].strip()
    for name, values in head.pairs:
        if name.upper() in {"CHARSET", "ENCODING"} or (not name and values[0] in head.params.get("ENCODING", ())):
            continue
        param = ",".join(values) if not name else format_line("", "", {name: values}, "")[1:-1]
        written += f";{param}"
    # what is quoted-printable already but for some 8-bit characters stays so
    value = (
        "".join(char if char.isascii() else encode_quoted_printable(char) for char in line.value)
        if is_quoted_printable(head)
        else encode_quoted_printable(line.value)
    )
    return f"{written};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{value}"


def respelled(lines: Iterable[str], kept: Iterable[str], parser: LineParser, *, with_groups: bool) -> list[str]:
    """Give the lines of a whole card in 2.1.

    Args:
        lines: As the aspects wrote them: kept ones in 2.1, new ones in 3.0.
        kept: The entries that the card has kept, in 2.1.
        parser: Parses lines.
        with_groups: Whether groups (``item1.``) and their labels are written.
    """
    as_kept = {entry.removeprefix(":") for entry in kept if ":" in entry}
    written = [kept_line(text, parser) if text in as_kept else old_line(parser.line(text)) for text in lines]
    return written if with_groups else list(_without_groups(written, parser))


def _without_groups(lines: Iterable[str], parser: LineParser) -> Iterable[str]:
    for text in lines:
        line = parser.line(text)
        if line.name != "X-ABLABEL":
            yield text[len(line.group) + 1 :] if line.group else text


def join_old(lines: Iterable[str], parser: LineParser) -> bytes:
    r"""Write the lines of a card of 2.1: only base64 is folded, with a blank line behind it.

    >>> from koschuso.interchange.contentline import LineParser
    >>> join_old(["PHOTO;TYPE=JPEG;ENCODING=BASE64:R0lG", "END:VCARD"], LineParser())
    b'PHOTO;TYPE=JPEG;ENCODING=BASE64:R0lG\r\n\r\nEND:VCARD\r\n'
    """
    written: list[bytes] = []
    for text in lines:
        head = parser.line(text).head if "ENCODING" in text.upper() or "BASE64" in text.upper() else None
        if head is not None and head.base64:
            written.append(fold(text) + b"\r\n")
        elif head is not None and head.name and is_quoted_printable(head):
            written.append(fold_quoted_printable(text))
        else:
            written.append(text.replace("\r", "").replace("\n", "\\n").encode("utf-8", "replace") + b"\r\n")
    return b"".join(written)
