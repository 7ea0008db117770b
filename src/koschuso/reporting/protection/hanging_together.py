"""What everybody can work out from a report: its numbers about people, and how they hang together.

The totals of a table are the sums of its rows; a total column is the sum of columns; a percentage beside its whole gives
the part and the others; the same key is the same number; a sorted table tells which number is the larger.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from koschuso.errors import WrongUse
from koschuso.reporting.document import Chart, Missing, Section, Table
from koschuso.reporting.document.blocks import values_in
from koschuso.reporting.guarded import Count, Sentence, Share, Total, counts_in
from koschuso.reporting.protection.complementary import AtMost, Number, Sum, complementary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.reporting.document import Block

__all__ = ["UNCERTAINTY", "Census", "Key", "blocks_of", "derived", "key_of", "values_of"]

UNCERTAINTY = Fraction(1, 4)
"""A hidden amount stays unknown by at least this share of itself, upwards and downwards."""

_TOTAL_COST = 8.0
_SORTED_FROM = 3

Key = tuple[Any, ...]
"""Names a number: the key that the report gave it, or the place where it stands."""


def key_of(count: Count, place: Key) -> Key:
    """Give the key of a count that stands in a place."""
    return count.key or ("", *place)


def derived(value: object, place: Key) -> Iterator[Key]:
    """Give the keys of all numbers that are given away where a value is shown."""
    for number, count in enumerate(counts_in(value)):
        yield key_of(count, place if isinstance(value, Count) and number == 0 else (*place, number))
    if isinstance(value, Share):
        yield _others_key(value, place)


def blocks_of(sections: Iterable[Section]) -> Iterator[Block]:
    """Yield all blocks of chapters and those below them."""
    for section in sections:
        yield from section.blocks
        yield from blocks_of(section.sections)


def values_of(block: Block, number: int) -> Iterator[tuple[Any, Key]]:
    """Yield everything in a block that may be a number about people, with the place where it stands.

    Args:
        block: The block.
        number: Its number in the report.
    """
    if isinstance(block, Table):
        for row, line in enumerate((*block.rows, *(() if block.totals is None else (block.totals,)))):
            for column, value in enumerate(line):
                yield value, (block.key, row, column)
        for place, note in enumerate(block.notes):
            yield note, (block.key, "note", place)
        return
    for place, value in enumerate(values_in(block)):
        yield value, (number, place)


def _others_key(share: Share, place: Key) -> Key:
    return ("others", key_of(share.part, (*place, 0)), _whole_key(share, place))


def _whole_key(share: Share, place: Key) -> Key:
    if not isinstance(share.whole, Count):
        return ("plain", *place)
    return key_of(share.whole, (*place, sum(1 for _ in counts_in(share.part))))


class Census:
    """Every number of a report and how they hang together.

    Args:
        sections: The chapters.
        missing: What is not known, and how often.
        totals: What follows beyond the sums of tables.

    Raises:
        WrongUse: Two places give one number different values, a total does not fit its parts, or a number outside of
            tables has no key.
    """

    def __init__(self, sections: Iterable[Section], missing: Iterable[Missing], totals: Iterable[Total]) -> None:
        self._counts: dict[Key, Count] = {}
        self._places: dict[Key, int] = {}
        self._constants: dict[Key, Number] = {}
        self._sums: dict[tuple[Key, tuple[Key, ...]], Sum[Key]] = {}
        self._orders: dict[tuple[Key, Key], AtMost[Key]] = {}
        self._of_public: dict[Key, int] = {}
        for number, block in enumerate(blocks_of(sections)):
            for value, place in values_of(block, number):
                self._take(value, place)
            if isinstance(block, Table):
                self._take_totals(block)
                self._take_total_columns(block)
                self._take_orders(block)
            elif isinstance(block, Chart) and len(block.series) == 1 and not block.ranked:
                self._take_order([(value, ()) for value in block.series[0].values])
        for number, gap in enumerate(missing):
            self._take(gap.count, ("missing", number))
        for number, total in enumerate(totals):
            keys = [key_of(count, ("total", number, part)) for part, count in enumerate((total.total, *total.parts))]
            for key, count in zip(keys, (total.total, *total.parts), strict=True):
                self._note(count, key, shown=False)
            if total.times:
                self._weighted(keys[0], keys[1:], total.times)
            else:
                self._sum(keys[0], keys[1:])

    @property
    def is_empty(self) -> bool:
        """Whether the report holds no number about people."""
        return not self._counts

    # -- what stands where -------------------------------------------------------------------------------------------

    def _take(self, value: object, place: Key) -> None:
        if isinstance(value, Sentence):
            for number, one in enumerate(value.numbers):
                self._take(one, (*place, number))
            return
        for key, count in zip(derived(value, place), counts_in(value), strict=False):
            if not count.key and isinstance(place[0], int):
                raise WrongUse(
                    "Eine Zahl über Menschen außerhalb einer Tabelle braucht einen Schlüssel (key=…), damit sie überall "
                    "gezeigt oder überall verdeckt wird. Bitte prüfen Sie den Bericht, der sie aufbaut."
                )
            self._note(count, key, shown=True)
        if isinstance(value, Share):
            self._take_others(value, place)

    def _take_others(self, share: Share, place: Key) -> None:
        """Whoever sees a share of a whole knows the others as well."""
        part, key = share.part, _others_key(share, place)
        whole = share.whole if isinstance(share.whole, Count) else Count(share.whole)
        if whole.value < part.value:
            return
        if whole is not share.whole:
            self._constants[_whole_key(share, place)] = Number(value=whole.value, fixed=True)
            self._of_public[key] = int(whole.value)
        others = Count(whole.value - part.value, people=max(0, whole.people - part.people))
        self._note(others, key, shown=False)
        self._sum(_whole_key(share, place), [key_of(part, (*place, 0)), key], apart=True)

    def _note(self, count: Count, key: Key, *, shown: bool) -> None:
        there = self._counts.setdefault(key, count)
        if there.value != count.value:
            raise WrongUse(
                f"Der Bericht gibt der Zahl {'/'.join(map(str, key))} zwei Werte. Bitte wenden Sie sich an seine Urheber.",
                key=key,
            )
        if count.people < there.people or (there.contributors is None and count.contributors is not None):
            # The narrower statement counts: few people, few bodies.
            self._counts[key] = count
        self._places[key] = self._places.get(key, 0) + shown
        if count.within:
            self._orders[key, count.within] = AtMost(less=key, more=count.within)

    # -- sums --------------------------------------------------------------------------------------------------------

    def _sum(self, total: Key, parts: Sequence[Key], *, apart: bool = False) -> None:
        """Note that a number is made of others; what is missing to the total is nowhere to be seen.

        Args:
            total: Key of the whole.
            parts: Keys of what it is made of.
            apart: Nobody is in two of the parts, even where different people are counted.
        """
        if not parts or (total, tuple(parts)) in self._sums:
            return
        whole, values = self._value(total), [self._value(part) for part in parts]
        added = sum(values)
        if whole > added:
            # What is counted nowhere else belongs to the total alone, and no part is in it.
            rest: Key = ("rest", total, *parts)
            people = max(0, self._people(total) - sum(self._people(part) for part in parts))
            self._note(Count(whole - added, people=people), rest, shown=False)
            parts, added = [*parts, rest], whole
        elif whole < max(values):
            raise WrongUse(
                f"Im Bericht ist die Gesamtzahl {'/'.join(map(str, total))} kleiner als einer ihrer Teile. "
                "Bitte wenden Sie sich an seine Urheber.",
                key=total,
            )
        distinct = not apart and total in self._counts and self._counts[total].distinct and len(parts) > 1
        self._sums[total, tuple(parts)] = Sum(total=total, parts=parts, exact=whole == added and not distinct)

    def _weighted(self, total: Key, parts: Sequence[Key], times: Sequence[Fraction]) -> None:
        """Note that a number is made of others that count more or less than once; of what is left over nothing is known."""
        added = sum(self._value(part) * often for part, often in zip(parts, times, strict=True))
        if parts and self._value(total) <= added:
            exact = self._value(total) == added
            named = (("times", *times), *parts)
            self._sums[total, named] = Sum(total=total, parts=parts, exact=exact, times=tuple(times))

    def _value(self, key: Key) -> int | Fraction:
        return self._counts[key].value if key in self._counts else self._constants[key].value

    def _people(self, key: Key) -> int:
        return self._counts[key].people if key in self._counts else ceil(self._constants[key].value)

    def _line(self, values: Iterable[tuple[object, Key]]) -> list[Key]:
        """Give the keys of the numbers of a row or column; those that anybody may see are constants."""
        keys: list[Key] = []
        for value, place in values:
            if isinstance(value, Count):
                keys.append(key_of(value, place))
            elif isinstance(value, int | Fraction | Decimal) and not isinstance(value, bool) and value >= 0:
                key = ("plain", *place)
                self._constants[key] = Number(value=Fraction(value), fixed=True, whole=False)
                keys.append(key)
        return keys

    def _made_of(self, total: object, place: Key, values: Sequence[tuple[object, Key]]) -> None:
        """Note a total of a table, with as many of the numbers before it as add up to it."""
        if not isinstance(total, Count) and not any(isinstance(value, Count) for value, _ in values):
            return
        whole = self._line([(total, place)])
        if not whole:
            return
        guarded = self._line((value, key) for value, key in values if isinstance(value, Count))
        for candidates in (guarded, self._line(values)):
            # Numbers of another kind may stand before the parts: the longest end that adds up is what a reader sees.
            for begin in range(len(candidates)):
                if self._value(whole[0]) == sum(self._value(key) for key in candidates[begin:]):
                    self._sum(whole[0], candidates[begin:])
                    if begin == 0:
                        return
                    break
        # It may be chance that an end adds up: then the total still counts the people of all parts once each.
        largest = max((self._value(key) for key in guarded), default=0)
        if isinstance(total, Count) and (largest <= self._value(whole[0]) or not self._is_total(whole[0])):
            self._sum(whole[0], guarded)

    def _is_total(self, key: Key) -> bool:
        return any(total == key for total, _ in self._sums)

    def _take_totals(self, table: Table) -> None:
        if table.totals is None:
            return
        for column, total in enumerate(table.totals):
            values = [(line[column], (table.key, row, column)) for row, line in enumerate(table.rows)]
            self._made_of(total, (table.key, len(table.rows), column), values)

    def _take_total_columns(self, table: Table) -> None:
        lines = (*table.rows, *(() if table.totals is None else (table.totals,)))
        for row, line in enumerate(lines):
            begin = 0
            for column, described in enumerate(table.columns):
                if described.total:
                    values = [
                        (line[part], (table.key, row, part))
                        for part in range(begin, column)
                        if table.columns[part].unit == described.unit
                    ]
                    self._made_of(line[column], (table.key, row, column), values)
                    begin = column + 1

    # -- order -------------------------------------------------------------------------------------------------------

    def _take_orders(self, table: Table) -> None:
        for column in range(len(table.columns)):
            if column != table.ranked_by:
                self._take_order([(line[column], (table.key, row, column)) for row, line in enumerate(table.rows)])

    def _take_order(self, values: Sequence[tuple[object, Key]]) -> None:
        """Values that fall from row to row look sorted: then the neighbours of a sign narrow down what it hides."""
        counts: list[tuple[Count, Key]] = [
            (value, key_of(value, place)) for value, place in values if isinstance(value, Count)
        ]
        falls = all(one.value >= next_.value for (one, _), (next_, _) in pairwise(counts))
        if len(counts) < _SORTED_FROM or not falls:
            return
        for (_, more), (_, less) in pairwise(counts):
            if more != less:
                self._orders[less, more] = AtMost(less=less, more=more)

    # -- what is hidden ----------------------------------------------------------------------------------------------

    def hidden(self, threshold: int) -> frozenset[Key]:
        """Choose what is hidden: the small numbers and what gives them away."""
        small = {key for key, count in self._counts.items() if count.is_small(threshold)}
        # Shares of a small whole that everybody knows are hidden whatever they are; there is no more room to give.
        narrow = {key for key, whole in self._of_public.items() if 0 < whole < threshold}
        sums = [one for one in self._sums.values() if narrow.isdisjoint(one.parts)]
        if not small:
            return frozenset(narrow)
        totals: dict[Key, int] = {}
        for total, _ in self._sums:
            totals[total] = totals.get(total, 0) + 1
        numbers = {
            key: self._number(key, count, threshold if key in small else 0, totals.get(key, 0))
            for key, count in self._counts.items()
        }
        orders = [order for order in self._orders.values() if order.more in numbers]
        return frozenset({*small, *narrow}) | complementary({**numbers, **self._constants}, [*sums, *orders])

    def _number(self, key: Key, count: Count, threshold: int, totals: int) -> Number:
        places = self._places[key]
        whole = isinstance(count.value, int)
        # Where the sign stands there is something: 0 would have been shown.
        least = 1 if whole and places and count.value else 0
        return Number(
            value=count.value,
            least=least,
            interval=_interval(count, threshold, 1 if whole else 0) if threshold else None,
            # A small sign for a small number: of several ways out the reader keeps the larger numbers.
            cost=places * _TOTAL_COST**totals * (1 + int(count.value).bit_length() / 8),
            fixed=bool(places) and count.value == 0,
            whole=whole,
        )


def _interval(count: Count, threshold: int, least: int) -> tuple[Fraction | int, Fraction | int]:
    """Give the values that a hidden number must still be able to have."""
    value = count.value
    if isinstance(value, int):
        if count.people == value < threshold:
            return least, threshold
        room = max(ceil(value * UNCERTAINTY), threshold)
        return max(least, value - room), value + room
    return value * (1 - UNCERTAINTY), value * (1 + UNCERTAINTY)
