"""Clause T1: what was put comes back."""

from __future__ import annotations

import os
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from koschuso.errors import Refused
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Capability, Write
from koschuso.store.storable import LONGEST_BODY
from koschuso.testing.clauses import clause, not_applicable, not_checkable
from koschuso.testing.store.samples import BODIES, EMPTY, IDS, PLAIN, UNSTORABLE
from koschuso.testing.store.steps import (
    changes,
    everything,
    get,
    history,
    ids,
    killed_process,
    put,
    remove,
    required,
    scan,
)

if TYPE_CHECKING:
    from pathlib import Path

    from koschuso.store.driver import StoreDriver
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["KeepingClauses"]


class KeepingClauses:
    """T1: bodies come back equal."""

    @clause("T1")
    def test_t1_bodies_come_back_byte_for_byte(self, store: StoreUnderTest) -> None:
        """Every body and index comes back as it was put, by every way of reading."""
        index = Index(type="schule", subject="Ä", object="😀", begin="2025-08-27", end="", place="05974040")
        with store.open() as driver:
            for name, body in BODIES.items():
                put(driver, name, body, index)
            found = {document.id: document for document in scan(driver)}
            for name, body in BODIES.items():
                document = required(driver, name)
                assert document.body == body, name
                assert type(document.body) is bytes
                assert document.index == index
                assert found[name] == document
                if Capability.HISTORY in driver.capabilities:
                    assert [(step.body, step.index) for step in history(driver, name)] == [(body, index)]

    @clause("T1")
    def test_t1_ids_are_told_apart_exactly(self, store: StoreUnderTest) -> None:
        """Ids that differ in case, composition, spaces or length are different documents."""
        with store.open() as driver:
            for number, id_ in enumerate(IDS):
                put(driver, id_, b'{"n":%d}' % number, expect=ABSENT)
            for number, id_ in enumerate(IDS):
                document = required(driver, id_)
                assert (document.id, document.body) == (id_, b'{"n":%d}' % number)
                assert get(driver, id_, kind="event") is None
            assert ids(scan(driver)) == sorted(IDS)
            assert ids(changes(driver)) == IDS

    @clause("T1")
    def test_t1_kinds_are_told_apart_exactly(self, store: StoreUnderTest) -> None:
        """Documents of different kinds have nothing to do with each other, whatever the kinds look like."""
        kinds = ["person", "person.x", "person_x", "person-x", "person:x", "p", "record", "index", "select", "x" * 64]
        with store.open() as driver:
            for number, kind in enumerate(kinds):
                put(driver, "a", b'{"n":%d}' % number, Index(type=f"t{number}"), expect=ABSENT, kind=kind)
            remove(driver, "a", kind="person")
            for number, kind in enumerate(kinds[1:], 1):
                assert required(driver, "a", kind).body == b'{"n":%d}' % number
                assert [(found.kind, found.index.type) for found in scan(driver, kind=kind)] == [(kind, f"t{number}")]
            assert scan(driver) == []
            with driver.transaction(write=False) as transaction:
                counts = {kind: count for kind, count in transaction.counts().items() if count}
            assert counts == dict.fromkeys(kinds[1:], 1)

    @clause("T1")
    def test_t1_kind_and_id_are_not_joined_to_one_text(self, store: StoreUnderTest) -> None:
        """The same characters, divided otherwise between kind and id, are another document."""
        keys = [key for mark in ":._-" for key in (("a", f"b{mark}c"), (f"a{mark}b", "c"))] + [
            ("a", "/b:c"),
            ("a", "b/c"),
        ]
        with store.open() as driver:
            for number, (kind, id_) in enumerate(keys):
                put(driver, id_, b'{"n":%d}' % number, expect=ABSENT, kind=kind)
            for number, (kind, id_) in enumerate(keys):
                assert required(driver, id_, kind).body == b'{"n":%d}' % number
            for kind in dict(keys):
                assert ids(scan(driver, kind=kind)) == sorted(id_ for other, id_ in keys if other == kind)
            assert [(change.kind, change.id) for change in changes(driver)] == keys

    @clause("T1")
    def test_t1_every_index_value_is_kept_under_its_own_name(self, store: StoreUnderTest) -> None:
        """Index values come back exactly, and nothing differs from the empty text."""
        values: tuple[str | None, ...] = (
            None,
            "",
            "a",
            "A",
            "ä",
            "a\u0308",
            "😀",
            " a ",
            "x" * 1000,
            "null",
            "%_",
            "05974040",
            "\ufeffa",
        )
        values += ("a\u2028b", "a%20b", "2025-08-27T00:00:00", "2025-08-27T00:00:00.000000+00:00", "a.", "1.0")
        indices = [
            Index(*(values[(number + place * 5) % len(values)] for place in range(6))) for number in range(len(values))
        ]
        with store.open() as driver:
            for number, index in enumerate(indices):
                put(driver, f"{number:02}", index=index)
            assert [document.index for document in scan(driver)] == indices
            put(driver, "00", index=EMPTY)
            assert required(driver, "00").index == EMPTY

    @clause("T1")
    @pytest.mark.parametrize("name", UNSTORABLE)
    def test_t1_what_some_driver_could_not_give_back_is_refused_by_all(self, store: StoreUnderTest, name: str) -> None:
        """A body that cannot be stored everywhere is refused, naming the record, and changes nothing."""
        bad: Any = UNSTORABLE[name]
        with store.open() as driver:
            before = everything(driver)
            with pytest.raises(Refused) as caught:
                put(driver, "a", bad)
            assert "person a" in str(caught.value)
            with pytest.raises(Refused), driver.transaction(write=True) as transaction:
                transaction.put_many([Write("person", "b", PLAIN, EMPTY, ANY), Write("person", "c", bad, EMPTY, ANY)])
            assert everything(driver) == before

    @clause("T1")
    @pytest.mark.parametrize(
        "bad",
        ["", "a\0", "a\nb", "a\n", "\x1f", "a\x7f", "a\x85", "\ud800", "x" * 1001, "ä" * 501],
        ids=lambda text: ascii(text)[:12],
    )
    def test_t1_ids_and_index_values_that_some_driver_could_not_keep_are_refused(
        self, store: StoreUnderTest, bad: str
    ) -> None:
        """A key or an index value that cannot be stored everywhere is refused."""
        with store.open() as driver:
            with pytest.raises(Refused):
                put(driver, bad)
            for name in Index._fields if bad else ():
                with pytest.raises(Refused):
                    put(driver, "a", index=Index(**{name: bad}))
            with pytest.raises(Refused):
                put(driver, kind=bad or "Person")
            assert scan(driver) == []
            assert changes(driver) == []

    @clause("T1")
    def test_t1_kinds_that_some_driver_could_not_keep_are_refused(self, store: StoreUnderTest) -> None:
        """A kind is a short name in lower-case ASCII; everything else is refused, alone and among many."""
        with store.open() as driver:
            for bad in (
                "",
                "x" * 65,
                "person\n",
                "pérson",
                "1person",
                ":a",
                "a b",
                "a/b",
                "a\0",
                "Person",
                "..",
                "a\ud800",
            ):
                with pytest.raises(Refused):
                    put(driver, kind=bad)
                with pytest.raises(Refused), driver.transaction(write=True) as transaction:
                    transaction.put_many([Write("person", "a", PLAIN, EMPTY, ANY), Write(bad, "a", PLAIN, EMPTY, ANY)])
            assert changes(driver) == []

    @clause("T1")
    def test_t1_the_largest_body_is_kept_and_a_larger_one_refused(self, store: StoreUnderTest) -> None:
        """A body of 64 MiB comes back, also after opening again; one more byte is refused."""
        largest = b'"' + b"x" * (LONGEST_BODY - 2) + b'"'
        with store.open() as driver:
            with pytest.raises(Refused):
                put(driver, body=largest + b" ")
            put(driver, body=largest)
            # Compared as a whole: a difference need not be shown, and showing it would take for ever.
            assert (required(driver).body == largest) is True
        if store.outlives:
            with store.open() as driver:
                assert (required(driver).body == largest) is True

    @clause("T1")
    def test_t1_many_at_once_are_kept_like_single_ones(self, store: StoreUnderTest) -> None:
        """`put_many` gives revisions, bodies, index values, times and feed as single puts do."""
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
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                revisions = transaction.put_many(iter(writes))
            assert len(revisions) == len(set(revisions)) == 1778
            with driver.transaction(write=False) as transaction:
                for write, revision in zip(writes[2:-1], revisions[2:-1], strict=True):
                    assert transaction.get(write.kind, write.id) == (
                        write.kind,
                        write.id,
                        revision,
                        write.body,
                        write.index,
                    )
            assert required(driver, "00001").body == b'{"n":"again"}'
            feed = changes(driver)
            assert [change.revision for change in feed] == revisions
            assert {change.at for change in feed[:-1]} == {moment}
            with driver.transaction(write=False) as transaction:
                assert transaction.counts() == {"event": 593, "person": 1184}
            with driver.transaction(write=True) as transaction:
                assert transaction.put_many([]) == []

    @clause("T1")
    def test_t1_many_at_once_keep_every_mixture_of_index_values_new_and_replaced(self, store: StoreUnderTest) -> None:
        """`put_many` keeps every mixture of index values, for new and for replaced documents."""
        texts = (None, "", "a", "Ä")
        mixtures = [
            Index(type=texts[number % 4], subject=texts[number // 4 % 4], object=texts[number // 16 % 4])
            for number in range(137)
        ]
        with store.open() as driver:
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

    @clause("T1")
    def test_t1_what_the_caller_keeps_in_hand_changes_nothing_stored(self, store: StoreUnderTest) -> None:
        """What was handed in or given out is not shared with the caller."""
        with store.open() as driver:
            put(driver, "a", BODIES["spacing and key order"], Index(type="x"))
            before = everything(driver)
            for mutable in (required(driver), scan(driver)[0]):
                assert type(mutable.body) is bytes
                assert isinstance(mutable.index, Index)
                assert type(mutable) is type(required(driver))
            with driver.transaction(write=False) as transaction:
                counts = transaction.counts()
                if hasattr(counts, "clear"):
                    counts.clear()
                assert dict(transaction.counts()) == {"person": 1}
            values: list[Write] = [Write("person", "b", PLAIN, Index(type="x"), ABSENT)]
            with driver.transaction(write=True) as transaction:
                revisions = transaction.put_many(values)
                values.clear()
                kept = list(revisions)
                revisions.clear()
            assert required(driver, "b").revision == kept[0]
            remove(driver, "b")
            assert everything(driver)[0] == before[0]

    @clause("T1")
    def test_t1_the_store_outlives_its_driver(self, store: StoreUnderTest) -> None:
        """Closed and opened again, the store holds all that it held, and goes on where it was."""
        if not store.outlives:
            not_applicable("Der Speicher lebt nur so lange wie sein Treiber.")
        with store.open() as driver:
            put(driver, "a", BODIES["escapes"], Index(type="x"))
            revisions = {put(driver, "b"), remove(driver, "b"), put(driver, "c")}
            before = everything(driver)
        for _ in range(2):
            with store.open() as driver:
                assert everything(driver) == before
                assert changes(driver, before[3]) == []
        with store.open() as driver:
            assert put(driver, "b", expect=ABSENT) not in revisions
            assert put(driver, "c", expect=before[0][1].revision) not in revisions
            assert ids(changes(driver, before[3])) == ["b", "c"]

    @clause("T1")
    def test_t1_what_was_committed_survives_a_process_that_ends_without_closing(
        self, store: StoreUnderTest, tmp_path: Path
    ) -> None:
        """After a process that ended at once behind its commits the next one finds all of them."""
        if not store.outlives:
            not_applicable("Der Speicher lebt nur so lange wie sein Treiber.")
        if not hasattr(os, "fork"):
            not_checkable("Auf diesem System lässt sich kein Prozess abspalten.")
        seen = tmp_path / "seen"

        def close_properly() -> None:
            with store.open() as driver:
                put(driver, "closed", BODIES["escapes"], Index(type="x"))

        def end_without_closing() -> StoreDriver:
            driver = store.open()
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "a", BODIES["escapes"], Index(type="x"), expect=ABSENT)
                transaction.put_many([Write("event", id_, PLAIN, EMPTY, ABSENT) for id_ in ("b", "c")])
            remove(driver, "b", kind="event")
            put(driver, "a", b'{"n":2}', Index(type="y"))
            seen.write_bytes(pickle.dumps(everything(driver)))
            return driver

        if not killed_process(close_properly):
            not_checkable("In einem abgespaltenen Prozess lässt sich der Speicher nicht benutzen.")
        with store.open() as driver:
            if get(driver, "closed") is None and store.content is None:
                not_checkable("Was ein anderer Prozess speichert, ist hier nicht zu sehen.")
            assert required(driver, "closed").body == BODIES["escapes"]
        assert killed_process(end_without_closing), "a process that only writes did not get to its end"
        with store.open() as driver:
            before = pickle.loads(seen.read_bytes())  # noqa: S301 - written by this very test
            assert everything(driver) == before
            assert ids(before[0]) == ["c", "a", "closed"]
            assert ids(changes(driver)) == ["closed", "a", "b", "c", "b", "a"]
            if Capability.VERIFY in driver.capabilities:
                assert driver.verify().damages == ()
            put(driver, "c", expect=before[0][0].revision, kind="event")
