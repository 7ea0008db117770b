"""Workload: every way in which the field writes it, and the sums that are made of it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import InvalidRecord
from koschuso.model import FULL_TIME_TV_L_NRW, Position, Workload, clock, german_decimal, round_vzae, total_vzae


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("1,0 Stelle", 39),
        ("0,5 Stelle", Fraction(39, 2)),
        ("0,5", Fraction(39, 2)),
        ("0.5", Fraction(39, 2)),
        ("1.0", 39),
        ("0,75", Fraction(117, 4)),
        ("19,5h", Fraction(39, 2)),
        ("19,5 Std.", Fraction(39, 2)),
        ("15 Std.", 15),
        ("15 Std./Woche", 15),
        ("15 Wochenstunden", 15),
        ("19 Std. 30 Min.", Fraction(39, 2)),
        ("50 %", Fraction(39, 2)),
        ("50%", Fraction(39, 2)),
        ("19:30", Fraction(39, 2)),
        ("1/2 Stelle", Fraction(39, 2)),
        ("0,65 VZÄ", Fraction(507, 20)),
        ("0,5 Stelle (19,5 Std.)", Fraction(39, 2)),
        ("  19,5 h ", Fraction(39, 2)),
    ],
)
def test_the_field_s_ways_of_writing_are_read(text, hours):
    workload = Workload.parse(text)

    assert workload.hours == hours
    assert workload.stated == text.strip()


def test_measure_months_say_nothing_about_hours():
    workload = Workload.parse("18 Maßnahmemonate")

    assert (workload.months, workload.minutes, workload.vzae) == (Decimal(18), None, None)


@pytest.mark.parametrize(
    ("text", "basis", "expected"),
    [
        ("19,5 Std.", 39 * 60, Decimal("0.5000")),
        ("19,5 Std.", FULL_TIME_TV_L_NRW, Decimal("0.4895")),
        ("15 Std.", 39 * 60, Decimal("0.3846")),
        ("10 Std.", 39 * 60, Decimal("0.2564")),
    ],
)
def test_vzae_depends_on_the_full_time_basis(text, basis, expected):
    assert round_vzae(Workload.parse(text, full_time_minutes=basis).vzae, digits=4) == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("0,5 Stelle (15 Std.)", "umfang.widerspruch"),
        ("3", "umfang.mehrdeutig"),
        ("0", "umfang.positiv"),
        ("0,0 Stelle", "umfang.positiv"),
        ("", "umfang.leer"),
        ("viel", "umfang.form"),
        ("-5 Std.", "umfang.form"),
        ("19:75", "umfang.form"),
    ],
)
def test_impossible_workloads_are_refused_with_field_value_and_rule(text, rule):
    with pytest.raises(InvalidRecord) as refused:
        Workload.parse(text)

    (finding,) = refused.value.findings
    assert (finding.rule, finding.field in {"stated", "minutes"}) == (rule, True)


@pytest.mark.parametrize("minutes", [0, 29 * 60, 49 * 60, 19])
def test_an_implausible_full_time_basis_is_refused(minutes):
    with pytest.raises(InvalidRecord, match="Vollzeitwoche"):
        Workload(minutes=Decimal(600), full_time_minutes=minutes)


def test_a_position_is_at_most_one_full_time_job():
    with pytest.raises(InvalidRecord) as refused:
        Position(id="s", name="Stelle", workload=Workload.of_hours(40))

    assert refused.value.findings[0].rule == "stelle.umfang"


def test_sums_are_rounded_once_and_unknown_is_not_zero():
    thirds = [Workload.parse("1/3 Stelle")] * 3

    assert total_vzae([*thirds, None, Workload.parse("18 Maßnahmemonate")]) == (Fraction(1), 2)


@given(st.lists(st.integers(1, 39 * 60), max_size=30))
def test_the_sum_of_shares_is_the_share_of_the_sum(minutes):
    parts = [Workload(minutes=Decimal(part)) for part in minutes]

    assert total_vzae(parts)[0] == Fraction(sum(minutes), 39 * 60)


@given(st.integers(1, 48 * 60))
def test_a_clock_reading_is_read_back(minutes):
    assert Workload.parse(clock(minutes)).minutes == minutes


def test_numbers_are_written_the_german_way():
    assert (german_decimal(Decimal("19.50")), german_decimal(Decimal("0.125"), 2)) == ("19,50", "0,13")
