"""The contract tests bite: every faulty driver fails a test of the clause that it breaks."""

import inspect
import itertools

import pytest
from driver_contract import DriverCase, DriverContract
from faulty_drivers import FAULTS

from koschuso.store.memory import MemoryDriver


def runs(method):
    """Give the arguments of every run of a parametrised test."""
    marks = [mark for mark in getattr(method, "pytestmark", []) if mark.name == "parametrize"]
    values = [[{mark.args[0]: value} for value in mark.args[1]] for mark in marks]
    for chosen in itertools.product(*values):
        yield {name: value for part in chosen for name, value in part.items()}


def failures(clause, make_case, tmp_path):
    failed = []
    for name, method in inspect.getmembers(DriverContract, inspect.isfunction):
        if not name.startswith(f"test_{clause}_"):
            continue
        for arguments in runs(method):
            if "tmp_path" in inspect.signature(method).parameters:
                arguments["tmp_path"] = tmp_path
            try:
                method(DriverContract(), case=make_case(), **arguments)
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 - however it fails, it is noticed
                failed.append(name)
    return failed


def case_of(make):
    driver = make()
    return DriverCase(open=lambda: driver, other=make, open_with_secret=lambda _: make())


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_driver_fails_a_test_of_the_clause_it_breaks(name, tmp_path):
    clause, make = FAULTS[name]
    assert failures(clause, lambda: case_of(make), tmp_path)


def test_a_secret_in_the_repr_of_a_driver_is_noticed(tmp_path):
    class Talkative(MemoryDriver):
        def __init__(self, secret):
            super().__init__()
            self.secret = secret

        def __repr__(self):
            return f"Talkative({self.secret})"

    case = DriverCase(open=MemoryDriver, other=MemoryDriver, open_with_secret=Talkative)
    assert failures("u1", lambda: case, tmp_path)


def test_bytes_that_survive_a_purge_in_a_file_are_noticed(tmp_path):
    kept = []

    class Keeping(MemoryDriver):
        def purge(self, keys):
            kept.extend(document.body for _, document in self._bodies())
            super().purge(keys)

        def _bodies(self):
            return [(e, e.document) for k in self._state.kinds.values() for e in k.values() if e.document]

    def make_case():
        driver = Keeping()
        return DriverCase(
            open=lambda: driver, other=Keeping, content=lambda: b"".join(kept), open_with_secret=lambda _: Keeping()
        )

    assert failures("p2", make_case, tmp_path)


def test_a_healthy_driver_fails_nothing_when_it_is_run_like_the_faulty_ones(tmp_path):
    for clause in {clause for clause, _ in FAULTS.values()}:
        assert failures(clause, lambda: case_of(lambda: MemoryDriver(patience=0.5)), tmp_path) == []
