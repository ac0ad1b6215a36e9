"""The gradient by central differences of the notebook on derivatives, right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathgrade.answers import Function
from mathgrade.answers.checks import agrees, raises, satisfies, unchanged
from mathgrade.items import Mistake

Array = NDArray[np.float64]
Field = Callable[[Array], float]

QUARTER, HALF, MOST = Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)


def gradient(f: Field, x: Array, h: float) -> Array:
    """Central differences of f at x, with the step h."""
    if x.ndim != 1:
        raise ValueError(f"x must have the shape (n,), not {x.shape}")
    steps = h * np.eye(x.size)
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps])


def _forward(f: Field, x: Array, h: float) -> Array:
    return np.array([(f(x + step) - f(x)) / h for step in h * np.eye(x.size)])


def _backward(f: Field, x: Array, h: float) -> Array:
    return np.array([(f(x) - f(x - step)) / h for step in h * np.eye(x.size)])


def _by_h_only(f: Field, x: Array, h: float) -> Array:
    return 2 * gradient(f, x, h)


def _negated(f: Field, x: Array, h: float) -> Array:
    return -gradient(f, x, h)


def _all_at_once(f: Field, x: Array, h: float) -> Array:
    return np.full(x.size, (f(x + h) - f(x - h)) / (2 * h))


def _sum(f: Field, x: Array, h: float) -> float:
    return float(np.sum(gradient(f, x, h)))


def _column(f: Field, x: Array, h: float) -> Array:
    return gradient(f, x, h)[:, None]


def _half_steps(f: Field, x: Array, h: float) -> Array:
    return gradient(f, x, h / 2)


def _without_brackets(f: Field, x: Array, h: float) -> Array:
    return h**2 * gradient(f, x, h)


def _in_place(f: Field, x: Array, h: float) -> Array:
    if x.ndim != 1:
        raise ValueError
    found = []
    for k in range(x.size):
        x[k] += h
        above = f(x)
        x[k] -= 2 * h
        below = f(x)
        x[k] += h
        found.append((above - below) / (2 * h))
    return np.array(found)


def _whole_numbers(f: Field, x: Array, h: float) -> Array:
    if x.ndim != 1:
        raise ValueError
    columns = []
    for k in range(x.size):
        above, below = x.copy(), x.copy()
        above[k] += h
        below[k] -= h
        columns.append((f(above) - f(below)) / (2 * h))
    return np.array(columns)


def quadratic(v: Any) -> float:
    """A function of any number of variables whose central differences are exact."""
    v = np.asarray(v, dtype=float)
    return float(v @ (np.arange(1, v.size + 1) * v) + v[0] * v[-1] - 3 * v.sum())


def waves(v: Any) -> float:
    """A smooth function whose third derivatives by each variable are at most 1."""
    return float(np.sin(np.asarray(v, dtype=float)).sum())


def kinked(v: Any) -> float:
    """A function whose central differences depend on the step."""
    return float(np.abs(np.asarray(v, dtype=float)).sum())


def of_second_order(value: Array, _f: Field, at: Array, h: float) -> str | bool:
    """Whether the error for ``waves`` is below the bound of central differences.

    It is at most h²/6 times the largest third derivative, by Taylor's theorem.
    """
    error = float(np.abs(value - np.cos(at)).max())
    if error <= h**2 / 6 + 1e-15 / h:
        return True
    return (
        f"the error is {error:.2g}, more than h²/6 = {h**2 / 6:.2g}. For a step so small that only "
        "the first terms count, half the step must leave a quarter of the error"
    )


_draw = np.random.default_rng(17)
POINTS = [np.round(_draw.normal(size=n) * 2, 2) for n in (1, 2, 3, 5)]
WHOLE = np.array([3, -1, 2])  # an array of whole numbers has no room for a step of 0.25

GRADIENT = Function(
    gradient,
    (
        agrees(
            "Central differences with the step h, for vectors of every length",
            [
                *((quadratic, at, 0.5) for at in POINTS),
                (quadratic, WHOLE, 0.25),
                (kinked, np.array([0.3, -2.0]), 0.5),
            ],
            HALF,
        ),
        satisfies(
            "The error falls with the square of the step",
            [(waves, POINTS[3], h) for h in (0.2, 0.1, 0.05)] + [(waves, POINTS[1], 1e-3)],
            of_second_order,
            QUARTER,
        ),
        raises(
            "A ValueError for an x of another shape than (n,)",
            [(kinked, at, 0.1) for at in (np.eye(2), np.ones((3, 1)), np.array(1.0))],
            ValueError,
            Fraction(1, 8),
        ),
        unchanged("The argument stays as it was", [(quadratic, POINTS[2], 0.5)], Fraction(1, 8)),
    ),
)
GRADIENT_MISTAKES = (
    Mistake(
        _forward,
        "These are differences to one side, whose error falls with h only. Go a step to either "
        "side of x: then the errors of first order cancel.",
        "derivatives.one-sided",
        credit=QUARTER,
    ),
    Mistake(
        _backward,
        "These are differences to one side, whose error falls with h only. Go a step to either "
        "side of x: then the errors of first order cancel.",
        "derivatives.one-sided",
        credit=QUARTER,
    ),
    Mistake(
        _by_h_only,
        "Every entry is twice what it should be: from x - h to x + h it is two steps.",
        "derivatives.two-steps",
        credit=HALF,
    ),
    Mistake(
        _without_brackets,
        "`/ 2 * h` divides by 2 and then multiplies by h. Both belong below the line: put brackets "
        "round them.",
        "derivatives.brackets",
        credit=HALF,
    ),
    Mistake(
        _half_steps,
        "These are central differences with half the step: go by h to either side, and divide by "
        "the whole way between.",
        "derivatives.half-steps",
        credit=MOST,
    ),
    Mistake(
        _negated,
        "Every entry has the wrong sign: the value further on minus the value before.",
        "derivatives.sign",
        credit=HALF,
    ),
    Mistake(
        _all_at_once,
        "All entries of x are moved together. For entry k of the gradient only entry k moves.",
        "derivatives.all-at-once",
    ),
    Mistake(
        _sum,
        "The derivatives are added up. The gradient keeps them apart, one entry for each variable.",
        "derivatives.added-up",
    ),
    Mistake(
        _column,
        "The numbers are right; the result should have the shape (n,), not (n, 1).",
        "derivatives.shape",
        credit=MOST,
    ),
    Mistake(
        _whole_numbers,
        "In an array of whole numbers a step is cut off to a whole number. Make an array of "
        "floating-point numbers of it first: np.array(x, dtype=float).",
        "derivatives.whole-numbers",
        credit=MOST,
    ),
    Mistake(
        _in_place,
        "x itself is moved here. In an array of whole numbers a step is then cut off to a whole "
        "number, and the way back may miss the start. Move a copy: np.array(x, dtype=float).",
        "derivatives.in-place",
        credit=Fraction(5, 8),
    ),
)
