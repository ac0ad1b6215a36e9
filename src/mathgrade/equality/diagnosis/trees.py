"""Formulas taken apart and put together again with one piece changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from mathgrade.expression import Context
from mathgrade.expression.nodes import (
    Add,
    Call,
    Cases,
    Delta,
    Derivative,
    Div,
    Entry,
    Fold,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Subst,
)

__all__ = [
    "Spot",
    "everywhere",
    "index_pairs",
    "indices_like",
    "negated",
    "number",
    "product",
    "renamed",
    "spots",
    "sum_of",
    "without",
]

Rebuild = Callable[[Node], Node]


def number(value: Fraction | int) -> Node:
    """A number as a node."""
    return Number(Fraction(value))


def sum_of(terms: tuple[Node, ...]) -> Node:
    """A sum of any number of terms."""
    return Add(terms) if len(terms) > 1 else terms[0] if terms else number(0)


def product(factors: tuple[Node, ...]) -> Node:
    """A product of any number of factors."""
    return Mul(factors) if len(factors) > 1 else factors[0] if factors else number(1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A piece of a formula.

    Attributes:
        node: the piece.
        put: the whole formula with another piece in its place.
        where: how a message says where it stands: ``" in the denominator"``; may be empty.
        bound: the sums and products around it.
        index: whether it is an index, an end of a sum or an exponent.
    """

    node: Node
    put: Rebuild
    where: str
    bound: tuple[Fold, ...] = ()
    index: bool = False


def spots(root: Node, limit: int = 400) -> Iterator[Spot]:
    """The pieces of a formula, from the outside in."""
    queue = [Spot(root, lambda new: new, "")]
    for count, spot in enumerate(queue):
        if count >= limit:
            return
        yield spot
        queue += _inside(spot)


_INDEX_FIELDS = {
    (Entry, "indices"),
    (Delta, "left"),
    (Delta, "right"),
    (Fold, "low"),
    (Fold, "high"),
    (Power, "exponent"),
    (Derivative, "by"),
}


def _inside(spot: Spot) -> Iterator[Spot]:
    node = spot.node
    names: tuple[str, ...] = type(node).__match_args__
    values = [getattr(node, name) for name in names]
    for place, value in enumerate(values):
        for child, put in _held(value):

            def rebuilt(new: Node, place: int = place, put: Any = put) -> Node:
                changed = [*values[:place], put(new), *values[place + 1 :]]
                return spot.put(type(node)(*changed))

            inner = isinstance(node, Fold) and names[place] == "body"
            assert isinstance(node, Fold) or not inner
            bound = (*spot.bound, node) if inner and isinstance(node, Fold) else spot.bound
            index = spot.index or (type(node), names[place]) in _INDEX_FIELDS
            yield Spot(child, rebuilt, _where(node, names[place]) or spot.where, bound, index)


def _held(value: Any) -> Iterator[tuple[Node, Callable[[Node], Any]]]:
    """The nodes in a field, each with how the field is rebuilt round another one."""
    if isinstance(value, Node):
        yield value, lambda new: new
    elif isinstance(value, tuple):
        for k, part in enumerate(value):
            for node, put in _held(part):
                yield node, partial(_replaced, value, k, put)


def _replaced(parts: tuple[Any, ...], k: int, put: Callable[[Node], Any], new: Node) -> Any:
    return (*parts[:k], put(new), *parts[k + 1 :])


def _where(node: Node, field: str) -> str:
    match node:
        case Div():
            return " in the numerator" if field == "top" else " in the denominator"
        case Call("exp", _):
            return " in the exponent of exp"
        case Call(name, _):
            return f" inside {name}"
        case Power() if field == "exponent":
            return " in an exponent"
        case Fold(kind, _, index, _, _):
            return f" under the {kind} over {index}"
        case Cases():
            return " in one of the cases"
    return ""


def without(parts: tuple[Node, ...], k: int) -> tuple[Node, ...]:
    """All but one."""
    return parts[:k] + parts[k + 1 :]


def renamed(node: Node, names: Mapping[str, Node]) -> Node:
    """The formula with other nodes put for free names; sums keep their own index."""
    if isinstance(node, Name):
        return names.get(node.name, node)
    if isinstance(node, Fold):
        inner = {k: v for k, v in names.items() if k != node.index}
        low, high = renamed(node.low, names), renamed(node.high, names)
        return Fold(node.kind, renamed(node.body, inner), node.index, low, high)
    if isinstance(node, Subst):
        inner = {k: v for k, v in names.items() if k != node.name}
        return Subst(renamed(node.body, inner), node.name, renamed(node.value, names))
    if not names:
        return node
    fields: tuple[str, ...] = type(node).__match_args__
    return type(node)(*(_renamed(getattr(node, f), names) for f in fields))


def _renamed(value: Any, names: Mapping[str, Node]) -> Any:
    if isinstance(value, Node):
        return renamed(value, names)
    return tuple(_renamed(v, names) for v in value) if isinstance(value, tuple) else value


def everywhere(node: Node, change: Callable[[Node], Node]) -> Node:
    """The formula with each of its pieces changed, from the inside out."""
    fields: tuple[str, ...] = type(node).__match_args__
    return change(type(node)(*(_everywhere(getattr(node, f), change) for f in fields)))


def _everywhere(value: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(value, Node):
        return everywhere(value, change)
    return tuple(_everywhere(v, change) for v in value) if isinstance(value, tuple) else value


def index_pairs(names: frozenset[str], context: Context) -> list[tuple[str, str]]:
    """Pairs of declared indices among the names that run over the same range."""
    free = sorted(n for n in names if n in context and context[n].kind == "index")
    return [
        (a, b)
        for k, a in enumerate(free)
        for b in free[k + 1 :]
        if (context[a].low, context[a].high) == (context[b].low, context[b].high)
    ]


def indices_like(fold: Fold, context: Context) -> list[str]:
    """Declared indices that run as far as the index of a sum, its own name first."""
    high = fold.high
    end: object = None
    if isinstance(high, Name):
        end = high.name
    elif isinstance(high, Number):
        end = int(high.value)
    alike = [n for n, d in context.names.items() if d.kind == "index" and d.high == end]
    return sorted(alike, key=lambda n: (n != fold.index, n))


def negated(node: Node) -> Node:
    """The negative, with a double sign left out."""
    return node.term if isinstance(node, Neg) else Neg(node)
