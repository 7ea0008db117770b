"""Whether the values of a record are of exactly the classes that its fields name, so that what is written reads back.

The records validate what a value means, not its class: Python lets anybody put a number where a text belongs. Comparing
classes costs a sixth of reading back what was written, and what does not pass is read back all the same.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.model.shape import shape_of
from koschuso.model.values import FrozenMapping

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Soundness", "soundness_of"]

_NOTHING = type(None)
_ONLY_TEXTS = frozenset({str})
_JSON_LEAVES = frozenset({str, int, bool, _NOTHING})


class Soundness:
    """The check of the classes that a record or value class allows in its fields.

    Attributes:
        values: Gives the values of all fields, in the order of the class's shape.
    """

    __slots__ = ("_allowed", "_deep", "_passed", "_texts", "values")

    def __init__(self, cls: Any) -> None:
        fields = shape_of(cls)
        names = tuple(fields)
        # Of a single name it would give the bare value.
        self.values: Callable[[Any], tuple[Any, ...]] = (
            attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
        )
        self._allowed: list[frozenset[type[Any]]] = []
        self._deep: list[tuple[int, Any, Callable[[Any], bool]]] = []
        texts: list[int] = []
        for number, field in enumerate(fields.values()):
            inner = FrozenMapping if field.value_type is dict else field.value_type
            outer = tuple if field.many else inner
            self._allowed.append(frozenset({outer, _NOTHING} if field.optional else {outer}))
            if field.many and inner is str:
                texts.append(number)
            elif field.many:
                self._deep.append((number, field.default, _items_of(inner)))
            elif inner is FrozenMapping:
                self._deep.append((number, field.default, _is_json))
            elif attrs.has(inner):
                self._deep.append((number, field.default, soundness_of(inner)))
        # All lists of texts are looked at together. Of a single number itemgetter would give the bare value.
        self._texts: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None = (
            itemgetter(*texts, texts[0]) if texts else None
        )
        # Which classes stand together varies little from record to record: those that passed are known again at once.
        self._passed: set[tuple[type[Any], ...]] = set()

    def __call__(self, value: Any) -> bool:
        """Check a record or value."""
        return self.holds(self.values(value))

    def holds(self, values: tuple[Any, ...]) -> bool:
        """Check the values of all fields."""
        classes = tuple(map(type, values))
        if classes not in self._passed:
            if not all(cls in allowed for cls, allowed in zip(classes, self._allowed, strict=True)):
                return False
            self._passed.add(classes)
        if self._texts is not None and not _ONLY_TEXTS.issuperset(
            map(type, chain.from_iterable(filter(None, self._texts(values))))
        ):
            return False
        for number, default, is_sound in self._deep:
            inner = values[number]
            # None and what is empty have nothing inside.
            if inner and inner is not default and not is_sound(inner):
                return False
        return True


@lru_cache(maxsize=256)
def soundness_of(cls: Any) -> Soundness:
    """Give the check for a record or value class."""
    return Soundness(cls)


def _items_of(cls: type[Any]) -> Callable[[Any], bool]:
    only = {cls}
    inside = soundness_of(cls) if attrs.has(cls) else None

    def plain(values: tuple[Any, ...]) -> bool:
        return set(map(type, values)) == only

    def deep(values: tuple[Any, ...]) -> bool:
        return set(map(type, values)) == only and all(map(inside, values))  # type: ignore[arg-type]  # not None here

    return plain if inside is None else deep


def _is_json(value: Any) -> bool:
    cls = type(value)
    if cls in _JSON_LEAVES:
        return True
    if cls is float:
        return math.isfinite(value)
    if cls is tuple:
        return all(map(_is_json, value))
    return cls is FrozenMapping and all(type(key) is str and _is_json(item) for key, item in value.items())
