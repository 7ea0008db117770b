r"""Values of content lines: TEXT escapes, lists and structured values, quoted-printable of vCard 2.1.

RFC 5545 section 3.3.11 and RFC 6350 section 4: ``\\``, ``\;``, ``\,``, ``\n`` (``\N``). On reading ``\:`` (Apple,
Google) is understood too; an unknown escape is kept as it is, so nothing is lost. Every function takes time linear in
the length of its input, and runs at the speed of C when there is no backslash.

Order matters in vCard 2.1: divide a structured value first, decode quoted-printable in each part after that, because
``=3B`` is a semicolon *inside* a part.
"""

from __future__ import annotations

import binascii
import codecs
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "codec_name",
    "decode_bytes",
    "decode_quoted_printable",
    "encode_quoted_printable",
    "escape_text",
    "join_structured",
    "join_text",
    "pack_texts",
    "split_escaped",
    "split_structured",
    "split_text",
    "unescape_text",
    "unpack_texts",
    "windows_1252",
]

_CONTROLS: Final = {code: None for code in range(0x20) if code not in b"\t\n\r"}

_UNDEFINED_IN_1252: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")
_WINDOWS_1252: Final = "".join(
    chr(byte) if byte in _UNDEFINED_IN_1252 else bytes((byte,)).decode("cp1252") for byte in range(256)
)
# surrogateescape maps an undecodable byte b to U+DC00 + b
_ESCAPED_TO_1252: Final = {0xDC00 + byte: _WINDOWS_1252[byte] for byte in range(0x80, 0x100)}

# A closed list: a name out of a file is never handed to the codec machinery (punycode is quadratic, others import code).
_CODECS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "macintosh": "mac-roman",
    "cp437": "cp437",
    "ibm437": "cp437",
    "cp850": "cp850",
    "ibm850": "cp850",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "shift_jis": "shift_jis",
    "shift-jis": "shift_jis",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "euc-kr": "euc_kr",
    "big5": "big5",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
}


def escape_text(text: str) -> str:
    r"""Make a text fit for a TEXT value.

    >>> print(escape_text("Eltern, Lehrkräfte; alle\nherzlich"))
    Eltern\, Lehrkräfte\; alle\nherzlich
    """
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\\n")


def unescape_text(value: str) -> str:
    r"""Read a TEXT value; the opposite of `escape_text`.

    >>> unescape_text(r"Eltern\, Lehrkräfte\; alle\Nherzlich http\://x C\\:")
    'Eltern, Lehrkräfte; alle\nherzlich http://x C\\:'
    """
    if "\\" not in value:
        return value
    if "\\\\" in value:
        # pairs of backslashes are taken from the left, so between them no other escape can be misread
        return "\\".join(map(_unescaped, value.split("\\\\")))
    return _unescaped(value)


def _unescaped(value: str) -> str:
    if "\\" in value:
        value = value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",")
        value = value.replace("\\;", ";").replace("\\:", ":")
    return value


def split_escaped(value: str, separator: str) -> list[str]:
    r"""Divide at the separators that are not escaped; the parts stay escaped.

    >>> split_escaped(r"Muster\;mann;Eva;;", ";")
    ['Muster\\;mann', 'Eva', '', '']
    """
    parts = value.split(separator)
    if "\\" not in value:
        return parts
    divided: list[str] = []
    open_parts: list[str] = []
    for part in parts:
        open_parts.append(part)
        if part.endswith("\\") and (len(part) - len(part.rstrip("\\"))) % 2:
            continue
        divided.append(separator.join(open_parts) if len(open_parts) > 1 else part)
        open_parts = []
    if open_parts:  # the value ends with a lonely backslash
        divided.append(separator.join(open_parts))
    return divided


def split_text(value: str, separator: str = ",") -> list[str]:
    r"""Read a list of texts, as in CATEGORIES, or the parts of a structured value without lists, as in ORG.

    >>> split_text(r"Fachtag,Kreis Soest\, Nord")
    ['Fachtag', 'Kreis Soest, Nord']
    """
    if "\\" not in value:
        return value.split(separator)
    return [unescape_text(part) for part in split_escaped(value, separator)]


def split_structured(value: str) -> list[list[str]]:
    """Read a structured value whose parts are lists, as in N and ADR (RFC 6350 sections 6.2.2 and 6.3.1).

    >>> split_structured("Muster;Eva,Maria;;Dr.;")
    [['Muster'], ['Eva', 'Maria'], [''], ['Dr.'], ['']]
    """
    if "\\" not in value:
        return [part.split(",") for part in value.split(";")]
    return [split_text(part) for part in split_escaped(value, ";")]


def join_text(texts: Iterable[str], separator: str = ",") -> str:
    r"""Write a list of texts; the opposite of `split_text`.

    >>> print(join_text(["Fachtag", "Kreis Soest, Nord"]))
    Fachtag,Kreis Soest\, Nord
    """
    return separator.join(map(escape_text, texts))


def pack_texts(texts: Iterable[str], separator: str = ",") -> str:
    r"""Write a list of texts as one TEXT value, for properties of our own.

    Programs and servers take the value of a property that they do not know for one text: a bare comma or semicolon in it
    is escaped by some of them on the way, and others keep only what stands before it.

    >>> print(pack_texts(["fachkraefte", "schulleitungen"]), pack_texts(["a", "b,c"]))
    fachkraefte\,schulleitungen a\,b\\\,c
    """
    return escape_text(join_text(texts, separator))


def unpack_texts(value: str, separator: str = ",") -> list[str]:
    r"""Read a list of texts that is one TEXT value; the opposite of `pack_texts`.

    >>> unpack_texts(r"fachkraefte\,schulleitungen"), unpack_texts("a,b"), unpack_texts(r"a\,b\\\,c")
    (['fachkraefte', 'schulleitungen'], ['a', 'b'], ['a', 'b,c'])
    """
    return split_text(unescape_text(value), separator)


def join_structured(parts: Iterable[Iterable[str]]) -> str:
    """Write a structured value; the opposite of `split_structured`.

    >>> join_structured([["Muster"], ["Eva", "Maria"], [], ["Dr."], []])
    'Muster;Eva,Maria;;Dr.;'
    """
    return ";".join(map(join_text, parts))


def codec_name(charset: str) -> str | None:
    """Name of the codec for a CHARSET of a file, or None when koschuso does not read it.

    ISO-8859-1 and US-ASCII mean windows-1252, as they do for mail programs and browsers.
    """
    return _CODECS.get(charset.strip().lower())


def windows_1252(data: bytes) -> str:
    r"""Read text whose bytes are UTF-8 where that is possible and windows-1252 elsewhere; never fails.

    The five bytes that windows-1252 leaves undefined become the C1 character of the same number (as in browsers), so
    no byte is lost.

    >>> windows_1252(b"Sch\xfclerrat \x96 f\xc3\xbcr alle")
    'Schülerrat – für alle'
    """
    return data.decode("utf-8", "surrogateescape").translate(_ESCAPED_TO_1252)


def decode_bytes(data: bytes, charset: str = "") -> tuple[str, bool]:
    """Read bytes in the named character set, else in UTF-8, else in windows-1252.

    Returns:
        The text, and whether it was readable as declared (without a declaration: as UTF-8).
    """
    codec = codec_name(charset) if charset else "utf-8"
    if codec == "windows-1252":
        return codecs.charmap_decode(data, "strict", _WINDOWS_1252)[0], True
    if codec is not None:
        try:
            return data.decode(codec), True
        except UnicodeDecodeError:
            pass
    return windows_1252(data), False


def decode_quoted_printable(value: str, charset: str = "") -> tuple[str, bool]:
    r"""Read a quoted-printable value of vCard 2.1 (soft breaks are gone already); line ends become ``\n``.

    Returns:
        The text, and whether it was readable in the character set that is declared (UTF-8 if none is).

    >>> decode_quoted_printable("J=C3=B6rg=0D=0AM", "UTF-8")
    ('Jörg\nM', True)
    >>> decode_quoted_printable("J=F6rg")
    ('Jörg', False)
    """
    try:
        data = value.encode("ascii")
    except UnicodeEncodeError:
        # 8-bit text beside quoted-printable: bring it back into the character set of the rest
        codec = codec_name(charset) if charset else "utf-8"
        try:
            data = value.encode("cp1252" if codec == "windows-1252" else codec or "utf-8")
        except UnicodeEncodeError:
            data = value.encode("utf-8", "replace")
            charset = ""
    # control characters can stand in no file of ours, so they are taken out here as they are where lines are read
    text, sound = decode_bytes(binascii.a2b_qp(data), charset)
    text = text.translate(_CONTROLS)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, sound


def encode_quoted_printable(text: str) -> str:
    r"""Write a text as quoted-printable UTF-8 on one logical line; `contentline.fold_quoted_printable` breaks it.

    >>> encode_quoted_printable("Jörg = 1\nzwei ")
    'J=C3=B6rg =3D 1=0D=0Azwei=20'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    safe = frozenset(
        b" !\"#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    )
    written = "".join(chr(byte) if byte in safe else f"={byte:02X}" for byte in text.encode("utf-8", "replace"))
    return f"{written[:-1]}=20" if written.endswith(" ") else written
