"""The archive: everything that an audience may see, one record to a line, in the stored form (JSON Lines).

The first line tells what the file is: when the office's data last changed, for whom it was made, how many records
follow. Every further line is a record as `koschuso.codec` writes it, with kind and schema number, so that newer versions
can read it; nothing is lost, and the same records give the same bytes.

An archive for the office itself (``intern``, ``vertraulich``) says everything about its records but the extension fields
that are not in it: they may have been confidential. One for somebody else was reduced: it adds records, but changes none
that is stored, because nobody can tell a fact that was left out from one that has changed.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs
import msgspec

from koschuso.codec import decode, encode
from koschuso.codec.structured import structure
from koschuso.errors import InvalidRecord, KoschusoError
from koschuso.interchange.format import Format, Portion, ReadOptions, Source, WriteOptions, Writing
from koschuso.interchange.limits import MAX_COMPONENT_BYTES
from koschuso.model import RECORD_TYPES, Finding, Reading, Record, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FORMAT", "portions", "read", "recognise", "write"]

VERSION: Final = 1
"""Version of the file's first line."""

_MARK: Final = "koschuso"
_LINES_AT_ONCE: Final = 1_000
_BOM: Final = b"\xef\xbb\xbf"
_OWN: Final = frozenset({"intern", "vertraulich"})
_ORDER: Final = {kind: number for number, kind in enumerate(RECORD_TYPES)}


# -- writing ---------------------------------------------------------------------------------------------------------------


def write(records: Sequence[Record], options: WriteOptions) -> Writing:
    """Write an archive: by kind and id, whatever the order given."""
    head = {
        _MARK: "archiv",
        "fassung": VERSION,
        "stand": f"{options.stamp.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "empfaengerkreis": options.audience,
        "titel": options.title,
        "anzahl": len(records),
    }
    ordered = sorted(records, key=lambda record: (_ORDER[record.KIND], record.id))
    lines = [msgspec.json.encode(head), *map(encode, ordered), b""]
    return Writing(data=b"\n".join(lines))


# -- reading ---------------------------------------------------------------------------------------------------------------


def recognise(data: bytes) -> bool:
    r"""Tell by the first line whether a file is an archive, or records in the stored form without a first line.

    >>> recognise(b'{"kind":"goal","id":"z-1","title":"Netzwerke"}\n'), recognise(b'{"a":1}')
    (True, False)
    """
    start = data[: len(_BOM)].removeprefix(_BOM) + data[len(_BOM) : 65_536]
    line = start.lstrip()[:65_536].partition(b"\n")[0]
    if not line.startswith(b"{"):
        return False
    document = _document(line)
    if document is None:
        # A first record may be longer than what was looked at.
        return line.startswith(b'{"kind":"') and line[9:].partition(b'"')[0].decode("ascii", "replace") in RECORD_TYPES
    return document.get(_MARK) == "archiv" or str(document.get("kind")) in RECORD_TYPES


def portions(stream: BinaryIO, options: ReadOptions) -> Iterator[Portion]:
    """Read an archive of any size, portion by portion; never fails."""
    reading = _Reading(options)
    number = 0
    while line := stream.readline(MAX_COMPONENT_BYTES + 1):
        number += 1
        if len(line) > MAX_COMPONENT_BYTES:
            reading.tell(number, "archiv.zeile_zu_lang", "ist zu lang und wurde nicht gelesen")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_COMPONENT_BYTES)
            continue
        reading.line(number, line.removeprefix(_BOM).strip() if number == 1 else line.strip())
        if number % _LINES_AT_ONCE == 0:
            yield reading.portion(stream.tell())
    last = reading.portion(stream.tell())
    yield attrs.evolve(last, findings=(*last.findings, *reading.finished()))


def read(data: bytes, options: ReadOptions | None = None) -> Reading:
    """Read an archive as a whole; never fails."""
    found = list(portions(io.BytesIO(data), options or ReadOptions()))
    return Reading(
        records=tuple(record for portion in found for record in portion.records),
        findings=tuple(finding for portion in found for finding in portion.findings),
    )


class _Reading:
    """One reading of an archive."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._audience = "intern"
        self._expected: int | None = None
        self._written: datetime | None = None
        self._count = 0
        self._rows: list[tuple[Record, bytes]] = []
        self._kept = 0
        self._findings: list[Finding] = []
        self._recognised: list[Source] = []

    def line(self, number: int, line: bytes) -> None:
        """Take one line."""
        if not line:
            return
        if number == 1 and (document := _document(line)) is not None and _MARK in document:
            self._head(document)
            return
        self._count += 1
        digest = blake2b(f"{self._audience}\n".encode() + line, digest_size=16).digest()
        known = None if self._options.known is None else self._options.known(digest)
        if known is not None:
            self._recognised.append(known)
            return
        record = self._record(number, line)
        if record is not None:
            self._rows.append((record, digest))

    def _head(self, head: Mapping[str, Any]) -> None:
        self._audience = str(head.get("empfaengerkreis", "intern"))
        count = head.get("anzahl")
        self._expected = count if isinstance(count, int) else None
        try:
            self._written = datetime.strptime(str(head.get("stand")), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            self._written = None
        version = head.get("fassung")
        if isinstance(version, int) and version > VERSION:
            self._findings.append(
                _finding(
                    1,
                    "archiv.neuere_fassung",
                    "Das Archiv ist von einer neueren Fassung von koschuso; bitte prüfen Sie nach dem Einlesen, ob alles da ist.",
                    Severity.WARNING,
                )
            )

    def _record(self, number: int, line: bytes) -> Record | None:
        document = _document(line)
        kind = "" if document is None else str(document.get("kind", ""))
        if document is None:
            self.tell(number, "archiv.kein_json", "ist kein lesbares JSON; vielleicht ist die Datei unvollständig")
            return None
        if kind not in RECORD_TYPES:
            self.tell(number, "archiv.art_unbekannt", "nennt keine Art, die koschuso kennt, und wurde nicht übernommen")
            return None
        try:
            record = decode(kind, line)
            encode(record)  # what could not be stored is told here, with its line
        except InvalidRecord as error:
            self._findings += [self._placed(number, found) for found in error.findings if isinstance(found, Finding)]
            return None
        except (KoschusoError, RecursionError):
            outcome = structure(RECORD_TYPES[kind], document)
            self._findings += [self._placed(number, found) for found in outcome.findings]
            if outcome.record is None and not outcome.findings:
                self.tell(number, "archiv.datensatz", "lässt sich nicht als Datensatz lesen")
            return outcome.record
        return record

    def _placed(self, number: int, finding: Finding) -> Finding:
        message = f"Zeile {number}: {finding.message} Der Datensatz wurde nicht übernommen."
        return attrs.evolve(finding, message=message, line=number, severity=Severity.ERROR)

    def tell(self, number: int, rule: str, what: str) -> None:
        """Note what is wrong with a line."""
        self._findings.append(_finding(number, rule, f"Zeile {number} des Archivs {what}.", Severity.ERROR))

    def finished(self) -> Iterator[Finding]:
        """See whether everything came, and tell what was not taken."""
        if self._kept:
            yield (
                Finding(
                    rule="archiv.gekuerzt",
                    message=f"Das Archiv wurde für andere gekürzt (Empfängerkreis {self._audience}); {self._kept} Datensätze, "
                    "die Ihr Büro schon hat, wurden deshalb nicht verändert.",
                    severity=Severity.WARNING,
                )
            )
        if self._expected is not None and self._count < self._expected:
            yield (
                Finding(
                    rule="archiv.unvollstaendig",
                    message=f"Das Archiv ist unvollständig: es nennt {self._expected} Datensätze und enthält {self._count}. "
                    "Bitte besorgen Sie die ganze Datei.",
                    severity=Severity.ERROR,
                )
            )

    def _beside(self, stored: Record | None, read: Record) -> Record:
        """Give the record as it is to be: with what the archive leaves open as it is stored."""
        if stored is None or stored == read:
            return read
        if self._audience not in _OWN:
            self._kept += 1
            return stored
        extras = {**stored.extras, **read.extras}
        return read if extras == read.extras else attrs.evolve(read, extras=extras)

    def portion(self, position: int) -> Portion:
        """Give what was read since the last one."""
        held: dict[str, Mapping[str, Record]] = {}
        if self._options.held is not None:
            ids: dict[str, list[str]] = {}
            for record, _digest in self._rows:
                ids.setdefault(record.KIND, []).append(record.id)
            held = {kind: self._options.held.some(kind, wanted) for kind, wanted in ids.items()}
        records: list[Record] = []
        sources: list[Source] = []
        for read, digest in self._rows:
            stored = held.get(read.KIND, {}).get(read.id)
            record = self._beside(stored, read)
            records.append(record)
            if record is not stored or record == read:
                sources.append(Source(digest, (f"{record.KIND}/{record.id}",)))
        portion = Portion(
            records=tuple(records),
            findings=tuple(self._findings),
            sources=tuple(sources),
            recognised=tuple(self._recognised),
            position=position,
            written=self._written,
        )
        self._rows, self._findings, self._recognised = [], [], []
        return portion


def _document(line: bytes) -> dict[str, Any] | None:
    try:
        document = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _finding(number: int, rule: str, message: str, severity: Severity) -> Finding:
    return Finding(rule=rule, message=message, severity=severity, line=number)


FORMAT: Final = Format(
    name="koschuso:archiv",
    title="Archiv (JSON Lines)",
    suffixes=(".jsonl",),
    recognise=recognise,
    read=read,
    portions=portions,
    write=write,
    kinds=tuple(RECORD_TYPES),
)
"""Everything that an audience may see, complete."""
