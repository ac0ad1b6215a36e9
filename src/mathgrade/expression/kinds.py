"""What a whole answer is: a formula, or an equation, inequality, list or set of formulas.

Most answers are formulas. The others stand at the top only: there is no sum of an
equation and a number. So :func:`mathgrade.expression.read` takes formulas alone, and
:func:`mathgrade.expression.read_any` takes all of these.
"""

from __future__ import annotations

from enum import StrEnum

from mathgrade.errors import ResponseError
from mathgrade.expression.names import Context
from mathgrade.expression.nodes import (
    FiniteSet,
    Interval,
    Listing,
    Logic,
    Node,
    Relation,
    Truth,
    Union,
)
from mathgrade.expression.shapes import Shape, shape_of, shape_text
from mathgrade.expression.text import to_text

__all__ = ["Kind", "check_any", "kind_of"]


class Kind(StrEnum):
    """What a whole answer is; the value is how a message says it."""

    FORMULA = "a formula"
    EQUATION = "an equation"
    INEQUALITY = "an inequality"
    CONDITION = "a condition"  # relations joined by and, or, not; always; never
    LIST = "a list"
    SET = "a set"

    @property
    def holds(self) -> bool:
        """Whether it is something that holds or does not hold at a point."""
        return self in (Kind.EQUATION, Kind.INEQUALITY, Kind.CONDITION)


def kind_of(node: Node) -> Kind:
    """What a whole answer is.

    >>> from mathgrade.expression.nodes import Name
    >>> kind_of(Relation("==", Name("x"), Name("y"))).value
    'an equation'
    """
    match node:
        case Relation("=="):
            return Kind.EQUATION
        case Relation():
            return Kind.INEQUALITY
        case Logic() | Truth():
            return Kind.CONDITION
        case Listing():
            return Kind.LIST
        case FiniteSet() | Interval() | Union():
            return Kind.SET
    return Kind.FORMULA


def check_any(node: Node, context: Context) -> Shape:
    """Check that everything in a whole answer fits; the shape of a formula, else ().

    Raises:
        ResponseError: an undeclared name, shapes that do not fit; see
            :func:`mathgrade.expression.shape_of`.
    """
    match node:
        case Relation(op, left, right):
            _same_shape(op, shape_of(left, context), shape_of(right, context), node)
        case Logic(_, parts) | Listing(parts) | FiniteSet(parts) | Union(parts):
            for part in parts:
                check_any(part, context)
        case Interval(low, high):
            for end in (low, high):
                if end is not None and shape_of(end, context) != ():
                    raise ResponseError(
                        f"The ends of an interval are numbers; {to_text(end)} is not.",
                        "expression.shape",
                    )
        case Truth():
            pass
        case _:
            return shape_of(node, context)
    return ()


def _same_shape(op: str, left: Shape, right: Shape, node: Node) -> None:
    number = {left, right} <= {(), (1, 1)}
    if number or (left == right and op in ("==", "!=") and len(left) == 2):
        return
    if 1 in (len(left), len(right)):
        raise ResponseError(
            f"{to_text(node)} compares a condition; write (a < b) & (b < c), or a < b < c.",
            "expression.condition",
        )
    if left != right:
        raise ResponseError(
            f"{to_text(node)} compares {shape_text(left)} with {shape_text(right)}.",
            "expression.shape",
        )
    raise ResponseError(
        f"{to_text(node)} orders {shape_text(left)}; only numbers are smaller or greater.",
        "expression.shape",
    )
