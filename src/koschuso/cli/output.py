"""What commands print: German text for people, JSON for programs, progress on long work."""

from __future__ import annotations

import json
import re
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from koschuso.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from koschuso.model import Finding

__all__ = ["finding_as_json", "print_findings", "print_grouped", "print_json", "print_table", "progress", "quoted"]

_MARKS = {Severity.INFO: "Hinweis", Severity.WARNING: "Warnung", Severity.ERROR: "Fehler"}
_COLOURS = {Severity.INFO: "cyan", Severity.WARNING: "yellow", Severity.ERROR: "red"}
_MOST_FINDINGS = 20
_MOST_PLACES = 5
_NUMBER = re.compile(r"\d+")
_PLAIN = re.compile(r"[\w./\\:~-]+")
_SECONDS_BEFORE_PROGRESS = 1.0


def print_json(value: Any) -> None:
    """Print one JSON value, readable and with umlauts as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def quoted(path: object) -> str:
    """Write a path as a command line takes it: in quotation marks where it holds blanks or the like."""
    text = str(path)
    return text if _PLAIN.fullmatch(text) else f'"{text}"'


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Give a finding as a JSON object without its empty parts; the value itself is left out because it may be personal."""
    values = {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "kind": finding.kind,
        "id": finding.id,
        "field": finding.field,
        "line": finding.line,
        "source": finding.source,
    }
    return {name: value for name, value in values.items() if value not in {"", None}}


def print_findings(findings: Sequence[Finding], *, title: str = "", most: int = _MOST_FINDINGS) -> None:
    """Print findings, the worst first, and say how many more there are."""
    if title and findings:
        click.echo(title)
    for finding in sorted(findings, key=_worst_first)[:most]:
        _print_finding(finding)
    if len(findings) > most:
        click.echo(f"  … und {len(findings) - most} weitere; alle zeigt --json.")


def print_grouped(findings: Sequence[Finding], *, title: str = "", most: int = _MOST_FINDINGS) -> None:
    """Print findings, the worst first; what is said again and again is printed once, with number and places.

    Findings are equal when they differ in nothing but numbers and the record.
    """
    if title and findings:
        click.echo(title)
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in sorted(findings, key=_worst_first):
        text = finding.message.replace(finding.id, "") if finding.id else finding.message
        groups.setdefault((finding.severity, finding.rule, _NUMBER.sub("", text)), []).append(finding)
    for first, *others in list(groups.values())[:most]:
        _print_finding(first)
        if others:
            click.echo(f"    ebenso {len(others)}-mal{_places(others)}")
    hidden = [finding for group in list(groups.values())[most:] for finding in group]
    if hidden:
        click.echo(f"  … und {len(hidden)} weitere; alle zeigt --json.")


def _places(findings: Sequence[Finding]) -> str:
    lines = [str(finding.line) for finding in findings if finding.line and not finding.source]
    records = [f"{finding.kind}/{finding.id}" for finding in findings if finding.id]
    places, word = (lines, "Zeile " if len(lines) == 1 else "Zeilen ") if len(lines) == len(findings) else (records, "")
    if len(places) < len(findings):
        return "; alle zeigt --json."
    rest = " …; alle zeigt --json." if len(places) > _MOST_PLACES else ""
    return f": {word}{', '.join(places[:_MOST_PLACES])}{rest or '.'}"


def _worst_first(finding: Finding) -> int:
    return [Severity.ERROR, Severity.WARNING, Severity.INFO].index(finding.severity)


def _print_finding(finding: Finding) -> None:
    mark = click.style(_MARKS[finding.severity], fg=_COLOURS[finding.severity])
    where = f" (Zeile {finding.line})" if finding.line else ""
    what = f" [{finding.kind}/{finding.id}]" if finding.id else ""
    click.echo(f"  {mark}{where}: {finding.message}{what}")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; to a pipe as tab-separated lines without decoration."""
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console  # noqa: PLC0415 - only for a person in front of a screen
    from rich.markup import escape  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error when work takes longer than a second; give the function to report steps to."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - only for a person in front of a screen
    from rich.progress import Progress  # noqa: PLC0415 - as above

    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(label, total=None)
    # A timer and not the reported steps: reading a large file reports nothing for a while.
    patience = threading.Timer(_SECONDS_BEFORE_PROGRESS, bar.start)
    patience.daemon = True
    patience.start()
    try:
        yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        patience.cancel()
        bar.stop()
