"""Figures about whole schools from official lists: Schulsozialindex and number of pupils.

Three files are known: the Schulsozialindex of the ministry (cp850), its ``anzahlen.csv`` and the directory of IT.NRW. A
figure never stands without its edition: indices of different editions are not comparable, numbers of IT.NRW are rounded.
They are put into the schools that an office holds; a school that it does not hold is not made of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import InvalidRecord, WrongUse
from koschuso.model.actor import Organisation
from koschuso.model.finding import Finding, Reading, Severity
from koschuso.model.period import Period, schuljahr_of
from koschuso.nrw import official_csv

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.model.record import Record

__all__ = [
    "Figures",
    "apply",
    "pupils_edition",
    "read_pupils",
    "read_sozialindex",
    "recognises_pupils",
    "recognises_sozialindex",
    "schuljahr_name",
    "sozialindex_edition",
    "take_pupils",
    "take_sozialindex",
]

_SOZIALINDEX = ("Schulnummer", "Sozialindexstufe")
_PUPILS = ("Schulnummer", "Anzahl")
_WITHOUT = "ohne"
_NO_EDITION = "schulzahlen.ausgabe"
_LEVELS = frozenset("123456789")
_SCHULNUMMER_DIGITS = 6
_YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_ ](?:20)?(\d{2})(?!\d)")
_YEAR_IN_EDITION = re.compile(r"(?<!\d)(\d{4})/\d{2}(?!\d)")


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
    elif not edition and len(years) > 1:
        findings.append(
            Finding(
                rule="schulzahlen.mehrere_schuljahre",
                message=f"Die Datei enthält mehrere Schuljahre ({', '.join(sorted(years))}); übernommen wird nichts. Bitte "
                "lesen Sie eine Datei mit einem Schuljahr ein.",
                severity=Severity.ERROR,
                source=source,
            )
        )
        rows = ()
    elif not edition and rows:
        findings.append(
            Finding(
                rule=_NO_EDITION,
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
    found, reading = _put_into(figures, organisations)
    changed = tuple(after for before, after in found if after != before)
    return attrs.evolve(reading, records=changed)


def _put_into(
    figures: Figures, organisations: Iterable[Organisation]
) -> tuple[list[tuple[Organisation, Organisation]], Reading]:
    """Give each school that is in the file as it was and as it is to be, and what there is to say."""
    found: list[tuple[Organisation, Organisation]] = []
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
        found.append((organisation, attrs.evolve(organisation, school=updated)))
    others = len(figures.values) - len(met)
    left_out = Finding(
        rule="schulzahlen.anderswo",
        message=f"{others} Schulen der Datei sind nicht erfasst; ihre Zahlen wurden nicht übernommen.",
        severity=Severity.INFO,
        value=str(others),
    )
    return found, Reading(findings=figures.findings, left_out=(left_out,) if others else ())


def take_sozialindex(
    data: bytes, organisations: Iterable[Record], *, edition: str = "", name: str = "schulsozialindex.csv"
) -> Reading:
    """Read the Schulsozialindex into the schools that an office holds.

    Args:
        data: The file.
        organisations: What the office holds.
        edition: Schuljahr; when it is empty, the one that the file's name tells.
        name: Name of the file.
    """
    edition, findings = _edition(edition, name)
    figures = read_sozialindex(data, edition=edition, source=name)
    return _taken(attrs.evolve(figures, findings=(*figures.findings, *findings)), organisations, name)


def take_pupils(
    data: bytes, organisations: Iterable[Record], *, edition: str = "", name: str = "anzahlen.csv"
) -> Reading:
    """Read numbers of pupils into the schools that an office holds; see `take_sozialindex`.

    The Schuljahr that the file itself tells counts more than one that was stated.
    """
    figures = read_pupils(data, source=name)
    if figures.edition:
        if edition and edition not in figures.edition:
            told = Finding(
                rule="schulzahlen.schuljahr",
                message=f"Die Datei nennt selbst die Ausgabe {figures.edition}; diese gilt, nicht {edition}.",
                source=name,
            )
            figures = attrs.evolve(figures, findings=(*figures.findings, told))
    elif figures.values:
        edition, findings = _edition(edition, name)
        said = tuple(finding for finding in figures.findings if finding.rule != _NO_EDITION)
        figures = attrs.evolve(figures, edition=edition, findings=(*said, *findings))
    return _taken(figures, organisations, name)


def sozialindex_edition(record: Record) -> int | None:
    """Tell how new the Sozialindex of a school is: the year in which its Schuljahr began."""
    return _year_of(record, "sozialindex_edition")


def pupils_edition(record: Record) -> int | None:
    """Tell how new the number of pupils of a school is: the year in which its Schuljahr began."""
    return _year_of(record, "pupils_edition")


def schuljahr_name(text: str) -> str:
    """Write a Schuljahr as editions are named.

    Raises:
        WrongUse: It is none.

    >>> schuljahr_name("2025/2026"), schuljahr_name("2025-26")
    ('2025/26', '2025/26')
    """
    try:
        begin = Period.schuljahr(text.strip().replace("-", "/")).since
    except (InvalidRecord, ValueError):
        begin = None
    if begin is None:
        raise WrongUse(f"»{text}« ist kein Schuljahr; erwartet wird die Form 2025/26.", value=text)
    return schuljahr_of(begin)


def _year_of(record: Record, field: str) -> int | None:
    school = record.school if isinstance(record, Organisation) else None
    found = None if school is None else _YEAR_IN_EDITION.search(getattr(school, field))
    return None if found is None else int(found[1])


def _edition(stated: str, name: str) -> tuple[str, tuple[Finding, ...]]:
    """Find out the Schuljahr of figures whose file does not tell it: as it was stated, else by the file's name."""
    if stated:
        return stated, ()
    found = _YEAR_IN_NAME.search(name)
    if found is not None and int(found[2]) == (int(found[1]) + 1) % 100:
        edition = f"{found[1]}/{found[2]}"
        told = Finding(
            rule="schulzahlen.schuljahr",
            message=f"Das Schuljahr {edition} ist dem Namen der Datei entnommen; in ihr selbst steht keines.",
            severity=Severity.INFO,
            source=name,
        )
        return edition, (told,)
    return "", ()


def _taken(figures: Figures, organisations: Iterable[Record], name: str) -> Reading:
    if figures.values and not figures.edition:
        refused = Finding(
            rule=_NO_EDITION,
            message="Die Datei sagt nicht, für welches Schuljahr ihre Zahlen gelten; ohne Schuljahr wird nichts übernommen. "
            "Bitte geben Sie es an, zum Beispiel: --schuljahr 2025/26.",
            severity=Severity.ERROR,
            source=name,
        )
        said = tuple(finding for finding in figures.findings if finding.rule != _NO_EDITION)
        return Reading(findings=(*said, refused))
    # Also those that stay as they are: an import tells how many these are.
    found, reading = _put_into(figures, (record for record in organisations if isinstance(record, Organisation)))
    return attrs.evolve(reading, records=tuple(after for _, after in found))


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
