"""Long sums and products in Python text, which are left-deep chains of operators.

Walked with a loop and grown in place, a sum of two thousand terms costs no depth.
"""

from __future__ import annotations

import ast

from mathgrade.expression.nodes import Add, Div, Mul, Neg, Node, Number

__all__ = ["CHAINS", "close", "join", "quotient"]

CHAINS = (ast.Add, ast.Sub, ast.Mult, ast.MatMult, ast.Div)


def join(op: ast.operator, left: Node, right: Node, fresh: bool) -> tuple[Node, bool]:
    """One step of a chain; the terms of a growing sum are kept in :class:`_Growing`."""
    if isinstance(op, ast.Div):
        left = close(left)
        if isinstance(left, Number) and isinstance(right, Number) and _short(left, right):
            return Number(left.value / right.value), False
        if isinstance(left, Neg):  # -a/b is read as -(a/b), as it is set
            return Neg(Div(left.term, right)), False
        return Div(left, right), False
    kind = "sum" if isinstance(op, ast.Add | ast.Sub) else "product"
    if isinstance(op, ast.Sub):
        right = Neg(right)
    if fresh and isinstance(left, _Growing) and left.kind == kind:
        left.parts.append(right)
        return left, True
    return _Growing(kind, [close(left), right]), True


def _short(top: Number, bottom: Number) -> bool:
    """Whether a quotient of numbers is a fraction such as 1/3, to be read as one number."""
    whole = top.value.denominator == bottom.value.denominator == 1 and bottom.value != 0
    return whole and max(abs(top.value), abs(bottom.value)) < 10**30


class _Growing(Node):
    """A sum or product while it is read; never part of a finished tree."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind: str, parts: list[Node]) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "parts", parts)

    kind: str
    parts: list[Node]


def close(node: Node) -> Node:
    if isinstance(node, _Growing):
        if node.kind == "sum":
            return Add(tuple(node.parts))
        first, *rest = node.parts
        if isinstance(first, Neg):  # -a*b is read as -(a*b), as it is set
            return Neg(Mul((first.term, *rest)))
        return Mul(tuple(node.parts))
    return node


def quotient(top: Node, bottom: Node) -> Node:
    return join(ast.Div(), top, bottom, False)[0]
