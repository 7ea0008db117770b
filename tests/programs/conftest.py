"""Real programs that read what koschuso writes: where they are, and how they are started.

`.ci/programs.sh` installs them into the folder that the variable KOSCHUSO_PROGRAMS names. They run with an environment
of their own: no HOME, no settings and no cache of the person who runs the tests, and nothing of the network but the
loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from koschuso import Office
from koschuso.demo import build
from koschuso.interchange.format import WriteOptions
from koschuso.model import Event, EventStatus, Location, Person, TimeSpan

LISTED = tomllib.loads((Path(__file__).parent / "programs.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Program:
    """An installed program, and the place in which it may leave its traces."""

    name: str
    folder: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: object) -> list[str]:
        return [str(self.folder / "bin" / self.name), *map(str, arguments)]

    def run(self, *arguments: object, timeout: float = 120) -> str:
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, f"{self.name} {arguments}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout


def _not_there(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must run with the real programs, but {reason}")
    pytest.skip(f"{reason}; .ci/programs.sh installs the real programs")


@pytest.fixture
def programs(tmp_path):
    """Gives a program by name; skips where it is not installed, and fails where CI has none."""

    def find(name: str) -> Program:
        place = os.environ.get("KOSCHUSO_PROGRAMS")
        if not place:
            _not_there("the variable KOSCHUSO_PROGRAMS names no folder")
        folder = Path(place).absolute() / name
        if not (folder / ".installed").is_file():
            _not_there(f"{folder} does not hold {name}")
        installed = (folder / ".installed").read_text(encoding="utf-8").strip()
        assert installed == LISTED[name]["version"], f"{name} {installed} is installed, run .ci/programs.sh again"
        if LISTED[name]["from"] == "npm" and shutil.which("node") is None:
            _not_there("node is not on this machine")
        home = tmp_path / f"home-{name}"
        home.mkdir(exist_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_RUNTIME_DIR": str(home),
            "LC_ALL": "C.UTF-8",
            "TZ": "Europe/Berlin",
            "PYTHONUTF8": "1",
            "NO_COLOR": "1",
            "no_proxy": "127.0.0.1",
        }
        return Program(name=name, folder=folder, home=home, environment=environment)

    return find


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The folder of the example office, with its exports."""
    place = tmp_path_factory.mktemp("demo")
    build(place)
    return place


@pytest.fixture(scope="session")
def office(demo):
    with Office.open(demo) as opened:
        yield opened


@pytest.fixture(scope="session")
def stamped():
    """Options with a fixed moment, so that the same records give the same bytes."""
    return WriteOptions(stamp=datetime(2025, 10, 1, 8, tzinfo=UTC), title="Köster & Söhne – Kalender; mit, allem")


# Occurrences are written out by hand: what they are is not worked out by the code under test, nor by the program.
_WEEKLY = ("2025-10-02", "2025-10-16", "2025-10-23", "2025-10-31", "2025-11-06")


def _days(*found):
    return tuple((day, day) for day in found)


def _hours(begin, end, *days):
    return tuple((f"{day} {begin}", f"{day} {end}") for day in days)


@pytest.fixture(scope="session")
def odd_events():
    """Events with everything that programs read differently, each with its occurrences in Berlin."""
    berlin, utc = "Europe/Berlin", "UTC"
    series = Event(
        id="reihe-1@odd.example",
        title="Qualitätszirkel: Übergänge; große, kleine Schritte",
        span=TimeSpan.at(datetime(2025, 10, 2, 14, 30), hours=2),
        location=Location(name="Gesamtschule Süd, Raum 1.07; Anbau"),
        recurrence=(
            "RRULE:FREQ=WEEKLY;COUNT=6",
            "EXDATE;TZID=Europe/Berlin:20251009T143000",
        ),
    )
    moved = Event(
        id="reihe-1-verlegt@odd.example",
        title="Qualitätszirkel (verlegt)",
        span=TimeSpan.at(datetime(2025, 10, 31, 9), hours=1),
        occurrence_of=series.id,
        occurrence_at="RECURRENCE-ID;TZID=Europe/Berlin:20251030T143000",
    )
    return {
        series: tuple(
            (f"{day} 09:00", f"{day} 10:00") if day == "2025-10-31" else (f"{day} 14:30", f"{day} 16:30")
            for day in _WEEKLY
        ),
        moved: (),
        Event(
            id="tag@odd.example",
            title="Ganztägig: Pädagogischer Tag",
            span=TimeSpan.days(date(2025, 10, 15)),
            description="Erste Zeile\nZweite, mit Komma; Semikolon \\ und „Anführung“ \N{SLIGHTLY SMILING FACE}",
        ): _days("2025-10-15"),
        Event(
            id="herbstferien@odd.example",
            title="Herbstferien",
            span=TimeSpan.days(date(2025, 10, 13), date(2025, 10, 25)),
        ): (("2025-10-13", "2025-10-25"),),
        Event(
            id="umstellung@odd.example",
            title="Über die Zeitumstellung",
            span=TimeSpan(begin=datetime(2025, 10, 25, 20), end=datetime(2025, 10, 26, 12), zone=berlin),
        ): (("2025-10-25 20:00", "2025-10-26 12:00"),),
        Event(
            id="utc@odd.example",
            title="Videokonferenz",
            span=TimeSpan.at(datetime(2025, 7, 1, 12), minutes=45, zone=utc),
            online_url="https://konferenz.example/raum?a=1&b=2",
        ): _hours("14:00", "14:45", "2025-07-01"),
        Event(
            id="ohne-zone@odd.example",
            title="Frühstück, wo immer man ist",
            span=TimeSpan.at(datetime(2025, 7, 2, 8), hours=1, zone=None),
        ): _hours("08:00", "09:00", "2025-07-02"),
        Event(
            id="fern@odd.example",
            title="Austausch mit Übersee",
            span=TimeSpan.at(datetime(2025, 3, 20, 10), hours=1, zone="America/New_York"),
        ): _hours("15:00", "16:00", "2025-03-20"),
        Event(
            id="monatlich@odd.example",
            title="Letzter Freitag",
            span=TimeSpan.at(datetime(2025, 1, 31, 9), hours=3),
            recurrence=("RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20250530T070000Z",),
        ): _hours("09:00", "12:00", "2025-01-31", "2025-02-28", "2025-03-28", "2025-04-25", "2025-05-30"),
        Event(
            id="jaehrlich@odd.example",
            title="Weltkindertag",
            span=TimeSpan.days(date(2024, 9, 20)),
            recurrence=("RRULE:FREQ=YEARLY;COUNT=3",),
        ): _days("2024-09-20", "2025-09-20", "2026-09-20"),
        Event(
            id="liste@odd.example",
            title="Drei Termine",
            span=TimeSpan.at(datetime(2025, 5, 5, 16), minutes=90),
            recurrence=("RDATE;TZID=Europe/Berlin:20250519T160000,20250602T160000",),
        ): _hours("16:00", "17:30", "2025-05-05", "2025-05-19", "2025-06-02"),
        Event(
            id="abgesagt@odd.example",
            title="Abgesagt: " + "ein sehr langer Titel mit Ümläuten ß und 日本 " * 4 + "Ende",
            span=TimeSpan.at(datetime(2025, 6, 3, 9), hours=1),
            status=EventStatus.ABGESAGT,
        ): _hours("09:00", "10:00", "2025-06-03"),
    }


@pytest.fixture(scope="session")
def odd_people():
    """People whose names and numbers programs read differently."""
    return (
        Person(id="p-1@odd.example", given_name="Çiğdem", family_name="Öztürk-Muster", email="c@kreis.example"),
        Person(
            id="p-2@odd.example",
            title="Dr.",
            given_name="Jörg; Karl",
            family_name="von, zu Beispiel",
            name_suffix="M.A.",
            email="joerg@schule.example",
            phones=("+49 2921 555-1", "+49 2921 555-2"),
            mobile="+49 170 5550002",
        ),
        Person(id="p-3@odd.example", family_name="Großmann"),
    )
