"""Documents as files for other programs, and what other programs' files say.

Rendering never fails: what is no record that a calendar or an address book can carry becomes a JSON file, which is the
document as it is stored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from koschuso.codec import decode
from koschuso.errors import KoschusoError
from koschuso.interchange import ical, vcard
from koschuso.model import RECORD_TYPES, Event, Reading, Record
from koschuso.plugin import WriteOptions
from koschuso_files.layout import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["is_internal", "owner_of", "read_file", "record_of", "render", "render_events", "suffix_of"]

_COMPONENT: Final = re.compile(rb"^BEGIN:(VEVENT|VTODO|VJOURNAL)\r\n.*?^END:\1\r\n", re.MULTILINE | re.DOTALL)
_ZONE: Final = re.compile(rb"^BEGIN:VTIMEZONE\r\n.*?^END:VTIMEZONE\r\n", re.MULTILINE | re.DOTALL)
_ZONE_NAME: Final = re.compile(rb"^TZID(?:;[^:\r\n]*)?:([^\r\n]*(?:\r\n [^\r\n]*)*)", re.MULTILINE)
_OCCURRENCE: Final = b'"occurrence_of"'


def is_internal(kind: str) -> bool:
    """Tell whether documents of a kind are a program's own notes, which get no file."""
    return ":" in kind


def suffix_of(kind: str) -> str:
    """Give the ending of the files of a kind."""
    collection = COLLECTIONS.get(kind)
    return ".json" if collection is None else collection.suffix


def record_of(kind: str, id: str, body: bytes) -> Record | None:  # noqa: A002 - the record's own term
    """Give the record that a document holds; ``None`` if it holds none that this koschuso knows."""
    if kind not in RECORD_TYPES:
        return None
    try:
        return decode(kind, body, id=id)
    except (KoschusoError, ValueError, TypeError, RecursionError):
        return None


def owner_of(kind: str, id: str, body: bytes, subject: str | None) -> str:  # noqa: A002 - the record's own term
    """Give the id of the event whose file tells of a document too: of a participation, or of a moved occurrence."""
    if kind == "participation":
        return subject or ""
    if kind == "event" and _OCCURRENCE in body:
        record = record_of(kind, id, body)
        return record.occurrence_of if isinstance(record, Event) else ""
    return ""


def render(records: Sequence[Record], stamp: datetime) -> bytes | None:
    """Write the file of one item; ``None`` where calendar or address book cannot carry it.

    Args:
        records: The record of the item first, then what its file tells of too.
        stamp: Moment of writing.
    """
    writer: Any = vcard if suffix_of(records[0].KIND) == ".vcf" else ical
    try:
        writing = writer.writing(records, WriteOptions(stamp=stamp))
    except (KoschusoError, ValueError, TypeError):
        return None
    data: bytes = writing.data
    main = b"BEGIN:VCARD\r\n" if writer is vcard else b"BEGIN:VCALENDAR\r\n"
    if not data.startswith(main) or (writing.missing and not any(_COMPONENT.finditer(data))):
        return None
    return data


def render_events(records: Sequence[Record], stamp: datetime) -> list[bytes | None]:
    """Write the files of many items of one record each; much faster than one by one."""
    try:
        writing = ical.writing(records, WriteOptions(stamp=stamp))
    except (KoschusoError, ValueError, TypeError):
        return [render([record], stamp) for record in records]
    found = list(_COMPONENT.finditer(writing.data))
    if writing.missing or len(found) != len(records):
        return [render([record], stamp) for record in records]
    head = writing.data[: found[0].start()]
    zones = [(_zone_names(zone[0]), zone[0]) for zone in _ZONE.finditer(head)]
    head = _ZONE.sub(b"", head)
    files: list[bytes | None] = []
    for component in found:
        plain = component[0].replace(b"\r\n ", b"")
        used = [zone for names, zone in zones if any(name in plain for name in names)]
        files.append(b"".join((head, *used, component[0], b"END:VCALENDAR\r\n")))
    return files


def _zone_names(zone: bytes) -> tuple[bytes, bytes]:
    match = _ZONE_NAME.search(zone)
    name = b"" if match is None else match[1].replace(b"\r\n ", b"")
    return b"TZID=" + name, b'TZID="' + name


def read_file(data: bytes, suffix: str) -> Reading:
    """Read a calendar or an address book; never fails."""
    return vcard.read(data) if suffix == ".vcf" else ical.read(data)
