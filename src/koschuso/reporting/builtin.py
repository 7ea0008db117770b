"""The reports that koschuso brings along."""

from __future__ import annotations

from koschuso.reporting.bedarfe import BEDARFE
from koschuso.reporting.beratungen import BERATUNGEN
from koschuso.reporting.foerderpruefung import FOERDERPRUEFUNG
from koschuso.reporting.geschichte import GESCHICHTE
from koschuso.reporting.gremien import GREMIEN
from koschuso.reporting.jahresplanung import JAHRESPLANUNG
from koschuso.reporting.kennzahlen import KENNZAHLEN
from koschuso.reporting.stellenuebersicht import STELLENUEBERSICHT
from koschuso.reporting.taetigkeiten import TAETIGKEITEN
from koschuso.reporting.taetigkeitsbericht import TAETIGKEITSBERICHT
from koschuso.reporting.teilnahmebescheinigung import TEILNAHMEBESCHEINIGUNG
from koschuso.reporting.teilnehmerliste import NAMENSSCHILDER, TEILNEHMERLISTE
from koschuso.reporting.veranstaltungen import VERANSTALTUNGEN
from koschuso.reporting.verwendungsnachweis import VERWENDUNGSNACHWEIS

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
