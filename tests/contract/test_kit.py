"""The kit as plugin authors use it: from the command line, in a folder of their own, with tiers and exemptions."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from koschuso.errors import WrongUse
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ANY
from koschuso.testing.exemptions import read_exemptions
from koschuso.testing.store import STORE_CONTRACT

# Most tests start a pytest of their own; on a busy machine that takes its time.
pytestmark = pytest.mark.timeout(300)

SUITE = ("--pyargs", "koschuso.testing.suite")

BOX = '''
"""A storage of a plugin that is installed: a memory store that can be named by any URL."""
from koschuso.plugin import StoreBackend, hookimpl
from koschuso.store.memory import MemoryDriver


class BoxDriver(MemoryDriver):
    pass


class ForgetfulDriver(MemoryDriver):
    """Compares no revision."""

    def transaction(self, *, write):
        from contextlib import contextmanager
        from koschuso.store.driver import ANY

        @contextmanager
        def begun():
            with MemoryDriver.transaction(self, write=write) as transaction:
                original = transaction.put
                transaction.put = lambda *a, expect, **o: original(*a, expect=ANY if isinstance(expect, str) else expect, **o)
                yield transaction

        return begun()


@hookimpl
def koschuso_stores():
    for name, driver in (("kiste", BoxDriver), ("faulty", ForgetfulDriver)):
        yield StoreBackend(
            name=f"kiste:{name}", schemes=(name,), open=lambda url, driver=driver: driver(),
            capabilities=BoxDriver().capabilities,
        )
'''

DRIVER_TEST = """
import pytest
from kiste import {driver}
from koschuso.testing import StoreConformance, StoreUnderTest

class TestMine(StoreConformance):
    {body}

    @pytest.fixture
    def store(self):
        driver = {driver}()
        return StoreUnderTest(
            open=lambda: driver, other={driver}, open_with_secret=lambda _: {driver}(), outlives=False,
            scheme="kiste", backend="kiste:kiste", distribution="koschuso-kiste", version="1.2",
            capabilities=driver.capabilities,
        )
"""

TIERS_TEST = """
import pytest
from koschuso.testing.clauses import Clause, Contract, clause, not_checkable, tell_subject

class FormatConformance:
    koschuso_contract = Contract(
        name="format", version=3, title="Format", document="docs/format.md",
        clauses=[Clause(id="R1", title="Alles kommt zurück"), Clause(id="R2", title="Nichts kommt dazu")],
    )

    @pytest.fixture(autouse=True)
    def subject(self, request):
        tell_subject(request, name="muster:format")

    @clause("R1")
    def test_r1_must(self):
        "It comes back."

    @clause("R1", tier="should")
    def test_r1_should(self):
        "It comes back well."
        assert {should}

    @clause("R2", tier="advisory")
    def test_r2_advisory(self):
        "Nothing comes with it."
        assert False, "geheim-4711"

    @clause("R2", new_in="99.0")
    def test_r2_new(self):
        "Nothing new comes with it."
        assert False

    @clause("R2")
    def test_r2_open(self):
        "Nothing can be seen."
        not_checkable("Es fehlt eine Beispieldatei.")

class TestFormat(FormatConformance):
    pass
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Give a folder that looks like one where a plugin is installed."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "kiste.py").write_text(BOX, encoding="utf-8")
    info = folder / "koschuso_kiste-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: koschuso-kiste\nVersion: 1.2\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[koschuso]\nkiste = kiste\n", encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path, site):
    """Run pytest in an empty folder with the kit and a plugin installed; give exit status, output and report."""

    def running(*arguments, report="bericht.json", plugins=()):
        # What else is installed for pytest is none of the kit's business, and loading it takes longer than most runs.
        environment = {
            **os.environ,
            "PYTHONPATH": str(site),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "SOURCE_DATE_EPOCH": "1760518800",
        }
        environment.pop("PYTEST_ADDOPTS", None)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
        for plugin in ("koschuso.testing.pytest_plugin", *plugins):
            command += ["-p", plugin]
        options = [f"--koschuso-report={report}"] if report else []
        done = subprocess.run(
            [*command, *arguments, *options],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
        )
        path = tmp_path / (report or "-")
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        return done.returncode, done.stdout + done.stderr, found

    return running


def project(tmp_path, *, exemptions="", **files):
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "muster"\n{exemptions}', encoding="utf-8")
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")


def clause(subject, id_):
    return next(found for found in subject["clauses"] if found["id"] == id_)


@pytest.mark.slow
def test_a_url_alone_proves_a_driver_and_leaves_what_was_there_untouched(run, tmp_path):
    place = tmp_path / "akten"
    place.mkdir()
    with open_driver(place / "amt.db") as driver, driver.transaction(write=True) as transaction:
        transaction.put("person", "a", b"{}", Index(), expect=ANY)
    before = {path.name: path.read_bytes() for path in place.iterdir()}

    status, said, report = run(
        *SUITE, "--store", "memory:", "--store", f"sqlite:///{place}/amt.db?wartezeit=17", "--store", "kiste:x"
    )

    assert status == 0, said
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    assert [subject["verdict"] for subject in report["subjects"]] == ["conformant"] * 3
    memory, sqlite, box = (subject["subject"] for subject in report["subjects"])
    assert (memory["name"], sqlite["scheme"], sqlite["distribution"]) == ("koschuso:memory", "sqlite", "koschuso")
    assert (box["name"], box["distribution"], box["version"]) == ("kiste:kiste", "koschuso-kiste", "1.2")
    assert sqlite["capabilities"] == ["backup", "history", "purge", "shared", "verify"]
    assert report["written_at"] == "2025-10-15T09:00:00Z"
    for subject in report["subjects"]:
        assert [found["state"] for found in subject["clauses"]].count("failed") == 0
        assert len(subject["clauses"]) == len(STORE_CONTRACT.clauses)
        assert subject["tests"]["passed"] > 70
    assert clause(report["subjects"][0], "P2")["state"] == "passed"
    assert report["subjects"][1]["unchecked"] == ["T4", "V1"]
    assert "P2" in report["subjects"][2]["unchecked"]
    assert "Speicher koschuso:sqlite (sqlite:): hält den Vertrag" in said
    assert "offen: P2" in said
    text = json.dumps(report)
    assert "wartezeit" not in text
    assert str(tmp_path) not in text
    assert "amt.db" not in text + said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Bitte nennen Sie mit --store den Speicher"),
        (
            ("--store", "qdrant:///x"),
            "Einen Speicher mit dem Schema »qdrant« gibt es nicht. Bekannt sind: faulty, kiste, memory, sqlite.",
        ),
        (("--store", "sqlite:///fehlt/a.db"), "Bitte zuerst den Ordner anlegen."),
        (
            ("--store", "memory:", "--koschuso-report", "fehlt/bericht.json"),
            "--koschuso-report: fehlt/bericht.json ist kein Name",
        ),
    ],
)
def test_wrong_use_is_told_in_one_german_sentence(run, arguments, sentence):
    status, said, _ = run(*SUITE, *arguments, report=None)

    assert status == pytest.ExitCode.USAGE_ERROR
    assert sentence in said
    assert len(said.strip().splitlines()) == 1


def test_a_faulty_driver_is_named_with_its_clause_in_run_summary_and_report(run):
    status, said, report = run(*SUITE, "--store", "faulty:")

    assert status == 1
    assert "hält den Vertrag nicht" in said
    assert "C2 Eine veraltete Revision wird abgelehnt (verpflichtend): nicht bestanden, test_c2_" in said
    (subject,) = report["subjects"]
    assert subject["verdict"] == "not_conformant"
    assert clause(subject, "C2")["state"] == "failed"
    assert clause(subject, "T1")["state"] == "passed"
    failed = [test for test in clause(subject, "C2")["notable"] if test["outcome"] == "failed"]
    assert failed
    assert {test["reason"] for test in failed} <= {"Failed (call)", "AssertionError (call)"}


def test_an_exemption_with_a_reason_excuses_and_is_shown(run, tmp_path):
    reasons = """
[tool.koschuso.exemptions.store]
C2 = "Unsere Ablage kennt noch keine Revisionen; mit Version 2 folgt das."
C3 = "Ebenso, siehe dort."
test_c4_a_removed_and_recreated_document_is_another = "Ebenso, siehe dort."
Q2 = "Nur vorsorglich genannt."
"""
    project(tmp_path, exemptions=reasons, test_mine=DRIVER_TEST.format(driver="ForgetfulDriver", body=""))

    status, said, report = run("-rx")

    assert status == 0, said
    (subject,) = report["subjects"]
    assert subject["verdict"] == "conformant_with_exemptions"
    assert subject["subject"]["distribution"] == "koschuso-kiste"
    listed = {exemption["key"]: exemption for exemption in subject["exemptions"]}
    assert listed["C2"]["reason"].startswith("Unsere Ablage")
    assert (listed["C2"]["tiers"], listed["C2"]["superfluous"]) == (["must"], False)
    assert listed["Q2"]["superfluous"]
    assert clause(subject, "C2")["state"] == "exempted"
    assert "hält den Vertrag mit Ausnahmen" in said
    assert "Ausnahme C2 (verpflichtend): Unsere Ablage kennt noch keine Revisionen" in said
    assert "die Ausnahme kann entfallen" in said


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ('store.C2 = ""', "die Begründung fehlt"),
        ('store.C2 = "egal"', "die Begründung fehlt"),
        ("store.C2 = true", "die Begründung fehlt"),
        ('store.Z9 = "Gibt es bei uns nicht."', "»Z9« in [tool.koschuso.exemptions.store]"),
        ('store.test_gibt_es_nicht = "Gibt es bei uns nicht."', "gibt es nicht"),
        ('C2 = "Steht an der falschen Stelle."', "kennt keinen Vertrag »C2«"),
        ('storage.C2 = "Steht an der falschen Stelle."', "kennt keinen Vertrag »storage«"),
    ],
)
def test_an_exemption_that_makes_no_sense_is_refused(tmp_path, entry, sentence):
    project(tmp_path, exemptions=f"[tool.koschuso.exemptions]\n{entry}\n")

    with pytest.raises(WrongUse, match=re.escape(sentence)):
        read_exemptions(tmp_path / "pyproject.toml", STORE_CONTRACT, ["test_c2_any_never_conflicts"])


def test_a_wrong_exemption_ends_the_run(run, tmp_path):
    project(
        tmp_path,
        exemptions='[tool.koschuso.exemptions.store]\nC2 = ""\n',
        test_mine=DRIVER_TEST.format(driver="BoxDriver", body=""),
    )

    status, said, _ = run(report=None)

    assert status == pytest.ExitCode.INTERRUPTED
    assert "Ausnahme »C2« in [tool.koschuso.exemptions.store] (pyproject.toml): die Begründung fehlt." in said


def test_should_needs_a_reason_and_advisory_never_fails(run, tmp_path):
    project(tmp_path, test_format=TIERS_TEST.format(should=True))
    status, said, report = run()
    assert status == 0, said
    (subject,) = report["subjects"]
    assert subject["verdict"] == "conformant"
    assert (subject["contract"]["name"], subject["contract"]["version"]) == ("format", 3)
    assert subject["tests"] == {
        "passed": 2, "failed": 2, "exempted": 0, "not_checkable": 1, "not_applicable": 0, "not_run": 0,
    }  # fmt: skip
    assert "R2 Nichts kommt dazu (beratend): nicht bestanden, test_r2_new" in said
    assert "offen: R2 Nichts kommt dazu – Es fehlt eine Beispieldatei." in said
    assert "geheim-4711" not in json.dumps(report)

    project(tmp_path, test_format=TIERS_TEST.format(should=False))
    status, _, report = run()
    assert (status, report["subjects"][0]["verdict"]) == (1, "not_conformant")

    reason = '[tool.koschuso.exemptions.format]\ntest_r1_should = "Das Format kann das nicht ausdrücken."\n'
    project(tmp_path, exemptions=reason, test_format=TIERS_TEST.format(should=False))
    status, _, report = run()
    assert (status, report["subjects"][0]["verdict"]) == (0, "conformant_with_exemptions")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "not r1_must[2]"),
        pytest.param(("-k", "r1"), marks=pytest.mark.slow),
        pytest.param(("--deselect", "test_format.py::TestFormat::test_r1_must"), marks=pytest.mark.slow),
        pytest.param(("-m", "not clause"), marks=pytest.mark.slow),
    ],
)
def test_a_part_of_the_contract_is_never_called_conformant(run, tmp_path, arguments):
    cases = '@clause("R1")\n    @pytest.mark.parametrize("number", [1, 2, 3])\n    def test_r1_must(self, number):'
    text = TIERS_TEST.format(should=True).replace('@clause("R1")\n    def test_r1_must(self):', cases)
    project(tmp_path, test_format=text)

    _, said, report = run(*arguments)

    assert [subject["verdict"] for subject in report["subjects"]] in ([], ["incomplete"])
    assert "hält den Vertrag" not in said


def test_a_test_that_was_replaced_counts_as_not_run(run, tmp_path):
    text = TIERS_TEST.format(should=False).replace(
        "(FormatConformance):\n    pass",
        "(FormatConformance):\n    def test_r1_should(self): pass\n    test_r1_must = None",
    )
    project(tmp_path, test_format=text)

    _, said, report = run()

    (subject,) = report["subjects"]
    assert subject["verdict"] == "incomplete"
    assert subject["tests"]["not_run"] == 2
    assert "R1" in subject["unchecked"]
    assert "2 nicht gelaufen" in said


@pytest.mark.slow
def test_the_result_is_the_same_over_several_processes(run, tmp_path):
    project(
        tmp_path, test_format=TIERS_TEST.format(should=True), test_mine=DRIVER_TEST.format(driver="BoxDriver", body="")
    )

    def told(report):
        for subject in report["subjects"]:
            for found in subject["clauses"]:
                found.pop("duration")
        return report["subjects"]

    chosen = ("-k", "r1 or r2 or t1 or c1")
    _, _, alone = run(*chosen)
    status, said, together = run(*chosen, "-n", "2", "--dist", "load", plugins=["xdist.plugin"])

    assert status == 0, said
    assert told(together) == told(alone)
    assert [subject["verdict"] for subject in together["subjects"]] == ["conformant", "incomplete"]


def test_every_test_can_be_chosen_by_its_marker(run, tmp_path):
    project(tmp_path, test_mine=DRIVER_TEST.format(driver="BoxDriver", body=""))

    status, said, _ = run("--strict-markers", "-m", 'clause(id="F2")', "--collect-only", report=None)

    assert status == 0, said
    chosen = [line for line in said.splitlines() if "::" in line]
    assert chosen
    assert all("::test_f2_" in line for line in chosen)


def test_the_plugin_costs_nothing_where_nobody_tests_conformance(run, tmp_path):
    project(tmp_path, test_other="""
import sys

def test_nothing():
    heavy = {"hypothesis", "attr", "attrs", "cattrs", "pluggy._tracing_", "click", "rich", "koschuso.store", "koschuso.errors",
             "koschuso.plugin", "koschuso.model", "koschuso.testing.clauses", "koschuso.testing.store"}
    assert not heavy & set(sys.modules)
    assert {name for name in sys.modules if name.startswith("koschuso")} == {
        "koschuso", "koschuso.testing", "koschuso.testing.pytest_plugin"}
""")  # fmt: skip

    for arguments in ((), ("--collect-only",)):
        status, said, _ = run(*arguments, report=None)
        assert status == 0, said
        assert "Konformität" not in said


@pytest.mark.slow
def test_a_plugin_s_coverage_is_measured_from_its_first_line(run, tmp_path, site):
    """What the kit imports early is the kit's; the author's own modules are measured in full."""
    project(tmp_path, test_mine=DRIVER_TEST.format(driver="BoxDriver", body=""))

    status, said, _ = run(
        "--cov=kiste", "--cov-report=term-missing", "-k", "f5 or c2", report=None, plugins=["pytest_cov.plugin"]
    )

    assert status == 0, said
    (line,) = [line for line in said.splitlines() if "kiste.py" in line]
    # Not reached are only the body of the faulty driver and of the hook.
    missing = line.split()[-1] if "%" in line else ""
    assert not missing.startswith(("1", "2-", "3-", "4-")), said
    assert Path(site).is_dir()


def test_a_test_that_hangs_is_ended_and_named(run, tmp_path):
    text = TIERS_TEST.format(should=True).replace(
        '"It comes back."', '"It comes back."; import threading; threading.Semaphore(0).acquire()'
    )
    project(tmp_path, test_format=text, conftest="import koschuso.testing.collecting as kit\nkit._PATIENCE = 1\n")

    status, said, report = run()

    assert status == 1
    assert "hängt seit 1 Sekunden" in said
    assert report["subjects"][0]["verdict"] == "not_conformant"


def test_the_base_fixture_says_what_to_do(run, tmp_path):
    test = "from koschuso.testing import StoreConformance\n\nclass TestMine(StoreConformance):\n    pass\n"
    project(tmp_path, test_mine=test)

    status, said, report = run("-k", "f5")

    assert status == 1
    assert "Bitte die Fixture »store« überschreiben" in said
    assert report["subjects"][0]["verdict"] == "not_conformant"
