"""The columns of a table: for every field of a kind of record the cells that say it, there and back.

A value with fields of its own (an address, a school) has a column for each of them, a period one for its first and one
for its last day, a workload hours and full-time basis. Lists stand in one cell with semicolons between. What these forms
cannot say exactly stands as JSON in the first cell of the field, so every value comes back as it was.

Not in a table: kept lines of other files (`foreign`) and values of fields that no enabled plugin declares.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import InvalidRecord
from koschuso.interchange.table.cells import BadCell, Cell, german, read_day
from koschuso.interchange.table.composed import (
    read_items,
    read_json,
    read_period,
    read_span,
    read_workload,
    write_items,
    write_json,
    write_period,
    write_span,
    write_workload,
)
from koschuso.interchange.table.single import Vocabulary, reader_of, writer_of
from koschuso.model import (
    RECORD_TYPES,
    ExtraField,
    FieldType,
    FuzzyDate,
    Period,
    Reference,
    TimeSpan,
    Workload,
    field_label,
)
from koschuso.model.folding import fold
from koschuso.model.shape import shape_of

if TYPE_CHECKING:
    from koschuso.model.shape import FieldShape

__all__ = ["Column", "Part", "Vocabulary", "heading_of_id", "parts_of"]

_LABELS: Final = {
    "location.address": "",
    "school.coordinates": "",
    "address.street": "Straße",
    "address.postal_code": "PLZ",
    "address.locality": "Ort",
    "address.extra": "Adresszusatz",
    "address.country": "Land",
    "location.name": "Haus",
    "location.room": "Raum",
    "school.schulnummer": "Schulnummer",
    "school.schulform": "Schulform",
    "school.status": "Betriebsstatus",
    "school.status_since": "Betriebsstatus seit",
    "school.private": "privater Träger",
    "school.schulaufsicht": "Schulaufsicht",
    "school.sozialindexstufe": "Sozialindexstufe",
    "school.sozialindex_edition": "Ausgabe des Sozialindex",
    "school.pupils": "Schülerzahl",
    "school.pupils_edition": "Stand der Schülerzahl",
    "coordinates.easting": "Rechtswert",
    "coordinates.northing": "Hochwert",
    "coordinates.epsg": "EPSG",
    "coordinates.epsg_stated": "EPSG angegeben",
    "coordination.traegerunabhaengig": "trägerunabhängig",
    "coordination.schulformuebergreifend": "schulformübergreifend",
    "coordination.modellregion": "Modellregion",
    "coordination.started": "Beginn",
}
"""Labels of fields inside values, by the last two steps of their path."""

_CODES: Final = {
    "ags": (5, 8),
    "postal_code": (5,),
    "schulnummer": (6,),
}
"""Codes whose leading zeros a spreadsheet loses, with their lengths."""

_PHONES: Final = frozenset({"phones", "mobile", "fax"})
_WIDE: Final = frozenset({"name", "title", "description", "reason", "approach"})


@attrs.frozen(kw_only=True)
class Column:
    """One column.

    Attributes:
        path: Name for programs: dotted field (``address.street``), ``period.bis``, or the name of an extension field.
        heading: German heading for people, unique within the kind.
        lengths: Possible lengths of a code with leading zeros; empty for everything else.
        phone: Whether telephone numbers stand here.
        typed: Whether numbers and days stand here; otherwise texts.
        width: Width in characters, as a proposal.
        aliases: Further headings that are understood.
    """

    path: str
    heading: str
    lengths: tuple[int, ...] = ()
    phone: bool = False
    typed: bool = False
    width: int = 16
    aliases: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Part:
    """One field of a record and its columns.

    Attributes:
        field: Name of the field, or of the extension field.
        columns: Its columns.
        write: Gives the cells of a value.
        read: Gives the value of the cells' texts; needs a `Vocabulary` for labels. Raises `BadCell`.
        required: Whether a record cannot do without it.
        extra: Whether it is an extension field.
        text: Whether it is a plain text, for which an empty cell is a value of its own.
        default: Value of the field where nothing is known.
        equal: Whether two values are the same; a decimal number in a text may have more zeros at its end.
    """

    field: str
    columns: tuple[Column, ...]
    write: Callable[[Any], tuple[Cell, ...]]
    read: Callable[[Sequence[str], Vocabulary], Any]
    required: bool = False
    extra: bool = False
    text: bool = False
    default: Any = None
    equal: Callable[[Any, Any], bool] = operator.eq


def heading_of_id(kind: str, *, extract: bool = False) -> str:
    """Give the heading of the first column, which tells the kind of the table, and whether it was reduced for others.

    >>> heading_of_id("organisation"), heading_of_id("person", extract=True)
    ('Kennung (Organisation)', 'Kennung (Auszug: Person)')
    """
    return f"{field_label(kind, 'id')} ({'Auszug: ' if extract else ''}{RECORD_TYPES[kind].LABEL})"


@lru_cache(maxsize=128)
def parts_of(kind: str, fields: tuple[ExtraField, ...] = ()) -> tuple[Part, ...]:
    """Give the fields of a kind with their columns; the id comes first, declared extension fields last.

    >>> [column.heading for part in parts_of("activity") for column in part.columns][:4]
    ['Kennung (Tätigkeit)', 'Tag', 'Tätigkeit', 'Personenminuten']
    """
    parts = []
    for name, shape in shape_of(RECORD_TYPES[kind]).items():
        if name == "id":
            parts.append(
                _leaf(shape, "id", heading_of_id(kind), aliases=("Kennung", "ID", heading_of_id(kind, extract=True)))
            )
        elif name not in {"extras", "foreign"}:
            parts.append(_part(shape, name, field_label(kind, name)))
    taken = {fold(column.heading) for part in parts for column in part.columns}
    for field in fields:
        if field.record_kind == kind:
            heading = field.label if fold(field.label) not in taken else f"{field.label} ({field.name})"
            taken.add(fold(heading))
            parts.append(_extra(field, heading))
    return tuple(parts)


# -- one field -------------------------------------------------------------------------------------------------------------


def _part(shape: FieldShape, path: str, heading: str) -> Part:
    if shape.many:
        return _list(shape, path, heading)
    composed = _COMPOSED.get(shape.value_type)
    if composed is not None:
        suffixes, write, read = composed
        return _exact(
            shape, tuple(_column(f"{path}.{key}", f"{heading}: {word}") for key, word in suffixes), write, read
        )
    if shape.is_nested and shape.value_type not in _SIMPLE:
        return _nested(shape, path, heading)
    return _leaf(shape, path, heading)


def _column(path: str, heading: str, *, aliases: tuple[str, ...] = (), typed: bool = False) -> Column:
    name = path.rpartition(".")[2]
    return Column(
        path=path,
        heading=heading,
        lengths=_CODES.get(name, ()),
        phone=name in _PHONES,
        typed=typed,
        width=36 if name in _WIDE else max(12, min(40, len(heading) + 3)),
        aliases=aliases,
    )


def _leaf(shape: FieldShape, path: str, heading: str, *, aliases: tuple[str, ...] = ()) -> Part:
    """Make the part of a value that one cell says."""
    cls = shape.value_type
    write_one, read_one = writer_of(cls), reader_of(cls, path)
    default = shape.default
    is_text = cls is str and not shape.optional

    def write(value: Any) -> tuple[Cell, ...]:
        return (None if value is None else write_one(value),)

    def read(cells: Sequence[str], vocabulary: Vocabulary) -> Any:
        text = cells[0]
        if not text:
            return "" if is_text else default
        return read_one(text, vocabulary)

    return Part(
        field=shape.name,
        columns=(_column(path, heading, aliases=aliases, typed=cls in _TYPED),),
        write=write,
        read=read,
        required=shape.required,
        text=is_text,
        default=shape.default,
    )


def _list(shape: FieldShape, path: str, heading: str) -> Part:
    """Make the part of a list: semicolons between, or JSON."""
    cls = shape.value_type
    simple = cls is str or cls in _SIMPLE or not attrs.has(cls)
    write_one, read_one = (writer_of(cls), reader_of(cls, path)) if simple else (None, None)

    def write(value: Any) -> tuple[Cell, ...]:
        return (write_items(cls, value, write_one),)

    def read(cells: Sequence[str], vocabulary: Vocabulary) -> Any:
        return read_items(cls, cells[0], None if read_one is None else lambda text: read_one(text, vocabulary))

    return _exact(shape, (_column(path, heading),), write, read)


def _nested(shape: FieldShape, path: str, heading: str) -> Part:
    """Make the part of a value with fields of its own: a column for each of them."""
    cls = shape.value_type
    inner = [
        _part(field, f"{path}.{name}", f"{heading}: {_LABELS.get(f'{shape.name}.{name}', name)}".removesuffix(": "))
        for name, field in shape_of(cls).items()
    ]
    widths = [len(part.columns) for part in inner]
    columns = tuple(column for part in inner for column in part.columns)

    def write(value: Any) -> tuple[Cell, ...]:
        if value is None:
            return (None,) * len(columns)
        return tuple(cell for part in inner for cell in part.write(getattr(value, part.field)))

    def read(cells: Sequence[str], vocabulary: Vocabulary) -> Any:
        if not any(cells):
            return None
        values: dict[str, Any] = {}
        first = 0
        for part, width in zip(inner, widths, strict=True):
            try:
                values[part.field] = part.read(cells[first : first + width], vocabulary)
            except BadCell as error:
                raise BadCell(first + error.column, error.message) from None
            first += width
        try:
            return cls(**values)
        except InvalidRecord as error:
            finding = error.findings[0]
            places = [part.field for part in inner]
            at = places.index(finding.field) if finding.field in places else 0
            raise BadCell(sum(widths[:at]), str(finding.message)) from None

    return _exact(shape, columns, write, read)


def _exact(
    shape: FieldShape,
    columns: tuple[Column, ...],
    write: Callable[[Any], tuple[Cell, ...]],
    read: Callable[[Sequence[str], Vocabulary], Any],
) -> Part:
    """Add JSON for the values that the cells cannot say exactly."""
    empty: tuple[Cell, ...] = (None,) * len(columns)

    @lru_cache(maxsize=2048)
    def written(value: Any) -> tuple[Cell, ...]:
        cells = write(value)
        texts = [german(cell) for cell in cells]
        try:
            if texts[0][:1] not in _JSON and read(texts, _no_vocabulary) == value:
                return cells
        except BadCell:
            pass
        return (write_json(value), *empty[1:])

    def write_exactly(value: Any) -> tuple[Cell, ...]:
        return empty if value is None or value == () else written(value)

    def read_exactly(cells: Sequence[str], vocabulary: Vocabulary) -> Any:
        if not any(cells):
            return shape.default if not shape.required else read(cells, vocabulary)
        if cells[0][:1] in _JSON:
            return read_json(shape, cells[0])
        return read(cells, vocabulary)

    return Part(
        field=shape.name,
        columns=columns,
        write=write_exactly,
        read=read_exactly,
        required=shape.required,
        default=shape.default,
    )


def _no_vocabulary(_path: str) -> None:
    return None


# -- extension fields ------------------------------------------------------------------------------------------------------


def _extra(field: ExtraField, heading: str) -> Part:
    def write(value: Any) -> tuple[Cell, ...]:
        if value is None:
            return (None,)
        if field.type not in _TYPED_EXTRAS or field.contradiction(value) is not None:
            return (field.show(value),)
        return (_TYPED_EXTRAS[field.type](value),)

    def read(cells: Sequence[str], vocabulary: Vocabulary) -> Any:
        text = cells[0]
        if not text or field.type is FieldType.TEXT:
            return text or None
        try:
            given = read_day(text).isoformat() if field.type is FieldType.DATE else text
            return field.from_text(given, vocabulary(field.name))
        except InvalidRecord as error:
            raise BadCell(0, str(error.findings[0].message)) from None

    column = Column(
        path=field.name,
        heading=heading,
        typed=field.type in _TYPED_EXTRAS,
        width=max(12, min(40, len(heading) + 3)),
        aliases=(field.label,),
    )
    equal = _same_number if field.type is FieldType.DECIMAL else operator.eq
    return Part(field=field.name, columns=(column,), write=write, read=read, extra=True, equal=equal)


def _same_number(one: Any, other: Any) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except (TypeError, ArithmeticError):
        return bool(one == other)


_TYPED_EXTRAS: Final[dict[FieldType, Callable[[Any], Cell]]] = {
    FieldType.INTEGER: int,
    FieldType.DECIMAL: Decimal,
    FieldType.DATE: date.fromisoformat,
}


_JSON: Final = frozenset({"{", "["})
_SIMPLE: Final = frozenset({Reference, FuzzyDate})
_TYPED: Final = frozenset({int, Decimal, date, datetime})
_COMPOSED: Final[dict[Any, Any]] = {
    Period: ((("von", "von"), ("bis", "bis")), write_period, lambda cells, _vocabulary: read_period(cells)),
    Workload: (
        (("stunden", "Std./Woche"), ("vollzeit", "Vollzeit"), ("monate", "Maßnahmemonate"), ("wortlaut", "Wortlaut")),
        write_workload,
        lambda cells, _vocabulary: read_workload(cells),
    ),
    TimeSpan: (
        (
            ("beginn", "Beginn"),
            ("ende", "Ende"),
            ("ganztaegig", "ganztägig"),
            ("zone", "Zeitzone"),
            ("zone_ende", "Zeitzone des Endes"),
        ),
        write_span,
        lambda cells, _vocabulary: read_span(cells),
    ),
}
