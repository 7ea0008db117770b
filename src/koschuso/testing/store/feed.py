"""Clauses F1 to F6: the feed of changes, its cursors, its times."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from koschuso.errors import Conflict, Refused
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Capability, Change, Operation, StoreDriver, Write
from koschuso.testing.clauses import clause, not_checkable
from koschuso.testing.store.samples import CANARY, EMPTY, PLAIN
from koschuso.testing.store.steps import all_at_once, changes, history, ids, put, remove, requires, rolled_back, scan

if TYPE_CHECKING:
    from pathlib import Path

    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["FeedClauses"]

_FOREVER = 20.0  # seconds; whoever waits this long was not told


class FeedClauses:
    """F1 to F6."""

    @clause("F1")
    def test_f1_the_feed_gives_every_committed_change_in_commit_order(self, store: StoreUnderTest) -> None:
        """From every cursor on the feed tells exactly what came later, puts and removals."""
        with store.open() as driver:
            with driver.transaction(write=False) as transaction:
                cursor = transaction.cursor()
                assert list(transaction.changes()) == []
            expected = []
            for number in range(40):
                id_ = f"{number * 3 % 7}"
                kind = "event" if number % 3 else "person"
                if number % 5 == 4:
                    revision, operation = remove(driver, id_, kind=kind), Operation.REMOVE
                else:
                    revision, operation = put(driver, id_, kind=kind), Operation.PUT
                if revision is not None:
                    expected.append((kind, id_, revision, operation))
            feed = changes(driver)
            assert {operation for _, _, _, operation in expected} == {Operation.PUT, Operation.REMOVE}
            assert [(change.kind, change.id, change.revision, change.operation) for change in feed] == expected
            assert changes(driver, cursor) == feed
            for position, change in enumerate(feed):
                assert changes(driver, change.cursor) == feed[position + 1 :]
            with driver.transaction(write=False) as transaction:
                assert list(transaction.changes(transaction.cursor())) == []
            assert len({change.cursor for change in feed}) == len(feed)

    @clause("F1")
    def test_f1_a_follower_that_reads_on_misses_nothing(self, store: StoreUnderTest) -> None:
        """Reading on from the last cursor, change by change or from `cursor()`, gives everything once committed."""
        with store.open() as driver:
            steps: list[Change] = []
            whole: list[Change] = []
            last, position = None, None
            for round_ in range(12):
                with driver.transaction(write=True) as transaction:
                    transaction.put_many(
                        Write("person", f"{number}", b"%d" % round_, EMPTY, ANY) for number in range(round_ % 4)
                    )
                    if round_ % 3 == 2:
                        transaction.remove("person", "0", expect=ANY)
                rolled_back(driver, lambda transaction: transaction.put("person", "lost", PLAIN, EMPTY, expect=ANY))
                for change in changes(driver, last)[: 1 + round_ % 2]:
                    steps.append(change)
                    last = change.cursor
                with driver.transaction(write=False) as transaction:
                    whole += transaction.changes(position)
                    position = transaction.cursor()
            steps += changes(driver, last)
            assert steps == whole == changes(driver)
            assert "lost" not in ids(whole)

    @clause("F1")
    def test_f1_a_purge_stands_in_the_feed(self, store: StoreUnderTest) -> None:
        """Followers learn of a purge, so that they can do the same; the older changes stay."""
        with store.open() as driver:
            requires(driver, Capability.PURGE)
            put(driver)
            put(driver, "b")
            before = changes(driver)
            driver.purge([("person", "a")])
            feed = changes(driver)
            assert feed[:2] == before
            assert [(change.kind, change.id, change.operation) for change in feed[2:]] == [
                ("person", "a", Operation.PURGE)
            ]
            assert changes(driver, before[-1].cursor) == feed[2:]

    @clause("F1")
    def test_f1_times_have_a_zone_and_order_nothing(self, store: StoreUnderTest) -> None:
        """Changes keep the moment that the caller gives, in UTC, and stand in commit order all the same."""
        noon = datetime(2024, 5, 17, 12, 0, 0, 123456, tzinfo=UTC)
        moments = [noon, noon - timedelta(days=400), noon + timedelta(days=1), noon]
        begun = datetime.now(UTC)
        with store.open() as driver:
            for number, moment in enumerate(moments):
                with driver.transaction(write=True) as transaction:
                    transaction.put("person", f"{9 - number}", PLAIN, EMPTY, expect=ABSENT, at=moment)
            with driver.transaction(write=True) as transaction:
                transaction.remove("person", "8", expect=ANY, at=noon)
            put(driver, "now")
            feed = changes(driver)
            assert ids(feed) == ["9", "8", "7", "6", "8", "now"]
            assert [change.at for change in feed[:-1]] == [*moments, noon]
            assert all(change.at.utcoffset() == timedelta(0) for change in feed)
            assert begun - timedelta(minutes=10) < feed[-1].at < datetime.now(UTC) + timedelta(minutes=10)
            with driver.transaction(write=True) as transaction:
                with pytest.raises(Refused):
                    transaction.put("person", "a", PLAIN, EMPTY, expect=ANY, at=datetime(2024, 5, 17))  # noqa: DTZ001 - what is refused
                with pytest.raises(Refused):
                    transaction.remove("person", "9", expect=ANY, at=datetime(2024, 5, 17))  # noqa: DTZ001 - as above
            assert changes(driver) == feed
            if Capability.HISTORY in driver.capabilities:
                assert [step.at for step in history(driver, "8")] == [moments[1], noon]

    @clause("F2")
    def test_f2_a_foreign_or_malformed_cursor_is_refused(self, store: StoreUnderTest) -> None:
        """A cursor of another store, or one that only looks like a cursor, is refused before the first change."""
        with store.open() as driver, store.other() as other:
            put(driver)
            put(other)
            put(other, "b")
            with other.transaction(write=False) as transaction:
                foreign = [change.cursor for change in transaction.changes()] + [transaction.cursor()]
            revision = changes(driver)[0].revision
            with driver.transaction(write=False) as transaction:
                own = transaction.cursor()
                looks_alike = ["", "0", "1", "-1", "x", "None", own + "0", own[:-1], f" {own}", f"{own}\n", "\ud800"]
                looks_alike += {own.upper(), own.lower(), f"+{own}", own.replace("0", "\u0660")} - {own}
                for cursor in [*foreign, *looks_alike, revision, "2020-01-01T00:00:00+00:00"]:
                    with pytest.raises(Refused):
                        transaction.changes(cursor)
                    with pytest.raises(Refused):
                        transaction.steps(cursor)
                assert list(transaction.changes(own)) == []

    @clause("F2")
    def test_f2_the_cursor_of_an_empty_foreign_store_is_refused(self, store: StoreUnderTest) -> None:
        """Two empty stores have different cursors too."""
        with store.open() as driver, store.other() as other:
            with other.transaction(write=False) as transaction:
                foreign = transaction.cursor()
            with driver.transaction(write=False) as transaction, pytest.raises(Refused):
                transaction.changes(foreign)
            put(driver)
            put(other)
            with driver.transaction(write=False) as transaction, pytest.raises(Refused):
                transaction.changes(foreign)

    @clause("F2")
    def test_f2_a_position_that_was_rolled_back_or_lies_ahead_is_refused(self, store: StoreUnderTest) -> None:
        """What was never committed has no position, and nobody can count on to a position that is not there yet."""
        with store.open() as driver, store.other() as twin:
            put(driver)
            own = changes(driver)[0].cursor
            # Whoever guesses positions finds the next one in a store that went the same way a step further.
            for id_ in ("a", "b", "c"):
                put(twin, id_)
            guesses = [_grafted(own, change.cursor, changes(twin)[0].cursor) for change in changes(twin)[1:]]
            with driver.transaction(write=False) as transaction:
                for guess in guesses:
                    if guess != own:
                        with pytest.raises(Refused):
                            transaction.changes(guess)

    @clause("F2")
    def test_f2_cursors_that_a_restored_backup_no_longer_has_are_refused(
        self, store: StoreUnderTest, tmp_path: Path
    ) -> None:
        """Positions and revisions from after a backup are refused by the restored store, then and after more changes."""
        with store.open() as driver:
            requires(driver, Capability.BACKUP)
            if store.restored is None:
                not_checkable("Eine Sicherung dieses Speichers lässt sich von hier aus nicht öffnen.")
            put(driver)
            driver.backup(tmp_path / "copy")
            lost = [put(driver, body=b"1"), put(driver, body=b"2")]
            kept, *stale = [change.cursor for change in changes(driver)]
        with store.restored(tmp_path / "copy") as restored:
            for body in (b"3", b"4", b"5"):
                with restored.transaction(write=False) as transaction:
                    transaction.changes(kept)
                    for cursor in stale:
                        with pytest.raises(Refused):
                            transaction.changes(cursor)
                for revision in lost:
                    with pytest.raises(Conflict):
                        put(restored, expect=revision)
                put(restored, body=body)

    @clause("F3")
    def test_f3_a_change_that_commits_late_is_not_skipped(self, store: StoreUnderTest) -> None:
        """What a slow transaction wrote early and committed late still comes to the follower."""
        written, may_commit, quick_done = threading.Event(), threading.Event(), threading.Event()

        def slow() -> None:
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "late", PLAIN, EMPTY, expect=ABSENT)
                transaction.put("person", "later", PLAIN, EMPTY, expect=ABSENT)
                written.set()
                may_commit.wait(10)

        def quick() -> None:
            for id_ in ("quick", "quicker"):
                put(driver, id_)
            quick_done.set()

        with store.open() as driver:
            put(driver, "first")
            threads = [threading.Thread(target=slow, daemon=True), threading.Thread(target=quick, daemon=True)]
            threads[0].start()
            assert written.wait(10)
            threads[1].start()
            quick_done.wait(0.3)
            feed = changes(driver)
            with driver.transaction(write=False) as transaction:
                position = transaction.cursor()
            may_commit.set()
            for thread in threads:
                thread.join(20)
            rest = changes(driver, feed[-1].cursor)
            assert {change.id for change in feed + rest} == {"first", "late", "later", "quick", "quicker"}
            assert changes(driver, position) == rest

    @clause("F3")
    def test_f3_a_follower_beside_many_writers_sees_every_change(self, store: StoreUnderTest) -> None:
        """While threads write, a follower that reads on again and again has everything in the end."""
        done = threading.Event()

        def write(driver: StoreDriver, me: int) -> list[Change]:
            for number in range(20):
                with driver.transaction(write=True) as transaction:
                    transaction.put("person", f"{me}-{number}", PLAIN, EMPTY, expect=ABSENT)
                    transaction.put("person", "shared", b"%d" % number, EMPTY, expect=ANY)
            return []

        def follow(driver: StoreDriver) -> list[Change]:
            seen: list[Change] = []
            while True:
                last_round = done.is_set()
                seen += changes(driver, seen[-1].cursor if seen else None)
                if last_round:
                    return seen

        def writers(driver: StoreDriver) -> list[Change]:
            try:
                all_at_once([lambda me=me: write(driver, me) for me in range(3)])  # type: ignore[misc]  # bound now
            finally:
                done.set()
            return []

        with store.open() as driver:
            seen = all_at_once([lambda: follow(driver), lambda: writers(driver)])[0]
            assert list(dict.fromkeys(seen)) == changes(driver)
            assert len(changes(driver)) == 120

    @clause("F4")
    def test_f4_the_feed_carries_nothing_of_body_or_index(self, store: StoreUnderTest) -> None:
        """A change has six known attributes, and none of them tells anything of the content."""
        with store.open() as driver:
            put(driver, body=b'{"n":"%b"}' % CANARY.encode(), index=Index(**dict.fromkeys(Index._fields, CANARY)))
            with driver.transaction(write=True) as transaction:
                transaction.put_many([Write("person", "b", b'"%b"' % CANARY.encode(), Index(place=CANARY), ABSENT)])
            remove(driver)
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "b")])
            for change in changes(driver):
                assert type(change) is Change
                assert change._fields == ("cursor", "kind", "id", "revision", "operation", "at")
                assert CANARY not in repr(tuple(change))
                assert len(repr(tuple(change))) < 500
                assert not getattr(change, "__dict__", None)
                assert isinstance(change.operation, Operation)

    @clause("F5")
    def test_f5_the_time_of_the_newest_change_is_that_of_the_feed_s_end(self, store: StoreUnderTest) -> None:
        """`changed_at` is the time of the last change in the feed, whatever the clock or the order of times says."""

        def changed_at() -> datetime | None:
            with driver.transaction(write=False) as transaction:
                return transaction.changed_at()

        with store.open() as driver:
            assert changed_at() is None
            for key in ("a", "b"):
                put(driver, key)
                assert changed_at() == changes(driver)[-1].at
            old = datetime(2020, 5, 17, 10, tzinfo=UTC)
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "c", PLAIN, EMPTY, expect=ABSENT, at=old)
                assert transaction.changed_at() == changes(driver)[-1].at != old
            assert changed_at() == old
            rolled_back(driver, lambda transaction: transaction.put("person", "d", PLAIN, EMPTY, expect=ABSENT))
            assert changed_at() == old
            remove(driver, "a")
            removed_at = changed_at()
            assert removed_at == changes(driver)[-1].at != old
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "b")])
                assert changed_at() == changes(driver)[-1].at
            assert ids(scan(driver))[-1] == "c"
            for key in ("b", "c"):
                remove(driver, key)
            newest = changes(driver)[-1].at
            assert changed_at() == newest
        if store.outlives:
            with store.open() as driver:
                assert changed_at() == newest

    @clause("F6")
    def test_f6_who_waits_is_told_what_is_there_and_only_that(self, store: StoreUnderTest) -> None:
        """Waiting ends at once where something lies behind the position, and with its time where nothing does."""
        with store.open() as driver:
            empty = _position(driver)
            assert not driver.wait_for_changes(empty, timeout=0)
            put(driver)
            first = _position(driver)
            put(driver, "b")
            remove(driver, "b")
            for behind in (empty, first):
                for timeout in (0, _FOREVER):
                    begun = time.monotonic()
                    assert driver.wait_for_changes(behind, timeout=timeout)
                    assert time.monotonic() - begun < _FOREVER / 2
            newest = _position(driver)
            rolled_back(driver, lambda transaction: transaction.put("person", "c", PLAIN, EMPTY, expect=ABSENT))
            begun = time.monotonic()
            # Told without need is allowed, but not again and again: that would be no waiting.
            assert not all(driver.wait_for_changes(newest, timeout=0.2) for _ in range(3))
            assert time.monotonic() - begun < _FOREVER / 2

    @clause("F6")
    def test_f6_a_commit_wakes_who_waits(self, store: StoreUnderTest) -> None:
        """Somebody who waits is told of a commit long before the time is over, and keeps no writer waiting."""
        with store.open() as driver:
            put(driver)
            before = _position(driver)
            told: list[bool] = []
            waiting = threading.Thread(target=lambda: told.append(_wait_until_told(driver, before)))
            waiting.start()
            time.sleep(0.2)
            begun = time.monotonic()
            put(driver, "b")
            assert time.monotonic() - begun < _FOREVER / 2
            waiting.join(_FOREVER)
            assert told == [True]
            assert [change.id for change in changes(driver, before)] == ["b"]

    @clause("F6")
    def test_f6_a_position_of_another_store_is_not_waited_for(self, store: StoreUnderTest) -> None:
        """A cursor of another store, or one that only looks like a cursor, is refused instead of waited for."""
        with store.open() as driver, store.other() as other:
            put(driver)
            put(other)
            for cursor in (_position(other), "", "x", _position(driver) + "0"):
                begun = time.monotonic()
                with pytest.raises(Refused):
                    driver.wait_for_changes(cursor, timeout=_FOREVER)
                assert time.monotonic() - begun < _FOREVER / 2


def _position(driver: StoreDriver) -> str:
    with driver.transaction(write=False) as transaction:
        return transaction.cursor()


def _wait_until_told(driver: StoreDriver, since: str) -> bool:
    """Wait as a follower does, who may be told without need."""
    end = time.monotonic() + _FOREVER / 2
    while time.monotonic() < end:
        if driver.wait_for_changes(since, timeout=max(0.0, end - time.monotonic())) and changes(driver, since):
            return True
    return False


def _grafted(own: str, later: str, first: str) -> str:
    """Put into one's own cursor what a later cursor of a twin has that the twin's first has not."""
    if len(first) != len(later):
        return own + later[len(first) :]
    return "".join(
        new if new != old else kept for kept, old, new in zip(own.ljust(len(later), "0"), first, later, strict=False)
    )
