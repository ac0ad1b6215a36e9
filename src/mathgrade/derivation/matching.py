"""Finds a formula inside another, whatever its indices are called, and puts in an equal one."""

from __future__ import annotations

from typing import Any

from mathgrade.expression import Node
from mathgrade.expression.nodes import Add, Fold, Mul, Name, Number, children
from mathgrade.expression.substitution import pieces_changed, substituted

__all__ = ["matched", "rewritten"]


def matched(pattern: Node, node: Node, indices: frozenset[str]) -> dict[str, Node] | None:
    """What the indices of a pattern must be for it to be the node; None if it is not.

    Args:
        indices: free names of the pattern that may stand for any index.

    >>> from mathgrade.expression import read
    >>> matched(read("exp(z[i])"), read("exp(z[k])"), frozenset({"i"}))
    {'i': Name(name='k')}
    """
    found: dict[str, Node] = {}
    return found if _match(pattern, node, indices, found, {}) else None


def _match(
    pattern: Any, node: Any, indices: frozenset[str], found: dict[str, Node], bound: dict[str, str]
) -> bool:
    if isinstance(pattern, tuple) and isinstance(node, tuple):
        return len(pattern) == len(node) and all(
            _match(p, n, indices, found, bound) for p, n in zip(pattern, node, strict=True)
        )
    if isinstance(pattern, Name):
        if pattern.name in bound:
            return isinstance(node, Name) and bound[pattern.name] == node.name
        if pattern.name in indices:
            if not isinstance(node, Name | Number):
                return False
            return found.setdefault(pattern.name, node) == node
        return bool(pattern == node)
    if isinstance(pattern, Fold) and isinstance(node, Fold):
        ends = [(pattern.low, node.low), (pattern.high, node.high)]
        if pattern.kind != node.kind or not all(
            _match(p, n, indices, found, bound) for p, n in ends
        ):
            return False
        inner = {**bound, pattern.index: node.index}
        return _match(pattern.body, node.body, indices, found, inner)
    if isinstance(pattern, Node):
        if type(pattern) is not type(node):
            return False
        fields: tuple[str, ...] = type(pattern).__match_args__
        return all(
            _match(getattr(pattern, f), getattr(node, f), indices, found, bound) for f in fields
        )
    return bool(pattern == node)


def rewritten(node: Node, old: Node, new: Node, indices: frozenset[str]) -> Node:
    """The formula with ``new`` wherever ``old`` stands in it, for any choice of indices.

    Part of a sum or product counts as standing in it. What ``new`` says of indices
    that ``old`` does not name stays as it is.
    """
    if isinstance(old, Number):
        return node
    found = matched(old, node, indices)
    if found is not None:
        return substituted(new, found)
    node = pieces_changed(node, lambda child: rewritten(child, old, new, indices))
    if type(node) is type(old) and isinstance(node, Add | Mul):
        return _part(node, old, new, indices)
    return node


def _part(node: Node, old: Node, new: Node, indices: frozenset[str]) -> Node:
    """A sum or product of which some terms or factors, in any order, are the old one."""
    have, want = list(children(node)), list(children(old))
    if len(want) >= len(have):
        return node
    found: dict[str, Node]
    for k in range(len(have) - len(want) + 1):  # in place, as the order of matrices matters
        found = {}
        if _match(tuple(want), tuple(have[k : k + len(want)]), indices, found, {}):
            new = substituted(new, found)
            inner = children(new) if type(new) is type(node) else (new,)
            whole = (*have[:k], *inner, *have[k + len(want) :])
            return Add(whole) if isinstance(node, Add) else Mul(whole)
    found = {}
    left = list(have)
    for piece in want:
        for k, part in enumerate(left):
            trial = dict(found)
            if _match(piece, part, indices, trial, {}):
                found = trial
                del left[k]
                break
        else:
            return node
    parts = (substituted(new, found), *left)
    return Add(parts) if isinstance(node, Add) else Mul(parts)
