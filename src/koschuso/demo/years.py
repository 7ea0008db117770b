"""Events, series and participations of two school years, and what is planned for the third.

Series keep clear of Schulferien and Feiertage: a date that falls into them moves on by a week until it is a school day.
Every status is reached by the steps that the model allows, so nothing here can be what an office could not enter.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import attrs

from koschuso.demo import participations
from koschuso.demo.identity import (
    ARBEITSKREIS_ID,
    OFFICE_ID,
    RBB_ID,
    SEED,
    TEAM_BILDUNGSREGION_ID,
)
from koschuso.demo.people import SPEAKER_IDS
from koschuso.demo.posts import LAST_DAY
from koschuso.demo.programme import CIRCLES, COURSES, MEETINGS, NETWORK_MEETINGS, PLANNED
from koschuso.errors import WrongUse
from koschuso.model import (
    Event,
    EventStatus,
    Location,
    Period,
    Series,
    TimeSpan,
    Visibility,
    Workshop,
)
from koschuso.nrw.calendar import is_free

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.demo.programme import Circle, Course, Meeting
    from koschuso.model import Person, Record

__all__ = ["JOINT_EVENT_IDS", "TWO_YEARS", "dates_every", "dates_monthly", "events", "records"]

TWO_YEARS = Period.from_to(date(2023, 8, 1), LAST_DAY)
"""The Schuljahre 2023/24 and 2024/25."""

_HOUSE = Location(name="Tagungshaus Wacholder (erfunden)", room="Saal")
_AT_A_SCHOOL = Location(name="an einer gastgebenden Schule")
_AVOID = ("ferien", "feiertag", "wochenende")
_WEEKS = 6
_NEEDS_BOUNDS = "Termine einer Reihe lassen sich nur in einem Zeitraum mit Anfang und Ende bilden."
_TEAM_WEEKDAY, _TEAM_NTH = 1, 2  # the second Tuesday of a month
_WORKSHOPS = (
    Workshop(key="a", title="Fälle gemeinsam verstehen", capacity=30),
    Workshop(key="b", title="Netzwerke vor Ort", capacity=30),
    Workshop(key="c", title="Auftrag und Rolle klären", capacity=30),
)
_TAETIGKEIT = {
    "fachtag": "qualifizierung.fachtag",
    "fortbildung": "qualifizierung.fortbildung",
    "einstiegsqualifizierung": "qualifizierung.einstieg",
}
# The steps from the idea to where a past or planned event stands.
_STEPS = (
    EventStatus.GEPLANT,
    EventStatus.SAVE_THE_DATE,
    EventStatus.EINLADUNG,
    EventStatus.ANMELDUNG_GESCHLOSSEN,
    EventStatus.DURCHGEFUEHRT,
    EventStatus.NACHBEREITET,
)
_CALLED_OFF = {
    EventStatus.ABGESAGT: EventStatus.ANMELDUNG_GESCHLOSSEN,
    EventStatus.VERSCHOBEN: EventStatus.EINLADUNG,
}


def _course_id(course: Course) -> str:
    return f"demo-{course.type}-{course.first.isoformat()}"


JOINT_EVENT_IDS = tuple(_course_id(course) for course in COURSES if course.joint)
"""Fachtage and Fortbildungen that office and RBB held together."""


def records(people: Iterable[Person], *, seed: int = SEED) -> tuple[Record, ...]:
    """Build everything: series, events, and who took part.

    Args:
        people: The people of `koschuso.demo.people`; Fachkräfte register for events while they are in their function.
        seed: Seed of who registers and how many come.
    """
    random = Random(seed + 2)  # noqa: S311 - invented data, no secret
    found = events()
    everybody = tuple(people)
    attended: list[Record] = []
    for course in (*COURSES, *PLANNED):
        event = next(event for event in found if event.id == _course_id(course))
        attended.extend(participations.of_course(event, course.demand, everybody, random))
    attended.extend(participations.counted(found, random))
    return (*_series(), *found, *attended)


def events() -> tuple[Event, ...]:
    """Build the events alone, in order of time; they do not depend on a draw."""
    found = [
        *(_course(course) for course in (*COURSES, *PLANNED)),
        *(event for circle in CIRCLES for event in _circle(circle)),
        *(event for meeting in MEETINGS for event in _meetings(meeting)),
        *_team(),
        *_network(),
    ]
    found.sort(key=lambda event: (event.span.begin if event.span else datetime.max, event.id))  # noqa: DTZ901 - wall time
    idea = Event(
        id="demo-idee-exkursion",
        title="Exkursion zu einer anderen Koordinierungsstelle",
        type="exkursion",
        taetigkeit="vernetzung.extern",
        status=EventStatus.IDEE,
    )
    return (*found, idea)


def dates_every(first: date, weeks: int, period: Period) -> tuple[date, ...]:
    """Give the dates of a series every so many weeks; what is not a school day moves on week by week.

    A date that would run into the next one is left out, and the rhythm itself does not shift.

    >>> from koschuso.model import Period
    >>> [f"{day:%d.%m.}" for day in dates_every(date(2025, 9, 10), 6, Period.schuljahr("2025/26"))]
    ['10.09.', '29.10.', '03.12.', '14.01.', '25.02.', '15.04.', '20.05.', '01.07.']

    Raises:
        WrongUse: The period has no end.
    """
    if period.until is None:
        raise WrongUse(_NEEDS_BOUNDS)
    found = []
    planned = first
    while planned < period.until:
        day = next((day for day in (planned + timedelta(weeks=n) for n in range(weeks)) if is_free(day) is False), None)
        if day is not None and day in period:
            found.append(day)
        planned += timedelta(weeks=weeks)
    return tuple(dict.fromkeys(found))


def dates_monthly(weekday: int, nth: int, period: Period) -> tuple[date, ...]:
    """Give the n-th weekday of each month that is a school day; the others fall out.

    Args:
        weekday: 0 is Monday.
        nth: 1 to 4.
        period: Bounded at both sides.

    Raises:
        WrongUse: The period is open.
    """
    if period.since is None or period.last is None:
        raise WrongUse(_NEEDS_BOUNDS)
    days = (period.since + timedelta(days=offset) for offset in range((period.last - period.since).days + 1))
    return tuple(
        day for day in days if day.weekday() == weekday and (day.day - 1) // 7 + 1 == nth and is_free(day) is False
    )


def _course(course: Course) -> Event:
    begin = datetime.combine(course.first, time(9))
    last = course.first + timedelta(days=course.days - 1)
    end = datetime.combine(last, time(9)) + timedelta(hours=course.hours)
    fachtag = course.type == "fachtag"
    moved = course.status is EventStatus.VERSCHOBEN
    event = Event(
        id=_course_id(course),
        title=course.title,
        span=TimeSpan(begin=begin, end=end),
        type=course.type,
        taetigkeit=_TAETIGKEIT[course.type],
        topics=course.topics,
        location=_HOUSE,
        format="praesenz",
        organiser_ids=(OFFICE_ID, RBB_ID) if course.joint else (OFFICE_ID,),
        partner_ids=() if course.joint else (RBB_ID,) if fachtag else (),
        speaker_ids=SPEAKER_IDS[:2] if fachtag else (SPEAKER_IDS[course.first.month % 3],),
        target_groups=("fachkraefte", "multiprofessionell") if fachtag else ("fachkraefte",),
        capacity=course.capacity,
        registration_deadline=course.first - timedelta(days=21),
        waiting_list=True,
        cost=Decimal(0),
        workshops=_WORKSHOPS if fachtag else (),
        certificate_hours=Decimal(course.hours * course.days),
        visibility=Visibility.OEFFENTLICH if fachtag else Visibility.NETZWERK,
        evaluation_reference=f"Ablage Auswertung {course.first:%Y-%m-%d}" if _done(course.status) else "",
        sequence=1 if moved else 0,
    )
    return attrs.evolve(_advanced(event, course.status), successor_id=_successor(course))


def _done(status: EventStatus) -> bool:
    return status is EventStatus.NACHBEREITET


def _successor(course: Course) -> str:
    if course.status is not EventStatus.VERSCHOBEN:
        return ""
    return next(_course_id(other) for other in COURSES if other.title == course.title and other is not course)


def _advanced(event: Event, status: EventStatus) -> Event:
    """Lead an event through the allowed steps to a status."""
    goal = _CALLED_OFF.get(status, status)
    for step in _STEPS[1 : _STEPS.index(goal) + 1]:
        event = event.with_status(step)
    return event.with_status(status) if status is not goal else event


def _series() -> Iterator[Series]:
    yield Series(
        id="demo-reihe-qualitaetszirkel",
        title="Qualitätszirkel Schulsozialarbeit",
        rhythm="alle_n_wochen",
        weeks=_WEEKS,
        type="qualitaetszirkel",
        taetigkeit="vernetzung.intern.fachkraefte",
        avoid=_AVOID,
        evasion="naechste_woche",
        period=TWO_YEARS,
    )
    for circle in CIRCLES:
        yield Series(
            id=circle.series_id,
            title=circle.title,
            rhythm="alle_n_wochen",
            weeks=_WEEKS,
            weekday=circle.first.weekday(),
            type="qualitaetszirkel",
            taetigkeit="vernetzung.intern.fachkraefte",
            begin_time=time(14),
            minutes=150,
            avoid=_AVOID,
            evasion="naechste_woche",
            schulformen=circle.schulformen,
            parent_id="demo-reihe-qualitaetszirkel",
            period=TWO_YEARS,
        )
    yield Series(
        id="demo-reihe-team-bildungsregion",
        title="Team Bildungsregion",
        rhythm="monatlich_n_ter_wochentag",
        weekday=_TEAM_WEEKDAY,
        nth=_TEAM_NTH,
        type="gremiensitzung",
        taetigkeit="vernetzung.intern.rbb",
        begin_time=time(10),
        minutes=120,
        avoid=_AVOID,
        evasion="ueberspringen",
        committee_id=TEAM_BILDUNGSREGION_ID,
        period=TWO_YEARS,
    )


def _circle(circle: Circle) -> Iterator[Event]:
    themes = (
        "rolle_auftrag",
        "schulabsentismus",
        "elternarbeit",
        "kinderschutz",
        "armut_but",
        "uebergang_schule_beruf",
    )
    for number, day in enumerate(dates_every(circle.first, _WEEKS, TWO_YEARS)):
        online = circle.online and number % 2 == 1
        # Kollegiale Fallberatung is a topic; the cases themselves have no place here (DS-04).
        yield _held(
            Event(
                id=f"demo-qz-{circle.key}-{day.isoformat()}",
                title=circle.title,
                span=TimeSpan.at(datetime.combine(day, time(14)), minutes=150),
                type="qualitaetszirkel",
                taetigkeit="vernetzung.intern.fachkraefte",
                topics=(themes[number % len(themes)], "kollegiale_beratung_supervision"),
                series_id=circle.series_id,
                location=None if online else _AT_A_SCHOOL,
                online_url=f"https://konferenz.example/qz-{circle.key}" if online else "",
                format="online" if online else "praesenz",
                organiser_ids=(OFFICE_ID,),
                target_groups=("fachkraefte",),
                schulformen=circle.schulformen,
                visibility=Visibility.NETZWERK,
            )
        )


def _meetings(meeting: Meeting) -> Iterator[Event]:
    for day in meeting.days:
        yield _held(
            Event(
                id=meeting.event_id(day),
                title=meeting.title,
                span=TimeSpan.at(datetime.combine(day, time(meeting.begin)), hours=meeting.hours),
                type=meeting.type,
                taetigkeit=meeting.taetigkeit,
                committee_id=meeting.committee_id,
                location=Location(name="Landeshaus Fagottine (erfunden)") if meeting.external else _HOUSE,
                format="praesenz",
                organiser_ids=()
                if meeting.external
                else (OFFICE_ID,)
                if meeting.committee_id == ARBEITSKREIS_ID
                else (RBB_ID,),
                target_groups=meeting.target_groups,
                visibility=Visibility.INTERN,
                minutes_reference=f"Ablage Protokolle {day.isoformat()}",
            )
        )


def _team() -> Iterator[Event]:
    for day in dates_monthly(_TEAM_WEEKDAY, _TEAM_NTH, TWO_YEARS):
        yield _held(
            Event(
                id=f"{TEAM_BILDUNGSREGION_ID}-{day.isoformat()}",
                title="Team Bildungsregion",
                span=TimeSpan.at(datetime.combine(day, time(10)), hours=2),
                type="gremiensitzung",
                taetigkeit="vernetzung.intern.rbb",
                series_id="demo-reihe-team-bildungsregion",
                committee_id=TEAM_BILDUNGSREGION_ID,
                location=Location(name="Regionales Bildungsbüro"),
                format="praesenz",
                organiser_ids=(RBB_ID,),
                visibility=Visibility.INTERN,
            )
        )


def _network() -> Iterator[Event]:
    for place, day, _ in NETWORK_MEETINGS:
        yield _held(
            Event(
                id=f"demo-netzwerktreffen-{day.isoformat()}",
                title=f"Netzwerktreffen {place}",
                span=TimeSpan.at(datetime.combine(day, time(13, 30)), hours=2),
                type="netzwerktreffen",
                taetigkeit="vernetzung.intern.quartier",
                location=_AT_A_SCHOOL,
                format="praesenz",
                organiser_ids=(OFFICE_ID,),
                target_groups=("fachkraefte", "kooperationspartner", "multiprofessionell"),
                visibility=Visibility.NETZWERK,
            )
        )


def _held(event: Event) -> Event:
    return _advanced(event, EventStatus.DURCHGEFUEHRT)
