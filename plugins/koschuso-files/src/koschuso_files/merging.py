"""Three states of one record: as it was when its file was written, as it is stored now, and as the file says now.

What the file's format cannot carry, or another program merely dropped, stays. What only one side changed is taken from
that side. What both changed to different values is contested, and the stored value stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from koschuso.interchange import ical, vcard
from koschuso.model import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Merged", "merged"]


class Merged(NamedTuple):
    """What becomes of a record.

    Attributes:
        record: As it is to be stored.
        contested: Names of the fields that both sides changed.
    """

    record: Record
    contested: tuple[str, ...]


def merged(base: Record, stored: Record, said: Record, *, suffix: str, unchanged: Record | None) -> Merged:
    """Bring together what is stored and what a file says.

    Args:
        base: The record when the file was written.
        stored: The record now.
        said: What the file says now.
        suffix: Ending of the file.
        unchanged: What the file would say if nobody had changed it; ``None`` for a file that carries everything.

    Raises:
        InvalidRecord: Both together are no valid record.
    """
    after = said if suffix == ".json" else _carried(base, said, suffix)
    names = [field.name for field in attrs.fields(type(base)) if field.name != "id"]
    changed = [
        name
        for name in names
        if getattr(after, name) != getattr(base, name)
        and (unchanged is None or getattr(said, name) != getattr(unchanged, name))
    ]
    contested = tuple(
        name
        for name in changed
        if getattr(stored, name) != getattr(base, name) and getattr(stored, name) != getattr(after, name)
    )
    taken = {name: getattr(after, name) for name in changed if name not in contested}
    return Merged(attrs.evolve(stored, **taken) if taken else stored, contested)


def _carried(base: Record, said: Record, suffix: str) -> Record:
    """Give the base with what the file says, as far as its format can say it."""
    format_ = vcard.FORMAT if suffix == ".vcf" else ical.FORMAT
    settled = said if format_.settle is None else format_.settle(base, said)
    fields = _fields(said, format_.carries)
    if fields is None:
        return settled
    after = _put_together(base, settled, (*fields, *_mentioned(said)))
    return after if isinstance(after, Record) else settled


def _fields(record: Record, carries: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    of_its_type = carries.get(f"{record.KIND}/{getattr(record, 'type', '')}")
    return carries.get(record.KIND) if of_its_type is None else of_its_type


def _mentioned(record: Record) -> tuple[str, ...]:
    """Name the fields that are not what they are without being mentioned."""
    return tuple(
        field.name
        for field in attrs.fields(type(record))
        if field.default is not attrs.NOTHING
        and field.name != "extras"
        and getattr(record, field.name) != field.default
    )


def _put_together(base: Any, said: Any, fields: tuple[str, ...]) -> Any:
    """Take these fields (dotted inside values) from what is said, and the others from the base."""
    if not fields or base is None or said is None or type(base) is not type(said):
        return said
    inner: dict[str, list[str]] = {}
    for field in fields:
        name, _, rest = field.partition(".")
        inner.setdefault(name, []).extend([rest] if rest else [])
    taken = {name: _put_together(getattr(base, name), getattr(said, name), tuple(rest)) for name, rest in inner.items()}
    if "extras" not in taken and isinstance(said, Record) and said.extras:
        taken["extras"] = {**base.extras, **said.extras}
    return attrs.evolve(base, **taken)
