"""The stable ids of the demonstration data, so that its parts can point at each other and building twice changes nothing.

Ids that other parts of koschuso build from official numbers (municipalities, schools, authorities) are not repeated
here: they are asked for.
"""

from __future__ import annotations

from koschuso.model import Reference
from koschuso.nrw.municipalities import organisation_id

__all__ = [
    "AGS",
    "AK_NRW_ID",
    "ARBEITSKREIS_ID",
    "ARNSBERG_ID",
    "ARNSBERG_SCHULE_ID",
    "BILDUNGSKONFERENZ_ID",
    "BILDUNGSRAT_ID",
    "BILDUNGSREGION_ID",
    "COORDINATOR_KREIS_ID",
    "COORDINATOR_LAND_ID",
    "COORDINATOR_LAND_SCHOOL_POSITION_ID",
    "FIRST_FACHTAG_ID",
    "KREIS_ID",
    "LAND_ID",
    "LENKUNGSKREIS_ID",
    "NAME",
    "OFFICE_ID",
    "QUALIS_ID",
    "QUALIS_MEETING_ID",
    "RAHMENKONZEPT_ID",
    "RBB_ID",
    "SCHULAMT_ID",
    "SCHULTRAEGERBESPRECHUNG_ID",
    "SEED",
    "SURVEY_DONE_ID",
    "SURVEY_PLANNED_ID",
    "TEAM_BILDUNGSREGION_ID",
    "committee",
    "concept",
    "event",
    "organisation",
    "person",
    "task",
]

NAME = "Koordinierungsstelle Schulsozialarbeit Kreis Soest (Beispieldaten)"
"""Name of the demonstration office; it says on every report that people and figures are invented."""

AGS = "05974"
"""Kreis Soest."""

SEED = 5974
"""Seed of everything that is generated; another seed gives another, equally plausible office."""

OFFICE_ID = "koordinierungsstelle"
"""The office itself: the id that the settings of a new office name."""

KREIS_ID = organisation_id(AGS)
LAND_ID = organisation_id("05")

RBB_ID = "demo-rbb"
BILDUNGSREGION_ID = "demo-bildungsregion"
ARNSBERG_ID = "demo-bezirksregierung-arnsberg"
ARNSBERG_SCHULE_ID = "bezirksregierung-600900"  # number of the Schulabteilung in the official register
QUALIS_ID = "demo-qua-lis"
SCHULAMT_ID = "schulamt-600974"
"""The Schulamt, as the register reader builds its id from the official number."""

AK_NRW_ID = "demo-ak-nrw"
BILDUNGSRAT_ID = "demo-bildungsrat"
LENKUNGSKREIS_ID = "demo-lenkungskreis"
TEAM_BILDUNGSREGION_ID = "demo-team-bildungsregion"
SCHULTRAEGERBESPRECHUNG_ID = "demo-schultraegerbesprechung"
ARBEITSKREIS_ID = "demo-arbeitskreis-schulsozialarbeit"
BILDUNGSKONFERENZ_ID = "demo-bildungskonferenz"

COORDINATOR_KREIS_ID = "demo-person-koordination-kreis"
COORDINATOR_LAND_ID = "demo-person-koordination-land"
COORDINATOR_LAND_SCHOOL_POSITION_ID = "demo-stelle-koordination-land-schule"

FIRST_FACHTAG_ID = "demo-fachtag-2017-10-09"
QUALIS_MEETING_ID = "demo-qua-lis-2024-10-01"
RAHMENKONZEPT_ID = "demo-rahmenkonzept-2022"
SURVEY_DONE_ID = "demo-aufgabe-bedarfsabfrage-2024"
SURVEY_PLANNED_ID = "demo-aufgabe-bedarfsabfrage-2025"


def organisation(organisation_id: str) -> Reference:
    """Point at an organisation."""
    return Reference("organisation", organisation_id)


def committee(committee_id: str) -> Reference:
    """Point at a committee."""
    return Reference("committee", committee_id)


def person(person_id: str) -> Reference:
    """Point at a person."""
    return Reference("person", person_id)


def event(event_id: str) -> Reference:
    """Point at an event."""
    return Reference("event", event_id)


def task(task_id: str) -> Reference:
    """Point at a task."""
    return Reference("task", task_id)


def concept(concept_id: str) -> Reference:
    """Point at a concept paper."""
    return Reference("concept", concept_id)
