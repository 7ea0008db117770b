"""The store as users see it, on both drivers of the core."""

import gc
import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from koschuso.errors import Conflict, Corrupt, InvalidRecord, NotFound, NotSupported, Refused, WrongUse
from koschuso.model import Activity, Event, EventStatus, Goal, Organisation, Period, Reference
from koschuso.query import Contains, Equals, Not, Overlaps, Query, Within
from koschuso.store import ABSENT, ANY, Operation, Outcome, Saved, Store, open_store
from koschuso.store.conditions import Index
from koschuso.store.memory import MemoryDriver
from koschuso.testing.examples import full_records

GOAL = Goal(id="z-1", title="Netzwerke")


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    url = "memory:" if request.param == "memory" else tmp_path / "koschuso.db"
    with open_store(url) as opened:
        yield opened


def activities(count, **fields):
    return [Activity(id=f"t-{n:06}", day=date(2025, 3, 1), taetigkeit="x", minutes=30, **fields) for n in range(count)]


def stored_ids(store, record_type=Goal):
    return [stored.value.id for stored in store.query(Query(record_type))]


def test_every_kind_of_record_comes_back_equal(store):
    assert store.put_all(full_records()) == Saved(created=len(full_records()))
    for record in full_records():
        assert store.get(type(record), record.id).value == record
    assert sum(store.counts().values()) == len(full_records())


def test_importing_twice_changes_nothing(store):
    store.put_all(full_records())
    before = store.cursor()
    assert store.put_all(full_records()) == Saved(unchanged=len(full_records()))
    with store.transaction(reason="noch einmal"):
        assert store.put(full_records()[0], expect=ANY).outcome is Outcome.UNCHANGED
    assert store.cursor() == before
    assert list(store.changes(before)) == []


def test_an_equal_record_keeps_its_revision_and_a_changed_one_gets_another(store):
    first = store.put(GOAL, expect=ABSENT)
    assert first.outcome is Outcome.CREATED
    again = store.put(GOAL, expect=first.revision)
    assert (again.revision, again.outcome) == (first.revision, Outcome.UNCHANGED)
    assert again == store.get(Goal, "z-1") == first
    changed = store.put(attrs.evolve(GOAL, title="Neu"), expect=first.revision)
    assert changed.outcome is Outcome.UPDATED
    assert changed.revision != first.revision
    assert store.get(Goal, "z-1").value.title == "Neu"


def test_expect_has_no_default(store):
    with pytest.raises(TypeError):
        store.put(GOAL)
    with pytest.raises(TypeError):
        store.remove(Goal, "z-1")


def test_a_stale_or_wrong_expectation_is_a_conflict_that_changes_nothing(store):
    first = store.put(GOAL, expect=ABSENT)
    second = store.put(attrs.evolve(GOAL, title="Zwei"), expect=first.revision)
    for record in (GOAL, second.value):
        with pytest.raises(Conflict) as caught:
            store.put(record, expect=first.revision)
        assert (caught.value.expected, caught.value.actual) == (first.revision, second.revision)
        with pytest.raises(Conflict):
            store.put(record, expect=ABSENT)
    with pytest.raises(Conflict):
        store.put(attrs.evolve(GOAL, id="z-2"), expect=first.revision)
    with pytest.raises(Conflict):
        store.remove(Goal, "z-1", expect=first.revision)
    with pytest.raises(Conflict):
        store.put_all([attrs.evolve(GOAL, id="z-0"), second.value], expect=ABSENT)
    assert list(store.query(Query(Goal))) == [second]


def test_remove_tells_whether_there_was_something(store):
    first = store.put(GOAL, expect=ABSENT)
    assert store.remove(Goal, "z-1", expect=first.revision) is True
    assert store.find(Goal, "z-1") is None
    assert store.remove(Goal, "z-1", expect=ANY) is False
    with pytest.raises(NotFound, match="z-1"):
        store.get(Goal, "z-1")
    with pytest.raises(Conflict):
        store.remove(Goal, "z-1", expect=first.revision)
    with pytest.raises(WrongUse):
        store.remove(Goal, "z-1", expect=ABSENT)
    assert store.put(GOAL, expect=ABSENT).outcome is Outcome.CREATED


def test_what_cannot_be_stored_is_refused_by_field_and_changes_nothing(store):
    bad = attrs.evolve(GOAL, id="z-2", reason="a\0b")
    with pytest.raises(InvalidRecord) as caught:
        store.put(bad, expect=ANY)
    assert caught.value.findings[0].field == "reason"
    with pytest.raises(InvalidRecord):
        store.put_all([GOAL, bad])
    with pytest.raises(Refused):
        store.put(attrs.evolve(GOAL, id="z\n2"), expect=ANY)
    assert stored_ids(store) == []


def test_a_transaction_commits_as_one_or_not_at_all(store):
    with store.transaction(reason="zusammen"):
        store.put(GOAL, expect=ABSENT)
        store.put(attrs.evolve(GOAL, id="z-2"), expect=ABSENT)
        assert stored_ids(store) == ["z-1", "z-2"]
    before = store.cursor()
    with pytest.raises(ZeroDivisionError):
        change_and_fail(store)
    assert stored_ids(store) == ["z-1", "z-2"]
    assert store.cursor() == before


def change_and_fail(store):
    with store.transaction(reason="geht schief"):
        store.put(attrs.evolve(GOAL, id="z-3"), expect=ABSENT)
        store.remove(Goal, "z-1", expect=ANY)
        raise ZeroDivisionError


def test_a_caught_conflict_leaves_the_transaction_usable(store):
    store.put(GOAL, expect=ABSENT)
    with store.transaction():
        with pytest.raises(Conflict):
            store.put(GOAL, expect=ABSENT)
        with pytest.raises(Conflict):
            store.put_all([attrs.evolve(GOAL, id="z-0"), GOAL], expect=ABSENT)
        store.put(attrs.evolve(GOAL, id="z-2"), expect=ABSENT)
    assert stored_ids(store) == ["z-1", "z-2"]


def test_a_transaction_within_another_joins_it(store):
    with store.transaction(reason="aussen"):
        with store.transaction(reason="innen"):
            store.put(GOAL, expect=ABSENT)
        with store.snapshot():
            assert store.find(Goal, "z-1") is not None
        store.put(attrs.evolve(GOAL, id="z-2"), expect=ABSENT)
    assert [change.reason for change in store.changes()] == ["aussen", "aussen"]


def test_a_joined_block_that_failed_takes_the_whole_with_it(store):
    with pytest.raises(WrongUse, match="fehlgeschlagen"):
        swallow_a_failure(store)
    assert stored_ids(store) == []


def swallow_a_failure(store):
    with store.transaction():
        store.put(GOAL, expect=ABSENT)
        with suppress(ZeroDivisionError):
            change_and_fail(store)


def test_nothing_is_written_in_a_snapshot(store):
    with store.snapshot():
        with pytest.raises(WrongUse, match="gelesen"):
            store.put(GOAL, expect=ANY)
        with pytest.raises(WrongUse, match="gelesen"), store.transaction():
            pass
    assert stored_ids(store) == []


def test_a_snapshot_shows_one_state_while_another_thread_writes(store):
    store.put(GOAL, expect=ABSENT)
    with store.snapshot():
        writer = threading.Thread(target=lambda: store.put(attrs.evolve(GOAL, id="z-2"), expect=ABSENT))
        writer.start()
        writer.join()
        assert stored_ids(store) == ["z-1"]
        assert store.count(Query(Goal)) == 1
    assert stored_ids(store) == ["z-1", "z-2"]


def test_an_import_that_fails_midway_leaves_nothing(store):
    def failing():
        yield from activities(1200)
        raise ZeroDivisionError

    store.put(GOAL, expect=ABSENT)
    before = store.cursor()
    with pytest.raises(ZeroDivisionError):
        store.put_all(failing())
    assert store.counts() == {"goal": 1}
    assert store.cursor() == before
    with store.transaction():
        with pytest.raises(ZeroDivisionError):
            store.put_all(failing())
        store.put(attrs.evolve(GOAL, id="z-2"), expect=ABSENT)
    assert store.counts() == {"goal": 2}


def test_many_records_of_several_kinds_are_told_apart_by_what_became_of_them(store):
    old = activities(700)
    store.put_all([*old, GOAL])
    new = [attrs.evolve(record, minutes=45) if n % 7 == 0 else record for n, record in enumerate(old)]
    saved = store.put_all([*new, GOAL, *activities(710)[700:]])
    assert saved == Saved(created=10, updated=100, unchanged=601)
    assert saved.total == 711
    assert store.count(Query(Activity, [Equals("minutes", 45)])) == 100


def test_a_record_that_comes_twice_in_one_import_ends_as_the_last_one(store):
    last = attrs.evolve(GOAL, title="Zuletzt")
    assert store.put_all([GOAL, last]) == Saved(created=1, updated=1)
    assert store.get(Goal, "z-1").value == last
    with pytest.raises(Conflict):
        store.put_all([attrs.evolve(GOAL, id="z-2")] * 2, expect=ABSENT)


def test_garbage_collection_is_on_again_after_every_bulk_call(store):
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        store.put_all(1 // 0 for _ in range(3))
    store.put_all(activities(3))
    assert len(store.fetch(Query(Activity))) == 3
    assert gc.isenabled()
    gc.disable()
    try:
        store.fetch(Query(Activity))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_queries_filter_sort_and_limit(store):
    spring = activities(30, person_id="p-1")
    autumn = [
        attrs.evolve(record, id=f"h-{n:02}", day=date(2025, 10, n + 1), person_id="p-2", taetigkeit="x.y")
        for n, record in enumerate(spring)
    ]
    store.put_all(spring + autumn)
    october = Query(Activity, [Overlaps("day", Period(since=date(2025, 10, 2), until=date(2025, 10, 4)))])
    assert stored_ids_of(store, october) == ["h-01", "h-02"]
    assert store.count(Query(Activity, [Within("taetigkeit", "x.y"), Not(Equals("person_id", "p-1"))])) == 30
    newest = Query(Activity, order_by="day", descending=True, limit=2)
    assert stored_ids_of(store, newest) == ["h-29", "h-28"]
    assert stored_ids_of(store, Query(Activity, limit=2)) == ["h-00", "h-01"]
    assert stored_ids_of(store, Query(Activity, limit=0)) == []
    assert (store.count(Query(Activity)), store.count(Query(Activity, limit=7))) == (60, 7)
    assert store.fetch(october) == list(store.query(october))


def stored_ids_of(store, query):
    return [stored.value.id for stored in store.query(query)]


def test_a_query_may_be_abandoned_and_others_write_between_its_records(store):
    store.put_all(activities(600))
    running = store.query(Query(Activity))
    assert next(running).value.id == "t-000000"
    store.put(GOAL, expect=ABSENT)
    store.put_all(activities(601)[600:])
    assert sum(1 for _ in running) == 599
    dropped = store.query(Query(Activity))
    next(dropped)
    dropped.close()
    never_begun = store.query(Query(Activity))
    del dropped, never_begun


def test_a_query_of_an_ended_transaction_is_refused(store):
    store.put_all(activities(5))
    with store.snapshot():
        running = store.query(Query(Activity))
        next(running)
    with pytest.raises(WrongUse):
        next(running)


def test_changes_are_told_in_order_with_reason_and_without_content(store):
    start = store.cursor()
    first = store.put(GOAL, expect=ABSENT)
    with store.transaction(reason="Korrektur nach Rückmeldung"):
        second = store.put(attrs.evolve(GOAL, title="Neu"), expect=first.revision)
        store.put_all(activities(2))
    store.remove(Goal, "z-1", expect=second.revision)
    told = list(store.changes(start))
    assert [(c.kind, c.id, c.operation, c.reason) for c in told] == [
        ("goal", "z-1", Operation.PUT, ""),
        ("goal", "z-1", Operation.PUT, "Korrektur nach Rückmeldung"),
        ("activity", "t-000000", Operation.PUT, "Korrektur nach Rückmeldung"),
        ("activity", "t-000001", Operation.PUT, "Korrektur nach Rückmeldung"),
        ("goal", "z-1", Operation.REMOVE, ""),
    ]
    assert [c.revision for c in told[:2]] == [first.revision, second.revision]
    assert all(datetime.now(UTC) - c.at < timedelta(minutes=5) for c in told)
    assert list(store.changes(told[1].cursor)) == [attrs.evolve(c, reason="") for c in told[2:4]] + told[4:]
    assert list(store.changes(told[-1].cursor)) == []
    assert list(store.changes()) == told


def test_a_foreign_cursor_is_refused(store):
    with pytest.raises(Refused):
        list(store.changes("von.woanders"))


@pytest.mark.parametrize("reason", ["a\nb", "x" * 201, "\0"])
def test_a_reason_is_a_few_words(store, reason):
    with pytest.raises(WrongUse), store.transaction(reason=reason):
        pass


def test_history_shows_every_step_and_forgets_contents_on_removal(store):
    first = store.put(GOAL, expect=ABSENT)
    changed = attrs.evolve(GOAL, title="Neu")
    second = store.put(changed, expect=first.revision)
    assert [(past.value, past.revision) for past in store.history(Goal, "z-1")] == [
        (GOAL, first.revision),
        (changed, second.revision),
    ]
    store.remove(Goal, "z-1", expect=ANY)
    steps = store.history(Goal, "z-1")
    assert [past.value for past in steps] == [None, None, None]
    assert [past.operation for past in steps] == [Operation.PUT, Operation.PUT, Operation.REMOVE]
    assert store.history(Goal, "z-9") == ()


def test_purge_removes_and_verify_finds_the_store_whole(store):
    store.put_all([GOAL, *activities(3)])
    store.purge([(Goal, "z-1"), (Goal, "nie-dagewesen")])
    assert store.counts() == {"activity": 3}
    assert store.verify().damages == ()
    with store.transaction(), pytest.raises(WrongUse):
        store.purge([(Activity, "t-000000")])


def test_reading_what_is_damaged_names_the_record(store):
    with store._driver.transaction(write=True) as transaction:
        transaction.put("goal", "z-9", b'{"kind":"goal","id":"z-9","title":7}', Index(), expect=ANY)
    with pytest.raises(Corrupt, match="z-9"):
        store.get(Goal, "z-9")
    with pytest.raises(Corrupt, match="z-9"):
        list(store.query(Query(Goal)))


def test_an_older_index_is_refreshed_by_the_next_put(store):
    """A body that is equal is put all the same when it would be found differently today."""
    first = store.put(Organisation(id="o", type="verein", name="V"), expect=ABSENT)
    with store._driver.transaction(write=True) as transaction:
        document = transaction.get("organisation", "o")
        transaction.put("organisation", "o", document.body, Index(), expect=first.revision)
    assert stored_ids_of(store, Query(Organisation, [Equals("type", "verein")])) == []
    assert store.put(first.value, expect=ANY).outcome is Outcome.UPDATED
    assert stored_ids_of(store, Query(Organisation, [Equals("type", "verein")])) == ["o"]


def test_only_kinds_of_koschuso_are_asked_for(store):
    with pytest.raises(WrongUse, match="organisation"):
        store.get(Reference, "x")
    with pytest.raises(WrongUse):
        store.find("goal", "x")


def test_two_stores_on_one_file_see_each_other_and_the_second_writer_gets_a_conflict(tmp_path):
    with open_store(tmp_path / "k.db") as one, open_store(f"sqlite:///{tmp_path / 'k.db'}") as two:
        first = one.put(GOAL, expect=ABSENT)
        seen = two.get(Goal, "z-1")
        assert seen == first
        one.put(attrs.evolve(GOAL, title="Eins"), expect=first.revision)
        with pytest.raises(Conflict):
            two.put(attrs.evolve(GOAL, title="Zwei"), expect=seen.revision)
        assert two.get(Goal, "z-1").value.title == "Eins"
        cursor = two.cursor()
        one.remove(Goal, "z-1", expect=ANY)
        assert [change.operation for change in two.changes(cursor)] == [Operation.REMOVE]


def test_of_many_threads_with_the_same_revision_exactly_one_wins(store):
    first = store.put(GOAL, expect=ABSENT)
    outcomes = []

    def write(number):
        try:
            store.put(attrs.evolve(GOAL, title=f"Nr. {number}"), expect=first.revision)
            outcomes.append("won")
        except Conflict:
            outcomes.append("lost")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 5 + ["won"]


def test_a_file_is_opened_again_with_everything_in_it(tmp_path):
    with open_store(tmp_path / "k.db") as store:
        store.put_all(full_records())
    with open_store(tmp_path / "k.db") as store:
        assert store.put_all(full_records()).unchanged == len(full_records())
        store.backup(tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db") as copy:
        assert copy.counts()["event"] == 2


def test_what_a_driver_does_not_declare_is_not_supported(tmp_path):
    with Store(MemoryDriver(capabilities=frozenset())) as store:
        store.put(GOAL, expect=ABSENT)
        with pytest.raises(NotSupported):
            store.history(Goal, "z-1")
        with pytest.raises(NotSupported):
            store.backup(tmp_path / "copy.db")


def test_unknown_schemes_name_the_known_ones():
    with pytest.raises(WrongUse, match="sqlite"):
        open_store("postgresql://example/office")


def test_no_content_shows_in_texts_about_stores():
    with open_store("memory:") as store:
        assert "MemoryDriver" in repr(store)
        with pytest.raises(NotFound) as caught:
            store.get(Event, "e")
        assert caught.value.details == {"kind": "event", "id": "e"}
        store.put(Event(id="e", title="Geheim", status=EventStatus.IDEE), expect=ABSENT)
        with pytest.raises(Conflict) as refused:
            store.put(Event(id="e", title="Geheim 2", status=EventStatus.IDEE), expect=ABSENT)
        assert "Geheim" not in str(refused.value)
        assert stored_ids_of(store, Query(Event, [Contains("title", "geheim")])) == ["e"]


def test_many_records_are_found_in_one_look(store):
    store.put_all([Goal(id=f"z-{number}", title=str(number)) for number in range(700)])

    found = store.find_all(Goal, ["z-1", "z-699", "fehlt"])

    assert {id_: stored.value.title for id_, stored in found.items()} == {"z-1": "1", "z-699": "699"}
    assert found["z-1"] == store.get(Goal, "z-1")
    assert store.find_all(Goal, []) == {}


def test_what_is_remembered_is_no_record(store):
    store.put(GOAL, expect=ABSENT)
    changed = store.last_changed_at()
    cursor = store.cursor()

    store.remember("probe", {"a": [1, "ä"]})
    store.remember("probe", {"a": [2]})

    assert store.recall("probe", dict[str, list[int]]) == {"a": [2]}
    assert store.recall("probe", list[int]) is None
    assert store.recall("anderes", list[int]) is None
    assert store.counts() == {"goal": 1}
    assert list(store.changes(cursor)) == []
    assert store.last_changed_at() == changed


def test_what_is_remembered_goes_with_its_transaction(store):
    with suppress(RuntimeError), store.transaction():
        store.remember("probe", 1)
        raise RuntimeError
    assert store.recall("probe", int) is None


def test_what_was_remembered_before_leaves_no_content_behind(tmp_path):
    path = tmp_path / "koschuso.db"
    with open_store(path) as store:
        store.remember("probe", "KANARIENVOGEL-EINS")
        store.remember("probe", "KANARIENVOGEL-ZWEI")
        store.backup(tmp_path / "kopie.db")
    assert b"KANARIENVOGEL-EINS" not in (tmp_path / "kopie.db").read_bytes()


def test_batches_are_stored_one_by_one_and_an_error_keeps_those_before(store):
    def failing():
        yield from activities(25)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.put_all(failing(), batch=10)
    assert store.counts() == {"activity": 20}

    assert store.put_all(activities(25), batch=10) == Saved(created=5, unchanged=20)
    assert store.put_all(activities(25), batch=1000) == Saved(unchanged=25)


def test_a_batch_is_whole_and_a_conflict_keeps_those_before(store):
    store.put_all(activities(15)[14:])
    with pytest.raises(Conflict):
        store.put_all(activities(25), expect=ABSENT, batch=10)
    assert store.counts() == {"activity": 11}


def test_others_see_each_batch_as_soon_as_it_is_stored(store):
    seen = []

    def watched():
        for activity in activities(6):
            seen.append(store.counts().get("activity", 0))
            yield activity

    store.put_all(watched(), batch=2)
    assert seen == [0, 0, 2, 2, 4, 4]


def test_batches_need_a_number_and_no_transaction_around_them(store):
    with pytest.raises(WrongUse, match="mindestens 1"):
        store.put_all(activities(1), batch=0)
    with store.transaction(), pytest.raises(WrongUse):
        store.put_all(activities(1), batch=10)
    assert store.counts() == {}


def test_a_query_by_person_sees_what_its_own_transaction_did_and_nothing_of_what_was_taken_back(store):
    def of(person):
        return [found.value.id for found in store.query(Query(Activity, [Equals("person_id", person)]))]

    store.put_all(activities(3, person_id="p-1"))
    assert of("p-1") == ["t-000000", "t-000001", "t-000002"]
    with suppress(RuntimeError), store.transaction(reason="zurück"):
        store.put(attrs.evolve(activities(2)[1], person_id="p-2"), expect=ANY)
        store.remove(Activity, "t-000002", expect=ANY)
        assert (of("p-1"), of("p-2")) == (["t-000000"], ["t-000001"])
        raise RuntimeError
    assert (of("p-1"), of("p-2")) == (["t-000000", "t-000001", "t-000002"], [])
    with store.transaction(reason="bleibt"):
        store.put_all(activities(5, person_id="p-2"))
    assert (of("p-1"), of("p-2")) == ([], [f"t-{n:06}" for n in range(5)])
    store.remove(Activity, "t-000003", expect=ANY)
    assert of("p-2") == ["t-000000", "t-000001", "t-000002", "t-000004"]
