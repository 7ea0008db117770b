"""Writes persons, organisations and committees as cards, with their relations, and tells what a card cannot hold."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import WrongUse
from koschuso.interchange.contentline import LineParser, join
from koschuso.interchange.foreign import line_name
from koschuso.interchange.format import Writing
from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.vcard_aspects import KIND, CardView
from koschuso.interchange.vcard_keep import TABLES, UNREADABLE_LINE, groups_of
from koschuso.interchange.vcard_kind import KIND_NAMES, kind_and_nickname
from koschuso.interchange.vcard_relations import CARD_TYPES, Book
from koschuso.interchange.vcard_scope import NO_GROUPS, Scope
from koschuso.interchange.vcard_translate import translated, without_inner_cards
from koschuso.interchange.vcard_value import V30, V40, VERSIONS
from koschuso.model import EMPTY, RECORD_TYPES, Finding, Record, Relation, Severity, field_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.format import WriteOptions

__all__ = ["CARRIES", "WRITTEN_VERSIONS", "write_cards"]

WRITTEN_VERSIONS: Final = (V30, V40)
"""The versions that can be written."""

CARRIES: Final[Mapping[str, tuple[str, ...]]] = {
    "person": (
        "salutation",
        "title",
        "given_name",
        "family_name",
        "name_suffix",
        "email",
        "phones",
        "mobile",
        "address",
        "functions",
        "active_since",
        "status",
        "foreign",
    ),
    "organisation": (
        "type",
        "name",
        "short_name",
        "rechtsform",
        "address",
        "phones",
        "fax",
        "email",
        "homepage",
        "ags",
        "parent_id",
        "traegernummer",
        "school.schulnummer",
        "school.schulform",
        "foreign",
    ),
    "committee": ("type", "name", "office_id", "rhythm", "public", "email", "foreign"),
    "relation": ("type", "source", "target", "role", "scope", "period"),
}
"""What an address book can say about each kind of record; the other fields of a stored record survive an import."""

# Said about the record itself or kept from leaving on purpose (domain.md DS-07, DS-09): never a loss.
_NEVER_WRITTEN: Final = frozenset(
    {"id", "foreign", "source", "origin", "checked_on", "publication", "legal_bases", "consents", "qualification"}
)


def write_cards(records: Iterable[Record], options: WriteOptions | None, version: str) -> Writing:
    """Write an address book; see `koschuso.interchange.vcard.writing`.

    Raises:
        WrongUse: The version is none that koschuso writes.
    """
    if version not in WRITTEN_VERSIONS:
        raise WrongUse(f"vCard {version} schreibt koschuso nicht. Bitte wählen Sie {' oder '.join(WRITTEN_VERSIONS)}.")
    given = list(records)
    cards = [record for record in given if isinstance(record, CARD_TYPES)]
    relations = [record for record in given if isinstance(record, Relation)]
    book = Book(cards, relations, EMPTY if options is None else options.references)
    stamp = "" if options is None else f"{options.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    scope = Scope(version, book, None if options is None else options.labels, stamp)
    lines: list[str] = []
    for card in cards:
        lines.append("BEGIN:VCARD")
        lines += _card_lines(card, scope)
        lines.append("END:VCARD")
    others = [record for record in given if not isinstance(record, (*CARD_TYPES, Relation))]
    return Writing(data=join(lines), findings=tuple(_losses(cards, relations, others, book)))


def _card_lines(card: Any, scope: Scope) -> list[str]:
    table = TABLES[card.KIND]
    view = CardView(card, scope)
    foreign: Sequence[str] = card.foreign
    if not foreign:
        return table.write(view, (), scope)
    source = _version_of(foreign)
    entries = _readable(without_inner_cards(foreign))
    if source != scope.version:
        entries = translated(entries, source, scope.version)
    if not any(line_name(entry) == "VERSION" for entry in entries):
        entries.insert(0, "VERSION")
    scope.groups = groups_of(entries)
    lines = table.write(view, entries, scope)
    scope.groups = NO_GROUPS
    if source != scope.version:
        lines = _with_mandatory(lines, table.write(view, (), scope), scope.version)
    return _with_kind(lines, view, scope)


def _version_of(entries: Sequence[str]) -> str:
    """The version that kept entries are written in."""
    for entry in entries:
        if line_name(entry) == "VERSION" and ":" in entry:
            version = entry.partition(":")[2].strip()
            return version if version in VERSIONS else V30
    return V30


def _readable(entries: Iterable[str]) -> list[str]:
    """Wrap lines that nobody can read: one of them would make other programs give up the whole file."""
    readable = []
    parser = LineParser()
    for entry in entries:
        if entry.startswith(":"):
            line = parser.line(entry[1:])
            if not line.parsed or line.head.boundary:
                readable.append(f"{UNREADABLE_LINE}:{escape_text(entry[1:])}")
                continue
        readable.append(entry)
    return readable


def _with_mandatory(lines: list[str], canonical: Iterable[str], version: str) -> list[str]:
    """Add FN, and N in 3.0, to a card that came in a version which does not demand them."""
    names = {line_name(line) for line in lines}
    wanted = {"FN"} if version == V40 else {"FN", "N"}
    missing = wanted - names
    if not missing:
        return lines
    added = [line for line in canonical if line_name(line) in missing]
    position = 1 if line_name(lines[0]) == "VERSION" else 0
    return [*lines[:position], *added, *lines[position:]]


def _with_kind(lines: list[str], view: CardView, scope: Scope) -> list[str]:
    """Say what the card is about where its names alone would now say something else."""
    first: dict[str, ContentLine] = {}
    parse = LineParser().line
    for text in lines:
        name = line_name(text)
        if name in KIND_NAMES and name not in first:
            first[name] = parse(text)
    if kind_and_nickname(first)[0] == view.record.KIND:
        return lines
    return [*lines, *(KIND.write(view, scope) or ["KIND:individual"])]


def _losses(
    cards: Sequence[Record], relations: Sequence[Relation], others: Sequence[Record], book: Book
) -> Iterable[Finding]:
    for kind, count in Counter(record.KIND for record in others).items():
        label = RECORD_TYPES[kind].LABEL if kind in RECORD_TYPES else kind
        yield _loss("vcard.art", f"{_counted(count)} der Art »{label}« passen nicht in ein Adressbuch.", kind=kind)
    if book.lost:
        yield _loss(
            "vcard.beziehung",
            f"{_counted(len(book.lost), 'Beziehung', 'Beziehungen')} stehen nicht in der Datei, weil ein Ende darin "
            "fehlt oder keine Karte hat.",
            kind=Relation.KIND,
        )
    for kind, fields in _fields_lost(cards).items():
        named = ", ".join(f"{field_label(kind, field)} ({count})" for field, count in sorted(fields.items()))
        yield _loss(
            "vcard.feld",
            f"Diese Felder ({RECORD_TYPES[kind].LABEL}) kann eine Visitenkarte nicht aufnehmen: {named}.",
            kind=kind,
        )
    if any(relation.extras or relation.foreign for relation in relations):
        yield _loss(
            "vcard.feld", "Zusatzfelder von Beziehungen kann eine Visitenkarte nicht aufnehmen.", kind=Relation.KIND
        )


def _fields_lost(cards: Sequence[Record]) -> dict[str, Counter[str]]:
    """Count the values that no card holds, by kind of record and field."""
    lost: dict[str, Counter[str]] = {}
    for card in cards:
        for field, default in _uncarried(card.KIND):
            value = getattr(card, field)
            if value != default and value is not None:
                lost.setdefault(card.KIND, Counter())[field] += 1
        school = getattr(card, "school", None)
        if school is not None and any(
            getattr(school, field.name) != field.default
            for field in attrs.fields(type(school))
            if field.name not in {"schulnummer", "schulform"}
        ):
            lost.setdefault(card.KIND, Counter())["school"] += 1
    return lost


@lru_cache(maxsize=8)
def _uncarried(kind: str) -> tuple[tuple[str, Any], ...]:
    """Fields that a card of this kind cannot hold, each with its default."""
    carried = {path.partition(".")[0] for path in CARRIES[kind]} | _NEVER_WRITTEN
    return tuple((field.name, field.default) for field in attrs.fields(RECORD_TYPES[kind]) if field.name not in carried)


def _counted(count: int, one: str = "Datensatz", many: str = "Datensätze") -> str:
    return f"{count} {one if count == 1 else many}"


def _loss(rule: str, message: str, *, kind: str) -> Finding:
    return Finding(rule=rule, message=message, severity=Severity.INFO, kind=kind)
