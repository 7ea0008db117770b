"""Committees and partners: who met, in which role the office sits there, and with whom it was in contact.

A contact is an entry of working time under »Vernetzung«, but for passing on information and public relations. All of it
is the office's own work; nothing is told about single people.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model import Committee, Event, Organisation, Person, Relation
from koschuso.query import OneOf
from koschuso.reporting.figures.origins import SEVERAL, UNKNOWN
from koschuso.reporting.figures.work_time import Spent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from koschuso.model import Period, Reference
    from koschuso.reporting.figures.programme import Programme
    from koschuso.reporting.figures.work_time import WorkTime
    from koschuso.reporting.view import View

__all__ = ["AK_NRW", "COMMITTEE", "INSIDE", "OUTSIDE", "CommitteeWork", "Network", "memberships"]

COMMITTEE: Final = "gremium"
"""Stands for a committee where the kind of a partner is told."""

INSIDE, OUTSIDE = "innerhalb", "ausserhalb"
"""Keys of the catalogue ``reichweite``."""

AK_NRW: Final = "ak_nrw"
"""Key of the Arbeitskreis of the coordination offices in the catalogue ``gremienart``."""

_NETWORKING: Final = "vernetzung"
_NO_CONTACT: Final = ("vernetzung.information", "vernetzung.oeffentlichkeit")
_REACH_BY_KEY: Final = (("vernetzung.intern", INSIDE), ("vernetzung.extern", OUTSIDE))
_AK_KEY: Final = "vernetzung.extern.ak_nrw"
_COORDINATION: Final = "koordination"


@attrs.define(kw_only=True)
class CommitteeWork:
    """What the office did in one committee.

    Attributes:
        committee: The committee; ``None`` for sittings of which nobody recorded whose they were.
        roles: Keys of the catalogue ``mitgliedsrolle`` in which the office sits there, empty ones where none is noted.
        sittings: Sittings that took place.
        contributions: Sittings to which somebody of the office contributed.
        spent: Working time for the committee and its sittings.
    """

    committee: Committee | None
    roles: set[str] = attrs.field(factory=set)
    sittings: int = 0
    contributions: int = 0
    spent: Spent = attrs.field(factory=Spent)


@attrs.frozen(kw_only=True)
class _Partner:
    """With whom or for what time was spent.

    Attributes:
        committee_id: Committee that it was for, by itself or by one of its sittings.
        kind: `COMMITTEE`, a key of the catalogue ``organisationsart``, `SEVERAL` or `UNKNOWN`.
        bodies: Keys of the catalogues ``organisationsart`` and ``gremienart`` under which it counts.
        reach: Where the partner is, as far as it is known.
    """

    committee_id: str = ""
    kind: str = UNKNOWN
    bodies: frozenset[str] = frozenset()
    reach: str = UNKNOWN


_NOBODY: Final = _Partner()


def memberships(view: View, period: Period) -> Mapping[str, set[str]]:
    """Give by committee the roles in which the office or somebody of its coordination sits there in a period."""
    coordinators = {
        person.id
        for person in view.records(Person)
        if any(held.function == _COORDINATION and held.period.overlaps(period) for held in person.functions)
    }
    found: defaultdict[str, set[str]] = defaultdict(set)
    for relation in view.records(Relation):
        if relation.type != "mitglied_in" or relation.target.kind != Committee.KIND:
            continue
        source = relation.source
        ours = source.id == view.office.id if source.kind == Organisation.KIND else source.id in coordinators
        if ours and relation.period.overlaps(period):
            found[relation.target.id].add(relation.role)
    return found


class Network:
    """Committees and contacts of a period.

    Args:
        view: What the report may see.
        programme: What took place.
        time: The working time.
    """

    def __init__(self, view: View, programme: Programme, time: WorkTime) -> None:
        self._view = view
        self._programme = programme
        self._time = time
        self._profile = view.catalogue("taetigkeitsprofil")
        self._shared: dict[str, str] = {}
        self._known: dict[tuple[str, tuple[str, ...]], bool] = {}
        events = (*(tally.event for tally in programme.held), *programme.sittings)
        self._events = {event.id: event for event in events}
        self._partners: dict[Reference, _Partner] = {}
        self._known_kinds: dict[tuple[tuple[str, ...], ...], frozenset[str]] = {}

    @cached_property
    def committees(self) -> Mapping[str, CommitteeWork]:
        """What the office did in each committee that met, that it belongs to, or that it worked for; by id."""
        found: dict[str, CommitteeWork] = {}
        for committee_id, roles in memberships(self._view, self._programme.period).items():
            if (work := self._of(found, committee_id)).committee is not None:
                work.roles |= roles
        for sitting in self._programme.sittings:
            work = self._of(found, sitting.committee_id)
            work.sittings += 1
            work.contributions += sitting.id in self._programme.contributed
        for (_, _, subject), spent in self._time.by.items():
            committee_id = self._partner(subject).committee_id
            if committee_id:
                self._of(found, committee_id).spent.add(spent)
        return found

    def _of(self, found: dict[str, CommitteeWork], committee_id: str) -> CommitteeWork:
        committee = self._view.get(Committee, committee_id) if committee_id else None
        key = "" if committee is None else committee.id
        if key not in found:
            found[key] = CommitteeWork(committee=committee)
        return found[key]

    @cached_property
    def contacts(self) -> Mapping[tuple[str, str], Spent]:
        """Contacts by kind of the partner and reach."""
        found: defaultdict[tuple[str, str], Spent] = defaultdict(Spent)
        for (taetigkeit, reach, partner), spent in self._networking.items():
            if not self._within(taetigkeit, _NO_CONTACT):
                found[partner.kind, reach].add(spent)
        return found

    @cached_property
    def by_taetigkeit(self) -> Mapping[tuple[str, str], Spent]:
        """Working time for Vernetzung by key of the Tätigkeitsprofil and reach."""
        found: defaultdict[tuple[str, str], Spent] = defaultdict(Spent)
        for (taetigkeit, reach, _), spent in self._networking.items():
            found[self._key(taetigkeit), reach].add(spent)
        return found

    @cached_property
    def shared_events(self) -> Mapping[str, int]:
        """Events and sittings that took place together with partners, by kind of the partner."""
        found: defaultdict[str, int] = defaultdict(int)
        for event in self._events.values():
            for kind in self._kinds(event.organiser_ids, event.partner_ids):
                found[kind] += 1
        return found

    def external(self, body: str) -> tuple[int, Spent]:
        """Tell how often the office met a body beyond the region, and its contacts with it.

        Args:
            body: Key of the catalogue ``organisationsart``, or `AK_NRW`.

        Returns:
            Events and sittings with it, and the contacts.
        """
        found = Spent()
        for (taetigkeit, _, partner), spent in self._networking.items():
            if self._within(taetigkeit, _NO_CONTACT):
                continue
            if body in partner.bodies or (body == AK_NRW and self._within(taetigkeit, (_AK_KEY,))):
                found.add(spent)
        return self._meetings[body], found

    @property
    def unnamed_external(self) -> Spent:
        """Contacts beyond the region of which nobody noted with which body."""
        found = Spent()
        for (taetigkeit, reach, partner), spent in self._networking.items():
            if reach == OUTSIDE and not partner.bodies and not self._within(taetigkeit, (*_NO_CONTACT, _AK_KEY)):
                found.add(spent)
        return found

    @cached_property
    def _networking(self) -> Mapping[tuple[str, str, _Partner], Spent]:
        """Working time for Vernetzung by Tätigkeit, reach and with whom."""
        found: defaultdict[tuple[str, str, _Partner], Spent] = defaultdict(Spent)
        for (taetigkeit, noted, subject), spent in self._time.by.items():
            if self._within(taetigkeit, (_NETWORKING,)):
                partner = self._partner(subject)
                found[taetigkeit, noted or self._reach(taetigkeit, partner), partner].add(spent)
        return found

    @cached_property
    def _meetings(self) -> Mapping[str, int]:
        """Events and sittings by body that was there or that it was a sitting of."""
        found: defaultdict[str, int] = defaultdict(int)
        for event in self._events.values():
            kinds = self._kinds(event.organiser_ids, event.partner_ids)
            for body in kinds | self._bodies_of_committee(event.committee_id):
                found[body] += 1
        return found

    def _key(self, taetigkeit: str) -> str:
        """Give the shared key that an own key of an office stands for."""
        if taetigkeit not in self._shared:
            self._shared[taetigkeit] = self._profile.shared_key(taetigkeit) or taetigkeit
        return self._shared[taetigkeit]

    def _within(self, taetigkeit: str, ancestors: tuple[str, ...]) -> bool:
        asked = taetigkeit, ancestors
        if asked not in self._known:
            key = self._key(taetigkeit)
            self._known[asked] = any(self._profile.is_within(key, ancestor) for ancestor in ancestors)
        return self._known[asked]

    def _reach(self, taetigkeit: str, partner: _Partner) -> str:
        """Give the reach where none is noted: as the Tätigkeit tells it, else where the partner is."""
        for ancestor, meant in _REACH_BY_KEY:
            if self._within(taetigkeit, (ancestor,)):
                return meant
        return partner.reach

    def _partner(self, subject: Reference | None) -> _Partner:
        """Tell with whom or for what time was spent; there are few partners and many entries."""
        if subject is None:
            return _NOBODY
        if subject not in self._partners:
            self._partners[subject] = self._found_partner(subject)
        return self._partners[subject]

    def _found_partner(self, subject: Reference) -> _Partner:
        committee_id, reach = "", UNKNOWN
        kinds: frozenset[str] = frozenset()
        if subject.kind == Committee.KIND:
            committee_id = subject.id
        elif subject.kind == Organisation.KIND:
            organisation = self._view.get(Organisation, subject.id)
            if organisation is not None:
                kinds = frozenset({organisation.type})
                if organisation.ags:
                    reach = INSIDE if organisation.ags.startswith(self._view.office.prefix) else OUTSIDE
        elif subject.kind == Event.KIND:
            committee_id, organiser_ids, partner_ids = self._event(subject.id)
            kinds = self._kinds(organiser_ids, partner_ids)
        return _Partner(
            committee_id=committee_id,
            kind=COMMITTEE if committee_id else SEVERAL if len(kinds) > 1 else next(iter(kinds), UNKNOWN),
            bodies=kinds | self._bodies_of_committee(committee_id),
            reach=reach,
        )

    def _event(self, event_id: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Give the committee of an event, who held it and who cooperated; of an unknown one nothing."""
        event = self._events.get(event_id)
        if event is not None:
            return event.committee_id, event.organiser_ids, event.partner_ids
        return self._other_events.get(event_id, ("", (), ()))

    @cached_property
    def _other_events(self) -> Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]]:
        """What `_event` tells of the events of other times and those that did not take place."""
        ids = {subject.id for _, _, subject in self._time.by if subject is not None and subject.kind == Event.KIND}
        asked = OneOf("id", tuple(sorted(ids - self._events.keys())))
        fields = ("id", "committee_id", "organiser_ids", "partner_ids")
        return {event_id: (*noted,) for event_id, *noted in self._view.values(Event, fields, asked)}

    def _kinds(self, *ids: tuple[str, ...]) -> frozenset[str]:
        """Give the kinds of organisations, without the office itself."""
        if ids not in self._known_kinds:
            named = {one for those in ids for one in those} - {self._view.office.id}
            partners = (self._view.get(Organisation, one) for one in named)
            self._known_kinds[ids] = frozenset(partner.type for partner in partners if partner is not None)
        return self._known_kinds[ids]

    def _bodies_of_committee(self, committee_id: str) -> frozenset[str]:
        """Give the kind of a committee, and of the body that keeps its Geschäftsstelle."""
        committee = self._view.get(Committee, committee_id) if committee_id else None
        if committee is None:
            return frozenset()
        keeper = self._view.get(Organisation, committee.office_id) if committee.office_id else None
        found = {committee.type}
        if keeper is not None and keeper.id != self._view.office.id:
            found.add(keeper.type)
        return frozenset(found)
