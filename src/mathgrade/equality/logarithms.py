"""Exponentials, logarithms and roots that are simpler than they look.

Only what is true on the reals, and leaves a formula defined where it was.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from mathgrade.equality.steps import POSITIVE, Op

if TYPE_CHECKING:
    from mathgrade.equality.program import Program

__all__ = ["exp_of", "log_of", "rational_root"]


def exp_of(p: Program, step: int) -> int:
    """exp, with logarithms in the exponent taken out: e^{a - log S} is e^a / S."""
    op, args = p.steps[step]
    factors, rest = [], []
    for term in args if op is Op.SUM else (step,):
        assert isinstance(term, int)
        inner = _times_log(p, term)
        if inner is None:
            rest.append(term)
        else:
            base, times = inner
            factors.append(p.guard(p.raised(base, p.number(times)), log_of(p, base)))
    if not factors:
        return p.plain("exp", step)
    return p.product(*factors, *([p.function("exp", p.sum(*rest))] if rest else []))


def _times_log(p: Program, step: int) -> tuple[int, Fraction] | None:
    """(u, q) if the step is q·log(u) with a simple number q."""
    times = Fraction(1)
    op, args = p.steps[step]
    if op is Op.PRODUCT and len(args) == 2:
        for number, other in (args, args[::-1]):
            value = p.value(number)  # type: ignore[arg-type]
            if value is not None:
                times, step = value, other  # type: ignore[assignment]
    op, args = p.steps[step]
    if op is Op.FUNCTION and args[0] == "log" and times.denominator <= 12 and abs(times) <= 64:
        return args[1], times  # type: ignore[return-value]
    return None


def log_of(p: Program, step: int) -> int:
    """log of a product as a sum of logs, for all factors known to be positive."""
    op, args = p.steps[step]
    if p.value(step) == 1:
        return p.number(0)
    if op is Op.FUNCTION and args[0] == "exp":
        return args[1]  # type: ignore[return-value]
    if op is Op.INVERSE:  # positive where 1/u is
        return p.negative(log_of(p, args[0]))  # type: ignore[arg-type]
    if op is Op.POWER and (args[1] % 2 or p.sure(args[0], POSITIVE)):  # type: ignore[arg-type]
        return p.product(p.number(args[1]), log_of(p, args[0]))  # type: ignore[arg-type]
    if op is Op.PRODUCT:
        sure = [a for a in args if p.sure(a, POSITIVE)]  # type: ignore[arg-type]
        if sure:
            rest = [a for a in args if a not in sure]
            logs = [log_of(p, a) for a in sure]  # type: ignore[arg-type]
            return p.sum(*logs, *([log_of(p, p.product(*rest))] if rest else []))  # type: ignore[arg-type]
    value = p.value(step)
    if value is not None and value <= 0:
        return p.undefined()
    return p.plain("log", step)


def rational_root(value: Fraction, exponent: Fraction) -> Fraction | None:
    """value**exponent if that is rational and the exponent small."""
    degree, power = exponent.denominator, exponent.numerator
    if degree > 12 or power > 64 or max(value.numerator, value.denominator).bit_length() > 512:
        return None
    parts = []
    for part in (value.numerator, value.denominator):
        guess = math.isqrt(part) if degree == 2 else round(part ** (1 / degree))
        if guess**degree != part:
            return None
        parts.append(guess)
    return Fraction(parts[0], parts[1]) ** power
