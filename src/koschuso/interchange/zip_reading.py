"""Reads the cards and calendars in a ZIP within documented bounds, whatever somebody has put into it.

A ZIP is opened in memory and nothing of it is ever written to disk; names of files only tell what to read. Bounds are
`MAX_ARCHIVE_MEMBERS`, `MAX_ARCHIVE_BYTES` and `MAX_ARCHIVE_RATIO`. A finding names a file by its number in the ZIP, not
by its name, which may be that of a person.

All sound cards are read as one address book, so that relations between them are found; calendars one by one, so that
one file's time zones do not touch another's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange.limits import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_MEMBERS, MAX_ARCHIVE_RATIO
from koschuso.model import Finding, Reading, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from koschuso.interchange.format import ReadOptions

__all__ = ["CALENDAR_ENDINGS", "CARD_ENDINGS", "read_members"]

CARD_ENDINGS: Final = (b".vcf", b".vcard")
"""Endings of files that hold cards."""

CALENDAR_ENDINGS: Final = (b".ics", b".ical", b".ifb", b".vcs")
"""Endings of files that hold calendars."""

_ARCHIVES: Final = (b".zip", b".7z", b".rar", b".gz", b".tar")
_SMALL: Final = 65_536  # no ratio is a trap below this size
_BEGIN: Final = re.compile(rb"^[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_END: Final = re.compile(rb"^[ \t]*END[ \t]*:[ \t]*VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BOM: Final = b"\xef\xbb\xbf"


class _Member:
    """A file of the ZIP: its number, counted from 1, and its content."""

    __slots__ = ("data", "number")

    def __init__(self, number: int, data: bytes) -> None:
        self.number = number
        self.data = data


class _Archive:
    """The reading of one ZIP."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.left_out: list[Finding] = []
        self.cards: list[_Member] = []
        self.calendars: list[_Member] = []

    def note(self, rule: str, message: str, number: int | None = None, severity: Severity = Severity.ERROR) -> None:
        source = "" if number is None else _source(number)
        self.findings.append(Finding(rule=rule, message=message, severity=severity, source=source))

    def open(self, data: bytes) -> None:
        import io  # noqa: PLC0415 - only a ZIP needs it
        import zipfile  # noqa: PLC0415 - as above

        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except Exception:  # noqa: BLE001 - zipfile raises many kinds of errors on damaged files
            self.note(
                "zip.unlesbar",
                "Das ZIP lässt sich nicht öffnen; vielleicht ist es unvollständig. Bitte laden Sie es noch einmal herunter.",
            )
            return
        with archive:
            # `is_dir` of an entry without a name raises in Python 3.11.
            members = [info for info in archive.infolist() if not info.filename.endswith("/")]
            if len(members) > MAX_ARCHIVE_MEMBERS:
                self.note(
                    "zip.zu_viele_dateien",
                    f"Das ZIP enthält {len(members)} Dateien; gelesen wurden die ersten {MAX_ARCHIVE_MEMBERS}. "
                    "Bitte teilen Sie es.",
                )
            total = 0
            for number, info in enumerate(members[:MAX_ARCHIVE_MEMBERS], start=1):
                content = self._content(archive, info, number, MAX_ARCHIVE_BYTES - total)
                if content is not None:
                    total += len(content)

    def _content(self, archive: Any, info: Any, number: int, room: int) -> bytes | None:
        name = info.filename.lower().encode("utf-8", "replace")
        wanted = (
            self.cards if name.endswith(CARD_ENDINGS) else self.calendars if name.endswith(CALENDAR_ENDINGS) else None
        )
        if wanted is None or _of_a_mac(name):
            self._foreign(name, number)
            return None
        if info.file_size > _SMALL and info.file_size > MAX_ARCHIVE_RATIO * max(info.compress_size, 1):
            self.note(
                "zip.verdaechtig",
                f"Datei {number} im ZIP ist mehr als {MAX_ARCHIVE_RATIO}-mal so groß wie verpackt und wurde deshalb nicht "
                "gelesen. Packen Sie sie bitte selbst aus, wenn Sie der Quelle vertrauen.",
                number,
            )
            return None
        if info.file_size > room:
            self.note(
                "zip.zu_gross",
                f"Datei {number} im ZIP wurde nicht gelesen, weil alle Dateien zusammen ausgepackt größer als "
                f"{MAX_ARCHIVE_BYTES // 1024 // 1024} MB wären. Bitte teilen Sie das ZIP.",
                number,
            )
            return None
        try:
            with archive.open(info) as file:
                content: bytes = file.read(room + 1)
        except Exception:  # noqa: BLE001 - damaged, encrypted or packed in an unknown way: zipfile raises anything
            self.note(
                "zip.datei_unlesbar",
                f"Datei {number} im ZIP ist beschädigt oder mit einem Kennwort geschützt und wurde nicht gelesen.",
                number,
            )
            return None
        wanted.append(_Member(number, content))
        return content

    def _foreign(self, name: bytes, number: int) -> None:
        nested = name.endswith(_ARCHIVES)
        what = "ist selbst ein Archiv" if nested else "ist weder Kontakt noch Kalender"
        self.left_out.append(
            Finding(
                rule="zip.archiv_im_archiv" if nested else "zip.fremde_datei",
                message=f"Datei {number} im ZIP {what} und wurde nicht gelesen.",
                severity=Severity.WARNING if nested else Severity.INFO,
                source=_source(number),
            )
        )


def _of_a_mac(name: bytes) -> bool:
    """Tell what a Mac adds to a ZIP beside every file: it has the file's ending but is none of its kind."""
    return name.startswith(b"__macosx/") or name.rpartition(b"/")[2].startswith(b"._")


def _source(number: int) -> str:
    return f"Datei {number}"


def read_members(
    data: bytes,
    options: ReadOptions,
    *,
    cards: Callable[[bytes, ReadOptions | None], Reading],
    calendar: Callable[[bytes, ReadOptions | None], Reading],
) -> Reading:
    """Read a ZIP; never fails.

    Args:
        data: The whole ZIP.
        options: Handed on to the readers.
        cards: Reads an address book.
        calendar: Reads a calendar.
    """
    archive = _Archive()
    archive.open(data)
    records: list[Any] = []
    findings, left_out = archive.findings, archive.left_out
    for group, read in (
        *((book, cards) for book in _books(archive.cards)),
        *(([m], calendar) for m in archive.calendars),
    ):
        reading = read(b"".join(member.data for member in group), options)
        starts = _starts(group)
        records.extend(reading.records)
        findings.extend(_placed(finding, starts) for finding in reading.findings)
        left_out.extend(_placed(finding, starts) for finding in reading.left_out)
    if not records and not findings:
        archive.note("zip.leer", "Das ZIP enthält keinen Kontakt und keinen Kalender.", severity=Severity.WARNING)
    return Reading(records=tuple(records), findings=tuple(findings), left_out=tuple(left_out))


def _books(members: list[_Member]) -> Iterator[list[_Member]]:
    """Put the sound cards together; a damaged file stays by itself, so that it cannot swallow the next one."""
    book = []
    for member in members:
        data = member.data.removeprefix(_BOM)
        sound = b"\0" not in data and len(_BEGIN.findall(data)) == len(_END.findall(data)) > 0
        if sound:
            # One kind of line ends in all, so that the numbers of lines stay countable.
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            member.data = data if data.endswith(b"\n") else data + b"\n"
            book.append(member)
        else:
            yield [member]
    if book:
        yield book


def _starts(group: list[_Member]) -> list[tuple[int, int]]:
    """Give the first line of each file in the whole, with its number."""
    starts, line = [], 1
    for member in group:
        starts.append((line, member.number))
        line += member.data.count(b"\n")
    return starts


def _placed(finding: Finding, starts: list[tuple[int, int]]) -> Finding:
    """Say of a finding in which file of the ZIP it is."""
    from bisect import bisect_right  # noqa: PLC0415 - only findings need it

    if finding.line is None:
        if len(starts) > 1:
            return finding
        number = starts[0][1]
        message = f"Datei {number} im ZIP: {finding.message}"
        return attrs.evolve(finding, message=message, source=finding.source or _source(number))
    first, number = starts[bisect_right(starts, (finding.line, MAX_ARCHIVE_MEMBERS)) - 1]
    line = finding.line - first + 1
    message = finding.message.replace(f"Zeile {finding.line}", f"Zeile {line}")
    return attrs.evolve(finding, line=line, message=f"Datei {number} im ZIP: {message}", source=_source(number))
