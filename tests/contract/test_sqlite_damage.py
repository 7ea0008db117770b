"""Nothing that is changed in the file behind koschuso's back stays unseen: every bit, every row, every table."""

import random
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime

import pytest

from koschuso.errors import KoschusoError
from koschuso.store.conditions import Index
from koschuso.store.driver import ANY, Write
from koschuso.store.sqlite import SqliteDriver
from koschuso.store.sqlite_verify import verify

NOON = datetime(2025, 10, 15, 12, tzinfo=UTC)
FULL = Index(type="schule", subject="ä", object="😀", begin="2025-08-01", end="2026-08-01", place="05974040")


@pytest.fixture
def database(tmp_path):
    """A closed file with every sort of row: new, replaced, removed, purged, come again."""
    path = tmp_path / "koschuso.db"
    with SqliteDriver(path) as driver:
        with driver.transaction(write=True) as transaction:
            transaction.put_many(
                [
                    Write("person", "a", '{"n":"Träger \ufffd"}'.encode(), FULL, ANY, NOON),
                    Write("event", "a", b'{"n":1}', Index(), ANY, NOON),
                    Write("event", "\ufffd", b'{"n":2}', Index(type="\ufffd"), ANY, NOON),
                ]
            )
        for number in range(3):
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "a", b'{"n":%d}' % number, FULL._replace(end=None), expect=ANY)
        with driver.transaction(write=True) as transaction:
            transaction.put("task", "weg", b'{"n":3}', FULL, expect=ANY)
            transaction.remove("task", "weg", expect=ANY)
            transaction.put("task", "wieder", b'{"n":4}', FULL, expect=ANY)
            transaction.remove("task", "wieder", expect=ANY)
            transaction.put("task", "wieder", b'{"n":5}', FULL, expect=ANY)
            transaction.put("koschuso:vorgang", "v", b'{"n":6}', Index(), expect=ANY)
            transaction.put("task", "geheim", b'{"n":7}', FULL, expect=ANY)
        driver.purge([("task", "geheim")])
        assert driver.verify().damages == ()
    return path


NUMBERS = ("seq", "at", "previous")
TEXTS = ("kind", "id", "operation", "digest", "link", "body", *(f"ix_{name}" for name in Index._fields))


def flipped(value):
    """Give a value with each of its bits flipped, one at a time."""
    if isinstance(value, int):
        for bit in range(64):
            number = value ^ (1 << bit)
            yield number - ((number >> 63) << 64)
    else:
        for bit in range(len(value or b"") * 8):
            changed = bytearray(value)
            changed[bit // 8] ^= 1 << bit % 8
            yield bytes(changed)


def flips(connection):
    """Give every single flipped bit of every value as a statement with its parameters."""
    for table, key, names in (
        ("record", "seq", (*NUMBERS, *TEXTS)),
        ("past", "seq", (*NUMBERS, *TEXTS)),
        ("meta", "name", ("name", "value")),
    ):
        for name in names:
            read, write = (name, "?") if name in NUMBERS else (f"CAST({name} AS BLOB)", "CAST(? AS TEXT)")
            rows = connection.execute(f"SELECT {key}, {read} FROM {table} WHERE {name} IS NOT NULL")  # noqa: S608 - own names
            for row, value in rows.fetchall():
                statement = f"UPDATE {table} SET {name} = {write} WHERE {key} = ?"  # noqa: S608 - own names
                yield from ((statement, (changed, row)) for changed in flipped(value))


def unseen(database, statements):
    """Do each change by itself and give those that verify does not see."""
    missed = []
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement, values in statements(connection):
            connection.execute("BEGIN IMMEDIATE")
            try:
                try:
                    assert connection.execute(statement, values).rowcount
                except sqlite3.IntegrityError:
                    continue  # a number or key that is taken: no such file can be
                if not verify(connection).damages:
                    missed.append((statement, values))
            finally:
                connection.execute("ROLLBACK")
        assert verify(connection).damages == ()
    return missed


def test_flipped_bits_of_every_value_are_found(database):
    def some(connection):
        every = list(flips(connection))
        assert len(every) > 10_000
        return random.Random(1).sample(every, 700)  # noqa: S311 - a sample, no secret

    assert unseen(database, some) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_flipped_bit_of_every_value_is_found(database):
    assert unseen(database, lambda connection: list(flips(connection))) == []


CHANGES = {
    "the newest change is cut off": "DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)",
    "an older version is gone": "DELETE FROM past WHERE seq = (SELECT min(seq) FROM past)",
    "a document is gone": "DELETE FROM record WHERE kind = 'event' AND id = 'a'",
    "a document is gone without its removal": "DELETE FROM record WHERE id = 'weg'",
    "the whole log is gone": "DELETE FROM record",
    "a document comes from nowhere": (
        "INSERT INTO record (seq, kind, id, operation, at, digest, link, body) SELECT max(seq) + 1, 'person', 'neu', "
        "'put', at, digest, link, body FROM record WHERE body IS NOT NULL"
    ),
    "an older version comes from nowhere": (
        "INSERT INTO past (seq, kind, id, operation, at, digest, link, body) "
        "SELECT seq + 100, kind, id, operation, at, digest, link, body FROM past LIMIT 1"
    ),
    "two contents are swapped": (
        "UPDATE record SET body = (SELECT other.body FROM record other WHERE other.body IS NOT NULL AND "
        "other.id <> record.id LIMIT 1) WHERE kind = 'event' AND id = 'a'"
    ),
    "a content and its fingerprint are swapped": (
        "UPDATE record SET (body, digest) = (SELECT body, digest FROM record WHERE id = 'wieder') "
        "WHERE kind = 'event' AND id = 'a'"
    ),
    "a removed content comes back": "UPDATE record SET body = '{}' WHERE id = 'weg'",
    "an index value of a removed content comes back": "UPDATE record SET ix_type = '' WHERE id = 'weg'",
    "a content is emptied": "UPDATE record SET body = NULL WHERE kind = 'person'",
    "an older content is emptied": "UPDATE past SET body = NULL WHERE kind = 'person'",
    "a removal becomes a purge": "UPDATE record SET operation = 'purge' WHERE id = 'weg'",
    "the note of the newest change is gone": "DELETE FROM meta WHERE name = 'head'",
    "the identity is gone": "DELETE FROM meta WHERE name = 'store'",
    "a note comes from nowhere": "INSERT INTO meta VALUES ('mehr', 'x')",
}


@pytest.mark.parametrize("change", CHANGES)
def test_rows_that_are_gone_added_or_swapped_are_found(database, change):
    assert unseen(database, lambda _: [(CHANGES[change], ())]) == []


def test_a_version_that_is_made_the_current_one_again_is_found(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM record WHERE kind = 'person'")
        connection.execute("INSERT INTO record SELECT * FROM past WHERE kind = 'person' ORDER BY seq DESC LIMIT 1")
        connection.execute("DELETE FROM past WHERE seq IN (SELECT seq FROM record)")
        assert verify(connection).damages


def test_a_foreign_trigger_and_a_changed_table_are_found(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM past; END")
        assert any("Trigger" in damage.message for damage in verify(connection).damages)
        connection.execute("DROP TRIGGER t")
        connection.execute("CREATE INDEX fremd ON record (at)")
        assert verify(connection).damages == ()
        connection.execute("DROP INDEX record_object")
        assert any("record_object" in damage.message for damage in verify(connection).damages)


def test_a_damage_names_the_record_and_a_cut_says_so(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE record SET body = '{}' WHERE kind = 'event' AND id = 'a'")
        (damage,) = verify(connection).damages
        assert (damage.kind, damage.id) == ("event", "a")
        connection.execute("DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)")
        assert any("Am Ende fehlen Einträge" in damage.message for damage in verify(connection).damages)


def reads(driver):
    with driver.transaction(write=False) as transaction:
        kinds = ("person", "event", "task", "koschuso:vorgang")
        documents = [document for kind in kinds for document in transaction.scan(kind)]
        one_by_one = [transaction.get(document.kind, document.id) for document in documents]
        histories = [transaction.history(document.kind, document.id) for document in documents]
        return (
            documents,
            one_by_one,
            histories,
            dict(transaction.counts()),
            list(transaction.steps()),
            transaction.cursor(),
            transaction.changed_at(),
        )


def bits_of(content, *, used):
    """Give the bits of the bytes that are not zero, or of those that are."""
    return [byte * 8 + bit for byte, value in enumerate(content) if bool(value) == used for bit in range(8)]


def flip_file(folder, database, bits):
    """Flip single bits of the closed file; tell what became of each."""
    folder.mkdir()
    content = database.read_bytes()
    with SqliteDriver(database) as driver:
        whole = reads(driver)
    outcomes = Counter()
    for number, bit in enumerate(bits):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        path = folder / f"f{number}.db"
        path.write_bytes(changed)
        try:
            with SqliteDriver(path) as driver:
                if driver.verify().damages:
                    outcomes["found"] += 1
                else:
                    # In bytes without meaning, or in free space: nothing that is read differs.
                    assert reads(driver) == whole, f"bit {bit} makes a silent wrong read"
                    outcomes["harmless"] += 1
        except KoschusoError:
            outcomes["refused"] += 1
        for file in folder.glob(f"f{number}.db*"):
            file.unlink()
    print(dict(outcomes))
    return outcomes


def test_a_flipped_bit_of_the_file_is_found_or_harmless(tmp_path, database):
    content = database.read_bytes()
    chance = random.Random(1)  # noqa: S311 - places to flip, no secret
    used = flip_file(tmp_path / "used", database, chance.sample(bits_of(content, used=True), 400))
    free = flip_file(tmp_path / "free", database, chance.sample(bits_of(content, used=False), 200))
    assert used["found"] + used["refused"] > 300
    assert free["harmless"] > 100


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_thousands_of_flipped_bits_of_the_file_are_found_or_harmless(tmp_path, database):
    content = database.read_bytes()
    chance = random.Random(2)  # noqa: S311 - as above
    flip_file(tmp_path / "used", database, chance.sample(bits_of(content, used=True), 4000))
    flip_file(tmp_path / "free", database, chance.sample(bits_of(content, used=False), 1000))
