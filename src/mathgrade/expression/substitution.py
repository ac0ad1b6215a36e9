"""Puts formulas in place of names, and rebuilds formulas piece by piece."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from mathgrade.expression.nodes import Fold, Name, Node, Subst, free_names

__all__ = ["everywhere", "pieces_changed", "substituted"]


def pieces_changed(node: Node, change: Callable[[Node], Node]) -> Node:
    """The formula with each node directly under it changed."""
    fields: tuple[str, ...] = type(node).__match_args__
    values = [getattr(node, f) for f in fields]
    new = [_changed(v, change) for v in values]
    if all(a is b for a, b in zip(values, new, strict=True)):
        return node
    return type(node)(*new)


def _changed(value: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        new = tuple(_changed(v, change) for v in value)
        return value if all(a is b for a, b in zip(value, new, strict=True)) else new
    return value


def everywhere(node: Node, change: Callable[[Node], Node]) -> Node:
    """The formula with each of its pieces changed, from the inside out."""
    return change(pieces_changed(node, lambda child: everywhere(child, change)))


def substituted(node: Node, names: Mapping[str, Node]) -> Node:
    """The formula with other formulas put for free names.

    An index of a sum that would catch a name of what is put in is renamed.

    >>> from mathgrade.expression import read, to_text
    >>> to_text(substituted(read("Sum(a*k, k, 1, n)"), {"a": Name("k")}))
    "Sum(k*k', k', 1, n)"
    """
    if not names:
        return node
    match node:
        case Name(name):
            return names.get(name, node)
        case Fold(kind, body, index, low, high):
            index, body, inner = _apart(index, body, names)
            ends = substituted(low, names), substituted(high, names)
            return Fold(kind, substituted(body, inner), index, *ends)
        case Subst(body, name, value):
            name, body, inner = _apart(name, body, names)
            return Subst(substituted(body, inner), name, substituted(value, names))
    return pieces_changed(node, lambda child: substituted(child, names))


def _apart(
    bound: str, body: Node, names: Mapping[str, Node]
) -> tuple[str, Node, Mapping[str, Node]]:
    """A bound name that catches nothing, its body, and what is still to be put in there."""
    inner = {k: v for k, v in names.items() if k != bound}
    free = free_names(body)
    caught = frozenset().union(*(free_names(v) for k, v in inner.items() if k in free))
    if bound not in caught:
        return bound, body, inner
    taken = caught | free | frozenset(inner)
    fresh = next(n for k in itertools.count(1) if (n := bound + "'" * k) not in taken)
    return fresh, substituted(body, {bound: Name(fresh)}), inner
