"""What a purge takes from the server's files, what it waits for, and what is left to the operator."""

import threading

import psycopg
import pytest
from koschuso_postgres import BACKEND
from koschuso_postgres.opening import content
from postgres_server import PostgresServer

from koschuso.errors import Unavailable, WrongUse
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY
from koschuso.store.url import parse_store_url

CANARY = b"Kanarienvogel-7f3a91"


def fill(driver):
    with driver.transaction(write=True) as transaction:
        for id_, times in (("a", 1), ("large", 500), ("kept", 0)):
            for turn in range(2):
                body = b'{"turn":%d,"n":"%b"}' % (turn, CANARY * times)
                transaction.put("person", id_, body, Index(subject=CANARY.decode() if times else None), expect=ANY)


def files(url):
    return b"".join(content(parse_store_url(url, BACKEND.schemes)))


def test_after_a_purge_nothing_is_left_in_tables_indexes_and_toast(url, opened):
    fill(opened)
    assert CANARY in files(url)
    opened.purge([("person", "a"), ("person", "large")])
    assert CANARY not in files(url)
    assert opened.verify().damages == ()


def test_a_reader_that_needs_the_old_state_makes_the_purge_incomplete(url, opened):
    fill(opened)
    with opened.transaction(write=False) as reader:
        reader.get("person", "a")
        with open_driver(f"{url}&wartezeit=0.3", [BACKEND]) as other, pytest.raises(Unavailable, match="entfernt"):
            other.purge([("person", "a"), ("person", "large")])
        assert CANARY in reader.get("person", "a").body
    with opened.transaction(write=False) as transaction:
        assert transaction.get("person", "a") is None
    opened.purge([("person", "a"), ("person", "large")])
    assert CANARY not in files(url)


def test_a_snapshot_that_has_not_touched_the_tables_counts_too(url, opened, server, database):
    """Of another program: it holds no lock, but PostgreSQL must keep the dead rows for it."""
    fill(opened)
    with psycopg.connect(server.url_of(database)) as other, open_driver(f"{url}&wartezeit=0.3", [BACKEND]) as driver:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT 1")
        with pytest.raises(Unavailable, match="Reste") as caught:
            driver.purge([("person", "a"), ("person", "large")])
        assert caught.value.details["remains"] > 0
        assert CANARY in files(url)
    opened.purge([("person", "a"), ("person", "large")])
    assert CANARY not in files(url)


def test_a_snapshot_of_a_moment_delays_the_purge_and_does_not_fail_it(url, opened, server, database):
    """Such as the server's own, when it looks at how full the tables are."""
    fill(opened)
    with psycopg.connect(server.url_of(database)) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT 1")
        end = threading.Timer(1.0, other.rollback)
        end.start()
        opened.purge([("person", "a"), ("person", "large")])
        end.join()
    assert CANARY not in files(url)


def test_a_purge_within_a_write_transaction_is_refused(opened):
    with opened.transaction(write=True), pytest.raises(WrongUse):
        opened.purge([("person", "a")])


def test_others_write_on_after_a_purge(opened):
    fill(opened)
    failures = []

    def write():
        try:
            for number in range(10):
                with opened.transaction(write=True) as transaction:
                    transaction.put("task", str(number), b"1", Index(), expect=ABSENT)
        except Exception as error:  # noqa: BLE001 - it is asserted below
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    opened.purge([("person", "a"), ("person", "large")])
    thread.join()
    assert failures == []
    assert opened.verify().documents == 11


@pytest.mark.slow
def test_the_operator_s_recipe_takes_the_rest_from_the_server_s_log():
    """README.md, »Endgültig löschen«: without archive the log is gone after two checkpoints when nothing is recycled."""
    server = PostgresServer({"wal_recycle": "off", "min_wal_size": "32MB"})
    try:
        server.start()
        url = server.url_of("postgres", buero="soest")
        with open_driver(url, [BACKEND]) as driver:
            fill(driver)
            driver.purge([("person", "a"), ("person", "large")])
        # A body in the log may be compressed; that of »a« is not.
        logs = [path.read_bytes() for path in (server.data / "pg_wal").iterdir() if path.is_file()]
        assert CANARY in b"".join(logs)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
        everything = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
        assert CANARY not in everything
    finally:
        server.remove()


def test_readers_and_writers_beside_purges_meet_no_deadlock(url, opened):
    fill(opened)
    ended = threading.Event()
    failures = []

    def work(write):
        while not ended.is_set():
            try:
                with opened.transaction(write=write) as transaction:
                    if write:
                        transaction.put("task", "a", b"1", Index(), expect=ANY)
                    transaction.history("person", "kept")
                    list(transaction.changes())
                    list(transaction.scan("person"))
            except Exception as error:  # noqa: BLE001 - it is asserted below
                failures.append(error)

    threads = [threading.Thread(target=work, args=(write,)) for write in (False, True)]
    for thread in threads:
        thread.start()
    unfinished = 0
    with open_driver(f"{url}&wartezeit=0.3", [BACKEND]) as purging:
        for _ in range(8):
            try:
                purging.purge([("person", "a")])
            except Unavailable:
                unfinished += 1  # a reader held the old state just then
    ended.set()
    for thread in threads:
        thread.join()
    assert failures == []
    opened.purge([("person", "a")])
    assert opened.verify().damages == ()
