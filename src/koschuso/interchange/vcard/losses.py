"""What an address book carries of each kind of record, and the sentences about what a card cannot hold."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange.vcard.old import OLD_NAMES
from koschuso.interchange.vcard.value import V21, V30
from koschuso.model import RECORD_TYPES, Finding, Record, Relation, Severity, field_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.extra_lines import ExtraLines
    from koschuso.interchange.vcard.relations import Book

__all__ = ["CARRIES", "VersionLoss", "losses"]

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

_NAMES: Final[Mapping[str, frozenset[str]]] = {
    V21: OLD_NAMES | {"PRODID"},
    V30: OLD_NAMES
    | frozenset(
        [
            "PRODID",
            "NICKNAME",
            "CATEGORIES",
            "SORT-STRING",
            "CLASS",
            "SOURCE",
            "NAME",
            "PROFILE",
            "IMPP",
            "CALURI",
            "FBURL",
            "CAPURI",
        ]
    ),
}
"""The properties of a version, beside those that begin with X-."""

_MEANINGS: Final = {
    "ANNIVERSARY": "Jahrestage",
    "CATEGORIES": "Kategorien",
    "CLASS": "Vertraulichkeit",
    "GENDER": "Geschlecht",
    "IMPP": "Kurznachrichten",
    "KIND": "Art der Karte",
    "LANG": "Sprachen",
    "MEMBER": "Mitglieder von Gruppen",
    "NICKNAME": "Rufnamen",
    "RELATED": "Beziehungen",
    "SORT-STRING": "Sortierung",
}


class VersionLoss:
    """Counts what a version of vCard has no form for."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.names: Counter[str] = Counter()
        self.ranks = 0
        self.groups = 0
        self.lists = 0

    def look_at(self, line: ContentLine) -> None:
        """Count a line that is written."""
        name = line.name
        if name and not name.startswith("X-") and name not in _NAMES[self.version] and not line.head.boundary:
            self.names[name] += 1
        if "PREF" in line.params:
            self.ranks += 1

    def findings(self) -> Iterable[Finding]:
        """Give one finding for each sort of loss."""
        if self.names:
            named = ", ".join(
                f"{_MEANINGS[name]} ({name}, {count})" if name in _MEANINGS else f"{name} ({count})"
                for name, count in sorted(self.names.items())
            )
            yield _loss(
                "vcard.fassung",
                f"Diese Angaben gibt es in vCard {self.version} noch nicht: {named}. Sie stehen in der Datei und werden von "
                "koschuso wieder gelesen; die meisten anderen Programme übergehen sie.",
            )
        if self.ranks:
            yield _loss(
                "vcard.rangfolge",
                f"{_counted(self.ranks, 'Angabe hat', 'Angaben haben')} eine Rangfolge (PREF); vCard {self.version} "
                "unterscheidet nur, ob etwas bevorzugt ist.",
            )
        if self.groups:
            yield _loss(
                "vcard.gruppe",
                f"{_counted(self.groups, 'Angabe steht', 'Angaben stehen')} ohne ihre eigene Bezeichnung in der Datei, "
                "weil altes Outlook Gruppen wie »item1« nicht liest.",
            )
        if self.lists:
            yield _loss(
                "vcard.mehrere_werte",
                f"In {_counted(self.lists, 'Name oder Anschrift', 'Namen oder Anschriften')} stehen mehrere Werte in einem "
                f"Teil; vCard {self.version} kennt dort nur einen Text, deshalb sind sie zusammengefasst.",
            )


def losses(
    cards: Sequence[Record], relations: Sequence[Relation], others: Sequence[Record], book: Book, extras: ExtraLines
) -> Iterable[Finding]:
    """Tell which records, relations and fields no card of any version holds."""
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
    for kind, fields in _fields_lost(cards, extras).items():
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


def _fields_lost(cards: Sequence[Record], extras: ExtraLines) -> dict[str, Counter[str]]:
    """Count the values that no card holds, by kind of record and field."""
    lost: dict[str, Counter[str]] = {}
    for card in cards:
        for field, default in _uncarried(card.KIND):
            value = getattr(card, field)
            if value != default and value is not None and (field != "extras" or extras.loses(card)):
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


def _loss(rule: str, message: str, *, kind: str = "") -> Finding:
    return Finding(rule=rule, message=message, severity=Severity.INFO, kind=kind)
