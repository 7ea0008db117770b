"""Who may see what: for every audience, the kinds of records and the fields of each, as data in one place.

Everything is a whitelist: a kind or field that is not named stays inside, also one that a later version adds. The
fields that domain.md calls confidential (DS-10: entgeltgruppe, befristung, status of a person) are on no list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from koschuso.model import PrivacyClass, visible_classes

__all__ = ["AUDIENCES", "COMPLETE", "INTERNAL", "PROFILES", "Profile"]

INTERNAL: Final = "intern"
"""The office itself: every record, without extension fields of the class ``vertraulich``."""

COMPLETE: Final = "vertraulich"
"""The office's own complete copy (backup, move to another store): everything, unfiltered. No catalogue offers it."""


@attrs.frozen(kw_only=True)
class Profile:
    """What an audience may see.

    Attributes:
        fields: Kind of record -> its fields; kinds that are missing stay inside.
        purpose: Purpose for which people need a legal basis (DS-05).
        published_only: Whether people are shown only as far as they are to be published (DS-07).
        privacy: Classes of extension fields that travel.
        relations: Types of relations of people that travel; those between organisations all do.
        visibility: Values of ``Event.visibility`` that travel.
        dated: Whether periods travel; otherwise only what holds on the day, without its dates (a date of a position or
            employment tells its Befristung).
        scrubbed: Whether phone numbers in texts are blanked (DS-08).
    """

    fields: Mapping[str, frozenset[str]]
    purpose: str
    published_only: bool = False
    privacy: frozenset[PrivacyClass]
    relations: frozenset[str] = frozenset()
    visibility: frozenset[str] = frozenset()
    dated: bool = False
    scrubbed: bool = False


def _kinds(**fields: str) -> dict[str, frozenset[str]]:
    return {kind: frozenset(names.split()) for kind, names in fields.items()}


_ORGANISATION = (
    "type name short_name rechtsform address phones fax email homepage ags parent_id traegernummer school coordination"
)
_EVENT = (
    "title span type taetigkeit topics description committee_id location format organiser_ids partner_ids speaker_ids "
    "target_groups schulformen capacity registration_deadline waiting_list cost workshops certificate_hours status "
    "visibility successor_id sequence recurrence occurrence_of occurrence_at"
)
_RELATION = "type source target role scope"
_POSITION = "employer_id occupancy workload saeule is_coordination"
_ASSIGNMENT = "position_id place_id workload duty"
_CONCEPT = "title type version status issued_by dated adoptions valid predecessor_id url taetigkeit"

_SHARED = _kinds(
    organisation=_ORGANISATION,
    committee="type name office_id rhythm public email",
    position=_POSITION,
    assignment=_ASSIGNMENT,
    milestone="when title topics actors",
    goal="title reason approach office_id partners rank",
    cooperation="title partner_ids benefits committee_ids period",
)

_PUBLIC = Profile(
    fields=_SHARED
    | _kinds(
        # DS-07: name, function, institution (a relation), official phone and e-mail; nothing else.
        person="title given_name family_name name_suffix email phones functions",
        relation=_RELATION,
        event=_EVENT,
        concept=_CONCEPT,
    ),
    purpose="veroeffentlichung",
    published_only=True,
    privacy=visible_classes("oeffentlich"),
    relations=frozenset({"arbeitet_an", "zustaendig_fuer"}),
    visibility=frozenset({"oeffentlich"}),
    scrubbed=True,
)

_NETWORK = Profile(
    fields=_SHARED
    | _kinds(
        person="salutation title given_name family_name name_suffix email phones mobile address functions",
        relation=_RELATION,
        event=f"{_EVENT} series_id online_url",
        series="title rhythm type taetigkeit weeks weekday nth dates begin_time minutes avoid evasion schulformen "
        "parent_id committee_id period",
        concept=f"{_CONCEPT} authors",
    ),
    purpose="netzwerkverteiler",
    privacy=visible_classes("netzwerk"),
    relations=frozenset(
        {
            "arbeitet_an",
            "angestellt_bei",
            "abgeordnet_zu",
            "mitglied_in",
            "zustaendig_fuer",
            "kooperiert_mit",
            "vertritt",
        }
    ),
    visibility=frozenset({"oeffentlich", "netzwerk"}),
)

# The grant giver needs posts and money, not people (domain.md R7, R8): who works in a post stays inside.
_GRANT_GIVER = Profile(
    fields=_kinds(
        organisation=_ORGANISATION,
        relation=f"{_RELATION} period",
        position=f"{_POSITION} name plan_number period",
        assignment=f"{_ASSIGNMENT} period",
        funding="position_id funding_source percent amount eligible_cost period file_reference",
        concept=_CONCEPT,
    ),
    purpose="stellenuebersicht",
    privacy=visible_classes("foerdergeber"),
    dated=True,
)

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "netzwerk": _NETWORK,
        # A Träger sees what the network sees, of people who may be in the Stellenübersicht.
        "traeger": attrs.evolve(_NETWORK, purpose="stellenuebersicht"),
        "foerdergeber": _GRANT_GIVER,
        # What lies before a public meeting is public.
        "gremium_oeffentlich": _PUBLIC,
        "oeffentlich": _PUBLIC,
    }
)
"""What each audience outside the office may see."""

AUDIENCES: Final = (INTERNAL, *PROFILES)
"""Keys of the catalogue ``audience``."""
