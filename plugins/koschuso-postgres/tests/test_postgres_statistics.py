"""Whatever the server believes about the tables, a call costs what it writes or finds, not what is there."""

import time

import pytest
from koschuso_postgres import BACKEND

from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index, OneOf
from koschuso.store.driver import ABSENT, ANY, Write

STORED = 3_000
SINGLY = 300
READ = (
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables WHERE schemaname = %s"
)


def writes(number, version=0):
    body = b'{"version":%d}' % version
    return [Write("person", f"p{n:05}", body, Index(type="t", subject=f"s{n}"), ANY) for n in range(number)]


@pytest.fixture
def rows_read(administrator, schema):
    """How many rows the server has read in the tables of the schema, once its counters are in."""

    def read():
        before, now = None, 0
        while before != now:  # sessions hand in their counts after they have ended
            time.sleep(0.2)
            before, now = now, int(administrator.execute(READ, (schema,)).fetchone()[0] or 0)
        return now

    return read


@pytest.mark.parametrize("known", ["nothing", "that they are empty", "a few rows"])
def test_writing_reads_few_rows_whatever_the_statistics_say(url, schema, administrator, rows_read, known):
    """A transaction that fills a table is not in the statistics; a bad plan would read everything for each row."""
    with open_driver(url, [BACKEND]) as driver:
        if known == "a few rows":
            with driver.transaction(write=True) as transaction:
                transaction.put_many(writes(10))
        if known != "nothing":
            administrator.execute(f"VACUUM ANALYZE {schema}.record, {schema}.past")
        with driver.transaction(write=True) as transaction:
            transaction.put_many(writes(STORED))
        before = rows_read()
        with driver.transaction(write=True) as transaction:
            for version in (1, 2):
                transaction.put_many(writes(STORED, version))
            for write in writes(SINGLY, 3):
                transaction.put(write.kind, write.id, write.body, write.index, expect=ANY)
            transaction.remove("person", "p00001", expect=ANY)

    assert rows_read() - before < 10 * (2 * STORED + SINGLY)


@pytest.mark.parametrize("known", ["nothing", "that they are empty", "a few rows of one subject"])
def test_finding_by_an_index_reads_few_rows_whatever_the_statistics_say(url, schema, administrator, rows_read, known):
    with open_driver(url, [BACKEND]) as driver:
        if known == "a few rows of one subject":
            with driver.transaction(write=True) as transaction:
                transaction.put_many(
                    Write("person", f"a{n}", b"1", Index(subject="s7", object="x"), ABSENT) for n in range(10)
                )
        if known != "nothing":
            administrator.execute(f"VACUUM ANALYZE {schema}.record, {schema}.past")
        with driver.transaction(write=True) as transaction:
            transaction.put_many(writes(STORED))
        before = rows_read()
        for number in range(20):
            for brief in (True, False):
                begin = driver.brief_transaction if brief else driver.transaction
                for name, values in (
                    ("subject", [f"s{number}"]),
                    ("subject", ["s7", "s8", "nobody"]),
                    ("id", [f"p{n:05}" for n in range(number, STORED, STORED // 3)]),
                ):
                    with begin(write=False) as transaction:
                        assert list(transaction.contents("person", [OneOf(name, values)]))
                with begin(write=False) as transaction:
                    assert transaction.get("person", f"p{number:05}") is not None

    assert rows_read() - before < 20 * 2 * 100


def test_what_many_documents_have_is_met_on_the_way_through_all(opened):
    with opened.transaction(write=True) as transaction:
        transaction.put_many(
            Write("person", f"{n:05}", b'{"n":%d}' % n, Index(subject="all", object=str(n % 7)), ABSENT)
            for n in range(1300)
        )
    for conditions, expected in (
        ([OneOf("subject", ["all"])], range(1300)),
        ([OneOf("subject", ["all", "none"]), OneOf("object", ["3"])], range(3, 1300, 7)),
        ([OneOf("object", ["1", "2", "none"])], [n for n in range(1300) if n % 7 in {1, 2}]),
        ([OneOf("id", [f"{n:05}" for n in range(100, 1400)])], range(100, 1300)),
        ([OneOf("id", [f"{n:05}" for n in range(30)]), OneOf("object", ["5"])], range(5, 30, 7)),
    ):
        for begin in (opened.brief_transaction, opened.transaction):
            for after in (None, "00011"):
                wanted = [f"{n:05}" for n in expected if after is None or n > 11]
                with begin(write=False) as transaction:
                    assert [row[0] for row in transaction.contents("person", conditions, after=after)] == wanted
                with begin(write=False) as transaction:
                    assert [found.id for found in transaction.scan("person", conditions, after=after)] == wanted
