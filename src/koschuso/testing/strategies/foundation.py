"""Strategies for concepts, milestones, goals and cooperations."""

from __future__ import annotations

from hypothesis import strategies as st

from koschuso.model import Adoption, Benefit, Concept, Cooperation, Goal, Milestone, Record
from koschuso.testing.strategies.parts import common, many, maybe
from koschuso.testing.strategies.values import fuzzy_dates, ids, keys, periods, references, texts

__all__ = ["concepts", "cooperations", "goals", "milestones"]


def concepts() -> st.SearchStrategy[Record]:
    """Make concepts in every state."""
    adoption = st.builds(Adoption, on=fuzzy_dates(), by=maybe(references()), decision=texts())
    states = st.tuples(st.just("beschlossen"), many(adoption, min_size=1)) | st.tuples(
        st.sampled_from(["entwurf", "in_abstimmung", "abgeloest", ""]), st.just(())
    )
    return st.builds(
        lambda state, **fields: Concept(status=state[0], adoptions=state[1], **fields),
        state=states,
        title=texts(min_size=1),
        type=keys(),
        version=texts(),
        issued_by=maybe(references()),
        dated=maybe(fuzzy_dates()),
        authors=many(references()),
        valid=periods(),
        predecessor_id=st.just("") | ids().map("{}:".format),
        url=texts(),
        taetigkeit=keys(),
        **common(),
    )


def milestones() -> st.SearchStrategy[Record]:
    """Make milestones."""
    return st.builds(
        Milestone,
        **common(),
        when=fuzzy_dates(with_year=True),
        title=texts(min_size=1),
        topics=many(texts()),
        actors=many(references()),
    )


def goals() -> st.SearchStrategy[Record]:
    """Make goals."""
    return st.builds(
        Goal,
        **common(),
        title=texts(min_size=1),
        reason=texts(),
        approach=texts(),
        office_id=st.just("") | ids(),
        partners=many(references()),
        rank=st.integers(1, 100),
    )


def cooperations() -> st.SearchStrategy[Record]:
    """Make cooperations of two."""
    benefits = many(
        st.builds(
            Benefit,
            beneficiary_id=st.sampled_from(["rbb", "stelle"]),
            title=texts(),
            aspects=many(texts()),
            taetigkeit=keys(),
            evidence=many(references()),
        )
    )
    return st.builds(
        Cooperation,
        **common(),
        title=texts(min_size=1),
        partner_ids=st.just(("rbb", "stelle")),
        benefits=benefits,
        committee_ids=many(ids()),
        period=periods(),
    )
