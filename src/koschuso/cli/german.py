"""Click in German: help pages and the sentences about wrong use.

Click takes its words from the process's gettext catalogue, which offices do not have; so the few places that matter
are overridden here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["GermanCommand", "GermanGroup", "sentence"]


class _German(click.Command):
    """What commands and groups share."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the option ``--help`` with a German explanation."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Zeigt diese Hilfe."
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line behind its German word."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Aufruf: ")

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Give the parts of the usage line with click's own words in German."""
        words = {"[OPTIONS]": "[OPTIONEN]", "COMMAND [ARGS]...": "BEFEHL [ANGABEN]..."}
        return [words.get(piece, piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options below their German heading."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        self.write_options(ctx, formatter, "Optionen", options)

    def write_options(
        self, ctx: click.Context, formatter: click.HelpFormatter, heading: str, options: Sequence[click.Option]
    ) -> None:
        """Write some options below a heading; none give none."""
        records = [record for param in options if (record := param.get_help_record(ctx)) is not None]
        records = [
            (names, words.replace("[required]", "[nötig]").replace("[default: ", "[sonst: "))
            for names, words in records
        ]
        if records:
            with formatter.section(heading):
                formatter.write_dl(records)


class GermanCommand(_German):
    """A command with German help."""


class GermanGroup(_German, click.Group):
    """A group of commands with German help; commands stand in the order in which they were added."""

    command_class = GermanCommand

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Give the names of the commands as they were added."""
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options and the commands below their German headings."""
        super().format_options(ctx, formatter)
        rows = [
            (name, command.get_short_help_str(limit=90))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        with formatter.section("Befehle"):
            formatter.write_dl(rows)


def sentence(error: click.ClickException) -> str:
    """Say what was wrong with the use of a command, in one German sentence."""
    for kind, words in _SENTENCES:
        if isinstance(error, kind):
            return words(error)
    return error.format_message()


def _missing(error: Any) -> str:
    is_option = error.param is not None and error.param.param_type_name == "option"
    name = error.param_hint or (error.param.opts[-1] if is_option else getattr(error.param, "human_readable_name", ""))
    what = "die Option" if is_option else "die Angabe"
    return f"Es fehlt {what} {_plain(name)}."


def _bad(error: Any) -> str:
    name = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param else "")
    given = f" für {_plain(name)}" if name else ""
    if error.param is not None and isinstance(error.param.type, click.Choice):
        return f"Der Wert{given} ist nicht möglich; möglich sind: {', '.join(map(str, error.param.type.choices))}."
    if isinstance(error.param.type if error.param is not None else None, click.types.IntParamType):
        value = error.message.partition("'")[2].rpartition("'")[0]
        return f"Der Wert{given} ist nicht möglich: »{value}« ist keine ganze Zahl."
    return f"Der Wert{given} ist nicht möglich: {error.message}"


def _no_option(error: Any) -> str:
    hint = f" Meinten Sie {', '.join(sorted(error.possibilities))}?" if error.possibilities else ""
    return f"Die Option {error.option_name} gibt es hier nicht.{hint}"


def _no_command(error: Any) -> str:
    hint = f" Meinten Sie {', '.join(sorted(error.possibilities))}?" if error.possibilities else ""
    return f"Den Befehl »{error.command_name}« gibt es nicht.{hint}"


def _usage(error: Any) -> str:
    message = str(error.format_message())
    if "unexpected extra argument" in message:
        return f"Das ist eine Angabe zu viel: {message.partition('(')[2].rstrip(')')}."
    if "Missing command" in message:
        return "Es fehlt ein Befehl."
    if "requires an argument" in message or "requires 1 argument" in message:
        return f"Der Option {getattr(error, 'option_name', '')} fehlt ihr Wert."
    if "does not take a value" in message:
        return f"Die Option {getattr(error, 'option_name', '')} nimmt keinen Wert."
    return message


def _plain(name: str | tuple[str, ...] | list[str]) -> str:
    names = [name] if isinstance(name, str) else list(name)
    return " / ".join(part.strip("'\"") for part in names)


_SENTENCES: tuple[tuple[type[click.ClickException], Callable[[Any], str]], ...] = (
    (click.MissingParameter, _missing),
    (click.BadParameter, _bad),
    (click.NoSuchOption, _no_option),
    (click.exceptions.NoSuchCommand, _no_command),
    (click.UsageError, _usage),
)
