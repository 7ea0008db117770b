"""What an office stands on: how it came about, what it is for, and what its cooperation gives to either side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.fuzzydate import FuzzyDate
from koschuso.model.period import ALWAYS, Period
from koschuso.model.record import Record
from koschuso.model.values import Reference, check_keys

if TYPE_CHECKING:
    from koschuso.model.finding import Problems

__all__ = ["Benefit", "Cooperation", "Goal", "Milestone"]


@attrs.frozen(kw_only=True)
class Milestone(Record):
    """A step in the Entstehungsgeschichte of an office.

    Attributes:
        when: As exactly as it is remembered.
        title: What happened.
        topics: What it was about, in words.
        actors: Committees, organisations and events that took part.
    """

    KIND: ClassVar[str] = "milestone"
    LABEL: ClassVar[str] = "Meilenstein"

    when: FuzzyDate
    title: str
    topics: tuple[str, ...] = ()
    actors: tuple[Reference, ...] = ()

    def _check(self, problems: Problems) -> None:
        if not self.title:
            problems.add(
                field="title", value="", rule="meilenstein.titel", message="Ein Meilenstein braucht einen Titel."
            )
        if not self.when.has_year:
            problems.add(
                field="when",
                value=self.when,
                rule="meilenstein.jahr",
                message=f"Ein Meilenstein nennt sein Jahr; »{self.when}« tut es nicht.",
            )


@attrs.frozen(kw_only=True)
class Goal(Record):
    """A Ziel of an office: why, what, and with whom.

    Attributes:
        title: What is to be reached.
        reason: The situation that makes it necessary.
        approach: How it is to be reached.
        office_id: Organisation whose goal it is.
        partners: With whom.
        rank: Order among the goals of the office.
    """

    KIND: ClassVar[str] = "goal"
    LABEL: ClassVar[str] = "Ziel"

    title: str
    reason: str = ""
    approach: str = ""
    office_id: str = ""
    partners: tuple[Reference, ...] = ()
    rank: int = 1

    def _check(self, problems: Problems) -> None:
        if not self.title:
            problems.add(field="title", value="", rule="ziel.titel", message="Ein Ziel braucht einen Titel.")
        if self.rank <= 0:
            problems.add(
                field="rank", value=self.rank, rule="ziel.rang", message="Die Reihenfolge der Ziele beginnt bei 1."
            )


@attrs.frozen(kw_only=True)
class Benefit:
    """What one side gains from a cooperation.

    Attributes:
        beneficiary_id: Organisation that gains.
        title: What it gains.
        aspects: Single points of it.
        taetigkeit: Key of the Tätigkeitsprofil that the gain belongs to, where there is one.
        evidence: Records that show it: events held together, surveys, concepts.
    """

    beneficiary_id: str
    title: str
    aspects: tuple[str, ...] = ()
    taetigkeit: str = ""
    evidence: tuple[Reference, ...] = ()


@attrs.frozen(kw_only=True)
class Cooperation(Record):
    """A cooperation of organisations and what each side gains from it.

    Attributes:
        title: Title.
        partner_ids: The organisations, at least two.
        benefits: Gains, each of one side.
        committee_ids: Where the partners meet.
        period: When it holds.
    """

    KIND: ClassVar[str] = "cooperation"
    LABEL: ClassVar[str] = "Kooperation"

    title: str
    partner_ids: tuple[str, ...]
    benefits: tuple[Benefit, ...] = ()
    committee_ids: tuple[str, ...] = ()
    period: Period = ALWAYS

    def _check(self, problems: Problems) -> None:
        if not (len(set(self.partner_ids)) == len(self.partner_ids) > 1):
            problems.add(
                field="partner_ids",
                value=len(self.partner_ids),
                rule="kooperation.partner",
                message="Eine Kooperation verbindet mindestens zwei verschiedene Organisationen.",
            )
        check_keys(problems, benefits=[benefit.taetigkeit for benefit in self.benefits if benefit.taetigkeit])
        for benefit in self.benefits:
            if benefit.beneficiary_id not in self.partner_ids:
                problems.add(
                    field="benefits",
                    value=benefit.beneficiary_id,
                    rule="kooperation.vorteil",
                    message="Ein Vorteil kommt einer der beteiligten Organisationen zugute.",
                )
