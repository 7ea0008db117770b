"""The large office whose Tätigkeitsbericht is measured: the same records every time, of schools that exist and invented work.

Schools, positions and people are those of the demonstration; activities, consultations, events and participations are drawn
from a fixed seed. What troubles real figures is all there: contacts without minutes, guests without a name, counted
heads, people at two schools, events that were called off, sittings of committees.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from koschuso.demo import dataset, deck, identity, people, posts, staffing
from koschuso.model import (
    Activity,
    Consultation,
    Event,
    EventStatus,
    Headcount,
    Location,
    Organisation,
    Participation,
    ParticipationStatus,
    Position,
    Reference,
    TimeSpan,
)

__all__ = ["WHOLE", "YEAR", "build", "smaller"]

YEAR = 2025
"""The Kalenderjahr that the report is about."""

WHOLE = {"activities": 50_000, "consultations": 20_000, "events": 5_000, "participations": 60_000}

_TAETIGKEITEN = (
    "beratung.fachkraefte",
    "beratung.schulen",
    "beratung.traeger",
    "beratung.foerderung",
    "qualifizierung.fachtag",
    "qualifizierung.fortbildung",
    "vernetzung.intern.fachkraefte",
    "vernetzung.intern.rbb",
    "vernetzung.intern.partner",
    "vernetzung.information",
    "vernetzung.extern.ak_nrw",
    "vernetzung.extern.land",
    "konzept.rahmenkonzept",
    "konzept.bestand",
    "organisation",
)
_GROUPS = ("fachkraefte", "schulleitungen", "anstellungstraeger", "schultraeger", "lehrkraefte", "verwaltung")
_FORMS = ("telefon", "email", "persoenlich", "video", "vor_ort", "gruppe")
_TOPICS = (
    "rolle_auftrag",
    "datenschutz_schweigepflicht",
    "schulabsentismus",
    "kinderschutz",
    "mobbing",
    "elternarbeit",
    "psychische_gesundheit",
    "flucht_migration",
)
_KINDS = ("fachtag", "fortbildung", "qualitaetszirkel", "netzwerktreffen", "hospitation", "einstiegsqualifizierung")
_SCHULFORMEN = ("grundschule", "gesamtschule", "gymnasium", "berufskolleg", "foerderschule")
_SITTING = "gremiensitzung"
_STATUSES = (
    *[ParticipationStatus.TEILGENOMMEN] * 14,
    *[ParticipationStatus.TEILWEISE] * 2,
    ParticipationStatus.ABGEMELDET,
    ParticipationStatus.UNENTSCHULDIGT,
    ParticipationStatus.WARTELISTE,
    ParticipationStatus.ANGEMELDET,
)
_OUTCOMES = (
    *[EventStatus.DURCHGEFUEHRT] * 10,
    *[EventStatus.NACHBEREITET] * 7,
    EventStatus.ABGESAGT,
    EventStatus.VERSCHOBEN,
    EventStatus.EINLADUNG,
)


def smaller(part):
    """So many records of each kind, as a part of the whole."""
    return {kind: count // part for kind, count in WHOLE.items()}


def build(folder, counts, *, years):
    """Make the office in a folder that is not there yet.

    Args:
        folder: Where.
        counts: How many records of each kind, as in `WHOLE`.
        years: Over how many Kalenderjahre they are spread; the last one is `YEAR`.
    """
    from koschuso import Office

    with Office.init(folder, name="Bench", ags=identity.AGS) as office:
        with dataset.register_file() as register:
            office.import_file(register)
        schools = sorted(
            (one for one in office.records(Organisation) if one.school is not None), key=lambda one: one.id
        )
        plan = posts.plan(schools, seed=1)
        office.store.put_all((*deck.records(), *people.records(plan, seed=1), *staffing.records(plan)))
        office.store.put_all(_Work(schools, office.records(Position), counts, years).records())


class _Work:
    """Draws the office's work."""

    def __init__(self, schools, positions, counts, years):
        self._random = Random(2025)  # noqa: S311 - invented data, no secret
        self._schools = schools
        self._persons = sorted(one.holder_id for one in positions if one.holder_id)
        self._coordinators = (identity.COORDINATOR_KREIS_ID, identity.COORDINATOR_LAND_ID)
        self._counts = counts
        self._first = date(YEAR - years + 1, 1, 1)
        self._days = (date(YEAR, 12, 31) - self._first).days + 1

    def _day(self):
        return self._first + timedelta(days=self._random.randrange(self._days))

    def records(self):
        """Everything, kind by kind, in the order of ids."""
        events = [self._event(number) for number in range(self._counts["events"])]
        yield from events
        yield from (self._participation(number, events) for number in range(self._counts["participations"]))
        yield from (self._activity(number, events) for number in range(self._counts["activities"]))
        yield from (self._consultation(number) for number in range(self._counts["consultations"]))

    def _event(self, number):
        chance = self._random
        sitting = number % 10 == 0
        begin = datetime.combine(self._day(), datetime.min.time()).replace(hour=chance.randrange(8, 16))
        span = (
            TimeSpan.days(begin.date())
            if number % 40 == 1
            else TimeSpan.at(begin, minutes=chance.choice((60, 90, 180, 360)))
        )
        return Event(
            id=f"bench-event-{number:06d}",
            title=f"{'Sitzung' if sitting else 'Veranstaltung'} Nummer {number}",
            span=span,
            type=_SITTING if sitting else chance.choice(_KINDS),
            taetigkeit="qualifizierung.fachtag",
            topics=tuple(chance.sample(_TOPICS, chance.randrange(3))),
            description="Worum es geht, steht in der Einladung; Anmeldungen nimmt die Koordinierungsstelle entgegen.",
            committee_id=chance.choice((identity.ARBEITSKREIS_ID, identity.AK_NRW_ID)) if sitting else "",
            location=Location(name=f"Raum {number % 12}"),
            organiser_ids=(identity.OFFICE_ID,),
            partner_ids=(identity.RBB_ID,) if number % 7 == 0 else (),
            speaker_ids=(chance.choice(self._coordinators),) if number % 3 == 0 else (),
            certificate_hours=Decimal("5.5") if number % 5 == 2 else None,
            status=chance.choice(_OUTCOMES),
        )

    def _participation(self, number, events):
        chance = self._random
        event = events[chance.randrange(len(events))]
        status = chance.choice(_STATUSES)
        who = chance.random()
        given = {}
        if who < 0.80:
            given["person_id"] = chance.choice(self._persons)
        elif who < 0.90:
            given["name"] = f"Gast {chance.randrange(3000)}"
            given["email"] = f"gast-{chance.randrange(3000)}@schule.example"
            given["organisation_id"] = chance.choice(self._schools).id
        elif who < 0.95:
            given["organisation_id"] = chance.choice(self._schools).id
        else:
            given["headcounts"] = (
                Headcount(count=chance.randrange(1, 20), schulform=chance.choice(_SCHULFORMEN)),
                Headcount(count=chance.randrange(1, 9), target_group="kooperationspartner", ags="05974040"),
            )
        return Participation(
            id=f"bench-participation-{number:06d}",
            event_id=event.id,
            status=status,
            role="teilnehmend" if number % 20 else chance.choice(("gast", "referent", "moderation")),
            hours=Decimal(chance.randrange(1, 8)) / 2 if status is ParticipationStatus.TEILWEISE else None,
            rank=1 if status is ParticipationStatus.WARTELISTE else None,
            **given,
        )

    def _activity(self, number, events):
        chance = self._random
        sort = chance.random()
        subject = None
        if sort < 0.15:
            subject = Reference(kind="event", id=events[chance.randrange(len(events))].id)
        elif sort < 0.25:
            subject = Reference(
                kind="committee", id=chance.choice((identity.ARBEITSKREIS_ID, identity.LENKUNGSKREIS_ID))
            )
        elif sort < 0.40:
            subject = Reference(kind="organisation", id=chance.choice(self._schools).id)
        return Activity(
            id=f"bench-activity-{number:06d}",
            day=self._day(),
            taetigkeit=chance.choice(_TAETIGKEITEN),
            minutes=chance.choice((15, 25, 30, 45, 60, 90, 120, 150)),
            title=f"Termin Nummer {number}",
            person_id=chance.choice(self._coordinators),
            subject=subject,
            reach=chance.choice(("", "innerhalb", "innerhalb", "ausserhalb")),
        )

    def _consultation(self, number):
        chance = self._random
        school = chance.random() < 0.3
        return Consultation(
            id=f"bench-consultation-{number:06d}",
            day=self._day(),
            target_group=chance.choice(_GROUPS),
            form=chance.choice(_FORMS),
            topics=tuple(chance.sample(_TOPICS, chance.randrange(3))),
            minutes=None if number % 11 == 0 else chance.randrange(5, 95, 5),
            count=2 if number % 50 == 0 else 1,
            schulform="" if school else chance.choice(("", *_SCHULFORMEN)),
            ags="" if school else chance.choice(("", "05974040", "05974028", "05958004")),
            follow_up=chance.random() < 0.2,
            referred_to="schulpsychologie" if number % 30 == 0 else "",
            organisation_id=chance.choice(self._schools).id if school else "",
        )
