"""Rows become records: cell by cell against what is stored, with a finding for every cell that is not understood.

A table says something about its columns only. A row whose record is stored changes those fields whose cells differ from
what koschuso would write there; everything else of the record stays, and a row that nobody changed changes nothing. An
empty cell empties the field in a table with ids (one of our own); in the list of somebody else it says nothing.

A row without an id is recognised by what tells records of its kind apart (Schulnummer, e-mail address, name …). What is
new gets an id that is made of these, so that it stays the same when the table is read again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import InvalidRecord
from koschuso.interchange.format import Source
from koschuso.interchange.table.cells import SPOILED, BadCell, german
from koschuso.interchange.table.columns import parts_of
from koschuso.interchange.table.identity import REPEATED, Identity
from koschuso.interchange.table.row_findings import RowFindings
from koschuso.model import RECORD_TYPES, Finding, Record, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from koschuso.interchange.format import ReadOptions
    from koschuso.interchange.table.columns import Column, Part
    from koschuso.interchange.table.headings import Layout
    from koschuso.interchange.table.identity import Nature

__all__ = ["RowReader", "TableRow"]

TableRow = tuple[int, Sequence[str]]
"""Number of the row as a spreadsheet shows it, and the texts of its cells."""

_SCHOOL: Final = "schule"
_LINE_END: Final = re.compile(r"\r\n?")
_LEAST_PHONE: Final = 6


@attrs.define
class _Outcome:
    """What became of some rows."""

    records: list[Record] = attrs.field(factory=list)
    findings: list[Finding] = attrs.field(factory=list)
    left_out: list[Finding] = attrs.field(factory=list)
    sources: list[Source] = attrs.field(factory=list)
    recognised: list[Source] = attrs.field(factory=list)


class RowReader:
    """Reads the rows of one table.

    Args:
        layout: What the columns mean.
        options: Of the reading.
        sheet: Name of the sheet for messages, empty for a file without sheets.
        clean: What the file's format does to texts, so that they can be compared with stored ones.
    """

    def __init__(
        self, layout: Layout, options: ReadOptions, *, sheet: str = "", clean: Callable[[str], str] = str
    ) -> None:
        self._layout = layout
        self._kind = layout.kind
        self._about = RowFindings(layout, sheet)
        self._clean = clean
        self._held = options.held
        self._known = options.known
        self._vocabulary = _vocabulary(options, layout.kind)
        self._parts = [
            (part, tuple(layout.places.get(column.path) for column in part.columns))
            for part in parts_of(layout.kind, options.fields)
            if part.field != "id" and any(column.path in layout.places for column in part.columns)
        ]
        self._part_of = {part.field: part for part in parts_of(layout.kind, options.fields)}
        self._watched = [
            (layout.places[column.path], column)
            for part, _ in self._parts
            for column in part.columns
            if column.path in layout.places and (column.lengths or column.phone)
        ]
        self._width = len(layout.headings)
        self._signature = repr((layout.kind, sorted(layout.places.items()), self._width)).encode()
        self._told_beside = False
        self._untouched = 0
        self._seen: dict[str, int] = {}
        self._identity = Identity(layout.kind, options.held)

    def read(self, rows: Iterable[TableRow]) -> _Outcome:
        """Read some rows; what is known is passed over."""
        outcome = _Outcome()
        pending: list[tuple[int, list[str], bytes, str]] = []
        for number, given in rows:
            cells = self._cells(number, given, outcome)
            if not any(cells):
                continue
            digest = blake2b(self._signature + "\0".join(cells).encode("utf-8", "replace"), digest_size=16).digest()
            nameless = self._kind in REPEATED and not self._id_in(cells)
            if nameless:
                # The same row again is another record: it is known by how often it has come.
                digest = blake2b(digest + str(self._identity.count(digest)).encode(), digest_size=16).digest()
            known = None if self._known is None else self._known(digest)
            if known is not None:
                outcome.recognised.append(known)
                self._seen[known.records[0].partition("/")[2]] = number
                if nameless:
                    self._identity.count(self._natures_of(cells)[0])
                continue
            before = len(outcome.findings)
            record_id = self._identified(number, cells, outcome)
            if record_id is None:
                continue
            pending.append((number, cells, digest if len(outcome.findings) == before else b"", record_id))
        self._take(pending, outcome)
        outcome.findings = list(self._about.limited(outcome.findings))
        return outcome

    def _take(self, pending: Sequence[tuple[int, list[str], bytes, str]], outcome: _Outcome) -> None:
        """Make records of rows whose ids are known."""
        stored = self._stored([record_id for _, _, _, record_id in pending])
        for number, cells, digest, record_id in pending:
            before = len(outcome.findings)
            record = self._record(number, cells, record_id, stored.get(record_id), outcome)
            if record is None:
                continue
            kept = self._layout.extract and record != stored.get(record_id, record)
            if kept:
                self._untouched += 1
                record = stored[record_id]
            outcome.records.append(record)
            stored[record_id] = record
            if digest and not kept and len(outcome.findings) == before:
                outcome.sources.append(Source(digest, (f"{self._kind}/{record_id}",)))

    def finished(self) -> tuple[Finding, ...]:
        """Tell what was not taken from an extract."""
        if not self._untouched:
            return ()
        return (
            self._about.about_table(
                "tabelle.auszug",
                f"Die Tabelle ist ein Auszug, der für andere gekürzt wurde; {self._untouched} Datensätze, die Ihr "
                "Büro schon hat, wurden deshalb nicht verändert.",
                Severity.WARNING,
            ),
        )

    # -- cells ---------------------------------------------------------------------------------------------------------

    def _cells(self, number: int, given: Sequence[str], outcome: _Outcome) -> list[str]:
        """Give as many cells as there are headings; what stands beside them is left out and told."""
        cells = list(given[: self._width])
        if len(cells) < self._width:
            cells += [""] * (self._width - len(cells))
        elif not self._told_beside and any(given[self._width :]):
            self._told_beside = True
            outcome.left_out.append(
                self._about.about_row(
                    number,
                    "tabelle.zelle_ohne_ueberschrift",
                    "Rechts neben der letzten Überschrift steht noch etwas; es wurde hier und in weiteren Zeilen nicht "
                    "übernommen.",
                    Severity.WARNING,
                )
            )
        for place, column in self._watched:
            text = cells[place]
            if text.isdigit() and text.isascii():
                cells[place] = self._with_zero(number, text, column, cells, outcome)
        return cells

    def _with_zero(self, number: int, text: str, column: Column, cells: Sequence[str], outcome: _Outcome) -> str:
        """Give a code its leading zero back that a spreadsheet took away."""
        if column.lengths and len(text) + 1 in column.lengths and len(text) not in column.lengths:
            abroad = column.path.removesuffix("postal_code") + "country"
            if column.path.endswith("postal_code") and self._cell(cells, abroad):
                return text
            if column.path.endswith("ags") and not text.startswith("5"):
                return text
            message = "Hier fehlte die führende Null, wie es Tabellenprogramme verursachen; sie wurde ergänzt."
            outcome.findings.append(
                self._about.about_cell(number, column, "tabelle.fuehrende_null", message, Severity.WARNING)
            )
            return f"0{text}"
        if column.phone and not text.startswith("0") and len(text) >= _LEAST_PHONE:
            message = "Hier ist vermutlich die führende Null der Telefonnummer verloren gegangen; bitte prüfen Sie sie."
            outcome.findings.append(
                self._about.about_cell(number, column, "tabelle.telefon_ohne_null", message, Severity.WARNING)
            )
        return text

    def _cell(self, cells: Sequence[str], path: str) -> str:
        place = self._layout.places.get(path)
        return "" if place is None else cells[place]

    def _id_in(self, cells: Sequence[str]) -> str:
        return self._cell(cells, "id").strip()

    # -- which record --------------------------------------------------------------------------------------------------

    def _identified(self, number: int, cells: Sequence[str], outcome: _Outcome) -> str | None:
        """Give the id of the record of a row, ``None`` where that is not clear; a finding says why."""
        record_id = self._id_in(cells) or self._by_nature(number, cells, outcome)
        if record_id is None:
            return None
        if record_id in self._seen:
            outcome.findings.append(
                self._about.about_row(
                    number,
                    "tabelle.doppelt",
                    f"Das ist derselbe Datensatz wie in Zeile {self._seen[record_id]}; es gilt, was weiter unten "
                    "steht.",
                    Severity.WARNING,
                    id=record_id,
                )
            )
        self._seen[record_id] = number
        return record_id

    def _by_nature(self, number: int, cells: Sequence[str], outcome: _Outcome) -> str | None:
        record_id = self._identity.id_of(self._natures_of(cells))
        if record_id is None:
            outcome.findings.append(
                self._about.about_row(
                    number,
                    "tabelle.mehrdeutig",
                    "Diese Zeile passt auf mehrere Datensätze Ihres Büros und wurde nicht übernommen. "
                    "Bitte fügen Sie eine Spalte »Kennung« mit der richtigen Kennung ein.",
                )
            )
        return record_id

    def _natures_of(self, cells: Sequence[str]) -> list[Nature]:
        return self._identity.natures_of(lambda path: self._cell(cells, path), cells)

    def _stored(self, ids: Sequence[str]) -> dict[str, Record]:
        if self._held is None or not ids:
            return {}
        return dict(self._held.some(self._kind, ids))

    # -- the record ----------------------------------------------------------------------------------------------------

    def _record(
        self, number: int, cells: Sequence[str], record_id: str, stored: Record | None, outcome: _Outcome
    ) -> Record | None:
        values: dict[str, Any] = {}
        extras: dict[str, Any] = dict(stored.extras) if stored is not None else {}
        with_id = self._id_in(cells) != ""
        for part, places in self._parts:
            if len(places) == 1:  # the most frequent case
                given = [cells[places[0] or 0]]
                if stored is None and not given[0] and not (part.text and with_id):
                    continue
            else:
                given = ["" if place is None else cells[place] for place in places]
            held = _NOTHING if stored is None else _value(stored, part)
            try:
                value = (
                    self._new(part, given, with_id=with_id)
                    if stored is None
                    else self._changed(part, places, given, held)
                )
            except BadCell as error:
                column = part.columns[min(error.column, len(part.columns) - 1)]
                lost = stored is None and part.required
                message = f"{error.message} {_ROW_LOST if lost else _REST_TAKEN}"
                outcome.findings.append(self._about.about_cell(number, column, "tabelle.zelle", message))
                if lost:
                    return None
                continue
            if value is _NOTHING:
                continue
            if not part.extra:
                values[part.field] = value
            elif value is None:
                extras.pop(part.field, None)
            else:
                extras[part.field] = value
        return self._built(number, record_id, stored, values=values, extras=extras, outcome=outcome)

    def _new(self, part: Part, given: Sequence[str], *, with_id: bool) -> Any:
        """Give the value of a field of a new record; what is empty beside an id is empty, elsewhere not known."""
        if not any(given):
            return "" if part.text and with_id else _NOTHING
        _refuse_errors(given)
        return part.read(given, self._vocabulary)

    def _changed(self, part: Part, places: Sequence[int | None], given: list[str], held: Any) -> Any:
        """Give the new value of a field of a stored record, nothing where its cells are as they would be written."""
        written = [german(cell) for cell in part.write(held)]
        same = True
        for number, place in enumerate(places):
            if place is None or (not self._layout.own and not given[number]):
                given[number] = written[number]
            elif given[number] != written[number]:
                if _plain(given[number]) == _plain(self._clean(written[number])):
                    given[number] = written[number]
                else:
                    same = False
        if same:
            return _NOTHING
        if part.required and not any(given):
            raise BadCell(0, "Diese Angabe darf nicht leer sein.")
        _refuse_errors(given)
        value = part.read(given, self._vocabulary)
        return _NOTHING if part.equal(value, held) else value

    def _built(
        self,
        number: int,
        record_id: str,
        stored: Record | None,
        *,
        values: dict[str, Any],
        extras: dict[str, Any],
        outcome: _Outcome,
    ) -> Record | None:
        record_type: Any = RECORD_TYPES[self._kind]
        try:
            if stored is not None:
                if not values and extras == stored.extras:
                    return stored
                return attrs.evolve(stored, **values, extras=extras)
            if self._kind == "organisation" and values.get("school") is not None:
                values.setdefault("type", _SCHOOL)
            lacking = [part for part in self._part_of.values() if part.required and part.field not in {"id", *values}]
            if lacking:
                names = ", ".join(f"»{part.columns[0].heading}«" for part in lacking)
                outcome.findings.append(
                    self._about.about_row(
                        number,
                        "tabelle.angabe_fehlt",
                        f"Für einen neuen Datensatz fehlt {names}; die Zeile wurde nicht übernommen.",
                        id=record_id,
                    )
                )
                return None
            made: Record = record_type(id=record_id, **values, extras=extras)
        except InvalidRecord as error:
            for finding in error.findings:
                outcome.findings.append(
                    self._about.about_row(
                        number,
                        str(finding.rule),
                        f"{finding.message} {_ROW_LOST}",
                        id=record_id,
                        field=str(finding.field),
                    )
                )
            return None
        return made


_NOTHING: Final = object()
_REST_TAKEN: Final = "Die übrigen Angaben der Zeile wurden übernommen."
_ROW_LOST: Final = "Die Zeile wurde nicht übernommen."


def _value(record: Record, part: Part) -> Any:
    return record.extras.get(part.field) if part.extra else getattr(record, part.field)


def _plain(text: str) -> str:
    """Reduce a text to what survives a spreadsheet."""
    return _LINE_END.sub("\n", text).strip()


def _refuse_errors(cells: Sequence[str]) -> None:
    """Refuse what a spreadsheet writes instead of a value.

    Raises:
        BadCell: A cell holds an error, or a number that was shortened.
    """
    for number, text in enumerate(cells):
        if text[:1] == SPOILED:
            if text[1:2] == "#":
                raise BadCell(number, "Hier steht eine Fehlermeldung des Tabellenprogramms.")
            raise BadCell(
                number, "Das Tabellenprogramm hat die Nummer abgekürzt; bitte formatieren Sie die Spalte als Text."
            )


def _vocabulary(options: ReadOptions, kind: str) -> Callable[[str], Any]:
    asked = options.vocabulary
    if asked is None:
        return lambda _path: None
    return lru_cache(maxsize=256)(lambda path: asked(kind, path))
