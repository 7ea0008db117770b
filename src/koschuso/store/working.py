"""Transactions as users see them: nested blocks that are one whole, and calls that are a transaction of their own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from koschuso.errors import WrongUse
from koschuso.store.reasons import Reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.store.driver import DriverTransaction, StoreDriver

__all__ = ["Work", "Working"]


class Work:
    """The transaction that a thread is in."""

    __slots__ = ("broken", "changed", "reasons", "transaction")

    def __init__(self, transaction: DriverTransaction, reasons: Reasons | None) -> None:
        self.transaction = transaction
        self.reasons = reasons
        self.broken = False
        self.changed = False

    def announce(self) -> None:
        """Say that the first change comes now."""
        self.changed = True
        if self.reasons is not None:
            self.reasons.open()


class Working:
    """What knows the transaction that each thread is in.

    Args:
        driver: Keeps the documents.
    """

    def __init__(self, driver: StoreDriver) -> None:
        self._driver = driver
        self._local = threading.local()

    @contextmanager
    def transaction(self, *, reason: str = "") -> Iterator[Self]:
        """Do several things as one: committed when the block ends, rolled back when it raises.

        Within a transaction it joins that one. When a joined block raises, the whole can only be rolled back, even if
        the exception is caught in between.

        Args:
            reason: Why, for the record of changes; a few words without personal data. The outermost one counts.

        Raises:
            WrongUse: Within `snapshot`, which only reads; or at the end, when a joined block has failed.
            Unavailable: The store is busy, or the disk is full; nothing was changed.
        """
        work = self._work
        if work is not None:
            self._require_writing(work)
            try:
                yield self
            except BaseException:
                work.broken = True
                raise
            return
        with self._driver.transaction(write=True) as transaction:
            reasons = Reasons(transaction, reason)
            self._local.work = work = Work(transaction, reasons)
            try:
                yield self
                if work.broken:
                    raise WrongUse(
                        "Ein Teil dieser Transaktion ist fehlgeschlagen; es wurde nichts gespeichert. "
                        "Bitte den Fehler weiterreichen statt ihn aufzufangen."
                    )
                reasons.close()
            finally:
                self._local.work = None

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """Read several things from one consistent state, whatever others write meanwhile.

        Within a transaction or another snapshot it reads from that one.
        """
        if self._work is not None:
            yield self
            return
        with self._driver.transaction(write=False) as transaction:
            self._local.work = Work(transaction, None)
            try:
                yield self
            finally:
                self._local.work = None

    @property
    def _work(self) -> Work | None:
        work: Work | None = getattr(self._local, "work", None)
        return work

    @contextmanager
    def _reading(self) -> Iterator[DriverTransaction]:
        work = self._work
        if work is not None:
            yield work.transaction
        else:
            with self._driver.brief_transaction(write=False) as transaction:
                yield transaction

    @contextmanager
    def _writing(self) -> Iterator[Work]:
        work = self._work
        if work is not None:
            # What a driver refuses has changed nothing: a caught conflict leaves the transaction usable.
            self._require_writing(work)
            yield work
        else:
            with self._driver.brief_transaction(write=True) as transaction:
                yield Work(transaction, Reasons(transaction, ""))

    def _require_writing(self, work: Work) -> None:
        if work.reasons is None:
            raise WrongUse("In einem snapshot() wird nur gelesen. Bitte zum Schreiben transaction() verwenden.")
        if work.broken:
            raise WrongUse("Diese Transaktion ist fehlgeschlagen und kann nur noch zurückgerollt werden.")

    def _require_alone(self) -> None:
        if self._work is not None:
            raise WrongUse("Das geht nicht innerhalb einer Transaktion. Bitte die Transaktion vorher beenden.")
