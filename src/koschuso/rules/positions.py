"""Quality of positions: sums that must add up, places that must be schools, employers that must agree."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from koschuso.model import Assignment, Finding, Funding, Organisation, Position, Relation, Severity, clock
from koschuso.rules.rule import Rule, View
from koschuso.rules.timeline import concurrent, german_day, group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.model import Workload

__all__ = ["POSITION_RULES"]

_OWN: Final = "Datenqualität, Vorschlag koschuso"
_WHOLE: Final = 100
_TOLERANCE: Final = 1
"""Minutes by which Einsätze may exceed a position: shares such as 0,33 are rounded."""


def _minutes(workload: Workload | None) -> Fraction | None:
    return None if workload is None or workload.minutes is None else Fraction(workload.minutes)


def _assignment_sums(view: View) -> Iterator[Finding]:
    by_position = group(view.records(Assignment), lambda assignment: assignment.position_id)
    for position in view.records(Position):
        whole = _minutes(position.workload)
        if whole is not None:
            assignments = by_position.get(position.id, [])
            yield from _overbooked(position, whole, assignments)
            yield from _unassigned(view, position, whole, assignments)


def _overbooked(position: Position, whole: Fraction, assignments: Iterable[Assignment]) -> Iterator[Finding]:
    for day, held in concurrent(assignments, lambda assignment: assignment.period):
        total = sum((_minutes(assignment.workload) or Fraction(0) for assignment in held), Fraction(0))
        if total > whole + _TOLERANCE:
            yield Finding(
                rule="einsatz.summe",
                message=f"Die Einsätze dieser Stelle ergeben{german_day(day)} zusammen {clock(total)} Std./Woche, die Stelle "
                f"umfasst {clock(whole)}. Bitte prüfen Sie Umfang und Einsätze.",
                severity=Severity.ERROR,
                kind=position.KIND,
                id=position.id,
                field="workload",
                value=clock(total),
            )
            return


def _unassigned(
    view: View, position: Position, whole: Fraction, assignments: Iterable[Assignment]
) -> Iterator[Finding]:
    today = view.as_of.date()
    if today not in position.period:
        return
    parts = [_minutes(assignment.workload) for assignment in assignments if today in assignment.period]
    # What is left cannot be told while a part is unknown.
    if None in parts:
        return
    left = whole - sum((part for part in parts if part is not None), Fraction(0))
    if left > _TOLERANCE:
        yield Finding(
            rule="einsatz.nicht_zugeordnet",
            message=f"Von dieser Stelle sind {clock(left)} von {clock(whole)} Std./Woche keinem Einsatz zugeordnet.",
            severity=Severity.INFO,
            kind=position.KIND,
            id=position.id,
            field="workload",
            value=clock(left),
        )


def _funding_sums(view: View) -> Iterator[Finding]:
    by_position = group(view.records(Funding), lambda funding: funding.position_id)
    without = 0
    for position in view.records(Position):
        fundings = by_position.get(position.id, [])
        without += not fundings
        for day, held in concurrent(fundings, lambda funding: funding.period):
            known = [funding.percent for funding in held if funding.percent is not None]
            total = sum(known, Decimal(0))
            # Sources of which only an amount is known may fill the gap, but cannot undo an excess.
            if total > _WHOLE or (total < _WHOLE and len(known) == len(held)):
                shown = f"{total.normalize():f}".replace(".", ",")
                yield Finding(
                    rule="finanzierung.summe",
                    message=f"Die Finanzierung dieser Stelle ergibt{german_day(day)} {shown} % statt 100 %. Bitte prüfen Sie die Anteile.",
                    severity=Severity.WARNING,
                    kind=position.KIND,
                    id=position.id,
                    field="percent",
                    value=shown,
                )
                break
    if without:
        yield Finding(
            rule="finanzierung.fehlt",
            message=f"Zu {without} Stellen ist keine Finanzierung erfasst.",
            severity=Severity.INFO,
            kind=Position.KIND,
            value=str(without),
        )


def _unknown_volume(view: View) -> Iterator[Finding]:
    today = view.as_of.date()
    records: tuple[Iterable[Position | Assignment], ...] = (view.records(Position), view.records(Assignment))
    for found in records:
        for record in found:
            if today in record.period and _minutes(record.workload) is None:
                yield Finding(
                    rule="umfang.unbekannt",
                    message="Der Umfang in Wochenstunden ist nicht bekannt; in Berichten steht »k. A.«. Bitte ergänzen Sie ihn.",
                    severity=Severity.WARNING,
                    kind=record.KIND,
                    id=record.id,
                    field="workload",
                )


_SCHOOLS: Final = frozenset({"schule", "teilstandort"})


def _places(view: View) -> Iterator[Finding]:
    for assignment in view.records(Assignment):
        place = view.get(Organisation, assignment.place_id)
        if place is None:
            rule, severity = "einsatz.ort_fehlt", Severity.ERROR
            message = (
                "Der Einsatzort ist nicht erfasst. Bitte legen Sie die Organisation an, oder wählen Sie eine andere."
            )
        elif assignment.duty == "schulsozialarbeit" and place.type not in _SCHOOLS:
            rule, severity = "einsatz.ort_keine_schule", Severity.WARNING
            message = f"Der Einsatzort ist keine Schule (Art »{place.type}«). Bitte prüfen Sie Ort und Tätigkeit des Einsatzes."
        else:
            continue
        yield Finding(
            rule=rule,
            message=message,
            severity=severity,
            kind=assignment.KIND,
            id=assignment.id,
            field="place_id",
            value=assignment.place_id,
        )


def _employers(view: View) -> Iterator[Finding]:
    today = view.as_of.date()
    employers: dict[str, set[str]] = {}
    for relation in view.records(Relation):
        if relation.type == "angestellt_bei" and today in relation.period:
            employers.setdefault(relation.source.id, set()).add(relation.target.id)
    held = group(
        (position for position in view.records(Position) if position.holder_id and today in position.period),
        lambda position: position.holder_id or "",
    )
    for person, positions in held.items():
        stated = employers.get(person, set())
        for position in positions:
            if not position.employer_id:
                yield _employer_finding(
                    position,
                    "stelle.anstellungstraeger_fehlt",
                    "Diese besetzte Stelle nennt keinen Anstellungsträger. Bitte ergänzen Sie ihn.",
                )
            elif stated and position.employer_id not in stated:
                yield _employer_finding(
                    position,
                    "stelle.anstellungstraeger_widerspruch",
                    "Die Person ist nach ihren Beziehungen anderswo angestellt als bei dem Anstellungsträger dieser Stelle. "
                    "Bitte prüfen Sie beides.",
                )
        if len(stated) > len(positions):
            yield _employer_finding(
                positions[0],
                "stelle.anstellungstraeger_mehrere",
                f"Die Person hat {len(stated)} Anstellungsträger, aber nur {len(positions)} Stelle(n); je Stelle gibt es genau "
                "einen. Bitte beenden Sie eine Beziehung, oder legen Sie die fehlende Stelle an.",
            )


def _employer_finding(position: Position, rule: str, message: str) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        severity=Severity.WARNING,
        kind=position.KIND,
        id=position.id,
        field="employer_id",
        value=position.employer_id,
    )


POSITION_RULES: Final = (
    Rule(
        name="koschuso:einsatz_summe",
        title="Einsätze übersteigen die Stelle nicht",
        severity=Severity.ERROR,
        source=_OWN,
        check=_assignment_sums,
    ),
    Rule(
        name="koschuso:finanzierung_summe",
        title="Finanzierung ergibt 100 %",
        severity=Severity.WARNING,
        source=_OWN,
        check=_funding_sums,
    ),
    Rule(
        name="koschuso:umfang_unbekannt",
        title="Umfang ist bekannt",
        severity=Severity.WARNING,
        source=_OWN,
        check=_unknown_volume,
    ),
    Rule(
        name="koschuso:einsatz_ort",
        title="Einsatzort ist eine erfasste Schule",
        severity=Severity.WARNING,
        source=_OWN,
        check=_places,
    ),
    Rule(
        name="koschuso:anstellungstraeger",
        title="Je Stelle genau ein Anstellungsträger",
        severity=Severity.WARNING,
        source=_OWN,
        check=_employers,
    ),
)
"""The checks of positions, Einsätze and Finanzierung."""
