"""A copy between stores is complete, whatever the drivers, and goes on where it was when it was killed."""

import itertools
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from koschuso.errors import Corrupt, Refused, Unavailable, WrongUse
from koschuso.model import Goal
from koschuso.store import ABSENT, ANY, Capability, Operation, Store, open_store
from koschuso.store import copying as copying_module
from koschuso.store.conditions import Index
from koschuso.store.copying import copy_store
from koschuso.store.digest import COPY_KIND, digest_of
from koschuso.store.driver import Write
from koschuso.store.memory import MemoryDriver
from koschuso.store.sqlite import SqliteDriver

WORKER = Path(__file__).with_name("copying_worker.py")
DAY = datetime(2025, 10, 15, 8, tzinfo=UTC)
FEW = Capability.VERIFY, Capability.PURGE


def put(driver, id_, body=b"{}", kind="person", index=None, **options):
    with driver.transaction(write=True) as transaction:
        return transaction.put(kind, id_, body, index or Index(), expect=ANY, **options)


def fill(driver):
    """Put everything into a store that a copy could lose."""
    store = Store(driver)
    with store.transaction(reason="Anlegen"):
        for number in range(5):
            store.put(Goal(id=f"z-{number}", title=f"Ziel {number}"), expect=ABSENT)
    store.put(Goal(id="z-1", title="Ziel 1, geändert"), expect=ANY)
    store.remember("einlesen/ics", {"n": 1})
    store.remember("einlesen/ics", {"n": 2})
    index = Index(type="schule", subject="ä", object="😀", begin="2020", end="2021", place="05974")
    with driver.transaction(write=True) as transaction:
        transaction.put_many(
            Write(
                "muster:sache", f"{n:04}", b'{"extras":{"muster:x":%d}}' % n, index, ABSENT, DAY + timedelta(seconds=n)
            )
            for n in range(1200)
        )
    for number in range(4):
        put(driver, "oft", '{"t":"Träger %d"}'.encode() % number, at=DAY - timedelta(days=number))
    put(driver, "weg", b'{"t":"geht"}')
    put(driver, "weg", b'{"t":"geht bald"}')
    with driver.transaction(write=True) as transaction:
        transaction.remove("person", "weg", expect=ANY, at=DAY)
        transaction.remove("muster:sache", "0007", expect=ANY)
    put(driver, "geloescht", b'{"t":"geheim"}')
    driver.purge([("person", "geloescht")])
    driver.purge([("person", "geloescht")])
    put(driver, "wieder", b'{"n":1}')
    with driver.transaction(write=True) as transaction:
        transaction.remove("person", "wieder", expect=ANY)
        transaction.put("person", "wieder", b'{"n":2}', Index(), expect=ABSENT)


def digest(driver, **options):
    with driver.transaction(write=False) as transaction:
        return digest_of(transaction, **options)


def story(driver):
    """Take down what can be read, without revisions."""
    with driver.transaction(write=False) as transaction:
        keys = dict.fromkeys((c.kind, c.id) for c in transaction.changes() if c.kind != COPY_KIND)
        return [(key, [(v.operation, v.at, v.body, v.index) for v in transaction.history(*key)]) for key in keys], [
            (c.kind, c.id, c.operation, c.at) for c in transaction.changes() if c.kind != COPY_KIND
        ]


def test_there_and_back_everything_is_equal(tmp_path):
    with (
        MemoryDriver() as one,
        SqliteDriver(tmp_path / "zwei.db") as two,
        MemoryDriver() as three,
        SqliteDriver(tmp_path / "vier.db") as four,
    ):
        fill(one)
        results = [copy_store(*pair) for pair in itertools.pairwise([one, two, three, four])]
        assert len({result.digest for result in results}) == 1
        assert all(result.history for result in results)
        assert story(one) == story(two) == story(three) == story(four)
        assert digest(one) == digest(two) == digest(three) == digest(four)
        assert two.verify().damages == () == four.verify().damages
        with one.transaction(write=False) as there, four.transaction(write=False) as here:
            assert there.changed_at() == here.changed_at()
        ours, theirs = Store(one), Store(four)
        assert ours.counts() == theirs.counts() == {"goal": 5, "person": 2}
        assert [c.reason for c in ours.changes()] == [c.reason for c in theirs.changes()]
        assert "Anlegen" in {c.reason for c in theirs.changes()}
        assert theirs.recall("einlesen/ics", dict) == {"n": 2}


def test_contents_that_are_gone_do_not_come_back(tmp_path):
    with MemoryDriver() as one:
        fill(one)
        with SqliteDriver(tmp_path / "a.db") as two:
            copy_store(one, two)
            with two.transaction(write=False) as transaction:
                steps = {
                    step.change.id: step for step in transaction.steps() if step.change.operation is Operation.PURGE
                }
                assert set(steps) == {"geloescht"}
                assert all(version.body is None for version in transaction.history("person", "geloescht"))
    assert b"geheim" not in (tmp_path / "a.db").read_bytes()


def test_the_second_call_copies_what_came_since(tmp_path):
    with MemoryDriver() as one, SqliteDriver(tmp_path / "a.db") as two:
        fill(one)
        first = copy_store(one, two)
        again = copy_store(one, two)
        assert again.copied == 0
        assert again.digest == first.digest
        put(one, "neu", b'{"t":"Kanarienvogel"}')
        put(one, "oft", b'{"t":"noch einmal"}')
        assert copy_store(one, two).copied == 2
        one.purge([("person", "neu")])
        assert copy_store(one, two).copied == 1
        assert digest(one) == digest(two)
    # What was purged after it had been copied is purged in the copy too.
    assert b"Kanarienvogel" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_only_an_empty_target_or_an_own_copy_is_written_to(tmp_path):
    with MemoryDriver() as one, MemoryDriver() as two, MemoryDriver() as three:
        fill(one)
        put(two, "fremd")
        before = digest(two)
        with pytest.raises(Refused, match="nicht leer"):
            copy_store(one, two)
        assert digest(two) == before
        with pytest.raises(WrongUse, match="derselbe"):
            copy_store(one, one)

        copy_store(one, three)
        with pytest.raises(Refused, match="nicht mehr die"):
            copy_store(two, three)
        put(three, "selbst")
        with pytest.raises(Refused, match="selbst gearbeitet"):
            copy_store(one, three)
        with three.transaction(write=True) as transaction:
            transaction.remove("person", "selbst", expect=ANY)
        with pytest.raises(Refused, match="selbst gearbeitet"):
            copy_store(one, three)
    with (
        SqliteDriver(tmp_path / "leer.db") as empty,
        MemoryDriver() as target,
        SqliteDriver(tmp_path / "leer.db") as same,
    ):
        assert copy_store(empty, target).documents == 0
        copy_store(empty, same)
        assert digest(empty).changes == 0


class Fault(Exception):
    """Raised at the n-th call."""


class Failing:
    """Lets the n-th call of a driver's transactions fail, before or after it has done its work."""

    def __init__(self, driver, nth, error):
        self._driver, self.left, self._error = driver, nth, error
        self.capabilities = driver.capabilities

    def transaction(self, *, write):
        self._count()
        return _FailingTransaction(self, self._driver.transaction(write=write))

    def purge(self, keys):
        self._count()
        self._driver.purge(keys)

    def verify(self):
        self._count()
        return self._driver.verify()

    def _count(self):
        self.left -= 1
        if self.left == 0:
            raise self._error


class _FailingTransaction:
    def __init__(self, owner, inner):
        self._owner, self._inner = owner, inner

    def __enter__(self):
        self._transaction = self._inner.__enter__()
        return self

    def __exit__(self, *exception):
        if exception[0] is None:
            self._owner_counts_with_rollback()
        return self._inner.__exit__(*exception)

    def _owner_counts_with_rollback(self):
        try:
            self._owner._count()
        except BaseException as error:
            self._inner.__exit__(type(error), error, None)
            raise

    def __getattr__(self, name):
        method = getattr(self._transaction, name)

        def counted(*args, **kwargs):
            self._owner._count()
            return method(*args, **kwargs)

        return counted


# By default every eleventh call, in the long tests every one.
@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("side", ["source", "target"])
def test_whatever_call_fails_the_copy_goes_on_from_there(side, step, monkeypatch, tmp_path):
    monkeypatch.setattr(copying_module, "_BATCH", 200)
    with MemoryDriver() as source:
        fill(source)
        whole = digest(source)
        for nth in itertools.count(1, step):
            with SqliteDriver(tmp_path / f"{nth}.db") as target:
                sides = {"source": source, "target": target}
                sides[side] = Failing(sides[side], nth, Unavailable("Die Platte ist voll."))
                try:
                    copy_store(**sides)
                except Unavailable:
                    finished = False
                    with target.transaction(write=False) as transaction:
                        note = transaction.get(COPY_KIND, "stand")
                    if note is not None and b'"complete":true' not in note.body:
                        with pytest.raises(Refused, match="noch nicht vollständig"):
                            open_store(tmp_path / f"{nth}.db")
                    copy_store(source, target)
                else:
                    finished = True
                assert digest(target) == whole == digest(source)
            if finished:
                break
        assert nth > 10


def test_a_target_that_loses_something_is_not_called_complete():
    class Losing(MemoryDriver):
        def transaction(self, *, write):
            return _Losing(super().transaction(write=write))

    class _Losing:
        def __init__(self, inner):
            self._inner = inner

        def __enter__(self):
            transaction = self._inner.__enter__()
            put_many = transaction.put_many
            transaction.put_many = lambda writes: put_many([w for w in writes if w.id != "0100"])
            return transaction

        def __exit__(self, *exception):
            return self._inner.__exit__(*exception)

    with MemoryDriver() as one, Losing() as two:
        fill(one)
        with pytest.raises(Corrupt, match="nicht gleich der Quelle"):
            copy_store(one, two)
        with pytest.raises(Refused, match="noch nicht vollständig"):
            copying_module.refuse_unfinished_copy(two)


def test_damage_is_not_copied(tmp_path):
    with SqliteDriver(tmp_path / "a.db") as one, MemoryDriver() as two:
        fill(one)
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
            connection.execute("UPDATE record SET body = '{}' WHERE id = '0100'")
        with pytest.raises(Corrupt, match="muster:sache 0100"):
            copy_store(one, two)
        assert digest(two).changes == 0


def test_two_copies_into_one_target_do_not_mix(tmp_path, monkeypatch):
    monkeypatch.setattr(copying_module, "_BATCH", 100)
    with MemoryDriver() as one, SqliteDriver(tmp_path / "a.db") as two:
        fill(one)
        repeat = copying_module._Copy._repeat
        rounds = []

        def other_first(self, writing, batch):
            rounds.append(len(batch))
            if len(rounds) == 3:
                monkeypatch.setattr(copying_module._Copy, "_repeat", repeat)
                raise Unavailable("Hier hält jemand an.")
            repeat(self, writing, batch)

        slow = copying_module._Copy(one, two, None)
        monkeypatch.setattr(copying_module._Copy, "_repeat", other_first)
        with one.transaction(write=False) as reading, pytest.raises(Unavailable):
            slow.catch_up(reading)
        copy_store(one, two)
        with one.transaction(write=False) as reading, pytest.raises(Refused, match="anderer Vorgang"):
            slow.catch_up(reading)
        assert digest(one) == digest(two)


@pytest.mark.parametrize("which", ["source", "target", "both"])
def test_drivers_without_history_keep_all_documents_and_removals(which):
    few = frozenset(FEW)
    source = MemoryDriver(capabilities=few) if which != "target" else MemoryDriver()
    target = MemoryDriver(capabilities=few) if which != "source" else MemoryDriver()
    fill(source)
    result = copy_store(source, target)
    assert not result.history
    assert digest(source).content == digest(target).content
    put(source, "oft", b'{"t":"zuletzt"}')
    assert copy_store(source, target).copied == 1
    assert digest(source).counts == digest(target).counts
    with target.transaction(write=False) as transaction:
        operations = [change.operation for change in transaction.changes() if change.id in {"weg", "geloescht"}]
    assert operations.count(Operation.REMOVE) == 1
    assert operations.count(Operation.PURGE) == 2


def test_a_target_that_cannot_purge_holds_removals_instead():
    with MemoryDriver() as one, MemoryDriver(capabilities=frozenset({Capability.HISTORY})) as two:
        fill(one)
        result = copy_store(one, two)
        assert result.history
        assert result.documents == digest(one).documents


def test_what_is_written_meanwhile_comes_along(tmp_path, monkeypatch):
    monkeypatch.setattr(copying_module, "_BATCH", 50)
    numbers = itertools.count()
    with SqliteDriver(tmp_path / "a.db") as one, MemoryDriver() as two:
        fill(one)
        seen = []

        def progress(done, total):
            seen.append((done, total))
            if len(seen) < 4:
                for _ in range(70):
                    put(one, f"dazu-{next(numbers)}")

        monkeypatch.setattr(copying_module, "_PROGRESS_EVERY", 100)
        copy_store(one, two, progress=progress)
        assert digest(one) == digest(two)
        assert next(numbers) == 210
        assert all(done <= total for done, total in seen)
        assert seen[-1][0] == seen[-1][1]


def test_nobody_can_write_to_the_source_while_the_switch_is_made(tmp_path):
    with (
        SqliteDriver(tmp_path / "a.db") as one,
        SqliteDriver(tmp_path / "a.db", patience=0.1) as other,
        MemoryDriver() as two,
    ):
        fill(one)

        def switch():
            with pytest.raises(Unavailable):
                put(other, "zu spät")

        copy_store(one, two, switch=switch)
        assert digest(one) == digest(two)


@pytest.mark.slow
def test_memory_stays_bounded(tmp_path):
    import tracemalloc

    with SqliteDriver(tmp_path / "a.db") as one, SqliteDriver(tmp_path / "b.db") as two:
        body = b'{"t":"' + b"x" * 100_000 + b'"}'
        with one.transaction(write=True) as transaction:
            transaction.put_many(Write("person", f"{number}", body, Index(), ABSENT) for number in range(700))
        tracemalloc.start()
        try:
            copy_store(one, two)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 45_000_000


def kill_while_copying(folder, trials):
    source = folder / "quelle.db"
    with SqliteDriver(source) as driver:
        fill(driver)
        with driver.transaction(write=True) as transaction:
            transaction.put_many(
                Write("event", f"{n:06}", b'{"x":"%b"}' % (b"y" * 300), Index(), ABSENT) for n in range(6000)
            )
        whole = digest(driver)
    killed = 0
    for trial in range(trials):
        target = folder / f"ziel-{trial}.db"
        process = subprocess.Popen([sys.executable, WORKER, source, target], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.01 + 0.5 * trial / trials)
        process.kill()
        killed += process.wait() != 0
        process.stdout.close()
        with SqliteDriver(source) as one, SqliteDriver(target) as two:
            copy_store(one, two)
            assert digest(two) == whole == digest(one)
            assert two.verify().damages == ()
    return killed


def test_a_killed_copy_goes_on(tmp_path):
    assert kill_while_copying(tmp_path, 2)


@pytest.mark.endurance
@pytest.mark.timeout(300)
def test_many_killed_copies_go_on(tmp_path):
    assert kill_while_copying(tmp_path, 16) > 8
