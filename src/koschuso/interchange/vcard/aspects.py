"""The aspects that the cards of persons, organisations and committees share (see `koschuso.interchange.foreign`)."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange.foreign import Aspect
from koschuso.interchange.textvalue import escape_text, join_text
from koschuso.interchange.vcard import notes as rules
from koschuso.interchange.vcard.derived import MARK, mark_of
from koschuso.interchange.vcard.relations import Tie, member_lines, tie_line, tie_of
from koschuso.interchange.vcard.scope import PRODUCT, Scope, shipped_label
from koschuso.interchange.vcard.value import (
    V21,
    V40,
    card_id,
    id_line,
    is_quoted_printable,
    phone_of,
    preference,
    structured,
    text_of,
)
from koschuso.interchange.weaving import always_same
from koschuso.model import Address, Organisation, is_ags, is_email, is_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine

__all__ = [
    "ADDRESS",
    "CATEGORIES",
    "DERIVED",
    "EMAIL",
    "GERMANY",
    "ID",
    "KIND",
    "MEMBERS",
    "ORG",
    "PRODUCER",
    "RELATED",
    "REVISED",
    "VERSION",
    "CardView",
    "address_of",
    "ags_aspect",
    "email_of",
    "fallback_name",
    "key_aspect",
    "phone_kind",
    "phone_lines",
    "phones_and",
    "phones_of",
    "text_aspect",
]

GERMANY: Final = frozenset({"deutschland", "germany", "de", "d", "brd", "ger", "deu", "bundesrepublik deutschland"})
_PART_NAMES: Final = ("extra", "extended", "street", "locality", "region", "postal_code", "country")
_POSTAL_CODE_DIGITS: Final = 5

EMAIL_HEAD: Final = {V40: "EMAIL;TYPE=work;PREF=1"}
_EMAIL_HEAD_3: Final = "EMAIL;TYPE=INTERNET,WORK,PREF"
_ADDRESS_HEAD: Final = {V40: "ADR;TYPE=work"}
_ADDRESS_HEAD_3: Final = "ADR;TYPE=WORK"
_PHONE_HEADS: Final = {
    ("VOICE", V40): "TEL;TYPE=work,voice:",
    ("CELL", V40): "TEL;TYPE=work,cell:",
    ("FAX", V40): "TEL;TYPE=work,fax:",
}


# -- envelope ------------------------------------------------------------------------------------------------------------


def _read_nothing(_lines: Sequence[ContentLine], _scope: Scope) -> Mapping[str, Any]:
    return {}


def _of_the_card(name: str, write: Callable[[Any, Scope], Sequence[str]]) -> Aspect[Scope]:
    """Build the aspect of a line that says something about the card, not about the record."""
    return Aspect(fields=(), names=(name,), read=_read_nothing, write=write, same=always_same)


VERSION: Final = _of_the_card("VERSION", lambda _record, scope: [f"VERSION:{scope.version}"])

PRODUCER: Final = _of_the_card("PRODID", lambda _record, _scope: [f"PRODID:{PRODUCT}"])

REVISED: Final = _of_the_card("REV", lambda _record, scope: [f"REV:{scope.stamp}"] if scope.stamp else [])

ID: Final[Aspect[Scope]] = Aspect(
    fields=("id",),
    names=("UID",),
    read=lambda lines, _scope: {"id": card_id(lines[0]) if lines else ""},
    write=lambda record, scope: [id_line(record.id, scope.version)] if record.id else [],
)


def _write_kind(record: Any, scope: Scope) -> list[str]:
    kind = getattr(record, "KIND", "")
    if kind == "committee":
        lines = ["KIND:group"]
        return lines if scope.version == V40 else [*lines, "X-ADDRESSBOOKSERVER-KIND:group"]
    if kind == "organisation":
        return ["KIND:org"] if scope.version == V40 else ["X-ABSHOWAS:COMPANY"]
    if kind == "person" and not record.given_name and record.org:
        return ["KIND:individual"]  # a surname that is also the name of the employer would look like a company
    return []


KIND: Final = Aspect(
    fields=(),
    names=("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS"),
    read=_read_nothing,
    write=_write_kind,
    same=always_same,
)


# -- contact data --------------------------------------------------------------------------------------------------------


def email_of(line: ContentLine) -> str:
    """Read a mail address; empty when it is none."""
    text = text_of(line)
    if text[:7].lower() == "mailto:":
        text = text[7:]
    return text if is_email(text) else ""


def _email_stays(line: ContentLine, record: Any) -> bool:
    # an address of a record is one, so an equal text is one too
    email: str = record.email
    return line[1] == email != "" and "\\" not in email and ":" not in email and not is_quoted_printable(line[0])


EMAIL: Final[Aspect[Scope]] = Aspect(
    fields=("email",),
    names=("EMAIL",),
    read=lambda lines, _scope: {"email": email_of(lines[0]) if lines else ""},
    write=lambda record, scope: (
        [f"{EMAIL_HEAD.get(scope.version, _EMAIL_HEAD_3)}:{escape_text(record.email)}"] if record.email else []
    ),
    stays=_email_stays,
)


def fallback_name(email: str, phones: Sequence[str]) -> str:
    """Give the name of a card that has none: an address, a number, or that there is no name."""
    return email or next(iter(phones), "") or "Ohne Namen"


def phones_of(lines: Sequence[ContentLine], scope: Scope, kind: str) -> tuple[str, ...]:
    """Read the numbers of one kind (VOICE, CELL, FAX), the preferred ones first."""
    wanted = [line for line in lines if phone_kind(line, scope) == kind]
    if len(wanted) > 1:
        wanted.sort(key=lambda line: preference(line[0]))
    return tuple(number for number in map(phone_of, wanted) if number)


_VOICE: Final = frozenset({"VOICE", "MAIN", "MSG", "WORK", "PREF", "TEXT", "VIDEO", "ISDN"})
_CELL: Final = frozenset({"CELL", "IPHONE", "MOBILE"})
_OTHER: Final = frozenset({"PAGER", "MODEM", "BBS", "TLX", "TELEX", "TEXTPHONE", "CAR", "PCS", "OTHER"})


def phone_kind(line: ContentLine, scope: Scope) -> str:
    """Tell what an official number is for: VOICE, CELL, FAX; empty for private ones and for other devices.

    A mobile number counts as official only when it says WORK: most of them are private (domain.md DS-02).
    """
    types = scope.kinds(line)
    if "FAX" in types:
        return "" if "HOME" in types and "WORK" not in types else "FAX"
    if ("HOME" in types and "WORK" not in types) or types & _OTHER:
        return ""
    if types & _CELL:
        return "CELL" if "WORK" in types else ""
    return "VOICE" if not types or types & _VOICE else ""


def phone_lines(kind: str, numbers: Sequence[str], scope: Scope) -> list[str]:
    """Write the numbers of one kind."""
    head = _PHONE_HEADS.get((kind, scope.version)) or f"TEL;TYPE=WORK,{kind}:"
    return [f"{head}{escape_text(number)}" for number in numbers if number]


def phones_and(field: str, kind: str) -> Aspect[Scope]:
    """Build the aspect of a record's numbers: the voice numbers, and one of another kind in a field of its own."""

    def _read(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, Any]:
        other = phones_of(lines, scope, kind)
        return {"phones": phones_of(lines, scope, "VOICE"), field: other[0] if other else ""}

    def _write(record: Any, scope: Scope) -> Sequence[str]:
        return [*phone_lines("VOICE", record.phones, scope), *phone_lines(kind, (getattr(record, field),), scope)]

    return Aspect(fields=("phones", field), names=("TEL",), read=_read, write=_write, several=frozenset({"TEL"}))


def address_of(line: ContentLine, scope: Scope) -> Address | None:
    """Read ADR (RFC 6350 section 6.3.1); ``None`` when it is empty."""
    parts = [
        ", ".join(filter(None, map(str.strip, part.split("\n"))))
        for part in structured(line, ", ", lists=scope.version != V21)
    ]
    parts += [""] * (len(_PART_NAMES) - len(parts))
    box, extended, street, locality, _region, code, country = parts[: len(_PART_NAMES)]
    if country.casefold() in GERMANY:
        country = ""
    if code and not country and not (len(code) == _POSTAL_CODE_DIGITS and code.isascii() and code.isdigit()):
        if scope.notes is not None:
            scope.notes.note(rules.BAD_ADDRESS, line=line.number, name="ADR", value=code)
        locality, code = f"{code} {locality}".strip(), ""
    extra = ", ".join(part for part in (box, extended) if part)
    if not (extra or street or locality or code or country):
        return None
    return Address(street=street, postal_code=code, locality=locality, extra=extra, country=country)


def _write_address(record: Any, scope: Scope) -> list[str]:
    address = record.address
    if address is None:
        return []
    parts = ("", address.extra, address.street, address.locality, "", address.postal_code, address.country)
    return [f"{_ADDRESS_HEAD.get(scope.version, _ADDRESS_HEAD_3)}:{join_text(parts, ';')}"]


def _address_stays(line: ContentLine, record: Any) -> bool:
    address: Address | None = record.address
    head, value = line[0], line[1]
    parts = value.split(";")
    if address is None or len(parts) != len(_PART_NAMES) or "\\" in value or "," in value or is_quoted_printable(head):
        return False
    box, extended, street, locality, _region, code, country = map(str.strip, parts)
    if country.casefold() in GERMANY:
        country = ""
    told = (street, locality, code, country, "")
    return (
        told == (address.street, address.locality, address.postal_code, address.country, address.extra)
        and not (box or extended)
        and any(told)
    )


ADDRESS: Final = Aspect(
    fields=("address",),
    names=("ADR",),
    read=lambda lines, scope: {"address": address_of(lines[0], scope) if lines else None},
    write=_write_address,
    stays=_address_stays,
)


# -- relations and what is derived from them: `CardView` gives the fields --------------------------------------------------


class CardView:
    """A record together with what the other cards of the file make its card say.

    Attributes:
        record: The record; its attributes are those of the view.
        members: Who belongs to it.
        related: Where its other relations point.
        org: Name of a person's employer or place of work.
        categories: Labels under which an address book sorts the card.
        derived: Which lines follow from records that are not in the file, or from the office's own labels.
    """

    def __init__(self, record: Any, scope: Scope) -> None:
        book = scope.book
        # a view is asked for each field a few times: at once is many times cheaper than one by one
        names, values = _fields_of(record.__class__)
        self.__dict__.update(zip(names, values(record), strict=True))
        self.record = record
        self.members: tuple[Tie, ...] = ()
        self.related: tuple[Tie, ...] = ()
        self.org = ""
        self.categories: tuple[str, ...] = ()
        is_organisation = record.KIND == Organisation.KIND
        if not (book.without_relations or is_organisation):
            self.members = tuple(book.members(record))
            self.related = tuple(book.related(record))
            employer = book.employer(record)
            self.org = "" if employer is None else employer.name
        elif not book.without_relations:
            self.related = tuple(book.related(record))
        if is_organisation:
            self.categories = _categories((record,), scope)
        elif not book.without_relations and (organisations := book.workplaces(record)):
            self.categories = _categories(organisations, scope)
        self.derived = "" if scope.label is shipped_label and not self.org else _derived(self, scope)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.record, name)


@lru_cache(maxsize=16)
def _fields_of(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Names of the fields of a class of records, and what gives their values."""
    names = tuple(field.name for field in attrs.fields(kind)) if attrs.has(kind) else ()
    return (names, attrgetter(*names)) if len(names) > 1 else ((), lambda _record: ())


def _categories(organisations: Sequence[Organisation], scope: Scope) -> tuple[str, ...]:
    labels = (
        scope.label("schulform", organisation.school.schulform)
        if organisation.school is not None
        else scope.label("organisationsart", organisation.type)
        for organisation in organisations
        if organisation.type != "sonstige"
    )
    return tuple(sorted(set(labels)))


_SHIPPED: Final = Scope()


def _derived(view: CardView, scope: Scope) -> str:
    """Mark what somebody who knows only the file and the shipped labels could not tell."""
    employer = scope.book.employer(view.record) if view.org else None
    away = employer is not None and scope.book.card(employer.id) is not employer
    title = ""
    categories = view.categories if away else ()
    if scope.label is not shipped_label:
        present = [held.function for held in getattr(view.record, "functions", ()) if held.period.until is None]
        if present:
            own, shipped = (
                ", ".join(dict.fromkeys(label("personenfunktion", key) for key in present))
                for label in (scope.label, shipped_label)
            )
            title = own if own != shipped else ""
        if view.categories:
            record = view.record
            others = [record] if record.KIND == Organisation.KIND else scope.book.workplaces(record)
            if _categories(others, _SHIPPED) != view.categories:
                categories = view.categories
    return mark_of(org=view.org if away else "", title=title, categories=categories)


def _read_members(lines: Sequence[ContentLine], _scope: Scope) -> Mapping[str, Any]:
    ties: dict[str, Tie] = {}
    for line in lines:
        tie = tie_of(line, "mitglied_in")
        # Apple's line has no parameters: MEMBER says more
        if tie is not None and (line.name == "MEMBER" or tie.other not in ties):
            ties[tie.other if not tie.id else f"{tie.other} {tie.id}"] = tie
    return {"members": tuple(ties.values())}


def _same_ties(aspect: Aspect[Scope], told: Mapping[str, Any], record: Any) -> bool:
    (field,) = aspect.fields
    return set(told[field]) == set(getattr(record, field))


MEMBERS: Final = Aspect(
    fields=("members",),
    names=("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"),
    read=_read_members,
    write=lambda record, scope: [line for tie in record.members for line in member_lines(tie, scope.version)],
    several=frozenset({"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"}),
    same=_same_ties,
)

RELATED: Final[Aspect[Scope]] = Aspect(
    fields=("related",),
    names=("RELATED",),
    read=lambda lines, _scope: {"related": tuple(filter(None, map(tie_of, lines)))},
    write=lambda record, scope: [tie_line(tie, scope.version) for tie in record.related],
    several=frozenset({"RELATED"}),
    same=_same_ties,
)

ORG: Final[Aspect[Scope]] = Aspect(
    fields=("org",),
    names=("ORG",),
    read=lambda lines, _scope: {"org": structured(lines[0], lists=False)[0] if lines else ""},
    write=lambda record, _scope: [f"ORG:{escape_text(record.org)}"] if record.org else [],
    # without a known employer, what the card says stays
    stays=lambda _line, record: not record.org,
    same=lambda _aspect, told, record: not record.org or told["org"] == " ".join(record.org.split()),
)

CATEGORIES: Final = Aspect(
    fields=(),
    names=("CATEGORIES",),
    read=_read_nothing,
    write=lambda record, _scope: (
        [f"CATEGORIES:{join_text(record.categories)}"] if getattr(record, "categories", None) else []
    ),
    same=always_same,
)


DERIVED: Final[Aspect[Scope]] = Aspect(
    fields=("derived",),
    names=(MARK,),
    read=lambda lines, _scope: {"derived": text_of(lines[0]) if lines else ""},
    write=lambda record, _scope: [f"{MARK}:{record.derived}"] if getattr(record, "derived", "") else [],
    same=lambda _aspect, told, record: told["derived"] == getattr(record, "derived", ""),
)

# -- single values of koschuso's own -------------------------------------------------------------------------------------


def text_aspect(field: str, name: str) -> Aspect[Scope]:
    """Make the aspect of a field that is one text in one property."""
    return _value_aspect(field, name, lambda text: text)


def key_aspect(field: str, name: str, default: str = "") -> Aspect[Scope]:
    """Make the aspect of a field that holds a key of a vocabulary; ``default`` is what absence means."""
    return _value_aspect(field, name, lambda text: text if is_key(text) else None, default)


def _value_aspect(field: str, name: str, check: Callable[[str], str | None], default: str = "") -> Aspect[Scope]:
    def read(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, Any]:
        text = text_of(lines[0]) if lines else ""
        value = check(text) if text else None
        if text and value is None and scope.notes is not None:
            scope.notes.note(rules.BAD_KEY, line=lines[0].number, name=name, value=text)
        return {field: default if value is None else value}

    def write(record: Any, _scope: Scope) -> list[str]:
        value = getattr(record, field)
        return [] if value == default or not value else [f"{name}:{escape_text(value)}"]

    return Aspect(fields=(field,), names=(name,), read=read, write=write)


def ags_aspect() -> Aspect[Scope]:
    """Make the aspect of the Amtlicher Gemeindeschlüssel."""
    return _value_aspect("ags", "X-KOSCHUSO-AGS", lambda text: text if is_ags(text) else None)
