"""What the golden office plans and asks: tasks, milestones and surveys, to be added to `golden_office.records`."""

from datetime import date, datetime

from koschuso.model import (
    AnswerCount,
    Event,
    EventStatus,
    FuzzyDate,
    Milestone,
    Question,
    QuestionType,
    Reference,
    Survey,
    SurveyType,
    Task,
    TaskStatus,
    TimeSpan,
    Visibility,
)


def task(key, title, begin="", due="", **more):
    return Task(
        id=f"aufgabe-{key}",
        title=title,
        begin=FuzzyDate(begin) if begin else None,
        due=FuzzyDate(due) if due else None,
        **more,
    )


def plans():
    """A plan of 2026 in every granularity; the data are as of 31.01.2026."""
    yield task("gespraeche", "Gespräche mit Schulen", "Januar / Februar 2026")
    yield task("nachweis", "Verwendungsnachweis", "", "22.03.2026")
    yield task("fortbildungen", "Fortbildungen planen", "März 2026", "1. Quartal 2026")
    yield task("standards", "Qualitätsstandards", "02/2025", "Juni 2026", status=TaskStatus.IN_ARBEIT)
    yield task("ohne-jahr", "Neue Fachkräfte begrüßen", "August")
    yield task("verworfen", "Exkursion", "April 2026", status=TaskStatus.VERWORFEN)
    yield task("irgendwann", "Arbeitshilfe überarbeiten")
    yield task("vorbei", "Jahresbericht 2025", "Februar 2025", "März 2025")
    yield task("kreis", "Sachstandsbericht", "Mai 2026", subject=Reference("committee", "lenkungskreis"))
    # Points on the agenda of a meeting have no time of their own.
    for key, title in (("top-1", "Stellenübersicht"), ("top-2", "Jahresplanung 2027")):
        yield task(key, title, subject=Reference("event", "sitzung-2026"))
    yield _event(
        "sitzung-2026", "Lenkungskreis", datetime(2026, 3, 22, 14), committee_id="lenkungskreis", type="gremiensitzung"
    )
    yield _event(
        "fachtag-2026", "Fachtag 2026", datetime(2026, 11, 11, 9), type="fachtag", visibility=Visibility.OEFFENTLICH
    )
    yield _event(
        "zirkel-2026",
        "Austausch Grundschule",
        datetime(2026, 2, 4, 14),
        type="qualitaetszirkel",
        visibility=Visibility.NETZWERK,
    )
    yield _event("intern-2026", "Klausur der Koordination", datetime(2026, 2, 10, 9))
    yield _event("abgesagt-2026", "Fortbildung", datetime(2026, 5, 5, 9), status=EventStatus.ABGESAGT)
    yield Event(
        id="einstieg-2026",
        title="Einstiegsqualifizierung",
        type="einstiegsqualifizierung",
        # Two days; ends at midnight, which is not a third one.
        span=TimeSpan(begin=datetime(2026, 9, 30, 9), end=datetime(2026, 10, 2, 0)),
        visibility=Visibility.NETZWERK,
        status=EventStatus.GEPLANT,
    )
    yield Event(id="idee", title="Exkursion nach Cedernau", status=EventStatus.IDEE)
    yield Milestone(id="ms-2026", when=FuzzyDate("06/2026"), title="Zehn Jahre Arbeitskreis")
    yield Milestone(id="ms-vage", when=FuzzyDate("2026 bis 2027"), title="Zu ungenau für eine Zeile")


def _event(key, title, begin, **more):
    return Event(id=key, title=title, span=TimeSpan.at(begin, hours=2), **more)


def counted(**answers):
    return tuple(AnswerCount(label.replace("_", " "), count) for label, count in answers.items())


def scale(text, *counts):
    steps = tuple(AnswerCount(str(step), count) for step, count in enumerate(counts, 1))
    return Question(text=text, type=QuestionType.SKALA, answered=sum(counts), counts=steps, least=1, most=len(counts))


def surveys():
    """A Bedarfsabfrage of 20 sheets from 40 people, and an evaluation with 4 sheets."""
    yield Survey(
        id="bedarf",
        title="Bedarfsabfrage Fortbildung",
        day=date(2025, 12, 12),
        taetigkeit="qualifizierung.bedarf",
        invited=40,
        answers=20,
        questions=(
            # 3·3 + 10·4 + 7·5 = 84; 84 : 20 = 4,2.
            scale("Wie zufrieden sind Sie mit den Fortbildungen?", 0, 0, 3, 10, 7),
            # 1 + 4·4 = 17; 17 : 5 = 3,4; several ways lead there, but few chose a single step.
            scale("Wie gut passt die Uhrzeit?", 1, 0, 0, 4, 0),
            # 4·5 + 4 = 24 of 25: only one way leads there, so the mean would tell of the one who said 4.
            scale("Wie wichtig ist Ihnen ein fester Ort?", 0, 0, 0, 1, 4),
            Question(
                text="Welche Themen brauchen Sie?",
                type=QuestionType.MEHRFACHAUSWAHL,
                answered=18,
                counts=counted(Datenschutz=2, Kinderschutz=14, Mobbing=9, Sucht=0),
            ),
            Question(
                text="An welcher Schulform arbeiten Sie?",
                type=QuestionType.EINFACHAUSWAHL,
                answered=20,
                counts=counted(Förderschule=1, Gesamtschule=6, Grundschule=13),
            ),
            Question(text="Was fehlt?", type=QuestionType.FREITEXT, answered=2, texts=("Räume", "Zeit für Austausch")),
        ),
    )
    yield Survey(
        id="auswertung",
        title="Auswertung Fachtag",
        day=date(2025, 3, 20),
        type=SurveyType.EVALUATION,
        event_id="fachtag",
        answers=4,
        questions=(scale("Wie war der Tag?", 0, 0, 0, 0, 4),),
    )
