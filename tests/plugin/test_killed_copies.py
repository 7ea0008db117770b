"""A copy that is killed goes on where it was, also into the stores of plugins and out of them."""

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import koschuso_files
import koschuso_postgres
import pytest

from koschuso.errors import Refused
from koschuso.store import CORE_BACKENDS, open_store
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.copying import copy_store
from koschuso.store.digest import digest_of
from koschuso.store.driver import ABSENT, ANY, Write

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "tests" / "contract" / "copying_worker.py"
SOURCES = [ROOT / "plugins" / name / "src" for name in ("koschuso-files", "koschuso-postgres")]
CHANGES = 3000


@pytest.fixture(params=["files", "postgres"])
def make_url(request, tmp_path):
    """How to name a store of the plugin that is not there yet."""
    numbers = itertools.count(1)
    if request.param == "files":
        return lambda: f"files:///{tmp_path / f'ordner{next(numbers)}'}"
    server = request.getfixturevalue("server")
    return lambda: server.url_of("postgres", schema=f"kopie{os.getpid()}", buero=f"b{time.monotonic_ns()}")


def backends():
    return [*CORE_BACKENDS, *koschuso_files.koschuso_stores(), *koschuso_postgres.koschuso_stores()]


def fill(driver):
    with driver.transaction(write=True) as transaction:
        transaction.put_many(
            Write("koschuso:probe", f"{n:06}", b'{"x":"%b"}' % (b"y" * 300), Index(), ABSENT) for n in range(CHANGES)
        )
    for n in range(0, 60, 3):
        with driver.transaction(write=True) as transaction:
            transaction.put("koschuso:probe", f"{n:06}", b'{"x":2}', Index(), expect=ANY)
            transaction.remove("koschuso:probe", f"{n + 1:06}", expect=ANY)


def digest(driver):
    with driver.transaction(write=False) as reading:
        return digest_of(reading, purges=True)


def is_unfinished(target):
    try:
        open_store(target, backends=backends()).close()
    except Refused as error:
        return "noch nicht vollständig" in error.message
    return False


def kill_while_copying(source, make_target, trials):
    """Kill the copy after a time that grows with each trial; give how often it was in the middle."""
    with open_driver(source, backends()) as driver:
        fill(driver)
        whole = digest(driver)
    unfinished = 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCES))}
    for trial in range(trials):
        target = make_target()
        process = subprocess.Popen(
            [sys.executable, WORKER, source, target, "koschuso_files", "koschuso_postgres"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05 + 1.2 * trial / trials)
        process.kill()
        process.wait()
        process.stdout.close()
        unfinished += is_unfinished(target)
        with open_driver(source, backends()) as one, open_driver(target, backends()) as two:
            copy_store(one, two)
            assert digest(two) == whole == digest(one)
            assert two.verify().damages == ()
    return unfinished


@pytest.mark.endurance
@pytest.mark.timeout(300)
def test_killed_copies_into_a_store_of_a_plugin_go_on(tmp_path, make_url):
    assert kill_while_copying(str(tmp_path / "quelle.db"), make_url, 6)


@pytest.mark.endurance
@pytest.mark.timeout(300)
def test_killed_copies_out_of_a_store_of_a_plugin_go_on(tmp_path, make_url):
    numbers = itertools.count(1)
    assert kill_while_copying(make_url(), lambda: str(tmp_path / f"ziel{next(numbers)}.db"), 4)
