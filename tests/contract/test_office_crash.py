"""An import that is killed, or that meets a full disk, leaves the office as it was."""

import resource
import signal
import subprocess
import sys
import time
from importlib.resources import files

import pytest

from koschuso import Office
from koschuso.errors import Conflict
from koschuso.model import Goal, Organisation
from koschuso.store import ABSENT

IMPORT = [sys.executable, "-m", "koschuso", "import"]


@pytest.fixture
def folder(tmp_path):
    with Office.init(tmp_path / "buero", name="Muster", ags="05974") as office:
        office.save(Organisation(id="vorher", type="sonstige", name="Schon da"))
    return tmp_path / "buero"


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "schuldaten.csv"
    path.write_bytes((files("koschuso.demo") / "data" / "schuldaten_kreis_soest.csv").read_bytes())
    return path


def state(folder):
    with Office.open(folder) as office:
        assert office.store.verify().damages == ()
        return dict(office.store.counts())


def kill_during_import(folder, register, after):
    process = subprocess.Popen([*IMPORT, str(register), "--buero", str(folder)], stdout=subprocess.DEVNULL)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def trials(folder, register, count):
    before, whole = {"organisation": 1}, None
    for number in range(count):
        kill_during_import(folder, register, 0.1 + 0.9 * number / count)
        found = state(folder)
        if found != before:
            assert whole is None or found == whole
            whole = found
    return whole


def test_a_killed_import_is_whole_or_not_begun(folder, register):
    whole = trials(folder, register, 4)

    assert whole is None or whole["organisation"] > 107


@pytest.mark.slow
def test_many_killed_imports_leave_nothing_half_done(folder, register):
    trials(folder, register, 40)


def test_a_full_disk_is_told_in_german_and_leaves_the_office_whole(folder, register):
    before = state(folder)
    size = max(path.stat().st_size for path in folder.iterdir())

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40_000, size + 40_000))

    done = subprocess.run(
        [*IMPORT, str(register), "--buero", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Fehler: ")
    assert "Traceback" not in done.stderr
    assert state(folder) == before


def test_two_offices_on_one_file_do_not_overwrite_each_other_unseen(folder):
    with Office.open(folder) as mine, Office.open(folder) as yours:
        first = mine.store.put(Goal(id="z", title="Netzwerke"), expect=ABSENT)
        yours.store.put(Goal(id="z", title="Netzwerke stärken"), expect=first.revision)

        with pytest.raises(Conflict) as stale:
            mine.store.put(Goal(id="z", title="Netzwerke knüpfen"), expect=first.revision)

        assert (stale.value.kind, stale.value.id, stale.value.expected) == ("goal", "z", first.revision)
        assert mine.get(Goal, "z").title == "Netzwerke stärken"
