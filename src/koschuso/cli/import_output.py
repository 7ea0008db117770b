"""What `koschuso import` says: one summary, then what needs a look; in a dry run every single record."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import click

from koschuso.cli.output import finding_as_json, print_grouped
from koschuso.model import RECORD_TYPES, Reference, field_label
from koschuso.office.taking_in.importing import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.errors import KoschusoError
    from koschuso.office.taking_in.importing import ImportResult

__all__ = ["import_as_json", "print_import", "refusal_as_json"]

_MOST_KINDS = 12
_WIDTH = 13
_MOST_UNCHANGED = 20


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
        as_json["titles"] = {str(reference): title for reference, title in result.titles.items()}
        as_json["unchanged_records"] = [str(reference) for reference in result.unchanged]
    return as_json


def refusal_as_json(file: str, error: KoschusoError) -> dict[str, Any]:
    """Give a file that could not be read at all as a JSON object."""
    return {"file": file, "error": error.message}


def print_import(name: str, result: ImportResult) -> None:
    """Print what an import did, or would do.

    Args:
        name: Name of the file.
        result: What happened.
    """
    click.echo(f"{name}: {result.summary()}")
    if result.dry_run:
        _print_records(result)
    print_grouped(result.refused, title="Nicht übernommen:")
    print_grouped(result.findings, title="Hinweise:")
    _print_left_out(result)


def _print_records(result: ImportResult) -> None:
    hidden = max(0, len(result.unchanged) - _MOST_UNCHANGED)
    for change in result.changes[: -hidden or None]:
        reference = change.reference
        fields = ", ".join(field_label(reference.kind, name) for name in change.fields)
        what = _called(reference, result)
        note = {Outcome.KEPT: " (Ihr Stand ist neuer oder von Ihnen geändert)"}.get(change.outcome, "")
        click.echo(f"  {change.outcome.value:<{_WIDTH}}{what}{f': {fields}' if fields else ''}{note}")
    if hidden:
        click.echo(f"  … und {hidden} weitere unverändert; alle zeigt --json.")


def _called(reference: Reference, result: ImportResult) -> str:
    title = result.titles.get(reference, "")
    label = RECORD_TYPES[reference.kind].LABEL if reference.kind in RECORD_TYPES else reference.kind
    return f"{label} {f'»{title}« ' if title else ''}{reference.id}"


def _print_left_out(result: ImportResult) -> None:
    left_out = result.left_out
    private = [finding for finding in left_out if finding.rule.startswith("ds")]
    if private and result.dry_run:
        click.echo("Aus Gründen des Datenschutzes ausgelassen:")
        by_record: dict[tuple[str, str], list[str]] = defaultdict(list)
        for finding in private:
            by_record[finding.kind, finding.id].append(finding.field)
        for (kind, id_), names in by_record.items():
            click.echo(f"  {'ausgelassen':<{_WIDTH}}{_called(Reference(kind, id_), result)}: {_counted(names)}")
    elif private:
        counts = Counter(finding.field for finding in private).most_common()
        listed = ", ".join(f"{field} ({count}-mal)" for field, count in counts[:_MOST_KINDS])
        more = f" und {len(counts) - _MOST_KINDS} weitere Arten" if len(counts) > _MOST_KINDS else ""
        click.echo(
            f"Aus Gründen des Datenschutzes ausgelassen: {listed}{more}. "
            "Jede einzelne zeigt --dry-run; übernommen wird eine Art mit --behalte ART."
        )
    print_grouped([finding for finding in left_out if not finding.rule.startswith("ds")], title="Ausgelassen:")


def _counted(names: Sequence[str]) -> str:
    return ", ".join(f"{name} ({count}-mal)" if count > 1 else name for name, count in Counter(names).items())
