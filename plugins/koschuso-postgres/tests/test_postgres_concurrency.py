"""Many writers: one after the other in one office, beside each other in different ones; readers wait for nobody."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from koschuso_postgres import BACKEND

from koschuso.errors import Refused, WrongUse
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Write

WORKER = """
import sys
from koschuso.store.backends import open_driver
from koschuso.errors import Conflict
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT
from koschuso_postgres import BACKEND

url, turns = sys.argv[1], int(sys.argv[2])
with open_driver(url, [BACKEND]) as driver:
    done = 0
    while done < turns:
        with driver.transaction(write=False) as reader:
            seen = reader.get("person", "counter")
        try:
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "counter", b"%d" % (int(seen.body) + 1), Index(), expect=seen.revision)
                transaction.put("person", f"{sys.argv[3]}-{done}", b"1", Index(), expect=ABSENT)
            done += 1
        except Conflict:
            continue
"""


def put(driver, id_, body=b"1", expect=ANY):
    with driver.transaction(write=True) as transaction:
        return transaction.put("person", id_, body, Index(), expect=expect)


def follow(driver, since):
    with driver.transaction(write=False) as transaction:
        return list(transaction.changes(since))


@pytest.mark.parametrize("processes", [4])
def test_several_processes_lose_nothing_and_a_follower_sees_all_in_order(url, opened, processes):
    put(opened, "counter", b"0")
    turns, seen, cursor = 25, [], None
    command = [sys.executable, "-W", "error", "-c", WORKER, url, str(turns)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    workers = [
        subprocess.Popen([*command, f"w{number}"], stderr=subprocess.PIPE, env=environment, cwd="/")
        for number in range(processes)
    ]
    while any(worker.poll() is None for worker in workers):
        found = follow(opened, cursor)
        seen += found
        cursor = found[-1].cursor if found else cursor
        if cursor:
            opened.wait_for_changes(cursor, timeout=0.2)
    seen += follow(opened, cursor)
    assert [worker.communicate()[1] for worker in workers] == [b""] * processes
    with opened.transaction(write=False) as transaction:
        assert int(transaction.get("person", "counter").body) == processes * turns
    assert seen == follow(opened, None)
    assert [int(change.revision.partition("-")[0], 16) for change in seen] == list(range(1, 2 * processes * turns + 2))
    assert opened.verify().damages == ()


def test_writers_of_different_offices_do_not_wait_for_each_other(url, opened):
    with open_driver(f"{url.replace('soest', 'unna')}&wartezeit=0.5", [BACKEND]) as other:
        with opened.transaction(write=True) as transaction:
            transaction.put("person", "a", b"1", Index(), expect=ABSENT)
            transaction.put_many(Write("task", str(n), b"1", Index(), ABSENT) for n in range(100))
            transaction.get("person", "a")
            put(other, "a")
        assert len(follow(other, None)) == 1


def test_readers_do_not_wait_for_a_writer(url, opened):
    put(opened, "a")
    with open_driver(f"{url}&wartezeit=0.5", [BACKEND]) as other, opened.transaction(write=True) as transaction:
        transaction.put("person", "a", b"2", Index(), expect=ANY)
        transaction.scan("person")
        with other.transaction(write=False) as reader:
            assert reader.get("person", "a").body == b"1"
            assert len(list(reader.changes())) == 1


def test_writers_are_served_in_the_order_of_their_arrival(opened):
    order = []

    def write(number):
        with opened.transaction(write=True) as transaction:
            order.append(number)
            transaction.put("person", str(number), b"1", Index(), expect=ABSENT)

    threads = []
    with opened.transaction(write=True) as transaction:
        transaction.put("person", "first", b"1", Index(), expect=ABSENT)
        for number in range(8):
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
            time.sleep(0.08)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_an_editor_beside_a_bulk_import_waits_for_one_batch_at_most(url, opened):
    """The import commits in batches, as the office does; who waits is next."""
    ended = threading.Event()

    def load():
        for start in range(0, 20_000, 500):
            with opened.transaction(write=True) as transaction:
                transaction.put_many(
                    Write("task", f"{n:06}", b'{"n":"%b"}' % (b"x" * 200), Index(), ABSENT)
                    for n in range(start, start + 500)
                )
        ended.set()

    waits = []
    with open_driver(url, [BACKEND]) as editor:
        thread = threading.Thread(target=load)
        thread.start()
        while not ended.is_set():
            begun = time.monotonic()
            put(editor, "a")
            waits.append(time.monotonic() - begun)
            time.sleep(0.02)
        thread.join()
    assert len(waits) > 5
    assert sorted(waits)[len(waits) // 2] < 1


def test_a_follower_is_woken_by_a_commit(url, opened):
    put(opened, "a")
    cursor = follow(opened, None)[-1].cursor
    assert not opened.wait_for_changes(cursor, timeout=0)
    with open_driver(url, [BACKEND]) as writer:
        for number in range(3):
            written = []

            def write(number=number, written=written):
                time.sleep(0.2)
                put(writer, str(number))
                written.append(time.monotonic())

            thread = threading.Thread(target=write)
            thread.start()
            assert opened.wait_for_changes(cursor, timeout=20)
            woken = time.monotonic()
            thread.join()
            assert woken - written[0] < 2
            (change,) = follow(opened, cursor)
            assert change.id == str(number)
            cursor = change.cursor


def test_a_follower_is_not_woken_by_another_office_and_nothing_is_told_but_the_number(url, opened, administrator):
    put(opened, "a")
    cursor = follow(opened, None)[-1].cursor
    administrator.execute("LISTEN koschuso")
    with open_driver(url.replace("soest", "unna"), [BACKEND]) as other:
        put(other, "geheim")
        assert not opened.wait_for_changes(cursor, timeout=0.3)
    (note,) = administrator.notifies(timeout=5, stop_after=1)
    assert note.payload.endswith(":unna:1")
    assert "geheim" not in note.payload


def test_a_follower_survives_the_loss_of_its_connection(opened, administrator):
    put(opened, "a")
    cursor = follow(opened, None)[-1].cursor
    assert not opened.wait_for_changes(cursor, timeout=0)
    administrator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    assert not opened.wait_for_changes(cursor, timeout=0.5)
    put(opened, "b")
    assert opened.wait_for_changes(cursor, timeout=5)


def test_without_notifications_a_follower_looks_by_itself(url, opened):
    put(opened, "a")
    cursor = follow(opened, None)[-1].cursor
    with open_driver(f"{url}&melden=nein", [BACKEND]) as silent:
        timer = threading.Timer(0.2, put, (silent, "b"))
        timer.start()
        assert opened.wait_for_changes(cursor, timeout=20)
        timer.join()


def test_a_follower_with_a_foreign_cursor_is_refused(opened):
    put(opened, "a")
    for cursor in ("", "x", follow(opened, None)[-1].cursor[:-1]):
        with pytest.raises(Refused):
            opened.wait_for_changes(cursor, timeout=5)
    opened.close()
    with pytest.raises(WrongUse):
        opened.wait_for_changes("x", timeout=5)


def test_bodies_larger_than_a_page_are_read_one_by_one(opened):
    bodies = {f"{n:02}": b'"%b"' % (bytes([97 + n]) * (n * 1500)) for n in range(20)}
    with opened.transaction(write=True) as transaction:
        transaction.put_many(Write("person", id_, body, Index(type="x"), ABSENT) for id_, body in bodies.items())
    for write in (False, True):
        with opened.transaction(write=write) as transaction:
            assert {found.id: found.body for found in transaction.scan("person")} == bodies
            assert {id_: body for id_, _, body in transaction.contents("person")} == bodies
            assert [step.body for step in transaction.steps()] == list(bodies.values())


def test_a_limit_with_a_nul_is_understood_though_nothing_stored_has_one(opened):
    from koschuso.store.conditions import OneOf, Prefix, Range, meets

    values = {"1": "a", "2": "a b", "3": "b", "4": None}
    with opened.transaction(write=True) as transaction:
        for id_, value in values.items():
            transaction.put("person", id_, b"1", Index(type=value), expect=ABSENT)
    conditions = [
        OneOf("type", ["a\0", "b"]),
        Range("type", "a\0", None),
        Range("type", None, "a\0"),
        Range("type", "\0", "a b\0c", missing=True),
        Prefix("type", "a\0"),
        Prefix("type", "\0"),
    ]
    with opened.transaction(write=False) as transaction:
        for condition in conditions:
            expected = [id_ for id_, value in values.items() if meets(id_, Index(type=value), [condition])]
            assert [found.id for found in transaction.scan("person", [condition])] == expected, condition
