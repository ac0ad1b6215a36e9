"""What a function returned, held against what it should have: shape before value.

Used for the results of calls, where floats are due and a tolerance is always
declared. Structures (tuples, texts, truth values) are compared part by part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mathgrade.answers.received import describe, shape_text, short
from mathgrade.errors import ItemError

__all__ = ["Difference", "as_array", "difference", "identical"]


@dataclass(frozen=True, slots=True)
class Difference:
    """How a returned value departs from the one expected.

    Attributes:
        message: for the student; never holds the expected value.
        note: stable code.
        received, expected: the parts that differ, shortened.
        place: which part, ``"[0, 2]"``; empty for the whole.
    """

    message: str
    note: str
    received: str = ""
    expected: str = ""
    place: str = ""


_NEAR = 1e-3  # nobody gets as near as that by another formula


def as_array(value: object) -> Any:
    """Real or complex numbers as an array; None for anything that is not.

    Truth values, texts, ragged lists and objects are not numbers.
    """
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (int, float, complex, np.number, np.ndarray, list, tuple)):
        try:
            array = np.asarray(value)
        except (ValueError, OverflowError, TypeError):  # ragged
            return None
        if array.dtype.kind in "iufc":
            return array
    return None


def difference(
    expected: object, received: object, *, rtol: float, atol: float, part: int | None = None
) -> Difference | None:
    """The first thing that is wrong with a returned value; None if nothing is.

    Args:
        part: which of several returned values is looked at, from 0; all of them if None.

    Raises:
        ItemError: the expected value is itself not finite, or of a type nobody can compare.

    >>> difference(np.eye(3), np.ones(3), rtol=1e-9, atol=1e-12).message
    'expected shape (3, 3), received (3,)'
    """
    if part is not None and not isinstance(expected, tuple):
        raise ItemError(f"A reference function returned {describe(expected)}, which is no tuple.")
    if isinstance(expected, np.ndarray) and expected.dtype.kind == "b":
        return _truths(expected, received)
    wanted = None if isinstance(expected, tuple) else as_array(expected)
    if wanted is not None:
        return _numbers(wanted, received, rtol, atol)
    if isinstance(expected, (tuple, list)):
        return _parts(expected, received, rtol, atol, part)
    if expected is None or isinstance(expected, (str, bool, np.bool_)):
        plain = received.item() if isinstance(received, np.bool_) else received
        if type(plain) is type(expected) and plain == expected:
            return None
        same = type(plain) is type(expected)
        message = "" if same else f"expected {_kind(expected)}, "
        return Difference(f"{message}received {describe(received)}", "function.value")
    raise ItemError(f"A reference function returned {describe(expected)}, which is not comparable.")


def _kind(value: object) -> str:
    if value is None:
        return "nothing (None)"
    return "a text" if isinstance(value, str) else "True or False"


def _truths(expected: Any, received: Any) -> Difference | None:
    if not isinstance(received, np.ndarray) or received.dtype.kind != "b":
        return Difference(
            f"expected an array of truth values, received {describe(received)}", "function.type"
        )
    if received.shape != expected.shape:
        return _shape(expected, received)
    if bool((received != expected).any()):
        return Difference("some truth values are wrong", "function.value")
    return None


def _numbers(expected: Any, received: object, rtol: float, atol: float) -> Difference | None:
    if not np.isfinite(expected).all():
        raise ItemError("A reference function returned NaN or infinity; nothing agrees with that.")
    array = as_array(received)
    if array is None:
        due = "a number" if expected.ndim == 0 else "an array of numbers"
        return Difference(f"expected {due}, received {describe(received)}", "function.type")
    if array.shape != expected.shape:
        return _shape(expected, array)
    if array.dtype.kind == "c" and expected.dtype.kind != "c":
        return Difference("expected real numbers, received complex ones", "function.complex")
    with np.errstate(all="ignore"):
        finite = np.isfinite(array)
        if expected.dtype.kind == "c":
            near = abs(array - expected) <= atol + rtol * abs(expected)
        else:
            left, right = array.astype(np.float64), expected.astype(np.float64)
            near = abs(left - right) <= atol + rtol * abs(right)
    bad = ~(finite & near)
    if not bad.any():
        return None
    # A NaN says more than a wrong digit: it is shown first.
    first = tuple(int(k) for k in np.argwhere(~finite if not finite.all() else bad)[0])
    got, due = short(array[first]), short(expected[first])
    place = f"[{', '.join(map(str, first))}]" if first else ""
    if not finite.all():
        return Difference(f"the result holds {got}", "function.not-finite", got, due, place)
    if got == due:  # the difference lies beyond the digits shown
        got = repr(array[first].item())
    return Difference(
        f"the value is wrong{_by_little(array, expected, rtol)}", "function.value", got, due, place
    )


def _by_little(received: Any, expected: Any, rtol: float) -> str:
    """How near wrong values are, where that is what a student needs to know."""
    size = float(abs(expected).max())
    off = float(abs(received - expected).max()) / size if size else 1.0
    return f" by {off:.0e} of its size; {rtol:.0e} is allowed" if rtol < off <= _NEAR else ""


def _shape(expected: Any, received: Any) -> Difference:
    return Difference(
        f"expected shape {shape_text(expected.shape)}, received {shape_text(received.shape)}",
        "function.shape",
        f"of shape {shape_text(received.shape)}",
        f"of shape {shape_text(expected.shape)}",
    )


def _parts(
    expected: tuple[Any, ...] | list[Any],
    received: object,
    rtol: float,
    atol: float,
    part: int | None,
) -> Difference | None:
    if not isinstance(received, (tuple, list)) or len(received) != len(expected):
        return Difference(
            f"expected {len(expected)} values, received {describe(received)}", "function.type"
        )
    for number, (due, got) in enumerate(zip(expected, received, strict=True), 1):
        if part is not None and number != part + 1:
            continue
        found = difference(due, got, rtol=rtol, atol=atol)
        if found is not None:
            message = f"in returned value {number}: {found.message}"
            return Difference(message, found.note, found.received, found.expected, found.place)
    return None


def identical(one: object, other: object) -> bool:
    """Whether two results are alike, NaN and infinities included (to recognise a mistake).

    >>> identical([float("nan"), 1.0], np.array([np.nan, 1.0]))
    True
    """
    left, right = as_array(one), as_array(other)
    if left is not None and right is not None:
        if left.shape != right.shape:
            return False
        with np.errstate(all="ignore"):
            near = np.isfinite(right) & (abs(left - right) <= 1e-10 + 1e-7 * abs(right))
            return bool((near | (left == right) | (np.isnan(left) & np.isnan(right))).all())
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(identical, one, other))
    if type(one) is not type(other):
        return False
    return one is None or (isinstance(one, (str, bool)) and one == other)
