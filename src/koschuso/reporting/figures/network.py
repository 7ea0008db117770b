"""Committees and partners: who met, in which role the office sits there, and with whom it was in contact.

A contact is an entry of working time under »Vernetzung«, but for passing on information and public relations. All of it
is the office's own work; nothing is told about single people.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeGuard

import attrs

from koschuso.model import Committee, Event, Organisation, Person, Relation
from koschuso.reporting.figures.origins import SEVERAL, UNKNOWN
from koschuso.reporting.figures.work_time import Spent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        self._events_by_id = {event.id: event for event in events}

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
            committee_id = self._committee_of(subject)
            if committee_id:
                self._of(found, committee_id).spent.add(spent)
        return found

    def _of(self, found: dict[str, CommitteeWork], committee_id: str) -> CommitteeWork:
        committee = self._view.get(Committee, committee_id) if committee_id else None
        key = "" if committee is None else committee.id
        if key not in found:
            found[key] = CommitteeWork(committee=committee)
        return found[key]

    def _committee_of(self, subject: Reference | None) -> str:
        if subject is None:
            return ""
        if subject.kind == Committee.KIND:
            return subject.id
        event = self._event(subject)
        return "" if event is None else event.committee_id

    def _event(self, subject: Reference | None) -> Event | None:
        if not _is(subject, Event.KIND):
            return None
        return self._events_by_id.get(subject.id) or self._view.get(Event, subject.id)

    @cached_property
    def contacts(self) -> Mapping[tuple[str, str], Spent]:
        """Contacts by kind of the partner and reach."""
        found: defaultdict[tuple[str, str], Spent] = defaultdict(Spent)
        for taetigkeit, reach, subject, spent in self._networking():
            if not self._within(taetigkeit, _NO_CONTACT):
                kind = self._one_kind(subject)
                found[kind, self._reach(taetigkeit, reach, subject)].add(spent)
        return found

    @cached_property
    def by_taetigkeit(self) -> Mapping[tuple[str, str], Spent]:
        """Working time for Vernetzung by key of the Tätigkeitsprofil and reach."""
        found: defaultdict[tuple[str, str], Spent] = defaultdict(Spent)
        for taetigkeit, reach, subject, spent in self._networking():
            found[self._key(taetigkeit), self._reach(taetigkeit, reach, subject)].add(spent)
        return found

    @cached_property
    def shared_events(self) -> Mapping[str, int]:
        """Events and sittings that took place together with partners, by kind of the partner."""
        found: defaultdict[str, int] = defaultdict(int)
        for event in self._events_by_id.values():
            for kind in self._partner_kinds(event):
                found[kind] += 1
        return found

    def external(self, body: str) -> tuple[int, Spent]:
        """Tell how often the office met a body beyond the region, and its contacts with it.

        Args:
            body: Key of the catalogue ``organisationsart``, or `AK_NRW`.

        Returns:
            Events and sittings with it, and the contacts.
        """
        meetings = sum(body in self._bodies(event) for event in self._events_by_id.values())
        found = Spent()
        for taetigkeit, _, subject, spent in self._networking():
            if self._within(taetigkeit, _NO_CONTACT):
                continue
            if body in self._bodies_of(subject) or (body == AK_NRW and self._within(taetigkeit, (_AK_KEY,))):
                found.add(spent)
        return meetings, found

    @property
    def unnamed_external(self) -> Spent:
        """Contacts beyond the region of which nobody noted with which body."""
        found = Spent()
        for taetigkeit, reach, subject, spent in self._networking():
            if (
                not self._within(taetigkeit, (*_NO_CONTACT, _AK_KEY))
                and self._reach(taetigkeit, reach, subject) == OUTSIDE
                and not self._bodies_of(subject)
            ):
                found.add(spent)
        return found

    def _networking(self) -> Iterator[tuple[str, str, Reference | None, Spent]]:
        for (taetigkeit, reach, subject), spent in self._time.by.items():
            if self._within(taetigkeit, (_NETWORKING,)):
                yield taetigkeit, reach, subject, spent

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

    def _reach(self, taetigkeit: str, reach: str, subject: Reference | None) -> str:
        """Give the reach: as noted, else as the Tätigkeit tells it, else where the partner is."""
        if reach:
            return reach
        for ancestor, meant in _REACH_BY_KEY:
            if self._within(taetigkeit, (ancestor,)):
                return meant
        partner = self._view.get(Organisation, subject.id) if _is(subject, Organisation.KIND) else None
        if partner is None or not partner.ags:
            return UNKNOWN
        return INSIDE if partner.ags.startswith(self._view.office.prefix) else OUTSIDE

    def _one_kind(self, subject: Reference | None) -> str:
        if self._committee_of(subject):
            return COMMITTEE
        kinds = self._kinds_of(subject)
        return kinds.pop() if len(kinds) == 1 else SEVERAL if kinds else UNKNOWN

    def _kinds_of(self, subject: Reference | None) -> set[str]:
        if _is(subject, Organisation.KIND):
            partner = self._view.get(Organisation, subject.id)
            return set() if partner is None else {partner.type}
        event = self._event(subject)
        return set() if event is None else self._partner_kinds(event)

    def _partner_kinds(self, event: Event) -> set[str]:
        ids = {*event.organiser_ids, *event.partner_ids} - {self._view.office.id}
        partners = (self._view.get(Organisation, one) for one in ids)
        return {partner.type for partner in partners if partner is not None}

    def _bodies(self, event: Event) -> set[str]:
        return self._partner_kinds(event) | self._bodies_of_committee(event.committee_id)

    def _bodies_of(self, subject: Reference | None) -> set[str]:
        return self._kinds_of(subject) | self._bodies_of_committee(self._committee_of(subject))

    def _bodies_of_committee(self, committee_id: str) -> set[str]:
        """Give the kind of a committee, and of the body that keeps its Geschäftsstelle."""
        committee = self._view.get(Committee, committee_id) if committee_id else None
        if committee is None:
            return set()
        keeper = self._view.get(Organisation, committee.office_id) if committee.office_id else None
        found = {committee.type}
        if keeper is not None and keeper.id != self._view.office.id:
            found.add(keeper.type)
        return found


def _is(subject: Reference | None, kind: str) -> TypeGuard[Reference]:
    return subject is not None and subject.kind == kind
