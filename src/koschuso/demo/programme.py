"""What the invented programme of two school years consists of: the single events, in tables that are easy to read.

`koschuso.demo.years` makes events of them and adds the series. Days are school days; titles and topics are invented,
plausible and nobody's.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import attrs

from koschuso.demo.identity import (
    AK_NRW_ID,
    ARBEITSKREIS_ID,
    BILDUNGSKONFERENZ_ID,
    BILDUNGSRAT_ID,
    LENKUNGSKREIS_ID,
    SCHULTRAEGERBESPRECHUNG_ID,
)
from koschuso.model import EventStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CIRCLES", "COURSES", "MEETINGS", "NETWORK_MEETINGS", "PLANNED", "Circle", "Course", "Meeting"]


@attrs.frozen
class Course:
    """A Fachtag or Fortbildung with seats and registrations.

    Attributes:
        first: First day.
        title: Title.
        type: Key of the catalogue ``veranstaltungsart``.
        topics: Keys of the catalogue ``thema``.
        capacity: Seats.
        demand: How many register, if there are that many.
        hours: Hours of the day from 9 o'clock.
        days: How many days it lasts.
        joint: Whether office and RBB hold it together.
        status: Where it stands.
    """

    first: date
    title: str
    type: str
    topics: tuple[str, ...]
    capacity: int
    demand: int
    hours: int = 7
    days: int = 1
    joint: bool = False
    status: EventStatus = EventStatus.NACHBEREITET


COURSES: Sequence[Course] = (
    Course(date(2023, 9, 12), "Neu in der Schulsozialarbeit: Einstiegsqualifizierung 2023", "einstiegsqualifizierung",
           ("rolle_auftrag", "datenschutz_schweigepflicht", "ressourcen_rahmenbedingungen"), 16, 12, days=3),
    Course(date(2023, 9, 27), "Schweigepflicht und Datenschutz im Schulalltag", "fortbildung",
           ("datenschutz_schweigepflicht",), 20, 26, hours=6),
    Course(date(2023, 11, 15), "Fachtag 2023: Wenn Schule leer bleibt – Schulabsentismus gemeinsam begegnen", "fachtag",
           ("schulabsentismus", "elternarbeit"), 90, 82, joint=True),
    Course(date(2024, 1, 24), "Mobbing erkennen und Gruppen stärken", "fortbildung", ("mobbing", "gewaltpraevention"), 20, 17),
    Course(date(2024, 3, 6), "Trauer und Krisen an der Schule begleiten", "fortbildung", ("trauer_krise",), 18, 23),
    Course(date(2024, 4, 17), "Kinderschutz: Verfahren, Rollen, Gesprächsführung", "fortbildung", ("kinderschutz",), 24, 31,
           joint=True),
    Course(date(2024, 5, 15), "Übergang Schule – Beruf: wer macht was?", "fortbildung", ("uebergang_schule_beruf",), 24, 15,
           hours=4),
    Course(date(2024, 6, 12), "Soziale Medien, Chats und die Folgen", "fortbildung", ("digitale_medien",), 20, 19,
           status=EventStatus.ABGESAGT),
    Course(date(2024, 9, 10), "Neu in der Schulsozialarbeit: Einstiegsqualifizierung 2024", "einstiegsqualifizierung",
           ("rolle_auftrag", "datenschutz_schweigepflicht", "ressourcen_rahmenbedingungen"), 16, 16, days=3),
    Course(date(2024, 9, 25), "Soziale Medien, Chats und die Folgen (Ersatztermin)", "fortbildung", ("digitale_medien",), 20, 22),
    Course(date(2024, 11, 13), "Fachtag 2024: Multiprofessionell heißt gemeinsam", "fachtag",
           ("schulentwicklung_konzept", "ganztag", "inklusion"), 80, 88, joint=True),
    Course(date(2025, 1, 22), "Psychische Gesundheit: zuhören, einschätzen, weiterleiten", "fortbildung",
           ("psychische_gesundheit",), 20, 28),
    Course(date(2025, 2, 19), "Demokratie lernen: Klassenrat und Beteiligung", "fortbildung", ("demokratiefoerderung",), 20, 14,
           status=EventStatus.VERSCHOBEN),
    Course(date(2025, 3, 19), "Demokratie lernen: Klassenrat und Beteiligung", "fortbildung", ("demokratiefoerderung",), 20, 16),
    Course(date(2025, 5, 7), "Eltern erreichen: Gespräche, die gelingen", "fortbildung", ("elternarbeit",), 22, 24),
    Course(date(2025, 6, 4), "Sucht und Konsum: früh ansprechen", "fortbildung", ("sucht",), 20, 18, hours=6, joint=True),
)  # fmt: skip
"""Fachtage, Fortbildungen and Einstiegsqualifizierungen of both school years, in order of time."""

PLANNED: Sequence[Course] = (
    Course(date(2025, 9, 17), "Kollegial beraten: Methoden für den Qualitätszirkel", "fortbildung",
           ("kollegiale_beratung_supervision",), 16, 22, status=EventStatus.EINLADUNG),
    Course(date(2025, 11, 12), "Fachtag 2025: Qualitätsstandards in der Praxis", "fachtag",
           ("qualitaetsstandards_evaluation",), 100, 0, joint=True, status=EventStatus.SAVE_THE_DATE),
    Course(date(2026, 2, 25), "Schweigepflicht und Datenschutz im Schulalltag", "fortbildung",
           ("datenschutz_schweigepflicht",), 20, 0, hours=6, status=EventStatus.GEPLANT),
)  # fmt: skip
"""What is on its way for 2025/26."""


@attrs.frozen
class Circle:
    """A Qualitätszirkel for some Schulformen, every six weeks.

    Attributes:
        key: Short name in ids.
        title: Title.
        schulformen: For whom.
        first: First date of the two years.
        heads: How many usually come.
        online: Whether every second date is online.
    """

    key: str
    title: str
    schulformen: tuple[str, ...]
    first: date
    heads: int
    online: bool = False

    @property
    def series_id(self) -> str:
        """Id of its series."""
        return f"demo-reihe-qualitaetszirkel-{self.key}"


CIRCLES: Sequence[Circle] = (
    Circle("grundschule", "Qualitätszirkel Grundschule", ("grundschule",), date(2023, 8, 23), 14),
    Circle("sekundarstufe", "Qualitätszirkel Haupt-, Real- und Sekundarschule",
           ("hauptschule", "realschule", "sekundarschule"), date(2023, 8, 24), 11),
    Circle("gesamtschule-gymnasium", "Qualitätszirkel Gesamtschule und Gymnasium", ("gesamtschule", "gymnasium"),
           date(2023, 8, 30), 9, online=True),
    Circle("foerderschule", "Qualitätszirkel Förderschule", ("foerderschule",), date(2023, 8, 31), 6),
    Circle("berufskolleg", "Qualitätszirkel Berufskolleg und Weiterbildungskolleg",
           ("berufskolleg", "weiterbildungskolleg"), date(2023, 9, 6), 5, online=True),
)  # fmt: skip
"""The Qualitätszirkel, by Schulform."""


@attrs.frozen
class Meeting:
    """Meetings of a committee.

    Attributes:
        committee_id: The committee.
        title: Title of each meeting.
        type: Key of the catalogue ``veranstaltungsart``.
        taetigkeit: Key of the Tätigkeitsprofil.
        days: The days.
        heads: How many people come.
        begin: Hour at which it begins.
        hours: How many hours it lasts.
        target_groups: Keys of the catalogue ``zielgruppe``.
        external: Whether it meets outside the region.
    """

    committee_id: str
    title: str
    type: str
    taetigkeit: str
    days: tuple[date, ...]
    heads: int
    begin: int = 14
    hours: int = 2
    target_groups: tuple[str, ...] = ()
    external: bool = False

    def event_id(self, day: date) -> str:
        """Build the id of the meeting on a day."""
        return f"{self.committee_id}-{day.isoformat()}"


MEETINGS: Sequence[Meeting] = (
    Meeting(LENKUNGSKREIS_ID, "Lenkungskreis", "gremiensitzung", "vernetzung.intern.rbb",
            (date(2023, 9, 20), date(2023, 12, 6), date(2024, 3, 13), date(2024, 6, 19),
             date(2024, 9, 18), date(2024, 12, 4), date(2025, 3, 12), date(2025, 6, 25)), 12,
            target_groups=("schulaufsicht", "verwaltung", "schultraeger")),
    Meeting(BILDUNGSRAT_ID, "Bildungsrat", "gremiensitzung", "vernetzung.intern.gremien",
            (date(2023, 11, 29), date(2024, 5, 29), date(2024, 11, 27), date(2025, 5, 28)), 22,
            target_groups=("politik", "verwaltung", "schulaufsicht")),
    Meeting(SCHULTRAEGERBESPRECHUNG_ID, "Schulträgerbesprechung", "gremiensitzung", "vernetzung.intern.gremien",
            (date(2023, 10, 25), date(2024, 4, 10), date(2024, 10, 30), date(2025, 4, 2)), 18, begin=10,
            target_groups=("schultraeger",)),
    Meeting(ARBEITSKREIS_ID, "Arbeitskreis Schulsozialarbeit", "arbeitskreis", "vernetzung.intern.fachkraefte",
            (date(2023, 10, 19), date(2024, 2, 1), date(2024, 6, 6),
             date(2024, 10, 10), date(2025, 1, 30), date(2025, 6, 12)), 16,
            target_groups=("fachkraefte", "anstellungstraeger", "schulleitungen", "schulaufsicht")),
    Meeting(BILDUNGSKONFERENZ_ID, "Bildungskonferenz", "bildungskonferenz", "vernetzung.intern.gremien",
            (date(2024, 4, 24), date(2025, 5, 21)), 140, begin=13, hours=5,
            target_groups=("schulleitungen", "lehrkraefte", "fachkraefte", "politik")),
    Meeting(AK_NRW_ID, "Arbeitskreis der Koordinierungsstellen NRW", "arbeitskreis", "vernetzung.extern.ak_nrw",
            (date(2023, 11, 9), date(2024, 2, 22), date(2024, 9, 5), date(2025, 3, 6)), 60, begin=10, hours=6,
            target_groups=("koordinierungsstellen",), external=True),
)  # fmt: skip
"""Meetings of committees with fixed days; the Team Bildungsregion meets in a monthly series."""

NETWORK_MEETINGS = (
    ("Lippstadt und Umgebung", date(2023, 10, 18), 17),
    ("Soest und Umgebung", date(2023, 11, 22), 15),
    ("Werl und Umgebung", date(2024, 1, 17), 9),
    ("Warstein und Rüthen", date(2024, 2, 28), 8),
    ("Lippstadt und Umgebung", date(2024, 5, 22), 16),
    ("Soest und Umgebung", date(2024, 6, 26), 14),
    ("Lippstadt und Umgebung", date(2024, 9, 11), 18),
    ("Soest und Umgebung", date(2024, 11, 20), 16),
    ("Werl und Umgebung", date(2025, 1, 15), 10),
    ("Warstein und Rüthen", date(2025, 2, 26), 9),
    ("Lippstadt und Umgebung", date(2025, 5, 14), 17),
    ("Soest und Umgebung", date(2025, 7, 2), 13),
)
"""Network meetings in the parts of the Kreis: where, when, how many came."""
