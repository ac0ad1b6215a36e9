"""Whether a formula treats all places of a range alike.

If indices are only compared and used to pick entries, and every sum runs over a whole
range, then permuting the places permutes the unknowns and nothing else. So only which
indices are *equal* matters: for i and j of one range, i = j = 1 and i = 1, j = 2 stand for
all cases. This is a proof, not a sample; where it does not apply, every case is taken.
"""

from __future__ import annotations

from collections.abc import Mapping

from mathgrade.expression import Context
from mathgrade.expression.names import Size
from mathgrade.expression.nodes import (
    Delta,
    Derivative,
    Entry,
    Fold,
    Matrix,
    Name,
    Node,
    Number,
    Relation,
    Subst,
    children,
)

__all__ = ["symmetric"]

Ranges = Mapping[str, Size]
"""For each index, how far it runs (from 1)."""


def symmetric(node: Node, context: Context, bound: Ranges | None = None) -> bool:
    """Whether permuting the places of every range leaves the formula what it is.

    Args:
        bound: indices bound around the node, with their range.
    """
    ranges: dict[str, Size] = {
        name: declared.high
        for name, declared in context.names.items()
        if declared.kind == "index" and declared.low == 1 and declared.high is not None
    }
    return _alike(node, context, {**ranges, **(bound or {})}, frozenset(bound or ()))


def _alike(node: Node, context: Context, ranges: Ranges, bound: frozenset[str]) -> bool:
    match node:
        case Name(name):
            # An index used as a number tells places apart.
            declared = context.get(name)
            is_index = name in bound or (declared is not None and declared.kind == "index")
            return not is_index
        case Entry(Name(base), indices) if base not in bound:
            declared = context.get(base)
            if declared is None or len(indices) > len(declared.shape):
                return False
            return all(
                isinstance(i, Name) and ranges.get(i.name) == size
                for i, size in zip(indices, declared.shape, strict=False)
            )
        case Entry() | Matrix() | Subst():
            return False
        case Delta(Name(left), Name(right)):
            return left in ranges and ranges.get(left) == ranges.get(right)
        case Relation(op, Name(left), Name(right)) if left in ranges or right in ranges:
            return op in ("==", "!=") and ranges.get(left) == ranges.get(right)
        case Delta():
            return False
        case Fold(_, body, index, Number(low), high) if low == 1:
            size: Size
            if isinstance(high, Name) and high.name not in bound:
                size = high.name
            elif isinstance(high, Number) and high.value.denominator == 1:
                size = int(high.value)
            else:
                return False
            return _alike(body, context, {**ranges, index: size}, bound | {index})
        case Fold():
            return False
        case Derivative(body, by):
            return all(_alike(n, context, ranges, bound) for n in (body, *by))
    return all(_alike(child, context, ranges, bound) for child in children(node))
