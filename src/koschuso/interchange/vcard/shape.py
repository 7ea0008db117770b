"""What the heads of a card tell before any value is looked at; found out once for all cards that are made alike.

The cards of one address book are written by one program: the same properties with the same parameters in the same order
come again from card to card. So what depends on the heads alone is kept: a `Shape` knows where which property stands,
and a `Plan` (for one kind of record, one version and the labels of groups) which line may give which field, which lines
are kept without being interpreted and which property koschuso does not model.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.contentline import ContentLine
from koschuso.interchange.vcard.aspects import ADDRESS, EMAIL, phone_kind, phone_lines
from koschuso.interchange.vcard.keep import TABLES, UNREADABLE_LINE
from koschuso.interchange.vcard.names import KNOWN, ONCE
from koschuso.interchange.vcard.relations import TIE_NAMES
from koschuso.interchange.vcard.scope import NO_GROUPS, Scope
from koschuso.interchange.vcard.value import preference
from koschuso.model import Address, Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.interchange.contentline import Head
    from koschuso.interchange.foreign import Aspect
    from koschuso.interchange.notes import Notes

__all__ = ["Plan", "Shape"]

_OWN: Final = "X-KOSCHUSO-"
_SAYS_THE_KIND: Final = ("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS", "X-OPEN-XCHANGE-CTYPE")
_PSEUDO_FIELDS: Final = frozenset({"derived", "members", "related", "org"})
_CONTACT: Final = ("EMAIL", "TEL", "ADR", "URL")
_MAX_PLANS: Final = 64
_NOWHERE: Final = -1


class Shape:
    """The heads of a card, in order.

    Attributes:
        heads: The heads.
        first: Where the first line of each property stands.
        quick: Whether a card of this shape can be divided at the first colons of its lines.
        encoded: Lines with an ENCODING.
        labels: Labels of groups (X-ABLABEL).
        wrapped: Lines that koschuso wrapped because nobody could read them.
        ties: Lines that can say a relation.
        extra: Lines of properties that may carry the value of a plugin's field.
        bare: Lines with parameters without a name.
        repeated: Lines of properties that may stand only once and stood before.
        unknown: Lines of properties that no version knows.
        doubtful: Whether there is anything to say about the heads.
        stated: Whether a property of its own says what the card is about.
        plain_name: Where N stands if nothing in its head changes how it is read, else -1.
    """

    __slots__ = (
        "_plans",
        "bare",
        "doubtful",
        "encoded",
        "extra",
        "first",
        "heads",
        "labels",
        "plain_name",
        "quick",
        "repeated",
        "stated",
        "ties",
        "unknown",
        "wrapped",
    )

    def __init__(self, heads: Sequence[Head]) -> None:
        self.heads = tuple(heads)
        self.first: dict[str, int] = {}
        self.encoded = frozenset(index for index, head in enumerate(heads) if "ENCODING" in head.params)
        self.labels: list[int] = []
        self.wrapped: list[int] = []
        self.ties: list[int] = []
        self.bare: list[int] = []
        self.repeated: list[int] = []
        self.unknown: list[int] = []
        self.extra: list[int] = []
        self.quick = True
        for index, head in enumerate(heads):
            name = head.name
            if self.first.setdefault(name, index) != index and name in ONCE and "ALTID" not in head.params:
                self.repeated.append(index)
            if name and name not in KNOWN and not name.startswith("X-"):
                self.unknown.append(index)
            if not name or head.text.count('"') % 2:
                self.quick = False
            elif name == "X-ABLABEL" and head.group:
                self.labels.append(index)
            elif name == UNREADABLE_LINE:
                self.wrapped.append(index)
            elif name in TIE_NAMES:
                self.ties.append(index)
            if name.startswith(_OWN):
                self.extra.append(index)
            if any(not parameter for parameter, _values in head.pairs):
                self.bare.append(index)
        self.doubtful = bool(self.bare or self.repeated or self.unknown)
        self.stated = any(name in self.first for name in _SAYS_THE_KIND)
        at = self.first.get("N", _NOWHERE)
        self.plain_name = _NOWHERE if at in self.encoded else at
        self._plans: dict[tuple[str, str, tuple[str, ...]], Plan] = {}

    def plan(self, kind: str, version: str, labels: tuple[str, ...], notes: Notes) -> Plan:
        """Give the plan for a card whose labels of groups say this."""
        plan = self._plans.get((kind, version, labels))
        if plan is None:
            groups = {self.heads[at].group.upper(): label for at, label in zip(self.labels, labels, strict=True)}
            plan = Plan(self, kind, Scope(version, groups=groups or NO_GROUPS))
            plan.scope.notes = notes
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            self._plans[kind, version, labels] = plan
        return plan


class Plan:
    """Which line of a card gives what.

    Attributes:
        shape: The shape of the card.
        kind: Kind of the record.
        scope: Version and groups.
        absent: The values of all fields that no line says.
        aspects: The other aspects whose lines say fields, with the places of these.
        derived: Aspects whose lines say nothing of their own, or depend on the other cards, with their places.
        silent: Aspects without lines.
        apart: Lines that are kept and never interpreted.
        pinned: Aspects of several properties whose lines are all kept verbatim.
        emails: Lines with a mail address that is not private, with their rank.
        addresses: Lines with an address that is not private, with their rank, the best first.
        homepages: Lines with a homepage, with their rank, the best first.
        phones: Lines with an official number, what it is for, and its rank.
        email_head: How koschuso writes the head of EMAIL.
        address_head: How koschuso writes the head of ADR.
        phone_heads: How koschuso writes the head of TEL, by what the number is for.
    """

    __slots__ = (
        "absent",
        "address_head",
        "addresses",
        "apart",
        "aspects",
        "derived",
        "email_head",
        "emails",
        "homepages",
        "kind",
        "phone_heads",
        "phones",
        "pinned",
        "scope",
        "shape",
        "silent",
    )

    def __init__(self, shape: Shape, kind: str, scope: Scope) -> None:
        self.shape = shape
        self.kind = kind
        self.scope = scope
        self.emails: list[tuple[int, tuple[bool, int]]] = []
        self.addresses: list[tuple[int, tuple[bool, int]]] = []
        self.homepages: list[tuple[int, tuple[bool, int]]] = []
        self.phones: list[tuple[int, str, int]] = []
        self.apart: list[int] = []
        self.pinned: set[Aspect[Scope]] = set()
        table = TABLES[kind]
        self.absent: Mapping[str, Any] = {
            field: value for field, value in table.read((), scope).items() if field not in _PSEUDO_FIELDS
        }
        self.email_head = _head(EMAIL.write(SimpleNamespace(email="a@b.de"), scope))
        self.address_head = _head(ADDRESS.write(SimpleNamespace(address=Address(street="1")), scope))
        self.phone_heads = {use: _head(phone_lines(use, ("1",), scope)) for use in ("VOICE", "CELL", "FAX")}
        found: dict[Aspect[Scope], list[int]] = {}
        seen: set[str] = set()
        for index, head in enumerate(shape.heads):
            name = head.name
            aspect = table.aspect_of(name)
            if not name:
                self.apart.append(index)
            elif aspect is None:
                continue
            elif name in _CONTACT and (name != "URL" or kind == Organisation.KIND):
                self._place_contact(index, ContentLine(head, ""))
            elif name in seen and name not in aspect.several:
                self.apart.append(index)
                if len(aspect.names) > 1:
                    self.pinned.add(aspect)
            else:
                seen.add(name)
                found.setdefault(aspect, []).append(index)
        self.addresses.sort(key=_rank)
        self.homepages.sort(key=_rank)
        self.aspects = tuple((aspect, tuple(places)) for aspect, places in found.items() if _gives_fields(aspect))
        self.derived = tuple((aspect, tuple(places)) for aspect, places in found.items() if not _gives_fields(aspect))
        mentioned = {*found, *(table.aspect_of(name) for name in _CONTACT if name in shape.first)}
        self.silent = tuple(aspect for aspect in table.aspects if aspect not in mentioned)

    def _place_contact(self, index: int, line: ContentLine) -> None:
        """Of the properties of which the official lines count, see what for."""
        scope = self.scope
        rank = ("WORK" not in scope.kinds(line), preference(line.head))
        if line.name == "TEL":
            use = phone_kind(line, scope)
            if use in {"VOICE", "CELL" if self.kind == Person.KIND else "FAX"}:
                self.phones.append((index, use, rank[1]))
            else:
                self.apart.append(index)
        elif scope.is_private(line):
            self.apart.append(index)
        else:
            {"EMAIL": self.emails, "ADR": self.addresses, "URL": self.homepages}[line.name].append((index, rank))


def _rank(ranked: tuple[int, tuple[bool, int]]) -> tuple[bool, int]:
    return ranked[1]


def _gives_fields(aspect: Aspect[Scope]) -> bool:
    return bool(aspect.fields) and _PSEUDO_FIELDS.isdisjoint(aspect.fields)


def _head(lines: Sequence[str]) -> str:
    return lines[0].partition(":")[0]
