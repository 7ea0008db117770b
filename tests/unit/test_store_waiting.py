"""Every driver can be followed: the default of `StoreDriver.wait_for_changes` looks by itself."""

import threading
import time

import pytest

from koschuso.errors import Refused, WrongUse
from koschuso.model import Goal
from koschuso.store import Store
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT


@pytest.fixture(params=["memory:", "sqlite"])
def driver(request, tmp_path):
    with open_driver(request.param if request.param == "memory:" else str(tmp_path / "koschuso.db")) as driver:
        yield driver


def put(driver, id_):
    with driver.transaction(write=True) as transaction:
        transaction.put("person", id_, b"1", Index(), expect=ABSENT)


def cursor(driver):
    with driver.transaction(write=False) as transaction:
        return transaction.cursor()


def test_what_is_there_already_is_told_at_once(driver):
    before = cursor(driver)
    put(driver, "a")
    begun = time.monotonic()
    assert driver.wait_for_changes(before, timeout=30)
    assert time.monotonic() - begun < 10


def test_nothing_new_is_told_when_the_time_is_over(driver):
    put(driver, "a")
    assert not driver.wait_for_changes(cursor(driver), timeout=0)
    assert not driver.wait_for_changes(cursor(driver), timeout=0.1)


def test_who_waits_is_told_of_a_commit(driver):
    before = cursor(driver)
    writer = threading.Timer(0.1, put, (driver, "a"))
    writer.start()
    assert driver.wait_for_changes(before, timeout=30)
    writer.join()
    with driver.transaction(write=False) as transaction:
        assert [change.id for change in transaction.changes(before)] == ["a"]


def test_a_foreign_cursor_is_refused(driver):
    for foreign in ("", "x", cursor(driver) + "0"):
        with pytest.raises(Refused):
            driver.wait_for_changes(foreign, timeout=30)


def test_a_closed_driver_is_not_waited_for(driver):
    before = cursor(driver)
    driver.close()
    with pytest.raises(WrongUse):
        driver.wait_for_changes(before, timeout=1)


def test_a_store_is_followed_outside_of_transactions_only(driver):
    store = Store(driver)
    before = store.cursor()
    assert not store.wait_for_changes(before, timeout=0)
    store.put(Goal(id="ziel-1", title="Ein Ziel"), expect=ABSENT)
    assert store.wait_for_changes(before, timeout=30)
    assert [change.id for change in store.changes(before)] == ["ziel-1"]
    with store.transaction(), pytest.raises(WrongUse):
        store.wait_for_changes(before, timeout=0)
