"""Strategies for series, events and participations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from koschuso.model import (
    Event,
    EventStatus,
    Headcount,
    Location,
    Participation,
    ParticipationStatus,
    Record,
    Series,
    Visibility,
    Workshop,
)
from koschuso.testing.strategies.parts import addresses, amounts, common, counts, many, maybe
from koschuso.testing.strategies.values import ags_keys, days, emails, ids, keys, lines, periods, spans, texts

__all__ = ["events", "participations", "series"]


def series() -> st.SearchStrategy[Record]:
    """Make series of every rhythm."""
    rhythms: st.SearchStrategy[dict[str, Any]] = (
        st.builds(dict, rhythm=st.just("alle_n_wochen"), weeks=st.integers(1, 52), weekday=counts(0, 6))
        | st.builds(
            dict,
            rhythm=st.just("monatlich_n_ter_wochentag"),
            weekday=st.integers(0, 6),
            nth=st.sampled_from([1, 2, 3, 4, 5, -1]),
        )
        | st.builds(dict, rhythm=st.just("termine_liste"), dates=many(days(), min_size=1))
        | st.builds(dict, rhythm=st.sampled_from(["jaehrlich", ""]))
    )
    return st.builds(
        lambda how, **fields: Series(**how, **fields),
        how=rhythms,
        title=texts(min_size=1),
        type=keys(),
        taetigkeit=keys(),
        begin_time=maybe(st.times()),
        minutes=counts(1, 600),
        avoid=many(keys(required=True)),
        schulformen=many(keys(required=True)),
        parent_id=st.just("") | ids(),
        committee_id=st.just("") | ids(),
        period=periods(),
        **common(),
    )


def events() -> st.SearchStrategy[Record]:
    """Make events: dated, moved and without a date."""
    dateless = st.tuples(st.none(), st.sampled_from([EventStatus.IDEE, EventStatus.VERWORFEN]), st.just(""))
    moved = st.tuples(spans(), st.just(EventStatus.VERSCHOBEN), ids())
    held = st.tuples(spans(), st.sampled_from(EventStatus), st.just(""))
    return st.builds(
        lambda when, **fields: Event(span=when[0], status=when[1], successor_id=when[2], **fields),
        when=dateless | moved | held,
        title=texts(),
        type=keys(),
        taetigkeit=keys(),
        topics=many(texts()),
        description=texts(max_size=200),
        series_id=st.just("") | ids(),
        committee_id=st.just("") | ids(),
        location=maybe(st.builds(Location, name=texts(), room=texts(), address=addresses())),
        online_url=texts(),
        format=keys(),
        organiser_ids=many(ids()),
        partner_ids=many(ids()),
        speaker_ids=many(ids()),
        target_groups=many(keys(required=True)),
        schulformen=many(keys(required=True)),
        capacity=counts(1),
        registration_deadline=maybe(st.dates(date(1950, 1, 1), date(1989, 12, 31))),
        waiting_list=st.booleans(),
        cost=amounts(),
        workshops=many(st.builds(Workshop, key=keys(), title=texts(), capacity=counts())),
        certificate_hours=amounts(),
        visibility=st.sampled_from(Visibility),
        budget=amounts(),
        sequence=st.integers(0, 100),
        recurrence=many(lines()),
        occurrence_of=st.just("") | ids(),
        occurrence_at=st.just("") | lines(),
        **common(),
    )


def participations() -> st.SearchStrategy[Record]:
    """Make participations of people, names and headcounts."""
    status = ParticipationStatus
    hours = st.decimals(Decimal("0.25"), Decimal(24), places=2)
    states: st.SearchStrategy[dict[str, Any]] = (
        st.builds(dict, status=st.just(status.TEILWEISE), hours=hours)
        | st.builds(dict, status=st.just(status.TEILGENOMMEN), hours=maybe(hours))
        | st.builds(dict, status=st.just(status.WARTELISTE), rank=counts(1, 50))
        | st.builds(dict, status=st.just(status.VERTRETEN), substitute_id=st.just("") | ids())
        | st.builds(dict, status=st.sampled_from([status.EINGELADEN, status.ANGEMELDET, status.UNENTSCHULDIGT]))
    )
    who: st.SearchStrategy[dict[str, Any]] = (
        st.builds(dict, person_id=ids(), organisation_id=st.just("") | ids())
        | st.builds(dict, name=texts(min_size=1), email=emails())
        | st.builds(
            dict,
            headcounts=many(
                st.builds(Headcount, count=st.integers(0, 500), target_group=keys(), schulform=keys(), ags=ags_keys()),
                min_size=1,
            ),
        )
    )
    return st.builds(
        lambda state, somebody, **fields: Participation(**state, **somebody, **fields),
        state=states,
        somebody=who,
        event_id=ids(),
        role=keys(),
        registered_by=st.just("") | ids(),
        workshop=keys(),
        **common(),
    )
