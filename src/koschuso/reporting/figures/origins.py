"""Where somebody who took part comes from: Schulform, municipality and Anstellungsträger on the day of the event.

What a participation says itself comes first (the school, the Träger, the counted heads); else the positions tell that
the person held on that day, so that somebody who left in between still counts where he or she worked. Nothing is
guessed: who works in two Schulformen belongs to »mehrere«, and who is not known to neither.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model import Assignment, Organisation, Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from koschuso.model import Headcount
    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.view import View

__all__ = ["OUTSIDE", "SEVERAL", "UNKNOWN", "Origin", "Origins"]

UNKNOWN: Final = ""
"""Not known."""

SEVERAL: Final = "*"
"""More than one: exactly one row for each visit, so that rows add up."""

OUTSIDE: Final = "**"
"""A municipality outside the office's region."""

_SCHOOLS: Final = frozenset({"schule", "teilstandort"})


@attrs.frozen(kw_only=True)
class Origin:
    """Where somebody comes from; each is a key, `SEVERAL` or `UNKNOWN`.

    Attributes:
        schulform: Key of the catalogue ``schulform``.
        ags: Municipality, or `OUTSIDE`.
        employer: Id of the Anstellungsträger.
        school: Id of the school; of a Teilstandort that of its school.
    """

    schulform: str = UNKNOWN
    ags: str = UNKNOWN
    employer: str = UNKNOWN
    school: str = UNKNOWN


class Origins:
    """Looks up where people come from.

    Args:
        view: What the report may see.
        schools: The schools of the region.
    """

    def __init__(self, view: View, schools: Schools) -> None:
        self._view = view
        self._schools = schools
        self._prefix = view.office.prefix
        self._held: defaultdict[str, list[Position]] = defaultdict(list)
        self._employers: set[str] = set()
        for position in view.records(Position):
            self._employers.add(position.employer_id)
            if position.holder_id:
                self._held[position.holder_id].append(position)
        self._employers.discard("")
        self._assignments: defaultdict[str, list[Assignment]] = defaultdict(list)
        for assignment in view.records(Assignment):
            self._assignments[assignment.position_id].append(assignment)
        self._known_turns: dict[str, Sequence[date]] = {}
        self._found: dict[tuple[str, str, int], Origin] = {}

    def of_headcount(self, headcount: Headcount) -> Origin:
        """Tell where counted heads come from."""
        return Origin(schulform=headcount.schulform, ags=self._ags(headcount.ags))

    def of(self, person_id: str, organisation_id: str, day: date) -> Origin:
        """Tell where somebody comes from who took part on a day.

        Args:
            person_id: Who, empty where nobody is recorded.
            organisation_id: For which institution, empty where none is noted.
            day: The day.
        """
        # Between two days on which something changes in the person's positions the answer stays the same.
        turn = bisect_right(self._turns(person_id), day) if person_id else 0
        asked = person_id, organisation_id, turn
        if asked not in self._found:
            self._found[asked] = self._origin(person_id, organisation_id, day)
        return self._found[asked]

    def _turns(self, person_id: str) -> Sequence[date]:
        known = self._known_turns.get(person_id)
        if known is None:
            periods = [
                one.period
                for position in self._held.get(person_id, ())
                for one in (position, *self._assignments.get(position.id, ()))
            ]
            turns = {day for period in periods for day in (period.since, period.until) if day is not None}
            known = self._known_turns[person_id] = sorted(turns)
        return known

    def _origin(self, person_id: str, organisation_id: str, day: date) -> Origin:
        positions = [one for one in self._held.get(person_id, ()) if day in one.period]
        place = self._view.get(Organisation, organisation_id) if organisation_id else None
        if place is not None and place.type in _SCHOOLS:
            return self._at_school(place, positions, day)
        employer = "" if place is None or place.id not in self._employers else place.id
        if employer:
            positions = [one for one in positions if one.employer_id == employer]
        places = list(self._places(positions, day))
        return Origin(
            schulform=_one(self._schulform(school) for school in places),
            ags=_one(self._ags(school.ags) for school in places),
            employer=employer or _one(position.employer_id for position in positions),
            school=_one(self._schools.main(school).id for school in places),
        )

    def at(self, place: Organisation) -> Origin:
        """Tell what a school or Teilstandort says by itself; of other bodies only the municipality."""
        if place.type not in _SCHOOLS:
            return Origin(ags=self._ags(place.ags))
        main = self._schools.main(place).id
        return Origin(schulform=self._schulform(place), ags=self._ags(place.ags), school=main)

    def _at_school(self, place: Organisation, positions: Sequence[Position], day: date) -> Origin:
        main = self._schools.main(place).id
        there = [
            position
            for position in positions
            if any(self._schools.main(school).id == main for school in self._places([position], day))
        ]
        return attrs.evolve(self.at(place), employer=_one(one.employer_id for one in there or positions))

    def _places(self, positions: Iterable[Position], day: date) -> Iterable[Organisation]:
        for position in positions:
            for assignment in self._assignments.get(position.id, ()):
                if day in assignment.period:
                    place = self._view.get(Organisation, assignment.place_id)
                    if place is not None and place.type in _SCHOOLS:
                        yield place

    def _schulform(self, place: Organisation) -> str:
        profile = self._schools.profile(place)
        return "" if profile is None else profile.schulform

    def _ags(self, ags: str) -> str:
        return ags if ags.startswith(self._prefix) or not ags else OUTSIDE


def _one(keys: Iterable[str]) -> str:
    """Give the only key, `SEVERAL` where there are more, `UNKNOWN` where there is none."""
    found = {key for key in keys if key}
    return found.pop() if len(found) == 1 else SEVERAL if found else UNKNOWN
