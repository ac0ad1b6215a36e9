"""What is too little to be a proof: a claim repeated, with definitions written out or multiplied."""

from __future__ import annotations

import pytest

from mathgrade.derivation.claim import Claim, read_claim
from mathgrade.derivation.marking import mark_derivation

SOFTMAX = {"y_i": r"\frac{e^{z_i}}{\sum_k e^{z_k}}"}
JACOBIAN = read_claim(
    r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)", {"z": "vector n"}, SOFTMAX
)
QUOTIENT = read_claim(
    r"f'(x) = \frac{4x}{(x^2 + 1)^2}", {"x": "real"}, {"f(x)": r"\frac{x^2 - 1}{x^2 + 1}"}
)
TANH = read_claim(
    "f'(z) = 1 - f(z)^2", {"z": "real"}, {"f(z)": r"\frac{e^z - e^{-z}}{e^z + e^{-z}}"}
)
INVERSE = read_claim("(A B)^{-1} = B^{-1} A^{-1}", {"A B": "matrix n n"})

EMPTY = [
    (
        JACOBIAN,
        r"$$\frac{\partial y_i}{\partial z_j} = \frac{e^{z_i}}{\sum_k e^{z_k}}"
        r"\left(\delta_{ij} - \frac{e^{z_j}}{\sum_k e^{z_k}}\right) = y_i(\delta_{ij}-y_j)$$",
    ),
    (
        JACOBIAN,
        r"Case $i = j$: $$\frac{\partial y_i}{\partial z_i} = \frac{e^{z_i}}{\sum_k e^{z_k}}"
        r"\left(1 - \frac{e^{z_i}}{\sum_k e^{z_k}}\right) = y_i(1-y_i)$$"
        "\n"
        r"Case $i \neq j$: $$\frac{\partial y_i}{\partial z_j} = -\frac{e^{z_i}}{\sum_k e^{z_k}}"
        r"\frac{e^{z_j}}{\sum_k e^{z_k}} = -y_i y_j$$",
    ),
    (QUOTIENT, r"$f'(x) = \frac{d}{dx} \frac{x^2-1}{x^2+1} = \frac{4x}{(x^2+1)^2}$"),
    (QUOTIENT, r"$\frac{x^2-1}{x^2+1} = f(x)$, so $f'(x) = \frac{4x}{(x^2+1)^2}$"),
    (
        TANH,
        r"Let $p = e^{2z}$. Then $f(z) = \frac{p-1}{p+1}$ and "
        r"$\frac{df}{dz} = \frac{df}{dp}\frac{dp}{dz} = 1 - f(z)^2$.",
    ),
    (INVERSE, "$(AB)(AB)^{-1} = I$, so $(AB)^{-1} = B^{-1}A^{-1}$."),
    (INVERSE, "$A (AB)^{-1} = A B^{-1} A^{-1}$, so $(AB)^{-1} = B^{-1}A^{-1}$."),
    (INVERSE, "$B (AB)^{-1} = B B^{-1} A^{-1} = A^{-1}$, so $(AB)^{-1} = B^{-1}A^{-1}$."),
]
PROOFS = [
    (
        QUOTIENT,
        r"$f'(x) = \frac{2x(x^2+1) - (x^2-1)2x}{(x^2+1)^2} = \frac{4x}{(x^2+1)^2}$",
    ),
    (
        QUOTIENT,
        r"Let $u = x^2$, so $f = \frac{u-1}{u+1}$. Then $f'(x) = \frac{df}{du}\frac{du}{dx} = "
        r"\frac{u+1 - (u-1)}{(u+1)^2}\cdot 2x = \frac{4x}{(x^2+1)^2}$.",
    ),
    (INVERSE, "$A B (AB)^{-1} = I$, $B (AB)^{-1} = A^{-1}$, $(AB)^{-1} = B^{-1} A^{-1}$."),
]


def outcome(claim: Claim, text: str) -> str:
    return mark_derivation(text, claim, time_limit=20).outcome.value


@pytest.mark.parametrize(("claim", "text"), EMPTY)
def test_the_whole_exercise_is_no_step_of_itself(claim, text):
    assert outcome(claim, text) == "incomplete"


@pytest.mark.parametrize(("claim", "text"), PROOFS)
def test_one_rule_or_one_multiplication_shown_is_enough_for_a_small_claim(claim, text):
    assert outcome(claim, text) == "proved"


def test_an_equation_multiplied_on_the_wrong_side_is_false():
    text = "$(AB)^{-1} A B = I$, $(AB)^{-1} B = A^{-1}$, $(AB)^{-1} = B^{-1} A^{-1}$."
    assert outcome(INVERSE, text) == "wrong"


def test_a_wrong_line_about_what_depends_on_a_name_is_found():
    text = (
        r"Let $p = e^{2z}$. Then $f(z) = \frac{p+1}{p-1}$ and "
        r"$\frac{df}{dz} = \frac{df}{dp}\frac{dp}{dz} = \frac{4p}{(p+1)^2} = 1 - f(z)^2$."
    )
    assert outcome(TANH, text) == "wrong"
