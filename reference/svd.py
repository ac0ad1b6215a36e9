"""The items of the assignment on the singular value decomposition."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from mathgrade.answers import SVD, Choice, Derivation, Matrix, Number, Shares
from mathgrade.items import Follow, Item, Mistake

HALF = Fraction(1, 2)

V = sp.Matrix([[1, -1], [1, 1]]) / sp.sqrt(2)
SIGMA = sp.diag(2, 4)
U = sp.Matrix([[-sp.sqrt(3), 1], [-1, -sp.sqrt(3)]]) / 2
FOUR_POINTS = sp.Matrix([[1, -1, 0, 0], [0, 0, 1, -1]]) / sp.sqrt(2)

# ------------------------------------------------------------------------------------------------
# The inverse of V, as a derivation

UNIT = r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}"
INVERSE = Derivation(
    "V^{-1} = V^T",
    {},
    {"V": r"\frac{1}{\sqrt{2}} \begin{pmatrix} 1 & -1 \\ 1 & 1 \end{pmatrix}", "I": UNIT},
    # The transpose is a third; so is either product, worked out.
    milestones=(
        r"V^T = \frac{1}{\sqrt{2}} \begin{pmatrix} 1 & 1 \\ -1 & 1 \end{pmatrix}",
        f"V^T V = {UNIT}",
        f"V V^T = {UNIT}",
    ),
    shares=Shares(
        cases=Fraction(0), lines=Fraction(0), milestones=Fraction(1), most=Fraction(2, 3)
    ),
)

# ------------------------------------------------------------------------------------------------
# What follows from a student's own start


def _exact(start: Any) -> sp.Matrix:
    return sp.Matrix(start.tolist() if isinstance(start, np.ndarray) else start)


def images_of(sigma_vt: Any) -> Matrix:
    """The test of the four images for someone with this ΣVᵀ."""
    return Matrix(_exact(sigma_vt) * FOUR_POINTS, entries="columns")


def product_of(sigma_vt: Any) -> Matrix:
    """The test of A = UΣVᵀ for someone with this ΣVᵀ."""
    return Matrix(U * _exact(sigma_vt), exact=True)


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
    return Matrix(leading(decomposition)[0], decimals=6)


def error_of(decomposition: Any) -> Number:
    """The test of its error for someone with this decomposition."""
    return Number(leading(decomposition)[2], decimals=6)


def says_nothing(decomposition: Any) -> bool:
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


def best(matrix: Any) -> tuple[Any, float, float]:
    """The best approximation of rank 1 and the two singular values (Eckart and Young 1936)."""
    return leading(np.linalg.svd(np.array(matrix, dtype=float), full_matrices=False))


def decomposition(matrix: Any) -> SVD:
    """The test of the decomposition of the matrix drawn."""
    return SVD(matrix, name="B")


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
            "svd.of-the-square",
            credit=Fraction(1, 4),
        ),
    ]


def rank_one(matrix: Any) -> Matrix:
    """The test of the best approximation of the matrix drawn."""
    return Matrix(best(matrix)[0], decimals=6)


def rank_one_mistakes(matrix: Any) -> list[Mistake]:
    """What the drawn matrix can be mistaken for being approximated by."""
    near, first, _ = best(matrix)
    return [
        Mistake(
            np.array(matrix) - near,
            "This is the second term of the sum: the part that is left out.",
            "svd.second-term",
        ),
        Mistake(
            near / first,
            "The singular value is missing as a factor.",
            "svd.not-scaled",
            credit=HALF,
        ),
        Mistake(
            np.array(matrix),
            "This is B itself, which has rank 2.",
            "svd.rank-two",
        ),
    ]


def rank_one_error(matrix: Any) -> Number:
    """The test of the error for the matrix drawn."""
    return Number(best(matrix)[2], decimals=6)


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


ITEMS = [
    Item(
        "v-images",
        2,
        Matrix(V, entries="columns"),
        title="The images of the unit vectors under V",
        mistakes=(
            Mistake(
                V.T,
                "These are the images under the transpose of V.",
                "svd.transposed",
                credit=HALF,
            ),
            Mistake(
                sp.sqrt(2) * V,
                "The factor in front of V is missing.",
                "svd.factor",
                credit=HALF,
            ),
            Mistake(
                V * sp.Matrix([[0, 1], [1, 0]]),
                "The two columns are in the other order.",
                "svd.order",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "v-rotation",
        2,
        Number(45, decimals=6),
        title="The angle of V, with its sense",
        mistakes=(
            Mistake(
                -45,
                "The angle is right, the sense is not: see where (1, 0) goes.",
                "svd.sense",
                credit=HALF,
            ),
            Mistake(
                sp.pi / 4,
                "This angle is in radians; degrees were asked.",
                "svd.radians",
                credit=HALF,
            ),
            Mistake(
                -sp.pi / 4,
                "This angle is in radians, and the sense is not right: see where (1, 0) goes.",
                "svd.radians-sense",
                credit=Fraction(1, 4),
            ),
            Mistake(
                -315,
                "The same turn, but not between -180 and 180 degrees.",
                "svd.range",
                credit=Fraction(3, 4),
            ),
        ),
    ),
    Item(
        "v-scale",
        1,
        Number(1, decimals=6),
        title="The scale factor of V",
        mistakes=(
            Mistake(
                sp.sqrt(2),
                "That would be the factor without the one in front of V.",
                "svd.factor",
            ),
            Mistake(
                1 / sp.sqrt(2),
                "This is the factor in front of V only; the matrix behind it makes vectors longer.",
                "svd.factor",
            ),
            Mistake(0, "No vector but 0 goes to 0.", "svd.factor"),
        ),
    ),
    Item(
        "v-inverse",
        3,
        INVERSE,
        title="The inverse of V is its transpose",
        mistakes=(
            Mistake(
                r"V^T V = \sqrt{2} I",
                "Each of the two matrices brings its factor 1 / sqrt(2). What is their product?",
                "svd.factor-once",
            ),
            Mistake(
                r"V V^T = \sqrt{2} I",
                "Each of the two matrices brings its factor 1 / sqrt(2). What is their product?",
                "svd.factor-once",
            ),
            Mistake("V^T V = 2 I", "Where are the factors in front of V?", "svd.factor"),
            Mistake("V V^T = 2 I", "Where are the factors in front of V?", "svd.factor"),
            Mistake(
                r"V^T V = \frac{1}{2} \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix}",
                "The entry in row r and column s of a product is row r of the first matrix times "
                "column s of the second, added up.",
                "svd.entry-by-entry",
            ),
            Mistake(
                r"V V^T = \frac{1}{2} \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix}",
                "The entry in row r and column s of a product is row r of the first matrix times "
                "column s of the second, added up.",
                "svd.entry-by-entry",
            ),
            Mistake(
                "V^T = -V",
                "The transpose has the rows of V as its columns; no entry changes its sign.",
                "svd.transpose",
            ),
            Mistake("V^T = V", "The transpose has the rows of V as its columns.", "svd.transpose"),
            Mistake(
                "V^{-1} = 2 V",
                "Multiply your matrix by V: is the result the unit matrix? An inverse is not made "
                "of the reciprocals of the entries.",
                "svd.reciprocals",
            ),
            Mistake(
                r"V^{-1} = \frac{1}{2} V^T",
                "If V = a M with a number a, by what has the inverse of M to be multiplied to give "
                "that of V?",
                "svd.factor-not-inverted",
            ),
        ),
    ),
    Item(
        "sigma-vt",
        2,
        Matrix(SIGMA * V.T),
        title="The matrix ΣVᵀ",
        mistakes=(
            Mistake(
                SIGMA * V,
                "This is Σ times V; V has to be transposed.",
                "svd.v-for-vt",
                credit=HALF,
            ),
            Mistake(
                V.T * SIGMA,
                "The factors are in the other order: Σ stands on the left.",
                "svd.order",
                credit=Fraction(1, 4),
            ),
            Mistake(
                V * SIGMA,
                "This is V times Σ; asked is Σ times the transpose of V.",
                "svd.order",
            ),
            Mistake(
                sp.sqrt(2) * SIGMA * V.T,
                "The factor in front of V is missing.",
                "svd.factor",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "sigma-vt-images",
        2,
        Matrix(SIGMA * V.T * FOUR_POINTS, entries="columns"),
        title="The images of the four points under ΣVᵀ",
        follow=Follow("sigma-vt", images_of),
        mistakes=(
            Mistake(
                sp.sqrt(2) * SIGMA * V.T * FOUR_POINTS,
                "These are the images of points at distance 1; the four points are at distance "
                "1/√2 from the origin.",
                "svd.factor",
                credit=HALF,
            ),
            Mistake(
                V.T * FOUR_POINTS,
                "These are the images under the transpose of V; Σ has still to act.",
                "svd.without-sigma",
            ),
            Mistake(
                SIGMA * V * FOUR_POINTS,
                "V has to be transposed.",
                "svd.v-for-vt",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "image-shape",
        1,
        Choice(
            "rectangle",
            {
                "square": "a square",
                "rectangle": "a rectangle with two different sides",
                "rhombus": "a rhombus without a right angle",
                "kite": "a kite with two different pairs of equal sides",
            },
        ),
        title="The shape of the four images",
        mistakes=(
            Mistake(
                "square", "The corners were a square before Σ stretched them.", "svd.not-stretched"
            ),
            Mistake(
                "rhombus",
                "Draw the four points: in which directions does Σ stretch, and how do the sides "
                "lie before it does?",
                "svd.stretched-askew",
            ),
        ),
    ),
    Item(
        "u-images",
        2,
        Matrix(U * FOUR_POINTS, entries="columns"),
        title="The images of the four points under U",
        mistakes=(
            Mistake(
                sp.sqrt(2) * U * FOUR_POINTS,
                "These are the images of points at distance 1; the four points are at distance "
                "1/√2 from the origin.",
                "svd.factor",
                credit=HALF,
            ),
            Mistake(
                U.T * FOUR_POINTS,
                "These are the images under the transpose of U.",
                "svd.transposed",
                credit=HALF,
            ),
            Mistake(
                U * SIGMA * V.T * FOUR_POINTS,
                "These are the images under all three maps; asked is U alone, on the four points.",
                "svd.all-three",
            ),
        ),
    ),
    Item(
        "u-action",
        1,
        Choice(
            "b",
            {
                "a": "turns by 150° counter-clockwise, keeps all lengths",
                "b": "turns by 150° clockwise, keeps all lengths",
                "c": "turns by 30° clockwise, keeps all lengths",
                "d": "turns by 150° clockwise, halves all lengths",
                "e": "reflects in a line through the origin",
            },
        ),
        title="What U does",
        mistakes=(
            Mistake("a", "The angle is right, the sense is not.", "svd.sense", credit=HALF),
            Mistake("d", "The turn is right, but U is orthogonal.", "svd.factor", credit=HALF),
            Mistake("c", "The first entry of U is negative: where does (1, 0) go?", "svd.quadrant"),
            Mistake("e", "The determinant of U is 1, not -1.", "svd.determinant"),
        ),
    ),
    Item(
        "product",
        3,
        Matrix(U * SIGMA * V.T, exact=True),
        title="The product UΣVᵀ",
        follow=Follow("sigma-vt", product_of),
        mistakes=(
            Mistake(U * SIGMA * V, "V has to be transposed.", "svd.v-for-vt", credit=HALF),
            Mistake(
                SIGMA * V.T * U,
                "The factors are in another order: U stands on the left.",
                "svd.order",
                credit=Fraction(1, 3),
            ),
            Mistake(
                V * SIGMA * U.T,
                "This is the transpose of A.",
                "svd.transposed",
                credit=HALF,
            ),
            Mistake(U * V.T, "Σ is left out.", "svd.without-sigma"),
            Mistake(
                U.T * SIGMA * V.T,
                "U is transposed here, but not in the question.",
                "svd.u-transposed",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "decomposition",
        4,
        decomposition,
        title="The decomposition of a matrix of your own",
        mistakes=decomposition_mistakes,
        variant=True,
    ),
    Item(
        "rank-one",
        2,
        rank_one,
        title="The best approximation of rank 1",
        mistakes=rank_one_mistakes,
        follow=Follow("decomposition", rank_one_of, trivial=says_nothing),
        variant=True,
    ),
    Item(
        "rank-one-error",
        1,
        rank_one_error,
        title="Its error in the spectral norm",
        mistakes=rank_one_error_mistakes,
        follow=Follow("decomposition", error_of, trivial=says_nothing),
        variant=True,
    ),
]
