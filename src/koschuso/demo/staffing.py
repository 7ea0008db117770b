"""Positions, Einsätze and Finanzierungen as records, and the invented freie Träger, from the plan of `koschuso.demo.posts`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from koschuso.demo.identity import AGS, KREIS_ID, LAND_ID, organisation, person
from koschuso.demo.posts import FREIE_TRAEGER
from koschuso.model import Assignment, Funding, Organisation, Period, Position, Relation, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from koschuso.demo.posts import Plan, Post
    from koschuso.model import Record

__all__ = ["MAIL_DOMAINS", "records"]

_NAMES = (
    "Lebkuchenhaus Jugendhilfe gGmbH",
    "Wiedehopf – Soziale Arbeit an Schulen e. V.",
    "Jugendwerk Glockenspiel gGmbH",
)

MAIL_DOMAINS: Mapping[str, str] = MappingProxyType(
    {
        KREIS_ID: "kreis-soest.example",
        LAND_ID: "schulen-nrw.example",
        FREIE_TRAEGER[0]: "lebkuchenhaus.example",
        FREIE_TRAEGER[1]: "wiedehopf.example",
        FREIE_TRAEGER[2]: "glockenspiel.example",
    }
)
"""Domain of the official mailboxes per employer; towns share one. None of them exists (RFC 2606)."""

# Säule, and who pays what part in percent.
_PROGRAMMES: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "umwandlung": ("landesdienst", (("landesdienst_umwandlung", 100),)),
    "zuschlag": ("landesdienst", (("landesdienst_zuschlag", 100),)),
    "mpt": ("landesdienst", (("landesdienst_mpt_gl", 100),)),
    "spf": ("landesdienst", (("landesdienst_spf", 100),)),
    "kommunal": ("kommunale_jugendhilfe", (("kommunal_eigenmittel", 100),)),
    "richtlinie": ("landesfoerderung", (("landesfoerderung_richtlinie", 80), ("kommunal_eigenmittel", 20))),
    "geteilt": ("landesfoerderung", (("landesfoerderung_richtlinie", 60), ("inklusionspauschale", 40))),
    "startchancen": ("sonstige", (("startchancen", 100),)),
}
_GRANT = "landesfoerderung_richtlinie"
_GRANT_YEARS = ("2023/24", "2024/25")
# Cost of a full position in a Schuljahr in Euro, invented; the guideline's ceiling is 70.000.
_COST_PER_POSITION = {"2023/24": Decimal(67_500), "2024/25": Decimal(69_200)}

_DUTY_NAMES = {
    "schulsozialarbeit": "Schulsozialarbeit",
    "mpt": "Multiprofessionelles Team",
    "spf": "Sozialpädagogische Fachkraft Schuleingangsphase",
}


def records(plan: Plan) -> tuple[Record, ...]:
    """Build organisations, positions, Einsätze, Finanzierungen and the relations that go with them."""
    return (
        *_freie_traeger(),
        *_relations(plan),
        *(record for post in plan.posts for record in _position(post)),
        *(record for post in plan.posts for record in _assignments(post)),
        *(record for post in plan.posts for record in _fundings(post)),
    )


def _freie_traeger() -> Iterator[Organisation]:
    for traeger_id, name in zip(FREIE_TRAEGER, _NAMES, strict=True):
        yield Organisation(
            id=traeger_id,
            type="freier_traeger",
            name=f"{name} (erfunden)",
            short_name=name.partition(" – ")[0].removesuffix(" gGmbH"),
            rechtsform="e. V." if name.endswith("e. V.") else "gGmbH",
            email=f"schulsozialarbeit@{MAIL_DOMAINS[traeger_id]}",
            ags=f"{AGS}000",
        )


def _relations(plan: Plan) -> Iterator[Relation]:
    for traeger_id in FREIE_TRAEGER:
        yield Relation(
            id=f"demo-beziehung-weiterleitung-{traeger_id.rpartition('-')[2]}",
            type="leitet_foerderung_weiter_an",
            source=organisation(KREIS_ID),
            target=organisation(traeger_id),
        )
    pairs = {
        (post.employer_id, school.id): school
        for post in plan.posts
        if post.employer_id in FREIE_TRAEGER
        for school in post.schools
    }
    for traeger_id, school_id in sorted(pairs):
        yield Relation(
            id=f"demo-beziehung-traeger-{traeger_id.rpartition('-')[2]}-{school_id}",
            type="durchfuehrender_traeger",
            source=organisation(traeger_id),
            target=organisation(school_id),
        )
    yield Relation(
        id="demo-beziehung-vertretung",
        type="vertritt",
        source=person(plan.substitute_id),
        target=person(plan.paused_id),
        period=next(post.period for post in plan.posts if post.holder_id == plan.substitute_id),
    )


def _position(post: Post) -> Iterator[Position]:
    places = " und ".join(school.short_name or school.name for school in post.schools)
    yield Position(
        id=post.id,
        name=f"{_DUTY_NAMES[post.duty]} {places}",
        employer_id=post.employer_id,
        holder_id=post.holder_id,
        occupancy=post.occupancy,
        workload=post.workload,
        tenure="befristet" if post.fixed_until else "unbefristet",
        fixed_until=post.fixed_until,
        tarif=_tarif(post),
        saeule=_PROGRAMMES[post.programme][0],
        period=post.period,
    )


def _tarif(post: Post) -> str:
    if post.employer_id == LAND_ID:
        return "tv_l"
    return "avr" if post.employer_id in FREIE_TRAEGER else "tvoed"


def _assignments(post: Post) -> Iterator[Assignment]:
    for school in post.schools:
        yield Assignment(
            id=f"{post.id}-einsatz-{school.id}",
            position_id=post.id,
            place_id=school.id,
            workload=_part(post),
            duty=post.duty,
            period=post.period,
        )


def _part(post: Post) -> Workload | None:
    """Give the volume at each of the schools: the whole, or an equal part of it."""
    workload = post.workload
    if workload is None or workload.minutes is None or len(post.schools) == 1:
        return workload
    return Workload(minutes=workload.minutes / len(post.schools), full_time_minutes=workload.full_time_minutes)


def _fundings(post: Post) -> Iterator[Funding]:
    sources = _PROGRAMMES[post.programme][1]
    if sources[0][0] != _GRANT:
        for source, percent in sources:
            yield _funding(post, source, percent, post.period)
        return
    for year in _GRANT_YEARS:
        period = Period.schuljahr(year)
        if post.period.overlaps(period):
            for source, percent in sources:
                yield _funding(post, source, percent, period, year)


def _funding(post: Post, source: str, percent: int, period: Period, year: str = "") -> Funding:
    vzae = None if post.workload is None else post.workload.vzae
    amount = cost = None
    if year and vzae is not None:
        cost = (_COST_PER_POSITION[year] * vzae.numerator / vzae.denominator).quantize(
            Decimal(1), rounding=ROUND_HALF_UP
        )
        amount = cost * percent / 100
    return Funding(
        id=f"{post.id}-{source}{'-' if year else ''}{year.replace('/', '-')}",
        position_id=post.id,
        funding_source=source,
        percent=Decimal(percent),
        amount=amount,
        eligible_cost=cost,
        period=period,
    )
