"""Where an index may point, and what one case says about which places are equal.

A place is a name with a whole number added: ``("i", 0)``, ``("K", -1)``, and ``("", 2)``
for the number 2. Names that start with ``•`` are indices of sums around a piece, those
that start with ``◦`` belong to a finished sum inside it, and with ``∀`` to a condition
that holds for each of them.

Which free indices are equal is only asked where the answer matters, at a Kronecker delta
or a condition. The proof is then done once for each answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["NeedCaseError", "Pattern", "Place", "is_bound", "moved"]

Place = tuple[str, int]


class NeedCaseError(Exception):
    """Whether two places are equal must be decided first."""

    def __init__(self, left: Place, right: Place) -> None:
        super().__init__(f"{left} = {right}?")
        self.left, self.right = left, right


def is_bound(place: Place) -> bool:
    """Whether a place is the index of a sum."""
    return place[0][:1] in ("•", "◦", "∀")


def moved(place: Place, by: int) -> Place:
    """A place further on."""
    return (place[0], place[1] + by)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One case: places known to be equal, and places known to be different.

    Attributes:
        same: what stands for a name that equals another place.
        apart: pairs that differ, as (name, name, offset of the second over the first).
        sizes: names of indices and sizes; only indices are replaced if there is a choice.
    """

    same: Mapping[str, Place] = field(default_factory=dict)
    apart: frozenset[tuple[str, str, int]] = frozenset()
    sizes: frozenset[str] = frozenset()

    def resolve(self, place: Place) -> Place:
        """The place that stands for this one."""
        while place[0] in self.same:
            place = moved(self.same[place[0]], place[1])
        return place

    def equal(self, left: Place, right: Place) -> bool:
        """Whether two resolved places that are not bound are equal.

        Raises:
            NeedCaseError: the case does not say.
        """
        if left[0] == right[0]:
            return left[1] == right[1]
        if _pair(left, right) in self.apart:
            return False
        raise NeedCaseError(left, right)

    def split(self, left: Place, right: Place) -> tuple[Pattern, Pattern]:
        """The two cases: the places are equal, or they differ."""
        # A number never gives way; a size only to a number or another size.
        if left[0] == "" or (left[0] in self.sizes and right[0] not in self.sizes and right[0]):
            left, right = right, left
        same = {**self.same, left[0]: moved(right, -left[1])}
        merged = Pattern(same, frozenset(), self.sizes)
        apart = set()
        for a, b, offset in self.apart:
            first, second = merged.resolve((a, 0)), merged.resolve((b, offset))
            if first[0] != second[0]:
                apart.add(_pair(first, second))
        return (
            Pattern(same, frozenset(apart), self.sizes),
            Pattern(self.same, self.apart | {_pair(left, right)}, self.sizes),
        )


def _pair(left: Place, right: Place) -> tuple[str, str, int]:
    if left[0] > right[0]:
        left, right = right, left
    return (left[0], right[0], right[1] - left[1])
