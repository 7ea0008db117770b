"""Writes contact lists for a German Outlook: the cards are written, and their lines become the columns of a row.

See `koschuso.interchange.outlook`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange import vcard
from koschuso.interchange.contentline import LineParser
from koschuso.interchange.format import Writing
from koschuso.interchange.outlook.columns import MAIL_COLUMNS, MARK, WRITTEN
from koschuso.interchange.outlook.delimited import write_rows
from koschuso.interchange.outlook.mark import WORK, Mark
from koschuso.interchange.textvalue import split_text
from koschuso.interchange.vcard.value import preference, structured, text_of, types_of
from koschuso.model import Committee, Finding, Organisation, Person, Record, Relation, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.format import WriteOptions

__all__ = ["write"]

_BOM: Final = b"\xef\xbb\xbf"
_OF_CARDS: Final = frozenset({"vcard.fassung", "vcard.rangfolge", "vcard.gruppe", "vcard.mehrere_werte"})
# Losses of a version of vCard; they say nothing about a list.


def write(records: Sequence[Record], options: WriteOptions) -> Writing:
    """Write a contact list; the loss report names what the columns have no room for."""
    people = [record for record in records if isinstance(record, Person | Organisation)]
    wanted = {(record.KIND, record.id) for record in people}
    ties = {record.id: record for record in records if isinstance(record, Relation)}
    for record in options.references.values():
        # who works where gives the column "Firma" even where only people are wanted
        if isinstance(record, Relation) and (record.source.kind, record.source.id) in wanted:
            ties.setdefault(record.id, record)
    ends = {(end.kind, end.id) for tie in ties.values() for end in (tie.source, tie.target)}
    around = [
        record
        for record in options.references.values()
        if (record.KIND, record.id) in ends - wanted and isinstance(record, Person | Organisation)
    ]
    writing = vcard.writing([*people, *around, *ties.values()], options, version="3.0")
    lost = _Lost()
    rows = [_row(record, lines, lost) for record, lines in zip(people, _cards(writing.data), strict=False)]
    employers = _employers(ties.values(), [*people, *around])
    for record, row in zip(people, rows, strict=True):
        row[MARK] = str(Mark(record.KIND, record.id, employers.get((record.id, row["Firma"]), ())))
    data, findings = _encoded(write_rows([WRITTEN, *(list(row.values()) for row in rows)]))
    reported = [
        attrs.evolve(finding, message=finding.message.replace("Visitenkarte", "Kontaktliste"))
        for finding in writing.findings
        if finding.kind != Relation.KIND and finding.rule not in _OF_CARDS
    ]
    lost.counts["gremien"] = sum(isinstance(record, Committee) for record in options.references.values())
    told = {
        employers[key][1]
        for record, row in zip(people, rows, strict=True)
        if (key := (record.id, row["Firma"])) in employers
    }
    missing = sum(isinstance(record, Relation) and record.id not in told for record in records)
    return Writing(data=data, findings=(*reported, *findings, *lost.findings()), missing=missing)


def _employers(
    ties: Iterable[Relation], cards: Iterable[Person | Organisation]
) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Give the relation that stands behind a person's "Firma", by id of the person and name of the firm."""
    names = {card.id: card.name for card in cards if isinstance(card, Organisation)}
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    ranked = (tie for tie in ties if tie.type in WORK and tie.source.kind == Person.KIND and tie.target.id in names)
    for tie in sorted(ranked, key=lambda tie: (WORK.index(tie.type), tie.period.until is not None, tie.id)):
        found.setdefault((tie.source.id, names[tie.target.id]), (tie.type, tie.id, tie.target.id))
    return found


def _encoded(text: str) -> tuple[bytes, tuple[Finding, ...]]:
    try:
        return text.encode("cp1252"), ()
    except UnicodeEncodeError:
        finding = _told(
            "kontaktliste.utf8",
            "Die Kontaktliste enthält Zeichen, die Windows-1252 nicht kennt, und ist deshalb in UTF-8 geschrieben. Zeigt "
            "Outlook nach dem Einlesen falsche Umlaute, wählen Sie beim Einlesen die Kodierung UTF-8 (65001).",
            Severity.WARNING,
        )
        return _BOM + text.encode("utf-8", "replace"), (finding,)


def _cards(data: bytes) -> Iterator[list[ContentLine]]:
    """Give the lines of each card that we have just written."""
    parser = LineParser()
    lines: list[ContentLine] = []
    depth = 0
    for text in data.decode("utf-8", "replace").replace("\r\n ", "").split("\r\n"):
        if text == "BEGIN:VCARD":
            depth += 1
        elif text == "END:VCARD":
            depth -= 1
            if not depth:
                yield lines
                lines = []
        elif depth == 1 and text:
            lines.append(parser.line(text))


class _Lost:
    """Counts what has no column."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def findings(self) -> Iterator[Finding]:
        for sort, sentence in _SENTENCES.items():
            if self.counts[sort]:
                yield _told(f"kontaktliste.{sort}", sentence.format(count=self.counts[sort]), Severity.INFO)


_SENTENCES: Final = {
    "gremien": "Gremien ({count}) stehen nicht in der Kontaktliste; sie kennt nur Menschen und Organisationen.",
    "telefonnummern": "{count} weitere Telefonnummern haben in der Kontaktliste keinen Platz; sie hat zwei und eine mobile.",
    "adressen": "{count} weitere E-Mail-Adressen haben in der Kontaktliste keinen Platz; sie hat drei.",
    "beziehungen": "{count} Beziehungen stehen nicht in der Kontaktliste; sie kennt nur die Firma.",
    "angaben": "{count} Angaben, die nur koschuso kennt (Funktionen mit Zeiten, Art, Schulnummer), stehen nicht in der "
    "Kontaktliste.",
    "zeilen": "{count} Angaben aus anderen Programmen haben in der Kontaktliste keinen Platz.",
}
_ENVELOPE: Final = frozenset(
    {"VERSION", "PRODID", "UID", "REV", "KIND", "X-ABSHOWAS", "FN", "X-KOSCHUSO-FUNKTION", "X-ABLABEL"}
)


def _row(record: Record, lines: Iterable[ContentLine], lost: _Lost) -> dict[str, str]:
    row = dict.fromkeys(WRITTEN, "")
    mails: list[tuple[int, str]] = []
    related = 0
    for line in lines:
        name = line.name
        if name == "EMAIL":
            mails.append((preference(line.head), text_of(line)))
        elif name == "RELATED":
            related += 1
        elif name in {"TEL", "ADR"}:
            (_telephone if name == "TEL" else _place)(line, row, lost)
        elif not _field(line, row, record) and name not in _ENVELOPE:
            lost.counts["angaben" if name.startswith("X-KOSCHUSO-") else "zeilen"] += 1
    if isinstance(record, Organisation):
        row["Firma"] = record.name
    elif row["Firma"]:
        related -= 1  # the one that "Firma" tells
    for column, (_rank, address) in zip(MAIL_COLUMNS, sorted(mails, key=lambda mail: mail[0]), strict=False):
        row[column] = address
    lost.counts["adressen"] += max(0, len(mails) - len(MAIL_COLUMNS))
    lost.counts["beziehungen"] += max(0, related)
    return row


def _field(line: ContentLine, row: dict[str, str], record: Record) -> bool:
    """Put a line into its column, if it has one."""
    name = line.name
    if name in {"N", "X-KOSCHUSO-ANREDE"}:
        if isinstance(record, Person):
            _name(line, row)
    elif name == "ORG":
        company, *units = structured(line, lists=False)
        row["Firma"], row["Abteilung"] = company, ", ".join(filter(None, units))
    elif name == "CATEGORIES":
        row["Kategorien"] = ";".join(split_text(line.value))
    elif name in _COLUMN_OF and not row[_COLUMN_OF[name]]:
        row[_COLUMN_OF[name]] = text_of(line)
    else:
        return False
    return True


_COLUMN_OF: Final = {"TITLE": "Position", "URL": "Webseite", "NOTE": "Notizen"}


def _name(line: ContentLine, row: dict[str, str]) -> None:
    if line.name == "X-KOSCHUSO-ANREDE":
        row["Anrede"] = f"{text_of(line)} {row['Anrede']}".strip()
        return
    parts = [*structured(line), "", "", "", "", ""]
    family, given, additional, prefix, suffix = parts[:5]
    row |= {"Nachname": family, "Vorname": given, "Weitere Vornamen": additional, "Suffix": suffix}
    row["Anrede"] = f"{row['Anrede']} {prefix}".strip()


def _telephone(line: ContentLine, row: dict[str, str], lost: _Lost) -> None:
    types = types_of(line.head)
    wanted: tuple[str, ...] = ("Telefon geschäftlich", "Telefon geschäftlich 2")
    if "FAX" in types:
        wanted = ("Fax geschäftlich",)
    elif types & {"CELL", "IPHONE", "MOBILE"}:
        wanted = ("Mobiltelefon",)
    if "HOME" in types and "WORK" not in types:
        wanted = ()
    column = next((name for name in wanted if not row[name]), None)
    if column is None:
        lost.counts["telefonnummern"] += 1
    else:
        row[column] = text_of(line)


def _place(line: ContentLine, row: dict[str, str], lost: _Lost) -> None:
    types = types_of(line.head)
    if row["Ort geschäftlich"] or row["Straße geschäftlich"] or ("HOME" in types and "WORK" not in types):
        lost.counts["zeilen"] += 1
        return
    box, extended, street, town, _region, code, country = [*structured(line, ", "), *[""] * 7][:7]
    row |= {
        "Straße geschäftlich": street,
        "Straße geschäftlich 2": ", ".join(filter(None, (box, extended))),
        "Ort geschäftlich": town,
        "Postleitzahl geschäftlich": code,
        "Land/Region geschäftlich": country,
    }


def _told(rule: str, message: str, severity: Severity) -> Finding:
    return Finding(rule=rule, message=message, severity=severity)
