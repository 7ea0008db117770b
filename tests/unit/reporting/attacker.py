"""An attacker who solves what is published for what is hidden, with scipy and nothing of the protection's own code.

    from attacker import Attacker, assert_protected

The attacker knows what any reader knows: how tables are built, which numbers are the same, that people are whole, that a
sign is at least 1, and every number that is shown.
"""

from fractions import Fraction

import numpy as np
from scipy.optimize import LinearConstraint, milp

from koschuso.reporting import Sign

TOLERANCE = 1e-5


class Attacker:
    """Collects what a reader knows, as equations and inequalities between named numbers."""

    def __init__(self):
        self.names = {}
        self.whole = {}
        self.rows = []
        self.least = {}
        self.seen = {}
        self.derived = []

    def number(self, name, *, whole=True):
        self.whole.setdefault(name, whole)
        return self.names.setdefault(name, len(self.names))

    def knows(self, weights, low, high):
        """A weighted sum lies between two values; ``None`` is no limit."""
        for name in weights:
            self.number(name)
        self.rows.append((dict(weights), low, high))

    def sees(self, name, shown, *, whole=True):
        self.number(name, whole=whole)
        self.seen[name] = shown
        if isinstance(shown, Sign):
            assert shown is Sign.SUPPRESSED
            self.least[name] = 1 if whole else 0

    def blinded(self):
        """What the same attacker would know if the report showed nothing but zeros and signs."""
        other = Attacker()
        other.names, other.whole = dict(self.names), dict(self.whole)
        other.least = {name: 1 for name, value in self.seen.items() if self.whole[name] and value != 0}
        other.rows = [*self.rows, *(({name: 1}, 0, 0) for name, value in self.seen.items() if value == 0)]
        return other

    def sees_ratio(self, part, whole, shown):
        if not isinstance(shown, Sign):
            self.derived.append(({part: 1, whole: -shown}, 0, 0))

    def sees_share(self, part, whole, shown):
        self.sees_ratio(part, whole, shown if isinstance(shown, Sign) else shown / 100)

    def sees_change(self, now, before, shown):
        if not isinstance(shown, Sign):
            self.derived.append(({now: 1, before: -1}, shown, shown))

    def sum(self, total, parts):
        self.knows({total: -1, **dict.fromkeys(parts, 1)}, 0, 0)

    def union(self, total, parts):
        self.knows({total: -1, **dict.fromkeys(parts, 1)}, 0, None)
        for part in parts:
            self.at_most(part, total)

    def at_most(self, less, more):
        self.knows({more: 1, less: -1}, 0, None)

    def bounds(self, name, *, presolve=True):
        """The least and the greatest value that fit to all that is known.

        HiGHS sometimes simplifies a programme too far before it solves it (seen with scipy 1.17): whoever finds something
        looks again without.
        """
        shown = [({key: 1}, value, value) for key, value in self.seen.items() if not isinstance(value, Sign)]
        rows, size = [*self.rows, *self.derived, *shown], len(self.names)
        matrix = np.zeros((len(rows), size))
        low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
        for number, (weights, least, most) in enumerate(rows):
            for key, weight in weights.items():
                matrix[number, self.names[key]] = float(weight)
            # A fixed value is given some slack for the arithmetic of the solver; whole numbers stay whole.
            low[number] = -np.inf if least is None else float(least) - 1e-9
            high[number] = np.inf if most is None else float(most) + 1e-9
        bounds = (np.array([float(self.least.get(key, 0)) for key in self.names]), np.full(size, 1e5))
        integrality = np.array([1 if self.whole[key] else 0 for key in self.names])
        ends = []
        for sign in (1, -1):
            goal = np.zeros(size)
            goal[self.names[name]] = sign
            found = milp(
                goal,
                constraints=LinearConstraint(matrix, low, high),
                bounds=bounds,
                integrality=integrality,
                options={"presolve": presolve},
            )
            assert found.status in {0, 3}, found.message
            ends.append(float(found.fun) * sign if found.status == 0 else np.inf)
        return tuple(ends)


def promised(value, people, threshold):
    """The interval that the handbook promises for a small number."""
    if isinstance(value, Fraction):
        return value * 3 / 4, value * 5 / 4
    if people == value < threshold:
        return 1, threshold
    return max(1, value - max(value / 4, threshold)), value + max(value / 4, threshold)


def assert_protected(attacker, name, value, threshold, *, people=None):
    people = value if people is None else people
    if not 0 < people < threshold or not value:
        return
    low, high = promised(value, people, threshold)
    least, most = attacker.bounds(name)
    if least > low + TOLERANCE or most < high - TOLERANCE:
        least, most = attacker.bounds(name, presolve=False)
    if least > low + TOLERANCE or most < high - TOLERANCE:
        # A total is at least the number of its parts that are not 0: nothing but showing 0 as a sign would hide that.
        inherent = attacker.blinded().bounds(name)
        low, high = max(low, inherent[0]), min(high, inherent[1])
    assert least <= low + TOLERANCE, f"{name} = {value} is known to be at least {least}"
    assert most >= high - TOLERANCE, f"{name} = {value} is known to be at most {most}"
    assert most - least > 0.99 or isinstance(value, Fraction), f"{name} is known to be {value}"
