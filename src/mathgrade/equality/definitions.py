"""Formulas that stand for names: ``y[i]`` for ``exp(z[i])/Sum(exp(z[k]), k, 1, K)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mathgrade.errors import ItemError
from mathgrade.expression import Context, Node, read
from mathgrade.expression.nodes import Entry, Name, free_names

__all__ = ["Definitions", "reached_from", "read_definitions"]

Definitions = Mapping[str, tuple[tuple[str, ...], Node]]
"""For each defined name the indices of its entry, and the formula."""


def read_definitions(given: Sequence[tuple[Any, Any]], context: Context) -> Definitions:
    """Definitions as a table: for each name its indices and what it stands for.

    Raises:
        ItemError: something else than a name or an entry is defined, or by itself.
    """
    found: dict[str, tuple[tuple[str, ...], Node]] = {}
    for name, body in given:
        head = read(name, context)
        indices: tuple[Node, ...] = head.indices if isinstance(head, Entry) else ()
        head = head.base if isinstance(head, Entry) else head
        if not isinstance(head, Name) or not all(isinstance(i, Name) for i in indices):
            raise ItemError(f"Only a name or an entry such as y[i] can be defined, not {name!r}.")
        names = tuple(i.name for i in indices if isinstance(i, Name))
        found[head.name] = (names, read(body, context))
    for name in found:
        if name in reached_from(name, found):
            raise ItemError(f"The definition of {name} uses itself.")
    return found


def reached_from(name: str, definitions: Definitions) -> set[str]:
    """Names that the definition of a name leads to."""
    reached: set[str] = set()
    queue = [name]
    while queue:
        for used in free_names(definitions[queue.pop()][1]):
            if used in definitions and used not in reached:
                reached.add(used)
                queue.append(used)
    return reached
