"""Drivers that are wrong in one way each; the contract tests of the named clause must notice."""

import copy
from contextlib import contextmanager, nullcontext

import faulty_files
import faulty_keeping
import faulty_moments
import faulty_telling
import faulty_writing
from faults import FAULTS, changed_put, fault, with_transaction, with_transactions
from faulty_keeping import with_newest

from koschuso.errors import Refused
from koschuso.store.conditions import Index, Range
from koschuso.store.driver import ANY, Capability, Expect, Operation, Version
from koschuso.store.memory import MemoryDriver

# The modules register their faults when they are imported.
__all__ = ["FAULTS", "faulty_files", "faulty_keeping", "faulty_moments", "faulty_telling", "faulty_writing"]


@fault("T1")
def body_is_tidied():
    return changed_put(lambda kind, id_, body, index: (kind, id_, body.strip().replace(b" ", b""), index))


@fault("T1")
def characters_beyond_the_bmp_are_lost():
    def without(kind, id_, body, index):
        text = bytes(body).decode(errors="strict") if body else ""
        return kind, id_, "".join(c for c in text if ord(c) < 0x10000).encode(), index

    return changed_put(without)


@fault("T1")
def nul_is_dropped():
    return changed_put(lambda kind, id_, body, index: (kind, id_, bytes(body).replace(b"\0", b""), index))


@fault("T1")
def ids_are_case_insensitive():
    return changed_put(lambda kind, id_, body, index: (kind, id_.lower(), body, index))


@fault("T1")
def index_is_forgotten():
    return changed_put(lambda kind, id_, body, _index: (kind, id_, body, Index()))


@fault("T2")
def commits_on_rollback():
    class CommitsAnyway(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            error = None
            with super().transaction(write=write) as transaction:
                try:
                    yield transaction
                except BaseException as caught:  # noqa: BLE001 - the fault
                    error = caught
            if error is not None:
                raise error

    return CommitsAnyway()


@fault("T2")
def half_a_put_many_stays():
    def put_many(transaction, _original, writes):
        return [transaction.put(w.kind, w.id, w.body, w.index, expect=w.expect, at=w.at) for w in writes]

    return with_transaction(put_many=put_many)


@fault("T3")
def readers_see_the_newest_state():
    return with_newest("get")


@fault("T3")
def feed_is_newer_than_the_documents():
    return with_newest("changes")


@fault("T4")
def lock_is_kept_after_an_exception():
    def around(driver, transaction, _write):
        try:
            yield transaction
        except BaseException:
            driver._lock._writer = type("Held", (), {"acquire": lambda *_, **__: False, "release": lambda _: None})()
            raise

    return with_transactions(around, patience=0.2)


@fault("T4")
def transaction_goes_on_after_its_end():
    class Endless(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                yield transaction
            transaction._ended = False

    return Endless()


@fault("C1")
def absent_overwrites():
    def put(_transaction, original, *arguments, expect, **options):
        return original(*arguments, expect=ANY if expect is Expect.ABSENT else expect, **options)

    return with_transaction(put=put)


@fault("C2")
def put_compares_no_revision():
    def put(_transaction, original, *arguments, expect, **options):
        return original(*arguments, expect=ANY if isinstance(expect, str) else expect, **options)

    return with_transaction(put=put)


@fault("C2")
def remove_compares_no_revision():
    def remove(_transaction, original, *arguments, expect, **options):
        return original(*arguments, expect=ANY if isinstance(expect, str) else expect, **options)

    return with_transaction(remove=remove)


@fault("C3")
def the_last_writer_wins():
    class Unlocked(MemoryDriver):
        def __init__(self):
            super().__init__()
            self._lock = type("NoLock", (), {"held": lambda _: nullcontext()})()

    return Unlocked()


@fault("C4")
def revision_is_a_hash_of_the_body():
    def put(transaction, original, kind, id_, *content, **options):
        original(kind, id_, *content, **options)
        revision = f"h{hash(content):x}"
        entry = transaction._kinds[kind][id_]
        document = entry.document._replace(revision=revision)
        transaction._kinds[kind][id_] = entry._replace(document=document)
        return revision

    return with_transaction(put=put)


@fault("C4")
def revision_numbers_come_back_after_a_rollback():
    class CountsFromLog(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            self._numbers = iter(range(self._state.length + 1, 10**9))
            with super().transaction(write=write) as transaction:
                yield transaction

    return CountsFromLog()


@fault("Q1")
def upper_limit_drops_matches():
    def scan(_transaction, original, kind, conditions=(), *, after=None):
        narrowed = [
            Range(c.name, c.low and c.low + "\0", c.high, missing=c.missing) if isinstance(c, Range) else c
            for c in conditions
        ]
        return original(kind, narrowed, after=after)

    return with_transaction(scan=scan)


@fault("Q1")
def order_of_insertion():
    def scan(_transaction, original, *arguments, **options):
        return iter(sorted(original(*arguments, **options), key=lambda document: document.revision))

    return with_transaction(scan=scan)


@fault("Q1")
def order_of_the_dictionary():
    def scan(_transaction, original, *arguments, **options):
        return iter(sorted(original(*arguments, **options), key=lambda document: document.id.casefold()))

    return with_transaction(scan=scan)


@fault("Q1")
def after_is_ignored():
    def scan(_transaction, original, kind, conditions=(), *, after=None):  # noqa: ARG001 - the fault
        return original(kind, conditions)

    return with_transaction(scan=scan)


@fault("Q2")
def the_result_is_materialised():
    def scan(_transaction, original, *arguments, **options):
        return iter([d._replace(body=bytes(bytearray(d.body))) for d in original(*arguments, **options)])

    return with_transaction(scan=scan)


@fault("Q3")
def open_iterators_block_the_commit():
    def around(_driver, transaction, _write):
        original, running = transaction.scan, []

        def scan(*arguments, **options):
            running.append(1)
            yield from original(*arguments, **options)
            running.pop()

        transaction.scan = scan
        yield transaction
        if running:
            raise Refused("Es wird noch gelesen.")

    return with_transactions(around)


@fault("F1")
def feed_forgets_removals():
    def changes(_transaction, original, since=None):
        return (change for change in original(since) if change.operation is not Operation.REMOVE)

    return with_transaction(changes=changes)


@fault("F1")
def feed_is_in_key_order():
    def changes(_transaction, original, since=None):
        return iter(sorted(original(since), key=lambda change: change.id))

    return with_transaction(changes=changes)


@fault("F1")
def feed_leaves_out_the_change_after_the_cursor():
    def changes(_transaction, original, since=None):
        iterator = original(since)
        if since is not None:
            next(iterator, None)
        return iterator

    return with_transaction(changes=changes)


@fault("F5")
def the_time_of_the_first_change_is_told():
    def changed_at(transaction, _original):
        first = next(transaction.changes(), None)
        return None if first is None else first.at

    return with_transaction(changed_at=changed_at)


@fault("F2")
def unknown_cursors_begin_anew():
    def changes(_transaction, original, since=None):
        try:
            return original(since)
        except Refused:
            return original(None)

    return with_transaction(changes=changes)


@fault("F2")
def cursors_are_bare_numbers():
    class Bare(MemoryDriver):
        def __init__(self):
            super().__init__()
            self._store_id = "1"

    return Bare()


@fault("F3")
def numbers_are_given_at_the_beginning():
    """Two write at once; what commits late goes into the feed where its older number belongs."""

    class NumberedEarly(MemoryDriver):
        def __init__(self):
            super().__init__()
            self._lock = type("NoLock", (), {"held": lambda _: nullcontext()})()
            self._begun = 0

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                if write:
                    length = self._state.length
                yield transaction
                if write and self._state.length > length:
                    late = list(transaction._added)
                    merged = [*self._state.log[:length], *late, *self._state.log[length : self._state.length]]
                    transaction._state = self._state._replace(log=merged, length=len(merged) - len(late))
                    transaction._added = []
                    kinds = copy.deepcopy(self._state.kinds)
                    for kind, entries in transaction._kinds.items():
                        kinds.setdefault(kind, {}).update(entries)
                    transaction._kinds = kinds
                    transaction.result = lambda: self._state._replace(kinds=kinds, log=merged, length=len(merged))

    return NumberedEarly()


@fault("F4")
def feed_carries_bodies():
    def changes(transaction, original, since=None):
        for change in original(since):
            steps = transaction._kinds[change.kind][change.id].steps
            yield change._replace(cursor=f"{change.cursor}{[step.index for step in steps]}{KEPT}")

    def put(_transaction, original, kind, id_, body, index, **options):
        KEPT.append(body)
        return original(kind, id_, body, index, **options)

    KEPT = []  # noqa: N806 - shared by the two
    return with_transaction(changes=changes, put=put)


@fault("P1")
def history_keeps_removed_bodies():
    def remove(transaction, original, kind, id_, **options):
        steps = transaction._kinds[kind][id_].steps if id_ in transaction._kinds.get(kind, {}) else ()
        revision = original(kind, id_, **options)
        entry = transaction._kinds.get(kind, {}).get(id_)
        if revision is not None:
            transaction._kinds[kind][id_] = entry._replace(steps=(*steps, entry.steps[-1]))
        return revision

    return with_transaction(remove=remove)


@fault("P1")
def tombstone_keeps_the_index():
    def remove(transaction, original, kind, id_, **options):
        document = transaction.get(kind, id_)
        revision = original(kind, id_, **options)
        entry = transaction._kinds.get(kind, {}).get(id_)
        if revision is not None:
            last = entry.steps[-1]
            tomb = Version(last.revision, last.operation, last.at, None, document.index)
            transaction._kinds[kind][id_] = entry._replace(steps=(*entry.steps[:-1], tomb))
        return revision

    return with_transaction(remove=remove)


@fault("P2")
def purge_only_removes_the_newest_version():
    class HalfPurge(MemoryDriver):
        def purge(self, keys):
            for kind, id_ in keys:
                with self.transaction(write=True) as transaction:
                    entry = transaction._kinds.get(kind, {}).get(id_)
                    steps = entry.steps if entry else ()
                    transaction.purge(kind, id_)
                    if entry:
                        changed = transaction._kinds[kind][id_]
                        transaction._kinds[kind][id_] = changed._replace(steps=(*steps, changed.steps[-1]))

    return HalfPurge()


@fault("X1")
def undeclared_history_works():
    class Undeclared(MemoryDriver):
        def __init__(self):
            super().__init__()
            self.capabilities = frozenset({Capability.PURGE, Capability.VERIFY})

        def _lacking(self, capability):
            """Do not look."""

    return Undeclared()


@fault("X1")
def declared_backup_does_not_exist():
    return MemoryDriver(capabilities=frozenset(Capability) - {Capability.SHARED})
