"""What ``koschuso report --list`` shows: every report, who brings it, and what it is asked for."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

import click

from koschuso.cli.report_options import flags_of, period_flags, short_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.plugin.offers import Offers
    from koschuso.reporting.report import Report

__all__ = ["print_reports", "report_as_json"]

_WIDEST: Final = 80
_LABEL_WIDTH: Final = 10
_INDENT: Final = 4


def print_reports(reports: Offers[Report], wanted: Iterable[str]) -> None:
    """Print what reports there are, in lines of at most 80 characters."""
    from koschuso.reporting.parameters import AUDIENCES  # noqa: PLC0415 - other commands need no reports

    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    plugin = ""
    for name in wanted:
        report, origin = reports[name], reports.origin(name).plugin
        if origin != plugin:
            click.echo(("\n" if plugin else "") + click.style(f"Berichte von {origin}:", bold=True))
            plugin = origin
        click.echo()
        click.echo(_wrapped(f"{click.style(short_name(report), bold=True)}  {report.title}", width, 0))
        if report.description:
            click.echo(_wrapped(report.description, width, _INDENT))
        for label, words in _facts(report):
            click.echo(_wrapped(f"{label:<{_LABEL_WIDTH}}{words}", width, _INDENT, _INDENT + _LABEL_WIDTH))
    click.echo()
    click.echo(_wrapped(f"Empfängerkreise (--audience): {', '.join(AUDIENCES)}", width, 0))
    click.echo(_wrapped("Was die Angaben bedeuten: koschuso report NAME --help", width, 0))


def report_as_json(report: Report, plugin: str) -> dict[str, Any]:
    """Give a report and what it is asked for as a JSON object."""
    from koschuso.reporting.parameters import AUDIENCES  # noqa: PLC0415 - other commands need no reports

    return {
        "name": report.name,
        "title": report.title,
        "description": report.description,
        "plugin": plugin,
        "periods": [
            {"name": kind.parameter, "kind": kind.value, "option": flag.split()[0], "example": kind.example}
            for kind, flag in zip(report.kinds, period_flags(report), strict=True)
        ],
        "audiences": list(report.audiences or AUDIENCES),
        "parameters": [
            {
                "name": option.name,
                "option": option.flag,
                "title": option.title,
                "type": option.type.value,
                "example": option.example,
                "default": option.default,
                "required": option.required,
                **({"least": option.least, "most": option.most} if option.type == "number" else {}),
                **({"choices": list(option.choices)} if option.choices else {}),
            }
            for option in report.parameters
        ],
        "options": list(flags_of(report)),
        "texts": [{"key": slot.key, "title": slot.title} for slot in report.slots],
    }


def _facts(report: Report) -> Iterable[tuple[str, str]]:
    yield "Zeit", ", ".join(period_flags(report))
    if report.parameters:
        yield (
            "Angaben",
            ", ".join(option.flag + (" (nötig)" if option.required else "") for option in report.parameters),
        )
    yield "Für", ", ".join(report.audiences) or "alle Empfängerkreise"
    if report.slots:
        yield "Texte", f"{len(report.slots)} (koschuso report {short_name(report)} --texte legt die Dateien an)"


def _wrapped(text: str, width: int, indent: int, following: int | None = None) -> str:
    return click.wrap_text(text, width, " " * indent, " " * (_INDENT if following is None else following))
