"""Formulas in declared names."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from mathgrade.answers import Expression
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Outcome

y = sp.IndexedBase("y")
i, j = sp.symbols("i j", integer=True)
K, d = sp.symbols("K d", integer=True, positive=True)
x = sp.Symbol("x", real=True)
w, v = sp.MatrixSymbol("w", d, 1), sp.MatrixSymbol("v", d, 1)
delta = sp.KroneckerDelta

ENTRY = Expression("y[i]*(delta(i, j) - y[j])", {"y": "simplex K", "i j": "index K"})
SQUARE = Expression("(x + 1)**2", {"x": "real"})
ROW = Expression("T(w)", {"w v": "vector d", "u": "real"}, layout="numerator")
COLUMN = Expression("w", {"w": "vector d"}, layout="denominator", layout_share=Fraction(1, 2))
PRODUCT = Expression("T(w)*v", {"w v": "vector d"})
CONSTANT = Expression("-1", {"w": "vector d"})
LONG = Expression("y[i]*y[j]", {"z": "vector K", "y": "vector K", "i j": "index K"},
                  given=[("y[i]", "exp(z[i])/Sum(exp(z[k]), k, 1, K)")])  # fmt: skip

RIGHT = [
    (ENTRY, y[i] * (delta(i, j) - y[j])),
    (ENTRY, y[j] * delta(i, j) - y[i] * y[j]),
    (ENTRY, "y[i]*delta(j, i) - y[j]*y[i]"),
    (SQUARE, x**2 + 2 * x + 1),
    (SQUARE, "x*x + 2*x + 1"),
    (SQUARE, (x**2 - 1) ** 2 / (x - 1) ** 2 if False else (1 + x) ** 2),
    (ROW, w.T),
    (ROW, "T(w)"),
    (COLUMN, w),
    (PRODUCT, v.T * w),
    (CONSTANT, -1),
    (CONSTANT, sp.Integer(-1)),
    (CONSTANT, np.float64(-1.0)),
    (CONSTANT, [-1]),
    (CONSTANT, sp.Matrix([[-1]])),
    (ENTRY, np.array(y[i] * (delta(i, j) - y[j]), dtype=object)),
    (LONG, "exp(z[i] + z[j])/Sum(exp(z[k]), k, 1, K)**2"),
]

WRONG = [
    (ENTRY, y[i] * (delta(i, j) + y[j]), "edit.sign-term"),
    (ENTRY, y[i] * (y[j] - delta(i, j)), "edit.sign"),
    (ENTRY, y[i] * (1 - y[i]), "edit.case"),
    (ENTRY, -y[i] * y[j], "edit.missing"),
    (ENTRY, 0, "expression.different"),
    (ENTRY, "2*y[i]*(delta(i, j) - y[j])", "edit.factor"),
    (SQUARE, "x**2 + 1", "expression.different"),
    (SQUARE, "(x**2 - 1)**2/(x - 1)**2", "expression.different"),  # undefined at 1
    (SQUARE, "-(x + 1)**2", "edit.sign"),
    (SQUARE, "(x + 1)**2/2", "edit.factor"),
    (SQUARE, "(x + 1)**2 + 1e-12", "edit.extra"),
    (ROW, v.T, "edit.name"),
    (ROW, v, "expression.shape"),
    (ROW, "u", "expression.shape"),
    (ROW, "-T(w)", "edit.sign"),
    (PRODUCT, w * v.T, "expression.shape"),
    (CONSTANT, 1, "edit.sign"),
    (CONSTANT, [-1, -1], "expression.shape"),
    (CONSTANT, np.array([-1.0, -1.0]), "expression.shape"),
    (CONSTANT, sp.Matrix([[-1, -1]]), "expression.shape"),
    (CONSTANT, [[1]], "edit.sign"),
]

UNREADABLE = [
    (SQUARE, sp.Symbol("t") ** 2, "t"),
    (SQUARE, "(x + 1", ""),
    (SQUARE, "", "an empty text"),
    (SQUARE, None, "nothing (None)"),
    (SQUARE, True, "the truth value True"),
    (SQUARE, {"x": 1}, "a dictionary"),
    (SQUARE, "x.__class__", ""),
    (SQUARE, float("nan"), ""),
    (SQUARE, 1j, ""),
    (SQUARE, sp.Eq(x, 1), ""),
    (SQUARE, object(), ""),
    (ENTRY, "y[0.5]", ""),
    (ENTRY, "y", ""),
]


@pytest.mark.parametrize(("test", "response"), RIGHT)
def test_equal_formulas_are_right_in_any_form(test, response):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, 1)


@pytest.mark.parametrize(("test", "response", "note"), WRONG)
def test_other_formulas_are_wrong_for_a_reason(test, response, note):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit, verdict.note) == (Outcome.INCORRECT, 0, note)


@pytest.mark.parametrize(("test", "response", "words"), UNREADABLE)
def test_what_is_no_formula_is_invalid(test, response, words):
    verdict = test.mark(response)
    if test is ENTRY and response == "y":
        assert verdict.note == "expression.shape"
    else:
        assert verdict.outcome is Outcome.INVALID
    assert words in verdict.findings[0].message


def test_what_explains_a_wrong_formula_is_a_remark_that_moves_no_marks():
    verdict = ENTRY.mark("-y[i]*y[j]")
    criterion, remark = verdict.findings
    assert (criterion.note, criterion.share, criterion.met) == ("expression.different", 1, False)
    assert (remark.note, remark.share, remark.met) == ("edit.missing", 0, False)
    assert "For i ≠ j your answer is right." in remark.message
    assert verdict.note == remark.note


def test_what_is_not_asked_to_be_explained_is_not():
    assert len(ENTRY.mark("-y[i]*y[j]", explain=False).findings) == 1


def test_a_fault_in_explaining_costs_nothing(monkeypatch):
    monkeypatch.setattr("mathgrade.answers.expression.diagnose", lambda *_: 1 / 0)
    verdict = ENTRY.mark("-y[i]*y[j]")
    assert (verdict.outcome, verdict.note) == (Outcome.INCORRECT, "expression.different")


def test_a_wrong_formula_comes_with_a_point_that_shows_it():
    witness = SQUARE.mark("x**2 + 1").findings[0].witness
    at = Fraction(witness.at["x"])
    assert Fraction(witness.received) == at**2 + 1
    assert Fraction(witness.expected) == (at + 1) ** 2


def test_the_other_layout_loses_only_its_share_and_is_named():
    verdict = ROW.mark(w)
    assert (verdict.outcome, verdict.credit) == (Outcome.PARTIAL, Fraction(3, 4))
    assert verdict.note == "layout.other"
    assert "denominator layout" in verdict.findings[1].message
    verdict = COLUMN.mark("T(w)")
    assert verdict.credit == Fraction(1, 2)
    assert "is in numerator layout" in verdict.findings[1].message


def test_without_a_declared_layout_the_transpose_is_wrong():
    assert Expression("T(w)", {"w": "vector d"}).mark(w).credit == 0


def test_the_form_is_the_reading():
    assert SQUARE.form("x**2") == "x^{2}"
    with pytest.raises(ResponseError, match="t is not known here"):
        SQUARE.form("t")


@pytest.mark.parametrize(
    "test",
    [
        Expression("t", {"x": "real"}),
        Expression("x +", {"x": "real"}),
        Expression("x", {"x": "unreal"}),
        Expression("x", {"x": "real"}, layout="sideways"),
        Expression(None, {"x": "real"}),
        Expression("x", {"x": "real"}, layout="numerator", layout_share=2),
    ],
)
def test_a_broken_item_speaks_to_its_author(test):
    with pytest.raises(ItemError):
        test.mark("x")


def test_a_known_wrong_formula_is_recognised_in_any_form():
    known = ["y[i]*(1 - y[i])", "y[i]*(delta(i, j) + y[j])"]
    assert ENTRY.recognise(known, y[i] * y[j] + y[j] * delta(i, j)) == 1
    assert ENTRY.recognise(known, y[i] * y[j]) is None


@pytest.mark.parametrize(
    ("test", "response", "words"),
    [
        (SQUARE, "x**2 + 1", "another value than it should"),
        (SQUARE, "exp(2*log(x + 1))", "undefined where it should have a value"),
        (ENTRY, "y[i + 1]", "This means nothing here: "),
        (ROW, v, "Expected a 1 by d matrix, received a d by 1 matrix."),
    ],
)
def test_a_message_says_how_a_formula_is_wrong(test, response, words):
    assert words in test.mark(response).findings[0].message


def test_a_share_may_be_a_decimal():
    test = Expression("T(w)", {"w": "vector d"}, layout="numerator", layout_share=0.1)
    assert test.mark(w).credit == Fraction(9, 10)


BY_CASE = Expression(
    "y[i]*(delta(i, j) - y[j])", {"y": "simplex K", "i j": "index K"}, cases=("i", "j")
)


@pytest.mark.parametrize(
    ("response", "met"),
    [
        ("y[i]*(1 - y[i])", [True, False]),
        ("y[i]*(1 - y[j])", [True, False]),
        ("delta(i, j)*y[i]*(1 - y[j])", [True, False]),
        ("-y[i]*y[j]", [False, True]),
        ("delta(i, j) - y[i]*y[j]", [False, True]),
        ("delta(i, j)*y[i]**2 - y[i]*y[j]", [False, True]),
    ],
)
def test_a_formula_right_in_one_case_of_two_indices_earns_half(response, met):
    verdict = BY_CASE.mark(response)
    assert verdict.credit == Fraction(1, 2)
    assert [f.met for f in verdict.findings if f.share] == met
    (wrong,) = [f for f in verdict.findings if f.share and not f.met]
    assert "is wrong for i" in wrong.message
    assert wrong.witness is not None


@pytest.mark.parametrize(
    "response", ["0", "1", "delta(i, j)", "y[i]", "y[i]*(y[j] - delta(i, j))", "y[j]*delta(i, j)"]
)
def test_a_formula_right_in_no_case_earns_nothing(response):
    assert BY_CASE.mark(response).credit == 0
    assert len([f for f in BY_CASE.mark(response).findings if f.share]) == 1


def test_cases_change_nothing_for_a_right_formula():
    assert BY_CASE.mark("y[j]*(delta(i, j) - y[i])").credit == 1


@pytest.mark.parametrize(
    "response",
    [
        "diff(3*x**2, x)",
        sp.Derivative(3 * sp.Symbol("x") ** 2, sp.Symbol("x")),
        "2*diff(x**2, x) + diff(x**2, x)",
        "Subs(diff(3*u**2, u), u, x)",
    ],
)
def test_a_derivative_that_is_only_written_down_is_no_answer(response):
    verdict = Expression("6*x", {"x": "real"}).mark(response)
    assert (verdict.outcome, verdict.credit) == (Outcome.INCORRECT, 0)
    assert "carry it out" in verdict.findings[0].message


def test_a_derivative_is_an_answer_where_the_reference_holds_one():
    product = Expression("diff(f(x), x)*x + f(x)", {"x": "real", "f": "function"})
    assert product.mark("x*diff(f(x), x) + f(x)").outcome is Outcome.CORRECT
    assert product.mark("diff(f(x), x)").outcome is Outcome.INCORRECT


def test_numbers_of_functions_that_were_drawn_are_not_shown():
    test = Expression("df(x)*x", {"x": "real", "df": "function"})
    assert test.mark("df(x)").findings[0].witness is None
    assert test.mark("2*x").findings[0].witness is None
    assert Expression("2*x", {"x": "real"}).mark("x").findings[0].witness is not None
