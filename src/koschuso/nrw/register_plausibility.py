"""What cannot be right in the school register although every value has its form."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from typing import TYPE_CHECKING

from koschuso.model.finding import Finding
from koschuso.nrw.register_codes import record_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from koschuso.nrw.official_csv import Row

__all__ = ["far_from_home"]

# Within a large city schools lie up to 16 km from the middle of all; the gross errors of the register are beyond 25 km.
_FAR_METRES = 20_000
_FEWEST_NEIGHBOURS = 3


def far_from_home(rows: Sequence[Row], lines: Collection[int], source: str) -> list[Finding]:
    """Find coordinates that cannot be right: more than 20 km from the middle of all entries of the municipality.

    Args:
        rows: All rows of the file, also those outside the wanted place, because they tell where a municipality lies.
        lines: Lines of the rows that findings are wanted for.
        source: Name of the file.
    """
    places: dict[str, list[tuple[int, int, Row]]] = defaultdict(list)
    for row in rows:
        try:
            position = int(row.values.get("UTMRechtswert", "")), int(row.values.get("UTMHochwert", ""))
        except ValueError:
            continue
        places[row.values["Gemeindeschluessel"]].append((*position, row))
    findings = []
    for entries in places.values():
        if len(entries) < _FEWEST_NEIGHBOURS:
            continue
        middle = statistics.median(x for x, _, _ in entries), statistics.median(y for _, y, _ in entries)
        for easting, northing, row in entries:
            distance = math.hypot(easting - middle[0], northing - middle[1])
            if row.line in lines and distance > _FAR_METRES:
                number = row.values["Schulnummer"]
                findings.append(
                    Finding(
                        rule="schulverzeichnis.lage",
                        message=f"Zeile {row.line}, Schulnummer {number}: Die Koordinaten liegen {distance / 1000:.0f} km von "
                        "der Gemeinde entfernt. Vermutlich ist das ein Fehler des Verzeichnisses; bitte auf Karten prüfen.",
                        kind="organisation",
                        id=record_id(row),
                        field="UTMRechtswert",
                        line=row.line,
                        source=source,
                    )
                )
    return findings
