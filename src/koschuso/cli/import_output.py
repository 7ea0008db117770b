"""What `koschuso import` says: one summary, then what needs a look; in a dry run every single record."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import click

from koschuso.cli.output import finding_as_json, print_findings
from koschuso.model import RECORD_TYPES, field_label
from koschuso.office.importing import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model import Finding
    from koschuso.office.importing import ImportResult

__all__ = ["import_as_json", "print_import"]

_MOST_KINDS = 12
_WIDTH = 13


def import_as_json(file: str, result: ImportResult) -> dict[str, Any]:
    """Give what an import did as a JSON object; a dry run names every record, an import those that changed."""
    as_json = {
        "file": file,
        "format": result.format,
        "dry_run": result.dry_run,
        "summary": result.summary(),
        "created": [str(reference) for reference in result.created],
        "updated": {str(reference): result.fields.get(reference, ()) for reference in result.updated},
        "kept": [str(reference) for reference in result.kept],
        "unchanged": len(result.unchanged),
        "refused": [finding_as_json(finding) for finding in result.refused],
        "findings": [finding_as_json(finding) for finding in result.findings],
        "left_out": [finding_as_json(finding) for finding in result.left_out],
    }
    if result.dry_run:
        as_json["unchanged_records"] = [str(reference) for reference in result.unchanged]
    return as_json


def print_import(name: str, result: ImportResult) -> None:
    """Print what an import did, or would do.

    Args:
        name: Name of the file.
        result: What happened.
    """
    click.echo(f"{name}: {result.summary()}")
    if result.dry_run:
        _print_records(result)
    print_findings(result.refused, title="Nicht übernommen:")
    print_findings(result.findings, title="Hinweise:")
    _print_left_out(result.left_out, one_by_one=result.dry_run)


def _print_records(result: ImportResult) -> None:
    for change in result.changes:
        reference = change.reference
        fields = ", ".join(field_label(reference.kind, name) for name in change.fields)
        what = f"{RECORD_TYPES[reference.kind].LABEL} {reference.id}"
        note = {Outcome.KEPT: " (Ihr Stand ist neuer oder von Ihnen geändert)"}.get(change.outcome, "")
        click.echo(f"  {change.outcome.value:<{_WIDTH}}{what}{f': {fields}' if fields else ''}{note}")


def _print_left_out(left_out: Sequence[Finding], *, one_by_one: bool) -> None:
    private = [finding for finding in left_out if finding.rule.startswith("ds")]
    if private and one_by_one:
        click.echo("Aus Gründen des Datenschutzes ausgelassen:")
        by_record: dict[tuple[str, str], list[str]] = defaultdict(list)
        for finding in private:
            by_record[finding.kind, finding.id].append(finding.field)
        for (kind, id_), names in by_record.items():
            label = RECORD_TYPES[kind].LABEL if kind in RECORD_TYPES else kind
            click.echo(f"  {'ausgelassen':<{_WIDTH}}{label} {id_}: {', '.join(dict.fromkeys(names))}")
    elif private:
        counts = Counter(finding.field for finding in private).most_common()
        listed = ", ".join(f"{field} ({count}-mal)" for field, count in counts[:_MOST_KINDS])
        more = f" und {len(counts) - _MOST_KINDS} weitere Arten" if len(counts) > _MOST_KINDS else ""
        click.echo(
            f"Aus Gründen des Datenschutzes ausgelassen: {listed}{more}. "
            "Jede einzelne zeigt --dry-run; übernommen wird eine Art mit --behalte ART."
        )
    print_findings([finding for finding in left_out if not finding.rule.startswith("ds")], title="Ausgelassen:")
