"""Choices: one option or a whole set of them."""

import pytest

from mathgrade.answers import Choice
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Outcome

OPTIONS = {"a": "clockwise", "b": "counter-clockwise", "c": "not at all"}
ONE = Choice("b", OPTIONS)
SOME = Choice({"a", "c"}, OPTIONS)
NUMBERED = Choice("2", {"1": "one", "2": "two"})


@pytest.mark.parametrize(
    ("test", "response"),
    [(ONE, "b"), (ONE, " B "), (SOME, {"a", "c"}), (SOME, ["C", "a"]), (SOME, ("a", "c", "a")),
     (NUMBERED, "2"), (NUMBERED, 2)],
)  # fmt: skip
def test_the_right_option_in_any_writing(test, response):
    assert test.mark(response).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    ("test", "response", "note"),
    [
        (ONE, "a", "choice.wrong"),
        (NUMBERED, 1, "choice.wrong"),
        (SOME, {"a"}, "choice.missing"),
        (SOME, set(), "choice.missing"),
        (SOME, {"a", "b", "c"}, "choice.too-many"),
        (SOME, {"a", "b"}, "choice.wrong"),
    ],
)
def test_wrong_options_get_nothing(test, response, note):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit, verdict.note) == (Outcome.INCORRECT, 0, note)


@pytest.mark.parametrize(
    ("test", "response", "note"),
    [
        (ONE, "d", "choice.unknown"),
        (ONE, "clockwise", "choice.unknown"),
        (ONE, "", "choice.unknown"),
        (ONE, {"a", "b"}, "choice.unknown"),
        (ONE, ["a", "b"], "choice.unknown"),
        (ONE, None, "choice.unknown"),
        (ONE, True, "choice.unknown"),
        (NUMBERED, True, "choice.unknown"),
        (NUMBERED, 2.0, "choice.unknown"),
        (SOME, "a", "choice.not-a-set"),
        (SOME, {"a", "x"}, "choice.unknown"),
        (SOME, 3, "type.choice"),
        (SOME, {"a": 1}, "type.choice"),
    ],
)
def test_what_is_no_option_says_which_there_are(test, response, note):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.note) == (Outcome.INVALID, note)
    assert "a" in verdict.findings[0].message or "1" in verdict.findings[0].message


def test_the_form_names_the_option():
    assert ONE.form("A") == r"\text{a: clockwise}"
    assert SOME.form(["c", "a"]) == r"\text{a: clockwise; c: not at all}"
    with pytest.raises(ResponseError, match="Choose one of 'a', 'b', 'c'"):
        ONE.form("z")


def test_an_option_cannot_break_out_of_its_text():
    assert Choice("a", {"a": r"50% of {x} \& $y$"}).form("a") == r"\text{a: 50  of  x      y }"


def test_a_reference_that_is_no_option_is_the_authors_fault():
    with pytest.raises(ItemError, match="'z' is not one of a, b, c"):
        Choice("z", OPTIONS).mark("a")
