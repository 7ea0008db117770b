"""The Stellenübersicht of the golden office on 15.10.2025: tables T1 to T7, every figure worked out by hand."""

from datetime import date
from fractions import Fraction

import attrs
import pytest
from golden_office import KOMMUNAL, RICHTLINIE, assignment, position, records, view

from koschuso.errors import Refused, WrongUse
from koschuso.model import CoordinationProfile, FuzzyDate, Occupancy, Organisation, Period, Position, SchoolProfile
from koschuso.reporting import STELLENUEBERSICHT
from koschuso.reporting.document import Chart, ChartKind, Figures, Sign

STICHTAG = "15.10.2025"
UNKNOWN, NOTHING = Sign.UNKNOWN, Sign.NOT_APPLICABLE
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
LANDESDIENST = Fraction(1170, 2390)  # 19:30 of 39:50 hours
KJH, LAND, LF = "Kommunale Kinder- und Jugendhilfe", "Landesdienst", "Landesförderung"

# Kommunal: s4 19,5 and k2 20 hours at the Gesamtschule, s5 10 at the Förderschule; s8 is not known.
# Landesförderung: s1 19,5 + 19,5, s2 9,75 + 9,75, s6 15 (vacant), s9 19,5.
KOMMUNALE = HALF + Fraction(20 + 10, 39)
GEFOERDERTE = 1 + HALF + Fraction(15, 39) + HALF
WHOLE = KOMMUNALE + LANDESDIENST + GEFOERDERTE


@pytest.fixture(scope="module")
def document():
    return STELLENUEBERSICHT.run(view(), stichtag=STICHTAG)


def rows(document, key):
    return {row[0]: row[1:] for row in document.table(key).rows}


def test_at_a_glance(document):
    figures = next(block for block in document.blocks() if isinstance(block, Figures))
    # People: aue, gross, s9's, land-1, doppel (two employers), strasser, beides (20 hours at the school). weg has left.
    assert {figure.label: figure.value for figure in figures.items} == {
        "Schulsozialarbeit an Schulen": WHOLE,
        "Fachkräfte": 7,
        "Schulen mit Schulsozialarbeit": 4,
        "keiner Schule zugeordnet": 0,
        "Schulen ohne Schulsozialarbeit": 1,
    }
    # A year before, weg was there with 19,5 hours: 4,14 + 0,50 VZÄ.
    assert [figure.note for figure in figures.items[:3]] == [
        "davon 0,38 unbesetzt; am 15.10.2024: 4,64",
        "Personen an Schulen der Region; am 15.10.2024: 8",
        "von 5 Schulen; am 15.10.2024: 4",
    ]


def test_t1_school_by_school(document):
    jugendwerk, birkental = "Jugendwerk", "Stadt Birkental"
    found = [
        (row[0], row[1], row[5], row[6], row[7], row[8], row[9], row[10], row[11]) for row in document.table("t1").rows
    ]
    hours = Fraction("19.5")
    assert (
        found
        == [
            ("Gesamtschule Auenfeld", "900003", jugendwerk, KJH, HALF, hours, "besetzt", 5, 900),
            ("Gesamtschule Auenfeld", "900003", birkental, KJH, Fraction(20, 39), 20, "besetzt", 5, 900),
            ("Gesamtschule Auenfeld", "900003", "Land NRW", LAND, LANDESDIENST, hours, "besetzt", 5, 900),
            ("Gesamtschule Auenfeld", "900003", jugendwerk, LF, HALF, hours, "besetzt", 5, 900),
            ("Grundschule am Anger", "900001", jugendwerk, LF, HALF, hours, "besetzt", 3, 240),
            ("Grundschule am Anger", "900001", birkental, LF, QUARTER, Fraction("9.75"), "besetzt", 3, 240),
            ("Grundschule Birkenweg", "900002", jugendwerk, LF, HALF, hours, "besetzt", 7, 180),
            ("Grundschule Birkenweg", "900002", jugendwerk, LF, Fraction(15, 39), 15, "vakant", 7, 180),
            ("Grundschule Birkenweg", "900002", birkental, LF, QUARTER, Fraction("9.75"), "besetzt", 7, 180),
            # A Förderschule has no Sozialindexstufe; that is not »not known«.
            ("Schule an der Linde", "900004", birkental, KJH, Fraction(10, 39), 10, "besetzt", "ohne", 120),
            ("Teilstandort Birkhof", "900001", UNKNOWN, KJH, UNKNOWN, UNKNOWN, "besetzt", 3, 240),
        ]
        or found[-1][2] is UNKNOWN
    )
    # 19,5 six times (s1 twice, s2 in two halves, s3, s4, s9), 15, 10 and 20 hours.
    assert document.table("t1").totals[7:9] == (WHOLE, 19.5 * 6 + 15 + 10 + 20)


def test_t2_by_schulform_and_saeule(document):
    assert rows(document, "t2a") == {
        "Grundschule": (
            UNKNOWN,
            0,
            2 * QUARTER + 1 + Fraction(15, 39),
            HALF + 1 + Fraction(15, 39),
            Fraction(15, 39),
            1,
        ),
        "Förderschule": (Fraction(10, 39), 0, 0, Fraction(10, 39), 0, 0),
        "Gesamtschule": (
            HALF + Fraction(20, 39),
            LANDESDIENST,
            HALF,
            1 + Fraction(20, 39) + LANDESDIENST,
            0,
            0,
        ),
        "Gymnasium": (0, 0, 0, 0, 0, 0),
    }
    assert document.table("t2a").totals[1:] == (KOMMUNALE, LANDESDIENST, GEFOERDERTE, WHOLE, Fraction(15, 39), 1)
    assert rows(document, "t2b") == {
        "Grundschule": (1, 0, 2, 3),
        "Förderschule": (1, 0, 0, 1),
        "Gesamtschule": (2, 1, 1, 4),
        "Gymnasium": (0, 0, 0, 0),
    }
    # doppel works at the Gesamtschule and the Förderschule and is one head: 3 + 1 + 4 - 1.
    assert document.table("t2b").totals[1:] == (3, 1, 3, 7)


def test_t3_by_gemeinde_and_saeule(document):
    # The Teilstandort lies in Birkental, its school in Auenfeld.
    vacant = Fraction(15, 39)
    assert rows(document, "t3") == {
        "Auenfeld": (
            HALF + Fraction(20, 39),
            LANDESDIENST,
            1 + QUARTER,
            Fraction(7, 4) + Fraction(20, 39) + LANDESDIENST,
            0,
            0,
            6,
            2,
            2,
        ),
        "Birkental": (
            Fraction(10, 39),
            0,
            3 * QUARTER + vacant,
            Fraction(10, 39) + 3 * QUARTER + vacant,
            vacant,
            1,
            4,
            2,
            2,
        ),
        "Cedernau": (0, 0, 0, 0, 0, 0, 0, 1, 0),
    }


def test_t4_by_employer(document):
    assert {name: (row[3], row[5], row[6], row[7]) for name, row in rows(document, "t4").items()} == {
        # s1, s4, s6 (vacant), s9 at Anger, Birkenweg and the Gesamtschule.
        "Jugendwerk": (2 + Fraction(15, 39), 0, 3, 3),
        "Land NRW": (LANDESDIENST, 0, 1, 1),
        # s2, s5 and k2 at all four.
        "Stadt Birkental": (HALF + Fraction(30, 39), 0, 3, 4),
        "k. A.": (UNKNOWN, 1, 1, 1),
    }


def test_t5_schools_without(document):
    assert [(row[0], row[5], row[6]) for row in document.table("t5").rows] == [("Gymnasium Cedernau", 1, UNKNOWN)]


def test_t6_pupils_for_each_vzae(document):
    # At Anger a volume is not known (its Teilstandort), of the Gymnasium the number of pupils: both are left out.
    birkenweg = 3 * QUARTER + Fraction(15, 39)
    gesamtschule = 1 + Fraction(20, 39) + LANDESDIENST
    used = birkenweg + gesamtschule + Fraction(10, 39)
    assert rows(document, "t6a") == {
        "Grundschule": (2, 1, birkenweg, 180, 180 / birkenweg, 180, 180 / birkenweg),
        "Förderschule": (1, 0, Fraction(10, 39), 120, 468, 120, 468),
        "Gesamtschule": (1, 0, gesamtschule, 900, 900 / gesamtschule, 900, 900 / gesamtschule),
        "Gymnasium": (1, 1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    }
    assert document.table("t6a").totals[1:] == (5, 2, used, 1200, 1200 / used, 1200, 1200 / used)


def test_t6_pupils_of_schools_with_and_without_schulsozialarbeit_are_told_apart():
    bare = [attrs.evolve(r, school=attrs.evolve(r.school, pupils=600)) if r.id == "schule-05" else r for r in records()]
    document = STELLENUEBERSICHT.run(view(bare), stichtag=STICHTAG)
    # Six hundred pupils and nobody: no ratio for the form, but they count in the region.
    assert rows(document, "t6a")["Gymnasium"] == (1, 0, 0, 600, NOTHING, 0, NOTHING)
    assert document.table("t6a").totals[4] == 1800
    assert document.table("t6a").totals[6] == 1200


def test_t6_vzae_for_each_school_by_sozialindexstufe(document):
    birkenweg = 3 * QUARTER + Fraction(15, 39)
    gesamtschule = 1 + Fraction(20, 39) + LANDESDIENST
    used = birkenweg + gesamtschule + Fraction(10, 39)
    assert rows(document, "t6b") == {
        "Stufe 1": (1, 0, 0, 0, 0, NOTHING),
        "Stufe 3": (1, 1, 1, UNKNOWN, UNKNOWN, UNKNOWN),
        "Stufe 5": (1, 1, 0, gesamtschule, gesamtschule, gesamtschule),
        "Stufe 7": (1, 1, 0, birkenweg, birkenweg, birkenweg),
        "ohne Stufe": (1, 1, 0, Fraction(10, 39), Fraction(10, 39), Fraction(10, 39)),
    }
    assert document.table("t6b").totals[1:] == (5, 4, 1, used, used / 4, used / 3)


def test_t6_tells_the_editions_and_that_mixed_ones_do_not_compare(document):
    (note,) = [note for note in document.table("t6b").notes if note.startswith("Sozialindex:")]
    assert note == (
        "Sozialindex: ohne Angabe der Ausgabe (4 Schulen), 2025/26 (1 Schule). Verschiedene Ausgaben sind nicht ohne "
        "Weiteres vergleichbar."
    )


def test_t6_a_school_of_which_no_sozialindex_was_imported_is_not_one_without(document):
    school = Organisation(
        id="s",
        type="schule",
        name="Neu",
        ags="05999004",
        school=SchoolProfile(schulnummer="900007", schulform="gymnasium"),
    )
    assert rows(STELLENUEBERSICHT.run(view([*records(), school]), stichtag=STICHTAG), "t6b")["k. A."][0] == 1
    assert "k. A." not in rows(document, "t6b")


def test_t7_the_same_day_of_three_years(document):
    earlier = WHOLE + HALF  # weg, until March 2025
    vacant = Fraction(15, 39)
    assert document.table("t7").rows == (
        (date(2023, 10, 15), KOMMUNALE + HALF, LANDESDIENST, GEFOERDERTE, earlier, NOTHING, vacant, 1, 8, 5, 4),
        (date(2024, 10, 15), KOMMUNALE + HALF, LANDESDIENST, GEFOERDERTE, earlier, 0, vacant, 1, 8, 5, 4),
        (date(2025, 10, 15), KOMMUNALE, LANDESDIENST, GEFOERDERTE, WHOLE, -HALF, vacant, 1, 7, 5, 4),
    )
    (chart,) = [block for block in document.blocks() if isinstance(block, Chart) and block.key == "zeitreihe"]
    assert chart.kind is ChartKind.LINE
    assert chart.series[-1].values == (earlier, earlier, WHOLE)


def test_t7_the_last_day_counts_and_the_next_does_not():
    document = STELLENUEBERSICHT.run(view(), stichtag="01.04.2025", stichtage="31.07.2022, 01.08.2022; 31.03.2025")
    # weg began on 01.08.2022 and left with 31.03.2025.
    assert [(row[0], row[5], row[8]) for row in document.table("t7").rows] == [
        (date(2022, 7, 31), NOTHING, 7),
        (date(2022, 8, 1), HALF, 8),
        (date(2025, 3, 31), 0, 8),
        (date(2025, 4, 1), -HALF, 7),
    ]


def test_t7_tells_how_many_positions_have_no_begin(document):
    assert any(note.startswith("Zu 10 Stellen ist kein Beginn erfasst") for note in document.table("t7").notes)


def test_t7_a_change_in_what_nobody_knows_is_no_change_of_zero():
    more = [
        position("neu", None, holder="n", saeule=KOMMUNAL, period=Period(since=date(2025, 1, 1))),
        assignment("neu", "schule-05", None, period=Period(since=date(2025, 1, 1))),
    ]
    document = STELLENUEBERSICHT.run(view([*records(), *more]), stichtag=STICHTAG, stichtage="2")
    assert [row[5] for row in document.table("t7").rows] == [NOTHING, UNKNOWN]


def dated(since):
    return [
        *(found for found in records() if isinstance(found, Organisation)),
        position("p", "19.5", holder="aue", saeule=RICHTLINIE, period=Period(since=since)),
        assignment("p", "schule-01", "19.5", period=Period(since=since)),
    ]


def test_t7_days_before_anything_was_recorded_are_unknown_and_not_zero():
    document = STELLENUEBERSICHT.run(view(dated(date(2025, 8, 1))), stichtag=STICHTAG)
    assert [row[1:] for row in document.table("t7").rows[:2]] == [(UNKNOWN,) * 8] * 2
    assert document.table("t7").rows[2][1:4] == (HALF, HALF, NOTHING)
    assert "Zu Stichtagen vor der ersten erfassten Stelle steht »k. A.«." in document.table("t7").notes


def test_a_stichtag_before_the_first_position_is_refused_in_one_sentence():
    with pytest.raises(Refused) as refused:
        STELLENUEBERSICHT.run(view(dated(date(2020, 1, 1))), stichtag="31.12.2019")
    assert refused.value.message == (
        "Zum Stichtag 31.12.2019 ist nichts erfasst: die erste erfasste Stelle am 01.01.2020. Bitte wählen Sie einen "
        "späteren Stichtag."
    )
    assert STELLENUEBERSICHT.run(view(dated(date(2020, 1, 1))), stichtag="01.01.2020").table("t1").totals[7] == HALF


def test_a_stichtag_before_the_office_began_is_refused_even_where_begins_are_not_recorded():
    begun = CoordinationProfile(started=FuzzyDate("01/2020"))
    found = [attrs.evolve(r, coordination=begun) if r.id == "koordination" else r for r in records()]
    with pytest.raises(
        Refused, match=r"die Koordinierungsstelle begann 01/2020, die erste erfasste Stelle am 01\.08\.2022"
    ):
        STELLENUEBERSICHT.run(view(found), stichtag="31.12.2019")
    # From its own first day on the report is made.
    assert STELLENUEBERSICHT.run(view(found), stichtag="01.01.2020").table("t7").rows[0][1] is UNKNOWN


def test_only_one_stichtag_makes_no_time_series():
    keys = [table.key for table in STELLENUEBERSICHT.run(view(), stichtag=STICHTAG, stichtage="1").tables()]
    assert "t7" not in keys


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0", "Eine Zeitreihe von 0 Jahren ist nicht möglich"),
        ("31", "erlaubt sind 1 bis 30"),
        ("32.10.2025", "Den Tag »32.10.2025« gibt es nicht"),
        ("gestern", "Die Angabe stichtage »gestern« wird nicht verstanden"),
        (",".join(f"{day}.01.2024" for day in range(1, 32)), "höchstens 30 Stichtage"),
    ],
)
def test_stichtage_that_are_not_understood_are_told(text, complaint):
    with pytest.raises(WrongUse, match=complaint):
        STELLENUEBERSICHT.run(view(), stichtag=STICHTAG, stichtage=text)


def test_the_29th_of_february_has_a_28th_in_other_years():
    document = STELLENUEBERSICHT.run(view(), stichtag="29.02.2024", stichtage="2")
    assert [row[0] for row in document.table("t7").rows] == [date(2023, 2, 28), date(2024, 2, 29)]


def test_what_no_einsatz_covers_is_shown_and_not_lost():
    more = [position("rest", "19.5", holder="r", saeule=RICHTLINIE), assignment("rest", "schule-05", 10)]
    document = STELLENUEBERSICHT.run(view([*records(), *more]), stichtag=STICHTAG)
    assert rows(document, "verbleib")["Stellenanteil ohne Einsatzort"] == (
        1,
        1,
        Fraction("9.5") / 39,
        Fraction("9.5"),
        0,
        0,
    )
    assert document.table("t1").totals[7] == WHOLE + Fraction(10, 39)


def test_a_vacancy_is_a_volume_and_no_head():
    more = [
        position("leer", 39, occupancy=Occupancy.VAKANT, saeule=RICHTLINIE),
        assignment("leer", "schule-05", 39),
    ]
    document = STELLENUEBERSICHT.run(view([*records(), *more]), stichtag=STICHTAG)
    assert rows(document, "t2a")["Gymnasium"][3:5] == (1, 1)
    assert rows(document, "t2b")["Gymnasium"][3] == 0


def test_nothing_is_suppressed_and_no_name_pay_or_term_is_told():
    secret = [
        attrs.evolve(r, entgeltgruppe="S 15 geheim", tenure="befristet", fixed_until=date(2031, 1, 13))
        if isinstance(r, Position)
        else r
        for r in records()
    ]
    for audience in ("oeffentlich", "gremium_oeffentlich", "traeger", "intern"):
        document = STELLENUEBERSICHT.run(view(secret), stichtag=STICHTAG, audience=audience)
        text = document.render(".html").decode()
        assert Sign.SUPPRESSED not in {cell for table in document.tables() for row in table.rows for cell in row}
        for word in ("S 15", "befristet", "2031", "von der Aue", "Straßer", "Stelle s1"):
            assert word not in text
