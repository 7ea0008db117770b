"""What a store gives back: records with what the store knows about them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

import attrs

from koschuso.model import Record
from koschuso.store.driver import Operation

__all__ = ["Changed", "Outcome", "Past", "Saved", "Stored"]

R_co = TypeVar("R_co", bound=Record, covariant=True)


class Outcome(StrEnum):
    """What a put did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@attrs.frozen
class Stored(Generic[R_co]):
    """A record and the revision in which it is stored.

    Attributes:
        value: The record.
        revision: What `expect` wants to see when this state is to be replaced; opaque.
        outcome: What the put that gave this did; ``None`` for what was only read.
    """

    value: R_co
    revision: str
    outcome: Outcome | None = attrs.field(default=None, eq=False)


@attrs.frozen
class Past(Generic[R_co]):
    """One step in the life of a record.

    Attributes:
        value: The record at that time; ``None`` for removals and for everything before a removal.
        revision: Revision that the step made.
        operation: What was done.
        at: When, in UTC.
    """

    value: R_co | None
    revision: str
    operation: Operation
    at: datetime


@attrs.frozen(kw_only=True)
class Saved:
    """What became of many records; the three numbers add up to all of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        """How many records there were."""
        return self.created + self.updated + self.unchanged


@attrs.frozen(kw_only=True)
class Changed:
    """One committed change: which record, not what is in it.

    Attributes:
        cursor: Opaque position right after this change, to continue from.
        kind: Kind of the record.
        id: Id of the record.
        revision: Revision that the change made.
        operation: What was done.
        at: When, in UTC; for people, never for ordering.
        reason: Why, as `Store.transaction` was told; empty where it was not.
    """

    cursor: str
    kind: str
    id: str
    revision: str
    operation: Operation
    at: datetime
    reason: str = ""
