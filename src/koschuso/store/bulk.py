"""Many records at once: what is to be written of them, a batch at a time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from koschuso.codec import encode
from koschuso.store.conditions import OneOf
from koschuso.store.driver import ABSENT, ANY, Expect, Write
from koschuso.store.indexing import index_of
from koschuso.store.stored import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.model import Record
    from koschuso.store.driver import Document, DriverTransaction

__all__ = ["bulk_writes", "prepared"]

_BATCH = 500


def prepared(records: Iterable[Record], expect: Expect) -> Iterator[Write]:
    """Give the writes for records, one after the other; needs no transaction."""
    return (Write(record.KIND, record.id, encode(record), index_of(record), expect) for record in records)


def bulk_writes(
    transaction: DriverTransaction, writes: Iterable[Write], expect: Expect, tally: dict[Outcome, int]
) -> Iterator[Write]:
    """Give the writes for what differs from what is stored, and count what becomes of all."""
    seen: set[tuple[str, str]] = set()
    new_kinds: dict[str, bool] = {}
    following = iter(writes)
    while batch := list(islice(following, _BATCH)):
        if expect is ABSENT:
            # The driver refuses what is there already, so whatever it takes is new.
            tally[Outcome.CREATED] += len(batch)
            yield from batch
            continue
        there = _there(transaction, batch, new_kinds)
        for write in batch:
            key = write[:2]
            old = there.get(key)
            # A key that comes twice is judged by the driver alone: what is stored by then is not known here.
            if key in seen:
                outcome = Outcome.UPDATED
            elif old is None:
                outcome = Outcome.CREATED
            elif old.body == write.body and old.index == write.index and expect is ANY:
                tally[Outcome.UNCHANGED] += 1
                continue
            else:
                outcome = Outcome.UPDATED
            seen.add(key)
            tally[outcome] += 1
            yield write


def _there(
    transaction: DriverTransaction, batch: list[Write], new_kinds: dict[str, bool]
) -> dict[tuple[str, str], Document]:
    """Read what is stored under the keys of a batch; of a kind that was new at the beginning nothing needs reading."""
    ids: dict[str, list[str]] = {}
    for write in batch:
        ids.setdefault(write.kind, []).append(write.id)
    there: dict[tuple[str, str], Document] = {}
    for kind, wanted in ids.items():
        if kind not in new_kinds:
            new_kinds[kind] = next(transaction.scan(kind), None) is None
        if not new_kinds[kind]:
            there.update(((kind, document.id), document) for document in transaction.scan(kind, [OneOf("id", wanted)]))
    return there
