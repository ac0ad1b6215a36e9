"""Matrices and vectors, of numbers and of formulas."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mathgrade.answers import Matrix
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Outcome

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
A = [[1, 2], [3, 5]]
ROOTS = sp.Matrix([[1, -1], [1, 1]]) / sp.sqrt(2)
SMALL = np.array([[0.24131234, 0.00500041], [0.00000012, -0.5]])  # 0.005 to 4 decimals
y = sp.IndexedBase("y")
X = sp.Symbol("x", real=True)
JACOBIAN = Matrix(
    "[[y[1]*(1 - y[1]), -y[1]*y[2]], [-y[2]*y[1], y[2]*(1 - y[2])]]",
    names={"y": "vector 2"},
    entries=True,
)
SYMBOLIC = sp.Matrix([[y[1] - y[1] ** 2, -y[1] * y[2]], [-y[1] * y[2], y[2] * (1 - y[2])]])

RIGHT = [
    (Matrix(A), A),
    (Matrix(A), np.array(A, dtype=np.int8)),
    (Matrix(A), np.array(A, dtype=float) * (1 + 1e-12)),
    (Matrix(A), sp.Matrix(A)),
    (Matrix(A), sp.ImmutableMatrix(A)),
    (Matrix(A), sp.MatMul(sp.Matrix(A), sp.eye(2), evaluate=False)),
    (Matrix(A), [np.array([1, 2]), np.array([3, 5])]),
    (Matrix(A), [sp.Matrix([[1, 2]]), sp.Matrix([3, 5])]),
    (Matrix(A), [sp.Matrix([1, 3]), sp.Matrix([2, 5])]),  # columns, as they look
    (Matrix(A), (np.array([[1], [3]]), sp.Matrix([2, 5]))),
    (
        Matrix([[1, 2, 3], [4, 5, 6]]),
        [np.array([[1], [4]]), np.array([[2], [5]]), sp.Matrix([3, 6])],
    ),
    (Matrix(A), np.array(A, dtype=object)),
    (Matrix("[[1, 2], [3, 5]]"), A),
    (Matrix(ROOTS), ROOTS),
    (Matrix(ROOTS), np.array(ROOTS, dtype=float)),
    (Matrix(ROOTS), [[2**-0.5, -(2**-0.5)], [sp.sqrt(2) / 2, 1 / sp.sqrt(2)]]),
    (Matrix(ROOTS, exact=True), ROOTS),
    (Matrix(np.array(ROOTS, dtype=float), exact=True), ROOTS),
    (Matrix(ROOTS, decimals=3), [[0.707, -0.707], [0.707, 0.707]]),
    (Matrix([1, 2, 3]), [1, 2, 3]),
    (Matrix([1, 2, 3], vector=True), np.array([[1], [2], [3]])),
    (Matrix([1, 2, 3], vector=True), np.array([[1, 2, 3]])),
    (Matrix(sp.Matrix([1, 2, 3]), vector=True), [1, 2, 3]),
    (JACOBIAN, SYMBOLIC),
    (JACOBIAN, SYMBOLIC.tolist()),
    (JACOBIAN, "diag([y[1], y[2]]) - [[y[1]], [y[2]]]*T([[y[1]], [y[2]]])"),
    (JACOBIAN, [["y[1]*(1 - y[1])", "-y[1]*y[2]"], ["-y[1]*y[2]", "y[2] - y[2]**2"]]),
]

WRONG = [
    (Matrix(A), [[1, 2], [3, 4]], "matrix.entries", "row 2, column 2 is wrong."),
    (Matrix(A), [[1, 2], [4, 4]], "edit.part", "row 2, column 1 is wrong, and so is another."),
    (Matrix(A), [[1, 0], [0, 0]], "matrix.entries", "row 1, column 2 is wrong, and so are 2 more"),
    (Matrix(A), [[1, 3], [2, 5]], "edit.transposed", "transpose of the right matrix"),
    (
        Matrix(A),
        [sp.Matrix([1, 2]), sp.Matrix([3, 5])],
        "edit.transposed",
        "transpose of the right",
    ),
    (Matrix(A), -np.array(A), "edit.sign", "the negative"),
    (Matrix(A), [1, 2, 3, 5], "matrix.shape", "Expected shape (2, 2), received (4,)."),
    (Matrix(A), [[1, 2]], "matrix.shape", "Expected shape (2, 2), received (1, 2)."),
    (Matrix(A), np.ones((3, 3)), "matrix.shape", "Expected shape (2, 2), received (3, 3)."),
    (Matrix([[1, 1], [1, 1]]), [[1, 1]], "matrix.shape", "received (1, 2)"),  # broadcasts
    (Matrix([[1]]), [1], "matrix.shape", "Expected shape (1, 1), received (1,)."),
    (Matrix([1, 2]), [[1], [2]], "matrix.shape", "Expected shape (2,), received (2, 1)."),
    (Matrix([1, 2], vector=True), [1, 2, 3], "matrix.shape", "Expected shape (2,), received (3,)"),
    (Matrix([1, 2], vector=True), [2, 1], "edit.order", "Entry 1 is wrong,"),
    (Matrix(ROOTS, decimals=6), [[0.707, -0.707], [0.707, 0.71]], "matrix.entries", "row 1"),
    (Matrix(ROOTS, decimals=6), np.round(np.array(ROOTS, float), 3), "edit.rounded", "more digits"),
    (Matrix(ROOTS), np.round(np.array(ROOTS, float), 4), "edit.rounded", "more digits"),
    (Matrix(ROOTS / 100), np.round(np.array(ROOTS / 100, float), 5), "edit.rounded", "more digits"),
    (Matrix(SMALL, decimals=6), np.round(SMALL, 4), "edit.rounded", "more digits"),
    (Matrix([[1.5, 0.25], [0, 2]]), [[1.5, 0.21], [0, 2.0]], "matrix.entries", "column 2"),
    (JACOBIAN, -SYMBOLIC, "edit.sign", "Every sign is"),
    (JACOBIAN, 2 * SYMBOLIC, "edit.factor", "constant factor"),
    (JACOBIAN, sp.eye(2), "matrix.entries", ""),
    (JACOBIAN, sp.zeros(2, 2), "matrix.entries", ""),
    (JACOBIAN, sp.ones(2, 2), "matrix.entries", ""),
    (JACOBIAN, sp.Matrix([y[1], y[2]]), "matrix.shape", "received (2, 1)"),
]

UNREADABLE = [
    (Matrix(A), None, "Expected a matrix, received nothing (None)."),
    (Matrix(A), "[[1, 2], [3, 5]]", "quotation marks"),
    (Matrix(A), 5, "Expected a matrix, received the number 5."),
    (Matrix(A), {"a": 1}, "Expected a matrix, received a dictionary"),
    (Matrix(A), [[1, 2], [3]], "row 1 has 2 entries, row 2 has 1"),
    (Matrix(A), [[1, 2], 3], "row 2 is the number 3"),
    (Matrix(A), [], "without entries"),
    (Matrix(A), np.zeros((0, 2, 2)), "one or two axes"),
    (Matrix(A), np.ones((1, 2, 2)), "shape (1, 2, 2)"),
    (Matrix(A), [[[1, 2], [3, 5]]], "more than two axes"),
    (Matrix(A), [sp.Matrix([1, 3]), sp.Matrix([2, 5, 0])], "columns differ in length"),
    (Matrix(A), [[1, 2], [3, None]], "In row 2, column 2: "),
    (Matrix(A), [[1, 2], [3, float("nan")]], "In row 2, column 2: "),
    (Matrix(A), [[1, 2], [3, "5"]], "the text '5'"),
    (Matrix(A), np.array(A) + 0j, "the complex number"),
    (Matrix(A), np.array(A) > 0, "the truth value"),
    (Matrix(A), np.array([["1", "2"], ["3", "5"]]), "an array of texts"),
    (Matrix(A), sp.Matrix([[1, 2], [3, sp.Symbol("t")]]), "still contains t"),
    (Matrix(A), lambda: A, "a function"),
    (Matrix([1, 2], vector=True), 1, "Expected a vector"),
    (Matrix(ROOTS, exact=True), np.array(ROOTS, dtype=float), "The exact form is asked"),
    (JACOBIAN, sp.Matrix([[y[1], 0], [0, sp.Symbol("t")]]), "In row 2, column 2: The name t"),
    (JACOBIAN, "[[y[1], 0], [0]]", ""),
    (JACOBIAN, [[y[1], 0], [0, None]], "In row 2, column 2: "),
]


@pytest.mark.parametrize(("test", "response"), RIGHT)
def test_the_right_matrix_in_any_form(test, response):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, 1), verdict.findings


@pytest.mark.parametrize(("test", "response", "note", "words"), WRONG)
def test_wrong_matrices_get_no_credit_and_a_reason(test, response, note, words):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit, verdict.note) == (Outcome.INCORRECT, 0, note)
    assert words in " ".join(f.message for f in verdict.findings)


@pytest.mark.parametrize(("test", "response", "words"), UNREADABLE)
def test_what_is_no_matrix_of_real_numbers_is_invalid(test, response, words):
    verdict = test.mark(response)
    assert verdict.outcome is Outcome.INVALID
    assert words in verdict.findings[0].message


def test_parts_that_are_right_earn_their_share():
    partly = SYMBOLIC.copy()
    partly[0, 1] = y[1] * y[2]
    verdict = JACOBIAN.mark(partly)
    assert [(f.criterion, f.met, f.share) for f in verdict.findings] == [
        ("On the diagonal", True, HALF),
        ("Off the diagonal", False, HALF),
        ("What happened", False, 0),
    ]
    assert verdict.findings[2].message.startswith(
        "The sign is the wrong way round in row 1, column 2;"
    )
    assert verdict.findings[1].witness.place == "row 1, column 2"


@pytest.mark.parametrize(
    ("how", "response", "credit"),
    [
        ("columns", [[1, 0], [3, 0]], HALF),
        ("rows", [[1, 2], [0, 0]], HALF),
        ("rows", [[1, 0], [3, 0]], 0),
        ("diagonal", [[1, 0], [0, 5]], HALF),
        (True, [[0, 2], [3, 0]], HALF),
        (False, [[0, 2], [3, 5]], 0),
    ],
)
def test_entries_says_which_parts_there_are(how, response, credit):
    assert Matrix(A, entries=how).mark(response).credit == credit


@pytest.mark.parametrize(
    ("reference", "response", "credit"),
    [
        ([[2, 0], [0, 4]], [[1, 0], [0, 3]], 0),  # zeros off the diagonal are no work
        ([[1, 0], [0, 3]], [[1, 0], [0, 1]], 0),
        ([[1, 0, 2], [3, 0, 4]], [[9, 0, 9], [9, 0, 9]], 0),
        ([[1, 0, 2], [3, 0, 4]], [[1, 0, 9], [3, 0, 9]], HALF),
        ([[1, 0, 2], [3, 0, 4]], [[1, 7, 2], [3, 0, 4]], HALF),
        ([[1, 7], [8, 1]], [[1, 0], [0, 1]], 0),  # the identity is no half an answer
        ([[1, 7], [8, 1]], [[1, 1], [1, 1]], 0),
        ([[0, 7], [8, 0]], [[0, 0], [0, 0]], 0),
    ],
)
def test_trivial_parts_earn_nothing_by_themselves(reference, response, credit):
    assert Matrix(reference, entries=True).mark(response).credit == credit


def test_the_other_layout_loses_only_its_share():
    test = Matrix([[1, 2], [3, 4], [5, 6]], layout="numerator")
    assert test.mark([[1, 2], [3, 4], [5, 6]]).credit == 1
    verdict = test.mark([[1, 3, 5], [2, 4, 6]])
    assert (verdict.credit, verdict.note) == (1 - QUARTER, "layout.other")
    assert "in denominator layout" in verdict.findings[1].message
    assert test.mark([[1, 3, 5], [2, 4, 7]]).credit == 0
    assert test.mark([[1, 2, 3], [4, 5, 6]]).credit == 0
    square = Matrix(A, layout="numerator", layout_share=HALF)
    assert square.mark(np.transpose(A)).credit == HALF


def test_a_gradient_row_for_a_column_is_a_matter_of_layout():
    test = Matrix([[1, 2, 3]], layout="numerator", vector=True)
    assert test.mark([[1, 2, 3]]).credit == 1
    assert test.mark([[1], [2], [3]]).note == "layout.other"


def test_a_transposed_matrix_keeps_what_its_parts_earn():
    verdict = Matrix(A, entries="diagonal").mark(np.transpose(A))
    assert verdict.credit == HALF
    assert verdict.findings[-1].note == "edit.transposed"


def test_a_symmetric_matrix_has_no_other_layout():
    assert Matrix([[1, 2], [2, 1]], layout="numerator").mark([[1, 2], [2, 1]]).credit == 1


def test_the_form_shows_the_reading_or_names_both_shapes():
    assert Matrix(A).form(sp.Matrix([[1, sp.Rational(1, 2)], [0, 1]])) == (
        r"\begin{bmatrix}1 & \frac{1}{2} \\ 0 & 1\end{bmatrix}"
    )
    with pytest.raises(ResponseError, match=r"Expected shape \(2, 2\), received \(2, 3\)"):
        Matrix(A).form(np.zeros((2, 3)))
    big = np.zeros((20, 20))
    assert Matrix(big).form(big) == r"\text{a matrix of shape (20, 20)}"


@pytest.mark.parametrize(
    ("test", "response"),
    [
        (Matrix([[1, 2], [3]]), A),
        (Matrix(None), A),
        (Matrix([[1, "x +"]], names={"x": "real"}), [[1, 2]]),
        (Matrix([["t"]], names={"x": "real"}), [[1]]),
        (Matrix(A, layout="sideways"), A),
        (Matrix(A, entries="corners"), [[9, 1], [2, 4]]),
        (Matrix([1, 2], entries=True), [9, 8]),
        (Matrix([[1, 2]], entries="diagonal"), [[1, 7]]),
        (Matrix([["x"]], names={"x": "real"}, decimals=3), [[1]]),
        (Matrix(A, decimals=3, atol=0.1), A),
    ],
)
def test_a_broken_item_speaks_to_its_author(test, response):
    with pytest.raises(ItemError):
        test.mark(response)


finite = st.floats(-1e6, 1e6)
matrices = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=finite)


@settings(max_examples=50, deadline=None)
@given(matrices)
def test_a_matrix_is_itself_and_nothing_of_another_shape(matrix):
    test = Matrix(matrix)
    assert test.mark(matrix).credit == 1
    assert test.mark(matrix.tolist()).credit == 1
    for other in (matrix.ravel(), matrix[None], np.vstack([matrix, matrix]), matrix[:, :0]):
        assert test.mark(other).credit == 0


@settings(max_examples=50, deadline=None)
@given(matrices, st.data())
def test_one_changed_entry_is_found(matrix, data):
    k = data.draw(st.integers(0, matrix.size - 1))
    other = matrix.copy()
    other.flat[k] += 1 + abs(other.flat[k])
    verdict = Matrix(matrix).mark(other)
    assert verdict.credit == 0
    if verdict.note == "matrix.entries":
        row, column = divmod(k, matrix.shape[1])
        assert verdict.findings[0].witness.place == f"row {row + 1}, column {column + 1}"


def test_an_entry_that_is_undefined_says_so():
    test = Matrix([["x", "1"]], names={"x": "real"})
    message = test.mark([["exp(log(x))", "1"]]).findings[0].message
    assert message.startswith("The entry in row 1, column 1 is wrong. It is undefined")


DECIMALS = np.array(ROOTS, float)


@pytest.mark.parametrize(
    ("test", "response", "note"),
    [
        (Matrix(ROOTS, rounded=HALF), np.round(DECIMALS, 3), "edit.rounded"),
        (Matrix(ROOTS, decimals=6, rounded=HALF, entries=True), np.round(DECIMALS, 4), "edit.rounded"),
        (Matrix(SMALL, decimals=6, rounded=HALF), np.round(SMALL, 4), "edit.rounded"),
        (Matrix(ROOTS, exact=True, rounded=HALF), DECIMALS, "number.not-exact"),
        (Matrix(ROOTS, exact=True, rounded=HALF), np.round(DECIMALS, 5), "edit.rounded"),
    ],
)  # fmt: skip
def test_right_entries_with_too_few_digits_are_worth_what_the_item_says(test, response, note):
    verdict = test.mark(response)
    assert (verdict.credit, verdict.note) == (HALF, note)


@pytest.mark.parametrize(
    ("test", "response"),
    [
        (Matrix(ROOTS, rounded=HALF), np.round(DECIMALS, 1)),
        (Matrix(ROOTS, rounded=HALF), -np.round(DECIMALS, 3)),
        (Matrix(ROOTS, rounded=HALF), np.round(DECIMALS.T, 3)),
        (Matrix(ROOTS, rounded=HALF), [[0.707, -0.707], [0.707, 0.71]]),
        (Matrix(ROOTS, rounded=HALF), np.zeros((2, 2))),
        (Matrix(ROOTS, exact=True, rounded=HALF), -DECIMALS),
    ],
)
def test_wrong_entries_are_not_called_rounded(test, response):
    assert test.mark(response).credit == 0


# -- credit for each entry, and mistakes in one of them --------------------------------------------

POWERS = Matrix([0, 1, 6 * X, 25 * X**4], names={"x": "real"}, vector=True, entries="each")
OPEN = [
    [None, None, 3 * X, None],
    [None, None, 6 * X, 20 * X**4],
    [None, X, None, None],
]


@pytest.mark.parametrize(
    ("response", "credit"),
    [
        ([0, 1, 6 * X, 25 * X**4], 1),
        ([0, 1, 6 * X, 0], Fraction(2, 3)),
        ([0, 1, 6, 0], Fraction(1, 3)),
        ([0, 2, 6 * X, 0], Fraction(1, 3)),
        ([1, 1, 0, 0], 0),  # a part that is 0 throughout counts together with another
        ([0, 0, 0, 0], 0),
        ([1, 1, 1, 1], 0),
        ([1, X, 3 * X**2, 5 * X**5], 0),
    ],
)
def test_each_entry_of_a_vector_earns_its_share_but_a_zero_alone_does_not(response, credit):
    assert POWERS.mark(response).credit == credit


@pytest.mark.parametrize(
    ("response", "position"),
    [
        ([0, 1, 3 * X, 25 * X**4], 0),
        ([7, 7, 3 * X, 7], 0),
        ([0, 1, 6 * X, 20 * X**4], 1),
        ([[0], [X], [5], [5]], 2),
        ([0, 1, 6 * X, 25 * X**4], None),
        ([0, 1, 4 * X, 24 * X**4], None),
        ([0, 1, 3 * X], None),
    ],
)
def test_a_mistake_in_one_entry_is_recognised_whatever_the_others_are(response, position):
    assert POWERS.recognise(OPEN, response) == position


def test_the_example_of_a_mistake_is_right_where_the_mistake_is_open():
    assert POWERS.mark(POWERS.example(OPEN[0])).credit == Fraction(2, 3)
    table = Matrix("[[x, 1], [x**2, 2]]", names={"x": "real"}, entries="rows")
    assert table.mark(table.example([[None, 2], [None, None]])).credit == HALF
    assert table.example([[1, 2], [3, 4]]) == [[1, 2], [3, 4]]


def test_an_entry_that_is_still_to_be_differentiated_is_wrong():
    verdict = POWERS.mark([0, 1, sp.Derivative(3 * X**2, X), 25 * X**4])
    assert verdict.credit == Fraction(2, 3)
    assert "carry it out" in " ".join(f.message for f in verdict.findings)
