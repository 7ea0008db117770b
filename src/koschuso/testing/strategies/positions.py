"""Strategies for positions, their assignments and their funding."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from koschuso.model import Assignment, Funding, Occupancy, Position, Record
from koschuso.testing.strategies.parts import amounts, common, maybe
from koschuso.testing.strategies.values import ids, keys, periods, texts, workloads

__all__ = ["assignments", "fundings", "positions"]


def positions() -> st.SearchStrategy[Record]:
    """Make positions, filled and vacant."""
    holders = st.tuples(ids(), st.just(Occupancy.BESETZT)) | st.tuples(st.none(), st.sampled_from(Occupancy))
    return st.builds(
        lambda holder, **fields: Position(holder_id=holder[0], occupancy=holder[1], **fields),
        holder=holders,
        name=texts(min_size=1),
        employer_id=st.just("") | ids(),
        workload=maybe(workloads()),
        tenure=keys(),
        tarif=keys(),
        entgeltgruppe=texts(),
        saeule=keys(),
        is_coordination=st.booleans(),
        plan_number=texts(),
        period=periods(),
        **common(),
    )


def assignments() -> st.SearchStrategy[Record]:
    """Make assignments of positions to places."""
    return st.builds(
        Assignment,
        **common(),
        position_id=ids(),
        place_id=ids(),
        workload=maybe(workloads()),
        duty=keys(),
        period=periods(),
    )


def fundings() -> st.SearchStrategy[Record]:
    """Make shares of funding."""
    return st.builds(
        Funding,
        **common(),
        position_id=ids(),
        funding_source=keys(),
        percent=maybe(st.decimals(Decimal("0.01"), Decimal(100), places=2)),
        amount=amounts(),
        eligible_cost=amounts(),
        period=periods(),
        file_reference=texts(),
    )
