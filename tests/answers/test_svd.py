"""Decompositions: every legal form is right, every defining property has its own share."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mathgrade.answers import SVD
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Outcome

TALL = np.array([[3.0, 1.0], [1.0, 2.0], [-2.0, 4.0]])
WIDE = TALL.T
SQUARE = np.array([[2.0, 1.0], [-1.0, 3.0]])
DEFICIENT = np.outer([1.0, 2.0, -1.0], [3.0, 4.0])
REPEATED = np.array([[0.0, -2.0], [2.0, 0.0]])
TWICE = np.diag([3.0, 3.0, 1.0]) @ np.linalg.qr(np.arange(9.0).reshape(3, 3) ** 2 + 1)[0]
MATRICES = {
    "tall": TALL,
    "wide": WIDE,
    "square": SQUARE,
    "rank 1": DEFICIENT,
    "repeated": REPEATED,
    "twice": TWICE,
    "large numbers": SQUARE * 1e9,
    "small numbers": SQUARE * 1e-9,
    "a row": np.array([[3.0, 4.0]]),
    "a column": np.array([[3.0], [4.0]]),
    "a number": np.array([[-3.0]]),
    "zero": np.zeros((2, 3)),
}
each = pytest.mark.parametrize("A", MATRICES.values(), ids=MATRICES)


def full(A):
    return np.linalg.svd(A)


def thin(A):
    return np.linalg.svd(A, full_matrices=False)


def rectangle(s, shape):
    S = np.zeros(shape)
    S[range(len(s)), range(len(s))] = s
    return S


def lost(verdict):
    """Notes of the criteria that are not met."""
    return {f.note for f in verdict.findings if not f.met and f.share}


@each
def test_every_legal_form_is_right(A):
    U, s, Vt = full(A)
    u, _, vt = thin(A)
    p = len(s)
    forms = [
        full(A),
        thin(A),
        (U, rectangle(s, A.shape), Vt),
        (u, np.diag(s), vt),
        (u, np.diag(s), Vt[:p]),
        (U, s, vt),
        (U, s.tolist(), Vt.tolist()),
        (sp.Matrix(u), sp.diag(*map(float, s)), sp.Matrix(vt)),
        (u, sp.Matrix(s), vt),
        list(full(A)),
    ]
    for form in forms:
        verdict = SVD(A).mark(form)
        assert verdict.outcome is Outcome.CORRECT, verdict.findings


@each
def test_signs_may_change_in_pairs(A):
    U, s, Vt = thin(A)
    for k in range(len(s)):
        flip = np.ones(len(s))
        flip[k] = -1
        assert SVD(A).mark((U * flip, s, (Vt.T * flip).T)).credit == 1


def test_vectors_of_equal_singular_values_may_turn_together():
    c, t = np.cos(0.7), np.sin(0.7)
    turn = np.array([[c, -t, 0], [t, c, 0], [0, 0, 1]])
    U, s, Vt = full(TWICE)
    assert SVD(TWICE).mark((U @ turn, s, turn.T @ Vt)).credit == 1
    verdict = SVD(TWICE).mark((U @ turn, s, Vt))
    assert lost(verdict) == {"svd.pairing"}


def test_vectors_of_different_singular_values_may_not():
    c, t = np.cos(0.7), np.sin(0.7)
    turn = np.array([[c, -t], [t, c]])
    U, s, Vt = thin(TALL)
    verdict = SVD(TALL).mark((U @ turn, s, turn.T @ Vt))
    assert lost(verdict) >= {"svd.not-singular-vectors"}
    assert verdict.credit == Fraction(3, 10)  # Σ alone


def test_only_as_many_columns_as_the_rank_will_do():
    U, s, Vt = thin(DEFICIENT)
    assert SVD(DEFICIENT).mark((U[:, :1], s[:1], Vt[:1])).credit == 1
    assert "svd.values" in lost(SVD(TALL).mark((U[:, :1], s[:1], Vt[:1])))


def test_exact_factors_are_read_exactly():
    U = sp.Matrix([[-sp.sqrt(3), 1], [-1, -sp.sqrt(3)]]) / 2
    V = sp.Matrix([[1, -1], [1, 1]]) / sp.sqrt(2)
    S = sp.diag(2, 4)
    A = U * S * V.T
    swap = sp.Matrix([[0, 1], [1, 0]])
    right = (U * swap, sp.diag(4, 2), (V * swap).T)
    assert SVD(A).mark(right).credit == 1
    assert lost(SVD(A).mark((U, S, V.T))) == {"svd.not-ordered"}
    turned = swap * sp.diag(1, -1)  # a V that is not its own transpose
    assert SVD(A).mark((U * turned, sp.diag(4, 2), (V * turned).T)).credit == 1
    assert lost(SVD(A).mark((U * turned, sp.diag(4, 2), V * turned))) == {"svd.v-not-transposed"}
    assert SVD(sp.Matrix([[3, 0], [0, 2]])).mark((sp.eye(2), sp.diag(3, 2), sp.eye(2))).credit == 1
    assert r"\frac{\sqrt{2}}{2}" in SVD(A).form(right)


@pytest.mark.parametrize("A", [TALL, WIDE, SQUARE], ids=["tall", "wide", "square"])
def test_a_sign_changed_on_one_side_only_loses_the_product(A):
    U, s, Vt = thin(A)
    verdict = SVD(A).mark((U * [1, -1], s, Vt))
    assert lost(verdict) == {"svd.sign"}
    assert verdict.credit == Fraction(4, 5)
    assert "column 2 of U" in verdict.findings[-1].message


@pytest.mark.parametrize("A", [TALL, WIDE, SQUARE], ids=["tall", "wide", "square"])
def test_a_consistent_permutation_loses_the_order_only(A):
    U, s, Vt = thin(A)
    verdict = SVD(A).mark((U[:, ::-1], s[::-1], Vt[::-1]))
    assert lost(verdict) == {"svd.not-ordered"}
    assert verdict.credit == Fraction(9, 10)


def test_permuted_vectors_with_ordered_values_are_paired_wrongly():
    U, s, Vt = thin(TALL)
    verdict = SVD(TALL).mark((U[:, ::-1], s, Vt[::-1]))
    assert lost(verdict) == {"svd.pairing"}
    assert lost(SVD(TALL).mark((U[:, ::-1], s, Vt))) == {"svd.pairing"}


def test_a_negative_singular_value_loses_the_order_only():
    U, s, Vt = thin(TALL)
    verdict = SVD(TALL).mark((U * [1, -1], s * [1, -1], Vt))
    assert lost(verdict) == {"svd.negative"}


@pytest.mark.parametrize(
    ("A", "form"),
    [(TALL, full), (TALL, thin), (WIDE, full), (WIDE, thin), (SQUARE, full), (TWICE, full)],
)
def test_v_for_its_transpose_loses_its_own_share_only(A, form):
    U, s, Vt = form(A)
    if Vt.shape == (2, 2) and np.allclose(Vt, Vt.T):  # a reflection is its own transpose
        U[:, 0], Vt[0] = -U[:, 0], -Vt[0]
    verdict = SVD(A).mark((U, s, Vt.T))
    assert lost(verdict) == {"svd.v-not-transposed"}
    assert (verdict.credit, verdict.note) == (Fraction(9, 10), "svd.v-not-transposed")


def test_v_for_its_transpose_is_seen_beside_another_slip():
    U, s, Vt = thin(TALL)
    verdict = SVD(TALL).mark((U * [1, -1], s, Vt.T))
    assert lost(verdict) == {"svd.v-not-transposed", "svd.sign"}


def test_columns_that_are_not_of_length_one_are_named():
    U, s, Vt = thin(TALL)
    verdict = SVD(TALL).mark((U * s, np.ones(2), Vt))
    assert lost(verdict) == {"svd.values", "svd.not-orthonormal", "svd.not-counted"}
    assert "Column 1 has length" in verdict.findings[2].message
    verdict = SVD(TALL).mark((U + 0.1 * U[:, ::-1], s, Vt))
    assert "svd.not-orthonormal" in lost(verdict)


def test_eigenvalues_of_the_gram_matrix_are_recognised():
    U, s, Vt = thin(TALL)
    verdict = SVD(TALL).mark((U, s**2, Vt))
    assert "svd.eigenvalues" in lost(verdict)
    assert verdict.credit == Fraction(1, 2)  # the vectors are right


def test_a_full_sigma_off_its_diagonal_is_none():
    U, s, Vt = thin(TALL)
    S = np.diag(s)
    S[0, 1] = 1e-3
    assert "svd.not-diagonal" in lost(SVD(TALL).mark((U, S, Vt)))


def test_rounded_factors_are_told_to_keep_their_digits():
    verdict = SVD(TALL).mark(tuple(np.round(F, 3) for F in thin(TALL)))
    assert verdict.findings[0].note == "svd.rounded"
    assert verdict.credit < 1
    assert SVD(TALL, atol=1e-2).mark(tuple(np.round(F, 3) for F in thin(TALL))).credit == 1


TRIVIAL = {
    "A, I, I": (TALL, np.eye(2), np.eye(2)),
    "A, ones, I": (TALL, np.ones(2), np.eye(2)),
    "I, A, I": (np.eye(3), TALL, np.eye(2)),
    "I, A cut, I": (np.eye(3)[:, :2], TALL[:2], np.eye(2)),
    "zeros": (np.zeros((3, 2)), np.zeros(2), np.zeros((2, 2))),
    "identities": (np.eye(3), np.eye(3)[:, :2], np.eye(2)),
    "ones": (np.ones((3, 2)), np.ones(2), np.ones((2, 2))),
    "A three times": (TALL, TALL, TALL),
    "permutations": (np.eye(3)[:, [1, 0]], np.ones(2), np.eye(2)[::-1]),
    "minus identities": (-np.eye(3)[:, :2], np.ones(2), -np.eye(2)),
}


@pytest.mark.parametrize("response", TRIVIAL.values(), ids=TRIVIAL)
def test_trivial_factors_earn_nothing(response):
    verdict = SVD(TALL).mark(response)
    assert (verdict.outcome, verdict.credit) == (Outcome.INCORRECT, 0), verdict.findings


def test_the_identity_earns_nothing_even_where_it_is_half_the_truth():
    A = np.diag([5.0, 2.0])
    assert SVD(A).mark((np.eye(2), np.eye(2), np.eye(2))).credit == 0
    assert SVD(A).mark((A, np.eye(2), np.eye(2))).credit == 0
    assert SVD(A).mark((np.eye(2), A, np.eye(2))).credit == 1  # which is its decomposition


def test_singular_values_alone_earn_their_share():
    _, s, _ = thin(TALL)
    verdict = SVD(TALL).mark((np.ones((3, 2)), s, np.ones((2, 2))))
    assert verdict.credit == Fraction(3, 10)


U3, S3, V3 = full(TALL)
SHAPES = [
    ((U3.T[:2], S3, V3), "U: expected shape (3, 3) or (3, 2), received (2, 3)"),
    ((U3[:2], S3, V3), "U: expected shape (3, 3) or (3, 2), received (2, 3)"),
    ((U3, S3, np.ones((2, 3))), "Vt: expected shape (2, 2), received (2, 3)"),
    ((U3, np.ones(3), V3), "S: expected shape (2,) or (2, 2) or (3, 2), received (3,)"),
    ((U3, np.ones((2, 3)), V3), "S: expected shape (2,) or (2, 2) or (3, 2), received (2, 3)"),
    ((U3[:, 0], S3, V3), "U: expected shape (3, 3) or (3, 2), received (3,)"),
    ((U3, S3, V3[0]), "Vt: expected shape (2, 2), received (2,)"),
    ((U3, S3[:1], V3), "S: expected shape"),
    ((U3[:, :1], S3, V3), "S: expected shape (1,)"),
    ((np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1))), "U: expected shape"),
]


@pytest.mark.parametrize(("response", "words"), SHAPES)
def test_wrong_shapes_are_named_with_the_right_ones(response, words):
    verdict = SVD(TALL).mark(response)
    assert (verdict.credit, verdict.note) == (0, "svd.shape")
    assert words in verdict.findings[0].message
    with pytest.raises(ResponseError, match=r"expected shape"):
        SVD(TALL).form(response)


BAD = np.array([[np.nan, 0], [0, 1]])
UNREADABLE = [
    (None, "Three factors were expected"),
    ((U3, S3), "received a tuple of 2 entries"),
    ((U3, S3, V3, V3), "received a tuple of 4 entries"),
    (np.stack([np.eye(2)] * 3), "received an array of shape (3, 2, 2)"),
    ((U3, S3, None), "Vt should be a matrix, received nothing"),
    ((U3, 2.0, V3), "S should be a matrix, received the number 2"),
    ((U3, S3, BAD), "Vt, row 1, column 1: A number was expected, received nan"),
    ((U3, [1.0, np.inf], V3), "S, entry 2: "),
    ((U3, S3, np.zeros((0, 2))), "Vt: A matrix was expected, received one without entries"),
    ((U3[None], S3, V3), "U: A matrix was expected, with one or two axes"),
    ((U3, S3, V3 + 0j), "complex"),
    ((U3, S3, [["a", "b"], ["c", "d"]]), "the text 'a'"),
    ((U3, S3, [[1, 2], [3]]), "Vt: The rows differ in length"),
    ((U3, S3, sp.Matrix([[sp.Symbol("t"), 0], [0, 1]])), "still contains t"),
]


@pytest.mark.parametrize(("response", "words"), UNREADABLE)
def test_what_is_no_three_matrices_is_invalid(response, words):
    verdict = SVD(TALL).mark(response)
    assert verdict.outcome is Outcome.INVALID
    assert words in verdict.findings[0].message


def test_entries_too_large_to_multiply_are_wrong_without_a_warning():
    huge = np.full((2, 2), 1e308)
    assert SVD(SQUARE).mark((huge, [1e308, 1e308], huge)).credit == 0


@pytest.mark.parametrize("reference", [None, [1, 2], "A", [[1, 2], [3]], np.full((2, 2), np.nan)])
def test_a_reference_that_is_no_matrix_is_the_authors_fault(reference):
    with pytest.raises(ItemError, match="must be a matrix"):
        SVD(reference).mark(full(SQUARE))


def test_messages_call_the_matrix_what_the_question_calls_it():
    U, S, Vt = full(SQUARE)
    for response in [
        (U, 2 * S, Vt),
        (U, S**2, Vt),
        (np.eye(2), S, Vt),
        (SQUARE, [1, 1], np.eye(2)),
    ]:
        own, named = (SVD(SQUARE, name=name).mark(response).findings for name in ("A", "Q"))
        assert any("Q" in f.message for f in named)
        assert [f.message.replace("Q", "A") for f in named] == [f.message for f in own]
        assert "U Σ Vᵀ = Q" in [f.criterion for f in named]


shapes = st.tuples(st.integers(1, 4), st.integers(1, 4))
matrices = arrays(float, shapes, elements=st.integers(-9, 9).map(float))


@settings(max_examples=60, deadline=None)
@given(matrices)
def test_the_library_is_right_about_every_matrix(A):
    assert SVD(A).mark(full(A)).credit == 1
    assert SVD(A).mark(thin(A)).credit == 1


@settings(max_examples=60, deadline=None)
@given(matrices, st.data())
def test_a_wrong_entry_in_any_factor_never_passes(A, data):
    factors = [np.array(F) for F in thin(A)]
    F = factors[data.draw(st.integers(0, 2))]
    F.flat[data.draw(st.integers(0, F.size - 1))] += data.draw(st.sampled_from([0.1, 1.0, -3.0]))
    if not np.allclose((factors[0] * factors[1]) @ factors[2], A, atol=1e-3):
        assert SVD(A).mark(tuple(factors)).credit < 1
