"""Numbers: exact where the reference is, within the declared tolerance elsewhere."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from mathgrade.answers import Number
from mathgrade.answers.scalar import Tolerance, agree, read_scalar
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Outcome

ROOT = sp.sqrt(3) / 2

RIGHT = [
    (Number(3), 3),
    (Number(3), 3.0),
    (Number(3), np.int8(3)),
    (Number(3), np.array(3)),
    (Number(3), [3]),
    (Number(3), np.array([[3.0]])),
    (Number(3), sp.Matrix([[3]])),
    (Number("sqrt(3)/2", exact=True), sp.Matrix([ROOT])),
    (Number(3), sp.Integer(3)),
    (Number(Fraction(1, 3)), sp.Rational(1, 3)),
    (Number(Fraction(1, 3)), 1 / 3),
    (Number(0), 1e-16),
    (Number(0.1 + 0.2), 0.3),
    (Number("sqrt(3)/2"), ROOT),
    (Number("sqrt(3)/2"), sp.Rational(3, 2) / sp.sqrt(3)),
    (Number("sqrt(3)/2"), 3**0.5 / 2),
    (Number("sqrt(3)/2"), np.float64(3**0.5 / 2)),
    (Number(ROOT), sp.cos(sp.pi / 6, evaluate=False)),
    (Number(sp.sqrt(5 + 2 * sp.sqrt(6))), sp.sqrt(2) + sp.sqrt(3)),
    (Number(ROOT, exact=True), sp.sqrt(3) / 2),
    (Number(1.25, decimals=1), 1.3),  # rounded half up
    (Number(1.25, decimals=1), 1.2),  # rounded half to even
    (Number("pi", decimals=6), 3.141593),
    (Number("pi", decimals=6), sp.pi),
    (Number("pi", decimals=6), 3.1415926535),
    (Number("pi", decimals=6), sp.Float("3.141593")),
    (Number(100.0, rtol=0.01), 101),
    (Number(100.0, atol=0.5, rtol=0.01), 101.5),
    (Number(0.0, atol=1e-3), -1e-3),
    (Number(1e300), 1e300),
    (Number("10**400", rtol=1e-6), 10**400 + 1),
]

WRONG = [
    (Number(3), 4, "number.wrong"),
    (Number(3), -3, "edit.sign"),
    (Number(3), 3.00001, "edit.rounded-early"),
    (Number(Fraction(1, 3)), 0.333333, "edit.rounded"),
    (Number(Fraction(1, 3)), 0.33, "edit.rounded"),
    (Number("pi"), 3.14, "edit.rounded"),
    (Number("pi"), 3.1, "edit.rounded"),
    (Number("pi"), 3, "number.wrong"),  # exact, but another number
    (Number("pi"), 3.0, "number.wrong"),
    (Number("pi"), sp.Rational(22, 7), "number.wrong"),
    (Number("pi", decimals=6), 3.14159, "edit.rounded"),
    (Number("pi", decimals=6), 3.141592, "edit.rounded"),  # cut off, not rounded
    (Number("pi", decimals=6), 3.141594, "edit.rounded-early"),
    (Number("pi", decimals=6), 3.141596, "edit.rounded-early"),
    (Number("sqrt(3)/2"), sp.sqrt(3) / 2 + sp.Rational(1, 10**30), "number.wrong"),
    (Number("sqrt(3)/2"), -ROOT, "edit.sign"),
    (Number("sqrt(3)/2"), 0.866, "edit.rounded"),
    (Number(0), 1e-9, "number.wrong"),
    (Number(Fraction(1, 10**20)), 0.0, "number.wrong"),
    (Number("10**-20"), 2e-20, "number.wrong"),
    (Number(100.0, rtol=0.01), 101.0001, "number.wrong"),
    (Number(100.0, rtol=0.01), 98.9, "number.wrong"),
    (Number(0.0, rtol=0.5), 1e-9, "number.wrong"),
]

UNREADABLE = [
    (Number(3), "3", "type.number", "Leave out the quotation marks."),
    (Number(3), True, "type.bool", "received the truth value True"),
    (Number(3), None, "type.number", "received nothing (None)"),
    (Number(3), 3 + 0j, "type.complex", ".real"),
    (Number(3), sp.sqrt(-3), "type.complex", "complex"),
    (Number(3), [3, 3], "number.shape", "a list of 2 entries"),
    (Number(3), [], "number.shape", "a list of 0 entries"),
    (Number(3), np.array([3.0, 3.0]), "number.shape", "an array of shape (2,)"),
    (Number(3), sp.Matrix([[3, 3]]), "number.shape", "a matrix of shape (1, 2)"),
    (Number(3), [[[[3]]]], "number.shape", "a list of 1 entry"),
    (Number(3), float("nan"), "number.not-finite", "nan"),
    (Number(3), sp.oo, "number.not-finite", "oo"),
    (Number(3), sp.Symbol("x") + 3, "number.symbols", "still contains x"),
    (Number(3), lambda: 3, "type.number", "a function"),
    (Number(3), {"a": 3}, "type.number", "a dictionary"),
    (Number(ROOT, exact=True), 3**0.5 / 2, "number.not-exact", "SymPy"),
    (Number(ROOT, exact=True), 0.5 * sp.sqrt(3), "number.not-exact", "SymPy"),
    (Number(3), sp.log(-1, evaluate=False), "number.undefined", "no real value"),
]


@pytest.mark.parametrize(("test", "response"), RIGHT)
def test_right_numbers_get_full_credit(test, response):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, 1)


@pytest.mark.parametrize(("test", "response", "note"), WRONG)
def test_wrong_numbers_get_none_and_a_reason(test, response, note):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit, verdict.note) == (Outcome.INCORRECT, 0, note)


@pytest.mark.parametrize(("test", "response", "note", "words"), UNREADABLE)
def test_what_is_no_real_number_is_said_to_be_none(test, response, note, words):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.note) == (Outcome.INVALID, note)
    assert words in verdict.findings[0].message


@pytest.mark.parametrize(("test", "response", "note"), WRONG)
def test_no_message_tells_the_answer(test, response, note):
    finding = test.mark(response).findings[0]
    told = finding.message.replace(finding.witness.received, "")
    assert finding.witness.expected not in told.replace("6 decimals", "")


@pytest.mark.parametrize(
    "test",
    [
        Number("x"),
        Number("1/0 +"),
        Number(None),
        Number(float("nan")),
        Number([1, 2]),
        Number(1, decimals=3, rtol=0.1),
        Number(1, atol=-1.0),
        Number(1, rtol=float("inf")),
    ],
)
def test_a_broken_item_speaks_to_its_author(test):
    with pytest.raises(ItemError):
        test.mark(1)


def test_the_form_shows_exact_numbers_as_formulas_and_floats_as_digits():
    assert Number(1).form(sp.sqrt(2) / 2) == r"\frac{\sqrt{2}}{2}"
    assert Number(1).form(0.5) == "0.5"
    with pytest.raises(ResponseError, match=r"Expected a single number, received .* \(2,\)"):
        Number(1).form(np.zeros(2))


def test_the_tolerance_is_named_in_the_criterion():
    assert Number(1, decimals=6).mark(1).findings[0].criterion.endswith("to 6 decimals")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_itself(value):
    assert Number(value).mark(value).outcome is Outcome.CORRECT


@given(st.fractions(max_denominator=10**6), st.fractions(max_denominator=10**6))
def test_exact_numbers_agree_only_if_equal(one, other):
    assert (Number(one).mark(other).credit == 1) == (one == other)


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_what_python_rounds_is_right_to_as_many_decimals(value, decimals):
    assert Number(value, decimals=decimals).mark(round(value, decimals)).credit == 1


@given(st.floats(-1e6, 1e6), st.integers(0, 6), st.floats(1.01, 1e6), st.sampled_from([-1, 1]))
def test_more_than_half_a_unit_off_is_wrong(value, decimals, times, sign):
    other = value + sign * times * 0.5 * 10.0**-decimals
    assume(abs(Fraction(other) - Fraction(value)) > Fraction(101, 200) / 10**decimals)
    assert Number(value, decimals=decimals).mark(other).credit == 0


@given(st.fractions(max_denominator=999), st.fractions(max_denominator=999))
def test_a_tolerance_is_absolute_and_relative_together(reference, received):
    tolerance = Tolerance.of(None, 0.5, 0.25)
    due = abs(received - reference) <= Fraction(1, 2) + abs(reference) / 4
    assert agree(read_scalar(reference), read_scalar(received), tolerance) is due


@pytest.mark.parametrize(
    ("test", "response", "note"),
    [
        (Number("pi", rounded=0.5), 3.14, "edit.rounded"),
        (Number("pi", rounded=0.5), 3.141, "edit.rounded"),  # cut off
        (Number("pi", decimals=6, rounded=0.5), 3.1416, "edit.rounded"),
        (Number("pi", decimals=6, rounded=0.5), 3.141596, "edit.rounded-early"),
        (Number("sqrt(3)/200", rounded=0.5), 0.00866, "edit.rounded"),
        (Number(ROOT, exact=True, rounded=0.5), 3**0.5 / 2, "number.not-exact"),
        (Number(ROOT, exact=True, rounded=0.5), 0.5 * sp.sqrt(3), "number.not-exact"),
        (Number(ROOT, exact=True, rounded=0.5), 0.866, "edit.rounded"),
    ],
)
def test_right_numbers_with_too_few_digits_are_worth_what_the_item_says(test, response, note):
    verdict = test.mark(response)
    assert (verdict.credit, verdict.note) == (Fraction(1, 2), note)
    assert [f.met for f in verdict.findings] == [True, False]


@pytest.mark.parametrize(
    ("test", "response"),
    [
        (Number("pi", rounded=0.5), 3.1),
        (Number("pi", rounded=0.5), 3.0),
        (Number("pi", rounded=0.5), 3.15),
        (Number("pi", rounded=0.5), -3.14),
        (Number("pi", rounded=0.5), sp.Rational(22, 7)),
        (Number("1/100", rounded=0.5), 0.0),
        (Number(45, rounded=0.5), 45.001),
        (Number(ROOT, exact=True, rounded=0.5), 0.87),
        (Number(ROOT, exact=True, rounded=0.5), 0.876),
    ],
)
def test_wrong_numbers_and_those_of_hardly_a_digit_are_not_called_rounded(test, response):
    assert test.mark(response).credit == 0


def test_a_number_made_of_floats_is_shown_as_a_decimal():
    assert Number(2).form(np.float64(0.7071067811865476) * sp.sqrt(2)) == "1"
    assert "0.707107" in Number(2).mark(0.5 * sp.sqrt(2)).findings[0].message
