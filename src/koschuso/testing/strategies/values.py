"""Strategies for the values that records are made of: texts, keys, days, periods, references, JSON values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from koschuso.model import ALWAYS, RECORD_TYPES, FuzzyDate, Period, Reference, TimeSpan, Workload
from koschuso.model.values import freeze

__all__ = [
    "ags_keys",
    "days",
    "emails",
    "extras",
    "fuzzy_dates",
    "ids",
    "json_values",
    "keys",
    "lines",
    "periods",
    "references",
    "spans",
    "texts",
    "workloads",
]

_FIRST, _LAST = date(1990, 1, 1), date(2100, 12, 31)


def texts(*, min_size: int = 0, max_size: int = 20) -> st.SearchStrategy[str]:
    """Make texts of any characters that every store can keep: no NUL, no half characters."""
    return st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=min_size, max_size=max_size
    )


def lines() -> st.SearchStrategy[str]:
    """Make texts of one line."""
    return st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)


def ids() -> st.SearchStrategy[str]:
    """Make ids: printable and without blanks at their ends."""
    return st.text(st.characters(categories=["L", "N", "Pd", "Po", "Sm"]), min_size=1, max_size=20)


def keys(*, required: bool = False) -> st.SearchStrategy[str]:
    """Make vocabulary keys of up to three levels, some with the prefix of a plugin."""
    key = st.from_regex(r"\A(?:[a-z][a-z0-9-]{0,4}:)?[a-z0-9_]{1,6}(?:\.[a-z0-9_]{1,4}){0,2}\Z")
    return key if required else st.just("") | key


def ags_keys() -> st.SearchStrategy[str]:
    """Make municipality keys of every level, or none."""
    return st.just("") | st.from_regex(r"\A05[0-9](?:[0-9]{2}(?:[0-9]{3})?)?\Z")


def emails() -> st.SearchStrategy[str]:
    """Make addresses that cannot belong to anybody, or none."""
    return st.just("") | st.from_regex(r"\A[a-z]{1,8}@[a-z]{1,6}\.example\Z")


def days() -> st.SearchStrategy[date]:
    """Make days."""
    return st.dates(_FIRST, _LAST)


def periods() -> st.SearchStrategy[Period]:
    """Make spans of days, closed or open at either side."""
    both = st.tuples(days(), days()).filter(lambda ends: ends[0] != ends[1])
    return (
        st.just(ALWAYS)
        | st.builds(Period)
        | days().map(lambda day: Period(since=day))
        | days().map(lambda day: Period(until=day))
        | both.map(lambda ends: Period(since=min(ends), until=max(ends)))
    )


def fuzzy_dates(*, with_year: bool = False) -> st.SearchStrategy[FuzzyDate]:
    """Make dates as exact as people know them."""
    years = st.integers(1990, 2099)
    exact = (
        days().map(lambda day: f"{day:%d.%m.%Y}")
        | years.map(str)
        | st.tuples(st.integers(1, 12), years).map(lambda parts: f"{parts[0]:02d}/{parts[1]}")
        | st.tuples(st.integers(1, 4), years).map(lambda parts: f"{parts[0]}. Quartal {parts[1]}")
        | years.map(lambda year: f"Schuljahr {year}/{(year + 1) % 100:02d}")
        | years.map(lambda year: f"November / Dezember {year}")
    )
    return (exact if with_year else exact | st.sampled_from(["März", "Januar / Februar", "15.10."])).map(FuzzyDate)


def spans() -> st.SearchStrategy[TimeSpan]:
    """Make spans of time: with a zone, with two, floating, all day, and points in time."""
    moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - wall time, as the model keeps it
    ends = st.tuples(moments, moments).map(sorted)
    zones = st.sampled_from(["Europe/Berlin", "UTC", None])
    return (
        st.tuples(ends, zones).map(lambda parts: TimeSpan(begin=parts[0][0], end=parts[0][1], zone=parts[1]))
        | moments.map(lambda moment: TimeSpan(begin=moment, end=moment))
        | st.tuples(days(), days()).map(sorted).map(lambda two: TimeSpan.days(two[0], two[1]))
        | st.tuples(moments, moments).map(
            lambda two: TimeSpan(begin=two[0], end=two[1], zone="Europe/Berlin", end_zone="America/New_York")
        )
    )


def workloads() -> st.SearchStrategy[Workload]:
    """Make workloads of at most one full-time position."""
    hours = st.decimals(Decimal("0.0001"), Decimal(1800), places=4)
    months = st.decimals(Decimal("0.5"), Decimal(36), places=1)
    basis = st.sampled_from([1800, 2340, 2390, 2880])
    return st.builds(Workload, minutes=hours, full_time_minutes=basis, stated=texts()) | st.builds(
        Workload, minutes=st.none(), months=months, full_time_minutes=basis
    )


def references() -> st.SearchStrategy[Reference]:
    """Make references to records that need not exist."""
    return st.builds(Reference, st.sampled_from(sorted(RECORD_TYPES)), ids())


def json_values() -> st.SearchStrategy[Any]:
    """Make values that JSON carries unchanged, frozen as records hold them."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts()
    )
    values: st.SearchStrategy[Any] = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3), max_leaves=5
    )
    return values.map(freeze)


def extras() -> st.SearchStrategy[Any]:
    """Make values of plugins' fields."""
    names = st.from_regex(r"\A[a-z][a-z0-9-]{0,4}:[a-z][a-z0-9_]{0,6}\Z")
    return st.just({}) | st.dictionaries(names, json_values(), max_size=3)
