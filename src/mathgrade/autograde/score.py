"""The points of a test cell: nbgrader's rules, closed where they fail open."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mathgrade.autograde.attempt import CellError
from mathgrade.verdict import Verdict

__all__ = ["points_of"]


def points_of(
    value: Any, error: CellError | None, verdicts: Sequence[Verdict], points: float
) -> tuple[float, bool]:
    """Points of a cell, and whether they come from its last expression.

    As in nbgrader: an exception is 0, a number is that many points, anything
    else is full marks. Unlike there, the number is clamped to 0 … ``points``, a
    NaN or ``False`` is 0, and a cell that called ``grade`` never gets full marks
    for what its last line happens to be.
    """
    if error is not None:
        return 0.0, False
    truth = _truth(value)
    if truth is not None:
        return (points if truth else 0.0), not truth
    number = _number(value)
    if number is not None:
        return (min(max(number, 0.0), points) if math.isfinite(number) else 0.0), True
    if verdicts:
        return min(math.fsum(v.earned for v in verdicts), points), True
    return points, False


def _truth(value: Any) -> bool | None:
    """What the value says if it is a truth value; None if it is something else."""
    if isinstance(value, bool):
        return value
    if getattr(value, "is_Boolean", False) is True and str(value) in ("True", "False"):
        return str(value) == "True"
    dtype = getattr(value, "dtype", None)
    if dtype is not None and getattr(dtype, "kind", "") == "b":
        return bool(value.size and value.all())  # ``answer == 42`` with an array for an answer
    return None


def _number(value: Any) -> float | None:
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (numbers.Real, Decimal)) or getattr(value, "is_Number", False) is True:
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            return None
    return None
