"""Clause T4: what goes on after an exception, and what ends with a transaction."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from koschuso.errors import Conflict, Refused, Unavailable, WrongUse
from koschuso.store.driver import ABSENT, ANY, Capability, Write
from koschuso.testing.clauses import clause, not_applicable, not_checkable
from koschuso.testing.store.samples import EMPTY, PLAIN
from koschuso.testing.store.steps import (
    changes,
    everything,
    get,
    ids,
    in_thread,
    put,
    required,
    requires,
    rolled_back,
    scan,
)

if TYPE_CHECKING:
    from koschuso.store.driver import StoreDriver
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["EndingClauses"]


class EndingClauses:
    """T4: usable after an exception."""

    @clause("T4")
    def test_t4_the_driver_is_usable_after_an_exception(self, store: StoreUnderTest) -> None:
        """After any exception in a transaction the driver goes on, in this thread and in others."""
        with store.open() as driver:
            for error in (ValueError, KeyboardInterrupt):
                rolled_back(
                    driver, lambda transaction: transaction.put("person", "a", PLAIN, EMPTY, expect=ABSENT), error
                )
                with pytest.raises(error), driver.transaction(write=False):
                    raise error
            with suppress(Conflict):
                put(driver, "b", expect="1")
            in_thread(lambda: put(driver, "a", expect=ANY))
            assert required(driver).body == PLAIN

    @clause("T4")
    def test_t4_the_transaction_is_usable_after_a_conflict_or_refusal(self, store: StoreUnderTest) -> None:
        """After `Conflict`, `Refused` and `WrongUse` the same transaction goes on and commits the rest."""
        with store.open() as driver:
            put(driver, "a")
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "b", PLAIN, EMPTY, expect=ABSENT)
                with pytest.raises(Conflict):
                    transaction.put("person", "a", b'{"n":2}', EMPTY, expect=ABSENT)
                with pytest.raises(Refused):
                    transaction.put("person", "c", b"\0", EMPTY, expect=ANY)
                with pytest.raises(WrongUse):
                    transaction.remove("person", "a", expect=ABSENT)
                with pytest.raises(Refused):
                    transaction.changes("x")
                with pytest.raises(Conflict):
                    transaction.remove("person", "a", expect="1")
                transaction.put("person", "d", PLAIN, EMPTY, expect=ABSENT)
            assert ids(scan(driver)) == ["a", "b", "d"]
            assert ids(changes(driver)) == ["a", "b", "d"]
            assert required(driver).body == PLAIN

    @clause("T4")
    def test_t4_a_transaction_that_swallows_a_failure_of_the_store_is_not_committed(
        self, store: StoreUnderTest
    ) -> None:
        """After `Unavailable` a transaction only raises, leaving it raises too, and nothing of it is there."""
        if store.disturb is None:
            if not store.outlives:
                not_applicable("Der Speicher hängt von nichts ab, das ausfallen kann.")
            not_checkable("Ein Ausfall des Speichers lässt sich von hier aus nicht herbeiführen.")
        large = b'"' + b"x" * 2_000_000 + b'"'
        with store.open() as driver:
            put(driver, "before")
            before = everything(driver)
            with store.disturb(driver):
                with pytest.raises(Unavailable):
                    _failing(driver, large)
                assert everything(driver) == before
                with pytest.raises(Unavailable):
                    _swallowing(driver, large)
                assert everything(driver) == before
            put(driver, "behind", large)
            assert ids(scan(driver)) == ["before", "behind"]

    @clause("T4")
    def test_t4_what_has_ended_says_so(self, store: StoreUnderTest) -> None:
        """An ended transaction, its iterators and a closed driver raise `WrongUse`."""
        driver = store.open()
        put(driver, "a")
        put(driver, "b")
        with driver.transaction(write=True) as transaction:
            rows, feed, contents = transaction.scan("person"), transaction.changes(), transaction.contents("person")
            steps = transaction.steps()
            for iterator in (rows, feed, contents, steps):
                next(iterator)
            with pytest.raises(WrongUse):
                driver.transaction(write=True).__enter__()
        with driver.transaction(write=False) as reader:
            kept = reader.scan("person")
            with pytest.raises(WrongUse):
                reader.put("person", "c", PLAIN, EMPTY, expect=ANY)
            with pytest.raises(WrongUse):
                reader.put_many([Write("person", "c", PLAIN, EMPTY, ANY)])
            with pytest.raises(WrongUse):
                reader.remove("person", "a", expect=ANY)
            with pytest.raises(WrongUse):
                reader.purge("person", "a")
        lates: list[Any] = [
            lambda: transaction.get("person", "a"),
            lambda: transaction.put("person", "a", PLAIN, EMPTY, expect=ANY),
            lambda: transaction.put_many([Write("person", "c", PLAIN, EMPTY, ANY)]),
            lambda: transaction.remove("person", "a", expect=ANY),
            lambda: next(transaction.scan("person")),
            lambda: next(transaction.changes()),
            lambda: reader.get("person", "a"),
            lambda: next(rows),
            lambda: next(feed),
            lambda: next(contents),
            lambda: next(steps),
            lambda: next(kept),
            transaction.counts,
            transaction.cursor,
            transaction.changed_at,
        ]
        for late in lates:
            with pytest.raises(WrongUse):
                late()
        for write in (False, True):
            with driver.transaction(write=write), pytest.raises(WrongUse):
                driver.close()
        assert len(scan(driver)) == 2
        driver.close()
        driver.close()
        with pytest.raises(WrongUse):
            get(driver)
        with pytest.raises(WrongUse):
            put(driver)

    @clause("T4")
    def test_t4_a_transaction_ended_by_an_exception_says_so(self, store: StoreUnderTest) -> None:
        """What a rolled-back transaction gave can no longer be used either."""
        with store.open() as driver:
            put(driver, "a")
            for write in (False, True):
                rows: Any = None
                try:
                    with driver.transaction(write=write) as transaction:
                        rows = transaction.scan("person")
                        raise ZeroDivisionError  # noqa: TRY301 - leaving the block like this is the point
                except ZeroDivisionError:
                    pass
                with pytest.raises(WrongUse):
                    transaction.get("person", "a")
                with pytest.raises(WrongUse):
                    next(rows)
            if Capability.HISTORY in driver.capabilities:
                with pytest.raises(WrongUse):
                    transaction.history("person", "a")

    @clause("T4")
    def test_t4_a_purge_in_a_write_transaction_of_the_same_thread_is_refused(self, store: StoreUnderTest) -> None:
        """A purge does not wait for ever for the transaction that it stands in."""
        with store.open() as driver:
            requires(driver, Capability.PURGE)
            put(driver, "a")
            with driver.transaction(write=True), pytest.raises(WrongUse):
                driver.purge([("person", "a")])
            driver.purge([("person", "a")])
            assert get(driver) is None


def _failing(driver: StoreDriver, large: bytes) -> None:
    """Meet a failure of the store in the middle of a transaction."""
    with driver.transaction(write=True) as transaction:
        transaction.put("person", "first", PLAIN, EMPTY, expect=ABSENT)
        transaction.put_many(Write("person", f"{n}", large, EMPTY, ABSENT) for n in range(5))


def _swallowing(driver: StoreDriver, large: bytes) -> None:
    """Go on in a transaction after the store has failed, as careless callers do."""
    with driver.transaction(write=True) as transaction:
        transaction.put("person", "first", PLAIN, EMPTY, expect=ABSENT)
        with pytest.raises(Unavailable):
            transaction.put_many(Write("person", f"{n}", large, EMPTY, ABSENT) for n in range(5))
        with pytest.raises(Unavailable):
            transaction.get("person", "before")
        with pytest.raises(Unavailable):
            transaction.put("person", "second", PLAIN, EMPTY, expect=ABSENT)
