"""The formulas of a derivation, and which of them its steps have joined.

Formulas that differ by order, brackets, common denominators and cancelled factors are one:
they have the same value when no law is used and no definition is looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mathgrade.derivation.measure import Measure
from mathgrade.derivation.spelling import Spelling, spelling
from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.places import NeedCaseError
from mathgrade.equality.symbolic.ring import Ratio
from mathgrade.errors import ResponseError
from mathgrade.expression import Node

__all__ = ["Forms"]

Key = Any


@dataclass(slots=True)
class Forms:
    """Classes of formulas that are joined.

    Args:
        measure: gives formulas their value.
    """

    measure: Measure
    _keys: dict[Node, Key] = field(default_factory=dict)
    _parent: dict[Key, Key] = field(default_factory=dict)
    _members: dict[Key, list[Node]] = field(default_factory=dict)
    _spellings: dict[Node, Spelling] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        """A formula, in the class of those it is the same as."""
        new = node not in self._keys
        members = self._members.setdefault(self._find(self._key(node)), [])
        if node not in members:
            members.append(node)
        if new and self.is_matrix(node):
            self._place(node)

    def _place(self, node: Node) -> None:
        """Joins a formula of matrices to one that differs in nothing a law is needed for."""
        for members in list(self._members.values()):
            for other in members:
                if (
                    other != node
                    and self.is_matrix(other)
                    and self.measure.laws(node, other, 0) is not None
                ):
                    self.join(node, other)
                    return

    def join(self, left: Node, right: Node) -> None:
        """Makes one class of two."""
        self.add(left)
        self.add(right)
        a, b = self._find(self._key(left)), self._find(self._key(right))
        if a != b:
            self._parent[b] = a
            kept = self._members[a]
            kept += [n for n in self._members.pop(b) if n not in kept]

    def joined(self, left: Node, right: Node) -> bool:
        """Whether two formulas are in one class."""
        return bool(self._find(self._key(left)) == self._find(self._key(right)))

    def same(self, left: Node, right: Node) -> bool:
        """Whether two formulas differ by no law at all."""
        return bool(self._key(left) == self._key(right))

    def of(self, node: Node, most: int) -> list[Node]:
        """Other formulas in the class of this one."""
        members = self._members.get(self._find(self._key(node)), [])
        return [m for m in members if m != node][:most]

    def classes(self) -> Iterator[list[Node]]:
        """The formulas of each class."""
        return iter([list(members) for members in self._members.values()])

    def all(self) -> list[Node]:
        """Every formula."""
        return [node for members in self._members.values() for node in members]

    def _find(self, key: Key) -> Key:
        while (up := self._parent.get(key, key)) != key:
            key = up
        return key

    def _key(self, node: Node) -> Key:
        if node not in self._keys:
            value = self.value(node)
            written = ("as written", node)
            self._keys[node] = written if value is None else self.algebra.ring.freeze(value)
        return self._keys[node]

    # -- values and spellings --------------------------------------------------------------

    @property
    def algebra(self) -> Algebra:
        return self.measure.bare.algebra

    def value(self, node: Node) -> Ratio | None:
        """The value with no law used and no definition put in; None if there is none."""
        try:
            return self.measure.bare.number(node)
        except NeedCaseError:
            return None

    def spelt(self, node: Node) -> Spelling:
        """What formulas share that differ in order, brackets and a student's short names only."""
        if node not in self._spellings:
            words = self.measure.vocabulary
            self._spellings[node] = spelling(words.unfolded(node, words.own), self.is_matrix)
        return self._spellings[node]

    def is_matrix(self, node: Node) -> bool:
        """Whether a formula is a vector or matrix."""
        try:
            return bool(self.measure.vocabulary.components.shape(node))
        except ResponseError:
            return False
