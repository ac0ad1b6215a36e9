"""Functions: called on inputs of the judge's choice, all in one round trip."""

from fractions import Fraction

import numpy as np
import pytest
from tests.hang import ends_within

from mathgrade.answers import Function
from mathgrade.answers.checks import (
    agrees,
    keeps_type,
    no_loops,
    raises,
    satisfies,
    silent,
    unchanged,
)
from mathgrade.answers.comparison import difference, identical
from mathgrade.answers.loops import find_loop
from mathgrade.codec.calls import Call, Result, perform
from mathgrade.errors import ItemError
from mathgrade.verdict import Outcome

HALF = Fraction(1, 2)
QUARTER = Fraction(1, 4)


def softmax(z):
    z = np.asarray(z, dtype=float)
    if z.ndim != 1:
        raise ValueError("one axis")
    e = np.exp(z - z.max())
    return e / e.sum()


VECTORS = [np.array([1.0, 2.0, 3.0]), np.array([0.5]), np.array([-1.0, 1.0])]
LARGE = [np.array([1000.0, 1001.0])]
TEST = Function(
    softmax,
    (
        agrees("Right for vectors", VECTORS, HALF),
        satisfies("Adds up to 1", VECTORS, lambda v, z: abs(v.sum() - 1) < 1e-9, Fraction(1, 10),
                  message="the entries do not add up to 1"),
        silent("No warning for large entries", LARGE, Fraction(1, 10)),
        unchanged("The argument stays", VECTORS, Fraction(1, 10)),
        raises("Refuses a matrix", [np.eye(2)], ValueError, Fraction(1, 10)),
        no_loops("No loop", Fraction(1, 10)),
    ),
)  # fmt: skip
SOURCE = "def softmax(z):\n    return z\n"


def naive(z):
    if np.ndim(z) != 1:
        raise ValueError
    return np.exp(z) / np.exp(z).sum()


def in_place(z):
    if np.ndim(z) != 1:
        raise ValueError
    z -= z.max()
    return np.exp(z) / np.exp(z).sum()


def lost(verdict):
    return {f.criterion: f.note for f in verdict.findings if not f.met}


def only(criterion, message_part, function, calls=VECTORS, reference=softmax, **tolerance):
    finding = Function(reference, (agrees(criterion, calls, 1, **tolerance),)).mark(function)
    (finding,) = finding.findings
    assert not finding.met
    assert message_part in finding.message, finding.message
    return finding


@pytest.mark.parametrize(
    "function",
    [
        softmax,
        lambda z: softmax(z).astype(np.float64).copy(),
        lambda z: softmax(z).tolist(),
        lambda z: tuple(softmax(z).tolist()),
        lambda z: softmax(z).astype(np.longdouble),
    ],
)
def test_right_functions_get_full_credit(function):
    assert TEST.mark(function, source=SOURCE).credit == 1


@pytest.mark.parametrize(
    ("function", "criteria"),
    [
        (naive, {"No warning for large entries": "function.warning"}),
        (in_place, {"The argument stays": "function.mutates"}),
        (lambda z: softmax(np.ravel(z)), {"Refuses a matrix": "function.not-raised"}),
    ],
)
def test_each_criterion_loses_its_own_share(function, criteria):
    verdict = TEST.mark(function, source=SOURCE)
    assert lost(verdict) == criteria
    assert verdict.outcome is Outcome.PARTIAL


def test_a_loop_loses_its_own_share_and_is_named():
    source = "def softmax(z):\n    e = [exp(t) for t in z]\n    return e\n"
    verdict = TEST.mark(softmax, source=source)
    assert lost(verdict) == {"No loop": "function.loop"}
    assert "Line 2 has a list comprehension" in verdict.findings[-1].message


def test_a_right_function_for_wrong_values_is_told_where():
    finding = only("right", "softmax([1, 2, 3]): the value is wrong.", lambda z: softmax(z) * 1.01)
    assert finding.note == "function.value"
    assert finding.witness.at == {"z": "[1, 2, 3]"}
    assert finding.witness.place == "entry [0]"
    assert finding.witness.received == "0.0909309"
    assert finding.witness.expected == "0.0900306"


WRONG_RESULTS = [
    (lambda z: softmax(z)[None], "expected shape (3,), received (1, 3)"),
    (lambda z: softmax(z)[:, None], "expected shape (3,), received (3, 1)"),
    (lambda z: 0.5, "expected shape (3,), received ()"),
    (lambda z: np.zeros((0, 3)), "expected shape (3,), received (0, 3)"),
    (lambda z: None, "expected an array of numbers, received nothing (None)"),
    (lambda z: "0.1", "received the text '0.1'"),
    (lambda z: [0.1, None, 0.2], "received a list of 3 entries"),
    (lambda z: [[1], [1, 2]], "received a list of 2 entries"),
    (lambda z: softmax(z) + 0j, "expected real numbers, received complex ones"),
    (lambda z: softmax(z) > 0, "an array of truth values"),
    (lambda z: softmax(z) * np.nan, "the result holds nan"),
    (lambda z: softmax(z) / 0, "the result holds inf"),
    (lambda z: softmax(z).astype(object), "an array of objects"),
    (lambda z: softmax(z).astype(str), "an array of texts"),
    (lambda z: {"y": z}, "a dictionary"),
    (lambda z: 1 / 0, "raised ZeroDivisionError: division by zero"),
    (lambda: 1, "raised TypeError"),
    (lambda z: z[7], "raised IndexError"),
]


@pytest.mark.parametrize(("function", "words"), WRONG_RESULTS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_results_of_the_wrong_kind_are_described(function, words):
    only("right", words, function)


def test_a_message_of_an_exception_is_cut_to_one_line():
    def fails(z):
        raise RuntimeError("a\nb" + "c" * 1000)

    finding = only("right", "raised RuntimeError: a b", fails)
    assert len(finding.message) < 300


def test_an_unwritten_function_says_so():
    def stub(z):
        raise NotImplementedError

    verdict = TEST.mark(stub, source=SOURCE)
    assert verdict.credit == 0
    assert verdict.findings[0].message == "softmax is not written yet."


@pytest.mark.parametrize(
    "function",
    [
        lambda z: None,
        np.zeros_like,
        lambda z: np.ones(len(z)) / len(z),
        lambda z: z,
        lambda *a, **k: 0.0,
        lambda z: np.full(np.shape(z), np.nan),
        lambda z: (_ for _ in ()).throw(ValueError("always")),
    ],
)
def test_a_function_that_computes_nothing_earns_nothing(function):
    verdict = TEST.mark(function, source=SOURCE)
    assert verdict.credit == 0
    assert all(not f.met and f.message for f in verdict.findings)


def test_a_property_counts_for_a_wrong_function_that_computes_something():
    verdict = TEST.mark(lambda z: softmax(2 * z), source=SOURCE)
    assert lost(verdict) == {"Right for vectors": "function.value"}


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (lambda v, z: False, "softmax([1, 2, 3]): too small."),
        (lambda v, z: np.False_, "too small"),
        (lambda v, z: "the last is not the largest", "the last is not the largest"),
    ],
)
def test_a_property_that_does_not_hold_says_why(predicate, words):
    test = Function(softmax, (satisfies("large", VECTORS, predicate, 1, message="too small"),))
    verdict = test.mark(softmax)
    assert words in verdict.findings[0].message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((0, 3)), "expected shape (3,), received (0, 3)"),
        (np.array([1.0, np.nan, 1.0]), "NaN"),
        ("text", "expected numbers"),
        (np.ones(3) * 1j, "complex"),
    ],
)
def test_a_property_is_asked_only_of_the_right_shape(value, words):
    def asked(v, z):
        raise AssertionError("must not be asked")

    test = Function(softmax, (satisfies("any", VECTORS, asked, 1),))
    assert words in test.mark(lambda z: value).findings[0].message


@pytest.mark.parametrize("response", [None, 3, "softmax", np.zeros(3), [softmax], {}])
def test_what_is_no_function_is_invalid(response):
    verdict = TEST.mark(response, source=SOURCE)
    assert (verdict.outcome, verdict.note) == (Outcome.INVALID, "type.function")
    assert "Expected a function, received" in verdict.findings[0].message


class Elsewhere:
    """A stand-in as the judge makes it: all calls of a test travel together."""

    __name__ = "softmax"

    def __init__(self, function, spoil=lambda results: results):
        self.trips = 0
        self.function = function
        self.spoil = spoil

    def __call__(self, *args):
        raise AssertionError("calls are made through many")

    def many(self, calls):
        self.trips += 1
        return self.spoil([perform(self.function, call) for call in calls])


def test_all_calls_of_all_checks_are_one_round_trip():
    function = Elsewhere(softmax)
    assert TEST.mark(function, source=SOURCE).credit == 1
    assert function.trips == 1


def test_a_call_that_was_stopped_is_said_to_have_taken_too_long():
    def stopped(results):
        return [Result(error=TimeoutError("stopped")) for _ in results]

    verdict = TEST.mark(Elsewhere(softmax, stopped), source=SOURCE)
    assert verdict.credit == 0
    assert "took too long and was stopped" in verdict.findings[0].message
    assert verdict.note == "function.timeout"


def test_lost_results_are_no_credit_but_no_crash():
    assert TEST.mark(Elsewhere(softmax, lambda results: results[:2]), source=SOURCE).credit == 0


def test_arguments_of_the_reference_and_the_response_are_kept_apart():
    vectors = [v.copy() for v in VECTORS]
    TEST.mark(in_place, source=SOURCE)
    assert all((a == b).all() for a, b in zip(VECTORS, vectors, strict=True))


def test_known_wrong_functions_are_recognised_by_what_they_return():
    known = [np.exp, naive, lambda z: z / z.sum()]
    with np.errstate(all="ignore"):
        assert TEST.recognise(known, lambda z: np.exp(z) / np.sum(np.exp(z))) == 1
        assert TEST.recognise(known, lambda z: np.exp(np.asarray(z))) == 0
        assert TEST.recognise(known, lambda z: 7 * softmax(z)) is None


def test_a_mistake_that_is_no_function_is_the_authors_fault():
    with pytest.raises(ItemError, match="must be a function"):
        TEST.recognise([3], softmax)


def broken(reference=softmax, checks=()):
    return Function(reference, checks)


@pytest.mark.parametrize(
    "make",
    [
        lambda: broken(checks=(agrees("half", VECTORS, HALF),)),
        lambda: broken(checks=(agrees("none", [], 1),)),
        lambda: broken(checks=(agrees("too much", VECTORS, 2),)),
        lambda: broken(checks=(no_loops("no source", 1),)),
        lambda: broken(lambda z: 1 / 0, (agrees("raises", VECTORS, 1),)),
        lambda: broken(lambda z: z * np.nan, (agrees("NaN", VECTORS, 1),)),
        lambda: broken(lambda z: object(), (agrees("object", VECTORS, 1),)),
        lambda: broken(checks=(satisfies("raises", VECTORS, lambda v: 1 / 0, 1),)),
    ],
)
def test_a_broken_item_speaks_to_its_author(make):
    with pytest.raises(ItemError):
        make().mark(softmax)


def test_the_same_function_gets_the_same_verdict():
    assert TEST.mark(naive, source=SOURCE) == TEST.mark(naive, source=SOURCE)


def test_calls_take_keywords_and_functions():
    def norm(f, x=0.0):
        return f(x) ** 2

    test = Function(norm, (agrees("right", [Call((np.sin,), {"x": 1.0})], 1),))
    assert test.mark(norm).credit == 1
    finding = test.mark(lambda f, x: 2.0).findings[0]
    assert finding.message == "norm(sin, x=1): the value is wrong."
    assert finding.witness.at == {"f": "sin", "x": "1"}


DIFFERENCES = [
    (1.0, 1.0 + 1e-12, None),
    (1.0, 1.1, "the value is wrong"),
    (1.0, np.float32(1.0), None),
    (1, 1.0, None),
    (1.0, True, "received the truth value True"),
    (np.array([True, False]), np.array([True, False]), None),
    (np.array([True, False]), np.array([True, True]), "some truth values are wrong"),
    (np.array([True, False]), [True, False], "expected an array of truth values"),
    (np.array([True]), np.array([[True]]), "expected shape (1,), received (1, 1)"),
    ((1.0, "a"), (1.0, "a"), None),
    ((1.0, "a"), (1.0, "b"), "in returned value 2"),
    ((1.0, 2.0), [1.0, 2.0], None),
    ((1.0, 2.0), 1.0, "expected 2 values, received the number 1"),
    ((np.eye(2), 2.0), (np.eye(3), 2.0), "in returned value 1: expected shape (2, 2)"),
    (True, True, None),
    (True, np.True_, None),
    (True, 1, "expected True or False, received the number 1"),
    (True, False, "received the truth value False"),
    (None, None, None),
    (None, 0, "expected nothing (None), received the number 0"),
    ("a", "a", None),
    ("a", b"a", "expected a text, received bytes"),
    (1j, 1j, None),
    (1j, 1 + 1j, "the value is wrong"),
]


@pytest.mark.parametrize(("expected", "received", "words"), DIFFERENCES)
def test_returned_values_are_compared_part_by_part(expected, received, words):
    found = difference(expected, received, rtol=1e-9, atol=1e-12)
    assert (found is None) == (words is None)
    assert words is None or words in found.message


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ([np.nan, 1.0], [np.nan, 1.0], True),
        ([np.inf], [-np.inf], False),
        ([1.0], [[1.0]], False),
        ("a", "a", True),
        (None, None, True),
        (None, 0.0, False),
        ((1.0, None), (1.0, None), True),
        ((1.0, None), (1.0, "a"), False),
        (object(), object(), False),
    ],
)
def test_results_are_alike_with_their_nans(one, other, alike):
    assert identical(one, other) is alike


LOOPS = [
    ("def f(z):\n    for t in z: pass", "a for loop", 2),
    ("def f(z):\n    while z: z = 0", "a while loop", 2),
    ("def f(z):\n    return [t for t in z]", "a list comprehension", 2),
    ("def f(z):\n    return {t for t in z}", "a set comprehension", 2),
    ("def f(z):\n    return {t: 1 for t in z}", "a dictionary comprehension", 2),
    ("def f(z):\n    return sum(t for t in z)", "a generator expression", 2),
    ("def f(z):\n    return list(map(abs, z))", "map(...), which is a loop inside", 2),
    ("def f(z):\n    return np.vectorize(abs)(z)", "np.vectorize, which is a loop inside", 2),
    ("from numpy import vectorize as v\ndef f(z):\n    return v(abs)(z)", "np.vectorize", 1),
    ("def f(z):\n    return np.fromiter(z, float)", "np.fromiter", 2),
    ("def f(z):\n    return np.apply_along_axis(abs, 0, z)", "np.apply_along_axis", 2),
    ("f = lambda z: [t for t in z]", "a list comprehension", 1),
    ("def g(z):\n    for t in z: pass\ndef f(z):\n    return g(z)", "a for loop", 2),
    ("%matplotlib inline\ndef f(z):\n    for t in z: pass", "a for loop", 3),
    ("import h\nf = h.f\nfor k in f: pass", None, 0),
    ("def f(z):\n    return z @ z\nfor k in range(3): f(k)", None, 0),
    ("def g(z):\n    for t in z: pass\ndef f(z):\n    return z", None, 0),
    ("def f(z):\n    return [z, z]", None, 0),
    ("def f(z):\n    'for t in z'\n    return z  # for all", None, 0),
    ("def f(z):\n    for t in z: pass\ndef f(z):\n    return z", None, 0),  # defined anew
    ("x: int = 3\nf: object = abs", None, 0),
    ("for k in range(3): pass", "a for loop", 1),  # f is not defined here: all is read
]


@pytest.mark.parametrize(("source", "words", "line"), LOOPS)
def test_loops_are_found_in_the_function_and_what_it_uses(source, words, line):
    found = find_loop(source, "f")
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert words in found[0]
        assert found[1] == line


def test_a_source_that_cannot_be_read_goes_to_a_person():
    verdict = TEST.mark(softmax, source="def softmax(z:\n")
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.credit == Fraction(9, 10)


def test_large_arrays_are_shown_short():
    big = np.arange(1_000_000.0)
    with ends_within(5):
        finding = only("right", "the value is wrong", lambda z: z + 1, [big], lambda z: z * 1.0)
        assert len(finding.message) < 200


# -- several returned values, and their type -------------------------------------------------------


def square(z):
    return z * z, 2 * z


PAIR = Function(
    square,
    (
        agrees("Its value", VECTORS, HALF, part=0),
        agrees("Its derivative", VECTORS, QUARTER, part=1),
        keeps_type("The type", [np.ones(3, dtype=np.float32), VECTORS[0]], QUARTER),
    ),
)


@pytest.mark.parametrize(
    ("function", "credit", "words"),
    [
        (square, 1, ""),
        (lambda z: [z**2, z + z], 1, ""),
        (lambda z: (z * z, z), Fraction(3, 4), "in returned value 2: the value is wrong"),
        (lambda z: (z, 2 * z), HALF, "in returned value 1: the value is wrong"),
        (lambda z: (z * z, 2.0), HALF, "expected shape (3,), received ()"),
        (lambda z: z * z, 0, "expected 2 values, received an array"),
        (lambda z: (z * z, 2 * z, z), 0, "expected 2 values, received a tuple of 3"),
        (lambda z: (z * z, 2 * np.float64(1) * z.astype(float)), Fraction(3, 4), "type float64"),
        (lambda z: (z * z, (2 * z).tolist()), Fraction(3, 4), "type float64"),
        (lambda z: (z, z), 0, "counts once the function returns right values"),
    ],
)
def test_each_of_several_returned_values_has_a_share_and_a_type(function, credit, words):
    verdict = PAIR.mark(function)
    assert verdict.credit == credit
    assert words in " ".join(f.message for f in verdict.findings)


def test_a_part_is_asked_of_a_reference_that_returns_several_values_only():
    with pytest.raises(ItemError, match="no tuple"):
        Function(np.cumsum, (agrees("right", VECTORS, 1, part=0),)).mark(np.cumsum)
