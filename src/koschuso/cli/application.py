"""The group of commands, and how errors become one sentence and an exit status."""

from __future__ import annotations

import io
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from koschuso import __version__
from koschuso.cli.german import GermanGroup, sentence
from koschuso.cli.output import finding_as_json, print_findings, print_json
from koschuso.cli.patience import interruption, naming_plugins
from koschuso.errors import InvalidRecord, KoschusoError, WrongUse
from koschuso.files import reason
from koschuso.model import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["application", "run"]

_REFUSED, _WRONG_USE, _INTERRUPTED = 1, 2, 130


class _Commands(GermanGroup):
    """Loads the commands when they are first needed, so that help and errors stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self._load()
        return super().get_command(ctx, cmd_name)

    def _load(self) -> None:
        if not self.commands:
            from koschuso.cli.commands import COMMANDS  # noqa: PLC0415 - see the class

            for command in COMMANDS:
                self.add_command(command)


@click.group(cls=_Commands)
@click.version_option(__version__, message="koschuso %(version)s", help="Zeigt die Version.")
def application() -> None:
    """Die Koordinierungsstelle Schulsozialarbeit: Schulen, Stellen, Menschen, Termine und Berichte."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; whatever goes wrong ends in one German sentence and an exit status, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A redirected output may have a narrow code page: a question mark is better than no list at all.
            stream.reconfigure(errors="replace")
    try:
        with naming_plugins(arguments):
            result = application.main(list(arguments), prog_name="koschuso", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return _WRONG_USE
    except click.Abort as error:
        click.echo(interruption(error, arguments), err=True)
        return _INTERRUPTED
    except SystemExit:
        return 0  # click's way of saying that the reader of a pipe (head, less) went away; nothing is wrong
    except Exception as error:
        if os.environ.get("KOSCHUSO_DEBUG"):
            raise
        return _fail(error, as_json="--json" in arguments)
    return result if isinstance(result, int) else 0


def _fail(error: Exception, *, as_json: bool) -> int:
    message = _message(error)
    status = _WRONG_USE if isinstance(error, WrongUse | click.ClickException) else _REFUSED
    given = error.findings if isinstance(error, InvalidRecord) else ()
    findings = [finding for finding in given if isinstance(finding, Finding)]
    if as_json:
        print_json({"error": message, "status": status, "findings": [finding_as_json(found) for found in findings]})
    else:
        click.echo(f"{click.style('Fehler', fg='red')}: {message}", err=True)
        print_findings([finding for finding in findings if finding.message not in message])
    return status


def _message(error: Exception) -> str:
    if isinstance(error, click.ClickException):
        return sentence(error)
    if isinstance(error, KoschusoError):
        return error.message
    if isinstance(error, OSError):
        return f"Die Ausgabe lässt sich nicht schreiben: {reason(error)}."
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}, Zeile {frames[-1].lineno}" if frames else "unbekannt"
    return (
        f"Ein Fehler in koschuso selbst ({type(error).__name__} in {place}); nichts wurde halb geschrieben. "
        "Bitte melden Sie ihn mit dem Aufruf, der dazu führte."
    )
