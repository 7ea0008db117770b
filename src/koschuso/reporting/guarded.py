"""Numbers about people's behaviour or answers, as a report hands them over before it is decided what may be shown.

Wherever a document holds a number, a report puts a `Count`, or what follows from counts: in a cell, a figure, a chart, a
sentence. They say what stands behind the number; `koschuso.reporting.protection` decides for the whole report and leaves
plain values. A `Document` refuses to hold one that nobody has decided about.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "DEFAULT_THRESHOLD",
    "DOMINANCE",
    "LEAST_THRESHOLD",
    "Count",
    "Difference",
    "Guarded",
    "Mean",
    "Sentence",
    "Share",
    "Total",
    "counts_in",
]

DEFAULT_THRESHOLD = 3
"""Official statistics ask for at least three behind a published number."""

LEAST_THRESHOLD = 2
"""A threshold of 1 would suppress nothing while the report says that it did."""

DOMINANCE = 85
"""Percent of an amount from which on a single contributor is taken to stand behind all of it (domain.md DS-13)."""


def _people(count: Count) -> int:
    if isinstance(count.value, int):
        return count.value
    raise WrongUse("Zu einer Menge (Stunden, Minuten) gehört, wie viele Menschen dahinterstehen: people=…")


@attrs.frozen
class Count:
    """How many people did or said something, or an amount that comes from them.

    >>> Count(12).people
    12
    >>> Count(Fraction(75, 2), people=2).is_small(3)
    True

    Attributes:
        value: The exact number, not negative: an ``int`` that everybody knows to be whole, or a ``Fraction``.
        key: Names the number wherever it stands in the report, for example ``("beratung", "thema", "kinderschutz")``.
            A number without a key stands in one cell of one table only.
        people: How many people are behind it; the value itself where people are what is counted.
        contributors: From how many schools, Träger or other bodies it comes, where they are to be protected too.
        largest: How much of it comes from the largest of them.
        within: Key of a number that everybody knows to be at least as large: Teilnehmende are never more than
            Teilnahmen. Without it a shown number could tell more about a hidden one than its protection promises.
        distinct: Whether different people are counted, each once, so that a total of several is no sum, even where it
            happens to be as large as one.
        beside: A number that this one gives away where it is shown: whoever knows how long an event took reads the
            Teilnahmen from the person-hours. It is hidden wherever that number is.

    Raises:
        WrongUse: The value is negative or no exact number, or an amount does not tell how many people are behind it.
    """

    value: int | Fraction = attrs.field()
    key: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    people: int = attrs.field(default=attrs.Factory(_people, takes_self=True), kw_only=True)
    contributors: int | None = attrs.field(default=None, kw_only=True)
    largest: int | Fraction | None = attrs.field(default=None, kw_only=True)
    within: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    distinct: bool = attrs.field(default=False, kw_only=True)
    beside: Count | None = attrs.field(default=None, kw_only=True)

    @value.validator
    def _is_exact(self, _: object, value: object) -> None:
        if not isinstance(value, int | Fraction) or isinstance(value, bool):
            raise WrongUse("Eine Zahl über Menschen ist eine ganze Zahl oder ein genauer Bruch (Fraction).")

    def __attrs_post_init__(self) -> None:
        if self.value < 0 or self.people < 0:
            raise WrongUse("Eine Zahl über Menschen ist nie negativ. Bitte prüfen Sie den Bericht, der sie aufbaut.")

    def is_small(self, threshold: int) -> bool:
        """Tell whether so few are behind it that somebody could be recognised (domain.md DS-11, DS-13)."""
        if self.value == 0:
            return False
        few = self.people < threshold or (self.contributors is not None and self.contributors < threshold)
        return few or (self.largest is not None and self.largest * 100 >= self.value * DOMINANCE)


@attrs.frozen
class Share:
    """A percentage of people: a part of a whole.

    Where it is shown, the part, the whole and the others count as shown. A whole that everybody may know, such as the
    number of Fachkräfte, is a plain number; where that is small, the share is always hidden, so that not even the sign
    tells anything.

    >>> Share(Count(3), Count(12)).value
    Fraction(25, 1)
    """

    part: Count
    whole: Count | int

    @property
    def value(self) -> Fraction | None:
        """The percentage; ``None`` of nothing."""
        whole = self.whole.value if isinstance(self.whole, Count) else self.whole
        return Fraction(100 * self.part.value) / whole if whole else None


@attrs.frozen
class Mean:
    """An average: an amount for each of a number, such as visits for each event.

    Where it is shown, the amount counts as shown, and so does the number.

    >>> Mean(Count(Fraction(5, 2), people=5), Count(5), factor=60).value
    Fraction(30, 1)

    Attributes:
        amount: What is shared out.
        number: Among how many.
        factor: By what the average is multiplied, such as 60 for minutes out of hours.
    """

    amount: Count
    number: Count | int
    factor: int = attrs.field(default=1, kw_only=True)

    @property
    def value(self) -> Fraction | None:
        """The average; ``None`` of nothing."""
        number = self.number.value if isinstance(self.number, Count) else self.number
        return self.factor * Fraction(self.amount.value) / number if number else None


@attrs.frozen
class Difference:
    """How a number changed against an earlier period; where it is shown, both count as shown."""

    now: Count
    before: Count

    @property
    def value(self) -> int | Fraction:
        """The change; negative where it became less."""
        return self.now.value - self.before.value


Guarded = Count | Share | Mean | Difference
"""A value that may turn into `Sign.SUPPRESSED`."""


def _numbers(numbers: Iterable[Guarded | int | Fraction | str]) -> tuple[Guarded | int | Fraction | str, ...]:
    return tuple(numbers)


@attrs.frozen
class Sentence:
    """A sentence of a text with numbers in it.

    Attributes:
        text: With ``{}`` for each number.
        numbers: What stands there, in this order. Names go here as well, so that a brace in a name is only a brace.
        hidden: What is said instead when one of the numbers may not be shown; by default the sign stands in its place.
        digits: Decimal places of numbers that are not counts.

    Raises:
        WrongUse: There are more or fewer numbers than places.
    """

    text: str
    numbers: tuple[Guarded | int | Fraction | str, ...] = attrs.field(converter=_numbers)
    hidden: str = attrs.field(default="", kw_only=True)
    digits: int = attrs.field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.text.count("{}") != len(self.numbers):
            raise WrongUse(f"Der Satz »{self.text}« hat nicht so viele Stellen für Zahlen, wie ihm gegeben werden.")


def _counts(counts: Iterable[Count]) -> tuple[Count, ...]:
    return tuple(counts)


def _times(times: Iterable[int | Fraction]) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, times))


@attrs.frozen
class Total:
    """What everybody can work out beyond the sums of tables: a number is made of others.

    Teilnahmen, for example, are those with a name and those without, wherever the three stand; a part need not be shown
    anywhere. Where the parts add up to more than the total, somebody is counted in several of them.

    Attributes:
        total: The whole.
        parts: What it is made of.
        times: How often each part counts in the total, where that is not once: person-hours are the visits of each event
            times its length, and lengths are no secret. Nothing is left over for the total alone then; it may be less.

    Raises:
        WrongUse: There are more or fewer ``times`` than parts.
    """

    total: Count
    parts: tuple[Count, ...] = attrs.field(converter=_counts)
    times: tuple[Fraction, ...] = attrs.field(default=(), converter=_times)

    def __attrs_post_init__(self) -> None:
        if self.times and len(self.times) != len(self.parts):
            raise WrongUse("Eine Gesamtzahl nennt für jeden ihrer Teile, wie oft er zählt, oder für keinen.")


def counts_in(value: object) -> Iterator[Count]:
    """Give the counts that a value shows or gives away; of a count it is the count itself first."""
    if isinstance(value, Count):
        yield value
        if value.beside is not None:
            yield from counts_in(value.beside)
    elif isinstance(value, Share):
        yield from (*counts_in(value.part), *counts_in(value.whole))
    elif isinstance(value, Mean):
        yield from (*counts_in(value.amount), *counts_in(value.number))
    elif isinstance(value, Difference):
        yield from (*counts_in(value.now), *counts_in(value.before))
