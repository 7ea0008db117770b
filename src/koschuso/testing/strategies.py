"""Hypothesis strategies for every kind of record: valid by construction, and as odd as real data can be.

Use them in tests of plugins and drivers: ``@given(records())`` for any kind, ``@given(records("event"))`` for one.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from koschuso.model import (
    ALWAYS,
    RECORD_TYPES,
    Activity,
    Address,
    Adoption,
    Assignment,
    Benefit,
    Committee,
    Concept,
    Consent,
    Consultation,
    Cooperation,
    Coordinates,
    CoordinationProfile,
    Event,
    EventStatus,
    FunctionHeld,
    Funding,
    FuzzyDate,
    Goal,
    Headcount,
    LegalBasis,
    Location,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    ParticipationStatus,
    Period,
    Person,
    PersonStatus,
    Position,
    Publication,
    Record,
    Reference,
    Relation,
    SchoolProfile,
    Series,
    Task,
    TaskStatus,
    TimeSpan,
    Visibility,
    Workload,
    Workshop,
)
from koschuso.model.values import freeze

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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

_FIRST, _LAST = date(1990, 1, 1), date(2100, 12, 31)


def texts(*, min_size: int = 0, max_size: int = 20) -> st.SearchStrategy[str]:
    """Make texts of any characters that every store can keep: no NUL, no half characters."""
    return st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=min_size, max_size=max_size
    )


def lines() -> st.SearchStrategy[str]:
    """Make texts of one line."""
    return st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)


def ids() -> st.SearchStrategy[str]:
    """Make ids: printable and without blanks at their ends."""
    return st.text(st.characters(categories=["L", "N", "Pd", "Po", "Sm"]), min_size=1, max_size=20)


def keys(*, required: bool = False) -> st.SearchStrategy[str]:
    """Make vocabulary keys of up to three levels, some with the prefix of a plugin."""
    key = st.from_regex(r"\A(?:[a-z][a-z0-9-]{0,4}:)?[a-z0-9_]{1,6}(?:\.[a-z0-9_]{1,4}){0,2}\Z")
    return key if required else st.just("") | key


def ags_keys() -> st.SearchStrategy[str]:
    """Make municipality keys of every level, or none."""
    return st.just("") | st.from_regex(r"\A05[0-9](?:[0-9]{2}(?:[0-9]{3})?)?\Z")


def emails() -> st.SearchStrategy[str]:
    """Make addresses that cannot belong to anybody, or none."""
    return st.just("") | st.from_regex(r"\A[a-z]{1,8}@[a-z]{1,6}\.example\Z")


def days() -> st.SearchStrategy[date]:
    """Make days."""
    return st.dates(_FIRST, _LAST)


def periods() -> st.SearchStrategy[Period]:
    """Make spans of days, closed or open at either side."""
    both = st.tuples(days(), days()).filter(lambda ends: ends[0] != ends[1])
    return (
        st.just(ALWAYS)
        | st.builds(Period)
        | days().map(lambda day: Period(since=day))
        | days().map(lambda day: Period(until=day))
        | both.map(lambda ends: Period(since=min(ends), until=max(ends)))
    )


def fuzzy_dates(*, with_year: bool = False) -> st.SearchStrategy[FuzzyDate]:
    """Make dates as exact as people know them."""
    years = st.integers(1990, 2099)
    exact = (
        days().map(lambda day: f"{day:%d.%m.%Y}")
        | years.map(str)
        | st.tuples(st.integers(1, 12), years).map(lambda parts: f"{parts[0]:02d}/{parts[1]}")
        | st.tuples(st.integers(1, 4), years).map(lambda parts: f"{parts[0]}. Quartal {parts[1]}")
        | years.map(lambda year: f"Schuljahr {year}/{(year + 1) % 100:02d}")
        | years.map(lambda year: f"November / Dezember {year}")
    )
    return (exact if with_year else exact | st.sampled_from(["März", "Januar / Februar", "15.10."])).map(FuzzyDate)


def spans() -> st.SearchStrategy[TimeSpan]:
    """Make spans of time: with a zone, with two, floating, all day, and points in time."""
    moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - wall time, as the model keeps it
    ends = st.tuples(moments, moments).map(sorted)
    zones = st.sampled_from(["Europe/Berlin", "UTC", None])
    return (
        st.tuples(ends, zones).map(lambda parts: TimeSpan(begin=parts[0][0], end=parts[0][1], zone=parts[1]))
        | moments.map(lambda moment: TimeSpan(begin=moment, end=moment))
        | st.tuples(days(), days()).map(sorted).map(lambda two: TimeSpan.days(two[0], two[1]))
        | st.tuples(moments, moments).map(
            lambda two: TimeSpan(begin=two[0], end=two[1], zone="Europe/Berlin", end_zone="America/New_York")
        )
    )


def workloads() -> st.SearchStrategy[Workload]:
    """Make workloads of at most one full-time position."""
    hours = st.decimals(Decimal("0.0001"), Decimal(1800), places=4)
    months = st.decimals(Decimal("0.5"), Decimal(36), places=1)
    basis = st.sampled_from([1800, 2340, 2390, 2880])
    return st.builds(Workload, minutes=hours, full_time_minutes=basis, stated=texts()) | st.builds(
        Workload, minutes=st.none(), months=months, full_time_minutes=basis
    )


def references() -> st.SearchStrategy[Reference]:
    """Make references to records that need not exist."""
    return st.builds(Reference, st.sampled_from(sorted(RECORD_TYPES)), ids())


def json_values() -> st.SearchStrategy[Any]:
    """Make values that JSON carries unchanged, frozen as records hold them."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts()
    )
    values: st.SearchStrategy[Any] = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3), max_leaves=5
    )
    return values.map(freeze)


def extras() -> st.SearchStrategy[Any]:
    """Make values of plugins' fields."""
    names = st.from_regex(r"\A[a-z][a-z0-9-]{0,4}:[a-z][a-z0-9_]{0,6}\Z")
    return st.just({}) | st.dictionaries(names, json_values(), max_size=3)


def records(kind: str = "") -> st.SearchStrategy[Record]:
    """Make records of one kind, or of any.

    Args:
        kind: Name of the kind; empty for any.
    """
    if kind:
        return _BUILDERS[kind]()
    return st.sampled_from(sorted(_BUILDERS)).flatmap(lambda name: _BUILDERS[name]())


def _common() -> dict[str, st.SearchStrategy[Any]]:
    return {"id": ids(), "extras": extras(), "foreign": _many(lines())}


def _many(inner: st.SearchStrategy[Any], *, min_size: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(inner, min_size=min_size, max_size=3).map(tuple)


def _maybe(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | inner


def _counts(low: int = 0, high: int = 10_000) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(low, high)


def _amounts() -> st.SearchStrategy[Decimal | None]:
    return st.none() | st.decimals(Decimal(0), Decimal(1_000_000), places=2)


def _addresses() -> st.SearchStrategy[Address | None]:
    code = st.just("") | st.from_regex(r"\A[0-9]{5}\Z")
    return st.none() | st.builds(Address, street=texts(), postal_code=code, locality=texts(), extra=texts())


def _persons() -> st.SearchStrategy[Record]:
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
        **_common(),
        salutation=texts(),
        title=texts(),
        given_name=texts(),
        family_name=texts(min_size=1),
        email=emails(),
        phones=_many(texts()),
        mobile=texts(),
        address=_addresses(),
        functions=_many(st.builds(FunctionHeld, function=keys(required=True), period=periods())),
        active_since=_maybe(days()),
        qualification=keys(),
        legal_bases=_many(st.builds(LegalBasis, purpose=keys(required=True), basis=keys(required=True))),
        consents=_many(consents),
        publication=st.sampled_from(Publication),
        checked_on=_maybe(days()),
        source=keys(),
        status=st.sampled_from(PersonStatus),
    )


def _organisations() -> st.SearchStrategy[Record]:
    coordinates = st.builds(
        Coordinates, easting=st.integers(0, 10**6), northing=st.integers(0, 10**7), epsg_stated=st.booleans()
    )
    school = st.builds(
        SchoolProfile,
        schulnummer=st.from_regex(r"\A[0-9]{6}\Z"),
        schulform=keys(required=True),
        status=keys(),
        status_since=_maybe(days()),
        private=_maybe(st.booleans()),
        sozialindexstufe=_counts(1, 9),
        pupils=_counts(),
        coordinates=_maybe(coordinates),
    )
    coordination = st.builds(
        CoordinationProfile,
        traegerunabhaengig=_maybe(st.booleans()),
        schulformuebergreifend=_maybe(st.booleans()),
        started=_maybe(fuzzy_dates()),
    )
    common = {
        **_common(),
        "name": texts(min_size=1),
        "short_name": texts(),
        "rechtsform": texts(),
        "address": _addresses(),
        "phones": _many(texts()),
        "email": emails(),
        "homepage": texts(),
        "ags": ags_keys(),
        # Not its own id: those have no colon.
        "parent_id": st.just("") | ids().map("{}:".format),
        "source": keys(),
        "checked_on": _maybe(days()),
    }
    return (
        st.builds(Organisation, type=st.sampled_from(["schule", "teilstandort"]), school=school, **common)
        | st.builds(Organisation, type=st.just("koordinierungsstelle"), coordination=_maybe(coordination), **common)
        | st.builds(Organisation, type=st.sampled_from(["schultraeger", "soest:verein", ""]), **common)
    )


def _committees() -> st.SearchStrategy[Record]:
    return st.builds(
        Committee,
        **_common(),
        type=keys(),
        name=texts(min_size=1),
        office_id=st.just("") | ids(),
        rhythm=texts(),
        public=_maybe(st.booleans()),
        email=emails(),
    )


def _relations() -> st.SearchStrategy[Record]:
    ends = st.tuples(references(), references()).filter(lambda two: two[0] != two[1])
    kinds = st.tuples(st.just("mitglied_in"), keys()) | st.tuples(keys(), st.just(""))
    return st.builds(
        lambda ends, sort, **fields: Relation(source=ends[0], target=ends[1], type=sort[0], role=sort[1], **fields),
        ends=ends,
        sort=kinds,
        scope=keys(),
        period=periods(),
        origin=keys(),
        **_common(),
    )


def _positions() -> st.SearchStrategy[Record]:
    holders = st.tuples(ids(), st.just(Occupancy.BESETZT)) | st.tuples(st.none(), st.sampled_from(Occupancy))
    return st.builds(
        lambda holder, **fields: Position(holder_id=holder[0], occupancy=holder[1], **fields),
        holder=holders,
        name=texts(min_size=1),
        employer_id=st.just("") | ids(),
        workload=_maybe(workloads()),
        tenure=keys(),
        tarif=keys(),
        entgeltgruppe=texts(),
        saeule=keys(),
        is_coordination=st.booleans(),
        plan_number=texts(),
        period=periods(),
        **_common(),
    )


def _assignments() -> st.SearchStrategy[Record]:
    return st.builds(
        Assignment,
        **_common(),
        position_id=ids(),
        place_id=ids(),
        workload=_maybe(workloads()),
        duty=keys(),
        period=periods(),
    )


def _fundings() -> st.SearchStrategy[Record]:
    return st.builds(
        Funding,
        **_common(),
        position_id=ids(),
        funding_source=keys(),
        percent=_maybe(st.decimals(Decimal("0.01"), Decimal(100), places=2)),
        amount=_amounts(),
        eligible_cost=_amounts(),
        period=periods(),
        file_reference=texts(),
    )


def _series() -> st.SearchStrategy[Record]:
    rhythms: st.SearchStrategy[dict[str, Any]] = (
        st.builds(dict, rhythm=st.just("alle_n_wochen"), weeks=st.integers(1, 52), weekday=_counts(0, 6))
        | st.builds(
            dict,
            rhythm=st.just("monatlich_n_ter_wochentag"),
            weekday=st.integers(0, 6),
            nth=st.sampled_from([1, 2, 3, 4, 5, -1]),
        )
        | st.builds(dict, rhythm=st.just("termine_liste"), dates=_many(days(), min_size=1))
        | st.builds(dict, rhythm=st.sampled_from(["jaehrlich", ""]))
    )
    return st.builds(
        lambda how, **fields: Series(**how, **fields),
        how=rhythms,
        title=texts(min_size=1),
        type=keys(),
        taetigkeit=keys(),
        begin_time=_maybe(st.times()),
        minutes=_counts(1, 600),
        avoid=_many(keys(required=True)),
        schulformen=_many(keys(required=True)),
        parent_id=st.just("") | ids(),
        committee_id=st.just("") | ids(),
        period=periods(),
        **_common(),
    )


def _events() -> st.SearchStrategy[Record]:
    dateless = st.tuples(st.none(), st.sampled_from([EventStatus.IDEE, EventStatus.VERWORFEN]), st.just(""))
    moved = st.tuples(spans(), st.just(EventStatus.VERSCHOBEN), ids())
    held = st.tuples(spans(), st.sampled_from(EventStatus), st.just(""))
    return st.builds(
        lambda when, **fields: Event(span=when[0], status=when[1], successor_id=when[2], **fields),
        when=dateless | moved | held,
        title=texts(),
        type=keys(),
        taetigkeit=keys(),
        topics=_many(texts()),
        description=texts(max_size=200),
        series_id=st.just("") | ids(),
        committee_id=st.just("") | ids(),
        location=_maybe(st.builds(Location, name=texts(), room=texts(), address=_addresses())),
        online_url=texts(),
        format=keys(),
        organiser_ids=_many(ids()),
        partner_ids=_many(ids()),
        speaker_ids=_many(ids()),
        target_groups=_many(keys(required=True)),
        schulformen=_many(keys(required=True)),
        capacity=_counts(1),
        registration_deadline=_maybe(st.dates(date(1950, 1, 1), date(1989, 12, 31))),
        waiting_list=st.booleans(),
        cost=_amounts(),
        workshops=_many(st.builds(Workshop, key=keys(), title=texts(), capacity=_counts())),
        certificate_hours=_amounts(),
        visibility=st.sampled_from(Visibility),
        budget=_amounts(),
        sequence=st.integers(0, 100),
        recurrence=_many(lines()),
        occurrence_of=st.just("") | ids(),
        occurrence_at=st.just("") | lines(),
        **_common(),
    )


def _participations() -> st.SearchStrategy[Record]:
    status = ParticipationStatus
    hours = st.decimals(Decimal("0.25"), Decimal(24), places=2)
    states: st.SearchStrategy[dict[str, Any]] = (
        st.builds(dict, status=st.just(status.TEILWEISE), hours=hours)
        | st.builds(dict, status=st.just(status.TEILGENOMMEN), hours=_maybe(hours))
        | st.builds(dict, status=st.just(status.WARTELISTE), rank=_counts(1, 50))
        | st.builds(dict, status=st.just(status.VERTRETEN), substitute_id=st.just("") | ids())
        | st.builds(dict, status=st.sampled_from([status.EINGELADEN, status.ANGEMELDET, status.UNENTSCHULDIGT]))
    )
    who: st.SearchStrategy[dict[str, Any]] = (
        st.builds(dict, person_id=ids(), organisation_id=st.just("") | ids())
        | st.builds(dict, name=texts(min_size=1), email=emails())
        | st.builds(
            dict,
            headcounts=_many(
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
        **_common(),
    )


def _tasks() -> st.SearchStrategy[Record]:
    done = st.tuples(st.just(TaskStatus.ERLEDIGT), days()) | st.tuples(st.sampled_from(TaskStatus), st.none())
    when = st.tuples(st.none(), _maybe(fuzzy_dates())) | st.tuples(_maybe(fuzzy_dates()), st.none())
    return st.builds(
        lambda state, when, **fields: Task(
            status=state[0], completed_on=state[1], begin=when[0], due=when[1], **fields
        ),
        state=done,
        when=when,
        title=texts(min_size=1),
        taetigkeit=keys(),
        description=texts(),
        responsible_ids=_many(ids()),
        involved=_many(references()),
        subject=_maybe(references()),
        parent_id=st.just("") | ids(),
        result=texts(),
        minutes=_counts(),
        percent=_counts(0, 100),
        cost_category=keys(),
        foerderziele=_many(keys(required=True)),
        **_common(),
    )


def _activities() -> st.SearchStrategy[Record]:
    return st.builds(
        Activity,
        **_common(),
        day=days(),
        taetigkeit=keys(required=True),
        minutes=st.integers(1, 1440),
        title=texts(),
        person_id=st.just("") | ids(),
        subject=_maybe(references()),
        reach=keys(),
        reached=_counts(),
        foerderziele=_many(keys(required=True)),
    )


def _consultations() -> st.SearchStrategy[Record]:
    return st.builds(
        Consultation,
        **_common(),
        day=days(),
        target_group=st.sampled_from(["lehrkraefte", "fachkraefte_schulsozialarbeit", "soest:verein"]),
        form=keys(required=True),
        topics=_many(texts()),
        minutes=_counts(1, 1440),
        count=st.integers(1, 50),
        taetigkeit=keys(),
        schulform=keys(),
        ags=ags_keys(),
        occasion=keys(),
        follow_up=st.booleans(),
        referred_to=keys(),
        organisation_id=st.just("") | ids(),
    )


def _concepts() -> st.SearchStrategy[Record]:
    adoption = st.builds(Adoption, on=fuzzy_dates(), by=_maybe(references()), decision=texts())
    states = st.tuples(st.just("beschlossen"), _many(adoption, min_size=1)) | st.tuples(
        st.sampled_from(["entwurf", "in_abstimmung", "abgeloest", ""]), st.just(())
    )
    return st.builds(
        lambda state, **fields: Concept(status=state[0], adoptions=state[1], **fields),
        state=states,
        title=texts(min_size=1),
        type=keys(),
        version=texts(),
        issued_by=_maybe(references()),
        dated=_maybe(fuzzy_dates()),
        authors=_many(references()),
        valid=periods(),
        predecessor_id=st.just("") | ids().map("{}:".format),
        url=texts(),
        taetigkeit=keys(),
        **_common(),
    )


def _milestones() -> st.SearchStrategy[Record]:
    return st.builds(
        Milestone,
        **_common(),
        when=fuzzy_dates(with_year=True),
        title=texts(min_size=1),
        topics=_many(texts()),
        actors=_many(references()),
    )


def _goals() -> st.SearchStrategy[Record]:
    return st.builds(
        Goal,
        **_common(),
        title=texts(min_size=1),
        reason=texts(),
        approach=texts(),
        office_id=st.just("") | ids(),
        partners=_many(references()),
        rank=st.integers(1, 100),
    )


def _cooperations() -> st.SearchStrategy[Record]:
    benefits = _many(
        st.builds(
            Benefit,
            beneficiary_id=st.sampled_from(["rbb", "stelle"]),
            title=texts(),
            aspects=_many(texts()),
            taetigkeit=keys(),
            evidence=_many(references()),
        )
    )
    return st.builds(
        Cooperation,
        **_common(),
        title=texts(min_size=1),
        partner_ids=st.just(("rbb", "stelle")),
        benefits=benefits,
        committee_ids=_many(ids()),
        period=periods(),
    )


_BUILDERS: Mapping[str, Callable[[], st.SearchStrategy[Record]]] = MappingProxyType(
    {
        "organisation": _organisations,
        "person": _persons,
        "committee": _committees,
        "relation": _relations,
        "position": _positions,
        "assignment": _assignments,
        "funding": _fundings,
        "series": _series,
        "event": _events,
        "participation": _participations,
        "task": _tasks,
        "activity": _activities,
        "consultation": _consultations,
        "concept": _concepts,
        "milestone": _milestones,
        "goal": _goals,
        "cooperation": _cooperations,
    }
)
