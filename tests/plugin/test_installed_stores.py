"""Plugins that bring a store, installed and used as an office would: by command line, without a line of code."""

import json
import os
import shutil
from urllib.parse import quote

import pytest
from machine import ROOT, Machine

from koschuso import Office
from koschuso.model import Goal

DISTRIBUTIONS = ("koschuso-files", "koschuso-postgres")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    machine = Machine(tmp_path_factory.mktemp("rechner"))
    for name in DISTRIBUTIONS:
        machine.pip(
            "install", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed", ROOT / "plugins" / name
        )
    return machine


@pytest.fixture
def folder(tmp_path):
    """An office with a history, in a folder whose name needs care."""
    place = tmp_path / "Büro 100 % sicher"
    with Office.init(place, name="Muster", ags="05974") as office:
        office.save(*(Goal(id=f"z-{number}", title=f"Ziel {number}") for number in range(300)))
        office.save(Goal(id="z-1", title="Ziel 1, geändert"))
        office.store.remove(Goal, "z-2", expect=office.store.get(Goal, "z-2").revision)
    return place


def goals(machine, place):
    return {
        goal["id"]: goal["title"] for goal in json.loads(machine.koschuso("list", "goal", "--json", "--buero", place))
    }


@pytest.fixture(params=["files", "postgres"])
def target(request, folder):
    """URL of an empty store, and the secret in it."""
    if request.param == "files":
        return f"files:///{quote(str(folder / 'daten'))}", ""
    server = request.getfixturevalue("server")
    return server.url_of("postgres", buero=f"b{os.getpid()}"), server.password


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_office_moves_into_an_installed_store_works_there_and_comes_back(machine, folder, target, tmp_path):
    url, secret = target
    plugin = url.partition(":")[0].replace("postgresql", "postgres")
    before = goals(machine, folder)
    copied = json.loads(machine.koschuso("copy", folder, url, "--json"))
    assert not copied["switched"]
    assert copied["history"]
    # Naming a URL is switching its plugin on, for every command.
    assert goals(machine, url) == before
    machine.koschuso("verify", "--buero", url)

    moved = json.loads(machine.koschuso("copy", folder, url, "--umstellen", "--json"))
    assert (moved["copied"], moved["digest"], moved["plugins"]) == (0, copied["digest"], [plugin])
    assert not secret or secret not in json.dumps(moved)
    assert goals(machine, folder) == before
    machine.run("-c", _WORK, folder)
    after = goals(machine, folder)
    assert after == before | {"z-1": "Ziel 1, noch einmal", "neu": "Neues Ziel"}
    assert json.loads(machine.koschuso("verify", "--json", "--buero", folder))["whole"]

    backup = tmp_path / "sicherung.zip"
    machine.koschuso("backup", backup, "--buero", folder)
    machine.koschuso("verify", "--datei", backup)
    machine.koschuso("restore", backup, tmp_path / "probe")
    assert goals(machine, tmp_path / "probe") == after

    home = machine.koschuso("copy", folder, tmp_path / "zurueck.db", "--umstellen")
    assert "Umgestellt" in home
    assert goals(machine, folder) == after
    assert machine.run("-c", _HISTORY, folder).split() == ["put", "put", "put"]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_office_in_a_folder_of_files_can_be_moved_as_a_whole(machine, folder, tmp_path):
    machine.koschuso("copy", folder, f"files:///{quote(str(folder / 'daten'))}", "--umstellen")
    before = goals(machine, folder)
    moved = tmp_path / "anderswo"
    shutil.move(folder, moved)
    assert 'url = "files:///daten"' in (moved / "koschuso.toml").read_text(encoding="utf-8")
    assert goals(machine, moved) == before
    # A folder that was lost is no new office.
    shutil.move(moved / "daten", moved / "weg")
    told = json.loads(machine.koschuso("list", "goal", "--json", "--buero", moved, status=1))
    assert "mit den Daten gibt es nicht" in told["error"]
    shutil.move(moved / "weg", moved / "daten")
    assert goals(machine, moved) == before


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_store_whose_plugin_is_not_switched_on_says_so(machine, folder):
    settings = folder / "koschuso.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("sqlite:///koschuso.db", "files:///daten"), encoding="utf-8")
    (folder / "daten").mkdir()
    told = json.loads(machine.koschuso("list", "goal", "--json", "--buero", folder, status=1))
    assert "braucht das Plugin »files«" in told["error"]
    assert "nicht eingeschaltet" in told["error"]
    assert list((folder / "daten").iterdir()) == []


_WORK = """
import sys
from koschuso import Office
from koschuso.model import Goal

with Office.open(sys.argv[1]) as office:
    office.save(Goal(id="z-1", title="Ziel 1, noch einmal"), Goal(id="neu", title="Neues Ziel"))
"""

_HISTORY = """
import sys
from koschuso import Office
from koschuso.model import Goal

with Office.open(sys.argv[1]) as office:
    print(*(step.operation.value for step in office.store.history(Goal, "z-1")))
"""
