"""Whatever the server believes about the tables, writing costs what is written, not what is there."""

import time

import pytest
from koschuso_postgres import BACKEND

from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ANY, Write

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
