"""What the rules find, and what they leave alone."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import count

import attrs
import pytest

from koschuso.catalogues import load_all
from koschuso.errors import WrongUse
from koschuso.model import (
    RECORD_TYPES,
    Assignment,
    Consent,
    Event,
    ExtraField,
    FieldType,
    Finding,
    FunctionHeld,
    Funding,
    LegalBasis,
    Occupancy,
    Organisation,
    Period,
    Person,
    PersonStatus,
    Position,
    Reference,
    Relation,
    SchoolProfile,
    Severity,
    Workload,
)
from koschuso.rules import RULES, Rule, check, coordination_ratio, extras_rule
from koschuso.rules.rule import MOST_FINDINGS
from koschuso.rules.structure import POINTERS, VOCABULARIES
from koschuso.rules.timeline import concurrent

NOW = datetime(2025, 10, 15, 12, tzinfo=UTC)
GRANT = "landesfoerderung_richtlinie"
CATALOGUES = load_all()


class View:
    """Records and the shipped catalogues."""

    as_of = NOW

    def __init__(self, *records):
        self.given = records

    def records(self, record_type):
        return [record for record in self.given if isinstance(record, record_type)]

    def get(self, record_type, id):  # noqa: A002 - the record's own term
        return next((record for record in self.records(record_type) if record.id == id), None)

    def catalogue(self, name):
        return CATALOGUES[name]


def found(*records, rules=RULES):
    """Give the keys of the findings of severity warning or error."""
    return sorted({finding.rule for finding in check(View(*records), rules) if finding.severity is not Severity.INFO})


def everything(*records):
    return sorted({finding.rule for finding in check(View(*records), RULES)})


def school(number):
    return Organisation(
        id=f"s{number}",
        type="schule",
        name=f"Schule {number}",
        school=SchoolProfile(schulnummer=f"18449{number}", schulform="grundschule"),
    )


SCHOOLS = tuple(school(number) for number in range(4))
EMPLOYER = Organisation(id="t1", type="freier_traeger", name="Träger")


def position(id_="p1", share="1", **more):
    more.setdefault("employer_id", "t1")
    return Position(id=id_, name="Stelle", workload=share and Workload.of_share(share), **more)


def place(number, share, id_=None, **more):
    more.setdefault("position_id", "p1")
    workload = share and Workload.of_share(share)
    return Assignment(id=id_ or f"a{number}", place_id=f"s{number}", workload=workload, **more)


def grant(**more):
    more.setdefault("position_id", "p1")
    return Funding(id=more.pop("id", "f1"), funding_source=more.pop("funding_source", GRANT), **more)


PAID = (grant(percent=Decimal(80)), grant(id="f2", funding_source="kommunal_eigenmittel", percent=Decimal(20)))


# -- Förderung ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "parts", "expected"),
    [
        ("1", ["0.5", "0.5"], []),
        ("1", ["0.4", "0.3", "0.3"], ["foerderung.f1"]),
        ("0.75", ["0.5", "0.25"], []),
        ("0.5", ["0.25", "0.25"], ["foerderung.f2"]),
        ("0.5", ["0.5"], []),
        ("0.51", ["0.25", "0.26"], []),
    ],
)
def test_f1_and_f2_count_the_schools_of_a_funded_position(share, parts, expected):
    places = [place(number, part) for number, part in enumerate(parts)]
    assert found(*SCHOOLS, EMPLOYER, position(share=share), *places, *PAID) == expected


def test_f1_and_f2_say_that_something_is_to_be_examined_and_by_what_source():
    findings = check(View(*SCHOOLS, EMPLOYER, position(share="0.5"), place(0, "0.25"), place(1, "0.25"), *PAID), RULES)
    (finding,) = [finding for finding in findings if finding.rule == "foerderung.f2"]
    assert "Bitte prüfen" in finding.message
    assert "Förderportal NRW" in finding.message
    assert "zulässig" not in finding.message
    assert (finding.kind, finding.id, finding.source) == ("position", "p1", "koschuso:f2")


def test_schools_that_follow_one_another_are_not_counted_together():
    spring, autumn = Period(until=date(2025, 8, 1)), Period(since=date(2025, 8, 1))
    places = [place(0, "0.5", period=spring), place(1, "0.5", period=autumn)]
    assert found(*SCHOOLS, EMPLOYER, position(share="0.5"), *places, *PAID) == []


def test_schools_before_the_grant_are_not_counted():
    places = [place(0, "0.25", period=Period(until=date(2025, 1, 1))), place(1, "0.25")]
    paid = [attrs.evolve(funding, period=Period(since=date(2025, 1, 1))) for funding in PAID]
    assert found(*SCHOOLS, EMPLOYER, position(share="0.5"), *places, *paid) == []


def test_a_teilstandort_is_no_further_school_and_coordination_no_school():
    branch = Organisation(id="s9", type="teilstandort", name="Teilstandort", parent_id="s0")
    records = [position(share="0.5"), place(0, "0.25"), place(9, "0.2"), place(1, "0.05", duty="koordination")]
    assert found(*SCHOOLS, EMPLOYER, branch, *records, *PAID) == []


def test_a_position_that_is_not_funded_may_have_any_number_of_schools():
    places = [place(number, "0.1") for number in range(4)]
    assert found(*SCHOOLS, EMPLOYER, position(share="0.5"), *places) == []


def test_two_funded_positions_of_one_person_are_looked_at_together():
    person = Person(id="x", family_name="Muster", legal_bases=(LegalBasis(purpose="veranstaltung", basis="aufgabe"),))
    held = {"holder_id": "x", "occupancy": Occupancy.BESETZT, "saeule": "landesfoerderung"}
    records = [
        position("p1", "0.2", **held),
        position("p2", "0.2", **held),
        place(0, "0.2"),
        place(1, "0.2", position_id="p2"),
    ]
    assert found(*SCHOOLS, EMPLOYER, person, *records) == ["foerderung.f2"]


def test_f3_names_what_is_missing():
    records = [position(), place(0, ""), place(7, "0.5"), *PAID]
    records[1] = Assignment(id="a0", position_id="p1", place_id="s0")
    messages = {f.id: f.message for f in check(View(*SCHOOLS, EMPLOYER, *records), RULES) if f.rule == "foerderung.f3"}
    assert "Beschäftigungsumfang" in messages["a0"].partition(".")[0]
    assert "Schulnummer" not in messages["a0"].partition(".")[0]
    assert "Schulnummer, Schulname." in messages["a7"]


@pytest.mark.parametrize(
    ("amount", "share", "hit"), [("70000", "1", False), ("70001", "1", True), ("35001", "0.5", True)]
)
def test_f7_shows_what_is_above_the_cap_per_post_and_year_and_never_blocks(amount, share, hit):
    year = Period.schuljahr("2025/26")
    records = [position(share=share), grant(amount=Decimal(amount), period=year)]
    findings = [f for f in check(View(EMPLOYER, *records), RULES) if f.rule == "foerderung.f7"]
    assert bool(findings) is hit
    assert all(finding.severity is Severity.INFO and "80.000 Euro" in finding.message for finding in findings)


@pytest.mark.parametrize(("amount", "expected"), [("80", []), ("80.01", ["foerderung.f8"])])
def test_f8_compares_the_grant_with_the_eligible_cost(amount, expected):
    records = [position(), grant(amount=Decimal(amount), eligible_cost=Decimal(100))]
    assert found(EMPLOYER, *records) == expected


def test_f8_takes_a_share_of_the_whole_cost_only_as_a_hint():
    findings = check(View(EMPLOYER, position(), grant(percent=Decimal(100))), RULES)
    assert [f.severity for f in findings if f.rule == "foerderung.f8"] == [Severity.WARNING]


def staff(number, **more):
    return Position(
        id=f"p{number}",
        name="Stelle",
        holder_id=more.pop("holder_id", f"x{number}"),
        occupancy=Occupancy.BESETZT,
        workload=Workload.of_share("0.5"),
        **more,
    )


def test_f4_to_f6_count_heads_and_vzae_and_leave_rounding_to_the_municipality():
    positions = [staff(number, saeule="landesfoerderung") for number in range(98)]
    ratio = coordination_ratio(View(*positions), NOW.date())
    assert (ratio.fachkraefte.heads, ratio.fachkraefte.vzae) == (98, Fraction(49))
    assert ratio.posts_by_heads == Fraction(98, 30)
    assert ratio.posts_by_vzae == Fraction(49, 30)


def test_f5_mpt_and_vacant_positions_do_not_count():
    records = [
        staff(1, saeule="landesdienst"),
        grant(position_id="p1", funding_source="landesdienst_umwandlung"),
        staff(2, saeule="landesdienst"),
        grant(id="f2", position_id="p2", funding_source="landesdienst_mpt_gl"),
        staff(3, saeule="kommunale_jugendhilfe"),
        Position(id="p4", name="Stelle", saeule="landesfoerderung", occupancy=Occupancy.VAKANT),
        staff(5, saeule="landesfoerderung"),
        place(0, "0.5", id_="a5", position_id="p5", duty="spf"),
    ]
    ratio = coordination_ratio(View(*SCHOOLS, *records), NOW.date())
    assert (ratio.fachkraefte.heads, ratio.left_out) == (2, 1)
    assert {key: part.heads for key, part in ratio.by_saeule.items()} == {"kommunale_jugendhilfe": 1, "landesdienst": 1}


def test_f5_a_coordinator_who_is_also_a_school_worker_is_one_head_without_the_hours_of_coordination():
    whole = attrs.evolve(staff(1, saeule="kommunale_jugendhilfe"), workload=Workload.of_hours(30))
    parts = [
        Assignment(id="a1", position_id="p1", place_id="s0", workload=Workload.of_hours(20)),
        Assignment(id="a2", position_id="p1", place_id="t1", workload=Workload.of_hours(10), duty="koordination"),
    ]
    ratio = coordination_ratio(View(*SCHOOLS, EMPLOYER, whole, *parts), NOW.date())
    assert (ratio.fachkraefte.heads, ratio.fachkraefte.vzae) == (1, Fraction(20, 39))
    assert (ratio.coordinators.heads, ratio.coordinators.vzae) == (1, Fraction(10, 39))
    assert ratio.heads_per_post == Fraction(39, 10)
    assert "person.koordination_und_schule" in everything(*SCHOOLS, EMPLOYER, whole, *parts)


# -- quality -----------------------------------------------------------------------------------------------------------


def test_einsaetze_must_not_exceed_the_position_at_any_time():
    before, after = Period(until=date(2025, 8, 1)), Period(since=date(2025, 8, 1))
    good = [place(0, "0.5", period=before), place(1, "0.5", period=after)]
    assert found(*SCHOOLS, EMPLOYER, position(share="0.5"), *good) == []
    bad = [place(0, "0.5"), place(1, "0.1", period=Period(since=date(2026, 8, 1)))]
    findings = check(View(*SCHOOLS, EMPLOYER, position(share="0.5"), *bad), RULES)
    assert ["ab 01.08.2026" in f.message for f in findings if f.rule == "einsatz.summe"] == [True]


def test_what_is_not_assigned_is_told_and_not_hidden():
    findings = check(View(*SCHOOLS, EMPLOYER, position(share="1"), place(0, "0.75")), RULES)
    (finding,) = [f for f in findings if f.rule == "einsatz.nicht_zugeordnet"]
    assert (finding.severity, finding.value) == (Severity.INFO, "9:45")


@pytest.mark.parametrize(
    ("percents", "expected"),
    [(["60", "40"], []), (["60", "30"], ["finanzierung.summe"]), (["60", "50"], ["finanzierung.summe"])],
)
def test_the_finanzierung_makes_a_hundred_percent(percents, expected):
    paid = [grant(id=f"f{n}", funding_source="sonstige", percent=Decimal(p)) for n, p in enumerate(percents)]
    assert found(EMPLOYER, position(), *paid) == expected


def test_a_source_of_which_only_the_amount_is_known_may_fill_the_gap():
    paid = [
        grant(funding_source="sonstige", percent=Decimal(60)),
        grant(id="f2", funding_source="spenden", amount=Decimal(5)),
    ]
    assert found(EMPLOYER, position(), *paid) == []


def test_a_finanzierung_that_ends_early_is_found():
    paid = [
        grant(funding_source="sonstige", percent=Decimal(60)),
        grant(id="f2", funding_source="spenden", percent=Decimal(40), period=Period(until=date(2026, 1, 1))),
    ]
    findings = check(View(EMPLOYER, position(), *paid), RULES)
    assert ["ab 01.01.2026" in f.message for f in findings if f.rule == "finanzierung.summe"] == [True]


def test_an_unknown_volume_and_a_place_that_is_missing_or_no_school_are_found():
    records = [
        attrs.evolve(position(), workload=None),
        Assignment(id="a1", position_id="p1", place_id="fort"),
        Assignment(id="a2", position_id="p1", place_id="t1", workload=Workload.of_share("0.1")),
    ]
    assert found(EMPLOYER, *records) == ["einsatz.ort_fehlt", "einsatz.ort_keine_schule", "umfang.unbekannt"]


def test_references_into_nothing_are_found_once_each_and_by_field():
    event = Event(id="e", title="T", series_id="fort", speaker_ids=("weg",), span=None, status="idee")
    relation = Relation(
        id="r", type="liegt_in", source=Reference("organisation", "t1"), target=Reference("ags", "05974040")
    )
    findings = check(View(EMPLOYER, attrs.evolve(event, status=event.status), relation), RULES)
    assert sorted(f.field for f in findings if f.rule == "verweis.ins_leere") == ["series_id", "speaker_ids"]


def test_unknown_keys_are_told_once_with_their_number_and_foreign_plugins_by_name():
    own = [Organisation(id=f"o{n}", type="gibtesnicht", name="O") for n in range(3)]
    plugin = Organisation(id="p", type="soest:haus", name="O")
    findings = [f for f in check(View(*own, plugin), RULES) if f.rule == "schluessel.unbekannt"]
    assert [(f.value, f.severity, "3-mal" in f.message) for f in findings] == [
        ("gibtesnicht", Severity.WARNING, True),
        ("soest:haus", Severity.INFO, False),
    ]
    assert "Plugin »soest«" in findings[1].message


def test_a_school_has_one_schultraeger_at_a_time():
    def owner(id_, source, **more):
        return Relation(
            id=id_,
            type="traeger_von",
            source=Reference("organisation", source),
            target=Reference("organisation", "s0"),
            **more,
        )

    other = attrs.evolve(EMPLOYER, id="t2")
    change = date(2025, 8, 1)
    good = [owner("r1", "t1", period=Period(until=change)), owner("r2", "t2", period=Period(since=change))]
    assert found(*SCHOOLS, EMPLOYER, other, *good) == []
    assert found(*SCHOOLS, EMPLOYER, other, owner("r1", "t1"), owner("r2", "t2")) == ["beziehung.mehrfach"]


def person(id_, **more):
    more.setdefault("legal_bases", (LegalBasis(purpose="veranstaltung", basis="aufgabe"),))
    return Person(id=id_, family_name="Muster", **more)


def test_each_position_has_exactly_one_employer():
    def employed(id_, target):
        return Relation(
            id=id_, type="angestellt_bei", source=Reference("person", "x"), target=Reference("organisation", target)
        )

    other = attrs.evolve(EMPLOYER, id="t2")
    held = {"holder_id": "x", "occupancy": Occupancy.BESETZT}
    base = [EMPLOYER, other, person("x")]
    assert found(*base, position(**held), employed("r1", "t1")) == []
    assert found(*base, position(**held), employed("r1", "t2")) == ["stelle.anstellungstraeger_widerspruch"]
    assert found(*base, position(**held), employed("r1", "t1"), employed("r2", "t2")) == [
        "stelle.anstellungstraeger_mehrere"
    ]
    assert found(*base, position(**held, employer_id="")) == ["stelle.anstellungstraeger_fehlt"]


def test_people_without_any_legal_basis_are_found_and_the_purposes_counted():
    none = person("x", legal_bases=())
    consent = person(
        "y",
        legal_bases=(),
        consents=(Consent(purpose="netzwerkverteiler", text_version="1", given_on=date(2025, 1, 1)),),
    )
    findings = check(View(none, consent, person("z", legal_bases=(), status=PersonStatus.AUSGESCHIEDEN)), RULES)
    assert [f.id for f in findings if f.rule == "person.ohne_rechtsgrundlage"] == ["x"]
    assert {f.value: f.message[-2] for f in findings if f.rule == "person.zweck_ohne_rechtsgrundlage"} == {
        "netzwerkverteiler": "1",
        "veranstaltung": "2",
        "veroeffentlichung": "2",
        "stellenuebersicht": "2",
    }


def test_people_whose_data_were_not_confirmed_for_a_year_are_found():
    findings = check(
        View(person("alt", checked_on=date(2024, 10, 14)), person("neu", checked_on=date(2024, 10, 15)), person("nie")),
        RULES,
    )
    assert [f.id for f in findings if f.rule == "person.lange_nicht_geprueft"] == ["alt"]
    assert [f.value for f in findings if f.rule == "person.nie_geprueft"] == ["1"]


def test_a_shared_functional_mailbox_is_information_and_a_shared_personal_address_a_warning():
    office = attrs.evolve(EMPLOYER, email="info@schule.example")
    people = [
        person("a", email="Info@schule.example"),
        person("b", email="info@schule.example"),
        person("c", email="c@x.example"),
        person("d", email="C@x.example"),
    ]
    findings = {f.rule: f for f in check(View(office, *people), RULES) if f.field == "email"}
    assert findings["person.funktionspostfach"].severity is Severity.INFO
    assert findings["person.email_doppelt"].severity is Severity.WARNING
    assert all("@" not in finding.message for finding in findings.values())


def test_extras_are_checked_by_their_declaration_and_unknown_ones_kept():
    fields = [
        ExtraField(name="e:zahl", record_kind="person", label="Zahl", type=FieldType.INTEGER),
        ExtraField(name="e:form", record_kind="person", label="Form", type=FieldType.KEY, catalogue="schulform"),
    ]
    people = [
        person("gut", extras={"e:zahl": 1, "e:form": "grundschule", "fort:x": 1}),
        person("a", extras={"e:zahl": "1"}),
        person("b", extras={"e:form": "gibtesnicht"}),
    ]
    findings = check(View(*people), [extras_rule(fields)])
    assert [(f.id, f.rule) for f in findings] == [("a", "zusatzfeld.wert"), ("b", "zusatzfeld.schluessel")]


# -- check itself ------------------------------------------------------------------------------------------------------


def rule(name, function):
    return Rule(name=name, title=name, severity=Severity.INFO, source="Test", check=function)


def crash_after_one(_view):
    yield Finding(rule="vorher", message="Vorher.")
    raise KeyError("Erika Muster")


def test_a_crashing_rule_becomes_a_finding_without_its_text_and_the_others_run():
    findings = check(
        View(),
        [rule("krank:regel", crash_after_one), rule("gut:regel", lambda _view: [Finding(rule="da", message="Da.")])],
    )
    assert [finding.rule for finding in findings] == ["vorher", "regel.gescheitert", "da"]
    assert findings[1].severity is Severity.ERROR
    assert "krank:regel" in findings[1].message
    assert "Muster" not in findings[1].message


@pytest.mark.parametrize(
    ("function", "key"),
    [
        (lambda _view: 1 / 0, "regel.gescheitert"),
        (lambda _view: ["kein Hinweis"], "regel.gescheitert"),
        (lambda _view: (_ for _ in ()).throw(SystemExit), "regel.gescheitert"),
        (lambda _view: (Finding(rule="x", message="X.") for _ in count()), "regel.zu_viele"),
    ],
)
def test_whatever_a_rule_does_ends_as_a_finding(function, key):
    findings = check(View(), [rule("krank:regel", function)])
    assert findings[-1].rule == key
    assert len(findings) <= MOST_FINDINGS + 1


def test_a_check_needs_a_moment_and_takes_it_from_the_caller():
    class Timeless(View):
        as_of = None

    with pytest.raises(WrongUse):
        check(Timeless(), RULES)
    assert check(Timeless(), [], as_of=NOW) == ()


def test_every_shipped_rule_says_where_it_comes_from():
    assert all(rule.name.startswith("koschuso:") and rule.title and rule.source for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_check_reads_each_kind_once():
    reads = []

    class Counting(View):
        def records(self, record_type):
            reads.append(record_type)
            return super().records(record_type)

    check(Counting(*SCHOOLS, position(), place(0, "1")), RULES)
    assert len(reads) == len(set(reads))


def test_every_field_that_points_at_a_record_is_wired():
    for kind, record_type in RECORD_TYPES.items():
        pointing = {
            field.name
            for field in attrs.fields(record_type)
            if field.name.endswith(("_id", "_ids")) or "Reference" in str(field.type)
        }
        wired = {path.partition(".")[0] for path in POINTERS.get(kind, {})}
        assert pointing <= wired, kind


def test_every_catalogue_that_fields_are_tied_to_exists():
    assert {name for fields in VOCABULARIES.values() for name in fields.values()} <= set(CATALOGUES)


def test_a_long_history_is_swept_in_no_time():
    spans = [
        Period(since=date(2000, 1, 1).replace(year=2000 + n % 50, day=1 + n % 28), until=None) for n in range(3000)
    ]
    assert sum(1 for _ in concurrent(spans, lambda span: span)) <= 50 * 28


def test_functions_of_a_person_are_looked_up_in_their_catalogue():
    findings = check(View(person("x", functions=(FunctionHeld(function="gibtesnicht"),))), RULES)
    assert [f.field for f in findings if f.rule == "schluessel.unbekannt"] == ["functions.function"]
