"""The Tätigkeitsbericht of the golden office for 2025: nine chapters, the figures of the other reports, the office's words."""

from datetime import date
from fractions import Fraction

import pytest
from golden_office import event, records, view
from golden_plans import plans, surveys

from koschuso.errors import Refused, WrongUse
from koschuso.model import Concept, FuzzyDate, Task, TaskStatus
from koschuso.reporting.document import Figures, Prose, Sign, Table
from koschuso.reporting.figures.concept_work import concept_tasks
from koschuso.reporting.parameters import ReportPeriod
from koschuso.reporting.reports.taetigkeitsbericht import SLOTS, TAETIGKEITSBERICHT

CHAPTERS = [
    "Das Wichtigste in Kürze",
    "1 Auftrag und Ausstattung",
    "2 Stand der Schulsozialarbeit",
    "3 Beratung und Unterstützung",
    "4 Fachtagungen und Fortbildungen",
    "5 Vernetzung",
    "6 Konzeptarbeit",
    "7 Förderung",
    "8 Evaluation und Bedarfe",
    "9 Ausblick und Jahresplanung",
]


def konzept(key, title, begin="", due="", **more):
    given = {"taetigkeit": "konzept.rahmenkonzept", **more}
    return Task(
        id=f"k-{key}",
        title=title,
        begin=FuzzyDate(begin) if begin else None,
        due=FuzzyDate(due) if due else None,
        **given,
    )


def concept_work():
    yield konzept("frueher", "Älteres", "2023", "2024")
    yield konzept("lang", "Rahmenkonzept", "10/2024", "Juni 2026", status=TaskStatus.IN_ARBEIT, percent=40)
    yield konzept(
        "fertig",
        "Leitfaden Übergang",
        "Januar 2025",
        "April 2025",
        status=TaskStatus.ERLEDIGT,
        completed_on=date(2025, 3, 14),
        result="Leitfaden 1.0",
        taetigkeit="konzept.arbeitshilfen",
    )
    # Planned for 2024 and finished late: worked on until then.
    yield konzept(
        "spaet", "Stellenübersicht", "", "Dezember 2024", status=TaskStatus.ERLEDIGT, completed_on=date(2025, 1, 20)
    )
    yield konzept("weg", "Verworfenes", "2025", status=TaskStatus.VERWORFEN)
    yield konzept("ohne", "Ohne Zeit")
    yield konzept("anders", "Fachtag", "2025", taetigkeit="qualifizierung.fachtag")
    yield Concept(
        id="papier",
        title="Qualitätsstandards",
        type="leitfaden",
        status="gueltig",
        version="1.0",
        dated=FuzzyDate("05/2025"),
    )


@pytest.fixture(scope="module")
def office():
    return view([*records(), *plans(), *surveys(), *concept_work()])


@pytest.fixture(scope="module")
def document(office):
    return TAETIGKEITSBERICHT.run(office, year=2025)


def chapter(document, number):
    return document.sections[number]


def figures(section):
    return {item.label: item.value for block in section.blocks if isinstance(block, Figures) for item in block.items}


def text_of(office, **given):
    return TAETIGKEITSBERICHT.run(office, **{"year": 2025, **given}).render(".md").decode()


# -- figures ---------------------------------------------------------------------------------------------------------------


def test_it_has_a_summary_and_nine_chapters(document):
    assert [section.title for section in document.sections] == CHAPTERS


def test_the_summary_gives_the_figures_of_the_year(document):
    """Volume on 31.12.2025: 39 + 19,5 + 19,5 + 10 + 15 + 19,5 + 20 = 142,5 of 39 hours, and 19:30 of 39:50.

    People: aue, gross, land-1, doppel, strasser, beides and the one without a name on s9; weg left in March.
    Reached: aue, gross, land-1 and doppel, of these seven and weg, who was there in the period.
    """
    assert figures(chapter(document, 0)) == {
        "Schulsozialarbeit an Schulen": Fraction("142.5") / 39 + Fraction(1170, 2390),
        "Fachkräfte": 7,
        "Schulen mit Schulsozialarbeit": 4,
        "Beratungskontakte": 10,
        "Veranstaltungen": 6,
        "Teilnahmen": 22,
        "Reichweite": 50,
        "Gremiensitzungen": 4,
    }


def test_the_same_figure_is_the_same_in_every_chapter(document):
    summary = figures(chapter(document, 0))
    for number in (2, 3, 4, 5):
        for name, value in figures(chapter(document, number)).items():
            assert summary.get(name, value) == value, name


def test_the_year_stands_beside_the_one_before(document):
    """2024: three contacts, one event with five visits, one sitting, one contact of Vernetzung."""
    rows = {row[0]: row[1:] for row in document.table("vergleich").rows}
    assert rows["Beratungskontakte"] == (10, 3, 7)
    assert rows["Veranstaltungen"] == (6, 1, 5)
    assert rows["Teilnahmen"] == (22, 5, 17)
    assert rows["Gremiensitzungen"] == (4, 1, 3)
    assert [column.title for column in document.table("vergleich").columns[1:3]] == ["2025", "2024"]


def test_the_first_chapter_tells_what_the_working_time_went_into(document):
    """1 755 minutes are 29,25 hours, in the year before 150 minutes; of them 960 for the Fachtag alone."""
    table = document.table("schwerpunkte")
    hours = {row[0]: row[2] for row in table.rows}
    assert hours["Organisation von Fachtagungen und Fortbildungen"] == 16
    assert (table.totals[2], table.totals[5]) == (Fraction("29.25"), Fraction("2.5"))


def test_the_list_of_events_is_that_of_fachtage_and_fortbildungen(document):
    assert document.table("veranstaltungen").rows == (
        (date(2025, 3, 5), "Fachtag Schulabsentismus", "Fachtag / Fachtagung", 5, Fraction(5)),
        (date(2025, 6, 4), "Fortbildung Kinderschutz", "Fortbildung / Workshop", 3, Fraction(4)),
        (date(2025, 10, 15), "Fortbildung Elternarbeit", "Fortbildung / Workshop", Sign.UNKNOWN, Fraction(7, 2)),
    )


def test_a_long_list_of_events_gives_way_to_one_sentence():
    many = [event(f"viele-{n}", (2025, 1 + n % 12, 1 + n // 12, 9), 2, type="fortbildung") for n in range(60)]
    text = text_of(view([*records(), *many]))
    assert "Die 63 Fachtage, Fortbildungen und Konferenzen stehen einzeln in der Veranstaltungsstatistik." in text


def test_konzeptarbeit_lists_what_was_worked_on_in_the_order_of_time(document):
    assert document.table("vorhaben").rows == (
        ("Rahmenkonzept", "Rahmenkonzept, Qualitätsstandards", "Oktober 2024 – Juni 2026", "in Arbeit (40 %)", Sign.NOT_APPLICABLE),
        ("Stellenübersicht", "Rahmenkonzept, Qualitätsstandards", "Dezember 2024", "erledigt am 20.01.2025", Sign.NOT_APPLICABLE),
        ("Leitfaden Übergang", "Arbeitshilfen, Leitfäden, Handlungskonzepte", "Januar – April", "erledigt am 14.03.2025", "Leitfaden 1.0"),
    )  # fmt: skip
    assert [row[0] for row in document.table("konzepte").rows] == ["Qualitätsstandards"]


@pytest.mark.parametrize(
    ("year", "keys"), [(2024, ["frueher", "lang", "spaet"]), (2025, ["lang", "spaet", "fertig"]), (2026, ["lang"])]
)
def test_a_task_belongs_to_the_years_that_it_touches(office, year, keys):
    found = concept_tasks(office, ReportPeriod.year(year))
    assert [task.id.removeprefix("k-") for task in found] == keys


def test_funded_positions_are_told_in_months(document):
    """s1, s2 and s9 were filled all year, s6 was vacant."""
    assert figures(chapter(document, 7))["geförderte Stellen"] == 4
    assert figures(chapter(document, 7))["Besetzungsmonate"] == 36
    assert figures(chapter(document, 7))["unbesetzte Monate"] == 12


def test_the_schluessel_is_a_matter_between_applicant_and_funder(office):
    assert "Koordinierungsschlüssel" not in text_of(office)
    assert "Koordinierungsschlüssel" in text_of(office, audience="foerdergeber")
    assert "Koordinierungsschlüssel" in text_of(office, audience="intern")


def test_surveys_are_chapters_of_the_eighth(document):
    assert [section.title for section in chapter(document, 8).sections] == [
        "Auswertung Fachtag",
        "Bedarfsabfrage Fortbildung",
    ]


def test_the_outlook_is_the_plan_of_the_next_year(document):
    (table,) = [block for block in chapter(document, 9).blocks if isinstance(block, Table)]
    assert table.title == "Jahresplanung Kalenderjahr 2026"
    assert ("11. November", "Fachtag 2026") in table.rows


def test_a_schuljahr_is_followed_by_the_next_schuljahr(office):
    document = TAETIGKEITSBERICHT.run(office, schuljahr="2024/25")
    (table,) = [block for block in chapter(document, 9).blocks if isinstance(block, Table)]
    assert "Schuljahr 2025/26" in table.title
    # fachtag, fortbildung-2 and silvester lie in it, and the Fachtag of October 2024.
    assert figures(chapter(document, 0))["Veranstaltungen"] == 4


def test_no_table_stands_twice(document):
    keys = [table.key for table in document.tables()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("suffix", [".html", ".md", ".csv", ".json"])
def test_nobody_is_named(document, suffix):
    text = document.render(suffix).decode()
    for name in ("Aue", "Groß-Weiß", "Doppelt", "Zweifach", "Gast Eins", "Räume"):
        assert name not in text.replace("Auenfeld", ""), name


def test_the_same_records_give_the_same_bytes(document):
    turned = view([*records(), *plans(), *surveys(), *concept_work()][::-1])
    assert TAETIGKEITSBERICHT.run(turned, year=2025).render(".html") == document.render(".html")


# -- words -----------------------------------------------------------------------------------------------------------------


def words(**texts):
    return {("koschuso:taetigkeitsbericht", "2025", slot): text for slot, text in texts.items()}


def test_the_words_of_the_office_open_their_chapters():
    found = view(records(), texts=words(ausblick="Wir haben *viel* vor.", zusammenfassung="Kurz gesagt: gut."))
    document = TAETIGKEITSBERICHT.run(found, year=2025)
    for number, start in ((0, "Kurz gesagt"), (9, "Wir haben viel vor.")):
        first = chapter(document, number).blocks[0]
        assert isinstance(first, Prose)
        assert next(iter(first.paragraphs())).text.startswith(start)


def test_each_chapter_has_a_place_for_words():
    found = view(records(), texts=words(**{slot.key: f"Text {slot.key}." for slot in SLOTS}))
    document = TAETIGKEITSBERICHT.run(found, year=2025)
    assert [section.blocks[0].key for section in document.sections] == [slot.key for slot in SLOTS]


def test_texts_that_are_not_written_are_named_once(document):
    (missing,) = [one for one in document.missing if "Texte der Koordinierungsstelle" in one.what]
    assert missing.count == len(SLOTS)


def test_a_draft_is_not_published():
    found = view(records(), texts=words(ausblick="ENTWURF: vom vorigen Mal\n\nGeheimer Plan."))
    assert "Geheimer Plan" not in text_of(found)
    assert "Geheimer Plan" in text_of(found, audience="intern")


@pytest.mark.parametrize("broken", ["![Bild](bild.png)", "<script>alert(1)</script>"])
def test_a_broken_text_is_told_in_one_sentence_with_its_file(broken):
    found = view(records(), texts=words(ausblick=f"Ein Satz.\n\n{broken}\n"))
    with pytest.raises(Refused, match=r"\(texte/taetigkeitsbericht/2025/ausblick\.md\).* Zeile 3") as caught:
        TAETIGKEITSBERICHT.run(found, year=2025)
    assert "\n" not in str(caught.value)


# -- nothing ---------------------------------------------------------------------------------------------------------------


def test_an_empty_office_says_in_one_sentence_what_is_missing():
    text = text_of(view([]))
    for sentence in (
        "ist keine Beratung erfasst",
        "ist keine durchgeführte Veranstaltung erfasst",
        "sind keine Gremien, keine Sitzungen und keine Kontakte erfasst",
        "Vorhaben der Konzeptarbeit sind für diesen Zeitraum nicht erfasst.",
        "ist keine Befragung ausgewertet",
        "ist noch nichts geplant",
    ):
        assert sentence in text, sentence


def test_a_year_that_has_not_begun_is_refused(office):
    with pytest.raises(Refused, match="beginnt erst nach dem Stand der Daten"):
        TAETIGKEITSBERICHT.run(office, year=2027)


@pytest.mark.parametrize("given", [{"stichtag": "01.01.2025"}, {"quartal": "1/2025"}])
def test_it_is_a_report_about_a_year(office, given):
    with pytest.raises(WrongUse, match="lässt sich nicht für"):
        TAETIGKEITSBERICHT.run(office, **given)
