"""Tasks: what the demonstration office finished, and its Jahresplanung 2025/26 in dates as fuzzy as plans are."""

from __future__ import annotations

from datetime import date

from koschuso.demo.identity import (
    AK_NRW_ID,
    ARBEITSKREIS_ID,
    COORDINATOR_KREIS_ID,
    COORDINATOR_LAND_ID,
    LENKUNGSKREIS_ID,
    OFFICE_ID,
    RAHMENKONZEPT_ID,
    RBB_ID,
    SCHULAMT_ID,
    SURVEY_DONE_ID,
    SURVEY_PLANNED_ID,
    committee,
    concept,
    event,
    organisation,
)
from koschuso.model import FuzzyDate, Reference, Task, TaskStatus

__all__ = ["tasks"]

_BOTH = (COORDINATOR_KREIS_ID, COORDINATOR_LAND_ID)
_FACHTAG_ID = "demo-fachtag-2025-11-12"
_STANDARDS_ID = "demo-aufgabe-standards"


def tasks() -> tuple[Task, ...]:
    """Build the tasks: first what is done, then the plan in order of time."""
    return (*_done(), *_planned())


def _done() -> tuple[Task, ...]:
    return (
        _task(
            "stellenuebersicht-2024",
            "Stellen abfragen und Stellenübersicht zum Stichtag 15.10.2024 erstellen",
            "konzept.bestand",
            "September 2024",
            "15.10.2024",
            status=TaskStatus.ERLEDIGT,
            completed_on=date(2024, 10, 15),
            result="Bericht Stellenübersicht",
            minutes=1860,
        ),
        Task(
            id=SURVEY_DONE_ID,
            title="Bedarfsabfrage zu Fortbildungen 2025 gemeinsam mit dem RBB",
            taetigkeit="qualifizierung.bedarf",
            status=TaskStatus.ERLEDIGT,
            begin=FuzzyDate("November 2024"),
            due=FuzzyDate("Dezember 2024"),
            completed_on=date(2024, 12, 17),
            responsible_ids=_BOTH,
            involved=(organisation(RBB_ID), committee(ARBEITSKREIS_ID)),
            result="Auswertung für den Lenkungskreis",
            minutes=960,
            percent=100,
        ),
        _task(
            "verwendungsnachweis-2024",
            "Bausteine für den Verwendungsnachweis zusammenstellen",
            "konzept.foerderprogramme",
            "Januar 2025",
            "März 2025",
            status=TaskStatus.ERLEDIGT,
            completed_on=date(2025, 3, 21),
            minutes=1320,
        ),
        _task(
            "exkursion",
            "Exkursion zu einer anderen Koordinierungsstelle vorbereiten",
            "vernetzung.extern",
            "1. Halbjahr 2025",
            "1. Halbjahr 2025",
            status=TaskStatus.VERWORFEN,
        ),
    )


def _planned() -> tuple[Task, ...]:
    standards = concept(RAHMENKONZEPT_ID)
    return (
        _task(
            _STANDARDS_ID.removeprefix("demo-aufgabe-"),
            "Gemeinsame Qualitätsstandards in Arbeitsgruppen weiterentwickeln",
            "konzept.rahmenkonzept",
            "02/2025",
            "Juni 2026",
            status=TaskStatus.IN_ARBEIT,
            percent=35,
            subject=standards,
            involved=(committee(ARBEITSKREIS_ID), organisation(SCHULAMT_ID)),
        ),
        _task(
            "standards-grundschule",
            "Arbeitsgruppe Qualitätsstandards Grundschule: Entwurf",
            "konzept.rahmenkonzept",
            "September 2025",
            "Dezember 2025",
            parent_id=_STANDARDS_ID,
        ),
        _task(
            "standards-weiterfuehrend",
            "Arbeitsgruppe Qualitätsstandards weiterführende Schulen: Entwurf",
            "konzept.rahmenkonzept",
            "Januar / Februar 2026",
            "Mai 2026",
            parent_id=_STANDARDS_ID,
        ),
        _task("einarbeitung", "Neue Fachkräfte begrüßen, Tandems bilden", "beratung.einarbeitung", "August / September 2025", "September 2025"),
        _task(
            "stellenuebersicht-2025",
            "Stellen abfragen und Stellenübersicht zum Stichtag 15.10.2025 erstellen",
            "konzept.bestand",
            "September 2025",
            "15.10.2025",
        ),
        Task(
            id=SURVEY_PLANNED_ID,
            title="Bedarfsabfrage zu Fortbildungen 2026 gemeinsam mit dem RBB",
            taetigkeit="qualifizierung.bedarf",
            begin=FuzzyDate("November 2025"),
            due=FuzzyDate("Dezember 2025"),
            responsible_ids=_BOTH,
            involved=(organisation(RBB_ID), committee(ARBEITSKREIS_ID)),
        ),
        _task(
            "fachtag-2025",
            "Fachtag 2025 vorbereiten, durchführen, auswerten",
            "qualifizierung.fachtag",
            "Juli 2025",
            "November / Dezember 2025",
            status=TaskStatus.IN_ARBEIT,
            percent=20,
            subject=event(_FACHTAG_ID),
            involved=(organisation(RBB_ID),),
        ),
        _task("raeume", "Räume für die Fortbildungen 2026 anfragen", "qualifizierung.fortbildung", "August 2025", "Oktober 2025", status=TaskStatus.WARTET),
        _task("arbeitshilfe", "Arbeitshilfe Schulabsentismus überarbeiten", "konzept.arbeitshilfen", "4. Quartal 2025", "März 2026"),
        _task(
            "sachstand",
            "Sachstandsbericht für den Lenkungskreis",
            "konzept.evaluation",
            "Februar 2026",
            "März 2026",
            subject=committee(LENKUNGSKREIS_ID),
        ),
        _task("antrag", "Förderantrag für das neue Schuljahr", "konzept.foerderprogramme", "1. Quartal 2026", "30.04.2026"),
        _task("ak-nrw", "Gastgeberin einer Sitzung des Arbeitskreises NRW", "vernetzung.extern.ak_nrw", "Mai 2026", "Mai / Juni 2026",
              subject=committee(AK_NRW_ID)),
        _task("jahresplanung", "Jahresplanung 2026/27 im Team Bildungsregion abstimmen", "vernetzung.intern.rbb", "Juni / Juli 2026", "Juli 2026"),
    )  # fmt: skip


def _task(
    name: str,
    title: str,
    taetigkeit: str,
    begin: str,
    due: str,
    *,
    status: TaskStatus = TaskStatus.GEPLANT,
    completed_on: date | None = None,
    percent: int | None = None,
    minutes: int | None = None,
    result: str = "",
    parent_id: str = "",
    subject: Reference | None = None,
    involved: tuple[Reference, ...] = (),
) -> Task:
    return Task(
        id=f"demo-aufgabe-{name}",
        title=title,
        taetigkeit=taetigkeit,
        status=status,
        begin=FuzzyDate(begin),
        due=FuzzyDate(due),
        completed_on=completed_on,
        responsible_ids=_BOTH if status is not TaskStatus.WARTET else (OFFICE_ID,),
        involved=involved,
        subject=subject,
        parent_id=parent_id,
        result=result,
        minutes=minutes,
        percent=percent,
    )
