"""Rule and check: what is asked of the data of an office as a whole, and how it is asked.

A record refuses what is impossible in itself; a rule finds what does not fit together. Findings advise: nothing is
corrected, and nothing that a rule says is a legal decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import attrs

from koschuso.errors import Corrupt, NotFound, Unavailable, WrongUse
from koschuso.guard import describe, guarded
from koschuso.model import Catalogue, Finding, Record, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MOST_FINDINGS", "Rule", "Snapshot", "Source", "View", "check"]

R = TypeVar("R", bound=Record)

MOST_FINDINGS = 10_000
"""More findings than this are cut off for one rule: nobody reads them, and an endless rule must end."""


class Source(Protocol):
    """What `check` reads from: an office, a store behind a view, or a test's own object."""

    def records(self, record_type: type[R], /) -> Iterable[R]:
        """Give all records of a type."""

    def catalogue(self, name: str, /) -> Catalogue:
        """Give a catalogue by its name; raises `NotFound` or `KeyError` where there is none."""


class View(Protocol):
    """What a rule sees: read-only, consistent for the whole check."""

    @property
    def as_of(self) -> datetime:
        """Moment that the check is made for; rules never ask the clock."""

    def records(self, record_type: type[R], /) -> Sequence[R]:
        """Give all records of a type."""

    def get(self, record_type: type[R], id: str, /) -> R | None:  # noqa: A002 - the record's own term
        """Give a record by its id, ``None`` where there is none."""

    def catalogue(self, name: str, /) -> Catalogue:
        """Give a catalogue by its name; raises `NotFound` where there is none."""


@attrs.frozen(kw_only=True)
class Rule:
    """A check over the data of an office.

    Attributes:
        name: ``"plugin:name"``, for example ``"koschuso:f1"``.
        title: What is checked, in German.
        severity: How much its findings matter as a rule; single findings may differ.
        source: Where the rule comes from, with its date; shown beside the findings.
        check: Looks at a view and gives findings; takes time linear in the number of records.
    """

    name: str
    title: str
    severity: Severity
    source: str
    check: Callable[[View], Iterable[Finding]]


class Snapshot:
    """A view that asks its source once for every type, so that forty rules cost one reading.

    Attributes:
        as_of: Moment that the check is made for.
    """

    def __init__(self, source: Source, as_of: datetime) -> None:
        self.as_of = as_of
        self._source = source
        self._records: dict[type[Record], tuple[Any, ...]] = {}
        self._by_id: dict[type[Record], Mapping[str, Any]] = {}

    @property
    def day(self) -> date:
        """Day that the check is made for."""
        return self.as_of.date()

    def records(self, record_type: type[R], /) -> tuple[R, ...]:
        """Give all records of a type."""
        if record_type not in self._records:
            self._records[record_type] = tuple(self._source.records(record_type))
        return self._records[record_type]

    def get(self, record_type: type[R], id: str, /) -> R | None:  # noqa: A002 - the record's own term
        """Give a record by its id, ``None`` where there is none."""
        if record_type not in self._by_id:
            self._by_id[record_type] = {record.id: record for record in self.records(record_type)}
        found: R | None = self._by_id[record_type].get(id)
        return found

    def catalogue(self, name: str, /) -> Catalogue:
        """Give a catalogue by its name.

        Raises:
            NotFound: There is none.
        """
        try:
            return self._source.catalogue(name)
        except KeyError:
            raise NotFound(f"Einen Katalog »{name}« gibt es nicht.") from None


def check(source: Source, rules: Iterable[Rule], *, as_of: datetime | None = None) -> tuple[Finding, ...]:
    """Ask rules about the data of an office.

    A rule that crashes becomes a finding that names its plugin; what it found before is kept, and the others run.

    Args:
        source: Where the records and catalogues come from.
        rules: The rules, in the order in which their findings are to stand.
        as_of: Moment that the check is made for; by default ``source.as_of``.

    Raises:
        WrongUse: Neither `as_of` nor ``source.as_of`` is there.
    """
    moment = as_of if as_of is not None else getattr(source, "as_of", None)
    if not isinstance(moment, datetime):
        raise WrongUse("Eine Prüfung braucht einen Zeitpunkt; bitte geben Sie as_of an.")
    view = Snapshot(source, moment)
    findings: list[Finding] = []
    for rule in rules:
        findings.extend(_ask(rule, view))
    return tuple(findings)


def _ask(rule: Rule, view: View) -> list[Finding]:
    found: list[Finding] = []

    def collect() -> bool:
        for finding in rule.check(view) or ():
            if not isinstance(finding, Finding):
                raise TypeError(f"eine Regel gibt Finding zurück, nicht {type(finding).__name__}")
            if len(found) >= MOST_FINDINGS:
                return False
            found.append(finding if finding.source else attrs.evolve(finding, source=rule.name))
        return True

    outcome = guarded(collect)
    if isinstance(outcome.error, Corrupt | Unavailable):
        raise outcome.error  # the store's trouble, not the rule's
    if outcome.error is not None:
        # The text of the error may hold personal data of the record at hand (DS-20): only its kind is told.
        found.append(
            Finding(
                rule="regel.gescheitert",
                message=f"Die Regel »{rule.name}« ist abgebrochen ({describe(outcome.error, with_text=False)}); "
                "ihre Hinweise sind unvollständig. Bitte melden Sie das der Stelle, die das Plugin pflegt.",
                severity=Severity.ERROR,
                source=rule.name,
            )
        )
    elif not outcome.value:
        found.append(
            Finding(
                rule="regel.zu_viele",
                message=f"Die Regel »{rule.name}« hat mehr als {MOST_FINDINGS} Hinweise; weitere sind nicht aufgeführt.",
                severity=Severity.WARNING,
                source=rule.name,
            )
        )
    return found
