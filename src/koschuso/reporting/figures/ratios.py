"""How much there is for how many: pupils for each VZÄ, and VZÄ for each school by Sozialindexstufe (T6 of R1).

A ratio is only built of schools of which both sides are known: a school without a number of pupils, or with a share whose
volume is not known, would bend it. How many schools are left out stands beside it, and so do the editions of the figures,
because indices of different editions are not comparable and official numbers of pupils may be rounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.reporting.document import Cell, Chart, Column, ColumnType, Missing, Series, Sign, Table
from koschuso.reporting.figures.staffing import Amount, Share, total
from koschuso.reporting.german import number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from koschuso.model.actor import Organisation
    from koschuso.reporting.figures.schools import Schools

__all__ = ["Ratios"]

_COUNT = ColumnType.COUNT
_NUMBER = ColumnType.NUMBER
_WITHOUT = "ohne Stufe"
_LEVELS = range(1, 10)


@attrs.frozen
class _School:
    """One open school with its Schulsozialarbeit."""

    pupils: int | None
    level: str
    volume: Amount

    @property
    def served(self) -> bool:
        return self.volume.parts > 0

    @property
    def countable(self) -> bool:
        """Whether the whole volume at the school is known."""
        return not self.volume.unknown


class Ratios:
    """The ratios of one Stichtag.

    Args:
        schools: The open schools of the region.
        shares: The shares of Schulsozialarbeit at schools of the region.
    """

    def __init__(self, schools: Schools, shares: Iterable[Share]) -> None:
        found: defaultdict[str, list[Share]] = defaultdict(list)
        for share in shares:
            if share.organisation is not None:
                found[schools.main(share.organisation).id].append(share)
        self._organisations = schools.all
        self._schools = {
            school.id: _School(_pupils(school), _level(school), total(found.get(school.id, ())))
            for school in schools.all
        }
        self._elsewhere = total(share for key, group in found.items() if key not in self._schools for share in group)

    def missing(self) -> tuple[Missing, ...]:
        """Count the schools that no ratio can be built for because of a volume that is not known."""
        unknown = sum(not school.countable for school in self._schools.values())
        return (Missing(what="Schulen, deren Stellenanteile nicht vollständig bekannt sind", count=unknown),)

    # -- pupils for each VZÄ -----------------------------------------------------------------------------------------

    def by_schulform(self, forms: Mapping[str, Sequence[Organisation]]) -> Table:
        """Build the table of pupils for each VZÄ; ``forms`` are the open schools by the name of their Schulform."""
        groups = [(name, [self._schools[school.id] for school in found]) for name, found in forms.items() if found]
        return Table(
            key="t6a",
            title="Schüler:innen je VZÄ nach Schulform",
            columns=(
                Column(title="Schulform", header=True),
                Column(title="Schulen", type=_COUNT),
                Column(title="nicht einbezogen", unit="Schulen", type=_COUNT),
                Column(title="VZÄ", type=_NUMBER),
                Column(title="Schüler:innen", group="alle einbezogenen Schulen", type=_COUNT),
                Column(title="je VZÄ", group="alle einbezogenen Schulen", type=_NUMBER, digits=0),
                Column(title="Schüler:innen", group="nur Schulen mit Schulsozialarbeit", type=_COUNT),
                Column(title="je VZÄ", group="nur Schulen mit Schulsozialarbeit", type=_NUMBER, digits=0),
            ),
            rows=tuple((name, *self._pupil_cells(found)) for name, found in groups),
            totals=("Insgesamt", *self._pupil_cells(list(self._schools.values()))) if groups else None,
            notes=(
                (
                    "Einbezogen sind Schulen, deren Schülerzahl und deren Stellenanteile bekannt sind. Unbesetzte Stellen "
                    "zählen mit ihrem Umfang mit, MPT und SPF nicht. VZÄ an Teilstandorten zählen bei ihrer Schule."
                ),
                *self._editions("pupils_edition", "Schülerzahlen", lambda school: _pupils(school) is not None),
                *self._elsewhere_note(),
            ),
            empty="In der Region ist am Stichtag keine Schule erfasst.",
        )

    def _pupil_cells(self, schools: Sequence[_School]) -> tuple[Cell, ...]:
        used = [school for school in schools if school.pupils is not None and school.countable]
        if not used:
            unknown = Sign.UNKNOWN
            return (len(schools), len(schools), unknown, unknown, unknown, unknown, unknown)
        vzae = sum((school.volume.known for school in used), Fraction(0))
        pupils = sum(school.pupils or 0 for school in used)
        served = sum(school.pupils or 0 for school in used if school.served)
        return (
            len(schools),
            len(schools) - len(used),
            vzae,
            pupils,
            _ratio(pupils, vzae),
            served,
            _ratio(served, vzae),
        )

    # -- VZÄ for each school -----------------------------------------------------------------------------------------

    def by_level(self) -> Table:
        """Build the table of VZÄ for each school by Sozialindexstufe."""
        groups = self._levels()
        return Table(
            key="t6b",
            title="VZÄ je Schule nach Sozialindexstufe",
            columns=(
                Column(title="Sozialindexstufe", header=True),
                Column(title="Schulen", type=_COUNT),
                Column(title="mit Schulsozialarbeit", unit="Schulen", type=_COUNT),
                Column(title="nicht einbezogen", unit="Schulen", type=_COUNT),
                Column(title="VZÄ", type=_NUMBER),
                Column(title="VZÄ je Schule", type=_NUMBER),
                Column(title="VZÄ je Schule mit Schulsozialarbeit", type=_NUMBER),
            ),
            rows=tuple((name, *_level_cells(found)) for name, found in groups),
            totals=("Insgesamt", *_level_cells(list(self._schools.values()))) if groups else None,
            notes=(
                (
                    "Stufe 1 steht für geringe, Stufe 9 für starke soziale Belastung. »Ohne Stufe« sind Schulen, die im "
                    "Schulsozialindex keine haben, zum Beispiel Förderschulen und Berufskollegs; »k. A.« sind Schulen, zu "
                    "denen noch kein Schulsozialindex eingelesen ist. Nicht einbezogen sind Schulen, deren Stellenanteile "
                    "nicht vollständig bekannt sind; auch sie zählen als Schulen mit Schulsozialarbeit."
                ),
                *self._editions(
                    "sozialindex_edition", "Sozialindex", lambda school: _level(school) != Sign.UNKNOWN.value
                ),
                *self._elsewhere_note(),
            ),
            empty="In der Region ist am Stichtag keine Schule erfasst.",
        )

    def level_chart(self) -> Chart | None:
        """Build the chart beside it, ``None`` where no school has a level."""
        groups = [(name, found) for name, found in self._levels() if name not in {_WITHOUT, Sign.UNKNOWN.value}]
        if not groups:
            return None
        values = tuple(_level_cells(found)[4] for _, found in groups)
        known = [(name, value) for (name, _), value in zip(groups, values, strict=True) if isinstance(value, Fraction)]
        most = max(known, key=lambda pair: pair[1], default=None)
        return Chart(
            key="sozialindex",
            title="VZÄ je Schule nach Sozialindexstufe",
            description=(
                "Zu keiner Stufe lässt sich ein Wert bilden."
                if most is None
                else f"Balken für {len(groups)} Stufe{'' if len(groups) == 1 else 'n'}. Am meisten haben Schulen der {most[0]} mit "
                f"{number_text(most[1], 2)} VZÄ je Schule."
            ),
            category_title="Sozialindexstufe",
            categories=tuple(name for name, _ in groups),
            series=(Series(name="VZÄ je Schule", values=values),),
            unit="VZÄ",
        )

    def _levels(self) -> list[tuple[str, list[_School]]]:
        groups: defaultdict[str, list[_School]] = defaultdict(list)
        for school in self._schools.values():
            groups[school.level].append(school)
        names = (*(f"Stufe {level}" for level in _LEVELS), _WITHOUT, Sign.UNKNOWN.value)
        return [(name, groups[name]) for name in names if name in groups]

    # -- what belongs to both ----------------------------------------------------------------------------------------

    def _editions(self, field: str, what: str, has: Callable[[Organisation], bool]) -> tuple[str, ...]:
        counted = Counter(
            getattr(school.school, field) for school in self._organisations if school.school is not None and has(school)
        )
        if not counted:
            return ()
        named = ", ".join(
            (edition or "ohne Angabe der Ausgabe") + (_schools_words(number) if len(counted) > 1 else "")
            for edition, number in sorted(counted.items())
        )
        mixed = " Verschiedene Ausgaben sind nicht ohne Weiteres vergleichbar." if len(counted) > 1 else ""
        return (f"{what}: {named}.{mixed}",)

    def _elsewhere_note(self) -> tuple[str, ...]:
        if not self._elsewhere.parts:
            return ()
        return (
            (
                f"Nicht enthalten sind {number_text(self._elsewhere.known, 2)} VZÄ an Teilstandorten, deren Schule in der "
                "Region nicht in Betrieb oder nicht erfasst ist."
            ),
        )


def _pupils(school: Organisation) -> int | None:
    return None if school.school is None else school.school.pupils


def _level(school: Organisation) -> str:
    profile = school.school
    if profile is None or (profile.sozialindexstufe is None and not profile.sozialindex_edition):
        return Sign.UNKNOWN.value
    return _WITHOUT if profile.sozialindexstufe is None else f"Stufe {profile.sozialindexstufe}"


def _level_cells(schools: Sequence[_School]) -> tuple[Cell, ...]:
    used = [school for school in schools if school.countable]
    served = sum(school.served for school in used)
    vzae = sum((school.volume.known for school in used), Fraction(0))
    return (
        len(schools),
        sum(school.served for school in schools),
        len(schools) - len(used),
        vzae if used else Sign.UNKNOWN,
        vzae / len(used) if used else Sign.UNKNOWN,
        vzae / served if served else (Sign.NOT_APPLICABLE if used else Sign.UNKNOWN),
    )


def _schools_words(number: int) -> str:
    return f" ({number} {'Schule' if number == 1 else 'Schulen'})"


def _ratio(pupils: int, vzae: Fraction) -> Cell:
    return Fraction(pupils) / vzae if vzae else Sign.NOT_APPLICABLE
