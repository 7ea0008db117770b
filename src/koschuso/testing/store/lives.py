"""Clauses T1, C2 and Q1 over a long mixed life: thousands of steps by chance, compared with a model of a few lines."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from koschuso.errors import Conflict, Refused
from koschuso.store.conditions import Index, OneOf, Prefix, Range, meets
from koschuso.store.driver import ABSENT, ANY, Capability, Operation, Write
from koschuso.testing.clauses import clause
from koschuso.testing.store.steps import changes, history, scan

if TYPE_CHECKING:
    from koschuso.store.conditions import Condition
    from koschuso.store.driver import DriverTransaction, Expected, StoreDriver
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["LifeClauses"]

_KINDS = ("person", "event")
_IDS = ("a", "A", "ä", "b", "ba", "😀", "0", "00", "z z")
_TEXTS = (None, "", "a", "ab", "Ä", "2025-08-27", "05974040")


class _Kept(NamedTuple):
    revision: str
    body: bytes
    values: Index


class _Model:
    """What a store should be: documents, feed, bodies of the versions.

    Args:
        stale: Whether expectations that do not fit are tried too.
    """

    def __init__(self, *, stale: bool = False) -> None:
        self.stale = stale
        self.documents: dict[tuple[str, str], _Kept] = {}
        self.feed: list[tuple[str, str, str, Operation]] = []
        self.steps: dict[tuple[str, str], list[bytes | None]] = {}
        self.revisions: set[tuple[str, str, str]] = set()

    def copy(self) -> _Model:
        other = _Model(stale=self.stale)
        other.documents, other.feed = dict(self.documents), list(self.feed)
        other.steps = {key: list(steps) for key, steps in self.steps.items()}
        other.revisions = self.revisions  # rolled-back ones are used up too
        return other

    def put(self, kind: str, id_: str, revision: str, body: bytes, index: Index) -> None:
        assert not self.stale or (kind, id_, revision) not in self.revisions, "a revision came back"
        self.revisions.add((kind, id_, revision))
        self.documents[kind, id_] = _Kept(revision, body, index)
        self.steps.setdefault((kind, id_), []).append(body)
        self.feed.append((kind, id_, revision, Operation.PUT))

    def blank(self, kind: str, id_: str, revision: str, operation: Operation) -> None:
        self.documents.pop((kind, id_), None)
        known = self.steps.get((kind, id_), [])
        self.steps[kind, id_] = [None] * (len(known) + 1)
        self.feed.append((kind, id_, revision, operation))

    def revision(self, kind: str, id_: str) -> str | None:
        known = self.documents.get((kind, id_))
        return known.revision if known else None


class LifeClauses:
    """T1, C2 and Q1 once more, over everything together."""

    @clause("T1")
    def test_t1_a_long_mixed_life_is_kept_as_a_simple_model_says(self, store: StoreUnderTest) -> None:
        """After each of many transactions documents, counts, feed and history are what a model of them says."""
        chance = random.Random(20251015)  # noqa: S311 - the same life every time, no secrets
        model = _Model()
        with store.open() as driver:
            for turn in range(120):
                model = _live(driver, model, chance, turn)
                _compare(driver, model, whole=turn % 10 == 9)
            if Capability.VERIFY in driver.capabilities:
                assert driver.verify().damages == ()
        if store.outlives:
            with store.open() as driver:
                _compare(driver, model, whole=True)

    @clause("C2")
    def test_c2_over_a_long_mixed_life_only_what_fits_is_accepted(self, store: StoreUnderTest) -> None:
        """Among changes by chance every stale expectation is refused, every fitting one accepted."""
        chance = random.Random(4711)  # noqa: S311 - as above
        model = _Model(stale=True)
        with store.open() as driver:
            for turn in range(60):
                model = _live(driver, model, chance, turn)
            _compare(driver, model, whole=True)

    @clause("Q1")
    def test_q1_conditions_by_chance_find_what_they_mean(self, store: StoreUnderTest) -> None:
        """Conditions put together by chance yield all that meets them, over documents changed by chance."""
        chance = random.Random(4711)  # noqa: S311 - as above
        model = _Model()
        with store.open() as driver:
            for turn in range(25):
                model = _live(driver, model, chance, turn)
                for _ in range(12):
                    kind, conditions = chance.choice(_KINDS), _conditions(chance)
                    after = chance.choice((None, *_IDS))
                    found = [document.id for document in scan(driver, *conditions, kind=kind, after=after)]
                    expected = {
                        id_
                        for (known, id_), kept in model.documents.items()
                        if known == kind and meets(id_, kept.values, conditions) and (after is None or id_ > after)
                    }
                    assert expected <= set(found), (conditions, after)
                    assert found == sorted(set(found))
                    assert after is None or all(id_ > after for id_ in found)


def _live(driver: StoreDriver, model: _Model, chance: random.Random, turn: int) -> _Model:
    """Live through one transaction: committed, rolled back, or a purge; return what should be there then."""
    if Capability.PURGE in driver.capabilities and chance.random() < 0.05 and model.feed:
        return _purged(driver, model, chance)
    after = model.copy()
    rolls_back = chance.random() < 0.2
    try:
        with driver.transaction(write=True) as transaction:
            for number in range(chance.randrange(1, 9)):
                _step(transaction, after, chance, b'{"turn":%d,"n":%d}' % (turn, number))
            if rolls_back:
                raise ZeroDivisionError  # noqa: TRY301 - leaving the block like this is the point
    except ZeroDivisionError:
        return model
    return after


def _step(transaction: DriverTransaction, model: _Model, chance: random.Random, body: bytes) -> None:
    kind, id_ = chance.choice(_KINDS), chance.choice(_IDS)
    actual = model.revision(kind, id_)
    fitting: list[Expected] = [ANY, actual or ABSENT]
    expect = chance.choice([*fitting, ABSENT, "1-stale"] if model.stale else fitting)
    fits = expect is ANY or (expect is ABSENT and actual is None) or (actual is not None and expect == actual)
    index = Index(*(chance.choice(_TEXTS) for _ in Index._fields))
    what = chance.random()
    try:
        if what < 0.5:
            model.put(kind, id_, transaction.put(kind, id_, body, index, expect=expect), body, index)
        elif what < 0.75:
            others = [other for other in chance.sample(_IDS, 4) if other != id_]
            writes = [Write(kind, other, body + b" " * n, index, ANY) for n, other in enumerate(others)]
            writes.append(Write(kind, id_, body, index, expect))
            for write, revision in zip(writes, transaction.put_many(iter(writes)), strict=True):
                model.put(kind, write.id, revision, write.body, write.index)
        elif expect is not ABSENT:
            removal = transaction.remove(kind, id_, expect=expect)
            assert (removal is None) == (actual is None)
            if removal is not None:
                model.blank(kind, id_, removal, Operation.REMOVE)
        else:
            fits = False
            transaction.put(kind, id_, body + b"\0", index, expect=ANY)
    except (Conflict, Refused):
        assert not fits, "refused what was right"
    else:
        assert fits, "accepted what was stale"
    document = transaction.get(kind, id_)
    assert (document and document.revision) == model.revision(kind, id_)


def _purged(driver: StoreDriver, model: _Model, chance: random.Random) -> _Model:
    after = model.copy()
    kind, id_, *_ = chance.choice(model.feed)
    seen = len(changes(driver))
    driver.purge([(kind, id_)])
    for change in changes(driver)[seen:]:
        assert (change.kind, change.id, change.operation) == (kind, id_, Operation.PURGE)
        after.blank(kind, id_, change.revision, Operation.PURGE)
    assert (kind, id_) not in after.documents, "a purge stands in the feed"
    return after


def _compare(driver: StoreDriver, model: _Model, *, whole: bool) -> None:
    for kind in _KINDS:
        expected = [
            (kind, id_, kept.revision, kept.body, kept.values)
            for (known, id_), kept in sorted(model.documents.items())
            if known == kind
        ]
        assert [tuple(document) for document in scan(driver, kind=kind)] == expected
        with driver.transaction(write=False) as transaction:
            assert transaction.counts().get(kind, 0) == len(expected)
    if whole:
        feed = changes(driver)
        assert [(change.kind, change.id, change.revision, change.operation) for change in feed] == model.feed
        if Capability.HISTORY in driver.capabilities:
            for (kind, id_), steps in model.steps.items():
                assert [step.body for step in history(driver, id_, kind)] == steps


def _conditions(chance: random.Random) -> list[Condition]:
    texts = [text for text in _TEXTS if text is not None]
    made: list[Condition] = []
    for _ in range(chance.randrange(1, 4)):
        name = chance.choice((*Index._fields, "id"))
        values = [*texts, *_IDS] if name == "id" else texts
        makers: list[Condition] = [
            OneOf(name, chance.sample(values, chance.randrange(3))),
            Prefix(name, chance.choice(values)[: chance.randrange(3)]),
            Range(
                name,
                chance.choice((None, *values)),
                chance.choice((None, *values)),
                missing=chance.random() < 0.5,
            ),
        ]
        made.append(chance.choice(makers))
    return made
