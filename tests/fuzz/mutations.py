"""Changes of meaning: the slips students make, and differences that hardly show.

A mutation gives the changed formula and hints where the change may show. It need not change
the meaning (``x*y`` with its indices swapped): whether it did is for the oracle to prove.
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
    minus,
    mul,
    neg,
    num,
    power,
    replace,
    substitute,
    var,
    walk,
)
from tests.fuzz.rewrites import _placed_badly, _scalar
from tests.fuzz.settings import Hint, Setting, total

__all__ = ["CORNERS", "SLIPS", "mutate"]

Slip = Callable[[F, Setting, random.Random], "F | None"]
Corner = Callable[[F, Setting, random.Random], "tuple[F, tuple[Hint, ...]] | None"]
SLIPS: dict[str, Slip] = {}
CORNERS: dict[str, Corner] = {}


def _slip(law: Slip) -> Slip:
    SLIPS[law.__name__] = law
    return law


def _corner(law: Corner) -> Corner:
    CORNERS[law.__name__] = law
    return law


# -- anywhere in the tree --------------------------------------------------------------------


@_slip
def sign(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "neg":
        return f.parts[0]
    if f.op == "add":
        k = rng.randrange(len(f.parts))
        t = f.parts[k]
        return replace(f, (k,), t.parts[0] if t.op == "neg" else neg(t))
    return neg(f)


@_slip
def factor(f: F, s: Setting, rng: random.Random) -> F | None:
    return mul(num(rng.choice(("2", "1/2", "-1", "3", "10"))), f)


@_slip
def tiny_factor(f: F, s: Setting, rng: random.Random) -> F | None:
    return mul(num(1 + Fraction(1, 10 ** rng.choice((3, 6, 9, 12, 20)))), f)


@_slip
def tiny_term(f: F, s: Setting, rng: random.Random) -> F | None:
    if _scalar(f, s):
        return add(f, num(Fraction(1, 10 ** rng.choice((3, 6, 9, 12, 20, 40)))))
    return None


@_slip
def tiny_multiple_of_a_name(f: F, s: Setting, rng: random.Random) -> F | None:
    if _scalar(f, s) and s.scalars:
        return add(f, mul(num(Fraction(1, 10 ** rng.choice((6, 9)))), var(rng.choice(s.scalars))))
    return None


@_slip
def number(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "num":
        return num(f.value + rng.choice((1, -1, Fraction(1, 2), Fraction(1, 10**9))))
    return None


@_slip
def decimals(f: F, s: Setting, rng: random.Random) -> F | None:
    """A fraction or surd rounded to a few decimals."""
    if f.op == "num" and f.value.denominator > 2:
        return num(Fraction(round(f.value * 10**9), 10**9))
    if f.op == "call" and f.name == "sqrt" and f.parts[0].op == "num" and f.parts[0].value > 0:
        return num(Fraction(round(float(f.parts[0].value) ** 0.5 * 10**8), 10**8))
    return None


@_slip
def dropped(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op in ("add", "mul"):
        k = rng.randrange(len(f.parts))
        rest = f.parts[:k] + f.parts[k + 1 :]
        return F(f.op, rest) if len(rest) > 1 else rest[0]
    if f.op == "div" and _scalar(f, s):
        return f.parts[0]
    return None


@_slip
def exponent(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "pow" and f.parts[1].op == "num" and _scalar(f, s):
        return F("pow", (f.parts[0], num(f.parts[1].value + rng.choice((1, -1, 2)))))
    if f.op in ("add", "var", "call", "entry") and _scalar(f, s):
        return power(f, 2)
    return None


@_slip
def function(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op != "call":
        return None
    if f.name in ("max", "min"):
        return F("call", f.parts, "min" if f.name == "max" else "max")
    other = {
        "exp": ("cosh", "sinh"),
        "log": ("sqrt",),
        "sqrt": ("log", "abs"),
        "abs": ("exp",),
        "tanh": ("sin", "sinh"),
        "sin": ("cos", "tanh"),
        "cos": ("sin", "cosh"),
        "sinh": ("tanh", "cosh"),
        "cosh": ("sinh", "exp"),
        "tan": ("tanh", "sin"),
        "sign": ("tanh",),
    }
    return call(rng.choice(other[f.name]), *f.parts)


@_slip
def without_function(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "call" and len(f.parts) == 1:
        return f.parts[0]
    return None


@_slip
def operation(f: F, s: Setting, rng: random.Random) -> F | None:
    if not _scalar(f, s):
        return None
    if f.op == "mul":
        return add(*f.parts)
    if f.op == "div":
        return mul(*f.parts) if rng.random() < 0.5 else div(f.parts[1], f.parts[0])
    if f.op == "add" and len(f.parts) == 2:
        return mul(*f.parts)
    return None


@_slip
def index(f: F, s: Setting, rng: random.Random) -> F | None:
    """An index that should be another one of the same range."""
    if f.op in ("entry", "delta"):
        here = [k for k, p in enumerate(f.parts) if p.op == "var"]
        if not here:
            return None
        k = rng.choice(here)
        kinds = {n: s.names[n] for n in s.indices}
        name = f.parts[k].name
        wanted = kinds.get(name)
        if wanted is None and f.op == "entry" and f.name in s.names:
            shape = s.shape(f.name)
            wanted = f"index {shape[k]}" if k < len(shape) else None
        others = [n for n, kind in kinds.items() if n != name and kind == wanted]
        return replace(f, (k,), var(rng.choice(others))) if others else None
    return None


@_slip
def swapped_names(f: F, s: Setting, rng: random.Random) -> F | None:
    names = [n for n in s.scalars if s.names[n] == "real"]
    if f.op == "var" and f.name in names and len(names) > 1:
        return var(rng.choice([n for n in names if n != f.name]))
    return None


@_slip
def bounds(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op in ("sum", "product"):
        body, low, high = f.parts
        if rng.random() < 0.6:
            return F(f.op, (body, low, minus(high, num(1))), f.name)
        return F(f.op, (body, add(low, num(1)), high), f.name)
    return None


@_slip
def sum_forgotten(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "sum":
        same = [n for n in s.indices if s.names[n] == "index K"]
        if same and f.parts[2] == var("K"):
            return substitute(f.parts[0], f.name, var(rng.choice(same)))
    return None


@_slip
def delta_forgotten(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "delta":
        return num(rng.choice((0, 1)))
    if f.op == "ifeq":
        a, b, same, other = f.parts
        return rng.choice((same, other, F("ifeq", (a, b, other, same))))
    return None


@_slip
def transpose(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "T":
        return f.parts[0]
    if f.op == "matmul":
        return F("matmul", tuple(reversed(f.parts)))
    if f.op == "matrix" or (f.op == "var" and f.name in s.matrices):
        return F("T", (f,))
    if f.op == "inv":
        return f.parts[0]
    return None


@_slip
def matrix_entry(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op == "matrix":
        k = rng.randrange(len(f.parts))
        p = f.parts[k]
        return replace(f, (k,), rng.choice((neg(p), add(p, num(1)), num(0))))
    return None


@_slip
def undefined_at_negatives(f: F, s: Setting, rng: random.Random) -> F | None:
    if f.op in ("var", "entry") and _scalar(f, s):
        return rng.choice(
            (
                call("exp", call("log", f)),
                power(call("sqrt", f), 2),
                call("sqrt", power(f, 2)),
                call("abs", f),
                call("log", call("exp", call("abs", f))),
                div(power(f, 2), f),
            )
        )
    return None


@_slip
def root_of_a_square(f: F, s: Setting, rng: random.Random) -> F | None:
    if _scalar(f, s) and f.op in ("add", "mul", "neg", "div"):
        return rng.choice((call("sqrt", power(f, 2)), call("abs", f), power(call("sqrt", f), 2)))
    return None


# -- at the root, showing in few places ------------------------------------------------------


def _place(s: Setting, name: str, rng: random.Random) -> Fraction:
    domain = s.domain(name).split()
    if len(domain) == 2:
        low, high = map(Fraction, domain)
        return low + (high - low) * Fraction(rng.randint(1, 7), 8)
    value = Fraction(rng.choice(("1", "2", "1/2", "3", "3/7", "5/4", "7/3", "12", "1/10", "9/8")))
    return value if domain or rng.random() < 0.6 else -value


@_corner
def bump(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """A difference on a short interval around a number."""
    if not s.scalars or not _scalar(f, s):
        return None
    name = rng.choice(s.scalars)
    c = _place(s, name, rng)
    width = num(rng.choice(("1/100", "1/1000", "1/10", "1/1000000")))
    hill = call("max", num(0), minus(width, call("abs", minus(var(name), num(c)))))
    return add(f, hill), ({name: c},)


@_corner
def bump_of_two(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    if len(s.scalars) < 2 or not _scalar(f, s):
        return None
    a, b = rng.sample(s.scalars, 2)
    p, q = _place(s, a, rng), _place(s, b, rng)
    gap = add(call("abs", minus(var(a), num(p))), call("abs", minus(var(b), num(q))))
    return add(f, call("max", num(0), minus(num("1/100"), gap))), ({a: p, b: q},)


@_corner
def hole(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """No value at one point."""
    if not s.scalars or not _scalar(f, s):
        return None
    name = rng.choice(s.scalars)
    c = _place(s, name, rng)
    gap = minus(var(name), num(c))
    made = rng.choice(
        (
            div(mul(f, gap), gap),
            add(f, mul(num(0), div(num(1), gap))),
            add(f, mul(num(0), call("log", power(gap, 2)))),
            mul(f, power(div(gap, gap), 2)),
        )
    )
    return made, ({name: c},)


@_corner
def one_side(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """A difference, or no value, beyond a number."""
    if not s.scalars or not _scalar(f, s):
        return None
    name = rng.choice(s.scalars)
    x = var(name)
    c = Fraction(rng.choice(("0", "0", "1", "-1", "5", "10", "30", "100", "1000")))
    away = minus(x, num(c)) if rng.random() < 0.6 else neg(add(x, num(c)))
    made = rng.choice(
        (
            add(f, call("max", num(0), away)),
            add(f, minus(call("abs", away), neg(away))),
            add(f, mul(num(0), call("log", neg(away)))),
            add(f, mul(num(0), call("sqrt", neg(away)))),
        )
    )
    at = c + 1 if away.op == "add" else -c - 1
    return made, ({name: at}, {name: at * 3})


@_corner
def one_place(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """A difference at one value of an index, at the last place, or at some size."""
    if not s.indices or not _scalar(f, s):
        return None
    name = rng.choice(s.indices)
    if not s.names[name].startswith("index K"):
        return None
    where = rng.choice((num(1), num(2), num(3), num(4), var("K"), num(5)))
    hints: tuple[Hint, ...] = ({"K": Fraction(4), name: Fraction(4)},)
    if where.op == "num":
        hints = ({"K": max(where.value, Fraction(2)), name: where.value},)
    return add(f, delta(var(name), where)), hints


@_corner
def later_sizes(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """A difference from some size on."""
    if "K" not in s.sizes or not _scalar(f, s):
        return None
    n = rng.choice((1, 2, 3, 4))
    more = call("max", num(0), minus(var("K"), num(n)))
    if rng.random() < 0.3:
        more = mul(*(minus(var("K"), num(m)) for m in range(1, n + 1)))
    return add(f, more), ({"K": Fraction(n + 1)},)


@_corner
def far_out(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """Another value, or none, beyond a number that is no simple fraction."""
    names = [n for n in s.scalars if len(s.domain(n).split()) != 2]
    if not names or not _scalar(f, s):
        return None
    name = rng.choice(names)
    x = var(name)
    made, at = rng.choice(
        (
            (call("max", num(0), minus(x, call("exp", num(4)))), 60),
            (call("max", num(0), minus(x, mul(num(10), F("pi")))), 40),
            (mul(num(0), call("log", minus(num(1000), power(x, 2)))), 40),
            (call("max", num(0), minus(call("log", add(power(x, 2), num(1))), num(8))), 70),
            (call("max", num(0), minus(power(x, 3), num(100))), 6),
        )
    )
    return add(f, made), ({name: Fraction(at)},)


@_corner
def corner_of_two(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """A difference where two names both exceed a number."""
    if len(s.scalars) < 2 or not _scalar(f, s):
        return None
    a, b = rng.sample(s.scalars, 2)
    x, y = var(a), var(b)
    c = num(rng.choice((0, 1, 2, -1)))
    both = call("max", num(0), call("min", minus(x, c), minus(y, c)))
    return add(f, both), ({a: c.value + 1, b: c.value + 1},)


@_corner
def on_a_line(f: F, s: Setting, rng: random.Random) -> tuple[F, tuple[Hint, ...]] | None:
    """No value, or another one, where two names are equal or add up to 0."""
    if len(s.scalars) < 2 or not _scalar(f, s):
        return None
    a, b = rng.sample(s.scalars, 2)
    x, y = var(a), var(b)
    gap = rng.choice((minus(x, y), add(x, y), minus(x, mul(y, y)), minus(mul(x, y), num(1))))
    one = Fraction(1)
    hints: tuple[Hint, ...] = ({a: one, b: one}, {a: one, b: -one}, {a: one / 4, b: one / 2})
    made = rng.choice(
        (
            div(mul(f, gap), gap),
            add(f, call("max", num(0), minus(num("1/100"), call("abs", gap)))),
            add(f, minus(num(1), power(call("sign", gap), 2))),
        )
    )
    return made, hints


def mutate(f: F, s: Setting, rng: random.Random) -> tuple[F, str, tuple[Hint, ...]] | None:
    """A changed formula, the name of the change, and where it may show."""
    if rng.random() < 0.25:
        # Hills over a plane are all but invisible to sampling; a few will do.
        weights = [1 if name == "bump_of_two" else 5 for name in CORNERS]
        name = rng.choices(list(CORNERS), weights)[0]
        made = CORNERS[name](f, s, rng)
        return None if made is None else (made[0], name, made[1])
    places = [(p, g) for p, g in walk(f) if not _placed_badly(f, p, g)]
    for _ in range(12):
        name = rng.choice(list(SLIPS))
        path, node = rng.choice(places)
        if name in ("factor", "sign") and node.op == "entry" and not total(node, s):
            continue
        new = SLIPS[name](node, s, rng)
        if new is not None and new != node:
            return replace(f, path, new), name, ()
    return None
