"""The checks of funded positions in a period as tables: schools at once, what an application names, costs.

T2 to T4 of R7. Each table shows what was looked at, and not only what is to be examined, so that a reader sees that an
empty last column means »looked at, no hint« (F1, F2, F3, F7 and F8 of domain.md 2.5).
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.model.actor import Organisation
from koschuso.model.finding import Severity
from koschuso.reporting.document import Cell, Column, ColumnType, Missing, Sign, Table
from koschuso.reporting.figures.funding_facts import NONE_FUNDED, Funded
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.german import day_text, number_text
from koschuso.rules.funded import (
    COORDINATION,
    FundedPosition,
    FundedUnit,
    Spread,
    funded_units,
    missing_details,
    per_post,
    schools_at_once,
)
from koschuso.rules.richtlinie import Richtlinie, richtlinie_on
from koschuso.rules.timeline import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.model.position import Funding, Position
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["Checks", "Hint"]

_COUNT = ColumnType.COUNT
_NUMBER = ColumnType.NUMBER
_HALF = Fraction(1, 2)
_EURO = "€"
_FINE = "kein Hinweis"
_EXAMINE = "zu prüfen"


@attrs.frozen(kw_only=True)
class Hint:
    """Something to be examined.

    Attributes:
        rule: ``"F1"`` to ``"F8"``.
        severity: How much it matters.
        subject: Which position, as the report calls it.
        text: What was found, and that it is to be examined.
        source: Where what is expected is said.
    """

    rule: str
    severity: Severity
    subject: str
    text: str
    source: str


@attrs.frozen(kw_only=True)
class _Spread:
    """How many schools a unit is spread over at most, and what is expected."""

    unit: FundedUnit
    schools: int
    day: date
    vzae: Fraction | None
    rule: str
    most: int
    version: Richtlinie

    @property
    def too_many(self) -> bool:
        return self.schools > self.most


class Checks:
    """The checks of one period.

    Args:
        view: What the report may see.
        funded: The funded positions of the period.
        time: The period.
        named: Whether the designation of positions may be shown.
    """

    def __init__(self, view: View, funded: Funded, time: ReportPeriod, *, named: bool) -> None:
        self._view = view
        self._funded = funded
        self._time = time
        self._named = named
        self._schools = Schools(view, time.last)
        self._spreads = [self._spread(unit) for unit in funded_units(funded.positions)]
        self._gaps = list(self._details())
        self._payments = [
            (one, payment)
            for one in funded.positions
            for payment in one.payments
            if one.recorded and _has_costs(payment)
        ]

    def _name(self, *positions: Position) -> str:
        numbers = " und ".join(str(self._funded.numbers[position.id]) for position in positions)
        if not self._named:
            return f"Stelle {numbers}" if len(positions) == 1 else f"Stellen {numbers}"
        return f"{numbers}: {', '.join(position.name for position in positions)}"

    # -- T2: schools at once -----------------------------------------------------------------------------------------

    def _spread(self, unit: FundedUnit) -> _Spread:
        # Of several days the one that is furthest above what is expected tells most; of equal ones the one with most
        # schools, and of these the first.
        found = [self._expected(unit, spread) for spread in schools_at_once(self._view, unit, self._time.period)]
        nothing = Spread(day=self._time.first, schools=frozenset(), vzae=None)
        return max(found or [self._expected(unit, nothing)], key=lambda one: (one.schools - one.most, one.schools))

    def _expected(self, unit: FundedUnit, spread: Spread) -> _Spread:
        day = self._time.first if spread.day == BEGINNING else spread.day
        version = richtlinie_on(day)
        half = spread.vzae is not None and spread.vzae <= _HALF
        return _Spread(
            unit=unit,
            schools=len(spread.schools),
            day=day,
            vzae=spread.vzae,
            rule="F2" if half else "F1",
            most=version.most_schools_half if half else version.most_schools,
            version=version,
        )

    def schools_table(self) -> Table:
        """Build T2: each funded position, and people with several of them, with the schools they are spread over."""
        return Table(
            key="t2",
            title="Zahl der Schulen je geförderter Stelle",
            columns=(
                Column(title="Stelle", header=True),
                Column(title="Umfang", unit="VZÄ", type=_NUMBER),
                Column(title="Regel"),
                Column(title="Schulen zugleich", type=_COUNT),
                Column(title="erwartet höchstens", type=_COUNT),
                Column(title="ab", type=ColumnType.DATE),
                Column(title="Ergebnis"),
            ),
            rows=tuple(
                (
                    self._name(*spread.unit.positions),
                    Sign.UNKNOWN if spread.vzae is None else spread.vzae,
                    spread.rule,
                    spread.schools,
                    spread.most,
                    spread.day,
                    _EXAMINE if spread.too_many else _FINE,
                )
                for spread in self._spreads
            ),
            notes=(
                (
                    "F1 gilt bei mehr als einer halben Stelle, F2 bei einer halben oder weniger; ist der Umfang nicht bekannt, ist "
                    "nach F1 geprüft. Gezählt sind Schulen, an denen zugleich gearbeitet wird; Teilstandorte sind keine weitere "
                    "Schule, Einsätze der Koordination zählen nicht. »Ab« ist der erste Tag im Zeitraum mit den meisten Schulen."
                ),
                *(
                    [
                        "Hat eine Person mehrere geförderte Stellen, stehen sie zusammen noch einmal in einer eigenen Zeile."
                    ]
                    if any(spread.unit.combined for spread in self._spreads)
                    else []
                ),
            ),
            empty=NONE_FUNDED,
        )

    # -- T3: what an application names -------------------------------------------------------------------------------

    def _details(self) -> Iterator[tuple[FundedPosition, str, str]]:
        """Give position, place and what is missing for each funded Einsatz of which something is."""
        for one in self._funded.positions:
            spans = self._funded.spans(one)
            current = [found for found in one.assignments if any(found.period.overlaps(span) for span in spans)]
            if not current and not one.position.is_coordination:
                yield one, "", "Einsatz an einer Schule"
            for assignment in current:
                missing = () if assignment.duty == COORDINATION else missing_details(self._view, assignment)
                if missing:
                    place = self._view.get(Organisation, assignment.place_id)
                    yield one, "" if place is None else self._schools.name(place), ", ".join(missing)

    def details_table(self) -> Table:
        """Build T3: funded Einsätze of which something is not known that an application has to name."""
        return Table(
            key="t3",
            title="Fehlende Pflichtangaben zu geförderten Einsätzen",
            columns=(
                Column(title="Stelle", header=True),
                Column(title="Einsatzort"),
                Column(title="fehlt"),
                Column(title="Ergebnis"),
            ),
            rows=tuple(
                (
                    self._name(one.position),
                    place or Sign.UNKNOWN,
                    missing,
                    _EXAMINE,
                )
                for one, place, missing in self._gaps
            ),
            notes=("Regel F3: Schulnummer, Schulname und Beschäftigungsumfang zu jedem geförderten Einsatz.",),
            empty=(
                "Zu allen geförderten Einsätzen sind Schulnummer, Schulname und Umfang erfasst."
                if self._funded.positions
                else NONE_FUNDED
            ),
        )

    # -- T4: costs ---------------------------------------------------------------------------------------------------

    def cost_table(self) -> Table:
        """Build T4: costs and grant for each full-time post and year beside the amounts of the Richtlinie."""
        return Table(
            key="t4",
            title="Kosten und Zuwendung je Vollzeitstelle und Jahr",
            columns=(
                Column(title="Stelle", header=True),
                Column(title="Zeitraum"),
                Column(title="Umfang", unit="VZÄ", type=_NUMBER),
                Column(title="zuwendungsfähige Ausgaben", unit=_EURO, type=_NUMBER),
                Column(title="Zuwendung", unit=_EURO, type=_NUMBER),
                Column(title="Ausgaben", unit=_EURO, group="je Vollzeitstelle und Jahr", type=_NUMBER),
                Column(title="Zuwendung", unit=_EURO, group="je Vollzeitstelle und Jahr", type=_NUMBER),
                Column(title="Anteil der Zuwendung", unit="%", type=_NUMBER, digits=1),
                Column(title="Ergebnis"),
            ),
            rows=tuple(self._cost_row(one, payment) for one, payment in self._payments),
            notes=(
                (
                    "Verglichen wird mit dem Förderhöchstbetrag von 70.000 Euro je Vollzeitstelle und Jahr, in begründeten "
                    "Einzelfällen 80.000 Euro (F7), und mit 80 % der zuwendungsfähigen Ausgaben (F8). Höhere Kosten sind möglich, "
                    "werden aber nicht gefördert. Ein Jahr sind zwölf Monate des Zeitraums, der zur Finanzierung erfasst ist."
                ),
            ),
            empty=(
                "Zu keiner geförderten Stelle sind Ausgaben oder Zuwendungen in Euro oder Prozent erfasst."
                if self._funded.positions
                else NONE_FUNDED
            ),
        )

    def _cost_row(self, one: FundedPosition, payment: Funding) -> tuple[Cell, ...]:
        workload = one.position.workload
        percent = _percent(payment)
        return (
            self._name(one.position),
            str(payment.period),
            Sign.UNKNOWN if workload is None or workload.vzae is None else workload.vzae,
            _or_unknown(payment.eligible_cost),
            _or_unknown(payment.amount),
            _or_unknown(per_post(payment.eligible_cost, one.position, payment.period)),
            _or_unknown(per_post(payment.amount, one.position, payment.period)),
            Sign.UNKNOWN if percent is None else percent,
            "; ".join(hint.text for hint in self._cost_hints(one, payment)) or _FINE,
        )

    def _cost_hints(self, one: FundedPosition, payment: Funding) -> Iterator[Hint]:
        version = richtlinie_on(payment.period.since or self._time.first)
        subject = self._name(one.position)
        amounts = (("Ausgaben", payment.eligible_cost), ("Zuwendung", payment.amount))
        for name, amount in amounts:
            yearly = per_post(amount, one.position, payment.period)
            if yearly is not None and yearly > version.cap:
                above = f"{name} um {_euro(yearly - version.cap)} über {_euro(version.cap)}"
                also = (
                    f", auch über {_euro(version.cap_in_single_cases)}" if yearly > version.cap_in_single_cases else ""
                )
                yield Hint(
                    rule="F7",
                    severity=Severity.INFO,
                    subject=subject,
                    text=f"{above} je Vollzeitstelle und Jahr{also}: {_EXAMINE}",
                    source=version.provision("F7").source,
                )
        percent = _percent(payment)
        if percent is not None and percent > version.most_percent:
            of_costs = payment.amount is not None and bool(payment.eligible_cost)
            what = "der zuwendungsfähigen Ausgaben" if of_costs else "der Stelle (auf die Ausgaben nicht bezogen)"
            yield Hint(
                rule="F8",
                severity=Severity.ERROR if of_costs else Severity.WARNING,
                subject=subject,
                text=f"Zuwendung {number_text(percent, 1)} % {what}, vorgesehen bis {version.most_percent} %: {_EXAMINE}",
                source=version.provision("F8").source,
            )

    # -- all of them -------------------------------------------------------------------------------------------------

    def hints(self) -> Iterator[Hint]:
        """Give everything that is to be examined, by rule and position."""
        for spread in self._spreads:
            if spread.too_many:
                since = f" ab {day_text(spread.day)}"
                together = "zusammen " if spread.unit.combined else ""
                yield Hint(
                    rule=spread.rule,
                    severity=Severity.ERROR if spread.rule == "F2" else Severity.WARNING,
                    subject=self._name(*spread.unit.positions),
                    text=f"{together}an {spread.schools} Schulen zugleich{since}, erwartet höchstens {spread.most}: {_EXAMINE}",
                    source=spread.version.provision(spread.rule).source,
                )
        for one, _, missing in self._gaps:
            yield Hint(
                rule="F3",
                severity=Severity.ERROR,
                subject=self._name(one.position),
                text=f"nicht erfasst: {missing}; {_EXAMINE}",
                source=richtlinie_on(self._time.last).provision("F3").source,
            )
        for one, payment in self._payments:
            yield from self._cost_hints(one, payment)

    def missing(self) -> tuple[Missing, ...]:
        """Count what could not be examined."""
        payments = [payment for one in self._funded.positions if one.recorded for payment in one.payments]
        return (
            Missing(
                what="geförderte Stellen ohne Angabe des Umfangs",
                count=sum(_vzae(one.position) is None for one in self._funded.positions),
            ),
            Missing(
                what="geförderte Stellen, zu denen nur die Säule und keine Finanzierung erfasst ist",
                count=sum(not one.recorded for one in self._funded.positions),
            ),
            Missing(
                what="Finanzierungen ohne Ausgaben oder Zuwendung in Euro (F7 nicht geprüft)",
                count=sum(payment.amount is None and payment.eligible_cost is None for payment in payments),
            ),
            Missing(
                what="Finanzierungen ohne Beginn oder Ende (je Jahr nicht berechenbar)",
                count=sum(payment.period.since is None or payment.period.until is None for payment in payments),
            ),
        )


def _vzae(position: Position) -> Fraction | None:
    return None if position.workload is None else position.workload.vzae


def _has_costs(payment: Funding) -> bool:
    return payment.amount is not None or payment.eligible_cost is not None or payment.percent is not None


def _percent(payment: Funding) -> Fraction | None:
    if payment.amount is not None and payment.eligible_cost:
        return Fraction(payment.amount) * 100 / Fraction(payment.eligible_cost)
    return None if payment.percent is None else Fraction(payment.percent)


def _or_unknown(value: object) -> Cell:
    return Sign.UNKNOWN if value is None else Fraction(str(value))


def _euro(amount: Fraction | int) -> str:
    return f"{number_text(Fraction(amount), 0)} Euro"
