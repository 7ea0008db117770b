"""The checks of plugins: every faulty plugin is caught by the clause that it breaks, healthy ones pass."""

import json
import sys
import textwrap
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from faulty_plugins import BOUNDED, FAULTY, HEALTHY

from koschuso.catalogues import load_all
from koschuso.errors import WrongUse
from koschuso.plugin import ExtraField, Person, PrivacyClass, Rule, Severity, hookimpl
from koschuso.plugin.checks import CLAUSES, Tier, Verdict, check_installed, check_plugin
from koschuso.plugin.checks.behaviour import check_behaviour
from koschuso.reporting import GESCHICHTE, rendering
from koschuso.testing import PluginConformance
from koschuso.testing.clauses import clause_tests


def install(site, name, code, requires):
    return site.install(
        name,
        textwrap.dedent(code).replace("NAME", name),
        requires=requires,
        module=f"koschuso_{name.replace('-', '_')}",
    )


QUICK = {
    "no upper bound",
    "private module",
    "heavy import",
    "import error",
    "misspelt hook",
    "writes a file on import",
    "exits the process",
    "field without privacy class",
    "keeps persons without a data holder",
    "data holder that fails",
    "rule that crashes on data",
    "report that looks at the clock",
}
"""Each is checked in a process of its own: these in every run, one of each idea; the others in CI."""


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=() if fault in QUICK else pytest.mark.endurance) for fault in FAULTY]
)
def test_a_faulty_plugin_is_caught_by_the_clause_that_it_breaks(site, fault):
    clause, code, requires = FAULTY[fault]
    install(site, "pruefling", code, requires)
    patience = 3.0 if fault == "never answers" else 60.0

    report = check_plugin("pruefling", patience=patience)

    broken = {shortfall.clause for shortfall in report.shortfalls if shortfall.tier is not Tier.ADVISORY}
    assert clause in broken, report.shortfalls
    assert report.conforms is (CLAUSES[clause].tier is not Tier.MUST)
    # One fault is one clause, where one does not follow from the other.
    assert broken - {clause, "I3"} <= ALSO.get(fault, set()), report.shortfalls
    assert all(shortfall.message.endswith((".", "!", "?")) for shortfall in report.shortfalls)


ALSO = {
    "heavy import behind a helper": {"H3"},
    "report without title": {"B2"},
    "made for another version": {"R1"},
    "requirement that is none": {"R2"},
    "keeps persons without a data holder": {"D2"},
    "writes a file on import": {"D2"},
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=() if kind in {"fields", "rule, report and closures"} else pytest.mark.endurance)
        for kind in HEALTHY
    ],
)
def test_a_healthy_plugin_passes(site, kind):
    install(site, "gesunder", HEALTHY[kind], BOUNDED)
    report = check_plugin("gesunder")
    assert report.shortfalls == ()
    assert report.skipped == {}
    assert report.conforms


def test_a_form_whose_extra_is_not_installed_is_not_the_plugin_s_fault(monkeypatch):
    missing = {"openpyxl", "docx"}
    monkeypatch.setattr(rendering, "find_spec", lambda name: None if name in missing else find_spec(name))

    assert list(check_behaviour({"reports": (GESCHICHTE,)}, load_all())) == []


def test_a_rule_that_looks_a_record_up_is_told_its_own_error():
    def look(view):
        assert view.get(Person, "gibt-es-nicht") is None
        raise ValueError("Die Stelle fehlt.")

    rule = Rule(name="muster:regel", title="Regel", severity=Severity.INFO, source="", check=look)
    told = [shortfall.message for shortfall in check_behaviour({"rules": (rule,)}, load_all())]
    assert len(told) == 2
    assert all("Die Stelle fehlt." in message for message in told)


def test_the_conformance_class_fails_the_test_of_the_broken_clause_and_no_other(site):
    install(site, "pruefling", FAULTY["field without privacy class"][1], BOUNDED)
    report = check_plugin("pruefling")
    told = {}
    for name, proved in clause_tests(PluginConformance).items():
        try:
            getattr(PluginConformance, name)(None, report)
        except pytest.fail.Exception as failure:
            told[proved.id] = str(failure)
    assert sorted(told) == ["D1", "L2"]
    assert told["D1"].startswith("D1: pruefling:feld: ")


def test_every_clause_has_one_test_of_the_same_tier_in_the_conformance_class():
    tests = clause_tests(PluginConformance)
    assert {(proved.id, str(proved.tier)) for proved in tests.values()} == {
        (clause.id, str(clause.tier)) for clause in CLAUSES.values()
    }
    assert all(name.startswith(f"test_{proved.id.lower()}_") for name, proved in tests.items())


def test_the_faults_of_every_run_are_there():
    assert set(FAULTY) >= QUICK


def test_nearly_every_clause_is_broken_by_some_faulty_plugin():
    assert {clause for clause, _, _ in FAULTY.values()} >= set(CLAUSES) - {"N2", "I3", "L2"}


def test_a_bare_object_is_checked_as_far_as_it_goes():
    field = ExtraField(name="muster:feld", record_kind="person", label="Feld", privacy=PrivacyClass.INTERN, help="Was?")
    report = check_plugin(SimpleNamespace(koschuso_fields=hookimpl(lambda: [field])), name="muster")
    assert report.shortfalls == ()
    assert {"I1", "I2", "R1"} <= set(report.skipped)
    assert report.verdict("R1") is Verdict.NOT_APPLICABLE
    with pytest.raises(WrongUse, match="Namen"):
        check_plugin(SimpleNamespace())


def test_a_plugin_in_development_is_checked_by_its_pyproject(tmp_path, monkeypatch):
    source = tmp_path / "src" / "koschuso_werkstatt"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text(
        "from koschuso.plugin import hookimpl\n@hookimpl\ndef koschuso_fields(): return []\n"
    )
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "koschuso-werkstatt"\nversion = "2"\ndependencies = ["koschuso>=0.1"]\n'
        '[project.entry-points.koschuso]\nwerkstatt = "koschuso_werkstatt"\n'
    )
    monkeypatch.syspath_prepend(source.parent)
    report = check_plugin("koschuso_werkstatt")
    assert (report.plugin, report.distribution, report.version) == ("werkstatt", "koschuso-werkstatt", "2")
    assert [shortfall.clause for shortfall in report.shortfalls] == ["R1"]
    assert "koschuso_werkstatt" not in sys.modules


def test_an_unknown_plugin_is_refused():
    with pytest.raises(WrongUse, match="weder"):
        check_plugin("gibt_es_nicht")


def test_what_is_installed_is_checked_one_by_one_and_two_of_one_name_are_both_told(site):
    install(site, "eins", HEALTHY["fields"], BOUNDED)
    site.install("eins", HEALTHY["fields"].replace("NAME", "eins"), distribution="koschuso-nochmal", requires=BOUNDED)
    seen = []
    reports = check_installed("eins", told=seen.append)
    assert seen == ["eins", "eins"]
    assert {report.distribution for report in reports} == {"koschuso-eins", "koschuso-nochmal"}
    assert all("mehrere Pakete" in report.of("N1")[0].message for report in reports)


def test_the_report_is_json(site):
    install(site, "pruefling", FAULTY["no upper bound"][1], FAULTY["no upper bound"][2])
    content = json.loads(json.dumps(check_plugin("pruefling").to_json()))
    assert content["conforms"] is False
    assert [clause["id"] for clause in content["clauses"]] == list(CLAUSES)
    assert {"clause": "R1", "tier": "must"}.items() <= content["shortfalls"][0].items()
    assert content["measured"]["modules"] == 1
