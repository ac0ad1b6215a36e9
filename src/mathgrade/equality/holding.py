"""Whether a condition on numbers alone holds."""

from __future__ import annotations

from mathgrade.equality.balls import UNDEFINED, evaluate
from mathgrade.equality.case import Case
from mathgrade.equality.ground import Grounder, IllFormedError
from mathgrade.equality.matrices import number_of
from mathgrade.equality.program import Program, TooBigError
from mathgrade.expression import Context, Node
from mathgrade.expression.nodes import Logic, Relation, Truth

__all__ = ["holds"]

BITS = 1024


def holds(node: Node) -> bool | None:
    """Whether a condition without names holds; None where that is not known.

    A relation in which something is undefined does not hold, whatever it is joined with.

    >>> from mathgrade.expression import read_any
    >>> [holds(read_any(text)[0]) for text in ("1/0 == 0", "(1/0 == 0) | (sqrt(2) < 3/2)")]
    [False, True]
    """
    match node:
        case Truth(value):
            return value
        case Logic(op, args):
            parts = [holds(arg) for arg in args]
            if op == "not":
                return None if parts[0] is None else not parts[0]
            decisive = op == "or"
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        case Relation(op, left, right):
            program = Program()
            grounder = Grounder(program, Context(), Case({}, ()))
            try:
                sides = [number_of(grounder.ground(side)) for side in (left, right)]
                condition = program.compare(op, *sides)
            except (TooBigError, IllFormedError, KeyError):
                return None
            order = program.reachable([condition, *sides])
            values = evaluate(program, order, {}, BITS, last=True)
            if any(values[side] is UNDEFINED for side in sides):
                return False
            found = values[condition]
            return found if isinstance(found, bool) else None
    return None
