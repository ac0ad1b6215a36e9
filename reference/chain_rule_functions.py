"""The gradients of the notebook on the chain rule as functions, right and wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from mathgrade.answers import Function
from mathgrade.answers.checks import agrees, unchanged
from mathgrade.answers.trivial import is_trivial
from mathgrade.codec.calls import Call
from mathgrade.items import Mistake
from softmax_functions import SIX_DIGITS, Array, softmax_jacobian

Jacobian = Callable[[Array], Array]

HALF = Fraction(1, 2)
QUARTER = Fraction(1, 4)

_draw = np.random.default_rng(13)


def computes_nothing(jacobian: Any) -> bool:
    """Whether a student's Jacobian is no start to go on from: stub, constant, wrong shape."""
    if not callable(jacobian):
        return True
    try:
        value = np.asarray(jacobian(np.array([0.3, -0.7, 1.1])), dtype=float)
    except Exception:  # whatever a student's function raises
        return True
    return value.shape != (3, 3) or not np.isfinite(value).all() or is_trivial(value)


def _where_finite(test: Function, followed: Callable[..., Array]) -> Function:
    """The test with another reference, without the checks on which that one overflows.

    Their part of the credit goes to the first: right work cannot show where a start fails.
    """
    first, *others = test.checks
    kept = [check for check in others if _finite(followed, check.calls)]
    share = 1 - sum(check.share for check in kept)
    return replace(test, reference=followed, checks=(replace(first, share=share), *kept))


def _finite(followed: Callable[..., Array], calls: Sequence[Call]) -> bool:
    with np.errstate(all="ignore"):
        return all(np.isfinite(followed(*call.args)).all() for call in calls)


def _softmax(z: Any) -> Any:
    """Softmax of a vector, also of a complex one near the real axis."""
    powers = np.exp(z - np.max(np.real(z)))
    return powers / np.sum(powers)


# ------------------------------------------------------------------------------------------------
# The Jacobian of the softmax

POINTS = [np.round(_draw.normal(size=n), 2) for n in (1, 2, 3, 5)]
BIG_POINTS = [np.array([1000.0, 999.0, -1000.0])]

JACOBIAN = Function(
    softmax_jacobian,
    (
        agrees("Right for vectors of every length", POINTS, Fraction(3, 4), **SIX_DIGITS),
        agrees("Right for large entries", BIG_POINTS, QUARTER, **SIX_DIGITS),
    ),
)

# ------------------------------------------------------------------------------------------------
# grad_w(w, X, u, i), for z = Xw - u with one number u


def grad_w(w: Array, X: Array, u: float, i: int) -> Array:
    """Derivative of y_i by w, by complex steps: it knows the softmax, but no formula.

    f(w + ih) = f(w) + ih f'(w) + O(h²), so the imaginary part holds the derivative to
    the last digit (Squire and Trapp, SIAM Review 40, 1998).
    """
    tiny = 1e-100
    steps = 1j * tiny * np.eye(w.size)
    return np.array([np.imag(_softmax(X @ (w + step) - u)[i]) / tiny for step in steps])


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

GRADIENT = Function(
    grad_w,
    (
        agrees("Right for every i and every shape of X", ORDINARY, Fraction(3, 4), **SIX_DIGITS),
        agrees("Right for large scores", LARGE, Fraction(1, 8), **SIX_DIGITS),
        unchanged("The arguments stay as they were", [ORDINARY[0]], Fraction(1, 8)),
    ),
    name="grad_w",
)


def grad_w_with(jacobian: Jacobian) -> Function:
    """The test of ``grad_w`` for someone whose ``softmax_jacobian`` is this one."""

    def followed(w: Array, X: Array, u: float, i: int) -> Array:
        return np.asarray(np.asarray(jacobian(X @ w - u))[i] @ X)

    return _where_finite(GRADIENT, followed)


def _weights(wrong: Callable[[Array, Array, int], Any]) -> Callable[..., Array]:
    """A wrong gradient by w made of the probabilities, the inputs and i."""
    return lambda w, X, u, i: np.asarray(wrong(_softmax(X @ w - u), X, i))


GRADIENT_MISTAKES = (
    Mistake(
        _weights(lambda y, X, i: y[i] * X[i]),
        "This leaves the denominator of the softmax out: sum over all inputs.",
        "softmax.denominator-constant",
    ),
    Mistake(
        _weights(lambda y, X, i: -y[i] * (y @ X)),
        "The case i = j of the Jacobian of the softmax is missing.",
        "softmax.off-diagonal-only",
        credit=QUARTER,
    ),
    Mistake(
        _weights(lambda y, X, i: y[i] * ((1 - y) @ X)),
        "The 1 in the bracket belongs to the input i only: it is a Kronecker delta.",
        "softmax.delta-missing",
        credit=QUARTER,
    ),
    Mistake(
        _weights(lambda y, X, i: X[i] - y @ X),
        "This is the derivative of log y_i; a factor is still missing.",
        "chain.logarithm",
        credit=HALF,
    ),
)


def grad_w_mistakes_with(jacobian: Jacobian = softmax_jacobian) -> list[Mistake]:
    """What is made of a Jacobian of the softmax in the place of the derivative by w."""

    def of(wrong: Callable[[Array, Array, int], Any]) -> Callable[..., Array]:
        return lambda w, X, u, i: np.asarray(wrong(np.asarray(jacobian(X @ w - u)), X, i))

    return [
        Mistake(
            of(lambda J, X, i: J[i, i] * X[i]),
            "Only the input x_i is used; w acts through the scores of all inputs.",
            "chain.own-score-only",
            credit=QUARTER,
        ),
        Mistake(of(lambda J, X, i: -J[i] @ X), "The sign is wrong.", "chain.sign", credit=HALF),
        Mistake(
            of(lambda J, X, _: J @ X),
            "These are the gradients of all probabilities, one a row; asked is that of y_i alone.",
            "chain.every-probability",
            credit=Fraction(3, 4),
        ),
        Mistake(
            of(lambda J, X, i: J[i - 1] @ X),
            "This counts i from 1; in Python it counts from 0.",
            "chain.counted-from-one",
            credit=Fraction(3, 4),
        ),
    ]


# ------------------------------------------------------------------------------------------------
# matrix_gradient(W, x, u), for z = Wx - u with a matrix W, one input x and a vector u


def matrix_gradient(W: Array, x: Array, u: Array) -> Array:
    """Derivative of every y_i by every entry of W, by complex steps."""
    tiny = 1e-100
    found = np.zeros((W.shape[0], *W.shape))
    for place in np.ndindex(*W.shape):
        step = np.zeros(W.shape, dtype=complex)
        step[place] = 1j * tiny
        found[(slice(None), *place)] = np.imag(_softmax((W + step) @ x - u)) / tiny
    return found


def _layer(K: int, d: int) -> tuple[Array, Array, Array]:
    sizes = ((K, d), (d,), (K,))
    W, x, u = (np.round(_draw.normal(size=size), 2) for size in sizes)
    return W, x, u


# K = d is among them, where axes in another order fit, too.
LAYERS = [_layer(*shape) for shape in [(3, 2), (2, 4), (3, 3), (4, 1), (1, 3)]]
LARGE_LAYERS = [
    (np.array([[300.0, 1.0], [299.0, 1.0]]), np.array([3.0, 2.0]), np.array([0.5, 1.0]))
]

MATRIX_GRADIENT = Function(
    matrix_gradient,
    (
        agrees("Right for every shape of W", LAYERS, Fraction(3, 4), **SIX_DIGITS),
        agrees("Right for large scores", LARGE_LAYERS, Fraction(1, 8), **SIX_DIGITS),
        unchanged("The arguments stay as they were", [LAYERS[0]], Fraction(1, 8)),
    ),
)


def matrix_gradient_with(jacobian: Jacobian) -> Function:
    """The test of ``matrix_gradient`` for someone whose ``softmax_jacobian`` is this one."""

    def followed(W: Array, x: Array, u: Array) -> Array:
        J = np.asarray(jacobian(W @ x - u))
        return np.asarray(J[:, :, None] * x)

    return _where_finite(MATRIX_GRADIENT, followed)


def matrix_mistakes(jacobian: Jacobian = softmax_jacobian) -> list[Mistake]:
    """What is made of a Jacobian of the softmax in the place of the derivative by W."""

    def of(wrong: Callable[[Array, Array], Any]) -> Callable[..., Array]:
        return lambda W, x, u: np.asarray(wrong(np.asarray(jacobian(W @ x - u)), x))

    return [
        Mistake(
            of(lambda J, x: J[:, None, :] * x[None, :, None]),
            "The axes are in another order: the row of W comes before the column, as in the entry "
            "[i, k, m].",
            "chain.axes",
            credit=HALF,
        ),
        Mistake(
            of(lambda J, x: np.outer(np.diag(J), x)),
            "Row k of W acts through the score k on every probability, not only on y_k: the "
            "result has three axes.",
            "chain.own-score-only",
            credit=QUARTER,
        ),
        Mistake(
            of(lambda J, x: np.eye(len(J))[:, :, None] * x),
            "This is the derivative of the scores z by W; the softmax has still to be "
            "differentiated.",
            "chain.inner-only",
            credit=QUARTER,
        ),
        Mistake(
            of(lambda J, x: -J[:, :, None] * x),
            "The sign is wrong: it is u that is subtracted, not Wx.",
            "chain.sign",
            credit=HALF,
        ),
        Mistake(
            lambda W, x, u: np.asarray(np.asarray(jacobian(W @ x - u))[:, :, None] * W),
            "The inner derivative of z_k by W_km is the entry x_m, not the weight.",
            "chain.other-argument",
            credit=QUARTER,
        ),
        Mistake(
            of(lambda J, x: np.repeat(J[:, :, None], x.size, axis=2)),
            "The inner derivative is missing: z_k depends on W_km through x_m.",
            "chain.outer-only",
            credit=QUARTER,
        ),
    ]
