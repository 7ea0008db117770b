"""The cards of organisations, schools and committees (RFC 6350 section 6.1.4: KIND org and group)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.foreign import Aspect, AspectTable
from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.vcard import notes as rules
from koschuso.interchange.vcard.aspects import (
    ADDRESS,
    CATEGORIES,
    DERIVED,
    EMAIL,
    ID,
    KIND,
    MEMBERS,
    PRODUCER,
    RELATED,
    REVISED,
    VERSION,
    ags_aspect,
    fallback_name,
    key_aspect,
    phones_and,
    text_aspect,
)
from koschuso.interchange.vcard.value import V40, structured, text_of
from koschuso.model import SchoolProfile, is_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.vcard.scope import Scope

__all__ = ["COMMITTEE", "COMMITTEE_TYPE", "ORGANISATION", "ORGANISATION_TYPE"]

ORGANISATION_TYPE: Final = "sonstige"
"""Type of an organisation whose card does not name one."""

COMMITTEE_TYPE: Final = ""
"""Type of a group whose card does not name one: a mail list of another program."""

_SCHULNUMMER_DIGITS: Final = 6
_SCHOOLS: Final = frozenset({"schule", "teilstandort"})


def _read_name(lines: Sequence[ContentLine], _scope: Scope) -> Mapping[str, Any]:
    by_name = {line.name: line for line in lines}
    formatted = by_name.get("FN")
    name = _one_line(text_of(formatted)) if formatted is not None else ""
    if not name and "ORG" in by_name:
        name = next((part for part in map(_one_line, structured(by_name["ORG"], lists=False)) if part), "")
    if not name and "N" in by_name:
        name = " ".join(part for part in structured(by_name["N"]) if part)
    return {"name": name}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _same_name(_aspect: Aspect[Scope], told: Mapping[str, Any], record: Any) -> bool:
    name = told["name"] or fallback_name(record.email, getattr(record, "phones", ()))
    return bool(name == _one_line(record.name))


def _write_organisation_name(record: Any, scope: Scope) -> list[str]:
    if not record.name:
        return []
    name = escape_text(record.name)
    lines = [f"FN:{name}", f"ORG:{name}"]
    return lines if scope.version == V40 else ["N:;;;;", *lines]


ORGANISATION_NAME: Final = Aspect(
    fields=("name",),
    names=("N", "FN", "ORG"),
    read=_read_name,
    write=_write_organisation_name,
    same=_same_name,
)


def _write_committee_name(record: Any, scope: Scope) -> list[str]:
    if not record.name:
        return []
    name = escape_text(record.name)
    return [f"FN:{name}"] if scope.version == V40 else [f"N:{name};;;;", f"FN:{name}"]


COMMITTEE_NAME: Final = Aspect(
    fields=("name",), names=("N", "FN"), read=_read_name, write=_write_committee_name, same=_same_name
)


PHONES: Final = phones_and("fax", "FAX")


def _write_homepage(record: Any, scope: Scope) -> list[str]:
    if not record.homepage:
        return []
    # a URI has no escapes in RFC 6350; in 3.0 programs write it either way and read it bare
    return [f"{'URL' if scope.version == V40 else 'URL;TYPE=WORK'}:{record.homepage}"]


HOMEPAGE: Final = Aspect(
    fields=("homepage",),
    names=("URL",),
    read=lambda lines, _scope: {"homepage": text_of(lines[0]) if lines else ""},
    write=_write_homepage,
)


def _read_type(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, Any]:
    said = {line.name: text_of(line) for line in lines}
    type_ = said.get("X-KOSCHUSO-ART", "")
    schulnummer = said.get("X-KOSCHUSO-SCHULNUMMER", "")
    schulform = said.get("X-KOSCHUSO-SCHULFORM", "")
    school = None
    sound = len(schulnummer) == _SCHULNUMMER_DIGITS and schulnummer.isascii() and schulnummer.isdigit()
    if sound and schulform and is_key(schulform) and type_ in {*_SCHOOLS, ""}:
        school = SchoolProfile(schulnummer=schulnummer, schulform=schulform)
        type_ = type_ or "schule"
    elif schulnummer or type_ == "schule" or (type_ and not is_key(type_)):
        if scope.notes is not None:
            scope.notes.note(rules.BAD_KEY, line=lines[0].number, name=lines[0].name, value=type_ or schulnummer)
        type_ = type_ if type_ != "schule" and is_key(type_) else ""
    return {"type": type_ or ORGANISATION_TYPE, "school": school}


def _same_type(_aspect: Aspect[Scope], told: Mapping[str, Any], record: Any) -> bool:
    return bool(told["type"] == record.type) and _school_key(told["school"]) == _school_key(record.school)


def _school_key(school: SchoolProfile | None) -> tuple[str, str]:
    return ("", "") if school is None else (school.schulnummer, school.schulform)


def _write_type(record: Any, _scope: Scope) -> list[str]:
    lines = [] if record.type == ORGANISATION_TYPE else [f"X-KOSCHUSO-ART:{record.type}"]
    if record.school is not None:
        lines.append(f"X-KOSCHUSO-SCHULNUMMER:{record.school.schulnummer}")
        lines.append(f"X-KOSCHUSO-SCHULFORM:{record.school.schulform}")
    return lines


TYPE_AND_SCHOOL: Final = Aspect(
    fields=("type", "school"),
    names=("X-KOSCHUSO-ART", "X-KOSCHUSO-SCHULNUMMER", "X-KOSCHUSO-SCHULFORM"),
    read=_read_type,
    write=_write_type,
    same=_same_type,
)

ORGANISATION: Final = AspectTable(
    [
        VERSION,
        PRODUCER,
        ID,
        KIND,
        ORGANISATION_NAME,
        EMAIL,
        PHONES,
        ADDRESS,
        HOMEPAGE,
        CATEGORIES,
        RELATED,
        TYPE_AND_SCHOOL,
        text_aspect("short_name", "X-KOSCHUSO-KURZNAME"),
        text_aspect("rechtsform", "X-KOSCHUSO-RECHTSFORM"),
        ags_aspect(),
        text_aspect("traegernummer", "X-KOSCHUSO-TRAEGERNUMMER"),
        text_aspect("parent_id", "X-KOSCHUSO-GEHOERT-ZU"),
        DERIVED,
        REVISED,
    ]
)
"""How an organisation is written on a card."""


def _read_public(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, bool | None]:
    text = text_of(lines[0]).lower() if lines else ""
    if text and text not in {"ja", "nein"} and scope.notes is not None:
        scope.notes.note(rules.BAD_KEY, line=lines[0].number, name=lines[0].name, value=text)
    return {"public": {"ja": True, "nein": False}.get(text)}


PUBLIC: Final = Aspect(
    fields=("public",),
    names=("X-KOSCHUSO-OEFFENTLICH",),
    read=_read_public,
    write=lambda record, _scope: (
        [] if record.public is None else [f"X-KOSCHUSO-OEFFENTLICH:{'ja' if record.public else 'nein'}"]
    ),
)

COMMITTEE: Final = AspectTable(
    [
        VERSION,
        PRODUCER,
        ID,
        KIND,
        COMMITTEE_NAME,
        EMAIL,
        RELATED,
        key_aspect("type", "X-KOSCHUSO-ART", COMMITTEE_TYPE),
        text_aspect("rhythm", "X-KOSCHUSO-TURNUS"),
        PUBLIC,
        text_aspect("office_id", "X-KOSCHUSO-GESCHAEFTSSTELLE"),
        MEMBERS,
        DERIVED,
        REVISED,
    ]
)
"""How a committee is written on a card."""
