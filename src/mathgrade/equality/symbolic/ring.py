"""Exact arithmetic of quotients of polynomials with rational coefficients.

The unknowns of the polynomials are *atoms*; what an atom means is no concern here. Two
quotients are equal as formulas when ``n1*d2 - n2*d1`` is the zero polynomial, which
python-flint settles exactly: there is no error to bound.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import flint
from flint import fmpq, fmpq_mpoly_ctx

__all__ = [
    "MAX_FACTOR",
    "Frozen",
    "FullRingError",
    "NotCoveredError",
    "Polynomial",
    "Ratio",
    "Ring",
    "factored",
]

Polynomial = Any  # fmpq_mpoly; python-flint has no types
Frozen = tuple[tuple[tuple[tuple[int, ...], Any], ...], tuple[tuple[tuple[int, ...], Any], ...]]
"""A quotient in lowest terms as something hashable: terms of numerator and denominator."""

MAX_TERMS = 2_000
MAX_GCD = 40_000  # product of the numbers of terms
MAX_FACTOR = 40  # terms


class NotCoveredError(Exception):
    """A formula these laws say nothing about; proves nothing either way."""


class FullRingError(Exception):
    """More atoms than the ring has room for; a larger one may do."""


class Ratio:
    """A quotient of polynomials, not always in lowest terms."""

    __slots__ = ("d", "n")

    def __init__(self, n: Polynomial, d: Polynomial) -> None:
        if len(n) > MAX_TERMS or len(d) > MAX_TERMS:
            raise NotCoveredError("a polynomial is too large")
        self.n, self.d = n, d

    def __add__(self, other: Ratio) -> Ratio:
        if self.d == other.d:
            return Ratio(self.n + other.n, self.d)
        if self.d.is_one():
            return Ratio(self.n * other.d + other.n, other.d)
        if other.d.is_one():
            return Ratio(self.n + other.n * self.d, self.d)
        shared = _gcd(self.d, other.d)
        left, right = self.d / shared, other.d / shared
        return Ratio(self.n * right + other.n * left, left * other.d)

    def __neg__(self) -> Ratio:
        return Ratio(-self.n, self.d)

    def __sub__(self, other: Ratio) -> Ratio:
        return self + (-other)

    def __mul__(self, other: Ratio) -> Ratio:
        if len(self.n) * len(other.n) > 20 * MAX_TERMS:
            raise NotCoveredError("a polynomial is too large")
        return Ratio(self.n * other.n, self.d * other.d)

    def __truediv__(self, other: Ratio) -> Ratio:
        if other.n.is_zero():
            raise NotCoveredError("a division by 0")
        return Ratio(self.n * other.d, self.d * other.n)

    def __pow__(self, exponent: int) -> Ratio:
        """To a whole power; the caller keeps it small."""
        _bounded(self.n, abs(exponent))
        _bounded(self.d, abs(exponent))
        if exponent < 0:
            if self.n.is_zero():
                raise NotCoveredError("a division by 0")
            return Ratio(self.d**-exponent, self.n**-exponent)
        return Ratio(self.n**exponent, self.d**exponent)


def _bounded(polynomial: Polynomial, exponent: int) -> None:
    """Refuse a power that may have too many terms, before it is taken."""
    terms = len(polynomial)
    if terms > 1 and math.comb(terms + exponent - 1, exponent) > MAX_TERMS:
        raise NotCoveredError("a polynomial is too large")


def _gcd(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > MAX_GCD:
        raise NotCoveredError("a polynomial is too large")
    return left.gcd(right)


def factored(polynomial: Polynomial) -> tuple[Any, list[tuple[Polynomial, int]]]:
    """A number, and irreducible factors with their exponents.

    Raises:
        NotCoveredError: the polynomial is so large that it may take long.
    """
    if len(polynomial) > MAX_FACTOR:
        raise NotCoveredError("a polynomial is too large to be factored")
    number, found = polynomial.factor()
    return number, [(factor, int(times)) for factor, times in found]


@cache
def _context(size: int) -> Any:
    return fmpq_mpoly_ctx.get(tuple(f"a{k}" for k in range(size)), flint.Ordering.degrevlex)


@dataclass(slots=True, init=False)
class Ring:
    """Polynomials over atoms that are met as one goes along.

    Attributes:
        keys: what each unknown stands for, in the order they were met.
    """

    keys: list[Hashable]

    _places: dict[Hashable, int]
    _context: Any
    _generators: Any
    one: Polynomial
    zero: Polynomial

    def __init__(self, size: int) -> None:
        self._context = _context(size)
        self._generators = self._context.gens()
        self.keys, self._places = [], {}
        self.zero = self._context.constant(0)
        self.one = self._context.constant(1)

    def place(self, key: Hashable) -> int:
        """Which unknown stands for a key.

        Raises:
            FullRingError: there is no room for another.
        """
        found = self._places.get(key)
        if found is None:
            found = len(self.keys)
            if found >= len(self._generators):
                raise FullRingError
            self._places[key] = found
            self.keys.append(key)
        return found

    def unknown(self, place: int) -> Ratio:
        return Ratio(self._generators[place], self.one)

    def number(self, value: Fraction | int | Any) -> Ratio:
        if isinstance(value, Fraction):
            value = fmpq(value.numerator, value.denominator)
        return Ratio(self._context.constant(value), self.one)

    def polynomial(self, terms: Any) -> Polynomial:
        """From pairs of exponents and coefficient."""
        return self._context.from_dict(dict(terms))

    def reduced(self, value: Ratio) -> Ratio:
        """In lowest terms, with a denominator whose leading coefficient is 1."""
        n, d = value.n, value.d
        if d.is_one():
            return value
        if n.is_zero():
            return Ratio(n, self.one)
        if not d.is_constant():
            shared = _gcd(n, d)
            if not shared.is_one():
                n, d = n / shared, d / shared
        lead = d.leading_coefficient()
        return Ratio(n / lead, d / lead) if lead != 1 else Ratio(n, d)

    def freeze(self, value: Ratio) -> Frozen:
        value = self.reduced(value)
        return (tuple(value.n.terms()), tuple(value.d.terms()))

    def thaw(self, frozen: Frozen) -> Ratio:
        return Ratio(self.polynomial(frozen[0]), self.polynomial(frozen[1]))

    def used(self, polynomial: Polynomial) -> Iterator[tuple[int, int]]:
        """The unknowns that occur, with their highest exponent."""
        for place, degree in enumerate(polynomial.degrees()):
            if degree > 0:
                yield place, degree

    def single(self, value: Ratio) -> int | None:
        """The unknown that a quotient in lowest terms is, if it is just one."""
        if not value.d.is_one() or len(value.n) != 1:
            return None
        exponents, coefficient = next(iter(value.n.terms()))
        if coefficient != 1 or sum(exponents) != 1:
            return None
        return int(exponents.index(1))

    def compose(self, polynomial: Polynomial, images: dict[int, Ratio]) -> Ratio:
        """The polynomial with quotients put in place of some unknowns."""
        if all(image.d.is_one() and len(image.n) == 1 for image in images.values()):
            values = list(self._generators)
            for place, image in images.items():
                values[place] = image.n
            return Ratio(polynomial.compose(*values, ctx=self._context), self.one)
        total = Ratio(self.zero, self.one)
        for exponents, coefficient in polynomial.terms():
            kept = tuple(0 if k in images else e for k, e in enumerate(exponents))
            term = Ratio(self.polynomial([(kept, coefficient)]), self.one)
            for place, image in images.items():
                if exponents[place]:
                    term = term * image ** exponents[place]
            total = total + term
        return total
