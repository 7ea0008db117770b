"""The Verwendungsnachweis of the golden office for 2025, every month worked out by hand."""

from datetime import date
from fractions import Fraction

import pytest
from golden_funding import funding, measures
from golden_office import RICHTLINIE, position, records, view

from koschuso.errors import WrongUse
from koschuso.model import Period
from koschuso.reporting.document import Figures, Sign
from koschuso.reporting.reports.verwendungsnachweis import VERWENDUNGSNACHWEIS

HALF = Fraction(1, 2)


@pytest.fixture(scope="module")
def document():
    return VERWENDUNGSNACHWEIS.run(view([*records(), *funding(), *measures()]), year=2025)


def column(document, key, title):
    table = document.table(key)
    place = next(number for number, found in enumerate(table.columns) if found.title == title)
    return [row[place] for row in table.rows], None if table.totals is None else table.totals[place]


def text_of(document):
    return document.render(".md").decode()


def test_each_funded_position_has_a_row_for_each_school_with_its_days(document):
    # Ordered by municipality and name of the first school; what no Einsatz covers stands after the Einsätze.
    # Numbers, places, volumes in VZÄ, months filled and months vacant.
    found = [(row[0], row[2], row[4], row[8], row[9]) for row in document.table("t1").rows]
    unknown = Sign.UNKNOWN
    assert found == [
        (1, "Gesamtschule Auenfeld", HALF, 12, 0),  # s9: filled, nobody knows by whom
        (2, "Grundschule am Anger", HALF, 12, 0),  # s1
        (2, "Grundschule Birkenweg", HALF, 12, 0),
        (3, "Grundschule am Anger", Fraction(1, 4), 12, 0),  # s2
        (3, "Grundschule Birkenweg", Fraction(1, 4), 12, 0),
        (4, "Grundschule am Anger", HALF, 12, 0),  # w6
        (4, "Grundschule Birkenweg", Fraction(1, 4), 12, 0),
        (4, "Schule an der Linde", Fraction(1, 8), 12, 0),
        (4, "keinem Einsatz zugeordnet", Fraction(1, 8), 12, 0),
        (5, "Grundschule Birkenweg", Fraction(15, 39), 0, 12),  # s6: vacant
        (6, "Schule an der Linde", HALF, 7, 0),  # w1: January to July
        (7, "Schule an der Linde", Fraction(3, 4), 5, 0),  # w2: August to December
        (8, "Gymnasium Cedernau", 1, Fraction(11, 2), 0),  # w3: January to May, and 15 of 30 days of June
        (9, "Gymnasium Cedernau", 1, 0, Fraction(13, 2)),  # w4: the other 15 days, July to December
        (10, "keinem Einsatz zugeordnet", unknown, unknown, unknown),  # w5
    ]


def test_days_are_those_of_position_einsatz_and_grant_within_the_period(document):
    days = {row[0]: (row[6], row[7]) for row in document.table("t1").rows}
    assert days[1] == (date(2025, 1, 1), date(2025, 12, 31))
    assert days[6] == (date(2025, 1, 1), date(2025, 7, 31))
    assert days[8] == (date(2025, 1, 1), date(2025, 6, 15))
    assert days[9] == (date(2025, 6, 16), date(2025, 12, 31))
    assert days[10] == (date(2025, 11, 1), date(2025, 12, 31))


def test_a_position_at_two_schools_counts_its_months_once(document):
    # s9 12, s1 12, s2 12, w6 12, w1 7, w2 5, w3 5,5 filled; s6 12 and w4 6,5 vacant; w5 two months of which nobody knows.
    rows, filled = column(document, "t1", "Besetzungsmonate")
    assert filled == 12 * 4 + 7 + 5 + Fraction(11, 2) == Fraction("65.5")
    assert column(document, "t1", "unbesetzte Monate")[1] == Fraction("18.5")
    # The rows of one position would come to more.
    assert sum(row for row in rows if not isinstance(row, Sign)) == Fraction("65.5") + 12 + 12 + 36


def test_vzae_months_are_those_of_filled_times(document):
    # s9 6, s1 6 + 6, s2 3 + 3, w6 6 + 3 + 1,5 + 1,5, w1 3,5, w2 3,75, w3 5,5.
    assert column(document, "t1", "VZÄ-Monate")[1] == Fraction("6") + 12 + 6 + 12 + Fraction("12.75")


def test_months_by_employer(document):
    # Jugendwerk: s1, s6, s9, w3, w4, w6; Birkental: s2, w1, w2; of w5 nobody knows.
    assert document.table("t1b").rows == (
        ("Jugendwerk", 6, 60, Fraction("41.5"), Fraction("18.5"), 0),
        ("k. A.", 1, 2, 0, 0, 2),
        ("Stadt Birkental", 3, 24, 24, 0, 0),
    )
    assert document.table("t1b").totals == ("Summe", 10, 86, Fraction("65.5"), Fraction("18.5"), 2)


def test_the_summary_says_the_same(document):
    figures = next(block for block in document.blocks() if isinstance(block, Figures))
    assert [figure.value for figure in figures.items] == [10, Fraction("65.5"), Fraction("18.5"), Fraction("48.75")]


def test_the_months_stand_beside_those_of_the_year_before(document):
    # 2024: s1, s2, s9 and w1 were filled and s6 vacant for twelve months each; w2 to w5 did not exist yet, and the Land
    # paid for w6 from 2025 on. VZÄ-Monate: s1 12, s2 6, s9 6, w1 6; in 2025 6 + 12 + 6 + 12 + 3,5 + 3,75 + 5,5.
    assert document.table("vergleich").rows == (
        ("geförderte Stellen", 10, 5, 5),
        ("Besetzungsmonate", Fraction("65.5"), 48, Fraction("17.5")),
        ("unbesetzte Monate", Fraction("18.5"), 12, Fraction("6.5")),
        ("VZÄ-Monate", Fraction("48.75"), 30, Fraction("18.75")),
    )


def test_without_funded_positions_before_there_is_one_sentence():
    only = [position("neu", 39, holder="aue", saeule=RICHTLINIE, period=Period(since=date(2025, 1, 1)))]
    page = VERWENDUNGSNACHWEIS.run(view([*records()[:0], *only]), year=2025)
    assert "Für den Zeitraum davor (Kalenderjahr 2024) ist keine geförderte Stelle erfasst." in text_of(page)


def test_measures_by_foerderziel_count_once_in_all(document):
    # Netzwerk: Wegweiser done, Qualitätsstandards going on, the Fachtag by two entries of 50 and 70 minutes.
    # Koordinierung: Qualitätsstandards again, and the entry of 70 minutes.
    found = [row[1:] for row in document.table("t3").rows]
    assert found == [(1, 1, 1, 2, 2), (0, 1, 1, 1, Fraction(7, 6))]
    assert document.table("t3").totals[1:] == (1, 1, 1, 2, 2)


def test_measures_are_listed_with_their_state(document):
    netzwerk = "Inner- und außerschulische Netzwerkarbeit, Lotsenfunktion"
    koordinierung = "Qualitative Absicherung und Weiterentwicklung durch Koordinierungsaufgaben"
    assert document.table("t3b").rows == (
        (netzwerk, "Wegweiser", "Aufgabe", "am 31.12.2025", "abgeschlossen am 31.12.2025"),
        (netzwerk, "Qualitätsstandards", "Aufgabe", "Februar 2025 – Juni 2026", "in Arbeit"),
        (netzwerk, "Fachtag Schulabsentismus", "Veranstaltung", "05.03.2025", "nachbereitet"),
        (koordinierung, "Qualitätsstandards", "Aufgabe", "Februar 2025 – Juni 2026", "in Arbeit"),
        (koordinierung, "Fachtag Schulabsentismus", "Veranstaltung", "05.03.2025", "nachbereitet"),
    )


def test_what_is_not_known_is_told(document):
    assert {gap.what.partition(" (")[0]: gap.count for gap in document.missing} == {
        "Stellenanteile ohne Angabe des Umfangs": 1,
        "Stellen ohne Angabe der Besetzung": 1,
        "Stellen, zu denen nur die Säule und keine Finanzierung erfasst ist": 2,
        "Stellen ohne Angabe des Anstellungsträgers": 1,
        "erledigte Aufgaben mit Förderziel, deren Abschluss kein Datum hat": 1,
        "Tätigkeiten im Zeitraum ohne Förderziel": 11,
    }


def test_gaps_between_positions_with_one_number_of_the_stellenplan_are_told():
    def gaps(*given):
        document = VERWENDUNGSNACHWEIS.run(view(given), year=2025)
        return [gap.count for gap in document.missing if "Lücken" in gap.what]

    whole = [*records(), *funding()]
    # Numbers 7 and 8 follow without a gap. Without the vacant one, number 8 ends in June: that is an end, no gap.
    assert gaps(*whole) == []
    ended = [found for found in whole if found.id not in {"w4", "w4-schule-05"}]
    assert gaps(*ended) == []
    september = position(
        "w7", 39, holder="neu", saeule=RICHTLINIE, plan_number="8", period=Period(since=date(2025, 9, 1))
    )
    assert gaps(*ended, september) == [1]


def test_costs_are_said_to_be_missing(document):
    assert "koschuso führt keine Ausgaben und Einnahmen" in text_of(document)


def test_it_says_which_version_of_the_richtlinie_held_and_that_months_are_our_rule(document):
    text = text_of(document)
    assert "vom 22.09.2021: 22.09.2021 – 31.07.2025" in text
    assert "überarbeitet 2025: seit 01.08.2025" in text
    assert "keine Vorgabe der Richtlinie" in text


def test_half_a_schuljahr_takes_only_its_own_months():
    whole = view([*records(), *funding()])
    document = VERWENDUNGSNACHWEIS.run(whole, schulhalbjahr="2024/25-2")
    # February to July: s9, s1, s2, w6 and w1 6 each, w3 4,5; vacant s6 6 and w4 1,5; w5 does not exist yet.
    assert document.table("t1").totals[8:10] == (Fraction("34.5"), Fraction("7.5"))


def test_a_period_without_funded_positions_is_an_honest_empty_report():
    document = VERWENDUNGSNACHWEIS.run(view([]), year=2025)
    assert document.table("t1").rows == ()
    assert "Im Zeitraum ist keine Stelle erfasst, die nach der Richtlinie gefördert wird." in text_of(document)


@pytest.mark.parametrize("audience", ["foerdergeber", "intern"])
def test_no_name_of_a_person_stands_in_it(audience):
    text = text_of(VERWENDUNGSNACHWEIS.run(view([*records(), *funding(), *measures()]), year=2025, audience=audience))
    for name in ("von der Aue", "Früh", "Neumann", "Stelle s1", "Groß"):
        assert name not in text


def test_it_is_for_the_foerdergeber_and_the_office_only():
    with pytest.raises(WrongUse, match="nicht für den Empfängerkreis"):
        VERWENDUNGSNACHWEIS.run(view(), year=2025, audience="oeffentlich")


def test_the_order_of_the_records_changes_no_byte():
    found = [*records(), *funding(), *measures()]
    first, second = (VERWENDUNGSNACHWEIS.run(view(given), year=2025) for given in (found, found[::-1]))
    assert first.render(".csv") == second.render(".csv")


def test_a_grant_of_two_years_counts_each_day_once():
    doubled = [*records(), *funding()]
    more = [found for found in funding() if found.id == "f-w6"]
    again = [type(more[0])(id="f-w6-2", position_id="w6", funding_source=more[0].funding_source, period=Period())]
    document = VERWENDUNGSNACHWEIS.run(view([*doubled, *again]), year=2025)
    assert document.table("t1").totals[8] == Fraction("65.5")
