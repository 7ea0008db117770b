"""Clauses Q1 to Q3: what a scan yields, what it needs, how it may end."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from koschuso.errors import WrongUse
from koschuso.store.conditions import Index, OneOf, Prefix, Range, meets
from koschuso.store.driver import ABSENT, ANY, Capability, StoreDriver, Write
from koschuso.testing.clauses import clause
from koschuso.testing.store.samples import EMPTY, IDS, PLAIN
from koschuso.testing.store.steps import ids, put, remove, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from koschuso.store.conditions import Condition
    from koschuso.store.driver import DriverTransaction
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["QueryClauses"]

_DAYS = (None, "2024-12-31", "2025-01-01", "2025-01-01T08:00", "2025-08-27", "2026-01-01")
_PLACES = ("05974040", "05974", "0597", "05911000", None, "\U0010ffff", "\ud7ff", "\ud7ff\U0010ffff")
_NAMES = {
    f"{'äBaZ'[number % 4]}{chr(97 + number * 7 % 26)}{number}": Index(
        type=("schule", "traeger", None)[number % 3],
        subject=f"s{number % 5}" if number % 4 else None,
        object=f"o{number % 2}" if number % 3 else None,
        begin=_DAYS[number % 6],
        end=_DAYS[(number + 2) % 6],
        place=_PLACES[number % 8],
    )
    for number in range(120)
}
_QUERIES: list[list[Condition]] = [
    [],
    [OneOf("type", ["schule"])],
    [OneOf("type", ["Schule", "schul", "schule "])],
    [OneOf("type", ["schule", "traeger", "unbekannt"])],
    [OneOf("type", ["traeger", "traeger"])],
    [OneOf("type", [])],
    [OneOf("type", [""])],
    [OneOf("subject", ["s1", "s2"]), OneOf("object", ["o1"])],
    [OneOf("type", ["schule", "traeger"]), OneOf("type", ["traeger"])],
    [OneOf("id", [*list(_NAMES)[::7], "nobody"])],
    [OneOf("id", [f"x{number}" for number in range(2500)] + list(_NAMES)[::5])],
    [OneOf("type", ["x'; DROP TABLE record; --", '"', "\\"])],
    [Range("begin", "2025-01-01", "2026-01-01")],
    [Range("begin", "2025-01-01", "2026-01-01", missing=True)],
    [Range("begin", "2025-01-01")],
    [Range("begin", None, "2025-01-01")],
    [Range("begin", None, "2025-01-01T08:00")],
    [Range("begin", "2025-08-27", "2025-08-27")],
    [Range("begin", "2026", "2025")],
    [Range("begin")],
    [Range("begin", missing=True)],
    [Range("begin", None, "2025-08-28"), Range("end", "2025-08-27", missing=True)],
    [Range("begin", None, "2025-08-28", missing=True), Range("end", "2025-08-27", missing=True)],
    [Range("id", "B", "C")],
    [Range("id", "a"), Range("id", None, "ä")],
    [Range("id", sorted(_NAMES)[7], sorted(_NAMES)[70])],
    [Range("id", None, min(_NAMES))],
    [Prefix("place", "05974")],
    [Prefix("place", "")],
    [Prefix("place", "\ud7ff")],
    [Prefix("place", "\U0010ffff")],
    [Prefix("place", "05974040")],
    [Prefix("id", "ä")],
    [Prefix("id", sorted(_NAMES)[7])],
    [Prefix("id", "B"), OneOf("type", ["schule"])],
    [OneOf("type", ["schule"]), Range("begin", "2025-01-01"), Prefix("place", "05"), OneOf("subject", ["s1"])],
]
_ODD = (
    "%",
    "_",
    "a%",
    "a_",
    "ab",
    "*",
    "[a]",
    "\\",
    "\\%",
    "'",
    '"',
    "",
    " ",
    "A",
    "a",
    "ä",
    "a\u0308",
    "Ä",
    "ß",
    "ss",
    "9",
    "10",
    "05",
    "\uffff",
    "\U00010000",
)


class QueryClauses:
    """Q1 to Q3."""

    @clause("Q1")
    def test_q1_a_scan_yields_at_least_what_matches_in_key_order(self, store: StoreUnderTest) -> None:
        """Every mixture of conditions and `after` yields all that matches, each once, in key order."""
        documents = dict(_NAMES)
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                for id_, index in reversed(documents.items()):
                    transaction.put("person", id_, PLAIN, index, expect=ABSENT)
                    transaction.put("event", id_, PLAIN, index, expect=ABSENT)
            remove(driver, "äa0")
            del documents["äa0"]
            put(driver, "äh1", index=Index(type="traeger"))
            documents["äh1"] = Index(type="traeger")
            for conditions in _QUERIES:
                for after in (None, "B", "Bz", "ä", "äh1", "\U0010ffff"):
                    _check(documents, scan(driver, *conditions, after=after), conditions, after)
            assert scan(driver, kind="task") == []

    @clause("Q1")
    def test_q1_a_writer_finds_the_same_as_a_reader(self, store: StoreUnderTest) -> None:
        """Conditions mean the same inside a write transaction, over documents just written and just changed."""
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", id_, PLAIN, Index(type="alt"), ABSENT) for id_ in _NAMES)
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", id_, PLAIN, index, ANY) for id_, index in _NAMES.items())
                for conditions in _QUERIES:
                    for after in (None, "Bz"):
                        found = list(transaction.scan("person", conditions, after=after))
                        _check(_NAMES, found, conditions, after)
                        contents = list(transaction.contents("person", conditions, after=after))
                        assert contents == [(document.id, document.revision, document.body) for document in found]
                assert not [
                    found for found in transaction.scan("person", [OneOf("type", ["alt"])]) if found.index.type == "alt"
                ]

    @clause("Q1")
    def test_q1_every_index_name_can_be_asked_for(self, store: StoreUnderTest) -> None:
        """Each of the index names finds its own values, and texts are compared character by character."""
        with store.open() as driver:
            documents: dict[str, Index] = {}
            for place, name in enumerate(Index._fields):
                for number, text in enumerate(_ODD):
                    documents[f"{place}-{number:02}"] = Index(**{name: text})
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", id_, PLAIN, index, ABSENT) for id_, index in documents.items())
            queries: list[list[Condition]] = [
                [make(name, text)]
                for name in Index._fields
                for text in _ODD
                for make in (
                    lambda name, text: OneOf(name, [text]),
                    Prefix,
                    Range,
                    lambda name, text: Range(name, None, text),
                )
            ]
            with driver.transaction(write=False) as reader:
                for conditions in queries:
                    _check(documents, list(reader.scan("person", conditions)), conditions, None)

    @clause("Q1")
    def test_q1_pages_fit_together_without_gap_or_repetition(self, store: StoreUnderTest) -> None:
        """Over many pages of every likely size a scan yields each document once, in the order of code points."""
        numbers = list(range(2300))
        texts = IDS + [f"{number * 7919 % 2300:04}" for number in numbers]
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(
                    Write("person", id_, PLAIN, Index(type="abc"[number % 3]), ABSENT)
                    for number, id_ in enumerate(texts)
                )
            everyone = sorted(texts)
            assert ids(scan(driver)) == everyone
            for letter, start in (("a", 0), ("c", 2)):
                mine = sorted(texts[start::3])
                found = [
                    document.id for document in scan(driver, OneOf("type", [letter])) if document.index.type == letter
                ]
                assert found == mine
            for size in (1, 99, 100, 101, 255, 256, 499, 500, 501, 512, 999, 1000, 1001, 1024, 2000, 2048):
                after = everyone[size - 1]
                assert ids(scan(driver, after=after)) == everyone[size:]
            with driver.transaction(write=True) as transaction:
                assert ids(transaction.scan("person")) == everyone

    @clause("Q1")
    def test_q1_after_need_not_be_an_id_that_exists(self, store: StoreUnderTest) -> None:
        """`after` leaves out what is less or equal, whether there is such a document or not."""
        with store.open() as driver:
            for id_ in ("a", "b", "d"):
                put(driver, id_)
            remove(driver, "b")
            for after, expected in (
                ("", ["a", "d"]),
                ("0", ["a", "d"]),
                ("a", ["d"]),
                ("b", ["d"]),
                ("c", ["d"]),
                ("d", []),
                ("ä", []),
            ):
                assert ids(scan(driver, after=after)) == expected

    @clause("Q1")
    def test_q1_a_scan_that_removes_what_it_reads_leaves_nothing_out(self, store: StoreUnderTest) -> None:
        """Who removes each document that a scan yields meets every one of them: pages do not slip."""
        with store.open() as driver:
            for conditions in ([], [OneOf("subject", ["s"])]):
                everyone = [f"{number:04}" for number in range(1200)]
                with driver.transaction(write=True) as transaction:
                    transaction.put_many(Write("person", id_, PLAIN, Index(subject="s"), ABSENT) for id_ in everyone)
                with driver.transaction(write=True) as transaction:
                    seen = []
                    for document in transaction.scan("person", conditions):
                        seen.append(document.id)
                        transaction.remove("person", document.id, expect=document.revision)
                    assert seen == everyone
                assert scan(driver) == []

    @clause("Q1")
    def test_q1_counts_are_those_of_the_documents(self, store: StoreUnderTest) -> None:
        """`counts` tells how many documents a scan yields, after replacing and removing too."""

        def counted() -> dict[str, int]:
            with driver.transaction(write=False) as transaction:
                return {kind: count for kind, count in transaction.counts().items() if count}

        with store.open() as driver:
            assert counted() == {}
            for number in range(5):
                put(driver, f"{number}")
                put(driver, f"{number}", body=b"2")
            put(driver, "0", kind="event")
            assert counted() == {"person": 5, "event": 1}
            remove(driver, "0")
            remove(driver, "0")
            remove(driver, "0", kind="event")
            assert counted() == {"person": 4}
            put(driver, "0")
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "1"), ("person", "9")])
                assert counted() == {"person": 4}
            assert sum(counted().values()) == len(scan(driver))

    @clause("Q1")
    def test_q1_a_condition_over_an_unknown_name_is_refused(self, store: StoreUnderTest) -> None:
        """The names of conditions are a closed set."""
        with store.open(), pytest.raises(WrongUse):
            OneOf("surname", ["x"])

    @clause("Q2")
    def test_q2_a_scan_needs_memory_for_a_page_not_for_the_result(self, store: StoreUnderTest) -> None:
        """Scanning 20 MB needs less than 6, with and without conditions, to the first document and to the last."""
        with store.open() as driver:
            for start in range(0, 4000, 500):
                with driver.transaction(write=True) as transaction:
                    transaction.put_many(
                        Write(
                            "person", f"{number:05}", b'{"n":"%b"}' % (b"%05d" % number * 1000), Index(type="x"), ABSENT
                        )
                        for number in range(start, start + 500)
                    )
            ways: list[Callable[[DriverTransaction], Iterable[object]]] = [
                lambda transaction: transaction.scan("person"),
                lambda transaction: transaction.scan("person", [OneOf("type", ["x"])]),
                lambda transaction: transaction.contents("person"),
            ]
            for write in (False, True):
                for way in ways:
                    assert _peak(driver, way, write=write) < 6_000_000

    @clause("Q2", tier="should")
    def test_q2_the_feed_is_read_in_pages_too(self, store: StoreUnderTest) -> None:
        """Reading a feed of 20,000 changes needs less than 6 MB."""
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", f"{n % 500:0200}", PLAIN, EMPTY, ANY) for n in range(20_000))
            assert _peak(driver, lambda transaction: transaction.changes(), write=False, count=20_000) < 6_000_000

    @clause("Q3")
    def test_q3_an_iterator_may_be_abandoned(self, store: StoreUnderTest) -> None:
        """Iterators that were begun and left block neither commit nor writers nor purge."""
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", f"{number:05}", PLAIN, EMPTY, ABSENT) for number in range(1000))
            kept = []
            for write in (False, True):
                with driver.transaction(write=write) as transaction:
                    for iterator in (transaction.scan("person"), transaction.changes(), transaction.contents("person")):
                        next(iter(iterator))
                        kept.append(iterator)
                    if write:
                        transaction.put("person", "x", PLAIN, EMPTY, expect=ABSENT)
            put(driver, "y")
            assert len(scan(driver)) == 1002
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "x")])
        assert len(kept) == 6

    @clause("Q3")
    def test_q3_several_iterators_run_beside_each_other(self, store: StoreUnderTest) -> None:
        """Iterators of one transaction do not disturb each other, nor do reads between their steps."""
        with store.open() as driver:
            with driver.transaction(write=True) as transaction:
                transaction.put_many(Write("person", f"{number:05}", PLAIN, EMPTY, ABSENT) for number in range(700))
            with driver.transaction(write=False) as reader:
                pairs = zip(reader.scan("person"), reader.scan("person"), reader.changes(), strict=True)
                for number, (one, two, change) in enumerate(pairs):
                    assert one.id == two.id == change.id == f"{number:05}"
                    if number % 100 == 0:
                        assert reader.get("person", one.id) == one

    @clause("Q3")
    def test_q3_many_abandoned_readers_leave_nothing_behind(self, store: StoreUnderTest) -> None:
        """A hundred readers that stop after the first document cost nothing that runs out."""
        with store.open() as driver:
            for id_ in "abc":
                put(driver, id_)
            for _ in range(100):
                with driver.transaction(write=False) as reader:
                    assert next(reader.scan("person")).id == "a"
            put(driver, "d")
            assert ids(scan(driver)) == ["a", "b", "c", "d"]


def _check(
    documents: dict[str, Index], found: Sequence[object], conditions: Sequence[Condition], after: str | None
) -> None:
    """Compare what a scan yielded with the reference meaning of its conditions."""
    seen = [document for document in found if isinstance(document, tuple)]
    names: list[str] = [document[1] for document in seen]
    assert names == sorted(set(names)), "not in key order, or something twice"
    assert after is None or all(name > after for name in names), "`after` is exclusive"
    assert all(document[0] == "person" and document[4] == documents[document[1]] for document in seen)
    matching = {
        id_ for id_, index in documents.items() if meets(id_, index, conditions) and (after is None or id_ > after)
    }
    assert matching <= set(names), conditions


def _peak(
    driver: StoreDriver, way: Callable[[DriverTransaction], Iterable[object]], *, write: bool, count: int = 4000
) -> int:
    with driver.transaction(write=write) as transaction:
        tracemalloc.start()
        try:
            assert sum(1 for _ in way(transaction)) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
