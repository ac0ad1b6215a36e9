"""The items of the assignment on the singular value decomposition."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from mathgrade.answers import Choice, Derivation, Matrix, Number, Shares
from mathgrade.items import Follow, Item, Mistake
from svd_matrices import (
    ACTIONS,
    FACTOR,
    FOUR_POINTS,
    SHAPES,
    SIGMA,
    THREE_POINTS,
    U,
    V,
    action_from,
    angle_from,
    decomposition,
    decomposition_mistakes,
    error_from,
    error_of,
    given_or_nothing,
    images_mistakes,
    images_of,
    length_from,
    no_decomposition,
    product_mistakes,
    product_of,
    rank_one,
    rank_one_error,
    rank_one_error_mistakes,
    rank_one_mistakes,
    rank_one_mistakes_of,
    rank_one_of,
    shape_from,
)

HALF = Fraction(1, 2)

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

ITEMS = [
    Item(
        "v-images",
        2,
        Matrix(V * THREE_POINTS, entries="columns", rounded=HALF),
        title="The images of three vectors under V",
        mistakes=(
            Mistake(
                V.T * THREE_POINTS,
                "These are the images under the transpose of V.",
                "svd.transposed",
                credit=HALF,
            ),
            Mistake(
                sp.sqrt(2) * V * THREE_POINTS,
                "The factor in front of V is missing.",
                "svd.factor",
                credit=HALF,
            ),
            Mistake(
                (V * THREE_POINTS)[:, [1, 0, 2]],
                "The first two columns are in the other order.",
                "svd.order",
                credit=HALF,
            ),
            Mistake(
                V * THREE_POINTS / sp.sqrt(2),
                "The factor in front of V is taken twice.",
                "svd.factor-twice",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "v-rotation",
        2,
        Number(45, decimals=6, rounded=HALF),
        title="The angle of V, with its sense",
        follow=Follow("v-images", angle_from),
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
        Number(5, decimals=6, rounded=HALF),
        title="How long the image of a vector under V is",
        follow=Follow(
            "v-images",
            length_from,
            remark="But V is orthogonal: it changes no length. That tells you that the images "
            "cannot be right.",
        ),
        mistakes=(
            Mistake(
                5 * sp.sqrt(2),
                "That would be the length without the factor in front of V. V is orthogonal: it "
                "only turns, and no length changes.",
                "svd.factor",
            ),
            Mistake(
                5 / sp.sqrt(2),
                "1/√2 is the factor in front of V only; the matrix behind it makes vectors longer "
                "by √2. V is orthogonal: it only turns, and no length changes.",
                "svd.factor-alone",
            ),
            Mistake(
                1,
                "1 is the factor by which V changes lengths. Asked is the length of the image of "
                "(3, 4).",
                "svd.factor-for-length",
            ),
            Mistake(25, "This is the square of the length.", "svd.squared", credit=HALF),
            Mistake(
                7,
                "The length of a vector is the root of the sum of the squares of its entries.",
                "svd.sum-for-length",
            ),
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
                "svd.transpose-signs",
            ),
            Mistake("V^T = V", "The transpose has the rows of V as its columns.", "svd.transpose"),
            Mistake(
                "V^{-1} = 2 V",
                "Multiply your matrix by V: is the result the unit matrix? An inverse is not made "
                "of the reciprocals of the entries.",
                "svd.reciprocals",
            ),
            Mistake(
                r"\det V = \sqrt{2}",
                "The factor in front of V goes into the determinant once for each row.",
                "svd.determinant",
            ),
            Mistake(
                r"V^{-1} = \frac{1}{\sqrt{2}} V^T",
                "The factor in front of V goes into the determinant once for each row.",
                "svd.determinant",
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
        "vt-images",
        2,
        Matrix(V.T * THREE_POINTS, entries="columns", rounded=HALF),
        title="The images of three vectors under Vᵀ",
        mistakes=(
            Mistake(
                V * THREE_POINTS,
                "These are the images under V itself.",
                "svd.v-for-vt",
                credit=Fraction(1, 4),
            ),
            Mistake(
                sp.sqrt(2) * V.T * THREE_POINTS,
                "The factor in front of V is missing.",
                "svd.factor",
                credit=HALF,
            ),
            Mistake(
                V.T * THREE_POINTS / sp.sqrt(2),
                "The factor in front of V is taken twice.",
                "svd.factor-twice",
                credit=HALF,
            ),
            Mistake(
                -V * THREE_POINTS,
                "These are the images under -V. A transpose changes no signs: it has the rows as "
                "its columns.",
                "svd.transpose",
            ),
        ),
    ),
    Item(
        "sigma-vt",
        2,
        Matrix(SIGMA * V.T, rounded=HALF),
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
                sp.diag(4, 2) * V.T,
                "The two entries of Σ have changed places: which of them scales the first row?",
                "svd.sigma-order",
                credit=HALF,
            ),
            Mistake(
                V * SIGMA,
                "This is V times Σ; asked is Σ times the transpose of V.",
                "svd.order-and-v",
            ),
            Mistake(
                sp.sqrt(2) * SIGMA * V.T,
                "The factor in front of V is missing.",
                "svd.factor",
                credit=HALF,
            ),
            Mistake(
                sp.matrix_multiply_elementwise(SIGMA, V.T),
                "The matrices are multiplied entry by entry. The entry in row r and column s of a "
                "product is row r of the first times column s of the second, added up.",
                "svd.entry-by-entry",
            ),
        ),
    ),
    Item(
        "sigma-vt-images",
        2,
        Matrix(SIGMA * V.T * FOUR_POINTS, entries="columns", rounded=HALF),
        title="The images of the four points under ΣVᵀ",
        follow=Follow("sigma-vt", images_of, trivial=given_or_nothing, mistakes=images_mistakes),
        mistakes=(
            Mistake(sp.sqrt(2) * SIGMA * V.T * FOUR_POINTS, FACTOR, "svd.factor", credit=HALF),
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
            Mistake(
                SIGMA * FOUR_POINTS,
                "These are the images under Σ alone; the transpose of V acts before it.",
                "svd.without-v",
            ),
        ),
    ),
    Item(
        "image-shape",
        1,
        Choice("rectangle", SHAPES),
        title="The shape of the four images",
        follow=Follow("sigma-vt-images", shape_from),
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
            Mistake(
                "kite",
                "A linear map takes parallel sides to parallel sides; those of a kite are not.",
                "svd.not-parallel",
            ),
        ),
    ),
    Item(
        "u-images",
        2,
        Matrix(U * FOUR_POINTS, entries="columns", rounded=HALF),
        title="The images of the four points under U",
        mistakes=(
            Mistake(sp.sqrt(2) * U * FOUR_POINTS, FACTOR, "svd.factor", credit=HALF),
            Mistake(
                U * FOUR_POINTS / sp.sqrt(2),
                "The factor 1/√2 of the four points is taken twice.",
                "svd.factor-twice",
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
            Mistake(
                U * V.T * FOUR_POINTS,
                "These are the images after Vᵀ and U; asked is U alone, on the four points.",
                "svd.after-vt",
            ),
        ),
    ),
    Item(
        "u-action",
        1,
        Choice("b", ACTIONS),
        title="What U does",
        follow=Follow("u-images", action_from),
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
        Matrix(U * SIGMA * V.T, exact=True, rounded=HALF),
        title="The product UΣVᵀ",
        follow=Follow("sigma-vt", product_of, trivial=given_or_nothing, mistakes=product_mistakes),
        mistakes=(
            Mistake(U * SIGMA * V, "V has to be transposed.", "svd.v-for-vt", credit=HALF),
            Mistake(U * V.T, "Σ is left out.", "svd.without-sigma"),
            *product_mistakes(),
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
        follow=Follow(
            "decomposition", rank_one_of, trivial=no_decomposition, mistakes=rank_one_mistakes_of
        ),
        variant=True,
    ),
    Item(
        "rank-one-error",
        1,
        rank_one_error,
        title="Its error in the spectral norm",
        mistakes=rank_one_error_mistakes,
        follow=(
            Follow("rank-one", error_from, drawn=True),
            Follow("decomposition", error_of, trivial=no_decomposition),
        ),
        variant=True,
    ),
]
