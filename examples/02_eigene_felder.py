"""Eigene Felder: was ein Plugin hinzufügt, vom Eintragen über Excel und Kalender bis zum Bericht.

    python examples/02_eigene_felder.py [ORDNER]

Uses the plugin koschuso-soest (``pip install koschuso-soest``). All records are invented.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import koschuso_soest

from koschuso.interchange import table
from koschuso.interchange.format import ReadOptions, WriteOptions
from koschuso.model import Activity, Address, Organisation, SchoolProfile
from koschuso.plugin.registry import Registry
from koschuso.reporting.report import OfficeInfo, RecordsView

SCHULE = Organisation(
    id="schule-999001",
    type="schule",
    name="Grundschule am Wiedehopf",
    address=Address(street="Erfundener Weg 1", postal_code="01234", locality="Musterstadt"),
    school=SchoolProfile(schulnummer="999001", schulform="grundschule"),
    extras={"soest:sozialraum": "soest:nord"},
)
TAETIGKEITEN = tuple(
    Activity(
        id=f"taetigkeit-{number}",
        day=date(2025, 3, number),
        taetigkeit=taetigkeit,
        minutes=minutes,
        extras={"soest:kooperationsprojekt": projekt} if projekt else {},
    )
    for number, (taetigkeit, minutes, projekt) in enumerate(
        (
            ("soest:sprechstunde", 60, ""),
            ("vernetzung.intern.rbb", 120, "Übergänge gestalten"),
            ("soest:newsletter", 90, "Übergänge gestalten"),
        ),
        start=1,
    )
)


def main(folder: Path) -> None:
    """Show one field on its way through the office."""
    folder.mkdir(parents=True, exist_ok=True)

    # 1. An office switches a plugin on in its koschuso.toml (plugins = ["soest"]); a script may hand it over as a module.
    registry = Registry.load(given={"soest": koschuso_soest})
    for field in registry.fields.values():
        print(f"{field.label} ({field.record_kind}, sichtbar bis: {field.privacy})")

    # 2. Out to Excel: the field is a column like every other, and what comes back is equal.
    fields = tuple(registry.fields.values())
    options = WriteOptions(stamp=datetime(2025, 4, 1, tzinfo=UTC), fields=fields)
    written = table.write_csv([SCHULE], options).data
    (folder / "schulen.csv").write_bytes(written)
    (read,) = table.read_csv(written, ReadOptions(fields=fields)).records
    print(f"Aus der Tabelle zurück: {'gleich' if read == SCHULE else 'verändert'}, {read.extras['soest:sozialraum']}")

    # 3. People type labels; the catalogue knows the key.
    sozialraeume = registry.catalogues["soest:sozialraum"]
    print(f"»Süd« ist der Schlüssel {registry.fields['soest:sozialraum'].from_text('Süd', sozialraeume)}")

    # 4. Into a report, which every renderer can write.
    view = RecordsView(
        (SCHULE, *TAETIGKEITEN),
        office=OfficeInfo(name="Beispielbüro"),
        as_of=datetime(2025, 4, 1, tzinfo=UTC),
        catalogues=dict(registry.catalogues),
        fields=fields,
    )
    document = registry.reports["soest:kooperationsprojekte"].run(view, year=2025)
    for name, renderer in registry.renderers.items():
        target = folder / f"kooperationsprojekte{renderer.suffix}"
        target.write_bytes(renderer.render(document))
        print(f"{name}: {target.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "beispiel-felder"))
