"""What two ways to write a formula share when only order and brackets differ.

Finer than being equal: ``(a + b)²`` and ``a² + 2ab + b²`` are spelt differently, ``ab + 1`` and
``1 + (b a)`` are not, nor are sums that call their index differently.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Add,
    Call,
    Constant,
    Delta,
    Div,
    Fold,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    Subst,
)

__all__ = ["Spelling", "spelling"]

Spelling = Any
_ONE, _ZERO = ("Number", Fraction(1)), ("Number", Fraction(0))


def spelling(node: Node, whole: Callable[[Node], bool] = lambda _: False) -> Spelling:
    """The spelling of a formula, comparable with ``==``.

    Args:
        whole: whether a factor is a matrix or vector, so that its place matters.

    >>> from mathgrade.expression import read
    >>> spelling(read("a*b + 1")) == spelling(read("1 + b*a"))
    True
    >>> spelling(read("(a + b)**2")) == spelling(read("a**2 + 2*a*b + b**2"))
    False
    """
    return _spelt(node, whole, {})


def _spelt(value: Any, whole: Callable[[Node], bool], bound: dict[str, int]) -> Spelling:
    def go(part: Any) -> Spelling:
        return _spelt(part, whole, bound)

    if isinstance(value, tuple):
        return tuple(map(go, value))
    if not isinstance(value, Node):
        return value
    match value:
        case Name(name):
            return ("bound", bound[name]) if name in bound else ("Name", name)
        case Number(number):
            return ("Number", number)
        case Neg(Neg(term)):
            return go(term)
        case Neg(Number(number)):
            return ("Number", -number)
        case Neg(term):
            return ("Neg", go(term))
        case Add():
            return _sorted("Add", [t for t in map(go, _flat(value, Add)) if t != _ZERO], _ZERO)
        case Mul():
            return _product(value, whole, go)
        case Div(top, Number(number)) if number == 1:
            return go(top)
        case Power(Constant("E"), exponent):
            return ("Call", "exp", (go(exponent),))
        case Power(base, Number(number)) if number == 1:
            return go(base)
        case Delta(left, right):
            return ("Delta", *sorted(map(go, (left, right)), key=repr))
        case Call("max" | "min" as name, args):
            return ("Call", name, tuple(sorted(map(go, args), key=repr)))
        case Fold(kind, body, index, low, high):
            inner = {**bound, index: len(bound)}
            return ("Fold", kind, _spelt(body, whole, inner), go(low), go(high))
        case Subst(body, name, put):
            inner = {**bound, name: len(bound)}
            return ("Subst", _spelt(body, whole, inner), go(put))
    fields: tuple[str, ...] = type(value).__match_args__
    return (type(value).__name__, *(go(getattr(value, f)) for f in fields))


def _flat(node: Node, kind: type[Add | Mul]) -> list[Node]:
    parts = getattr(node, type(node).__match_args__[0]) if isinstance(node, kind) else None
    if parts is None:
        return [node]
    return [inner for part in parts for inner in _flat(part, kind)]


def _sorted(kind: str, parts: list[Spelling], none: Spelling) -> Spelling:
    if not parts:
        return none
    return parts[0] if len(parts) == 1 else (kind, *sorted(parts, key=repr))


def _product(node: Node, whole: Callable[[Node], bool], go: Callable[[Any], Spelling]) -> Spelling:
    """Numbers in any order, matrices in theirs; signs before everything."""
    negative, numbers, grids = False, [], []
    for factor in _flat(node, Mul):
        inner = factor
        while isinstance(inner, Neg):
            negative, inner = not negative, inner.term
        if isinstance(inner, Number) and inner.value < 0:
            negative, inner = not negative, Number(-inner.value)
        spelt = go(inner)
        if whole(inner):
            grids.append(spelt)
        elif spelt != _ONE:
            numbers.append(spelt)
    parts = (*sorted(numbers, key=repr), *grids)
    result: Spelling = _ONE if not parts else parts[0] if len(parts) == 1 else ("Mul", *parts)
    return ("Neg", result) if negative else result
