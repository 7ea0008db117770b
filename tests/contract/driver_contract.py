"""The contract of docs/contract/store.md as tests; the name of each begins with the clause it proves.

To prove a driver, subclass `DriverContract` and give it a fixture ``case`` that returns a `DriverCase`.
"""

import io
import logging
import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import attrs
import pytest

from koschuso.errors import Conflict, KoschusoError, NotSupported, Refused, WrongUse
from koschuso.store.conditions import Index, OneOf, Prefix, Range, meets
from koschuso.store.driver import ABSENT, ANY, Capability, Operation, StoreDriver, Write

CANARY = "Kanarienvogel-7f3a91"
PLAIN = b'{"name":"plain"}'
EMPTY = Index()


@attrs.frozen(kw_only=True)
class DriverCase:
    """What the contract needs to know about a driver.

    Attributes:
        open: Opens the store under test; for a store without ``shared`` always the same driver.
        other: Opens another, empty store of the same make.
        content: Returns all bytes of the driver's files.
        golden: Opens a copy of the store in ``tests/golden`` that an earlier version wrote; ``None`` where nothing
            outlives the driver.
        open_with_secret: Opens, or tries to open, a URL that contains the given secret.
    """

    open: Callable[[], StoreDriver]
    other: Callable[[], StoreDriver]
    content: Callable[[], bytes] = bytes
    golden: Callable[[], StoreDriver] | None = None
    open_with_secret: Callable[[str], StoreDriver]


def put(driver, id_="a", body=PLAIN, index=EMPTY, *, expect=ANY, kind="person"):
    with driver.transaction(write=True) as transaction:
        return transaction.put(kind, id_, body, index, expect=expect)


def remove(driver, id_="a", expect=ANY, kind="person"):
    with driver.transaction(write=True) as transaction:
        return transaction.remove(kind, id_, expect=expect)


def rolled_back(driver, change, error=ZeroDivisionError):
    """Do something in a write transaction that is then left by an exception."""
    result = None
    try:
        with driver.transaction(write=True) as transaction:
            result = change(transaction)
            raise error  # noqa: TRY301 - leaving the block like this is the point
    except error:
        return result
    pytest.fail("the transaction swallowed an exception")


def get(driver, id_="a", kind="person"):
    with driver.transaction(write=False) as transaction:
        return transaction.get(kind, id_)


def scan(driver, *conditions, kind="person", after=None):
    with driver.transaction(write=False) as transaction:
        documents = list(transaction.scan(kind, conditions, after=after))
        # Wherever documents are read whole, `contents` must give the same.
        contents = list(transaction.contents(kind, conditions, after=after))
    assert contents == [(document.id, document.revision, document.body) for document in documents]
    return documents


def changes(driver, since=None):
    with driver.transaction(write=False) as transaction:
        return list(transaction.changes(since))


def everything(driver):
    """Take down all that a reader can see."""
    with driver.transaction(write=False) as transaction:
        documents = [document for kind in sorted(transaction.counts()) for document in transaction.scan(kind)]
        return documents, dict(transaction.counts()), list(transaction.changes()), transaction.cursor()


def in_thread(function):
    """Run in another thread and hand on its result or exception."""
    outcome = []

    def run():
        try:
            outcome.append((function(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            outcome.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert outcome, "the other thread hangs"
    result, error = outcome[0]
    if error is not None:
        raise error
    return result


BODIES = {
    "plain": PLAIN,
    "spacing and key order": b'{ "b" : 1,\n\t"a":2 , "a":3}',
    "umlauts, emoji, beyond the BMP": '{"n":"Träger ß € 👩🏽‍🏫 𝔘 \u2028 \ufffe \uffff"}'.encode(),
    "escapes": rb'{"n":"\u00e4 \\u0000 \\\ud83d\udc69 \" \\ \/ \b"}',
    "not composed": '{"n":"a\u0308"}'.encode(),
    "numbers": b'{"n":[1.0,1e2,-0,12345678901234567890]}',
    "quotes": b'{"n":"\'); DROP TABLE record; --"}',
    "large": b'{"n":"' + b"x" * 3_000_000 + b'"}',
}
UNSTORABLE = {
    "raw NUL": b'{"n":"\0"}',
    "escaped NUL": rb'{"n":"\u0000"}',
    "escaped NUL behind a backslash": rb'{"n":"\\\u0000"}',
    "lone high surrogate": rb'{"n":"\ud83d"}',
    "lone low surrogate": rb'{"n":"\udc69"}',
    "surrogates in wrong order": rb'{"n":"\uDC69\uD83D"}',
    "surrogates apart": rb'{"n":"\ud83d\\\udc69"}',
    "encoded surrogate": b'{"n":"\xed\xa0\xbd"}',
    "latin-1": '{"n":"Träger"}'.encode("latin-1"),
    "empty": b"",
    "not bytes": bytearray(b"{}"),
}
IDS = [
    "a",
    "B",
    "b",
    "Ä",
    "ä",
    "z",
    "Z",
    "0",
    "é",
    "e\u0301",
    "\ue000",
    "😀",
    "a b",
    "'",
    '"',
    "%",
    "_",
    "a/b\\c",
    "x" * 1000,
]


class DriverContract:
    """All clauses; every test takes the driver's `DriverCase`."""

    @pytest.fixture
    def case(self) -> DriverCase:
        raise NotImplementedError

    # --- transactions

    def test_t1_bodies_come_back_byte_for_byte(self, case):
        index = Index(type="schule", subject="Ä", object="😀", begin="2025-08-27", end="", place="05974040")
        with case.open() as driver:
            for name, body in BODIES.items():
                put(driver, name, body, index)
            found = {document.id: document for document in scan(driver)}
            for name, body in BODIES.items():
                assert get(driver, name).body == body, name
                assert get(driver, name).index == index
                assert found[name] == get(driver, name)

    def test_t1_ids_are_told_apart_exactly(self, case):
        with case.open() as driver:
            for number, id_ in enumerate(IDS):
                put(driver, id_, b'{"n":%d}' % number, expect=ABSENT)
            for number, id_ in enumerate(IDS):
                assert get(driver, id_).body == b'{"n":%d}' % number
                assert get(driver, id_).id == id_
            assert get(driver, "a", kind="event") is None

    @pytest.mark.parametrize("name", UNSTORABLE)
    def test_t1_what_some_driver_could_not_give_back_is_refused_by_all(self, case, name):
        with case.open() as driver:
            before = everything(driver)
            with pytest.raises(Refused) as caught:
                put(driver, "a", UNSTORABLE[name])
            assert "person a" in str(caught.value)
            with pytest.raises(Refused), driver.transaction(write=True) as transaction:
                transaction.put_many(
                    [Write("person", "b", PLAIN, EMPTY, ANY), Write("person", "c", UNSTORABLE[name], EMPTY, ANY)]
                )
            assert everything(driver) == before

    @pytest.mark.parametrize(
        "bad", ["", "a\0", "a\nb", "a\x85", "\ud800", "x" * 1001, "ä" * 501], ids=lambda text: ascii(text)[:12]
    )
    def test_t1_ids_and_index_values_that_some_driver_could_not_keep_are_refused(self, case, bad):
        with case.open() as driver:
            with pytest.raises(Refused):
                put(driver, bad)
            if bad:
                with pytest.raises(Refused):
                    put(driver, "a", index=Index(subject=bad))
            with pytest.raises(Refused):
                put(driver, kind=bad or "Person")
            assert scan(driver) == []

    def test_t1_many_at_once_are_kept_like_single_ones(self, case):
        moment = datetime(2020, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
        writes = [
            Write(
                "person" if number % 3 else "event",
                f"{number:05}",
                b'{"n":%d}' % number,
                Index(type=str(number % 7)),
                ABSENT,
                moment,
            )
            for number in range(1777)
        ]
        writes.append(Write("person", "00001", b'{"n":"again"}', EMPTY, ANY))
        with case.open() as driver:
            with driver.transaction(write=True) as transaction:
                revisions = transaction.put_many(iter(writes))
            assert len(revisions) == len(set(revisions)) == 1778
            for write, revision in zip(writes[2:-1], revisions[2:-1], strict=True):
                assert get(driver, write.id, kind=write.kind) == (
                    write.kind,
                    write.id,
                    revision,
                    write.body,
                    write.index,
                )
            assert get(driver, "00001").body == b'{"n":"again"}'
            feed = changes(driver)
            assert [change.revision for change in feed] == revisions
            assert {change.at for change in feed[:-1]} == {moment}
            with driver.transaction(write=False) as transaction:
                assert transaction.counts() == {"event": 593, "person": 1184}
            with driver.transaction(write=True) as transaction:
                assert transaction.put_many([]) == []

    def test_t1_many_at_once_keep_every_mixture_of_index_values_new_and_replaced(self, case):
        texts = (None, "", "a", "Ä")
        mixtures = [Index(*(texts[number // 4**place % 4] for place in range(3)), place=None) for number in range(137)]
        with case.open() as driver:
            for round_, step in ((b"1", 3), (b"2", 1)):
                writes = [
                    Write("person", f"{number:03}", b'{"n":%b}' % round_, mixtures[-number], ANY)
                    for number in range(0, 137, step)
                ]
                with driver.transaction(write=True) as transaction:
                    revisions = transaction.put_many(writes)
                assert scan(driver) == [
                    (write.kind, write.id, revision, write.body, write.index)
                    for write, revision in zip(writes, revisions, strict=True)
                ]
                remove(driver, "003")
            if Capability.VERIFY in driver.capabilities:
                assert driver.verify().damages == ()

    def test_t1_the_store_outlives_its_driver(self, case):
        driver = case.open()
        if Capability.SHARED not in driver.capabilities:
            driver.close()
            return
        with driver:
            put(driver, "a", BODIES["escapes"], Index(type="x"))
            before = everything(driver)
        with case.open() as driver:
            assert everything(driver) == before

    def test_t2_a_rolled_back_transaction_leaves_no_trace(self, case):
        with case.open() as driver:
            put(driver, "kept")
            before = everything(driver)

            def change(transaction):
                transaction.put("person", "kept", b'{"n":2}', EMPTY, expect=ANY)
                transaction.put("person", "new", PLAIN, EMPTY, expect=ABSENT)
                transaction.put("event", "new", PLAIN, EMPTY, expect=ABSENT)
                transaction.remove("person", "kept", expect=ANY)

            rolled_back(driver, change)
            assert everything(driver) == before
            if Capability.HISTORY in driver.capabilities:
                with driver.transaction(write=False) as transaction:
                    assert len(transaction.history("person", "kept")) == 1
                    assert transaction.history("person", "new") == ()
            put(driver, "next")
            assert [change.id for change in changes(driver)] == ["kept", "next"]

    def test_t2_a_refused_put_many_has_put_none(self, case):
        def writes():
            for number in range(1200):
                yield Write("person", f"{number:05}", PLAIN, EMPTY, ANY)
            yield Write("person", "taken", PLAIN, EMPTY, ABSENT)

        with case.open() as driver:
            put(driver, "taken")
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "before", PLAIN, EMPTY, expect=ABSENT)
                with pytest.raises(Conflict):
                    transaction.put_many(writes())
                transaction.put("person", "behind", PLAIN, EMPTY, expect=ABSENT)
            assert [document.id for document in scan(driver)] == ["before", "behind", "taken"]
            assert [change.id for change in changes(driver)] == ["taken", "before", "behind"]

    def test_t3_a_reader_keeps_its_state_whatever_is_committed(self, case):
        def write():
            put(driver, "a", b'{"n":2}')
            remove(driver, "b")
            put(driver, "c")

        with case.open() as driver:
            put(driver, "a")
            put(driver, "b")
            with driver.transaction(write=False) as early:
                in_thread(write)
                assert early.get("person", "a").body == PLAIN
                assert early.get("person", "c") is None
                assert [document.id for document in early.scan("person")] == ["a", "b"]
                assert early.counts() == {"person": 2}
                assert [change.id for change in early.changes()] == ["a", "b"]
                cursor = early.cursor()
                if Capability.HISTORY in driver.capabilities:
                    assert [step.body for step in early.history("person", "b")] == [PLAIN]
            assert [document.id for document in scan(driver)] == ["a", "c"]
            assert [change.id for change in changes(driver, cursor)] == ["a", "b", "c"]

    def test_t3_nobody_sees_what_is_not_committed_except_the_writer(self, case):
        with case.open() as driver:
            put(driver, "a")
            before = everything(driver)
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "b", PLAIN, Index(type="x"), expect=ABSENT)
                transaction.remove("person", "a", expect=ANY)
                assert in_thread(lambda: everything(driver)) == before
                assert transaction.get("person", "a") is None
                assert [document.id for document in transaction.scan("person", [OneOf("type", ["x"])])] == ["b"]
                assert transaction.counts() == {"person": 1}
                assert list(transaction.changes()) == before[2]
                assert transaction.cursor() == before[3]

    def test_t3_a_scan_may_rewrite_what_it_reads(self, case):
        with case.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", f"{n:04}", PLAIN, Index(subject="s"), ABSENT) for n in range(700))
            for conditions in ([], [OneOf("subject", ["s"])]):
                with driver.transaction(write=True) as transaction:
                    seen = []
                    for document in transaction.scan("person", conditions):
                        seen.append(document.id)
                        transaction.put("person", document.id, b'{"n":2}', document.index, expect=document.revision)
                    assert seen == [f"{n:04}" for n in range(700)]

    def test_t4_the_driver_is_usable_after_an_exception(self, case):
        with case.open() as driver:
            for error in (ValueError, KeyboardInterrupt):
                rolled_back(
                    driver, lambda transaction: transaction.put("person", "a", PLAIN, EMPTY, expect=ABSENT), error
                )
                with pytest.raises(error), driver.transaction(write=False):
                    raise error
            in_thread(lambda: put(driver, "a", expect=ABSENT))
            assert get(driver).body == PLAIN

    def test_t4_the_transaction_is_usable_after_a_conflict_or_refusal(self, case):
        with case.open() as driver:
            put(driver, "a")
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "b", PLAIN, EMPTY, expect=ABSENT)
                with pytest.raises(Conflict):
                    transaction.put("person", "a", PLAIN, EMPTY, expect=ABSENT)
                with pytest.raises(Refused):
                    transaction.put("person", "c", b"\0", EMPTY, expect=ANY)
                with pytest.raises(WrongUse):
                    transaction.remove("person", "a", expect=ABSENT)
                transaction.put("person", "d", PLAIN, EMPTY, expect=ABSENT)
            assert [document.id for document in scan(driver)] == ["a", "b", "d"]

    def test_t4_what_has_ended_says_so(self, case):
        driver = case.open()
        put(driver, "a")
        put(driver, "b")
        with driver.transaction(write=True) as transaction:
            rows, feed = transaction.scan("person"), transaction.changes()
            next(rows)
            next(feed)
            with pytest.raises(WrongUse):
                driver.transaction(write=True).__enter__()
        with driver.transaction(write=False) as reader, pytest.raises(WrongUse):
            reader.put("person", "c", PLAIN, EMPTY, expect=ANY)
        for late in (
            lambda: transaction.get("person", "a"),
            lambda: transaction.put("person", "a", PLAIN, EMPTY, expect=ANY),
            lambda: transaction.scan("person"),
            lambda: next(rows),
            lambda: next(feed),
            transaction.counts,
        ):
            with pytest.raises(WrongUse):
                late()
        with driver.transaction(write=False), pytest.raises(WrongUse):
            driver.close()
        driver.close()
        driver.close()
        with pytest.raises(WrongUse):
            get(driver)

    # --- concurrency

    def test_c1_absent_refuses_an_existing_key(self, case):
        with case.open() as driver:
            revision = put(driver, expect=ABSENT)
            with pytest.raises(Conflict) as caught:
                put(driver, body=b'{"n":2}', expect=ABSENT)
            error = caught.value
            assert (error.kind, error.id, error.expected, error.actual) == ("person", "a", "ABSENT", revision)
            assert get(driver).body == PLAIN
            put(driver, kind="event", expect=ABSENT)
            remove(driver)
            put(driver, expect=ABSENT)
            with driver.transaction(write=True) as transaction, pytest.raises(Conflict):
                transaction.put_many([Write("person", id_, PLAIN, EMPTY, ABSENT) for id_ in ("z", "a")])

    def test_c2_a_stale_revision_is_refused_on_put_and_remove(self, case):
        with case.open() as driver:
            first = put(driver)
            second = put(driver, body=b'{"n":2}', expect=first)
            for attempt in (put, remove):
                with pytest.raises(Conflict) as caught:
                    attempt(driver, expect=first)
                error = caught.value
                assert (error.kind, error.id, error.expected, error.actual) == ("person", "a", first, second)
            with pytest.raises(Conflict), driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", id_, PLAIN, EMPTY, first) for id_ in ("a", "b"))
            assert get(driver).body == b'{"n":2}'
            assert len(changes(driver)) == 2
            assert remove(driver, expect=second)
            for attempt in (put, remove):
                with pytest.raises(Conflict) as caught:
                    attempt(driver, expect=second)
                assert caught.value.actual is None
            assert remove(driver) is None
            assert len(changes(driver)) == 3

    def test_c2_an_expectation_must_be_given_and_make_sense(self, case):
        with case.open() as driver:
            put(driver)
            with driver.transaction(write=True) as transaction:
                with pytest.raises(TypeError):
                    transaction.put("person", "a", PLAIN, EMPTY)
                with pytest.raises((WrongUse, Conflict)):
                    transaction.put("person", "a", PLAIN, EMPTY, expect=None)

    def test_c3_exactly_one_of_several_writers_wins(self, case):
        with case.open() as driver:
            revision = put(driver, body=b"0", expect=ABSENT)
            for turn in range(5):
                barrier = threading.Barrier(4)
                outcomes = []

                def write(me, seen=revision, start=barrier, results=outcomes):
                    start.wait()
                    try:
                        with driver.transaction(write=True) as transaction:
                            transaction.get("person", "a")
                            time.sleep(0.005)  # long enough for the others to come, if they can
                            made = transaction.put("person", "a", b"%d" % me, EMPTY, expect=seen)
                        results.append((made, me))
                    except Conflict as error:
                        results.append(error.actual)

                threads = [threading.Thread(target=write, args=(turn * 10 + number,)) for number in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                winners = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
                assert len(outcomes) == 4
                assert len(winners) == 1
                revision, winner = winners[0]
                assert [outcome for outcome in outcomes if isinstance(outcome, str)] == [revision] * 3
                assert get(driver).body == b"%d" % winner

    def test_c3_no_acknowledged_increment_is_lost(self, case):
        def add():
            for _ in range(25):
                while True:
                    try:
                        with driver.transaction(write=True) as transaction:
                            document = transaction.get("person", "a")
                            value = b"%d" % (int(document.body) + 1)
                            transaction.put("person", "a", value, EMPTY, expect=document.revision)
                        break
                    except Conflict:
                        continue

        with case.open() as driver:
            put(driver, body=b"0")
            threads = [threading.Thread(target=add) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert get(driver).body == b"100"
            assert len(changes(driver)) == 101

    def test_c4_revisions_change_on_every_put_and_never_come_back(self, case):
        with case.open() as driver:
            revisions = [put(driver), put(driver), put(driver, body=b'{"n":2}'), put(driver)]
            revisions.append(
                rolled_back(
                    driver, lambda transaction: transaction.put("person", "a", b'{"n":"lost"}', EMPTY, expect=ANY)
                )
            )
            revisions.append(put(driver))
            revisions.append(remove(driver))
            revisions.append(put(driver))
            with driver.transaction(write=True) as transaction:
                revisions += transaction.put_many([Write("person", "a", PLAIN, EMPTY, ANY)] * 3)
            assert all(isinstance(revision, str) and revision for revision in revisions)
            assert len(set(revisions)) == len(revisions)
            assert get(driver).revision == revisions[-1]
            assert put(driver, expect=revisions[-1]) != revisions[-1]

    # --- queries

    def test_q1_a_scan_yields_at_least_what_matches_in_key_order(self, case):
        days = [None, "2024-12-31", "2025-01-01", "2025-01-01T08:00", "2025-08-27", "2026-01-01"]
        documents = {
            f"{'äBaZ'[number % 4]}{chr(97 + number * 7 % 26)}{number}": Index(
                type=("schule", "traeger", None)[number % 3],
                subject=f"s{number % 5}" if number % 4 else None,
                object=f"o{number % 2}" if number % 3 else None,
                begin=days[number % 6],
                end=days[(number + 2) % 6],
                place=("05974040", "05974", "0597", "05911000", None, "\U0010ffff", "\ud7ff", "\ud7ff\U0010ffff")[
                    number % 8
                ],
            )
            for number in range(120)
        }
        queries = [
            [],
            [OneOf("type", ["schule"])],
            [OneOf("type", ["schule", "traeger", "unbekannt"])],
            [OneOf("type", [])],
            [OneOf("subject", ["s1", "s2"]), OneOf("object", ["o1"])],
            [OneOf("id", [*list(documents)[::7], "nobody"])],
            [OneOf("type", ["x'; DROP TABLE record; --", '"', "\\"])],
            [Range("begin", "2025-01-01", "2026-01-01")],
            [Range("begin", "2025-01-01")],
            [Range("begin", None, "2025-01-01")],
            [Range("begin")],
            [Range("begin", missing=True)],
            [Range("begin", None, "2025-08-28"), Range("end", "2025-08-27", missing=True)],
            [Range("id", "B", "C")],
            [Prefix("place", "05974")],
            [Prefix("place", "")],
            [Prefix("place", "\ud7ff")],
            [Prefix("place", "\U0010ffff")],
            [Prefix("id", "ä")],
            [OneOf("type", ["schule"]), Range("begin", "2025-01-01"), Prefix("place", "05"), OneOf("subject", ["s1"])],
        ]
        with case.open() as driver:
            for id_, index in reversed(documents.items()):
                put(driver, id_, index=index)
                put(driver, id_, index=index, kind="event")
            remove(driver, "äa0")
            del documents["äa0"]
            put(driver, "äh1", index=Index(type="traeger"))
            documents["äh1"] = Index(type="traeger")
            for conditions in queries:
                for after in (None, "B", "Bz", "ä", "\U0010ffff"):
                    found = scan(driver, *conditions, after=after)
                    ids = [document.id for document in found]
                    assert ids == sorted(set(ids))
                    assert not after or min(ids, default="\U0010ffff\U0010ffff") > after
                    assert all(
                        document.kind == "person" and document.index == documents[document.id] for document in found
                    )
                    matching = {
                        id_
                        for id_, index in documents.items()
                        if meets(id_, index, conditions) and (after is None or id_ > after)
                    }
                    assert matching <= set(ids), conditions

    def test_q1_a_condition_over_an_unknown_name_is_refused(self, case):
        with case.open(), pytest.raises(WrongUse):
            OneOf("surname", ["x"])

    def test_q2_a_scan_needs_memory_for_a_page_not_for_the_result(self, case):
        with case.open() as driver:
            for start in range(0, 4000, 500):
                with driver.transaction(write=True) as transaction:
                    transaction.put_many(
                        Write("person", f"{number:05}", b'{"n":"%b"}' % (b"%05d" % number * 1000), EMPTY, ABSENT)
                        for number in range(start, start + 500)
                    )
            for write in (False, True):
                with driver.transaction(write=write) as transaction:
                    tracemalloc.start()
                    try:
                        count = sum(1 for _ in transaction.scan("person"))
                        peak = tracemalloc.get_traced_memory()[1]
                    finally:
                        tracemalloc.stop()
                assert count == 4000
                assert peak < 6_000_000, f"{peak} bytes for a result of 20 MB"

    def test_q3_an_iterator_may_be_abandoned(self, case):
        with case.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", f"{number:05}", PLAIN, EMPTY, ABSENT) for number in range(1000))
            kept = []
            for write in (False, True):
                with driver.transaction(write=write) as transaction:
                    for iterator in (transaction.scan("person"), transaction.changes()):
                        next(iterator)
                        kept.append(iterator)
                    if write:
                        transaction.put("person", "x", PLAIN, EMPTY, expect=ABSENT)
            put(driver, "y")
            assert len(scan(driver)) == 1002
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "x")])
        assert len(kept) == 4

    # --- the feed

    def test_f1_the_feed_gives_every_committed_change_in_commit_order(self, case):
        with case.open() as driver:
            with driver.transaction(write=False) as transaction:
                cursor = transaction.cursor()
                assert list(transaction.changes()) == []
            expected = []
            for number in range(40):
                id_ = f"{number * 3 % 7}"
                if number % 5 == 4:
                    revision, operation = remove(driver, id_), Operation.REMOVE
                else:
                    revision, operation = put(driver, id_), Operation.PUT
                if revision is not None:
                    expected.append((id_, revision, operation))
            feed = changes(driver)
            assert {operation for _, _, operation in expected} == {Operation.PUT, Operation.REMOVE}
            assert [(change.id, change.revision, change.operation) for change in feed] == expected
            assert changes(driver, cursor) == feed
            for position, change in enumerate(feed):
                assert changes(driver, change.cursor) == feed[position + 1 :]
            with driver.transaction(write=False) as transaction:
                assert list(transaction.changes(transaction.cursor())) == []
            assert len({change.cursor for change in feed}) == len(feed)
            assert all(change.at.tzinfo is not None for change in feed)

    def test_f2_a_foreign_or_malformed_cursor_is_refused(self, case):
        with case.open() as driver, case.other() as other:
            put(driver)
            put(other)
            put(other, "b")
            with other.transaction(write=False) as transaction:
                foreign = [change.cursor for change in transaction.changes()] + [transaction.cursor()]
            with driver.transaction(write=False) as transaction:
                own = transaction.cursor()
                for cursor in [*foreign, "", "0", "1", "-1", "x", own + "0", own[:-1], "\ud800", own.upper() + " "]:
                    with pytest.raises(Refused):
                        transaction.changes(cursor)
                assert list(transaction.changes(own)) == []

    def test_f2_the_cursor_of_an_empty_foreign_store_is_refused(self, case):
        with case.open() as driver, case.other() as other:
            with other.transaction(write=False) as transaction:
                foreign = transaction.cursor()
            with driver.transaction(write=False) as transaction, pytest.raises(Refused):
                transaction.changes(foreign)

    def test_f3_a_change_that_commits_late_is_not_skipped(self, case):
        written, may_commit, quick_done = threading.Event(), threading.Event(), threading.Event()

        def slow():
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "late", PLAIN, EMPTY, expect=ABSENT)
                written.set()
                may_commit.wait(10)

        def quick():
            put(driver, "quick")
            quick_done.set()

        with case.open() as driver:
            put(driver, "first")
            threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
            threads[0].start()
            assert written.wait(10)
            threads[1].start()
            quick_done.wait(0.3)
            feed = changes(driver)
            may_commit.set()
            for thread in threads:
                thread.join(20)
            feed += changes(driver, feed[-1].cursor)
            assert {change.id for change in feed} == {"first", "late", "quick"}

    def test_f4_the_feed_carries_nothing_of_body_or_index(self, case):
        with case.open() as driver:
            put(driver, body=b'{"n":"%b"}' % CANARY.encode(), index=Index(type=CANARY))
            remove(driver)
            for change in changes(driver):
                assert change._fields == ("cursor", "kind", "id", "revision", "operation", "at")
                assert CANARY not in repr(tuple(change))
                assert len(repr(tuple(change))) < 500

    def test_f5_the_time_of_the_newest_change_is_that_of_the_feed_s_end(self, case):
        with case.open() as driver:
            with driver.transaction(write=False) as transaction:
                assert transaction.changed_at() is None
            for key in ("a", "b"):
                put(driver, key)
                with driver.transaction(write=False) as transaction:
                    assert transaction.changed_at() == changes(driver)[-1].at
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "c", PLAIN, EMPTY, expect=ABSENT)
                assert transaction.changed_at() == changes(driver)[-1].at

    # --- privacy

    def test_p1_after_a_removal_no_body_is_left(self, case):
        with case.open() as driver:
            put(driver, body=b'{"n":"%b 1"}' % CANARY.encode(), index=Index(subject=CANARY))
            put(driver, body=b'{"n":"%b 2"}' % CANARY.encode(), index=Index(subject=CANARY))
            removal = remove(driver)
            assert get(driver) is None
            assert scan(driver) == scan(driver, OneOf("subject", [CANARY])) == []
            if Capability.HISTORY in driver.capabilities:
                with driver.transaction(write=False) as transaction:
                    steps = transaction.history("person", "a")
                assert [(step.operation, step.body, step.index) for step in steps] == [
                    (Operation.PUT, None, None),
                    (Operation.PUT, None, None),
                    (Operation.REMOVE, None, None),
                ]
                assert steps[-1].revision == removal
            assert CANARY not in repr(everything(driver))

    def test_p2_after_a_purge_nothing_is_left_in_the_files(self, case):
        canary = CANARY.encode()
        with case.open() as driver:
            if Capability.PURGE not in driver.capabilities:
                return
            filler = b'{"n":"' + b"x" * 700 + b'"}'
            for turn in range(3):
                with driver.transaction(write=True) as transaction:
                    for number in range(150):
                        body = b'{"turn":%d,"n":"%b"}' % (turn, canary * (1 + number % 3 * 200))
                        keeps = number % 2 == 0
                        transaction.put(
                            "person",
                            f"{number:03}",
                            filler if keeps else body,
                            Index(subject=None if keeps else CANARY),
                            expect=ANY,
                        )
            remove(driver, "001")
            driver.purge([("person", f"{number:03}") for number in range(1, 150, 2)] + [("person", "unknown")])
            assert canary not in case.content()
            assert len(scan(driver)) == 75
            driver.purge([("person", "003")])
            with driver.transaction(write=False) as transaction:
                feed = list(transaction.changes())
                if Capability.HISTORY in driver.capabilities:
                    assert {step.body for step in transaction.history("person", "003")} == {None}
                    assert len(transaction.history("person", "002")) == 3
                assert transaction.get("person", "003") is None
            assert {change.id for change in feed if change.operation is Operation.PURGE} == {
                f"{n:03}" for n in range(1, 150, 2)
            }
            put(driver, "003", expect=ABSENT)
        assert canary not in case.content()

    def test_u1_no_secret_of_the_url_is_shown(self, case):
        log = io.StringIO()
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.DEBUG)
        try:
            try:
                with case.open_with_secret(CANARY) as driver:
                    shown = [repr(driver), str(driver), format(driver)]
                    with pytest.raises(Conflict) as caught:
                        put(driver, expect="1")
                    shown.append(f"{caught.value} {caught.value!r} {caught.value.details}")
            except KoschusoError as error:
                shown = [str(error), repr(error), repr(error.details)]
        finally:
            logging.getLogger().removeHandler(handler)
        assert CANARY not in " ".join([*shown, log.getvalue()])
        assert shown

    # --- lifetime

    def test_v1_data_of_an_earlier_version_can_be_read(self, case):
        if case.golden is None:
            return
        with case.golden() as driver:
            documents = scan(driver)
            assert [(document.id, document.body) for document in documents] == [
                ("a", '{"schema":1,"name":"Träger 2"}'.encode()),
                ("c", b'{"schema":1,"name":"c"}'),
            ]
            assert documents[0].index == Index(type="traeger", begin="2025-08-27", place="05974040")
            feed = changes(driver)
            assert [(change.id, change.operation.value) for change in feed] == [
                ("a", "put"), ("b", "put"), ("a", "put"), ("c", "put"), ("b", "remove"),
            ]  # fmt: skip
            assert changes(driver, "0123456789abcdef." + feed[2].revision) == feed[3:]
            assert documents[0].revision == feed[2].revision
            with driver.transaction(write=False) as transaction:
                steps = transaction.history("person", "a")
            assert [step.body for step in steps] == [b'{"schema":1,"name":"a"}', documents[0].body]
            assert steps[0].at == datetime(2026, 1, 1, 12, tzinfo=UTC)
            assert driver.verify().damages == ()
            put(driver, "a", expect=documents[0].revision)

    def test_x1_an_undeclared_ability_raises(self, case, tmp_path):
        with case.open() as driver:
            put(driver)

            def history():
                with driver.transaction(write=False) as transaction:
                    return transaction.history("person", "a")

            abilities = {
                Capability.HISTORY: history,
                Capability.PURGE: lambda: driver.purge([("person", "a")]),
                Capability.VERIFY: driver.verify,
                Capability.BACKUP: lambda: driver.backup(tmp_path / "copy.db"),
            }
            for capability, use in abilities.items():
                if capability in driver.capabilities:
                    use()
                else:
                    with pytest.raises(NotSupported) as caught:
                        use()
                    assert capability.value in str(caught.value)

    def test_x1_a_declared_history_tells_every_version(self, case):
        moment = datetime(2020, 5, 17, 10, 0, 0, 1, tzinfo=UTC)
        with case.open() as driver:
            if Capability.HISTORY not in driver.capabilities:
                return
            with driver.transaction(write=True) as transaction:
                first = transaction.put("person", "a", b"1", Index(type="x"), expect=ABSENT, at=moment)
                second = transaction.put("person", "a", b"2", EMPTY, expect=first)
                with pytest.raises(Refused):
                    transaction.put("person", "a", b"3", EMPTY, expect=ANY, at=datetime(2020, 1, 1))
            removal = remove(driver)
            third = put(driver, body=b"4")
            fourth = put(driver, body=b"5", index=Index(place="05974"))
            with driver.transaction(write=False) as transaction:
                steps = transaction.history("person", "a")
                assert transaction.history("person", "nobody") == ()
            assert [step.revision for step in steps] == [first, second, removal, third, fourth]
            assert [step.body for step in steps] == [None, None, None, b"4", b"5"]
            assert steps[4].index == Index(place="05974")
            assert steps[0].at == moment

    def test_x1_a_declared_verify_finds_nothing_in_a_whole_store(self, case):
        with case.open() as driver:
            if Capability.VERIFY not in driver.capabilities:
                return
            assert driver.verify().changes == 0
            for id_ in "abc":
                put(driver, id_)
                put(driver, id_, "ü".encode())
            remove(driver, "a")
            remove(driver, "b")
            put(driver, "b")
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "c")])
                put(driver, "c")
            verification = driver.verify()
            assert verification.damages == ()
            assert verification.documents == 2
            assert verification.changes == len(changes(driver))
            put(driver, "c")
            assert driver.verify().head != verification.head
