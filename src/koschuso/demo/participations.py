"""Who registered for an invented event and what became of it: seats, waiting list, substitutes, absence, partial presence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from koschuso.demo.identity import AGS, TEAM_BILDUNGSREGION_ID
from koschuso.demo.people import FACHKRAFT
from koschuso.demo.programme import CIRCLES, MEETINGS, NETWORK_MEETINGS
from koschuso.model import EventStatus, Headcount, Participation, ParticipationStatus, Person, PersonStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from koschuso.model import Event

__all__ = ["counted", "of_course"]

_Status = ParticipationStatus
_NEW_FOR_DAYS = 3 * 365  # an Einstiegsqualifizierung also takes those who began shortly before


def counted(events: Sequence[Event], random: Random) -> Iterator[Participation]:
    """Build one participation for each event where heads were counted and no names noted."""
    for event, headcounts in _headcounts(events, random):
        yield Participation(
            id=f"{event.id}-teilnahmen",
            event_id=event.id,
            status=_Status.TEILGENOMMEN,
            headcounts=headcounts,
        )


def of_course(event: Event, demand: int, people: Sequence[Person], random: Random) -> tuple[Participation, ...]:
    """Build the participations of an event with registration.

    Args:
        event: The event, with capacity and status.
        demand: How many register, if there are that many who may.
        people: Everybody; those who work as Fachkräfte on that day may register.
        random: Where chance comes from.
    """
    if event.span is None or demand == 0:
        return ()
    day = event.span.begin.date()
    invited = [person for person in people if _may_come(person, event, day)]
    order = random.sample(invited, min(demand, len(invited)))
    capacity = event.capacity or len(order)
    drawn = [_participation(event, person, number, random) for number, person in enumerate(order, 1)]
    seated = [one.with_status(_Status.ANGEMELDET) for one in drawn[:capacity]]
    waiting = [
        attrs.evolve(one.with_status(_Status.WARTELISTE), rank=rank) for rank, one in enumerate(drawn[capacity:], 1)
    ]
    if event.status is EventStatus.NACHBEREITET:
        return tuple(_after(event, seated, waiting, people, random))
    if event.status is EventStatus.EINLADUNG:
        asked = [person for person in invited if person not in order][:8]
        return (*_before(seated, waiting), *_asked(event, asked, len(drawn)))
    return (*seated, *waiting)


def _may_come(person: Person, event: Event, day: date) -> bool:
    if not person.has_function(FACHKRAFT, day) or person.status is PersonStatus.PAUSIERT:
        return False
    if event.type == "einstiegsqualifizierung":
        return person.active_since is not None and (day - person.active_since).days <= _NEW_FOR_DAYS
    return True


def _participation(event: Event, person: Person, number: int, random: Random) -> Participation:
    return Participation(
        id=f"{event.id}-teilnahme-{number:03d}",
        event_id=event.id,
        person_id=person.id,
        workshop=random.choice(event.workshops).key if event.workshops else "",
    )


def _before(seated: list[Participation], waiting: list[Participation]) -> Iterator[Participation]:
    """An event that is open for registration: one has cancelled, the first of the waiting list has moved up."""
    yield seated[0].with_status(_Status.ABGEMELDET)
    yield from seated[1:]
    if waiting:
        yield waiting[0].with_status(_Status.NACHGERUECKT)
        yield from (attrs.evolve(one, rank=rank) for rank, one in enumerate(waiting[1:], 1))


def _asked(event: Event, people: Sequence[Person], number: int) -> Iterator[Participation]:
    for offset, person in enumerate(people, number + 1):
        one = Participation(id=f"{event.id}-teilnahme-{offset:03d}", event_id=event.id, person_id=person.id)
        yield one.with_status(_Status.VORLAEUFIG) if offset % 3 == 0 else one


def _after(
    event: Event,
    seated: list[Participation],
    waiting: list[Participation],
    people: Sequence[Person],
    random: Random,
) -> Iterator[Participation]:
    """An event that is over: who cancelled makes room, some stay away, some leave early, one sends a substitute."""
    hours = event.certificate_hours or Decimal(6)
    present = {one.person_id for one in (*seated, *waiting)}
    free = 0
    for number, one in enumerate(seated):
        chance = random.random()
        if number == 0:
            stand_in = _substitute(event, one, people, present)
            yield attrs.evolve(one.with_status(_Status.VERTRETEN), substitute_id=stand_in.id)
            yield stand_in
        elif chance < 0.07:  # noqa: PLR2004 - shares of those who registered
            free += 1
            yield one.with_status(_Status.ABGEMELDET)
        elif chance < 0.11:  # noqa: PLR2004 - as above
            yield one.with_status(_Status.UNENTSCHULDIGT)
        elif chance < 0.16:  # noqa: PLR2004 - as above
            yield one.with_status(_Status.TEILWEISE, hours=(hours / 2).quantize(Decimal("0.1")))
        else:
            yield one.with_status(_Status.TEILGENOMMEN)
    for rank, one in enumerate(waiting):
        if rank < free:
            yield one.with_status(_Status.NACHGERUECKT).with_status(_Status.TEILGENOMMEN)
        else:
            yield attrs.evolve(one, rank=rank - free + 1)


def _substitute(event: Event, one: Participation, people: Sequence[Person], present: set[str]) -> Participation:
    """Let somebody come who had not registered; the certificate is hers (domain.md 5.7)."""
    day = event.span.begin.date() if event.span else date.max
    person = next(person for person in people if person.id not in present and _stands_in(person, day))
    return Participation(
        id=f"{one.id}-vertretung",
        event_id=event.id,
        person_id=person.id,
        registered_by=one.person_id,
    ).with_status(_Status.TEILGENOMMEN)


def _stands_in(person: Person, day: date) -> bool:
    functions = (FACHKRAFT, "spf_fachkraft", "mpt_fachkraft")
    return person.status is PersonStatus.AKTIV and any(person.has_function(function, day) for function in functions)


def _headcounts(found: Sequence[Event], random: Random) -> Iterator[tuple[Event, tuple[Headcount, ...]]]:
    """Say how many came where nobody is listed by name."""
    circles = {circle.series_id: circle for circle in CIRCLES}
    meetings = {meeting.event_id(day): meeting for meeting in MEETINGS for day in meeting.days}
    network = {f"demo-netzwerktreffen-{day.isoformat()}": heads for _, day, heads in NETWORK_MEETINGS}
    for event in found:
        if event.series_id in circles:
            circle = circles[event.series_id]
            yield event, _by_schulform(max(2, circle.heads + random.randint(-3, 3)), circle.schulformen, random)
        elif event.id in meetings:
            meeting = meetings[event.id]
            groups = meeting.target_groups or ("",)
            total = meeting.heads + random.randint(-2, 2)
            yield (
                event,
                tuple(
                    Headcount(count=total // len(groups) + (i < total % len(groups)), target_group=group)
                    for i, group in enumerate(groups)
                ),
            )
        elif event.id in network:
            partners = random.randint(2, 4)
            yield (
                event,
                (
                    Headcount(count=network[event.id], target_group="fachkraefte", ags=f"{AGS}000"),
                    Headcount(count=partners, target_group="kooperationspartner"),
                ),
            )
        elif event.committee_id == TEAM_BILDUNGSREGION_ID:
            yield event, (Headcount(count=random.randint(6, 9), target_group="verwaltung"),)


def _by_schulform(total: int, schulformen: Sequence[str], random: Random) -> tuple[Headcount, ...]:
    cuts = sorted(random.randint(0, total) for _ in schulformen[1:])
    counts = [after - before for before, after in zip((0, *cuts), (*cuts, total), strict=True)]
    return tuple(
        Headcount(count=count, target_group="fachkraefte", schulform=schulform)
        for schulform, count in zip(schulformen, counts, strict=True)
        if count
    )
