"""Which further numbers have to be hidden so that no hidden one can be computed (complementary suppression, DS-12).

Published numbers hang together: a total is the sum of its parts, also across the tables of one report. Whoever knows
all that is shown can solve these equations for what is hidden. A number is protected when, with everything that is
shown, it may still have the least and the greatest value of its protection interval, as a whole number where everybody
knows it to be one. Where even a report with nothing but signs would tell more (a total is at least the number of its parts
that are not 0), it is protected when it may have every value that such a report would leave.

The choice is made by linear programmes (HiGHS), at most two for each sensitive number: the cheapest way in which it
could move to the end of its interval while everything shown stays as it is; all that would have to move with it is
hidden too. The very best choice is a hard problem; this finds a safe one near it in the time of a keystroke. The same
numbers give the same choice.
"""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from koschuso.errors import WrongUse
from koschuso.reporting.protection.moves import Row, System

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["AtMost", "Number", "Sum", "complementary"]

K = TypeVar("K", bound=Hashable)

# So many solutions are cheap; looking for needless signs in larger reports is not worth their time.
_MOST_TRIALS = 3_000
_MOST_TOGETHER = 64


@attrs.frozen(kw_only=True)
class Number:
    """A number that a report would show, or that follows from what it shows.

    Attributes:
        value: Its true value, not negative.
        least: What everybody knows it to be at least when it is not shown.
        interval: The values that must stay possible; ``None`` for a number that is not sensitive by itself.
        cost: What a reader loses when it is hidden; 0 for a number that is nowhere to be seen in any case.
        fixed: It cannot be hidden, such as a 0.
        whole: Everybody knows that it is a whole number.
    """

    value: Fraction | int
    least: Fraction | int = 0
    interval: tuple[Fraction | int, Fraction | int] | None = None
    cost: float = 1.0
    fixed: bool = False
    whole: bool = True


@attrs.frozen(kw_only=True)
class Sum(Generic[K]):
    """What everybody knows of a total and its parts.

    Attributes:
        total: Key of the total.
        parts: Keys of the parts.
        exact: Whether the total is the sum of its parts. Otherwise what is counted once in the total may be in several
            parts (people at several schools): it is at most their sum, and at least the largest of them.
        times: How often each part counts; empty for once. A total that is not exact then is only at most their sum.
    """

    total: K
    parts: tuple[K, ...] = attrs.field(converter=tuple)
    exact: bool = True
    times: tuple[Fraction, ...] = ()


@attrs.frozen(kw_only=True)
class AtMost(Generic[K]):
    """Everybody knows that one number is never more than another."""

    less: K
    more: K


def complementary(numbers: Mapping[K, Number], known: Iterable[Sum[K] | AtMost[K]]) -> frozenset[K]:
    """Choose what must be hidden beside the sensitive numbers.

    Args:
        numbers: Every number that would be shown or follows from what is, by its key.
        known: How they hang together.

    Returns:
        The keys of the numbers to be hidden beside those that are sensitive by themselves.

    Raises:
        WrongUse: A sum does not hold or names a number that there is not, or a sensitive number follows from numbers
            that cannot be hidden.
        Unavailable: The solver is not installed.
    """
    hidden: set[K] = set()
    for part, rows in _apart(numbers, [row for one in known for row in _rows_of(one, numbers)]):
        sensitive = [key for key in part if numbers[key].interval is not None]
        if sensitive:
            hidden |= _chosen(part, rows, sensitive)
    return frozenset(hidden)


def _chosen(numbers: Mapping[K, Number], rows: Sequence[Row[K]], sensitive: list[K]) -> set[K]:
    system = System(numbers, rows)
    # Those that need the most room come first: what is hidden for them usually serves the others too.
    sensitive.sort(key=lambda key: -max(system.distances(key)))
    hidden: dict[K, None] = {}
    first, together = 0, 1
    while first < len(sensitive):
        # What is hidden already often is enough for many at once: one programme tells, and takes the place of theirs.
        few = sensitive[first : first + together]
        if len(few) > 1 and not system.have_ways(few):
            few, together = few[:1], 0
        for key in few:
            for moved in system.ways_out(key):
                for other in moved:
                    if numbers[other].interval is None and numbers[other].cost and other not in hidden:
                        hidden[other] = None
                        system.free(other)
        first += len(few)
        together = min(2 * together or 1, _MOST_TOGETHER)
    if len(sensitive) * len(hidden) * 2 <= _MOST_TRIALS:
        # Take back signs that turned out to be needless, the dearest first.
        for key in sorted(hidden, key=lambda key: -numbers[key].cost):
            if system.can_be_shown(key):
                del hidden[key]
    return set(hidden)


def _rows_of(one: Sum[K] | AtMost[K], numbers: Mapping[K, Number]) -> Iterator[Row[K]]:
    named = (one.less, one.more) if isinstance(one, AtMost) else (one.total, *one.parts)
    missing = [key for key in named if key not in numbers]
    if missing:
        raise WrongUse("Eine Summe nennt eine Zahl, die es im Bericht nicht gibt.", key=missing[0])
    return _order(one, numbers) if isinstance(one, AtMost) else _sum(one, numbers)


def _order(one: AtMost[K], numbers: Mapping[K, Number]) -> Iterator[Row[K]]:
    less, more = numbers[one.less].value, numbers[one.more].value
    if less > more:
        raise WrongUse("Eine Zahl im Bericht ist größer als eine, die sie nie übersteigen soll.", key=one.less)
    if one.less != one.more:
        yield Row({one.more: 1.0, one.less: -1.0}, float(more - less))


def _sum(one: Sum[K], numbers: Mapping[K, Number]) -> Iterator[Row[K]]:
    times: Sequence[Fraction | int] = one.times or [1] * len(one.parts)
    total = numbers[one.total].value
    parts = [numbers[part].value * often for part, often in zip(one.parts, times, strict=True)]
    whole: dict[K, float] = {one.total: -1.0}
    for part, often in zip(one.parts, times, strict=True):
        whole[part] = whole.get(part, 0.0) + float(often)
    whole = {key: weight for key, weight in whole.items() if weight}
    if one.exact:
        if total != sum(parts):
            raise WrongUse("Eine Summe im Bericht stimmt nicht mit ihren Teilen überein.", key=one.total)
        if whole:
            yield Row(whole)
        return
    if total > sum(parts) or (not one.times and total < max(parts, default=0)):
        raise WrongUse("Eine Gesamtzahl im Bericht passt nicht zu ihren Teilen.", key=one.total)
    if whole:
        yield Row(whole, float(sum(parts) - total))
    if one.times:
        return
    for part, value in zip(one.parts, parts, strict=True):
        if part != one.total:
            yield Row({one.total: 1.0, part: -1.0}, float(total - value))


def _apart(numbers: Mapping[K, Number], rows: Sequence[Row[K]]) -> Iterator[tuple[dict[K, Number], list[Row[K]]]]:
    """Take apart what does not hang together: small programmes are solved faster than one large one."""
    group: dict[K, K] = {key: key for key in numbers}

    def of(key: K) -> K:
        while group[key] != key:
            group[key] = group[group[key]]
            key = group[key]
        return key

    for row in rows:
        first, *others = row.weights
        for key in others:
            group[of(key)] = of(first)
    members: dict[K, dict[K, Number]] = {}
    for key, number in numbers.items():
        members.setdefault(of(key), {})[key] = number
    own: dict[K, list[Row[K]]] = {}
    for row in rows:
        own.setdefault(of(next(iter(row.weights))), []).append(row)
    for root, part in members.items():
        if root in own:
            yield part, own[root]
