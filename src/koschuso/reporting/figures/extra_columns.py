"""Columns for the fields that plugins add to records: those that an office asks for, as far as the audience may see them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from koschuso.errors import WrongUse
from koschuso.model import FieldType
from koschuso.model.folding import fold
from koschuso.reporting.document import Cell, Column, ColumnType, Sign
from koschuso.reporting.parameters import Option

if TYPE_CHECKING:
    from koschuso.model import ExtraField, Record
    from koschuso.reporting.view import View

__all__ = ["FIELDS_OPTION", "ExtraColumns"]

FIELDS_OPTION: Final = Option(
    name="felder",
    title="Zusatzfelder der Schulen als weitere Spalten, durch Komma getrennt: Name oder Bezeichnung",
    example="muster:sozialraum,Ganztag",
)
"""The option of a report that shows fields of schools."""

_TYPES: Final = {
    FieldType.INTEGER: ColumnType.COUNT,
    FieldType.DECIMAL: ColumnType.NUMBER,
    FieldType.DATE: ColumnType.DATE,
}


class ExtraColumns:
    """The columns for some fields of one kind of record.

    Attributes:
        columns: A column for each field that the audience may see.
        totals: What stands below them in a row of sums: values of a field are not added up.
        notes: What is left out because it is not for the audience.

    Args:
        view: What the report may see.
        kind: Kind of the records.
        wanted: Names or labels of the fields, parted by commas; empty for none.
        audience: Key of the catalogue ``audience``.

    Raises:
        WrongUse: No enabled plugin declares a field of this name or label for the kind.
    """

    def __init__(self, view: View, kind: str, wanted: str, audience: str) -> None:
        self._view = view
        self._audience = audience
        names = [name for text in wanted.split(",") if (name := text.strip())]
        asked = [_found(view, kind, name) for name in names]
        visible = {field.name for field in view.fields(kind, audience)}
        self._fields = tuple(field for field in asked if field.name in visible)
        self.columns = tuple(
            Column(title=field.label, type=_TYPES.get(field.type, ColumnType.TEXT)) for field in self._fields
        )
        self.totals: tuple[Cell, ...] = tuple(
            Sign.NOT_APPLICABLE if column.type.numeric else "" for column in self.columns
        )
        hidden = [f"»{field.label}«" for field in asked if field.name not in visible]
        self.notes = (f"Für diesen Empfängerkreis nicht bestimmt: {', '.join(hidden)}.",) if hidden else ()

    def cells(self, *records: Record) -> tuple[Cell, ...]:
        """Give the values of a record; of several the first one that has a value counts."""
        shown = {
            extra.name: (extra.value, extra.text)
            for record in reversed(records)
            for extra in self._view.extras(record, self._audience)
        }
        return tuple(
            _cell(field, *shown[field.name]) if field.name in shown else Sign.UNKNOWN for field in self._fields
        )


def _found(view: View, kind: str, name: str) -> ExtraField:
    declared = view.fields(kind, "vertraulich")
    for field in declared:
        if field.name == name:
            return field
    meant = [field for field in declared if fold(field.label) == fold(name)]
    if len(meant) == 1:
        return meant[0]
    known = ", ".join(f"{field.name} ({field.label})" for field in declared) or "keine"
    raise WrongUse(
        f"Das Zusatzfeld »{name}« erklärt kein eingeschaltetes Plugin für diese Datensätze. Bekannt sind: {known}.",
        parameter="felder",
    )


def _cell(field: ExtraField, value: object, text: str) -> Cell:
    """Give a value that fits its column; one that contradicts the declaration stays text."""
    if field.contradiction(value) is None:
        if field.type is FieldType.INTEGER and isinstance(value, int):
            return value
        if field.type is FieldType.DECIMAL and isinstance(value, str):
            return Fraction(value)
        if field.type is FieldType.DATE and isinstance(value, str):
            return date.fromisoformat(value)
    return text
