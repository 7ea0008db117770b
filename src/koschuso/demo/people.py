"""The invented people of the demonstration: Fachkräfte, coordinators and those whom the office works with.

No name, address or number belongs to anybody: names are spices, birds and instruments, mailboxes end in ``.example``, and
telephone numbers are from the range that the Bundesnetzagentur keeps free for films.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import attrs

from koschuso.demo.identity import COORDINATOR_KREIS_ID, COORDINATOR_LAND_ID, SEED
from koschuso.demo.names import invented_names, mailbox
from koschuso.demo.staffing import MAIL_DOMAINS
from koschuso.model import Consent, FunctionHeld, LegalBasis, Period, Person, PersonStatus, Publication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.demo.posts import Plan, Post

__all__ = ["FACHKRAFT", "SPEAKER_IDS", "records"]

FACHKRAFT = "fachkraft_schulsozialarbeit"
"""Function key of those whom the office is there for."""

SPEAKER_IDS = ("demo-person-referenz-1", "demo-person-referenz-2", "demo-person-referenz-3")
"""Ids of the invented speakers."""

_FUNCTION_BY_DUTY = {"mpt": "mpt_fachkraft", "spf": "spf_fachkraft"}
_PURPOSES = ("netzwerkverteiler", "veranstaltung", "stellenuebersicht")
_FUNCTIONAL_MAILBOX = "schulsozialarbeit-team@stadt.example"
_NO_GIVEN_NAME = 17  # people are listed as they gave their names; the eighteenth gave none but the family name
_PUBLICATIONS = (Publication.NEIN,) * 5 + (Publication.FUNKTION,) * 2 + (Publication.NAME_DIENSTLICH,) * 3

# Beside the Fachkräfte: id, function, domain. RBB and office are of the Kreis.
_OTHERS = (
    (COORDINATOR_KREIS_ID, "koordination", "kreis-soest.example"),
    (COORDINATOR_LAND_ID, "koordination", "kreis-soest.example"),
    ("demo-person-rbb-leitung", "rbb_leitung", "kreis-soest.example"),
    ("demo-person-rbb-kreis", "rbb_mitarbeit_kommunal", "kreis-soest.example"),
    ("demo-person-rbb-land", "rbb_mitarbeit_land", "kreis-soest.example"),
    ("demo-person-schulaufsicht", "schulaufsicht_untere", "schulamt.example"),
    ("demo-person-generalist", "generalist_schulsozialarbeit", "bezirksregierung.example"),
    ("demo-person-jugendhilfeplanung", "jugendhilfeplanung", "kreis-soest.example"),
    ("demo-person-schultraeger-1", "schultraegervertretung", "stadt.example"),
    ("demo-person-schultraeger-2", "schultraegervertretung", "stadt.example"),
    ("demo-person-traeger-1", "traegervertretung", "lebkuchenhaus.example"),
    ("demo-person-traeger-2", "traegervertretung", "wiedehopf.example"),
    ("demo-person-traeger-3", "traegervertretung", "glockenspiel.example"),
    ("demo-person-schulleitung-1", "schulleitung", "schulen-nrw.example"),
    ("demo-person-schulleitung-2", "schulleitung", "schulen-nrw.example"),
    ("demo-person-schulleitung-3", "schulleitung", "schulen-nrw.example"),
    (SPEAKER_IDS[0], "referent", "fortbildung.example"),
    (SPEAKER_IDS[1], "referent", "fortbildung.example"),
    (SPEAKER_IDS[2], "referent", "fortbildung.example"),
)


def records(plan: Plan, *, seed: int = SEED) -> tuple[Person, ...]:
    """Build the holders of the planned positions and the others around the office.

    Args:
        plan: The plan of the positions; who holds two is one person.
        seed: Seed of what differs between people.
    """
    random = Random(seed + 1)  # noqa: S311 - invented data, no secret
    names = invented_names()
    others = [_other(person_id, function, domain, names, random) for person_id, function, domain in _OTHERS]
    posts: dict[str, list[Post]] = {}
    for post in plan.posts:
        if post.holder_id and post.holder_id != COORDINATOR_LAND_ID:
            posts.setdefault(post.holder_id, []).append(post)
    staff = [
        _fachkraft(number, person_id, posts[person_id], names, random) for number, person_id in enumerate(sorted(posts))
    ]
    return (*others, *(_with_story(person, plan) for person in staff))


def _other(person_id: str, function: str, domain: str, names: Iterator[tuple[str, str, str]], random: Random) -> Person:
    salutation, given_name, family_name = next(names)
    functions: tuple[FunctionHeld, ...] = (FunctionHeld(function=function),)
    if person_id == COORDINATOR_KREIS_ID:
        functions = (FunctionHeld(function=function, period=Period(since=date(2020, 1, 1))),)
    elif person_id == COORDINATOR_LAND_ID:
        # With the other half she works at a school: counted as one person, and her coordination hours apart.
        functions += (FunctionHeld(function=FACHKRAFT),)
    # The office's own people are its face: name and official address may be published without consent (DS-07).
    public = function in {"koordination", "rbb_leitung"}
    return Person(
        id=person_id,
        salutation=salutation,
        title="Dr." if person_id == SPEAKER_IDS[0] else "",
        given_name=given_name,
        family_name=family_name,
        email=mailbox(given_name, family_name, domain),
        phones=(_phone(random),),
        functions=functions,
        active_since=date(2012, 8, 1) if function == "koordination" else None,
        legal_bases=_legal_bases(
            contract="veranstaltung" if function == "referent" else "", publication="aufgabe" if public else ""
        ),
        publication=Publication.NAME_DIENSTLICH if public else Publication.NEIN,
        checked_on=date(2024, 8, 26),
    )


def _fachkraft(
    number: int, person_id: str, posts: list[Post], names: Iterator[tuple[str, str, str]], random: Random
) -> Person:
    post = posts[0]
    salutation, given_name, family_name = next(names)
    since = post.period.since or date(2019, 8, 1)
    # Who took a position lately is often, not always, new to the field.
    active_since = since if since >= date(2023, 8, 1) and random.random() < 0.8 else _years_before(since, random)  # noqa: PLR2004 - a share
    email = mailbox(given_name, family_name, MAIL_DOMAINS.get(post.employer_id, "stadt.example"))
    publication = random.choice(_PUBLICATIONS)
    consents = _consents(number, publication)
    return Person(
        id=person_id,
        salutation=salutation,
        given_name="" if number == _NO_GIVEN_NAME else given_name,
        family_name=family_name,
        # Two colleagues share a functional mailbox, as small towns have it.
        email=_FUNCTIONAL_MAILBOX if number in {30, 31} else email,
        phones=(_phone(random),) if random.random() < 0.8 else (),  # noqa: PLR2004 - a share
        functions=(FunctionHeld(function=_FUNCTION_BY_DUTY.get(post.duty, FACHKRAFT), period=Period(since=since)),),
        active_since=active_since,
        # Only the grant asks for it, so it is noted where the grant pays.
        qualification="sozialarbeit_staatl_anerkannt" if post.programme in {"richtlinie", "geteilt"} else "",
        legal_bases=_legal_bases(publication="einwilligung" if consents else ""),
        consents=consents,
        publication=publication,
        checked_on=date(2024, 9, 2) + timedelta(days=random.randrange(40)) if random.random() < 0.9 else None,  # noqa: PLR2004 - a share
        source=_source(post, random),
    )


def _years_before(since: date, random: Random) -> date:
    return date(max(since.year - random.randrange(6), 2006), random.choice((2, 8)), 1)


def _source(post: Post, random: Random) -> str:
    if post.duty != "schulsozialarbeit" or random.random() < 0.2:  # noqa: PLR2004 - a share
        return "schule" if "traeger" not in post.employer_id else "traeger"
    return "selbstauskunft"


def _legal_bases(*, contract: str = "", publication: str = "") -> tuple[LegalBasis, ...]:
    """Say why the data may be used: the task of the office, for speakers their contract, to publish what is given."""
    bases = {purpose: "vertrag" if purpose == contract else "aufgabe" for purpose in _PURPOSES}
    if publication:
        bases["veroeffentlichung"] = publication
    return tuple(LegalBasis(purpose=purpose, basis=basis) for purpose, basis in bases.items())


def _consents(number: int, publication: Publication) -> tuple[Consent, ...]:
    if publication is not Publication.NAME_DIENSTLICH:
        return ()
    return (
        Consent(
            purpose="veroeffentlichung",
            text_version="2023-08",
            given_on=date(2023, 9, 1) + timedelta(days=number),
            evidence=f"Ordner Einwilligungen, Nr. {number + 1}",
        ),
    )


def _with_story(person: Person, plan: Plan) -> Person:
    """Give those who leave, pause or withdraw their consent what belongs to it."""
    if person.id == plan.leaver_id:
        ended = tuple(
            attrs.evolve(held, period=attrs.evolve(held.period, until=date(2025, 2, 1))) for held in person.functions
        )
        return attrs.evolve(person, status=PersonStatus.AUSGESCHIEDEN, functions=ended)
    if person.id == plan.paused_id:
        return attrs.evolve(person, status=PersonStatus.PAUSIERT)
    if person.id == plan.substitute_id:
        revoked = Consent(
            purpose="veroeffentlichung",
            text_version="2023-08",
            given_on=date(2024, 9, 5),
            revoked_on=date(2025, 1, 20),
            evidence="Ordner Einwilligungen, Nr. 200",
        )
        return attrs.evolve(
            person,
            publication=Publication.NEIN,
            consents=(revoked,),
            legal_bases=_legal_bases(publication="einwilligung"),
        )
    return person


def _phone(random: Random) -> str:
    # (0)221 4710 000 to 999 is one of the ranges for film and television.
    return f"+49 221 4710{random.randrange(1000):03d}"
