"""Zeros of steps as one of their unknowns moves and the others stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq

from mathgrade.equality.balls import UNDEFINED, evaluate, exact, finite
from mathgrade.equality.floats import Floats, as_float, float_values
from mathgrade.equality.points import Point
from mathgrade.equality.program import Program
from mathgrade.equality.work import Work

__all__ = ["Line", "sign_of"]

BITS = 64
_NEAR = (-210, -71, -29, -17, -9, -4, -1, 2, 5, 11, 19, 31, 73, 212)
_FAR = (410, 700, 2_100, 7_000, 21_000, 70_000, 700_000, 7_000_000)
_GRID = tuple(Fraction(n, 7) for n in (*(-n for n in reversed(_FAR)), *_NEAR, *_FAR))
_STRAIGHT = (Fraction(1, 3), Fraction(4, 3), Fraction(13, 3))
_PIECES = 32  # a bracket is cut into so many at once
_CUTS, _SECANTS, _HOLLOW_CUTS = 4, 4, 6
_ROUNDS = 3
_SIZES = (12, 100, 1000)  # of the denominators of simple fractions
MAX_BRACKETS = 24


@dataclass(slots=True)
class Line:
    """Steps as functions of one unknown, the others held at a base point.

    Attributes:
        order: for each step the steps it takes, earlier ones first.
        work: shared by all lines of a search; when it is used up, nothing is found.
    """

    program: Program
    order: dict[int, list[int]]
    base: Point
    atom: int
    work: Work
    fixed: dict[int, float] = field(init=False)

    def __post_init__(self) -> None:
        self.fixed = {k: as_float(v) for k, v in self.base.items()}

    def roots(self) -> dict[int, list[Fraction]]:
        """For each step its zeros: simple fractions where they are that, else to 1e-12.

        The zeros of one step are looked at as places where another may have a sign of its
        own, so that the short stretch on which 1/100 - abs(x - 1) is positive is met.
        """
        found: dict[int, list[Fraction]] = {}
        bent: list[int] = []
        for step in self.order:
            root = self._straight(step)
            found[step] = [] if root is None else [root]
            if root is None:
                bent.append(step)
        known = {root for roots in found.values() for root in roots}
        grid = set(_GRID)
        for _ in range(_ROUNDS if bent else 0):
            between = {(a + b) / 2 for a, b in pairwise(sorted(known))}
            grid |= known | between
            more = self._crossings(bent, sorted(grid))
            fresh = {root for roots in more.values() for root in roots} - known
            for step, roots in more.items():
                found[step] = list(dict.fromkeys([*found[step], *roots]))
            if not fresh or self.work.left <= 0:
                break
            known |= fresh
        return found

    # -- exactly -------------------------------------------------------------------------

    def at(self, step: int, value: Fraction) -> Any:
        if not self.work.take(len(self.order[step])):
            return UNDEFINED
        point = {k: exact(v) for k, v in self.base.items()}
        point[self.atom] = exact(value)
        return evaluate(self.program, self.order[step], point, BITS)[step]

    def _straight(self, step: int) -> Fraction | None:
        """The zero of a step that is a straight line."""
        low, high, far = (self.at(step, value) for value in _STRAIGHT)
        if not type(low) is type(high) is type(far) is fmpq:
            return None
        slope = high - low
        if not slope or far - high != 3 * slope:
            return None
        root = _STRAIGHT[0] - _fraction(low / slope)
        return root if self.at(step, root) == 0 else None

    def _refined(self, step: int, root: float) -> Fraction:
        """The simple fraction next to a root if that is one too."""
        near = Fraction(root)
        nice = near.limit_denominator(_SIZES[-1])
        close = abs(nice - near) * 10**7 < 1 + abs(near)
        return nice if close and sign_of(self.at(step, nice)) == 0 else near

    # -- in floating point ---------------------------------------------------------------

    def _values(self, steps: Iterable[int], values: Floats) -> dict[int, Floats] | None:
        order = sorted(set().union(*(self.order[s] for s in steps)))
        if not self.work.take(len(order) * (1 + len(values) // 64)):
            return None
        point: dict[int, Any] = {**self.fixed, self.atom: values}
        return float_values(self.program, order, point, len(values))

    def _crossings(self, steps: list[int], grid: list[Fraction]) -> dict[int, list[Fraction]]:
        """Zeros seen from the values on a grid: where the sign changes, and in hollows."""
        places = np.array([as_float(v) for v in grid])
        values = self._values(steps, places)
        found: dict[int, list[Fraction]] = {}
        if values is None:
            return found
        brackets: list[tuple[int, float, float]] = []
        hollows: list[tuple[int, float, float]] = []
        for step in steps:
            line = values[step]
            signs = np.sign(line)
            for k in np.flatnonzero(signs == 0).tolist():
                if sign_of(self.at(step, grid[k])) == 0:
                    found.setdefault(step, []).append(grid[k])
            for k in np.flatnonzero(signs[:-1] * signs[1:] < 0).tolist():
                brackets.append((step, float(places[k]), float(places[k + 1])))
            size = np.where(np.isnan(line), np.inf, abs(line))
            low = (size[1:-1] > 0) & (size[1:-1] <= np.minimum(size[:-2], size[2:]))
            low &= np.isfinite(size[1:-1]) & (abs(places[1:-1]) < 32)
            for k in np.flatnonzero(low).tolist():
                hollows.append((step, float(places[k]), float(places[k + 2])))
        for step, root in self._between(brackets[:MAX_BRACKETS]):
            found.setdefault(step, []).append(self._refined(step, root))
        for step, root in self._touching(hollows[:MAX_BRACKETS]):
            nice = (Fraction(root).limit_denominator(size) for size in _SIZES)
            met = next((n for n in nice if sign_of(self.at(step, n)) == 0), None)
            if met is not None:
                found.setdefault(step, []).append(met)
        return found

    def _rows(self, brackets: list[tuple[int, float, float]], places: Floats) -> Floats | None:
        """The value of each bracket's step at its row of places; NaN is far from 0."""
        values = self._values({step for step, _, _ in brackets}, places.ravel())
        if values is None:
            return None
        rows = [values[s].reshape(places.shape)[k] for k, (s, _, _) in enumerate(brackets)]
        return np.array(rows)

    def _between(self, brackets: list[tuple[int, float, float]]) -> list[tuple[int, float]]:
        """A zero in each bracket, whose ends have different signs."""
        if not brackets:
            return []
        low = np.array([a for _, a, _ in brackets])
        high = np.array([b for _, _, b in brackets])
        rows, first = np.arange(len(brackets)), None
        for _ in range(_CUTS):
            places = np.linspace(low, high, _PIECES + 1, axis=1)
            values = self._rows(brackets, places)
            if values is None:
                return []
            signs = np.sign(values)
            # The first piece that ends in another sign than the bracket starts with.
            turned = signs != signs[:, :1]
            end = np.where(turned.any(axis=1), turned.argmax(axis=1), _PIECES)
            low, high = places[rows, end - 1], places[rows, end]
            ends = values[rows, end - 1], values[rows, end]
            if first is None:
                first = np.minimum(abs(values[:, 0]), abs(values[:, -1]))
        middle = low
        for _ in range(_SECANTS):
            with np.errstate(all="ignore"):
                middle = low - ends[0] * (high - low) / (ends[1] - ends[0])
            inside = (middle >= low) & (middle <= high)
            middle = np.where(inside, middle, (low + high) / 2)
            values = self._rows(brackets, middle[:, None])
            if values is None:
                return []
            value = values[:, 0]
            left = np.sign(value) == np.sign(ends[0])
            low, high = np.where(left, middle, low), np.where(left, high, middle)
            ends = np.where(left, value, ends[0]), np.where(left, ends[1], value)
        # At a pole the sign changes too, but the values grow.
        small = np.minimum(abs(ends[0]), abs(ends[1])) < first
        return [(brackets[k][0], float(middle[k])) for k in np.flatnonzero(small).tolist()]

    def _touching(self, hollows: list[tuple[int, float, float]]) -> list[tuple[int, float]]:
        """The lowest place of each hollow that may reach 0, as (x - 1/2)**2 does."""
        for _ in range(_HOLLOW_CUTS):
            if not hollows:
                return []
            low = np.array([a for _, a, _ in hollows])
            high = np.array([b for _, _, b in hollows])
            places = np.linspace(low, high, _PIECES + 1, axis=1)
            values = self._rows(hollows, places)
            if values is None:
                return []
            size = np.where(np.isnan(values), np.inf, abs(values))
            best = size.argmin(axis=1)
            kept: list[tuple[int, float, float]] = []
            for k, (step, _, _) in enumerate(hollows):
                # One that does not reach down to 0 gets flat as it is looked at closely.
                if size[k, best[k]] <= min(size[k, 0], size[k, -1]) / 4:
                    first, last = max(best[k] - 1, 0), min(best[k] + 1, _PIECES)
                    kept.append((step, float(places[k, first]), float(places[k, last])))
            hollows = kept
        return [(step, (a + b) / 2) for step, a, b in hollows]


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def sign_of(value: Any) -> int | None:
    """Of a ball or number: -1, 0 or 1; None where it has no sign that is certain."""
    if value is UNDEFINED or not finite(value):
        return None
    return int(value > 0) - int(value < 0) if value > 0 or value < 0 or value == 0 else None
