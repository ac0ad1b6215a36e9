"""Compares polynomials too long to be read as formulas: equal if all coefficients are."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from flint import fmpq

from mathgrade.equality.balls import exact
from mathgrade.equality.comparing import apart
from mathgrade.equality.decision import Decision, Equality
from mathgrade.equality.points import points
from mathgrade.equality.program import Atom
from mathgrade.expression import Context, read_long_sum
from mathgrade.expression.limits import MAX_LENGTH
from mathgrade.verdict import Witness

__all__ = ["decide_polynomials"]

MAX_POINTS = 12
_ZERO = Fraction(0)
_SIZES: tuple[Callable[[Fraction], int | Fraction], ...] = (lambda v: v.denominator, abs)


def decide_polynomials(
    left: Any, right: Any, context: Context, seed: int, defined: frozenset[str] = frozenset()
) -> Decision | None:
    """The decision on two texts one of which is very long; None if they are no polynomials.

    Args:
        defined: names that stand for formulas.
    """
    if not (isinstance(left, str) and isinstance(right, str)):
        return None
    if max(len(left), len(right)) <= MAX_LENGTH:
        return None
    domains = {
        name: declared.domain
        for name, declared in context.names.items()
        if declared.kind == "real" and name not in defined
    }
    names = tuple(domains)
    ours, theirs = read_long_sum(left, names), read_long_sum(right, names)
    if ours is None or theirs is None:
        return None
    gap: dict[tuple[int, ...], Fraction] = {}
    for exponents in {**ours.terms, **theirs.terms}:
        first, second = (side.terms.get(exponents, _ZERO) for side in (ours, theirs))
        if first != second:
            gap[exponents] = first - second
    if not gap:
        return Decision(Equality.EQUAL, "exact")
    atoms = {place: Atom(name, domain) for place, (name, domain) in enumerate(domains.items())}
    drawn = list(points(atoms, random.Random(seed), MAX_POINTS))
    # Powers of small numbers are numbers that can be read.
    for point in sorted(drawn, key=lambda p: [max(map(size, p.values())) for size in _SIZES]):
        values = [exact(point[place]) for place in range(len(names))]
        if _value(gap, values):
            texts = apart(*(_value(side.terms, values) for side in (ours, theirs)))
            at = {name: str(point[place]) for place, name in enumerate(names)}
            witness = Witness(at, texts[1], texts[0])
            return Decision(Equality.DIFFERENT, "exact", witness, "The values differ.", "value")
    reason = "The two are not the same number or formula."
    return Decision(Equality.DIFFERENT, "exact", reason=reason, note="value")


def _value(terms: Mapping[tuple[int, ...], Fraction], values: list[fmpq]) -> fmpq:
    powers: list[dict[int, fmpq]] = [{} for _ in values]
    total = fmpq(0)
    for exponents, coefficient in terms.items():
        product = exact(coefficient)
        for place, exponent in enumerate(exponents):
            if exponent:
                power = powers[place].get(exponent)
                if power is None:
                    power = powers[place][exponent] = values[place] ** exponent
                product = product * power
        total += product
    return total
