"""What is checked: a plugin's name, its module, its distribution and its source files, found without importing it."""

from __future__ import annotations

import tomllib
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import WrongUse
from koschuso.guard import guarded
from koschuso.plugin.discovery import Installed, installed_plugins
from koschuso.plugin.hookspecs import ENTRY_POINT_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Subject", "find_subject", "subject_of"]

_NEAR = 5
"""How many folders above a module its ``pyproject.toml`` may lie."""


@attrs.frozen(kw_only=True)
class Subject:
    """A plugin to be checked.

    Attributes:
        name: Entry-point name.
        module: Dotted name of the module (what stands before ``:`` in the entry point), empty for a bare object.
        attribute: What stands behind ``:``.
        plugin: The object itself where it was handed over and cannot be imported by name.
        distribution: Name of the distribution, empty where none is known.
        version: Version of the distribution.
        requires: What it declares to need; ``None`` where nothing declares anything.
        files: Source files of the distribution, without its tests.
        problem: Why its metadata cannot be read, empty where they can.
    """

    name: str
    module: str = ""
    attribute: str = ""
    plugin: Any = None
    distribution: str = ""
    version: str = ""
    requires: tuple[str, ...] | None = None
    files: tuple[Path, ...] = ()
    problem: str = ""


def find_subject(name: str) -> tuple[Subject, ...]:
    """Find every installed distribution that has a plugin of this name."""
    return tuple(subject_of(entry) for entry in installed_plugins() if entry.name == name)


def subject_of(entry: Installed) -> Subject:
    """Describe an installed plugin."""
    module = guarded(lambda: str(entry.entry_point.module)).value or "" if entry.entry_point is not None else ""
    attribute = guarded(lambda: str(entry.entry_point.attr or "")).value or "" if entry.entry_point is not None else ""
    return Subject(
        name=entry.name,
        module=module,
        attribute=attribute,
        distribution=entry.distribution,
        version=entry.version,
        requires=entry.requires,
        files=_files(module) if module else (),
        problem=entry.problem,
    )


def given_subject(plugin: object, name: str = "") -> Subject:
    """Describe a plugin that was handed over: its module, its dotted name, its entry-point name, or an object.

    Args:
        plugin: A module, the dotted name of one, an entry-point name, or any object with hooks.
        name: Entry-point name; needed for an object, and for a module that no entry point names.

    Raises:
        WrongUse: There is no such plugin, or its name cannot be told.
    """
    if isinstance(plugin, str):
        installed = [subject for subject in find_subject(plugin) if not name or subject.name == name]
        if len(installed) == 1:
            return installed[0]
        if len(installed) > 1:
            names = " und ".join(subject.distribution for subject in installed)
            raise WrongUse(f"Den Namen »{plugin}« beanspruchen mehrere Distributionen: {names}.")
        if guarded(lambda: util.find_spec(plugin)).value is None:
            raise WrongUse(f"»{plugin}« ist weder ein installiertes Plugin noch ein Modul, das sich finden lässt.")
        return _of_module(plugin, name)
    if isinstance(plugin, ModuleType):
        spec = guarded(lambda: util.find_spec(plugin.__name__)).value
        if spec is not None and spec.origin and Path(spec.origin).is_file():
            return _of_module(plugin.__name__, name)
    if not name:
        raise WrongUse("Ein Plugin, das kein Modul ist, braucht einen Namen; bitte geben Sie ihn mit an.")
    return Subject(name=name, plugin=plugin)


def _of_module(module: str, name: str) -> Subject:
    for entry in installed_plugins():
        found = subject_of(entry)
        if found.module == module and name in ("", found.name):
            return found
    files = _files(module)
    declared = _declared_near(files[0], module) if files else None
    if declared is not None and (not name or declared[0] == name):
        own, project = declared
        return Subject(
            name=own,
            module=module,
            distribution=str(project.get("name", "")),
            version=str(project.get("version", "")),
            requires=tuple(map(str, project.get("dependencies", ()))),
            files=files,
        )
    if not name:
        top = module.partition(".")[0]
        if not top.startswith("koschuso_"):
            raise WrongUse(
                f"Für das Modul {module} nennt kein Einsprungpunkt (entry point) einen Namen; bitte geben Sie ihn an."
            )
        name = top.removeprefix("koschuso_").replace("_", "-")
    return Subject(name=name, module=module, files=files)


def _files(module: str) -> tuple[Path, ...]:
    """Find the source files of the package that a module stands in; finding a top-level name imports nothing."""
    spec = guarded(lambda: util.find_spec(module.partition(".")[0])).value
    if spec is None:
        return ()
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    if folders:
        return tuple(sorted(path for folder in folders for path in folder.rglob("*.py")))
    return (Path(spec.origin),) if spec.origin and spec.origin.endswith(".py") else ()


def _declared_near(file: Path, module: str) -> tuple[str, Mapping[str, Any]] | None:
    """Read name and project table from a ``pyproject.toml`` above a module that is not installed."""
    for folder in list(file.resolve().parents)[:_NEAR]:
        path = folder / "pyproject.toml"
        if not path.is_file():
            continue
        content = guarded(lambda path=path: tomllib.loads(path.read_text(encoding="utf-8"))).value  # type: ignore[misc]
        project = (content or {}).get("project", {})
        points = project.get("entry-points", {}).get(ENTRY_POINT_GROUP, {})
        for name, target in points.items():
            if str(target).partition(":")[0].strip() == module:
                return name, project
        return None
    return None
