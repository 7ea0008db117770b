"""Catalogues: own items of the Tätigkeitsprofil, each mapped to a shared key, and two vocabularies for own fields.

The items have two versions, as an example: in 2026 »Rundbrief« became »Newsletter«. Sums of one year come out under
either version, and a statewide sum counts both under the shared key.
"""

from __future__ import annotations

from typing import Final

from koschuso.plugin import Catalogue, Entry

__all__ = ["ANMELDEWEG", "CATALOGUES", "SOZIALRAUM", "TAETIGKEITEN"]

_EXAMPLE: Final = "Beispiel im Plugin koschuso-soest"

TAETIGKEITEN: Final = Catalogue(
    name="soest:taetigkeiten",
    title="Eigene Tätigkeiten (Beispiel)",
    version="2026",
    source=_EXAMPLE,
    extends="taetigkeitsprofil",
    entries=(
        Entry(
            key="soest:sprechstunde",
            label="Offene Sprechstunde für Fachkräfte",
            maps_to="beratung.fachkraefte",
            since="2022",
            source=_EXAMPLE,
        ),
        Entry(
            key="soest:rundbrief",
            label="Rundbrief an die Fachkräfte",
            maps_to="vernetzung.information",
            since="2022",
            deprecated_since="2026",
            replaced_by="soest:newsletter",
            source=_EXAMPLE,
        ),
        Entry(
            key="soest:newsletter",
            label="Newsletter an die Fachkräfte",
            maps_to="vernetzung.information",
            since="2026",
            source=_EXAMPLE,
        ),
    ),
)
"""What the office does beside the shared items."""

SOZIALRAUM: Final = Catalogue(
    name="soest:sozialraum",
    title="Sozialräume (Beispiel)",
    version="2026",
    source=_EXAMPLE,
    note="Vier Himmelsrichtungen als Platzhalter; Ihre Jugendhilfeplanung kennt die richtigen.",
    entries=tuple(
        Entry(key=f"soest:{key}", label=f"Sozialraum {label}", aliases=(label,), source=_EXAMPLE)
        for key, label in (("nord", "Nord"), ("ost", "Ost"), ("sued", "Süd"), ("west", "West"))
    ),
)
"""The values of the field »Sozialraum«."""

ANMELDEWEG: Final = Catalogue(
    name="soest:anmeldeweg",
    title="Anmeldewege (Beispiel)",
    version="2026",
    source=_EXAMPLE,
    entries=(
        Entry(key="soest:portal", label="Fortbildungsportal", source=_EXAMPLE),
        Entry(key="soest:email", label="E-Mail an das Funktionspostfach", aliases=("E-Mail", "Mail"), source=_EXAMPLE),
        Entry(key="soest:ohne", label="ohne Anmeldung", source=_EXAMPLE),
    ),
)
"""The values of the field »Anmeldung über«."""

CATALOGUES: Final = (TAETIGKEITEN, SOZIALRAUM, ANMELDEWEG)
"""All of them."""
