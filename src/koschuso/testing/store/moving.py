"""Clauses F1 and P1 once more, for what copies of a whole store need: every change with its content, and back again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from koschuso.store.conditions import Index
from koschuso.store.copying import copy_store
from koschuso.store.digest import digest_of
from koschuso.store.driver import ABSENT, ANY, Capability, Operation, Write
from koschuso.store.memory import MemoryDriver
from koschuso.testing.clauses import clause
from koschuso.testing.store.samples import CANARY, EMPTY, PLAIN
from koschuso.testing.store.steps import history, put, remove, requires

if TYPE_CHECKING:
    from koschuso.store.digest import StoreDigest
    from koschuso.store.driver import StoreDriver
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["MovingClauses"]

_THEN = datetime(2025, 10, 15, 8, tzinfo=UTC)
_INDEX = Index(type="schule", subject="ä", object="😀", begin="2020", end="2021", place="05974")


def _fill(driver: StoreDriver) -> None:
    """Put everything into a store that a copy could lose: order, times, earlier versions, removals, purges."""
    with driver.transaction(write=True) as transaction:
        transaction.put_many(
            Write("muster:sache", f"{n * 7 % 60:03}", b'{"n":%d}' % n, _INDEX, ABSENT, _THEN + timedelta(seconds=n))
            for n in range(60)
        )
    for number in range(4):
        with driver.transaction(write=True) as transaction:
            transaction.put(
                "person", "oft", b"[%d]" % number, EMPTY, expect=ANY, at=_THEN - timedelta(microseconds=number)
            )
    put(driver, "weg", PLAIN)
    put(driver, "weg", PLAIN, _INDEX)
    remove(driver, "weg")
    put(driver, "wieder", PLAIN)
    remove(driver, "wieder")
    put(driver, "wieder", PLAIN, _INDEX)
    put(driver, "geheim", b'"%b"' % CANARY.encode(), kind="koschuso:vorgang")
    if Capability.PURGE in driver.capabilities:
        for _ in range(2):
            driver.purge([("koschuso:vorgang", "geheim")])


def _digest(driver: StoreDriver, *, purges: bool) -> StoreDigest:
    with driver.transaction(write=False) as transaction:
        return digest_of(transaction, purges=purges)


class MovingClauses:
    """What `koschuso copy` and portable backups need of a driver."""

    @clause("F1")
    def test_f1_the_steps_are_the_changes_with_their_contents(self, store: StoreUnderTest) -> None:
        """`steps` gives what `changes` gives, from every cursor on, each with the content that it put if it is kept."""
        with store.open() as driver:
            _fill(driver)
            with driver.transaction(write=False) as transaction:
                feed = list(transaction.changes())
                steps = list(transaction.steps())
                assert [step.change for step in steps] == feed
                for position in range(0, len(feed), 9):
                    assert list(transaction.steps(feed[position].cursor)) == steps[position + 1 :]
                assert list(transaction.steps(transaction.cursor())) == []
                for change, body, index in steps:
                    current = transaction.get(change.kind, change.id)
                    if current is not None and current.revision == change.revision:
                        assert (body, index) == (current.body, current.index)
                    if change.operation is not Operation.PUT or current is None:
                        assert (body, index) == (None, None)
                    assert (body is None) == (index is None)
            if Capability.HISTORY in driver.capabilities:
                for kind, id_ in {(change.kind, change.id) for change in feed}:
                    own = [step for step in steps if (step.change.kind, step.change.id) == (kind, id_)]
                    versions = history(driver, id_, kind=kind)
                    assert [(step.change.revision, step.body, step.index) for step in own] == [
                        (version.revision, version.body, version.index) for version in versions
                    ]

    @clause("F1")
    def test_f1_a_copy_there_and_back_is_equal(self, store: StoreUnderTest) -> None:
        """A store that was copied to `memory:` and from there to a new one of this make holds the same, in the same order."""
        with store.open() as driver, store.other() as other, MemoryDriver() as between:
            _fill(driver)
            first = copy_store(driver, between)
            second = copy_store(between, other)
            purges = Capability.PURGE in driver.capabilities
            assert first.digest == second.digest
            assert first.documents == second.documents == _digest(driver, purges=purges).documents
            if Capability.HISTORY in driver.capabilities:
                assert _digest(driver, purges=purges) == _digest(other, purges=purges)
            put(between, "oft", b'"later"')
            assert copy_store(between, other).copied == 1

    @clause("P1")
    def test_p1_a_purge_in_a_transaction_takes_every_content_and_tells_it(self, store: StoreUnderTest) -> None:
        """`purge` of a transaction leaves no content of the document, is a purge in the feed, and keeps the time given."""
        with store.open() as driver:
            requires(driver, Capability.PURGE)
            put(driver, "a", b'"%b"' % CANARY.encode(), Index(place=CANARY))
            put(driver, "b")
            with driver.transaction(write=True) as transaction:
                transaction.purge("person", "a", at=_THEN)
                transaction.purge("person", "a", at=_THEN + timedelta(days=1))
                transaction.purge("person", "unknown")
                assert transaction.get("person", "a") is None
            with driver.transaction(write=False) as transaction:
                assert transaction.get("person", "a") is None
                steps = [step for step in transaction.steps() if step.change.id == "a"]
                assert not any(change.id == "unknown" for change in transaction.changes())
                assert transaction.counts() == {"person": 1}
            assert [step.change.operation for step in steps] == [Operation.PUT, Operation.PURGE, Operation.PURGE]
            assert [step.change.at for step in steps[1:]] == [_THEN, _THEN + timedelta(days=1)]
            assert all(step.body is None and step.index is None for step in steps)
