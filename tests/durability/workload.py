"""What an office does with its store, act by act, known in advance: so the state after any number of acts is known too.

An act is one transaction. Its records are of kinds that drivers keep in different ways (files: calendars, cards, JSON).
"""

from __future__ import annotations

import random
import shutil
import tempfile
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from tests.bench.interchange_data import calendar

from koschuso import Office, Settings
from koschuso.codec import encode
from koschuso.model import RECORD_TYPES, Activity, Event, Goal, Person, TimeSpan
from koschuso.query import Query
from koschuso.store import ANY

KINDS = ("goal", "activity", "event", "person")
_BEGIN = datetime(2025, 9, 1, 8)
_ROOM = 1 << 29


def seeded(seed):
    """Chance that comes out the same each time."""
    return random.Random(seed)  # noqa: S311 - invented records and moments, no secrets


class Act:
    """One transaction: records to put and keys to remove, no key twice.

    Attributes:
        puts: Records that are created or replaced.
        removed: Keys (kind, id) that go.
    """

    def __init__(self, puts, removed=()):
        self.puts = tuple(puts)
        self.removed = tuple(removed)

    def do(self, store):
        """Do it, all or nothing."""
        with store.transaction():
            if self.puts:
                store.put_all(self.puts)
            for kind, id_ in self.removed:
                store.remove(RECORD_TYPES[kind], id_, expect=ANY)

    def follow(self, state):
        """The state after it, from the state before: bodies by key."""
        after = dict(state)
        after.update(((record.KIND, record.id), encode(record)) for record in self.puts)
        for key in self.removed:
            del after[key]
        return after


def record(chance, kind, id_, version):
    """An invented record; every version differs from every other."""
    text = f"{id_}, Fassung {version} – {'äöüß€' * chance.randint(0, 40)}"
    begin = _BEGIN + timedelta(hours=version)
    match kind:
        case "goal":
            return Goal(id=id_, title=text)
        case "activity":
            day = date(2025, 1, 1) + timedelta(days=version % 300)
            return Activity(id=id_, day=day, taetigkeit="beratung", minutes=version % 600 + 1, title=text)
        case "event":
            return Event(id=id_, title=text, span=TimeSpan(begin=begin, end=begin + timedelta(minutes=90)))
        case "person":
            return Person(id=id_, family_name=text)
    raise ValueError(kind)


class Story:
    """The acts of one seed, and the state after each; made as far as they are asked for.

    Args:
        seed: Same seed, same story.
        most: Records that one act touches at most.
    """

    def __init__(self, seed, most=12):
        self._chance = seeded(seed)
        self._most = most
        self._acts = []
        self._states = [{}]
        self._made = 0

    def act(self, number):
        """The act with this number, from 0."""
        while len(self._acts) <= number:
            self._add(self._next())
        return self._acts[number]

    def state(self, count):
        """The state after so many acts."""
        if count:
            self.act(count - 1)
        return self._states[count]

    def tell(self, act):
        """Let an act from elsewhere be the next one."""
        self._add(act)

    def forget_beyond(self, count):
        """Take back all but the first acts: they were never done."""
        del self._acts[count:], self._states[count + 1 :]

    def _add(self, act):
        self._acts.append(act)
        self._states.append(act.follow(self._states[-1]))

    def _next(self):
        chance, state = self._chance, self._states[-1]
        size = chance.choice((1, 1, 2, chance.randint(1, self._most)))
        known = sorted(key for key in state if key[0] in KINDS)
        keys = chance.sample(known, min(len(known), chance.randint(0, size)))
        removed = [key for key in keys if chance.random() < 0.4]
        puts = [(kind, id_) for kind, id_ in keys if (kind, id_) not in removed]
        for _ in range(max(size - len(keys), 0 if keys else 1)):
            self._made += 1
            puts.append((chance.choice(KINDS), f"{self._made:05}-{chance.randrange(16**6):06x}"))
        version = len(self._acts)
        return Act([record(chance, kind, id_, version) for kind, id_ in puts], removed)


def stored_state(store):
    """What is in a store: bodies by key."""
    with store.snapshot():
        return {
            (kind, found.value.id): encode(found.value)
            for kind in store.counts()
            for found in store.fetch(Query(RECORD_TYPES[kind]))
        }


def feed_errors(store, story, count):
    """Compare the feed with the acts that are there: every change at least once, in the order of the acts."""
    expected, errors = {}, []
    for number in range(count):
        act = story.act(number)
        for put in act.puts:
            expected.setdefault((put.KIND, put.id), []).append((number, "put"))
        for key in act.removed:
            expected.setdefault(key, []).append((number, "remove"))
    told, newest = {}, 0
    revisions = set()
    with store.snapshot():
        for change in store.changes():
            if change.revision in revisions:
                continue
            revisions.add(change.revision)
            key = (change.kind, change.id)
            steps = told.setdefault(key, [])
            steps.append(change.operation.value)
            wanted = expected.get(key, ())
            if len(steps) > len(wanted):
                errors.append(f"the feed tells more of {key} than was done")
                continue
            number = wanted[len(steps) - 1][0]
            if number < newest:
                errors.append(f"the feed tells act {number} after act {newest}")
            newest = max(newest, number)
    errors += [
        f"the feed tells {told.get(key)} of {key}, done was {steps}"
        for key, steps in expected.items()
        if told.get(key, []) != [operation for _, operation in steps]
    ]
    return errors


def calendar_file(folder, number, events):
    """A calendar file with events that no other number has."""
    path = folder / f"kalender-{number}.ics"
    if not path.exists():
        path.write_bytes(_calendar(events).replace(b"termin-", b"lauf%d-" % number))
    return path


@lru_cache(maxsize=4)
def _calendar(events):
    return calendar(events, frozenset())


def import_act(path):
    """The import of a file as an act: what it makes in an empty office."""
    with Office.open("memory:", settings=Settings(name="Probe", ags="05974")) as office:
        office.import_file(Path(path))
        return Act(
            found.value for kind in office.store.counts() for found in office.store.fetch(Query(RECORD_TYPES[kind]))
        )


def scratch(prefix):
    """A folder for one trial, in memory where the machine offers that: what is tried is what is written, not where.

    After ``kill -9`` and in a recorded life it is the same: what was written is there, whatever it was written to.
    """
    memory = Path("/dev/shm")  # noqa: S108 - one folder of our own in it, made safely
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    return tempfile.TemporaryDirectory(prefix=f"koschuso-{prefix}-", dir=memory if roomy else None)
