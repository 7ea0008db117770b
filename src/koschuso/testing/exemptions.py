"""Exemptions: what a driver or plugin does not keep, in one place and with a reason.

The place is the ``pyproject.toml`` of the distribution, one table for each contract; a key is a clause or the name of
a test, its value the reason::

    [tool.koschuso.exemptions.store]
    Q2 = "Der Dienst liefert Ergebnisse nur am Stück; bei uns sind es höchstens 2.000 Datensätze."
    test_f3_a_follower_beside_many_writers_sees_every_change = "Wird mit Version 1.2 behoben."

An entry without reason, or for a clause or test that does not exist, is an error.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from koschuso.testing.clauses import Contract

__all__ = ["nearest_project", "read_exemptions"]

_CONTRACTS = ("store", "format", "renderer", "plugin")
_SHORTEST_REASON = 10


def nearest_project(folder: Path) -> Path | None:
    """Find the ``pyproject.toml`` that a folder belongs to: its own or that of the nearest folder above."""
    return next((path for place in (folder, *folder.parents) if (path := place / "pyproject.toml").is_file()), None)


def read_exemptions(project: Path | None, contract: Contract, tests: Collection[str]) -> Mapping[str, str]:
    """Read the exemptions of a distribution from a contract.

    Args:
        project: Its ``pyproject.toml``; ``None`` for none.
        contract: The contract whose clauses may be named.
        tests: Names of the tests that may be named.

    Returns:
        Reasons by clause id or name of a test.

    Raises:
        WrongUse: An entry has no reason, names nothing that exists, or the file cannot be read.
    """
    if project is None:
        return {}
    try:
        content: Any = tomllib.loads(project.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise WrongUse(f"Die Datei {project.name} lässt sich nicht lesen. Bitte prüfen Sie sie.") from None
    for name in ("tool", "koschuso", "exemptions"):
        content = content.get(name, {}) if isinstance(content, dict) else {}
    if not isinstance(content, dict):
        raise WrongUse(f"[tool.koschuso.exemptions] in {project.name} muss eine Tabelle je Vertrag enthalten.")
    for name, table in content.items():
        if name not in {*_CONTRACTS, contract.name} or not isinstance(table, dict):
            raise WrongUse(
                f"[tool.koschuso.exemptions] in {project.name} kennt keinen Vertrag »{name}«. "
                f"Bekannt sind: {', '.join(_CONTRACTS)}; Ausnahmen stehen zum Beispiel unter "
                f"[tool.koschuso.exemptions.{contract.name}]."
            )
    known = {clause.id for clause in contract.clauses} | set(tests)
    reasons: dict[str, str] = {}
    for key, reason in content.get(contract.name, {}).items():
        where = f"Ausnahme »{key}« in [tool.koschuso.exemptions.{contract.name}] ({project.name})"
        if key not in known:
            raise WrongUse(f"{where}: eine solche Klausel oder einen solchen Test gibt es nicht.")
        if not isinstance(reason, str) or len(reason.split()) < 2 or len(reason.strip()) < _SHORTEST_REASON:
            raise WrongUse(f"{where}: die Begründung fehlt. Bitte schreiben Sie in einem Satz, warum sie nötig ist.")
        reasons[key] = " ".join(reason.split())
    return reasons
