"""The three factors of a decomposition as they came: read, their shapes checked, cut to size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathgrade.answers.entries import Numbers, matrix_latex
from mathgrade.answers.received import Grid, describe, is_grid, read_grid, shape_text
from mathgrade.answers.scalar import nearest_float, read_scalar
from mathgrade.errors import ResponseError

__all__ = ["Factors", "cut", "read_factors", "read_floats", "svd_latex", "wrong_shape"]


@dataclass(frozen=True, slots=True)
class Factors:
    """U (m, p), the p diagonal values and Vt (p, n), cut to the columns that meet."""

    U: Any
    values: Any
    Vt: Any
    all_left: Any
    all_right: Any
    diagonal: bool = True
    transposed: bool = False


def _grids(response: object) -> list[Grid]:
    if not isinstance(response, (tuple, list)) or len(response) != 3:
        raise ResponseError(
            f"Three factors were expected, (U, S, Vt); received {describe(response)}.",
            "svd.not-three",
        )
    grids = []
    for name, part in zip(("U", "S", "Vt"), response, strict=True):
        if not is_grid(part):
            raise ResponseError(
                f"{name} should be a matrix, received {describe(part)}.", "svd.not-a-matrix"
            )
        try:
            grids.append(read_grid(part))
        except ResponseError as error:
            raise ResponseError(f"{name}: {error.message}", error.note) from error
    return grids


def read_factors(response: object) -> list[Any]:
    """U, S and Vt as arrays of floats, in the shapes they came in.

    Raises:
        ResponseError: not three, not matrices, not real and finite numbers.
    """
    return [
        read_floats(grid, name)
        for name, grid in zip(("U", "S", "Vt"), _grids(response), strict=True)
    ]


def read_floats(grid: Grid, name: str) -> Any:
    """The entries of a grid as an array of floats.

    Raises:
        ResponseError: one is not a real and finite number; the message says which.
    """
    numbers = []
    for position, entry in enumerate(grid.entries):
        try:
            numbers.append(nearest_float(read_scalar(entry)))
        except ResponseError as error:
            place = grid.place(position)
            raise ResponseError(f"{name}, {place}: {error.message}", error.note) from error
    return np.array(numbers).reshape(grid.shape)


def svd_latex(response: object, shape: tuple[int, ...] | None = None) -> str:
    """How a decomposition is read.

    Args:
        response: ``(U, S, Vt)``.
        shape: of the matrix decomposed; None if any will do.

    Raises:
        ResponseError: it is not three matrices of numbers, or their shapes do not fit.
    """
    parts = _grids(response)
    if shape is not None:
        wrong = wrong_shape(shape, tuple(part.shape for part in parts))
        if wrong:
            raise ResponseError(wrong, "svd.shape")
    read_factors(response)
    shown = [_latex(part) for part in parts]
    return rf"U = {shown[0]},\quad \Sigma = {shown[1]},\quad V^{{T}} = {shown[2]}"


def _latex(grid: Grid) -> str:
    return matrix_latex(Numbers(), grid)


def wrong_shape(shape: tuple[int, ...], received: Sequence[tuple[int, ...]]) -> str:
    """What is wrong with the shapes of (U, S, Vt) for an A of this shape; empty if nothing."""
    m, n = shape
    p = min(m, n)
    left, middle, right = received
    sizes = f"A has shape {shape_text(shape)}"
    if len(left) != 2 or left[0] != m or not (left[1] <= p or left[1] == m):
        due = " or ".join(dict.fromkeys([shape_text((m, m)), shape_text((m, p))]))
        return f"U: expected shape {due}, received {shape_text(left)} ({sizes})."
    if len(right) != 2 or right[1] != n or not (right[0] <= p or right[0] == n):
        due = " or ".join(dict.fromkeys([shape_text((n, n)), shape_text((p, n))]))
        return f"Vt: expected shape {due}, received {shape_text(right)} ({sizes})."
    k = min(left[1], right[0])
    k = min(k, p)
    legal = {(k,), (k, k), (k, 1), (1, k), (left[1], right[0])}
    if middle not in legal:
        due = " or ".join(
            dict.fromkeys([shape_text((k,)), shape_text((k, k)), shape_text((left[1], right[0]))])
        )
        return (
            f"S: expected shape {due}, received {shape_text(middle)} "
            f"(U has shape {shape_text(left)}, Vt has shape {shape_text(right)})."
        )
    return ""


def cut(U: Any, S: Any, Vt: Any) -> Factors:
    """The factors with as many columns, values and rows as belong together."""
    vector = S.ndim == 1 or (1 in S.shape and S.shape != (U.shape[1], Vt.shape[0]))
    values = S.ravel() if vector else np.diagonal(S)
    off = 0.0 if vector else np.abs(S - _rectangle(values, S.shape)).max()
    size = max(float(np.abs(S).max()), 1e-300)
    k = min(len(values), U.shape[1], Vt.shape[0])
    return Factors(U[:, :k], values[:k], Vt[:k], U, Vt, diagonal=bool(off <= 1e-8 * size))


def _rectangle(values: Any, shape: tuple[int, int]) -> Any:
    full = np.zeros(shape)
    full[range(len(values)), range(len(values))] = values
    return full
