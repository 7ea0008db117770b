"""What every command has in common: its office, and output for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koschuso.cli.german import GermanCommand
from koschuso.errors import WrongUse
from koschuso.office import Office
from koschuso.office.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["command", "office_folder", "office_option", "open_office"]


def command(name: str, cls: type[GermanCommand] = GermanCommand) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command with German help and ``--json``.

    Args:
        name: Name of the command.
        cls: Class of the command, for one that reads its command line in a way of its own.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        with_json = click.option("--json", "as_json", is_flag=True, help="Ausgabe als JSON für Programme.")
        return click.command(name, cls=cls)(with_json(function))

    return decorate


office_option = click.option(
    "--buero",
    metavar="ORDNER",
    envvar="KOSCHUSO_BUERO",
    help="Ordner, Datenbankdatei oder Speicher-URL des Büros; sonst der jetzige Ordner.",
)


def office_folder(place: str | None) -> Path | None:
    """Find the folder with the settings of the office that is named, else of the one that we are in.

    Returns:
        The folder; ``None`` where there is no office, or one without settings.

    Raises:
        WrongUse: What is named does not exist.
    """
    if place is None:
        here = Path.cwd()
        return next((folder for folder in (here, *here.parents) if (folder / SETTINGS).exists()), None)
    if "://" in place or place == "memory:":
        return None
    named = Path(place)
    if not named.exists():
        raise WrongUse(f"{place} gibt es nicht; nennen Sie mit --buero den Ordner des Büros.")
    folder = named if named.is_dir() else named.parent
    return folder if (folder / SETTINGS).exists() else None


def open_office(place: str | None) -> Office:
    """Open the office that is named, else the one whose folder we are in.

    Raises:
        WrongUse: There is none here.
    """
    if place is not None:
        return Office.open(place)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS).exists():
            return Office.open(folder)
    raise WrongUse(
        f"Hier liegt kein Büro ({SETTINGS} fehlt); wechseln Sie in seinen Ordner oder nennen Sie ihn mit --buero."
    )
