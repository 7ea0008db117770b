"""The reports that koschuso brings along."""

from __future__ import annotations

from koschuso.reporting.reports.bedarfe import BEDARFE
from koschuso.reporting.reports.beratungen import BERATUNGEN
from koschuso.reporting.reports.foerderpruefung import FOERDERPRUEFUNG
from koschuso.reporting.reports.geschichte import GESCHICHTE
from koschuso.reporting.reports.gremien import GREMIEN
from koschuso.reporting.reports.jahresplanung import JAHRESPLANUNG
from koschuso.reporting.reports.kennzahlen import KENNZAHLEN
from koschuso.reporting.reports.stellenuebersicht import STELLENUEBERSICHT
from koschuso.reporting.reports.taetigkeiten import TAETIGKEITEN
from koschuso.reporting.reports.taetigkeitsbericht import TAETIGKEITSBERICHT
from koschuso.reporting.reports.teilnahmebescheinigung import TEILNAHMEBESCHEINIGUNG
from koschuso.reporting.reports.teilnehmerliste import NAMENSSCHILDER, TEILNEHMERLISTE
from koschuso.reporting.reports.veranstaltungen import VERANSTALTUNGEN
from koschuso.reporting.reports.verwendungsnachweis import VERWENDUNGSNACHWEIS

__all__ = [
    "BEDARFE",
    "BERATUNGEN",
    "BUILTIN_REPORTS",
    "FOERDERPRUEFUNG",
    "GESCHICHTE",
    "GREMIEN",
    "JAHRESPLANUNG",
    "KENNZAHLEN",
    "NAMENSSCHILDER",
    "STELLENUEBERSICHT",
    "TAETIGKEITEN",
    "TAETIGKEITSBERICHT",
    "TEILNAHMEBESCHEINIGUNG",
    "TEILNEHMERLISTE",
    "VERANSTALTUNGEN",
    "VERWENDUNGSNACHWEIS",
]

BUILTIN_REPORTS = (
    STELLENUEBERSICHT,
    KENNZAHLEN,
    TAETIGKEITEN,
    VERANSTALTUNGEN,
    BERATUNGEN,
    GREMIEN,
    GESCHICHTE,
    TAETIGKEITSBERICHT,
    JAHRESPLANUNG,
    FOERDERPRUEFUNG,
    VERWENDUNGSNACHWEIS,
    BEDARFE,
    TEILNEHMERLISTE,
    NAMENSSCHILDER,
    TEILNAHMEBESCHEINIGUNG,
)
"""All of them, in the order in which they are offered."""
