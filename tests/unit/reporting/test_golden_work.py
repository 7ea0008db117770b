"""The golden office's events, Beratungen, committees and working time: every figure worked out by hand beside it."""

from datetime import date
from fractions import Fraction

import pytest
from golden_office import AS_OF, came, did, event, records, view
from golden_plans import scale, surveys

from koschuso.model import Consultation, Participation, Survey, SurveyType
from koschuso.reporting import Figures, Sign
from koschuso.reporting.reports.beratungen import BERATUNGEN
from koschuso.reporting.reports.gremien import GREMIEN
from koschuso.reporting.reports.kennzahlen import KENNZAHLEN
from koschuso.reporting.reports.taetigkeiten import TAETIGKEITEN
from koschuso.reporting.reports.veranstaltungen import VERANSTALTUNGEN

ALL = (VERANSTALTUNGEN, BERATUNGEN, GREMIEN, TAETIGKEITEN, KENNZAHLEN)
KA, NONE, HIDDEN = Sign.UNKNOWN, Sign.NOT_APPLICABLE, Sign.SUPPRESSED


def run(report, found=None, **given):
    return report.run(view(found), **{"year": 2025, "audience": "intern", **given})


def figures(document):
    return {item.label: item.value for block in document.blocks() if isinstance(block, Figures) for item in block.items}


def notes_of_figures(document):
    return {item.label: item.note for block in document.blocks() if isinstance(block, Figures) for item in block.items}


def lines(document, key):
    """Give a table as rows by their first value, and its last row."""
    table = document.table(key)
    return {row[0]: row[1:] for row in table.rows}, table.totals[1:] if table.totals else None


def missing(document):
    return {gap.what: gap.count for gap in document.missing}


def text(document):
    return " ".join(line for block in document.blocks() for line in getattr(block, "paragraphs", ()))


# -- R4 Veranstaltungen ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def events():
    return run(VERANSTALTUNGEN)


def test_events_at_a_glance(events):
    found, notes = figures(events), notes_of_figures(events)
    # fachtag, zirkel, treffen, nachgeholt, silvester (0:30 on 01.01.2025 here), fortbildung-2; sittings are none.
    assert found["Veranstaltungen"] == 6
    assert notes["Veranstaltungen"] == "durchgeführt, 1 abgesagt, 1 verschoben"
    # fachtag 5 + zirkel 4 + 2 + 1 + treffen 4 + fortbildung-2 3 + silvester 3.
    assert found["Teilnahmen"] == 5 + 7 + 4 + 3 + 3
    # aue, gross, land-1, doppel, the substitute, guest one (who is the same on both days).
    assert found["Teilnehmende"] == 6
    # 6 + 3 counted heads and somebody of the Jugendwerk without a name.
    assert notes["Teilnehmende"] == "verschiedene Personen; 10 Teilnahmen ohne Namen nicht enthalten"
    # aue, gross, land-1 and doppel came; strasser, weg, beides and the position s9 without a person did not.
    assert found["Reichweite"] == Fraction(100 * 4, 8)
    # fachtag 4 × 5 + 2,5; zirkel 7 × 2; fortbildung-2 3 + 2 × 4; silvester 3 × 1; treffen is not known.
    assert found["Personenstunden"] == Fraction("22.5") + 14 + 11 + 3
    # 5 (as certified, not 6) + 2 + 3,5 + 1 + 4.
    assert found["Veranstaltungsstunden"] == Fraction("15.5")


def test_from_registration_to_attendance(events):
    rows, _ = lines(events, "anmeldungen")
    # fachtag: 5 came, doppel stayed away; zirkel: aue; treffen: 4; fortbildung-2: 3 and strasser, of whom nobody knows.
    assert rows["Anmeldungen"] == (6 + 1 + 4 + 4,)
    assert rows["Warteliste (nicht nachgerückt)"] == (1,)  # strasser
    assert rows["Abmeldungen"] == (2,)  # weg and guest two
    assert rows["nicht erschienen (No-show)"] == (1,)  # doppel
    assert rows["Teilnahmen mit Namen oder Einrichtung"] == (5 + 1 + 4 + 3,)
    assert rows["Teilnahmen, nur als Kopfzahl erfasst"] == (6 + 3,)
    assert rows["Teilnahmen insgesamt"] == (22,)


def test_the_list_of_events(events):
    table = events.table("veranstaltungen")
    shown = {row[1]: (row[0], *row[5:]) for row in table.rows}
    # Day, seats, Anmeldungen, Warteliste, Abmeldungen, Teilnahmen, not there, hours.
    assert shown == {
        "Digitale Sprechstunde": (date(2025, 1, 1), NONE, 0, 0, 0, 3, 0, 1),
        "Fachtag Schulabsentismus": (date(2025, 3, 5), 8, 6, 1, 2, 5, 1, 5),
        "Fortbildung Kinderschutz": (date(2025, 6, 4), 12, 4, 0, 0, 3, 0, 4),
        "Qualitätszirkel Grundschule": (date(2025, 9, 17), NONE, 1, 0, 0, 7, 0, 2),
        "Netzwerktreffen": (date(2025, 10, 8), NONE, 4, 0, 0, 4, 0, KA),
        # Moved into the Herbstferien; nobody wrote down who came: that is not 0.
        "Fortbildung Elternarbeit": (date(2025, 10, 15), 20, 0, 0, 0, KA, KA, Fraction("3.5")),
    }
    assert table.totals[5:] == (8 + 12 + 20, 15, 1, 2, 22, 1, Fraction("15.5"))
    assert [row[0] for row in table.rows] == sorted(row[0] for row in table.rows)
    assert table.rows[1][2:5] == (
        "Fachtag / Fachtagung",
        "Fachkräfte für Schulsozialarbeit, Schulleitungen",
        "Präsenz",
    )


def test_satisfaction_is_the_mean_of_the_evaluation_of_the_event():
    # Four sheets, all of them a 5; only the Fachtag was evaluated.
    table = run(VERANSTALTUNGEN, [*records(), *surveys()]).table("veranstaltungen")
    assert {row[1]: row[-1] for row in table.rows if row[-1] is not KA} == {"Fachtag Schulabsentismus": 5}
    assert (table.columns[-1].title, table.totals[-1]) == ("Zufriedenheit", NONE)
    assert "»Wie war der Tag?« (Skala 1 bis 5)" in table.notes[-1]


def test_satisfaction_of_few_is_told_to_nobody_outside():
    def outside(*counts):
        given = Survey(
            id="auswertung",
            title="Auswertung Fachtag",
            day=date(2025, 3, 20),
            type=SurveyType.EVALUATION,
            event_id="fachtag",
            answers=sum(counts),
            questions=(scale("Wie war der Tag?", *counts),),
        )
        table = run(VERANSTALTUNGEN, [*records(), given], audience="gremium_oeffentlich").table("veranstaltungen")
        return table.rows[1][-1]

    assert outside(0, 0, 0, 0, 4) is HIDDEN  # fewer than five
    assert outside(0, 0, 0, 3, 3) == Fraction(4 * 3 + 5 * 3, 6)
    assert outside(0, 0, 0, 1, 4) is HIDDEN  # 24 of 25 points: one of five said 4


def test_without_an_evaluation_there_is_no_column_for_it(events):
    assert events.table("veranstaltungen").columns[-1].title == "Dauer"


def test_events_by_kind(events):
    rows, totals = lines(events, "nach-art")
    # Number, Teilnahmen, average of those with a list, person-hours, hours of events.
    assert rows == {
        "Fachtag / Fachtagung": (1, 5, 5, Fraction("22.5"), 5),
        "Fortbildung / Workshop": (2, 3, 3, 3 + 2 * 4, 4 + Fraction("3.5")),
        "Qualitätszirkel": (1, 7, 7, 14, 2),
        "Netzwerk- / Austauschtreffen": (1, 4, 4, KA, KA),
        "k. A.": (1, 3, 3, 3, 1),
    }
    assert totals == (6, 22, Fraction(22, 5), Fraction("50.5"), Fraction("15.5"))
    (bars,) = [block for block in events.blocks() if getattr(block, "key", "") == "teilnahmen-nach-art"]
    assert bars.series[0].values == (5, 3, 7, 4, 3)


def test_where_the_visitors_came_from(events):
    schulform, total = lines(events, "nach-schulform")
    # Grundschule: fachtag aue, gross; zirkel 4 + 2 + aue; treffen aue; fortbildung-2 aue, gross.
    # Gesamtschule: fachtag land-1, substitute, guest; treffen guest; fortbildung-2 land-1.
    # doppel works at two Schulformen; Jugendwerk and silvester's 3 are not known.
    assert schulform == {
        "Grundschule": (2 + 7 + 1 + 2,),
        "Gesamtschule": (3 + 1 + 1,),
        "mehrere Schulformen": (1,),
        "k. A.": (1 + 3,),
    }
    assert total == (22,)
    traeger, total = lines(events, "nach-traeger")
    # Jugendwerk: aue four times and the colleague without a name. doppel has two employers.
    # Not known: substitute, guest twice, 6 + 3 heads.
    assert traeger == {
        "Jugendwerk": (4 + 1,),
        "Land NRW": (2,),
        "Stadt Birkental": (2,),
        "mehrere Anstellungsträger": (1,),
        "k. A.": (1 + 2 + 9,),
    }
    assert total == (22,)
    gemeinde, total = lines(events, "nach-gemeinde")
    # Auenfeld: fachtag aue (for the school there), land-1, substitute, guest; zirkel 4; treffen guest; fortbildung-2 land-1.
    # Several: gross twice, aue three times, doppel.
    assert gemeinde == {"Auenfeld": (4 + 4 + 1 + 1,), "mehrere Gemeinden": (2 + 3 + 1,), "k. A.": (2 + 1 + 3,)}
    assert total == (22,)


def test_reach_by_schulform(events):
    rows, totals = lines(events, "reichweite")
    # Grundschule: aue, gross, strasser (Teilstandort). Gesamtschule: land-1, doppel, beides, s9. Förderschule: doppel,
    # weg, who left in March.
    assert rows == {
        "Grundschule": (3, 2, Fraction(200, 3)),
        "Förderschule": (2, 1, 50),
        "Gesamtschule": (4, 2, 50),
    }
    # doppel is one head: 3 + 2 + 4 − 1.
    assert totals == (8, 4, 50)


def test_topics_of_events_count_each_event_once_at_the_end(events):
    rows, totals = lines(events, "themen")
    assert rows == {
        "Schulabsentismus": (1, 5),
        "Kinderschutz": (3, 5 + 7 + 3),
        "Datenschutz und Schweigepflicht": (1, 7),
        "Elternarbeit": (1, KA),
        "bewegte_pause": (1, 4),  # a free tag
        "ohne Thema": (1, 3),
    }
    assert totals == (6, 22)
    assert "ergeben deshalb zusammen mehr" in events.table("themen").notes[0]
    # In 2024 the only event had one topic: the rows are the sum.
    assert run(VERANSTALTUNGEN, year=2024).table("themen").notes == ()


def test_events_beside_the_year_before(events):
    rows, _ = lines(events, "vergleich")
    # 2024: one Fachtag of 4 hours, aue, weg and 3 heads.
    assert rows == {
        "Veranstaltungen": (6, 1, 5),
        "Teilnahmen": (22, 5, 17),
        "Teilnehmende": (6, 2, 4),
        "nicht erschienen": (1, 0, 1),
        "Personenstunden": (Fraction("50.5"), 5 * 4, Fraction("30.5")),
        "Veranstaltungsstunden": (Fraction("15.5"), 4, Fraction("11.5")),
    }


def test_what_is_not_known_of_events_is_counted(events):
    assert missing(events) == {
        "vergangene Veranstaltungen ohne Vermerk, ob sie stattfanden": 1,
        "durchgeführte Veranstaltungen ohne Angabe, wer oder wie viele kamen": 1,
        "Anmeldungen ohne Vermerk, ob die Person kam": 1,
        "Veranstaltungen ohne Angabe der Dauer (ohne Personenstunden)": 1,
        "Veranstaltungen ohne Angabe der Art": 1,
        "Veranstaltungen ohne Angabe der Themen": 1,
    }


def test_a_schuljahr_cuts_the_calendar_year():
    document = run(VERANSTALTUNGEN, year=None, schuljahr="2024/25")
    # fachtag-2024 5, silvester 3, fachtag 5, fortbildung-2 3.
    assert figures(document)["Veranstaltungen"] == 4
    assert figures(document)["Teilnahmen"] == 5 + 3 + 5 + 3
    # aue, weg, gross, land-1, substitute, guest one.
    assert figures(document)["Teilnehmende"] == 6
    assert "Für den Zeitraum davor (Schuljahr 2023/24" in text(document)


def test_who_left_counts_where_he_worked_on_the_day():
    # weg came in 2024 from the Förderschule in Birkental, employed by the city.
    document = run(VERANSTALTUNGEN, year=2024)
    assert lines(document, "nach-schulform")[0]["Förderschule"] == (1,)
    assert lines(document, "nach-traeger")[0]["Stadt Birkental"] == (1,)
    assert lines(document, "nach-gemeinde")[0]["Birkental"] == (1,)


def test_who_left_is_no_guest_of_nowhere_afterwards():
    # In September nobody employs weg any more: his visit counts, and where from is not known.
    more = [*records(), came("zirkel", "weg", person_id="weg")]
    assert lines(run(VERANSTALTUNGEN, more), "nach-traeger")[0]["k. A."] == (12 + 1,)
    assert figures(run(VERANSTALTUNGEN, more))["Reichweite"] == Fraction(500, 8)


def test_one_person_for_a_traeger_counts_for_that_one():
    more = [*records(), came("zirkel", "doppel", person_id="doppel", organisation_id="jugendwerk")]
    document = run(VERANSTALTUNGEN, more)
    assert lines(document, "nach-traeger")[0]["Jugendwerk"] == (5 + 1,)
    assert lines(document, "nach-schulform")[0]["Gesamtschule"] == (5 + 1,)


def test_internal_events_have_no_title_for_the_public():
    table = run(VERANSTALTUNGEN, audience="oeffentlich").table("veranstaltungen")
    assert {row[1] for row in table.rows} == {"(interne Veranstaltung)"}


# -- R5 Beratungen -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def consultations():
    return run(BERATUNGEN)


def test_consultations_at_a_glance(consultations):
    found = figures(consultations)
    # One record stands for 3 contacts, one for 2, five for one each.
    assert found["Beratungskontakte"] == 3 + 1 + 1 + 2 + 1 + 1 + 1
    minutes = 45 + 90 + 15 + 120 + 50 + 20
    assert found["Beratungszeit"] == Fraction(minutes, 60)
    assert found["Durchschnitt je Kontakt"] == Fraction(minutes, 9)  # of one the length is not known
    assert (found["mit Folgetermin"], found["weitervermittelt"]) == (1, 1)


def test_consultations_by_group_and_form(consultations):
    columns = [column.title for column in consultations.table("zielgruppe-form").columns[1:]]
    assert columns == [
        "persönlich",
        "telefonisch",
        "Videokonferenz",
        "E-Mail",
        "Besuch am Standort",
        "Kollegiale Beratung",
        "gesamt",
    ]
    rows, totals = lines(consultations, "zielgruppe-form")
    assert rows == {
        "Fachkräfte für Schulsozialarbeit": (0, 3 + 1, 1, 0, 0, 1, 6),
        "Schulleitungen": (0, 0, 0, 0, 1, 0, 1),
        "Lehrkräfte": (1, 0, 0, 0, 0, 0, 1),
        "Jugendamt / Jugendhilfeplanung": (0, 0, 0, 2, 0, 0, 2),
    }
    assert totals == (1, 4, 1, 2, 1, 1, 10)
    (grid,) = [block for block in consultations.blocks() if getattr(block, "key", "") == "zielgruppe-form-bild"]
    assert [series.values for series in grid.series] == [row[:-1] for row in rows.values()]


def test_a_contact_with_two_topics_counts_under_both_and_once_in_the_total(consultations):
    rows, totals = lines(consultations, "thema-zielgruppe")
    # Fachkräfte, Schulleitungen, Lehrkräfte, Jugendamt, all.
    assert rows == {
        "Schulabsentismus": (0, 1, 0, 0, 1),
        "Kinderschutz": (3 + 1, 1, 0, 2, 7),
        "Mobbing": (1, 0, 1, 0, 2),
        "bewegte_pause": (1, 0, 0, 0, 1),
        "ohne Thema": (1, 0, 0, 0, 1),
    }
    # The rows are 12 together: two contacts have two topics.
    assert sum(row[-1] for row in rows.values()) == 12
    assert totals == (6, 1, 1, 2, 10)
    assert "zählt bei jedem davon" in consultations.table("thema-zielgruppe").notes[0]


def test_consultations_by_school_and_place(consultations):
    # Contacts, those with a length, hours, minutes each. The Gesamtschule: once as noted, once from the school advised.
    everything = (10, 9, Fraction(340, 60), Fraction(340, 9))
    assert lines(consultations, "nach-schulform") == (
        {
            "Grundschule": (3, 3, Fraction(45, 60), 15),
            "Förderschule": (1, 1, 2, 120),
            "Gesamtschule": (2, 2, Fraction(90 + 50, 60), 70),
            "k. A.": (1 + 2 + 1, 2 + 1, Fraction(15 + 20, 60), Fraction(35, 3)),
        },
        everything,
    )
    assert lines(consultations, "nach-gemeinde") == (
        {
            "Auenfeld": (3 + 1 + 1, 5, Fraction(45 + 90 + 50, 60), 37),
            "Birkental": (1, 1, 2, 120),
            "k. A.": (4, 3, Fraction(35, 60), Fraction(35, 3)),
        },
        everything,
    )


def test_how_long_consultations_took(consultations):
    rows, totals = lines(consultations, "dauer-zielgruppe")
    assert rows == {
        "Fachkräfte für Schulsozialarbeit": (6, 5, Fraction(45 + 120 + 20, 60), 37),
        "Schulleitungen": (1, 1, Fraction(3, 2), 90),
        "Lehrkräfte": (1, 1, Fraction(50, 60), 50),
        "Jugendamt / Jugendhilfeplanung": (2, 2, Fraction(1, 4), Fraction(15, 2)),
    }
    assert totals == (10, 9, Fraction(340, 60), Fraction(340, 9))
    rows, totals = lines(consultations, "dauer-form")
    assert rows == {
        "persönlich": (1, 1, Fraction(50, 60), 50),
        "telefonisch": (4, 4, Fraction(65, 60), Fraction(65, 4)),
        "Videokonferenz": (1, 0, KA, KA),
        "E-Mail": (2, 2, Fraction(1, 4), Fraction(15, 2)),
        "Besuch am Standort": (1, 1, Fraction(3, 2), 90),
        "Kollegiale Beratung": (1, 1, 2, 120),
    }
    assert totals == (10, 9, Fraction(340, 60), Fraction(340, 9))


def test_referrals(consultations):
    rows, totals = lines(consultations, "weitervermittlung")
    assert list(rows.values()) == [(1,)]
    assert totals == (1,)


def test_consultations_beside_the_year_before(consultations):
    rows, _ = lines(consultations, "vergleich")
    assert rows == {
        "Beratungskontakte": (10, 3, 7),
        "Beratungszeit (Std.)": (Fraction(340, 60), Fraction(90, 60), Fraction(250, 60)),
        "Kontakte: Fachkräfte für Schulsozialarbeit": (6, 1, 5),
        "Kontakte: Schulleitungen": (1, 0, 1),
        "Kontakte: Lehrkräfte": (1, 0, 1),
        "Kontakte: Jugendamt / Jugendhilfeplanung": (2, 0, 2),
        "Kontakte: Politik": (0, 2, -2),
    }


def test_what_is_not_known_of_consultations_is_counted(consultations):
    assert missing(consultations) == {
        "Beratungskontakte ohne Angabe der Dauer": 1,
        "Beratungskontakte ohne Angabe eines Themas": 1,
        "Beratungskontakte ohne Angabe der Schulform": 4,
        "Beratungskontakte ohne Angabe der Gemeinde": 4,
    }


# -- R6 Gremien --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def committees():
    return run(GREMIEN)


def test_committees(committees):
    rows, totals = lines(committees, "gremien")
    # Kind, role, sittings, those of 2024, contributions, hours. Kaya is noted as speaker of one sitting of the
    # Lenkungskreis and moderated the Arbeitskreis; aue is a Fachkraft, so the Schulausschuss heard nobody of the office,
    # and its seat there ended with 2024. The Kreistag is left out: nobody sits there.
    assert rows == {
        "Arbeitskreis der Koordinierungsstellen": (
            "Arbeitskreis Koordinierungsstellen Schulsozialarbeit NRW",
            "Mitglied",
            1,
            0,
            1,
            Fraction(400, 60),
        ),
        "Lenkungskreis Schulsozialarbeit": ("Lenkungskreis", "Geschäftsstelle", 2, 1, 1, Fraction(125, 60)),
        "Schulausschuss": ("Schulausschuss", NONE, 1, 0, 0, 0),
    }
    assert totals == ("", "", 4, 1, 2, Fraction(525, 60))


def test_contacts_by_kind_of_partner(committees):
    rows, totals = lines(committees, "kontakte")
    # Inside, outside, not known, all, hours, meetings held together. For the Land nobody noted the reach: its key tells.
    assert rows == {
        "Gremien": (1, 1, 0, 2, Fraction(125 + 400, 60), 0),
        "Jugendamt": (1, 0, 0, 1, Fraction(50, 60), 0),
        "Bezirksregierung": (0, 1, 0, 1, Fraction(20, 60), 0),
        "QUA-LiS NRW": (0, 0, 0, 0, 0, 1),
        "Partner nicht vermerkt": (0, 0, 1, 1, Fraction(35, 60), 0),
    }
    assert totals == (2, 2, 1, 5, Fraction(630, 60), NONE)
    rows, totals = lines(committees, "vernetzung")
    assert [row[:4] for row in rows.values()] == [
        (0, 0, 1, 1),
        (1, 0, 0, 1),
        (1, 0, 0, 1),
        (0, 1, 0, 1),
        (0, 1, 0, 1),
    ]
    assert [row[4] * 60 for row in rows.values()] == [35, 125, 50, 400, 20]
    assert totals == (2, 2, 1, 5, Fraction(630, 60))


def test_bodies_beyond_the_region(committees):
    rows, totals = lines(committees, "extern")
    # QUA-LiS was partner of the sitting of the Arbeitskreis; with the Landesjugendamt there was nothing, which is shown.
    assert rows == {
        "Arbeitskreis Koordinierungsstellen Schulsozialarbeit NRW": (1, 1, Fraction(400, 60)),
        "Bezirksregierung": (0, 1, Fraction(20, 60)),
        "QUA-LiS NRW": (1, 1, Fraction(400, 60)),
        "Landesjugendamt (LVR / LWL)": (0, 0, 0),
    }
    assert totals is None


def test_committees_at_a_glance_and_beside_the_year_before(committees):
    found = figures(committees)
    assert (found["Gremiensitzungen"], found["Sitzungen mit eigenem Beitrag"], found["Kontakte"]) == (4, 2, 5)
    assert found["Arbeitszeit für Kontakte"] == Fraction(630, 60)
    rows, _ = lines(committees, "vergleich")
    assert rows == {
        "Gremiensitzungen": (4, 1, 3),
        "Sitzungen mit eigenem Beitrag": (2, 0, 2),
        "Kontakte innerhalb der Region": (2, 1, 1),
        "Kontakte außerhalb der Region": (2, 0, 2),
    }
    assert missing(committees) == {
        "Kontakte ohne Angabe des Partners": 1,
        "Kontakte ohne Angabe, ob innerhalb oder außerhalb der Region": 1,
    }


# -- Tätigkeiten -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def work():
    return run(TAETIGKEITEN)


def test_working_time_by_schwerpunkt(work):
    rows, totals = lines(work, "schwerpunkte")
    # Entries, person-hours, events and sittings, how long these lasted, person-hours of 2024, change.
    found = {name.split()[0]: row for name, row in rows.items()}
    assert found == {
        "Beratung": (1, Fraction(90, 60), 0, 0, Fraction(100, 60), Fraction(-10, 60)),
        # fachtag 5, fortbildung-2 4, nachgeholt 3,5 hours.
        "Organisation": (2, Fraction(960, 60), 3, Fraction("12.5"), 0, 16),
        # zirkel 2, treffen not known, sittings 2 + 1,5, Arbeitskreis 5.
        "Vernetzung": (
            5,
            Fraction(125 + 400 + 20 + 50 + 35, 60),
            5,
            Fraction("10.5"),
            Fraction(50, 60),
            Fraction(630 - 50, 60),
        ),
        "Konzeptarbeit": (1, Fraction(40, 60), 0, 0, 0, Fraction(40, 60)),
        "Leitung,": (1, Fraction(25, 60), 0, 0, 0, Fraction(25, 60)),
        # The key of a plugin that is switched off; silvester 1 and sitting 3 1 hour.
        "nicht": (1, Fraction(10, 60), 2, 2, 0, Fraction(10, 60)),
    }
    assert totals == (11, Fraction(1755, 60), 10, 25, Fraction(150, 60), Fraction(1605, 60))
    assert missing(work) == {
        "Veranstaltungen ohne Tätigkeit": 2,
        "Veranstaltungen und Sitzungen ohne Angabe der Dauer": 1,
        "vergangene Veranstaltungen ohne Vermerk, ob sie stattfanden": 1,
    }


def test_working_time_is_summed_before_it_is_rounded(work):
    table = work.table("taetigkeiten")
    # 40, 25, 20, 50, 35, 125, 400 and 10 minutes have no end as decimals; their sum is 29,25 hours exactly.
    assert sum(row[2] for row in table.rows) == table.totals[2] == Fraction("29.25")
    assert "29,25" in work.render(".md").decode()


def test_working_time_names_nobody(work):
    page = work.render(".md").decode()
    assert "Muster" not in page.replace("Musterland", "").replace("muster:garten", "")
    assert "Zweifach" not in page


# -- R11 Kennzahlen ----------------------------------------------------------------------------------------------------


def test_the_figures_of_the_kennzahlenblatt_are_those_of_the_reports(events, consultations):
    document = run(KENNZAHLEN)
    found = figures(document)
    for report in (events, consultations):
        for label, value in figures(report).items():
            if label in found:
                assert found[label] == value, label
    assert (found["Gremiensitzungen"], found["Konzepte fertiggestellt"]) == (4, 0)
    # On 31.12.: aue, gross, land-1, doppel, strasser, beides and s9; in the year also weg.
    assert (found["Fachkräfte"], notes_of_figures(document)["Fachkräfte"]) == (7, "im Zeitraum insgesamt 8")
    # schule-01 to schule-04 have somebody (the Teilstandort belongs to 01), schule-05 has not.
    assert (found["Schulen mit Schulsozialarbeit"], found["Schulen ohne Schulsozialarbeit"]) == (4, 1)
    # s1 1, s2 0,5, s3 19:30 of 39:50, s4 0,5, s5 10/39, s6 15/39 (vacant), s9 0,5, beides 20/39; s8 is not known.
    assert found["Schulsozialarbeit"] == Fraction("2.5") + Fraction(1170, 2390) + Fraction(10 + 15 + 20, 39)
    assert found["Koordination"] == Fraction("0.5") + Fraction(10, 39)
    rows, _ = lines(document, "vergleich")
    assert rows["Teilnahmen"] == (22, 5, 17)
    assert rows["Beratungskontakte"] == (10, 3, 7)
    assert rows["Gremiensitzungen"] == (4, 1, 3)
    assert missing(document)["Beratungskontakte ohne Angabe der Dauer"] == 1


# -- what holds for all ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", ALL, ids=lambda report: report.name)
def test_a_period_without_data_is_one_honest_sentence(report):
    document = report.run(view([]), year=2025)
    if report is not KENNZAHLEN:
        assert "Für diesen Zeitraum (Kalenderjahr 2025)" in text(document)
        assert not document.tables()
    assert "Bitte" not in text(document)


@pytest.mark.parametrize("report", ALL, ids=lambda report: report.name)
def test_every_audience_gets_its_report_and_the_same_bytes(report):
    for audience, threshold in (("intern", 3), ("gremium_oeffentlich", 3), ("oeffentlich", 5)):
        document = run(report, audience=audience, threshold=threshold)
        again = run(report, list(reversed(records())), audience=audience, threshold=threshold)
        assert document.render(".md") == again.render(".md")
        assert document.internal == (audience == "intern")


@pytest.mark.parametrize("report", ALL, ids=lambda report: report.name)
def test_no_report_names_a_person(report):
    page = run(report).render(".md").decode()
    for name in ("Aue\n", "Groß-Weiß", "Straßer", "Doppelt", "Vormals", "Zweifach", "Gast Eins", "sekretariat@"):
        assert name not in page


def test_small_numbers_are_hidden_outside_the_office():
    document = run(VERANSTALTUNGEN, audience="gremium_oeffentlich")
    rows, _ = lines(document, "anmeldungen")
    assert rows["nicht erschienen (No-show)"] == (HIDDEN,)  # one
    assert rows["Abmeldungen"] == (HIDDEN,)  # two
    assert figures(document)["Teilnahmen"] == 22
    # Land-1 alone stands behind the two visits of the Land.
    assert lines(document, "nach-traeger")[0]["Land NRW"] == (HIDDEN,)
    # One school alone is behind the Gesamtschule (DS-13), although its visits are more than a few.
    assert lines(document, "nach-schulform")[0]["Gesamtschule"] == (HIDDEN,)


def test_hours_are_hidden_with_the_people_whose_they_are():
    # Of the Fachtage only one has visits, and of two people: person-hours would tell their number.
    few = [
        one for one in records() if not isinstance(one, Participation) or one.id in {"t-fachtag-aue", "t-zirkel-kopf"}
    ]
    document = run(VERANSTALTUNGEN, few, audience="gremium_oeffentlich")
    shown = lines(document, "nach-art")[0]["Fachtag / Fachtagung"]
    assert shown[1:4] == (HIDDEN, HIDDEN, HIDDEN)
    few = [Consultation(id="b", day=date(2025, 1, 2), target_group="politik", form="telefon", minutes=90, count=2)]
    document = run(BERATUNGEN, few, audience="gremium_oeffentlich")
    assert figures(document)["Beratungszeit"] is HIDDEN
    assert figures(document)["Durchschnitt je Kontakt"] is HIDDEN


def test_a_period_that_is_not_over_is_compared_with_care():
    document = run(VERANSTALTUNGEN, [*records()], year=None, schuljahr="2025/26")
    assert AS_OF.date() < date(2026, 7, 31)
    assert "noch nicht zu Ende" in document.table("vergleich").notes[0]


def test_counted_heads_are_nobody_in_particular():
    """Where all visitors were only counted, the number of different people is not 0: it is not known."""
    heads = [one for one in records() if not isinstance(one, Participation) or one.id == "t-zirkel-kopf"]
    found = figures(run(VERANSTALTUNGEN, heads))
    assert (found["Teilnahmen"], found["Teilnehmende"]) == (6, KA)


def test_contacts_beyond_the_region_without_a_body_are_told():
    more = [*records(), did("20", (2025, 5, 5), "vernetzung.extern.land", 60)]
    assert lines(run(GREMIEN, more), "extern")[0]["Stelle nicht vermerkt"] == (0, 1, 1)


def test_two_contributions_to_a_sitting_are_one():
    more = [*records(), came("sitzung-1", "kaya", person_id="kaya", role="referent")]
    assert lines(run(GREMIEN, more), "gremien")[0]["Lenkungskreis Schulsozialarbeit"][4] == 1


def test_a_sitting_of_nobody_knows_which_committee_is_counted_and_told():
    more = [*records(), event("sitzung-x", (2025, 4, 1, 9), 1, type="gremiensitzung")]
    document = run(GREMIEN, more)
    assert lines(document, "gremien")[0]["Gremium nicht erfasst"][:3] == (KA, KA, 1)
    assert missing(document)["Sitzungen ohne erfasstes Gremium"] == 1


def test_a_long_list_leaves_numbers_of_people_to_the_internal_version():
    many = [*records(), *(event(f"viele-{number}", (2025, 2, 3, 9), 1) for number in range(400))]
    titles = [column.title for column in run(VERANSTALTUNGEN, many).table("veranstaltungen").columns]
    assert "Anmeldungen" in titles
    table = run(VERANSTALTUNGEN, many, audience="gremium_oeffentlich").table("veranstaltungen")
    assert not {"Anmeldungen", "Teilnahmen"} & {column.title for column in table.columns}
    assert "interne Fassung" in table.notes[-1]
