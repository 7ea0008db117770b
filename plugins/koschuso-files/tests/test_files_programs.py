"""Real khal, khard and vdirsyncer work on the folder: what they show, write, add and delete."""

import json
import os
import re
import subprocess
from datetime import datetime
from pathlib import Path

import attrs
import pytest
from koschuso_files.driver import FilesDriver

from koschuso.model import Event, Person, TimeSpan
from koschuso.store import ANY, Store

pytestmark = [pytest.mark.slow, pytest.mark.programs]


class Program:
    """An installed program (`.ci/programs.sh`), and the place in which it may leave its traces."""

    def __init__(self, name, folder, home):
        self.name, self.folder, self.home = name, folder, home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            **{f"XDG_{part}_HOME": str(home / part.lower()) for part in ("CONFIG", "DATA", "CACHE", "STATE")},
            "XDG_RUNTIME_DIR": str(home),
            "LC_ALL": "C.UTF-8",
            "TZ": "Europe/Berlin",
            "PYTHONUTF8": "1",
            "NO_COLOR": "1",
            "EDITOR": "true",
        }

    def start(self, *arguments, text=""):
        command = [str(self.folder / "bin" / self.name), *map(str, arguments)]
        return subprocess.run(
            command, env=self.environment, cwd=self.home, input=text, capture_output=True, encoding="utf-8", timeout=90, check=False
        )  # fmt: skip

    def run(self, *arguments, text=""):
        done = self.start(*arguments, text=text)
        assert done.returncode == 0, f"{self.name} {arguments}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout


@pytest.fixture
def programs(tmp_path):
    """Gives a program by name; skips where it is not installed, and fails where CI has none."""

    def find(name):
        folder = Path(os.environ.get("KOSCHUSO_PROGRAMS", "/nowhere")).absolute() / name
        if not (folder / ".installed").is_file():
            if os.environ.get("CI") == "true":
                pytest.fail(f"CI must run with the real programs, but {name} is not in KOSCHUSO_PROGRAMS")
            pytest.skip(f"{name} is not in KOSCHUSO_PROGRAMS; .ci/programs.sh installs it")
        home = tmp_path / f"home-{name}"
        home.mkdir(exist_ok=True)
        return Program(name, folder, home)

    return find


KHAL = """
[calendars]
[[office]]
path = {calendar}
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = office
[sqlite]
path = {cache}
"""
KHARD = """
[addressbooks]
[[office]]
path = {contacts}
[general]
default_action = list
editor = true
merge_editor = true
[vcard]
preferred_version = 3.0
"""
PAIR = """
[general]
status_path = "{home}/status"
[pair office]
a = "here"
b = "there"
collections = null
conflict_resolution = "a wins"
[storage here]
type = "filesystem"
path = "{here}"
fileext = ".ics"
[storage there]
type = "filesystem"
path = "{there}"
fileext = ".ics"
"""


def event(number, title="Fachtag"):
    return Event(
        id=f"e-{number}@office.example", title=title, span=TimeSpan.at(datetime(2025, 10, 1 + number, 9), hours=2)
    )


@pytest.fixture
def office(tmp_path):
    with FilesDriver(tmp_path / "office") as driver:
        Store(driver).put_all([*(event(number) for number in range(10)), Person(id="p-1", given_name="Eva", family_name="Muster", email="eva@kreis.example", salutation="Frau")])  # fmt: skip
        driver.root_for_tests = tmp_path / "office"
        yield driver


def records(driver, record_type):
    with driver.transaction(write=False) as transaction:
        ids = [document.id for document in transaction.scan(record_type.KIND)]
    return {id_: Store(driver).get(record_type, id_).value for id_ in ids}


@pytest.fixture
def khal(programs, office):
    program = programs("khal")
    config = program.home / "khal.conf"
    config.write_text(
        KHAL.format(calendar=office.root_for_tests / "kalender", cache=program.home / "khal.db"), encoding="utf-8"
    )
    return lambda *arguments: program.run("-c", config, *arguments)


def test_khal_lists_our_events_and_its_new_one_comes_in(khal, office):
    def titles():
        text = khal("list", "--json", "title", "2025-09-01", "90d")
        return sorted(found["title"] for line in text.splitlines() for found in json.loads(line))

    assert titles() == ["Fachtag"] * 10
    khal("new", "2025-10-20", "14:00", "15:30", "Gesamtschule Süd: Übergänge", "::", "Raum 1.07")
    assert office.take_in() == ()
    new = next(found for found in records(office, Event).values() if found.title != "Fachtag")
    assert (new.title, new.description.strip()) == ("Gesamtschule Süd: Übergänge", "Raum 1.07")
    assert str(new.span) == "20.10.2025, 14:00–15:30 Uhr"
    Store(office).put(attrs.evolve(new, title="Umbenannt"), expect=ANY)
    assert "Umbenannt" in titles()
    assert office.verify().damages == ()


@pytest.mark.usefixtures("khal")
def test_khal_deletes_an_event(programs, office):
    program = programs("khal")
    done = program.start(
        "-c", program.home / "khal.conf", "edit", "--show-past", "Fachtag", text="D\ny\n" + "n\n" * 40 + "q\n"
    )
    left = len(list((office.root_for_tests / "kalender").glob("*.ics")))
    assert left == 9, done.stdout + done.stderr
    assert [finding.rule for finding in office.take_in()] == ["files.geloescht"]
    assert len(records(office, Event)) == 9


def test_khard_lists_adds_and_changes_people(programs, office):
    program = programs("khard")
    config = program.home / "khard.conf"
    config.write_text(KHARD.format(contacts=office.root_for_tests / "kontakte"), encoding="utf-8")
    assert "Eva Muster" in program.run("-c", config, "list")
    template = program.home / "new.yaml"
    template.write_text(
        "First name: Ali\nLast name: Beispiel\nEmail:\n    work: ali@schule.example\n", encoding="utf-8"
    )
    program.run("-c", config, "new", "-i", template, "-a", "office")
    assert office.take_in() == ()
    people = {found.name: found for found in records(office, Person).values()}
    assert people["Ali Beispiel"].email == "ali@schule.example"
    change = program.home / "change.yaml"
    change.write_text("First name: Eva\nLast name: Muster\nEmail:\n    work: neu@kreis.example\n", encoding="utf-8")
    program.run("-c", config, "edit", "-i", change, "Eva", text="yes\n")
    assert office.take_in() == ()
    eva = Store(office).get(Person, "p-1").value
    assert (eva.email, eva.salutation) == ("neu@kreis.example", "Frau")


def test_vdirsyncer_carries_changes_both_ways(programs, office, tmp_path):
    program = programs("vdirsyncer")
    there = tmp_path / "there"
    there.mkdir()
    config = program.home / "config"
    config.write_text(
        PAIR.format(home=program.home, here=office.root_for_tests / "kalender", there=there), encoding="utf-8"
    )
    program.run("-c", config, "discover")
    program.run("-c", config, "sync")
    assert len(list(there.glob("*.ics"))) == 10
    path = next(path for path in there.glob("*.ics") if b"UID:e-3@" in path.read_bytes())
    data = path.read_bytes().replace(b"SUMMARY:Fachtag", b"SUMMARY:Von der anderen Seite")
    path.write_bytes(re.sub(rb"X-KOSCHUSO[^\r\n]*\r\n", b"", data))
    next(path for path in there.glob("*.ics") if b"UID:e-4@" in path.read_bytes()).unlink()
    (there / "neu.ics").write_bytes(data.replace(b"UID:e-3@office.example", b"UID:neu@there.example"))
    Store(office).put(event(5, "Von dieser Seite"), expect=ANY)
    program.run("-c", config, "sync")
    assert [finding.rule for finding in office.take_in()] == ["files.geloescht"]
    found = records(office, Event)
    assert found["e-3@office.example"] == event(3, "Von der anderen Seite")
    assert "e-4@office.example" not in found
    assert found["neu@there.example"].title == "Von der anderen Seite"
    assert any(b"Von dieser Seite" in path.read_bytes() for path in there.glob("*.ics"))
    program.run("-c", config, "sync")
    assert office.take_in() == ()
    assert len(found) == len(list(there.glob("*.ics"))) == 10
