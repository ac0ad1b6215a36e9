"""Says in which cases and where two formulas differ, once they are seen to."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from mathgrade.equality.case import Case
from mathgrade.equality.comparing import Clash, Comparison
from mathgrade.equality.decision import Decision, Equality
from mathgrade.equality.points import normalise, points
from mathgrade.equality.witness import witness_of

__all__ = ["Difference"]

MAX_CLEARER = 8
MAX_OTHERS = 16


@dataclass(frozen=True, slots=True)
class Difference:
    """Makes a decision of a clash.

    Attributes:
        compare: both sides in a case, or the decision that follows from the case alone.
        every: the cases.
        rng: draws points.
        matrix: whether entries of a matrix are named.
    """

    compare: Callable[[Case], Comparison | Decision]
    every: list[Case]
    rng: random.Random
    matrix: bool

    def clearest(self, case: Case, comparison: Comparison) -> Decision:
        """Different; by a case with two values, if one is near, rather than with one only."""
        for other in () if comparison.differs else self.every[:MAX_CLEARER]:
            found = self.compare(other)
            if isinstance(found, Comparison) and found.pairs:
                for point in points(found.program.atoms, self.rng, 2):
                    found.look(point)
                if found.differs:
                    return self.decision(other, found)
        return self.decision(case, comparison)

    def decision(self, case: Case, comparison: Comparison) -> Decision:
        """Different, with the witness that says most."""
        clashes = sorted(
            comparison.clashes.values(), key=lambda c: (c.undefined, c.pair.row, c.pair.column)
        )
        first = clashes[0]
        pattern = self._pattern(case, comparison)
        witness = witness_of(first, comparison, case, matrix=self.matrix, pattern=pattern)
        wrong = tuple((c.pair.row + 1, c.pair.column + 1) for c in clashes) if self.matrix else ()
        return Decision(
            Equality.DIFFERENT,
            "exact" if first.certain else "numeric",
            witness,
            _reason(first),
            "undefined" if first.undefined else "value",
            wrong=wrong,
        )

    def _pattern(self, case: Case, clashing: Comparison) -> str:
        """What the cases that differ have in common: ``"i = j"``; empty if nothing."""
        if len(case.indices) < 2:
            return ""
        clash = next(iter(clashing.clashes.values()))
        point = {clashing.program.atoms[k].key: v for k, v in clash.point.items()}
        differing: list[Case] = [case]
        same: list[Case] = []
        others = [c for c in self.every if c is not case]
        others.sort(key=lambda c: c.values.get("K", 0) > 3)
        for other in others[:MAX_OTHERS]:
            comparison = self.compare(other)
            if isinstance(comparison, Decision):
                continue
            if not comparison.clashes and comparison.pairs:
                self._glance(comparison, point)
            (differing if comparison.clashes else same).append(other)
        names = case.indices
        for k, a in enumerate(names):
            for b in names[k + 1 :]:
                for equal, sign in ((True, "="), (False, "!=")):
                    hits = [(c.values[a] == c.values[b]) is equal for c in differing]
                    misses = [(c.values[a] == c.values[b]) is not equal for c in same]
                    if same and all(hits) and any(misses):
                        return f"{a} {sign} {b}"
        return ""

    def _glance(self, comparison: Comparison, like: Mapping[str, Fraction]) -> None:
        """Looks at a few points, the first of them as near as may be to one known to differ."""
        atoms = comparison.program.atoms
        drawn = list(points(atoms, self.rng, 5))
        near = {k: like.get(atom.key, drawn[0][k]) for k, atom in atoms.items()}
        for point in (normalise(atoms, near), *drawn):
            comparison.look(point)
            if comparison.differs:
                return


def _reason(clash: Clash) -> str:
    if clash.undefined:
        return "The response is undefined where the reference has a value."
    return "The values differ."
