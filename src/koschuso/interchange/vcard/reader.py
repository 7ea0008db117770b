"""Reads address books: cards of vCard 2.1, 3.0 and 4.0 to persons, organisations, committees and their relations.

A file is read card by card (`koschuso.interchange.vcard.cards`), so its size does not matter; only where cards can say
something about others, it is looked through beforehand (`koschuso.interchange.vcard.census`). A card that is known from
an earlier reading is not parsed: what others want to know of it, and whether it would still mean the same beside the
other cards of the file, stands in the memo of its `Source`.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.collector import collector_paused
from koschuso.interchange.foreign import set_foreign
from koschuso.interchange.format import Portion, ReadOptions, Source
from koschuso.interchange.notes import Notes
from koschuso.interchange.segment import read_segments
from koschuso.interchange.vcard import notes as rules
from koschuso.interchange.vcard.cards import CardReader
from koschuso.interchange.vcard.census import Census, Numbering, Party, only_persons, surely_a_person
from koschuso.model import Person, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.interchange.segment import Segment
    from koschuso.interchange.vcard.card import Card
    from koschuso.model import Record, Relation

__all__ = ["read_cards", "read_portions"]

_CARD: Final = "VCARD"
_PORTION_CARDS: Final = 1000
_PORTION_BYTES: Final = 1024 * 1024
_TAB: Final = "\t"
_DIGEST_BYTES: Final = 16
_MAX_MEMOS: Final = 4096
_FIXED: Final = 4  # parts of a memo that each one has


class _Memo:
    """What is remembered of a card: its id before it got a number, what others want to know, what it depends on."""

    __slots__ = ("_held", "_holds", "answers", "name", "schulform", "stem", "type")

    def __init__(self, text: str) -> None:
        parts = text.split(_TAB)  # empty ones at the end are not written
        parts += [""] * max(_FIXED - len(parts), len(parts) % 2)
        self.stem, self.name, self.type, self.schulform = parts[:_FIXED]
        self.answers = list(zip(parts[_FIXED::2], parts[_FIXED + 1 :: 2], strict=True))
        self._holds = False
        self._held: Census | None = None

    def party(self, source: Source) -> Party:
        """What others need to know of the card."""
        kind, _, record_id = source.records[0].partition("/")
        return Party(kind, record_id, self.name, self.type, self.schulform)

    def holds(self, census: Census) -> bool:
        """Whether the other cards of the file still say what the card depends on."""
        if self._held is not census:
            self._held = census
            self._holds = all(census.answer(question) == answer for question, answer in self.answers)
        return self._holds


class _Digests:
    """Tells the cards of a file apart, also those that are the same to the last byte."""

    def __init__(self) -> None:
        from hashlib import blake2b  # noqa: PLC0415 - importing koschuso stays cheap

        self._hash = blake2b
        self._seen: set[bytes] = set()
        self._again: dict[bytes, int] = {}

    def of(self, raw: bytes) -> bytes:
        digest = self._hash(raw, digest_size=_DIGEST_BYTES).digest()
        if digest not in self._seen:
            self._seen.add(digest)
            return digest
        count = self._again[digest] = self._again.get(digest, 0) + 1
        return self._hash(digest + count.to_bytes(8, "big"), digest_size=_DIGEST_BYTES).digest()


class _Reader:
    """Reads one file."""

    def __init__(self, stream: BinaryIO, options: ReadOptions, *, remember: bool) -> None:
        known = options.known if remember else None
        self.stream = stream
        self.start = stream.tell()
        self.known = known
        self.notes = Notes()
        self.out = Notes()
        self.header: list[str] = []
        self.records: list[Record] = []
        self.relations: list[Relation] = []
        self.sources: list[Source] = []
        self.recognised: list[Source] = []
        self.findings_told = self.left_out_told = 0
        self._reader = CardReader(self.notes, options.fields)
        self._digests = _Digests()
        self._memos: dict[str, str | None] = {}  # of people who only name where they work
        self._read_memos: dict[str, _Memo] = {}
        self._related: set[str] = set()

    # -- the file ------------------------------------------------------------------------------------------------------------

    def segments(self) -> Iterator[Segment]:
        """The segments of the file; after the census."""
        if only_persons(self.stream):
            self._census = Census()
        else:
            self.stream.seek(self.start)
            self._census = self._counted()
        self.stream.seek(self.start)
        return read_segments(self.stream, self.notes)

    def take(self, segment: Segment, *, remember: bool) -> None:
        """Read a segment, or pass over it when it is known."""
        if segment.name != _CARD:
            component = self._reader.parser.component(segment)
            if segment.name:
                self.out.note(rules.NOT_A_CARD, line=segment.number, name=segment.name)
            self.header.extend(component.texts())
            return
        digest = b""
        if remember:
            digest = self._digests.of(segment.raw)
            if self.known is not None:
                source = self.known(digest)
                if source is not None and self._recognise(source):
                    return
        reader = self._reader
        card = reader.card(segment)
        record = card.record
        relations = [] if self._census.empty else self._related_by(card)
        entries = reader.foreign(card)
        if entries:
            set_foreign(record, entries)
        self.records.append(record)
        if remember:
            self._remember(digest, card, relations)

    def _related_by(self, card: Card) -> list[Relation]:
        """The relations that a card says as the first one."""
        found = self._reader.relations(card, self._census)
        new = [relation for relation in found if relation.id not in self._related]
        self._related.update(relation.id for relation in new)
        self.relations += new
        return new

    # -- what is remembered ------------------------------------------------------------------------------------------------------

    def _remember(self, digest: bytes, card: Card, relations: list[Relation]) -> None:
        record = card.record
        key = f"{record.KIND}/{record.id}"
        if card.shape.ties or card.stem != record.id or record.KIND != Person.KIND or relations:
            memo = self._memo(card)
        else:
            at = card.shape.first.get("ORG")
            memo = "" if at is None else self._memos.get(card.values[at])
            if memo is None:
                memo = self._memo(card)
                if len(self._memos) >= _MAX_MEMOS:
                    self._memos.clear()
                self._memos[card.values[card.shape.first["ORG"]]] = memo
        if memo is not None:
            self.sources.append(Source(digest, (key, *[f"relation/{relation.id}" for relation in relations]), memo))

    def _memo(self, card: Card) -> str | None:
        """What has to be known of a card to pass over it; ``None`` for one that is read anew each time."""
        record = card.record
        party = Party.of(record)
        memo = [card.stem if card.stem != record.id else "", party.name, party.type, party.schulform]
        questions = [] if card.refused else self._reader.questions(card)
        answers = [self._census.answer(question) for question in questions]
        if any(answers):  # relations need an id that is the card's alone
            questions.append(f"#{record.id}")
            answers.append(self._census.answer(questions[-1]))
        for question, answer in zip(questions, answers, strict=True):
            memo += (question, answer)
        text = _TAB.join(memo)
        return text.rstrip(_TAB) if text.count(_TAB) == len(memo) - 1 else None

    def _recognise(self, source: Source) -> bool:
        """Take a card as known, unless it would mean something else beside the other cards of the file."""
        memo = self._memo_of(source)
        if memo.answers and not memo.holds(self._census):
            return False
        if not self._counts(source, memo, self._reader.numbering):
            return False
        if len(source.records) > 1:
            self._related.update(key.partition("/")[2] for key in source.records[1:])
        self.recognised.append(source)
        return True

    def _memo_of(self, source: Source) -> _Memo:
        text = source.memo
        memo = self._read_memos.get(text)
        if memo is None:
            if len(self._read_memos) >= _MAX_MEMOS:
                self._read_memos.clear()
            memo = self._read_memos[text] = _Memo(text)
        return memo

    def _counts(self, source: Source, memo: _Memo, numbering: Numbering) -> bool:
        """Whether the card would get the id again that it has; then it has it."""
        kind, _, record_id = source.records[0].partition("/")
        if not memo.stem:
            return numbering.take_first(kind, record_id)
        if numbering.free(kind, memo.stem) != record_id:
            return False
        numbering.take(kind, memo.stem, record_id)
        return True

    def all_known(self) -> bool:
        """Pass over the whole file at once when every card of it is known and none means something else than before."""
        known = self.known
        if known is None:
            return False
        notes, digests, census = Notes(), _Digests(), Census()
        recognised: list[Source] = []
        said: set[_Memo] = set()
        for segment in read_segments(self.stream, notes):
            source = known(digests.of(segment.raw)) if segment.name == _CARD else None
            if source is None:
                return False
            memo = self._memo_of(source)
            if not self._counts(source, memo, census.numbering):
                return False
            if memo.name or memo.answers:
                said.add(memo)
                if memo.name:
                    census.enter(memo.party(source))
            recognised.append(source)
        if not all(memo.holds(census) for memo in said):
            return False
        self.notes.extend(notes.findings)
        self.recognised = recognised
        return True

    # -- the census --------------------------------------------------------------------------------------------------------------

    def _counted(self) -> Census:
        """Count all cards of the file."""
        census = Census()
        reader = CardReader(Notes())
        reader.numbering = census.numbering
        digests = _Digests()
        for segment in read_segments(self.stream, Notes()):
            if segment.name != _CARD:
                continue
            if self.known is not None:
                source = self.known(digests.of(segment.raw))
                if source is not None:
                    memo = self._memo_of(source)
                    kind, _, record_id = source.records[0].partition("/")
                    stem = memo.stem or record_id
                    number = census.numbering.free(kind, stem)
                    census.add(Party(kind, number, memo.name, memo.type, memo.schulform), stem)
                    continue
            record_id = surely_a_person(segment.raw)
            if record_id:
                census.add(Party(Person.KIND, census.numbering.free(Person.KIND, record_id)), record_id)
                continue
            card = reader.card(segment)
            census.enter(Party.of(card.record))
        return census


def _portion(reader: _Reader, position: int) -> Portion:
    """Hand over what has been read since the last portion."""
    findings, left_out = reader.notes.findings, reader.out.findings
    portion = Portion(
        records=(*reader.records, *reader.relations),
        findings=tuple(findings[reader.findings_told :]),
        left_out=tuple(left_out[reader.left_out_told :]),
        sources=tuple(reader.sources),
        recognised=tuple(reader.recognised),
        position=position,
    )
    reader.findings_told, reader.left_out_told = len(findings), len(left_out)
    for taken in (reader.records, reader.relations, reader.sources, reader.recognised):
        taken.clear()
    reader.header.clear()
    return portion


def read_portions(source: BinaryIO, options: ReadOptions | None = None) -> Iterator[Portion]:
    """Read an address book portion by portion; see `koschuso.interchange.vcard.portions`."""
    reader = _Reader(source, options or ReadOptions(), remember=True)
    with collector_paused():
        done = reader.all_known()
        if not done:
            source.seek(reader.start)
            segments = reader.segments()
    if done:
        yield _portion(reader, source.tell() - reader.start)
    while not done:
        done = True
        size = 0
        with collector_paused():
            for count, segment in enumerate(segments, 1):
                reader.take(segment, remember=True)
                size += len(segment.raw)
                if count >= _PORTION_CARDS or size >= _PORTION_BYTES:
                    done = False
                    break
            portion = _portion(reader, source.tell() - reader.start)
        yield portion


def read_cards(source: bytes | BinaryIO, options: ReadOptions | None = None) -> Reading:
    """Read an address book; see `koschuso.interchange.vcard.read`."""
    if isinstance(source, bytes | bytearray | memoryview):
        stream: BinaryIO = BytesIO(source)
    else:
        stream = source if source.seekable() else BytesIO(source.read())
    with collector_paused():
        reader = _Reader(stream, options or ReadOptions(), remember=False)
        for segment in reader.segments():
            reader.take(segment, remember=False)
        return Reading(
            records=(*reader.records, *reader.relations),
            findings=tuple(reader.notes.findings),
            left_out=tuple(reader.out.findings),
            header=tuple(reader.header),
        )
