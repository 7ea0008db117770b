"""The handbook's commands do what the handbook says: every indented line that begins with koschuso is run."""

import os
import shlex
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.model import Activity, Organisation, Person, SchoolProfile
from koschuso.office.settings_edit import change_settings
from koschuso.reporting.builtin import BUILTIN_REPORTS

HANDBUCH = Path(__file__).resolve().parents[2] / "docs" / "handbuch"


def commands(page):
    lines = (HANDBUCH / page).read_text(encoding="utf-8").splitlines()
    return [shlex.split(line) for line in lines if line.startswith(("    koschuso ", "    cd "))]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder with what the first page asks for."""
    (tmp_path / "schuldaten.csv").write_bytes(
        (files("koschuso.demo") / "data" / "schuldaten_kreis_soest.csv").read_bytes()
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(page, example):
    """Run a page from top to bottom, as a reader would."""
    for name, *arguments in commands(page):
        if name == "cd":
            os.chdir(arguments[0])
            for file in ("kalender.ics", "kontakte.vcf"):
                shutil.copy(example / file, file)
            continue
        if arguments[0] == "demo":  # the example came by this very command
            shutil.copytree(example, arguments[1])
            continue
        # `check` ends with 1 where it finds errors: that is its answer.
        assert main(arguments) in ({0, 1} if arguments[0] == "check" else {0}), arguments


@pytest.mark.parametrize("page", sorted(path.name for path in HANDBUCH.glob("*.md")))
def test_every_page_has_commands(page):
    assert commands(page)


def test_the_first_hour(folder, example, capsys):
    run("erste-stunde.md", example)

    assert (folder / "buero" / "stellen.html").is_file()
    assert "Traceback" not in capsys.readouterr().err


def test_giving_away(folder, example, monkeypatch, capsys):
    shutil.copytree(example, folder / "beispiel")
    monkeypatch.chdir(folder / "beispiel")

    run("weitergeben.md", example)

    written = {
        "termine.ics",
        "kontakte.vcf",
        "kontakte.csv",
        "kontakte.vcf.zip",
        "termine.ics.zip",
        "veranstaltungen.ics",
    }
    assert written <= {path.name for path in Path().iterdir()}
    out = capsys.readouterr().out
    assert "Outlook zeigt voraussichtlich nicht" in out
    assert " 0 neu, 0 geändert" in out


PRIVATE_CARD = (
    "BEGIN:VCARD\nVERSION:3.0\nUID:eva\nFN:Eva Muster\nN:Muster;Eva;;;\nBDAY:1980-01-02\nNOTE:mag Tee\nEND:VCARD\n"
)


def test_reading_in(folder, example, monkeypatch, capsys):
    shutil.copytree(example, folder / "beispiel")
    monkeypatch.chdir(folder / "beispiel")
    Path("kalender.ics").write_text(
        INVITATION.format(method="", uid="fremder-termin", people="LOCATION:Soest\n"), encoding="utf-8"
    )
    Path("kontakte.vcf").write_text(PRIVATE_CARD, encoding="utf-8")

    run("einlesen.md", example)

    out = capsys.readouterr().out
    assert "1 neu, 0 geändert, 0 unverändert. Es wurde nichts geschrieben." in out
    assert "ausgelassen: NOTE (1-mal)" in out
    assert main(["import", "kalender.ics"]) == 0
    assert " 0 neu, 0 geändert, 1 unverändert." in capsys.readouterr().out
    assert main(["show", "eva", "--json"]) == 0
    person = capsys.readouterr().out
    assert "BDAY:1980-01-02" in person
    assert "mag Tee" not in person


def test_tables(folder, example, monkeypatch, capsys):
    """In an office of schools alone: the example has many more records, and each command reads all."""
    assert main(["init", "buero", "--ags", "05974"]) == 0
    monkeypatch.chdir(folder / "buero")
    assert main(["import", "../schuldaten.csv"]) == 0

    run("tabellen.md", example)

    assert {"schulen.csv", "bestand.xlsx", "alles.jsonl", "kopie.jsonl"} <= {path.name for path in Path().iterdir()}
    out = capsys.readouterr().out
    assert "Arbeitsmappe (XLSX): 0 neu, 0 geändert" in out
    assert "Archiv (JSON Lines): 0 neu, 0 geändert" in out


INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Beispiel//DE
{method}BEGIN:VEVENT
UID:{uid}
DTSTAMP:20250901T080000Z
DTSTART;TZID=Europe/Berlin:20251015T090000
DTEND;TZID=Europe/Berlin:20251015T120000
SUMMARY:Fachtag
{people}END:VEVENT
END:VCALENDAR
"""


def test_inviting(tmp_path, monkeypatch, capsys):
    place = tmp_path / "buero"
    assert main(["init", str(place), "--ags", "05974"]) == 0
    monkeypatch.chdir(place)
    ours = (
        "X-KOSCHUSO-SICHTBARKEIT:netzwerk\nX-KOSCHUSO-VERANSTALTER:koordinierungsstelle\n"
        "ATTENDEE;CN=Eva Muster:mailto:eva@schule.example\nATTENDEE;CN=Ali Beispiel:mailto:ali@traeger.example\n"
    )
    theirs = "ORGANIZER:mailto:einladung@land.example\nATTENDEE;CN=Eva Muster:mailto:eva@schule.example\n"
    answer = "ORGANIZER:mailto:buero@kreis.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:eva@schule.example\n"
    Path("fachtag.ics").write_text(INVITATION.format(method="", uid="fachtag-2025", people=ours))
    Path("einladung-von-anderen.ics").write_text(
        INVITATION.format(method="METHOD:REQUEST\n", uid="tagung-2025", people=theirs)
    )
    Path("antwort.eml").write_text(
        "From: eva@schule.example\nSubject: Zusage\nMIME-Version: 1.0\nContent-Type: text/calendar; method=REPLY\n\n"
        + INVITATION.format(method="METHOD:REPLY\n", uid="fachtag-2025", people=answer)
    )
    card = "BEGIN:VCARD\nVERSION:4.0\nKIND:org\nUID:koordinierungsstelle\nFN:Stelle\nEMAIL:buero@kreis.example\nEND:VCARD\n"
    Path("stelle.vcf").write_text(card)
    assert main(["import", "fachtag.ics", "stelle.vcf"]) == 0

    run("einladen.md", place)

    out = capsys.readouterr().out
    assert {"einladung-1.eml", "einladung-2.eml", "einladung.eml", "ausladung.eml", "absage.eml"} <= {
        path.name for path in place.iterdir()
    }
    assert "antwort.eml: E-Mail mit Kalender (iMIP): 0 neu, 1 geändert" in out
    assert main(["list", "participation", "--filter", "event_id=fachtag-2025", "--json"]) == 0
    assert '"angemeldet"' in capsys.readouterr().out
    assert b"einladung@land.example" in Path("antwort-an-andere.eml").read_bytes()


def test_keeping_safe(folder, example, monkeypatch, capsys):
    shutil.copytree(example, folder / "beispiel")
    (folder / "sicherungen").mkdir()
    monkeypatch.chdir(folder / "beispiel")

    run("sichern.md", example)

    out = capsys.readouterr().out
    assert "Die Sicherung ist in Ordnung" in out
    assert "verglichen und gleich" in out
    assert (folder / "probe" / "koschuso.db").is_file()
    assert 'url = "sqlite:///neu.db"' in (folder / "beispiel" / "koschuso.toml").read_text(encoding="utf-8")
    assert len(list((folder / "sicherungen").glob("koschuso-sicherung-05974-*.zip"))) == 1


def test_own_fields(tmp_path, monkeypatch, capsys):
    # As installed as it has to be: what pip writes beside a package.
    metadata = tmp_path / "koschuso_soest-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: koschuso-soest\nVersion: 0.1.0\n", encoding="utf-8"
    )
    (metadata / "entry_points.txt").write_text("[koschuso]\nsoest = koschuso_soest\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    Office.init(tmp_path / "buero", name="Beispielbüro", ags="05974").close()
    change_settings(tmp_path / "buero", plugins=("soest",))
    with Office.open(tmp_path / "buero") as office:
        office.save(
            Organisation(
                id="schule-100001",
                type="schule",
                name="Schule am Teich",
                ags="05974040",
                school=SchoolProfile(schulnummer="100001", schulform="grundschule"),
                extras={"soest:sozialraum": "soest:nord"},
            ),
            Person(
                id="eva", given_name="Eva", family_name="Muster", extras={"soest:qualifikationsbaustein": "2024-03-01"}
            ),
            Activity(id="a-1", day=date(2024, 5, 6), taetigkeit="soest:rundbrief", minutes=90),
        )
    change_settings(tmp_path / "buero", plugins=())
    monkeypatch.chdir(tmp_path / "buero")

    run("eigene-felder.md", None)

    out = capsys.readouterr().out
    assert "Zusatzfelder (soest):\n    Sozialraum: Sozialraum Nord" in out
    assert "Muster" in out
    assert "seit 2026 nicht mehr angeboten. An seine Stelle trat »soest:newsletter«" in out
    assert "Sozialraum Nord" in Path("stellen.html").read_text(encoding="utf-8")
    assert "Rundbrief an die Fachkräfte" in Path("nach-2022.html").read_text(encoding="utf-8")
    assert "Newsletter an die Fachkräfte" in Path("nach-2026.html").read_text(encoding="utf-8")


ANSWERS = """Zeitstempel;Wie zufrieden sind Sie?;Themen? [Kinderschutz];Themen? [Elternarbeit];Was fehlt Ihnen?
01.12.2025 09:00;4;Ja;Nein;Mehr Zeit
01.12.2025 10:00;5;Ja;Ja;
02.12.2025 09:00;3;Nein;Ja;
02.12.2025 09:30;4;Ja;Nein;
03.12.2025 09:30;4;Ja;Ja;
03.12.2025 09:40;5;Nein;Ja;
"""


@pytest.fixture
def office(folder, example, monkeypatch):
    """A copy of the example, and the reader stands in it."""
    shutil.copytree(example, folder / "beispiel")
    monkeypatch.chdir(folder / "beispiel")
    return folder / "beispiel"


@pytest.mark.slow
def test_reports(office, example, capsys):
    run("berichte.md", example)

    written = {path.name for path in office.iterdir()}
    assert {"bericht.docx", "stellen.html", "beratungen-intern.xlsx", "bescheinigungen.docx"} <= written
    page = (office / "veranstaltungen.html").read_text(encoding="utf-8")
    assert "von 1 bis 4" in page
    assert "taetigkeitsbericht" in capsys.readouterr().out


def test_every_report_stands_in_the_handbook():
    page = (HANDBUCH / "berichte.md").read_text(encoding="utf-8")
    for report in BUILTIN_REPORTS:
        assert f"\n| `{report.name.removeprefix('koschuso:')}` |" in page


@pytest.mark.slow
def test_texts(office, example):
    run("texte.md", example)

    laid_out = {path.name for path in (office / "texte" / "taetigkeitsbericht" / "2025-26").iterdir()}
    page = (HANDBUCH / "texte.md").read_text(encoding="utf-8")
    assert all(f"    {name} " in page for name in laid_out)
    draft = (office / "texte" / "taetigkeitsbericht" / "2025-26" / "ausblick.md").read_text(encoding="utf-8")
    assert draft.partition("\n")[0] in page
    assert "INTERN" in (office / "entwurf.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_surveys(office, example, capsys):
    page = (HANDBUCH / "umfragen.md").read_text(encoding="utf-8")
    assert ANSWERS in page
    (office / "antworten.csv").write_text(ANSWERS, encoding="utf-8")

    run("umfragen.md", example)

    out = capsys.readouterr().out
    for kind in ("skala", "mehrfachauswahl", "freitext"):
        assert f"  {kind:<16}" in out
        assert f"| `{kind}` |" in page
    assert "Die Spalte »Zeitstempel« ist keine Frage" in out
    report = (office / "bedarfe.html").read_text(encoding="utf-8")
    assert "Kinderschutz" in report
    assert "Mehr Zeit" not in report
