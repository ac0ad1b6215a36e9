"""The points of a test cell: nbgrader's rules, closed where they fail open."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
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
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return (points if value else 0.0), not value
    number = _number(value)
    if number is not None:
        return (min(max(number, 0.0), points) if math.isfinite(number) else 0.0), True
    if verdicts:
        return min(math.fsum(v.earned for v in verdicts), points), True
    return points, False


def _number(value: Any) -> float | None:
    if isinstance(value, numbers.Real) or getattr(value, "is_Number", False) is True:
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            return None
    return None
