"""Formulas as answers: read in a context, held against the reference by deciding equality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathgrade import expression
from mathgrade.answers.received import describe, is_grid, read_grid
from mathgrade.equality import Equality, decide
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Node, nodes
from mathgrade.verdict import Witness

__all__ = [
    "NOT_CARRIED_OUT",
    "Comparison",
    "compare",
    "differentiates",
    "layout_message",
    "read_formula",
    "read_own",
]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a formula is the reference.

    Attributes:
        same: True, False, or None where it could not be decided.
        reason: why it is not, or why it could not be decided; may be empty.
        witness: a point at which they differ, if one was found.
    """

    same: bool | None
    reason: str = ""
    witness: Witness | None = None


def read_formula(value: object, context: Context) -> Node:
    """A student's formula.

    Raises:
        ResponseError: it is no formula, or uses names that were not declared.
    """
    if isinstance(value, (bool, np.bool_)) or value is None or isinstance(value, (dict, set)):
        raise ResponseError(f"A formula was expected, received {describe(value)}.", "type.formula")
    if isinstance(value, str) and not value.strip():
        raise ResponseError("A formula was expected, received an empty text.", "type.formula")
    if is_grid(value):  # counted before anything is read: reading costs time
        read_grid(value)
    return expression.read(value, context)


def read_own(value: Any, names: Mapping[str, str] | Context) -> tuple[Node, Context]:
    """The author's formula and the context it is read in.

    Raises:
        ItemError: it cannot be read.
    """
    context = expression.read_names(names)
    try:
        return expression.read(value, context), context
    except ResponseError as error:
        raise ItemError(f"The reference cannot be read: {error.message}") from error


def compare(
    reference: Node, received: Node, context: Context, given: Sequence[Any] = ()
) -> Comparison:
    """Decide whether two formulas are equal, the reference on the left.

    A derivative that is only written down is the question, not the answer: it is right
    only where the reference holds one, too.
    """
    if differentiates(received) and not differentiates(reference):
        return Comparison(False, NOT_CARRIED_OUT)
    decision = decide(reference, received, context, given)
    match decision.outcome:
        case Equality.EQUAL:
            return Comparison(True)
        case Equality.UNDECIDED:
            return Comparison(None, decision.reason)
    reason = _REASONS.get(decision.note, f"This means nothing here: {decision.reason}")
    used = nodes.free_names(reference) | nodes.free_names(received)
    if any((d := context.get(name)) is not None and d.kind == "function" for name in used):
        # The numbers belong to functions that were drawn: they say nothing to anybody.
        return Comparison(False, reason)
    return Comparison(False, reason, decision.witness)


def differentiates(node: Node) -> bool:
    """Whether a derivative is left in a formula.

    >>> context = expression.read_names({"x": "real"})
    >>> [differentiates(expression.read(text, context)) for text in ("diff(x**2, x)", "2*x")]
    [True, False]
    """
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, nodes.Derivative):
            return True
        stack.extend(nodes.children(node))
    return False


NOT_CARRIED_OUT = "It still holds a derivative: carry it out, and write down what comes of it."

# What to say to a formula that is not the right one, by the note of the decision.
_REASONS = {
    "value": "It has another value than it should.",
    "undefined": (
        "It is undefined where it should have a value: look for a division by zero, or a root or "
        "logarithm of a negative number."
    ),
}


def layout_message(layout: str) -> str:
    """What to say to an answer in the other layout than the one asked."""
    other = "denominator" if layout == "numerator" else "numerator"
    return (
        f"Your answer is in {other} layout; {layout} layout is asked, which is its transpose: "
        + (
            "one row for each entry of what is differentiated, one column for each variable."
            if layout == "numerator"
            else "one row for each variable, one column for each entry of what is differentiated."
        )
    )
