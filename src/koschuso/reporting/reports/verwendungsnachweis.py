"""Verwendungsnachweis-Bausteine (R8): what the office's records can contribute to the proof of how a grant was used.

The proof itself is written by the Zuwendungsempfänger. From the records come the funded positions with the months in which
somebody worked in them (T1) and the measures by Förderziel (T3); costs (T2) are kept in no record of koschuso.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.model.actor import Organisation
from koschuso.model.position import Funding, Occupancy
from koschuso.model.task import Activity, Task
from koschuso.reporting.document import (
    Cell,
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Missing,
    Section,
    Sign,
    Table,
    Text,
)
from koschuso.reporting.figures.changes import Change, changes_table
from koschuso.reporting.figures.funding_facts import NONE_FUNDED, Funded, FundedPiece, filled, gaps_in_plan
from koschuso.reporting.figures.funding_measures import Measures
from koschuso.reporting.figures.months import MONTHS_NOTE, months
from koschuso.reporting.figures.schools import Schools, traeger_name
from koschuso.reporting.german import berlin_day, sort_key
from koschuso.reporting.parameters import INTERNAL, Parameters, PeriodKind, ReportPeriod
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.view import View, label
from koschuso.rules.richtlinie import richtlinien_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.model.period import Period
    from koschuso.rules.funded import FundedPosition

__all__ = ["VERWENDUNGSNACHWEIS", "funded_overview"]

_NAME = "koschuso:verwendungsnachweis"
_TITLE = "Bausteine für den Verwendungsnachweis"
_NUMBER = ColumnType.NUMBER
_COUNT = ColumnType.COUNT
_NONE = Fraction(0)

_WHAT_IT_IS = (
    "Dieses Dokument stellt zusammen, was die Koordinierungsstelle zum Verwendungsnachweis beitragen kann: die geförderten "
    "Stellen mit ihren Besetzungsmonaten und die Maßnahmen nach Förderzielen für den Sachbericht. Es ersetzt weder das "
    "vorgeschriebene Formular noch die Prüfung durch die Stelle, die den Nachweis vorlegt."
)
_NO_COSTS = (
    "Der zahlenmäßige Nachweis (Einnahmen und Ausgaben in der Gliederung des Finanzierungsplans) ist nicht enthalten: "
    "koschuso führt keine Ausgaben und Einnahmen. Bitte ergänzen Sie ihn aus Ihrem Finanzverfahren. In dieses "
    "Dokument kommen sie nur, wenn ein Plugin Kosten liefert."
)
_STAYS = (
    "Belege sind nach den Allgemeinen Nebenbestimmungen (ANBest-G Nr. 7, Fassung 2012) fünf Jahre nach Vorlage des Nachweises "
    "aufzubewahren, sofern nicht anderes Recht eine längere Frist bestimmt. Bitte prüfen Sie die Fassung, die in Ihrem "
    "Zuwendungsbescheid genannt ist."
)


def _build(view: View, parameters: Parameters) -> Document:
    time = parameters.time
    positions = _Positions(view, time)
    measures = Measures(view, time)
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE,
        sections=(
            Section(
                title="Überblick",
                blocks=(Text(paragraphs=(_WHAT_IT_IS,)), positions.figures(), *positions.comparison()),
            ),
            Section(title="Geförderte Stellen und Besetzungsmonate", blocks=positions.tables()),
            Section(title="Ausgaben und Einnahmen", blocks=(Text(paragraphs=(_NO_COSTS,)),)),
            Section(title="Maßnahmen nach Förderzielen", blocks=measures.tables()),
        ),
        missing=(*positions.missing(), *measures.missing()),
        notes=(*_which_richtlinie(time.period), MONTHS_NOTE, _STAYS),
        suppression_note=(
            "In diesem Dokument wird nichts unterdrückt: Stellenanteile und Besetzungsmonate sind Angaben über Ressourcen. "
            "Namen, Eingruppierung und Befristung enthält es nicht."
        ),
    )


def _which_richtlinie(period: Period) -> tuple[str, ...]:
    versions = richtlinien_in(period)
    if not versions:
        return ("Für diesen Zeitraum ist koschuso keine Fassung der Förderrichtlinie bekannt.",)
    named = " ".join(f"{version.title}: {version.period}. {version.note}" for version in versions)
    return (f"Im Zeitraum galt, soweit bekannt: {named}",)


def funded_overview(view: View, time: ReportPeriod) -> tuple[Figures | Table, ...]:
    """Build the funded positions as a chapter of another report: figures and months by employer."""
    positions = _Positions(view, time)
    return (positions.figures(), positions.tables()[1])


@attrs.frozen(kw_only=True)
class _Months:
    """Months of one funded position, or of all of them."""

    paid: Fraction = Fraction(0)
    filled: Fraction = Fraction(0)
    vacant: Fraction = Fraction(0)
    unknown: Fraction = Fraction(0)

    def __add__(self, other: _Months) -> _Months:
        return _Months(
            paid=self.paid + other.paid,
            filled=self.filled + other.filled,
            vacant=self.vacant + other.vacant,
            unknown=self.unknown + other.unknown,
        )


class _Positions:
    """The funded positions of the period (T1)."""

    def __init__(self, view: View, time: ReportPeriod) -> None:
        self._view = view
        self._time = time
        self._schools = Schools(view, time.last)
        self._funded = Funded(view, time.period)
        self._months = {funded.position.id: self._of(funded) for funded in self._funded.positions}
        self._sum = sum(self._months.values(), _Months())

    def _of(self, funded: FundedPosition) -> _Months:
        paid = sum((months(span) for span in self._funded.spans(funded)), Fraction(0))
        is_filled = filled(funded.position)
        return _Months(
            paid=paid,
            filled=paid if is_filled else Fraction(0),
            vacant=paid if is_filled is False else Fraction(0),
            unknown=paid if is_filled is None else Fraction(0),
        )

    def figures(self) -> Figures:
        vacant = sum(one.vacant > 0 for one in self._months.values())
        return Figures(
            items=(
                Figure(label="geförderte Stellen", value=len(self._months), note="im Zeitraum, auch zeitweise"),
                Figure(label="Besetzungsmonate", value=self._sum.filled, note="je Stelle einmal gezählt"),
                Figure(
                    label="unbesetzte Monate",
                    value=self._sum.vacant,
                    note=f"bei {vacant} Stelle{'' if vacant == 1 else 'n'}",
                ),
                Figure(
                    label="VZÄ-Monate", value=_vzae_months(self._pieces(filled_only=True)), note="nur besetzte Zeiten"
                ),
            )
        )

    def comparison(self) -> tuple[Table | Text, ...]:
        """Set the months beside those of the period before."""
        before = self._time.previous()
        if before is None:
            return ()
        then = _Positions(self._view, before)
        if not then._months:
            sentence = f"Zum Vergleich: Für den Zeitraum davor ({before.label}) ist keine geförderte Stelle erfasst."
            return (Text(paragraphs=(sentence,)),)
        changes = (
            Change("geförderte Stellen", len(self._months), len(then._months)),
            Change("Besetzungsmonate", self._sum.filled, then._sum.filled),
            Change("unbesetzte Monate", self._sum.vacant, then._sum.vacant),
            Change(
                "VZÄ-Monate",
                _vzae_months(self._pieces(filled_only=True)),
                _vzae_months(then._pieces(filled_only=True)),
            ),
        )
        return (changes_table(changes, self._time, before, berlin_day(self._view.as_of)),)

    def _pieces(self, *, filled_only: bool) -> list[FundedPiece]:
        return [piece for piece in self._funded.pieces if not filled_only or filled(piece.position)]

    def tables(self) -> tuple[Table, ...]:
        return self._per_position(), self._per_employer()

    def _per_position(self) -> Table:
        rows = tuple(self._row(piece) for piece in self._funded.pieces)
        sums = self._sum
        return Table(
            key="t1",
            title="Geförderte Stellen je Schule",
            columns=(
                Column(title="Stelle", unit="lfd. Nr.", type=_COUNT),
                Column(title="Schulnummer", type=ColumnType.CODE),
                Column(title="Schule", header=True),
                Column(title="Tätigkeit"),
                Column(title="Umfang", unit="VZÄ", type=_NUMBER),
                Column(title="Umfang", unit="Std./Woche", type=_NUMBER),
                Column(title="von", type=ColumnType.DATE),
                Column(title="bis", type=ColumnType.DATE),
                Column(title="Besetzungsmonate", type=_NUMBER),
                Column(title="unbesetzte Monate", type=_NUMBER),
                Column(title="VZÄ-Monate", type=_NUMBER),
                Column(title="Anstellungsträger"),
            ),
            rows=rows,
            totals=(
                Sign.NOT_APPLICABLE,
                "",
                "Summe, jede Stelle einmal",
                "",
                Sign.NOT_APPLICABLE,
                Sign.NOT_APPLICABLE,
                "",
                "",
                sums.filled,
                sums.vacant,
                _vzae_months(self._pieces(filled_only=True)),
                "",
            )
            if rows
            else None,
            notes=(
                (
                    "Eine Stelle an mehreren Schulen hat mehrere Zeilen mit derselben laufenden Nummer; ihre Monate zählen in der "
                    "Summe einmal. »Von« und »bis« sind auf den Zeitraum des Berichts begrenzt: die Tage, an denen Stelle, "
                    "Einsatz und Förderung zugleich bestanden. VZÄ-Monate zählen nur besetzte Zeiten."
                ),
                "Unbesetzt ist eine Stelle, die als vakant erfasst ist; ist die Besetzung nicht bekannt, steht »k. A.«.",
            ),
            empty=NONE_FUNDED,
        )

    def _row(self, piece: FundedPiece) -> tuple[Cell, ...]:
        profile = None if piece.place is None else self._schools.profile(piece.place)
        is_filled = filled(piece.position)
        unknown: Cell = Sign.UNKNOWN
        return (
            piece.number,
            profile.schulnummer if profile is not None else (unknown if piece.place is None and not piece.rest else ""),
            self._place(piece),
            label(self._view, "einsatztaetigkeit", piece.duty) if piece.duty else "",
            unknown if piece.vzae is None else piece.vzae,
            unknown if piece.hours is None else piece.hours,
            piece.period.since or "",
            piece.period.last or "",
            unknown if is_filled is None else (piece.months if is_filled else _NONE),
            unknown if is_filled is None else (_NONE if is_filled else piece.months),
            _vzae_months([piece]) if is_filled else (unknown if is_filled is None else _NONE),
            self._employer(piece),
        )

    def _place(self, piece: FundedPiece) -> str:
        if piece.rest:
            return "keinem Einsatz zugeordnet"
        return "Einsatzort nicht erfasst" if piece.place is None else self._schools.name(piece.place)

    def _employer(self, piece: FundedPiece) -> str | Sign:
        employer_id = piece.position.employer_id
        employer = self._view.get(Organisation, employer_id) if employer_id else None
        return Sign.UNKNOWN if employer is None else traeger_name(employer)

    def _per_employer(self) -> Table:
        groups: defaultdict[str, list[FundedPosition]] = defaultdict(list)
        names: dict[str, str] = {}
        for piece in self._funded.pieces:
            name = self._employer(piece)
            names[piece.position.id] = name.value if isinstance(name, Sign) else name
        for funded in self._funded.positions:
            groups[names.get(funded.position.id, Sign.UNKNOWN.value)].append(funded)
        rows = [
            (name, *self._sums(found)) for name, found in sorted(groups.items(), key=lambda pair: sort_key(pair[0]))
        ]
        return Table(
            key="t1b",
            title="Besetzungsmonate nach Anstellungsträger",
            columns=(
                Column(title="Anstellungsträger", header=True),
                Column(title="Stellen", type=_COUNT),
                Column(title="geförderte Monate", type=_NUMBER),
                Column(title="Besetzungsmonate", type=_NUMBER),
                Column(title="unbesetzte Monate", type=_NUMBER),
                Column(title="Besetzung k.\N{NO-BREAK SPACE}A.", unit="Monate", type=_NUMBER),
            ),
            rows=tuple(rows),
            totals=("Summe", *self._sums(self._funded.positions)) if rows else None,
            empty=NONE_FUNDED,
        )

    def _sums(self, positions: Sequence[FundedPosition]) -> tuple[Cell, ...]:
        whole = sum((self._months[funded.position.id] for funded in positions), _Months())
        return (len(positions), whole.paid, whole.filled, whole.vacant, whole.unknown)

    def missing(self) -> tuple[Missing, ...]:
        pieces, positions = self._funded.pieces, self._funded.positions
        return (
            Missing(what="Stellenanteile ohne Angabe des Umfangs", count=sum(piece.vzae is None for piece in pieces)),
            Missing(
                what="Stellen ohne Angabe der Besetzung",
                count=sum(funded.position.occupancy is Occupancy.UNBEKANNT for funded in positions),
            ),
            Missing(
                what="Stellen, zu denen nur die Säule und keine Finanzierung erfasst ist (zählen, solange sie bestehen)",
                count=sum(not funded.recorded for funded in positions),
            ),
            Missing(
                what="Stellen ohne Angabe des Anstellungsträgers",
                count=sum(not funded.position.employer_id for funded in positions),
            ),
            Missing(
                what="Lücken zwischen Stellen mit derselben Nummer im Stellenplan (bitte auf Vakanz prüfen)",
                count=gaps_in_plan(positions),
            ),
        )


def _vzae_months(pieces: Iterable[FundedPiece]) -> Cell:
    found = list(pieces)
    known = [value for piece in found if (value := piece.vzae_months) is not None]
    return Sign.UNKNOWN if found and not known else sum(known, Fraction(0))


VERWENDUNGSNACHWEIS = Report(
    name=_NAME,
    title=_TITLE,
    description="Geförderte Stellen mit Besetzungsmonaten und Maßnahmen nach Förderzielen, für die Bewilligungsbehörde.",
    build=_build,
    kinds=(
        PeriodKind.SCHULJAHR,
        PeriodKind.FOERDERZEITRAUM,
        PeriodKind.KALENDERJAHR,
        PeriodKind.SCHULHALBJAHR,
        PeriodKind.QUARTAL,
    ),
    audiences=("foerdergeber", INTERNAL),
    about=(Funding, Activity, Task),
)
"""R8 of domain.md, T1 and T3; begin and end of single positions are for the Fördergeber and the office only."""
