"""Nothing acknowledged is lost and nothing is half done, whatever fails; and the harness finds it where it is not so."""

import os
import subprocess
import sys

import pytest
from tests.durability import disk, recorder
from tests.durability.faults import ACTS
from tests.durability.scripts import require_recorder, require_store, result, sound
from tests.durability.workload import seeded

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed as POSIX does it")

SHORT = [("sqlite", 4), ("files", 3)]
LONG = [("sqlite", 200), ("files", 200), ("postgresql", 50)]
FAULTS = ("kill", "full", "broken")


# -- kill -9 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scheme", "trials"), SHORT)
def test_a_killed_process_loses_nothing_acknowledged_and_leaves_nothing_half_done(scheme, trials):
    require_store(scheme)
    found = sound("crash", "--store", scheme, "--trials", trials)
    assert found["trials"] == trials
    assert found["acknowledged"] > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("scheme", "trials"), LONG)
def test_many_killed_processes_lose_nothing(scheme, trials):
    require_store(scheme)
    found = sound("crash", "--store", scheme, "--trials", trials)
    assert found["trials"] == trials
    assert found["server_stopped"] == (trials // 5 if scheme == "postgresql" else 0)


# -- power loss --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["sqlite", pytest.param("files", marks=pytest.mark.slow)])
def test_power_cuts_lose_nothing_acknowledged_and_damage_nothing(scheme):
    require_recorder()
    require_store(scheme)
    assert sound("powerloss", "--store", scheme, "--cuts", 15)["cuts"] == 15


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["sqlite", pytest.param("files", marks=pytest.mark.endurance)])
def test_a_thousand_power_cuts_lose_nothing(scheme):
    require_recorder()
    require_store(scheme)
    found = sound("powerloss", "--store", scheme, "--cuts", 1000)
    assert found["cuts"] == 1000
    assert found["unacknowledged"] > 0, "no cut met a commit on the disk before it was acknowledged: cuts too coarse"


@pytest.mark.slow
def test_the_harness_finds_the_losses_of_a_setting_that_does_not_synchronise():
    require_recorder()
    found, code = result("powerloss", "--cuts", 125, "--synchronous", "NORMAL")
    assert code == 1
    assert found["lost"] > 10
    assert found["corrupt"] == found["half"] == 0, "NORMAL loses commits, but damages nothing"


@pytest.mark.slow
def test_the_harness_finds_the_damage_of_a_setting_without_any_order():
    require_recorder()
    found, code = result("powerloss", "--cuts", 125, "--synchronous", "OFF")
    assert code == 1
    assert found["corrupt"] > 5


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["sqlite", "files"])
def test_the_harness_finds_the_losses_on_a_disk_that_does_not_synchronise(scheme):
    require_recorder()
    require_store(scheme)
    found, code = result("powerloss", "--store", scheme, "--cuts", 60, "--disk", "dishonest")
    assert code == 1
    assert found["lost"] + found["corrupt"] + found["half"] > 10


def _steps(*lines):
    """Steps in a few letters: C/S file, W file text, D folder, R from to, U file."""
    inodes = {}
    for operation, *words in lines:
        path = f"/platte/{words[0]}" if words and words[0] else "/platte"
        inode = inodes.setdefault(path, len(inodes) + 1)
        if operation == "W":
            yield recorder.Step("W", inode, 0, words[1].encode(), b"")
        elif operation == "R":
            target = f"/platte/{words[1]}"
            inodes[target] = inode
            yield recorder.Step("R", 0, 0, path.encode(), target.encode())
        else:
            yield recorder.Step(operation, inode, 0, path.encode(), b"")


def _left_over(tmp_path, steps, *, ordered=False):
    """Everything that a power cut after these steps may leave, as sets of (name, content)."""
    model = disk.Disk("/platte", ordered=ordered)
    for step in steps:
        model.follow(step)
    seen = set()
    for seed in range(300):
        folder = tmp_path / str(seed)
        folder.mkdir()
        model.after_power_loss(folder, seeded(seed))
        seen.add(frozenset((path.name, path.read_bytes()) for path in folder.iterdir()))
    return seen


def test_what_was_synchronised_is_there_after_every_power_cut(tmp_path):
    steps = _steps(("C", "a"), ("W", "a", "fest"), ("S", "a"), ("D", ""))
    assert _left_over(tmp_path, steps) == {frozenset({("a", b"fest")})}


def test_a_name_that_was_not_synchronised_may_be_missing(tmp_path):
    steps = _steps(("C", "a"), ("W", "a", "fest"), ("S", "a"))
    assert _left_over(tmp_path, steps) == {frozenset(), frozenset({("a", b"fest")})}


def test_a_rename_before_its_content_was_synchronised_may_leave_an_empty_file(tmp_path):
    steps = _steps(("C", "neu"), ("W", "neu", "Inhalt"), ("R", "neu", "a"), ("D", ""))
    seen = _left_over(tmp_path, steps)
    assert frozenset({("a", b"")}) in seen
    assert frozenset({("a", b"Inhalt")}) in seen


def test_a_removed_name_may_come_back_until_its_folder_was_synchronised(tmp_path):
    begin = [("C", "a"), ("S", "a"), ("D", ""), ("U", "a")]
    assert _left_over(tmp_path / "a", _made(tmp_path / "a", begin)) == {frozenset(), frozenset({("a", b"")})}
    assert _left_over(tmp_path / "b", _made(tmp_path / "b", [*begin, ("D", "")])) == {frozenset()}


def _made(folder, lines):
    folder.mkdir()
    return _steps(*lines)


# -- one fault at every place --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "fault"), [("commit", "full"), ("backup", "kill"), ("migration", "kill")])
def test_a_fault_at_any_place_leaves_all_or_nothing_and_is_told(act, fault):
    require_recorder()
    assert sound("faults", "--act", act, "--fault", fault)["trials"] > 5


@pytest.mark.endurance
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("act", ACTS)
def test_every_fault_at_every_place_on_sqlite(act, fault):
    require_recorder()
    assert sound("faults", "--act", act, "--fault", fault)["trials"] > 5


@pytest.mark.endurance
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("act", [act for act in ACTS if act != "migration"])
def test_every_fault_at_every_place_on_files(act, fault):
    require_recorder()
    require_store("files")
    assert sound("faults", "--store", "files", "--act", act, "--fault", fault)["trials"] > 5


@pytest.mark.parametrize("scheme", ["sqlite", pytest.param("files", marks=pytest.mark.slow)])
def test_files_that_may_not_grow_are_told_and_leave_everything_whole(scheme, tmp_path):
    require_store(scheme)
    assert set(sound("full_disk", "--store", scheme, "--folder", tmp_path)["told"]) >= {"commit", "import", "export"}


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="making a small file system needs root on Linux"
)
@pytest.mark.parametrize("scheme", ["sqlite", pytest.param("files", marks=pytest.mark.slow)])
def test_a_full_disk_is_told_and_leaves_everything_whole(scheme, tmp_path):
    require_store(scheme)
    folder = tmp_path / "platte"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine does not allow mounting")
    try:
        assert "backup" in sound("full_disk", "--store", scheme, "--folder", folder, "--limit", "disk")["told"]
    finally:
        subprocess.run(["umount", folder], check=True)


# -- many at once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["sqlite", pytest.param("files", marks=pytest.mark.slow)])
def test_ten_writers_lose_no_update_and_a_follower_misses_none(scheme):
    require_store(scheme)
    found = sound("concurrency", "--store", scheme, "--writers", 10, "--seconds", 1.5)
    assert found["acknowledged"] == found["final"] > 0
    assert found["fewest_most"][0] > 0, "a writer never got its turn"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["sqlite", "postgresql", pytest.param("files", marks=pytest.mark.endurance)])
def test_ten_writers_for_half_a_minute(scheme):
    require_store(scheme)
    found = sound("concurrency", "--store", scheme, "--writers", 10, "--seconds", 30)
    assert found["fewest_most"][0] > 0, "a writer never got its turn"
