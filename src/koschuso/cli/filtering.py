"""What ``koschuso list`` asks for: filters and an order as people type them, with fields by name or label."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import InvalidRecord, WrongUse
from koschuso.model import FieldType
from koschuso.model.labels import field_label
from koschuso.model.shape import field_at

if TYPE_CHECKING:
    from koschuso.model import ExtraField, Record
    from koschuso.office import Office
    from koschuso.query import Condition, Query

__all__ = ["day", "question"]

_FILTER: Final = re.compile(r"(?P<field>[^<>=]+?)\s*(?P<sign>>=|<|=)\s*(?P<value>.*)", re.DOTALL)
_GERMAN_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def question(
    office: Office, record_type: type[Record], filters: tuple[str, ...], order: str, *, descending: bool
) -> Query[Any]:
    """Turn the options of the command into a query.

    Args:
        office: Whose plugins declare the fields.
        record_type: Class of the records.
        filters: Each as ``FELD=WERT``, ``FELD>=WERT`` or ``FELD<WERT``.
        order: Field to sort by; empty is the order of ids.
        descending: Whether the greatest comes first.

    Raises:
        WrongUse: A filter is not understood, or a value cannot stand in its field.
    """
    from koschuso.query import Query  # noqa: PLC0415 - other commands ask nothing

    declared = office.registry.declared.find(record_type.KIND, order) if order else None
    return Query(
        record_type,
        where=tuple(_condition(office, record_type, text) for text in filters),
        order_by=_named(record_type, order) if declared is None else declared.name,
        descending=descending,
    )


def day(text: str) -> date:
    """Read a day: 15.10.2025 or 2025-10-15.

    Raises:
        WrongUse: The text is no day.
    """
    match = _GERMAN_DATE.fullmatch(text.strip())
    try:
        if match:
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise WrongUse(f"»{text}« ist kein Datum; erwartet wird 15.10.2025 oder 2025-10-15.") from error


def _condition(office: Office, record_type: type[Record], text: str) -> Condition:
    from koschuso.query import AnyOf  # noqa: PLC0415 - other commands ask nothing

    match = _FILTER.fullmatch(text)
    if match is None:
        raise WrongUse(f"»{text}« ist kein Filter der Form FELD=WERT, FELD>=WERT oder FELD<WERT.")
    name, sign, words = match["field"].strip(), match["sign"], match["value"].strip()
    field = office.registry.declared.find(record_type.KIND, name)
    if field is not None:
        return _compared(sign, field.name, _value_of(office, field, words))
    if ":" in name:
        # Nobody declares it any more: the stored value may be the text, or a number, or a truth value.
        either: Any = [_compared(sign, name, value) for value in (words, *_as_json(words))]
        return AnyOf(either)
    name = _named(record_type, name)
    return _compared(sign, name, _value_in(record_type, name, words))


def _named(record_type: type[Record], name: str) -> str:
    """Give the name of a field that is called by its German label, as tables head their columns; other names as they are."""
    wanted = name.casefold()
    fields = (field.name for field in attrs.fields(record_type))
    return next((field for field in fields if field_label(record_type.KIND, field).casefold() == wanted), name)


def _compared(sign: str, name: str, value: Any) -> Condition:
    from koschuso.query import AtLeast, Before, Equals  # noqa: PLC0415 - as above

    if sign == "=":
        return Equals(name, value)
    return AtLeast(name, value) if sign == ">=" else Before(name, value)


def _value_of(office: Office, field: ExtraField, words: str) -> Any:
    try:
        value = field.from_text(words, office.registry.declared.catalogue(field))
    except InvalidRecord as error:
        raise WrongUse(error.message) from error
    if field.type is FieldType.DATE:
        return date.fromisoformat(value)
    return Decimal(value) if field.type is FieldType.DECIMAL else value


def _as_json(words: str) -> tuple[Any, ...]:
    try:
        value = json.loads(words)
    except ValueError:
        return ()
    return (value,) if isinstance(value, bool | int | float) else ()


def _value_in(record_type: type[Record], name: str, words: str) -> Any:
    """Give a value as koschuso's own field holds it; what is none is left to the query to refuse."""
    kind = field_at(record_type, name)[-1].value_type
    if issubclass(kind, datetime | date):
        return day(words)
    if kind is bool:
        return {"ja": True, "nein": False}.get(words.casefold(), words)
    if issubclass(kind, int | Decimal):
        try:
            return Decimal(words.replace(",", "."))
        except InvalidOperation:
            return words
    return words
