"""What the references claim, checked by other means than theirs."""

from __future__ import annotations

from collections.abc import Callable
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


# -- derivatives -----------------------------------------------------------------------------------

FUNCTIONS: dict[str, list[Callable[..., float]]] = {
    "powers": [
        lambda x: 1,
        lambda x: x,
        lambda x: 3 * x**2,
        lambda x: 3 * x**2 + 5 * x,
        lambda x: 5 * x**5 + 4 * x**3 - 5,
    ],
    "sums": [
        lambda x, y: x + y,
        lambda x, y: 2 * x + 3 * y**2,
        lambda x, y: 3 * x**3 - y**2 + 5 * x + 2,
    ],
    "product": [lambda x, y: x * y],
    "partials": [lambda x, y, z: 3 * x**3 * z - y**2 + 5 * z + 2 * y * z],
    "gradient": [lambda x, y, z: 3 * x**3 * z - y**2 + 5 * z + 2 * y * z],
}


def number(formula: object, at: dict[str, float]) -> float:
    return float(eval(str(formula), {**vars(sp), **at}))


def put(formula: sp.Expr, **values: float) -> sp.Expr:
    return formula.subs({s: values[s.name] for s in formula.free_symbols})


@pytest.mark.parametrize("item", FUNCTIONS)
def test_the_derivatives_are_the_numeric_ones(item: str) -> None:
    entries = np.ravel(np.array(answer("derivatives", item), dtype=object))
    for point in ([0.7, -1.3, 0.4], [-0.2, 2.1, -1.5]):
        at = dict(zip("xyz", point, strict=True))
        found = [number(entry, at) for entry in entries]
        numeric: list[float] = []
        for function in FUNCTIONS[item]:
            few = np.array(point[: function.__code__.co_argcount])
            numeric += list(central(lambda v, f=function: f(*v), few))
        assert found == pytest.approx(numeric, abs=1e-6)


def test_the_gradient_is_the_column_of_the_partial_derivatives() -> None:
    column = answer("derivatives", "gradient")
    assert [[entry] for entry in answer("derivatives", "partials")] == column


@pytest.mark.parametrize(("x", "y"), [(1.5, -0.5), (-0.5, 1.5), (-2.0, -1.0), (2.0, 1.0)])
def test_the_derivatives_of_maxima_are_the_numeric_ones_off_the_kinks(x: float, y: float) -> None:
    by_x, by_y = central(lambda v: max(*v), np.array([x, y]))
    assert put(answer("derivatives", "dx-max"), x=x, y=y) == round(by_x)
    assert put(answer("derivatives", "dy-max"), x=x, y=y) == round(by_y)
    assert put(answer("derivatives", "d-max-zero"), x=x) == int(x > 0)


def test_the_conventions_at_the_kinks_are_those_of_the_lecture() -> None:
    for value in (-1, 0, 3):
        assert put(answer("derivatives", "dx-max"), x=value, y=value) == 1
        assert put(answer("derivatives", "dy-max"), x=value, y=value) == 0
    assert put(answer("derivatives", "d-max-zero"), x=0) == 0


def test_the_formal_chain_rule_holds_for_functions_that_are_known() -> None:
    text = answer("derivatives", "chain-formal")
    known = {
        "df": np.cos,
        "g": lambda a, b: a * b + b**2,
        "g_1": lambda a, b: b,
        "g_2": lambda a, b: a + 2 * b,
        "h": lambda a, b: np.exp(a) * b,
        "h_1": lambda a, b: np.exp(a) * b,
        "h_2": lambda a, b: np.exp(a),
    }
    y, z = 0.3, -0.8
    whole = lambda v: np.sin(known["g"](y, known["h"](v[0], z)))  # noqa: E731
    found = eval(text, {**known, "x": 0.6, "y": y, "z": z})
    assert found == pytest.approx(central(whole, np.array([0.6]))[0], abs=1e-8)


def drawn_chains(count: int) -> set[tuple[sp.Expr, sp.Expr]]:
    variants = load_variants(COURSE / "source" / "derivatives" / "variants.py")
    return {variants["chain_drawn"](np.random.default_rng(seed)) for seed in range(count)}


def test_a_thousand_drawn_chains_are_defined_everywhere_and_marked_right() -> None:
    item = load_assignment(COURSE, "derivatives")["chain-drawn"]
    x, u = sp.symbols("x u", real=True)
    chains = drawn_chains(1000)
    assert len(chains) > 300
    for outer, inner in chains:
        values = sp.lambdify(x, inner, "numpy")(np.linspace(-3, 3, 61))
        assert (values > 0).all()
        assert item.answer((outer, inner)).mark(outer.subs(u, inner).diff(x)).credit == 1


def test_every_mistake_in_a_drawn_chain_is_a_mistake_of_its_own() -> None:
    item = load_assignment(COURSE, "derivatives")["chain-drawn"]
    for drawn in sorted(drawn_chains(40), key=str)[:20]:
        test, known = item.answer(drawn), item.mistakes(drawn)
        formulas = [mistake.response for mistake in known]
        assert all(test.mark(formula, explain=False).credit == 0 for formula in formulas)
        assert [test.recognise(formulas, formula) for formula in formulas] == list(
            range(len(formulas))
        )


def test_central_differences_are_of_second_order() -> None:
    gradient = answer("derivatives", "gradient-code")
    at = np.array([0.3, -1.1, 2.0])
    errors = [
        np.abs(gradient(lambda v: np.exp(v).sum(), at, h) - np.exp(at)).max() for h in (0.1, 0.05)
    ]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.01)


# -- activations -----------------------------------------------------------------------------------

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "linear-code": lambda z: z,
    "relu-code": lambda z: sp.Max(z, 0),
    "leaky-relu-code": lambda z: sp.Max(z, sp.Rational(1, 20) * z),
    "sigmoid-code": lambda z: 1 / (1 + sp.exp(-z)),
    "tanh-code": lambda z: (sp.exp(z) - sp.exp(-z)) / (sp.exp(z) + sp.exp(-z)),
}


@pytest.mark.parametrize("item", ACTIVATIONS)
def test_an_activation_and_its_derivative_are_those_of_the_formula(item: str) -> None:
    points = [-1000, -30, -2, -sp.Rational(1, 3), sp.Rational(1, 4), 1, 5, 40, 1000]
    value, slope = answer("activations", item)(np.array(points, dtype=float))
    step = sp.Rational(1, 10**12)
    with_digits = lambda e: float(sp.N(e, 60))  # noqa: E731
    f = ACTIVATIONS[item]
    assert value == pytest.approx([with_digits(f(p)) for p in points], abs=1e-15)
    numeric = [with_digits((f(p + step) - f(p - step)) / (2 * step)) for p in points]
    assert slope == pytest.approx(numeric, abs=1e-12)


@pytest.mark.parametrize("item", ACTIVATIONS)
def test_an_activation_keeps_shape_and_type_without_a_warning(item: str) -> None:
    for dtype in (np.float32, np.float64):
        z = np.array([[-1000, 0], [-0.5, 1000]], dtype=dtype)
        with np.errstate(all="raise", under="ignore"):
            results = answer("activations", item)(z)
        assert {(r.shape, r.dtype) for r in results} == {((2, 2), np.dtype(dtype))}


def test_the_derivative_at_a_corner_is_the_one_from_the_left() -> None:
    assert answer("activations", "relu-code")(np.zeros(1))[1] == 0
    assert answer("activations", "leaky-relu-code")(np.zeros(1), 0.08)[1] == 0.08
    assert put(answer("activations", "d-relu"), z=0) == 0


# -- softmax and chain rule ------------------------------------------------------------------------


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
