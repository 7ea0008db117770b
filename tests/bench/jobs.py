"""The jobs that are measured, ours and the peers'; each runs in a process of its own.

    python -m tests.bench.jobs NAME FOLDER COUNT

prints one JSON object: seconds of the second pass (the first one warms the process) and peak memory in MB.
"""

from __future__ import annotations

import csv
import gc
import json
import sqlite3
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from tests.bench import interchange_jobs

RECORDS = 100_000
DEMO_REGISTER = Path(__file__).resolve().parents[2] / "src/koschuso/demo/data/schuldaten_kreis_soest.csv"
SHARED_REGISTER = Path(__file__).resolve().parents[3] / "shared/nrw-data/schuldaten_2026-04.csv"


def register():
    """The whole official register where it is at hand, else the extract that ships with the demo."""
    return SHARED_REGISTER if SHARED_REGISTER.exists() else DEMO_REGISTER


def rows(count):
    """Plain activities, as the peer stores them."""
    start = date(2020, 1, 1)
    keys = ("beratung.fachkraefte", "qualifizierung.fachtag", "vernetzung.intern.gremien", "konzept.bestand")
    for number in range(count):
        yield {
            "id": f"a-{number:06d}",
            "day": start + timedelta(days=number % 2000),
            "taetigkeit": keys[number % 4],
            "minutes": 15 + number % 200,
            "title": f"Termin Nummer {number}",
            "person_id": f"p-{number % 2}",
        }


def records(count):
    """The same activities as records."""
    from koschuso.model import Activity

    return (Activity(**row) for row in rows(count))


def bare_insert(folder, count):
    """Peer: sqlite3 and json, one table with a primary key, one transaction."""
    path = folder / "bare.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE record (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID")
    begin = time.perf_counter()
    with connection:
        connection.executemany(
            "INSERT INTO record VALUES ('activity', ?, ?)",
            ((row["id"], json.dumps(row, default=str, ensure_ascii=False)) for row in rows(count)),
        )
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


def bare_read(folder, count):
    """Peer: read every row and decode its JSON."""
    bare_insert(folder, count)
    connection = sqlite3.connect(folder / "bare.db")
    begin = time.perf_counter()
    found = [json.loads(body) for (body,) in connection.execute("SELECT body FROM record ORDER BY id")]
    seconds = time.perf_counter() - begin
    assert len(found) == count
    connection.close()
    return seconds


def store_insert(folder, count):
    """The same rows as records through the Store: validated, indexed, hashed, with change log."""
    from koschuso.store import ABSENT, open_store

    for path in folder.glob("store.db*"):
        path.unlink()
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        begin = time.perf_counter()
        store.put_all(records(count), expect=ABSENT)
        return time.perf_counter() - begin


def store_read(folder, count):
    """Read every record, decoded and validated."""
    from koschuso.model import Activity
    from koschuso.query import Query
    from koschuso.store import open_store

    store_insert(folder, count)
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        begin = time.perf_counter()
        found = store.fetch(Query(Activity))
        seconds = time.perf_counter() - begin
    assert len(found) == count
    return seconds


def csv_register(folder, _count):
    """Peer: csv.DictReader and sqlite3 inserting every row as it stands."""
    path = folder / "csv.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    begin = time.perf_counter()
    with register().open(encoding="utf-8", newline="") as file:
        next(file)
        reader = csv.DictReader(file, delimiter=";")
        names = [name for name in reader.fieldnames or () if name]
        columns = ", ".join(f'"{name}" TEXT' for name in names)
        connection.execute(f"CREATE TABLE school ({columns}, PRIMARY KEY (Schulnummer))")
        with connection:
            connection.executemany(
                f"INSERT INTO school VALUES ({', '.join('?' * len(names))})",  # noqa: S608 - names of our own file
                ([row[name] for name in names] for row in reader),
            )
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


def office_register(folder, _count):
    """The register as an act of import: recognised, mapped to schools, Träger and relations, validated, stored."""
    from koschuso import Office, Settings

    for path in folder.glob("office.db*"):
        path.unlink()
    settings = Settings(name="Bench", ags="05")
    with Office.open(f"sqlite:///{folder / 'office.db'}", settings=settings) as office:
        begin = time.perf_counter()
        office.import_file(register(), region="05")
        return time.perf_counter() - begin


def office_register_again(folder, _count):
    """The same edition once more: nothing changes."""
    from koschuso import Office, Settings

    office_register(folder, 0)
    settings = Settings(name="Bench", ags="05")
    with Office.open(f"sqlite:///{folder / 'office.db'}", settings=settings) as office:
        begin = time.perf_counter()
        result = office.import_file(register(), region="05")
        seconds = time.perf_counter() - begin
    assert not result.created
    assert not result.updated
    return seconds


JOBS = {
    job.__name__: job
    for job in (
        bare_insert,
        bare_read,
        store_insert,
        store_read,
        csv_register,
        office_register,
        office_register_again,
        *interchange_jobs.JOBS,
    )
}
ONCE = {job.__name__: job for job in interchange_jobs.ONCE}


def main():
    name, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if name in ONCE:
        measured = ONCE[name](folder, count)
        print(json.dumps(measured if isinstance(measured, dict) else {"seconds": measured, "peak_mb": None}))
        return
    job = JOBS[name]
    job(folder, count)
    gc.collect()
    seconds = job(folder, count)
    print(json.dumps({"seconds": seconds, "peak_mb": interchange_jobs.memory("VmHWM")}))


if __name__ == "__main__":
    main()
