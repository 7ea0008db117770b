"""Faulty drivers for F1 to F6, P1, P2, U1, V1 and X1: feed, privacy, old data, abilities. See `faults`."""

import logging
import pickle
import time
import warnings
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from faults import fault, shared_file, store_of, with_transaction

from koschuso.errors import Refused, Unavailable, WrongUse
from koschuso.store.conditions import Index, meets
from koschuso.store.driver import Capability, Change, Operation, Verification
from koschuso.store.memory import MemoryDriver
from koschuso.testing import StoreUnderTest, write_golden


def with_feed(change):
    """Make a driver whose feed is changed; positions stay valid."""

    def changes(_transaction, original, since=None):
        return iter(change(list(original(since))))

    return with_transaction(changes=changes)


@fault("F1")
def the_feed_tells_only_the_newest_of_each_key():
    return with_feed(
        lambda feed: sorted({(c.kind, c.id): c for c in feed}.values(), key=lambda c: int(c.cursor[17:], 16))
    )


@fault("F1")
def the_feed_is_ordered_by_time():
    return with_feed(lambda feed: sorted(feed, key=lambda change: change.at))


@fault("F1")
def the_feed_forgets_purges():
    return with_feed(lambda feed: [change for change in feed if change.operation is not Operation.PURGE])


@fault("F1")
def a_purge_takes_the_older_changes_with_it():
    def purged(feed):
        gone = {change.id for change in feed if change.operation is Operation.PURGE}
        return [change for change in feed if change.id not in gone or change.operation is Operation.PURGE]

    return with_feed(purged)


@fault("F1")
def the_feed_is_one_of_persons():
    return with_feed(lambda feed: [change for change in feed if change.kind == "person"])


@fault("F1")
def the_feed_ends_after_thirty():
    return with_feed(lambda feed: feed[:30])


@fault("F1")
def removals_are_told_as_puts():
    return with_feed(lambda feed: [change._replace(operation=Operation.PUT) for change in feed])


@fault("F1")
def every_cursor_is_that_of_the_end():
    return with_feed(lambda feed: [change._replace(cursor=feed[-1].cursor) for change in feed])


@fault("F1")
def a_transaction_has_one_cursor_for_all_its_changes():
    """Whoever stops in the middle of a commit goes on behind it."""

    class ByCommit(MemoryDriver):
        def __init__(self):
            super().__init__()
            self.ends = []

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                original = transaction.changes

                def changes(since=None):
                    for change in original(since):
                        position = int(change.cursor[17:], 16)
                        end = next((end for end in self.ends if end >= position), position)
                        yield change._replace(cursor=transaction._cursor_at(end))

                transaction.changes = changes
                yield transaction
            if write:
                self.ends.append(self._state.length)

    return ByCommit()


@fault("F1")
def times_have_no_zone():
    return with_feed(lambda feed: [change._replace(at=change.at.replace(tzinfo=None)) for change in feed])


@fault("F1")
def given_times_are_ignored():
    def put(_transaction, original, *arguments, at=None, **options):
        if at is not None and at.tzinfo is None:
            raise Refused("Der Zeitpunkt einer Änderung braucht eine Zeitzone.")
        return original(*arguments, **options)

    return with_transaction(put=put)


@fault("F1")
def times_lose_their_microseconds():
    return with_feed(lambda feed: [change._replace(at=change.at.replace(microsecond=0)) for change in feed])


@fault("F1")
def times_without_zone_are_guessed():
    def put(_transaction, original, *arguments, at=None, **options):
        return original(*arguments, at=at and at.replace(tzinfo=at.tzinfo or UTC), **options)

    return with_transaction(put=put)


def with_cursor_check(accept):
    """Make a driver that reads some cursors that are not its own."""

    def changes(transaction, original, since=None):
        if since is None:
            return original(None)
        try:
            return original(since)
        except Refused:
            position = accept(transaction, since)
            if position is None:
                raise
            return original(transaction._cursor_at(position))

    return with_transaction(changes=changes)


@fault("F2")
def cursors_of_any_store_are_accepted():
    def accept(transaction, since):
        number = since.partition(".")[2]
        return min(int(number, 16), transaction._state.length) if number.isalnum() else None

    return with_cursor_check(accept)


@fault("F2")
def cursors_are_tidied():
    return with_cursor_check(
        lambda transaction, since: (
            transaction._state.length if since.strip() == transaction._cursor_at(transaction._state.length) else None
        )
    )


@fault("F2")
def positions_that_lie_ahead_are_accepted():
    return with_cursor_check(
        lambda transaction, since: transaction._state.length if since.startswith(transaction._store_id) else None
    )


@fault("F2")
def the_empty_cursor_is_the_beginning():
    return with_cursor_check(lambda _transaction, since: None if since else 0)


@fault("F2")
def a_foreign_cursor_is_refused_too_late():
    def changes(_transaction, original, since=None):
        yield from original(since)

    return with_transaction(changes=changes)


@fault("F2")
def a_foreign_cursor_is_refused_too_late_by_steps():
    def steps(_transaction, original, since):
        yield from original(since)

    return with_transaction(steps=steps)


@fault("F2")
def a_revision_is_taken_for_a_cursor():
    def accept(transaction, since):
        log = transaction._state.log[: transaction._state.length]
        return next((place + 1 for place, change in enumerate(log) if change.revision == since), None)

    return with_cursor_check(accept)


@fault("F2")
def a_time_is_taken_for_a_cursor():
    def accept(_transaction, since):
        try:
            datetime.fromisoformat(since)
        except ValueError:
            return None
        return 0

    return with_cursor_check(accept)


def with_waiting(wait):
    """Make a driver that waits for changes in another way."""

    class Waiting(MemoryDriver):
        def wait_for_changes(self, since, *, timeout):
            return wait(super().wait_for_changes, since, timeout)

    return Waiting()


@fault("F6")
def nobody_who_waits_is_told():
    return with_waiting(lambda _original, _since, timeout: time.sleep(timeout) or False)


@fault("F6")
def who_waits_is_told_all_the_time():
    return with_waiting(lambda original, since, _timeout: original(since, timeout=0) or True)


@fault("F6")
def who_waits_learns_it_when_the_time_is_over():
    return with_waiting(lambda original, since, timeout: time.sleep(timeout) or original(since, timeout=0))


@fault("F6")
def who_waits_is_woken_but_told_nothing():
    return with_waiting(lambda original, since, timeout: original(since, timeout=timeout) and False)


@fault("F6")
def a_foreign_position_has_no_news():
    def wait(original, since, timeout):
        try:
            return original(since, timeout=timeout)
        except Refused:
            return False

    return with_waiting(wait)


@fault("F6")
def a_foreign_position_is_news():
    def wait(original, since, timeout):
        try:
            return original(since, timeout=timeout)
        except Refused:
            return True

    return with_waiting(wait)


@fault("F6")
def only_what_comes_while_waiting_counts():
    class Late(MemoryDriver):
        def wait_for_changes(self, since, *, timeout):
            with self.transaction(write=False) as transaction:
                transaction.changes(since)
                now = transaction.cursor()
            return super().wait_for_changes(now, timeout=timeout)

    return Late()


class Restorable(MemoryDriver):
    """A memory store that can be backed up into a file."""

    capabilities = frozenset(Capability) - {Capability.SHARED}

    def __init__(self, kept=None):
        super().__init__(capabilities=frozenset(Capability) - {Capability.SHARED})
        if kept is not None:
            self._store_id, state, start = kept
            self._state = state
            self._numbers = iter(range(start, 2**63))

    def backup(self, target):
        if target.exists():
            raise Refused("Die Datei gibt es schon.")
        state = self._state
        state = state._replace(log=state.log[: state.length])
        target.write_bytes(pickle.dumps((self._store_id, state, 1000)))


def restorable(make, reopen=Restorable):
    driver = make()
    return StoreUnderTest(
        open=lambda: driver,
        other=make,
        restored=lambda target: reopen(pickle.loads(target.read_bytes())),  # noqa: S301 - written by this very test
        open_with_secret=lambda _: make(),
        outlives=False,
    )


@fault("F2", whole=True)
def positions_of_a_restored_backup_are_only_numbers(_folder):
    return restorable(Restorable)


@fault("F3")
def the_feed_skips_what_commits_late():
    """Numbers are given at the beginning of a transaction, and a follower goes on behind the highest it has seen."""

    class NumberedEarly(MemoryDriver):
        def __init__(self):
            super().__init__()
            self.started = 0
            self.rows = []
            self._lock = type("NoLock", (), {"held": lambda _: _nothing()})()

        @contextmanager
        def transaction(self, *, write):
            self.started += 1 if write else 0
            number = self.started
            with super().transaction(write=write) as transaction:

                def changes(since=None):
                    start = -1 if since is None else int(since)
                    return iter([c for c in sorted(self.rows, key=lambda c: int(c.cursor)) if int(c.cursor) > start])

                transaction.changes = changes
                transaction.cursor = lambda: f"{max((int(c.cursor) for c in self.rows), default=-1)}"
                yield transaction
                if write:
                    self.rows += [c._replace(cursor=f"{number * 1000 + n}") for n, c in enumerate(transaction._added)]
                    transaction._state = self._state
                    newest = {kind: dict(entries) for kind, entries in self._state.kinds.items()}
                    for change in transaction._added:
                        entry = transaction._kinds[change.kind][change.id]
                        newest.setdefault(change.kind, {})[change.id] = entry
                    transaction._kinds = newest

    return NumberedEarly()


@contextmanager
def _nothing():
    yield


class TalkativeChange(Change):
    """A change with one more attribute."""


@fault("F4")
def a_change_has_the_body_as_attribute():
    def changes(transaction, original, since=None):
        for change in original(since):
            more = TalkativeChange(*change)
            more.body = transaction._kinds[change.kind][change.id].steps[0].body
            yield more

    return with_transaction(changes=changes)


@fault("F4")
def the_revision_tells_the_index():
    def changes(transaction, original, since=None):
        for change in original(since):
            known = [step.index for step in transaction._kinds[change.kind][change.id].steps if step.index]
            yield change._replace(revision=f"{change.revision}{known}")

    def remove(_transaction, _original, *_arguments, **_options):
        return None

    return with_transaction(changes=changes, remove=remove)


@fault("F5")
def the_highest_time_is_told():
    def changed_at(transaction, _original):
        return max((change.at for change in transaction.changes()), default=None)

    return with_transaction(changed_at=changed_at)


@fault("F5")
def the_clock_is_told():
    def changed_at(_transaction, original):
        return original() and datetime.now(UTC)

    return with_transaction(changed_at=changed_at)


@fault("F5")
def removals_have_no_time():
    def changed_at(transaction, _original):
        return max((c.at for c in transaction.changes() if c.operation is Operation.PUT), default=None)

    return with_transaction(changed_at=changed_at)


@fault("F5")
def a_store_whose_documents_are_all_gone_has_no_time():
    def changed_at(transaction, original):
        return original() if any(transaction.counts().values()) else None

    return with_transaction(changed_at=changed_at)


@fault("F5")
def an_empty_store_has_a_time():
    def changed_at(_transaction, original):
        return original() or datetime(1970, 1, 1, tzinfo=UTC)

    return with_transaction(changed_at=changed_at)


@fault("P1")
def removed_documents_are_only_marked():
    def scan(transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        gone = transaction.__dict__.get("gone") or GONE
        more = [d for d in gone if d.kind == kind and conditions and meets(d.id, d.index, conditions)]
        return iter(sorted([*original(kind, conditions, after=after), *more], key=lambda d: d.id))

    def remove(transaction, original, kind, id_, **options):
        document = transaction.get(kind, id_)
        revision = original(kind, id_, **options)
        GONE.extend([document] if document else [])
        return revision

    GONE = []  # noqa: N806 - shared by the two
    return with_transaction(scan=scan, remove=remove)


@fault("P1")
def a_new_document_brings_the_old_versions_back():
    def remove(transaction, original, kind, id_, **options):
        entry = transaction._kinds.get(kind, {}).get(id_)
        OLD[kind, id_] = entry.steps if entry else ()
        return original(kind, id_, **options)

    def history(_transaction, original, kind, id_):
        steps, old = original(kind, id_), OLD.get((kind, id_), ())
        return steps if not old or steps[-1].operation is not Operation.PUT else (*old, *steps[len(old) :])

    OLD = {}  # noqa: N806 - shared by the two
    return with_transaction(remove=remove, history=history)


class JournalDriver(MemoryDriver):
    """Keeps every body in a file too, as a database does; a purge writes it anew."""

    def __init__(self, folder):
        super().__init__()
        self.file = Path(folder) / f"{self._store_id}.journal"
        self.file.write_bytes(b"")

    @contextmanager
    def transaction(self, *, write):
        with super().transaction(write=write) as transaction:
            yield transaction
            if write:
                with self.file.open("ab") as file:
                    for change in transaction._added:
                        step = transaction._kinds[change.kind][change.id].steps[-1]
                        file.write((step.body or b"") + repr(step.index).encode() + b"\n")

    def purge(self, keys):
        super().purge(keys)
        self.file.write_bytes(self.left())

    def left(self):
        """Give what is to stay after a purge."""
        entries = [entry for kind in self._state.kinds.values() for entry in kind.values()]
        return b"\n".join((step.body or b"") + repr(step.index).encode() for e in entries for step in e.steps)


def journal(make):
    """Make a fault of a driver with files."""

    def store(folder):
        driver = make(folder)
        return StoreUnderTest(
            open=lambda: driver,
            other=lambda: make(folder),
            content=driver.file.read_bytes,
            open_with_secret=lambda _: make(folder),
            outlives=False,
        )

    return store


@fault("P2", whole=True)
def a_purge_leaves_the_file_as_it_is(folder):
    class Leaving(JournalDriver):
        def purge(self, keys):
            MemoryDriver.purge(self, keys)

    return journal(Leaving)(folder)


@fault("P2", whole=True)
def a_purge_leaves_the_index_in_the_file(folder):
    class Leaving(JournalDriver):
        def purge(self, keys):
            indices = [
                repr(step.index).encode()
                for kind in self._state.kinds.values()
                for entry in kind.values()
                for step in entry.steps
            ]
            super().purge(keys)
            self.file.write_bytes(self.left() + b"".join(indices))

    return journal(Leaving)(folder)


@fault("P2", whole=True)
def what_was_purged_comes_back_with_closing(folder):
    class Returning(JournalDriver):
        gone = b""

        def purge(self, keys):
            self.gone += self.file.read_bytes()
            super().purge(keys)

        def close(self):
            super().close()
            self.file.write_bytes(self.gone)

    return journal(Returning)(folder)


@fault("P2", whole=True)
def what_was_removed_before_is_not_purged(folder):
    class OnlyPresent(JournalDriver):
        removed = b""

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                original = transaction.remove

                def remove(kind, id_, **options):
                    document = transaction.get(kind, id_)
                    self.removed += document.body if document else b""
                    return original(kind, id_, **options)

                transaction.remove = remove
                yield transaction

        def left(self):
            return super().left() + self.removed

    return journal(OnlyPresent)(folder)


def with_purge(purge):
    class FaultyPurge(MemoryDriver):
        def purge(self, keys):
            purge(self, super().purge, list(keys))

    return FaultyPurge()


@fault("P2")
def purging_an_unknown_key_is_an_error():
    def purge(driver, original, keys):
        for kind, id_ in keys:
            if id_ not in driver._state.kinds.get(kind, {}):
                raise WrongUse("Diesen Datensatz gibt es nicht.")
        original(keys)

    return with_purge(purge)


@fault("P2")
def a_purge_is_a_removal():
    def purge(driver, _original, keys):
        with driver.transaction(write=True) as transaction:
            for kind, id_ in keys:
                transaction.remove(kind, id_, expect=transaction.get(kind, id_).revision) if transaction.get(
                    kind, id_
                ) else None

    return with_purge(purge)


@fault("P2")
def a_purge_does_nothing():
    return with_purge(lambda *_: None)


@fault("P2")
def a_purge_takes_all_of_the_kind():
    def purge(driver, original, keys):
        kinds = {kind for kind, _ in keys}
        original([(kind, id_) for kind in kinds for id_ in driver._state.kinds.get(kind, {})])

    return with_purge(purge)


@fault("P2")
def the_history_survives_a_purge():
    class Keeping(MemoryDriver):
        def purge(self, keys):
            keys = list(keys)
            old = {key: self._state.kinds.get(key[0], {}).get(key[1]) for key in keys}
            super().purge(keys)
            for (kind, id_), entry in old.items():
                if entry:
                    now = self._state.kinds[kind][id_]
                    self._state.kinds[kind][id_] = now._replace(steps=(*entry.steps, now.steps[-1]))

    return Keeping()


def secret_told(tell, *, opens=True):
    """Make a store that tells the secret of its URL in some way."""

    def store(_folder):
        def open_with_secret(secret):
            driver = MemoryDriver()
            tell(driver, secret)
            if not opens:
                raise Unavailable("Der Server ist nicht erreichbar.")
            return driver

        driver = MemoryDriver()
        return StoreUnderTest(
            open=lambda: driver, other=MemoryDriver, open_with_secret=open_with_secret, outlives=False
        )

    return store


def _with_class(driver, **methods):
    driver.__class__ = type("Talkative", (type(driver),), methods)


@fault("U1", whole=True)
def the_secret_is_in_the_repr(folder):
    return secret_told(lambda d, secret: _with_class(d, __repr__=lambda _: f"Store({secret})"))(folder)


@fault("U1", whole=True)
def the_secret_is_in_the_text_form(folder):
    return secret_told(lambda d, secret: _with_class(d, __str__=lambda _: f"Store({secret})"))(folder)


@fault("U1", whole=True)
def the_secret_is_logged(folder):
    return secret_told(lambda _, secret: logging.getLogger("some.driver").debug("opened %s", secret))(folder)


@fault("U1", whole=True)
def the_secret_is_logged_by_a_logger_of_its_own(folder):
    def tell(_driver, secret):
        logger = logging.getLogger("some.quiet.driver")
        logger.propagate = False
        logger.info("opened", extra={"url": secret})
        logger.warning("opened %s", {"url": secret})

    return secret_told(tell)(folder)


@fault("U1", whole=True)
def the_secret_is_printed(folder):
    return secret_told(lambda _, secret: print("connecting to", secret))(folder)


@fault("U1", whole=True)
def the_secret_is_warned_of(folder):
    return secret_told(lambda _, secret: warnings.warn(f"old option in {secret}", stacklevel=1))(folder)


@fault("U1", whole=True)
def the_secret_is_in_the_error_of_a_failed_open(folder):
    def tell(_driver, secret):
        raise Unavailable(f"{secret} ist nicht erreichbar.")

    return secret_told(tell)(folder)


@fault("U1", whole=True)
def the_secret_is_in_the_cause_of_a_failed_open(folder):
    def tell(_driver, secret):
        try:
            raise OSError(secret)  # noqa: TRY301 - its cause is the fault
        except OSError as error:
            raise Unavailable("Der Server ist nicht erreichbar.") from error

    return secret_told(tell)(folder)


@fault("U1", whole=True)
def the_secret_is_in_the_details_of_a_failed_open(folder):
    def tell(_driver, secret):
        raise Unavailable("Der Server ist nicht erreichbar.", url=secret)

    return secret_told(tell)(folder)


@fault("U1", whole=True)
def a_failed_open_raises_what_the_library_raises(folder):
    def tell(_driver, _secret):
        raise ConnectionRefusedError("connection refused")

    return secret_told(tell)(folder)


@fault("U1", whole=True)
def the_secret_is_in_the_error_of_a_missing_ability(folder):
    def tell(driver, secret):
        def verify(_self):
            raise WrongUse(f"{secret} kann das nicht.")

        _with_class(driver, verify=verify)
        driver.capabilities = frozenset()

    return secret_told(tell)(folder)


@fault("U1")
def a_refusal_quotes_the_body():
    def put(_transaction, original, kind, id_, body, index, **options):
        try:
            return original(kind, id_, body, index, **options)
        except Refused as error:
            raise Refused(f"{error} {body!r}") from None

    return with_transaction(put=put)


@fault("U1")
def a_conflict_quotes_the_index():
    def put(_transaction, original, kind, id_, body, index, **options):
        try:
            return original(kind, id_, body, index, **options)
        except Exception as error:
            error.add_note(f"index: {index.place}")
            raise

    return with_transaction(put=put)


@fault("U1")
def every_body_is_logged():
    def put(_transaction, original, kind, id_, body, index, **options):
        logging.getLogger("some.driver").debug("put %s", body)
        return original(kind, id_, body, index, **options)

    return with_transaction(put=put)


def golden(change):
    """Make a store whose old data are read wrongly."""

    def store(_folder):
        def old():
            driver = MemoryDriver()
            kept["cursor"] = write_golden(driver)
            driver._state = change(driver._state)
            return driver

        kept = {}
        old()
        made = store_of(MemoryDriver)
        return StoreUnderTest(
            open=made.open, other=made.other, open_with_secret=made.open_with_secret, golden=old, outlives=False
        )

    return store


def _migrated(state, change):
    kinds = {kind: {id_: change(entry) for id_, entry in entries.items()} for kind, entries in state.kinds.items()}
    return state._replace(kinds=kinds)


@fault("V1", whole=True)
def a_migration_forgets_the_index(folder):
    def change(entry):
        return entry._replace(document=entry.document and entry.document._replace(index=Index()))

    return golden(lambda state: _migrated(state, change))(folder)


@fault("V1", whole=True)
def a_migration_gives_new_revisions(folder):
    def change(entry):
        return entry._replace(document=entry.document and entry.document._replace(revision="new"))

    return golden(lambda state: _migrated(state, change))(folder)


@fault("V1", whole=True)
def a_migration_forgets_the_history(folder):
    return golden(lambda state: _migrated(state, lambda entry: entry._replace(steps=entry.steps[-1:])))(folder)


@fault("V1", whole=True)
def a_migration_forgets_the_feed(folder):
    return golden(lambda state: state._replace(log=[], length=0))(folder)


@fault("V1", whole=True)
def old_cursors_are_refused_after_reopening(folder):
    store = shared_file(folder, lambda state: state)
    first = store.open

    def reopened():
        driver = first()
        driver._store_id = f"{id(driver):016x}"
        return driver

    return StoreUnderTest(open=reopened, other=store.other, open_with_secret=store.open_with_secret)


@fault("X1")
def an_undeclared_purge_is_silent():
    class Silent(MemoryDriver):
        def __init__(self):
            super().__init__(capabilities=frozenset({Capability.HISTORY}))

        def purge(self, keys):
            """Do nothing, and say so to nobody."""

        def verify(self):
            self._lacking(Capability.VERIFY)

    return Silent()


@fault("X1")
def an_undeclared_verification_finds_nothing():
    class Comforting(MemoryDriver):
        def __init__(self):
            super().__init__(capabilities=frozenset({Capability.HISTORY}))

        def verify(self):
            return Verification(documents=0, changes=0, head="", damages=())

    return Comforting()


@fault("X1")
def an_undeclared_backup_is_an_empty_file():
    class Empty(MemoryDriver):
        def backup(self, target):
            target.write_bytes(b"")

    return Empty()


@fault("X1")
def a_missing_ability_is_not_named():
    class Terse(MemoryDriver):
        def __init__(self):
            super().__init__(capabilities=frozenset())

        def _lacking(self, capability):
            from koschuso.errors import NotSupported

            if capability not in self.capabilities:
                raise NotSupported("Das geht nicht.")

    return Terse()


@fault("X1")
def an_undeclared_purge_removes_before_it_refuses():
    class Hasty(MemoryDriver):
        def __init__(self):
            super().__init__(capabilities=frozenset({Capability.HISTORY}))

        def purge(self, keys):
            with self.transaction(write=True) as transaction:
                for kind, id_ in keys:
                    transaction.purge(kind, id_)
            self._lacking(Capability.PURGE)

    return Hasty()


@fault("X1")
def verification_counts_wrongly():
    class Miscounting(MemoryDriver):
        def verify(self):
            found = super().verify()
            return Verification(documents=found.changes, changes=found.changes, head=found.head, damages=())

    return Miscounting()


@fault("X1")
def the_head_of_the_verification_stands_still():
    class Still(MemoryDriver):
        def verify(self):
            found = super().verify()
            return Verification(documents=found.documents, changes=found.changes, head="0", damages=found.damages)

    return Still()


@fault("X1")
def the_history_lacks_what_was_replaced_in_the_same_transaction():
    def history(_transaction, original, kind, id_):
        steps = original(kind, id_)
        return steps[-1:] if len(steps) == 2 else steps

    return with_transaction(history=history)


@fault("X1", whole=True)
def a_backup_replaces_a_file(_folder):
    class Replacing(Restorable):
        def backup(self, target):
            target.unlink(missing_ok=True)
            super().backup(target)

    return restorable(Replacing)


@fault("X1", whole=True)
def a_backup_leaves_the_feed_out(_folder):
    def reopen(kept):
        store_id, state, start = kept
        return Restorable((store_id, state._replace(log=[], length=0), start))

    return restorable(Restorable, reopen)


@fault("X1", whole=True)
def a_backup_leaves_a_second_file_beside(_folder):
    class Untidy(Restorable):
        def backup(self, target):
            super().backup(target)
            target.with_name("copy.tmp").write_bytes(b"")

    return restorable(Untidy)
