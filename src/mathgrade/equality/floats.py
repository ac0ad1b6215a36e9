"""Evaluates a program at many points at once, in floating point.

Only to find places worth a look: what is seen there is always judged in balls. NaN stands
for "no value" and for what floating point cannot say; a condition is 1, 0 or NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from mathgrade.equality.program import Op, Program

__all__ = ["Floats", "as_float", "float_values"]

Floats = Any
"""An array of floats, one for each point; numpy's types say too little to be of use."""


def float_values(
    program: Program, order: list[int], points: Mapping[int, Floats], count: int
) -> dict[int, Floats]:
    """The value of each step at each point.

    Args:
        order: which steps to take, earlier ones first.
        points: for each atom its values, an array of ``count`` floats or one float.
    """
    values: dict[int, Floats] = {}
    with np.errstate(all="ignore"):
        for place in order:
            op, args = program.steps[place]
            if op is Op.ATOM:
                values[place] = points[place] + np.zeros(count)
            elif op is Op.NUMBER:
                values[place] = np.full(count, as_float(args[0]))  # type: ignore[arg-type]
            else:
                values[place] = _RULES[op](values, args, count)
    return values


def as_float(value: Fraction) -> float:
    """The nearest float; infinite where there is none."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _folded(join: Callable[[Floats, Floats], Floats]) -> Callable[..., Floats]:
    def rule(values: dict[int, Floats], args: Any, _: int) -> Floats:
        result = values[args[0]]
        for a in args[1:]:
            result = join(result, values[a])
        return result

    return rule


def _defined(values: Floats, where: Floats) -> Floats:
    return np.where(where, values, np.nan)


def _inverse(values: dict[int, Floats], args: Any, _: int) -> Floats:
    inner = values[args[0]]
    return _defined(1 / inner, inner != 0)


def _raised(values: dict[int, Floats], args: Any, _: int) -> Floats:
    base, exponent = values[args[0]], values[args[1]]
    return _defined(np.power(base, exponent), (base != 0) | (exponent > 0))


def _step(values: dict[int, Floats], args: Any, _: int) -> Floats:
    inner, middle = values[args[0]], values[args[1]]
    return np.where(inner == 0, middle, _truth(inner > 0, inner + middle))


def _truth(holds: Floats, *known: Floats) -> Floats:
    result = holds.astype(float)
    for value in known:
        result = np.where(np.isnan(value), np.nan, result)
    return result


def _choose(values: dict[int, Floats], args: Any, _: int) -> Floats:
    condition, yes, no = (values[a] for a in args)
    return _defined(np.where(condition == 1, yes, no), ~np.isnan(condition))


def _guard(values: dict[int, Floats], args: Any, _: int) -> Floats:
    result = values[args[0]]
    for a in args[1:]:
        result = _defined(result, ~np.isnan(values[a]))
    return result


def _one_by_one(function: Callable[[float], float]) -> Callable[[Floats], Floats]:
    def apply(values: Floats) -> Floats:
        results = []
        for value in values.tolist():
            try:
                results.append(function(value))
            except (ValueError, OverflowError):
                results.append(math.nan)
        return np.array(results)

    return apply


_FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    **{name: getattr(np, name) for name in ("exp", "sin", "cos", "sinh", "cosh", "tanh")},
    **{name: getattr(np, name) for name in ("floor", "ceil")},
    "log": lambda v: _defined(np.log(v), v > 0),
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": lambda v: _defined(np.arctanh(v), abs(v) < 1),
    "erf": _one_by_one(math.erf),
    "gamma": _one_by_one(math.gamma),
}

_RULES: dict[Op, Callable[[dict[int, Floats], Any, int], Floats]] = {
    Op.SUM: _folded(np.add),
    Op.PRODUCT: _folded(np.multiply),
    Op.INVERSE: _inverse,
    Op.POWER: lambda values, args, _: np.power(values[args[0]], float(min(args[1], 10**9))),
    Op.ROOT: lambda values, args, _: np.power(values[args[0]], as_float(args[1])),
    Op.RAISE: _raised,
    Op.FUNCTION: lambda values, args, _: _FUNCTIONS[args[0]](values[args[1]]),
    Op.ABS: lambda values, args, _: abs(values[args[0]]),
    Op.MAX: _folded(np.maximum),
    Op.MIN: _folded(np.minimum),
    Op.STEP: _step,
    Op.CHOOSE: _choose,
    Op.GUARD: _guard,
    Op.UNDEFINED: lambda _, __, count: np.full(count, np.nan),
    Op.TRUTH: lambda _, args, count: np.full(count, float(args[0])),
    Op.BELOW: lambda values, args, _: _truth(values[args[0]] < 0, values[args[0]]),
    Op.ZERO: lambda values, args, _: _truth(values[args[0]] == 0, values[args[0]]),
    Op.NOT: lambda values, args, _: 1 - values[args[0]],
    Op.AND: _folded(np.minimum),
    Op.OR: _folded(np.maximum),
    Op.CONSTANT: lambda _, __, count: np.full(count, math.pi),
}
