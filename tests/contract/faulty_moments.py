"""Faulty drivers for what the kit once overlooked: brief transactions, moments, borders of pages, odd characters."""

import itertools
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import unquote

import attrs
from faults import changed_put, fault, with_transaction

from koschuso.errors import Corrupt, WrongUse
from koschuso.store import CORE_BACKENDS
from koschuso.store.conditions import Index, Range
from koschuso.store.driver import ANY, Operation, Verification
from koschuso.store.memory import MemoryDriver
from koschuso.testing import StoreUnderTest


def with_brief(around):
    """Make a driver whose brief transactions are those of `around(driver, write)`, which yields them."""

    class FaultyDriver(MemoryDriver):
        @contextmanager
        def brief_transaction(self, *, write):
            yield from around(self, write)

    return FaultyDriver(patience=0.5)


@fault("T2")
def an_interrupted_brief_transaction_is_committed():
    def around(driver, write):
        interrupted = None
        with driver.transaction(write=write) as transaction:
            try:
                yield transaction
            except KeyboardInterrupt as error:
                interrupted = error
        if interrupted:
            raise interrupted

    return with_brief(around)


@fault("T2")
def a_refused_put_many_in_a_brief_transaction_stays_half_done():
    def around(driver, write):
        with driver.transaction(write=write) as transaction:
            transaction.put_many = lambda writes: [
                transaction.put(write.kind, write.id, write.body, write.index, expect=write.expect, at=write.at)
                for write in writes
            ]
            yield transaction

    return with_brief(around)


@fault("T3")
def a_brief_reader_sees_what_is_not_committed():
    class FaultyDriver(MemoryDriver):
        at_work = None

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                self.at_work = transaction if write else self.at_work
                yield transaction

        @contextmanager
        def brief_transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                if not write and self.at_work is not None and not self.at_work._ended:
                    transaction._kinds = dict(self.at_work._kinds)
                yield transaction

    return FaultyDriver(patience=0.5)


@fault("T3")
def a_brief_reader_remembers_what_was_removed():
    remembered = {}

    def around(driver, write):
        with driver.transaction(write=write) as transaction:
            original = transaction.get

            def get(kind, id_):
                found = original(kind, id_)
                return remembered.get((kind, id_)) if found is None and not write else found

            transaction.get = get
            if not write:
                remembered.update(
                    ((kind, id_), entry.document)
                    for kind, entries in transaction._kinds.items()
                    for id_, entry in entries.items()
                    if entry.document is not None
                )
            yield transaction

    return with_brief(around)


@fault("T3")
def a_brief_reader_reads_contents_piece_by_piece():
    def around(driver, write):
        with driver.transaction(write=write) as transaction:

            def contents(kind, conditions=(), *, after=None):
                while True:
                    with driver.transaction(write=False) as reader:
                        found = next(reader.contents(kind, conditions, after=after), None)
                    if found is None:
                        return
                    yield found
                    after = found[0]

            if not write:
                transaction.contents = contents
            yield transaction

    return with_brief(around)


@fault("T4")
def a_brief_reader_may_write():
    def around(driver, write):  # noqa: ARG001 - the fault
        with driver.transaction(write=True) as transaction:
            yield transaction

    return with_brief(around)


@fault("T4")
def iterators_outlive_their_brief_transaction():
    def around(driver, write):
        with driver.transaction(write=write) as transaction:
            original = transaction.scan
            transaction.scan = lambda *arguments, **options: iter(list(original(*arguments, **options)))
            yield transaction

    return with_brief(around)


@fault("C2")
def a_brief_transaction_compares_no_revision():
    def around(driver, write):
        with driver.transaction(write=write) as transaction:
            original = transaction.put
            transaction.put = lambda *arguments, **options: original(*arguments, **(options | {"expect": ANY}))
            yield transaction

    return with_brief(around)


@fault("C3")
def a_brief_transaction_reads_before_it_locks():
    class Both:
        """Reads in a transaction of its own."""

        def __init__(self, driver):
            self._driver = driver

        def get(self, kind, id_):
            with self._driver.transaction(write=False) as reader:
                return reader.get(kind, id_)

        def put(self, *arguments, **options):
            with self._driver.transaction(write=True) as writer:
                return writer.put(*arguments, **options)

    def around(driver, write):
        if write:
            yield Both(driver)
            return
        with driver.transaction(write=False) as transaction:
            yield transaction

    return with_brief(around)


@fault("C4")
def a_brief_transaction_guesses_its_revision():
    def around(driver, write):
        with driver.transaction(write=write) as transaction:
            original = transaction.put
            transaction.put = lambda *arguments, **options: original(*arguments, **options) + "+"
            yield transaction

    return with_brief(around)


@fault("T2")
def a_purge_in_a_transaction_is_not_rolled_back():
    class FaultyDriver(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            purged = []
            try:
                with super().transaction(write=write) as transaction:
                    original = transaction.purge

                    def purge(kind, id_, *, at=None):
                        purged.append((kind, id_))
                        original(kind, id_, at=at)

                    transaction.purge = purge
                    yield transaction
            except BaseException:
                MemoryDriver.purge(self, purged)
                raise

        def purge(self, keys):
            with MemoryDriver.transaction(self, write=True) as transaction:
                for kind, id_ in keys:
                    transaction.purge(kind, id_)

    return FaultyDriver(patience=0.5)


@fault("T3")
def half_a_commit_is_visible_for_a_moment():
    class FaultyDriver(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            before = self._state
            with super().transaction(write=write) as transaction:
                yield transaction
                if write and len(transaction._added) > 1:
                    first = transaction._added[0].kind
                    self._state = before._replace(kinds=before.kinds | {first: transaction._kinds[first]})
                    time.sleep(0.002)

    return FaultyDriver(patience=0.5)


@fault("T3")
def the_second_page_of_a_scan_is_of_the_newest_state():
    class FaultyDriver(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                original = transaction.scan

                def scan(kind, conditions=(), *, after=None):
                    conditions = tuple(conditions)
                    found = None
                    for found in itertools.islice(original(kind, conditions, after=after), 1000):
                        yield found
                    if found is not None:
                        with MemoryDriver.transaction(self, write=False) as newest:
                            for later in newest.scan(kind, conditions, after=found.id):
                                if transaction._ended:
                                    raise WrongUse("ended")
                                yield later

                if not write:
                    transaction.scan = scan
                yield transaction

    return FaultyDriver(patience=0.5)


@fault("Q1")
def pages_are_counted_off():
    def scan(_transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        for start in itertools.count(0, 100):
            page = list(itertools.islice(original(kind, conditions, after=after), start, start + 100))
            yield from page
            if len(page) < 100:
                return

    return with_transaction(scan=scan)


@fault("Q1")
def ranges_compare_utf_16():
    def scan(_transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        for found in original(kind, [known for known in conditions if not isinstance(known, Range)], after=after):
            if all(
                _within(condition, found.id if condition.name == "id" else getattr(found.index, condition.name))
                for condition in conditions
                if isinstance(condition, Range)
            ):
                yield found

    return with_transaction(scan=scan)


def _within(condition, value):
    units = {text: text.encode("utf-16-be") for text in (condition.low, condition.high, value) if text is not None}
    if value is None:
        return condition.missing
    return (condition.low is None or units[condition.low] <= units[value]) and (
        condition.high is None or units[value] < units[condition.high]
    )


@fault("T1")
def ids_are_percent_decoded():
    return with_keys(unquote)


@fault("T1")
def invisible_characters_of_ids_are_lost():
    return with_keys(lambda text: text.replace("\ufeff", "").replace("\u200b", ""))


def with_keys(tidy):
    """Make a driver that tidies ids wherever they come from the caller."""

    def tidied(_transaction, original, kind, id_, *arguments, **options):
        return original(kind, tidy(id_) or id_, *arguments, **options)

    return with_transaction(**dict.fromkeys(("put", "get", "remove", "history"), tidied))


@fault("T1")
def index_values_lose_their_line_separators():
    return changed_put(
        lambda kind, id_, body, index: (
            kind,
            id_,
            body,
            Index(*(value and value.replace("\u2028", " ") for value in index)),
        )
    )


@fault("X1", whole=True)
def verification_looks_at_nothing(folder):
    """As files go, nothing differs from a driver that compares."""
    store = StoreUnderTest.of(CORE_BACKENDS[1], folder / "a.db")

    def open_blind():
        driver = store.open()
        verify = driver.verify

        def blind():
            try:
                return attrs.evolve(verify(), damages=())
            except Corrupt:
                return Verification(documents=0, changes=0, head="", damages=())

        driver.verify = blind
        return driver

    return attrs.evolve(store, open=open_blind)


@fault("F1")
def the_offset_of_a_time_is_dropped():
    def put(_transaction, original, *arguments, at=None, **options):
        return original(*arguments, at=at.replace(tzinfo=UTC) if at and at.tzinfo else at, **options)

    return with_transaction(put=put, remove=put)


@fault("F1")
def times_begin_in_1970():
    def put(_transaction, original, *arguments, at=None, **options):
        return original(*arguments, at=max(at, datetime.fromtimestamp(0, UTC)) if at and at.tzinfo else at, **options)

    return with_transaction(put=put, remove=put)


@fault("F1")
def the_first_of_the_second_page_of_the_feed_is_lost():
    def changes(_transaction, original, since=None):
        return (change for number, change in enumerate(original(since)) if number != 5000)

    return with_transaction(changes=changes)


@fault("F6")
def removals_wake_nobody():
    class FaultyDriver(MemoryDriver):
        def wait_for_changes(self, since, *, timeout):
            end = time.monotonic() + timeout
            while True:
                with self.transaction(write=False) as transaction:
                    if any(change.operation is Operation.PUT for change in transaction.changes(since)):
                        return True
                if time.monotonic() >= end:
                    return False
                time.sleep(0.02)

    return FaultyDriver(patience=0.5)


@fault("F6")
def only_one_of_those_who_wait_is_told():
    class FaultyDriver(MemoryDriver):
        waiting = 0

        def wait_for_changes(self, since, *, timeout):
            if self.waiting:
                time.sleep(timeout)
                return False
            self.waiting += 1
            try:
                return super().wait_for_changes(since, timeout=timeout)
            finally:
                self.waiting -= 1

    return FaultyDriver(patience=0.5)


@fault("P1")
def a_purge_in_a_transaction_takes_all_kinds():
    def purge(transaction, original, _kind, id_, *, at=None):
        for kind in list(transaction._kinds):
            original(kind, id_, at=at)

    return with_transaction(purge=purge)


def with_purge(chosen):
    """Make a driver that purges other keys than it was told."""

    class FaultyDriver(MemoryDriver):
        def purge(self, keys):
            with self.transaction(write=False) as transaction:
                known = {(change.kind, change.id) for change in transaction.changes()}
            super().purge(chosen(list(keys), known))

    return FaultyDriver(patience=0.5)


@fault("P2")
def a_purge_stops_at_an_unknown_key():
    return with_purge(lambda keys, known: itertools.takewhile(known.__contains__, keys))


@fault("P2")
def a_purge_takes_the_same_id_of_all_kinds():
    return with_purge(lambda keys, known: [key for key in known if key[1] in {id_ for _, id_ in keys}])


@fault("P2")
def a_purge_takes_the_first_five_hundred():
    return with_purge(lambda keys, _known: keys[:500])
