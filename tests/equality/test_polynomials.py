"""Polynomials of a hundred thousand terms, and texts that only look like them."""

import random
from fractions import Fraction

import pytest
from tests.hang import ends_within

from mathgrade.equality import decide
from mathgrade.errors import ItemError
from mathgrade.expression import read_long_sum
from mathgrade.expression.limits import MAX_LENGTH

XY = {"x y": "real", "p": "positive", "f": "function"}


def terms(count=100_000, seed=1):
    rng = random.Random(seed)
    return [
        f"{rng.randint(1, 99)}/{rng.randint(1, 9)}*x**{k % 400}*y**{k // 400}" for k in range(count)
    ]


TERMS = terms(7_000)
LONG = " + ".join(TERMS)
assert len(LONG) > MAX_LENGTH


def test_a_hundred_thousand_terms_in_another_order_are_equal():
    many = terms()
    other = list(many)
    random.Random(2).shuffle(other)
    decision = decide(" + ".join(many), " + ".join(other), XY)
    assert (decision.outcome.value, decision.proof) == ("equal", "exact")


def test_terms_may_be_split_and_factors_exchanged():
    first, *rest = TERMS
    other = [*rest, "y*2*y*x", first, "- 1*x*y**2", "-y*x*y"]
    text = " + ".join(other).replace("+ -", "-")
    assert decide(LONG, text, XY).equal


@pytest.mark.parametrize(
    ("change", "witness"),
    [(" + x", True), (" - 1/1000000000", True), (" + 0*x", False), (" + x - x", False)],
)
def test_one_term_more_is_seen(change, witness):
    decision = decide(LONG, LONG + change, XY)
    assert decision.equal is not witness
    if witness:
        assert decision.proof == "exact"
        assert set(decision.witness.at) >= {"x", "y"}
        assert decision.witness.received != decision.witness.expected


def test_a_difference_that_is_0_at_readable_points_is_still_a_difference():
    others = "".join(f" - {n}*x**{n}" for n in range(3))
    assert decide(LONG, LONG + others, XY).outcome.value == "different"


@pytest.mark.parametrize(
    "end",
    [
        " + exp(x)",
        " + x*(y + 1)",
        " + 1/x",
        " + x**-1",
        " + x**2**3",
        " + x**y",
        " + z",
        " + f",
        " + 1/0",
        " + 2x",
        " + 1e5",
        " +",
        " + + x",
        " + x**1001",
        " + 1" * 200_000,
    ],
)
def test_what_is_no_such_sum_is_refused_as_too_long(end):
    response = LONG + end
    assert decide("x", response, XY).outcome.value == "ill-formed"
    with pytest.raises(ItemError):
        decide(response, "x", XY)


def test_a_name_that_stands_for_a_formula_is_none_of_its_unknowns():
    assert decide("p", LONG, XY, given=[("x", "y + 1")]).outcome.value == "ill-formed"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("x", {(1, 0): 1}),
        ("-x*y**2*3/4", {(1, 2): Fraction(-3, 4)}),
        (" 2 * x ** 2\n+ 0.5", {(2, 0): 2, (0, 0): Fraction(1, 2)}),
        ("x - x", {}),
        ("y*x*y - 2*x*y**2", {(1, 2): -1}),
    ],
)
def test_sums_are_read_term_by_term(text, terms):
    assert read_long_sum(text, ("x", "y")).terms == terms


@pytest.mark.parametrize("text", ["", " ", "x +", "x y", "x*", "*x", "(x)", "x/y", "²", "x**٣"])
def test_anything_else_is_not_read(text):
    assert read_long_sum(text, ("x", "y")) is None


def test_long_texts_that_make_no_sense_end_soon():
    with ends_within(30):
        for text in (
            "x*" * 2_000_000,
            "x+" * 2_000_000,
            "1" * 4_000_000,
            "(" * 3_000_000,
            "x " * 10**6,
        ):
            assert len(text) > MAX_LENGTH
            assert decide("x", text, XY).outcome.value == "ill-formed"
