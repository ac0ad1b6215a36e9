"""Answers anybody could give without a thought: nothing is earned by them, nothing follows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from mathgrade.answers.received import Grid, is_grid, read_grid
from mathgrade.answers.scalar import read_scalar
from mathgrade.errors import ResponseError

__all__ = ["is_trivial"]


def is_trivial(value: Any) -> bool:
    """Whether an answer is empty, unreadable, zero, one, constant or the identity.

    A formula is not trivial, nor is a function: what it computes is known only
    once it is called. Several matrices are trivial if each of them is.

    >>> is_trivial([[1, 0], [0, 1]]), is_trivial([[1, 2], [3, 4]]), is_trivial(0)
    (True, False, True)
    """
    if isinstance(value, str):
        return value.strip() in ("", "0", "1")
    if isinstance(value, sp.MatrixExpr) or (callable(value) and not isinstance(value, sp.Basic)):
        return False
    try:
        if not isinstance(value, Grid):
            if not is_grid(value):
                return _known(value) in (0, 1)
            if isinstance(value, (list, tuple)) and any(len(_shape(part)) == 2 for part in value):
                return all(map(is_trivial, value))
            value = read_grid(value)
        values = [_known(entry) for entry in value.entries]
    except ResponseError:
        return True
    if len(values) > 1 and None not in values and len(set(values)) == 1:
        return True
    columns = value.shape[-1]
    square = len(value.shape) == 2 and value.shape[0] == columns
    return square and all(v == int(k % (columns + 1) == 0) for k, v in enumerate(values))


def _shape(value: object) -> tuple[int, ...]:
    return tuple(getattr(value, "shape", ()))


def _known(entry: Any) -> Fraction | None:
    """The value of a rational number, None for a surd or a formula."""
    if isinstance(entry, str):
        return None
    try:
        return read_scalar(entry).value
    except ResponseError as error:
        if error.note == "number.symbols":
            return None
        raise
