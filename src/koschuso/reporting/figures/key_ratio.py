"""The Koordinierungsschlüssel of a day with everything that goes into it: who counts, who does not, and what comes out (T1 of R7)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from koschuso.model.finding import Severity
from koschuso.reporting.document import Cell, Column, ColumnType, Missing, Sign, Table
from koschuso.reporting.figures.funding_checks import Hint
from koschuso.reporting.german import number_text
from koschuso.reporting.view import label
from koschuso.rules.coordination import CoordinationRatio, Staff, coordination_ratio
from koschuso.rules.richtlinie import richtlinie_on

if TYPE_CHECKING:
    from datetime import date

    from koschuso.reporting.view import View

__all__ = ["KeyRatio"]

_COUNT = ColumnType.COUNT
_NUMBER = ColumnType.NUMBER
_REACHED = "rechnerisch erreicht"
_NOT_REACHED = "rechnerisch nicht erreicht, zu prüfen"


class KeyRatio:
    """The Koordinierungsschlüssel of a day.

    Args:
        view: What the report may see.
        day: The day.
    """

    def __init__(self, view: View, day: date) -> None:
        self._view = view
        self._version = richtlinie_on(day)
        self._ratio: CoordinationRatio = coordination_ratio(view, day)
        self._key = self._version.fachkraefte_per_coordinator

    @property
    def heads_per_post(self) -> Cell:
        """People for each full-time post of coordination, exact."""
        return self._per_post(self._ratio.fachkraefte.heads)

    def _per_post(self, counted: int | Fraction) -> Cell:
        posts = self._ratio.coordinators
        if posts.unknown:
            return Sign.UNKNOWN
        return Fraction(counted) / posts.vzae if posts.vzae else Sign.NOT_APPLICABLE

    def tables(self) -> tuple[Table, Table]:
        """Build the table of who counts and the table of the Schlüssel."""
        return self._who_counts(), self._key_table()

    def _who_counts(self) -> Table:
        ratio = self._ratio
        rows: list[tuple[Cell, ...]] = [
            (self._saeule(key), *_cells(staff), "ja") for key, staff in ratio.by_saeule.items()
        ]
        if ratio.others.heads:
            rows.append(("andere oder nicht genannte Finanzierung", *_cells(ratio.others), "nein"))
        if ratio.coordinators.heads:
            rows.append(("Koordination", *_cells(ratio.coordinators), "nein"))
        return Table(
            key="t1a",
            title="Wer beim Schlüssel zählt",
            columns=(
                Column(title="Gruppe", header=True),
                Column(title="Fachkräfte", unit="Personen", type=_COUNT),
                Column(title="Umfang", unit="VZÄ", type=_NUMBER),
                Column(title="Umfang k.\N{NO-BREAK SPACE}A.", unit="Stellen", type=_COUNT),
                Column(title="zählt"),
            ),
            rows=tuple(rows),
            totals=("zählen zusammen, jede Person einmal", *_cells(ratio.fachkraefte), "") if rows else None,
            notes=(
                (
                    "Gezählt sind besetzte Stellenanteile für Schulsozialarbeit. Vakante Stellen, MPT, SPF und Stunden für "
                    "Koordination zählen nicht mit; wer koordiniert und an einer Schule arbeitet, steht mit dem jeweiligen Anteil "
                    "auf beiden Seiten."
                ),
            ),
            empty="Am Stichtag ist keine besetzte Stelle erfasst.",
        )

    def _saeule(self, key: str) -> str:
        return label(self._view, "saeule", key) if key else f"Säule {Sign.UNKNOWN.value}"

    def _key_table(self) -> Table:
        ratio = self._ratio
        return Table(
            key="t1",
            title=f"Koordinierungsschlüssel: 1 Vollzeitstelle Koordination auf mindestens {self._key} Fachkräfte",
            columns=(
                Column(title="Zählweise", header=True),
                Column(title="Fachkräfte", type=_NUMBER),
                Column(title="Koordination", unit="VZÄ", type=_NUMBER),
                Column(title="Fachkräfte je VZÄ Koordination", type=_NUMBER),
                Column(title=f"Fachkräfte ÷ {self._key}", unit="VZÄ", type=_NUMBER),
                Column(title=f"Schlüssel 1 : {self._key}"),
            ),
            rows=tuple(
                (
                    name,
                    counted,
                    Sign.UNKNOWN if ratio.coordinators.unknown else ratio.coordinators.vzae,
                    self._per_post(counted),
                    Fraction(counted) / self._key,
                    self._verdict(counted, unknown),
                )
                for name, counted, unknown in self._ways()
            ),
            notes=(
                (
                    "Ob »Fachkräfte« Personen oder VZÄ meint und ob Bruchteile einer Stelle möglich sind, nennen die Quellen nicht: "
                    "Deshalb stehen beide Zählweisen hier, ungerundet. Die Entscheidung liegt bei der Bewilligungsbehörde."
                ),
            ),
        )

    def _ways(self) -> tuple[tuple[str, int | Fraction, int], ...]:
        counted = self._ratio.fachkraefte
        return (("nach Personen", counted.heads, 0), ("nach VZÄ", counted.vzae, counted.unknown))

    def _verdict(self, counted: int | Fraction, unknown: int) -> Cell:
        posts = self._ratio.coordinators
        if posts.unknown:
            return Sign.UNKNOWN
        if not posts.vzae:
            return Sign.NOT_APPLICABLE
        if Fraction(counted) >= self._key * posts.vzae:
            return _REACHED
        # What is unknown could still fill the gap.
        return Sign.UNKNOWN if unknown else _NOT_REACHED

    def hints(self) -> tuple[Hint, ...]:
        """Give a hint where the Schlüssel is not reached in either way of counting, or in one of the two."""
        verdicts = [(name, counted, self._verdict(counted, unknown)) for name, counted, unknown in self._ways()]
        below = [(name, counted) for name, counted, verdict in verdicts if verdict == _NOT_REACHED]
        if not below:
            return ()
        provision = self._version.provision("F4")
        posts = number_text(self._ratio.coordinators.vzae, 2)
        told = " und ".join(f"{name} {number_text(Fraction(counted) / self._key, 2)}" for name, counted in below)
        return (
            Hint(
                rule="F4",
                severity=Severity.INFO,
                subject="Koordination",
                text=f"Zu {posts} VZÄ Koordination gehören rechnerisch {number_text(self._ratio.coordinators.vzae * self._key, 1)} "
                f"Fachkräfte; der Schlüssel ergibt {told} VZÄ; zu prüfen.",
                source=provision.source,
            ),
        )

    def missing(self) -> tuple[Missing, ...]:
        """Count what is not known of the positions that the Schlüssel is about."""
        return (
            Missing(
                what="zählende Stellen ohne Angabe des Umfangs (nur nach Personen gezählt)",
                count=self._ratio.fachkraefte.unknown,
            ),
            Missing(what="Stellen der Koordination ohne Angabe des Umfangs", count=self._ratio.coordinators.unknown),
        )


def _cells(staff: Staff) -> tuple[Cell, Cell, Cell]:
    # With nothing but unknown volumes there is no sum.
    return (staff.heads, Sign.UNKNOWN if staff.unknown and not staff.vzae else staff.vzae, staff.unknown)
