"""What became of a comparison, how we know, and where two formulas differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mathgrade.verdict import Witness

__all__ = ["Decision", "Equality", "strength", "weakest"]

# From the weakest up: a proof is worth what its weakest step is worth.
_PROOFS = ("numeric", "sizes", "all sizes", "exact")


class Equality(StrEnum):
    """Outcome of a comparison."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"
    ILL_FORMED = "ill-formed"  # the right side means nothing here


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the right side equals the left at every point where the left is defined.

    Attributes:
        outcome: one of :class:`Equality`.
        proof: how we know. "all sizes": by laws that hold for every size and all indices
            (:mod:`mathgrade.equality.symbolic`). "exact": by these laws, by disjoint
            balls or exact numbers at a point, or modulo random primes with ``error`` a
            bound on the probability of a mistake (:mod:`mathgrade.equality.residues`).
            "sizes 1 to 4": so for these sizes; at a few larger ones nothing was seen
            to differ. "numeric": agrees to 60 digits wherever it was looked at, or
            differs by a number narrower than any ball being taken for 0.
        witness: a point where they differ, with both values; None unless DIFFERENT.
        reason: for people: why ILL_FORMED or UNDECIDED, or what kind of difference.
        note: short code: "value", "undefined" (right undefined where left is defined),
            "shape", or why there is no answer.
        error: bound on the probability that EQUAL is wrong, where one is known.
        wrong: entries (row, column), from 1, known to differ in a matrix.
    """

    outcome: Equality
    proof: str = ""
    witness: Witness | None = None
    reason: str = ""
    note: str = ""
    error: float = 0.0
    wrong: tuple[tuple[int, int], ...] = ()

    @property
    def equal(self) -> bool:
        """True only for EQUAL."""
        return self.outcome is Equality.EQUAL


def weakest(decisions: Iterable[Decision]) -> str:
    """How something is known that rests on all of these decisions.

    >>> weakest([Decision(Equality.EQUAL, "exact"), Decision(Equality.EQUAL, "numeric")])
    'numeric'
    """
    return min((d.proof for d in decisions), key=strength, default="exact")


def strength(proof: str) -> int:
    """How much a proof is worth: from 0, "numeric", up to 3, "exact"."""
    return next((k for k, kind in enumerate(_PROOFS) if proof == kind), 1)
