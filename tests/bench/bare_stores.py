"""What somebody would write with the bare library: JSON, a primary key, an index for the query, durable commits.

It gives the same information: each row is read with its number of version, without which it could not be saved again
safely, as a frozen object whose day is a `date`; the feed gives frozen objects too: which record, what was done, when as a
moment with its time zone, and the text with which a follower goes on. It does less: no checks of values or of what is stored against what was
written, no fingerprints, no history, no chain of changes; the feed is a table of its own that only its job fills.
"""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import itemgetter

TABLE = (
    "CREATE TABLE record (kind TEXT, id TEXT, version {number}, person_id TEXT, body {json}, PRIMARY KEY (kind, id))"
)
INDEX = "CREATE INDEX record_person ON record (person_id)"
LOG = "CREATE TABLE log (seq {number} PRIMARY KEY, kind TEXT, id TEXT, operation TEXT, at BIGINT)"
READ = "SELECT version, body FROM record ORDER BY id"
QUERY = "SELECT version, body FROM record WHERE person_id = {value} ORDER BY id"


@dataclass(frozen=True, slots=True)
class Row:
    """What a program works with."""

    id: str
    day: date
    taetigkeit: str
    minutes: int
    title: str
    person_id: str


def text_of(row):
    return json.dumps(row, default=str, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Told:
    """What a follower works with."""

    cursor: str
    kind: str
    id: str
    operation: str
    at: datetime


def rows_of(found):
    """Rows with their versions."""
    return [(version, row_of(body)) for version, body in found]


def row_of(body):
    fields = json.loads(body)
    fields["day"] = date.fromisoformat(fields["day"])
    return Row(**fields)


def told(log):
    """What a follower needs: where to go on, which record, what was done, and when as a moment."""
    return [
        Told(f"log.{seq:x}", kind, id_, operation, datetime.fromtimestamp(at / 1e6, UTC))
        for seq, kind, id_, operation, at in log
    ]


class BareSqlite:
    """sqlite3 and json, with the same durability: write-ahead log, ``synchronous=FULL``."""

    def __init__(self, folder):
        self._connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            TABLE.format(number="INTEGER", json="TEXT"),
            INDEX,
            LOG.format(number="INTEGER"),
        ):
            self._connection.execute(statement)

    def insert(self, rows):
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO record VALUES ('activity', ?, 1, ?, ?)",
            ((row["id"], row["person_id"], text_of(row)) for row in rows),
        )
        self._connection.execute("COMMIT")

    def read(self):
        return rows_of(self._connection.execute(READ))

    def query(self, person):
        return rows_of(self._connection.execute(QUERY.format(value="?"), (person,)))

    def commit(self, row):
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "INSERT INTO record VALUES ('activity', ?, 1, ?, ?) ON CONFLICT (kind, id) DO UPDATE "
            "SET version = version + 1, person_id = excluded.person_id, body = excluded.body",
            (row["id"], row["person_id"], text_of(row)),
        )
        self._connection.execute("COMMIT")

    def log(self, count):
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO log VALUES (?, 'activity', ?, 'put', ?)", ((n, f"a-{n:06d}", n) for n in range(count))
        )
        self._connection.execute("COMMIT")

    def feed(self):
        return told(self._connection.execute("SELECT seq, kind, id, operation, at FROM log ORDER BY seq"))

    def close(self):
        self._connection.close()


class BarePostgres:
    """psycopg with COPY; JSON as text, as `json.loads` wants it."""

    def __init__(self, url):
        import psycopg

        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("DROP SCHEMA IF EXISTS bare CASCADE")
        self._connection.execute("CREATE SCHEMA bare")
        self._connection.execute("SET search_path TO bare")
        for statement in (TABLE.format(number="BIGINT", json="TEXT"), INDEX, LOG.format(number="BIGINT")):
            self._connection.execute(statement)

    def insert(self, rows):
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy("COPY record FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(("activity", row["id"], 1, row["person_id"], text_of(row)))
        self._connection.execute("ANALYZE record")

    def read(self):
        return rows_of(self._connection.execute(READ))

    def query(self, person):
        return rows_of(self._connection.execute(QUERY.format(value="%s"), (person,)))

    def commit(self, row):
        self._connection.execute(
            "INSERT INTO record VALUES ('activity', %s, 1, %s, %s) ON CONFLICT (kind, id) DO UPDATE "
            "SET version = record.version + 1, person_id = excluded.person_id, body = excluded.body",
            (row["id"], row["person_id"], text_of(row)),
        )

    def log(self, count):
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy("COPY log FROM STDIN") as copy,
        ):
            for n in range(count):
                copy.write_row((n, "activity", f"a-{n:06d}", "put", n))

    def feed(self):
        return told(self._connection.execute("SELECT seq, kind, id, operation, at FROM log ORDER BY seq"))

    def close(self):
        self._connection.execute("DROP SCHEMA bare CASCADE")
        self._connection.close()


class BareFiles:
    """One JSON file per record: under another name first, synchronised where it is a commit, then replaced."""

    def __init__(self, folder):
        self._folder = folder / "bare"
        self._folder.mkdir()

    def insert(self, rows):
        for row in rows:
            self._put(row, durable=False)
        os.sync()

    def read(self):
        return [(path.stat().st_mtime_ns, row_of(path.read_bytes())) for path in sorted(self._folder.iterdir())]

    def query(self, person):
        return [(version, row) for version, row in self.read() if row.person_id == person]

    def commit(self, row):
        self._put(row, durable=True)
        descriptor = os.open(self._folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def log(self, count):
        """The times of the files are the log."""

    def feed(self):
        return sorted(((entry.stat().st_mtime_ns, entry.name) for entry in os.scandir(self._folder)), key=itemgetter(0))

    def close(self):
        """Nothing is open."""

    def _put(self, row, *, durable):
        temporary = self._folder / f".{row['id']}"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text_of(row))
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(self._folder / f"{row['id']}.json")


class BareDict:
    """A dictionary of JSON texts: what is given out must not be what is kept."""

    def __init__(self, _folder):
        self._texts = {}
        self._persons = {}
        self._feed = []

    def insert(self, rows):
        for row in rows:
            self.commit(row)

    def read(self):
        return [(version, row_of(text)) for _, (version, text) in sorted(self._texts.items())]

    def query(self, person):
        return rows_of(self._texts[id_] for id_ in sorted(self._persons.get(person, ())))

    def commit(self, row):
        version, _ = self._texts.get(row["id"], (0, ""))
        self._texts[row["id"]] = (version + 1, text_of(row))
        self._persons.setdefault(row["person_id"], set()).add(row["id"])

    def log(self, count):
        self._feed = [(n, "activity", f"a-{n:06d}", "put", n) for n in range(count)]

    def feed(self):
        return told(self._feed)

    def close(self):
        """Nothing is open."""


BARE = {"memory": BareDict, "sqlite": BareSqlite, "files": BareFiles, "postgresql": BarePostgres}
