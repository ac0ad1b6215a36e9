"""Where equations hold, by their irreducible factors: ``a*x == a*y`` where a is 0 or x is y.

The difference of the sides of an equation is 0 where one of its factors is, and what is
joined by "or" has the factors of all parts. So ``a*x == a*y`` and ``a == 0 or x == y`` hold
together, as do ``x**2 == 4*y**2`` and ``abs(x) == abs(2*y)``. Factors that are nowhere 0,
as exponentials are, do not count; nor does how often a factor occurs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.evaluate import Evaluator
from mathgrade.equality.symbolic.functions import ScaleError
from mathgrade.equality.symbolic.laws import by_head
from mathgrade.equality.symbolic.needs import unmet
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern
from mathgrade.equality.symbolic.ring import (
    Frozen,
    FullRingError,
    NotCoveredError,
    Ratio,
    Ring,
    factored,
)
from mathgrade.equality.symbolic.signs import Sign, sign_of
from mathgrade.equality.symbolic.vanishing import simplest
from mathgrade.expression import Context
from mathgrade.expression.nodes import Call, Logic, Node, Relation

__all__ = ["Zeros", "zeros_of_both"]

_ROOM = 24


@dataclass(frozen=True, slots=True)
class Zeros:
    """Where a condition holds.

    Attributes:
        factors: polynomials, at least one of which is 0 there; one ring for both sides.
        defined: whether everything in the condition is defined everywhere. If not, it
            holds at those zeros only at which it is.
    """

    factors: frozenset[Frozen]
    defined: bool


def zeros_of_both(left: Node, right: Node, context: Context) -> tuple[Zeros, Zeros] | None:
    """Where two conditions hold, each equations joined by "or"; None for anything else.

    Args:
        context: the names, none of which stands for a formula.
    """
    algebra = Algebra(Ring(_ROOM), context, Pattern(), by_head())
    try:
        return _zeros(algebra, left), _zeros(algebra, right)
    except (NotCoveredError, NeedCaseError, FullRingError, ScaleError, RecursionError):
        return None


def _zeros(a: Algebra, node: Node) -> Zeros:
    a.needs = {}
    factors: set[Frozen] = set()
    for equation in _equations(node):
        value = simplest(a, _difference(a, equation))
        if value.n.is_zero():
            raise NotCoveredError("an equation that always holds")
        for factor, _ in factored(value.n)[1]:
            if sign_of(a, factor) not in (Sign.NONZERO, Sign.POSITIVE):
                lead = a.number(factor.leading_coefficient())
                factors.add(a.ring.freeze(Ratio(factor, a.ring.one) / lead))
    return Zeros(frozenset(factors), not unmet(a, [], list(a.needs)))


def _equations(node: Node) -> Iterator[Relation]:
    if isinstance(node, Logic) and node.op == "or":
        for part in node.args:
            yield from _equations(part)
    elif isinstance(node, Relation) and node.op == "==":
        yield node
    else:
        raise NotCoveredError("not an equation")


def _difference(a: Algebra, equation: Relation) -> Ratio:
    evaluator = Evaluator(a, {})
    sides = (equation.left, equation.right)
    values = [evaluator.scalar(side, {}) for side in sides]
    if all(isinstance(side, Call) and side.function == "abs" for side in sides):
        return values[0] ** 2 - values[1] ** 2
    return values[0] - values[1]
