"""Tables, as CSV and as XLSX: one kind of record each, a column for every field, there and back.

The first row holds German headings; the first of them, such as »Kennung (Person)«, says what the table is about. Columns
are recognised by their headings or by the names of the fields, in any order, and a table says something about its
columns only: what it does not have stays as it is stored. See `koschuso.interchange.table.rows` for what becomes of a
row, `koschuso.interchange.table.columns` for the columns, and ``docs/handbuch/tabellen.md`` for the people who use them.

Keys of vocabularies are written as keys (they are data); labels are understood as well.
"""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs

from koschuso.errors import WrongUse
from koschuso.interchange.format import Format, Portion, ReadOptions, WriteOptions, Writing
from koschuso.interchange.table import workbook_reader
from koschuso.interchange.table.cells import unguarded
from koschuso.interchange.table.columns import heading_of_id, parts_of
from koschuso.interchange.table.delimited import DelimitedFile, header_of, write_rows
from koschuso.interchange.table.headings import layout_of, looks_like_a_table
from koschuso.interchange.table.rows import RowReader
from koschuso.interchange.table.workbook_reader import MAX_COLUMNS, Unreadable, Workbook
from koschuso.interchange.table.workbook_writer import MAX_CELL, Sheet, cut, write_workbook
from koschuso.model import RECORD_TYPES, Finding, Reading, Severity
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from koschuso.interchange.table.cells import Cell
    from koschuso.interchange.table.columns import Part
    from koschuso.interchange.table.rows import TableRow
    from koschuso.interchange.table.workbook_reader import OpenSheet
    from koschuso.model import ExtraField, Record

__all__ = [
    "CSV",
    "XLSX",
    "csv_portions",
    "read_csv",
    "read_xlsx",
    "write_csv",
    "write_xlsx",
    "xlsx_portions",
]

_BOM: Final = b"\xef\xbb\xbf"
_OWN: Final = frozenset({"intern", "vertraulich"})
_PERHAPS_PRIVATE: Final = frozenset(
    {"strasse", "plz", "postleitzahl", "ort", "wohnort", "adresse", "anschrift", "mobil", "handy", "mobiltelefon"}
)
_ROWS_AT_ONCE: Final = 1_000
_MOST_ROWS: Final = 1_048_575
_KINDS: Final = tuple(RECORD_TYPES)


# -- writing ---------------------------------------------------------------------------------------------------------------


def write_csv(records: Sequence[Record], options: WriteOptions) -> Writing:
    """Write a table of one kind as CSV.

    Raises:
        WrongUse: The records are of several kinds; the message says how to name one.
    """
    kinds = sorted({record.KIND for record in records}, key=_KINDS.index)
    if len(kinds) > 1:
        raise WrongUse(
            "Eine CSV-Datei nimmt eine Art von Datensätzen auf. Bitte nennen Sie sie mit --kind, zum Beispiel "
            f"--kind {kinds[0]} (vorhanden: {', '.join(kinds)}), oder wählen Sie die Endung .xlsx: dort bekommt jede Art ein "
            "Blatt. Eine Kontaktliste für Outlook schreibt --target outlook."
        )
    if not kinds:
        return Writing(data=_BOM, findings=(_EMPTY,))
    parts = _parts(kinds[0], records, options)
    text = "".join(write_rows([_headings(parts), *_rows(records, parts)]))
    return Writing(data=_BOM + text.encode("utf-8", "replace"), findings=_losses(records, options.fields))


def write_xlsx(records: Sequence[Record], options: WriteOptions) -> Writing:
    """Write a workbook with a sheet for each kind."""
    by_kind: dict[str, list[Record]] = {}
    for record in records:
        by_kind.setdefault(record.KIND, []).append(record)
    missing = sum(max(0, len(found) - _MOST_ROWS) for found in by_kind.values())
    sheets = [_sheet(kind, by_kind[kind][:_MOST_ROWS], options) for kind in sorted(by_kind, key=_KINDS.index)]
    findings = list(_losses(records, options.fields))
    if missing:
        findings.append(
            _told(
                "tabelle.zu_viele_zeilen", f"{missing} Datensätze haben auf einem Blatt keinen Platz.", Severity.ERROR
            )
        )
    if not sheets:
        findings.append(_EMPTY)
        sheets = [Sheet(title="Tabelle", headings=("Kennung",), widths=(16,), rows=())]
    cells = _CutCells()
    sheets = [attrs.evolve(sheet, rows=cells.watched(sheet.rows)) for sheet in sheets]
    data = write_workbook(sheets, created=options.stamp, title=options.title)
    if cells.cut:
        findings.append(
            _told(
                "tabelle.text_gekuerzt",
                f"{cells.cut} Texte sind länger als {MAX_CELL} Zeichen, mehr nimmt eine Zelle nicht auf; sie stehen gekürzt "
                "in der Tabelle. Beim Einlesen in Ihr Büro bleiben die ganzen Texte erhalten.",
                Severity.WARNING,
            )
        )
    return Writing(data=data, findings=tuple(findings), missing=missing)


class _CutCells:
    """Counts the texts that a cell does not take whole."""

    def __init__(self) -> None:
        self.cut = 0

    def watched(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        for row in rows:
            self.cut += sum(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row)
            yield row


def _sheet(kind: str, records: Sequence[Record], options: WriteOptions) -> Sheet:
    parts = _parts(kind, records, options)
    return Sheet(
        title=RECORD_TYPES[kind].LABEL,
        headings=_headings(parts),
        widths=[column.width for part in parts for column in part.columns],
        rows=_rows(records, parts),
    )


def _parts(kind: str, records: Sequence[Record], options: WriteOptions) -> Sequence[Part]:
    """Give the fields to write: all of them for the office, for others those of which something is known (DS-09)."""
    parts = parts_of(kind, options.fields)
    if options.audience in _OWN:
        return parts
    first, *others = parts
    column = attrs.evolve(first.columns[0], heading=heading_of_id(kind, extract=True))
    known = [part for part in others if any(_value(record, part) != part.default for record in records)]
    return (attrs.evolve(first, columns=(column,)), *known)


def _value(record: Record, part: Part) -> Any:
    return record.extras.get(part.field) if part.extra else getattr(record, part.field)


def _headings(parts: Sequence[Part]) -> list[str]:
    return [column.heading for part in parts for column in part.columns]


def _rows(records: Iterable[Record], parts: Sequence[Part]) -> Iterator[list[Cell]]:
    for record in records:
        row: list[Cell] = []
        for part in parts:
            row += part.write(_value(record, part))
        yield row


def _losses(records: Iterable[Record], fields: tuple[ExtraField, ...]) -> tuple[Finding, ...]:
    declared = {(field.record_kind, field.name) for field in fields}
    lost: Counter[str] = Counter()
    for record in records:
        lost["foreign"] += bool(record.foreign)
        lost["extras"] += any((record.KIND, name) not in declared for name in record.extras) if record.extras else 0
    findings = []
    if lost["foreign"]:
        findings.append(
            _told(
                "tabelle.uebernommene_zeilen",
                f"{lost['foreign']} Datensätze haben Angaben aus anderen Programmen, für die eine Tabelle keine Spalte hat; "
                "beim Einlesen in Ihr Büro bleiben sie erhalten. Vollständig ist das Archiv (.jsonl).",
                Severity.INFO,
            )
        )
    if lost["extras"]:
        findings.append(
            _told(
                "tabelle.zusatzfelder",
                f"{lost['extras']} Datensätze haben Werte in Zusatzfeldern, deren Plugin nicht eingeschaltet ist; sie haben "
                "keine Spalte.",
                Severity.INFO,
            )
        )
    return tuple(findings)


# -- reading ---------------------------------------------------------------------------------------------------------------


def csv_portions(stream: BinaryIO, options: ReadOptions) -> Iterator[Portion]:
    """Read a CSV file of any size, portion by portion; never fails."""
    file = DelimitedFile(stream)
    rows = iter(file.rows())
    first = next(rows, None)
    if first is None:
        yield Portion(findings=(_told("tabelle.leer", "Die Tabelle ist leer.", Severity.WARNING),))
        return
    # Only texts of our own are guarded; in every file blanks around a cell mean nothing.
    texts = ((number, [unguarded(cell) if cell else cell for cell in cells[:MAX_COLUMNS]]) for number, cells in rows)
    findings = () if file.sure else (_CHARSET,)
    yield from _portions(
        [unguarded(cell) for cell in first[1][:MAX_COLUMNS]], texts, options, stream.tell, findings=findings
    )


def xlsx_portions(stream: BinaryIO, options: ReadOptions) -> Iterator[Portion]:
    """Read a workbook, sheet by sheet; never fails."""
    data = stream.read()
    try:
        book = Workbook(data)
    except Unreadable as error:
        yield Portion(findings=(_told(error.rule, error.message, Severity.ERROR),))
        return
    written = None if book.created is None else book.created.replace(tzinfo=UTC)
    try:
        empty = True
        for sheet in book.sheets():
            for portion in _sheet_portions(sheet, options):
                empty = False
                yield attrs.evolve(portion, written=written)
        if empty:
            yield Portion(findings=(_told("tabelle.leer", "Die Tabelle ist leer.", Severity.WARNING),))
    finally:
        book.close()
    yield Portion(position=len(data))


def _sheet_portions(sheet: OpenSheet, options: ReadOptions) -> Iterator[Portion]:
    try:
        rows = sheet.rows()
        first = next(rows, None)
        if first is not None:
            yield from _portions(first[1], rows, options, sheet=sheet.title, clean=cut)
    except Exception:  # noqa: BLE001 - openpyxl raises whatever a damaged sheet leads to
        yield _alone(
            "tabelle.blatt_unlesbar",
            f"Das Blatt »{sheet.title}« ist beschädigt und wurde nicht oder nicht zu Ende gelesen.",
        )
    if sheet.cut_off:
        yield _alone(
            "tabelle.abgeschnitten",
            f"Das Blatt »{sheet.title}« wurde nicht zu Ende gelesen: {sheet.cut_off}. Bitte teilen Sie es oder speichern "
            "Sie es als CSV.",
        )


def _portions(
    headings: Sequence[str],
    rows: Iterator[TableRow],
    options: ReadOptions,
    position: Callable[[], int] = lambda: 0,
    *,
    findings: tuple[Finding, ...] = (),
    sheet: str = "",
    clean: Callable[[str], str] = str,
) -> Iterator[Portion]:
    """Read the rows below the headings, many at once."""
    layout = layout_of(headings, options.fields, title=sheet)
    if layout is None:
        yield Portion(findings=(*findings, _unclear(sheet)))
        return
    reader = RowReader(layout, options, sheet=sheet, clean=clean)
    left_out = tuple(_unknown(place, heading, sheet, layout.kind) for place, heading in layout.unknown)
    while True:
        block = list(islice(rows, _ROWS_AT_ONCE))
        if not block and not findings and not left_out:
            if told := reader.finished():
                yield Portion(findings=told, position=position())
            return
        outcome = reader.read(block)
        yield Portion(
            records=tuple(outcome.records),
            findings=(*findings, *outcome.findings),
            left_out=(*left_out, *outcome.left_out),
            sources=tuple(outcome.sources),
            recognised=tuple(outcome.recognised),
            position=position(),
        )
        findings, left_out = (), ()


def read_csv(data: bytes, options: ReadOptions | None = None) -> Reading:
    """Read a CSV file as a whole; never fails."""
    return _whole(csv_portions(io.BytesIO(data), options or ReadOptions()))


def read_xlsx(data: bytes, options: ReadOptions | None = None) -> Reading:
    """Read a workbook as a whole; never fails."""
    return _whole(xlsx_portions(io.BytesIO(data), options or ReadOptions()))


def _whole(portions: Iterable[Portion]) -> Reading:
    records: list[Record] = []
    findings: list[Finding] = []
    left_out: list[Finding] = []
    for portion in portions:
        records += portion.records
        findings += portion.findings
        left_out += portion.left_out
    return Reading(records=tuple(records), findings=tuple(findings), left_out=tuple(left_out))


def _recognises_csv(data: bytes) -> bool:
    headings = header_of(data)
    return len(headings) > 1 and looks_like_a_table(headings)


def _columns_of_workbook(data: bytes) -> tuple[str, ...]:
    try:
        book = Workbook(data)
    except Unreadable:
        return ()
    try:
        return tuple(heading for sheet in book.sheets() for heading in _first_row(sheet) if heading)
    finally:
        book.close()


def _first_row(sheet: OpenSheet) -> Sequence[str]:
    try:
        return next(sheet.rows(), (0, ()))[1]
    except Exception:  # noqa: BLE001 - openpyxl raises whatever a damaged sheet leads to; told when it is read
        return ()


# -- telling ---------------------------------------------------------------------------------------------------------------


def _told(rule: str, message: str, severity: Severity) -> Finding:
    return Finding(rule=rule, message=message, severity=severity)


def _alone(rule: str, message: str) -> Portion:
    return Portion(findings=(_told(rule, message, Severity.ERROR),))


def _unclear(sheet: str) -> Finding:
    where = f"des Blatts »{sheet}« " if sheet else ""
    return _told(
        "tabelle.art_unklar",
        f"Aus den Überschriften {where}geht nicht hervor, welche Art von Datensätzen in der Tabelle steht. Bitte schreiben Sie "
        "als erste Überschrift zum Beispiel »Kennung (Person)«; die Spalte darf leer sein.",
        Severity.ERROR,
    )


def _unknown(place: int, heading: str, sheet: str, kind: str) -> Finding:
    where = f"Blatt »{sheet}«: " if sheet else ""
    if kind == "person" and fold(heading) in _PERHAPS_PRIVATE:
        return Finding(
            rule="ds02.vielleicht_privat",
            message=f"{where}Die Spalte {place + 1} (»{heading}«) könnte private Angaben enthalten; sie wurde nicht übernommen. "
            "Sind es dienstliche, nennen Sie die Spalte zum Beispiel »Dienstanschrift: Straße« oder »Mobil (dienstlich)«.",
            severity=Severity.INFO,
            kind=kind,
            field=heading,
            source=sheet,
        )
    return Finding(
        rule="tabelle.spalte_unbekannt",
        message=f"{where}Die Spalte {place + 1} (»{heading}«) kennt koschuso nicht; sie wurde nicht übernommen.",
        severity=Severity.INFO,
        field=heading,
        source=sheet,
    )


_EMPTY: Final = _told("tabelle.leer", "Die Tabelle ist leer: es gibt keine Datensätze dieser Art.", Severity.WARNING)
_CHARSET: Final = _told(
    "tabelle.zeichensatz",
    "Die Tabelle ist nicht in UTF-8 geschrieben und wurde als Windows-1252 gelesen, wie ältere Tabellenprogramme sie "
    "schreiben. Bitte prüfen Sie die Umlaute.",
    Severity.INFO,
)

CSV: Final = Format(
    name="koschuso:tabelle-csv",
    title="Tabelle (CSV)",
    suffixes=(".csv",),
    recognise=_recognises_csv,
    read=read_csv,
    portions=csv_portions,
    write=write_csv,
    kinds=_KINDS,
    columns=header_of,
    general=True,
)
"""One kind of records as CSV, as a German Excel opens it."""

XLSX: Final = Format(
    name="koschuso:tabelle-xlsx",
    title="Arbeitsmappe (XLSX)",
    suffixes=(".xlsx",),
    recognise=workbook_reader.recognise,
    read=read_xlsx,
    portions=xlsx_portions,
    write=write_xlsx,
    kinds=_KINDS,
    columns=_columns_of_workbook,
    general=True,
)
"""A sheet for each kind of records."""
