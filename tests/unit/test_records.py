"""Records refuse what is impossible or contradictory, naming field, value and rule."""

from datetime import date, datetime
from decimal import Decimal

import attrs
import pytest

from koschuso.errors import InvalidRecord
from koschuso.model import (
    EVENT_TRANSITIONS,
    FIELD_LABELS,
    PARTICIPATION_TRANSITIONS,
    RECORD_TYPES,
    TASK_TRANSITIONS,
    Activity,
    Address,
    Adoption,
    Benefit,
    Committee,
    Concept,
    Consent,
    Consultation,
    Cooperation,
    CoordinationProfile,
    Event,
    EventStatus,
    FunctionHeld,
    Funding,
    FuzzyDate,
    Headcount,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    ParticipationStatus,
    Period,
    Person,
    Position,
    Reference,
    Relation,
    SchoolProfile,
    Series,
    Task,
    TaskStatus,
    TimeSpan,
)

DAY = date(2025, 10, 15)
SPAN = TimeSpan.at(datetime(2025, 10, 15, 9), hours=6)
SCHOOL = SchoolProfile(schulnummer="184494", schulform="grundschule")


def refused_rules(build):
    with pytest.raises(InvalidRecord) as refused:
        build()
    for finding in refused.value.findings:
        assert finding.field
        assert finding.message.endswith(".") or finding.message.endswith(").")
    return {finding.rule for finding in refused.value.findings}


@pytest.mark.parametrize(
    ("rule", "build"),
    [
        ("person.name", lambda: Person(id="p")),
        ("email.form", lambda: Person(id="p", family_name="Eisvogel", email="keine")),
        ("schluessel.form", lambda: Person(id="p", family_name="Eisvogel", qualification="Große Klasse")),
        ("id.leer", lambda: Person(id="", family_name="Eisvogel")),
        ("zusatzfeld.name", lambda: Person(id="p", family_name="Eisvogel", extras={"ohne_plugin": 1})),
        ("organisation.name", lambda: Organisation(id="o", type="rbb", name="")),
        ("organisation.schule", lambda: Organisation(id="o", type="schule", name="Schule ohne Nummer")),
        ("organisation.schule", lambda: Organisation(id="o", type="rbb", name="RBB", school=SCHOOL)),
        (
            "organisation.koordinierungsstelle",
            lambda: Organisation(id="o", type="rbb", name="RBB", coordination=CoordinationProfile()),
        ),
        ("ags.form", lambda: Organisation(id="o", type="gemeinde", name="Soest", ags="5974040")),
        ("schulnummer.form", lambda: attrs.evolve(SCHOOL, schulnummer="84494")),
        ("schule.sozialindexstufe", lambda: attrs.evolve(SCHOOL, sozialindexstufe=10)),
        ("adresse.plz", lambda: Address(postal_code="1234")),
        ("gremium.name", lambda: Committee(id="g", type="lenkungskreis", name="")),
        (
            "einwilligung.reihenfolge",
            lambda: Consent(purpose="veranstaltung", text_version="1", given_on=DAY, revoked_on=date(2025, 1, 1)),
        ),
        (
            "beziehung.auf_sich_selbst",
            lambda: Relation(
                id="r", type="kooperiert_mit", source=Reference("person", "a"), target=Reference("person", "a")
            ),
        ),
        (
            "beziehung.rolle",
            lambda: Relation(
                id="r",
                type="vertritt",
                source=Reference("person", "a"),
                target=Reference("person", "b"),
                role="vorsitz",
            ),
        ),
        (
            "stelle.besetzung",
            lambda: Position(id="s", name="Stelle", holder_id="p", occupancy=Occupancy.VAKANT),
        ),
        ("stelle.befristung", lambda: Position(id="s", name="Stelle", tenure="unbefristet", fixed_until=DAY)),
        (
            "finanzierung.anteil",
            lambda: Funding(id="f", position_id="s", funding_source="spenden", percent=Decimal(101)),
        ),
        ("finanzierung.betrag", lambda: Funding(id="f", position_id="s", funding_source="spenden", amount=Decimal(-1))),
        ("aufgabe.erledigt", lambda: Task(id="t", title="Rundbrief", completed_on=DAY)),
        (
            "aufgabe.reihenfolge",
            lambda: Task(id="t", title="Rundbrief", begin=FuzzyDate("2026"), due=FuzzyDate("03/2025")),
        ),
        ("aufgabe.fortschritt", lambda: Task(id="t", title="Rundbrief", percent=101)),
        ("taetigkeit.minuten", lambda: Activity(id="a", day=DAY, taetigkeit="beratung", minutes=0)),
        ("taetigkeit.schluessel", lambda: Activity(id="a", day=DAY, taetigkeit="", minutes=5)),
        (
            "beratung.zielgruppe",
            lambda: Consultation(id="b", day=DAY, target_group="eltern", form="telefon"),
        ),
        ("beratung.anzahl", lambda: Consultation(id="b", day=DAY, target_group="politik", form="email", count=0)),
        ("veranstaltung.termin", lambda: Event(id="e", title="Fachtag")),
        ("veranstaltung.plaetze", lambda: Event(id="e", title="Fachtag", span=SPAN, capacity=0)),
        (
            "veranstaltung.anmeldeschluss",
            lambda: Event(id="e", title="Fachtag", span=SPAN, registration_deadline=date(2025, 10, 16)),
        ),
        ("veranstaltung.nachfolgetermin", lambda: Event(id="e", title="Fachtag", span=SPAN, successor_id="e2")),
        ("teilnahme.wer", lambda: Participation(id="t", event_id="e")),
        (
            "teilnahme.kopfzahl",
            lambda: Participation(id="t", event_id="e", person_id="p", headcounts=(Headcount(count=3),)),
        ),
        ("teilnahme.rang", lambda: Participation(id="t", event_id="e", person_id="p", rank=1)),
        (
            "teilnahme.stunden_teilweise",
            lambda: Participation(id="t", event_id="e", person_id="p", status=ParticipationStatus.TEILWEISE),
        ),
        ("teilnahme.stunden", lambda: Participation(id="t", event_id="e", person_id="p", hours=Decimal(2))),
        ("reihe.rhythmus", lambda: Series(id="r", title="QZ", rhythm="alle_n_wochen")),
        ("reihe.wochen", lambda: Series(id="r", title="QZ", rhythm="quartal", weeks=6)),
        ("konzept.beschluss", lambda: Concept(id="k", title="Konzept", adoptions=(Adoption(on=FuzzyDate("2022")),))),
        ("konzept.beschlossen_ohne_beschluss", lambda: Concept(id="k", title="Konzept", status="beschlossen")),
        ("meilenstein.jahr", lambda: Milestone(id="m", when=FuzzyDate("März"), title="Start")),
        ("kooperation.partner", lambda: Cooperation(id="k", title="Allein", partner_ids=("a",))),
        (
            "kooperation.vorteil",
            lambda: Cooperation(
                id="k", title="Zu zweit", partner_ids=("a", "b"), benefits=(Benefit(beneficiary_id="c", title="x"),)
            ),
        ),
    ],
)
def test_impossible_or_contradictory_values_are_refused(rule, build):
    assert rule in refused_rules(build)


def test_all_broken_rules_are_told_at_once():
    rules = refused_rules(lambda: Organisation(id="o", type="rbb", name="", ags="1", email="x"))

    assert rules == {"organisation.name", "ags.form", "email.form"}


def test_the_error_tells_no_personal_value():
    with pytest.raises(InvalidRecord) as refused:
        Person(id="p-7", family_name="Eisvogel", email="jonas.eisvogel(at)kreis.example")

    assert "eisvogel" not in f"{refused.value} {refused.value.findings!r}".lower()
    assert refused.value.findings[0].value == "jonas.eisvogel(at)kreis.example"


def test_records_are_frozen_hashable_and_their_extras_too():
    person = Person(id="p", family_name="Eisvogel", extras={"soest:sozialraum": ["Nord", {"a": 1}]})

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        person.family_name = "Anders"
    with pytest.raises(TypeError):
        person.extras["soest:sozialraum"] = 1
    assert hash(person) == hash(attrs.evolve(person))
    assert "Nord" not in repr(person.extras)


@pytest.mark.parametrize(
    ("record", "transitions"),
    [
        (Task(id="t", title="x"), TASK_TRANSITIONS),
        (Event(id="e", title="x", span=SPAN), EVENT_TRANSITIONS),
        (Participation(id="t", event_id="e", person_id="p"), PARTICIPATION_TRANSITIONS),
    ],
)
def test_every_transition_is_allowed_or_refused_as_the_table_says(record, transitions):
    statuses = type(record.status)
    assert set(transitions) == set(statuses)
    for status in statuses:
        extra = {"hours": Decimal(2)} if status == "teilweise" else {}
        current = attrs.evolve(record, status=status, **extra)
        for following in statuses:
            hours = {"hours": Decimal(2)} if following == "teilweise" else {}
            if following in transitions[status]:
                assert current.with_status(following, **hours).status is following
            else:
                with pytest.raises(InvalidRecord) as refused:
                    current.with_status(following, **hours)
                assert refused.value.findings[0].rule == "status.uebergang"


def test_a_moved_event_names_its_successor_until_it_is_planned_anew():
    moved = Event(id="e", title="x", span=SPAN, status=EventStatus.VERSCHOBEN, successor_id="e2")

    assert moved.with_status(EventStatus.GEPLANT).successor_id == ""


def test_a_task_taken_up_again_is_no_longer_completed():
    done = Task(id="t", title="x", status=TaskStatus.ERLEDIGT, completed_on=DAY)

    assert done.with_status(TaskStatus.IN_ARBEIT).completed_on is None


def test_nothing_personal_beyond_official_contact_has_a_place_in_the_model():
    """DS-02: private contact, birth and health data cannot be stored."""
    forbidden = {"birth", "private", "home", "religion", "health", "marital", "spouse", "photo", "gender"}
    for record_type in RECORD_TYPES.values():
        names = {word for field in attrs.fields(record_type) for word in field.name.split("_")}
        assert not names & forbidden


def test_a_consultation_has_no_place_for_a_person_or_for_free_text():
    """DS-03: a consultation is a count."""
    names = {field.name for field in attrs.fields(Consultation)}

    assert not names & {"person_id", "name", "note", "description", "text"}


def test_a_function_holds_only_in_its_time():
    held = FunctionHeld(function="koordination", period=Period.from_to(date(2020, 1, 1), date(2024, 12, 31)))
    person = Person(id="p", family_name="Eisvogel", functions=(held,))

    assert person.has_function("koordination", date(2024, 12, 31))
    assert not person.has_function("koordination", date(2025, 1, 1))


def test_every_field_of_every_record_has_a_german_label():
    base = {"id", "extras", "foreign"}
    for kind, record_type in RECORD_TYPES.items():
        assert set(FIELD_LABELS[kind]) == {field.name for field in attrs.fields(record_type)} - base
        assert len(set(FIELD_LABELS[kind].values())) == len(FIELD_LABELS[kind])
