"""Whatever is handed in, an answer test returns a verdict; and junk is never right."""

import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.answers import SVD, Choice, Expression, Function, Matrix, Number, Statement
from mathgrade.answers.checks import agrees, raises, satisfies, silent, unchanged
from mathgrade.errors import ResponseError
from mathgrade.verdict import Outcome

circular: list[object] = []
circular.append(circular)
deep: list[object] = []
for _ in range(5000):
    deep = [deep]


class Liar:
    """Says that it is anything, and raises whenever it is asked."""

    def __eq__(self, other):
        return True

    def __float__(self):
        raise KeyError("no")

    def __len__(self):
        raise ZeroDivisionError

    def __array__(self, *args, **kwargs):
        raise RuntimeError

    def __repr__(self):
        raise SystemError

    __hash__ = None


class Disguised:
    @property
    def __class__(self):
        raise ValueError("none of your business")


x = sp.Symbol("x")
JUNK = {
    "None": None,
    "True": True,
    "False": False,
    "NumPy truth value": np.True_,
    "empty text": "",
    "text": "the answer",
    "text of code": "__import__('os').system('true')",
    "lone surrogate": "\ud800",
    "long text": "1+" * 60_000 + "1",
    "bytes": b"1",
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": -np.inf,
    "NumPy NaN": np.float32("nan"),
    "complex": 1 + 2j,
    "NumPy complex": np.complex64(1j),
    "huge int": 10**5000,
    "Decimal": Decimal("0.5"),
    "empty list": [],
    "list of empty": [[]],
    "ragged": [[1, 2], [3]],
    "half ragged": [1, [2, 3]],
    "list of texts": ["1", "2"],
    "list of None": [None, None],
    "list of truth values": [True, False],
    "circular": circular,
    "deep": deep,
    "long": [0] * 200_001,
    "empty array": np.zeros((0,)),
    "empty stack": np.zeros((0, 2, 2)),
    "stack": np.ones((1, 2, 2)),
    "broadcastable row": np.ones((1, 2)),
    "broadcastable number": np.ones((1, 1)),
    "text array": np.array(["1", "2"]),
    "object array": np.array([object(), None], dtype=object),
    "truth array": np.array([[True, False], [False, True]]),
    "complex array": np.eye(2) * 1j,
    "NaN array": np.full((2, 2), np.nan),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "structured": np.zeros(2, dtype=[("a", float)]),
    "masked": np.ma.masked_all((2, 2)),
    "dict": {"a": 1},
    "set": {3, 4},
    "range": range(3),
    "generator": (k for k in range(3)),
    "object": object(),
    "class": Liar,
    "liar": Liar(),
    "disguised": Disguised(),
    "list of liars": [Liar(), Liar()],
    "module": sys,
    "ellipsis": ...,
    "exception": ValueError("x"),
    "symbol": sp.Symbol("q"),
    "named like a function": sp.Function("exp"),
    "SymPy infinity": sp.oo,
    "SymPy complex infinity": sp.zoo,
    "SymPy NaN": sp.nan,
    "SymPy i": sp.I,
    "root of a negative": sp.sqrt(-2),
    "tower": sp.Pow(10, sp.Pow(10, 10**10, evaluate=False), evaluate=False),
    "factorial": sp.factorial(10**9, evaluate=False),
    "equation": sp.Eq(x, 1),
    "truth": sp.true,
    "interval": sp.Interval(0, 1),
    "tuple of SymPy": sp.Tuple(1, 2),
    "empty matrix": sp.zeros(0, 0),
    "flat matrix": sp.zeros(2, 0),
    "matrix of symbols": sp.Matrix([[x, sp.Symbol("q")], [1, 2]]),
    "matrix symbol": sp.MatrixSymbol("M", 2, 2),
    "symbolic size": sp.MatrixSymbol("M", sp.Symbol("n"), 2),
    "tuple of three": (1, 2, 3),
    "tuple of Nones": (None, None, None),
    "tuple of stacks": (np.ones((2, 2, 2)),) * 3,
    "three empty": (np.zeros((0, 0)),) * 3,
}


def shifted(z):
    """The function the tests ask for."""
    return np.asarray(z, dtype=float) * 2 + 1


A = np.array([[1.0, 2.0], [3.0, 5.0]])
POINTS = [np.array([1.0, 2.0]), np.array([3.0])]
TESTS = {
    "Number": Number("sqrt(2)"),
    "Number to 6 decimals": Number(1.25, decimals=6),
    "exact Number": Number(Fraction(7, 3), exact=True),
    "Expression": Expression("2*x + 1", {"x": "real"}),
    "Expression in a layout": Expression("T(w)", {"w": "vector d"}, layout="numerator"),
    "Matrix": Matrix(A),
    "Matrix by parts": Matrix([[2, 7], [8, 9]], entries=True, layout="numerator"),
    "vector": Matrix([1, 2, 4], vector=True, decimals=3),
    "Matrix of formulas": Matrix("[[x, 1], [2*x, x**2]]", names={"x": "real"}, entries=True),
    "SVD": SVD(A),
    "wide SVD": SVD([[1, 2, 3], [4, 5, 6]]),
    "Function": Function(
        shifted,
        (
            agrees("right", POINTS, Fraction(1, 2)),
            satisfies("positive", POINTS, lambda v, z: bool((v > 0).all()), Fraction(1, 8)),
            silent("silent", POINTS, Fraction(1, 8)),
            unchanged("unchanged", POINTS, Fraction(1, 8)),
            raises("refuses a text", ["text"], ValueError, Fraction(1, 8)),
        ),
    ),
    "Statement of an equation": Statement("y == 2*x", {"x y": "real"}),
    "Statement of a set": Statement("{1, 2}", {}),
    "Statement of a list": Statement("(7, 8)", {}),
    "Choice": Choice("b", {"a": "one", "b": "two"}),
    "Choice of several": Choice({"a", "b"}, {"a": "one", "b": "two", "c": "three"}),
}
each_test = pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)


@each_test
@pytest.mark.parametrize("name", JUNK)
def test_junk_gets_a_reason_and_no_credit(test, name):
    response = JUNK[name]
    verdict = test.mark(response)
    assert verdict.credit == 0
    assert verdict.outcome in (Outcome.INVALID, Outcome.INCORRECT, Outcome.UNDECIDED)
    assert all(f.message for f in verdict.findings if not f.met)
    if type(response) not in (Liar, Disguised):  # only an object that fights back may need a person
        assert verdict.note != "marking.fault", verdict.findings[0].message


@each_test
@pytest.mark.parametrize("name", JUNK)
def test_the_form_of_junk_is_shown_or_refused_in_words(test, name):
    response = JUNK[name]
    if type(response) in (Liar, Disguised):
        return
    try:
        text = test.form(response)
    except ResponseError as refused:
        text = refused.message
    assert isinstance(text, str)
    assert text or type(test) is Function


numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.fractions(),
    st.complex_numbers(),
    st.booleans(),
    st.none(),
    st.text(max_size=8),
    st.sampled_from([sp.pi, sp.sqrt(3), sp.Rational(1, 3), x, sp.oo, sp.I, sp.Float("1.5")]),
)
values = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner, inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=2),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(response=values)
def test_no_value_makes_a_test_raise_or_fail_itself(response):
    for test in TESTS.values():
        verdict = test.mark(response)
        assert verdict.note != "marking.fault", verdict.findings[0].message
        assert 0 <= verdict.credit <= 1


@each_test
@given(response=values)
@settings(max_examples=15, deadline=None)
def test_the_same_response_gets_the_same_verdict(test, response):
    assert test.mark(response) == test.mark(response)
