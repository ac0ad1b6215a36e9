"""The items of the assignment on the chain rule through a softmax."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathgrade.answers import Derivation, Expression, Function, Shares
from mathgrade.answers.checks import agrees, unchanged
from mathgrade.answers.trivial import is_trivial
from mathgrade.items import Follow, Item, Mistake
from mathgrade.verdict import Finding, Outcome, Verdict

Array = NDArray[np.float64]
Jacobian = Callable[[Array], Array]

HALF = Fraction(1, 2)
THIRD = Fraction(1, 3)

# ------------------------------------------------------------------------------------------------
# 1 the inner derivatives

VECTORS = {"w x_j": "vector d", "u": "real"}

# ------------------------------------------------------------------------------------------------
# 2 the derivative by an input, as a derivation, in rows or entry by entry

BY_INPUT = Derivation(
    (
        r"\frac{\partial y_i}{\partial x_j} = y_i (\delta_{ij} - y_j) w^T",
        r"\frac{\partial y_i}{\partial x_{ja}} = y_i (\delta_{ij} - y_j) w_a",
    ),
    {"x": "family K of vector d", "w": "vector d", "u": "real", "i j": "index K", "a": "index d"},
    {
        "z_j": r"\sum_{a=1}^{d} w_a x_{ja} - u",
        "y_i": r"\frac{e^{z_i}}{\sum_{k=1}^{K} e^{z_k}}",
    },
    milestones=(
        r"\frac{\partial z_j}{\partial x_{ja}} = w_a",
        r"\frac{\partial y_i}{\partial x_{ja}}"
        r" = \sum_{m=1}^{K} \frac{\partial y_i}{\partial z_m} \frac{\partial z_m}{\partial x_{ja}}",
    ),
    shares=Shares(cases=Fraction(0), lines=Fraction(0), milestones=2 * THIRD, most=2 * THIRD),
)

# ------------------------------------------------------------------------------------------------
# 3, 4 the outer derivatives, entry by entry. The letters y are a simplex: they add up to 1.

ENTRIES = {
    "y": "simplex K",
    "X": "matrix K d",
    "w": "vector d",
    "i j": "index K",
    "k": "index d",
}
SHIFT = (
    "The sum over j is a row sum of the softmax Jacobian. Think of what the softmax does when all "
    "scores are moved by the same number: question 1 of the notebook on the softmax."
)
SHIFT_AGAIN = (
    "The sum over j is a row sum of the softmax Jacobian, and every row adds up to 0. It is the "
    "shift once more: moving all scores by the same u changes no probability, as "
    "softmax(z) = softmax(z - c) says."
)


@dataclass(frozen=True)
class Explained(Expression):
    """A formula whose verdict, where it is right, also says what it means."""

    meaning: str = ""

    def _mark(self, response: object, source: str) -> Verdict:
        verdict = super()._mark(response, source)
        if verdict.outcome is not Outcome.CORRECT:
            return verdict
        remark = Finding("What it means", True, message=self.meaning, note="chain.shift")
        return verdict.with_finding(remark)


# ------------------------------------------------------------------------------------------------
# 5 as functions


def softmax(z: Any) -> Any:
    """Softmax of a vector, also of a complex one near the real axis."""
    powers = np.exp(z - np.max(np.real(z)))
    return powers / np.sum(powers)


def softmax_jacobian(z: Array) -> Array:
    """Jacobian matrix of the softmax at a vector."""
    p = softmax(z)
    return np.asarray(np.diag(p) - np.outer(p, p))


def grad_w(w: Array, X: Array, u: float, i: int) -> Array:
    """Derivative of y_i by w, by complex steps: it knows the softmax, but no formula.

    f(w + ih) = f(w) + ih f'(w) + O(h²), so the imaginary part holds the derivative to
    the last digit (Squire and Trapp, SIAM Review 40, 1998).
    """
    tiny = 1e-100
    steps = 1j * tiny * np.eye(w.size)
    return np.array([np.imag(softmax(X @ (w + step) - u)[i]) / tiny for step in steps])


def grad_w_with(jacobian: Jacobian) -> Function:
    """The test of ``grad_w`` for someone whose ``softmax_jacobian`` is this one."""

    def followed(w: Array, X: Array, u: float, i: int) -> Array:
        return np.asarray(np.asarray(jacobian(X @ w - u))[i] @ X)

    return GRADIENT.with_reference(followed)


def computes_nothing(jacobian: Any) -> bool:
    """Whether a student's Jacobian is no start to go on from: stub, constant, wrong shape."""
    if not callable(jacobian):
        return True
    try:
        value = np.asarray(jacobian(np.array([0.3, -0.7, 1.1])), dtype=float)
    except Exception:  # whatever a student's function raises
        return True
    return value.shape != (3, 3) or not np.isfinite(value).all() or is_trivial(value)


def _plus(z: Array) -> Array:
    p = softmax(z)
    return np.diag(p) + np.outer(p, p)


def _diagonal_only(z: Array) -> Array:
    p = softmax(z)
    return np.diag(p * (1 - p))


def _outer_only(z: Array) -> Array:
    p = softmax(z)
    return np.asarray(-np.outer(p, p))


def _negated(z: Array) -> Array:
    return -softmax_jacobian(z)


def _own_input_only(w: Array, X: Array, u: float, i: int) -> Array:
    y = softmax(X @ w - u)
    return np.asarray(y[i] * (1 - y[i]) * X[i])


def _sum_forgotten(w: Array, X: Array, u: float, i: int) -> Array:
    y = softmax(X @ w - u)
    return np.asarray(y[i] * X[i])


def _mean_only(w: Array, X: Array, u: float, i: int) -> Array:
    y = softmax(X @ w - u)
    return np.asarray(-y[i] * (y @ X))


def _of_the_logarithm(w: Array, X: Array, u: float, i: int) -> Array:
    return np.asarray(X[i] - softmax(X @ w - u) @ X)


def _negated_gradient(w: Array, X: Array, u: float, i: int) -> Array:
    return -grad_w(w, X, u, i)


def _counted_from_one(w: Array, X: Array, u: float, i: int) -> Array:
    return grad_w(w, X, u, i - 1)


_draw = np.random.default_rng(13)


def _case(K: int, d: int, i: int) -> tuple[Array, Array, float, int]:
    w, X = _draw.normal(size=d), _draw.normal(size=(K, d))
    return np.round(w, 2), np.round(X, 2), float(np.round(_draw.normal(), 2)), i


# Square, tall and wide: a mistake in a shape may fit one of them by chance.
# A single input is among them: its gradient is 0, so it must not earn anything by itself.
SHAPES = [(3, 2, 0), (3, 2, 1), (3, 2, 2), (2, 4, 1), (3, 3, 0), (5, 1, 4), (1, 3, 0)]
ORDINARY = [_case(*shape) for shape in SHAPES]
LARGE = [
    (np.array([300.0, -400.0]), np.array([[3.0, 1.0], [2.99, 1.0], [-1.0, 2.0]]), 0.5, i)
    for i in range(3)
]
POINTS = [np.round(_draw.normal(size=n), 2) for n in (1, 2, 3, 5)]
BIG_POINTS = [np.array([1000.0, 999.0, -1000.0])]

JACOBIAN = Function(
    softmax_jacobian,
    (
        agrees("Right for vectors of every length", POINTS, Fraction(3, 4)),
        agrees("Right for large entries", BIG_POINTS, Fraction(1, 4)),
    ),
)
GRADIENT = Function(
    grad_w,
    (
        agrees("Right for every i and every shape of X", ORDINARY, Fraction(3, 4), atol=1e-10),
        agrees("Right for large scores", LARGE, Fraction(1, 8), atol=1e-9, rtol=1e-7),
        unchanged("The arguments stay as they were", [ORDINARY[0]], Fraction(1, 8)),
    ),
    name="grad_w",
)

ITEMS = [
    Item(
        "dz-dx",
        1,
        Expression("T(w)", VECTORS, layout="numerator"),
        title="The derivative of a score by its input",
        mistakes=(
            Mistake("T(x_j)", "This is the derivative by w.", "chain.other-argument"),
            Mistake("-T(w)", "The sign is wrong: look at it in z_j again.", "chain.sign"),
            Mistake(
                "T(w) * x_j",
                "This is the product itself, before it is differentiated.",
                "chain.not-differentiated",
            ),
            Mistake(
                "T(w) * x_j - u",
                "This is z_j itself, before it is differentiated.",
                "chain.not-differentiated",
            ),
        ),
    ),
    Item(
        "dz-dw",
        1,
        Expression("T(x_j)", VECTORS, layout="numerator"),
        title="The derivative of a score by the weights",
        mistakes=(
            Mistake("T(w)", "This is the derivative by x_j.", "chain.other-argument"),
            Mistake("-T(x_j)", "The sign is wrong: look at it in z_j again.", "chain.sign"),
            Mistake(
                "T(w) * x_j",
                "This is the product itself, before it is differentiated.",
                "chain.not-differentiated",
            ),
            Mistake(
                "T(w) * x_j - u",
                "This is z_j itself, before it is differentiated.",
                "chain.not-differentiated",
            ),
        ),
    ),
    Item(
        "dz-du",
        1,
        Expression("-1", VECTORS),
        title="The derivative of a score by the threshold",
        mistakes=(
            Mistake("1", "Mind the sign of u in z_j.", "chain.sign"),
            Mistake("0", "z_j does depend on u.", "chain.constant"),
            Mistake(
                "-u",
                "This is the term with u, before it is differentiated.",
                "chain.not-differentiated",
            ),
            Mistake(
                "T(w) * x_j - 1",
                "The part without u is a constant here; its derivative is 0.",
                "chain.not-differentiated",
            ),
        ),
    ),
    Item(
        "dy-dx",
        3,
        BY_INPUT,
        title="The derivative of a probability by an input",
        mistakes=(
            Mistake(
                r"\frac{\partial z_i}{\partial x_j} = w^T",
                "Does z_1, with the input x_1, change if only x_2 changes?",
                "chain.every-score",
            ),
            Mistake(
                r"\frac{\partial z_i}{\partial x_{ja}} = w_a",
                "Does z_1, with the input x_1, change if only x_2 changes?",
                "chain.every-score",
            ),
            Mistake(
                r"\frac{\partial z_j}{\partial x_{ja}} = w_a - u",
                "u does not depend on x_j; what is the derivative of a constant?",
                "chain.constant",
            ),
            Mistake(
                r"\frac{\partial z_j}{\partial x_{ja}} = x_{ja}",
                "That is the derivative by w_a. By which of the two factors do you differentiate?",
                "chain.other-argument",
            ),
            Mistake(
                r"\frac{\partial z_j}{\partial x_{ja}} = \sum_{b=1}^{d} w_b",
                "Which of the terms of the sum contain this one entry of x_j? The index under the "
                "sum is another one than that by which you differentiate.",
                "chain.shadowed-index",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial x_{ja}} = y_i (\delta_{ij} - y_j)",
                "The chain rule has an inner derivative, too.",
                "chain.outer-only",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial x_j} = y_i (\delta_{ij} - y_i) w^T",
                "Follow the index in the Jacobian of the softmax.",
                "softmax.index-swapped",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial x_{ja}} = y_i (\delta_{ij} - y_i) w_a",
                "Follow the index in the Jacobian of the softmax.",
                "softmax.index-swapped",
            ),
        ),
    ),
    Item(
        "dy-dw",
        3,
        Expression("Sum(y[i] * (delta(i, j) - y[j]) * X[j, k], j, 1, K)", ENTRIES),
        title="The derivative of a probability by the weights",
        mistakes=(
            Mistake(
                "y[i] * (delta(i, j) - y[j]) * X[j, k]",
                "The sum over j is forgotten: w acts through every score, not through one of "
                "them, and j must not be left over.",
                "chain.sum-forgotten",
                credit=HALF,
            ),
            Mistake(
                "y[i] * (1 - y[i]) * X[i, k]",
                "This is the way through the score i only; w is in all the other scores as well.",
                "chain.own-score-only",
                credit=THIRD,
            ),
            Mistake(
                "Sum(y[i] * (delta(i, j) + y[j]) * X[j, k], j, 1, K)",
                "The second term of the Jacobian of the softmax has the wrong sign.",
                "softmax.sign",
                credit=THIRD,
            ),
            Mistake(
                "Sum(y[i] * (y[j] - delta(i, j)) * X[j, k], j, 1, K)",
                "The whole sum has the wrong sign.",
                "chain.sign",
                credit=HALF,
            ),
            Mistake(
                "Sum(y[i] * (1 - y[j]) * X[j, k], j, 1, K)",
                "The 1 in the bracket belongs to the case i = j only: it is a Kronecker delta.",
                "softmax.delta-missing",
                credit=THIRD,
            ),
            Mistake(
                "-Sum(y[i] * y[j] * X[j, k], j, 1, K)",
                "The case i = j of the Jacobian of the softmax is missing.",
                "softmax.off-diagonal-only",
                credit=THIRD,
            ),
            Mistake(
                "Sum(y[i] * (delta(i, j) - y[j]) * w[k], j, 1, K)",
                "The inner derivative by w is the input, not w.",
                "chain.other-argument",
                credit=THIRD,
            ),
        ),
    ),
    Item(
        "dy-du",
        2,
        Explained("0", ENTRIES, meaning=SHIFT_AGAIN),
        title="The derivative of a probability by the threshold",
        mistakes=(
            Mistake(
                "-y[i] * (delta(i, j) - y[j])",
                "The sum over j is forgotten: u acts through every score, and j must not be left "
                f"over. {SHIFT}",
                "chain.sum-forgotten",
                credit=HALF,
            ),
            Mistake(
                "y[i] * (delta(i, j) - y[j])",
                f"The sum over j is forgotten, and the inner derivative has a sign. {SHIFT}",
                "chain.sum-forgotten-sign",
                credit=Fraction(1, 4),
            ),
            Mistake(
                "-y[i] * (1 - y[i])",
                "This is the way through the score i only; u is in all the other scores as well. "
                f"{SHIFT}",
                "chain.own-score-only",
                credit=Fraction(1, 4),
            ),
            Mistake(
                "-y[i]",
                f"The denominator of the softmax depends on u as well. {SHIFT}",
                "softmax.denominator-constant",
            ),
            Mistake(
                "-1",
                f"This is the inner derivative alone. {SHIFT}",
                "chain.inner-only",
            ),
        ),
    ),
    Item(
        "softmax-jacobian",
        1,
        JACOBIAN,
        title="The Jacobian of the softmax, once more",
        mistakes=(
            Mistake(_plus, "The products y_i y_j have to be subtracted.", "softmax.sign"),
            Mistake(_diagonal_only, "Only the diagonal is filled.", "softmax.diagonal-only"),
            Mistake(
                _outer_only,
                "On the diagonal the derivative of the numerator is missing.",
                "softmax.off-diagonal-only",
            ),
            Mistake(_negated, "Every entry has the wrong sign.", "softmax.negated"),
        ),
    ),
    Item(
        "grad-w",
        4,
        GRADIENT,
        title="The gradient as a function",
        follow=Follow("softmax-jacobian", grad_w_with, trivial=computes_nothing),
        mistakes=(
            Mistake(
                _own_input_only,
                "Only the input x_i is used; w acts through the scores of all inputs.",
                "chain.own-score-only",
                credit=Fraction(1, 4),
            ),
            Mistake(
                _sum_forgotten,
                "This leaves the denominator of the softmax out: sum over all inputs.",
                "softmax.denominator-constant",
            ),
            Mistake(
                _mean_only,
                "The case i = j of the Jacobian of the softmax is missing.",
                "softmax.off-diagonal-only",
                credit=Fraction(1, 4),
            ),
            Mistake(
                _of_the_logarithm,
                "This is the derivative of log y_i; a factor is still missing.",
                "chain.logarithm",
                credit=HALF,
            ),
            Mistake(
                _negated_gradient,
                "The sign is wrong.",
                "chain.sign",
                credit=HALF,
            ),
            Mistake(
                _counted_from_one,
                "This counts i from 1; in Python it counts from 0.",
                "chain.counted-from-one",
                credit=Fraction(3, 4),
            ),
        ),
    ),
]

# Mutants of the solution that are right as well, each with the reason.
_SHIFT = "The softmax stays as it is when all scores are moved by u, whatever its sign."
EQUIVALENT = {
    "softmax-jacobian": {".swapaxes(0, 1)": "The Jacobian of the softmax is symmetric."},
    "grad-w": {
        "-> return softmax_jacobian(X @ w + u)[i] @ X": _SHIFT,
        "-> return softmax_jacobian(X @ w)[i] @ X": _SHIFT,
    },
}
