"""Reading formulas from Python text."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.errors import ResponseError
from mathgrade.expression import read, read_names, to_text

CONTEXT = read_names(
    {
        "x w": "real",
        "y z": "vector K",
        "i j": "index K",
        "A": "matrix 2 2",
        "X": "family K of vector d",
        "f": "function",
    }
)

# text as written -> text as it is shown back
READINGS = [
    ("y[i]*(delta(i,j)-y[j])", "y[i]*(delta(i, j) - y[j])"),
    ("KroneckerDelta(i, j)", "delta(i, j)"),
    ("-x**2", "-x**2"),
    ("(-x)**2", "(-x)**2"),
    ("-x*w", "-x*w"),
    ("-x/w", "-x/w"),
    ("x-(w-x)", "x - (w - x)"),
    ("x-w-x", "x - w - x"),
    ("x/(w*x)", "x/(w*x)"),
    ("x/w*x", "x/w*x"),
    ("2**-x", "2**(-x)"),
    ("x**w**2", "x**w**2"),
    ("(x**w)**2", "(x**w)**2"),
    ("+x", "x"),
    ("ln(x)", "log(x)"),
    ("np.exp(x)+sp.pi", "exp(x) + pi"),
    ("E**x", "exp(x)"),
    ("Max(x, 0)", "max(x, 0)"),
    ("log(x, 2)", "log(x)/log(2)"),
    ("1/3", "1/3"),
    ("Rational(1, 2)*x", "1/2*x"),
    ("0.1*x", "1/10*x"),
    ("1.50e-2", "3/200"),
    ("1_000", "1000"),
    ("z_i + z_1", "z[i] + z[1]"),
    ("X[j][1]", "X[j, 1]"),
    ("A.T @ A", "T(A)*A"),
    ("A.T.dot(A)", "T(A)*A"),
    ("transpose(A)*inv(A)", "T(A)*inv(A)"),
    ("A.I", "inv(A)"),
    ("Matrix([[1, x], [w, 0]])", "[[1, x], [w, 0]]"),
    ("[1, 2]", "[[1], [2]]"),
    ("Sum(z[k], (k, 1, K))", "Sum(z[k], k, 1, K)"),
    ("Sum(z[k]*y[l], (k, 1, l), (l, 1, K))", "Sum(Sum(z[k]*y[l], k, 1, l), l, 1, K)"),
    ("ifeq(i, j, 1, 0)", "Piecewise((1, i == j), (0, True))"),
    ("1 if i == j else 0", "Piecewise((1, i == j), (0, True))"),
    (
        "Piecewise((x, And(x > 0, Lt(x, 1))), (0, True))",
        "Piecewise((x, (x > 0) and (x < 1)), (0, True))",
    ),
    ("1 if 0 < x < 1 else 0", "Piecewise((1, (0 < x) and (x < 1)), (0, True))"),
    ("diff(f(x), x, 2)", "diff(f(x), x, x)"),
    ("diff(f(x), (x, 2))", "diff(f(x), x, x)"),
    ("f(x).diff(x)", "diff(f(x), x)"),
    ("x +\n  w", "x + w"),
]


@pytest.mark.parametrize(("text", "shown"), READINGS)
def test_text_is_read_as_it_is_shown(text, shown):
    node = read(text, CONTEXT)
    assert to_text(node) == shown
    assert read(shown, CONTEXT) == node


def test_decimals_are_exact():
    assert read("0.1").value == Fraction(1, 10)
    assert read("0.1 + 0.2", CONTEXT) == read("1/10 + 1/5", CONTEXT)


REFUSED = [
    ("", "empty"),
    ("   ", "empty"),
    ("x^2", "write a power as x**2"),
    ("q + 1", "the name q is not known here; names that may be used: x, w, y"),
    ("x + q", "at character 5, 'q'"),
    ("x\n+ q", "at character 5, 'q'"),
    ("é + 1", "the name é is not known"),
    ("Sum(z[k], k, 1, K) + z[k]", "at character 24, 'k'"),
    ("x +", "near character"),
    ("2x", "a product is written with *"),
    ("x(w)", "x is not a function"),
    ("(x)(w)", "a product is written with *"),
    ("sigmoid(x)", "the function sigmoid is not known"),
    ("sin", "sin is a function; write sin(…)"),
    ("sin(x, x)", "sin takes 1 argument(s), not 2"),
    ("sin(x=1)", "one by one"),
    ("sin(*x)", "one by one"),
    ("f(x, x)", "f takes 1 argument(s)"),
    ("f", "f is a function"),
    ("X", "say which one, X[1] or X[j]"),
    ("x[1]", "is a number and has no entries"),
    ("z[x]", "stands where an index belongs"),
    ("z[1/2]", "stands where an index belongs"),
    ("z[0:2]", "not a range with :"),
    ("A[1]", "does not name one entry"),
    ("A + 1", "their shapes must be the same"),
    ("A*z", "multiplies a 2 by 2 matrix by a K by 1 matrix"),
    ("z*z", "the columns of the first"),
    ("exp(A)", "Expected a number in exp(A)"),
    ("x/A", "Expected a number in the denominator"),
    ("inv(z)", "only a square matrix has an inverse"),
    ("[[1, 2], [3]]", "all of one length"),
    ("[]", "all of one length"),
    ("Sum(z[k], k)", "Sum(body, k, low, high)"),
    ("Sum(z[k], k, 1, x)", "stands where an index belongs"),
    ("delta(i, x)", "stands where an index belongs"),
    ("diff(x)", "diff(f, x)"),
    ("diff(x, 2)", "A derivative is taken by"),
    ("diff(x, i)", "A derivative is taken by a real number"),
    ("x > 0", "received a condition"),
    ("x + (x > 0)", "holds a condition"),
    ("Piecewise((x, w))", "Expected a condition"),
    ("Piecewise(x)", "Piecewise((value, condition)"),
    ("x.real", "only .T"),
    ("np.linalg", "only functions and pi"),
    ("x.foo(1)", "not part of a formula"),
    ("'x'", "only numbers, names and operators"),
    ("None", "only numbers, names and operators"),
    ("1j", "only numbers, names and operators"),
    ("x // 2", "this operator"),
    ("x % 2", "this operator"),
    ("~x", "~ is not part"),
    ("x, w", "received a list"),
    ("{x}", "received a set"),
    ("lambda: x", "lambda is not part"),
    ("(x := 1)", "an assignment is not part"),
    ("x is w", "only ==, !="),
    ("x = 1", "with two signs, x == 1"),
    ("__import__('os').system('true')", "not part of a formula"),
    ("().__class__", "only .T"),
    ("1e999999999", "too many digits"),
    ("1" * 3000, "too many digits"),
    ("(" * 201 + "x" + ")" * 201, "nested too deeply"),
    ("-" * 250 + "x", "nested too deeply"),
    ("x" + "+x" * 60_000, "at most 100000"),
    ("\x00", "Cannot read"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=lambda t: t[:30])
def test_what_is_not_a_formula_is_refused_with_a_reason(text, reason):
    with pytest.raises(ResponseError) as error:
        read(text, CONTEXT)
    assert reason in error.value.message


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_arbitrary_text_never_raises_anything_else(text):
    with contextlib.suppress(ResponseError):
        read(text, CONTEXT)


@given(st.text(alphabet="xwzyiAkK123.,+-*/()[]^ <>=", max_size=24))
@settings(max_examples=300, deadline=None)
def test_what_is_read_is_read_back_the_same(text):
    try:
        node = read(text, CONTEXT)
    except ResponseError:
        return
    assert read(to_text(node), CONTEXT) == node
