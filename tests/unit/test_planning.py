"""Series around Ferien and Feiertage."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import WrongUse
from koschuso.model import Period, Series
from koschuso.planning import Verdict, as_events, collisions, plan


def circle(first=date(2025, 9, 10), last=date(2026, 7, 31), **changes):
    values = {
        "id": "qz",
        "title": "QZ Grundschule",
        "rhythm": "alle_n_wochen",
        "weeks": 6,
        "weekday": 2,
        "avoid": ("ferien", "feiertag"),
        "evasion": "ueberspringen",
        "period": Period.from_to(first, last),
    }
    return Series(**{**values, **changes})


def test_a_six_week_circle_of_2025_26_loses_two_of_eight_dates_to_the_ferien():
    dates = plan(circle(last=date(2026, 7, 1)))

    assert [one.rhythm_day for one in dates if one.verdict is Verdict.SKIPPED] == [
        date(2025, 10, 22),
        date(2026, 4, 8),
    ]
    assert len(dates) == 8


def test_a_six_week_circle_of_2026_27_loses_only_one():
    dates = plan(circle(date(2026, 9, 9), date(2027, 7, 7)))

    assert [one.rhythm_day for one in dates if one.day is None] == [date(2026, 10, 21)]


def test_a_date_moves_past_both_weeks_of_the_ferien():
    (moved,) = plan(circle(date(2026, 10, 21), date(2026, 10, 22), evasion="naechste_woche"))

    assert (moved.day, moved.verdict, moved.reasons) == (date(2026, 11, 4), Verdict.MOVED, ("Herbstferien",))


def test_a_date_that_finds_no_free_week_is_left_to_decide():
    (open_,) = plan(circle(date(2026, 7, 22), date(2026, 7, 23), evasion="naechste_woche"))

    assert (open_.day, open_.verdict) == (None, Verdict.OPEN)


def test_manual_evasion_decides_nothing():
    (one,) = plan(circle(date(2025, 10, 22), date(2025, 10, 23), evasion="manuell"))

    assert one.verdict is Verdict.OPEN


def test_a_date_without_published_ferien_is_doubtful_not_free():
    (one,) = plan(circle(date(2031, 3, 5), date(2031, 3, 6)))

    assert (one.verdict, one.doubtful) == (Verdict.PLANNED, True)


@pytest.mark.parametrize(
    ("day", "avoid", "reasons"),
    [
        (date(2026, 4, 6), ("ferien", "feiertag"), ("Ostermontag", "Osterferien")),
        (date(2026, 4, 6), ("ferien",), ("Osterferien",)),
        (date(2026, 10, 17), ("wochenende", "ferien"), ("Herbstferien", "Wochenende")),
        (date(2026, 6, 5), ("brueckentag",), ("Brückentag",)),
        (date(2025, 11, 3), ("brueckentag",), ()),
        (date(2026, 2, 16), ("bewegliche_ferientage",), ("Beweglicher Ferientag",)),
        (date(2026, 2, 16), (), ()),
    ],
)
def test_collisions_name_everything_that_is_to_be_avoided(day, avoid, reasons):
    assert collisions(day, avoid, movable={date(2026, 2, 16)}) == reasons


def test_the_second_tuesday_and_the_last_friday_of_each_month():
    second = circle(rhythm="monatlich_n_ter_wochentag", weeks=None, weekday=1, nth=2, avoid=(), last=date(2025, 12, 31))
    last = circle(rhythm="monatlich_n_ter_wochentag", weeks=None, weekday=4, nth=-1, avoid=(), last=date(2025, 12, 31))

    assert [one.day.day for one in plan(second)] == [14, 11, 9]
    assert [one.day.day for one in plan(last)] == [26, 31, 28, 26]


def test_a_quarterly_series_keeps_its_day_of_the_month():
    quarterly = circle(date(2025, 8, 31), date(2026, 7, 31), rhythm="quartal", weeks=None, weekday=None, avoid=())

    assert [one.day for one in plan(quarterly)] == [
        date(2025, 8, 31),
        date(2025, 11, 30),
        date(2026, 2, 28),
        date(2026, 5, 31),
    ]


def test_a_list_of_dates_needs_no_period():
    listed = circle(rhythm="termine_liste", weeks=None, dates=(date(2026, 1, 9), date(2025, 12, 1)), period=Period())

    assert [one.day for one in plan(listed)] == [date(2025, 12, 1), date(2026, 1, 9)]


def test_an_open_period_is_refused():
    with pytest.raises(WrongUse, match="Anfang und Ende"):
        plan(circle(period=Period(since=date(2025, 1, 1))))


def test_events_keep_their_id_when_they_are_moved_and_planning_twice_gives_the_same():
    series = circle(evasion="naechste_woche", begin_time=time(14), minutes=150)
    events = as_events(series, plan(series))

    assert events == as_events(series, plan(series))
    moved = next(event for event in events if event.id == "qz-20251022")
    assert str(moved.span) == "29.10.2025, 14:00–16:30 Uhr"


@given(
    st.dates(date(2020, 1, 1), date(2028, 12, 31)),
    st.integers(1, 12),
    st.integers(0, 6),
    st.sampled_from(["ueberspringen", "naechste_woche", "vorherige_woche", "manuell"]),
)
def test_no_planned_date_collides_and_every_date_has_the_weekday(first, weeks, weekday, evasion):
    series = circle(first, date(first.year + 1, 12, 31), weeks=weeks, weekday=weekday, evasion=evasion)

    for one in plan(series):
        assert one.rhythm_day.weekday() == weekday
        assert (one.day is None) == (one.verdict in {Verdict.SKIPPED, Verdict.OPEN})
        if one.day is not None:
            assert one.day.weekday() == weekday
            assert not collisions(one.day, series.avoid)
