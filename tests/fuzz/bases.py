"""Random formulas of this course's kind: what a reference of an exercise may look like."""

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
    ifeq,
    minus,
    mul,
    neg,
    num,
    power,
    substitute,
    sum_,
    var,
)
from tests.fuzz.oracle import differentiate
from tests.fuzz.settings import Setting

__all__ = ["BASES", "base"]

Made = tuple[F, Setting]
Rng = random.Random

i, j, k, l, K, d = (var(n) for n in ("i", "j", "k", "l", "K", "d"))  # noqa: E741
ONE, TWO = num(1), num(2)


def exp(x: F) -> F:
    return call("exp", x)


def log(x: F) -> F:
    return call("log", x)


def over_k(body: F, size: F = K, index: str = "k") -> F:
    return sum_(body, index, ONE, size)


def at(name: str, *indices: F) -> F:
    return entry(name, *indices)


def sigmoid(u: F) -> F:
    return div(ONE, add(ONE, exp(neg(u))))


def small(rng: Rng) -> F:
    return num(rng.choice(("1", "2", "3", "-1", "-2", "1/2", "1/3", "5", "3/4", "-5/2", "7")))


def _scalars(rng: Rng, names: str, usual: float = 0.7) -> Setting:
    other = ("positive", "real -3 3", "nonnegative", "nonzero", "real 0 1", "positive")
    return Setting(
        {n: "real" if rng.random() < usual else rng.choice(other) for n in names.split()}
    )


def _polynomial(rng: Rng, leaves: list[F], terms: int = 3, degree: int = 3) -> F:
    out = []
    for _ in range(rng.randint(1, terms)):
        factors = [small(rng)] if rng.random() < 0.6 else []
        for _ in range(rng.randint(0 if factors else 1, 2)):
            leaf = rng.choice(leaves)
            n = rng.randint(1, degree)
            factors.append(leaf if n == 1 else power(leaf, n))
        out.append(mul(*factors))
    return add(*out)


def _random(rng: Rng, leaves: list[F], depth: int, kinks: bool = True) -> F:
    """Any scalar formula."""
    if depth == 0 or rng.random() < 0.12:
        return rng.choice(leaves) if rng.random() < 0.8 else small(rng)

    def sub() -> F:
        return _random(rng, leaves, depth - 1, kinks)

    kind = rng.choices(
        ("add", "mul", "div", "neg", "pow", "call", "kink", "minus"), (6, 6, 3, 1, 3, 5, kinks, 3)
    )[0]
    match kind:
        case "add":
            return add(*(sub() for _ in range(rng.randint(2, 3))))
        case "minus":
            return minus(sub(), sub())
        case "mul":
            return mul(*(sub() for _ in range(rng.randint(2, 3))))
        case "div":
            bottom = sub() if rng.random() < 0.5 else add(ONE, power(sub(), 2))
            return div(sub(), bottom)
        case "neg":
            return neg(sub())
        case "pow":
            n = rng.choice(("2", "2", "3", "-1", "4", "-2", "1/2", "3/2", "-1/2", "5"))
            return power(sub(), num(n))
        case "call":
            name = rng.choice(
                ("exp", "exp", "log", "sqrt", "tanh", "sin", "cos", "cosh", "sinh", "log", "tan")
            )
            inner = sub()
            if name in ("log", "sqrt") and rng.random() < 0.6:
                inner = add(ONE, power(inner, 2)) if rng.random() < 0.5 else exp(inner)
            return call(name, inner)
        case _:
            name = rng.choice(("abs", "max", "min", "abs", "max"))
            return call(name, sub()) if name == "abs" else call(name, sub(), sub())


def polynomial(rng: Rng) -> Made:
    s = _scalars(rng, "x y a")
    leaves = [var(n) for n in s.names]
    f = _polynomial(rng, leaves, 5, 4)
    if rng.random() < 0.5:
        f = mul(f, _polynomial(rng, leaves, 3, 2))
    if rng.random() < 0.3:
        f = power(f, rng.randint(2, 6))
    return f, s


def rational(rng: Rng) -> Made:
    s = _scalars(rng, "x y a")
    leaves = [var(n) for n in s.names]
    parts = [
        div(_polynomial(rng, leaves), _polynomial(rng, leaves, 2, 2))
        for _ in range(rng.randint(1, 2))
    ]
    return (add if rng.random() < 0.6 else mul)(*parts), s


def anything(rng: Rng) -> Made:
    s = _scalars(rng, rng.choice(("x", "x y", "x y a")))
    leaves = [var(n) for n in s.names]
    return _random(rng, leaves, rng.randint(2, 4)), s


def surds(rng: Rng) -> Made:
    def surd() -> F:
        root = call("sqrt", num(rng.choice((2, 3, 5, 6, 8, 12, 18, "1/2", "9/4", 10))))
        if rng.random() < 0.3:
            root = call("sqrt", add(small_positive(), root))
        return root if rng.random() < 0.4 else mul(small(rng), root)

    def small_positive() -> F:
        return num(rng.choice((1, 2, 3, 5, 7)))

    f = add(surd(), rng.choice((surd(), small(rng))))
    if rng.random() < 0.4:
        f = div(small(rng), add(num(rng.choice((4, 11, 13))), surd()))
    if rng.random() < 0.3:
        f = power(f, rng.randint(2, 3))
    if rng.random() < 0.3:
        f = add(f, log(num(rng.choice((8, 12, "3/2", 10)))))
    if rng.random() < 0.2:
        f = mul(f, F("pi"))
    return f, Setting({})


def logarithms(rng: Rng) -> Made:
    s = _scalars(rng, "a b x", 0.3)
    a, b, x = (var(n) for n in "abx")
    f = rng.choice(
        (
            log(mul(a, b)),
            log(div(a, b)),
            mul(x, log(a)),
            log(power(a, 2)),
            add(log(a), log(b)),
            exp(mul(small(rng), log(a))),
            log(add(exp(a), exp(b))),
            call("sqrt", mul(a, b)),
            power(a, x),
            mul(power(a, num("1/2")), power(b, num("3/2"))),
            div(a, call("sqrt", a)),
            log(call("sqrt", div(a, add(ONE, power(b, 2))))),
            mul(call("sqrt", a), call("sqrt", b)),
        )
    )
    return (f if rng.random() < 0.5 else add(f, _random(rng, [a, b, x], 1))), s


def neuron(rng: Rng) -> Made:
    """Sigmoid, tanh, squared error, cross entropy and their gradients for one weight."""
    s = _scalars(rng, "w x b t", 0.85)
    w, x, b, t = (var(n) for n in "wxbt")
    u = add(mul(w, x), b)
    y = sigmoid(u)
    f = rng.choice(
        (
            mul(y, minus(ONE, y)),
            mul(minus(y, t), y, minus(ONE, y), x),
            mul(TWO, minus(u, t), x),
            power(minus(call("tanh", u), t), 2),
            mul(TWO, minus(call("tanh", u), t), minus(ONE, power(call("tanh", u), 2)), x),
            neg(add(mul(t, log(y)), mul(minus(ONE, t), log(minus(ONE, y))))),
            mul(minus(y, t), x),
            log(add(ONE, exp(u))),
            mul(call("max", num(0), u), x),
            call("max", u, mul(num("1/10"), u)),
            minus(call("abs", minus(u, t)), t),
            call("max", num(0), minus(ONE, mul(t, u))),
            div(mul(u, y), add(ONE, exp(neg(t)))),
        )
    )
    return f, s


def softmax_written_out(rng: Rng) -> Made:
    n = rng.choice((2, 3, 3, 4))
    z = [var(f"z{m}") for m in range(1, n + 1)]
    total = add(*map(exp, z))
    y = [div(exp(v), total) for v in z]
    a, b = rng.randrange(n), rng.randrange(n)
    f = rng.choice(
        (
            y[a],
            mul(y[a], minus(num(int(a == b)), y[b])),
            log(y[a]),
            minus(z[a], log(total)),
            div(exp(minus(z[a], z[b])), add(*(exp(minus(v, z[b])) for v in z))),
            minus(y[a], num(int(a == b))),
        )
    )
    return f, _scalars(rng, " ".join(v.name for v in z), 0.9)


def derivative(rng: Rng) -> Made:
    """A derivative of a smooth formula as the reference."""
    s = _scalars(rng, rng.choice(("x", "x a", "x w b")), 0.8)
    leaves = [var(n) for n in s.names]
    body = _random(rng, leaves, rng.randint(1, 3), kinks=False)
    by = rng.choice(list(s.names))
    if rng.random() < 0.6:
        return F("diff", (body, var(by))), s
    return differentiate(body, by), s


def kinks(rng: Rng) -> Made:
    s = _scalars(rng, "x y", 0.8)
    x, y = var("x"), var("y")
    u = _polynomial(rng, [x, y], 2, 2)
    v = _polynomial(rng, [x, y], 2, 1)
    f = rng.choice(
        (
            call("max", u, v),
            call("abs", u),
            call("min", u, v),
            call("max", num(0), u),
            call("min", call("max", u, num(0)), ONE),
            mul(x, call("abs", x)),
            call("max", u, v, num(0)),
            add(call("abs", u), call("abs", v)),
            call("abs", minus(call("abs", u), v)),
            call("max", num(0), minus(num("1/10"), call("abs", u))),
            call("sqrt", power(u, 2)),
            mul(call("sign", u), u),
        )
    )
    return (f if rng.random() < 0.7 else add(f, _random(rng, [x, y], 1))), s


def _indexed(rng: Rng, *names: str) -> Setting:
    kinds = {
        "y": rng.choice(("vector K", "vector K", "simplex K", "vector K positive")),
        "z": "vector K",
        "t": rng.choice(("vector K", "simplex K")),
        "g": "vector K",
        "v": rng.choice(("vector K positive", "vector K nonzero", "vector K 0 1")),
        "X": rng.choice(("family K of vector d", "matrix K d")),
        "w": "vector d",
        "i": "index K",
        "j": "index K",
        "l": "index d",
        "c": "real",
        "A": "matrix K K",
    }
    return Setting({n: kinds[n] for n in names})


def jacobian(rng: Rng) -> Made:
    y, z = (lambda m: at("y", m)), (lambda m: at("z", m))
    total = over_k(exp(z(k)))
    p = lambda m: div(exp(z(m)), total)  # noqa: E731
    f, names = rng.choice(
        (
            (mul(y(i), minus(delta(i, j), y(j))), "y i j"),
            (minus(mul(delta(i, j), y(i)), mul(y(i), y(j))), "y i j"),
            (ifeq(i, j, mul(y(i), minus(ONE, y(i))), neg(mul(y(i), y(j)))), "y i j"),
            (p(i), "z i"),
            (mul(p(i), minus(delta(i, j), p(j))), "z i j"),
            (ifeq(i, j, mul(p(i), minus(ONE, p(i))), neg(mul(p(i), p(j)))), "z i j"),
            (log(p(i)), "z i"),
            (minus(z(i), log(total)), "z i"),
            (minus(delta(i, j), p(j)), "z i j"),
            (mul(y(i), minus(delta(i, j), y(j)), at("X", j, l)), "y X i j l"),
        )
    )
    return f, _indexed(rng, *names.split())


def sums(rng: Rng) -> Made:
    y, t, g, v = ((lambda m, n=n: at(n, m)) for n in "ytgv")
    size_k = rng.choice((K, K, K, minus(K, ONE)))
    f, names = rng.choice(
        (
            (over_k(mul(neg(t(k)), log(v(k)))), "t v"),
            (over_k(mul(neg(t(k)), minus(delta(i, k), y(i)))), "y t i"),
            (mul(y(i), minus(g(i), over_k(mul(y(k), g(k))))), "y g i"),
            (over_k(mul(at("A", i, k), y(k))), "A y i"),
            (over_k(over_k(mul(at("A", j, k), y(j), y(k)), index="j")), "A y"),
            (over_k(mul(y(i), minus(delta(i, k), y(k)), at("X", k, l))), "y X i l"),
            (over_k(power(minus(y(k), t(k)), 2)), "y t"),
            (mul(TWO, over_k(mul(minus(over_k(mul(at("X", k, l), at("w", l)), d, "l"), y(k)),
                                 at("X", k, var("m")))))
             , "X w y m"),
            (div(over_k(mul(v(k), y(k))), over_k(v(k))), "v y"),
            (sum_(y(k), "k", ONE, size_k), "y"),
            (sum_(mul(y(k), y(add(k, ONE))), "k", ONE, minus(K, ONE)), "y"),
            (over_k(mul(k, y(k))), "y"),
            (power(over_k(y(k)), 2), "y"),
            (minus(over_k(power(y(k), 2)), power(over_k(mul(v(k), y(k))), 2)), "y v"),
            (over_k(power(var("c"), k)), "y c"),
            (over_k(minus(y(k), div(over_k(y(j), index="j"), K))), "y"),
            (over_k(power(minus(y(k), div(over_k(y(j), index="j"), K)), 2)), "y"),
            (sum_(v(k), "k", ONE, K, "product"), "v"),
            (div(v(i), call("sqrt", over_k(power(v(k), 2)))), "v i"),
            (over_k(call("max", num(0), minus(ONE, mul(t(k), y(k))))), "t y"),
            (over_k(call("abs", minus(y(k), t(k)))), "y t"),
        )
    )  # fmt: skip
    if "m" in names.split():
        s = _indexed(rng, *(n for n in names.split() if n != "m"))
        return f, Setting({**s.names, "m": "index d"})
    return f, _indexed(rng, *names.split())


def indexed_anything(rng: Rng) -> Made:
    s = _indexed(rng, "y", "z", "i", "j", "c")
    leaves = [at("y", i), at("z", j), at("y", j), at("z", i), var("c"), delta(i, j)]
    inner = [*leaves, at("z", k), at("y", k), at("z", k), delta(i, k), delta(k, j)]
    body = _random(rng, inner, 2, kinks=rng.random() < 0.2)
    f = over_k(body)
    if rng.random() < 0.6:
        f = (add if rng.random() < 0.4 else mul)(f, _random(rng, leaves, 2, kinks=False))
    return f, s


def matrices(rng: Rng) -> Made:
    def entries(n: int) -> F:
        if rng.random() < 0.5:
            parts = tuple(num(rng.randint(-3, 4)) for _ in range(n * n))
        else:
            parts = tuple(
                rng.choice((var("x"), var("y"), small(rng), mul(var("x"), var("y"))))
                for _ in range(n * n)
            )
        return F("matrix", parts, str(n))

    n = rng.choice((2, 2, 3))
    given = Setting({"x": "real", "y": "real", "A": f"matrix {n} {n}", "B": f"matrix {n} {n}"})
    A, B, M, N = var("A"), var("B"), entries(n), entries(n)

    def dot(*factors: F) -> F:
        return F("matmul", factors)

    def T(f: F) -> F:
        return F("T", (f,))

    f = rng.choice(
        (
            dot(M, N),
            T(dot(A, B)),
            dot(M, A),
            add(dot(A, B), dot(B, A)),
            F("inv", (M,)),
            dot(T(M), M),
            dot(add(A, B), N),
            F("inv", (dot(A, M),)) if n == 2 else dot(A, M),
            power(M, 2),
            F("det", (M,)),
            F("trace", (dot(A, B),)),
            dot(M, F("inv", (M,))) if n == 2 else M,
            minus(dot(A, T(B)), dot(B, T(A))),
        )
    )
    return f, given


def sized_matrices(rng: Rng) -> Made:
    s = Setting(
        {"A": "matrix m n", "B": "matrix n m", "x": "vector n", "u": "vector m", "c": "real"}
    )
    A, B, x, u, c = (var(n) for n in "ABxuc")

    def dot(*factors: F) -> F:
        return F("matmul", factors)

    def T(f: F) -> F:
        return F("T", (f,))

    f = rng.choice(
        (
            T(dot(A, B)),
            dot(A, x),
            dot(T(u), A, x),
            mul(TWO, dot(T(A), minus(dot(A, x), u))),
            dot(T(minus(dot(A, x), u)), minus(dot(A, x), u)),
            add(A, mul(c, T(B))),
            dot(u, T(x)),
            dot(A, B, A),
            minus(F("diag", (u,)), dot(u, T(u))),
            add(T(A), B),
        )
    )
    return f, s


def unknown_function(rng: Rng) -> Made:
    x, y = var("x"), var("y")
    ap = lambda n, a: F("apply", (a,), n)  # noqa: E731
    f = rng.choice(
        (
            mul(ap("f", x), ap("g", y)),
            ap("f", add(mul(TWO, x), y)),
            add(ap("f", mul(x, y)), ap("g", ap("f", x))),
            div(ap("f", x), add(ONE, power(ap("g", x), 2))),
        )
    )
    return f, Setting({"x": "real", "y": "real", "f": "function", "g": "function"})


BASES: dict[str, tuple[Callable[[Rng], Made], int]] = {
    "polynomial": (polynomial, 6),
    "rational": (rational, 6),
    "anything": (anything, 16),
    "surds": (surds, 4),
    "logarithms": (logarithms, 8),
    "neuron": (neuron, 8),
    "softmax": (softmax_written_out, 6),
    "derivative": (derivative, 6),
    "kinks": (kinks, 8),
    "jacobian": (jacobian, 10),
    "sums": (sums, 10),
    "indexed": (indexed_anything, 8),
    "matrices": (matrices, 6),
    "sized": (sized_matrices, 4),
    "function": (unknown_function, 1),
}


def base(rng: Rng, kinds: tuple[str, ...] = ()) -> tuple[str, F, Setting]:
    """A formula with its names and the kind it is of; sometimes with a number put for a name."""
    names = list(kinds or BASES)
    kind = rng.choices(names, [BASES[n][1] for n in names])[0]
    f, s = BASES[kind][0](rng)
    if s.scalars and rng.random() < 0.1:
        name = rng.choice(s.scalars)
        if kind not in ("derivative", "function"):
            value = abs(Fraction(small(rng).name)) / 8 + Fraction(1, 4)
            words = s.domain(name).split()
            if len(words) != 2 or Fraction(words[0]) <= value <= Fraction(words[1]):
                f = substitute(f, name, num(value))
    return kind, f, s
