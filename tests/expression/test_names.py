"""Declaring names."""

from fractions import Fraction

import pytest

from mathgrade.errors import ItemError
from mathgrade.expression import read_names


def test_several_names_share_a_kind():
    context = read_names({"y z": "vector K", "i, j": "index K"})
    assert [context[n].kind for n in "yzij"] == ["vector", "vector", "index", "index"]


def test_a_size_named_in_a_shape_is_declared_with_it():
    assert read_names({"z": "vector K"})["K"].kind == "size"


@pytest.mark.parametrize(
    ("text", "kind", "shape"),
    [
        ("real", "real", ()),
        ("real -3 3", "real", ()),
        ("positive", "real", ()),
        ("integer 0 5", "integer", ()),
        ("vector 3", "vector", (3,)),
        ("vector K positive", "vector", ("K",)),
        ("simplex K", "simplex", ("K",)),
        ("matrix d 1", "matrix", ("d", 1)),
        ("matrix 2 2 -1 1", "matrix", (2, 2)),
        ("family K of vector d", "family", ("K", "d")),
        ("index K", "index", ()),
        ("index 0 3", "index", ()),
        ("size", "size", ()),
        ("function 2", "function", ()),
    ],
)
def test_kinds(text, kind, shape):
    declared = read_names({"a": text})["a"]
    assert (declared.kind, declared.shape) == (kind, shape)


def test_domains_hold_what_they_should():
    context = read_names({"a": "real -1/2 3", "b": "positive", "c": "nonnegative", "d": "nonzero"})
    inside = {"a": "-1/2 0 3", "b": "1/9", "c": "0 2", "d": "-1 1"}
    outside = {"a": "-1 4", "b": "0 -1", "c": "-1", "d": "0"}
    for name in "abcd":
        assert all(context[name].domain.holds(Fraction(v)) for v in inside[name].split())
        assert not any(context[name].domain.holds(Fraction(v)) for v in outside[name].split())


@pytest.mark.parametrize(
    "names",
    [
        {"x": "reel"},
        {"x": ""},
        {"x": "real 3"},
        {"x": "real 3 -3"},
        {"x": "real a b"},
        {"x": "vector"},
        {"x": "vector 0"},
        {"x": "vector 2.5"},
        {"x": "matrix 3"},
        {"x": "family K of d"},
        {"x": "index"},
        {"x y x": "real"},
        {"x": "real", "x y": "real"},
        {"2x": "real"},
        {"z": "vector x", "x": "real"},
    ],
)
def test_declarations_that_mean_nothing_are_the_authors_error(names):
    with pytest.raises(ItemError):
        read_names(names)
