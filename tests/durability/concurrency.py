"""Many writers at once: each adds one to shared counters, reading and writing with the revision that it saw.

    python -m tests.durability.concurrency --store sqlite --writers 10 --seconds 30
    python -m tests.durability.concurrency --store postgresql

Judged is: the sum of acknowledged additions is what the counters say, nobody met another error than a conflict, a
follower who read the feed all the while saw every change once or more in the order of the commits, and the store is
whole. Told is how long each writer had to wait at worst.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.durability import stores
from tests.durability.workload import seeded

from koschuso.errors import Conflict
from koschuso.model import Goal
from koschuso.query import Query
from koschuso.store import ABSENT

COUNTERS = 4
"""Few enough that writers meet, enough that they do not always."""


def write(place, number, end):
    """Add until the time is over; gives what happened."""
    chance = seeded(number)
    found = {"added": 0, "conflicts": 0, "worst_wait": 0.0}
    with place.open() as store:
        while time.monotonic() < end:
            id_ = f"zaehler-{chance.randrange(COUNTERS)}"
            begun = time.monotonic()
            while True:
                there = store.get(Goal, id_)
                try:
                    store.put(Goal(id=id_, title=str(int(there.value.title) + 1)), expect=there.revision)
                    break
                except Conflict:
                    found["conflicts"] += 1
            found["added"] += 1
            found["worst_wait"] = max(found["worst_wait"], time.monotonic() - begun)
    return found


def follow(place, stop):
    """Read the feed again and again until told to stop, and once more then; gives the revisions of each key in order."""
    seen = {}
    cursor, reads = None, 0
    with place.open() as store:
        while True:
            last = stop.exists()
            for change in store.changes(cursor):
                steps = seen.setdefault(change.id, [])
                if not steps or steps[-1] != change.revision:
                    steps.append(change.revision)
                cursor = change.cursor
            reads += 1
            if last:
                return {"seen": seen, "reads": reads}
            time.sleep(0.005)


def _in_child(task, *arguments):
    """Start a task in a process of its own; gives its number and where its answer comes."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    status = 1
    try:
        os.close(reader)
        answer = json.dumps(task(*arguments)).encode()
        while answer:
            answer = answer[os.write(writer, answer) :]
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may run on in a child
        traceback.print_exc()
    finally:
        os._exit(status)


def _answer(child, reader):
    data = b""
    while piece := os.read(reader, 1 << 20):
        data += piece
    os.close(reader)
    os.waitpid(child, 0)
    return json.loads(data) if data else None


def run(place, writers=10, seconds=30.0):
    """Let them write; gives the result as JSON would hold it."""
    with place.open() as store:
        store.put_all((Goal(id=f"zaehler-{number}", title="0") for number in range(COUNTERS)), expect=ABSENT)
    with stores.folder_beside() as folder:
        stop = folder / "genug"
        follower = _in_child(follow, place, stop)
        end = time.monotonic() + seconds
        answers = [_answer(*child) for child in [_in_child(write, place, number, end) for number in range(writers)]]
        stop.touch()
        followed = _answer(*follower)
    found = [answer for answer in answers if answer is not None]
    with place.open() as store:
        final = sum(int(stored.value.title) for stored in store.query(Query(Goal)))
        revisions = {stored.value.id: stored.revision for stored in store.query(Query(Goal))}
        feed = {}
        for change in store.changes():
            feed.setdefault(change.id, []).append(change.revision)
    told = followed["seen"] if followed else {}
    added = sum(answer["added"] for answer in found)
    return {
        "store": place.parsed.scheme,
        "writers": writers,
        "seconds": seconds,
        "acknowledged": added,
        "final": final,
        "lost_updates": added - final,
        "errors": writers - len(found) + (followed is None),
        "conflicts": sum(answer["conflicts"] for answer in found),
        "follower_reads": followed["reads"] if followed else 0,
        "follower_missed": sum(_missed(steps, told.get(id_, [])) for id_, steps in feed.items())
        + sum(told.get(id_, [""])[-1] != revision for id_, revision in revisions.items()),
        "damages": place.damages(),
        "worst_waits_s": [round(answer["worst_wait"], 3) for answer in found],
        "fewest_most": [min((a["added"] for a in found), default=0), max((a["added"] for a in found), default=0)],
    }


def _missed(steps, told):
    """How many changes of a key were not told in their order; being told again is no fault."""
    place = Counter()
    position = 0
    for revision in told:
        place[revision] += 1
        if position < len(steps) and revision == steps[position]:
            position += 1
        elif place[revision] == 1:
            return len(steps)  # new to the follower, and not the next one: out of order
    return len(steps) - position


def whole(result):
    """Whether a result is as promised."""
    return not (result["lost_updates"] or result["errors"] or result["follower_missed"] or result["damages"])


def main():
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="sqlite", metavar="URL", help="an empty store, or sqlite, files, postgresql")
    parser.add_argument("--writers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with stores.at(arguments.store) as place:
        result = run(place, arguments.writers, arguments.seconds)
    for name, value in result.items():
        print(f"{name:<16}{value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    sys.exit(0 if whole(result) else 1)


if __name__ == "__main__":
    main()
