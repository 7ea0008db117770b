"""The list at the door, name badges and certificates of the golden office's Fachtag of 05.03.2025."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from golden_office import came, records, view

from koschuso.errors import Refused, WrongUse
from koschuso.model import Event, EventStatus, Participation, ParticipationStatus, TimeSpan, Workshop
from koschuso.reporting.document import Figures, Listing
from koschuso.reporting.reports.teilnahmebescheinigung import TEILNAHMEBESCHEINIGUNG
from koschuso.reporting.reports.teilnehmerliste import NAMENSSCHILDER, TEILNEHMERLISTE, shown_until

LINE = "_" * 20  # room to write on
PAPERS = (TEILNEHMERLISTE, NAMENSSCHILDER, TEILNAHMEBESCHEINIGUNG)


def facts(section):
    (listing,) = [block for block in section.blocks if isinstance(block, Listing)]
    return {item.lead: item.text for item in listing.items}


def people(document):
    return [section.blocks[0].paragraphs[0].split(" hat an")[0] for section in document.sections]


# -- the list at the door ------------------------------------------------------------------------------------------------


def test_the_list_names_everybody_who_has_a_seat_with_the_institution_in_the_order_of_names():
    """Of 14 participations: not the invited one, the two who cancelled, the one on the waiting list, the one represented."""
    table = TEILNEHMERLISTE.run(view(), veranstaltung="fachtag", leerzeilen=2).table("anwesenheit")
    assert [column.title for column in table.columns] == [
        "Nr.",
        "Name",
        "Schule / Institution",
        "Rolle",
        "Unterschrift",
    ]
    assert table.rows == (
        (1, "Beispiel, Erika", "Gesamtschule Auenfeld", "", LINE),
        (2, "Doppelt, Ulla", "Gesamtschule Auenfeld, Schule an der Linde", "", LINE),
        (3, "Gast Eins", "Gesamtschule Auenfeld", "Gast", LINE),
        (4, "Groß-Weiß, Änne", "Grundschule am Anger, Grundschule Birkenweg", "", LINE),
        (5, "Muster, Kaya", "Koordinierungsstelle Musterland", "Organisation", LINE),
        (6, "Rednerin Beispiel", "", "Referent:in", LINE),
        (7, "Vertretung Beispiel", "Gesamtschule Auenfeld", "", LINE),
        (8, "Vielleicht Gast", "", "", LINE),
        (9, "von der Aue, Jörg", "Grundschule am Anger", "", LINE),
        (10, LINE, LINE, "", LINE),
        (11, LINE, LINE, "", LINE),
    )


def test_the_list_says_how_long_it_may_live_and_has_a_place_for_the_notice():
    text = TEILNEHMERLISTE.run(view(), veranstaltung="fachtag").render(".md").decode()
    assert "spätestens am 05.03.2026 (12 Monate nach der Veranstaltung)" in text
    assert "Informationen zum Datenschutz nach Art. 13 DSGVO" in text
    assert "INTERN" in text.upper()


def test_the_notice_is_the_text_of_the_year_of_the_event():
    words = {("koschuso:teilnehmerliste", "2025", "datenschutzhinweis"): "Verantwortlich ist der Kreis Musterland."}
    text = TEILNEHMERLISTE.run(view(texts=words), veranstaltung="fachtag").render(".md").decode()
    assert "Verantwortlich ist der Kreis Musterland." in text


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_months_end_on_the_last_day_that_there_is(day, months, until):
    assert shown_until(day, months) == until


def test_heads_without_names_are_mentioned_and_on_no_list():
    text = TEILNEHMERLISTE.run(view(), veranstaltung="zirkel").render(".md").decode()
    assert "nur Kopfzahlen erfasst (6)" in text
    assert text.count("von der Aue, Jörg") == 1


def test_a_chosen_workshop_has_a_column():
    event = Event(
        id="werk",
        title="Werkstatt",
        span=TimeSpan.at(datetime(2025, 5, 5, 9), hours=3),
        workshops=(Workshop(key="a", title="Spiele"),),
    )
    one = Participation(id="w", event_id="werk", name="Gast", status=ParticipationStatus.ANGEMELDET, workshop="a")
    table = TEILNEHMERLISTE.run(view([event, one]), veranstaltung="werk", leerzeilen=0).table("anwesenheit")
    assert table.rows == ((1, "Gast", "", "Spiele", LINE),)


def test_who_is_registered_twice_has_one_line_and_one_certificate():
    again = came("fachtag", "aue-zwei", person_id="aue", hours=Decimal(2))
    found = view([*records(), again])
    names = [row[1] for row in TEILNEHMERLISTE.run(found, veranstaltung="fachtag").table("anwesenheit").rows]
    assert names.count("von der Aue, Jörg") == 1
    (section,) = TEILNAHMEBESCHEINIGUNG.run(found, veranstaltung="fachtag", person="aue").sections
    assert facts(section)["Umfang:"] == "5 Stunden"  # the longer of the two


# -- badges ----------------------------------------------------------------------------------------------------------------


def test_each_badge_has_name_institution_role_and_event():
    document = NAMENSSCHILDER.run(view(), veranstaltung="fachtag")
    (block,) = document.sections[0].blocks
    assert isinstance(block, Figures)
    assert block.cards
    assert len(block.items) == 9
    kaya = next(item for item in block.items if item.value == "Kaya Muster")
    assert (kaya.label, kaya.note) == ("Koordinierungsstelle Musterland", "Organisation · Fachtag Schulabsentismus")


def test_somebody_without_a_name_gets_a_badge_of_the_institution():
    (block,) = NAMENSSCHILDER.run(view(), veranstaltung="treffen").sections[0].blocks
    assert "Jugendwerk Auenfeld e. V." in [item.value for item in block.items]


# -- certificates ----------------------------------------------------------------------------------------------------------


def test_only_those_who_were_there_get_a_certificate():
    """aue, gross, land-1, the substitute, guest one; not beides who sent the substitute, nor doppel who stayed away."""
    document = TEILNAHMEBESCHEINIGUNG.run(view(), veranstaltung="fachtag")
    assert people(document) == [
        "Erika Beispiel (Gesamtschule Auenfeld)",
        "Gast Eins (Gesamtschule Auenfeld)",
        "Änne Groß-Weiß (Grundschule am Anger, Grundschule Birkenweg)",
        "Vertretung Beispiel (Gesamtschule Auenfeld)",
        "Jörg von der Aue (Grundschule am Anger)",
    ]
    assert all(section.page for section in document.sections)


def test_a_certificate_states_what_it_has_to():
    (section,) = TEILNAHMEBESCHEINIGUNG.run(view(), veranstaltung="fachtag", person="aue").sections
    assert facts(section) == {
        "Veranstaltung:": "Fachtag Schulabsentismus",
        "Datum:": "05.03.2025",
        "Umfang:": "5 Stunden",  # as the event says, not 6 as the clock says
        "Inhalte:": "Schulabsentismus; Kinderschutz",
        "Veranstalter:": "Koordinierungsstelle Musterland",
    }
    assert [line.split(":")[0] for line in section.blocks[-1].paragraphs] == ["Ort, Datum", "Unterschrift"]


@pytest.mark.parametrize(
    ("event", "person", "hours"),
    [
        ("fachtag", "land-1", "2,5 Stunden"),  # left early
        ("fortbildung-2", "aue", "3 Stunden"),  # hours of her own
        ("fortbildung-2", "gross", "4 Stunden"),  # 9 to 13 o'clock
        ("treffen", "aue", "________ Stunden"),  # all day: nobody knows
    ],
)
def test_hours_are_those_that_were_attended(event, person, hours):
    document = TEILNAHMEBESCHEINIGUNG.run(view(), veranstaltung=event, person=person)
    assert facts(document.sections[0])["Umfang:"] == hours


def test_a_certificate_can_be_asked_for_by_the_participation():
    document = TEILNAHMEBESCHEINIGUNG.run(view(), veranstaltung="fachtag", person="t-fachtag-vertretung")
    assert people(document) == ["Vertretung Beispiel (Gesamtschule Auenfeld)"]


def test_what_nobody_noted_is_stated():
    document = TEILNAHMEBESCHEINIGUNG.run(view(), veranstaltung="treffen")
    assert {one.what.split(",")[0]: one.count for one in document.missing} == {
        "Bescheinigungen ohne Angabe der Stunden (bitte von Hand eintragen)": 3,
        "Teilnahmen ohne Namen": 1,
    }


# -- what cannot be --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", PAPERS)
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "braucht die Angabe »veranstaltung«: Kennung der Veranstaltung"),
        ({"veranstaltung": "gibt-es-nicht"}, "»gibt-es-nicht« gibt es nicht"),
        ({"veranstaltung": "abgesagt"}, "wurde abgesagt"),
        ({"veranstaltung": "verschoben"}, "Nachfolgetermin ist »nachgeholt«"),
        ({"veranstaltung": "fachtag", "audience": "oeffentlich"}, "nur für: intern"),
        ({"veranstaltung": "fachtag", "stichtag": "01.01.2025"}, "lässt sich nicht für einen Stichtag aufstellen"),
    ],
)
def test_a_wrong_question_is_refused_in_one_sentence(report, given, words):
    with pytest.raises(Refused, match=words) as caught:
        report.run(view(), **given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("report", PAPERS)
def test_an_idea_without_a_date_has_no_papers(report):
    idea = Event(id="idee", title="Exkursion", status=EventStatus.IDEE)
    with pytest.raises(Refused, match="hat noch keinen Termin"):
        report.run(view([idea]), veranstaltung="idee")


@pytest.mark.parametrize(
    ("event", "given", "words"),
    [
        ("offen", {}, "noch nicht als durchgeführt vermerkt"),
        ("nachgeholt", {}, "niemand mit Namen als anwesend vermerkt"),
        ("silvester", {}, "niemand mit Namen als anwesend vermerkt"),  # heads only
        ("fachtag", {"person": "doppel"}, "ist dort nicht als anwesend vermerkt"),
        ("fachtag", {"person": "strasser"}, "ist dort nicht als anwesend vermerkt"),
        ("fachtag", {"person": "niemand"}, "steht dort auf keiner Liste"),
    ],
)
def test_without_attendance_there_is_no_certificate(event, given, words):
    with pytest.raises(Refused, match=words) as caught:
        TEILNAHMEBESCHEINIGUNG.run(view(), veranstaltung=event, **given)
    assert "Doppelt" not in str(caught.value)


def test_before_the_event_there_is_no_certificate():
    event = Event(
        id="kommt", title="Kommt noch", span=TimeSpan.at(datetime(2026, 3, 1, 9), hours=2), status=EventStatus.EINLADUNG
    )
    with pytest.raises(Refused, match="ist noch nicht vorbei"):
        TEILNAHMEBESCHEINIGUNG.run(view([event]), veranstaltung="kommt")


@pytest.mark.parametrize("report", [TEILNEHMERLISTE, NAMENSSCHILDER])
def test_nobody_registered_is_said(report):
    given = {"leerzeilen": 0} if report is TEILNEHMERLISTE else {}
    with pytest.raises(Refused, match="niemand mit Namen angemeldet"):
        report.run(view(), veranstaltung="nachgeholt", **given)


@pytest.mark.parametrize("given", [{"leerzeilen": "viele"}, {"leerzeilen": "-1"}, {"aufbewahrung": "0"}])
def test_an_impossible_number_is_refused(given):
    with pytest.raises(WrongUse, match="erwartet wird eine ganze Zahl"):
        TEILNEHMERLISTE.run(view(), veranstaltung="fachtag", **given)


@pytest.mark.parametrize("report", PAPERS)
def test_the_same_data_give_the_same_bytes(report):
    first, second = (report.run(view(found), veranstaltung="fachtag") for found in (records(), records()[::-1]))
    for suffix in (".html", ".csv", ".md"):
        assert first.render(suffix) == second.render(suffix)
