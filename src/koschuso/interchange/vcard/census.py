"""Which cards a file has, as far as other cards depend on it: ids, and the names of organisations.

What a card says about others (MEMBER, RELATED, the ORG of a person) can only be told when the whole file is known. So a
file is first looked through for organisations, committees and lines that say relations. Most address books have neither:
a search over the bytes shows that every card is the card of a person who stands alone, and nothing needs to be kept.
Otherwise a census is taken: kind and id of every card, and of organisations what persons' cards say about them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.blocks import read_blocks
from koschuso.interchange.limits import DEFAULT_LIMITS
from koschuso.interchange.notes import Notes
from koschuso.interchange.unfolding import CONTROLS
from koschuso.interchange.vcard.relations import Book
from koschuso.model import Committee, Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

    from koschuso.model import Record, Relation

__all__ = ["CardBook", "Census", "Numbering", "Party", "only_persons", "surely_a_person"]

_DECIDING: Final = re.compile(
    rb"\n(?=[BbKkMmNnRrXx])(?:"  # most lines need no further look
    rb"(BEGIN[ \t]*+:)|"
    rb"(?<!=\n)(?<!=\r\n)"  # not behind a soft break
    rb"(N(?:;[^:\"\r\n]*+)?:[^;\r\n]*+;[ \t]*+(?:[^;,\s\\=\x80-\xc2\xe1-\xe3]|=[3-7][0-9A-F]))|"
    rb"((?:N|KIND|MEMBER|RELATED|X-ABSHOWAS|X-ADDRESSBOOKSERVER-(?:KIND|MEMBER)|X-OPEN-XCHANGE-CTYPE)[ \t]*+[;:]))",
    re.IGNORECASE,
)
"""The beginning of a card; an N whose second part, the given name, is not empty; what may say that it is no person's
card or not alone."""

_IN_A_GROUP: Final = re.compile(
    rb"\.(?=[KkMmNnRrUuXx])(?:N|UID|KIND|MEMBER|RELATED|X-ABSHOWAS|X-ADDRESSBOOKSERVER-(?:KIND|MEMBER)"
    rb"|X-OPEN-XCHANGE-CTYPE)[ \t]*+[;:]",
    re.IGNORECASE,
)
_FOLDED_NAME: Final = re.compile(rb"\n[A-Za-z0-9.-]*+\r?\n[ \t]")
_BEGIN, _NAME, _OTHER = 1, 2, 3  # the groups of `_DECIDING`
_UID: Final = re.compile(rb"\nUID:([!-+\--:<-\[\]-~]++)\r?\n(?![ \t\r\n])")
_ANY_UID: Final = re.compile(rb"\nUID[ \t]*+[;:]", re.IGNORECASE)
_URN: Final = b"urn:"


def only_persons(stream: BinaryIO) -> bool:
    """Look through a file whether every card is surely that of a person and none says a relation.

    A quick search over the bytes: False only means that it has to be found out in another way.
    """
    named = True
    for block in read_blocks(stream, Notes(), DEFAULT_LIMITS):
        data = b"\n" + block
        if _hides_something(data):
            return False
        for found in _DECIDING.finditer(data):
            begins = found.lastindex == _BEGIN
            if begins is not named or found.lastindex == _OTHER:
                return False
            named = not begins
    return named


def surely_a_person(raw: bytes) -> str:
    """Give the id of a card that surely is that of a person; empty for one that has to be read."""
    uid = _UID.search(raw)
    if (
        uid is None
        or uid[1][: len(_URN)].lower() == _URN
        or [found.lastindex for found in _DECIDING.finditer(raw)] != [_NAME]
        or len(_ANY_UID.findall(raw)) != 1
        or _hides_something(raw)
    ):
        return ""
    return uid[1].decode("ascii")


def _hides_something(data: bytes) -> bool:
    """Whether a property may stand where a search at the beginnings of lines does not see it."""
    return (
        _IN_A_GROUP.search(data) is not None
        or _FOLDED_NAME.search(data) is not None
        or len(data.translate(None, CONTROLS)) != len(data)
    )


class Numbering:
    """Gives each card of a file an id of its own: a second card with the same id gets a number behind it."""

    def __init__(self) -> None:
        self._taken: dict[str, dict[str, int]] = {kind.KIND: {} for kind in (Person, Organisation, Committee)}

    def take_first(self, kind: str, record_id: str) -> bool:
        """Note that a card has this id, unless one before has it."""
        taken = self._taken[kind]
        if record_id in taken:
            return False
        taken[record_id] = 1
        return True

    def free(self, kind: str, stem: str) -> str:
        """The id that the next card of this kind with this id gets."""
        taken = self._taken[kind]
        number = taken.get(stem)
        if number is None:
            return stem
        while (found := f"{stem}-{number + 1}") in taken:
            number += 1
        return found

    def take(self, kind: str, stem: str, record_id: str) -> None:
        """Note that a card has this id."""
        taken = self._taken[kind]
        taken[record_id] = 1
        if record_id != stem:
            taken[stem] = int(record_id[len(stem) + 1 :])

    def kinds(self, record_id: str) -> list[str]:
        """The kinds of records that have a card with this id."""
        return [kind for kind, taken in self._taken.items() if record_id in taken]


class Party:
    """What others need to know of a card.

    Attributes:
        KIND: Kind of the record.
        id: Its id.
        name: Of an organisation its name.
        type: Of an organisation its type.
        schulform: Of a school its Schulform.
    """

    __slots__ = ("KIND", "id", "name", "schulform", "type")

    def __init__(self, kind: str, record_id: str, name: str = "", type_: str = "", schulform: str = "") -> None:
        self.KIND = kind
        self.id = record_id
        self.name = name
        self.type = type_
        self.schulform = schulform

    @property
    def school(self) -> Party | None:
        """What is special about a school."""
        return self if self.schulform else None

    @classmethod
    def of(cls, record: Any) -> Party:
        """What others need to know of a record."""
        if record.KIND != Organisation.KIND:
            return cls(record.KIND, record.id)
        return cls(record.KIND, record.id, record.name, record.type, record.school.schulform if record.school else "")


class Census:
    """The cards of a file.

    Attributes:
        empty: Whether no card can say anything about another.
    """

    def __init__(self) -> None:
        self.numbering = Numbering()
        self.empty = True
        self._organisations: dict[str, Party] = {}
        self._by_name: dict[str, Party | None] = {}

    def add(self, party: Party, stem: str = "") -> None:
        """Count a card.

        Args:
            party: The card.
            stem: Its id before it got a number.
        """
        self.numbering.take(party.KIND, stem or party.id, party.id)
        self.enter(party)

    def enter(self, party: Party) -> None:
        """Note a card that has its number."""
        self.empty = False
        if party.KIND == Organisation.KIND:
            self._organisations[party.id] = party
            name = spelling(party.name)
            self._by_name[name] = None if name in self._by_name else party

    def card(self, record_id: str) -> Party | None:
        """The one card with this id; ``None`` also when two kinds of records share it."""
        kinds = self.numbering.kinds(record_id)
        if len(kinds) != 1:
            return None
        return self._organisations[record_id] if kinds[0] == Organisation.KIND else Party(kinds[0], record_id)

    def organisation(self, name: str) -> Party | None:
        """The one organisation of this name."""
        return self._by_name.get(spelling(name))

    def answer(self, question: str) -> str:
        """Say in one word what a card depends on: ``"=name"`` asks for an organisation, anything else for an id."""
        party = self.organisation(question[1:]) if question[:1] == "=" else self.card(question[1:])
        if party is None:
            return ""
        alone = "" if self.card(party.id) is not None else "?"
        return f"{party.KIND}/{party.id}{alone}/{party.type}/{party.schulform}/{party.name}"


def spelling(name: str) -> str:
    """A name as it is compared."""
    return " ".join(name.split()).casefold()


class CardBook(Book):
    """The relations that one card says."""

    __slots__ = ("_census",)

    def __init__(self, census: Census, record: Record, ends: Iterable[Party], relations: Sequence[Relation]) -> None:
        self._census = census
        parties: dict[str, Any] = {party.id: party for party in ends}
        parties.pop(record.id, None)
        super().__init__((record, *parties.values()), relations)

    def organisation(self, name: str) -> Any:
        """The one organisation of this name in the whole file."""
        party = self._census.organisation(name)
        return None if party is None else self.card(party.id)
