"""What is odd about the indices of a formula: shadowed ones, sums whose index is not in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mathgrade.expression import Declaration, Node
from mathgrade.expression.nodes import Fold, Name, children

__all__ = ["index_remarks"]


def index_remarks(nodes: Iterable[Node], names: Mapping[str, Declaration]) -> list[str]:
    """What to say about the indices of the sides of one statement.

    >>> from mathgrade.expression import read, read_names
    >>> names = read_names({"z": "vector K", "i": "index K"})
    >>> index_remarks([read("z[i] / Sum(z[i], i, 1, K)", names)], names.names)[0]
    'The index i of the sum is also used outside of it; give the sum another letter.'
    """
    free: set[str] = set()
    bound: list[str] = []
    found: list[str] = []
    for node in nodes:
        _walk(node, (), free, bound, found)
    for index in dict.fromkeys(bound):
        declared = names.get(index)
        if index in free and declared is not None and declared.kind == "index":
            found.append(
                f"The index {index} of the sum is also used outside of it; give the sum another "
                "letter."
            )
    return list(dict.fromkeys(found))


def _walk(
    node: Node, inside: tuple[str, ...], free: set[str], bound: list[str], found: list[str]
) -> frozenset[str]:
    """Collects free names and bound indices; the names that stand free in the node."""
    if isinstance(node, Name):
        if node.name not in inside:
            free.add(node.name)
        return frozenset({node.name})
    if isinstance(node, Fold):
        body = _walk(node.body, (*inside, node.index), free, bound, found)
        ends = _walk(node.low, inside, free, bound, found) | _walk(
            node.high, inside, free, bound, found
        )
        if node.index not in body:
            found.append(
                f"The sum runs over {node.index}, but {node.index} does not occur in what is "
                "added up."
                if node.kind == "sum"
                else f"The product runs over {node.index}, but {node.index} does not occur in it."
            )
        if node.index in inside:
            found.append(f"Two sums inside each other have the same index {node.index}.")
        bound.append(node.index)
        return (body - {node.index}) | ends
    names: frozenset[str] = frozenset()
    for child in children(node):
        names |= _walk(child, inside, free, bound, found)
    return names
