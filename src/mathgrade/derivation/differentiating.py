"""Derivatives by a name that has a definition: ``∂y_i/∂z_j`` where ``z_j`` is itself a formula.

Taken with the name as a variable of its own, as the chain rule needs it: the formula is
differentiated as written, without a thought of what the name stands for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction

from mathgrade.errors import ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Add,
    Call,
    Cases,
    Constant,
    Delta,
    Div,
    Entry,
    Fold,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    free_names,
)
from mathgrade.expression.substitution import substituted

__all__ = ["differentiated"]

ZERO, ONE, TWO = (Number(Fraction(n)) for n in (0, 1, 2))


def _inner(name: str, *args: Node) -> Node:
    return Call(name, args)


_OUTER: Mapping[str, Callable[[Node], Node]] = {
    "exp": lambda u: _inner("exp", u),
    "log": lambda u: Div(ONE, u),
    "sqrt": lambda u: Div(ONE, Mul((TWO, _inner("sqrt", u)))),
    "sin": lambda u: _inner("cos", u),
    "cos": lambda u: Neg(_inner("sin", u)),
    "tanh": lambda u: Add((ONE, Neg(Power(_inner("tanh", u), TWO)))),
    "sinh": lambda u: _inner("cosh", u),
    "cosh": lambda u: _inner("sinh", u),
}


def differentiated(node: Node, by: Node) -> Node:
    """The derivative of a formula by a name or an entry, taken as a variable.

    Args:
        node: the formula, in the name as it stands.
        by: ``z`` or ``z_j``.

    Raises:
        ResponseError: something whose derivative is not known here.

    >>> from mathgrade.expression import read, to_text
    >>> to_text(differentiated(read("x*z[i]"), read("z[j]")))
    'x*delta(i, j)'
    """
    base = by.base if isinstance(by, Entry) else by
    if not isinstance(base, Name):
        raise ResponseError("A derivative is taken by a name or an entry of it.")
    if base.name not in free_names(node):
        return ZERO
    return _derivative(node, by, base.name)


def _derivative(node: Node, by: Node, name: str) -> Node:
    def go(inner: Node) -> Node:
        return differentiated(inner, by)

    match node:
        case Name() if node == by:
            return ONE
        case Entry(Name(), places) if isinstance(by, Entry) and len(places) == len(by.indices):
            deltas = tuple(Delta(p, q) for p, q in zip(places, by.indices, strict=True))
            return deltas[0] if len(deltas) == 1 else Mul(deltas)
        case Add(terms):
            return _sum(tuple(go(t) for t in terms))
        case Neg(term):
            return Neg(go(term))
        case Mul(factors):
            return _sum(
                tuple(
                    _product((*factors[:k], go(f), *factors[k + 1 :]))
                    for k, f in enumerate(factors)
                    if name in free_names(f)
                )
            )
        case Div(top, bottom):
            above = Add((_product((go(top), bottom)), Neg(_product((top, go(bottom))))))
            return Div(above, Power(bottom, TWO))
        case Power(Constant("E"), exponent):
            return _product((node, go(exponent)))
        case Power(base, Number(value)):
            lower = Power(base, Number(value - 1)) if value != 2 else base
            return _product((Number(value), lower, go(base)))
        case Call(function, (inner,)) if function in _OUTER:
            return _product((_OUTER[function](inner), go(inner)))
        case Fold("sum", body, index, low, high):
            index, body = _apart(index, body, by)
            return Fold("sum", go(body), index, low, high)
        case Cases(branches):
            return Cases(tuple((go(value), condition) for value, condition in branches))
    raise ResponseError(f"The derivative of this by {name} cannot be followed.")


def _apart(index: str, body: Node, by: Node) -> tuple[str, Node]:
    """The index of a sum, called so that it is none of the variable's."""
    taken = free_names(by)
    if index not in taken:
        return index, body
    used = taken | free_names(body)
    fresh = next(n for k in itertools.count(1) if (n := index + "'" * k) not in used)
    return fresh, substituted(body, {index: Name(fresh)})


def _sum(terms: tuple[Node, ...]) -> Node:
    kept = tuple(t for t in terms if t != ZERO)
    return Add(kept) if len(kept) > 1 else kept[0] if kept else ZERO


def _product(factors: tuple[Node, ...]) -> Node:
    if ZERO in factors:
        return ZERO
    kept = tuple(f for f in factors if f != ONE)
    return Mul(kept) if len(kept) > 1 else kept[0] if kept else ONE
