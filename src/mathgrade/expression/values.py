"""Reads numbers and arrays as formulas, exactly: the float 0.1 is one tenth."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from mathgrade.errors import ResponseError
from mathgrade.expression.limits import MAX_DIGITS, MAX_ENTRIES, number
from mathgrade.expression.nodes import Matrix, Node, Number

__all__ = ["read_array", "read_number"]


def read_number(value: Any) -> Node:
    """An int, float, Fraction or NumPy scalar, as the exact decimal it is written as.

    Raises:
        ResponseError: not finite, complex, too long.

    >>> read_number(0.1)
    Number(value=Fraction(1, 10))
    """
    if isinstance(value, np.generic):
        value = value.item() if not isinstance(value, np.longdouble) else float(value)
    if isinstance(value, bool):
        raise ResponseError(f"Expected a formula or number, received {value}.", "expression.type")
    if isinstance(value, complex):
        if value.imag:
            raise ResponseError(
                f"Expected a real number, received the complex number {value}.",
                "expression.complex",
            )
        value = value.real
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ResponseError(f"Expected a finite number, received {value}.", "expression.finite")
        return number(repr(value))
    if isinstance(value, int | Fraction):
        exact = Fraction(value)
        if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > 4 * MAX_DIGITS:
            raise ResponseError("The number has too many digits.", "expression.too-big")
        return Number(exact)
    raise ResponseError(
        f"Expected a formula or number, received an object of type {type(value).__name__}.",
        "expression.type",
    )


def read_array(value: Any, read: Any) -> Node:
    """A NumPy array as a matrix; one dimension is a column, none is a number.

    Args:
        value: the array; entries are numbers, or objects that ``read`` can read.
        read: reads one entry.

    Raises:
        ResponseError: empty, more than two dimensions, an entry that cannot be read.
    """
    array = np.asarray(value)
    if array.ndim == 0:
        return read(array.item())  # type: ignore[no-any-return]
    if array.ndim > 2 or not 1 <= array.size <= MAX_ENTRIES:
        raise ResponseError(
            f"Expected a matrix or vector, received an array of shape {array.shape}.",
            "expression.shape",
        )
    rows = array.reshape(-1, 1) if array.ndim == 1 else array
    return Matrix(tuple(tuple(read(entry) for entry in row) for row in rows.tolist()))
