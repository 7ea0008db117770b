"""The lean path: some fields of stored records and no more, for whoever sums up tens of thousands of them.

Only what is asked for is made and checked; that is a fifth of the time of a whole record. What is not written as this
koschuso writes it goes the way of `koschuso.codec.decode`, so that both give the same values and refuse the same.
"""

from __future__ import annotations

from functools import lru_cache
from types import GenericAlias
from typing import TYPE_CHECKING, Any

import msgspec

from koschuso.codec.form import decode, record_type_of
from koschuso.codec.schema import SCHEMA
from koschuso.model.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from koschuso.model.shape import FieldShape

__all__ = ["lean_decoder"]


def lean_decoder(kind: str, fields: tuple[str, ...]) -> Callable[[bytes, str], Any]:
    """Give a function that reads some fields of a stored record: bytes and id in, something with these attributes out.

    Args:
        kind: Kind of the record.
        fields: Names of fields of its class; without any, or with ``extras``, whole records come out.

    Raises:
        WrongUse: There is no such kind.
        KeyError: There is no such field.

    What the function raises is told by `koschuso.codec.decode`.

    >>> read = lean_decoder("goal", ("title",))
    >>> read(b'{"kind":"goal","schema":1,"id":"z-1","title":"Netzwerke","rank":1}', "z-1").title
    'Netzwerke'
    """
    return _lean_decoder(kind, fields)


@lru_cache(maxsize=64)
def _lean_decoder(kind: str, fields: tuple[str, ...]) -> Callable[[bytes, str], Any]:
    shape = shape_of(record_type_of(kind))

    def whole(body: bytes, record_id: str) -> Any:
        return decode(kind, body, id=record_id)

    if not fields or any(shape[name].value_type is dict for name in fields):
        return whole
    read = msgspec.json.Decoder(_structure(kind, fields, shape)).decode

    def lean(body: bytes, record_id: str) -> Any:
        try:
            found = read(body)
        except Exception:  # noqa: BLE001 - whatever is wrong, the whole way tells it
            return whole(body, record_id)
        return found if found.schema == SCHEMA else whole(body, record_id)

    return lean


def _structure(kind: str, fields: tuple[str, ...], shape: Mapping[str, FieldShape]) -> Any:
    members: list[Any] = [("schema", int, 1)]
    for name in dict.fromkeys(fields):
        field = shape[name]
        members.append((name, _type_of(field)) if field.required else (name, _type_of(field), field.default))
    # Without a place for the rest msgspec passes over it unread; made in large numbers, they hold no circles.
    return msgspec.defstruct(f"Lean{kind.title()}", members, kw_only=True, gc=False)


def _type_of(field: FieldShape) -> Any:
    inner: Any = GenericAlias(tuple, (field.value_type, ...)) if field.many else field.value_type
    return inner | None if field.optional else inner
