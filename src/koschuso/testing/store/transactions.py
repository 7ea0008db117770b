"""Clauses T2 and T3: what a rollback leaves, and what a reader sees."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from koschuso.errors import Conflict, Refused, WrongUse
from koschuso.store.conditions import Index, OneOf
from koschuso.store.driver import ABSENT, ANY, Capability, DriverTransaction, Write
from koschuso.testing.clauses import clause
from koschuso.testing.store.samples import EMPTY, PLAIN
from koschuso.testing.store.steps import (
    all_at_once,
    changes,
    everything,
    ids,
    in_thread,
    put,
    remove,
    rolled_back,
    scan,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.store.driver import StoreDriver
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["TransactionClauses"]


class TransactionClauses:
    """T2 and T3: rollback, one state per reader."""

    @clause("T2")
    def test_t2_a_rolled_back_transaction_leaves_no_trace(self, store: StoreUnderTest) -> None:
        """After an exception nothing of the transaction is visible anywhere, then or later."""
        with store.open() as driver:
            put(driver, "kept", index=Index(type="x"))
            put(driver, "removed")
            before = everything(driver)

            def change(transaction: DriverTransaction) -> None:
                transaction.put("person", "kept", b'{"n":2}', Index(type="y"), expect=ANY)
                transaction.put("person", "new", PLAIN, EMPTY, expect=ABSENT)
                transaction.put("event", "new", PLAIN, EMPTY, expect=ABSENT)
                transaction.put_many([Write("person", f"{number:03}", PLAIN, EMPTY, ABSENT) for number in range(700)])
                transaction.remove("person", "kept", expect=ANY)
                transaction.remove("person", "removed", expect=ANY)

            def replace(transaction: DriverTransaction) -> None:
                transaction.put("person", "kept", b'{"n":2}', Index(type="y"), expect=ANY)
                transaction.put_many([Write("person", "removed", b'{"n":2}', Index(type="y"), ANY)])

            for error in (ZeroDivisionError, KeyboardInterrupt, GeneratorExit):
                for work in (change, replace):
                    rolled_back(driver, work, error)
                    assert everything(driver) == before
            assert ids(scan(driver, OneOf("type", ["x"]))) == ["kept"]
            assert scan(driver, OneOf("type", ["y"])) == []
            put(driver, "next")
            assert ids(changes(driver)) == ["kept", "removed", "next"]
            if Capability.VERIFY in driver.capabilities:
                assert driver.verify().damages == ()

    @clause("T2")
    def test_t2_a_refused_put_many_has_put_none(self, store: StoreUnderTest) -> None:
        """When one of many writes conflicts, is refused or cannot be read, none has been done."""

        def conflicting() -> Iterator[Write]:
            yield from (Write("person", f"{number:05}", PLAIN, EMPTY, ANY) for number in range(1200))
            yield Write("person", "taken", PLAIN, EMPTY, ABSENT)

        def refused() -> Iterator[Write]:
            yield Write("person", "taken", b'{"n":3}', EMPTY, ANY)
            yield from (Write("person", f"{number:05}", PLAIN, EMPTY, ANY) for number in range(1200))
            yield Write("person", "bad", b"\0", EMPTY, ANY)

        def breaking() -> Iterator[Write]:
            yield Write("person", "before", b'{"n":3}', EMPTY, ANY)
            yield from (Write("person", f"{number:05}", PLAIN, EMPTY, ANY) for number in range(1200))
            raise ZeroDivisionError

        with store.open() as driver:
            put(driver, "taken")
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "before", PLAIN, EMPTY, expect=ABSENT)
                for writes, error in (
                    (conflicting, Conflict),
                    (refused, Refused),
                    (breaking, ZeroDivisionError),
                ):
                    with pytest.raises(error):
                        transaction.put_many(writes())
                    assert ids(transaction.scan("person")) == ["before", "taken"]
                    assert transaction.counts() == {"person": 2}
                transaction.put("person", "behind", PLAIN, EMPTY, expect=ABSENT)
            assert [(found.id, found.body) for found in scan(driver)] == [
                ("before", PLAIN),
                ("behind", PLAIN),
                ("taken", PLAIN),
            ]
            assert ids(changes(driver)) == ["taken", "before", "behind"]

    @clause("T2")
    def test_t2_a_purge_in_a_transaction_is_rolled_back_too(self, store: StoreUnderTest) -> None:
        """A purge in a transaction that raises has taken nothing away, neither document nor earlier versions."""
        with store.open() as driver:
            for body in (PLAIN, b'{"n":2}'):
                put(driver, "a", body, Index(type="x"))
            before = everything(driver)

            def purge(transaction: DriverTransaction) -> None:
                transaction.purge("person", "a")
                assert transaction.get("person", "a") is None

            rolled_back(driver, purge)
            assert everything(driver) == before
            assert ids(scan(driver, OneOf("type", ["x"]))) == ["a"]

    @clause("T2")
    def test_t2_a_refused_put_many_leaves_what_the_transaction_did_before(self, store: StoreUnderTest) -> None:
        """Neither history nor index keeps anything of a refused `put_many`; own puts and removals stay done."""
        with store.open() as driver:
            for id_ in ("kept", "removed"):
                put(driver, id_, index=Index(type="x"))
            with driver.transaction(write=True) as transaction:
                transaction.remove("person", "removed", expect=ANY)
                transaction.put("person", "own", b"1", Index(type="x"), expect=ABSENT)
                with pytest.raises(Conflict):
                    transaction.put_many(
                        [
                            *(Write("person", id_, b"2", Index(type="y"), ANY) for id_ in ("kept", "removed", "own")),
                            Write("person", "kept", b"3", EMPTY, ABSENT),
                        ]
                    )
                assert transaction.get("person", "removed") is None
            assert ids(scan(driver, OneOf("type", ["x"]))) == ["kept", "own"]
            assert [found for found in scan(driver, OneOf("type", ["y"])) if found.index.type == "y"] == []
            assert [(change.id, change.operation) for change in changes(driver)[2:]] == [
                ("removed", "remove"),
                ("own", "put"),
            ]
            if Capability.HISTORY in driver.capabilities:
                assert [[step.body for step in steps] for steps in everything(driver)[4]] == [
                    [PLAIN],
                    [None, None],
                    [b"1"],
                ]
            if Capability.VERIFY in driver.capabilities:
                assert driver.verify().damages == ()

    @clause("T3")
    def test_t3_a_commit_becomes_visible_as_a_whole(self, store: StoreUnderTest) -> None:
        """A reader beside a writer sees all of a commit or nothing, over kinds, counts, feed and history."""
        kinds = ("event", "person", "task")

        def write(driver: StoreDriver) -> None:
            try:
                for number in range(30):
                    with driver.transaction(write=True) as transaction:
                        for kind in kinds:
                            transaction.put(kind, "a", b"%d" % number, EMPTY, expect=ANY)
                            transaction.put(kind, f"{number:02}", PLAIN, EMPTY, expect=ABSENT)
            finally:
                done.set()

        def read(driver: StoreDriver) -> None:
            while not done.is_set():
                with driver.transaction(write=False) as reader:
                    bodies = {None if (found := reader.get(kind, "a")) is None else found.body for kind in kinds}
                    counts = {reader.counts().get(kind, 0) for kind in kinds}
                    assert len(bodies) == len(counts) == 1, "half a commit is visible"
                    assert len(list(reader.changes())) == 6 * max(0, max(counts) - 1), "feed and documents differ"

        done = threading.Event()
        with store.open() as driver:
            all_at_once([lambda: write(driver), lambda: read(driver), lambda: read(driver)])

    @clause("T3")
    def test_t3_a_reader_in_the_writer_s_own_thread_sees_what_is_committed(self, store: StoreUnderTest) -> None:
        """A read transaction that a thread begins beside its own write transaction sees nothing of that one."""
        with store.open() as driver:
            put(driver, "a", index=Index(type="x"))
            before = everything(driver)
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "a", b"2", Index(type="y"), expect=ANY)
                transaction.put("person", "b", PLAIN, EMPTY, expect=ABSENT)
                assert everything(driver) == before
                assert ids(transaction.scan("person")) == ["a", "b"]
            assert ids(scan(driver)) == ["a", "b"]

    @clause("T3")
    def test_t3_a_long_scan_and_the_steps_are_of_the_reader_s_moment(self, store: StoreUnderTest) -> None:
        """However many pages it has, a scan ends in the state in which it began; contents of steps are of it, too."""
        with store.open() as driver:
            everyone = [f"{number:04}" for number in range(2300)]
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", id_, PLAIN, Index(subject="s"), ABSENT) for id_ in everyone)
            with driver.transaction(write=False) as reader:
                ways: list[Any] = [
                    (found.id for found in reader.scan("person")),
                    (found.id for found in reader.scan("person", [OneOf("subject", ["s"])])),
                    (id_ for id_, _, _ in reader.contents("person")),
                    (change.id for change in reader.changes()),
                    (step.change.id for step in reader.steps() if step.body == PLAIN),
                ]
                begun = [next(way) for way in ways]
                in_thread(lambda: [remove(driver, id_) for id_ in everyone[-3:]])
                in_thread(lambda: put(driver, "9999"))
                for first, way in zip(begun, ways, strict=True):
                    assert [first, *way] == everyone
                assert [step.change.id for step in reader.steps() if step.body == PLAIN] == everyone

    @clause("T3")
    def test_t3_a_reader_keeps_its_state_whatever_is_committed(self, store: StoreUnderTest) -> None:
        """A reader sees one moment in documents, counts, feed, cursor, time and history."""

        def write() -> None:
            put(driver, "a", b'{"n":2}', Index(type="y"))
            remove(driver, "b")
            put(driver, "c", index=Index(type="x"))
            put(driver, "c", kind="event")

        with store.open() as driver:
            put(driver, "a", index=Index(type="x"))
            put(driver, "b")
            with driver.transaction(write=False) as early:
                newest = early.changed_at()
                rows = early.scan("person")
                assert next(rows).id == "a"
                in_thread(write)
                document = early.get("person", "a")
                assert document is not None
                assert (document.body, document.index.type) == (PLAIN, "x")
                assert early.get("person", "b") is not None
                assert early.get("person", "c") is None
                assert early.get("event", "c") is None
                assert ids(rows) == ["b"]
                assert ids(early.scan("person")) == ["a", "b"]
                assert [id_ for id_, _, _ in early.contents("person")] == ["a", "b"]
                assert ids(early.scan("person", [OneOf("type", ["x"])])) == ["a"]
                assert list(early.scan("event")) == []
                assert {kind: count for kind, count in early.counts().items() if count} == {"person": 2}
                assert ids(early.changes()) == ["a", "b"]
                assert early.changed_at() == newest
                cursor = early.cursor()
                assert list(early.changes(cursor)) == []
                if Capability.HISTORY in driver.capabilities:
                    assert [step.body for step in early.history("person", "a")] == [PLAIN]
                    assert [step.body for step in early.history("person", "b")] == [PLAIN]
                    assert early.history("person", "c") == ()
            assert ids(scan(driver)) == ["a", "c"]
            assert ids(changes(driver, cursor)) == ["a", "b", "c", "c"]

    @clause("T3")
    def test_t3_a_reader_that_has_not_read_yet_sees_one_state(self, store: StoreUnderTest) -> None:
        """Whatever a reader looks at first, all else is of the same moment."""
        looks: list[Any] = [
            lambda reader: ids(reader.scan("person")),
            lambda reader: ids(reader.changes()),
            lambda reader: [name for name in ("a", "b") if reader.get("person", name) is not None],
            lambda reader: list("ab")[: reader.counts().get("person", 0)],
            lambda reader: [] if reader.changed_at() is None else ["a", "b"][: len(list(reader.changes()))],
        ]
        for first in range(len(looks)):
            with store.other() as driver:
                put(driver, "a")
                with driver.transaction(write=False) as reader:
                    seen = looks[first](reader)
                    in_thread(lambda opened=driver: put(opened, "b"))  # type: ignore[misc]  # bound now, not later
                    assert [look(reader) for look in looks] == [seen] * len(looks)

    @clause("T3")
    def test_t3_a_brief_transaction_is_one_moment_within_a_call(self, store: StoreUnderTest) -> None:
        """What one call of a brief transaction gives is of one moment, however late it is asked for."""
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(
                    Write("person", f"{n:04}", PLAIN, Index(subject="s", object=f"{n % 300}"), ABSENT)
                    for n in range(600)
                )
            few = [OneOf("object", ["7"])]
            many = [OneOf("id", [f"{n:04}" for n in range(600)])]
            for turn, conditions in enumerate(([], [OneOf("subject", ["s"])], few, many)):
                with driver.transaction(write=False) as reader:
                    before = ids(reader.scan("person", conditions))
                with driver.brief_transaction(write=False) as brief:
                    rows = brief.scan("person", conditions)
                    seen = [next(rows).id]
                    in_thread(lambda turn=turn: remove(driver, f"{599 - turn:04}"))  # type: ignore[misc]  # bound now
                    assert seen + ids(rows) == before
                with pytest.raises(WrongUse):
                    brief.get("person", "0000")
            with driver.brief_transaction(write=False) as brief:
                assert brief.get("person", "0599") is None
            with driver.brief_transaction(write=False) as brief:
                assert len(list(brief.changes())) == 600 + 4

    @clause("T3")
    def test_t3_a_brief_transaction_reads_and_writes_as_one(self, store: StoreUnderTest) -> None:
        """Between the reading and the writing of a brief transaction nobody else writes; what raises leaves no trace."""
        with store.open() as driver:
            put(driver, "a")
            for expected, operation in ((PLAIN, "put"), (b"2", "remove"), (None, "put")):
                with driver.brief_transaction(write=True) as brief:
                    found = brief.get("person", "a")
                    assert (None if found is None else found.body) == expected
                    if operation == "put":
                        brief.put("person", "a", b"2", Index(), expect=ABSENT if found is None else found.revision)
                    else:
                        brief.remove("person", "a", expect=ANY)
            before = everything(driver)
            with suppress(ZeroDivisionError), driver.brief_transaction(write=True) as brief:
                brief.put("person", "a", b"3", Index(), expect=ANY)
                raise ZeroDivisionError
            with driver.brief_transaction(write=True):
                pass
            assert everything(driver) == before
            assert [change.operation for change in before[2]] == ["put", "put", "remove", "put"]

    @clause("T3")
    def test_t3_nobody_sees_what_is_not_committed_except_the_writer(self, store: StoreUnderTest) -> None:
        """A write transaction sees its own changes; nobody else does, and the feed tells only what is committed."""
        with store.open() as driver:
            put(driver, "a", index=Index(type="x"))
            before = everything(driver)
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "b", PLAIN, Index(type="x"), expect=ABSENT)
                transaction.put_many([Write("person", "c", b"1", Index(type="z"), ABSENT)])
                transaction.remove("person", "a", expect=ANY)
                assert in_thread(lambda: everything(driver)) == before
                assert transaction.get("person", "a") is None
                own = transaction.get("person", "c")
                assert own is not None
                assert own.body == b"1"
                assert ids(transaction.scan("person", [OneOf("type", ["x"])])) == ["b"]
                assert [id_ for id_, _, _ in transaction.contents("person")] == ["b", "c"]
                assert ids(transaction.scan("person", after="b")) == ["c"]
                assert transaction.counts() == {"person": 2}
                if Capability.HISTORY in driver.capabilities:
                    assert [step.body for step in transaction.history("person", "c")] == [b"1"]
                    assert [step.body for step in transaction.history("person", "a")] == [None, None]
                assert list(transaction.changes()) == before[2]
                assert transaction.cursor() == before[3]
                transaction.remove("person", "c", expect=own.revision)
            assert ids(scan(driver)) == ["b"]

    @clause("T3")
    def test_t3_a_scan_may_rewrite_what_it_reads(self, store: StoreUnderTest) -> None:
        """A scan in a write transaction may be used to rewrite each document, and it ends."""
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", f"{n:04}", PLAIN, Index(subject="s"), ABSENT) for n in range(700))
            for conditions in ([], [OneOf("subject", ["s"])]):
                with driver.transaction(write=True) as transaction:
                    seen = []
                    for document in transaction.scan("person", conditions):
                        seen.append(document.id)
                        transaction.put("person", document.id, b'{"n":2}', document.index, expect=document.revision)
                    assert seen == [f"{n:04}" for n in range(700)]
