"""Long sums of powers, ``3*x**2*y - x/2 + 1``, read term by term without a tree.

A formula of more than ``MAX_LENGTH`` characters is not read as one. A polynomial that is
written out has no nesting, so one of a hundred thousand terms takes well under a second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mathgrade.expression.limits import MAX_DIGITS

__all__ = ["LongSum", "read_long_sum"]

MAX_CHARACTERS = 4_000_000
MAX_TERMS = 200_000
MAX_EXPONENT = 1_000
MAX_NAMES = 16

_FACTOR = r"(?:[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?|[A-Za-z_][A-Za-z_0-9]*(?:\s*\*\*\s*[0-9]+)?)"
_TERM = re.compile(rf"\s*([+-]?)\s*({_FACTOR}(?:\s*\*\s*{_FACTOR})*)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class LongSum:
    """A polynomial.

    Attributes:
        names: its unknowns.
        terms: the coefficient of each product of powers, none of them 0; the exponents
            are in the order of ``names``.
    """

    names: tuple[str, ...]
    terms: Mapping[tuple[int, ...], Fraction]


def read_long_sum(text: str, names: tuple[str, ...]) -> LongSum | None:
    """The polynomial that a text is, if it is one written out; None for anything else.

    Args:
        names: the unknowns that may be used.

    >>> read_long_sum("2*x**2 - x*(x + 1)", ("x",)) is None
    True
    >>> read_long_sum("2*x**2 - 1/2*x*x + 0*x", ("x",)).terms
    {(2,): Fraction(3, 2)}
    """
    if len(text) > MAX_CHARACTERS or len(names) > MAX_NAMES:
        return None
    places = {name: place for place, name in enumerate(names)}
    terms: dict[tuple[int, ...], Fraction] = {}
    numbers: dict[str, Fraction] = {}
    at, count = 0, 0
    while at < len(text):
        found = _TERM.match(text, at)
        count += 1
        if found is None or count > MAX_TERMS or (at and not found[1]):
            return None
        term = _term(found[2], found[1], places, numbers)
        if term is None:
            return None
        exponents, coefficient = term
        before = terms.get(exponents)
        terms[exponents] = coefficient if before is None else before + coefficient
        at = found.end()
    return LongSum(names, {e: c for e, c in terms.items() if c}) if count else None


def _term(
    text: str, sign: str, places: Mapping[str, int], numbers: dict[str, Fraction]
) -> tuple[tuple[int, ...], Fraction] | None:
    exponents = [0] * len(places)
    coefficient: Fraction | None = None
    for factor in "".join(text.split()).replace("**", "^").split("*"):
        if factor[0] in _DIGITS:
            written, sign = sign + factor, ""
            number = numbers.get(written)
            if number is None:
                if len(factor) > MAX_DIGITS:
                    return None
                try:
                    number = numbers[written] = _number(written)
                except ZeroDivisionError:
                    return None
            coefficient = number if coefficient is None else coefficient * number
            continue
        name, _, exponent = factor.partition("^")
        place = places.get(name)
        if place is None or len(exponent) > 6:
            return None
        exponents[place] += int(exponent or 1)
        if exponents[place] > MAX_EXPONENT:
            return None
    if coefficient is None:
        coefficient = _ONE
    return tuple(exponents), -coefficient if sign == "-" else coefficient


_ONE = Fraction(1)
_DIGITS = frozenset("0123456789")


def _number(text: str) -> Fraction:
    top, _, bottom = text.partition("/")
    return Fraction(top) / Fraction(bottom or 1)
