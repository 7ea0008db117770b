"""Nothing acknowledged is lost and nothing is half done: after kill -9, a full disk, a broken migration."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_worker import BATCH, batch

from koschuso.errors import Unavailable
from koschuso.store.conditions import Index
from koschuso.store.driver import ANY
from koschuso.store.schema import STEPS
from koschuso.store.sqlite import SqliteDriver

WORKER = Path(__file__).with_name("sqlite_worker.py")
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are POSIX")


def start(*arguments):
    return subprocess.Popen([sys.executable, WORKER, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def killed_after(process, lines, delay):
    """Read some lines, wait a moment, kill; return every line that was said."""
    said = [process.stdout.readline().strip() for _ in range(lines)]
    time.sleep(delay)
    process.kill()
    said += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    return [line for line in said if line]


def check_batches(database, acknowledged):
    with SqliteDriver(database) as driver:
        assert driver.verify().damages == ()
        with driver.transaction(write=False) as transaction:
            documents = {document.id: document for document in transaction.scan("person")}
            feed = list(transaction.changes())
        present = {int(id_[:6]) for id_ in documents}
        removed = {number - 2 for number in present if number % 3 == 2}
        expected = {
            write.id: write
            for number in present
            for write in batch(number)
            if not (number in removed and write.id.endswith("-000"))
        }
        assert documents.keys() == expected.keys(), "a batch is half there"
        assert all(documents[id_].body == write.body for id_, write in expected.items())
        assert set(acknowledged) <= present, "an acknowledged batch is lost"
        assert present == set(range(len(present)))
        changed = sum(2 * BATCH + 1 if number % 3 == 2 else BATCH for number in present)
        assert len(feed) == changed, "the feed does not tell what the documents show"
    return len(present)


def kill_while_writing(folder, trials):
    database, number = folder / "koschuso.db", 0
    chance = random.Random(7)  # noqa: S311 - moments to kill at, no secrets
    acknowledged = []
    for _ in range(trials):
        process = start("bulk", database, number)
        acknowledged += map(int, killed_after(process, chance.randint(1, 5), chance.random() * 0.02))
        number = check_batches(database, acknowledged)


def test_a_kill_while_writing_loses_nothing_acknowledged_and_leaves_nothing_half_done(tmp_path):
    kill_while_writing(tmp_path, 3)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_many_kills_while_writing_lose_nothing(tmp_path):
    kill_while_writing(tmp_path, 20)


def kill_while_migrating(database, lines):
    with SqliteDriver(database) as driver, driver.transaction(write=True) as transaction:
        for number in range(50):
            transaction.put("person", f"{number}", b'{"n":1}', Index(), expect=ANY)
    said = killed_after(start("migrate", database, "-"), lines, 0)
    with closing(sqlite3.connect(database)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'step%'").fetchone()
        bodies = {row[0] for row in connection.execute("SELECT DISTINCT body FROM record")}
    done = "done" in said
    assert (version, tables, bodies) == (
        (len(STEPS) + 1, 60, {'{"n":1}' + " " * 60}) if done or version > len(STEPS) else (len(STEPS), 0, {'{"n":1}'})
    )


def test_a_kill_while_migrating_leaves_a_whole_version(tmp_path):
    kill_while_migrating(tmp_path / "early.db", 1)
    kill_while_migrating(tmp_path / "late.db", 59)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_many_kills_while_migrating_leave_a_whole_version(tmp_path):
    for lines in range(0, 61, 3):
        kill_while_migrating(tmp_path / f"{lines}.db", lines)


def test_a_failing_migration_changes_nothing(tmp_path):
    def broken(connection):
        connection.execute("CREATE TABLE half (a INTEGER) STRICT")
        raise ZeroDivisionError

    database = tmp_path / "koschuso.db"
    SqliteDriver(database).close()
    with pytest.raises(ZeroDivisionError):
        SqliteDriver(database, steps=(*STEPS, broken))
    with SqliteDriver(database) as driver:
        assert driver.verify().damages == ()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone() == (0,)


@posix_only
@pytest.mark.parametrize("limit", [300_000, 1_500_000, 5_000_000])
def test_a_file_that_cannot_grow_gives_a_clear_error_and_stays_whole(tmp_path, limit):
    database = tmp_path / "koschuso.db"
    process = start("full", database, limit)
    said = process.communicate(timeout=60)[0].splitlines()
    assert process.returncode == 0
    acknowledged = int(said[0])
    assert "Platz" in said[1]
    assert int(said[2]) == acknowledged * BATCH
    with SqliteDriver(database) as driver:
        assert driver.verify().damages == ()
        with driver.transaction(write=False) as transaction:
            assert transaction.counts().get("person", 0) == acknowledged * BATCH
        with driver.transaction(write=True) as transaction:
            transaction.put("person", "again", b"{}", Index(), expect=ANY)


def test_a_full_disk_rolls_back_and_says_what_to_do(tmp_path):
    with SqliteDriver(tmp_path / "koschuso.db") as driver:
        with driver.transaction(write=True) as transaction:
            transaction.put("person", "kept", b"{}", Index(), expect=ANY)
        # The only connection may not make the file larger: SQLite answers as on a full disk.
        driver._idle[0].execute("PRAGMA max_page_count = 30").fetchone()
        with (
            pytest.raises(Unavailable, match=r"Platte ist voll: koschuso\.db") as caught,
            driver.transaction(write=True) as transaction,
        ):
            transaction.put_many(write for number in range(100) for write in batch(number))
        assert "/" not in str(caught.value)
        with driver.transaction(write=False) as transaction:
            assert [document.id for document in transaction.scan("person")] == ["kept"]
        driver._idle[0].execute("PRAGMA max_page_count = 1000000").fetchone()
        with driver.transaction(write=True) as transaction:
            transaction.put_many(batch(1))
        assert driver.verify().damages == ()


def test_a_transaction_that_swallows_a_full_disk_is_not_committed(tmp_path):
    with SqliteDriver(tmp_path / "koschuso.db") as driver:
        driver._idle[0].execute("PRAGMA max_page_count = 30").fetchone()

        def swallow():
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "first", b"{}", Index(), expect=ANY)
                for number in range(100):
                    try:
                        transaction.put_many(batch(number))
                    except Unavailable:
                        with pytest.raises(Unavailable):
                            transaction.get("person", "first")

        with pytest.raises(Unavailable):
            swallow()
        with driver.transaction(write=False) as transaction:
            assert transaction.counts() == {}
