"""What a program wants to know again, kept in the store but no record: in the same transaction, without a trace of before.

A document of a reserved kind, so that it needs nothing of a driver and moves with the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY

if TYPE_CHECKING:
    from datetime import datetime

    from koschuso.store.driver import DriverTransaction

__all__ = ["MEMORY_KIND", "recall", "remember"]

T = TypeVar("T")

MEMORY_KIND = "koschuso:gedaechtnis"
"""Reserved kind of the documents that hold what is remembered."""


def remember(transaction: DriverTransaction, name: str, value: object, *, at: datetime | None = None) -> None:
    """Put a value in the place of an earlier one.

    Removed first: a removal takes the earlier bodies along, so a value that is renewed daily does not pile up.

    Args:
        transaction: A write transaction.
        name: Id of the document.
        value: Anything that JSON can say.
        at: Moment that the record of changes is to name; now when ``None``.
    """
    body = msgspec.json.encode(value)
    there = transaction.get(MEMORY_KIND, name)
    if there is not None:
        if there.body == body:
            return
        transaction.remove(MEMORY_KIND, name, expect=ANY, at=at)
    transaction.put(MEMORY_KIND, name, body, Index(), expect=ABSENT, at=at)


def recall(transaction: DriverTransaction, name: str, value_type: type[T]) -> T | None:
    """Read a value; what is not of this type is as good as forgotten."""
    there = transaction.get(MEMORY_KIND, name)
    if there is None:
        return None
    try:
        return msgspec.json.decode(there.body, type=value_type)
    except msgspec.DecodeError:
        return None
