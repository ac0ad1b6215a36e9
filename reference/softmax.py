"""The items of the assignment on the softmax and its Jacobian."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathgrade.answers import Derivation, Expression, Function, Matrix, Shares
from mathgrade.answers.checks import agrees, no_loops, satisfies, silent, unchanged
from mathgrade.codec.calls import Call
from mathgrade.items import Item, Mistake

Array = NDArray[np.float64]

HALF = Fraction(1, 2)
THIRD = Fraction(1, 3)

# ------------------------------------------------------------------------------------------------
# 1, 3 derivations: the softmax and a shift of its logits, the Jacobian

LOGITS = {"z": "vector K", "i j": "index K"}
SOFTMAX_OF = {r"\operatorname{softmax}(v)_i": r"\frac{e^{v_i}}{\sum_{k=1}^{K} e^{v_k}}"}
Y = {"y_i": r"\frac{e^{z_i}}{\sum_{k=1}^{K} e^{z_k}}"}

SHIFT = Derivation(
    r"\operatorname{softmax}(z)_i = \operatorname{softmax}(z - c)_i",
    {**LOGITS, "c": "real"},
    SOFTMAX_OF,
    milestones=(
        r"e^{z_i - c} = e^{z_i} e^{-c}",
        r"\sum_{k=1}^{K} e^{-c} e^{z_k} = e^{-c} \sum_{k=1}^{K} e^{z_k}",
    ),
    shares=Shares(cases=Fraction(0), lines=Fraction(0), milestones=2 * THIRD, most=2 * THIRD),
)
BY_LOGITS = Derivation(
    r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)",
    LOGITS,
    Y,
    milestones=(
        r"\frac{\partial}{\partial z_j} \sum_{k=1}^{K} e^{z_k} = e^{z_j}",
        r"\frac{\partial e^{z_i}}{\partial z_j} = \delta_{ij} e^{z_i}",
    ),
    # One case of the two is a quarter, as is each of the two derivatives.
    shares=Shares(cases=HALF, lines=Fraction(0), milestones=HALF, most=Fraction(3, 4)),
)

# ------------------------------------------------------------------------------------------------
# 2 softmax(z, axis=-1)


def softmax(z: Array, axis: int = -1) -> Array:
    """Softmax along one axis; the largest exponent is 0, so nothing overflows."""
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return np.asarray(powers / np.sum(powers, axis=axis, keepdims=True))


def _powers_only(z: Array, axis: int = -1) -> Array:
    return np.exp(z - np.max(z, axis=axis, keepdims=True))


def _one_sum(z: Array, axis: int = -1) -> Array:  # noqa: ARG001 - that is the mistake
    powers = np.exp(z - np.max(z))
    return np.asarray(powers / np.sum(powers))


def _one_sum_overflowing(z: Array, axis: int = -1) -> Array:  # noqa: ARG001 - that is the mistake
    return np.asarray(np.exp(z) / np.sum(np.exp(z)))


def _overflowing(z: Array, axis: int = -1) -> Array:
    powers = np.exp(z)
    return np.asarray(powers / np.sum(powers, axis=axis, keepdims=True))


def _one_maximum(z: Array, axis: int = -1) -> Array:
    powers = np.exp(z - np.max(z))
    return np.asarray(powers / np.sum(powers, axis=axis, keepdims=True))


def _last_axis(z: Array, axis: int = -1) -> Array:  # noqa: ARG001 - that is the mistake
    return softmax(z, axis=-1)


def _logarithm(z: Array, axis: int = -1) -> Array:
    return np.log(softmax(z, axis))


_draw = np.random.default_rng(20)
VECTORS = [np.round(_draw.normal(size=n) * 2, 2) for n in (1, 2, 3, 5, 8)]
SQUARE = np.round(_draw.normal(size=(3, 3)), 2)  # square: a sum along the wrong axis fits, too
CUBE = np.round(_draw.normal(size=(2, 3, 4)), 2)
BATCHES = [
    Call((SQUARE,)),
    Call((SQUARE,), {"axis": 0}),
    Call((CUBE,), {"axis": 1}),
    Call((CUBE,)),
]
LARGE = [
    np.array([1000.0, 1001.0, 998.5]),
    np.array([-1000.0, -1002.0]),
    np.array([800.0, 0.0, -800.0]),
]
FAR_APART = np.array([[0.0, 1.0], [1000.0, 1001.5]])  # samples of one batch

SOFTMAX = Function(
    softmax,
    (
        agrees("Right for vectors of every length", VECTORS, THIRD),
        agrees("Right for a batch, along every axis", BATCHES, THIRD),
        agrees("Right for large logits", [*LARGE, FAR_APART], Fraction(1, 6)),
        silent("No warning and no NaN", [*VECTORS, *LARGE, FAR_APART], Fraction(1, 12)),
        unchanged("The argument stays as it was", [VECTORS[3], SQUARE], Fraction(1, 12)),
    ),
)

# ------------------------------------------------------------------------------------------------
# 4, 5 the Jacobian as a formula

ENTRY = "y[i] * (delta(i, j) - y[j])"
ENTRY_NAMES = {"y": "simplex K", "i j": "index K"}


def in_full(diagonal: str, elsewhere: str) -> str:
    """A 3 by 3 matrix as text, from one entry on its diagonal and one elsewhere, in i and j."""
    rows = []
    for i in "123":
        entries = [diagonal if i == j else elsewhere for j in "123"]
        filled = [e.replace("i", i).replace("j", j) for e, j in zip(entries, "123", strict=True)]
        rows.append(f"[{', '.join(filled)}]")
    return f"[{', '.join(rows)}]"


# ------------------------------------------------------------------------------------------------
# 6 softmax_jacobian(z)


def softmax_jacobian(z: Array) -> Array:
    """Jacobian matrix of the softmax at a vector."""
    p = softmax(z)
    return np.asarray(np.diag(p) - np.outer(p, p))


def _plus(z: Array) -> Array:
    p = softmax(z)
    return np.diag(p) + np.outer(p, p)


def _diagonal_only(z: Array) -> Array:
    p = softmax(z)
    return np.diag(p * (1 - p))


def _outer_only(z: Array) -> Array:
    p = softmax(z)
    return np.asarray(-np.outer(p, p))


def _identity_less_outer(z: Array) -> Array:
    p = softmax(z)
    return np.eye(p.size) - np.outer(p, p)


def _of_the_powers(z: Array) -> Array:
    return np.diag(softmax(z))


def _negated(z: Array) -> Array:
    return -softmax_jacobian(z)


def lacking(J: Array, _: Array) -> str | bool:
    """True if a matrix has the properties of a softmax Jacobian, else which one it lacks.

    Together they are one criterion: the outer product of the y_i is symmetric,
    too, and the diagonal alone has no negative eigenvalue.
    """
    if not np.allclose(J, J.T, atol=1e-10):
        return "the matrix is not symmetric"
    if not np.allclose(J.sum(axis=1), 0, atol=1e-10):
        return "the rows do not add up to 0, though a shift of all logits changes nothing"
    if np.linalg.eigvalsh(J).min() < -1e-10:
        return "the matrix has a negative eigenvalue"
    return True


JACOBIAN = Function(
    softmax_jacobian,
    (
        agrees("Right for vectors of every length", VECTORS, HALF),
        agrees("Right for large logits", LARGE, Fraction(1, 8)),
        satisfies(
            "Symmetric, rows that add up to 0, no negative eigenvalue",
            VECTORS,
            lacking,
            Fraction(3, 16),
        ),
        no_loops("No loop", Fraction(3, 16)),
    ),
)


# ------------------------------------------------------------------------------------------------
# 7 at a point


def at_point(z: Any) -> Matrix:
    """The answer test for the point a student has drawn."""
    return Matrix(softmax_jacobian(z), decimals=6)


def at_point_mistakes(z: Any) -> list[Mistake]:
    """What the Jacobian at the point drawn can be mistaken for."""
    return [
        Mistake(
            _plus(z), "The products y_i y_j are added; they have to be subtracted.", "softmax.sign"
        ),
        Mistake(
            _diagonal_only(z),
            "Only the diagonal is filled; every other entry is -y_i y_j.",
            "softmax.diagonal-only",
            credit=Fraction(1, 4),
        ),
        Mistake(
            np.diag(z) - np.outer(z, z),
            "These are the logits put into the formula; it is in terms of the softmax of them.",
            "softmax.logits-for-probabilities",
        ),
        Mistake(_negated(z), "Every entry has the wrong sign.", "softmax.negated"),
    ]


ITEMS = [
    Item(
        "shift-invariance",
        3,
        SHIFT,
        title="A shift of all logits changes nothing",
        mistakes=(
            Mistake(
                r"e^{z_i - c} = e^{z_i} - e^{c}",
                "A power with a difference in the exponent is not a difference of powers. Try "
                "e^(2 - 1) against e^2 - e^1, then look up the law.",
                "softmax.difference-of-powers",
            ),
            Mistake(
                r"e^{z_i - c} = e^{z_i} e^{c}",
                "Check the sign in the exponent: the product of these two powers is the one with "
                "the sum. The same slip above and below the line does not show at the end.",
                "softmax.sign-in-exponent",
            ),
            Mistake(
                r"\sum_{k=1}^{K} e^{-c} e^{z_k} = e^{-K c} \sum_{k=1}^{K} e^{z_k}",
                "A common factor is taken out of a sum once, however many terms there are. Write "
                "the sum out for K = 2.",
                "softmax.factor-for-each-term",
            ),
            Mistake(
                r"\sum_{k=1}^{K} e^{-c} e^{z_k} = K e^{-c} \sum_{k=1}^{K} e^{z_k}",
                "A common factor is taken out of a sum once, however many terms there are. Write "
                "the sum out for K = 2.",
                "softmax.factor-for-each-term",
            ),
            Mistake(
                r"\frac{e^{z_i - c}}{\sum_{k=1}^{K} e^{z_k - c}}"
                r" = \frac{e^{z_i - c}}{\sum_{k=1}^{K} e^{z_k}}",
                "c is subtracted from every entry, also from those in the sum.",
                "softmax.shift-in-numerator-only",
            ),
            Mistake(
                r"\log \sum_{k=1}^{K} e^{z_k} = \sum_{k=1}^{K} z_k",
                "The logarithm of a sum is not the sum of the logarithms.",
                "softmax.log-of-sum",
            ),
            Mistake(
                r"\log \sum_{k=1}^{K} e^{z_k - c} = \sum_{k=1}^{K} (z_k - c)",
                "The logarithm of a sum is not the sum of the logarithms.",
                "softmax.log-of-sum",
            ),
            Mistake(
                r"\frac{e^{z_i}}{\sum_{k=1}^{K} e^{z_k}} = "
                r"\frac{1}{\sum_{k=1}^{K} e^{z_k} - e^{z_i}}",
                "Only a factor of the whole denominator can be cancelled; here it is one of the "
                "terms of a sum.",
                "softmax.term-cancelled",
            ),
        ),
    ),
    Item(
        "softmax-code",
        3,
        SOFTMAX,
        title="A softmax that does not overflow",
        mistakes=(
            Mistake(
                _powers_only,
                "These are the powers of e; they still have to be divided by their sum.",
                "softmax.not-normalised",
            ),
            Mistake(
                _one_sum,
                "All entries together add up to 1. In a batch every sample has its own sum: sum "
                "along the axis only, with keepdims=True.",
                "softmax.whole-array",
                credit=HALF,
            ),
            Mistake(
                _one_sum_overflowing,
                "All entries together add up to 1, where every sample has its own sum; and large "
                "logits overflow. Sum along the axis, and subtract a constant first.",
                "softmax.whole-array-overflow",
                credit=THIRD,
            ),
            Mistake(
                _overflowing,
                "Large logits overflow. Subtract the largest logit along the axis before np.exp; "
                "that changes nothing else.",
                "softmax.overflow",
                credit=Fraction(3, 4),
            ),
            Mistake(
                _one_maximum,
                "One maximum is subtracted from the whole array. In a batch whose samples lie far "
                "apart a small one underflows: take the largest logit along the axis only.",
                "softmax.one-maximum",
                credit=Fraction(3, 4),
            ),
            Mistake(
                _last_axis,
                "The argument axis is not used: hand it on to np.max and np.sum.",
                "softmax.axis-ignored",
                credit=Fraction(2, 3),
            ),
            Mistake(
                _logarithm,
                "This is the logarithm of the softmax.",
                "softmax.logarithm",
            ),
        ),
    ),
    Item(
        "jacobian-derivation",
        4,
        BY_LOGITS,
        title="The Jacobian derived",
        mistakes=(
            Mistake(
                r"\left(\sum_{k=1}^{K} e^{z_k}\right)^2 = \sum_{k=1}^{K} e^{z_k}",
                "The quotient rule divides by the square of the denominator.",
                "softmax.square-missing",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial z_j} = - y_i (\delta_{ij} - y_j)",
                "In the quotient rule the term with the derivative of the numerator comes first. "
                "Try the rule on 1/x.",
                "softmax.quotient-rule-turned",
            ),
            Mistake(
                r"\frac{\partial}{\partial z_j} \sum_{k=1}^{K} e^{z_k} = \sum_{k=1}^{K} e^{z_k}",
                "How many terms of the sum contain z_j? Write the sum out for K = 3.",
                "softmax.every-term-differentiated",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - 1)",
                "How many terms of the sum contain z_j? Write the sum out for K = 3.",
                "softmax.every-term-differentiated",
            ),
            Mistake(
                r"\frac{\partial e^{z_i}}{\partial z_j} = e^{z_i}",
                "Does e^(z_1) change if only z_2 changes? There are two cases.",
                "softmax.delta-missing",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial z_j} = y_i (1 - y_j)",
                "Does e^(z_1) change if only z_2 changes? There are two cases.",
                "softmax.delta-missing",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_i)",
                "Follow the index: which exponential came from the derivative of the sum?",
                "softmax.index-swapped",
            ),
            Mistake(
                r"-y_i y_j = y_i y_j",
                "The first product of the quotient rule is 0 here; the second one keeps its sign.",
                "softmax.sign-off-diagonal",
            ),
            Mistake(
                r"\log \sum_{k=1}^{K} e^{z_k} = \sum_{k=1}^{K} z_k",
                "The logarithm of a sum is not the sum of the logarithms.",
                "softmax.log-of-sum",
            ),
        ),
    ),
    Item(
        "jacobian-entry",
        3,
        Expression(ENTRY, ENTRY_NAMES),
        title="One entry of the Jacobian",
        mistakes=(
            Mistake(
                "y[i] * (delta(i, j) + y[j])",
                "The second term has the wrong sign. The quotient rule subtracts the derivative "
                "of the denominator.",
                "softmax.sign",
            ),
            Mistake(
                "y[i] * (y[j] - delta(i, j))",
                "Every entry has the wrong sign: if one logit grows, its own probability grows.",
                "softmax.negated",
                credit=THIRD,
            ),
            Mistake(
                "y[i] * (1 - y[i])",
                "This is the case i = j only. For i and j different the numerator of y_i does not "
                "depend on z_j, but the denominator does.",
                "softmax.diagonal-only",
                credit=THIRD,
            ),
            Mistake(
                "delta(i, j) * y[i] * (1 - y[i])",
                "The case i = j is right; for i and j different the derivative is not 0, since z_j "
                "is in the denominator of y_i.",
                "softmax.diagonal-only",
                credit=HALF,
            ),
            Mistake(
                "-y[i] * y[j]",
                "This is right where i and j differ only. For i = j the numerator depends on z_j, "
                "too: use delta(i, j) for it.",
                "softmax.off-diagonal-only",
                credit=HALF,
            ),
            Mistake(
                "y[i] * (1 - y[j])",
                "The numerator of y_i depends on z_j only where i = j: this 1 has to be a "
                "Kronecker delta.",
                "softmax.delta-missing",
                credit=THIRD,
            ),
            Mistake(
                "delta(i, j) - y[i] * y[j]",
                "The term with the delta lacks a factor: divide the derivative of the numerator by "
                "the denominator.",
                "softmax.delta-unscaled",
                credit=THIRD,
            ),
            Mistake(
                "delta(i, j) * y[i]",
                "The denominator depends on z_j as well: use the quotient rule in full.",
                "softmax.denominator-constant",
            ),
        ),
    ),
    Item(
        "jacobian-3x3",
        3,
        Matrix(
            in_full("y[i] * (1 - y[i])", "-y[i] * y[j]"), names={"y": "simplex 3"}, entries=True
        ),
        title="The whole Jacobian for three logits",
        mistakes=(
            Mistake(
                in_full("y[i] * (1 - y[i])", "y[i] * y[j]"),
                "Off the diagonal the sign is wrong: if one logit grows, the probabilities of the "
                "others shrink.",
                "softmax.sign",
                credit=HALF,
            ),
            Mistake(
                in_full("y[i] * (1 - y[i])", "0"),
                "Off the diagonal the derivatives are not 0: each logit is in every denominator.",
                "softmax.diagonal-only",
                credit=HALF,
            ),
            Mistake(
                in_full("-y[i] * y[i]", "-y[i] * y[j]"),
                "On the diagonal the derivative of the numerator is missing.",
                "softmax.off-diagonal-only",
                credit=HALF,
            ),
            Mistake(
                in_full("y[i] * (y[i] - 1)", "y[i] * y[j]"),
                "Every entry has the wrong sign.",
                "softmax.negated",
                credit=THIRD,
            ),
            Mistake(
                in_full("y[i] * (1 - y[i])", "y[i] * (1 - y[j])"),
                "This is y_i (1 - y_j) everywhere, but the 1 belongs to the diagonal only.",
                "softmax.delta-missing",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "jacobian-code",
        4,
        JACOBIAN,
        title="The Jacobian as a function",
        mistakes=(
            Mistake(
                _plus,
                "The products y_i y_j are added; they have to be subtracted.",
                "softmax.sign",
            ),
            Mistake(
                _diagonal_only,
                "Only the diagonal is filled; every other entry is -y_i y_j.",
                "softmax.diagonal-only",
                credit=Fraction(1, 4),
            ),
            Mistake(
                _outer_only,
                "On the diagonal the derivative of the numerator is missing.",
                "softmax.off-diagonal-only",
                credit=Fraction(1, 4),
            ),
            Mistake(
                _identity_less_outer,
                "The unit matrix stands where the diagonal matrix of the y_i belongs.",
                "softmax.delta-unscaled",
                credit=Fraction(1, 4),
            ),
            Mistake(
                _of_the_powers,
                "The denominator depends on every logit as well: use the quotient rule in full.",
                "softmax.denominator-constant",
            ),
            Mistake(_negated, "Every entry has the wrong sign.", "softmax.negated", credit=HALF),
        ),
    ),
    Item(
        "jacobian-at-point",
        2,
        at_point,
        title="The Jacobian at a point of your own",
        mistakes=at_point_mistakes,
        variant=True,
    ),
]

# Mutants of the solution that are right as well, each with the reason.
EQUIVALENT = {
    "jacobian-code": {".swapaxes(0, 1)": "The Jacobian of the softmax is symmetric."},
}
