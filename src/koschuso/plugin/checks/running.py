"""Running the checks of a plugin: what its files and metadata tell here, the rest in a child process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from koschuso.plugin.checks.clause import CLAUSES, CheckReport, Shortfall, in_order
from koschuso.plugin.checks.metadata import check_metadata, metadata_skipped
from koschuso.plugin.checks.sources import check_sources, declared, kept_outside
from koschuso.plugin.checks.subject import Subject, find_subject, given_subject, subject_of
from koschuso.plugin.discovery import installed_plugins

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PATIENCE", "check_installed", "check_plugin"]

PATIENCE = 60.0
"""Seconds after which a plugin is taken for one that never answers."""

_KEPT_OUTPUT = 200


def check_plugin(plugin: object, *, name: str = "", patience: float = PATIENCE) -> CheckReport:
    """Check one plugin against the contract of plugins (``docs/contract/plugin.md``).

    A plugin that can be imported by name runs in a process of its own: it may hang, exit or crash there. A bare object
    is asked in this process, and what cannot be told of it is skipped.

    Args:
        plugin: Its entry-point name, its module or the dotted name of that, or an object with hooks.
        name: Entry-point name where it cannot be told; always for an object.
        patience: Seconds after which it is taken for one that never answers.

    Raises:
        WrongUse: There is no such plugin, or its name cannot be told.

    Examples:
        >>> from types import SimpleNamespace
        >>> from koschuso.plugin import ExtraField, hookimpl
        >>> field = ExtraField(name="muster:feld", record_kind="person", label="Feld")
        >>> plugin = SimpleNamespace(koschuso_fields=hookimpl(lambda: [field]))
        >>> report = check_plugin(plugin, name="muster")
        >>> report.conforms, [shortfall.clause for shortfall in report.shortfalls]
        (False, ['L2', 'D1'])
    """
    return _check(given_subject(plugin, name), patience)


def check_installed(
    name: str = "", *, patience: float = PATIENCE, told: Callable[[str], None] = lambda _name: None
) -> tuple[CheckReport, ...]:
    """Check what is installed, one after the other; none can keep the others from being checked.

    Args:
        name: Entry-point name; empty for all.
        patience: Seconds after which a plugin is taken for one that never answers.
        told: Called with the name of each plugin before it is checked.
    """
    found = find_subject(name) if name else tuple(subject_of(entry) for entry in installed_plugins())
    owners: dict[str, list[str]] = {}
    for subject in found:
        owners.setdefault(subject.name, []).append(subject.distribution)
    reports = []
    for subject in found:
        told(subject.name)
        claimed = owners[subject.name]
        clash = (
            f"Den Namen »{subject.name}« beanspruchen mehrere Pakete: {' und '.join(claimed)}. Bitte deinstallieren Sie alle bis auf eines."
            if len(claimed) > 1
            else ""
        )
        reports.append(_check(subject, patience, Shortfall(clause="N1", message=clash) if clash else None))
    return tuple(reports)


def _check(subject: Subject, patience: float, more: Shortfall | None = None) -> CheckReport:
    shortfalls = [*check_metadata(subject), *check_sources(subject.files)]
    if more is not None:
        shortfalls.append(more)
    skipped = metadata_skipped(subject)
    measured: dict[str, float] = {}
    declares, kept = declared(subject.files), tuple(kept_outside(subject.files))
    if subject.module:
        found, measured = _in_child(subject, declares, kept, patience)
        shortfalls.extend(found)
    elif subject.plugin is not None:
        from koschuso.plugin.checks.child import run_checks  # noqa: PLC0415 - only for objects; others run it elsewhere

        shortfalls.extend(
            run_checks(subject.name, subject.plugin, declares=getattr(subject.plugin, "KEEPS_PERSONAL_DATA", None))
        )
        skipped |= dict.fromkeys(
            ("I1", "I2", "I3", "H4"), "Das Plugin wurde als Objekt übergeben und hat keine eigenen Dateien."
        )
    if any(shortfall.place == "Laden" and shortfall.clause == "H1" for shortfall in shortfalls):
        looked_at = ("H2", "L1", "L2", "D1", "D3", "F1", "C1", "B1", "B2")
        skipped |= dict.fromkeys(looked_at, "Das Plugin lässt sich nicht laden.")
    return CheckReport(
        plugin=subject.name,
        distribution=subject.distribution,
        version=subject.version,
        shortfalls=in_order(shortfalls),
        skipped=skipped,
        measured=measured,
    )


def _in_child(
    subject: Subject, declares: bool | None, kept: tuple[tuple[str, str], ...], patience: float
) -> tuple[list[Shortfall], dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="koschuso-") as place:
        folder = Path(place)
        job, result, home = folder / "job.json", folder / "result.json", folder / "home"
        home.mkdir()
        job.write_text(
            json.dumps(
                {
                    "name": subject.name,
                    "module": subject.module,
                    "attribute": subject.attribute,
                    "declares": declares,
                    "kept": kept,
                }
            ),
            encoding="utf-8",
        )
        path = os.pathsep.join(entry for entry in sys.path if entry)
        # A home of its own: a plugin that writes into the person's must not do so while it is checked.
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "HOME": str(home),
            "USERPROFILE": str(home),
            "PYTHONSAFEPATH": "1",
        }
        command = [sys.executable, "-m", "koschuso.plugin.checks.child", str(job), str(result)]
        outputs = folder / "out", folder / "err"
        ended = ""
        with outputs[0].open("wb") as out, outputs[1].open("wb") as err:
            try:
                done = subprocess.run(  # noqa: S603 - our own module, in this interpreter
                    command,
                    cwd=home,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    timeout=patience,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                ended = f"antwortet nach {patience:.0f} s noch nicht"
            else:
                if not result.is_file():
                    ended = f"beendet das Programm (Status {done.returncode})"
        if ended:
            stage = result.with_name(f"{result.name}.stage")
            when = stage.read_text(encoding="utf-8") if stage.is_file() else "Vorbereiten"
            message = f"Das Plugin {ended}, beim Schritt »{when}«.{_last_line(outputs[1])}"
            return [Shortfall(clause="H4", message=message)], {}
        content: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        found = [
            Shortfall(**{key: value for key, value in shortfall.items() if key != "tier"})
            for shortfall in content["shortfalls"]
            if shortfall["clause"] in CLAUSES
        ]
        if printed := _beginning(outputs[0]):
            found.append(
                Shortfall(
                    clause="H3",
                    message=f"Das Plugin schreibt auf die Standardausgabe (»{printed}«) und macht damit --json unlesbar.",
                )
            )
        return found, content["measured"]


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return " ".join(file.read(_KEPT_OUTPUT).decode(errors="replace").split())[:60]


def _last_line(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _KEPT_OUTPUT))
        lines = file.read().decode(errors="replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f" Zuletzt stand da: {last}" if last else ""
