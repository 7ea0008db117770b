"""One file for each event or contact, in a ZIP: what Outlook needs, and what people drag into a mail.

Written are the usual files, taken apart: each card, and each event with its exceptions and the time zones it needs,
exactly as it stands in the whole file. The bytes of a ZIP depend on its content alone: fixed times, no compression (its
result would depend on the machine; the texts are small). A file is named after the title and a piece of a digest of the
id; in what is published, nobody's name stands in the name of a file.

Reading takes every card and calendar of a ZIP, whoever made it. Names of files are never used as paths: they only tell
what to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from koschuso.interchange import ical, vcard
from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import parse_line
from koschuso.interchange.format import Format, ReadOptions, WriteOptions, Writing
from koschuso.interchange.limits import MAX_ARCHIVE_MEMBERS
from koschuso.interchange.notes import Notes
from koschuso.interchange.vcard.value import text_of
from koschuso.interchange.zip_reading import CALENDAR_ENDINGS, CARD_ENDINGS, read_members
from koschuso.model import Finding, Person, Reading, Record, Severity
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["ICAL_ZIP", "VCARD_ZIP", "Piece", "members_of", "pack", "read", "split_calendar", "split_cards"]

_LOCAL_HEADER: Final = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_SNIFFED: Final = 65_536
_WITHIN: Final = frozenset({"intern", "netzwerk", "vertraulich"})
_CARD_KINDS: Final = frozenset({"person", "organisation", "committee"})
_WORDS: Final = {".vcf": "kontakt", ".ics": "termin"}
_LONGEST_SLUG: Final = 40
_DIGEST_BYTES: Final = 4
_FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
_FOLDS: Final = re.compile(rb"\r\n[ \t]")
_NO_SLUG: Final = re.compile(r"[^a-z0-9]+")
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


class Piece(NamedTuple):
    """One file of the ZIP.

    Attributes:
        id: What tells it from the others: UID of the event or card.
        title: Title or name, for the name of the file.
        data: The file.
    """

    id: str
    title: str
    data: bytes


# -- writing -------------------------------------------------------------------------------------------------------------


def split_cards(data: bytes) -> list[Piece]:
    r"""Take an address book apart, card by card.

    >>> book = b"BEGIN:VCARD\r\nUID:1\r\nFN:A\r\nEND:VCARD\r\nBEGIN:VCARD\r\nUID:2\r\nFN:B\r\nEND:VCARD\r\n"
    >>> [(piece.id, piece.title) for piece in split_cards(book)]
    [('1', 'A'), ('2', 'B')]
    """
    return [
        Piece(_value(block, b"UID"), _value(block, b"FN"), block) for name, block in _blocks(data) if name == b"VCARD"
    ]


def split_calendar(data: bytes) -> list[Piece]:
    """Take a calendar apart: one for each UID, with the head of the whole and the zones that it needs."""
    head: list[bytes] = []
    zones: dict[str, bytes] = {}
    entries: dict[str, list[bytes]] = {}
    titles: dict[str, str] = {}
    for name, block in _blocks(data, within=b"VCALENDAR"):
        if not name:
            head.append(block)
        elif name == b"VTIMEZONE":
            zones[_value(block, b"TZID")] = block
        else:
            uid = _value(block, b"UID")
            entries.setdefault(uid, []).append(block)
            titles.setdefault(uid, _value(block, b"SUMMARY"))
    pieces = []
    for uid, blocks in entries.items():
        body = b"".join(blocks)
        used = [block for tzid, block in zones.items() if _mentions(body, tzid)]
        file = b"".join((b"BEGIN:VCALENDAR\r\n", *head, *used, body, b"END:VCALENDAR\r\n"))
        pieces.append(Piece(uid, titles[uid], file))
    return pieces


def _blocks(data: bytes, within: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
    """Give the components of a file that we wrote, and the lines of the component around them without a name."""
    depth = 0
    name = b""
    lines: list[bytes] = []
    continued = False  # a soft line break of vCard 2.1: what follows is text, whatever it looks like
    for line in data.splitlines(keepends=True):
        begins, ends = (not continued and line.startswith(word) for word in (b"BEGIN:", b"END:"))
        continued = line.endswith(b"=\r\n") and (continued or b"QUOTED-PRINTABLE" in line)
        if depth == 0 and within and (begins or ends) and line.rstrip() in {b"BEGIN:" + within, b"END:" + within}:
            continue
        if begins:
            if depth == 0:
                name = line[6:].strip()
            depth += 1
        if depth:
            lines.append(line)
            if ends:
                depth -= 1
                if not depth:
                    yield name, b"".join(lines)
                    lines = []
        else:
            yield b"", line


def _value(block: bytes, name: bytes) -> str:
    """Read the text of the first property of this name."""
    if b"QUOTED-PRINTABLE" in block:
        component = next(read_components(block, Notes()), None)
        found = None if component is None else component.first(name.decode())
        return "" if found is None else text_of(found)
    match = re.search(rb"^" + name + rb"(?:;[^\r\n]*)?:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*", block, re.MULTILINE)
    if match is None:
        return ""
    return text_of(parse_line(_FOLDS.sub(b"", match[0]).decode("utf-8", "replace")))


def _mentions(body: bytes, tzid: str) -> bool:
    unfolded = body.replace(b"\r\n ", b"")
    name = tzid.encode()
    return b"TZID=" + name in unfolded or b'TZID="' + name + b'"' in unfolded


def pack(pieces: Sequence[Piece], suffix: str, *, with_titles: Callable[[int], bool] = lambda _index: True) -> bytes:
    """Put files into a ZIP.

    Args:
        pieces: The files.
        suffix: Ending of their names.
        with_titles: Whether the title of the n-th piece may stand in the name of its file.
    """
    import io  # noqa: PLC0415 - only a ZIP needs it
    import zipfile  # noqa: PLC0415 - as above

    buffer = io.BytesIO()
    names: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for index, piece in enumerate(pieces):
            name = _file_name(piece, suffix, names, titled=with_titles(index))
            info = zipfile.ZipInfo(name, _FIRST_TIME)
            info.create_system = _UNIX
            info.external_attr = _REGULAR_FILE
            archive.writestr(info, piece.data)
    return buffer.getvalue()


def _file_name(piece: Piece, suffix: str, taken: set[str], *, titled: bool) -> str:
    from hashlib import blake2b  # noqa: PLC0415 - only a ZIP needs it

    word = (_slug(piece.title) if titled else "") or _WORDS[suffix]
    number = 0
    while True:
        digest = blake2b(f"{piece.id}\n{number or ''}".encode("utf-8", "replace"), digest_size=_DIGEST_BYTES)
        name = f"{word}-{digest.hexdigest()}{suffix}"
        if name not in taken:
            taken.add(name)
            return name
        number += 1


def _slug(text: str) -> str:
    """Make a piece of a file's name: lower-case ASCII letters and digits, with hyphens between.

    >>> _slug("../Fachtag: Übergänge (Soest)"), _slug("///")
    ('fachtag-uebergaenge-soest', '')
    """
    words = (_NO_SLUG.sub("", fold(word)) for word in _BETWEEN_WORDS.split(text))
    return "-".join(filter(None, words))[:_LONGEST_SLUG].rstrip("-")


def _write_cards(records: Sequence[Record], options: WriteOptions) -> Writing:
    writing = _writer(vcard.FORMAT)(records, options)
    pieces = split_cards(writing.data)
    cards = [record for record in records if record.KIND in _CARD_KINDS]
    if options.audience in _WITHIN:
        return _packed(writing, pieces, ".vcf", lambda _index: True)
    # Where it is not certain who is who, no name at all.
    certain = len(cards) == len(pieces)
    return _packed(writing, pieces, ".vcf", lambda index: certain and not isinstance(cards[index], Person))


def _write_events(records: Sequence[Record], options: WriteOptions) -> Writing:
    # the name of a calendar would make Outlook open a calendar of its own for every single event
    writing = _writer(ical.FORMAT)(records, attrs.evolve(options, title=""))
    return _packed(writing, split_calendar(writing.data), ".ics", lambda _index: True)


def _writer(format_: Format) -> Callable[[Sequence[Record], WriteOptions], Writing]:
    if format_.write is None:  # pragma: no cover - both formats write
        raise TypeError(format_.name)
    return format_.write


def _packed(writing: Writing, pieces: Sequence[Piece], suffix: str, titled: Callable[[int], bool]) -> Writing:
    findings = writing.findings
    if len(pieces) > MAX_ARCHIVE_MEMBERS:
        findings = (
            *findings,
            Finding(
                rule="zip.viele_dateien",
                message=f"Das ZIP enthält {len(pieces)} Dateien; koschuso selbst liest davon höchstens "
                f"{MAX_ARCHIVE_MEMBERS} wieder ein. Geben Sie weniger auf einmal aus (--kind).",
                severity=Severity.WARNING,
            ),
        )
    return Writing(data=pack(pieces, suffix, with_titles=titled), findings=findings, missing=writing.missing)


def members_of(data: bytes) -> list[bytes]:
    """Give the files of a ZIP that `pack` made."""
    import io  # noqa: PLC0415 - only a ZIP needs it
    import zipfile  # noqa: PLC0415 - as above

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(info) for info in archive.infolist()]


# -- reading -------------------------------------------------------------------------------------------------------------


def read(data: bytes, options: ReadOptions | None = None) -> Reading:
    """Read every card and calendar of a ZIP; never fails.

    Args:
        data: The whole ZIP.
        options: As for a single file.

    Returns:
        All records; findings name the file by its number in the ZIP.
    """
    return read_members(data, options or ReadOptions(), cards=vcard.read, calendar=ical.read)


def _recognises(endings: tuple[bytes, ...]) -> Callable[[bytes], bool]:
    """Tell by the names of the first files whether a ZIP holds files of this kind."""

    def recognise(data: bytes) -> bool:
        if not data.startswith(b"PK\x03\x04"):
            return False
        for match in _LOCAL_HEADER.finditer(data, 0, _SNIFFED):
            name = data[match.end() : match.end() + int.from_bytes(match[1], "little")].lower()
            if name.endswith(CARD_ENDINGS + CALENDAR_ENDINGS):
                return name.endswith(endings)
        return False

    return recognise


def _settle(stored: Record, found: Record) -> Record:
    for format_ in (ical.FORMAT, vcard.FORMAT):
        if format_.settle is not None and found.KIND in format_.kinds:
            return format_.settle(stored, found)
    return found


def _edition(found: Record) -> Any:
    for format_ in (ical.FORMAT, vcard.FORMAT):
        if format_.edition is not None and found.KIND in format_.kinds:
            return format_.edition(found)
    return None


_CARRIES: Final[dict[str, Any]] = {**ical.FORMAT.carries, **vcard.FORMAT.carries}

VCARD_ZIP: Final = Format(
    name="koschuso:vcard-zip",
    title="Kontakte einzeln (ZIP)",
    suffixes=(".vcf.zip",),
    recognise=_recognises(CARD_ENDINGS),
    read=read,
    write=_write_cards,
    kinds=vcard.FORMAT.kinds,
    carries=_CARRIES,
    settle=_settle,
    implied=vcard.FORMAT.implied,
    edition=_edition,
)
"""One .vcf for each contact."""

ICAL_ZIP: Final = Format(
    name="koschuso:ical-zip",
    title="Termine einzeln (ZIP)",
    suffixes=(".ics.zip",),
    recognise=_recognises(CALENDAR_ENDINGS),
    read=read,
    write=_write_events,
    kinds=ical.FORMAT.kinds,
    carries=_CARRIES,
    settle=_settle,
    edition=_edition,
)
"""One .ics for each event."""
