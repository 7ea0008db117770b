"""The Geschichte of an office as a document."""

import pytest

from koschuso.reporting import GESCHICHTE


@pytest.fixture
def text(view):
    return GESCHICHTE.run(view).render(".md").decode()


def test_milestones_stand_in_the_order_of_time_with_topics_and_bodies(text):
    assert text.index("**08/2016:** Erster Austausch") < text.index("**2019:** Verhandlungen")
    assert "  - **Themen:** Modellregion" in text
    assert "  - **Beteiligt:** Lenkungskreis" in text


def test_it_says_where_the_office_is_docked_and_what_it_is(text):
    assert "- **Angedockt an:** Regionales Bildungsbüro Musterkreis" in text
    assert "Das Angebot ist trägerunabhängig." in text
    assert "Das Angebot ist schulformübergreifend." in text


def test_positions_are_volumes_by_employer(text):
    assert "| Träger A | 19,50 | 0,50 | besetzt | – |" in text
    assert "| Träger B | 10,00 | 0,26 | besetzt | – |" in text
    assert "| **Summe** | **29,50** | **0,76** |" in text


def test_goals_stand_in_their_order(text):
    assert text.index("1. Komplexität bewältigen") < text.index("2. Qualität sichern")
    assert "   - **In Kooperation mit:** Träger A" in text


def test_the_four_schwerpunkte_are_those_of_the_profile_without_proposals(text):
    part = text[text.index("## Aufgabenschwerpunkte") : text.index("## Kooperation")]
    assert [line[:2] for line in part.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3.", "4."]
    assert "Leitung, Verwaltung" not in part


def test_benefits_stand_at_the_side_that_gains(text):
    office, rbb = text.index("### Vorteile für: Koordinierungsstelle"), text.index("### Vorteile für: Regionales")
    assert office < text.index("- Einbettung") < rbb < text.index("- Bedarfsabfrage")
    assert "  - **Zeigt sich in:** Fachtag e1" in text


def test_concepts_name_version_state_and_adoption(text):
    assert (
        "| Rahmenkonzept | Rahmenkonzept | 2.0 | beschlossen | 10/2025 | 15.10.2025 durch Lenkungskreis (Vorlage 7/2025) |"
        in text
    )


@pytest.mark.parametrize("suffix", [".html", ".md", ".csv"])
def test_no_person_is_named(view, suffix):
    text = GESCHICHTE.run(view).render(suffix).decode()
    assert "Erika" not in text
    assert "person-" not in text


def test_an_office_without_records_gets_a_document_all_the_same(view_of):
    text = GESCHICHTE.run(view_of([])).render(".md").decode()
    assert "Die Entstehungsgeschichte ist nicht erfasst." in text


def test_milestones_of_later_are_not_told_of_an_earlier_day(view):
    assert "Verhandlungen" not in GESCHICHTE.run(view, stichtag="31.12.2018").render(".md").decode()
