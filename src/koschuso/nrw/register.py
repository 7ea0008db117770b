"""The reader of the official school register ``schuldaten.csv``, any edition, for a Kreis or all of NRW.

Every row ends in exactly one place: as a record, as something left out with its reason, or as a finding that says what is
wrong with it. Ids are built from official numbers, so reading the same edition twice gives equal records.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from koschuso.model.finding import Finding, Reading, Severity
from koschuso.nrw import municipalities, official_csv, traeger
from koschuso.nrw.register_codes import Codes
from koschuso.nrw.register_mapping import RowMapper
from koschuso.nrw.register_plausibility import far_from_home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model.record import Record
    from koschuso.nrw.official_csv import Row

__all__ = ["read", "recognises"]

_REQUIRED = ("Schulnummer", "Schulform", "Schulbezeichnung_1", "Gemeindeschluessel")
_EXPECTED = (
    "Schulbezeichnung_2",
    "Schulbezeichnung_3",
    "Kurzbezeichnung",
    "PLZ",
    "Ort",
    "Strasse",
    "Telefonvorwahl",
    "Telefon",
    "Faxvorwahl",
    "Fax",
    "E-Mail",
    "Homepage",
    "Rechtsform",
    "Traegernummer",
    "Schulbetriebsschluessel",
    "Schulbetriebsdatum",
    "EPSG",
    "UTMRechtswert",
    "UTMHochwert",
)
_AGS_DIGITS = 8


def recognises(data: bytes) -> bool:
    r"""Tell by content whether a file is the school register; the first few thousand bytes are enough.

    >>> recognises('sep=;\nSchulnummer;Schulform;Schulbezeichnung_1;Gemeindeschluessel;\n'.encode())
    True
    """
    return set(_REQUIRED) <= set(official_csv.header_of(data))


def read(
    data: bytes,
    *,
    ags: str = "05",
    operating_only: bool = False,
    with_places: bool = True,
    source: str = "schuldaten.csv",
) -> Reading:
    """Read the register.

    Args:
        data: The file, as the Schulministerium offers it.
        ags: Only rows within this unit: a Regierungsbezirk, Kreis or municipality; ``05`` is all of NRW.
        operating_only: Leave out schools that are closed, dormant or not yet open (Schulbetriebsschlüssel 3, 4, 5, 9).
        with_places: Also give the municipalities and Kreise that the relations point at.
        source: Name of the file, for findings.

    Returns:
        Organisations (municipalities, Schulträger, schools, Schulaufsicht) and relations ``liegt_in`` (school to
        municipality, municipality to Kreis) and ``traeger_von`` (Träger to school); findings with line numbers; and what
        was left out: Seminare, rows of other places (one finding with their number), schools not in operation.

    Raises:
        NotFound: There is no unit with this AGS. Bad data never raise.
    """
    prefix = _prefix(ags)
    table = official_csv.parse(
        data, required=_REQUIRED, expected=_EXPECTED, what="das Schulverzeichnis (schuldaten.csv)", source=source
    )
    if not table.usable:
        return Reading(findings=table.findings)
    codes = Codes.load()
    left_out: list[Finding] = []
    findings = list(table.findings)
    rows, elsewhere = _choose(table.rows, prefix, codes, findings, source)
    if elsewhere:
        left_out.append(
            Finding(
                rule="schulverzeichnis.anderswo",
                message=f"{elsewhere} Zeilen liegen außerhalb von {ags} und wurden nicht übernommen.",
                severity=Severity.INFO,
                value=str(elsewhere),
                source=source,
            )
        )
    mapper = RowMapper(codes=codes, source=source, operating_only=operating_only, left_out=left_out, findings=findings)
    organisations, relations = mapper.organisations(rows)
    findings.extend(far_from_home(table.rows, {row.line for row in rows}, source))
    places = _places(organisations) if with_places else []
    owners = _traeger(mapper.traegernummern, findings, source)
    return Reading(
        records=(*places, *owners, *organisations, *relations), findings=tuple(findings), left_out=tuple(left_out)
    )


def _prefix(ags: str) -> str:
    if ags == "05":
        return ags
    unit = municipalities.by_ags(ags)
    return {"regierungsbezirk": unit.ags[:3], "kreis": unit.ags[:5], "staedteregion": unit.ags[:5]}.get(
        unit.kind, unit.ags
    )


def _choose(
    rows: Sequence[Row], prefix: str, codes: Codes, findings: list[Finding], source: str
) -> tuple[list[Row], int]:
    """Take the rows of a place, mend lost leading zeros and refuse numbers that come twice."""
    seen: dict[str, int] = {}
    zeros: Counter[str] = Counter()
    first_line = 0
    chosen: list[Row] = []
    elsewhere = 0
    for row in rows:
        mended = _mend(row.values, codes)
        if mended:
            zeros.update(mended)
            first_line = first_line or row.line
        number = row.values["Schulnummer"]
        if number in seen:
            findings.append(
                Finding(
                    rule="schulverzeichnis.doppelt",
                    message=f"Die Schulnummer {number} in Zeile {row.line} steht schon in Zeile {seen[number]}; "
                    "die spätere Zeile wurde übergangen.",
                    severity=Severity.ERROR,
                    field="Schulnummer",
                    value=number,
                    line=row.line,
                    source=source,
                )
            )
            continue
        seen[number] = row.line
        ags = row.values["Gemeindeschluessel"]
        if ags.startswith(prefix):
            chosen.append(row)
        elif len(ags) == _AGS_DIGITS and ags.isdigit() and ags.startswith("05"):
            elsewhere += 1
        elif prefix == "05":
            chosen.append(row)
        else:
            findings.append(
                Finding(
                    rule="schulverzeichnis.ags",
                    message=f"Zeile {row.line} hat den ungültigen Gemeindeschlüssel »{ags}«; ob sie dazugehört, ist nicht "
                    "zu entscheiden. Sie wurde nicht übernommen.",
                    severity=Severity.ERROR,
                    field="Gemeindeschluessel",
                    value=ags,
                    line=row.line,
                    source=source,
                )
            )
    findings.extend(
        Finding(
            rule="schulverzeichnis.fuehrende_null",
            message=f"In der Spalte »{column}« fehlte bei {count} Zeilen die führende Null; sie wurde ergänzt. Vermutlich "
            "wurde die Datei mit Excel gespeichert. Besser ist die Originaldatei.",
            field=column,
            line=first_line,
            source=source,
        )
        for column, count in zeros.items()
    )
    return chosen, elsewhere


def _mend(values: dict[str, str], codes: Codes) -> list[str]:
    """Restore leading zeros that a spreadsheet took away; return the columns that were mended."""
    mended = []
    ags, form = values["Gemeindeschluessel"], values["Schulform"]
    if len(ags) == _AGS_DIGITS - 1 and ags.isdigit() and ags.startswith("5"):
        values["Gemeindeschluessel"] = f"0{ags}"
        mended.append("Gemeindeschluessel")
    if len(form) == 1 and f"0{form}" in codes.forms:
        values["Schulform"] = f"0{form}"
        mended.append("Schulform")
    for column in ("Telefonvorwahl", "Faxvorwahl"):
        area = values.get(column, "")
        if area and area.isdigit() and not area.startswith("0"):
            values[column] = f"0{area}"
            mended.append(column)
    return mended


def _places(organisations: Sequence[Record]) -> list[Record]:
    """Build the municipalities in which something lies, with their Kreise, each once."""
    places: dict[str, Record] = {}
    for ags in sorted({getattr(organisation, "ags", "") for organisation in organisations} - {""}):
        if municipalities.exists(ags):
            places.update((record.id, record) for record in municipalities.records(ags))
    return sorted(places.values(), key=lambda record: (record.KIND == "relation", record.id))


def _traeger(numbers: Sequence[str], findings: list[Finding], source: str) -> list[Record]:
    owners: list[Record] = []
    for number in sorted(set(numbers)):
        if traeger.traeger(number) is None:
            findings.append(
                Finding(
                    rule="schulverzeichnis.traeger_unbekannt",
                    message=f"Der Name des Schulträgers {number} ist nicht bekannt (die mitgelieferte Tabelle ist von 2016). "
                    "Bitte tragen Sie ihn nach, wenn Sie ihn brauchen.",
                    severity=Severity.INFO,
                    kind="organisation",
                    id=traeger.organisation_id(number),
                    field="name",
                    source=source,
                )
            )
        owners.append(traeger.organisation(number))
    return owners
