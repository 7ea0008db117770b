"""Power cuts: a recorded life of a store is cut at random moments, what a disk may hold then is opened and judged.

    python -m tests.durability.powerloss --store sqlite --cuts 1000
    python -m tests.durability.powerloss --store files --cuts 1000 --disk dishonest    must report losses
    python -m tests.durability.powerloss --store sqlite --synchronous NORMAL           must report losses

Judged is: every commit that was acknowledged before the cut is there, none is there by half, the feed agrees, `verify`
finds nothing, a finished backup is there and whole, and the store can be written to. Some of what is left is opened by
a recorded process, and the power fails again while it recovers. The table goes to the screen, the
same as JSON to the file that ``--json`` names.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from tests.durability import recorder, stores
from tests.durability.disk import Disk
from tests.durability.workload import Story, feed_errors, scratch, seeded, stored_state

from koschuso.model import Goal
from koschuso.store import ANY
from koschuso.store.driver import Capability

ACTS = 60
ACTS_PER_OPENING = 12
BACKUPS = (20, 41)
CUTS_PER_LIFE = 125
RECOVERIES_PER_LIFE, CUTS_PER_RECOVERY = 1, 12
_SHOWN = 5


def live(scheme, root, seed, synchronous=""):
    """A life of a store, in a watched process: acts one after the other, each acknowledged in ``acks``."""
    if synchronous:
        from koschuso.store import sqlite

        sqlite._SETTINGS = tuple(
            f"PRAGMA synchronous = {synchronous}" if "synchronous" in setting else setting
            for setting in sqlite._SETTINGS
        )
    place = stores.fresh(scheme, root)
    story = Story(seed)
    with (root / "acks").open("ab", buffering=0) as acks:
        number = 0
        while number < ACTS:
            with place.open() as store:
                place.hasten(store)
                for _ in range(ACTS_PER_OPENING):
                    story.act(number).do(store)
                    number += 1
                    acks.write(b"%d\n" % number)
                    if number in BACKUPS and Capability.BACKUP in place.backend.capabilities:
                        store.backup(root / f"sicherung-{number}")
                        acks.write(b"sicherung-%d\n" % number)


class Judge:
    """Opens what is left after a cut and counts what is wrong with it.

    Args:
        scheme: Of the store.
        story: What was done to it.
    """

    def __init__(self, scheme, story):
        self.scheme = scheme
        self._story = story
        self.found = Counter()
        self.worst = 0
        self.examples = []

    def judge(self, folder, acknowledged, *, counts=True):
        """Judge one cut.

        Args:
            folder: What the disk holds.
            acknowledged: Lines of the acknowledgements before the cut.
            counts: Whether it is one of the cuts that were asked for.
        """
        self.found["cuts"] += counts
        done = sum(line.isdigit() for line in acknowledged)
        try:
            self._judge(stores.fresh(self.scheme, folder), done)
        except Exception as error:  # noqa: BLE001 - whatever cannot be opened and read is corrupt
            self._blame("corrupt", f"after {done} acts: {type(error).__name__}: {error}")
        for number in BACKUPS:
            name = f"sicherung-{number}"
            self._judge_backup(folder / name, number, promised=name in acknowledged)

    def _judge(self, place, done):
        damages = place.damages()
        if damages:
            self._blame("corrupt", f"after {done} acts: {damages[0]}")
            return
        with place.open() as store:
            state = stored_state(store)
            there = next((count for count in (done, done + 1) if state == self._story.state(count)), None)
            if there is None:
                earlier = next((count for count in range(done) if state == self._story.state(count)), None)
                if earlier is None:
                    self._blame("half", f"after {done} acts: no state that ever was")
                else:
                    self.worst = max(self.worst, done - earlier)
                    self._blame("lost", f"after {done} acts: only {earlier} are there")
                return
            self.found["unacknowledged"] += there > done
            errors = feed_errors(store, self._story, there)
            if errors:
                self._blame("half", f"after {done} acts: {errors[0]}")
                return
            store.put(Goal(id="danach", title="Es geht weiter"), expect=ANY)

    def _judge_backup(self, path, number, *, promised):
        """A backup has its name only when it is whole."""
        if not path.exists():
            if promised:
                self._blame("backups lost", f"{path.name} is not there")
            return
        self.found["backups"] += 1
        copy = path.with_name("kopie")
        try:
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, copy)
            place = stores.backup_place(copy)
            damages = place.damages()
            with place.open() as store:
                whole = not damages and stored_state(store) == self._story.state(number)
        except Exception as error:  # noqa: BLE001 - as above
            damages, whole = [f"{type(error).__name__}: {error}"], False
        if not whole:
            self._blame("backups broken", f"{path.name}: {damages[:1]}")
        _remove(copy)

    def _blame(self, what, example):
        self.found[what] += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(f"{what}: {example}")


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()


def cut_lives(scheme, cuts, seed=1, *, synchronous="", honest=True):
    """Record as many lives as the cuts need, cut each, and judge; gives the result as JSON would hold it."""
    begun = time.monotonic()
    chance = seeded(seed)
    total, worst, examples, steps_seen = Counter(), 0, [], 0
    while total["cuts"] < cuts:
        life = chance.randrange(10**9)
        with scratch("strom") as temporary:
            folder = Path(temporary).resolve()
            root = folder / "platte"
            root.mkdir()
            recorder.run(
                "tests.durability.powerloss", "--live", scheme, root, life, synchronous, root=root, log=folder / "log"
            )
            steps = recorder.read(folder / "log")
            steps_seen += len(steps)
            judge = Judge(scheme, Story(life))
            for ordered in (False, True):
                share = min(CUTS_PER_LIFE, cuts - total["cuts"] - judge.found["cuts"])
                count = share if ordered else (share + 1) // 2
                _cut(steps, root, folder / "rest", count, chance, judge, ordered=ordered, honest=honest)
                if judge.found["cuts"] + total["cuts"] >= cuts:
                    break
        total += judge.found
        worst = max(worst, judge.worst)
        examples = (examples + judge.examples)[:_SHOWN]
    names = (
        "cuts",
        "recoveries cut",
        "corrupt",
        "half",
        "lost",
        "unacknowledged",
        "backups",
        "backups lost",
        "backups broken",
    )
    return {
        "store": scheme,
        "synchronous": synchronous or "as delivered",
        "disk": "honest" if honest else "dishonest",
        "seed": seed,
        "recorded_steps": steps_seen,
        **{name.replace(" ", "_"): total[name] for name in names},
        "worst_loss": worst,
        "seconds": round(time.monotonic() - begun, 1),
        "examples": examples,
    }


def _cut(steps, root, rest, count, chance, judge, *, ordered, honest):
    """Cut one life at some moments, in one sweep over its steps."""
    moments = Counter(chance.randint(0, len(steps)) for _ in range(count))
    again = set(chance.sample(sorted(moments), min(len(moments), RECOVERIES_PER_LIFE)))
    disk = Disk(root, ordered=ordered, honest=honest)
    for number in range(len(steps) + 1):
        for _ in range(moments[number]):
            rest.mkdir()
            disk.after_power_loss(rest, chance, without=("acks",))
            acknowledged = disk.contents("acks").decode().splitlines()
            if number in again:
                again.discard(number)
                _cut_recovery(rest, chance, judge, acknowledged, ordered=ordered, honest=honest)
            judge.judge(rest, acknowledged)
            shutil.rmtree(rest)
        if number < len(steps):
            disk.follow(steps[number])


def _cut_recovery(rest, chance, judge, acknowledged, *, ordered, honest):
    """Open what a cut has left in a watched process, and cut that at some moments."""
    root, log, second = rest.with_name("erneut"), rest.with_name("log-erneut"), rest.with_name("rest-erneut")
    shutil.copytree(rest, root)
    disk = Disk(root, ordered=ordered, honest=honest)
    disk.load(root)
    try:
        recorder.run("tests.durability.powerloss", "--recover", judge.scheme, root, root=root, log=log)
    except RuntimeError:
        # What cannot be opened at all is found by judging the first cut.
        steps = []
    else:
        steps = recorder.read(log)
    moments = Counter(chance.randint(0, len(steps)) for _ in range(CUTS_PER_RECOVERY if steps else 0))
    for number in range(len(steps) + 1):
        for _ in range(moments[number]):
            second.mkdir()
            disk.after_power_loss(second, chance)
            judge.found["recoveries cut"] += 1
            judge.judge(second, acknowledged, counts=False)
            shutil.rmtree(second)
        if number < len(steps):
            disk.follow(steps[number])
    shutil.rmtree(root)
    log.unlink(missing_ok=True)


def whole(result):
    """Whether a result is as promised: nothing lost, nothing corrupt, nothing by half."""
    return not any(result[name] for name in ("corrupt", "half", "lost", "backups_lost", "backups_broken"))


def main():
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="sqlite", choices=("sqlite", "files"))
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--synchronous", default="", choices=("", "NORMAL", "OFF"), help="sqlite with another setting")
    parser.add_argument("--disk", default="honest", choices=("honest", "dishonest"), help="whether it synchronises")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--live", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--recover", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.live:
        scheme, root, seed, synchronous = arguments.live
        live(scheme, Path(root), int(seed), synchronous)
        return
    if arguments.recover:
        scheme, root = arguments.recover
        with stores.fresh(scheme, Path(root)).open() as store:
            store.counts()
        return
    if recorder.missing():
        sys.exit(recorder.missing())
    result = cut_lives(
        arguments.store,
        arguments.cuts,
        arguments.seed,
        synchronous=arguments.synchronous,
        honest=arguments.disk == "honest",
    )
    for name, value in result.items():
        print(f"{name:<16}{value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    sys.exit(0 if whole(result) else 1)


if __name__ == "__main__":
    main()
