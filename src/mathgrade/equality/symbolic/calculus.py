"""Laws of derivatives.

A derivative is a term whose label and places are those of the entry it is taken by.
"""

from __future__ import annotations

from collections.abc import Callable

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.ring import Ratio
from mathgrade.equality.symbolic.signs import total
from mathgrade.equality.symbolic.terms import FOLDS, Atom, Term

__all__ = [
    "constant",
    "factor",
    "of_exp",
    "of_function",
    "of_log",
    "of_root",
    "of_sum",
    "power",
    "product",
    "quotient",
    "terms",
    "variable",
]


def _by(a: Algebra, term: Term, value: Ratio) -> Ratio:
    return a.make(term._replace(args=(value,)))


def _moves(a: Algebra, term: Term, k: int) -> bool:
    """Whether an atom may depend on the variable."""
    return term.label in a.facts[k].names


def _moving(a: Algebra, term: Term) -> tuple[Ratio, list[tuple[int, int]]]:
    value = a.ring.reduced(term.args[0])
    return value, [(k, e) for k, e in a.ring.used(value.n) if _moves(a, term, k)]


def constant(a: Algebra, term: Term) -> Ratio | None:
    moves = any(_moves(a, term, k) for k in a.atoms(a.ring.reduced(term.args[0])))
    return None if moves else a.number(0)


def quotient(a: Algebra, term: Term) -> Ratio | None:
    value = a.ring.reduced(term.args[0])
    if value.d.is_one():
        return None
    top, bottom = Ratio(value.n, a.ring.one), Ratio(value.d, a.ring.one)
    if not any(_moves(a, term, k) for k, _ in a.ring.used(value.d)):
        return _by(a, term, top) / bottom
    return (_by(a, term, top) * bottom - top * _by(a, term, bottom)) / bottom**2


def terms(a: Algebra, term: Term) -> Ratio | None:
    value = a.ring.reduced(term.args[0])
    if len(value.n) == 1:
        return None
    result = a.number(0)
    for one in value.n.terms():
        result = result + _by(a, term, Ratio(a.ring.polynomial([one]), a.ring.one))
    return result


def factor(a: Algebra, term: Term) -> Ratio | None:
    value, moving = _moving(a, term)
    if not moving:
        return None
    rest = a.number(1)
    for k, times in moving:
        rest = rest * a.ring.unknown(k) ** times
    out = a.ring.reduced(value / rest)
    return None if out.n.is_one() else out * _by(a, term, rest)


def power(a: Algebra, term: Term) -> Ratio | None:
    _, moving = _moving(a, term)
    if len(moving) != 1 or moving[0][1] == 1:
        return None
    k, times = moving[0]
    one = a.ring.unknown(k)
    return a.number(times) * one ** (times - 1) * _by(a, term, one)


def product(a: Algebra, term: Term) -> Ratio | None:
    value, moving = _moving(a, term)
    if len(moving) < 2:
        return None
    result = a.number(0)
    for k, times in moving:
        part = a.ring.unknown(k) ** times
        result = result + _by(a, term, part) * a.ring.reduced(value / part)
    return result


def _atom(a: Algebra, term: Term, head: str = "") -> Atom | None:
    k = a.ring.single(a.ring.reduced(term.args[0]))
    atom = None if k is None else a.atom(k)
    return atom if atom is not None and head in ("", atom.head) else None


def variable(a: Algebra, term: Term) -> Ratio | None:
    atom = _atom(a, term, "entry")
    if atom is None or atom.label != term.label:
        return None
    result = a.number(1)
    for left, right in zip(atom.places, term.places, strict=True):
        result = result * a.delta(left, right)
    return result


def of_exp(a: Algebra, term: Term) -> Ratio | None:
    if (atom := _atom(a, term, "exp")) is None:
        return None
    return term.args[0] * _by(a, term, a.ring.thaw(atom.args[0]) / a.number(a.scale))


def of_log(a: Algebra, term: Term) -> Ratio | None:
    if (atom := _atom(a, term, "log")) is None:
        return None
    inner = a.ring.thaw(atom.args[0])
    return _by(a, term, inner) / inner


def of_root(a: Algebra, term: Term) -> Ratio | None:
    if (atom := _atom(a, term, "root")) is None:
        return None
    inner = a.ring.thaw(atom.args[0])
    a.need("nonzero", inner)
    return term.args[0] * _by(a, term, inner) / (a.number(atom.label) * inner)


def of_sum(a: Algebra, term: Term) -> Ratio | None:
    if (atom := _atom(a, term)) is None or atom.head not in FOLDS:
        return None
    k = a.ring.single(a.ring.reduced(term.args[0]))
    assert k is not None
    with a.scope():
        names, body = a.reopen(k)
        if atom.head == "sum":
            return a.fold("sum", atom.label[0], names, _by(a, term, body))
        # Π a_k has the derivative Π a_k Σ a_k'/a_k, where no factor is 0.
        if not total(a, a.number(1) / body):
            return None
        return term.args[0] * a.fold("sum", atom.label[0], names, _by(a, term, body) / body)


def of_function(a: Algebra, term: Term) -> Ratio | None:
    if (atom := _atom(a, term)) is None:
        return None
    if atom.head == "apply":
        name, orders = atom.label
        args = tuple(a.ring.thaw(arg) for arg in atom.args)
        result = a.number(0)
        for n, arg in enumerate(args):
            inner = _by(a, term, arg)
            if not inner.n.is_zero():
                more = (*orders[:n], orders[n] + 1, *orders[n + 1 :])
                result = result + a.make(Term("apply", (name, more), (), args)) * inner
        return result
    if atom.head not in _DERIVATIVES:
        return None
    inner = a.ring.thaw(atom.args[0])
    return _DERIVATIVES[atom.head](a, inner) * _by(a, term, inner)


def _root(a: Algebra, value: Ratio) -> Ratio:
    a.need("positive", value)
    return a.call("root", value, label=2)


def _one(a: Algebra) -> Ratio:
    return a.number(1)


def _of_absolute(a: Algebra, value: Ratio) -> Ratio:
    a.need("nonzero", value)
    return value / a.call("abs", value)


_DERIVATIVES: dict[str, Callable[[Algebra, Ratio], Ratio]] = {
    "sin": lambda a, u: a.call("cos", u),
    "cos": lambda a, u: -a.call("sin", u),
    "asin": lambda a, u: _one(a) / _root(a, _one(a) - u * u),
    "acos": lambda a, u: -_one(a) / _root(a, _one(a) - u * u),
    "atan": lambda a, u: _one(a) / (_one(a) + u * u),
    "asinh": lambda a, u: _one(a) / _root(a, _one(a) + u * u),
    "atanh": lambda a, u: _one(a) / (_one(a) - u * u),
    "abs": _of_absolute,
    "erf": lambda a, u: (
        a.number(2)
        * a.call("exp", -(u * u))
        / a.call("root", a.intern(Atom("constant", "pi")), label=2)
    ),
}
