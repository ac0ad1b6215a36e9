"""An independent evaluator: what two formulas are worth at a point, with certainty.

Numbers are exact fractions as long as they last, then intervals (mpmath, outward rounding)
of some eighty digits. Real semantics: the logarithm of a number <= 0, the root of a number
< 0 and division by 0 have no value; anything to the whole power 0 is 1. What an interval
cannot settle raises :class:`UnsureError`; nothing is guessed. So a difference found here is
a proof; agreement is only agreement at the points looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mpmath.libmp import (
    fone,
    from_rational,
    mpf_abs,
    mpf_cmp,
    mpf_cosh_sinh,
    mpf_ge,
    mpf_gt,
    mpf_le,
    mpf_lt,
    mpf_shift,
    mpf_sub,
    round_ceiling,
    round_floor,
    to_float,
)
from mpmath.libmp.libmpi import (
    mpi_abs,
    mpi_add,
    mpi_cos_sin,
    mpi_div,
    mpi_exp,
    mpi_log,
    mpi_mul,
    mpi_neg,
    mpi_pow_int,
    mpi_sqrt,
    mpi_sub,
)

from tests.fuzz.formula import F, add, call, div, mul, neg, num, power

__all__ = ["UNDEFINED", "UnsureError", "compare", "evaluate"]

PRECISION = 270  # bits, some 81 digits
MAX_BITS = 3000  # of an exact number
_BIG = from_rational(10**7, 1, 53)


class UnsureError(Exception):
    """The intervals are too wide to tell, or the numbers too large to work with."""


class _Undefined:
    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()
Interval = tuple[Any, Any]
Scalar = Fraction | Interval | _Undefined
Env = Mapping[str, Any]
"""A number for each scalar, index and size; a list of rows for each vector and matrix."""


class _UndefinedError(Exception):
    """Ends an evaluation: no value here, or shapes that do not fit."""


def _wide(value: Any, prec: int) -> Interval:
    if type(value) is Fraction:
        top, bottom = value.numerator, value.denominator
        return (
            from_rational(top, bottom, prec, round_floor),
            from_rational(top, bottom, prec, round_ceiling),
        )
    return value


def _kept(value: Fraction, prec: int) -> Any:
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    return value if bits <= MAX_BITS else _wide(value, prec)


class _Run:
    """One evaluation at one point."""

    def __init__(self, env: Env, prec: int) -> None:
        self.env: dict[str, Any] = dict(env)
        self.prec = prec

    # -- signs -------------------------------------------------------------------------

    def sign(self, value: Any) -> int:
        if type(value) is Fraction:
            return (value > 0) - (value < 0)
        low, high = value
        if mpf_cmp(low, _ZERO) > 0:
            return 1
        if mpf_cmp(high, _ZERO) < 0:
            return -1
        if low == _ZERO and high == _ZERO:
            return 0
        raise UnsureError("sign")

    def plus(self, a: Any, b: Any) -> Any:
        if type(a) is Fraction and type(b) is Fraction:
            return _kept(a + b, self.prec)
        return mpi_add(_wide(a, self.prec), _wide(b, self.prec), self.prec)

    def times(self, a: Any, b: Any) -> Any:
        if type(a) is Fraction and type(b) is Fraction:
            return _kept(a * b, self.prec)
        if (type(a) is Fraction and a == 0) or (type(b) is Fraction and b == 0):
            return Fraction(0)
        return mpi_mul(_wide(a, self.prec), _wide(b, self.prec), self.prec)

    def over(self, a: Any, b: Any) -> Any:
        if self.sign(b) == 0:
            raise _UndefinedError
        if type(a) is Fraction and type(b) is Fraction:
            return _kept(a / b, self.prec)
        return mpi_div(_wide(a, self.prec), _wide(b, self.prec), self.prec)

    def minus(self, a: Any) -> Any:
        return -a if type(a) is Fraction else mpi_neg(a, self.prec)

    def whole_power(self, base: Any, n: int) -> Any:
        if n == 0:
            return Fraction(1)
        if n < 0:
            return self.over(Fraction(1), self.whole_power(base, -n))
        if type(base) is Fraction:
            bits = max(base.numerator.bit_length(), base.denominator.bit_length())
            if bits * n <= MAX_BITS or base in (0, 1, -1):
                return base**n
        if n > 10**6:
            raise UnsureError("power")
        return mpi_pow_int(_wide(base, self.prec), n, self.prec)

    def power(self, base: Any, exponent: Any) -> Any:
        if type(exponent) is Fraction and exponent.denominator == 1:
            return self.whole_power(base, int(exponent))
        sign = self.sign(base)
        if sign < 0:
            if type(exponent) is Fraction:
                raise _UndefinedError
            raise UnsureError("power of a negative number")
        if sign == 0:
            if self.sign(exponent) > 0:
                return Fraction(0)
            raise _UndefinedError
        if exponent == Fraction(1, 2):
            return self.sqrt(base)
        return self.exp(self.times(exponent, self.log(base)))

    # -- functions ---------------------------------------------------------------------

    def sqrt(self, value: Any) -> Any:
        if self.sign(value) < 0:
            raise _UndefinedError
        if type(value) is Fraction:
            top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
            if top * top == value.numerator and bottom * bottom == value.denominator:
                return Fraction(top, bottom)
        return mpi_sqrt(_wide(value, self.prec), self.prec)

    def exp(self, value: Any) -> Any:
        if value == 0:
            return Fraction(1)
        wide = _wide(value, self.prec)
        if mpf_gt(mpf_abs(wide[0]), _BIG) or mpf_gt(mpf_abs(wide[1]), _BIG):
            raise UnsureError("exp")
        return mpi_exp(wide, self.prec)

    def log(self, value: Any) -> Any:
        if self.sign(value) <= 0:
            raise _UndefinedError
        return Fraction(0) if value == 1 else mpi_log(_wide(value, self.prec), self.prec)

    def circle(self, value: Any) -> tuple[Any, Any]:
        """Cosine and sine."""
        if value == 0:
            return Fraction(1), Fraction(0)
        wide = _wide(value, self.prec)
        if mpf_gt(mpf_abs(wide[0]), _BIG):
            raise UnsureError("sin")
        return mpi_cos_sin(wide, self.prec)  # type: ignore[no-any-return]

    def hyperbola(self, value: Any) -> tuple[Any, Any]:
        """Cosh and sinh. Both are monotonic on each side of 0, so ends of intervals will do."""
        if value == 0:
            return Fraction(1), Fraction(0)
        wide = _wide(value, self.prec)
        if mpf_gt(mpf_abs(wide[0]), _BIG):
            raise UnsureError("sinh")
        sign = self.sign(value)
        ends = [mpf_cosh_sinh(end, self.prec + 20, round_floor) for end in wide]
        cosh = sorted((e[0] for e in ends), key=_Key)
        return self._pad(cosh[0], cosh[1]), self._pad(ends[0][1], ends[1][1]) if sign else value

    def _pad(self, low: Any, high: Any) -> Interval:
        """A few units in the last place wider, for functions without directed rounding."""
        ulp = mpf_shift(mpf_abs(high if mpf_gt(mpf_abs(high), mpf_abs(low)) else low), -self.prec)
        return mpi_add((low, high), (mpf_sub(_ZERO, ulp), ulp), self.prec)

    def call(self, name: str, args: list[Any]) -> Any:
        x = args[0]
        match name:
            case "exp":
                return self.exp(x)
            case "log":
                return self.log(x)
            case "sqrt":
                return self.sqrt(x)
            case "abs":
                return abs(x) if type(x) is Fraction else mpi_abs(x, self.prec)
            case "sign":
                return Fraction(self.sign(x))
            case "sin":
                return self.circle(x)[1]
            case "cos":
                return self.circle(x)[0]
            case "tan":
                cos, sin = self.circle(x)
                return self.over(sin, cos)
            case "sinh":
                return self.hyperbola(x)[1]
            case "cosh":
                return self.hyperbola(x)[0]
            case "tanh":
                cosh, sinh = self.hyperbola(x)
                return self.over(sinh, cosh)
            case "max" | "min":
                return self.extreme(args, name == "max")
        raise AssertionError(name)

    def extreme(self, values: list[Any], largest: bool) -> Any:
        if all(type(v) is Fraction for v in values):
            return max(values) if largest else min(values)
        wide = [_wide(v, self.prec) for v in values]
        pick = max if largest else min
        return (
            pick((w[0] for w in wide), key=_Key),
            pick((w[1] for w in wide), key=_Key),
        )

    # -- the walk ----------------------------------------------------------------------

    def scalar(self, f: F) -> Any:
        return self._single(self.go(f))

    @staticmethod
    def _single(value: Any) -> Any:
        """A number, also where it stands as a 1 by 1 matrix."""
        if not isinstance(value, list):
            return value
        if len(value) == len(value[0]) == 1:
            return value[0][0]
        raise _UndefinedError

    def index(self, f: F) -> int:
        value = self.scalar(f)
        assert type(value) is Fraction
        assert value.denominator == 1
        return int(value)

    def go(self, f: F) -> Any:
        op = f.op
        if op == "num":
            return Fraction(f.name)
        if op == "var":
            return self.env[f.name]
        if op == "add":
            return self._fold(self._plus, [self.go(p) for p in f.parts])
        if op in ("mul", "matmul"):
            return self._fold(self._times, [self.go(p) for p in f.parts])
        if op == "neg":
            return self._each(self.minus, self.go(f.parts[0]))
        if op == "div":
            bottom = self.scalar(f.parts[1])
            return self._each(lambda v: self.over(v, bottom), self.go(f.parts[0]))
        if op == "pow":
            return self._power(self.go(f.parts[0]), self.scalar(f.parts[1]))
        if op == "call":
            return self.call(f.name, [self.scalar(p) for p in f.parts])
        if op == "entry":
            return self._entry(f)
        if op == "delta":
            return Fraction(int(self.index(f.parts[0]) == self.index(f.parts[1])))
        if op == "ifeq":
            same = self.index(f.parts[0]) == self.index(f.parts[1])
            return self.go(f.parts[2 if same else 3])
        if op in ("sum", "product"):
            return self._range(f)
        return getattr(self, f"_{op}")(f)

    def _range(self, f: F) -> Any:
        body, low, high = f.parts
        span = range(self.index(low), self.index(high) + 1)
        if len(span) > 2000:
            raise UnsureError("range")
        before = self.env.get(f.name)
        values = []
        for k in span:
            self.env[f.name] = Fraction(k)
            values.append(self.go(body))
        self.env.pop(f.name, None)
        if before is not None:
            self.env[f.name] = before
        if not values:
            return Fraction(0 if f.op == "sum" else 1)
        return self._fold(self._plus if f.op == "sum" else self._times, values)

    def _entry(self, f: F) -> Any:
        places = [self.index(p) for p in f.parts]
        rows = self.env[f.name]
        if len(places) == 1:
            if len(rows) != 1 or len(rows[0]) == 1 or isinstance(rows, _Column):
                places = [places[0], 1]
            else:
                places = [1, places[0]]
        r, c = places
        if not (1 <= r <= len(rows) and 1 <= c <= len(rows[0])):
            raise _UndefinedError
        return rows[r - 1][c - 1]

    def _pi(self, f: F) -> Any:
        from mpmath.libmp import mpf_pi

        return mpf_pi(self.prec, round_floor), mpf_pi(self.prec, round_ceiling)

    def _apply(self, f: F) -> Any:
        """An unknown function: one fixed instance of it will do to prove a difference."""
        result: Any = Fraction(sum(map(ord, f.name)), 7)
        for k, part in enumerate(f.parts):
            x = self.scalar(part)
            wave = self.circle(self.plus(self.times(Fraction(13 + 4 * k, 10), x), Fraction(2, 5)))
            square = self.times(Fraction(1 + k, 3), self.times(x, x))
            result = self.plus(result, self.plus(wave[1], square))
        return result

    def _diff(self, f: F) -> Any:
        """By our own rules of differentiation, where the formula itself has a value too."""
        body, by = f.parts
        self.scalar(body)
        return self.scalar(differentiate(body, by.name))

    # -- matrices ----------------------------------------------------------------------

    @staticmethod
    def _fold(step: Any, values: list[Any]) -> Any:
        result = values[0]
        for value in values[1:]:
            result = step(result, value)
        return result

    def _each(self, step: Any, value: Any) -> Any:
        if isinstance(value, list):
            return [[step(e) for e in row] for row in value]
        return step(value)

    def _plus(self, a: Any, b: Any) -> Any:
        if isinstance(a, list) and isinstance(b, list):
            if (len(a), len(a[0])) != (len(b), len(b[0])):
                raise _UndefinedError
            pairs = zip(a, b, strict=True)
            return [[self.plus(x, y) for x, y in zip(r, s, strict=True)] for r, s in pairs]
        return self.plus(self._single(a), self._single(b))

    def _times(self, a: Any, b: Any) -> Any:
        if not isinstance(a, list):
            return self._each(lambda v: self.times(a, v), b)
        if not isinstance(b, list):
            return self._each(lambda v: self.times(v, b), a)
        if len(a[0]) != len(b):
            if len(a) == len(a[0]) == 1:
                return self._times(a[0][0], b)
            return self._times(a, self._single(b))
        columns = list(zip(*b, strict=True))
        return [
            [
                self._fold(self.plus, [self.times(x, y) for x, y in zip(row, col, strict=True)])
                for col in columns
            ]
            for row in a
        ]

    def _power(self, base: Any, exponent: Any) -> Any:
        if not isinstance(base, list):
            return self.power(base, exponent)
        if len(base) != len(base[0]):
            raise _UndefinedError
        times = int(exponent)
        if times < 0:
            base, times = self._inverse(base), -times
        result = self._unit(len(base))
        for _ in range(times):
            result = self._times(result, base)
        return result

    @staticmethod
    def _unit(n: int) -> list[list[Any]]:
        return [[Fraction(int(r == c)) for c in range(n)] for r in range(n)]

    def _matrix(self, f: F) -> Any:
        columns = int(f.name)
        entries = [self.scalar(p) for p in f.parts]
        return [entries[k : k + columns] for k in range(0, len(entries), columns)]

    def _T(self, f: F) -> Any:
        value = self.go(f.parts[0])
        return [list(r) for r in zip(*value, strict=True)] if isinstance(value, list) else value

    def _matrix_of(self, f: F) -> list[list[Any]]:
        """The one part of an operation on square matrices."""
        value = self.go(f.parts[0])
        if not isinstance(value, list) or len(value) != len(value[0]):
            raise _UndefinedError
        return value

    def _eye(self, f: F) -> Any:
        return self._unit(self.index(f.parts[0]))

    def _diag(self, f: F) -> Any:
        rows = self.go(f.parts[0])
        entries = rows[0] if len(rows) == 1 else [row[0] for row in rows]
        unit = self._unit(len(entries))
        return [[e if u else u for u in row] for e, row in zip(entries, unit, strict=True)]

    def _trace(self, f: F) -> Any:
        rows = self._matrix_of(f)
        return self._fold(self.plus, [row[k] for k, row in enumerate(rows)])

    def _det(self, f: F) -> Any:
        return self._minor(self._matrix_of(f))

    def _minor(self, rows: list[list[Any]]) -> Any:
        """The determinant, by permutations: no division, so no pivots to worry about."""
        if not rows:
            return Fraction(1)
        if len(rows) != len(rows[0]):
            raise _UndefinedError
        total: Any = Fraction(0)
        for k, factor in enumerate(rows[0]):
            rest = [row[:k] + row[k + 1 :] for row in rows[1:]]
            total = self.plus(
                total, self.times(self.times(Fraction((-1) ** k), factor), self._minor(rest))
            )
        return total

    def _inv(self, f: F) -> Any:
        value = self.go(f.parts[0])
        return self._inverse(value) if isinstance(value, list) else self.over(Fraction(1), value)

    def _inverse(self, rows: list[list[Any]]) -> list[list[Any]]:
        n, whole = len(rows), self._minor(rows)
        if n == 1:
            return [[self.over(Fraction(1), whole)]]
        out = []
        for r in range(n):
            out.append([])
            for c in range(n):
                rest = [row[:r] + row[r + 1 :] for k, row in enumerate(rows) if k != c]
                cofactor = self.times(Fraction((-1) ** (r + c)), self._minor(rest))
                out[-1].append(self.over(cofactor, whole))
        return out


class _Column(list[list[Any]]):
    """A vector, which takes one index even where it has one entry."""


class _Key:
    """Orders raw mpmath numbers."""

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def __lt__(self, other: _Key) -> bool:
        return bool(mpf_lt(self.raw, other.raw))

    def __gt__(self, other: _Key) -> bool:
        return bool(mpf_gt(self.raw, other.raw))


_ZERO = mpf_sub(fone, fone)


def column(values: list[Fraction]) -> list[list[Fraction]]:
    """A vector as the evaluator takes it."""
    return _Column([v] for v in values)


def evaluate(f: F, env: Env, prec: int = PRECISION) -> Any:
    """The value of a formula at a point: a number, rows of a matrix, or UNDEFINED.

    A matrix of which one entry is undefined is undefined as a whole, unless it is written
    out entry by entry.

    Raises:
        UnsureError: it cannot be told at this precision.

    >>> evaluate(div(num(1), num(0)), {})
    undefined
    """
    run = _Run(env, prec)
    try:
        if f.op == "matrix":
            columns = int(f.name)
            entries = [evaluate(p, env, prec) for p in f.parts]
            return [entries[k : k + columns] for k in range(0, len(entries), columns)]
        return run.go(f)
    except _UndefinedError:
        return UNDEFINED


def compare(left: F, right: F, env: Env, prec: int = PRECISION) -> str:
    """How the sides compare at a point.

    Returns:
        "skip" (the left has no value), "differ" (certain), "agree" (to forty digits or
        exactly) or "unsure".
    """
    try:
        a = evaluate(left, env, prec)
        if a is UNDEFINED:
            return "skip"
        b = evaluate(right, env, prec)
    except UnsureError:
        return "unsure"
    a, b = _as_rows(a), _as_rows(b)
    if b is UNDEFINED:
        if all(e is UNDEFINED for row in a for e in row):
            return "skip"
        return "differ"
    if (len(a), len(a[0])) != (len(b), len(b[0])):
        return "differ"
    verdicts = {
        _compare(x, y, prec) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True)
    }
    for verdict in ("differ", "unsure", "agree"):
        if verdict in verdicts:
            return verdict
    return "skip"


def _as_rows(value: Any) -> Any:
    return value if isinstance(value, list) or value is UNDEFINED else [[value]]


def _compare(a: Any, b: Any, prec: int) -> str:
    if a is UNDEFINED:
        return "skip"
    if b is UNDEFINED:
        return "differ"
    if type(a) is Fraction and type(b) is Fraction:
        return "agree" if a == b else "differ"
    x, y = _wide(a, prec), _wide(b, prec)
    if mpf_gt(x[0], y[1]) or mpf_gt(y[0], x[1]):
        return "differ"
    low, high = mpi_sub(x, y, prec)
    gap = mpf_sub(high, low)
    size = mpf_abs(x[1])
    limit = mpf_shift(size if mpf_ge(size, fone) else fone, -prec // 2)
    return "agree" if mpf_le(gap, limit) else "unsure"


def approximate(value: Any) -> str:
    """A value for people."""
    if type(value) is Fraction or value is UNDEFINED:
        return str(value)
    if isinstance(value, list):
        return "[" + "; ".join(", ".join(map(approximate, row)) for row in value) + "]"
    return f"{to_float(value[0]):.12g}"


# -- calculus ------------------------------------------------------------------------------


def differentiate(f: F, by: str) -> F:
    """The derivative of a smooth scalar formula by one of its names."""
    if f.op not in ("sum", "product") and by not in _names(f):
        return num(0)  # also where a root in it has no derivative of its own
    d = [differentiate(p, by) for p in f.parts] if f.op not in ("sum", "product", "entry") else []
    match f.op:
        case "num" | "pi" | "delta" | "entry":
            return num(0)
        case "var":
            return num(int(f.name == by))
        case "add":
            return add(*d)
        case "neg":
            return neg(d[0])
        case "mul":
            return add(
                *(
                    mul(*(d[j] if j == k else p for j, p in enumerate(f.parts)))
                    for k in range(len(d))
                )
            )
        case "div":
            u, v = f.parts
            return div(add(mul(d[0], v), neg(mul(u, d[1]))), power(v, 2))
        case "pow":
            base, exponent = f.parts
            if exponent.op == "num":
                less = num(exponent.value - 1)
                return mul(exponent, power(base, less), d[0])
            growth = add(mul(d[1], call("log", base)), div(mul(exponent, d[0]), base))
            return mul(f, growth)
        case "sum":
            body, low, high = f.parts
            return F("sum", (differentiate(body, by), low, high), f.name)
        case "call":
            return mul(_outer(f.name, f.parts[0]), d[0])
    raise AssertionError(f.op)


def _names(f: F) -> set[str]:
    """The names that stand in a formula."""
    own = {f.name} if f.op in ("var", "entry") else set()
    return own.union(*map(_names, f.parts))


def _outer(name: str, x: F) -> F:
    one = num(1)
    table = {
        "exp": lambda: call("exp", x),
        "log": lambda: div(one, x),
        "sqrt": lambda: div(one, mul(num(2), call("sqrt", x))),
        "sin": lambda: call("cos", x),
        "cos": lambda: neg(call("sin", x)),
        "tan": lambda: add(one, power(call("tan", x), 2)),
        "sinh": lambda: call("cosh", x),
        "cosh": lambda: call("sinh", x),
        "tanh": lambda: add(one, neg(power(call("tanh", x), 2))),
    }
    return table[name]()
