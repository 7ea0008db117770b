"""Makes a record of a card, says which relations it has, and which of its lines are to be kept.

One `CardReader` reads the cards of one file in their order. What a card means by itself is told by `CardReader.card`; what
it says about others by `relations`, which needs the `Census` of the file; `foreign` comes last and gives the lines that the
record keeps (`koschuso.interchange.foreign` says in which form).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from koschuso.errors import InvalidRecord
from koschuso.interchange.extra_lines import NO_FIELDS, ExtraLines, add_values
from koschuso.interchange.textvalue import decode_quoted_printable
from koschuso.interchange.vcard import notes as rules
from koschuso.interchange.vcard.aspects import CardView, fallback_name
from koschuso.interchange.vcard.card import CardParser
from koschuso.interchange.vcard.census import CardBook, Numbering, Party, spelling
from koschuso.interchange.vcard.fields import FieldReader, matched
from koschuso.interchange.vcard.keep import MODELLED, TABLES, completed, says_together
from koschuso.interchange.vcard.kind import KIND_NAMES, kind_and_nickname
from koschuso.interchange.vcard.relations import EMPTY_BOOK, Tie, relation_of, tie_of
from koschuso.interchange.vcard.scope import PRODUCT, label_meaning
from koschuso.interchange.vcard.value import (
    V21,
    V30,
    VERSIONS,
    card_id,
    id_line,
    is_quoted_printable,
    structured,
    text_of,
)
from koschuso.model import Committee, Organisation, Person, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.notes import Notes
    from koschuso.interchange.segment import Segment
    from koschuso.interchange.vcard.card import Card
    from koschuso.interchange.vcard.census import Census
    from koschuso.model import ExtraField, Record, Relation

__all__ = ["CardReader"]

_CLASSES: Final[Mapping[str, Callable[..., Record]]] = {
    Person.KIND: Person,
    Organisation.KIND: Organisation,
    Committee.KIND: Committee,
}
_ID_BYTES: Final = 10
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*").fullmatch
_ENVELOPE: Final = frozenset({"VERSION", "PRODID", "UID", "REV", "KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS"})
_WORK: Final = frozenset({"angestellt_bei", "arbeitet_an", "abgeordnet_zu"})
_RELATED: Final = "RELATED"
_MEMBER: Final = "MEMBER"
_APPLES_MEMBER: Final = "X-ADDRESSBOOKSERVER-MEMBER"


class CardReader:
    """Reads the cards of one file.

    Attributes:
        notes: Takes what was wrong.
        parser: Takes the segments apart.
        numbering: The ids so far.
    """

    def __init__(self, notes: Notes, fields: Sequence[ExtraField] = ()) -> None:
        self.notes = notes
        self.parser = CardParser(notes)
        self._extras = ExtraLines(fields, MODELLED) if fields else NO_FIELDS
        self.numbering = Numbering()
        self._fields = FieldReader(notes)
        self._members_of: tuple[Card | None, frozenset[str]] = (None, frozenset())

    def card(self, segment: Segment) -> Card:
        """Read a card as far as it can be understood by itself."""
        card = self.parser.card(segment)
        shape = card.shape
        values = card.values
        if shape.encoded:
            self._look_at_encodings(card)
            values = card.values
        at = shape.first.get("VERSION")
        version = "" if at is None else values[at]
        if version not in VERSIONS:
            version = self._version(card)
        if shape.doubtful:
            self._look_at_heads(card, version)
        labels = tuple([label_meaning(text_of(card.line(index))) for index in shape.labels]) if shape.labels else ()
        kind, nickname, parts = self._kind(card)
        plan = card.plan = shape.plan(kind, version, labels, self.notes)
        at = shape.first.get("PRODID")
        card.own = at is not None and values[at].strip() == PRODUCT
        fields = self._fields.fields(card, parts)
        self._identify(card, fields)
        if kind == Person.KIND:
            if not (fields["given_name"] or fields["family_name"]):
                fields["given_name"] = nickname or fallback_name(fields["email"], fields["phones"])
        elif not fields["name"]:
            fields["name"] = fallback_name(fields["email"], fields.get("phones", ()))
            self.notes.note(rules.NO_NAME, line=card.number)
            card.renamed = True
        elif kind == Committee.KIND and not (fields["type"] or card.own or "X-KOSCHUSO-ART" in shape.first):
            self.notes.note(rules.GROUP_WITHOUT_TYPE, line=card.number, name="KIND")
        card.record = self._record(card, plan.kind, fields)
        if shape.extra and self._extras:
            self._take_values(card)
        return card

    # -- the card by itself ------------------------------------------------------------------------------------------------

    def _version(self, card: Card) -> str:
        """The version of a card that does not say it plainly."""
        line = card.first("VERSION")
        version = "" if line is None else text_of(line)
        if version in VERSIONS:
            return version
        self.notes.note(rules.NO_VERSION, line=card.number, name="VERSION", value=version)
        return V30

    def _look_at_heads(self, card: Card, version: str) -> None:
        shape = card.shape
        if shape.bare and version != V21:
            bare = [(card.line_number(index), shape.heads[index].name, "") for index in shape.bare]
            rules.note_lines(self.notes, rules.BARE_PARAMETER, bare)
        for rule, places in ((rules.REPEATED, shape.repeated), (rules.UNKNOWN_PROPERTY, shape.unknown)):
            for index in places:
                name, value = shape.heads[index].name, card.values[index]
                self.notes.note(rule, line=card.line_number(index), name=name, value=value)

    def _look_at_encodings(self, card: Card) -> None:
        heads = card.shape.heads
        values = card.values = list(card.values)
        unreadable: list[tuple[int, str, str]] = []
        for index in sorted(card.shape.encoded):
            head, value = heads[index], values[index]
            if head.base64:
                if value[:5].lower() != "data:" and not _BASE64(value):
                    self.notes.note(rules.BAD_BASE64, line=card.line_number(index), name=head.name, value=value)
            elif is_quoted_printable(head):
                if value.endswith("="):
                    # a soft break with nothing behind it: written back, it would swallow the line after it
                    values[index] = value.rstrip("=")
                    card.entries[index] = f"{head.text}:{values[index]}"
                if not decode_quoted_printable(value, head.param("CHARSET"))[1]:
                    unreadable.append((card.line_number(index), head.name, value))
        if unreadable:
            rules.note_lines(self.notes, rules.BAD_CHARSET, unreadable)

    def _kind(self, card: Card) -> tuple[str, str, list[str] | None]:
        """Tell what the card is about, a nickname, and the parts of N where it is a simple one."""
        shape = card.shape
        parts = None
        if shape.plain_name >= 0:
            value = card.values[shape.plain_name]
            if "\\" not in value and "," not in value:
                parts = [part.strip() for part in value.split(";")]
                if not shape.stated and len(parts) > 1 and parts[1]:
                    return Person.KIND, "", parts
        deciding = {name: card.line(index) for name, index in shape.first.items() if name in KIND_NAMES}
        return *kind_and_nickname(deciding), parts

    def _identify(self, card: Card, fields: dict[str, Any]) -> None:
        kind = card.plan.kind
        stem = fields["id"]
        if not stem:
            self.notes.note(rules.NO_ID, line=card.number, name="UID")
            stem = fields["id"] = _made_id(card, fields)
        record_id = card.stem = stem
        if not self.numbering.take_first(kind, stem):
            self.notes.note(rules.DUPLICATE_ID, line=card.number, name="UID", value=stem)
            record_id = fields["id"] = self.numbering.free(kind, stem)
            self.numbering.take(kind, stem, record_id)
        at = card.shape.first.get("UID")
        if at is not None and (
            (record_id is card.plain_id and record_id == card.values[at])
            or card.entries[at] == id_line(record_id, card.plan.scope.version)
        ):
            card.same.append(at)

    def _record(self, card: Card, kind: str, fields: dict[str, Any]) -> Record:
        make = _CLASSES[kind]
        if kind != Committee.KIND:
            fields["source"] = "import"
        try:
            return make(**fields)
        except InvalidRecord:
            self.notes.note(rules.REFUSED_CARD, line=card.number)
        if kind == Person.KIND:
            names = {"N", "FN"}
            least = {field: fields[field] for field in ("id", "source", "given_name", "family_name")}
        else:
            names = {"N", "FN", "ORG"}
            least = {"id": fields["id"], "name": fields["name"], "type": ""}
            if kind == Organisation.KIND:
                least.update(source="import", type="sonstige")
        table = TABLES[kind]
        for index, head in enumerate(card.shape.heads):
            if head.name in table and head.name not in names and head.name not in _ENVELOPE:
                card.set_apart(index)
        card.same = [index for index in card.same if not card.is_apart(index)]
        card.refused = True
        return make(**least)

    def _take_values(self, card: Card) -> None:
        """Take the values of plugins' fields."""
        lines = [card.line(index) for index in card.shape.extra]
        taken = self._extras.taken(card.record.KIND, lines, self.notes, "vcard")
        if taken.places:
            card.taken = frozenset(card.shape.extra[place] for place in taken.places)
            add_values(card.record, taken.values)

    # -- what it says about others -----------------------------------------------------------------------------------------

    def relations(self, card: Card, census: Census) -> list[Relation]:
        """Find the relations whose both ends are in the file; the lines about others are set apart."""
        if card.refused:
            return []
        found: dict[str, Relation] = {}
        ends: list[Party] = []
        for index in card.shape.ties:
            name = card.shape.heads[index].name
            if name == _RELATED or card.record.KIND == Committee.KIND:
                self._resolve(card, index, census, found, ends)
        if card.record.KIND == Person.KIND and "ORG" in card.shape.first:
            self._employ(card, census, found, ends)
        relations = list(found.values())
        if relations:
            card.book = CardBook(census, card.record, ends, relations)
        return relations

    def _resolve(self, card: Card, index: int, census: Census, found: dict[str, Relation], ends: list[Party]) -> None:
        """Take one line, or set it apart."""
        line = card.line(index)
        related = line.name == _RELATED
        tie = tie_of(line, "" if related else "mitglied_in")
        other = None if tie is None else census.card(tie.other)
        here = census.card(card.record.id)  # nobody when another kind of record has the same id
        relation = None
        if tie is not None and other is not None and here is not None:
            relation = self._relation(tie, (here, other) if related else (other, here), line)
        if relation is None or other is None:
            card.set_apart(index)
        elif line.name != _APPLES_MEMBER or card_id(line) not in self._members(card):
            # Apple's line says less than the MEMBER beside it
            found.setdefault(relation.id, relation)
            ends.append(other)

    def _members(self, card: Card) -> frozenset[str]:
        """The ids that MEMBER names."""
        if self._members_of[0] is not card:
            named = (at for at in card.shape.ties if card.shape.heads[at].name == _MEMBER)
            self._members_of = card, frozenset(card_id(card.line(at)) for at in named)
        return self._members_of[1]

    def _employ(self, card: Card, census: Census, found: dict[str, Relation], ends: list[Party]) -> None:
        """Take ORG as the place of work when it names an organisation of the file and RELATED does not say more."""
        employer = census.organisation(_employer_name(card))
        here = census.card(card.record.id)
        if employer is None or here is None or census.card(employer.id) is None:
            return
        ends.append(employer)
        if not any(relation.type in _WORK and relation.target.id == employer.id for relation in found.values()):
            relation = relation_of(Tie("arbeitet_an", employer.id), _reference(here), _reference(employer))
            found.setdefault(relation.id, relation)

    def questions(self, card: Card) -> list[str]:
        """What the meaning of a card depends on, see `Census.answer`."""
        record = card.record
        asked = [f"#{card_id(card.line(at))}" for at in card.shape.ties]
        if record.KIND == Person.KIND and "ORG" in card.shape.first:
            asked.append(f"={spelling(_employer_name(card))}")
        return asked

    def _relation(self, tie: Tie, ends: tuple[Party, Party], line: ContentLine) -> Relation | None:
        try:
            return relation_of(tie, _reference(ends[0]), _reference(ends[1]))
        except InvalidRecord:
            self.notes.note(rules.BAD_KEY, line=line.number, name=line.name, value=line.value)
            return None

    # -- what is kept ----------------------------------------------------------------------------------------------------------

    def foreign(self, card: Card) -> tuple[str, ...]:
        """Give the entries of ``Record.foreign``."""
        plan = card.plan
        shape = card.shape
        entries = card.entries
        if card.own or card.book is not None or card.renamed or plan.kind != Person.KIND:
            self._compare_derived(card)
            if self._says_all(card):
                return ()
        heads = shape.heads
        for index in card.same:
            name = heads[index].name
            if name != "VERSION":  # it says how the other lines are to be read
                entries[index] = name
        if card.component is not None and card.component.children:
            entries = _with_children(card)
        elif card.taken:
            entries = [entry for index, entry in enumerate(entries) if index not in card.taken]
        return completed(entries, shape.first, plan.kind)

    def _compare_derived(self, card: Card) -> None:
        """Find out which lines that follow from other things are those that koschuso would write."""
        plan = card.plan
        scope = plan.scope
        at = card.shape.first.get("REV")
        scope.stamp = text_of(card.line(at)) if card.own and at is not None else ""
        scope.book = EMPTY_BOOK if card.book is None else card.book
        view = card.view = CardView(card.record, scope)
        aspects: Sequence[Any] = plan.derived
        if card.renamed:
            aspects = [*aspects, *((aspect, places) for aspect, places in plan.aspects if "FN" in aspect.names)]
            renamed = {place for aspect, places in plan.aspects if "FN" in aspect.names for place in places}
            card.same = [index for index in card.same if index not in renamed]
        for aspect, places in aspects:
            own, wanting = matched(card, places, aspect.write(view, scope))
            card.wanting = card.wanting or wanting
            if says_together(aspect) and (len(own) < len(places) or aspect in plan.pinned):
                continue
            card.same += own

    def _says_all(self, card: Card) -> bool:
        """Whether koschuso would write exactly the lines of the card."""
        plan = card.plan
        if not card.own or card.wanting or len(card.same) + len(card.taken) < len(card.entries):
            return False
        if card.component is not None and card.component.children:
            return False
        view, scope = card.view, plan.scope
        return not any(aspect.write(view, scope) for aspect in plan.silent)


def _reference(party: Party) -> Reference:
    return Reference(party.KIND, party.id)


def _employer_name(card: Card) -> str:
    at = card.shape.first["ORG"]
    value = card.values[at]
    if "\\" not in value and at not in card.shape.encoded:
        return value.partition(";")[0]
    return structured(card.line(at), lists=False)[0]


def _with_children(card: Card) -> list[str]:
    """The entries, with the cards inside where they stood."""
    entries: list[str] = []
    done = 0
    component = card.component
    for child in component.children if component is not None else ():
        position = max(done, child.position)
        entries += _kept(card, done, position)
        entries += child.texts()
        done = position
    return entries + _kept(card, done, len(card.entries))


def _kept(card: Card, since: int, until: int) -> list[str]:
    return [entry for index, entry in enumerate(card.entries[since:until], since) if index not in card.taken]


def _made_id(card: Card, fields: Mapping[str, Any]) -> str:
    """Make an id of what identifies a card that has none."""
    from hashlib import blake2b  # noqa: PLC0415 - only for cards without UID

    name = " ".join(str(fields.get(field, "")) for field in ("given_name", "family_name", "name"))
    organisation = card.first("ORG")
    employer = "" if organisation is None else organisation.value
    identity = [" ".join(text.split()).casefold() for text in (name, employer, str(fields.get("email", "")))]
    if not any(identity):
        identity = [entry.removeprefix(":") for entry in card.entries]
    text = "\n".join((card.plan.kind, *identity))
    return f"karte-{blake2b(text.encode('utf-8', 'replace'), digest_size=_ID_BYTES).hexdigest()}"
