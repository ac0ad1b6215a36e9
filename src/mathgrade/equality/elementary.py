"""The derivative of each function that is not arithmetic, and what else it is made of.

One row a function: given a program and the step ``u`` it is applied to, the step that is
its derivative by ``u``. Functions that are shorthand (``cot``, ``sec`` …) are written out
when a formula is grounded, so the evaluators know fewer of them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from mathgrade.equality.program import Program

__all__ = ["DERIVATIVES", "SHORTHAND"]

_HALF = Fraction(1, 2)
Rule = Callable[[Program, int], int]


def _root_of(p: Program, sign_one: int, sign_square: int, u: int) -> int:
    """sqrt(±1 ± u²)."""
    square = p.product(p.number(sign_square), p.power(u, 2))
    return p.root(p.sum(p.number(sign_one), square), _HALF)


SHORTHAND: dict[str, Rule] = {
    "tan": lambda p, u: p.quotient(p.function("sin", u), p.function("cos", u)),
    "cot": lambda p, u: p.quotient(p.function("cos", u), p.function("sin", u)),
    "sec": lambda p, u: p.inverse(p.function("cos", u)),
    "csc": lambda p, u: p.inverse(p.function("sin", u)),
    "coth": lambda p, u: p.quotient(p.function("cosh", u), p.function("sinh", u)),
    "sech": lambda p, u: p.inverse(p.function("cosh", u)),
    "csch": lambda p, u: p.inverse(p.function("sinh", u)),
    "sqrt": lambda p, u: p.root(u, _HALF),
    "abs": lambda p, u: p.absolute(u),
    "factorial": lambda p, u: p.function("gamma", p.sum(u, p.number(1))),
}

DERIVATIVES: dict[str, Rule] = {
    "exp": lambda p, u: p.function("exp", u),
    "log": lambda p, u: p.inverse(u),
    "sin": lambda p, u: p.function("cos", u),
    "cos": lambda p, u: p.negative(p.function("sin", u)),
    "sinh": lambda p, u: p.function("cosh", u),
    "cosh": lambda p, u: p.function("sinh", u),
    "tanh": lambda p, u: p.difference(p.number(1), p.power(p.function("tanh", u), 2)),
    "asin": lambda p, u: p.inverse(_root_of(p, 1, -1, u)),
    "acos": lambda p, u: p.negative(p.inverse(_root_of(p, 1, -1, u))),
    "atan": lambda p, u: p.inverse(p.sum(p.number(1), p.power(u, 2))),
    "asinh": lambda p, u: p.inverse(_root_of(p, 1, 1, u)),
    "acosh": lambda p, u: p.inverse(_root_of(p, -1, 1, u)),
    "atanh": lambda p, u: p.inverse(p.difference(p.number(1), p.power(u, 2))),
    "erf": lambda p, u: p.product(
        p.number(2),
        p.function("exp", p.negative(p.power(u, 2))),
        p.inverse(p.root(p.constant("pi"), _HALF)),
    ),
}
