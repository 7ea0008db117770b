"""``koschuso report``: what each report asks, the files for the office's words, and every way of asking wrongly."""

import errno
import json
import os
from datetime import date, datetime
from pathlib import Path

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.model import (
    Activity,
    Consultation,
    CoordinationProfile,
    Event,
    EventStatus,
    FuzzyDate,
    Milestone,
    Organisation,
    Participation,
    ParticipationStatus,
    Period,
    Person,
    Position,
    TimeSpan,
    Workload,
)
from koschuso.reporting import BUILTIN_REPORTS
from koschuso.reporting.parameters import AUDIENCES

SPAN = TimeSpan(begin=datetime(2024, 11, 13, 9), end=datetime(2024, 11, 13, 16))
RECORDS = (
    Organisation(
        id="koordinierungsstelle",
        type="koordinierungsstelle",
        name="Koordinierungsstelle Muster",
        ags="05974",
        coordination=CoordinationProfile(started=FuzzyDate("01/2020")),
    ),
    Position(
        id="p1",
        name="Schulsozialarbeit",
        employer_id="koordinierungsstelle",
        workload=Workload.parse("19,5 Std."),
        period=Period(since=date(2021, 8, 1)),
    ),
    Person(id="eva", given_name="Eva", family_name="Erfunden"),
    Event(id="fachtag", title="Fachtag", span=SPAN, status=EventStatus.DURCHGEFUEHRT, type="fachtag"),
    Participation(id="t1", event_id="fachtag", person_id="eva", status=ParticipationStatus.TEILGENOMMEN),
    Activity(id="a1", day=date(2024, 11, 12), minutes=90, taetigkeit="fachtagung"),
    Consultation(id="b1", day=date(2024, 11, 14), target_group="fachkraft", form="telefon"),
    Milestone(id="m1", when=FuzzyDate("03/2019"), title="Beschluss"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """One office for all tests that only read it."""
    folder = tmp_path_factory.mktemp("bericht") / "buero"
    with Office.init(folder, name="Koordinierungsstelle Muster", ags="05974") as office:
        office.save(*RECORDS)
    return folder


@pytest.fixture
def asked(filled, tmp_path, monkeypatch, capsys):
    """Ask for a report from an empty folder; give exit status, output, and the one line of complaint."""
    monkeypatch.chdir(tmp_path)

    def ask(*arguments):
        status = main(["report", *arguments, "--buero", str(filled)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return ask


# -- what a report asks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", BUILTIN_REPORTS, ids=lambda report: report.name)
def test_the_help_of_a_report_shows_all_that_it_asks(report, asked):
    status, out, _ = asked(report.name.partition(":")[2], "--help")
    assert status == 0
    assert report.title in " ".join(out.split())
    for option in report.parameters:
        assert option.flag in out
    flags = {"--" + kind.parameter for kind in report.kinds}
    assert {
        flag for flag in ("--year", "--schuljahr", "--quartal", "--stichtag") if f"{flag}," in out or f"{flag} " in out
    } == {flag for flag in ("--year", "--schuljahr", "--quartal", "--stichtag") if flag in flags}
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "Usage" not in out


def test_the_help_names_every_format(asked):
    out = asked("--help")[1]
    assert all(suffix in out for suffix in (".html", ".docx", ".xlsx", ".csv", ".md", ".json"))
    assert "koschuso report NAME --help" in " ".join(out.split())


def test_the_list_shows_what_every_report_asks_in_80_columns(asked):
    status, out, _ = asked("--list")
    assert status == 0
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "Berichte von koschuso:" in out
    for report in BUILTIN_REPORTS:
        assert report.name.partition(":")[2] + "  " in out
        assert all(option.flag in out for option in report.parameters)
    assert "--veranstaltung (nötig)" in out
    assert ", ".join(AUDIENCES) in " ".join(out.split())


def test_the_list_is_there_for_programs_too(asked):
    listed = {one["name"]: one for one in json.loads(asked("--list", "--json")[1])}
    assert set(listed) == {report.name for report in BUILTIN_REPORTS}
    papers = listed["koschuso:teilnehmerliste"]
    assert papers["audiences"] == ["intern"]
    assert papers["plugin"] == "koschuso"
    lines = next(one for one in papers["parameters"] if one["name"] == "leerzeilen")
    assert (lines["option"], lines["type"], lines["least"], lines["most"]) == ("--leerzeilen", "number", 0, 100)
    assert {"name": "stichtag", "kind": "stichtag", "option": "--stichtag", "example": "15.10.2025"} in listed[
        "koschuso:stellenuebersicht"
    ]["periods"]
    assert [one["name"] for one in json.loads(asked("--list", "bedarfe", "--json")[1])] == ["koschuso:bedarfe"]


def test_the_list_is_there_without_an_office(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KOSCHUSO_BUERO", raising=False)
    assert main(["report", "--list"]) == 0
    assert main(["report", "bedarfe", "--help"]) == 0
    assert "--mindestzahl ZAHL" in capsys.readouterr().out


def test_options_of_a_report_reach_it(asked):
    assert asked("stellenuebersicht", "-o", "a.md", "--stichtag", "15.10.2024", "--stichtage", "15.10.2022")[0] == 0
    text = Path("a.md").read_text(encoding="utf-8")
    assert "15.10.2022" in text
    assert asked("teilnehmerliste", "--veranstaltung", "fachtag", "--leerzeilen=0", "-o", "b.json")[0] == 0
    assert asked("teilnehmerliste", "-o", "c.json", "--veranstaltung", "event/fachtag")[0] == 0
    assert Path("b.json").stat().st_size < Path("c.json").stat().st_size


def test_names_of_options_in_german_and_english_mean_the_same(asked):
    asked("kennzahlen", "--year", "2024", "--threshold", "4", "--created", "2025-01-15", "-o", "a.md")
    status, out, _ = asked(
        "kennzahlen", "--jahr", "2024", "--schwelle", "4", "--erstellt", "15.01.2025", "-o", "b.md", "--json"
    )
    assert status == 0
    assert json.loads(out)["period"] == "Kalenderjahr 2024"
    first, second = Path("a.md").read_bytes(), Path("b.md").read_bytes()
    assert first == second
    assert b"15.01.2025" in first


@pytest.mark.parametrize("suffix", [".html", ".docx", ".xlsx", ".csv", ".md", ".json", ".HTML"])
def test_the_suffix_names_the_format(asked, suffix):
    status, out, err = asked("kennzahlen", "--year", "2024", "-o", f"zahlen{suffix}")
    assert (status, err) == (0, "")
    assert out == f"Kennzahlen der Koordinierungsstelle Schulsozialarbeit: zahlen{suffix}\n"
    assert [path.name for path in Path().iterdir()] == [f"zahlen{suffix}"]


# -- asking wrongly ----------------------------------------------------------------------------------------------------

OVERVIEW = ("stellenuebersicht", "-o", "a.md")
FIGURES = ("kennzahlen", "-o", "a.md")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        # what does not exist
        (("stelenuebersicht", "-o", "a.md"), 2, "»stelenuebersicht« gibt es nicht; meinten Sie stellenuebersicht?"),
        (("bericht", "-o", "a.md"), 2, "meinten Sie taetigkeitsbericht?"),
        (("einhorn", "-o", "a.md"), 2, "»einhorn« gibt es nicht. Vorhanden sind: koschuso:stellenuebersicht, "),
        (("einhorn", "--help"), 2, "»einhorn« gibt es nicht"),
        (
            (*OVERVIEW, "--einhorn", "1"),
            2,
            "kennt die Option --einhorn nicht; er nimmt --stichtag 15.10.2025, --audience",
        ),
        ((*OVERVIEW, "--einhorn=1"), 2, "kennt die Option --einhorn nicht; er nimmt"),
        ((*OVERVIEW, "--veranstaltung", "fachtag"), 2, "kennt die Option --veranstaltung nicht; er nimmt"),
        (("--einhorn", "1"), 2, "Die Option --einhorn gibt es hier nicht."),
        (
            ("teilnehmerliste", "-o", "a.md", "--veranstaltung", "nix"),
            1,
            "Kennung »nix« gibt es nicht; »koschuso list event«",
        ),
        (("bedarfe", "-o", "a.md", "--befragung", "nix"), 1, "Kennung »nix« gibt es nicht; »koschuso list survey«"),
        (
            ("teilnahmebescheinigung", "-o", "a.md", "--veranstaltung", "fachtag", "--person", "nix"),
            1,
            "Für die Kennung »nix« gibt es zur Veranstaltung »Fachtag« keine Bescheinigung",
        ),
        ((*OVERVIEW, "--felder", "nix"), 2, "Das Zusatzfeld »nix«"),
        # what is missing
        ((), 2, "Nennen Sie Bericht und Ziel: koschuso report NAME -o ZIEL"),
        (("-o", "a.md"), 2, "Nennen Sie Bericht und Ziel"),
        (("kennzahlen",), 2, "koschuso report kennzahlen -o ZIEL, zum Beispiel kennzahlen.html."),
        (
            ("namensschilder", "-o", "a.md"),
            2,
            "»namensschilder« braucht --veranstaltung: Kennung der Veranstaltung; »koschuso",
        ),
        (("namensschilder", "-o", "a.md", "--veranstaltung", ""), 2, "braucht --veranstaltung"),
        # times
        (
            (*FIGURES, "--year", "2024", "--schuljahr", "2024/25"),
            2,
            "nur einen Zeitraum, nicht --year und --schuljahr zugleich.",
        ),
        ((*FIGURES, "--year", "bald"), 2, "»bald« wird nicht verstanden; erwartet wird zum Beispiel 2025."),
        ((*FIGURES, "--schuljahr", "2024/26"), 2, "zum Beispiel 2024/25."),
        ((*FIGURES, "--quartal", "5/2024"), 2, "zum Beispiel 1/2025."),
        ((*FIGURES, "--foerderzeitraum", "31.12.2024-01.01.2024"), 2, "vor seinem Beginn"),
        ((*OVERVIEW, "--stichtag", "gestern"), 2, "zum Beispiel 15.10.2025."),
        ((*OVERVIEW, "--stichtag", "31.02.2025"), 2, "Den Tag »31.02.2025« gibt es nicht"),
        ((*OVERVIEW, "--year", "2024"), 2, "kennt die Option --year nicht; er nimmt --stichtag 15.10.2025"),
        (
            (*OVERVIEW, "--stichtag", "15.10.2015"),
            1,
            "Zum Stichtag 15.10.2015 ist nichts erfasst: die Koordinierungsstelle begann",
        ),
        (("geschichte", "-o", "a.md", "--stichtag", "1.1.2015"), 1, "Zum Stichtag 01.01.2015 ist nichts erfasst"),
        (
            (*FIGURES, "--year", "2019"),
            1,
            "Zum Zeitraum Kalenderjahr 2019 sind keine Stellen, Tätigkeiten, Beratungen oder Veranst",
        ),
        (("taetigkeitsbericht", "-o", "a.md", "--year", "2022"), 1, "die erste Angabe ist vom 12.11.2024."),
        (
            ("beratungen", "-o", "a.md", "--quartal", "1/2025"),
            1,
            "keine Beratungen erfasst; die letzte Angabe ist vom 14.11.2024.",
        ),
        (("jahresplanung", "-o", "a.md", "--year", "2022"), 1, "davor und danach gibt es Angaben."),
        # values
        (("bedarfe", "-o", "a.md", "--mindestzahl", "2"), 2, "erwartet wird eine ganze Zahl von 3 bis 1000."),
        ((*FIGURES, "--schwelle", "1"), 2, "Die Schwelle »1« ist nicht möglich"),
        ((*FIGURES, "--erstellt", "bald"), 2, "»bald« wird nicht verstanden"),
        ((*FIGURES, "--audience", "alle"), 2, "Den Empfängerkreis »alle« gibt es nicht."),
        (("foerderpruefung", "-o", "a.md", "--audience", "oeffentlich"), 2, "nur für: intern, foerdergeber."),
        (("taetigkeiten", "-o", "a.md", "--year", "2024", "--katalog", "1999"), 2, "Eine Fassung »1999«"),
        # targets
        (
            ("kennzahlen", "-o", "a.exe"),
            2,
            "Für die Endung ».exe« gibt es keine Ausgabe; möglich sind .html (Webseite)",
        ),
        (("kennzahlen", "-o", "a"), 2, "Für die Endung »« gibt es keine Ausgabe"),
        (
            ("kennzahlen", "-o", "fehlt/a.md"),
            1,
            "fehlt/a.md lässt sich nicht schreiben: Den Ordner fehlt gibt es nicht",
        ),
        (("kennzahlen", "-o", "."), 1, ". ist ein Ordner; bitte nennen Sie eine Datei darin"),
        # texts
        (("kennzahlen", "--texte"), 2, "hat keine Stellen für eigene Texte."),
        (("taetigkeitsbericht", "--texte", "-o", "a.md"), 2, "--texte legt nur die Dateien für Ihre Texte an"),
        (("taetigkeitsbericht", "--texte", "--year", "bald"), 2, "zum Beispiel 2025."),
    ],
)
def test_a_wrong_question_is_one_german_sentence_and_leaves_nothing(asked, arguments, status, said):
    found, out, err = asked(*arguments)
    assert (found, out) == (status, "")
    assert said in err
    assert err.startswith("Fehler: ")
    assert err.count("\n") == 1
    assert not list(Path().iterdir())


def test_an_option_without_its_value_is_named(capsys):
    assert main(["report", *FIGURES, "--year"]) == 2
    assert capsys.readouterr().err == "Fehler: Der Option --year fehlt ihr Wert.\n"


def test_a_wrong_question_is_there_for_programs_too(asked):
    status, out, _ = asked(*OVERVIEW, "--einhorn", "1", "--json")
    answer = json.loads(out)
    assert answer["status"] == status == 2
    assert "--stichtag" in answer["error"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "der Datenträger ist voll"),
        (errno.EACCES, "die Berechtigung fehlt"),
        (errno.EROFS, "schreibgeschützt"),
    ],
)
def test_a_target_that_cannot_be_written_leaves_what_was_there(asked, monkeypatch, number, said):
    asked(*FIGURES, "--year", "2024")
    before = Path("a.md").read_bytes()
    monkeypatch.setattr("os.fsync", _refuse(number))
    status, out, err = asked(*FIGURES, "--year", "2024", "--audience", "intern")
    assert (status, out) == (1, "")
    assert err.startswith("Fehler: a.md lässt sich nicht schreiben: ")
    assert said in err
    assert [path.name for path in Path().iterdir()] == ["a.md"]
    assert Path("a.md").read_bytes() == before


def _refuse(number):
    def refuse(_descriptor):
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize(("suffix", "package"), [(".docx", "python-docx"), (".xlsx", "openpyxl")])
def test_a_missing_extra_is_one_sentence_that_names_it(asked, monkeypatch, suffix, package):
    monkeypatch.setattr("koschuso.reporting.rendering.find_spec", lambda _module: None)
    status, out, err = asked("kennzahlen", "--year", "2024", "-o", f"a{suffix}")
    assert (status, out) == (1, "")
    assert f"fehlt das Zusatzpaket {package}" in err
    assert "koschuso[berichte]" in err
    assert not list(Path().iterdir())


# -- the office's own words --------------------------------------------------------------------------------------------


@pytest.fixture
def writing(tmp_path, monkeypatch, capsys):
    """An office of one's own to write in."""
    with Office.init(tmp_path / "buero", name="Koordinierungsstelle Muster", ags="05974") as office:
        office.save(*RECORDS)
    monkeypatch.chdir(tmp_path / "buero")

    def run(*arguments):
        status = main(["report", "taetigkeitsbericht", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return tmp_path / "buero" / "texte" / "taetigkeitsbericht", run


def test_the_files_for_the_words_are_laid_out_and_the_next_step_is_told(writing):
    folder, run = writing
    status, out, _ = run("--texte", "--schuljahr", "2023/24")
    assert status == 0
    assert {path.name for path in (folder / "2023-24").iterdir()} >= {"LIESMICH.txt", "ausblick.md", "auftrag.md"}
    assert str(folder / "2023-24") in out
    assert "ausblick.md  Ausblick" in out
    assert out.endswith("Danach: koschuso report taetigkeitsbericht --schuljahr 2023/24 -o taetigkeitsbericht.docx\n")


def test_last_years_words_are_taken_over_as_drafts_and_nothing_is_ever_overwritten(writing):
    folder, run = writing
    run("--texte", "--schuljahr", "2023/24")
    (folder / "2023-24" / "ausblick.md").write_text("Es geht weiter.", encoding="utf-8")
    out = run("--texte", "--schuljahr", "2024/25")[1]
    assert "neu angelegt mit den Worten vom vorigen Mal (2023/24), als Entwurf:\n    ausblick.md" in out
    assert "löschen Sie jeweils die erste Zeile" in out
    draft = (folder / "2024-25" / "ausblick.md").read_text(encoding="utf-8")
    assert draft.startswith("ENTWURF")
    assert "Es geht weiter." in draft

    (folder / "2024-25" / "ausblick.md").write_text("Neu.", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in (folder / "2024-25").iterdir()}
    status, out, _ = run("--texte", "--schuljahr", "2024/25", "--json")
    answer = json.loads(out)
    assert (status, answer["copied"], answer["empty"]) == (0, [], [])
    assert "ausblick" in answer["kept"]
    assert "ausblick" not in answer["unfinished"]
    assert {path.name: path.read_bytes() for path in (folder / "2024-25").iterdir()} == before


def test_a_report_says_how_to_add_words_until_somebody_begins(writing):
    _, run = writing
    arguments = ("--schuljahr", "2024/25", "-o", "bericht.md")
    assert "koschuso report taetigkeitsbericht --schuljahr 2024/25 --texte" in run(*arguments)[1]
    run("--texte", "--schuljahr", "2024/25")
    assert "--texte" not in run(*arguments)[1]


def test_a_broken_text_is_named_with_its_file_and_line(writing):
    folder, run = writing
    run("--texte", "--schuljahr", "2024/25")
    for words, line in (
        ("Ein Satz.\n\n# Titel\n", 3),
        ("ENTWURF: alt\n\nEin Satz.\n\n<b>x</b>\n", 5),
        ("gut\nb\xf6se", 2),
    ):
        (folder / "2024-25" / "ausblick.md").write_bytes(words.encode("latin-1"))
        status, out, err = run("--schuljahr", "2024/25", "-o", "bericht.docx")
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert str(Path("texte/taetigkeitsbericht/2024-25/ausblick.md")) in err
        assert f"Zeile {line}" in err
    assert not (folder.parents[1] / "bericht.docx").exists()


def test_a_disk_that_is_full_leaves_no_half_text(writing, monkeypatch):
    folder, run = writing
    real = open

    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_exception):
            self.file.close()

        def write(self, _text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def opened(path, *arguments, **more):
        file = real(path, *arguments, **more)
        return Full(file) if arguments[:1] == ("x",) and path.name.endswith(".md") else file

    monkeypatch.setattr("pathlib.Path.open", opened)
    status, out, err = run("--texte", "--schuljahr", "2024/25")
    assert (status, out) == (1, "")
    assert "der Datenträger ist voll" in err
    assert not list(folder.rglob("*.md"))
