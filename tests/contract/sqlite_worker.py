"""What the crash and concurrency tests run in processes of their own: ``python sqlite_worker.py TASK DATABASE …``."""

import sys
import time
from pathlib import Path

from koschuso.errors import Conflict, Unavailable
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Write
from koschuso.store.schema import STEPS
from koschuso.store.sqlite import SqliteDriver

BATCH = 200


def say(*words):
    print(*words, flush=True)


def batch(number):
    body = b'{"batch":%d,"text":"%b"}' % (number, b"x" * 300)
    return [Write("person", f"{number:06}-{n:03}", body, Index(subject=f"s{n % 9}"), ABSENT) for n in range(BATCH)]


def bulk(database, first):
    """Write batch after batch until killed; say each number after its commit. Every third rewrites an older one."""
    driver = SqliteDriver(database)
    number = int(first)
    while True:
        with driver.transaction(write=True) as transaction:
            transaction.put_many(batch(number))
            if number % 3 == 2:
                transaction.put_many(write._replace(expect=ANY) for write in batch(number - 1))
                transaction.remove("person", f"{number - 2:06}-000", expect=ANY)
        say(number)
        number += 1


def count(database, times):
    """Add one to a document, so many times, and again after each conflict."""
    with SqliteDriver(database) as driver:
        say("ready")
        sys.stdin.readline()
        conflicts = 0
        for _ in range(int(times)):
            while True:
                with driver.transaction(write=False) as transaction:
                    document = transaction.get("counter", "a")
                try:
                    with driver.transaction(write=True) as transaction:
                        value = b"%d" % (int(document.body) + 1)
                        transaction.put("counter", "a", value, Index(), expect=document.revision)
                    break
                except Conflict:
                    conflicts += 1
        say(conflicts)


def create(database, id_):
    """Open a database that may not be there yet, at the same time as others, and put one document."""
    say("ready")
    sys.stdin.readline()
    with SqliteDriver(database) as driver, driver.transaction(write=True) as transaction:
        transaction.put("person", id_, b"{}", Index(), expect=ABSENT)
    say("done")


def full(database, limit):
    """Write until the file may not grow any more."""
    import resource

    driver = SqliteDriver(database)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    number = 0
    try:
        while True:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(batch(number))
            number += 1
    except Unavailable as error:
        say(number)
        say(error)
    with driver.transaction(write=False) as transaction:
        say(sum(1 for _ in transaction.scan("person")))


def migrate(database, _unused):
    """Take the second, slow step of a schema."""

    def second(connection):
        for number in range(60):
            connection.execute(f"CREATE TABLE step_{number} (a INTEGER) STRICT")
            connection.execute("UPDATE record SET body = body || ' '")
            say(number)
            time.sleep(0.002)

    SqliteDriver(database, steps=(*STEPS, second)).close()
    say("done")


if __name__ == "__main__":
    {task.__name__: task for task in (bulk, count, create, full, migrate)}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
