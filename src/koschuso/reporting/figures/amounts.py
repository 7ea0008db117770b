"""Time that people spent: hidden with the number of those behind it, and protected as an amount of its own.

Person-hours are visits times the length of an event: who knows two of the three knows the third. So the hours are never
shown where the visits or contacts whose time they are have to be hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.reporting.guarded import Count

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["time_of"]


def time_of(hours: Fraction, known: Count) -> Count:
    """Build the hours of those whose length is known.

    Args:
        hours: The hours.
        known: The visits or contacts that they belong to.

    >>> from fractions import Fraction
    >>> time_of(Fraction(5, 2), Count(3, key=("teilnahmen",))).key
    ('zeit', 'teilnahmen')
    """
    return Count(hours, key=("zeit", *known.key) if known.key else (), people=known.people, beside=known)
