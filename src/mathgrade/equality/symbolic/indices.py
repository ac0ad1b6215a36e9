"""Indices of a formula as places, and conditions on them as numbers that are 0 or 1."""

from __future__ import annotations

from collections.abc import Mapping

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.places import Place
from mathgrade.equality.symbolic.ring import NotCoveredError, Ratio
from mathgrade.expression.nodes import Add, Logic, Name, Neg, Node, Number, Relation, Truth

__all__ = ["Environment", "holds", "place_of"]

Environment = Mapping[str, Place | Ratio]
"""Indices and names bound around a piece."""


def place_of(a: Algebra, node: Node, env: Environment) -> Place:
    """The place an index points at."""
    match node:
        case Number(value) if value.denominator == 1:
            return ("", int(value))
        case Name(name):
            bound = env.get(name, (name, 0))
            if isinstance(bound, tuple):
                return a.pattern.resolve(bound)
        case Neg(Number(value)) if value.denominator == 1:
            return ("", -int(value))
        case Add(terms):
            name, offset = "", 0
            for term in terms:
                part = place_of(a, term, env)
                if name and part[0]:
                    break
                name, offset = name or part[0], offset + part[1]
            else:
                return (name, offset)
    raise NotCoveredError("an index that is no name plus a whole number")


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
