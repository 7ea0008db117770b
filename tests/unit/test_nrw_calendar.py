"""Ferien, Feiertage and what they make of a day; facts of the field's own rhythm."""

import csv
from datetime import date, timedelta

import pytest

from koschuso.errors import Refused, WrongUse
from koschuso.model.period import Period
from koschuso.nrw.calendar import DayKind, day_kind, describe, is_free, school_days
from koschuso.nrw.feiertage import FIRST_YEAR, LAST_YEAR, brauchtumstage, feiertag_on, feiertage
from koschuso.nrw.ferien import ferien, ferien_in, known_period, movable_days_in


@pytest.mark.shared
def test_feiertage_equal_the_computed_list_of_2011_to_2031(shared):
    with (shared / "nrw-data" / "feiertage_nrw.csv").open(encoding="utf-8", newline="") as lines:
        expected = {date.fromisoformat(row["date"]) for row in csv.DictReader(lines)}
    assert {entry.day for year in range(2011, 2032) for entry in feiertage(year)} == expected


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2025, "18.04. 21.04. 29.05. 09.06. 19.06. 27.02. 03.03."),
        (2026, "03.04. 06.04. 14.05. 25.05. 04.06. 12.02. 16.02."),
        (2027, "26.03. 29.03. 06.05. 17.05. 27.05. 04.02. 08.02."),
        (2028, "14.04. 17.04. 25.05. 05.06. 15.06. 24.02. 28.02."),
        (2029, "30.03. 02.04. 10.05. 21.05. 31.05. 08.02. 12.02."),
        (2030, "19.04. 22.04. 30.05. 10.06. 20.06. 28.02. 04.03."),
    ],
)
def test_movable_days_fall_where_the_dossier_says(year, days):
    names = ("Karfreitag", "Ostermontag", "Christi Himmelfahrt", "Pfingstmontag", "Fronleichnam")
    by_name = {entry.name: entry.day for entry in feiertage(year)}
    found = [by_name[name] for name in names] + [entry.day for entry in brauchtumstage(year)]
    assert " ".join(f"{day:%d.%m.}" for day in found) == days


def test_2017_has_the_reformationstag_once_and_2008_a_double_day():
    assert [len(feiertage(year)) for year in (2016, 2017, 2018)] == [11, 12, 11]
    assert feiertag_on(date(2017, 10, 31)) == "Reformationstag"
    assert feiertag_on(date(2008, 5, 1)) == "Christi Himmelfahrt / Erster Mai"


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1])
def test_years_outside_the_rules_are_refused(year):
    with pytest.raises(Refused, match="keine Feiertage bekannt"):
        feiertage(year)
    assert feiertag_on(date(year, 12, 25)) is None
    assert is_free(date(year, 3, 9 if date(year, 3, 9).weekday() < 5 else 11)) is None


@pytest.mark.shared
def test_ferien_equal_the_compiled_list_but_for_christmas_2020(shared):
    with (shared / "nrw-data" / "schulferien_nrw.csv").open(encoding="utf-8", newline="") as lines:
        expected = {
            (row["name"], row["first_day"], row["last_day"], row["school_year"]) for row in csv.DictReader(lines)
        }
    found = {(span.name, span.first.isoformat(), span.last.isoformat(), span.schuljahr) for span in ferien()}
    assert len(found) == 91
    assert expected - found == {("Weihnachtsferien", "2020-12-21", "2021-01-06", "2020/21")}
    assert found - expected == {("Weihnachtsferien", "2020-12-23", "2021-01-06", "2020/21")}


@pytest.mark.shared
def test_both_ways_to_count_the_summer_holidays_are_offered(shared):
    with (shared / "nrw-data" / "schulferien_nrw.csv").open(encoding="utf-8", newline="") as lines:
        expected = {(row["name"], row["last_day"]): row["school_year_by_first_day"] for row in csv.DictReader(lines)}
    for span in ferien():
        assert span.schuljahr_by_first_day == expected[span.name, span.last.isoformat()]
    assert ferien("2026/27")[0].first == date(2026, 7, 20)
    assert ferien_in(Period.schuljahr("2026/27"))[0].first == date(2026, 7, 20)
    assert ferien_in(Period.schuljahr("2026/27"))[-1].first == date(2027, 7, 19)


def test_the_days_before_christmas_2020_were_free_but_no_ferien():
    assert day_kind(date(2020, 12, 21)) is DayKind.UNTERRICHTSFREI
    assert day_kind(date(2020, 12, 22)) is DayKind.UNTERRICHTSFREI
    assert is_free(date(2020, 12, 21)) is True
    assert day_kind(date(2020, 12, 23)) is DayKind.FERIEN


@pytest.mark.parametrize(
    ("year", "count"), [(2024, 195), (2025, 195), (2026, 193), (2027, 188), (2028, 185), (2029, 185)]
)
def test_school_days_of_a_schuljahr(year, count):
    assert school_days(Period.schuljahr(f"{year}/{(year + 1) % 100:02d}")).count == count


def test_school_days_fall_by_the_movable_days_of_the_school():
    carnival = {date(2026, 2, 16), date(2026, 2, 17), date(2026, 2, 21)}
    assert school_days(Period.schuljahr("2025/26"), movable=carnival).count == 193
    assert describe(date(2026, 2, 16), movable=carnival).kind is DayKind.BEWEGLICHER_FERIENTAG
    assert movable_days_in("2025/26") == 3
    assert movable_days_in("2031/32") is None


def test_an_open_period_cannot_be_counted():
    with pytest.raises(WrongUse):
        school_days(Period(since=date(2025, 8, 1)))


def _six_weekly(first):
    return [first + timedelta(weeks=6 * number) for number in range(8)]


def test_six_of_eight_quality_circles_from_september_2025_are_usable():
    kinds = [day_kind(day) for day in _six_weekly(date(2025, 9, 10))]
    assert kinds == [
        DayKind.SCHULTAG,
        DayKind.FERIEN,
        DayKind.SCHULTAG,
        DayKind.SCHULTAG,
        DayKind.SCHULTAG,
        DayKind.FERIEN,
        DayKind.SCHULTAG,
        DayKind.SCHULTAG,
    ]
    assert describe(date(2025, 10, 22)).reasons == ("Herbstferien",)
    assert describe(date(2026, 4, 8)).reasons == ("Osterferien",)


def test_only_the_autumn_holidays_collide_in_the_following_year():
    assert [day for day in _six_weekly(date(2026, 9, 9)) if is_free(day)] == [date(2026, 10, 21)]


@pytest.mark.parametrize(
    ("day", "kind", "reasons"),
    [
        (date(2026, 10, 17), DayKind.FERIEN, ("Herbstferien", "Wochenende")),
        (date(2026, 12, 25), DayKind.FEIERTAG, ("Erster Weihnachtstag", "Weihnachtsferien")),
        (date(2027, 1, 6), DayKind.FERIEN, ("Weihnachtsferien",)),
        (date(2025, 6, 10), DayKind.FERIEN, ("Pfingstferien",)),
        (date(2028, 6, 6), DayKind.SCHULTAG, ()),
        (date(2025, 6, 21), DayKind.WOCHENENDE, ("Wochenende",)),
        (date(2026, 2, 16), DayKind.SCHULTAG, ()),
    ],
)
def test_a_day_tells_all_its_reasons(day, kind, reasons):
    found = describe(day)
    assert (found.kind, found.reasons) == (kind, reasons)


def test_carnival_is_told_but_does_not_make_a_day_free():
    assert describe(date(2026, 2, 12)).hints == ("Weiberfastnacht (kein Feiertag)",)
    assert is_free(date(2026, 2, 16)) is False


@pytest.mark.parametrize("day", [date(2030, 8, 7), date(2031, 3, 5), date(2011, 12, 22), date(1980, 6, 17)])
def test_a_day_without_data_is_unknown_and_never_free(day):
    found = describe(day)
    assert found.kind is DayKind.UNBEKANNT
    assert found.is_free is None
    assert "bekannt" in found.reasons[0]


def test_weekends_and_feiertage_are_free_even_where_ferien_are_unknown():
    assert is_free(date(2031, 12, 25)) is True
    assert is_free(date(2031, 3, 8)) is True


def test_every_day_of_the_known_span_is_known_and_a_count_beyond_it_is_not():
    known = known_period()
    assert (known.since, known.last) == (date(2011, 12, 23), date(2030, 8, 6))
    assert school_days(known).unknown == ()
    beyond = school_days(Period.schuljahr("2030/31"))
    assert beyond.count is None
    assert beyond.days == ()
