"""The record of changes as users see it: records only, each change with the reason of its transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.store.digest import COPY_KIND
from koschuso.store.reasons import REASON_KIND, reason_at
from koschuso.store.remembering import MEMORY_KIND
from koschuso.store.stored import Changed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.store.driver import DriverTransaction

__all__ = ["changes_told"]

_NO_RECORDS = frozenset({REASON_KIND, MEMORY_KIND, COPY_KIND})


def changes_told(transaction: DriverTransaction, since: str | None) -> Iterator[Changed]:
    """Give the changes of records with the reason of their transaction, without what is no record."""
    reason = ""
    for change in transaction.changes(since):
        if change.kind not in _NO_RECORDS:
            cursor, kind, id_, revision, operation, at = change
            yield Changed(
                cursor=cursor, kind=kind, id=id_, revision=revision, operation=operation, at=at, reason=reason
            )
        elif change.kind == REASON_KIND:
            reason = reason_at(transaction, change)
