"""Zeros of a step as one of its unknowns moves and the others stay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import arb, fmpq

from mathgrade.equality.balls import UNDEFINED, evaluate, exact, finite
from mathgrade.equality.points import Point
from mathgrade.equality.program import Program

__all__ = ["BITS", "Line", "Work", "sign_of"]

BITS = 64
_NEAR = (-210, -71, -29, -17, -9, -4, -1, 2, 5, 11, 19, 31, 73, 212)
_FAR = (410, 700, 2_100, 7_000, 21_000, 70_000, 700_000, 7_000_000)
_GRID = tuple(Fraction(n, 7) for n in (*(-n for n in reversed(_FAR)), *_NEAR, *_FAR))


@dataclass(slots=True)
class Work:
    """How many steps of arithmetic may still be taken."""

    left: int

    def take(self, steps: int) -> bool:
        """Whether so many more may be taken; if so, they are."""
        self.left -= steps
        return self.left > 0


@dataclass(slots=True)
class Line:
    """One step as a function of one unknown, the others held at a base point.

    Attributes:
        order: the steps it takes, earlier ones first.
        work: shared by all lines of a search; when it is used up, nothing is found.
    """

    program: Program
    order: list[int]
    base: Point
    atom: int
    work: Work

    def at(self, value: Fraction) -> Any:
        if not self.work.take(len(self.order)):
            return UNDEFINED
        point = {k: exact(v) for k, v in self.base.items()}
        point[self.atom] = exact(value)
        return evaluate(self.program, self.order, point, BITS)[self.order[-1]]

    def roots(self, known: list[Fraction]) -> list[Fraction]:
        """Zeros: exact where the step is a straight line, else to 1e-12."""
        low, high = self.at(Fraction(1, 3)), self.at(Fraction(4, 3))
        far = self.at(Fraction(13, 3))
        if type(low) is fmpq and type(high) is fmpq and type(far) is fmpq:
            slope = high - low
            if slope and far - high == 3 * slope:
                root = Fraction(1, 3) - _fraction(low / slope)
                if self.at(root) == 0:
                    return [root]
        grid = sorted({*_GRID, *known, *((a + b) / 2 for a, b in pairwise(sorted(set(known))))})
        found: list[Fraction] = []
        signs = [(v, sign_of(self.at(v))) for v in grid]
        found += [v for v, s in signs if s == 0]
        if self.work.left <= 0:
            return found
        for (a, s), (b, t) in pairwise(signs):
            if s is not None and t is not None and s * t < 0:
                found.append(self._between(a, b, s))
        return found + self._touching(grid)

    def _touching(self, grid: list[Fraction]) -> list[Fraction]:
        """Zeros without a change of sign, such as that of (x - 1/2)**2, at simple fractions."""
        grid = [v for v in grid if abs(v) < 32]
        sizes = [_size(self.at(v)) for v in grid]
        found: list[Fraction] = []
        for k in range(1, len(grid) - 1):
            here = sizes[k]
            if here is None or not here or here > min(_or(sizes[k - 1]), _or(sizes[k + 1])):
                continue
            low, high = grid[k - 1], grid[k + 1]
            for step in range(40):
                a, b = _round(low + (high - low) / 3), _round(high - (high - low) / 3)
                left, right = _or(_size(self.at(a))), _or(_size(self.at(b)))
                low, high = (low, b) if left < right else (a, high)
                if step == 8 and min(left, right) > here / 2:
                    break  # a hollow that does not reach down to 0
            nice = Fraction((low + high) / 2).limit_denominator(1000)
            if sign_of(self.at(nice)) == 0:
                found.append(nice)
        return found

    def _between(self, a: Fraction, b: Fraction, sign: int) -> Fraction:
        for _ in range(48):
            middle = _round((a + b) / 2)
            found = sign_of(self.at(middle))
            if found == 0 or found is None:
                return middle
            a, b = (middle, b) if found == sign else (a, middle)
            nice = Fraction(middle).limit_denominator(1000)
            if abs(nice - middle) < Fraction(1, 10**7) and sign_of(self.at(nice)) == 0:
                return nice
        return middle


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _round(value: Fraction) -> Fraction:
    return Fraction(round(value * 2**48), 2**48)


def _size(value: Any) -> float | None:
    return None if value is UNDEFINED or not finite(value) else abs(float(arb(value).mid()))


def _or(size: float | None) -> float:
    return math.inf if size is None else size


def sign_of(value: Any) -> int | None:
    if value is UNDEFINED or not finite(value):
        return None
    return int(value > 0) - int(value < 0) if value > 0 or value < 0 or value == 0 else None
