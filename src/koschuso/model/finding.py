"""Findings: what a check, a reader or a rule has to say, for people and for programs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import InvalidRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Finding", "Problems", "Reading", "Severity"]


class Severity(StrEnum):
    """How much a finding matters."""

    INFO = "info"
    WARNING = "warnung"
    ERROR = "fehler"


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that is worth telling.

    Attributes:
        rule: Stable key of the rule, for example ``"umfang.basis_positiv"`` or ``"ical.zeile_ohne_doppelpunkt"``.
        message: One German sentence: what, where, what to do. Holds no personal data.
        severity: How much it matters.
        kind: Kind of the record that is meant, empty when there is none.
        id: Id of the record that is meant, empty when there is none.
        field: Name of the field or interchange property that is meant.
        value: The value that is meant, as it was given; kept out of ``repr`` because it may be personal.
        line: Line number in the input, counted from 1, when the finding is about a file.
        source: Name of the file or plugin that the finding comes from, never a path with a person's name in it.
    """

    rule: str
    message: str
    severity: Severity = Severity.WARNING
    kind: str = ""
    id: str = ""
    field: str = ""
    value: str = attrs.field(default="", repr=False)
    line: int | None = None
    source: str = ""


@attrs.frozen(kw_only=True)
class Reading:
    """What a reader made of a file: everything it holds is in exactly one of the three parts.

    Attributes:
        records: The records, in the order of the file.
        findings: What was wrong, mended or doubtful.
        left_out: What was deliberately not taken, one finding each (for example rows that are not schools).
        header: Lines around the records that belong to the file as a whole (calendar properties), verbatim.
    """

    records: tuple[Any, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: tuple[Finding, ...] = ()
    header: tuple[str, ...] = ()


class Problems:
    """Collects the broken rules of one record, so that all of them are told at once.

    >>> problems = Problems("position", "p-1")
    >>> problems.add(field="workload", value=0, rule="umfang.positiv", message="Der Umfang ist 0.")
    >>> problems.raise_if_any()
    Traceback (most recent call last):
    koschuso.errors.InvalidRecord: position p-1: Der Umfang ist 0.
    """

    __slots__ = ("_findings", "_id", "_kind")

    def __init__(self, kind: str, id: str = "") -> None:  # noqa: A002 - the record's own term
        self._kind = kind
        self._id = id
        self._findings: list[Finding] = []

    def require(self, holds: object, *, field: str, value: object, rule: str, message: str) -> None:
        """Note a finding unless the condition holds; `add` is faster where the message has to be made first."""
        if not holds:
            self.add(field=field, value=value, rule=rule, message=message)

    def add(self, *, field: str, value: object, rule: str, message: str) -> None:
        """Note a finding of severity *error*."""
        self._findings.append(
            Finding(
                rule=rule,
                message=message,
                severity=Severity.ERROR,
                kind=self._kind,
                id=self._id,
                field=field,
                value=str(value),
            )
        )

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note findings that were made elsewhere."""
        self._findings.extend(findings)

    def raise_if_any(self) -> None:
        """Raise what was noted.

        Raises:
            InvalidRecord: At least one rule is broken.
        """
        if self._findings:
            where = f"{self._kind} {self._id}".strip()
            sentences = " ".join(finding.message for finding in self._findings)
            raise InvalidRecord(f"{where}: {sentences}", self._findings)
