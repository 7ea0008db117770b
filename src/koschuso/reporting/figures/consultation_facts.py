"""The Beratungen of a period, counted in one pass: contacts and minutes by what the records say about them.

A record may stand for several contacts; its minutes are those of all of them together. Where the length was not noted it
is unknown, never 0. Sums of minutes stay whole until they are shown as hours.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from koschuso.model import Consultation, Organisation, Period
from koschuso.query import Overlaps
from koschuso.reporting.document import Sign
from koschuso.reporting.figures.amounts import time_of
from koschuso.reporting.figures.origins import OUTSIDE, UNKNOWN
from koschuso.reporting.figures.spans import covering
from koschuso.reporting.guarded import Count, Mean

if TYPE_CHECKING:
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
        schools: Contacts by school, where the office notes it.
        elsewhere: Contacts of which nobody knows the school.
    """

    contacts: int = 0
    minutes: int = 0
    untimed: int = 0
    schools: Counter[str] = attrs.field(factory=Counter)
    elsewhere: int = 0

    def add(self, consultation: Consultation, school: str) -> None:
        """Add what a record stands for."""
        number = consultation.count
        self.contacts += number
        if consultation.minutes is None:
            self.untimed += number
        else:
            self.minutes += consultation.minutes
        if school:
            self.schools[school] += number
        else:
            self.elsewhere += number

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
        known = by_school and self.contacts > 0 and not self.elsewhere
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


@attrs.define(kw_only=True)
class Counselling:
    """All Beratungen of a period.

    Attributes:
        period: The period.
        all: All contacts.
        by_group: By Zielgruppe.
        by_form: By form.
        by_group_and_form: By Zielgruppe and form.
        by_topic: By topic; a contact with several topics counts under each.
        by_topic_and_group: By topic and Zielgruppe; as above.
        by_schulform: By Schulform.
        by_ags: By municipality.
        several_topics: Contacts with more than one topic.
        follow_ups: Contacts with an agreed further date.
        referred: Contacts that were passed on, by kind of organisation.
    """

    period: Period
    all: Contacts = attrs.field(factory=Contacts)
    by_group: dict[str, Contacts] = attrs.field(factory=dict)
    by_form: dict[str, Contacts] = attrs.field(factory=dict)
    by_group_and_form: dict[tuple[str, str], Contacts] = attrs.field(factory=dict)
    by_topic: dict[str, Contacts] = attrs.field(factory=dict)
    by_topic_and_group: dict[tuple[str, str], Contacts] = attrs.field(factory=dict)
    by_schulform: dict[str, Contacts] = attrs.field(factory=dict)
    by_ags: dict[str, Contacts] = attrs.field(factory=dict)
    several_topics: int = 0
    follow_ups: int = 0
    referred: dict[str, Contacts] = attrs.field(factory=dict)

    def add(self, consultation: Consultation, schulform: str, ags: str, school: str) -> None:
        """Add a record under everything that it says."""
        group, form = consultation.target_group, consultation.form
        topics = tuple(dict.fromkeys(consultation.topics)) or (UNKNOWN,)
        found = [
            self.all,
            _of(self.by_group, group),
            _of(self.by_form, form),
            _of(self.by_group_and_form, (group, form)),
            _of(self.by_schulform, schulform),
            _of(self.by_ags, ags),
        ]
        for topic in topics:
            found += (_of(self.by_topic, topic), _of(self.by_topic_and_group, (topic, group)))
        if consultation.referred_to:
            found.append(_of(self.referred, consultation.referred_to))
        for contacts in found:
            contacts.add(consultation, school)
        self.several_topics += consultation.count * (len(topics) > 1)
        self.follow_ups += consultation.count * consultation.follow_up


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
        asked = covering([one.period for one in counsellings])
        for consultation in view.stream(Consultation, Overlaps("day", asked)):
            for counselling in counsellings:
                if consultation.day in counselling.period:
                    counselling.add(consultation, *self._place(consultation))

    def _place(self, consultation: Consultation) -> tuple[str, str, str]:
        """Give Schulform, municipality and school: as noted, else those of the school that was advised."""
        schulform, ags, school = consultation.schulform, consultation.ags, ""
        organisation = (
            self._view.get(Organisation, consultation.organisation_id) if consultation.organisation_id else None
        )
        if organisation is not None:
            ags = ags or organisation.ags
            if organisation.type in _SCHOOLS:
                profile = self._schools.profile(organisation)
                schulform = schulform or ("" if profile is None else profile.schulform)
                school = self._schools.main(organisation).id
        return schulform, (OUTSIDE if ags and not ags.startswith(self._prefix) else ags), school


def _of(found: dict[Key, Contacts], key: Key) -> Contacts:
    if key not in found:
        found[key] = Contacts()
    return found[key]
