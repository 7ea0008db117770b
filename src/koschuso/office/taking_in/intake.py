"""Import as an act: a file's records are read portion by portion, compared with what is stored, and written, all or none.

Everything happens in one transaction (a dry run: in one snapshot), so nothing is half-done and nothing that somebody
else saves in between is overwritten unseen. Memory is bounded by a portion, not by the file.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs

from koschuso import __version__
from koschuso.collector import collector_paused
from koschuso.errors import Conflict, InvalidRecord, KoschusoError, NotSupported, Refused
from koschuso.interchange.format import Portion, ReadOptions, recognise
from koschuso.model import RECORD_TYPES, Finding, Reading, Record, Reference, Severity
from koschuso.office.taking_in.holdings import StoredRecords
from koschuso.office.taking_in.importing import ImportResult, References
from koschuso.office.taking_in.incoming import incoming
from koschuso.office.taking_in.merging import Decision, decide
from koschuso.office.taking_in.recognising import ImportMemory, key_of, reason_of
from koschuso.privacy import refuse_case_columns, strip_private
from koschuso.query import Query
from koschuso.rules.structure import VOCABULARIES
from koschuso.store import ABSENT, ANY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from koschuso.interchange.format import Format, Source
    from koschuso.model import Catalogue
    from koschuso.plugin.registry import Registry
    from koschuso.store import Store, Stored

__all__ = ["Intake"]

_WHOLE: Final = 8 * 1024 * 1024
"""Bytes up to which a file is read at once; of a larger one the beginning decides which format it is."""


class Intake:
    """One import.

    Args:
        store: Where the records go.
        registry: The formats to choose from.
        keep: Names of private properties to take over (domain.md DS-02).
        region: AGS of the schools to take from a register.
        edition: Schuljahr of figures whose file does not say it.
        progress: Is told now and then how much of how much is done.
        dry_run: Whether nothing is to be written.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        *,
        keep: Iterable[str],
        region: str,
        edition: str = "",
        progress: Callable[[int, int], None] | None,
        dry_run: bool,
    ) -> None:
        self.store = store
        self.registry = registry
        self.keep = tuple(sorted({name.upper() for name in keep}))
        self.region = region
        self.edition = edition
        self._name = ""
        self.progress = progress
        self.dry_run = dry_run
        self.created: list[str] = []
        self.updated: list[str] = []
        self.kept: list[str] = []
        self.unchanged: list[str] = []
        self.fields: dict[Reference, tuple[str, ...]] = {}
        self.titles: dict[Reference, str] = {}
        self.refused: list[Finding] = []
        self.findings: list[Finding] = []
        self.left_out: list[Finding] = []
        self.memory: ImportMemory | None = None
        self.declared = tuple(registry.fields.values())
        self._undeclared: set[str] = set()  # names of fields that were told of
        self._empty: dict[str, bool] = {}  # kinds, and whether nothing was stored of them before

    def take(self, file: Path) -> ImportResult:
        """Take over a file; see `koschuso.office.Office.import_file`."""
        self._name = file.name
        with incoming(file) as (stream, size):
            beginning = stream.read(_WHOLE)
            format_ = self._recognised(beginning, file)
            if size > _WHOLE:
                stream.seek(0)
            return self._take(format_, stream if size > _WHOLE else BytesIO(beginning), size)

    def _recognised(self, data: bytes, file: Path) -> Format:
        try:
            format_ = recognise(data, self.registry.formats.values(), suffix=file.suffix)
        except Refused as error:
            raise Refused(f"{file.name}: {error.message}", **error.details) from error
        if format_.read is None:
            raise NotSupported(f"Das Format {format_.title} kann nur geschrieben werden.")
        return format_

    def _take(self, format_: Format, stream: BinaryIO, size: int) -> ImportResult:
        # Only a format that streams is read while others wait to write: it needs to know what is remembered.
        portions = iter([self._whole(format_, stream)]) if format_.portions is None else None
        finish: Callable[[], None] | None = None
        with self.store.snapshot() if self.dry_run else self.store.transaction(reason=reason_of(format_.name)):
            if portions is None:
                self.memory = ImportMemory(self.store, format_.name, self._signature())
                portions = self._streamed(format_, stream, self.memory)
            with collector_paused():
                for portion in portions:
                    self._portion(portion, format_)
                    if self.progress is not None:
                        self.progress(portion.position, size)
            if self.memory is not None and not self.dry_run:
                finish = self.memory.save()
        if finish is not None:
            # The import stands; where the memory was not completed, the next one only looks at more changes.
            with suppress(KoschusoError):
                finish()
        return ImportResult(
            format=format_.title,
            created=References(self.created),
            updated=References(self.updated),
            kept=References(self.kept),
            unchanged=References(self.unchanged),
            fields=self.fields,
            refused=tuple(self.refused),
            findings=tuple(self.findings),
            left_out=tuple(self.left_out),
            dry_run=self.dry_run,
            titles=self.titles,
        )

    def _signature(self) -> str:
        # A line that nobody declared becomes a value once a plugin declares it: then every component is read anew.
        declared = " ".join(sorted(f"{field.name}={field.record_kind}:{field.type}" for field in self.declared))
        digest = blake2b(declared.encode(), digest_size=8).hexdigest() if declared else ""
        return f"{__version__} {self.region} {' '.join(self.keep)} {digest}".strip()

    def _whole(self, format_: Format, stream: BinaryIO) -> Portion:
        if format_.read is None:
            return Portion()
        data = stream.read()
        with self.registry.using(format_.name):
            refused = () if format_.columns is None else refuse_case_columns(format_.columns(data))
            if refused:
                return Portion(findings=refused)
            reading = format_.read(data, self._options())
        return Portion(
            records=reading.records, findings=reading.findings, left_out=reading.left_out, header=reading.header
        )

    def _streamed(self, format_: Format, stream: BinaryIO, memory: ImportMemory) -> Iterator[Portion]:
        options = self._options(memory.known)
        with self.registry.using(format_.name):
            refused = () if format_.columns is None else refuse_case_columns(format_.columns(_beginning(stream)))
            if refused:
                yield Portion(findings=refused)
                return
            portions = iter(format_.portions(stream, options)) if format_.portions is not None else iter(())
        while True:
            with self.registry.using(format_.name):
                portion = next(portions, None)
            if portion is None:
                return
            yield portion

    def _options(self, known: Callable[[bytes], Source | None] | None = None) -> ReadOptions:
        return ReadOptions(
            region=self.region,
            edition=self.edition,
            name=self._name,
            known=known,
            fields=self.declared,
            held=StoredRecords(self.store),
            vocabulary=self._vocabulary,
        )

    def _vocabulary(self, kind: str, path: str) -> Catalogue | None:
        """Give the catalogue of a field, for labels in tables."""
        declared = self.registry.fields.get(path)
        name = VOCABULARIES.get(kind, {}).get(path, "") if declared is None else declared.catalogue
        return self.registry.catalogues.get(name)

    def _portion(self, portion: Portion, format_: Format) -> None:
        for source in portion.recognised:
            self.unchanged.extend(source.records)
        read = Reading(
            records=portion.records, findings=portion.findings, left_out=portion.left_out, header=portion.header
        )
        stripped = strip_private(read, keep=self.keep, unseen=True)
        applied = self._applied(stripped, format_)
        self._tell(applied.findings)
        self.left_out.extend(applied.left_out)
        keys = {key: key for source in portion.sources for key in source.records}
        if self.dry_run:
            self.titles.update(_titles(applied.records))
        unsettled = self._records(applied.records, format_, portion.written, keys)
        # What a message means depends on what is held: it is never passed over.
        if self.memory is not None and applied is stripped:
            self.memory.learn(_settled(portion.sources, unsettled) if unsettled else portion.sources)

    def _applied(self, reading: Reading, format_: Format) -> Reading:
        """Turn a message into what it means for what is held."""
        if format_.apply is None:
            return reading
        with self.registry.using(format_.name):
            return format_.apply(reading, StoredRecords(self.store))

    def _tell(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            (self.refused if finding.severity is Severity.ERROR else self.findings).append(finding)

    def _records(
        self, records: tuple[Record, ...], format_: Format, written: datetime | None, keys: Mapping[str, str]
    ) -> set[str]:
        """Compare and write the records of a portion; give those that the file's state did not become."""
        # Of two records with one id the later one counts. Texts that stand in the memory as well are not held twice.
        by_key = self._with_sound_extras({keys.get(key, key): record for record in records for key in [key_of(record)]})
        if self._all_new(by_key):
            return set()
        stored = self._stored(by_key.values())
        new: list[Record] = []
        changed: list[tuple[str, Decision]] = []
        unsettled: set[str] = set()
        for key, record in by_key.items():
            there = stored.get(key)
            if there is None:
                new.append(record)
                self.created.append(key)
                continue
            decision = self._decided(there.value, record, format_, written)
            if decision is None or decision.kept:
                unsettled.add(key)
            if decision is None:
                continue
            if decision.fields:
                self.updated.append(key)
                self.fields[Reference(record.KIND, record.id)] = decision.fields
                changed.append((key, decision))
            elif decision.kept:
                self.kept.append(key)
            else:
                self.unchanged.append(key)
                if self.memory is not None:
                    self.memory.was_read([key])
        if not self.dry_run:
            self._write(new, changed)
        return unsettled

    def _with_sound_extras(self, by_key: dict[str, Record]) -> dict[str, Record]:
        """Leave out values of plugins' fields that contradict their declaration, and tell of them."""
        with_extras = [record for record in by_key.values() if record.extras]
        if not with_extras:
            return by_key
        stored = self._stored(with_extras)
        sound: dict[str, Record] = {}
        for key, record in by_key.items():
            there = stored.get(key_of(record))
            taken, findings = self.registry.declared.accepted(record, None if there is None else there.value)
            if there is None and None in taken.extras.values():
                taken = attrs.evolve(taken, extras={k: v for k, v in taken.extras.items() if v is not None})
            sound[key] = taken
            for finding in findings:
                if finding.severity is not Severity.INFO:
                    self.findings.append(finding)
                elif finding.field not in self._undeclared:
                    self._undeclared.add(finding.field)
                    self.findings.append(attrs.evolve(finding, id="", value=""))
        return sound

    def _decided(self, there: Record, record: Record, format_: Format, written: datetime | None) -> Decision | None:
        """Decide what becomes of a stored record; ``None`` if it cannot be brought together with the file's."""
        outdated = None if written is None else partial(self._changed_after, there, written)
        base = None if self.memory is None else self.memory.base_of(there)
        try:
            decision = decide(there, record, format_, base=base, outdated=outdated, own=written is not None)
            if format_.implied is not None and (decision.fields or decision.kept):
                said = format_.implied(there, record, StoredRecords(self.store))
                if said is not record:
                    decision = decide(there, said, format_, base=base, outdated=outdated, own=written is not None)
        except InvalidRecord as error:
            # The file's fields contradict those of the stored record that it does not carry.
            self.refused.extend(finding for finding in error.findings if isinstance(finding, Finding))
            return None
        if decision.finding is not None:
            self.findings.append(decision.finding)
        return decision

    def _all_new(self, by_key: Mapping[str, Record]) -> bool:
        """Write records of kinds of which there were none, without looking for each; whether none was there."""
        if self.dry_run or not all(map(self._is_empty, {record.KIND for record in by_key.values()})):
            return False
        try:
            self.store.put_all(by_key.values(), expect=ABSENT)
        except Conflict:  # the file has an id in two portions
            self._empty = dict.fromkeys(RECORD_TYPES, False)
            return False
        self.created.extend(by_key)
        return True

    def _is_empty(self, kind: str) -> bool:
        """Whether there was nothing of a kind when the import began to look at it."""
        known = self._empty.get(kind)
        if known is None:
            query: Query[Any] = Query(RECORD_TYPES[kind], limit=1)
            known = self._empty[kind] = next(iter(self.store.query(query)), None) is None
        return known

    def _changed_after(self, record: Record, moment: datetime) -> bool:
        """Whether a record was changed after a file was written, which tells seconds only."""
        record_type: Any = RECORD_TYPES[record.KIND]
        try:
            steps = self.store.history(record_type, record.id)
        except NotSupported:
            return False
        return bool(steps) and steps[-1].at.replace(microsecond=0) > moment

    def _stored(self, records: Iterable[Record]) -> dict[str, Stored[Any]]:
        ids: dict[str, list[str]] = {}
        for record in records:
            ids.setdefault(record.KIND, []).append(record.id)
        found: dict[str, Stored[Any]] = {}
        for kind, wanted in ids.items():
            record_type: Any = RECORD_TYPES[kind]
            found.update((f"{kind}/{id_}", there) for id_, there in self.store.find_all(record_type, wanted).items())
        return found

    def _write(self, new: list[Record], changed: list[tuple[str, Decision]]) -> None:
        if new:
            self.store.put_all(new, expect=ABSENT)
        if not changed:
            return
        bases = [decision.read for _, decision in changed if decision.read is not None]
        # What the file alone says is stored first: it is the base when this record is merged the next time.
        self.store.put_all([*bases, *(decision.record for _, decision in changed if decision.read is None)])
        for key, decision in changed:
            if decision.read is None:
                if self.memory is not None:
                    self.memory.was_read([key])
                continue
            merged = self.store.put(decision.record, expect=ANY)
            if self.memory is not None:
                self.memory.was_edited(decision.record, merged.revision)


def _beginning(stream: BinaryIO) -> bytes:
    """Give so much of a file that its headings are in it."""
    data = stream.read(_WHOLE * 4)
    stream.seek(0)
    return data


def _settled(sources: Iterable[Source], unsettled: set[str]) -> Iterator[Source]:
    """The components whose records the store now has as the file says."""
    return (source for source in sources if unsettled.isdisjoint(source.records))


def _titles(records: Iterable[Record]) -> Iterator[tuple[Reference, str]]:
    """Give what people call records; a person's title is an academic one, so the name comes first."""
    for record in records:
        title = getattr(record, "name", "") or getattr(record, "title", "")
        if title:
            yield Reference(record.KIND, record.id), str(title)
