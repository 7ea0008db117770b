"""The mutating fuzzer, bounded: the same inputs each time, a few seconds by default and a minute in the long tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, timeout):
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    return ended.stdout


def test_damaged_files_of_our_own_are_read_and_written():
    told = run("--own", "--seconds", "5", "--inputs", "400", "--seed", "1", "--patience", "8", timeout=100)
    assert "failures: none" in told


def test_the_same_seed_gives_the_same_input():
    assert run("--own", "--only", "7", timeout=60) == run("--own", "--only", "7", timeout=60)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(300)
def test_damaged_real_files_are_read_and_written(shared):
    assert (shared / "corpus").is_dir()
    run("--seconds", "25", "--seed", "2", "--patience", "8", timeout=280)
