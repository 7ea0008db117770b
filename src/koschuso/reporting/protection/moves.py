"""How far numbers of a report can move while all that is shown stays: a linear programme for each question (HiGHS).

Whole numbers of people move in whole numbers. The same programme answers every question about numbers that hang together:
only bounds and costs change, and it begins with what it found last.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from koschuso.errors import Unavailable, WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from koschuso.reporting.protection.complementary import Number

__all__ = ["Row", "System"]

K = TypeVar("K", bound=Hashable)

_MOVED = 1e-7
_WHOLE = 1e-6
_LARGE = 1e7


@attrs.frozen
class Row(Generic[K]):
    """A weighted sum of numbers that is 0, or (with a slack, by which it is more) at least 0."""

    weights: dict[K, float]
    slack: float | None = None


class System(Generic[K]):
    """A linear programme whose columns say how far each number moves up, and how far down."""

    def __init__(self, numbers: Mapping[K, Number], rows: Sequence[Row[K]]) -> None:
        try:
            import highspy  # noqa: PLC0415 - a report without small numbers does without
            import numpy  # noqa: PLC0415, ICN001 - comes with it
        except ImportError as error:
            raise Unavailable(
                "Für Berichte mit verdeckten Zahlen fehlt das Rechenprogramm HiGHS. "
                "Bitte installieren Sie die Ergänzung: pip install 'koschuso[berichte]'",
                extra="berichte",
            ) from error
        self._highs: Any = highspy
        self._numpy: Any = numpy
        self._numbers = numbers
        self._keys = list(numbers)
        self._place = {key: place for place, key in enumerate(self._keys)}
        self._size = len(self._keys)
        whole = [place for place, key in enumerate(self._keys) if numbers[key].whole]
        self._whole = numpy.array([*whole, *(place + self._size for place in whole)], dtype=numpy.int32)
        self._solver = self._highs.Highs()
        # One thread and one seed: the same numbers give the same choice on every machine.
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._model(rows))
        self._distances: dict[K, tuple[float, float]] = {}
        self._ways: dict[tuple[K, bool], frozenset[int]] = {}

    def _model(self, rows: Sequence[Row[K]]) -> Any:
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

    def can_be_shown(self, key: K) -> bool:
        """Tell whether every sensitive number stays protected when a hidden one is shown; then it is held from now on."""
        place = self._place[key]
        blocked = {asked: way for asked, way in self._ways.items() if place in way}
        for asked in blocked:
            del self._ways[asked]
        self._set_cost(key, self._cost(place))
        if all(self._is_free(other, down=down) for other, down in blocked):
            return True
        self.free(key)
        self._ways.update(blocked)
        return False

    def _is_free(self, key: K, *, down: bool) -> bool:
        """Tell whether a number can move to the end of its interval while all that is shown stays."""
        if (key, down) in self._ways:
            return True
        values, cost = self._solved(key, down=down)
        if cost >= _MOVED:
            return False
        self._note_ways(values)
        return True

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
            if self.distances(key)[not down] > 0 and (key, down) not in self._ways:
                values, _ = self._solved(key, down=down)
                yield self._note_ways(values)
        if not any(self.distances(key)):
            raise WrongUse(
                "Eine kleine Zahl lässt sich nicht verdecken, weil immer gezeigt werden soll, woraus sie folgt. "
                "Bitte wenden Sie sich an die Urheber des Berichts.",
                key=key,
            )

    def have_ways(self, keys: Sequence[K]) -> bool:
        """Tell whether all of these can move at once, each to an end of its interval, and then each to the other end.

        Every second one moves the other way, so that they may make up for each other. Where they cannot, each may still
        be able to by itself.
        """
        return all(
            self._have_ways([(key, turn == (number % 2 == 0)) for number, key in enumerate(keys)])
            for turn in (False, True)
        )

    def _have_ways(self, asked: Sequence[tuple[K, bool]]) -> bool:
        asked = [one for one in asked if self.distances(one[0])[not one[1]] > 0 and one not in self._ways]
        if not asked:
            return True
        for key, down in asked:
            self._push(key, down=down)
        solution = self._solution()
        for key, _ in asked:
            self._restore(self._place[key])
        if solution is None or solution[1] >= _MOVED or self._is_broken(solution[0]):
            return False
        self._note_ways(solution[0])
        return True

    def _note_ways(self, values: Any) -> list[K]:
        """Give all that moves in a solution; it is a way out for each sensitive number that moves far enough in it.

        Most numbers thus need no programme of their own: what moves up is made up for by what moves down.
        """
        ups, downs = values[: self._size], values[self._size :]
        moved = self._numpy.flatnonzero((ups > _MOVED) | (downs > _MOVED)).tolist()
        way = frozenset(moved)
        for place in moved:
            key = self._keys[place]
            if self._numbers[key].interval is not None:
                # Both may be there where moving costs nothing; what counts is how far it gets.
                far = float(ups[place] - downs[place])
                down = far < 0
                if abs(far) >= max(self.distances(key)[not down] - _WHOLE, _MOVED):
                    self._ways.setdefault((key, down), way)
        return [self._keys[place] for place in moved]

    def _solved(self, key: K, *, down: bool) -> tuple[Any, float]:
        """Move a number as cheaply as possible; give how far all move with it, and what it costs."""
        there, back = self._push(key, down=down)
        solution = self._whole_solution()
        if solution is None:
            # Not even with everything hidden; what it could do then is what it has to be able to do.
            self._distances[key] = self._within_reach(key, there, back, down=down)
            self._push(key, down=down)
            solution = self._whole_solution()
        self._restore(self._place[key])
        if solution is None:
            raise Unavailable("Das Rechenprogramm HiGHS findet nicht, was in diesem Bericht zu verdecken ist.")
        return solution

    def _push(self, key: K, *, down: bool) -> tuple[int, int]:
        """Make a number move to the end of its interval; give the columns in whose direction it does and does not."""
        place, size = self._place[key], self._size
        there, back = (place + size, place) if down else (place, place + size)
        self._solver.changeColBounds(there, self.distances(key)[not down], self._most(place, down=down))
        self._solver.changeColBounds(back, 0.0, 0.0)
        return there, back

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

    def _whole_solution(self) -> tuple[Any, float] | None:
        """Solve, in whole numbers of people: who knows that they are whole would see through a way out in fractions."""
        solution = self._solution()
        if solution is not None and self._is_broken(solution[0]):
            self._set_whole(self._highs.HighsVarType.kInteger)
            solution = self._solution()
            self._set_whole(self._highs.HighsVarType.kContinuous)
        return solution

    def _is_broken(self, values: Any) -> bool:
        whole = values[self._whole]
        return bool((abs(whole - whole.round()) > _WHOLE).any())

    def _solution(self) -> tuple[Any, float] | None:
        status, possible = self._run(), self._highs.HighsModelStatus
        if status not in {possible.kOptimal, possible.kInfeasible}:
            # It begins with what it found last, and from there it may get nowhere.
            self._solver.clearSolver()
            status = self._run()
        if status != possible.kOptimal:
            return None
        return self._numpy.array(self._solver.getSolution().col_value), self._solver.getObjectiveValue()

    def _run(self) -> Any:
        self._solver.run()
        return self._solver.getModelStatus()

    def _set_whole(self, kind: Any) -> None:
        kinds = self._numpy.full(len(self._whole), int(kind), dtype=self._numpy.uint8)
        self._solver.changeColsIntegrality(len(self._whole), self._whole, kinds)
