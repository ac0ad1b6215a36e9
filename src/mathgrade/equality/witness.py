"""Turns a clash into a witness a person can check by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mathgrade.verdict import Witness

if TYPE_CHECKING:
    from mathgrade.equality.case import Case
    from mathgrade.equality.comparing import Clash, Comparison

__all__ = ["witness_of"]

MAX_SHOWN = 12


def witness_of(
    clash: Clash, comparison: Comparison, case: Case, *, matrix: bool, pattern: str
) -> Witness:
    """The point of a clash: sizes and indices, then the unknowns the two values use.

    Args:
        matrix: whether the place in a matrix is named.
        pattern: the index case in which alone the two differ; may be empty.
    """
    used = comparison.program.reachable([clash.pair.left, clash.pair.right])
    at = {name: str(value) for name, value in case.values.items()}
    for step in used:
        atom = comparison.program.atoms.get(step)
        if atom is not None and len(at) < MAX_SHOWN and "'" not in atom.key:
            at[atom.key] = str(clash.point[step])
    places = [f"row {clash.pair.row + 1}, column {clash.pair.column + 1}"] if matrix else []
    if pattern:
        places.append(pattern)
    return Witness(at, clash.right, clash.left, ", ".join(places))
