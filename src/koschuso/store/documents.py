"""What a driver keeps and tells: documents, changes, versions; and what a caller expects to be stored.

Driver authors import these names from `koschuso.store.driver`.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from koschuso.errors import Conflict, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from koschuso.store.conditions import Index

__all__ = [
    "ABSENT",
    "ANY",
    "Change",
    "Document",
    "Expect",
    "Expected",
    "Operation",
    "Step",
    "Version",
    "Write",
    "conflict",
    "require_expected",
]


class Expect(Enum):
    """What a caller may expect instead of a revision."""

    ABSENT = "ABSENT"
    ANY = "ANY"

    def __repr__(self) -> str:
        return self.name


ABSENT: Literal[Expect.ABSENT] = Expect.ABSENT
"""There is no such document yet."""

ANY: Literal[Expect.ANY] = Expect.ANY
"""Whatever is stored now may be replaced or removed."""

Expected = str | Expect
"""A revision, `ABSENT` or `ANY`; there is deliberately no default."""


class Operation(StrEnum):
    """What a change did."""

    PUT = "put"
    REMOVE = "remove"
    PURGE = "purge"


class Document(NamedTuple):
    """A stored document.

    Attributes:
        kind: Kind of the record, for example ``"event"``.
        id: Id of the record, unique within its kind.
        revision: Opaque text that changes with every put (C4).
        body: JSON text in UTF-8, byte for byte as it was put (T1).
        index: The values by which it can be found.
    """

    kind: str
    id: str
    revision: str
    body: bytes
    index: Index  # type: ignore[assignment]  # nobody asks for the position of a value

    def __repr__(self) -> str:
        """Show the key only: bodies hold personal data."""
        return f"Document({self.kind!r}, {self.id!r}, revision={self.revision!r}, {len(self.body)} bytes)"


class Write(NamedTuple):
    """One put of `DriverTransaction.put_many`; the attributes are those of `DriverTransaction.put`."""

    kind: str
    id: str
    body: bytes
    index: Index  # type: ignore[assignment]  # nobody asks for the position of a value
    expect: Expected
    at: datetime | None = None

    def __repr__(self) -> str:
        """Show the key only: bodies hold personal data."""
        return f"Write({self.kind!r}, {self.id!r}, expect={self.expect!r}, {len(self.body)} bytes)"


class Change(NamedTuple):
    """One committed change as the feed tells it: key and revision, no body (F4).

    Attributes:
        cursor: Opaque position right after this change, to continue from.
        kind: Kind of the record.
        id: Id of the record.
        revision: Revision that the change made.
        operation: What was done.
        at: When, in UTC; for people, never for ordering.
    """

    cursor: str
    kind: str
    id: str
    revision: str
    operation: Operation
    at: datetime


class Step(NamedTuple):
    """One committed change with its content, for copies of a whole store.

    Attributes:
        change: The change as the feed tells it.
        body: The content that it put; ``None`` for removals and where the content is no longer kept.
        index: The index values that it put; ``None`` where `body` is ``None``.
    """

    change: Change
    body: bytes | None
    index: Index | None  # type: ignore[assignment]  # nobody asks for the position of a value

    def __repr__(self) -> str:
        """Show no content: bodies hold personal data."""
        return f"Step({self.change!r}, {'no content' if self.body is None else f'{len(self.body)} bytes'})"


class Version(NamedTuple):
    """One step in the life of a document.

    Attributes:
        revision: Revision that the step made.
        operation: What was done.
        at: When, in UTC.
        body: The content at that time; ``None`` for removals and for everything before a removal or purge (P1).
        index: The index values at that time; ``None`` where `body` is ``None``.
    """

    revision: str
    operation: Operation
    at: datetime
    body: bytes | None
    index: Index | None  # type: ignore[assignment]  # as above

    def __repr__(self) -> str:
        """Show no content: bodies hold personal data."""
        return f"Version({self.revision!r}, {self.operation.value!r}, at={self.at.isoformat()!r})"


def conflict(kind: str, id: str, expect: Expected, actual: str | None) -> Conflict:  # noqa: A002 - the record's own term
    """Build the error for a document that is not what the caller expected."""
    expected = expect.value if isinstance(expect, Expect) else expect
    if expect is ABSENT:
        message = f"{kind} {id} gibt es schon (Revision {actual}). Bitte den vorhandenen Datensatz lesen und ändern."
    elif actual is None:
        message = f"{kind} {id} gibt es nicht mehr (erwartet: Revision {expected}). Bitte neu lesen und entscheiden."
    else:
        message = (
            f"{kind} {id} wurde inzwischen geändert (erwartet: Revision {expected}, gespeichert: {actual}). "
            "Bitte neu lesen und die Änderung wiederholen."
        )
    return Conflict(message, kind=kind, id=id, expected=expected, actual=actual)


def require_expected(kind: str, id: str, expect: Expected, actual: str | None) -> None:  # noqa: A002 - the record's own term
    """Compare the expectation with the stored revision (C1, C2); `actual` is ``None`` for an absent document.

    Raises:
        Conflict: When they differ.
        WrongUse: When the expectation is neither text nor `ABSENT` nor `ANY`.
    """
    if expect is ANY:
        return
    if expect is ABSENT:
        if actual is None:
            return
    elif not isinstance(expect, str):
        raise WrongUse("expect muss eine Revision, ABSENT oder ANY sein.")
    elif expect == actual:
        return
    raise conflict(kind, id, expect, actual)
