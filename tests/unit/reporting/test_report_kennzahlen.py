"""The Kennzahlenblatt of the small office, every figure worked out by hand, and what a small number hides."""

from datetime import UTC, date, datetime
from fractions import Fraction

import attrs
import pytest

from koschuso.errors import Refused, WrongUse
from koschuso.model import Consultation, Finding, Participation, Severity
from koschuso.reporting import KENNZAHLEN, Figures, Sign


def figures(document):
    return {item.label: item for block in document.blocks() if isinstance(block, Figures) for item in block.items}


def value(document, label):
    return figures(document)[label].value


@pytest.fixture
def document(view):
    return KENNZAHLEN.run(view, year=2025)


def test_positions_are_those_of_the_last_day_of_the_data(document):
    # At schools, without an Einsatz (a quarter), at the closed school and outside (a half each).
    at_schools = Fraction("19.5") / 39 * 3 + Fraction(15 + 10 + 20, 39) + Fraction(1170, 2390)
    assert value(document, "Schulsozialarbeit") == at_schools + Fraction(5, 4)
    assert value(document, "Koordination") == Fraction("29.5") / 39
    assert (value(document, "Schulen mit Schulsozialarbeit"), value(document, "Schulen ohne Schulsozialarbeit")) == (
        4,
        1,
    )


def test_people_who_left_in_the_period_are_counted_for_the_period(document):
    # On the day: a, b, c, e, h, i and one filled position without a person. In the year also f.
    assert value(document, "Fachkräfte") == 7
    assert figures(document)["Fachkräfte"].note == "im Zeitraum insgesamt 8"


def test_the_schluessel_is_shown_for_people_and_for_volumes_without_a_verdict(document):
    table = document.table("schluessel")
    people, volumes = table.rows
    coordination = Fraction("29.5") / 39
    # a, b, e, i and the filled position without a person; not c (no Säule), h (sonstige), nor the vacant position.
    assert people[1:] == (5, coordination, 5 / coordination, Fraction(5, 30))
    counted = 1 + Fraction(1170, 2390) + Fraction(3, 4) + Fraction(10 + 20, 39) + Fraction(1, 2)
    assert volumes[1:] == (counted, coordination, counted / coordination, counted / 30)
    assert "keine förderrechtliche Bewertung" in table.notes[0]


def test_without_coordination_there_is_no_ratio_and_no_error(records, view_of):
    kept = [record for record in records if record.id not in {"k1", "k2"}]
    row = KENNZAHLEN.run(view_of(kept), year=2025).table("schluessel").rows[0]
    assert row[2:4] == (0, Sign.NOT_APPLICABLE)


def test_unknown_coordination_is_not_zero(records, view_of):
    changed = [
        attrs.evolve(record, workload=None) if record.id in {"k1", "k1-1", "k2", "k2-1"} else record
        for record in records
    ]
    row = KENNZAHLEN.run(view_of(changed), year=2025).table("schluessel").rows[0]
    assert row[2:4] == (Sign.UNKNOWN, Sign.UNKNOWN)


def test_teilnahmen_and_teilnehmende_are_told_apart(document):
    # Fachtag 1: a, b, c and a guest. Fachtag 2: a, the same guest, 7 counted heads; no speaker, no no-show.
    assert value(document, "Teilnahmen") == 13
    assert value(document, "Teilnehmende") == 4
    assert figures(document)["Teilnehmende"].note == "7 Teilnahmen ohne Namen nicht enthalten"


def test_reach_is_the_share_of_those_who_worked_in_the_period(document):
    # Fachkräfte of the year: a, b, c, e, f, h, i and one filled position without a person; of these a, b and c came.
    assert value(document, "Reichweite") == Fraction(300, 8)


def test_events_count_when_they_were_held_and_committees_apart(document):
    assert value(document, "Veranstaltungen") == 2
    assert figures(document)["Veranstaltungen"].note == "durchgeführt, 1 abgesagt"
    assert value(document, "Gremiensitzungen") == 1
    missing = {gap.what: gap.count for gap in document.missing}
    assert missing["vergangene Veranstaltungen ohne Vermerk, ob sie stattfanden"] == 1


def test_consultations_count_contacts_of_the_period(document):
    assert value(document, "Beratungskontakte") == 4
    assert value(document, "Beratungszeit") == Fraction(3, 4)


def test_concepts_count_when_they_were_adopted_in_the_period(document):
    assert value(document, "Konzepte fertiggestellt") == 1
    assert [row[0] for row in document.table("konzepte").rows] == ["Rahmenkonzept"]


def test_a_vague_date_is_told_and_not_guessed(view):
    document = KENNZAHLEN.run(view, schuljahr="2019/20")
    assert value(document, "Konzepte fertiggestellt") == 0
    assert {gap.what: gap.count for gap in document.missing}[
        "Konzepte, deren Datum für den Zeitraum zu ungenau ist"
    ] == 1


def test_open_findings_are_named_only_where_the_rules_were_run(records, view_of, view):
    found = [
        Finding(rule="x", message="y", severity=severity)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
    ]
    with_ = KENNZAHLEN.run(view_of(records, findings=found), year=2025).render(".md").decode()
    assert "Offene Befunde der Datenprüfung: 2, davon 1 Fehler und 1 Warnungen." in with_
    assert "Befunde" not in KENNZAHLEN.run(view, year=2025).render(".md").decode()


# -- small numbers -----------------------------------------------------------------------------------------------------


def without_visits_of(records, *kept):
    return [record for record in records if not isinstance(record, Participation) or record.id in kept]


def test_small_numbers_of_people_are_suppressed_outside_the_office(records, view_of):
    view = view_of(without_visits_of(records, "t-e1-a", "t-e1-b"))
    document = KENNZAHLEN.run(view, year=2025)
    assert value(document, "Teilnahmen") is Sign.SUPPRESSED
    assert value(document, "Teilnehmende") is Sign.SUPPRESSED
    assert value(document, "Reichweite") is Sign.SUPPRESSED
    assert document.suppressed >= 3
    html = document.render(".html").decode()
    assert "•" in html
    assert f"Unterdrückte Werte: {document.suppressed}." in html


def test_the_office_itself_sees_everything_and_is_marked_intern(records, view_of):
    view = view_of(without_visits_of(records, "t-e1-a", "t-e1-b"))
    document = KENNZAHLEN.run(view, year=2025, audience="intern")
    assert (value(document, "Teilnahmen"), document.suppressed, document.internal) == (2, 0, True)
    for suffix in (".html", ".csv", ".md"):
        assert "INTERN" in document.render(suffix).decode()
    assert "INTERN" not in KENNZAHLEN.run(view, year=2025).render(".html").decode()


def test_zero_stays_zero(records, view_of):
    # Of Fachtag 2 it was noted that somebody stayed away: so the list was kept, and nobody came.
    document = KENNZAHLEN.run(view_of(without_visits_of(records, "t-e2-f")), year=2025)
    assert (value(document, "Teilnahmen"), value(document, "Reichweite")) == (0, 0)


def test_without_any_list_nobody_knows_who_came(records, view_of):
    document = KENNZAHLEN.run(view_of(without_visits_of(records)), year=2025)
    for figure in ("Teilnahmen", "Teilnehmende", "Reichweite", "Personenstunden"):
        assert value(document, figure) is Sign.UNKNOWN
    missing = {gap.what: gap.count for gap in document.missing}
    assert missing["durchgeführte Veranstaltungen ohne Angabe, wer oder wie viele kamen"] == 2


def test_what_a_shown_number_would_give_away_is_hidden_as_well(records, view_of):
    # 8 visits, 7 of them only counted: the one person would be the difference.
    document = KENNZAHLEN.run(view_of(without_visits_of(records, "t-e1-a", "t-e2-kopf")), year=2025)
    assert value(document, "Teilnahmen") == 8
    assert value(document, "Teilnehmende") is Sign.SUPPRESSED
    assert not any(character.isdigit() for character in figures(document)["Teilnehmende"].note)


def test_almost_everybody_is_as_telling_as_hardly_anybody(records, view_of):
    # 6 of 7 came: who did not is one person.
    visits = [record for record in records if record.id.startswith("t-e1-") and record.id != "t-e1-gast"]
    more = [attrs.evolve(visits[0], id=f"mehr-{name}", person_id=f"person-{name}") for name in "efh"]
    document = KENNZAHLEN.run(view_of([*records, *more]), year=2025)
    assert value(document, "Reichweite") is Sign.SUPPRESSED


def test_hours_of_few_contacts_are_hidden(view_of):
    few = [
        Consultation(id=f"b{number}", day=date(2025, 1, 2), target_group="politik", form="telefon", minutes=minutes)
        for number, minutes in enumerate((30, 30, None, None))
    ]
    document = KENNZAHLEN.run(view_of(few), year=2025)
    assert value(document, "Beratungskontakte") == 4
    assert value(document, "Beratungszeit") is Sign.SUPPRESSED
    assert not [gap for gap in document.missing if "Dauer" in gap.what]
    assert "Zum Schutz kleiner Zahlen ohne Zahl: Beratungskontakte ohne Angabe der Dauer." in document.notes


def test_the_threshold_can_be_raised(view):
    assert value(KENNZAHLEN.run(view, year=2025, threshold=5), "Teilnehmende") is Sign.SUPPRESSED
    assert value(KENNZAHLEN.run(view, year=2025, threshold="4"), "Teilnehmende") == 4


# -- periods -----------------------------------------------------------------------------------------------------------


def test_a_calendar_year_is_taken_where_nothing_is_said(view):
    assert KENNZAHLEN.run(view).period == "Kalenderjahr 2025"


def test_a_schuljahr_ends_in_july(view):
    document = KENNZAHLEN.run(view, schuljahr="2024/25")
    assert document.period == "Schuljahr 2024/25 (01.08.2024 – 31.07.2025)"
    assert value(document, "Veranstaltungen") == 1
    # On 31.07.2025 person f was still there.
    assert value(document, "Fachkräfte") == 8


def test_a_period_of_the_future_is_refused(view):
    with pytest.raises(Refused, match="beginnt erst nach dem Stand der Daten"):
        KENNZAHLEN.run(view, year=2026)


def test_a_stichtag_is_refused(view):
    with pytest.raises(WrongUse, match="lässt sich nicht für einen Stichtag aufstellen"):
        KENNZAHLEN.run(view, stichtag="15.10.2025")


def test_without_records_there_are_zeros_and_no_error(view_of):
    html = KENNZAHLEN.run(view_of([]), year=2025).render(".html").decode()
    assert "Dazu liegen keine Angaben vor." in html


def test_the_day_is_that_of_nrw(view_of):
    late = view_of([], as_of=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert KENNZAHLEN.run(late).period == "Kalenderjahr 2026"
