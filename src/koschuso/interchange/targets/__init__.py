"""What the programs that people export to do not carry over, or show differently; and which variant suits them.

The facts themselves are data in `koschuso.interchange.targets.rules`; here is what they are made of and how they are
applied to a file. A fact is *tested* only where our own CI runs the program in question; everything else is *assumed*
and names where the assumption comes from. A file for a target is the plain standard in the variant that suits it; the
losses are told, nothing is left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import WrongUse
from koschuso.model import Finding, Record, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "TARGET_NAMES",
    "Effect",
    "Evidence",
    "ExportedFile",
    "Target",
    "TargetReport",
    "TargetRule",
    "report",
    "rule_of",
    "target_of",
    "targets",
    "vcard_version",
]

TARGET_NAMES: Final = ("outlook", "nextcloud", "apple", "google")
"""The targets, as they are named on the command line."""

_PREFIX: Final = "ziel."


class Evidence(StrEnum):
    """How a fact about a program is known."""

    TESTED = "geprueft"
    ASSUMED = "angenommen"


class Effect(StrEnum):
    """What becomes of that which a rule is about."""

    LOST = "fehlt"
    CHANGED = "anders"


@attrs.frozen(kw_only=True)
class ExportedFile:
    """What was written, as the rules look at it.

    Attributes:
        format: ``"ical"``, ``"vcard"`` or another word for the syntax of the texts.
        records: The records that were written.
        texts: The files: one, or one for each entry.
        packaged: Whether each entry has a file of its own.
    """

    format: str
    records: Sequence[Record] = attrs.field(repr=False)
    texts: Sequence[bytes] = attrs.field(repr=False)
    packaged: bool = False

    def of_kind(self, *kinds: str) -> int:
        """Count the records of these kinds."""
        return sum(record.KIND in kinds for record in self.records)

    def lines(self, start: str) -> int:
        """Count the lines of the files that begin so; case does not matter."""
        return self.with_lines(start)[0]

    def with_lines(self, start: str) -> tuple[int, int]:
        """Count the lines that begin so, and the components (events, cards …) that have at least one."""
        matches = re.compile(rb"^" + re.escape(start.encode()), re.IGNORECASE | re.MULTILINE)
        counts = [len(matches.findall(part)) for part in self._components]
        return sum(counts), sum(map(bool, counts))

    @cached_property
    def _components(self) -> list[bytes]:
        return [part for text in self.texts for part in _END.split(text)]

    @cached_property
    def largest(self) -> int:
        """Bytes of the largest file."""
        return max(map(len, self.texts), default=0)


_END: Final = re.compile(rb"^END:V(?:EVENT|TODO|JOURNAL|CARD)\r?\n", re.IGNORECASE | re.MULTILINE)


@attrs.frozen(kw_only=True)
class TargetRule:
    """One fact about one target.

    Attributes:
        key: Stable key; findings have it as ``ziel.outlook.aufgabe``.
        thing: What is affected, as a German noun that stands in the one sentence for people.
        message: German sentence with ``{count}``: what happens, and what to do instead.
        format: Syntax of the files that the rule is about (``ical``, ``vcard``).
        count: How much of a file is affected; 0 means that the rule does not apply.
        effect: Whether it is missing afterwards or merely looks different.
        evidence: Whether our CI has seen it.
        sources: Where an assumption comes from: a standard, the vendor's documentation, an issue.
        tests: The tests that have seen it, as paths below the project.
    """

    key: str
    thing: str
    message: str
    format: str
    count: Callable[[ExportedFile], int]
    effect: Effect = Effect.LOST
    evidence: Evidence = Evidence.ASSUMED
    sources: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.evidence is Evidence.TESTED and not self.tests:
            raise ValueError(f"{self.key}: what is tested names its test")
        if self.evidence is Evidence.ASSUMED and not self.sources:
            raise ValueError(f"{self.key}: what is assumed names its source")

    @property
    def rule(self) -> str:
        """Key of the findings."""
        return _PREFIX + self.key


@attrs.frozen(kw_only=True)
class Target:
    """A program that files are written for.

    Attributes:
        name: As on the command line.
        title: As people call it.
        vcard_version: The version of vCard that suits it.
        vcard_reason: Why, with the source (English, for the reference).
        rules: What it does not carry over or shows differently.
    """

    name: str
    title: str
    vcard_version: str
    vcard_reason: str
    rules: tuple[TargetRule, ...] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class TargetReport:
    """What a target makes of a file.

    Attributes:
        findings: One for each rule that applies, for programs.
        sentence: All of it in one German sentence for people; empty where nothing is to be told.
    """

    findings: tuple[Finding, ...] = ()
    sentence: str = ""


def targets() -> Mapping[str, Target]:
    """Give every target by its name."""
    from koschuso.interchange.targets.rules import TARGETS  # noqa: PLC0415 - only exports to a target need the facts

    return MappingProxyType({target.name: target for target in TARGETS})


def target_of(name: str) -> Target | None:
    """Give a target by its name; ``None`` for the plain standard.

    Raises:
        WrongUse: There is no such target.
    """
    if not name:
        return None
    found = targets().get(name)
    if found is None:
        raise WrongUse(f"Das Zielprogramm »{name}« gibt es nicht; möglich sind {', '.join(TARGET_NAMES)}.")
    return found


def rule_of(rule: str) -> TargetRule | None:
    """Give the fact behind a finding by `Finding.rule`; ``None`` for findings about something else.

    >>> found = rule_of("ziel.nextcloud.journal")
    >>> found.evidence.value, found.sources[0]
    ('angenommen', 'github.com/nextcloud/calendar/issues/4447')
    """
    if not rule.startswith(_PREFIX):
        return None
    return next((found for target in targets().values() for found in target.rules if found.rule == rule), None)


def vcard_version(target: str) -> str:
    """Tell which version of vCard to write.

    >>> vcard_version(""), vcard_version("outlook")
    ('3.0', '2.1')
    """
    found = targets().get(target)
    return "3.0" if found is None else found.vcard_version


def report(target: Target, file: ExportedFile) -> TargetReport:
    """Tell what a target does not carry over of a file, or shows differently."""
    hits = [(rule, count) for rule in target.rules if rule.format == file.format and (count := rule.count(file))]
    findings = tuple(
        Finding(
            rule=rule.rule,
            message=rule.message.format(count=count),
            severity=Severity.WARNING if rule.effect is Effect.LOST else Severity.INFO,
            value=str(count),
        )
        for rule, count in hits
    )
    return TargetReport(findings=findings, sentence=_sentence(target, [rule for rule, _ in hits]))


def _sentence(target: Target, rules: Iterable[TargetRule]) -> str:
    things: dict[Effect, dict[str, None]] = {Effect.LOST: {}, Effect.CHANGED: {}}
    evidence = set()
    for rule in rules:
        things[rule.effect][rule.thing] = None
        evidence.add(rule.evidence)
    if not evidence:
        return ""
    # What nobody has tried is no certainty.
    presumably = "" if evidence == {Evidence.TESTED} else " voraussichtlich"
    lost, changed = (", ".join(things[effect]) for effect in (Effect.LOST, Effect.CHANGED))
    if not lost:
        return f"{target.title} zeigt{presumably} anders als koschuso: {changed}."
    return f"{target.title} zeigt{presumably} nicht: {lost}" + (f"; anders: {changed}." if changed else ".")
