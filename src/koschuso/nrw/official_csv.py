"""The raw layer under the official CSV files: encoding, ``sep=`` line, header by name, quoted fields, one line at a time.

Knows nothing of schools. Each line is parsed on its own, so that one broken quotation costs one line and not the rest of
the file; the official files have no line breaks inside values.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import attrs

from koschuso.model.finding import Finding, Severity
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Row", "Table", "header_of", "parse"]

_DELIMITERS = ";,\t"
_HEAD_BYTES = 8192

# domain.md DS-01: no file that holds data about pupils, parents or cases is read. Folded column names begin so.
_REFUSED_COLUMNS = ("schuelername", "schuelerin", "klasse", "geburtsdatum", "geburtstag", "erziehungsberechtigt",
                    "diagnose", "fallnr", "fallnummer", "elternname")  # fmt: skip
_REFUSED_EXACTLY = frozenset({"schueler", "schuelerinnen", "eltern", "fall"})


@attrs.frozen
class Row:
    """One data line.

    Attributes:
        line: Line number in the file, counted from 1.
        values: Text by column name.
    """

    line: int
    values: dict[str, str]


@attrs.frozen(kw_only=True)
class Table:
    """What a file holds.

    Attributes:
        columns: Column names in the order of the file, without the empty one of a trailing separator.
        rows: The lines that could be read.
        findings: What was wrong with the file or with single lines.
        usable: False when the file as a whole was not accepted; a finding says why.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    usable: bool = True


def header_of(data: bytes) -> tuple[str, ...]:
    r"""Return the column names at the head of a file, none where there is no such line; never raises.

    >>> header_of('sep=;\nSchulnummer;Anzahl;\n'.encode())
    ('Schulnummer', 'Anzahl')
    """
    lines = data[:_HEAD_BYTES].decode("utf-8", errors="replace").removeprefix("\ufeff").splitlines()
    delimiter, start = _delimiter(lines)
    return _columns(lines[start], delimiter) if start < len(lines) else ()


def parse(
    data: bytes,
    *,
    required: Sequence[str],
    expected: Sequence[str] = (),
    what: str,
    source: str = "",
    fallback: str = "cp1252",
    announce_fallback: bool = True,
) -> Table:
    """Read an official CSV file of any edition; columns are found by name.

    Args:
        data: The file.
        required: Columns without which the file is not accepted.
        expected: Columns that are missed with a finding.
        what: What the file should be, in German, for messages: ``"das Schulverzeichnis"``.
        source: Name of the file, for findings.
        fallback: Encoding to try when the file is not UTF-8.
        announce_fallback: Make a finding when it was needed; not for files that are meant to be so.

    Returns:
        The rows and what was wrong; never raises for bad data.
    """
    text, findings = _decode(data, fallback, source)
    if not announce_fallback:
        findings.clear()
    lines = text.split("\n")
    delimiter, start = _delimiter(lines)
    columns = _columns(lines[start], delimiter) if start < len(lines) else ()
    complaint = _refusal(columns, required, what, source, start + 1)
    if complaint is not None:
        return Table(columns=columns, findings=(*findings, complaint), usable=False)
    findings.extend(
        Finding(
            rule="csv.spalte_fehlt",
            message=f"Die Spalte »{name}« fehlt; diese Angabe bleibt bei allen Einträgen leer.",
            field=name,
            line=start + 1,
            source=source,
        )
        for name in expected
        if name not in columns
    )
    rows: list[Row] = []
    width = len(columns)
    for number, line in enumerate(lines[start + 1 :], start=start + 2):
        stripped = line.removesuffix("\r")
        if not stripped:
            continue
        try:
            values = next(csv.reader((stripped,), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            findings.append(
                _line_finding("csv.zeile", number, source, "lässt sich nicht lesen (Anführungszeichen oder Umbruch)")
            )
            continue
        if len(values) == width + 1 and not values[-1]:
            values.pop()
        if len(values) != width:
            findings.append(
                _line_finding("csv.spaltenzahl", number, source, f"hat {len(values)} statt {width} Spalten")
            )
            continue
        rows.append(Row(number, dict(zip(columns, values, strict=True))))
    return Table(columns=columns, rows=tuple(rows), findings=tuple(findings))


def _decode(data: bytes, fallback: str, source: str) -> tuple[str, list[Finding]]:
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = data.decode(fallback, errors="replace")
    finding = Finding(
        rule="csv.zeichensatz",
        message=f"Die Datei ist nicht UTF-8; sie wurde als {fallback} gelesen. Bitte prüfen Sie die Umlaute.",
        severity=Severity.INFO if "\ufffd" not in text else Severity.WARNING,
        source=source,
    )
    return text, [finding]


def _delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """Return the separator and the index of the header line."""
    for index, line in enumerate(lines[:5]):
        stripped = line.strip()
        if stripped.casefold().startswith("sep=") and len(stripped) == len("sep=;"):
            return stripped[-1], index + 1
        if stripped.casefold() == "sep=":  # the separator is a tab, which stripping took away
            return "\t", index + 1
        if stripped:
            return max(_DELIMITERS, key=line.count), index
    return ";", len(lines)


def _columns(line: str, delimiter: str) -> tuple[str, ...]:
    names = next(csv.reader((line.removesuffix("\r").replace("\r", " "),), delimiter=delimiter), [])
    names = [name.strip() for name in names]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _refusal(columns: Sequence[str], required: Sequence[str], what: str, source: str, line: int) -> Finding | None:
    """Say why a file is not accepted as a whole, or ``None`` when it is."""
    private = [name for name in columns if fold(name) in _REFUSED_EXACTLY or fold(name).startswith(_REFUSED_COLUMNS)]
    twice = [name for name in columns if columns.count(name) > 1]
    missing = [name for name in required if name not in columns]
    if private:
        rule = "ds01.spalte"
        message = (
            f"Die Spalte »{private[0]}« weist auf Daten über Schülerinnen, Schüler, Eltern oder Fälle hin. Solche Daten "
            "nimmt koschuso nicht auf. Bitte entfernen Sie die Spalte, bevor Sie die Datei einlesen."
        )
    elif twice:
        rule = "csv.spalte_doppelt"
        message = (
            f"Die Spalte »{twice[0]}« kommt mehrfach vor; es ist nicht zu entscheiden, welche gilt. "
            "Bitte entfernen oder benennen Sie eine davon um."
        )
    elif missing:
        rule = "csv.fremde_datei"
        message = (
            f"Die Datei ist nicht {what}: Es fehlt {', '.join(f'»{name}«' for name in missing)}. "
            "Bitte laden Sie die Datei unverändert von der Seite des Schulministeriums."
        )
    else:
        return None
    return Finding(rule=rule, message=message, severity=Severity.ERROR, line=line, source=source)


def _line_finding(rule: str, number: int, source: str, complaint: str) -> Finding:
    return Finding(
        rule=rule,
        message=f"Zeile {number} {complaint} und wurde übergangen. Bitte vergleichen Sie sie mit der Originaldatei.",
        severity=Severity.ERROR,
        line=number,
        source=source,
    )
