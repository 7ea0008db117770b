"""The demonstration data: plausible, deterministic, closed in themselves, true to the deck and nobody's."""

from __future__ import annotations

import hashlib
import re
import runpy
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import attrs
import msgspec
import pytest

from koschuso.catalogues import load
from koschuso.demo import DemoResult, build, dataset, deck, identity, names, years
from koschuso.demo.people import FACHKRAFT
from koschuso.demo.reports import FILES, write
from koschuso.errors import Refused, Unavailable
from koschuso.model import (
    RECORD_TYPES,
    Activity,
    Assignment,
    Concept,
    Consent,
    Consultation,
    Cooperation,
    Event,
    EventStatus,
    Funding,
    Goal,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    ParticipationStatus,
    Period,
    Person,
    PersonStatus,
    Position,
    Record,
    Reference,
    Relation,
    Series,
    Severity,
    Task,
    total_vzae,
)
from koschuso.nrw import register
from koschuso.nrw.calendar import is_free
from koschuso.reporting import OfficeInfo, RecordsView
from koschuso.rules import RULES, check

if TYPE_CHECKING:
    from collections.abc import Iterator

STICHTAG = date(2024, 10, 15)
FORBIDDEN = {  # surnames of real people, as hashes: they stand nowhere in this project
    "8252c9a52e539b158e4066f658e67598a86649dc9d29b52e3c405c379fb87b63",
    "4f082cfac8b02eef0792d3b885ad7b604c566028bfa4bbdc5a5494d523bffe9b",
    "53b12c6598ff9283532fffd69b41319682352545883a0f881f7e9a49c5422a86",
}
COMMON_SURNAMES = {
    *("Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann"),
    *("Vogel", "Fink", "Pfeffer", "Pfeiffer", "Specht", "Adler", "Sperling", "Geiger", "Trommler", "Falk", "Habicht"),
}


@pytest.fixture(scope="module")
def registered() -> tuple[Record, ...]:
    with dataset.register_file() as path:
        return register.read(path.read_bytes()).records


@pytest.fixture(scope="module")
def schools(registered: tuple[Record, ...]) -> list[Organisation]:
    return [record for record in registered if isinstance(record, Organisation) and record.school]


@pytest.fixture(scope="module")
def records(schools: list[Organisation]) -> tuple[Record, ...]:
    return dataset.records(schools)


def only(records: tuple[Record, ...], kind: type[Any]) -> list[Any]:
    return [record for record in records if isinstance(record, kind)]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def all_texts(records: tuple[Record, ...]) -> Iterator[str]:
    return texts(msgspec.to_builtins(records))


# -- the whole -------------------------------------------------------------------------------------------------------


def test_the_register_extract_holds_the_107_schools_of_the_kreis_and_its_schulamt(registered, schools):
    assert len(schools) == 107
    assert identity.SCHULAMT_ID in {record.id for record in registered}


def test_two_calls_give_equal_records(schools, records):
    assert dataset.records(reversed(schools)) == records


def test_another_seed_gives_another_office_with_the_same_real_facts(schools, records):
    other = dataset.records(schools, seed=1)
    assert other != records
    for kind in (Milestone, Goal, Concept, Cooperation):
        assert only(other, kind) == only(records, kind)


def test_a_handful_of_schools_is_refused(schools):
    with pytest.raises(Refused, match="Kreis"):
        dataset.records(schools[:5])


def test_ids_are_unique_within_their_kind(registered, records):
    counted = Counter((record.KIND, record.id) for record in (*registered, *records))
    assert [key for key, count in counted.items() if count > 1] == []


def test_every_reference_resolves_within_the_data(registered, records):
    known = {(record.KIND, record.id) for record in (*registered, *records)}
    targets = {
        "employer_id": "organisation",
        "holder_id": "person",
        "position_id": "position",
        "place_id": "organisation",
        "event_id": "event",
        "person_id": "person",
        "organisation_id": "organisation",
        "series_id": "series",
        "committee_id": "committee",
        "successor_id": "event",
        "substitute_id": "participation",
        "registered_by": "person",
        "office_id": "organisation",
        "beneficiary_id": "organisation",
        "organiser_ids": "organisation",
        "partner_ids": "organisation",
        "speaker_ids": "person",
        "committee_ids": "committee",
    }

    def missing(value: Any, kind: str) -> Iterator[str]:
        if isinstance(value, Reference):
            if (value.kind, value.id) not in known:
                yield str(value)
        elif attrs.has(type(value)):
            for field in attrs.fields(type(value)):
                item = getattr(value, field.name)
                wanted = targets.get(field.name) or (kind if field.name == "parent_id" else "")
                for one in item if isinstance(item, tuple) else (item,):
                    if wanted and one and isinstance(one, str):
                        if (wanted, one) not in known:
                            yield f"{field.name}={one}"
                    else:
                        yield from missing(one, kind)

    assert [found for record in records for found in missing(record, record.KIND)] == []
    staff = {person.id for person in only(records, Person)}
    offices = {organisation.id for organisation in only((*registered, *records), Organisation)}
    assert all(one in staff | offices for task in only(records, Task) for one in task.responsible_ids)


_CATALOGUES: dict[tuple[str, str], str] = {
    ("Organisation", "type"): "organisationsart",
    ("Committee", "type"): "gremienart",
    ("Relation", "type"): "beziehungsart",
    ("Relation", "role"): "mitgliedsrolle",
    ("FunctionHeld", "function"): "personenfunktion",
    ("LegalBasis", "purpose"): "zweck",
    ("LegalBasis", "basis"): "rechtsgrundlage",
    ("Consent", "purpose"): "zweck",
    ("Person", "source"): "datenquelle",
    ("Person", "qualification"): "qualifikation",
    ("Position", "tenure"): "befristung",
    ("Position", "tarif"): "tarif",
    ("Position", "saeule"): "saeule",
    ("Assignment", "duty"): "einsatztaetigkeit",
    ("Funding", "funding_source"): "finanzierungsquelle",
    ("Event", "type"): "veranstaltungsart",
    ("Event", "taetigkeit"): "taetigkeitsprofil",
    ("Event", "topics"): "thema",
    ("Event", "format"): "veranstaltungsformat",
    ("Event", "target_groups"): "zielgruppe",
    ("Event", "schulformen"): "schulform",
    ("Headcount", "target_group"): "zielgruppe",
    ("Headcount", "schulform"): "schulform",
    ("Participation", "role"): "teilnahmerolle",
    ("Series", "rhythm"): "rhythmus",
    ("Series", "type"): "veranstaltungsart",
    ("Series", "taetigkeit"): "taetigkeitsprofil",
    ("Series", "avoid"): "meide",
    ("Series", "evasion"): "ausweichregel",
    ("Series", "schulformen"): "schulform",
    ("Task", "taetigkeit"): "taetigkeitsprofil",
    ("Activity", "taetigkeit"): "taetigkeitsprofil",
    ("Activity", "reach"): "reichweite",
    ("Consultation", "target_group"): "zielgruppe",
    ("Consultation", "form"): "beratungsform",
    ("Consultation", "topics"): "thema",
    ("Consultation", "taetigkeit"): "taetigkeitsprofil",
    ("Consultation", "schulform"): "schulform",
    ("Consultation", "referred_to"): "organisationsart",
    ("Concept", "type"): "dokumentart",
    ("Concept", "status"): "konzeptstatus",
    ("Concept", "taetigkeit"): "taetigkeitsprofil",
    ("Benefit", "taetigkeit"): "taetigkeitsprofil",
}


def test_every_key_stands_in_its_catalogue(records):
    used: dict[str, set[str]] = {}

    def collect(value: Any) -> None:
        if not attrs.has(type(value)):
            return
        for field in attrs.fields(type(value)):
            item = getattr(value, field.name)
            catalogue = _CATALOGUES.get((type(value).__name__, field.name))
            for one in item if isinstance(item, tuple) else (item,):
                if catalogue and one:
                    used.setdefault(catalogue, set()).add(one)
                else:
                    collect(one)

    for record in records:
        collect(record)
    unknown = {name: keys - {entry.key for entry in load(name)} for name, keys in used.items()}
    assert {name: keys for name, keys in unknown.items() if keys} == {}
    assert len(used) > 25


# -- nobody ----------------------------------------------------------------------------------------------------------


def test_no_surname_of_the_deck_appears_in_data_or_source(records):
    words = {word for text in all_texts(records) for word in re.findall(r"\w+", text)}
    for file in (Path(names.__file__).parent.glob("*.py"), [Path(__file__)]):
        for path in file:
            words |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    assert not FORBIDDEN & {hashlib.sha256(word.lower().encode()).hexdigest() for word in words}


def test_people_are_recognisably_invented(records):
    people = only(records, Person)
    assert not {part for person in people for part in re.split(r"[ -]", person.family_name)} & COMMON_SURNAMES
    assert {person.family_name for person in people} <= set(names.FAMILY_NAMES)
    assert len({person.name for person in people}) == len(people)


def test_no_mailbox_or_link_of_the_invented_part_can_be_reached(records):
    for text in all_texts(records):
        if "@" in text:
            assert text.endswith(".example"), text
        if "://" in text:
            assert re.match(r"https://[a-z.-]+\.example/", text), text
    numbers = [number for person in only(records, Person) for number in person.phones]
    assert numbers
    assert all(re.fullmatch(r"\+49 221 4710\d{3}", number) for number in numbers)


@pytest.mark.shared
def test_no_sentence_of_the_deck_is_copied(shared, records):
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + 7]) for i in range(len(words) - 6)}

    conference = (
        "Soziale Arbeit am Lernort Schule – Herausforderungen und Perspektiven in der Bildungsregion Kreis Soest"
    )
    written = runs((shared / "deck.txt").read_text(encoding="utf-8")) - runs(conference)
    assert {run for text in all_texts(records) for run in runs(text)} & written == set()


# -- the deck --------------------------------------------------------------------------------------------------------


def test_the_office_is_what_the_deck_says(records):
    office = next(one for one in only(records, Organisation) if one.id == identity.OFFICE_ID)
    profile = office.coordination
    assert (profile.traegerunabhaengig, profile.schulformuebergreifend, profile.modellregion) == (True, True, True)
    assert str(profile.started) == "01/2020"
    docked = [one.target.id for one in only(records, Relation) if one.type == "angedockt_an"]
    assert docked == [identity.RBB_ID]


def test_two_half_positions_coordinate_one_seconded_by_the_land(records):
    halves = [one for one in only(records, Position) if one.is_coordination]
    assert [(one.workload.hours, one.workload.vzae) for one in halves] == [(Fraction(39, 2), Fraction(1, 2))] * 2
    assert {one.employer_id for one in halves} == {identity.KREIS_ID, identity.LAND_ID}
    seconded = next(one for one in only(records, Relation) if one.type == "abgeordnet_zu")
    assert seconded.target.id == identity.KREIS_ID
    employer = [
        one.target.id
        for one in only(records, Relation)
        if one.type == "angestellt_bei" and one.source == seconded.source
    ]
    assert employer == [identity.LAND_ID]


def test_the_entstehungsgeschichte_runs_from_2016_to_2020(records):
    by_date = {str(one.when): one for one in only(records, Milestone)}
    assert list(by_date) == [
        "2016", "08/2016", "02/2017", "05/2017", "06/2017", "10/2017", "06/2018", "2019", "01/2020", "01.10.2024",
    ]  # fmt: skip
    assert by_date["08/2016"].topics == ("Weiterentwicklung der Schulsozialarbeit im Kreis Soest",)
    assert by_date["10/2017"].topics == (
        "Vernetzungsstrukturen",
        "Weiterentwicklungsbedarfe",
        "Rahmenkonzept und Qualitätsstandards",
    )
    assert by_date["06/2018"].topics[0].startswith("Soziale Arbeit am Lernort Schule")
    assert all(one.actors for one in by_date.values())
    assert "98 Fachkräfte aus 70" in by_date["01.10.2024"].title


def test_an_event_of_the_history_exists_only_where_the_day_is_known(records):
    past = {one.id: one for one in only(records, Event) if one.span and one.span.begin.year < 2023}
    assert sorted(str(one.span) for one in past.values()) == ["09.10.2017", "30.11.2022"]
    heads = {one.event_id: one.headcounts[0].count for one in only(records, Participation) if one.event_id in past}
    assert sorted(heads.values()) == [60, 120]


def test_the_cooperation_names_each_advantage_of_both_slides(records):
    (cooperation,) = only(records, Cooperation)
    office = [one for one in cooperation.benefits if one.beneficiary_id == identity.OFFICE_ID]
    rbb = [one for one in cooperation.benefits if one.beneficiary_id == identity.RBB_ID]
    assert [len(one.aspects) for one in office] == [4]
    assert len(rbb) == 8
    survey = next(one for one in rbb if "Bedarfsabfrage" in one.title)
    assert survey.evidence == (identity.task(identity.SURVEY_DONE_ID), identity.task(identity.SURVEY_PLANNED_ID))
    joint = next(one for one in rbb if "Fachtagungen" in one.title)
    events = {one.id: one for one in only(records, Event)}
    assert {events[one.id].organiser_ids for one in joint.evidence} == {(identity.OFFICE_ID, identity.RBB_ID)}


def test_goals_papers_and_aufgabenschwerpunkte_are_complete(records):
    assert [goal.rank for goal in only(records, Goal)] == [1, 2]
    papers = {one.type: str(one.dated) for one in only(records, Concept)}
    assert papers == {"leitbild": "12/2020", "taetigkeitsprofil": "11/2022", "rahmenkonzept": "10/2022"}
    roots = {entry.key for entry in load("taetigkeitsprofil").children()}
    assert roots - {"organisation"} == set(deck.AUFGABENSCHWERPUNKTE)


# -- people and positions --------------------------------------------------------------------------------------------


def test_there_are_60_to_120_fachkraefte(records):
    heads = [one for one in only(records, Person) if one.has_function(FACHKRAFT, STICHTAG)]
    assert 80 <= len(heads) <= 96


def test_the_people_have_the_stories_that_trouble_real_lists(records):
    people = only(records, Person)
    assert Counter(one.status for one in people)[PersonStatus.AUSGESCHIEDEN] == 1
    assert Counter(one.status for one in people)[PersonStatus.PAUSIERT] == 1
    revoked = [consent for one in people for consent in one.consents if consent.revoked_on]
    assert len(revoked) == 1
    assert isinstance(revoked[0], Consent)
    employers: dict[str, set[str]] = {}
    for position in only(records, Position):
        if position.holder_id:
            employers.setdefault(position.holder_id, set()).add(position.employer_id)
    assert any(len(found) == 2 for found in employers.values())
    assert len({one.publication for one in people}) == 3
    shared_mail = [mail for mail, count in Counter(one.email for one in people).items() if count > 1]
    assert len(shared_mail) == 1
    assert any(not one.given_name for one in people)
    assert all(
        {basis.purpose for basis in one.legal_bases} >= {"netzwerkverteiler", "stellenuebersicht"} for one in people
    )


def test_about_35_schools_have_no_schulsozialarbeit(schools, records):
    served = {
        one.place_id for one in only(records, Assignment) if one.duty == "schulsozialarbeit" and STICHTAG in one.period
    }
    assert 30 <= len({school.id for school in schools} - served) <= 40


def test_positions_cover_every_saeule_basis_and_edge_case(records):
    positions = [one for one in only(records, Position) if not one.is_coordination]
    assert {one.saeule for one in positions} == {entry.key for entry in load("saeule")}
    assert {one.workload.full_time_minutes for one in positions if one.workload} == {39 * 60, 39 * 60 + 50}
    assert Counter(one.occupancy for one in positions)[Occupancy.VAKANT] == 4
    assert sum(one.workload is None for one in positions) == 3
    assert any(one.occupancy is Occupancy.BESETZT and one.holder_id is None for one in positions)
    stated = {one.workload.stated for one in positions if one.workload}
    assert {"0,5", "1,0", "15 Std.", "50 %", "19,5h", "12 Maßnahmemonate", "0,5 Stelle (19,5 Std.)"} <= stated
    places = Counter(one.position_id for one in only(records, Assignment))
    shared = [one for one in positions if places[one.id] == 2]
    assert len(shared) == 7
    assert sum(one.workload is not None and one.workload.vzae == Fraction(1, 2) for one in shared) == 1
    employers = Counter(one.employer_id.partition("-")[0] for one in positions)
    assert employers["ags"] > 40
    assert employers["demo"] > 20


def test_the_volume_of_the_kreis_is_plausible(records):
    on_that_day = [
        one.workload for one in only(records, Position) if STICHTAG in one.period and not one.is_coordination
    ]
    vzae, unknown = total_vzae(on_that_day)
    assert 45 <= vzae <= 75
    assert unknown == 4


def test_einsaetze_add_up_to_the_position(records):
    parts: dict[str, list[Any]] = {}
    for one in only(records, Assignment):
        parts.setdefault(one.position_id, []).append(one.workload)
    for position in only(records, Position):
        assert total_vzae(parts[position.id]) == total_vzae([position.workload] * 1) or position.workload is None


def test_the_sources_of_a_position_add_up_to_the_whole(records):
    paid: Counter[tuple[str, Period]] = Counter()
    split = set()
    for one in only(records, Funding):
        paid[one.position_id, one.period] += int(one.percent)
        if one.percent in {60, 40}:
            split.add(one.position_id)
        assert one.amount is None or one.amount <= one.eligible_cost * one.percent / 100
    assert set(paid.values()) == {100}
    assert len(split) == 2


def test_the_rules_find_only_the_intended_mistakes(registered, records):
    office = OfficeInfo(name=identity.NAME, ags=identity.AGS, id=identity.OFFICE_ID)
    view = RecordsView((*registered, *records), office=office, as_of=datetime(2025, 8, 1, tzinfo=UTC))
    found = check(view, RULES)
    assert sorted(one.rule for one in found if one.severity is Severity.ERROR) == ["foerderung.f2", "foerderung.f3"]
    warnings = {one.rule for one in found if one.severity is Severity.WARNING}
    assert warnings == {"umfang.unbekannt", "person.email_doppelt"}


def test_neither_town_nor_land_employs_at_a_private_school(schools, records):
    private = {school.id for school in schools if school.school.private}
    positions = {one.id: one for one in only(records, Position)}
    employers = {positions[one.position_id].employer_id for one in only(records, Assignment) if one.place_id in private}
    assert employers
    assert all(employer.startswith("demo-traeger-") for employer in employers)


# -- two years -------------------------------------------------------------------------------------------------------


def test_events_of_the_series_are_on_school_days(records):
    series = {one.id for one in only(records, Series)}
    days = [one.span.begin.date() for one in only(records, Event) if one.series_id in series]
    assert len(days) > 90
    assert all(is_free(day) is False for day in days)


def test_every_six_weeks_a_date_that_falls_into_ferien_moves_on_by_weeks():
    days = years.dates_every(date(2025, 9, 10), 6, Period.schuljahr("2025/26"))
    assert date(2025, 10, 22) not in days
    assert date(2025, 10, 29) in days
    assert all(day.weekday() == 2 for day in days)


def test_nobody_sits_where_there_is_no_seat_and_waiting_lists_are_in_order(records):
    events = {one.id: one for one in only(records, Event)}
    seated: Counter[str] = Counter()
    ranks: dict[str, list[int]] = {}
    for one in only(records, Participation):
        if one.person_id and (one.status.registered or one.status is ParticipationStatus.VERTRETEN):
            seated[one.event_id] += not one.id.endswith("-vertretung")
        if one.rank:
            ranks.setdefault(one.event_id, []).append(one.rank)
    assert all(count <= events[event_id].capacity for event_id, count in seated.items())
    assert ranks
    assert all(found == list(range(1, len(found) + 1)) for found in ranks.values())


def test_every_status_of_a_participation_and_most_of_an_event_occur(records):
    assert {one.status for one in only(records, Participation)} == set(ParticipationStatus)
    statuses = {one.status for one in only(records, Event)}
    assert statuses >= set(EventStatus) - {EventStatus.VERWORFEN, EventStatus.ANMELDUNG_GESCHLOSSEN}


def test_who_takes_part_is_one_person_once_per_event_and_in_the_field_on_that_day(records):
    events = {one.id: one for one in only(records, Event)}
    people = {one.id: one for one in only(records, Person)}
    named = [one for one in only(records, Participation) if one.person_id]
    assert max(Counter((one.event_id, one.person_id) for one in named).values()) == 1
    functions = (FACHKRAFT, "spf_fachkraft", "mpt_fachkraft")
    for one in named:
        day = events[one.event_id].span.begin.date()
        assert any(people[one.person_id].has_function(function, day) for function in functions)


@pytest.mark.parametrize("schuljahr", ["2023/24", "2024/25"])
def test_the_time_noted_is_that_of_two_half_positions(records, schuljahr):
    period = Period.schuljahr(schuljahr)
    noted = [one for one in only(records, Activity) if one.day in period]
    hours = sum(one.minutes for one in noted) / 60
    # 39 hours in 52 weeks less leave, Feiertage and the turn of the year: 44 to 48 weeks.
    assert 39 * 44 <= hours <= 39 * 48
    weeks: Counter[tuple[str, date]] = Counter()
    for one in noted:
        weeks[one.person_id, one.day - timedelta(days=one.day.weekday())] += one.minutes
    assert len({person_id for person_id, _ in weeks}) == 2
    assert max(weeks.values()) <= 19.5 * 60
    schwerpunkte = Counter(one.taetigkeit.partition(".")[0] for one in noted)
    assert set(schwerpunkte) == {*deck.AUFGABENSCHWERPUNKTE, "organisation"}


@pytest.mark.parametrize("schuljahr", ["2023/24", "2024/25"])
def test_about_600_consultations_a_year_are_counted(records, schuljahr):
    period = Period.schuljahr(schuljahr)
    assert 520 <= sum(one.count for one in only(records, Consultation) if one.day in period) <= 680
    assert not any(one.organisation_id for one in only(records, Consultation))


def test_the_plan_for_the_next_year_is_as_fuzzy_as_plans_are(records):
    planned = [one for one in only(records, Task) if one.due and one.due.earliest() >= date(2025, 8, 1)]
    assert len(planned) >= 10
    assert any(not one.due.is_exact for one in planned)
    assert any(one.due.is_exact for one in planned)
    assert any(one.id == identity.SURVEY_PLANNED_ID for one in planned)


# -- the whole office ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoResult, list[tuple[int, int]]]:
    folder = tmp_path_factory.mktemp("demo") / "soest"
    steps: list[tuple[int, int]] = []
    result = build(folder, progress=lambda done, total: steps.append((done, total)))
    return folder, result, steps


def test_building_writes_store_calendar_contacts_and_reports(built, registered, records):
    folder, result, steps = built
    assert result.created == len(registered) + len(records)
    assert (result.updated, result.unchanged) == (0, 0)
    assert set(result.counts) == set(RECORD_TYPES)
    assert result.schools == 107
    for name in ("koschuso.toml", "koschuso.db", *result.files):
        assert (folder / name).stat().st_size > 0, name
    assert steps == [(number, len(steps)) for number in range(1, len(steps) + 1)]
    assert (folder / result.open_first).exists()
    assert "dl-de/by-2-0" in result.summary()
    assert "107 Schulen" in result.summary()
    assert "ausgelassen" not in result.summary()


def test_the_main_reports_are_written_as_web_page_and_as_word_document(built):
    folder, result, _ = built
    assert result.files == ("kalender.ics", "kontakte.vcf", *FILES)
    assert result.open_first == "taetigkeitsbericht.html"
    for name in ("taetigkeitsbericht", "stellenuebersicht"):
        assert (folder / f"{name}.html").read_bytes().startswith(b"<!DOCTYPE html>")
        with ZipFile(folder / f"{name}.docx") as document:
            assert "word/document.xml" in document.namelist()


def test_the_annual_report_has_the_words_of_the_office(built):
    folder, result, _ = built
    words = Path(result.texts)
    assert words == folder / "texte" / "taetigkeitsbericht" / "2024-25"
    assert (words / "LIESMICH.txt").is_file()
    first = (words / "ausblick.md").read_text(encoding="utf-8").strip().splitlines()[0]
    assert " ".join(first.split()) in " ".join((folder / "taetigkeitsbericht.html").read_text(encoding="utf-8").split())


def test_building_twice_changes_nothing_and_writes_the_same_files(built):
    folder, first, _ = built
    before = _content(folder, first)
    second = build(folder)
    assert (second.created, second.updated) == (0, 0)
    assert second.unchanged == first.created
    assert second.counts == first.counts
    assert _content(folder, first) == before
    assert "nichts geändert" in second.summary()


def _content(folder, result):
    files = [*(folder / name for name in result.files), *Path(result.texts).iterdir()]
    return {str(file): file.read_bytes() for file in files}


def test_without_an_extra_the_rest_is_written_and_one_sentence_says_what_is_missing(tmp_path):
    def report(name, **_parameters):
        if name == "kennzahlen":
            raise Unavailable("Es fehlt ein Rechenprogramm.", extra="berichte")
        return name_of_report(name)

    def name_of_report(name):
        def save(path):
            if path.suffix == ".docx":
                raise Unavailable("Es fehlt python-docx.", extra="berichte")
            path.write_text(name, encoding="utf-8")

        return SimpleNamespace(save=save)

    office = SimpleNamespace(report=report, prepare_texts=lambda _name, **_time: None)
    done = []
    written = write(office, tmp_path, done=lambda: done.append(1))
    assert written.left_out == ("taetigkeitsbericht.docx", "stellenuebersicht.docx", "kennzahlen.html")
    assert written.files == ("taetigkeitsbericht.html", "stellenuebersicht.html", "geschichte.md")
    assert len(done) == 4
    result = DemoResult(
        folder="demo",
        created=0,
        updated=0,
        unchanged=1,
        counts={},
        schools=107,
        files=written.files,
        left_out=written.left_out,
        texts="demo/texte",
        open_first="taetigkeitsbericht.html",
        attribution="",
    )
    lines = [line for line in result.summary().splitlines() if "ausgelassen" in line]
    assert len(lines) == 1
    assert lines[0].endswith('kennzahlen.html; dafür fehlt eine Ergänzung: pip install "koschuso[berichte]"')


def test_a_disk_that_is_full_is_no_missing_extra(tmp_path):
    def report(_name, **_parameters):
        raise Unavailable("Der Datenträger ist voll.")

    office = SimpleNamespace(report=report, prepare_texts=lambda _name, **_time: None)
    with pytest.raises(Unavailable, match="voll"):
        write(office, tmp_path, done=lambda: None)


def test_a_folder_with_somebody_elses_calendar_is_refused(tmp_path):
    (tmp_path / "kalender.ics").write_bytes(b"mine")
    with pytest.raises(Refused, match=r"kalender\.ics"):
        build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kalender.ics"]
    assert (tmp_path / "kalender.ics").read_bytes() == b"mine"


@pytest.mark.slow
def test_the_example_script_does_the_same_step_by_step(built, tmp_path, monkeypatch, capsys):
    _, first, _ = built
    script = Path(__file__).parents[2] / "examples" / "01_kreis_soest.py"
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path / "soest")])
    runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr().out
    assert "107 Schulen" in printed
    assert "Angedockt an: Regionales Bildungsbüro" in printed
    for name in first.files:
        assert (tmp_path / "soest" / name).stat().st_size > 0
    assert b"ATTENDEE" not in (tmp_path / "soest" / "kalender_oeffentlich.ics").read_bytes()
