"""The Bedarfsabfrage and the evaluation of the golden office (golden_plans), every figure by hand."""

from fractions import Fraction

import pytest
from golden_office import records, view
from golden_plans import scale, surveys
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import Refused
from koschuso.reporting.document import Sign
from koschuso.reporting.figures.scales import may_show_distribution, may_show_mean
from koschuso.reporting.reports.bedarfe import BEDARFE

HIDDEN = Sign.SUPPRESSED


@pytest.fixture
def office():
    return view([*records(), *surveys()])


def run(office, **more):
    return BEDARFE.run(office, **{"befragung": "bedarf", **more})


def tables(document):
    return {table.title: table.rows for table in document.tables()}


def test_a_mean_is_told_with_its_n_unless_it_would_betray_a_single_answer(office):
    """84 : 20 = 4,2. 17 : 5 = 3,4 leaves open who said what. 24 of 25 can only be 4·5 + 4: hidden."""
    assert run(office).table("befragung-1-mittelwerte").rows == (
        ("Wie zufrieden sind Sie mit den Fortbildungen?", "1 bis 5", 20, Fraction(84, 20)),
        ("Wie gut passt die Uhrzeit?", "1 bis 5", 5, Fraction(17, 5)),
        ("Wie wichtig ist Ihnen ein fester Ort?", "1 bis 5", 5, HIDDEN),
    )


def test_inside_every_mean_and_every_free_answer_stands(office):
    document = run(office, audience="intern")
    assert document.table("befragung-1-mittelwerte").rows[2][3] == Fraction(24, 5)
    text = document.render(".md").decode()
    assert "Zeit für Austausch" in text
    assert "Räume" in text


def test_a_distribution_is_told_whole_or_not_at_all(office):
    found = tables(run(office))
    assert found["Wie zufrieden sind Sie mit den Fortbildungen?"] == (("1", 0), ("2", 0), ("3", 3), ("4", 10), ("5", 7))
    assert "Wie gut passt die Uhrzeit?" not in found
    assert "Wie wichtig ist Ihnen ein fester Ort?" not in found


def test_topics_are_ranked_and_small_ones_hidden(office):
    """14, 9 and 0 are shown in their order; the 2 for Datenschutz are not and stand last."""
    assert tables(run(office))["Welche Themen brauchen Sie?"] == (
        ("Kinderschutz", 14),
        ("Mobbing", 9),
        ("Sucht", 0),
        ("Datenschutz", HIDDEN),
    )


def test_a_small_answer_is_not_given_away_by_the_sum(office):
    """1 + 6 + 13 = 20: with the 1 another one is hidden."""
    rows = dict(tables(run(office))["An welcher Schulform arbeiten Sie?"])
    assert rows["Förderschule"] is HIDDEN
    assert list(rows.values()).count(HIDDEN) >= 2


def test_inside_nothing_is_hidden(office):
    rows = dict(tables(run(office, audience="intern"))["An welcher Schulform arbeiten Sie?"])
    assert rows == {"Grundschule": 13, "Gesamtschule": 6, "Förderschule": 1}


def test_the_ruecklauf_is_a_share_of_those_who_were_asked(office):
    figures = {item.label: item.value for item in run(office).sections[0].blocks[1].items}
    assert figures == {"Antworten": 20, "Befragte": 40, "Rücklauf": 50}


@pytest.mark.parametrize("suffix", [".html", ".md", ".csv"])
def test_free_answers_stay_inside(office, suffix):
    text = run(office).render(suffix).decode()
    assert "Zeit für Austausch" not in text
    assert "Räume" not in text


def test_an_evaluation_with_fewer_than_five_sheets_is_not_told(office):
    document = run(office, befragung="auswertung")
    text = document.render(".md").decode()
    assert "Evaluation zur Veranstaltung »Fachtag Schulabsentismus«" in text
    assert "kamen weniger als 5 Antworten" in text
    assert document.tables() == ()


def test_the_minimum_can_be_set(office):
    assert run(office, befragung="auswertung", mindestzahl=4).table("befragung-1-mittelwerte").rows == (
        ("Wie war der Tag?", "1 bis 5", 4, Fraction(5)),
    )
    rows = run(office, mindestzahl=6).table("befragung-1-mittelwerte").rows
    assert [row[2:] for row in rows] == [(20, Fraction(84, 20)), (HIDDEN, HIDDEN), (HIDDEN, HIDDEN)]


def test_all_surveys_of_a_period_stand_in_the_order_of_time(office):
    document = BEDARFE.run(office, year=2025, audience="intern")
    assert [section.title for section in document.sections] == ["Auswertung Fachtag", "Bedarfsabfrage Fortbildung"]


def test_a_period_without_a_survey_says_so(office):
    with pytest.raises(Refused, match=r"Kalenderjahr 2019 sind keine Befragungen erfasst; die erste Angabe ist vom"):
        BEDARFE.run(office, year=2019)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"befragung": "gibt-es-nicht"}, "»gibt-es-nicht« gibt es nicht"),
        ({"mindestzahl": "2"}, "ganze Zahl von 3 bis 1000"),
        ({"mindestzahl": "fünf"}, "ganze Zahl von 3 bis 1000"),
    ],
)
def test_a_wrong_question_is_refused_in_one_sentence(office, given, words):
    with pytest.raises(Refused, match=words):
        BEDARFE.run(office, **{"year": 2025, **given})


def _ways(points, people, steps):
    """Give every way in which so many people can reach so many points, as counts of the steps; slow and plain."""
    if not steps:
        return [()] if points == people == 0 else []
    step, *others = steps
    return [
        (count, *rest)
        for count in range(people + 1)
        if points >= count * step
        for rest in _ways(points - count * step, people - count, others)
    ]


@given(st.lists(st.integers(0, 4), min_size=4, max_size=5).filter(sum))
def test_a_mean_that_is_told_never_tells_that_one_or_two_chose_a_step(counts):
    question = scale("Wie war es?", *counts)
    ways = _ways(question.points, question.answered, list(range(1, len(counts) + 1)))
    told = any(min(column) > 0 and max(column) < 3 for column in zip(*ways, strict=True))
    assert may_show_mean(question, 3) is not told
    assert may_show_distribution(question, 3) is all(count == 0 or count >= 3 for count in counts)
