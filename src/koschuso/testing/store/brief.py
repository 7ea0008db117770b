"""Clauses T2 to T4 and C2 to C4 once more, for brief transactions: most of what an office does is done in them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from koschuso.errors import Conflict, Refused, WrongUse
from koschuso.store.conditions import Index, OneOf
from koschuso.store.driver import ABSENT, ANY, Capability, Write
from koschuso.testing.clauses import clause
from koschuso.testing.store.samples import EMPTY, PLAIN
from koschuso.testing.store.steps import (
    all_at_once,
    changes,
    everything,
    get,
    ids,
    in_thread,
    put,
    remove,
    required,
    scan,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.store.driver import Document, DriverTransaction, Expected, StoreDriver
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["BriefClauses"]


def _get(driver: StoreDriver, id_: str = "a") -> Document | None:
    with driver.brief_transaction(write=False) as brief:
        return brief.get("person", id_)


def _put(driver: StoreDriver, id_: str, body: bytes, expect: Expected) -> str:
    with driver.brief_transaction(write=True) as brief:
        return brief.put("person", id_, body, EMPTY, expect=expect)


def _remove(driver: StoreDriver, id_: str, expect: Expected) -> str | None:
    with driver.brief_transaction(write=True) as brief:
        return brief.remove("person", id_, expect=expect)


def _read_and_put(driver: StoreDriver, id_: str, body: bytes, expect: Expected) -> str:
    with driver.brief_transaction(write=True) as brief:
        brief.get("person", id_)
        return brief.put("person", id_, body, EMPTY, expect=expect)


def _read_and_remove(driver: StoreDriver, id_: str, expect: Expected) -> str | None:
    with driver.brief_transaction(write=True) as brief:
        brief.get("person", id_)
        return brief.remove("person", id_, expect=expect)


def _broken(driver: StoreDriver, work: Callable[[DriverTransaction], object], error: type[BaseException]) -> None:
    with driver.brief_transaction(write=True) as brief:
        work(brief)
        raise error


class BriefClauses:
    """What `brief_transaction` promises like `transaction`."""

    @clause("T2")
    def test_t2_a_brief_transaction_that_raises_leaves_no_trace(self, store: StoreUnderTest) -> None:
        """Whatever exception leaves a brief transaction, nothing of it stays; a refused `put_many` has put none."""
        works: list[Callable[[DriverTransaction], object]] = [
            lambda brief: brief.put("person", "a", b"2", Index(type="y"), expect=ANY),
            lambda brief: brief.put("person", "new", b"2", Index(type="y"), expect=ABSENT),
            lambda brief: brief.remove("person", "a", expect=ANY),
            lambda brief: brief.put_many(Write("person", f"{n}", PLAIN, EMPTY, ANY) for n in range(50)),
        ]
        with store.open() as driver:
            put(driver, index=Index(type="x"))
            before = everything(driver)
            for error in (ZeroDivisionError, KeyboardInterrupt, GeneratorExit):
                for work in works:
                    with pytest.raises(error):
                        _broken(driver, work, error)
                    assert everything(driver) == before
            with driver.brief_transaction(write=True) as brief, suppress(Conflict):
                brief.put_many([Write("person", "b", PLAIN, EMPTY, ANY), Write("person", "a", PLAIN, EMPTY, ABSENT)])
            with driver.brief_transaction(write=True) as brief, suppress(Refused):
                brief.put_many([Write("person", "b", PLAIN, EMPTY, ANY), Write("person", "c", b"\0", EMPTY, ANY)])
            assert everything(driver) == before
            with driver.brief_transaction(write=True) as brief:
                brief.put_many(Write("person", f"{n}", PLAIN, EMPTY, ABSENT) for n in range(3))
            assert ids(scan(driver)) == ["0", "1", "2", "a"]

    @clause("T3")
    def test_t3_a_brief_transaction_sees_what_is_committed_and_nothing_else(self, store: StoreUnderTest) -> None:
        """A brief reader never sees what a writer has not committed, and always what somebody committed before."""
        looks: list[Callable[[DriverTransaction], object]] = [
            lambda brief: brief.get("person", "a"),
            lambda brief: list(brief.scan("person")),
            lambda brief: list(brief.scan("person", [OneOf("type", ["x"])])),
            lambda brief: list(brief.contents("person")),
            lambda brief: {kind: count for kind, count in brief.counts().items() if count},
            lambda brief: list(brief.changes()),
            lambda brief: list(brief.steps()),
            lambda brief: brief.cursor(),
            lambda brief: brief.changed_at(),
        ]
        with store.open() as driver:
            if Capability.HISTORY in driver.capabilities:
                looks.append(lambda brief: brief.history("person", "a"))

            def seen() -> list[object]:
                found = []
                for look in looks:
                    with driver.brief_transaction(write=False) as brief:
                        found.append(look(brief))
                return found

            def committed() -> list[object]:
                with driver.transaction(write=False) as reader:
                    return [look(reader) for look in looks]

            put(driver, index=Index(type="x"))
            steps: list[Callable[[DriverTransaction], object]] = [
                lambda transaction: transaction.put("person", "a", b"2", Index(type="y"), expect=ANY),
                lambda transaction: transaction.put_many([Write("person", "b", PLAIN, Index(type="x"), ABSENT)]),
                lambda transaction: transaction.remove("person", "a", expect=ANY),
                lambda transaction: transaction.put("person", "a", b"3", Index(type="x"), expect=ABSENT),
            ]
            for step in steps:
                before = seen()
                assert before == committed()
                with driver.transaction(write=True) as transaction:
                    step(transaction)
                    assert in_thread(seen) == before
                assert seen() == committed() != before
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "a")])
                assert seen() == committed()
                assert seen()[0] is None

    @clause("T3")
    def test_t3_every_way_of_reading_is_one_moment_in_a_brief_transaction(self, store: StoreUnderTest) -> None:
        """What was begun to be read is read to its end as it was, whatever is committed meanwhile."""
        ways: list[Callable[[DriverTransaction], Any]] = [
            lambda brief: brief.scan("person"),
            lambda brief: brief.contents("person"),
            lambda brief: brief.contents("person", [OneOf("subject", ["s"])]),
            lambda brief: brief.changes(),
        ]
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", f"{n:04}", PLAIN, Index(subject="s"), ABSENT) for n in range(1200))
            for turn, way in enumerate(ways):
                with driver.transaction(write=False) as reader:
                    before = list(way(reader))
                with driver.brief_transaction(write=False) as brief:
                    rows = iter(way(brief))
                    seen = [next(rows)]
                    in_thread(lambda turn=turn: remove(driver, f"{1199 - turn:04}"))  # type: ignore[misc]  # bound now
                    assert [*seen, *rows] == before

    @clause("T4")
    def test_t4_what_a_brief_transaction_gave_ends_with_it(self, store: StoreUnderTest) -> None:
        """After its block nothing of a brief transaction can be used; one for reading writes nothing."""
        with store.open() as driver:
            for id_ in "abc":
                put(driver, id_)
            before = everything(driver)
            with driver.brief_transaction(write=False) as brief:
                iterators: list[Any] = [brief.scan("person"), brief.contents("person"), brief.changes()]
            # Some sense it by asking, some by going on.
            for iterator in iterators:
                with pytest.raises(WrongUse):
                    next(iterator)
            for write in (False, True):
                with driver.brief_transaction(write=write) as brief:
                    rows = brief.scan("person")
                    next(rows)
                careless: list[Callable[[], object]] = [
                    lambda rows=rows: next(rows),  # type: ignore[misc]  # bound now, not later
                    lambda brief=brief: brief.get("person", "a"),  # type: ignore[misc]  # as above
                    lambda brief=brief: brief.put("person", "a", b"2", EMPTY, expect=ANY),  # type: ignore[misc]  # as above
                    lambda brief=brief: brief.remove("person", "a", expect=ANY),  # type: ignore[misc]  # as above
                ]
                for use in careless:
                    with pytest.raises(WrongUse):
                        use()
            writing: list[Callable[[DriverTransaction], object]] = [
                lambda brief: brief.put("person", "a", b"2", EMPTY, expect=ANY),
                lambda brief: brief.put_many([Write("person", "a", b"2", EMPTY, ANY)]),
                lambda brief: brief.remove("person", "a", expect=ANY),
            ]
            for write_anyway in writing:
                with pytest.raises(WrongUse), driver.brief_transaction(write=False) as brief:
                    write_anyway(brief)
            assert everything(driver) == before
        with pytest.raises(WrongUse):
            _get(driver)
        with pytest.raises(WrongUse):
            _put(driver, "a", b"2", ANY)

    @clause("T4")
    def test_t4_a_brief_transaction_goes_on_after_a_conflict(self, store: StoreUnderTest) -> None:
        """After a conflict or a refusal a brief transaction can be used on, and what it does then is kept."""
        with store.open() as driver:
            revision = put(driver)
            with driver.brief_transaction(write=True) as brief:
                with pytest.raises(Conflict) as caught:
                    brief.put("person", "a", b"2", EMPTY, expect=ABSENT)
                with pytest.raises(Refused):
                    brief.put("person", "a", b"\0", EMPTY, expect=ANY)
                found = brief.get("person", "a")
                assert found is not None
                assert found.revision == caught.value.actual == revision
                brief.put("person", "a", b"3", EMPTY, expect=revision)
            assert required(driver).body == b"3"

    @clause("C2")
    def test_c2_a_brief_transaction_compares_what_is_expected(self, store: StoreUnderTest) -> None:
        """Also in a brief transaction only the right expectation is accepted, whether it read before or not."""
        with store.open() as driver:
            first = _put(driver, "a", b"1", ABSENT)
            second = _put(driver, "a", b"2", first)
            before = everything(driver)
            for stale in (first, ABSENT, "", "x"):
                with pytest.raises(Conflict) as caught:
                    _put(driver, "a", b"3", stale)
                assert caught.value.actual == second
                with pytest.raises(Conflict):
                    _read_and_put(driver, "a", b"3", stale)
                with pytest.raises(Conflict), driver.brief_transaction(write=True) as brief:
                    brief.put_many([Write("person", "b", b"3", EMPTY, ANY), Write("person", "a", b"3", EMPTY, stale)])
                if stale is not ABSENT:
                    with pytest.raises(Conflict):
                        _remove(driver, "a", stale)
                    with pytest.raises(Conflict):
                        _read_and_remove(driver, "a", stale)
            with pytest.raises(Conflict):
                _put(driver, "nobody", b"3", second)
            with pytest.raises(WrongUse):
                _remove(driver, "a", ABSENT)
            assert everything(driver) == before
            assert _remove(driver, "nobody", ANY) is None
            assert _remove(driver, "a", second)
            assert get(driver) is None

    @clause("C3")
    def test_c3_no_increment_in_brief_transactions_is_lost(self, store: StoreUnderTest) -> None:
        """Threads that read and put in brief transactions, without caring for revisions, lose nothing of each other."""

        def add() -> None:
            for _ in range(15):
                while True:
                    with suppress(Conflict), driver.brief_transaction(write=True) as brief:
                        document = brief.get("person", "a")
                        assert document is not None
                        value = b"%d" % (int(document.body) + 1)
                        time.sleep(0.001)  # long enough for the others to come, if they can
                        brief.put("person", "a", value, EMPTY, expect=ANY)
                        break

        with store.open() as driver:
            put(driver, body=b"0")
            all_at_once([add] * 4)
            assert required(driver).body == b"60"
            assert len(changes(driver)) == 61

    @clause("C4")
    def test_c4_brief_transactions_return_the_revisions_that_they_store(self, store: StoreUnderTest) -> None:
        """The revision that a brief transaction returns is the one of document and feed, and never comes back."""
        with store.open() as driver:
            told = [_put(driver, "a", b"1", ABSENT), _put(driver, "a", b"1", ANY)]
            assert required(driver).revision == told[-1]
            told.append(_remove(driver, "a", told[-1]) or "")
            with driver.brief_transaction(write=True) as brief:
                brief.get("person", "a")
                told.append(brief.put("person", "a", b"1", EMPTY, expect=ABSENT))
            with driver.brief_transaction(write=True) as brief:
                told += brief.put_many([Write("person", "a", b"1", EMPTY, ANY)])
            assert [change.revision for change in changes(driver)] == told
            assert len(set(told)) == len(told) == 5
