"""The picture of a wrong response: which curve, entries or arrows would show what is wrong.

A picture is a courtesy. Where it cannot be made there is none, and the marks stay what they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mathgrade.answers.comparison import as_array
from mathgrade.equality.along import values_along
from mathgrade.expression import Context, Node, shape_of
from mathgrade.picture import MAX_ENTRIES, Arrows, Curve, Entries
from mathgrade.witness import Witness

__all__ = ["columns_picture", "curve_picture", "entries_picture", "result_picture"]

POINTS = 121
_MOST_ROWS = 20


def curve_picture(formula: Node, context: Context, witness: Witness | None) -> Curve | None:
    """The curve of a formula in real numbers, around the place at which it is wrong.

    Args:
        formula: the student's.
        context: what its names are.
        witness: where it is wrong; the first unknown in it is drawn along, the others keep
            their values.
    """
    if witness is None or not witness.at or witness.place:
        return None
    try:
        if shape_of(formula, context) != ():
            return None
        at = {name: Fraction(value) for name, value in witness.at.items()}
        name = next(iter(at))
        declared = context.get(name)
        if declared is None or declared.kind != "real":
            return None
        low, high = _span(at.pop(name), declared.domain.low, declared.domain.high)
        places = [low + (high - low) * k / (POINTS - 1) for k in range(POINTS)]
        values = values_along(formula, context, name, at, places)
    except Exception:  # shown as a courtesy: never worth losing the verdict
        return None
    if values is None:
        return None
    shown = tuple(_drawn(value) for value in values)
    if sum(value is not None for value in shown) < POINTS // 4:
        return None
    return Curve(name, low, high, shown, {name: str(value) for name, value in at.items()})


def _span(middle: Fraction, low: Fraction | None, high: Fraction | None) -> tuple[float, float]:
    """The places to draw: all of a small domain, else what lies around the middle."""
    if low is not None and high is not None and high - low <= 20:
        return float(low), float(high)
    reach = max(Fraction(3), abs(middle) * Fraction(3, 2))
    start, end = min(middle - reach, -reach), max(middle + reach, reach)
    if abs(middle) > 30:
        start, end = middle - reach, middle + reach
    return (
        float(start if low is None else max(start, low)),
        float(end if high is None else min(end, high)),
    )


def entries_picture(
    shape: Sequence[int],
    entries: Sequence[Any],
    number: Callable[[Any], float | None],
    same: Sequence[bool | None],
) -> Entries | Arrows | None:
    """The entries of a matrix or vector, with those that are wrong; two numbers are an arrow.

    Args:
        shape: ``(n,)`` or ``(rows, columns)``.
        entries: row by row.
        number: an entry as a float, or None for a formula.
        same: of each entry whether it is right, None where that is not certain.
    """
    columns = shape[-1]
    rows = len(entries) // columns if columns else 0
    if not 2 <= len(entries) <= MAX_ENTRIES or max(rows, columns) > _MOST_ROWS:
        return None
    try:
        numbers = [number(entry) for entry in entries]
    except OverflowError:
        return None
    shown = [None if value is None else _drawn(value) for value in numbers]
    if not any(value is not None for value in shown) and list(same).count(False) < 2:
        return None  # one wrong formula has been named
    if len(shown) == 2 and 1 in (*shape, len(shape)):
        first, second = shown
        if first is not None and second is not None:
            wrong = tuple(k for k in range(2) if same[k] is False)
            return Arrows(((first, second),), wrong=wrong) if (first, second) != (0, 0) else None
    places = [(k // columns, k % columns) for k in range(len(shown))]
    return Entries(
        tuple(tuple(shown[k : k + columns]) for k in range(0, len(shown), columns)),
        tuple(place for place, right in zip(places, same, strict=True) if right is False),
        tuple(place for place, right in zip(places, same, strict=True) if right is None),
    )


def result_picture(
    expected: object, received: object, *, rtol: float, atol: float
) -> Entries | Arrows | None:
    """The entries of what a function returned, with those that are wrong."""
    wanted, array = as_array(expected), as_array(received)
    if wanted is None or array is None or array.shape != wanted.shape or array.ndim > 2:
        return None
    if array.dtype.kind == "c" or wanted.dtype.kind == "c" or not 2 <= array.size <= MAX_ENTRIES:
        return None
    left, right = array.astype(np.float64), wanted.astype(np.float64)
    with np.errstate(all="ignore"):
        same = np.isfinite(left) & (abs(left - right) <= atol + rtol * abs(right))
    return entries_picture(array.shape, left.ravel().tolist(), float, same.ravel().tolist())


def columns_picture(matrix: Any, letter: str) -> Arrows | None:
    """The columns of a matrix with two rows, which should be orthonormal, as arrows.

    Args:
        matrix: an array of floats.
        letter: of the matrix; its columns are called by it.
    """
    if matrix.ndim != 2 or matrix.shape[0] != 2 or not 1 <= matrix.shape[1] <= 2:
        return None
    columns = [(_drawn(float(a)), _drawn(float(b))) for a, b in matrix.T]
    arrows = tuple((a, b) for a, b in columns if a is not None and b is not None)
    names = tuple(f"{letter}{'₁₂'[k]}" for k in range(len(arrows)))
    return Arrows(arrows, names, circle=True) if len(arrows) == len(columns) else None


def _drawn(value: float) -> float | None:
    """A number with as many digits as a picture shows."""
    if not math.isfinite(value) or abs(value) > 1e100:
        return None
    return float(f"{value:.4g}")
