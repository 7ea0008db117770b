"""The handbook's commands do what the handbook says: every indented line that begins with koschuso is run."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from koschuso.cli import main

HANDBUCH = Path(__file__).resolve().parents[2] / "docs" / "handbuch"


def commands(page):
    lines = (HANDBUCH / page).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line.startswith(("    koschuso ", "    cd "))]


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handbuch") / "beispiel"
    assert main(["demo", str(folder)]) == 0
    return folder


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
