"""The shape of records: which fields a class has and what may stand in them, for codecs, queries and tables."""

from __future__ import annotations

import types
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import attrs

from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FieldShape", "field_at", "shape_of"]


@attrs.frozen(kw_only=True)
class FieldShape:
    """What may stand in a field.

    Attributes:
        name: Name of the field.
        value_type: Class of the value, or of each item where there are many; ``dict`` for a mapping of JSON values.
        many: Whether the field holds a tuple of such values.
        optional: Whether ``None`` may stand there.
        required: Whether the field has to be given.
        default: What stands there when it is not given, ``None`` for a required field.
    """

    name: str
    value_type: type[Any]
    many: bool = False
    optional: bool = False
    required: bool = False
    default: Any = None

    @property
    def is_nested(self) -> bool:
        """Whether the value has fields of its own."""
        return attrs.has(self.value_type)


def shape_of(record_type: type[Any]) -> Mapping[str, FieldShape]:
    """Give the fields of a record or value class by name, in the order in which they are written.

    >>> from koschuso.model import Activity
    >>> list(shape_of(Activity))[:3], list(shape_of(Activity))[-2:]
    (['id', 'day', 'taetigkeit'], ['extras', 'foreign'])
    """
    key: Any = record_type
    return _shape_of(key)


def field_at(record_type: type[Any], path: str) -> tuple[FieldShape, ...]:
    """Follow a dotted path and give the shape of each of its steps.

    Raises:
        WrongUse: There is no such field; the message names the known ones.

    >>> from koschuso.model import Organisation
    >>> [shape.value_type.__name__ for shape in field_at(Organisation, "school.schulform")]
    ['SchoolProfile', 'str']
    """
    steps: list[FieldShape] = []
    here = record_type
    for name in path.split("."):
        known = shape_of(here) if attrs.has(here) else {}
        if name not in known:
            hint = f"Bekannt sind: {', '.join(known)}." if known else f"»{steps[-1].name}« hat keine Felder."
            raise WrongUse(f"Das Feld »{path}« gibt es bei »{_kind(record_type)}« nicht. {hint}")
        steps.append(known[name])
        here = known[name].value_type
    return tuple(steps)


@lru_cache(maxsize=256)
def _shape_of(record_type: Any) -> Mapping[str, FieldShape]:
    hints = get_type_hints(record_type)
    fields = sorted(attrs.fields(record_type), key=lambda field: field.name in {"extras", "foreign"})
    return MappingProxyType({field.name: _shape(field, hints[field.name]) for field in fields})


def _shape(field: attrs.Attribute[Any], hint: Any) -> FieldShape:
    members = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    kinds = [member for member in members if member is not type(None)]
    if len(kinds) != 1:
        raise TypeError(f"{field.name}: a field is of one class, possibly None")
    inner = kinds[0]
    many = get_origin(inner) is tuple
    if many:
        inner = get_args(inner)[0]
    elif get_origin(inner) is not None:
        inner = dict
    required = field.default is attrs.NOTHING
    return FieldShape(
        name=field.name,
        value_type=inner,
        many=many,
        optional=len(members) > 1,
        required=required,
        default=None if required else field.default,
    )


def _kind(record_type: type[Any]) -> str:
    return str(getattr(record_type, "KIND", "") or record_type.__name__)
