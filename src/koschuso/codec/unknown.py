"""What a document holds and this koschuso does not know: kept, and written back at its place.

While a record is in memory it lies in its ``extras`` under a reserved name. What has lost its place in the meantime
(the object around it was removed, the item beside it was changed) stays under that name: never lost, and never put
where it does not belong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from koschuso.model.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import attrs

__all__ = ["UNKNOWN", "collect", "put_back"]

UNKNOWN = "koschuso:unbekannt"
"""Reserved name in ``extras``."""

ENVELOPE = frozenset({"kind", "schema"})
"""Keys of a document that are no fields."""


def collect(value: Any, document: Mapping[str, Any], envelope: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Find what a document holds beyond the fields of the record or value that was read from it.

    Args:
        value: The record or value.
        document: The JSON object that it was read from.
        envelope: Keys that are known besides the fields.

    Returns:
        ``keys`` of this object, ``fields`` with the same of nested objects, ``items`` with the same of items in lists,
        each beside the known part of its item; empty where everything is known.
    """
    shape = shape_of(type(value))
    rest: dict[str, Any] = {}
    keys = {key: item for key, item in document.items() if key not in shape and key not in envelope}
    if keys:
        rest["keys"] = keys
    for name, field in shape.items():
        there = document.get(name)
        if not field.is_nested or not there:
            continue
        if field.many:
            found = [
                [_plain(item), more]
                for item, part in zip(getattr(value, name), there, strict=True)
                if (more := collect(item, part))
            ]
            if found:
                rest.setdefault("items", {})[name] = found
        elif more := collect(getattr(value, name), there):
            rest.setdefault("fields", {})[name] = more
    return rest


def put_back(rest: Mapping[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Write what was collected back into a document, both plain JSON data, and give what found no place any more."""
    document.update((key, item) for key, item in rest.get("keys", {}).items() if key not in document)
    left: dict[str, Any] = {}
    for name, more in rest.get("fields", {}).items():
        there = document.get(name)
        unplaced = put_back(more, there) if isinstance(there, dict) else more
        if unplaced:
            left.setdefault("fields", {})[name] = unplaced
    for name, items in rest.get("items", {}).items():
        free = list(document.get(name, ()))
        for known, more in items:
            # The equal one, not the one at the same number: items may have been moved.
            there = next((item for item in free if item == known), None)
            if there is None:
                left.setdefault("items", {}).setdefault(name, []).append([known, more])
                continue
            free = [item for item in free if item is not there]
            unplaced = put_back(more, there)
            if unplaced:
                left.setdefault("items", {}).setdefault(name, []).append([known, unplaced])
    return left


def _plain(value: attrs.AttrsInstance) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
