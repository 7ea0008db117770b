"""`koschuso plugins`: what is there, what was left out at which stage and why, and whether it keeps the contract."""

import json

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.office.settings import Settings

BOUNDED = ["koschuso>=0.1,<0.2"]


@pytest.fixture
def office(site):
    """An office with a healthy plugin, one that cannot be imported and one that is too new."""
    site.install("kaputt", "import a_module_that_is_not_there", requires=BOUNDED)
    site.install("neuer", "", requires=["koschuso>=99"])
    place = site.folder / "buero"
    Office.init(place, name="Büro", ags="05974").close()
    settings = place / "koschuso.toml"
    text = settings.read_text(encoding="utf-8").replace("aktiv = []", 'aktiv = ["gesund", "kaputt", "neuer", "fort"]')
    settings.write_text(text, encoding="utf-8")
    return place


def test_failures_are_shown_with_stage_and_cause_in_german(office, capsys):
    assert main(["plugins", "--buero", str(office)]) == 1
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    rows = {line[0]: line for line in lines}
    head = lines.index(["Ausgelassen", "Paket", "Bei", "Abfrage", "Ursache"])
    failures = {line[0]: line for line in lines[head + 1 :]}
    assert rows["gesund"][3] == "aktiv"
    assert failures["kaputt"][2] == "Laden"
    assert "ModuleNotFoundError" in failures["kaputt"][4]
    assert failures["neuer"][2] == "Versionsprüfung"
    assert failures["fort"][2] == "Installation"


def test_the_same_as_json(office, capsys):
    assert main(["plugins", "--buero", str(office), "--json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert {failure["plugin"]: (failure["stage"], failure["stage_label"]) for failure in content["failures"]} == {
        "fort": ("installation", "Installation"),
        "kaputt": ("import", "Laden"),
        "neuer": ("requirement", "Versionsprüfung"),
    }
    assert {info["name"]: info["state"] for info in content["plugins"]}["gesund"] == "aktiv"


def test_one_plugin_alone(office, capsys):
    assert main(["plugins", "gesund", "--buero", str(office)]) == 0
    assert "kaputt" not in capsys.readouterr().out
    assert main(["plugins", "gibtesnicht", "--buero", str(office)]) == 2


def test_a_broken_storage_plugin_does_not_hide_its_own_cause(office, capsys):
    settings = office / "koschuso.toml"
    text = settings.read_text(encoding="utf-8").replace("sqlite:///koschuso.db", "kaputt:///x")
    settings.write_text(text, encoding="utf-8")
    assert main(["list", "person", "--buero", str(office)]) != 0
    capsys.readouterr()
    assert main(["plugins", "--buero", str(office)]) == 1
    assert "a_module_that_is_not_there" in capsys.readouterr().out


def test_without_an_office_what_is_installed_is_shown(site, monkeypatch, capsys):
    monkeypatch.chdir(site.folder)
    assert main(["plugins"]) == 0
    told = capsys.readouterr()
    assert "gesund" in told.out
    assert "kein Büro" in told.err


def test_check_tells_clause_and_what_to_do_and_ends_with_1(site, capsys):
    site.install("kaputt", "import a_module_that_is_not_there", requires=BOUNDED)
    assert main(["plugins", "kaputt", "--check"]) == 1
    out = capsys.readouterr().out
    assert "nicht erfüllt" in out
    assert "Verstoß H1: Das Plugin lässt sich nicht laden" in out
    assert main(["plugins", "kaputt", "--check", "--json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["conforms"] is False
    assert [
        shortfall["clause"] for shortfall in content["plugins"][0]["shortfalls"] if shortfall["tier"] == "must"
    ] == ["H1"]


@pytest.mark.slow
def test_check_of_a_plugin_that_never_answers_goes_on_with_the_next(site, capsys):
    site.install("ewig", "@hookimpl\ndef koschuso_fields():\n    import time; time.sleep(9999)", requires=BOUNDED)
    site.install("zuletzt", "@hookimpl\ndef koschuso_fields(): return []", requires=BOUNDED, module="koschuso_zuletzt")
    assert main(["plugins", "--check", "--timeout", "20"]) == 1
    out = capsys.readouterr().out
    assert "ewig\tkoschuso-ewig\t1.0\tnicht erfüllt" in out
    assert "antwortet nach 20 s noch nicht, beim Schritt »Abfragen der Hooks«" in out
    assert "zuletzt\tkoschuso-zuletzt\t1.0\terfüllt" in out


def test_check_of_what_is_not_installed_is_wrong_use(site, capsys):
    assert main(["plugins", "gibtesnicht", "--check"]) == 2
    assert "nicht installiert" in capsys.readouterr().err
    assert main(["plugins", "gesund", "--check", "--timeout", "0"]) == 2
    assert site.folder.is_dir()


@pytest.fixture
def fresh(site):
    """An office without plugins."""
    Office.init(site.folder / "neu", name="Büro", ags="05974").close()
    return site.folder / "neu"


def enabled(place):
    return Settings.read(place).plugins


def test_a_plugin_is_switched_on_and_off(fresh, capsys):
    assert main(["plugins", "gesund", "--ein", "--buero", str(fresh)]) == 0
    assert enabled(fresh) == ("gesund",)
    assert main(["plugins", "gesund", "--ein", "--buero", str(fresh)]) == 0
    assert main(["plugins", "gesund", "--aus", "--buero", str(fresh)]) == 0
    assert enabled(fresh) == ()
    assert capsys.readouterr().out.splitlines() == [
        "»gesund« ist jetzt eingeschaltet.",
        "»gesund« ist schon eingeschaltet.",
        "»gesund« ist jetzt ausgeschaltet; gespeicherte Werte bleiben erhalten.",
    ]


@pytest.mark.parametrize("name", ["kaputt", "gibtesnicht", "kein name"])
def test_a_plugin_that_cannot_work_is_not_switched_on(site, fresh, name, capsys):
    site.install("kaputt", "import a_module_that_is_not_there", requires=BOUNDED)

    assert main(["plugins", name, "--ein", "--buero", str(fresh)]) == 1
    assert enabled(fresh) == ()
    assert "nicht eingeschaltet" in capsys.readouterr().err


def test_a_plugin_that_is_gone_can_be_switched_off(office):
    assert main(["plugins", "fort", "--aus", "--buero", str(office)]) == 0
    assert "fort" not in enabled(office)


def test_switching_needs_a_name_and_an_office(site, fresh, monkeypatch, capsys):
    monkeypatch.chdir(site.folder)

    assert main(["plugins", "--ein", "--buero", str(fresh)]) == 2
    assert main(["plugins", "gesund", "--ein"]) == 2
    assert "koschuso.toml" in capsys.readouterr().err


def test_switching_tells_programs_what_is_enabled(fresh, capsys):
    assert main(["plugins", "gesund", "--ein", "--buero", str(fresh), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"enabled": ["gesund"], "failures": []}
