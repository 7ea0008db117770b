"""The office's words in the demonstration's Tätigkeitsbericht: invented, plausible, and about nobody."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from koschuso.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["REPORT", "lay_out"]

REPORT = "taetigkeitsbericht"
"""Name of the report that the texts are for."""


def lay_out(texts: Path, period: str) -> tuple[Path, ...]:
    """Put the texts where the report of a period looks for them; a text that is there already stays as it is.

    Args:
        texts: The folder ``texte`` of the office; made where it does not exist.
        period: Name of the period's folder (`koschuso.reporting.parameters.ReportPeriod.slug`): ``"2024-25"``.

    Returns:
        The files that were written.

    Raises:
        Unavailable: A file cannot be written.
    """
    folder = texts / REPORT / period
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sorted((resources.files("koschuso.demo") / "data" / "texte").iterdir(), key=lambda file: file.name):
        target = folder / source.name
        if source.name.endswith(".md") and not target.exists():
            write_atomically(target, source.read_bytes())
            written.append(target)
    return tuple(written)
