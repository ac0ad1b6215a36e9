"""Compares whole answers that are no formulas: each kind by its own rules."""

from __future__ import annotations

from collections.abc import Callable

from mathgrade.equality.decision import Decision, Equality
from mathgrade.equality.elements import decide_lists, decide_sets, listed
from mathgrade.equality.meaning import meaningless
from mathgrade.equality.relations import Conditions
from mathgrade.expression import Context, Kind, Node, kind_of
from mathgrade.expression.nodes import Listing

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
    ill = meaningless(right, context, same)
    if ill is not None:
        return ill
    if due.holds:
        conditions = Conditions(same, context, defined)
        return conditions.explain(left, right, conditions.decide(left, right))
    if isinstance(left, Listing) and isinstance(right, Listing):
        return decide_lists(left, right, same)
    return decide_sets(left, right, same)


_HINTS = {
    (Kind.EQUATION, Kind.FORMULA): " Write both sides: Eq(left, right).",
    (Kind.SET, Kind.FORMULA): " Write a set as {1, 2}.",
    (Kind.SET, Kind.LIST): " Write a set as {1, 2}.",
    (Kind.LIST, Kind.SET): " The order matters: write a list as (1, 2).",
    (Kind.FORMULA, Kind.EQUATION): " Write the right side alone.",
}
