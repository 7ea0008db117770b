"""The plan of invented positions at the real schools: who employs whom where, with how many hours, on what programme.

Which school has Schulsozialarbeit, and how much, is drawn from a fixed seed: nothing here says anything about the real
schools. The volumes are written as the field writes them, and the cases that trouble real lists are all there: one
position at two schools, one that breaks the rule of half hours at one school, vacancies, unknown volumes, Maßnahmemonate,
a Fachkraft with two employers, one who leaves in mid-year, one who pauses and is stood in for.
"""

from __future__ import annotations

from datetime import date
from itertools import chain, cycle, pairwise
from random import Random
from typing import TYPE_CHECKING

import attrs

from koschuso.demo.identity import COORDINATOR_LAND_ID, COORDINATOR_LAND_SCHOOL_POSITION_ID, KREIS_ID, LAND_ID, SEED
from koschuso.errors import Refused
from koschuso.model import FULL_TIME_TV_L_NRW, FULL_TIME_TVOED, Occupancy, Organisation, Period, Workload
from koschuso.nrw.municipalities import organisation_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["FREIE_TRAEGER", "LAST_DAY", "Plan", "Post", "plan"]

LAST_DAY = date(2025, 7, 31)
"""Last day of the two school years that the demonstration covers."""

FREIE_TRAEGER = ("demo-traeger-lebkuchenhaus", "demo-traeger-wiedehopf", "demo-traeger-glockenspiel")
"""Ids of the invented freie Träger, see `koschuso.demo.staffing`."""

# Which part of the schools of a Schulform has Schulsozialarbeit; the others have none.
_SHARES = {
    "grundschule": 0.68,
    "hauptschule": 1.0,
    "foerderschule": 0.62,
    "realschule": 0.67,
    "sekundarschule": 1.0,
    "gesamtschule": 1.0,
    "gymnasium": 0.47,
    "weiterbildungskolleg": 1.0,
    "berufskolleg": 0.67,
}

# Employer, volume as written, programme; each school of the Schulform takes the next line.
_Terms = tuple[str, str, str]
_PATTERNS: dict[str, tuple[tuple[_Terms, ...], ...]] = {
    "grundschule": (
        (("frei", "0,5 Stelle", "richtlinie"),),
        (("stadt", "15 Std.", "kommunal"),),
        (("frei", "19,5 Std.", "richtlinie"),),
        (("stadt", "0,5", "richtlinie"), ("frei", "10 Std.", "kommunal")),
        (("land", "50 %", "umwandlung"),),
    ),
    "hauptschule": ((("land", "1,0 Stelle", "umwandlung"), ("stadt", "0,5 Stelle (19,5 Std.)", "richtlinie")),),
    "realschule": (
        (("stadt", "0,75", "richtlinie"),),
        (("land", "1,0 Stelle", "umwandlung"),),
        (("stadt", "19:30", "kommunal"), ("frei", "50 %", "richtlinie")),
        (("land", "1/2 Stelle", "umwandlung"), ("stadt", "15 Std.", "kommunal")),
    ),
    "sekundarschule": (
        (("land", "1,0 Stelle", "umwandlung"), ("frei", "0,5", "richtlinie")),
        (("land", "1,0", "umwandlung"), ("stadt", "15 Std.", "kommunal")),
        (("stadt", "1,0 Stelle", "richtlinie"),),
    ),
    "gesamtschule": (
        (("land", "1,0 Stelle", "umwandlung"), ("stadt", "0,5 Stelle", "kommunal")),
        (("land", "100 %", "zuschlag"), ("land", "50 %", "umwandlung"), ("frei", "19,5 Std.", "richtlinie")),
    ),
    "gymnasium": (
        (("stadt", "0,5 Stelle", "richtlinie"),),
        (("land", "19:55", "umwandlung"),),
        (("frei", "0,5", "richtlinie"),),
    ),
    "weiterbildungskolleg": ((("land", "50 %", "umwandlung"),),),
    "berufskolleg": (
        (("kreis", "1,0 Stelle", "kommunal"), ("land", "1,0 Stelle", "umwandlung")),
        (("kreis", "30 Std.", "richtlinie"),),
        (("kreis", "1,0", "richtlinie"), ("kreis", "0,5 Stelle", "kommunal")),
    ),
    "foerderschule": (
        (("land", "1,0 Stelle", "umwandlung"),),
        (("kreis", "19,5h", "kommunal"), ("frei", "10 Std.", "richtlinie")),
        (("land", "0,5 Stelle", "zuschlag"),),
        (("frei", "20 Std.", "richtlinie"),),
    ),
}
# Pairs of Grundschulen that share one position.
_SHARED = (
    ("stadt", "1,0 Stelle", "richtlinie"),
    ("frei", "0,75 Stelle", "richtlinie"),
    ("stadt", "30 Std.", "kommunal"),
)
_SHARED_PAIRS = 6
_FEWEST_SCHOOLS = 60
_HALF_AT_TWO_SCHOOLS = ("frei", "0,5 Stelle", "richtlinie")  # breaks the rule of one school for half hours (F2)

_BEGINS = (date(2012, 8, 1), date(2015, 8, 1), date(2017, 2, 1), date(2019, 8, 1), date(2021, 8, 1), date(2022, 8, 1))
_NEW = (date(2023, 8, 1), date(2024, 2, 1), date(2024, 8, 1), date(2024, 9, 1))
_NEW_CHANCE = 0.22

_LEAVES = date(2025, 2, 1)
_SUCCEEDS = date(2025, 3, 1)
_PAUSE = date(2024, 9, 1)


@attrs.frozen(kw_only=True)
class Post:
    """One planned position.

    Attributes:
        id: Id of the position.
        schools: Where it works: one school, or two that share it.
        employer_id: Anstellungsträger.
        stated: Volume as written; empty is not known.
        programme: Short name of how it is paid, see `koschuso.demo.staffing`.
        duty: Key of the catalogue ``einsatztaetigkeit``.
        holder_id: Person who works in it.
        occupancy: Whether it is filled; without a holder the person is not known.
        period: When it exists.
        fixed_until: Last day of a fixed term.
    """

    id: str
    schools: tuple[Organisation, ...]
    employer_id: str
    stated: str
    programme: str
    duty: str = "schulsozialarbeit"
    holder_id: str | None = None
    occupancy: Occupancy = Occupancy.BESETZT
    period: Period
    fixed_until: date | None = None

    @property
    def full_time_minutes(self) -> int:
        """Full-time basis of the employer in minutes per week: 39:50 with the Land, else 39:00."""
        return FULL_TIME_TV_L_NRW if self.employer_id == LAND_ID else FULL_TIME_TVOED

    @property
    def workload(self) -> Workload | None:
        """The volume, or ``None`` where it is not known."""
        return Workload.parse(self.stated, full_time_minutes=self.full_time_minutes) if self.stated else None


@attrs.frozen(kw_only=True)
class Plan:
    """All planned positions and the people whose story is a special one.

    Attributes:
        posts: The positions.
        leaver_id: Who leaves in mid-year.
        paused_id: Who pauses.
        substitute_id: Who stands in.
    """

    posts: tuple[Post, ...]
    leaver_id: str
    paused_id: str
    substitute_id: str


def plan(schools: Iterable[Organisation], *, seed: int = SEED) -> Plan:
    """Plan the positions of the Fachkräfte at the given schools.

    Args:
        schools: Organisations with a school profile; others are ignored. Those of a whole Kreis.
        seed: Seed of the draw; the same seed and schools give the same plan.

    Raises:
        Refused: There are too few schools to hold the special cases.
    """
    random = Random(seed)  # noqa: S311 - invented data, no secret
    known = sorted((school for school in schools if school.school), key=lambda school: school.id)
    chosen = _with_schulsozialarbeit(known, random)
    if len(known) < _FEWEST_SCHOOLS or len(chosen["grundschule"]) < _FEWEST_SCHOOLS // 4 or not chosen["gesamtschule"]:
        raise Refused(
            f"Für das Beispielbüro braucht es die Schulen eines ganzen Kreises (mindestens {_FEWEST_SCHOOLS}, darunter "
            f"Grund- und Gesamtschulen); gefunden wurden {len(known)}. Bitte lesen Sie zuerst das Schulverzeichnis ein."
        )
    posts = list(_posts(chosen, random))
    return _with_holders(posts, chosen, random)


def _group(school: Organisation) -> str:
    return school.school.schulform.partition(".")[0] if school.school else ""


def _is_private(school: Organisation) -> bool:
    return bool(school.school and school.school.private)


def _with_schulsozialarbeit(schools: Sequence[Organisation], random: Random) -> dict[str, list[Organisation]]:
    chosen: dict[str, list[Organisation]] = {}
    for group, share in _SHARES.items():
        members = [school for school in schools if _group(school) == group]
        # Private schools come last: most of them pay for their own staff, of whom a coordination office hears little.
        order = sorted(members, key=lambda school: (_is_private(school), random.random()))
        chosen[group] = sorted(order[: round(share * len(members))], key=lambda school: (school.ags, school.id))
    return chosen


def _posts(chosen: dict[str, list[Organisation]], random: Random) -> Iterator[Post]:
    pairs = _pairs(chosen["grundschule"])
    paired = {school.id for pair in pairs for school in pair}
    for pair, term in zip(pairs, chain((_HALF_AT_TWO_SCHOOLS,), cycle(_SHARED)), strict=False):
        yield _post(f"{_short(pair[0])}-{_short(pair[1])}", pair, term, random)
    for group, members in chosen.items():
        patterns = cycle(_PATTERNS[group])
        for school in members:
            if school.id not in paired:
                for number, term in enumerate(next(patterns), 1):
                    yield _post(f"{_short(school)}-{number}", (school,), term, random)


def _pairs(schools: Sequence[Organisation]) -> list[tuple[Organisation, Organisation]]:
    """Find pairs of neighbouring schools in the same municipality, each school once."""
    pairs: list[tuple[Organisation, Organisation]] = []
    taken: set[str] = set()
    for first, second in pairwise(schools):
        if len(pairs) <= _SHARED_PAIRS and first.ags == second.ags and first.id not in taken:
            pairs.append((first, second))
            taken |= {first.id, second.id}
    return pairs


def _short(school: Organisation) -> str:
    return school.school.schulnummer if school.school else school.id


def _post(name: str, schools: tuple[Organisation, ...], terms: _Terms, random: Random) -> Post:
    employer, stated, programme = terms
    ags = schools[0].ags
    if any(_is_private(school) for school in schools):
        # Neither town nor Land employs at a private school.
        employer, programme = "frei", "richtlinie"
    employer_id = {
        "land": LAND_ID,
        "kreis": KREIS_ID,
        "stadt": organisation_id(ags),
        # Each freier Träger works in some municipalities, as in life.
        "frei": FREIE_TRAEGER[int(ags or "0") // 4 % len(FREIE_TRAEGER)],
    }[employer]
    since = random.choice(_NEW if random.random() < _NEW_CHANCE else _BEGINS)
    # Money of the guideline was granted to the end of the old one; many contracts end with it.
    fixed = LAST_DAY if programme == "richtlinie" and random.random() < 0.4 else None  # noqa: PLR2004 - a share
    return Post(
        id=f"demo-stelle-{name}",
        schools=schools,
        employer_id=employer_id,
        stated=stated,
        programme=programme,
        period=Period(since=since),
        fixed_until=fixed,
    )


def _with_holders(posts: list[Post], chosen: dict[str, list[Organisation]], random: Random) -> Plan:
    """Fill the positions with people and work in the special cases."""
    order = list(range(len(posts)))
    random.shuffle(order)
    single = [i for i in order if len(posts[i].schools) == 1 and not posts[i].fixed_until]
    small = [i for i in single if (posts[i].workload or _ONE).hours <= 20]  # type: ignore[operator] # noqa: PLR2004 - hours
    vacant = set(single[:4])
    unknown_volume = set(single[4:7])
    unknown_holder = single[7]
    leaver, paused = single[8], single[9]
    used = {*single[:10]}
    first = next(i for i in small if i not in used)
    second = next(i for i in small if i not in used and posts[i].employer_id != posts[first].employer_id)
    shared_money = [i for i in order if posts[i].programme == "richtlinie" and i not in vacant][:2]

    numbers = iter(range(1, len(posts) + 20))
    holders: dict[int, str] = {}
    result: list[Post] = []
    for i, post in enumerate(posts):
        if i in vacant:
            result.append(attrs.evolve(post, occupancy=Occupancy.VAKANT))
            continue
        changes: dict[str, object] = {}
        if i in unknown_volume:
            changes["stated"] = ""
        if i in shared_money:
            changes["programme"] = "geteilt"
        if i != unknown_holder:
            known = holders.get(first) if i == second else holders.get(second) if i == first else None
            holders[i] = known or _person_id(next(numbers))
            changes["holder_id"] = holders[i]
        if i == leaver:
            changes["period"] = attrs.evolve(post.period, until=_LEAVES)
        result.append(attrs.evolve(post, **changes))  # type: ignore[arg-type]

    successor, substitute = _person_id(next(numbers)), _person_id(next(numbers))
    result += [
        attrs.evolve(
            posts[leaver], id=f"{posts[leaver].id}-nachfolge", holder_id=successor, period=Period(since=_SUCCEEDS)
        ),
        attrs.evolve(
            posts[paused],
            id=f"{posts[paused].id}-vertretung",
            holder_id=substitute,
            period=Period.from_to(_PAUSE, LAST_DAY),
            fixed_until=LAST_DAY,
        ),
        *_others(chosen, [_person_id(next(numbers)) for _ in range(9)]),
    ]
    return Plan(posts=tuple(result), leaver_id=holders[leaver], paused_id=holders[paused], substitute_id=substitute)


_ONE = Workload.of_share(1)


def _others(chosen: dict[str, list[Organisation]], person_ids: Sequence[str]) -> Iterator[Post]:
    """Plan what stands beside: measure months, MPT and SPF, and the school share of the seconded coordinator."""
    holders = iter(person_ids)
    primary = [school for school in chosen["grundschule"] if not _is_private(school)]
    secondary = [school for school in chosen["gesamtschule"] + chosen["sekundarschule"] if not _is_private(school)]
    yield Post(
        id=f"demo-stelle-{_short(primary[-1])}-startchancen",
        schools=(primary[-1],),
        employer_id=FREIE_TRAEGER[0],
        stated="12 Maßnahmemonate",
        programme="startchancen",
        holder_id=next(holders),
        period=Period.schuljahr("2024/25"),
        fixed_until=LAST_DAY,
    )
    for duty, schools, stated in (("spf", primary[:5], "1,0 Stelle"), ("mpt", secondary[:3], "1,0")):
        for school in schools:
            yield Post(
                id=f"demo-stelle-{_short(school)}-{duty}",
                schools=(school,),
                employer_id=LAND_ID,
                stated=stated,
                programme=duty,
                duty=duty,
                holder_id=next(holders),
                period=Period(since=date(2021, 8, 1)),
            )
    yield Post(
        id=COORDINATOR_LAND_SCHOOL_POSITION_ID,
        schools=(secondary[0],),
        employer_id=LAND_ID,
        stated="0,5 Stelle",
        programme="umwandlung",
        holder_id=COORDINATOR_LAND_ID,
        period=Period(since=date(2019, 8, 1)),
    )


def _person_id(number: int) -> str:
    return f"demo-person-{number:03d}"
