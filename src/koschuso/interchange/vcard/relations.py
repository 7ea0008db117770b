"""Relations between the cards of one address book: MEMBER, RELATED and ORG (RFC 6350 sections 6.6.4, 6.6.5, 6.6.6).

A relation stands on the card of its source, a membership on the card of the committee:

* ``mitglied_in`` a committee is MEMBER (in 3.0 also X-ADDRESSBOOKSERVER-MEMBER, which is what Apple reads);
* every other relation is ``RELATED;X-KOSCHUSO-ART=angestellt_bei:…``;
* role, scope, days and an id of its own are parameters ``X-KOSCHUSO-ROLLE``, ``-BEREICH``, ``-VON``, ``-BIS`` (the last
  day that belongs to it), ``-ID``;
* ORG is the name of the employer or place of work. Where it is the name of exactly one organisation of the file and no
  RELATED says more, it alone means ``arbeitet_an``: the weaker of the two claims.

The id of a relation that has none of its own is made of its ends, so that importing twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from koschuso.errors import InvalidRecord
from koschuso.interchange.contentline import format_line
from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.vcard.value import V40, card_id, day_of, day_text, id_uri
from koschuso.model import ALWAYS, EMPTY, Committee, Organisation, Period, Person, Record, Reference, Relation, is_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from koschuso.interchange.contentline import ContentLine

__all__ = [
    "CARD_TYPES",
    "EMPTY_BOOK",
    "TIE_NAMES",
    "Book",
    "Tie",
    "apple_member",
    "member_lines",
    "relation_id",
    "relation_of",
    "tie_line",
    "tie_of",
]

CARD_TYPES: Final = (Person, Organisation, Committee)
"""The classes of records that have a card."""

TIE_NAMES: Final = frozenset({"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER", "RELATED"})
"""The properties that say a relation."""

MEMBERSHIP: Final = "mitglied_in"
_WORK: Final = ("angestellt_bei", "arbeitet_an", "abgeordnet_zu")
_ART: Final = "X-KOSCHUSO-ART"
_ID_BYTES: Final = 10


class Tie(NamedTuple):
    """What one line says about a relation.

    Attributes:
        type: Key of the catalogue ``beziehungsart``.
        other: Id of the card at the other end.
        role: See `Relation.role`.
        scope: See `Relation.scope`.
        since: First day, if known.
        until: First day that no longer belongs to it, if known.
        id: Id of the relation where it is not made of its ends, else empty.
    """

    type: str
    other: str
    role: str = ""
    scope: str = ""
    since: date | None = None
    until: date | None = None
    id: str = ""


def relation_id(type_: str, source: str, target: str, scope: str = "", since: date | None = None) -> str:
    """Make the id of a relation of its ends."""
    from hashlib import blake2b  # noqa: PLC0415 - importing koschuso stays cheap

    text = "\n".join((type_, source, target, scope, day_text(since) if since else ""))
    return f"beziehung-{blake2b(text.encode('utf-8', 'replace'), digest_size=_ID_BYTES).hexdigest()}"


def tie_of(line: ContentLine, type_: str = "") -> Tie | None:
    """Read a RELATED or MEMBER line; ``None`` when it is not one that koschuso can take."""
    param = line[0].param
    type_ = type_ or param(_ART)
    other = card_id(line)
    role, scope = param("X-KOSCHUSO-ROLLE"), param("X-KOSCHUSO-BEREICH")
    if not (type_ and other and is_key(type_) and all(is_key(key) for key in (role, scope) if key)):
        return None
    since = day_of(param("X-KOSCHUSO-VON"))
    period = _period(since, day_of(param("X-KOSCHUSO-BIS")))
    return Tie(type_, other, role, scope, period.since, period.until, param("X-KOSCHUSO-ID"))


def _period(since: date | None, last: date | None) -> Period:
    try:
        return Period.from_to(since, last)
    except (InvalidRecord, OverflowError):
        return ALWAYS


def tie_line(tie: Tie, version: str) -> str:
    """Write RELATED.

    >>> tie_line(Tie("angestellt_bei", "kreis-05974"), "4.0")
    'RELATED;X-KOSCHUSO-ART=angestellt_bei:urn:x-koschuso:kreis-05974'
    >>> tie_line(Tie("angestellt_bei", "kreis-05974"), "3.0")
    'RELATED;X-KOSCHUSO-ART=angestellt_bei:kreis-05974'
    """
    return _line("RELATED", {_ART: tie.type, **_params(tie)}, tie.other, version)


def member_lines(tie: Tie, version: str) -> list[str]:
    """Write MEMBER, in 3.0 also in Apple's way."""
    line = _line("MEMBER", _params(tie), tie.other, version)
    return [line] if version == V40 else [line, apple_member(tie.other)]


def apple_member(record_id: str) -> str:
    """Write a member of a group as Apple does: whatever the id is, this stands before it."""
    return f"X-ADDRESSBOOKSERVER-MEMBER:{escape_text(f'urn:uuid:{record_id}')}"


def _line(name: str, params: Mapping[str, str], record_id: str, version: str) -> str:
    """Write the line for another card; 3.0 has no URI for an id that is no UUID, so there it stands as it is."""
    uri = id_uri(record_id)
    if version == V40 or uri.startswith("urn:uuid:"):
        return format_line("", name, params, escape_text(uri))
    if record_id[:4].lower() == "urn:":
        params = {"VALUE": "text", **params}
    return format_line("", name, params, escape_text(record_id))


def _params(tie: Tie) -> dict[str, str]:
    last = Period(since=tie.since, until=tie.until).last
    found = {
        # in alphabetical order, as servers write them that make a card anew: so it comes back as it was
        "X-KOSCHUSO-BEREICH": tie.scope,
        "X-KOSCHUSO-BIS": day_text(last) if last else "",
        "X-KOSCHUSO-ID": tie.id,
        "X-KOSCHUSO-ROLLE": tie.role,
        "X-KOSCHUSO-VON": day_text(tie.since) if tie.since else "",
    }
    return {name: value for name, value in found.items() if value}


def relation_of(tie: Tie, source: Reference, target: Reference) -> Relation:
    """Make the relation that a line says.

    Raises:
        InvalidRecord: It contradicts itself, for example connects a card with itself.
    """
    return Relation(
        id=tie.id or relation_id(tie.type, source.id, target.id, tie.scope, tie.since),
        type=tie.type,
        source=source,
        target=target,
        role=tie.role,
        scope=tie.scope,
        period=Period(since=tie.since, until=tie.until),
        origin="import",
    )


class Book:
    """The cards of one file and the relations between them: what the lines of a card say about others.

    Attributes:
        lost: Relations that no line can say, because an end is not in the file.
    """

    __slots__ = ("_by_id", "_employers", "_members", "_organisations", "_references", "_related", "lost")

    def __init__(
        self,
        cards: Iterable[Record] = (),
        relations: Sequence[Relation] = (),
        references: Mapping[Any, Record] = EMPTY,
    ) -> None:
        self._by_id: dict[str, Record | None] = {}
        self._organisations: dict[str, Organisation | None] = {}
        for card in cards:
            self._by_id[card.id] = None if card.id in self._by_id else card
            if isinstance(card, Organisation):
                name = _spelling(card.name)
                self._organisations[name] = None if name in self._organisations else card
        self._references = references
        self._members: dict[str, list[Tie]] = {}
        self._related: dict[str, list[Tie]] = {}
        self._employers: dict[str, Organisation] = {}
        self.lost: list[Relation] = []
        if relations:
            self._place(relations)

    @property
    def without_relations(self) -> bool:
        """Whether no card says anything about another one."""
        return not (self._related or self._members or self._employers)

    def card(self, record_id: str) -> Record | None:
        """The one card with this id; ``None`` also when two kinds of records share it."""
        return self._by_id.get(record_id)

    def organisation(self, name: str) -> Organisation | None:
        """The one organisation of this name."""
        return self._organisations.get(_spelling(name))

    def members(self, committee: Record) -> Sequence[Tie]:
        """Who belongs to a committee."""
        return self._members.get(committee.id, ())

    def related(self, card: Record) -> Sequence[Tie]:
        """Where the other relations of a card point."""
        return self._related.get(card.id, ())

    def employer(self, person: Record) -> Organisation | None:
        """Whose name is the ORG of a person: the employer, else the place of work."""
        return self._employers.get(person.id)

    def workplaces(self, person: Record) -> list[Organisation]:
        """The organisations of the file for which somebody works."""
        ties = [tie for tie in self._related.get(person.id, ()) if tie.type in _WORK]
        found: list[Any] = [self._by_id.get(tie.other) for tie in ties]
        found.append(self._employers.get(person.id))
        return [card for card in dict.fromkeys(found) if card is not None and card.KIND == Organisation.KIND]

    def _place(self, relations: Sequence[Relation]) -> None:
        work: dict[str, list[Relation]] = {}
        placed: dict[tuple[str, str], int] = {}
        for relation in relations:
            if relation.source.kind == Person.KIND and relation.type in _WORK:
                work.setdefault(relation.source.id, []).append(relation)
                ends = (relation.source.id, relation.target.id)
                placed[ends] = placed.get(ends, 0) + 1
        for person_id, candidates in work.items():
            self._choose_employer(person_id, candidates)
        for relation in relations:
            source, target = (self._end(end) for end in (relation.source, relation.target))
            if source is None or target is None:
                self.lost.append(relation)
            elif relation.type == MEMBERSHIP and target.KIND == Committee.KIND:
                self._members.setdefault(target.id, []).append(_tie(relation, relation.source.id))
            elif not self._said_by_org(relation, placed.get((source.id, target.id), 0)):
                self._related.setdefault(source.id, []).append(_tie(relation, relation.target.id))

    def _end(self, reference: Reference) -> Record | None:
        card = self._by_id.get(reference.id)
        return card if card is not None and reference.kind == card.KIND else None

    def _choose_employer(self, person_id: str, candidates: list[Relation]) -> None:
        named = []
        for relation in candidates:
            target = relation.target
            record: Any = (
                self._end(target) or self._references.get(target) or self._references.get((target.kind, target.id))
            )
            if record is not None and record.KIND == Organisation.KIND:
                rank = (_WORK.index(relation.type), relation.period.until is not None, record.name, record.id)
                named.append((rank, record))
        if named:
            self._employers[person_id] = min(named, key=lambda pair: pair[0])[1]

    def _said_by_org(self, relation: Relation, ties: int) -> bool:
        """Whether the reader finds the relation without RELATED."""
        employer = self._employers.get(relation.source.id)
        return (
            relation.type == "arbeitet_an"
            and ties == 1
            and employer is not None
            and employer.id == relation.target.id
            and self.organisation(employer.name) is employer
            and relation.period == ALWAYS
            and not relation.scope
            and relation.id == relation_id(relation.type, relation.source.id, relation.target.id)
        )


def _spelling(name: str) -> str:
    return " ".join(name.split()).casefold()


def _tie(relation: Relation, other: str) -> Tie:
    made = relation_id(relation.type, relation.source.id, relation.target.id, relation.scope, relation.period.since)
    return Tie(
        relation.type,
        other,
        relation.role,
        relation.scope,
        relation.period.since,
        relation.period.until,
        "" if relation.id == made else relation.id,
    )


EMPTY_BOOK: Final = Book()
"""No cards, no relations."""
