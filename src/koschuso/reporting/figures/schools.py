"""The schools of an office's region on a day: which are open, where they are, whose they are."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from koschuso.model.actor import Organisation
from koschuso.model.relation import Relation
from koschuso.reporting.document import Sign
from koschuso.reporting.german import sort_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from koschuso.model.actor import SchoolProfile
    from koschuso.reporting.view import View

__all__ = ["Place", "Schools", "is_open", "traeger_name"]

_SCHOOL = "schule"
_BRANCH = "teilstandort"
_MUNICIPALITIES = frozenset({"gemeinde", "kreisfreie_stadt"})
_GEMEINDE_DIGITS = 8

# What the date beside the status means hangs on the status (nrw-data/README.md, Schulbetriebsschlüssel).
_OPENS = frozenset({"in_betrieb", "in_betrieb_teilerhebung", "aufnahme_geplant"})
_CLOSES = frozenset({"aufloesung_schuljahresende", "aufloesung_spaeter", "geloescht", "geloescht_stellendatei"})
_RESTS = "ruht"
_NOT_OPEN_WITHOUT_DATE = frozenset({"aufnahme_geplant", "geloescht", "geloescht_stellendatei", _RESTS})


class Place(StrEnum):
    """Where a share is worked, as far as the office's region is concerned."""

    SCHULE = "schule"
    OHNE_EINSATZ = "ohne_einsatz"
    ANDERER_ORT = "anderer_ort"
    SCHULE_AUSSERHALB = "schule_ausserhalb"
    SCHULE_NICHT_IN_BETRIEB = "schule_nicht_in_betrieb"
    ORT_UNBEKANNT = "ort_unbekannt"

    @property
    def label(self) -> str:
        """The German words for reports."""
        return _PLACE_LABELS[self]


_PLACE_LABELS = {
    Place.SCHULE: "Schule der Region",
    Place.OHNE_EINSATZ: "Stellenanteil ohne Einsatzort",
    Place.ANDERER_ORT: "Einsatz an einem Ort, der keine Schule ist",
    Place.SCHULE_AUSSERHALB: "Einsatz an einer Schule außerhalb der Region",
    Place.SCHULE_NICHT_IN_BETRIEB: "Einsatz an einer Schule, die nicht in Betrieb ist",
    Place.ORT_UNBEKANNT: "Einsatzort ist nicht erfasst",
}


def is_open(school: SchoolProfile, day: date) -> bool:
    """Tell whether a school is in operation on a day, from its Schulbetriebsschlüssel and the date beside it.

    A school whose status is not recorded counts as open.
    """
    status, since = school.status, school.status_since
    if since is None:
        return status not in _NOT_OPEN_WITHOUT_DATE
    if status in _OPENS:
        return since <= day
    if status in _CLOSES:
        return day <= since
    return day < since if status == _RESTS else True


def traeger_name(organisation: Organisation) -> str:
    """Give the name of a Träger for tables: its short name, but of a municipality the full one (»Stadt Soest«)."""
    return organisation.name if organisation.type in _MUNICIPALITIES else organisation.short_name or organisation.name


class Schools:
    """The schools of the region that are open on a day.

    Args:
        view: What the report may see.
        day: The day.
    """

    def __init__(self, view: View, day: date) -> None:
        self._view = view
        self._day = day
        found = [
            organisation
            for organisation in view.records(Organisation)
            if organisation.type == _SCHOOL and self.place_of(organisation) is Place.SCHULE
        ]
        self.all: tuple[Organisation, ...] = tuple(sorted(found, key=self.order))
        """The open schools of the region, by municipality and name."""

    def order(self, school: Organisation) -> tuple[object, ...]:
        """Order schools by municipality, then name."""
        return (sort_key(self.gemeinde(school)), sort_key(self.name(school)), school.id)

    def place_of(self, organisation: Organisation | None) -> Place:
        """Tell what kind of place an organisation is for this region and day."""
        if organisation is None:
            return Place.ORT_UNBEKANNT
        if organisation.type not in {_SCHOOL, _BRANCH}:
            return Place.ANDERER_ORT
        if not organisation.ags.startswith(self._view.office.prefix):
            return Place.SCHULE_AUSSERHALB
        profile = self.profile(organisation)
        return Place.SCHULE if profile is None or is_open(profile, self._day) else Place.SCHULE_NICHT_IN_BETRIEB

    def profile(self, place: Organisation) -> SchoolProfile | None:
        """Give the school data of a place: a Teilstandort without its own has those of its school."""
        return place.school or self.main(place).school

    def main(self, place: Organisation) -> Organisation:
        """Give the school that a place belongs to: of a Teilstandort its parent, of a school itself."""
        if place.type != _BRANCH:
            return place
        return self._view.get(Organisation, place.parent_id) or place

    def name(self, place: Organisation) -> str:
        """Give the name of a school for tables."""
        return place.short_name or place.name

    def gemeinde(self, place: Organisation) -> str:
        """Give the name of the municipality of a place; where it is not recorded, its key."""
        return self.gemeinde_name(place.ags) or Sign.UNKNOWN.value

    def gemeinde_name(self, ags: str) -> str:
        """Give the name of a municipality; where it is not recorded, its key."""
        return self._gemeinde_names.get(ags, ags)

    @cached_property
    def gemeinden(self) -> tuple[str, ...]:
        """Keys of the municipalities of the region, those without a school included, ordered by name."""
        prefix = self._view.office.prefix
        keys = {school.ags for school in self.all}
        keys |= {ags for ags in self._gemeinde_names if prefix and ags.startswith(prefix)}
        # Two may have one name: without their keys the order would be that of the set.
        return tuple(sorted(keys, key=lambda ags: (sort_key(self.gemeinde_name(ags)), ags)))

    def schultraeger(self, place: Organisation) -> str | Sign:
        """Give the name of the Schulträger."""
        owner = self._traeger.get(place.id) or self._traeger.get(self.main(place).id)
        organisation = None if owner is None else self._view.get(Organisation, owner)
        return Sign.UNKNOWN if organisation is None else traeger_name(organisation)

    @cached_property
    def _gemeinde_names(self) -> Mapping[str, str]:
        return {
            organisation.ags: organisation.short_name or organisation.name
            for organisation in self._view.records(Organisation)
            if organisation.type in _MUNICIPALITIES and len(organisation.ags) == _GEMEINDE_DIGITS
        }

    @cached_property
    def _traeger(self) -> Mapping[str, str]:
        return {
            relation.target.id: relation.source.id
            for relation in self._view.records(Relation)
            if relation.type == "traeger_von" and self._day in relation.period
        }
