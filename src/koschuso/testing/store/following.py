"""Clauses F1 and F6 once more, for those who follow a store: times of every kind, a long feed, news of every kind."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from koschuso.errors import WrongUse
from koschuso.store.driver import ABSENT, ANY, Capability, Write
from koschuso.testing.clauses import clause
from koschuso.testing.store.samples import EMPTY, PLAIN
from koschuso.testing.store.steps import changes, everything, history, ids, put, remove

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.store.driver import StoreDriver
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["FollowingClauses"]

_PATIENCE = 10.0
_SUMMER, _WEST = timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))
_MOMENTS = (
    datetime(2025, 10, 15, 8, 30, tzinfo=_SUMMER),
    datetime(2025, 1, 1, 0, 30, 0, 1, tzinfo=_SUMMER),
    datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=_WEST),
    datetime(1969, 7, 20, 20, 17, 40, 500001, tzinfo=UTC),
    datetime(1901, 1, 1, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)


class FollowingClauses:
    """What followers and copies rely on."""

    @clause("F1")
    def test_f1_a_time_of_any_zone_and_century_is_kept_as_the_same_moment(self, store: StoreUnderTest) -> None:
        """Times of other zones, before 1970 and after 2038 come back as the same moment in UTC, to the microsecond."""
        with store.open() as driver:
            for number, moment in enumerate(_MOMENTS):
                with driver.transaction(write=True) as transaction:
                    transaction.put("person", f"{number}", PLAIN, EMPTY, expect=ABSENT, at=moment)
                    transaction.put_many([Write("person", f"{number}", b"2", EMPTY, ANY, moment)])
                with driver.transaction(write=True) as transaction:
                    transaction.remove("person", f"{number}", expect=ANY, at=moment)
                with driver.transaction(write=False) as transaction:
                    assert transaction.changed_at() == moment
            feed = changes(driver)
            assert [change.at for change in feed] == [moment for moment in _MOMENTS for _ in range(3)]
            assert all(change.at.utcoffset() == timedelta(0) for change in feed)
            if Capability.HISTORY in driver.capabilities:
                assert [step.at for step in history(driver, "0")] == [_MOMENTS[0]] * 3
            before = everything(driver)
        if store.outlives:
            with store.open() as driver:
                assert everything(driver) == before

    @clause("F1")
    def test_f1_a_long_feed_has_no_gap_at_the_border_of_a_page(self, store: StoreUnderTest) -> None:
        """A feed of many pages is told without gap or repetition, from its beginning and from any position."""
        everyone = [f"{number * 7919 % 5300:04}" for number in range(5300)]
        with store.open() as driver:
            for start in (0, 2650):
                with driver.transaction(write=True) as transaction:
                    transaction.put_many(
                        Write("person", id_, PLAIN, EMPTY, ABSENT) for id_ in everyone[start : start + 2650]
                    )
            feed = changes(driver)
            assert ids(feed) == everyone
            for position in (0, 1, 99, 255, 499, 999, 1000, 2649, 2650, 4095, 5298, 5299):
                assert changes(driver, feed[position].cursor) == feed[position + 1 :]
            with driver.transaction(write=False) as transaction:
                assert [step.change for step in transaction.steps()] == feed

    @clause("F6")
    def test_f6_news_of_every_kind_ends_the_waiting(self, store: StoreUnderTest) -> None:
        """A removal, a `put_many`, a purge and a brief transaction are told to whoever waits, as a put is."""
        with store.open() as driver:

            def many() -> None:
                with driver.transaction(write=True) as transaction:
                    transaction.put_many([Write("event", "b", PLAIN, EMPTY, ANY)])

            def briefly() -> None:
                with driver.brief_transaction(write=True) as brief:
                    brief.put("person", "c", PLAIN, EMPTY, expect=ANY)

            news: list[Callable[[], object]] = [lambda: remove(driver), many, briefly]
            if Capability.PURGE in driver.capabilities:
                news.append(lambda: driver.purge([("person", "c")]))
            put(driver)
            for happens in news:
                before = _position(driver)
                told: list[bool] = []
                waiting = threading.Thread(target=lambda since=before, told=told: told.append(_told(driver, since)))
                waiting.start()
                time.sleep(0.05)
                happens()
                waiting.join(_PATIENCE)
                assert told == [True]
                assert driver.wait_for_changes(before, timeout=0)

    @clause("F6")
    def test_f6_everybody_who_waits_is_told(self, store: StoreUnderTest) -> None:
        """Several who wait at once, from different positions, are all told of the same change."""
        with store.open() as driver:
            put(driver)
            before = _position(driver)
            told: list[bool] = []
            waiting = [threading.Thread(target=lambda: told.append(_told(driver, before))) for _ in range(3)]
            for thread in waiting:
                thread.start()
            time.sleep(0.1)
            put(driver, "b")
            for thread in waiting:
                thread.join(_PATIENCE)
            assert told == [True] * 3

    @clause("F6")
    def test_f6_a_closed_driver_is_not_waited_for(self, store: StoreUnderTest) -> None:
        """Waiting with a closed driver is wrong use, at once."""
        with store.open() as driver:
            put(driver)
            before = _position(driver)
        begun = time.monotonic()
        with pytest.raises(WrongUse):
            driver.wait_for_changes(before, timeout=_PATIENCE)
        assert time.monotonic() - begun < _PATIENCE / 2


def _position(driver: StoreDriver) -> str:
    with driver.transaction(write=False) as transaction:
        return transaction.cursor()


def _told(driver: StoreDriver, since: str) -> bool:
    """Wait as a follower does, who may be told without need."""
    end = time.monotonic() + _PATIENCE / 2
    while (left := end - time.monotonic()) > 0:
        if driver.wait_for_changes(since, timeout=left) and changes(driver, since):
            return True
    return False
