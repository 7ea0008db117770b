"""The plan of 2026 of the golden office: fuzzy dates in order, meetings with their points, and what is left out."""

from datetime import date

import pytest
from golden_office import records, view
from golden_plans import plans

from koschuso.errors import WrongUse
from koschuso.model import FuzzyDate, Task, TaskStatus
from koschuso.reporting.reports.jahresplanung import JAHRESPLANUNG


@pytest.fixture
def office():
    return view([*records(), *plans()])


def lines(document):
    return document.table("jahresplanung").rows


def test_the_plan_stands_in_the_order_of_time_each_date_in_its_own_words(office):
    """Who begins earlier comes first; of two that begin on one day, the one that ends earlier."""
    assert lines(JAHRESPLANUNG.run(office, year=2026, audience="intern")) == (
        ("Januar / Februar", "Gespräche mit Schulen"),
        ("Februar 2025 – Juni", "Qualitätsstandards"),  # began before the plan does
        ("4. Februar", "Austausch Grundschule (Qualitätszirkel)"),
        ("10. Februar", "Klausur der Koordination"),
        ("März – 1. Quartal", "Fortbildungen planen"),
        ("22. März", "Lenkungskreis (Sitzung): Stellenübersicht; Jahresplanung 2027"),
        ("bis 22. März", "Verwendungsnachweis"),
        ("Mai", "Sachstandsbericht (Lenkungskreis Schulsozialarbeit)"),
        ("Juni", "Zehn Jahre Arbeitskreis"),
        ("August", "Neue Fachkräfte begrüßen"),
        ("30. September – 1. Oktober", "Einstiegsqualifizierung"),
        ("11. November", "Fachtag 2026"),
    )


def test_what_has_no_date_stands_below_the_table(office):
    text = JAHRESPLANUNG.run(office, year=2026, audience="intern").render(".md").decode()
    below = text[text.index("noch ohne Termin") :]
    assert below.index("Arbeitshilfe überarbeiten") < below.index("Exkursion nach Cedernau")
    assert "Stellenübersicht" not in below


def test_a_committee_sees_no_internal_dates_and_is_told_so(office):
    document = JAHRESPLANUNG.run(office, year=2026)
    words = [row[1] for row in lines(document)]
    assert "Klausur der Koordination" not in words
    assert "Lenkungskreis (Sitzung): Stellenübersicht; Jahresplanung 2027" in words
    text = document.render(".md").decode()
    assert "Interne Termine sind in dieser Fassung nicht enthalten." in text
    assert "Exkursion nach Cedernau" not in text


def test_the_public_sees_public_events_only(office):
    words = [row[1] for row in lines(JAHRESPLANUNG.run(office, year=2026, audience="oeffentlich"))]
    assert "Fachtag 2026" in words
    assert not any("Lenkungskreis (" in one or "Austausch" in one for one in words)


def test_a_schuljahr_names_the_year_with_each_day_and_takes_the_right_one(office):
    found = dict(lines(JAHRESPLANUNG.run(office, schuljahr="2025/26", audience="intern")))
    assert found["22. März 2026"] == "Lenkungskreis (Sitzung): Stellenübersicht; Jahresplanung 2027"
    assert found["Mai 2026"] == "Sachstandsbericht (Lenkungskreis Schulsozialarbeit)"
    assert found["August"] == "Neue Fachkräfte begrüßen"
    assert "11. November 2026" not in found


def test_a_date_without_a_year_belongs_to_a_plan_that_is_not_over(office):
    assert "August" not in dict(lines(JAHRESPLANUNG.run(office, year=2025)))
    document = JAHRESPLANUNG.run(office, year=2026)
    (missing,) = [one for one in document.missing if "Jahres" in one.what and "Text" not in one.what]
    assert missing.count == 1


def test_a_task_without_a_year_that_is_done_belongs_to_the_year_in_which_it_was_done():
    done = Task(
        id="fertig",
        title="Flyer",
        due=FuzzyDate("April"),
        status=TaskStatus.ERLEDIGT,
        completed_on=date(2025, 4, 2),
    )
    assert ("April", "Flyer") in lines(JAHRESPLANUNG.run(view([done]), year=2025))
    assert lines(JAHRESPLANUNG.run(view([done]), year=2026)) == ()


def test_what_was_dropped_or_called_off_is_not_planned(office):
    words = " ".join(row[1] for row in lines(JAHRESPLANUNG.run(office, year=2026, audience="intern")))
    assert "Fortbildung " not in words.replace("Fortbildungen", "")
    assert "Exkursion" not in words


def test_an_empty_year_says_so():
    text = JAHRESPLANUNG.run(view([]), year=2026).render(".md").decode()
    assert "Für diesen Zeitraum ist noch nichts geplant." in text


def test_no_person_is_named(office):
    text = JAHRESPLANUNG.run(office, year=2025, audience="intern").render(".md").decode()
    assert "Muster, Kaya" not in text
    assert "Kaya" not in text


def test_a_plan_is_for_a_year(office):
    with pytest.raises(WrongUse, match="lässt sich nicht für einen Stichtag aufstellen"):
        JAHRESPLANUNG.run(office, stichtag="01.01.2026")
