"""Periods, fuzzy dates and time spans."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import InvalidRecord, Refused
from koschuso.model import FuzzyDate, Period, TimeSpan, schuljahr_of

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 30))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("08/2016", date(2016, 8, 1), date(2016, 8, 31)),
        ("2016-08", date(2016, 8, 1), date(2016, 8, 31)),
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("15.10.2025", date(2025, 10, 15), date(2025, 10, 15)),
        ("2025-10-15", date(2025, 10, 15), date(2025, 10, 15)),
        ("März", date(2022, 3, 1), date(2022, 3, 31)),
        ("Maerz 2021", date(2021, 3, 1), date(2021, 3, 31)),
        ("22. März", date(2022, 3, 22), date(2022, 3, 22)),
        ("22.3.", date(2022, 3, 22), date(2022, 3, 22)),
        ("Januar / Februar", date(2022, 1, 1), date(2022, 2, 28)),
        ("Nov. 2021 – Jan. 2022", date(2021, 11, 1), date(2022, 1, 31)),
        ("November / Dezember 2021", date(2021, 11, 1), date(2021, 12, 31)),
        ("April bis Juni", date(2022, 4, 1), date(2022, 6, 30)),
        ("1. Quartal 2025", date(2025, 1, 1), date(2025, 3, 31)),
        ("4. Quartal", date(2022, 10, 1), date(2022, 12, 31)),
        ("2. Halbjahr 2024", date(2024, 7, 1), date(2024, 12, 31)),
        ("Schuljahr 2024/25", date(2024, 8, 1), date(2025, 7, 31)),
    ],
)
def test_a_fuzzy_date_means_a_span_and_keeps_its_words(text, first, last):
    fuzzy = FuzzyDate(text)

    assert (fuzzy.earliest(2022), fuzzy.latest(2022), str(fuzzy)) == (first, last, text)


@pytest.mark.parametrize(
    "text", ["", "13/2016", "31.02.2020", "bald", "2020 – 2019", "a / b / c", "00.01.2020", "5. Quartal"]
)
def test_an_impossible_or_unknown_fuzzy_date_is_refused(text):
    with pytest.raises(InvalidRecord) as refused:
        FuzzyDate(text)

    assert refused.value.findings[0].rule == "datum.unscharf"


def test_a_fuzzy_date_without_a_year_asks_for_the_year_of_the_plan():
    with pytest.raises(InvalidRecord, match="nennt kein Jahr"):
        FuzzyDate("März").earliest()


@given(DAYS)
def test_an_exact_day_survives_as_fuzzy_date(day):
    assert FuzzyDate.of(day).earliest() == FuzzyDate.of(day).latest() == day
    assert FuzzyDate.of(day).is_exact


@given(DAYS)
def test_every_day_lies_in_its_schuljahr_and_in_one_half_of_it(day):
    name = schuljahr_of(day)

    assert day in Period.schuljahr(name)
    assert (day in Period.schulhalbjahr(name, 1)) != (day in Period.schulhalbjahr(name, 2))


@given(st.integers(1990, 2099))
def test_four_quarters_fill_a_year_without_gap(year):
    quarters = [Period.quarter(year, number) for number in (1, 2, 3, 4)]

    assert quarters[0].since == date(year, 1, 1)
    assert [quarter.until for quarter in quarters[:-1]] == [quarter.since for quarter in quarters[1:]]
    assert quarters[-1].until == date(year + 1, 1, 1)


@pytest.mark.parametrize("name", ["2024", "2024/26", "24/25", "2024-25"])
def test_what_is_no_schuljahr_is_refused(name):
    with pytest.raises(InvalidRecord, match="kein Schuljahr"):
        Period.schuljahr(name)


@given(DAYS, DAYS, DAYS)
def test_spans_overlap_exactly_when_they_share_a_day(first, second, third):
    period = Period.from_to(min(first, second), max(first, second))

    assert period.overlaps(Period.on(third)) == (third in period)


def test_a_period_is_written_as_a_german_office_does():
    assert str(Period.schuljahr("2024/25")) == "01.08.2024 – 31.07.2025"
    assert str(Period(since=date(2020, 1, 1))) == "seit 01.01.2020"


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidRecord) as refused:
        Period.from_to(date(2025, 2, 1), date(2025, 1, 1))

    assert refused.value.findings[0].field == "until"


def test_an_event_through_the_change_of_clocks_keeps_its_wall_time_and_its_true_length():
    night = TimeSpan(begin=datetime(2025, 10, 25, 20), end=datetime(2025, 10, 26, 8))

    assert night.duration == timedelta(hours=13)
    assert night.begin_instant() == datetime(2025, 10, 25, 18, tzinfo=UTC)
    assert night.end_instant() == datetime(2025, 10, 26, 7, tzinfo=UTC)


def test_an_all_day_span_ends_at_the_next_midnight_and_reads_as_days():
    span = TimeSpan.days(date(2025, 10, 15), date(2025, 10, 16))

    assert (span.end, span.zone, str(span)) == (datetime(2025, 10, 17), None, "15.10.2025 – 16.10.2025")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"end": datetime(2025, 1, 1, 8)}, "zeit.reihenfolge"),
        ({"begin": datetime(25, 1, 1), "end": datetime(2025, 1, 1)}, "zeit.jahr"),
        ({"begin": datetime(2025, 1, 1, 9, tzinfo=UTC)}, "zeit.wanduhr"),
        ({"all_day": True, "zone": None}, "zeit.ganztaegig"),
        (
            {"all_day": True, "begin": datetime(2025, 1, 1), "end": datetime(2025, 1, 2)},
            "zeit.ganztaegig_ohne_zone",
        ),
    ],
)
def test_an_impossible_span_is_refused(values, rule):
    with pytest.raises(InvalidRecord) as refused:
        TimeSpan(**{"begin": datetime(2025, 1, 1, 9), "end": datetime(2025, 1, 1, 10), **values})

    assert rule in {finding.rule for finding in refused.value.findings}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", None])
def test_an_unknown_zone_is_refused_without_touching_files(zone):
    span = TimeSpan(begin=datetime(2025, 1, 1), end=datetime(2025, 1, 1), zone=zone)

    with pytest.raises(Refused):
        span.begin_instant()
