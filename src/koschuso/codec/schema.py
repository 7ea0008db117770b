"""The number of the stored form, and the steps that lift older documents to the present one.

The number rises only when a document of the old form would be misread: a field renamed, split or given another
meaning. A new field with a default needs no step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["SCHEMA", "STEPS", "Step", "lift", "schema_of"]

Step = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Takes the kind and a document of one schema, gives the document in the next one."""

STEPS: tuple[Step, ...] = ()
"""Step number *n* (counted from 0) leads from schema *n* + 1 to *n* + 2; only ever append."""

SCHEMA = len(STEPS) + 1
"""The schema that this koschuso writes."""


def schema_of(document: Mapping[str, Any]) -> int | None:
    """Tell the schema of a document; one without a number is of the first, and ``None`` means that it is no number."""
    number = document.get("schema", 1)
    return number if type(number) is int and number >= 1 else None


def lift(kind: str, document: dict[str, Any], steps: Sequence[Step] = STEPS) -> dict[str, Any]:
    """Lift a document of an older schema to the present one; a newer one stays as it is.

    >>> def rename(kind, document):
    ...     return {("title" if key == "name" else key): value for key, value in document.items()}
    >>> lift("goal", {"schema": 1, "id": "z-1", "name": "Ziel"}, [rename])
    {'schema': 2, 'id': 'z-1', 'title': 'Ziel'}
    """
    for number in range(schema_of(document) or 1, len(steps) + 1):
        document = {**steps[number - 1](kind, document), "schema": number + 1}
    return document
