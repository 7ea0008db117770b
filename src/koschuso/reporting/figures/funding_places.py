"""Funded positions and grants by municipality, for passing a grant on (T5 of R7)."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from koschuso.reporting.document import Cell, Column, ColumnType, Sign, Table
from koschuso.reporting.figures.funding_facts import NONE_FUNDED, Funded, FundedPiece, granted
from koschuso.reporting.figures.months import months
from koschuso.reporting.german import sort_key
from koschuso.rules.funded import school_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.view import View

__all__ = ["FundedPlaces"]

_COUNT = ColumnType.COUNT
_NUMBER = ColumnType.NUMBER
_EURO = "€"
_NO_GEMEINDE = "keiner Gemeinde zugeordnet"


class FundedPlaces:
    """What is funded where.

    Args:
        view: What the report may see.
        funded: The funded positions of the period.
        schools: The schools of the region, for the names of municipalities.
    """

    def __init__(self, view: View, funded: Funded, schools: Schools) -> None:
        self._view = view
        self._funded = funded
        self._schools = schools

    def table(self) -> Table:
        """Build T5: what is funded in each municipality, for passing the grant on."""
        groups: defaultdict[str, list[FundedPiece]] = defaultdict(list)
        for piece in self._funded.pieces:
            groups["" if piece.place is None else piece.place.ags].append(piece)
        keys = sorted((key for key in groups if key), key=lambda key: sort_key(self._schools.gemeinde_name(key)))
        money = self._money()
        rows = [(self._schools.gemeinde_name(key), *self._gemeinde_cells(groups[key], money[key])) for key in keys]
        if groups.get(""):
            rows.append((_NO_GEMEINDE, *self._gemeinde_cells(groups[""], money[""])))
        everything = [piece for found in groups.values() for piece in found]
        whole = [amount for found in money.values() for amount in found]
        return Table(
            key="t5",
            title="Geförderte Stellen nach Gemeinde (Weiterleitung)",
            columns=(
                Column(title="Gemeinde", header=True),
                Column(title="Stellen", type=_COUNT),
                Column(title="Schulen", type=_COUNT),
                Column(title="VZÄ-Monate", type=_NUMBER),
                Column(title="VZÄ im Mittel", type=_NUMBER),
                Column(title="Umfang k.\N{NO-BREAK SPACE}A.", unit="Anteile", type=_COUNT),
                Column(title="Zuwendung im Zeitraum", unit=_EURO, type=_NUMBER),
                Column(title="Zuwendung k.\N{NO-BREAK SPACE}A.", unit="Anteile", type=_COUNT),
            ),
            rows=tuple(rows),
            totals=("Summe, jede Stelle einmal", *self._gemeinde_cells(everything, whole)) if rows else None,
            notes=(
                (
                    "Vakante Zeiten sind enthalten. Das Mittel ist die Summe der VZÄ-Monate durch die Monate des Zeitraums. Die "
                    "Zuwendung einer Stelle ist nach VZÄ-Monaten auf ihre Gemeinden verteilt und, wo ihr Zeitraum über den des "
                    "Berichts hinausgeht, nach Monaten anteilig; das ist eine Rechenregel von koschuso. Wo ein Betrag oder ein "
                    "Umfang nicht bekannt ist, steht er in der letzten Spalte."
                ),
            ),
            empty=NONE_FUNDED,
        )

    def _gemeinde_cells(self, pieces: Sequence[FundedPiece], money: Sequence[Fraction | None]) -> tuple[Cell, ...]:
        volumes = [piece.vzae_months for piece in pieces]
        known = [volume for volume in volumes if volume is not None]
        whole: Cell = sum(known, Fraction(0)) if known else Sign.UNKNOWN
        amounts = [amount for amount in money if amount is not None]
        schools = {
            school.id
            for piece in pieces
            if piece.place is not None and (school := school_of(self._view, piece.place.id)) is not None
        }
        return (
            len({piece.position.id for piece in pieces}),
            len(schools),
            whole,
            whole / months(self._funded.period) if isinstance(whole, Fraction) else whole,
            len(volumes) - len(known),
            sum(amounts, Fraction(0)) if amounts else Sign.UNKNOWN,
            len(money) - len(amounts),
        )

    def _money(self) -> dict[str, list[Fraction | None]]:
        """Share the grants out among municipalities by VZÄ-Monate; ``None`` for each share that is not known."""
        shares: defaultdict[str, list[Fraction | None]] = defaultdict(list)
        pieces: defaultdict[str, list[FundedPiece]] = defaultdict(list)
        for piece in self._funded.pieces:
            pieces[piece.position.id].append(piece)
        for one in self._funded.positions:
            by_place: defaultdict[str, list[FundedPiece]] = defaultdict(list)
            for piece in pieces[one.position.id]:
                by_place["" if piece.place is None else piece.place.ags].append(piece)
            grants = [granted(payment, self._funded.period) for payment in one.payments]
            whole = (
                None if not grants or None in grants else sum((grant or Fraction(0) for grant in grants), Fraction(0))
            )
            parts = {place: _volume(found) for place, found in by_place.items()}
            volume = (
                None if None in parts.values() else sum((part or Fraction(0) for part in parts.values()), Fraction(0))
            )
            for place, part in parts.items():
                alone = len(parts) == 1
                if whole is None or (not alone and (part is None or not volume)):
                    shares[place].append(None)
                else:
                    shares[place].append(whole if alone else whole * (part or 0) / (volume or 1))
        return shares


def _volume(pieces: Iterable[FundedPiece]) -> Fraction | None:
    volumes = [piece.vzae_months for piece in pieces]
    return None if None in volumes else sum((volume or Fraction(0) for volume in volumes), Fraction(0))
