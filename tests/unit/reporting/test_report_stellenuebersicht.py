"""The Stellenübersicht of the small office, every figure worked out by hand."""

from datetime import date
from fractions import Fraction

import attrs
import pytest

from koschuso.errors import WrongUse
from koschuso.model import Assignment, Funding, Occupancy, Organisation, Person, Position, SchoolProfile
from koschuso.reporting import STELLENUEBERSICHT, OfficeInfo, Sign

STICHTAG = "15.10.2025"


@pytest.fixture
def document(view):
    return STELLENUEBERSICHT.run(view, stichtag=STICHTAG)


def rows(document, key):
    return {row[0]: row[1:] for row in document.table(key).rows}


def cells(document, key, row):
    table = document.table(key)
    found = next(found for found in (*table.rows, *filter(None, [table.totals])) if found[0] == row)
    return dict(zip([column.title for column in table.columns], found, strict=True))


def test_sums_are_exact_fractions_and_not_sums_of_rounded_values(document):
    # p1 19,5+19,5 and p3 15 and p6 19,5 and p7 10 and k2 20 of 39 hours; p2 19:30 of 39:50; p4 is unknown.
    whole = Fraction("19.5") / 39 * 3 + Fraction(15 + 10 + 20, 39) + Fraction(1170, 2390)
    assert document.table("t1").totals[7] == whole
    assert document.table("t1").totals[8] == Fraction("19.5") * 4 + 15 + 10 + 20


def test_each_school_has_a_row_for_each_employer_saeule_and_occupancy(document):
    found = [(row[0], row[5], row[6], row[7], row[9]) for row in document.table("t1").rows]
    assert found == [
        ("Grundschule Eins, Teilstandort", "Träger A", "Kommunale Kinder- und Jugendhilfe", Fraction(1, 2), "besetzt"),
        ("Grundschule Zwei", "Träger B", "Kommunale Kinder- und Jugendhilfe", Fraction(10, 39), "besetzt"),
        ("Grundschule Zwei", "Träger A", "Landesförderung", Fraction(1, 2), "besetzt"),
        ("Gesamtschule", "Träger B", "Kommunale Kinder- und Jugendhilfe", Fraction(20, 39), "besetzt"),
        ("Gesamtschule", "Land NRW", "Landesdienst", Fraction(1170, 2390), "besetzt"),
        ("Grundschule Eins", "Träger A", "Kommunale Kinder- und Jugendhilfe", Fraction(15, 39), "vakant"),
        ("Grundschule Eins", "Träger A", "Landesförderung", Fraction(1, 2), "besetzt"),
        ("Gymnasium", "Träger B", "k. A.", Sign.UNKNOWN, "besetzt"),
    ]


def test_school_columns_come_from_register_relation_and_index(document):
    first = cells(document, "t1", "Grundschule Eins")
    assert first["Schulnummer"] == "100001"
    assert first["Gemeinde"] == "Soest"
    assert first["Schulträger"] == "Stadt Soest"
    assert (first["Sozialindexstufe"], first["Schüler:innen"]) == (4, 200)
    second = cells(document, "t1", "Grundschule Zwei")
    # An imported edition without a number: the school has no index. Pupils were never imported: not known.
    assert (second["Schulträger"], second["Sozialindexstufe"], second["Schüler:innen"]) == (
        Sign.UNKNOWN,
        "ohne",
        Sign.UNKNOWN,
    )


def test_a_teilstandort_stands_in_its_own_municipality_with_the_data_of_its_school(document):
    row = cells(document, "t1", "Grundschule Eins, Teilstandort")
    assert (row["Schulnummer"], row["Schulform"], row["Gemeinde"]) == ("100001", "Grundschule", "Bad Sassendorf")


def test_volumes_by_schulform_and_saeule(document):
    grundschule = cells(document, "t2a", "Grundschule")
    assert grundschule["Landesförderung"] == 1
    assert grundschule["Kommunale Kinder- und Jugendhilfe"] == Fraction(15 + 10, 39) + Fraction(1, 2)
    assert grundschule["VZÄ gesamt"] == Fraction(25, 39) + Fraction(3, 2)
    assert grundschule["davon vakant"] == Fraction(15, 39)
    assert cells(document, "t2a", "Realschule")["VZÄ gesamt"] == 0


def test_unknown_volume_is_told_and_never_zero(document):
    gymnasium = cells(document, "t2a", "Gymnasium")
    assert gymnasium["VZÄ gesamt"] is Sign.UNKNOWN
    assert gymnasium["Umfang k.\N{NO-BREAK SPACE}A."] == 1
    assert cells(document, "t2a", "Summe")["Umfang k.\N{NO-BREAK SPACE}A."] == 1
    assert {gap.what: gap.count for gap in document.missing}["Stellenanteile ohne Angabe des Umfangs"] == 1


def test_a_person_at_two_schools_with_two_employers_is_one_head(document):
    # Grundschulen: person a (three Einsätze, two employers) and person e; the vacant position has nobody.
    assert cells(document, "t2b", "Grundschule") == {
        "Schulform": "Grundschule",
        "Kommunale Kinder- und Jugendhilfe": 2,
        "Landesdienst": 0,
        "Landesförderung": 1,
        "Sonstige / Übergangsprogramme": 0,
        "Säule k.\N{NO-BREAK SPACE}A.": 0,
        "Fachkräfte gesamt": 2,
    }
    # a, b, c, e and the coordinator i with her hours at the school.
    assert cells(document, "t2b", "Fachkräfte insgesamt")["Fachkräfte gesamt"] == 5


def test_volumes_by_gemeinde_count_schools_with_and_without(document):
    assert {name: (row[-2], row[-1]) for name, row in rows(document, "t3").items()} == {
        "Bad Sassendorf": (0, 0),
        "Lippstadt": (2, 1),
        "Soest": (3, 3),
    }
    assert cells(document, "t3", "Bad Sassendorf")["VZÄ gesamt"] == Fraction(1, 2)


def test_volumes_by_employer(document):
    assert {name: row[5] for name, row in rows(document, "t4").items()} == {
        "Land NRW": Fraction(1170, 2390),
        "Träger A": Fraction(3, 2) + Fraction(15, 39),
        "Träger B": Fraction(10 + 20, 39),
    }


def test_schools_without_schulsozialarbeit_are_open_schools_of_the_region(document):
    # The closed Hauptschule and the school of the neighbouring Kreis are not missing anything here.
    assert [row[0] for row in document.table("t5").rows] == ["Realschule"]


def test_mpt_does_not_make_a_school_one_with_schulsozialarbeit(records, view_of):
    kept = [record for record in records if record.id not in {"p1-2", "p7-1"}]
    document = STELLENUEBERSICHT.run(view_of(kept), stichtag=STICHTAG)
    assert {row[0]: row[-1] for row in document.table("t5").rows} == {
        "Realschule": 0,
        "Grundschule Zwei": Fraction(1, 2),
    }


def test_every_share_is_somewhere(document):
    verbleib = {name: (row[0], row[2]) for name, row in rows(document, "verbleib").items()}
    half = Fraction(1, 2)
    assert verbleib == {
        "Schule der Region": (7, document.table("t1").totals[7]),
        "Stellenanteil ohne Einsatzort": (1, Fraction("9.75") / 39),
        "Einsatz an einer Schule außerhalb der Region": (1, half),
        "Einsatz an einer Schule, die nicht in Betrieb ist": (1, half),
    }
    assert document.table("verbleib").totals[3] == sum(volume for _, volume in verbleib.values())


def test_coordination_and_mpt_stand_apart(document):
    assert {name: (row[1], row[2]) for name, row in rows(document, "weitere").items()} == {
        "Koordination": (2, Fraction("29.5") / 39),
        "Multiprofessionelles Team": (1, Fraction(1, 2)),
    }


def test_who_has_left_is_not_there_on_the_stichtag_but_was_before(view):
    before = STELLENUEBERSICHT.run(view, stichtag=date(2025, 7, 31))
    after = STELLENUEBERSICHT.run(view, stichtag=date(2025, 8, 1))
    people = [document.table("t2b").totals[-1] for document in (before, after)]
    # Before: person f, and the person without a name at the Hauptschule that was still open.
    assert people == [7, 5]


def test_a_rest_is_measured_in_hours_so_that_another_basis_leaves_none(records, view_of):
    # The same 19,5 hours, but the Einsatz was entered against 39 instead of 39:50 hours.
    changed = [
        attrs.evolve(r, workload=attrs.evolve(r.workload, full_time_minutes=2340)) if r.id == "p2-1" else r
        for r in records
    ]
    document = STELLENUEBERSICHT.run(view_of(changed), stichtag=STICHTAG)
    assert rows(document, "verbleib")["Stellenanteil ohne Einsatzort"][2] == Fraction(1, 4)


def test_more_einsatz_than_position_is_told_and_no_negative_rest_appears(records, view_of):
    changed = [
        attrs.evolve(r, workload=attrs.evolve(r.workload, minutes=r.workload.minutes * 2)) if r.id == "p3-1" else r
        for r in records
    ]
    document = STELLENUEBERSICHT.run(view_of(changed), stichtag=STICHTAG)
    assert rows(document, "verbleib")["Stellenanteil ohne Einsatzort"][2] == Fraction(1, 4)
    assert {gap.what: gap.count for gap in document.missing}["Stellen, deren Einsätze ihren Umfang übersteigen"] == 1


def test_removing_the_data_of_a_person_changes_no_figure(records, view_of):
    def anonymous(record):
        if isinstance(record, Position) and record.holder_id == "person-b":
            return attrs.evolve(record, holder_id=None, occupancy=Occupancy.BESETZT)
        return record

    kept = [anonymous(record) for record in records if record.id != "person-b"]
    full, less = (STELLENUEBERSICHT.run(view_of(found), stichtag=STICHTAG) for found in (records, kept))
    assert full.sections == less.sections


def test_the_order_of_the_records_changes_no_byte(records, view_of):
    turned = list(reversed(records))
    first, second = (STELLENUEBERSICHT.run(view_of(found), stichtag=STICHTAG) for found in (records, turned))
    assert first == second
    assert first.render(".html") == second.render(".html")


@pytest.mark.parametrize("audience", ["intern", "gremium_oeffentlich", "oeffentlich", "traeger"])
@pytest.mark.parametrize("suffix", [".html", ".csv", ".md"])
def test_no_audience_sees_names_pay_or_designation(view, audience, suffix):
    text = STELLENUEBERSICHT.run(view, stichtag=STICHTAG, audience=audience).render(suffix).decode()
    for secret in ("Beispiel-", "Erika", "S 12", "Geheim", "person-"):
        assert secret not in text


def test_without_records_the_report_says_so(view_of):
    document = STELLENUEBERSICHT.run(view_of([]), stichtag=STICHTAG)
    assert document.table("t1").rows == ()
    html = document.render(".html").decode()
    assert "Am Stichtag ist an keiner Schule der Region Schulsozialarbeit erfasst." in html


def test_a_vacant_only_school_is_named_as_such(records, view_of):
    kept = [record for record in records if record.id not in {"p1-1", "p6-1"}]
    text = STELLENUEBERSICHT.run(view_of(kept), stichtag=STICHTAG).render(".md").decode()
    assert "An 1 Schule davon ist die Stelle zurzeit unbesetzt." in text


def test_the_stichtag_of_the_data_is_taken_where_none_is_given(view):
    assert STELLENUEBERSICHT.run(view).period == "Stichtag 01.12.2025"


def test_a_period_is_refused_with_a_german_sentence(view):
    with pytest.raises(WrongUse, match="lässt sich nicht für ein Kalenderjahr aufstellen"):
        STELLENUEBERSICHT.run(view, year=2025)


@pytest.mark.parametrize(
    ("status", "since", "day", "is_there"),
    [
        ("in_betrieb", None, date(2025, 1, 1), True),
        ("in_betrieb", date(2025, 8, 1), date(2025, 7, 31), False),
        ("aufnahme_geplant", date(2026, 8, 1), date(2025, 8, 1), False),
        ("aufnahme_geplant", date(2026, 8, 1), date(2026, 8, 1), True),
        ("aufnahme_geplant", None, date(2026, 8, 1), False),
        ("aufloesung_schuljahresende", date(2026, 7, 31), date(2026, 7, 31), True),
        ("aufloesung_schuljahresende", date(2026, 7, 31), date(2026, 8, 1), False),
        ("geloescht", date(2025, 7, 31), date(2025, 7, 31), True),
        ("geloescht", None, date(2025, 7, 31), False),
        ("ruht", date(2025, 8, 1), date(2025, 7, 31), True),
        ("ruht", None, date(2025, 7, 31), False),
        ("", None, date(2025, 7, 31), True),
        ("soest:neu", date(2025, 8, 1), date(2025, 7, 31), True),
    ],
)
def test_a_school_counts_on_the_days_on_which_it_is_open(view_of, status, since, day, is_there):
    profile = SchoolProfile(schulnummer="100001", schulform="grundschule", status=status, status_since=since)
    school = Organisation(id="s", type="schule", name="Schule", ags="05974040", school=profile)
    document = STELLENUEBERSICHT.run(view_of([school]), stichtag=day)
    assert bool(document.table("t5").rows) is is_there


def test_an_einsatz_without_its_position_is_counted_as_missing(view_of):
    lost = Assignment(id="x", position_id="weg", place_id="auch-weg")
    document = STELLENUEBERSICHT.run(view_of([lost]), stichtag=STICHTAG)
    assert [gap.count for gap in document.missing] == [1]


def test_what_has_no_part_in_the_report_is_not_looked_at(records, view_of):
    kept = [record for record in records if not isinstance(record, Funding | Person)]
    full, less = (STELLENUEBERSICHT.run(view_of(found), stichtag=STICHTAG) for found in (records, kept))
    assert full == less


@pytest.mark.parametrize(
    ("ags", "region"),
    [("05974", "Kreis Muster"), ("05974000", "Kreis Muster"), ("05974040", "Stadt Soest"), ("05", "")],
)
def test_the_region_is_named_from_the_records_where_the_office_does_not_say_it(records, view_of, ags, region):
    kreis = Organisation(id="kreis", type="kreis", name="Kreis Muster", ags="05974000")
    view = view_of([*records, kreis], office=OfficeInfo(name="Stelle", ags=ags))
    assert STELLENUEBERSICHT.run(view, stichtag=STICHTAG).scope == region
