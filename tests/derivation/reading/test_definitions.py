"""Definitions of a claim: what is defined, and what that declares."""

import re

import pytest

from mathgrade.derivation.reading import read_definition
from mathgrade.errors import ItemError
from mathgrade.expression import read_names, to_text

NAMES = {"z": "vector K", "c": "real", "A": "matrix M N", "x": "real"}
ROWS = [
    # head, body, body as read, arguments, indices, vectors, what is declared
    (r"softmax(v)_i", r"\frac{e^{v_i}}{\sum_k e^{v_k}}", "exp(v[i])/Sum(exp(v[k]), k, 1, K)", "v", "i", "v", "function"),
    (r"softmax(v)_i", "exp(v[i])/Sum(exp(v[k]), k, 1, K)", "exp(v[i])/Sum(exp(v[k]), k, 1, K)", "v", "i", "v", "function"),
    (r"T_i(z)", "e^{z_i}", "exp(z[i])", "z", "i", "z", "function"),
    (r"\sigma(x)", r"\frac{1}{1 + e^{-x}}", "1/(1 + exp(-x))", "x", "", "", "function"),
    (r"\operatorname{ReLU}(t)", r"\max(0, t)", "max(0, t)", "t", "", "", "function"),
    (r"g(x, t)", "x t", "x*t", "xt", "", "", "function"),
    (r"y_i", "e^{z_i}", "exp(z[i])", "", "i", "", "vector K"),
    (r"y[i]", "exp(z[i])", "exp(z[i])", "", "i", "", "vector K"),
    (r"a_{ij}", r"\delta_{ij} c", "delta(i, j)*c", "", "ij", "", "matrix K K"),
    (r"b_{pq}", "A_{pq}", "A[p, q]", "", "pq", "", "matrix M N"),
    (r"L", r"\sum_k z_k", "Sum(z[k], k, 1, K)", "", "", "", "real"),
    (r"w", "2 z", "2*z", "", "", "", "vector K"),
    (r"B", "A A^T", "A*T(A)", "", "", "", "matrix M M"),
    (r"\hat{z}_i", "z_i - c", "z[i] - c", "", "i", "", "vector K"),
    (r"x_1", "2c", "2*c", "", "", "", "real"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "body", "read", "arguments", "indices", "vectors", "kind"), ROWS)
def test_heads_and_bodies(head, body, read, arguments, indices, vectors, kind):
    context = read_names({**NAMES, **({"K": "size"} if "A" not in body else {})})
    if "A" not in body:
        context = read_names({"z": "vector K", "c": "real", "x": "real"})
    found, after = read_definition(head, body, context)
    assert to_text(found.body) == read
    assert found.arguments == tuple(arguments)
    assert found.indices == tuple(indices)
    assert found.vectors == frozenset(vectors)
    assert not found.macro
    declared = after[found.name]
    assert " ".join([declared.kind, *map(str, declared.shape)]) == kind
    assert declared.arity == max(len(arguments), 1)
    assert set(after.names) - set(context.names) == {found.name}


def test_arguments_are_bound_in_the_body_only():
    context = read_names({"x": "vector K", "i": "index K"})
    found, after = read_definition("f(x)", "x^2", context)
    assert to_text(found.body) == "x**2" or found.vectors
    assert after["x"] == context["x"]
    found, after = read_definition("f(i)", "2 i", context)
    assert (to_text(found.body), after["i"].kind) == ("2*i", "index")


def test_an_argument_of_another_size_has_a_size_of_its_own():
    found, after = read_definition(
        "s(v)", r"\sum_k v_k", read_names({"z": "vector K", "x": "vector d"})
    )
    assert to_text(found.body) == "Sum(v[k], k, 1, n)"
    assert "n" not in after


def test_free_indices_make_a_macro():
    context = read_names({"z": "vector K"})
    found, after = read_definition("f", "e^{z_i}", context)
    assert found.macro
    assert after["f"].kind == "real"


def test_definitions_build_on_each_other():
    context = read_names({"z": "vector K"})
    _, context = read_definition("S", r"\sum_k e^{z_k}", context)
    found, context = read_definition("y_i", r"e^{z_i} / S", context)
    assert to_text(found.body) == "exp(z[i])/S"
    assert context["y"].shape == ("K",)


@pytest.mark.parametrize(
    ("head", "body", "message"),
    [
        ("2x", "1", "'2x' cannot be defined"),
        ("f(2)", "1", "'f(2)' cannot be defined"),
        ("f(x, x)", "1", "cannot be defined"),
        ("f(f)", "1", "cannot be defined"),
        ("y_{i+1}", "1", "cannot be defined"),
        ("e", "1", "cannot be defined"),
        ("", "1", "cannot be defined"),
        ("x + y", "1", "cannot be defined"),
        (r"\frac{a}{b}", "1", "cannot be defined"),
        ("S", "", "The definition of S: Cannot read the formula"),
        ("S", "S + 1", "the name S is not known here"),
        ("S", r"\frac{1}{", "this brace is not closed"),
        ("S", "q", "the name q is not known here"),
        ("softmax(v)_i", "e^{v_i", "this brace is not closed"),
    ],
)
def test_what_cannot_be_defined_is_a_fault_of_the_author(head, body, message):
    with pytest.raises(ItemError, match=re.escape(message)):
        read_definition(head, body, read_names({"z": "vector K"}))
