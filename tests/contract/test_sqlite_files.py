"""The SQLite file among others: several processes, foreign and damaged files, copies, unsafe places."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from koschuso.errors import Conflict, Corrupt, NotSupported, Refused, Unavailable, UnsafeLocation, WrongUse
from koschuso.store import location
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Write
from koschuso.store.sqlite import SqliteDriver
from koschuso.store.url import sqlite_url

WORKER = Path(__file__).with_name("sqlite_worker.py")


def put(driver, id_="a", body=b"{}", expect=ANY, **options):
    with driver.transaction(write=True) as transaction:
        return transaction.put("person", id_, body, Index(), expect=expect, **options)


def race(task, database, arguments):
    """Start one process for each argument, let them go at once, return what they said."""
    processes = [
        subprocess.Popen(
            [sys.executable, WORKER, task, database, str(argument)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for argument in arguments
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=100)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return said


def count_up(database, processes, times):
    with SqliteDriver(database) as driver, driver.transaction(write=True) as transaction:
        transaction.put("counter", "a", b"0", Index(), expect=ABSENT)
    said = race("count", database, [times] * processes)
    with SqliteDriver(database) as driver:
        with driver.transaction(write=False) as transaction:
            assert int(transaction.get("counter", "a").body) == processes * times
            revisions = [change.revision for change in transaction.changes()]
        assert len(revisions) == len(set(revisions)) == processes * times + 1
        assert driver.verify().damages == ()
    return sum(map(int, said))


def test_two_processes_that_write_at_once_lose_no_update(tmp_path):
    count_up(tmp_path / "koschuso.db", 2, 150)


@pytest.mark.slow
def test_ten_processes_that_write_at_once_lose_no_update(tmp_path):
    assert count_up(tmp_path / "koschuso.db", 10, 300) > 0


def test_processes_that_create_the_same_file_at_once_share_it(tmp_path):
    race("create", tmp_path / "koschuso.db", range(6))
    with SqliteDriver(tmp_path / "koschuso.db") as driver, driver.transaction(write=False) as transaction:
        assert transaction.counts() == {"person": 6}


def test_a_second_opening_sees_what_the_first_committed(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as one, SqliteDriver(tmp_path / "a.db") as two:
        revision = put(one)
        with pytest.raises(Conflict):
            put(two, expect=ABSENT)
        put(two, expect=revision)
        with pytest.raises(Conflict):
            put(one, expect=revision)


def test_a_writer_that_waits_too_long_is_told_so(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as one, SqliteDriver(tmp_path / "a.db", patience=0.1) as two:
        with one.transaction(write=True) as transaction:
            transaction.put("person", "a", b"{}", Index(), expect=ANY)
            with pytest.raises(Unavailable, match=r"0\.1 Sekunden"):
                put(two)
        put(two)


def test_a_foreign_program_that_locks_the_file_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr("koschuso.store.sqlite._BUSY_SECONDS", 0.1)
    with SqliteDriver(tmp_path / "a.db") as driver, closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="anderes Programm"):
            put(driver)
        other.rollback()
        put(driver)


def test_an_editor_is_not_held_up_by_a_bulk_import(tmp_path):
    """An import that takes the next batch at once stands behind an editor who already waits."""
    stop = threading.Event()
    with SqliteDriver(tmp_path / "a.db") as importer, SqliteDriver(tmp_path / "a.db") as editor:

        def run():
            number = 0
            while not stop.is_set():
                number += 1
                with importer.transaction(write=True) as transaction:
                    transaction.put_many(
                        Write("event", f"{number:05}-{n:03}", b"{}", Index(), ABSENT) for n in range(300)
                    )

        thread = threading.Thread(target=run)
        thread.start()
        waits = []
        for number in range(20):
            begun = time.monotonic()
            put(editor, f"{number}")
            waits.append(time.monotonic() - begun)
            time.sleep(0.01)
        stop.set()
        thread.join()
    # Far above the measured 15 ms, far below the seconds of starvation: it must hold on a busy machine.
    assert sorted(waits)[len(waits) // 2] < 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_must_open_anew(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as driver:
        child = os.fork()
        if child == 0:
            try:
                with driver.transaction(write=False):
                    os._exit(1)
            except WrongUse:
                os._exit(0)
            os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        put(driver)


def test_a_missing_folder_or_a_folder_instead_of_a_file_is_refused(tmp_path):
    with pytest.raises(Unavailable, match="Ordner"):
        SqliteDriver(tmp_path / "fehlt" / "a.db")
    with pytest.raises(Refused, match="ist ein Ordner"):
        SqliteDriver(tmp_path)


def test_what_is_no_database_is_reported_as_corrupt_and_left_alone(tmp_path):
    path = tmp_path / "brief.db"
    path.write_bytes(b"Sehr geehrte Damen und Herren" * 100)
    with pytest.raises(Corrupt, match=r"brief\.db"):
        SqliteDriver(path)
    assert path.read_bytes() == b"Sehr geehrte Damen und Herren" * 100


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "fremd.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
    before = path.read_bytes()
    with pytest.raises(Refused, match="anderen Programms"):
        SqliteDriver(path)
    assert path.read_bytes() == before


def test_a_newer_file_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "neu.db"
    SqliteDriver(path, steps=(*SqliteDriver.__init__.__kwdefaults__["steps"], lambda _: None)).close()
    before = path.read_bytes()
    with pytest.raises(NotSupported, match="koschuso aktualisieren"):
        SqliteDriver(path)
    assert path.read_bytes() == before


def test_the_settings_that_keep_data_safe_are_in_force(tmp_path):
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "trusted_schema": 0,
                "cell_size_check": 1, "secure_delete": 1, "cache_size": -16000}  # fmt: skip
    with SqliteDriver(tmp_path / "a.db") as driver, driver.transaction(write=True) as transaction:
        connection = transaction._connection
        assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in expected} == expected


def test_closing_leaves_one_file_and_its_locks(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as driver:
        put(driver)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "a.db.lock", "a.db.lock.q"]


def test_a_changed_working_directory_does_not_change_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with SqliteDriver(Path("a.db")) as driver:
        (tmp_path / "b").mkdir()
        monkeypatch.chdir(tmp_path / "b")
        with driver.transaction(write=False), driver.transaction(write=False):
            put(driver)
    assert not (tmp_path / "b" / "a.db").exists()


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE record SET body = replace(body, 'eins', 'zwei') WHERE id = 'a'",
        "UPDATE record SET body = CAST(X'7BFF7D' AS TEXT) WHERE id = 'a'",
        "UPDATE record SET ix_place = '05911000' WHERE id = 'a'",
        "UPDATE record SET id = 'x' WHERE id = 'a'",
        "UPDATE record SET at = at + 1 WHERE id = 'a'",
        "UPDATE record SET link = '00' WHERE id = 'b'",
        "UPDATE record SET body = NULL WHERE id = 'a'",
        "UPDATE record SET operation = 'remove', body = NULL WHERE id = 'a'",
        "DELETE FROM record WHERE id = 'a'",
        "UPDATE past SET body = 'x' WHERE body IS NOT NULL",
        "UPDATE past SET body = NULL",
        "DELETE FROM past",
        "UPDATE record SET body = '{}' WHERE id = 'gone'",
        "UPDATE record SET seq = seq + 100 WHERE id = 'gone'",
        "DROP TABLE past",
    ],
)
def test_tampering_is_found(tmp_path, tamper):
    with SqliteDriver(tmp_path / "a.db") as driver:
        with driver.transaction(write=True) as transaction:
            for id_ in ("a", "b", "gone"):
                for text in ("null", "eins"):
                    body = f'{{"n":"{text}"}}'.encode()
                    transaction.put("person", id_, body, Index(place="05974040"), expect=ANY)
            transaction.remove("person", "gone", expect=ANY)
        assert driver.verify().damages == ()
        with closing(sqlite3.connect(tmp_path / "a.db")) as other:
            other.execute(tamper)
            other.commit()
        damages = driver.verify().damages
        assert damages
        assert "eins" not in repr(damages)


def test_a_flipped_bit_in_a_body_is_found_although_sqlite_finds_nothing(tmp_path):
    path = tmp_path / "a.db"
    with SqliteDriver(path) as driver:
        put(driver, body=b'{"n":"unverwechselbar"}')
    data = bytearray(path.read_bytes())
    data[data.index(b"unverwechselbar") + 3] ^= 1
    path.write_bytes(data)
    with SqliteDriver(path) as driver:
        (damage,) = driver.verify().damages
        assert (damage.kind, damage.id) == ("person", "a")


def test_text_that_cannot_be_decoded_is_reported_as_corrupt(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as driver:
        put(driver)
        with closing(sqlite3.connect(tmp_path / "a.db")) as other:
            other.execute("UPDATE record SET ix_place = CAST('unsicher' || X'FF' AS TEXT)")
            other.commit()
        with driver.transaction(write=False) as transaction:
            with pytest.raises(Corrupt) as caught:
                transaction.get("person", "a")
            assert "unsicher" not in f"{caught.value} {caught.value.__cause__}"
            with pytest.raises(Corrupt):
                list(transaction.scan("person"))


def test_a_backup_is_whole_while_others_write_and_never_replaces_a_file(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as driver:
        for number in range(50):
            put(driver, f"{number}")
        with driver.transaction(write=True) as transaction:
            transaction.put("person", "offen", b"{}", Index(), expect=ANY)
            driver.backup(tmp_path / "sicherung.db")
        with pytest.raises(Refused, match="gibt es schon"):
            driver.backup(tmp_path / "sicherung.db")
    assert not [path for path in tmp_path.iterdir() if path.name.endswith((".unfertig", "-journal"))]
    with SqliteDriver(tmp_path / "sicherung.db") as copy, copy.transaction(write=False) as transaction:
        assert transaction.counts() == {"person": 50}
        assert copy.verify().damages == ()


def test_cursors_and_revisions_from_after_a_restored_backup_are_refused(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as driver:
        put(driver)
        driver.backup(tmp_path / "b.db")
        lost = put(driver, body=b"1")
        with driver.transaction(write=False) as transaction:
            before, after = [change.cursor for change in transaction.changes()]
    with SqliteDriver(tmp_path / "b.db") as restored:
        for body in (b"2", b"3"):
            with restored.transaction(write=False) as transaction:
                transaction.changes(before)
                with pytest.raises(Refused):
                    transaction.changes(after)
            with pytest.raises(Conflict):
                put(restored, expect=lost)
            put(restored, body=body)


def test_a_purge_waits_for_readers_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("koschuso.store.sqlite._BUSY_SECONDS", 0.1)
    with SqliteDriver(tmp_path / "a.db") as driver:
        put(driver, body=b'{"n":"geheim"}')
        with driver.transaction(write=False), pytest.raises(Unavailable, match="wiederholen"):
            driver.purge([("person", "a")])
        driver.purge([("person", "a")])
        with driver.transaction(write=False) as transaction:
            assert transaction.get("person", "a") is None


def test_unsafe_places_are_refused_unless_they_were_checked(tmp_path, monkeypatch):
    folder = tmp_path / "Nextcloud" / "Büro"
    folder.mkdir(parents=True)
    with pytest.raises(UnsafeLocation, match="mit Nextcloud abgeglichen"):
        open_driver(folder / "koschuso.db")
    assert list(folder.iterdir()) == []
    open_driver(sqlite_url(folder / "koschuso.db", ort="geprueft")).close()
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(f"22 1 0:5 / / rw - ext4 /dev/sda rw\n30 22 0:9 / {tmp_path} rw - nfs4 server:/x rw\n")
    monkeypatch.setattr(location, "_MOUNTINFO", mountinfo)
    with pytest.raises(UnsafeLocation, match="Netzlaufwerk"):
        open_driver(tmp_path / "koschuso.db")


@pytest.mark.parametrize("options", [{"ort": "egal"}, {"wartezeit": "bald"}, {"wartezeit": "nan"}, {"wartezeit": "-1"}])
def test_impossible_options_are_refused(tmp_path, options):
    with pytest.raises(WrongUse):
        open_driver(sqlite_url(tmp_path / "a.db", **options))
