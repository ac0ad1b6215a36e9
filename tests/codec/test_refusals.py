"""What cannot be sent is refused in words a student understands."""

# ruff: noqa: PLW0108 - one row of the table, one line

from __future__ import annotations

import decimal
import math
from enum import Enum

import mpmath
import numpy as np
import pytest
import sympy as sp

from mathgrade.codec import CodecError, dumps, encode, limits
from mathgrade.errors import ResponseError

x = sp.Symbol("x")


class Foo:
    __module__ = "__main__"


class Odd(sp.Symbol):
    pass


class Colour(Enum):
    __module__ = "__main__"
    RED = 1


class Grumpy:
    @property
    def __class__(self):
        raise ValueError


class Sulky(np.ndarray):
    def reshape(self, *_):
        raise ValueError


def circular_list():
    value = [1]
    value.append(value)
    return value


def circular_dict():
    value = {"a": []}
    value["a"].append(value)
    return value


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def deep_sine(depth):
    value = x
    for _ in range(depth):
        value = sp.sin(value, evaluate=False)
    return value


OWN = "give its values as numbers, lists, arrays or SymPy expressions"
ARRAY = "an array of Python objects that holds"

REFUSED = [
    (lambda: Foo(), f"an object of your own class `Foo`: {OWN}"),
    (lambda: [1, Foo()], f"a list that holds an object of your own class `Foo`: {OWN}"),
    (lambda: {"a": (Foo(),)}, f"a dict that holds an object of your own class `Foo`: {OWN}"),
    (lambda: Colour.RED, f"an object of your own class `Colour`: {OWN}"),
    (lambda: (n for n in [1]), "a generator: make a list of it with list(...)"),
    (lambda: map(abs, [1]), "a map: make a list of it with list(...)"),
    (lambda: enumerate([1]), "an enumerate: make a list of it with list(...)"),
    (lambda: zip([1], [2], strict=True), "a zip: make a list of it with list(...)"),
    (lambda: {}.keys(), "a dict_keys: make a list of it with list(...)"),
    (lambda: ({}.items(),), "a tuple that holds a dict_items: make a list of it with list(...)"),
    (circular_list, "a list that contains itself: build it anew"),
    (circular_dict, "a dict that contains itself: build it anew"),
    (lambda: [circular_dict()], "a list that holds a dict that contains itself: build it anew"),
    (lambda: math.sin, "a function: give the value it returns"),
    (lambda: sp.sin, "a function: give the value it returns"),
    (lambda: Foo, "a function: give the value it returns"),
    (lambda: math, "a module: give a value"),
    (lambda: b"ab", "bytes: give text or numbers"),
    (lambda: ..., "an Ellipsis (...): put your answer in its place"),
    (lambda: NotImplemented, "an object of type `NotImplementedType`: give numbers, lists or arrays"),
    (lambda: slice(1, 2), "a slice: give numbers"),
    (lambda: ValueError("no"), "an exception (ValueError): raise it, or give a value"),
    (lambda: decimal.Decimal("0.1"), "a Decimal: give a float or a Fraction"),
    (lambda: mpmath.mpf(1), "a number of mpmath: turn it into a float with float(...)"),
    (lambda: np.ma.masked_equal([1, 2], 2), "a masked array: give an ordinary array, with a value in every place"),
    (lambda: np.array(["a"]), "an array of text: give an array of numbers"),
    (lambda: np.array([b"a"]), "an array of bytes: give an array of numbers"),
    (lambda: np.array(["2020-01-01"], "M8[D]"), "an array of dates: give an array of numbers"),
    (lambda: np.zeros(2, "i4,f8"), "an array of type 'V': give an array of numbers"),
    (lambda: np.array([None]), f"{ARRAY} an object of type `NoneType`: give an array of numbers or expressions"),
    (lambda: np.array([Foo()]), f"{ARRAY} an object of your own class `Foo`: give an array of numbers or expressions"),
    (lambda: np.array(["a"], object), f"{ARRAY} an object of type `str`: give an array of numbers or expressions"),
    (lambda: "a\ud800", "text that is not valid Unicode (character 2): type it again"),
    (lambda: ["\udfff"], "text that is not valid Unicode (character 1): type it again"),
    (lambda: 2**70_000, "an integer of more than 65,536 bits: it is too large"),
    (lambda: sp.Integer(2**70_000), "an integer of more than 65,536 bits: it is too large"),
    (lambda: range(10**9), "a range of more than 10,000,000 numbers: make it smaller"),
    (lambda: [0] * 200_001, "a value of more than 200,000 parts: make it smaller"),
    (lambda: set(range(20_001)), "sets and dicts of more than 20,000 entries: make them smaller"),
    (lambda: "a" * 1_000_001, "text of more than 1,000,000 characters: make it shorter"),
    (lambda: np.zeros(4_000_001), "an array of more than 4,000,000 entries: make it smaller"),
    (lambda: [np.zeros(3_000_000)] * 2, "arrays of more than 32,000,000 bytes: make them smaller"),
    (lambda: nested(200), "a value nested more than 150 levels deep: make it flatter"),
    (lambda: nested(100_000), "a value nested more than 150 levels deep: make it flatter"),
    (lambda: deep_sine(200), "a value nested more than 150 levels deep: make it flatter"),
    (lambda: sp.Matrix(500, 500, [0] * 250_000), "a matrix with too many entries: make it smaller"),
    (lambda: Odd("x"), "an object of your own class `Odd`: give its value as a SymPy expression"),
    (lambda: [x + Odd("y")], "a list that holds an object of your own class `Odd`: give its value as a SymPy expression"),
    (lambda: sp.Poly(x**2, x), "a SymPy Poly: turn it into an expression with .as_expr()"),
    (lambda: sp.Wild("w"), "a SymPy Wild, which cannot be marked: give an ordinary expression"),
    (lambda: sp.Symbol("f(x)"), "a symbol called 'f(x)': use letters, digits and _ in its name; a function is sp.Function('f')(x)"),
    (lambda: sp.Function("exec")(x), "a function called 'exec': give it another name"),
    (lambda: sp.Function("a b")(x), "a function called 'a b': use letters, digits and _ in its name"),
    (
        lambda: sp.Function("builtins.eval")(sp.Symbol("builtins.__doc__[2]")),
        "a symbol called 'builtins.eval': use letters, digits and _ in its name; "
        "a function is sp.Function('f')(x)",
    ),
    (lambda: sp.Symbol("x", happy=True), "a symbol with the unknown assumption 'happy': leave it out"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[text[:45] for _, text in REFUSED])
def test_the_message_says_what_it_is_and_what_to_do(make, message):
    with pytest.raises(CodecError) as caught:
        encode(make())
    assert caught.value.message == message
    assert caught.value.note == "response.unsendable"
    assert isinstance(caught.value, ResponseError)


@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {1: (v,)}])
def test_an_object_whose_methods_raise_is_refused(wrap):
    with pytest.raises(CodecError, match=r"^a value that raised ValueError when it was read$"):
        encode(wrap(Grumpy()))


def test_an_object_of_a_library_is_named_with_its_library():
    with pytest.raises(CodecError, match=r"^an object of class `numpy\.Generator`: give its"):
        encode(np.random.default_rng(0))


def test_what_a_subclass_of_an_array_overrides_is_not_used():
    assert dumps(np.arange(3).view(Sulky)) == dumps(np.arange(3))


NAMES = {
    "x": True,
    "x_1'": True,
    "f''": True,
    r"\hat{x}": True,
    "Δ x": True,
    "lambda": True,
    "": True,
    "f()": False,
    "x;y": False,
    "x\ny": False,
    "'import os'": False,
    '"a"': False,
    "x#": False,
    "a" * 201: False,
}


@pytest.mark.parametrize(("name", "allowed"), NAMES.items())
def test_a_name_cannot_spell_code(name, allowed):
    """SymPy's lambdify writes names into code as they stand, and runs it."""
    if allowed:
        assert name in encode(sp.Symbol(name))[1]
    else:
        with pytest.raises(CodecError):
            encode(sp.Symbol(name))


def test_the_text_of_a_message_is_bounded(monkeypatch):
    monkeypatch.setattr("mathgrade.codec.text.MAX_MESSAGE", 10)
    with pytest.raises(CodecError, match="a value of more than 10 characters: make it smaller"):
        dumps("a" * 20)


def test_a_message_of_the_greatest_size_can_be_sent():
    assert len(dumps(np.zeros(limits.MAX_ITEMS))) < limits.MAX_MESSAGE
