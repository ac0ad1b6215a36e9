"""Proves formal identities by evaluating both sides modulo large primes at random points.

Arithmetic is done modulo p. An exponential e^u needs u where it can be an exponent: modulo
q, a prime that divides p - 1, as g^u for an element g of order q. So e^{u+v} = e^u e^v and
(e^u)^n = e^{nu} hold of themselves, whatever u is, and u needs no expanding. Exponents that
hold exponentials are evaluated modulo a third prime that divides q - 1. Square roots of
positive numbers, and of products of positive unknowns, are powers to (p + 1)/4, which is
multiplicative for p = 3 mod 4. Any other function is an unknown, one for each value of its
argument; sine and cosine of one angle share theirs so that their squares sum to 1.

**Error.** A difference that is not identically zero, written as a quotient of polynomials of
degree at most D in the unknowns and exponentials, vanishes at a random point with
probability at most D/q (Schwartz 1980), q > 2**60, where the exponents are linear with
rational coefficients in the unknowns; two independent runs square it. For exponents of
higher degree the same figure is a heuristic. The primes are fixed: they can divide the
coefficients only of a difference made for them.

This shows identity of *formulas*. Whether the right side is defined where the left is, on
the reals, is asked apart: see :mod:`mathgrade.equality.definedness`.
"""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from flint import fmpz

from mathgrade.equality.program import Fact, Op, Program

__all__ = ["MAX_DEGREE", "RUNS", "TOWERS", "NotCoveredError", "Run", "degree_of", "identical"]

# (p, q, r): q divides p - 1 and r divides q - 1; all are 3 mod 4; the primes to 23 are
# squares modulo p, to 13 modulo q, to 5 modulo r.
TOWERS = (
    (5861618302089686212681310879, 22122486628609710874319, 1431135116354619671),
    (7694661261560523120405794951, 25695980168844625548191, 1271448796083356039),
    (45225805195089181185330844559, 147333563096048309514959, 1286958326165233919),
    (31334436764510641068568472111, 88442904864688930166159, 1581540446777456639),
)
_HEIGHT = 3  # levels that exponentials may be nested
RUNS = 2
MAX_DEGREE = 2.0**40
_ODD = frozenset(("sin", "asin", "atan", "asinh", "atanh", "erf"))


class NotCoveredError(Exception):
    """Something residues say nothing about: an undefined step, a tower too low."""


class Run:
    """One random point modulo one tower of primes."""

    def __init__(self, program: Program, tower: tuple[int, ...], rng: random.Random) -> None:
        self.program = program
        self.tower = tower
        self.rng = rng
        self.values: list[dict[int, int]] = [{} for _ in tower]
        self.unknowns: dict[tuple[Any, ...], int] = {}
        self.generators = [_generator(p, q) for p, q in pairwise(tower[:_HEIGHT])]

    def unknown(self, *key: Any) -> int:
        """A random residue, the same for the same key; the key holds its level."""
        if key not in self.unknowns:
            self.unknowns[key] = self.rng.randrange(2, self.tower[key[0]])
        return self.unknowns[key]

    def take(self, order: list[int]) -> None:
        """Evaluate steps modulo the first prime, in an order that fits."""
        for place in order:
            if place not in self.values[0]:
                self.values[0][place] = self._take(0, place, self.values[0])

    def at(self, level: int, step: int) -> int:
        """The value of a step modulo the prime of a level."""
        values = self.values[level]
        if step not in values:
            for place in self.program.reachable([step]):
                if place not in values:
                    values[place] = self._take(level, place, values)
        return values[step]

    def _take(self, level: int, place: int, values: dict[int, int]) -> int:
        p = self.tower[level]
        op, args = self.program.steps[place]
        parts = self.program.parts(place)
        match op:
            case Op.NUMBER:
                number = args[0]
                assert isinstance(number, Fraction)
                if number.denominator == 1:
                    return number.numerator % p
                return number.numerator * _inverse(number.denominator, p) % p
            case Op.ATOM:
                return self._atom(level, place)
            case Op.CONSTANT:
                return self.unknown(level, "constant", args[0])
            case Op.SUM:
                return sum(values[s] for s in parts) % p
            case Op.PRODUCT:
                result = values[parts[0]]
                for s in parts[1:]:
                    result = result * values[s] % p
                return result
            case Op.INVERSE:
                return _inverse(values[parts[0]], p)
            case Op.POWER:
                exponent = args[1]
                assert isinstance(exponent, int)
                return pow(values[parts[0]], exponent, p)
            case Op.ROOT:
                return self._root(level, place, parts[0], values)
            case Op.FUNCTION:
                return self._function(level, str(args[0]), parts[0])
            case Op.GUARD:
                return values[parts[0]]
            case Op.CHOOSE:
                condition, yes, no = (values[s] for s in parts)
                return (no + condition * (yes - no)) % p
            case Op.TRUTH:
                return int(bool(args[0]))
            case Op.NOT:
                return (1 - values[parts[0]]) % p
            case Op.ABS:
                value = self.at(0, parts[0])
                return self.unknown(level, "abs", min(value, self.tower[0] - value))
            case Op.UNDEFINED:
                raise NotCoveredError("undefined")
        # Everything else is an unknown that depends on nothing but its arguments.
        inner: Any = tuple(self.at(0, s) for s in parts)
        if op in (Op.MAX, Op.MIN, Op.AND, Op.OR):
            inner = frozenset(inner)
        return self.unknown(level, op, inner)

    def _atom(self, level: int, place: int) -> int:
        p, program = self.tower[level], self.program
        atom = program.atoms[place]
        if atom.group:
            group = [s for s, a in program.atoms.items() if a.group == atom.group]
            if place == group[-1]:
                return (1 - sum(self._atom(level, s) for s in group[:-1])) % p
            return self.unknown(level, "atom", place)
        value = self.unknown(level, "atom", place)
        # A positive unknown is drawn as a square, so that it has a square root.
        return value * value % p if program.sure(place, Fact.NONNEGATIVE) else value

    def _root(self, level: int, place: int, base: int, values: dict[int, int]) -> int:
        p = self.tower[level]
        exponent = self.program.steps[place][1][1]
        assert isinstance(exponent, Fraction)
        if exponent.denominator == 2 and self._monomial(base, p):
            return pow(pow(values[base], (p + 1) // 4, p), exponent.numerator, p)
        return self.unknown(level, Op.ROOT, self.at(0, base), exponent)

    def _monomial(self, step: int, p: int) -> bool:
        """Whether a step is a product of positive things that all have square roots."""
        op, args = self.program.steps[step]
        if op is Op.NUMBER:
            number = args[0]
            assert isinstance(number, Fraction)
            return number > 0 and all(_has_root(n, p) for n in number.as_integer_ratio())
        if op is Op.ATOM:
            return self.program.sure(step, Fact.NONNEGATIVE) and not self.program.atoms[step].group
        if op is Op.FUNCTION:
            return args[0] == "exp"
        if op in (Op.PRODUCT, Op.INVERSE, Op.POWER):
            return all(self._monomial(s, p) for s in self.program.parts(step))
        if op is Op.ROOT:
            return (
                isinstance(args[1], Fraction)
                and args[1].denominator == 2
                and self._monomial(self.program.parts(step)[0], p)
            )
        return False

    def _function(self, level: int, name: str, step: int) -> int:
        p = self.tower[level]
        if name in ("exp", "sinh", "cosh", "tanh"):
            if level + 1 >= _HEIGHT:
                raise NotCoveredError("exponentials nested too deeply")
            up = pow(self.generators[level], self.at(level + 1, step), p)
            if name == "exp":
                return up
            down = _inverse(up, p)
            if name == "tanh":
                return (up - down) * _inverse(up + down, p) % p
            return (up + (down if name == "cosh" else -down)) * _inverse(2, p) % p
        if name in ("sin", "cos"):
            return self._waves(level, step)[name == "sin"]
        value = self.at(0, step)
        mirrored = value > self.tower[0] - value
        angle = min(value, self.tower[0] - value)
        if name in _ODD:
            result = self.unknown(level, name, angle)
            return -result % p if mirrored else result
        return self.unknown(level, name, value)

    def _waves(self, level: int, step: int) -> tuple[int, int]:
        """Cosine and sine of an angle, one unknown for both."""
        p = self.tower[level]
        value = self.at(0, step)
        mirrored = value > self.tower[0] - value
        half = self.unknown(level, "half angle", min(value, self.tower[0] - value))
        over = _inverse(1 + half * half, p)
        sine = (-2 if mirrored else 2) * half * over % p
        return (1 - half * half) * over % p, sine


@cache
def _generator(p: int, q: int) -> int:
    """An element of order q modulo p."""
    return next(g for h in range(2, 100) if (g := pow(h, (p - 1) // q, p)) != 1)


def _inverse(value: int, p: int) -> int:
    try:
        return pow(value, -1, p)
    except ValueError:
        raise NotCoveredError("a division by zero modulo the prime") from None


def _has_root(n: int, p: int) -> bool:
    """Whether every prime factor of n is a square modulo p."""
    if n.bit_length() > 64:
        return False
    return all(pow(int(f), (p - 1) // 2, p) == 1 for f, _ in fmpz(n).factor())


def degree_of(program: Program, order: list[int]) -> float:
    """A bound on the degree of any step, numerator and denominator together."""
    degrees: dict[int, float] = {}
    highest = 1.0
    for place in order:
        op, args = program.steps[place]
        parts = program.parts(place)
        degree = sum(degrees[s] for s in parts)
        if op is Op.NUMBER:
            # Counts as far as the number is a coefficient in an exponent.
            number = args[0]
            assert isinstance(number, Fraction)
            degree = 0.0
        elif op is Op.POWER:
            exponent = args[1]
            assert isinstance(exponent, int)
            degree = degree * exponent if exponent < MAX_DEGREE else 2 * MAX_DEGREE
        elif not parts or op is Op.FUNCTION:
            degree = max(degree, 1.0) * (12 if op is Op.FUNCTION else 1)
        degrees[place] = degree
        highest = max(highest, degree)
    return highest


def identical(
    program: Program, pairs: list[tuple[int, int]], rng: random.Random
) -> float | Literal[False] | None:
    """Whether each pair of steps is the same formula.

    Returns:
        A bound on the probability that the answer is wrong if all pairs are identical;
        False if some pair is not the same formula; None if that cannot be told. Formulas
        that are not the same can still have equal values, if functions other than
        exponentials stand in them.
    """
    order = program.reachable([s for pair in pairs for s in pair])
    degree = degree_of(program, order)
    if degree > MAX_DEGREE:
        return None
    done = 0
    for tower in TOWERS:
        run = Run(program, tower, rng)
        try:
            run.take(order)
            if any(run.at(0, left) != run.at(0, right) for left, right in pairs):
                return False
        except NotCoveredError:
            continue
        done += 1
        if done == RUNS:
            return float(min((len(pairs) * 2 * degree / 2.0**60) ** RUNS, 1.0))
    return None
