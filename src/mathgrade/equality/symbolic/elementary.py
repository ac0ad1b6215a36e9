"""What each known function is made of where sizes are open, and what it needs."""

from __future__ import annotations

from collections.abc import Callable

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.ring import Ratio

__all__ = ["RULES"]


def _over(a: Algebra, value: Ratio) -> Ratio:
    a.need("nonzero", value)
    return a.number(1) / value


def _log(a: Algebra, value: Ratio) -> Ratio:
    a.need("positive", value)
    return a.call("log", value)


def _sqrt(a: Algebra, value: Ratio) -> Ratio:
    a.need("nonnegative", value)
    return a.call("root", value, label=2)


def _waves(a: Algebra, u: Ratio) -> tuple[Ratio, Ratio]:
    """2 sinh(u) and 2 cosh(u)."""
    up, down = a.call("exp", u), a.call("exp", -u)
    return up - down, up + down


def _needing(name: str) -> Callable[[Algebra, Ratio], Ratio]:
    """A function that is not defined everywhere: the argument must suit it."""

    def rule(a: Algebra, value: Ratio) -> Ratio:
        a.need(name, value)
        return a.call(name, value)

    return rule


def _factorial(a: Algebra, value: Ratio) -> Ratio:
    return RULES["gamma"](a, value + a.number(1))


RULES: dict[str, Callable[[Algebra, Ratio], Ratio]] = {
    "exp": lambda a, u: a.call("exp", u),
    "log": _log,
    "sqrt": _sqrt,
    "sinh": lambda a, u: _waves(a, u)[0] / a.number(2),
    "cosh": lambda a, u: _waves(a, u)[1] / a.number(2),
    "tanh": lambda a, u: _waves(a, u)[0] / _waves(a, u)[1],
    "coth": lambda a, u: _waves(a, u)[1] * _over(a, _waves(a, u)[0]),
    "sech": lambda a, u: a.number(2) / _waves(a, u)[1],
    "csch": lambda a, u: a.number(2) * _over(a, _waves(a, u)[0]),
    "tan": lambda a, u: a.call("sin", u) * _over(a, a.call("cos", u)),
    "cot": lambda a, u: a.call("cos", u) * _over(a, a.call("sin", u)),
    "sec": lambda a, u: _over(a, a.call("cos", u)),
    "csc": lambda a, u: _over(a, a.call("sin", u)),
    "factorial": _factorial,
    **{name: _needing(name) for name in ("asin", "acos", "acosh", "atanh", "gamma")},
}
