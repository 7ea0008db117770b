"""Strategies for what many kinds of records have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from koschuso.model import Address
from koschuso.testing.strategies.values import extras, ids, lines, texts

__all__ = ["addresses", "amounts", "common", "counts", "many", "maybe"]


def common() -> dict[str, st.SearchStrategy[Any]]:
    """Make what every kind of record has."""
    return {"id": ids(), "extras": extras(), "foreign": many(lines())}


def many(inner: st.SearchStrategy[Any], *, min_size: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    """Make up to three of something."""
    return st.lists(inner, min_size=min_size, max_size=3).map(tuple)


def maybe(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Make something, or nothing."""
    return st.none() | inner


def counts(low: int = 0, high: int = 10_000) -> st.SearchStrategy[int | None]:
    """Make a whole number, or nothing."""
    return st.none() | st.integers(low, high)


def amounts() -> st.SearchStrategy[Decimal | None]:
    """Make an amount of money, or nothing."""
    return st.none() | st.decimals(Decimal(0), Decimal(1_000_000), places=2)


def addresses() -> st.SearchStrategy[Address | None]:
    """Make an address, or nothing."""
    code = st.just("") | st.from_regex(r"\A[0-9]{5}\Z")
    return st.none() | st.builds(Address, street=texts(), postal_code=code, locality=texts(), extra=texts())
