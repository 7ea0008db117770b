"""What ``koschuso export`` says: one sentence about losses for people, findings with their evidence for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from koschuso.cli.output import finding_as_json, print_findings

if TYPE_CHECKING:
    from koschuso.model import Finding
    from koschuso.office import ExportResult

__all__ = ["export_as_json", "print_export"]


def export_as_json(result: ExportResult, audience: str) -> dict[str, Any]:
    """Give an export as a JSON object."""
    return {
        "file": str(result.path),
        "format": result.format,
        "audience": audience,
        "target": result.target,
        "written": result.written,
        "omitted": [finding_as_json(finding) for finding in result.omitted],
        "lost": [_with_evidence(finding) for finding in result.lost],
        "loss_sentence": result.loss_sentence,
    }


def print_export(result: ExportResult, audience: str) -> None:
    """Tell people what was written, and what the other side will not see."""
    target = f", Ziel: {result.target}" if result.target else ""
    click.echo(f"{result.path}: {result.format}, Datensätze: {result.written}, für: {audience}{target}.")
    if result.loss_sentence:
        click.echo(result.loss_sentence)
    print_findings(result.omitted, title="Für diesen Kreis weggelassen:")
    groups: dict[str, list[Finding]] = {
        "Was das Format nicht aufnimmt:": [],
        "Woran andere Programme scheitern können:": [],
        "Was das Zielprogramm daraus macht:": [],
    }
    loss, hazard, target_loss = groups.values()
    for finding in result.lost:
        beginning = finding.rule.partition(".")[0]
        {"ziel": target_loss, "serie": hazard}.get(beginning, loss).append(finding)
    for title, findings in groups.items():
        print_findings(findings, title=title)


def _with_evidence(finding: Finding) -> dict[str, Any]:
    """Give a finding with how its fact is known: tested by our CI, or assumed and from where."""
    from koschuso.interchange.targets import rule_of  # noqa: PLC0415 - only --json needs it

    values = finding_as_json(finding)
    rule = rule_of(finding.rule)
    if rule is not None:
        values |= {"evidence": str(rule.evidence), "effect": str(rule.effect)}
        values |= {"sources": list(rule.sources)} if rule.sources else {}
        values |= {"tests": list(rule.tests)} if rule.tests else {}
    return values
