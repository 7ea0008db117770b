"""Turns the kept lines of a card from one version of vCard into another, so that what is written is valid there.

Nothing is dropped: a property that the other version does not have stays, as every version allows unknown ones. What
changes is the spelling: bare parameters, quoted-printable, CHARSET and BASE64 of 2.1; ``TYPE=pref`` and ``PREF=1``;
``ENCODING=b`` and ``data:`` URIs; ``GEO`` and ``TZ``; dates, which 4.0 writes in their basic form only; cards inside cards (AGENT), which only 2.1 writes as components.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso.interchange.contentline import LineParser, format_line
from koschuso.interchange.textvalue import (
    decode_quoted_printable,
    escape_text,
    join_text,
    split_escaped,
    unescape_text,
)
from koschuso.interchange.vcard.old import old_line
from koschuso.interchange.vcard.value import V21, V30, V40, is_quoted_printable, phone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.interchange.contentline import ContentLine, Head

__all__ = ["translated", "without_inner_cards"]

_STRUCTURED: Final = frozenset({"N", "ADR", "ORG"})
_MEDIA: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_DATES: Final = frozenset({"BDAY", "ANNIVERSARY", "DEATHDATE", "REV"})
_SPELT_OTHERWISE: Final = (
    _MEDIA | _DATES | {"GEO", "TEL", "TZ", "X-BDAY"}
)  # in 4.0 than in 3.0, even without parameters
_MEDIA_KINDS: Final = {"SOUND": "audio", "KEY": "application"}
_MEDIA_TYPES: Final = {"X509": "pkix-cert", "PGP": "pgp-keys", "PGP-KEYS": "pgp-keys", "PKIX-CERT": "pkix-cert"}
_FORMATS: Final = frozenset(
    {"JPEG", "JPG", "PNG", "GIF", "BMP", "TIFF", "WAVE", "PCM", "AIFF", "BASIC", "MP3", *_MEDIA_TYPES}
)
_DATA: Final = re.compile(r"data:([\w.+-]+)/([\w.+-]+)((?:;[\w.+-]+=[^;,]*)*);base64\\?,", re.IGNORECASE).match
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*").fullmatch
_PLACES: Final = re.compile(r"(-?[\d.]+)\s*\\?[;,]\s*(-?[\d.]+)").fullmatch
_PLAIN_TEL: Final = re.compile(r"tel:[^;:]+(?:;ext=[^;:]*)?", re.IGNORECASE).fullmatch
_DATE: Final = re.compile(
    r"(\d{4}|--)-?(\d\d)-?(\d\d)(?:[Tt](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(?:([Zz])|([+-]\d\d):?(\d\d)?)?)?"
).fullmatch
_UTC_OFFSET: Final = re.compile(r"([+-])(\d{1,2}):?(\d\d)").fullmatch
_CONTROLS: Final = dict.fromkeys(code for code in range(0x20) if chr(code) not in "\t\n")
_BLANKS: Final = {ord(" "): None, ord("\t"): None, ord("\n"): None}

Params = dict[str, list[str]]


def translated(entries: Sequence[str], source: str, target: str, parser: LineParser | None = None) -> list[str]:
    r"""Give the entries of ``Record.foreign`` in the spelling of another version.

    Args:
        entries: As they are kept; placeholders stay what they are.
        source: Version that they were read from.
        target: Version that is written.
        parser: Parses the lines; one for a whole file is quicker.

    >>> translated(["NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:f=C3=BCr, alle"], "2.1", "3.0")
    ['NOTE:für\\, alle']
    >>> translated(["IMPP;PREF=1;TYPE=work:xmpp:a@b.example"], "4.0", "3.0")
    ['IMPP;TYPE=work,pref:xmpp:a@b.example']
    """
    parser = LineParser() if parser is None else parser
    result: list[str] = []
    alike = V21 not in {source, target}
    for entry in entries:
        marked = entry.startswith(":")
        text = entry[1:] if marked else entry
        if ":" not in text or text.upper().startswith(("BEGIN:", "END:")):
            result.append(entry)
            continue
        line = parser.line(text)
        if not line.parsed:
            result.append(entry)
            continue
        name = line.name
        if name == "VERSION":
            result.append("VERSION")
            continue
        if alike and not line.head.params and name not in _SPELT_OTHERWISE and " " not in line.head.text:
            result.append(entry)
            continue
        written = _line(line, source, target)
        if target == V21:
            written = old_line(parser.line(written))
        result.append(f"{':' if marked else ''}{written}")
    return result


def without_inner_cards(entries: Iterable[str]) -> Iterator[str]:
    r"""Write a card inside a card as the text of AGENT, as 3.0 does (RFC 2426 section 3.5.4).

    >>> list(without_inner_cards(["AGENT:", "BEGIN:VCARD", "N:Muster;Max", "END:VCARD", "UID"]))
    ['AGENT:BEGIN:VCARD\\nN:Muster\\;Max\\nEND:VCARD', 'UID']
    """
    block: list[str] = []
    held: str | None = None
    depth = 0
    for entry in entries:
        upper = entry.upper()
        if depth or upper.startswith("BEGIN:VCARD"):
            depth += 1 if upper.startswith("BEGIN:") else -1 if upper.startswith("END:") else 0
            block.append(entry)
            if not depth:
                yield f"{held or 'AGENT:'}{escape_text(chr(10).join(block))}"
                block, held = [], None
            continue
        if held is not None:
            yield held
            held = None
        if upper.startswith(("AGENT:", "AGENT;")) and not entry.partition(":")[2].strip():
            held = entry
        else:
            yield entry
    if held is not None:
        yield held
    yield from block


def _line(line: ContentLine, source: str, target: str) -> str:
    head = line.head
    params = _params(line)
    value = line.value
    if source == V21 or is_quoted_printable(head):
        value = _plain_value(line)
        params.pop("CHARSET", None)
        encoding = params.pop("ENCODING", [])
        if head.base64:
            params["ENCODING"] = ["b"]
            value = value.translate(_BLANKS) if _BASE64(value) else value
        elif encoding and encoding[0].upper() not in {"QUOTED-PRINTABLE", "8BIT", "7BIT", "Q"}:
            params["ENCODING"] = encoding
        if params.get("VALUE", [""])[0].upper() in {"URL", "INLINE"}:
            params["VALUE"] = ["uri"] if params["VALUE"][0].upper() == "URL" else []
    if target == V40:
        value = _to_4(head.name, params, value)
    elif source == V40:
        value = _from_4(line, params, value)
        if head.name == "TZ":
            value = _zone_before_4(params, value, target)
    elif target == V30 and head.name == "TZ":
        value = _zone_before_4(params, value, target)
    elif head.base64 and head.name in _MEDIA and "ENCODING" in params:
        params["ENCODING"] = ["b"]
    written = {name: values for name, values in params.items() if values}
    return format_line(head.group, _name_in(target, head, params), written, value)


def _name_in(target: str, head: Head, params: Params) -> str:
    """The name as it was written, without its group; a birthday in words is no BDAY before 4.0 (RFC 2426, 3.1.5)."""
    name = head.text.partition(";")[0].strip()
    name = name.partition(".")[2] or name
    if head.name not in {"BDAY", "X-BDAY"} or params.get("VALUE", [""])[0].lower() != "text":
        return name
    return "BDAY" if target == V40 else "X-BDAY"


def _params(line: ContentLine) -> Params:
    """The parameters by the name they are written with; bare ones under the name that they mean."""
    params: Params = {}
    known: dict[str, str] = {}
    for name, values in line.head.pairs:
        if name:
            key = known.setdefault(name.upper(), name)
        else:
            bare = values[0]
            meaning = next((key for key, found in line.params.items() if bare in found), "TYPE")
            key = known.setdefault(meaning, meaning)
        upper = key.upper()
        parts = [part for value in values for part in value.split(",")] if upper == "TYPE" else list(values)
        params.setdefault(key if key.upper() != "TYPE" else "TYPE", []).extend(parts)
    return {(name.upper() if name.upper() in _SHARED else name): values for name, values in params.items()}


_SHARED: Final = frozenset({"TYPE", "PREF", "ENCODING", "CHARSET", "VALUE", "MEDIATYPE"})


def _plain_value(line: ContentLine) -> str:
    """The value of a 2.1 line as 3.0 writes it."""
    head = line.head
    if head.base64:
        return line.value
    quoted = is_quoted_printable(head)
    charset = head.param("CHARSET")
    separator = ";" if head.name in _STRUCTURED or head.name.startswith("X-") else ""
    if not quoted and not separator:
        return _escaped(head.name, unescape_text(line.value))
    pieces = split_escaped(line.value, ";") if separator else [line.value]
    if quoted:
        # control characters that quoted-printable hid are not allowed in any version
        pieces = [decode_quoted_printable(piece, charset)[0].translate(_CONTROLS) for piece in pieces]
    if head.name.startswith("X-"):
        # what separates the parts of an unknown property stays as it is
        return ";".join(pieces).replace("\n", "\\n")
    return join_text((unescape_text(piece) for piece in pieces), ";")


def _escaped(name: str, text: str) -> str:
    """Escape a text; lists stay lists, URIs and places stay bare."""
    if name in {"CATEGORIES", "NICKNAME"}:
        return join_text(text.split(","))
    if name in {"URL", "GEO", "TZ", "BDAY", "REV", "SOURCE", "FBURL", "CALURI", "CALADRURI"}:
        return text.replace("\n", "\\n")
    return escape_text(text)


def _to_4(name: str, params: Params, value: str) -> str:
    types = params.get("TYPE", [])
    if any(part.upper() == "PREF" for part in types):
        params["TYPE"] = [part for part in types if part.upper() != "PREF"]
        params.setdefault("PREF", ["1"])
    if name in _MEDIA and params.get("ENCODING", [""])[0].upper() in {"B", "BASE64"}:
        params.pop("ENCODING")
        if params.get("VALUE", [""])[0].lower() == "binary":
            params.pop("VALUE")
        formats = [part for part in params.get("TYPE", []) if part.upper() in _FORMATS]
        params["TYPE"] = [part for part in params.get("TYPE", []) if part not in formats]
        written = formats[0] if formats else "octet-stream"
        subtype = _MEDIA_TYPES.get(written.upper(), written.lower())
        main = _MEDIA_KINDS.get(name, "image") if formats else "application"
        return f"data:{main}/{subtype};base64,{value.translate(_BLANKS)}"
    if name == "TZ":
        return _zone_in_4(params, value)
    if name in _DATES and params.get("VALUE", [""])[0].lower() != "text":
        return _date_in_4(name, params, value)
    place = _PLACES(value) if name == "GEO" else None
    return f"geo:{place[1]},{place[2]}" if place else value


def _date_in_4(name: str, params: Params, value: str) -> str:
    """A date or time in basic form (RFC 6350 section 4.3); REV is always a moment."""
    match = _DATE(value.strip())
    if match is None:
        return value
    params.pop("VALUE", None)
    year, month, day, hour, minute, second, utc, hours, minutes = match.groups(default="")
    if hour:
        return f"{year}{month}{day}T{hour}{minute}{second}{utc.upper()}{hours}{minutes}"
    return f"{year}{month}{day}T000000Z" if name == "REV" else f"{year}{month}{day}"


def _zone_in_4(params: Params, value: str) -> str:
    """A zone: text unless something else is said (RFC 6350 section 6.5.1)."""
    said = params.get("VALUE", [""])[0].lower()
    offset = _UTC_OFFSET(value.strip())
    if offset is not None and said != "text":
        params["VALUE"] = ["utc-offset"]
        return f"{offset[1]}{offset[2]:>02}{offset[3]}"
    if said == "text":
        params.pop("VALUE")
    return value


def _zone_before_4(params: Params, value: str, target: str) -> str:
    """A zone: in 3.0 an offset unless it is said to be text (RFC 2426 section 3.4.1); 2.1 has no word for that."""
    offset = _UTC_OFFSET(value.strip())
    params["VALUE"] = [] if offset is not None or target == V21 else ["text"]
    return value if offset is None else f"{offset[1]}{offset[2]:>02}:{offset[3]}"


def _from_4(line: ContentLine, params: Params, value: str) -> str:
    name = line.name
    if params.get("PREF") == ["1"]:
        params.pop("PREF")
        types = params.setdefault("TYPE", [])
        if not any(part.upper() == "PREF" for part in types):
            types.append("pref")
    uri = params.get("VALUE", [""])[0].lower() == "uri"
    if name == "TEL" and (uri or value[:4].lower() == "tel:"):
        if not _PLAIN_TEL(value):
            return value  # more than a number and its extension: nothing else can say it
        params.pop("VALUE", None)
        return escape_text(phone_of(line))
    data = _DATA(value) if name in _MEDIA else None
    if data is not None:
        params.pop("VALUE", None)
        params["ENCODING"] = ["b"]
        subtype = data[2].upper()
        params.setdefault("TYPE", []).append(
            "X509" if subtype == "PKIX-CERT" else "PGP" if subtype == "PGP-KEYS" else subtype
        )
        return value[data.end() :]
    place = _PLACES(value[4:]) if name == "GEO" and value[:4].lower() == "geo:" else None
    return f"{place[1]};{place[2]}" if place else value
