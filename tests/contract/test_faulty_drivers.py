"""The kit bites: every faulty driver fails a test of the clause that it breaks, and healthy ones fail none."""

import inspect
import itertools
import shutil

import pytest
from faults import shared_file, store_of
from faulty_drivers import FAULTS
from faulty_files import FileDriver, in_file
from faulty_keeping import FailingDriver, failing
from faulty_telling import JournalDriver, journal

from koschuso.store.memory import MemoryDriver
from koschuso.testing import StoreConformance
from koschuso.testing.clauses import clause_tests
from koschuso.testing.store import feed, following


def runs(method):
    """Give the arguments of every run of a parametrised test."""
    marks = [mark for mark in getattr(method, "pytestmark", []) if mark.name == "parametrize"]
    values = [[{mark.args[0]: value} for value in mark.args[1]] for mark in marks]
    for chosen in itertools.product(*values):
        yield {name: value for part in chosen for name, value in part.items()}


def failures(make_store, tmp_path, clause=""):
    """Run the tests of a clause, or all, as pytest does, and name one after the other those that fail."""
    for name, proved in clause_tests(StoreConformance).items():
        if clause not in {"", proved.id}:
            continue
        method = getattr(StoreConformance, name)
        for arguments in runs(method):
            if "tmp_path" in inspect.signature(method).parameters:
                arguments["tmp_path"] = tmp_path / "test"
                shutil.rmtree(tmp_path / "test", ignore_errors=True)
                (tmp_path / "test").mkdir()
            store = make_store()
            try:
                method(StoreConformance(), store=store, **arguments)
            except pytest.skip.Exception:
                continue
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 - however it fails, it is noticed
                yield name
            finally:
                store.clean()


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_driver_fails_a_test_of_the_clause_it_breaks(name, tmp_path, monkeypatch):
    # The kit is patient with slow machines; nobody need wait as long for a driver that never tells anything.
    monkeypatch.setattr(feed, "_FOREVER", 3.0)
    monkeypatch.setattr(following, "_PATIENCE", 3.0)
    fault = FAULTS[name]
    assert next(failures(lambda: fault.store(tmp_path), tmp_path, fault.clause), None)


HEALTHY = {
    "memory": lambda _: store_of(lambda: MemoryDriver(patience=0.5)),
    "memory without abilities": lambda _: store_of(lambda: MemoryDriver(capabilities=frozenset())),
    "reopened": lambda folder: shared_file(folder, lambda state: state),
    "files": journal(JournalDriver),
    "one file": in_file(FileDriver),
    "one that fails": lambda _: failing(FailingDriver),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "reopened" else pytest.mark.slow) for name in HEALTHY]
)
def test_a_healthy_driver_fails_nothing_when_it_is_run_like_the_faulty_ones(name, tmp_path):
    assert list(failures(lambda: HEALTHY[name](tmp_path), tmp_path)) == []
