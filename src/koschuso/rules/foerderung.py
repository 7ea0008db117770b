"""Förder-Plausibilität: what the Landesförderung expects of funded positions (domain.md 2.5, F1, F2, F3, F7, F8).

Every finding names its source and says that something is to be examined; whether a case is fundable is for the
Bewilligungsbehörde to decide. The figures behind the Schlüssel 1:30 (F4 to F6) are in `koschuso.rules.coordination`; which
version of the Richtlinie held when, and its amounts, in `koschuso.rules.richtlinie`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from koschuso.model import Finding, Funding, Position, Severity, german_decimal, round_vzae
from koschuso.rules.funded import (
    COORDINATION,
    GRANT,
    FundedUnit,
    Spread,
    funded_positions,
    funded_units,
    missing_details,
    per_post,
    schools_at_once,
)
from koschuso.rules.richtlinie import richtlinie_on
from koschuso.rules.rule import Rule, View
from koschuso.rules.timeline import german_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FOERDER_RULES"]

_PORTAL: Final = "Förderportal NRW, Schulsozialarbeit, Schuljahr 2025/2026"
_SOURCE_F1: Final = f"{_PORTAL}; Auskunft der Bezirksregierung nach Vorlage 40/2209/XVII/2023, Rhein-Kreis Neuss"
_SOURCE_F7: Final = "Pressemitteilung des Schulministeriums NRW zur Richtlinie, 2025; Bezirksregierung Münster"
_SOURCE_F8: Final = "Bezirksregierung Münster, Förderung Schulsozialarbeit Nordrhein-Westfalen"

_HALF: Final = Fraction(1, 2)


def _too_many_schools(view: View, *, full_time: bool) -> Iterator[Finding]:
    for unit in funded_units(funded_positions(view)):
        for spread in schools_at_once(view, unit):
            held = richtlinie_on(spread.day)
            most = held.most_schools if full_time else held.most_schools_half
            if _is_meant(spread.vzae, full_time=full_time) and len(spread.schools) > most:
                yield _schools_finding(unit, spread, full_time=full_time)
                break


def _is_meant(vzae: Fraction | None, *, full_time: bool) -> bool:
    # An unknown volume cannot break F2; more than two schools are too many whatever the volume (F1).
    return full_time if vzae is None else (vzae > _HALF) is full_time


def _schools_finding(unit: FundedUnit, spread: Spread, *, full_time: bool) -> Finding:
    position = unit.positions[0]
    what = (
        "Die geförderten Stellen der Person zu dieser Stelle verteilen"
        if unit.combined
        else "Die geförderte Stelle verteilt"
    )
    schools = len(spread.schools)
    size = round_vzae(spread.vzae)
    share = "Umfang unbekannt" if size is None else f"{german_decimal(size)} Stellen"
    if full_time:
        key, severity, source = "foerderung.f1", Severity.WARNING, _SOURCE_F1
        expected = "vorgesehen sind bei mehr als einer halben Stelle höchstens zwei Schulen"
    else:
        key, severity, source = "foerderung.f2", Severity.ERROR, _SOURCE_F1
        expected = "vorgesehen ist bei einer halben Stelle oder weniger nur eine Schule"
    return Finding(
        rule=key,
        message=f"{what} sich{german_day(spread.day)} auf {schools} Schulen ({share}); {expected}. Bitte prüfen. Quelle: {source}.",
        severity=severity,
        kind=position.KIND,
        id=position.id,
        field="place_id",
        value=str(schools),
    )


def _f1(view: View) -> Iterable[Finding]:
    return _too_many_schools(view, full_time=True)


def _f2(view: View) -> Iterable[Finding]:
    return _too_many_schools(view, full_time=False)


def _f3(view: View) -> Iterator[Finding]:
    for funded in funded_positions(view):
        for assignment in funded.assignments:
            if assignment.duty == COORDINATION or not any(
                assignment.period.overlaps(payment.period) for payment in funded.payments
            ):
                continue
            if missing := missing_details(view, assignment):
                yield Finding(
                    rule="foerderung.f3",
                    message=f"Zu diesem geförderten Einsatz fehlt: {', '.join(missing)}. Der Förderantrag nennt je Schule "
                    f"Schulnummer, Schulname und Beschäftigungsumfang; bitte prüfen und ergänzen. Quelle: {_PORTAL}.",
                    severity=Severity.ERROR,
                    kind=assignment.KIND,
                    id=assignment.id,
                    field="workload" if missing == ("Beschäftigungsumfang",) else "place_id",
                )


def _f7(view: View) -> Iterator[Finding]:
    for funding in view.records(Funding):
        position = view.get(Position, funding.position_id) if funding.funding_source == GRANT else None
        if position is None:
            continue
        held = richtlinie_on(funding.period.since or view.as_of.date())
        yearly = {
            "Zuwendung": per_post(funding.amount, position, funding.period),
            "zuwendungsfähige Ausgaben": per_post(funding.eligible_cost, position, funding.period),
        }
        above = {name: cost for name, cost in yearly.items() if cost is not None and cost > held.cap}
        if above:
            sums = ", ".join(
                f"{name} {_euro(cost)} (um {_euro(cost - held.cap)} darüber)" for name, cost in above.items()
            )
            yield Finding(
                rule="foerderung.f7",
                message=f"Je Vollzeitstelle und Jahr gerechnet: {sums}. Der Förderhöchstbetrag liegt bei {_euro(held.cap)}, in "
                f"begründeten Einzelfällen bei bis zu {_euro(held.cap_in_single_cases)}; höhere Kosten sind möglich, werden aber "
                "nicht gefördert. Ob er für Ausgaben oder Zuwendung gilt, ist zu prüfen. "
                f"Quelle: {_SOURCE_F7}.",
                severity=Severity.INFO,
                kind=funding.KIND,
                id=funding.id,
                field="amount" if "Zuwendung" in above else "eligible_cost",
            )


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
        most = richtlinie_on(funding.period.since or view.as_of.date()).most_percent
        if percent > most:
            shown = german_decimal(round_vzae(percent, 1) or Decimal())
            yield Finding(
                rule="foerderung.f8",
                message=f"Die Zuwendung beträgt {shown} % {basis}; vorgesehen sind bis zu {most} % der "
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
