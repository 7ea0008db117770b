"""Figures about whole schools from official lists: Schulsozialindex and number of pupils.

Three files are known: the Schulsozialindex of the ministry (cp850), its ``anzahlen.csv`` and the directory of IT.NRW. A
figure never stands without its edition: indices of different editions are not comparable, numbers of IT.NRW are rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from koschuso.model.finding import Finding, Reading, Severity
from koschuso.nrw import official_csv

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.model.actor import Organisation

__all__ = ["Figures", "apply", "read_pupils", "read_sozialindex", "recognises_pupils", "recognises_sozialindex"]

_SOZIALINDEX = ("Schulnummer", "Sozialindexstufe")
_PUPILS = ("Schulnummer", "Anzahl")
_WITHOUT = "ohne"
_LEVELS = frozenset("123456789")
_SCHULNUMMER_DIGITS = 6


@attrs.frozen(kw_only=True)
class Figures:
    """Figures by Schulnummer.

    Attributes:
        field: The field of `SchoolProfile` that they belong to: ``sozialindexstufe`` or ``pupils``.
        edition: Which edition they are from.
        values: Figure by Schulnummer; ``None`` says that the school has none, which is not the same as not listed.
        findings: What was wrong or doubtful in the file.
    """

    field: str
    edition: str
    values: Mapping[str, int | None]
    findings: tuple[Finding, ...] = ()


def recognises_sozialindex(data: bytes) -> bool:
    """Tell by content whether a file is the Schulsozialindex."""
    return set(_SOZIALINDEX) <= set(official_csv.header_of(data))


def recognises_pupils(data: bytes) -> bool:
    """Tell by content whether a file holds numbers of pupils."""
    return set(_PUPILS) <= set(official_csv.header_of(data))


def read_sozialindex(data: bytes, *, edition: str, source: str = "schulsozialindex.csv") -> Figures:
    r"""Read the Schulsozialindex: level 1 (low) to 9 (high), or ``ohne``.

    Args:
        data: The file as the ministry offers it, encoded in cp850.
        edition: The Schuljahr it holds for; the file itself does not say.
        source: Name of the file, for findings.

    >>> file = "Schulnummer;Kurzbezeichnung;Sozialindexstufe\r\n100011;Straße;4\r\n100012;Weg;ohne\r\n".encode("cp850")
    >>> dict(read_sozialindex(file, edition="2025/26").values)
    {'100011': 4, '100012': None}
    """
    table = official_csv.parse(
        data,
        required=_SOZIALINDEX,
        what="der Schulsozialindex",
        source=source,
        fallback="cp850",
        announce_fallback=False,
    )
    findings = list(table.findings)
    values: dict[str, int | None] = {}
    for row in table.rows if table.usable else ():
        level = row.values["Sozialindexstufe"].strip()
        if level not in _LEVELS and level.casefold() != _WITHOUT:
            findings.append(_finding(row, "Sozialindexstufe", "ist keine Stufe von 1 bis 9 und nicht »ohne«", source))
            continue
        _put(values, row, int(level) if level in _LEVELS else None, findings, source)
    return Figures(field="sozialindexstufe", edition=edition, values=values, findings=tuple(findings))


def read_pupils(data: bytes, *, edition: str = "", source: str = "anzahlen.csv") -> Figures:
    r"""Read numbers of pupils per school: ``anzahlen.csv`` or the directory of IT.NRW.

    Args:
        data: The file.
        edition: Schuljahr and source. When it is empty, it is taken from the column ``Schuljahr`` of IT.NRW, whose
            numbers are rounded.
        source: Name of the file, for findings.

    >>> dict(read_pupils(b"Schulnummer;Anzahl\n100020;220\n", edition="2024/25").values)
    {'100020': 220}
    """
    table = official_csv.parse(data, required=_PUPILS, what="eine Liste der Schülerzahlen", source=source)
    findings = list(table.findings)
    values: dict[str, int | None] = {}
    rows = table.rows if table.usable else ()
    years = {row.values["Schuljahr"] for row in rows if row.values.get("Schuljahr")}
    if not edition and len(years) == 1:
        edition = f"{years.pop()} (IT.NRW, gerundet)"
    elif not edition and rows:
        findings.append(
            Finding(
                rule="schulzahlen.ausgabe",
                message="Die Datei sagt nicht, für welches Schuljahr die Schülerzahlen gelten. Bitte geben Sie es an.",
                source=source,
            )
        )
    for row in rows:
        count = row.values["Anzahl"].strip()
        if count and not (count.isascii() and count.isdigit()):
            findings.append(_finding(row, "Anzahl", "ist keine Zahl", source))
            continue
        _put(values, row, int(count) if count else None, findings, source)
    return Figures(field="pupils", edition=edition, values=values, findings=tuple(findings))


def apply(figures: Figures, organisations: Iterable[Organisation]) -> Reading:
    """Put figures into the schools that they are about.

    Args:
        figures: What a file holds.
        organisations: Any organisations; those that are no schools or not in the file are left as they are.

    Returns:
        The schools that changed, and the findings of the file. Schools of the file that are not among the organisations
        are one entry in ``left_out``.
    """
    changed: list[Organisation] = []
    met: set[str] = set()
    for organisation in organisations:
        school = organisation.school
        if school is None or school.schulnummer not in figures.values:
            continue
        met.add(school.schulnummer)
        value = figures.values[school.schulnummer]
        if figures.field == "pupils":
            updated = attrs.evolve(school, pupils=value, pupils_edition=figures.edition)
        else:
            updated = attrs.evolve(school, sozialindexstufe=value, sozialindex_edition=figures.edition)
        if updated != school:
            changed.append(attrs.evolve(organisation, school=updated))
    others = len(figures.values) - len(met)
    left_out = Finding(
        rule="schulzahlen.anderswo",
        message=f"{others} Schulen der Datei sind nicht erfasst; ihre Zahlen wurden nicht übernommen.",
        severity=Severity.INFO,
        value=str(others),
    )
    return Reading(records=tuple(changed), findings=figures.findings, left_out=(left_out,) if others else ())


def _put(
    values: dict[str, int | None], row: official_csv.Row, value: int | None, findings: list[Finding], source: str
) -> None:
    number = row.values["Schulnummer"].strip()
    if len(number) != _SCHULNUMMER_DIGITS or not (number.isascii() and number.isdigit()):
        findings.append(_finding(row, "Schulnummer", "ist keine Schulnummer (sechs Ziffern)", source))
    elif number in values:
        findings.append(_finding(row, "Schulnummer", "kommt mehrfach vor; die spätere Zeile gilt nicht", source))
    else:
        values[number] = value


def _finding(row: official_csv.Row, field: str, complaint: str, source: str) -> Finding:
    return Finding(
        rule="schulzahlen.wert",
        message=f"Zeile {row.line}: {field} {complaint}. Die Zeile wurde übergangen.",
        severity=Severity.ERROR,
        field=field,
        value=row.values[field],
        line=row.line,
        source=source,
    )
