"""What the references claim, checked by other means than theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.items import load_assignment
from mathgrade.variants import load_variants

COURSE = Path(__file__).resolve().parents[2]
SEEDS = st.integers(0, 2**32 - 1)


def answer(assignment: str, item: str) -> Any:
    return load_assignment(COURSE, assignment)[item].answer.reference  # type: ignore[union-attr]


def central(f: Any, x: Any, h: float = 1e-6) -> Any:
    """Central differences; the derivative by x[k] in column k."""
    return np.stack([(f(x + s) - f(x - s)) / (2 * h) for s in h * np.eye(x.size)], axis=-1)


def plain_softmax(z: Any) -> Any:
    return np.exp(z) / np.exp(z).sum()


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_softmax_jacobian_is_the_numeric_derivative(n: int) -> None:
    z = np.random.default_rng(n).normal(size=n)
    for assignment, item in [("softmax", "jacobian-code"), ("chain-rule", "softmax-jacobian")]:
        found = answer(assignment, item)(z)
        assert found == pytest.approx(central(plain_softmax, z), abs=1e-8)


def test_the_entry_formula_is_the_jacobian_for_every_size() -> None:
    text = answer("softmax", "jacobian-entry")
    for n in (1, 2, 4):
        z = np.random.default_rng(n).normal(size=n)
        p = plain_softmax(z)
        y = dict(enumerate(p, start=1))
        delta = lambda i, j: float(i == j)  # noqa: E731
        entries = [[eval(text, {"y": y, "delta": delta, "i": i, "j": j}) for j in y] for i in y]
        assert np.array(entries) == pytest.approx(central(plain_softmax, z), abs=1e-8)


@pytest.mark.parametrize(("K", "d"), [(1, 1), (3, 2), (2, 4)])
def test_the_gradient_is_the_numeric_derivative_and_the_sum_of_the_formula(K: int, d: int) -> None:
    draw = np.random.default_rng(K + d)
    w, X, u = draw.normal(size=d), draw.normal(size=(K, d)), 0.7
    grad_w = answer("chain-rule", "grad-w")
    y = plain_softmax(X @ w - u)
    for i in range(K):
        found = grad_w(w, X, u, i)
        numeric = central(lambda v, i=i: plain_softmax(X @ v - u)[i], w)
        formula = sum(y[i] * ((i == j) - y[j]) * X[j] for j in range(K))
        assert found == pytest.approx(numeric, abs=1e-8)
        assert found == pytest.approx(formula, abs=1e-12)


@pytest.mark.parametrize(("K", "d"), [(1, 2), (3, 2), (2, 2)])
def test_the_derivative_by_a_matrix_is_the_numeric_one(K: int, d: int) -> None:
    draw = np.random.default_rng(K * d)
    W, x, u = draw.normal(size=(K, d)), draw.normal(size=d), draw.normal(size=K)
    found = answer("chain-rule", "matrix-gradient")(W, x, u)
    numeric = central(lambda v: plain_softmax(v.reshape(K, d) @ x - u), W.ravel())
    assert found.reshape(K, K * d) == pytest.approx(numeric, abs=1e-8)


def test_the_threshold_changes_no_probability() -> None:
    z = np.array([0.3, -1.2, 2.0])
    by_u = central(lambda u: plain_softmax(z - u[0]), np.array([0.4]))
    assert by_u == pytest.approx(np.zeros((3, 1)), abs=1e-9)


def test_the_product_is_the_matrix_of_the_homework_sheet() -> None:
    r = sp.sqrt
    half = sp.Rational(3, 2)
    sheet = [[-r(half) - r(2), -r(half) + r(2)], [-1 / r(2) + r(6), -1 / r(2) - r(6)]]
    found = answer("svd", "product")
    assert sp.simplify(found - sp.Matrix(sheet)) == sp.zeros(2, 2)
    assert np.linalg.svd(np.array(found, dtype=float))[1] == pytest.approx([4, 2])


def test_v_turns_by_45_and_u_by_minus_150_degrees() -> None:
    V = np.array(answer("svd", "v-images"), dtype=float)[:, :2]
    images = np.array(answer("svd", "u-images"), dtype=float)
    assert np.degrees(np.angle(complex(*V[:, 0]))) == pytest.approx(45)
    assert np.linalg.det(V) == pytest.approx(1)
    first, third = images[:, 0], images[:, 2]
    assert np.degrees(np.angle(complex(*first))) == pytest.approx(-150)
    assert np.linalg.norm(first) == pytest.approx(1 / np.sqrt(2))
    assert np.linalg.det(np.column_stack([first, third])) == pytest.approx(1 / 2)


def test_the_four_images_are_a_rectangle_and_no_square() -> None:
    a, c, b, d = np.array(answer("svd", "sigma-vt-images"), dtype=float).T  # a and c are opposite
    sides = [b - a, c - b, d - c, a - d]
    assert [p @ q for p, q in zip(sides, [*sides[1:], sides[0]], strict=True)] == pytest.approx(
        [0] * 4
    )
    assert sorted(np.linalg.norm(s) for s in sides) == pytest.approx([2, 2, 4, 4])


@settings(max_examples=50)
@given(SEEDS)
def test_a_drawn_matrix_has_whole_entries_and_two_different_whole_singular_values(
    seed: int,
) -> None:
    variants = load_variants(COURSE / "source" / "svd" / "variants.py")
    matrix = variants["decomposition"](np.random.default_rng(seed))
    assert matrix.shape == (3, 2)
    assert matrix.dtype.kind == "i"
    values = np.linalg.svd(matrix)[1]
    assert tuple(np.round(values, 9)) in variants["SINGULAR_VALUES"]


@settings(max_examples=50)
@given(SEEDS)
def test_drawn_logits_differ_and_every_entry_of_their_jacobian_shows_in_six_decimals(
    seed: int,
) -> None:
    variants = load_variants(COURSE / "source" / "softmax" / "variants.py")
    z = variants["jacobian_at_point"](np.random.default_rng(seed))
    assert len(set(z.tolist())) == 4
    jacobian = answer("softmax", "jacobian-code")(z)
    assert np.abs(jacobian).min() > 1e-5


@settings(max_examples=25)
@given(SEEDS)
def test_the_best_approximation_beats_every_other_matrix_of_rank_one(seed: int) -> None:
    assignment = load_assignment(COURSE, "svd")
    student = f"s{seed}"
    near = assignment["rank-one"].test(student).reference
    error = assignment["rank-one-error"].test(student).reference
    matrix = assignment["decomposition"].test(student).reference
    assert np.linalg.norm(matrix - near, 2) == pytest.approx(error)
    draw = np.random.default_rng(seed)
    other = near + np.linalg.norm(near) * 0.05 * np.outer(draw.normal(size=3), draw.normal(size=2))
    u, s, vt = np.linalg.svd(other)
    assert np.linalg.norm(matrix - s[0] * np.outer(u[:, 0], vt[0]), 2) >= error - 1e-9
