"""The documents of the contracts of plugins, formats and renderers name the same clauses as the code and the tests."""

import re
from pathlib import Path

import pytest

from koschuso.plugin.checks import CLAUSES
from koschuso.plugin.checks.reaching import PUBLIC_MODULES
from koschuso.testing import FormatConformance, PluginConformance, RendererConformance
from koschuso.testing.clauses import clause_tests

DOCUMENTS = Path(__file__).parents[2] / "docs" / "contract"
KITS = {"plugin": PluginConformance, "format": FormatConformance, "renderer": RendererConformance}


def clauses_of(name):
    text = (DOCUMENTS / f"{name}.md").read_text(encoding="utf-8")
    found = re.findall(r"^### ([A-Z]\d) [^\n]*?(?:\((must|should|advisory)\))?$", text, re.MULTILINE)
    return {clause: tier or "must" for clause, tier in found}


@pytest.mark.parametrize("name", KITS)
def test_document_and_tests_name_the_same_clauses_with_the_same_tiers(name):
    kit = KITS[name]
    tests = clause_tests(kit).items()
    tiers = {proved.id: str(proved.tier) for _test, proved in tests}
    assert clauses_of(name) == tiers
    assert {clause.id for clause in kit.koschuso_contract.clauses} == set(tiers)
    assert all(test.startswith(f"test_{proved.id.lower()}_") for test, proved in tests)
    assert kit.koschuso_contract.document == f"docs/contract/{name}.md"


def test_the_checks_of_plugins_have_the_tiers_of_the_document():
    assert clauses_of("plugin") == {clause.id: str(clause.tier) for clause in CLAUSES.values()}


def test_the_document_lists_the_public_modules():
    text = (DOCUMENTS / "plugin.md").read_text(encoding="utf-8")
    part = text[text.index("### I1") : text.index("### I2")]
    for module in PUBLIC_MODULES:
        short = module.removeprefix("koschuso")
        assert f"`{module}`" in part or f"`{short}`" in part or f"`.{module.rpartition('.')[2]}`" in part, module
