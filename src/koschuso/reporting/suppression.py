"""Small numbers: single counts of people's behaviour or answers that would let somebody be recognised (domain.md DS-11).

Counts from 1 up to below the threshold are replaced by `Sign.SUPPRESSED`; 0 stays 0. Offices are no body of official
statistics, so § 16 BStatG does not bind them: the rule is adopted as good practice (DS-15). Volumes of positions are
resources, not behaviour, and are never suppressed (DS-14).

This module protects single figures and shares. A figure that could be computed from others that are shown, such as a
total beside its parts, must not be handed out one by one.
"""

from __future__ import annotations

from fractions import Fraction

from koschuso.reporting.document import Cell, Sign

__all__ = ["DEFAULT_THRESHOLD", "LEAST_THRESHOLD", "Suppression"]

DEFAULT_THRESHOLD = 3
"""Official statistics ask for at least three behind a published number."""

LEAST_THRESHOLD = 2
"""A threshold of 1 would suppress nothing while the report says that it did."""


class Suppression:
    """Decides about single figures of one report, and counts what it hid.

    Args:
        threshold: Counts from 1 up to below it are hidden.
        internal: Whether the report is for the office itself; then nothing is hidden.
    """

    def __init__(self, *, threshold: int = DEFAULT_THRESHOLD, internal: bool = False) -> None:
        self._threshold = threshold
        self._internal = internal
        self.hidden = 0

    def is_small(self, count: int) -> bool:
        """Tell whether a count must not be shown."""
        return not self._internal and 0 < count < self._threshold

    def count(self, count: int) -> int | Sign:
        """Give a count of people or contacts, or the sign in its place.

        >>> [Suppression().count(number) for number in (0, 2, 3)]
        [0, <Sign.SUPPRESSED: '•'>, 3]
        """
        return count if not self.is_small(count) else self._hide()

    def amount(self, amount: Cell, *, contributors: int) -> Cell:
        """Give an amount that few people contributed to (minutes, hours), or the sign in its place."""
        return amount if not self.is_small(contributors) else self._hide()

    def percentage(self, part: int, whole: int) -> Fraction | Sign:
        """Give a percentage of people; hidden when those in it or those outside it are few.

        The whole is published elsewhere in the report, so the share would give away both.

        >>> Suppression().percentage(39, 40)
        <Sign.SUPPRESSED: '•'>
        """
        if whole == 0:
            return Sign.NOT_APPLICABLE
        if self.is_small(part) or self.is_small(whole - part):
            return self._hide()
        return Fraction(100 * part, whole)

    @property
    def note(self) -> str:
        """The sentence about the rule for the report's own notes."""
        if self._internal:
            return "Interne Fassung ohne Unterdrückung kleiner Zahlen: Bitte nicht weitergeben."
        last = self._threshold - 1
        span = "1" if last == 1 else f"1 bis {last}"
        return (
            f"Zahlen über das Verhalten von Menschen (Teilnahmen, Beratungen) von {span} werden durch "
            f"»{Sign.SUPPRESSED.value}« ersetzt; 0 bleibt 0. Stellenanteile sind Angaben über Ressourcen und werden "
            "nicht unterdrückt. Die Regel folgt guter Praxis der amtlichen Statistik."
        )

    def _hide(self) -> Sign:
        self.hidden += 1
        return Sign.SUPPRESSED
