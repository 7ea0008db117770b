"""Reads address books: cards of vCard 2.1, 3.0 and 4.0 to persons, organisations, committees and their relations.

What a card is about:

1. KIND, or X-ADDRESSBOOKSERVER-KIND (Apple), says it: ``individual``, ``group``, and everything else is an organisation;
   so does X-ABShowAs:COMPANY, and Open-Xchange's list of addresses is a group;
2. a card with a given or family name in N is a person, unless FN and ORG are the same and N adds no given name;
3. without a name in N, a card whose FN is its ORG or a mail address is an organisation, and every other FN is the name
   of a person;
4. without FN a NICKNAME makes a person; ORG, a mail address, a number, in this order, name an organisation.

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
from koschuso.interchange.vcard_aspects import CardView, address_of, email_of, fallback_name, phone_kind
from koschuso.interchange.vcard_organisation import COMMITTEE, ORGANISATION
from koschuso.interchange.vcard_person import PERSON
from koschuso.interchange.vcard_relations import Book, Tie, relation_id, relation_of, tie_of
from koschuso.interchange.vcard_scope import NO_GROUPS, PRODUCT, Scope
from koschuso.interchange.vcard_value import (
    V21,
    V30,
    VERSIONS,
    card_id,
    is_quoted_printable,
    phone_of,
    preference,
    structured,
    text_of,
)
from koschuso.model import Committee, Organisation, Person, Reading, Relation, is_email

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from koschuso.interchange.component import Component
    from koschuso.interchange.foreign import AspectTable
    from koschuso.model import Record

__all__ = ["KIND_NAMES", "TABLES", "UNREADABLE_LINE", "groups_of", "kind_and_nickname", "read_cards"]

UNREADABLE_LINE: Final = "X-KOSCHUSO-ZEILE"
"""Under this name a line that nobody can read is written, so that the file stays readable for all."""

_TIES: Final = frozenset({"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER", "RELATED"})

TABLES: Final[Mapping[str, AspectTable[Scope]]] = {
    Person.KIND: PERSON,
    Organisation.KIND: ORGANISATION,
    Committee.KIND: COMMITTEE,
}
"""How each kind of record is written on a card."""

_COMPANIONS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    kind: {
        name: frozenset(aspect.names)
        for aspect in table.aspects
        if len(aspect.names) > 1 and not _TIES.intersection(aspect.names)
        for name in aspect.names
    }
    for kind, table in TABLES.items()
}
"""Of the properties that say one thing together, all the names."""

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
        self.ids: set[tuple[str, str]] = set()
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
        self._settle(card)
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
            elif name in _TIES:
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
            if not value[:5].lower() == "data:" and not _BASE64(value):
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

    def _settle(self, card: _Card) -> None:
        """Set apart the lines of modelled properties that are no fields of a record: private ones and second ones."""
        scope = card.scope
        first = card.first
        lines = card.component.lines
        if "EMAIL" in first:
            self._choose(lines, "EMAIL", scope, lambda line: bool(self._email(line)))
        if card.kind == Committee.KIND:
            return
        if "ADR" in first:
            quiet = Scope(scope.version, groups=scope.groups)
            self._choose(lines, "ADR", scope, lambda line: address_of(line, quiet) is not None)
        if "TEL" in first:
            _settle_phones(lines, scope, "CELL" if card.kind == Person.KIND else "FAX")
        if "URL" in first and card.kind == Organisation.KIND:
            self._choose(lines, "URL", scope, lambda line: bool(text_of(line)))

    def _email(self, line: ContentLine) -> str:
        text = email_of(line)
        if not text and line[1].strip():
            self.notes.note(rules.BAD_EMAIL, line=line.number, name="EMAIL", value=line[1])
        return text

    def _choose(self, lines: list[ContentLine], name: str, scope: Scope, fits: Callable[[ContentLine], bool]) -> None:
        """Leave one line of a property, the most official one, and set the others apart."""
        best: tuple[bool, int] | None = None
        chosen = -1
        found = []
        for index, line in enumerate(lines):
            if line[0].name != name:
                continue
            found.append(index)
            if scope.is_private(line) or not fits(line):
                continue
            rank = ("WORK" not in scope.kinds(line), preference(line[0]))
            if best is None or rank < best:
                best, chosen = rank, index
        for index in found:
            if index != chosen:
                lines[index] = _set_apart(lines[index])

    def _id(self, card: _Card, values: dict[str, Any]) -> str:
        record_id = str(values["id"])
        if not record_id:
            self.notes.note(rules.NO_ID, line=card.component.number, name="UID")
            record_id = _made_id(card, values)
        if (card.kind, record_id) in self.ids:
            self.notes.note(rules.DUPLICATE_ID, line=card.component.number, name="UID", value=record_id)
            number = 2
            while (card.kind, f"{record_id}-{number}") in self.ids:
                number += 1
            record_id = f"{record_id}-{number}"
        self.ids.add((card.kind, record_id))
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
                lines[index] = _set_apart(line)
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
        said = {card_id(line) for line in lines if line.name == "MEMBER"}
        for index, line in enumerate(lines):
            if line.name not in _TIES or (line.name != "RELATED" and not committee):
                continue
            if line.name == "X-ADDRESSBOOKSERVER-MEMBER" and card_id(line) in said:
                continue  # Apple's line beside MEMBER, which says more
            tie = tie_of(line, "" if line.name == "RELATED" else "mitglied_in")
            other = book.card(tie.other) if tie is not None else None
            relation = None
            if tie is not None and other is not None and book.card(card.record.id) is card.record:
                ends = (card.record, other) if line.name == "RELATED" else (other, card.record)
                relation = self._relation(tie, *ends, line)
            if relation is None:
                lines[index] = _set_apart(line)
            else:
                found.append(relation)

    def _relation(self, tie: Tie, source: Record, target: Record, line: ContentLine) -> Relation | None:
        try:
            return relation_of(tie, source, target)
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
                set_foreign(card.record, _complete(_pinned(entries, card.component, card.kind), card))


KIND_NAMES: Final = frozenset(
    {"KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS", "X-OPEN-XCHANGE-CTYPE", "N", "FN", "ORG", "NICKNAME"}
)
"""The properties that decide what a card is about."""


def kind_and_nickname(first: Mapping[str, ContentLine]) -> tuple[str, str]:
    """Tell what a card is about, and by which nickname a person is called who has no other name.

    Args:
        first: The first line of each property, at least of those in `KIND_NAMES`.
    """

    def text(name: str) -> str:
        line = first.get(name)
        return "" if line is None else text_of(line)

    stated = (text("KIND") or text("X-ADDRESSBOOKSERVER-KIND")).lower()
    company = "COMPANY" in text("X-ABSHOWAS").upper()
    if stated == "group" or text("X-OPEN-XCHANGE-CTYPE").lower() == "dlist":
        return Committee.KIND, ""
    if (stated and stated != "individual") or company:
        return Organisation.KIND, ""
    shown = text("FN")
    organisation = structured(first["ORG"], lists=False)[0] if "ORG" in first else ""
    parts = structured(first["N"]) if "N" in first else []
    parts += [""] * (3 - len(parts))
    family, given, additional = parts[:3]
    same = bool(shown) and " ".join(shown.split()) == " ".join(organisation.split())
    if given or additional or family:
        alone = same and not given and not additional and family in {shown, ""}
        return (Organisation.KIND, "") if alone and stated != "individual" else (Person.KIND, "")
    if shown:
        mailbox = (same or is_email(shown)) and stated != "individual"
        return (Organisation.KIND, "") if mailbox else (Person.KIND, "")
    nickname = text("NICKNAME").partition(",")[0].strip()
    if nickname:
        return Person.KIND, nickname
    return (Person.KIND if stated == "individual" else Organisation.KIND), ""


def _settle_phones(lines: list[ContentLine], scope: Scope, single: str) -> None:
    """Leave the official numbers; of the kind that a record has only one of, the preferred one."""
    best = -1
    for index, line in enumerate(lines):
        if line[0].name != "TEL":
            continue
        kind = phone_kind(line, scope)
        if not phone_of(line) or kind not in {"VOICE", single}:
            lines[index] = _set_apart(line)
        elif kind == single:
            if best >= 0 and preference(line[0]) < preference(lines[best][0]):
                lines[best] = _set_apart(lines[best])
                best = index
            elif best >= 0:
                lines[index] = _set_apart(line)
            else:
                best = index


def _set_apart(line: ContentLine) -> ContentLine:
    """Make a line one that is kept and never interpreted."""
    return ContentLine(UNPARSED, line.text, line.number)


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
    if organisation is None or book.card(organisation.id) is not organisation:
        return
    if book.card(card.record.id) is not card.record:
        return
    work = {"angestellt_bei", "arbeitet_an", "abgeordnet_zu"}
    if any(relation.type in work and relation.target.id == organisation.id for relation in found):
        return
    made = relation_id("arbeitet_an", card.record.id, organisation.id)
    found.append(relation_of(Tie("arbeitet_an", organisation.id, id=made), card.record, organisation))


def _pinned(entries: tuple[str, ...], component: Component, kind: str) -> list[str]:
    """Keep all lines of an aspect verbatim when one is, so that a later edit knows what they said; and VERSION always."""
    if not component.lines and not component.children:
        return []
    companions = _COMPANIONS[kind]
    pinned = list(entries)
    positions = _positions(entries) if component.children else range(len(entries))
    verbatim = {"VERSION"}
    for position, line in zip(positions, component.lines, strict=True):
        name = line[0].name
        if name in companions and pinned[position] is not name and ":" in pinned[position]:
            verbatim |= companions[name]
    for position, line in zip(positions, component.lines, strict=True):
        name = line[0].name
        if name in verbatim and pinned[position] == name:
            pinned[position] = line.text
    return pinned


def _positions(entries: Sequence[str]) -> list[int]:
    """The entries that are lines of the card itself, not of cards inside it."""
    depth = 0
    positions = []
    for index, entry in enumerate(entries):
        if depth or entry.startswith("BEGIN:"):
            depth += 1 if entry.startswith("BEGIN:") else -1 if entry.startswith("END:") else 0
        else:
            positions.append(index)
    return positions


def _complete(entries: list[str], card: _Card) -> tuple[str, ...]:
    """Name the place of lines that koschuso adds to a card, so that reading them back changes nothing."""
    first = card.first
    missing = [] if "UID" in first else ["UID"]
    if card.kind == Person.KIND and "N" not in first and "FN" not in first:
        missing += ["N", "FN"]
    if missing:
        at = next((index for index, entry in enumerate(entries) if entry.startswith("BEGIN:")), len(entries))
        if at and entries[at - 1].upper().startswith("AGENT"):
            at -= 1  # a card inside belongs to the line before it
        entries[at:at] = missing
    if "VERSION" not in first:
        entries.insert(0, f"VERSION:{V30}")
    return tuple(entries)


def groups_of(entries: Iterable[str]) -> Mapping[str, str]:
    """Give the labels of groups (X-ABLABEL) among kept entries, in lower case."""
    groups: dict[str, str] = {}
    for entry in entries:
        if "X-ABLABEL" in entry[:80].upper():
            line = Parser().line(entry.removeprefix(":"))
            if line.name == "X-ABLABEL" and line.group:
                groups[line.group.upper()] = text_of(line).casefold()
    return groups or NO_GROUPS


def read_cards(source: bytes | BinaryIO) -> Reading:
    """Read an address book; see `koschuso.interchange.vcard.read`."""
    return _Reader().read(source)
