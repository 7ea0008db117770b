"""What those who look at the files outside need of the driver: the office as it stands, and a transaction to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from koschuso_files.holding import Holding
    from koschuso_files.transaction import FilesTransaction

__all__ = ["Writer"]


class Writer(Protocol):
    """Holds the writer lock; `FilesDriver` is the implementation."""

    @property
    def holding(self) -> Holding:
        """What the store holds."""

    def alone(self) -> AbstractContextManager[FilesTransaction]:
        """Begin a write transaction under the writer lock that is held already."""
