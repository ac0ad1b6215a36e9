"""Whether a quotient is 0, by what atoms satisfy beyond being atoms: √a √a = a and such."""

from __future__ import annotations

from collections.abc import Callable

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.ring import NotCoveredError, Polynomial, Ratio
from mathgrade.equality.symbolic.terms import Atom

__all__ = ["simplest", "vanishes"]

MAX_ROUNDS = 12


def _root(a: Algebra, atom: Atom) -> tuple[int, Ratio]:
    return atom.label, a.ring.thaw(atom.args[0])


def _absolute(a: Algebra, atom: Atom) -> tuple[int, Ratio]:
    return 2, a.ring.thaw(atom.args[0]) ** 2


def _sine(a: Algebra, atom: Atom) -> tuple[int, Ratio]:
    cosine = a.call("cos", a.ring.thaw(atom.args[0]))
    return 2, a.number(1) - cosine * cosine


_POWERS: dict[str, Callable[[Algebra, Atom], tuple[int, Ratio]]] = {
    "root": _root,
    "abs": _absolute,
    "sin": _sine,
}
"""For a kind of atom the power of it that is something simpler, and what that is."""


def vanishes(a: Algebra, value: Ratio) -> bool:
    """Whether a quotient is 0 wherever its denominator is not."""
    return bool(_simplest(a, a.ring.reduced(value).n).n.is_zero())


def simplest(a: Algebra, value: Ratio) -> Ratio:
    """The quotient with every such power written as what it is."""
    value = a.ring.reduced(value)
    top = _simplest(a, value.n)
    if value.d.is_one():
        return top
    return a.ring.reduced(top / _simplest(a, value.d))


def _simplest(a: Algebra, n: Polynomial) -> Ratio:
    result = Ratio(n, a.ring.one)
    for _ in range(MAX_ROUNDS):
        for k, degree in a.ring.used(result.n):
            rule = _POWERS.get(a.atom(k).head)
            if rule is None:
                continue
            power, simpler = rule(a, a.atom(k))
            if degree >= power:
                result = _lowered(a, result.n, k, power, simpler) / Ratio(result.d, a.ring.one)
                result = a.ring.reduced(result)
                break
        else:
            return result
    raise NotCoveredError("too many roots")


def _lowered(a: Algebra, n: Polynomial, k: int, power: int, simpler: Ratio) -> Ratio:
    total = a.number(0)
    for exponents, coefficient in n.terms():
        times, left = divmod(exponents[k], power)
        kept = (*exponents[:k], left, *exponents[k + 1 :])
        term = Ratio(a.ring.polynomial([(kept, coefficient)]), a.ring.one)
        total = total + term * simpler**times
    return a.ring.reduced(total)
