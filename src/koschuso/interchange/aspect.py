"""An aspect: a few fields of a record, and the few properties of a file that say them.

`koschuso.interchange.foreign` reads, keeps and writes whole records by tables of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from koschuso.interchange.contentline import ContentLine, Head

__all__ = ["Aspect", "Quick", "same_fields"]

Scope = TypeVar("Scope")

Quick = Callable[[Sequence[str], dict[str, Any], list[str], Any], bool]
"""Reads the lines of an aspect from the values of a component's lines.

Gets the values, the fields so far, the entries of ``Record.foreign`` so far (each line verbatim), and the scope. Puts in
what the lines say, and the placeholder for each line that koschuso would write itself, exactly as `Aspect.read` and
`koschuso.interchange.foreign.AspectTable.keep` do it; or gives False, having done nothing, where that takes more than a look.
"""


def same_fields(aspect: Aspect[Any], told: Mapping[str, Any], record: Any) -> bool:
    """Whether the fields that were read are those of the record."""
    for field in aspect.fields:  # noqa: SIM110 - called for every aspect of every record: a generator takes twice as long
        if told[field] != getattr(record, field):
            return False
    return True


@attrs.frozen(kw_only=True, eq=False)
class Aspect(Generic[Scope]):
    """A few fields of a record and the few properties that say them.

    Attributes:
        fields: Names of the fields.
        names: Names of the properties, upper case.
        read: Gives the values of all the fields from the lines of these properties, in the order of the file. Without
            lines it gives what their absence means. What cannot be understood counts as absent.
        write: Gives the lines for anything that has the fields as attributes: canonical, unfolded, none where absence
            says the same (unless the standard wants a line).
        several: Properties that may stand more than once; of the others only the first line is read.
        same: Whether what was read is what the record says; by comparing the fields when not given.
        quick: A quicker way to do both `read` and `koschuso.interchange.foreign.AspectTable.keep` for lines as most files have them, see `Quick`;
            made for the heads of the lines and the places where they stand in the component, ``None`` for other heads.
        stays: A quicker way to tell that one line alone certainly says what the record says; False where that takes
            more than a look.
    """

    fields: tuple[str, ...]
    names: tuple[str, ...]
    read: Callable[[Sequence[ContentLine], Scope], Mapping[str, Any]]
    write: Callable[[Any, Scope], Sequence[str]]
    several: frozenset[str] = frozenset()
    same: Callable[[Aspect[Any], Mapping[str, Any], Any], bool] = same_fields
    quick: Callable[[Sequence[Head], Sequence[int]], Quick | None] | None = None
    stays: Callable[[ContentLine, Any], bool] | None = None
