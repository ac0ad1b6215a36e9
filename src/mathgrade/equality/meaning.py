"""Whether a formula means something: an entry beyond the ends of its vector does not."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from mathgrade.equality.decision import Decision, Equality
from mathgrade.expression import Context, Kind, Node, Shape, kind_of, shape_of
from mathgrade.expression.nodes import Entry, Name, Number, Zeros, children

__all__ = ["meaningless"]

Same = Callable[[Node, Node], Decision]


def meaningless(node: Node, context: Context, same: Same) -> Decision | None:
    """ILL_FORMED where a formula somewhere in an answer means nothing, as with z[i + 1].

    Args:
        node: the answer, of any kind.
        context: what each name is.
        same: decides whether two formulas are equal.

    >>> from mathgrade.equality import decide
    >>> from mathgrade.expression import read, read_names
    >>> names = read_names({"y": "simplex 3"})
    >>> meaningless(read("y[0] + 1", names), names, lambda a, b: decide(a, b, names)).reason
    'Index 0 of y is outside 1 to 3.'
    """
    if kind_of(node) is not Kind.FORMULA:
        parts = (meaningless(part, context, same) for part in children(node))
        return next((decision for decision in parts if decision is not None), None)
    if not _indexed(node):
        return None
    found = same(_nothing(shape_of(node, context)), node)
    return found if found.outcome is Equality.ILL_FORMED else None


def _indexed(node: Node) -> bool:
    return isinstance(node, Entry) or any(map(_indexed, children(node)))


def _nothing(shape: Shape) -> Node:
    """Zeros of a shape: well formed, so that only the other side can mean nothing."""
    zero = Number(Fraction(0))
    sides = [Name(n) if isinstance(n, str) else Number(Fraction(n)) for n in shape]
    return Zeros(*sides) if sides else zero
