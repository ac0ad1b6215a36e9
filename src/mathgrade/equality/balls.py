"""Evaluates a program at a point: exact rationals as long as they last, then real balls.

A ball (python-flint's ``arb``) is an interval certain to hold the true value, so two
values whose balls are disjoint *are* different, and a ball that stays away from 0 proves a
sign. What a ball cannot settle is unknown (a NaN ball), never agreement; a caller then asks
again with more bits. At the last number of bits a ball that holds 0 and is narrower than
2**-(bits/8) is taken to be 0; only this step is not a proof, and results say "numeric".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint
from flint import arb, fmpq

from mathgrade.equality.program import Op, Program

__all__ = ["UNDEFINED", "evaluate", "exact", "finite"]

MAX_EXACT_BITS = 20_000
_NAN = arb("nan")
_ZERO, _ONE = fmpq(0), fmpq(1)


class Undefined:
    """The value of a formula where it has none; stays so through all arithmetic."""

    def _same(self, *_: object) -> Undefined:
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __neg__ = _same

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()


def exact(value: Fraction) -> fmpq:
    """A Python fraction as flint's."""
    return fmpq(value.numerator, value.denominator)


def finite(value: Any) -> bool:
    """Whether a value is known: defined, and neither NaN nor unbounded."""
    return type(value) is fmpq or (value is not UNDEFINED and value.is_finite())


class _Run:
    def __init__(self, bits: int, last: bool) -> None:
        self.last = last
        self.narrow = arb(2) ** (-bits // 8)

    def sign(self, value: Any) -> int | None:
        """-1, 0 or 1 if certain (or as good as, at the last number of bits)."""
        if type(value) is fmpq:
            return int(value > 0) - int(value < 0)
        if not value.is_finite():
            return None
        if value > 0:
            return 1
        if value < 0:
            return -1
        if value.is_zero() or (self.last and value.rad() < self.narrow):
            return 0
        return None

    def inverse(self, value: Any) -> Any:
        if type(value) is fmpq:
            return 1 / value if value else UNDEFINED
        if value is UNDEFINED:
            return value
        return UNDEFINED if self.sign(value) == 0 else 1 / value

    def power(self, value: Any, exponent: int) -> Any:
        if value is UNDEFINED:
            return value
        if type(value) is fmpq:
            bits = max(int(value.p).bit_length(), int(value.q).bit_length())
            if bits * exponent <= MAX_EXACT_BITS or value in (0, 1, -1):
                return value**exponent
            value = arb(value)
        if value.contains(0):
            return _repeated(value, exponent)  # for these flint's own power is NaN
        return value**exponent

    def root(self, value: Any, exponent: Fraction) -> Any:
        if value is UNDEFINED:
            return value
        sign = self.sign(value)
        if sign is None:
            return _NAN
        if sign <= 0:
            return UNDEFINED if sign < 0 else _ZERO
        if exponent == Fraction(1, 2):
            if type(value) is fmpq:
                top, bottom = int(value.p), int(value.q)
                a, b = _isqrt(top), _isqrt(bottom)
                if a * a == top and b * b == bottom:
                    return fmpq(a, b)
                return arb(value).sqrt()
            return value.sqrt()
        return arb(value) ** exact(exponent)

    def raised(self, base: Any, exponent: Any) -> Any:
        if base is UNDEFINED or exponent is UNDEFINED:
            return UNDEFINED
        sign = self.sign(base)
        if sign is None:
            return _NAN
        if type(exponent) is fmpq and exponent.q == 1 and (sign or exponent > 0):
            n = int(exponent)
            return self.power(base, n) if n >= 0 else self.inverse(self.power(base, -n))
        if sign < 0:
            return self._negative_base(base, exponent)
        if sign == 0:
            up = self.sign(exponent)
            return _NAN if up is None else (_ZERO if up > 0 else UNDEFINED)
        return (arb(base).log() * exponent).exp()

    def _negative_base(self, base: Any, exponent: Any) -> Any:
        """Defined for whole exponents only; a ball that holds one may be one."""
        if type(exponent) is fmpq:
            return UNDEFINED
        whole = (exponent + fmpq(1, 2)).floor().unique_fmpz()
        if whole is None or not (exponent - fmpq(whole)).contains(0):
            return _NAN if whole is None else UNDEFINED
        if self.sign(exponent - fmpq(whole)) != 0 or abs(int(whole)) > MAX_EXACT_BITS:
            return _NAN
        n = int(whole)
        return self.power(base, n) if n >= 0 else self.inverse(self.power(base, -n))

    def extreme(self, values: list[Any], largest: bool) -> Any:
        best = values[0]
        for value in values[1:]:
            if best is UNDEFINED or value is UNDEFINED:
                return UNDEFINED
            if type(best) is fmpq and type(value) is fmpq:
                best = max(best, value) if largest else min(best, value)
            else:
                best = arb(best).max(arb(value)) if largest else arb(best).min(arb(value))
        return best

    def function(self, name: str, value: Any) -> Any:
        if value is UNDEFINED:
            return value
        return _FUNCTIONS[name](self, value)

    def log(self, value: Any) -> Any:
        sign = self.sign(value)
        if sign is None:
            return _NAN
        if sign <= 0:
            return UNDEFINED
        return _ZERO if type(value) is fmpq and value == 1 else arb(value).log()

    def within(self, value: Any, low: int | None, high: int | None, method: str) -> Any:
        """A function defined on an interval, its ends included."""
        for end, side in ((low, 1), (high, -1)):
            if end is None:
                continue
            sign = self.sign((value - end) * side)
            if sign is None:
                return _NAN
            if sign < 0:
                return UNDEFINED
            if sign == 0:
                value = fmpq(end)
        return getattr(arb(value), method)()

    def open(self, value: Any, method: str) -> Any:
        """A function on the open interval from -1 to 1."""
        below, above = self.sign(value + 1), self.sign(1 - value)
        if below is None or above is None:
            return _NAN
        return getattr(arb(value), method)() if below > 0 and above > 0 else UNDEFINED

    def rounded(self, value: Any, method: str) -> Any:
        nearest = arb(value) + arb(1) / 2
        middle = nearest.floor().unique_fmpz()
        if middle is not None and self.sign(value - fmpq(middle)) == 0:
            return fmpq(middle)
        return getattr(arb(value), method)()

    def gamma(self, value: Any) -> Any:
        sign = self.sign(value)
        if sign is not None and sign <= 0:
            whole = arb(value).floor().unique_fmpz()
            if whole is not None and self.sign(value - fmpq(whole)) == 0:
                return UNDEFINED
        return arb(value).gamma()


def _repeated(value: arb, exponent: int) -> arb:
    """A power by squaring."""
    result = arb(1)
    while exponent:
        if exponent & 1:
            result = result * value
        value, exponent = value * value, exponent >> 1
    return result


def _isqrt(value: int) -> int:
    return int(flint.fmpz(value).isqrt())


def _plain(method: str, at_zero: int | None = None) -> Callable[[_Run, Any], Any]:
    def apply(_: _Run, value: Any) -> Any:
        if at_zero is not None and type(value) is fmpq and not value:
            return fmpq(at_zero)
        return getattr(arb(value), method)()

    return apply


_FUNCTIONS: dict[str, Callable[[_Run, Any], Any]] = {
    **{name: _plain(name, 1) for name in ("exp", "cos", "cosh")},
    **{name: _plain(name, 0) for name in ("sin", "sinh", "tanh", "atan", "asinh", "erf")},
    "log": _Run.log,
    "asin": lambda run, v: run.within(v, -1, 1, "asin"),
    "acos": lambda run, v: run.within(v, -1, 1, "acos"),
    "acosh": lambda run, v: run.within(v, 1, None, "acosh"),
    "atanh": lambda run, v: run.open(v, "atanh"),
    "floor": lambda run, v: run.rounded(v, "floor"),
    "ceil": lambda run, v: run.rounded(v, "ceil"),
    "gamma": _Run.gamma,
}


def _choose(condition: Any, yes: Any, no: Any) -> Any:
    if condition is UNDEFINED:
        return UNDEFINED
    if condition is None:
        return _NAN
    return yes if condition else no


def _logic(values: list[Any], decisive: bool) -> Any:
    if UNDEFINED in values:
        return UNDEFINED
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def evaluate(
    program: Program,
    order: list[int],
    point: Mapping[int, fmpq],
    bits: int,
    *,
    last: bool = False,
) -> dict[int, Any]:
    """The value of each step at a point.

    Args:
        program: the steps.
        order: which to take, earlier ones first.
        point: a number for each atom.
        bits: precision of the balls.
        last: whether no more bits will be tried (see the head of this module).

    Returns:
        For each step an ``fmpq`` (exact), an ``arb`` ball (NaN: unknown), or
        :data:`UNDEFINED`; for a condition True, False or None (unknown).
    """
    with flint.ctx.workprec(bits):
        run = _Run(bits, last)
        values: dict[int, Any] = {}
        steps = program.steps
        for place in order:
            op, args = steps[place]
            if op is Op.ATOM:
                values[place] = point[place]
            else:
                values[place] = _take(run, op, args, values)
        return values


def _take(run: _Run, op: Op, args: Any, values: dict[int, Any]) -> Any:
    if op is Op.PRODUCT:
        result = values[args[0]]
        for a in args[1:]:
            result = result * values[a]
        return result
    if op is Op.SUM:
        result = values[args[0]]
        for a in args[1:]:
            result = result + values[a]
        return result
    match op:
        case Op.NUMBER:
            return exact(args[0])
        case Op.FUNCTION:
            return run.function(args[0], values[args[1]])
        case Op.INVERSE:
            return run.inverse(values[args[0]])
        case Op.POWER:
            return run.power(values[args[0]], args[1])
        case Op.ROOT:
            return run.root(values[args[0]], args[1])
        case Op.RAISE:
            return run.raised(values[args[0]], values[args[1]])
        case Op.ABS:
            value = values[args[0]]
            return value if value is UNDEFINED else abs(value)
        case Op.MAX | Op.MIN:
            return run.extreme([values[a] for a in args], op is Op.MAX)
        case Op.STEP:
            if values[args[0]] is UNDEFINED:
                return UNDEFINED
            sign = run.sign(values[args[0]])
            return _NAN if sign is None else values[args[1]] if sign == 0 else fmpq(int(sign > 0))
        case Op.CHOOSE:
            return _choose(*(values[a] for a in args))
        case Op.GUARD:
            if any(values[a] is UNDEFINED for a in args):
                return UNDEFINED
            unknown = any(not finite(values[a]) for a in args[1:])
            return _NAN if unknown else values[args[0]]
        case Op.UNDEFINED:
            return UNDEFINED
        case Op.CONSTANT:
            return arb.pi()
        case Op.TRUTH:
            return args[0]
        case Op.BELOW | Op.ZERO:
            if values[args[0]] is UNDEFINED:
                return UNDEFINED
            sign = run.sign(values[args[0]])
            return None if sign is None else sign < 0 if op is Op.BELOW else sign == 0
        case Op.NOT:
            value = values[args[0]]
            return value if value is UNDEFINED or value is None else not value
    return _logic([values[a] for a in args], op is Op.OR)
