"""Which files outside a transaction changes, and what they are to be: written before the commit, under temporary names."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from koschuso_files.faces import Face, Staged
from koschuso_files.layout import COLLECTIONS
from koschuso_files.rendering import is_internal, record_of, render, render_events, suffix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.model import Record
    from koschuso_files.faces import Key
    from koschuso_files.holding import Holding
    from koschuso_files.transaction import FilesTransaction

__all__ = ["item_records", "stage"]

_BATCH: Final = 200
_JSON: Final = ".json"


def stage(transaction: FilesTransaction, holding: Holding, staged: list[Staged]) -> None:
    """Write all files that a transaction changes under temporary names.

    Args:
        transaction: Not committed yet.
        holding: What was before.
        staged: Filled with what waits, also when this fails half-way.
    """
    faces = holding.faces
    stamp = datetime.fromtimestamp(transaction.now / 1_000_000, UTC)
    done = {one.face.key for one in transaction.accepted}
    keys = (key for key in _dirty(transaction, holding) if key not in done)
    while batch := list(islice(keys, _BATCH)):
        alone: list[tuple[Key, bytes, Record]] = []
        for key in batch:
            suffix, data, single = _content(key, transaction, holding, stamp)
            if single is not None and data is not None:
                alone.append((key, data, single))
            elif data is not None:
                staged.append(faces.stage(key, suffix, data))
            else:
                old = faces.of(key)
                if old is not None:
                    staged.append(Staged(Face(old.path, *key, ""), None, None))
        files = render_events([record for _, _, record in alone], stamp) if alone else []
        for (key, body, _), file in zip(alone, files, strict=True):
            staged.append(faces.stage(key, _JSON, body) if file is None else faces.stage(key, ".ics", file))


def _dirty(transaction: FilesTransaction, holding: Holding) -> Iterator[Key]:
    """Give the keys of all records whose file may change, each once."""
    events: dict[Key, None] = {}
    for kind, entries in transaction.changed.items():
        if is_internal(kind):
            continue
        for id_ in entries:
            if kind in {"event", "participation"}:
                events.update(dict.fromkeys(_events_of((kind, id_), transaction, holding)))
            if kind != "event" and (kind, id_) not in transaction.redo:
                yield kind, id_
    yield from (key for key in transaction.redo if key not in events)
    yield from events


def _events_of(key: Key, transaction: FilesTransaction, holding: Holding) -> Iterator[Key]:
    """Give the events whose files an event or a participation changes."""
    kind, id_ = key
    for entry in (transaction.entry(kind, id_), transaction.state.entry(kind, id_)):
        if entry is not None and entry.of:
            yield "event", entry.of
    if kind == "event":
        # Without its event, a moved occurrence has a file of its own.
        yield from (other for other in holding.attached_to(id_, transaction) if other[0] == "event")
        yield key


def _content(
    key: Key, transaction: FilesTransaction, holding: Holding, stamp: datetime
) -> tuple[str, bytes | None, Record | None]:
    """Give the file of a record: ending and content, nothing for none; or its body with the record if it stands alone."""
    kind, id_ = key
    body = transaction.body(kind, id_)
    if body is None:
        return "", None, None
    record = record_of(kind, id_, body) if kind in COLLECTIONS else None
    if record is None:
        return _JSON, body, None
    suffix = suffix_of(kind)
    if suffix == ".vcf":
        data = render([record], stamp)
        return (_JSON, body, None) if data is None else (suffix, data, None)
    if kind == "event":
        entry = transaction.entry(kind, id_)
        if entry is not None and entry.of and _carried(entry.of, transaction):
            return "", None, None
        members = item_records(key, transaction, holding)
        if len(members) > 1:
            data = render(members, stamp)
            return (_JSON, body, None) if data is None else (suffix, data, None)
    return suffix, body, record


def _carried(owner: str, transaction: FilesTransaction) -> bool:
    """Tell whether the file of the event carries its moved occurrences."""
    body = transaction.body("event", owner)
    record = None if body is None else record_of("event", owner, body)
    return record is not None and render([record], datetime.now(UTC)) is not None


def item_records(key: Key, transaction: FilesTransaction, holding: Holding) -> list[Record]:
    """Give the records that the file of a record tells of, its own first."""
    found: list[Record] = []
    for kind, id_ in (key, *(holding.attached_to(key[1], transaction) if key[0] == "event" else ())):
        body = transaction.body(kind, id_)
        record = None if body is None else record_of(kind, id_, body)
        if record is not None:
            found.append(record)
    return found
