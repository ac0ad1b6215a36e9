"""Finds where formulas turn: kinks, ties, borders between cases, zeros of denominators.

Two formulas that differ only on a small part of the line, such as ``x`` and
``x + max(0, 1/100 - abs(x - 1))``, agree at nearly every point one draws. They differ
next to a turn, so points are put on each turn, beside it and between neighbours.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from flint import arb, fmpq

from mathgrade.equality.balls import UNDEFINED, evaluate, exact, finite
from mathgrade.equality.definedness import zeros
from mathgrade.equality.points import Point, normalise
from mathgrade.equality.program import Atom, Fact, Op, Program

__all__ = ["turning_points", "turns"]

MAX_TURNS = 24
MAX_ATOMS = 4
MAX_STEPS = 3_000
_BITS = 64
_GRID = tuple(Fraction(n, 7) for n in (-210, -71, -29, -17, -9, -4, -1, 2, 5, 11, 19, 31, 73, 212))
_BESIDE = (Fraction(1, 1000), Fraction(-1, 1000), Fraction(1), Fraction(-1))


def turns(program: Program, outputs: list[int]) -> list[int]:
    """Steps whose zeros are where the outputs turn, inner ones first."""
    found: list[int] = []
    for place in program.reachable(outputs):
        op, args = program.steps[place]
        parts = program.parts(place)
        if op is Op.INVERSE:
            found += sorted(step for _, step in zeros(program, parts[0]))
        elif op in (Op.ABS, Op.STEP, Op.BELOW, Op.ZERO, Op.ROOT, Op.RAISE):
            found.append(parts[0])
        elif op is Op.FUNCTION and args[0] in ("log", "acosh", "asin", "acos", "atanh"):
            ends = {"log": (0,), "acosh": (1,)}.get(str(args[0]), (-1, 1))
            found += [program.sum(parts[0], program.number(-e)) for e in ends]
        elif op in (Op.MAX, Op.MIN):
            found += [program.difference(a, b) for a, b in list(combinations(parts, 2))[:6]]
    fixed = [s for s in dict.fromkeys(found) if not program.sure(s, Fact.FIXED)]
    return fixed[:MAX_TURNS]


def turning_points(
    program: Program,
    outputs: list[int],
    atoms: Mapping[int, Atom],
    rng: random.Random,
    bases: list[Point],
) -> Iterator[Point]:
    """Points on, beside and between the turns of the outputs, and on the axes.

    Args:
        bases: points where the reference is defined; one unknown at a time is moved.
    """
    steps = turns(program, outputs)
    free = [k for k, a in atoms.items() if not a.group]
    if not free:
        return
    chosen = free if len(free) <= MAX_ATOMS else rng.sample(free, MAX_ATOMS)
    for base in bases[:2]:
        for atom in chosen:
            for value in (Fraction(0), Fraction(1), Fraction(-1)):
                if atoms[atom].domain.holds(value):
                    yield normalise(atoms, {**base, atom: value})
    order = {s: program.reachable([s]) for s in steps}
    if sum(map(len, order.values())) > MAX_STEPS:
        return
    for base in (*bases[:1], *bases[1:][-1:]):
        for atom in chosen:
            roots: list[Fraction] = []
            for step in steps:
                if atom in order[step]:
                    line = _Line(program, order[step], step, base, atom)
                    roots += line.roots(roots)
            for value in _around(roots):
                if atoms[atom].domain.holds(value):
                    yield normalise(atoms, {**base, atom: value})


def _around(roots: list[Fraction]) -> list[Fraction]:
    ordered = sorted(set(roots))
    between = [(a + b) / 2 for a, b in pairwise(ordered)]
    beside = [r + d for r in ordered for d in _BESIDE]
    return [*ordered, *between, *beside]


class _Line:
    """One step as a function of one atom, the others held."""

    def __init__(
        self, program: Program, order: list[int], step: int, base: Point, atom: int
    ) -> None:
        self.program, self.order, self.step, self.atom = program, order, step, atom
        self.base = {k: exact(v) for k, v in base.items()}

    def at(self, value: Fraction) -> Any:
        point = {**self.base, self.atom: exact(value)}
        return evaluate(self.program, self.order, point, _BITS)[self.step]

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
        signs = [(v, _sign(self.at(v))) for v in grid]
        found += [v for v, s in signs if s == 0]
        for (a, s), (b, t) in pairwise(signs):
            if s is not None and t is not None and s * t < 0:
                found.append(self._between(a, b, s))
        return found + self._touching(grid)

    def _touching(self, grid: list[Fraction]) -> list[Fraction]:
        """Zeros without a change of sign, such as that of (x - 1/2)**2, at simple fractions."""
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
            if _sign(self.at(nice)) == 0:
                found.append(nice)
        return found

    def _between(self, a: Fraction, b: Fraction, sign: int) -> Fraction:
        for _ in range(48):
            middle = _round((a + b) / 2)
            found = _sign(self.at(middle))
            if found == 0 or found is None:
                return middle
            a, b = (middle, b) if found == sign else (a, middle)
            nice = Fraction(middle).limit_denominator(1000)
            if abs(nice - middle) < Fraction(1, 10**7) and _sign(self.at(nice)) == 0:
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


def _sign(value: Any) -> int | None:
    if value is UNDEFINED or not finite(value):
        return None
    return int(value > 0) - int(value < 0) if value > 0 or value < 0 or value == 0 else None
