"""Values of a formula along one of its unknowns, to be drawn: nothing is decided by them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from mathgrade.equality.case import Case
from mathgrade.equality.floats import as_float, float_values
from mathgrade.equality.ground import Grounder
from mathgrade.equality.program import Program
from mathgrade.expression import Context, Node

__all__ = ["values_along"]


def values_along(
    node: Node, context: Context, name: str, at: Mapping[str, Fraction], places: list[float]
) -> list[float] | None:
    """The value of a formula at each place; NaN where it has none that floating point can tell.

    Args:
        node: a formula for one number.
        context: what its names are.
        name: the unknown that takes the places.
        at: values of the other unknowns.
        places: values of ``name``.

    Returns:
        None where the formula has other unknowns, or none of that name.

    Raises:
        MathgradeError: it cannot be written out.

    >>> from mathgrade.expression import read, read_names
    >>> context = read_names({"x": "real", "a": "real"})
    >>> values_along(read("a*x**2", context), context, "x", {"a": Fraction(3)}, [0.0, 2.0])
    [0.0, 12.0]
    """
    program = Program()
    step = Grounder(program, context, Case({}, ())).ground(node)
    if not isinstance(step, int):
        return None
    order = program.reachable([step])
    points = {}
    for place in order:
        atom = program.atoms.get(place)
        if atom is None:
            continue
        if atom.key == name:
            points[place] = np.array(places)
        elif atom.key in at:
            points[place] = np.array(as_float(at[atom.key]))
        else:
            return None
    values = float_values(program, order, points, len(places))[step]
    return [float(value) for value in values]
