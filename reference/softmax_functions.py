"""The softmax and its Jacobian as functions, right and wrong: two notebooks ask for them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathgrade.items import Mistake

Array = NDArray[np.float64]
Softmax = Callable[[Array], Array]

# What counts as right in code: the same six digits that the questions promise.
SIX_DIGITS = {"rtol": 1e-6, "atol": 1e-9}


def softmax(z: Array, axis: int = -1) -> Array:
    """Softmax along one axis; the largest exponent is 0, so nothing overflows."""
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return np.asarray(powers / np.sum(powers, axis=axis, keepdims=True))


def softmax_jacobian(z: Array) -> Array:
    """Jacobian matrix of the softmax at a vector."""
    return jacobian_from(softmax)(z)


def jacobian_from(own: Softmax) -> Callable[[Array], Array]:
    """The Jacobian as someone writes it who has this softmax."""

    def jacobian(z: Array) -> Array:
        p = _vector(own, z)
        return np.asarray(np.diag(p) - np.outer(p, p))

    return jacobian


def _vector(own: Softmax, z: Array) -> Array:
    p = np.asarray(own(z), dtype=float)
    if p.shape != np.shape(z):
        raise ValueError("not the softmax of a vector")
    return p


SQUARES_ONLY = (
    "y * y is the vector of the squares and y @ y their sum. The products y_i y_j of every entry "
    "with every other are np.outer(y, y).",
    "softmax.entry-by-entry",
)


def wrong_jacobians(own: Softmax = softmax) -> list[Mistake]:
    """What is made of a softmax in the place of its Jacobian."""

    def of(wrong: Callable[[Array], Any]) -> Callable[[Array], Array]:
        return lambda z: np.asarray(wrong(_vector(own, z)))

    return [
        Mistake(
            of(lambda p: np.diag(p) + np.outer(p, p)),
            "The products y_i y_j are added; they have to be subtracted.",
            "softmax.sign",
        ),
        Mistake(
            of(lambda p: np.diag(p * (1 - p))),
            "Only the diagonal is filled; every other entry is -y_i y_j.",
            "softmax.diagonal-only",
            credit=Fraction(1, 4),
        ),
        Mistake(
            of(lambda p: -np.outer(p, p)),
            "On the diagonal the derivative of the numerator is missing.",
            "softmax.off-diagonal-only",
            credit=Fraction(1, 4),
        ),
        Mistake(
            of(lambda p: np.eye(p.size) - np.outer(p, p)),
            "The unit matrix stands where the diagonal matrix of the y_i belongs.",
            "softmax.delta-unscaled",
            credit=Fraction(1, 4),
        ),
        Mistake(
            of(lambda p: np.outer(p, 1 - p)),
            "This is y_i (1 - y_j) everywhere, but the 1 belongs to the diagonal only.",
            "softmax.delta-missing",
            credit=Fraction(1, 4),
        ),
        Mistake(of(lambda p: np.diag(p) - p * p), *SQUARES_ONLY, credit=Fraction(1, 4)),
        Mistake(of(lambda p: np.diag(p) - p @ p), *SQUARES_ONLY, credit=Fraction(1, 4)),
        Mistake(
            of(np.diag),
            "The denominator depends on every logit as well: use the quotient rule in full.",
            "softmax.denominator-constant",
        ),
        Mistake(
            of(lambda p: np.outer(p, p) - np.diag(p)),
            "Every entry has the wrong sign.",
            "softmax.negated",
            credit=Fraction(1, 2),
        ),
    ]


def at(point: Array, mistakes: list[Mistake]) -> list[Mistake]:
    """Wrong functions as the wrong matrices they return at a point."""
    return [Mistake(m.response(point), m.message, m.note, m.credit) for m in mistakes]
