"""Compares whole answers that are no formulas: each kind by its own rules."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from mathgrade.equality.decision import Decision, Equality
from mathgrade.equality.elements import decide_lists, decide_sets, listed
from mathgrade.equality.relations import Conditions
from mathgrade.expression import Context, Kind, Node, Shape, kind_of, shape_of
from mathgrade.expression.nodes import Entry, Listing, Name, Number, Zeros, children

__all__ = ["decide_whole"]

Same = Callable[[Node, Node], Decision]


def decide_whole(
    left: Node,
    right: Node,
    context: Context,
    same: Same,
    defined: frozenset[str],
) -> Decision:
    """Whether two answers are the same, at least one of which is no formula.

    Args:
        same: decides whether two parts are equal, of any kind.
        defined: names that stand for formulas.

    Returns:
        The decision; ILL_FORMED where the response is of another kind than the reference.
    """
    due = kind_of(left)
    if due is Kind.LIST:
        right = listed(right)
    kind = kind_of(right)
    if kind is not due and not (kind.holds and due.holds):
        reason = f"Expected {due.value}, received {kind.value}.{_HINTS.get((due, kind), '')}"
        return Decision(Equality.ILL_FORMED, reason=reason, note="kind")
    ill = _meaning(right, context, same)
    if ill is not None:
        return ill
    if due.holds:
        conditions = Conditions(same, context, defined)
        return conditions.explain(left, right, conditions.decide(left, right))
    if isinstance(left, Listing) and isinstance(right, Listing):
        return decide_lists(left, right, same)
    return decide_sets(left, right, same)


def _meaning(
    node: Node, context: Context, same: Callable[[Node, Node], Decision]
) -> Decision | None:
    """ILL_FORMED where a formula somewhere in a response means nothing, as with z[i + 1]."""
    if kind_of(node) is not Kind.FORMULA:
        parts = (_meaning(part, context, same) for part in children(node))
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


_HINTS = {
    (Kind.EQUATION, Kind.FORMULA): " Write both sides: Eq(left, right).",
    (Kind.SET, Kind.FORMULA): " Write a set as {1, 2}.",
    (Kind.SET, Kind.LIST): " Write a set as {1, 2}.",
    (Kind.LIST, Kind.SET): " The order matters: write a list as (1, 2).",
    (Kind.FORMULA, Kind.EQUATION): " Write the right side alone.",
}
