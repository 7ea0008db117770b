"""The real office as its own presentation describes it: who it is, where it is docked, with whom it works.

Source is the presentation »KoSchuSo und RBB im Schulterschluss« (Kreis Soest at QUA-LiS NRW, 01.10.2024). Its facts carry
over exactly; its sentences and its people do not. How the office came about, its goals and its cooperation are in
`koschuso.demo.story`. Mailboxes end in ``.example`` so that nothing can reach the real bodies.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from koschuso.demo.identity import (
    AGS,
    AK_NRW_ID,
    ARBEITSKREIS_ID,
    ARNSBERG_ID,
    ARNSBERG_SCHULE_ID,
    BILDUNGSKONFERENZ_ID,
    BILDUNGSRAT_ID,
    BILDUNGSREGION_ID,
    COORDINATOR_KREIS_ID,
    COORDINATOR_LAND_ID,
    KREIS_ID,
    LAND_ID,
    LENKUNGSKREIS_ID,
    OFFICE_ID,
    QUALIS_ID,
    RBB_ID,
    SCHULTRAEGERBESPRECHUNG_ID,
    TEAM_BILDUNGSREGION_ID,
    committee,
    organisation,
    person,
)
from koschuso.model import (
    FULL_TIME_TVOED,
    Address,
    Assignment,
    Committee,
    CoordinationProfile,
    Funding,
    FuzzyDate,
    Occupancy,
    Organisation,
    Period,
    Position,
    Relation,
    Workload,
)

if TYPE_CHECKING:
    from koschuso.model import Record, Reference

__all__ = ["AUFGABENSCHWERPUNKTE", "STARTED", "records"]

AUFGABENSCHWERPUNKTE = ("beratung", "qualifizierung", "vernetzung", "konzept")
"""The four Aufgabenschwerpunkte of the presentation: the roots of the catalogue ``taetigkeitsprofil``."""

STARTED = date(2020, 1, 1)
"""First day of the month in which the office began to work (01/2020)."""

_SINCE_START = Period(since=STARTED)


def records() -> tuple[Record, ...]:
    """Build the office, the bodies and committees around it, their relations and the two coordination positions.

    The holders of the two positions come from `koschuso.demo.people`, the Kreis from
    `koschuso.nrw.municipalities.records`.
    """
    return (*_organisations(), *_committees(), *_relations(), *_positions())


def _organisations() -> tuple[Organisation, ...]:
    arnsberg = Address(postal_code="59821", locality="Arnsberg")
    soest = Address(postal_code="59494", locality="Soest")
    return (
        Organisation(
            id=OFFICE_ID,
            type="koordinierungsstelle",
            name="Koordinierungsstelle Schulsozialarbeit Kreis Soest",
            short_name="KoSchuSo",
            address=soest,
            email="koschuso@bildungsregion-kreis-soest.example",
            ags=f"{AGS}000",
            coordination=CoordinationProfile(
                traegerunabhaengig=True,
                schulformuebergreifend=True,
                # Model region for the Flächenkreise in the Regierungsbezirk Arnsberg.
                modellregion=True,
                started=FuzzyDate("01/2020"),
            ),
        ),
        Organisation(
            id=RBB_ID,
            type="rbb",
            name="Regionales Bildungsbüro des Kreises Soest",
            short_name="RBB Kreis Soest",
            address=soest,
            email="bildungsbuero@bildungsregion-kreis-soest.example",
            ags=f"{AGS}000",
            parent_id=KREIS_ID,
        ),
        Organisation(
            id=BILDUNGSREGION_ID,
            type="sonstige",
            name="Bildungsregion Kreis Soest",
            short_name="Bildungsregion",
            ags=f"{AGS}000",
        ),
        Organisation(id=LAND_ID, type="land_nrw", name="Land Nordrhein-Westfalen", short_name="Land NRW", ags="05"),
        Organisation(
            id=ARNSBERG_ID,
            type="bezirksregierung",
            name="Bezirksregierung Arnsberg",
            short_name="BR Arnsberg",
            address=arnsberg,
            ags="059",
        ),
        Organisation(
            id=ARNSBERG_SCHULE_ID,
            type="bezirksregierung",
            name="Abteilungsdirektion Schule der Bezirksregierung Arnsberg",
            short_name="BR Arnsberg, Schule",
            address=arnsberg,
            ags="059",
            parent_id=ARNSBERG_ID,
        ),
        Organisation(
            id=QUALIS_ID,
            type="qualis",
            name="Qualitäts- und UnterstützungsAgentur – Landesinstitut für Schule NRW",
            short_name="QUA-LiS NRW",
        ),
    )


def _committees() -> tuple[Committee, ...]:
    return (
        Committee(
            id=AK_NRW_ID,
            type="ak_nrw",
            name="Arbeitskreis kommunale, trägerübergreifende Koordinierungsstellen Schulsozialarbeit NRW",
        ),
        Committee(id=BILDUNGSRAT_ID, type="bildungsrat", name="Bildungsrat"),
        Committee(id=LENKUNGSKREIS_ID, type="lenkungskreis", name="Lenkungskreis"),
        Committee(id=TEAM_BILDUNGSREGION_ID, type="team_bildungsregion", name="Team Bildungsregion"),
        Committee(id=SCHULTRAEGERBESPRECHUNG_ID, type="schultraegerbesprechung", name="Schulträgerbesprechung"),
        Committee(id=ARBEITSKREIS_ID, type="arbeitskreis_schulsozialarbeit", name="Arbeitskreis Schulsozialarbeit"),
        Committee(id=BILDUNGSKONFERENZ_ID, type="bildungskonferenz", name="Bildungskonferenz Kreis Soest"),
    )


def _relations() -> tuple[Relation, ...]:
    office = organisation(OFFICE_ID)
    return (
        _relation("angedockt-rbb", "angedockt_an", office, organisation(RBB_ID)),
        _relation("kooperiert-rbb", "kooperiert_mit", office, organisation(RBB_ID)),
        _relation("zustaendig-kreis", "zustaendig_fuer", office, organisation(KREIS_ID)),
        _relation("mitglied-team", "mitglied_in", office, committee(TEAM_BILDUNGSREGION_ID), role="mitglied"),
        # The presentation names the exchange in the Lenkungskreis, not the role there.
        _relation("mitglied-lenkungskreis", "mitglied_in", office, committee(LENKUNGSKREIS_ID)),
        # That the office belongs to it follows from the presentation; since when and in what role it does not say.
        _relation("mitglied-ak-nrw", "mitglied_in", office, committee(AK_NRW_ID), Period()),
        _relation("angestellt-kreis", "angestellt_bei", person(COORDINATOR_KREIS_ID), organisation(KREIS_ID)),
        # The Land stays the employer; since when the secondment runs is not stated.
        _relation("angestellt-land", "angestellt_bei", person(COORDINATOR_LAND_ID), organisation(LAND_ID), Period()),
        _relation("abgeordnet-kreis", "abgeordnet_zu", person(COORDINATOR_LAND_ID), organisation(KREIS_ID), Period()),
    )


def _relation(
    name: str,
    type_: str,
    source: Reference,
    target: Reference,
    period: Period = _SINCE_START,
    *,
    role: str = "",
) -> Relation:
    return Relation(id=f"demo-beziehung-{name}", type=type_, source=source, target=target, role=role, period=period)


def _positions() -> tuple[Record, ...]:
    """Build the two shares of 19,5 h: one of the Kreis since 01/2020, one of the Land by Abordnung.

    Both are measured against 39:00 hours. The presentation sets the two shares side by side as equal, and who is
    seconded works in the week of the place she is seconded to: against the Land's own 39:50 the same 19,5 h would be
    0,49 instead of 0,50. How the Land pays is not stated, so its source is ``sonstige``.
    """
    return (
        *_half_position(
            "kreis",
            employer_id=KREIS_ID,
            holder_id=COORDINATOR_KREIS_ID,
            # The RBB belongs to schooling, not to the Kinder- und Jugendhilfe: none of the three pillars.
            saeule="sonstige",
            funding_source="kommunal_eigenmittel",
            period=_SINCE_START,
        ),
        *_half_position(
            "land",
            employer_id=LAND_ID,
            holder_id=COORDINATOR_LAND_ID,
            saeule="landesdienst",
            funding_source="sonstige",
            period=Period(),
        ),
    )


def _half_position(
    name: str, *, employer_id: str, holder_id: str, saeule: str, funding_source: str, period: Period
) -> tuple[Record, ...]:
    position_id = f"demo-stelle-koordination-{name}"
    workload = Workload.parse("19,5h", full_time_minutes=FULL_TIME_TVOED)
    return (
        Position(
            id=position_id,
            name=f"Koordination Schulsozialarbeit ({name.title()})",
            employer_id=employer_id,
            holder_id=holder_id,
            occupancy=Occupancy.BESETZT,
            workload=workload,
            tarif="tvoed" if employer_id == KREIS_ID else "",
            saeule=saeule,
            is_coordination=True,
            period=period,
        ),
        Assignment(
            id=f"{position_id}-einsatz",
            position_id=position_id,
            place_id=OFFICE_ID,
            workload=workload,
            duty="koordination",
            period=period,
        ),
        Funding(
            id=f"{position_id}-finanzierung",
            position_id=position_id,
            funding_source=funding_source,
            percent=Decimal(100),
            period=period,
        ),
    )
