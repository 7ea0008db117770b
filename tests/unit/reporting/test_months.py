"""Months of a period: whole ones count 1, others the part of their days, and cutting a period loses nothing."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.model import ALWAYS, Period
from koschuso.reporting.figures.months import merged, months

DAYS = st.dates(min_value=date(1999, 1, 1), max_value=date(2035, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), 12),
        (date(2024, 8, 1), date(2025, 7, 31), 12),
        (date(2025, 2, 1), date(2025, 2, 28), 1),
        (date(2024, 2, 1), date(2024, 2, 28), Fraction(28, 29)),
        (date(2025, 6, 1), date(2025, 6, 15), Fraction(1, 2)),
        (date(2025, 6, 16), date(2025, 7, 31), Fraction(3, 2)),
        (date(2025, 1, 31), date(2025, 2, 1), Fraction(1, 31) + Fraction(1, 28)),
        (date(2025, 10, 15), date(2025, 10, 15), Fraction(1, 31)),
    ],
)
def test_months_by_hand(first, last, expected):
    assert months(Period.from_to(first, last)) == expected


@given(DAYS, st.integers(1, 900), st.integers(1, 900))
def test_a_period_cut_in_two_has_as_many_months_as_the_whole(first, length, more):
    cut = first + timedelta(days=length)
    end = cut + timedelta(days=more)
    whole = months(Period(since=first, until=end))
    assert months(Period(since=first, until=cut)) + months(Period(since=cut, until=end)) == whole


def test_an_open_period_has_no_number_of_months():
    with pytest.raises(ValueError, match="closed"):
        months(ALWAYS)


@given(st.lists(st.tuples(DAYS, st.integers(1, 400)), max_size=6))
def test_merged_periods_hold_the_same_days_each_once(spans):
    periods = [Period(since=first, until=first + timedelta(days=length)) for first, length in spans]
    joined = merged(periods)

    def days(found):
        return [p.since + timedelta(days=n) for p in found for n in range((p.until - p.since).days)]

    assert sorted(set(days(periods))) == days(joined)
    assert all(before.until < after.since for before, after in pairwise(joined))
