"""Document and tests of the storage contract name the same clauses."""

import inspect
import re
from pathlib import Path

from driver_contract import DriverContract
from faulty_drivers import FAULTS

DOCUMENT = Path(__file__).parents[2] / "docs" / "contract" / "store.md"
CLAUSES = [
    "T1",
    "T2",
    "T3",
    "T4",
    "C1",
    "C2",
    "C3",
    "C4",
    "Q1",
    "Q2",
    "Q3",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "P1",
    "P2",
    "U1",
    "V1",
    "X1",
]


def clauses_of_document():
    return re.findall(r"^### ([A-Z]\d) \S", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)


def clauses_of_tests():
    names = [name for name, _ in inspect.getmembers(DriverContract, inspect.isfunction) if name.startswith("test_")]
    found = [re.match(r"test_([a-z]\d)_", name) for name in names]
    assert None not in found, "a test of the contract must begin with its clause"
    return {match[1].upper() for match in found if match}


def test_every_clause_stands_once_in_the_document():
    assert sorted(clauses_of_document()) == sorted(CLAUSES)


def test_every_clause_has_a_test_and_every_test_a_clause():
    assert clauses_of_tests() == set(clauses_of_document())


def test_nearly_every_clause_is_broken_by_some_faulty_driver():
    """U1 and the files of P2 are broken in test_faulty_drivers; V1 needs data that outlive a driver."""
    assert {clause.upper() for clause, _ in FAULTS.values()} >= set(CLAUSES) - {"U1", "V1"}
