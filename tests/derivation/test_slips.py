"""Known wrong steps: where a derivation makes one, and where it only looks like it."""

from __future__ import annotations

import pytest

from mathgrade.derivation.claim import read_claim
from mathgrade.derivation.slips import known_step

CLAIM = read_claim(
    r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)",
    {"z": "vector n", "i j": "index n"},
    {"y_i": r"\frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}}"},
)
STEPS = [
    r"\frac{\partial}{\partial z_j} \sum_{k=1}^{n} e^{z_k} = \sum_{k=1}^{n} e^{z_k}",
    r"\left(\sum_{k=1}^{n} e^{z_k}\right)^2 = \sum_{k=1}^{n} e^{z_k}",
]
S = r"Let $S = \sum_k e^{z_k}$. "
QUOTIENT = r"\frac{\partial y_i}{\partial z_j} = \frac{\delta_{ij} e^{z_i} S - e^{z_i} e^{z_j}}"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (r"$\frac{\partial}{\partial z_j} \sum_k e^{z_k} = \sum_k e^{z_k}$", 0),
        # Under a name of the student's own: both were missed once.
        (S + r"$\frac{\partial S}{\partial z_j} = S$", 0),
        (S + f"${QUOTIENT}{{S}}$", 1),
        (S + f"${QUOTIENT}{{S^2}}$", None),
        (S + f"${QUOTIENT}{{S^3}}$", None),
        (S + r"$\frac{\partial S}{\partial z_j} = 2 S$", None),
        ("", None),
    ],
)
def test_a_known_step_is_found_in_the_first_wrong_line(text: str, position: int | None) -> None:
    assert known_step(text, CLAIM, STEPS) == position
