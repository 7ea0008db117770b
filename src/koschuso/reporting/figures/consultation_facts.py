"""The Beratungen of a period, counted in one pass: contacts and minutes by what the records say about them.

A record may stand for several contacts; its minutes are those of all of them together. Where the length was not noted it
is unknown, never 0. Sums of minutes stay whole until they are shown as hours.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import attrs

from koschuso.model import Consultation, Organisation, Period
from koschuso.query import Overlaps
from koschuso.reporting.document import Sign
from koschuso.reporting.figures.amounts import time_of
from koschuso.reporting.figures.origins import OUTSIDE, UNKNOWN
from koschuso.reporting.figures.spans import covering
from koschuso.reporting.guarded import Count, Mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from koschuso.reporting.figures.schools import Schools
    from koschuso.reporting.view import View

__all__ = ["ConsultationFacts", "Contacts", "Counselling"]

_MINUTES: Final = 60
_SCHOOLS: Final = frozenset({"schule", "teilstandort"})

Key = TypeVar("Key")


@attrs.define(kw_only=True)
class Contacts:
    """Contacts of one sort, summed up while they pass by.

    Attributes:
        contacts: Number of contacts.
        minutes: Minutes of those whose length was noted.
        untimed: Contacts whose length was not noted.
        schools: Contacts by school, where the office notes it; only by Schulform and municipality.
        elsewhere: Contacts of which nobody knows the school; likewise.
    """

    contacts: int = 0
    minutes: int = 0
    untimed: int = 0
    schools: Counter[str] = attrs.field(factory=Counter)
    elsewhere: int = 0

    def add(self, number: int, minutes: int | None) -> None:
        """Add so many contacts, and their minutes where they were noted."""
        self.contacts += number
        if minutes is None:
            self.untimed += number
        else:
            self.minutes += minutes

    def add_from(self, school: str, number: int, minutes: int | None) -> None:
        """Add contacts where single schools are to be protected as well."""
        self.add(number, minutes)
        if school:
            self.schools[school] += number
        else:
            self.elsewhere += number

    def merge(self, other: Contacts) -> None:
        """Add the contacts of another sort."""
        self.contacts += other.contacts
        self.minutes += other.minutes
        self.untimed += other.untimed

    @property
    def timed(self) -> int:
        """Contacts whose length was noted."""
        return self.contacts - self.untimed

    def count(self, *key: str, by_school: bool = False) -> Count:
        """Give the contacts as a number about people.

        Args:
            key: Names the number in the report.
            by_school: Whether single schools are to be protected as well, where they are all known.
        """
        known = by_school and not self.elsewhere and bool(self.schools)
        return Count(
            self.contacts,
            key=("beratung", *key),
            contributors=len(self.schools) if known else None,
            largest=max(self.schools.values()) if known else None,
        )

    def known(self, *key: str) -> Count:
        """Give the contacts whose length was noted."""
        if not self.untimed:
            return self.count(*key)
        return Count(self.timed, key=("beratung mit dauer", *key), within=("beratung", *key))

    def hours(self, *key: str) -> Count | Sign:
        """Give the time of the contacts whose length was noted, in hours."""
        if self.contacts and not self.timed:
            return Sign.UNKNOWN
        return time_of(Fraction(self.minutes, _MINUTES), self.known(*key))

    def mean_minutes(self, *key: str) -> Mean | Sign:
        """Give how long a contact took on average, in minutes."""
        if not self.timed:
            return Sign.UNKNOWN if self.contacts else Sign.NOT_APPLICABLE
        known = self.known(*key)
        return Mean(time_of(Fraction(self.minutes, _MINUTES), known), known, factor=_MINUTES)


class Noted(NamedTuple):
    """What is noted of a Beratung."""

    day: date
    target_group: str
    form: str
    topics: tuple[str, ...]
    minutes: int | None
    number: int
    schulform: str
    ags: str
    follow_up: bool
    referred_to: str
    organisation_id: str


_FIELDS: Final = tuple("count" if name == "number" else name for name in Noted._fields)


@attrs.define(kw_only=True)
class Counselling:
    """All Beratungen of a period.

    Attributes:
        period: The period.
        by_group_and_form: By Zielgruppe and form.
        by_topic_and_group: By topic and Zielgruppe; a contact with several topics counts under each.
        by_schulform: By Schulform.
        by_ags: By municipality.
        several_topics: Contacts with more than one topic.
        follow_ups: Contacts with an agreed further date.
        referred: Contacts that were passed on, by kind of organisation.
    """

    period: Period
    by_group_and_form: dict[tuple[str, str], Contacts] = attrs.field(factory=dict)
    by_topic_and_group: dict[tuple[str, str], Contacts] = attrs.field(factory=dict)
    by_schulform: dict[str, Contacts] = attrs.field(factory=dict)
    by_ags: dict[str, Contacts] = attrs.field(factory=dict)
    several_topics: int = 0
    follow_ups: int = 0
    referred: dict[str, Contacts] = attrs.field(factory=dict)

    def add(self, noted: Noted, schulform: str, ags: str, school: str) -> None:
        """Add a record under everything that it says."""
        number, minutes, group, topics = noted.number, noted.minutes, noted.target_group, noted.topics
        if len(topics) > 1:
            topics = tuple(dict.fromkeys(topics))
        _of(self.by_group_and_form, (group, noted.form)).add(number, minutes)
        _of(self.by_schulform, schulform).add_from(school, number, minutes)
        _of(self.by_ags, ags).add_from(school, number, minutes)
        for topic in topics or (UNKNOWN,):
            _of(self.by_topic_and_group, (topic, group)).add(number, minutes)
        if noted.referred_to:
            _of(self.referred, noted.referred_to).add(number, minutes)
        if len(topics) > 1:
            self.several_topics += number
        if noted.follow_up:
            self.follow_ups += number

    @cached_property
    def by_group(self) -> Mapping[str, Contacts]:
        """By Zielgruppe."""
        return _merged((group, contacts) for (group, _), contacts in self.by_group_and_form.items())

    @cached_property
    def by_form(self) -> Mapping[str, Contacts]:
        """By form."""
        return _merged((form, contacts) for (_, form), contacts in self.by_group_and_form.items())

    @cached_property
    def by_topic(self) -> Mapping[str, Contacts]:
        """By topic; a contact with several topics counts under each."""
        return _merged((topic, contacts) for (topic, _), contacts in self.by_topic_and_group.items())

    @cached_property
    def all(self) -> Contacts:
        """All contacts."""
        return _merged(("", contacts) for contacts in self.by_group_and_form.values()).get("", Contacts())


class ConsultationFacts:
    """The Beratungen of a period, and of the one before it where that is asked for.

    Args:
        view: What the report may see.
        schools: The schools of the region.
        period: The period.
        before: The period to compare with.
    """

    def __init__(self, view: View, schools: Schools, period: Period, before: Period | None) -> None:
        self._view = view
        self._schools = schools
        self._prefix = view.office.prefix
        self.now = Counselling(period=period)
        self.before = None if before is None else Counselling(period=before)
        counsellings = [one for one in (self.now, self.before) if one is not None]
        self._places: dict[tuple[str, str, str], tuple[str, str, str]] = {}
        asked = Overlaps("day", covering([one.period for one in counsellings]))
        for noted in map(Noted._make, view.values(Consultation, _FIELDS, asked)):
            for counselling in counsellings:
                if noted.day in counselling.period:
                    counselling.add(noted, *self._place(noted))

    def _place(self, noted: Noted) -> tuple[str, str, str]:
        asked = noted.schulform, noted.ags, noted.organisation_id
        known = self._places.get(asked)
        if known is None:
            known = self._places[asked] = self._found_place(*asked)
        return known

    def _found_place(self, schulform: str, ags: str, organisation_id: str) -> tuple[str, str, str]:
        """Give Schulform, municipality and school: as noted, else those of the school that was advised."""
        school = ""
        organisation = self._view.get(Organisation, organisation_id) if organisation_id else None
        if organisation is not None:
            ags = ags or organisation.ags
            if organisation.type in _SCHOOLS:
                profile = self._schools.profile(organisation)
                schulform = schulform or ("" if profile is None else profile.schulform)
                school = self._schools.main(organisation).id
        return schulform, (OUTSIDE if ags and not ags.startswith(self._prefix) else ags), school


def _of(found: dict[Key, Contacts], key: Key) -> Contacts:
    contacts = found.get(key)
    if contacts is None:
        contacts = found[key] = Contacts()
    return contacts


def _merged(parts: Iterable[tuple[str, Contacts]]) -> Mapping[str, Contacts]:
    found: dict[str, Contacts] = {}
    for key, contacts in parts:
        _of(found, key).merge(contacts)
    return found
