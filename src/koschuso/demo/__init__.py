"""The demonstration office: Bildungsregion Kreis Soest, in one call and offline.

Real are the schools (official register) and the office as it presents itself; people, positions, activities,
consultations and events of the two school years are invented and recognisably so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

__all__ = ["SCHULJAHR", "STICHTAG", "DemoResult", "build"]

STICHTAG = date(2024, 10, 15)
"""Day that the Stellenübersicht of the demonstration is about."""

SCHULJAHR = "2024/25"
"""Schuljahr that the Kennzahlen of the demonstration are about."""

CALENDAR = "kalender.ics"
CONTACTS = "kontakte.vcf"
REPORTS: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("stellenuebersicht.html", "stellenuebersicht", {"stichtag": STICHTAG}),
    ("kennzahlen.html", "kennzahlen", {"schuljahr": SCHULJAHR}),
    ("geschichte.md", "geschichte", {"stichtag": STICHTAG}),
)
"""File, report and its parameters."""

_STEPS = 5 + len(REPORTS)

_INVENTED = (
    ("person", "Personen"),
    ("position", "Stellen"),
    ("event", "Veranstaltungen"),
    ("participation", "Teilnahmen"),
    ("consultation", "Beratungen"),
    ("activity", "Tätigkeiten"),
    ("task", "Aufgaben"),
)


@attrs.frozen(kw_only=True)
class DemoResult:
    """What building the demonstration did.

    Attributes:
        folder: The office's folder.
        created: How many records are new.
        updated: How many records were changed.
        unchanged: How many records were already there.
        counts: How many records of each kind the demonstration has.
        schools: How many of the organisations are schools.
        files: The written files, by name.
        open_first: The file to open first.
        attribution: Source and licence of the real data.
    """

    folder: str
    created: int
    updated: int
    unchanged: int
    counts: Mapping[str, int]
    schools: int
    files: tuple[str, ...]
    open_first: str
    attribution: str

    def summary(self) -> str:
        """Say in German what was done and what to open."""
        if self.created or self.updated:
            stored = f"{self.created} Datensätze sind neu, {self.updated} geändert, {self.unchanged} waren schon da."
        else:
            stored = f"Alle {self.unchanged} Datensätze waren schon da; am Datenbestand hat sich nichts geändert."
        invented = ", ".join(f"{self.counts.get(kind, 0)} {name}" for kind, name in _INVENTED)
        lines = [
            f"Das Beispielbüro Kreis Soest liegt in {self.folder}.",
            "",
            f"  eingelesen   {self.schools} Schulen und das Schulamt aus dem amtlichen Schulverzeichnis",
            f"  dazu kommen  {invented}",
            f"  gespeichert  {stored}",
            f"  geschrieben  {', '.join(self.files)}",
            "",
            f"Öffnen Sie zuerst {Path(self.folder) / self.open_first} im Browser.",
            "",
            f"Menschen, Stellen und Zahlen sind erfunden. {self.attribution}",
        ]
        return "\n".join(lines)


def build(folder: str | PathLike[str], *, progress: Callable[[int, int], None] | None = None) -> DemoResult:
    """Build the demonstration office in a folder: store, calendar, address book and reports.

    Building twice changes nothing in the store and writes the same files again.

    Args:
        folder: Made where it does not exist.
        progress: Is told after each step how many of how many are done.

    Raises:
        Refused: The folder holds another office, or files of the same names that are not of the demonstration.
        Unavailable: The folder cannot be written.
    """
    from koschuso.demo import dataset  # noqa: PLC0415 - `import koschuso.demo` stays cheap
    from koschuso.demo.identity import AGS, NAME  # noqa: PLC0415
    from koschuso.model import RECORD_TYPES, Organisation  # noqa: PLC0415
    from koschuso.office import Office  # noqa: PLC0415

    tell = progress or (lambda _done, _total: None)
    place = Path(folder)
    _refuse_foreign_files(place)
    with Office.init(place, name=NAME, ags=AGS) as office:
        tell(1, _STEPS)
        with dataset.register_file() as register:
            imported = office.import_file(register)
        tell(2, _STEPS)
        schools = [one for one in office.records(Organisation) if one.school is not None]
        saved = office.save(*dataset.records(schools), reason="Beispielbüro")
        tell(3, _STEPS)
        office.export(place / CALENDAR, kinds=("event", "task"))
        tell(4, _STEPS)
        office.export(place / CONTACTS)
        tell(5, _STEPS)
        for number, (file, report, parameters) in enumerate(REPORTS, 6):
            office.report(report, **parameters).save(place / file)
            tell(number, _STEPS)
        counts = {kind: sum(1 for _ in office.records(record_type)) for kind, record_type in RECORD_TYPES.items()}
    return DemoResult(
        folder=str(place),
        created=len(imported.created) + len(saved.created),
        updated=len(imported.updated) + len(saved.updated),
        unchanged=len(imported.unchanged) + len(saved.unchanged),
        counts=counts,
        schools=len(schools),
        files=_files(),
        open_first=REPORTS[0][0],
        attribution=dataset.ATTRIBUTION,
    )


def _files() -> tuple[str, ...]:
    return (CALENDAR, CONTACTS, *(file for file, _, _ in REPORTS))


def _refuse_foreign_files(place: Path) -> None:
    """Never overwrite somebody's calendar: files of these names are ours only where the demonstration's settings lie."""
    from koschuso.errors import Refused  # noqa: PLC0415 - `import koschuso.demo` stays cheap
    from koschuso.office.settings import SETTINGS  # noqa: PLC0415

    if (place / SETTINGS).exists():
        return  # Office.init refuses another office
    present = [name for name in _files() if (place / name).exists()]
    if present:
        raise Refused(
            f"In {place} liegt schon {present[0]}, und es stammt nicht vom Beispielbüro; "
            "wählen Sie einen leeren oder neuen Ordner."
        )
