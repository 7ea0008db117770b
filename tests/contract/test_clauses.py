"""Document, kit and faulty drivers name the same clauses of the storage contract."""

import re
from pathlib import Path

from faulty_drivers import FAULTS

from koschuso.testing import StoreConformance
from koschuso.testing.clauses import Tier, clause_tests
from koschuso.testing.store import STORE_CONTRACT

DOCUMENT = Path(__file__).parents[2] / STORE_CONTRACT.document
TESTS = clause_tests(StoreConformance)


def test_document_and_kit_have_the_same_clauses_in_the_same_order():
    text = DOCUMENT.read_text(encoding="utf-8")

    assert re.findall(r"^### ([A-Z]\d) \S", text, re.MULTILINE) == [clause.id for clause in STORE_CONTRACT.clauses]
    assert f"Version {STORE_CONTRACT.version}," in text


def test_every_test_of_the_kit_says_which_clause_it_proves_and_what_its_title_is():
    names = [name for name in dir(StoreConformance) if name.startswith("test_")]

    assert names == sorted(TESTS)
    for name in names:
        assert name.startswith(f"test_{TESTS[name].id.lower()}_")
        title = getattr(StoreConformance, name).__doc__ or ""
        assert title.strip().endswith("."), name
        assert "\n" not in title, name


def test_every_clause_has_a_test_that_must_pass():
    assert {test.id for test in TESTS.values() if test.tier is Tier.MUST} == {
        clause.id for clause in STORE_CONTRACT.clauses
    }


def test_every_clause_is_broken_by_some_faulty_driver():
    assert {fault.clause for fault in FAULTS.values()} == {clause.id for clause in STORE_CONTRACT.clauses}
