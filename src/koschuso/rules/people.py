"""Quality of people's data: why they may be used, when they were confirmed, whom an address belongs to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from koschuso.errors import NotFound
from koschuso.model import Assignment, Committee, Finding, Organisation, Person, PersonStatus, Position, Severity
from koschuso.rules.rule import Rule, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["PEOPLE_RULES"]

_OWN: Final = "Datenqualität, Vorschlag koschuso"
_PURPOSES: Final = ("netzwerkverteiler", "veranstaltung", "veroeffentlichung", "stellenuebersicht")
_MOST_IDS: Final = 5


def _working(view: View) -> Iterator[Person]:
    return (person for person in view.records(Person) if person.status is not PersonStatus.AUSGESCHIEDEN)


def _legal_bases(view: View) -> Iterator[Finding]:
    try:
        purposes = {entry.key: entry.label for entry in view.catalogue("zweck").offered()}
    except NotFound:
        purposes = {purpose: purpose for purpose in _PURPOSES}
    today = view.as_of.date()
    missing = dict.fromkeys(purposes, 0)
    for person in _working(view):
        covered = {basis.purpose for basis in person.legal_bases} | {
            consent.purpose for consent in person.consents if consent.holds_on(today)
        }
        if not covered:
            yield Finding(
                rule="person.ohne_rechtsgrundlage",
                message="Zu dieser Person ist für keinen Zweck eine Rechtsgrundlage erfasst; sie fehlt in allen Ausgaben für einen "
                "Zweck. Bitte ergänzen Sie sie, oder löschen Sie die Person.",
                severity=Severity.WARNING,
                kind=Person.KIND,
                id=person.id,
                field="legal_bases",
            )
        for purpose in purposes.keys() - covered:
            missing[purpose] += 1
    for purpose, count in missing.items():
        if count:
            yield Finding(
                rule="person.zweck_ohne_rechtsgrundlage",
                message=f"Personen ohne Rechtsgrundlage für den Zweck »{purposes[purpose]}« fehlen in Ausgaben dafür: {count}.",
                severity=Severity.INFO,
                kind=Person.KIND,
                field="legal_bases",
                value=purpose,
            )


def _confirmed(view: View) -> Iterator[Finding]:
    today = view.as_of.date()
    limit = date(today.year - 1, today.month, min(today.day, 28))
    never = 0
    for person in _working(view):
        if person.checked_on is None:
            never += 1
        elif person.checked_on < limit:
            yield Finding(
                rule="person.lange_nicht_geprueft",
                message=f"Die Angaben zu dieser Person wurden zuletzt am {person.checked_on:%d.%m.%Y} geprüft, vor mehr als zwölf Monaten. "
                "Bitte fragen Sie nach.",
                severity=Severity.INFO,
                kind=Person.KIND,
                id=person.id,
                field="checked_on",
                value=person.checked_on.isoformat(),
            )
    if never:
        yield Finding(
            rule="person.nie_geprueft",
            message=f"Personen, bei denen nicht vermerkt ist, wann ihre Angaben zuletzt geprüft wurden: {never}.",
            severity=Severity.INFO,
            kind=Person.KIND,
            field="checked_on",
            value=str(never),
        )


def _addresses(view: View) -> Iterator[Finding]:
    mailboxes = {
        record.email.casefold()
        for records in (view.records(Organisation), view.records(Committee))
        for record in _any(records)
        if record.email
    }
    people: dict[str, list[str]] = {}
    for person in view.records(Person):
        if person.email:
            people.setdefault(person.email.casefold(), []).append(person.id)
    for address, ids in people.items():
        shared = address in mailboxes
        if len(ids) < 2 and not shared:  # noqa: PLR2004 - one person alone shares nothing
            continue
        named = ", ".join(ids[:_MOST_IDS]) + (" …" if len(ids) > _MOST_IDS else "")
        if shared:
            message = (
                f"Die E-Mail-Adresse ist zugleich ein Funktionspostfach; sie steht bei {len(ids)} Person(en): {named}."
            )
        else:
            message = f"Dieselbe E-Mail-Adresse steht bei {len(ids)} Personen: {named}. Bitte prüfen Sie, ob es dieselbe Person ist."
        yield Finding(
            rule="person.funktionspostfach" if shared else "person.email_doppelt",
            message=message,
            severity=Severity.INFO if shared else Severity.WARNING,
            kind=Person.KIND,
            id=ids[0],
            field="email",
        )


def _any(records: Iterable[Organisation] | Iterable[Committee]) -> Iterable[Organisation | Committee]:
    return records


def _both_duties(view: View) -> Iterator[Finding]:
    today = view.as_of.date()
    duties: dict[str, set[str]] = {}
    for assignment in view.records(Assignment):
        if today in assignment.period:
            position = view.get(Position, assignment.position_id)
            if position is not None and position.holder_id:
                duties.setdefault(position.holder_id, set()).add(assignment.duty)
    for person, own in duties.items():
        if {"koordination", "schulsozialarbeit"} <= own:
            yield Finding(
                rule="person.koordination_und_schule",
                message="Diese Person koordiniert und arbeitet zugleich an einer Schule. Beim Schlüssel 1:30 zählt sie als eine "
                "Fachkraft, ihre Stunden für Koordination zählen dort nicht mit.",
                severity=Severity.INFO,
                kind=Person.KIND,
                id=person,
            )


PEOPLE_RULES: Final = (
    Rule(
        name="koschuso:rechtsgrundlage",
        title="Rechtsgrundlage je Zweck",
        severity=Severity.WARNING,
        source="Art. 6 DSGVO; Datenqualität, Vorschlag koschuso",
        check=_legal_bases,
    ),
    Rule(
        name="koschuso:geprueft",
        title="Angaben in den letzten zwölf Monaten geprüft",
        severity=Severity.INFO,
        source=_OWN,
        check=_confirmed,
    ),
    Rule(
        name="koschuso:email_doppelt",
        title="E-Mail-Adressen gehören einer Person",
        severity=Severity.WARNING,
        source=_OWN,
        check=_addresses,
    ),
    Rule(
        name="koschuso:koordination_und_schule",
        title="Koordination und Schule in einer Hand",
        severity=Severity.INFO,
        source=_OWN,
        check=_both_duties,
    ),
)
"""The checks of people's data."""
