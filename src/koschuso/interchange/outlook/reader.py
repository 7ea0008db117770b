"""Reads contact lists of a German Outlook: each row becomes a card, and the cards are read.

See `koschuso.interchange.outlook`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange import vcard
from koschuso.interchange.contentline import format_line
from koschuso.interchange.outlook.columns import MAIL_COLUMNS, MARK, TECHNICAL, canonical
from koschuso.interchange.outlook.delimited import decode_table, read_rows, unguarded
from koschuso.interchange.outlook.mark import OWN, Mark
from koschuso.interchange.textvalue import escape_text, join_text
from koschuso.model import Finding, Organisation, Reading, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from koschuso.interchange.format import ReadOptions

__all__ = ["read"]

_LINE_END: Final = re.compile(r"\r\n?")
_LINE_ENDS: Final = re.compile(r"\s*[\r\n]+\s*")
_EMPTY: Final = frozenset({"", "0.0.00", "0.0.0000", "00.00.00", "00.00.0000", "Keine Angabe"})
"""What Outlook writes where there is nothing."""

_TELEPHONES: Final = {
    "Telefon geschäftlich": "TYPE=WORK,VOICE",
    "Telefon geschäftlich 2": "TYPE=WORK,VOICE",
    "Telefon Firma": "TYPE=WORK,VOICE",
    "Haupttelefon": "TYPE=WORK,VOICE",
    "Fax geschäftlich": "TYPE=WORK,FAX",
    "Telefon (privat)": "TYPE=HOME,VOICE",
    "Telefon (privat 2)": "TYPE=HOME,VOICE",
    "Fax privat": "TYPE=HOME,FAX",
    "Mobiltelefon 2": "TYPE=CELL",
    "Pager": "TYPE=PAGER",
    "Autotelefon": "TYPE=CAR",
    "Weiteres Telefon": "TYPE=OTHER",
}
_TEXTS: Final = {
    "Position": "TITLE",
    "Notizen": "NOTE",
    "Webseite": "URL",
    "Geburtstag": "BDAY",
    "Jahrestag": "X-ANNIVERSARY",
    "Partner/in": "X-SPOUSE",
    "Hobby": "HOBBY",
    "Büro": "X-MS-OFFICE",
    "Beruf": "ROLE",
}
_OFFICE: Final = ("Postfach geschäftlich", "Straße geschäftlich", "Ort geschäftlich", "Region geschäftlich")
_HOME: Final = ("Postfach privat", "Straße privat", "Ort privat", "Bundesland/Kanton privat")
_NAMES: Final = ("Nachname", "Vorname", "Weitere Vornamen", "Anrede", "Suffix")
_TAKEN: Final = frozenset(
    {
        *_NAMES,
        *_OFFICE,
        *_HOME,
        *_TELEPHONES,
        *MAIL_COLUMNS,
        *_TEXTS,
        *(f"{street} {number}" for street in ("Straße geschäftlich", "Straße privat") for number in (2, 3)),
        *(f"{part} {place}" for part in ("Postleitzahl", "Land/Region") for place in ("geschäftlich", "privat")),
        "Firma",
        "Abteilung",
        "Kategorien",
        "Mobiltelefon",
    }
)


def read(data: bytes, options: ReadOptions | None = None) -> Reading:  # noqa: ARG001 - every reader has options
    """Read a contact list; never fails.

    Args:
        data: The whole file.
        options: Not needed for contact lists.

    Returns:
        Persons, organisations and the relations between them; in ``left_out`` the columns that were not taken.
    """
    text, sure = decode_table(data)
    rows = read_rows(text)
    if not rows:
        return Reading(findings=(_finding("kontaktliste.leer", "Die Kontaktliste ist leer.", Severity.WARNING),))
    names = [canonical(heading) for heading in rows[0].fields]
    findings = []
    if not sure:
        findings.append(
            _finding(
                "kontaktliste.zeichensatz",
                "Die Kontaktliste ist nicht in UTF-8 geschrieben und wurde als Windows-1252 gelesen, wie Outlook sie "
                "schreibt. Bitte prüfen Sie die Umlaute.",
                Severity.INFO,
            )
        )
    found: list[tuple[int, dict[str, str]]] = []
    dropped: Counter[str] = Counter()
    for row in rows[1:]:
        values: dict[str, str] = {}
        for position, field in enumerate(row.fields):
            value = _LINE_END.sub("\n", unguarded(field)).strip()
            if value in _EMPTY:
                continue
            name = names[position] if position < len(names) else ""
            if name and name not in values:
                values[name] = value
            if name not in _TAKEN and name not in TECHNICAL and not (name == MARK and value.startswith(OWN)):
                dropped[rows[0].fields[position] if position < len(names) else ""] += 1
        if values.keys() & _TAKEN:
            found.append((row.line, values))
    cards: list[str] = []
    starts: list[tuple[int, int]] = []
    companies = _companies(values for _line, values in found)
    for line, values in found:
        starts.append((len(cards) + 1, line))
        cards.extend(("BEGIN:VCARD", "VERSION:3.0", *_card(values, companies), "END:VCARD"))
    # one physical line for each, so that the numbers of lines tell the row
    reading = vcard.read("\r\n".join((*cards, "")).encode("utf-8", "replace"))
    return Reading(
        records=reading.records,
        findings=(*findings, *_placed(reading.findings, starts)),
        left_out=(*reading.left_out, *_dropped(dropped)),
        header=rows[0].fields,
    )


def _card(values: Mapping[str, str], companies: Mapping[str, str]) -> Iterator[str]:
    """Make the lines of a card of a row; ``companies`` are the ids of the organisations of the list by name."""
    mark = Mark.of(values.get(MARK, ""))
    if mark.id:
        yield f"UID:{escape_text(mark.id)}"
    yield from _names(values, mark)
    company = values.get("Firma", "")
    if mark.tie and mark.tie[2] == companies.get(company):
        type_, tie_id, target = mark.tie
        parameters = {"X-KOSCHUSO-ART": type_, "X-KOSCHUSO-ID": tie_id}
        yield format_line("", "RELATED", parameters, escape_text(f"urn:uuid:{target}"))
    yield from _numbers(values, official_mobile=bool(mark.id))
    for place, type_, parts in (("geschäftlich", "WORK", _OFFICE), ("privat", "HOME", _HOME)):
        address = _address(values, place, parts)
        if any(address):
            yield f"ADR;TYPE={type_}:{join_text(address, ';')}"
    if "Kategorien" in values:
        yield f"CATEGORIES:{join_text(filter(None, map(str.strip, values['Kategorien'].split(';'))))}"
    for column, name in _TEXTS.items():
        if column in values:
            value = values[column]
            yield f"{name}:{_LINE_ENDS.sub(' ', value) if name == 'URL' else escape_text(value)}"


def _names(values: Mapping[str, str], mark: Mark) -> Iterator[str]:
    """Say what the card is about: a person where there is a name, else an organisation."""
    family, given, additional, prefix, suffix = (values.get(column, "") for column in _NAMES)
    company = values.get("Firma", "")
    if (family or given or additional) and mark.kind != Organisation.KIND:
        yield f"N:{join_text((family, given, additional, prefix, suffix), ';')}"
        yield f"FN:{escape_text(' '.join(filter(None, (given, additional, family))))}"
        yield "KIND:individual"
    elif company:
        yield f"FN:{escape_text(company)}"
        yield "X-ABShowAs:COMPANY"
    if company:
        yield f"ORG:{join_text(filter(None, (company, values.get('Abteilung', ''))), ';')}"


def _numbers(values: Mapping[str, str], *, official_mobile: bool) -> Iterator[str]:
    for column, parameters in _TELEPHONES.items():
        if column in values:
            yield f"TEL;{parameters}:{escape_text(values[column])}"
    if "Mobiltelefon" in values:
        # Most mobile numbers are private ones (DS-02); what koschuso has written into the column was an official one.
        yield f"TEL;TYPE={'WORK,' if official_mobile else ''}CELL:{escape_text(values['Mobiltelefon'])}"
    for column, parameters in MAIL_COLUMNS.items():
        if column in values:
            yield f"EMAIL;{parameters}:{escape_text(values[column])}"


def _companies(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Give the ids of the organisations that koschuso has written, by their names."""
    marks = ((row.get("Firma", ""), Mark.of(row.get(MARK, ""))) for row in rows)
    return {name: mark.id for name, mark in marks if name and mark.kind == Organisation.KIND}


def _address(values: Mapping[str, str], place: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    get = values.get
    box, street, town, region = (get(part, "") for part in parts)
    further = ", ".join(filter(None, (get(f"{parts[1]} 2", ""), get(f"{parts[1]} 3", ""))))
    return (box, further, street, town, region, get(f"Postleitzahl {place}", ""), get(f"Land/Region {place}", ""))


def _placed(findings: Iterable[Finding], starts: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Say of what was found in a card in which line of the list it is."""
    from bisect import bisect_right  # noqa: PLC0415 - only findings need it

    unnamed = 0
    for finding in findings:
        if finding.rule == "karte.ohne_kennung":
            unnamed += 1
            continue
        if finding.line is None or not starts:
            yield finding
            continue
        line = starts[max(0, bisect_right(starts, (finding.line, 1 << 60)) - 1)][1]
        message = finding.message.replace(f"Zeile {finding.line}", f"Zeile {line}")
        yield attrs.evolve(finding, line=line, message=message)
    if unnamed:
        yield _finding(
            "kontaktliste.ohne_kennung",
            f"{unnamed} Kontakte haben keine Kennung von koschuso; sie bekamen eine, die aus Name, Firma und E-Mail-Adresse "
            "gebildet ist und beim nächsten Einlesen gleich bleibt.",
            Severity.INFO,
        )


def _dropped(dropped: Mapping[str, int]) -> Iterator[Finding]:
    for heading, count in dropped.items():
        name = canonical(heading)
        # A heading that is none of Outlook's may be anything, even a name.
        words = f"Die Spalte »{name}«" if name else "Eine Spalte, die Outlook nicht kennt,"
        yield attrs.evolve(
            _finding(
                "kontaktliste.spalte",
                f"{words} wurde nicht übernommen ({count} Einträge).",
                Severity.INFO,
            ),
            field=heading,
        )


def _finding(rule: str, message: str, severity: Severity) -> Finding:
    return Finding(rule=rule, message=message, severity=severity)
