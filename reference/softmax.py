"""The items of the assignment on the softmax and its Jacobian."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mathgrade import expression
from mathgrade.answers import Expression, Function, Matrix
from mathgrade.answers.checks import agrees, no_loops, satisfies, silent, unchanged
from mathgrade.codec.calls import Call
from mathgrade.expression.nodes import Number, free_names
from mathgrade.expression.substitution import substituted
from mathgrade.items import Follow, Item, Mistake, says_nothing
from softmax_derivations import BY_LOGITS, BY_LOGITS_MISTAKES, SHIFT, SHIFT_MISTAKES
from softmax_functions import (
    SIX_DIGITS,
    Array,
    Softmax,
    at,
    jacobian_from,
    softmax,
    softmax_jacobian,
    wrong_jacobians,
)

HALF = Fraction(1, 2)
THIRD = Fraction(1, 3)

# ------------------------------------------------------------------------------------------------
# 2 softmax(z, axis=-1)


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


def _shifted_above(z: Array, axis: int = -1) -> Array:
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return np.asarray(powers / np.sum(np.exp(z), axis=axis, keepdims=True))


def _axis_lost(z: Array, axis: int = -1) -> Array:
    powers = np.exp(z - np.max(z))
    return np.asarray(powers / np.sum(powers, axis=axis))


def _axis_lost_twice(z: Array, axis: int = -1) -> Array:
    powers = np.exp(z - np.max(z, axis=axis))
    return np.asarray(powers / np.sum(powers, axis=axis))


def _last_axis(z: Array, axis: int = -1) -> Array:  # noqa: ARG001 - that is the mistake
    return softmax(z, axis=-1)


def _logarithm(z: Array, axis: int = -1) -> Array:
    shifted = z - np.max(z, axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True)))


def _logarithm_underflowing(z: Array, axis: int = -1) -> Array:
    return np.log(softmax(z, axis))


AXIS_LOST = (
    "This is right for a vector. In a batch a sum or a maximum along the axis loses that axis and "
    "then meets the wrong entries of the array: keepdims=True keeps it, of length 1.",
    "softmax.axis-lost",
)
LOGARITHM = ("This is the logarithm of the softmax.", "softmax.logarithm")


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
        agrees("Right for vectors of every length", VECTORS, THIRD, **SIX_DIGITS),
        agrees("Right for a batch, along every axis", BATCHES, THIRD, **SIX_DIGITS),
        agrees("Right for large logits", [*LARGE, FAR_APART], Fraction(1, 6), **SIX_DIGITS),
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


def filled_from(entry: Any) -> Matrix:
    """The test of the 3 by 3 matrix for someone whose formula of one entry is this one."""
    formula = expression.read(entry, ENTRY_NAMES)
    numbers = [Number(Fraction(k)) for k in (1, 2, 3)]
    rows = [
        [substituted(formula, {"i": row, "j": column, "K": numbers[2]}) for column in numbers]
        for row in numbers
    ]
    return Matrix(rows, names={"y": "simplex 3"}, entries=True)


def not_of_both(entry: Any) -> bool:
    """Whether a formula of one entry is no start: it does not depend on both indices."""
    if says_nothing(entry):
        return True
    return not {"i", "j"} <= free_names(expression.read(entry, ENTRY_NAMES))


# ------------------------------------------------------------------------------------------------
# 6 softmax_jacobian(z)


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


def jacobian_test(own: Softmax) -> Function:
    """The test of ``softmax_jacobian`` for someone whose ``softmax`` is this one.

    Where that one overflows or its Jacobian has not the properties of one, right work
    cannot show there: that part of the credit goes to the values it can show in.
    """
    jacobian = jacobian_from(own)
    with np.errstate(all="ignore"):
        safe = all(np.isfinite(jacobian(z)).all() for z in LARGE)
        sound = all(lacking(jacobian(z), z) is True for z in VECTORS)
    large = agrees("Right for large logits", LARGE, Fraction(1, 8), **SIX_DIGITS)
    properties = satisfies(
        "Symmetric, rows that add up to 0, no negative eigenvalue",
        VECTORS,
        lacking,
        Fraction(3, 16),
    )
    others = [large] * safe + [properties] * sound + [no_loops("No loop", Fraction(3, 16))]
    values = 1 - sum(check.share for check in others)
    return Function(
        jacobian,
        (agrees("Right for vectors of every length", VECTORS, values, **SIX_DIGITS), *others),
        name="softmax_jacobian",
    )


# ------------------------------------------------------------------------------------------------
# 7 at a point


def at_point(z: Any) -> Matrix:
    """The answer test for the point a student has drawn."""
    return Matrix(softmax_jacobian(z), decimals=6, rounded=HALF)


def at_point_mistakes(z: Any) -> list[Mistake]:
    """What the Jacobian at the point drawn can be mistaken for."""
    logits = Mistake(
        np.diag(z) - np.outer(z, z),
        "These are the logits put into the formula; it is in terms of the softmax of them.",
        "softmax.logits-for-probabilities",
    )
    return [logits, *at(z, wrong_jacobians())]


def at_point_by(jacobian: Any, z: Any) -> Matrix:
    """The answer test for someone with this ``softmax_jacobian``."""
    return Matrix(np.asarray(jacobian(z), dtype=float), decimals=6, rounded=HALF)


def at_point_from(own: Any, z: Any) -> Matrix:
    """The answer test for someone with this ``softmax``."""
    return at_point_by(jacobian_from(own), z)


def at_point_mistakes_from(own: Any, z: Any) -> list[Mistake]:
    """The known mistakes of someone with this ``softmax``."""
    return at(z, wrong_jacobians(own))


ITEMS = [
    Item(
        "shift-invariance",
        3,
        SHIFT,
        title="A shift of all logits changes nothing",
        mistakes=SHIFT_MISTAKES,
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
                _shifted_above,
                "The constant is subtracted above the line only. The sum is of the same powers.",
                "softmax.shift-in-numerator-only",
            ),
            Mistake(_axis_lost, *AXIS_LOST, credit=HALF),
            Mistake(_axis_lost_twice, *AXIS_LOST, credit=HALF),
            Mistake(_logarithm, *LOGARITHM),
            Mistake(_logarithm_underflowing, *LOGARITHM),
        ),
    ),
    Item(
        "jacobian-derivation",
        4,
        BY_LOGITS,
        title="The Jacobian derived",
        mistakes=BY_LOGITS_MISTAKES,
    ),
    Item(
        "jacobian-entry",
        3,
        Expression(ENTRY, ENTRY_NAMES, cases=("i", "j")),
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
            ),
            Mistake(
                "delta(i, j) * y[i] * (1 - y[i])",
                "The case i = j is right; for i and j different the derivative is not 0, since z_j "
                "is in the denominator of y_i.",
                "softmax.off-diagonal-zero",
            ),
            Mistake(
                "-y[i] * y[j]",
                "This is right where i and j differ only. For i = j the numerator depends on z_j, "
                "too: use delta(i, j) for it.",
                "softmax.off-diagonal-only",
            ),
            Mistake(
                "y[i] * (1 - y[j])",
                "The numerator of y_i depends on z_j only where i = j: this 1 has to be a "
                "Kronecker delta.",
                "softmax.delta-missing",
            ),
            Mistake(
                "delta(i, j) - y[i] * y[j]",
                "The term with the delta lacks a factor: divide the derivative of the numerator by "
                "the denominator.",
                "softmax.delta-unscaled",
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
        follow=Follow("jacobian-entry", filled_from, trivial=not_of_both),
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
        jacobian_test(softmax),
        title="The Jacobian as a function",
        follow=Follow("softmax-code", jacobian_test, mistakes=wrong_jacobians),
        mistakes=wrong_jacobians(),
    ),
    Item(
        "jacobian-at-point",
        2,
        at_point,
        title="The Jacobian at a point of your own",
        mistakes=at_point_mistakes,
        follow=(
            Follow("jacobian-code", at_point_by, drawn=True),
            Follow("softmax-code", at_point_from, mistakes=at_point_mistakes_from, drawn=True),
        ),
        variant=True,
    ),
]

# Mutants of the solution that are right as well, each with the reason.
EQUIVALENT = {
    "jacobian-code": {".swapaxes(0, 1)": "The Jacobian of the softmax is symmetric."},
}
