"""Every driver against its bare library on the same rows, in turn in one process; and an editor beside a bulk import.

    python -m tests.bench.driver_jobs [--quick] [--only sqlite]

prints ratios of medians; `python -m tests.bench` does the same at its end. Ours is the whole `Store`: records are
validated, indexed, fingerprinted and chained into a change log.

Both clocks are shown. The ratio that counts is that of the processor, of a server's processes too, because on a busy
machine every wait for a message or a disk is as long as what others do meanwhile. Only a commit is measured on the wall:
it waits for the disk, which is what it is for.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import statistics
import tempfile
import time
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from pathlib import Path

from tests.bench.bare_stores import BARE
from tests.durability import stores

SCHEMES = ("memory", "sqlite", "files", "postgresql")
PEERS = {
    "memory": "dict of JSON texts",
    "sqlite": "sqlite3 + json",
    "files": "JSON files + os.replace",
    "postgresql": "psycopg COPY + json",
}
AIM = 2.0
WHOLE = {"rows": 100_000, "queries": 100, "commits": 500, "runs": 3, "imported": 60_000}
QUICK = {"rows": 5_000, "queries": 20, "commits": 50, "runs": 2, "imported": 6_000}
FILES = {"rows": 10, "queries": 50}
"""A file each is slow for both: so many times fewer rows and queries."""
PERSONS = 500
BATCHES = (None, 1000, 500)
EDITOR_PAUSE = 0.02
EDITOR_AIM_MS = 50


def rows(count):
    """Plain activities of many persons."""
    start = date(2020, 1, 1)
    keys = ("beratung.fachkraefte", "qualifizierung.fachtag", "vernetzung.intern.gremien", "konzept.bestand")
    return [
        {
            "id": f"a-{number:06d}",
            "day": start + timedelta(days=number % 2000),
            "taetigkeit": keys[number % 4],
            "minutes": 15 + number % 200,
            "title": f"Termin Nummer {number}",
            "person_id": f"p-{number % PERSONS}",
        }
        for number in range(count)
    ]


class Ours:
    """The same jobs through the Store."""

    def __init__(self, place):
        self._store = place.open()

    def insert(self, found):
        from koschuso.model import Activity
        from koschuso.store import ABSENT

        self._store.put_all((Activity(**row) for row in found), expect=ABSENT)

    def read(self):
        from koschuso.model import Activity
        from koschuso.query import Query

        return self._store.fetch(Query(Activity))

    def query(self, person):
        from koschuso.model import Activity
        from koschuso.query import Equals, Query

        return self._store.fetch(Query(Activity, [Equals("person_id", person)]))

    def commit(self, row):
        from koschuso.model import Activity
        from koschuso.store import ANY

        self._store.put(Activity(**row), expect=ANY)

    def log(self, count):
        """The change log is there already."""

    def feed(self):
        return list(self._store.changes())

    def close(self):
        self._store.close()


def server_of(url):
    """The process of a PostgreSQL server whose children serve us; ``None`` where the system does not tell."""
    import psycopg

    with psycopg.connect(url) as connection:
        (own,) = connection.execute("SELECT pg_backend_pid()").fetchone()
    return _parent(own)


def _parent(process):
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
        Path(f"/proc/{process}/schedstat").read_text(encoding="ascii")
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[1])


def processor_time(server=None):
    """Seconds on the processor of this process, and of a server's processes that serve or write now."""
    spent = time.process_time()
    if server is not None:
        for entry in os.scandir("/proc"):
            if entry.name.isdigit() and _parent(entry.name) == server:
                with suppress(OSError):
                    spent += int(Path(f"/proc/{entry.name}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    return spent


def timed(job, server):
    """Do a job; seconds on the processor and on the wall, and what it gave."""
    gc.collect()
    processor, wall = processor_time(server), time.perf_counter()
    found = job()
    return (processor_time(server) - processor, time.perf_counter() - wall), found


def one_round(subject, scope, server):
    """Do all jobs once; seconds on both clocks by name."""
    found = rows(scope["rows"])
    changed = [{**row, "minutes": 14} for row in found[:: max(1, len(found) // scope["commits"])][: scope["commits"]]]
    seconds = {}
    seconds["in"], _ = timed(lambda: subject.insert(found), server)
    seconds["out"], read = timed(subject.read, server)
    assert len(read) == len(found)
    del read
    seconds["query"], hits = timed(
        lambda: sum(len(subject.query(f"p-{number % PERSONS}")) for number in range(scope["queries"])), server
    )
    assert hits == sum(len(range(number % PERSONS, len(found), PERSONS)) for number in range(scope["queries"]))
    subject.log(len(found))
    seconds["feed"], told = timed(subject.feed, server)
    assert len(told) == len(found)
    seconds["commits"], _ = timed(lambda: [subject.commit(row) for row in changed], server)
    return seconds


def compare(scheme, scope):
    """Ours and the bare library in turn, each with a fresh store; the first round warms and does not count."""
    if scheme == "files":
        scope = {**scope, **{name: max(2, scope[name] // less) for name, less in FILES.items()}}
    measured = {"ours": [], "peer": []}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="koschuso-bench-"))).resolve()
        server = stack.enter_context(stores.at("postgresql")) if scheme == "postgresql" else None
        process = server_of(server.url) if server is not None else None
        for number in range(scope["runs"] + 1):
            warming = number == 0
            size = {**scope, "rows": min(scope["rows"], 2_000)} if warming else scope
            here = folder / str(number)
            here.mkdir()
            if server is None:
                place = stores.Place("memory:") if scheme == "memory" else stores.fresh(scheme, here)
                peer = BARE[scheme](here)
            else:
                place, peer = server.sibling(f"lauf{number}"), BARE[scheme](server.url)
            for name, subject in (("ours", Ours(place)), ("peer", peer)):
                found = one_round(subject, size, process)
                subject.close()
                if not warming:
                    measured[name].append(found)
    # Where the system does not tell what a server spends, only the wall is left.
    on_wall = {"commits"} if scheme != "postgresql" or process is not None else set(measured["ours"][0])
    return [_row(scheme, job, measured, scope, on_wall=job in on_wall) for job in measured["ours"][0]]


def _row(scheme, job, measured, scope, *, on_wall):
    ours, peer = ([one[job][on_wall] for one in measured[side]] for side in ("ours", "peer"))
    ratios = sorted(mine / theirs for mine, theirs in zip(ours, peer, strict=True))
    walls = [mine[job][1] / theirs[job][1] for mine, theirs in zip(measured["ours"], measured["peer"], strict=True)]
    return {
        "store": scheme,
        "job": job,
        "peer": PEERS[scheme],
        "rows": scope["rows"],
        "clock": "wall" if on_wall else "processor",
        "ours_s": round(statistics.median(ours), 4),
        "peer_s": round(statistics.median(peer), 4),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_min": round(ratios[0], 2),
        "ratio_max": round(ratios[-1], 2),
        "wall_ratio": round(statistics.median(walls), 2),
        "aim": AIM if scheme in {"sqlite", "postgresql"} else None,
    }


# -- an editor beside a bulk import ----------------------------------------------------------------------------------------


def edit_beside(place, count, batch):
    """Save one record again and again while another process imports; how long each save took."""
    from koschuso.model import Activity, Goal
    from koschuso.store import ABSENT, ANY

    def put_many(store):
        store.put_all((Activity(**row) for row in rows(count)), expect=ABSENT, batch=batch)

    with place.open() as store:
        store.put(Goal(id="z", title="0"), expect=ABSENT)
    return _beside(
        place, lambda: _with(place.open(), put_many), lambda store, n: store.put(Goal(id="z", title=f"{n}"), expect=ANY)
    )


def edit_beside_import(place, count):
    """The same beside an import of a calendar file, which is one act and one transaction."""
    from tests.bench.interchange_data import calendar

    from koschuso.model import Goal
    from koschuso.store import ABSENT, ANY

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kalender.ics"
        file.write_bytes(calendar(count, frozenset()))
        with place.open() as store:
            store.put(Goal(id="z", title="0"), expect=ABSENT)
        return _beside(
            place,
            lambda: _with(place.office(), lambda office: office.import_file(file)),
            lambda store, n: store.put(Goal(id="z", title=f"{n}"), expect=ANY),
        )


def _with(opened, work):
    with opened as subject:
        work(subject)


def _beside(place, bulk, edit):
    begun = time.perf_counter()
    child = os.fork()
    if not child:
        status = 1
        try:
            bulk()
            status = 0
        finally:
            os._exit(status)
    waits = []
    with place.open() as store:
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            start = time.perf_counter()
            edit(store, len(waits))
            waits.append(time.perf_counter() - start)
            time.sleep(EDITOR_PAUSE)
    assert status == 0, "the import beside the editor failed"
    waits.sort()
    return {
        "saves": len(waits),
        "import_s": round(time.perf_counter() - begun, 2),
        "p50_ms": round(1000 * waits[len(waits) // 2], 1),
        "p99_ms": round(1000 * waits[min(len(waits) - 1, len(waits) * 99 // 100)], 1),
        "max_ms": round(1000 * waits[-1], 1),
    }


def editors(scheme, scope):
    """How long an editor waits, for each way to import."""
    found = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="koschuso-bench-"))).resolve()
        server = stack.enter_context(stores.at("postgresql")) if scheme == "postgresql" else None
        ways = [(f"put_all, {'one transaction' if batch is None else f'batch={batch}'}", batch) for batch in BATCHES]
        for number, (way, batch) in enumerate([*ways, ("import_file, one act", 0)]):
            place = server.sibling(f"halt{number}") if server else stores.fresh(scheme, folder, f"halt{number}")
            measured = (
                edit_beside_import(place, scope["imported"] // 6)
                if batch == 0
                else edit_beside(place, scope["imported"], batch)
            )
            aim = EDITOR_AIM_MS if batch else None
            found.append({"store": scheme, "way": way, **measured, "aim_ms": aim})
            print_editor(found[-1], header=scheme == "sqlite" and number == 0)
    return found


def measure(*, quick, only=""):
    """All of it; gives the results as JSON would hold them."""
    logging.disable(logging.CRITICAL)  # stores tell what they mended; here that is nobody's business
    scope = QUICK if quick else WHOLE
    drivers, edited = [], []
    for scheme in SCHEMES:
        if only not in scheme:
            continue
        missing = stores.missing(scheme) or (_no_server() if scheme == "postgresql" else "")
        if missing:
            drivers.append({"store": scheme, "missing": missing})
            print(f"{scheme}: {missing}")
            continue
        for row in compare(scheme, scope):
            drivers.append(row)
            print_row(row, header=len(drivers) == 1)
    for scheme in ("sqlite", "postgresql"):
        if only in scheme and not any(row["store"] == scheme and "missing" in row for row in drivers):
            edited += editors(scheme, scope)
    return {"drivers": drivers, "editor": edited}


def _no_server():
    from tests.servers.postgres_server import programs

    return "" if programs() else "PostgreSQL is not on this machine"


def print_row(row, *, header):
    if header:
        print(
            f"\n{'driver / bare library':<44}{'job':<9}{'rows':>8}{'ours s':>9}{'peer s':>9}{'ratio':>8}{'min–max':>14}{'aim':>6}  {'clock':<11}{'on the wall':>11}"
        )
    title = f"{row['store']} / {row['peer']}"
    aim = "" if row["aim"] is None else f"≤ {row['aim']:g}"
    span = f"{row['ratio_min']:g}–{row['ratio_max']:g}"
    print(
        f"{title:<44}{row['job']:<9}{row['rows']:>8}{row['ours_s']:>9.3f}{row['peer_s']:>9.3f}{row['ratio']:>8.2f}"
        f"{span:>14}{aim:>6}  {row['clock']:<11}{row['wall_ratio']:>11.2f}",
        flush=True,
    )


def print_editor(row, *, header):
    if header:
        print(
            f"\n{'one editor saving beside a bulk import':<44}{'saves':>7}{'import s':>10}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'aim':>7}"
        )
    aim = "" if row["aim_ms"] is None else f"≤ {row['aim_ms']}"
    title = f"{row['store']}, {row['way']}"
    print(
        f"{title:<44}{row['saves']:>7}{row['import_s']:>10.2f}{row['p50_ms']:>9}{row['p99_ms']:>9}{row['max_ms']:>9}{aim:>7}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", metavar="STORE")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = measure(quick=arguments.quick, only=arguments.only)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
