"""Full examples of every kind of record: every field is filled in at least one of them. Names and numbers are invented.

The golden file of the codec is made of them; drivers and formats are tested with them.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from koschuso.model import (
    Activity,
    Address,
    Adoption,
    AnswerCount,
    Assignment,
    Benefit,
    Committee,
    Concept,
    Consent,
    Consultation,
    Cooperation,
    Coordinates,
    CoordinationProfile,
    Event,
    EventStatus,
    FunctionHeld,
    Funding,
    FuzzyDate,
    Goal,
    Headcount,
    LegalBasis,
    Location,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    ParticipationStatus,
    Period,
    Person,
    PersonStatus,
    Position,
    Publication,
    Question,
    QuestionType,
    Record,
    Reference,
    Relation,
    SchoolProfile,
    Series,
    Survey,
    SurveyType,
    Task,
    TaskStatus,
    TimeSpan,
    Visibility,
    Workload,
    Workshop,
)
from koschuso.model.values import freeze

__all__ = ["full_records"]


def full_records() -> tuple[Record, ...]:
    """Give the examples, in the order of `koschuso.model.RECORD_TYPES`."""
    return (*_actors(), *_positions(), *_events(), *_work(), *_foundation())


def _actors() -> tuple[Record, ...]:
    address = Address(
        street="Musterweg 1", postal_code="00001", locality="Musterstadt", extra="Haus B", country="Musterland"
    )
    period = Period(since=date(2024, 8, 1), until=date(2026, 8, 1))
    return (
        Organisation(
            id="schule-000001",
            type="schule",
            name="Gesamtschule Musterstadt",
            short_name="GE Muster",
            rechtsform="öffentlich",
            address=address,
            phones=("+49 0000 1", "+49 0000 2"),
            fax="+49 0000 9",
            email="schule@musterstadt.example",
            homepage="https://musterstadt.example/ge",
            ags="05974040",
            parent_id="traeger-1",
            traegernummer="000001",
            school=SchoolProfile(
                schulnummer="000001",
                schulform="gesamtschule",
                status="in_betrieb",
                status_since=date(2012, 8, 1),
                private=False,
                schulaufsicht="bezirksregierung",
                sozialindexstufe=5,
                sozialindex_edition="2024",
                pupils=812,
                pupils_edition="2024/25",
                coordinates=Coordinates(easting=400000, northing=5700000, epsg=25832, epsg_stated=False),
            ),
            source="schulverzeichnis",
            checked_on=date(2025, 1, 15),
            extras=freeze({"soest:sozialraum": "Nord", "soest:kennzahlen": {"b": [1, 2.5, None, True], "a": "ä"}}),
            foreign=("X-MUSTER;TYPE=a:Wert, mit Komma", "X-NOCH-EINS:2"),
        ),
        Organisation(
            id="stelle-1",
            type="koordinierungsstelle",
            name="Koordinierungsstelle Musterkreis",
            coordination=CoordinationProfile(
                traegerunabhaengig=True, schulformuebergreifend=True, modellregion=False, started=FuzzyDate("08/2016")
            ),
        ),
        Person(
            id="person-1",
            salutation="Frau",
            title="Dr.",
            given_name="Erika",
            family_name="Mustermann",
            name_suffix="M. A.",
            email="erika@musterstadt.example",
            phones=("+49 0000 3",),
            mobile="+49 0000 4",
            address=address,
            functions=(FunctionHeld(function="koordination", period=period),),
            active_since=date(2019, 2, 1),
            qualification="soziale_arbeit_ba",
            legal_bases=(LegalBasis(purpose="aufgabenerfuellung", basis="aufgabe"),),
            consents=(
                Consent(
                    purpose="netzwerkverteiler",
                    text_version="2024-01",
                    given_on=date(2024, 1, 10),
                    revoked_on=date(2025, 1, 10),
                    evidence="Akte 1",
                ),
            ),
            publication=Publication.FUNKTION,
            checked_on=date(2025, 2, 1),
            source="import",
            status=PersonStatus.PAUSIERT,
        ),
        Committee(
            id="gremium-1",
            type="arbeitskreis",
            name="Arbeitskreis Muster",
            office_id="stelle-1",
            rhythm="viermal im Jahr",
            public=False,
            email="ak@musterstadt.example",
        ),
        Relation(
            id="beziehung-1",
            type="mitglied_in",
            source=Reference("person", "person-1"),
            target=Reference("committee", "gremium-1"),
            role="sprecher_in",
            scope="gesamtschule",
            period=period,
            origin="protokoll",
        ),
    )


def _positions() -> tuple[Record, ...]:
    period = Period(since=date(2024, 8, 1), until=date(2026, 8, 1))
    workload = Workload(
        minutes=Decimal(1170), full_time_minutes=2390, months=Decimal("18.5"), stated="19,5 Std. (18,5 Maßnahmemonate)"
    )
    return (
        Position(
            id="stelle-a",
            name="Schulsozialarbeit Muster",
            employer_id="traeger-1",
            holder_id="person-1",
            occupancy=Occupancy.BESETZT,
            workload=workload,
            tenure="befristet",
            fixed_until=date(2026, 7, 31),
            tarif="tv_l",
            entgeltgruppe="S 11b",
            saeule="land",
            is_coordination=True,
            plan_number="4711",
            period=period,
        ),
        Assignment(
            id="einsatz-1",
            position_id="stelle-a",
            place_id="schule-000001",
            workload=workload,
            duty="koordination",
            period=period,
        ),
        Funding(
            id="finanzierung-1",
            position_id="stelle-a",
            funding_source="landesprogramm",
            percent=Decimal("62.5"),
            amount=Decimal("31250.00"),
            eligible_cost=Decimal("50000.00"),
            period=period,
            file_reference="AZ 00.1",
        ),
    )


def _events() -> tuple[Record, ...]:
    return (
        Series(
            id="reihe-1",
            title="Qualitätszirkel",
            rhythm="monatlich_n_ter_wochentag",
            type="qualitaetszirkel",
            taetigkeit="qualitaet.zirkel",
            weekday=2,
            nth=-1,
            begin_time=time(14, 30),
            minutes=120,
            avoid=("ferien", "feiertage"),
            evasion="woche_spaeter",
            schulformen=("gesamtschule",),
            parent_id="reihe-0",
            committee_id="gremium-1",
            period=Period.schuljahr("2024/25"),
        ),
        Series(id="reihe-2", title="Alle zwei Wochen", rhythm="alle_n_wochen", weeks=2),
        Series(id="reihe-3", title="Drei Termine", rhythm="termine_liste", dates=(date(2025, 1, 7), date(2025, 2, 4))),
        Event(
            id="termin-1@musterstadt.example",
            title="Fachtag",
            span=TimeSpan(
                begin=datetime(2025, 3, 12, 9, 0),  # noqa: DTZ001 - wall time, as the model keeps it
                end=datetime(2025, 3, 12, 16, 30, 15, 250000),  # noqa: DTZ001 - as above
                zone="Europe/Berlin",
                end_zone="UTC",
            ),
            type="fachtag",
            taetigkeit="fortbildung.fachtag",
            topics=("mobbing", "Freies Thema"),
            description="Erste Zeile\nZweite Zeile \N{SLIGHTLY SMILING FACE}",
            series_id="reihe-1",
            committee_id="gremium-1",
            location=Location(name="Kreishaus", room="Saal 1", address=Address(postal_code="00001", locality="Muster")),
            online_url="https://musterstadt.example/online",
            format="hybrid",
            organiser_ids=("stelle-1",),
            partner_ids=("traeger-1",),
            speaker_ids=("person-1",),
            target_groups=("fachkraefte_schulsozialarbeit",),
            schulformen=("gesamtschule", "grundschule"),
            capacity=80,
            registration_deadline=date(2025, 3, 1),
            waiting_list=True,
            cost=Decimal("15.00"),
            workshops=(Workshop(key="a", title="Werkstatt A", capacity=20), Workshop(key="b", title="Werkstatt B")),
            certificate_hours=Decimal("6.5"),
            status=EventStatus.VERSCHOBEN,
            visibility=Visibility.OEFFENTLICH,
            minutes_reference="Akte 2",
            evaluation_reference="Akte 3",
            budget=Decimal("2500.00"),
            successor_id="termin-2",
            sequence=3,
            recurrence=("RRULE:FREQ=YEARLY", "EXDATE:20260312T090000"),
            occurrence_of="termin-0",
            occurrence_at="RECURRENCE-ID:20250312T090000",
        ),
        Event(id="termin-2", title="Ganztägig", span=TimeSpan.days(date(2025, 6, 1), date(2025, 6, 2))),
        Participation(
            id="teilnahme-1",
            event_id="termin-2",
            person_id="person-1",
            organisation_id="schule-000001",
            name="Max Mustermann",
            email="max@musterstadt.example",
            status=ParticipationStatus.TEILWEISE,
            role="moderation",
            hours=Decimal("2.5"),
            registered_by="person-1",
            workshop="a",
        ),
        Participation(
            id="teilnahme-2", event_id="termin-2", person_id="p", status=ParticipationStatus.WARTELISTE, rank=2
        ),
        Participation(
            id="teilnahme-3",
            event_id="termin-2",
            person_id="p",
            status=ParticipationStatus.VERTRETEN,
            substitute_id="teilnahme-1",
        ),
        Participation(
            id="teilnahme-4",
            event_id="termin-2",
            headcounts=(Headcount(count=12, target_group="lehrkraefte", schulform="gesamtschule", ags="05974040"),),
        ),
    )


def _work() -> tuple[Record, ...]:
    return (
        Task(
            id="aufgabe-1",
            title="Rahmenkonzept fortschreiben",
            taetigkeit="konzept",
            status=TaskStatus.ERLEDIGT,
            begin=FuzzyDate("Januar / Februar"),
            due=FuzzyDate("2. Quartal 2025"),
            completed_on=date(2025, 5, 2),
            description="Mit dem Arbeitskreis",
            responsible_ids=("person-1",),
            involved=(Reference("committee", "gremium-1"),),
            subject=Reference("concept", "konzept-1"),
            parent_id="aufgabe-0",
            result="Akte 4",
            minutes=600,
            percent=100,
            cost_category="personal",
            foerderziele=("vernetzung",),
        ),
        Activity(
            id="taetigkeit-1",
            day=date(2025, 3, 12),
            taetigkeit="beratung.schulen",
            minutes=90,
            title="Vor Ort",
            person_id="person-1",
            subject=Reference("event", "termin-2"),
            reach="region",
            reached=25,
            foerderziele=("vernetzung",),
        ),
        Consultation(
            id="beratung-1",
            day=date(2025, 3, 13),
            target_group="lehrkraefte",
            form="telefon",
            topics=("kinderschutz",),
            minutes=20,
            count=3,
            taetigkeit="beratung.schulen",
            schulform="gesamtschule",
            ags="05974040",
            occasion="anfrage",
            follow_up=True,
            referred_to="beratungsstelle",
            organisation_id="schule-000001",
        ),
    )


def _foundation() -> tuple[Record, ...]:
    return (
        Concept(
            id="konzept-1",
            title="Rahmenkonzept",
            type="rahmenkonzept",
            version="2.0",
            status="beschlossen",
            issued_by=Reference("organisation", "stelle-1"),
            dated=FuzzyDate("12/2020"),
            adoptions=(
                Adoption(on=FuzzyDate("15.12.2020"), by=Reference("committee", "gremium-1"), decision="Vorlage 1/2020"),
            ),
            authors=(Reference("person", "person-1"),),
            valid=Period(since=date(2021, 1, 1), until=date(2027, 1, 1)),
            predecessor_id="konzept-0",
            url="https://musterstadt.example/konzept",
            taetigkeit="konzept",
        ),
        Milestone(
            id="meilenstein-1",
            when=FuzzyDate("08/2016"),
            title="Erstes Treffen",
            topics=("Vernetzung",),
            actors=(Reference("organisation", "stelle-1"),),
        ),
        Goal(
            id="ziel-1",
            title="Vernetzen",
            reason="Viele Träger",
            approach="Arbeitskreis",
            office_id="stelle-1",
            partners=(Reference("organisation", "traeger-1"),),
            rank=2,
        ),
        Cooperation(
            id="kooperation-1",
            title="Mit dem Bildungsbüro",
            partner_ids=("stelle-1", "buero-1"),
            benefits=(
                Benefit(
                    beneficiary_id="buero-1",
                    title="Bedarfe kennen",
                    aspects=("Abfrage", "Fachtag"),
                    taetigkeit="vernetzung.intern",
                    evidence=(Reference("event", "termin-2"),),
                ),
            ),
            committee_ids=("gremium-1",),
            period=Period(since=date(2020, 1, 1)),
        ),
        Survey(
            id="befragung-1",
            title="Bedarfsabfrage Fortbildung",
            day=date(2024, 12, 17),
            type=SurveyType.EVALUATION,
            event_id="termin-2",
            taetigkeit="qualifizierung.bedarf",
            target_groups=("fachkraefte",),
            invited=20,
            answers=3,
            questions=(
                Question(
                    text="Wie zufrieden sind Sie?",
                    type=QuestionType.SKALA,
                    answered=3,
                    counts=(AnswerCount("4", 1), AnswerCount("5", 2)),
                    least=1,
                    most=5,
                ),
                Question(text="Was fehlt?", type=QuestionType.FREITEXT, answered=1, texts=("Zeit für Austausch",)),
            ),
        ),
    )
