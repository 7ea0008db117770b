"""What the two coordinators did in two school years: time by Tätigkeit, and advice as counts.

The two half positions make 39 hours a week; weeks of leave and Feiertage shorten them. The hours of a week go first to
the events of that week, the rest to the Tätigkeitsprofil in plausible parts. `organisation` is what keeps an office
running and stands beside the profile.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from koschuso.demo.identity import COORDINATOR_KREIS_ID, COORDINATOR_LAND_ID, SEED, event
from koschuso.demo.posts import LAST_DAY
from koschuso.model import Activity, Consultation, EventStatus
from koschuso.nrw.calendar import is_free
from koschuso.nrw.feiertage import feiertag_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.model import Event

__all__ = ["activities", "consultations"]

_FIRST_DAY = date(2023, 8, 1)
_FIRST_MONDAY = date(2023, 7, 31)
_WEEKLY_MINUTES = 19 * 60 + 30
_WORKING_DAYS = {COORDINATOR_KREIS_ID: (0, 1, 2, 3), COORDINATOR_LAND_ID: (1, 2, 3, 4)}
_LONGEST_DAY = 9 * 60 + 30
# Weeks in which nobody is there besides the turn of the year: by the Monday.
_LEAVE = {
    COORDINATOR_KREIS_ID: (
        "2023-08-07",
        "2023-10-02",
        "2024-03-25",
        "2024-07-22",
        "2024-07-29",
        "2024-10-14",
        "2025-04-14",
    ),
    COORDINATOR_LAND_ID: (
        "2023-07-31",
        "2023-10-09",
        "2024-04-02",
        "2024-07-15",
        "2024-07-22",
        "2024-10-21",
        "2025-04-21",
    ),
}
_CHRISTMAS = frozenset({(12, day) for day in range(24, 32)} | {(1, 1)})

# Tätigkeit, weight, what it was, reach.
_ROUTINE: tuple[tuple[str, int, str, str], ...] = (
    ("beratung.fachkraefte", 13, "Beratung von Fachkräften", "innerhalb"),
    ("beratung.schulen", 7, "Beratung von Schulen", "innerhalb"),
    ("beratung.traeger", 5, "Beratung von Trägern", "innerhalb"),
    ("beratung.foerderung", 5, "Fragen zu Stellen und Förderrichtlinie", "innerhalb"),
    ("beratung.einarbeitung", 3, "Einarbeitung neuer Fachkräfte", "innerhalb"),
    ("beratung.verwaltung_politik", 2, "Anfragen aus Verwaltung und Politik", "innerhalb"),
    ("qualifizierung.fachtag", 7, "Vorbereitung und Auswertung des Fachtags", ""),
    ("qualifizierung.fortbildung", 7, "Vorbereitung von Fortbildungen", ""),
    ("qualifizierung.bedarf", 2, "Bedarfsabfrage", "innerhalb"),
    ("vernetzung.intern.fachkraefte", 8, "Vorbereitung der Qualitätszirkel", "innerhalb"),
    ("vernetzung.intern.rbb", 5, "Abstimmung im Team Bildungsregion", "innerhalb"),
    ("vernetzung.intern.partner", 5, "Gespräche mit Kooperationspartnern", "innerhalb"),
    ("vernetzung.information", 4, "Rundbrief und Informationsweitergabe", ""),
    ("vernetzung.extern.ak_nrw", 2, "Zusammenarbeit im Arbeitskreis NRW", "ausserhalb"),
    ("vernetzung.extern.land", 2, "Austausch mit Bezirksregierung und Landesstellen", "ausserhalb"),
    ("vernetzung.oeffentlichkeit", 1, "Öffentlichkeitsarbeit", ""),
    ("konzept.rahmenkonzept", 6, "Rahmenkonzept und Qualitätsstandards", ""),
    ("konzept.bestand", 4, "Stellenübersicht pflegen", ""),
    ("konzept.arbeitshilfen", 3, "Arbeitshilfen schreiben", ""),
    ("konzept.evaluation", 2, "Auswertung und Berichte", ""),
    ("konzept.foerderprogramme", 2, "Antrag und Verwendungsnachweis", ""),
    ("organisation", 9, "Verwaltung, Dienstbesprechung, eigene Fortbildung", ""),
)

_TARGET_GROUPS = {
    "fachkraefte": 44,
    "schulleitungen": 15,
    "anstellungstraeger": 10,
    "schultraeger": 7,
    "kooperationspartner": 6,
    "lehrkraefte": 4,
    "multiprofessionell": 4,
    "schulaufsicht": 3,
    "verwaltung": 3,
    "jugendamt": 2,
    "koordinierungsstellen": 2,
}
_TAETIGKEIT_BY_GROUP = {
    "fachkraefte": "beratung.fachkraefte",
    "schulleitungen": "beratung.schulen",
    "lehrkraefte": "beratung.schulen",
    "anstellungstraeger": "beratung.traeger",
    "schultraeger": "beratung.traeger",
    "verwaltung": "beratung.verwaltung_politik",
}
_FORMS = {"telefon": 40, "email": 20, "persoenlich": 14, "video": 12, "vor_ort": 10, "gruppe": 4}
_MINUTES_BY_FORM = {"telefon": (10, 35), "email": (10, 25), "persoenlich": (30, 75), "video": (25, 60), "vor_ort": (60, 120), "gruppe": (60, 120)}  # fmt: skip
_TOPICS = {
    "rolle_auftrag": 14,
    "foerderrichtlinie_stellen": 12,
    "datenschutz_schweigepflicht": 11,
    "schulabsentismus": 10,
    "kinderschutz": 9,
    "schulentwicklung_konzept": 8,
    "ressourcen_rahmenbedingungen": 8,
    "qualitaetsstandards_evaluation": 6,
    "psychische_gesundheit": 6,
    "mobbing": 5,
    "elternarbeit": 4,
    "uebergang_schule_beruf": 4,
    "flucht_migration": 3,
}
_SCHULFORMEN = {
    "grundschule": 30,
    "sekundarschule": 16,
    "gesamtschule": 13,
    "foerderschule": 12,
    "gymnasium": 11,
    "berufskolleg": 9,
    "realschule": 7,
    "hauptschule": 2,
}
_TOWNS = ("05974028", "05974040", "05974052", "05974044", "05974020", "05974036", "05974016", "05974012", "05974048")
_FOLLOW_UP_CHANCE = 0.2
_TWO_TOPICS_CHANCE = 0.25
_FIRST_YEAR_FACTOR = 0.92  # advice grows a little from year to year
_PER_SCHOOL_DAY = 3.15


def activities(events: Iterable[Event], *, seed: int = SEED) -> tuple[Activity, ...]:
    """Build the time that both coordinators noted, in order of days.

    Args:
        events: Events of the two years; those that took place cost the time of their length, in person-minutes.
        seed: Seed of how the rest of a week is divided.
    """
    random = Random(seed + 3)  # noqa: S311 - invented data, no secret
    held = [one for one in events if one.span and one.status in {EventStatus.DURCHGEFUEHRT, EventStatus.NACHBEREITET}]
    found: list[Activity] = []
    monday = _FIRST_MONDAY
    while monday <= LAST_DAY:
        week = [one for one in held if one.span and 0 <= (one.span.begin.date() - monday).days <= 6]  # noqa: PLR2004 - a week
        for turn, person_id in enumerate(_WORKING_DAYS):
            found.extend(_week(person_id, monday, _own(week, person_id, turn, monday), random))
        monday += timedelta(weeks=1)
    return tuple(found)


def _own(week: Sequence[Event], person_id: str, turn: int, monday: date) -> list[Event]:
    """Divide the events of a week: both go to a Fachtag, to the rest one goes, as far as she is there."""
    if monday.isoformat() in _LEAVE[person_id]:
        return []
    week_number = (monday - _FIRST_MONDAY).days // 7
    return [
        one
        for number, one in enumerate(week)
        if one.type in {"fachtag", "bildungskonferenz"} or (number + week_number) % 2 == turn
    ]


def _week(person_id: str, monday: date, events: Sequence[Event], random: Random) -> Iterator[Activity]:
    days = [
        day for day in (monday + timedelta(days=n) for n in _WORKING_DAYS[person_id]) if _works(person_id, monday, day)
    ]
    left = _WEEKLY_MINUTES * len(days) // len(_WORKING_DAYS[person_id])
    short = person_id.rpartition("-")[2]
    number = 0
    spent: dict[date, int] = {}
    for one in events:
        for day, minutes in _event_days(one):
            if minutes <= left and spent.get(day, 0) + minutes <= _LONGEST_DAY and _FIRST_DAY <= day <= LAST_DAY:
                number += 1
                left -= minutes
                spent[day] = spent.get(day, 0) + minutes
                yield Activity(
                    id=f"demo-taetigkeit-{monday.isoformat()}-{short}-{number:02d}",
                    day=day,
                    taetigkeit=one.taetigkeit,
                    minutes=minutes,
                    title=one.title,
                    person_id=person_id,
                    subject=event(one.id),
                    reach="ausserhalb" if one.taetigkeit.startswith("vernetzung.extern") else "innerhalb",
                )
    keys, weights = [line[0] for line in _ROUTINE], [line[1] for line in _ROUTINE]
    while days and left > 0:
        day = min(days, key=lambda day: (spent.get(day, 0), day))
        minutes = min(left, random.choice((45, 60, 75, 90, 120, 150)))
        line = _ROUTINE[keys.index(random.choices(keys, weights)[0])]
        number += 1
        left -= minutes
        spent[day] = spent.get(day, 0) + minutes
        yield Activity(
            id=f"demo-taetigkeit-{monday.isoformat()}-{short}-{number:02d}",
            day=day,
            taetigkeit=line[0],
            minutes=minutes,
            title=line[2],
            person_id=person_id,
            reach=line[3],
        )


def _works(person_id: str, monday: date, day: date) -> bool:
    if monday.isoformat() in _LEAVE[person_id] or (day.month, day.day) in _CHRISTMAS:
        return False
    return not feiertag_on(day) and _FIRST_DAY <= day <= LAST_DAY


def _event_days(one: Event) -> Iterator[tuple[date, int]]:
    """Give day by day the minutes that an event takes, with half an hour before and after."""
    if one.span is None:
        return
    first, last = one.span.begin.date(), one.span.end.date()
    daily = one.span.end - one.span.begin - timedelta(days=(last - first).days)
    minutes = int(daily.total_seconds()) // 60 + 60
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset), minutes


def consultations(*, seed: int = SEED) -> tuple[Consultation, ...]:
    """Build the contacts of two years, about 600 in each, as counts with keys: no person, no case, no free text."""
    random = Random(seed + 4)  # noqa: S311 - invented data, no secret
    found: list[Consultation] = []
    for offset in range((LAST_DAY - _FIRST_DAY).days + 1):
        day = _FIRST_DAY + timedelta(days=offset)
        if is_free(day) is not False:
            continue
        expected = _PER_SCHOOL_DAY * (_FIRST_YEAR_FACTOR if day < date(2024, 8, 1) else 1)
        # Up to six contacts a day, most days two or three.
        number = sum(random.random() < expected / 6 for _ in range(6))
        found.extend(_consultation(day, i, random) for i in range(1, number + 1))
    return tuple(found)


def _consultation(day: date, number: int, random: Random) -> Consultation:
    group = _draw(_TARGET_GROUPS, random)
    form = _draw(_FORMS, random)
    at_school = group in {"fachkraefte", "schulleitungen", "lehrkraefte", "multiprofessionell"}
    topics = dict.fromkeys(_draw(_TOPICS, random) for _ in range(2 if random.random() < _TWO_TOPICS_CHANCE else 1))
    low, high = _MINUTES_BY_FORM[form]
    return Consultation(
        id=f"demo-beratung-{day.isoformat()}-{number}",
        day=day,
        target_group=group,
        form=form,
        topics=tuple(topics),
        minutes=random.randrange(low, high + 1, 5),
        taetigkeit=_TAETIGKEIT_BY_GROUP.get(group, "beratung"),
        schulform=_draw(_SCHULFORMEN, random) if at_school else "",
        ags=random.choice(_TOWNS) if at_school else "",
        follow_up=random.random() < _FOLLOW_UP_CHANCE,
        referred_to="schulpsychologie" if form == "vor_ort" and number == 1 else "",
    )


def _draw(weights: dict[str, int], random: Random) -> str:
    return random.choices(tuple(weights), tuple(weights.values()))[0]
