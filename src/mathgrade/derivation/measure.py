"""How big a step is: the smallest set of elementary laws that takes one side to the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from mathgrade.derivation.laws import DEFINITION, FRACTION, FREE, ROOTS, STEP_LAWS
from mathgrade.derivation.vocabulary import Vocabulary
from mathgrade.equality.symbolic.measuring import agree
from mathgrade.equality.symbolic.places import Pattern
from mathgrade.expression import Node
from mathgrade.expression.nodes import free_names

__all__ = ["Measure"]

MAX_NAMES = 3  # definitions put in one by one
_CALCULUS = frozenset({"rule", "derivative"})
_OTHERS = tuple(law for law in STEP_LAWS if law is not DEFINITION)


@dataclass(slots=True)
class Measure:
    """Measures steps of one derivation in one case of equal and distinct indices."""

    vocabulary: Vocabulary
    pattern: Pattern
    _known: dict[tuple[Node, Node, int], frozenset[str] | None] = field(default_factory=dict)
    _covered: dict[tuple[Node, Node], bool] = field(default_factory=dict)

    def laws(self, left: Node, right: Node, limit: int) -> frozenset[str] | None:
        """Names of the laws of a step; None if more than ``limit`` are needed or none suffice.

        That a definition is put in on the way is no law of its own where one side holds no
        defined names any more and nothing is differentiated.
        """
        key = (left, right, limit)
        if key not in self._known:
            self._known[key] = self._laws(left, right, limit)
        return self._known[key]

    def covers(self, left: Node, right: Node) -> bool:
        """Whether all the laws together take one side to the other."""
        key = (left, right)
        if key not in self._covered:
            every = frozenset(law.name for law in _OTHERS)
            self._covered[key] = self._agree(left, right, every, frozenset())
        return self._covered[key]

    def _laws(self, left: Node, right: Node, limit: int) -> frozenset[str] | None:
        hidden = self.vocabulary.hidden
        if self._agree(left, right, frozenset(), hidden):
            return frozenset()
        if not self.covers(left, right):
            return None
        inside = [self._inside(side) & hidden for side in (left, right)]
        names = sorted(inside[0] | inside[1])
        finished = not inside[0] or not inside[1]
        for cost in range(1, limit + 1):
            for some in self._subsets(cost):
                if self._agree(left, right, some, hidden):
                    return some
            for some in self._subsets(cost - 1) if names else ():
                if self._unfolded(left, right, some, names, hidden):
                    return some | {DEFINITION.name}
            for some in self._subsets(cost) if finished and names else ():
                if not some & _CALCULUS and self._unfolded(left, right, some, names, hidden):
                    return some | {DEFINITION.name}
        return None

    def _subsets(self, count: int) -> Iterator[frozenset[str]]:
        for chosen in itertools.combinations(_OTHERS, count):
            yield frozenset(law.name for law in chosen)

    def _unfolded(
        self,
        left: Node,
        right: Node,
        some: frozenset[str],
        names: list[str],
        hidden: frozenset[str],
    ) -> bool:
        """Whether the laws suffice once all, or some, of the definitions are put in."""
        if self._agree(left, right, some, frozenset()):
            return True
        for count in range(1, min(len(names), MAX_NAMES + 1)):
            for chosen in itertools.combinations(names, count):
                if self._agree(left, right, some, hidden - set(chosen)):
                    return True
        return False

    def _inside(self, node: Node) -> frozenset[str]:
        """Defined names that a formula holds, or leads to."""
        found = set(free_names(node)) & set(self.vocabulary.given)
        queue = list(found)
        while queue:
            more = free_names(self.vocabulary.given[queue.pop()][1]) & set(self.vocabulary.given)
            queue += more - found
            found |= more
        return frozenset(found)

    def _agree(self, left: Node, right: Node, some: frozenset[str], hidden: frozenset[str]) -> bool:
        laws = FREE.union(*(law.laws for law in _OTHERS if law.name in some))
        return bool(
            agree(
                left,
                right,
                self.vocabulary.formal,
                self.vocabulary.given,
                self.pattern,
                laws=laws,
                hidden=hidden,
                fractions=FRACTION.name in some,
                identities=ROOTS.name in some,
            )
        )
