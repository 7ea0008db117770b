"""Faulty drivers for C1 to C4 and Q1 to Q3: expectations, revisions, queries. See `faults`."""

import hashlib
import threading
from contextlib import contextmanager

from faults import fault, with_transaction, with_transactions

from koschuso.errors import Conflict, Unavailable
from koschuso.store.conditions import OneOf, Prefix, Range, meets
from koschuso.store.driver import ABSENT, ANY, Expect
from koschuso.store.memory import MemoryDriver


def with_put(put):
    return with_transaction(put=put)


@fault("C1")
def a_conflict_is_raised_but_written_all_the_same():
    def put(_transaction, original, *arguments, expect, **options):
        try:
            return original(*arguments, expect=expect, **options)
        except Conflict:
            original(*arguments, expect=ANY, **options)
            raise

    return with_put(put)


@fault("C1")
def put_many_overwrites_what_should_be_absent():
    def put_many(_transaction, original, writes):
        return original(write._replace(expect=ANY if write.expect is ABSENT else write.expect) for write in writes)

    return with_transaction(put_many=put_many)


@fault("C1")
def a_tombstone_counts_as_present():
    def put(transaction, original, kind, id_, *arguments, expect, **options):
        entry = transaction._kinds.get(kind, {}).get(id_)
        if expect is ABSENT and entry is not None and entry.document is None:
            raise Conflict("gibt es schon", kind=kind, id=id_, expected="ABSENT", actual=None)
        return original(kind, id_, *arguments, expect=expect, **options)

    return with_put(put)


@fault("C1")
def the_conflict_does_not_name_the_stored_revision():
    def put(_transaction, original, kind, id_, *arguments, expect, **options):
        try:
            return original(kind, id_, *arguments, expect=expect, **options)
        except Conflict as error:
            raise Conflict("anders", kind=kind, id=id_, expected=error.expected, actual=None) from None

    return with_put(put)


@fault("C1")
def a_kind_hides_the_other():
    def put(transaction, original, kind, id_, *arguments, expect, **options):
        other = {"person": "event", "event": "person"}.get(kind, kind)
        found = transaction._kinds.get(other, {}).get(id_)
        if expect is ABSENT and found is not None and found.document is not None:
            raise Conflict("gibt es schon", kind=kind, id=id_, expected="ABSENT", actual=found.document.revision)
        return original(kind, id_, *arguments, expect=expect, **options)

    return with_put(put)


@fault("C2")
def put_many_compares_no_revision():
    def put_many(_transaction, original, writes):
        return original(
            write._replace(expect=ANY if isinstance(write.expect, str) else write.expect) for write in writes
        )

    return with_transaction(put_many=put_many)


@fault("C2")
def a_stale_removal_is_refused_but_done():
    def remove(_transaction, original, *arguments, expect, **options):
        try:
            return original(*arguments, expect=expect, **options)
        except Conflict:
            original(*arguments, expect=ANY, **options)
            raise

    return with_transaction(remove=remove)


@fault("C2")
def a_revision_creates_what_is_not_there():
    def put(transaction, original, kind, id_, *arguments, expect, **options):
        if isinstance(expect, str) and transaction.get(kind, id_) is None:
            expect = ANY
        return original(kind, id_, *arguments, expect=expect, **options)

    return with_put(put)


@fault("C2")
def the_revision_of_the_removal_still_fits():
    def put(transaction, original, kind, id_, *arguments, expect, **options):
        entry = transaction._kinds.get(kind, {}).get(id_)
        if entry is not None and entry.document is None and expect == entry.steps[-1].revision:
            expect = ABSENT
        return original(kind, id_, *arguments, expect=expect, **options)

    return with_put(put)


@fault("C2")
def any_conflicts_with_what_is_there():
    def put(transaction, original, kind, id_, *arguments, expect, **options):
        document = transaction.get(kind, id_)
        if expect is ANY and document is not None:
            raise Conflict("gibt es schon", kind=kind, id=id_, expected="ANY", actual=document.revision)
        return original(kind, id_, *arguments, expect=expect, **options)

    return with_put(put)


@fault("C2")
def removing_may_expect_nothing_to_be_there():
    def remove(transaction, original, kind, id_, *, expect, **options):
        if expect is ABSENT and transaction.get(kind, id_) is None:
            return None
        return original(kind, id_, expect=expect, **options)

    return with_transaction(remove=remove)


@fault("C2")
def removing_what_is_not_there_conflicts():
    def remove(transaction, original, kind, id_, *, expect, **options):
        if expect is ANY and transaction.get(kind, id_) is None:
            raise Conflict("gibt es nicht", kind=kind, id=id_, expected="ANY", actual=None)
        return original(kind, id_, expect=expect, **options)

    return with_transaction(remove=remove)


@fault("C2")
def the_empty_revision_means_any():
    def put(_transaction, original, *arguments, expect, **options):
        return original(*arguments, expect=expect or ANY, **options)

    return with_put(put)


@fault("C2")
def the_beginning_of_a_revision_is_enough():
    def put(transaction, original, kind, id_, *arguments, expect, **options):
        document = transaction.get(kind, id_)
        if isinstance(expect, str) and document is not None and expect.strip() == document.revision:
            expect = ANY
        return original(kind, id_, *arguments, expect=expect, **options)

    return with_put(put)


@fault("C2")
def the_conflict_names_nothing():
    def put(_transaction, original, *arguments, **options):
        try:
            return original(*arguments, **options)
        except Conflict:
            raise Conflict("anders", kind="", id="", expected="", actual=None) from None

    return with_put(put)


@fault("C2")
def any_is_the_default():
    def put(_transaction, original, *arguments, expect=ANY, **options):
        return original(*arguments, expect=expect, **options)

    return with_put(put)


@fault("C2")
def a_missing_expectation_is_any():
    def put(_transaction, original, *arguments, expect, **options):
        return original(*arguments, expect=expect if isinstance(expect, str | Expect) else ANY, **options)

    return with_put(put)


@fault("C3")
def expectations_are_checked_before_the_lock():
    """Each writer compares with the state at its beginning and publishes over whatever came meanwhile."""

    class ChecksEarly(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            early = self._state
            with super().transaction(write=write) as transaction:
                if write:
                    transaction._kinds = dict(early.kinds)
                yield transaction

    return ChecksEarly()


@fault("C3")
def simultaneous_creators_both_succeed():
    class Twice(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            early = self._state
            with super().transaction(write=write) as transaction:
                original = transaction.put

                def put(kind, id_, *arguments, expect, **options):
                    if expect is ABSENT and id_ not in early.kinds.get(kind, {}):
                        expect = ANY
                    return original(kind, id_, *arguments, expect=expect, **options)

                transaction.put = put
                yield transaction

    return Twice()


@fault("C4")
def the_same_content_keeps_its_revision():
    def put(transaction, original, kind, id_, body, index, *, expect, **options):
        document = transaction.get(kind, id_)
        if expect is ANY and document is not None and (document.body, document.index) == (body, index):
            return document.revision
        return original(kind, id_, body, index, expect=expect, **options)

    return with_put(put)


def with_revisions(name):
    """Make a driver whose revisions are made by a function of transaction, key and content."""

    def put(transaction, original, kind, id_, *content, expect, **options):
        original(kind, id_, *content, expect=expect, **options)
        revision = name(transaction, kind, id_, content)
        entry = transaction._kinds[kind][id_]
        step = entry.steps[-1]._replace(revision=revision)
        document = entry.document._replace(revision=revision)
        transaction._kinds[kind][id_] = entry._replace(document=document, steps=(*entry.steps[:-1], step))
        transaction._added[-1] = transaction._added[-1]._replace(revision=revision)
        return revision

    return with_transaction(put=put)


@fault("C4")
def a_revision_is_a_digest_of_the_content():
    return with_revisions(lambda _transaction, _kind, _id, content: hashlib.sha256(repr(content).encode()).hexdigest())


@fault("C4")
def revisions_begin_anew_after_a_removal():
    def name(transaction, kind, id_, _content):
        steps = transaction._kinds[kind][id_].steps
        count = 0
        for step in steps:
            count = count + 1 if step.body is not None else 0
        return f"{count}"

    return with_revisions(name)


@fault("C4")
def revisions_count_the_versions():
    """After a rollback the same number is given to another content."""
    return with_revisions(lambda transaction, kind, id_, _content: f"{len(transaction._kinds[kind][id_].steps)}")


@fault("C4")
def put_returns_another_revision_than_it_stores():
    def put(_transaction, original, *arguments, **options):
        return f"{original(*arguments, **options)}x"

    return with_put(put)


def with_scan(scan):
    return with_transaction(scan=scan)


def filtered(accepts):
    """Make a driver whose scans understand one condition in another way."""

    def scan(_transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        for document in original(kind, after=after):
            values = {**document.index._asdict(), "id": document.id}
            if all(accepts(condition, values[condition.name]) for condition in conditions):
                yield document

    return with_scan(scan)


@fault("Q1")
def only_the_first_of_several_values_is_looked_for():
    return filtered(lambda c, v: v == c.values[0] if isinstance(c, OneOf) and c.values else c.accepts(v))


@fault("Q1")
def more_than_999_values_are_cut_off():
    return filtered(lambda c, v: v in c.values[:999] if isinstance(c, OneOf) else c.accepts(v))


@fault("Q1")
def digits_are_compared_as_numbers():
    def accepts(condition, value):
        if isinstance(condition, Range) and (condition.low or "").isdigit() and (value or "").isdigit():
            return condition.accepts(value) and int(value) >= int(condition.low)
        return condition.accepts(value)

    return filtered(accepts)


@fault("Q1")
def the_empty_value_is_not_found():
    return filtered(lambda c, v: c.accepts(v) and (not isinstance(c, OneOf) or bool(v)))


@fault("Q1")
def the_lower_limit_is_exclusive():
    return filtered(lambda c, v: c.accepts(v) and not (isinstance(c, Range) and v is not None and v == c.low))


@fault("Q1")
def documents_without_the_value_are_left_out():
    return filtered(lambda c, v: c.accepts(v) and v is not None)


@fault("Q1")
def a_missing_value_is_wanted_only_without_limits():
    return filtered(
        lambda c, v: (
            c.accepts(v) and not (isinstance(c, Range) and v is None and (c.low is not None or c.high is not None))
        )
    )


@fault("Q1")
def a_prefix_is_longer_than_nothing():
    return filtered(lambda c, v: c.accepts(v) and not (isinstance(c, Prefix) and v == c.text))


@fault("Q1")
def the_empty_prefix_finds_nothing():
    return filtered(lambda c, v: c.accepts(v) and not (isinstance(c, Prefix) and not c.text))


@fault("Q1")
def a_prefix_ends_before_the_highest_character():
    return filtered(
        lambda c, v: c.accepts(v) and not (isinstance(c, Prefix) and v is not None and v >= c.text + "\U0010ffff")
    )


@fault("Q1")
def places_are_numbers():
    return filtered(lambda c, v: c.accepts(v) and not (c.name == "place" and v is not None and not v.isdecimal()))


@fault("Q1")
def object_is_looked_for_in_subject():
    def scan(_transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        for document in original(kind, after=after):
            index = document.index._replace(object=document.index.subject)
            if meets(document.id, index, conditions):
                yield document

    return with_scan(scan)


@fault("Q1")
def conditions_over_ids_are_forgotten_to_match():
    return filtered(lambda c, v: c.accepts(v) and c.name != "id")


@fault("Q1")
def after_is_inclusive():
    def scan(transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        if (
            after is not None
            and (document := transaction.get(kind, after))
            and meets(after, document.index, conditions)
        ):
            yield document
        yield from original(kind, conditions, after=after)

    return with_scan(scan)


@fault("Q1")
def after_must_exist():
    def scan(transaction, original, kind, conditions=(), *, after=None):
        if after is not None and transaction.get(kind, after) is None:
            return iter(())
        return original(kind, conditions, after=after)

    return with_scan(scan)


@fault("Q1")
def order_of_utf_16():
    def scan(_transaction, original, *arguments, **options):
        return iter(sorted(original(*arguments, **options), key=lambda document: document.id.encode("utf-16-be")))

    return with_scan(scan)


@fault("Q1")
def order_of_numbers_where_ids_are_numbers():
    def scan(_transaction, original, *arguments, **options):
        found = list(original(*arguments, **options))
        return iter(sorted(found, key=lambda d: (0, int(d.id), "") if d.id.isdecimal() else (1, 0, d.id)))

    return with_scan(scan)


def paged(step, *, size=500):
    """Make a driver that reads pages and does something wrong between them."""

    def scan(_transaction, original, kind, conditions=(), *, after=None):
        found = list(original(kind, conditions, after=after))
        return iter([d for start in range(0, len(found), size) for d in step(found, start, size)])

    return with_scan(scan)


@fault("Q1")
def the_first_of_every_page_comes_twice():
    return paged(lambda found, start, size: found[max(start - 1, 0) : start + size])


@fault("Q1")
def the_first_of_every_page_is_left_out():
    return paged(lambda found, start, size: found[start + (1 if start else 0) : start + size])


@fault("Q1")
def only_a_thousand_are_found():
    return paged(lambda found, start, size: found[start : start + size] if start < 1000 else [])


@fault("Q1")
def a_page_without_matches_ends_the_scan():
    def scan(_transaction, original, kind, conditions=(), *, after=None):
        conditions, everyone = tuple(conditions), list(original(kind, after=after))
        for start in range(0, len(everyone), 20):
            page = [d for d in everyone[start : start + 20] if meets(d.id, d.index, conditions)]
            if not page:
                return
            yield from page

    return with_scan(scan)


@fault("Q1")
def contents_differ_from_the_scan():
    def contents(transaction, _original, kind, conditions=(), *, after=None):
        found = list(transaction.scan(kind, conditions, after=after))
        return iter([(d.id, d.revision, d.body) for d in found[:100]])

    return with_transaction(contents=contents)


@fault("Q1")
def contents_ignore_after():
    def contents(_transaction, original, kind, conditions=(), *, after=None):  # noqa: ARG001 - the fault
        return original(kind, conditions)

    return with_transaction(contents=contents)


@fault("Q1")
def counts_contain_what_was_removed():
    def counts(transaction, _original):
        return {kind: len(entries) for kind, entries in transaction._kinds.items()}

    return with_transaction(counts=counts)


@fault("Q1")
def counts_count_every_put():
    def counts(transaction, _original):
        return {
            kind: sum(len(entry.steps) for entry in entries.values() if entry.document)
            for kind, entries in transaction._kinds.items()
        }

    return with_transaction(counts=counts)


@fault("Q1")
def all_kinds_are_scanned():
    def scan(transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        others = [name for name in ("event", "task") if name != kind]
        more = [d for name in others for d in type(transaction).scan(transaction, name, conditions, after=after)]
        return iter(sorted([*original(kind, conditions, after=after), *more], key=lambda d: d.id))

    return with_scan(scan)


@fault("Q1")
def a_writer_searches_the_committed_index():
    def around(driver, transaction, write):
        before = driver._state.kinds
        original = transaction.scan

        def scan(kind, conditions=(), *, after=None):
            conditions = tuple(conditions)
            for document in original(kind, after=after):
                entry = before.get(kind, {}).get(document.id)
                known = entry.document if write and conditions and entry and entry.document else document
                if meets(document.id, known.index, conditions):
                    yield document

        transaction.scan = scan
        yield transaction

    return with_transactions(around)


@fault("Q2")
def a_scan_with_conditions_is_materialised():
    def scan(_transaction, original, kind, conditions=(), *, after=None):
        conditions = tuple(conditions)
        found = original(kind, conditions, after=after)
        return iter([d._replace(body=bytes(bytearray(d.body))) for d in found]) if conditions else found

    return with_scan(scan)


@fault("Q2")
def contents_are_materialised():
    def contents(_transaction, original, *arguments, **options):
        return iter(
            [(id_, revision, bytes(bytearray(body))) for id_, revision, body in original(*arguments, **options)]
        )

    return with_transaction(contents=contents)


@fault("Q2")
def what_was_scanned_is_kept():
    def scan(transaction, original, *arguments, **options):
        kept = transaction.__dict__.setdefault("cache", {})
        for document in original(*arguments, **options):
            kept[document.id] = bytes(bytearray(document.body))
            yield document

    return with_scan(scan)


@fault("Q3")
def an_iterator_holds_a_lock_to_its_end():
    class Locking(MemoryDriver):
        def __init__(self):
            super().__init__(patience=0.5)
            self.reading = threading.Lock()

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                original = transaction.scan

                def scan(*arguments, **options):
                    if not self.reading.acquire(timeout=0.5):
                        raise Unavailable("Der Speicher wird noch gelesen.")
                    yield from original(*arguments, **options)
                    self.reading.release()

                transaction.scan = scan
                yield transaction

    return Locking()


@fault("Q3")
def only_one_iterator_at_a_time():
    def around(_driver, transaction, _write):
        original, number = transaction.scan, [0]

        def scan(*arguments, **options):
            number[0] += 1
            mine = number[0]
            for document in original(*arguments, **options):
                if mine != number[0]:
                    return
                yield document

        transaction.scan = scan
        yield transaction

    return with_transactions(around)


@fault("Q3")
def every_abandoned_reader_costs_a_connection():
    class Leaking(MemoryDriver):
        left = 20

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                original = transaction.scan

                def scan(*arguments, **options):
                    self.left -= 1
                    if self.left < 0:
                        raise Unavailable("Es gibt keine freie Verbindung mehr.")
                    yield from original(*arguments, **options)
                    self.left += 1

                transaction.scan = scan
                yield transaction

    return Leaking()
