"""Reads the fields of a record from a card by its plan; the usual spellings quickly, all others as the aspects do it.

For each line that is read it is also found out whether koschuso would write exactly this line for the value
(``Card.same``): such a line needs not be kept. The quick ways look at values without escapes and encodings, which say
what they mean; they give the same as the aspects of `koschuso.interchange.vcard.person` and
`koschuso.interchange.vcard.organisation`, and everything that is not so simple is left to these.

Private and second values (a mail address at home, a mobile number that is not marked as official, a second address) are
no fields of a record (domain.md DS-02); their lines are kept as they are.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.vcard import notes as rules
from koschuso.interchange.vcard.aspects import ADDRESS, GERMANY, ID, address_of, email_of
from koschuso.interchange.vcard.organisation import HOMEPAGE
from koschuso.interchange.vcard.person import NAME
from koschuso.interchange.vcard.value import V40, card_id, phone_of, text_of
from koschuso.model import Address, is_email

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.interchange.foreign import Aspect
    from koschuso.interchange.notes import Notes
    from koschuso.interchange.vcard.card import Card
    from koschuso.interchange.vcard.scope import Scope

__all__ = ["FieldReader", "matched"]

_N_PARTS: Final = 5
_ADR_PARTS: Final = 7
_POSTAL_CODE_DIGITS: Final = 5
_SALUTATIONS: Final = ("Frau", "Herr")
_MAX_REMEMBERED: Final = 512
_LONGEST_REMEMBERED: Final = 200

_Told = tuple["Mapping[str, Any]", tuple[bool, ...], bool]


class FieldReader:
    """Reads the fields of the cards of one file."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._remembered: dict[tuple[object, ...], _Told] = {}

    def fields(self, card: Card, name_parts: Sequence[str] | None) -> dict[str, Any]:
        """Give the values of all fields.

        Args:
            card: The card; it learns which of its lines are kept apart and which are koschuso's own.
            name_parts: The parts of N where it is a simple one.
        """
        plan = card.plan
        fields = dict(plan.absent)
        for index in plan.apart:
            card.set_apart(index)
        if plan.emails:
            self._email(card, fields)
        if plan.phones:
            self._phones(card, fields)
        if plan.addresses:
            self._address(card, fields)
        if plan.homepages:
            self._homepage(card, fields)
        for aspect, places in plan.aspects:
            if aspect is NAME and name_parts is not None and _plain_name(card, places, name_parts, fields):
                continue
            if aspect is ID:
                _id(card, places[0], fields)
            else:
                self._other(card, aspect, places, fields)
        return fields

    # -- contact data: of several lines the most official one ---------------------------------------------------------------

    def _email(self, card: Card, fields: dict[str, Any]) -> None:
        best: tuple[bool, int] | None = None
        chosen = -1
        for index, rank in card.plan.emails:
            value = card.values[index]
            if "\\" in value or ":" in value or index in card.shape.encoded:
                email = email_of(card.line(index))
            else:
                email = value.strip()
                email = email if is_email(email) else ""
            if email:
                if best is None or rank < best:
                    best, chosen, fields["email"] = rank, index, email
            elif value.strip():
                self._notes.note(rules.BAD_EMAIL, line=card.line_number(index), name="EMAIL", value=value)
        for index, _rank in card.plan.emails:
            if index != chosen:
                card.set_apart(index)
        if chosen >= 0 and card.entries[chosen] == f"{card.plan.email_head}:{escape_text(fields['email'])}":
            card.same.append(chosen)

    def _phones(self, card: Card, fields: dict[str, Any]) -> None:
        """Take the official numbers; of the kind that a record has only one of, the preferred one."""
        plan = card.plan
        entries, encoded = card.entries, card.shape.encoded
        voice: list[tuple[int, str]] = []
        best = -1
        best_rank = 0
        for index, use, rank in plan.phones:
            value = card.values[index]
            number = value.strip()
            if "\\" in value or index in encoded or number[:4].lower() == "tel:":
                number = phone_of(card.line(index))
            if not number:
                card.set_apart(index)
                continue
            if use == "VOICE":
                voice.append((rank, number))
            else:
                if best >= 0:
                    if rank >= best_rank:
                        card.set_apart(index)
                        continue
                    card.set_apart(best)
                best, best_rank = index, rank
                fields["mobile" if use == "CELL" else "fax"] = number
            if entries[index] == f"{plan.phone_heads[use]}:{escape_text(number)}":
                card.same.append(index)
        if len(voice) > 1:
            voice.sort(key=_preference)
        fields["phones"] = tuple([number for _rank, number in voice])

    def _address(self, card: Card, fields: dict[str, Any]) -> None:
        plan = card.plan
        chosen = -1
        for index, _rank in plan.addresses:
            if chosen < 0:
                address, own = None, False
                value = card.values[index]
                if "\\" not in value and "," not in value and index not in card.shape.encoded:
                    address, own = _plain_address(value)
                if address is None:
                    address = address_of(card.line(index), plan.scope)
                    own = address is not None and card.entries[index] in ADDRESS.write(
                        SimpleNamespace(address=address), plan.scope
                    )
                if address is not None:
                    chosen, fields["address"] = index, address
                    if own and card.shape.heads[index].text == plan.address_head:
                        card.same.append(index)
                    continue
            card.set_apart(index)

    def _homepage(self, card: Card, fields: dict[str, Any]) -> None:
        chosen = -1
        for index, _rank in card.plan.homepages:
            if chosen < 0:
                text = text_of(card.line(index))
                if text:
                    chosen, fields["homepage"] = index, text
                    continue
            card.set_apart(index)
        if chosen >= 0:
            own = HOMEPAGE.write(SimpleNamespace(homepage=fields["homepage"]), card.plan.scope)
            if card.entries[chosen] in own:
                card.same.append(chosen)

    # -- everything else --------------------------------------------------------------------------------------------------

    def _other(self, card: Card, aspect: Aspect[Scope], places: Sequence[int], fields: dict[str, Any]) -> None:
        """Read an aspect in its own way, and remember what it said: keys and titles come again and again."""
        plan = card.plan
        values = card.values
        said = (aspect, plan, values[places[0]] if len(places) == 1 else tuple([values[index] for index in places]))
        told = self._remembered.get(said)
        if told is None:
            before = len(self._notes.findings)
            told = _told(card, aspect, places)
            short = sum(len(values[index]) for index in places) <= _LONGEST_REMEMBERED
            if short and len(self._notes.findings) == before:
                if len(self._remembered) >= _MAX_REMEMBERED:
                    self._remembered.clear()
                self._remembered[said] = told
        values_told, same, wanting = told
        fields.update(values_told)
        if wanting:
            card.wanting = True
        if all(same):
            if aspect not in plan.pinned:
                card.same += places
        elif len(aspect.names) == 1:
            card.same += [index for index, own in zip(places, same, strict=True) if own]


def _told(card: Card, aspect: Aspect[Scope], places: Sequence[int]) -> _Told:
    scope = card.plan.scope
    told = aspect.read([card.line(index) for index in places], scope)
    own, wanting = matched(card, places, aspect.write(SimpleNamespace(**told), scope))
    found = set(own)
    return told, tuple([index in found for index in places]), wanting


def matched(card: Card, places: Sequence[int], expected: Sequence[str]) -> tuple[list[int], bool]:
    """Find the lines that are among those which koschuso would write, each for one of them.

    Returns:
        The places of these lines, and whether there would be more.
    """
    if not expected:
        return [], False
    waiting: dict[str, int] = {}
    for text in expected:
        waiting[text] = waiting.get(text, 0) + 1
    own = []
    for index in places:
        entry = card.entries[index]
        if waiting.get(entry):
            waiting[entry] -= 1
            own.append(index)
    return own, len(own) < len(expected)


def _preference(ranked: tuple[int, str]) -> int:
    return ranked[0]


def _id(card: Card, index: int, fields: dict[str, Any]) -> None:
    value = card.values[index]
    head = card.shape.heads[index]
    if (
        head.text == "UID"
        and card.plan.scope.version != V40
        and value[:1] not in "uU"
        and not ("\\" in value or "," in value or ";" in value)
    ):
        card.plain_id = fields["id"] = value.strip()
    else:
        fields["id"] = card_id(card.line(index))


def _plain_name(card: Card, places: Sequence[int], parts: Sequence[str], fields: dict[str, Any]) -> bool:
    """Read a simple N and FN; False when they are to be read in the usual way."""
    if len(parts) > _N_PARTS or len(places) > 2:  # noqa: PLR2004 - N and FN
        return False
    shape = card.shape
    shown = shape.first.get("FN")
    if shown is None or shown not in places or shown in shape.encoded:
        return False
    family, given, additional, prefix, suffix = (*parts, "", "", "", "", "")[:_N_PARTS]
    if not given or prefix.startswith(_SALUTATIONS):
        return False
    fields["title"] = prefix
    fields["given_name"] = f"{given} {additional}" if additional else given
    fields["family_name"] = family
    fields["name_suffix"] = suffix
    if prefix or suffix or not family:
        full = " ".join([part for part in (prefix, given, family, suffix) if part])
    else:
        full = f"{given} {family}"
    entries = card.entries
    if (
        entries[shape.plain_name] == f"N:{family};{given};;{prefix};{suffix}"
        and entries[shown] == f"FN:{full}"
        and not additional
        and NAME not in card.plan.pinned
    ):
        card.same += places
    return True


def _plain_address(value: str) -> tuple[Address | None, bool]:
    """Read an address without escapes and lists, and tell whether koschuso would write it exactly so.

    Returns:
        ``None`` for the address when it is to be read in the usual way.
    """
    parts = value.split(";")
    if len(parts) < _ADR_PARTS:
        return None, False
    box, extended, street, locality, region, code, country = written = tuple(map(str.strip, parts[:_ADR_PARTS]))
    if country and country.casefold() in GERMANY:
        country = ""
    if country or (code and not (len(code) == _POSTAL_CODE_DIGITS and code.isascii() and code.isdigit())):
        return None, False
    extra = f"{box}, {extended}" if box and extended else box or extended
    if not (extra or street or locality or code):
        return None, False
    own = not (box or region or written[6]) and value == f";{extra};{street};{locality};;{code};"
    return Address(street=street, postal_code=code, locality=locality, extra=extra), own
