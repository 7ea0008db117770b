"""Bad input to the commands about keeping, moving and plugins: one German sentence, the right status, nothing half-done."""

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.model import Goal
from koschuso.office.settings import Settings


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with an office, its backup, and a file that is neither."""
    with Office.init(tmp_path / "buero", name="Büro", ags="05974") as office:
        office.save(Goal(id="z", title="Ziel"))
        office.backup(tmp_path / "gut.zip")
    (tmp_path / "text.zip").write_text("kein ZIP", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


BAD = {
    "backup '' --buero buero": (2, "ein Ziel"),
    "backup text.zip --buero buero": (1, "gibt es schon"),
    "backup fehlt/a.zip --buero buero": (1, "Den Ordner fehlt"),
    "backup . --behalte quatsch --buero buero": (2, "quatsch"),
    "restore gut.zip ''": (2, "den neuen Ordner"),
    "restore '' neu": (2, "die Sicherung"),
    "restore text.zip neu": (1, "keine Sicherung"),
    "restore fehlt.zip neu": (1, "gibt es nicht"),
    "restore gut.zip buero": (1, "ist schon ein Büro"),
    "restore gut.zip neu --store memory:": (2, "vergeht"),
    "restore gut.zip neu --store sqlite:///buero/koschuso.db": (1, "nicht leer"),
    "restore gut.zip neu --store unbekannt://x": (2, "bekannt sind"),
    "restore gut.zip text.zip/neu": (1, "text.zip/neu"),
    "verify --datei text.zip": (1, "keine Sicherung"),
    "verify --buero fehlt": (1, "gibt es nicht"),
    "copy buero ''": (2, "das Ziel"),
    "copy buero buero": (2, "derselbe"),
    "copy buero http://x/y": (2, "bekannt sind"),
    "plugins x --ein --aus --buero buero": (2, "nur eines"),
    "plugins x --ein --check --buero buero": (2, "nur eines"),
    "plugins --aus --buero buero": (2, "Nennen Sie"),
    "plugins gibtesnicht --aus --buero buero": (2, "weder installiert noch eingeschaltet"),
    "plugins --timeout abc": (2, "»abc« ist keine ganze Zahl"),
    "new-plugin Muster": (2, "kein Name"),
    "new-plugin muster -o buero": (1, "gibt es schon"),
    "new-plugin muster -o text.zip/x": (1, "lässt sich nicht anlegen"),
}


@pytest.mark.parametrize("command", BAD)
def test_bad_input_is_told_in_one_sentence_and_leaves_nothing(here, command, capsys):
    status, told = BAD[command]
    before = {path: path.stat().st_mtime_ns for path in here.rglob("*") if not path.name.endswith((".lock", ".lock.q"))}
    arguments = ["" if word == "''" else word for word in command.split()]
    assert main(arguments) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1
    assert err.startswith("Fehler: ")
    after = {path: path.stat().st_mtime_ns for path in here.rglob("*") if not path.name.endswith((".lock", ".lock.q"))}
    assert after.keys() == before.keys()
    assert Settings.read(here / "buero").plugins == ()
    with Office.open(here / "buero") as office:
        assert office.verify().damages == ()
