"""What one change would make a wrong line right."""

from __future__ import annotations

from collections.abc import Sequence

from mathgrade.derivation.truth import Judgement
from mathgrade.equality.diagnosis import diagnose
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import Name, Relation
from mathgrade.expression.substitution import substituted

__all__ = ["hint"]

TIME = 0.3  # seconds


def hint(before: Node, line: Node, judgement: Judgement, conditions: Sequence[Node] = ()) -> str:
    """The slip that explains a wrong line, from the side it is said to equal; "" if none does."""
    try:
        equation = judgement.equation(before, line)
        left, right = equation.left, equation.right
        for condition in conditions:
            match condition:
                case Relation("==", Name(name), value):
                    left, right = (substituted(s, {name: value}) for s in (left, right))
        words = judgement.vocabulary
        found = diagnose(left, right, words.formal, words.given_pairs(), time_limit=TIME)
    except (ResponseError, ItemError):
        return ""
    return found.message if found is not None else ""
