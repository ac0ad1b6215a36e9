"""What is certain about the sign of a formula wherever its names lie in their domains."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.places import is_bound
from mathgrade.equality.symbolic.ring import Polynomial, Ratio
from mathgrade.equality.symbolic.terms import FOLDS, Atom

__all__ = ["TOTAL", "Sign", "sign", "sign_of", "total"]

TOTAL = frozenset(
    (
        *("sin", "cos", "atan", "asinh", "erf", "floor", "ceil"),
        *("abs", "max", "min", "sign", "heaviside"),
    )
)
"""Functions of real numbers that are defined everywhere and taken as they are."""

_ALWAYS_DEFINED = TOTAL | {
    *("entry", "count", "index", "delta", "constant", "exp", "apply", "sum", "product")
}
_POSITIVE_HEADS = frozenset(("exp", "count", "constant"))
_NONNEGATIVE_HEADS = frozenset(("abs", "root", "delta"))


class Sign(IntEnum):
    """Each holds where the next does, apart from NONZERO."""

    UNKNOWN = 0
    NONZERO = 1
    NONNEGATIVE = 2
    POSITIVE = 3


def sign(algebra: Algebra, value: Ratio) -> Sign:
    """Of a quotient in lowest terms."""
    if algebra.positive and algebra.ring.freeze(value) in algebra.positive:
        return Sign.POSITIVE
    return _product([sign_of(algebra, value.n), sign_of(algebra, value.d)])


def _product(signs: list[Sign]) -> Sign:
    lowest = min(signs)
    if lowest is Sign.NONZERO and Sign.NONNEGATIVE in signs:
        return Sign.UNKNOWN
    return lowest


def sign_of(algebra: Algebra, polynomial: Polynomial) -> Sign:
    """Of a polynomial: a sum of terms whose signs are known from their atoms."""
    if algebra.positive:
        alone = Ratio(polynomial, algebra.ring.one)
        if algebra.ring.freeze(alone) in algebra.positive:
            return Sign.POSITIVE
    signs = [_of_term(algebra, exponents, c) for exponents, c in polynomial.terms()]
    if len(signs) < 2:
        return signs[0] if signs else Sign.NONNEGATIVE
    # Of several terms none may be negative, and one must not be 0.
    certain = all(s >= Sign.NONNEGATIVE for s in signs)
    return max(signs) if certain else Sign.UNKNOWN


def _of_term(algebra: Algebra, exponents: tuple[int, ...], coefficient: Any) -> Sign:
    factors = [Sign.POSITIVE]
    for k, exponent in enumerate(exponents):
        if exponent:
            one = _of_atom(algebra, k)
            if exponent % 2 == 0:
                away = one in (Sign.NONZERO, Sign.POSITIVE)
                one = Sign.POSITIVE if away else Sign.NONNEGATIVE
            factors.append(one)
    found = _product(factors)
    if coefficient > 0:
        return found
    return Sign.NONZERO if found in (Sign.NONZERO, Sign.POSITIVE) else Sign.UNKNOWN


def _of_atom(algebra: Algebra, k: int) -> Sign:
    if algebra.positive:
        alone = algebra.ring.freeze(algebra.ring.unknown(k))
        if alone in algebra.positive:
            return Sign.POSITIVE
    atom = algebra.atom(k)
    if atom.head in _POSITIVE_HEADS:
        return Sign.POSITIVE
    if atom.head == "entry":
        return _entry(algebra, atom.label)
    if atom.head == "index":
        return _index(algebra, atom)
    if atom.head in FOLDS:  # never empty: it runs over a whole range
        return sign(algebra, algebra.ring.thaw(atom.args[0]))
    if atom.head in _NONNEGATIVE_HEADS:
        if atom.head != "delta":
            inner = sign(algebra, algebra.ring.thaw(atom.args[0]))
            if inner is Sign.POSITIVE or (inner is Sign.NONZERO and atom.head == "abs"):
                return Sign.POSITIVE
        return Sign.NONNEGATIVE
    return Sign.UNKNOWN


def _entry(algebra: Algebra, name: str) -> Sign:
    declared = algebra.context.get(name)
    if declared is None:
        return Sign.UNKNOWN
    domain = declared.domain
    if declared.kind == "simplex":
        return Sign.POSITIVE
    low = declared.low if declared.kind == "integer" else domain.low
    if isinstance(low, str):
        return Sign.UNKNOWN
    if low is not None and (low > 0 or (low == 0 and domain.open_low)):
        return Sign.POSITIVE
    if low is not None and low >= 0:
        return Sign.POSITIVE if domain.nonzero else Sign.NONNEGATIVE
    away = domain.nonzero or (domain.high is not None and domain.high < 0)
    return Sign.NONZERO if away else Sign.UNKNOWN


def _index(algebra: Algebra, atom: Atom) -> Sign:
    place = atom.places[0]
    if is_bound(place):
        if place[0].startswith("◦"):
            return Sign.POSITIVE
        around = algebra.bound(place[0])
        if around is None:
            return Sign.UNKNOWN
        low = around.low
    else:
        first = algebra.context[place[0]].low
        if not isinstance(first, int):
            return Sign.UNKNOWN
        low = ("", first)
    if low[0]:
        return Sign.UNKNOWN
    return Sign.POSITIVE if low[1] > 0 else Sign.NONNEGATIVE if low[1] == 0 else Sign.UNKNOWN


def total(algebra: Algebra, value: Ratio) -> bool:
    """Whether a value is surely defined wherever the names lie in their domains."""
    value = algebra.ring.reduced(value)
    if not value.d.is_one() and sign_of(algebra, value.d) not in (Sign.NONZERO, Sign.POSITIVE):
        return False
    for k in algebra.atoms(value):
        atom = algebra.atom(k)
        args = [algebra.ring.thaw(a) for a in atom.args]
        if not all(total(algebra, a) for a in args):
            return False
        if atom.head == "log" and sign(algebra, args[0]) is not Sign.POSITIVE:
            return False
        if atom.head == "root" and sign(algebra, args[0]) < Sign.NONNEGATIVE:
            return False
        if atom.head not in _ALWAYS_DEFINED and atom.head not in ("log", "root"):
            return False
    return True
