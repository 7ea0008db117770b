"""Förder-Plausibilität: what the Landesförderung expects of funded positions (domain.md 2.5, F1, F2, F3, F7, F8).

Every finding names its source and says that something is to be examined; whether a case is fundable is for the
Bewilligungsbehörde to decide. The figures behind the Schlüssel 1:30 (F4 to F6) are in `koschuso.rules.coordination`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model import (
    Assignment,
    Finding,
    Funding,
    Organisation,
    Period,
    Position,
    Severity,
    german_decimal,
    round_vzae,
)
from koschuso.rules.rule import Rule, View
from koschuso.rules.timeline import concurrent, german_day, group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

__all__ = ["FOERDER_RULES", "GRANT", "GRANT_PILLAR"]

GRANT: Final = "landesfoerderung_richtlinie"
"""Key of the catalogue ``finanzierungsquelle``: the Richtlinie of 22.09.2021, revised in 2025."""

GRANT_PILLAR: Final = "landesfoerderung"
"""Key of the catalogue ``saeule`` of positions that the Richtlinie pays for."""

_PORTAL: Final = "Förderportal NRW, Schulsozialarbeit, Schuljahr 2025/2026"
_SOURCE_F1: Final = f"{_PORTAL}; Auskunft der Bezirksregierung nach Vorlage 40/2209/XVII/2023, Rhein-Kreis Neuss"
_SOURCE_F7: Final = "Pressemitteilung des Schulministeriums NRW zur Richtlinie, 2025; Bezirksregierung Münster"
_SOURCE_F8: Final = "Bezirksregierung Münster, Förderung Schulsozialarbeit Nordrhein-Westfalen"

_HALF: Final = Fraction(1, 2)
_MOST_SCHOOLS: Final = 2
_CAP: Final = 70_000
_CAP_IN_SINGLE_CASES: Final = 80_000
_MOST_PERCENT: Final = 80
_COORDINATION: Final = "koordination"


@attrs.frozen(kw_only=True)
class _Unit:
    """A funded position, or all funded positions of one person, with what is dated about them."""

    position: Position
    vzae: Fraction | None
    dated: list[Assignment | Funding]
    combined: bool = False


def _funded(view: View) -> Iterator[tuple[Position, list[Assignment], list[Funding]]]:
    """Give the positions that the Richtlinie pays for, with their Einsätze and these payments."""
    assignments = group(view.records(Assignment), lambda assignment: assignment.position_id)
    grants = group(
        (funding for funding in view.records(Funding) if funding.funding_source == GRANT),
        lambda funding: funding.position_id,
    )
    for position in view.records(Position):
        own = grants.get(position.id, [])
        if own or position.saeule == GRANT_PILLAR:
            # Where only the Säule says so, the position is funded for as long as it exists.
            payments = own or [
                Funding(id=position.id, position_id=position.id, funding_source=GRANT, period=position.period)
            ]
            yield position, assignments.get(position.id, []), payments


def _units(view: View) -> Iterator[_Unit]:
    by_person: dict[str, list[_Unit]] = {}
    for position, assignments, payments in _funded(view):
        vzae = None if position.workload is None else position.workload.vzae
        unit = _Unit(position=position, vzae=vzae, dated=[*assignments, *payments])
        if position.holder_id:
            by_person.setdefault(position.holder_id, []).append(unit)
        yield unit
    for units in by_person.values():
        if len(units) > 1:
            known = [unit.vzae for unit in units if unit.vzae is not None]
            yield _Unit(
                position=units[0].position,
                vzae=sum(known, Fraction(0)) if len(known) == len(units) else None,
                dated=[item for unit in units for item in unit.dated],
                combined=True,
            )


def _school_of(view: View, place_id: str) -> Organisation | None:
    """Give the school of a place, of a Teilstandort the school that it belongs to; ``None`` for other places."""
    place = view.get(Organisation, place_id)
    if place is not None and place.type == "teilstandort":
        return view.get(Organisation, place.parent_id) or place
    return place if place is not None and place.type == "schule" else None


def _too_many_schools(view: View, *, most: int, full_time: bool) -> Iterator[Finding]:
    for unit in _units(view):
        if _is_meant(unit.vzae, full_time=full_time):
            for day, held in concurrent(unit.dated, lambda item: item.period):
                if not any(isinstance(item, Funding) for item in held):
                    continue
                schools = {
                    school.id
                    for item in held
                    if isinstance(item, Assignment)
                    and item.duty != _COORDINATION
                    and (school := _school_of(view, item.place_id)) is not None
                }
                if len(schools) > most:
                    yield _schools_finding(unit, len(schools), day, full_time=full_time)
                    break


def _is_meant(vzae: Fraction | None, *, full_time: bool) -> bool:
    # An unknown volume cannot break F2; more than two schools are too many whatever the volume (F1).
    return full_time if vzae is None else (vzae > _HALF) is full_time


def _schools_finding(unit: _Unit, schools: int, day: date, *, full_time: bool) -> Finding:
    position = unit.position
    what = (
        "Die geförderten Stellen der Person zu dieser Stelle verteilen"
        if unit.combined
        else "Die geförderte Stelle verteilt"
    )
    size = round_vzae(unit.vzae)
    share = "Umfang unbekannt" if size is None else f"{german_decimal(size)} Stellen"
    if full_time:
        key, severity, source = "foerderung.f1", Severity.WARNING, _SOURCE_F1
        expected = "vorgesehen sind bei mehr als einer halben Stelle höchstens zwei Schulen"
    else:
        key, severity, source = "foerderung.f2", Severity.ERROR, _SOURCE_F1
        expected = "vorgesehen ist bei einer halben Stelle oder weniger nur eine Schule"
    return Finding(
        rule=key,
        message=f"{what} sich{german_day(day)} auf {schools} Schulen ({share}); {expected}. Bitte prüfen. Quelle: {source}.",
        severity=severity,
        kind=position.KIND,
        id=position.id,
        field="place_id",
        value=str(schools),
    )


def _f1(view: View) -> Iterable[Finding]:
    return _too_many_schools(view, most=_MOST_SCHOOLS, full_time=True)


def _f2(view: View) -> Iterable[Finding]:
    return _too_many_schools(view, most=1, full_time=False)


def _f3(view: View) -> Iterator[Finding]:
    for _position, assignments, payments in _funded(view):
        for assignment in assignments:
            if assignment.duty == _COORDINATION or not any(
                assignment.period.overlaps(payment.period) for payment in payments
            ):
                continue
            school = _school_of(view, assignment.place_id)
            place = view.get(Organisation, assignment.place_id)
            profile = (place.school if place is not None else None) or (school.school if school is not None else None)
            known = {
                "Schulnummer": profile is not None,
                "Schulname": school is not None,
                "Beschäftigungsumfang": assignment.workload is not None and assignment.workload.minutes is not None,
            }
            if missing := [name for name, there in known.items() if not there]:
                yield Finding(
                    rule="foerderung.f3",
                    message=f"Zu diesem geförderten Einsatz fehlt: {', '.join(missing)}. Der Förderantrag nennt je Schule "
                    f"Schulnummer, Schulname und Beschäftigungsumfang; bitte prüfen und ergänzen. Quelle: {_PORTAL}.",
                    severity=Severity.ERROR,
                    kind=assignment.KIND,
                    id=assignment.id,
                    field="workload" if missing == ["Beschäftigungsumfang"] else "place_id",
                )


def _f7(view: View) -> Iterator[Finding]:
    for funding in view.records(Funding):
        position = view.get(Position, funding.position_id) if funding.funding_source == GRANT else None
        vzae = None if position is None or position.workload is None else position.workload.vzae
        years = _years(funding.period)
        if vzae is None or years is None:
            continue
        yearly = {
            "Zuwendung": _per_post(funding.amount, vzae, years),
            "zuwendungsfähige Ausgaben": _per_post(funding.eligible_cost, vzae, years),
        }
        above = {name: cost for name, cost in yearly.items() if cost is not None and cost > _CAP}
        if above:
            sums = ", ".join(f"{name} {_euro(cost)} (um {_euro(cost - _CAP)} darüber)" for name, cost in above.items())
            yield Finding(
                rule="foerderung.f7",
                message=f"Je Vollzeitstelle und Jahr gerechnet: {sums}. Der Förderhöchstbetrag liegt bei {_euro(_CAP)}, in "
                f"begründeten Einzelfällen bei bis zu {_euro(_CAP_IN_SINGLE_CASES)}; höhere Kosten sind möglich, werden aber nicht "
                "gefördert. Ob er für Ausgaben oder Zuwendung gilt, ist zu prüfen. "
                f"Quelle: {_SOURCE_F7}.",
                severity=Severity.INFO,
                kind=funding.KIND,
                id=funding.id,
                field="amount" if "Zuwendung" in above else "eligible_cost",
            )


def _per_post(amount: Decimal | None, vzae: Fraction, years: Fraction) -> Fraction | None:
    return None if amount is None else Fraction(amount) / vzae / years


def _years(period: Period) -> Fraction | None:
    """Give the length of a period in years, exact for whole months; ``None`` for one that is open."""
    if period.since is None or period.until is None:
        return None
    months = (period.until.year - period.since.year) * 12 + period.until.month - period.since.month
    return (months + Fraction(period.until.day - period.since.day, 30)) / 12


def _euro(amount: Fraction | int) -> str:
    """Write Euro without cents, as a sum to compare with a limit.

    >>> _euro(70000)
    '70.000 Euro'
    """
    return f"{round(amount):,} Euro".replace(",", ".")


def _f8(view: View) -> Iterator[Finding]:
    for funding in view.records(Funding):
        if funding.funding_source != GRANT:
            continue
        if funding.amount is not None and funding.eligible_cost:
            percent = Fraction(funding.amount) * 100 / Fraction(funding.eligible_cost)
            basis, field, severity = "der zuwendungsfähigen Ausgaben", "amount", Severity.ERROR
        elif funding.percent is not None:
            # A share of the whole cost is not the same as a share of the eligible cost: only a hint.
            percent, basis, field, severity = Fraction(funding.percent), "der Stelle", "percent", Severity.WARNING
        else:
            continue
        if percent > _MOST_PERCENT:
            shown = german_decimal(round_vzae(percent, 1) or Decimal())
            yield Finding(
                rule="foerderung.f8",
                message=f"Die Zuwendung beträgt {shown} % {basis}; vorgesehen sind bis zu {_MOST_PERCENT} % der "
                f"zuwendungsfähigen Gesamtausgaben. Bitte prüfen. Quelle: {_SOURCE_F8}.",
                severity=severity,
                kind=funding.KIND,
                id=funding.id,
                field=field,
                value=str(funding.amount if field == "amount" else funding.percent),
            )


FOERDER_RULES: Final = (
    Rule(
        name="koschuso:f1",
        title="Geförderte Stelle an mehr als zwei Schulen",
        severity=Severity.WARNING,
        source=_SOURCE_F1,
        check=_f1,
    ),
    Rule(
        name="koschuso:f2",
        title="Geförderte halbe Stelle oder weniger an mehr als einer Schule",
        severity=Severity.ERROR,
        source=_SOURCE_F1,
        check=_f2,
    ),
    Rule(
        name="koschuso:f3",
        title="Pflichtangaben zu geförderten Einsätzen",
        severity=Severity.ERROR,
        source=_PORTAL,
        check=_f3,
    ),
    Rule(
        name="koschuso:f7",
        title="Förderhöchstbetrag je Vollzeitstelle und Jahr",
        severity=Severity.INFO,
        source=_SOURCE_F7,
        check=_f7,
    ),
    Rule(
        name="koschuso:f8",
        title="Anteil der Zuwendung an den zuwendungsfähigen Ausgaben",
        severity=Severity.ERROR,
        source=_SOURCE_F8,
        check=_f8,
    ),
)
"""The checks of the Landesförderung."""
