"""The requirements DS-01 to DS-22 of the domain dossier, as far as they are about what comes in and goes out."""

import json
from datetime import date, datetime
from decimal import Decimal

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.catalogues import load
from koschuso.errors import WrongUse
from koschuso.interchange import vcard
from koschuso.model import (
    RECORD_TYPES,
    Activity,
    Address,
    Assignment,
    Concept,
    Consent,
    Consultation,
    Event,
    EventStatus,
    ExtraField,
    FunctionHeld,
    Funding,
    FuzzyDate,
    LegalBasis,
    Location,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    Period,
    Person,
    PersonStatus,
    Position,
    PrivacyClass,
    Publication,
    Reading,
    Record,
    Reference,
    Relation,
    Series,
    Severity,
    Task,
    TimeSpan,
    Visibility,
    Workload,
    Workshop,
)
from koschuso.privacy import (
    AUDIENCES,
    COMPLETE,
    PROFILES,
    DataHolder,
    access,
    for_audience,
    may_use,
    refuse_case_columns,
    strip_private,
)
from koschuso.privacy.scrubbing import blank_addresses, blank_phone_numbers
from koschuso.testing import strategies

TODAY = date(2025, 10, 15)
OUTSIDE = [audience for audience in AUDIENCES if audience != "intern"]
PUBLIC = ["oeffentlich", "gremium_oeffentlich"]
PURPOSES = ("netzwerkverteiler", "veranstaltung", "veroeffentlichung", "stellenuebersicht")
BASES = tuple(LegalBasis(purpose=purpose, basis="aufgabe") for purpose in PURPOSES)
SPAN = TimeSpan.at(datetime(2025, 11, 5, 9), minutes=60)
SCHOOL = Organisation(id="s1", type="freier_traeger", name="Haus", email="info@haus.example", phones=("02921 1",))


def person(id_="x", **more):
    more.setdefault("legal_bases", BASES)
    more.setdefault("publication", Publication.NAME_DIENSTLICH)
    return Person(id=id_, family_name=more.pop("family_name", "Muster"), **more)


def event(**more):
    more.setdefault("visibility", Visibility.OEFFENTLICH)
    return Event(id=more.pop("id", "e1"), title=more.pop("title", "Fachtag"), span=SPAN, **more)


def shown(*records, audience="oeffentlich", **more):
    return for_audience(records, audience, on=TODAY, **more)


def counts(filtered):
    return {finding.rule: int(finding.value) for finding in filtered.omitted}


# -- DS-01 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    [
        *("Schüler", "schueler", "SCHÜLERIN", "Schüler:innen", "Name der Schülerin", "Klasse", "KLASSEN"),
        *(
            "Geburtsdatum",
            "Geb.-Datum",
            "geboren am",
            "Erziehungsberechtigte/r",
            "Diagnose",
            "Diagnosen",
            "Fall-Nr",
            "FALL NR.",
        ),
        *("Fallnummer", "Hilfeplan", "Eltern", "Elternteil 1", "Kind", "Klient*in"),
    ],
)
def test_ds01_columns_about_pupils_parents_or_cases_are_refused_by_name(heading):
    (finding,) = refuse_case_columns(["Schule", heading, "Ort"])
    assert (finding.severity, finding.value) == (Severity.ERROR, heading)
    assert "Spalte 2" in finding.message


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "Schülerzahl",
            "Anzahl Schüler",
            "Schüler gesamt",
            "Schüler je Stelle",
            "Schulnummer",
            "Schulform",
            "Klassenzahl",
        ),
        *(
            "Besoldungsklasse",
            "Elternarbeit",
            "Name",
            "Vorname",
            "E-Mail",
            "Kinder- und Jugendhilfe",
            "Fallzahl",
            "Kindergarten",
            "",
        ),
    ],
)
def test_ds01_columns_that_count_or_mean_something_else_are_taken(heading):
    assert refuse_case_columns([heading]) == ()


# -- DS-02 -------------------------------------------------------------------------------------------------------------

PRIVATE = (
    "BDAY:1980-01-01",
    "bday;VALUE=date:1980-01-01",
    "PHOTO;ENCODING=b;TYPE=JPEG:abcd",
    "GENDER:F",
    "X-SPOUSE:Egon",
    "X-EVOLUTION-SPOUSE:Egon",
    "ANNIVERSARY:2001-01-01",
    "TEL;TYPE=HOME:+49 2921 999",
    "TEL;HOME;VOICE:02921 999",
    'TEL;TYPE="home,voice":02921 999',
    "item1.ADR;TYPE=home:;;Weg 1;Soest;;59494;",
    "EMAIL;TYPE=INTERNET,HOME:egon@privat.example",
    "NOTE:hat zwei Kinder",
    ":TEL;TYPE=HOME:02921 998",
    ":ein Stück einer Notiz",
    "HOBBY:Angeln",
)
OFFICIAL = (
    "FN",
    "X-OWN:bleibt",
    "TEL;TYPE=WORK:02921 1",
    "TEL;TYPE=HOME,WORK:02921 2",
    "EMAIL;TYPE=WORK:a@amt.example",
    "REV:2025",
)


@pytest.mark.parametrize("line", PRIVATE)
def test_ds02_private_properties_of_people_are_left_out_and_listed_without_their_value(line):
    reading = strip_private(Reading(records=(person(foreign=(*OFFICIAL, line)),)))
    assert reading.records[0].foreign == OFFICIAL
    (finding,) = reading.left_out
    assert (finding.rule, finding.kind, finding.id, finding.value) == ("ds02.privat", "person", "x", "")


def test_ds02_the_caller_can_widen_this_for_one_import():
    lines = ("BDAY:1980-01-01", "TEL;TYPE=HOME:1", "PHOTO:x")
    reading = strip_private(Reading(records=(person(foreign=lines),)), keep=("bday", "HOME"))
    assert reading.records[0].foreign == lines[:2]
    assert [finding.field for finding in reading.left_out] == ["PHOTO"]


def test_ds02_a_private_number_is_not_left_in_an_official_field():
    given_ = person(
        foreign=("TEL;TYPE=HOME,CELL:+49 171 5550", "TEL;TYPE=HOME:0292 1"),
        mobile="+49 171/5550",
        phones=("02921", "02922"),
    )
    stripped = strip_private(Reading(records=(given_,))).records[0]
    assert (stripped.mobile, stripped.phones) == ("", ("02922",))


def test_ds02_a_line_that_apple_labels_as_home_goes_with_its_label():
    lines = ("item1.TEL:1", "item1.X-ABLabel:_$!<Home>!$_", "item2.TEL:2", "item2.X-ABLabel:Amt")
    assert strip_private(Reading(records=(person(foreign=lines),))).records[0].foreign == lines[2:]


def test_ds02_a_card_inside_a_card_is_left_out_as_a_whole():
    lines = ("X-A:1", "BEGIN:VCARD", "FN:Jemand", "END:VCARD", "X-B:2")
    assert strip_private(Reading(records=(person(foreign=lines),))).records[0].foreign == ("X-A:1", "X-B:2")


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_ds02_a_card_that_was_read_and_stripped_is_written_without_anything_private(version):
    lines = [
        *(
            "BEGIN:VCARD",
            f"VERSION:{version}",
            "UID:u1",
            "N:Muster;Erika;;;",
            "FN:Erika Muster",
            "EMAIL;TYPE=WORK:amt@x.example",
        ),
        *("EMAIL;TYPE=HOME:geheim@x.example", "TEL;TYPE=HOME,CELL:0171 999", "ADR;TYPE=HOME:;;geheim 1;Soest;;59494;"),
        *("item1.TEL:02921 999", "item1.X-ABLabel:_$!<Home>!$_", "BDAY:1999-09-09", "NOTE:geheim", "END:VCARD"),
    ]
    text = "\r\n".join(lines) + "\r\n"
    if version == "2.1":
        text = text.replace(";TYPE=", ";").replace("HOME,CELL", "HOME;CELL")
    written = vcard.write(strip_private(vcard.read(text.encode())).records).decode()
    assert "amt@x.example" in written
    assert "geheim" not in written
    assert "99" not in written


def test_ds02_organisations_and_events_keep_their_lines():
    records = (attrs.evolve(SCHOOL, foreign=("NOTE:Eingang hinten",)), event(foreign=("GEO:51;8",)))
    reading = Reading(records=records, findings=(), header=("X-WR-CALNAME:K",))
    assert strip_private(reading) is reading


# -- DS-05, DS-06 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "purpose"),
    [("netzwerk", "netzwerkverteiler"), ("oeffentlich", "veroeffentlichung"), ("traeger", "stellenuebersicht")],
)
def test_ds05_people_without_a_basis_for_the_purpose_are_omitted_and_counted(audience, purpose):
    without = tuple(basis for basis in BASES if basis.purpose != purpose)
    filtered = shown(person("a"), person("b", legal_bases=without), person("c", legal_bases=()), audience=audience)
    assert [record.id for record in filtered.records] == ["a"]
    assert counts(filtered) == {"ds05.ohne_rechtsgrundlage": 2}
    assert "2 × Person" in filtered.omitted[0].message


def test_ds05_an_internal_list_for_a_purpose_omits_them_too():
    people = (person("a"), person("b", legal_bases=()))
    assert len(shown(*people, audience="intern").records) == 2
    assert [record.id for record in shown(*people, audience="intern", purpose="veranstaltung").records] == ["a"]


def consent(purpose, revoked=None):
    return Consent(purpose=purpose, text_version="1", given_on=date(2025, 1, 1), revoked_on=revoked)


def test_ds05_a_consent_counts_only_while_it_is_in_force():
    basis = (LegalBasis(purpose="netzwerkverteiler", basis="einwilligung"),)
    assert not may_use(person(legal_bases=basis), "netzwerkverteiler", TODAY)
    assert may_use(person(legal_bases=(), consents=(consent("netzwerkverteiler"),)), "netzwerkverteiler", TODAY)
    assert not may_use(
        person(legal_bases=(), consents=(consent("netzwerkverteiler"),)), "netzwerkverteiler", date(2024, 1, 1)
    )


def test_ds06_after_a_revocation_the_person_is_absent_for_that_purpose_and_no_other():
    revoked = person(consents=(consent("veroeffentlichung", TODAY),))
    assert counts(shown(revoked)) == {"ds06.widerrufen": 1}
    assert shown(revoked, audience="netzwerk").records != ()
    assert not may_use(revoked, "veroeffentlichung", TODAY)
    assert may_use(revoked, "veroeffentlichung", date(2025, 10, 14))


def test_ds06_a_new_consent_ends_the_absence():
    again = person(consents=(consent("veroeffentlichung", date(2025, 2, 1)), consent("veroeffentlichung")))
    assert may_use(again, "veroeffentlichung", TODAY)


# -- DS-07 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", PUBLIC)
def test_ds07_the_default_publishes_nobody(audience):
    plain = Person(id="x", family_name="Muster", legal_bases=BASES)
    filtered = shown(plain, audience=audience)
    assert filtered.records == ()
    assert counts(filtered) == {"ds07.nicht_freigegeben": 1}


@pytest.mark.parametrize("audience", PUBLIC)
def test_ds07_published_are_name_function_institution_and_official_contact_only(audience):
    full = person(
        salutation="Frau",
        title="Dr.",
        given_name="Erika",
        email="erika@amt.example",
        phones=("02921 1",),
        mobile="0171 1",
        address=Address(locality="Soest"),
        functions=(FunctionHeld(function="koordination", period=Period(since=date(2020, 1, 1))),),
        active_since=date(2010, 1, 1),
        qualification="gleichwertig",
        consents=(consent("veranstaltung"),),
        checked_on=TODAY,
        source="schule",
        status=PersonStatus.PAUSIERT,
        foreign=("NOTE:privat",),
    )
    (published,) = shown(full, audience=audience).records
    assert published == Person(
        id="x",
        title="Dr.",
        given_name="Erika",
        family_name="Muster",
        email="erika@amt.example",
        phones=("02921 1",),
        functions=(FunctionHeld(function="koordination"),),
    )


def test_ds07_with_funktion_nothing_tells_who_it_is():
    held = (
        FunctionHeld(function="koordination"),
        FunctionHeld(function="schulleitung", period=Period(until=date(2020, 1, 1))),
    )
    function = person(
        "erika@amt.example",
        given_name="Erika",
        email="erika@amt.example",
        phones=("1",),
        publication=Publication.FUNKTION,
        functions=held,
    )
    works = Relation(
        id="r",
        type="arbeitet_an",
        source=Reference("person", "erika@amt.example"),
        target=Reference("organisation", "s1"),
    )
    published, relation, _school = shown(function, works, SCHOOL).records
    assert published.name == load("personenfunktion").label("koordination")
    assert (published.email, published.phones, len(published.functions)) == ("", (), 1)
    assert relation.source == Reference("person", published.id)
    assert "erika" not in str(attrs.asdict(published)).casefold() + str(relation.source)


def test_ds07_relations_of_people_who_are_not_shown_do_not_travel():
    relations = [
        Relation(
            id=f"r{n}", type="arbeitet_an", source=Reference("person", id_), target=Reference("organisation", "s1")
        )
        for n, id_ in enumerate(("a", "b", "fremd"))
    ]
    employed = attrs.evolve(relations[0], id="r9", type="angestellt_bei")
    filtered = shown(person("a"), person("b", publication=Publication.NEIN), SCHOOL, *relations, employed)
    assert [record.id for record in filtered.records] == ["a", "s1", "r0"]
    assert counts(filtered)["ds07.person_nicht_dabei"] == 3


def test_ds07_who_is_not_shown_is_no_speaker_author_or_actor_either():
    people = (person("a"), person("b", publication=Publication.NEIN))
    both = (Reference("person", "a"), Reference("person", "b"), Reference("organisation", "s1"))
    fair = event(speaker_ids=("a", "b", "fremd"), partner_ids=("s1", "b"))
    step = Milestone(id="m", when=FuzzyDate("2019"), title="Start", actors=both)
    paper = Concept(id="c", title="K", status="gueltig", issued_by=Reference("person", "b"), authors=both)
    filtered = {record.KIND: record for record in shown(*people, fair, step, paper).records}
    assert (filtered["event"].speaker_ids, filtered["event"].partner_ids) == (("a",), ("s1",))
    assert filtered["milestone"].actors == (both[0], both[2])
    assert (filtered["concept"].issued_by, filtered["concept"].authors) == (None, ())


# -- DS-08 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", OUTSIDE)
def test_ds08_participations_stay_inside(audience):
    listed = Participation(id="t", event_id="e1", name="Erika Muster", email="erika@x.example")
    filtered = shown(event(), listed, audience=audience)
    assert all(not isinstance(record, Participation) for record in filtered.records)
    assert counts(filtered)["ds21.bleibt_intern"] >= 1


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("oeffentlich", ["o"]),
        ("gremium_oeffentlich", ["o"]),
        ("netzwerk", ["o", "n"]),
        ("foerdergeber", []),
        ("intern", ["o", "n", "i"]),
    ],
)
def test_ds08_events_travel_as_far_as_their_visibility(audience, expected):
    events = [
        event(id=value.value[0], visibility=value)
        for value in (Visibility.OEFFENTLICH, Visibility.NETZWERK, Visibility.INTERN)
    ]
    assert [record.id for record in shown(*events, audience=audience).records] == expected


def test_ds08_ideas_stay_inside():
    idea = Event(id="e", title="Idee", status=EventStatus.IDEE, visibility=Visibility.OEFFENTLICH)
    assert shown(idea).records == ()


def test_ds08_phone_numbers_and_addresses_of_people_are_taken_out_of_public_texts():
    contact = person("b", email="erika@amt.example", publication=Publication.NEIN)
    fair = event(
        description="Fragen an Erika@amt.example oder 02921 30-1234, Anmeldung: info@haus.example",
        location=Location(name="Haus (Tel. 30 12 34)"),
        workshops=(Workshop(key="a", title="Ruf an: +49 171 5550123"),),
        online_url="https://treffen.example/geheim",
    )
    filtered = shown(contact, SCHOOL, fair)
    published = filtered.records[-1]
    assert published.description == "Fragen an […] oder […], Anmeldung: info@haus.example"
    assert published.location.name == "Haus (Tel. […])"
    assert published.workshops[0].title == "Ruf an: […]"
    assert published.online_url == ""
    assert counts(filtered)["ds08.text_bereinigt"] == 1


@pytest.mark.parametrize(
    "number",
    [
        *(
            "02921 301234",
            "02921/30-1234",
            "(02921) 30 12 34",
            "02921–301234",
            "0 29 21/30 12 34",
            "0171.1234567",
            "0171-1234567",
        ),
        *(
            "+49 2921 301234",
            "+49 (0) 2921 30-1234",
            "0049 2921 301234",
            "Tel.: 301234",
            "Telefon 30 12 34",
            "Handy: 0171 555",
            "☎ 301234",
        ),
        *("Fax 02921/301235", "Durchwahl 1234", "Tel 02921\u00a0301234"),
    ],
)
def test_ds08_phone_numbers_are_found_however_they_are_written(number):
    cleaned = blank_phone_numbers(f"Bitte melden: {number}, danke!")
    assert "[…]" in cleaned
    assert not any(character.isdigit() for character in cleaned)
    assert cleaned.endswith(", danke!")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "am 01.10.2025",
            "vom 01.10.–05.10.2025",
            "09.30–16.00 Uhr",
            "09:00 - 16:00 Uhr",
            "08/2016 - 01/2020",
            "01.10.2025 09.30-16.00",
        ),
        *(
            "2024/25",
            "59494 Soest",
            "Raum 0.12",
            "§ 13a SGB VIII",
            "Teil 1 von 3",
            "2025-10-01",
            "30 Plätze",
            "01/10/2025",
            "ISBN 978-3-16-148410-0",
        ),
    ],
)
def test_ds08_dates_times_and_years_stay(text):
    assert blank_phone_numbers(text) == text


def test_ds08_a_hostile_text_is_cleaned_in_linear_time():
    for piece in ("0 ", "(", "+49 ", "Tel ", "0-", "a@", "a", "@."):
        text = piece * 30_000
        assert len(blank_addresses(blank_phone_numbers(text + "@"), {"a@x.example"})) <= len(text) + 10


@given(st.text())
def test_ds08_blanking_is_settled_after_one_pass(text):
    once = blank_phone_numbers(text)
    assert blank_phone_numbers(once) == once


# -- DS-09, DS-10 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", OUTSIDE)
def test_ds10_entgeltgruppe_befristung_and_status_never_leave(audience):
    confidential = Position(
        id="p",
        name="Stelle Erika Muster",
        holder_id="x",
        occupancy=Occupancy.BESETZT,
        workload=Workload.parse("0,5 Stelle (19,5 Std.)"),
        tenure="befristet",
        fixed_until=date(2026, 7, 31),
        tarif="tvoed",
        entgeltgruppe="S 12",
        period=Period(since=date(2024, 8, 1), until=date(2026, 8, 1)),
    )
    paused = person(status=PersonStatus.PAUSIERT)
    records = {record.KIND: record for record in shown(confidential, paused, audience=audience).records}
    left = records["position"]
    assert (left.tenure, left.fixed_until, left.tarif, left.entgeltgruppe, left.holder_id) == (
        "unbekannt",
        None,
        "",
        "",
        None,
    )
    assert (left.workload.vzae, left.workload.stated) == (Workload.of_share("0.5").vzae, "")
    assert audience == "foerdergeber" or (left.name, left.period) == ("Stelle", Period())
    assert "person" not in records or records["person"].status is PersonStatus.AKTIV


def test_ds10_the_office_itself_sees_everything_unchanged():
    records = (person(status=PersonStatus.PAUSIERT, foreign=("NOTE:x",)), SCHOOL, event(visibility=Visibility.INTERN))
    assert shown(*records, audience="intern") == for_audience(records, COMPLETE, on=TODAY)
    assert shown(*records, audience="intern").records == records


FIELDS = [
    ExtraField(name=f"e:{privacy.value}", record_kind="organisation", label=privacy.value, privacy=privacy)
    for privacy in PrivacyClass
]


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("oeffentlich", {"e:oeffentlich"}),
        ("netzwerk", {"e:oeffentlich", "e:netzwerk"}),
        ("foerdergeber", {"e:oeffentlich"}),
        ("intern", {"e:oeffentlich", "e:netzwerk", "e:intern", "fort:x"}),
        (COMPLETE, {"e:oeffentlich", "e:netzwerk", "e:intern", "e:vertraulich", "fort:x"}),
    ],
)
def test_ds09_extension_fields_travel_by_their_privacy_class_and_undeclared_ones_not_at_all(audience, expected):
    extras = {**{field.name: "wert" for field in FIELDS}, "fort:x": 1}
    (left,) = shown(attrs.evolve(SCHOOL, extras=extras), audience=audience, fields=FIELDS).records
    assert set(left.extras) == expected


@pytest.mark.parametrize("audience", OUTSIDE)
def test_ds09_lines_of_imported_files_do_not_travel_and_are_counted(audience):
    filtered = shown(attrs.evolve(SCHOOL, foreign=("X-KOSCHUSO-BEFRISTUNG:ja",)), audience=audience)
    assert filtered.records[0].foreign == ()
    assert counts(filtered) == {"ds09.fremde_zeilen": 1}


def test_ds14_the_grant_giver_sees_posts_money_and_dates_but_no_people():
    records = (
        person(),
        Position(
            id="p",
            name="Stelle 7",
            plan_number="7",
            holder_id="x",
            occupancy=Occupancy.BESETZT,
            period=Period(until=date(2024, 1, 1)),
        ),
        Funding(id="f", position_id="p", funding_source="sonstige", amount=Decimal(5), file_reference="AZ"),
        Assignment(id="a", position_id="p", place_id="s1"),
    )
    left = shown(*records, audience="foerdergeber").records
    assert [record.KIND for record in left] == ["position", "funding", "assignment"]
    assert (left[0].plan_number, left[0].holder_id, left[1].file_reference) == ("7", None, "AZ")


def test_what_no_longer_holds_is_not_shown_as_if_it_did():
    ended = Period(until=date(2025, 1, 1))
    records = (
        SCHOOL,
        attrs.evolve(SCHOOL, id="s2"),
        Relation(
            id="r",
            type="traeger_von",
            source=Reference("organisation", "s1"),
            target=Reference("organisation", "s2"),
            period=ended,
        ),
        Position(id="p", name="Stelle", period=ended),
        Assignment(id="a", position_id="p", place_id="s1"),
        person("weg", status=PersonStatus.AUSGESCHIEDEN),
    )
    filtered = shown(*records)
    assert [record.id for record in filtered.records] == ["s1", "s2"]
    assert counts(filtered)["ds17.ausgeschieden"] == 1


def test_findings_count_and_never_name():
    people = [person(f"id-{n}", family_name="Geheim", legal_bases=()) for n in range(3)]
    filtered = shown(*people)
    text = repr(filtered) + "".join(finding.message for finding in filtered.omitted)
    assert "Geheim" not in text
    assert "id-" not in text


def test_an_unknown_audience_is_refused_and_the_known_ones_are_those_of_the_catalogue():
    with pytest.raises(WrongUse, match="oeffentlich"):
        shown(audience="alle")
    assert set(AUDIENCES) == {entry.key for entry in load("audience")}


# -- the canary --------------------------------------------------------------------------------------------------------

CANARY = "Kanarienvogel"


def stuffed(record_type, allowed):
    """Make a record that has the canary in every text that is not on the list, and harmless values elsewhere."""
    texts = {
        field.name: CANARY
        for field in attrs.fields(record_type)
        if field.type == "str" and field.name not in allowed and field.name not in _SHAPED
    }
    return {**texts, "extras": {"e:geheim": CANARY}, "foreign": (f"NOTE:{CANARY}",)}


# Texts that must have a form: keys, mail addresses and the like; they are filled by hand below.
_SHAPED = frozenset(
    {"id", "email", "ags", "role", "tenure", "tarif", "saeule", "source", "origin", "qualification", "type"}
)


def menagerie(audience):
    """Make one record of every kind, with the canary wherever the audience has no business."""
    allowed = PROFILES[audience].fields

    def make(record_type, **values):
        stuffing = stuffed(record_type, allowed.get(record_type.KIND, frozenset()))
        keys = {
            name
            for name in stuffing
            if name in {"taetigkeit", "duty", "form", "target_group", "funding_source", "rhythm", "evasion"}
        }
        keys |= {
            "status",
            "scope",
            "reach",
            "occasion",
            "referred_to",
            "cost_category",
            "format",
            "schulform",
            "successor_id",
            "substitute_id",
        } & set(stuffing)
        for name in keys:
            stuffing.pop(name)
        return record_type(**{**stuffing, **values})

    address = f"{CANARY}@privat.example"
    yield make(
        Person,
        id="x",
        family_name="Muster",
        given_name="Erika",
        legal_bases=BASES,
        publication=Publication.NAME_DIENSTLICH,
        consents=(Consent(purpose="veranstaltung", text_version=CANARY, given_on=TODAY, evidence=CANARY),),
        title="",
        name_suffix="",
        mobile=CANARY if "mobile" not in allowed.get("person", ()) else "",
        address=Address(street=CANARY) if "address" not in allowed.get("person", ()) else None,
    )
    yield Person(id="y", family_name=CANARY, email=address, phones=(CANARY,), foreign=(CANARY,))
    yield (
        Person(
            id="z",
            family_name=CANARY,
            email=address,
            publication=Publication.FUNKTION,
            legal_bases=BASES,
            functions=(FunctionHeld(function="koordination"),),
        )
        if audience in PUBLIC
        else Person(id="z", family_name=CANARY)
    )
    yield make(Organisation, id="o", type="freier_traeger", name="Haus")
    yield make(
        Position,
        id="p",
        name=CANARY if "name" not in allowed["position"] else "Stelle",
        holder_id=CANARY,
        occupancy=Occupancy.BESETZT,
        employer_id="o",
        workload=Workload(minutes=Decimal(60), stated=CANARY),
    )
    yield make(Assignment, id="a", position_id="p", place_id="o")
    if "funding" not in allowed:
        yield make(Funding, id="f", position_id=CANARY, funding_source="sonstige")
    yield make(Event, id="e", title="Fachtag", span=SPAN, visibility=Visibility.OEFFENTLICH, speaker_ids=("y",))
    yield make(Event, id="e2", title=CANARY, description=CANARY, span=SPAN, visibility=Visibility.INTERN)
    yield make(Participation, id="t", event_id="e", name=CANARY, email=address)
    yield make(Task, id="ta", title=CANARY, description=CANARY)
    yield make(Activity, id="ac", day=TODAY, taetigkeit="beratung", minutes=5, title=CANARY)
    yield make(Consultation, id="co", day=TODAY, target_group="fachkraefte", form="telefon", topics=(CANARY,))
    yield make(Concept, id="c", title="Konzept", status="gueltig", authors=(Reference("person", CANARY),))
    if audience in PUBLIC:
        yield make(Concept, id="c2", title=CANARY, status="entwurf")
        yield make(Series, id="se", title=CANARY, rhythm="quartal")
    for type_ in ("angestellt_bei", "fachaufsicht_ueber"):
        target = Reference("organisation", "o")
        yield make(Relation, id=f"r-{type_}", type=type_, source=Reference("person", CANARY), target=target)


@pytest.mark.parametrize("audience", OUTSIDE)
def test_ds07_to_ds10_no_audience_outside_ever_sees_a_canary_of_another_field(audience):
    records = tuple(menagerie(audience))
    everything = msgspec.json.encode(records).decode()
    assert everything.count(CANARY) > 30
    filtered = shown(*records, audience=audience, fields=[ExtraField(name="e:geheim", record_kind="event", label="G")])
    assert len(filtered.records) >= 3
    assert CANARY not in msgspec.json.encode(filtered.records).decode() + "".join(f.message for f in filtered.omitted)


@given(
    audience=st.sampled_from(OUTSIDE),
    given_=st.lists(strategies.records(), max_size=2),
    someone=strategies.records("person"),
)
def test_ds21_of_any_records_only_listed_fields_and_people_who_are_shown_leave(audience, given_, someone):
    """Whatever the records hold, everything beside the whitelist is as if nothing were known."""
    allowed = attrs.evolve(someone, legal_bases=BASES, publication=Publication.NAME_DIENSTLICH)
    left = shown(allowed, *given_, audience=audience).records
    people = {record.id for record in left if isinstance(record, Person)}
    for record in left:
        assert (record.foreign, dict(record.extras)) == ((), {})
        for field in attrs.fields(type(record)):
            value = getattr(record, field.name)
            if field.name in PROFILES[audience].fields[record.KIND]:
                assert all(found.id in people for found in references(value) if found.kind == "person")
            elif field.name == "name" and isinstance(record, Position):
                assert value == "Stelle"
            elif field.name not in {"id", "extras"}:
                assert value == field.default


def references(value):
    if isinstance(value, Reference):
        return [value]
    if isinstance(value, tuple):
        return [found for item in value for found in references(item)]
    if attrs.has(type(value)):
        return [found for field in attrs.fields(type(value)) for found in references(getattr(value, field.name))]
    return []


@given(given_=st.lists(strategies.records(), max_size=2))
def test_ds09_the_office_itself_loses_nothing_but_what_is_declared_confidential(given_):
    assert shown(*given_, audience="intern").records == tuple(given_)


def test_every_field_on_a_list_exists():
    for audience, profile in PROFILES.items():
        for kind, names in profile.fields.items():
            known = {field.name for field in attrs.fields(RECORD_TYPES[kind])}
            assert names <= known, (audience, kind)
            assert not names & {"extras", "foreign"}


@pytest.mark.parametrize("audience", OUTSIDE)
def test_every_kind_that_travels_can_be_made_of_its_listed_fields(audience):
    for kind, names in PROFILES[audience].fields.items():
        required = {
            field.name
            for field in attrs.fields(RECORD_TYPES[kind])
            if field.default is attrs.NOTHING and field.name not in {"id", "name"}
        }
        assert required <= names, kind


# -- DS-18 -------------------------------------------------------------------------------------------------------------


class View:
    def __init__(self, *records):
        self.given = records

    def records(self, record_type):
        return [record for record in self.given if isinstance(record, record_type)]


def held_about_x() -> tuple[Record, ...]:
    me = Reference("person", "x")
    return (
        person(email="erika@amt.example"),
        Relation(id="r", type="mitglied_in", source=me, target=Reference("committee", "g")),
        Position(id="p", name="Stelle", holder_id="x", occupancy=Occupancy.BESETZT),
        event(speaker_ids=("y", "x")),
        Participation(id="t1", event_id="e1", person_id="x"),
        Participation(id="t2", event_id="e1", person_id="y", registered_by="x"),
        Participation(id="t3", event_id="e1", name="Erika", email="Erika@amt.example"),
        Task(id="ta", title="T", responsible_ids=("x",)),
        Task(id="tb", title="T", involved=(me,)),
        Activity(id="ac", day=TODAY, taetigkeit="beratung", minutes=5, person_id="x"),
        Concept(id="c", title="K", authors=(me,)),
        Milestone(id="m", when=FuzzyDate("2019"), title="M", actors=(me,)),
    )


def test_ds18_auskunft_gives_everything_about_one_person_and_nothing_else():
    others = (person("y"), SCHOOL, event(id="e9"), Participation(id="t9", event_id="e1", person_id="y"))
    report = access("x", View(*held_about_x(), *others))
    found = {document["id"] for documents in report.records.values() for document in documents}
    assert found == {record.id for record in held_about_x()}
    content = json.loads(report.to_json())
    assert content["vollstaendig"] is True
    assert content["datensaetze"]["person"][0]["family_name"] == "Muster"
    assert "Muster" not in repr(report)


def test_ds18_all_plugins_are_asked_and_one_that_fails_makes_the_report_incomplete():
    def fail(_person):
        raise KeyError("Erika Muster")

    holders = [
        DataHolder(name="krank:briefe", access=fail, erase=fail),
        DataHolder(name="gut:briefe", access=lambda id_: [f"Brief an {id_}"], erase=lambda _id: 1),
        DataHolder(name="leer:briefe", access=lambda _id: [], erase=lambda _id: 0),
    ]
    report = access("x", View(), holders)
    assert report.holders == {"gut:briefe": ["Brief an x"]}
    assert not report.complete
    assert json.loads(report.to_json())["vollstaendig"] is False
    with pytest.raises(ExceptionGroup) as raised:
        report.require_complete()
    (failure,) = raised.value.exceptions
    assert failure.plugin == "krank"
    assert "Muster" not in str(failure)


def test_ds20_no_repr_of_the_filter_shows_personal_data():
    assert "Muster" not in repr(shown(person()))
