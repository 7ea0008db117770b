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
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from koschuso.errors import Unavailable, WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["AtMost", "Number", "Sum", "complementary"]

K = TypeVar("K", bound=Hashable)

_MOVED = 1e-7
_WHOLE = 1e-6
_LARGE = 1e7
# So many solutions are cheap; looking for needless signs in larger reports is not worth their time.
_MOST_TRIALS = 3_000


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
    """

    total: K
    parts: tuple[K, ...] = attrs.field(converter=tuple)
    exact: bool = True


@attrs.frozen(kw_only=True)
class AtMost(Generic[K]):
    """Everybody knows that one number is never more than another."""

    less: K
    more: K


@attrs.frozen
class _Row(Generic[K]):
    """A weighted sum of numbers that is 0, or (with a slack, by which it is more) at least 0."""

    weights: dict[K, float]
    slack: float | None = None


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


def _chosen(numbers: Mapping[K, Number], rows: Sequence[_Row[K]], sensitive: list[K]) -> set[K]:
    system = _System(numbers, rows)
    # Those that need the most room come first: what is hidden for them usually serves the others too.
    sensitive.sort(key=lambda key: -max(system.distances(key)))
    hidden: dict[K, None] = {}
    for key in sensitive:
        for moved in system.ways_out(key):
            for other in moved:
                if numbers[other].interval is None and numbers[other].cost and other not in hidden:
                    hidden[other] = None
                    system.free(other)
    if len(sensitive) * len(hidden) * 2 <= _MOST_TRIALS:
        # Take back signs that turned out to be needless, the dearest first.
        for key in sorted(hidden, key=lambda key: -numbers[key].cost):
            system.hold(key)
            if all(system.is_protected(other) for other in sensitive):
                del hidden[key]
            else:
                system.free(key)
    return set(hidden)


class _System(Generic[K]):
    """A linear programme whose columns say how far each number moves up, and how far down."""

    def __init__(self, numbers: Mapping[K, Number], rows: Sequence[_Row[K]]) -> None:
        try:
            import highspy  # noqa: PLC0415 - a report without small numbers does without
        except ImportError as error:
            raise Unavailable(
                "Für Berichte mit verdeckten Zahlen fehlt das Rechenprogramm HiGHS. "
                "Bitte installieren Sie die Ergänzung: pip install 'koschuso[berichte]'"
            ) from error
        self._highs: Any = highspy
        self._numbers = numbers
        self._keys = list(numbers)
        self._place = {key: place for place, key in enumerate(self._keys)}
        self._size = len(self._keys)
        self._whole = [
            place + offset for offset in (0, self._size) for place, key in enumerate(self._keys) if numbers[key].whole
        ]
        self._solver = self._highs.Highs()
        # One thread and one seed: the same numbers give the same choice on every machine.
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._model(rows))
        self._distances: dict[K, tuple[float, float]] = {}

    def _model(self, rows: Sequence[_Row[K]]) -> Any:
        entries: list[list[tuple[int, float]]] = [[] for _ in range(self._size)]
        for number, row in enumerate(rows):
            for key, weight in row.weights.items():
                entries[self._place[key]].append((number, weight))
        starts, index, values = [0], list[int](), list[float]()
        for sign in (1.0, -1.0):
            for column in entries:
                index += [row for row, _ in column]
                values += [sign * weight for _, weight in column]
                starts.append(len(index))
        model = self._highs.HighsLp()
        model.num_col_, model.num_row_ = 2 * self._size, len(rows)
        model.col_cost_ = [self._cost(place) for place in range(self._size)] * 2
        model.col_lower_ = [0.0] * (2 * self._size)
        model.col_upper_ = [self._most(place, down=down) for down in (False, True) for place in range(self._size)]
        model.row_lower_ = [-(row.slack or 0.0) for row in rows]
        model.row_upper_ = [0.0 if row.slack is None else self._highs.kHighsInf for row in rows]
        model.a_matrix_.format_ = self._highs.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = starts, index, values
        return model

    def _cost(self, place: int) -> float:
        number = self._numbers[self._keys[place]]
        # The small share of the place makes one of several equally good choices the best.
        return 0.0 if number.interval is not None else number.cost * (1 + place / self._size / 1000)

    def _most(self, place: int, *, down: bool) -> float:
        number = self._numbers[self._keys[place]]
        if number.fixed:
            return 0.0
        return max(0.0, float(number.value - number.least)) if down else _LARGE

    def distances(self, key: K) -> tuple[float, float]:
        """Tell how far a sensitive number has to be able to move down and up."""
        if key not in self._distances:
            number = self._numbers[key]
            low, high = number.interval or (number.value, number.value)
            self._distances[key] = max(0.0, float(number.value - low)), max(0.0, float(high - number.value))
        return self._distances[key]

    def free(self, key: K) -> None:
        """Let a number move at no cost: it is hidden."""
        self._set_cost(key, 0.0)

    def hold(self, key: K) -> None:
        """Let a number move only at its cost: it is shown."""
        self._set_cost(key, self._cost(self._place[key]))

    def _set_cost(self, key: K, cost: float) -> None:
        place = self._place[key]
        self._solver.changeColCost(place, cost)
        self._solver.changeColCost(place + self._size, cost)

    def ways_out(self, key: K) -> Iterator[list[K]]:
        """Give, for each direction, what moves with a number on the cheapest way to the end of its interval.

        Raises:
            WrongUse: It could not move at all if everything were hidden.
        """
        for down in (True, False):
            if self.distances(key)[not down] > 0:
                yield self._solved(key, down=down)[0]
        if not any(self.distances(key)):
            raise WrongUse(
                "Eine kleine Zahl lässt sich nicht verdecken, weil immer gezeigt werden soll, woraus sie folgt. "
                "Bitte wenden Sie sich an die Urheber des Berichts.",
                key=key,
            )

    def is_protected(self, key: K) -> bool:
        """Tell whether a number can move to both ends of its interval while all that is shown stays."""
        return all(
            self._solved(key, down=down)[1] < _MOVED for down in (True, False) if self.distances(key)[not down] > 0
        )

    def _solved(self, key: K, *, down: bool) -> tuple[list[K], float]:
        """Move a number as cheaply as possible; give all that moves with it, and what it costs."""
        place, size = self._place[key], self._size
        there, back = (place + size, place) if down else (place, place + size)
        self._solver.changeColBounds(there, self.distances(key)[not down], self._most(place, down=down))
        self._solver.changeColBounds(back, 0.0, 0.0)
        solution = self._whole_solution()
        if solution is None:
            # Not even with everything hidden; what it could do then is what it has to be able to do.
            self._distances[key] = self._within_reach(key, there, back, down=down)
            self._solver.changeColBounds(there, self.distances(key)[not down], self._most(place, down=down))
            self._solver.changeColBounds(back, 0.0, 0.0)
            solution = self._whole_solution()
        self._restore(place)
        if solution is None:
            raise Unavailable("Das Rechenprogramm HiGHS findet nicht, was in diesem Bericht zu verdecken ist.")
        values, cost = solution
        return [self._keys[i] for i in range(size) if values[i] > _MOVED or values[i + size] > _MOVED], cost

    def _within_reach(self, key: K, there: int, back: int, *, down: bool) -> tuple[float, float]:
        """Give the distances of a number, shortened to how far it could move if everything were hidden."""
        costs = list(self._solver.getLp().col_cost_)
        self._set_costs({column: float(-(column == there)) for column in range(2 * self._size)})
        self._solver.changeColBounds(there, 0.0, self.distances(key)[not down])
        self._solver.changeColBounds(back, 0.0, 0.0)
        solution = self._whole_solution()
        self._set_costs(dict(enumerate(costs)))
        far = 0.0 if solution is None else solution[0][there]
        if self._numbers[key].whole:
            far = float(round(far))
        elif far <= _MOVED:
            far = 0.0
        one, other = self.distances(key)
        return (far, other) if down else (one, far)

    def _set_costs(self, costs: Mapping[int, float]) -> None:
        for column, cost in costs.items():
            self._solver.changeColCost(column, cost)

    def _restore(self, place: int) -> None:
        self._solver.changeColBounds(place, 0.0, self._most(place, down=False))
        self._solver.changeColBounds(place + self._size, 0.0, self._most(place, down=True))

    def _whole_solution(self) -> tuple[Sequence[float], float] | None:
        """Solve, in whole numbers of people: who knows that they are whole would see through a way out in fractions."""
        solution = self._solution()
        if solution and any(abs(solution[0][i] - round(solution[0][i])) > _WHOLE for i in self._whole):
            self._set_whole(self._highs.HighsVarType.kInteger)
            solution = self._solution()
            self._set_whole(self._highs.HighsVarType.kContinuous)
        return solution

    def _solution(self) -> tuple[Sequence[float], float] | None:
        self._solver.run()
        if self._solver.getModelStatus() != self._highs.HighsModelStatus.kOptimal:
            return None
        return self._solver.getSolution().col_value, self._solver.getObjectiveValue()

    def _set_whole(self, kind: Any) -> None:
        for place in self._whole:
            self._solver.changeColIntegrality(place, kind)


def _rows_of(one: Sum[K] | AtMost[K], numbers: Mapping[K, Number]) -> Iterator[_Row[K]]:
    named = (one.less, one.more) if isinstance(one, AtMost) else (one.total, *one.parts)
    missing = [key for key in named if key not in numbers]
    if missing:
        raise WrongUse("Eine Summe nennt eine Zahl, die es im Bericht nicht gibt.", key=missing[0])
    return _order(one, numbers) if isinstance(one, AtMost) else _sum(one, numbers)


def _order(one: AtMost[K], numbers: Mapping[K, Number]) -> Iterator[_Row[K]]:
    less, more = numbers[one.less].value, numbers[one.more].value
    if less > more:
        raise WrongUse("Eine Zahl im Bericht ist größer als eine, die sie nie übersteigen soll.", key=one.less)
    if one.less != one.more:
        yield _Row({one.more: 1.0, one.less: -1.0}, float(more - less))


def _sum(one: Sum[K], numbers: Mapping[K, Number]) -> Iterator[_Row[K]]:
    total, parts = numbers[one.total].value, [numbers[part].value for part in one.parts]
    whole: dict[K, float] = {one.total: -1.0}
    for part in one.parts:
        whole[part] = whole.get(part, 0.0) + 1.0
    whole = {key: weight for key, weight in whole.items() if weight}
    if one.exact:
        if total != sum(parts):
            raise WrongUse("Eine Summe im Bericht stimmt nicht mit ihren Teilen überein.", key=one.total)
        if whole:
            yield _Row(whole)
        return
    if not max(parts, default=0) <= total <= sum(parts):
        raise WrongUse("Eine Gesamtzahl im Bericht passt nicht zu ihren Teilen.", key=one.total)
    if whole:
        yield _Row(whole, float(sum(parts) - total))
    for part, value in zip(one.parts, parts, strict=True):
        if part != one.total:
            yield _Row({one.total: 1.0, part: -1.0}, float(total - value))


def _apart(numbers: Mapping[K, Number], rows: Sequence[_Row[K]]) -> Iterator[tuple[dict[K, Number], list[_Row[K]]]]:
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
    own: dict[K, list[_Row[K]]] = {}
    for row in rows:
        own.setdefault(of(next(iter(row.weights))), []).append(row)
    for root, part in members.items():
        if root in own:
            yield part, own[root]
