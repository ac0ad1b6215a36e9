"""The matrices of the notebook on the SVD, and tests that depend on a draw or a start."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from mathgrade.answers import SVD, Choice, Matrix, Number
from mathgrade.items import Mistake, says_nothing

HALF = Fraction(1, 2)

V = sp.Matrix([[1, -1], [1, 1]]) / sp.sqrt(2)
SIGMA = sp.diag(2, 4)
U = sp.Matrix([[-sp.sqrt(3), 1], [-1, -sp.sqrt(3)]]) / 2
THREE_POINTS = sp.Matrix([[1, 0, 1], [0, 1, 1]])
FOUR_POINTS = sp.Matrix([[1, -1, 0, 0], [0, 0, 1, -1]]) / sp.sqrt(2)

# ------------------------------------------------------------------------------------------------
# What follows from a student's own start


def exact(start: Any) -> sp.Matrix:
    """A start as a SymPy matrix, in whatever form it came."""
    return sp.Matrix(start.tolist() if isinstance(start, np.ndarray) else start)


def given_or_nothing(start: Any) -> bool:
    """Whether a start is one of the matrices in the question, or says nothing."""
    return says_nothing(start) or any(exact(start) == given for given in (V, SIGMA, U))


def _of_v(images: Any) -> sp.Matrix:
    """The matrix that has these images of (1, 0) and (0, 1)."""
    return exact(images)[:, :2]


def _turn(matrix: sp.Matrix) -> float:
    """The angle of a matrix that turns and stretches alike in every direction, in degrees.

    Raises:
        ValueError: it does something else.
    """
    (a, b), (c, d) = np.array(matrix, dtype=float)
    if not (np.isclose(a, d) and np.isclose(b, -c)) or np.hypot(a, c) < 1e-6:
        raise ValueError("not a turn")
    return float(np.degrees(np.arctan2(c, a)))


def angle_from(images: Any) -> Number:
    """The test of the angle for someone with these images under V."""
    return Number(_turn(_of_v(images)), decimals=6)


LONG_WAY = sp.Matrix([3, 4])


def length_from(images: Any) -> Number:
    """The test of the length for someone with these images under V."""
    return Number(sp.sqrt(sum(entry**2 for entry in _of_v(images) * LONG_WAY)), rounded=HALF)


def images_of(sigma_vt: Any) -> Matrix:
    """The test of the four images for someone with this ΣVᵀ."""
    return Matrix(exact(sigma_vt) * FOUR_POINTS, entries="columns", rounded=HALF)


FACTOR = (
    "These are the images of points at distance 1; the four points are at distance 1/√2 from the "
    "origin."
)


def images_mistakes(sigma_vt: Any) -> list[Mistake]:
    """The known mistakes in the four images of someone with this ΣVᵀ."""
    return [Mistake(sp.sqrt(2) * exact(sigma_vt) * FOUR_POINTS, FACTOR, "svd.factor", HALF)]


SHAPES = {
    "square": "a square",
    "rectangle": "a rectangle with two different sides",
    "rhombus": "a rhombus without a right angle",
    "kite": "a kite with two different pairs of equal sides",
}


def shape_from(images: Any) -> Choice:
    """The test of the shape for someone with these four images.

    Raises:
        ValueError: they are the corners of none of the shapes.
    """
    a, c, b, d = np.array(exact(images), dtype=float).T  # a and c are opposite, as are b and d
    sides = [b - a, c - b, d - c, a - d]
    lengths = [float(np.linalg.norm(side)) for side in sides]
    right = np.isclose(sides[0] @ sides[1], 0)
    opposite = np.isclose(lengths[0], lengths[2]) and np.isclose(lengths[1], lengths[3])
    adjacent = np.isclose(lengths[0], lengths[1])
    if min(lengths) < 1e-6 or not opposite or not np.allclose(sides[0], -sides[2]):
        raise ValueError("not one of the shapes")
    if not (right or adjacent):
        raise ValueError("a parallelogram of another kind")
    shape = "square" if right and adjacent else "rectangle" if right else "rhombus"
    return Choice(shape, SHAPES)


ACTIONS = {
    "a": "turns by 150° counter-clockwise, keeps all lengths",
    "b": "turns by 150° clockwise, keeps all lengths",
    "c": "turns by 30° clockwise, keeps all lengths",
    "d": "turns by 150° clockwise, halves all lengths",
    "e": "reflects in a line through the origin",
}
TURNS = {"a": (150, 1.0), "b": (-150, 1.0), "c": (-30, 1.0), "d": (-150, 0.5)}


def action_from(images: Any) -> Choice:
    """The test of what U does for someone with these four images.

    Raises:
        ValueError: they show none of the options.
    """
    matrix = exact(images)[:, [0, 2]] * sp.sqrt(2)
    angle, factor = _turn(matrix), float(matrix[:, 0].norm())
    for option, (turn, scale) in TURNS.items():
        if np.isclose(angle, turn) and np.isclose(factor, scale):
            return Choice(option, ACTIONS)
    raise ValueError("none of the options")


def product_of(sigma_vt: Any) -> Matrix:
    """The test of A = UΣVᵀ for someone with this ΣVᵀ."""
    return Matrix(U * exact(sigma_vt), exact=True, rounded=HALF)


def product_mistakes(sigma_vt: Any = SIGMA * V.T) -> list[Mistake]:
    """The known mistakes in the product of someone with this ΣVᵀ."""
    own = exact(sigma_vt)
    return [
        Mistake(
            own * U,
            "The factors are in another order: U stands on the left.",
            "svd.order",
            credit=Fraction(1, 3),
        ),
        Mistake((U * own).T, "This is the transpose of A.", "svd.transposed", credit=HALF),
        Mistake(
            U.T * own,
            "U is transposed here, but not in the question.",
            "svd.u-transposed",
            credit=HALF,
        ),
    ]


def leading(decomposition: Any) -> tuple[Any, float, float]:
    """The term of rank 1 that a decomposition (U, S, Vt) starts with, and two singular values.

    Returns:
        σ₁ u₁ v₁ᵀ as an array of shape (3, 2), σ₁ and σ₂.

    Raises:
        ValueError: no such term can be taken out of it.
    """
    left, sigma, right = (np.array(part, dtype=float) for part in decomposition)
    values = np.diag(sigma) if sigma.ndim == 2 and 1 not in sigma.shape else sigma.ravel()
    if values.size != 2 or left.shape[0] != 3 or right.shape != (2, 2):
        raise ValueError("not the decomposition of a 3 by 2 matrix")
    return values[0] * np.outer(left[:, 0], right[0]), float(values[0]), float(values[1])


def rank_one_of(decomposition: Any) -> Matrix:
    """The test of the best approximation for someone with this decomposition."""
    return Matrix(leading(decomposition)[0], decimals=6, rounded=HALF)


def rank_one_mistakes_of(decomposition: Any) -> list[Mistake]:
    """The known mistakes in the approximation of someone with this decomposition."""
    near, first, second = leading(decomposition)
    left, _, right = (np.array(part, dtype=float) for part in decomposition)
    return [
        Mistake(second * np.outer(left[:, 1], right[1]), *SECOND_TERM),
        Mistake(near / first, *NOT_SCALED, credit=HALF),
        Mistake(near * first, *SCALED_TWICE, credit=HALF),
    ]


def error_of(decomposition: Any) -> Number:
    """The test of its error for someone with this decomposition."""
    return Number(leading(decomposition)[2], decimals=6, rounded=HALF)


def error_from(near: Any, matrix: Any) -> Number:
    """The test of the error for someone with this approximation of the matrix drawn."""
    left = np.array(matrix, dtype=float) - np.array(exact(near), dtype=float)
    return Number(float(np.linalg.norm(left, 2)), decimals=6, rounded=HALF)


def no_decomposition(decomposition: Any) -> bool:
    """Whether a decomposition is no start to go on from.

    A start has unit vectors in U and Vᵀ and two different singular values; so
    U = B with Σ = V = I is none.
    """
    try:
        left, _, right = (np.array(part, dtype=float) for part in decomposition)
        _, first, second = leading(decomposition)
    except (TypeError, ValueError):
        return True
    lengths = [*np.linalg.norm(left, axis=0), *np.linalg.norm(right, axis=1)]
    unit = np.allclose(lengths, 1, atol=0.01)  # rounded factors are a start
    return not unit or not np.isfinite([first, second]).all() or first == second


# ------------------------------------------------------------------------------------------------
# What is drawn: a matrix of whole numbers with two different singular values


SECOND_TERM = (
    "This is the second term of the sum: the part that is left out.",
    "svd.second-term",
)
NOT_SCALED = ("The singular value is missing as a factor.", "svd.not-scaled")
SCALED_TWICE = (
    "The singular value is a factor twice: B v is its left singular vector times it already.",
    "svd.scaled-twice",
)


def best(matrix: Any) -> tuple[Any, float, float]:
    """The best approximation of rank 1 and the two singular values (Eckart and Young 1936)."""
    return leading(np.linalg.svd(np.array(matrix, dtype=float), full_matrices=False))


def decomposition(matrix: Any) -> SVD:
    """The test of the decomposition of the matrix drawn."""
    return SVD(matrix, name="B", rounded=HALF)


def decomposition_mistakes(matrix: Any) -> list[Mistake]:
    """Matrices that may be decomposed instead of the one drawn."""
    drawn = np.array(matrix)
    return [
        Mistake(
            drawn.T,
            "This decomposes the transpose of B: U and V have changed places.",
            "svd.of-the-transpose",
            credit=HALF,
        ),
        Mistake(
            drawn.T @ drawn,
            "This decomposes B^T B. Its eigenvectors are the columns of V, but the singular values "
            "of B are the roots of its eigenvalues, and U has still to be found.",
            "svd.of-the-square",
            credit=Fraction(1, 4),
        ),
        Mistake(
            drawn @ drawn.T,
            "This decomposes B B^T. Its eigenvectors are the columns of U, but the singular values "
            "of B are the roots of its eigenvalues, and V has still to be found.",
            "svd.of-the-square-left",
            credit=Fraction(1, 4),
        ),
    ]


def rank_one(matrix: Any) -> Matrix:
    """The test of the best approximation of the matrix drawn."""
    return Matrix(best(matrix)[0], decimals=6, rounded=HALF)


def rank_one_mistakes(matrix: Any) -> list[Mistake]:
    """What the drawn matrix can be mistaken for being approximated by."""
    near, first, _ = best(matrix)
    return [
        Mistake(np.array(matrix) - near, *SECOND_TERM),
        Mistake(near / first, *NOT_SCALED, credit=HALF),
        Mistake(near * first, *SCALED_TWICE, credit=HALF),
        Mistake(
            np.array(matrix),
            "This is B itself, which has rank 2.",
            "svd.rank-two",
        ),
    ]


def rank_one_error(matrix: Any) -> Number:
    """The test of the error for the matrix drawn."""
    return Number(best(matrix)[2], decimals=6, rounded=HALF)


def rank_one_error_mistakes(matrix: Any) -> list[Mistake]:
    """Numbers the error can be mistaken for."""
    _, first, second = best(matrix)
    return [
        Mistake(first, "This is the norm of B_1; asked is the norm of what is left.", "svd.first"),
        Mistake(second**2, "This is the square of the error.", "svd.squared", credit=HALF),
        Mistake(
            second / first,
            "This is the error relative to the norm of B; asked is the error itself.",
            "svd.relative",
            credit=HALF,
        ),
        Mistake(first - second, "The norm of B - B_1 is no difference of norms.", "svd.difference"),
    ]
