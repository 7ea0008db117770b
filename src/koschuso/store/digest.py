"""What a whole store holds, as numbers and digests that do not depend on its driver."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import attrs
import msgspec

from koschuso.store.driver import Operation
from koschuso.store.storable import microseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.store.driver import Document, DriverTransaction, Step

__all__ = ["COPY_KIND", "StoreDigest", "digest_of"]

COPY_KIND = "koschuso:kopie"
"""Reserved kind of the document in which a target notes how far a copy is; it is never copied itself."""


@attrs.frozen(kw_only=True)
class StoreDigest:
    """What a store holds, in numbers and digests that do not depend on the driver.

    Attributes:
        documents: How many documents there are, those of koschuso's own bookkeeping included.
        counts: The same by kind.
        changes: How many changes the record of changes tells, without those of copying itself.
        content: Digest of all documents, in the order of kinds and ids.
        history: Digest of all changes with their times and contents, in their order.
    """

    documents: int
    counts: dict[str, int]
    changes: int
    content: str
    history: str


def digest_of(
    transaction: DriverTransaction, *, purges: bool = True, tick: Callable[[], None] = lambda: None
) -> StoreDigest:
    """Read a whole store and take its numbers and digests.

    Args:
        transaction: What is read.
        purges: Whether purges are told apart from removals; not so where the store compared with cannot do it.
        tick: Called for every change and document.
    """
    counts = {kind: number for kind, number in transaction.counts().items() if kind != COPY_KIND and number}
    content = blake2b(digest_size=16)
    for kind in sorted(counts):
        counts[kind] = 0
        for document in transaction.scan(kind):
            counts[kind] += 1
            _feed_document(content.update, document)
            tick()
    history = blake2b(digest_size=16)
    changes = 0
    gone: set[tuple[str, str]] = set()
    for step in transaction.steps():
        change = step.change
        if change.kind == COPY_KIND:
            continue
        operation = change.operation
        if not purges:
            key = change.kind, change.id
            if operation is Operation.PUT:
                gone.discard(key)
            elif key in gone:
                continue
            else:
                gone.add(key)
                operation = Operation.REMOVE
        changes += 1
        _feed_step(history.update, step, operation)
        tick()
    return StoreDigest(
        documents=sum(counts.values()),
        counts=counts,
        changes=changes,
        content=content.hexdigest(),
        history=history.hexdigest(),
    )


def _feed_document(update: Callable[[bytes], None], document: Document) -> None:
    head = [document.kind, document.id, document.index, len(document.body)]
    update(msgspec.json.encode(head))
    update(document.body)


def _feed_step(update: Callable[[bytes], None], step: Step, operation: Operation) -> None:
    change, body, index = step
    length = None if body is None else len(body)
    update(msgspec.json.encode([change.kind, change.id, operation.value, microseconds(change.at), index, length]))
    if body is not None:
        update(body)
