"""Strategies for people, organisations, committees and what connects them."""

from __future__ import annotations

from hypothesis import strategies as st

from koschuso.model import (
    Committee,
    Consent,
    Coordinates,
    CoordinationProfile,
    FunctionHeld,
    LegalBasis,
    Organisation,
    Person,
    PersonStatus,
    Publication,
    Record,
    Relation,
    SchoolProfile,
)
from koschuso.testing.strategies.parts import addresses, common, counts, many, maybe
from koschuso.testing.strategies.values import (
    ags_keys,
    days,
    emails,
    fuzzy_dates,
    ids,
    keys,
    periods,
    references,
    texts,
)

__all__ = ["committees", "organisations", "persons", "relations"]


def persons() -> st.SearchStrategy[Record]:
    """Make people."""
    consents = st.tuples(days(), days(), st.booleans()).map(
        lambda parts: Consent(
            purpose="netzwerkverteiler",
            text_version="1",
            given_on=min(parts[:2]),
            revoked_on=max(parts[:2]) if parts[2] else None,
        )
    )
    return st.builds(
        Person,
        **common(),
        salutation=texts(),
        title=texts(),
        given_name=texts(),
        family_name=texts(min_size=1),
        email=emails(),
        phones=many(texts()),
        mobile=texts(),
        address=addresses(),
        functions=many(st.builds(FunctionHeld, function=keys(required=True), period=periods())),
        active_since=maybe(days()),
        qualification=keys(),
        legal_bases=many(st.builds(LegalBasis, purpose=keys(required=True), basis=keys(required=True))),
        consents=many(consents),
        publication=st.sampled_from(Publication),
        checked_on=maybe(days()),
        source=keys(),
        status=st.sampled_from(PersonStatus),
    )


def organisations() -> st.SearchStrategy[Record]:
    """Make organisations: schools, coordination offices and others."""
    coordinates = st.builds(
        Coordinates, easting=st.integers(0, 10**6), northing=st.integers(0, 10**7), epsg_stated=st.booleans()
    )
    school = st.builds(
        SchoolProfile,
        schulnummer=st.from_regex(r"\A[0-9]{6}\Z"),
        schulform=keys(required=True),
        status=keys(),
        status_since=maybe(days()),
        private=maybe(st.booleans()),
        sozialindexstufe=counts(1, 9),
        pupils=counts(),
        coordinates=maybe(coordinates),
    )
    coordination = st.builds(
        CoordinationProfile,
        traegerunabhaengig=maybe(st.booleans()),
        schulformuebergreifend=maybe(st.booleans()),
        started=maybe(fuzzy_dates()),
    )
    shared = {
        **common(),
        "name": texts(min_size=1),
        "short_name": texts(),
        "rechtsform": texts(),
        "address": addresses(),
        "phones": many(texts()),
        "email": emails(),
        "homepage": texts(),
        "ags": ags_keys(),
        # Not its own id: those have no colon.
        "parent_id": st.just("") | ids().map("{}:".format),
        "source": keys(),
        "checked_on": maybe(days()),
    }
    return (
        st.builds(Organisation, type=st.sampled_from(["schule", "teilstandort"]), school=school, **shared)
        | st.builds(Organisation, type=st.just("koordinierungsstelle"), coordination=maybe(coordination), **shared)
        | st.builds(Organisation, type=st.sampled_from(["schultraeger", "soest:verein", ""]), **shared)
    )


def committees() -> st.SearchStrategy[Record]:
    """Make committees."""
    return st.builds(
        Committee,
        **common(),
        type=keys(),
        name=texts(min_size=1),
        office_id=st.just("") | ids(),
        rhythm=texts(),
        public=maybe(st.booleans()),
        email=emails(),
    )


def relations() -> st.SearchStrategy[Record]:
    """Make relations between any two records."""
    ends = st.tuples(references(), references()).filter(lambda two: two[0] != two[1])
    kinds = st.tuples(st.just("mitglied_in"), keys()) | st.tuples(keys(), st.just(""))
    return st.builds(
        lambda ends, sort, **fields: Relation(source=ends[0], target=ends[1], type=sort[0], role=sort[1], **fields),
        ends=ends,
        sort=kinds,
        scope=keys(),
        period=periods(),
        origin=keys(),
        **common(),
    )
