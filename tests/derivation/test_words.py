"""Products of matrices: which laws take one formula to another."""

from __future__ import annotations

import pytest

from mathgrade.derivation.claim import read_claim
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.truth import Judgement
from mathgrade.derivation.vocabulary import Vocabulary

OPEN = read_claim("(A B)^{-1} = B^{-1} A^{-1}", {"A B": "matrix n n", "M": "matrix m n"})
TURN = {"V": r"\frac{1}{\sqrt{2}} \begin{pmatrix} 1 & -1 \\ 1 & 1 \end{pmatrix}"}
WRITTEN = read_claim("V^{-1} = V^T", {}, TURN)

LAWS = [
    (OPEN, r"(A B)^T = B^T A^T", {"transpose"}),
    (OPEN, r"A A^{-1} B = B", {"inverse"}),
    (OPEN, r"(A B)^{-1} = B^{-1} A^{-1}", {"inverse"}),
    (OPEN, r"(M^T M)^{-1} M^T M A = A", {"inverse"}),
    (OPEN, r"A (B + A) = A B + A A", set()),
    (
        WRITTEN,
        r"V^T V = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}",
        {"definition", "product", "transpose"},
    ),
    (
        WRITTEN,
        r"V^T = \frac{1}{\sqrt{2}} \begin{pmatrix} 1 & 1 \\ -1 & 1 \end{pmatrix}",
        {"definition", "transpose"},
    ),
]
FALSE = [
    (OPEN, r"(A B)^T = A^T B^T"),
    (OPEN, r"(A B)^{-1} = A^{-1} B^{-1}"),
    (OPEN, r"A B = B A"),
    (OPEN, r"(A + B)^{-1} = A^{-1} + B^{-1}"),
    (WRITTEN, r"V V = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}"),
    (WRITTEN, r"V^T = V"),
]


def step(claim, text):
    document = read_document(f"$${text}$$", claim.context, claim.definitions)
    words = Vocabulary(document.context, document.definitions)
    judgement = Judgement(words)
    left, right = (side.node for side in document.statements[0].sides)
    return judgement, judgement.equation(left, right)


@pytest.mark.parametrize(("claim", "text", "expected"), LAWS)
def test_a_step_of_matrices_takes_the_laws_a_person_would_name(claim, text, expected):
    judgement, equation = step(claim, text)
    words = judgement._words()
    assert words.laws(equation.left, equation.right, 3) == expected
    assert judgement.decide(equation).equal


@pytest.mark.parametrize(("claim", "text"), FALSE)
def test_a_false_step_of_matrices_has_a_witness(claim, text):
    judgement, equation = step(claim, text)
    assert not judgement._words().equal(equation.left, equation.right)
    found = judgement.decide(equation)
    assert found.outcome.value == "different"
    assert found.witness is not None


def test_the_inverse_of_a_product_of_matrices_that_are_not_square_is_not_split():
    """Once (MᵀM)⁻¹ became M⁻¹M⁻ᵀ, which do not exist."""
    judgement, equation = step(OPEN, r"M (M^T M)^{-1} M^T M (M^T M)^{-1} = M (M^T M)^{-1}")
    assert judgement._words().equal(equation.left, equation.right)
    judgement, equation = step(OPEN, r"M^T M (M^T M)^{-1} M^T M (M^T M)^{-1} = M^T M")
    assert not judgement._words().equal(equation.left, equation.right)
