"""Milestones: what has to be led to, and what merely stands there."""

from __future__ import annotations

import tomllib
from fractions import Fraction

import pytest

from mathgrade.derivation.claim import Claim, claim_from
from mathgrade.derivation.marked import Proof
from mathgrade.derivation.marking import Shares, mark_derivation

from .cases import FOLDER

ALL_FOR_MILESTONES = Shares(Fraction(0), Fraction(0), Fraction(1, 2), Fraction(1, 2))

POWERS = r"\frac{e^{-c} e^{z_i}}{\sum_k e^{-c} e^{z_k}}"
SHIFTED = r"\operatorname{softmax}(z-c)_i = \frac{e^{z_i-c}}{\sum_k e^{z_k-c}}"
QUOTIENT = r"\frac{\partial}{\partial z_j} \frac{e^{z_i}}{\sum_k e^{z_k}}"
S = r"Let $S = \sum_k e^{z_k}$. "

# claim, title, derivation, how many of the two milestones of the claim it reaches
CASES = [
    ("softmax-shift", "nothing", "", 0),
    ("softmax-shift", "the definition alone", f"$${SHIFTED}$$", 0),
    ("softmax-shift", "the law of powers", f"$${SHIFTED} = {POWERS}$$", 1),
    (
        "softmax-shift",
        "the law of powers, its factors the other way round",
        rf"$${SHIFTED} = \frac{{e^{{z_i}} e^{{-c}}}}{{\sum_k e^{{z_k}} e^{{-c}}}}$$",
        1,
    ),
    (
        "softmax-shift",
        "the law of powers for another index",
        r"$$\operatorname{softmax}(z-c)_m = \frac{e^{z_m-c}}{\sum_k e^{z_k-c}}"
        r" = \frac{e^{-c} e^{z_m}}{\sum_k e^{-c} e^{z_k}}$$",
        1,
    ),
    (
        "softmax-shift",
        "both",
        rf"$${SHIFTED} = {POWERS} = \frac{{e^{{-c}} e^{{z_i}}}}{{e^{{-c}} \sum_k e^{{z_k}}}}$$",
        2,
    ),
    (
        "softmax-shift",
        "a fraction widened, no power taken apart",
        r"$$\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"
        r" = \frac{e^{-c} e^{z_i}}{e^{-c} \sum_k e^{z_k}}$$",
        0,
    ),
    (
        "softmax-shift",
        "only after a wrong line",
        r"$$\operatorname{softmax}(z)_i = \operatorname{softmax}(c z)_i$$" + f" $${SHIFTED} = {POWERS}$$",
        0,
    ),
    (
        "softmax-shift",
        "before a wrong line",
        rf"$${SHIFTED} = {POWERS} = \frac{{e^{{-c}} e^{{z_i}}}}{{e^{{-nc}} \sum_k e^{{z_k}}}}$$",
        1,
    ),
    (
        "softmax-shift",
        "too big a step over both",
        r"$$\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"
        r" = \frac{e^{z_i-c}}{\sum_k e^{z_k-c}}$$",
        0,
    ),
    ("softmax-jacobian", "the definition put in", rf"$$\frac{{\partial y_i}}{{\partial z_j}} = {QUOTIENT}$$", 0),
    (
        "softmax-jacobian",
        "the claim in one giant step",
        rf"$$\frac{{\partial y_i}}{{\partial z_j}} = {QUOTIENT} = y_i (\delta_{{ij}} - y_j)$$",
        0,
    ),
    (
        "softmax-jacobian",
        "one derivative by itself",
        S + r"$$\frac{\partial S}{\partial z_j} = e^{z_j}$$",
        1,
    ),
    (
        "softmax-jacobian",
        "one derivative by another index",
        r"$$\frac{\partial}{\partial z_m} \sum_k e^{z_k} = e^{z_m}$$",
        1,
    ),
    (
        "softmax-jacobian",
        "both inside of the quotient rule",
        rf"$$\frac{{\partial y_i}}{{\partial z_j}} = {QUOTIENT}"
        r" = \frac{\delta_{ij} e^{z_i} \sum_k e^{z_k} - e^{z_i} e^{z_j}}{(\sum_k e^{z_k})^2}$$",
        2,
    ),
    (
        "softmax-jacobian",
        "one of them in one case",
        S + r"Case $i = j$: $$\frac{\partial y_i}{\partial z_i} = \frac{e^{z_i} S - e^{z_i} e^{z_i}}{S^2}$$",
        1,
    ),
    (
        "softmax-jacobian",
        "the rule with its derivatives still to be taken",
        S
        + r"$$\frac{\partial y_i}{\partial z_j} = \frac{\frac{\partial e^{z_i}}{\partial z_j} S"
        r" - e^{z_i} \frac{\partial S}{\partial z_j}}{S^2}$$",
        0,
    ),
]  # fmt: skip


def claim_of(name: str) -> Claim:
    return claim_from(tomllib.loads((FOLDER / name / "claim.toml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "text", "count"), [pytest.param(c[0], c[2], c[3], id=f"{c[0]}: {c[1]}") for c in CASES]
)
def test_a_milestone_is_reached_where_steps_lead_to_it(name: str, text: str, count: int) -> None:
    marked = mark_derivation(text, claim_of(name), shares=ALL_FOR_MILESTONES)
    assert marked.credit == Fraction(count, 4)


def test_a_piece_under_a_sum_with_an_index_of_its_own_is_passed_over() -> None:
    """It was measured once as if its index were known, which ended the marking."""
    path = FOLDER / "chain-rule-u" / "stops-early.md"
    text = path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    assert mark_derivation(text, claim_of("chain-rule-u")).outcome is Proof.INCOMPLETE


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        (r"$$V^T V = \frac{1}{\sqrt2} \begin{pmatrix} 1 & 1 \\ -1 & 1 \end{pmatrix} V = I$$", True),
        (r"$$V V^T = I$$", False),
        (r"$$V^T = \frac{1}{\sqrt2} \begin{pmatrix} 1 & 1 \\ -1 & 1 \end{pmatrix}$$", False),
        (r"$$I = I$$", False),
    ],
)
def test_a_product_of_matrices_is_a_milestone(text: str, reached: bool) -> None:
    marked = mark_derivation(text, claim_of("svd-orthogonal"), shares=ALL_FOR_MILESTONES)
    assert dict(marked.earned).get("milestones", 0) == (Fraction(1, 2) if reached else 0)


@pytest.mark.parametrize("text", ["$${}$$", "It is obvious that $${}$$", "$${}$$\n\nso\n\n$${}$$"])
def test_a_claim_small_enough_for_one_step_earns_nothing_by_being_repeated(text: str) -> None:
    claim = claim_from(
        {
            "claim": r"\frac{d}{dx} \frac{e^x}{1 + e^x} = \frac{e^x}{(1 + e^x)^2}",
            "names": {"x": "real"},
            "milestones": [r"\frac{d}{dx} (1 + e^x) = e^x"],
        }
    )
    marked = mark_derivation(text.replace("{}", claim.forms[0].text), claim)
    assert (marked.outcome, marked.credit) == (Proof.INCOMPLETE, 0)
