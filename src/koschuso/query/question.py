"""A query: conditions for one kind of record, an order and a limit; what makes no sense is refused at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

import attrs

from koschuso.errors import WrongUse
from koschuso.model import RECORD_TYPES, Record
from koschuso.model.folding import fold
from koschuso.model.shape import field_at
from koschuso.query.conditions import AnyOf, Condition, Contains, Not, asked

__all__ = ["Query"]

R = TypeVar("R", bound=Record)


def _conditions(conditions: Any) -> tuple[Condition, ...]:
    return tuple(conditions) if isinstance(conditions, Iterable) else (conditions,)


@attrs.frozen
class Query(Generic[R]):
    """A question for records of one kind.

    Attributes:
        record: Class of the records, or the name of their kind.
        where: Conditions, joined by *and*.
        order_by: Path of the field to sort by; empty is the order of ids. Records without a value come last.
        descending: Whether the greatest comes first.
        limit: Most records to give.

    Raises:
        WrongUse: An unknown kind or field, or a value that cannot stand in the field.

    >>> from koschuso.model import Organisation
    >>> from koschuso.query import Equals
    >>> Query(Organisation, [Equals("school.schulform", "gesamtschule")], order_by="name").kind
    'organisation'
    """

    record: type[R] | str
    where: tuple[Condition, ...] = attrs.field(default=(), converter=_conditions)
    order_by: str = attrs.field(default="", kw_only=True)
    descending: bool = attrs.field(default=False, kw_only=True)
    limit: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        record_type = self.record_type
        for condition in self.where:
            _check(record_type, condition)
        if self.order_by:
            _leaf(record_type, self.order_by)
        elif self.descending:
            raise WrongUse("Eine absteigende Reihenfolge braucht ein Feld, nach dem sie geht (order_by).")
        if self.limit is not None and self.limit < 0:
            raise WrongUse(f"Eine Abfrage liefert höchstens 0 Datensätze oder mehr, nicht {self.limit}.")

    @property
    def record_type(self) -> type[R]:
        """Class of the records."""
        known = RECORD_TYPES.get(self.record if isinstance(self.record, str) else getattr(self.record, "KIND", ""))
        if known is None or (not isinstance(self.record, str) and known is not self.record):
            raise WrongUse(f"Die Datenart {self.record!r} gibt es nicht. Bekannt sind: {', '.join(RECORD_TYPES)}.")
        return cast("type[R]", known)

    @property
    def kind(self) -> str:
        """Name of the kind of record."""
        return self.record_type.KIND


def _check(record_type: type[Record], condition: Condition) -> None:
    """Refuse what makes no sense, so that a question with a mistake never reads as *nothing found*."""
    if isinstance(condition, AnyOf):
        for inner in condition.conditions:
            _check(record_type, inner)
        return
    if isinstance(condition, Not):
        _check(record_type, condition.condition)
        return
    if not isinstance(condition, Condition):
        raise WrongUse(f"{type(condition).__name__} ist keine Bedingung einer Abfrage.")
    leaf = _leaf(record_type, condition.field)
    if isinstance(condition, Contains) and not fold(condition.text):
        raise WrongUse("Contains braucht einen Text mit mindestens einem Buchstaben oder einer Ziffer.")
    for wanted, value in asked(condition):
        if leaf is not None and not issubclass(leaf, wanted):
            raise WrongUse(
                f"{type(condition).__name__} passt nicht zum Feld »{condition.field}« von »{record_type.KIND}«."
            )
        if not (value is None or leaf is None or _comparable(leaf, value)) or (value is None and wanted is object):
            raise WrongUse(
                f"Ein Wert dieser Art kann im Feld »{condition.field}« von »{record_type.KIND}« nicht stehen; "
                "nach leeren Feldern fragt Missing."
            )


@lru_cache(maxsize=1024)
def _leaf_of(record_type: Any, path: str) -> type[Any] | None:
    return field_at(record_type, path)[-1].value_type


def _leaf(record_type: type[Record], path: str) -> type[Any] | None:
    """Give the class of the values at a path, ``None`` for a plugin's field, which may hold anything."""
    if ":" in path:
        return None
    key: Any = record_type
    return _leaf_of(key, path)


def _comparable(leaf: type[Any], value: Any) -> bool:
    if issubclass(leaf, str):
        return isinstance(value, str)
    if issubclass(leaf, datetime):
        return isinstance(value, date) and getattr(value, "tzinfo", None) is None
    if issubclass(leaf, date):
        return isinstance(value, date) and not isinstance(value, datetime)
    if leaf is bool:
        return isinstance(value, bool)
    if issubclass(leaf, int | Decimal):
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return isinstance(value, leaf)
