"""What several reports say about positions: how they are counted, what is not known, and volumes in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.model.actor import Organisation
from koschuso.reporting.document import Cell, Column, ColumnType, Missing, Sign
from koschuso.reporting.figures.schools import traeger_name
from koschuso.reporting.figures.staffing import Share, Staffing, Work, heads, hours, total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.view import View

__all__ = ["STAFF_NOTES", "VOLUME_COLUMNS", "employer_name", "positions_missing", "schools_missing", "volume_row"]

_COUNT = ColumnType.COUNT
_NUMBER = ColumnType.NUMBER

STAFF_NOTES = (
    (
        "VZÄ (Vollzeitäquivalent) ist der Anteil an einer vollen Stelle beim jeweiligen Anstellungsträger. Summen werden "
        "aus den genauen Werten gebildet und erst am Ende kaufmännisch auf zwei Stellen gerundet."
    ),
    (
        "Eine Person zählt als eine Fachkraft, auch wenn sie an mehreren Schulen, in mehreren Gemeinden oder in mehreren "
        "Säulen arbeitet; Fachkräfte lassen sich deshalb nicht aus Teilsummen zusammenzählen."
    ),
    (
        "Multiprofessionelle Teams (MPT), sozialpädagogische Fachkräfte der Schuleingangsphase (SPF) und weitere "
        "Tätigkeiten sind keine Schulsozialarbeit im engeren Sinn; sie stehen getrennt. Stellen der Koordination zählen "
        "zu keiner Schule."
    ),
    "Berücksichtigt sind Schulen der Region, die am Stichtag in Betrieb sind.",
)
"""How positions and people are counted."""


def positions_missing(staffing: Staffing) -> tuple[Missing, ...]:
    """Count what is not known of the positions for Schulsozialarbeit."""
    shares = staffing.of(Work.SCHULSOZIALARBEIT)
    positions = {share.position.id: share.position for share in shares}.values()
    people = heads(shares)
    return (
        Missing(what="Stellenanteile ohne Angabe des Umfangs", count=total(shares).unknown),
        Missing(what="Stellen ohne Angabe der Säule", count=sum(not position.saeule for position in positions)),
        Missing(
            what="Stellen ohne Angabe des Anstellungsträgers",
            count=sum(not position.employer_id for position in positions),
        ),
        Missing(what="Stellen ohne Angabe der Besetzung", count=people.unknown),
        Missing(what="besetzte Stellen ohne erfasste Person (zählen als je eine Fachkraft)", count=people.unnamed),
        Missing(what="Einsätze, deren Stelle nicht erfasst ist (nicht gezählt)", count=staffing.orphans),
        Missing(what="Stellen, deren Einsätze ihren Umfang übersteigen", count=staffing.overbooked),
    )


def schools_missing(schools: Schools) -> tuple[Missing, ...]:
    """Count what is not known of the schools of the region."""
    return (
        Missing(
            what="Schulen ohne Angabe des Schulträgers",
            count=sum(schools.schultraeger(school) is Sign.UNKNOWN for school in schools.all),
        ),
        Missing(
            what="Schulen ohne Angabe der Schülerzahl",
            count=sum(school.school is not None and school.school.pupils is None for school in schools.all),
        ),
        Missing(
            what="Schulen ohne Angabe zum Sozialindex",
            count=sum(
                school.school is not None
                and school.school.sozialindexstufe is None
                and not school.school.sozialindex_edition
                for school in schools.all
            ),
        ),
    )


def employer_name(view: View, share: Share) -> str | Sign:
    """Give the name of the Anstellungsträger for tables."""
    employer = view.get(Organisation, share.position.employer_id) if share.position.employer_id else None
    return Sign.UNKNOWN if employer is None else traeger_name(employer)


VOLUME_COLUMNS = (
    Column(title="Stellen", type=_COUNT),
    Column(title="Fachkräfte", type=_COUNT),
    Column(title="VZÄ", type=_NUMBER),
    Column(title="Std./Woche", type=_NUMBER),
    Column(title="davon vakant", unit="VZÄ", type=_NUMBER),
    Column(title="Umfang k.\N{NO-BREAK SPACE}A.", unit="Anteile", type=_COUNT),
)
"""What is told of some shares in one row."""


def volume_row(name: str, shares: Iterable[Share]) -> tuple[Cell, ...]:
    """Build a row of the columns above: name, positions, people, volumes, and how many volumes are not known."""
    found = list(shares)
    return (
        name,
        len({share.position.id for share in found}),
        heads(found).count,
        total(found).cell,
        hours(found).cell,
        total(share for share in found if share.vacant).cell,
        total(found).unknown,
    )
