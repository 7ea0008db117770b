"""Offices drawn from a seed: small, with many numbers of one or two people, and with secrets that nobody may read.

    from random_office import RandomOffice

Names, pay grades, terms and designations are words that occur nowhere else, so that a search finds them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

from koschuso.model import (
    Activity,
    AnswerCount,
    Assignment,
    Consultation,
    Event,
    EventStatus,
    FunctionHeld,
    Funding,
    Headcount,
    Occupancy,
    Organisation,
    Participation,
    ParticipationStatus,
    Person,
    Position,
    Question,
    QuestionType,
    SchoolProfile,
    Survey,
    SurveyType,
    TimeSpan,
    Workload,
)
from koschuso.reporting import OfficeInfo, RecordsView

OFFICE = OfficeInfo(name="Koordinierungsstelle Zufall", ags="05999", region="Kreis Zufall", id="koordination")
AS_OF = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)

KINDS = ("fachtag", "fortbildung", "qualitaetszirkel")
TOPICS = ("kinderschutz", "mobbing", "elternarbeit")
FORMS = ("grundschule", "grundschule", "gesamtschule", "gymnasium")
PLACES = ("05999004", "05999008", "05999004", "05999012")
EMPLOYERS = ("jugendwerk", "stadt")
Status = ParticipationStatus


@dataclass(frozen=True)
class Held:
    """What everybody knows of an event: the day, what it was about and how long it took."""

    id: str
    day: date
    kind: str
    topics: tuple[str, ...]
    hours: Decimal | None


class RandomOffice:
    """An office drawn from a seed.

    Args:
        seed: Another seed is another office.
        partial: Whether some left an event early; then person-hours no longer follow from visits.
    """

    def __init__(self, seed: int, *, partial: bool = False) -> None:
        self.seed = seed
        self.partial = partial
        self._random = Random(seed)  # noqa: S311 - test data, not secrets
        self.secrets: list[str] = []
        self.held: list[Held] = []
        self.open: Counter[str] = Counter()
        self.records = [*self._bodies(), *self._staff(), *self._programme(), *self._advice(), *self._surveys()]

    def view(self) -> RecordsView:
        """Give what a report may see."""
        return RecordsView(self.records, office=OFFICE, as_of=AS_OF)

    def _secret(self, kind: str) -> str:
        word = f"{kind}{self._random.randrange(10**6):06d}{len(self.secrets)}"
        self.secrets.append(word)
        return word

    def _bodies(self):
        for ags, name in (("05999004", "Auenfeld"), ("05999008", "Birkental"), ("05999012", "Cedernau")):
            yield Organisation(id=f"ort-{ags}", type="gemeinde", name=name, ags=ags)
        yield Organisation(id="koordination", type="koordinierungsstelle", name=OFFICE.name, ags="05999")
        yield Organisation(id="jugendwerk", type="freier_traeger", name="Jugendwerk Auenfeld")
        yield Organisation(id="stadt", type="gemeinde", name="Stadt Birkental", ags="05999008")
        for number, (form, ags) in enumerate(zip(FORMS, PLACES, strict=True)):
            profile = SchoolProfile(schulnummer=f"90000{number}", schulform=form, status="in_betrieb", pupils=200)
            yield Organisation(id=f"schule-{number}", type="schule", name=f"Schule {number}", ags=ags, school=profile)

    def _staff(self):
        draw = self._random
        self._people = [f"person-{number}" for number in range(draw.randint(3, 9))]
        for number, person in enumerate(self._people):
            family, given = self._secret("Geheimname"), self._secret("Vorname")
            yield Person(
                id=person,
                given_name=given,
                family_name=family,
                functions=(FunctionHeld(function="fachkraft_schulsozialarbeit"),),
            )
            fixed = date(2027 + number, 3, 17)
            self.secrets += [f"{fixed:%d.%m.%Y}", fixed.isoformat()]
            yield Position(
                id=f"stelle-{number}",
                name=self._secret("Stellenbezeichnung"),
                holder_id=person,
                occupancy=Occupancy.BESETZT,
                employer_id=draw.choice(EMPLOYERS),
                workload=Workload.of_hours("19.5"),
                saeule=draw.choice(("landesfoerderung", "kommunale_jugendhilfe")),
                tenure="befristet",
                fixed_until=fixed,
                entgeltgruppe=self._secret("Entgeltgruppe"),
                plan_number=self._secret("Stellenplan"),
            )
            place = f"schule-{draw.randrange(4)}"
            yield Assignment(
                id=f"einsatz-{number}",
                position_id=f"stelle-{number}",
                place_id=place,
                workload=Workload.of_hours("19.5"),
            )
            yield (
                Funding(
                    id=f"geld-{number}",
                    position_id=f"stelle-{number}",
                    funding_source="landesfoerderung_richtlinie",
                    percent=Decimal(80),
                    amount=Decimal(35000),
                    file_reference=self._secret("Aktenzeichen"),
                )
                if number % 2
                else Activity(
                    id=f"arbeit-{number}", day=date(2025, 3, 1), taetigkeit="beratung.fachkraefte", minutes=90
                )
            )

    def _programme(self):
        draw = self._random
        for year, most in ((2025, 6), (2024, 3)):
            for number in range(draw.randint(2 if year == 2025 else 0, most)):
                event = self._event(year, number)
                yield event
                for guest in range(draw.choice((0, 1, 1, 2, 2, 3, 4, 7, 11))):
                    yield self._guest(event, guest)
                if draw.random() < 0.3:
                    yield Participation(
                        id=f"kopf-{event.id}",
                        event_id=event.id,
                        status=Status.TEILGENOMMEN,
                        headcounts=(Headcount(count=draw.randint(1, 9), schulform=draw.choice(FORMS)),),
                    )

    def _event(self, year: int, number: int) -> Event:
        draw = self._random
        kind = draw.choice(KINDS)
        topics = tuple(draw.sample(TOPICS, draw.choice((0, 1, 1, 2))))
        hours = draw.choice((None, 2, 3, 3, 5))
        day = date(year, 2 + number, 5)
        start = datetime(year, 2 + number, 5, 9)
        if year == 2025:
            self.held.append(Held(f"e-{year}-{number}", day, kind, topics, None if hours is None else Decimal(hours)))
        return Event(
            id=f"e-{year}-{number}",
            title=f"Termin {number}",
            type=kind,
            topics=topics,
            status=EventStatus.DURCHGEFUEHRT,
            span=TimeSpan.days(day) if hours is None else TimeSpan.at(start, hours=hours),
        )

    def _guest(self, event: Event, number: int) -> Participation:
        draw = self._random
        status = draw.choices(
            (Status.TEILGENOMMEN, Status.UNENTSCHULDIGT, Status.ANGEMELDET, Status.ABGEMELDET, Status.WARTELISTE),
            weights=(12, 1, 1, 1, 1),
        )[0]
        self.open[event.id] += status is Status.ANGEMELDET and event.id.startswith("e-2025")
        who = draw.random()
        more: dict[str, object] = {}
        if who < 0.5:
            more["person_id"] = self._people[(number + draw.randrange(2)) % len(self._people)]
        elif who < 0.8:
            more = {"name": self._secret("Gastname"), "organisation_id": f"schule-{draw.randrange(4)}"}
        else:
            more["organisation_id"] = draw.choice((*EMPLOYERS, "schule-1"))
        if self.partial and status is Status.TEILGENOMMEN and draw.random() < 0.3:
            more["hours"] = Decimal("1.5")
        return Participation(id=f"{event.id}-{number}", event_id=event.id, status=status, **more)

    def _advice(self):
        draw = self._random
        # Some offices note one topic, the length and the school of everything, others hardly anything.
        topics, lengths, schools = draw.random() < 0.5, draw.choice((0.5, 1.0)), draw.choice((0.0, 0.4, 1.0))
        for number in range(draw.randint(3, 22)):
            day = date(2025 if number % 4 else 2024, draw.randint(1, 12), draw.randint(1, 28))
            yield Consultation(
                id=f"b-{number}",
                day=day,
                target_group=draw.choice(("fachkraefte", "fachkraefte", "schulleitungen", "politik")),
                form=draw.choice(("telefon", "telefon", "vor_ort", "video")),
                topics=tuple(draw.sample(TOPICS, 1 if topics else draw.choice((0, 1, 2)))),
                minutes=draw.randint(5, 180) if draw.random() < lengths else None,
                count=draw.choice((1, 1, 1, 2, 3, 6)),
                follow_up=draw.random() < 0.3,
                referred_to=draw.choice(("", "", "jugendamt", "schulpsychologie")),
                organisation_id=f"schule-{draw.randrange(4)}" if draw.random() < schools else "",
            )

    def _surveys(self):
        draw = self._random
        for number in range(draw.randint(0, 2)):
            questions = [self._scale(f"Frage {place}") for place in range(draw.randint(1, 3))]
            picked = tuple(AnswerCount(f"Antwort {place}", draw.choice((0, 1, 2, 4, 9))) for place in range(4))
            questions.append(
                Question(
                    text="Was trifft zu?",
                    type=QuestionType.EINFACHAUSWAHL,
                    answered=sum(answer.count for answer in picked),
                    counts=picked,
                )
            )
            questions.append(
                Question(text="Was fehlt?", type=QuestionType.FREITEXT, answered=1, texts=(self._secret("Freitext"),))
            )
            yield Survey(
                id=f"befragung-{number}",
                title=f"Befragung {number}",
                day=date(2025, 12, 1 + number),
                type=SurveyType.EVALUATION if self.held else SurveyType.BEDARFSABFRAGE,
                event_id=self.held[0].id if self.held else "",
                answers=max(question.answered for question in questions),
                questions=tuple(questions),
            )

    def _scale(self, text: str) -> Question:
        draw = self._random
        counts = [draw.choice((0, 0, 1, 2, 3, 5)) for _ in range(5)]
        answers = tuple(AnswerCount(str(step), count) for step, count in enumerate(counts, 1))
        return Question(text=text, type=QuestionType.SKALA, answered=sum(counts), counts=answers, least=1, most=5)
