"""The items of the assignment on the chain rule through a softmax."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from chain_rule_functions import (
    GRADIENT,
    GRADIENT_MISTAKES,
    JACOBIAN,
    MATRIX_GRADIENT,
    computes_nothing,
    grad_w_mistakes_with,
    grad_w_with,
    matrix_gradient_with,
    matrix_mistakes,
)
from mathgrade.answers import Derivation, Expression, Shares
from mathgrade.items import Follow, Item, Mistake
from mathgrade.verdict import Finding, Outcome, Verdict
from softmax_functions import wrong_jacobians

HALF = Fraction(1, 2)
THIRD = Fraction(1, 3)

# ------------------------------------------------------------------------------------------------
# 1 the inner derivatives

VECTORS = {"w x_j": "vector d", "u": "real"}

# ------------------------------------------------------------------------------------------------
# 2 the derivative by an input, as a derivation, in rows or entry by entry

LETTERS = {
    "x": "family K of vector d",
    "w": "vector d",
    "u": "real",
    "i j": "index K",
    "a": "index d",
}
SCORES = {
    "z_j": r"\sum_{a=1}^{d} w_a x_{ja} - u",
    "y_i": r"\frac{e^{z_i}}{\sum_{k=1}^{K} e^{z_k}}",
}
ON_THE_WAY = Shares(cases=Fraction(0), lines=Fraction(0), milestones=2 * THIRD, most=2 * THIRD)

BY_INPUT = Derivation(
    (
        r"\frac{\partial y_i}{\partial x_j} = y_i (\delta_{ij} - y_j) w^T",
        r"\frac{\partial y_i}{\partial x_{ja}} = y_i (\delta_{ij} - y_j) w_a",
    ),
    LETTERS,
    SCORES,
    milestones=(
        r"\frac{\partial z_j}{\partial x_{ja}} = w_a",
        r"\frac{\partial y_i}{\partial x_{ja}}"
        r" = \sum_{m=1}^{K} \frac{\partial y_i}{\partial z_m} \frac{\partial z_m}{\partial x_{ja}}",
    ),
    shares=ON_THE_WAY,
)

# ------------------------------------------------------------------------------------------------
# 3 the derivative by the weights, entry by entry. The letters y are a simplex: they add up to 1.

ENTRIES = {
    "y": "simplex K",
    "X": "matrix K d",
    "w": "vector d",
    "i j": "index K",
    "k": "index d",
}
BY_WEIGHTS = "Sum(y[i] * (delta(i, j) - y[j]) * X[j, k], j, 1, K)"


def _inner(start: Any) -> Any:
    """Entry k of a student's derivative of z_j by w, in the letters of question 3.

    Raises:
        ValueError: it is no vector.
    """
    rows, columns = start.shape
    if (rows == 1) == (columns == 1):
        raise ValueError("not a row or a column")
    k = sp.Symbol("k", integer=True, positive=True)
    j = sp.Symbol("j", integer=True, positive=True)
    w, X = sp.IndexedBase("w"), sp.IndexedBase("X")
    entry = start[0, k] if rows == 1 else start[k, 0]

    def in_letters(element: Any) -> Any:
        return w[k] if str(element.parent) == "w" else X[j, k]

    return entry.replace(
        lambda e: isinstance(e, sp.matrices.expressions.matexpr.MatrixElement), in_letters
    )


def _through(inner: Any, *, summed: bool = True) -> Any:
    """The derivative of y_i by w_k for someone with this inner derivative."""
    i, j, K = (sp.Symbol(name, integer=True, positive=True) for name in "ijK")
    y = sp.IndexedBase("y")
    term = y[i] * (sp.KroneckerDelta(i, j) - y[j]) * inner
    return sp.Sum(term, (j, 1, K)) if summed else term


def by_weights_from(start: Any) -> Expression:
    """The test of the derivative by w for someone with this inner derivative."""
    return Expression(_through(_inner(start)), ENTRIES)


def by_weights_mistakes_from(start: Any) -> list[Mistake]:
    """The known mistake of someone with this inner derivative."""
    return [
        Mistake(_through(_inner(start), summed=False), SUM_FORGOTTEN, "chain.sum-forgotten", HALF)
    ]


SUM_FORGOTTEN = (
    "The sum over j is forgotten: w acts through every score, not through one of them, and j must "
    "not be left over."
)

# ------------------------------------------------------------------------------------------------
# 4 the derivative by the threshold, as a derivation

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
class Explained(Derivation):
    """A derivation whose verdict, where it is right, also says what the claim means."""

    meaning: str = ""

    def _mark(self, response: object, source: str) -> Verdict:
        verdict = super()._mark(response, source)
        if verdict.outcome is not Outcome.CORRECT:
            return verdict
        remark = Finding("What it means", True, message=self.meaning, note="chain.shift")
        return verdict.with_finding(remark)


BY_THRESHOLD = Explained(
    r"\frac{\partial y_i}{\partial u} = 0",
    LETTERS,
    SCORES,
    milestones=(
        r"\frac{\partial y_i}{\partial u}"
        r" = \sum_{m=1}^{K} \frac{\partial y_i}{\partial z_m} \frac{\partial z_m}{\partial u}",
    ),
    shares=Shares(cases=Fraction(0), lines=Fraction(0), milestones=THIRD, most=THIRD),
    meaning=SHIFT_AGAIN,
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
                "chain.whole-score",
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
                "chain.whole-score",
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
                "chain.rest-kept",
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
        Expression(BY_WEIGHTS, ENTRIES),
        title="The derivative of a probability by the weights",
        follow=Follow("dz-dw", by_weights_from, mistakes=by_weights_mistakes_from),
        mistakes=(
            Mistake(
                "y[i] * (delta(i, j) - y[j]) * X[j, k]",
                SUM_FORGOTTEN,
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
                "The inner derivative is that of z_j by w, and each score has an input of its own. "
                "Here the factor is the same for every j, so that the sum over j comes to 0.",
                "chain.other-argument",
                credit=THIRD,
            ),
        ),
    ),
    Item(
        "dy-du",
        3,
        BY_THRESHOLD,
        title="The derivative of a probability by the threshold",
        mistakes=(
            Mistake(
                r"\frac{\partial z_j}{\partial u} = 1",
                "Mind the sign of u in z_j. It does not show at the end, since the sum is 0 all "
                "the same.",
                "chain.sign",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial u} = -y_i (\delta_{ij} - y_j)",
                "The sum over j is forgotten: u acts through every score, and j must not be left "
                f"over. {SHIFT}",
                "chain.sum-forgotten",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial u}"
                r" = \frac{\partial y_i}{\partial z_j} \frac{\partial z_j}{\partial u}",
                "The sum over j is forgotten: u acts through every score, and j must not be left "
                f"over. {SHIFT}",
                "chain.sum-forgotten",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial z_j} = y_i (1 - y_j)",
                "The 1 in the bracket belongs to the case i = j only: it is a Kronecker delta.",
                "softmax.delta-missing",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial u} = y_i (\delta_{ij} - y_j)",
                f"The sum over j is forgotten, and the inner derivative has a sign. {SHIFT}",
                "chain.sum-forgotten-sign",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial u} = -y_i (1 - y_i)",
                "This is the way through the score i only; u is in all the other scores as well. "
                f"{SHIFT}",
                "chain.own-score-only",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial u} = -y_i",
                f"The denominator of the softmax depends on u as well. {SHIFT}",
                "softmax.denominator-constant",
            ),
            Mistake(
                r"\frac{\partial y_i}{\partial u} = -1",
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
        mistakes=wrong_jacobians(),
    ),
    Item(
        "grad-w",
        4,
        GRADIENT,
        title="The gradient as a function",
        follow=Follow(
            "softmax-jacobian",
            grad_w_with,
            trivial=computes_nothing,
            mistakes=grad_w_mistakes_with,
        ),
        mistakes=(*grad_w_mistakes_with(), *GRADIENT_MISTAKES),
    ),
    Item(
        "matrix-gradient",
        3,
        MATRIX_GRADIENT,
        title="The derivative by a matrix of weights",
        follow=Follow(
            "softmax-jacobian",
            matrix_gradient_with,
            trivial=computes_nothing,
            mistakes=matrix_mistakes,
        ),
        mistakes=matrix_mistakes(),
    ),
]

# Mutants of the solution that are right as well, each with the reason.
_SHIFT = "The softmax stays as it is when all scores are moved by u, whatever its sign."
_SYMMETRIC = "The Jacobian of the softmax is symmetric."
EQUIVALENT = {
    "softmax-jacobian": {".swapaxes(0, 1)": _SYMMETRIC},
    "matrix-gradient": {".swapaxes(0, 1)": _SYMMETRIC},
    "grad-w": {
        "-> return softmax_jacobian(X @ w + u)[i] @ X": _SHIFT,
        "-> return softmax_jacobian(X @ w)[i] @ X": _SHIFT,
    },
}
