"""Positions: Stelle, Einsatz and Finanzierung are three records, not one.

One Stelle can be financed twice, split over two schools, or split between school and coordination (domain.md 2.5).
What holds across records (the sum of the Einsätze, the sum of the shares) is checked in `koschuso.rules`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.period import ALWAYS, Period
from koschuso.model.record import Record
from koschuso.model.values import check_keys
from koschuso.model.workload import Workload

if TYPE_CHECKING:
    from koschuso.model.finding import Problems

__all__ = ["Assignment", "Funding", "Occupancy", "Position"]

_WHOLE = 100


class Occupancy(StrEnum):
    """Whether somebody works in a position."""

    BESETZT = "besetzt"
    VAKANT = "vakant"
    UNBEKANNT = "unbekannt"


@attrs.frozen(kw_only=True)
class Position(Record):
    """A Stelle: what an employer provides, whether or not somebody works in it.

    Attributes:
        name: Designation.
        employer_id: Anstellungsträger.
        holder_id: Person who works in it.
        occupancy: Whether it is filled; a filled position may have no holder when the person's data were removed
            (domain.md DS-17) or never known.
        workload: How much; ``None`` is unknown and is reported as ``k. A.``, never as 0.
        tenure: Key of the catalogue ``befristung``; confidential (DS-10).
        fixed_until: Last day of a fixed term; confidential (DS-10).
        tarif: Key of the catalogue ``tarif``.
        entgeltgruppe: Free text; confidential (DS-10).
        saeule: Key of the catalogue ``saeule``.
        is_coordination: Whether it is a position of the coordination office.
        plan_number: Number in the Stellenplan.
        period: When the position exists.
    """

    KIND: ClassVar[str] = "position"
    LABEL: ClassVar[str] = "Stelle"

    name: str
    employer_id: str = ""
    holder_id: str | None = None
    occupancy: Occupancy = Occupancy.UNBEKANNT
    workload: Workload | None = None
    tenure: str = "unbekannt"
    fixed_until: date | None = None
    tarif: str = ""
    entgeltgruppe: str = ""
    saeule: str = ""
    is_coordination: bool = False
    plan_number: str = ""
    period: Period = ALWAYS

    def _check(self, problems: Problems) -> None:
        check_keys(problems, tenure=self.tenure, tarif=self.tarif, saeule=self.saeule)
        if not self.name:
            problems.add(
                field="name", value="", rule="stelle.bezeichnung", message="Eine Stelle braucht eine Bezeichnung."
            )
        if not (self.holder_id is None or (self.holder_id and self.occupancy is Occupancy.BESETZT)):
            problems.add(
                field="occupancy",
                value=self.occupancy,
                rule="stelle.besetzung",
                message=f"Eine Stelle mit einer Person ist besetzt, nicht {self.occupancy}.",
            )
        if not (self.workload is None or self.workload.vzae is None or self.workload.vzae <= 1):
            problems.add(
                field="workload",
                value=self.workload,
                rule="stelle.umfang",
                message=f"Eine Stelle umfasst höchstens eine Vollzeit ({self.workload}); legen Sie mehrere Stellen an.",
            )
        if not (self.fixed_until is None or self.tenure == "befristet"):
            problems.add(
                field="fixed_until",
                value=self.fixed_until,
                rule="stelle.befristung",
                message=f"Ein Ende der Befristung passt nicht zu »{self.tenure}«.",
            )
        if not (self.fixed_until is None or self.period.since is None or self.fixed_until >= self.period.since):
            problems.add(
                field="fixed_until",
                value=self.fixed_until,
                rule="stelle.befristung_ende",
                message="Die Befristung endet, bevor die Stelle beginnt.",
            )


@attrs.frozen(kw_only=True)
class Assignment(Record):
    """An Einsatz: where, for what and how much of a position is worked.

    Attributes:
        position_id: The position.
        place_id: School, Teilstandort or other organisation.
        workload: Hours per week there; ``None`` is unknown.
        duty: Key of the catalogue ``einsatztaetigkeit``: ``schulsozialarbeit``, ``koordination``, ``mpt`` …
        period: When.
    """

    KIND: ClassVar[str] = "assignment"
    LABEL: ClassVar[str] = "Einsatz"

    position_id: str
    place_id: str
    workload: Workload | None = None
    duty: str = "schulsozialarbeit"
    period: Period = ALWAYS

    def _check(self, problems: Problems) -> None:
        check_keys(problems, duty=self.duty)
        for field, value in (("position_id", self.position_id), ("place_id", self.place_id)):
            if not value:
                problems.add(
                    field=field,
                    value="",
                    rule="einsatz.bezug",
                    message=f"Ein Einsatz nennt Stelle und Ort; {field} fehlt.",
                )


@attrs.frozen(kw_only=True)
class Funding(Record):
    """A Finanzierung: which source pays what part of a position, and when.

    Attributes:
        position_id: The position.
        funding_source: Key of the catalogue ``finanzierungsquelle``.
        percent: Share of the position's cost, more than 0 and at most 100.
        amount: Euro in the period.
        eligible_cost: Eligible total cost in Euro that the amount is measured against (rules F7 and F8).
        period: Which time the money is for.
        file_reference: Aktenzeichen.
    """

    KIND: ClassVar[str] = "funding"
    LABEL: ClassVar[str] = "Finanzierung"

    position_id: str
    funding_source: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    eligible_cost: Decimal | None = None
    period: Period = ALWAYS
    file_reference: str = ""

    def _check(self, problems: Problems) -> None:
        check_keys(problems, funding_source=self.funding_source)
        if not self.position_id:
            problems.add(
                field="position_id", value="", rule="finanzierung.bezug", message="Eine Finanzierung nennt ihre Stelle."
            )
        if not (self.percent is None or (self.percent.is_finite() and 0 < self.percent <= _WHOLE)):
            problems.add(
                field="percent",
                value=self.percent,
                rule="finanzierung.anteil",
                message=f"Ein Anteil von {self.percent} % ist nicht möglich; erlaubt sind mehr als 0 bis 100 %.",
            )
        for field, money in (("amount", self.amount), ("eligible_cost", self.eligible_cost)):
            if not (money is None or (money.is_finite() and money >= 0)):
                problems.add(
                    field=field, value=money, rule="finanzierung.betrag", message="Ein Betrag ist nicht negativ."
                )
