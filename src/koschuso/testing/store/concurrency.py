"""Clauses C1 to C4: expectations, conflicts, several writers, revisions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from koschuso.errors import Conflict, WrongUse
from koschuso.store.conditions import Index, OneOf
from koschuso.store.driver import ABSENT, ANY, Capability, StoreDriver, Write
from koschuso.testing.clauses import clause
from koschuso.testing.store.samples import EMPTY, PLAIN
from koschuso.testing.store.steps import (
    all_at_once,
    changes,
    everything,
    history,
    ids,
    in_thread,
    put,
    remove,
    required,
    requires,
    rolled_back,
    scan,
)

if TYPE_CHECKING:
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["ConcurrencyClauses"]


class ConcurrencyClauses:
    """C1 to C4."""

    @clause("C1")
    def test_c1_absent_refuses_an_existing_key(self, store: StoreUnderTest) -> None:
        """`ABSENT` conflicts with an existing document, names its revision and writes nothing."""
        with store.open() as driver:
            revision = put(driver, index=Index(type="x"), expect=ABSENT)
            before = everything(driver)
            with pytest.raises(Conflict) as caught:
                put(driver, body=b'{"n":2}', index=Index(type="y"), expect=ABSENT)
            error = caught.value
            assert (error.kind, error.id, error.expected, error.actual) == ("person", "a", "ABSENT", revision)
            with driver.transaction(write=True) as transaction, pytest.raises(Conflict):
                transaction.put("person", "a", b'{"n":2}', Index(type="y"), expect=ABSENT)
            with driver.transaction(write=True) as transaction, pytest.raises(Conflict):
                transaction.put_many([Write("person", id_, PLAIN, EMPTY, ABSENT) for id_ in ("z", "a")])
            with driver.transaction(write=True) as transaction, pytest.raises(Conflict):
                transaction.put_many([Write("person", "twice", PLAIN, EMPTY, ABSENT)] * 2)
            assert everything(driver) == before
            put(driver, kind="event", expect=ABSENT)

    @clause("C1")
    def test_c1_absent_creates_what_was_removed(self, store: StoreUnderTest) -> None:
        """`ABSENT` creates a document again after its removal, alone, among many, and in one transaction."""
        with store.open() as driver:
            put(driver, expect=ABSENT)
            remove(driver)
            put(driver, body=b"2", expect=ABSENT)
            remove(driver)
            with driver.transaction(write=True) as transaction:
                transaction.put_many([Write("person", "a", b"3", EMPTY, ABSENT)])
                transaction.remove("person", "a", expect=ANY)
                transaction.put("person", "a", b"4", EMPTY, expect=ABSENT)
            assert required(driver).body == b"4"
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "a")])
                put(driver, body=b"5", expect=ABSENT)
                assert required(driver).body == b"5"

    @clause("C2")
    def test_c2_a_stale_revision_is_refused_on_put_and_remove(self, store: StoreUnderTest) -> None:
        """Put and remove conflict with any revision but the stored one, name both, and change nothing."""
        with store.open() as driver:
            first = put(driver)
            second = put(driver, body=b'{"n":2}', index=Index(type="x"), expect=first)
            before = everything(driver)
            attempts: list[Any] = [put, remove]
            for attempt in attempts:
                with pytest.raises(Conflict) as caught:
                    attempt(driver, expect=first)
                error = caught.value
                assert (error.kind, error.id, error.expected, error.actual) == ("person", "a", first, second)
            with pytest.raises(Conflict), driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", id_, PLAIN, EMPTY, first) for id_ in ("a", "b"))
            with driver.transaction(write=True) as transaction:
                for write in (
                    Write("person", "a", b"3", EMPTY, first),
                    Write("person", "a", b"3", EMPTY, ""),
                    Write("person", "a", b"3", EMPTY, f"{second} "),
                    *(
                        Write("person", "a", b"3", EMPTY, other)
                        for other in {second.upper(), second.lower()} - {second}
                    ),
                    Write("person", "b", b"3", EMPTY, second),
                    Write("event", "a", b"3", EMPTY, second),
                ):
                    with pytest.raises(Conflict):
                        transaction.put(write.kind, write.id, write.body, write.index, expect=write.expect)
                    with pytest.raises(Conflict):
                        transaction.put_many([Write("person", "z", PLAIN, EMPTY, ABSENT), write])
                for id_, stale in (("a", first), ("a", ""), ("nobody", second)):
                    with pytest.raises(Conflict):
                        transaction.remove("person", id_, expect=stale)
            assert everything(driver) == before
            assert scan(driver, OneOf("type", ["x"])) == before[0]

    @clause("C2")
    def test_c2_a_writer_s_own_changes_make_older_revisions_stale(self, store: StoreUnderTest) -> None:
        """Within one transaction expectations are compared with what it has already changed."""
        with store.open() as driver:
            first = put(driver)
            with driver.transaction(write=True) as transaction:
                second = transaction.put("person", "a", b"2", EMPTY, expect=first)
                for stale in (first, ABSENT):
                    with pytest.raises(Conflict) as caught:
                        transaction.put("person", "a", b"3", EMPTY, expect=stale)
                    assert caught.value.actual == second
                with pytest.raises(Conflict):
                    transaction.remove("person", "a", expect=first)
                with pytest.raises(Conflict):
                    transaction.put_many(
                        [Write("person", "a", b"3", EMPTY, second), Write("person", "a", b"4", EMPTY, second)]
                    )
                transaction.remove("person", "a", expect=second)
                transaction.put("person", "a", b"5", EMPTY, expect=ABSENT)
            assert required(driver).body == b"5"

    @clause("C2")
    def test_c2_after_a_removal_every_revision_is_stale(self, store: StoreUnderTest) -> None:
        """After a removal no revision fits any more, also not that of the removal; the conflict names none."""
        with store.open() as driver:
            revision = put(driver)
            removal = remove(driver, expect=revision)
            assert removal
            attempts: list[Any] = [put, remove]
            for attempt in attempts:
                for stale in (revision, removal):
                    with pytest.raises(Conflict) as caught:
                        attempt(driver, expect=stale)
                    assert caught.value.actual is None
            assert remove(driver) is None
            assert remove(driver, "never") is None
            assert len(changes(driver)) == 2
            put(driver, expect=ABSENT)
            with pytest.raises(Conflict):
                put(driver, expect=revision)

    @clause("C2")
    def test_c2_any_never_conflicts(self, store: StoreUnderTest) -> None:
        """`ANY` creates, replaces and removes whatever is there."""
        with store.open() as driver:
            for _ in range(2):
                put(driver, expect=ANY)
                with driver.transaction(write=True) as transaction:
                    transaction.put_many(
                        [Write("person", "a", b"2", EMPTY, ANY), Write("person", "b", b"2", EMPTY, ANY)]
                    )
                assert required(driver).body == b"2"
                assert remove(driver, expect=ANY)
                assert remove(driver, expect=ANY) is None
            assert ids(scan(driver)) == ["b"]

    @clause("C2")
    def test_c2_an_expectation_must_be_given_and_make_sense(self, store: StoreUnderTest) -> None:
        """There is no default for what is expected, and nothing that is no expectation passes for one."""
        with store.open() as driver:
            put(driver)
            before = everything(driver)
            with driver.transaction(write=True) as transaction:
                careless: Any = transaction
                with pytest.raises(TypeError):
                    careless.put("person", "a", PLAIN, EMPTY)
                with pytest.raises(TypeError):
                    careless.remove("person", "a")
                for id_ in ("a", "nobody"):
                    with pytest.raises(WrongUse):
                        transaction.remove("person", id_, expect=ABSENT)
                for nonsense in (None, 1, True):
                    with pytest.raises((WrongUse, Conflict)):
                        careless.put("person", "a", PLAIN, EMPTY, expect=nonsense)
                    with pytest.raises((WrongUse, Conflict)):
                        careless.remove("person", "a", expect=nonsense)
            assert everything(driver) == before

    @clause("C3")
    def test_c3_exactly_one_of_several_writers_wins(self, store: StoreUnderTest) -> None:
        """Of several threads that expect the same revision one succeeds; the others learn the winner's revision."""
        with store.open() as driver:
            revision = put(driver, body=b"0", expect=ABSENT)
            for turn in range(5):

                def write(me: int, seen: str) -> tuple[str, int] | str | None:
                    try:
                        with driver.transaction(write=True) as transaction:
                            transaction.get("person", "a")
                            time.sleep(0.005)  # long enough for the others to come, if they can
                            made = transaction.put("person", "a", b"%d" % me, EMPTY, expect=seen)
                    except Conflict as error:
                        return error.actual
                    return made, me

                outcomes = all_at_once(
                    [lambda me=turn * 10 + number, seen=revision: write(me, seen) for number in range(4)]  # type: ignore[misc]  # bound now
                )
                winners = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
                assert len(winners) == 1
                revision, winner = winners[0]
                assert [outcome for outcome in outcomes if isinstance(outcome, str)] == [revision] * 3
                assert required(driver).body == b"%d" % winner

    @clause("C3")
    def test_c3_exactly_one_of_several_writers_creates(self, store: StoreUnderTest) -> None:
        """Of several threads that create the same document one succeeds."""

        def create(driver: StoreDriver, number: int) -> int:
            try:
                with driver.transaction(write=True) as transaction:
                    transaction.get("person", "a")
                    time.sleep(0.005)
                    transaction.put("person", "a", b"%d" % number, EMPTY, expect=ABSENT)
            except Conflict:
                return 0
            return number

        with store.open() as driver:
            outcomes = all_at_once([lambda number=number: create(driver, number) for number in range(1, 5)])  # type: ignore[misc]  # bound now
            assert sorted(outcomes)[:3] == [0, 0, 0]
            assert required(driver).body == b"%d" % max(outcomes)
            assert len(changes(driver)) == 1

    @clause("C3")
    def test_c3_no_acknowledged_increment_is_lost(self, store: StoreUnderTest) -> None:
        """Four threads that count up in one document lose nothing, and history and feed tell every step."""

        def add() -> None:
            for _ in range(25):
                while True:
                    try:
                        with driver.transaction(write=True) as transaction:
                            document = transaction.get("person", "a")
                            assert document is not None
                            value = b"%d" % (int(document.body) + 1)
                            transaction.put("person", "a", value, EMPTY, expect=document.revision)
                        break
                    except Conflict:
                        continue

        with store.open() as driver:
            put(driver, body=b"0")
            all_at_once([add] * 4)
            assert required(driver).body == b"100"
            feed = changes(driver)
            assert len({change.revision for change in feed}) == len(feed) == 101
            if Capability.HISTORY in driver.capabilities:
                assert [step.body for step in history(driver)] == [b"%d" % number for number in range(101)]

    @clause("C3")
    def test_c3_what_threads_write_beside_each_other_is_all_there(self, store: StoreUnderTest) -> None:
        """Threads that read and write different documents at once disturb nothing of each other."""

        def work(me: int) -> None:
            for number in range(15):
                revision = put(driver, f"{me}-{number:02}", b"%d" % number, Index(type=f"t{me}"), expect=ABSENT)
                put(driver, f"{me}-{number:02}", b"%d" % (number + 1), Index(type=f"t{me}"), expect=revision)
                assert len(scan(driver, OneOf("type", [f"t{me}"]))) >= number + 1

        with store.open() as driver:
            all_at_once([lambda me=me: work(me) for me in range(4)])  # type: ignore[misc]  # bound now
            assert [(found.id, found.body) for found in scan(driver)] == [
                (f"{me}-{number:02}", b"%d" % (number + 1)) for me in range(4) for number in range(15)
            ]
            assert len(changes(driver)) == 120
            if Capability.VERIFY in driver.capabilities:
                assert driver.verify().damages == ()

    @clause("C3")
    def test_c3_a_second_opening_sees_and_respects_the_first(self, store: StoreUnderTest) -> None:
        """Two openings of one URL see each other's commits and conflict like two threads."""
        with store.open() as one:
            requires(one, Capability.SHARED)
            with store.open() as two:
                revision = put(one, body=b"1", expect=ABSENT)
                assert required(two).revision == revision
                with pytest.raises(Conflict):
                    put(two, expect=ABSENT)
                second = put(two, body=b"2", expect=revision)
                with pytest.raises(Conflict):
                    put(one, expect=revision)
                assert changes(one) == changes(two)
                with two.transaction(write=False) as reader:
                    in_thread(lambda: remove(one, expect=second))
                    document = reader.get("person", "a")
                    assert document is not None
                    assert document.body == b"2"
                assert scan(two) == []

    @clause("C4")
    def test_c4_revisions_change_on_every_put_and_never_come_back(self, store: StoreUnderTest) -> None:
        """No key ever has the same revision twice: not for equal content, not after a rollback or a removal."""
        with store.open() as driver:
            revisions = [put(driver), put(driver), put(driver, body=b'{"n":2}'), put(driver)]
            revisions += [
                rolled_back(driver, lambda transaction: transaction.put("person", "a", b'"lost"', EMPTY, expect=ANY))
                for _ in range(2)
            ]
            revisions.append(put(driver))
            revisions.append(
                rolled_back(driver, lambda transaction: _removed(transaction.remove("person", "a", expect=ANY)))
            )
            revisions.append(_removed(remove(driver)))
            revisions.append(put(driver))
            with driver.transaction(write=True) as transaction:
                revisions += transaction.put_many([Write("person", "a", PLAIN, EMPTY, ANY)] * 3)
                with pytest.raises(Conflict):
                    transaction.put_many(
                        [Write("person", "a", PLAIN, EMPTY, ANY), Write("person", "a", PLAIN, EMPTY, ABSENT)]
                    )
                revisions.append(transaction.put("person", "a", PLAIN, EMPTY, expect=ANY))
            assert {type(revision) for revision in revisions} == {str}
            assert all(revisions)
            assert len(set(revisions)) == len(revisions)
            assert required(driver).revision == revisions[-1]
            assert put(driver, expect=revisions[-1]) not in revisions

    @clause("C4")
    def test_c4_a_removed_and_recreated_document_is_another(self, store: StoreUnderTest) -> None:
        """Who read before a removal conflicts after it was created again with the same content."""
        with store.open() as driver:
            seen = [put(driver, index=Index(type="x"))]
            for _ in range(3):
                seen.append(_removed(remove(driver)))
                seen.append(put(driver, index=Index(type="x"), expect=ABSENT))
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "a")])
                seen.append(changes(driver)[-1].revision)
                seen.append(put(driver, index=Index(type="x"), expect=ABSENT))
            assert len(set(seen)) == len(seen)
            for stale in seen[:-1]:
                with pytest.raises(Conflict):
                    put(driver, expect=stale)

    @clause("C4")
    def test_c4_the_feed_tells_the_revisions_that_puts_returned(self, store: StoreUnderTest) -> None:
        """The revision that a change returned is the one of document, feed, scan and history."""
        with store.open() as driver:
            first = put(driver)
            second = put(driver, body=b"2")
            assert [change.revision for change in changes(driver)] == [first, second]
            assert [document.revision for document in scan(driver)] == [second]
            assert required(driver).revision == second
            removal = remove(driver)
            assert changes(driver)[-1].revision == removal
            if Capability.HISTORY in driver.capabilities:
                assert [step.revision for step in history(driver)] == [first, second, removal]


def _removed(revision: str | None) -> str:
    assert revision, "a removal has a revision of its own"
    return revision
