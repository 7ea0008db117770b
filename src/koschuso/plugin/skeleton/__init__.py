"""Beginning a plugin: writes a complete small distribution that works, is tested and keeps the contract.

The templates lie beside this module as data; ``@NAME@`` and the like stand for what differs.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from koschuso import __version__
from koschuso.errors import Refused, Unavailable, WrongUse
from koschuso.files import reason
from koschuso.plugin.discovery import installed_plugins
from koschuso.plugin.inspection import BUILTIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable
    from os import PathLike

__all__ = ["KINDS", "Skeleton", "write_skeleton"]

KINDS: Final = ("fields", "catalogue", "report", "format", "store")
"""What a new plugin may offer."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_NAME = 30
_TAKEN_SCHEMES = frozenset({"memory", "sqlite", "postgresql", "postgres", "files", "file", "http", "https"})
_ENDING = ".template"

_WHAT: Final = {
    "fields": """Es fügt den Datensätzen zwei eigene Felder hinzu: den Sozialraum an Organisationen und die Plätze für
Begleitpersonen an Veranstaltungen. Beide erscheinen in `koschuso show`, in Tabellen (.csv, .xlsx) und in Kalendern und
Adressbüchern als Zusatzangabe, soweit ihre Schutzklasse es erlaubt.""",
    "catalogue": """Es ergänzt das Tätigkeitsprofil um zwei eigene Einträge, die »Digitale Sprechstunde« und die »Beratung am
Telefon«. Beide zählen in landesweiten Summen unter dem gemeinsamen Schlüssel »beratung«.""",
    "report": """Es bringt den Bericht »Schulen nach Schulform« mit:

    koschuso report @NAME@:schulformen -o schulformen.html""",
    "format": """Es liest und schreibt Listen von Gremien als einfachen Text mit der Endung `.@NAME@`:

    koschuso export gremien.@NAME@ --kind committee
    koschuso import gremien.@NAME@""",
    "store": """Es hält die Daten eines Büros in einer einzigen Datei, an die jede Änderung angehängt wird. Gedacht ist es für
kleine Büros und als Vorlage: Alle Daten liegen beim Arbeiten im Hauptspeicher, frühere Fassungen werden nicht
aufbewahrt, und nur ein Programm kann die Datei öffnen. In `koschuso.toml` steht dann:

    [speicher]
    url = "@NAME@:////ganzer/pfad/koschuso.journal"
""",
}
"""What the README says of each kind."""


@attrs.frozen(kw_only=True)
class Skeleton:
    """What was written.

    Attributes:
        name: Name of the plugin.
        kind: What it offers.
        folder: Where it lies.
        files: Its files, relative to the folder.
        commands: What to do next, on the command line.
    """

    name: str
    kind: str
    folder: Path
    files: tuple[str, ...]
    commands: tuple[str, ...]


def write_skeleton(name: str, *, kind: str = "fields", folder: str | PathLike[str] | None = None) -> Skeleton:
    """Write a new plugin.

    Args:
        name: Name of the plugin, which becomes its entry point and the prefix of everything it offers.
        kind: One of `KINDS`.
        folder: Where to; by default ``koschuso-NAME`` in the current folder. It must not exist, or be empty.

    Raises:
        WrongUse: The name or kind is not possible.
        Refused: Something is there already; nothing was changed.
        Unavailable: The folder cannot be written.
    """
    _check(name, kind)
    target = Path(folder) if folder is not None else Path(f"koschuso-{name}")
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise Refused(
            f"{target} gibt es schon; es wird nichts überschrieben. Bitte nennen Sie mit -o einen anderen Ordner."
        )
    words = _words(name, kind)
    files = {_filled(path, words): _filled(content, words) for path, content in _templates(kind)}
    _write_all(target, files)
    return Skeleton(name=name, kind=kind, folder=target, files=tuple(sorted(files)), commands=_commands(target, name))


def _check(name: str, kind: str) -> None:
    if kind not in KINDS:
        raise WrongUse(f"Die Art »{kind}« gibt es nicht; möglich sind {', '.join(KINDS)}.")
    if not _NAME.fullmatch(name) or not 1 < len(name) <= _LONGEST_NAME:
        raise WrongUse(
            f"»{name}« ist kein Name für ein Plugin: 2 bis {_LONGEST_NAME} Kleinbuchstaben a–z, Ziffern und einzelne "
            "Bindestriche, am Anfang ein Buchstabe, zum Beispiel »muster« oder »kreis-muster«."
        )
    if name == BUILTIN or name.startswith(f"{BUILTIN}-"):
        raise WrongUse(
            f"Der Name »{name}« ist vergeben. Bitte lassen Sie »{BUILTIN}« weg; das Paket heißt dann koschuso-NAME."
        )
    if kind == "store" and name in _TAKEN_SCHEMES:
        raise WrongUse(f"Das URL-Schema »{name}« ist vergeben. Bitte wählen Sie einen anderen Namen.")
    if name in {entry.name for entry in installed_plugins()}:
        raise WrongUse(
            f"Ein Plugin mit dem Namen »{name}« ist schon installiert. Bitte wählen Sie einen anderen Namen."
        )


def _words(name: str, kind: str) -> dict[str, str]:
    major, minor, *_rest = __version__.split(".")
    module = f"koschuso_{name.replace('-', '_')}"
    return {
        # First, because it holds others.
        "@WHAT@": _WHAT[kind],
        "@NAME@": name,
        "@MODULE@": module,
        "@DISTRIBUTION@": f"koschuso-{name}",
        "@CLASS@": "".join(part.capitalize() for part in name.split("-")),
        "@RULE@": name.replace("-", "_"),
        "@REQUIREMENT@": f"koschuso>={major}.{minor},<{major}.{int(minor) + 1}",
    }


def _templates(kind: str) -> Iterator[tuple[str, str]]:
    """Give path and content of the templates: those of the kind, and the common ones that it does not replace."""
    root = resources.files("koschuso.plugin.skeleton") / "templates"
    found = dict(_files(root / "common")) | dict(_files(root / kind))
    yield from found.items()


def _files(folder: Traversable, before: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{before}{entry.name}/")
        elif entry.name.endswith(_ENDING):
            yield f"{before}{entry.name.removesuffix(_ENDING)}", entry.read_text(encoding="utf-8")


def _filled(text: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _write_all(target: Path, files: Mapping[str, str]) -> None:
    """Write all files beside the target first, so that it is there whole or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            for name, content in files.items():
                path = aside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8", newline="\n")
            aside.chmod(0o755)
            if target.is_dir():
                target.rmdir()
            aside.rename(target)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    except OSError as error:
        raise Unavailable(f"{target} lässt sich nicht anlegen: {reason(error)}.") from error


def _commands(target: Path, name: str) -> tuple[str, ...]:
    shown = f'"{target}"' if " " in str(target) else str(target)
    return (
        f"python -m pip install -e {shown}",
        f"python -m pytest {shown}",
        f"koschuso plugins {name} --check",
    )
