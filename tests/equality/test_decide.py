"""What decide promises beyond the table: shapes of answers, bounds, laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hang import ends_within

from mathgrade.equality import Equality, decide
from mathgrade.errors import ItemError
from mathgrade.expression import read, read_names

X = {"x": "real"}


@pytest.mark.parametrize(
    ("left", "names", "given"),
    [
        ("q", X, ()),
        ("x +", X, ()),
        ("x", {"x": "reel"}, ()),
        ("z[i+1]", {"z": "vector K", "i": "index K"}, ()),
        ("y", {"y x": "real"}, [("y", "q")]),
        ("y", {"y x": "real"}, [("y + x", "1")]),
        ("y", {"y x": "real"}, [("y", "x"), ("x", "y")]),
    ],
)
def test_a_broken_reference_is_the_authors_error(left, names, given):
    with pytest.raises(ItemError):
        decide(left, "1", names, given)


def test_definitions_stand_for_names_on_both_sides():
    names = {"y z": "vector K", "i": "index K", "s": "real"}
    softmax = [("s", "Sum(exp(z[k]), k, 1, K)"), ("y[i]", "exp(z[i])/s")]
    assert decide("Sum(y[i], i, 1, K)", "1", names, softmax).equal
    assert decide("y[i]*s", "exp(z[i])", names, softmax).equal
    assert not decide("y[i]", "exp(z[i])", names, softmax).equal
    assert not decide("Sum(y[i], i, 1, K)", "1", names).equal


def test_a_witness_is_a_point_one_can_check_by_hand():
    decision = decide("2*x*y", "x*y", {"x y": "real"})
    witness = decision.witness
    assert dict(witness.at) == {"x": "2", "y": "-1"}
    assert (witness.received, witness.expected) == ("-2", "-4")


def test_a_witness_shows_enough_digits_to_tell_the_values_apart():
    witness = decide("exp(x)", "exp(x) + 1/10**10", X).witness
    assert witness.received != witness.expected


def test_a_witness_names_the_entry_and_all_wrong_entries_are_known():
    decision = decide("[[x, 1], [1, x]]", "[[x, -1], [-1, x]]", X)
    assert decision.witness.place == "row 1, column 2"
    assert decision.wrong == ((1, 2), (2, 1))


def test_a_difference_of_definedness_is_told_apart_from_one_of_values():
    assert decide("x", "x**2/x", X).note == "undefined"
    assert decide("x", "x**2/x + 1", X).note == "value"


def test_the_domain_is_kept_to():
    names = {"x": "real 2 3", "n": "integer 1 4", "t": "simplex 3", "s": "positive"}
    assert decide("abs(x - 1)", "x - 1", names).equal
    assert decide("abs(n)", "n", names).equal
    assert decide("t[1] + t[2]", "1 - t[3]", names).equal
    assert decide("sqrt(s**2)", "s", names).equal
    assert not decide("abs(x - 5/2)", "x - 5/2", names).equal


def test_time_limit_ends_undecided():
    left = "+".join(f"sin(x+{k})*tanh(x*{k})" for k in range(1, 300))
    decision = decide(left, left.replace("sin(x+1)", "cos(x+1-pi/2)"), X, time_limit=0.0)
    assert decision.outcome is Equality.UNDECIDED
    assert "0 seconds" in decision.reason


@pytest.mark.parametrize(
    "right",
    [
        "10**10**10*x",
        "9**9**9**9*x",
        "x**10**10",
        "Sum(x, k, 1, 10**9)",
        "Sum(Sum(Sum(x, k, 1, 999), l, 1, 999), m, 1, 999)",
        "x/0",
        "0**0*x",
        "log(0)",
        "factorial(10**10)*x",
        "exp(" * 100 + "x" + ")" * 100,
        "x**" * 100 + "x",
        "-" * 100 + "x",
        "(" * 200 + "x" + ")" * 200,
        "x" + "*x" * 5000,
    ],
    ids=lambda r: r[:24],
)
def test_work_is_bounded(right):
    with ends_within(10):
        decision = decide("x", right, X)
        assert decision.outcome in Equality
        assert decision.outcome is not Equality.EQUAL or right.startswith(("0**0", "-"))


def test_the_same_seed_gives_the_same_decision():
    for seed in range(5):
        first, second = (decide("sin(x)*y", "cos(x)*y", {"x y": "real"}, seed=seed) for _ in "ab")
        assert first == second


def test_a_ten_by_ten_jacobian_is_proved():
    n = 10
    total = "(" + "+".join(f"exp(z[{k}])" for k in range(1, n + 1)) + ")"

    def entry(i, j):
        return f"exp(z[{i}])/{total}*({int(i == j)} - exp(z[{j}])/{total})"

    def other(i, j):
        top = f"exp(z[{i}])*{total} - exp(z[{i}])**2" if i == j else f"-exp(z[{i}]+z[{j}])"
        return f"({top})/{total}**2"

    def matrix(f):
        rows = ["[" + ", ".join(f(i, j) for j in range(1, n + 1)) + "]" for i in range(1, n + 1)]
        return "[" + ", ".join(rows) + "]"

    names = read_names({"z": f"vector {n}"})
    left, right = read(matrix(entry), names), read(matrix(other), names)
    decision = decide(left, right, names)
    assert (decision.outcome, decision.proof) == (Equality.EQUAL, "exact")
    wrong = read(matrix(other).replace("-exp(z[3]+z[7])", "exp(z[3]+z[7])"), names)
    assert decide(left, wrong, names).wrong == ((3, 7),)


FORMULAS = st.recursive(
    st.sampled_from(["x", "y", "2", "1/3", "0", "-1"]),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} - {})".format, inner, inner),
        st.builds("({}*{})".format, inner, inner),
        st.builds("({}/{})".format, inner, inner),
        st.builds("exp({})".format, inner),
        st.builds("log({})".format, inner),
        st.builds("sqrt({})".format, inner),
        st.builds("abs({})".format, inner),
        st.builds("max({}, {})".format, inner, inner),
        st.builds("({})**2".format, inner),
        st.builds("tanh({})".format, inner),
    ),
    max_leaves=8,
)
XY = read_names({"x y": "real"})


@given(FORMULAS)
@settings(max_examples=150, deadline=None)
def test_a_formula_never_differs_from_itself(text):
    assert decide(text, text, XY).outcome is not Equality.DIFFERENT


@given(FORMULAS, FORMULAS)
@settings(max_examples=150, deadline=None)
def test_no_formula_equals_itself_plus_one(left, right):
    """Adding what is not 0 is never equal; never an exception, whatever the formula."""
    total = f"{left} + {right}"
    assert decide(total, f"{total} + 1", XY).outcome is not Equality.EQUAL
    assert decide(total, f"{right} + {left}", XY).outcome is not Equality.DIFFERENT


@given(FORMULAS, FORMULAS)
@settings(max_examples=150, deadline=None)
def test_equality_of_values_is_symmetric(left, right):
    there, back = decide(left, right, XY), decide(right, left, XY)
    if there.outcome is Equality.DIFFERENT and there.note == "value":
        assert back.outcome is not Equality.EQUAL
