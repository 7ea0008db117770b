"""The Richtlinie that the Land pays school social work by: which version held when, and what each rule F1 to F8 rests on.

The wording of the Richtlinie is not at hand; what stands here is what public pages of authorities tell of it (domain.md
2.5 and 5.2). For each rule and version it says whether a source names the rule for that version, whether it is carried
over from the other one, or whether it is a reading of koschuso. Nothing here decides whether a case is fundable.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RICHTLINIEN", "Evidence", "Provision", "Richtlinie", "richtlinie_on", "richtlinien_in"]


class Evidence(StrEnum):
    """What a rule rests on, for one version of the Richtlinie."""

    STATED = "stated"
    CARRIED_OVER = "carried_over"
    READING = "reading"

    @property
    def label(self) -> str:
        """The German words for reports."""
        return _EVIDENCE_LABELS[self]


_EVIDENCE_LABELS = {
    Evidence.STATED: "in der Quelle für diese Fassung genannt",
    Evidence.CARRIED_OVER: "aus der anderen Fassung übertragen, für diese nicht belegt",
    Evidence.READING: "Lesart von koschuso, in keiner Quelle geregelt",
}


@attrs.frozen(kw_only=True)
class Provision:
    """One rule as one version of the Richtlinie has it.

    Attributes:
        key: ``"F1"`` to ``"F8"``.
        text: What is expected, in German.
        source: Which public page tells it, with its date or number.
        evidence: What that is worth for this version.
    """

    key: str
    text: str
    source: str
    evidence: Evidence


@attrs.frozen(kw_only=True)
class Richtlinie:
    """A version of the Richtlinie and the numbers that the checks compare with.

    Attributes:
        key: ``"2021"`` or ``"2025"``.
        title: Name with its date.
        period: When it held.
        note: What is not certain about it.
        most_schools: Schools that a Fachkraft with more than half a post is expected to work in at most (F1).
        most_schools_half: The same with half a post or less (F2).
        fachkraefte_per_coordinator: Fachkräfte for each full-time coordinator (F4).
        cap: Förderhöchstbetrag for a full-time post and year, in Euro (F7).
        cap_in_single_cases: The same in reasoned single cases.
        most_percent: Largest part of the eligible cost that is granted, in percent (F8).
        provisions: What each rule rests on.
    """

    key: str
    title: str
    period: Period
    note: str
    most_schools: int = 2
    most_schools_half: int = 1
    fachkraefte_per_coordinator: int = 30
    cap: int = 70_000
    cap_in_single_cases: int = 80_000
    most_percent: int = 80
    provisions: tuple[Provision, ...]

    def provision(self, key: str) -> Provision:
        """Give what a rule rests on.

        Raises:
            KeyError: There is no such rule.
        """
        return {provision.key: provision for provision in self.provisions}[key]


_PORTAL: Final = "Förderportal NRW, Schulsozialarbeit, Schuljahr 2025/2026"
_NEUSS: Final = "Auskunft der Bezirksregierung nach Vorlage 40/2209/XVII/2023, Rhein-Kreis Neuss"
_PRESS: Final = "Pressemitteilung des Schulministeriums NRW zur Richtlinie, 2025"
_MUENSTER: Final = "Bezirksregierung Münster, Förderung Schulsozialarbeit Nordrhein-Westfalen"
_OWN: Final = "koschuso"

_TEXTS: Final[Mapping[str, str]] = {
    "F1": "Eine Fachkraft mit mehr als einer halben Stelle soll an höchstens zwei Schulen arbeiten.",
    "F2": "Eine Fachkraft mit einer halben Stelle oder weniger arbeitet an einer Schule.",
    "F3": "Zu jedem geförderten Einsatz gehören Schulnummer, Schulname und Beschäftigungsumfang.",
    "F4": "Koordinierung ist ab einer Vollzeitstelle auf mindestens 30 Fachkräfte vorgesehen.",
    "F5": (
        "Zu den 30 zählen Fachkräfte der Landesförderung, rein kommunale mit denselben Aufgaben und solche im Landesdienst "
        "nach dem Runderlass vom 23.01.2008. MPT und SPF sind dort nicht genannt; koschuso zählt sie nicht mit."
    ),
    "F6": "Ob mit »Fachkräften« Personen oder VZÄ gemeint sind, ist nicht erläutert; koschuso rechnet beides.",
    "F7": (
        "Der Förderhöchstbetrag liegt bei 70.000 Euro je Vollzeitstelle und Jahr, in begründeten Einzelfällen bei bis zu "
        "80.000 Euro. Höhere Kosten werden nicht gefördert. Ob er für die Ausgaben oder die Zuwendung gilt, ist in den "
        "öffentlichen Quellen nicht eindeutig."
    ),
    "F8": "Die Zuwendung beträgt bis zu 80 % der zuwendungsfähigen Gesamtausgaben.",
}


def _provisions(evidence: Mapping[str, tuple[str, Evidence]]) -> tuple[Provision, ...]:
    return tuple(
        Provision(key=key, text=_TEXTS[key], source=source, evidence=worth) for key, (source, worth) in evidence.items()
    )


RICHTLINIEN: Final[tuple[Richtlinie, ...]] = (
    Richtlinie(
        key="2021",
        title="Richtlinie zur Förderung von Schulsozialarbeit vom 22.09.2021",
        period=Period.from_to(date(2021, 9, 22), date(2025, 7, 31)),
        note="Beginn ist das Datum der Richtlinie; das Ende 31.07.2025 nennt die Bezirksregierung Münster.",
        provisions=_provisions(
            {
                "F1": (_NEUSS, Evidence.STATED),
                "F2": (_NEUSS, Evidence.STATED),
                "F3": (_PORTAL, Evidence.CARRIED_OVER),
                "F4": (_PORTAL, Evidence.CARRIED_OVER),
                "F5": (_PORTAL, Evidence.CARRIED_OVER),
                "F6": (_OWN, Evidence.READING),
                "F7": (f"{_MUENSTER}; {_PRESS}", Evidence.CARRIED_OVER),
                "F8": (_MUENSTER, Evidence.STATED),
            }
        ),
    ),
    Richtlinie(
        key="2025",
        title="Richtlinie zur Förderung von Schulsozialarbeit, überarbeitet 2025",
        period=Period(since=date(2025, 8, 1)),
        note="Der Beginn 01.08.2025 ist aus dem Ende der vorigen Fassung erschlossen.",
        provisions=_provisions(
            {
                "F1": (_PORTAL, Evidence.STATED),
                "F2": (_PORTAL, Evidence.STATED),
                "F3": (_PORTAL, Evidence.STATED),
                "F4": (_PORTAL, Evidence.STATED),
                "F5": (_PORTAL, Evidence.STATED),
                "F6": (_OWN, Evidence.READING),
                "F7": (_PRESS, Evidence.STATED),
                "F8": (_MUENSTER, Evidence.CARRIED_OVER),
            }
        ),
    ),
)
"""The versions that koschuso knows, the oldest first; state of the sources: 2025."""


def richtlinien_in(period: Period) -> tuple[Richtlinie, ...]:
    """Give the versions that held on a day of a period, the oldest first.

    >>> [version.key for version in richtlinien_in(Period.calendar_year(2025))]
    ['2021', '2025']
    """
    return tuple(version for version in RICHTLINIEN if version.period.overlaps(period))


def richtlinie_on(day: date) -> Richtlinie:
    """Give the version of a day; before the first one the first, so that a check always has something to compare with.

    >>> richtlinie_on(date(2025, 7, 31)).key, richtlinie_on(date(2025, 8, 1)).key, richtlinie_on(date(2020, 1, 1)).key
    ('2021', '2025', '2021')
    """
    return next((version for version in reversed(RICHTLINIEN) if day in version.period), RICHTLINIEN[0])
