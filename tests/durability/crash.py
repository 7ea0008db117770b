"""Crashes: a process that works on a store is killed with ``kill -9`` at a random moment, again and again.

    python -m tests.durability.crash --store sqlite:////tmp/probe.db --trials 200
    python -m tests.durability.crash --store postgresql://… --trials 50

The URL names an empty store; where the driver can make siblings of it, every few trials begin with a new one. Each
trial does one of: transactions of several records, imports of calendar files, records in batches, backups. Judged after
each is: everything acknowledged is there, nothing is there by half, the feed agrees, `verify` and the database's own
check find nothing. Where the server is at hand (``tests.durability.server``), every fifth trial stops it hard instead.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import select
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from tests.durability import stores
from tests.durability.workload import (
    Act,
    Story,
    calendar_file,
    feed_errors,
    import_act,
    record,
    scratch,
    seeded,
    stored_state,
)

from koschuso.errors import Unavailable
from koschuso.store.driver import Capability

TRIALS_PER_STORE = 10
EVENTS = 250
BATCH, BATCHES = 40, 25
_BEYOND = 10_000
"""Versions that no act of a story has: what is replaced must differ, or it is no change."""
LONGEST = 0.15
HANG = 60.0
_SHOWN = 5


class Crash:
    """Trials on one store after the other.

    Args:
        place: The store, empty; siblings of it are used as well.
        seed: Same seed, same acts; the moments of the kills are as the machine has them.
    """

    def __init__(self, place, seed):
        self._first = place
        self._chance = seeded(seed)
        self._scratch = scratch("absturz")
        self._folder = Path(self._scratch.name)
        self._backup_folder = self._folder / "sicherungen"
        self._imports = {}
        self.found = Counter()
        self.examples = []
        self.slowest = 0.0
        self._jobs = [self._transactions, self._imported, self._batches]
        if Capability.BACKUP in place.backend.capabilities and place.path is not None:
            self._jobs.append(self._backups)

    def run(self, trials, tell=None):
        """Do so many trials."""
        for number in range(trials):
            if number % TRIALS_PER_STORE == 0:
                self._place = self._begin(number // TRIALS_PER_STORE)
                self._forget_all()
            begun = time.monotonic()
            with_server = self._first.server is not None and number % 5 == 4
            self._trial(self._jobs[number % len(self._jobs)], with_server=with_server)
            self.slowest = max(self.slowest, time.monotonic() - begun)
            if tell is not None:
                tell(number + 1, trials)

    def close(self):
        self._scratch.cleanup()

    def _begin(self, number):
        if number == 0:
            return self._first
        return self._first.sibling(f"absturz{os.getpid()}x{number}")

    # -- what the child does; `say` acknowledges --------------------------------------------------------------------

    def _transactions(self, say):
        with self._place.open() as store:
            self._place.hasten(store)
            say("begin")
            number = self._told
            while True:
                self._story.act(number).do(store)
                say("done")
                number += 1

    def _imported(self, say):
        with self._place.office() as office:
            say("begin")
            number = self._files
            while True:
                office.import_file(calendar_file(self._folder, number, EVENTS))
                say("done")
                number += 1

    def _batches(self, say):
        """Records in batches; each batch is an act of its own, and each piece that `put_all` takes says the one before."""
        acts = self._acts_of_batches()
        with self._place.open() as store:
            say("begin")

            def records():
                for number, act in enumerate(acts):
                    if number:
                        say("done")  # the batch before is committed when the next one is asked for
                    yield from act.puts

            store.put_all(records(), batch=BATCH)
            say("done")
            time.sleep(HANG)

    def _backups(self, say):
        with self._place.open() as store:
            say("begin")
            number = 0
            while True:
                store.backup(self._backup_folder / f"{number}")
                say(f"{number}")
                number += 1

    def _acts_of_batches(self):
        first = self._told
        chance = seeded(first)
        kinds = ("goal", "activity", "event", "person")
        return [
            Act(record(chance, kinds[n % 4], f"b{first:05}-{number:03}-{n:03}", _BEYOND + n) for n in range(BATCH))
            for number in range(BATCHES)
        ]

    # -- one trial ---------------------------------------------------------------------------------------------------

    def _trial(self, job, *, with_server):
        self.found["trials"] += 1
        shutil.rmtree(self._backup_folder, ignore_errors=True)
        self._backup_folder.mkdir()
        said = self._killed(job, with_server=with_server)
        done = said.count("done")
        self.found["acknowledged"] += sum(word != "begin" for word in said)
        try:
            # PostgreSQL's own check takes a second: after every hard stop of the server, and there only.
            self._judge(job, done, said, by_others=with_server or self._first.server is None)
        except Exception as error:  # noqa: BLE001 - whatever cannot be opened and read is corrupt
            self._blame("corrupt", f"{job.__name__}: {type(error).__name__}: {error}")
            self._start_anew()

    def _killed(self, job, *, with_server):
        """Let a child do the job until it is killed; give the words that it said."""
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            try:
                job(lambda word: os.write(writer, f"{word}\n".encode()))
            except Unavailable:
                os._exit(3)  # the server went away under it
            except BaseException as error:  # noqa: BLE001 - the parent judges; nothing may run on in a child
                os.write(2, f"{job.__name__}: {type(error).__name__}: {error}\n".encode())
                os._exit(1)
            os._exit(0)
        os.close(writer)
        words = 1 + self._chance.choice((0, 1, 1, 2, 5) if job in (self._transactions, self._batches) else (0, 0, 1))
        said = self._said(reader, child, words, with_server=with_server)
        os.close(reader)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 1:
            self._blame("errors", f"{job.__name__} failed in the child")
        if with_server:
            self._first.server.start()
        return said

    def _said(self, reader, child, words, *, with_server):
        """Wait for some words and a random moment longer, then kill; gives all that was said."""
        data = b""
        end = time.monotonic() + HANG
        while data.count(b"\n") < words and time.monotonic() < end:
            if select.select([reader], [], [], 1)[0]:
                piece = os.read(reader, 65536)
                if not piece:
                    break
                data += piece
        time.sleep(self._chance.random() ** 2 * LONGEST)
        if with_server:
            self.found["server stopped"] += 1
            self._first.server.kill()
            time.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        while piece := os.read(reader, 65536):
            data += piece
        return data.decode().split()

    def _judge(self, job, done, said, *, by_others):
        story, first = self._story, self._told
        if job == self._imported:
            for number in range(self._files, self._files + done + 1):
                self._tell_import(number)
        elif job == self._batches:
            for act in self._acts_of_batches():
                story.tell(act)
        if job == self._backups:
            self._judge_backups(said)
        damages = self._place.damages(by_others=by_others)
        with self._place.open() as store:
            state = stored_state(store)
            likely = [first + done, first + done + 1] if job != self._backups else [first]
            most = first + BATCHES if job == self._batches else sys.maxsize
            there = next((count for count in likely if count <= most and state == story.state(count)), None)
            if damages:
                self._blame("corrupt", damages[0])
            if there is None:
                earlier = [count for count in range(first + done) if state == story.state(count)]
                what = "lost" if earlier else "half"
                self._blame(what, f"{job.__name__}: {done} acts acknowledged, {earlier or 'no state that ever was'}")
                self._start_anew()
                return
            self.found["acts"] += there - first
            self.found["unacknowledged"] += there > first + done
            self._told = there
            self._files += there - first if job == self._imported else 0
            story.forget_beyond(there)
            errors = feed_errors(store, story, there)
            if errors:
                self._blame("feed", errors[0])

    def _tell_import(self, number):
        path = calendar_file(self._folder, number, EVENTS)
        if number not in self._imports:
            self._imports[number] = import_act(path)
        self._story.tell(self._imports[number])

    def _judge_backups(self, said):
        """What has its final name is whole, and what was acknowledged is there."""
        names = {path.name for path in self._backup_folder.iterdir() if path.name.isdigit()}
        promised = {word for word in said if word.isdigit()}
        for name in sorted(promised - names):
            self._blame("backups lost", name)
        for name in sorted(names, key=int)[-2:]:  # the unacknowledged one and the last acknowledged
            self.found["backups"] += 1
            place = stores.backup_place(self._backup_folder / name)
            damages = place.damages()
            with place.open() as store:
                if damages or stored_state(store) != self._story.state(self._told):
                    self._blame("backups broken", f"{name}: {damages[:1]}")

    def _start_anew(self):
        """Go on with an empty store after a failure, so that it counts once."""
        self._place = self._first.sibling(f"neu{os.getpid()}x{self.found['trials']}")
        self._forget_all()

    def _forget_all(self):
        self._story, self._told, self._files = Story(self._chance.randrange(10**9), most=60), 0, 0

    def _blame(self, what, example):
        self.found[what] += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(f"{what}: {example}")


BAD = ("lost", "half", "feed", "corrupt", "errors", "backups lost", "backups broken")


def crash(place, trials, seed=1, tell=None):
    """Do the trials; gives the result as JSON would hold it."""
    begun = time.monotonic()
    trial = Crash(place, seed)
    try:
        trial.run(trials, tell)
    finally:
        trial.close()
    names = ("trials", "acknowledged", "acts", "unacknowledged", "backups", "server stopped", *BAD)
    return {
        "store": place.parsed.scheme,
        "seed": seed,
        **{name.replace(" ", "_"): trial.found[name] for name in names},
        "seconds": round(time.monotonic() - begun, 1),
        "slowest_trial_s": round(trial.slowest, 2),
        "examples": trial.examples,
    }


def whole(result):
    """Whether a result is as promised."""
    return not any(result[name.replace(" ", "_")] for name in BAD)


def main():
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--store", required=True, metavar="URL", help="an empty store; or »postgresql« to start a server"
    )
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with stores.at(arguments.store, scratch=scratch) as place:
        result = crash(place, arguments.trials, arguments.seed, progress if sys.stderr.isatty() else None)
    for name, value in result.items():
        print(f"{name:<16}{value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    sys.exit(0 if whole(result) else 1)


def progress(done, of):
    print(f"\r{done} of {of}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
