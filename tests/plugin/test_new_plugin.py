"""`koschuso new-plugin`: what it writes works at once, and it overwrites nothing."""

import json
import sys

import pytest
from machine import Machine

from koschuso import Office
from koschuso.cli import main
from koschuso.errors import Refused, WrongUse
from koschuso.plugin.checks import check_plugin
from koschuso.plugin.skeleton import KINDS, write_skeleton


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in {"report", "store"} else pytest.mark.slow) for kind in KINDS]
)
def test_every_kind_keeps_the_contract_of_plugins(tmp_path, monkeypatch, kind):
    made = write_skeleton("muster-zwei", kind=kind, folder=tmp_path / "neu")
    monkeypatch.syspath_prepend(made.folder / "src")
    report = check_plugin("koschuso_muster_zwei")
    assert report.shortfalls == ()
    assert report.skipped == {}
    assert (report.plugin, report.distribution) == ("muster-zwei", "koschuso-muster-zwei")
    assert {"LICENSE", "README.md", "pyproject.toml", ".gitignore", "src/koschuso_muster_zwei/py.typed"} <= set(
        made.files
    )
    for name in made.files:
        text = (made.folder / name).read_text(encoding="utf-8")
        assert "@" not in text.replace("@hookimpl", "").replace("@pytest", "").replace("@contextmanager", ""), name


def test_nothing_is_overwritten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "koschuso-muster").mkdir()
    (tmp_path / "koschuso-muster" / "mein.txt").write_text("bleibt")
    with pytest.raises(Refused, match="nichts überschrieben"):
        write_skeleton("muster")
    assert [path.name for path in (tmp_path / "koschuso-muster").iterdir()] == ["mein.txt"]
    (tmp_path / "datei").write_text("bleibt")
    with pytest.raises(Refused):
        write_skeleton("muster", folder=tmp_path / "datei")
    (tmp_path / "leer").mkdir()
    assert write_skeleton("muster", folder=tmp_path / "leer").folder.joinpath("README.md").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datei", "koschuso-muster", "leer"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "Muster",
        "muster_zwei",
        "müster",
        "2muster",
        "-muster",
        "muster-",
        "mu--ster",
        "koschuso",
        "koschuso-muster",
        "../x",
        "a b",
        "x" * 31,
    ],
)
def test_impossible_names_are_refused_and_leave_nothing(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUse):
        write_skeleton(name)
    assert list(tmp_path.iterdir()) == []


def test_words_of_python_and_taken_schemes(tmp_path):
    assert write_skeleton("class", folder=tmp_path / "a").files
    assert write_skeleton("sqlite", folder=tmp_path / "b").files
    with pytest.raises(WrongUse, match="URL-Schema"):
        write_skeleton("sqlite", kind="store", folder=tmp_path / "c")


def test_an_installed_name_is_refused(site):
    with pytest.raises(WrongUse, match="schon installiert"):
        write_skeleton("gesund", folder=site.folder / "neu")


def test_the_command_tells_what_to_do_next(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["new-plugin", "muster", "--kind", "report"]) == 0
    out = capsys.readouterr().out
    assert "pip install -e koschuso-muster" in out
    assert "koschuso plugins muster --check" in out
    assert main(["new-plugin", "muster"]) == 1
    assert "überschrieben" in capsys.readouterr().err
    assert main(["new-plugin", "Muster!"]) == 2
    assert main(["new-plugin", "anders", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["name"], content["kind"], len(content["next"])) == ("anders", "fields", 3)


# -- the whole way: built, installed, used, uninstalled -------------------------------------------------------------------


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    return Machine(tmp_path_factory.mktemp("rechner"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_kind_is_generated_built_installed_proved_used_and_uninstalled(machine):
    """One environment for all five: what a municipality does, from `new-plugin` to the values that stay."""
    folder = machine.folder
    wheels = folder / "wheels"
    names = {kind: f"probe-{kind}" for kind in KINDS}
    for kind, name in names.items():
        machine.koschuso("new-plugin", name, "--kind", kind)
        source = folder / f"koschuso-{name}"
        machine.run("-m", "ruff", "check", source)
        machine.run("-m", "mypy", "--strict", "--no-error-summary", "src", "tests", cwd=source)
        machine.run("-m", "build", "--no-isolation", "--wheel", "--outdir", wheels, source)
    machine.pip("install", "--no-index", "--no-deps", *map(str, wheels.glob("*.whl")))
    for name in names.values():
        # The installed one is proved, not the sources beside the tests.
        machine.run(
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-o",
            "pythonpath=",
            "tests",
            cwd=folder / f"koschuso-{name}",
        )
    checked = json.loads(machine.koschuso("plugins", "--check", "--json"))
    assert {one["plugin"]: one["shortfalls"] for one in checked["plugins"]} == {name: [] for name in names.values()}

    office = folder / "buero"
    machine.koschuso("init", office, "--ags", "05974")
    settings = (office / "koschuso.toml").read_text(encoding="utf-8")
    enabled = ", ".join(f'"{name}"' for name in names.values())
    with_plugins = settings.replace("aktiv = []", f"aktiv = [{enabled}]")
    assert with_plugins != settings
    (office / "koschuso.toml").write_text(with_plugins, encoding="utf-8")
    told = json.loads(machine.koschuso("plugins", "--json", "--buero", office))
    assert told["failures"] == []
    assert {one["state"] for one in told["plugins"]} == {"aktiv"}

    machine.run("-c", _FILL, office)
    shown = machine.koschuso("show", "committee/ak", "--buero", office) + machine.koschuso(
        "show", "organisation/s", "--buero", office
    )
    assert "Sozialraum" in shown
    assert "Nord" in shown
    assert "Digitale Sprechstunde" in machine.koschuso("show", "activity/t", "--buero", office)
    machine.koschuso("export", folder / "gremien.probe-format", "--kind", "committee", "--buero", office)
    assert "AK Muster" in (folder / "gremien.probe-format").read_text(encoding="utf-8")
    again = json.loads(machine.koschuso("import", folder / "gremien.probe-format", "--json", "--buero", office))
    assert "error" not in again[0]
    for ending in ("html", "md", "csv"):
        machine.koschuso("report", "probe-report:schulformen", "-o", folder / f"bericht.{ending}", "--buero", office)
        assert "Gesamtschule" in (folder / f"bericht.{ending}").read_text(encoding="utf-8-sig")
    store = f'url = "probe-store:///{(folder / "daten.journal").as_posix()}"'
    other = folder / "zweites"
    machine.koschuso("init", other, "--ags", "05974")
    second = (other / "koschuso.toml").read_text(encoding="utf-8").replace("aktiv = []", f"aktiv = [{enabled}]")
    (other / "koschuso.toml").write_text(second.replace('url = "sqlite:///koschuso.db"', store), encoding="utf-8")
    machine.run("-c", _FILL, other)
    assert "AK Muster" in machine.koschuso("list", "committee", "--buero", other)

    machine.pip("uninstall", "-y", *(f"koschuso-{name}" for name in names.values()))
    without = json.loads(machine.koschuso("plugins", "--json", "--buero", office, status=1))
    assert {one["state"] for one in without["plugins"]} == {"aktiv", "weggelassen"}
    kept = json.loads(machine.koschuso("show", "organisation/s", "--json", "--buero", office))
    assert kept[0]["extras"] == {"probe-fields:sozialraum": "Nord"}
    assert "Nord" in machine.koschuso("show", "organisation/s", "--buero", office)
    # Where the storage itself is gone, the command says which plugin is missing.
    machine.koschuso("list", "committee", "--buero", other, status=2)
    assert "probe-store" in machine.koschuso("plugins", "--buero", other, status=1)


_FILL = """
import sys
from datetime import date
from koschuso import Office
from koschuso.model import Activity, Committee, Organisation, SchoolProfile
with Office.open(sys.argv[1]) as office:
    office.save(
        Organisation(id="s", type="schule", name="Gesamtschule Muster", school=SchoolProfile(schulnummer="000001", schulform="gesamtschule"),
                     extras={"probe-fields:sozialraum": "Nord"}),
        Committee(id="ak", type="arbeitskreis", name="AK Muster"),
        Activity(id="t", day=date(2025, 10, 15), taetigkeit="probe-catalogue:sprechstunde", minutes=60),
    )
"""


def test_an_office_with_a_new_field_shows_it(tmp_path, monkeypatch):
    """The default kind in short: written, found on the path, switched on, seen."""
    made = write_skeleton("muster", folder=tmp_path / "neu")
    info = made.folder / "src" / "koschuso_muster-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: koschuso-muster\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[koschuso]\nmuster = koschuso_muster\n")
    monkeypatch.syspath_prepend(made.folder / "src")
    Office.init(tmp_path / "buero", name="Büro", ags="05974").close()
    settings = tmp_path / "buero" / "koschuso.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("aktiv = []", 'aktiv = ["muster"]'), encoding="utf-8"
    )
    with Office.open(tmp_path / "buero") as office:
        assert [field.label for field in office.registry.fields.values()] == [
            "Sozialraum",
            "Plätze für Begleitpersonen",
        ]
    sys.modules.pop("koschuso_muster", None)
