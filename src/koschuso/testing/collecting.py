"""Collects the outcomes of conformance tests: applies tiers and exemptions, and tells the result at the end.

In a run over several processes the processes apply tiers and exemptions to their own tests; what came of them travels
with pytest's reports, and the process that started them sums up.
"""

from __future__ import annotations

import inspect
import pkgutil
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from koschuso.errors import KoschusoError, WrongUse
from koschuso.testing.clauses import (
    NOT_APPLICABLE,
    NOT_CHECKABLE,
    SUBJECT,
    Clause,
    Contract,
    Tier,
    clause_of,
    clause_tests,
)
from koschuso.testing.exemptions import nearest_project, read_exemptions
from koschuso.testing.results import Outcome, Result, SubjectResults, Verdict, summary_of, write_report

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

__all__ = ["Collector"]

_SUITE = "koschuso.testing.suite"
_INFO = pytest.StashKey[dict[str, Any]]()
_PATIENCE = 90
_ADVISORY = "beratend: zählt nicht"


class Collector:
    """The part of the plugin that works where there are conformance classes.

    Args:
        config: pytest's.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._made: dict[str, int] = {}
        self._seen: dict[str, dict[str, dict[str, Any]]] = {}
        self._read: dict[tuple[type, Path], Mapping[str, str]] = {}
        self._report = config.getoption("--koschuso-report")
        self._is_worker = hasattr(config, "workerinput")
        if self._report and not self._is_worker:
            path = Path(self._report)
            if not path.absolute().parent.is_dir() or path.is_dir():
                raise pytest.UsageError(
                    f"--koschuso-report: {self._report} ist kein Name für eine Datei in einem vorhandenen Ordner."
                )

    def take(self, collector: Any, items: Iterable[Any]) -> None:
        """Note tests of a conformance class as they are collected.

        Raises:
            CollectError: The exemptions of the distribution are wrong.
        """
        conformance: type = collector.cls
        try:
            kit = _kit_of(conformance)
            exemptions = self._exemptions(collector, kit)
        except WrongUse as error:
            raise collector.CollectError(str(error)) from None
        for item in items:
            proved = clause_of(getattr(item, "function", None))
            if proved is None:
                continue
            contract: Contract = conformance.koschuso_contract  # type: ignore[attr-defined]  # looked for by the plugin
            tier = proved.tier_in()
            item.add_marker(pytest.mark.clause(id=proved.id, tier=tier.value))
            key = next((key for key in (item.originalname, proved.id) if key in exemptions), "")
            subject = _subject_key(item)
            self._made[subject] = self._made.get(subject, 0) + 1
            item.stash[_INFO] = {
                "subject": subject,
                "kit": f"{kit.__module__}:{kit.__qualname__}",
                "contract": {"name": contract.name, "version": contract.version, "title": contract.title,
                             "document": contract.document},
                "test_class": conformance.__name__,
                "clause": proved.id,
                "clause_title": contract.title_of(proved.id),
                "tier": tier.value,
                "function": item.originalname,
                "own": getattr(kit, item.originalname, None) is not item.function.__func__
                if inspect.ismethod(item.function)
                else getattr(kit, item.originalname, None) is not item.function,
                "test": item.name,
                "title": (inspect.getdoc(item.function) or "").partition("\n")[0],
                "exemption": key,
                "exemptions": dict(exemptions),
            }  # fmt: skip

    def _exemptions(self, collector: Any, kit: type) -> Mapping[str, str]:
        ready_made = collector.module.__name__ == _SUITE or collector.path.name == "suite.py"
        start = self._config.invocation_params.dir if ready_made else collector.path.parent
        if (kit, start) not in self._read:  # asked once for each test
            contract: Contract = kit.koschuso_contract  # type: ignore[attr-defined]  # found by it
            self._read[kit, start] = read_exemptions(nearest_project(start), contract, clause_tests(kit))
        return self._read[kit, start]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """Excuse a failure that is exempted or advisory, and send along what the test proves."""
        report = yield
        info = item.stash.get(_INFO, None)
        if info is None:
            return report
        told: dict[str, Any] = {**info, "made": self._made[info["subject"]], "facts": getattr(item, SUBJECT, None)}
        told["state"] = _state(report, call)
        if told["state"]["outcome"] == Outcome.FAILED.value:
            if info["exemption"]:
                reason = info["exemptions"][info["exemption"]]
                told["state"] = {"outcome": Outcome.EXEMPTED.value, "reason": reason}
                report.outcome, report.wasxfail = "skipped", f"Ausnahme {info['exemption']}: {reason}"
            elif info["tier"] == Tier.ADVISORY.value:
                report.outcome, report.wasxfail = "skipped", _ADVISORY
        report.koschuso = told
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """End a test that hangs."""
        with _alarm(item):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """End a teardown that hangs."""
        with _alarm(item):
            return (yield)

    def see(self, report: Any) -> None:
        """Take the report of one phase of one test."""
        told = report.koschuso
        tests = self._seen.setdefault(told["subject"], {})
        known = tests.get(report.nodeid)
        told["duration"] = report.duration + (known["duration"] if known else 0.0)
        # What speaks against it, in whichever phase, stays.
        if known and (known["state"]["outcome"] != Outcome.PASSED.value):
            told["state"] = known["state"]
        told["facts"] = told["facts"] or (known or {}).get("facts")
        tests[report.nodeid] = told

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write the report file."""
        if self._report and not self._is_worker:
            try:
                write_report(Path(self._report), self.subjects())
            except KoschusoError as error:
                raise pytest.UsageError(f"--koschuso-report: {error}") from None

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell in German what holds, what does not, and what is excused."""
        subjects = self.subjects()
        if not subjects and not self._report:
            return
        terminalreporter.section("Konformität", sep="=")
        if not subjects:
            terminalreporter.write_line("Es ist keine Konformitätsprüfung gelaufen.")
        for subject in subjects:
            first, *rest = summary_of(subject)
            good = subject.verdict in {Verdict.CONFORMANT, Verdict.CONFORMANT_WITH_EXEMPTIONS}
            terminalreporter.write_line(first, green=good, red=subject.verdict is Verdict.NOT_CONFORMANT, bold=True)
            for line in rest:
                terminalreporter.write_line(line)
        if self._report:
            terminalreporter.write_line(f"Bericht: {self._report}")

    def subjects(self) -> list[SubjectResults]:
        """Sum up what was seen, in the order of the first tests' names."""
        return [_summed(tests) for _, tests in sorted(self._seen.items())]


@contextmanager
def _alarm(item: pytest.Item) -> Iterator[None]:
    """Raise in a conformance test that waits for a lock which nobody gives back.

    Only where the system has such an alarm and nobody else (pytest-timeout) has set it.
    """
    usable = (
        _INFO in item.stash
        and hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
    )
    if not usable:
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        pytest.fail(f"hängt seit {_PATIENCE} Sekunden")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _kit_of(conformance: type) -> type:
    """Find the class of the kit: the one that states the contract itself."""
    found = [base for base in conformance.__mro__ if "koschuso_contract" in vars(base)]
    if not isinstance(getattr(conformance, "koschuso_contract", None), Contract):
        raise WrongUse(f"koschuso_contract von {conformance.__name__} muss ein Contract sein.")
    return found[0]


def _subject_key(item: Any) -> str:
    parameter = getattr(item, "callspec", None)
    chosen = parameter.params.get("koschuso_store", "") if parameter is not None else ""
    return f"{item.parent.nodeid}[{chosen}]"


def _state(report: Any, call: Any) -> dict[str, str]:
    if report.failed:
        error = call.excinfo.type.__name__ if call.excinfo is not None else "Fehler"
        return {"outcome": Outcome.FAILED.value, "reason": f"{error} ({report.when})"}
    if report.skipped:
        reason = str(call.excinfo.value.msg) if call.excinfo is not None and hasattr(call.excinfo.value, "msg") else ""
        if reason.startswith(NOT_APPLICABLE):
            return {"outcome": Outcome.NOT_APPLICABLE.value, "reason": reason.removeprefix(NOT_APPLICABLE)}
        return {"outcome": Outcome.NOT_CHECKABLE.value, "reason": reason.removeprefix(NOT_CHECKABLE) or "übersprungen"}
    return {"outcome": Outcome.PASSED.value, "reason": ""}


def _summed(tests: Mapping[str, Mapping[str, Any]]) -> SubjectResults:
    told = list(tests.values())
    first = told[0]
    results = [
        Result(
            test=one["test"],
            title=one["title"],
            clause=one["clause"],
            tier=Tier(one["tier"]),
            outcome=Outcome(one["state"]["outcome"]),
            reason=one["state"]["reason"],
            exemption=one["exemption"],
            duration=one["duration"],
        )
        for one in told
    ]
    try:
        kit: Any = pkgutil.resolve_name(first["kit"])
        contract: Contract = kit.koschuso_contract
        expected = clause_tests(kit)
    except (ImportError, AttributeError, ValueError):
        # A contract of the plugin's own test module; in another process it cannot be imported.
        clauses = dict.fromkeys((one["clause"], one["clause_title"]) for one in told)
        contract = Contract(**first["contract"], clauses=[Clause(id=id_, title=title) for id_, title in clauses])
        kit, expected = None, {}
    ran = {one["function"] for one in told if not one["own"]}
    results += [
        Result(
            test=name,
            title=(getattr(kit, name).__doc__ or "").strip().partition("\n")[0],
            clause=proved.id,
            tier=proved.tier_in(),
            outcome=Outcome.NOT_RUN,
            reason="nicht gelaufen",
        )
        for name, proved in expected.items()
        if name not in ran
    ]
    if not expected or len(ran) == len(expected):
        missing = max(one["made"] for one in told) - len(told)
        results += [
            Result(
                test="(weitere Fälle)",
                title="",
                clause=told[-1]["clause"],
                tier=Tier.MUST,
                outcome=Outcome.NOT_RUN,
                reason="nicht gelaufen",
            )
        ] * missing
    facts = next((one["facts"] for one in told if one["facts"]), None)
    order = {clause.id: place for place, clause in enumerate(contract.clauses)}
    return SubjectResults(
        contract=contract,
        subject=dict(facts or {}) | {"test_class": first["test_class"]},
        results=tuple(sorted(results, key=lambda result: (order.get(result.clause, 99), result.test))),
        exemptions=first["exemptions"],
    )
