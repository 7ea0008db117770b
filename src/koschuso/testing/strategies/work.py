"""Strategies for tasks, activities and consultations."""

from __future__ import annotations

from hypothesis import strategies as st

from koschuso.model import Activity, Consultation, Record, Task, TaskStatus
from koschuso.testing.strategies.parts import common, counts, many, maybe
from koschuso.testing.strategies.values import ags_keys, days, fuzzy_dates, ids, keys, references, texts

__all__ = ["activities", "consultations", "tasks"]


def tasks() -> st.SearchStrategy[Record]:
    """Make tasks in every state."""
    done = st.tuples(st.just(TaskStatus.ERLEDIGT), days()) | st.tuples(st.sampled_from(TaskStatus), st.none())
    when = st.tuples(st.none(), maybe(fuzzy_dates())) | st.tuples(maybe(fuzzy_dates()), st.none())
    return st.builds(
        lambda state, when, **fields: Task(
            status=state[0], completed_on=state[1], begin=when[0], due=when[1], **fields
        ),
        state=done,
        when=when,
        title=texts(min_size=1),
        taetigkeit=keys(),
        description=texts(),
        responsible_ids=many(ids()),
        involved=many(references()),
        subject=maybe(references()),
        parent_id=st.just("") | ids(),
        result=texts(),
        minutes=counts(),
        percent=counts(0, 100),
        cost_category=keys(),
        foerderziele=many(keys(required=True)),
        **common(),
    )


def activities() -> st.SearchStrategy[Record]:
    """Make activities."""
    return st.builds(
        Activity,
        **common(),
        day=days(),
        taetigkeit=keys(required=True),
        minutes=st.integers(1, 1440),
        title=texts(),
        person_id=st.just("") | ids(),
        subject=maybe(references()),
        reach=keys(),
        reached=counts(),
        foerderziele=many(keys(required=True)),
    )


def consultations() -> st.SearchStrategy[Record]:
    """Make consultations."""
    return st.builds(
        Consultation,
        **common(),
        day=days(),
        target_group=st.sampled_from(["lehrkraefte", "fachkraefte_schulsozialarbeit", "soest:verein"]),
        form=keys(required=True),
        topics=many(texts()),
        minutes=counts(1, 1440),
        count=st.integers(1, 50),
        taetigkeit=keys(),
        schulform=keys(),
        ags=ags_keys(),
        occasion=keys(),
        follow_up=st.booleans(),
        referred_to=keys(),
        organisation_id=st.just("") | ids(),
    )
