"""Hypothesis strategies for every kind of record: valid by construction, and as odd as real data can be.

Use them in tests of plugins and drivers: ``@given(records())`` for any kind, ``@given(records("event"))`` for one.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from koschuso.testing.strategies import actors, events, foundation, positions, surveys, work
from koschuso.testing.strategies.values import (
    ags_keys,
    days,
    emails,
    extras,
    fuzzy_dates,
    ids,
    json_values,
    keys,
    lines,
    periods,
    references,
    spans,
    texts,
    workloads,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from koschuso.model import Record

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
    "records",
    "references",
    "spans",
    "texts",
    "workloads",
]


def records(kind: str = "") -> st.SearchStrategy[Record]:
    """Make records of one kind, or of any.

    Args:
        kind: Name of the kind; empty for any.
    """
    if kind:
        return _BUILDERS[kind]()
    return st.sampled_from(sorted(_BUILDERS)).flatmap(lambda name: _BUILDERS[name]())


_BUILDERS: Mapping[str, Callable[[], st.SearchStrategy[Record]]] = MappingProxyType(
    {
        "organisation": actors.organisations,
        "person": actors.persons,
        "committee": actors.committees,
        "relation": actors.relations,
        "position": positions.positions,
        "assignment": positions.assignments,
        "funding": positions.fundings,
        "series": events.series,
        "event": events.events,
        "participation": events.participations,
        "task": work.tasks,
        "activity": work.activities,
        "consultation": work.consultations,
        "concept": foundation.concepts,
        "milestone": foundation.milestones,
        "goal": foundation.goals,
        "cooperation": foundation.cooperations,
        "survey": surveys.surveys,
    }
)
