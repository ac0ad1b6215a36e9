"""Calls and results on the wire, and exceptions as the student's process raised them."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from mathgrade.codec import (
    Call,
    CodecError,
    Result,
    decode_call,
    decode_result,
    encode_call,
    encode_result,
    parse,
    perform,
)


class MyError(ValueError):
    pass


class Deeper(MyError):
    pass


class Plain(Exception):
    pass


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


class Raw(BaseException):
    pass


def travelled(result):
    return decode_result(encode_result(result))


# raised -> type and text that arrive
ERRORS = [
    (ValueError("no"), ValueError, "no"),
    (ZeroDivisionError("division by zero"), ZeroDivisionError, "division by zero"),
    (KeyError("x"), KeyError, "'x'"),
    (KeyError(1), KeyError, "'1'"),
    (IndexError(), IndexError, ""),
    (OSError(2, "No such file"), FileNotFoundError, "[Errno 2] No such file"),
    (FileNotFoundError("f"), FileNotFoundError, "f"),
    (StopIteration(3), StopIteration, "3"),
    (RecursionError("deep"), RecursionError, "deep"),
    (RuntimeWarning("overflow"), RuntimeWarning, "overflow"),
    (AssertionError(), AssertionError, ""),
    (np.linalg.LinAlgError("Singular matrix"), np.linalg.LinAlgError, "Singular matrix"),
    (sp.SympifyError("a b"), sp.SympifyError, "SympifyError: 'a b'"),
    (sp.ShapeError("shapes"), sp.ShapeError, "shapes"),
    (
        sp.matrices.exceptions.NonSquareMatrixError("wide"),
        sp.matrices.exceptions.NonSquareMatrixError,
        "wide",
    ),
    (MyError("mine"), ValueError, "MyError: mine"),
    (Deeper("mine"), ValueError, "Deeper: mine"),
    (Plain("mine"), Exception, "Plain: mine"),
    (Mute(), Exception, "Mute: (its text could not be had)"),
    (
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
        UnicodeError,
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: bad",
    ),
    (ExceptionGroup("many", [ValueError()]), Exception, "ExceptionGroup: many (1 sub-exception)"),
    (SystemExit(1), RuntimeError, "SystemExit: 1"),
    (KeyboardInterrupt(), RuntimeError, "KeyboardInterrupt: "),
    (Raw("x"), RuntimeError, "Raw: x"),
    (ValueError("a\ud800"), ValueError, "a?"),
    (ValueError("a" * 5000), ValueError, "a" * 2000),
]


@pytest.mark.parametrize(("error", "kind", "text"), ERRORS, ids=lambda v: repr(v)[:30])
def test_an_exception_arrives_as_its_nearest_known_type(error, kind, text):
    arrived = travelled(Result(error=error)).error
    assert type(arrived) is kind
    assert str(arrived) == text


def test_a_class_that_takes_the_name_of_a_known_one_does_not_pass_for_it():
    fake = type("LinAlgError", (TypeError,), {})
    arrived = travelled(Result(error=fake("x"))).error
    assert type(arrived) is TypeError
    assert str(arrived) == "LinAlgError: x"


def test_a_result_arrives_whole():
    result = Result(
        value=(np.arange(3), {"a": 1}),
        warnings=("RuntimeWarning: x",),
        changed={0: [2, 1], "b": None},
        seconds=0.5,
    )
    arrived = travelled(result)
    assert arrived.value[0].tolist() == [0, 1, 2]
    assert arrived.value[1] == {"a": 1}
    assert (arrived.error, arrived.warnings, arrived.changed, arrived.seconds) == (
        None,
        ("RuntimeWarning: x",),
        {0: [2, 1], "b": None},
        0.5,
    )


def test_a_performed_call_arrives():
    def divide(a, b):
        a += 1
        return a / b

    with np.errstate(divide="warn"):
        arrived = travelled(perform(divide, Call((np.ones(2), np.zeros(2)))))
    assert arrived.warnings == ("RuntimeWarning: divide by zero encountered in divide",)
    assert list(arrived.changed) == [0]
    assert np.isinf(arrived.value).all()


def test_a_call_arrives_whole():
    call = Call((1, [2.5]), {"axis": (0, 1), "f": abs})
    data = encode_call(call, lambda f: "s0")
    arrived = decode_call(data, lambda handle, name: (handle, name))
    assert arrived == Call((1, [2.5]), {"axis": (0, 1), "f": ("s0", "abs")})


def test_a_value_that_cannot_be_sent_is_refused_with_its_reason():
    with pytest.raises(CodecError, match=r"^a generator: make a list of it"):
        encode_result(Result(value=(k for k in [1])))


GOOD = {"value": 1, "error": None, "warnings": [], "changed": [], "seconds": 0.0}
DAMAGED = [
    None,
    [],
    {},
    {**GOOD, "more": 1},
    {k: v for k, v in GOOD.items() if k != "changed"},
    {**GOOD, "value": ["os"]},
    {**GOOD, "error": "ValueError"},
    {**GOOD, "error": ["ValueError"]},
    {**GOOD, "error": ["SystemExit", "1"]},
    {**GOOD, "error": ["KeyboardInterrupt", ""]},
    {**GOOD, "error": ["ExceptionGroup", ""]},
    {**GOOD, "error": ["print", "x"]},
    {**GOOD, "error": ["ValueError", 1]},
    {**GOOD, "error": ["ValueError", "x" * 3000]},
    {**GOOD, "warnings": "x"},
    {**GOOD, "warnings": [1]},
    {**GOOD, "warnings": ["x"] * 100},
    {**GOOD, "changed": [[-1, 1]]},
    {**GOOD, "changed": [[True, 1]]},
    {**GOOD, "seconds": float("nan")},
    {**GOOD, "seconds": -1.0},
    {**GOOD, "seconds": "1"},
]


@pytest.mark.parametrize("data", DAMAGED, ids=lambda data: repr(data)[-60:])
def test_a_damaged_result_is_refused(data):
    with pytest.raises(CodecError):
        decode_result(data)


CALLS = [
    None,
    {},
    {"args": []},
    {"args": {}, "kwargs": {}},
    {"args": [], "kwargs": []},
    {"args": [1] * 300, "kwargs": {}},
    {"args": [["function", "s1", "f"]], "kwargs": {}},
    {"args": [], "kwargs": {1: 1}},
]


@pytest.mark.parametrize("data", CALLS, ids=repr)
def test_a_damaged_call_is_refused(data):
    with pytest.raises(CodecError):
        decode_call(data)


def test_json_text_of_a_message_is_read_with_bounds():
    assert parse('{"a": [1, 2.5]}') == {"a": [1, 2.5]}
