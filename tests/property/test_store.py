"""Property tests of the store: a query finds exactly what `matches` says, and a history of calls behaves like a dict."""

from datetime import timedelta

import attrs
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from koschuso.codec import encode
from koschuso.errors import Conflict, WrongUse
from koschuso.model import RECORD_TYPES, FuzzyDate, Period, Reference, TimeSpan
from koschuso.model.shape import shape_of
from koschuso.query import (
    AnyOf,
    AtLeast,
    Before,
    Equals,
    Exists,
    HeldOn,
    Missing,
    Not,
    OneOf,
    Overlaps,
    Query,
    StartsWith,
    Within,
    matches,
    values_at,
)
from koschuso.store import ABSENT, ANY, open_store
from koschuso.store.conditions import meets
from koschuso.store.indexing import LAYOUTS, index_of, narrowed
from koschuso.testing.strategies import days, periods, records

relaxed = settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def paths_of(record_type):
    yield "id"
    for name, field in shape_of(record_type).items():
        yield name
        if field.is_nested:
            yield from (f"{name}.{inner}" for inner in shape_of(field.value_type))


@st.composite
def conditions_for(draw, population):
    """Make conditions that some of the records meet: their values are taken from the records."""
    record_type = type(population[0])
    layout = LAYOUTS[record_type.KIND]
    indexed = [path for path in attrs.astuple(layout) if path]
    path = draw(st.sampled_from(["id", *indexed, *indexed, *paths_of(record_type)]))
    found = [value for record in population for value in values_at(record, path)]
    value = draw(st.sampled_from(found)) if found else None
    text = str(value.id if isinstance(value, Reference) else value or "")
    day = draw(days())
    if isinstance(value, Period):
        day = value.since or value.last or day
    elif isinstance(value, TimeSpan):
        day = draw(st.sampled_from([value.begin, value.end])).date()
    elif isinstance(value, FuzzyDate) and value.has_year:
        day = draw(st.sampled_from([value.earliest(), value.latest()]))
    elif hasattr(value, "toordinal"):
        day = value
    day += timedelta(days=draw(st.integers(-1, 1)))
    around = Period(since=day, until=day + timedelta(days=draw(st.integers(1, 40))))
    return draw(
        st.sampled_from(
            [
                Equals(path, value),
                OneOf(path, [value]),
                OneOf(path, found[:2]),
                AtLeast(path, value),
                Before(path, value),
                AtLeast(f"{path}.begin", day),
                Before(f"{path}.begin", day),
                AtLeast(f"{path}.since", day),
                Before(path, day),
                HeldOn(path, day),
                Overlaps(path, around),
                Overlaps(path, Period(since=day)),
                Overlaps(path, Period(until=day)),
                Overlaps(path, draw(periods())),
                StartsWith(path, text[:3]),
                StartsWith(path, ""),
                Within(path, text.rpartition(".")[0] or text),
                Exists(path),
                Missing(path),
                Not(Equals(path, value)),
                AnyOf([Equals(path, value), HeldOn(path, day)]),
            ]
        )
    )


@st.composite
def populations(draw):
    kind = draw(st.sampled_from(sorted(RECORD_TYPES)))
    return draw(st.lists(records(kind), min_size=1, max_size=6, unique_by=lambda record: record.id))


@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_narrowing_never_leaves_out_a_match(data):
    population = data.draw(populations())
    try:
        query = Query(type(population[0]), [data.draw(conditions_for(population))])
    except WrongUse:
        return
    for record in population:
        if matches(query, record):
            assert meets(record.id, index_of(record), narrowed(query))


@relaxed
@given(data=st.data())
@pytest.mark.parametrize("url", ["memory:", "sqlite"])
def test_a_query_gives_exactly_what_matches(url, data, tmp_path_factory):
    population = data.draw(populations())
    queries = []
    for _ in range(5):
        try:
            queries.append(Query(type(population[0]), [data.draw(conditions_for(population))]))
        except WrongUse:
            continue
    place = tmp_path_factory.mktemp("store") / "k.db" if url == "sqlite" else url
    with open_store(place) as store:
        store.put_all(population)
        for query in queries:
            expected = sorted((record for record in population if matches(query, record)), key=lambda record: record.id)
            assert [stored.value for stored in store.query(query)] == expected
            assert store.count(query) == len(expected)


def test_layouts_name_fields_that_exist():
    for kind, layout in LAYOUTS.items():
        assert {path for path in attrs.astuple(layout) if path} <= set(shape_of(RECORD_TYPES[kind]))
    assert set(LAYOUTS) == set(RECORD_TYPES)


class StoreAgainstDict(RuleBasedStateMachine):
    """A store and a dictionary go through the same calls; after each, both hold the same."""

    def __init__(self):
        super().__init__()
        self.store = open_store("memory:")
        self.held = {}
        self.revisions = set()

    def teardown(self):
        self.store.close()

    @rule(record=records("goal"), data=st.data())
    def put(self, record, data):
        record = attrs.evolve(record, id=data.draw(st.sampled_from("abc")))
        old = self.held.get(record.id)
        expect = data.draw(st.sampled_from([ABSENT, ANY, *(stored.revision for stored in self.held.values())]))
        fits = expect is ANY or (expect is ABSENT and old is None) or (old is not None and expect == old.revision)
        try:
            stored = self.store.put(record, expect=expect)
        except Conflict:
            assert not fits
            return
        assert fits
        same = old is not None and encode(old.value) == encode(record)
        assert (old is not None and stored.revision == old.revision) == same
        assert same or stored.revision not in self.revisions
        self.revisions.add(stored.revision)
        self.held[record.id] = stored

    @rule(id_=st.sampled_from("abc"))
    def remove(self, id_):
        assert self.store.remove(RECORD_TYPES["goal"], id_, expect=ANY) == (self.held.pop(id_, None) is not None)

    @rule(batch=st.lists(records("goal"), max_size=3), fails=st.booleans())
    def put_all(self, batch, fails):
        batch = [attrs.evolve(record, id="abc"[number]) for number, record in enumerate(batch)]

        def source():
            yield from batch
            if fails:
                raise ZeroDivisionError

        before = dict(self.held)
        try:
            saved = self.store.put_all(source())
        except ZeroDivisionError:
            self.held = before
            return
        assert saved.total == len(batch)
        for record in batch:
            self.held[record.id] = self.store.get(RECORD_TYPES["goal"], record.id)
            assert encode(self.held[record.id].value) == encode(record)

    @invariant()
    def holds_the_same(self):
        assert list(self.store.query(Query("goal"))) == [self.held[id_] for id_ in sorted(self.held)]


StoreAgainstDict.TestCase.settings = settings(
    max_examples=examples(25), stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestStoreAgainstDict = StoreAgainstDict.TestCase
