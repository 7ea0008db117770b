"""Faulty drivers for T1 to T4: what is kept, rolled back, seen and refused. See `faults`."""

import unicodedata
from contextlib import contextmanager

from faults import changed_put, fault, shared_file, with_transaction, with_transactions

from koschuso.errors import Refused, Unavailable
from koschuso.store.chain import content_digest
from koschuso.store.conditions import Index
from koschuso.store.driver import ANY, Operation
from koschuso.store.memory import MemoryDriver, MemoryTransaction
from koschuso.store.storable import require_key, require_storable
from koschuso.testing import StoreUnderTest


def unchecked(driver_accepts):
    """Make a driver that stores some bodies without asking whether they can be stored."""

    def put(transaction, original, kind, id_, body, index, **options):
        if not driver_accepts(body):
            return original(kind, id_, body, index, **options)
        revision = original(kind, id_, b"{}", index, **options)
        _replace(transaction, kind, id_, body=body)
        return revision

    return with_transaction(put=put)


def _replace(transaction, kind, id_, **changed):
    entry = transaction._kinds[kind][id_]
    document = entry.document._replace(**changed)
    transaction._kinds[kind][id_] = entry._replace(document=document, digest=content_digest(b"{}", document.index))


@fault("T1")
def escaped_nul_is_accepted():
    return unchecked(lambda body: b"\\u0000" in body)


@fault("T1")
def nul_is_accepted_and_kept():
    return unchecked(lambda body: b"\0" in body)


@fault("T1")
def lone_surrogates_are_accepted():
    return unchecked(lambda body: b"\\ud83d" in body)


@fault("T1")
def bytes_that_are_not_utf_8_are_accepted():
    return unchecked(lambda body: body.startswith(b'{"n":"Tr'))


@fault("T1")
def a_mutable_body_is_accepted_and_shared():
    return unchecked(lambda body: isinstance(body, bytearray))


@fault("T1")
def a_mutable_body_is_given_out():
    def get(_transaction, original, kind, id_):
        document = original(kind, id_)
        return document and document._replace(body=bytearray(document.body))

    return with_transaction(get=get)


@fault("T1")
def ids_are_composed():
    return with_keys(lambda id_: unicodedata.normalize("NFC", id_))


@fault("T1")
def ids_are_folded():
    return with_keys(str.casefold)


@fault("T1")
def ids_are_stripped():
    return with_keys(lambda id_: id_.strip() or "-")


@fault("T1")
def long_ids_are_cut_off():
    return with_keys(lambda id_: id_[:255])


def with_keys(tidy):
    """Make a driver that consistently takes several ids for one."""

    def get(_transaction, original, kind, id_):
        require_key(kind, id_)
        return original(kind, tidy(id_))

    def put(_transaction, original, kind, id_, body, index, **options):
        require_storable(kind, id_, body, index)
        return original(kind, tidy(id_), body, index, **options)

    def remove(_transaction, original, kind, id_, **options):
        require_key(kind, id_)
        return original(kind, tidy(id_), **options)

    return with_transaction(get=get, put=put, remove=remove)


@fault("T1")
def kinds_are_mixed_up():
    def put(_transaction, original, kind, id_, body, index, **options):
        require_storable(kind, id_, body, index)
        return original(kind.partition(".")[0], id_, body, index, **options)

    def get(_transaction, original, kind, id_):
        require_key(kind, id_)
        return original(kind.partition(".")[0], id_)

    return with_transaction(get=get, put=put)


@fault("T1")
def large_bodies_are_cut_off():
    return changed_put(lambda kind, id_, body, index: (kind, id_, body[:1_000_000], index))


@fault("T1")
def bodies_end_at_64_kibibytes():
    return changed_put(lambda kind, id_, body, index: (kind, id_, body[:65_535], index))


@fault("T1")
def line_ends_are_changed():
    return changed_put(
        lambda kind, id_, body, index: (kind, id_, body.replace(b"\r\n", b"\n") if type(body) is bytes else body, index)
    )


@fault("T1")
def bodies_are_composed():
    def tidy(kind, id_, body, index):
        require_storable(kind, id_, body, index)
        return kind, id_, unicodedata.normalize("NFC", body.decode()).encode(), index

    return changed_put(tidy)


@fault("T1")
def the_empty_index_value_is_nothing():
    return changed_put(lambda kind, id_, body, index: (kind, id_, body, Index(*(value or None for value in index))))


@fault("T1")
def index_values_are_cut_off():
    def tidy(kind, id_, body, index):
        require_storable(kind, id_, body, index)
        return kind, id_, body, Index(*(value and value[:255] for value in index))

    return changed_put(tidy)


@fault("T1")
def subject_and_object_are_swapped():
    return changed_put(
        lambda kind, id_, body, index: (kind, id_, body, index._replace(subject=index.object, object=index.subject))
    )


@fault("T1")
def an_index_value_that_is_gone_stays():
    def put(transaction, original, kind, id_, body, index, **options):
        old = transaction.get(kind, id_)
        if old is not None:
            index = Index(*(new or before for new, before in zip(index, old.index, strict=True)))
        return original(kind, id_, body, index, **options)

    return with_transaction(put=put)


@fault("T1")
def put_many_forgets_the_index():
    def put_many(_transaction, original, writes):
        return original(write._replace(index=Index()) for write in writes)

    return with_transaction(put_many=put_many)


@fault("T1")
def put_many_forgets_the_last_portion():
    def put_many(_transaction, original, writes):
        writes = list(writes)
        done = original(writes[: len(writes) // 100 * 100] if len(writes) > 1000 else writes)
        return done + ["0"] * (len(writes) - len(done))

    return with_transaction(put_many=put_many)


@fault("T1")
def put_many_ignores_the_time():
    def put_many(_transaction, original, writes):
        return original(write._replace(at=None) for write in writes)

    return with_transaction(put_many=put_many)


@fault("T1")
def the_history_has_other_bodies():
    def history(_transaction, original, kind, id_):
        return tuple(step._replace(body=step.body and step.body.strip()) for step in original(kind, id_))

    return with_transaction(history=history)


@fault("T1", whole=True)
def a_closed_store_forgets_its_removals(folder):
    def again(state):
        kinds = {
            kind: {id_: entry for id_, entry in entries.items() if entry.document}
            for kind, entries in state.kinds.items()
        }
        log = [change for change in state.log if change.operation is Operation.PUT]
        return state._replace(kinds=kinds, log=log, length=len(log))

    return shared_file(folder, again)


@fault("T1", whole=True)
def a_closed_store_begins_its_revisions_anew(folder):
    return shared_file(folder, lambda state: state, numbers_go_on=False)


@fault("T2")
def a_keyboard_interrupt_commits():
    class Careless(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            interrupt = None
            with super().transaction(write=write) as transaction:
                try:
                    yield transaction
                except KeyboardInterrupt as error:
                    interrupt = error
            if interrupt is not None:
                raise interrupt

    return Careless()


@fault("T2")
def the_feed_keeps_what_was_rolled_back():
    def around(driver, transaction, write):
        try:
            yield transaction
        except BaseException:
            if write:
                state = transaction.result()
                driver._state = driver._state._replace(log=state.log, length=state.length)
            raise

    return with_transactions(around)


@fault("T2")
def the_index_keeps_what_was_rolled_back():
    def around(driver, transaction, _write):
        try:
            yield transaction
        except BaseException:
            for kind, entries in transaction._kinds.items():
                for id_, entry in entries.items():
                    old = driver._state.kinds.get(kind, {}).get(id_)
                    if old and old.document and entry.document:
                        mixed = old.document._replace(index=entry.document.index)
                        driver._state.kinds[kind][id_] = old._replace(document=mixed)
            raise

    return with_transactions(around)


@fault("T2")
def a_broken_source_leaves_half_a_put_many():
    def put_many(_transaction, original, writes):
        done = []
        for write in writes:
            done += original([write])
        return done

    return with_transaction(put_many=put_many)


@fault("T2")
def a_refused_put_many_takes_the_transaction_s_own_changes_away():
    def put_many(transaction, original, writes):
        try:
            return original(writes)
        except Refused:
            transaction._kinds = dict(transaction._state.kinds)
            transaction._added.clear()
            raise

    return with_transaction(put_many=put_many)


def with_newest(name):
    """Make a driver in which one reading method looks at the newest state instead of its own."""

    def around(driver, transaction, write):
        if not write:

            def newest(*arguments, **options):
                current = MemoryTransaction(driver._state, driver._store_id, driver._lacking)
                return getattr(current, name)(*arguments, **options)

            setattr(transaction, name, newest)
        yield transaction

    return with_transactions(around)


@fault("T3")
def scans_see_the_newest_state():
    return with_newest("scan")


@fault("T3")
def counts_are_of_the_newest_state():
    return with_newest("counts")


@fault("T3")
def the_cursor_is_the_newest():
    return with_newest("cursor")


@fault("T3")
def the_history_is_the_newest():
    return with_newest("history")


@fault("T3")
def the_time_is_the_newest():
    return with_newest("changed_at")


@fault("T3")
def contents_are_of_the_newest_state():
    return with_newest("contents")


def blind_to_own(name):
    """Make a driver whose write transactions do not see their own changes in one way of reading."""

    def around(driver, transaction, write):
        before = MemoryTransaction(driver._state, driver._store_id, driver._lacking)
        if write:
            setattr(transaction, name, getattr(before, name))
        yield transaction

    return with_transactions(around)


@fault("T3")
def a_writer_does_not_scan_its_own_changes():
    return blind_to_own("scan")


@fault("T3")
def a_writer_does_not_get_its_own_changes():
    return blind_to_own("get")


@fault("T3")
def a_writer_does_not_count_its_own_changes():
    return blind_to_own("counts")


@fault("T3")
def a_writer_s_history_lacks_its_own_changes():
    return blind_to_own("history")


@fault("T3")
def the_feed_shows_what_is_not_committed():
    def changes(transaction, original, since=None):
        committed = list(original(since))
        return iter([*committed, *transaction._added])

    return with_transaction(changes=changes)


@fault("T3")
def the_cursor_counts_what_is_not_committed():
    def cursor(transaction, _original):
        return transaction._cursor_at(transaction._state.length + len(transaction._added))

    return with_transaction(cursor=cursor)


@fault("T3")
def one_transaction_object_serves_all_threads():
    """Readers look into the writer's half-done work: thread-unsafe."""

    class OneForAll(MemoryDriver):
        current = None

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                if write:
                    self.current = transaction
                    try:
                        yield transaction
                    finally:
                        self.current = None
                else:
                    if self.current is not None:
                        transaction._kinds = self.current._kinds
                    yield transaction

    return OneForAll()


@fault("T4")
def closing_with_an_open_transaction_is_silent():
    class Careless(MemoryDriver):
        def close(self):
            self._closed = True

    return Careless()


@fault("T4")
def a_closed_driver_goes_on():
    class Immortal(MemoryDriver):
        def close(self):
            if self._open:
                super().close()

    return Immortal()


@fault("T4")
def a_second_write_transaction_of_the_thread_is_allowed():
    class Nested(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            transaction = MemoryTransaction(
                self._state, self._store_id, self._lacking, self._next_revision if write else None
            )
            with self._using(transaction):
                yield transaction
                if write:
                    self._state = transaction.result()

    return Nested()


@fault("T4")
def a_reader_may_write():
    def around(driver, transaction, _write):
        transaction._next_revision = driver._next_revision
        yield transaction

    return with_transactions(around)


@fault("T4")
def iterators_outlive_their_transaction():
    def scan(_transaction, original, *arguments, **options):
        return iter(list(original(*arguments, **options)))

    return with_transaction(scan=scan)


@fault("T4")
def a_conflict_spoils_the_transaction():
    def around(driver, transaction, _write):
        original = transaction.put

        def put(*arguments, **options):
            try:
                return original(*arguments, **options)
            except Exception:
                transaction._kinds, transaction._added = dict(driver._state.kinds), []
                raise

        transaction.put = put
        yield transaction

    return with_transactions(around)


@fault("T4")
def a_rolled_back_transaction_goes_on():
    class GoesOn(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                kept = transaction
                yield transaction
                return
            kept._ended = False

        @contextmanager
        def _using(self, transaction):
            with super()._using(transaction):
                try:
                    yield transaction
                except BaseException:
                    transaction.end = lambda: None
                    raise

    return GoesOn()


@fault("T4")
def a_removal_that_expects_nothing_is_accepted():
    def remove(_transaction, original, kind, id_, *, expect, **options):
        return original(kind, id_, expect=expect if isinstance(expect, str) else ANY, **options)

    return with_transaction(remove=remove)


class FailingDriver(MemoryDriver):
    """Can be made unable to write; a transaction that has failed only raises, as the contract says."""

    broken = False

    @contextmanager
    def transaction(self, *, write):
        with super().transaction(write=write) as transaction:
            failed = []
            for name in ("put", "put_many", "get", "remove"):
                setattr(transaction, name, self.guarded(getattr(transaction, name), failed, writes=name != "get"))
            yield transaction
            if failed and self.remembers():
                raise Unavailable("Die Platte ist voll.")

    def remembers(self):
        """Tell whether a failed transaction stays failed."""
        return True

    def guarded(self, original, failed, *, writes):
        def call(*arguments, **options):
            large = original.__name__ == "put_many"
            if (failed and self.remembers()) or (self.broken and writes and large):
                failed.append(1)
                raise Unavailable("Die Platte ist voll.")
            return original(*arguments, **options)

        return call


def failing(make):
    """Make a store that can be disturbed."""

    @contextmanager
    def disturb(driver):
        driver.broken = True
        yield
        driver.broken = False

    driver = make()
    return StoreUnderTest(
        open=lambda: driver, other=make, open_with_secret=lambda _: make(), disturb=disturb, outlives=False
    )


@fault("T4", whole=True)
def a_transaction_that_swallowed_a_failure_is_committed(_folder):
    class Forgetful(FailingDriver):
        def remembers(self):
            return False

    return failing(Forgetful)


@fault("T4", whole=True)
def a_failure_of_the_store_is_swallowed(_folder):
    class Swallowing(FailingDriver):
        def guarded(self, original, failed, *, writes):
            guarded = super().guarded(original, failed, writes=writes)

            def call(*arguments, **options):
                try:
                    return guarded(*arguments, **options)
                except Unavailable:
                    return None

            return call

    return failing(Swallowing)


@fault("T1")
def the_thirteenth_change_of_a_document_is_lost():
    """Nothing that a single example would show."""

    def put(transaction, original, kind, id_, body, index, **options):
        entry = transaction._kinds.get(kind, {}).get(id_)
        stale = entry is not None and entry.document is not None and len(entry.steps) % 13 == 12
        return original(kind, id_, entry.document.body if stale else body, index, **options)

    return with_transaction(put=put)
