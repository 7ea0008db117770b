"""What the conditions of a query mean, and which questions make no sense."""

from datetime import date, datetime, time
from decimal import Decimal

import attrs
import pytest

from koschuso.errors import WrongUse
from koschuso.model import (
    Activity,
    Assignment,
    Event,
    EventStatus,
    FunctionHeld,
    Funding,
    FuzzyDate,
    Milestone,
    Organisation,
    Period,
    Person,
    Reference,
    Relation,
    SchoolProfile,
    Series,
    Task,
    TimeSpan,
)
from koschuso.query import (
    AnyOf,
    AtLeast,
    Before,
    Contains,
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
    arranged,
    matcher,
    matches,
    values_at,
)

SCHOOL = Organisation(
    id="schule-000001",
    type="schule",
    name="Förderschule Muster",
    ags="05974040",
    phones=("1", "2"),
    school=SchoolProfile(schulnummer="000001", schulform="foerderschule", sozialindexstufe=5),
    extras={"soest:sozialraum": "Nord", "soest:plaetze": 7},
)
EVENT = Event(
    id="e",
    title="Fachtag",
    span=TimeSpan.at(datetime(2025, 3, 12, 9), hours=7),
    topics=("mobbing", "ki"),
    cost=Decimal("15.00"),
    status=EventStatus.EINLADUNG,
)
ACTIVITY = Activity(
    id="a", day=date(2025, 3, 12), taetigkeit="beratung.schulen", minutes=30, subject=Reference("event", "e")
)
RELATION = Relation(id="r", type="x", source=Reference("person", "p"), target=Reference("organisation", "o"))
MARCH = Period(since=date(2025, 3, 1), until=date(2025, 4, 1))


@pytest.mark.parametrize(
    ("condition", "record", "expected"),
    [
        (Equals("ags", "05974040"), SCHOOL, True),
        (Equals("school.schulform", "foerderschule"), SCHOOL, True),
        (Equals("school.schulform", "gesamtschule"), SCHOOL, False),
        (Equals("school.schulform", "foerderschule"), attrs.evolve(SCHOOL, type="verein", school=None), False),
        (Equals("phones", "2"), SCHOOL, True),
        (Equals("soest:sozialraum", "Nord"), SCHOOL, True),
        (Equals("soest:fehlt", "Nord"), SCHOOL, False),
        (Equals("status", "einladung"), EVENT, True),
        (Equals("status", EventStatus.EINLADUNG), EVENT, True),
        (Equals("cost", 15), EVENT, True),
        (Equals("subject", Reference("event", "e")), ACTIVITY, True),
        (Equals("subject.id", "e"), ACTIVITY, True),
        (OneOf("status", ["idee", "einladung"]), EVENT, True),
        (OneOf("status", []), EVENT, False),
        (OneOf("topics", ("ki",)), EVENT, True),
        (AtLeast("school.sozialindexstufe", 5), SCHOOL, True),
        (Before("school.sozialindexstufe", 5), SCHOOL, False),
        (AtLeast("cost", Decimal("15.01")), EVENT, False),
        (AtLeast("soest:plaetze", 7), SCHOOL, True),
        (AtLeast("soest:sozialraum", 7), SCHOOL, False),
        (AtLeast("day", date(2025, 3, 12)), ACTIVITY, True),
        (Before("day", date(2025, 3, 12)), ACTIVITY, False),
        (AtLeast("span.begin", date(2025, 3, 12)), EVENT, True),
        (Before("span.begin", date(2025, 3, 12)), EVENT, False),
        (Before("span.begin", datetime(2025, 3, 12, 9, 1)), EVENT, True),
        (Overlaps("span", MARCH), EVENT, True),
        (Overlaps("day", MARCH), ACTIVITY, True),
        (HeldOn("span", date(2025, 3, 12)), EVENT, True),
        (HeldOn("span", date(2025, 3, 13)), EVENT, False),
        (StartsWith("ags", "05974"), SCHOOL, True),
        (StartsWith("ags", "0597404"), SCHOOL, True),
        (StartsWith("ags", "05970"), SCHOOL, False),
        (Within("taetigkeit", "beratung"), ACTIVITY, True),
        (Within("taetigkeit", "beratung.schulen"), ACTIVITY, True),
        (Within("taetigkeit", "beratung.schule"), ACTIVITY, False),
        (Contains("name", "FOERDER-schule"), SCHOOL, True),
        (Contains("name", "Grundschule"), SCHOOL, False),
        (Contains("topics", "mobb"), EVENT, True),
        (Exists("location"), EVENT, False),
        (Missing("location"), EVENT, True),
        (Missing("school.pupils"), SCHOOL, True),
        (Exists("topics"), EVENT, True),
        (Missing("email"), SCHOOL, True),
        (Not(Equals("ags", "05974040")), SCHOOL, False),
        (AnyOf([Equals("ags", "x"), Exists("name")]), SCHOOL, True),
        (AnyOf([]), SCHOOL, False),
    ],
)
def test_a_condition_means(condition, record, expected):
    assert matches(condition, record) is expected
    assert matches(Not(condition), record) is not expected
    assert matches(Query(type(record), [condition]), record) is expected
    assert matcher([condition])(record) is expected
    assert matcher([condition, Not(Not(condition))])(record) is expected
    assert matcher([condition, Not(condition)])(record) is False


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(), True),
        (Period(since=date(2024, 7, 31)), True),
        (Period(until=date(2024, 8, 1)), False),
        (Period(until=date(2024, 8, 2)), True),
        (Period(since=date(2025, 8, 1)), False),
        (Period(since=date(2025, 7, 31)), True),
    ],
)
def test_periods_overlap_half_open(period, expected):
    einsatz = Assignment(id="e", position_id="p", place_id="s", period=Period.schuljahr("2024/25"))
    assert matches(Overlaps("period", period), einsatz) is expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (TimeSpan.days(date(2025, 2, 28)), False),
        (TimeSpan.days(date(2025, 2, 28), date(2025, 3, 1)), True),
        (TimeSpan.at(datetime(2025, 3, 1)), True),
        (TimeSpan.at(datetime(2025, 4, 1)), False),
        (TimeSpan.at(datetime(2025, 2, 28, 22), hours=2), False),
        (TimeSpan.at(datetime(2025, 3, 31, 23), hours=5), True),
        (TimeSpan(begin=datetime(2025, 3, 31, 23), end=datetime(2025, 3, 31, 18), end_zone="America/New_York"), True),
    ],
)
def test_spans_of_time_overlap_by_the_clock_on_the_wall(span, expected):
    assert matches(Overlaps("span", MARCH), attrs.evolve(EVENT, span=span)) is expected


def test_fuzzy_dates_overlap_as_exactly_as_they_are_known():
    assert matches(HeldOn("when", date(2016, 8, 31)), Milestone(id="m", title="T", when=FuzzyDate("08/2016")))
    assert not matches(HeldOn("when", date(2016, 9, 1)), Milestone(id="m", title="T", when=FuzzyDate("08/2016")))
    assert not matches(Overlaps("due", Period()), Task(id="t", title="T", due=FuzzyDate("März")))


def test_every_item_of_a_list_is_a_value():
    held = (FunctionHeld(function="koordination"), FunctionHeld(function="leitung", period=MARCH))
    person = Person(id="p", family_name="Mustermann", functions=held)
    assert values_at(person, "functions.function") == ("koordination", "leitung")
    assert matches(Equals("functions.function", "leitung"), person)
    assert matches(HeldOn("functions.period", date(2025, 3, 31)), person)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Query("schule"),
        lambda: Query(Event, [Equals("titel", "x")]),
        lambda: Query(Event, [Equals("span.beginn", "x")]),
        lambda: Query(Event, [Equals("title.x", "x")]),
        lambda: Query(Event, [Not(AnyOf([Equals("titel", "x")]))]),
        lambda: Query(Event, [Equals("title", None)]),
        lambda: Query(Event, [Equals("title", 5)]),
        lambda: Query(Event, [Equals("waiting_list", "ja")]),
        lambda: Query(Event, [AtLeast("capacity", "12")]),
        lambda: Query(Event, [AtLeast("capacity", bool(1))]),
        lambda: Query(Event, [AtLeast("span", date(2025, 1, 1))]),
        lambda: Query(Activity, [AtLeast("day", datetime(2025, 1, 1))]),
        lambda: Query(Activity, [Overlaps("taetigkeit", MARCH)]),
        lambda: Query(Activity, [StartsWith("minutes", "1")]),
        lambda: Query(Activity, [Contains("title", "!?")]),
        lambda: Query(Activity, ["title"]),
        lambda: Query(Reference),
        lambda: Query(Activity, order_by="titel"),
        lambda: Query(Activity, descending=True),
        lambda: Query(Activity, limit=-1),
        lambda: OneOf("title", "abc"),
    ],
)
def test_a_question_with_a_mistake_is_refused_instead_of_finding_nothing(ask):
    with pytest.raises(WrongUse):
        ask()


def test_an_unknown_field_is_answered_with_the_known_ones():
    with pytest.raises(WrongUse, match=r"»titel« gibt es bei »event« nicht.*title, span"):
        Query(Event, [Equals("titel", "x")])


def test_a_query_knows_its_kind_by_class_or_name():
    assert Query(Event) == Query(Event, ())
    assert Query("event").record_type is Event
    assert Query(Event).kind == "event"
    assert not matches(Query(Event), SCHOOL)
    assert Query(Event, Equals("title", "x")).where == (Equals("title", "x"),)


def named(*names):
    return [Organisation(id=f"{number}", type="x", name=name) for number, name in enumerate(names)]


def arrange(query, records):
    return [record.id for record in arranged(query, records, lambda record: record)]


def test_texts_are_sorted_as_people_read_them_and_equals_by_id():
    records = named("zebra", "Ärzte", "arbeit", "Zebra", "Ärzte")
    assert arrange(Query(Organisation, order_by="name"), records) == ["1", "4", "2", "3", "0"]
    assert arrange(Query(Organisation, order_by="name", descending=True, limit=2), records) == ["0", "3"]
    assert arrange(Query(Organisation, limit=2), records) == ["0", "1"]


def test_records_without_a_value_come_last_in_both_directions():
    records = [
        Series(id="a", title="T", rhythm="x"),
        Series(id="b", title="T", rhythm="x", begin_time=time(9), minutes=3),
        Series(id="c", title="T", rhythm="x", minutes=20),
    ]
    assert arrange(Query(Series, order_by="minutes"), records) == ["b", "c", "a"]
    assert arrange(Query(Series, order_by="minutes", descending=True), records) == ["c", "b", "a"]


def test_spans_numbers_and_fields_of_plugins_can_be_sorted():
    late = attrs.evolve(EVENT, id="f", span=TimeSpan.at(datetime(2025, 3, 13, 9)))
    assert arrange(Query(Event, order_by="span"), [late, EVENT]) == ["e", "f"]
    mixed = [attrs.evolve(SCHOOL, id=str(value), extras={"a:b": value}) for value in ("x", 2, True, 1.5)]
    assert arrange(Query(Organisation, order_by="a:b"), mixed) == ["True", "1.5", "2", "x"]
    one = Funding(id="1", position_id="p", funding_source="x", amount=Decimal(2))
    assert arrange(Query(Funding, order_by="amount"), [one, attrs.evolve(one, id="0", amount=Decimal(1))]) == ["0", "1"]


def test_a_query_shows_in_its_text_what_it_asks():
    assert "ags" in repr(Query(Organisation, [StartsWith("ags", "05974")]))
    assert matches(Equals("source.id", "p"), RELATION)
