"""Rewritings that keep the meaning: laws of algebra, exponentials, sums, matrices.

Each takes a node and gives another one, or None where it does not apply. A row of
``LAWS`` says in which direction the set of points where the formula has a value may
change: "same", "grow" (allowed on the response) or "shrink" (allowed on the reference).
Every law is meant to hold; should one not, the oracle's certain differences overrule it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from tests.fuzz.formula import (
    F,
    add,
    call,
    delta,
    div,
    entry,
    free,
    ifeq,
    is_matrix,
    minus,
    mul,
    neg,
    num,
    power,
    replace,
    substitute,
    sum_,
    var,
    walk,
    weight,
)
from tests.fuzz.settings import Setting, nonnegative, nonzero, positive, total

__all__ = ["LAWS", "rewrite"]

Law = Callable[[F, Setting, random.Random], "F | None"]
LAWS: list[tuple[str, str, Law]] = []
ONE, TWO, ZERO, HALF = num(1), num(2), num(0), num("1/2")


def _law(direction: str) -> Callable[[Law], Law]:
    def keep(law: Law) -> Law:
        LAWS.append((law.__name__, direction, law))
        return law

    return keep


def exp(x: F) -> F:
    return call("exp", x)


def log(x: F) -> F:
    return call("log", x)


def _scalar(f: F, s: Setting) -> bool:
    return not is_matrix(f, s.matrices)


def _is_call(f: F, name: str) -> bool:
    return f.op == "call" and f.name == name


def _terms(f: F) -> list[F]:
    return list(f.parts) if f.op == "add" else [f]


def _factors(f: F) -> list[F]:
    return list(f.parts) if f.op == "mul" else [f]


def _leaf(s: Setting, rng: random.Random) -> F:
    """Some small scalar that is defined everywhere."""
    choices = [num(2), num(3), num("1/2")]
    choices += [var(n) for n in s.scalars]
    return rng.choice(choices)


# -- algebra -------------------------------------------------------------------------------


@_law("same")
def commute(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "add" or (f.op == "mul" and all(_scalar(p, s) for p in f.parts)):
        parts = list(f.parts)
        rng.shuffle(parts)
        return F(f.op, tuple(parts))
    return None


@_law("same")
def associate(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op in ("add", "mul", "matmul"):
        if len(f.parts) >= 3:
            cut = rng.randint(1, len(f.parts) - 2)
            inner = F(f.op, f.parts[cut : cut + 2])
            return F(f.op, (*f.parts[:cut], inner, *f.parts[cut + 2 :]))
        flat = [q for p in f.parts for q in (p.parts if p.op == f.op else (p,))]
        if len(flat) > len(f.parts):
            return F(f.op, tuple(flat))
    return None


@_law("same")
def distribute(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op not in ("mul", "matmul"):
        return None
    places = [k for k, p in enumerate(f.parts) if p.op == "add"]
    if not places:
        return None
    k = rng.choice(places)
    return add(*(F(f.op, (*f.parts[:k], t, *f.parts[k + 1 :])) for t in f.parts[k].parts))


@_law("same")
def factor_out(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op != "add" or not all(_scalar(p, s) for p in f.parts):
        return None
    lists = [_factors(t.parts[0] if t.op == "neg" else t) for t in f.parts]
    common = [x for x in lists[0] if all(x in other for other in lists[1:])]
    if not common:
        return None
    x = rng.choice(common)
    rest = []
    for term, factors in zip(f.parts, lists, strict=True):
        left = list(factors)
        left.remove(x)
        inner = mul(*left) if left else ONE
        rest.append(neg(inner) if term.op == "neg" else inner)
    return mul(x, add(*rest))


@_law("same")
def square_of_sum(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and f.parts[1] == TWO and f.parts[0].op == "add":
        a, *rest = f.parts[0].parts
        if _scalar(f.parts[0], s):
            b = add(*rest)
            return add(power(a, 2), mul(TWO, a, b), power(b, 2))
    return None


@_law("same")
def power_as_product(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and f.parts[1].op == "num" and _scalar(f.parts[0], s):
        n = f.parts[1].value
        if n.denominator == 1 and 2 <= n <= 6:
            m = rng.randint(1, int(n) - 1)
            base = f.parts[0]
            one = [base if k == 1 else power(base, k) for k in (m, int(n) - m)]
            return mul(*one)
    return None


@_law("same")
def negative_power(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and f.parts[1].op == "num" and f.parts[1].value < 0 and _scalar(f.parts[0], s):
        return div(ONE, F("pow", (f.parts[0], num(-f.parts[1].value))))
    return None


@_law("same")
def quotient_as_power(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "div":
        return mul(f.parts[0], power(f.parts[1], -1))
    return None


@_law("same")
def split_quotient(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "div" and f.parts[0].op == "add":
        return add(*(div(t, f.parts[1]) for t in f.parts[0].parts))
    if f.op == "div":
        return mul(f.parts[0], div(ONE, f.parts[1]))
    return None


@_law("same")
def common_denominator(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "add" and len(f.parts) >= 2 and all(_scalar(p, s) for p in f.parts):
        a, *rest = f.parts
        if a.op == "div":
            b = add(*rest)
            return div(add(a.parts[0], mul(b, a.parts[1])), a.parts[1])
    return None


@_law("same")
def nested_quotients(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "div" and f.parts[0].op == "div":
        return div(f.parts[0].parts[0], mul(f.parts[0].parts[1], f.parts[1]))
    return None


@_law("grow")
def flip_quotient(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "div" and f.parts[1].op == "div":
        return div(mul(f.parts[0], f.parts[1].parts[1]), f.parts[1].parts[0])
    return None


@_law("same")
def upside_down(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "div" and nonzero(f.parts[0], s) and _scalar(f, s):
        return div(ONE, div(f.parts[1], f.parts[0]))
    return None


@_law("same")
def cancel_common_exponential(f: F, s: Setting, rng: random.Random) -> F | None:
    """e^a / (e^a + r) is 1 / (1 + r/e^a)."""
    if f.op == "div" and _is_call(f.parts[0], "exp") and f.parts[1].op == "add":
        a = f.parts[0]
        parts = []
        for t in f.parts[1].parts:
            if t == a:
                parts.append(ONE)
            elif _is_call(t, "exp"):
                parts.append(exp(minus(t.parts[0], a.parts[0])))
            else:
                parts.append(mul(t, exp(neg(a.parts[0]))))
        return div(ONE, add(*parts))
    return None


@_law("same")
def minus_outside(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "add":
        return neg(add(*(t.parts[0] if t.op == "neg" else neg(t) for t in f.parts)))
    if f.op == "neg" and f.parts[0].op == "add":
        return add(*(neg(t) for t in f.parts[0].parts))
    if f.op == "neg":
        return mul(num(-1), f.parts[0])
    if f.op == "div" and _scalar(f, s):
        return div(neg(f.parts[0]), neg(f.parts[1]))
    return None


@_law("same")
def add_nothing(f: F, s: Setting, rng: random.Random) -> F | None:
    if not _scalar(f, s):
        return None
    x = _leaf(s, rng)
    match rng.randrange(4):
        case 0:
            return add(f, ZERO)
        case 1:
            return mul(f, ONE)
        case 2:
            return add(f, x, neg(x))
        case _:
            y = add(power(x, 2), ONE)
            return div(mul(f, y), y)


@_law("shrink")
def times_itself_over_itself(f: F, s: Setting, rng: random.Random) -> F | None:
    if not _scalar(f, s):
        return None
    x = _leaf(s, rng)
    return div(mul(f, x), x)


@_law("same")
def number_apart(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "num" and f.value and len(f.name) < 8:
        v = f.value
        match rng.randrange(3):
            case 0:
                return add(num(v - 1), ONE)
            case 1:
                return mul(num(v / 2), TWO)
            case _:
                if v > 0:
                    return call("sqrt", num(v * v))
    return None


@_law("same")
def difference_of_squares(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "add" and len(f.parts) == 2 and f.parts[1].op == "neg":
        a, b = f.parts[0], f.parts[1].parts[0]
        if all(p.op == "pow" and p.parts[1] == TWO and _scalar(p, s) for p in (a, b)):
            return mul(minus(a.parts[0], b.parts[0]), add(a.parts[0], b.parts[0]))
    return None


# -- exponentials, logarithms, roots -------------------------------------------------------


@_law("same")
def exponential_law(f: F, s: Setting, rng: random.Random) -> F | None:
    if _is_call(f, "exp"):
        u = f.parts[0]
        if u.op == "add":
            return mul(*(exp(t) for t in u.parts))
        if u.op == "neg":
            return div(ONE, exp(u.parts[0]))
        if u.op == "sum":
            return F("product", (exp(u.parts[0]), *u.parts[1:]), u.name)
        if u.op == "mul" and u.parts[0].op == "num" and u.parts[0].value in (2, 3, -1, -2):
            return F("pow", (exp(mul(*u.parts[1:])), u.parts[0]))
        return power(exp(mul(HALF, u)), 2)
    if f.op == "mul":
        powers = [p for p in f.parts if _is_call(p, "exp")]
        if len(powers) >= 2:
            rest = [p for p in f.parts if not _is_call(p, "exp")]
            return mul(*rest, exp(add(*(p.parts[0] for p in powers))))
    return None


@_law("same")
def logarithm_law(f: F, s: Setting, rng: random.Random) -> F | None:
    if not _is_call(f, "log"):
        return None
    u = f.parts[0]
    if u.op == "mul" and all(positive(p, s) for p in u.parts):
        return add(*(log(p) for p in u.parts))
    if u.op == "div" and all(positive(p, s) for p in u.parts):
        return minus(log(u.parts[0]), log(u.parts[1]))
    if u.op == "pow" and positive(u.parts[0], s):
        return mul(u.parts[1], log(u.parts[0]))
    if _is_call(u, "exp"):
        return u.parts[0]
    if _is_call(u, "sqrt") and positive(u.parts[0], s):
        return mul(HALF, log(u.parts[0]))
    if u.op == "num" and u.value.denominator == 1:
        for p in (2, 3, 5):
            if u.value % p == 0:
                return add(log(num(p)), log(num(u.value / p)))
    if u.op == "num" and u.value > 0:
        return minus(log(num(u.value.numerator)), log(num(u.value.denominator)))
    return neg(log(div(ONE, u)))


@_law("grow")
def logarithm_of_a_product(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "add" and len(f.parts) == 2:
        a, b = f.parts
        if _is_call(a, "log") and _is_call(b, "log"):
            return log(mul(a.parts[0], b.parts[0]))
        if _is_call(a, "log") and b.op == "neg" and _is_call(b.parts[0], "log"):
            return log(div(a.parts[0], b.parts[0].parts[0]))
    if f.op == "mul" and len(f.parts) == 2 and _is_call(f.parts[1], "log"):
        return log(F("pow", (f.parts[1].parts[0], f.parts[0])))
    return None


@_law("grow")
def exponential_of_a_logarithm(f: F, s: Setting, rng: random.Random) -> F | None:
    if _is_call(f, "exp"):
        u = f.parts[0]
        if _is_call(u, "log"):
            return u.parts[0]
        if u.op == "mul" and _is_call(u.parts[-1], "log"):
            return F("pow", (u.parts[-1].parts[0], mul(*u.parts[:-1])))
    return None


@_law("same")
def through_the_logarithm(f: F, s: Setting, rng: random.Random) -> F | None:
    if _scalar(f, s) and positive(f, s):
        return exp(log(f)) if rng.random() < 0.7 else power(call("sqrt", f), 2)
    if _scalar(f, s) and weight(f) < 12 and rng.random() < 0.3:
        return log(exp(f))
    return None


@_law("same")
def root_law(f: F, s: Setting, rng: random.Random) -> F | None:
    if _is_call(f, "sqrt"):
        u = f.parts[0]
        if u.op == "pow" and u.parts[1] == TWO:
            return call("abs", u.parts[0])
        if u.op == "mul" and nonnegative(u.parts[0], s):
            rest = mul(*u.parts[1:])
            if positive(u.parts[0], s):
                return mul(call("sqrt", u.parts[0]), call("sqrt", rest))
        if u.op == "div" and positive(u.parts[1], s):
            return div(call("sqrt", u.parts[0]), call("sqrt", u.parts[1]))
        if u.op == "num" and u.value.denominator == 1:
            for p in (2, 3):
                if u.value % (p * p) == 0:
                    return mul(num(p), call("sqrt", num(u.value / (p * p))))
        return F("pow", (u, HALF))
    if f.op == "pow" and f.parts[1] == HALF:
        return call("sqrt", f.parts[0])
    if f.op == "pow" and f.parts[1] == num("3/2"):
        return mul(f.parts[0], call("sqrt", f.parts[0]))
    return None


@_law("grow")
def rationalise(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "div" and _is_call(f.parts[1], "sqrt"):
        u = f.parts[1].parts[0]
        if f.parts[0] == u:
            return f.parts[1]
        return div(mul(f.parts[0], f.parts[1]), u)
    return None


@_law("same")
def rationalise_a_sum(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "div" and f.parts[1].op == "add" and len(f.parts[1].parts) == 2:
        a, b = f.parts[1].parts
        if a.op == "num" and not free(b) and any(_is_call(g, "sqrt") for _, g in walk(b)):
            return div(mul(f.parts[0], minus(a, b)), minus(power(a, 2), power(b, 2)))
    return None


@_law("grow")
def square_of_a_root(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and f.parts[1] == TWO and _is_call(f.parts[0], "sqrt"):
        return f.parts[0].parts[0]
    if f.op == "mul" and len(f.parts) == 2:
        a, b = f.parts
        if _is_call(a, "sqrt") and _is_call(b, "sqrt"):
            return call("sqrt", mul(a.parts[0], b.parts[0]))
    return None


@_law("same")
def power_law(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and _scalar(f.parts[0], s):
        base, n = f.parts
        if positive(base, s) and n.op != "num":
            return exp(mul(n, log(base)))
        if base.op == "mul" and n.op == "num" and n.value.denominator == 1:
            return mul(*(F("pow", (p, n)) for p in base.parts))
        if base.op == "div" and n.op == "num" and n.value.denominator == 1 and n.value > 0:
            return div(F("pow", (base.parts[0], n)), F("pow", (base.parts[1], n)))
    return None


# -- functions -----------------------------------------------------------------------------


@_law("same")
def hyperbolic(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op != "call" or f.name not in ("tanh", "sinh", "cosh"):
        return None
    u = f.parts[0]
    up, down = exp(u), exp(neg(u))
    if f.name == "sinh":
        return div(minus(up, down), TWO)
    if f.name == "cosh":
        return div(add(up, down), TWO)
    return rng.choice(
        (
            div(minus(up, down), add(up, down)),
            minus(div(TWO, add(ONE, exp(mul(num(-2), u)))), ONE),
            minus(ONE, div(TWO, add(exp(mul(TWO, u)), ONE))),
            div(call("sinh", u), call("cosh", u)),
            div(minus(exp(mul(TWO, u)), ONE), add(exp(mul(TWO, u)), ONE)),
            neg(call("tanh", neg(u))),
        )
    )


@_law("same")
def logistic(f: F, s: Setting, rng: random.Random) -> F | None:
    """1/(1+e^-u) in its other forms."""
    if f.op == "div" and f.parts[0] == ONE and f.parts[1].op == "add":
        bottom = f.parts[1].parts
        if len(bottom) == 2 and bottom[0] == ONE and _is_call(bottom[1], "exp"):
            u = bottom[1].parts[0]
            u = u.parts[0] if u.op == "neg" else neg(u)
            return rng.choice(
                (
                    div(exp(u), add(ONE, exp(u))),
                    div(add(ONE, call("tanh", div(u, TWO))), TWO),
                    minus(ONE, div(ONE, add(ONE, exp(u)))),
                    div(exp(div(u, TWO)), add(exp(div(u, TWO)), exp(neg(div(u, TWO))))),
                )
            )
    return None


@_law("same")
def trigonometric(f: F, s: Setting, rng: random.Random) -> F | None:
    if f == ONE and s.scalars and rng.random() < 0.3:
        x = _leaf(s, rng)
        return rng.choice(
            (
                add(power(call("sin", x), 2), power(call("cos", x), 2)),
                minus(power(call("cosh", x), 2), power(call("sinh", x), 2)),
            )
        )
    if f.op == "call" and f.name in ("sin", "cos", "tan"):
        u = f.parts[0]
        if f.name == "tan":
            return div(call("sin", u), call("cos", u))
        if f.name == "sin":
            h = div(u, TWO)
            return mul(TWO, call("sin", h), call("cos", h))
        return minus(ONE, mul(TWO, power(call("sin", div(u, TWO)), 2)))
    return None


@_law("same")
def kink(f: F, s: Setting, rng: random.Random) -> F | None:
    if _is_call(f, "abs"):
        u = f.parts[0]
        choices = [call("max", u, neg(u)), call("sqrt", power(u, 2)), call("abs", neg(u))]
        if u.op in ("mul", "div"):
            choices.append(F(u.op, tuple(call("abs", p) for p in u.parts)))
        return rng.choice(choices)
    if f.op == "call" and f.name in ("max", "min") and len(f.parts) == 2:
        a, b = f.parts
        half_gap = call("abs", minus(a, b))
        sign = add(a, b, half_gap if f.name == "max" else neg(half_gap))
        other = "min" if f.name == "max" else "max"
        return rng.choice(
            (
                div(sign, TWO),
                neg(call(other, neg(a), neg(b))),
                call(f.name, b, a),
                minus(add(a, b), call(other, a, b)),
                add(b, call(f.name, minus(a, b), ZERO)),
            )
        )
    return None


# -- sums and indices ----------------------------------------------------------------------


def _fresh(*formulas: F) -> str:
    used = set().union(*(free(f) for f in formulas))
    used |= {g.name for f in formulas for _, g in walk(f) if g.op in ("sum", "product")}
    return next(n for n in "kmnpqrsuv" if n + "1" not in used) + "1"


@_law("same")
def rename_bound_index(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op in ("sum", "product"):
        body, low, high = f.parts
        new = _fresh(f)
        return F(f.op, (substitute(body, f.name, var(new)), low, high), new)
    return None


@_law("same")
def split_sum(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "sum" and f.parts[0].op == "add":
        return add(*(F("sum", (t, *f.parts[1:]), f.name) for t in f.parts[0].parts))
    if f.op == "sum" and f.parts[0].op == "neg":
        return neg(F("sum", (f.parts[0].parts[0], *f.parts[1:]), f.name))
    if f.op == "sum" and f.parts[0].op == "mul":
        outside = [p for p in f.parts[0].parts if f.name not in free(p)]
        inside = [p for p in f.parts[0].parts if f.name in free(p)]
        if outside and inside and _full(f) and all(_scalar(p, s) for p in outside):
            return mul(*outside, F("sum", (mul(*inside), *f.parts[1:]), f.name))
    return None


def _full(f: F) -> bool:
    low, high = f.parts[1:]
    return low == ONE and high.op == "var"


@_law("same")
def into_the_sum(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "mul" and all(_scalar(p, s) for p in f.parts):
        for k, p in enumerate(f.parts):
            if p.op == "sum" and _full(p):
                new = _fresh(f)
                rest = (*f.parts[:k], *f.parts[k + 1 :])
                body = mul(*rest, substitute(p.parts[0], p.name, var(new)))
                return F("sum", (body, *p.parts[1:]), new)
    if f.op == "div" and f.parts[0].op == "sum" and _full(f.parts[0]):
        p, new = f.parts[0], _fresh(f)
        body = div(substitute(p.parts[0], p.name, var(new)), f.parts[1])
        return F("sum", (body, *p.parts[1:]), new)
    return None


@_law("same")
def merge_sums(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "add" and len(f.parts) == 2 and all(p.op == "sum" for p in f.parts):
        a, b = f.parts
        if a.parts[1:] == b.parts[1:]:
            new = _fresh(f)
            body = add(*(substitute(p.parts[0], p.name, var(new)) for p in (a, b)))
            return F("sum", (body, *a.parts[1:]), new)
    return None


@_law("same")
def first_or_last_term_apart(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op in ("sum", "product") and _full(f):
        body, low, high = f.parts
        join = add if f.op == "sum" else mul
        if rng.random() < 0.5:
            return join(substitute(body, f.name, ONE), F(f.op, (body, TWO, high), f.name))
        less = minus(high, ONE)
        return join(F(f.op, (body, low, less), f.name), substitute(body, f.name, high))
    return None


@_law("same")
def shift_or_reverse(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op in ("sum", "product"):
        body, low, high = f.parts
        new = _fresh(f)
        if rng.random() < 0.5:
            by = num(rng.choice((1, 2, -1)))
            moved = substitute(body, f.name, minus(var(new), by))
            return F(f.op, (moved, add(low, by), add(high, by)), new)
        turned = substitute(body, f.name, minus(add(low, high), var(new)))
        return F(f.op, (turned, low, high), new)
    return None


@_law("same")
def exchange_sums(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "sum" and f.parts[0].op == "sum":
        inner = f.parts[0]
        outer_range, inner_range = f.parts[1:], inner.parts[1:]
        if f.name not in set().union(*(free(p) for p in inner_range)) and f.name != inner.name:
            return F(
                "sum", (F("sum", (inner.parts[0], *outer_range), f.name), *inner_range), inner.name
            )
    return None


@_law("same")
def square_of_a_sum_as_double_sum(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and f.parts[1] == TWO and f.parts[0].op == "sum" and _full(f.parts[0]):
        p = f.parts[0]
        other = substitute(p.parts[0], p.name, var("q2"))
        inner = F("sum", (mul(p.parts[0], other), *p.parts[1:]), "q2")
        return F("sum", (inner, *p.parts[1:]), p.name)
    return None


@_law("same")
def delta_forms(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "delta":
        a, b = f.parts
        return rng.choice((delta(b, a), ifeq(a, b, ONE, ZERO), power(f, 2)))
    if f.op == "ifeq":
        a, b, same, other = f.parts
        choices = [ifeq(b, a, same, other)]
        if total(same, s) and total(other, s):
            choices.append(add(mul(delta(a, b), same), mul(minus(ONE, delta(a, b)), other)))
            choices.append(add(other, mul(delta(a, b), minus(same, other))))
        if a.op == "var" and b.op == "var":
            choices.append(ifeq(a, b, substitute(same, a.name, b), other))
        return rng.choice(choices)
    return None


@_law("same")
def delta_moves_an_index(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "mul" and all(_scalar(p, s) and total(p, s) for p in f.parts):
        for p in f.parts:
            if p.op == "delta" and all(q.op == "var" for q in p.parts):
                a, b = p.parts if rng.random() < 0.5 else p.parts[::-1]
                return mul(*(p if q is p else substitute(q, a.name, b) for q in f.parts))
    return None


@_law("same")
def entry_as_sum_with_delta(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "entry" and len(f.parts) == 1 and f.parts[0].op == "var" and f.name in s.names:
        size = s.shape(f.name)[0]
        if size.isidentifier() and f.parts[0].name in s.indices:
            inner = mul(delta(f.parts[0], var("r3")), entry(f.name, var("r3")))
            return sum_(inner, "r3", ONE, var(size))
    return None


@_law("same")
def simplex_sums_to_one(f: F, s: Setting, rng: random.Random) -> F | None:
    simplex = [n for n in s.names if s.kind(n) == "simplex"]
    if f == ONE and simplex:
        name = rng.choice(simplex)
        return sum_(entry(name, var("s4")), "s4", ONE, var(s.shape(name)[0]))
    return None


@_law("same")
def cases_out_of(f: F, s: Setting, rng: random.Random) -> F | None:
    """Any scalar, by cases of two indices."""
    pairs = [(a, b) for a in s.indices for b in s.indices if a < b and s.names[a] == s.names[b]]
    if pairs and _scalar(f, s) and 3 < weight(f) < 30 and f.op != "ifeq" and rng.random() < 0.5:
        a, b = rng.choice(pairs)
        bound = {g.name for _, g in walk(f) if g.op in ("sum", "product")}
        if not bound & {a, b}:
            return ifeq(var(a), var(b), substitute(f, a, var(b)), f)
    return None


# -- matrices ------------------------------------------------------------------------------


@_law("same")
def transposed(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "T":
        inner = f.parts[0]
        if inner.op == "matmul":
            return F("matmul", tuple(F("T", (p,)) for p in reversed(inner.parts)))
        if inner.op == "add":
            return add(*(F("T", (p,)) for p in inner.parts))
        if inner.op == "T":
            return inner.parts[0]
        if inner.op == "matrix":
            columns = int(inner.name)
            rows = [inner.parts[k : k + columns] for k in range(0, len(inner.parts), columns)]
            parts = tuple(e for column in zip(*rows, strict=True) for e in column)
            return F("matrix", parts, str(len(rows)))
    if f.op == "matmul":
        return F("T", (F("matmul", tuple(F("T", (p,)) for p in reversed(f.parts))),))
    if f.op == "var" and f.name in s.matrices and s.kind(f.name) in ("matrix", "vector"):
        return F("T", (F("T", (f,)),))
    return None


@_law("same")
def unit_matrix(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "var" and f.name in s.matrices and s.kind(f.name) == "matrix":
        word = s.shape(f.name)[1]
        size = num(word) if word.isdigit() else var(word)
        return F("matmul", (f, F("eye", (size,))))
    return None


@_law("same")
def inverse_written_out(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "inv" and f.parts[0].op == "matrix" and f.parts[0].name == "2":
        a, b, c, d = f.parts[0].parts
        det = minus(mul(a, d), mul(b, c))
        return F("matrix", tuple(div(p, det) for p in (d, neg(b), neg(c), a)), "2")
    if f.op == "inv" and f.parts[0].op == "matmul" and len(f.parts[0].parts) == 2:
        return None  # the factors of a product need not be square
    return None


@_law("same")
def product_written_out(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "matmul" and len(f.parts) == 2 and all(p.op == "matrix" for p in f.parts):
        a, b = f.parts
        m, n = int(a.name), int(b.name)
        rows = [a.parts[k : k + m] for k in range(0, len(a.parts), m)]
        columns = [b.parts[k::n] for k in range(n)]
        entries = tuple(
            add(*(mul(x, y) for x, y in zip(r, c, strict=True))) for r in rows for c in columns
        )
        return F("matrix", entries, str(n))
    return None


@_law("same")
def determinant_written_out(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "det" and f.parts[0].op == "matrix" and f.parts[0].name == "2":
        a, b, c, d = f.parts[0].parts
        return minus(mul(a, d), mul(b, c))
    if f.op == "trace" and f.parts[0].op == "matmul":
        first, *rest = f.parts[0].parts
        return F("trace", (F("matmul", (*rest, first)),))
    return None


@_law("same")
def matrix_square(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and f.parts[1] == TWO and not _scalar(f.parts[0], s):
        return F("matmul", (f.parts[0], f.parts[0]))
    return None


# -- through SymPy -------------------------------------------------------------------------


def through_sympy(f: F, s: Setting, rng: random.Random) -> F | None:
    """A small scalar formula through expand, factor, together or cancel.

    SymPy simplifies as it reads, so values may appear where there were none: "grow".
    """
    import sympy

    known = {"num", "var", "add", "mul", "neg", "div", "pow", "call"}
    names = {"exp", "log", "sqrt", "tanh", "sin", "cos", "sinh", "cosh"}
    if weight(f) > 40 or not all(
        g.op in known and (g.op != "call" or g.name in names) for _, g in walk(f)
    ):
        return None
    if not free(f) <= set(s.scalars):
        return None
    try:
        made = _to_sympy(f, sympy)
        if rng.random() < 0.3:
            made = sympy.together(made)
        else:
            step = rng.choice((sympy.expand, sympy.factor, sympy.cancel, sympy.together))
            made = step(made)
        return _from_sympy(made, sympy)
    except (sympy.SympifyError, sympy.PolynomialError, ValueError, TypeError, RecursionError):
        return None


def _to_sympy(f: F, sympy: object) -> object:
    import sympy as sp

    parts = [_to_sympy(p, sympy) for p in f.parts]
    match f.op:
        case "num":
            return sp.Rational(f.name)
        case "var":
            return sp.Symbol(f.name, real=True)
        case "add":
            return sp.Add(*parts)
        case "mul":
            return sp.Mul(*parts)
        case "neg":
            return -parts[0]
        case "div":
            return parts[0] / parts[1]
        case "pow":
            return parts[0] ** parts[1]
    return getattr(sp, f.name)(*parts)


def _from_sympy(e: object, sympy: object) -> F | None:
    import sympy as sp

    if isinstance(e, sp.Rational):
        return num(Fraction(int(e.p), int(e.q)))
    if isinstance(e, sp.Symbol):
        return var(e.name)
    if e is sp.E:
        return exp(ONE)
    if not isinstance(e, sp.Add | sp.Mul | sp.Pow | sp.Function):
        return None
    parts = [_from_sympy(p, sympy) for p in e.args]
    if any(p is None for p in parts):
        return None
    good = tuple(p for p in parts if p is not None)
    if isinstance(e, sp.Add | sp.Mul):
        return F("add" if isinstance(e, sp.Add) else "mul", good)
    if isinstance(e, sp.Pow):
        return F("pow", good)
    name = type(e).__name__
    known = ("exp", "log", "tanh", "sin", "cos", "sinh", "cosh")
    return call(name.lower(), *good) if name in known or name == "Abs" else None


def rewrite(
    f: F, s: Setting, rng: random.Random, steps: int, *, side: str, most: int = 220
) -> tuple[F, list[str]]:
    """The formula after some laws applied at random places.

    Args:
        side: "right" (laws that keep or widen where there is a value) or "left".
        most: nodes; laws that would pass this are not applied.

    Returns:
        The formula and the names of the laws.
    """
    allowed = [
        (n, law) for n, way, law in LAWS if way == "same" or (way == "grow") == (side == "right")
    ]
    done: list[str] = []
    for _ in range(steps):
        places = list(walk(f))
        # Laws before places: one that seldom applies is used where it does.
        for name, law in rng.sample(allowed, len(allowed)):
            made = _somewhere(f, law, rng.sample(places, min(len(places), 30)), s, rng)
            if made is not None and weight(made) <= most:
                f = made
                done.append(name)
                break
    if side == "right" and rng.random() < 0.02:
        changed = through_sympy(f, s, rng)
        if changed is not None:
            f = changed
            done.append("through_sympy")
    return f, done


def _somewhere(
    f: F, law: Law, places: list[tuple[tuple[int, ...], F]], s: Setting, rng: random.Random
) -> F | None:
    """The formula with a law applied at the first of the places where it can be."""
    for path, node in places:
        if not _placed_badly(f, path, node):
            new = law(node, s, rng)
            if new is not None:
                return replace(f, path, new)
    return None


def _placed_badly(f: F, path: tuple[int, ...], new: F) -> bool:
    """Whether a place takes only an index, a bound or a variable, which stay as they are."""
    for k in path:
        if f.op in ("entry", "delta", "eye"):
            return True
        if f.op == "ifeq" and k < 2:
            return True
        if f.op in ("sum", "product") and k > 0:
            return True
        if f.op == "diff":
            return True
        if f.op == "pow" and k == 1 and f.parts[1].op == "num":
            return True
        f = f.parts[k]
    return False
