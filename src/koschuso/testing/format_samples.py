"""What formats are tried with: full records, records whose texts are hostile, and bytes that no format should trip over."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import InvalidRecord
from koschuso.model import (
    RECORD_TYPES,
    ExtraField,
    FieldType,
    PrivacyClass,
    Record,
)
from koschuso.testing.builders import record as build
from koschuso.testing.examples import full_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

__all__ = [
    "CANARY",
    "HOSTILE_TEXTS",
    "STAMP",
    "damaged",
    "fields_for",
    "hostile_bytes",
    "hostile_records",
    "move_clock",
    "samples_of",
    "todays_dates",
]

STAMP: Final = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
"""Moment of writing in every test: long past, so that the clock of the machine would show."""

CANARY: Final = "Kanarienvogel7f3a91"

HOSTILE_TEXTS: Final = (
    "Umlaut ÄÖÜ ß und Emoji 👩🏽\u200d🏫 und 𝔘",
    "Komma, Strichpunkt; Doppelpunkt: \"Anführung\" 'Hochkomma' \\ Rückstrich",
    "=HYPERLINK(1) +1 -1 @SUM",
    "<script>alert('x')</script> & &amp; ]]>",
    "BEGIN:VCALENDAR END:VCARD",
    "Prozent %00 %n {0} {{ }} ${x}",
    "lang " + "ä" * 300,
)
"""Texts of one line that break those who forget to escape."""

_ALONE: Final = frozenset(RECORD_TYPES) - {
    "relation",
    "position",
    "assignment",
    "funding",
    "participation",
    "cooperation",
}
"""Kinds whose records need no other one in the same file."""

_TEXT_FIELDS: Final = {
    "event": "title",
    "task": "title",
    "person": "family_name",
    "organisation": "name",
    "committee": "name",
}


def samples_of(kinds: Iterable[str]) -> tuple[Record, ...]:
    """Give full examples of these kinds, and a plain one beside them where it can stand alone."""
    wanted = set(kinds)
    full = tuple(record for record in full_records() if record.KIND in wanted)
    return (*full, *(build(kind, id=f"schlicht-{kind}") for kind in RECORD_TYPES if kind in wanted & _ALONE))


def hostile_records(kinds: Iterable[str]) -> tuple[Record, ...]:
    """Give records of these kinds whose main text is hostile."""
    found: list[Record] = []
    examples = {record.KIND: record for record in full_records()}
    for kind in kinds:
        names = [field.name for field in attrs.fields(RECORD_TYPES[kind]) if field.name in {"title", "name"}]
        name = _TEXT_FIELDS.get(kind) or (names[0] if names else "")
        if name:
            for number, text in enumerate(HOSTILE_TEXTS):
                changed: dict[str, Any] = {"id": f"feindlich-{number}", "extras": {}, "foreign": (), name: text}
                # An example may be of a sort that has no such text, as a mere headcount has no name.
                with suppress(InvalidRecord):
                    found.append(attrs.evolve(examples[kind], **changed))
    return tuple(found)


def fields_for(kind: str) -> tuple[tuple[ExtraField, object], ...]:
    """Give one extension field of each type for a kind, with a value."""
    values = {
        FieldType.TEXT: 'Nord, »Süd«; "West" 👩🏽\u200d🏫',
        FieldType.INTEGER: 1200,
        FieldType.DECIMAL: "19.5",
        FieldType.BOOLEAN: False,
        FieldType.DATE: "2025-10-15",
    }
    return tuple(
        (
            ExtraField(
                name=f"muster:feld_{number}",
                record_kind=kind,
                label=f"Feld {number}",
                type=type_,
                privacy=PrivacyClass.OEFFENTLICH,
            ),
            value,
        )
        for number, (type_, value) in enumerate(values.items())
    )


def hostile_bytes() -> Iterator[tuple[str, bytes]]:
    """Give bytes that belong to no format, or only seem to, with what each is."""
    yield "nothing", b""
    yield "a byte order mark", b"\xef\xbb\xbf"
    yield "NUL bytes", b"\0" * 1000
    yield "all bytes", bytes(range(256)) * 20
    yield "a web page", b"<!doctype html><html><body>Bitte anmelden</body></html>"
    yield "UTF-16", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".encode("utf-16")
    yield "Latin-1", "name;Träger\nx;Müller\n".encode("latin-1")
    yield "half a character", b'{"name": "\xed\xa0\xbd"}\n'
    yield "deep brackets", b"[" * 100_000
    yield "one long line", b"A" * 2_000_000
    yield "an empty archive", b"PK\x05\x06" + b"\0" * 18
    yield "a broken archive", b"PK\x03\x04" + b"\xff" * 200


def damaged(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a file cut off at many places, and with single bytes changed."""
    step = max(1, len(data) // 40)
    for end in range(0, len(data), step):
        yield f"cut after {end} bytes", data[:end]
    for position in range(0, len(data), step):
        for value in (0, 0x22, 0xFF):
            yield f"byte {position} is {value}", data[:position] + bytes([value]) + data[position + 1 :]
    yield "twice in a row", data + data
    yield "behind something else", b"\n\nxx\n" + data
    yield "backwards", data[::-1]


def move_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let some days pass for whoever asks the clock in seconds, as archives do; `todays_dates` betrays the others."""
    moment, local, universal = time.time, time.localtime, time.gmtime
    days = 400_000.0
    monkeypatch.setattr(time, "time", lambda: moment() + days)
    monkeypatch.setattr(time, "localtime", lambda seconds=None: local(moment() + days if seconds is None else seconds))
    monkeypatch.setattr(time, "gmtime", lambda seconds=None: universal(moment() + days if seconds is None else seconds))


def todays_dates() -> tuple[bytes, ...]:
    """Give the ways in which a file could betray that somebody asked the clock."""
    today = date.today()  # noqa: DTZ011 - the machine's own day is what must not be seen
    forms = ("%Y-%m-%d", "%d.%m.%Y", "%Y%m%d")
    return tuple(today.strftime(form).encode() for form in forms)
