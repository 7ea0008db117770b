"""How the real office came about, what it is for, its papers, and what the cooperation with the RBB gives to either side.

Facts from the presentation »KoSchuSo und RBB im Schulterschluss« (01.10.2024), in our own words. Three days and two
numbers that it leaves open come from public pages of the Kreis and the local press: the day of the first Fachtag
(09.10.2017, about 60 Fachkräfte) and the kick-off of the Rahmenkonzept (30.11.2022, 120 guests). Where no day is known
there is a milestone with a fuzzy date and no event.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from koschuso.demo.deck import STARTED
from koschuso.demo.identity import (
    AK_NRW_ID,
    ARBEITSKREIS_ID,
    ARNSBERG_SCHULE_ID,
    BILDUNGSKONFERENZ_ID,
    BILDUNGSRAT_ID,
    BILDUNGSREGION_ID,
    FIRST_FACHTAG_ID,
    KREIS_ID,
    LAND_ID,
    LENKUNGSKREIS_ID,
    OFFICE_ID,
    QUALIS_ID,
    QUALIS_MEETING_ID,
    RAHMENKONZEPT_ID,
    RBB_ID,
    SCHULAMT_ID,
    SCHULTRAEGERBESPRECHUNG_ID,
    SURVEY_DONE_ID,
    SURVEY_PLANNED_ID,
    TEAM_BILDUNGSREGION_ID,
    committee,
    concept,
    event,
    organisation,
    task,
)
from koschuso.model import (
    Benefit,
    Concept,
    Cooperation,
    Event,
    EventStatus,
    FuzzyDate,
    Goal,
    Headcount,
    Milestone,
    Participation,
    ParticipationStatus,
    Period,
    TimeSpan,
    Visibility,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model import Record, Reference

__all__ = ["records"]

_KICK_OFF_ID = "demo-kick-off-2022-11-30"


def records(joint_event_ids: Sequence[str] = ()) -> tuple[Record, ...]:
    """Build milestones, past events, goals, concept papers and the cooperation with the RBB.

    Args:
        joint_event_ids: Events that the office and the RBB held together; evidence of a benefit.
    """
    return (
        *_milestones(),
        *_events(),
        *_goals(),
        *_concepts(),
        _cooperation([event(event_id) for event_id in joint_event_ids]),
    )


def _milestones() -> tuple[Milestone, ...]:
    region = organisation(BILDUNGSREGION_ID)
    arnsberg = organisation(ARNSBERG_SCHULE_ID)
    arbeitskreis = committee(ARBEITSKREIS_ID)
    ak_nrw = committee(AK_NRW_ID)
    return (
        _milestone("2016", "Der Arbeitskreis der Koordinierungsstellen in NRW nimmt seine Arbeit auf", (), (ak_nrw,)),
        _milestone(
            "08/2016",
            "Die Bildungsregion und die Abteilungsdirektion Schule der Bezirksregierung Arnsberg tauschen sich aus",
            ("Weiterentwicklung der Schulsozialarbeit im Kreis Soest",),
            (region, arnsberg),
        ),
        _milestone(
            "02/2017",
            "Der Bildungsrat macht die Schulsozialarbeit zum Thema der nächsten Bildungskonferenz",
            ("Schulsozialarbeit",),
            (committee(BILDUNGSRAT_ID), committee(BILDUNGSKONFERENZ_ID)),
        ),
        _milestone(
            "05/2017",
            "Der Arbeitskreis Schulsozialarbeit wird gegründet, mit allen, die Verantwortung tragen oder beteiligt sind",
            (),
            (arbeitskreis,),
        ),
        _milestone(
            "06/2017",
            "Das Vorhaben wird in der Schulträgerbesprechung vorgestellt",
            ("Schulsozialarbeit",),
            (committee(SCHULTRAEGERBESPRECHUNG_ID),),
        ),
        _milestone(
            "10/2017",
            "Erster Fachtag für alle Fachkräfte für Schulsozialarbeit im Kreis Soest",
            ("Vernetzungsstrukturen", "Weiterentwicklungsbedarfe", "Rahmenkonzept und Qualitätsstandards"),
            (event(FIRST_FACHTAG_ID),),
        ),
        _milestone(
            "06/2018",
            "Bildungskonferenz 2018",
            (
                "Soziale Arbeit am Lernort Schule – Herausforderungen und Perspektiven in der Bildungsregion Kreis Soest",
            ),
            (committee(BILDUNGSKONFERENZ_ID),),
        ),
        _milestone(
            "2019",
            "Verhandlungen mit der Abteilungsdirektion Schule, eine Koordinierungsstelle Schulsozialarbeit einzurichten",
            ("Bildungsregion Kreis Soest als Modellregion für die Flächenkreise im Regierungsbezirk Arnsberg",),
            (region, arnsberg),
        ),
        _milestone(
            "01/2020",
            "Die Koordinierungsstelle beginnt, zunächst mit der Besetzung des Kreises",
            (),
            (organisation(OFFICE_ID), organisation(KREIS_ID)),
        ),
        _milestone(
            "01.10.2024",
            "In NRW koordinieren nun 98 Fachkräfte aus 70 Kreisen, kreisfreien Städten und Kommunen",
            (
                "Mit dem Bedarf an Schulsozialarbeit und ihrem Ausbau wächst der Bedarf an Koordinierung",
                "Die Stellen sind unterschiedlich angebunden und setzen unterschiedliche Schwerpunkte",
            ),
            (ak_nrw, event(QUALIS_MEETING_ID)),
        ),
    )


def _milestone(when: str, title: str, topics: tuple[str, ...], actors: tuple[Reference, ...]) -> Milestone:
    earliest = FuzzyDate(when).earliest().isoformat()
    slug = "ak-nrw" if when == "2016" else earliest
    return Milestone(id=f"demo-meilenstein-{slug}", when=FuzzyDate(when), title=title, topics=topics, actors=actors)


def _events() -> tuple[Record, ...]:
    """Build the events of which the day is known; the hours are not, so they last all day. Who held them is not stated."""
    return (
        Event(
            id=FIRST_FACHTAG_ID,
            title="Erster Fachtag Schulsozialarbeit im Kreis Soest",
            span=TimeSpan.days(date(2017, 10, 9)),
            type="fachtag",
            taetigkeit="qualifizierung.fachtag",
            topics=("qualitaetsstandards_evaluation", "schulentwicklung_konzept"),
            target_groups=("fachkraefte",),
            status=EventStatus.DURCHGEFUEHRT,
            visibility=Visibility.OEFFENTLICH,
            description="Rund 60 Fachkräfte berieten über Vernetzung, Weiterentwicklung, Rahmenkonzept und Qualitätsstandards.",
        ),
        _heads(FIRST_FACHTAG_ID, Headcount(count=60, target_group="fachkraefte")),
        Event(
            id=_KICK_OFF_ID,
            title="Auftakt zum Rahmenkonzept Schulsozialarbeit im Kreis Soest",
            span=TimeSpan.days(date(2022, 11, 30)),
            type="kick_off",
            taetigkeit="konzept.rahmenkonzept",
            topics=("qualitaetsstandards_evaluation",),
            status=EventStatus.DURCHGEFUEHRT,
            visibility=Visibility.OEFFENTLICH,
            description="120 Gäste.",
        ),
        _heads(_KICK_OFF_ID, Headcount(count=120)),
        Event(
            id=QUALIS_MEETING_ID,
            title="KoSchuSo und RBB im Schulterschluss: Vorstellung bei der QUA-LiS NRW",
            span=TimeSpan.days(date(2024, 10, 1)),
            type="netzwerktreffen",
            taetigkeit="vernetzung.extern.land",
            organiser_ids=(QUALIS_ID,),
            partner_ids=(OFFICE_ID, RBB_ID),
            status=EventStatus.DURCHGEFUEHRT,
            visibility=Visibility.NETZWERK,
        ),
    )


def _heads(event_id: str, headcount: Headcount) -> Participation:
    return Participation(
        id=f"{event_id}-teilnahmen",
        event_id=event_id,
        status=ParticipationStatus.TEILGENOMMEN,
        headcounts=(headcount,),
    )


def _goals() -> tuple[Goal, ...]:
    return (
        Goal(
            id="demo-ziel-1",
            title="Helfen, die Vielfalt des Arbeitsfelds zu ordnen und zu bewältigen",
            reason=(
                "Schulsozialarbeit ist sehr vielschichtig und entwickelt sich schnell; feste Strukturen, Richtlinien und "
                "Standards gibt es erst wenige."
            ),
            approach="Unterstützen, wo diese Vielschichtigkeit Struktur braucht.",
            office_id=OFFICE_ID,
            rank=1,
        ),
        Goal(
            id="demo-ziel-2",
            title="Die Qualität der Schulsozialarbeit im Kreis Soest sichern und sie strategisch weiterentwickeln",
            reason="Gemeinsame Qualitätsstandards sind dafür die Grundlage.",
            approach=(
                "Die Standards entstehen gemeinsam mit Schulträgern und Trägern der Jugendhilfe, mit den Fachkräften und "
                "ihren Anstellungsträgern, mit Schulleitungen und Schulaufsicht."
            ),
            office_id=OFFICE_ID,
            partners=(
                committee(SCHULTRAEGERBESPRECHUNG_ID),
                committee(ARBEITSKREIS_ID),
                organisation(KREIS_ID),
                organisation(LAND_ID),
                organisation(SCHULAMT_ID),
                organisation(ARNSBERG_SCHULE_ID),
            ),
            rank=2,
        ),
    )


def _concepts() -> tuple[Concept, ...]:
    """Build the papers whose existence and date are stated; who adopted them is not, so no adoption is given."""
    ak_nrw = committee(AK_NRW_ID)
    return (
        Concept(
            id="demo-leitbild-ak-nrw-2020",
            title="Leitbild der Koordinierungsstellen Schulsozialarbeit in NRW",
            type="leitbild",
            version="12/2020",
            status="gueltig",
            issued_by=ak_nrw,
            dated=FuzzyDate("12/2020"),
            taetigkeit="vernetzung.extern.ak_nrw",
        ),
        Concept(
            id="demo-taetigkeitsprofil-ak-nrw-2022",
            title="Tätigkeitsprofil der Koordinierungsstellen Schulsozialarbeit in NRW",
            type="taetigkeitsprofil",
            version="11/2022",
            status="gueltig",
            issued_by=ak_nrw,
            dated=FuzzyDate("11/2022"),
            taetigkeit="vernetzung.extern.ak_nrw",
        ),
        Concept(
            id=RAHMENKONZEPT_ID,
            title="Rahmenkonzept Schulsozialarbeit im Kreis Soest",
            type="rahmenkonzept",
            version="10/2022",
            status="gueltig",
            issued_by=organisation(KREIS_ID),
            dated=FuzzyDate("10/2022"),
            taetigkeit="konzept.rahmenkonzept",
        ),
    )


def _cooperation(joint_events: Sequence[Reference]) -> Cooperation:
    """Build the cooperation with each advantage that the presentation names, four points for the office, eight for the RBB."""
    team = committee(TEAM_BILDUNGSREGION_ID)
    lenkungskreis = committee(LENKUNGSKREIS_ID)
    return Cooperation(
        id="demo-kooperation-rbb",
        title="KoSchuSo und RBB im Schulterschluss",
        partner_ids=(OFFICE_ID, RBB_ID),
        committee_ids=(TEAM_BILDUNGSREGION_ID, LENKUNGSKREIS_ID),
        period=Period(since=STARTED),
        benefits=(
            Benefit(
                beneficiary_id=OFFICE_ID,
                title="Teil eines regionalen Bildungsnetzwerks",
                aspects=(
                    "Sie ist nach innen und nach außen in ein bestehendes Netz eingebettet.",
                    "Sie gehört fest zum Team Bildungsregion.",
                    "Mit Team Bildungsregion und Lenkungskreis spricht sie laufend über Perspektiven, Ziele, Maßnahmen und Projekte.",
                    "Die Strukturen der Bildungsregion und ihr Budget machen sie finanziell unabhängig.",
                ),
                taetigkeit="vernetzung.intern.rbb",
                evidence=(team, lenkungskreis),
            ),
            _rbb(
                "Die Koordinierung wird zur festen Einrichtung und dadurch besser", "konzept", concept(RAHMENKONZEPT_ID)
            ),
            _rbb("Das Netzwerk wird größer", "vernetzung"),
            _rbb("Neue Ressourcen werden frei"),
            _rbb(
                "Die multiprofessionell Tätigen in den Schulen sind enger verbunden",
                "vernetzung.intern.fachkraefte",
                committee(ARBEITSKREIS_ID),
            ),
            _rbb("Informationen werden weitergegeben", "vernetzung.information", team),
            _rbb(
                "Bedarfe werden abgefragt (Bedarfsabfrage)",
                "qualifizierung.bedarf",
                task(SURVEY_DONE_ID),
                task(SURVEY_PLANNED_ID),
            ),
            _rbb("Fachwissen und Expertise kommen hinzu; der Blick wird weiter und vielfältiger"),
            _rbb("Fachtagungen und Fortbildungen finden gemeinsam statt", "qualifizierung", *joint_events),
        ),
    )


def _rbb(title: str, taetigkeit: str = "", *evidence: Reference) -> Benefit:
    return Benefit(beneficiary_id=RBB_ID, title=title, taetigkeit=taetigkeit, evidence=evidence)
