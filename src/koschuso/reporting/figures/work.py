"""The concepts that an office finished in a period."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from koschuso.model import Concept

if TYPE_CHECKING:
    from koschuso.model.fuzzydate import FuzzyDate
    from koschuso.model.period import Period
    from koschuso.reporting.view import View

__all__ = ["ConceptWork"]

_FINISHED: Final = frozenset({"beschlossen", "gueltig", "abgeloest"})


class ConceptWork:
    """The concepts of a period.

    Args:
        view: What the report may see.
        period: The time.
    """

    def __init__(self, view: View, period: Period) -> None:
        self._view = view
        self._period = period

    @cached_property
    def finished(self) -> tuple[Concept, ...]:
        """Concepts that were adopted in the period, or are in force and dated in it."""
        return tuple(concept for concept in self._view.records(Concept) if self._is_finished(concept))

    @cached_property
    def undated(self) -> int:
        """Finished concepts whose date is too vague to tell whether it lies in the period."""
        return sum(
            not self._is_finished(concept) and any(self._touches(when) for when in _dates(concept))
            for concept in self._view.records(Concept)
        )

    def _is_finished(self, concept: Concept) -> bool:
        return any(self._holds(when) for when in _dates(concept))

    def _holds(self, when: FuzzyDate) -> bool:
        return when.has_year and self._period.encloses(when.period())

    def _touches(self, when: FuzzyDate) -> bool:
        return not when.has_year or self._period.overlaps(when.period())


def _dates(concept: Concept) -> tuple[FuzzyDate, ...]:
    """Give when a concept was finished: its adoptions, else the date on it if it is in force."""
    if concept.status not in _FINISHED:
        return ()
    if concept.adoptions:
        return tuple(adoption.on for adoption in concept.adoptions)
    return () if concept.dated is None else (concept.dated,)
