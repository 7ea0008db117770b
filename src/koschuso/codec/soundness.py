"""Whether the values of a record are of exactly the classes that its fields name, so that what is written reads back.

The records validate what a value means, not its class: Python lets anybody put a number where a text belongs. Comparing
classes costs a third of reading back what was written, and what does not pass is read back all the same.
"""

from __future__ import annotations

import math
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.model.shape import shape_of
from koschuso.model.values import FrozenMapping

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["soundness_of"]

_NOTHING = type(None)
_JSON_LEAVES = frozenset({str, int, bool, _NOTHING})


class _Soundness:
    """The classes that a record or value class allows in its fields."""

    __slots__ = ("_allowed", "_deep", "_values")

    def __init__(self, cls: Any) -> None:
        fields = shape_of(cls)
        self._values = attrgetter(*fields)
        self._allowed: list[frozenset[type[Any]]] = []
        self._deep: list[tuple[int, Callable[[Any], bool]]] = []
        for number, field in enumerate(fields.values()):
            inner = FrozenMapping if field.value_type is dict else field.value_type
            outer = tuple if field.many else inner
            self._allowed.append(frozenset({outer, _NOTHING} if field.optional else {outer}))
            if field.many:
                self._deep.append((number, _items_of(inner)))
            elif inner is FrozenMapping:
                self._deep.append((number, _is_json))
            elif attrs.has(inner):
                self._deep.append((number, soundness_of(inner)))

    def __call__(self, value: Any) -> bool:
        values = self._values(value)
        if type(values) is not tuple:
            values = (values,)
        for cls, allowed in zip(map(type, values), self._allowed, strict=True):
            if cls not in allowed:
                return False
        for number, is_sound in self._deep:
            inner = values[number]
            # None and what is empty have nothing inside.
            if inner and not is_sound(inner):
                return False
        return True


@lru_cache(maxsize=256)
def soundness_of(cls: Any) -> Callable[[Any], bool]:
    """Give the check for a record or value class."""
    return _Soundness(cls)


def _items_of(cls: type[Any]) -> Callable[[Any], bool]:
    inside = soundness_of(cls) if attrs.has(cls) else None

    def items(values: tuple[Any, ...]) -> bool:
        return all(type(item) is cls for item in values) and (inside is None or all(map(inside, values)))

    return items


def _is_json(value: Any) -> bool:
    cls = type(value)
    if cls in _JSON_LEAVES:
        return True
    if cls is float:
        return math.isfinite(value)
    if cls is tuple:
        return all(map(_is_json, value))
    return cls is FrozenMapping and all(type(key) is str and _is_json(item) for key, item in value.items())
