"""The command line: German, three exit statuses, JSON for programs, never a traceback."""

import json
import os
import subprocess
import sys
from importlib.resources import files

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.model import Person

COMMANDS = [
    "init",
    "import",
    "export",
    "list",
    "show",
    "check",
    "report",
    "plugins",
    "demo",
    "backup",
    "restore",
    "verify",
    "copy",
]


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "schuldaten.csv"
    path.write_bytes((files("koschuso.demo") / "data" / "schuldaten_kreis_soest.csv").read_bytes())
    return path


@pytest.fixture
def folder(tmp_path, capsys):
    assert main(["init", str(tmp_path / "buero"), "--ags", "05974"]) == 0
    capsys.readouterr()
    return tmp_path / "buero"


def test_the_office_gets_its_name_from_the_key(tmp_path, capsys):
    assert main(["init", str(tmp_path / "buero"), "--ags", "05974", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "Koordinierungsstelle Schulsozialarbeit Kreis Soest"


def test_a_register_goes_in_is_listed_shown_and_reported(folder, register, tmp_path, capsys):
    assert main(["import", str(register), "--buero", str(folder), "--dry-run"]) == 0
    assert "Es wurde nichts geschrieben" in capsys.readouterr().out
    assert main(["import", str(register), "--buero", str(folder)]) == 0
    assert main(["import", str(register), "--buero", str(folder)]) == 0
    assert "0 neu, 0 geändert, 378 unverändert" in capsys.readouterr().out

    assert main(["list", "organisation", "--buero", str(folder), "--filter", "type=schule", "--json"]) == 0
    schools = json.loads(capsys.readouterr().out)
    assert len(schools) == 107

    assert main(["show", schools[0]["id"], "--buero", str(folder)]) == 0
    assert "Gemeindeschlüssel: 05974" in capsys.readouterr().out

    target = tmp_path / "stellen.html"
    arguments = ["report", "stellenuebersicht", "-o", str(target), "--stichtag", "15.10.2025"]
    assert main([*arguments, "--buero", str(folder)]) == 0
    assert "Stellenübersicht" in target.read_text(encoding="utf-8")


def test_the_office_is_found_from_inside_its_folder(folder, monkeypatch, capsys):
    (folder / "berichte").mkdir()
    monkeypatch.chdir(folder / "berichte")

    assert main(["list", "person"]) == 0
    assert "Person: 0" in capsys.readouterr().err


def test_check_ends_with_1_only_for_errors(folder, capsys):
    assert main(["check", "--buero", str(folder)]) == 0
    assert "Keine Auffälligkeiten" in capsys.readouterr().out


def test_plugins_and_reports_are_listed(folder, capsys):
    assert main(["plugins", "--buero", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"] == []
    assert main(["report", "--list", "--buero", str(folder)]) == 0
    assert "stellenuebersicht" in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_command_has_german_help(command, capsys):
    assert main([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Aufruf: koschuso" in text
    assert "Zeigt diese Hilfe." in text
    assert not any(word in text for word in ("Usage", "Options", "Commands", "Show this", "[required]"))


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["tanze"], 2, "Den Befehl »tanze« gibt es nicht"),
        (["init"], 2, "Es fehlt"),
        (["init", "x", "--ags", "05999"], 1, "05999"),
        (["init", "x", "--farbe", "blau"], 2, "--farbe gibt es hier nicht"),
        (["import"], 2, "Es fehlt die Angabe"),
        (["import", "fehlt.ics", "--buero", "BUERO"], 1, "gibt es nicht"),
        (["export", "a.ics", "--audience", "alle", "--buero", "BUERO"], 2, "möglich sind: intern"),
        (["export", "a.docx", "--buero", "BUERO"], 2, "gehört zu keinem Format"),
        (["list", "einhorn", "--buero", "BUERO"], 2, "möglich sind organisation"),
        (["list", "person", "--filter", "name", "--buero", "BUERO"], 2, "FELD=WERT"),
        (["list", "person", "--filter", "huf=4", "--buero", "BUERO"], 2, "huf"),
        (["show", "nichts", "--buero", "BUERO"], 1, "gibt es nicht"),
        (["report", "stellenuebersicht", "--buero", "BUERO"], 2, "-o ZIEL"),
        (["report", "einhorn", "-o", "a.html", "--buero", "BUERO"], 2, "einhorn"),
        (["report", "kennzahlen", "-o", "a.html", "--year", "bald", "--buero", "BUERO"], 2, "zum Beispiel 2025"),
        (["report", "kennzahlen", "-o", "a.exe", "--buero", "BUERO"], 2, ".exe"),
        (["report", "kennzahlen", "-o", "fehlt/a.html", "--buero", "BUERO"], 1, "a.html"),
        (["check", "--buero", "nirgends"], 1, "koschuso init"),
        (["demo", "/dev/null/x"], 1, "/dev/null/x"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_wrong_use_and_refusals_end_in_one_german_sentence(
    arguments, status, words, as_json, folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    given = [str(folder) if argument == "BUERO" else argument for argument in arguments]

    assert main([*given, *(["--json"] if as_json else [])]) == status

    captured = capsys.readouterr()
    text = json.loads(captured.out)["error"] if as_json else captured.err
    assert words in text
    assert "Traceback" not in captured.err + captured.out
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_mistake_of_ours_is_no_traceback_either(monkeypatch, folder, capsys):
    def fail(*_arguments, **_options):
        raise ZeroDivisionError("Frau Zimtstern")

    monkeypatch.setattr("koschuso.office.facade.Office.check", fail)

    assert main(["check", "--buero", str(folder)]) == 1
    text = capsys.readouterr().err
    assert "ZeroDivisionError" in text
    assert "Zimtstern" not in text
    assert "Traceback" not in text


def test_the_installed_command_and_the_module_run_as_processes(tmp_path):
    version = subprocess.run(
        [sys.executable, "-m", "koschuso", "--version"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    wrong = subprocess.run(
        [sys.executable, "-m", "koschuso", "tanze"], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert version.stdout.startswith("koschuso ")
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_a_reader_that_goes_away_is_no_error(folder, register):
    main(["import", str(register), "--buero", str(folder)])
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "koschuso", "list", "relation", "--buero", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()

    assert process.wait(30) == 0
    assert "Traceback" not in errors


def test_version_loads_no_command_line_library():
    code = "import sys; from koschuso.cli import main; main(['--version']); print('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split()[-1] == "False"


def test_fields_are_named_as_tables_head_their_columns(folder, capsys):
    with Office.open(folder) as office:
        office.save(
            Person(id="p-1", given_name="Eva", family_name="Muster"),
            Person(id="p-2", given_name="Ali", family_name="Beispiel"),
        )
    for name in ("Nachname", "nachname", "family_name"):
        assert main(["list", "person", "--buero", str(folder), "--filter", f"{name}=Muster", "--json"]) == 0
        assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["p-1"]
        assert main(["list", "person", "--buero", str(folder), "--sort", name, "--json"]) == 0
        assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["p-2", "p-1"]
