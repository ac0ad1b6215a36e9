"""Definitions written out in a formula: all of them, some, or those on the way to a name."""

from __future__ import annotations

from mathgrade.equality.definitions import Definitions, reached_from
from mathgrade.expression import Node
from mathgrade.expression.nodes import Entry, Fold, Name, free_names
from mathgrade.expression.substitution import pieces_changed, substituted

__all__ = ["towards", "written_out"]


def written_out(node: Node, given: Definitions, names: frozenset[str]) -> Node:
    """The formula with the definitions of some names written out, and theirs in turn."""
    match node:
        case Name(name) if name in names:
            indices, body = given[name]
            return node if indices else written_out(body, given, names)
        case Entry(Name(name), places) if name in names:
            indices, body = given[name]
            if len(indices) == len(places):
                put = dict(zip(indices, places, strict=True))
                return written_out(substituted(body, put), given, names)
        case Fold(kind, body, index, low, high):
            return Fold(kind, written_out(body, given, names - {index}), index, low, high)
    return pieces_changed(node, lambda child: written_out(child, given, names))


def towards(node: Node, name: str, given: Definitions) -> Node:
    """The formula with those definitions written out that lead to a name."""
    for other in sorted(free_names(node) & given.keys() - {name}):
        if name in reached_from(other, given):
            return towards(_once(node, other, given), name, given)
    return node


def _once(node: Node, name: str, given: Definitions) -> Node:
    """The formula with one definition written out."""
    indices, body = given[name]
    match node:
        case Name(found) if found == name and not indices:
            return body
        case Entry(Name(found), places) if found == name and len(places) == len(indices):
            put = (_once(p, name, given) for p in places)
            return substituted(body, dict(zip(indices, put, strict=True)))
    return pieces_changed(node, lambda child: _once(child, name, given))
