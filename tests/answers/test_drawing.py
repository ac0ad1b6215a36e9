"""Which picture a wrong response gets, and that it holds nothing but the student's own numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from mathgrade.answers import SVD, Expression, Function, Matrix
from mathgrade.answers.checks import agrees
from mathgrade.answers.drawing import POINTS, curve_picture
from mathgrade.expression import read, read_names
from mathgrade.picture import Arrows, Curve, Entries, Picture
from mathgrade.verdict import Verdict, Witness


def picture_of(verdict: Verdict) -> Picture | None:
    found = [f.picture for f in verdict.findings if f.picture is not None]
    assert len(found) <= 1
    return found[0] if found else None


def curve_of(verdict: Verdict) -> Curve:
    picture = picture_of(verdict)
    assert isinstance(picture, Curve)
    return picture


def test_a_wrong_formula_in_one_unknown_has_its_own_curve() -> None:
    curve = curve_of(Expression("x**2", {"x": "real"}).mark("x**3"))
    assert curve.name == "x"
    assert len(curve.values) == POINTS
    step = (curve.high - curve.low) / (POINTS - 1)
    places = [curve.low + k * step for k in range(POINTS)]
    own = [None if v is None else float(v) for v in curve.values]
    assert own == pytest.approx([x**3 for x in places], rel=1e-3, abs=1e-9)


def test_other_unknowns_keep_the_values_of_the_witness() -> None:
    z, a = sp.symbols("z alpha", real=True)
    names = {"z": "real", "alpha": "real 0 0.1"}
    verdict = Expression(sp.Piecewise((1, z > 0), (a, True)), names).mark(2 * a + z)
    curve = curve_of(verdict)
    witness = next(f.witness for f in verdict.findings if f.witness)
    assert {curve.name, *curve.fixed} == set(witness.at)
    assert all(witness.at[name] == value for name, value in curve.fixed.items())


def test_a_small_domain_is_drawn_whole() -> None:
    curve = curve_of(Expression("t**2", {"t": "real 0 1"}).mark("t"))
    assert (curve.low, curve.high) == (0, 1)


def test_the_curve_stays_in_the_domain() -> None:
    curve = curve_of(Expression("log(x)", {"x": "positive"}).mark("log(x)**2"))
    assert curve.low == 0
    assert curve.values[0] is None


@pytest.mark.parametrize(
    ("reference", "names", "response"),
    [
        ("y[i]", {"y": "vector K", "i": "index K"}, "2*y[i]"),
        ("2", {"x": "real"}, "3"),  # no unknown in the witness
        ("n", {"n": "integer"}, "n + 1"),
        ("x", {"x": "real"}, "x"),  # right
        ("x", {"x": "real"}, "[[x]]"),
        ("x", {"x": "real"}, "sqrt(-1 - x**2)"),  # has a value nowhere
        ("x", {"x": "real"}, "10**400*x"),  # too large to draw
    ],
)
def test_what_cannot_be_drawn_has_no_picture(
    reference: str, names: dict[str, str], response: str
) -> None:
    assert picture_of(Expression(reference, names).mark(response)) is None


def test_a_fault_of_drawing_costs_no_verdict() -> None:
    context = read_names({"x": "real"})
    assert curve_picture(read("x", context), context, Witness({"x": "two"}, "2")) is None
    assert curve_picture(read("x", context), context, None) is None


def test_wrong_entries_of_a_matrix_are_marked() -> None:
    own = [[1, -2, 0], [3, 4, -2], [0, 0.5, 1]]
    verdict = Matrix([[1, 2, 0], [3, 4, -2], [0, 0, 1]], entries=True).mark(own)
    picture = picture_of(verdict)
    assert isinstance(picture, Entries)
    assert picture.rows == tuple(map(tuple, own))
    assert picture.wrong == ((0, 1), (2, 1))
    assert [f.met for f in verdict.findings if f.picture] == [False]


def test_formulas_in_a_matrix_are_marked_without_numbers() -> None:
    names = {"x y": "real"}
    verdict = Matrix("[[x, y], [y, x]]", names=names).mark("[[x, -y], [-y, x]]")
    assert picture_of(verdict) == Entries(((None, None),) * 2, ((0, 1), (1, 0)))
    one = Matrix("[[x, y], [y, x]]", names=names).mark("[[x, -y], [y, x]]")
    assert picture_of(one) is None  # the message has named it


@pytest.mark.parametrize(
    ("response", "picture"),
    [
        ([3, -2], Arrows(((3, -2),), wrong=(1,))),
        ([1, 1], Arrows(((1, 1),), wrong=(0, 1))),
        ([0, 0], None),
        ([3, 2], None),
        ([3, 2, 1], None),
    ],
)
def test_a_wrong_vector_of_the_plane_is_an_arrow(response: Any, picture: Picture | None) -> None:
    assert picture_of(Matrix([3, 2], vector=True).mark(response)) == picture


def test_a_longer_vector_is_a_row_of_entries() -> None:
    picture = picture_of(Matrix([3, 2, 1], vector=True).mark([3, 2, 7]))
    assert picture == Entries(((3, 2, 7),), ((0, 2),))


def test_a_large_matrix_is_not_drawn() -> None:
    assert picture_of(Matrix(np.eye(21)).mark(np.ones((21, 21)))) is None


def test_a_number_too_large_to_draw_costs_no_verdict() -> None:
    test = Matrix("[[x, 2], [3, 4]]", names={"x": "real"})
    verdict = test.mark([[10**400, 2], [3, 4]])
    assert verdict.note == "matrix.entries"
    assert picture_of(verdict) is None


def test_columns_that_are_not_orthonormal_are_arrows() -> None:
    A = np.array([[3.0, 1.0], [0.0, 2.0]])
    U, S, Vt = np.linalg.svd(A)
    skew = U @ np.array([[1.0, 0.6], [0.0, 0.8]])
    picture = picture_of(SVD(A).mark((skew, S, Vt)))
    assert isinstance(picture, Arrows)
    assert picture.circle
    assert picture.names == ("u₁", "u₂")
    assert np.allclose(np.array(picture.arrows).T, skew, atol=1e-3)


def test_vectors_of_space_are_not_drawn() -> None:
    A = np.diag([3.0, 2.0, 1.0])
    U, S, Vt = np.linalg.svd(A)
    assert picture_of(SVD(A).mark((2 * U, S, Vt))) is None


def square(z: Any) -> Any:
    return np.outer(z, z)


def test_wrong_entries_of_what_a_function_returned_are_marked() -> None:
    test = Function(square, (agrees("right", [np.array([1.0, 2.0])], 1),))
    picture = picture_of(test.mark(lambda z: np.outer(z, z) + np.array([[0, 0], [0, 5]])))
    assert picture == Entries(((1, 2), (2, 9)), ((1, 1),))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda z: "text",
        lambda z: np.ones((3, 3)),
        lambda z: np.outer(z, z) * 1j,
        lambda z: None,
        lambda z: np.zeros((0, 0)),
    ],
)
def test_a_result_of_another_kind_or_shape_has_no_picture(wrong: Any) -> None:
    test = Function(square, (agrees("right", [np.array([1.0, 2.0])], 1),))
    assert picture_of(test.mark(wrong)) is None


def test_a_result_that_is_not_a_number_is_an_empty_entry() -> None:
    test = Function(square, (agrees("right", [np.array([1.0, 2.0])], 1),))
    picture = picture_of(test.mark(lambda z: np.array([[1, 2], [2, np.nan]])))
    assert picture == Entries(((1, 2), (2, None)), ((1, 1),))


def test_no_picture_holds_a_number_of_the_reference() -> None:
    secret = 7351
    verdicts = [
        Expression(f"{secret}*x", {"x": "real"}).mark("2*x"),
        Matrix([[secret, 1], [2, 3]]).mark([[5, 1], [2, 3]]),
        Matrix([secret, 1], vector=True).mark([2, 1]),
        Function(lambda z: secret * z, (agrees("r", [np.arange(3.0)], 1),)).mark(lambda z: z),
    ]
    for verdict in verdicts:
        picture = picture_of(verdict)
        assert picture is not None
        assert str(secret) not in repr(picture)
        assert verdict.credit == Fraction(0)
