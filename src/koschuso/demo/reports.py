"""The reports of the demonstration, and the words of the office that belong to one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.demo import SCHULJAHR, STICHTAG, texts
from koschuso.errors import Unavailable
from koschuso.reporting.parameters import ReportPeriod
from koschuso.reporting.texts import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from koschuso.office import Office

__all__ = ["FILES", "REPORTS", "Written", "write"]

REPORTS: Final[tuple[tuple[str, tuple[str, ...], Mapping[str, object]], ...]] = (
    (texts.REPORT, (".html", ".docx"), {"schuljahr": SCHULJAHR}),
    ("stellenuebersicht", (".html", ".docx"), {"stichtag": STICHTAG}),
    ("kennzahlen", (".html",), {"schuljahr": SCHULJAHR}),
    ("geschichte", (".md",), {"stichtag": STICHTAG}),
)
"""Report, as what it is written, and its parameters."""

FILES: Final = tuple(f"{name}{suffix}" for name, suffixes, _ in REPORTS for suffix in suffixes)
"""Names of all files."""


@attrs.frozen(kw_only=True)
class Written:
    """What was written.

    Attributes:
        files: The files, by name.
        left_out: Files for which an extra is not installed.
        texts: Folder of the office's words.
    """

    files: tuple[str, ...]
    left_out: tuple[str, ...]
    texts: Path


def write(office: Office, place: Path, *, done: Callable[[], None]) -> Written:
    """Lay out the words and write the reports; a word that is there already stays as it is.

    Args:
        office: The office of the demonstration.
        place: Its folder.
        done: Is called after each report.

    Raises:
        Unavailable: The folder cannot be written.
        Refused: Somebody changed a word so that it cannot be used.
    """
    period = ReportPeriod.schuljahr(SCHULJAHR)
    texts.lay_out(place / FOLDER, period.slug)
    office.prepare_texts(texts.REPORT, schuljahr=SCHULJAHR)
    files: list[str] = []
    for name, suffixes, parameters in REPORTS:
        files += _written(office, place, name, suffixes, parameters)
        done()
    return Written(
        files=tuple(files),
        left_out=tuple(file for file in FILES if file not in files),
        texts=place / FOLDER / texts.REPORT / period.slug,
    )


def _written(
    office: Office, place: Path, name: str, suffixes: tuple[str, ...], parameters: Mapping[str, object]
) -> list[str]:
    """Write one report as far as what it needs is installed."""
    files: list[str] = []
    try:
        document = office.report(name, **parameters)
        for suffix in suffixes:
            document.save(place / f"{name}{suffix}")
            files.append(f"{name}{suffix}")
    except Unavailable as error:
        if "extra" not in error.details:
            raise
    return files
