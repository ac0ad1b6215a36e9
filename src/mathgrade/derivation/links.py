"""Steps that are true, as edges of the proof graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mathgrade.expression import Node
from mathgrade.expression.substitution import substituted

__all__ = ["Link"]


@dataclass(frozen=True, slots=True)
class Link:
    """A step that is true.

    Attributes:
        left, right: its sides as the engine takes them.
        conditions: under which it was claimed.
        step: its number in the derivation, by which it is told apart.
    """

    left: Node
    right: Node
    conditions: tuple[Node, ...] = ()
    step: int = 0

    def renamed(self, names: Mapping[str, Node]) -> Link:
        """The step with other formulas put for names: it holds for all of them."""
        if not names:
            return self
        return Link(
            substituted(self.left, names),
            substituted(self.right, names),
            tuple(substituted(c, names) for c in self.conditions),
            self.step,
        )
