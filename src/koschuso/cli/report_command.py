"""How ``koschuso report`` reads its command line: the options depend on the report, also where a plugin brings it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from koschuso.cli.common import office_folder
from koschuso.cli.german import GermanCommand
from koschuso.cli.report_options import flags_of, is_own, merged, options_of, period_flags, short_name, unnamed_options
from koschuso.errors import KoschusoError, WrongUse
from koschuso.office.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.plugin.offers import Offers
    from koschuso.plugin.registry import Registry
    from koschuso.reporting.report import Report

__all__ = ["ReportCommand", "registry_of"]

_OFFICE: Final = "--buero"
_OFFICE_VARIABLE: Final = "KOSCHUSO_BUERO"
_REPORT: Final = "koschuso.cli.report"
_OPTIONS: Final = "koschuso.cli.report.options"


def registry_of(place: str | None) -> Registry:
    """Load the plugins of an office without opening its store: for its reports, their options and their help.

    Args:
        place: What ``--buero`` names; ``None`` for the office that we are in. Where there is none, koschuso's own offers
            are given.

    Raises:
        WrongUse: What is named does not exist.
        Refused: The settings of the office cannot be read.
    """
    from koschuso.office.places import backends_for  # noqa: PLC0415 - help of other commands stays quick
    from koschuso.plugin.registry import Registry  # noqa: PLC0415 - as above

    if place is not None and "://" in place:
        _, plugin = backends_for(place)
        return Registry.load((plugin,) if plugin else ())
    folder = office_folder(place)
    return Registry.load(() if folder is None else Settings.read(folder).plugins)


class ReportCommand(GermanCommand):
    """The command ``report`` with the options of the report that is asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find out which report is meant, and read the options as that one takes them.

        Raises:
            WrongUse: There is no such report, or it does not take an option.
        """
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        self._find_report(ctx, args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            report = ctx.meta.get(_REPORT)
            if report is None:
                raise
            raise WrongUse(_not_taken(report, error.option_name)) from error

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Give what the command itself takes and what the report takes."""
        name, *own = super().get_params(ctx)
        return [name, *ctx.meta.get(_OPTIONS, ()), *own]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the command is called, with the name of the report where one is meant."""
        report = ctx.meta.get(_REPORT)
        if report is None:
            super().format_usage(ctx, formatter)
            return
        name = short_name(report)
        needed = "".join(f" {option.flag} WERT" for option in report.parameters if option.required)
        formatter.write_usage(ctx.command_path, f"{name} -o ZIEL{needed} [OPTIONEN]", prefix="Aufruf: ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, or what the report tells."""
        report = ctx.meta.get(_REPORT)
        if report is None:
            super().format_help_text(ctx, formatter)
            return
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(f"{report.title}. {report.description}".strip())
            if report.slots:
                formatter.write_paragraph()
                formatter.write_text(
                    f"Dazu gehören {len(report.slots)} eigene Texte, die Sie als Dateien schreiben; --texte legt sie an."
                    if len(report.slots) > 1
                    else "Dazu gehört ein eigener Text, den Sie als Datei schreiben; --texte legt sie an."
                )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of the report before those that every report has."""
        report = ctx.meta.get(_REPORT)
        asked = list(ctx.meta.get(_OPTIONS, ()))
        own = [option for option in asked if report is not None and is_own(option, report)]
        others = [param for param in self.get_params(ctx) if isinstance(param, click.Option) and param not in asked]
        self.write_options(ctx, formatter, "Was dieser Bericht fragt", own)
        self.write_options(ctx, formatter, "Was jeder Bericht fragt", [option for option in asked if option not in own])
        self.write_options(ctx, formatter, "Optionen", others)

    def _find_report(self, ctx: click.Context, args: Sequence[str]) -> None:
        reports = _reports(args)
        # First with the options of all reports: only so is it known which words are values and which is the name.
        everything = merged(reports.values())
        ctx.meta[_OPTIONS] = everything
        try:
            given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        except click.NoSuchOption as error:
            report = next(_named(reports, args), None)
            if report is None:
                raise
            raise WrongUse(_not_taken(report, error.option_name)) from error
        name = given.get("name")
        if not isinstance(name, str):
            if any(word in ctx.help_option_names for word in args):
                ctx.meta[_OPTIONS] = unnamed_options()
            return
        ctx.meta[_REPORT] = report = reports.require(name)
        ctx.meta[_OPTIONS] = options_of(report)


def _reports(args: Sequence[str]) -> Offers[Report]:
    """Give the reports of the office that is meant; where it cannot be looked at, koschuso's own: opening it says why."""
    try:
        return registry_of(_named_office(args)).reports
    except KoschusoError:
        from koschuso.plugin.registry import Registry  # noqa: PLC0415 - as above

        return Registry.load().reports


def _named_office(args: Sequence[str]) -> str | None:
    for number, word in enumerate(args):
        if word == _OFFICE and number + 1 < len(args):
            return args[number + 1]
        if word.startswith(f"{_OFFICE}="):
            return word.partition("=")[2]
    return os.environ.get(_OFFICE_VARIABLE) or None


def _named(reports: Offers[Report], args: Sequence[str]) -> Iterator[Report]:
    for word in args:
        if not word.startswith("-"):
            try:
                yield reports.require(word)
            except WrongUse:
                continue


def _not_taken(report: Report, flag: str) -> str:
    times = period_flags(report)
    others = [known for known in flags_of(report) if known not in {time.split()[0] for time in times}]
    return (
        f"Der Bericht »{short_name(report)}« kennt die Option {flag} nicht; er nimmt {', '.join((*times, *others))} und "
        "-o ZIEL."
    )
