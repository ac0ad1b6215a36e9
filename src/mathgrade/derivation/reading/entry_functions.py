r"""Functions of an entry: ``f(z_i) = e^{z_i}``, ``g(z_i) = \sum_k e^{z_k}``.

No function of one number is meant, but the formula, seen as one in that entry. So ``f(z_i)``
is short for the formula, and ``g'(z_i)`` its derivative by ``z_i``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mathgrade.expression import Node
from mathgrade.expression.nodes import Apply, Entry, Fold, Name, Subst, free_names

__all__ = ["Shorts", "entry_function", "written_out"]

Shorts = Mapping[Apply, Node]
"""What applications are short for."""


def entry_function(node: Node | None) -> Apply | None:
    """The application, if a formula is a function of an entry with letters as indices."""
    match node:
        case Apply(_, (Entry(Name(), indices),)) if all(isinstance(i, Name) for i in indices):
            return node
    return None


def written_out(node: Node, shorts: Shorts) -> Node:
    """A formula with what stands for another one written out.

    >>> f, z = Apply("f", (Entry(Name("z"), (Name("i"),)),)), Name("z")
    >>> written_out(f, {f: z})
    Name(name='z')
    """
    if isinstance(node, Apply) and node in shorts:
        return shorts[node]
    if isinstance(node, Fold | Subst):  # what is bound there is another letter
        bound = node.index if isinstance(node, Fold) else node.name
        shorts = {
            short: body
            for short, body in shorts.items()
            if bound not in free_names(short) | free_names(body)
        }
    names: tuple[str, ...] = type(node).__match_args__
    parts = [getattr(node, name) for name in names]
    found = [_inside(part, shorts) for part in parts]
    return node if found == parts else type(node)(*found)


def _inside(part: Any, shorts: Shorts) -> Any:
    if isinstance(part, Node):
        return written_out(part, shorts)
    if isinstance(part, tuple):
        return tuple(_inside(inner, shorts) for inner in part)
    return part
