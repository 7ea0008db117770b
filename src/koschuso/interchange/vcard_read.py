"""Reads address books: cards of vCard 2.1, 3.0 and 4.0 to persons, organisations, committees and their relations.

Private and second values (a mail address at home, a mobile number that is not marked as official, a second address) are
no fields of a record; their lines are kept as they are (`koschuso.interchange.foreign`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from koschuso.errors import InvalidRecord
from koschuso.interchange import vcard_notes as rules
from koschuso.interchange.component import Parser
from koschuso.interchange.contentline import UNPARSED, ContentLine
from koschuso.interchange.foreign import set_foreign
from koschuso.interchange.notes import Notes
from koschuso.interchange.segment import read_segments
from koschuso.interchange.textvalue import decode_quoted_printable, unescape_text
from koschuso.interchange.vcard_aspects import CardView, fallback_name
from koschuso.interchange.vcard_keep import TABLES, UNREADABLE_LINE, completed, pinned
from koschuso.interchange.vcard_kind import kind_and_nickname
from koschuso.interchange.vcard_relations import TIE_NAMES, Book, Tie, relation_of, tie_of
from koschuso.interchange.vcard_scope import PRODUCT, Scope
from koschuso.interchange.vcard_settle import set_apart, settle
from koschuso.interchange.vcard_value import (
    V21,
    VERSIONS,
    card_id,
    is_quoted_printable,
    structured,
    text_of,
)
from koschuso.model import Committee, Organisation, Person, Reading, Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from koschuso.interchange.component import Component
    from koschuso.model import Record

__all__ = ["read_cards"]

_CLASSES: Final[Mapping[str, Callable[..., Record]]] = {
    Person.KIND: Person,
    Organisation.KIND: Organisation,
    Committee.KIND: Committee,
}
_PSEUDO: Final = ("members", "related", "org")
_ID_BYTES: Final = 10
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*").fullmatch
_ENVELOPE: Final = frozenset({"VERSION", "PRODID", "UID", "REV", "KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS"})


class _Card:
    """One card on its way to a record."""

    __slots__ = ("component", "first", "kind", "record", "scope", "ties")

    def __init__(self, component: Component) -> None:
        self.component = component
        self.scope = Scope()
        self.kind = Person.KIND
        self.record: Any = None
        self.first: dict[str, ContentLine] = {}
        self.ties = False

    def text(self, name: str) -> str:
        line = self.first.get(name)
        return "" if line is None else text_of(line)


class _Reader:
    def __init__(self) -> None:
        self.notes = Notes()
        self.out = Notes()
        self.header: list[str] = []
        self.cards: list[_Card] = []
        self.ids: dict[tuple[str, str], int] = {}  # how many cards have had an id
        self.sound_parameters: set[tuple[tuple[str, tuple[str, ...]], ...]] = set()

    def read(self, source: bytes | BinaryIO) -> Reading:
        parser = Parser(self.notes)
        for segment in read_segments(source, self.notes):
            component = parser.component(segment)
            if segment.name == "VCARD":
                self.cards.append(self._card(component))
                continue
            if segment.name:
                self.out.note(rules.NOT_A_CARD, line=segment.number, name=segment.name)
            self.header.extend(component.texts())
        relations = self._relations()
        self._keep(relations)
        records: list[Record] = [card.record for card in self.cards]
        return Reading(
            records=(*records, *relations),
            findings=tuple(self.notes.findings),
            left_out=tuple(self.out.findings),
            header=tuple(self.header),
        )

    # -- one card --------------------------------------------------------------------------------------------------------

    def _card(self, component: Component) -> _Card:
        card = _Card(component)
        self._look_at_lines(card)
        scope = card.scope
        scope.notes = self.notes
        version = card.text("VERSION")
        if version in VERSIONS:
            scope.version = version
        else:
            self.notes.note(rules.NO_VERSION, line=component.number, name="VERSION", value=version)
        if scope.version != V21:
            self._look_for_bare_parameters(component)
        if card.text("PRODID") == PRODUCT:
            scope.stamp = card.text("REV")
        card.kind, name = kind_and_nickname(card.first)
        settle(component.lines, card.kind, card.first, scope)
        table = TABLES[card.kind]
        values = table.read(component.lines, scope)
        for pseudo in _PSEUDO:
            values.pop(pseudo, None)
        values["id"] = self._id(card, values)
        if card.kind == Person.KIND:
            if not (values["given_name"] or values["family_name"]):
                values["given_name"] = name or fallback_name(values["email"], values["phones"])
        elif not values["name"]:
            values["name"] = fallback_name(values["email"], values.get("phones", ()))
            self.notes.note(rules.NO_NAME, line=component.number)
        card.record = self._record(card, values)
        scope.notes = None
        return card

    def _look_at_lines(self, card: _Card) -> None:
        """Find the first line of each name, the labels of groups, and what is wrong with single lines."""
        first = card.first
        groups: dict[str, str] = {}
        lines = card.component.lines
        for index, line in enumerate(lines):
            head = line[0]
            name = head.name
            if name not in first:
                first[name] = line
            if name == "X-ABLABEL" and head.group:
                groups[head.group.upper()] = text_of(line).casefold()
            elif name in TIE_NAMES:
                card.ties = True
            elif name == UNREADABLE_LINE:
                text = unescape_text(line[1])
                if not Parser().line(text).parsed:
                    lines[index] = ContentLine(UNPARSED, text, line[2])
            if head.params and "ENCODING" in head.params:
                self._look_at_encoding(lines, index)
        if groups:
            card.scope.groups = groups

    def _look_at_encoding(self, lines: list[ContentLine], index: int) -> None:
        line = lines[index]
        head, value = line[0], line[1]
        if head.base64:
            if value[:5].lower() != "data:" and not _BASE64(value):
                self.notes.note(rules.BAD_BASE64, line=line.number, name=head.name, value=value)
        elif is_quoted_printable(head):
            if value.endswith("="):
                # a soft break with nothing behind it: written back, it would swallow the line after it
                lines[index] = ContentLine(head, value.rstrip("="), line.number)
            if not decode_quoted_printable(value, head.param("CHARSET"))[1]:
                self.notes.note(rules.BAD_CHARSET, line=line.number, name=head.name, value=value)

    def _look_for_bare_parameters(self, component: Component) -> None:
        sound = self.sound_parameters
        for line in component.lines:
            head = line[0]
            if head.pairs and head.pairs not in sound:
                if all(name for name, _ in head.pairs):
                    sound.add(head.pairs)
                    continue
                self.notes.note(rules.BARE_PARAMETER, line=line.number, name=head.name)

    def _id(self, card: _Card, values: dict[str, Any]) -> str:
        record_id = str(values["id"])
        if not record_id:
            self.notes.note(rules.NO_ID, line=card.component.number, name="UID")
            record_id = _made_id(card, values)
        if (card.kind, record_id) in self.ids:
            self.notes.note(rules.DUPLICATE_ID, line=card.component.number, name="UID", value=record_id)
            stem, number = record_id, self.ids[card.kind, record_id]
            while (card.kind, record_id) in self.ids:
                number += 1
                record_id = f"{stem}-{number}"
            self.ids[card.kind, stem] = number
        self.ids[card.kind, record_id] = 1
        return record_id

    def _record(self, card: _Card, values: dict[str, Any]) -> Record:
        make = _CLASSES[card.kind]
        if card.kind != Committee.KIND:
            values["source"] = "import"
        try:
            return make(**values)
        except InvalidRecord:
            self.notes.note(rules.REFUSED_CARD, line=card.component.number)
        if card.kind == Person.KIND:
            names = {"N", "FN"}
            least = {field: values[field] for field in ("id", "source", "given_name", "family_name")}
        else:
            names = {"N", "FN", "ORG"}
            least = {"id": values["id"], "name": values["name"], "type": ""}
            if card.kind == Organisation.KIND:
                least.update(source="import", type="sonstige")
        lines = card.component.lines
        table = TABLES[card.kind]
        for index, line in enumerate(lines):
            if line.name in table and line.name not in names and line.name not in _ENVELOPE:
                lines[index] = set_apart(line)
        card.ties = False
        return make(**least)

    # -- the file as a whole ---------------------------------------------------------------------------------------------

    def _relations(self) -> tuple[Relation, ...]:
        """Find the relations whose both ends are in the file; the lines about others are set apart."""
        if not any(card.ties or "ORG" in card.first for card in self.cards):
            return ()
        book = Book(card.record for card in self.cards)
        found: dict[str, Relation] = {}
        for card in self.cards:
            own: list[Relation] = []
            if card.ties:
                self._resolve(card, book, own)
            if card.kind == Person.KIND and "ORG" in card.first:
                _by_name_of_employer(card, book, own)
            for relation in own:
                found.setdefault(relation.id, relation)
        return tuple(found.values())

    def _resolve(self, card: _Card, book: Book, found: list[Relation]) -> None:
        committee = card.kind == Committee.KIND
        lines = card.component.lines
        record: Record = card.record
        alone = book.card(record.id) is record
        said = {card_id(line) for line in lines if line.name == "MEMBER"}
        for index, line in enumerate(lines):
            if line.name not in TIE_NAMES or (line.name != "RELATED" and not committee):
                continue
            if line.name == "X-ADDRESSBOOKSERVER-MEMBER" and card_id(line) in said:
                continue  # Apple's line beside MEMBER, which says more
            tie = tie_of(line, "" if line.name == "RELATED" else "mitglied_in")
            other = book.card(tie.other) if tie is not None else None
            relation = None
            if tie is not None and other is not None and alone:
                ends = (record, other) if line.name == "RELATED" else (other, record)
                relation = self._relation(tie, ends, line)
            if relation is None:
                lines[index] = set_apart(line)
            else:
                found.append(relation)

    def _relation(self, tie: Tie, ends: tuple[Record, Record], line: ContentLine) -> Relation | None:
        try:
            return relation_of(tie, *ends)
        except InvalidRecord:
            self.notes.note(rules.BAD_KEY, line=line.number, name=line.name, value=line.value)
            return None

    def _keep(self, relations: Sequence[Relation]) -> None:
        book = Book((card.record for card in self.cards), relations)
        for card in self.cards:
            scope = card.scope
            scope.book = book
            table = TABLES[card.kind]
            entries = table.keep(CardView(card.record, scope), card.component, scope)  # type: ignore[arg-type]
            if entries:
                set_foreign(card.record, completed(pinned(entries, card.component, card.kind), card.first, card.kind))


def _made_id(card: _Card, values: Mapping[str, Any]) -> str:
    """Make an id of what identifies a card that has none."""
    from hashlib import blake2b  # noqa: PLC0415 - only for cards without UID

    name = " ".join(str(values.get(field, "")) for field in ("given_name", "family_name", "name"))
    organisation = card.first["ORG"].value if "ORG" in card.first else ""
    identity = [" ".join(text.split()).casefold() for text in (name, organisation, str(values.get("email", "")))]
    if not any(identity):
        identity = [line.text for line in card.component.lines]
    text = "\n".join((card.kind, *identity))
    return f"karte-{blake2b(text.encode('utf-8', 'replace'), digest_size=_ID_BYTES).hexdigest()}"


def _by_name_of_employer(card: _Card, book: Book, found: list[Relation]) -> None:
    """Take ORG as the place of work when it names an organisation of the file and RELATED does not say more."""
    line = next((line for line in card.component.lines if line[0].name == "ORG"), None)
    organisation = book.organisation(structured(line, lists=False)[0]) if line is not None else None
    person: Record = card.record
    if organisation is None or book.card(organisation.id) is not organisation or book.card(person.id) is not person:
        return
    work = {"angestellt_bei", "arbeitet_an", "abgeordnet_zu"}
    if any(relation.type in work and relation.target.id == organisation.id for relation in found):
        return
    found.append(relation_of(Tie("arbeitet_an", organisation.id), person, organisation))


def read_cards(source: bytes | BinaryIO) -> Reading:
    """Read an address book; see `koschuso.interchange.vcard.read`."""
    return _Reader().read(source)
