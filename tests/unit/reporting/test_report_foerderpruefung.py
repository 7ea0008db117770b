"""The Förder-Plausibilität of the golden office for 2025, every figure worked out by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from golden_funding import funding, grant
from golden_office import RICHTLINIE, assignment, position, records, view

from koschuso.errors import WrongUse
from koschuso.model import Occupancy, Organisation, Period
from koschuso.reporting.document import Sign
from koschuso.reporting.reports.foerderpruefung import FOERDERPRUEFUNG
from koschuso.reporting.reports.kennzahlen import KENNZAHLEN
from koschuso.rules.richtlinie import RICHTLINIEN, Evidence, richtlinie_on, richtlinien_in

HALF = Fraction(1, 2)
NEW_YEAR, NEW_YEARS_EVE = date(2025, 1, 1), date(2025, 12, 31)


@pytest.fixture(scope="module")
def document():
    return FOERDERPRUEFUNG.run(view([*records(), *funding()]), year=2025)


def text_of(document):
    return document.render(".md").decode()


def hints(document):
    return [(row[0], row[1], row[2], row[3]) for row in document.table("hinweise").rows]


# -- T1: Koordinierungsschlüssel ---------------------------------------------------------------------------------------


def test_who_counts_for_the_key_by_saeule(document):
    # Kommunal: doppel (s4, s5), strasser (s8, unknown), beides (20 hours at the school). Landesdienst: land-1.
    # Landesförderung: aue (s1, w2), gross (s2), neu (w6, also the rest that no Einsatz covers), and s9 whom nobody knows. Vacant: s6, w4.
    assert document.table("t1a").rows == (
        ("Kommunale Kinder- und Jugendhilfe (§ 13a SGB VIII)", 3, HALF + Fraction(30, 39), 1, "ja"),
        ("Landesdienst", 1, Fraction(1170, 2390), 0, "ja"),
        ("Landesförderung (Richtlinie)", 4, 2 + Fraction(3, 4) + 1, 0, "ja"),
        ("Koordination", 2, Fraction("29.5") / 39, 0, "nein"),
    )
    assert document.table("t1a").totals[1] == 8


def test_the_key_is_given_by_people_and_by_vzae_and_never_rounded(document):
    posts = Fraction("29.5") / 39
    vzae = HALF + Fraction(30, 39) + Fraction(1170, 2390) + 2 + Fraction(7, 4)
    assert document.table("t1").rows == (
        ("nach Personen", 8, posts, 8 / posts, Fraction(8, 30), "rechnerisch nicht erreicht, zu prüfen"),
        # One volume is not known: it could be what is missing.
        ("nach VZÄ", vzae, posts, vzae / posts, vzae / 30, Sign.UNKNOWN),
    )


@pytest.mark.parametrize(
    ("people", "verdict"), [(29, "rechnerisch nicht erreicht, zu prüfen"), (30, "rechnerisch erreicht")]
)
def test_the_key_is_reached_with_exactly_thirty(people, verdict):
    office = Organisation(id="k", type="koordinierungsstelle", name="Stelle", ags="05999")
    found = [
        office,
        position("k", 39, holder="kaya", is_coordination=True),
        assignment("k", "k", 39, duty="koordination"),
    ]
    found += [position(f"p{n}", 39, holder=f"person-{n}", saeule=RICHTLINIE) for n in range(people)]
    document = FOERDERPRUEFUNG.run(view(found), year=2025)
    assert [row[5] for row in document.table("t1").rows] == [verdict, verdict]


def test_without_coordination_there_is_no_key():
    document = FOERDERPRUEFUNG.run(view([position("p", 39, holder="a", saeule=RICHTLINIE)]), year=2025)
    assert [row[3:] for row in document.table("t1").rows] == [
        (Sign.NOT_APPLICABLE, Fraction(1, 30), Sign.NOT_APPLICABLE),
        (Sign.NOT_APPLICABLE, Fraction(1, 30), Sign.NOT_APPLICABLE),
    ]
    assert not any(hint[0] == "F4" for hint in hints(document))


def test_it_says_the_same_as_the_kennzahlen(document):
    found = view([*records(), *funding()])
    other = KENNZAHLEN.run(found, year=2025).table("schluessel")
    assert [row[1:5] for row in other.rows] == [row[1:5] for row in document.table("t1").rows]


# -- T2: F1 and F2 -----------------------------------------------------------------------------------------------------


def test_schools_at_once_are_those_of_the_busiest_day(document):
    rows = [(row[0].partition(": ")[2], *row[1:]) for row in document.table("t2").rows]
    august, june, november = date(2025, 8, 1), date(2025, 6, 16), date(2025, 11, 1)
    assert rows == [
        ("Stelle s9", HALF, "F2", 1, 1, NEW_YEAR, "kein Hinweis"),
        ("Stelle s1", 1, "F1", 2, 2, NEW_YEAR, "kein Hinweis"),
        ("Stelle s2", HALF, "F2", 2, 1, NEW_YEAR, "zu prüfen"),
        ("Stelle w6", 1, "F1", 3, 2, NEW_YEAR, "zu prüfen"),
        ("Stelle s6", Fraction(15, 39), "F2", 1, 1, NEW_YEAR, "kein Hinweis"),
        ("Stelle w1", HALF, "F2", 1, 1, NEW_YEAR, "kein Hinweis"),
        ("Stelle w2", Fraction(3, 4), "F1", 1, 2, august, "kein Hinweis"),
        ("Stelle w3", 1, "F1", 1, 2, NEW_YEAR, "kein Hinweis"),
        ("Stelle w4", 1, "F1", 1, 2, june, "kein Hinweis"),
        ("Stelle w5", Sign.UNKNOWN, "F1", 0, 2, november, "kein Hinweis"),
        # Aue has s1 at two Grundschulen and w1 at the Förderschule: one and a half posts, three schools.
        ("Stelle s1, Stelle w1, Stelle w2", Fraction(3, 2), "F1", 3, 2, NEW_YEAR, "zu prüfen"),
    ]


def test_one_position_after_the_other_is_not_taken_together():
    """A half here until the summer and a half there from then on is one school at a time."""
    until, since = Period(until=date(2025, 8, 1)), Period(since=date(2025, 8, 1))
    found = [found for found in records() if isinstance(found, Organisation)]
    for key, school, period in (("a", "schule-01", until), ("b", "schule-02", since)):
        found += [
            position(key, "19.5", holder="aue", saeule=RICHTLINIE, period=period),
            assignment(key, school, "19.5", period=period),
        ]
    document = FOERDERPRUEFUNG.run(view(found), year=2025)
    assert document.table("t2").rows[-1][1:5] == (HALF, "F2", 1, 1)
    assert hints(document) == []


def test_what_was_before_the_period_is_not_examined():
    before = Period(until=date(2025, 1, 1))
    kept = [attrs.evolve(found, period=before) if found.id == "s2-schule-02" else found for found in records()]
    assert not any(hint[0] == "F2" for hint in hints(FOERDERPRUEFUNG.run(view(kept), year=2025)))
    assert any(hint[0] == "F2" for hint in hints(FOERDERPRUEFUNG.run(view(kept), year=2024)))


# -- T3: F3 ------------------------------------------------------------------------------------------------------------


def test_missing_details_are_named(document):
    assert [row[1:] for row in document.table("t3").rows] == [(Sign.UNKNOWN, "Einsatz an einer Schule", "zu prüfen")]


def test_an_einsatz_without_volume_or_school_lacks_details():
    found = [
        *records(),
        position("x", 39, holder="aue", saeule=RICHTLINIE),
        assignment("x", "schule-01", None),
        assignment("x", "jugendwerk", 10),
        assignment("x", "weg", 10),
        assignment("x", "koordination", 5, duty="koordination"),
    ]
    assert [row[1:3] for row in FOERDERPRUEFUNG.run(view(found), year=2025).table("t3").rows] == [
        ("Jugendwerk", "Schulnummer, Schulname"),
        ("Grundschule am Anger", "Beschäftigungsumfang"),
        (Sign.UNKNOWN, "Schulnummer, Schulname"),
    ]


# -- T4: F7 and F8 -----------------------------------------------------------------------------------------------------


def test_costs_for_a_whole_post_and_year_beside_the_amounts(document):
    rows = {row[0].partition(": ")[2]: row[2:] for row in document.table("t4").rows}
    # Ten positions, of w4 and w5 only the Säule tells that they are paid for.
    assert sorted(rows) == [f"Stelle {key}" for key in ("s1", "s2", "s6", "s9", "w1", "w2", "w3", "w6")]
    assert rows["Stelle w3"] == (
        1,
        75000,
        60000,
        75000,
        60000,
        80,
        "Ausgaben um 5000 Euro über 70.000 Euro je Vollzeitstelle und Jahr: zu prüfen",
    )
    assert rows["Stelle w6"] == (
        1,
        82000,
        68000,
        82000,
        68000,
        Fraction(6800, 82),
        (
            "Ausgaben um 12.000 Euro über 70.000 Euro je Vollzeitstelle und Jahr, auch über 80.000 Euro: zu prüfen; "
            "Zuwendung 82,9 % der zuwendungsfähigen Ausgaben, vorgesehen bis 80 %: zu prüfen"
        ),
    )
    unknown = Sign.UNKNOWN
    assert rows["Stelle s1"] == (1, unknown, unknown, unknown, unknown, 80, "kein Hinweis")


def test_part_time_and_part_of_a_year_are_reckoned_up():
    # 17 500 Euro for half a post and half a year are 70 000: not above. One Euro more is.
    def document(amount):
        found = [
            position("h", "19.5", holder="aue", saeule=RICHTLINIE),
            grant("h", amount=Decimal(amount), period=Period.from_to(date(2025, 2, 1), date(2025, 7, 31))),
        ]
        return FOERDERPRUEFUNG.run(view(found), year=2025)

    assert document(17500).table("t4").rows[0][6] == 70000
    assert not any(hint[0] == "F7" for hint in hints(document(17500)))
    assert any(hint[0] == "F7" for hint in hints(document(17501)))


# -- T5: by municipality -----------------------------------------------------------------------------------------------


def test_funded_positions_by_municipality(document):
    # Auenfeld: s9 6, s1 6, s2 3, w6 6. Birkental: s1 6, s2 3, s6 15/39 x 12, w6 3 + 1,5, w1 3,5, w2 3,75.
    # Cedernau: w3 5,5 and w4 6,5. Nowhere: the rest of w6 1,5, and w5 of which nothing is known.
    birkental = Fraction("20.75") + Fraction(15 * 12, 39)
    rows = document.table("t5").rows
    assert [row[:6] for row in rows] == [
        ("Auenfeld", 4, 2, 21, Fraction(21, 12), 0),
        ("Birkental", 6, 2, birkental, birkental / 12, 0),
        ("Cedernau", 2, 1, 12, 1, 0),
        ("keiner Gemeinde zugeordnet", 2, 0, Fraction(3, 2), Fraction(1, 8), 1),
    ]
    whole = 21 + birkental + 12 + Fraction(3, 2)
    assert document.table("t5").totals[1:6] == (10, 5, whole, whole / 12, 1)


def test_grants_are_shared_out_by_vzae_months(document):
    # w3: 60 000 to Cedernau. w6: 68 000 by 6 : 4,5 : 1,5 of 12. All others have no amount.
    assert [row[6:] for row in document.table("t5").rows] == [
        (34000, 3),
        (25500, 5),
        (60000, 1),
        (8500, 1),
    ]
    assert document.table("t5").totals[6:] == (128000, 10)


def test_half_a_year_has_half_of_the_grant():
    found = view([*records(), *funding()])
    document = FOERDERPRUEFUNG.run(found, foerderzeitraum="01.07.2025–31.12.2025")
    # Of 68 000 for twelve months six months; w3 had ended by then.
    assert document.table("t5").totals[6] == 34000


# -- the whole ---------------------------------------------------------------------------------------------------------


def test_hints_stand_by_weight_with_rule_position_and_source(document):
    assert [(rule, weight) for rule, weight, _, _ in hints(document)] == [
        ("F2", "dringend prüfen"),
        ("F3", "dringend prüfen"),
        ("F8", "dringend prüfen"),
        ("F1", "prüfen"),
        ("F1", "prüfen"),
        ("F4", "zur Kenntnis"),
        ("F7", "zur Kenntnis"),
        ("F7", "zur Kenntnis"),
    ]
    assert all(row[4] for row in document.table("hinweise").rows)


def test_the_figures_stand_beside_those_of_the_year_before(document):
    # 2024: s1, s2, s6, s9 and w1 were funded. To be examined: s2 at two schools (urgent), s1 and w1 together at three,
    # the Schlüssel. It counted 9 people, weg among them, who left in 2025; the 29,5 hours of coordination were the same.
    posts = Fraction("29.5") / 39
    assert document.table("vergleich").rows == (
        ("geförderte Stellen", 10, 5, 5),
        ("Hinweise", 8, 3, 5),
        ("davon dringend zu prüfen", 3, 1, 2),
        ("Fachkräfte je VZÄ Koordination (nach Personen)", 8 / posts, 9 / posts, -1 / posts),
    )


def test_it_never_says_that_something_is_allowed_or_not(document):
    text = text_of(document).casefold()
    assert "zulässig" not in text
    assert "zu prüfen" in text


def test_it_says_which_version_held_and_what_each_rule_rests_on(document):
    text = text_of(document)
    assert "Im Zeitraum galten zwei Fassungen" in text
    rows = {row[0]: row[2:] for row in document.table("richtlinie").rows}
    assert list(rows) == [f"F{number}" for number in range(1, 9)]
    # F6 is our reading in both, and no law.
    assert rows["F6"][1] == rows["F6"][3] == Evidence.READING.label
    one = FOERDERPRUEFUNG.run(view(), schuljahr="2025/26")
    assert "eine Fassung" in text_of(one)
    assert [column.group for column in one.table("richtlinie").columns[2:]] == ["Fassung 2025", "Fassung 2025"]


def test_a_period_before_the_first_richtlinie_says_so():
    text = text_of(FOERDERPRUEFUNG.run(view(), year=2020))
    assert "keine Fassung der Richtlinie bekannt" in text


def test_the_version_of_a_day():
    assert richtlinie_on(date(2025, 7, 31)).key == "2021"
    assert richtlinie_on(date(2025, 8, 1)).key == "2025"
    assert richtlinien_in(Period.calendar_year(2020)) == ()
    for version in RICHTLINIEN:
        assert [provision.key for provision in version.provisions] == [f"F{number}" for number in range(1, 9)]


def test_only_the_office_reads_the_designations_of_positions():
    found = view([*records(), *funding()])
    inside, outside = (
        text_of(FOERDERPRUEFUNG.run(found, year=2025, audience=audience)) for audience in ("intern", "foerdergeber")
    )
    assert "Stelle w6" in inside
    assert "Stelle w6" not in outside
    for name in ("von der Aue", "Früh", "Neumann"):
        assert name not in inside + outside


def test_it_is_for_no_wider_circle_because_it_tells_costs():
    with pytest.raises(WrongUse, match="nicht für den Empfängerkreis"):
        FOERDERPRUEFUNG.run(view(), year=2025, audience="gremium_oeffentlich")


def test_without_funded_positions_it_is_an_honest_empty_report():
    document = FOERDERPRUEFUNG.run(view([]), year=2025)
    text = text_of(document)
    assert "Das ist keine Bestätigung der Förderfähigkeit." in text
    assert "Im Zeitraum ist keine Stelle erfasst, die nach der Richtlinie gefördert wird." in text


def test_what_could_not_be_examined_is_counted(document):
    assert {gap.what.partition(" (")[0]: gap.count for gap in document.missing} == {
        "zählende Stellen ohne Angabe des Umfangs": 1,
        "geförderte Stellen ohne Angabe des Umfangs": 1,
        "geförderte Stellen, zu denen nur die Säule und keine Finanzierung erfasst ist": 2,
        "Finanzierungen ohne Ausgaben oder Zuwendung in Euro": 6,
        "Finanzierungen ohne Beginn oder Ende": 6,
    }


def test_a_vacant_position_counts_on_neither_side_of_the_key():
    found = [position("v", 39, occupancy=Occupancy.VAKANT, saeule=RICHTLINIE)]
    assert FOERDERPRUEFUNG.run(view(found), year=2025).table("t1").rows[0][1] == 0


def test_the_order_of_the_records_changes_no_byte():
    found = [*records(), *funding()]
    first, second = (FOERDERPRUEFUNG.run(view(given), year=2025) for given in (found, found[::-1]))
    assert first.render(".csv") == second.render(".csv")
