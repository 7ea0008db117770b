"""How many of the Fachkräfte came to at least one event: different people, never visits.

The whole are the Fachkräfte of R1 in the period, also those who left in between, and filled positions whose person is not
recorded (any more): nobody can be sought out among the visitors for them, so they count as not reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from koschuso.reporting.figures.origins import UNKNOWN
from koschuso.reporting.figures.staffing import Place, Work, heads
from koschuso.reporting.guarded import Count, Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from koschuso.reporting.figures import staffing
    from koschuso.reporting.figures.schools import Schools

__all__ = ["Reach", "Reached"]


@attrs.frozen(kw_only=True)
class Reached:
    """Fachkräfte of one sort.

    Attributes:
        key: Names the sort in the report; empty for all.
        staff: How many there are, each once.
        people: How many of them came.
    """

    key: tuple[str, ...]
    staff: int
    people: int

    @property
    def part(self) -> Count:
        """Those who came."""
        within = ("fachkraefte", "erreicht") if self.key else ("teilnehmende",)
        return Count(self.people, key=("fachkraefte", "erreicht", *self.key), within=within, distinct=True)

    @property
    def whole(self) -> Count:
        """All of them: beside the share it gives away how many did not come, so it is protected with it."""
        return Count(self.staff, key=("fachkraefte", *self.key), distinct=True)

    @property
    def share(self) -> Share:
        """The percentage of them who came."""
        return Share(self.part, self.whole)


class Reach:
    """The reach of a programme.

    Args:
        during: The positions of the period.
        schools: The schools of the region.
        person_ids: Ids of the people who came.
    """

    def __init__(self, during: staffing.Staffing, schools: Schools, person_ids: AbstractSet[str]) -> None:
        shares = during.of(Work.SCHULSOZIALARBEIT)
        self.all = _reached((), shares, person_ids)
        found: dict[str, list[staffing.Share]] = {}
        for share in shares:
            profile = None
            if share.place is Place.SCHULE and share.organisation is not None:
                profile = schools.profile(share.organisation)
            found.setdefault(UNKNOWN if profile is None else profile.schulform, []).append(share)
        self.by_schulform: Mapping[str, Reached] = {
            schulform: _reached(("schulform", schulform), group, person_ids) for schulform, group in found.items()
        }


def _reached(key: tuple[str, ...], shares: Iterable[staffing.Share], person_ids: AbstractSet[str]) -> Reached:
    found = tuple(shares)
    holders = {share.position.holder_id for share in found if share.position.holder_id}
    return Reached(key=key, staff=heads(found).count, people=len(holders & person_ids))
