"""The two derivations of the notebook on the softmax, and the wrong steps people make in them."""

from __future__ import annotations

from fractions import Fraction

from mathgrade.answers import Derivation, Shares
from mathgrade.items import Mistake

HALF = Fraction(1, 2)
THIRD = Fraction(1, 3)

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
SHIFT_MISTAKES = (
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
        r"\sum_{k=1}^{K} e^{-c} e^{z_k} = \sum_{k=1}^{K} e^{-c} + \sum_{k=1}^{K} e^{z_k}",
        "A sum of products is not split into sums of their factors. Write the sum out for K = 2.",
        "softmax.sum-of-products",
    ),
    Mistake(  # the factors in the other order
        r"\sum_{k=1}^{K} e^{z_k} e^{-c} = \sum_{k=1}^{K} e^{z_k} + \sum_{k=1}^{K} e^{-c}",
        "A sum of products is not split into sums of their factors. Write the sum out for K = 2.",
        "softmax.sum-of-products",
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
BY_LOGITS_MISTAKES = (
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
        r"\frac{\partial y_i}{\partial z_j} = y_j (\delta_{ij} - y_j)",
        "Follow the index: whose derivative is it? The factor in front is that of its numerator, "
        "or comes from its logarithm.",
        "softmax.factor-swapped",
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
)
