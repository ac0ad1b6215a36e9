"""Spellings, matching, entries and derivatives: the parts derivations are followed with."""

from __future__ import annotations

import pytest

from mathgrade.derivation.components import Components
from mathgrade.derivation.differentiating import differentiated
from mathgrade.derivation.matching import matched, rewritten
from mathgrade.derivation.spelling import spelling
from mathgrade.equality import decide
from mathgrade.errors import ResponseError
from mathgrade.expression import read, read_names, to_text
from mathgrade.expression.nodes import Derivative, Fold, Name, Transpose
from mathgrade.expression.substitution import substituted

SAME = [
    ("a*b + 1", "1 + b*a"),
    ("a - b", "-b + a"),
    ("Sum(z[k], k, 1, K)", "Sum(z[m], m, 1, K)"),
    ("1*a + 0", "a"),
    ("(-1)*a", "-a"),
    ("max(a, b)", "max(b, a)"),
    ("delta(i, j)", "delta(j, i)"),
]
OTHER = [
    ("(a + b)**2", "a**2 + 2*a*b + b**2"),
    ("a/b", "a*(1/b)"),
    ("exp(a + b)", "exp(a)*exp(b)"),
    ("a - b", "b - a"),
    ("Sum(z[k], k, 1, K)", "Sum(z[k], k, 1, n)"),
    ("a*(b + c)", "a*b + a*c"),
    ("z[i]", "z[j]"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_order_and_brackets_do_not_change_a_spelling(left, right):
    assert spelling(read(left)) == spelling(read(right))


@pytest.mark.parametrize(("left", "right"), OTHER)
def test_what_takes_a_thought_is_spelt_differently(left, right):
    assert spelling(read(left)) != spelling(read(right))


@pytest.mark.parametrize(
    ("node", "old", "new", "indices", "expected"),
    [
        ("exp(z[k])/2", "exp(z[i])", "q[i]", {"i"}, "q[k]/2"),
        ("a*c*b", "a*b", "d", set(), "d*c"),
        ("a*b*c", "b*c", "d", set(), "a*d"),
        ("Sum(f(k)*z[k], k, 1, K)", "z[i]", "2*i", {"i"}, "Sum(f(k)*(2*k), k, 1, K)"),
        ("z[k]", "z[i]", "q[i]", set(), "z[k]"),
        ("a + b", "a*b", "d", set(), "a + b"),
        ("2*3", "2", "d", set(), "2*3"),
    ],
)
def test_an_earlier_line_is_put_in_where_it_fits(node, old, new, indices, expected):
    found = rewritten(read(node), read(old), read(new), frozenset(indices))
    assert to_text(found) == to_text(read(expected))


def test_one_index_cannot_be_two_things():
    assert matched(read("z[i]*y[i]"), read("z[j]*y[k]"), frozenset({"i"})) is None


def test_the_index_of_a_sum_catches_nothing_that_is_put_in():
    found = substituted(read("Sum(a*z[k], k, 1, K)"), {"a": read("z[k]")})
    assert isinstance(found, Fold)
    assert found.index != "k"


NAMES = read_names({"z w": "vector K", "A": "matrix 2 3", "c": "real", "x": "family K of vector d"})


@pytest.mark.parametrize(
    ("node", "shape"),
    [
        (read("z"), ("K", 1)),
        (Transpose(Name("z")), (1, "K")),
        (Derivative(read("c"), (Name("z"),)), (1, "K")),
        (Derivative(Name("z"), (Name("c"),)), ("K", 1)),
        (Derivative(Name("z"), (Name("w"),)), ("K", "K")),
        (read("x[j]", None), ("d", 1)),
        (read("z - c", None), ("K", 1)),
        (Transpose(Name("A")), (3, 2)),
    ],
)
def test_shapes_are_those_of_paper(node, shape):
    assert Components(NAMES.names).shape(node) == shape


def test_shapes_that_do_not_fit_are_refused():
    components = Components(NAMES.names)
    with pytest.raises(ResponseError, match="same"):
        components.shape(read("z + A", None))
    with pytest.raises(ResponseError, match="multiplied"):
        components.shape(read("A*A", None))


DERIVATIVES = [
    ("z**3", "z", "3*z**2"),
    ("exp(2*z)/z", "z", "(2*exp(2*z)*z - exp(2*z))/z**2"),
    ("log(z)*sin(z)", "z", "sin(z)/z + log(z)*cos(z)"),
    ("sqrt(1 + z**2)", "z", "z/sqrt(1 + z**2)"),
    ("tanh(z)", "z", "1 - tanh(z)**2"),
    ("a*b", "z", "0"),
]


@pytest.mark.parametrize(("node", "by", "expected"), DERIVATIVES)
def test_a_derivative_by_a_name_is_the_usual_one(node, by, expected):
    names = {"z": "positive", "a b": "real"}
    found = differentiated(read(node, names), read(by, names))
    assert decide(expected, found, names).equal


def test_a_derivative_by_an_entry_keeps_the_index_of_a_sum_apart():
    names = {"z": "vector K", "i j k": "index K"}
    found = differentiated(read("Sum(exp(z[j]), j, 1, K)", names), read("z[j]", names))
    assert decide("exp(z[j])", found, names).equal


def test_what_cannot_be_differentiated_is_said():
    with pytest.raises(ResponseError, match="cannot be followed"):
        differentiated(read("erf(z)"), read("z"))
