"""Indices of a formula as places, and conditions on them as numbers that are 0 or 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.places import Place
from mathgrade.equality.symbolic.ring import NotCoveredError, Ratio
from mathgrade.expression.nodes import (
    Add,
    Delta,
    Entry,
    Fold,
    Logic,
    Name,
    Neg,
    Node,
    Number,
    Relation,
    Truth,
    children,
)

__all__ = ["Environment", "Mirror", "holds", "place_of", "runs_back"]


class Mirror(NamedTuple):
    """An index that runs backwards: low + high less where it stands."""

    at: Place
    low: Place
    high: Place


Environment = Mapping[str, Place | Mirror | Ratio]
"""Indices and names bound around a piece."""


def place_of(a: Algebra, node: Node, env: Environment) -> Place:
    """The place an index points at: a name, or none, plus a whole number."""
    parts = _parts(a, node, env)
    offset = parts.pop("", 0)
    named = [(name, times) for name, times in parts.items() if times]
    if not named:
        return ("", offset)
    if len(named) > 1 or named[0][1] != 1:
        raise NotCoveredError("an index that is no name plus a whole number")
    return (named[0][0], offset)


def _parts(a: Algebra, node: Node, env: Environment) -> Counter[str]:
    """How often each name is counted in an index; the number under the name ""."""
    match node:
        case Number(value) if value.denominator == 1:
            return Counter({"": int(value)})
        case Name(name):
            bound = env.get(name, (name, 0))
            if isinstance(bound, Mirror):
                ends = _of_place(a, bound.low)
                ends.update(_of_place(a, bound.high))
                ends.subtract(_of_place(a, bound.at))
                return ends
            if isinstance(bound, tuple):
                return _of_place(a, bound)
        case Neg(term):
            turned: Counter[str] = Counter()
            turned.subtract(_parts(a, term, env))
            return turned
        case Add(terms):
            total: Counter[str] = Counter()
            for term in terms:
                total.update(_parts(a, term, env))
            return total
    raise NotCoveredError("an index that is no name plus a whole number")


def _of_place(a: Algebra, place: Place) -> Counter[str]:
    name, offset = a.pattern.resolve(place)
    parts = Counter({"": offset})
    parts[name] += int(name != "")
    return parts


def runs_back(node: Node, index: str) -> bool:
    """Whether places in a formula go down as an index goes up, as in z[K + 1 - k]."""
    if isinstance(node, Fold):
        inside = node.index != index and runs_back(node.body, index)
        return inside or _times(node.low, index) < 0 or _times(node.high, index) < 0
    if isinstance(node, Entry):
        return any(_times(i, index) < 0 for i in node.indices)
    if isinstance(node, Delta | Relation):
        return _times(node.left, index) < 0 or _times(node.right, index) < 0
    return any(runs_back(child, index) for child in children(node))


def _times(node: Node, index: str) -> int:
    """How often an index is counted in a place."""
    match node:
        case Name(name):
            return int(name == index)
        case Neg(term):
            return -_times(term, index)
        case Add(terms):
            return sum(_times(term, index) for term in terms)
    return 0


def holds(a: Algebra, node: Node, env: Environment) -> Ratio:
    """1 where a condition on indices holds, 0 where not."""
    match node:
        case Truth(value):
            return a.number(int(value))
        case Relation("==" | "!=" as op, left, right):
            found = a.delta(place_of(a, left, env), place_of(a, right, env))
            return found if op == "==" else a.number(1) - found
        case Logic("not", (arg,)):
            return a.number(1) - holds(a, arg, env)
        case Logic("and", args):
            result = a.number(1)
            for arg in args:
                result = result * holds(a, arg, env)
            return result
        case Logic("or", args):
            result = a.number(1)
            for arg in args:
                result = result * (a.number(1) - holds(a, arg, env))
            return a.number(1) - result
    raise NotCoveredError("a condition on numbers")
