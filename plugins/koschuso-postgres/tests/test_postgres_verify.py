"""Verify finds every edited value, every row that is gone or added, and every flipped bit on the disk."""

# ruff: noqa: S608 - the tests name tables of their own

import random

import psycopg
import pytest
from koschuso_postgres import BACKEND

from koschuso.errors import Corrupt, KoschusoError
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Write


@pytest.fixture
def filled(opened):
    """Some documents: with versions, removed, purged, put again, large."""
    with opened.transaction(write=True) as transaction:
        for id_ in "abcde":
            transaction.put("person", id_, b'{"n":1}', Index(type="x", begin="2025-01-01"), expect=ABSENT)
            transaction.put("person", id_, '{"n":"Träger"}'.encode(), Index(subject="s"), expect=ANY)
        transaction.remove("person", "b", expect=ANY)
        transaction.remove("person", "c", expect=ANY)
        transaction.put("person", "c", b'{"n":3}', Index(), expect=ABSENT)
        transaction.purge("person", "d")
        transaction.put("person", "large", b'"%b"' % (b"0123456789abcdef" * 2000), Index(), expect=ABSENT)
        transaction.put("person", "large", b'"%b"' % (b"0123456789abcdeF" * 2000), Index(), expect=ANY)
    assert opened.verify().damages == ()
    return opened


EDITS = [
    "UPDATE {s}.record SET body = replace(body, 'r', 'R') WHERE id = 'a'",
    "UPDATE {s}.past SET body = replace(body, '1', '2') WHERE id = 'a'",
    "UPDATE {s}.record SET body = replace(body, 'F', 'G') WHERE id = 'large'",
    "UPDATE {s}.past SET body = replace(body, 'f', 'g') WHERE id = 'large'",
    "UPDATE {s}.record SET body = NULL WHERE id = 'a'",
    "UPDATE {s}.past SET body = NULL WHERE id = 'a'",
    "UPDATE {s}.record SET body = 'x' WHERE id = 'b'",
    "UPDATE {s}.past SET body = 'x' WHERE id = 'd'",
    *(f"UPDATE {{s}}.record SET ix_{name} = 'y' WHERE id = 'a'" for name in Index._fields),
    "UPDATE {s}.past SET ix_type = 'y' WHERE id = 'b'",
    "UPDATE {s}.record SET ix_subject = NULL WHERE id = 'a'",
    "UPDATE {s}.record SET kind = 'task' WHERE id = 'a'",
    "UPDATE {s}.record SET id = 'z' WHERE id = 'a'",
    "UPDATE {s}.record SET at = at + 1 WHERE id = 'a'",
    "UPDATE {s}.record SET operation = 'purge' WHERE id = 'b'",
    "UPDATE {s}.record SET operation = 'remove', body = NULL WHERE id = 'a'",
    "UPDATE {s}.record SET previous = NULL WHERE id = 'a'",
    "UPDATE {s}.record SET digest = reverse(digest) WHERE id = 'a'",
    "UPDATE {s}.record SET link = reverse(link) WHERE id = 'a'",
    "UPDATE {s}.record SET link = reverse(link) WHERE id = 'large'",
    "UPDATE {s}.record SET seq = 99 WHERE id = 'a'",
    "UPDATE {s}.record SET seq = 0 WHERE id = 'a'",
    "DELETE FROM {s}.record WHERE id = 'a'",
    "DELETE FROM {s}.record WHERE id = 'large'",
    "DELETE FROM {s}.record",
    "DELETE FROM {s}.past WHERE id = 'a'",
    "DELETE FROM {s}.past",
    (
        "INSERT INTO {s}.past SELECT office, kind, id, 50, operation, at, previous, digest, link, body FROM {s}.record "
        "WHERE id = 'a'"
    ),
    "UPDATE {s}.office SET seq = seq - 1 WHERE office = 'soest'",
    "UPDATE {s}.office SET seq = seq + 1 WHERE office = 'soest'",
    "UPDATE {s}.office SET link = reverse(link) WHERE office = 'soest'",
    "UPDATE {s}.office SET store = reverse(store) WHERE office = 'soest'",
    (
        "WITH gone AS (DELETE FROM {s}.past WHERE id = 'large' RETURNING *) INSERT INTO {s}.record SELECT office, kind, "
        "'copy', seq, operation, at, previous, digest, link, body FROM gone"
    ),
]


def test_verify_finds_every_edited_value_and_every_row_that_is_gone_or_added(filled, schema, administrator):
    before = filled.verify()
    for edit in EDITS:
        with administrator.transaction(force_rollback=True):
            assert administrator.execute(edit.format(s=schema)).rowcount > 0, edit
        # The driver looks through connections of its own, so the edit is committed and then taken back.
        with administrator.transaction():
            tables = ("office", "record", "past")
            for table in tables:
                administrator.execute(f"CREATE TABLE {schema}.kept_{table} AS TABLE {schema}.{table}")
            administrator.execute(edit.format(s=schema))
        damages = filled.verify().damages
        with administrator.transaction():
            for table in tables:
                administrator.execute(
                    f"TRUNCATE {schema}.{table}; INSERT INTO {schema}.{table} TABLE {schema}.kept_{table}; "
                    f"DROP TABLE {schema}.kept_{table}"
                )
        assert damages, edit
        assert filled.verify() == before


def test_verify_says_which_document_is_meant(filled, schema, administrator):
    administrator.execute(f"UPDATE {schema}.record SET body = 'x' WHERE id = 'e'")
    (damage,) = filled.verify().damages
    assert (damage.kind, damage.id) == ("person", "e")
    assert "nicht mehr der" in damage.message


def test_other_offices_are_not_looked_at(filled, url):
    with open_driver(url.replace("soest", "unna"), [BACKEND]) as other:
        with other.transaction(write=True) as transaction:
            transaction.put("person", "a", b"1", Index(), expect=ABSENT)
        assert other.verify().changes == 1
    assert filled.verify().damages == ()


@pytest.mark.slow
def test_every_flipped_bit_in_the_files_is_found_or_means_nothing(own_server):
    """Without page checksums, so that nothing but our fingerprints can find it."""
    own_server.stop()
    own_server.run_as_owner("pg_checksums", "--disable", "--pgdata", str(own_server.data))
    own_server.start()
    url = own_server.url_of("postgres", buero="soest")
    marker = b"Kanarienvogel"
    with open_driver(url, [BACKEND]) as driver, driver.transaction(write=True) as transaction:
        transaction.put_many(
            Write("person", f"{n:03}", b'{"n":"%b %d"}' % (marker, n), Index(type="vogel"), ABSENT) for n in range(60)
        )
    with psycopg.connect(url.partition("?")[0], autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE) koschuso.record; CHECKPOINT".partition(";")[0])
        connection.execute("CHECKPOINT")
        (name,) = connection.execute("SELECT pg_relation_filepath('koschuso.record')").fetchone()
    path = own_server.data / name
    own_server.stop()
    whole = path.read_bytes()
    chance = random.Random(1)  # noqa: S311 - the same bits each time
    used = [position for position in range(len(whole)) if whole[position]]
    found = 0
    for position in chance.sample([p for p in used if marker in whole[max(0, p - 12) : p + 13]], 25):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        own_server.start()
        try:
            with open_driver(url, [BACKEND]) as driver:
                damages = driver.verify().damages
                found += bool(damages)
        except KoschusoError:
            found += 1
        own_server.stop()
    assert found == 25
    path.write_bytes(whole)


@pytest.mark.slow
def test_what_the_server_cannot_read_is_a_damage_and_hides_nothing_else(own_server):
    url = own_server.url_of("postgres", buero="soest")
    with open_driver(url, [BACKEND]) as driver, driver.transaction(write=True) as transaction:
        transaction.put_many(
            Write("person", f"{n:04}", b'{"n":"%b"}' % (b"x" * 500), Index(), ABSENT) for n in range(1000)
        )
    with psycopg.connect(url.partition("?")[0], autocommit=True) as connection:
        connection.execute("UPDATE koschuso.record SET body = 'edited' WHERE id = '0990'")
        connection.execute("CHECKPOINT")
        (name,) = connection.execute("SELECT pg_relation_filepath('koschuso.record')").fetchone()
    own_server.stop()
    path = own_server.data / name
    content = bytearray(path.read_bytes())
    content[3 * 8192 + 4000] ^= 1  # the page's own checksum shows it
    path.write_bytes(content)
    own_server.start()
    with open_driver(url, [BACKEND]) as driver:
        damages = driver.verify().damages
        assert any(damage.id == "0990" for damage in damages)
        unreadable = [damage for damage in damages if "nicht mehr lesen" in damage.message]
        assert 5 <= len(unreadable) <= 20
        with pytest.raises(Corrupt), driver.transaction(write=False) as transaction:
            list(transaction.scan("person"))
        with driver.transaction(write=False) as transaction:
            assert transaction.get("person", "0999") is not None
