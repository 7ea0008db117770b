"""The demonstration office: Bildungsregion Kreis Soest, in one call and offline.

Real are the schools (official register) and the office as it presents itself; people, positions, activities,
consultations and events of the two school years are invented and recognisably so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count
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
"""Schuljahr that the Tätigkeitsbericht and the Kennzahlen of the demonstration are about."""

_CALENDAR = "kalender.ics"
_CONTACTS = "kontakte.vcf"
_STEPS = 5

_INVENTED = (
    ("person", "Personen"),
    ("position", "Stellen"),
    ("event", "Veranstaltungen"),
    ("participation", "Teilnahmen"),
    ("consultation", "Beratungen"),
    ("activity", "Tätigkeiten"),
    ("task", "Aufgaben"),
)

_EXTRA = 'eine Ergänzung: pip install "koschuso[berichte]"'


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
        left_out: Files that were not written because an extra is not installed.
        texts: The folder with the office's words for its Tätigkeitsbericht.
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
    left_out: tuple[str, ...]
    texts: str
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
            *([] if not self.left_out else [f"  ausgelassen  {', '.join(self.left_out)}; dafür fehlt {_EXTRA}"]),
            "",
            f"Öffnen Sie zuerst {Path(self.folder) / self.open_first} im Browser.",
            f"Die Texte des Tätigkeitsberichts liegen in {self.texts}; ist einer geändert, schreiben Sie ihn neu mit",
            f"  koschuso report taetigkeitsbericht --schuljahr {SCHULJAHR} -o bericht.docx --buero {self.folder}",
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
    from koschuso.demo import dataset, reports  # noqa: PLC0415 - `import koschuso.demo` stays cheap
    from koschuso.demo.identity import AGS, NAME  # noqa: PLC0415 - as above
    from koschuso.model import RECORD_TYPES, Organisation  # noqa: PLC0415 - as above
    from koschuso.office import Office  # noqa: PLC0415 - as above

    place = Path(folder)
    _refuse_foreign_files(place)
    with Office.init(place, name=NAME, ags=AGS) as office:
        steps = count(1)

        def tell() -> None:
            if progress is not None:
                progress(next(steps), _STEPS + len(reports.REPORTS))

        tell()
        with dataset.register_file() as register:
            imported = office.import_file(register)
        tell()
        schools = [one for one in office.records(Organisation) if one.school is not None]
        saved = office.save(*dataset.records(schools), reason="Beispielbüro")
        tell()
        office.export(place / _CALENDAR, kinds=("event", "task"))
        tell()
        office.export(place / _CONTACTS)
        tell()
        written = reports.write(office, place, done=tell)
        counts = {kind: sum(1 for _ in office.records(record_type)) for kind, record_type in RECORD_TYPES.items()}
    return DemoResult(
        folder=str(place),
        created=len(imported.created) + len(saved.created),
        updated=len(imported.updated) + len(saved.updated),
        unchanged=len(imported.unchanged) + len(saved.unchanged),
        counts=counts,
        schools=len(schools),
        files=(_CALENDAR, _CONTACTS, *written.files),
        left_out=written.left_out,
        texts=str(written.texts),
        open_first=next((name for name in written.files if name.endswith(".html")), _CALENDAR),
        attribution=dataset.ATTRIBUTION,
    )


def _refuse_foreign_files(place: Path) -> None:
    """Never overwrite somebody's calendar: files of these names are ours only where the demonstration's settings lie."""
    from koschuso.demo.reports import FILES  # noqa: PLC0415 - `import koschuso.demo` stays cheap
    from koschuso.errors import Refused  # noqa: PLC0415 - as above
    from koschuso.office.settings import SETTINGS  # noqa: PLC0415 - as above

    if (place / SETTINGS).exists():
        return  # Office.init refuses another office
    present = [name for name in (_CALENDAR, _CONTACTS, *FILES) if (place / name).exists()]
    if present:
        raise Refused(
            f"In {place} liegt schon {present[0]}, und es stammt nicht vom Beispielbüro; "
            "wählen Sie einen leeren oder neuen Ordner."
        )
