"""What came of the tests of a contract for one subject: counted, judged, written as JSON and told in German.

The report is for offices to hand on. It holds no messages of failures, no paths and no URLs: they may tell secrets.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from koschuso import __version__
from koschuso.files import write_atomically
from koschuso.testing.clauses import Contract, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Outcome", "Result", "SubjectResults", "Verdict", "report_of", "summary_of", "write_report"]

_FORMAT = "koschuso-conformance"
_FORMAT_VERSION = 1


class Outcome(StrEnum):
    """What came of one test."""

    PASSED = "passed"
    FAILED = "failed"
    EXEMPTED = "exempted"
    """It failed, and an exemption says why that is accepted."""
    NOT_CHECKABLE = "not_checkable"
    NOT_APPLICABLE = "not_applicable"
    NOT_RUN = "not_run"
    """It belongs to the contract but was deselected, replaced or not reached."""


class Verdict(StrEnum):
    """What a report says about a subject."""

    CONFORMANT = "conformant"
    CONFORMANT_WITH_EXEMPTIONS = "conformant_with_exemptions"
    NOT_CONFORMANT = "not_conformant"
    INCOMPLETE = "incomplete"
    """Nothing failed, but not all of the contract was run."""


_VERDICTS = {
    Verdict.CONFORMANT: "hält den Vertrag",
    Verdict.CONFORMANT_WITH_EXEMPTIONS: "hält den Vertrag mit Ausnahmen",
    Verdict.NOT_CONFORMANT: "hält den Vertrag nicht",
    Verdict.INCOMPLETE: "nicht beurteilt, weil nicht alle Prüfungen gelaufen sind",
}
_TIERS = {Tier.MUST: "verpflichtend", Tier.SHOULD: "empfohlen", Tier.ADVISORY: "beratend"}


@attrs.frozen(kw_only=True)
class Result:
    """One test of a contract.

    Attributes:
        test: Name of the test with its parameters.
        title: What it proves, in one line.
        clause: The clause.
        tier: The tier in force.
        outcome: What came of it.
        reason: Why it was exempted or could not be checked; for failures the kind of error.
        exemption: Key of the exemption that covers it, whether it was needed or not.
        duration: Seconds.
    """

    test: str
    title: str
    clause: str
    tier: Tier
    outcome: Outcome
    reason: str = ""
    exemption: str = ""
    duration: float = 0.0


@attrs.frozen(kw_only=True)
class SubjectResults:
    """All results of one contract for one subject.

    Attributes:
        contract: The contract.
        subject: Who was proved, as `koschuso.testing.clauses.tell_subject` told.
        results: One for each test, those that were not run included.
        exemptions: Reasons by clause or test.
    """

    contract: Contract
    subject: Mapping[str, Any]
    results: tuple[Result, ...]
    exemptions: Mapping[str, str]

    @property
    def verdict(self) -> Verdict:
        """Judge: advisory tests never count, exempted ones are named."""
        counted = {result.outcome for result in self.results if result.tier is not Tier.ADVISORY}
        if Outcome.FAILED in counted:
            return Verdict.NOT_CONFORMANT
        if Outcome.NOT_RUN in counted or not counted:
            return Verdict.INCOMPLETE
        return Verdict.CONFORMANT_WITH_EXEMPTIONS if Outcome.EXEMPTED in counted else Verdict.CONFORMANT

    @property
    def superfluous(self) -> tuple[str, ...]:
        """Name the exemptions whose tests all pass."""
        covered: dict[str, set[Outcome]] = {}
        for result in self.results:
            if result.exemption:
                covered.setdefault(result.exemption, set()).add(result.outcome)
        return tuple(key for key in self.exemptions if covered.get(key) == {Outcome.PASSED})

    def of(self, *outcomes: Outcome, clause: str = "") -> list[Result]:
        """Give the results with one of these outcomes, of one clause or of all."""
        return [
            result for result in self.results if result.outcome in outcomes and (not clause or result.clause == clause)
        ]


def report_of(subjects: Iterable[SubjectResults], *, at: datetime) -> dict[str, Any]:
    """Make the report as JSON values.

    Args:
        subjects: What was proved.
        at: When; stated in the report.
    """
    return {
        "format": _FORMAT,
        "format_version": _FORMAT_VERSION,
        "written_at": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "koschuso": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "subjects": [_subject(subject) for subject in subjects],
    }


def write_report(path: Path, subjects: Iterable[SubjectResults], *, at: datetime | None = None) -> None:
    """Write the report, whole or not at all.

    Args:
        path: The file.
        subjects: What was proved.
        at: When; by default ``SOURCE_DATE_EPOCH`` or else now.

    Raises:
        Unavailable: The file cannot be written.
    """
    if at is None:
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        at = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
    text = json.dumps(report_of(subjects, at=at), ensure_ascii=False, indent=2)
    write_atomically(path, f"{text}\n".encode())


def summary_of(subject: SubjectResults) -> Iterator[str]:
    """Tell in a few German lines what holds, what does not, and what was excused."""
    name = str(subject.subject.get("name") or subject.subject.get("test_class") or "ohne Namen")
    scheme = subject.subject.get("scheme")
    shown = f"{name} ({scheme}:)" if scheme else name
    yield f"{subject.contract.title} {shown}: {_VERDICTS[subject.verdict]} (Fassung {subject.contract.version})."
    counts = [
        (Outcome.PASSED, "bestanden"),
        (Outcome.FAILED, "nicht bestanden"),
        (Outcome.EXEMPTED, "mit Ausnahme"),
        (Outcome.NOT_CHECKABLE, "hier nicht prüfbar"),
        (Outcome.NOT_APPLICABLE, "nicht angeboten"),
        (Outcome.NOT_RUN, "nicht gelaufen"),
    ]
    told = [f"{number} {word}" for outcome, word in counts if (number := len(subject.of(outcome)))]
    yield f"  {', '.join(told)}"
    for result in subject.of(Outcome.FAILED):
        yield (
            f"  {result.clause} {subject.contract.title_of(result.clause)} ({_TIERS[result.tier]}): "
            f"nicht bestanden, {result.test}"
        )
    for key, reason in subject.exemptions.items():
        tests = [result for result in subject.results if result.exemption == key]
        tiers = sorted({_TIERS[result.tier] for result in tests}, reverse=True)
        needed = sum(result.outcome is Outcome.EXEMPTED for result in tests)
        what = f"{needed} von {len(tests)} Prüfungen nicht bestanden"
        if key in subject.superfluous:
            what = "alle Prüfungen bestanden, die Ausnahme kann entfallen"
        yield f"  Ausnahme {key} ({', '.join(tiers)}): {reason} [{what}]"
    for clause, reason in dict.fromkeys((result.clause, result.reason) for result in subject.of(Outcome.NOT_CHECKABLE)):
        yield f"  offen: {clause} {subject.contract.title_of(clause)} – {reason}"


def _subject(subject: SubjectResults) -> dict[str, Any]:
    return {
        "contract": {
            "name": subject.contract.name,
            "version": subject.contract.version,
            "document": subject.contract.document,
        },
        "subject": dict(subject.subject),
        "verdict": subject.verdict.value,
        "verdict_text": _VERDICTS[subject.verdict],
        "unchecked": sorted({result.clause for result in subject.of(Outcome.NOT_CHECKABLE, Outcome.NOT_RUN)}),
        "tests": {outcome.value: len(subject.of(outcome)) for outcome in Outcome},
        "clauses": [_clause(subject, clause.id) for clause in subject.contract.clauses],
        "exemptions": [
            {
                "key": key,
                "clauses": sorted({result.clause for result in subject.results if result.exemption == key}),
                "tiers": sorted({result.tier.value for result in subject.results if result.exemption == key}),
                "reason": reason,
                "superfluous": key in subject.superfluous,
            }
            for key, reason in subject.exemptions.items()
        ],
    }


def _clause(subject: SubjectResults, id: str) -> dict[str, Any]:  # noqa: A002 - the clause's own term
    results = [result for result in subject.results if result.clause == id]
    return {
        "id": id,
        "title": subject.contract.title_of(id),
        "tier": _strictest(results).value,
        "state": _state(results),
        "tests": {outcome.value: len(subject.of(outcome, clause=id)) for outcome in Outcome},
        "notable": [
            {
                "test": result.test,
                "title": result.title,
                "tier": result.tier.value,
                "outcome": result.outcome.value,
                "reason": result.reason,
            }
            for result in results
            if result.outcome is not Outcome.PASSED
        ],
        "duration": round(sum(result.duration for result in results), 3),
    }


def _strictest(results: Iterable[Result]) -> Tier:
    tiers = {result.tier for result in results}
    return next((tier for tier in Tier if tier in tiers), Tier.MUST)


def _state(results: Iterable[Result]) -> str:
    """Sum a clause up: what speaks against it comes first."""
    outcomes = {result.outcome for result in results if result.tier is not Tier.ADVISORY}
    order = (Outcome.FAILED, Outcome.EXEMPTED, Outcome.NOT_RUN, Outcome.NOT_CHECKABLE)
    found = next((outcome for outcome in order if outcome in outcomes), None)
    if found is not None:
        return found.value
    return Outcome.PASSED.value if Outcome.PASSED in outcomes else Outcome.NOT_APPLICABLE.value
