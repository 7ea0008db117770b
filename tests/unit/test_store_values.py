"""Some fields of records, read without making whole records: the same values as the records have."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from koschuso.codec import encode
from koschuso.codec.lean import lean_decoder
from koschuso.errors import Corrupt, WrongUse
from koschuso.model import (
    Activity,
    Event,
    Headcount,
    Organisation,
    Participation,
    ParticipationStatus,
    Period,
    Reference,
    TimeSpan,
)
from koschuso.query import AnyOf, Equals, HeldOn, Not, OneOf, Overlaps, Query, matcher, matches
from koschuso.store import ANY, open_store
from koschuso.testing import full_records

ACTIVITIES = tuple(
    Activity(
        id=f"t-{number}",
        day=date(2025, 1 + number, 15),
        taetigkeit="beratung" if number % 2 else "konzept",
        minutes=10 + number,
        subject=Reference(kind="event", id="e") if number == 3 else None,
        extras={"soest:ort": "Werl"} if number == 4 else {},
    )
    for number in range(6)
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    with open_store("memory:" if request.param == "memory" else tmp_path / "buero.db") as opened:
        opened.put_all(ACTIVITIES, expect=ANY)
        yield opened


def test_values_are_those_of_the_records_in_the_order_of_ids(store):
    found = list(store.values(Query(Activity), "minutes", "day", "subject", "title"))
    assert found == [(one.minutes, one.day, one.subject, one.title) for one in ACTIVITIES]


def test_one_field_comes_as_a_tuple_too(store):
    assert list(store.values(Query(Activity, limit=2), "id")) == [("t-0",), ("t-1",)]


@pytest.mark.parametrize(
    "where",
    [
        Overlaps("day", Period.quarter(2025, 1)),
        HeldOn("day", date(2025, 2, 15)),
        OneOf("id", ("t-1", "t-5", "t-9")),
        AnyOf((Equals("taetigkeit", "konzept"), Not(Equals("minutes", 11)))),
        Equals("subject.kind", "event"),
        Equals("soest:ort", "Werl"),
    ],
)
def test_conditions_may_speak_of_fields_that_are_not_asked_for(store, where):
    found = [id_ for (id_,) in store.values(Query(Activity, where), "id")]
    assert found == [stored.value.id for stored in store.query(Query(Activity, where))]
    assert found


def test_an_order_may_go_by_a_field_that_is_not_asked_for(store):
    query = Query(Activity, order_by="minutes", descending=True, limit=2)
    assert list(store.values(query, "id")) == [("t-5",), ("t-4",)]


def test_values_are_read_in_the_transaction_of_the_thread(store):
    with store.transaction():
        store.remove(Activity, "t-0", expect=ANY)
        assert next(store.values(Query(Activity), "id")) == ("t-1",)


@pytest.mark.parametrize("fields", [("tag",), ()])
def test_a_field_that_there_is_not_is_refused_at_once(store, fields):
    with pytest.raises(WrongUse, match="Bekannt sind: id, day"):
        store.values(Query(Activity), *fields)


@pytest.mark.parametrize("record", full_records(), ids=lambda record: record.KIND)
def test_every_field_of_every_kind_is_read_as_in_the_whole_record(record):
    body = encode(record)
    for name in type(record).__attrs_attrs__:
        read = lean_decoder(record.KIND, (name.name,))
        assert getattr(read(body, record.id), name.name) == getattr(record, name.name)


def test_a_field_left_out_has_its_default():
    body = encode(Participation(id="t", event_id="e", organisation_id="s"))
    found = lean_decoder("participation", ("hours", "headcounts", "role"))(body, "t")
    assert (found.hours, found.headcounts, found.role) == (None, (), "teilnehmend")


def test_values_inside_are_whole_values():
    body = encode(
        Participation(
            id="t",
            event_id="e",
            status=ParticipationStatus.TEILWEISE,
            hours=Decimal("1.5"),
            headcounts=(Headcount(count=3, ags="05974040"),),
        )
    )
    found = lean_decoder("participation", ("hours", "headcounts", "status"))(body, "t")
    assert found.hours == Decimal("1.5")
    assert found.headcounts == (Headcount(count=3, ags="05974040"),)
    assert found.status is ParticipationStatus.TEILWEISE


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind":"goal","schema":1,"id":"z"}',
        b'{"kind":"goal","schema":1,"id":"z","title":7}',
        b"no json",
    ],
)
def test_what_is_damaged_in_the_asked_fields_is_named(body):
    with pytest.raises(Corrupt, match="goal z"):
        lean_decoder("goal", ("title",))(body, "z")


def test_a_document_of_a_newer_koschuso_goes_the_whole_way():
    body = b'{"kind":"goal","schema":99,"id":"z","title":"Netzwerke","later":true}'
    assert lean_decoder("goal", ("title",))(body, "z").title == "Netzwerke"


SPANS = (
    TimeSpan.days(date(2025, 3, 31)),
    TimeSpan.at(datetime(2025, 3, 31, 23), hours=2),
    TimeSpan.at(datetime(2025, 4, 1)),
    TimeSpan.at(datetime(2025, 3, 31), minutes=0),
    TimeSpan.at(datetime(2025, 3, 30, 22), hours=2),
    TimeSpan(begin=datetime(2025, 4, 1, 1), end=datetime(2025, 3, 31, 20), end_zone="America/New_York"),
)


@pytest.mark.parametrize("span", SPANS, ids=str)
@pytest.mark.parametrize(
    "period",
    [Period.on(date(2025, 3, 31)), Period(since=date(2025, 4, 1)), Period(until=date(2025, 3, 31)), Period()],
    ids=str,
)
def test_the_short_way_of_a_condition_means_what_the_long_one_does(span, period):
    event = Event(id="e", title="Fachtag", span=span)
    activity = Activity(id="t", day=span.begin.date(), taetigkeit="konzept", minutes=5)
    assert matcher([Overlaps("span", period)])(event) == matches(Overlaps("span", period), event)
    assert matcher([Overlaps("day", period)])(activity) == matches(Overlaps("day", period), activity)


@pytest.mark.parametrize(
    "condition", [OneOf("ags", ("05974040", "")), OneOf("ags", ()), OneOf("source", ("open_data",)), Equals("ags", "")]
)
@pytest.mark.parametrize("ags", ["05974040", "05974028", ""])
def test_the_short_way_of_texts_means_what_the_long_one_does(condition, ags):
    place = Organisation(id="s", type="sonstige", name="Ort", ags=ags)
    assert matcher([condition])(place) == matches(condition, place)
