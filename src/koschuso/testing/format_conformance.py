"""`FormatConformance`: the contract of file formats as tests; give the fixture `format`.

class TestListe(FormatConformance):
    @pytest.fixture
    def format(self):
        return koschuso_muster.FORMAT
"""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from koschuso.errors import InvalidRecord, KoschusoError
from koschuso.interchange.format import Format, ReadOptions, WriteOptions, Writing
from koschuso.model import RECORD_TYPES, Finding, Reading, Record
from koschuso.testing.clauses import Clause, Contract, clause, not_applicable, tell_subject
from koschuso.testing.format_samples import (
    CANARY,
    STAMP,
    damaged,
    fields_for,
    hostile_bytes,
    hostile_records,
    move_clock,
    samples_of,
    todays_dates,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["FORMAT_CONTRACT", "FormatConformance"]

FORMAT_CONTRACT = Contract(
    name="format",
    version=1,
    title="Dateiformat",
    document="docs/contract/format.md",
    clauses=(
        Clause(id="N1", title="Name, Bezeichnung und Endungen"),
        Clause(id="K1", title="erkennt, was es schreibt, und nichts anderes"),
        Clause(id="R1", title="was geschrieben wurde, kommt gleich zurück"),
        Clause(id="R2", title="feindliche Texte überstehen Hin- und Rückweg"),
        Clause(id="R3", title="keine Bytefolge bringt es zum Absturz"),
        Clause(id="R4", title="Lesen in Stücken und am Stück stimmt überein"),
        Clause(id="R5", title="zweimal Lesen ergibt dasselbe"),
        Clause(id="W1", title="gleiche Eingabe, gleiche Bytes, ohne Uhr"),
        Clause(id="W2", title="verändert die Eingabe nicht"),
        Clause(id="W3", title="kommt mit nichts und mit wenig zurecht"),
        Clause(id="W4", title="schreibt nur, was ihm gegeben wurde"),
        Clause(id="X1", title="Werte von Zusatzfeldern reisen mit"),
    ),
)

_NAME = re.compile(r"[a-z][a-z0-9-]*:[a-z][a-z0-9_-]*")
_LONGEST_READ = 30.0
_MOST_SHOWN = 5


class FormatConformance:
    """The contract of formats; subclass it and give it the fixture `format`."""

    koschuso_contract = FORMAT_CONTRACT

    @pytest.fixture
    def format(self) -> Format:
        """Give the format under test."""
        raise NotImplementedError("give the Format to be proved")

    @pytest.fixture
    def samples(self, format: Format) -> Sequence[Record]:  # noqa: A002 - the fixture's own name
        """Give records that the format writes; by default full examples of its kinds."""
        return samples_of(format.kinds)

    @pytest.fixture
    def region(self) -> str:
        """Give the region that the format is read for (`ReadOptions.region`)."""
        return "05"

    @pytest.fixture
    def file(self, format: Format, samples: Sequence[Record]) -> bytes:  # noqa: A002 - the fixture's own name
        """Give a file of the format: what it writes itself; override it for a format that only reads."""
        if format.write is None:
            not_applicable("Das Format schreibt nicht; für eine Beispieldatei geben Sie die Fixture file an.")
        return self._write(format, samples).data

    @pytest.fixture(autouse=True)
    def _koschuso_subject(self, request: pytest.FixtureRequest, format: Format) -> None:  # noqa: A002 - the fixture's own name
        tell_subject(request, name=format.name)

    # -- what is said of it ------------------------------------------------------------------------------------------

    @clause("N1")
    def test_n1_name_title_and_suffixes(self, format: Format) -> None:  # noqa: A002 - the fixture's own name
        """It is called ``plugin:name``, has a title, endings, and does something."""
        assert _NAME.fullmatch(format.name), f"{format.name!r} is not of the form plugin:name"
        assert format.title.strip(), "a format has a title for people"
        assert format.title.strip() == format.title, "no blanks around the title"
        assert format.suffixes, "a format has at least one ending"
        assert format.read is not None or format.write is not None, "a format reads or writes"
        assert set(format.kinds) <= set(RECORD_TYPES), "a format writes known kinds"
        assert format.write is None or format.kinds, "a format that writes says which kinds"

    @clause("K1")
    def test_k1_it_recognises_its_own_files(self, format: Format, file: bytes) -> None:  # noqa: A002 - the fixture's own name
        """What it writes is recognised by content."""
        if format.read is None:
            not_applicable("Das Format liest nicht.")
        assert format.recognise(file) is True

    @clause("K1")
    def test_k1_it_recognises_nothing_else(self, format: Format) -> None:  # noqa: A002 - the fixture's own name
        """Rubbish is not recognised, and looking at it raises nothing."""
        for what, data in hostile_bytes():
            answer = format.recognise(data)
            assert isinstance(answer, bool), f"{what}: recognise gives True or False, not {answer!r}"
            assert not answer or what in {"an empty archive", "Latin-1"}, f"{what} is taken for {format.title}"

    # -- reading -----------------------------------------------------------------------------------------------------

    @clause("R1")
    def test_r1_what_was_written_comes_back(self, format: Format, samples: Sequence[Record], region: str) -> None:  # noqa: A002 - the fixture's own name
        """Every written record is there again with every field that the format says it carries, or a finding names it."""
        self._require_both(format)
        written = self._write(format, samples)
        found = {(record.KIND, record.id): record for record in self._read(format, written.data, region).records}
        problems = list(_lost(format, samples, found, written))
        assert not problems, _shown(problems)

    @clause("R2")
    def test_r2_hostile_texts_come_back(self, format: Format, region: str) -> None:  # noqa: A002 - the fixture's own name
        """Quotes, separators, markup and emoji are neither lost nor changed nor taken for structure."""
        self._require_both(format)
        records = hostile_records(format.kinds)
        if not records:
            not_applicable("Die Arten dieses Formats haben keinen Text.")
        written = self._write(format, records)
        found = {(record.KIND, record.id): record for record in self._read(format, written.data, region).records}
        problems = list(_lost(format, records, found, written))
        assert not problems, _shown(problems)

    @clause("R3")
    def test_r3_hostile_bytes_end_in_findings_or_an_error_of_koschuso(self, format: Format, region: str) -> None:  # noqa: A002 - the fixture's own name
        """No bytes make it raise anything else, return anything else, or take forever."""
        self._require_reading(format)
        self._try_all(format, hostile_bytes(), region)

    @clause("R3")
    def test_r3_damaged_files_end_in_findings_or_an_error_of_koschuso(
        self,
        format: Format,  # noqa: A002 - the fixture's own name
        file: bytes,
        region: str,
    ) -> None:
        """A file that was cut off or has wrong bytes in it is read as far as it goes, or refused."""
        self._require_reading(format)
        self._try_all(format, damaged(file), region)

    @clause("R4")
    def test_r4_portions_agree_with_the_whole(self, format: Format, file: bytes, region: str) -> None:  # noqa: A002 - the fixture's own name
        """Reading portion by portion gives the same records as reading the file at once."""
        if format.portions is None:
            not_applicable("Das Format liest nicht in Stücken.")
        self._require_reading(format)
        portions = list(format.portions(io.BytesIO(file), ReadOptions(region=region)))
        whole = self._read(format, file, region)
        assert [record for portion in portions for record in portion.records] == list(whole.records)
        positions = [portion.position for portion in portions]
        assert positions == sorted(positions), "the position only grows"
        assert all(position <= len(file) for position in positions)

    @clause("R5")
    def test_r5_reading_twice_gives_the_same(self, format: Format, file: bytes, region: str) -> None:  # noqa: A002 - the fixture's own name
        """Reading depends on the bytes and the options alone."""
        self._require_reading(format)
        assert self._read(format, file, region) == self._read(format, file, region)

    # -- writing -----------------------------------------------------------------------------------------------------

    @clause("W1")
    def test_w1_the_same_input_gives_the_same_bytes(
        self,
        format: Format,  # noqa: A002 - the fixture's own name
        samples: Sequence[Record],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Neither clock nor chance is in the file."""
        self._require_writing(format)
        first = self._write(format, samples).data
        move_clock(monkeypatch)
        assert self._write(format, samples).data == first
        # Days of the samples are long past.
        betrayed = [day.decode() for day in todays_dates() if _holds(first, day.decode())]
        assert not betrayed, f"the file holds today's date {betrayed[0]}; the moment of writing is options.stamp"

    @clause("W2")
    def test_w2_the_input_stays_as_it_is(self, format: Format, samples: Sequence[Record]) -> None:  # noqa: A002 - the fixture's own name
        """The caller's list and records are as they were."""
        self._require_writing(format)
        given = list(samples)
        copies = [attrs.evolve(record) for record in given]
        options = WriteOptions(stamp=STAMP)
        assert format.write is not None
        format.write(given, options)
        assert given == copies
        assert options == WriteOptions(stamp=STAMP)

    @clause("W3")
    def test_w3_nothing_and_little_can_be_written(self, format: Format, samples: Sequence[Record], region: str) -> None:  # noqa: A002 - the fixture's own name
        """An empty file is a valid file, and so is one with a single record."""
        self._require_writing(format)
        for records in ((), *((record,) for record in samples)):
            written = self._write(format, records)
            assert isinstance(written, Writing)
            assert isinstance(written.data, bytes)
            assert 0 <= written.missing <= len(records)
            if written.missing:
                assert written.findings, "a record that is left out is named in a finding"
            if format.read is not None:
                found = self._read(format, written.data, region)
                assert records or not found.records

    @clause("W4")
    def test_w4_nothing_is_written_but_what_was_given(self, format: Format, samples: Sequence[Record]) -> None:  # noqa: A002 - the fixture's own name
        """What an earlier, confidential file held is not in the next one."""
        self._require_writing(format)
        secret = [_with_canary(record) for record in samples]
        self._write(format, secret, audience="intern")
        data = self._write(format, samples, audience="oeffentlich").data
        assert not _holds(data, CANARY), "the file holds something of another file that was written before"

    @clause("X1", tier="should")
    def test_x1_values_of_extension_fields_come_back(
        self,
        format: Format,  # noqa: A002 - the fixture's own name
        samples: Sequence[Record],
        region: str,
    ) -> None:
        """A declared field of a plugin travels with its record."""
        self._require_both(format)
        problems, carrying = [], 0
        for kind in format.kinds:
            record = next((sample for sample in samples if kind == sample.KIND), None)
            if record is None:
                continue
            declared = fields_for(kind)
            fields = tuple(field for field, _value in declared)
            extras = {field.name: value for field, value in declared}
            written = self._write(format, [attrs.evolve(record, extras=extras)], fields=fields)
            assert format.read is not None
            found = format.read(written.data, ReadOptions(region=region, fields=fields)).records
            back: dict[str, Any] = next(
                (dict(one.extras) for one in found if (one.KIND, one.id) == (kind, record.id)), {}
            )
            if not back.keys() & extras.keys():
                # What stands inside of others, such as a participation in its event, may have no room for them.
                continue
            carrying += 1
            problems += [
                f"{kind}: {name} is {back.get(name)!r}, not {value!r}"
                for name, value in extras.items()
                if back.get(name) != value
            ]
        assert carrying, "no kind of record carries the values of extension fields"
        assert not problems, _shown(problems)

    # -- how ---------------------------------------------------------------------------------------------------------

    def _write(self, format: Format, records: Iterable[Record], **options: Any) -> Writing:  # noqa: A002 - the fixture's own name
        assert format.write is not None
        return format.write(list(records), WriteOptions(stamp=STAMP, **options))

    def _read(self, format: Format, data: bytes, region: str) -> Reading:  # noqa: A002 - the fixture's own name
        assert format.read is not None
        return format.read(data, ReadOptions(region=region))

    def _require_reading(self, format: Format) -> None:  # noqa: A002 - the fixture's own name
        if format.read is None:
            not_applicable("Das Format liest nicht.")

    def _require_writing(self, format: Format) -> None:  # noqa: A002 - the fixture's own name
        if format.write is None:
            not_applicable("Das Format schreibt nicht.")

    def _require_both(self, format: Format) -> None:  # noqa: A002 - the fixture's own name
        self._require_reading(format)
        self._require_writing(format)

    def _try_all(self, format: Format, files: Iterable[tuple[str, bytes]], region: str) -> None:  # noqa: A002 - the fixture's own name
        for what, data in files:
            begin = time.process_time()
            try:
                found = self._read(format, data, region)
            except KoschusoError:
                continue
            except Exception as error:  # noqa: BLE001 - the point: which error it is
                pytest.fail(f"{what}: reading raises {type(error).__name__} instead of giving findings")
            assert isinstance(found, Reading), f"{what}: reading gives {type(found).__name__}"
            assert all(isinstance(one, Finding) for one in (*found.findings, *found.left_out))
            assert all(isinstance(one, Record) for one in found.records)
            assert time.process_time() - begin < _LONGEST_READ, f"{what}: reading takes forever"


def _lost(
    format: Format,  # noqa: A002 - the fixture's own name
    samples: Sequence[Record],
    found: dict[tuple[str, str], Record],
    written: Writing,
) -> Iterator[str]:
    """Name what did not come back and no finding of the writer told."""
    told = {(finding.kind, finding.field.partition(".")[0]) for finding in written.findings}
    told_kinds = {kind for kind, field in told if not field}
    everything = ("", "") in told
    for record in samples:
        if record.KIND not in format.kinds:
            continue
        back = found.get((record.KIND, record.id))
        if back is None:
            if not written.missing and record.KIND not in told_kinds and not everything:
                yield f"{record.KIND} {record.id} is gone"
            continue
        for name in _carried(format, record):
            known = everything or record.KIND in told_kinds or (record.KIND, name) in told
            if not known and getattr(back, name) != getattr(record, name):
                yield f"{record.KIND} {record.id}: {name} is {getattr(back, name)!r}, not {getattr(record, name)!r}"


def _carried(format: Format, record: Record) -> tuple[str, ...]:  # noqa: A002 - the fixture's own name
    """Give the fields of a record that the format carries whole."""
    kind = record.KIND
    carried = format.carries.get(f"{kind}/{getattr(record, 'type', '')}", format.carries.get(kind))
    names = [field.name for field in attrs.fields(type(record)) if field.name not in {"extras", "foreign"}]
    if carried is None:
        return tuple(names)
    return tuple(name for name in names if name in carried)


def _with_canary(record: Record) -> Record:
    """Put a word into every plain text of a record, where that makes no other sense."""
    names = {field.name for field in attrs.fields(type(record))}
    for name in ("title", "name", "family_name", "description", "given_name"):
        if name in names:
            changed: dict[str, Any] = {name: CANARY}
            try:
                return attrs.evolve(record, **changed)
            except InvalidRecord:
                continue
    return record


def _holds(data: bytes, word: str) -> bool:
    if word.encode() in data:
        return True
    if not data.startswith(b"PK"):
        return False
    from zipfile import ZipFile  # noqa: PLC0415 - only for archives

    with ZipFile(io.BytesIO(data)) as archive:
        return any(word.encode() in archive.read(name) for name in archive.namelist())


def _shown(problems: Sequence[str]) -> str:
    more = f"\n… and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
    return "\n".join(problems[:_MOST_SHOWN]) + more
