"""Why something was changed: a few words beside the record of changes, without a change to the driver's contract.

The changes of a transaction stand together in the feed. Two puts of one small document embrace them: the first before
the first change, the last after the last one. A transaction that changes nothing leaves none.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec

from koschuso.errors import WrongUse
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT

if TYPE_CHECKING:
    from koschuso.store.driver import Change, DriverTransaction

__all__ = ["REASON_KIND", "Reasons", "reason_at"]

REASON_KIND = "koschuso:vorgang"
"""Reserved kind of the documents that hold reasons."""

_LONGEST = 200


class Reasons:
    """Writes the reason of one transaction.

    Args:
        transaction: A write transaction.
        reason: A few words without personal data; empty writes nothing.

    Raises:
        WrongUse: The reason is too long or holds control characters.
    """

    def __init__(self, transaction: DriverTransaction, reason: str) -> None:
        if reason and not (reason.isprintable() and len(reason) <= _LONGEST):
            raise WrongUse(f"Ein Anlass hat höchstens {_LONGEST} Zeichen in einer Zeile.")
        self._transaction = transaction
        self._reason = reason
        self._id = ""
        self._revision = ""

    def open(self) -> None:
        """Write the reason before the first change."""
        if not self._reason or self._id:
            return
        self._id = str(uuid.uuid4())
        body = msgspec.json.encode({"reason": self._reason, "complete": False})
        self._revision = self._transaction.put(REASON_KIND, self._id, body, Index(), expect=ABSENT)

    def close(self) -> None:
        """Mark the end of the changes that it was for."""
        if self._id:
            body = msgspec.json.encode({"reason": self._reason, "complete": True})
            self._transaction.put(REASON_KIND, self._id, body, Index(), expect=self._revision)


def reason_at(transaction: DriverTransaction, change: Change) -> str:
    """Tell the reason that holds after a change of a reason's document: none after its last put."""
    document = transaction.get(change.kind, change.id)
    if document is None or document.revision == change.revision:
        return ""
    body = msgspec.json.decode(document.body)
    return str(body.get("reason", "")) if isinstance(body, dict) else ""
