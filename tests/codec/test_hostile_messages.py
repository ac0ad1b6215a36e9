"""Whatever arrives, nothing comes out of the decoder but a value or a CodecError."""

from __future__ import annotations

import json
import math
import random

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hang import ends_within

from mathgrade.codec import CodecError, decode, decode_call, decode_result, encode, loads, parse
from mathgrade.codec.decode import Reader

from .test_round_trip import EXPRESSIONS, VALUES

X = ["Symbol", "x", {}]
ONE = ["Integer", 1]


def deep(depth):
    value = 1
    for _ in range(depth):
        value = ["list", value]
    return value


def short(data):
    if type(data) is int:
        return "a large integer"
    return "an object" if type(data) is object else repr(data)[:50]


REFUSED = [
    {},
    [],
    [1],
    [[]],
    ["os"],
    ["eval", "1"],
    object(),
    b"",
    (1, 2),
    math.inf,
    math.nan,
    "\ud800",
    1 << 70_000,
    ["int"],
    ["int", "12"],
    ["int", "0x" + "f" * 20_000],
    ["int", "0x1_0"],
    ["int", "0x١"],
    ["float", "1.0"],
    ["float", []],
    ["complex", 1, 2],
    ["complex", 1.0],
    ["fraction", 1, 0],
    ["fraction", 2, 4],
    ["fraction", 1, -2],
    ["fraction", 1.0, 2],
    ["set", ["list"]],
    ["dict", 1],
    ["dict", ["list"], 1],
    ["range", 0, 10**12, 1],
    ["range", 0, 10, 0],
    ["range", 0, 10],
    ["set", *range(20_001)],
    ["list", *([0] * 200_001)],
    deep(400),
    ["function", "s1", "f"],
    ["array", "|O", [1], ""],
    ["array", "O", [1], ""],
    ["array", "<U4", [1], ""],
    ["array", "<f8", [1], ""],
    ["array", "<f8", [-1], ""],
    ["array", "<f8", [True], ""],
    ["array", "<f8", [1.0], ""],
    ["array", "<f8", [10**12, 10**12], ""],
    ["array", "<f8", [0, 10**12], ""],
    ["array", "<f8", [0] * 20, ""],
    ["array", "<f8", [1], "!!!!"],
    ["array", "<f8", [1], "AAAA"],
    ["array", "<f7", [1], ""],
    ["array", "<i16", [0], ""],
    ["array", "|b1", [1], "Ag=="],
    ["array", ["<f8"], [1], ""],
    ["scalar", "<f8", ""],
    ["scalar", "<f8", "AAAAAAAAAAAAAAAAAAAAAA=="],
    ["objects", [2], 1],
    ["objects", [1], "text"],
    ["objects", [1], ["list"]],
    ["objects"],
    ["sympy"],
    ["sympy", []],
    ["sympy", "x"],
    ["sympy", ["system", X]],
    ["sympy", ["__class__"]],
    ["sympy", ["Symbol", "x"]],
    ["sympy", ["Symbol", 1, {}]],
    ["sympy", ["Symbol", "x" * 300, {}]],
    ["sympy", ["Symbol", "f(x)", {}]],
    ["sympy", ["Symbol", "x", {"positive": 1}]],
    ["sympy", ["Symbol", "x", {"happy": True}]],
    ["sympy", ["Symbol", "x", {"positive": True, "negative": True}]],
    ["sympy", ["Dummy", "x", {}, "1"]],
    ["sympy", ["Dummy", "x", {}, 1 << 100]],
    ["sympy", ["Integer", 1.0]],
    ["sympy", ["Integer", True]],
    ["sympy", ["Rational", 1, 0]],
    ["sympy", ["Rational", 2, 4]],
    ["sympy", ["Rational", 1, 1]],
    ["sympy", ["Float", "0x1", 10**9, 53]],
    ["sympy", ["Float", "0x1", 0, 10**9]],
    ["sympy", ["Float", "0xff", 0, 2]],
    ["sympy", ["Float", "1", 0, 53]],
    ["sympy", ["Add", X]],
    ["sympy", ["Add"]],
    ["sympy", ["Pow", X]],
    ["sympy", ["Pow", X, ["BooleanTrue"]]],
    ["sympy", ["sin"]],
    ["sympy", ["sin", X, X]],
    ["sympy", ["sin", ["Tuple"]]],
    ["sympy", ["And", X, ONE]],
    ["sympy", ["StrictLessThan", X, ["BooleanTrue"]]],
    ["sympy", ["Sum", X, X]],
    ["sympy", ["Sum", X, ["Tuple", ONE, ONE, X]]],
    ["sympy", ["Piecewise"]],
    ["sympy", ["Piecewise", X]],
    ["sympy", ["ExprCondPair", X, X, X]],
    ["sympy", ["MatrixSymbol", "A", X, X]],
    ["sympy", ["Idx", X]],
    ["sympy", ["Indexed", X, ONE]],
    ["sympy", ["IndexedBase", ONE]],
    ["sympy", ["Lambda", X, X]],
    ["sympy", ["call", ["exec", {}, None], X]],
    ["sympy", ["call", ["f", {}, [1]], X, X]],
    ["sympy", ["call", ["f", {"is_real": True}, None], X]],
    ["sympy", ["call"]],
    ["sympy", ["matrix", "MutableDenseMatrix", 2, 2, X]],
    ["sympy", ["matrix", "DenseMatrix", 1, 1, X]],
    ["sympy", ["matrix", "MutableDenseMatrix", 0, 10**12]],
    ["sympy", ["matrix", "MutableDenseMatrix", 1, 1, ["BooleanTrue"]]],
    ["sympy", ["array", "ImmutableDenseNDimArray", [2], X]],
    ["sympy", ["array", "ImmutableDenseNDimArray", [1], ["Tuple", X]]],
    ["sympy", ["Subs", X, ["Tuple", X], ["Tuple", ONE], X]],
    ["sympy", ["Subs", X, ["Tuple", X], ["Tuple"], ONE]],
    ["sympy", ["Tuple", *(["function", [f"f{k}", {}, None]] for k in range(1_001))]],
    ["sympy", ["function", ["f", {}, []]]],
    ["sympy", ["function", ["f", {}, [-1]]]],
    ["sympy", ["FiniteSet", *([ONE] * 20_001)]],
]


@pytest.mark.parametrize("data", REFUSED, ids=short)
def test_a_message_we_did_not_write_is_refused(data):
    with pytest.raises(CodecError):
        decode(data)


TEXTS = [
    "",
    "{",
    "NaN",
    '["list",NaN]',
    "Infinity",
    "[" * 100_000 + "]" * 100_000,
    '["list",' * 5_000 + "1" + "]" * 5_000,
    "1" * 10_000,
    "1e999",
    '"\\ud800"',
    b"\xff",
    b'"\xff"',
    None,
    5,
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:30])
def test_text_that_is_not_a_message_is_refused(text):
    with pytest.raises(CodecError):
        loads(text)


def test_a_message_of_too_much_text_is_refused_unread(monkeypatch):
    monkeypatch.setattr("mathgrade.codec.text.MAX_MESSAGE", 10)
    with pytest.raises(CodecError, match="too long"):
        parse("[" + "0," * 20 + "0]")


def test_the_limits_hold_for_all_values_of_one_message_together():
    reader = Reader()
    part = ["list", *([0] * 90_000)]
    assert len(reader.read(part)) == len(reader.read(part)) == 90_000
    with pytest.raises(CodecError, match="more than 200,000 parts"):
        reader.read(part)


@pytest.mark.parametrize("error", [KeyError("h"), RecursionError(), MemoryError(), OverflowError()])
def test_whatever_the_maker_of_stand_ins_raises_is_a_codec_error(error):
    def take(handle, name):
        raise error

    with pytest.raises(CodecError):
        decode(["function", "s1", "f"], take)


def test_integers_of_one_hash_cannot_hold_the_decoder_up():
    """2**61 - 1 is the modulus of Python's hash: all of these collide."""
    with ends_within(2), pytest.raises(CodecError):
        decode(["set", *(["int", hex(k * (2**61 - 1))] for k in range(1, 20_002))])


RULER = ["Integer", "Symbol", "list", "sympy", "int", "Pow", "array", "matrix", "call", "__class__"]
BITS = [None, True, -1, 0, 2**60, 1.5, "", "x", "0xff", "<f8", "inf", [], {}, ["list"], X, ONE]


def mutated(data, rng):
    """The same message with something in it changed."""
    roll = rng.random()
    if isinstance(data, list) and data and roll < 0.8:
        copy = list(data)
        at = rng.randrange(len(copy))
        action = rng.random()
        if action < 0.6:
            copy[at] = mutated(copy[at], rng)
        elif action < 0.75:
            del copy[at]
        elif action < 0.9:
            copy.insert(at, rng.choice([*BITS, copy[at]]))
        else:
            other = rng.randrange(len(copy))
            copy[at], copy[other] = copy[other], copy[at]
        return copy
    if isinstance(data, str) and roll < 0.6:
        return rng.choice([*RULER, data[1:], data + "A", data.upper(), "\ud800"])
    if isinstance(data, int) and roll < 0.6:
        return data + rng.choice([-1, 1, 10**6, -(10**9), 10**40])
    return rng.choice(BITS)


def test_twenty_thousand_mutated_messages_raise_nothing_but_the_codecs_own_error():
    rng = random.Random(20_000)
    functions = [lambda: 1]
    seeds = [encode(value) for value in [*VALUES, *EXPRESSIONS]]
    seeds.append(encode([functions[0]], lambda _: "s1"))
    refused = 0
    with ends_within(20):
        for _ in range(20_000):
            data = rng.choice(seeds)
            for _ in range(rng.randint(1, 3)):
                data = mutated(data, rng)
            try:
                decode(data, lambda handle, name: functions[0])
            except CodecError:
                refused += 1
    assert 5_000 < refused < 20_000, "the mutations should neither all fail nor all pass"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(RULER),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_arbitrary_json_raises_nothing_but_the_codecs_own_error(data):
    for read in (decode, decode_call, decode_result):
        try:
            read(data)
        except CodecError:
            continue


@settings(max_examples=200, deadline=None)
@given(st.text() | st.binary())
def test_arbitrary_text_raises_nothing_but_the_codecs_own_error(text):
    try:
        loads(text)
    except CodecError:
        return
    json.loads(text)  # what is accepted is JSON


def test_the_hash_of_a_substitution_evaluates_nothing():
    """Hashing SymPy's Subs renames its variables, and renaming rebuilds."""
    huge = ["Pow", ["Integer", 10], ["Integer", 10**10]]
    inner = ["Mul", X, huge]
    good = ["Subs", inner, ["Tuple", X], ["Tuple", ONE], ["Mul", ["Symbol", "_1", {}], huge]]
    assert isinstance(hash(decode(["sympy", good])), int)
    bad = ["Subs", inner, ["Tuple", X], ["Tuple", ONE], inner]
    with pytest.raises(CodecError):
        decode(["sympy", ["FiniteSet", bad]])


def test_a_symbol_in_the_place_of_a_matrix_name_is_what_sympy_has_too():
    symbol = sp.MatrixSymbol("A", 2, 2)
    assert decode(encode(symbol)) == symbol
