"""Proves identities of roots, absolute values, max and min, sine and cosine modulo primes.

Where :mod:`mathgrade.equality.residues` has an unknown for each root, angle and absolute
value, here they satisfy what they satisfy on the reals:

- |u| is s u with s = 1 or -1, max(u, v) is (u + v + |u - v|)/2;
- √u is r with r² = u, at a point drawn so that u is a square, and r one of the two roots;
- e^{iu} is the power h^u of an element h of norm 1 in the field of p² numbers, with u
  modulo a prime that divides p + 1. So angles add up as they do on the circle.

An identity counts only if it holds for *every* choice of the signs: then it holds on each
branch, so on the one the real numbers take. Not every choice need be met by real numbers;
what is true on those only, such as √x √y = √(x y) away from monomials, is not seen here.

**Error.** Of the points of the variety cut out by r² = u, those with all signs given are one
in 2**m for m roots, so the bound of :mod:`mathgrade.equality.residues` grows by that much.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from mathgrade.equality.program import Fact, Op, Program
from mathgrade.equality.residues import MAX_DEGREE, RUNS, TOWERS, NotCoveredError, Run, degree_of
from mathgrade.equality.work import Work

__all__ = ["has_branches", "identical_on_branches", "runs_of"]

# (p, q, r, s): p, q, r as in residues.TOWERS, and s divides p + 1; p is 2 mod 3.
_TOWERS = (
    (
        14909702664638165696871360415615213733837657351,
        22122486628609710874319,
        1431135116354619671,
        3556379481243786959,
    ),
    (
        13043965202666517471742789634730342915355531031,
        25695980168844625548191,
        1271448796083356039,
        3714306066166608071,
    ),
    (
        58754213664847458825226041061886420057711457191,
        147333563096048309514959,
        1286958326165233919,
        2403994339674907439,
    ),
)
_SQUARES = {n * n: n for n in range(13)}
_ANGLES = 3  # the level of s
_MAX_SIGNS = 4
_DRAWS = 12


class _NoRootError(Exception):
    """Something under a root is no square at the point that was drawn."""


class _Branch(Run):
    """One random point on one branch.

    Args:
        signs: of the roots and absolute values, in the order they are met; where there
            are more of these, 1.
        unknowns: of the point, shared by its branches.
    """

    def __init__(
        self,
        program: Program,
        tower: tuple[int, ...],
        rng: random.Random,
        signs: Sequence[int],
        unknowns: dict[tuple[Any, ...], int],
    ) -> None:
        super().__init__(program, tower, rng)
        self.unknowns = unknowns
        self.signs = signs
        self.met: dict[tuple[Any, ...], int] = {}

    def _sign(self, *key: Any) -> int:
        place = self.met.setdefault(key, len(self.met))
        return self.signs[place] if place < len(self.signs) else 1

    def _take(self, level: int, place: int, values: dict[int, int]) -> int:
        op, _ = self.program.steps[place]
        parts = self.program.parts(place)
        if op is Op.ABS:
            return self._absolute(level, parts[0])
        if op in (Op.MAX, Op.MIN) and len(parts) == 2:
            p = self.tower[level]
            low, high = (self.at(0, s) for s in parts)
            gap = (values[parts[0]] - values[parts[1]]) * self._orientation(low - high)
            side = 1 if op is Op.MAX else -1
            return (values[parts[0]] + values[parts[1]] + side * gap) * pow(2, -1, p) % p
        return super()._take(level, place, values)

    def _absolute(self, level: int, step: int) -> int:
        """|u|, of a product factor by factor."""
        p, program = self.tower[level], self.program
        op, args = program.steps[step]
        if program.sure(step, Fact.NONNEGATIVE):
            return self.at(level, step)
        if op is Op.PRODUCT:
            result = 1
            for part in program.parts(step):
                result = result * self._absolute(level, part) % p
            return result
        if op is Op.NUMBER:
            value = self.at(level, step)
            return value if args[0] > 0 else -value % p  # type: ignore[operator]
        return self.at(level, step) * self._orientation(self.at(0, step)) % p

    def _orientation(self, value: int) -> int:
        """The sign that makes a value its absolute value; that of -value is the other."""
        p = self.tower[0]
        value %= p
        mirrored = value > p - value
        sign = self._sign("abs", min(value, p - value))
        return -sign if mirrored else sign

    def _root(self, level: int, place: int, base: int, values: dict[int, int]) -> int:
        p = self.tower[level]
        exponent = self.program.steps[place][1][1]
        assert isinstance(exponent, Fraction)
        value = values[base]
        if exponent.denominator == 3 and p % 3 == 2:  # every number has just one cube root
            return pow(pow(value, pow(3, -1, p - 1), p), exponent.numerator, p)
        if exponent.denominator != 2 or self._monomial(base, p):
            return super()._root(level, place, base, values)
        if value in _SQUARES:  # as sin² + cos²: always this number
            return pow(_SQUARES[value], exponent.numerator, p)
        root = pow(value, (p + 1) // 4, p)
        if root * root % p != value:
            raise _NoRootError
        return pow(self._sign("root", self.at(0, base)) * root, exponent.numerator, p)

    def _waves(self, level: int, step: int) -> tuple[int, int]:
        if level == 0:
            try:
                angle = self.at(_ANGLES, step)
            except NotCoveredError:  # an exponential in the angle
                return super()._waves(level, step)
            return _on_circle(self.tower[0], self.tower[_ANGLES], angle)
        return super()._waves(level, step)


def runs_of(program: Program, order: list[int], rng: random.Random) -> list[Run]:
    """Values of steps at two random points; angles as here if no signs are met.

    Raises:
        NotCoveredError: residues say nothing about the steps.
    """
    runs: list[Run] = []
    with contextlib.suppress(NotCoveredError, _NoRootError):
        for tower in _TOWERS[:RUNS]:
            branch = _Branch(program, tower, rng, (), {})
            branch.take(order)
            if not branch.met:
                runs.append(branch)
    for plain in TOWERS:
        if len(runs) == RUNS:
            break
        run = Run(program, plain, rng)
        with contextlib.suppress(NotCoveredError):
            run.take(order)
            runs.append(run)
    if len(runs) < RUNS:
        raise NotCoveredError("no two towers")
    return runs


@cache
def _turns(p: int, s: int) -> tuple[tuple[int, int], ...]:
    """h, h², h⁴, … for an element h of norm 1 and order s, as (cosine, sine)."""
    x, y = 3, 1
    norm = pow(x * x + y * y, -1, p)
    x, y = (x * x - y * y) * norm % p, 2 * x * y * norm % p  # z²/|z|² has norm 1
    result = (1, 0)
    times = (p + 1) // s
    while times:
        if times & 1:
            result = _product(result, (x, y), p)
        (x, y), times = _product((x, y), (x, y), p), times >> 1
    assert result != (1, 0)
    powers = [result]
    for _ in range(s.bit_length()):
        powers.append(_product(powers[-1], powers[-1], p))
    return tuple(powers)


def _product(a: tuple[int, int], b: tuple[int, int], p: int) -> tuple[int, int]:
    return (a[0] * b[0] - a[1] * b[1]) % p, (a[0] * b[1] + a[1] * b[0]) % p


def _on_circle(p: int, s: int, angle: int) -> tuple[int, int]:
    """Cosine and sine: the parts of h to the power of the angle."""
    result = (1, 0)
    for power in _turns(p, s):
        if angle & 1:
            result = _product(result, power, p)
        angle >>= 1
        if not angle:
            break
    return result


def has_branches(program: Program, order: list[int]) -> bool:
    """Whether anything in these steps is more than an unknown here."""
    return any(
        op in (Op.ABS, Op.MAX, Op.MIN, Op.ROOT) or (op is Op.FUNCTION and args[0] in ("sin", "cos"))
        for op, args in (program.steps[step] for step in order)
    )


def identical_on_branches(
    program: Program, pairs: list[tuple[int, int]], rng: random.Random, work: Work
) -> float | Literal[False] | None:
    """As :func:`mathgrade.equality.residues.identical`, on every branch.

    Args:
        work: how many steps may be taken; None if it does not suffice.
    """
    order = program.reachable([s for pair in pairs for s in pair])
    degree = degree_of(program, order)
    if degree > MAX_DEGREE:
        return None
    done, count = 0, 0
    for tower in _TOWERS:
        try:
            found = _drawn(program, pairs, tower, rng, work)
        except NotCoveredError:
            continue
        if found is None:
            return False
        done, count = done + 1, max(count, found)
        if done == RUNS:
            return float(min((len(pairs) * 2 * degree * 2**count / 2.0**60) ** RUNS, 1.0))
    return None


def _drawn(
    program: Program,
    pairs: list[tuple[int, int]],
    tower: tuple[int, ...],
    rng: random.Random,
    work: Work,
) -> int | None:
    """The number of signs if the pairs agree on every branch at a point; None if not.

    Raises:
        NotCoveredError: no point was found at which all roots exist, too many signs, or
            too much work.
    """
    order = program.reachable([s for pair in pairs for s in pair])
    for _ in range(_DRAWS):
        unknowns: dict[tuple[Any, ...], int] = {}
        try:
            first = _Branch(program, tower, rng, (), unknowns)
            if not _agree(first, order, pairs, work):
                return None
            count = len(first.met)
            if count > _MAX_SIGNS:
                raise NotCoveredError("too many signs")
            for signs in itertools.islice(itertools.product((1, -1), repeat=count), 1, None):
                other = _Branch(program, tower, rng, signs, unknowns)
                if not _agree(other, order, pairs, work):
                    return None
                if len(other.met) > count:
                    raise NotCoveredError("signs that depend on signs")
        except _NoRootError:
            continue
        return count
    raise NotCoveredError("no point with roots")


def _agree(run: Run, order: list[int], pairs: list[tuple[int, int]], work: Work) -> bool:
    if not work.take(len(order)):
        raise NotCoveredError("too much work")
    run.take(order)
    return all(run.at(0, left) == run.at(0, right) for left, right in pairs)
